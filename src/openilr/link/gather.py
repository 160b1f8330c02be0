"""The identifiers of everybody in a store, as linking sees them. This is all that linking reads of a store.

Names, numbers, dates of birth and addresses come out of the vault; the one column that it reads elsewhere is Sex. What
a person studies, achieves or earns it never opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.link import sources
from openilr.link.identifiers import COLUMNS

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store

#: What the ILR calls the columns of a person file.
_ILR = {
    "ULN": "uln", "GivenNames": "given_names", "FamilyName": "family_name", "DateOfBirth": "date_of_birth",
    "NINumber": "nino", "AddLine1": "address",
}  # fmt: skip


def learners(store: Store) -> pl.DataFrame:
    """Every way in which a learner is written down in the current returns: ``key`` (the learner key), the columns of a
    person file as text, ``reference`` and ``earlier_reference`` (at the same provider, for linking within it).

    A learner has a row for each postcode, at present and before enrolment, and for each spelling.
    """
    import polars as pl

    with store.reading() as catalogue:
        submissions = catalogue.submissions(current=True, with_files=True)
    vault = store.vault()
    frames = []
    for submission in submissions:
        entity = next((file for file in submission.files if file.kind == "table" and file.entity == "Learner"), None)
        if entity is None:
            continue
        who = vault.identifiers(submission.id, "Learner")
        sex = pl.read_parquet(store.path / entity.path, columns=["row", "Sex"])
        found = who.join(sex, on="row", how="left")
        provider = pl.lit(f"{submission.ukprn}|", pl.String)
        text = {ours: pl.col(theirs).cast(pl.String) for theirs, ours in _ILR.items() if theirs in found.columns}
        for column in ("Postcode", "PostcodePrior"):
            frames.append(
                found.select(
                    pl.col("learner_key").alias("key"),
                    *(expression.alias(name) for name, expression in text.items()),
                    sex=pl.col("Sex").cast(pl.String),
                    postcode=pl.col(column).cast(pl.String),
                    reference=provider + pl.col("LearnRefNumber").str.strip_chars(),
                    earlier_reference=provider + pl.col("PrevLearnRefNumber").cast(pl.String).str.strip_chars(),
                )
            )
    return _together(frames, ("reference", "earlier_reference"))


def register(store: Store, name: str) -> pl.DataFrame:
    """Every way in which a register writes its people down: ``key``, the record key, and a person file's columns."""
    found = sources.identifiers(store, name)
    kept = [column for column in COLUMNS if column in found.columns]
    return _together([found.select("record_key", *kept).rename({"record_key": "key"})], ())


def _together(frames: list[pl.DataFrame], also: tuple[str, ...]) -> pl.DataFrame:
    import polars as pl

    schema = dict.fromkeys(("key", *COLUMNS[1:], *also), pl.String)
    together = pl.concat([pl.DataFrame(schema=schema), *frames], how="diagonal").unique()
    # A row that says less than another of the same person would only weigh nothing.
    postcodes = pl.col("postcode").is_not_null().any().over([c for c in together.columns if c != "postcode"])
    return together.filter(pl.col("postcode").is_not_null() | ~postcodes).sort(together.columns)
