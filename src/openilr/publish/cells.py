"""Reads an EES pair as tables of counts: which rows are cells of one table, and what adds up to what.

Rows with ``Total`` are totals of a filter's other items. A grouping column makes a filter a hierarchy: ``Total`` within
a group is the group's total. A place belongs to every place whose columns its row fills in (country, region, local
authority ...). Time periods are tables of their own, and so is each indicator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openilr.disclose.tables.model import Dimension, Sum, Table, TableError
from openilr.publish import standard

if TYPE_CHECKING:
    import polars as pl

TOTAL = "total"
#: Cells that stand for no count and are handed on as they are.
NOT_COUNTS = ("z", "x")
_COUNT = re.compile(r"\d{1,15}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class CellsError(Exception):
    """The pair can not be read as raw counts; the message names the file, the line and the column."""


@dataclass(frozen=True)
class Family:
    """What rows are broken down by: places (``columns`` empty), or a filter with the grouping column before it."""

    name: str
    columns: tuple[str, ...]
    nodes: tuple[tuple[str, ...], ...]
    #: For each row of the data, its node.
    of_row: np.ndarray
    #: Ways in which the nodes may add up; the first that holds in the data is the one.
    ways: tuple[tuple[Sum, ...], ...]


@dataclass(frozen=True)
class Counts:
    """One indicator in one period. ``rows`` has the data row of each cell, -1 for a latent one; ``cell_of`` the cell
    of each row of the period, as (row, cell) pairs, with repeated rows."""

    indicator: str
    time: tuple[str, str]
    table: Table
    rows: np.ndarray
    cell_of: np.ndarray
    #: Overlapping filters of which the table says that each item is within the total, and all items together cover it.
    covered: tuple[str, ...] = ()


class Cells:
    """A pair, read. ``overlapping`` names the filters whose items are not parts of their total, because one learner
    may be in several, ``keep`` the indicators that are not about learners. ``population`` tells indicators of the same
    name apart, ``rates`` says what rates are made of (of, by, scale) where that is known, ``quantiles`` of whom and of
    how many at least each is. CellsError for what can not be read."""

    def __init__(
        self, data: Path, meta: Path, overlapping: Sequence[str] = (), *, keep: Sequence[str] = (),
        population: str = "", rates: Mapping[str, tuple[str, str, int]] | None = None,
        quantiles: Mapping[str, tuple[str, int]] | None = None,
    ) -> None:  # fmt: skip
        self.population, self.rates, self.quantiles = population, dict(rates or {}), dict(quantiles or {})
        self.data_path, self.meta_path = data, meta
        self.data, self.meta = _read(data), _read(meta)
        self._require(self.meta, self.meta_path, ("col_name", "col_type"))
        self._require(self.data, self.data_path, standard.REQUIRED_DATA)
        self._require(self.data, self.data_path, [c for c in self.meta["col_name"] if c])
        self.filters = [r for r in self.meta.iter_rows(named=True) if r["col_type"].strip() == "Filter"]
        self.indicators = [r for r in self.meta.iter_rows(named=True) if r["col_type"].strip() == "Indicator"]
        if not self.indicators:
            raise CellsError(f"{meta.name} names no Indicator, so there is nothing to protect.")
        names = [r["col_name"] for r in self.filters]
        for name in overlapping:
            if name not in names:
                raise CellsError(f"There is no filter {name} in {meta.name}: choose from {', '.join(names)}.")
        self.overlapping = tuple(overlapping)
        there = [r["col_name"] for r in self.indicators]
        for name in keep:
            if name not in there:
                raise CellsError(f"There is no indicator {name} in {meta.name}: choose from {', '.join(there)}.")
        self.keep = tuple(keep)

    def _require(self, frame: pl.DataFrame, path: Path, columns: Sequence[str]) -> None:
        missing = [c for c in columns if c not in frame.columns]
        if missing:
            raise CellsError(f"{path.name} has no column {missing[0]}.")

    @cached_property
    def families(self) -> list[Family]:
        return [self._places(), *(self._filter(row) for row in self.filters)]

    def _filter(self, row: dict[str, str]) -> Family:
        name, group = row["col_name"], (row.get("filter_grouping_column") or "").strip()
        columns = (group, name) if group and group != name else (name,)
        self._require(self.data, self.data_path, columns)
        nodes, of_row = _numbered(self.data.select(columns).rows())
        ways: tuple[tuple[Sum, ...], ...] = ((),)
        if name not in self.overlapping:
            default = (row.get("filter_default") or "").strip().casefold()
            ways = _grouped(nodes, default) if len(columns) == 2 else (_flat(nodes, default),)
        return Family(name, columns, nodes, of_row, ways)

    def _places(self) -> Family:
        levels = [level for level in standard.LEVELS if level in set(self.data["geographic_level"])]
        unknown = set(self.data["geographic_level"]) - standard.LEVELS.keys()
        if unknown:
            raise CellsError(f"{self.data_path.name} has a geographic_level {sorted(unknown)[0]!r} that EES has not.")
        of_level = {level: [c for c in standard.LEVELS[level] if c in self.data.columns] for level in levels}
        for level in levels:
            if not of_level[level]:
                raise CellsError(f"{self.data_path.name} has rows of level {level} but none of its columns.")
        own, above = [], []
        columns = sorted({"geographic_level", *(c for cs in of_level.values() for c in cs)})
        for row in self.data.select(columns).iter_rows(named=True):
            level = row["geographic_level"]
            filled = [v for v in levels if v != level and row[of_level[v][0]]]
            own.append(_place(level, [row[c] for c in of_level[level]]))
            above.append([_place(v, [row[c] for c in of_level[v]]) for v in filled])
        # A region may have no row of its own where its areas have: it is a place all the same.
        nodes, numbers = _numbered([*own, *(place for places in above for place in places)])
        return Family("place", (), nodes, numbers[: len(own)], (_nested(nodes, own, above),))

    @cached_property
    def times(self) -> list[tuple[str, str]]:
        pairs = self.data.select("time_period", "time_identifier").unique(maintain_order=True)
        return [(period, identifier) for period, identifier in pairs.rows()]

    def has_fractions(self, column: str) -> bool:
        """Whether any number of the column is not whole."""
        return bool(self.data[column].str.contains(r"^-?\d+\.\d+$").any())

    def numbers(self, column: str) -> np.ndarray:
        """Counts of a column, -1 where a cell is z or x. CellsError where anything else stands there."""
        values = self.data[column].to_list()
        out = np.full(len(values), -1, dtype=np.int64)
        for line, text in enumerate(values):
            if _COUNT.fullmatch(text):
                out[line] = int(text)
            elif text not in NOT_COUNTS:
                raise CellsError(f"{self.data_path.name} line {line + 2}, {column}: {_why_no_count(text)}")
        return out

    def tables(self, column: str, within: bool = False) -> Iterator[Counts]:
        """The table of each period for an indicator of counts. ``within`` adds what a reader knows of items that share
        learners: none is larger than the total, and together they are no smaller. CellsError where the counts do not
        add up."""
        values = self.numbers(column)
        at = np.stack([family.of_row for family in self.families], axis=1).astype(np.int32)
        times = _numbered(self.data.select("time_period", "time_identifier").rows())[1]
        for number, time in enumerate(self.times):
            rows = np.flatnonzero((times == number) & (values >= 0))
            if len(rows):
                yield self._table(column, time, rows, at[rows], values[rows], within)

    def _table(
        self, column: str, time: tuple[str, str], rows: np.ndarray, at: np.ndarray, values: np.ndarray, within: bool
    ) -> Counts:
        cells, first, cell = np.unique(at, axis=0, return_index=True, return_inverse=True)
        cell = cell.reshape(-1)
        clash = np.flatnonzero(values[first][cell] != values)
        if len(clash):
            one, other = rows[first[cell[clash[0]]]] + 2, rows[clash[0]] + 2
            raise CellsError(
                f"{self.data_path.name} lines {one} and {other} are the same cell with two values of {column}."
            )
        plain = Table(tuple(Dimension(f.name, f.nodes) for f in self.families), cells, values[first])
        chosen = []
        for position, family in enumerate(self.families):
            tried = [_with(plain, {position: way}) for way in family.ways]
            fits = [way for way, table in zip(family.ways, tried, strict=True) if not _latent(table).broken()]
            if not fits:
                raise CellsError(
                    f"{self.data_path.name}, {column}, {time[0]}: the counts do not add up. "
                    f"{'; '.join(_latent(tried[0]).broken())}."
                    + " A part without a row counts as 0."
                    + (f" If one learner may be in several items, say --overlapping {family.name}." if position else "")
                )
            chosen.append(fits[0])
        table = _latent(_with(plain, dict(enumerate(chosen))))
        try:
            broken = table.broken()
        except TableError as problem:
            raise CellsError(str(problem)) from None
        if broken:
            raise CellsError(f"{self.data_path.name}, {column}, {time[0]}: {'; '.join(broken)}.")
        covered = []
        for position, family in enumerate(self.families):
            wider = _within(table, position) if within and family.name in self.overlapping else None
            if wider is not None:
                table = wider
                covered.append(family.name)
        place = np.full(len(table), -1, dtype=np.int64)
        place[: len(cells)] = rows[first]
        return Counts(column, time, table, place, np.stack([rows, cell], axis=1), tuple(covered))


def _read(path: Path) -> pl.DataFrame:
    import polars as pl

    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    try:
        frame = pl.read_csv(path, infer_schema=False).fill_null("")
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        raise CellsError(f"{path.name} can not be read as CSV in UTF-8 with as many values in each row.") from None
    if frame.is_empty():
        raise CellsError(f"{path.name} has no rows.")
    return frame


def _why_no_count(text: str) -> str:
    if not text.strip():
        return "it is blank; write 0, or z where a count does not apply."
    if re.fullmatch(r"-\d+(\.\d+)?", text):
        return f"{text} is negative, and a count can not be."
    if _NUMBER.fullmatch(text):
        return f"{text} is not a whole number, so it is not a count."
    if text.strip() in ("c", "low", "k", "~", ":", "u"):
        return f"{text!r} shows that the file was protected before; give the raw counts."
    return f"{text!r} is not a count."


def _numbered(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[tuple[str, ...], ...], np.ndarray]:
    """The different tuples in order of appearance, and the number of each row's."""
    known: dict[tuple[str, ...], int] = {}
    of_row = np.fromiter((known.setdefault(tuple(row), len(known)) for row in rows), dtype=np.int64, count=len(rows))
    return tuple(known), of_row


