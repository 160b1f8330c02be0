"""Folders for temporary files that may hold personal data: for their owner's eyes only, and gone when done with.

A process that is killed can not tidy up, so the next one that makes such a folder does. A folder is in use as long as
somebody holds the lock on the file in it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from openilr.store.durable import try_lock

_PREFIX, _LOCK = "openilr-", "in-use"
_open: set[Scratch] = set()


class Scratch:
    """A new folder under ``place`` (by default what TMPDIR says), until :meth:`close`."""

    def __init__(self, place: Path | None = None) -> None:
        _tidy(place or Path(tempfile.gettempdir()))
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        new = self.path / (_LOCK if os.name == "nt" else f".{_LOCK}")
        self._lock = new.open("xb")
        try_lock(self._lock.fileno())
        if os.name != "nt":  # which moves no open file, and removes none
            new.rename(self.path / _LOCK)  # nobody sees it unlocked
        self._of = os.getpid()
        _open.add(self)

    def close(self) -> None:
        _open.discard(self)
        self._lock.close()
        if os.getpid() == self._of:  # and not a fork, for which others wait
            shutil.rmtree(self.path, ignore_errors=True)


def close_all() -> None:
    """For who ends without the usual tidying up."""
    for each in list(_open):
        each.close()


@contextmanager
def folder(place: Path | None = None) -> Iterator[Path]:
    made = Scratch(place)
    try:
        yield made.path
    finally:
        made.close()


def _tidy(place: Path) -> None:
    """Remove what processes of this user left here that are no more."""
    for lock in place.glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError):
            mine = os.name == "nt" or lock.parent.lstat().st_uid == os.getuid()
            if mine and not lock.parent.is_symlink():
                with lock.open("rb") as held:
                    try_lock(held.fileno())
                shutil.rmtree(lock.parent, ignore_errors=True)
