"""English and maths minimum hours (learner FAM types EMH and MMH) of 16 to 19 learners without a good GCSE grade.

They go with the condition of funding: LARS has the aims that meet it in a validity category, one for each subject.
"""

from openilr.derive.codes import age_on_31_august, has_fam, has_learner_fam
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import HRSRecord, LearningDelivery
from openilr.validate.rule import Predicate, rule

#: GCSE grades of a learner who has to go on with the subject, and those that a functional skills pass makes up for.
LOW_GRADES = ("3", "2", "1", "U", "D", "E", "F", "G", "X", "NONE")
BELOW_GRADE_3 = ("2", "1", "U", "E", "F", "G", "X", "NONE")
#: Aims of the King's Trust TEAM programme, which has its own monitoring code (LDM 331).
TEAM_AIMS = ("60023995", "60027307", "60027629", "60032121", "60033344")
#: Planned hours in the year from which the minimum applies.
MOST_OF_A_YEAR = 150


def meets_condition_of_funding(aim: Record, category: str) -> Expr:
    """Whether LARS has the aim in this validity category, or it is an aim of the King's Trust TEAM programme."""
    in_category = aim.any(
        "lars_validity", lambda v: v.ValidityCategory.upper == category.upper(), same={"LearnAimRef": aim.LearnAimRef}
    )
    return in_category | (aim.LearnAimRef.is_in(TEAM_AIMS) & has_fam(aim, "LDM", "331"))


def planned_t_level_hours(aim: Record) -> Expr:
    """Planned hours of a T Level aim: PHours until 2025-26, the hours record HRS 2 since."""
    if "LearningDelivery.PHours" in aim.schema.fields:
        return aim.PHours
    return aim.last(HRSRecord, lambda h: h.HRSAmount, lambda h: (h.HRSType == "HRS") & (h.HRSCode == 2))


def has_enough_planned_hours(aim: Record) -> Expr:
    """Whether 150 hours or more are planned: on the learner, or on the latest T Level programme aim."""
    of_learner = aim.PlanLearnHours.or_(0) + aim.PlanEEPHours.or_(0)
    of_t_level = aim.latest(
        LearningDelivery,
        planned_t_level_hours,
        lambda o: o.LearnStartDate,
        lambda o: (o.ProgType == 31) & (o.AimType == 1),
    )
    return (of_learner >= MOST_OF_A_YEAR) | (of_t_level >= MOST_OF_A_YEAR)


def is_earlier_t_level(aim: Record) -> Expr:
    """Whether the learner's T Level began before 1 August 2022."""
    return aim.any(LearningDelivery, lambda o: (o.ProgType == 31) & (o.LearnStartDate < "2022-08-01"))


def is_16_to_19_funded(aim: Record) -> Expr:
    return (aim.FundModel == 25) & has_fam(aim, "SOF", "107")


def minimum_hours(id: str, subject: str, grade: str, exemption: str, hours: str, category: str) -> None:
    """Register the rule that a learner who has to go on with the subject has its minimum hours recorded."""

    def passed_functional_skills(aim: Record) -> Expr:
        return has_learner_fam(aim, exemption, 5) & aim.field(grade).is_in(BELOW_GRADE_3)

    def hours_are_missing(aim: Record) -> Expr:
        must_go_on = aim.field(grade).is_in(LOW_GRADES) & ~has_learner_fam(aim, exemption, 1, 2, 3, 4)
        in_scope = is_16_to_19_funded(aim) & (age_on_31_august(aim) >= 16) & meets_condition_of_funding(aim, category)
        return in_scope & must_go_on & has_enough_planned_hours(aim) & ~has_learner_fam(aim, hours)

    exclusions: tuple[Predicate, ...] = (passed_functional_skills, is_earlier_t_level)
    rule(
        id,
        LearningDelivery,
        summary=f"A 16 to 19 learner without a good {subject} grade, with 150 planned hours or more, must have {subject} minimum "
        f"hours ({hours}) recorded.",
        message=f"{grade} is {{{grade}}} and 150 hours or more are planned, but the learner has no {hours} record.",
        why=f"From this number of planned hours the condition of funding asks for a minimum of {subject} teaching.",
        fix=f"Add the learner FAM record {hours}, an exemption ({exemption}), or correct {grade}.",
        unless=exclusions,
        cases=_cases(grade, exemption, hours, category),
    )(hours_are_missing)


