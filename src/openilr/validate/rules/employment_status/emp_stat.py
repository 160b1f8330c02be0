"""EmpStat: a learner's employment status, and whether there is one when an aim starts."""

from openilr.derive.codes import age_on_august_31_of_start, has_fam, status_at_start
from openilr.derive.dd07 import dd07
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearnerEmploymentStatus, LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.shapes import lookup

NO_STATUS = "No employment status is recorded from a day before {LearnStartDate}, when the aim starts."
ADD_STATUS = "Add an employment status record with DateEmpStatApp before the aim's LearnStartDate."
WHY = "What a learner gained can be judged only from where the learner stood before starting."


def status_before_start(aim: Record) -> Expr:
    return aim.any(LearnerEmploymentStatus, lambda e: e.DateEmpStatApp < aim.LearnStartDate)


def status_by_start(aim: Record) -> Expr:
    return aim.any(LearnerEmploymentStatus, lambda e: e.DateEmpStatApp <= aim.LearnStartDate)


def is_community_learning(aim: Record) -> Expr:
    return (aim.FundModel == 99) & has_fam(aim, "SOF", "108")


def is_sporting_or_similar(aim: Record) -> Expr:
    """Non-apprenticeship sporting excellence (LDM 353) and sea fishing (355)."""
    return has_fam(aim, "LDM", "353", "355")


def is_programme_aim_of_apprenticeship(aim: Record) -> Expr:
    return dd07(aim) & (aim.AimType == 1)


@rule(
    "EmpStat_01",
    LearningDelivery,
    summary="Adults who started adult or non-funded aims from August 2012 to July 2014 need an employment status by the start.",
    message="No employment status is recorded from a day on or before {LearnStartDate}, when the aim starts.",
    why=WHY,
    fix="Add an employment status record with DateEmpStatApp on or before the aim's LearnStartDate.",
    unless=(is_community_learning, dd07),
    cases="""
        LearnStartDate | FundModel | DateOfBirth | Emp           | FAM    | ProgType | fires | why
        2012-08-01     | 35        | 1993-08-31  |               |        |          | yes   | first day; 19 on 31 August 2012
        2012-07-31     | 35        | 1992-08-31  |               |        |          | no    | the day before
        2014-07-31     | 81        | 1990-01-01  |               |        |          | yes   | last day
        2014-08-01     | 81        | 1990-01-01  |               |        |          | no    | the day after
        2013-07-31     | 35        | 1993-09-01  |               |        |          | no    | 18 on 31 August 2012
        2013-07-31     | 35        | 1993-08-31  |               |        |          | yes   | 19 that day, start in the same teaching year
        2013-01-01     | 99        | 1990-01-01  |               |        |          | yes   | non-funded
        2013-01-01     | 25        | 1990-01-01  |               |        |          | no    | another funding model
        2013-01-01     | 35        | 1990-01-01  | 10@2013-01-01 |        |          | no    | a status from the very day
        2013-01-01     | 35        | 1990-01-01  | 10@2013-01-02 |        |          | yes   | a status from the day after
        2013-01-01     | 99        | 1990-01-01  |               | SOF108 |          | no    | community learning
        2013-01-01     | 99        | 1990-01-01  |               | SOF107 |          | yes   | another source of funding
        2013-09-01     | 35        | 1993-09-01  |               |        |          | yes   | 19 on 31 August 2013, 20 the day after
        2013-01-01     | 35        | 1990-01-01  |               | SOF108 |          | yes   | SOF 108 on another funding model
        2013-01-01     | 35        | 1990-01-01  |               |        | 25       | no    | apprenticeship
        2013-01-01     | 35        |             |               |        |          | no    | age not known
    """,
)
def no_status_2012_to_2014(aim):
    in_scope = aim.LearnStartDate.between("2012-08-01", "2014-07-31") & aim.FundModel.is_in(35, 81, 99)
    return in_scope & (age_on_august_31_of_start(aim) >= 19) & ~status_by_start(aim)


