"""DateOfBirth: how old apprentices may be, and how long their programmes must last."""

from openilr.derive.codes import age_at_start, has_fam, has_learner_fam, is_restart
from openilr.derive.dd04 import dd04
from openilr.derive.dd07 import dd07
from openilr.derive.expressions import Expr, Record, if_
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule

PLANNED = "The programme is planned to last {days} days, from {LearnStartDate} to {LearnPlanEndDate}; the least is"
LASTED = "The programme lasted {days} days, from {LearnStartDate} to {LearnActEndDate}; the least is"
WHY_LENGTH = "Shorter programmes are not funded as apprenticeships."
FIX_PLAN = "Check LearnStartDate and LearnPlanEndDate, and that restarts have a RES record."
FIX_END = "Check LearnStartDate and LearnActEndDate, and that restarts have a RES record."


def planned_days(aim: Record) -> Expr:
    return aim.LearnPlanEndDate - aim.LearnStartDate


def actual_days(aim: Record) -> Expr:
    return aim.LearnActEndDate - aim.LearnStartDate


def is_programme_of_standard(aim: Record, *funding_models: int) -> Expr:
    """Whether this is the programme aim of an apprenticeship standard on one of these funding models."""
    return (aim.AimType == 1) & (aim.ProgType == 25) & aim.FundModel.is_in(funding_models)


@rule(
    "DateOfBirth_37",
    LearningDelivery,
    summary="An apprenticeship of an adult that started from August 2014 to July 2016 is planned for at least 365 days.",
    message=PLANNED + " 365.",
    show={"days": planned_days},
    why=WHY_LENGTH,
    fix=FIX_PLAN,
    unless=(is_restart,),
    cases="""
        DateOfBirth | LearnStartDate | LearnPlanEndDate | FundModel | ProgType | AimType | FAM    | fires | why
        1990-01-01  | 2014-08-01     | 2015-07-31       | 81        | 25       | 1       |        | yes   | first day, 364 days
        1990-01-01  | 2014-08-01     | 2015-08-01       | 81        | 25       | 1       |        | no    | 365 days
        1990-01-01  | 2014-07-31     | 2015-01-31       | 81        | 25       | 1       |        | no    | the day before the first
        1990-01-01  | 2016-07-31     | 2017-01-31       | 81        | 25       | 1       |        | yes   | last day
        1990-01-01  | 2016-08-01     | 2017-01-31       | 81        | 25       | 1       |        | no    | the day after the last
        1990-01-01  | 2015-08-01     | 2016-01-31       | 35        | 25       | 1       |        | yes   | adult skills
        1990-01-01  | 2015-08-01     | 2016-01-31       | 36        | 25       | 1       |        | no    | another funding model
        1990-01-01  | 2015-08-01     | 2016-01-31       | 81        | 2        | 1       |        | no    | a framework
        1990-01-01  | 2015-08-01     | 2016-01-31       | 81        | 25       | 3       |        | no    | a component aim
        1996-08-01  | 2015-08-01     | 2016-01-31       | 81        | 25       | 1       |        | yes   | 19 that day
        1996-08-02  | 2015-08-01     | 2016-01-31       | 81        | 25       | 1       |        | no    | 18, the day before the birthday
                    | 2015-08-01     | 2016-01-31       | 81        | 25       | 1       |        | no    | age not known
        1990-01-01  | 2015-08-01     |                  | 81        | 25       | 1       |        | no    | no planned end
        1990-01-01  | 2015-08-01     | 2016-01-31       | 81        | 25       | 1       | RES1   | no    | restart
        1990-01-01  | 2015-08-01     | 2016-01-31       | 81        | 25       | 1       | LDM034 | yes   | another FAM
    """,
)
def adult_apprenticeship_planned_too_short(aim):
    started = aim.LearnStartDate.between("2014-08-01", "2016-07-31")
    adult = is_programme_of_standard(aim, 35, 81) & (age_at_start(aim) >= 19)
    return started & adult & (planned_days(aim) < 365)


