"""A computed measure as a page for a person: chart, table, and what the numbers mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from openilr.measure.charts.drawing import Chart, Series, number, svg
from openilr.spec import AcademicYear

if TYPE_CHECKING:
    from openilr.measure.declare import Dimension, Indicator, Result

#: Bars that still can be read; the table has the others.
MOST_BARS = 24
MOST_SERIES = 4
_COMMAND = re.compile(r"`([^`]+)`")  #: as notes for a terminal write a command
STYLE = """
body{font-family:Arial,Helvetica,sans-serif;color:#0b0c0c;max-width:60rem;margin:2rem auto;padding:0 1rem;
 line-height:1.4}
table{border-collapse:collapse;width:100%;margin:1rem 0}caption{text-align:left;font-weight:bold;padding:.5rem 0}
th,td{border-bottom:1px solid #b1b4b6;padding:.4rem .6rem;text-align:left}td.number,th.number{text-align:right}
figure{margin:1rem 0}figure svg{min-width:32rem}.wide{overflow-x:auto}caption h2{margin:0}
.warning{border-left:5px solid #d4351c;padding:.5rem 1rem}
"""


def chart_of(result: Result) -> Chart | None:
    """The chart of a result: bars of its first breakdown, in groups of the second, or the other way round where the
    second has too many. None where a picture says nothing (a single number, three breakdowns, or too many groups)."""
    shown = _indicator(result)
    period = f"{AcademicYear(result.year).label}, {result.return_name}"
    if not 1 <= len(result.by) <= 2 or result.frame.is_empty():
        return None
    names = sorted(result.by, key=lambda name: result.frame[name].n_unique() <= MOST_SERIES)  # stable: few items last
    labels = [result.measure.dimension(name) for name in names]
    rows = [row for row in result.frame.iter_rows(named=True) if "Total" not in [row[name] for name in result.by]]
    first = _in_order(labels[0], [row[names[0]] for row in rows])
    second: list[str | None] = [None]
    if len(labels) > 1:
        second = [*_in_order(labels[1], [row[names[1]] for row in rows])]
    if len(second) > MOST_SERIES or not rows:
        return None
    values = {tuple(row[name] for name in names): row[shown.name] for row in rows}
    if len(first) > MOST_BARS:
        total = {code: max(v or 0 for key, v in values.items() if key[0] == code) for code in first}
        first = sorted(first, key=lambda code: -total[code])[:MOST_BARS]
        period += f"; the {MOST_BARS} largest"
    series = tuple(
        Series(
            labels[1].label(code) if code is not None else shown.title,
            tuple(values.get((item,) if code is None else (item, code)) for item in first),
            ("",) * len(first),
        )
        for code in second
    )
    by = " and ".join(dimension.title.lower() for dimension in labels)
    categories = tuple(labels[0].label(code) for code in first)
    title = shown.title if shown.name != "value" else result.measure.title
    return Chart(title, f"By {by}, {period}", categories, series, _unit(shown), shown.decimals)


def _in_order(dimension: Dimension, codes: list[str]) -> list[str]:
    """The codes that there are, each once, known ones in the order of the breakdown."""
    places = {code: place for place, (code, _) in enumerate(dimension.items)}
    return sorted(dict.fromkeys(codes), key=lambda code: places.get(code, len(places)))


def _indicator(result: Result) -> Indicator:
    """The number that the chart shows: the last, which is what the others lead to, unless the measure names another."""
    numbers = result.measure.numbers
    return next((number for number in numbers if number.name == result.measure.shown), numbers[-1])


def _unit(indicator: Indicator) -> str:
    return indicator.unit if indicator.unit in ("%", "£") else ""


def wide(html: str, name: str) -> str:
    """What may be wider than a phone: it scrolls by itself, by keyboard too, and the page does not."""
    return f'<div class="wide" role="region" tabindex="0" aria-label="{escape(name)}">{html}</div>'


def table(result: Result, caption: str) -> str:
    """The result as an HTML table with a caption and scopes."""
    dimensions = [result.measure.dimension(name) for name in result.by]
    numbers = result.measure.numbers
    heads = "".join(f'<th scope="col">{escape(d.title)}</th>' for d in dimensions) + "".join(
        f'<th scope="col" class="number">{escape(i.title)}</th>' for i in numbers
    )
    body = []
    for row in result.frame.iter_rows(named=True):
        cells = "".join(f'<th scope="row">{escape(d.label(row[d.name]))}</th>' for d in dimensions)
        cells += "".join(f'<td class="number">{escape(_cell(row[i.name], i))}</td>' for i in numbers)
        body.append(f"<tr>{cells}</tr>")
    return wide(
        f"<table><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>",
        f"Table: {caption}",
    )


def _cell(value: Any, indicator: Indicator) -> str:
    return "not applicable" if value is None else number(value, _unit(indicator), indicator.decimals)


def page(result: Result, footnotes: Sequence[str] = ()) -> str:
    """A whole page in one file. The numbers are unprotected, and the page says so."""
    measure = result.measure
    chart = chart_of(result)
    label = f"{AcademicYear(result.year).label}, {result.return_name}"
    figure = wide(f"<figure>{svg(chart)}</figure>", f"Chart: {chart.title}") if chart else ""
    notes = "".join(f"<p>{escape(note)}</p>" for note in result.notes)
    said = (_COMMAND.sub(r"<code>\1</code>", escape(note)) for note in footnotes)
    how_good = "".join(f"<li>{note}</li>" for note in said)
    how_good = f"<h2>How good the data behind it are</h2><ul>{how_good}</ul>" if footnotes else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(measure.title)}, {label}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>'
        f"<main><h1>{escape(measure.title)}</h1><p>{escape(label)}</p>"
        '<p class="warning">These numbers are not protected: they are for people with the right to see them, and not '
        "for publication.</p>"
        f"{figure}{table(result, f'{measure.title}, {label}')}{notes}"
        f"<h2>What this counts</h2><p>{escape(measure.definition)}</p><p>{escape(measure.formula)}</p>"
        f"<p>Source of the definition: {escape(measure.source)}.</p>{how_good}</main></body></html>\n"
    )
