"""Known truth about who is who, as synthetic data and some real studies have it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from openilr.link import sources
from openilr.link.errors import LinkError

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store

#: Columns of a truth file that hold the numbers of a register; ``number`` holds those of every survey.
_NUMBERS = {"npd": "pmr", "dwp": "edukey", "hesa": "husid"}


def read(store: Store, path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(learners: learner_key, person; records: source, record_key, person) of a CSV with a line for each person.

    Columns: person, learn_ref_number, and the numbers of registers (pmr, edukey, husid, number, or the register's
    name), as ``ilr synth --linked`` writes it. Numbers become keys with the vault's secret, so this opens the vault.
    """
    import polars as pl

    try:
        people = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError):
        raise LinkError(f"{path} can not be read as a CSV of known people.") from None
    if not {"person", "learn_ref_number"} <= set(people.columns):
        raise LinkError(f"{path.name} has no columns person and learn_ref_number.")
    vault = store.vault()
    submissions = store.returns().filter("current")["submission"]
    learners = pl.concat(
        [vault.identifiers(each, "Learner").select("learner_key", ref=pl.col("LearnRefNumber").str.strip_chars())
         for each in submissions]
    ).unique()  # fmt: skip
    known = learners.join(people.select("person", ref="learn_ref_number"), on="ref").select("learner_key", "person")
    records = [pl.DataFrame(schema={"source": pl.String, "record_key": pl.String, "person": pl.String})]
    for register in sources.registers(store):
        column = next((c for c in (register, _NUMBERS.get(register), "number") if c in people.columns), None)
        if column is None:
            continue
        some = people.filter(pl.col(column).fill_null("") != "")
        keys = vault.record_keys(register, some[column].to_list())
        records.append(pl.DataFrame({"source": register, "record_key": keys, "person": some["person"]}))
    return known, pl.concat(records)
