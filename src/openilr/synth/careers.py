"""Careers: what a person does over years and providers, and the record of it that each provider returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from openilr.spec import AcademicYear
from openilr.synth.calendar import Period
from openilr.synth.decks import Decks
from openilr.synth.kinds import TRANSFER, Draft, Kind
from openilr.synth.numbers import national_insurance
from openilr.synth.people import Person, birthday, person, traits
from openilr.synth.programmes import Programme, Record
from openilr.synth.providers import Provider

#: Whoever goes on does so with the same provider this often, where it has what they go on to (assumed).
_STAYS = 0.75
_TRIES = 400


@dataclass
class Career:
    """A person's programmes, in the order of their starts."""

    person: Person
    programmes: list[Programme] = field(default_factory=list)


def career(
    seed: int, number: int, kind: Kind, provider: Provider, span: tuple[date, date], offers: dict[str, list[Provider]],
    kinds: dict[str, Kind], decks: Decks,
) -> Career:  # fmt: skip
    """The career of the person with this number, whose first programme is of ``kind`` at ``provider``.

    ``span`` is the first and last day of the years asked for, ``offers`` who has which kind. Equal arguments and
    cards of ``decks`` give equal careers.
    """
    random = Random(f"{seed} {number}")  # noqa: S311 - made-up people, not secrets
    made = _first(random, number, kind, provider, span, decks)
    while len(made.programmes) < 4:
        programme = _next(random, made, span, offers, kinds, decks)
        if programme is None:
            break
        made.programmes.append(programme)
    return made


def _first(
    random: Random, number: int, kind: Kind, provider: Provider, span: tuple[date, date], decks: Decks
) -> Career:
    first, until = span
    region = provider.home_region(random, kind.group, decks)
    who_it_is = traits(random, kind.group, decks)
    years_before = kind.longest // 365 + 1
    low = max(AcademicYear.of(first).start.year - years_before, AcademicYear.of(kind.since).start.year)
    high = AcademicYear.of(until).start.year
    for _ in range(_TRIES):
        start = kind.begins(random, random.randint(low, high))
        if start > until - timedelta(days=7) or start < kind.since or start + timedelta(days=kind.longest) < first:
            continue
        # Who began before the years asked for is seen the more often the longer it took: decks are for those who begin
        # in them.
        dealt = decks if start >= first else None
        age, prior, choice = kind.applicant(random, dealt)
        # Up to 17, ages are those of the school year: whoever starts has left school.
        born = birthday(random, age, AcademicYear.of(start).start.replace(day=31) if age < 18 else start)
        who = person(random, number, kind.group, who_it_is, region, born, prior, start)
        programme = kind.plan(Draft(random, who, provider, start, first, until, choice, dealt))
        if programme is not None:
            return Career(who, [programme])
    raise ValueError(f"No {kind.name.replace('_', ' ')} programme fits the years asked for.")


def _next(
    random: Random, made: Career, span: tuple[date, date], offers: dict[str, list[Provider]], kinds: dict[str, Kind],
    decks: Decks,
) -> Programme | None:  # fmt: skip
    """The programme after the last one, if there is one in the years asked for."""
    before = made.programmes[-1]
    moves = any(aim.end is not None and aim.end.reason == TRANSFER for aim in before.aims)
    if moves:
        kind: Kind | None = kinds[before.kind]
    else:
        kind = _goes_on_to(random, kinds[before.kind], kinds) if before.achieved else None
    if kind is None or kind.name not in offers:
        return None
    start = max(_begins_anew(random, before.last, kind, moves), kind.since)
    gap = (start - before.last).days
    youngest = kind.youngest + (1 if kind.youngest == 16 else 0)
    if start > span[1] - timedelta(days=14) or not youngest <= made.person.age(start) <= kind.oldest:
        return None
    provider = _where(random, before.provider, offers[kind.name], moves)
    choice = _choice(random, kind, made.person.age(start))
    dealt = decks if start >= span[0] else None
    draft = Draft(random, made.person, provider, start, *span, choice, dealt, None if moves else before, True)
    programme = kind.plan(draft)
    if programme is not None:
        for status in programme.employment:
            if status["DateEmpStatApp"] < start:
                status["DateEmpStatApp"] = start - timedelta(days=random.randrange(1, gap))
        # Who begins anew with a provider is known to have ended before: two programmes at once are refused (R_124).
        for end in (aim.end for aim in before.aims if aim.end is not None):
            end.told = min(end.told, start)
    return programme


