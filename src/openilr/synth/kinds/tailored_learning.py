"""Tailored learning (FundModel 11): short courses with a purpose, most of them not regulated."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from openilr.synth import calendar, geography, qualifications
from openilr.synth.decks import Decks
from openilr.synth.kinds import Draft, Kind, adult_status, aim, deal, ending, fam, hours
from openilr.synth.programmes import Aim, Programme
from openilr.synth.targets import margin

#: Whoever goes on takes a course of most of a year, in days (assumed).
_GOES_ON_DAYS = (180, 300)
_AGES = {"16-18": (18, 18), "19-24": (20, 24), "25-49": (25, 49), "50+": (50, 84)}


def _applicant(random: Random, decks: Decks | None) -> tuple[int, int, None]:
    low, high = _AGES[deal(random, decks, margin("tailored", "age").values, "tailored", "age")]
    return random.randint(low, high), random.choice((1, 2, 3, 4, 7, 99)), None


def _plan(draft: Draft) -> Programme | None:
    random = draft.random
    rate = margin("tailored", "achieved").share("yes")
    funder = geography.funder(draft.person.home_on(draft.start))
    aims = []
    for course in qualifications.several(random, "tailored", random.choice((1, 1, 2))):
        days, size = random.randrange(*(_GOES_ON_DAYS if draft.before else (5, 120))), random.randrange(5, 90)
        purpose, way = random.randrange(1, 8), random.choice((399, 399, 400, 401))
        fams = [fam("SOF", funder), fam("ACL", purpose), fam("LDM", way)]
        record = aim(draft, course.reference, 4, 11, days, fams, LSDPostcode=draft.home(), PHours=size)
        end = ending(draft, draft.start + timedelta(days=days), "tailored", rate, 0.95)
        end.extra["TLOut"] = random.randrange(1, 4)
        aims.append(Aim(record | {"HRSRecord": [hours(5, size)]}, end))
    if not draft.is_seen(max(each.end.day for each in aims if each.end)):
        return None
    status = adult_status(draft, 0.35)
    fields = {"PlanLearnHours": sum(each.record["PHours"] for each in aims)}
    return Programme("tailored_learning", draft.provider.number, aims, fields, [status], achieved=True)


KIND = Kind(
    "tailored_learning", "tailored", _applicant, _plan, {"authority": 0.68, "college": 0.24, "private": 0.08},
    calendar.any_day, 140, since=date(2024, 8, 1), next={"tailored_learning": 0.298, "adult_skills": 0.175},
)  # fmt: skip
