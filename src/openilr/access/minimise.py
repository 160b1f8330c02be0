"""What an application would contain, before anyone approves it: rows, fields, how easily people could be singled out.

Somebody is *unique* where the values that others may know of them (``known`` in the catalogue) occur for no other
person, and in a *small group* where they occur for fewer than ``SMALL`` people. Each person counts with all their
records: one unique record is enough. Records of different tables are judged with the learner's own fields, table by
table, and the worst table counts.

The counter-proposal coarsens fields, one step of their ladder at a time, always the step that merges most groups,
until fewer than ``TARGET`` of the people are unique; then it takes back every step that was not needed. Fields whose
ladder is used up are left out last.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from openilr.access import catalogue
from openilr.access.admissible import refusals
from openilr.access.application import Application
from openilr.access.population import AIM, LEARNER, Basis, Population, basis, footnotes, opened, parents

if TYPE_CHECKING:
    import numpy as np

    from openilr.store import Store

TARGET = 0.01  #: largest share of unique people in a counter-proposal
SMALL = 10  #: groups of fewer people than this are small
MANY = 200_000  #: records from which the search looks at a part of the groups ...
ENOUGH = 50_000  #: ... that has at least so many of the records
LEFT_OUT = "left out"
#: Values that a field may be coarsened to: place on its ladder; one more than the last is leaving it out.
Details = dict[str, int]
Fields = dict[str, catalogue.Field]


@dataclass(frozen=True)
class Risk:
    """How easily people could be singled out. Shares are of the people in the data."""

    unique: float
    in_small_groups: float
    smallest: int  #: people in the smallest group: the k of k-anonymity


@dataclass(frozen=True)
class FieldReport:
    """One field of the application. ``unique_if_coarser`` is the share of unique people one step further down."""

    name: str
    title: str
    grade: str
    risk: str
    known: bool
    detail: str
    words: str
    serves: tuple[str, ...]
    coarser: str | None = None
    unique_if_coarser: float | None = None


@dataclass(frozen=True)
class Step:
    """One change of the counter-proposal."""

    name: str
    asked: str
    proposed: str
    words: str


@dataclass(frozen=True)
class Report:
    """The result of a check. ``refusals`` stand against the application as it is; then nothing else was looked at."""

    application: str  #: hash of its data part
    refusals: tuple[str, ...]
    snapshots: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
    link_run: str | None = None
    not_checked: tuple[str, ...] = ()  #: tables of linked sources that were not looked at, as no link run was named
    people: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    fields: tuple[FieldReport, ...] = ()
    asked: Risk | None = None
    proposal: tuple[Step, ...] = ()
    proposed: Risk | None = None
    notes: tuple[str, ...] = ()  #: how good the fields are

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def check(
    store: Store,
    asked: Application,
    *,
    snapshots: Iterable[str] = (),
    link_run: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Look at what an application would contain. Runs on the store's side; only numbers leave.

    AccessError where the store holds nothing of the years that are asked for.
    """
    against = refusals(asked, store)
    if against:
        return Report(asked.data, tuple(against))
    chosen = basis(store, asked, snapshots=snapshots, link_run=link_run)
    with opened(store, asked, chosen) as population:
        found = _report(population, asked, chosen, progress)
    return replace(found, notes=tuple(footnotes(store, asked, chosen)))


