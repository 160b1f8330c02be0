"""Advanced learner loans (FundModel 99, ADL): one aim at level 3, some with a bursary."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from openilr.synth import calendar, qualifications
from openilr.synth.decks import Decks
from openilr.synth.kinds import Draft, Kind, adult_status, aim, ending, fam, level_of
from openilr.synth.programmes import Aim, Programme


def _applicant(random: Random, _: Decks | None) -> tuple[int, int, None]:
    return 20 + int(35 * random.betavariate(1.2, 2.2)), random.choice((3, 3, 4, 6)), None


def _plan(draft: Draft) -> Programme | None:
    random = draft.random
    days = random.randrange(200, 420)
    planned = draft.start + timedelta(days=days)
    end = ending(draft, planned, "loan", 0.70, 0.82)
    if not draft.is_seen(end.day):
        return None
    fams = [fam("ADL", 1)]
    if random.random() < 0.2:
        fams.append(fam("ALB", 1, draft.start, min(end.day, planned)))
    record = aim(draft, qualifications.pick(random, "loan").reference, 4, 99, days, fams)
    fields = {"PlanLearnHours": random.randrange(200, 600)}
    return Programme(
        "loan", draft.provider.number, [Aim(record, end)], fields, [adult_status(draft, 0.6)],
        achieved=end.outcome == 1, level=level_of(record["LearnAimRef"]),
    )  # fmt: skip


KIND = Kind("loan", "adult", _applicant, _plan, {"college": 0.55, "private": 0.45}, calendar.any_day, 460)
