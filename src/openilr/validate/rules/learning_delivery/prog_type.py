"""ProgType: the type of programme that an aim belongs to."""

from openilr.derive.codes import ever_in_lars_category, has_fam, lars
from openilr.derive.dd35 import dd35
from openilr.derive.expressions import any_of
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.aim_type import T_LEVEL_TECHNICAL_QUALIFICATION
from openilr.validate.rules.learning_delivery.comp_status import EVENT_AIMS
from openilr.validate.shapes import code_is_listed, list_used, never

CORRECT = "Correct ProgType, or the fields that contradict it."
#: LARS category of the subject aims of Skills Bootcamps.
BOOTCAMP_SUBJECTS = 62


def is_adult_t_level_pilot(aim):
    return has_fam(aim, "LDM", "384")


def is_non_funded(aim):
    return aim.FundModel == 99


def is_project_s_bootcamp(aim):
    return has_fam(aim, "LDM", "396")


def is_technical_qualification(aim):
    return lars(aim, "LearnAimRefType") == T_LEVEL_TECHNICAL_QUALIFICATION


@rule(
    "ProgType_01",
    LearningDelivery,
    summary="An aim that is part of a programme has a programme type.",
    message="AimType is {AimType}, part of a programme, but ProgType is blank.",
    fix="Record ProgType, or AimType 4 if the aim stands alone.",
    cases="""
        AimType | ProgType | fires | why
        1       |          | yes   | a programme aim
        3       |          | yes   | a component aim
        1       | 25       | no    | returned
        4       |          | no    | an aim by itself
        5       |          | no    | a core aim
    """,
)
def programme_without_type(aim):
    return aim.AimType.is_in(1, 3) & aim.ProgType.missing


@rule(
    "ProgType_02",
    LearningDelivery,
    summary="An aim that is not part of a programme has no programme type.",
    message="AimType is 4, not part of a programme, but ProgType is {ProgType}.",
    fix="Remove ProgType, or correct AimType.",
    cases="""
        AimType | ProgType | fires | why
        4       | 25       | yes   | both
        4       |          | no    | no programme type
        3       | 25       | no    | a component aim
    """,
)
def type_without_programme(aim):
    return (aim.AimType == 4) & aim.ProgType.known


@rule(
    "ProgType_03",
    LearningDelivery,
    summary="ProgType must be a listed code that was still valid when the aim started.",
    message="ProgType {ProgType} is not valid for an aim that started on {LearnStartDate} {list}.",
    show={"list": list_used("ProgType")},
    fix="Look ProgType up in the year's ILR specification and record a code that was valid on the start date.",
    cases="""
        ProgType | LearnStartDate | code_lists                                                        | fires | why
        25       | 2025-09-01     |                                                                   | no    | listed
        99       | 2025-09-01     |                                                                   | yes   | no such code
                 | 2025-09-01     |                                                                   | no    | not returned
        24       | 2023-07-31     | field=ProgType code=24 valid_to=2023-07-31; field=ProgType code=25 | no   | the code's last day
        24       | 2023-08-01     | field=ProgType code=24 valid_to=2023-07-31; field=ProgType code=25 | yes  | the day after
        25       | 2023-08-01     | field=ProgType code=24 valid_to=2023-07-31; field=ProgType code=25 | no   | another code, without a last day
                 | 2023-08-01     | field=ProgType code=24 valid_to=2023-07-31                         | no   | not returned
    """,
)
def type_not_valid(aim):
    ended = [
        (aim.ProgType == int(code.code)) & (aim.LearnStartDate > code.valid_to)
        for code in aim.pack.code_list("ProgType").codes
        if code.valid_to is not None
    ]
    expired = any_of(*ended) if ended else never(aim)
    return aim.ProgType.known & (~code_is_listed(aim, "ProgType") | expired)


@rule(
    "ProgType_06",
    LearningDelivery,
    summary="An apprenticeship standard is apprenticeship funded (36 or 81).",
    message="ProgType is 25, but FundModel is {FundModel}.",
    fix=CORRECT,
    unless=(is_non_funded,),
    cases="""
        ProgType | FundModel | fires | why
        25       | 35        | yes   | adult skills
        25       |           | yes   | funding model blank
        25       | 36        | no    | apprenticeship funding
        25       | 81        | no    | other adult funding
        25       | 99        | no    | not funded
        24       | 35        | no    | no standard
    """,
)
def standard_on_other_funding(aim):
    return (aim.ProgType == 25) & ~aim.FundModel.is_in(81, 36)


def _needs_t_level(id, what, condition, cases):
    rule(
        id,
        LearningDelivery,
        summary=f"{what} belongs to a T Level programme (ProgType 31).",
        message="{LearnAimRef} belongs to a T Level programme, but ProgType is {ProgType}.",
        fix=CORRECT,
        unless=(is_adult_t_level_pilot, is_non_funded),
        cases=cases,
    )(lambda aim: condition(aim) & (aim.ProgType != 31))


