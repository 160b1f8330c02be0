"""The report as one page that stands alone.

Everything is in the page: no network, no other file. Without JavaScript all rows in the page can be read; with it
they can be searched, filtered and sorted. A large report shows the first findings of each rule; as many more as fit
are kept in the page as data for search and "show more"; the page says plainly what is left to csv and xlsx.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

import polars as pl

from openilr.validate.report import Report
from openilr.validate.reports import content
from openilr.validate.reports.content import Section, clean

__all__ = ["render", "render_brief"]

#: Learners in the list of those with most findings.
MOST_LEARNERS = 50

ROWS = 5_000  #: findings drawn in the page, shared out over rules and files
FEWEST = 20  #: but at least so many for each rule
STORED = 5_000_000  #: bytes of further findings kept as data
BARS = 15  #: rules in the picture


def render(reports: Sequence[Report], *, rows: int = ROWS, stored: int = STORED) -> str:
    """One page about one or more reports, in the order given."""
    page = _Page(reports, rows, stored)
    files = [_file(page, report, number) for number, report in enumerate(reports, 1)]
    script = _asset("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    one = len(reports) == 1
    return _template().render(
        title=files[0]["name"] if one else f"{len(files)} files",
        files=files,
        rule_names=sorted({s["rule"] for f in files for s in f["sections"]}),
        css=_safe(_asset("page.css")),
        script=_safe(script),
        script_hash=f"sha256-{digest}",
        more=_safe(_data(page.more)),
        version=content.own_version(),
    )


def render_brief(report: Report) -> str:
    """The headline and the counts by rule, as a fragment for a notebook."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(clean(cell))}</td>" for cell in row) + "</tr>" for row in report.summary().rows()
    )
    names = "".join(f"<th>{name}</th>" for name in ("rule", "severity", "learners", "findings"))
    table = f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    sentence = escape(f"{content.headline(report)} {content.verdict(report)}")
    return f"<p><strong>{escape(clean(report.file))}</strong></p><p>{sentence}</p>{table}"


