"""LDM 378, 382 and 391: Free Courses for Jobs, once the adult level 3 offer, and the LARS categories that it pays for.

Categories: 45 and 46 the offer's two rates, 49 its short qualifications, 48 aims that only the offer funds, 56 aims
for devolved authorities only.
"""

from openilr.derive.codes import ever_in_lars_category, has_fam, in_lars_category, is_in_lars, is_restart
from openilr.derive.dd35 import dd35
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.learn_del_fam_type.exclusions import devolved_authority_funds, project_s

OFFERED = (45, 46, 49, 56)
LAST_DAY_OF_ADULT_SKILLS = "2024-07-31"
FIRST_DAY_OF_ADULT_SKILLS_FUND = "2024-08-01"


def only_the_offer_funds_it(aim):
    return ever_in_lars_category(aim, 48)


@rule(
    "LearnDelFAMType_98",
    LearningDelivery,
    summary="Free Courses for Jobs (LDM 378) on adult skills must be aims of LARS category 45, 46, 49 or 56.",
    message="LDM 378 is recorded, but LARS has LearnAimRef {LearnAimRef} in no category of Free Courses for Jobs.",
    fix="Remove LDM 378, or correct LearnAimRef.",
    unless=[only_the_offer_funds_it],
    cases="""
        LearnStartDate | FundModel | FAM    | lars      | lars_category                           | fires | why
        2024-07-31 | 35 | LDM378 | LearnAimRefType=1 | CategoryRef=37 EffectiveFrom=2021-04-01 | yes   | another category
        2024-07-31 | 35 | LDM378 | LearnAimRefType=1 |                                         | yes   | no category
        2024-07-31 | 35 | LDM378 | LearnAimRefType=1 | CategoryRef=45 EffectiveFrom=2021-04-01 | no    | rate 1
        2024-07-31 | 35 | LDM378 | LearnAimRefType=1 | CategoryRef=46 EffectiveFrom=2021-04-01 | no    | rate 2
        2024-07-31 | 35 | LDM378 | LearnAimRefType=1 | CategoryRef=49 EffectiveFrom=2021-04-01 | no    | short
        2024-07-31 | 35 | LDM378 | LearnAimRefType=1 | CategoryRef=56 EffectiveFrom=2021-04-01 | no    | devolved authorities only
        2024-07-31 | 35 | LDM378 | LearnAimRefType=1 | CategoryRef=45 EffectiveFrom=2024-08-01 | no    | in it later: LearnDelFAMType_114
        2024-07-31 | 35 | LDM378 | LearnAimRefType=1 | CategoryRef=48 EffectiveFrom=2021-04-01 | no    | only the offer funds it
        2024-07-31 | 35 | LDM378 | LearnAimRefType=1 | CategoryRef=37 EffectiveFrom=2021-04-01; CategoryRef=45 EffectiveFrom=2021-04-01 | no | one of two
        2024-08-01 | 35 | LDM378 | LearnAimRefType=1 |                                         | no    | the day after
        2024-07-31 | 38 | LDM378 | LearnAimRefType=1 |                                         | no    | another funding model
        2024-07-31 | 35 | LDM118 | LearnAimRefType=1 |                                         | no    | another code
        2024-07-31 | 35 | LDM378 |                   |                                         | no    | LARS does not know the aim: another rule's question
    """,
)
def not_offered_on_adult_skills(aim):
    claimed = (aim.FundModel == 35) & has_fam(aim, "LDM", "378") & (aim.LearnStartDate <= LAST_DAY_OF_ADULT_SKILLS)
    return claimed & is_in_lars(aim) & ~ever_in_lars_category(aim, *OFFERED)


