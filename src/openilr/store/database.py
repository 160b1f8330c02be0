"""The two databases that a catalogue can be in: a SQLite file in the store, or PostgreSQL.

A store keeps the database that it was made with. One made while ``OPENILR_DATABASE_URL`` was set (such as
``postgresql://user@host/openilr``) has its catalogue there, in a schema of its own, and a file in its folder says so.
Statements are written once, in the SQL that both know, with ``?`` for values.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from openilr.store import durable
from openilr.store.errors import StoreBusy, StoreError

URL = "OPENILR_DATABASE_URL"
SQLITE_FILE = "catalogue.sqlite"
POSTGRES_FILE = "catalogue.postgres"
#: Files that a store's folder may have because of its catalogue, also after a crash.
FILES = (SQLITE_FILE, POSTGRES_FILE, *(f"{name}{durable.PART}{more}" for name in (SQLITE_FILE, POSTGRES_FILE)
                                       for more in ("", "-journal")))  # fmt: skip

Row = Mapping[str, Any]


class Database(Protocol):
    """What the catalogue needs of a database. Rows are read by the names of their columns."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]: ...

    def run(self, statement: str, values: Sequence[Any] = ()) -> None: ...

    def run_many(self, statement: str, values: Iterable[Sequence[Any]]) -> None: ...

    def transaction(self) -> Any:
        """A context: all statements or none. A failing database becomes a StoreError, with the old rows kept."""

    def lock(self) -> None:
        """Be the one writer, where the store's folder alone can not say so. StoreBusy where there is another."""

    def close(self) -> None: ...


def is_store(folder: Path) -> bool:
    return (folder / SQLITE_FILE).is_file() or (folder / POSTGRES_FILE).is_file()


def connect(folder: Path) -> Database:
    """The database of a store that is there."""
    if (folder / POSTGRES_FILE).is_file():
        return Postgres((folder / POSTGRES_FILE).read_text("ascii").strip())
    return Sqlite(folder / SQLITE_FILE)


def create(folder: Path, store_id: str, statements: Sequence[str], settings: Mapping[str, str]) -> None:
    """Make the database of a new store; the store is there from the moment that its file gets its name."""
    make = _create_postgres if os.environ.get(URL) else _create_sqlite
    make(folder, store_id, statements, settings)
    durable.sync_folder(folder)


# SQLite ---------------------------------------------------------------------------------------------------


