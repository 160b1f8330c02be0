"""Apprenticeship achievements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure import dimensions as by
from openilr.measure.aims import ACHIEVED, PROGRAMME_AIM, is_apprenticeship
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Choice, Clause, Measure
from openilr.measure.starts import NOT_APPRENTICESHIP, NOT_PROGRAMME, SOURCE

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

NOT_ACHIEVED = Clause("not_achieved", "out_of_scope", "Its outcome is not achieved (Outcome {Outcome}).", SOURCE)
OUTSIDE = Clause(
    "achieved_outside_period",
    "out_of_scope",
    "It was achieved on {achieved_on}, not between {period_start} and {period_end}.",
    SOURCE,
)
WHEN = Choice(
    "achieved_on",
    ("achievement-date", "learning-end"),
    "Since end-point assessment the day of the achievement counts; without one recorded, as on frameworks, the end of "
    "learning does.",
    "With learning-end, apprentices who are assessed after 31 July move into the year before.",
)


def achieved_on(aims: ir.Table) -> ir.DateValue:
    """The achievement date; the end of learning where there is none."""
    return aims.AchDate.coalesce(aims.LearnActEndDate)


def judge(connection: BaseBackend, asked: Asked) -> Candidates:
    """The programme aims that were achieved in the period."""
    aims = Candidates(connection.table("learning_delivery"), trail=asked.trail)
    aims.leave_out(NOT_APPRENTICESHIP, lambda a: ~is_apprenticeship(a))
    aims.leave_out(NOT_PROGRAMME, lambda a: a.AimType.isnull() | (a.AimType != PROGRAMME_AIM))
    aims.leave_out(NOT_ACHIEVED, lambda a: a.Outcome.isnull() | (a.Outcome != ACHIEVED))
    by_date = asked.options["achieved_on"] == "achievement-date"
    aims.change(lambda a: a.mutate(achieved_on=achieved_on(a) if by_date else a.LearnActEndDate))
    period = asked.period
    return aims.leave_out(
        OUTSIDE, lambda a: a.achieved_on.isnull() | ~a.achieved_on.between(period.start, period.end)
    )  # fmt: skip


MEASURE = Measure(
    name="achievements",
    title="Apprenticeship achievements",
    definition=(
        "Funded apprenticeship programmes, at all ages, that were achieved in the period, by the date of the "
        "achievement. Programmes are counted, not people."
    ),
    formula="programme aims with outcome 1 and period start <= achievement date <= period end",
    source=SOURCE,
    unit="achievements",
    indicator="achievement_count",
    count="aims",
    judge=judge,
    counted="The programme was achieved on {achieved_on}.",
    example=(
        "An apprentice ends learning on 20 June and passes the end-point assessment on 4 August: an achievement of the "
        "new year."
    ),
    clauses=(NOT_APPRENTICESHIP, NOT_PROGRAMME, NOT_ACHIEVED, OUTSIDE),
    dimensions=(*by.APPRENTICESHIP, *by.AGES_START, *by.LEARNER, *by.DELIVERY),
    without=by.APPRENTICESHIPS_ONLY,
    choices=(WHEN,),
)
