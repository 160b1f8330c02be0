"""Levels of learning aims that adult skills and the Adult Skills Fund do not fund, or fund with conditions."""

from __future__ import annotations

from openilr.derive.codes import ever_in_lars_category, has_fam, in_lars_category, is_restart, lars
from openilr.derive.dd38 import dd38
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery, PriorAttain
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.learn_aim_ref.provisions import is_free_course_for_jobs
from openilr.validate.rules.learning_delivery.learn_del_fam_type.exclusions import (
    fully_funded_by_authority,
    in_custody,
    is_apprenticeship,
    project_s,
    steel_redundancy_training,
)

#: LARS category of the level 3 legal entitlement.
LEVEL_3_ENTITLEMENT = 38
#: Prior attainment of a full level 3 or above, other or unknown.
LEVEL_3_OR_ABOVE = (6, 7, 8, 9, 10, 97, 98)

CHOOSE = "Choose another learning aim, or correct FundModel."
ENTITLED_ONLY = "Level 3 is funded where the aim counts towards the legal entitlement to a first full level 3."


def is_level(aim: Record, level: str) -> Expr:
    return lars(aim, "NotionalNVQLevelv2") == level


def is_traineeship(aim: Record) -> Expr:
    return aim.ProgType == 24


def at_a_specialist_designated_college(aim: Record) -> Expr:
    return aim.lookup("organisations", "LegalOrgType", UKPRN=aim.UKPRN) == "USDC"


def had_level_3_at_start(aim: Record) -> Expr:
    """Whether the latest prior attainment by the aim's start was a full level 3 or above."""
    latest = aim.last(
        PriorAttain, lambda p: p.DateLevelApp, lambda p: p.DateLevelApp <= aim.LearnStartDate, within="Learner"
    )
    return aim.any(
        PriorAttain, lambda p: (p.DateLevelApp == latest) & p.PriorLevel.is_in(LEVEL_3_OR_ABOVE), within="Learner"
    )


def unemployed_on_free_course_or_low_wage(aim: Record) -> Expr:
    """Free Courses for Jobs for learners who already have a level 3: unemployed with benefits (DD38) or LDM 382."""
    return (is_free_course_for_jobs(aim) & dd38(aim)) | has_fam(aim, "LDM", "382")


@rule(
    "LearnAimRef_78",
    LearningDelivery,
    summary="Level 3 adult skills aims that started from August 2016 to July 2017 are in the level 3 entitlement.",
    message="{LearnAimRef} is level 3, but LARS does not have it in category 38, the level 3 entitlement.",
    why=ENTITLED_ONLY,
    fix=CHOOSE,
    unless=(is_apprenticeship, in_custody, is_restart, steel_redundancy_training, at_a_specialist_designated_college),
    cases="""
        LearnStartDate | FundModel | ProgType | FAM    | lars                 | lars_category                         | organisations     | fires | why
        2016-08-01     | 35        |          |        | NotionalNVQLevelv2=3 |                                       |                   | yes   | first day, in no category
        2016-07-31     | 35        |          |        | NotionalNVQLevelv2=3 |                                       |                   | no    | the day before
        2017-07-31     | 35        |          |        | NotionalNVQLevelv2=3 | CategoryRef=37 EffectiveFrom=2010-08-01 |                 | yes   | last day, in another category
        2017-08-01     | 35        |          |        | NotionalNVQLevelv2=3 |                                       |                   | no    | the day after
        2017-01-01     | 35        |          |        | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2010-08-01 |                 | no    | in the entitlement
        2017-01-01     | 35        |          |        | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2018-08-01 |                 | no    | in the entitlement, on other dates
        2017-01-01     | 35        |          |        | NotionalNVQLevelv2=2 |                                       |                   | no    | level 2
        2017-01-01     | 35        |          |        |                      |                                       |                   | no    | level not known
        2017-01-01     | 38        |          |        | NotionalNVQLevelv2=3 |                                       |                   | no    | another funding model
        2017-01-01     | 35        | 25       |        | NotionalNVQLevelv2=3 |                                       |                   | no    | apprenticeship
        2017-01-01     | 35        |          | LDM034 | NotionalNVQLevelv2=3 |                                       |                   | no    | in custody
        2017-01-01     | 35        |          | RES1   | NotionalNVQLevelv2=3 |                                       |                   | no    | restart
        2017-01-01     | 35        |          | LDM347 | NotionalNVQLevelv2=3 |                                       |                   | no    | steel redundancy training
        2017-01-01     | 35        |          | LDM348 | NotionalNVQLevelv2=3 |                                       |                   | yes   | another monitoring code
        2017-01-01     | 35        |          |        | NotionalNVQLevelv2=3 |                                       | LegalOrgType=USDC | no    | specialist designated college
        2017-01-01     | 35        |          |        | NotionalNVQLevelv2=3 |                                       | LegalOrgType=UGFE | yes   | another college
    """,
)
def level_3_outside_entitlement_in_2016(aim):
    in_scope = aim.LearnStartDate.between("2016-08-01", "2017-07-31") & (aim.FundModel == 35)
    return in_scope & is_level(aim, "3") & ~ever_in_lars_category(aim, LEVEL_3_ENTITLEMENT)


