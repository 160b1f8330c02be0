"""What is known of fields before any data are seen: when they apply, what they have to agree with, how they come about.

Conditions are SQL over the columns of the field's own table. Sources: ILR specification and validation rules, 2025-26
and 2026-27 (when a field is to be filled); the funding rules of the same years (which fields drive payments).
"""

from __future__ import annotations

from dataclasses import dataclass

#: How a field comes about, and what follows for its use.
KINDS = {
    "funding": "It drives funding, so provider and auditor look at it: such fields tend to be accurate.",
    "checked": "It is checked against a register or other fields when it is sent.",
    "self-reported": "The learner says it and nobody can check it; blanks and defaults are common.",
    "follow-up": "It is found out after the learner has left, from those who answer: take it as an indication.",
    "provider": "It is the provider's own judgement or planning, and practice differs between providers.",
}

_FUNDING = """
    LearnAimRef AimType LearnStartDate OrigLearnStartDate LearnPlanEndDate FundModel ProgType StdCode CompStatus
    LearnActEndDate Outcome AchDate DelLocPostCode PriorLearnFundAdj OtherFundAdj AFinType AFinCode AFinDate AFinAmount
    LearnDelFAMType LearnDelFAMCode LearnDelFAMDateFrom LearnDelFAMDateTo PlanLearnHours PlanEEPHours PHours OTJActHours
    EPAOrgID ConRefNumber PartnerUKPRN DateOfBirth Postcode LSDPostcode EmpStat DateEmpStatApp
"""
_CHECKED = "ULN UKPRN PrevUKPRN PMUKPRN EmpId WorkPlaceEmpId CampId NINumber LearnRefNumber AimSeqNumber OutGrade"
_SELF_REPORTED = """
    Ethnicity Sex LLDDHealthProb LLDDCat PrimaryLLDD PriorLevel PriorAttain DateLevelApp ESMType ESMCode SOC SEC
    QUALENT3 FamilyName GivenNames AddLine1 AddLine2 AddLine3 AddLine4 TelNo Email PostcodePrior MathGrade EngGrade
"""
_FOLLOW_UP = "OutType OutCode OutStartDate OutEndDate OutCollDate EmpOutcome TLOut"

KIND_OF = {
    name: kind
    for kind, names in (
        ("funding", _FUNDING), ("checked", _CHECKED), ("self-reported", _SELF_REPORTED), ("follow-up", _FOLLOW_UP),
    )
    for name in names.split()
}  # fmt: skip

#: Where a field is to be filled. A field that is not named here, and that the schema does not demand, is optional:
#: blanks of it are counted, and not held against it.
APPLIES = {
    "Learner.Ethnicity": "true",
    "Learner.LLDDHealthProb": "true",
    "LearningDelivery.LearnActEndDate": "CompStatus IN (2, 3, 6)",
    "LearningDelivery.Outcome": "CompStatus IN (2, 3, 6)",
    "LearningDelivery.WithdrawReason": "CompStatus = 3",
    "LearningDelivery.StdCode": "ProgType = 25",
    "LearningDelivery.ProgType": "FundModel = 36",
    "LearningDelivery.AchDate": "Outcome = 1 AND ProgType = 25 AND AimType = 1 AND FundModel = 36",
    "LearningDelivery.OTJActHours": "CompStatus IN (2, 3) AND ProgType = 25 AND AimType = 1 AND FundModel = 36",
    "LearningDelivery.PHours": "ProgType = 25 AND AimType = 1 AND FundModel = 36",
    "LearningDelivery.DelLocPostCode": "true",
    "LearnerEmploymentStatus.EmpId": "EmpStat = 10",
    "LearningDeliveryFAM.LearnDelFAMDateFrom": "LearnDelFAMType IN ('ACT', 'ALB', 'LSF')",
}


@dataclass(frozen=True)
class Check:
    """Two fields that contradict each other: the field that it is told of, the condition, and the words."""

    entity: str
    field: str
    broken: str
    words: str


CHECKS = (
    Check("LearningDelivery", "LearnPlanEndDate", "LearnPlanEndDate < LearnStartDate", "planned end before the start"),
    Check("LearningDelivery", "LearnActEndDate", "LearnActEndDate < LearnStartDate", "end before the start"),
    Check("LearningDelivery", "LearnActEndDate",
          "CompStatus = 1 AND LearnActEndDate IS NOT NULL AND Outcome IS DISTINCT FROM 8",
          "an end though the aim goes on (CompStatus 1)"),
    Check("LearningDelivery", "Outcome", "CompStatus = 1 AND Outcome <> 8",
          "an outcome though the aim goes on (CompStatus 1)"),
    Check("LearningDelivery", "Outcome", "CompStatus = 3 AND Outcome = 1", "achieved though withdrawn (CompStatus 3)"),
    Check("LearningDelivery", "WithdrawReason", "CompStatus <> 3 AND WithdrawReason IS NOT NULL",
          "a reason for withdrawing though not withdrawn"),
    Check("LearningDelivery", "AchDate", "AchDate < LearnStartDate", "achieved before the start"),
    Check("LearningDelivery", "AchDate", "AchDate IS NOT NULL AND coalesce(Outcome, 0) NOT IN (1, 8)",
          "a date of achievement without an achievement"),
    Check("LearningDelivery", "LearnStartDate", "age_start < 10 OR age_start > 100",
          "an age at the start below 10 or above 100"),
    Check("LearningDelivery", "OrigLearnStartDate", "OrigLearnStartDate >= LearnStartDate",
          "an original start not before the start"),
    Check("LearningDelivery", "StdCode", "StdCode IS NOT NULL AND ProgType IS DISTINCT FROM 25",
          "a standard without ProgType 25"),
    Check("Learner", "PlanLearnHours", "PlanLearnHours > 4000", "more than 4,000 planned hours in a year"),
)  # fmt: skip

#: Fields whose value changes with the learner's progress: that is not held against them.
MOVES_ON = frozenset({"CompStatus", "Outcome", "OutGrade", "EmpOutcome", "OTJActHours"})

#: Words in the label of a code that stands for "we do not know".
NOT_KNOWN = r"not (?:yet )?(?:known|provided|stated)|unknown|prefer not to say|no information|level not known"
#: Codes whose label has such words beside a meaning of their own.
KNOWN_ALL_THE_SAME = frozenset({("Outcome", "8")})

#: What everybody should bear in mind who uses these data. Carried with ratings into extracts, tables and the catalogue.
CAUTIONS = (
    "The ILR records what providers return, mostly because funding depends on it. It is not a survey of what happened.",
    "A difference between groups, courses or providers is not the effect of the course or the provider. Who takes a "
    "course differs from who does not, in ways that the ILR does not record; saying that something causes something "
    "takes a design that rules other reasons out.",
    "Fields that drive funding tend to be accurate, within what funding rewards. Fields that learners report "
    "themselves, and what became of them afterwards, are less robust.",
    "Early returns of a year lack what is entered late: ends, outcomes and achievements above all. Compare a return "
    "with the same return of another year, not with its own successor.",
    "A value that changed between two returns may be a correction or a change in the learner's life; the data do not "
    "say which.",
)
