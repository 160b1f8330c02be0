"""Which returns a rate of one year reads.

Of every year up to the one asked for, each provider's last return; and of each year the last return up to R04, which
shows what became known late of the year before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure.declare import Asked, Choice
from openilr.measure.engines import fetch
from openilr.spec import AcademicYear

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends import BaseBackend

LAST_EARLY_RETURN = "R04"

LATE = Choice(
    "late_returns",
    ("R04", "none"),
    "An end that the final return of a year missed still counts as reported in it when a return up to R04 of the next "
    "year shows it, for aims that were returned before. The rules name R04 and planned ends in the year; ends on aims "
    "planned for earlier are treated alike.",
    "With none, leavers that were reported late move into the next year.",
)
MERGERS = Choice(
    "mergers",
    ("pre-merger-ukprn", "none"),
    "A provider that closed and that learners elsewhere name as their pre-merger provider (PMUKPRN) is taken as part "
    "of the provider that returns them now. The official map of mergers is not published.",
    "With none, an aim that went on at the merged provider is two aims: one that vanished and one that ended.",
)


def years_number(year: str) -> int:
    """The calendar year in which an academic year starts: 2025 for ``2526``."""
    return AcademicYear(year).start.year


def in_play(asked: Asked) -> pl.DataFrame:
    """One row for each file that is read: year, return, ukprn, number (2025 for 2025-26), order (202514 for its R14),
    is_final, is_early."""
    import polars as pl

    asked_number = years_number(asked.year)
    held = asked.store.returns().filter("current", pl.col("status") == "accepted").select("year", "return", "ukprn")
    numbers = {year: years_number(year) for year in held["year"].unique()}
    number = pl.col("year").replace_strict(numbers, return_dtype=pl.Int32)
    held = held.with_columns(number=number)
    of_year = pl.col("number") == asked_number
    final = held.filter((pl.col("number") < asked_number) | (of_year & (pl.col("return") <= asked.return_name)))
    final = final.group_by("year", "number", "ukprn").agg(pl.col("return").max()).with_columns(is_final=True)
    early = held.filter(pl.col("number") <= asked_number + 1, pl.col("return") <= LAST_EARLY_RETURN)
    if asked.options["late_returns"] == "none":
        early = early.clear()
    early = early.group_by("year", "number", "ukprn").agg(pl.col("return").max()).with_columns(is_early=True)
    place = ["year", "return", "ukprn", "number"]
    files = final.join(early, on=place, how="full", coalesce=True)
    order = pl.col("number") * 100 + pl.col("return").str.slice(1).cast(pl.Int32)
    flags = ("is_final", "is_early")
    return files.with_columns(pl.col(flags).fill_null(False), order=order).select(*place, "order", *flags)


def successors(connection: BaseBackend, files: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """ukprn, provider: every provider in play and the one that it is part of now, by default itself."""
    import polars as pl

    learners = connection.table("learner")
    providers = files.select("ukprn").unique()
    found: dict[int, int] = {}
    if asked.options["mergers"] != "none" and "PMUKPRN" in learners.columns:
        found = _merged(learners, files)
    names = {ukprn: _follow(ukprn, found) for ukprn in providers["ukprn"]}
    return pl.DataFrame({"ukprn": list(names), "provider": list(names.values())}, schema_overrides={
        "ukprn": pl.Int32, "provider": pl.Int32,
    })  # fmt: skip


def _merged(learners: ir.Table, files: pl.DataFrame) -> dict[int, int]:
    """Closed provider: the one whose learners name it most, in the first year that any does."""
    import polars as pl

    named = learners.filter(learners.PMUKPRN.notnull(), learners.ukprn != learners.PMUKPRN)
    named = named.group_by("year", "return", "ukprn", "PMUKPRN").agg(learners=named.count())
    counted = fetch(named).join(files.filter("is_final"), on=["year", "return", "ukprn"], how="inner")
    last = dict(files.filter("is_final").group_by("ukprn").agg(pl.col("number").max()).iter_rows())
    found: dict[int, int] = {}
    for row in counted.sort("number", "learners", "ukprn", descending=[False, True, False]).iter_rows(named=True):
        old, new = row["PMUKPRN"], row["ukprn"]
        if old not in found and last.get(old, row["number"]) < row["number"]:
            found[old] = new
    return found


def _follow(ukprn: int, found: dict[int, int]) -> int:
    seen = {ukprn}
    while ukprn in found and found[ukprn] not in seen:
        ukprn = found[ukprn]
        seen.add(ukprn)
    return ukprn
