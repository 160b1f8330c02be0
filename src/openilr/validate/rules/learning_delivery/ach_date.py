"""AchDate: the day on which an apprentice or a bootcamp learner achieved."""

from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.comp_status import is_bootcamp

CORRECT = "Correct AchDate or the dates of the aim."


def is_standard_programme(aim):
    """A programme aim of a standard, under apprenticeship funding or as a trailblazer."""
    return (aim.AimType == 1) & aim.FundModel.is_in(36, 81) & (aim.ProgType == 25)


def is_funded_standard_programme(aim):
    return (aim.AimType == 1) & (aim.FundModel == 36) & (aim.ProgType == 25)


@rule(
    "AchDate_02",
    LearningDelivery,
    summary="An achievement date should lie in the teaching year or before.",
    message="AchDate is {AchDate}, after the teaching year.",
    fix="Correct AchDate.",
    cases="""
        AchDate    | years | fires | why
        2026-08-01 | 2526  | yes   | the day after the year
        2026-07-31 | 2526  | no    | the last day
        2027-08-01 | 2627  | yes   | the day after the year
        2027-07-31 | 2627  | no    | the last day
        2024-01-01 |       | no    | an earlier year
                   |       | no    | no date
    """,
)
def achieved_after_the_year(aim):
    return aim.AchDate > aim.teaching_year.end


@rule(
    "AchDate_03",
    LearningDelivery,
    summary="Nobody achieves before the aim starts.",
    message="AchDate is {AchDate}, before the aim starts on {LearnStartDate}.",
    fix=CORRECT,
    unless=(is_bootcamp,),
    cases="""
        AchDate    | LearnStartDate | FundModel | ProgType | fires | why
        2025-08-31 | 2025-09-01     | 36        | 25       | yes   | the day before
        2025-09-01 | 2025-09-01     | 36        | 25       | no    | that very day
                   | 2025-09-01     | 36        | 25       | no    | no achievement date
        2025-08-31 | 2025-09-01     | 37        | 32       | no    | Skills Bootcamp
        2025-08-31 | 2025-09-01     | 37        |          | yes   | no bootcamp programme
        2025-08-31 | 2025-09-01     | 38        | 32       | yes   | another funding model
    """,
)
def achieved_before_start(aim):
    return aim.AchDate < aim.LearnStartDate


@rule(
    "AchDate_04",
    LearningDelivery,
    summary="An aim with an achievement date has an actual end date.",
    message="AchDate is {AchDate}, but LearnActEndDate is blank.",
    fix="Record LearnActEndDate, or remove AchDate.",
    unless=(is_bootcamp,),
    cases="""
        AchDate    | LearnActEndDate | FundModel | ProgType | fires | why
        2025-10-01 |                 | 36        | 25       | yes   | no end date
        2025-10-01 | 2025-09-01      | 36        | 25       | no    | ended
                   |                 | 36        | 25       | no    | no achievement date
        2025-10-01 |                 | 37        | 32       | no    | Skills Bootcamp
        2025-10-01 |                 | 37        |          | yes   | no bootcamp programme
        2025-10-01 |                 | 38        | 32       | yes   | another funding model
    """,
)
def achieved_but_open(aim):
    return aim.AchDate.known & aim.LearnActEndDate.missing


@rule(
    "AchDate_05",
    LearningDelivery,
    summary="Nobody achieves before the aim ends.",
    message="AchDate is {AchDate}, before the aim ended on {LearnActEndDate}.",
    fix=CORRECT,
    unless=(is_bootcamp,),
    cases="""
        AchDate    | LearnActEndDate | FundModel | ProgType | fires | why
        2025-08-31 | 2025-09-01      | 36        | 25       | yes   | the day before
        2025-09-01 | 2025-09-01      | 36        | 25       | no    | that very day
        2025-09-01 |                 | 36        | 25       | no    | no end date: AchDate_04
                   | 2025-09-01      | 36        | 25       | no    | no achievement date
        2025-08-31 | 2025-09-01      | 37        | 32       | no    | Skills Bootcamp
        2025-08-31 | 2025-09-01      | 37        |          | yes   | no bootcamp programme
        2025-08-31 | 2025-09-01      | 38        | 32       | yes   | another funding model
    """,
)
def achieved_before_end(aim):
    return aim.AchDate < aim.LearnActEndDate


