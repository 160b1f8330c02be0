"""Delivery FAM records that apply for a time: learning support (LSF), loans bursary (ALB), contract type (ACT).

A record applies from LearnDelFAMDateFrom to LearnDelFAMDateTo, both days included, and without an end for as long as
the aim goes on.
"""

from openilr.derive.codes import has_fam, has_monitoring, is_restart, status_on
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearnerEmploymentStatus, LearningDelivery, LearningDeliveryFAM
from openilr.validate.rule import rule


def began_before(one: Record, other: Record) -> Expr:
    """Whether one FAM record comes before the other: by its first day, and in the file where that is the same."""
    same_day = one.LearnDelFAMDateFrom == other.LearnDelFAMDateFrom
    return (one.LearnDelFAMDateFrom < other.LearnDelFAMDateFrom) | (same_day & (one.row < other.row))


def is_running_into(earlier: Record, later: Record) -> Expr:
    """Whether the earlier of two records has no last day, or one after the first day of the later record."""
    return earlier.LearnDelFAMDateTo.missing | (earlier.LearnDelFAMDateTo > later.LearnDelFAMDateFrom)


def share_a_day(one: Record, other: Record) -> Expr:
    """Whether there is a day on which both records apply."""
    starts_in_time = other.LearnDelFAMDateTo.missing | (one.LearnDelFAMDateFrom <= other.LearnDelFAMDateTo)
    ends_in_time = one.LearnDelFAMDateTo.missing | (other.LearnDelFAMDateFrom <= one.LearnDelFAMDateTo)
    return one.LearnDelFAMDateFrom.known & other.LearnDelFAMDateFrom.known & starts_in_time & ends_in_time


def is_act(fam: Record) -> Expr:
    return fam.LearnDelFAMType == "ACT"


def is_latest_act(fam: Record) -> Expr:
    """Whether the record is the aim's contract type that began last.

    A record without a first day is so only where none has one; of these it is the last in the file.
    """

    def is_later(other: Record) -> Expr:
        undated = fam.LearnDelFAMDateFrom.missing & (other.LearnDelFAMDateFrom.known | (fam.row < other.row))
        return began_before(fam, other) | undated

    return is_act(fam) & ~fam.any(LearningDeliveryFAM, is_later, same=["LearnDelFAMType"])


def is_on_funded_standard(fam: Record) -> Expr:
    """Whether the record's aim is on an apprenticeship standard with funding model 36."""
    return (fam.FundModel == 36) & (fam.ProgType == 25)


@rule(
    "R_61",
    LearningDeliveryFAM,
    summary="Learning support (LSF) records of an aim must not overlap, and neither must loans bursary (ALB) records.",
    message="This {LearnDelFAMType} record begins on {LearnDelFAMDateFrom}, before an earlier one of the aim ended.",
    why="Each record stands for money for its days: what overlaps would be paid twice.",
    fix="Record the last day of the earlier record, or correct the first day of this one.",
    cases="""
        LearnDelFAMType | LearnDelFAMDateFrom | LearnDelFAMDateTo | Other | LearningDelivery | fires | why
        LSF | 2025-10-01 | 2025-12-31 | LSF1@2025-08-01..2025-10-02 | | yes | the earlier one ends a day later
        LSF | 2025-10-01 | 2025-12-31 | LSF1@2025-08-01..2025-10-01 | | no  | it ends on the day
        LSF | 2025-10-01 | 2025-12-31 | LSF1@2025-08-01             | | yes | it has no end
        LSF | 2025-10-01 | 2025-12-31 | LSF1@2025-10-02             | | no  | this is the earlier one
        LSF | 2025-10-01 | 2025-12-31 | LSF1@2025-10-01             | | no  | of two from one day the first in the file has none before it
        ALB | 2025-10-01 | 2025-12-31 | ALB2@2025-08-01..2025-10-31 | | yes | two rates of the bursary
        ALB | 2025-10-01 | 2025-12-31 | LSF1@2025-08-01..2025-10-31 | | no  | each type is looked at by itself
        ACT | 2025-10-01 | 2025-12-31 | ACT1@2025-08-01..2025-10-31 | | no  | contract types have their own rule
        LSF | 2025-10-01 | 2025-12-31 | | FAM=LSF1@2025-08-01..2025-10-31 | no | on another aim
        LSF |            |            | LSF1@2025-08-01             | | no  | without a first day nothing is earlier
    """,
)
def dated_records_overlap(fam):
    earlier = fam.any(
        LearningDeliveryFAM,
        lambda o: o.LearnDelFAMType.is_in("LSF", "ALB") & began_before(o, fam) & is_running_into(o, fam),
        same=["LearnDelFAMType"],
    )
    return fam.LearnDelFAMType.is_in("LSF", "ALB") & earlier