@rule(
    "DateOfBirth_40",
    LearningDelivery,
    summary="An achieved apprenticeship of an adult that started before August 2016 lasted at least 365 days.",
    message=LASTED + " 365.",
    show={"days": actual_days},
    why=WHY_LENGTH,
    fix=FIX_END,
    unless=(is_restart,),
    cases="""
        DateOfBirth | LearnStartDate | LearnActEndDate | Outcome | FundModel | ProgType | AimType | FAM  | fires | why
        1990-01-01  | 2016-07-31     | 2017-07-30      | 1       | 81        | 25       | 1       |      | yes   | last day, 364 days
        1990-01-01  | 2016-07-31     | 2017-07-31      | 1       | 81        | 25       | 1       |      | no    | 365 days
        1990-01-01  | 2016-08-01     | 2017-01-31      | 1       | 81        | 25       | 1       |      | no    | the day after the last
        1990-01-01  | 2012-01-01     | 2012-06-30      | 1       | 81        | 25       | 1       |      | yes   | no first day
        1990-01-01  | 2015-08-01     | 2016-01-31      | 1       | 35        | 25       | 1       |      | yes   | adult skills
        1990-01-01  | 2015-08-01     | 2016-01-31      | 1       | 35        | 2        | 1       |      | no    | no standard
        1990-01-01  | 2015-08-01     | 2016-01-31      | 1       | 35        |          | 1       |      | no    | no programme type
        1990-01-01  | 2015-08-01     | 2016-01-31      | 1       | 36        | 25       | 1       |      | no    | another funding model
        1990-01-01  | 2015-08-01     | 2016-01-31      | 1       | 81        | 25       | 3       |      | no    | a component aim
        1990-01-01  | 2015-08-01     | 2016-01-31      | 3       | 81        | 25       | 1       |      | no    | not achieved
        1990-01-01  | 2015-08-01     | 2016-01-31      |         | 81        | 25       | 1       |      | no    | no outcome
        1990-01-01  | 2015-08-01     |                 | 1       | 81        | 25       | 1       |      | no    | not ended
        1996-08-01  | 2015-08-01     | 2016-01-31      | 1       | 81        | 25       | 1       |      | yes   | 19 that day
        1996-08-02  | 2015-08-01     | 2016-01-31      | 1       | 81        | 25       | 1       |      | no    | 18, the day before the birthday
        1990-01-01  | 2015-08-01     | 2016-01-31      | 1       | 81        | 25       | 1       | RES1 | no    | restart
    """,
)
def adult_apprenticeship_achieved_too_soon(aim):
    adult = is_programme_of_standard(aim, 35, 81) & (age_at_start(aim) >= 19)
    achieved = (aim.LearnStartDate <= "2016-07-31") & (aim.Outcome == 1)
    return adult & achieved & (actual_days(aim) < 365)


