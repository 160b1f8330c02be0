"""LearnPlanEndDate and LearnActEndDate: when an aim is planned to end, and when it ended."""

from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule


@rule(
    "LearnPlanEndDate_02",
    LearningDelivery,
    summary="An aim is not planned to end before it starts.",
    message="LearnPlanEndDate {LearnPlanEndDate} is before LearnStartDate {LearnStartDate}.",
    fix="Correct the date that is wrong.",
    cases="""
        LearnStartDate | LearnPlanEndDate | fires | why
        2025-09-01     | 2025-08-31       | yes   | the day before
        2025-09-01     | 2025-09-01       | no    | the same day
        2025-09-01     | 2026-07-31       | no    | after
        2025-09-01     |                  | no    | not returned
    """,
)
def planned_to_end_before_start(aim):
    return aim.LearnPlanEndDate < aim.LearnStartDate


@rule(
    "LearnPlanEndDate_03",
    LearningDelivery,
    summary="An aim is planned to last less than 10 years.",
    message="LearnPlanEndDate {LearnPlanEndDate} is 10 years or more after LearnStartDate {LearnStartDate}.",
    fix="Correct the date that is wrong.",
    cases="""
        LearnStartDate | LearnPlanEndDate | fires | why
        2025-09-01     | 2035-09-01       | yes   | ten years
        2025-09-01     | 2035-08-31       | no    | a day less
        2025-09-01     | 2045-09-01       | yes   | twenty years
        2025-09-01     |                  | no    | not returned
    """,
)
def planned_for_ten_years(aim):
    return aim.LearnPlanEndDate >= aim.LearnStartDate.plus_years(10)


@rule(
    "LearnPlanEndDate_04",
    LearningDelivery,
    summary="An apprenticeship unit is planned to last at most 16 weeks.",
    message="The apprenticeship unit is planned from {LearnStartDate} to {LearnPlanEndDate}: {days} days, more than 16 weeks.",
    show={"days": lambda aim: aim.LearnPlanEndDate - aim.LearnStartDate},
    fix="Correct the dates or ProgType.",
    cases="""
        AimType | ProgType | LearnStartDate | LearnPlanEndDate | fires | why
        1       | 34       | 2026-09-01     | 2026-12-22       | no    | 16 weeks
        1       | 34       | 2026-09-01     | 2026-12-23       | yes   | a day more
        3       | 34       | 2026-09-01     | 2026-12-23       | no    | a component aim
        1       | 25       | 2026-09-01     | 2026-12-23       | no    | another programme type
        1       | 34       | 2026-09-01     |                  | no    | not returned
    """,
)
def unit_planned_for_more_than_16_weeks(aim):
    longest = aim.pack.parameters["durations"]["longest_apprenticeship_unit"]
    return (aim.AimType == 1) & (aim.ProgType == 34) & (aim.LearnPlanEndDate - aim.LearnStartDate > longest)


@rule(
    "LearnActEndDate_01",
    LearningDelivery,
    summary="An aim does not end before it starts.",
    message="LearnActEndDate {LearnActEndDate} is before LearnStartDate {LearnStartDate}.",
    fix="Correct the date that is wrong.",
    cases="""
        LearnStartDate | LearnActEndDate | fires | why
        2025-09-01     | 2025-08-31      | yes   | the day before
        2025-09-01     | 2025-09-01      | no    | the same day
        2025-09-01     | 2026-07-31      | no    | after
        2025-09-01     |                 | no    | not ended
    """,
)
def ended_before_start(aim):
    return aim.LearnActEndDate < aim.LearnStartDate


@rule(
    "LearnActEndDate_04",
    LearningDelivery,
    summary="An end that is recorded has happened by the day on which the file was prepared.",
    message="LearnActEndDate {LearnActEndDate} is after {FilePreparationDate}, when the file was prepared.",
    why="LearnActEndDate records what happened; what is expected stands in LearnPlanEndDate.",
    fix="Remove LearnActEndDate until the learning has ended, or correct it.",
    cases="""
        LearnActEndDate | FilePreparationDate | fires | why
        2025-10-02      | 2025-10-01          | yes   | the day after
        2025-10-01      | 2025-10-01          | no    | that day
        2025-09-30      | 2025-10-01          | no    | before
                        | 2025-10-01          | no    | not ended
    """,
)
def ends_after_file_was_prepared(aim):
    return aim.LearnActEndDate > aim.FilePreparationDate
