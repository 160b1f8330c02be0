"""Qualification achievement rates: of those who left, how many stayed to the end, and how many achieved.

In reading order: ``files`` (which returns are read), ``scope`` (what has a rate), ``histories`` (one aim over years),
``aims`` (its year), this module (what is excluded, and the rates), ``forecast`` (the running year of one provider).
"""

from __future__ import annotations

import operator
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Any

from openilr.measure import dimensions as by
from openilr.measure.aims import (
    COUNT_OF_DAYS,
    WITHDRAWN,
    is_in,
    is_within_qualifying_period,
    with_days,
)
from openilr.measure.candidates import CLAUSE, Candidates
from openilr.measure.declare import Asked, Choice, Clause, Dimension, Indicator, Measure
from openilr.measure.engines import fetch, keep, named, open_views
from openilr.measure.qar import aims as facts
from openilr.measure.qar.files import LATE, MERGERS
from openilr.measure.qar.histories import PLACE
from openilr.measure.qar.scope import APPRENTICESHIPS, EDUCATION, PILOT_SCHEMES, SOURCE
from openilr.measure.qar.scope import CLAUSES as SCOPE

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

#: WithdrawReason (source: ILR specification).
TRANSFER, MERGER, CUSTODY, BY_INTERVENTION, FOR_STRATEGY = 40, 47, 28, 7, 41
TRANSFER_DAYS = 120
TIMELY_DAYS = 90
#: EmpOutcome: an employment outcome with or without training; EmpStat: not in paid employment.
JOB_OUTCOMES, UNEMPLOYED = (1, 2), (11, 12)

UNFINISHED = Clause(
    "continuing", "out_of_scope", "It goes on: no end is reported. Its planned end is {LearnPlanEndDate}.", SOURCE
)
VANISHED = Clause(
    "vanished", "out_of_scope",
    "It was last returned for {last_label}, before its planned end, {LearnPlanEndDate}, with no end reported.", SOURCE,
)  # fmt: skip
AWAITING = Clause(
    "awaiting_assessment", "excluded",
    "Learning ended on {LearnActEndDate}, and the end-point assessment is awaited: it counts once that is known.",
    SOURCE,
)  # fmt: skip
ON_BREAK = Clause(
    "planned_break", "excluded",
    "It is on a planned break since {LearnActEndDate} (restart: {restarted_on}), which is neither achievement nor "
    "withdrawal.", SOURCE,
)  # fmt: skip
OTHER_YEAR = Clause(
    "other_year", "out_of_scope",
    "It counts in {hybrid_label}, the latest of planned end {planned_label}, actual end {actual_label}, achievement "
    "{achieved_label} and first report {reported_label}.", SOURCE,
)  # fmt: skip
NOT_TIMELY = Clause(
    "planned_other_year", "out_of_scope", "Its planned end, {LearnPlanEndDate}, is in another year.", SOURCE
)
NO_TIMELY = Clause("standard", "out_of_scope", "Timely rates are not made for standards.", SOURCE)
EARLY = Clause(
    "within_qualifying_period", "excluded",
    "Withdrawn after {lasted} days of {planned_days} planned: within its qualifying period of {needed} days.", SOURCE,
)  # fmt: skip
TRANSFERRED = Clause(
    "transfer_same_provider", "excluded",
    "Withdrawn on {LearnActEndDate} to transfer (reason 40), and another aim with the provider began within 120 days.",
    SOURCE,
)  # fmt: skip
FORCED = Clause(
    "transfer_by_intervention", "excluded",
    "Transferred to another provider by intervention or for a government strategy (reason {WithdrawReason}).", SOURCE,
)  # fmt: skip
MERGED = Clause("provider_merger", "excluded", "Transferred because providers merged (reason 47).", SOURCE)
LEFT_FOR_JOB = Clause(
    "left_for_job", "excluded", "Unemployed at the start, and left for a job (employment outcome {EmpOutcome}).", SOURCE
)
IN_CUSTODY = Clause(
    "custody", "excluded", "Withdrawn from offender learning for a cause beyond the provider (reason 28).", SOURCE
)

_AGES = {dimension.name: dimension for dimension in by.AGES_START}

