"""The learning aim itself: known to LARS, and in its place in the programme."""

from openilr.derive.codes import is_in_lars
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule


@rule(
    "LearnAimRef_01",
    LearningDelivery,
    summary="The learning aim must be in LARS.",
    message="LARS has no learning aim {LearnAimRef}.",
    why="Level, funding and validity of the aim are taken from LARS; without them nothing can be paid or counted.",
    fix="Look the aim up in the LARS search and copy LearnAimRef from there. If it is new there, use a newer LARS download.",
    cases="""
        LearnAimRef | lars                 | fires | why
        50000001    | LearnAimRef=50000001 | no    | known
        50000001    | LearnAimRef=50000002 | yes   | only others are known
        50000001    |                      | yes   | not known
    """,
)
def not_in_lars(aim):
    return aim.LearnAimRef.known & ~is_in_lars(aim)


@rule(
    "LearnAimRef_30",
    LearningDelivery,
    summary="Programme aims, and no others, have the learning aim ZPROG001.",
    message="LearnAimRef is {LearnAimRef} with AimType {AimType}.",
    fix="Record ZPROG001 with AimType 1, or both otherwise.",
    cases="""
        LearnAimRef | AimType | fires | why
        ZPROG001    | 1       | no    | a programme aim
        ZPROG001    | 3       | yes   | a component aim
        ZPROG001    | 4       | yes   | an aim by itself
        ZPROG001    |         | yes   | no aim type
        50000001    | 1       | yes   | a programme aim with another learning aim
                    | 1       | yes   | a programme aim without a learning aim
        50000001    | 3       | no    | a component aim
        50000001    | 4       | no    | an aim by itself
    """,
)
def programme_aim_mismatch(aim):
    is_zprog = aim.LearnAimRef == "ZPROG001"
    return (is_zprog & (aim.AimType != 1)) | (~is_zprog & (aim.AimType == 1))


@rule(
    "LearnAimRef_90",
    LearningDelivery,
    summary="A T Level programme has no work experience of a traineeship, supported internship or capacity fund.",
    message="{LearnAimRef} is work experience of another kind of programme, but ProgType is 31, a T Level.",
    fix="Record the T Level's own industry placement aim, or correct ProgType.",
    cases="""
        LearnAimRef | ProgType | fires | why
        Z0007834    | 31       | yes   | work experience
        Z0007835    | 31       | yes   | work experience
        Z0007836    | 31       | yes   | work experience
        Z0007837    | 31       | yes   | work experience
        Z0007838    | 31       | yes   | work experience
        Z0002347    | 31       | yes   | supported internship
        ZWRKX001    | 31       | yes   | traineeship
        ZWRKX002    | 31       | yes   | industry placement of the capacity fund
        ZWRKX003    | 31       | no    | another aim
        Z0007834    | 24       | no    | another programme type
        Z0007834    |          | no    | no programme type
    """,
)
def other_work_experience_in_t_level(aim):
    return (aim.ProgType == 31) & aim.LearnAimRef.is_in(aim.pack.parameters["learning_aims"]["work_experience"])
