"""Check files one after the other, or many side by side in processes of their own."""

from __future__ import annotations

import os
import re
import threading
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openilr.cli.run import CannotRun, fault, where
from openilr.spec.words import count

if TYPE_CHECKING:
    from concurrent.futures import Future

    from openilr.validate.report import Report

# Options of every command that checks files.
OF_FILES = "XML or zip files, or folders of them."
AsOf = Annotated[str | None, typer.Option(metavar="DATE", help="What rules take for today, such as 2026-06-30.")]
OfYear = Annotated[
    str | None, typer.Option(metavar="YYYY", help="Collection year the files must be for, such as 2526.")
]
ReportFile = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write the report to this file.")]
Jobs = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Files checked side by side; by default one for each core.")
]

#: A rough price of checking, in seconds, to tell whether starting more processes pays.
_PER_FILE, _PER_MEGABYTE, _WORTH_IT = 0.1, 0.06, 2.0
_START = 1 << 16


@dataclass(frozen=True)
class Settings:
    """How to check: the same for every file of one run."""

    reference: Path | None = None
    as_of: date | datetime | None = None
    year: str | None = None
    rules: tuple[str, ...] | None = None
    store: Path | None = None  #: the store whose reference data it is, in place of a folder
    edition: int | None = None


@dataclass(frozen=True)
class Checked:
    """What came of one file: a report, a sentence that says why it could not be checked, or both."""

    path: Path
    report: Report | None
    problem: str | None = None
    failed: str = ""  #: the place of a fault of our own


def find_files(paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The files to check, folders looked through for XML and zip files; and a sentence for each path that has none."""
    files: list[Path] = []
    problems = []
    for path in paths:
        if path.is_dir():
            inside = sorted(_within(path))
            files += inside
            if not inside:
                problems.append(f"There is no XML or zip file in the folder {path}.")
        elif path.exists():
            files.append(path)
        else:
            problems.append(f"There is no file or folder {path}.")
    return files, problems


def _within(folder: Path) -> Iterator[Path]:
    def unreadable(problem: OSError) -> None:
        raise CannotRun(f"The folder {problem.filename} can not be read: {problem.strerror}.")

    for place, _, names in os.walk(folder, onerror=unreadable):
        yield from (Path(place, name) for name in names if name.lower().endswith((".xml", ".zip")))


def sensible_jobs(files: Sequence[Path]) -> int:
    """As many processes as there are cores, unless the work is over before they would have started."""
    megabytes = sum(file.stat().st_size for file in files if file.is_file()) / 1e6
    if len(files) < 2 or len(files) * _PER_FILE + megabytes * _PER_MEGABYTE < _WORTH_IT:
        return 1
    return min(os.cpu_count() or 1, len(files))


def moment(as_of: str | None) -> date | datetime:
    """What rules take for "now", from the text of ``--as-of``."""
    if as_of is None:
        # Taken once, so that all files of one run are judged at the same moment.
        return datetime.now()
    for kind in (date, datetime):
        try:
            return kind.fromisoformat(as_of)
        except ValueError:
            continue
    raise CannotRun(f"--as-of must be a date such as 2026-06-30, not {as_of!r}.")


def check(
    path: Path,
    settings: Settings,
    progress: Callable[[int], None] | None = None,
    reference: Any = None,
    received: Sequence[str] | None = None,
) -> Checked:
    """Check one file here. What the user can put right is a sentence; a fault of our own is named as one.

    ``reference`` takes the place of what the settings name. ``received`` names the files that a store has
    taken in before.
    """
    from openilr.collect import Unreadable
    from openilr.validate.engine import validate

    try:
        if reference is None:
            reference = _reference(settings.reference, settings.store, settings.edition)
        report = validate(
            path,
            reference=reference,
            as_of=settings.as_of,
            year=settings.year,
            rules=settings.rules,
            received=received,
            progress=progress,
        )
    except (Unreadable, ValueError) as problem:
        if not _is_plain(problem):
            return Checked(path, None, f"{path.name}: {fault(problem)}", where(problem))
        return Checked(path, None, str(problem))
    except OSError as problem:
        return Checked(path, None, f"{path} can not be read: {problem.strerror or type(problem).__name__}.")
    except Exception as problem:
        return Checked(path, None, f"{path.name}: {fault(problem)}", where(problem))
    no_return = _not_an_ilr_file(path, report)
    # Well-formed XML of another kind was read to its end, but nothing in it was read as a return.
    report.readable = report.readable and no_return is None
    return Checked(path, report, no_return)


def _is_plain(problem: Exception) -> bool:
    """Whether an error was raised on purpose for the user to read, rather than by a slip deep inside."""
    from openilr.collect import Unreadable
    from openilr.reference import BadReference

    return isinstance(problem, (Unreadable, BadReference)) or str(problem).startswith(
        ("There is no rule", "There is no pack")
    )


def _not_an_ilr_file(path: Path, report: Report) -> str | None:
    """A sentence where the file is no ILR return at all, rather than a damaged or refused one (which are findings)."""
    if report.counts.get("learners", 0) or report.findings["rule"].str.contains("(?i)zip").any():
        return None
    start = _start(path)
    if start is None or re.search(r"<!DOCTYPE|<([A-Za-z_][\w.-]*:)?Message[\s/>]", start):
        return None
    text = start.lstrip("\ufeff \t\r\n")
    kind = "XML, but not an ILR return" if text.startswith("<") else "neither XML nor zip" if text else "empty"
    return f"{path.name} is {kind}; give the file that was exported for the collection."


def _start(path: Path) -> str | None:
    """The first characters of the XML, in a zip or not; None where that can not be told."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as book, book.open(book.namelist()[0]) as member:
                data = member.read(_START)
        else:
            with path.open("rb") as file:
                data = file.read(_START)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, IndexError, EOFError, zlib.error):
        return None
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    return data.decode("utf-16" if wide else "utf-8", "replace")


