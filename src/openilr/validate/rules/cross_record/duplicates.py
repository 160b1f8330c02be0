"""Records that must not occur twice: learners, aims, and the records below them."""

from collections.abc import Sequence

from openilr.derive.expressions import Expr, Record, all_of
from openilr.spec.names import (
    AppFinRecord,
    Learner,
    LearnerEmploymentStatus,
    LearnerFAM,
    LearningDelivery,
    LearningDeliveryFAM,
    LearningDeliveryWorkPlacement,
    LLDDandHealthProblem,
    ProviderSpecDeliveryMonitoring,
    ProviderSpecLearnerMonitoring,
)
from openilr.validate.rule import Predicate, rule

#: The number that stands for a learner whose ULN is not known yet.
TEMPORARY_ULN = 9999999999


def has_twin(record: Record, fields: Sequence[str], within: str = "") -> Expr:
    """Whether another record has the same values in these fields, all of them returned."""
    returned = all_of(*(record.field(name).known for name in fields))
    return returned & (record.count(record.table, same=fields, within=within) > 1)


def no_twins(
    id: str, entity: str, *fields: str, of: str, what: str, fix: str, cases: str, why: str = "", within: str = "",
    unless: tuple[Predicate, ...] = (),
) -> None:  # fmt: skip
    """Register the rule that no two of these records of one ``of`` have the same values in these fields."""
    values = " and ".join(f"{name} {{{name}}}" for name in fields)
    rule(
        id,
        entity,
        summary=f"{of} must not have two {what} with the same {' and '.join(fields)}.",
        message=f"More than one of the {what} has {values}.",
        fix=fix,
        why=why,
        unless=unless,
        cases=cases,
    )(lambda record: has_twin(record, fields, within))


no_twins(
    "R_06",
    Learner,
    "LearnRefNumber",
    of="A file",
    what="Learner records",
    why="A learner who starts again in the same year keeps the record that is there: new aims are added to it.",
    fix="Put the aims of both records into one, or correct the reference number of the record that has the wrong one.",
    cases="""
        LearnRefNumber | Other              | fires | why
        A1             | LearnRefNumber=A1  | yes   | the number stands on two learners
        A1             | LearnRefNumber=A2  | no    | two numbers
        A1             | LearnRefNumber=A2; LearnRefNumber=A1 | yes | not next to each other
        A1             |                    | no    | the only learner
    """,
)

no_twins(
    "R_07",
    LearningDelivery,
    "AimSeqNumber",
    of="A learner",
    what="aims",
    fix="Number the learner's aims anew: 1, 2, 3 and so on, each number once.",
    cases="""
        AimSeqNumber | Other                          | fires | why
        1            | AimSeqNumber=1                 | yes   | both aims are number 1
        1            | AimSeqNumber=2                 | no    | each has its own number
        1            | AimSeqNumber=2; AimSeqNumber=1 | yes   | the third aim repeats the first
        1            |                                | no    | the only aim
    """,
)

no_twins(
    "R_43",
    LearnerEmploymentStatus,
    "DateEmpStatApp",
    of="A learner",
    what="employment statuses",
    why="Of two statuses from one day nobody can tell which applies.",
    fix="Keep the status that is right for the day, or correct the date of the other one.",
    cases="""
        DateEmpStatApp | Other          | Learner            | fires | why
        2025-08-01     | 10@2025-08-01  |                    | yes   | two statuses from one day
        2025-08-01     | 10@2025-08-02  |                    | no    | a day apart
        2025-08-01     |                | Emp=10@2025-08-01  | no    | another learner's status
                       | 10             |                    | no    | no dates to compare
    """,
)

no_twins(
    "R_45",
    LLDDandHealthProblem,
    "LLDDCat",
    of="A learner",
    what="LLDD and health problem records",
    fix="Remove the record that repeats the category, or correct its category.",
    cases="""
        LLDDCat | Other | Learner | fires | why
        4       | 4     |         | yes   | the category stands twice
        4       | 5     |         | no    | two categories
        4       |       | LLDD=4  | no    | another learner's category
        | PrimaryLLDD=1 |    | no    | no categories to compare
    """,
)

