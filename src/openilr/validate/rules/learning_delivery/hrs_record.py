"""HRSType, HRSCode and HRSAmount: the hours record, which took over from PHours, OTJActHours and AddHours in 2026-27.

HRS 1 planned off-the-job hours of an apprenticeship, 2 planned hours of a T Level, 3 actual off-the-job hours,
4 planned hours less prior learning, 5 size of a Tailored Learning course, 6 additional delivery hours.
"""

from collections.abc import Callable

from openilr.derive.codes import is_restart
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import HRSRecord, LearningDelivery
from openilr.validate.rule import Predicate, rule

#: LARS basic skills types of ESOL qualifications and units, as the published rule lists them.
ESOL = (36, 37, 38, 39, 40, 41, 42)


def has_hours(aim: Record, *codes: int) -> Expr:
    return aim.any(HRSRecord, lambda h: (h.HRSType == "HRS") & h.HRSCode.is_in(codes))


def is_hours(record: Record, *codes: int) -> Expr:
    return (record.HRSType == "HRS") & record.HRSCode.is_in(codes)


def days_planned(record: Record) -> Expr:
    """Days from the start to the planned end, both included; missing where the aim is to end before it starts."""
    days = record.LearnPlanEndDate - record.LearnStartDate + 1
    return days.only_if(days > 0)


def is_t_level(aim: Record) -> Expr:
    return (aim.FundModel == 25) & (aim.ProgType == 31)


def _too_few(id: str, condition: Predicate, least: int, cases: str) -> None:
    rule(
        id,
        HRSRecord,
        summary=f"Planned off-the-job hours of an apprenticeship (HRS 1) must be {least} or more.",
        message=f"HRS 1 is {{HRSAmount}} hours; the least for a start on {{LearnStartDate}} is {least}.",
        fix="Check the planned hours in the training plan and correct HRSAmount.",
        unless=(is_restart,),
        cases=cases,
    )(lambda h: condition(h) & (h.FundModel == 36) & is_hours(h, 1) & (h.HRSAmount < least))


@rule(
    "HRSAmount_01",
    HRSRecord,
    summary="Planned hours of a T Level programme (HRS 2) must be more than zero.",
    message="HRS 2 on the T Level programme aim is {HRSAmount}.",
    fix="Record the planned hours of the programme.",
    cases="""
        FundModel | ProgType | AimType | HRSType | HRSCode | HRSAmount | fires | why
        25        | 31       | 1       | HRS     | 2       | 0         | yes   | none planned
        25        | 31       | 1       | HRS     | 2       | 1         | no    | some planned
        25        | 31       | 1       | HRS     | 2       |           | no    | blank is the field definition's question
        25        | 31       | 3       | HRS     | 2       | 0         | no    | not the programme aim
        25        | 30       | 1       | HRS     | 2       | 0         | no    | not a T Level
        99        | 31       | 1       | HRS     | 2       | 0         | no    | another funding model
        25        | 31       | 1       | HRS     | 1       | 0         | no    | other hours
    """,
)
def t_level_without_planned_hours(h):
    return is_t_level(h) & (h.AimType == 1) & is_hours(h, 2) & (h.HRSAmount <= 0)


_too_few("HRSAmount_02", lambda h: h.LearnStartDate.between("2022-08-01", "2025-07-31"), 278, """
    LearnStartDate | FundModel | HRSType | HRSCode | HRSAmount | FAM  | fires | why
    2022-08-01     | 36        | HRS     | 1       | 277       |      | yes   | first day
    2022-07-31     | 36        | HRS     | 1       | 277       |      | no    | the day before
    2025-07-31     | 36        | HRS     | 1       | 277       |      | yes   | last day
    2025-08-01     | 36        | HRS     | 1       | 277       |      | no    | the day after: HRSAmount_03
    2024-09-01     | 36        | HRS     | 1       | 278       |      | no    | enough
    2024-09-01     | 36        | HRS     | 3       | 277       |      | no    | other hours
    2024-09-01     | 35        | HRS     | 1       | 277       |      | no    | another funding model
    2024-09-01     | 36        | HRS     | 1       | 277       | RES1 | no    | restart
""")  # fmt: skip
_too_few("HRSAmount_03", lambda h: h.LearnStartDate >= "2025-08-01", 187, """
    LearnStartDate | FundModel | HRSType | HRSCode | HRSAmount | FAM  | fires | why
    2025-08-01     | 36        | HRS     | 1       | 186       |      | yes   | first day
    2025-07-31     | 36        | HRS     | 1       | 186       |      | no    | the day before
    2026-09-01     | 36        | HRS     | 1       | 187       |      | no    | enough
    2026-09-01     | 36        | HRS     | 3       | 186       |      | no    | other hours
    2026-09-01     | 35        | HRS     | 1       | 186       |      | no    | another funding model
    2026-09-01     | 36        | HRS     | 1       | 186       | RES1 | no    | restart
""")  # fmt: skip


