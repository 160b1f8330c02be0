"""A snapshot: one return of all providers as it stood at one moment, joined into one Parquet file for each entity.

Rows stand in the order of provider and file, so that a question about one provider reads little, and a national one
opens few files. A later correction does not touch a snapshot; freezing again makes the next one.
"""

from __future__ import annotations

from pathlib import Path

from openilr.store import durable, views
from openilr.store.catalogue import Catalogue, Snapshot, StoredFile
from openilr.store.errors import StoreError
from openilr.store.tables import columns, kept_entities, table_name

ROW_GROUP = 122_880


def freeze(folder: Path, catalogue: Catalogue, year: str, return_name: str, by: str, note: str, now: str) -> str:
    """Write the snapshot and record it. The caller holds the writer's lock."""
    from openilr import years

    if not by.strip():
        raise StoreError("Say who makes the snapshot: frozen_by may not be empty.")
    found = catalogue.submissions(year=year, return_name=return_name, current=True, with_files=True)
    if not found:
        raise StoreError(f"The store holds no accepted return for {year} {return_name}; there is nothing to freeze.")
    number = 1 + max(
        (s.number for s in catalogue.snapshots() if (s.year, s.return_name) == (year, return_name)), default=0
    )
    id = f"{year}-{return_name}-{number}"
    final = folder / "snapshots" / id
    paths = views.of_submissions(folder, found, read_whole=True)[year]
    files = []
    with durable.staging((final, 0o755)) as (part,), views.duckdb_session() as session:
        for entity in kept_entities(years.load(year).schema):
            if paths.get(entity.name):
                path = part / f"{table_name(entity.name)}.parquet"
                durable.step(f"create {path.name}")
                names = ", ".join(f'"{name}"' for name, _ in columns(entity))
                query = f"SELECT {names} FROM read_parquet({views.listed(paths[entity.name])})"  # noqa: S608
                rows = views.copy(session, query, path, f"COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}")
                size, sha256 = durable.file_sha256(path)
                files.append(StoredFile(f"snapshots/{id}/{path.name}", "table", size, sha256, entity.name, rows))
        durable.publish_folder(part, final)
        rows_of = {file.entity: file.rows or 0 for file in files}
        counts = {"learners": rows_of.get("Learner", 0), "aims": rows_of.get("LearningDelivery", 0)}
        submissions = tuple(s.id for s in found)
        catalogue.add_snapshot(
            Snapshot(id, year, return_name, number, by.strip(), now, note, counts, submissions, tuple(files))
        )
    return id
