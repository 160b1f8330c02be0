"""ESMType: what is recorded about an employment status (monitoring)."""

from openilr.derive.codes import has_fam, has_monitoring, status_at_start
from openilr.derive.dd07 import dd07
from openilr.spec.names import EmploymentStatusMonitoring, LearnerEmploymentStatus, LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.shapes import code_is_expired, coded_pair_is_listed, list_used


def learner_is_16_to_19_or_bootcamp(status):
    return status.any(LearningDelivery, lambda a: a.FundModel.is_in(25, 82, 37))


STATUS_IS = "The employment status from {DateEmpStatApp} is {EmpStat}"


@rule(
    "ESMType_01",
    EmploymentStatusMonitoring,
    summary="An employment status monitoring code must be listed for its type.",
    message="ESMCode {ESMCode} is not in the list of codes for ESMType {ESMType} {list}.",
    show={"list": list_used("ESMCode")},
    fix="Look the type up in the year's ILR specification and record a code that is listed for it.",
    cases="""
        ESMType | ESMCode | fires | why
        BSI     | 4       | no    | listed
        BSI     | 9       | yes   | no such code for this type
        SEI     | 4       | yes   | a code of another type
        XYZ     | 1       | yes   | no such type
                | 1       | no    | no type returned
    """,
)
def code_not_listed(monitoring):
    return monitoring.ESMType.known & ~coded_pair_is_listed(monitoring, "ESMType", "ESMCode")


@rule(
    "ESMType_02",
    LearnerEmploymentStatus,
    summary="Paid employment from August 2012 needs its hours a week (EII).",
    message=STATUS_IS + ", in paid employment, but has no EII record.",
    fix="Add the employment intensity indicator (ESMType EII) to this employment status.",
    cases="""
        EmpStat | DateEmpStatApp | ESM       | fires | why
        10      | 2012-08-01     |           | yes   | first day
        10      | 2012-07-31     |           | no    | the day before
        10      | 2025-08-01     | EII5      | no    | returned
        10      | 2025-08-01     | SEI1 LOE2 | yes   | other monitoring only
        11      | 2025-08-01     |           | no    | not employed
                | 2025-08-01     |           | no    | status blank
    """,
)
def hours_missing(status):
    return (status.DateEmpStatApp >= "2012-08-01") & (status.EmpStat == 10) & ~has_monitoring(status, "EII")


@rule(
    "ESMType_05",
    LearnerEmploymentStatus,
    summary="A learner in paid employment has no length of unemployment (LOU).",
    message=STATUS_IS + ", in paid employment, but has an LOU record.",
    fix="Remove the LOU record, or correct EmpStat.",
    cases="""
        EmpStat | ESM       | fires | why
        10      | LOU1      | yes   | both
        10      | LOE1 EII5 | no    | employment details only
        11      | LOU1      | no    | looking for work
    """,
)
def employed_with_unemployment(status):
    return (status.EmpStat == 10) & has_monitoring(status, "LOU")


@rule(
    "ESMType_07",
    LearnerEmploymentStatus,
    summary="A self-employed learner (SEI) must be in paid employment.",
    message=STATUS_IS + ", but it has an SEI record, self employed.",
    fix="Correct EmpStat to 10, or remove the SEI record.",
    cases="""
        EmpStat | ESM  | fires | why
        11      | SEI1 | yes   | looking for work
        98      | SEI1 | yes   | not known
                | SEI1 | yes   | blank is not paid employment
        10      | SEI1 | no    | employed
        11      | LOU1 | no    | not self employed
    """,
)
def self_employed_without_employment(status):
    return (status.EmpStat != 10) & has_monitoring(status, "SEI")