@rule(
    "DateOfBirth_46",
    LearningDelivery,
    summary="An apprenticeship that started from August 2016 to July 2025 is planned for at least 365 days.",
    message=PLANNED + " 365.",
    show={"days": planned_days},
    why=WHY_LENGTH,
    fix=FIX_PLAN,
    unless=(is_restart,),
    cases="""
        DateOfBirth | LearnStartDate | LearnPlanEndDate | FundModel | ProgType | AimType | FAM  | fires | why
        1990-01-01  | 2016-08-01     | 2017-07-31       | 81        | 25       | 1       |      | yes   | first day, 364 days
        1990-01-01  | 2016-08-01     | 2017-08-01       | 81        | 25       | 1       |      | no    | 365 days
        1990-01-01  | 2016-07-31     | 2017-01-31       | 81        | 25       | 1       |      | no    | the day before the first
        1990-01-01  | 2025-07-31     | 2026-01-31       | 36        | 25       | 1       |      | yes   | last day
        1990-01-01  | 2025-08-01     | 2026-01-31       | 36        | 25       | 1       |      | no    | the day after the last
        1990-01-01  | 2020-08-01     | 2021-01-31       | 35        | 25       | 1       |      | no    | another funding model
        1990-01-01  | 2020-08-01     | 2021-01-31       | 36        | 30       | 1       |      | no    | no apprenticeship
        1990-01-01  | 2020-08-01     | 2021-01-31       | 36        | 25       | 3       |      | no    | a component aim
        2004-08-01  | 2020-08-01     | 2021-01-31       | 36        | 25       | 1       |      | yes   | 16 that day
        2004-08-02  | 2020-08-01     | 2021-01-31       | 36        | 25       | 1       |      | no    | 15, the day before the birthday
                    | 2020-08-01     | 2021-01-31       | 36        | 25       | 1       |      | no    | age not known
        1990-01-01  | 2020-08-01     | 2021-01-31       | 36        | 25       | 1       | RES1 | no    | restart
    """,
)
def apprenticeship_planned_too_short(aim):
    started = aim.LearnStartDate.between("2016-08-01", "2025-07-31")
    from_16 = is_programme_of_standard(aim, 36, 81) & (age_at_start(aim) >= 16)
    return started & from_16 & (planned_days(aim) < 365)


@rule(
    "DateOfBirth_47",
    LearningDelivery,
    summary="A completed apprenticeship that started from August 2016 to July 2025 lasted at least 365 days.",
    message=LASTED + " 365.",
    show={"days": actual_days},
    why=WHY_LENGTH,
    fix=FIX_END,
    unless=(is_restart,),
    cases="""
        DateOfBirth | LearnStartDate | LearnActEndDate | CompStatus | FundModel | ProgType | AimType | FAM  | fires | why
        1990-01-01  | 2016-08-01     | 2017-07-31      | 2          | 81        | 25       | 1       |      | yes   | first day, 364 days
        1990-01-01  | 2016-08-01     | 2017-08-01      | 2          | 81        | 25       | 1       |      | no    | 365 days
        1990-01-01  | 2016-07-31     | 2017-01-31      | 2          | 81        | 25       | 1       |      | no    | the day before the first
        1990-01-01  | 2025-07-31     | 2026-01-31      | 2          | 36        | 25       | 1       |      | yes   | last day
        1990-01-01  | 2025-08-01     | 2026-01-31      | 2          | 36        | 25       | 1       |      | no    | the day after the last
                    | 2020-08-01     | 2021-01-31      | 2          | 36        | 25       | 1       |      | yes   | whatever the age
        1990-01-01  | 2020-08-01     | 2021-01-31      | 3          | 36        | 25       | 1       |      | no    | withdrawn
        1990-01-01  | 2020-08-01     | 2021-01-31      | 1          | 36        | 25       | 1       |      | no    | continuing
        1990-01-01  | 2020-08-01     |                 | 2          | 36        | 25       | 1       |      | no    | no end
        1990-01-01  | 2020-08-01     | 2021-01-31      | 2          | 35        | 25       | 1       |      | no    | another funding model
        1990-01-01  | 2020-08-01     | 2021-01-31      | 2          | 36        | 30       | 1       |      | no    | no apprenticeship
        1990-01-01  | 2020-08-01     | 2021-01-31      | 2          | 36        | 25       | 3       |      | no    | a component aim
        1990-01-01  | 2020-08-01     | 2021-01-31      | 2          | 36        | 25       | 1       | RES1 | no    | restart
    """,
)
def apprenticeship_completed_too_soon(aim):
    started = aim.LearnStartDate.between("2016-08-01", "2025-07-31")
    completed = is_programme_of_standard(aim, 36, 81) & (aim.CompStatus == 2)
    return started & completed & (actual_days(aim) < 365)


