"""LearnDelFAMDateFrom and LearnDelFAMDateTo: from which and until which day a delivery FAM record applies."""

from openilr.spec.names import LearningDeliveryFAM
from openilr.validate.rule import rule

#: Funding models on which FAM dates are held to the dates of the aim: apprenticeships, adult funding, non-funded.
HELD_TO_THE_AIM = (35, 36, 38, 81, 99)


def is_contract_type(fam):
    return fam.LearnDelFAMType == "ACT"


@rule(
    "LearnDelFAMDateFrom_01",
    LearningDeliveryFAM,
    summary="Learning support (LSF) and loans bursary (ALB) records must say from when and until when they apply.",
    message="{LearnDelFAMType} applies from {LearnDelFAMDateFrom} to {LearnDelFAMDateTo}: both dates must be given.",
    why="Both are paid by the month, so the dates decide how much is paid.",
    fix="Record the first and the last day on which the support or bursary applies.",
    cases="""
        LearnDelFAMType | LearnDelFAMDateFrom | LearnDelFAMDateTo | fires | why
        LSF             | 2025-09-01          | 2026-07-31        | no    | learning support with both dates
        LSF             |                     | 2026-07-31        | yes   | no first day
        ALB             | 2025-09-01          |                   | yes   | no last day
        ALB             | 2025-09-01          | 2026-07-31        | no    | bursary with both dates
        ALB             |                     |                   | yes   | neither
        ACT             | 2025-09-01          |                   | no    | a contract type may be open
        SOF             |                     |                   | no    | a type without dates
    """,
)
def support_needs_both_dates(fam):
    undated = fam.LearnDelFAMDateFrom.missing | fam.LearnDelFAMDateTo.missing
    return fam.LearnDelFAMType.is_in("LSF", "ALB") & undated


@rule(
    "LearnDelFAMDateFrom_02",
    LearningDeliveryFAM,
    summary="On apprenticeships, adult and non-funded aims a FAM record must not apply from before the aim starts.",
    message="{LearnDelFAMType} applies from {LearnDelFAMDateFrom}, before the aim starts on {LearnStartDate}.",
    fix="Move LearnDelFAMDateFrom to the aim's start or later, or correct LearnStartDate.",
    cases="""
        FundModel | LearnStartDate | LearnDelFAMType | LearnDelFAMDateFrom | fires | why
        36        | 2025-09-01     | ACT             | 2025-08-31          | yes   | the day before the start
        36        | 2025-09-01     | ACT             | 2025-09-01          | no    | on the start
        36        | 2025-09-01     | ACT             | 2025-09-02          | no    | after the start
        35        | 2025-09-01     | LSF             | 2025-08-31          | yes   | adult skills
        38        | 2025-09-01     | LSF             | 2025-08-31          | yes   | adult skills fund
        81        | 2025-09-01     | LSF             | 2025-08-31          | yes   | other adult
        99        | 2025-09-01     | ALB             | 2025-08-31          | yes   | non-funded
        25        | 2025-09-01     | LSF             | 2025-08-31          | no    | 16 to 19 is not held to it
        37        | 2025-09-01     | EVI             | 2025-08-31          | no    | skills bootcamps have a rule of their own
        36        | 2025-09-01     | ACT             |                     | no    | no date to compare
    """,
)
def applies_before_the_aim_starts(fam):
    return fam.FundModel.is_in(HELD_TO_THE_AIM) & (fam.LearnDelFAMDateFrom < fam.LearnStartDate)


