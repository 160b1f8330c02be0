"""Why a record counts, does not, or counts in another year: one row for each, in words.

A row names the learner as the provider does, so it needs the store's vault key: who may not open the vault may not see
a trail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from openilr.measure.candidates import CLAUSE
from openilr.measure.declare import Clause, Measure
from openilr.measure.engines import fetch
from openilr.measure.run import ask, connect, of_provider

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store

_PLACE = ("year", "return", "ukprn", "learner_key", "AimSeqNumber", CLAUSE)


def trail(
    store: Store,
    name: str,
    year: str,
    *,
    return_name: str | None = None,
    ukprn: int | None = None,
    learn_ref_number: str | None = None,
    aim_seq_number: int | None = None,
    snapshot: str | None = None,
    engine: str = "duckdb",
    **options: str,
) -> Iterator[dict[str, Any]]:
    """``{"ukprn", "learn_ref_number", "aim_seq_number", "status", "reason", "clause"}`` for each record that was
    looked at, by provider, learner and aim; only those asked for where named.

    ``status`` is counted, excluded or out_of_scope; ``clause`` the name of the sentence of the definition that
    decides, null where it counts. VaultError without the store's key; MeasureError and StoreError as ``compute``.
    """
    measure, asked = ask(store, name, year, return_name, options, trail=True, snapshot=snapshot)
    asked = replace(asked, ukprn=ukprn)
    vault = store.vault()
    connection = connect(measure, asked, engine)
    rows = measure.judge(connection, asked).rows
    if ukprn is not None:
        rows = of_provider(rows, ukprn)
    if aim_seq_number is not None:
        rows = rows.filter(rows.AimSeqNumber == aim_seq_number)
    clauses = {clause.name: clause for clause in measure.clauses}
    named = {field for text in (measure.counted, *(c.reason for c in clauses.values())) for field in _fields(text)}
    frame = fetch(rows.select(*_PLACE, *sorted(named & set(rows.columns) - set(_PLACE))))
    frame = with_reference(asked.store, vault, frame).sort("ukprn", "learn_ref_number", "AimSeqNumber", "year")
    fixed = {"period_start": asked.period.start, "period_end": asked.period.end}
    for row in frame.iter_rows(named=True):
        if learn_ref_number is not None and row["learn_ref_number"] != learn_ref_number:
            continue
        yield _row(measure, clauses, {**fixed, **row})


def _row(measure: Measure, clauses: dict[str, Clause], row: dict[str, Any]) -> dict[str, Any]:
    clause = clauses[row[CLAUSE]] if row[CLAUSE] is not None else None
    reason = _worded(clause.reason if clause else measure.counted, row)
    return {
        "ukprn": row["ukprn"],
        "learn_ref_number": row["learn_ref_number"],
        "aim_seq_number": row["AimSeqNumber"],
        "status": clause.status if clause else "counted",
        "reason": reason,
        "clause": clause.name if clause else None,
    }


def with_reference(store: Store, vault: Any, frame: pl.DataFrame) -> pl.DataFrame:
    """The provider's own reference of each learner, from the vault."""
    import polars as pl

    from openilr.store import StoreError

    known = store.returns().filter("current", pl.col("status") == "accepted")
    # The key of a learner comes from provider and reference: any return of a year gives the reference.
    wanted = frame.select("year", "return", "ukprn").unique()
    found = []
    for submission in known.join(wanted, on=["year", "return", "ukprn"], how="semi")["submission"]:
        names = vault.identifiers(submission, "Learner")
        if not names.is_empty():
            found.append(names.select("learner_key", learn_ref_number="LearnRefNumber"))
    if not found:
        if frame.is_empty():
            return frame.with_columns(learn_ref_number=pl.lit(None, pl.String))
        raise StoreError("The vault holds no learner references for these returns.")
    names = pl.concat(found).unique("learner_key", keep="last")
    return frame.join(names, on="learner_key", how="left")


def _fields(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def _worded(text: str, row: dict[str, Any]) -> str:
    return re.sub(r"{(\w+)}", lambda found: _value(row.get(found[1])), text)


def _value(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return str(value)
