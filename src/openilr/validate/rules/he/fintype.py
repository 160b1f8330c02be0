"""FINTYPE: what kind of financial support the learner gets."""

from openilr.spec.names import LearnerHEFinancialSupport
from openilr.validate.rule import rule
from openilr.validate.shapes import lookup

lookup("FINTYPE_01", LearnerHEFinancialSupport, "FINTYPE", known="1 2 3 4", unknown="5")


@rule(
    "FINTYPE_02",
    LearnerHEFinancialSupport,
    summary="A learner has one financial support record of each type.",
    message="The learner has more than one financial support record with FINTYPE {FINTYPE}.",
    fix="Add the amounts up in one record of this type, or correct FINTYPE.",
    cases="""
        FINTYPE | Other               | fires | why
        1       | FINTYPE=1           | yes   | cash twice
        4       | FINTYPE=3 FINAMOUNT=1; FINTYPE=4 | yes | other support twice
        1       | FINTYPE=2           | no    | different types
        1       |                     | no    | the only record
        5       | FINTYPE=5           | no    | no such type: FINTYPE_01
        3       | FINTYPE=3 FINAMOUNT=100 | yes | the amount does not matter
    """,
)
def type_repeated(support):
    twin = support.any(LearnerHEFinancialSupport, same=["FINTYPE"], other=True)
    return support.FINTYPE.is_in(1, 2, 3, 4) & twin
