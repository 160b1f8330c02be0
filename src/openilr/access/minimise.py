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

    Every value in every detail is a 64-bit hash, and a record's group is their sum: to try one field in another detail
    is one subtraction and one addition. Once a field was coarsened for good, records that look alike are merged (with
    the lowest and highest number of their people, which says if they are one person's), so that each step is quicker
    than the one before.
    """

    def __init__(self, population: Population, details: Details, progress: Callable[[str], None]) -> None:
        self._people = population.people
        self._progress = progress
        self._tables = [_Table(population, names, details) for names in _branches(details)]
        self._known = list(details)

    def unique(self, details: Details) -> float:
        """The share of unique people, by the worst table."""
        return max((table.unique(details) for table in self._tables), default=0) / max(self._people, 1)

    def risk(self, details: Details) -> Risk:
        sizes = [table.sizes(details) for table in self._tables]
        if not sizes:
            return Risk(0.0, 0.0, self._people)
        small = max(small for small, _ in sizes) / max(self._people, 1)
        return Risk(round(self.unique(details), 4), round(small, 4), min(smallest for _, smallest in sizes))

    def coarsened(self, details: Details) -> Details:
        """The counter-proposal."""
        now = dict(details)
        for table in self._tables:
            table.merge(now)
        while self.unique(now) >= TARGET:
            step = self._best_step(now)
            if step is None:
                break
            now = step
            for table in self._tables:
                table.merge(now)
        for table in self._tables:
            table.unmerge()
        return self._taken_back(details, now)

    def _best_step(self, now: Details) -> Details | None:
        """One step further for the field where that merges most; a field is left out only when no ladder is left."""
        worst = max(self._tables, key=lambda table: table.unique(now))
        ends = {name: len(catalogue.field(name).rungs) for name in self._known}
        candidates = [n for n in worst.names if now[n] + 1 < ends[n]] or [n for n in worst.names if now[n] < ends[n]]
        if not candidates:
            return None
        steps = {name: {**now, name: now[name] + 1} for name in candidates}
        self._progress(f"coarsening: {self.unique(now):.1%} unique")

        def merges(name: str) -> tuple[float, float]:
            groups = math.log(max(worst.groups(steps[name]), 1))
            return round(groups, 2), -worst.values_lost(name, now[name])

        return steps[min(candidates, key=merges)]

    def _taken_back(self, asked: Details, now: Details) -> Details:
        """Without the steps that were not needed: fields that were left out come back first, if they can."""
        left_out = [name for name in self._known if now[name] == len(catalogue.field(name).rungs)]
        for name in [*left_out, *reversed(self._known)]:
            while now[name] > asked[name]:
                finer = {**now, name: now[name] - 1}
                if self.unique(finer) >= TARGET:
                    break
                now = finer
        return now


class _Table:
    """The records that are judged together: the learner's known fields with those of one table."""

    def __init__(self, population: Population, names: list[str], details: Details) -> None:
        self.names = names
        frame = _hashes(population, names, details)
        self._all = self._merged = frame
        self._counts = {(column.name): column.n_unique() for column in frame if column.name != "person"}
        self._answers: dict[tuple[int, ...], tuple[int, int]] = {}

    def unique(self, details: Details) -> int:
        return self._look(details)[0]

    def groups(self, details: Details) -> int:
        return self._look(details)[1]

    def values_lost(self, name: str, at: int) -> float:
        """How many times fewer values the field has one step further, as a logarithm."""
        return math.log(self._counts[f"{name}/{at}"] / self._counts.get(f"{name}/{at + 1}", 1))

    def sizes(self, details: Details) -> tuple[int, int]:
        """How many people are in small groups, and how many are in the smallest."""
        import polars as pl

        key = self._key(self._all, details)
        pairs = pl.DataFrame({"key": key, "person": self._all["low"]}).unique()
        sized = pairs.group_by("key").len()
        small = pairs.join(sized.filter(pl.col("len") < SMALL), on="key", how="semi")["person"].n_unique()
        return small, int(sized.select(pl.col("len").min()).item() or 0)

    def merge(self, details: Details) -> None:
        """Make one record of those that look alike in these details; only coarser ones are asked for from now on."""
        import polars as pl

        frame = self._merged.with_columns(key=pl.Series(self._key(self._merged, details)))
        if frame["key"].n_unique() * 10 < frame.height * 9:
            ends = pl.col("low").min(), pl.col("high").max()
            self._merged = frame.group_by("key").agg(pl.exclude("low", "high").first(), *ends).drop("key")

    def unmerge(self) -> None:
        self._merged = self._all

    def _look(self, details: Details) -> tuple[int, int]:
        """(unique people, groups), kept for the next time."""
        import polars as pl

        place = tuple(details[name] for name in self.names)
        if place not in self._answers:
            frame = self._merged.select("low", "high").with_columns(key=pl.Series(self._key(self._merged, details)))
            groups = frame.group_by("key").agg(pl.col("low").min(), pl.col("high").max())
            alone = groups.filter(pl.col("low") == pl.col("high"))["low"].n_unique()
            self._answers[place] = alone, groups.height
        return self._answers[place]

    def _key(self, frame: pl.DataFrame, details: Details) -> np.ndarray:
        import numpy as np

        key = np.zeros(frame.height, dtype=np.uint64)
        for name in self.names:
            if details[name] < len(catalogue.field(name).rungs):
                key += frame[f"{name}/{details[name]}"].to_numpy()
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
    """One record a row: ``low`` and ``high``, the number of its person; ``<field>/<step>``, hashes of its values.

    The hash of a step covers all coarser steps too, so that records alike in one step are alike in all that follow.
    """
    import polars as pl

    columns = []
    for name in names:
        rungs = catalogue.field(name).rungs
        alias = "l" if catalogue.field(name).table == LEARNER else "t"
        values = [_rung_sql(alias, name, rung) for rung in rungs]
        for place in range(details[name], len(rungs)):
            columns.append(f"hash('{name}', {', '.join(values[place:])}) AS \"{name}/{place}\"")
    tables = [t for t in dict.fromkeys(catalogue.field(name).table for name in names) if t != LEARNER]
    source = f"({population.table(LEARNER)}) l"
    if tables:
        other = population.table(tables[0])
        has_learner = any(catalogue.field(name).table == LEARNER for name in names)
        by = "l.learner_key = t.learner_key AND l.year = t.year AND " if tables[0] in parents() else ""
        source = f"({other}) t" + (f" JOIN {source} ON {by}l.person = t.person" if has_learner else "")
    person = ("t" if tables else "l") + ".person"
    population.session.execute(
        f"CREATE OR REPLACE TEMP TABLE _records AS SELECT {person} AS person, {', '.join(columns)} FROM {source}"  # noqa: S608
    )
    wanted = ", ".join(f'"{column}"' for column in re.findall(r'AS "([^"]+)"', " ".join(columns)))
    read = pl.from_arrow(
        population.session.sql(f"SELECT hash(person) AS low, {wanted} FROM _records").to_arrow_table()  # noqa: S608
    )
    population.session.execute("DROP TABLE _records")
    assert isinstance(read, pl.DataFrame)  # noqa: S101 - a table gives a frame
    return read.with_columns(high="low")


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