@rule(
    "AchDate_07",
    LearningDelivery,
    summary="An achievement date can not be after the file was prepared.",
    message="AchDate is {AchDate}, after the file was prepared on {FilePreparationDate}.",
    fix="Correct AchDate, or leave it out until the learner has achieved.",
    cases="""
        AchDate    | FilePreparationDate | fires | why
        2026-01-02 | 2026-01-01          | yes   | the day after
        2026-01-01 | 2026-01-01          | no    | that very day
                   | 2026-01-01          | no    | no date
    """,
)
def achieved_after_the_file(aim):
    return aim.AchDate > aim.FilePreparationDate


@rule(
    "AchDate_08",
    LearningDelivery,
    summary="An achieved trailblazer apprenticeship has an achievement date.",
    message="Outcome is 1, achieved, but AchDate is blank.",
    fix="Record AchDate, or correct Outcome.",
    cases="""
        AimType | FundModel | ProgType | Outcome | AchDate    | fires | why
        1       | 81        | 25       | 1       |            | yes   | achieved without a date
        1       | 81        | 25       | 1       | 2025-10-01 | no    | dated
        1       | 81        | 25       | 3       |            | no    | not achieved
        1       | 81        | 25       |         |            | no    | no outcome
        3       | 81        | 25       | 1       |            | no    | a component aim
        1       | 36        | 25       | 1       |            | no    | another funding model
        1       | 81        | 24       | 1       |            | no    | another programme type
    """,
)
def trailblazer_achieved_without_date(aim):
    trailblazer = (aim.AimType == 1) & (aim.FundModel == 81) & (aim.ProgType == 25)
    return trailblazer & (aim.Outcome == 1) & aim.AchDate.missing


@rule(
    "AchDate_09",
    LearningDelivery,
    summary="Of aims that started from August 2015 on, only standards' programme aims and bootcamps have an achievement date.",
    message="AchDate is {AchDate} on an aim with AimType {AimType}, FundModel {FundModel} and ProgType {ProgType}.",
    fix="Remove AchDate.",
    unless=(is_standard_programme, is_bootcamp),
    cases="""
        LearnStartDate | AchDate    | AimType | FundModel | ProgType | fires | why
        2015-08-01     | 2025-10-01 | 4       | 38        |          | yes   | first day
        2015-07-31     | 2025-10-01 | 4       | 38        |          | no    | the day before
        2025-09-01     |            | 4       | 38        |          | no    | no achievement date
        2025-09-01     | 2025-10-01 | 1       | 36        | 25       | no    | funded standard
        2025-09-01     | 2025-10-01 | 1       | 81        | 25       | no    | trailblazer
        2025-09-01     | 2025-10-01 | 3       | 36        | 25       | yes   | a component aim of a standard
        2025-09-01     | 2025-10-01 | 1       | 99        | 25       | yes   | a standard that is not funded
        2025-09-01     | 2025-10-01 | 1       | 36        | 34       | yes   | another programme type
        2025-09-01     | 2025-10-01 | 1       | 37        | 32       | no    | Skills Bootcamp
        2025-09-01     | 2025-10-01 | 3       | 37        | 32       | no    | any aim of a bootcamp
        2025-09-01     | 2025-10-01 | 1       | 37        |          | yes   | no bootcamp programme
    """,
)
def achievement_date_elsewhere(aim):
    return (aim.LearnStartDate > "2015-07-31") & aim.AchDate.known


@rule(
    "AchDate_11",
    LearningDelivery,
    summary="An apprentice whose training ended from August 2019 on achieves a week or more after its end.",
    message="AchDate {AchDate} is less than seven days after LearnActEndDate {LearnActEndDate}.",
    why="End-point assessment follows the training.",
    fix=CORRECT,
    cases="""
        AimType | FundModel | ProgType | LearnActEndDate | AchDate    | fires | why
        1       | 36        | 25       | 2019-08-01      | 2019-08-07 | yes   | first day; six days later
        1       | 36        | 25       | 2019-07-31      | 2019-08-01 | no    | ended the day before the rule begins
        1       | 36        | 25       | 2025-09-01      | 2025-09-08 | no    | seven days later
        1       | 36        | 25       | 2025-09-01      | 2025-09-01 | yes   | the same day
        1       | 36        | 25       | 2025-09-01      |            | no    | no achievement date
        1       | 36        | 25       |                 | 2025-09-01 | no    | no end date
        3       | 36        | 25       | 2025-09-01      | 2025-09-01 | no    | a component aim
        1       | 81        | 25       | 2025-09-01      | 2025-09-01 | no    | another funding model
        1       | 36        |          | 2025-09-01      | 2025-09-01 | no    | no standard
    """,
)
def achieved_within_a_week(aim):
    in_scope = is_funded_standard_programme(aim) & (aim.LearnActEndDate >= "2019-08-01")
    return in_scope & (aim.AchDate < aim.LearnActEndDate + 7)


