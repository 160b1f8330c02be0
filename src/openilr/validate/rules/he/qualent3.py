"""QUALENT3: the highest qualification that the learner entered with."""

from openilr.derive.codes import is_restart
from openilr.spec.names import LearningDeliveryHE
from openilr.validate.rule import rule
from openilr.validate.rules.he.questions import code_has_ended, must_be_returned
from openilr.validate.shapes import list_used, lookup

must_be_returned("QUALENT3_01", "QUALENT3", "Qualification on entry", "the aim started on or after 1 August 2010",
                 lambda he: he.LearnStartDate >= "2010-08-01", """
    LearnStartDate | QUALENT3 | fires | why
    2010-08-01     |          | yes   | first day
    2010-07-31     |          | no    | the day before
    2025-09-01     | C20      | no    | returned
""")  # fmt: skip
lookup("QUALENT3_02", LearningDeliveryHE, "QUALENT3", known="C20", unknown="C21")


@rule(
    "QUALENT3_03",
    LearningDeliveryHE,
    summary="The qualification on entry must be one that could still be used when the aim started.",
    message="QUALENT3 {QUALENT3} ended before {LearnStartDate}, when the aim started {list}.",
    show={"list": list_used("QUALENT3")},
    fix="Record a qualification on entry that is valid on the start date.",
    unless=(is_restart,),
    cases="""
        LearnStartDate | QUALENT3 | FAM  | fires | why
        2014-07-31     | P91      |      | no    | last day of this code
        2014-08-01     | P91      |      | yes   | the day after
        2013-08-01     | P70      |      | yes   | the day after another's last
        2025-09-01     | P92      |      | no    | a code without an end
        2025-09-01     |          |      | no    | not returned
        2025-09-01     | P91      | RES1 | no    | restart
        2025-09-01     | P91      | LDM1 | yes   | another FAM type
    """,
)
def qualification_had_ended(he):
    return code_has_ended(he, "QUALENT3", he.LearnStartDate)