@rule(
    "ESMType_08",
    LearnerEmploymentStatus,
    summary="A learner looking for work from August 2012 needs a length of unemployment (LOU).",
    message=STATUS_IS + ", looking for work, but has no LOU record.",
    fix="Add the length of unemployment (ESMType LOU) to this employment status.",
    unless=(learner_is_16_to_19_or_bootcamp,),
    cases="""
        EmpStat | DateEmpStatApp | ESM  | LearningDelivery | fires | why
        11      | 2012-08-01     |      | FundModel=38     | yes   | first day
        11      | 2012-07-31     |      | FundModel=38     | no    | the day before
        11      | 2025-08-01     | LOU2 | FundModel=38     | no    | returned
        11      | 2025-08-01     | BSI4 | FundModel=38     | yes   | other monitoring only
        12      | 2025-08-01     |      | FundModel=38     | no    | not looking for work
        11      | 2025-08-01     |      | FundModel=25     | no    | 16 to 19 funding
        11      | 2025-08-01     |      | FundModel=82     | no    | other 16 to 19 funding
        11      | 2025-08-01     |      | FundModel=37     | no    | Skills Bootcamp
        11      | 2025-08-01     |      | FundModel=38; FundModel=25 | no | one of two aims is 16 to 19 funded
        11      | 2025-08-01     |      |                  | yes   | no aim
    """,
)
def unemployment_missing(status):
    return (status.DateEmpStatApp >= "2012-08-01") & (status.EmpStat == 11) & ~has_monitoring(status, "LOU")


@rule(
    "ESMType_09",
    LearningDelivery,
    summary="An employed apprentice needs a length of employment (LOE) on the status that applies at the start.",
    message="The employment status that applies on {LearnStartDate} is paid employment, but has no LOE record.",
    fix="Add the length of employment (ESMType LOE) to that employment status.",
    cases="""
        ProgType | AimType | LearnStartDate | Emp                               | fires | why
        25       | 1       | 2025-09-01     | 10@2025-08-01 EII5                | yes   | no LOE
        25       | 1       | 2025-09-01     | 10@2025-08-01 LOE1                | no    | returned
        25       | 1       | 2025-09-01     | 10@2025-09-01                     | yes   | applies from the very day
        25       | 1       | 2013-09-01     | 10@2013-08-01                     | yes   | status from the first day
        25       | 1       | 2013-09-01     | 10@2013-07-31                     | no    | status from the day before
        25       | 1       | 2025-09-01     | 10@2024-08-01 LOE1; 10@2025-08-01 | yes   | the latest counts
        25       | 1       | 2025-09-01     | 11@2025-08-01                     | no    | not employed
        25       | 1       | 2025-09-01     | 10@2025-09-02                     | no    | applies only afterwards
        25       | 3       | 2025-09-01     | 10@2025-08-01                     | no    | a component aim
        24       | 1       | 2025-09-01     | 10@2025-08-01                     | no    | no apprenticeship
    """,
)
def employment_length_missing(aim):
    lacks_length = status_at_start(
        aim, lambda e: (e.EmpStat == 10) & (e.DateEmpStatApp >= "2013-08-01") & ~has_monitoring(e, "LOE")
    )
    return dd07(aim) & (aim.AimType == 1) & lacks_length


@rule(
    "ESMType_10",
    LearnerEmploymentStatus,
    summary="A learner who is not in paid employment has no length of employment (LOE).",
    message=STATUS_IS + ", not in paid employment, but has an LOE record.",
    fix="Remove the LOE record, or correct EmpStat.",
    cases="""
        EmpStat | ESM  | fires | why
        11      | LOE1 | yes   | looking for work
        12      | LOE1 | yes   | not looking for work
        10      | LOE1 | no    | employed
        98      | LOE1 | no    | not known
        11      | LOU1 | no    | unemployment details only
    """,
)
def unemployed_with_employment_length(status):
    return status.EmpStat.is_in(11, 12) & has_monitoring(status, "LOE")


@rule(
    "ESMType_11",
    EmploymentStatusMonitoring,
    summary="A monitoring code can not be recorded for a day after its last valid day.",
    message="ESMType {ESMType} with ESMCode {ESMCode} was no longer valid on {DateEmpStatApp}.",
    fix="Record the code that replaced it, as the year's ILR specification lists it.",
    cases="""
        ESMType | ESMCode | DateEmpStatApp | years | fires | why
        BSI     | 2       | 2020-07-31     |       | no    | its last day
        BSI     | 2       | 2020-08-01     |       | yes   | the day after
        EII     | 2       | 2018-08-01     | 2526  | yes   | ended on 31 July 2018
        EII     | 5       | 2025-08-01     |       | no    | still valid
        BSI     | 2       |                |       | no    | no date
    """,
)
def code_expired(monitoring):
    return code_is_expired(monitoring, "ESMType", "ESMCode", monitoring.DateEmpStatApp)


