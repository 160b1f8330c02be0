"""Run a command line and turn whatever comes of it into an exit code and, where it failed, one plain sentence."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

__all__ = ["CannotRun", "fault", "main", "plain", "run", "say"]

FINE, FOUND, COULD_NOT_RUN = 0, 1, 2


class CannotRun(Exception):
    """The command can not run. The message is one plain sentence that says what to do."""


def main() -> NoReturn:
    """The entry point of the command ``ilr``."""
    # A command lives for seconds: looking for garbage in millions of live objects again and again is wasted on it.
    gc.set_threshold(200_000, 20, 100)
    code = run()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # All files are closed and all that was asked for is done: taking millions of objects apart one by one would
    # only keep the user waiting. What was written aside for want of memory goes.
    if scratch := sys.modules.get("openilr.store.scratch"):
        scratch.close_all()
    os._exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (``sys.argv`` by default) and give its exit code. Never raises for what a user did."""
    from openilr.cli.app import app

    try:
        code = app(args=list(sys.argv[1:] if arguments is None else arguments), prog_name="ilr", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else FINE
    except CannotRun as problem:
        say(str(problem))
    except BrokenPipeError:
        # Whoever read the output has gone, as `ilr ... | head` does. There is nobody to tell.
        _forget_output()
        return FINE
    except KeyboardInterrupt:
        return 130
    except Exception as problem:
        say(_usage(problem) or fault(problem))
    return COULD_NOT_RUN


def say(sentence: str) -> None:
    """One line on the error stream. Control characters are taken out: file names may hold any."""
    text = "".join(c if c.isprintable() else " " for c in " ".join(sentence.split()))
    print(f"ilr: {text}", file=sys.stderr, flush=True)


@contextmanager
def plain(*kinds: type[Exception]) -> Iterator[None]:
    """Errors that a stage raises in plain words become the sentence that the command fails with."""
    try:
        yield
    except kinds as problem:
        raise CannotRun(" ".join(str(arg) for arg in problem.args[:1]) or str(problem)) from problem


def fault(problem: BaseException) -> str:
    """What to say about a fault of our own: where it is, but not the error's text, which may hold a person's data."""
    if os.environ.get("OPENILR_DEBUG"):
        traceback.print_exception(problem)
    return (
        f"OpenILR met a fault of its own ({where(problem)}) and stopped. Please report it with the command you gave; "
        "OPENILR_DEBUG=1 shows the full trace, which may hold personal data."
    )


def where(problem: BaseException) -> str:
    """The kind of error and the last line of ours that it passed, such as ``KeyError at openilr/spec/xsd.py:12``."""
    home = Path(__file__).resolve().parents[1]
    ours = [f for f in traceback.extract_tb(problem.__traceback__) if Path(f.filename).is_relative_to(home)]
    place = f" at openilr/{Path(ours[-1].filename).relative_to(home).as_posix()}:{ours[-1].lineno}" if ours else ""
    return f"{type(problem).__name__}{place}"


def _usage(problem: Exception) -> str | None:
    """The sentence for a mistake in the command line, where that is what it was."""
    words = getattr(problem, "format_message", None)
    if words is None:
        return None
    context = getattr(problem, "ctx", None)
    command = context.command_path if context is not None else "ilr"
    sentence = str(words()).replace("Value error, ", "").replace("?.", "?").strip().rstrip(".")
    return f"{sentence}{'' if sentence.endswith('?') else '.'} See {command} --help."


def _forget_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
