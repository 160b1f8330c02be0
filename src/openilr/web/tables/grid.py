"""From rows of a data set to a table with headers in rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from openilr.publish.datasets import codes
from openilr.publish.datasets.model import Indicator
from openilr.publish.datasets.query import plan
from openilr.web.datasets import library, reader
from openilr.web.tables.choice import INDICATOR, PLACE, TIME, Choice
from openilr.web.tables.derived import DERIVED, number, work_out

SYMBOLS = {
    "c": "confidential: hidden so that nobody can be recognised",
    "low": "rounds to nothing but is not nothing (where a release does not use it, a rounded 0 may be a few people)",
    "x": "not available",
    "z": "not applicable",
    "u": "based on too few people to rely on",
}
Key = tuple[int, tuple[str, int], tuple[int, ...], str]


@dataclass(frozen=True)
class Header:
    """A heading over ``span`` rows or columns."""

    text: str
    span: int


@dataclass(frozen=True)
class Grid:
    """``heads`` are the rows of column headings, ``rows`` each a list of headings (None: of a row above) and values.

    ``lines`` are the same rows for programs: a label for each row dimension, then the values.
    """

    row_titles: tuple[str, ...]
    heads: tuple[tuple[Header, ...], ...]
    rows: tuple[tuple[tuple[Header | None, ...], tuple[str, ...]], ...]
    labels: tuple[tuple[str, ...], ...]
    column_labels: tuple[str, ...]
    symbols: tuple[tuple[str, str], ...]

    @property
    def values(self) -> tuple[tuple[str, ...], ...]:
        return tuple(values for _, values in self.rows)


Cells = dict[Key, str]


def fetch(choice: Choice) -> Cells:
    """The published values of a choice: (period, (level, place), options, indicator id) to text."""
    meta = choice.meta
    p = plan(meta, choice.to_query())
    numbers = library().path(choice.data_set, choice.version) / "data.parquet"
    level_at = {level: n for n, level in enumerate((places.level for places in meta.places), start=2)}
    first_filter = 2 + len(meta.places)
    first_value = first_filter + len(meta.filters)
    cells: Cells = {}
    for row in reader().rows(numbers, meta, p):
        level = meta.levels[row[1] - 1]
        options = tuple(row[first_filter:first_value])
        for n, indicator in enumerate(p.indicators):
            cells[row[0], (level, row[level_at[level]]), options, indicator.id] = row[first_value + n] or ""
    return cells


def build(choice: Choice, cells: Cells) -> Grid:
    """Lay the cells out. Rows and columns without any number are left out."""
    items = _items(choice)
    totals = _totals(choice)
    everything = [items[name] for name in choice.rows], [items[name] for name in choice.columns]
    value_of = _values(choice, cells, totals)
    kept_rows = [
        key for key in product(*everything[0]) if any(value_of(key, c) is not None for c in product(*everything[1]))
    ]
    kept_columns = [c for c in product(*everything[1]) if any(value_of(key, c) is not None for key in kept_rows)]
    body = [tuple(value_of(row, column) or "" for column in kept_columns) for row in kept_rows]
    shown_rows = _shown(kept_rows, choice.rows)
    shown_columns = _shown(kept_columns, choice.columns)
    heads = _spans([[key[n][1] for n in shown_columns] for key in kept_columns])
    side = _side([[key[n][1] for n in shown_rows] for key in kept_rows])
    symbols = {value for line in body for value in line if value in SYMBOLS}
    return Grid(
        tuple(choice.dimensions[choice.rows[n]] for n in shown_rows),
        tuple(tuple(row) for row in heads),
        tuple(zip(side, (tuple(_printed(v) for v in line) for line in body), strict=True)),
        tuple(tuple(key[n][1] for n in shown_rows) for key in kept_rows),
        tuple(", ".join(key[n][1] for n in shown_columns) for key in kept_columns),
        tuple((symbol, words) for symbol, words in SYMBOLS.items() if symbol in symbols),
    )


def _items(choice: Choice) -> dict[str, list[tuple[Any, str]]]:
    """Each dimension's items: what finds the number, and what the reader sees."""
    several = len({level for level, _ in choice.places}) > 1
    numbers = {level: places.number_of for level, places in choice.meta.places_by_level.items()}
    items: dict[str, list[tuple[Any, str]]] = {
        TIME: [(choice.meta.time_number[time], time.label) for time in choice.times],
        PLACE: [
            (
                (level, numbers[level][place.id]),
                f"{place.label} ({codes.LEVELS[level].label.lower()})" if several and level != "NAT" else place.label,
            )
            for level, place in choice.places
        ],
        INDICATOR: [
            ((indicator.id, name), measure_label(indicator, name))
            for indicator in choice.indicators
            for name in ("", *choice.derived)
        ],
    }
    for f, options in choice.options:
        items[f"filter:{f.id}"] = [(f.number_of[option.id], option.label) for option in options]
    return items


