"""Where the people of two files lie side by side: DuckDB, or Spark for more of them than one machine holds.

Both take the same SQL, written for DuckDB. Frames go in and come out; what is between stays in the engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from openilr.link.errors import LinkError
from openilr.store import StoreError, spark
from openilr.store.views import memory

if TYPE_CHECKING:
    import polars as pl
    from sqlglot.expressions import Expression

ENGINES = ("duckdb", "spark")


class Database(Protocol):
    """Tables of people, and what linking asks of them."""

    def put(self, table: str, frame: pl.DataFrame) -> None:
        """Make a table of a frame, in place of one of that name."""

    def make(self, table: str, query: str) -> None:
        """Make a table of what a query finds, in place of one of that name."""

    def get(self, query: str) -> pl.DataFrame: ...

    def sql(self, condition: str) -> str:
        """A condition as the engine's own SQL has it."""

    def api(self) -> Any:
        """What Splink works with."""


def row(database: Database, query: str) -> tuple[Any, ...]:
    """The one row that a query finds."""
    return database.get(query).row(0)


def open_database(engine: str = "duckdb") -> Database:
    """LinkError where there is no such engine, or it can not run here."""
    if engine not in ENGINES:
        raise LinkError(f"There is no engine {engine!r}: write {' or '.join(ENGINES)}.")
    return Spark() if engine == "spark" else DuckDB()


class DuckDB:
    """A database in memory that never writes identifiers to a disk: where memory runs out it stops."""

    def __init__(self) -> None:
        import duckdb

        self._connection = duckdb.connect()
        self._connection.execute(f"set temp_directory = ''; set memory_limit = '{memory()}'")
        self._connection.execute("set preserve_insertion_order = false")

    def put(self, table: str, frame: pl.DataFrame) -> None:
        self._connection.register("incoming", frame.to_arrow())
        self.make(table, "select * from incoming")
        self._connection.unregister("incoming")

    def make(self, table: str, query: str) -> None:
        self._connection.execute(f"create or replace table {table} as {query}")

    def get(self, query: str) -> pl.DataFrame:
        import polars as pl

        return pl.DataFrame(self._connection.sql(query).to_arrow_table())

    def sql(self, condition: str) -> str:
        return condition

    def api(self) -> Any:
        from splink import DuckDBAPI

        return DuckDBAPI(connection=self._connection)


class Spark:
    """A Spark session, as that of the national views. What lies where, and what Spark spills, is its own settings'.

    Letters are compared by the functions of the jar that Splink brings, which the session is given.
    """

    def __init__(self) -> None:
        try:
            self._session = spark.session()
        except StoreError as problem:
            raise LinkError(str(problem)) from None
        from splink.backends.spark import similarity_jar_location

        self._session.sql(f"ADD JAR '{similarity_jar_location()}'")
        self.api()  # gives the session the functions of the jar

    def put(self, table: str, frame: pl.DataFrame) -> None:
        import polars as pl

        plain = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        self._session.createDataFrame(plain).createOrReplaceTempView(table)

    def make(self, table: str, query: str) -> None:
        self._session.sql(self.sql(query)).cache().createOrReplaceTempView(table)

    def get(self, query: str) -> pl.DataFrame:
        import polars as pl

        return pl.DataFrame(self._session.sql(self.sql(query)).toArrow())

    def sql(self, condition: str) -> str:
        import sqlglot

        return sqlglot.parse_one(condition, read="duckdb").transform(_for_spark).sql("spark")

    def api(self) -> Any:
        from splink.backends.spark import SparkAPI

        return SparkAPI(spark_session=self._session, break_lineage_method="persist")


def _for_spark(node: Expression) -> Expression:
    """The functions that SQL of ours uses and that have another name on Spark, where sqlglot does not know it."""
    from sqlglot import exp

    if isinstance(node, exp.ArrayOverlaps):
        return exp.Anonymous(this="arrays_overlap", expressions=[node.this, node.expression])
    if isinstance(node, exp.JarowinklerSimilarity):
        return exp.Anonymous(this="jaro_winkler", expressions=[node.this, node.expression])
    if isinstance(node, exp.PercentileCont):
        return exp.Anonymous(this="percentile", expressions=[node.this, node.expression])
    if isinstance(node, exp.Anonymous) and node.name.lower() == "list_intersect":
        return exp.Anonymous(this="array_intersect", expressions=node.expressions)
    return node


@contextmanager
def enough_memory() -> Iterator[None]:
    """Says in a LinkError that memory ran out, and what to do."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise LinkError(
            "There is not enough memory to link so many people: what says who they are is never written to a disk to "
            f"make room. Linking may take {memory()} of memory (OPENILR_MEMORY); beyond one machine there is the "
            "engine spark. Nothing was changed."
        ) from None
