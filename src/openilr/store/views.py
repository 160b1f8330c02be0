"""The national views: one view for each entity, over the Parquet of every provider or of a snapshot, for Ibis.

View ``learner``, ``learning_delivery``, ``learning_delivery_fam`` ...: the columns of ``openilr.store.tables``. Years
with different schemas stand in one view; a field that a year does not have is null there.
"""

from __future__ import annotations

import errno
import os
import re
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.spec import Entity
from openilr.store import durable, scratch
from openilr.store.catalogue import Snapshot, StoredFile, Submission
from openilr.store.errors import StoreError
from openilr.store.tables import DUCKDB, columns, kept_entities, table_name

if TYPE_CHECKING:
    import polars as pl
    from duckdb import DuckDBPyConnection
    from ibis.backends.duckdb import Backend


def memory() -> str:
    """What DuckDB may take before it spills to disk: half of the machine, as others work there too, or what
    ``OPENILR_MEMORY`` says, such as ``6GB`` or ``25%``. StoreError where that is no such size."""
    said = os.environ.get("OPENILR_MEMORY") or "50%"
    if not re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)?(%|[KMGT]i?B)", said):
        raise StoreError(f"OPENILR_MEMORY is a size such as 6GB or 25%, not {said!r}.")
    return said


#: Year, entity, Parquet files.
Paths = dict[str, dict[str, list[Path]]]


def connect(paths: Paths) -> Backend:
    """An Ibis DuckDB connection with the views over these files."""
    import ibis

    # DuckDB spills to disk when memory runs short: to a private folder, which goes when the connection does.
    spill = scratch.Scratch()
    connection = ibis.duckdb.connect(temp_directory=str(spill.path), memory_limit=memory())
    weakref.finalize(connection, spill.close)
    with readable():
        for name, query in queries(paths).items():
            connection.raw_sql(f"CREATE VIEW {name} AS {query}")
    return connection


@contextmanager
def duckdb_session() -> Iterator[DuckDBPyConnection]:
    """A DuckDB session of our own, which keeps the order of rows and spills to a private folder.

    StoreError where a file is damaged or the disk is full; the catalogue and all files are as they were.
    """
    import duckdb

    with readable(), scratch.folder() as spill, duckdb.connect() as session:
        session.execute(f"SET temp_directory = '{spill}'; SET memory_limit = '{memory()}'")
        session.execute("SET preserve_insertion_order = true")
        yield session


@contextmanager
def readable() -> Iterator[None]:
    """Says in a StoreError what DuckDB could not read or write; a mistake in a statement of ours stays what it is."""
    import duckdb

    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException):
        raise
    except duckdb.OutOfMemoryException:
        raise StoreError(
            "There is not enough memory, or not enough room for temporary files in the folder that TMPDIR names. "
            "Nothing was changed."
        ) from None
    except duckdb.Error as error:
        raise StoreError(
            f"A table of the store could not be read ({type(error).__name__}); `ilr store verify` says which file is "
            "damaged: restore it from a backup, or take in a newer file of that provider. Nothing was changed."
        ) from None


def frame(session: DuckDBPyConnection, query: str) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(session.sql(query).to_arrow_table())


def row(session: DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """The one row of a query."""
    return session.execute(query).fetchall()[0]


def copy(session: DuckDBPyConnection, query: str, target: Path, options: str) -> int:
    """Write the rows of a query to a file, on disk when this returns; how many. OSError where the disk fails."""
    import duckdb

    into = "'" + str(target.absolute()).replace("'", "''") + "'"
    form = "csv" if target.suffix == ".csv" else "parquet"
    try:
        rows = row(session, f"COPY ({query}) TO {into} (FORMAT {form}, {options})")[0]
    except duckdb.IOException as error:
        full = os.strerror(errno.ENOSPC)
        raise OSError(full if full in str(error) else str(error).splitlines()[0]) from None
    durable.step(f"sync {target.name}")
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return int(rows)


def queries(paths: Paths) -> dict[str, str]:
    """The SQL of each view, by its name."""
    entities: dict[str, dict[str, Entity]] = {}
    for year in paths or {years.available()[-1]: {}}:
        for entity in kept_entities(years.load(year).schema):
            entities.setdefault(entity.name, {})[year] = entity
    return {
        table_name(name): " UNION ALL BY NAME ".join(
            _select(entity, paths.get(year, {}).get(name, [])) for year, entity in by_year.items()
        )
        for name, by_year in entities.items()
    }


def of_submissions(folder: Path, submissions: list[Submission], *, read_whole: bool = False) -> Paths:
    """The table files of submissions. StoreError where one is missing or has another size than it was written with, or,
    with ``read_whole``, another content: a damaged file may still be read, and give other values."""
    paths: Paths = {}
    for submission in submissions:
        what = (
            f"Restore it from a backup, or take in a file of provider {submission.ukprn} for {submission.return_name} "
            "with a newer time in its name; other submissions are not affected."
        )
        _collect(folder, paths.setdefault(submission.year or "", {}), submission.files, what, read_whole=read_whole)
    return paths


def of_snapshot(folder: Path, snapshot: Snapshot) -> Paths:
    """The files of a snapshot, read whole: what is published and given out is made of it."""
    paths: Paths = {snapshot.year: {}}
    what = f"Restore it from a backup, or freeze {snapshot.year} {snapshot.return_name} again."
    _collect(folder, paths[snapshot.year], snapshot.files, what, read_whole=True)
    return paths


def of_snapshots(folder: Path, snapshots: Iterable[Snapshot]) -> Paths:
    """The files of several snapshots together, read whole."""
    paths: Paths = {}
    for snapshot in snapshots:
        for year, by_entity in of_snapshot(folder, snapshot).items():
            for name, files in by_entity.items():
                paths.setdefault(year, {}).setdefault(name, []).extend(files)
    return paths


def _collect(
    folder: Path,
    by_entity: dict[str, list[Path]],
    files: tuple[StoredFile, ...],
    what: str,
    *,
    read_whole: bool = False,
) -> None:
    for file in files:
        if file.kind != "table":
            continue
        path = folder / file.path
        whole = path.is_file() and path.stat().st_size == file.bytes
        if not whole or (read_whole and _sha256(path, path.stat().st_mtime_ns, path.stat().st_ino) != file.sha256):
            raise StoreError(f"{file.path} is missing or not as it was written. {what}")
        by_entity.setdefault(file.entity or "", []).append(path)


@lru_cache(maxsize=4096)
def _sha256(path: Path, _changed: int, _number: int) -> str:
    """Of a file that did not change since it was last asked for."""
    return durable.file_sha256(path)[1]


def listed(paths: list[Path]) -> str:
    """Paths as a list in SQL."""
    return "[" + ", ".join("'" + str(path.absolute()).replace("'", "''") + "'" for path in paths) + "]"


def _select(entity: Entity, paths: list[Path]) -> str:
    if not paths:
        empty = ", ".join(f'CAST(NULL AS {DUCKDB[kind]}) AS "{name}"' for name, kind in columns(entity))
        return f"SELECT {empty} WHERE false"
    return f"SELECT * FROM read_parquet({listed(paths)})"  # noqa: S608 - paths from the catalogue, quoted