@rule(
    "LearnAimRef_79",
    LearningDelivery,
    summary="Adult skills does not fund level 4 aims that started from August 2016 to July 2024.",
    message="{LearnAimRef} is level 4, which adult skills (FundModel 35) does not fund.",
    fix=CHOOSE,
    unless=(is_apprenticeship, in_custody, is_restart, fully_funded_by_authority),
    cases="""
        LearnStartDate | FundModel | ProgType | FAM    | lars                 | fires | why
        2016-08-01     | 35        |          |        | NotionalNVQLevelv2=4 | yes   | first day
        2016-07-31     | 35        |          |        | NotionalNVQLevelv2=4 | no    | the day before
        2024-07-31     | 35        |          |        | NotionalNVQLevelv2=4 | yes   | last day
        2024-08-01     | 35        |          |        | NotionalNVQLevelv2=4 | no    | the day after
        2020-09-01     | 35        |          |        | NotionalNVQLevelv2=3 | no    | level 3
        2020-09-01     | 35        |          |        | NotionalNVQLevelv2=5 | no    | level 5
        2020-09-01     | 35        |          |        |                      | no    | level not known
        2020-09-01     | 81        |          |        | NotionalNVQLevelv2=4 | no    | another funding model
        2020-09-01     | 35        | 25       |        | NotionalNVQLevelv2=4 | no    | apprenticeship
        2020-09-01     | 35        |          | LDM034 | NotionalNVQLevelv2=4 | no    | in custody
        2020-09-01     | 35        |          | RES1   | NotionalNVQLevelv2=4 | no    | restart
        2020-09-01     | 35        |          | DAM023 | NotionalNVQLevelv2=4 | no    | fully funded by an authority
        2020-09-01     | 35        |          | DAM024 | NotionalNVQLevelv2=4 | yes   | another devolved monitoring code
    """,
)
def level_4_on_adult_skills(aim):
    in_scope = aim.LearnStartDate.between("2016-08-01", "2024-07-31") & (aim.FundModel == 35)
    return in_scope & is_level(aim, "4")


