"""NINumber: the learner's National Insurance number."""

from openilr.derive.codes import has_fam, is_blank
from openilr.spec.names import Learner, LearningDelivery
from openilr.validate.rule import rule

#: First letter none of D F I Q U V, second none of D F I O Q U V; six digits; A to D or a space.
SHAPE = r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D ]"


@rule(
    "NINumber_01",
    Learner,
    summary="A National Insurance number is two letters, six digits, and A, B, C, D or a space.",
    message="NINumber does not have the form of a National Insurance number.",
    why="A mistyped number joins the learner's earnings and benefits to somebody else's.",
    fix="Copy the number from the learner's payslip or letter: two letters, six digits, one letter, without spaces.",
    cases="""
        NINumber    | fires | why
        AB123456A   | no    | right
        AB123456D   | no    | the last letter that there is
        "AB123456 " | no    | a space at the end
        AB123456E   | yes   | another letter at the end
        AB123456    | yes   | nothing at the end
        AB12345A    | yes   | five digits
        AB1234567   | yes   | seven digits
        A1123456A   | yes   | one letter
        1B123456A   | yes   | a digit first
        ab123456a   | yes   | small letters
        DB123456A   | yes   | D is never first
        FB123456A   | yes   | nor is F
        IB123456A   | yes   | nor is I
        QB123456A   | yes   | nor is Q
        UB123456A   | yes   | nor is U
        VB123456A   | yes   | nor is V
        OB123456A   | no    | O may be first
        AD123456A   | yes   | D is never second
        AF123456A   | yes   | nor is F
        AI123456A   | yes   | nor is I
        AO123456A   | yes   | nor is O
        AQ123456A   | yes   | nor is Q
        AU123456A   | yes   | nor is U
        AV123456A   | yes   | nor is V
        ZY123456C   | no    | other letters
                    | no    | not returned
        "         " | no    | white space only
    """,
)
def wrong_form(learner):
    return ~is_blank(learner.NINumber) & ~learner.NINumber.matches(SHAPE)


@rule(
    "NINumber_02",
    Learner,
    summary="An apprentice on a contract with the employer needs a National Insurance number.",
    message="NINumber is missing, but an aim has ACT 1, a contract with the employer.",
    why="The employer's account in the apprenticeship service is matched through it.",
    fix="Ask the apprentice or the employer for the number and record it.",
    cases="""
        NINumber  | LearningDelivery    | fires | why
                  | FAM=ACT1            | yes   | employer contract
                  | AimType=3; FAM=ACT1 | yes   | on any of the aims
                  | FAM=ACT2            | no    | another contract type
                  | AimType=1           | no    | no contract type
        AB123456A | FAM=ACT1            | no    | returned
        "  "      | FAM=ACT1            | yes   | white space only
    """,
)
def missing_on_employer_contract(learner):
    on_contract = learner.any(LearningDelivery, lambda aim: has_fam(aim, "ACT", "1"))
    return on_contract & is_blank(learner.NINumber)
