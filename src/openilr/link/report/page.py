"""The report as one HTML page with charts, in the three steps of the GUILD guidance; nothing comes from elsewhere."""

# ruff: noqa: E501 - sentences and SVG of a page
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from openilr.link.report.words import cause_words, percent, with_interval

if TYPE_CHECKING:
    from openilr.link.report.content import Report

_STYLE = """
body{font:17px/1.5 arial,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#0b0c0c}
h1{font-size:2rem}h2{margin-top:2.5rem;border-top:2px solid #1d70b8;padding-top:.5rem}
.wide{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse}caption{text-align:left;font-weight:bold;padding:.3rem 0}
th,td{padding:.3rem .8rem .3rem 0;border-bottom:1px solid #b1b4b6;text-align:left;vertical-align:top}
td.n,th.n{text-align:right}.warning{border-left:8px solid #d4351c;padding:.3rem 1rem;margin:.5rem 0}
summary{cursor:pointer;margin:1rem 0}svg{max-width:100%;height:auto}svg text{font:13px arial,sans-serif}.charts{display:flex;flex-wrap:wrap;gap:1rem}
"""


#: A count or a share, with its sign or interval.
_NUMBER = re.compile(r"[+-]?\d[\d,.]*%?( \(.*\))?$")


def html(report: Report) -> str:
    said = report.to_dict()
    registers = said["registers"]
    body = [
        f"<h1>Link run {escape(report.run)}</h1>",
        f"<p>Made {_moment(said['made']['made_at'])}. This page holds counts and shares; it names nobody. Intervals are "
        "Wilson's at 95%.</p>",
        *(f'<p class="warning">{escape(warning)}</p>' for warning in report.warnings),
        "<h2>1. What was provided</h2>", _provision(said["provision"]),
        "<h2>2. How it was linked</h2>", _METHOD, _spine(said["spine"]), _overview(registers),
        *(_register(name, each) for name, each in registers.items()),
        "<h2>3. What it means for analysis</h2>", _ANALYSIS,
        *(_compared(name, each["compared"]) for name, each in registers.items() if each["compared"]),
    ]  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Link run {escape(report.run)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


_METHOD = (
    "<p>Sure steps come first: an equal ULN or National Insurance number with a forename and one more identifier that "
    "agree, then equality of all identifiers where nobody else fits. The rest is weighed by a probabilistic model "
    "(Fellegi and Sunter, by Splink) over names with short forms and sounds, date of birth with changed-over days and "
    "months, sex, every postcode known, and numbers. A record is linked to one person at most; the odds of a link are "
    "set against those of its rivals. A link is <em>ambiguous</em> where its best rival comes within odds of eight to "
    "one. Parameters are in the files model-*.json and splink-*.json of the run.</p>"
)
_ANALYSIS = (
    "<p>Analysts get keys: the person, the step that made a link, its probability and weight, the runner-up's weight and "
    "the flag. Leave out or down-weight ambiguous links to see if a result rests on them. Below, learners with a link "
    "are compared with those without. A person without a record in a source has no link either, so the two differ for "
    "good reasons, too; a standardised difference over 0.1 is worth a thought.</p>"
)


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table that scrolls by itself where the page is narrow. Numbers, and the names over them, stand on the right."""
    written = [[f"{value:,}" if isinstance(value, int) else str(value) for value in row] for row in rows]
    numbers = [any(_NUMBER.match(row[place]) for row in written) for place in range(len(head))]

    def cell(words: str, number: bool, tag: str) -> str:
        return (
            f"<{tag}{' class=n' if number else ''}>{escape(words).replace(' to ', '&nbsp;to&nbsp;')}</{tag.split()[0]}>"
        )

    lines = "".join(f"<tr>{''.join(map(cell, row, numbers, ['td'] * len(row)))}</tr>" for row in written)
    heads = "".join(map(cell, head, numbers, ['th scope="col"'] * len(head)))
    return (
        f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0"><table><caption>{escape(caption)}'
        f"</caption><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _moment(text: str) -> str:
    """A moment of ISO text as people write it, without the zone, which is UTC."""
    return f"{datetime.fromisoformat(text):%-d %B %Y, %H:%M}"


def _provision(said: dict[str, Any]) -> str:
    files = [
        (each["source"], table, facts["rows"], facts["people"], each["edition"], _moment(each["added_at"]))
        for each in said["sources"] for table, facts in each["tables"].items()
    ]  # fmt: skip
    columns = sorted({column for each in said["identifiers"].values() for column in each} - {"people"})
    complete = [
        (name, each["people"], *(percent(each.get(column, 0.0)) for column in columns))
        for name, each in said["identifiers"].items()
    ]
    return _table("Sources", ("source", "table", "rows", "people", "edition", "taken in"), files) + _table(
        "People for whom an identifier is there",
        ("register", "people", *(column.replace("_", " ") for column in columns)),
        complete,
    )


def _spine(said: dict[str, Any]) -> str:
    words = (
        f"<p>The spine: {said['learner_records']:,} learner records are {said['people']:,} people; {said['ambiguous']:,} "
        "records are flagged as ambiguous.</p>"
    )
    if "known" in said:
        known = said["known"]
        words += (
            f"<p>Against the truth: of pairs of records that were brought together, {with_interval(known['precision'])} are "
            f"one person; of pairs that are, {with_interval(known['recall'])} were brought together.</p>"
        )
    return words


def _overview(registers: dict[str, Any]) -> str:
    rows = []
    for name, each in registers.items():
        known = each.get("known")
        rows.append((
            name, each["records"], each["links"], with_interval(each["match_rate"]), each["ambiguous"],
            percent(each["estimated"]["precision"], 2), percent(each["estimated"]["recall"], 2),
            with_interval(known["precision"]) if known else "not known",
            with_interval(known["recall"]) if known else "not known",
        ))  # fmt: skip
    head = ("register", "people", "linked", "match rate", "ambiguous", "precision, estimated", "recall, estimated",
            "precision, measured", "recall, measured")  # fmt: skip
    return _table("Links by register", head, rows)


def _register(name: str, said: dict[str, Any]) -> str:
    parts = [f"<h3>{escape(name)}</h3>", _table(f"{name}: links by step", ("step", "links"), said["methods"].items())]
    known = "known" in said
    head = ["least weight", "least probability", "links", "precision, estimated", "recall, estimated"]
    rows = []
    for point in said["curve"]:
        row = [point["weight"], percent(point["probability"], 3), point["links"], percent(point["precision"], 2),
               percent(point["recall"], 2)]  # fmt: skip
        if known:
            row += [percent(point["known_precision"], 2), percent(point["known_recall"], 2)]
        rows.append(row)
    parts.append(_curve(said["curve"], known))
    parts.append(
        _table(f"{name}: other thresholds", head + (["precision, measured", "recall, measured"] if known else []), rows)
    )
    measure, words = ("recall", "true links found") if known else ("estimated_recall", "likely links made")
    charts = [
        _bars(f"{grouping}: {words}", [(row["group"], row[measure]) for row in rows_])
        for grouping, rows_ in said["groups"].items()
    ]
    parts.append(f'<div class="charts">{"".join(charts)}</div>')
    numbers = [
        (grouping, row["group"], row["linked"]["of"], with_interval(row["linked"]), with_interval(row[measure]))
        for grouping, rows_ in said["groups"].items()
        for row in rows_
    ]
    head = ["by", "group", "learners", "linked", words]
    parts.append(
        f"<details><summary>Groups of learners in numbers: {escape(name)}</summary>"
        f"{_table(f'{name}: groups of learners', head, numbers)}</details>"
    )
    if known:
        for kind in ("missed", "false"):
            listed = [(cause_words(cause), cause["pairs"]) for cause in said["causes"][kind]]
            parts.append(_table(f"{name}: links {kind}, by what differs", ("cause", "pairs"), listed) if listed
                         else f"<p>No link was {kind}.</p>")  # fmt: skip
    if said["review"]:
        judged = [(r["band"], r["judged"], r["unsure"], with_interval(r["one_person"])) for r in said["review"]]
        parts.append(_table(f"{name}: judged by people", ("probability", "pairs", "not clear", "one person"), judged))
    return "".join(parts)


def _compared(name: str, said: dict[str, list[dict[str, Any]]]) -> str:
    rows = [
        (f"{grouping}: {row['group']}", percent(row["linked"]), percent(row["unlinked"]), f"{row['difference']:+.2f}")
        for grouping, rows in said.items()
        for row in rows
    ]
    return _table(f"{name}: learners with and without a link", ("group", "with", "without", "difference"), rows)


def _bars(title: str, rows: list[tuple[str, dict[str, Any]]]) -> str:
    """Bars with their intervals; the axis begins a little below the lowest end."""
    shown = [(group, share) for group, share in rows if share["share"] is not None]
    if not shown:
        return ""
    low = max(0.0, min(share["low"] for _, share in shown) - 0.02)
    width, left, line = 460, 170, 24
    scale = (width - left - 90) / (1 - low or 1)
    parts = [f'<text x="0" y="16" font-weight="bold">{escape(title)}</text>']
    for place, (group, share) in enumerate(shown):
        y = 30 + place * line
        at = [left + (value - low) * scale for value in (share["share"], share["low"], share["high"])]
        parts.append(
            f'<text x="0" y="{y + 13}">{escape(group)}</text>'
            f'<rect x="{left}" y="{y}" width="{at[0] - left:.1f}" height="16" fill="#8eb8dc"/>'
            f'<line x1="{at[1]:.1f}" x2="{at[2]:.1f}" y1="{y + 8}" y2="{y + 8}" stroke="#0b0c0c" stroke-width="2"/>'
            f'<text x="{width - 80}" y="{y + 13}">{percent(share["share"])}</text>'
        )
    height = 36 + len(shown) * line
    parts.append(f'<text x="{left}" y="{height + 10}">{percent(low, 0)}</text>')
    parts.append(f'<text x="{width - 90}" y="{height + 10}" text-anchor="end">100%</text>')
    return _svg(title, width, height + 16, parts)


def _svg(title: str, width: int, height: int, parts: list[str]) -> str:
    return (
        f'<svg role="img" aria-label="{escape(title)}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
    )


def _curve(points: list[dict[str, Any]], known: bool) -> str:
    """Precision and recall at each threshold."""
    lines = [("precision, estimated", "precision", "#1d70b8", ""), ("recall, estimated", "recall", "#00703c", "")]
    if known:
        lines += [("precision, measured", "known_precision", "#1d70b8", "5 4"),
                  ("recall, measured", "known_recall", "#00703c", "5 4")]  # fmt: skip
    values = [point[key] for _, key, _, _ in lines for point in points if point[key] is not None]
    if not values:
        return ""
    low = max(0.0, min(values) - 0.02)
    width, height = 620, 260
    first, last = points[0]["weight"], points[-1]["weight"]

    def place(weight: float, value: float) -> str:
        return f"{50 + (weight - first) / (last - first) * (width - 250):.1f},{20 + (1 - value) / (1 - low or 1) * (height - 60):.1f}"

    parts = [
        f'<line x1="50" x2="{width - 200}" y1="{height - 40}" y2="{height - 40}" stroke="#505a5f"/>',
        f'<text x="0" y="25">100%</text><text x="0" y="{height - 38}">{percent(low, 0)}</text>',
        *(
            f'<text x="{place(point["weight"], low).split(",")[0]}" y="{height - 22}" text-anchor="middle">'
            f"{point['weight']}</text>"
            for point in points[::2]
        ),
        f'<text x="50" y="{height - 4}">least weight of a link</text>',
    ]
    for number, (words, key, colour, dashes) in enumerate(lines):
        path = " ".join(place(point["weight"], point[key]) for point in points if point[key] is not None)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
        )
        parts.append(
            f'<line x1="{width - 190}" x2="{width - 160}" y1="{30 + 22 * number}" y2="{30 + 22 * number}" stroke="{colour}" '
            f'stroke-width="2" stroke-dasharray="{dashes}"/><text x="{width - 152}" y="{35 + 22 * number}">{words}</text>'
        )
    return _svg("precision and recall by threshold", width, height, parts)