@rule(
    "LearnAimRef_84",
    LearningDelivery,
    summary="Level 3 adult skills aims that started from August 2017 to July 2024 are in the level 3 entitlement.",
    message="{LearnAimRef} is level 3, but LARS does not have it in category 38, the level 3 entitlement, on {LearnStartDate}.",
    why=ENTITLED_ONLY,
    fix=CHOOSE,
    unless=(
        is_apprenticeship, in_custody, is_restart, fully_funded_by_authority, is_traineeship, is_free_course_for_jobs,
    ),
    cases="""
        LearnStartDate | FundModel | ProgType | FAM    | lars                 | lars_category | fires | why
        2017-08-01     | 35        |          |        | NotionalNVQLevelv2=3 |               | yes   | first day, in no category
        2017-07-31     | 35        |          |        | NotionalNVQLevelv2=3 |               | no    | the day before
        2024-07-31     | 35        |          |        | NotionalNVQLevelv2=3 |               | yes   | last day
        2024-08-01     | 35        |          |        | NotionalNVQLevelv2=3 |               | no    | the day after
        2020-09-01     | 35        |          |        | NotionalNVQLevelv2=3 | CategoryRef=37 EffectiveFrom=2010-08-01 | yes | in another category
        2020-09-01     | 35        |          |        | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2010-08-01 | no  | in the entitlement
        2020-09-01     | 35        |          |        | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2020-09-01 | no  | from that day
        2020-09-01     | 35        |          |        | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2020-09-02 | yes | from the day after
        2020-09-01     | 35        |          |        | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2010-08-01 EffectiveTo=2020-09-01 | no  | last day
        2020-09-01     | 35        |          |        | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2010-08-01 EffectiveTo=2020-08-31 | yes | until the day before
        2020-09-01     | 35        |          |        | NotionalNVQLevelv2=2 |               | no    | level 2
        2020-09-01     | 25        |          |        | NotionalNVQLevelv2=3 |               | no    | another funding model
        2020-09-01     | 35        | 25       |        | NotionalNVQLevelv2=3 |               | no    | apprenticeship
        2020-09-01     | 35        | 24       |        | NotionalNVQLevelv2=3 |               | no    | traineeship
        2020-09-01     | 35        |          | LDM034 | NotionalNVQLevelv2=3 |               | no    | in custody
        2020-09-01     | 35        |          | RES1   | NotionalNVQLevelv2=3 |               | no    | restart
        2020-09-01     | 35        |          | DAM023 | NotionalNVQLevelv2=3 |               | no    | fully funded by an authority
        2020-09-01     | 35        |          | LDM378 | NotionalNVQLevelv2=3 |               | no    | free course for jobs
        2020-09-01     | 35        |          | LDM347 | NotionalNVQLevelv2=3 |               | yes   | another monitoring code
    """,
)  # fmt: skip
def level_3_outside_entitlement(aim):
    in_scope = aim.LearnStartDate.between("2017-08-01", "2024-07-31") & (aim.FundModel == 35)
    return in_scope & is_level(aim, "3") & ~in_lars_category(aim, LEVEL_3_ENTITLEMENT)


@rule(
    "LearnAimRef_85",
    LearningDelivery,
    summary="Adult skills does not fund level 3 aims from August 2017 to July 2024 for learners who have a level 3.",
    message="{LearnAimRef} is level 3, and the learner's prior attainment on {LearnStartDate} is level 3 or above.",
    why=ENTITLED_ONLY,
    fix="Correct the learner's prior attainment or the learning aim, or fund the aim in another way.",
    unless=(
        is_apprenticeship, is_restart, fully_funded_by_authority, is_traineeship, unemployed_on_free_course_or_low_wage,
    ),
    cases="""
        LearnStartDate | FundModel | ProgType | FAM    | Emp                | Prior                     | lars                 | fires | why
        2017-08-01     | 35        |          |        |                    | 6@2015-08-01              | NotionalNVQLevelv2=3 | yes   | first day
        2017-07-31     | 35        |          |        |                    | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | the day before
        2024-07-31     | 35        |          |        |                    | 98@2015-08-01             | NotionalNVQLevelv2=3 | yes   | last day, level not known
        2024-08-01     | 35        |          |        |                    | 98@2015-08-01             | NotionalNVQLevelv2=3 | no    | the day after
        2020-09-01     | 35        |          |        |                    | 7@2020-09-01              | NotionalNVQLevelv2=3 | yes   | attained that day
        2020-09-01     | 35        |          |        |                    | 7@2020-09-02              | NotionalNVQLevelv2=3 | no    | attained the day after
        2020-09-01     | 35        |          |        |                    | 5@2015-08-01              | NotionalNVQLevelv2=3 | no    | a lower level
        2020-09-01     | 35        |          |        |                    | 6@2015-08-01 4@2016-08-01 | NotionalNVQLevelv2=3 | no    | the latest counts
        2020-09-01     | 35        |          |        |                    | 4@2015-08-01 10@2016-08-01 6@2022-08-01 | NotionalNVQLevelv2=3 | yes | the latest by the start
        2020-09-01     | 35        |          |        |                    | 97@2015-08-01             | NotionalNVQLevelv2=3 | yes   | another level
        2020-09-01     | 35        |          |        |                    | 8@2015-08-01              | NotionalNVQLevelv2=3 | yes   | level 5
        2020-09-01     | 35        |          |        |                    | 9@2015-08-01              | NotionalNVQLevelv2=3 | yes   | level 6
        2020-09-01     | 35        |          |        |                    | 99@2015-08-01             | NotionalNVQLevelv2=3 | no    | no qualifications
        2020-09-01     | 35        |          |        |                    |                           | NotionalNVQLevelv2=3 | no    | no prior attainment recorded
        2020-09-01     | 35        |          |        |                    | 6@2015-08-01              | NotionalNVQLevelv2=2 | no    | a level 2 aim
        2020-09-01     | 38        |          |        |                    | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | another funding model
        2020-09-01     | 35        | 25       |        |                    | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | apprenticeship
        2020-09-01     | 35        | 24       |        |                    | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | traineeship
        2020-09-01     | 35        |          | RES1   |                    | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | restart
        2020-09-01     | 35        |          | DAM023 |                    | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | fully funded by an authority
        2020-09-01     | 35        |          | LDM378 | 11@2020-08-01 BSI1 | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | free course, unemployed with benefits
        2020-09-01     | 35        |          | LDM378 |                    | 6@2015-08-01              | NotionalNVQLevelv2=3 | yes   | free course, not unemployed
        2020-09-01     | 35        |          |        | 11@2020-08-01 BSI1 | 6@2015-08-01              | NotionalNVQLevelv2=3 | yes   | unemployed, not a free course
        2020-09-01     | 35        |          | LDM382 |                    | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | on low wages
    """,
)  # fmt: skip
def second_level_3_on_adult_skills(aim):
    in_scope = aim.LearnStartDate.between("2017-08-01", "2024-07-31") & (aim.FundModel == 35)
    return in_scope & is_level(aim, "3") & had_level_3_at_start(aim)