@rule(
    "EmpStat_02",
    LearningDelivery,
    summary="Apprentices who started by 31 July 2014 need an employment status by the start of the programme.",
    message="No employment status is recorded from a day on or before {LearnStartDate}, when the programme starts.",
    why=WHY,
    fix="Add an employment status record with DateEmpStatApp on or before the programme aim's LearnStartDate.",
    cases="""
        ProgType | AimType | LearnStartDate | Emp           | fires | why
        25       | 1       | 2014-07-31     |               | yes   | last day, none at all
        25       | 1       | 2014-08-01     |               | no    | the day after
        25       | 1       | 2014-07-01     | 10@2014-07-02 | yes   | only a later one
        25       | 1       | 2014-07-01     | 10@2014-07-01 | no    | from the very day
        25       | 3       | 2014-07-01     |               | no    | a component aim
        24       | 1       | 2014-07-01     |               | no    | no apprenticeship
    """,
)
def no_status_for_apprentice_to_2014(aim):
    return is_programme_aim_of_apprenticeship(aim) & (aim.LearnStartDate <= "2014-07-31") & ~status_by_start(aim)


lookup("EmpStat_05", LearnerEmploymentStatus, "EmpStat", known="10 11 12 98", unknown="13")

_ADULT_CASES = """
    LearnStartDate | FundModel | DateOfBirth | Emp           | FAM    | ProgType | years | fires | why
    2014-08-01     | 35        | 1995-08-31  |               |        |          |       | yes   | first day; 19 on 31 August 2014
    2014-07-31     | 35        | 1990-08-31  |               |        |          |       | no    | the day before
    2025-09-01     | 35        | 2006-09-01  |               |        |          |       | no    | 18 on 31 August 2025
    2026-07-31     | 37        | 2006-08-31  |               |        |          |       | yes   | 19 that day; Skills Bootcamp
    2025-09-01     | 81        | 1990-01-01  |               |        |          |       | yes   | other adult
    2025-09-01     | 99        | 1990-01-01  |               |        |          |       | yes   | non-funded
    2025-09-01     | 38        | 1990-01-01  |               |        |          |       | no    | EmpStat_21 asks for that
    2025-09-01     | 35        | 1990-01-01  | 10@2025-08-31 |        |          |       | no    | a status from the day before
    2025-09-01     | 35        | 1990-01-01  | 10@2025-09-01 |        |          |       | yes   | a status from the very day is too late
    2025-09-01     | 35        |             |               |        |          |       | no    | age not known
    2025-09-01     | 35        | 1990-01-01  |               |        | 25       |       | no    | apprenticeship
    2025-09-01     | 99        | 1990-01-01  |               | SOF108 |          | 2526  | no    | community learning
    2025-09-01     | 99        | 1990-01-01  |               | SOF107 |          |       | yes   | another source of funding
    2025-09-01     | 35        | 2005-09-01  |               |        |          |       | yes   | 19 on 31 August, 20 the day after
    2025-08-01     | 35        | 2006-08-31  |               |        |          |       | yes   | the teaching year begins in August
    2025-09-01     | 35        | 1990-01-01  |               | SOF108 |          |       | yes   | SOF 108 on another funding model
    2026-09-01     | 99        | 1990-01-01  |               | SOF108 |          | 2627  | yes   | 2026-27 excuses apprenticeships only
"""


def adult_without_status(aim):
    in_scope = (aim.LearnStartDate >= "2014-08-01") & aim.FundModel.is_in(35, 37, 81, 99)
    return in_scope & (age_on_august_31_of_start(aim) >= 19) & ~status_before_start(aim)


rule(
    "EmpStat_08",
    LearningDelivery,
    summary="Adults on adult skills, bootcamp or non-funded aims need an employment status before the start.",
    message=NO_STATUS, why=WHY, fix=ADD_STATUS, unless=(dd07, is_community_learning), cases=_ADULT_CASES, until="2526",
)(adult_without_status)  # fmt: skip
rule(
    "EmpStat_08",
    LearningDelivery,
    summary="Adults on adult skills, bootcamp or non-funded aims need an employment status before the start.",
    message=NO_STATUS, why=WHY, fix=ADD_STATUS, unless=(dd07,), cases=_ADULT_CASES, since="2627",
)(adult_without_status)  # fmt: skip


