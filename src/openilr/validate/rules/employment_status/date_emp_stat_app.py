"""DateEmpStatApp: from which day an employment status applies."""

from openilr.spec.names import LearnerEmploymentStatus
from openilr.validate.rule import rule


@rule(
    "DateEmpStatApp_01",
    LearnerEmploymentStatus,
    summary="An employment status can not apply from a day after the teaching year.",
    message="DateEmpStatApp is {DateEmpStatApp}, after the end of the teaching year.",
    fix="Correct DateEmpStatApp, or leave the record for next year's return.",
    cases="""
        DateEmpStatApp | years | fires | why
        2026-07-31     | 2526  | no    | last day of 2025-26
        2026-08-01     | 2526  | yes   | first day after it
        2027-07-31     | 2627  | no    | last day of 2026-27
        2027-08-01     | 2627  | yes   | first day after it
                       |       | no    | blank is another rule's question
    """,
)
def after_teaching_year(status):
    return status.DateEmpStatApp > status.teaching_year.end


@rule(
    "DateEmpStatApp_02",
    LearnerEmploymentStatus,
    summary="An employment status can not apply from a day before 1 August 1990.",
    message="DateEmpStatApp is {DateEmpStatApp}, before 1 August 1990.",
    fix="Correct DateEmpStatApp; a year typed with the wrong century is the usual cause.",
    cases="""
        DateEmpStatApp | fires | why
        1990-07-31     | yes   | the day before
        1990-08-01     | no    | the first day allowed
                       | no    | blank is another rule's question
    """,
)
def before_1990(status):
    return status.DateEmpStatApp < "1990-08-01"
