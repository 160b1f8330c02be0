"""Ask a version of a data set for rows, in the query language of the public API.

A query that is well formed always has an answer: an id that does not exist matches nothing (or, where it is excluded,
everything), and a warning says so. Only indicators and sorts that do not exist are errors. What is not well formed is
refused before it comes here (``openilr.web.api.requests``).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.publish.datasets import codes
from openilr.publish.datasets.model import Filter, Indicator, Location, Meta, TimePeriod

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

#: A query may take this long before it is stopped.
LONGEST_SECONDS = 30.0
#: Joins an option's column and label where a query names it in words, as in ``age_group::Total``.
IN_WORDS = "::"


class TookTooLong(Exception):
    """The query was stopped after LONGEST_SECONDS."""


@dataclass(frozen=True)
class Query:
    """``criteria`` is the request's JSON and ``path`` where it stands there; ``sorts`` are (field, descending)."""

    criteria: Mapping[str, Any] | None = None
    indicators: Sequence[str] | None = None
    sorts: Sequence[tuple[str, bool]] = ()
    page: int = 1
    page_size: int = 1000
    path: str = "criteria"


@dataclass(frozen=True)
class Plan:
    """A query against one version: SQL over its numbers, with what the asker should be told."""

    where: str
    order: str
    indicators: tuple[Indicator, ...]
    warnings: tuple[tuple[str, str, list[Any]], ...]
    errors: tuple[tuple[str, str, list[Any]], ...]


@dataclass
class _Notes:
    warnings: list[tuple[str, str, list[Any]]] = field(default_factory=list)
    errors: list[tuple[str, str, list[Any]]] = field(default_factory=list)


def plan(meta: Meta, query: Query) -> Plan:
    """SQL for a query. ``warnings`` and ``errors`` are (code, path, offending items)."""
    notes = _Notes()
    where = _criteria(meta, query.criteria, query.path, notes, "AND") if query.criteria else "true"
    indicators = _indicators(meta, query.indicators, notes)
    order = _order(meta, query.sorts, indicators, notes)
    return Plan(where, order, indicators, tuple(notes.warnings), tuple(notes.errors))


def _criteria(meta: Meta, c: Mapping[str, Any], path: str, notes: _Notes, join: str) -> str:
    for word in ("and", "or"):
        if word in c:
            parts = [_criteria(meta, part, _at(path, f"{word}[{n}]"), notes, "AND") for n, part in enumerate(c[word])]
            return f" {word.upper()} ".join(f"({part})" for part in parts) or "true"
    if "not" in c:
        return f"NOT ({_criteria(meta, c['not'], _at(path, 'not'), notes, 'OR')})"
    parts = [
        f"({find(meta, c[facet], _at(path, facet), notes)})"
        for facet, find in (
            ("filters", _filters), ("geographicLevels", _levels), ("locations", _locations), ("timePeriods", _times),
        )
        if c.get(facet)
    ]  # fmt: skip
    return f" {join} ".join(parts) or "true"


