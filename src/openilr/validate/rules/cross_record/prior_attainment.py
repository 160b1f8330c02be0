"""Prior attainment beside the aims: when it was recorded, and how high it is on Free Courses for Jobs (LDM 378)."""

from openilr.derive.codes import age_at_start, has_fam, is_restart
from openilr.derive.dd38 import dd38
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import Learner, LearningDelivery, PriorAttain
from openilr.validate.rule import rule

#: PriorLevel of a full level 3 or above, or not known at which level; and of what is below a full level 3.
FULL_LEVEL_3 = (6, 7, 8, 9, 10, 97, 98)
BELOW_LEVEL_3 = (1, 2, 3, 4, 5, 99)
ADULT_PROVISION = {"2526": (35, 36, 37, 38, 81, 99), "2627": (35, 36, 37, 38, 39, 81, 99)}


def has_prior_level(aim: Record, *levels: int) -> Expr:
    return aim.any(PriorAttain, lambda p: p.PriorLevel.is_in(levels))


def is_free_course_for_jobs(aim: Record) -> Expr:
    return has_fam(aim, "LDM", "378")


def is_devolved_exclusion(aim: Record) -> Expr:
    """Whether a devolved authority takes the aim out of this check (DAM 023)."""
    return has_fam(aim, "DAM", "023")


def first_adult_start(learner: Record) -> Expr:
    """Earliest start of the learner's aims for adults: apprenticeships, adult skills, Skills Bootcamps, non-funded."""
    models = ADULT_PROVISION.get(learner.teaching_year.name, ADULT_PROVISION["2627"])
    return learner.first(LearningDelivery, lambda aim: aim.LearnStartDate, lambda aim: aim.FundModel.is_in(models))


@rule(
    "R_131",
    Learner,
    summary="Prior attainment must be recorded for the day on which the first adult or apprenticeship aim began, or "
    "before.",
    message="The first of these aims began on {began}, but no prior attainment is dated on or before that day.",
    show={"began": first_adult_start},
    why="What a learner is entitled to depends on what they had achieved when they began.",
    fix="Add a prior attainment record with DateLevelApp on or before the start of that aim.",
    cases="""
        Prior                   | LearningDelivery                        | years | fires | why
        3@2025-09-02            | FundModel=35 LearnStartDate=2025-09-01  |       | yes   | a day late
        3@2025-09-01            | FundModel=35 LearnStartDate=2025-09-01  |       | no    | on the day
        3@2020-07-31            | FundModel=36 LearnStartDate=2025-09-01  |       | no    | before it
                                | FundModel=99 LearnStartDate=2025-09-01  |       | yes   | none recorded
        3                       | FundModel=37 LearnStartDate=2025-09-01  |       | yes   | without a date
        3@2025-09-02            | FundModel=38 LearnStartDate=2025-09-01  |       | yes   | adult skills fund
        3@2025-09-02            | FundModel=81 LearnStartDate=2025-09-01  |       | yes   | other adult funding
        3@2025-09-02            | FundModel=25 LearnStartDate=2025-09-01  |       | no    | 16 to 19 funding
        3@2025-09-02            | FundModel=11 LearnStartDate=2025-09-01  |       | no    | tailored learning
        3@2025-09-02            | FundModel=39 LearnStartDate=2025-09-01  | 2526  | no    | not yet in this year
        3@2025-09-02            | FundModel=39 LearnStartDate=2025-09-01  | 2627  | yes   | growth and skills offer
        3@2025-09-01 4@2025-10-01 | FundModel=35 LearnStartDate=2025-09-01 |      | no    | the first is in time
        3@2025-09-01            | FundModel=35 LearnStartDate=2025-10-01; FundModel=36 LearnStartDate=2025-08-31 | | yes | the earliest of all counts
        3@2025-09-01            | FundModel=35 LearnStartDate=2025-10-01; FundModel=25 LearnStartDate=2025-08-31 | | no  | earlier aims of other funding do not
    """,
)
def prior_attainment_is_recorded_in_time(learner):
    began = first_adult_start(learner)
    return began.known & learner.none(PriorAttain, lambda p: p.DateLevelApp <= began)


