"""Boundary cases of achievement rates (publishing rules of the Department for Education, in our words), as learners of
real ILR files: what each year's return says of an aim, and what each year's rate has to make of it.

A case is ``(what its returns say, what each year makes of it)``. Returns are named by year, the last of the year, or
year and return. What a year makes of an aim is how it counts (``RESULTS``), the name of the clause that leaves it out,
or nothing where the year does not know it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.store.making import aim, fam

Case = tuple[dict[str, Any], dict[str, str]]
#: How an aim counts, and what the trail says of it.
RESULTS = {
    "achieved": "achieved", "completed": "completed without achievement", "left": "not achieved: withdrawn",
    "overdue": "not achieved: its planned end has passed, and no later return has it",
    "broken off": "not achieved: a break without a restart in time is a withdrawal",
}  # fmt: skip
RESTART = [fam("RES", "1")]
BREAK = {"CompStatus": 6, "Outcome": 3, "WithdrawReason": None}


def app(number: int = 1, start=date(2024, 9, 5), planned=date(2025, 9, 5), end=None, **values: Any) -> dict[str, Any]:
    """An apprenticeship on a standard; ended means withdrawn unless more is said."""
    status = {"CompStatus": 3, "Outcome": 3, "LearnActEndDate": end, "WithdrawReason": 3} if end else {}
    return aim(number, LearnStartDate=start, LearnPlanEndDate=planned, **{**status, **values})


def achieved(end: date, on: date | None = None, **values: Any) -> dict[str, Any]:
    return {"end": end, "CompStatus": 2, "Outcome": 1, "AchDate": on or end, "WithdrawReason": None, **values}


def course(**values: Any) -> dict[str, Any]:
    """An adult education aim of 2025-26 that was passed, unless more is said."""
    base = {
        "LearnAimRef": "60300002", "AimType": 4, "FundModel": 38, "ProgType": None, "StdCode": None, "CompStatus": 2,
        "Outcome": 1, "LearnPlanEndDate": date(2026, 6, 1), "LearnActEndDate": date(2026, 6, 1),
    }  # fmt: skip
    return aim(**{**base, **values})


def within(days: dict[str, int], **values: Any) -> dict[str, Any]:
    """An apprenticeship of 2025-26 that was planned for so many days and lasted so many."""
    start = date(2025, 9, 5)
    ends = {name: start + timedelta(count) for name, count in days.items()}
    return app(start=start, **ends, **values)


def _left(**values: Any) -> dict[str, Any]:
    return app(planned=date(2026, 7, 1), end=date(2026, 1, 1), **values)


def _moved(gap: int, **values: Any) -> list[dict[str, Any]]:
    end = date(2025, 10, 20)
    new = app(2, start=end + timedelta(gap), planned=date(2027, 12, 31), StdCode=106)
    return [app(planned=date(2026, 7, 1), end=end, WithdrawReason=40, **values), new]


CASES: dict[str, Case] = {
    # The hybrid end year: the latest of planned end, actual end, achievement and first report
    "worked": ({"2526": app(start=date(2024, 8, 1), planned=date(2026, 9, 6), **achieved(date(2026, 6, 29)))},
               {"2526": "other_year", "2627": "achieved"}),
    "lastday": ({"2526": app(planned=date(2026, 7, 31), end=date(2026, 7, 31))}, {"2526": "left"}),
    "dayafter": ({"2526": app(planned=date(2026, 8, 1), end=date(2026, 7, 31))},
                 {"2526": "other_year", "2627": "left"}),
    "leftlate": ({"2425": app(planned=date(2025, 7, 31)), "2526": app(planned=date(2025, 7, 31), end=date(2025, 8, 1))},
                 {"2425": "continuing", "2526": "left"}),
    "achlate": ({"2526": app(planned=date(2025, 7, 31), **achieved(date(2025, 7, 1), date(2025, 8, 1)))},
                {"2526": "achieved"}),
    "asslate": ({"2526": app(planned=date(2026, 7, 1), **achieved(date(2026, 7, 1), date(2026, 8, 1)))},
                {"2526": "other_year", "2627": "achieved"}),
    "fm81": ({"2526": app(planned=date(2025, 7, 31), FundModel=81, **achieved(date(2025, 9, 1), date(2026, 8, 1)))},
             {"2526": "achieved"}),
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
    "once": ({"2425": app(), "2526": app(3, **achieved(date(2025, 9, 1))),
              "2627": app(3, **achieved(date(2025, 9, 1)))},
             {"2425": "continuing", "2526": "achieved", "2627": "other_year"}),
    "otherstd": ({"2425": app(planned=date(2025, 7, 1)), "2526": app(**achieved(date(2025, 9, 1)), StdCode=106)},
                 {"2425": "continuing", "2526": "achieved overdue"}),
    "otherday": ({"2425": app(planned=date(2025, 7, 1)),
                  "2526": app(start=date(2024, 9, 6), **achieved(date(2025, 9, 1)))},
                 {"2425": "continuing", "2526": "achieved overdue"}),
    # Never heard of again
    "overdue": ({"2425": app(planned=date(2025, 7, 1))}, {"2425": "continuing", "2526": "overdue"}),
    "vanished": ({"2425": app(planned=date(2025, 9, 5))}, {"2425": "continuing", "2526": "vanished"}),
    # Awaiting the end-point assessment
    "waits": ({"2526": app(planned=date(2026, 3, 1), end=date(2026, 3, 1), CompStatus=1, Outcome=8,
                           WithdrawReason=None),
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
    # The qualifying period
    **{f"q{planned}in{lasted}": ({"2526": within({"planned": planned, "end": lasted})},
                                 {"2526": "left" if counts else "within_qualifying_period"})
       for planned, lasted, counts in (
           (300, 31, 0), (300, 41, 0), (300, 42, 1), (168, 41, 0), (168, 42, 1), (167, 41, 1), (167, 13, 0),
           (167, 14, 1), (14, 13, 0), (14, 14, 1), (13, 0, 1))},
    "qrestart": ({"2526": within({"planned": 300, "end": 31}, LearningDeliveryFAM=RESTART)}, {"2526": "left"}),
    "qachieved": ({"2526": app(start=date(2025, 9, 5), planned=date(2026, 7, 2), **achieved(date(2025, 10, 6)))},
                  {"2526": "achieved"}),
    "qworked31": ({"2425": app(end=date(2024, 10, 6))}, {"2425": "other_year", "2526": "within_qualifying_period"}),
    "qworked42": ({"2425": app(end=date(2024, 10, 17))}, {"2425": "other_year", "2526": "left"}),
    # Transfers and reasons
    "moved0": ({"2526": _moved(0), "2627": _moved(0)[1]},
               {"2526": "continuing transfer_same_provider", "2627": "continuing"}),
    "moved120": ({"2526": _moved(120), "2627": _moved(120)[1]},
               {"2526": "continuing transfer_same_provider", "2627": "continuing"}),
    "moved121": ({"2526": _moved(121), "2627": _moved(121)[1]},
               {"2526": "continuing left", "2627": "continuing"}),
    "movedearly": ({"2526": _moved(-1), "2627": _moved(-1)[1]},
               {"2526": "continuing left", "2627": "continuing"}),
    "movednone": ({"2526": _left(WithdrawReason=40)}, {"2526": "left"}),
    **{f"reason{reason}": ({"2526": _left(WithdrawReason=reason)}, {"2526": clause}) for reason, clause in (
        (7, "transfer_by_intervention"), (41, "transfer_by_intervention"), (47, "provider_merger"), (28, "custody"),
        (2, "left"), (3, "left"), (29, "left"), (97, "left"), (98, "left"))},
    # What has a rate
    "course": ({"2526": course()}, {"2526": "achieved"}),
    "failed": ({"2526": course(Outcome=3)}, {"2526": "completed"}),
    "partly": ({"2526": course(Outcome=2)}, {"2526": "completed"}),
    "young": ({"2526": course(FundModel=25, AimType=5)}, {"2526": "achieved"}),
    "unfunded": ({"2526": course(FundModel=99)}, {"2526": "not_funded_provision"}),
    "loan": ({"2526": course(FundModel=99, LearningDeliveryFAM=[fam("ADL", "1")])}, {"2526": "achieved"}),
    "bootcamp": ({"2526": course(FundModel=37, ProgType=32)}, {"2526": "not_funded_provision"}),
    "tailored": ({"2526": course(FundModel=11)}, {"2526": "tailored_learning"}),
    "esf": ({"2425": course(FundModel=70)}, {"2425": "european_social_fund"}),
    "workexp": ({"2526": course(LearnAimRef="ZWRKX001", FundModel=25)}, {"2526": "no_qualification"}),
    "tlevel": ({"2526": course(AimType=1, ProgType=31, FundModel=25)}, {"2526": "programme_of_education"}),
    "component": ({"2526": course(AimType=3, ProgType=25, FundModel=36)}, {"2526": "component_of_apprenticeship"}),
    "he": ({"2526": course(LearningDeliveryHE=[{
        "TYPEYR": 1, "MODESTUD": 1, "FUNDLEV": 20, "FUNDCOMP": 1, "YEARSTU": 1, "MSTUFEE": 2, "SPECFEE": 0}])},
           {"2526": "higher_education"}),
}  # fmt: skip
