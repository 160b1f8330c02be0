"""DuckDB for linking: frames in, frames out."""

# ruff: noqa: S608 - queries are put together from our own column names; no value goes into their text
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from openilr.link.errors import LinkError
from openilr.store.views import memory

if TYPE_CHECKING:
    import polars as pl
    from duckdb import DuckDBPyConnection


def open_database() -> DuckDBPyConnection:
    """A database in memory that never writes identifiers to a disk: where memory runs out it stops."""
    import duckdb

    database = duckdb.connect()
    database.execute(f"set temp_directory = ''; set memory_limit = '{memory()}'")
    database.execute("set preserve_insertion_order = false")
    return database


@contextmanager
def enough_memory() -> Iterator[None]:
    """Says in a LinkError that memory ran out, and what to do."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise LinkError(
            "There is not enough memory to link so many people: what says who they are is never written to a disk to "
            f"make room. Linking may take {memory()} of memory (OPENILR_MEMORY). Nothing was changed."
        ) from None


def put(database: DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Make a table of a frame, in place of one of that name."""
    database.register("incoming", frame.to_arrow())
    database.execute(f"create or replace table {table} as select * from incoming")
    database.unregister("incoming")


def get(database: DuckDBPyConnection, query: str) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(database.sql(query).to_arrow_table())
