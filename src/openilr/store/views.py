"""The national views: one view for each entity, over the current Parquet of every provider, for Ibis on DuckDB.

View ``learner``, ``learning_delivery``, ``learning_delivery_fam`` ...: the columns of ``openilr.store.tables``. Years
with different schemas stand in one view; a field that a year does not have is null there.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from openilr import years
from openilr.spec import Entity
from openilr.store.catalogue import Submission
from openilr.store.errors import StoreError
from openilr.store.tables import DUCKDB, columns, kept_entities, table_name

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend


def connect(folder: Path, submissions: list[Submission]) -> Backend:
    """An Ibis DuckDB connection with the views over these submissions (with their files)."""
    import ibis

    # DuckDB spills to disk when memory runs short: to a private folder, which goes when the connection does.
    spill = tempfile.mkdtemp(prefix="openilr-")
    connection = ibis.duckdb.connect(temp_directory=spill)
    weakref.finalize(connection, shutil.rmtree, spill, ignore_errors=True)
    paths = _paths_by_year(folder, submissions)
    entities: dict[str, dict[str, Entity]] = {}
    for year in paths or {years.available()[-1]: {}}:
        for entity in kept_entities(years.load(year).schema):
            entities.setdefault(entity.name, {})[year] = entity
    for name, by_year in entities.items():
        parts = [_select(entity, paths.get(year, {}).get(name, [])) for year, entity in by_year.items()]
        connection.raw_sql(f"CREATE VIEW {table_name(name)} AS {' UNION ALL BY NAME '.join(parts)}")
    return connection


def _paths_by_year(folder: Path, submissions: list[Submission]) -> dict[str, dict[str, list[Path]]]:
    paths: dict[str, dict[str, list[Path]]] = {}
    for submission in submissions:
        of_year = paths.setdefault(submission.year or "", {})
        for file in submission.files:
            if file.kind != "table":
                continue
            path = folder / file.path
            if not path.is_file() or path.stat().st_size != file.bytes:
                raise StoreError(
                    f"{file.path} is missing or not as it was written. Restore it from a backup, or send "
                    f"{submission.file} in again; other submissions are not affected."
                )
            of_year.setdefault(file.entity or "", []).append(path)
    return paths


def _select(entity: Entity, paths: list[Path]) -> str:
    if not paths:
        empty = ", ".join(f'CAST(NULL AS {DUCKDB[kind]}) AS "{name}"' for name, kind in columns(entity))
        return f"SELECT {empty} WHERE false"
    names = ", ".join("'" + str(path.absolute()).replace("'", "''") + "'" for path in paths)
    return f"SELECT * FROM read_parquet([{names}])"  # noqa: S608 - paths from the catalogue, quoted
