"""Apprenticeships on standards (FundModel 36, ProgType 25): programme and components, prices, employment, assessment.

Some take a break and restart, some withdraw, some wait for the end-point assessment when a return is made.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from random import Random

from openilr.synth import calendar, qualifications
from openilr.synth.decks import Decks
from openilr.synth.kinds import (
    TRANSFERS,
    Draft,
    Kind,
    aim,
    deal,
    employed,
    fam,
    hours,
    support,
    told,
    withdrawal,
    year_of,
)
from openilr.synth.people import Person
from openilr.synth.programmes import Aim, End, Programme, Record
from openilr.synth.targets import margin

#: Planned off-the-job hours at least, whatever the day of the start (HRSAmount_02 is the higher one).
_LEAST_HOURS = 300
#: The day from which level 7 is for those up to 21, and what starts need not last a year.
_LEVEL_7_FOR_THE_YOUNG = date(2026, 1, 1)
#: Of those who complete, the share that pass (assumed, near the published pass rate).
_PASS = 0.98
_BREAKS = 0.05
_LEVELS, _AGES = ("2", "3", "4+"), ("16-18", "19-23", "24+")
_NEW_EMPLOYER = 0.08


def _applicant(random: Random, decks: Decks | None) -> tuple[int, int, str]:
    cells = margin("apprenticeship", "level_age").values
    level, age = deal(random, decks, cells, "apprenticeship", "level_age").split("|")
    low, high = {"16-18": (16, 18), "19-24": (19, 24), "25+": (25, 58)}[age]
    years = random.randint(low, high) if age != "25+" else low + int((high - low) * random.betavariate(1.1, 2.2))
    prior = {"2": (1, 2, 3, 3, 99), "3": (3, 3, 4, 4, 6), "4+": (6, 6, 7, 8, 9)}[level]
    return years, random.choice(prior), level


def _plan(draft: Draft) -> Programme | None:
    random, person = draft.random, draft.person
    age = person.age(draft.start)
    if draft.later and draft.decks:
        # Starts of those who go on count, too: the decks then hold less of their level and age for others.
        band = "16-18" if age < 19 else "19-24" if age < 25 else "25+"
        cells = margin("apprenticeship", "level_age").values
        draft.decks.remove(("apprenticeship", "level_age"), cells, f"{draft.choice}|{band}")
    standard = _standard(draft, age)
    days = standard.days + random.randrange(-10, 60)
    planned = draft.start + timedelta(days=days)
    legs = _legs(draft, planned)
    if not draft.is_seen(max(end.achieved or end.day for _, end, _ in legs)):
        return None
    components = _components(random, person)
    contract_hours = _LEAST_HOURS + random.randrange(600)
    aims: list[Aim] = []
    for number, (start, end, plan_end) in enumerate(legs):
        restart = number > 0
        for record in _leg(draft, standard, start, plan_end, components, contract_hours, restart):
            if record["AimType"] == 1 and not restart:
                record["LearningDeliveryFAM"] += support(draft, end, plan_end)
            aims.append(Aim(record, _close(record, end, contract_hours, random)))
    statuses = [employed(random, draft.start - timedelta(days=random.randrange(10, 400)))]
    if random.random() < _NEW_EMPLOYER:
        statuses.append(employed(random, draft.start + timedelta(days=random.randrange(60, 400))))
    last = legs[-1][1]
    return Programme(
        "apprenticeship", draft.provider.number, aims, {}, statuses, True,
        last.outcome == 1, standard.level,
    )  # fmt: skip


def _standard(draft: Draft, age: int) -> qualifications.Standard:
    level = int(draft.choice if draft.choice != "4+" else draft.deal(qualifications.HIGHER, "apprenticeship", "higher"))
    if level == 7 and not (age >= 19 and (draft.start < _LEVEL_7_FOR_THE_YOUNG or age <= 21)):
        level = 6
    subject = int(draft.pick(margin("apprenticeship", "subject"), draft.choice))
    shares = qualifications.popularity(subject, level)
    place = draft.deal(shares, "apprenticeship", "standard", f"{subject} {level}")
    return qualifications.standard(subject, level, int(place))


def _legs(draft: Draft, planned: date) -> list[tuple[date, End, date]]:
    """Start, end and planned end: one leg, or two with a break in learning between them."""
    random, start = draft.random, draft.start
    legs: list[tuple[date, End, date]] = []
    if random.random() < _BREAKS:
        stopped = start + timedelta(days=random.randrange(60, 240))
        back = stopped + timedelta(days=random.randrange(40, 250))
        legs.append((start, End(stopped, 6, 3, min(told(random, stopped), back)), planned))
        start, planned = back, planned + (back - stopped)
    legs.append((start, _end(draft, start, planned), planned))
    return legs


@cache
def rates() -> dict[tuple[str, str], float]:
    """Achievement rates by level and age, such that those of each level and each age are the targets'.

    Raked: the odds of passing by level and age are scaled to the targets of levels and of ages in turn.
    """
    starts = {tuple(cell.split("|")): value for cell, value in margin("apprenticeship", "level_age").values.items()}
    # Rates are of those up to 23 and from 24; who starts between 19 and 24 is of each age alike.
    of: dict[tuple[str, str], float] = {}
    for level in _LEVELS:
        young = starts[level, "19-24"]
        of |= {(level, "16-18"): starts[level, "16-18"], (level, "19-23"): young * 5 / 6}
        of[level, "24+"] = starts[level, "25+"] + young / 6
    share = {name: margin("apprenticeship", f"achieved {name}").share("yes") for name in _AGES}
    share |= {name: margin("apprenticeship", f"achieved level {name}").share("yes") for name in _LEVELS}
    odds = dict.fromkeys(of, 1.0)
    for _ in range(50):
        for at, names in ((0, _LEVELS), (1, _AGES)):
            for name in names:
                here = [cell for cell in of if cell[at] == name]
                passed = sum(of[cell] * odds[cell] / (1 + odds[cell]) for cell in here) / sum(of[c] for c in here)
                for cell in here:
                    odds[cell] *= share[name] / (1 - share[name]) * (1 - passed) / passed
    return {cell: each / (1 + each) for cell, each in odds.items()}


def _end(draft: Draft, start: date, planned: date) -> End:
    random, age = draft.random, draft.person.age(draft.start)
    band = "16-18" if age < 19 else "19-23" if age < 24 else "24+"
    rate = rates()[draft.choice, band]
    if random.random() < TRANSFERS * (1 - rate / _PASS):
        return withdrawal(random, start, planned, True)
    cards = {"yes": rate, "no": 1 - rate}
    passes = draft.deal(cards, "apprenticeship", "achieved", draft.choice, band, year_of(planned)) == "yes"
    if not passes and random.random() > rate * (1 / _PASS - 1) / (1 - rate):
        return withdrawal(random, start, planned, False)
    # Practical training may run over by months; the assessment comes a week to three months after it.
    day = planned + timedelta(days=random.randrange(-5, 20) + int(random.expovariate(1 / 40)))
    assessed = day + timedelta(days=random.randrange(8, 95))
    if not passes:
        # Who fails the assessment for good has no achievement date, and so has not completed (AchDate_12).
        return End(assessed, 3, 3, told(random, assessed), 97)
    return End(day, 2, 1, told(random, day), achieved=assessed)


def _components(random: Random, person: Person) -> list[str]:
    found = [q.reference for q in qualifications.several(random, "component", random.choice((1, 1, 2)))]
    if person.prior_level in (1, 2, 99):
        found.append(qualifications.pick(random, "functional_english").reference)
        if random.random() < 0.7:
            found.append(qualifications.pick(random, "functional_maths").reference)
    return found


def _leg(
    draft: Draft, standard: qualifications.Standard, start: date, planned: date, components: list[str],
    planned_hours: int, restart: bool,
) -> list[Record]:  # fmt: skip
    """The programme aim and its components of one leg. A restart has the prices that are left."""
    again: Record = {"OrigLearnStartDate": draft.start} if restart else {}
    days, site = (planned - start).days, draft.site()
    shared = {"LearnStartDate": start, "LearnPlanEndDate": planned, "ProgType": 25, "StdCode": standard.code} | again
    shared["DelLocPostCode"] = site
    programme = aim(
        draft, qualifications.PROGRAMME, 1, 36, days, [fam("SOF", 105), fam("ACT", 1, start), *_again(restart)],
        EPAOrgID=standard.assessor, PHours=planned_hours, HRSRecord=[hours(1, planned_hours)],
        AppFinRecord=_prices(draft.random, start, standard.cap, planned, restart),
    )  # fmt: skip
    records = [programme | shared]
    basic = {q.reference for pool in ("functional_english", "functional_maths") for q in qualifications.pools()[pool]}
    for reference in components:
        fams = [fam("SOF", 105), *_again(restart)]
        if reference in basic:
            fams.append(fam("ACT", 1, start))
        records.append(aim(draft, reference, 3, 36, days, fams) | shared)
    return records


def _again(restart: bool) -> list[Record]:
    return [fam("RES", 1)] if restart else []


def _prices(random: Random, start: date, cap: int, planned: date, restart: bool) -> list[Record]:
    """A training and an assessment price from the first day, and the employer's payments since."""
    assessment = cap // 5
    training, exam = (3, 4) if restart else (1, 2)
    share = cap * 3 // 5 if restart else cap - assessment
    records = [_money("TNP", training, start, share), _money("TNP", exam, start, assessment)]
    paid, count = start + timedelta(days=45), 0
    while paid < planned - timedelta(days=40) and count < 4:
        records.append(_money("PMR", 1, paid, max(1, cap // 100 + random.randrange(50))))
        paid, count = paid + timedelta(days=150), count + 1
    return records


def _money(kind: str, code: int, day: date, pounds: int) -> Record:
    return {"AFinType": kind, "AFinCode": code, "AFinDate": day, "AFinAmount": pounds}


def _close(record: Record, end: End, planned_hours: int, random: Random) -> End:
    """The end of one aim of a leg. Only the programme aim is assessed, and has actual hours."""
    if record["AimType"] == 1:
        if end.status != 2:
            done = int(planned_hours * min(1, (end.day - record["LearnStartDate"]).days / 400))
        else:
            done = planned_hours + random.randrange(-40, 60)
        extra = {"OTJActHours": done, "HRSRecord": [hours(1, planned_hours), hours(3, done)]}
        return End(
            end.day, end.status, end.outcome, end.told, end.reason, end.achieved, extra, end.achieved is not None
        )
    return End(end.day, end.status, 1 if end.achieved else end.outcome, end.told, end.reason)


KIND = Kind(
    "apprenticeship", "apprenticeship", _applicant, _plan,
    {"private": 0.683, "college": 0.165, "university": 0.143, "authority": 0.009},
    calendar.any_day, 1500, next={"apprenticeship": 0.03},
)  # fmt: skip