no_twins(
    "R_49",
    ProviderSpecLearnerMonitoring,
    "ProvSpecLearnMonOccur",
    of="A learner",
    what="provider specified monitoring records",
    fix="Give each of the learner's monitoring records its own letter, A or B.",
    cases="""
        ProvSpecLearnMonOccur | ProvSpecLearnMon | Other                                      | fires | why
        A                     | x                | ProvSpecLearnMonOccur=A ProvSpecLearnMon=y | yes   | A stands twice
        A                     | x                | ProvSpecLearnMonOccur=B ProvSpecLearnMon=x | no    | A and B
    """,
)

no_twins(
    "R_50",
    ProviderSpecDeliveryMonitoring,
    "ProvSpecDelMonOccur",
    of="An aim",
    what="provider specified monitoring records",
    fix="Give each of the aim's monitoring records its own letter, A to D.",
    cases="""
        ProvSpecDelMonOccur | Other                 | LearningDelivery | fires | why
        A                   | ProvSpecDelMonOccur=A |                  | yes   | A stands twice on the aim
        A                   | ProvSpecDelMonOccur=D |                  | no    | A and D
        A                   |                       | AimType=4        | no    | another aim may use A again
    """,
)

no_twins(
    "R_51",
    LearnerFAM,
    "LearnFAMType",
    "LearnFAMCode",
    of="A learner",
    what="learner funding and monitoring records",
    fix="Remove the repeated record.",
    cases="""
        LearnFAMType | LearnFAMCode | Other | fires | why
        EDF          | 1            | EDF1  | yes   | the same type and code
        EDF          | 1            | EDF2  | no    | another code of the type
        ECF          | 1            | MCF1  | no    | the same code of another type
        EDF          | 1            |       | no    | the only record
        EDF          |              | LearnFAMType=EDF | no | no codes to compare
    """,
)


def may_be_repeated(fam: Record) -> Expr:
    """Learning support, contract types and loans bursary are recorded once for each period."""
    return fam.LearnDelFAMType.is_in("LSF", "ACT", "ALB")


no_twins(
    "R_52",
    LearningDeliveryFAM,
    "LearnDelFAMType",
    "LearnDelFAMCode",
    of="An aim",
    what="funding and monitoring records",
    unless=(may_be_repeated,),
    fix="Remove the repeated record.",
    cases="""
        LearnDelFAMType | LearnDelFAMCode | Other  | LearningDelivery | fires | why
        LDM             | 034             | LDM034 |                  | yes   | the same type and code
        LDM             | 034             | LDM318 |                  | no    | another code of the type
        FFI             | 1               | WPL1   |                  | no    | the same code of another type
        LDM             | 034             |        | FAM=LDM034       | no    | another aim has the code too
        LDM             |                 | LearnDelFAMType=LDM |     | no    | no codes to compare
        LSF             | 1               | LSF1   |                  | no    | learning support is recorded once a period
        ACT             | 1               | ACT1   |                  | no    | so is the contract type
        ALB             | 1               | ALB1   |                  | no    | so is the loans bursary
    """,
)


@rule(
    "R_59",
    Learner,
    summary="A ULN must not stand on two learners, except the temporary number 9999999999.",
    message="ULN {ULN} stands on more than one learner of this file.",
    why="The number is what joins a learner's records over the years and between providers.",
    fix="Put the aims of one person into one Learner record. For two people, look up both ULNs in the Learning Records "
    "Service.",
    cases="""
        ULN        | Other          | fires | why
        1000000043 | ULN=1000000043 | yes   | one ULN on two learners
        1000000043 | ULN=1000000051 | no    | two ULNs
        9999999999 | ULN=9999999999 | no    | the temporary number may repeat
                   | LearnRefNumber=B | no    | blank is no number
    """,
)
def one_learner_for_each_uln(learner):
    return (learner.ULN != TEMPORARY_ULN) & has_twin(learner, ["ULN"])


