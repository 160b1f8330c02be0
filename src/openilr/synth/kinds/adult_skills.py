"""Adult skills fund (FundModel 38): English, maths, ESOL, digital, level 2 and 3, national and devolved funding."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from openilr.synth import calendar, geography, qualifications
from openilr.synth.decks import Decks
from openilr.synth.kinds import Draft, Kind, adult_status, aim, ending, fam, learner_fam, level_of
from openilr.synth.programmes import Aim, Programme, Record
from openilr.synth.targets import margin

_COURSES = ("english", "maths", "esol", "digital", "low", "level_2", "level_3")
_SHARES = (15, 14, 24, 4, 20, 17, 6)
#: Full-time English and maths aside, how long an aim is planned to last, in days.
_DAYS = (30, 330)
#: Whoever goes on from one programme to another takes a course of most of a year, in days (assumed).
_GOES_ON_DAYS = (220, 330)
_RETENTION = 0.92
#: Prior attainment of a full level 3 or more, other or unknown (LearnAimRef_137).
_FULL_LEVEL_3 = (6, 7, 8, 9, 10, 97, 98)


def _applicant(random: Random, _: Decks | None) -> tuple[int, int, str]:
    course = random.choices(_COURSES, _SHARES)[0]
    age = 20 + int(45 * random.betavariate(1.2, 2.4))
    prior = {"level_2": (1, 2, 3, 3, 4, 99), "level_3": (3, 4, 4)}.get(course, (1, 2, 2, 3, 4, 6, 99))
    return age, random.choice(prior), course


def _plan(draft: Draft) -> Programme | None:
    random = draft.random
    longest = random.randrange(*_GOES_ON_DAYS) if draft.before else max(random.randrange(*_DAYS) for _ in range(2))
    planned = draft.start + timedelta(days=longest)
    chosen = _chosen(draft, random.random() < 0.75)
    ends = [ending(draft, planned, "adult", rate(reference), _RETENTION) for reference, _ in chosen]
    end = ends[0]
    if not draft.is_seen(end.day):
        return None
    status = adult_status(draft, 0.48)
    aims = [
        Aim(_aim(draft, reference, longest, fams), each) for (reference, fams), each in zip(chosen, ends, strict=True)
    ]
    fields = {
        "PlanLearnHours": random.randrange(40, 450),
        "LearnerFAM": [learner_fam("LSR", 58)] if random.random() < 0.12 else [],
    }
    level = level_of(aims[0].record["LearnAimRef"])
    return Programme("adult_skills", draft.provider.number, aims, fields, [status], False, end.outcome == 1, level)


def rate(reference: str) -> float:
    """The achievement rate of a learning aim, from 0 to 1, by its level."""
    level = level_of(reference)
    return margin("adult", f"achieved level {level if level > 1 else 'E and 1'}").share("yes")


def _aim(draft: Draft, reference: str, days: int, fams: list[Record]) -> Record:
    return aim(draft, reference, 4, 38, days, fams, LSDPostcode=draft.home())


def _chosen(draft: Draft, low_pay: bool) -> list[tuple[str, list[Record]]]:
    """References and FAM records. Free courses are those of national funding."""
    random, course = draft.random, draft.choice
    funder = geography.funder(draft.person.home_on(draft.start))
    age = draft.person.age(draft.start)
    full, part = [fam("SOF", funder), fam("FFI", 1)], [fam("SOF", funder), fam("FFI", 2)]
    low = [*full, fam("LDM", 391)]
    paid = low if low_pay else part
    count = random.choice((1, 1, 2))
    if course in ("english", "maths"):
        pool = f"gcse_{course}" if random.random() < 0.3 else f"functional_{course}"
        found = [(qualifications.pick(random, pool).reference, full)]
        if random.random() < 0.4:
            other = "maths" if course == "english" else "english"
            found.append((qualifications.pick(random, f"functional_{other}").reference, full))
        return found
    if course == "level_3" and not low_pay and draft.person.prior_level in _FULL_LEVEL_3:
        course = "level_2"
    if course == "level_3":
        if funder == "105" and low_pay:
            return [(qualifications.pick(random, "free_course").reference, [*low, fam("LDM", 378)])]
        if age < 24:
            return [(qualifications.pick(random, "entitled_3").reference, low if low_pay else full)]
        course = "level_2"
    if course == "level_2":
        if age < 24 and draft.person.prior_level in (1, 2, 3, 99):
            return [(qualifications.pick(random, "entitled_2").reference, full)]
        return [(q.reference, paid) for q in qualifications.several(random, "adult_2", count)]
    if course == "digital":
        return [(qualifications.pick(random, "digital").reference, full)]
    pool = "esol" if course == "esol" else "adult_low"
    return [(q.reference, paid) for q in qualifications.several(random, pool, count)]


KIND = Kind(
    "adult_skills", "adult", _applicant, _plan, {"college": 0.62, "private": 0.2, "authority": 0.18},
    calendar.any_day, 360, since=date(2024, 8, 1), next={"adult_skills": 0.482, "loan": 0.02, "apprenticeship": 0.005},
)  # fmt: skip
