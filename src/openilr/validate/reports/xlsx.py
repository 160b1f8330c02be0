"""The report as a workbook, for a team that works through errors.

Sheets: Summary, Findings, Learners, Not checked, About. Every text is written as text, whatever it starts with, so no
value can act as a formula or a link. Where there are more findings than a sheet can hold they go on in "Findings 2".
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openilr.validate.report import Report
from openilr.validate.reports import content
from openilr.validate.reports.content import clean
from openilr.validate.reports.csv import flat

__all__ = ["render"]

MOST_ROWS = 1_048_575  #: rows of a sheet below its header
_LONGEST = 32_767  #: characters that a cell can hold

_FINDINGS = (
    ("File", 44), ("Year", 7), ("Rule", 22), ("Severity", 10), ("Learner", 16), ("Aim", 6), ("Line", 9),
    ("Fields and values", 50), ("What is wrong", 70), ("What to do", 70),
)  # fmt: skip
_SUMMARY = (
    ("File", 44), ("Rule", 22), ("Severity", 10), ("Learners", 10), ("Findings", 10), ("What the rule asks", 70),
    ("Why it matters", 70), ("What to do", 70),
)  # fmt: skip
_LEARNERS = (("File", 44), ("Learner", 16), ("Errors", 10), ("Warnings", 10), ("Rules", 90))


def render(reports: Sequence[Report], *, most_rows: int = MOST_ROWS) -> bytes:
    """The workbook as bytes; the same reports give the same bytes."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"title": "ILR check", "created": min((r.as_of for r in reports), default=None)})
    sheets = _Sheets(book)
    sheets.write("Summary", _SUMMARY, _summary(reports))
    for number, rows in enumerate(_chunks(_findings(reports), most_rows), 1):
        sheets.write("Findings" if number == 1 else f"Findings {number}", _FINDINGS, rows)
    sheets.write("Learners", _LEARNERS, _learners(reports))
    sheets.write("Not checked", (("File", 44), ("Rule", 22), ("Needs", 30), ("Reason", 70)), _not_checked(reports))
    sheets.write("About", (("File", 44), ("What", 26), ("Value", 80)), _about(reports))
    book.close()
    return stream.getvalue()


class _Sheets:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._bold = book.add_format({"bold": True, "bottom": 1, "valign": "top"})

    def write(self, name: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]) -> None:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for index, (title, width) in enumerate(columns):
            sheet.set_column(index, index, width)
            sheet.write_string(0, index, title, self._bold)
        last = 0
        for last, row in enumerate(rows, 1):
            for index, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(last, index, cell)
                elif cell:
                    sheet.write_string(last, index, _fitting(clean(cell)))
        sheet.autofilter(0, 0, last, len(columns) - 1)


def _fitting(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _summary(reports: Sequence[Report]) -> Iterable[Sequence[Any]]:
    for report in reports:
        yield report.file, "", "", report.counts.get("learners", 0), report.findings.height, content.headline(report)
        for part in content.sections(report):
            words = part.words
            yield (
                report.file, part.rule, part.severity, part.learners, part.findings,
                words.summary or part.message, words.why, words.fix,
            )  # fmt: skip


def _findings(reports: Sequence[Report]) -> Iterable[Sequence[Any]]:
    for report in reports:
        fixes = {rule: content.explanation(rule, report.year).fix for rule in report.findings["rule"].unique()}
        for row in flat(report).iter_rows():
            yield *row, fixes[row[2]]


def _learners(reports: Sequence[Report]) -> Iterable[Sequence[Any]]:
    for report in reports:
        for row in report.by_learner().head(MOST_ROWS).iter_rows():
            yield report.file, *row


def _chunks(rows: Iterable[Sequence[Any]], size: int) -> Iterable[list[Sequence[Any]]]:
    chunk: list[Sequence[Any]] = []
    started = False
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk, started = [], True
    if chunk or not started:
        yield chunk


def _not_checked(reports: Sequence[Report]) -> Iterable[Sequence[Any]]:
    for report in reports:
        for item in report.not_run:
            rule = "every rule" if item["rule"] == "*" else item["rule"]
            yield report.file, rule, ", ".join(item.get("needs") or ()), item.get("reason") or ""


def _about(reports: Sequence[Report]) -> Iterable[Sequence[Any]]:
    for report in reports:
        yield report.file, "Collection year", content.year_label(report.year)
        for name in ("learners", "aims", "errors", "warnings"):
            yield report.file, name.capitalize(), report.counts.get(name, 0)
        yield report.file, "Checked as of", f"{report.as_of:%Y-%m-%d %H:%M}"
        yield report.file, "Result", f"{content.headline(report)} {content.verdict(report)}"
        for item in report.reference:
            yield report.file, "Reference data used", content.reference_line(item)
        if report.compare is not None:
            yield report.file, f"Since {report.compare.old_file}", content.changes(report.compare)
    yield "", "Made by", f"OpenILR {content.own_version()}"