@rule(
    "LearnDelFAMDateFrom_03",
    LearningDeliveryFAM,
    summary="Only LSF, ACT, ALB and EVI records have a day from which they apply.",
    message="{LearnDelFAMType} has LearnDelFAMDateFrom {LearnDelFAMDateFrom}, but records of this type have no dates.",
    fix="Remove LearnDelFAMDateFrom, or correct LearnDelFAMType.",
    cases="""
        LearnDelFAMType | LearnDelFAMDateFrom | fires | why
        SOF             | 2025-09-01          | yes   | a source of funding has no dates
        SOF             |                     | no    | no date returned
        LSF             | 2025-09-01          | no    | learning support
        ACT             | 2025-09-01          | no    | contract type
        ALB             | 2025-09-01          | no    | loans bursary
        EVI             | 2025-09-01          | no    | event indicator
    """,
)
def type_has_no_first_day(fam):
    return ~fam.LearnDelFAMType.is_in("LSF", "ACT", "ALB", "EVI") & fam.LearnDelFAMDateFrom.known


@rule(
    "LearnDelFAMDateFrom_04",
    LearningDeliveryFAM,
    summary="An apprenticeship contract type (ACT) must say from when it applies.",
    message="ACT {LearnDelFAMCode} has no LearnDelFAMDateFrom.",
    fix="Record the day from which this contract type applies; on the first one that is the start of the aim.",
    cases="""
        LearnDelFAMType | LearnDelFAMDateFrom | fires | why
        ACT             |                     | yes   | undated
        ACT             | 2025-09-01          | no    | dated
        SOF             |                     | no    | another type
    """,
)
def contract_type_needs_first_day(fam):
    return is_contract_type(fam) & fam.LearnDelFAMDateFrom.missing


@rule(
    "LearnDelFAMDateFrom_05",
    LearningDeliveryFAM,
    summary="An event indicator (EVI) must say on which day the event took place.",
    message="EVI {LearnDelFAMCode} has no LearnDelFAMDateFrom.",
    fix="Record the day of the event as LearnDelFAMDateFrom.",
    cases="""
        LearnDelFAMType | LearnDelFAMDateFrom | fires | why
        EVI             |                     | yes   | undated
        EVI             | 2025-09-01          | no    | dated
        SOF             |                     | no    | another type
    """,
)
def event_needs_first_day(fam):
    return (fam.LearnDelFAMType == "EVI") & fam.LearnDelFAMDateFrom.missing


@rule(
    "LearnDelFAMDateFrom_06",
    LearningDeliveryFAM,
    summary="An event indicator (EVI) must not be dated before 1 August 2025.",
    message="EVI {LearnDelFAMCode} applies from {LearnDelFAMDateFrom}; there were no event indicators before 1 August 2025.",
    fix="Correct LearnDelFAMDateFrom, or remove the record if the event was before 1 August 2025.",
    cases="""
        LearnDelFAMType | LearnDelFAMDateFrom | fires | why
        EVI             | 2025-07-31          | yes   | the day before
        EVI             | 2025-08-01          | no    | the first day
        EVI             | 2025-08-02          | no    | later
        EVI             |                     | no    | undated is another rule's question
        ACT             | 2025-07-31          | no    | another type
    """,
)
def event_before_there_were_events(fam):
    return (fam.LearnDelFAMType == "EVI") & (fam.LearnDelFAMDateFrom < "2025-08-01")


