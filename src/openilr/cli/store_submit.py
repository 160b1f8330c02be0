"""``ilr store submit``: check files, many side by side, and take in those that may be, one after the other."""

from __future__ import annotations

import getpass
import json
import textwrap
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openilr.cli.checking import (
    OF_FILES,
    AsOf,
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
from openilr.cli.run import COULD_NOT_RUN, FINE, FOUND, plain, say
from openilr.cli.store import StoreFolder, opened
from openilr.spec.words import count

if TYPE_CHECKING:
    from openilr.store import Acceptance, Store
    from openilr.validate.report import Report


#: Seconds for which a file waits until another process has written to the store, and between two looks.
PATIENCE, _PAUSE = 60, 0.3


class ReportFormat(StrEnum):
    text = "text"
    json = "json"
    jsonl = "jsonl"


def submit(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=OF_FILES)],
    store: StoreFolder,
    return_name: Annotated[str, typer.Option("--return", metavar="R14", help="Which return they are for, R01 to R14.")],
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who sends them in; by default the user's name.")
    ] = None,
    as_of: AsOf = None,
    year: OfYear = None,
    format: Annotated[
        ReportFormat | None,
        typer.Option(help="Form of the report; by default what the ending of --output says, else text."),
    ] = None,
    output: ReportFile = None,
    jobs: Jobs = None,
    quiet: Quiet = False,
) -> int:
    """Check files, and accept the learners without errors in place of the provider's earlier file of that return.

    Reference data is what `ilr reference add` put into the store. The report is that of `ilr validate`, with what was
    accepted and refused.

    Example: ilr store submit returns/ --return R14 --store sector

    Exit codes: 0 everything was accepted; 1 a file or a learner was refused; 2 a file could not be taken in.
    """
    from openilr.cli.schema import known_year
    from openilr.reference import BadReference
    from openilr.store import StoreError

    form = form_of(ReportFormat, format, output)
    held = opened(store)
    paths, problems = find_files(files)
    for problem in problems:
        say(problem)
    code = COULD_NOT_RUN if problems else FINE
    settings = Settings(
        None, moment(as_of), known_year(year).name if year else None, store=held.path, edition=held.reference_edition()
    )
    progress = Progress(quiet)
    done: list[tuple[Report, Acceptance]] = []
    with Output(output) as out, plain(StoreError, BadReference):
        for taken in _submitted(
            held, paths, settings, return_name, by or getpass.getuser(), jobs or sensible_jobs(paths), progress
        ):
            progress.clear()
            if isinstance(taken, str):
                say(taken)
                code = COULD_NOT_RUN
                continue
            report, acceptance = taken
            if report.has_errors or not acceptance.accepted:
                code = max(code, FOUND)
            if form is ReportFormat.json:
                done.append(taken)
            elif form is ReportFormat.jsonl:
                out.write(_json(report, acceptance) + "\n")
            else:
                out.write(_text(report, acceptance, out))
        if form is ReportFormat.json and paths:
            texts = [_json(*each) for each in done]
            out.write("[" + ",\n ".join(texts) + "]\n" if len(paths) > 1 or not texts else texts[0] + "\n")
    return code


def _submitted(
    held: Store, paths: list[Path], settings: Settings, return_name: str, by: str, jobs: int, progress: Progress
) -> Iterator[tuple[Report, Acceptance] | str]:
    """For each file in order what was found and what became of it, or a sentence where it is no return.

    Checking is what takes time, so several processes do it; the store takes files in one at a time, in their order. A
    file that was checked before an earlier one of the same provider came in is checked again. Another writer is waited
    for; StoreBusy where that takes too long.
    """
    from openilr.collect import examine
    from openilr.store import StoreBusy

    reference = held.reference(settings.edition) if settings.edition else None
    began: dict[Path, tuple[list[str], Any]] = {}

    def received(path: Path) -> list[str]:
        began[path] = held.received(path.name), _state(path)
        return began[path][0]

    for checked in check_all(paths, settings, jobs, progress, reference=reference, received=received):
        path = checked.path
        patience = time.monotonic() + PATIENCE
        while True:
            if held.received(path.name) != began[path][0]:
                checked = check(path, settings, None, reference, received(path))
            if checked.report is None or checked.problem:
                yield checked.problem or f"{path.name} could not be checked."
                break
            if _state(path) != began[path][1]:
                yield f"{path.name} changed while it was checked; nothing of it was taken in. Send it again."
                break
            try:
                with examine(path).stream() as stream:
                    taken = held.submit(
                        stream, checked.report, file=path, return_name=return_name, submitted_by=by, reference=reference
                    )
            except StoreBusy:
                if time.monotonic() > patience:
                    raise
                progress(f"{path.name} waits for another process that writes to the store")
                time.sleep(_PAUSE)
                continue
            yield checked.report, taken
            break


def _state(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_mtime_ns, about.st_size


def _json(report: Report, acceptance: Acceptance) -> str:
    said = json.dumps(acceptance.to_dict(), ensure_ascii=False, separators=(",", ":"))
    return f'{report.to_json()[:-1]},"submission":{said}}}'


def _text(report: Report, acceptance: Acceptance, out: Output) -> str:
    from openilr.validate.reports import text

    return f"{text.render(report, out.terminal)}{textwrap.fill(accepted_sentence(acceptance), 80)}\n\n"


def accepted_sentence(acceptance: Acceptance) -> str:
    """What was accepted and refused, in one or two sentences."""
    if not acceptance.accepted:
        return f"Refused: {acceptance.reason}"
    n = acceptance.counts
    words = (
        f"Accepted as {acceptance.submission}: {n['learners_accepted']:,} of {count(n['learners'], 'learner')} with "
        f"{n['aims_accepted']:,} of {count(n['aims'], 'aim')}; {count(n['learners_refused'], 'learner')} refused."
    )
    words += f" It takes the place of {acceptance.replaced}." if acceptance.replaced else ""
    last = acceptance.last_year
    if last and last["continuing"]:
        words += (
            f" Of {count(last['continuing'], 'aim')} that went on at the end of {last['compared_with']}, "
            f"{last['returned']:,} came in with this file and {last['missing']:,} did not"
        )
        words += f" (learners {', '.join(last['learners_missing'][:10])}" if last["missing"] else ""
        more = len(last["learners_missing"]) - 10
        words += f" and {more:,} more)." if more > 0 else ")." if last["missing"] else "."
    return words