@rule(
    "HRSAmount_04",
    HRSRecord,
    summary="Additional delivery hours (HRS 6) can not come to more than 24 a day.",
    message="HRS 6 is {HRSAmount} hours over {days} days, more than 24 a day.",
    show={"days": days_planned},
    fix="Correct HRSAmount or the planned dates.",
    cases="""
        LearnStartDate | LearnPlanEndDate | HRSType | HRSCode | HRSAmount | fires | why
        2026-09-01     | 2026-09-03       | HRS     | 6       | 72        | no    | 24 a day over three days
        2026-09-01     | 2026-09-03       | HRS     | 6       | 73        | yes   | more than 24 a day
        2026-09-01     | 2026-09-01       | HRS     | 6       | 60        | no    | 60 hours are not more than 60
        2026-09-01     | 2026-09-01       | HRS     | 6       | 61        | yes   | 61 in one day
        2026-09-03     | 2026-09-01       | HRS     | 6       | 61        | no    | ends before it starts: another rule's question
        2026-09-02     | 2026-09-01       | HRS     | 6       | 61        | no    | no day between them
        2026-09-01     |                  | HRS     | 6       | 61        | no    | no planned end
        2026-09-01     | 2026-09-01       | HRS     | 5       | 61        | no    | other hours
    """,
)
def more_than_24_hours_a_day(h):
    return is_hours(h, 6) & (h.HRSAmount > 60) & (h.HRSAmount > days_planned(h) * 24)


@rule(
    "HRSAmount_05",
    HRSRecord,
    summary="Additional delivery hours (HRS 6) should not come to more than 35 a week.",
    message="HRS 6 is {HRSAmount} hours over {days} days, more than 35 a week.",
    show={"days": days_planned},
    fix="Check HRSAmount and the planned dates.",
    cases="""
        LearnStartDate | LearnPlanEndDate | HRSType | HRSCode | HRSAmount | fires | why
        2026-09-01     | 2026-09-14       | HRS     | 6       | 70        | no    | 35 a week over two weeks
        2026-09-01     | 2026-09-14       | HRS     | 6       | 71        | yes   | more than 35 a week
        2026-09-01     | 2026-09-07       | HRS     | 6       | 60        | no    | 60 hours are not more than 60
        2026-09-01     | 2026-09-07       | HRS     | 6       | 61        | yes   | 61 in a week
        2026-09-08     | 2026-09-01       | HRS     | 6       | 61        | no    | ends before it starts: another rule's question
        2026-09-02     | 2026-09-01       | HRS     | 6       | 61        | no    | no day between them
        2026-09-01     | 2026-09-01       | HRS     | 6       | 61        | yes   | 61 in one day
        2026-09-01     |                  | HRS     | 6       | 61        | no    | no planned end
        2026-09-01     | 2026-09-07       | HRS     | 1       | 61        | no    | other hours
    """,
)
def more_than_35_hours_a_week(h):
    return is_hours(h, 6) & (h.HRSAmount > 60) & (h.HRSAmount * 7 > days_planned(h) * 35)


@rule(
    "HRSAmount_06",
    HRSRecord,
    summary="Additional delivery hours (HRS 6) should not come to more than 9 a day.",
    message="HRS 6 is {HRSAmount} hours over {days} days, more than 9 a day.",
    show={"days": days_planned},
    fix="Check HRSAmount and the planned dates.",
    cases="""
        LearnStartDate | LearnPlanEndDate | HRSType | HRSCode | HRSAmount | fires | why
        2026-09-01     | 2026-09-02       | HRS     | 6       | 18        | no    | 9 a day
        2026-09-01     | 2026-09-02       | HRS     | 6       | 19        | yes   | more than 9 a day
        2026-09-01     | 2026-09-02       | HRS     | 6       | 47        | yes   | just under 24 a day
        2026-09-01     | 2026-09-02       | HRS     | 6       | 48        | no    | 24 a day: HRSAmount_04
        2026-09-01     | 2026-09-01       | HRS     | 6       | 10        | yes   | 10 in one day
        2026-09-02     | 2026-09-01       | HRS     | 6       | 10        | no    | no day between them
        2026-09-03     | 2026-09-01       | HRS     | 6       | 10        | no    | ends before it starts: another rule's question
        2026-09-01     | 2026-09-02       | HRS     | 3       | 19        | no    | other hours
    """,
)
def more_than_9_hours_a_day(h):
    days = days_planned(h)
    return is_hours(h, 6) & (h.HRSAmount > days * 9) & (h.HRSAmount < days * 24)