class Sqlite:
    def __init__(self, path: Path, *, create: bool = False) -> None:
        # Readers open for writing too: after a crash, SQLite itself must be able to roll back what was half written.
        writable = create or os.access(path.parent, os.W_OK)
        mode = "rwc" if create else "rw" if writable else "ro"
        self._db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=30
        )
        self._db.row_factory = sqlite3.Row
        try:
            if writable:
                # A committed row must survive a power cut, so SQLite also flushes the folder of its journal.
                self._db.execute("PRAGMA synchronous = EXTRA")
                self._db.execute("PRAGMA foreign_keys = ON")
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise StoreError(f"{path.name} cannot be read: {error}.") from None

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        try:
            return [dict(row) for row in self._db.execute(_sqlite(statement), values)]
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{SQLITE_FILE} cannot be read: {error}.") from None

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._db.execute(_sqlite(statement), values)

    def run_many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        self._db.executemany(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            durable.step("commit")
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise StoreError(f"The catalogue could not be written ({error}); nothing was changed.") from None
            raise
        durable.step("committed")

    def lock(self) -> None:
        """The lock of the folder is enough: the file is in it."""

    def close(self) -> None:
        self._db.close()


def _sqlite(statement: str) -> str:
    # Before version 3.39 it knew the standard's words in their short form only.
    return statement.replace("IS NOT DISTINCT FROM", "IS")


def _create_sqlite(folder: Path, _store_id: str, statements: Sequence[str], settings: Mapping[str, str]) -> None:
    part = folder / (SQLITE_FILE + durable.PART)
    part.unlink(missing_ok=True)
    durable.step("create catalogue")
    database = Sqlite(part, create=True)
    with database.transaction():
        for statement in statements:
            # Only SQLite has tables that hold to the declared types, where they are asked to.
            strict = " STRICT" if statement.lstrip().startswith("CREATE TABLE") else ""
            database.run(statement + strict)
        database.run_many("INSERT INTO store VALUES (?, ?)", settings.items())
    database.close()
    durable.step("rename catalogue")
    part.rename(folder / SQLITE_FILE)


# PostgreSQL -----------------------------------------------------------------------------------------------


class Postgres:
    """A schema in the database that ``OPENILR_DATABASE_URL`` names."""

    def __init__(self, schema: str) -> None:
        import psycopg
        from psycopg.rows import dict_row

        url = os.environ.get(URL, "")
        if not url:
            raise StoreError(f"The catalogue of this store is in PostgreSQL. Say where with {URL}.")
        if not url.startswith(("postgresql://", "postgres://")):
            raise StoreError(f"{URL} must name a PostgreSQL database, such as postgresql://user@host/openilr.")
        self._schema, self._in_doubt = schema, False
        try:
            self._db = psycopg.connect(url, autocommit=True, row_factory=dict_row, connect_timeout=10)
            self._db.execute("SELECT set_config('search_path', %s, false)", (schema,))
        except psycopg.Error as error:
            raise StoreError(f"The database that {URL} names cannot be reached: {_first_line(error)}") from None

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        import psycopg

        try:
            return list(self._db.execute(_postgres(statement), values).fetchall())
        except psycopg.Error as error:
            raise StoreError(f"The catalogue in PostgreSQL cannot be read: {_first_line(error)}") from None

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._db.execute(_postgres(statement), values)

    def run_many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        with self._db.cursor() as cursor:
            cursor.executemany(_postgres(statement), list(values))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        import psycopg

        at_commit = False
        try:
            self._db.execute("BEGIN")
            yield
            durable.step("commit")
            at_commit = True
            self._db.execute("COMMIT")
        except BaseException as error:
            with suppress(psycopg.Error):
                self._db.execute("ROLLBACK")
            if isinstance(error, psycopg.Error):
                what = "and it is not known whether the last step was kept: look at `ilr store returns`"
                ending = what if at_commit and self._db.closed else "nothing was changed"
                raise StoreError(f"The catalogue could not be written ({_first_line(error)}); {ending}.") from None
            raise
        durable.step("committed")

    def lock(self) -> None:
        """Held by the server for as long as this connection lasts, so that two computers do not write at once."""
        number = zlib.crc32(self._schema.encode())
        if not self.rows("SELECT pg_try_advisory_lock(?) AS mine", (number,))[0]["mine"]:
            raise StoreBusy(
                "Another process is writing to this store, perhaps on another computer. Wait until it has finished and "
                "try again; nothing was changed."
            )

    def close(self) -> None:
        self._db.close()


def _create_postgres(folder: Path, store_id: str, statements: Sequence[str], settings: Mapping[str, str]) -> None:
    schema = f"openilr_{store_id.replace('-', '')}"
    database = Postgres(schema)
    try:
        with database.transaction():
            database.run(f"CREATE SCHEMA {schema}")
            for statement in statements:
                database.run(statement)
            database.run_many("INSERT INTO store VALUES (?, ?)", settings.items())
    finally:
        database.close()
    part = folder / (POSTGRES_FILE + durable.PART)
    part.unlink(missing_ok=True)
    durable.write_file(part, f"{schema}\n".encode())
    durable.step("rename catalogue")
    part.rename(folder / POSTGRES_FILE)


def _postgres(statement: str) -> str:
    # Sizes of files pass the 32 bits that INTEGER has there.
    return statement.replace("?", "%s").replace("INTEGER", "BIGINT")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