CUSTODY_MOVES = Choice(
    "custody_moves",
    ("excluded", "counted"),
    "Moves of learners in custody are beyond the provider. The published list of reasons has not been seen; code 28 is "
    "the one that says so.",
    "With counted, withdrawals with reason 28 count.",
)
STRATEGY = Choice(
    "strategy_transfers",
    ("excluded", "counted"),
    "Reason 41 (to another provider for a government strategy) was taken out of the exclusions for apprenticeships in "
    "one version of the rules and stands in the others.",
    "With counted, apprenticeships withdrawn with reason 41 count.",
)


DIMENSIONS: tuple[Dimension, ...] = (
    *by.ANY_PROVISION, by.STD_FWK, by.FUNDING_TYPE,
    replace(_AGES["age_qar"], name="age", column="age_group"), _AGES["age_youth_adult"], _AGES["age_adult"],
    _AGES["age_detailed"], _AGES["age_single"],
    *by.LEARNER, *(d for d in by.DELIVERY if d is not by.UKPRN),
    replace(by.UKPRN, of=lambda rows: rows.provider.cast("string")),
    Dimension("qualification_type", "Type of qualification, as LARS codes it", "qualification_type",
              lambda rows: rows.learn_aim_ref_type),
)  # fmt: skip


def judge(connection: BaseBackend, asked: Asked) -> Candidates:
    """The aims that left in the year, less those that are excluded."""
    files = facts.read_files(connection, asked)
    found = facts.records(connection, asked, files)
    year = facts.asked_year(asked)
    aims = facts.aims(connection, asked, found, files, since=year)
    if asked.trail:
        # A trail is of the aims in the year's final returns, those that count in it, and those missing from it.
        is_missing = aims.hybrid.isnull() & (aims.provider_year > aims.last_year) & (aims.last_year == year - 1)
        aims = aims.filter((aims.last_year == year) | (aims.hybrid == year).fill_null(False) | is_missing)
    rows = Candidates(aims, trail=asked.trail)
    if asked.options["basis"] == "timely":
        rows.leave_out(NO_TIMELY, lambda a: a.is_standard)
        rows.leave_out(NOT_TIMELY, lambda a: a.planned.isnull() | (a.planned != year))
        rows.leave_out(AWAITING, lambda a: a.is_awaiting)
        rows.leave_out(ON_BREAK, lambda a: a.is_break)
    else:
        rows.leave_out(VANISHED, lambda a: a.hybrid.isnull() & (a.provider_year > a.last_year))
        rows.leave_out(UNFINISHED, lambda a: a.hybrid.isnull())
        rows.leave_out(AWAITING, lambda a: a.is_awaiting)
        rows.leave_out(ON_BREAK, lambda a: a.is_break)
        rows.leave_out(OTHER_YEAR, lambda a: a.hybrid != year)
    exclude(connection, asked, rows)
    rows.change(lambda a: _with_result(a, asked))
    if asked.trail:
        rows.rows = _with_others(_labelled(rows.rows, asked), found.rows, asked)
    return rows


def exclude(connection: BaseBackend, asked: Asked, rows: Candidates) -> None:
    """The exclusions that apply to those who left."""
    rows.change(lambda a: keep(connection, a, "qar_leavers"))
    rows.change(lambda a: named(connection, facts.with_records(connection, a), "qar_leavers"))
    days, strategy_counts = asked.options["days"], asked.options["strategy_transfers"] == "counted"
    withdrawn = {"CompStatus": WITHDRAWN}
    rows.leave_out(EARLY, lambda a: _says(a, **withdrawn) & ~a.is_restart & is_within_qualifying_period(a, days))
    rows.change(lambda a: _with_transfer(connection, a))
    rows.leave_out(TRANSFERRED, lambda a: a.has_transfer)
    rows.leave_out(FORCED, lambda a: _says(a, **withdrawn, WithdrawReason=BY_INTERVENTION))
    rows.leave_out(
        FORCED,
        lambda a: _says(a, **withdrawn, WithdrawReason=FOR_STRATEGY) & ~(a.is_app & strategy_counts),
    )
    rows.leave_out(MERGED, lambda a: _says(a, **withdrawn, WithdrawReason=MERGER))
    if asked.options["custody_moves"] == "excluded":
        rows.leave_out(IN_CUSTODY, lambda a: _says(a, **withdrawn, WithdrawReason=CUSTODY))
    if "EmpOutcome" in rows.rows.columns and asked.options["programme"] != APPRENTICESHIPS:
        rows.change(lambda a: _with_unemployed(connection, a))
        rows.leave_out(LEFT_FOR_JOB, lambda a: ~a.is_app & _says(a, **withdrawn) & a.was_unemployed)