@rule(
    "ESMType_12",
    LearnerEmploymentStatus,
    summary="A learner not in paid employment has neither hours a week (EII) nor self employment (SEI).",
    message=STATUS_IS + ", not in paid employment, but has an EII or SEI record.",
    fix="Remove the EII or SEI record, or correct EmpStat.",
    cases="""
        EmpStat | DateEmpStatApp | ESM  | fires | why
        11      | 2013-08-01     | EII5 | yes   | first day
        11      | 2013-07-31     | EII5 | no    | the day before
        12      | 2025-08-01     | SEI1 | yes   | self employed
        10      | 2025-08-01     | EII5 | no    | employed
        11      | 2025-08-01     | LOU1 | no    | other monitoring
    """,
)
def unemployed_with_hours(status):
    from_2013 = status.DateEmpStatApp >= "2013-08-01"
    return from_2013 & status.EmpStat.is_in(11, 12) & (has_monitoring(status, "EII") | has_monitoring(status, "SEI"))


@rule(
    "ESMType_15",
    EmploymentStatusMonitoring,
    summary="Each monitoring type but OET may stand once on an employment status.",
    message="ESMType {ESMType} stands more than once on the employment status from {DateEmpStatApp}.",
    fix="Keep one record of this type on the employment status.",
    cases="""
        ESMType | ESMCode | ESM       | fires | why
        BSI     | 1       | BSI4      | yes   | twice, other code
        EII     | 5       | EII5      | yes   | twice, same code
        SEM     | 1       | BSI4      | no    | once each
        SEM     | 1       | SEM1      | yes   | twice
        OET     | 1       | OET2      | no    | OET may repeat
        LOU     | 1       | LOU2      | yes   | twice
        LOE     | 1       | LOE2      | yes   | twice
        PEI     | 1       | PEI1      | yes   | twice
        SEI     | 1       | SEI1      | yes   | twice
    """,
)
def type_repeated(monitoring):
    once = monitoring.ESMType.is_in("SEI", "EII", "LOU", "LOE", "BSI", "PEI", "SEM")
    return once & monitoring.any(EmploymentStatusMonitoring, same=["ESMType"], other=True)


@rule(
    "ESMType_16",
    LearnerEmploymentStatus,
    summary="An apprentice with a small employer (SEM) can not be out of paid employment.",
    message=STATUS_IS + ", not in paid employment, but has SEM 1, small employer.",
    fix="Remove the SEM record, or correct EmpStat.",
    cases="""
        EmpStat | ESM  | LearningDelivery | fires | why
        11      | SEM1 | ProgType=25      | yes   | looking for work
        12      | SEM1 | ProgType=25      | yes   | not looking for work
        10      | SEM1 | ProgType=25      | no    | employed
        11      | SEM2 | ProgType=25      | no    | another code
        11      | SEM1 | ProgType=24      | no    | no apprenticeship standard
    """,
)
def unemployed_with_small_employer(status):
    on_standard = status.any(LearningDelivery, lambda a: a.ProgType == 25)
    return on_standard & has_monitoring(status, "SEM", 1) & status.EmpStat.is_in(11, 12)