def least_days_from_2025(aim: Record) -> int:
    return aim.pack.parameters["durations"]["least_apprenticeship_2025"]


@rule(
    "DateOfBirth_57",
    LearningDelivery,
    summary="An apprenticeship that starts from August 2025 is planned for at least 242 days, eight months.",
    message=PLANNED + " 242.",
    show={"days": planned_days},
    why=WHY_LENGTH,
    fix=FIX_PLAN,
    unless=(is_restart,),
    cases="""
        DateOfBirth | LearnStartDate | LearnPlanEndDate | FundModel | ProgType | AimType | FAM  | fires | why
        1990-01-01  | 2025-08-01     | 2026-03-30       | 36        | 25       | 1       |      | yes   | first day, 241 days
        1990-01-01  | 2025-08-01     | 2026-03-31       | 36        | 25       | 1       |      | no    | 242 days
        1990-01-01  | 2025-07-31     | 2026-01-31       | 36        | 25       | 1       |      | no    | the day before the first
        1990-01-01  | 2025-09-01     | 2026-01-31       | 81        | 25       | 1       |      | no    | another funding model
        1990-01-01  | 2025-09-01     | 2026-01-31       | 36        | 30       | 1       |      | no    | no apprenticeship
        1990-01-01  | 2025-09-01     | 2026-01-31       | 36        | 25       | 3       |      | no    | a component aim
        2009-09-01  | 2025-09-01     | 2026-01-31       | 36        | 25       | 1       |      | yes   | 16 that day
        2009-09-02  | 2025-09-01     | 2026-01-31       | 36        | 25       | 1       |      | no    | 15, the day before the birthday
                    | 2025-09-01     | 2026-01-31       | 36        | 25       | 1       |      | no    | age not known
        1990-01-01  | 2025-09-01     | 2026-01-31       | 36        | 25       | 1       | RES1 | no    | restart
    """,
)
def later_apprenticeship_planned_too_short(aim):
    from_16 = is_programme_of_standard(aim, 36) & (age_at_start(aim) >= 16)
    return (aim.LearnStartDate >= "2025-08-01") & from_16 & (planned_days(aim) < least_days_from_2025(aim))


@rule(
    "DateOfBirth_58",
    LearningDelivery,
    summary="A completed apprenticeship that started from August 2025 lasted at least 242 days, eight months.",
    message=LASTED + " 242.",
    show={"days": actual_days},
    why=WHY_LENGTH,
    fix=FIX_END,
    unless=(is_restart,),
    cases="""
        DateOfBirth | LearnStartDate | LearnActEndDate | CompStatus | FundModel | ProgType | AimType | FAM  | fires | why
        1990-01-01  | 2025-08-01     | 2026-03-30      | 2          | 36        | 25       | 1       |      | yes   | first day, 241 days
        1990-01-01  | 2025-08-01     | 2026-03-31      | 2          | 36        | 25       | 1       |      | no    | 242 days
        1990-01-01  | 2025-07-31     | 2026-01-31      | 2          | 36        | 25       | 1       |      | no    | the day before the first
                    | 2025-09-01     | 2026-01-31      | 2          | 36        | 25       | 1       |      | yes   | whatever the age
        1990-01-01  | 2025-09-01     | 2026-01-31      | 3          | 36        | 25       | 1       |      | no    | withdrawn
        1990-01-01  | 2025-09-01     |                 | 2          | 36        | 25       | 1       |      | no    | no end
        1990-01-01  | 2025-09-01     | 2026-01-31      | 2          | 81        | 25       | 1       |      | no    | another funding model
        1990-01-01  | 2025-09-01     | 2026-01-31      | 2          | 36        | 30       | 1       |      | no    | no apprenticeship
        1990-01-01  | 2025-09-01     | 2026-01-31      | 2          | 36        | 25       | 3       |      | no    | a component aim
        1990-01-01  | 2025-09-01     | 2026-01-31      | 2          | 36        | 25       | 1       | RES1 | no    | restart
    """,
)
def later_apprenticeship_completed_too_soon(aim):
    completed = is_programme_of_standard(aim, 36) & (aim.CompStatus == 2)
    return (aim.LearnStartDate >= "2025-08-01") & completed & (actual_days(aim) < least_days_from_2025(aim))


