"""Essential skills: English, maths, ESOL and digital."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.derive.codes import ENGLISH_AND_MATHS
from openilr.measure import fe_and_skills as fe
from openilr.measure.aims import is_in
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Choice, Clause, Dimension, Measure

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

#: LARS basic skills types of digital skills, which the definition took in in 2024-25.
DIGITAL = (43,)
_ENGLISH_AND_MATHS = tuple(int(code) for code in ENGLISH_AND_MATHS)

OTHER = Clause("no_essential_skill", "out_of_scope", "LARS gives the aim no basic skills type.", fe.SOURCE)
NEW = Clause(
    "digital_skill", "out_of_scope", "It is a digital skills aim, which the definition before 2024-25 leaves out.",
    fe.SOURCE,
)  # fmt: skip
DEFINITION = Choice(
    "definition",
    ("2024-25", "earlier"),
    "The definition was widened in 2024-25, and both are shown. Digital skills are taken as what was added; the full "
    "list of codes has not been seen.",
    "With earlier, learners whose only such aim is digital are left out.",
)


def judge(connection: BaseBackend, asked: Asked) -> Candidates:
    aims = fe.active_aims(connection, asked)
    aims.leave_out(OTHER, lambda a: a.basic_skills_type.fill_null(0) <= 0)
    if asked.options["definition"] == "earlier":
        aims.leave_out(NEW, lambda a: is_in(a.basic_skills_type, DIGITAL))
    return aims


def _skill(aims: ir.Table) -> ir.Value:
    import ibis

    kind = aims.basic_skills_type
    return ibis.cases(
        (kind.isin(_ENGLISH_AND_MATHS), "english and maths"), (kind.isin(DIGITAL), "digital"),
        (kind > 0, "esol and other"), else_=ibis.null("string"),
    )  # fmt: skip


def _regulated(aims: ir.Table) -> ir.Value:
    import ibis

    return ibis.ifelse(aims.LearnAimRef.upper().startswith("Z"), "non-regulated", "regulated")


MEASURE = Measure(
    name="essential-skills",
    title="Learners of essential skills",
    definition=(
        "People in funded learning in the period with at least one aim in English, maths, ESOL or digital skills, as "
        "LARS types it on the start date. Each person counts once. Aged 19 or over on 31 August, unless all ages are "
        "asked for."
    ),
    formula="distinct persons with at least one funded aim whose LARS BasicSkillsType is known",
    source=fe.SOURCE,
    unit="learners",
    indicator="essential_skills_participation_count",
    count="people",
    judge=judge,
    counted="Basic skills type {basic_skills_type}, in learning from {LearnStartDate} to {LearnActEndDate}.",
    example="A learner with English and digital aims is one learner; by skill, one in each.",
    clauses=(*fe.CLAUSES, OTHER, NEW),
    dimensions=(
        Dimension(
            "skill", "Essential skill", "essential_skill", _skill,
            (("english and maths", "English and maths"), ("esol and other", "ESOL and other"), ("digital", "Digital")),
        ),
        Dimension(
            "regulated", "Regulated or not", "regulated_status", _regulated,
            (("regulated", "Regulated"), ("non-regulated", "Non-regulated")),
        ),
        *fe.DIMENSIONS,
    ),
    options=fe.OPTIONS,
    choices=(DEFINITION,),
)  # fmt: skip
