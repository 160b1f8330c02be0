"""Skills Bootcamps (FundModel 37, ProgType 32): a programme aim, a subject aim on the same contract, and an event."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from openilr.synth import calendar, qualifications
from openilr.synth.decks import Decks
from openilr.synth.kinds import Draft, Kind, adult_status, aim, fam, told, withdrawal
from openilr.synth.programmes import Aim, End, Programme


def contract(ukprn: int) -> str:
    """The bootcamp contract of a provider, up to the deliverable."""
    return f"SBC-{ukprn % 1_000_000}"


def _applicant(random: Random, _: Decks | None) -> tuple[int, int, None]:
    return 20 + int(40 * random.betavariate(1.3, 2.0)), random.choice((3, 4, 6, 7, 9, 10)), None


def _plan(draft: Draft) -> Programme | None:
    random = draft.random
    days = random.randrange(35, 112)
    planned = draft.start + timedelta(days=days)
    end = _end(random, draft.start, planned)
    if not draft.is_seen(end.achieved or end.day):
        return None
    number = f"{contract(draft.provider.ukprn)}-D{random.randrange(1, 4)}"
    shared = {"ProgType": 32, "ConRefNumber": number}
    fams = [fam("SOF", 105), fam("FFI", random.choice((1, 1, 2)))]
    events = [fam("EVI", 4, end.day)] if end.achieved else []
    programme = aim(draft, qualifications.PROGRAMME, 1, 37, days, [*fams, *events], **shared)
    subject = aim(draft, qualifications.pick(random, "bootcamp").reference, 3, 37, days, fams, **shared)
    inner = End(end.day, end.status, 1 if end.achieved else end.outcome, end.told, end.reason)
    status = adult_status(draft, 0.55)
    if status["EmpStat"] == 10 and random.random() < 0.3:
        status["EmploymentStatusMonitoring"].append({"ESMType": "OET", "ESMCode": 2})
    fields = {"PlanLearnHours": random.randrange(60, 300)}
    return Programme(
        "bootcamp", draft.provider.number, [Aim(programme, end), Aim(subject, inner)], fields, [status],
        True, end.outcome == 1,
    )  # fmt: skip


def _end(random: Random, start: date, planned: date) -> End:
    if random.random() < 0.2:
        return withdrawal(random, start, planned)
    day = planned + timedelta(days=random.randrange(-3, 10))
    if random.random() < 0.8:
        return End(day, 2, 1, told(random, day), achieved=day + timedelta(days=random.randrange(1, 150)))
    return End(day, 2, 3, told(random, day))


KIND = Kind(
    "bootcamp", "adult", _applicant, _plan, {"private": 0.7, "college": 0.2, "university": 0.1},
    calendar.any_day, 280, since=date(2025, 8, 1), next={"apprenticeship": 0.03},
)  # fmt: skip
