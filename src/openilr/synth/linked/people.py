"""Who is in the linked sources: everyone who is in the returns, and others who never were.

Careers are gathered as they are made for the returns, a batch at a time, as columns of NumPy arrays: one row a person,
and for programmes one column a place in the career. ``end`` is the day on which all is known of a programme (the
achievement of an apprenticeship), ``learnt`` the last day of learning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from openilr.synth import geography, numbers, qualifications
from openilr.synth.careers import Career
from openilr.synth.programmes import Programme

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator

#: The most programmes that a career has.
PROGRAMMES = 4
#: Kinds of provision by what they mean for work.
FULL_TIME = ("study_programme", "t_level", "higher_education")
ADULT = ("adult_skills", "tailored_learning", "loan", "bootcamp", "short_course")
#: PriorLevel to a level of 0 (below 1) to 7.
_PRIOR = {1: 0, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 5, 9: 6, 10: 7, 97: 1, 98: 1, 99: 0}
_NEVER = date(9999, 12, 31)
_ACHIEVED = 1

Columns = dict[str, "np.ndarray[Any, Any]"]


@dataclass(frozen=True)
class Span:
    """The years asked for, and the months that lives are made for: from four years before them to the end of the tax
    year in which the fifth year after is whole."""

    first: date
    until: date

    @property
    def start(self) -> date:
        return date(self.first.year - 4, 1, 1)

    @property
    def months(self) -> int:
        """Up to the March in which the fifth tax year after the last year asked for ends."""
        return (self.until.year + 7 - self.start.year) * 12 + 3

    @property
    def end(self) -> date:
        """The last day that is known of."""
        return date(self.start.year + (self.months - 3) // 12, 3, 31)


@dataclass
class Batch:
    """Some people. ``who`` has a value for each; ``programmes`` an array of people by ``PROGRAMMES``."""

    number: int
    who: Columns
    programmes: Columns

    @property
    def size(self) -> int:
        return len(self.who["person"])


class Gatherer:
    """Takes careers, and gives batches of columns."""

    def __init__(self) -> None:
        self._careers: list[Career] = []
        self._batches = 0

    def __len__(self) -> int:
        return len(self._careers)

    def add(self, career: Career) -> None:
        self._careers.append(career)

    def take(self, random: Generator, others: float, twins: float, start: int) -> Batch:
        """The careers gathered so far as a batch, with ``others`` people for each that have none.

        ``twins`` is the share of people with a twin among the others; ``start`` the number of the first of the others.
        """
        who, programmes = _columns(self._careers)
        count = round(len(self._careers) * others)
        more = _others(random, who, count, round(len(self._careers) * twins), start)
        self._careers = []
        self._batches += 1
        return _together(self._batches, who, programmes, more)


def _columns(careers: list[Career]) -> tuple[Columns, Columns]:
    import numpy as np

    people = [career.person for career in careers]
    records = [person.record for person in people]
    who: Columns = {
        "person": np.array([person.number for person in people], dtype=np.int64),
        "learner": np.ones(len(people), dtype=bool),
        "reference": np.array([record["LearnRefNumber"] for record in records], dtype=object),
        "uln": np.array([record["ULN"] for record in records], dtype=np.int64),
        "given": np.array([record["GivenNames"] for record in records], dtype=object),
        "family": np.array([record["FamilyName"] for record in records], dtype=object),
        "born": np.array([person.born for person in people], dtype="datetime64[D]"),
        "sex": np.array([person.sex for person in people], dtype=object),
        "home": np.array([person.home for person in people], dtype=np.int64),
        "first_home": np.array([person.first_home for person in people], dtype=np.int64),
        "moved": np.array([person.moved or _NEVER for person in people], dtype="datetime64[D]"),
        "prior": np.array([_PRIOR.get(person.prior_level, 1) for person in people], dtype=np.int8),
        "lldd": np.array([record["LLDDHealthProb"] == 1 for record in records], dtype=bool),
        "ethnicity": np.array([record["Ethnicity"] for record in records], dtype=np.int16),
    }
    rows = [_programme(career, place) for career in careers for place in range(PROGRAMMES)]
    names = ("kind", "provider", "start", "end", "learnt", "achieved", "level", "subject")
    day = "datetime64[D]"
    types: tuple[Any, ...] = ("U20", np.int32, day, day, day, bool, np.int8, np.int8)
    programmes = {
        name: np.array([row[i] for row in rows], dtype=type).reshape(len(careers), PROGRAMMES)
        for i, (name, type) in enumerate(zip(names, types, strict=True))
    }
    return who, programmes


def _programme(career: Career, place: int) -> tuple[str, int, date, date, date, bool, int, int]:
    if place >= len(career.programmes):
        return "", -1, _NEVER, _NEVER, _NEVER, False, 0, 0
    made = career.programmes[place]
    level, subject = level_and_subject(made)
    last = made.last
    achieved = made.achieved and last != date.max
    learnt = max((aim.end.day if aim.end is not None else _NEVER) for aim in made.aims)
    return made.kind, made.provider, made.start, min(last, _NEVER), learnt, achieved, level, subject


def level_and_subject(made: Programme) -> tuple[int, int]:
    """The level (0 to 7) of a programme and its sector subject area, tier 1: of the standard for apprenticeships, else
    the highest aim that was achieved, or of all aims where none was."""
    main = made.aims[0].record
    if made.kind == "apprenticeship":
        return made.level, _subjects_of_standards().get(main.get("StdCode", 0), 0)
    achieved = [aim for aim in made.aims if aim.end is not None and aim.end.outcome == _ACHIEVED]
    found = [
        _aims()[aim.record["LearnAimRef"]] for aim in achieved or made.aims if aim.record["LearnAimRef"] in _aims()
    ]
    return max(found, default=(0, 0))


@cache
def _aims() -> dict[str, tuple[int, int]]:
    return {q.reference: (int(q.level) if q.level.isdigit() else 0, q.tier1) for q in qualifications.every()}


@cache
def _subjects_of_standards() -> dict[int, int]:
    return {standard.code: int(standard.tier2) for standard in qualifications.standards()}


def _others(random: Generator, who: Columns, count: int, twins: int, start: int) -> Columns:
    """People who are in no return. The first ``twins`` of them are each the twin of a learner."""
    import numpy as np

    like = random.integers(0, len(who["person"]), count)
    twins = min(twins, count)
    like[:twins] = random.permutation(len(who["person"]))[:twins]
    person = start + np.arange(count)
    more: Columns = {name: values[like].copy() for name, values in who.items()}
    shuffled = random.integers(0, len(who["person"]), count)
    more["person"], more["learner"] = person, np.zeros(count, dtype=bool)
    more["reference"] = np.full(count, "", dtype=object)
    more["uln"] = np.array([numbers.uln(int(i)) for i in person], dtype=np.int64)
    for sex in ("F", "M"):
        names, here = who["given"][who["sex"] == sex], more["sex"] == sex
        for _ in range(2):  # a twin with the name of the other draws again
            here &= more["given"] == who["given"][like]
            if len(names):
                more["given"][here] = names[random.integers(0, len(names), here.sum())]
    rest = slice(twins, None)
    more["family"][rest] = who["family"][shuffled][rest]
    more["born"][rest] += random.integers(-400, 400, count)[rest].astype("timedelta64[D]")
    more["home"][rest] = random.integers(0, geography.POSTCODES, count)[rest]
    more["first_home"] = more["home"].copy()
    more["moved"] = np.full(count, np.datetime64(_NEVER))
    return more


def _together(number: int, who: Columns, programmes: Columns, more: Columns) -> Batch:
    import numpy as np

    both = {name: np.concatenate([values, more[name]]) for name, values in who.items()}
    none = len(more["person"])
    empty = {
        "kind": "", "provider": -1, "start": _NEVER, "end": _NEVER, "learnt": _NEVER, "achieved": False, "level": 0,
        "subject": 0,
    }  # fmt: skip
    filled = {
        name: np.concatenate([values, np.full((none, PROGRAMMES), empty[name], dtype=values.dtype)])
        for name, values in programmes.items()
    }
    return Batch(number, both, filled)


def month_of(days: np.ndarray[Any, Any], span: Span) -> np.ndarray[Any, Any]:
    """The place of a day's month, counted from the first month of the span; may be negative or beyond the end."""
    import numpy as np

    return days.astype("datetime64[M]").astype(np.int64) - np.datetime64(span.start, "M").astype(np.int64)


def first_day(months: np.ndarray[Any, Any], span: Span) -> np.ndarray[Any, Any]:
    """The first day of months counted from the first month of the span."""
    import numpy as np

    return (np.datetime64(span.start, "M") + months.astype("timedelta64[M]")).astype("datetime64[D]")
