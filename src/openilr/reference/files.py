"""Find reference files by name: in folders, in zips, or named one by one."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING

from openilr.reference.declared import TABLES
from openilr.reference.errors import BadReference
from openilr.reference.tables import Table, squeezed

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["SEALED", "Found", "Source", "Unseal", "find", "tables_in"]

#: The ending of a file that is kept encrypted; ``Unseal`` gives its content, piece by piece.
SEALED = ".vault"
Unseal = Callable[[Path], Iterator[bytes]]

_READ = {".csv", ".txt", ".tsv"}
_MONTHS = {
    m: i for i, m in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}
_ENDS = 1 << 16


@dataclass(frozen=True)
class Source:
    """One file: on disk, or a member of a zip. ``name`` is what people see: never a path from the root."""

    path: Path
    name: str
    member: str = ""
    unseal: Unseal | None = None

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The bytes of the file. BadReference when the zip around it is damaged or locked."""
        if self.unseal:
            yield io.BufferedReader(_Pieces(self.unseal(self.path)))
            return
        if not self.member:
            with self.path.open("rb") as stream:
                yield stream
            return
        try:
            with zipfile.ZipFile(self.path) as archive, _member(archive, self) as stream:
                yield stream
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise BadReference(self.name, f"it can not be taken out of its zip ({error}).") from None

    def read(self) -> bytes:
        with self.open() as stream:
            return stream.read()

    @property
    def stem(self) -> str:
        return squeezed(Path(self.member or self._file_name).stem)

    @property
    def _file_name(self) -> str:
        return self.path.name.removesuffix(SEALED) if self.unseal else self.path.name

    @cached_property
    def size(self) -> int:
        return self._info.file_size if self.member else self.path.stat().st_size

    @cached_property
    def _info(self) -> zipfile.ZipInfo:
        with zipfile.ZipFile(self.path) as archive:
            return archive.getinfo(self.member)

    @property
    def identity(self) -> str:
        """Changes when the file does: path, size, time of change, and the file's first and last 64 KB."""
        stat = self.path.stat()
        said = [str(self.path.resolve()), str(stat.st_size), str(stat.st_mtime_ns)]
        if self.member:
            said += [self.member, str(self._info.CRC), str(self._info.file_size)]
        digest = hashlib.sha256("\0".join(said).encode())
        with self.path.open("rb") as stream:
            digest.update(stream.read(_ENDS))
            stream.seek(max(0, stat.st_size - _ENDS))
            digest.update(stream.read(_ENDS))
        return digest.hexdigest()

    def same_content(self, other: Source) -> bool:
        return self.size == other.size and self._checksum == other._checksum

    @cached_property
    def _checksum(self) -> int:
        if self.member:
            return self._info.CRC
        checksum = 0
        with self.path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                checksum = zlib.crc32(chunk, checksum)
        return checksum

    @property
    def year(self) -> str | None:
        """The academic year in the name of the file or of the folder nearest to it, as ``2526``."""
        for part in reversed(Path(self.name).parts):
            for years in re.finditer(r"(?<!\d)(?:20)?(\d\d)\D{0,4}(?:20)?(\d\d)(?!\d)", part):
                if int(years[2]) == int(years[1]) + 1:
                    return years[1] + years[2]
        return None

    @property
    def dated(self) -> date:
        """The date in the file's name, or else the day that it was last changed."""
        named = _date_in(Path(self.member or self._file_name).stem) or _date_in(self.path.stem)
        if named:
            return named
        if self.member:
            return date(*self._info.date_time[:3])
        return datetime.fromtimestamp(self.path.stat().st_mtime).date()


