"""Apprenticeship starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure import dimensions as by
from openilr.measure.aims import (
    COUNT_OF_DAYS,
    PROGRAMME_AIM,
    is_apprenticeship,
    is_within_qualifying_period,
    with_days,
    with_fam_flag,
)
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Choice, Clause, Measure

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

SOURCE = "Apprenticeships statistics methodology, Department for Education"

NOT_APPRENTICESHIP = Clause(
    "not_an_apprenticeship", "out_of_scope",
    "Programme type {ProgType} on funding model {FundModel} is no funded apprenticeship.", SOURCE,
)  # fmt: skip
NOT_PROGRAMME = Clause(
    "not_a_programme_aim", "out_of_scope",
    "It is a component (aim type {AimType}); apprenticeships are counted by their programme aim.", SOURCE,
)  # fmt: skip
OUTSIDE = Clause(
    "started_outside_period", "out_of_scope",
    "It started on {LearnStartDate}, not between {period_start} and {period_end}.", SOURCE,
)  # fmt: skip
EARLY = Clause(
    "within_qualifying_period", "excluded",
    "It lasted {lasted} days of {planned_days} planned, from {LearnStartDate} to {LearnActEndDate}: its qualifying "
    "period is {needed} days.", SOURCE,
)  # fmt: skip
RESTART = Clause(
    "restart", "excluded", "It is a restart (RES): the programme counted when it first started.", SOURCE
)  # fmt: skip

RESTARTS = Choice(
    "restarts",
    ("left-out", "counted"),
    "The statistics count a return after a long break again, without saying how long. The ILR marks every return to "
    "the same programme as a restart, so all are left out.",
    "With counted, every restart is a start.",
)


def judge(connection: BaseBackend, asked: Asked) -> Candidates:
    """The programme aims that count as a start in the period."""
    aims = Candidates(connection.table("learning_delivery"), trail=asked.trail)
    aims.leave_out(NOT_APPRENTICESHIP, lambda a: ~is_apprenticeship(a))
    aims.leave_out(NOT_PROGRAMME, lambda a: a.AimType.isnull() | (a.AimType != PROGRAMME_AIM))
    period = asked.period
    aims.leave_out(
        OUTSIDE, lambda a: a.LearnStartDate.isnull() | ~a.LearnStartDate.between(period.start, period.end)
    )  # fmt: skip
    if asked.trail:
        aims.change(lambda a: with_days(a, asked.options["days"]))
    aims.leave_out(EARLY, lambda a: is_within_qualifying_period(a, asked.options["days"]))
    if asked.options["restarts"] == "left-out":
        aims.change(lambda a: with_fam_flag(connection, a, asked, "RES", "is_restart"))
        aims.leave_out(RESTART, lambda a: a.is_restart)
    return aims


MEASURE = Measure(
    name="starts",
    title="Apprenticeship starts",
    definition=(
        "Funded apprenticeship programmes, at all ages, that began in the period. Programmes are counted, not people: "
        "a new standard or level counts again, a restart after a break does not. A programme that ended, without "
        "achievement, within its qualifying period does not count: 42 days when planned for 168 days or more, 14 when "
        "planned for 14 to 167."
    ),
    formula="programme aims with period start <= start date <= period end, not restarted, past the qualifying period",
    source=SOURCE,
    unit="starts",
    indicator="start_count",
    count="aims",
    judge=judge,
    counted="The programme started on {LearnStartDate} and passed its qualifying period, or is still going on.",
    example=(
        "A two-year apprenticeship that starts on 1 September and is left on 12 October lasted 41 days: no start. Left "
        "a day later it is one, and so is one that goes on."
    ),
    clauses=(NOT_APPRENTICESHIP, NOT_PROGRAMME, OUTSIDE, EARLY, RESTART),
    dimensions=(*by.APPRENTICESHIP, *by.AGES_START, *by.LEARNER, *by.DELIVERY),
    without=by.APPRENTICESHIPS_ONLY,
    choices=(COUNT_OF_DAYS, RESTARTS),
    not_yet=(
        "A programme that is still going on is taken to pass its qualifying period.",
        "A start that two providers return for one person is counted twice.",
    ),
)