@rule(
    "R_101",
    LearningDeliveryFAM,
    summary="An aim must have one contract type (ACT) at a time: the earlier one needs a last day before the next.",
    message="This ACT record begins on {LearnDelFAMDateFrom}, while an earlier one of the aim had not ended.",
    why="The contract type says who pays for the training; on any day there is one answer.",
    fix="Record LearnDelFAMDateTo on the earlier ACT record: the day before this one begins.",
    cases="""
        LearnDelFAMType | LearnDelFAMDateFrom | Other | LearningDelivery | fires | why
        ACT | 2025-10-01 | ACT1@2025-08-01             | | yes | the earlier one has no end
        ACT | 2025-10-01 | ACT1@2025-08-01..2025-10-02 | | yes | it ends a day later
        ACT | 2025-10-01 | ACT1@2025-08-01..2025-10-01 | | no  | on the day: R_104 asks for the day before
        ACT | 2025-10-01 | ACT1@2025-08-01..2025-09-30 | | no  | the day before
        ACT | 2025-10-01 | ACT1@2025-10-02             | | no  | this is the earlier one
        ACT | 2025-10-01 | ACT1@2025-10-01             | | no  | of two from one day the first in the file has none before it
        ACT | 2025-10-01 | LSF1@2025-08-01             | | no  | another type
        LSF | 2025-10-01 | LSF1@2025-08-01             | | no  | no contract type
        ACT | 2025-10-01 | | FAM=ACT1@2025-08-01 | no  | on another aim
    """,
)
def contract_types_overlap(fam):
    earlier = fam.any(
        LearningDeliveryFAM,
        lambda o: is_act(o) & began_before(o, fam) & is_running_into(o, fam),
        same=["LearnDelFAMType"],
    )
    return is_act(fam) & earlier


@rule(
    "R_102",
    LearningDelivery,
    summary="Where an aim has a contract type (ACT), one must apply from the first day of the aim.",
    message="The aim starts on {LearnStartDate}, but none of its ACT records does.",
    fix="Correct LearnDelFAMDateFrom of the first ACT record, or LearnStartDate.",
    cases="""
        LearnStartDate | FAM                             | fires | why
        2025-09-01     | ACT1@2025-09-02                 | yes   | a day after the start
        2025-09-01     | ACT1@2025-08-31                 | yes   | a day before it
        2025-09-01     | ACT1@2025-09-01                 | no    | from the start
        2025-09-01     | ACT2@2025-12-01 ACT1@2025-09-01 | no    | the first of two
        2025-09-01     | ACT1@2025-09-02 LSF1@2025-09-01 | yes   | only another type begins with the aim
        2025-09-01     | LSF1@2025-10-01                 | no    | no contract type
        2025-09-01     | ACT1                            | yes   | the contract type has no first day
    """,
)
def contract_type_applies_from_the_start(aim):
    first_day = aim.none(LearningDeliveryFAM, lambda f: is_act(f) & (f.LearnDelFAMDateFrom == aim.LearnStartDate))
    return has_fam(aim, "ACT") & first_day


def end_of_previous_act(fam: Record) -> Expr:
    """LearnDelFAMDateTo of the aim's contract type that began last before this one."""
    return fam.latest(
        LearningDeliveryFAM,
        lambda o: o.LearnDelFAMDateTo,
        lambda o: o.LearnDelFAMDateFrom,
        lambda o: is_act(o) & began_before(o, fam),
        same=["LearnDelFAMType"],
    )