def _says(aims: ir.Table, **values: int) -> Any:
    """Whether every named field has this value; a blank has not."""
    conditions = [(aims[name] == value).fill_null(False) for name, value in values.items()]
    return reduce(operator.and_, conditions)


def _with_transfer(connection: BaseBackend, aims: ir.Table) -> ir.Table:
    """``has_transfer``: withdrawn with reason 40, and an aim of the person with the provider begins 0 to 120 days
    later."""
    import ibis

    left = aims.filter(aims.CompStatus == WITHDRAWN, aims.WithdrawReason == TRANSFER, aims.LearnActEndDate.notnull())
    left = left.select(*PLACE, "person_key", "LearnStartDate", "LearnActEndDate")
    every = connection.table("learning_delivery").select("person_key", "ukprn", began="LearnStartDate")
    met = left.inner_join(every, ["person_key", "ukprn"])
    waited = met.began.delta(met.LearnActEndDate, unit="day")
    itself = met.began == met.LearnStartDate
    met = met.filter(waited >= 0, waited <= TRANSFER_DAYS, ~itself)
    having = keep(connection, met.select(*PLACE).distinct().mutate(has_transfer=ibis.literal(True)), "qar_transfers")
    joined = aims.left_join(having, list(PLACE)).select(aims, having.has_transfer)
    return joined.mutate(has_transfer=joined.has_transfer.fill_null(False))


def _with_unemployed(connection: BaseBackend, aims: ir.Table) -> ir.Table:
    """``was_unemployed``: the last employment status up to the start is not in work, for aims with a job outcome."""
    import ibis

    asked = aims.filter(is_in(aims.EmpOutcome, JOB_OUTCOMES)).select(*PLACE, "learner_key", "LearnStartDate")
    asked = keep(connection, asked, "qar_with_job")
    if not fetch(asked.limit(1)).height:  # as in all years since 2020-21: that is not worth reading every status
        return aims.mutate(was_unemployed=ibis.literal(False))
    said = connection.table("learner_employment_status").select(
        "year", "return", "ukprn", "learner_key", "EmpStat", "DateEmpStatApp"
    )
    met = asked.inner_join(said, ["year", "return", "ukprn", "learner_key"])
    met = met.filter(met.DateEmpStatApp <= met.LearnStartDate)
    last = met.group_by(list(PLACE)).agg(last=ibis.struct({"on": met.DateEmpStatApp, "is": met.EmpStat}).max())
    having = last.filter(last["last"]["is"].isin(UNEMPLOYED)).select(*PLACE).mutate(was_unemployed=ibis.literal(True))
    having = keep(connection, having, "qar_unemployed")
    joined = aims.left_join(having, list(PLACE)).select(aims, having.was_unemployed)
    return joined.mutate(was_unemployed=joined.was_unemployed.fill_null(False))


def _with_result(aims: ir.Table, asked: Asked) -> ir.Table:
    """``completed`` and ``achieved_aim``: whether the aim is a completer, and an achiever, on the basis asked for."""
    completed, achieved = aims.is_completer, aims.is_achiever
    if asked.options["basis"] == "timely":
        late = aims.LearnActEndDate.delta(aims.LearnPlanEndDate, unit="day") > TIMELY_DAYS
        in_time = ~late.fill_null(True)
        completed, achieved = completed & in_time, achieved & in_time
    return aims.mutate(completed=completed, achieved_aim=achieved)