@rule(
    "R_67",
    LearningDeliveryWorkPlacement,
    summary="An aim must not have two work placements with the same start date and employer.",
    message="More than one work placement of this aim starts on {WorkPlaceStartDate} at employer {WorkPlaceEmpId}.",
    fix="Remove the repeated placement, or correct its start date or employer.",
    cases="""
        WorkPlaceStartDate | WorkPlaceEmpId | Other | LearningDelivery | fires | why
        2025-09-01 | 100000001 | WorkPlaceStartDate=2025-09-01 WorkPlaceEmpId=100000001 | | yes | the same day and employer
        2025-09-01 | 100000001 | WorkPlaceStartDate=2025-09-02 WorkPlaceEmpId=100000001 | | no  | a day later
        2025-09-01 | 100000001 | WorkPlaceStartDate=2025-09-01 WorkPlaceEmpId=100000002 | | no  | another employer
        2025-09-01 |           | WorkPlaceStartDate=2025-09-01                          | | yes | no employer on either is the same
        2025-09-01 | 100000001 |                                               | AimType=4 | no  | the only placement
        | 100000001 | WorkPlaceEmpId=100000001                                        | | no  | no start dates to compare
    """,
)
def one_placement_for_each_start_and_employer(placement):
    same = ["WorkPlaceStartDate", "WorkPlaceEmpId"]
    return placement.WorkPlaceStartDate.known & (placement.count(LearningDeliveryWorkPlacement, same=same) > 1)


no_twins(
    "R_96",
    LearningDeliveryWorkPlacement,
    "WorkPlaceStartDate",
    of="A learner",
    what="work placements",
    within="Learner",
    fix="Correct the start date of one of the placements, on whichever aim they stand.",
    cases="""
        WorkPlaceStartDate | WorkPlaceEmpId | Other | LearningDelivery | fires | why
        2025-09-01 | 100000001 | WorkPlaceStartDate=2025-09-01 WorkPlaceEmpId=100000002 | | yes | another employer, the same day
        2025-09-01 | 100000001 | WorkPlaceStartDate=2025-09-02 WorkPlaceEmpId=100000001 | | no  | a day later
        2025-09-01 | 100000001 | | LearningDeliveryWorkPlacement=WorkPlaceStartDate=2025-09-01 | yes | on another aim, the same day
        2025-09-01 | 100000001 | | LearningDeliveryWorkPlacement=WorkPlaceStartDate=2025-09-02 | no  | on another aim, a day later
    """,
)


def on_apprenticeship_programme_aim(record: Record) -> Expr:
    """Whether the record stands on the programme aim of a standard on funding model 36."""
    return (record.FundModel == 36) & (record.AimType == 1) & (record.ProgType == 25)