_needs_t_level("ProgType_15", "The T Level industry placement (ZWRKX003)", lambda aim: aim.LearnAimRef == "ZWRKX003", """
    LearnAimRef | ProgType | FundModel | FAM    | fires | why
    ZWRKX003    |          | 25        |        | yes   | no programme type
    ZWRKX003    | 30       | 25        |        | yes   | another programme type
    ZWRKX003    | 31       | 25        |        | no    | a T Level
    ZWRKX002    |          | 25        |        | no    | another placement
    ZWRKX003    |          | 25        | LDM384 | no    | adult pilot
    ZWRKX003    |          | 25        | LDM034 | yes   | another LDM code
    ZWRKX003    |          | 99        |        | no    | not funded
""")  # fmt: skip
_needs_t_level("ProgType_16", "A T Level technical qualification", is_technical_qualification, """
    ProgType | FundModel | FAM    | lars                 | fires | why
             | 25        |        | LearnAimRefType=1468 | yes   | no programme type
    30       | 25        |        | LearnAimRefType=1468 | yes   | another programme type
    31       | 25        |        | LearnAimRefType=1468 | no    | a T Level
             | 25        |        | LearnAimRefType=0003 | no    | another kind of qualification
             | 25        |        |                      | no    | not in LARS
             | 25        | LDM384 | LearnAimRefType=1468 | no    | adult pilot
             | 25        | LDM034 | LearnAimRefType=1468 | yes   | another LDM code
             | 99        |        | LearnAimRefType=1468 | no    | not funded
""")  # fmt: skip
_needs_t_level("ProgType_17", "A T Level occupational specialism (ZTLOS...)", lambda aim: aim.LearnAimRef.starts_with("ZTLOS"), """
    LearnAimRef | ProgType | FundModel | FAM    | fires | why
    ZTLOS001    |          | 25        |        | yes   | no programme type
    ZTLOS001    | 30       | 25        |        | yes   | another programme type
    ZTLOS001    | 31       | 25        |        | no    | a T Level
    ZTPR0001    |          | 25        |        | no    | another class code
    ZTLOS001    |          | 25        | LDM384 | no    | adult pilot
    ZTLOS001    |          | 25        | LDM034 | yes   | another LDM code
    ZTLOS001    |          | 99        |        | no    | not funded
""")  # fmt: skip


@rule(
    "ProgType_18",
    LearningDelivery,
    summary="A T Level Foundation Year has its class code (ZTPR...) as the core aim.",
    message="ProgType is 30, but the learner has no core aim ZTPR...",
    fix="Add the class code of the Foundation Year with AimType 5, or correct ProgType.",
    cases="""
        ProgType | AimType | Other                          | fires | why
        30       | 1       |                                | yes   | no core aim
        30       | 1       | AimType=5 LearnAimRef=ZTPR0001 | no    | the class code
        30       | 1       | AimType=4 LearnAimRef=ZTPR0001 | yes   | not as the core aim
        30       | 1       | AimType=5 LearnAimRef=ZTLOS001 | yes   | another class code
        31       | 1       |                                | no    | another programme type
    """,
)
def foundation_year_without_class_code(aim):
    core = aim.any(LearningDelivery, lambda o: (o.AimType == 5) & o.LearnAimRef.starts_with("ZTPR"))
    return (aim.ProgType == 30) & ~core


@rule(
    "ProgType_19",
    LearningDelivery,
    summary="A T Level programme has its technical qualification as the core aim.",
    message="ProgType is 31, but the learner has no core aim that is a T Level technical qualification.",
    fix="Add the technical qualification with AimType 5, or correct ProgType.",
    cases="""
        ProgType | AimType | LearnAimRef | Other                          | lars                                      | fires | why
        31       | 1       | ZPROG001    | AimType=5 LearnAimRef=60000001 | LearnAimRef=60000001 LearnAimRefType=1468 | no    | it is there
        31       | 5       | 60000001    |                                | LearnAimRef=60000001 LearnAimRefType=1468 | no    | this very aim
        31       | 1       | ZPROG001    | AimType=3 LearnAimRef=60000001 | LearnAimRef=60000001 LearnAimRefType=1468 | yes   | not as the core aim
        31       | 1       | ZPROG001    | AimType=5 LearnAimRef=60000002 | LearnAimRef=60000002 LearnAimRefType=0003 | yes   | another kind of qualification
        31       | 1       | ZPROG001    |                                |                                           | yes   | none
        30       | 1       | ZPROG001    |                                |                                           | no    | another programme type
    """,
)
def t_level_without_technical_qualification(aim):
    core = aim.any(LearningDelivery, lambda o: (o.AimType == 5) & is_technical_qualification(o))
    return (aim.ProgType == 31) & ~core


