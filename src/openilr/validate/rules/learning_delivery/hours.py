"""PHours, OTJActHours and AddHours: planned, off-the-job and additional hours, up to 2025-26.

From 2026-27 on, hours stand in records of their own (``hrs_record``).
"""

from openilr.derive.codes import has_basic_skills_type, is_restart
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import Predicate, rule
from openilr.validate.rules.learning_delivery.hrs_record import ESOL, days_planned, is_t_level

#: Fewest planned off-the-job hours of an apprenticeship: PHours_06 (starts from August 2022) and PHours_08 (2025).
LEAST_2022, LEAST_2025 = 278, 187


def is_apprenticeship_programme(aim: Record) -> Expr:
    return (aim.FundModel == 36) & (aim.AimType == 1)


def added_hours_a_day(aim: Record) -> Expr:
    """Additional delivery hours by day of the planned duration, first and last day included."""
    return aim.AddHours / days_planned(aim)


@rule(
    "AddHours_01",
    LearningDelivery,
    summary="Additional delivery hours are recorded for aims that started on or after 1 August 2015 only.",
    message="AddHours is {AddHours}, but the aim started on {LearnStartDate}.",
    fix="Remove AddHours, or correct LearnStartDate.",
    cases="""
        FundModel | LearnStartDate | AddHours | fires | why
        35        | 2015-07-31     | 10       | yes   | the day before
        35        | 2015-08-01     | 10       | no    | first day
        36        | 2015-07-31     | 0        | yes   | apprenticeship; nought is a value
        38        | 2015-07-31     | 10       | yes   | Adult Skills Fund
        81        | 2015-07-31     | 10       | yes   | other adult
        35        | 2015-07-31     |          | no    | not returned
        25        | 2015-07-31     | 10       | no    | another funding model: AddHours_02
    """,
)
def added_hours_before_2015(aim):
    in_scope = aim.FundModel.is_in(35, 36, 38, 81)
    return in_scope & aim.AddHours.known & (aim.LearnStartDate < "2015-08-01")


@rule(
    "AddHours_02",
    LearningDelivery,
    summary="Community learning, 16 to 19, bootcamp and non-funded aims have no additional delivery hours.",
    message="AddHours is {AddHours} on FundModel {FundModel}.",
    fix="Remove AddHours, or correct FundModel.",
    cases="""
        FundModel | AddHours | fires | why
        10        | 10       | yes   | community learning
        25        | 10       | yes   | 16 to 19
        82        | 10       | yes   | other 16 to 19
        37        | 10       | yes   | Skills Bootcamp
        99        | 0        | yes   | non-funded; nought is a value
        10        |          | no    | not returned
        38        | 10       | no    | Adult Skills Fund
        11        | 10       | no    | Tailored Learning is not named
                  | 10       | no    | funding model blank
    """,
)
def added_hours_on_other_funding(aim):
    return aim.FundModel.is_in(10, 25, 37, 82, 99) & aim.AddHours.known


@rule(
    "AddHours_03",
    LearningDelivery,
    summary="Additional delivery hours are for ESOL qualifications and units only.",
    message="AddHours is {AddHours}, but LARS does not call {LearnAimRef} ESOL on {LearnStartDate}.",
    fix="Remove AddHours, or correct LearnAimRef.",
    cases="""
        LearnStartDate | AddHours | lars_annual_value                                                  | fires | why
        2025-09-01     | 10       | BasicSkillsType=36 EffectiveFrom=2015-08-01                        | no    | ESOL
        2025-09-01     | 10       | BasicSkillsType=37 EffectiveFrom=2015-08-01                        | no    | ESOL
        2025-09-01     | 10       | BasicSkillsType=38 EffectiveFrom=2015-08-01                        | no    | ESOL
        2025-09-01     | 10       | BasicSkillsType=39 EffectiveFrom=2015-08-01                        | no    | ESOL
        2025-09-01     | 10       | BasicSkillsType=40 EffectiveFrom=2015-08-01                        | no    | ESOL
        2025-09-01     | 10       | BasicSkillsType=41 EffectiveFrom=2015-08-01                        | no    | ESOL
        2025-09-01     | 10       | BasicSkillsType=42 EffectiveFrom=2015-08-01                        | no    | ESOL
        2025-09-01     | 10       | BasicSkillsType=36 EffectiveFrom=2025-09-01                        | no    | begins that very day
        2025-09-01     | 10       | BasicSkillsType=35 EffectiveFrom=2015-08-01                        | yes   | other basic skills
        2025-09-01     | 10       | BasicSkillsType=43 EffectiveFrom=2015-08-01                        | yes   | other basic skills
        2025-09-01     | 10       |                                                                    | yes   | not in LARS
        2025-09-01     | 10       | BasicSkillsType=36 EffectiveFrom=2015-08-01 EffectiveTo=2025-08-31 | yes   | ended the day before
        2025-09-01     | 10       | BasicSkillsType=36 EffectiveFrom=2015-08-01 EffectiveTo=2025-09-01 | no    | last day
        2025-09-01     | 10       | BasicSkillsType=36 EffectiveFrom=2025-09-02                        | yes   | begins the day after
        2025-09-01     |          | BasicSkillsType=1 EffectiveFrom=2015-08-01                         | no    | not returned
    """,
)
def added_hours_outside_esol(aim):
    return aim.AddHours.known & ~has_basic_skills_type(aim, *ESOL)


