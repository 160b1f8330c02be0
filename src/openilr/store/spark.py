"""The national views on Spark, for more data than one machine holds. The same expressions give the same answers.

Spark reads the same Parquet files, so they have to lie where every worker sees them: a shared folder or mounted object
store. Which cluster it is, is Spark's own business (``SPARK_REMOTE``, ``spark-submit``, ``spark-defaults.conf``);
without any of them it runs on this machine. Checking returns spreads without Spark: each is checked by itself.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.store.errors import StoreError
from openilr.store.tables import columns, kept_entities, table_name
from openilr.store.views import Paths

if TYPE_CHECKING:
    from ibis.backends.pyspark import Backend
    from pyspark.sql import SparkSession

#: Spark's types for the kinds of ``openilr.store.tables``. It has no unsigned numbers, so places are long.
_SPARK = {
    "text": "string", "int": "int", "long": "bigint", "decimal": "double", "date": "date", "datetime": "timestamp_ntz",
    "row": "bigint",
}  # fmt: skip


def missing() -> str | None:
    """What is lacking for Spark to run here; None where nothing is."""
    if os.environ.get("SPARK_REMOTE"):
        return None
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        return "Java"
    return None


def session() -> SparkSession:
    """The Spark session of this process. StoreError where Spark can not run."""
    if lacking := missing():
        raise StoreError(f"The engine spark needs {lacking}, which is not on this machine. Use the engine duckdb.")
    from pyspark.sql import SparkSession

    made = (
        SparkSession.builder.appName("openilr")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        # What is not a number stays an error or a null as in DuckDB, and is not wrapped round silently.
        .config("spark.sql.ansi.enabled", "true")
        # What does not fit into memory goes to a disk with records of people in it.
        .config("spark.io.encryption.enabled", "true")
        .getOrCreate()
    )
    if not os.environ.get("SPARK_REMOTE"):
        made.sparkContext.setLogLevel("ERROR")
        if str(made.sparkContext.master).startswith("local"):
            # Spark's usual 200 pieces are for a cluster: here they only wait for each other.
            made.conf.set("spark.sql.shuffle.partitions", str(2 * (os.cpu_count() or 1)))
    return made


def connect(paths: Paths) -> Backend:
    """An Ibis connection on Spark with the views over these files. StoreError where Spark can not run."""
    import ibis

    spark = session()
    connection = ibis.pyspark.connect(spark)
    for name, by_year in _entities(paths).items():
        whole = None
        for year, kinds in by_year.items():
            one = _frame(spark, kinds, [str(p.absolute()) for p in paths.get(year, {}).get(name, [])])
            whole = one if whole is None else whole.unionByName(one, allowMissingColumns=True)
        if whole is not None:
            whole.createOrReplaceTempView(table_name(name))
    return connection


def _entities(paths: Paths) -> dict[str, dict[str, tuple[tuple[str, str], ...]]]:
    """Entity, year, and the (name, kind) of its columns."""
    found: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {}
    for year in paths or {years.available()[-1]: {}}:
        for entity in kept_entities(years.load(year).schema):
            found.setdefault(entity.name, {})[year] = columns(entity)
    return found


def _frame(session: Any, kinds: tuple[tuple[str, str], ...], files: list[str]) -> Any:
    # Said beforehand, or Spark would open every file to find out.
    schema = ", ".join(f"`{name}` {_SPARK[kind]}" for name, kind in kinds)
    return session.read.schema(schema).parquet(*files) if files else session.createDataFrame([], schema)
