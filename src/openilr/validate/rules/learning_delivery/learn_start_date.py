"""LearnStartDate: when an aim starts, against the teaching year, the learner, the standard and the contract."""

from __future__ import annotations

from datetime import date

from openilr.derive.codes import is_restart
from openilr.derive.dd07 import dd07
from openilr.derive.dd18 import dd18
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule

CORRECT = "Correct LearnStartDate."


def is_apprenticeship_or_funded_as_one(aim: Record) -> Expr:
    return dd07(aim) | (aim.FundModel == 36)


def is_bootcamp(aim: Record) -> Expr:
    return aim.FundModel == 37


def is_t_level(aim: Record) -> Expr:
    return aim.ProgType == 31


def is_standard(aim: Record, aim_type: int) -> Expr:
    """An aim of this type of an apprenticeship standard."""
    return (aim.ProgType == 25) & (aim.AimType == aim_type)


def is_after_standard(aim: Record, day: Expr, column: str) -> Expr:
    """Whether ``day`` is after this date of the standard in LARS; of several versions, after that of each."""
    same = {"StandardCode": aim.StdCode}
    after = aim.any("lars_standard", lambda s: s.field(column) < day, same=same)
    return after & aim.none("lars_standard", lambda s: s.field(column).missing | (s.field(column) >= day), same=same)


def standard_date(column: str):
    """For messages: the latest of this date of the standard."""
    return lambda aim: aim.last("lars_standard", lambda s: s.field(column), same={"StandardCode": aim.StdCode})


@rule(
    "LearnStartDate_02",
    LearningDelivery,
    summary="An aim starts at most 10 years before the teaching year begins.",
    message="LearnStartDate {LearnStartDate} is more than 10 years before this teaching year.",
    fix=CORRECT,
    cases="""
        LearnStartDate | years | fires | why
        2015-08-01     | 2526  | no    | ten years before
        2015-07-31     | 2526  | yes   | ten years and a day before
        2016-08-01     | 2627  | no    | ten years before
        2016-07-31     | 2627  | yes   | ten years and a day before
                       |       | no    | not returned
    """,
)
def more_than_ten_years_ago(aim):
    begin = aim.teaching_year.start
    return aim.LearnStartDate < begin.replace(year=begin.year - 10)


@rule(
    "LearnStartDate_03",
    LearningDelivery,
    summary="An aim starts before the teaching year is over, unless it is of a programme that is recorded ahead.",
    message="LearnStartDate {LearnStartDate} is after the end of this teaching year.",
    fix=CORRECT + " If it is right, leave the aim out until the year in which it starts.",
    unless=(is_apprenticeship_or_funded_as_one, is_bootcamp, is_t_level),
    cases="""
        LearnStartDate | FundModel | ProgType | years | fires | why
        2026-07-31     | 35        |          | 2526  | no    | last day of the year
        2026-08-01     | 35        |          | 2526  | yes   | the day after
        2027-07-31     | 35        |          | 2627  | no    | last day of the year
        2027-08-01     | 35        |          | 2627  | yes   | the day after
        2030-09-01     |           |          |       | yes   | no funding model
        2030-09-01     | 36        |          |       | no    | apprenticeship funding
        2030-09-01     | 99        | 25       |       | no    | an apprenticeship that is not funded
        2030-09-01     | 37        | 32       |       | no    | Skills Bootcamp
        2030-09-01     | 99        | 32       |       | yes   | a Skills Bootcamp on another funding model
        2030-09-01     | 25        | 31       |       | no    | T Level
        2030-09-01     | 25        | 30       |       | yes   | another programme type
        2030-09-01     | 25        |          |       | yes   | 16 to 19, no programme
                       | 35        |          |       | no    | not returned
    """,
)
def starts_after_the_year(aim):
    return aim.LearnStartDate > aim.teaching_year.end


@rule(
    "LearnStartDate_05",
    LearningDelivery,
    summary="An aim starts after the learner's birth.",
    message="LearnStartDate {LearnStartDate} is not after DateOfBirth {DateOfBirth}.",
    fix="Correct the date that is wrong.",
    cases="""
        LearnStartDate | DateOfBirth | fires | why
        2025-09-01     | 2025-09-01  | yes   | the same day
        2025-09-01     | 2025-09-02  | yes   | born later
        2025-09-01     | 2025-08-31  | no    | born the day before
        2025-09-01     |             | no    | date of birth not known
    """,
)
def starts_before_birth(aim):
    return aim.DateOfBirth >= aim.LearnStartDate