@rule(
    "AddHours_04",
    LearningDelivery,
    summary="Additional delivery hours can not come to more than 24 a day.",
    message="AddHours is {AddHours} over {days} days, more than 24 a day.",
    show={"days": days_planned},
    fix="Correct AddHours or the planned dates.",
    cases="""
        LearnStartDate | LearnPlanEndDate | AddHours | fires | why
        2025-09-01     | 2025-09-03       | 72       | no    | 24 a day over three days
        2025-09-01     | 2025-09-03       | 73       | yes   | more than 24 a day
        2025-09-01     | 2025-09-01       | 60       | no    | 60 hours are not more than 60
        2025-09-01     | 2025-09-01       | 61       | yes   | 61 in one day
        2025-09-02     | 2025-09-01       | 61       | no    | no day between them: another rule is about the dates
        2025-09-03     | 2025-09-01       | 61       | no    | ends before it starts
        2025-09-01     |                  | 61       | no    | no planned end
        2025-09-01     | 2025-09-03       |          | no    | not returned
    """,
)
def more_than_24_hours_a_day(aim):
    return (aim.AddHours > 60) & (added_hours_a_day(aim) > 24)


@rule(
    "AddHours_05",
    LearningDelivery,
    summary="Additional delivery hours should not come to more than 35 a week.",
    message="AddHours is {AddHours} over {days} days, more than 35 a week.",
    show={"days": days_planned},
    fix="Check AddHours and the planned dates.",
    cases="""
        LearnStartDate | LearnPlanEndDate | AddHours | fires | why
        2025-09-01     | 2025-09-14       | 70       | no    | 35 a week over two weeks
        2025-09-01     | 2025-09-14       | 71       | yes   | more than 35 a week
        2025-09-01     | 2025-09-15       | 75       | no    | 35 a week, a broken week counted by days
        2025-09-01     | 2025-09-15       | 76       | yes   | more than that
        2025-09-01     | 2025-09-07       | 60       | no    | 60 hours are not more than 60
        2025-09-01     | 2025-09-07       | 61       | yes   | 61 in a week
        2025-09-02     | 2025-09-01       | 61       | no    | no day between them: another rule is about the dates
        2025-09-01     |                  | 61       | no    | no planned end
        2025-09-01     | 2025-09-07       |          | no    | not returned
    """,
)
def more_than_35_hours_a_week(aim):
    return (aim.AddHours > 60) & (added_hours_a_day(aim) * 7 > 35)


@rule(
    "AddHours_06",
    LearningDelivery,
    summary="Additional delivery hours should not come to more than 9 a day; 24 and more are AddHours_04's question.",
    message="AddHours is {AddHours} over {days} days, more than 9 a day.",
    show={"days": days_planned},
    fix="Check AddHours and the planned dates.",
    cases="""
        LearnStartDate | LearnPlanEndDate | AddHours | fires | why
        2025-09-01     | 2025-09-02       | 18       | no    | 9 a day
        2025-09-01     | 2025-09-02       | 19       | yes   | more than 9 a day
        2025-09-01     | 2025-09-02       | 47       | yes   | just under 24 a day
        2025-09-01     | 2025-09-02       | 48       | no    | 24 a day: AddHours_04
        2025-09-02     | 2025-09-01       | 19       | no    | no day between them: another rule is about the dates
        2025-09-01     |                  | 19       | no    | no planned end
        2025-09-01     | 2025-09-02       |          | no    | not returned
    """,
)
def more_than_9_hours_a_day(aim):
    return (added_hours_a_day(aim) > 9) & (added_hours_a_day(aim) < 24)


