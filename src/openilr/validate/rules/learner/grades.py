"""EngGrade and MathGrade: the GCSE grades with which a learner came, and the conditions that hang on them."""

from openilr.derive.codes import has_learner_fam, is_blank
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import Learner
from openilr.validate.rule import Predicate, rule
from openilr.validate.rules.learner.aims import has_16_to_19_funded_aim
from openilr.validate.shapes import lookup

#: Grades below a pass at grade C or 4, as the published rules list them.
BELOW_PASS = ("D", "DD", "DE", "E", "EE", "EF", "F", "FF", "FG", "G", "GG", "N", "U", "3", "2", "1")

_GRADES_CASES = """
    {field} | LearnerFAM | fires | why
    D       |            | yes   | below a pass
    CD      |            | no    | a pass on one of two
    C       |            | no    | a pass
    4       |            | no    | a pass
    3       |            | yes   | below a pass
    2       |            | yes   | below a pass
    1       |            | yes   | below a pass
    DD      |            | yes   | below a pass
    DE      |            | yes   | below a pass
    E       |            | yes   | below a pass
    EE      |            | yes   | below a pass
    EF      |            | yes   | below a pass
    F       |            | yes   | below a pass
    FF      |            | yes   | below a pass
    FG      |            | yes   | below a pass
    G       |            | yes   | below a pass
    GG      |            | yes   | below a pass
    N       |            | yes   | no grade reached
    U       |            | yes   | unclassified
    X       |            | no    | not in the published row of grades
    NONE    |            | no    | no GCSE taken
            |            | no    | not returned
    D       | EDF{edf}   | no    | recorded
    D       | EDF{other} | yes   | recorded for the other subject only
    D       | HNS1       | yes   | another monitoring type
    D       | FME2       | yes   | another monitoring type
"""
_EXEMPT_CASES = """
    {field} | LearnerFAM | fires | why
    D       | {fam}2     | yes   | exempt, with a grade
    D       | {fam}3     | yes   | met, with a grade
    D       | {fam}4     | yes   | met elsewhere, with a grade
    D       | {fam}1     | no    | exempt for a learning difficulty: may have a grade
    D       | {fam}5     | no    | another code
    NONE    | {fam}2     | no    | as it must be
    none    | {fam}2     | yes   | small letters
            | {fam}2     | yes   | a blank is not NONE
    D       | {other}2   | no    | exempt from the other subject
    D       |            | no    | not exempt
"""


def grade_missing(field: str) -> Predicate:
    def no_grade_on_16_to_19_funding(learner: Record) -> Expr:
        return has_16_to_19_funded_aim(learner) & is_blank(learner.field(field))

    return no_grade_on_16_to_19_funding


def disadvantage_not_recorded(field: str, code: int) -> Predicate:
    def low_grade_without_disadvantage_funding(learner: Record) -> Expr:
        return learner.field(field).is_in(BELOW_PASS) & ~has_learner_fam(learner, "EDF", code)

    return low_grade_without_disadvantage_funding


def grade_beside_exemption(field: str, condition: str) -> Predicate:
    def exempt_with_a_grade(learner: Record) -> Expr:
        return has_learner_fam(learner, condition, 2, 3, 4) & (learner.field(field) != "NONE")

    return exempt_with_a_grade


for _field, _subject, _condition, _edf in (("EngGrade", "English", "ECF", 2), ("MathGrade", "maths", "MCF", 1)):
    rule(
        f"{_field}_01", Learner,
        summary=f"16 to 19 funded learners need their GCSE {_subject} grade.",
        message=f"{_field} is missing, and the learner has an aim with FundModel 25.",
        why=f"It decides whether the learner has to go on studying {_subject}.",
        fix=f"Record the highest GCSE {_subject} grade, or NONE where the learner has none.",
        cases=f"""
            {_field} | LearningDelivery           | fires | why
                     | FundModel=25               | yes   | 16 to 19 funded
                     | FundModel=38; FundModel=25 | yes   | on one of the aims
                     | FundModel=82               | no    | other 16 to 19 funding
                     | FundModel=38               | no    | another funding model
                     |                            | no    | no aims
            NONE     | FundModel=25               | no    | returned
            "  "     | FundModel=25               | yes   | white space only
        """,
    )(grade_missing(_field))  # fmt: skip
    lookup(f"{_field}_02", Learner, _field, known="A*", unknown="H")
    rule(
        f"{_field}_03", Learner,
        summary=f"A learner whose GCSE {_subject} grade is D, 3 or lower is eligible for disadvantage funding (EDF {_edf}).",
        message=f"{_field} is {{{_field}}}, below a pass, but there is no EDF {_edf}.",
        why="Disadvantage funding is paid for what EDF says.",
        fix=f"Add the learner FAM EDF {_edf}, or correct the grade.",
        cases=_GRADES_CASES.format(field=_field, edf=_edf, other=3 - _edf),
    )(disadvantage_not_recorded(_field, _edf))  # fmt: skip
    rule(
        f"{_field}_04", Learner,
        summary=f"A learner who is exempt from the {_subject} condition, or has met it otherwise, has {_field} NONE.",
        message=f"{_field} is {{{_field}}}, but a learner FAM {_condition} of 2, 3 or 4 says that no GCSE is needed.",
        fix=f"Record NONE in {_field}, or correct {_condition}.",
        cases=_EXEMPT_CASES.format(field=_field, fam=_condition, other="MCF" if _condition == "ECF" else "ECF"),
    )(grade_beside_exemption(_field, _condition))  # fmt: skip