def _at(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step


def _each(facet: Mapping[str, Any]) -> Iterator[tuple[str, list[Any], bool]]:
    """(comparator, values, whether it excludes) of what a facet asks."""
    for comparator, value in facet.items():
        if value is not None and value != []:
            yield comparator, value if isinstance(value, list) else [value], comparator in ("notEq", "notIn")


def _match(found: Sequence[tuple[str, int]], excluded: bool) -> str:
    """Rows that have one of these numbers in its column, or, where excluded, none. Only integers are written."""
    by_column: dict[str, set[int]] = {}
    for column, number in found:
        by_column.setdefault(column, set()).add(number)
    if not by_column:
        return "true" if excluded else "false"
    word, join = ("NOT IN", " AND ") if excluded else ("IN", " OR ")
    return join.join(
        f"{column} {word} ({', '.join(str(int(n)) for n in sorted(ns))})" for column, ns in by_column.items()
    )


def _facet(
    facet: Mapping[str, Any], path: str, notes: _Notes, warning: str, find: Any, said: Any = lambda value: value
) -> str:
    parts = []
    for comparator, values, excluded in _each(facet):
        found = [(value, find(value)) for value in values]
        missing = [said(value) for value, place in found if place is None]
        if missing:
            notes.warnings.append((warning, _at(path, comparator), missing))
        parts.append(f"({_match([place for _, place in found if place is not None], excluded)})")
    return " AND ".join(parts) or "true"


def _filters(meta: Meta, facet: Mapping[str, Any], path: str, notes: _Notes) -> str:
    def find(value: str) -> tuple[str, int] | None:
        found = meta.filter_of_option.get(value) or _option_in_words(meta, value)
        return None if found is None else (column_of(meta, found[0]), found[1])

    return _facet(facet, path, notes, "FiltersNotFound", find)


def _option_in_words(meta: Meta, words: str) -> tuple[Filter, int] | None:
    column, sign, label = words.partition(IN_WORDS)
    f = next((f for f in meta.filters if f.column == column), None) if sign else None
    number = next((n for n, o in enumerate(f.options, start=1) if o.label == label), None) if f else None
    return (f, number) if f is not None and number is not None else None


def _levels(meta: Meta, facet: Mapping[str, Any], path: str, notes: _Notes) -> str:
    def find(value: str) -> tuple[str, int] | None:
        return ("level", meta.levels.index(value) + 1) if value in meta.levels else None

    return _facet(facet, path, notes, "GeographicLevelsNotFound", find)


def _locations(meta: Meta, facet: Mapping[str, Any], path: str, notes: _Notes) -> str:
    def find(value: Mapping[str, str]) -> tuple[str, int] | None:
        level, [(by, key), *_] = level_and_key(value)
        number = meta.place_number(level, by, key)
        return None if number is None else (f"place_{level}", number)

    return _facet(facet, path, notes, "LocationsNotFound", find)


def level_and_key(location: Mapping[str, str]) -> tuple[str, list[tuple[str, str]]]:
    """The level of a location object, which local authorities, providers and schools need not name, and its key."""
    keys = [(k, v) for k, v in location.items() if k != "level"]
    implied = {"oldCode": "LA", "ukprn": "PROV", "urn": "SCH", "laEstab": "SCH"}
    return location.get("level") or implied.get(keys[0][0], "LA"), keys


_COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def _times(meta: Meta, facet: Mapping[str, Any], path: str, notes: _Notes) -> str:
    def number(value: Mapping[str, str]) -> int | None:
        code, period = value["code"], value["period"]
        if code in codes.RANGE_CODES and "/" not in period:
            period = f"{period}/{int(period) + 1}"
        return meta.time_number.get(TimePeriod(period, code))

    def find(value: Mapping[str, str]) -> tuple[str, int] | None:
        found = number(value)
        return None if found is None else ("time", found)

    parts = [_facet({k: v for k, v in facet.items() if k not in _COMPARE}, path, notes, "TimePeriodsNotFound", find)]
    for comparator, sign in _COMPARE.items():
        if facet.get(comparator) is not None:
            found = number(facet[comparator])
            if found is None:
                notes.warnings.append(("TimePeriodsNotFound", _at(path, comparator), [facet[comparator]]))
            parts.append("false" if found is None else f"time {sign} {int(found)}")
    return " AND ".join(f"({part})" for part in parts)


def _indicators(meta: Meta, wanted: Sequence[str] | None, notes: _Notes) -> tuple[Indicator, ...]:
    if wanted is None:
        return meta.indicators
    by_column = {indicator.column: indicator for indicator in meta.indicators}
    found = {id: meta.indicator_by_id.get(id) or by_column.get(id) for id in wanted}
    missing = [id for id, indicator in found.items() if indicator is None]
    if missing:
        notes.errors.append(("IndicatorsNotFound", "indicators", missing))
    return tuple(i for i in meta.indicators if i in found.values())


def _order(meta: Meta, sorts: Sequence[tuple[str, bool]], shown: Sequence[Indicator], notes: _Notes) -> str:
    columns = {"timePeriod": "time", "geographicLevel": "level"}
    columns |= {f"location|{level}": f"place_{level}" for level in meta.places_by_level}
    columns |= {f"filter|{f.id}": column_of(meta, f) for f in meta.filters}
    columns |= {f"indicator|{i.id}": column_of(meta, i) for i in shown}
    parts, missing = [], []
    for name, descending in sorts:
        if name not in columns:
            missing.append({"field": name, "direction": "Desc" if descending else "Asc"})
            continue
        column, way = columns[name], "DESC" if descending else "ASC"
        # Numbers in the order of numbers; symbols after them.
        parts += (
            [f"TRY_CAST({column} AS DOUBLE) {way} NULLS LAST", f"{column} {way}"]
            if name.startswith("indicator|")
            else [f"{column} {way}"]
        )
    if missing:
        notes.errors.append(("SortFieldsNotFound", "sorts", missing))
    return ", ".join([*(parts or ["time DESC"]), "id"])


def column_of(meta: Meta, thing: Filter | Indicator) -> str:
    """The column of a filter or an indicator in the numbers."""
    if isinstance(thing, Filter):
        return f"filter_{meta.filters.index(thing) + 1}"
    return f"value_{meta.indicators.index(thing) + 1}"


class Reader:
    """Runs plans over the Parquet files of versions. One for a process; every call may come from another thread."""

    def __init__(self) -> None:
        import duckdb

        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(config={"memory_limit": "4GB"})
        self._connection.execute("SET enable_object_cache = true")
        self._connection.execute("SET enable_progress_bar = false")
        self._making = threading.Lock()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        import duckdb

        with self._making:
            cursor = self._connection.cursor()
        late = threading.Timer(LONGEST_SECONDS, cursor.interrupt)
        late.daemon = True
        late.start()
        try:
            yield cursor
        except duckdb.InterruptException:
            raise TookTooLong from None
        finally:
            late.cancel()
            cursor.close()

    def count(self, numbers: Path, p: Plan) -> int:
        with self._cursor() as cursor:
            query = f"SELECT count(*) FROM read_parquet(?) WHERE {p.where}"  # noqa: S608 - integers and our own names
            [(count,)] = cursor.execute(query, [str(numbers)]).fetchall()
        return int(count)

    def rows(
        self, numbers: Path, meta: Meta, p: Plan, *, offset: int = 0, limit: int | None = None
    ) -> list[tuple[Any, ...]]:
        """Rows as tuples: those of ``columns``."""
        with self._cursor() as cursor:
            return cursor.execute(_select(meta, p, offset, limit), [str(numbers)]).fetchall()

    def arrow(self, numbers: Path, meta: Meta, p: Plan, *, offset: int = 0, limit: int | None = None) -> pa.Table:
        """Rows as an Arrow table in words: the columns of the file, with labels, codes and values as text."""
        with self._cursor() as cursor:
            found = cursor.sql(_select(meta, p, offset, limit), params=[str(numbers)]).to_arrow_table()
        return in_words(meta, p, found)


def columns(meta: Meta, p: Plan) -> list[str]:
    """Columns of ``Reader.rows``: time, level, each level of places, each filter, then the indicators."""
    return [
        "time", "level", *(f"place_{places.level}" for places in meta.places),
        *(f"filter_{n}" for n, _ in enumerate(meta.filters, start=1)), *(column_of(meta, i) for i in p.indicators),
    ]  # fmt: skip


def _select(meta: Meta, p: Plan, offset: int, limit: int | None) -> str:
    page = "" if limit is None else f" LIMIT {int(limit)} OFFSET {int(offset)}"
    return f"SELECT {', '.join(columns(meta, p))} FROM read_parquet(?) WHERE {p.where} ORDER BY {p.order}{page}"  # noqa: S608


def in_words(meta: Meta, p: Plan, found: pa.Table) -> pa.Table:
    """Numbers become the texts that they stand for, under the column names of the file standard."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def texts(column: str, values: Sequence[str]) -> pa.Array:
        numbers = pc.subtract(found[column].combine_chunks(), 1)
        known = pc.if_else(pc.less(numbers, 0), pa.scalar(None, pa.int32()), numbers)
        return pa.DictionaryArray.from_arrays(known.cast(pa.int32()), pa.array(list(values), pa.string()))

    out: dict[str, pa.Array] = {
        "time_period": texts("time", [_csv_period(time) for time in meta.times]),
        "time_identifier": texts("time", [codes.IDENTIFIERS[time.code].label for time in meta.times]),
        "geographic_level": texts("level", [codes.LEVELS[level].label for level in meta.levels]),
    }
    for places in sorted(meta.places, key=lambda places: codes.SHOWN_ORDER.index(places.level)):
        level, column = codes.LEVELS[places.level], f"place_{places.level}"
        for name, kind in level.codes.items():
            out[name] = texts(column, [place.codes[kind] for place in places.options])
        out[level.name] = texts(column, [place.label for place in places.options])
    for f in meta.filters:
        out[f.column] = texts(column_of(meta, f), [option.label for option in f.options])
    for indicator in p.indicators:
        out[indicator.column] = found[column_of(meta, indicator)].combine_chunks()
    return pa.table(out)


def _csv_period(time: TimePeriod) -> str:
    start, _, end = time.period.partition("/")
    return start + end[2:]


def place_of(meta: Meta, level: str, number: int) -> Location | None:
    return meta.places_by_level[level].options[number - 1] if number else None