MEASURE = Measure(
    name="qar",
    title="Qualification achievement rates",
    definition=(
        "Of the aims that left in a year, the share whose learning was completed (retention), the share of those that "
        "was achieved (pass), and the share that was achieved (achievement). An apprenticeship is one aim, its "
        "programme; in education and training every aim is one. An aim counts once, in its hybrid end year: the latest "
        "of the years of its planned end, its actual end, its achievement (standards), and in which its end was first "
        "reported. Planned breaks, transfers, mergers and withdrawals within the qualifying period are left out."
    ),
    formula=(
        "achievement rate = achievers / leavers; retention rate = completers / leavers; pass rate = achievers / "
        "completers"
    ),
    source=SOURCE,
    unit="%",
    indicator="achievement_rate",
    count="aims",
    kind="rate",
    judge=judge,
    counted=(
        "It counts in {hybrid_label}, the latest of planned end {planned_label}, actual end {actual_label}, "
        "achievement {achieved_label} and first report {reported_label}; {result}."
    ),
    example=(
        "An apprenticeship planned to end on 6 September 2021 is achieved on 29 June 2021. The planned end is in "
        "2021-22, so it is an achiever of 2021-22. Left after 31 days it is in no year; left after 42 days it is a "
        "leaver who did not achieve, in the year of the planned end."
    ),
    clauses=(
        *SCOPE,
        UNFINISHED,
        VANISHED,
        AWAITING,
        ON_BREAK,
        OTHER_YEAR,
        NOT_TIMELY,
        NO_TIMELY,
        EARLY,
        TRANSFERRED,
        FORCED,
        MERGED,
        LEFT_FOR_JOB,
        IN_CUSTODY,
    ),
    dimensions=DIMENSIONS,
    options={"programme": ("all", APPRENTICESHIPS, EDUCATION), "basis": ("overall", "timely")},
    choices=(COUNT_OF_DAYS, LATE, MERGERS, *facts.CHOICES, STRATEGY, CUSTODY_MOVES, PILOT_SCHEMES),
    indicators=(
        Indicator("leavers", "Leavers", of=lambda rows: rows.count()),
        Indicator("completers", "Completers", of=lambda rows: rows.completed.cast("int64").sum().fill_null(0)),
        Indicator("achievers", "Achievers", of=lambda rows: rows.achieved_aim.cast("int64").sum().fill_null(0)),
        Indicator("retention_rate", "Retention rate", "%", "rate", rate=("completers", "leavers"), decimals=1),
        Indicator("pass_rate", "Pass rate", "%", "rate", rate=("achievers", "completers"), decimals=1),
        Indicator("achievement_rate", "Achievement rate", "%", "rate", rate=("achievers", "leavers"), decimals=1),
    ),
    not_yet=(
        "Not applied, so they count: units below the minimum size, diagnostic aims, and learning that is not regulated "
        "and has no rate. The current lists have not been seen.",
        "Not applied, so they count: learners who died or joined the armed forces. No reason for withdrawal in the ILR "
        "says so (2020-21 to 2026-27), so the record cannot tell them from others who left.",
        "Merging of qualification types for minimum standards, and grades of GCSEs.",
    ),
    connect=lambda asked, engine: open_views(asked.store, engine),
)


# The trail


def _labelled(aims: ir.Table, asked: Asked) -> ir.Table:
    """Years, days and the result written out for the reasons."""
    import ibis

    labels = {
        f"{name}_label": _label(aims[column])
        for name, column in (
            ("hybrid", "hybrid"), ("planned", "planned"), ("actual", "actual"), ("achieved", "achieved"),
            ("reported", "reported"), ("last", "last_year"),
        )
    }  # fmt: skip
    result = ibis.cases(
        (aims.achieved_aim, "achieved"),
        (aims.ended & aims.is_completer & ~aims.completed, f"not in time: it ended over {TIMELY_DAYS} days late"),
        (aims.completed, "completed without achievement"),
        (aims.is_overdue & ~aims.ended, "not achieved: its planned end has passed, and no later return has it"),
        (aims.is_overdue, "not achieved: a break without a restart in time is a withdrawal"),
        (aims.ended, "not achieved: withdrawn"),
        else_="not achieved: it goes on",
    )
    return with_days(aims.mutate(**labels, result=result), asked.options["days"])


def _label(year: ir.IntegerValue) -> ir.StringValue:
    """2025 as 2025-26."""
    return year.cast("string") + "-" + ((year + 1) % 100).cast("string").lpad(2, "0")


def _with_others(aims: ir.Table, found: ir.Table, asked: Asked) -> ir.Table:
    """The aims, and the records of the year's final returns that have no rate."""
    import ibis

    out = found.filter(found[CLAUSE].notnull(), found.year == asked.year, found.is_final)
    there = set(out.columns)
    columns = {name: out[name].cast(kind) if name in there else ibis.null(kind) for name, kind in aims.schema().items()}
    return aims.union(out.select(**columns))
