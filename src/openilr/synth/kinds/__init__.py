"""Kinds of provision: a kind is one file, which says what its learners do.

A module here has ``KIND``. Its ``plan`` makes one programme of one person, or None where the dates that it drew are not
in the years asked for (the caller draws again, so that what is seen of a year is what a year holds).
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from random import Random
from typing import Any
from uuid import UUID

from openilr.spec import AcademicYear
from openilr.synth import geography, qualifications
from openilr.synth.decks import Decks
from openilr.synth.numbers import employer_id
from openilr.synth.people import Person
from openilr.synth.programmes import End, Programme, Record
from openilr.synth.targets import Margin

EMPLOYERS = 20_000


@dataclass(frozen=True)
class Kind:
    """A kind of provision. ``group`` is the group of the targets that its learners are drawn from.

    ``applicant`` gives age, prior attainment and a choice; ``plan`` a programme. ``providers`` are shares by type of
    provider. The first start is not before ``since``. ``longest`` is about the most days that a programme lasts.
    ``next`` are shares of the kinds that learners go on to within the sector.
    """

    name: str
    group: str
    applicant: Callable[[Random, Decks | None], tuple[int, int, Any]]
    plan: Callable[[Draft], Programme | None]
    providers: dict[str, float]
    begins: Callable[[Random, int], date]
    longest: int
    since: date = date(2020, 8, 1)
    next: dict[str, float] | None = None

    @property
    def youngest(self) -> int:
        """The age at which somebody may go on to it."""
        return 16 if self.group in ("apprenticeship", "young") else 20

    @property
    def oldest(self) -> int:
        """The age up to which somebody may go on to it."""
        return 18 if self.group == "young" else 120


@dataclass(slots=True)
class Draft:
    """What a plan is made from: who, where, when, and whatever ``applicant`` decided (``choice``)."""

    random: Random
    person: Person
    provider: Any
    start: date
    first: date  #: first day of the years asked for
    until: date  #: last day of the years asked for
    choice: Any
    decks: Decks | None = None  #: None where chance alone decides: for who began before the years asked for
    before: Programme | None = None  #: the programme that was achieved, of somebody who goes on to this one
    later: bool = False  #: whether it is not the person's first programme

    def deal(self, shares: dict[str, float], *key: str) -> str:
        """A category by its share, from the deck of that name."""
        return deal(self.random, self.decks, shares, *key)

    def pick(self, of: Margin, *part: str) -> str:
        """A category of a margin, from a deck of its own for each part."""
        return deal(self.random, self.decks, of.values, of.group, of.characteristic, *part)

    def site(self) -> str:
        """A delivery postcode of the provider."""
        return self.provider.site(self.random, self.person.home)

    def home(self) -> str:
        return geography.postcode(self.person.home_on(self.start))

    def is_seen(self, last: date) -> bool:
        """Whether what lasts until a day is in the years asked for."""
        return self.start <= self.until and last >= self.first


def deal(random: Random, decks: Decks | None, shares: dict[str, float], *key: str) -> str:
    """A category by its share: from a deck where there are decks."""
    if decks is not None:
        return decks.deal(random, key, shares)
    return random.choices(list(shares), list(shares.values()))[0]


@cache
def kinds() -> dict[str, Kind]:
    """Every kind, by name."""
    found = [import_module(f"{__name__}.{each.name}").KIND for each in pkgutil.iter_modules(__path__)]
    return {kind.name: kind for kind in found}


def aim(draft: Draft, reference: str, type: int, model: int, days: int, fams: list[Record], **fields: Any) -> Record:
    """The record of a learning delivery as it stands at the start."""
    random = draft.random
    record: Record = {
        "LearnAimRef": reference,
        "AimType": type,
        "LearnStartDate": draft.start,
        "LearnPlanEndDate": draft.start + timedelta(days=days),
        "FundModel": model,
        "DelLocPostCode": draft.site(),
        "SWSupAimId": str(UUID(int=random.getrandbits(128), version=4)),
        "LearningDeliveryFAM": fams,
    }
    if draft.person.number % 3 == 0:
        record["ProviderSpecDeliveryMonitoring"] = [
            {"ProvSpecDelMonOccur": "A", "ProvSpecDelMon": f"C{draft.person.number % 10_000:05d}"}
        ]
    return record | fields


def fam(kind: str, code: str | int, since: date | None = None, to: date | None = None) -> Record:
    return {
        "LearnDelFAMType": kind, "LearnDelFAMCode": str(code), "LearnDelFAMDateFrom": since, "LearnDelFAMDateTo": to,
    }  # fmt: skip


def learner_fam(kind: str, code: int) -> Record:
    return {"LearnFAMType": kind, "LearnFAMCode": code}


def hours(code: int, amount: int) -> Record:
    """Hours as a record (since 2026-27)."""
    return {"HRSType": "HRS", "HRSCode": code, "HRSAmount": amount}


def told(random: Random, day: date) -> date:
    """When the provider's records say that something happened: mostly within weeks, sometimes months later."""
    late = random.random() < 0.02
    return day + timedelta(days=random.randrange(60, 150) if late else int(random.expovariate(1 / 12)))