@rule(
    "ESMType_17",
    LearningDelivery,
    summary="Pre-employment training of a sector-based work academy needs a benefit status of 1, 4 or 5.",
    message="The aim has LDM 375, but the employment status on {LearnStartDate} has no BSI of 1, 4 or 5.",
    fix="Record the benefit that the learner receives (BSI 1, 4 or 5), or remove LDM 375.",
    cases="""
        LearnStartDate | FAM    | Emp                | fires | why
        2025-09-01     | LDM375 | 11@2025-08-01 BSI1 | no    | Jobseeker's Allowance
        2025-09-01     | LDM375 | 11@2025-08-01 BSI4 | no    | Universal Credit
        2025-09-01     | LDM375 | 11@2025-08-01 BSI5 | no    | Employment and Support Allowance
        2025-09-01     | LDM375 | 11@2025-08-01 BSI6 | yes   | another benefit
        2025-09-01     | LDM375 | 11@2025-08-01      | yes   | none
        2025-09-01     | LDM375 | 11@2025-09-01 BSI1 | no    | from the very day
        2025-09-01     | LDM375 | 11@2025-08-01 BSI1; 11@2025-08-15 | yes | the latest counts
        2025-09-01     | LDM375 |                    | yes   | no employment status
        2025-09-01     | LDM374 | 11@2025-08-01      | no    | another LDM code
    """,
)
def work_academy_without_benefit(aim):
    return has_fam(aim, "LDM", "375") & ~status_at_start(aim, lambda e: has_monitoring(e, "BSI", 1, 4, 5))


@rule(
    "ESMType_18",
    LearnerEmploymentStatus,
    summary="A learner in paid employment was not made redundant on the same record.",
    message=STATUS_IS + ", in paid employment, but has OET 1, made redundant.",
    fix="Remove OET 1, or correct EmpStat.",
    cases="""
        EmpStat | ESM  | fires | why
        10      | OET1 | yes   | both
        10      | OET2 | no    | another code
        11      | OET1 | no    | looking for work
    """,
)
def employed_and_redundant(status):
    return (status.EmpStat == 10) & has_monitoring(status, "OET", 1)


@rule(
    "ESMType_19",
    LearnerEmploymentStatus,
    summary="A learner with a small or medium employer (OET 2) must be in paid employment.",
    message=STATUS_IS + ", but it has OET 2, small or medium employer.",
    fix="Correct EmpStat to 10, or remove OET 2.",
    cases="""
        EmpStat | ESM  | fires | why
        11      | OET2 | yes   | looking for work
                | OET2 | yes   | status not returned
        10      | OET2 | no    | employed
        11      | OET1 | no    | another code
    """,
)
def small_employer_without_employment(status):
    return has_monitoring(status, "OET", 2) & (status.EmpStat != 10)


@rule(
    "ESMType_20",
    EmploymentStatusMonitoring,
    summary="Each other employment type (OET) may stand once on an employment status.",
    message="OET {ESMCode} stands more than once on the employment status from {DateEmpStatApp}.",
    fix="Keep one record of this code.",
    cases="""
        ESMType | ESMCode | ESM       | fires | why
        OET     | 1       | OET1      | yes   | same code twice
        OET     | 1       | OET2 OET3 | no    | different codes
        BSI     | 1       | BSI1      | no    | another type
    """,
)
def other_type_repeated(monitoring):
    twin = monitoring.any(EmploymentStatusMonitoring, same=["ESMType", "ESMCode"], other=True)
    return (monitoring.ESMType == "OET") & monitoring.ESMCode.known & twin


@rule(
    "ESMType_21",
    LearningDelivery,
    summary="An apprenticeship unit needs a length of employment (LOE) on the status that applies at the start.",
    message="The employment status that applies on {LearnStartDate} has no LOE record.",
    fix="Add the length of employment (ESMType LOE) to the employment status that applies on the start date.",
    cases="""
        ProgType | AimType | LearnStartDate | Emp                               | fires | why
        34       | 1       | 2026-09-01     | 10@2026-08-01                     | yes   | no LOE
        34       | 1       | 2026-09-01     | 10@2026-08-01 LOE1                | no    | returned
        34       | 1       | 2026-09-01     | 10@2026-09-01 LOE1                | no    | returned from the very day
        34       | 1       | 2026-09-01     | 10@2026-08-01 LOE1; 10@2026-08-15 | yes   | the latest counts
        34       | 1       | 2026-09-01     |                                   | yes   | no employment status
        34       | 3       | 2026-09-01     | 10@2026-08-01                     | no    | a component aim
        25       | 1       | 2026-09-01     | 10@2026-08-01                     | no    | another programme type
    """,
)
def apprenticeship_unit_without_length(aim):
    return (aim.ProgType == 34) & (aim.AimType == 1) & ~status_at_start(aim, lambda e: has_monitoring(e, "LOE"))
