"""The noun of this stage: a reference table, its columns, and what files it is read from.

A declaration is a short text, one column to a line::

    LearnAimRef    key text
    CategoryRef    key int
    EffectiveFrom  date
    lad            text    = lad\\d\\dcd | laua

The first word is our name of the column (the owner's, without a ``LARS_`` prefix). Then come ``key`` (part of what
identifies a row), ``key?`` (the same, in files that have the column) or ``must`` (must be in the file), and the kind of
value. Behind ``=``, divided by `` | ``, stand other names that the column has in published files: regular expressions,
most wanted first, on the name in lower case without anything but letters and digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

__all__ = ["KINDS", "Column", "Table", "columns_of", "squeezed"]

#: Kinds of value, and what each becomes. ``code3`` and ``code4`` are text codes that spreadsheets strip of leading
#: zeros; ``month`` is yyyymm (the first day is kept); ``postcode`` is upper case with one space.
KINDS: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "code3": pl.String(),
    "code4": pl.String(),
    "postcode": pl.String(),
    "int": pl.Int32(),
    "long": pl.Int64(),
    "decimal": pl.Float64(),
    "date": pl.Date(),
    "month": pl.Date(),
    "bool": pl.Boolean(),
}


def squeezed(name: str) -> str:
    """A name in lower case without anything but letters and digits, for comparing."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@dataclass(frozen=True)
class Column:
    """One column: our name, the kind of value (a key of ``KINDS``), whether the file must have it, and other names."""

    name: str
    kind: str
    key: bool = False
    required: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def dtype(self) -> pl.DataType:
        return KINDS[self.kind]

    def find(self, header: list[str]) -> int | None:
        """The place of this column in a header, or None. Case, spaces and a ``LARS_`` prefix do not matter."""
        names = [squeezed(h) for h in header]
        bare = [n.removeprefix("lars") for n in names]
        for wanted in (squeezed(self.name), *self.aliases):
            pattern = re.compile(wanted)
            for listed in (names, bare):
                place = next((i for i, name in enumerate(listed) if pattern.fullmatch(name)), None)
                if place is not None:
                    return place
        return None


@dataclass(frozen=True)
class Table:
    """One reference table.

    ``files`` are regular expressions on a file's name (lower case, letters and digits only, without the extension, a
    ``LARS_`` prefix and a version or date at the end), most wanted first: a table is read from one of them. ``parts``
    are those of files that together make the table. ``personal`` data is never written to the cache.
    ``own_layout`` marks tables whose owner publishes no layout: the columns are OpenILR's. ``year`` is a column that is
    filled with the academic year in the name of the file or its folder, as ``2526``.
    """

    name: str
    title: str
    source: str
    files: tuple[str, ...]
    columns: tuple[Column, ...]
    parts: tuple[str, ...] = ()
    sort: str = ""
    personal: bool = False
    own_layout: bool = False
    year: str = ""
    licence: str = ""

    @property
    def terms(self) -> str:
        """Under what the data may be used, as far as it can be said of all copies of the file."""
        return self.licence or ("the user's own list" if self.own_layout else "Open Government Licence v3.0")

    @cached_property
    def schema(self) -> dict[str, pl.DataType]:
        return {column.name: column.dtype for column in self.columns}

    @property
    def keys(self) -> list[str]:
        return [column.name for column in self.columns if column.key]

    @property
    def order(self) -> str:
        """The column by which rows are kept in order, so that a look-up reads few of them."""
        return self.sort or (self.keys or [self.columns[0].name])[0]

    @property
    def fingerprint(self) -> str:
        """Changes when the declaration does, so that what was cached under an older one is not used."""
        return repr((self.columns, self.order))

    def rank(self, stem: str) -> int | None:
        """How wanted a file of this name is (0 is most), or None when it is not of this table."""
        for rank, pattern in enumerate((*self.files, *self.parts)):
            # Most names are plain words: looking for the word first saves hundreds of patterns their compilation.
            if (pattern in stem or not pattern.isalnum()) and re.fullmatch(_FILE.format(pattern), stem):
                return rank
        return None

    def is_part(self, rank: int) -> bool:
        return rank >= len(self.files)


#: Editions stand before or behind the name: ``published_012_LearningDelivery_V012``, ``edubasealldata20261101``.
_FILE = r"(?:published|core|ilr|openilr)?(?:\d+)?(?:lars)?(?:{})(?:v?\d+)?(?:csv)?"


def columns_of(text: str) -> tuple[Column, ...]:
    """Columns from their declaration (see the top of this module). ValueError names a line that can not be read."""
    return tuple(_column(line) for line in text.splitlines() if line.strip())


def _column(line: str) -> Column:
    said, _, others = line.partition("=")
    name, *words = said.split()
    kinds = [word for word in words if word in KINDS]
    marks = {word for word in words if word not in KINDS}
    if len(kinds) != 1 or not marks <= {"key", "key?", "must"}:
        raise ValueError(f"This column declaration can not be read: {line.strip()!r}")
    is_key, required = bool(marks & {"key", "key?"}), bool(marks & {"key", "must"})
    return Column(name, kinds[0], is_key, required, tuple(_alternatives(others)))


def _alternatives(text: str) -> Iterable[str]:
    return (part.strip() for part in text.split(" | ") if part.strip())