@rule(
    "LearnStartDate_12",
    LearningDelivery,
    summary="An apprenticeship starts within one year after the teaching year.",
    message="LearnStartDate {LearnStartDate} is more than a year after the end of this teaching year.",
    fix=CORRECT,
    cases="""
        LearnStartDate | ProgType | years | fires | why
        2027-07-31     | 25       | 2526  | no    | one year after
        2027-08-01     | 25       | 2526  | yes   | one year and a day after
        2028-07-31     | 25       | 2627  | no    | one year after
        2028-08-01     | 25       | 2627  | yes   | one year and a day after
        2030-09-01     | 24       |       | no    | no apprenticeship
        2030-09-01     |          |       | no    | no programme
    """,
)
def apprenticeship_starts_a_year_after_the_year(aim):
    return dd07(aim) & (aim.LearnStartDate > aim.teaching_year.next.end)


@rule(
    "LearnStartDate_13",
    LearningDelivery,
    summary="The programme aim of an apprenticeship standard starts while the standard is in effect.",
    message="LearnStartDate {LearnStartDate} is after {end}, when the standard {StdCode} ended in LARS.",
    show={"end": standard_date("EffectiveTo")},
    fix="Correct LearnStartDate or StdCode. If the learner restarts, add the restart indicator (RES).",
    unless=(is_restart,),
    cases="""
        ProgType | AimType | LearnStartDate | StdCode | FAM  | lars_standard                    | fires | why
        25       | 1       | 2025-09-01     | 91      |      | EffectiveTo=2025-08-31           | yes   | ended the day before
        25       | 1       | 2025-09-01     | 91      |      | EffectiveTo=2025-09-01           | no    | last day
        25       | 1       | 2025-09-01     | 91      |      | EffectiveFrom=2015-08-01         | no    | no end
        25       | 1       | 2025-09-01     | 91      |      | Version=1.0 EffectiveTo=2024-07-31; Version=1.1 EffectiveFrom=2024-08-01 | no | a later version has no end
        25       | 1       | 2025-09-01     | 91      |      | StandardCode=92 EffectiveTo=2020-07-31 | no | another standard ended
        25       | 1       | 2025-09-01     | 91      |      |                                  | no    | a standard that LARS does not know: StdCode_02
        25       | 1       | 2025-09-01     | 91      | RES1 | EffectiveTo=2025-08-31           | no    | restart
        25       | 3       | 2025-09-01     | 91      |      | EffectiveTo=2025-08-31           | no    | a component aim
        24       | 1       | 2025-09-01     | 91      |      | EffectiveTo=2025-08-31           | no    | another programme type
    """,
)
def programme_starts_after_standard(aim):
    return is_standard(aim, 1) & is_after_standard(aim, aim.LearnStartDate, "EffectiveTo")


