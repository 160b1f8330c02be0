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
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from openilr.access import catalogue
from openilr.access.admissible import refusals
from openilr.access.application import Application
from openilr.access.population import AIM, LEARNER, Basis, Population, basis, opened, parents

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from openilr.store import Store

TARGET = 0.01  #: largest share of unique people in a counter-proposal
SMALL = 10  #: groups of fewer people than this are small
MANY = 200_000  #: records from which the search looks at one group in PART
PART = 16
LEFT_OUT = "left out"
#: Values that a field may be coarsened to: place on its ladder; one more than the last is leaving it out.
Details = dict[str, int]


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
    against = refusals(asked)
    if against:
        return Report(asked.data, tuple(against))
    chosen = basis(store, asked, snapshots=snapshots, link_run=link_run)
    with opened(store, asked, chosen) as population:
        return _report(population, asked, chosen, progress)


def _report(population: Population, asked: Application, chosen: Basis, progress: Callable[[str], None]) -> Report:
    names = [wanted.name for wanted in asked.fields]
    tables = sorted({catalogue.field(name).table for name in names})
    absent = tuple(t for t in tables if t not in parents() and chosen.link_run is None)
    tables = [table for table in tables if table not in absent]
    progress("counting rows")
    rows = {table: population.rows(table) for table in tables}
    details = {wanted.name: catalogue.field(wanted.name).rung(wanted.detail) for wanted in asked.fields}
    known = [n for n in names if catalogue.field(n).known and catalogue.field(n).table not in absent]
    groups = Groups(population, {name: details[name] for name in known}, progress)
    before = groups.risk(details)
    one_coarser = {name: groups.unique({**details, name: details[name] + 1}) for name in known}
    proposal = groups.coarsened(details)
    after = groups.risk(proposal)
    return Report(
        asked.data, (), chosen.snapshots, chosen.live, chosen.link_run, absent, population.people, rows,
        tuple(_field_report(wanted.name, wanted.serves, details[wanted.name], one_coarser) for wanted in asked.fields),
        before, tuple(_step(name, details[name], proposal[name]) for name in known if proposal[name] != details[name]),
        after,
    )  # fmt: skip


class Groups:
    """Groups of people who look alike, for any detail of the known fields.

    Every value in every detail is a 64-bit hash, and a record's group is the sum over its fields: to try one field in
    another detail is one subtraction and one addition. Where there are many records, the search looks at every
    sixteenth group, whole; what is reported as asked and as proposed is counted over all.
    """

    def __init__(self, population: Population, details: Details, progress: Callable[[str], None]) -> None:
        self._people = max(population.people, 1)
        self._progress = progress
        self._tables = [_Table(population, names, details) for names in _branches(details)]
        self._known = list(details)

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
        ends = {name: len(catalogue.field(name).rungs) for name in self._known}
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
        left_out = [name for name in self._known if now[name] == len(catalogue.field(name).rungs)]
        for name in [*left_out, *reversed(self._known)]:
            while now[name] > asked[name]:
                finer = {**now, name: now[name] - 1}
                if not self._enough(finer):
                    break
                now = finer
        return now


class _Table:
    """The records that are judged together: the learner's known fields with those of one table."""

    def __init__(self, population: Population, names: list[str], details: Details) -> None:
        self.names = names
        self._frame = _hashes(population, names, details)
        self._part = PART if self._frame.height > MANY else 1
        self._one_each = self._frame["person"].n_unique() == self._frame.height
        self._values = {column.name: column.n_unique() for column in self._frame.head(MANY)}
        self._seen: dict[tuple[int, ...], tuple[int, int]] = {}

    def look(self, details: Details) -> tuple[int, int]:
        """(unique people, groups), from a part of the groups where there are many records."""
        import polars as pl

        place = tuple(details[name] for name in self.names)
        if place not in self._seen:
            key = self._key(details)
            frame = pl.DataFrame({"key": key, "person": self._frame["person"]})
            if self._part > 1:
                frame = frame.filter(pl.Series((key >> 7) % self._part == 0))
            groups = frame.group_by("key").agg(low=pl.col("person").min(), high=pl.col("person").max())
            alone = groups.filter(pl.col("low") == pl.col("high"))["low"].n_unique()
            self._seen[place] = alone * self._part, groups.height * self._part
        return self._seen[place]

    def count(self, details: Details) -> tuple[int, int, int]:
        """How many people are unique and in small groups, and how many are in the smallest; over all records."""
        import polars as pl

        pairs = pl.DataFrame({"key": self._key(details), "person": self._frame["person"]})
        sized = (pairs if self._one_each else pairs.unique()).with_columns(size=pl.len().over("key"))
        person, size = pl.col("person"), pl.col("size")
        alone, small, smallest = sized.select(
            alone=person.filter(size == 1).n_unique(), small=person.filter(size < SMALL).n_unique(), smallest=size.min()
        ).row(0)
        return alone, small, smallest or 0

    def values_lost(self, name: str, at: int) -> float:
        """How many times fewer values the field has one step further, as a logarithm."""
        return math.log(self._values[f"{name}/{at}"] / self._values.get(f"{name}/{at + 1}", 1))

    def _key(self, details: Details) -> np.ndarray:
        import numpy as np

        key = np.zeros(self._frame.height, dtype=np.uint64)
        for name in self.names:
            if details[name] < len(catalogue.field(name).rungs):
                key += self._frame[f"{name}/{details[name]}"].to_numpy()
        return key