@rule(
    "R_104",
    LearningDeliveryFAM,
    summary="Contract types (ACT) of an aim must follow each other from one day to the next.",
    message="This ACT record begins on {LearnDelFAMDateFrom}; the one before it ends on {end}.",
    show={"end": end_of_previous_act},
    fix="Record as LearnDelFAMDateTo of the earlier record the day before this one begins.",
    cases="""
        LearnDelFAMType | LearnDelFAMDateFrom | Other | LearningDelivery | fires | why
        ACT | 2025-10-01 | ACT1@2025-08-01..2025-09-30 | | no  | from one day to the next
        ACT | 2025-10-01 | ACT1@2025-08-01..2025-09-29 | | yes | a day between them
        ACT | 2025-10-01 | ACT1@2025-08-01..2025-10-01 | | yes | both apply on a day
        ACT | 2025-10-01 | ACT1@2025-08-01             | | yes | the one before has no end
        ACT | 2025-10-01 | ACT1@2025-08-01..2025-08-31 ACT2@2025-09-01..2025-09-30 | | no | only the one just before counts
        ACT | 2025-10-01 | ACT1@2025-11-01             | | no  | this is the first one
        ACT | 2025-10-01 | LSF1@2025-08-01             | | no  | another type
        LSF | 2025-10-01 | LSF1@2025-08-01             | | no  | no contract type
        ACT | 2025-10-01 | | FAM=ACT1@2025-08-01 | no  | on another aim
        ACT | 2025-10-01 | ACT2@2025-10-01             | | no  | of two from one day the first in the file has none before it
    """,
)
def contract_types_follow_each_other(fam):
    has_previous = fam.any(LearningDeliveryFAM, lambda o: began_before(o, fam), same=["LearnDelFAMType"])
    return is_act(fam) & has_previous & (fam.LearnDelFAMDateFrom != end_of_previous_act(fam) + 1)


@rule(
    "R_105",
    LearningDeliveryFAM,
    summary="A learner must not have two different contract types (ACT codes) on the same day, over all aims.",
    message="ACT {LearnDelFAMCode} from {LearnDelFAMDateFrom} applies together with another ACT code of the learner.",
    fix="Record the same contract type on all aims for the same days.",
    cases="""
        LearnDelFAMType | LearnDelFAMCode | LearnDelFAMDateFrom | LearnDelFAMDateTo | Other | LearningDelivery | fires | why
        ACT | 1 | 2025-08-01 |            | | FAM=ACT2@2025-09-01             | yes | both without an end
        ACT | 1 | 2025-08-01 |            | | FAM=ACT1@2025-09-01             | no  | the same code
        ACT | 1 | 2025-08-01 | 2025-08-31 | | FAM=ACT2@2025-09-01             | no  | one after the other
        ACT | 1 | 2025-08-01 | 2025-09-01 | | FAM=ACT2@2025-09-01             | yes | both on one day
        ACT | 1 | 2025-09-01 |            | | FAM=ACT2@2025-08-01..2025-08-31 | no  | one after the other, the other way round
        ACT | 1 | 2025-09-01 |            | | FAM=ACT2@2025-08-01..2025-09-01 | yes | both on one day, the other way round
        ACT | 1 | 2025-08-01 |            | ACT2@2025-09-01 |                 | yes | on the same aim
        LSF | 1 | 2025-08-01 |            | | FAM=LSF2@2025-09-01             | no  | another type
        ACT | 1 |            |            | | FAM=ACT2@2025-09-01             | no  | no day is known
        ACT | 1 | 2025-08-01 |            | | FAM=ACT2                        | no  | no day is known of the other
    """,
)
def contract_types_differ_on_a_day(fam):
    different = fam.any(
        LearningDeliveryFAM,
        lambda o: is_act(o) & (o.LearnDelFAMCode != fam.LearnDelFAMCode) & share_a_day(fam, o),
        same=["LearnDelFAMType"],
        within="Learner",
    )
    return is_act(fam) & different