@rule(
    "LearnDelFAMType_121",
    LearningDelivery,
    summary="Free Courses for Jobs (LDM 378) on the adult skills fund must be aims of LARS category 45, 46, 49 or 56.",
    message="LDM 378 is recorded, but LARS has LearnAimRef {LearnAimRef} in no category of Free Courses for Jobs.",
    fix="Remove LDM 378, or correct LearnAimRef.",
    unless=[project_s],
    cases="""
        LearnStartDate | FundModel | FAM           | lars              | lars_category                           | fires | why
        2024-08-01     | 38        | LDM378        | LearnAimRefType=1 | CategoryRef=37 EffectiveFrom=2021-04-01 | yes   | another category
        2024-08-01     | 38        | LDM378        | LearnAimRefType=1 |                                         | yes   | no category
        2024-08-01     | 38        | LDM378        | LearnAimRefType=1 | CategoryRef=48 EffectiveFrom=2021-04-01 | yes   | a category of adult skills
        2024-08-01     | 38        | LDM378        | LearnAimRefType=1 | CategoryRef=45 EffectiveFrom=2021-04-01 | no    | rate 1
        2024-08-01     | 38        | LDM378        | LearnAimRefType=1 | CategoryRef=46 EffectiveFrom=2021-04-01 | no    | rate 2
        2024-08-01     | 38        | LDM378        | LearnAimRefType=1 | CategoryRef=49 EffectiveFrom=2021-04-01 | no    | short
        2024-08-01     | 38        | LDM378        | LearnAimRefType=1 | CategoryRef=56 EffectiveFrom=2021-04-01 | no    | devolved authorities only
        2024-07-31     | 38        | LDM378        | LearnAimRefType=1 |                                         | no    | the day before
        2024-08-01     | 35        | LDM378        | LearnAimRefType=1 |                                         | no    | another funding model
        2024-08-01     | 38        | LDM118        | LearnAimRefType=1 |                                         | no    | another code
        2024-08-01     | 38        | LDM378 LDM395 | LearnAimRefType=1 |                                         | no    | Project S
        2024-08-01     | 38        | LDM378        |                   |                                         | no    | LARS does not know the aim: another rule's question
    """,
)
def not_offered_on_the_adult_skills_fund(aim):
    claimed = (
        (aim.FundModel == 38) & has_fam(aim, "LDM", "378") & (aim.LearnStartDate >= FIRST_DAY_OF_ADULT_SKILLS_FUND)
    )
    return claimed & is_in_lars(aim) & ~ever_in_lars_category(aim, *OFFERED)


@rule(
    "LearnDelFAMType_99",
    LearningDelivery,
    summary="Adult skills aims that only Free Courses for Jobs funds (LARS category 48) need LDM 378.",
    message="LARS has LearnAimRef {LearnAimRef} in category 48, which only Free Courses for Jobs funds, without LDM 378.",
    fix="Record LDM 378, or correct LearnAimRef or FundModel.",
    unless=[devolved_authority_funds],
    cases="""
        LearnStartDate | FundModel | FAM           | lars_category                           | fires | why
        2024-07-31     | 35        | SOF105        | CategoryRef=48 EffectiveFrom=2021-04-01 | yes   | no code
        2024-07-31     | 35        | SOF105 LDM118 | CategoryRef=48 EffectiveFrom=2021-04-01 | yes   | another code
        2024-07-31     | 35        | SOF105 LDM378 | CategoryRef=48 EffectiveFrom=2021-04-01 | no    | the code
        2024-08-01     | 35        | SOF105        | CategoryRef=48 EffectiveFrom=2021-04-01 | no    | the day after
        2024-07-31     | 38        | SOF105        | CategoryRef=48 EffectiveFrom=2021-04-01 | no    | another funding model
        2024-07-31     | 35        | SOF105        | CategoryRef=45 EffectiveFrom=2021-04-01 | no    | another category
        2024-07-31     | 35        | SOF105        |                                         | no    | no category
        2024-07-31     | 35        | SOF110        | CategoryRef=48 EffectiveFrom=2021-04-01 | no    | a devolved authority
    """,
)
def offered_without_the_code(aim):
    on_adult_skills = (aim.FundModel == 35) & (aim.LearnStartDate <= LAST_DAY_OF_ADULT_SKILLS)
    return on_adult_skills & only_the_offer_funds_it(aim) & ~has_fam(aim, "LDM", "378")


@rule(
    "LearnDelFAMType_100",
    LearningDelivery,
    summary="Free Courses for Jobs (LDM 378) began on 1 April 2021.",
    message="LDM 378 is recorded on an aim that started on {LearnStartDate}, before 1 April 2021.",
    fix="Remove LDM 378, or correct LearnStartDate.",
    cases="""
        LearnStartDate | FAM    | fires | why
        2021-03-31     | LDM378 | yes   | the day before
        2021-04-01     | LDM378 | no    | the first day
        2021-04-02     | LDM378 | no    | later
        2021-03-31     | LDM118 | no    | another code
    """,
)
def before_the_offer(aim):
    return has_fam(aim, "LDM", "378") & (aim.LearnStartDate < "2021-04-01")


