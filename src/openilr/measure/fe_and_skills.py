"""Whom "further education and skills" covers: clauses and settings that several measures share.

Source: FE and skills statistics methodology, Department for Education.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openilr.measure import dimensions as by
from openilr.measure.aims import (
    COMMUNITY,
    is_active,
    is_adult_education,
    is_apprenticeship,
    is_tailored_learning,
    with_fam_flag,
)
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Clause, Dimension

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

SOURCE = "FE and skills statistics methodology, Department for Education"

NO_START = Clause("no_start", "out_of_scope", "It has no start date.", SOURCE)
NOT_ACTIVE = Clause(
    "not_active",
    "out_of_scope",
    "It was in learning from {LearnStartDate} to {LearnActEndDate}: on no day from {period_start} to {period_end}.",
    SOURCE,
)
TOO_YOUNG = Clause(
    "not_adult", "out_of_scope", "The learner was {age_aug31} on 31 August; only those aged 19 and over count.", SOURCE
)
NOT_FUNDED = Clause(
    "not_funded_provision",
    "out_of_scope",
    "Funding model {FundModel} is neither an apprenticeship, nor adult education and training, nor a loan.",
    SOURCE,
)
OTHER_PROVISION = Clause(
    "other_provision", "out_of_scope", "It is funded, but not the kind of provision that was asked for.", SOURCE
)
CLAUSES = (NO_START, NOT_ACTIVE, TOO_YOUNG, NOT_FUNDED, OTHER_PROVISION)

OPTIONS = {
    "provision": ("fe-and-skills", "apprenticeships", "education-and-training", "tailored-learning"),
    "ages": ("19+", "all"),
}
DIMENSIONS: tuple[Dimension, ...] = (*by.ANY_PROVISION, *by.AGES_AUGUST, *by.LEARNER, *by.DELIVERY)


def active_aims(connection: BaseBackend, asked: Asked) -> Candidates:
    """The funded aims in learning within the period, of the ages and the provision asked for."""
    aims = Candidates(connection.table("learning_delivery"), trail=asked.trail)
    aims.leave_out(NO_START, lambda a: a.LearnStartDate.isnull())
    aims.leave_out(NOT_ACTIVE, lambda a: ~is_active(a, asked.period.start, asked.period.end))
    return of_provision(connection, asked, aims)


def of_provision(connection: BaseBackend, asked: Asked, aims: Candidates) -> Candidates:
    """Leaves out other ages and other provision."""
    if asked.options["ages"] == "19+":
        aims.leave_out(TOO_YOUNG, lambda a: a.age_aug31.isnull() | (a.age_aug31 < 19))
    aims.change(lambda a: with_fam_flag(connection, a, asked, "ADL", "has_loan"))
    aims.leave_out(NOT_FUNDED, lambda a: ~(is_apprenticeship(a) | is_adult_education(a)))
    return aims.leave_out(OTHER_PROVISION, lambda a: ~is_wanted(a, asked))


def is_wanted(aims: ir.Table, asked: Asked) -> Any:
    import ibis

    education = is_adult_education(aims)
    if asked.year < by.TAILORED_SINCE:
        # Community learning was not part of education and training then.
        education &= (aims.FundModel != COMMUNITY).fill_null(True)
    return {
        "fe-and-skills": ibis.literal(True),
        "apprenticeships": is_apprenticeship(aims),
        "education-and-training": education,
        "tailored-learning": is_adult_education(aims) & is_tailored_learning(aims),
    }[asked.options["provision"]]