def _begins_anew(random: Random, last: date, kind: Kind, moves: bool) -> date:
    """When the next programme begins: soon after a transfer, an apprenticeship within months, others in autumn."""
    if moves or kind.group == "apprenticeship":
        return last + timedelta(days=random.randrange(5, 60) if moves else random.randrange(20, 150))
    return AcademicYear.of(last).end + timedelta(days=random.randrange(32, 75))


def _choice(random: Random, kind: Kind, age: int) -> object:
    """What an applicant of about that age chooses; those under 19 choose among themselves."""
    for _ in range(40):
        applicant, _, choice = kind.applicant(random, None)
        if abs(applicant - age) <= 2 and (applicant < 19) == (age < 19):
            break
    return choice


def _goes_on_to(random: Random, kind: Kind, kinds: dict[str, Kind]) -> Kind | None:
    pick = random.random()
    for name, share in (kind.next or {}).items():
        if pick < share:
            return kinds.get(name)
        pick -= share
    return None


def _where(random: Random, number: int, offers: list[Provider], stays: bool) -> Provider:
    """The same provider or a later one: returns are written provider by provider, so nobody moves to an earlier one."""
    same = [provider for provider in offers if provider.number == number]
    later = [provider for provider in offers if provider.number > number]
    if same and (stays or random.random() < _STAYS or not later):
        return same[0]
    return random.choice(later) if later else offers[-1]


def visits(made: Career, provider: Provider) -> set[int]:
    """The numbers of the other providers that the person is with."""
    return {programme.provider for programme in made.programmes} - {provider.number}


def seen(made: Career, provider: int, period: Period, told: date) -> Record | None:
    """The learner's record in one return of one provider; None where the return does not hold the learner.

    ``told`` is the day on which the final return of the year before was made.
    """
    first, until, prepared = period.year.start, period.until, period.made.date()
    here = [p for p in made.programmes if p.provider == provider]
    found = [(p, aims) for p in here if (aims := p.aims_in(first, until, told))]
    if not found:
        return None
    record = made.person.seen(until)
    fams: dict[tuple[str, int], Record] = {}
    hours = 0
    for programme, _ in found:
        fields = programme.learner
        fams |= {(fam["LearnFAMType"], fam["LearnFAMCode"]): fam for fam in fields.get("LearnerFAM", ())}
        hours += fields.get("PlanLearnHours", 0)
        record |= fields
    record["LearnerFAM"] = list(fams.values())
    if hours:
        record["PlanLearnHours"] = min(hours, 1000 - record.get("PlanEEPHours", 0))
    if any(p.kind == "apprenticeship" for p, _ in found):
        record["NINumber"] = national_insurance(made.person.number)
    if any(p.employment for p, _ in found):
        record["LearnerEmploymentStatus"] = _statuses([status for p, _ in found for status in p.employment], until)
        record["PriorAttain"] = [_attainment(made)]
    record["LearningDelivery"] = [aim.seen(until, prepared) for _, aims in found for aim in aims]
    for sequence, aim in enumerate(record["LearningDelivery"], start=1):
        aim["AimSeqNumber"] = sequence
    return record


def _statuses(statuses: list[Record], until: date) -> list[Record]:
    """Employment statuses by day, without those that only repeat the one before (R_97)."""
    by_day = {status["DateEmpStatApp"]: status for status in statuses if status["DateEmpStatApp"] <= until}
    found: list[Record] = []
    for day in sorted(by_day):
        if not found or by_day[day] | {"DateEmpStatApp": None} != found[-1] | {"DateEmpStatApp": None}:
            found.append(by_day[day])
    return found


def _attainment(made: Career) -> Record:
    return {
        "PriorLevel": made.person.prior_level,
        "DateLevelApp": made.programmes[0].start - timedelta(days=200 + made.person.number % 300),
    }