@rule(
    "LearnStartDate_14",
    LearningDelivery,
    summary="A component aim belongs to a programme that started while the apprenticeship standard was in effect.",
    message="The programme started on {begin}, after {end}, when the standard {StdCode} ended in LARS.",
    show={"begin": dd18, "end": standard_date("EffectiveTo")},
    fix="Correct StdCode, or LearnStartDate of the programme aim. If the learner restarts, add the restart indicator (RES).",
    unless=(is_restart,),
    cases="""
        ProgType | AimType | LearnStartDate | StdCode | FAM  | Other                                                      | lars_standard          | fires | why
        25       | 3       | 2025-10-01     | 91      |      | AimType=1 ProgType=25 StdCode=91 LearnStartDate=2025-09-01 | EffectiveTo=2025-08-31 | yes   | the standard ended the day before the programme
        25       | 3       | 2025-10-01     | 91      |      | AimType=1 ProgType=25 StdCode=91 LearnStartDate=2025-09-01 | EffectiveTo=2025-09-01 | no    | last day; the component started later
        25       | 3       | 2025-10-01     | 91      |      | AimType=1 ProgType=25 StdCode=91 LearnStartDate=2025-09-01; AimType=1 ProgType=25 StdCode=91 LearnStartDate=2024-09-01 | EffectiveTo=2025-08-31 | no | the earliest programme aim counts
        25       | 3       | 2025-10-01     | 91      |      | AimType=1 ProgType=25 StdCode=91 LearnStartDate=2025-09-01 | EffectiveFrom=2015-08-01 | no  | no end
        25       | 3       | 2025-10-01     | 91      |      | AimType=1 ProgType=25 StdCode=92 LearnStartDate=2025-09-01 | EffectiveTo=2025-08-31 | no    | programme of another standard: its start is not known
        25       | 3       | 2025-10-01     | 91      | RES1 | AimType=1 ProgType=25 StdCode=91 LearnStartDate=2025-09-01 | EffectiveTo=2025-08-31 | no    | restart
        25       | 1       | 2025-10-01     | 91      |      | AimType=1 ProgType=25 StdCode=91 LearnStartDate=2025-09-01 | EffectiveTo=2025-08-31 | no    | the programme aim: LearnStartDate_13
        24       | 3       | 2025-10-01     | 91      |      | AimType=1 ProgType=24 StdCode=91 LearnStartDate=2025-09-01 | EffectiveTo=2025-08-31 | no    | another programme type
    """,
)
def programme_of_component_started_after_standard(aim):
    return is_standard(aim, 3) & is_after_standard(aim, dd18(aim), "EffectiveTo")


@rule(
    "LearnStartDate_17",
    LearningDelivery,
    summary="The programme aim of an apprenticeship standard does not start before the standard.",
    message="LearnStartDate {LearnStartDate} is before {begin}, when the standard {StdCode} began in LARS.",
    show={
        "begin": lambda aim: aim.first("lars_standard", lambda s: s.EffectiveFrom, same={"StandardCode": aim.StdCode})
    },
    fix="Correct LearnStartDate or StdCode.",
    unless=(is_restart,),
    cases="""
        ProgType | AimType | LearnStartDate | StdCode | FAM  | lars_standard            | fires | why
        25       | 1       | 2025-09-01     | 91      |      | EffectiveFrom=2025-09-02 | yes   | begins the day after
        25       | 1       | 2025-09-01     | 91      |      | EffectiveFrom=2025-09-01 | no    | first day
        25       | 1       | 2025-09-01     | 91      |      | EffectiveTo=2030-07-31   | no    | no beginning
        25       | 1       | 2025-09-01     | 91      |      | Version=1.0 EffectiveFrom=2015-08-01; Version=1.1 EffectiveFrom=2026-08-01 | no | an earlier version had begun
        25       | 1       | 2025-09-01     | 91      |      |                          | no    | a standard that LARS does not know: StdCode_02
        25       | 1       | 2025-09-01     | 91      | RES1 | EffectiveFrom=2025-09-02 | no    | restart
        25       | 3       | 2025-09-01     | 91      |      | EffectiveFrom=2025-09-02 | no    | a component aim
        24       | 1       | 2025-09-01     | 91      |      | EffectiveFrom=2025-09-02 | no    | another programme type
    """,
)
def programme_starts_before_standard(aim):
    same = {"StandardCode": aim.StdCode}
    before = aim.any("lars_standard", lambda s: s.EffectiveFrom > aim.LearnStartDate, same=same)
    begun = aim.any(
        "lars_standard", lambda s: s.EffectiveFrom.missing | (s.EffectiveFrom <= aim.LearnStartDate), same=same
    )
    return is_standard(aim, 1) & before & ~begun