@rule(
    "LearnDelFAMType_108",
    LearningDelivery,
    summary="On starts until 31 July 2024, LDM 382 (Free Courses for Jobs on low wages) needs LDM 378.",
    message="LDM 382, Free Courses for Jobs on low wages, is recorded without LDM 378.",
    fix="Record LDM 378 as well, or remove LDM 382.",
    cases="""
        LearnStartDate | FAM           | fires | why
        2024-07-31     | LDM382        | yes   | without the offer's code
        2024-07-31     | LDM382 LDM378 | no    | both
        2024-07-31     | LDM378        | no    | no low wages
        2024-07-31     | LDM118        | no    | another code
        2024-08-01     | LDM382        | no    | the day after
    """,
)
def low_wages_without_the_offer(aim):
    low_wages = (aim.LearnStartDate <= LAST_DAY_OF_ADULT_SKILLS) & has_fam(aim, "LDM", "382")
    return low_wages & ~has_fam(aim, "LDM", "378")


@rule(
    "LearnDelFAMType_120",
    LearningDelivery,
    summary="On starts from 1 August 2024, Free Courses for Jobs (LDM 378) needs the earnings threshold (LDM 391).",
    message="LDM 378, Free Courses for Jobs, is recorded without LDM 391, earnings below the threshold.",
    fix="Record LDM 391 if the learner earns less than the threshold; else remove LDM 378.",
    cases="""
        LearnStartDate | FAM           | fires | why
        2024-08-01     | LDM378        | yes   | without the threshold
        2024-08-01     | LDM378 LDM391 | no    | both
        2024-08-01     | LDM391        | no    | not the offer
        2024-08-01     | LDM118        | no    | another code
        2024-07-31     | LDM378        | no    | the day before
    """,
)
def offer_without_earnings_threshold(aim):
    offer = (aim.LearnStartDate >= FIRST_DAY_OF_ADULT_SKILLS_FUND) & has_fam(aim, "LDM", "378")
    return offer & ~has_fam(aim, "LDM", "391")


@rule(
    "LearnDelFAMType_110",
    LearningDelivery,
    summary="Free Courses for Jobs (LDM 378) on aims of LARS category 56 are for devolved authorities only.",
    message="LDM 378 is recorded, and only devolved authorities may fund LearnAimRef {LearnAimRef}; none does.",
    fix="Record the source of funding of the devolved authority, or correct LearnAimRef.",
    unless=[is_restart],
    cases="""
        LearnStartDate | FAM                | lars_category                                                  | fires | why
        2024-09-01     | LDM378 SOF105      | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31 | yes   | national funding, the first day
        2025-07-31     | LDM378 SOF105      | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31 | yes   | the last day
        2024-08-31     | LDM378 SOF105      | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31 | no    | the day before
        2025-08-01     | LDM378 SOF105      | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31 | no    | the day after
        2025-08-01     | LDM378 SOF105      | CategoryRef=56 EffectiveFrom=2024-09-01                        | yes   | open ended
        2024-09-01     | LDM378             | CategoryRef=56 EffectiveFrom=2024-09-01                        | yes   | no source of funding
        2024-09-01     | LDM378 SOF110      | CategoryRef=56 EffectiveFrom=2024-09-01                        | no    | a devolved authority
        2024-09-01     | LDM378 SOF105      | CategoryRef=45 EffectiveFrom=2024-09-01                        | no    | another category
        2024-09-01     | LDM118 SOF105      | CategoryRef=56 EffectiveFrom=2024-09-01                        | no    | another code
        2024-09-01     | LDM378 SOF105 RES1 | CategoryRef=56 EffectiveFrom=2024-09-01                        | no    | restart
    """,
)
def authorities_only_but_national(aim):
    return has_fam(aim, "LDM", "378") & ~dd35(aim) & in_lars_category(aim, 56)


