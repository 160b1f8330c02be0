"""The file as it was handed in: XML by itself, or one XML file in a zip."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from openilr.collect.encoding import Readable
from openilr.collect.stream import SCAN_FROM, Stream
from openilr.collect.structure import Refused
from openilr.years import Year

#: A zip that unpacks to more than this is looked at with suspicion ...
_LARGE = 100 << 20
#: ... and not read on where it grows by more than this factor. Real returns stay below 50.
_RATIO = 200
_LARGEST = 8 << 30
_DIRECTORY_LIMIT = 1 << 20
_CLUTTER = re.compile(r"(^|/)(__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini)$", re.IGNORECASE)
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, OSError, ValueError, KeyError)


class Unreadable(Exception):
    """The path itself cannot be read: it is missing, no file, or closed to us. One plain sentence."""


class Return:
    """One file as handed in.

    ``name`` is its base name as given; ``xml_name`` that of the XML in it, None where there is none to read.
    ``problems`` are the ids of the rules about the container that it breaks: ZIP_CORRUPT, ZIP_EMPTY,
    Protected_ZIP_file, ZIP_INCONSISTENT_FILENAME, and ZIP_UNSAFE (ours) for zips that are built to do harm. Damage deep
    in a zip comes to light only while it is read, and is then added.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.xml_name: str | None = None
        self.problems: list[str] = []
        self._member: zipfile.ZipInfo | None = None
        with _opened(path) as file:
            start = file.read(4)
            if start in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08") or path.suffix.lower() == ".zip":
                self._examine_zip(file)
            else:
                self.xml_name = path.name

    @property
    def readable(self) -> bool:
        """Whether there is an XML file to read."""
        return self.xml_name is not None

    def stream(self, batch: int = 5000, *, year: Year | None = None, scan_from: int | None = SCAN_FROM) -> Stream:
        """The content, ``batch`` learners at a time. ``year`` reads a file whose namespace belongs to no known year;
        otherwise the year that the file names is taken. Pieces of fewer bytes than ``scan_from`` (None: all) are read
        element by element, which is slower for long pieces and quicker for short ones. The result is the same.
        """
        return Stream(self._source, self.name, batch, year, scan_from)

    def _examine_zip(self, file: IO[bytes]) -> None:
        try:
            if _directory_size(file) > _DIRECTORY_LIMIT:
                self.problems.append("ZIP_UNSAFE")
                return
            with zipfile.ZipFile(file) as archive:
                entries = [i for i in archive.infolist() if not i.is_dir() and not _CLUTTER.search(i.filename)]
        except _DAMAGE:
            self.problems.append("ZIP_CORRUPT")
            return
        if any(_is_trick(entry) for entry in entries):
            self.problems.append("ZIP_UNSAFE")
            return
        found = [entry for entry in entries if entry.filename.lower().endswith(".xml")]
        if len(entries) != 1 or not found:
            self.problems.append("ZIP_EMPTY")
        if len(found) != 1:
            return
        member = found[0]
        name = PurePosixPath(member.filename).name
        if PurePosixPath(name).stem.lower() != self.path.stem.lower():
            self.problems.append("ZIP_INCONSISTENT_FILENAME")
        if member.flag_bits & 0x1:
            self.problems.append("Protected_ZIP_file")
            return
        if _too_large(member.file_size, member.compress_size):
            self.problems.append("ZIP_UNSAFE")
            return
        self.xml_name, self._member = name, member

    @contextmanager
    def _source(self) -> Iterator[Readable | None]:
        """The bytes of the XML; None where there is none."""
        if not self.readable:
            yield None
            return
        with _opened(self.path) as file:
            if self._member is None:
                yield file
                return
            try:
                with zipfile.ZipFile(file) as archive, archive.open(self._member.filename) as member:
                    yield _Member(member, self._member, self.problems)
            except _DAMAGE:
                self._add("ZIP_CORRUPT")
                yield _Damaged()

    def _add(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def examine(path: str | Path) -> Return:
    """Look at the name and the container of a file. Never raises for bad content.

    Raises:
        Unreadable: the path is missing, is no file, or may not be read.
    """
    return Return(Path(path))


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise Unreadable(f"{path} is a folder, not a file.")
        if not stat.S_ISREG(mode):
            raise Unreadable(f"{path} is not an ordinary file.")
        file = path.open("rb")
    except FileNotFoundError:
        raise Unreadable(f"There is no file {path}.") from None
    except PermissionError:
        raise Unreadable(f"The file {path} may not be read with your permissions.") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"The file {path} cannot be opened: {error}.") from None
    with file:
        yield file


class _Member:
    """The XML inside a zip, read as long as it stays sane."""

    def __init__(self, member: IO[bytes], info: zipfile.ZipInfo, problems: list[str]) -> None:
        self._member, self._info, self._problems, self._total = member, info, problems, 0

    def read(self, size: int, /) -> bytes:
        try:
            data = self._member.read(size)
        except _DAMAGE:
            self._note("ZIP_CORRUPT")
            raise Refused("XML", "The zip file is damaged: its content cannot be unpacked to the end.") from None
        self._total += len(data)
        if _too_large(self._total, self._info.compress_size):
            self._note("ZIP_UNSAFE")
            raise Refused("SIZE", "The zip file unpacks to far more than a return can be. Reading stopped there.")
        return data

    def _note(self, problem: str) -> None:
        if problem not in self._problems:
            self._problems.append(problem)


class _Damaged:
    def read(self, _: int, /) -> bytes:
        raise Refused("XML", "The zip file is damaged: its content cannot be unpacked.")


def _too_large(unpacked: int, packed: int) -> bool:
    return unpacked > _LARGEST or (unpacked > _LARGE and unpacked > _RATIO * max(packed, 1))


def _is_trick(entry: zipfile.ZipInfo) -> bool:
    """An entry that wants to be written elsewhere, to be a link, or to hold another zip."""
    name: Any = entry.orig_filename
    parts = name.split("/")
    return (
        name.startswith("/")
        or "\\" in name
        or "\0" in name
        or ".." in parts
        or bool(re.match(r"[A-Za-z]:", name))
        or stat.S_ISLNK(entry.external_attr >> 16)
        or name.lower().endswith(".zip")
    )


def _directory_size(file: IO[bytes]) -> int:
    """Bytes that the zip's table of contents claims. Reading it takes memory, so it is asked for first."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile("no end of directory")
    claimed: int = struct.unpack_from("<L", tail, at + 12)[0]
    # A zip64 directory says so by this number; it stays within the file either way.
    return size if claimed == 0xFFFFFFFF else claimed
