"""TTACCOM: where the learner lives in term time."""

from openilr.derive.dd06 import dd06
from openilr.spec.names import LearnerHE, LearningDeliveryHE
from openilr.validate.rule import rule
from openilr.validate.rules.he.questions import code_has_ended
from openilr.validate.shapes import list_used, lookup

lookup("TTACCOM_01", LearnerHE, "TTACCOM", known="1 2 4 5 6 7 8 9", unknown="3")


@rule(
    "TTACCOM_02",
    LearnerHE,
    summary="The kind of accommodation must be one that could still be used when the learner's first aim started.",
    message="TTACCOM {TTACCOM} ended before {start}, when the learner's first aim started {list}.",
    show={"start": dd06, "list": list_used("TTACCOM")},
    fix="Record a kind of accommodation that is valid on that date.",
    cases="""
        TTACCOM | LearningDelivery                                     | code_lists                                                         | fires | why
        4       | LearnStartDate=2025-08-01                            | field=TTACCOM code=4 valid_to=2025-07-31; field=TTACCOM code=5     | yes   | the day after the last
        4       | LearnStartDate=2025-07-31                            | field=TTACCOM code=4 valid_to=2025-07-31; field=TTACCOM code=5     | no    | the last day
        4       | LearnStartDate=2025-09-01; LearnStartDate=2025-07-31 | field=TTACCOM code=4 valid_to=2025-07-31; field=TTACCOM code=5     | no    | the earliest start counts
        5       | LearnStartDate=2025-09-01                            | field=TTACCOM code=4 valid_to=2025-07-31; field=TTACCOM code=5     | no    | a code without an end
        4       | LearnStartDate=2025-09-01                            |                                                                    | no    | the published list gives no end
                | LearnStartDate=2025-09-01                            | field=TTACCOM code=4 valid_to=2025-07-31; field=TTACCOM code=5     | no    | not returned
        4       |                                                      | field=TTACCOM code=4 valid_to=2025-07-31; field=TTACCOM code=5     | no    | no aim
    """,
)
def accommodation_had_ended(learner_he):
    return code_has_ended(learner_he, "TTACCOM", dd06(learner_he))


@rule(
    "TTACCOM_04",
    LearningDeliveryHE,
    summary="Term-time accommodation (TTACCOM) must be returned for learners who study full-time or sandwich (MODESTUD 1).",
    message="MODESTUD is 1, but the learner's TTACCOM is blank.",
    fix="Record TTACCOM in the learner's LearnerHE record.",
    cases="""
        LearnStartDate | MODESTUD | LearnerHE            | LearningDelivery          | fires | why
        2013-08-01     | 1        |                      |                           | yes   | first day, no LearnerHE record
        2013-08-01     | 1        | UCASPERID=0000000001 |                           | yes   | blank in the LearnerHE record
        2013-07-31     | 1        |                      |                           | no    | the day before
        2025-09-01     | 1        |                      | LearnStartDate=2013-07-31 | no    | the earliest start counts
        2025-09-01     | 1        |                      | LearnStartDate=2013-08-01 | yes   | both from that day on
        2025-09-01     | 1        | TTACCOM=1            |                           | no    | returned
        2025-09-01     | 3        |                      |                           | no    | part-time
        2025-09-01     |          |                      |                           | no    | mode of study not returned
    """,
)
def accommodation_blank(he):
    returned = he.any(LearnerHE, lambda learner: learner.TTACCOM.known)
    return (dd06(he) >= "2013-08-01") & (he.MODESTUD == 1) & ~returned