def _cases(grade: str, exemption: str, hours: str, category: str) -> str:
    lars, other = f"ValidityCategory={category}", "ValidityCategory=1619_EFA"
    other_exemption = {"ECF": "MCF", "MCF": "ECF"}[exemption]
    start = "FundModel | LearnStartDate | LearnAimRef"
    team = [
        f"25 | 2025-09-01 | {ref} | SOF107 LDM331 | 2008-09-01 | 3 | 540 | 60 | | {other} | | | yes | of the TEAM programme"
        for ref in TEAM_AIMS[1:]
    ]
    grades = [
        f"25 | 2025-09-01 | 60000001 | SOF107 | 2008-09-01 | {g} | 540 | 60 | {fam} | {lars} | | | {verdict} | grade {g}"
        for g in BELOW_GRADE_3
        for fam, verdict in (("", "yes"), (f"{exemption}5", "no"))
    ]
    aim = "25 | 2025-09-01 | 60000001"
    return f"""
        {start} | FAM | DateOfBirth | {
        grade
    } | PlanLearnHours | PlanEEPHours | LearnerFAM | lars_validity | Other | years | fires | why
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | | {lars} | | | yes | no minimum hours
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | {hours}1 | {lars} | | | no | recorded
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | EDF1 | {lars} | | | yes | another learner FAM
        {aim} | SOF107 | 2008-09-01 | 4 | 540 | 60 | | {lars} | | | no | a good grade
        {aim} | SOF107 | 2008-09-01 |   | 540 | 60 | | {lars} | | | no | no grade recorded
        {aim} | SOF107 | 2008-09-01 | NONE | 540 | 60 | | {lars} | | | yes | no GCSE taken
        {aim} | SOF107 | 2008-09-01 | 3 | 150 | | | {lars} | | | yes | 150 hours
        {aim} | SOF107 | 2008-09-01 | 3 | 100 | 49 | | {lars} | | | no | 149 hours
        {aim} | SOF107 | 2008-09-01 | 3 | 100 | 50 | | {lars} | | | yes | 150 hours together
        {aim} | SOF107 | 2008-09-01 | 3 | | | | {lars} | | | no | no hours planned
        {aim} | SOF107 | 2008-09-01 | 3 | | | | {
        lars
    } | AimType=1 ProgType=31 LearnStartDate=2025-09-01 PHours=150 | 2526 | yes | a T Level of 150 hours
        {aim} | SOF107 | 2008-09-01 | 3 | | | | {
        lars
    } | AimType=1 ProgType=31 LearnStartDate=2025-09-01 PHours=149 | 2526 | no | a T Level of 149 hours
        {aim} | SOF107 | 2008-09-01 | 3 | | | | {
        lars
    } | AimType=3 ProgType=31 LearnStartDate=2025-09-01 PHours=150 | 2526 | no | no programme aim
        {aim} | SOF107 | 2008-09-01 | 3 | | | | {
        lars
    } | AimType=1 ProgType=30 LearnStartDate=2025-09-01 PHours=150 | 2526 | no | a foundation year
        {aim} | SOF107 | 2008-09-01 | 3 | | | | {
        lars
    } | AimType=1 ProgType=31 LearnStartDate=2024-09-01 PHours=150; AimType=1 ProgType=31 LearnStartDate=2025-09-01 PHours=100 | 2526 | no | the latest T Level counts
        {aim} | SOF107 | 2008-09-01 | 3 | | | | {
        lars
    } | AimType=1 ProgType=31 LearnStartDate=2025-09-01 HRS=HRS2=150 | 2627 | yes | a T Level of 150 hours
        {aim} | SOF107 | 2008-09-01 | 3 | | | | {
        lars
    } | AimType=1 ProgType=31 LearnStartDate=2025-09-01 HRS=HRS2=149 | 2627 | no | a T Level of 149 hours
        {aim} | SOF107 | 2008-09-01 | 3 | | | | {
        lars
    } | AimType=1 ProgType=31 LearnStartDate=2025-09-01 HRS=HRS1=150 | 2627 | no | other hours
        {aim} | SOF107 | 2009-08-31 | 3 | 540 | 60 | | {lars} | | 2526 | yes | 16 on 31 August
        {aim} | SOF107 | 2009-09-01 | 3 | 540 | 60 | | {lars} | | 2526 | no | a day younger
        {aim} | SOF107 | 2010-08-31 | 3 | 540 | 60 | | {lars} | | 2627 | yes | 16 on 31 August
        {aim} | SOF107 | 2010-09-01 | 3 | 540 | 60 | | {lars} | | 2627 | no | a day younger
        {aim} | SOF107 | | 3 | 540 | 60 | | {lars} | | | no | age not known
        {aim} | SOF105 | 2008-09-01 | 3 | 540 | 60 | | {lars} | | | no | another source of funding
        35 | 2025-09-01 | 60000001 | SOF107 | 2008-09-01 | 3 | 540 | 60 | | {lars} | | | no | another funding model
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | | {other} | | | no | the aim does not meet the condition
        25 | 2025-09-01 | 60023995 | SOF107 LDM331 | 2008-09-01 | 3 | 540 | 60 | | {
        other
    } | | | yes | King's Trust TEAM programme
        25 | 2025-09-01 | 60023995 | SOF107 | 2008-09-01 | 3 | 540 | 60 | | {
        other
    } | | | no | its aim outside the programme
        {aim} | SOF107 LDM331 | 2008-09-01 | 3 | 540 | 60 | | {other} | | | no | its code on another aim
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | {exemption}1 | {lars} | | | no | exempt
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | {exemption}4 | {lars} | | | no | exempt for another reason
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | {exemption}5 | {
        lars
    } | | | yes | a pass in functional skills does not make up for a 3
        {aim} | SOF107 | 2008-09-01 | 2 | 540 | 60 | {exemption}5 | {lars} | | | no | but for a 2 it does
        {aim} | SOF107 | 2008-09-01 | D | 540 | 60 | {exemption}5 | {lars} | | | yes | nor for a D
        {aim} | SOF107 | 2008-09-01 | 2 | 540 | 60 | {exemption}6 | {lars} | | | yes | another code
        {aim} | SOF107 | 2008-09-01 | D | 540 | 60 | | {lars} | | | yes | a D
        {aim} | SOF107 | 2008-09-01 | C | 540 | 60 | | {lars} | | | no | a C is a good grade
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | {other_exemption}1 | {
        lars
    } | | | yes | exempt in the other subject only
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | | {
        lars
    } | ProgType=31 LearnStartDate=2022-07-31 | | no | a T Level from before August 2022
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | | {
        lars
    } | ProgType=31 LearnStartDate=2022-08-01 | | yes | a T Level since
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | | {
        lars
    } | ProgType=30 LearnStartDate=2022-07-31 | | yes | a foundation year
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | {exemption}2 | {lars} | | | no | exempt
        {aim} | SOF107 | 2008-09-01 | 3 | 540 | 60 | {exemption}3 | {lars} | | | no | exempt
        25 | 2025-09-01 | 60023995 | SOF107 LDM332 | 2008-09-01 | 3 | 540 | 60 | | {
        other
    } | | | no | another monitoring code
        {
        '''
        '''.join([*team, *grades])
    }
    """


minimum_hours("R_155", "English", "EngGrade", "ECF", "EMH", "EFAConFundEnglish")
minimum_hours("R_156", "maths", "MathGrade", "MCF", "MMH", "EFAConFundMaths")