@rule(
    "R_132",
    LearningDelivery,
    summary="On Free Courses for Jobs from April 2022 to July 2024, a learner who has a full level 3 must be unemployed on "
    "benefits or on a low wage (LDM 382).",
    message="The learner has a full level 3 or above, is not unemployed on benefits, and LDM 382 is not recorded.",
    fix="Check prior attainment and employment status on the start date; record LDM 382 for a learner on a low wage.",
    unless=(is_devolved_exclusion,),
    cases="""
        LearnStartDate | FundModel | FAM                  | Prior        | Emp                 | fires | why
        2023-09-01     | 35        | LDM378               | 6@2020-07-31 | 10@2023-01-01       | yes   | employed, no low wage
        2023-09-01     | 35        | LDM378 LDM382        | 6@2020-07-31 | 10@2023-01-01       | no    | low wage
        2023-09-01     | 35        | LDM378               | 6@2020-07-31 | 11@2023-01-01 BSI4  | no    | unemployed on benefits
        2023-09-01     | 35        | LDM378               | 6@2020-07-31 | 11@2023-01-01       | yes   | unemployed without benefits
        2023-09-01     | 35        | LDM378               | 5@2020-07-31 | 10@2023-01-01       | no    | below level 3
        2023-09-01     | 35        | LDM378               | 98@2020-07-31 | 10@2023-01-01      | yes   | level not known
        2023-09-01     | 35        | LDM378               | 97@2020-07-31 | 10@2023-01-01      | yes   | another level
        2023-09-01     | 35        | LDM378               | 99@2020-07-31 | 10@2023-01-01      | no    | no qualifications
        2023-09-01     | 35        | LDM378               | 6@2020-07-31 | 11@2023-09-02 BSI4  | yes   | unemployed only since the day after the start
        2023-09-01     | 35        | LDM378               |              | 10@2023-01-01       | no    | no prior attainment
        2023-09-01     | 35        | LDM377               | 6@2020-07-31 | 10@2023-01-01       | no    | another offer
        2023-09-01     | 35        | LDM378 DAM023        | 6@2020-07-31 | 10@2023-01-01       | no    | excluded by a devolved authority
        2023-09-01     | 35        | LDM378 DAM022        | 6@2020-07-31 | 10@2023-01-01       | yes   | another code of devolved monitoring
        2023-09-01     | 35        | LDM378 DAM382        | 6@2020-07-31 | 10@2023-01-01       | yes   | the code of another type
        2022-04-01     | 35        | LDM378               | 6@2020-07-31 | 10@2022-01-01       | yes   | the first day
        2022-03-31     | 35        | LDM378               | 6@2020-07-31 | 10@2022-01-01       | no    | the day before
        2024-07-31     | 35        | LDM378               | 6@2020-07-31 | 10@2022-01-01       | yes   | the last day
        2024-08-01     | 35        | LDM378               | 6@2020-07-31 | 10@2022-01-01       | no    | the day after
    """,
)
def free_course_for_a_learner_with_level_3(aim):
    in_time = aim.LearnStartDate.between("2022-04-01", "2024-07-31")
    in_need = dd38(aim) | has_fam(aim, "LDM", "382")
    return in_time & is_free_course_for_jobs(aim) & has_prior_level(aim, *FULL_LEVEL_3) & ~in_need