@rule(
    "R_68",
    AppFinRecord,
    summary="Over the programme aims of one standard (FundModel 36), a financial type and code must occur once for each date.",
    message="{AFinType} {AFinCode} of {AFinDate} is recorded more than once for standard {StdCode}.",
    why="After a break the programme has a second aim: prices and payments are not repeated on it with their old dates.",
    fix="Remove the repeated record, or correct its date or code. It may stand on an earlier programme aim.",
    cases="""
        FundModel | AimType | ProgType | StdCode | AFinType | AFinCode | AFinDate | Other | LearningDelivery | fires | why
        36 | 1 | 25 | 7 | TNP | 1 | 2025-09-01 | TNP1=9@2025-09-01 |  | yes | twice on one aim, whatever the amounts
        36 | 1 | 25 | 7 | TNP | 1 | 2025-09-01 | TNP1=9@2025-09-02 |  | no  | a day later
        36 | 1 | 25 | 7 | TNP | 1 | 2025-09-01 | TNP2=9@2025-09-01 |  | no  | another code
        36 | 1 | 25 | 7 | TNP | 1 | 2025-09-01 | PMR1=9@2025-09-01 |  | no  | another type
        81 | 1 | 25 | 7 | TNP | 1 | 2025-09-01 | TNP1=9@2025-09-01 |  | no  | another funding model
        36 | 3 | 25 | 7 | TNP | 1 | 2025-09-01 | TNP1=9@2025-09-01 |  | no  | not on a programme aim
        36 | 1 | 32 | 7 | TNP | 1 | 2025-09-01 | TNP1=9@2025-09-01 |  | no  | not a standard
        36 | 1 | 25 | 7 | TNP | 1 | 2025-09-01 | | FundModel=36 AimType=1 ProgType=25 StdCode=7 AFin=TNP1@2025-09-01 | yes | on the programme aim before a break
        36 | 1 | 25 | 7 | TNP | 1 | 2025-09-01 | | FundModel=36 AimType=1 ProgType=25 StdCode=8 AFin=TNP1@2025-09-01 | no  | another standard
        36 | 1 | 25 | 7 | TNP | 1 | 2025-09-01 | | FundModel=99 AimType=1 ProgType=25 StdCode=7 AFin=TNP1@2025-09-01 | no  | the other aim is not funded
        99 | 1 | 25 | 7 | TNP | 1 | 2025-09-01 | | FundModel=36 AimType=1 ProgType=25 StdCode=7 AFin=TNP1@2025-09-01,TNP1@2025-09-01 | no  | this aim is not funded
        36 | 3 | 25 | 7 | TNP | 1 | 2025-09-01 | | FundModel=36 AimType=1 ProgType=25 StdCode=7 AFin=TNP1@2025-09-01,TNP1@2025-09-01 | no  | this is no programme aim
        36 | 1 | 25 | 7 | TNP | 1 | 2025-09-01 | | FundModel=36 AimType=3 ProgType=25 StdCode=7 AFin=TNP1@2025-09-01 | no  | the other is no programme aim
    """,
)
def financial_record_is_not_repeated(record):
    twins = record.count(
        AppFinRecord,
        on_apprenticeship_programme_aim,
        same=["StdCode", "AFinType", "AFinCode", "AFinDate"],
        within="Learner",
    )
    return on_apprenticeship_programme_aim(record) & (twins > 1)


@rule(
    "R_157",
    LearningDeliveryFAM,
    summary="For starts since August 2026, two loans bursary records of an aim must not begin on the same day.",
    message="More than one ALB record of this aim begins on {LearnDelFAMDateFrom}.",
    fix="Keep the bursary rate that applied from that day, or correct the first day of the other record.",
    cases="""
        LearnStartDate | LearnDelFAMType | LearnDelFAMCode | LearnDelFAMDateFrom | Other | fires | why
        2026-08-01     | ALB | 1 | 2026-09-01 | ALB2@2026-09-01 | yes | another rate from the same day
        2026-08-01     | ALB | 1 | 2026-09-01 | ALB1@2026-09-02 | no  | a day later
        2026-07-31     | ALB | 1 | 2026-09-01 | ALB2@2026-09-01 | no  | started before the rule
        2026-08-01     | LSF | 1 | 2026-09-01 | LSF1@2026-09-01 | no  | not the bursary
        2026-08-01     | ALB | 1 | 2026-09-01 | LSF1@2026-09-01 | no  | the other is not the bursary
        2026-08-01     | ALB | 1 |            | ALB2            | no  | no day to compare
    """,
)
def bursary_records_begin_on_different_days(fam):
    repeated = has_twin(fam, ["LearnDelFAMType", "LearnDelFAMDateFrom"])
    return (fam.LearnStartDate >= "2026-08-01") & (fam.LearnDelFAMType == "ALB") & repeated