def _report(population: Population, asked: Application, chosen: Basis, progress: Callable[[str], None]) -> Report:
    fields = {wanted.name: population.field(wanted.name) for wanted in asked.fields}
    tables = sorted({found.table for found in fields.values()})
    absent = tuple(t for t in tables if t not in parents() and chosen.link_run is None)
    tables = [table for table in tables if table not in absent]
    progress("counting rows")
    rows = {table: population.rows(table) for table in tables}
    details = {wanted.name: fields[wanted.name].rung(wanted.detail) for wanted in asked.fields}
    known = {name: found for name, found in fields.items() if found.known and found.table not in absent}
    groups = Groups(population, known, {name: details[name] for name in known}, progress)
    before = groups.risk(details)
    one_coarser = {n: min(groups.unique({**details, n: details[n] + 1}), before.unique) for n in known}
    proposal = groups.coarsened(details)
    after = groups.risk(proposal)
    return Report(
        asked.data, (), chosen.snapshots, chosen.live, chosen.link_run, absent, population.people, rows,
        tuple(_field_report(fields[w.name], w.serves, details[w.name], one_coarser) for w in asked.fields),
        before, tuple(_step(known[n], details[n], proposal[n]) for n in known if proposal[n] != details[n]), after,
    )  # fmt: skip


class Groups:
    """Groups of people who look alike, for any detail of the known fields.

    Every value in every detail is a 64-bit hash, and a record's group is the sum over its fields, so another detail is
    another sum. Where there are many records, the search looks at a part of the groups, whole; what is reported as
    asked and as proposed is counted over all.
    """

    def __init__(
        self, population: Population, fields: Fields, details: Details, progress: Callable[[str], None]
    ) -> None:
        self._people = max(population.people, 1)
        self._progress = progress
        self._tables = [_Table(population, branch, details, self._people) for branch in _branches(fields)]
        self._fields = fields

    def unique(self, details: Details) -> float:
        """The share of unique people by the worst table, as the search sees it."""
        return max((table.look(details)[0] for table in self._tables), default=0) / self._people

    def risk(self, details: Details) -> Risk:
        """Counted over everybody."""
        found = [table.count(details) for table in self._tables]
        if not found:
            return Risk(0.0, 0.0, self._people)
        alone, small, smallest = zip(*found, strict=True)
        return Risk(round(max(alone) / self._people, 4), round(max(small) / self._people, 4), min(smallest))

    def coarsened(self, details: Details) -> Details:
        """The counter-proposal."""
        now = details
        while not self._enough(now):
            step = self._best_step(now)
            if step is None:
                return now
            now = step
        return self._taken_back(details, now)

    def _enough(self, details: Details) -> bool:
        """Whether few enough are unique; near the target, counted over everybody."""
        seen = self.unique(details)
        return seen < TARGET if abs(seen - TARGET) > TARGET / 3 else self.risk(details).unique < TARGET

    def _best_step(self, now: Details) -> Details | None:
        """One step further for the field where that merges most; a field is left out only when no ladder is left."""
        worst = max(self._tables, key=lambda table: table.look(now)[0])
        ends = {name: len(found.rungs) for name, found in self._fields.items()}
        candidates = [n for n in worst.names if now[n] + 1 < ends[n]] or [n for n in worst.names if now[n] < ends[n]]
        if not candidates:
            return None
        steps = {name: {**now, name: now[name] + 1} for name in candidates}
        self._progress(f"coarsening: {self.unique(now):.1%} unique")

        def merges(name: str) -> tuple[float, float]:
            groups = math.log(max(worst.look(steps[name])[1], 1))
            return round(groups, 2), -worst.values_lost(name, now[name])

        return steps[min(candidates, key=merges)]

    def _taken_back(self, asked: Details, now: Details) -> Details:
        """Without the steps that were not needed: fields that were left out come back first, if they can."""
        left_out = [name for name, found in self._fields.items() if now[name] == len(found.rungs)]
        for name in [*left_out, *reversed(list(self._fields))]:
            while now[name] > asked[name]:
                finer = {**now, name: now[name] - 1}
                if not self._enough(finer):
                    break
                now = finer
        return now