def _must_have(
    id: str, code: int, what: str, condition: Predicate, cases: str, unless: tuple[Predicate, ...] = ()
) -> None:
    rule(
        id,
        LearningDelivery,
        summary=f"{what} must be returned (HRS {code}).",
        message=f"The aim has no HRS {code} record.",
        fix=f"Add an hours record with HRSType HRS, HRSCode {code} and the hours.",
        unless=unless,
        cases=cases,
    )(lambda aim: condition(aim) & ~has_hours(aim, code))


_must_have("HRSType_01", 1, "Planned off-the-job hours of an apprenticeship",
           lambda a: (a.LearnStartDate >= "2019-08-01") & (a.FundModel == 36) & (a.AimType == 1), """
    LearnStartDate | FundModel | AimType | HRS      | fires | why
    2019-08-01     | 36        | 1       |          | yes   | first day
    2019-07-31     | 36        | 1       |          | no    | the day before
    2026-09-01     | 36        | 1       | HRS1=300 | no    | returned
    2026-09-01     | 36        | 1       | HRS3=300 | yes   | other hours only
    2026-09-01     | 36        | 3       |          | no    | a component aim
    2026-09-01     | 35        | 1       |          | no    | another funding model
""")  # fmt: skip
_must_have("HRSType_02", 2, "Planned hours of a funded T Level programme", lambda a: is_t_level(a) & (a.AimType == 1), """
    FundModel | ProgType | AimType | HRS       | fires | why
    25        | 31       | 1       |           | yes   | none
    25        | 31       | 1       | HRS2=1200 | no    | returned
    25        | 31       | 1       | HRS1=1200 | yes   | other hours only
    25        | 31       | 3       |           | no    | a component aim
    25        | 30       | 1       |           | no    | not a T Level
    99        | 31       | 1       |           | no    | not funded
""")  # fmt: skip
_must_have("HRSType_04", 2, "Planned hours of a T Level programme", lambda a: (a.ProgType == 31) & (a.AimType == 1), """
    FundModel | ProgType | AimType | HRS       | fires | why
    99        | 31       | 1       |           | yes   | whatever the funding
    25        | 31       | 1       | HRS1=1200 | yes   | other hours only
    25        | 31       | 1       | HRS2=1200 | no    | returned
    25        | 31       | 3       |           | no    | a component aim
    25        | 30       | 1       |           | no    | not a T Level
""")  # fmt: skip
_must_have("HRSType_06", 5, "The size of a Tailored Learning course", lambda a: a.FundModel == 11, """
    FundModel | HRS     | fires | why
    11        |         | yes   | none
    11        | HRS6=30 | yes   | other hours only
    11        | HRS5=30 | no    | returned
    10        |         | no    | another funding model
""")  # fmt: skip
_must_have("HRSType_08", 3, "Actual off-the-job hours of a completed apprenticeship",
           lambda a: (a.LearnStartDate >= "2019-08-01") & (a.FundModel == 36) & (a.AimType == 1) & (a.CompStatus == 2), """
    LearnStartDate | FundModel | AimType | CompStatus | HRS      | FAM  | fires | why
    2019-08-01     | 36        | 1       | 2          |          |      | yes   | first day
    2019-07-31     | 36        | 1       | 2          |          |      | no    | the day before
    2025-09-01     | 36        | 1       | 2          | HRS3=300 |      | no    | returned
    2025-09-01     | 36        | 1       | 2          | HRS1=300 |      | yes   | other hours only
    2025-09-01     | 36        | 1       | 1          |          |      | no    | continuing
    2025-09-01     | 36        | 3       | 2          |          |      | no    | a component aim
    2025-09-01     | 35        | 1       | 2          |          |      | no    | another funding model
    2025-09-01     | 36        | 1       | 2          |          | RES1 | no    | restart
""", (is_restart,))  # fmt: skip
_must_have("HRSType_09", 3, "Actual off-the-job hours of an apprenticeship that was left",
           lambda a: (a.LearnStartDate >= "2022-08-01") & (a.FundModel == 36) & (a.AimType == 1) & (a.CompStatus == 3), """
    LearnStartDate | FundModel | AimType | CompStatus | HRS      | FAM  | fires | why
    2022-08-01     | 36        | 1       | 3          |          |      | yes   | first day
    2022-07-31     | 36        | 1       | 3          |          |      | no    | the day before
    2025-09-01     | 36        | 1       | 3          | HRS1=300 |      | yes   | other hours only
    2025-09-01     | 36        | 1       | 3          | HRS3=300 |      | no    | returned
    2025-09-01     | 36        | 1       | 2          |          |      | no    | completed: HRSType_08
    2025-09-01     | 36        | 3       | 3          |          |      | no    | a component aim
    2025-09-01     | 35        | 1       | 3          |          |      | no    | another funding model
    2025-09-01     | 36        | 1       | 3          |          | RES1 | yes   | restarts are not excused here
""")  # fmt: skip