@rule(
    "AchDate_12",
    LearningDelivery,
    summary="A completed apprenticeship standard that ended from August 2021 on has an achievement date.",
    message="CompStatus is 2, completed on {LearnActEndDate}, but AchDate is blank.",
    fix="Record AchDate, or correct CompStatus while the assessment is still to come.",
    cases="""
        AimType | FundModel | ProgType | LearnActEndDate | CompStatus | AchDate    | fires | why
        1       | 36        | 25       | 2021-08-01      | 2          |            | yes   | first day
        1       | 36        | 25       | 2021-07-31      | 2          |            | no    | the day before
        1       | 36        | 25       | 2025-09-01      | 2          | 2025-10-01 | no    | dated
        1       | 36        | 25       | 2025-09-01      | 3          |            | no    | withdrawn
        1       | 36        | 25       |                 | 2          |            | no    | no end date
        3       | 36        | 25       | 2025-09-01      | 2          |            | no    | a component aim
        1       | 81        | 25       | 2025-09-01      | 2          |            | no    | another funding model
        1       | 36        | 34       | 2025-09-01      | 2          |            | no    | another programme type
    """,
)
def completed_without_achievement_date(aim):
    ended = (aim.LearnActEndDate >= "2021-08-01") & (aim.CompStatus == 2)
    return is_funded_standard_programme(aim) & ended & aim.AchDate.missing


@rule(
    "AchDate_13",
    LearningDelivery,
    summary="A Skills Bootcamp is achieved within six months of its end.",
    message="AchDate {AchDate} is more than six months after LearnActEndDate {LearnActEndDate}.",
    fix=CORRECT,
    cases="""
        AimType | ProgType | LearnActEndDate | AchDate    | fires | why
        1       | 32       | 2025-09-01      | 2026-03-02 | yes   | six months and a day
        1       | 32       | 2025-09-01      | 2026-03-01 | no    | six months to the day
        1       | 32       | 2025-08-31      | 2026-03-01 | yes   | February ends before the 31st
        1       | 32       | 2025-08-31      | 2026-02-28 | no    | six months, by the end of February
        1       | 32       |                 | 2026-03-02 | no    | no end date
        1       | 32       | 2025-09-01      |            | no    | no achievement date
        3       | 32       | 2025-09-01      | 2026-03-02 | no    | a component aim
        1       | 25       | 2025-09-01      | 2026-03-02 | no    | another programme type
    """,
)
def bootcamp_achieved_late(aim):
    return (aim.AimType == 1) & (aim.ProgType == 32) & (aim.AchDate > aim.LearnActEndDate.plus_months(6))


@rule(
    "AchDate_14",
    LearningDelivery,
    summary="The achievement date belongs on the programme aim.",
    message="AchDate is {AchDate} on an aim with AimType {AimType}.",
    fix="Record AchDate on the programme aim and remove it here.",
    cases="""
        AimType | AchDate    | fires | why
        3       | 2026-10-01 | yes   | a component aim
        4       | 2026-10-01 | yes   | no programme
        5       | 2026-10-01 | yes   | a core aim
                | 2026-10-01 | yes   | aim type blank
        1       | 2026-10-01 | no    | a programme aim
        3       |            | no    | no achievement date
    """,
)
def achievement_date_off_the_programme(aim):
    return aim.AchDate.known & (aim.AimType != 1)


@rule(
    "AchDate_15",
    LearningDelivery,
    summary="Nobody achieves a Skills Bootcamp before it starts.",
    message="AchDate is {AchDate}, before the bootcamp starts on {LearnStartDate}.",
    fix=CORRECT,
    cases="""
        ProgType | AchDate    | LearnStartDate | fires | why
        32       | 2026-08-31 | 2026-09-01     | yes   | the day before
        32       | 2026-09-01 | 2026-09-01     | no    | that very day
        32       |            | 2026-09-01     | no    | no achievement date
        25       | 2026-08-31 | 2026-09-01     | no    | another programme type: AchDate_03
    """,
)
def bootcamp_achieved_before_start(aim):
    return (aim.ProgType == 32) & (aim.AchDate < aim.LearnStartDate)