@rule(
    "LearnStartDate_18",
    LearningDelivery,
    summary="Since August 2020 the programme aim of an apprenticeship standard starts by the standard's last day for new "
    "starts.",
    message="LearnStartDate {LearnStartDate} is after {end}, the last day for new starts on the standard {StdCode}.",
    show={"end": standard_date("LastDateStarts")},
    fix="Correct LearnStartDate or StdCode. If the learner restarts, add the restart indicator (RES).",
    unless=(is_restart,),
    cases="""
        ProgType | AimType | LearnStartDate | StdCode | FAM  | lars_standard             | fires | why
        25       | 1       | 2020-08-01     | 91      |      | LastDateStarts=2020-07-31 | yes   | first day; closed the day before
        25       | 1       | 2020-07-31     | 91      |      | LastDateStarts=2020-07-30 | no    | the day before
        25       | 1       | 2025-09-01     | 91      |      | LastDateStarts=2025-09-01 | no    | last day for new starts
        25       | 1       | 2025-09-01     | 91      |      | EffectiveTo=2025-07-31    | no    | no last day for new starts
        25       | 1       | 2025-09-01     | 91      |      |                           | no    | a standard that LARS does not know: StdCode_02
        25       | 1       | 2025-09-01     | 91      | RES1 | LastDateStarts=2025-08-31 | no    | restart
        25       | 3       | 2025-09-01     | 91      |      | LastDateStarts=2025-08-31 | no    | a component aim
        24       | 1       | 2025-09-01     | 91      |      | LastDateStarts=2025-08-31 | no    | another programme type
    """,
)
def programme_starts_after_last_new_start(aim):
    in_scope = is_standard(aim, 1) & (aim.LearnStartDate >= "2020-08-01")
    return in_scope & is_after_standard(aim, aim.LearnStartDate, "LastDateStarts")


@rule(
    "LearnStartDate_20",
    LearningDelivery,
    summary="A Skills Bootcamp does not start before its contract.",
    message="LearnStartDate {LearnStartDate} is before {begin}, when the contract {ConRefNumber} started.",
    show={
        "begin": lambda aim: aim.first(
            "contract_allocations", lambda c: c.StartDate, same={"ContractAllocationNumber": aim.ConRefNumber}
        )
    },
    fix="Correct LearnStartDate or ConRefNumber.",
    cases="""
        ProgType | AimType | LearnStartDate | ConRefNumber | contract_allocations                                       | fires | why
        32       | 1       | 2025-09-01     | SB-1         | ContractAllocationNumber=SB-1 StartDate=2025-09-02         | yes   | starts the day after
        32       | 1       | 2025-09-01     | SB-1         | ContractAllocationNumber=SB-1 StartDate=2025-09-01         | no    | starts that day
        32       | 1       | 2025-09-01     | SB-1         | ContractAllocationNumber=SB-1 FundingStreamPeriodCode=A StartDate=2025-09-02; ContractAllocationNumber=SB-1 FundingStreamPeriodCode=B StartDate=2024-09-01 | no | an allocation of the contract had started
        32       | 1       | 2025-09-01     | SB-1         | ContractAllocationNumber=SB-1                              | no    | no start known
        32       | 1       | 2025-09-01     | SB-1         | ContractAllocationNumber=SB-2 StartDate=2025-09-02         | no    | another contract
        32       | 1       | 2025-09-01     |              | ContractAllocationNumber=SB-1 StartDate=2025-09-02         | no    | no contract reference
        32       | 3       | 2025-09-01     | SB-1         | ContractAllocationNumber=SB-1 StartDate=2025-09-02         | no    | a component aim
        25       | 1       | 2025-09-01     | SB-1         | ContractAllocationNumber=SB-1 StartDate=2025-09-02         | no    | another programme type
    """,
)
def bootcamp_starts_before_contract(aim):
    same = {"ContractAllocationNumber": aim.ConRefNumber}
    before = aim.any("contract_allocations", lambda c: c.StartDate > aim.LearnStartDate, same=same)
    begun = aim.any("contract_allocations", lambda c: c.StartDate <= aim.LearnStartDate, same=same)
    return (aim.ProgType == 32) & (aim.AimType == 1) & before & ~begun


@rule(
    "LearnStartDate_21",
    LearningDelivery,
    summary="A Skills Bootcamp (FundModel 37) starts on or after 1 August 2022.",
    message="LearnStartDate {LearnStartDate} is before 1 August 2022, the first day of FundModel 37.",
    fix="Correct LearnStartDate or FundModel.",
    cases="""
        LearnStartDate | FundModel | fires | why
        2022-07-31     | 37        | yes   | the day before
        2022-08-01     | 37        | no    | first day
        2022-07-31     | 35        | no    | another funding model
    """,
)
def bootcamp_before_august_2022(aim):
    return (aim.FundModel == 37) & (aim.LearnStartDate < date(2022, 8, 1))
