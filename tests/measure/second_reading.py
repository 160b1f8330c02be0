"""A second reading of four measures: slow, one record after another, from the definitions, and with none of our code.

Records are dictionaries as the national views hold them; a store gives them with ``records``.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

APP = {2, 3, 20, 21, 22, 23, 25}


def records(store):
    connection = store.connect()
    fams = defaultdict(set)
    for f in connection.table("learning_delivery_fam").to_polars().iter_rows(named=True):
        fams[f["year"], f["return"], f["ukprn"], f["parent"]].update(
            (f["LearnDelFAMType"], f["LearnDelFAMType"] + str(f["LearnDelFAMCode"]))
        )
    he = {(r["year"], r["return"], r["ukprn"], r["parent"])
          for r in connection.table("learning_delivery_he").to_polars().iter_rows(named=True)}  # fmt: skip
    for aim in connection.table("learning_delivery").to_polars().iter_rows(named=True):
        place = aim["year"], aim["return"], aim["ukprn"], aim["row"]
        yield {**aim, "fams": fams[place], "he": place in he, "y": 2000 + int(aim["year"][:2])}


def is_app(a):
    return a["ProgType"] in APP and a["FundModel"] in (35, 36, 81)


def is_adult(a):
    funded = a["FundModel"] in (10, 11, 35, 38, 81) or (a["FundModel"] == 99 and "ADL" in a["fams"])
    return funded and not is_app(a)


def too_short(a):
    if a["LearnActEndDate"] is None or a["Outcome"] == 1:
        return False
    planned = (a["LearnPlanEndDate"] - a["LearnStartDate"]).days if a["LearnPlanEndDate"] else 999
    needed = 0 if planned < 14 else 14 if planned < 168 else 42
    return (a["LearnActEndDate"] - a["LearnStartDate"]).days < needed


def participation(aims, first, last):
    people = set()
    for a in aims:
        if not (is_app(a) or is_adult(a)) or a["age_aug31"] is None or a["age_aug31"] < 19:
            continue
        if a["LearnStartDate"] <= last and (a["LearnActEndDate"] is None or a["LearnActEndDate"] >= first):
            people.add(a["person_key"])
    return len(people)


def starts(aims, first, last):
    return sum(
        is_app(a) and a["AimType"] == 1 and first <= a["LearnStartDate"] <= last and not too_short(a)
        and "RES" not in a["fams"]
        for a in aims
    )  # fmt: skip


def achievements(aims, first, last):
    found = 0
    for a in aims:
        on = a["AchDate"] or a["LearnActEndDate"]
        found += is_app(a) and a["AimType"] == 1 and a["Outcome"] == 1 and on is not None and first <= on <= last
    return found


def academic(day):
    return None if day is None else day.year - (day.month < 8)


def has_rate(a):
    if a["fams"] & {"LDM348", "LDM351", "LDM359", "LDM384", "LDM395", "LDM396"}:
        return False
    if is_app(a):
        return a["AimType"] == 1
    funded = is_adult(a) or a["FundModel"] in (25, 82)
    return (
        funded and a["FundModel"] not in (10, 11) and a["ProgType"] != 24 and a["AimType"] != 1 and not a["he"]
        and not a["LearnAimRef"].upper().startswith(("ZWRKX", "ZESF", "ZPROG", "ZVOC"))
    )  # fmt: skip


def rates(everything, year):
    """(leavers, completers, achievers) of a year; merged providers and missing ULNs are not read here."""
    everything = list(everything)
    last = {}
    for a in everything:
        if a["y"] <= year:
            last[a["ukprn"], a["y"]] = max(last.get((a["ukprn"], a["y"]), ""), a["return"])
    final = [a for a in everything if last.get((a["ukprn"], a["y"])) == a["return"]]
    early_return = {}
    for a in everything:
        if a["return"] <= "R04" and a["y"] <= year + 1:
            place = a["ukprn"], a["y"]
            early_return[place] = max(early_return.get(place, ""), a["return"])
    early = [a for a in everything if early_return.get((a["ukprn"], a["y"])) == a["return"]]
    returned_until = {}
    for ukprn, y in last:
        returned_until[ukprn] = max(returned_until.get(ukprn, 0), y)

    def key(a):
        code = (a["ProgType"], a["StdCode"]) if is_app(a) else a["LearnAimRef"].upper()
        return a["ukprn"], a["person_key"], is_app(a), code, a["LearnStartDate"]

    histories = defaultdict(list)
    for a in final:
        if has_rate(a):
            histories[key(a)].append((a, True))
    for a in early:
        if has_rate(a):
            histories[key(a)].append((a, False))
    starts_of = defaultdict(list)
    for a in everything:
        starts_of[a["person_key"], a["ukprn"]].append(a["LearnStartDate"])
    restarts = defaultdict(list)
    for k, rows in histories.items():
        for a, _ in rows:
            if "RES" in a["fams"]:
                restarts[k[:4]].append(a["LearnStartDate"])
    counted = [0, 0, 0]
    for k, rows in histories.items():
        result = _judge(k, rows, year, returned_until, starts_of, restarts)
        for place, value in enumerate(result or ()):
            counted[place] += value
    return tuple(counted)


def _judge(k, rows, year, returned_until, starts_of, restarts):
    finals = [a for a, is_final in rows if is_final]
    if not finals:
        return None
    latest = max((a for a, _ in rows), key=lambda a: (a["y"], a["return"]))
    first, last = min(a["y"] for a in finals), max(a["y"] for a in finals)
    ends = [a["y"] for a in finals if a["LearnActEndDate"]]
    for a, is_final in rows:
        if not is_final or a["return"] <= "R04":
            known = a["LearnActEndDate"] and academic(a["LearnActEndDate"]) < a["y"]
            if known and a["y"] - 1 >= first:
                ends.append(a["y"] - 1)
    ended, planned = latest["LearnActEndDate"], academic(latest["LearnPlanEndDate"])
    standard = latest["ProgType"] == 25 and is_app(latest)
    broken = latest["CompStatus"] == 6 and ended
    overdue_break = False
    if ended:
        years = [planned, academic(ended), min(ends, default=None)]
        if standard and latest["FundModel"] == 36:
            years.append(academic(latest["AchDate"]))
        hybrid = max(y for y in years if y is not None)
        if broken:
            again = [d for d in restarts[k[:4]] if d >= ended]
            in_time = bool(again) and academic(min(again)) <= max(academic(ended), last) + 1
            overdue_break = not in_time and returned_until[k[0]] >= last + 1
            if not overdue_break:
                return None
            hybrid = max(hybrid, last + 1)
    elif returned_until[k[0]] > last and planned is not None and planned <= last:
        hybrid = max(planned, last + 1)
    else:
        return None
    if standard and ended and latest["AchDate"] is None and latest["CompStatus"] == 1 and latest["Outcome"] == 8:
        return None
    if hybrid != year:
        return None
    if latest["CompStatus"] == 3:
        if too_short(latest) and "RES" not in latest["fams"]:
            return None
        reason = latest["WithdrawReason"]
        if reason in (7, 41, 47, 28):
            return None
        others = starts_of[latest["person_key"], latest["ukprn"]]
        if reason == 40 and any(0 <= (d - ended).days <= 120 and d != latest["LearnStartDate"] for d in others):
            return None
    completed = bool(ended) and (
        latest["CompStatus"] == 2 or (standard and latest["CompStatus"] not in (3, 6))
    )  # fmt: skip
    achieved = bool(ended) and latest["Outcome"] == 1 and latest["CompStatus"] != 3 and not overdue_break
    return 1, int(completed), int(achieved)


YEAR = {"2425": (date(2024, 8, 1), date(2025, 7, 31)), "2526": (date(2025, 8, 1), date(2026, 7, 31))}