@rule(
    "R_106",
    LearningDeliveryFAM,
    summary="A learner must have one learning support (LSF) record at a time, over all aims; records since August 2016 count.",
    message="Learning support from {LearnDelFAMDateFrom} shares days with another LSF record of the learner.",
    why="Learning support is paid once for a learner, whatever the number of aims.",
    fix="Keep the record on one of the aims, or correct its first and last day.",
    cases="""
        LearnDelFAMType | LearnDelFAMDateFrom | LearnDelFAMDateTo | Other | LearningDelivery | fires | why
        LSF | 2025-08-01 |            |                 | FAM=LSF1@2025-09-01             | yes | both without an end
        LSF | 2025-08-01 | 2025-08-31 |                 | FAM=LSF1@2025-09-01             | no  | one after the other
        LSF | 2025-08-01 | 2025-09-01 |                 | FAM=LSF1@2025-09-01             | yes | both on one day
        LSF | 2025-08-01 |            | LSF1@2025-09-01 |                                 | yes | on the same aim
        LSF | 2025-08-01 |            |                 |                                 | no  | the only one
        LSF | 2016-07-31 |            |                 | FAM=LSF1@2016-07-31             | no  | from before the rule
        LSF | 2016-08-01 |            |                 | FAM=LSF1@2016-07-31             | yes | from its first day
        ALB | 2025-08-01 |            |                 | FAM=ALB1@2025-09-01             | no  | another type
        LSF |            |            |                 | FAM=LSF1@2025-09-01             | no  | no day is known
        LSF | 2025-08-01 |            |                 | FAM=LSF1                        | no  | no day is known of the other
        LSF | 2025-09-01 |            |                 | FAM=LSF1@2025-08-01..2025-08-31 | no  | one after the other, the other way round
        LSF | 2025-09-01 |            |                 | FAM=LSF1@2025-08-01..2025-09-01 | yes | both on one day, the other way round
    """,
)
def learning_support_overlaps(fam):
    another = fam.any(
        LearningDeliveryFAM,
        lambda o: (o.LearnDelFAMType == "LSF") & share_a_day(fam, o),
        same=["LearnDelFAMType"],
        within="Learner",
        other=True,
    )
    return (fam.LearnDelFAMType == "LSF") & (fam.LearnDelFAMDateFrom >= "2016-08-01") & another


def is_redundant(record: Record) -> Expr:
    """Whether the learner's latest employment status says redundancy (OET 1)."""
    latest = record.last(LearnerEmploymentStatus, lambda e: e.DateEmpStatApp, within="Learner")
    return record.any(
        LearnerEmploymentStatus,
        lambda e: (e.DateEmpStatApp == latest) & has_monitoring(e, "OET", 1),
        within="Learner",
    )


