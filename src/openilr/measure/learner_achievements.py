"""Learner achievements: people who achieved at least one aim in further education and skills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure import fe_and_skills as fe
from openilr.measure.achievements import NOT_ACHIEVED, OUTSIDE, achieved_on
from openilr.measure.aims import ACHIEVED, COMPONENT_AIM, is_apprenticeship
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Clause, Measure

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

COMPONENT = Clause(
    "component_of_apprenticeship", "out_of_scope",
    "It is a component; an apprenticeship is achieved by its programme aim.", fe.SOURCE,
)  # fmt: skip


def judge(connection: BaseBackend, asked: Asked, aims: Candidates | None = None) -> Candidates:
    """The funded aims achieved within the period, of those given or of all."""
    aims = aims or Candidates(connection.table("learning_delivery"), trail=asked.trail)
    aims.leave_out(NOT_ACHIEVED, lambda a: a.Outcome.isnull() | (a.Outcome != ACHIEVED))
    aims.change(lambda a: a.mutate(achieved_on=achieved_on(a)))
    period = asked.period
    aims.leave_out(
        OUTSIDE, lambda a: a.achieved_on.isnull() | ~a.achieved_on.between(period.start, period.end)
    )  # fmt: skip
    fe.of_provision(connection, asked, aims)
    return aims.leave_out(COMPONENT, lambda a: is_apprenticeship(a) & (a.AimType == COMPONENT_AIM))


MEASURE = Measure(
    name="learner-achievements",
    title="Learner achievements in further education and skills",
    definition=(
        "People with at least one funded aim, or apprenticeship, achieved in the period. Each person counts once in a "
        "total and once in each item of a breakdown. Aged 19 or over on 31 August, unless all ages are asked for."
    ),
    formula="distinct persons with at least one aim: outcome 1, and achievement date (or end) within the period",
    source=fe.SOURCE,
    unit="learners",
    indicator="learner_achievement_count",
    count="people",
    judge=judge,
    counted="It was achieved on {achieved_on}.",
    example="A learner who passes English and maths in the year is one learner with an achievement, not two.",
    clauses=(NOT_ACHIEVED, OUTSIDE, *fe.CLAUSES[2:], COMPONENT),
    dimensions=fe.DIMENSIONS,
    options=fe.OPTIONS,
)
