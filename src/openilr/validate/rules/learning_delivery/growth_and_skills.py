"""Rules that came with the Growth and Skills offer in 2026-27: agreements and ages."""

from openilr.derive.codes import age_at_start, is_restart
from openilr.spec.names import LearnerEmploymentStatus, LearningDelivery
from openilr.validate.rule import rule


@rule(
    "AgreemId_01",
    LearningDelivery,
    summary="A Growth and Skills short course needs the employer's agreement (AgreemId) by the start.",
    message="No employment status that applies by {LearnStartDate} has an AgreemId.",
    why="The course is paid for under the employer's agreement.",
    fix="Record AgreemId on the employment status that applies when the programme aim starts.",
    unless=(is_restart,),
    cases="""
        FundModel | AimType | LearnStartDate | Emp                               | FAM  | fires | why
        39        | 1       | 2026-09-01     | 10@2026-08-01                     |      | yes   | no agreement
        39        | 1       | 2026-09-01     | 10@2026-08-01 AgreemId=ABC123     |      | no    | returned
        39        | 1       | 2026-09-01     | 10@2026-07-01 AgreemId=ABC123; 10@2026-08-01 | | no | on an earlier status
        39        | 1       | 2026-09-01     | 10@2026-09-01 AgreemId=ABC123     |      | no    | from the very day
        39        | 1       | 2026-09-01     | 10@2026-09-02 AgreemId=ABC123     |      | yes   | from the day after
        39        | 1       | 2026-09-01     |                                   |      | yes   | no employment status
        39        | 3       | 2026-09-01     | 10@2026-08-01                     |      | no    | a component aim
        36        | 1       | 2026-09-01     | 10@2026-08-01                     |      | no    | another funding model
        39        | 1       | 2026-09-01     | 10@2026-08-01                     | RES1 | no    | restart
    """,
)
def short_course_without_agreement(aim):
    agreed = aim.any(LearnerEmploymentStatus, lambda e: (e.DateEmpStatApp <= aim.LearnStartDate) & e.AgreemId.known)
    return (aim.FundModel == 39) & (aim.AimType == 1) & ~agreed


@rule(
    "AppSerAgeEligibility_01",
    LearningDelivery,
    summary="A funded apprentice who starts from August 2026 must be of an age that the standard is open to.",
    message="The learner is {age} on {LearnStartDate}, an age that standard {StdCode} is not open to.",
    show={"age": age_at_start},
    fix="Check DateOfBirth and StdCode; if both are right, the learner can not be funded on this standard.",
    unless=(is_restart,),
    cases="""
        LearnStartDate | FundModel | ProgType | AimType | StdCode | DateOfBirth | FAM  | apprenticeship_ages                                                          | fires | why
        2026-08-01     | 36        | 25       | 1       | 5       | 2004-08-01  |      | StandardCode=5 MaximumAge=21 EffectiveFrom=2026-08-01                        | yes   | 22, first day
        2026-08-01     | 36        | 25       | 1       | 5       | 2004-08-02  |      | StandardCode=5 MaximumAge=21 EffectiveFrom=2026-08-01                        | no    | 21
        2026-07-31     | 36        | 25       | 1       | 5       | 2000-08-01  |      | StandardCode=5 MaximumAge=21 EffectiveFrom=2025-08-01                        | no    | started the day before
        2026-09-01     | 36        | 25       | 1       | 5       | 2012-01-01  |      | StandardCode=5 MinimumAge=16 EffectiveFrom=2026-08-01                        | yes   | too young
        2026-09-01     | 36        | 25       | 1       | 5       | 2010-09-01  |      | StandardCode=5 MinimumAge=16 EffectiveFrom=2026-08-01                        | no    | 16 on the day
        2026-09-01     | 36        | 25       | 1       | 5       | 2010-09-02  |      | StandardCode=5 MinimumAge=16 EffectiveFrom=2026-08-01                        | yes   | 16 the day after
        2026-09-01     | 36        | 25       | 1       | 5       | 2000-01-01  |      | StandardCode=5 MaximumAge=21 EffectiveFrom=2026-09-01 EffectiveTo=2026-09-01 | yes   | the limit of that one day
        2026-09-01     | 36        | 25       | 1       | 5       | 2000-01-01  |      | StandardCode=6 MaximumAge=21 EffectiveFrom=2026-08-01                        | no    | another standard's limit
        2026-09-01     | 36        | 25       | 1       | 5       | 2000-01-01  |      | StandardCode=5 MaximumAge=21 EffectiveFrom=2026-08-01 EffectiveTo=2026-08-31 | no    | the limit ended
        2026-09-01     | 36        | 25       | 1       | 5       | 2000-01-01  |      | StandardCode=5 MaximumAge=21 EffectiveFrom=2026-09-02                        | no    | the limit begins later
        2026-09-01     | 36        | 25       | 3       | 5       | 2000-01-01  |      | StandardCode=5 MaximumAge=21 EffectiveFrom=2026-08-01                        | no    | a component aim
        2026-09-01     | 99        | 25       | 1       | 5       | 2000-01-01  |      | StandardCode=5 MaximumAge=21 EffectiveFrom=2026-08-01                        | no    | not funded
        2026-09-01     | 36        | 25       | 1       | 5       |             |      | StandardCode=5 MaximumAge=21 EffectiveFrom=2026-08-01                        | no    | age not known
        2026-09-01     | 36        | 25       | 1       | 5       | 2000-01-01  | RES1 | StandardCode=5 MaximumAge=21 EffectiveFrom=2026-08-01                        | no    | restart
    """,
)
def age_not_eligible(aim):
    age = age_at_start(aim)
    closed = aim.any(
        "apprenticeship_ages",
        lambda s: (
            (s.EffectiveFrom.missing | (s.EffectiveFrom <= aim.LearnStartDate))
            & (s.EffectiveTo.missing | (aim.LearnStartDate <= s.EffectiveTo))
            & ((age > s.MaximumAge) | (age < s.MinimumAge))
        ),
        same={"StandardCode": aim.StdCode},
    )
    funded_standard = (aim.FundModel == 36) & (aim.ProgType == 25) & (aim.AimType == 1)
    return funded_standard & (aim.LearnStartDate >= "2026-08-01") & closed
