"""From a screened EES pair to what is served: the description of a version, and its numbers as Parquet.

The data file is read by DuckDB in pieces, every column as text, so a file may be larger than memory.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.publish.datasets import codes
from openilr.publish.datasets.model import (
    KINDS,
    Filter,
    Indicator,
    Location,
    Meta,
    Option,
    Places,
    TimePeriod,
    public_id,
)

if TYPE_CHECKING:
    import duckdb

_UNITS = {"numberstring": "string"}
#: Rows that a reader of the Parquet file skips or takes together.
_ROW_GROUP = 122_880


class Source:
    """An open data file beside its meta rows."""

    def __init__(self, data: Path, meta: Path) -> None:
        import duckdb

        self.connection: duckdb.DuckDBPyConnection = duckdb.connect(config={"threads": 2})
        # DuckDB draws a bar on the standard output when something takes long, also where nobody looks.
        self.connection.execute("SET enable_progress_bar = false")
        #: Every value is text, and a blank is an empty text.
        self.select = (
            f"SELECT * FROM read_csv({_quoted(str(data))}, header = true, all_varchar = true, delim = ',', "  # noqa: S608
            "quote = '\"', escape = '\"', nullstr = '\x01')"
        )
        self.connection.execute(f"CREATE VIEW given AS {self.select}")
        self.columns = [row[0] for row in self.connection.execute("DESCRIBE given").fetchall()]
        with meta.open(encoding="utf-8-sig", newline="") as file:
            self.meta = [{k: (v or "").strip() for k, v in row.items() if k} for row in csv.DictReader(file)]

    def common_step(self) -> dict[str, int]:
        """For each count (an indicator without a unit that holds whole numbers only, and more than nought) the largest
        number that all its values are multiples of."""
        steps = {}
        for row in self.meta:
            if row["col_type"] != "Indicator" or row.get("indicator_unit"):
                continue
            name = row["col_name"]
            column = _name(name)
            values = self.connection.execute(
                f"SELECT DISTINCT {column} FROM given WHERE try_cast({column} AS DOUBLE) IS NOT NULL"  # noqa: S608
            ).fetchall()
            numbers = [value for (value,) in values]
            if all(n.isdecimal() for n in numbers) and (step := math.gcd(*map(int, numbers))):
                steps[name] = step
        return steps

    def distinct(self, columns: Iterable[str], *, filled: bool = True) -> list[tuple[str, ...]]:
        names = [_name(column) for column in columns]
        where = " AND ".join(f"{name} <> ''" for name in names) if filled else "true"
        listed = ", ".join(names)
        return self.connection.execute(
            f"SELECT DISTINCT {listed} FROM given WHERE {where} ORDER BY {listed}"  # noqa: S608 - names are quoted
        ).fetchall()

    def level_columns(self, level: codes.Level) -> tuple[str, ...] | None:
        """The columns of a level as this file spells them, or None where it lacks one."""
        found = []
        for column in level.columns:
            spellings = (column, (level.also or {}).get(column, ""))
            spelt = next((name for name in spellings if name in self.columns), None)
            if spelt is None:
                return None
            found.append(spelt)
        return tuple(found)


def describe(source: Source, before: Meta | None = None) -> Meta:
    """Filters, options, indicators, places and periods of the file, with the ids that ``before`` gave the same things.

    A filter or indicator is the same if its column is; an option if its label is; a place if its codes are, and where a
    level has no codes, if its name is.
    """
    given = _Ids(before)
    rows = {kind: [r for r in source.meta if r.get("col_type") == kind] for kind in ("Filter", "Indicator")}
    filters = tuple(
        _filter(source, row, given) for row in sorted(rows["Filter"], key=lambda r: (r["label"], r["col_name"]))
    )
    indicators = tuple(
        Indicator(
            given.id("indicator", (row["col_name"],)), row["col_name"], row["label"],
            _UNITS.get(row.get("indicator_unit", ""), row.get("indicator_unit", "")),
            int(row["indicator_dp"]) if row.get("indicator_dp") else None, row.get("indicator_grouping", ""),
        )
        for row in sorted(rows["Indicator"], key=lambda r: (r["label"], r["col_name"]))
    )  # fmt: skip
    places = []
    for level in sorted(codes.LEVELS.values(), key=lambda level: level.label):
        columns = source.level_columns(level)
        options = _places(source, level, columns, given) if columns else ()
        if options:
            places.append(Places(level.code, options))
    found = {row[0] for row in source.distinct(["geographic_level"])}
    levels = tuple(level.code for level in sorted(codes.LEVELS.values(), key=lambda x: x.label) if level.label in found)
    times = tuple(
        sorted(
            (
                TimePeriod(codes.period_of(period, codes.CODE_OF_LABEL[kind]), codes.CODE_OF_LABEL[kind])
                for period, kind in source.distinct(["time_period", "time_identifier"])
            ),
            key=lambda time: (time.period, codes.CODE_ORDER[time.code]),
        )
    )
    [(count,)] = source.connection.execute("SELECT count(*) FROM given").fetchall()
    return Meta(filters, indicators, levels, tuple(places), times, count, given.next)


def _filter(source: Source, row: Mapping[str, str], given: _Ids) -> Filter:
    column, grouping = row["col_name"], row.get("filter_grouping_column", "")
    made = Filter(
        given.id("filter", (column,)), column, row["label"], row.get("filter_hint", ""), (),
        row.get("filter_default", ""), grouping, row.get("parent_filter", ""),
    )  # fmt: skip
    groups = {row[0]: row[1] for row in source.distinct([column, grouping])} if grouping else {}
    labels = [label for (label,) in source.distinct([column])]
    options = tuple(Option(given.id("option", (column, label)), label, groups.get(label, "")) for label in labels)
    return replace(made, options=options)


def _places(source: Source, level: codes.Level, columns: tuple[str, ...], given: _Ids) -> tuple[Location, ...]:
    names = tuple(level.codes.values())
    options, seen = [], set()
    for *values, label in source.distinct(columns):
        # Two names of one code are two places: only the first may keep the id that the code had.
        key = (level.code, *(values or [label]))
        key = key if key not in seen else (*key, label)
        seen.add(key)
        options.append(Location(given.id("location", key), label, dict(zip(names, values, strict=True))))
    return tuple(options)


class _Ids:
    """Gives what was there before its id again, and new things the next free one."""

    def __init__(self, before: Meta | None) -> None:
        self.next = dict(before.next) if before else dict.fromkeys(KINDS, 1)
        self._known: dict[tuple[Any, ...], str] = {}
        if before is None:
            return
        for f in before.filters:
            self._known["filter", f.column] = f.id
            self._known.update({("option", f.column, option.label): option.id for option in f.options})
        self._known.update({("indicator", i.column): i.id for i in before.indicators})
        for places in before.places:
            for place in places.options:
                key = ("location", places.level, *(place.codes.values() or [place.label]))
                self._known[key if key not in self._known else (*key, place.label)] = place.id

    def id(self, kind: str, key: tuple[str, ...]) -> str:
        if (kind, *key) not in self._known:
            self._known[kind, *key] = public_id(self.next[kind])
            self.next[kind] += 1
        return self._known[kind, *key]


def write_numbers(source: Source, meta: Meta, target: Path) -> None:
    """The rows as Parquet, national rows first and new periods before old: what stands for text is a small number.

    Columns: id, time, level, place_<LEVEL>, filter_<n>, value_<n>; numbers count from 1 in the order of ``meta``, 0 is
    a blank, and values are the text of the file. Within a level and a period the order is that of the file.
    """
    connection = source.connection
    joins: list[str] = []
    columns: list[str] = []

    def coded(name: str, on: Mapping[str, list[str]]) -> None:
        """A column that numbers the distinct values of some columns."""
        table = f"codes_{len(joins)}"
        frame = {f"k{i}": values for i, values in enumerate(on.values())}
        count = len(next(iter(frame.values())))
        _register(connection, table, {"number": list(range(1, count + 1)), **frame})
        match = " AND ".join(f"g.{_name(column)} = {table}.k{i}" for i, column in enumerate(on))
        joins.append(f"LEFT JOIN {table} ON {match}")
        columns.append(f"coalesce({table}.number, 0)::INTEGER AS {name}")

    shown = [time.key for time in meta.times]
    pairs = source.distinct(["time_period", "time_identifier"])
    numbers = {pair: shown.index(_key_of(pair)) + 1 for pair in pairs}
    in_order = sorted(pairs, key=lambda pair: numbers[pair])
    coded("time", {"time_period": [p for p, _ in in_order], "time_identifier": [k for _, k in in_order]})
    coded("level", {"geographic_level": [codes.LEVELS[level].label for level in meta.levels]})
    for places in meta.places:
        level = codes.LEVELS[places.level]
        spelt = source.level_columns(level) or ()
        values = [
            *([p.codes[c] for p in places.options] for c in level.codes.values()),
            [p.label for p in places.options],
        ]
        coded(f"place_{places.level}", dict(zip(spelt, values, strict=True)))
    for number, f in enumerate(meta.filters, start=1):
        coded(f"filter_{number}", {f.column: [option.label for option in f.options]})
    columns += [f"g.{_name(i.column)} AS value_{n}" for n, i in enumerate(meta.indicators, start=1)]
    connection.execute("SET preserve_insertion_order = true")
    inner = (
        f"SELECT {', '.join(columns)}, g.geographic_level AS level_label, g.place_in_file "  # noqa: S608
        f"FROM (SELECT *, row_number() OVER () AS place_in_file FROM given) g {' '.join(joins)} "
        "ORDER BY level_label, time DESC, place_in_file"
    )
    connection.execute(
        f"COPY (SELECT (row_number() OVER ())::INTEGER AS id, * EXCLUDE (level_label, place_in_file) FROM ({inner})) "  # noqa: S608
        f"TO {_quoted(str(target))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})"
    )


def _key_of(pair: tuple[str, ...]) -> str:
    code = codes.CODE_OF_LABEL[pair[1]]
    return f"{codes.period_of(pair[0], code)}|{code}"


def _register(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, list[Any]]) -> None:
    import pyarrow as pa

    connection.register(table, pa.table(dict(columns)))


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
