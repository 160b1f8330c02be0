"""Boundary cases of achievement rates (publishing rules of the Department for Education, in our words), as learners of
real ILR files: what each year's return says of an aim, and what each year's rate has to make of it.

A case is ``(what its returns say, what each year makes of it)``. Returns are named by year (its last), by year and
return, or by year and another provider. They say one aim, several, or several and fields of the learner. What a year
makes of an aim is how it counts (``RESULTS``), the name of the clause that leaves it out, or nothing where the year
does not know it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from openilr.synth.numbers import employer_id
from tests.store.making import aim, fam

Case = tuple[dict[str, Any], dict[str, str]]
Aims = list[dict[str, Any]]
#: How an aim counts, and what the trail says of it.
RESULTS = {
    "achieved": "achieved", "completed": "completed without achievement", "left": "not achieved: withdrawn",
    "late": "not in time: it ended over 90 days late",
    "overdue": "not achieved: its planned end has passed, and no later return has it",
    "unfinished": "not achieved: it goes on",
    "broken off": "not achieved: a break without a restart in time is a withdrawal",
}  # fmt: skip
RESTART = [fam("RES", "1")]
BREAK = {"CompStatus": 6, "Outcome": 3, "WithdrawReason": None}
LEFT = {"CompStatus": 3, "Outcome": 3, "WithdrawReason": 3}
BEFORE_MAY_2017 = {"start": date(2017, 4, 1), "planned": date(2025, 7, 31), "FundModel": 81}


def app(number: int = 1, start=date(2024, 9, 5), planned=date(2025, 9, 5), end=None, **values: Any) -> dict[str, Any]:
    """An apprenticeship on a standard; ended means withdrawn unless more is said."""
    status = {"CompStatus": 3, "Outcome": 3, "LearnActEndDate": end, "WithdrawReason": 3} if end else {}
    return aim(number, LearnStartDate=start, LearnPlanEndDate=planned, **{**status, **values})


def achieved(end: date, on: date | None = None, **values: Any) -> dict[str, Any]:
    """The assessment comes a week after the end of learning, unless a day is given."""
    on = on or end + timedelta(7)
    return {"end": end, "CompStatus": 2, "Outcome": 1, "AchDate": on, "WithdrawReason": None, **values}


def course(**values: Any) -> dict[str, Any]:
    """An adult education aim of 2025-26 that was passed, unless more is said."""
    base = {
        "LearnAimRef": "60300002", "AimType": 4, "FundModel": 38, "ProgType": None, "StdCode": None, "CompStatus": 2,
        "Outcome": 1, "LearnPlanEndDate": date(2026, 6, 1), "LearnActEndDate": date(2026, 6, 1),
    }  # fmt: skip
    return aim(**{**base, **values})


def waiting(end: date, **values: Any) -> dict[str, Any]:
    """An apprenticeship whose learning has ended and whose assessment is still to come."""
    return app(end=end, CompStatus=1, Outcome=8, WithdrawReason=None, **values)


def left_after(planned: int, lasted: int, **values: Any) -> dict[str, Any]:
    """An aim of 2025-26 that was planned for so many days and left after so many: an apprenticeship where one may be
    as short as that, else a course."""
    start = date(2025, 9, 5)
    plan, end = start + timedelta(planned), start + timedelta(lasted)
    if planned >= 300:
        return app(start=start, planned=plan, end=end, **values)
    return course(LearnStartDate=start, LearnPlanEndDate=plan, LearnActEndDate=end, **LEFT, **values)


def _left(**values: Any) -> dict[str, Any]:
    return app(planned=date(2026, 7, 1), end=date(2026, 1, 1), **values)


def _swapped(gap: int) -> list[dict[str, Any]]:
    """A course that was left for another with the provider."""
    end = date(2025, 11, 20)
    other = {"LearnAimRef": "60300003", "LearnStartDate": end + timedelta(gap)}
    return [course(LearnActEndDate=end, **{**LEFT, "WithdrawReason": 40}), course(AimSeqNumber=2, **other)]


def _moved(gap: int, **values: Any) -> list[dict[str, Any]]:
    end = date(2025, 10, 20)
    new = app(2, start=end + timedelta(gap), planned=date(2027, 12, 31), StdCode=106)
    return [app(planned=date(2026, 7, 1), end=end, WithdrawReason=40, **values), new]


def _alike(number: int, month: int, end: date | None = None, *, year: int = 2025, **values: Any) -> dict[str, Any]:
    """One of two courses with the same aim and start."""
    ended = {"LearnActEndDate": end} if end else {"LearnActEndDate": None, "CompStatus": 1, "Outcome": None}
    dates = {"LearnStartDate": date(2024, 9, 2), "LearnPlanEndDate": date(year, month, 1)}
    return course(**{"AimSeqNumber": number, **dates, **ended, **values})


def _for_a_job(outcome: int | None) -> dict[str, Any]:
    dates = {"LearnStartDate": date(2020, 9, 1), "LearnPlanEndDate": date(2021, 6, 1)}
    return course(**dates, LearnActEndDate=date(2021, 1, 1), FundModel=35, EmpOutcome=outcome, **LEFT)


def said_in(name: str, ref: str) -> tuple[Aims, dict[str, Any]] | None:
    """What a return, such as ``2526 R14`` or ``2425 90000001``, says of a case: aims, and fields of the learner."""
    for key, value in CASES[ref][0].items():
        if (key if " " in key else f"{key} R14") == name:
            aims, fields = value if isinstance(value, tuple) else (value, {})
            return aims if isinstance(aims, list) else [aims], fields
    return None


CASES: dict[str, Case] = {
    # The hybrid end year: the latest of planned end, actual end, achievement and first report
    "worked": ({"2526": app(start=date(2024, 8, 1), planned=date(2026, 9, 6), **achieved(date(2026, 6, 29)))},
               {"2526": "other_year", "2627": "achieved"}),
    "lastday": ({"2526": app(planned=date(2026, 7, 31), end=date(2026, 7, 31))}, {"2526": "left"}),
    "dayafter": ({"2526": app(planned=date(2026, 8, 1), end=date(2026, 7, 31))},
                 {"2526": "other_year", "2627": "left"}),
    "leftlate": ({"2425": app(start=date(2024, 7, 1), planned=date(2025, 7, 31)),
                  "2526": app(start=date(2024, 7, 1), planned=date(2025, 7, 31), end=date(2025, 8, 1))},
                 {"2425": "continuing", "2526": "left"}),
    "achlate": ({"2425": waiting(date(2025, 7, 15), start=date(2024, 7, 1), planned=date(2025, 7, 31)),
                 "2526": app(start=date(2024, 7, 1), planned=date(2025, 7, 31),
                             **achieved(date(2025, 7, 15), date(2025, 8, 1)))},
                {"2425": "awaiting_assessment", "2526": "achieved"}),
    "asslate": ({"2526": waiting(date(2026, 7, 1), planned=date(2026, 7, 1)),
                 "2627": app(planned=date(2026, 7, 1), **achieved(date(2026, 7, 1), date(2026, 8, 1)))},
                {"2526": "awaiting_assessment", "2627": "achieved"}),
    "fm81": ({"2425": waiting(date(2025, 7, 15), **BEFORE_MAY_2017),
              "2526": app(**BEFORE_MAY_2017, **achieved(date(2025, 7, 15), date(2025, 8, 1)))},
             {"2425": "awaiting_assessment", "2526": "other_year"}),
    "goeson": ({"2526": app(planned=date(2027, 7, 1)), "2627": app(planned=date(2027, 7, 1))},
               {"2526": "continuing", "2627": "continuing"}),
    # Reported late: the last return up to R04 of the next year catches what the final return missed
    "caught": ({"2526": app(planned=date(2026, 6, 1)), "2627 R04": app(planned=date(2026, 6, 1), end=date(2026, 7, 1))},
               {"2526": "left"}),
    "missed": ({"2526": app(planned=date(2026, 6, 1)), "2627": app(planned=date(2026, 6, 1), end=date(2026, 7, 1))},
               {"2526": "continuing", "2627": "left"}),
    "endafter": ({"2526": app(planned=date(2026, 6, 1)),
                  "2627 R04": app(planned=date(2026, 6, 1), end=date(2026, 8, 1)),
                  "2627": app(planned=date(2026, 6, 1), end=date(2026, 8, 1))},
                 {"2526": "other_year", "2627": "left"}),
    "newlate": ({"2627 R04": app(planned=date(2026, 6, 1), end=date(2026, 7, 1)),
                 "2627": app(planned=date(2026, 6, 1), end=date(2026, 7, 1))}, {"2627": "left"}),
    # Matching over years
    "once": ({"2425": app(), "2526": app(3, **achieved(date(2025, 9, 10))),
              "2627": app(3, **achieved(date(2025, 9, 10)))},
             {"2425": "continuing", "2526": "achieved", "2627": "other_year"}),
    "otherstd": ({"2425": app(planned=date(2025, 7, 1)), "2526": app(**achieved(date(2025, 9, 10)), StdCode=106)},
                 {"2425": "continuing", "2526": "achieved overdue"}),
    "otherday": ({"2425": app(planned=date(2025, 7, 1)),
                  "2526": app(start=date(2024, 9, 6), planned=date(2025, 9, 6), **achieved(date(2025, 9, 10)))},
                 {"2425": "continuing", "2526": "achieved overdue"}),
    "nouln": ({"2425": ([app()], {"ULN": 9999999999}), "2526": app(**achieved(date(2025, 9, 10)))},
              {"2425": "continuing", "2526": "achieved"}),
    "alike": ({"2425": [_alike(1, 10), _alike(2, 12)],
               "2526": [_alike(1, 12, end=date(2025, 11, 20)), _alike(2, 10, end=date(2025, 10, 2), **LEFT)]},
              {"2425": "continuing continuing", "2526": "achieved left"}),
    # Of one learner: told apart by the actual end where planned ends have changed, and by nothing but order at last
    "alikeend": ({"2526": [_alike(1, 3, end=date(2026, 2, 10), year=2026), _alike(2, 5, year=2026)],
                  "2627": [_alike(1, 6, end=date(2026, 7, 10), year=2026, **LEFT),
                           _alike(2, 4, end=date(2026, 2, 10), year=2026)]},
                 {"2526": "achieved continuing", "2627": "left other_year"}),
    "alikesame": ({"2526": [_alike(1, 3, end=date(2026, 2, 10), year=2026), _alike(2, 5, year=2026)],
                   "2627": [_alike(1, 5, end=date(2026, 9, 10), year=2026),
                            _alike(2, 3, end=date(2026, 2, 10), year=2026)]},
                  {"2526": "achieved continuing", "2627": "achieved other_year"}),
    "newplan": ({"2425": app(planned=date(2025, 7, 1)),
                 "2526": app(planned=date(2026, 5, 1), **achieved(date(2026, 4, 1)))},
                {"2425": "continuing", "2526": "achieved"}),
    "corrected": ({"2526": app(planned=date(2026, 6, 1), end=date(2026, 1, 15)),
                   "2627": app(planned=date(2026, 6, 1), **achieved(date(2026, 5, 20)))},
                  {"2526": "left", "2627": "other_year"}),
    "merged": ({"2425 90000002": app(), "2526": ([app(**achieved(date(2025, 9, 10)))], {"PMUKPRN": 90000002})},
               {"2425": "continuing", "2526": "achieved"}),
    # Never heard of again
    "overdue": ({"2425": app(planned=date(2025, 7, 1))}, {"2425": "continuing", "2526": "overdue"}),
    "vanished": ({"2425": app(planned=date(2025, 9, 5))}, {"2425": "continuing", "2526": "vanished"}),
    # Awaiting the end-point assessment
    "waits": ({"2526": waiting(date(2026, 3, 1), planned=date(2026, 3, 1)),
               "2627": app(planned=date(2026, 3, 1), **achieved(date(2026, 3, 1), date(2026, 9, 20)))},
              {"2526": "awaiting_assessment", "2627": "achieved"}),
    # Planned breaks
    "onbreak": ({"2526": app(planned=date(2026, 9, 5), end=date(2026, 1, 10), **BREAK),
                 "2627": app(planned=date(2026, 9, 5), end=date(2026, 1, 10), **BREAK)},
                {"2526": "planned_break", "2627": "planned_break"}),
    "restarts": ({"2526": [app(end=date(2026, 1, 10), **BREAK), app(2, start=date(2026, 3, 1), planned=date(2028, 1, 1),
                                                                    LearningDeliveryFAM=RESTART)],
                  "2627": app(2, start=date(2026, 3, 1), planned=date(2028, 1, 1), LearningDeliveryFAM=RESTART)},
                 {"2526": "continuing planned_break", "2627": "continuing"}),
    "otherprog": ({"2526": [app(end=date(2026, 1, 10), **BREAK),
                            app(2, start=date(2026, 3, 1), planned=date(2028, 1, 1), StdCode=106,
                                LearningDeliveryFAM=RESTART)],
                   "2627": app(2, start=date(2026, 3, 1), planned=date(2028, 1, 1), StdCode=106,
                               LearningDeliveryFAM=RESTART)},
                  {"2526": "continuing planned_break", "2627": "broken off continuing"}),
    "gone": ({"2425": app(end=date(2025, 1, 10), **BREAK)}, {"2425": "planned_break", "2526": "broken off"}),
    "comesback": ({"2425": app(end=date(2025, 1, 10), **BREAK),
                   "2526": app(2, start=date(2025, 9, 1), planned=date(2028, 1, 1), LearningDeliveryFAM=RESTART),
                   "2627": app(2, start=date(2025, 9, 1), planned=date(2028, 1, 1), LearningDeliveryFAM=RESTART)},
                  {"2425": "planned_break", "2526": "continuing planned_break", "2627": "continuing"}),
    "toolate": ({"2425": app(end=date(2025, 1, 10), **BREAK),
                 "2627": app(2, start=date(2026, 9, 1), planned=date(2028, 1, 1), LearningDeliveryFAM=RESTART)},
                {"2425": "planned_break", "2526": "broken off", "2627": "continuing"}),
    # Before 2024-25 a break had two years
    "oldbreak": ({"1819": app(start=date(2017, 9, 5), planned=date(2018, 9, 5), end=date(2018, 9, 1), **BREAK)},
                 {"1819": "planned_break", "2021": "broken off"}),
    # The qualifying period
    **{f"q{planned}in{lasted}": ({"2526": left_after(planned, lasted)},
                                 {"2526": "left" if counts else "within_qualifying_period"})
       for planned, lasted, counts in (
           (300, 31, 0), (300, 41, 0), (300, 42, 1), (168, 41, 0), (168, 42, 1), (167, 41, 1), (167, 13, 0),
           (167, 14, 1), (14, 13, 0), (14, 14, 1), (13, 0, 1))},
    "qrestart": ({"2526": left_after(300, 31, LearningDeliveryFAM=RESTART)}, {"2526": "left"}),
    "qachieved": ({"2526": course(LearnPlanEndDate=date(2026, 7, 2), LearnActEndDate=date(2025, 10, 2))},
                  {"2526": "achieved"}),
    "qworked31": ({"2425": app(end=date(2024, 10, 6))}, {"2425": "other_year", "2526": "within_qualifying_period"}),
    "qworked42": ({"2425": app(end=date(2024, 10, 17))}, {"2425": "other_year", "2526": "left"}),
    # Transfers and reasons
    "moved0": ({"2526": _swapped(0)}, {"2526": "achieved transfer_same_provider"}),
    "moved120": ({"2526": _moved(120), "2627": _moved(120)[1]},
               {"2526": "continuing transfer_same_provider", "2627": "continuing"}),
    "moved121": ({"2526": _moved(121), "2627": _moved(121)[1]},
               {"2526": "continuing left", "2627": "continuing"}),
    "movedearly": ({"2526": _swapped(-1)}, {"2526": "achieved left"}),
    "movedaway": ({"2526": _left(WithdrawReason=40), "2526 90000001": app(start=date(2026, 1, 15),
                                                                          planned=date(2027, 7, 1))},
                  {"2526": "continuing left"}),
    "movednone": ({"2526": _left(WithdrawReason=40)}, {"2526": "left"}),
    **{f"reason{reason}": ({"2526": _left(WithdrawReason=reason)}, {"2526": clause}) for reason, clause in (
        (7, "transfer_by_intervention"), (41, "transfer_by_intervention"), (47, "provider_merger"), (2, "left"),
        (3, "left"), (29, "left"), (97, "left"), (98, "left"))},
    "reason28": ({"2526": _left(start=date(2022, 7, 1), WithdrawReason=28)}, {"2526": "custody"}),
    # Unemployed at the start, and left for a job (reported until 2020-21)
    **{f"job{status}{outcome}{days}": ({"2021": ([_for_a_job(outcome)], {"LearnerEmploymentStatus": [
            {"EmpStat": status, "DateEmpStatApp": date(2020, 9, 1) + timedelta(days)}]})}, {"2021": clause})
       for status, outcome, days, clause in (
           (11, 1, 0, "left_for_job"), (12, 2, 0, "left_for_job"), (10, 1, 0, "left"), (11, None, 0, "left"),
           (11, 3, 0, "left"), (12, 2, 1, "left"))},
    # In time: up to 90 days after the planned end
    **{f"timely{late}": ({"2526": course(LearnStartDate=date(2025, 9, 1), LearnPlanEndDate=date(2026, 3, 1),
                                         LearnActEndDate=date(2026, 3, 1) + timedelta(late))}, {"2526": "achieved"})
       for late in (90, 91)},
    # What has a rate
    **{f"pilot{code}": ({"2425": course(LearnStartDate=date(2024, 9, 2), LearnPlanEndDate=date(2025, 6, 1),
                                         LearnActEndDate=date(2025, 6, 1), LearningDeliveryFAM=[fam("LDM", code)])},
                        {"2425": clause})
       for code, clause in (("395", "pilot"), ("391", "achieved"))},
    # A framework: no assessment after the end of learning, so the achievement date moves nothing
    "framework": ({"2021": app(start=date(2019, 9, 2), planned=date(2021, 7, 1), ProgType=3, StdCode=None,
                               FworkCode=403, PwayCode=1, **achieved(date(2021, 7, 20), date(2021, 8, 3)))},
                  {"2021": "achieved"}),
    "trainee": ({"2021": course(ProgType=24, FundModel=25, AimType=5, LearnStartDate=date(2020, 9, 1))},
                {"2021": "traineeship"}),
    "course": ({"2526": course()}, {"2526": "achieved"}),
    "failed": ({"2526": course(Outcome=3)}, {"2526": "completed"}),
    "partly": ({"2526": course(Outcome=2)}, {"2526": "completed"}),
    "young": ({"2526": course(FundModel=25, AimType=5)}, {"2526": "achieved"}),
    "unfunded": ({"2526": course(FundModel=99)}, {"2526": "not_funded_provision"}),
    "loan": ({"2526": course(FundModel=99, LearningDeliveryFAM=[fam("ADL", "1")])}, {"2526": "achieved"}),
    "bootcamp": ({"2526": [course(AimSeqNumber=number, FundModel=37, ProgType=32, AimType=kind, LearnAimRef=ref,
                                  ConRefNumber="SBC-999999-D1", LearnActEndDate=None, CompStatus=1, Outcome=None)
                           for number, kind, ref in ((1, 1, "ZPROG001"), (2, 3, "ZBOOT001"))]},
                 {"2526": "not_funded_provision not_funded_provision"}),
    "tailored": ({"2526": course(FundModel=11)}, {"2526": "tailored_learning"}),
    "esf": ({"2425": course(FundModel=70)}, {"2425": "european_social_fund"}),
    "workexp": ({"2526": [course(LearnAimRef="ZWRKX001", FundModel=25, LearningDeliveryWorkPlacement=[{
                    "WorkPlaceStartDate": date(2026, 1, 5), "WorkPlaceMode": 1, "WorkPlaceHours": 30,
                    "WorkPlaceEmpId": employer_id(0), "WorkPlaceEndDate": date(2026, 1, 9)}]),
                    course(AimSeqNumber=2, AimType=5, FundModel=25)]}, {"2526": "achieved no_qualification"}),
    "programme": ({"2526": [course(AimType=1, ProgType=30, FundModel=25, LearnAimRef="ZPROG001"),
                            course(AimSeqNumber=2, AimType=5, ProgType=30, FundModel=25, LearnAimRef="ZTPR0001")]},
                  {"2526": "achieved programme_of_education"}),
    "he": ({"2526": ([course(LearningDeliveryHE=[{
        "NUMHUS": "0000000001", "QUALENT3": "P50", "SOC": 4159, "SEC": 9, "TYPEYR": 1, "MODESTUD": 1, "FUNDLEV": 20,
        "FUNDCOMP": 1, "STULOAD": 100, "YEARSTU": 1, "MSTUFEE": 1, "PCFLDCS": 100, "SPECFEE": 0, "NETFEE": 6000,
        "GROSSFEE": 6000, "PERMADDCOUNTRY": "XF", "DOMICILE": "XF", "ELQ": 3}])], {"LearnerHE": [{"TTACCOM": 5}]})},
           {"2526": "higher_education"}),
}  # fmt: skip