@rule(
    "R_148",
    LearningDelivery,
    summary="On Free Courses for Jobs (FundModel 38) since August 2024, a learner of 19 to 23 must have less than a full level 3 or earn "
    "below the threshold (LDM 391).",
    message="The learner is {age}, no prior attainment below a full level 3 is recorded, and neither is LDM 391.",
    show={"age": age_at_start},
    fix="Check prior attainment; record LDM 391 for a learner who earns below the threshold.",
    unless=(is_devolved_exclusion, is_restart),
    cases="""
        LearnStartDate | DateOfBirth | FundModel | FAM           | Prior        | fires | why
        2024-08-01     | 2004-01-01  | 38        | LDM378        | 6@2020-07-31 | yes   | 20 with a full level 3
        2024-07-31     | 2004-01-01  | 38        | LDM378        | 6@2020-07-31 | no    | started before the rule
        2024-08-01     | 2004-01-01  | 38        | LDM378        | 5@2020-07-31 | no    | below it
        2024-08-01     | 2004-01-01  | 38        | LDM378        | 99@2020-07-31 | no   | none
        2024-08-01     | 2004-01-01  | 38        | LDM378        | 1@2020-07-31 | no    | level 1
        2024-08-01     | 2004-01-01  | 38        | LDM378        | 2@2020-07-31 | no    | below a full level 3
        2024-08-01     | 2004-01-01  | 38        | LDM378        | 3@2020-07-31 | no    | below a full level 3
        2024-08-01     | 2004-01-01  | 38        | LDM378        | 4@2020-07-31 | no    | below a full level 3
        2024-08-01     | 2004-01-01  | 38        | LDM378        | 10@2020-07-31 | yes  | above level 3
        2024-08-01     | 2004-01-01  | 38        | LDM378        | 97@2020-07-31 | yes  | another level
        2024-08-01     | 2004-01-01  | 38        | LDM378        | 98@2020-07-31 | yes  | level not known
        2024-08-01     | 2004-01-01  | 38        | LDM378        | 5@2020-07-31 6@2022-07-31 | no | a record below it exists
        2024-08-01     | 2004-01-01  | 38        | LDM378        |              | yes   | nothing recorded
        2024-08-01     | 2004-01-01  | 38        | LDM378 LDM391 | 6@2020-07-31 | no    | earns below the threshold
        2024-08-01     | 2004-01-01  | 38        | LDM377        | 6@2020-07-31 | no    | another offer
        2024-08-01     | 2004-01-01  | 37        | LDM378        | 6@2020-07-31 | no    | another funding model
        2024-08-01     | 2005-08-01  | 38        | LDM378        | 6@2020-07-31 | yes   | 19 on the day
        2024-08-01     | 2005-08-02  | 38        | LDM378        | 6@2020-07-31 | no    | 18
        2024-08-01     | 2000-08-02  | 38        | LDM378        | 6@2020-07-31 | yes   | 23, a day before the birthday
        2024-08-01     | 2000-08-01  | 38        | LDM378        | 6@2020-07-31 | no    | 24: R_151
        2024-08-01     |             | 38        | LDM378        | 6@2020-07-31 | no    | age not known
        2024-08-01     | 2004-01-01  | 38        | LDM378 DAM023 | 6@2020-07-31 | no    | excluded by a devolved authority
        2024-08-01     | 2004-01-01  | 38        | LDM378 DAM022 | 6@2020-07-31 | yes   | another code of devolved monitoring
        2024-08-01     | 2004-01-01  | 38        | LDM378 DAM391 | 6@2020-07-31 | yes   | the code of another type
        2024-08-01     | 2004-01-01  | 38        | LDM378 RES1   | 6@2020-07-31 | no    | a restart
    """,
)
def free_course_for_a_young_adult(aim):
    in_scope = (aim.LearnStartDate >= "2024-08-01") & (aim.FundModel == 38) & age_at_start(aim).between(19, 23)
    in_need = has_fam(aim, "LDM", "391") | has_prior_level(aim, *BELOW_LEVEL_3)
    return in_scope & is_free_course_for_jobs(aim) & ~in_need


@rule(
    "R_151",
    LearningDelivery,
    summary="On Free Courses for Jobs since August 2024, a learner aged 24 or over must earn below the threshold (LDM 391).",
    message="The learner is {age} and LDM 391 is not recorded.",
    show={"age": age_at_start},
    fix="Record LDM 391 if the learner earns below the threshold; otherwise the course is not free.",
    unless=(is_devolved_exclusion,),
    cases="""
        LearnStartDate | DateOfBirth | FundModel | FAM           | fires | why
        2024-08-01     | 2000-08-01  | 38        | LDM378        | yes   | 24 on the day
        2024-08-01     | 2000-08-02  | 38        | LDM378        | no    | 23
        2024-08-01     | 1960-01-01  | 38        | LDM378        | yes   | older
        2024-07-31     | 1960-01-01  | 38        | LDM378        | no    | started before the rule
        2024-08-01     | 1960-01-01  | 38        | LDM378 LDM391 | no    | earns below the threshold
        2024-08-01     | 1960-01-01  | 38        | LDM377        | no    | another offer
        2024-08-01     | 1960-01-01  | 37        | LDM378        | no    | another funding model
        2024-08-01     |             | 38        | LDM378        | no    | age not known
        2024-08-01     | 1960-01-01  | 38        | LDM378 DAM023 | no    | excluded by a devolved authority
        2024-08-01     | 1960-01-01  | 38        | LDM378 DAM022 | yes   | another code of devolved monitoring
        2024-08-01     | 1960-01-01  | 38        | LDM378 DAM391 | yes   | the code of another type
    """,
)
def free_course_for_an_adult(aim):
    in_scope = (aim.LearnStartDate >= "2024-08-01") & (aim.FundModel == 38) & (age_at_start(aim) >= 24)
    return in_scope & is_free_course_for_jobs(aim) & ~has_fam(aim, "LDM", "391")