@rule(
    "LearnAimRef_135",
    LearningDelivery,
    summary="The Adult Skills Fund does not fund level 4 aims (starts since August 2024).",
    message="{LearnAimRef} is level 4, which the Adult Skills Fund (FundModel 38) does not fund.",
    fix=CHOOSE,
    unless=(fully_funded_by_authority,),
    cases="""
        LearnStartDate | FundModel | FAM    | lars                 | fires | why
        2024-08-01     | 38        |        | NotionalNVQLevelv2=4 | yes   | first day
        2024-07-31     | 38        |        | NotionalNVQLevelv2=4 | no    | the day before
        2025-09-01     | 38        |        | NotionalNVQLevelv2=3 | no    | level 3
        2025-09-01     | 38        |        | NotionalNVQLevelv2=5 | no    | level 5
        2025-09-01     | 38        |        |                      | no    | level not known
        2025-09-01     | 35        |        | NotionalNVQLevelv2=4 | no    | another funding model
        2025-09-01     | 38        | DAM023 | NotionalNVQLevelv2=4 | no    | fully funded by an authority
        2025-09-01     | 38        | DAM024 | NotionalNVQLevelv2=4 | yes   | another devolved monitoring code
        2025-09-01     | 38        | RES1   | NotionalNVQLevelv2=4 | yes   | restarts are not left out
    """,
)
def level_4_on_adult_skills_fund(aim):
    return (aim.LearnStartDate >= "2024-08-01") & (aim.FundModel == 38) & is_level(aim, "4")


@rule(
    "LearnAimRef_136",
    LearningDelivery,
    summary="Level 3 aims on the Adult Skills Fund that started since August 2024 are in the level 3 entitlement.",
    message="{LearnAimRef} is level 3, but LARS does not have it in category 38, the level 3 entitlement, on {LearnStartDate}.",
    why=ENTITLED_ONLY,
    fix=CHOOSE,
    unless=(is_restart, fully_funded_by_authority, is_free_course_for_jobs, project_s),
    cases="""
        LearnStartDate | FundModel | FAM    | lars                 | lars_category | fires | why
        2024-08-01     | 38        |        | NotionalNVQLevelv2=3 |               | yes   | first day, in no category
        2024-07-31     | 38        |        | NotionalNVQLevelv2=3 |               | no    | the day before
        2025-09-01     | 38        |        | NotionalNVQLevelv2=3 | CategoryRef=37 EffectiveFrom=2010-08-01 | yes | in another category
        2025-09-01     | 38        |        | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2025-09-01 | no  | in the entitlement from that day
        2025-09-01     | 38        |        | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2025-09-02 | yes | from the day after
        2025-09-01     | 38        |        | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2010-08-01 EffectiveTo=2025-09-01 | no  | last day
        2025-09-01     | 38        |        | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2010-08-01 EffectiveTo=2025-08-31 | yes | until the day before
        2025-09-01     | 38        |        | NotionalNVQLevelv2=2 |               | no    | level 2
        2025-09-01     | 35        |        | NotionalNVQLevelv2=3 |               | no    | another funding model
        2025-09-01     | 38        | RES1   | NotionalNVQLevelv2=3 |               | no    | restart
        2025-09-01     | 38        | DAM023 | NotionalNVQLevelv2=3 |               | no    | fully funded by an authority
        2025-09-01     | 38        | LDM378 | NotionalNVQLevelv2=3 |               | no    | free course for jobs
        2025-09-01     | 38        | LDM395 | NotionalNVQLevelv2=3 |               | no    | Project S
        2025-09-01     | 38        | LDM391 | NotionalNVQLevelv2=3 |               | yes   | another monitoring code
    """,
)
def level_3_outside_entitlement_on_adult_skills_fund(aim):
    in_scope = (aim.LearnStartDate >= "2024-08-01") & (aim.FundModel == 38)
    return in_scope & is_level(aim, "3") & ~in_lars_category(aim, LEVEL_3_ENTITLEMENT)