@rule(
    "ProgType_20",
    LearningDelivery,
    summary="A Foundation Year class code (ZTPR...) belongs to a T Level Foundation Year (ProgType 30).",
    message="{LearnAimRef} is a Foundation Year class code, but ProgType is {ProgType}.",
    fix=CORRECT,
    unless=(is_adult_t_level_pilot,),
    cases="""
        LearnAimRef | ProgType | FAM    | fires | why
        ZTPR0001    |          |        | yes   | no programme type
        ZTPR0001    | 31       |        | yes   | another programme type
        ZTPR0001    | 30       |        | no    | a Foundation Year
        ZTLOS001    | 31       |        | no    | another class code
        ZTPR0001    |          | LDM384 | no    | adult pilot
        ZTPR0001    |          | LDM034 | yes   | another LDM code
    """,
)
def class_code_without_foundation_year(aim):
    return aim.LearnAimRef.starts_with("ZTPR") & (aim.ProgType != 30)


@rule(
    "ProgType_21",
    LearningDelivery,
    summary="A Skills Bootcamp has bootcamp funding (37).",
    message="ProgType is 32, but FundModel is {FundModel}.",
    fix=CORRECT,
    cases="""
        ProgType | FundModel | fires | why
        32       | 38        | yes   | another funding model
        32       |           | yes   | funding model blank
        32       | 37        | no    | bootcamp funding
        25       | 36        | no    | no bootcamp
    """,
)
def bootcamp_on_other_funding(aim):
    return (aim.ProgType == 32) & (aim.FundModel != 37)


@rule(
    "ProgType_22",
    LearningDelivery,
    summary="A combined authority programme (33) is funded by a devolved authority.",
    message="ProgType is 33, but the source of funding is no devolved authority.",
    fix="Correct ProgType or the source of funding (SOF).",
    cases="""
        ProgType | FAM    | fires | why
        33       | SOF105 | yes   | another source
        33       |        | yes   | no source
        33       | SOF110 | no    | a devolved authority
        33       | SOF123 | no    | the last authority of 2025-26
        32       | SOF105 | no    | another programme type
    """,
)
def authority_programme_without_authority(aim):
    return (aim.ProgType == 33) & ~dd35(aim)


@rule(
    "ProgType_23",
    LearningDelivery,
    summary="A Skills Bootcamp event aim belongs to a Skills Bootcamp (ProgType 32).",
    message="{LearnAimRef} is a Skills Bootcamp event aim, but ProgType is {ProgType}.",
    fix=CORRECT,
    unless=(is_project_s_bootcamp,),
    cases="""
        LearnAimRef | ProgType | FAM    | fires | why
        Z0059747    |          |        | yes   | no programme type
        Z0059748    | 25       |        | yes   | another programme type
        Z0059749    | 32       |        | no    | a bootcamp
        Z0059749    |          |        | yes   | the last of the event aims
        Z0059746    |          |        | no    | another aim
        Z0059747    |          | LDM396 | no    | Project S
        Z0059747    |          | LDM395 | yes   | the other Project S pilot
    """,
)
def event_aim_without_bootcamp(aim):
    return aim.LearnAimRef.is_in(EVENT_AIMS) & (aim.ProgType != 32)


@rule(
    "ProgType_24",
    LearningDelivery,
    summary="A Skills Bootcamp subject aim belongs to a Skills Bootcamp (ProgType 32).",
    message="{LearnAimRef} is a Skills Bootcamp subject aim, but ProgType is {ProgType}.",
    fix=CORRECT,
    unless=(is_project_s_bootcamp,),
    cases="""
        LearnStartDate | ProgType | FAM    | lars_category                           | fires | why
        2025-09-01     |          |        | CategoryRef=62 EffectiveFrom=2020-08-01 | yes   | no programme type
        2025-09-01     | 25       |        | CategoryRef=62 EffectiveFrom=2020-08-01 | yes   | another programme type
        2025-09-01     | 32       |        | CategoryRef=62 EffectiveFrom=2020-08-01 | no    | a bootcamp
        2025-09-01     |          |        | CategoryRef=56 EffectiveFrom=2020-08-01 | no    | another category
        2025-09-01     |          |        |                                         | no    | no category
        2025-09-01     |          |        | CategoryRef=62                          | yes   | a category without dates
        2025-09-01     |          |        | CategoryRef=62 EffectiveFrom=2025-09-02 | yes   | the dates of the category are not asked for
        2025-09-01     |          | LDM395 | CategoryRef=62 EffectiveFrom=2020-08-01 | yes   | the other Project S pilot
        2025-09-01     |          | LDM396 | CategoryRef=62 EffectiveFrom=2020-08-01 | no    | Project S
    """,
)
def subject_aim_without_bootcamp(aim):
    return ever_in_lars_category(aim, BOOTCAMP_SUBJECTS) & (aim.ProgType != 32)


@rule(
    "ProgType_25",
    LearningDelivery,
    summary="An apprenticeship unit has Growth and Skills funding (39).",
    message="ProgType is 34, but FundModel is {FundModel}.",
    fix=CORRECT,
    cases="""
        ProgType | FundModel | fires | why
        34       | 36        | yes   | another funding model
        34       |           | yes   | funding model blank
        34       | 39        | no    | Growth and Skills
        25       | 36        | no    | no apprenticeship unit
    """,
)
def unit_on_other_funding(aim):
    return (aim.ProgType == 34) & (aim.FundModel != 39)