class _Pieces(io.RawIOBase):
    """A stream of pieces that come one after the other."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, into: Buffer) -> int:
        while not self._left and (piece := next(self._pieces, None)) is not None:
            self._left = memoryview(piece)
        view = memoryview(into)
        size = min(len(view), len(self._left))
        view[:size], self._left = self._left[:size], self._left[size:]
        return size


@dataclass(frozen=True)
class Found:
    """The files of one table, in the order of their names."""

    table: Table
    sources: tuple[Source, ...]

    @property
    def name(self) -> str:
        first, more = self.sources[0].name, len(self.sources) - 1
        return first if not more else f"{first} and {more} more"

    @property
    def dated(self) -> date:
        return max(source.dated for source in self.sources)


def tables_in(path: Path) -> dict[str, bool]:
    """The tables that a file, or one in a zip, is of by its name, and whether it is a part of them that stands beside
    others. BadReference for a zip that is damaged."""
    sealed = path.suffix == SEALED
    sources = [Source(path.with_suffix(""), path.stem)] if sealed else _file(path, path.name, [], None)
    return {table.name: table.is_part(rank) for table, rank in filter(None, map(_table_of, sources))}


def _table_of(source: Source) -> tuple[Table, int] | None:
    """The table that a file is of by its name, and how wanted that name is."""
    stem = source.stem
    return next(((t, rank) for t in TABLES.values() if (rank := t.rank(stem)) is not None), None)


def find(places: Iterable[Path], unseal: Unseal | None = None) -> tuple[dict[str, Found], list[tuple[str, str]]]:
    """The files of each table, and what was ignored with the reason.

    A table that is published in parts is read from all of them. Of any other table there may be one file: a second one
    of a less wanted kind, or with the same content, is ignored; any other second one is an error.
    """
    ranked: dict[str, list[tuple[int, Source]]] = {}
    ignored: list[tuple[str, str]] = []
    for source in _sources(places, ignored, unseal):
        known = _table_of(source)
        if known is None:
            ignored.append((source.name, "not a reference file that OpenILR knows by name"))
        else:
            ranked.setdefault(known[0].name, []).append((known[1], source))
    found = {name: Found(TABLES[name], _choose(TABLES[name], files, ignored)) for name, files in ranked.items()}
    return {name: found[name] for name in TABLES if name in found}, sorted(ignored)


def _choose(table: Table, files: list[tuple[int, Source]], ignored: list[tuple[str, str]]) -> tuple[Source, ...]:
    best = min(rank for rank, _ in files)
    parts = table.is_part(best)
    chosen: list[Source] = []
    for rank, source in sorted(files, key=lambda f: f[1].name):
        same = next((c for c in chosen if c.same_content(source)), None)
        if rank != best and not (parts and table.is_part(rank)):
            ignored.append((source.name, f"{table.name} is read from another file"))
        elif same:
            ignored.append((source.name, f"the same as {same.name}"))
        elif chosen and not parts:
            raise BadReference(source.name, f"{chosen[0].name} is also a file of {table.name}. Keep one of the two.")
        else:
            chosen.append(source)
    return tuple(chosen)


def _sources(places: Iterable[Path], ignored: list[tuple[str, str]], unseal: Unseal | None) -> Iterator[Source]:
    for place in places:
        if not place.exists():
            raise BadReference(str(place), "there is no such file or folder.")
        if place.is_dir():
            for path in sorted(p for p in place.rglob("*") if p.is_file()):
                name = path.relative_to(place)
                if not any(part.startswith((".", "__MACOSX")) for part in name.parts):
                    yield from _file(path, name.as_posix(), ignored, unseal)
        else:
            yield from _file(place, place.name, ignored, unseal)


def _file(path: Path, name: str, ignored: list[tuple[str, str]], unseal: Unseal | None) -> Iterator[Source]:
    if path.suffix == SEALED:
        if unseal:
            yield Source(path, name.removesuffix(SEALED), unseal=unseal)
        else:
            ignored.append((name, "it holds people's numbers and is encrypted; the key of the vault is not here"))
    elif path.suffix.lower() == ".zip":
        for member in _members(path, name):
            inner = f"{name}/{member}"
            if Path(member).suffix.lower() in _READ:
                yield Source(path, inner, member)
            else:
                ignored.append((inner, "not a CSV file"))
    elif path.suffix.lower() in _READ:
        yield Source(path, name)
    else:
        ignored.append((name, "not a CSV file"))


def _members(path: Path, name: str) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return sorted(i.filename for i in archive.infolist() if not i.is_dir() and "__MACOSX" not in i.filename)
    except zipfile.BadZipFile:
        raise BadReference(name, "it is called a zip file, but it can not be read as one.") from None


def _member(archive: zipfile.ZipFile, source: Source) -> IO[bytes]:
    try:
        return archive.open(source.member)
    except (RuntimeError, NotImplementedError) as error:
        # A password, or a method of packing that Python does not know.
        raise BadReference(source.name, f"it can not be taken out of its zip ({error}).") from None


def _date_in(name: str) -> date | None:
    numbers = re.search(r"(?<!\d)(20\d\d)[-_]?(0[1-9]|1[0-2])[-_]?([0-2]\d|3[01])(?!\d)", name)
    if numbers:
        try:
            return date(*map(int, numbers.groups()))
        except ValueError:
            return None
    words = re.search(r"(?i)([a-z]{3})[a-z]*[-_ ](20\d\d)(?!\d)", name)
    month = _MONTHS.get(words[1].lower()) if words else None
    return date(int(words[2]), month, 1) if words and month else None
