"""Reference data as rules and measures see it: typed tables by name, read when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import polars as pl

from openilr.reference import cache
from openilr.reference.declared import TABLES
from openilr.reference.errors import BadReference
from openilr.reference.files import Found, Unseal, find
from openilr.reference.reading import conform, headers, read
from openilr.reference.tables import Table
from openilr.spec import Code, CodeList

__all__ = ["About", "Reference", "load", "schema_of"]

_T = TypeVar("_T")


class About(NamedTuple):
    """What one table was read from. ``rows`` is None until the table has been read once."""

    table: str
    file: str
    rows: int | None
    dated: date | None


def schema_of(table: str) -> dict[str, pl.DataType]:
    """The columns of a reference table with their types. KeyError names the tables that there are."""
    return dict(_declared(table).schema)


def load(places: str | Path | Iterable[str | Path], *, cache: bool = True, unseal: Unseal | None = None) -> Reference:
    """The reference files in a folder (with all folders and zips in it), or the files named.

    Finding is by file name; what is not known by name is in :attr:`Reference.ignored`. Headers are checked at once, the
    rest of a file when its table is asked for. ``cache`` keeps typed tables for the next run
    (``openilr.reference.cache``); ``unseal`` opens files that a store keeps encrypted. :class:`BadReference` when a
    file lacks a required column, or two files claim to be one table.
    """
    each = [places] if isinstance(places, str | Path) else places
    found, ignored = find((Path(place) for place in each), unseal)
    tables = {name: _FileTable(files, cache) for name, files in found.items()}
    return Reference(tables, ignored)


def edition_in(file: str) -> str | None:
    """The edition in the name of a file: ``IoD2025``, ``V012``, ``AUG 2026``, ``2026-10-01`` or ``2526``."""
    name = Path(file.split(" and ")[0]).stem
    for pattern, written in _EDITIONS:
        if found := re.search(pattern, name):
            return written.format(*found.groups())
    return None


_EDITIONS = (
    (r"(?i)(IoD|IMD)[_ ]?(20\d\d)", "{0}{1}"),
    (r"_V(\d{3})(?!\d)", "V{0}"),
    (r"(?<![A-Za-z])([A-Z][A-Za-z]{2})[a-z]*[_ ](20\d\d)(?!\d)", "{0} {1}"),
    (r"(?<!\d)(20\d\d)[-_]?(0[1-9]|1[0-2])[-_]?([0-2]\d|3[01])(?!\d)", "{0}-{1}-{2}"),
    (r"(?<!\d)(2\d)[-_]?(2\d)(?!\d)", "{0}{1}"),
)


class Reference:
    """Reference tables by short name. Only a table that is asked for is read."""

    def __init__(self, tables: Mapping[str, _FileTable | _MadeTable], ignored: Iterable[tuple[str, str]] = ()) -> None:
        self._tables = dict(tables)
        self.ignored = list(ignored)  #: (file, reason) of what was in the folder and is not used

    @classmethod
    def empty(cls) -> Reference:
        return cls({})

    @classmethod
    def from_frames(cls, frames: Mapping[str, pl.DataFrame | Sequence[Mapping[str, Any]]]) -> Reference:
        """Tables made in code, as frames or as rows. Texts are read as from a file; columns left out are missing.

        KeyError for a table and :class:`BadReference` for a column or value that the declaration does not know.
        """
        return cls({name: _MadeTable(conform(_declared(name), rows)) for name, rows in frames.items()})

    @property
    def names(self) -> set[str]:
        """The tables that are there."""
        return set(self._tables)

    def __contains__(self, table: object) -> bool:
        return table in self._tables

    def __getitem__(self, table: str) -> pl.DataFrame:
        """A whole table. KeyError says whether it is unknown or was not given."""
        return self._table(table).frame()

    def get(self, table: str) -> pl.DataFrame | None:
        """A whole table, or None when it was not given."""
        return self[table] if table in self._tables else None

    def scan(self, table: str) -> pl.LazyFrame:
        """A table to query lazily: from the cache only the columns and rows that are needed are read."""
        return self._table(table).scan()

    def lookup(self, table: str, column: str, keys: pl.Series, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows whose ``column`` is among ``keys``, in the table's order; ``columns`` narrows what is returned."""
        return self._table(table).lookup(column, keys, list(columns) if columns else None)

    def lacking(self, table: str) -> set[str]:
        """Columns that the table may have and its files have not: there they are missing in every row."""
        return set(self._table(table).lacking)

    def headers(self, table: str) -> dict[str, str]:
        """What the columns of a table are called in its file, by our names: an edition often stands in them only."""
        return dict(self._table(table).headers)

    @property
    def about(self) -> list[About]:
        return [About(name, t.file, t.rows, t.dated) for name, t in self._tables.items()]

    def describe(self) -> pl.DataFrame:
        """One row a table: table, title, file, rows, dated, source, edition, licence.

        The edition is what the file's name says: an issue, a month or a year; null where it says none.
        """
        rows = [
            (*about, declared.title, declared.source, edition_in(about.file), declared.terms)
            for about in self.about
            for declared in (TABLES[about.table],)
        ]
        schema = {
            "table": pl.String, "file": pl.String, "rows": pl.Int64, "dated": pl.Date, "title": pl.String,
            "source": pl.String, "edition": pl.String, "licence": pl.String,
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")

    @cached_property
    def code_lists(self) -> dict[str, CodeList]:
        """A user's own code lists by field (table ``code_lists``), to stand in place of the published ones."""
        given = self.get("code_lists")
        if given is None:
            return {}
        fields: dict[str, list[Code]] = {}
        for row in given.iter_rows(named=True):
            code = Code(row["code"], row["label"] or "", row["type"] or "", row["valid_from"], row["valid_to"])
            fields.setdefault(row["field"], []).append(code)
        name = next(about.file for about in self.about if about.table == "code_lists")
        return {f: CodeList.of(f, codes, True, f"the list in {name}") for f, codes in fields.items()}

    def check(self) -> list[BadReference]:
        """Read every table, and give what is wrong with each that can not be used."""
        return [problem for table in self._tables.values() if (problem := table.problem())]

    def _table(self, name: str) -> _FileTable | _MadeTable:
        if name not in self._tables:
            _declared(name)
            raise KeyError(f"The reference table {name} was not given.")
        return self._tables[name]

    def __repr__(self) -> str:
        return f"Reference({', '.join(sorted(self._tables)) or 'empty'})"


def _declared(name: str) -> Table:
    if name not in TABLES:
        raise KeyError(f"There is no reference table {name!r}. There are: {', '.join(TABLES)}.")
    return TABLES[name]


class _MadeTable:
    """A table made in code."""

    file, dated = "made in code", None
    lacking: frozenset[str] = frozenset()
    headers: Mapping[str, str] = {}

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    @property
    def rows(self) -> int:
        return self._frame.height

    def frame(self) -> pl.DataFrame:
        return self._frame

    def scan(self) -> pl.LazyFrame:
        return self._frame.lazy()

    def lookup(self, column: str, keys: pl.Series, columns: list[str] | None) -> pl.DataFrame:
        return _matching(self._frame.lazy(), column, keys, columns).collect()

    def problem(self) -> None:
        return None


class _FileTable:
    """A table in files, read once as text and from then on from the cache."""

    def __init__(self, found: Found, use_cache: bool) -> None:
        self._found, self._use_cache = found, use_cache
        self._frame: pl.DataFrame | None = None
        self._entry = cache.entry_of(found) if use_cache else None
        self._cached = cache.readable(self._entry, found)
        each = [headers(found.table, source) for source in found.sources]
        self.headers = {ours: theirs for one in reversed(each) for ours, theirs in one.items()}
        self.lacking = {name for one in each for name in found.table.schema if name not in one} - {found.table.year}

    @property
    def file(self) -> str:
        return self._found.name

    @property
    def dated(self) -> date:
        return self._found.dated

    @property
    def rows(self) -> int | None:
        if self._frame is not None:
            return self._frame.height
        return self._from_cache(lambda: self.scan().select(pl.len()).collect().item()) if self._cached else None

    def frame(self) -> pl.DataFrame:
        if self._frame is None:
            self._frame = self._from_cache(lambda: self.scan().collect())
        return self._frame

    def scan(self) -> pl.LazyFrame:
        if self._frame is not None:
            return self._frame.lazy()
        if not self._cached:
            self._read()
        if self._frame is not None:
            return self._frame.lazy()
        assert self._entry is not None  # noqa: S101 - what is not in memory is in the cache
        return pl.scan_parquet(self._entry, glob=False)

    def lookup(self, column: str, keys: pl.Series, columns: list[str] | None) -> pl.DataFrame:
        return self._from_cache(lambda: _matching(self.scan(), column, keys, columns).collect())

    def problem(self) -> BadReference | None:
        try:
            self.frame()
        except BadReference as problem:
            return problem
        return None

    def _from_cache(self, ask: Callable[[], _T]) -> _T:
        try:
            return ask()
        except (pl.exceptions.PolarsError, OSError):
            if not self._cached or self._frame is not None:
                raise
            # The entry is damaged behind its footer, or another run dropped it: the files say it again.
            self._cached = False
            return ask()

    def _read(self) -> None:
        frame = read(self._found)
        self._cached = cache.keep(self._entry, frame)
        # What is in the cache need not stay in memory: a rule asks for few rows of a large table.
        self._frame = None if self._cached else frame


def _matching(scanned: pl.LazyFrame, column: str, keys: pl.Series, columns: list[str] | None) -> pl.LazyFrame:
    schema = scanned.collect_schema()
    if column not in schema:
        raise KeyError(f"There is no column {column}; there are {', '.join(schema)}.")
    dtype = schema[column]
    wanted = keys.drop_nulls().unique().cast(dtype)
    rows = scanned.filter(pl.col(column).is_in(wanted.implode())) if len(wanted) else scanned.clear()
    return rows.select(columns) if columns else rows
