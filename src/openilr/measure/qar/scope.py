"""Which aims have a rate at all: programme aims of apprenticeships, and single aims of education and training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openilr.measure.aims import (
    ADULT_FUNDING,
    NOT_FUNDED,
    PROGRAMME_AIM,
    TAILORED_FUNDING,
    is_apprenticeship,
    is_in,
)
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Choice, Clause

if TYPE_CHECKING:
    import ibis.expr.types as ir

SOURCE = "Qualification achievement rates business rules, Department for Education"
APPRENTICESHIPS, EDUCATION = "apprenticeships", "education-and-training"
#: 16 to 19 funding beside that of adults.
YOUNG_FUNDING = (25, 82)
EUROPEAN_FUNDING = 70
TRAINEESHIP = 24
#: Beginnings of class codes that stand for work experience, placements and the like, which nobody passes or fails.
#: Other class codes (they begin with Z) stand for non-regulated learning and have a rate.
NO_QUALIFICATION = ("ZWRKX", "ZESF", "ZPROG", "ZVOC")

#: Codes of LDM whose label in the ILR says that they mark a pilot (source: ILR lookup tables, 2020-21 to 2026-27).
PILOTS = ("348", "351", "359", "384", "395", "396")

PILOT_SCHEMES = Choice(
    "pilots",
    ("excluded", "counted"),
    "Pilots marked by LDM codes are left out. The current list of codes has not been seen: taken are those whose label "
    f"says pilot ({', '.join(PILOTS)}).",
    "With counted, aims with one of these codes count.",
)
NOT_FUNDED_PROVISION = Clause(
    "not_funded_provision", "out_of_scope",
    "Funding model {FundModel} is neither an apprenticeship nor education and training with a rate.", SOURCE,
)  # fmt: skip
OTHER_PROGRAMME = Clause(
    "other_programme", "out_of_scope", "It is not of the kind of programme that was asked for.", SOURCE
)
COMPONENT = Clause(
    "component_of_apprenticeship", "out_of_scope",
    "It is a component (aim type {AimType}); an apprenticeship counts once, by its programme aim.", SOURCE,
)  # fmt: skip
PROGRAMME = Clause(
    "programme_of_education", "out_of_scope",
    "It is the programme aim of a programme whose parts count one by one.", SOURCE,
)  # fmt: skip
TRAINEE = Clause("traineeship", "out_of_scope", "Traineeships had rates of their own.", SOURCE)
TAILORED = Clause(
    "tailored_learning", "excluded", "Tailored and community learning (funding model {FundModel}) has no rate.", SOURCE
)
EUROPEAN = Clause("european_social_fund", "excluded", "The European Social Fund is left out of the rates.", SOURCE)
HIGHER = Clause(
    "higher_education", "excluded", "It is prescribed higher education: it has a higher education record.", SOURCE
)
NO_RATE = Clause(
    "no_qualification", "excluded", "{LearnAimRef} is a class code for work experience or the like, which has no rate.",
    SOURCE,
)  # fmt: skip
PILOT = Clause("pilot", "excluded", "It is marked as part of a pilot (LDM), which is left out of the rates.", SOURCE)
CLAUSES = (
    NOT_FUNDED_PROVISION, OTHER_PROGRAMME, COMPONENT, PILOT, PROGRAMME, TRAINEE, TAILORED, EUROPEAN, HIGHER, NO_RATE,
)  # fmt: skip


def in_scope(asked: Asked, records: Candidates) -> Candidates:
    """Leaves out records without a rate. ``is_app`` says which of the two kinds a record is. Records have the flags
    of ``openilr.measure.qar.files.with_marks``."""
    wanted = asked.options["programme"]
    records.change(lambda a: a.mutate(is_app=is_apprenticeship(a)))
    if wanted == APPRENTICESHIPS:
        records.leave_out(OTHER_PROGRAMME, lambda a: ~a.is_app)
    else:
        records.leave_out(NOT_FUNDED_PROVISION, lambda a: ~(a.is_app | _is_education(a)))
    if wanted == EDUCATION:
        records.leave_out(OTHER_PROGRAMME, lambda a: a.is_app)
    records.leave_out(COMPONENT, lambda a: a.is_app & (a.AimType.isnull() | (a.AimType != PROGRAMME_AIM)))
    if asked.options["pilots"] == "excluded":
        records.leave_out(PILOT, lambda a: a.is_pilot)
    if wanted == APPRENTICESHIPS:
        return records
    records.leave_out(TRAINEE, lambda a: a.ProgType == TRAINEESHIP)
    records.leave_out(PROGRAMME, lambda a: ~a.is_app & (a.AimType == PROGRAMME_AIM))
    records.leave_out(TAILORED, lambda a: is_in(a.FundModel, TAILORED_FUNDING))
    records.leave_out(EUROPEAN, lambda a: a.FundModel == EUROPEAN_FUNDING)
    records.leave_out(NO_RATE, lambda a: ~a.is_app & _is_class_code(a))
    return records.leave_out(HIGHER, lambda a: ~a.is_app & a.is_higher_education)


def _is_education(aims: ir.Table) -> Any:
    """Funded learning outside apprenticeships, the kinds that are excluded by name in it."""
    funded = is_in(aims.FundModel, (*ADULT_FUNDING, *YOUNG_FUNDING, EUROPEAN_FUNDING))
    return (funded | (is_in(aims.FundModel, (NOT_FUNDED,)) & aims.has_loan)) & ~aims.is_app


def _is_class_code(aims: ir.Table) -> Any:
    first, *others = (aims.LearnAimRef.upper().startswith(start) for start in NO_QUALIFICATION)
    for other in others:
        first |= other
    return first
