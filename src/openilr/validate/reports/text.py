"""The report for a person at a terminal, plain enough for a log."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any

from openilr.spec.words import count
from openilr.validate.report import Report
from openilr.validate.reports import content
from openilr.validate.reports.content import Section, clean

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["overview", "render"]

ROWS = 5  #: findings shown for each rule
MOST_COLUMNS = 4  #: fields in a table; more are listed, since narrow columns break every word
GROUPS = 12  #: lines of "not checked" shown
_STYLE = {"error": "bold red", "warning": "yellow"}


def render(report: Report, target: IO[str] | None = None) -> str:
    """One report as text: fit for ``target`` (its width and colours, where it is a terminal), else 80 columns."""
    on = _console(target)
    _top(on, report)
    parts = content.sections(report)
    if len(parts) > 1:
        _by_rule(on, parts)
    for part in parts:
        _section(on, part)
    return _text(on)


def overview(reports: Sequence[Report], target: IO[str] | None = None) -> str:
    """One line for each file, where several were checked."""
    on = _console(target)
    table = _table("File", "Year", ">Learners", ">Errors", ">Warnings")
    for report in reports:
        numbers = [f"{report.counts.get(name, 0):,}" for name in ("learners", "errors", "warnings")]
        table.add_row(clean(report.file), report.year or "-", *(numbers if report.readable else ["-", *numbers[1:]]))
    bad = sum(report.has_errors or not report.readable for report in reports)
    on.rule("All files", align="left", characters="=")
    on.print(table)
    on.print(f"{count(len(reports), 'file')} checked; {bad:,} with errors.")
    return _text(on)


def _console(target: IO[str] | None) -> Console:
    """A console that keeps what is printed. Colour only for a terminal, and not where NO_COLOR is set."""
    from rich.console import Console

    on_terminal = target is not None and target.isatty()
    colour = on_terminal and not os.environ.get("NO_COLOR")
    width = min(max(shutil.get_terminal_size((80, 24)).columns, 40), 110) if on_terminal else 80
    return Console(
        file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False,
        color_system="standard" if colour else None, force_terminal=colour, legacy_windows=False,
    )  # fmt: skip


def _text(on: Console) -> str:
    """What was printed, without the blanks that fill lines up: they are noise in a log."""
    printed: str = on.file.getvalue()  # type: ignore[attr-defined]
    return "".join(f"{line.rstrip(' ')}\n" for line in printed.split("\n")[:-1])


def _top(on: Console, report: Report) -> None:
    from rich.text import Text

    on.print(Text(clean(report.file), style="bold"))
    numbers = ", ".join(count(report.counts.get(f"{word}s", 0), word) for word in ("learner", "aim"))
    if report.readable:
        on.print(f"Collection year {content.year_label(report.year)}: {numbers}. Checked as of {_day(report)}.")
    on.print()
    on.print(Text(content.headline(report), style="bold red" if report.has_errors or not report.readable else "bold"))
    on.print(content.verdict(report))
    _comparison(on, report)
    _not_checked(on, report)
    if report.reference:
        on.print()
        on.print("Reference data used:")
        for item in report.reference:
            _item(on, content.reference_line(item))
    on.print()


def _comparison(on: Console, report: Report) -> None:
    if report.compare is None:
        return
    numbers = report.compare.counts
    on.print()
    on.print(f"Since {clean(report.compare.old_file)}: {content.changes(report.compare)}.")
    table = _table("Rule", ">Fixed", ">New", ">Still open", ">Not checked now")
    for row in report.compare.by_rule().iter_rows():
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else clean(cell) for cell in row))
    if sum(numbers.values()):
        on.print(table)


def _not_checked(on: Console, report: Report) -> None:
    groups = content.not_checked(report)
    if not groups:
        return
    on.print()
    on.print(content.not_checked_sentence(report))
    for group in groups[:GROUPS]:
        what = "all rules" if group.rules == ("*",) else count(len(group.rules), "rule")
        _item(on, f"{what}: {group.words}")
    if len(groups) > GROUPS:
        _item(on, f"and {len(groups) - GROUPS} more reasons (--format json lists every rule)")


def _by_rule(on: Console, parts: list[Section]) -> None:
    table = _table("Rule", "Severity", ">Learners", ">Findings")
    for part in parts:
        table.add_row(clean(part.rule), part.severity, f"{part.learners:,}", f"{part.findings:,}")
    on.print(table)
    on.print()


def _section(on: Console, part: Section) -> None:
    from rich.text import Text

    on.print()
    on.rule(
        Text(f"{clean(part.rule)}  {part.severity}  {part.reach}", style=_STYLE.get(part.severity, "")),
        align="left",
        characters="-",
    )
    if part.words.summary:
        on.print(clean(part.words.summary))
    if part.message and part.message != part.words.summary:
        on.print(clean(part.message))
    _rows(on, part)
    if part.findings > ROWS:
        on.print(f"  and {part.findings - ROWS:,} more (use --format csv for all)")
    _labelled(on, "Why it matters", part.words.why)
    _labelled(on, "What to do", part.words.fix)
    _labelled(on, "Official wording", part.official)


def _rows(on: Console, part: Section) -> None:
    """The first findings: a table where all say the same of few values, else each with its own sentence."""
    if part.message is None or part.columns is None or len(part.columns) > MOST_COLUMNS:
        for row in part.frame.head(ROWS).iter_rows(named=True):
            _one(on, row, "" if part.message else row["message"])
        return
    table = _table("Learner", ">Aim", ">Line", *(content.field_title(path, part.year) for path in part.columns))
    for row in part.frame.head(ROWS).iter_rows(named=True):
        found = content.values(row["fields"])
        where = [row["learn_ref_number"] or "(whole file)", row["aim_seq_number"], row["line"]]
        table.add_row(*(clean(cell) for cell in [*where, *(found.get(path, "") for path in part.columns)]))
    on.print(table)


def _one(on: Console, row: dict[str, Any], message: str) -> None:
    from rich.padding import Padding
    from rich.text import Text

    aim, line = row["aim_seq_number"], row["line"]
    where = [row["learn_ref_number"] or "(whole file)", f"aim {aim}" if aim else "", f"line {line}" if line else ""]
    on.print(Text("  " + ", ".join(clean(word) for word in where if word), style="bold"))
    for words in (clean(message), _listed(content.values(row["fields"]))):
        if words:
            on.print(Padding(Text(words), (0, 0, 0, 4)))


def _listed(found: dict[str, str]) -> str:
    return ", ".join(f"{path.rpartition('.')[2]} {value}" for path, value in found.items())


def _labelled(on: Console, label: str, words: str) -> None:
    from rich.table import Table
    from rich.text import Text

    if not words:
        return
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, width=17)
    table.add_column()
    table.add_row(Text(label, style="bold"), Text(clean(words)))
    on.print(table)


def _item(on: Console, words: str) -> None:
    from rich.padding import Padding
    from rich.text import Text

    on.print(Padding(Text(f"- {clean(words)}"), (0, 0, 0, 2)))


def _table(*names: str) -> Any:
    """A table without lines. A name that starts with ``>`` makes a column of numbers."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=True, header_style="underline", show_edge=False)
    for name in names:
        table.add_column(name.lstrip(">"), justify="right" if name.startswith(">") else "left", overflow="fold")
    return table


def _day(report: Report) -> str:
    return f"{report.as_of.day} {report.as_of:%B %Y}"