@dataclass
class _Page:
    """How much room there is, and what has been put aside as data by section id."""

    reports: Sequence[Report]
    rows: int
    stored: int

    def __post_init__(self) -> None:
        self.more: dict[str, list[list[str]]] = {}
        total = sum(report.findings.height for report in self.reports)
        parts = sum(report.summary().height for report in self.reports)
        self.whole = total <= self.rows
        self.each = max(FEWEST, self.rows // max(parts, 1))

    def drawn(self, section: Section) -> int:
        return section.findings if self.whole else min(section.findings, self.each)

    def keep(self, id: str, rows: list[list[str]]) -> int:
        """Put rows aside as data while there is room; how many found none."""
        kept = []
        for row in rows:
            size = sum(map(len, row)) + 3 * len(row)
            if size > self.stored:
                break
            self.stored -= size
            kept.append(row)
        self.more[id] = kept
        return len(rows) - len(kept)


def _file(page: _Page, report: Report, number: int) -> dict[str, Any]:
    parts = [_section(page, section, f"f{number}-r{n}") for n, section in enumerate(content.sections(report), 1)]
    bad = report.has_errors or not report.readable
    return {
        "id": f"f{number}",
        "name": clean(report.file),
        "year": content.year_label(report.year),
        "readable": report.readable,
        "numbers": {name: f"{report.counts.get(name, 0):,}" for name in ("learners", "aims", "errors", "warnings")},
        "mood": "bad" if bad else "warn" if report.counts.get("warnings", 0) else "good",
        "headline": content.headline(report),
        "verdict": content.verdict(report),
        "as_of": f"{report.as_of.day} {report.as_of:%B %Y}",
        "reference": [content.reference_line(item) for item in report.reference],
        "sections": parts,
        "chart": _chart(parts),
        "learners": report.by_learner().head(MOST_LEARNERS).rows(),
        "share": _share(report),
        "changes": _changes(report),
        "not_checked": content.not_checked(report),
        "not_checked_sentence": content.not_checked_sentence(report),
    }


def _section(page: _Page, section: Section, id: str) -> dict[str, Any]:
    drawn = page.drawn(section)
    rows = _rows(section, section.frame.head(drawn))
    unseen = section.findings - drawn
    lost = 0
    if unseen:
        # No more rows are read than could fit, so that a very large report stays quick.
        room = page.stored // 12
        rest = _rows(section, section.frame.slice(drawn, room))
        lost = page.keep(id, rest) + max(unseen - room, 0)
    words = section.words
    return {
        "id": id,
        "rule": clean(section.rule),
        "severity": section.severity,
        "learners": section.learners,
        "findings": section.findings,
        "reach": section.reach,
        "heading": words.summary or section.message or f"Rule {section.rule}",
        "message": section.message,
        "why": words.why,
        "fix": words.fix,
        "official": section.official,
        "look_at": [(path, content.field_title(path, section.year)) for path in words.fields],
        "columns": _columns(section),
        "rows": rows,
        "unseen": unseen,
        "lost": lost,
    }


def _columns(section: Section) -> list[tuple[str, str]]:
    columns = section.columns
    named = [("", "Values")] if columns is None else [(p, content.field_title(p, section.year)) for p in columns]
    return [*named, *([("", "What is wrong")] if section.message is None else [])]


def _rows(section: Section, frame: pl.DataFrame) -> list[list[str]]:
    columns = section.columns
    with_message = section.message is None
    rows = []
    keys = ("learn_ref_number", "aim_seq_number", "line", "fields", "message")
    for learner, aim, line, fields, message in frame.select(keys).iter_rows():
        found = content.values(fields)
        shown = [found.get(path, "") for path in columns] if columns is not None else [_listed(found)]
        row = [clean(learner or "(whole file)"), clean(aim), clean(line), *shown]
        rows.append([*row, clean(message)] if with_message else row)
    return rows


def _listed(found: dict[str, str]) -> str:
    return "; ".join(f"{path}: {value}" for path, value in found.items())


def _chart(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    most = sorted(parts, key=lambda part: -part["findings"])[:BARS]
    longest = max((part["findings"] for part in most), default=1)
    return [
        {
            "id": part["id"],
            "rule": part["rule"],
            "severity": part["severity"],
            "number": part["findings"],
            "share": round(max(100 * part["findings"] / longest, 0.5), 2),
        }
        for part in most
    ]


def _share(report: Report) -> dict[str, Any] | None:
    learners = report.counts.get("learners", 0)
    errors, warned = report.learners_with_errors, report.learners_with_warnings_only
    if not learners:
        return None
    rest = max(learners - errors - warned, 0)
    numbers = (("e", errors, "with an error"), ("w", warned, "with warnings only"), ("c", rest, "with neither"))
    total, start = errors + warned + rest, 0.0
    parts: list[dict[str, Any]] = []
    for kind, number, words in numbers:
        width = 100 * number / total
        parts.append({"kind": kind, "start": round(start, 3), "width": round(width, 3), "words": f"{number:,} {words}"})
        start += width
    return {"parts": parts, "words": "Learners: " + ", ".join(part["words"] for part in parts)}


def _changes(report: Report) -> dict[str, Any] | None:
    if report.compare is None:
        return None
    rows = report.compare.by_rule().rows()
    return {"file": clean(report.compare.old_file), "words": content.changes(report.compare), "rows": rows}


def _data(more: dict[str, list[list[str]]]) -> str:
    """JSON that no value can break out of."""
    text = json.dumps(more, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def _safe(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - our own style and script, and data that _data has made inert


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_asset("page.html.j2"))


@cache
def _asset(name: str) -> str:
    from importlib.resources import files

    return (files(__package__) / name).read_text("utf-8")