@rule(
    "LearnAimRef_137",
    LearningDelivery,
    summary="Since August 2024 the Adult Skills Fund funds a level 3 aim after a full level 3 only for learners who earn "
    "below the threshold (LDM 391).",
    message="{LearnAimRef} is level 3, the learner's prior attainment on {LearnStartDate} is level 3 or above, and the "
    "aim has no LDM 391.",
    why=ENTITLED_ONLY,
    fix="Correct the learner's prior attainment or the learning aim, or add LDM 391 if the learner earns below the "
    "threshold.",
    unless=(is_restart, fully_funded_by_authority),
    cases="""
        LearnStartDate | FundModel | FAM    | Prior                     | lars                 | fires | why
        2024-08-01     | 38        |        | 6@2015-08-01              | NotionalNVQLevelv2=3 | yes   | first day
        2024-07-31     | 38        |        | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | the day before
        2025-09-01     | 38        |        | 7@2025-09-01              | NotionalNVQLevelv2=3 | yes   | attained that day
        2025-09-01     | 38        |        | 7@2025-09-02              | NotionalNVQLevelv2=3 | no    | attained the day after
        2025-09-01     | 38        |        | 8@2015-08-01              | NotionalNVQLevelv2=3 | yes   | level 5
        2025-09-01     | 38        |        | 9@2015-08-01              | NotionalNVQLevelv2=3 | yes   | level 6
        2025-09-01     | 38        |        | 10@2015-08-01             | NotionalNVQLevelv2=3 | yes   | level 7
        2025-09-01     | 38        |        | 97@2015-08-01             | NotionalNVQLevelv2=3 | yes   | another level
        2025-09-01     | 38        |        | 98@2015-08-01             | NotionalNVQLevelv2=3 | yes   | not known
        2025-09-01     | 38        |        | 5@2015-08-01              | NotionalNVQLevelv2=3 | no    | a lower level
        2025-09-01     | 38        |        | 6@2015-08-01 4@2016-08-01 | NotionalNVQLevelv2=3 | no    | the latest counts
        2025-09-01     | 38        |        | 4@2015-08-01 6@2015-08-01 | NotionalNVQLevelv2=3 | yes   | two on the same day: the higher counts
        2025-09-01     | 38        |        |                           | NotionalNVQLevelv2=3 | no    | no prior attainment recorded
        2025-09-01     | 38        |        | 6@2015-08-01              | NotionalNVQLevelv2=2 | no    | a level 2 aim
        2025-09-01     | 35        |        | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | another funding model
        2025-09-01     | 38        | LDM391 | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | earns below the threshold
        2025-09-01     | 38        | LDM378 | 6@2015-08-01              | NotionalNVQLevelv2=3 | yes   | free courses are not left out
        2025-09-01     | 38        | RES1   | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | restart
        2025-09-01     | 38        | DAM023 | 6@2015-08-01              | NotionalNVQLevelv2=3 | no    | fully funded by an authority
    """,
)
def second_level_3_on_adult_skills_fund(aim):
    in_scope = (aim.LearnStartDate >= "2024-08-01") & (aim.FundModel == 38) & ~has_fam(aim, "LDM", "391")
    return in_scope & is_level(aim, "3") & had_level_3_at_start(aim)