@rule(
    "EmpStat_09",
    LearningDelivery,
    summary="Apprentices need an employment status before the programme starts.",
    message=NO_STATUS,
    why=WHY,
    fix=ADD_STATUS,
    cases="""
        ProgType | AimType | LearnStartDate | Emp           | fires | why
        25       | 1       | 2014-08-01     |               | yes   | first day
        25       | 1       | 2014-07-31     |               | no    | the day before
        25       | 1       | 2025-09-01     | 10@2025-08-31 | no    | a status from the day before
        25       | 1       | 2025-09-01     | 10@2025-09-01 | yes   | a status from the very day is too late
        25       | 3       | 2025-09-01     |               | no    | a component aim
        24       | 1       | 2025-09-01     |               | no    | no apprenticeship
    """,
)
def apprentice_without_status(aim):
    return is_programme_aim_of_apprenticeship(aim) & (aim.LearnStartDate >= "2014-08-01") & ~status_before_start(aim)


@rule(
    "EmpStat_11",
    LearningDelivery,
    summary="Part-time 16 to 19 learners (under 540 planned hours) need an employment status before the start.",
    message=NO_STATUS + " Planned hours are {hours}.",
    show={"hours": lambda aim: aim.PlanLearnHours.or_(0) + aim.PlanEEPHours.or_(0)},
    why=WHY,
    fix=ADD_STATUS,
    cases="""
        LearnStartDate | FundModel | PlanLearnHours | PlanEEPHours | Emp           | fires | why
        2014-08-01     | 25        | 500            | 39           |               | yes   | first day, 539 hours
        2014-07-31     | 25        | 500            | 39           |               | no    | the day before
        2025-09-01     | 25        | 500            | 40           |               | no    | 540 hours
        2025-09-01     | 82        | 100            |              |               | yes   | blank hours count as none
        2025-09-01     | 25        |                |              |               | yes   | no hours at all
        2025-09-01     | 25        | 539            |              |               | yes   | 539 hours and a blank
        2025-09-01     | 25        |                | 539          |               | yes   | a blank and 539 hours
        2025-09-01     | 25        | 540            |              |               | no    | 540 hours and a blank
        2025-09-01     | 35        | 100            | 0            |               | no    | another funding model
        2025-09-01     | 25        | 100            | 0            | 10@2025-08-31 | no    | a status from the day before
        2025-09-01     | 25        | 100            | 0            | 10@2025-09-01 | yes   | a status from the very day is too late
    """,
)
def part_time_16_to_19_without_status(aim):
    hours = aim.PlanLearnHours.or_(0) + aim.PlanEEPHours.or_(0)
    in_scope = (aim.LearnStartDate >= "2014-08-01") & aim.FundModel.is_in(25, 82)
    return in_scope & (hours < 540) & ~status_before_start(aim)


@rule(
    "EmpStat_12",
    LearningDelivery,
    summary="An apprentice should be in paid employment when the programme starts.",
    message="No employment status 10, in paid employment, applies on {LearnStartDate}, when the programme starts.",
    why="An apprenticeship is a job with training.",
    fix="Check the employment status on the start date; correct it, or confirm that the learner really was not employed.",
    unless=(is_sporting_or_similar,),
    cases="""
        ProgType | AimType | LearnStartDate | Emp                          | FAM    | fires | why
        25       | 1       | 2025-09-01     | 11@2025-08-01                |        | yes   | looking for work
        25       | 1       | 2025-09-01     | 10@2025-08-01                |        | no    | employed
        25       | 1       | 2025-09-01     | 11@2025-08-01; 10@2025-09-01 |        | no    | employed from the very day
        25       | 1       | 2025-09-01     | 10@2025-08-01; 98@2025-08-31 |        | yes   | the latest counts
        25       | 1       | 2025-09-01     |                              |        | yes   | nothing shows paid employment
        25       | 1       | 2025-09-01     | 10@2025-09-02                |        | yes   | employed from the day after only
        25       | 3       | 2025-09-01     | 11@2025-08-01                |        | no    | a component aim
        24       | 1       | 2025-09-01     | 11@2025-08-01                |        | no    | no apprenticeship
        25       | 1       | 2025-09-01     | 11@2025-08-01                | LDM353 | no    | excused
        25       | 1       | 2025-09-01     | 11@2025-08-01                | LDM355 | no    | excused
        25       | 1       | 2025-09-01     | 11@2025-08-01                | LDM354 | yes   | another LDM code
    """,
)
def apprentice_not_employed(aim):
    return is_programme_aim_of_apprenticeship(aim) & ~status_at_start(aim, lambda e: e.EmpStat == 10)