class _Table:
    """The records that are judged together: the learner's known fields with those of one table."""

    def __init__(self, population: Population, fields: Fields, details: Details, people: int) -> None:
        import numpy as np

        self.names = list(fields)
        self._hashes = _hashes(population, fields, details)
        self._person = self._hashes.pop("person")
        self._values = {name: _different(column[:MANY]) for name, column in self._hashes.items()}
        self._each = len(self._person) / people  #: records of a person, on average
        self._part = 1
        while len(self._person) > MANY and len(self._person) // (2 * self._part) >= ENOUGH and self._part < 256:
            self._part *= 2
        # The last bits of a sum are the sum of the last bits: they tell which records are in the part.
        self._last = {name: column.astype(np.uint8) for name, column in self._hashes.items()} if self._part > 1 else {}
        self._seen: dict[tuple[int, ...], tuple[float, int]] = {}

    def look(self, details: Details) -> tuple[float, int]:
        """(unique people, groups), from a part of the groups where there are many records."""
        import numpy as np
        import polars as pl

        place = tuple(details[name] for name in self.names)
        if place not in self._seen:
            part: Any = slice(None)
            if self._part > 1:
                part = np.flatnonzero(self._sum(self._last, details) & (self._part - 1) == 0)
            key = self._sum(self._hashes, details, part)
            groups = pl.DataFrame({"key": key, "person": self._person[part]}).group_by("key").agg(
                low=pl.col("person").min(), high=pl.col("person").max()
            )  # fmt: skip
            alone = groups.filter(pl.col("low") == pl.col("high"))["low"]
            unique = alone.n_unique() if self._part == 1 else self._people_of(alone.len(), len(key))
            self._seen[place] = unique, groups.height * self._part
        return self._seen[place]

    def _people_of(self, alone: int, records: int) -> float:
        """How many people have a unique record, from the unique ones among the records of a part.

        A part of the groups does not show whether two unique records are of one person; they are taken to fall on
        people as if by chance, at the number of records that a person has on average.
        """
        share = alone / max(records, 1)
        return self._part * alone * (1 - (1 - share) ** self._each) / (share * self._each) if share else 0.0

    def count(self, details: Details) -> tuple[int, int, int]:
        """How many people are unique and in small groups, and how many are in the smallest; over all records."""
        import numpy as np
        import polars as pl

        key = self._sum(self._hashes, details)
        order = np.argsort(key)
        key, person = key[order], self._person[order]
        starts = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
        records = np.diff(np.append(starts, len(key)))
        low, high = np.minimum.reduceat(person, starts), np.maximum.reduceat(person, starts)
        people, several = np.ones_like(records), low != high
        if several.any():
            inside = np.repeat(several, records)
            group = np.repeat(np.arange(len(starts)), records)[inside]
            pairs = pl.DataFrame({"group": group, "person": person[inside]}).group_by("group").agg(
                pl.col("person").n_unique()
            )  # fmt: skip
            people[pairs["group"].to_numpy()] = pairs["person"].to_numpy()
        small = np.repeat(people < SMALL, records)
        return _different(low[people == 1]), _different(person[small]), int(people.min())

    def values_lost(self, name: str, at: int) -> float:
        """How many times fewer values the field has one step further, as a logarithm."""
        return math.log(self._values[f"{name}/{at}"] / self._values.get(f"{name}/{at + 1}", 1))

    def _sum(self, values: dict[str, np.ndarray], details: Details, rows: Any = slice(None)) -> np.ndarray:
        """Over the fields, in these details, of each of these records. A field that is left out adds nothing."""
        import numpy as np

        chosen = [values[at] for name in self.names if (at := f"{name}/{details[name]}") in values]
        total = np.zeros_like(next(iter(values.values()))[rows])
        for column in chosen:
            total += column[rows]
        return total


def _different(values: np.ndarray) -> int:
    import polars as pl

    return pl.Series(values).n_unique()


def _branches(fields: Fields) -> list[Fields]:
    """Known fields that are judged together: those of learner and aims, and of learner and each other table."""
    learner = {name: found for name, found in fields.items() if found.table == LEARNER}
    others = list(dict.fromkeys(found.table for found in fields.values()) - {LEARNER: None}.keys())
    if AIM in others:
        others = [AIM, *(table for table in others if table != AIM)]
    branches = [learner | {n: f for n, f in fields.items() if f.table == table} for table in others]
    return branches or ([learner] if learner else [])


