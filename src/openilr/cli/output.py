"""Where a command writes to: the standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import glob
import os
import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import IO, Annotated, TypeVar

import typer

from openilr.cli.run import CannotRun

__all__ = ["Output", "Progress", "Quiet", "form_of"]

#: The option of a command that takes long.
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress line.")]

Form = TypeVar("Form", bound=StrEnum)


def form_of(forms: type[Form], asked: Form | None, output: Path | None) -> Form:
    """The form that was asked for; else what the ending of the file's name says, such as .csv; else the first, text."""
    ending = output.suffix.lower().lstrip(".") if output else ""
    return asked or next((form for form in forms if form == ending), next(iter(forms)))


class Output:
    """Text goes out as UTF-8 with plain line feeds. A file takes its name only when everything was written."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._part: Path | None = None
        if path is not None and path.is_dir():
            raise CannotRun(f"The output {path} is a folder; give the name of a file.")
        if path is not None and not path.parent.is_dir():
            raise CannotRun(f"There is no folder {path.parent} to write {path.name} into.")

    @property
    def terminal(self) -> IO[str] | None:
        """What the text is made to fit, where it goes to the screen."""
        return sys.stdout if self._path is None else None

    def __enter__(self) -> Output:
        if self._path is None:
            sys.stdout.flush()
            self._file: IO[bytes] = getattr(sys.stdout, "buffer", None) or _Decoding(sys.stdout)  # type: ignore[assignment]
            return self
        _remove_leftovers(self._path)
        self._part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        try:
            self._file = self._part.open("xb")
        except OSError as problem:
            raise CannotRun(f"{self._path} can not be written: {problem.strerror}.") from None
        return self

    def write(self, what: str | bytes) -> None:
        self._file.write(what.encode("utf-8", "replace") if isinstance(what, str) else what)
        if self._path is None:
            self._file.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._part is None or self._path is None:
            return
        try:
            if kind is None:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                self._part.replace(self._path)
        except OSError as problem:
            raise CannotRun(f"{self._path} can not be written: {problem.strerror}.") from None
        finally:
            self._file.close()
            self._part.unlink(missing_ok=True)


def _remove_leftovers(path: Path) -> None:
    """What killed commands left of the same file: it may hold learners' data, and nobody sees a hidden file."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        number = left.name.split(".")[-2]
        if number.isdigit() and not _runs(int(number)):
            with suppress(OSError):
                left.unlink()


def _runs(process: int) -> bool:
    if os.name == "nt":  # there the call would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


class _Decoding:
    """Bytes to a text stream that has no bytes below it, as a test or a notebook may put in place."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        return self._stream.write(data.decode())

    def flush(self) -> None:
        self._stream.flush()


class Progress:
    """One line on the error stream that is written over. It stays away where nobody looks, and with --quiet."""

    def __init__(self, quiet: bool) -> None:
        self._on = not quiet and sys.stderr.isatty()
        self._last = ""

    def __call__(self, words: str) -> None:
        if self._on and words != self._last:
            sys.stderr.write(f"\r{words:<{len(self._last)}}")
            sys.stderr.flush()
            self._last = words

    def clear(self) -> None:
        if self._on and self._last:
            sys.stderr.write("\r" + " " * len(self._last) + "\r")
            sys.stderr.flush()
            self._last = ""