@rule(
    "OTJActHours_01",
    LearningDelivery,
    summary="Actual off-the-job hours belong on the programme aim.",
    message="OTJActHours is {OTJActHours} on an aim with AimType {AimType}.",
    fix="Record OTJActHours on the programme aim and remove it here.",
    cases="""
        AimType | OTJActHours | fires | why
        3       | 100         | yes   | a component aim
        4       | 0           | yes   | no programme; nought is a value
                | 100         | yes   | aim type blank
        1       | 100         | no    | the programme aim
        3       |             | no    | not returned
    """,
)
def off_the_job_hours_off_the_programme(aim):
    return aim.OTJActHours.known & (aim.AimType != 1)


@rule(
    "OTJActHours_02",
    LearningDelivery,
    summary="Actual off-the-job hours of a completed apprenticeship must be returned for starts from August 2019.",
    message="CompStatus is 2, completed, but OTJActHours is blank.",
    fix="Record OTJActHours.",
    unless=(is_restart,),
    cases="""
        LearnStartDate | FundModel | AimType | CompStatus | OTJActHours | FAM  | fires | why
        2019-08-01     | 36        | 1       | 2          |             |      | yes   | first day
        2019-07-31     | 36        | 1       | 2          |             |      | no    | the day before
        2025-09-01     | 36        | 1       | 2          | 0           |      | no    | nought is a value
        2025-09-01     | 36        | 1       | 1          |             |      | no    | continuing
        2025-09-01     | 36        | 1       | 3          |             |      | no    | withdrawn: OTJActHours_03
        2025-09-01     | 36        | 3       | 2          |             |      | no    | a component aim
        2025-09-01     | 35        | 1       | 2          |             |      | no    | another funding model
        2025-09-01     | 36        | 1       | 2          |             | RES1 | no    | restart
    """,
)
def completed_without_off_the_job_hours(aim):
    in_scope = (aim.LearnStartDate >= "2019-08-01") & is_apprenticeship_programme(aim)
    return in_scope & (aim.CompStatus == 2) & aim.OTJActHours.missing


@rule(
    "OTJActHours_03",
    LearningDelivery,
    summary="Actual off-the-job hours of an apprenticeship that was left must be returned for starts from August 2022.",
    message="CompStatus is 3, withdrawn, but OTJActHours is blank.",
    fix="Record OTJActHours.",
    cases="""
        LearnStartDate | FundModel | AimType | CompStatus | OTJActHours | FAM  | fires | why
        2022-08-01     | 36        | 1       | 3          |             |      | yes   | first day
        2022-07-31     | 36        | 1       | 3          |             |      | no    | the day before
        2025-09-01     | 36        | 1       | 3          | 0           |      | no    | nought is a value
        2025-09-01     | 36        | 1       | 2          |             |      | no    | completed: OTJActHours_02
        2025-09-01     | 36        | 3       | 3          |             |      | no    | a component aim
        2025-09-01     | 35        | 1       | 3          |             |      | no    | another funding model
        2025-09-01     | 36        | 1       | 3          |             | RES1 | yes   | restarts are not excused here
    """,
)
def withdrawn_without_off_the_job_hours(aim):
    in_scope = (aim.LearnStartDate >= "2022-08-01") & is_apprenticeship_programme(aim)
    return in_scope & (aim.CompStatus == 3) & aim.OTJActHours.missing


@rule(
    "PHours_01",
    LearningDelivery,
    summary="Planned off-the-job hours of an apprenticeship must be returned for starts from August 2019.",
    message="PHours is blank on the programme aim.",
    fix="Record the planned hours of the training plan.",
    cases="""
        LearnStartDate | FundModel | AimType | PHours | fires | why
        2019-08-01     | 36        | 1       |        | yes   | first day
        2019-07-31     | 36        | 1       |        | no    | the day before
        2025-09-01     | 36        | 1       | 300    | no    | returned
        2025-09-01     | 36        | 1       | 0      | no    | nought is a value
        2025-09-01     | 36        | 3       |        | no    | a component aim
        2025-09-01     | 35        | 1       |        | no    | another funding model
    """,
)
def apprenticeship_without_planned_hours(aim):
    return (aim.LearnStartDate >= "2019-08-01") & is_apprenticeship_programme(aim) & aim.PHours.missing


@rule(
    "PHours_03",
    LearningDelivery,
    summary="Planned hours of a T Level programme must be returned for starts from August 2020.",
    message="PHours is blank on the T Level programme aim.",
    fix="Record the planned hours of the programme.",
    cases="""
        LearnStartDate | FundModel | ProgType | AimType | PHours | fires | why
        2020-08-01     | 25        | 31       | 1       |        | yes   | first day
        2020-07-31     | 25        | 31       | 1       |        | no    | the day before
        2025-09-01     | 25        | 31       | 1       | 0      | no    | nought is PHours_04's question
        2025-09-01     | 25        | 31       | 3       |        | no    | a component aim
        2025-09-01     | 25        | 30       | 1       |        | no    | not a T Level
        2025-09-01     | 99        | 31       | 1       |        | no    | another funding model
    """,
)
def t_level_without_planned_hours(aim):
    return (aim.LearnStartDate >= "2020-08-01") & is_t_level(aim) & (aim.AimType == 1) & aim.PHours.missing