def days_to_school_leaving(record: Record) -> Expr:
    """Days from 30 June 2000 to the last Friday in June of the school year (September to August) of the 16th birthday.

    30 June 2000 was a Friday, so the last Friday of any later June is the last whole week after it.
    """
    year = record.DateOfBirth.year + if_(record.DateOfBirth.month >= 9, 17, 16)
    leap_days = year // 4 - year // 100 + year // 400 - 485
    return ((year - 2000) * 365 + leap_days) // 7 * 7


@rule(
    "DateOfBirth_48",
    LearningDelivery,
    summary="An apprenticeship starts after the last Friday in June of the school year in which the learner turns 16.",
    message="The programme of this aim starts on {start}, before the learner may leave school.",
    show={"start": dd04},
    why="Until that day the law keeps a young person in school.",
    fix="Check DateOfBirth and LearnStartDate of the programme aim.",
    cases="""
        DateOfBirth | LearnStartDate | ProgType | AimType | Other                                          | fires | why
        2009-10-01  | 2026-06-26     | 25       | 1       |                                                | yes   | 16 in October 2025: the last Friday of June 2026
        2009-10-01  | 2026-06-27     | 25       | 1       |                                                | no    | the day after
        2009-08-31  | 2025-06-27     | 25       | 1       |                                                | yes   | 16 on 31 August 2025: the last Friday of June 2025
        2009-08-31  | 2025-06-28     | 25       | 1       |                                                | no    | the day after
        2009-09-01  | 2025-06-28     | 25       | 1       |                                                | yes   | born a day later: a school year later
        2009-09-01  | 2026-06-27     | 25       | 1       |                                                | no    | after the last Friday of June 2026
        2008-01-31  | 2024-06-28     | 25       | 1       |                                                | yes   | leap year: 28 June 2024 was a Friday
        2008-01-31  | 2024-06-29     | 25       | 1       |                                                | no    | the day after
        2007-03-01  | 2023-06-30     | 25       | 1       |                                                | yes   | 30 June 2023 was a Friday
        2007-03-01  | 2023-07-01     | 25       | 1       |                                                | no    | the day after
        2006-03-01  | 2022-06-24     | 25       | 1       |                                                | yes   | 30 June 2022 was a Thursday
        2006-03-01  | 2022-06-25     | 25       | 1       |                                                | no    | the day after
        2008-02-29  | 2024-06-28     | 25       | 1       |                                                | yes   | born on 29 February
        2001-01-01  | 2016-07-31     | 25       | 1       |                                                | no    | the day before the first
        2001-01-01  | 2016-08-01     | 25       | 1       |                                                | yes   | first day
        2010-01-01  | 2026-07-01     | 25       | 3       | AimType=1 ProgType=25 LearnStartDate=2026-06-26 | yes   | the programme started too soon
        2010-01-01  | 2026-06-01     | 25       | 3       | AimType=1 ProgType=25 LearnStartDate=2026-06-27 | no    | the programme started in time
        2010-01-01  | 2026-07-01     | 25       | 1       | AimType=1 ProgType=25 StdCode=2 LearnStartDate=2026-06-26 | yes | whatever the standard
        2010-01-01  | 2026-07-01     | 25       | 1       | AimType=1 ProgType=31 LearnStartDate=2026-06-26 | no    | another kind of programme started earlier
        2010-01-01  | 2026-07-01     | 25       | 1       | AimType=3 ProgType=25 LearnStartDate=2026-06-26 | no    | component aims do not start a programme
        2010-01-01  | 2025-09-01     | 25       | 3       |                                                | no    | no programme aim
        2010-01-01  | 2025-09-01     | 30       | 1       |                                                | no    | no apprenticeship
                    | 2025-09-01     | 25       | 1       |                                                | no    | blank
    """,
)
def starts_before_leaving_school(aim):
    begins = dd04(aim) - "2000-06-30" <= days_to_school_leaving(aim)
    return (aim.LearnStartDate >= "2016-08-01") & dd07(aim) & begins


