"""DuckDB for linking: frames in, frames out."""

# ruff: noqa: S608 - queries are put together from our own column names; no value goes into their text
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl
    from duckdb import DuckDBPyConnection


def open_database() -> DuckDBPyConnection:
    """A database in memory that never writes identifiers to a disk: where memory runs out it stops."""
    import duckdb

    database = duckdb.connect()
    database.execute("set temp_directory = ''")
    database.execute("set preserve_insertion_order = false")
    return database


def put(database: DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Make a table of a frame, in place of one of that name."""
    database.register("incoming", frame.to_arrow())
    database.execute(f"create or replace table {table} as select * from incoming")
    database.unregister("incoming")


def get(database: DuckDBPyConnection, query: str) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(database.sql(query).to_arrow_table())