_UNKNOWN = """
    ProgType | AimType | LearnStartDate | Emp                          | FAM    | years | fires | why
    25       | 1       | 2016-08-01     | 98@2016-07-01                |        |       | yes   | first day
    25       | 1       | 2016-07-31     | 98@2016-07-01                |        |       | no    | the day before
    25       | 1       | 2025-09-01     | 98@2025-08-01; 10@2025-08-15 |        |       | no    | the latest counts
    25       | 1       | 2025-09-01     | 10@2025-08-01                |        |       | no    | known
    25       | 1       | 2025-09-01     | 98@2025-09-01                |        |       | yes   | from the very day
    25       | 1       | 2025-09-01     | 98@2025-08-01                | LDM354 |       | yes   | another LDM code
    25       | 1       | 2025-09-01     |                              |        |       | no    | none at all: EmpStat_09 asks for it
    25       | 3       | 2025-09-01     | 98@2025-08-01                |        |       | no    | a component aim
    24       | 1       | 2025-09-01     | 98@2025-08-01                |        |       | no    | no apprenticeship
    25       | 1       | 2025-09-01     | 98@2025-08-01                | LDM353 | 2526  | no    | excused
    25       | 1       | 2025-09-01     | 98@2025-08-01                | LDM355 | 2526  | no    | excused
    25       | 1       | 2025-09-01     | 98@2025-08-01                | LDM353 | 2627  | yes   | 2026-27 excuses nobody
"""


def apprentice_with_unknown_status(aim):
    unknown = status_at_start(aim, lambda e: e.EmpStat == 98)
    return is_programme_aim_of_apprenticeship(aim) & (aim.LearnStartDate >= "2016-08-01") & unknown


for _unless, _since, _until in (((is_sporting_or_similar,), None, "2526"), ((), "2627", None)):
    rule(
        "EmpStat_15",
        LearningDelivery,
        summary="An apprentice's employment status when the programme starts must be known.",
        message="The employment status that applies on {LearnStartDate} is 98, not known.",
        fix="Ask the learner or employer, and record the employment status on the start date.",
        unless=_unless, since=_since, until=_until, cases=_UNKNOWN,
    )(apprentice_with_unknown_status)  # fmt: skip


@rule(
    "EmpStat_20",
    LearningDelivery,
    summary="A learner in receipt of low wages must be in paid employment when the aim starts.",
    message="The aim has LDM 363, low wages, but the learner is not in paid employment on {LearnStartDate}.",
    fix="Remove LDM 363, or correct the employment status on the start date.",
    cases="""
        LearnStartDate | FAM    | Emp                          | fires | why
        2025-09-01     | LDM363 | 10@2025-08-01                | no    | employed
        2025-09-01     | LDM363 | 11@2025-08-01                | yes   | looking for work
        2025-09-01     | LDM363 | 11@2025-08-01; 10@2025-09-01 | no    | employed from the very day
        2025-09-01     | LDM363 | 10@2025-08-01; 12@2025-08-02 | yes   | the latest counts
        2025-09-01     | LDM363 |                              | yes   | nothing shows paid employment
        2025-09-01     | LDM362 | 11@2025-08-01                | no    | another LDM code
    """,
)
def low_wages_without_employment(aim):
    return has_fam(aim, "LDM", "363") & ~status_at_start(aim, lambda e: e.EmpStat == 10)