@rule(
    "LearnDelFAMDateFrom_07",
    LearningDeliveryFAM,
    summary="The event of an event indicator (EVI) must lie between the start and the actual end of the programme aim.",
    message="EVI {LearnDelFAMCode} is dated {LearnDelFAMDateFrom}, outside the programme aim: "
    "{LearnStartDate} to {LearnActEndDate}.",
    fix="Correct LearnDelFAMDateFrom, or the dates of the programme aim.",
    cases="""
        AimType | LearnStartDate | LearnActEndDate | LearnDelFAMType | LearnDelFAMDateFrom | fires | why
        1       | 2025-09-01     | 2025-12-19      | EVI             | 2025-08-31          | yes   | the day before the start
        1       | 2025-09-01     | 2025-12-19      | EVI             | 2025-09-01          | no    | on the start
        1       | 2025-09-01     | 2025-12-19      | EVI             | 2025-12-19          | no    | on the actual end
        1       | 2025-09-01     | 2025-12-19      | EVI             | 2025-12-20          | yes   | the day after the actual end
        1       | 2025-09-01     |                 | EVI             | 2026-07-01          | no    | still learning
        1       | 2025-09-01     |                 | EVI             | 2025-08-31          | yes   | before the start, still learning
        1       | 2025-09-01     | 2025-12-19      | EVI             |                     | no    | undated is another rule's question
        1       | 2025-09-01     | 2025-12-19      | ACT             | 2025-12-20          | no    | another type
        3       | 2025-09-01     | 2025-12-19      | EVI             | 2025-12-20          | no    | no programme aim
    """,
)
def event_outside_the_programme(fam):
    outside = (fam.LearnDelFAMDateFrom < fam.LearnStartDate) | (fam.LearnDelFAMDateFrom > fam.LearnActEndDate)
    return (fam.LearnDelFAMType == "EVI") & (fam.AimType == 1) & outside


@rule(
    "LearnDelFAMDateTo_01",
    LearningDeliveryFAM,
    summary="A FAM record must not end before it begins.",
    message="{LearnDelFAMType} applies from {LearnDelFAMDateFrom} to {LearnDelFAMDateTo}: it ends before it begins.",
    fix="Correct LearnDelFAMDateFrom or LearnDelFAMDateTo.",
    cases="""
        LearnDelFAMType | LearnDelFAMDateFrom | LearnDelFAMDateTo | fires | why
        LSF             | 2025-09-01          | 2025-08-31        | yes   | the day before
        LSF             | 2025-09-01          | 2025-09-01        | no    | one day
        LSF             | 2025-09-01          | 2025-09-02        | no    | later
        LSF             |                     | 2025-08-31        | no    | nothing to compare with
        ACT             | 2025-09-01          |                   | no    | open
    """,
)
def ends_before_it_begins(fam):
    return fam.LearnDelFAMDateTo < fam.LearnDelFAMDateFrom


def contract_type_of_an_achieved_programme(fam):
    return is_contract_type(fam) & (fam.AimType == 1) & fam.AchDate.known


@rule(
    "LearnDelFAMDateTo_02",
    LearningDeliveryFAM,
    summary="A FAM record should not apply beyond the planned end of its aim.",
    message="{LearnDelFAMType} applies until {LearnDelFAMDateTo}, after the planned end {LearnPlanEndDate}.",
    fix="Check LearnDelFAMDateTo. If learning went on for longer than planned it may be right.",
    unless=[contract_type_of_an_achieved_programme],
    cases="""
        LearnPlanEndDate | AimType | AchDate    | LearnDelFAMType | LearnDelFAMDateTo | fires | why
        2026-07-31       | 3       |            | LSF             | 2026-08-01        | yes   | the day after the planned end
        2026-07-31       | 3       |            | LSF             | 2026-07-31        | no    | on the planned end
        2026-07-31       | 3       |            | LSF             | 2026-07-30        | no    | before it
        2026-07-31       | 3       |            | ACT             |                   | no    | open
        2026-07-31       | 1       | 2026-09-01 | ACT             | 2026-09-01        | no    | contract type of an achieved programme
        2026-07-31       | 1       |            | ACT             | 2026-09-01        | yes   | the programme was not achieved
        2026-07-31       | 3       | 2026-09-01 | ACT             | 2026-09-01        | yes   | no programme aim
        2026-07-31       | 1       | 2026-09-01 | LSF             | 2026-09-01        | yes   | no contract type
    """,
)
def applies_beyond_the_planned_end(fam):
    return fam.LearnDelFAMDateTo > fam.LearnPlanEndDate


