"""What a reader wants to know first about a data set: the latest totals, how they changed, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from openilr.publish.datasets import DataSet, Version
from openilr.publish.datasets.query import Query, plan
from openilr.web import charts
from openilr.web.datasets import library, reader
from openilr.web.tables import choice as choices
from openilr.web.tables import grid
from openilr.web.tables.derived import number


@dataclass(frozen=True)
class Fact:
    """A total of the whole country, with what it was a period earlier."""

    label: str
    value: str
    period: str
    change: str


@dataclass(frozen=True)
class Headline:
    facts: tuple[Fact, ...]
    chart: Any
    title: str
    table: grid.Grid | None
    address: str


def headline(d: DataSet, v: Version, most: int = 3) -> Headline:
    """Totals of the widest level over all periods, of the first measures that are counts or percentages."""
    meta = library().meta(d, v)
    counts = sorted(meta.indicators, key=lambda i: (i.unit != "", meta.indicators.index(i)))
    start = choices.start(d, v, meta)
    choice = replace(start, indicators=tuple(counts[:most]), rows=("indicator",), columns=("time",))
    choice = choices.laid_out(choice)
    cells = grid.fetch(choice)
    built = grid.build(choice, cells)
    facts = tuple(_fact(labels[-1] if labels else d.title, values, built) for labels, values in _lines(built))
    first = built.values[0] if built.values else ()
    title = choices.title_of(replace(choice, indicators=choice.indicators[:1]))
    chart = None
    if len(built.column_labels) > 1 and sum(number(x) is not None for x in first) > 1:
        series = charts.Series("", tuple(None if (n := number(x)) is None else float(n) for x in first))
        chart = charts.line(title, built.column_labels, [series])
    elif len(start.times) == 1:
        title, chart = _by_category(replace(choice, indicators=choice.indicators[:1]))
    return Headline(facts, chart, title, built if built.rows else None, choice.address())


def _by_category(choice: choices.Choice) -> tuple[str, Any]:
    """Title and bars of the first category with few items, where there is one period only and no line to draw."""
    f = next((f for f in choice.meta.filters if 2 < len(f.options) <= 12), None)
    if f is None:
        return choices.title_of(choice), None
    items = tuple(o for o in choices.in_order(f.options) if o != f.default_option)
    options = tuple((g, items if g is f else o) for g, o in choice.options)
    by = choices.laid_out(replace(choice, options=options, rows=(f"filter:{f.id}",), columns=("time", "indicator")))
    built, title = grid.build(by, grid.fetch(by)), choices.title_of(by)
    values = tuple(None if (n := number(line[0])) is None else float(n) for line in built.values)
    labels = tuple(", ".join(x) for x in built.labels)
    return title, charts.bar(title, labels, [charts.Series("", values)]) if labels else None


def _lines(built: grid.Grid) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return list(zip(built.labels, built.values, strict=True))


def _fact(label: str, values: tuple[str, ...], built: grid.Grid) -> Fact:
    known = [(n, v) for n, v in enumerate(values) if v]
    if not known:
        return Fact(label, "not available", "", "")
    at, value = known[-1]
    before = number(values[at - 1]) if at else None
    now = number(value)
    change = ""
    if before and now is not None:
        if "%" in label:
            change = f"{now - before:+.1f} percentage points on {built.column_labels[at - 1]}"
        else:
            change = f"{(now - before) / before * 100:+.1f}% on {built.column_labels[at - 1]}"
    return Fact(label, value, built.column_labels[at], change.replace("-", "−", 1))


def preview(d: DataSet, v: Version, rows: int = 5) -> tuple[list[str], list[list[str]]]:
    """Column names and the first rows, in words."""
    meta = library().meta(d, v)
    found = reader().arrow(library().path(d, v) / "data.parquet", meta, plan(meta, Query()), limit=rows)
    return found.column_names, [[x or "" for x in row.values()] for row in found.to_pylist()]