def _branches(details: Details) -> list[list[str]]:
    """Known fields that are judged together: those of learner and aims, and of learner and each other table."""
    learner = [name for name in details if catalogue.field(name).table == LEARNER]
    others = list(dict.fromkeys(catalogue.field(name).table for name in details) - {LEARNER: None}.keys())
    if AIM in others:
        others = [AIM, *(table for table in others if table != AIM)]
    branches = [[*learner, *(n for n in details if catalogue.field(n).table == table)] for table in others]
    return branches or ([learner] if learner else [])


def _hashes(population: Population, names: list[str], details: Details) -> pl.DataFrame:
    """One record a row: ``person``, a hash of its person; ``<field>/<step>``, hashes of its values in each detail."""
    import polars as pl

    columns = []
    for name in names:
        rungs = catalogue.field(name).rungs
        alias = "l" if catalogue.field(name).table == LEARNER else "t"
        columns += [
            f"hash('{name}', {_rung_sql(alias, name, rungs[place])}) AS \"{name}/{place}\""
            for place in range(details[name], len(rungs))
        ]
    tables = [t for t in dict.fromkeys(catalogue.field(name).table for name in names) if t != LEARNER]
    source = f"({population.table(LEARNER)}) l"
    if tables:
        has_learner = any(catalogue.field(name).table == LEARNER for name in names)
        joined = f" JOIN {source} ON {_belongs(tables[0])}" if has_learner else ""
        source = f"({population.table(tables[0])}) t{joined}"
    person = ("t" if tables else "l") + ".person"
    query = f"SELECT hash({person}) AS person, {', '.join(columns)} FROM {source}"  # noqa: S608 - SQL of the catalogue
    read = pl.from_arrow(population.session.sql(query).to_arrow_table())
    assert isinstance(read, pl.DataFrame)  # noqa: S101 - a table gives a frame
    return read


def _belongs(table: str) -> str:
    """How a record of a table ``t`` finds its learner ``l``; one of a linked source has the person only."""
    if parents().get(table) == LEARNER:
        return "l.year = t.year AND l.ukprn = t.ukprn AND l.row = t.parent"
    by_learner = "l.learner_key = t.learner_key AND l.year = t.year AND " if table in parents() else ""
    return f"{by_learner}l.person = t.person"


def _rung_sql(alias: str, name: str, rung: catalogue.Rung) -> str:
    """The value of a step, with the columns of its own table."""
    column = f'{alias}."{catalogue.field(name).name}"'
    sql = rung.sql.format(x=column)
    return f"{alias}.{sql}" if re.fullmatch(r"\w+", sql) else sql


def _field_report(name: str, serves: tuple[str, ...], at: int, one_coarser: dict[str, float]) -> FieldReport:
    found = catalogue.field(name)
    further = found.rungs[at + 1].name if at + 1 < len(found.rungs) else LEFT_OUT
    return FieldReport(
        name, found.title, found.grade, found.risk, found.known, found.rungs[at].name, found.rungs[at].words, serves,
        further if name in one_coarser else None, round(one_coarser[name], 4) if name in one_coarser else None,
    )  # fmt: skip


def _step(name: str, asked: int, proposed: int) -> Step:
    rungs = catalogue.field(name).rungs
    if proposed >= len(rungs):
        return Step(name, rungs[asked].name, LEFT_OUT, "not needed to answer at this risk, or argue for it")
    return Step(name, rungs[asked].name, rungs[proposed].name, rungs[proposed].words)


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