def _is_total(text: str, default: str = "") -> bool:
    return text.strip().casefold() in {TOTAL, default or TOTAL}


def _flat(nodes: Sequence[tuple[str, ...]], default: str) -> tuple[Sum, ...]:
    """``Total`` is the sum of all others; where there is no such item, the filter's default."""
    wholes = [i for i, (item,) in enumerate(nodes) if _is_total(item)]
    wholes = wholes or [i for i, (item,) in enumerate(nodes) if _is_total(item, default)]
    parts = tuple(i for i in range(len(nodes)) if i not in wholes)
    return tuple(Sum(whole, parts) for whole in wholes if parts)


def _grouped(nodes: Sequence[tuple[str, ...]], default: str) -> tuple[tuple[Sum, ...], ...]:
    """Group totals add up to the total; or, where that does not hold, each group for itself does."""
    items: dict[str, list[int]] = {}
    totals: dict[str, int] = {}
    root = None
    for i, (group, item) in enumerate(nodes):
        if _is_total(group) and _is_total(item, default):
            root = i
        elif _is_total(item) or _names_the_group(group, item):
            totals[group] = i
        else:
            items.setdefault(group, []).append(i)
    if root is None:
        lone = [group for group in totals if group not in items]
        root = totals.pop(lone[0]) if len(lone) == 1 and len(totals) > 1 else None
    for group in [g for g in items if _is_total(g)]:  # items beside the total, in a group that is called Total
        items[""] = items.pop(group)
    inside = tuple(Sum(totals[group], tuple(items[group])) for group in totals if items.get(group))
    if root is None:
        return (inside,)
    top = [totals[group] for group in totals] + [i for group in items if group not in totals for i in items[group]]
    one = (*inside, Sum(root, tuple(top))) if top else inside
    groups = {**{g: tuple(i) for g, i in items.items() if g not in totals}, **{g: (i,) for g, i in totals.items()}}
    each = (*inside, *(Sum(root, parts) for parts in groups.values()))
    return (one, each)