def measure_label(indicator: Indicator, derived: str = "") -> str:
    if derived:
        return f"{indicator.label}: {DERIVED[derived].title}"
    unit = indicator.unit
    return (
        f"{indicator.label} ({unit})" if unit and unit != "string" and unit not in indicator.label else indicator.label
    )


def _totals(choice: Choice) -> tuple[int, ...]:
    """The options that stand for everything, 0 where a filter has none."""
    defaults = [f.default_option for f in choice.meta.filters]
    return tuple(f.number_of[d.id] if d else 0 for f, d in zip(choice.meta.filters, defaults, strict=True))


def _values(choice: Choice, cells: Cells, totals: tuple[int, ...]) -> Any:
    order = [*choice.rows, *choice.columns]
    at = {name: n for n, name in enumerate(order)}
    times = [choice.meta.time_number[time] for time in choice.times]
    filters = [at[f"filter:{f.id}"] for f in choice.meta.filters]

    def value(row: tuple[Any, ...], column: tuple[Any, ...]) -> str | None:
        key = [item for item, _ in (*row, *column)]
        time, place, (indicator, derived) = key[at[TIME]], key[at[PLACE]], key[at[INDICATOR]]
        options = tuple(key[n] for n in filters)
        now = cells.get((time, place, options, indicator))
        if not derived or now is None:
            return now
        earlier = times[times.index(time) - 1] if times.index(time) else None
        before = cells.get((earlier, place, options, indicator)) if earlier is not None else None
        first = cells.get((times[0], place, options, indicator))
        total = cells.get((time, place, totals, indicator))
        return work_out(derived, now, before, first, total)

    return value


def _shown(keys: Sequence[tuple[Any, ...]], names: Sequence[str]) -> list[int]:
    """Dimensions with more than one item here; the last one where none has, so that there is a heading."""
    several = [n for n in range(len(names)) if len({key[n][0] for key in keys}) > 1]
    return several or ([len(names) - 1] if names else [])


def _spans(keys: Sequence[Sequence[str]]) -> list[list[Header]]:
    """Rows of column headings, where neighbours with the same heading (and the same above) are one."""
    rows = []
    for depth in range(len(keys[0]) if keys else 0):
        row: list[Header] = []
        before: Sequence[str] | None = None
        for key in keys:
            if row and before is not None and key[: depth + 1] == before[: depth + 1]:
                row[-1] = Header(row[-1].text, row[-1].span + 1)
            else:
                row.append(Header(key[depth], 1))
            before = key
        rows.append(row)
    return rows


def _side(keys: Sequence[Sequence[str]]) -> list[tuple[Header | None, ...]]:
    """Row headings: one for the first of the rows that share it, None for the others."""
    columns = []
    for depth, row in enumerate(_spans(keys)):
        del depth
        column: list[Header | None] = []
        for header in row:
            column += [header, *([None] * (header.span - 1))]
        columns.append(column)
    return list(zip(*columns, strict=True))


def _printed(value: str) -> str:
    """With separators of thousands; symbols as they are."""
    found = number(value)
    if found is None:
        return value
    places = max(0, -int(found.as_tuple().exponent))
    return f"{Decimal(found):,.{places}f}"