def _must_not_have(
    id: str, codes: tuple[int, ...], summary: str, condition: Callable[[Record], Expr], cases: str
) -> None:
    rule(
        id,
        HRSRecord,
        summary=summary,
        message="The aim has an HRS {HRSCode} record, with FundModel {FundModel}, ProgType {ProgType} and AimType {AimType}.",
        fix="Remove the hours record, or correct the aim's funding or programme.",
        cases=cases,
    )(lambda h: is_hours(h, *codes) & condition(h))


_must_not_have("HRSType_05", (2,), "Study programmes that are no T Level have no planned T Level hours (HRS 2).",
               lambda h: (h.FundModel == 25) & (h.ProgType != 31), """
    FundModel | ProgType | HRSType | HRSCode | fires | why
    25        |          | HRS     | 2       | yes   | no programme type
    25        | 24       | HRS     | 2       | yes   | another programme type
    25        | 31       | HRS     | 2       | no    | a T Level
    36        | 25       | HRS     | 2       | no    | another funding model: HRSType_14
    25        |          | HRS     | 1       | no    | other hours
""")  # fmt: skip
_must_not_have("HRSType_07", (3,), "Actual off-the-job hours (HRS 3) belong on the programme aim.", lambda h: h.AimType != 1, """
    AimType | HRSType | HRSCode | fires | why
    3       | HRS     | 3       | yes   | a component aim
            | HRS     | 3       | yes   | aim type blank
    1       | HRS     | 3       | no    | the programme aim
    3       | HRS     | 1       | no    | other hours
""")  # fmt: skip
_must_not_have("HRSType_10", (6,), "Additional delivery hours (HRS 6) belong to adult skills or other adult funding.",
               lambda h: ~h.FundModel.is_in(35, 38, 81), """
    FundModel | HRSType | HRSCode | fires | why
    36        | HRS     | 6       | yes   | an apprenticeship
              | HRS     | 6       | yes   | funding model blank
    35        | HRS     | 6       | no    | adult skills
    38        | HRS     | 6       | no    | Adult Skills Fund
    81        | HRS     | 6       | no    | other adult
    36        | HRS     | 1       | no    | other hours
""")  # fmt: skip


@rule(
    "HRSType_11",
    HRSRecord,
    summary="Additional delivery hours (HRS 6) are for ESOL qualifications and units only.",
    message="The aim {LearnAimRef} has HRS 6, but LARS does not call it ESOL on {LearnStartDate}.",
    fix="Remove the hours record, or correct LearnAimRef.",
    cases="""
        LearnStartDate | HRSType | HRSCode | lars_annual_value                                             | fires | why
        2026-09-01     | HRS     | 6       | BasicSkillsType=36 EffectiveFrom=2015-08-01                          | no  | ESOL
        2026-09-01     | HRS     | 6       | BasicSkillsType=42 EffectiveFrom=2015-08-01                          | no  | ESOL
        2026-09-01     | HRS     | 6       | BasicSkillsType=1 EffectiveFrom=2015-08-01                           | yes | other basic skills
        2026-09-01     | HRS     | 6       |                                                               | yes   | not in LARS
        2026-09-01     | HRS     | 6       | BasicSkillsType=36 EffectiveFrom=2015-08-01 EffectiveTo=2026-08-31   | yes | ended the day before
        2026-09-01     | HRS     | 6       | BasicSkillsType=36 EffectiveFrom=2015-08-01 EffectiveTo=2026-09-01   | no  | last day
        2026-09-01     | HRS     | 6       | BasicSkillsType=36 EffectiveFrom=2026-09-02                          | yes | begins the day after
        2026-09-01     | HRS     | 6       | BasicSkillsType=36 EffectiveFrom=2026-09-01                          | no  | begins on the very day
        2026-09-01     | HRS     | 1       | BasicSkillsType=1 EffectiveFrom=2015-08-01                           | no  | other hours
    """,
)
def additional_hours_outside_esol(h):
    esol = h.any(
        "lars_annual_value",
        lambda v: (
            v.BasicSkillsType.is_in(ESOL)
            & (v.EffectiveFrom <= h.LearnStartDate)
            & (v.EffectiveTo.missing | (h.LearnStartDate <= v.EffectiveTo))
        ),
        same={"LearnAimRef": h.LearnAimRef},
    )
    return is_hours(h, 6) & ~esol