@rule(
    "LearnDelFAMType_114",
    LearningDelivery,
    summary="National Free Courses for Jobs (LDM 378) must start while LARS has the aim in category 45 or 46.",
    message="LDM 378 is recorded on a start on {LearnStartDate}, outside the dates of LARS categories 45 and 46 for "
    "LearnAimRef {LearnAimRef}.",
    fix="Remove LDM 378, or correct LearnStartDate or LearnAimRef.",
    unless=[is_restart],
    cases="""
        LearnStartDate | FAM           | lars_category                                                  | fires | why
        2022-07-31     | LDM378 SOF105 | CategoryRef=45 EffectiveFrom=2022-08-01 EffectiveTo=2023-07-31 | yes   | the day before
        2022-08-01     | LDM378 SOF105 | CategoryRef=45 EffectiveFrom=2022-08-01 EffectiveTo=2023-07-31 | no    | the first day
        2023-07-31     | LDM378 SOF105 | CategoryRef=45 EffectiveFrom=2022-08-01 EffectiveTo=2023-07-31 | no    | the last day
        2023-08-01     | LDM378 SOF105 | CategoryRef=45 EffectiveFrom=2022-08-01 EffectiveTo=2023-07-31 | yes   | the day after
        2023-08-01     | LDM378 SOF105 | CategoryRef=46 EffectiveFrom=2022-08-01 EffectiveTo=2023-07-31 | yes   | rate 2, the day after
        2023-08-01     | LDM378 SOF105 | CategoryRef=45 EffectiveFrom=2022-08-01                        | no    | open ended
        2023-08-01     | LDM378 SOF105 | CategoryRef=45 EffectiveFrom=2022-08-01 EffectiveTo=2023-07-31; CategoryRef=46 EffectiveFrom=2023-08-01 | no | went over to rate 2
        2023-08-01     | LDM378 SOF105 | CategoryRef=49 EffectiveFrom=2022-08-01 EffectiveTo=2023-07-31 | no    | another category
        2024-07-31     | LDM378 SOF105 | CategoryRef=45 EffectiveFrom=2022-08-01 EffectiveTo=2023-07-31 | yes   | last day of adult skills
        2024-08-01     | LDM378 SOF105 | CategoryRef=45 EffectiveFrom=2022-08-01 EffectiveTo=2023-07-31 | no    | the day after that
        2023-08-01     | LDM378 SOF110 | CategoryRef=45 EffectiveFrom=2022-08-01 EffectiveTo=2023-07-31 | no    | a devolved authority
        2023-08-01     | LDM118 SOF105 | CategoryRef=45 EffectiveFrom=2022-08-01 EffectiveTo=2023-07-31 | no    | another code
        2023-08-01     | LDM378 RES1   | CategoryRef=45 EffectiveFrom=2022-08-01 EffectiveTo=2023-07-31 | no    | restart
    """,
)
def outside_the_dates_of_the_rates(aim):
    national = has_fam(aim, "LDM", "378") & ~dd35(aim) & (aim.LearnStartDate <= LAST_DAY_OF_ADULT_SKILLS)
    return national & ever_in_lars_category(aim, 45, 46) & ~in_lars_category(aim, 45, 46)


def in_a_category_of_the_rates(aim):
    return ever_in_lars_category(aim, 45, 46)


@rule(
    "LearnDelFAMType_129",
    LearningDelivery,
    summary="A devolved authority's Free Courses for Jobs (LDM 378) must start while LARS has the aim in category 56.",
    message="LDM 378 is recorded on a start on {LearnStartDate}, outside the dates of LARS category 56 for "
    "LearnAimRef {LearnAimRef}.",
    fix="Remove LDM 378, or correct LearnStartDate or LearnAimRef.",
    unless=[is_restart, in_a_category_of_the_rates],
    cases="""
        LearnStartDate | FAM                | lars_category                                                  | fires | why
        2024-08-31     | LDM378 SOF110      | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31 | yes   | the day before
        2024-09-01     | LDM378 SOF110      | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31 | no    | the first day
        2025-07-31     | LDM378 SOF110      | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31 | no    | the last day
        2025-08-01     | LDM378 SOF110      | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31 | yes   | the day after
        2025-08-01     | LDM378 SOF110      | CategoryRef=56 EffectiveFrom=2024-09-01                        | no    | open ended
        2025-08-01     | LDM378 SOF110      | CategoryRef=49 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31 | no    | another category
        2025-08-01     | LDM378 SOF105      | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31 | no    | national funding
        2025-08-01     | LDM118 SOF110      | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31 | no    | another code
        2025-08-01     | LDM378 SOF110 RES1 | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31 | no    | restart
        2025-08-01     | LDM378 SOF110      | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31; CategoryRef=45 EffectiveFrom=2021-04-01 | no | rate 1
        2025-08-01     | LDM378 SOF110      | CategoryRef=56 EffectiveFrom=2024-09-01 EffectiveTo=2025-07-31; CategoryRef=46 EffectiveFrom=2021-04-01 | no | rate 2
    """,
)
def outside_the_dates_of_authorities_aims(aim):
    devolved = has_fam(aim, "LDM", "378") & dd35(aim)
    return devolved & ever_in_lars_category(aim, 56) & ~in_lars_category(aim, 56)