def _names_the_group(group: str, item: str) -> bool:
    group, item = group.strip().casefold(), item.strip().casefold()
    return item in {group, f"total {group}", f"{group} total", f"{group}: total", f"{group} (total)", f"all {group}"}


def _place(level: str, values: Sequence[str]) -> tuple[str, ...]:
    """A place is known by its code; where the code only says that there is none, by its name too."""
    return (level, values[0]) if values[0] not in (*NOT_COUNTS, "") else (level, *values)


def _nested(
    nodes: Sequence[tuple[str, ...]], own: Sequence[tuple[str, ...]], above: Sequence[list[tuple[str, ...]]]
) -> tuple[Sum, ...]:
    """Sums of places: the parts of a place, level by level, are the nearest places below it."""
    number = {node: i for i, node in enumerate(nodes)}
    over: list[set[int]] = [set() for _ in nodes]
    for node, places in zip(own, above, strict=True):
        over[number[node]].update(number[place] for place in places)
    country = {number[node] for node in nodes if node[0] == "National"}
    for i, node in enumerate(nodes):
        if not over[i] and node[0] != "National" and len(country) == 1:
            over[i] = set(country)  # named by a row below it only
    for i in range(len(nodes)):  # a place below another can not be above it too
        over[i] = {j for j in over[i] if i not in over[j]}
    parts: dict[tuple[int, str], list[int]] = {}
    for i, node in enumerate(nodes):
        for j in over[i]:
            if not any(j in over[k] for k in over[i]):
                parts.setdefault((j, node[0]), []).append(i)
    return tuple(Sum(whole, tuple(of)) for (whole, _), of in parts.items())