@cache
def _reference(folder: Path | None, store: Path | None, edition: int | None) -> Any:
    if folder is not None:
        from openilr.reference import load

        return load(folder)
    if store is not None and edition is not None:
        from openilr.store import Store

        return Store(store).reference(edition)
    return None


def check_all(
    files: Sequence[Path],
    settings: Settings,
    jobs: int,
    progress: Callable[[str], None],
    *,
    reference: Any = None,
    received: Callable[[Path], Sequence[str]] | None = None,
) -> Iterator[Checked]:
    """Check every file and give what came of each in the order of ``files``, as soon as that order allows.

    ``reference`` is what the settings name, where it was read already; ``received`` is asked when the checking
    of a file begins.
    """
    if jobs <= 1 or len(files) <= 1:
        for number, file in enumerate(files, 1):
            place = f"{number:,} of {len(files):,}: " if len(files) > 1 else ""
            told = received(file) if received else None
            yield check(
                file, settings, lambda done, place=place: progress(f"{place}{count(done, 'learner')} checked"),  # type: ignore[misc]
                reference, told,
            )  # fmt: skip
        return
    yield from _side_by_side(files, settings, min(jobs, len(files)), progress, received)


def _side_by_side(
    files: Sequence[Path],
    settings: Settings,
    jobs: int,
    progress: Callable[[str], None],
    received: Callable[[Path], Sequence[str]] | None,
) -> Iterator[Checked]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # Polars starts threads, which a forked process would inherit in a broken state: so each starts afresh.
    threads = max(1, (os.cpu_count() or 1) // jobs)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _set_up, (threads,)) as pool:
        ahead: deque[Future[Checked]] = deque()
        waiting = iter(files)
        done = 0
        try:
            while True:
                # Only so many results are kept waiting as order demands; a long file must not let memory fill up.
                while len(ahead) < jobs * 4 and (file := next(waiting, None)) is not None:
                    told = received(file) if received else None
                    ahead.append(pool.submit(check, file, settings, None, None, told))
                if not ahead:
                    return
                checked = ahead.popleft().result()
                done += 1
                progress(f"{done:,} of {len(files):,} files checked")
                yield checked
        except BrokenProcessPool:
            raise CannotRun(
                "A checking process ended unexpectedly, most often for lack of memory; try again with --jobs 1."
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _set_up(threads: int) -> None:
    os.environ.setdefault("POLARS_MAX_THREADS", str(threads))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A command that is killed tells its processes nothing: they would wait for work for ever, with learners' data."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
