"""A session from beginning to end: the extract laid out, the code run in its room, what came back read."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from openilr.disclose.session.collect import Returned, collect
from openilr.disclose.session.console import Console
from openilr.disclose.session.sandbox import Ended, Limits, Room, run_inside
from openilr.disclose.session.script import as_script
from openilr.store import scratch

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Session", "Setting", "run_console", "run_session"]


@dataclass(frozen=True)
class Setting:
    """What the code may see: tables by name, and what is said about them.

    about: ``project``, ``title``, ``vintage``, ``person`` (the column that names a person), ``labels`` and ``codes`` of
    columns. twin: True for the synthetic twin, whose runs may be watched.
    """

    tables: Mapping[str, pl.DataFrame]
    about: Mapping[str, Any] = field(default_factory=dict)
    twin: bool = False


@dataclass(frozen=True)
class Session:
    """What came of a session. ``script`` is the code that ran and ``sha256`` its hash, for the record."""

    ended: Ended
    returned: Returned
    script: str
    sha256: str

    def words(self) -> str:
        """How it ended, without anything that the code said: that may hold data about people."""
        bounds = {"time": "its time", "memory": "its memory", "processes": "its number of processes",
                  "outputs": "its room for outputs"}  # fmt: skip
        if self.ended.reason:
            return f"The session was stopped: it used up {bounds[self.ended.reason]}."
        error = self.returned.error
        if error:
            at = f" at line {error['line']} of the analysis" if error["line"] else ""
            return f"The analysis stopped with {error['kind']}{at}. Try it on the synthetic twin, where all is shown."
        left = len(self.returned.left)
        kind = "file that is no output" if left == 1 else "files that are no outputs"
        more = f" {left} {kind} stayed behind." if left else ""
        return ("The analysis ended early." if self.ended.code else "The analysis ran to its end.") + more


def run_session(
    script: Path, setting: Setting, *, limits: Limits | None = None, show: IO[bytes] | None = None
) -> Session:
    """Run a script or notebook on the tables, in a room without doors.

    The tables lie in memory (where this computer has a folder there) for as long as the session runs. ``show`` is
    ignored unless the setting is a twin.
    """
    return _run(as_script(script), setting, limits, show=show if setting.twin else None)


def run_console(console: Console, setting: Setting, *, limits: Limits | None = None) -> Session:
    """The same room, to which a person sends one cell after another and sees what they print."""
    return _run("", setting, limits, console=console)


def _run(
    text: str, setting: Setting, limits: Limits | None, *, show: IO[bytes] | None = None,
    console: Console | None = None,
) -> Session:  # fmt: skip
    with _folder() as folder:
        room = Room(folder / "extract", folder / "script", folder / "outputs")
        for place in (room.extract, room.script, room.outputs):
            place.mkdir(mode=0o700)
        (room.script / "analysis.py").write_text(text, "utf-8")
        for name, table in setting.tables.items():
            table.write_parquet(room.extract / f"{name}.parquet")
        about = {**setting.about, "tables": sorted(setting.tables), "twin": setting.twin}
        (room.extract / "extract.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")
        ended = run_inside(room, limits, show=show, console=console)
        if console is not None:
            text = console.script()
        returned = collect(room.outputs, text, setting.tables)
    return Session(ended, returned, text, hashlib.sha256(text.encode()).hexdigest())


@contextmanager
def _folder() -> Iterator[Path]:
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    place = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    with scratch.folder(place) as folder:
        folder.chmod(0o711)
        yield folder
