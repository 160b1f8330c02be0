"""Which returns a rate of one year reads.

Of every year up to the one asked for, each provider's last return; and of each year the last return up to R04, which
shows what became known late of the year before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure.declare import Asked, Choice
from openilr.measure.engines import fetch, keep
from openilr.measure.qar.scope import PILOTS
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


def with_providers(connection: BaseBackend, asked: Asked, files: pl.DataFrame) -> pl.DataFrame:
    """The files with ``provider``, the provider that each belongs to now, and ``provider_year``, the last year of
    which there is a final return of it. Only those of one provider where one alone is asked for."""
    import polars as pl

    names = _successors(connection, files, asked)
    types = {"ukprn": pl.Int32, "provider": pl.Int32}
    files = files.join(pl.DataFrame(list(names.items()), schema=types, orient="row"), on="ukprn")
    last = pl.col("number").filter(pl.col("is_final")).max().over("provider")
    files = files.with_columns(provider_year=last.cast(pl.Int64))
    return files if asked.ukprn is None else files.filter(provider=asked.ukprn)


def with_marks(connection: BaseBackend, records: ir.Table, files: ir.Table) -> ir.Table:
    """The records with ``is_restart``, ``has_loan``, ``is_pilot`` and ``is_higher_education``.

    The aims that have one of them are few: they are kept as one table, and every record is looked up in it once.
    """
    import ibis

    fams = connection.table("learning_delivery_fam")
    is_pilot = (fams.LearnDelFAMType == "LDM") & fams.LearnDelFAMCode.isin(PILOTS)
    fams = fams.filter(fams.LearnDelFAMType.isin(("RES", "ADL")) | is_pilot)
    of_type = [(fams.LearnDelFAMType == name).cast("int8").name(column) for column, name in _FLAGS]
    place = ("year", "return", "ukprn", "parent")
    he = connection.table("learning_delivery_he").select(*place)
    nothing, something = ibis.literal(0, "int8"), ibis.literal(1, "int8")
    marks = fams.select(*place, *of_type, nothing.name("is_higher_education")).union(
        he.select(*place, *(nothing.name(column) for column, _ in _FLAGS), something.name("is_higher_education"))
    )
    marks = marks.inner_join(files, ["year", "return", "ukprn"])
    columns = (*(column for column, _ in _FLAGS), "is_higher_education")
    marks = marks.group_by("order", "ukprn", row="parent").agg(**{c: marks[c].max() == 1 for c in columns})
    marks = keep(connection, marks, "qar_marks")
    joined = records.left_join(marks, ["order", "ukprn", "row"])
    return joined.select(records, **{column: joined[column].fill_null(False) for column in columns})


#: No other code of LDM gets as far as being one of the few.
_FLAGS = (("is_restart", "RES"), ("has_loan", "ADL"), ("is_pilot", "LDM"))


def _successors(connection: BaseBackend, files: pl.DataFrame, asked: Asked) -> dict[int, int]:
    """Every provider in play and the one that it is part of now, by default itself."""
    learners = connection.table("learner")
    found: dict[int, int] = {}
    if asked.options["mergers"] != "none" and "PMUKPRN" in learners.columns:
        found = _merged(learners, files)
    return {ukprn: _follow(ukprn, found) for ukprn in files["ukprn"].unique()}


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