#: Withdrawal reasons that need no other code, and how often each is given (assumed).
_REASONS = (3, 43, 44, 45, 46, 97, 98, 2)
_REASON_SHARES = (18, 12, 10, 8, 6, 25, 18, 3)
#: Transferred to another programme of the same provider, which begins some days or weeks later.
TRANSFER = 40
#: The share of those who leave that do so to transfer (assumed).
TRANSFERS = 0.04


def withdrawal(random: Random, start: date, planned: date, transfers: bool | None = None) -> End:
    """An end before time: more often early than late. ``transfers``: to another programme (None: some do)."""
    length = max((planned - start).days, 2)
    day = start + timedelta(days=max(1, int(length * random.betavariate(1.2, 1.8))))
    moves = random.random() < TRANSFERS if transfers is None else transfers
    why = TRANSFER if moves else random.choices(_REASONS, _REASON_SHARES)[0]
    return End(day, 3, 3, told(random, day), why)


def completion(random: Random, start: date, planned: date, achieved: bool, early: int = 10, late: int = 20) -> End:
    """An end about when it was planned; ``achieved`` or not."""
    day = max(planned + timedelta(days=random.randrange(-early, late + 1)), start)
    return End(day, 2, 1 if achieved else 3, told(random, day))


def ending(draft: Draft, planned: date, group: str, rate: float, retention: float) -> End:
    """An end by an achievement rate and a retention rate, from 0 to 1, of those who do not transfer."""
    random, start = draft.random, draft.start
    if random.random() < TRANSFERS * (1 - retention):
        return withdrawal(random, start, planned, True)
    if draft.deal({"yes": rate, "no": 1 - rate}, group, "achieved", str(rate), year_of(planned)) == "yes":
        return completion(random, start, planned, True)
    if random.random() < (1 - retention) / (1 - rate):
        return withdrawal(random, start, planned, False)
    return completion(random, start, planned, False)


def year_of(day: date) -> str:
    """The academic year of a day."""
    return AcademicYear.of(day).name


def employed(random: Random, since: date, *, months: bool = True, agreement: bool = False) -> Record:
    """A status of paid employment. ``months`` adds how long; ``agreement`` the employer's agreement (AgreemId)."""
    monitoring = [{"ESMType": "EII", "ESMCode": random.choice((6, 7, 8, 8))}]
    if months:
        monitoring.append({"ESMType": "LOE", "ESMCode": random.randrange(1, 5)})
    return {
        "EmpStat": 10,
        "DateEmpStatApp": since,
        "EmpId": employer_id(random.randrange(EMPLOYERS)),
        "AgreemId": f"A{random.getrandbits(24):06X}"[:6] if agreement else None,
        "EmploymentStatusMonitoring": monitoring,
    }


def out_of_work(random: Random, since: date, looking: bool = True, benefits: bool = False) -> Record:
    """Not in paid employment: looking for work (11), or not (12)."""
    monitoring = [{"ESMType": "LOU", "ESMCode": random.randrange(1, 6)}] if looking else []
    if benefits:
        monitoring.append({"ESMType": "BSI", "ESMCode": random.choice((1, 4, 4, 6))})
    return {"EmpStat": 11 if looking else 12, "DateEmpStatApp": since, "EmploymentStatusMonitoring": monitoring}


def support(draft: Draft, end: End, planned: date) -> list[Record]:
    """Learning support for some of those with a difficulty or disability, over the whole of an aim."""
    if draft.person.record["LLDDHealthProb"] != 1 or draft.random.random() > 0.35:
        return []
    return [fam("LSF", 1, draft.start, min(end.day, planned))]


def level_of(reference: str) -> int:
    """The level of a learning aim, 0 for entry level and for those without one."""
    return _levels()[reference]


@cache
def _levels() -> dict[str, int]:
    return {q.reference: int(q.level) if q.level.isdigit() else 0 for q in qualifications.every()}


def grade(random: Random, reference: str, end: End) -> None:
    """The grade of an achieved GCSE or A level."""
    kind = graded().get(reference)
    if kind and end.outcome == 1:
        end.extra["OutGrade"] = random.choice(
            ("A*", "A", "B", "B", "C", "C", "D", "E") if kind == "0002" else "98765444332"
        )


@cache
def graded() -> dict[str, str]:
    """The types of the GCSEs and A levels, by reference."""
    return {q.reference: q.type for q in qualifications.every() if q.type in ("0002", "0003")}


def adult_status(draft: Draft, share_employed: float) -> Record:
    """The status of an adult learner some days to months before the start."""
    random = draft.random
    since = draft.start - timedelta(days=random.randrange(5, 300))
    if random.random() < share_employed:
        return employed(random, since, months=False)
    return out_of_work(random, since, random.random() < 0.7, random.random() < 0.6)