def _hashes(population: Population, fields: Fields, details: Details) -> dict[str, np.ndarray]:
    """One record a place: ``person``, a hash of its person; ``<field>/<step>``, hashes of its values in each detail."""
    columns: dict[str, list[str]] = {}
    for name, found in fields.items():
        columns.setdefault(found.table, []).extend(
            f"hash('{name}', {_rung_sql(found, found.rungs[place])}) AS \"{name}/{place}\""
            for place in range(details[name], len(found.rungs))
        )
    learner = columns.pop(LEARNER, [])
    person = "hash(t.person) AS person"
    if not columns:
        query = f"SELECT {', '.join((person, *learner))} FROM ({population.table(LEARNER)}) t"  # noqa: S608
    else:
        ((table, own),) = columns.items()
        below, above = _belongs(table)
        # Values are hashed before the records are joined: a learner has several, and a hash is short.
        query = f"SELECT {', '.join((person, f'{below} AS _of', *own))} FROM ({population.table(table)}) t"  # noqa: S608
        if learner:
            above_query = f"SELECT {', '.join((f'{above} AS _of', *learner))} FROM ({population.table(LEARNER)}) t"  # noqa: S608
            query = f"SELECT * EXCLUDE (_of) FROM ({query}) JOIN ({above_query}) USING (_of)"  # noqa: S608
    return population.session.sql(query).fetchnumpy()


def _belongs(table: str) -> tuple[str, str]:
    """What a record has in common with its learner, on either side; one of a linked source has the person only."""
    if parents().get(table) == LEARNER:
        return "hash(t.year, t.ukprn, t.parent)", "hash(t.year, t.ukprn, t.row)"
    both = "hash(t.learner_key, t.year, t.person)" if table in parents() else "hash(t.person)"
    return both, both


def _rung_sql(found: catalogue.Field, rung: catalogue.Rung) -> str:
    """The value of a step, with the columns of its own table."""
    sql = rung.sql.format(x=f't."{found.name}"')
    return f"t.{sql}" if re.fullmatch(r"\w+", sql) else sql


def _field_report(
    found: catalogue.Field, serves: tuple[str, ...], at: int, one_coarser: dict[str, float]
) -> FieldReport:
    further = found.rungs[at + 1].name if at + 1 < len(found.rungs) else LEFT_OUT
    asked = found.path in one_coarser
    return FieldReport(
        found.path, found.title, found.grade, found.risk, found.known, found.rungs[at].name, found.rungs[at].words,
        serves, further if asked else None, round(one_coarser[found.path], 4) if asked else None,
    )  # fmt: skip


def _step(found: catalogue.Field, asked: int, proposed: int) -> Step:
    rungs = found.rungs
    if proposed >= len(rungs):
        return Step(found.path, rungs[asked].name, LEFT_OUT, "not needed to answer at this risk, or argue for it")
    return Step(found.path, rungs[asked].name, rungs[proposed].name, rungs[proposed].words)


def coarser(text: str, proposal: Iterable[Step]) -> str:
    """The text of an application with the counter-proposal put into its ``[[field]]`` blocks, to hand in again."""
    steps = {step.name: step for step in proposal}
    parts = re.split(r"(?m)^(?=[ \t]*\[)", text)
    kept = []
    for part in parts:
        named = re.search(r'(?m)^[ \t]*name[ \t]*=[ \t]*["\']([^"\']+)["\']', part)
        step = steps.get(named[1]) if named and part.lstrip().startswith("[[field]]") else None
        if step is None:
            kept.append(part)
        elif step.proposed != LEFT_OUT:
            part = re.sub(r"(?m)^[ \t]*detail[ \t]*=.*\n?", "", part)
            kept.append(part.replace(named[0], f'{named[0]}\ndetail = "{step.proposed}"', 1) if named else part)
    return "".join(kept)
