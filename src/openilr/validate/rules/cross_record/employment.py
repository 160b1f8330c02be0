"""Employment statuses compared with each other, and with the aims."""

from typing import Any

from openilr.derive.expressions import Expr, Record
from openilr.spec.names import (
    EmploymentStatusMonitoring,
    LearnerEmploymentStatus,
    LearningDelivery,
    LearningDeliveryFAM,
)
from openilr.validate.rule import rule


def monitoring(status: Record) -> Expr:
    """Types and codes of the monitoring records, as a set."""
    return status.values(EmploymentStatusMonitoring, lambda m: m.ESMType + m.ESMCode.as_text())


def date_of_previous_status(status: Record) -> Expr:
    return status.last(
        LearnerEmploymentStatus, lambda e: e.DateEmpStatApp, lambda e: e.DateEmpStatApp < status.DateEmpStatApp
    )


@rule(
    "R_97",
    LearnerEmploymentStatus,
    summary="An employment status should say something that the one before it did not.",
    message="The status from {DateEmpStatApp} repeats the one from {previous}: EmpStat {EmpStat}, EmpId {EmpId} and all "
    "monitoring are the same.",
    show={"previous": date_of_previous_status},
    why="A status applies until the next one: one that changes nothing is not needed, or lacks what did change.",
    fix="Remove the later status, or record what changed on that day.",
    cases="""
        EmpStat | DateEmpStatApp | EmpId | ESM | Other | fires | why
        10 | 2025-10-01 | 100000001 | SEI1 EII5 | 10@2025-08-01 EmpId=100000001 ESM=EII5,SEI1 | yes | nothing changed
        10 | 2025-10-01 |           |           | 10@2025-08-01                               | yes | no employer and no monitoring on either
        11 | 2025-10-01 | 100000001 | SEI1      | 10@2025-08-01 EmpId=100000001 ESM=SEI1      | no  | another status
        10 | 2025-10-01 | 100000001 | SEI1      | 10@2025-08-01 EmpId=100000002 ESM=SEI1      | no  | another employer
        10 | 2025-10-01 | 100000001 | SEI1      | 10@2025-08-01 ESM=SEI1                      | no  | no employer before
        10 | 2025-10-01 | 100000001 | SEI1 EII5 | 10@2025-08-01 EmpId=100000001 ESM=SEI1      | no  | a record more
        10 | 2025-10-01 | 100000001 | SEI1      | 10@2025-08-01 EmpId=100000001 ESM=SEI1,EII5 | no  | a record less
        10 | 2025-10-01 | 100000001 | EII5      | 10@2025-08-01 EmpId=100000001 ESM=EII6      | no  | another code
        10 | 2025-10-01 | 100000001 |           | 10@2025-08-01 EmpId=100000001; 11@2025-09-01 EmpId=100000001 | no | not the one just before
        10 | 2025-10-01 | 100000001 |           | 10@2025-11-01 EmpId=100000001               | no  | this is the earlier one
        10 | 2025-10-01 | 100000001 |           | 10@2025-10-01 EmpId=100000001               | no  | the same day is R_43
        10 |            | 100000001 |           | 10@2025-08-01 EmpId=100000001               | no  | without a date nothing comes before
    """,
)
def status_repeats_the_one_before(status):
    # The published message and guidance name the agreement too, which statuses have since 2026-27.
    same = [name for name in ("EmpStat", "EmpId", "AgreemId") if f"{status.table}.{name}" in status.schema.fields]
    return status.any(
        LearnerEmploymentStatus,
        lambda e: (e.DateEmpStatApp == date_of_previous_status(status)) & monitoring(e).same_values(monitoring(status)),
        same=same,
    )


def is_devolved_exclusion(record: Record) -> Expr:
    """Whether a devolved authority takes one of the learner's aims out of this check (DAM 023)."""
    return record.any(
        LearningDeliveryFAM, lambda f: (f.LearnDelFAMType == "DAM") & (f.LearnDelFAMCode == "023"), within="Learner"
    )


R_134_WORDS: dict[str, Any] = {
    "summary": "Small or medium employer (OET 2) is recorded for learners on a Skills Bootcamp (ProgType 32).",
    "message": "OET 2 is recorded, but the learner has no Skills Bootcamp aim.",
    "fix": "Remove OET 2, or correct ProgType of the Skills Bootcamp aims.",
}


def small_employer_without_bootcamp(monitoring):
    is_small_employer = (monitoring.ESMType == "OET") & (monitoring.ESMCode == 2)
    return is_small_employer & monitoring.none(LearningDelivery, lambda aim: aim.ProgType == 32)


R_134_CASES = """
        ESMType | ESMCode | LearningDelivery                       | fires | why
        OET     | 2       | ProgType=25                            | yes   | another programme
        OET     | 2       | ProgType=32                            | no    | a Skills Bootcamp
        OET     | 2       | ProgType=25; ProgType=32               | no    | among others
        OET     | 2       | AimType=4                              | yes   | no programme
        OET     | 2       |                                        | yes   | no aim
        OET     | 1       | ProgType=25                            | no    | another code
        SEI     | 2       | ProgType=25                            | no    | another type
"""
rule(
    "R_134",
    EmploymentStatusMonitoring,
    **R_134_WORDS,
    until="2526",
    unless=(is_devolved_exclusion,),
    cases=R_134_CASES
    + """
        OET | 2 | AimType=4; AimType=4 FAM=DAM023 | no  | excluded by a devolved authority
        OET | 2 | AimType=4; AimType=4 FAM=DAM022 | yes | another code of devolved monitoring
        OET | 2 | AimType=4; AimType=4 FAM=LDM023 | yes | another type of monitoring
    """,
)(small_employer_without_bootcamp)
rule(
    "R_134",
    EmploymentStatusMonitoring,
    **R_134_WORDS,
    since="2627",
    cases=R_134_CASES + "OET | 2 | AimType=4; AimType=4 FAM=DAM023 | yes | the exclusion was dropped",
)(small_employer_without_bootcamp)