@rule(
    "LearnDelFAMDateTo_03",
    LearningDeliveryFAM,
    summary="On apprenticeships, adult and non-funded aims a FAM record must not apply beyond the actual end of the aim.",
    message="{LearnDelFAMType} applies until {LearnDelFAMDateTo}, after the aim ended on {LearnActEndDate}.",
    fix="End the record on LearnActEndDate or earlier.",
    unless=[is_contract_type],
    cases="""
        FundModel | LearnActEndDate | LearnDelFAMType | LearnDelFAMDateTo | fires | why
        36        | 2025-12-19      | LSF             | 2025-12-20        | yes   | the day after the actual end
        36        | 2025-12-19      | LSF             | 2025-12-19        | no    | on the actual end
        36        | 2025-12-19      | LSF             | 2025-12-18        | no    | before it
        35        | 2025-12-19      | LSF             | 2025-12-20        | yes   | adult skills
        38        | 2025-12-19      | LSF             | 2025-12-20        | yes   | adult skills fund
        81        | 2025-12-19      | LSF             | 2025-12-20        | yes   | other adult
        99        | 2025-12-19      | ALB             | 2025-12-20        | yes   | non-funded
        25        | 2025-12-19      | LSF             | 2025-12-20        | no    | 16 to 19 is not held to it
        36        |                 | LSF             | 2025-12-20        | no    | still learning
        36        | 2025-12-19      | LSF             |                   | no    | open
        36        | 2025-12-19      | ACT             | 2025-12-20        | no    | contract types may run to the achievement
    """,
)
def applies_beyond_the_actual_end(fam):
    return fam.FundModel.is_in(HELD_TO_THE_AIM) & (fam.LearnDelFAMDateTo > fam.LearnActEndDate)


@rule(
    "LearnDelFAMDateTo_04",
    LearningDeliveryFAM,
    summary="Only LSF, ACT and ALB records have a day until which they apply.",
    message="{LearnDelFAMType} has LearnDelFAMDateTo {LearnDelFAMDateTo}, but records of this type have no last day.",
    fix="Remove LearnDelFAMDateTo, or correct LearnDelFAMType.",
    cases="""
        LearnDelFAMType | LearnDelFAMDateTo | fires | why
        SOF             | 2026-07-31        | yes   | a source of funding has no dates
        EVI             | 2026-07-31        | yes   | an event has its day only
        SOF             |                   | no    | no date returned
        LSF             | 2026-07-31        | no    | learning support
        ACT             | 2026-07-31        | no    | contract type
        ALB             | 2026-07-31        | no    | loans bursary
    """,
)
def type_has_no_last_day(fam):
    return ~fam.LearnDelFAMType.is_in("LSF", "ACT", "ALB") & fam.LearnDelFAMDateTo.known


@rule(
    "LearnDelFAMDateTo_05",
    LearningDeliveryFAM,
    summary="An apprenticeship contract type must not apply beyond the achievement of the apprenticeship.",
    message="ACT {LearnDelFAMCode} applies until {LearnDelFAMDateTo}, after the achievement date {AchDate}.",
    fix="End the contract type on AchDate or earlier.",
    cases="""
        FundModel | AchDate    | LearnDelFAMType | LearnDelFAMDateTo | fires | why
        36        | 2026-05-01 | ACT             | 2026-05-02        | yes   | the day after the achievement
        36        | 2026-05-01 | ACT             | 2026-05-01        | no    | on the achievement
        36        | 2026-05-01 | ACT             | 2026-04-30        | no    | before it
        36        |            | ACT             | 2026-05-02        | no    | not achieved
        36        | 2026-05-01 | ACT             |                   | no    | open
        36        | 2026-05-01 | LSF             | 2026-05-02        | no    | no contract type
        81        | 2026-05-01 | ACT             | 2026-05-02        | no    | no apprenticeship funding
    """,
)
def contract_type_applies_beyond_achievement(fam):
    return is_contract_type(fam) & (fam.FundModel == 36) & (fam.LearnDelFAMDateTo > fam.AchDate)
