"""EmpId: the employer identifier on an employment status record."""

from openilr.derive.codes import status_at_start
from openilr.derive.dd05 import dd05
from openilr.derive.dd07 import dd07
from openilr.derive.dd13 import FRAMEWORKS
from openilr.spec.names import LearnerEmploymentStatus, LearningDelivery
from openilr.validate.rule import rule

#: Stands for an employer whose identifier is not known yet.
TEMPORARY = 999999999
#: Programme types that 2025-26 still counts as apprenticeships in EmpId_14; 2026-27 leaves standards only.
APPRENTICESHIPS = {"2526": (*FRAMEWORKS, 25)}


@rule(
    "EmpId_01",
    LearnerEmploymentStatus,
    summary="An employer identifier must be a known employer, or the temporary number 999999999.",
    message="EmpId {EmpId} is not in the list of employers.",
    fix="Look the employer up in the Employer Data Service, or record 999999999 until the number is known.",
    cases="""
        EmpId     | employers     | fires | why
        154549452 | ERN=154549452 | no    | a known employer
        154549453 | ERN=154549452 | yes   | not in the list
        999999999 |               | no    | the temporary number
                  |               | no    | blank
    """,
)
def unknown_employer(status):
    listed = status.any("employers", same={"ERN": status.EmpId})
    return status.EmpId.known & (status.EmpId != TEMPORARY) & ~listed


@rule(
    "EmpId_02",
    LearnerEmploymentStatus,
    summary="An employer identifier must have the right check digit.",
    message="EmpId {EmpId} has the wrong check digit: at least one of its digits is mistyped.",
    fix="Copy the identifier again from the Employer Data Service.",
    cases="""
        EmpId     | fires | why
        154549452 | no    | the sum is 174, remainder 9, so the digit is 2
        154549453 | yes   | wrong last digit
        987654322 | no    | the sum is 284, remainder 9
        200000004 | no    | the sum is 18, remainder 7
        135792460 | no    | the sum is 187, remainder 0, so the digit is 0
        246813571 | no    | the sum is 186, remainder 10, so the digit is 1
        918273641 | no    | the sum is 230, remainder 10
        300000006 | no    | the sum is 27, remainder 5
        135792461 | yes   | remainder 0 asks for 0
        246813570 | yes   | remainder 10 asks for 1
        123456789 | no    | the sum is 156, remainder 2, so the digit is 9
        213456789 | yes   | two digits changed places
        100000002 | no    | the sum is 9, remainder 9, so the digit is 2
        000000010 | yes   | fewer than nine digits as a number
        100000100 | yes   | the sum is 12, remainder 1 asks for 10, which no digit is
        123456010 | no    | the sum is 121, remainder 0, so the digit is 0
        123456011 | yes   | the sum is 121, and 1 is not 0
        999999999 | no    | the temporary number
                  | no    | blank
    """,
)
def employer_check_digit(status):
    return (status.EmpId != TEMPORARY) & status.EmpId.known & (dd05(status) != status.EmpId.as_text().chars(9))


@rule(
    "EmpId_10",
    LearningDelivery,
    summary="An apprentice who is employed when the programme starts must have an employer identifier.",
    message="The learner is in paid employment on {LearnStartDate}, but that employment status has no EmpId.",
    why="The apprenticeship is paid for through the employer's account.",
    fix="Record the employer's EmpId on the employment status that applies on the start date.",
    cases="""
        ProgType | AimType | LearnStartDate | Emp                                                    | fires | why
        25       | 1       | 2025-09-01     | 10@2025-08-01                                          | yes   | employed, no identifier
        25       | 1       | 2025-09-01     | 10@2025-08-01 EmpId=154549452                          | no    | identifier returned
        25       | 1       | 2025-09-01     | 10@2025-09-01                                          | yes   | applies from the very day
        25       | 1       | 2025-09-01     | 10@2025-09-02                                          | no    | applies from the day after
        25       | 1       | 2025-09-01     | 10@2024-08-01 EmpId=154549452; 10@2025-08-01           | yes   | the record that applies lacks it
        25       | 1       | 2025-09-01     | 11@2025-08-01                                          | no    | not employed
        25       | 3       | 2025-09-01     | 10@2025-08-01                                          | no    | a component aim
        24       | 1       | 2025-09-01     | 10@2025-08-01                                          | no    | no apprenticeship
                 | 1       | 2025-09-01     | 10@2025-08-01                                          | no    | no programme type
    """,
)
def employed_apprentice_without_employer(aim):
    employed = status_at_start(aim, lambda e: (e.EmpStat == 10) & e.EmpId.missing)
    return dd07(aim) & (aim.AimType == 1) & employed


@rule(
    "EmpId_14",
    LearnerEmploymentStatus,
    summary="An apprentice who is not in paid employment can not have an employer identifier.",
    message="EmpId {EmpId} is recorded with EmpStat {EmpStat}, which is not in paid employment.",
    fix="Remove EmpId, or correct EmpStat.",
    cases="""
        EmpStat | EmpId     | LearningDelivery | years | fires | why
        11      | 154549452 | ProgType=25      |       | yes   | looking for work
        12      | 154549452 | ProgType=25      |       | yes   | not looking for work
        10      | 154549452 | ProgType=25      |       | no    | employed
        11      |           | ProgType=25      |       | no    | no identifier
        11      | 154549452 | ProgType=24      |       | no    | no apprenticeship
        11      | 154549452 |                  |       | no    | no aim
        11      | 154549452 | ProgType=2       | 2526  | yes   | a framework, in 2025-26
        11      | 154549452 | ProgType=2       | 2627  | no    | frameworks left the rule in 2026-27
    """,
)
def unemployed_with_employer(status):
    kinds = APPRENTICESHIPS.get(status.teaching_year.name, (25,))
    apprentice = status.any(LearningDelivery, lambda a: a.ProgType.is_in(kinds))
    return apprentice & status.EmpStat.is_in(11, 12) & status.EmpId.known
