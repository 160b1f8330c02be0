"""The facts about each aim from which its year and its place in the rate follow.

The hybrid end year is the latest of: the year of the achievement (standards on funding model 36), of the planned end,
of the actual end, and in which the end was first reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure.aims import (
    ACHIEVED,
    BREAK,
    COMPLETED,
    CONTINUING,
    OUTCOME_UNKNOWN,
    STANDARD,
    WITHDRAWN,
)
from openilr.measure.candidates import CLAUSE, Candidates
from openilr.measure.declare import Asked, Choice
from openilr.measure.engines import keep, named, small
from openilr.measure.qar.files import in_play, with_marks, with_providers, years_number
from openilr.measure.qar.histories import LATEST, PLACE, academic_year, histories, with_keys
from openilr.measure.qar.scope import in_scope

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

#: Apprenticeships from May 2017, whose standards end with an assessment.
ASSESSED_FUNDING = 36
#: The first year of the shorter rule for breaks.
SHORTER_BREAKS_SINCE = "2425"

OVERDUE_YEAR = Choice(
    "overdue_year",
    ("missing", "last-returned"),
    "An aim that was still continuing after its planned end and is in no later return is a withdrawal. The rules say "
    "so without naming the year: it counts in the year whose return it is missing from.",
    "With last-returned, it counts in the last year that returned it, whose rates may be published already.",
)
VANISHED = Choice(
    "vanished",
    ("left-out", "withdrawn"),
    "An aim that is in no later return although its planned end had not passed is not an overdue aim by the rule; "
    "the provider may have taken it out as a mistake.",
    "With withdrawn, it counts as a withdrawal in the year of its planned end.",
)
BREAKS = Choice(
    "breaks",
    ("by-year", "following-year", "two-years"),
    "A planned break without a restart becomes a withdrawal: to 2023-24 after the two following years, from 2024-25 "
    "after the following year, unless that still returns the break. by-year takes the rule of the year asked for.",
    "With two-years, breaks of the year before stay excluded for another year.",
)
#: What is read of each record; the rest is looked up for the aims of the year.
_READ = {
    *PLACE, *LATEST, "person_key", "learner_key", "AimSeqNumber", "AimType", "LearnAimRef", "LearnStartDate",
    "ProgType", "StdCode", "FworkCode", "PwayCode",
}  # fmt: skip
CHOICES = (OVERDUE_YEAR, VANISHED, BREAKS)


def read_files(connection: BaseBackend, asked: Asked) -> ir.Table:
    """The files that are read, as a table of the engine, with what is known of each."""
    import polars as pl

    files = with_providers(connection, asked, in_play(asked))
    bit = pl.lit(1, pl.Int64) * 2 ** (pl.col("order").rank("dense").cast(pl.Int64) - 1)
    files = files.with_columns(file_year=pl.col("number").cast(pl.Int64), order_bit=bit)
    return keep(connection, small(connection, files.drop("number"), "qar_files"), "qar_files")


def records(connection: BaseBackend, asked: Asked, files: ir.Table) -> Candidates:
    """All records with a rate in the files that are read, each with what is known of its file."""
    source = connection.table("learning_delivery")
    source = source.select(*(c for c in source.columns if c in _READ))
    joined = source.inner_join(files, ["year", "return", "ukprn"])
    more = ("order", "order_bit", "is_final", "is_early", "file_year", "provider")
    aims = joined.select(source, *(files[name] for name in more))
    return in_scope(asked, Candidates(with_marks(connection, aims, files), trail=asked.trail))


def aims(
    connection: BaseBackend, asked: Asked, found: Candidates, files: ir.Table, *, since: int | None = None
) -> ir.Table:
    """One row for each aim that returns up to the year asked for hold, with ``KEY``, what its latest record says, and

    ``hybrid`` (the year it counts in, null while that is open), ``planned``, ``actual``, ``achieved``, ``reported``
    (years as numbers), and flags ``is_overdue``, ``is_awaiting``, ``is_break``, ``has_restart``, ``is_standard``.
    ``since`` spares the aims that can count in no year from then on.
    """
    scoped = found.rows.filter(found.rows[CLAUSE].isnull()) if found.trail else found.rows
    keyed = named(connection, with_keys(connection, scoped, files), "qar_records")
    found_in_any = named(connection, histories(connection, keyed, files, since), "qar_histories")
    rows = found_in_any.filter(found_in_any.first_year.notnull())
    last_years = files.select("provider", "provider_year").distinct()
    joined = _with_years(rows).inner_join(last_years, "provider")
    joined = joined.select(*(c for c in joined.columns if not c.endswith("_right")))
    return _with_state(_with_restarts(connection, joined, found_in_any), asked)


def _with_years(rows: ir.Table) -> ir.Table:
    import ibis

    nothing = ibis.null("int64")
    is_standard = rows.is_app & (rows.prog_type == STANDARD)
    assessed = is_standard & (rows.FundModel == ASSESSED_FUNDING).fill_null(False)
    early = rows.early_end.notnull() & (rows.first_year <= rows.early_end)
    reported = ibis.cases(
        (early & rows.final_end.notnull(), ibis.least(rows.early_end, rows.final_end)),
        (early, rows.early_end),
        else_=rows.final_end,
    )
    return rows.mutate(
        is_standard=is_standard,
        planned=academic_year(rows.LearnPlanEndDate).cast("int64"),
        actual=academic_year(rows.LearnActEndDate).cast("int64"),
        achieved=ibis.ifelse(assessed, academic_year(rows.AchDate).cast("int64"), nothing),
        reported=reported.cast("int64"),
    )


def _with_restarts(connection: BaseBackend, rows: ir.Table, histories: ir.Table) -> ir.Table:
    """``restarted``: the year of the first restart of the same programme or aim after the end of a break."""
    same = ["provider", "person", "is_app", "prog_type", "code"]
    again = histories.filter(histories.any_restart).select(*same, again_on="LearnStartDate")
    breaks = histories.filter(histories.CompStatus == BREAK, histories.LearnActEndDate.notnull())
    breaks = breaks.select(*same, *PLACE, "LearnActEndDate")
    met = breaks.inner_join(again, same)
    met = met.filter(met.again_on >= met.LearnActEndDate)
    first = keep(connection, met.group_by(list(PLACE)).agg(restarted_on=met.again_on.min()), "qar_restarts")
    joined = rows.left_join(first, list(PLACE)).select(rows, first.restarted_on)
    return joined.mutate(restarted=academic_year(joined.restarted_on).cast("int64"))


def _with_state(rows: ir.Table, asked: Asked) -> ir.Table:
    import ibis

    status = rows.CompStatus.fill_null(0)
    ended = rows.LearnActEndDate.notnull()
    is_awaiting = (
        rows.is_standard & ended & rows.AchDate.isnull() & (status == CONTINUING)
        & (rows.Outcome == OUTCOME_UNKNOWN).fill_null(False)
    )  # fmt: skip
    is_missing = rows.provider_year > rows.last_year
    passed = (rows.planned <= rows.last_year).fill_null(False)
    lost = ~ended & is_missing & (passed if asked.options["vanished"] == "left-out" else ibis.literal(True))
    lost_year = rows.last_year + (1 if asked.options["overdue_year"] == "missing" else 0)
    is_break = (status == BREAK) & ended
    withdrawn_in = rows.last_year + _break_years(asked)
    # A restart in time lets a break be a break for ever; one that comes later finds it withdrawn.
    has_restart = (rows.restarted <= ibis.greatest(rows.actual, rows.last_year) + _break_years(asked)).fill_null(False)
    is_overdue_break = is_break & ~has_restart & (rows.provider_year >= withdrawn_in)
    plain = ibis.greatest(
        rows.planned.fill_null(rows.actual), rows.actual, rows.reported, rows.achieved.fill_null(rows.actual)
    )
    hybrid = ibis.cases(
        (is_overdue_break, ibis.greatest(plain, withdrawn_in)),
        (ended, plain),
        (lost, ibis.greatest(rows.planned.fill_null(lost_year), lost_year)),
        else_=ibis.null("int64"),
    )
    is_withdrawn = (status == WITHDRAWN) | is_overdue_break
    is_completer = (status == COMPLETED) | (rows.is_standard & ended & ~is_withdrawn & (status != BREAK))
    return rows.mutate(
        hybrid=hybrid,
        is_overdue=lost | is_overdue_break,
        is_awaiting=is_awaiting,
        is_break=is_break & ~is_overdue_break,
        has_restart=has_restart,
        is_completer=ended & is_completer & ~is_overdue_break,
        is_achiever=ended & (rows.Outcome == ACHIEVED).fill_null(False) & ~is_withdrawn,
        ended=ended,
    )


def _break_years(asked: Asked) -> int:
    """How many years after the last that returned it a break may go on without a restart."""
    rule = asked.options["breaks"]
    if rule == "by-year":
        rule = "following-year" if asked.year >= SHORTER_BREAKS_SINCE else "two-years"
    return 1 if rule == "following-year" else 2


def with_records(connection: BaseBackend, rows: ir.Table) -> ir.Table:
    """The aims with every other column of their latest record, for breakdowns and reasons."""
    rows = rows.mutate(person_key=rows.person)
    taken = set(rows.columns)
    source = connection.table("learning_delivery")
    more = source.select(*PLACE, *(c for c in source.columns if c not in taken))
    joined = rows.inner_join(more, list(PLACE))
    return joined.select(*(c for c in joined.columns if not c.endswith("_right")))


def asked_year(asked: Asked) -> int:
    return years_number(asked.year)
