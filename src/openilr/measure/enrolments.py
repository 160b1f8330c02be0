"""Enrolments: how many aims people are on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure import fe_and_skills as fe
from openilr.measure.aims import COMPONENT_AIM, PROGRAMME_AIM, is_apprenticeship
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Clause, Measure

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

COMPONENT = Clause(
    "component_of_apprenticeship", "out_of_scope",
    "It is a component; an apprenticeship is one enrolment, by its programme aim.", fe.SOURCE,
)  # fmt: skip
PROGRAMME = Clause(
    "programme_of_education", "out_of_scope",
    "It is the programme aim of a programme whose parts are counted.", fe.SOURCE,
)  # fmt: skip


def judge(connection: BaseBackend, asked: Asked) -> Candidates:
    """The funded aims in learning within the period; of an apprenticeship, its programme aim."""
    aims = fe.active_aims(connection, asked)
    aims.leave_out(COMPONENT, lambda a: is_apprenticeship(a) & (a.AimType == COMPONENT_AIM))
    return aims.leave_out(PROGRAMME, lambda a: ~is_apprenticeship(a) & (a.AimType == PROGRAMME_AIM))


MEASURE = Measure(
    name="enrolments",
    title="Enrolments in further education and skills",
    definition=(
        "Funded aims in learning on at least one day of the period. An apprenticeship is one enrolment. Aims are "
        "counted, not people, so they sum over levels and providers."
    ),
    formula="aims with start <= period end, and no end or end >= period start",
    source=fe.SOURCE,
    unit="enrolments",
    indicator="enrolment_count",
    count="aims",
    judge=judge,
    counted="It was in funded learning from {LearnStartDate} to {LearnActEndDate}, within the period.",
    example="An apprentice with a programme aim, a diploma and functional skills is one enrolment.",
    clauses=(*fe.CLAUSES, COMPONENT, PROGRAMME),
    dimensions=fe.DIMENSIONS,
    options=fe.OPTIONS,
)
