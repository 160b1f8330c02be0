"""Writing so that a crash at any moment leaves the old state whole.

Files are written in a folder that ends in ``.part``, flushed to disk, and the folder is renamed. Nothing that is
renamed counts until the catalogue names it, and what the catalogue does not name is removed by the next writer.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from openilr.store.errors import StoreBusy

PART = ".part"
_PIECE = 1 << 18


def _nothing(name: str) -> None:
    """What happens at a step outside the fault tests."""


#: Called with its name before each thing that changes the disk. Fault tests kill the process, or fill the disk, here.
step: Callable[[str], None] = _nothing


class Sink(io.RawIOBase):
    """A new file that is written once, counted and hashed on the way, and on disk when it closes without an error."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        step(f"create {path.name}")
        self.path = path
        self.size = 0
        self._hash = hashlib.sha256()
        self._waiting = bytearray()  # Parquet comes in very small pieces
        self._file = path.open("xb", buffering=0)

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, data: object) -> int:
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        self.size += len(view)
        self._waiting += view
        if len(self._waiting) >= _PIECE:
            self._put()
        return len(view)

    def _put(self) -> None:
        step(f"write {self.path.name}")
        left = memoryview(self._waiting)
        self._hash.update(left)
        while left:
            left = left[self._file.write(left) :]
        self._waiting = bytearray()

    @property
    def sha256(self) -> str:
        """Of what was written; whole once finished."""
        return self._hash.hexdigest()

    def finish(self) -> None:
        """Flush to the disk and close."""
        self._put()
        step(f"sync {self.path.name}")
        os.fsync(self._file.fileno())
        self.close()

    def close(self) -> None:
        self._file.close()
        super().close()


def write_file(path: Path, data: bytes) -> tuple[int, str]:
    """Write a whole new file to the disk; its size and SHA-256."""
    sink = Sink(path)
    try:
        sink.write(data)
        sink.finish()
    finally:
        sink.close()
    return sink.size, sink.sha256


def make_folder(path: Path, mode: int = 0o755) -> None:
    step(f"make {path.name}")
    path.mkdir(mode=mode, parents=True, exist_ok=False)


def sync_folder(path: Path) -> None:
    """Make renames and new names in this folder last. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def publish_folder(part: Path, final: Path) -> None:
    """Give a finished ``.part`` folder its name, durably."""
    step(f"sync {part.name}")
    sync_folder(part)
    step(f"rename {part.name}")
    part.rename(final)
    step(f"sync parent of {final.name}")
    sync_folder(final.parent)


def remove(path: Path) -> None:
    """Remove a folder or file that nothing refers to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def file_sha256(path: Path) -> tuple[int, str]:
    """Size in bytes and SHA-256 of a file, read in pieces."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


class Lock:
    """The one writer of a store. The system releases it when the process ends, however it ends.

    While it is held, and after a writer that died or failed, the lock's file says so: ``leftovers`` is True where there
    may be something to remove. A writer that leaves something behind on purpose sets it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.leftovers = False

    def __enter__(self) -> Lock:
        self._file = self._path.open("a+b")
        try:
            try_lock(self._file.fileno())
        except OSError:
            self._file.close()
            raise StoreBusy(
                f"Another process is writing to the store {self._path.parent.name}. Wait until it has finished and "
                "try again; nothing was changed."
            ) from None
        try:
            self._file.seek(0)
            self.leftovers = bool(self._file.read(1))
            if not self.leftovers:
                step("mark the lock")
                self._file.write(b"writing")
                self._file.flush()
                os.fsync(self._file.fileno())
        except BaseException:
            self._file.close()
            raise
        return self

    def tidied(self) -> None:
        """What an earlier writer left was removed."""
        self.leftovers = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            if kind is None and not self.leftovers:
                self._file.truncate(0)
            unlock(self._file.fileno())
        self._file.close()


if os.name == "nt":  # pragma: no cover
    import msvcrt

    def try_lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]

    def unlock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]

else:
    import fcntl

    def try_lock(handle: int) -> None:
        """Lock an open file for this process alone, until it ends. OSError where another holds it."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def staging(*folders: tuple[Path, int]) -> Iterator[list[Path]]:
    """Fresh ``.part`` folders for the given final ones (path, mode); removed again if the block fails.

    A folder that already has its final name is left for the next writer, who can ask the catalogue whether it counts.
    """
    parts = [final.with_name(final.name + PART) for final, _ in folders]
    try:
        for part, (_, mode) in zip(parts, folders, strict=True):
            make_folder(part, mode)
        yield parts
    except BaseException:
        # A full disk or an interrupt: tidy up now. After a kill the next writer does it.
        for part in parts:
            with suppress(OSError):
                remove(part)
        raise
