"""``ilr validate``: check returns and say what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openilr.cli.checking import (
    OF_FILES,
    AsOf,
    Checked,
    Jobs,
    OfYear,
    ReportFile,
    Settings,
    check,
    check_all,
    find_files,
    moment,
    sensible_jobs,
)
from openilr.cli.output import Output, Progress, Quiet, form_of
from openilr.cli.run import COULD_NOT_RUN, FINE, FOUND, CannotRun, say

if TYPE_CHECKING:
    from openilr.validate.compare import OldReport
    from openilr.validate.report import Report


class Format(StrEnum):
    text = "text"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    html = "html"
    xlsx = "xlsx"


def command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help=OF_FILES)],
    reference: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of reference files as published (LARS, postcodes ...).")
    ] = None,
    as_of: AsOf = None,
    year: OfYear = None,
    rules: Annotated[str | None, typer.Option(metavar="ID,ID", help="Only these rules.")] = None,
    format: Annotated[
        Format | None, typer.Option(help="Form of the report; by default what the ending of --output says, else text.")
    ] = None,
    output: ReportFile = None,
    jobs: Jobs = None,
    compare: Annotated[
        Path | None,
        typer.Option(metavar="OLD", help="An earlier json or jsonl report, or the earlier file: say what changed."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever the file changes; Ctrl-C ends.")] = False,
    quiet: Quiet = False,
) -> int:
    """Check returns against the rules of their year, and explain what is wrong.

    Example: ilr validate ILR-10000001-2526-20260630-090000-01.xml --reference lars/ --output report.html

    Several files make one report: text file by file with an overview, html one page with an index, csv and xlsx one
    table with a File column, json a list, jsonl a line as soon as each file is done.

    Exit codes: 0 no errors (there may be warnings); 1 errors were found; 2 something could not be checked.
    """
    form = form_of(Format, format, output)
    settings = Settings(_folder(reference), moment(as_of), _year(year), _rules(rules, year))
    files, problems = find_files(paths)
    for problem in problems:
        say(problem)
    if not files:
        return COULD_NOT_RUN
    progress = Progress(quiet)
    if watch:
        return _watch(files, form, settings, output, progress)
    with Output(output) as out:
        _refuse_binary_on_screen(form, out)
        old = _old(compare, settings) if compare else None
        checked = check_all(files, settings, jobs or sensible_jobs(files), progress)
        code = COULD_NOT_RUN if problems else FINE
        code = max(code, _report(_compared(checked, old, settings, len(files) == 1), form, out, len(files), progress))
    return code


def _report(checked: Iterable[Checked], form: Format, out: Output, files: int, progress: Progress) -> int:
    """Write the reports in this form, and say what could not be checked. The exit code."""
    code = FINE
    several = files > 1
    kept: list[Report] = []
    for each in checked:
        progress.clear()
        if each.problem:
            say(each.problem)
            code = COULD_NOT_RUN
        if each.report is None:
            continue
        kept.append(each.report)
        if each.report.has_errors:
            code = max(code, FOUND)
        if form is Format.jsonl:
            from openilr.validate.reports import json

            out.write(json.render_line(kept.pop()))
        elif form is Format.text:
            from openilr.validate.reports import text

            out.write(text.render(each.report, out.terminal))
    progress.clear()
    if form in (Format.json, Format.csv, Format.html, Format.xlsx) and (kept or several):
        out.write(_whole(kept, form, several))
    if form is Format.text and several:
        from openilr.validate.reports import text

        out.write(text.overview(kept, out.terminal))
    return code


def _whole(reports: Sequence[Report], form: Format, several: bool) -> str | bytes:
    from importlib import import_module

    module = import_module(f"openilr.validate.reports.{form}")
    made: str | bytes = module.render(reports, as_list=several) if form is Format.json else module.render(reports)
    return made


# What was asked for


def _folder(reference: Path | None) -> Path | None:
    if reference is not None and not reference.exists():
        raise CannotRun(f"There is no reference folder {reference}.")
    return reference


def _year(year: str | None) -> str | None:
    from openilr.cli.schema import known_year

    return known_year(year).name if year else None


def _rules(rules: str | None, year: str | None) -> tuple[str, ...] | None:
    if rules is None:
        return None
    from openilr.cli.rules import known_rule

    ids = tuple(id.strip() for id in rules.split(",") if id.strip())
    if not ids:
        raise CannotRun("--rules needs at least one rule id, such as ULN_04.")
    return tuple(dict.fromkeys(id if id == "Schema" else known_rule(id, year) for id in ids))


def _refuse_binary_on_screen(form: Format, out: Output) -> None:
    if form is Format.xlsx and out.terminal is not None and out.terminal.isatty():
        raise CannotRun("A workbook can not be shown on the screen; name a file with --output report.xlsx.")


# Compared with an earlier result


def _old(path: Path, settings: Settings) -> list[OldReport]:
    from openilr.cli.run import plain
    from openilr.validate.compare import old_report, read_reports

    files, problems = find_files([path])
    if problems:
        raise CannotRun(f"Nothing to compare with: {problems[0]}")
    found: list[OldReport] = []
    for file in files:
        with plain(ValueError, OSError):
            reports = read_reports(file)
        if reports is None:
            earlier = check(file, settings)
            if earlier.problem or earlier.report is None:
                raise CannotRun(f"Nothing to compare with: {earlier.problem}")
            reports = [old_report(earlier.report)]
        found += reports
    return found


def _compared(
    checked: Iterator[Checked], old: list[OldReport] | None, settings: Settings, alone: bool
) -> Iterator[Checked]:
    from openilr.validate.compare import compare_reports, partner

    for each in checked:
        if old is not None and each.report is not None:
            before = partner(each.report.file, old, alone)
            if before is None:
                say(f"{each.report.file}: the older result has nothing about this file, so it was not compared.")
            else:
                each.report.compare = compare_reports(each.report, before, settings.rules)
        yield each


def _watch(files: list[Path], form: Format, settings: Settings, output: Path | None, progress: Progress) -> int:
    from openilr.cli.watching import watch

    if len(files) != 1 or form not in (Format.text, Format.html):
        raise CannotRun("--watch works with one file, and with --format text or html.")
    if form is Format.html and output is None:
        raise CannotRun("--watch with --format html needs --output, a file to write again after each check.")

    def show(checked: Checked) -> int:
        with Output(output) as out:
            return _report([checked], form, out, 1, progress)

    return watch(files[0], settings, show, progress)