@rule(
    "PHours_04",
    LearningDelivery,
    summary="Planned hours of a T Level programme must be more than zero.",
    message="PHours is {PHours} on the T Level programme aim.",
    fix="Record the planned hours of the programme.",
    cases="""
        FundModel | ProgType | AimType | PHours | fires | why
        25        | 31       | 1       | 0      | yes   | none planned
        25        | 31       | 1       | 1      | no    | some planned
        25        | 31       | 1       |        | no    | blank: PHours_03
        25        | 31       | 3       | 0      | no    | a component aim
        25        | 30       | 1       | 0      | no    | not a T Level
        99        | 31       | 1       | 0      | no    | another funding model
    """,
)
def t_level_with_no_hours(aim):
    return is_t_level(aim) & (aim.AimType == 1) & (aim.PHours <= 0)


@rule(
    "PHours_05",
    LearningDelivery,
    summary="Study programmes that are no T Level have no planned hours on the aim.",
    message="PHours is {PHours} on FundModel 25 with ProgType {ProgType}.",
    why="Their planned hours stand on the learner's record.",
    fix="Remove PHours, or correct ProgType.",
    cases="""
        FundModel | ProgType | PHours | fires | why
        25        |          | 100    | yes   | no programme type
        25        | 24       | 0      | yes   | another programme type; nought is a value
        25        | 31       | 100    | no    | a T Level
        25        |          |        | no    | not returned
        36        | 25       | 100    | no    | another funding model
        82        |          | 100    | no    | other 16 to 19
    """,
)
def planned_hours_on_study_programme(aim):
    return (aim.FundModel == 25) & (aim.ProgType != 31) & aim.PHours.known


def _too_few(id: str, started: Predicate, period: str, least: int, cases: str) -> None:
    def too_few_planned_hours(aim: Record) -> Expr:
        return started(aim) & (aim.FundModel == 36) & (aim.PHours < least)

    rule(
        id,
        LearningDelivery,
        summary=f"Planned off-the-job hours of an apprenticeship that started {period} must be {least} or more.",
        message=f"PHours is {{PHours}}; the least for a start on {{LearnStartDate}} is {least}.",
        fix="Check the planned hours in the training plan and correct PHours.",
        unless=(is_restart,),
        cases=cases,
    )(too_few_planned_hours)


def started_2022_to_2025(aim):
    return aim.LearnStartDate.between("2022-08-01", "2025-07-31")


def started_from_2025(aim):
    return aim.LearnStartDate >= "2025-08-01"


_too_few("PHours_06", started_2022_to_2025, "from August 2022 to July 2025", LEAST_2022, """
    LearnStartDate | FundModel | PHours | FAM  | fires | why
    2022-08-01     | 36        | 277    |      | yes   | first day
    2022-07-31     | 36        | 277    |      | no    | the day before
    2025-07-31     | 36        | 277    |      | yes   | last day
    2025-08-01     | 36        | 277    |      | no    | the day after: PHours_08
    2024-09-01     | 36        | 278    |      | no    | enough
    2024-09-01     | 36        |        |      | no    | blank: PHours_01
    2024-09-01     | 35        | 277    |      | no    | another funding model
    2024-09-01     | 36        | 277    | RES1 | no    | restart
""")  # fmt: skip


@rule(
    "PHours_07",
    LearningDelivery,
    summary="The planned hours of Tailored Learning must be returned.",
    message="PHours is blank on a Tailored Learning aim.",
    fix="Record the planned hours of the course.",
    cases="""
        FundModel | PHours | fires | why
        11        |        | yes   | none
        11        | 30     | no    | returned
        10        |        | no    | another funding model
                  |        | no    | funding model blank
    """,
)
def tailored_learning_without_planned_hours(aim):
    return (aim.FundModel == 11) & aim.PHours.missing


_too_few("PHours_08", started_from_2025, "from August 2025 on", LEAST_2025, """
    LearnStartDate | FundModel | PHours | FAM  | fires | why
    2025-08-01     | 36        | 186    |      | yes   | first day
    2025-07-31     | 36        | 186    |      | no    | the day before
    2025-09-01     | 36        | 187    |      | no    | enough
    2025-09-01     | 36        |        |      | no    | blank: PHours_01
    2025-09-01     | 35        | 186    |      | no    | another funding model
    2025-09-01     | 36        | 186    | RES1 | no    | restart
""")  # fmt: skip
