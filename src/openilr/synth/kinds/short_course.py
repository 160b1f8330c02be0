"""Growth and skills short courses: apprenticeship units (FundModel 39, ProgType 34), since 2026-27."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from openilr.synth import calendar, qualifications
from openilr.synth.decks import Decks
from openilr.synth.kinds import Draft, Kind, aim, employed, fam, told, withdrawal
from openilr.synth.programmes import Aim, End, Programme


def _applicant(random: Random, _: Decks | None) -> tuple[int, int, None]:
    return 20 + int(40 * random.betavariate(1.3, 1.8)), random.choice((4, 6, 7, 9)), None


def _plan(draft: Draft) -> Programme | None:
    random = draft.random
    days = random.randrange(20, 105)
    planned = draft.start + timedelta(days=days)
    achieved = random.random() < 0.8
    end = End(planned, 2, 1, told(random, planned)) if achieved else withdrawal(random, draft.start, planned)
    if not draft.is_seen(end.day):
        return None
    unit = qualifications.pick(random, "unit").reference
    fams = [fam("SOF", 105)]
    milestone = [fam("LDM", 404)] if achieved else []
    programme = aim(draft, qualifications.PROGRAMME, 1, 39, days, [*fams, *milestone], ProgType=34)
    component = aim(draft, unit, 3, 39, days, fams, ProgType=34)
    status = employed(random, draft.start - timedelta(days=random.randrange(10, 400)), agreement=True)
    fields = {"PlanLearnHours": random.randrange(20, 140)}
    return Programme(
        "short_course", draft.provider.number, [Aim(programme, end), Aim(component, end)], fields,
        [status], True, achieved,
    )  # fmt: skip


KIND = Kind(
    "short_course", "adult", _applicant, _plan, {"private": 0.7, "college": 0.2, "university": 0.1},
    calendar.any_day, 130, since=date(2026, 8, 1),
)  # fmt: skip