_must_not_have("HRSType_12", (1, 3, 4, 5, 6), "T Level aims have planned T Level hours (HRS 2) only.", is_t_level, """
    FundModel | ProgType | HRSType | HRSCode | fires | why
    25        | 31       | HRS     | 1       | yes   | off the job, planned
    25        | 31       | HRS     | 3       | yes   | off the job, actual
    25        | 31       | HRS     | 4       | yes   | less prior learning
    25        | 31       | HRS     | 5       | yes   | tailored learning
    25        | 31       | HRS     | 6       | yes   | additional delivery
    25        | 31       | HRS     | 2       | no    | T Level hours
    99        | 31       | HRS     | 1       | no    | not funded
    25        | 30       | HRS     | 1       | no    | not a T Level
""")  # fmt: skip
_must_not_have("HRSType_13", (1, 3, 4), "Off-the-job hours (HRS 1, 3, 4) belong to apprenticeships.", lambda h: h.FundModel != 36, """
    FundModel | HRSType | HRSCode | fires | why
    35        | HRS     | 1       | yes   | adult skills
              | HRS     | 3       | yes   | funding model blank
    25        | HRS     | 4       | yes   | 16 to 19
    36        | HRS     | 1       | no    | an apprenticeship
    35        | HRS     | 6       | no    | other hours
""")  # fmt: skip
_must_not_have("HRSType_14", (2, 5, 6), "Apprenticeships have off-the-job hours only (no HRS 2, 5 or 6).", lambda h: h.FundModel == 36, """
    FundModel | HRSType | HRSCode | fires | why
    36        | HRS     | 2       | yes   | T Level hours
    36        | HRS     | 5       | yes   | tailored learning
    36        | HRS     | 6       | yes   | additional delivery
    36        | HRS     | 1       | no    | off the job
    25        | HRS     | 2       | no    | another funding model
""")  # fmt: skip
_must_not_have("HRSType_15", (5,), "The size of a course (HRS 5) belongs to Tailored Learning.", lambda h: h.FundModel != 11, """
    FundModel | HRSType | HRSCode | fires | why
    10        | HRS     | 5       | yes   | community learning
              | HRS     | 5       | yes   | funding model blank
    11        | HRS     | 5       | no    | Tailored Learning
    10        | HRS     | 6       | no    | other hours
""")  # fmt: skip
_must_not_have("HRSType_16", (1, 2, 3, 4, 6), "Tailored Learning has the size of the course (HRS 5) only.", lambda h: h.FundModel == 11, """
    FundModel | HRSType | HRSCode | fires | why
    11        | HRS     | 1       | yes   | off the job, planned
    11        | HRS     | 2       | yes   | T Level hours
    11        | HRS     | 3       | yes   | off the job, actual
    11        | HRS     | 4       | yes   | less prior learning
    11        | HRS     | 6       | yes   | additional delivery
    11        | HRS     | 5       | no    | the size of the course
    10        | HRS     | 1       | no    | another funding model
""")  # fmt: skip
_must_not_have("HRSType_17", (1, 2, 3, 4, 5), "Adult skills has additional delivery hours (HRS 6) only.",
               lambda h: h.FundModel.is_in(35, 38, 81), """
    FundModel | HRSType | HRSCode | fires | why
    35        | HRS     | 1       | yes   | off the job, planned
    38        | HRS     | 2       | yes   | T Level hours
    81        | HRS     | 3       | yes   | off the job, actual
    35        | HRS     | 4       | yes   | less prior learning
    35        | HRS     | 5       | yes   | tailored learning
    35        | HRS     | 6       | no    | additional delivery
    36        | HRS     | 1       | no    | another funding model
""")  # fmt: skip


@rule(
    "HRSType_18",
    HRSRecord,
    summary="Each kind of hours may stand once on an aim.",
    message="HRSCode {HRSCode} stands more than once on the aim.",
    fix="Keep one record of this code.",
    cases="""
        HRSType | HRSCode | HRS      | fires | why
        HRS     | 1       | HRS1=300 | yes   | twice
        HRS     | 1       | HRS3=300 | no    | different codes
        HRS     | 1       |          | no    | once
    """,
)
def code_repeated(h):
    return h.HRSCode.known & h.any(HRSRecord, same=["HRSCode"], other=True)
