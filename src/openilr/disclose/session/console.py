"""A live session: cells go in one by one, and what they print is seen on a screen and kept nowhere.

Only for a setting whose screens are watched and whose convention says so. What comes back is the same as of a script:
typed outputs, which are checked. All cells together are the analysis that is kept.
"""

from __future__ import annotations

import codecs
import json
import secrets
import threading
import unicodedata
from collections.abc import Callable
from typing import IO

__all__ = ["CELL_CHARACTERS", "Console"]

#: So much of what one cell prints is shown.
CELL_CHARACTERS = 20_000


class Console:
    """Between a person and the room. ``ask`` gives the next cell, or None at the end; ``tell`` shows text."""

    def __init__(self, ask: Callable[[], str | None], tell: Callable[[str], None]) -> None:
        self.ask, self.tell = ask, tell
        self.cells: list[str] = []
        self.shown = 0
        self._mark = b""
        self._tail = b""
        self._room = 0
        self._done = threading.Event()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def script(self) -> str:
        """The cells, as the analysis that is kept."""
        return "\n".join(f"# %% cell {number}\n{cell}\n" for number, cell in enumerate(self.cells, start=1))

    def talk(self, stream: IO[bytes], alive: Callable[[], bool], interrupt: Callable[[], None]) -> None:
        """Send cell after cell, each when the one before has ended, until there are no more or the room has closed."""
        try:
            while alive() and (cell := self.ask()) is not None:
                self._mark = secrets.token_hex(16).encode()
                self._room = CELL_CHARACTERS
                self._done.clear()
                self.cells.append(cell)
                stream.write(json.dumps({"cell": cell, "mark": self._mark.decode()}).encode() + b"\n")
                stream.flush()
                self._wait(alive, interrupt)
            stream.close()
        except BrokenPipeError:
            pass

    def _wait(self, alive: Callable[[], bool], interrupt: Callable[[], None]) -> None:
        while True:
            try:
                while not self._done.wait(0.1):
                    if not alive():
                        return
                return
            except KeyboardInterrupt:
                interrupt()

    # What the room prints comes here as to a file.

    def write(self, piece: bytes) -> int:
        """Show what was printed, up to the mark that ends a cell."""
        data = self._tail + piece
        before, mark, _ = data.partition(self._mark) if self._mark else (data, b"", b"")
        if mark:
            self._tail = b""
            self._show(before, last=True)
            self._done.set()
        else:  # a mark may come in two pieces
            keep = min(len(data), len(self._mark))
            self._tail = data[len(data) - keep :]
            self._show(data[: len(data) - keep])
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def _show(self, data: bytes, *, last: bool = False) -> None:
        text = plain(self._decoder.decode(data, last))
        told = text[: self._room]
        if told:
            self.tell(told)
        if self._room and len(text) > self._room:
            self.tell(f"\n[More than {CELL_CHARACTERS:,} characters: the rest is not shown.]\n")
        self.shown += len(told)
        self._room -= len(told)


def plain(text: str) -> str:
    """Only what prints: no control sequence, which could put something into the clipboard or change the terminal."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