@rule(
    "R_110",
    LearningDeliveryFAM,
    summary="A learner on an employer's contract (ACT 1) of funding model 36 must be employed when it begins.",
    message="ACT 1 begins on {LearnDelFAMDateFrom}, when the learner's employment status was not 10 (employed).",
    fix="Record the employment status that applied on that day, or correct the day or code of the contract type.",
    unless=(is_restart, is_redundant),
    cases="""
        FundModel | LearnDelFAMType | LearnDelFAMCode | LearnDelFAMDateFrom | Emp | Other | fires | why
        36 | ACT | 1 | 2025-09-01 | 11@2025-08-01                      |        | yes | not employed
        36 | ACT | 1 | 2025-09-01 | 10@2025-08-01                      |        | no  | employed
        36 | ACT | 1 | 2025-09-01 | 10@2025-08-01; 11@2025-09-01       |        | yes | until the day before
        36 | ACT | 1 | 2025-09-01 | 11@2025-08-01; 10@2025-09-01       |        | no  | from that day
        36 | ACT | 1 | 2025-09-01 | 10@2025-09-02                      |        | yes | from the day after: none applies
        36 | ACT | 1 | 2025-09-01 |                                    |        | yes | no employment status at all
        36 | ACT | 1 |            | 11@2025-08-01                      |        | no  | no day to ask about
        36 | ACT | 2 | 2025-09-01 | 11@2025-08-01                      |        | no  | a contract with the department
        36 | LSF | 1 | 2025-09-01 | 11@2025-08-01                      |        | no  | no contract type
        81 | ACT | 1 | 2025-09-01 | 11@2025-08-01                      |        | no  | another funding model
        36 | ACT | 1 | 2025-09-01 | 11@2025-08-01                      | RES1   | no  | a restart
        36 | ACT | 1 | 2025-09-01 | 11@2025-08-01 OET1                 |        | no  | made redundant
        36 | ACT | 1 | 2025-09-01 | 11@2025-08-01 OET2                 |        | yes | another code than redundancy
        36 | ACT | 1 | 2025-09-01 | 11@2025-08-01 BSI1                 |        | yes | another type than redundancy
        36 | ACT | 1 | 2025-09-01 | 11@2025-08-01; 11@2026-01-01 OET1  |        | no  | the latest status says so
        36 | ACT | 1 | 2025-09-01 | 11@2025-08-01 OET1; 11@2026-01-01  |        | yes | an earlier one did
    """,
)
def employers_contract_without_employment(fam):
    employed = status_on(fam, fam.LearnDelFAMDateFrom, lambda e: e.EmpStat == 10)
    is_employers_contract = (fam.FundModel == 36) & is_act(fam) & (fam.LearnDelFAMCode == "1")
    return is_employers_contract & fam.LearnDelFAMDateFrom.known & ~employed


@rule(
    "R_121",
    LearningDeliveryFAM,
    summary="On an achieved standard (FundModel 36) the last contract type (ACT) must end on the achievement date.",
    message="The last ACT record ends on {LearnDelFAMDateTo}, but AchDate is {AchDate}.",
    fix="Record AchDate as LearnDelFAMDateTo of the last ACT record.",
    cases="""
        FundModel | ProgType | AchDate | LearnDelFAMType | LearnDelFAMDateFrom | LearnDelFAMDateTo | Other | fires | why
        36 | 25 | 2026-05-01 | ACT | 2025-09-01 | 2026-04-30 |                             | yes | a day before
        36 | 25 | 2026-05-01 | ACT | 2025-09-01 | 2026-05-01 |                             | no  | on the day
        36 | 25 | 2026-05-01 | ACT | 2025-09-01 |            |                             | yes | no end recorded
        36 | 25 |            | ACT | 2025-09-01 | 2026-04-30 |                             | no  | not achieved
        36 | 25 | 2026-05-01 | ACT | 2025-09-01 | 2025-12-31 | ACT2@2026-01-01..2026-05-01 | no  | not the last one
        36 | 25 | 2026-05-01 | ACT | 2026-01-01 | 2026-04-30 | ACT2@2025-09-01..2025-12-31 | yes | the last one
        36 | 25 | 2026-05-01 | ACT |            | 2026-04-30 |                             | yes | undated, and the only one
        36 | 25 | 2026-05-01 | ACT |            | 2026-04-30 | ACT2@2026-01-01..2026-05-01 | no  | an undated one among dated ones
        36 | 32 | 2026-05-01 | ACT | 2025-09-01 | 2026-04-30 |                             | no  | no standard
        99 | 25 | 2026-05-01 | ACT | 2025-09-01 | 2026-04-30 |                             | no  | another funding model
        36 | 25 | 2026-05-01 | LSF | 2025-09-01 | 2026-04-30 |                             | no  | no contract type
    """,
)
def last_contract_type_ends_on_achievement(fam):
    differs = fam.LearnDelFAMDateTo != fam.AchDate
    return is_on_funded_standard(fam) & fam.AchDate.known & is_latest_act(fam) & differs


