"""AimType and AimSeqNumber: what part an aim plays in a learner's programme."""

from openilr.derive.codes import has_fam, lars
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.shapes import lookup

T_LEVEL_TECHNICAL_QUALIFICATION = "1468"


def is_traineeship(aim):
    return aim.ProgType == 24


@rule(
    "AimSeqNumber_02",
    LearningDelivery,
    summary="Aims are numbered from 1 to as many as the learner has.",
    message="AimSeqNumber is {AimSeqNumber}; the number of the learner's aims is {aims}.",
    show={"aims": lambda aim: aim.count(LearningDelivery)},
    fix="Number the learner's aims 1, 2, 3 ... without gaps.",
    cases="""
        AimSeqNumber | Other                          | fires | why
        1            |                                | no    | one aim
        2            |                                | yes   | one aim, numbered 2
        2            | AimSeqNumber=1                 | no    | two aims
        3            | AimSeqNumber=1                 | yes   | two aims, numbered 3
    """,
)
def number_above_count(aim):
    return aim.AimSeqNumber > aim.count(LearningDelivery)


lookup("AimType_01", LearningDelivery, "AimType", known="1 3 4 5", unknown="2")


@rule(
    "AimType_05",
    LearningDelivery,
    summary="Only 16 to 19 funding has core aims.",
    message="AimType is 5, a core aim, on FundModel {FundModel}.",
    fix="Record another AimType, or correct FundModel if the aim is 16 to 19 funded.",
    cases="""
        AimType | FundModel | fires | why
        5       | 36        | yes   | core aim on an apprenticeship
        5       | 25        | no    | 16 to 19 funding
        5       | 82        | no    | other 16 to 19 funding
        5       |           | yes   | blank is not 16 to 19 funding
        4       | 36        | no    | no core aim
                | 36        | no    | aim type blank
    """,
)
def core_aim_outside_16_to_19(aim):
    return (aim.AimType == 5) & ~aim.FundModel.is_in(25, 82)


@rule(
    "AimType_07",
    LearningDelivery,
    summary="A core aim that started from August 2017 can not have the adult source of funding (SOF 105).",
    message="AimType is 5, a core aim, with SOF 105, on an aim that started on {LearnStartDate}.",
    fix="Record another AimType, or correct the source of funding.",
    unless=(is_traineeship,),
    cases="""
        AimType | LearnStartDate | FAM    | ProgType | fires | why
        5       | 2017-08-01     | SOF105 |          | yes   | first day
        5       | 2017-07-31     | SOF105 |          | no    | the day before
        5       | 2025-09-01     | SOF107 |          | no    | 16 to 19 funding
        4       | 2025-09-01     | SOF105 |          | no    | no core aim
        5       | 2018-09-01     | SOF105 | 24       | no    | traineeship
        5       | 2025-09-01     | SOF105 | 31       | yes   | another programme type
    """,
)
def core_aim_with_adult_funding(aim):
    return (aim.LearnStartDate >= "2017-08-01") & has_fam(aim, "SOF", "105") & (aim.AimType == 5)


@rule(
    "AimType_08",
    LearningDelivery,
    summary="The technical qualification of an open T Level programme must be the core aim.",
    message="{LearnAimRef} is the technical qualification of an open T Level programme, but AimType is {AimType}.",
    fix="Record AimType 5 on the technical qualification.",
    cases="""
        AimType | ProgType | LearnActEndDate | lars                 | fires | why
        3       | 31       |                 | LearnAimRefType=1468 | yes   | a component aim
        5       | 31       |                 | LearnAimRefType=1468 | no    | the core aim
        3       | 31       | 2026-07-31      | LearnAimRefType=1468 | no    | closed
        3       | 30       |                 | LearnAimRefType=1468 | no    | no T Level programme
        3       | 31       |                 | LearnAimRefType=0003 | no    | another kind of qualification
        3       | 31       |                 |                      | no    | not in LARS
                | 31       |                 | LearnAimRefType=1468 | yes   | aim type blank
    """,
)
def technical_qualification_not_core(aim):
    is_technical = lars(aim, "LearnAimRefType") == T_LEVEL_TECHNICAL_QUALIFICATION
    return (aim.ProgType == 31) & aim.LearnActEndDate.missing & is_technical & (aim.AimType != 5)


@rule(
    "AimType_09",
    LearningDelivery,
    summary="A T Level Foundation Year class code (ZTPR...) must be the core aim.",
    message="{LearnAimRef} is a T Level Foundation Year class code, but AimType is {AimType}.",
    fix="Record AimType 5 on this aim.",
    cases="""
        LearnAimRef | AimType | fires | why
        ZTPR0001    | 4       | yes   | not the core aim
        ZTPR0001    | 5       | no    | the core aim
        ZTPR0001    |         | yes   | aim type blank
        ZTLOS001    | 4       | no    | another class code
    """,
)
def foundation_year_not_core(aim):
    return aim.LearnAimRef.starts_with("ZTPR") & (aim.AimType != 5)


@rule(
    "AimType_10",
    LearningDelivery,
    summary="An apprenticeship unit has one component aim for each programme aim.",
    message="{aims} component aims match the programme aim that starts on {LearnStartDate}.",
    show={"aims": lambda aim: matching_components(aim)},
    fix="Keep one component aim with the dates of the programme aim.",
    cases="""
        AimType | ProgType | LearnStartDate | LearnPlanEndDate | LearnActEndDate | Other                                                                                                                       | fires | why
        1       | 34       | 2026-09-01     | 2026-12-01       |                 | AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01; AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | yes | two of them
        1       | 34       | 2026-09-01     | 2026-12-01       |                 | AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01                                                                            | no  | one
        1       | 34       | 2026-09-01     | 2026-12-01       |                 | AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01; AimType=3 ProgType=25 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | no  | the second belongs to another programme
        1       | 34       | 2026-09-01     | 2026-12-01       |                 | AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01; AimType=4 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | no  | the second is no component
        3       | 34       | 2026-09-01     | 2026-12-01       |                 | AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01; AimType=1 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | no  | the programme aim is found, not its components
        1       | 34       | 2026-09-01     | 2026-12-01       |                 | AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01; AimType=3 ProgType=34 LearnStartDate=2026-09-02 LearnPlanEndDate=2026-12-01 | no  | the second starts on another day
        1       | 34       | 2026-09-01     | 2026-12-01       |                 | AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01; AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-02 | no  | another planned end
        1       | 34       | 2026-09-01     | 2026-12-01       |                 | AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01; AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 LearnActEndDate=2026-11-01 | no | the second has ended
        1       | 34       | 2026-09-01     | 2026-12-01       | 2026-11-01      | AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 LearnActEndDate=2026-11-01; AimType=3 ProgType=34 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 LearnActEndDate=2026-11-01 | yes | two, all ended
        1       | 25       | 2026-09-01     | 2026-12-01       |                 | AimType=3 ProgType=25 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01; AimType=3 ProgType=25 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | no  | another programme type
    """,
)
def two_components_of_unit(aim):
    return (aim.AimType == 1) & (aim.ProgType == 34) & (matching_components(aim) > 1)


def matching_components(aim):
    """Component aims of apprenticeship units with the dates of this aim."""
    return aim.count(
        LearningDelivery,
        lambda o: (o.AimType == 3) & (o.ProgType == 34),
        same=["LearnStartDate", "LearnPlanEndDate", "LearnActEndDate"],
    )
