"""ULN: the unique learner number."""

from openilr.derive.dd01 import dd01
from openilr.spec.names import Learner
from openilr.validate.rule import rule


@rule(
    "ULN_04",
    Learner,
    summary="A ULN must have the right check digit.",
    message="ULN {ULN} has the wrong check digit: at least one of its digits is mistyped.",
    why="A mistyped number would join this learner's record to somebody else's.",
    fix="Look the learner up in the Learning Records Service and copy the ULN from there.",
    cases="""
        ULN        | fires | why
        1000000043 | no    | the weighted sum is 10, remainder 10, so the digit is 0 ...
        9999999999 | no    | the temporary number has no check digit
        1000000044 | yes   | wrong last digit
    """,
)
def check_digit(learner):
    return (learner.ULN != 9999999999) & (dd01(learner) != learner.ULN.as_text().chars(10))