@rule(
    "R_122",
    LearningDeliveryFAM,
    summary="On a standard (FundModel 36) that is no longer continuing and not achieved, the last contract type (ACT) must "
    "end with the learning.",
    message="CompStatus is {CompStatus} and AchDate blank, so the last ACT record must end on {LearnActEndDate}, not on "
    "{LearnDelFAMDateTo}.",
    fix="Record LearnActEndDate as LearnDelFAMDateTo of the last ACT record, or record AchDate once it is known.",
    cases="""
        FundModel | ProgType | CompStatus | LearnActEndDate | AchDate | LearnDelFAMType | LearnDelFAMDateFrom | LearnDelFAMDateTo | Other | fires | why
        36 | 25 | 2 | 2026-05-01 |            | ACT | 2025-09-01 | 2026-04-30 |                             | yes | a day before
        36 | 25 | 2 | 2026-05-01 |            | ACT | 2025-09-01 | 2026-05-01 |                             | no  | on the day
        36 | 25 | 3 | 2026-05-01 |            | ACT | 2025-09-01 |            |                             | yes | no end recorded
        36 | 25 | 2 |            |            | ACT | 2025-09-01 | 2026-05-01 |                             | yes | the learning has no end
        36 | 25 | 2 |            |            | ACT | 2025-09-01 |            |                             | no  | neither has an end
        36 | 25 | 1 | 2026-05-01 |            | ACT | 2025-09-01 | 2026-04-30 |                             | no  | continuing
        36 | 25 | 2 | 2026-05-01 | 2026-05-02 | ACT | 2025-09-01 | 2026-04-30 |                             | no  | achieved: R_121 asks for AchDate
        36 | 25 | 2 | 2026-05-01 |            | ACT | 2025-09-01 | 2025-12-31 | ACT2@2026-01-01..2026-05-01 | no  | not the last one
        36 | 25 | 2 | 2026-05-01 |            | ACT |            | 2026-04-30 | ACT2@2026-01-01..2026-05-01 | no  | an undated one among dated ones
        36 | 32 | 2 | 2026-05-01 |            | ACT | 2025-09-01 | 2026-04-30 |                             | no  | no standard
        99 | 25 | 2 | 2026-05-01 |            | ACT | 2025-09-01 | 2026-04-30 |                             | no  | another funding model
        36 | 25 | 2 | 2026-05-01 |            | LSF | 2025-09-01 | 2026-04-30 |                             | no  | no contract type
    """,
)
def last_contract_type_ends_with_learning(fam):
    has_ended = (fam.CompStatus != 1) & fam.AchDate.missing
    either = fam.LearnDelFAMDateTo.known | fam.LearnActEndDate.known
    differs = either & (fam.LearnDelFAMDateTo != fam.LearnActEndDate)
    return is_on_funded_standard(fam) & has_ended & is_latest_act(fam) & differs


@rule(
    "R_123",
    LearningDeliveryFAM,
    summary="On a continuing standard (FundModel 36) the last contract type (ACT) must have no last day.",
    message="CompStatus is 1, continuing, but the last ACT record ends on {LearnDelFAMDateTo}.",
    fix="Remove LearnDelFAMDateTo, add the ACT record that follows, or correct CompStatus.",
    cases="""
        FundModel | ProgType | CompStatus | LearnDelFAMType | LearnDelFAMDateFrom | LearnDelFAMDateTo | Other | fires | why
        36 | 25 | 1 | ACT | 2025-09-01 | 2026-04-30 |                 | yes | continuing, but ended
        36 | 25 | 1 | ACT | 2025-09-01 |            |                 | no  | no end
        36 | 25 | 2 | ACT | 2025-09-01 | 2026-04-30 |                 | no  | completed
        36 | 25 | 1 | ACT | 2025-09-01 | 2025-12-31 | ACT2@2026-01-01 | no  | not the last one
        36 | 25 | 1 | ACT |            | 2025-12-31 | ACT2@2026-01-01 | no  | an undated one among dated ones
        36 | 32 | 1 | ACT | 2025-09-01 | 2026-04-30 |                 | no  | no standard
        99 | 25 | 1 | ACT | 2025-09-01 | 2026-04-30 |                 | no  | another funding model
        36 | 25 | 1 | LSF | 2025-09-01 | 2026-04-30 |                 | no  | no contract type
    """,
)
def continuing_contract_type_has_no_end(fam):
    return is_on_funded_standard(fam) & (fam.CompStatus == 1) & is_latest_act(fam) & fam.LearnDelFAMDateTo.known
