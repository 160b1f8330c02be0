"""What differs between DuckDB and Spark: opening the views, naming and keeping results in between, reading answers."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from openilr.measure import reads
from openilr.store.views import readable

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends import BaseBackend

    from openilr.store import Store

_numbers = count()


def open_views(store: Store, engine: str, *which: str) -> BaseBackend:
    """The national views: all, or of a year and return."""
    return store.connect(*which, engine=engine)


def fetch(table: ir.Table) -> pl.DataFrame:
    """The rows of an expression as a Polars frame. StoreError where a file of the store is damaged."""
    with readable():
        return table.to_polars()


def keep(connection: BaseBackend, table: ir.Table, name: str) -> ir.Table:
    """The rows of an expression that several others ask for, worked out once."""
    reads.note(connection, table)
    if connection.name == "duckdb":
        # Not cache(): in Ibis 12 it cannot drop its table again on DuckDB 2.
        with readable():
            return connection.create_table(_free(name), table, temp=True)
    return _spark_view(connection, _spark(connection).sql(connection.compile(table)).cache(), name)


def named(connection: BaseBackend, table: ir.Table, name: str) -> ir.Table:
    """The same expression as a view of its own: what is built on it stays short, and quick to turn into a query."""
    reads.note(connection, table)
    if connection.name == "duckdb":
        return connection.create_view(_free(name), table)
    return _spark_view(connection, _spark(connection).sql(connection.compile(table)), name)


def bit_or(column: ir.Value) -> ir.Value:
    """All the bits of a column of a group together. Both engines can; Ibis knows it of one of them."""
    import ibis

    @ibis.udf.agg.builtin(name="bit_or", signature=(("int64",), "int64"))
    def together(value: int) -> int: ...  # type: ignore[empty-body]

    return together(column)


def small(connection: BaseBackend, frame: pl.DataFrame, name: str) -> ir.Table:
    """A few rows made here, as a table of the engine."""
    import ibis
    import polars as pl

    if connection.name == "duckdb":
        return ibis.memtable(frame)
    signed = frame.with_columns(pl.col(pl.UInt32).cast(pl.Int64), pl.col(pl.Int8).cast(pl.Int32))
    return _spark_view(connection, _spark(connection).createDataFrame(signed.to_pandas()), name)


def _spark(connection: BaseBackend) -> Any:
    return connection._session


def _spark_view(connection: BaseBackend, frame: Any, name: str) -> ir.Table:
    # Ibis forgets tables in memory when it caches on Spark, and makes views that outlive the session.
    free = _free(name)
    frame.createOrReplaceTempView(free)
    return connection.table(free)


def _free(name: str) -> str:
    return f"{name}_{next(_numbers)}"