@rule(
    "DateOfBirth_59",
    LearningDelivery,
    summary="Foundation apprentices who start from August 2025 must be under 25.",
    message="The learner is {age} on {LearnStartDate}, and standard {StdCode} is a foundation apprenticeship.",
    show={"age": age_at_start},
    why="Foundation apprenticeships are funded for young people only.",
    fix="Check DateOfBirth and StdCode, and that restarts have a RES record.",
    unless=(is_restart,),
    cases="""
        DateOfBirth | LearnStartDate | FundModel | ProgType | AimType | StdCode | lars_standard                                     | FAM  | fires | why
        2000-08-01  | 2025-08-01     | 36        | 25       | 1       | 805     | ApprenticeshipStandardTypeCode=A0001              |      | yes   | first day; 25 that day
        2000-08-02  | 2025-08-01     | 36        | 25       | 1       | 805     | ApprenticeshipStandardTypeCode=A0001              |      | no    | 24, the day before the birthday
        1990-01-01  | 2025-07-31     | 36        | 25       | 1       | 805     | ApprenticeshipStandardTypeCode=A0001              |      | no    | the day before the first
        1990-01-01  | 2025-09-01     | 36        | 25       | 1       | 805     | ApprenticeshipStandardTypeCode=A0002              |      | no    | another type of standard
        1990-01-01  | 2025-09-01     | 36        | 25       | 1       | 805     | StandardCode=806 ApprenticeshipStandardTypeCode=A0001 |  | no    | another standard
        1990-01-01  | 2025-09-01     | 81        | 25       | 1       | 805     | ApprenticeshipStandardTypeCode=A0001              |      | no    | another funding model
        1990-01-01  | 2025-09-01     | 36        | 30       | 1       | 805     | ApprenticeshipStandardTypeCode=A0001              |      | no    | no apprenticeship
        1990-01-01  | 2025-09-01     | 36        | 25       | 3       | 805     | ApprenticeshipStandardTypeCode=A0001              |      | no    | a component aim
        1990-01-01  | 2025-09-01     | 36        | 25       | 1       |         | StandardCode=805 ApprenticeshipStandardTypeCode=A0001 |  | no    | no standard
                    | 2025-09-01     | 36        | 25       | 1       | 805     | ApprenticeshipStandardTypeCode=A0001              |      | no    | age not known
        1990-01-01  | 2025-09-01     | 36        | 25       | 1       | 805     | ApprenticeshipStandardTypeCode=A0001              | RES1 | no    | restart
    """,
)
def foundation_apprentice_from_25(aim):
    is_foundation = aim.any(
        "lars_standard", lambda s: s.ApprenticeshipStandardTypeCode == "A0001", same={"StandardCode": aim.StdCode}
    )
    started = is_programme_of_standard(aim, 36) & (aim.LearnStartDate >= "2025-08-01")
    return started & is_foundation & (age_at_start(aim) >= 25)


def is_level_7(aim: Record) -> Expr:
    return aim.any("lars_standard", lambda s: s.NotionalEndLevel == "7", same={"StandardCode": aim.StdCode})


def is_care_leaver(aim: Record) -> Expr:
    return has_fam(aim, "LDM", "362")