@rule(
    "EmpStat_21",
    LearningDelivery,
    summary="Adults on the Adult Skills Fund need an employment status before the start.",
    message=NO_STATUS,
    why=WHY,
    fix=ADD_STATUS,
    cases="""
        LearnStartDate | FundModel | DateOfBirth | Emp           | fires | why
        2025-09-01     | 38        | 2006-08-31  |               | yes   | 19 on 31 August 2025
        2025-09-01     | 38        | 2006-09-01  |               | no    | 18 on 31 August 2025
        2025-09-01     | 38        | 2005-09-01  |               | yes   | 19 on 31 August, 20 the day after
        2025-08-01     | 38        | 2006-08-31  |               | yes   | the teaching year begins in August
        2026-07-31     | 38        | 2006-08-31  |               | yes   | the teaching year of the start counts
        2025-09-01     | 35        | 1990-01-01  |               | no    | EmpStat_08 asks for that
        2025-09-01     | 38        | 1990-01-01  | 10@2025-08-31 | no    | a status from the day before
        2025-09-01     | 38        | 1990-01-01  | 10@2025-09-01 | yes   | a status from the very day is too late
        2025-09-01     | 38        |             |               | no    | age not known
    """,
)
def adult_skills_fund_without_status(aim):
    return (aim.FundModel == 38) & (age_on_august_31_of_start(aim) >= 19) & ~status_before_start(aim)


@rule(
    "EmpStat_22",
    LearningDelivery,
    summary="Learners on Tailored Learning need an employment status by the start.",
    message="No employment status is recorded from a day on or before {LearnStartDate}, when the aim starts.",
    why=WHY,
    fix="Add an employment status record with DateEmpStatApp on or before the aim's LearnStartDate.",
    cases="""
        LearnStartDate | FundModel | Emp           | fires | why
        2025-09-01     | 11        |               | yes   | none at all
        2025-09-01     | 11        | 10@2025-09-01 | no    | from the very day
        2025-09-01     | 11        | 10@2025-09-02 | yes   | from the day after
        2025-09-01     | 10        |               | no    | another funding model
    """,
)
def tailored_learning_without_status(aim):
    return (aim.FundModel == 11) & ~status_by_start(aim)


@rule(
    "EmpStat_23",
    LearningDelivery,
    summary="A learner on an apprenticeship unit must be in paid employment when the aim starts.",
    message="The aim has LDM 403, apprenticeship unit, but the learner is not in paid employment on {LearnStartDate}.",
    fix="Correct the employment status on the start date, or remove LDM 403.",
    cases="""
        AimType | LearnStartDate | FAM    | Emp           | fires | why
        4       | 2026-09-01     | LDM403 | 11@2026-08-01 | yes   | looking for work
        4       | 2026-09-01     | LDM403 | 10@2026-09-01 | no    | employed from the very day
        4       | 2026-09-01     | LDM403 |               | yes   | nothing shows paid employment
        4       | 2026-09-01     | LDM403 | 10@2026-08-01; 12@2026-08-15 | yes | the latest counts
        1       | 2026-09-01     | LDM403 | 11@2026-08-01 | no    | a programme aim
        4       | 2026-09-01     | LDM402 | 11@2026-08-01 | no    | another LDM code
    """,
)
def apprenticeship_unit_without_employment(aim):
    return (aim.AimType == 4) & has_fam(aim, "LDM", "403") & ~status_at_start(aim, lambda e: e.EmpStat == 10)


@rule(
    "EmpStat_24",
    LearningDelivery,
    summary="A learner on a Growth and Skills apprenticeship unit must be in paid employment when the programme starts.",
    message="The learner is not in paid employment on {LearnStartDate}, when the apprenticeship unit starts.",
    fix="Correct the employment status on the start date.",
    cases="""
        ProgType | AimType | LearnStartDate | Emp           | fires | why
        34       | 1       | 2026-09-01     | 11@2026-08-01 | yes   | looking for work
        34       | 1       | 2026-09-01     | 10@2026-09-01 | no    | employed from the very day
        34       | 1       | 2026-09-01     |               | yes   | nothing shows paid employment
        34       | 1       | 2026-09-01     | 10@2026-08-01; 12@2026-08-15 | yes | the latest counts
        34       | 3       | 2026-09-01     | 11@2026-08-01 | no    | a component aim
        25       | 1       | 2026-09-01     | 11@2026-08-01 | no    | another programme type
    """,
)
def growth_and_skills_without_employment(aim):
    return (aim.ProgType == 34) & (aim.AimType == 1) & ~status_at_start(aim, lambda e: e.EmpStat == 10)