def _with(table: Table, sums: dict[int, tuple[Sum, ...]]) -> Table:
    dimensions = tuple(
        Dimension(d.name, d.nodes, sums.get(i, d.sums)) for i, d in enumerate(table.dimensions)
    )  # fmt: skip
    return Table(dimensions, table.at, table.values, table.latent)


def _within(table: Table, number: int) -> Table | None:
    """The table with latent cells that say of items that share learners: the total is an item and those not in it; and
    the items together are the total and those counted more than once. None where the counts say otherwise."""
    dimension = table.dimensions[number]
    nodes = [str(node[-1]) for node in dimension.nodes if isinstance(node, tuple) and len(node) == 1]
    totals = [i for i, node in enumerate(nodes) if _is_total(node)]
    if len(nodes) < len(dimension.nodes) or len(totals) != 1:
        return None
    [total], count = totals, len(nodes)
    items = [i for i in range(count) if i != total]
    together, twice = 2 * count, 2 * count + 1
    sums = (
        Sum(together, tuple(items)), Sum(together, (total, twice)), *(Sum(total, (i, count + i)) for i in items)
    )  # fmt: skip
    labels = (*dimension.nodes, *((f"not {node}",) for node in nodes), ("items together",), ("more than once",))
    wholes = np.flatnonzero((table.at[:, number] == total) & _published_items(table, number))
    parts = table.parts_of(wholes, number, Sum(total, tuple(items)))
    there = parts >= 0
    counts, whole = np.where(there, table.values[parts], 0), table.values[wholes]
    some = np.asarray(there.any(axis=1))
    if (counts > whole[:, None]).any() or (counts.sum(axis=1) < whole)[some].any():
        return None
    at, values = [table.at], [table.values]
    columns = [(count + i, there[:, j], whole - counts[:, j]) for j, i in enumerate(items)]
    columns += [(together, some, counts.sum(axis=1)), (twice, some, counts.sum(axis=1) - whole)]
    for node, which, value in columns:
        more = table.at[wholes[which]].copy()
        more[:, number] = node
        at.append(more)
        values.append(value[which])
    dimensions = list(table.dimensions)
    dimensions[number] = Dimension(dimension.name, labels, sums)
    cells = np.concatenate(at)
    latent = np.concatenate([table.latent, np.ones(len(cells) - len(table), bool)])
    return Table(tuple(dimensions), cells, np.concatenate(values), latent)


def _published_items(table: Table, number: int) -> np.ndarray:
    """Cells that stand at no node that was added for another filter."""
    found = np.ones(len(table), bool)
    for i, dimension in enumerate(table.dimensions):
        if ("items together",) in dimension.nodes and i != number:
            found &= table.at[:, i] < (len(dimension.nodes) - 2) // 2
    return found


def _latent(table: Table) -> Table:
    """The table with a latent cell for each that is missing between a published whole and published parts."""
    while True:
        fresh: dict[int, tuple[np.ndarray, int]] = {}
        for number, dimension in enumerate(table.dimensions):
            whole_of = {each.whole: [s for s in dimension.sums if s.whole == each.whole] for each in dimension.sums}
            for each in dimension.sums:
                for part in each.parts:
                    if part in whole_of:
                        _missing(table, number, each, part, whole_of[part], fresh)
        if not fresh:
            return table
        at = np.array([where for where, _ in fresh.values()], dtype=np.int32)
        values = np.array([value for _, value in fresh.values()], dtype=np.int64)
        table = Table(
            table.dimensions, np.concatenate([table.at, at]), np.concatenate([table.values, values]),
            np.concatenate([table.latent, np.ones(len(at), bool)]),
        )  # fmt: skip


def _missing(
    table: Table, number: int, each: Sum, part: int, below: list[Sum], fresh: dict[int, tuple[np.ndarray, int]]
) -> None:
    """Note the cells of node ``part`` that are not there though their whole and some of their own parts are."""
    stride = table.strides[number]
    wholes = np.flatnonzero(table.at[:, number] == each.whole)
    keys = table.keys[wholes] + (part - each.whole) * stride
    gone = table.find(keys) < 0
    wholes, keys = wholes[gone], keys[gone]
    for each_below in below:
        if not len(keys):
            return
        cells = table.find(keys[:, None] + (np.array(each_below.parts, dtype=np.int64) - part) * stride)
        some = (cells >= 0).any(axis=1)
        sums = np.where(cells >= 0, table.values[cells], 0).sum(axis=1)
        for whole, key, value in zip(wholes[some], keys[some], sums[some], strict=True):
            where = table.at[whole].copy()
            where[number] = part
            fresh.setdefault(int(key), (where, int(value)))
        wholes, keys = wholes[~some], keys[~some]