def too_old_for_level_7(aim):
    """A blank DateOfBirth is for DateOfBirth_01 to find."""
    started = is_programme_of_standard(aim, 36) & (aim.LearnStartDate >= "2026-01-01")
    age = age_at_start(aim)
    may_be_older = (is_care_leaver(aim) | has_learner_fam(aim, "EHC")) & (age < 25)
    return started & is_level_7(aim) & aim.DateOfBirth.known & ~age.between(16, 21) & ~may_be_older


for _id in ("DateofBirth_60", "DateOfBirth_60"):  # The list of 2026-27 writes the id of 2025-26 anew.
    rule(
        _id, LearningDelivery,
        summary="Level 7 apprentices who start from January 2026 are 16 to 21, or under 25 as care leavers or with a plan.",
        message="The learner is {age} on {LearnStartDate}, and standard {StdCode} is of level 7.",
        show={"age": age_at_start},
        why="Since January 2026, level 7 is funded for young apprentices only.",
        fix="Check DateOfBirth; record LDM 362 for a care leaver, EHC 1 for a learner with a plan, RES for a restart.",
        unless=(is_restart,),
        cases="""
            DateOfBirth | LearnStartDate | FundModel | ProgType | AimType | StdCode | lars_standard                     | FAM    | LearnerFAM | fires | why
            2004-01-01  | 2026-01-01     | 36        | 25       | 1       | 77      | NotionalEndLevel=7                |        |            | yes   | first day; 22 that day
            2004-01-02  | 2026-01-01     | 36        | 25       | 1       | 77      | NotionalEndLevel=7                |        |            | no    | 21, the day before the birthday
            2010-01-01  | 2026-01-01     | 36        | 25       | 1       | 77      | NotionalEndLevel=7                |        |            | no    | 16 that day
            2010-01-02  | 2026-01-01     | 36        | 25       | 1       | 77      | NotionalEndLevel=7                |        |            | yes   | 15, the day before the birthday
            1990-01-01  | 2025-12-31     | 36        | 25       | 1       | 77      | NotionalEndLevel=7                |        |            | no    | the day before the first
            2001-01-02  | 2026-01-01     | 36        | 25       | 1       | 77      | NotionalEndLevel=7                | LDM362 |            | no    | care leaver, 24
            2001-01-01  | 2026-01-01     | 36        | 25       | 1       | 77      | NotionalEndLevel=7                | LDM362 |            | yes   | care leaver, 25
            2001-01-02  | 2026-01-01     | 36        | 25       | 1       | 77      | NotionalEndLevel=7                |        | EHC1       | no    | plan, 24
            2001-01-01  | 2026-01-01     | 36        | 25       | 1       | 77      | NotionalEndLevel=7                |        | EHC1       | yes   | plan, 25
            2001-01-02  | 2026-01-01     | 36        | 25       | 1       | 77      | NotionalEndLevel=7                | LDM363 | SEN1       | yes   | other FAMs
            1990-01-01  | 2026-02-01     | 36        | 25       | 1       | 77      | NotionalEndLevel=6                |        |            | no    | another level
            1990-01-01  | 2026-02-01     | 36        | 25       | 1       | 77      | StandardCode=78 NotionalEndLevel=7 |       |            | no    | another standard
            1990-01-01  | 2026-02-01     | 81        | 25       | 1       | 77      | NotionalEndLevel=7                |        |            | no    | another funding model
            1990-01-01  | 2026-02-01     | 36        | 30       | 1       | 77      | NotionalEndLevel=7                |        |            | no    | no apprenticeship
            1990-01-01  | 2026-02-01     | 36        | 25       | 3       | 77      | NotionalEndLevel=7                |        |            | no    | a component aim
                        | 2026-02-01     | 36        | 25       | 1       | 77      | NotionalEndLevel=7                |        |            | no    | age not known
            1990-01-01  | 2026-02-01     | 36        | 25       | 1       | 77      | NotionalEndLevel=7                | RES1   |            | no    | restart
        """,
    )(too_old_for_level_7)  # fmt: skip
