"""National tables as files, for other programs: no identifiers, a description beside them, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.store import durable, views
from openilr.store.errors import StoreError
from openilr.store.quality import Quality
from openilr.store.tables import columns, kept_entities, table_name

if TYPE_CHECKING:
    from openilr.store.store import Store

FORMATS = ("parquet", "csv")
_MEANING = {
    "year": "Academic year of the return", "return": "Return period", "ukprn": "Provider that sent it",
    "learner_key": "Stands for the provider's learner reference", "person_key": "Stands for the ULN",
    "row": "Place in the sent file", "parent": "Row of the record above", "line": "Line in the sent file",
}  # fmt: skip


def of(
    store: Store, target: Path, form: str, year: str | None, return_name: str | None, snapshot: str | None, *,
    ratings: bool,
) -> dict[str, int]:  # fmt: skip
    """Export a snapshot, a return, a year or everything; ratings go with the first two. Rows by file name."""
    from openilr.store import states

    quality = None
    if snapshot is None and (year is None or return_name is None):
        found = store.submissions(year=year, return_name=return_name, current=True, with_files=True)
        if not found:
            raise StoreError("The store holds no accepted return that was asked for.")
        paths, state = views.of_submissions(store.path, found, read_whole=True), year or "all years"
    else:
        state = snapshot or f"{year}-{return_name}"
        paths, _ = states.paths(store, state, read_whole=True)
        quality = store.quality(year, return_name, snapshot=snapshot) if ratings else None
    now = datetime.now(UTC).isoformat(timespec="seconds")
    about = {"store": store.id, "state": state, "written_at": now, "personal_data": True}
    return export(paths, target, form, about, quality)


def export(
    paths: views.Paths, target: Path, form: str, about: dict[str, Any], quality: Quality | None
) -> dict[str, int]:
    """Write every table that has rows, ``fields.csv`` and ``manifest.json`` into a new folder; rows by file name."""
    if form not in FORMATS:
        raise StoreError(f"Tables can be written as {' or '.join(FORMATS)}, not as {form!r}.")
    if target.exists():
        raise StoreError(f"{target} is there already; nothing was written. Name a new folder.")
    if not target.absolute().parent.is_dir():
        raise StoreError(f"There is no folder {target.parent} to write {target.name} into.")
    rows: dict[str, int] = {}
    files: dict[str, dict[str, Any]] = {}
    durable.remove(target.with_name(target.name + durable.PART))
    with durable.staging((target, 0o700)) as (part,), views.duckdb_session() as session:
        for name, query in views.queries(paths).items():
            path = part / f"{name}.{form}"
            durable.step(f"create {path.name}")
            written = views.copy(session, query, path, "HEADER" if form == "csv" else "COMPRESSION zstd")
            if not written:
                path.unlink()
                continue
            rows[path.name] = written
            size, sha256 = durable.file_sha256(path)
            files[path.name] = {"rows": written, "bytes": size, "sha256": sha256}
        durable.write_file(part / "fields.csv", _fields(paths, quality).encode())
        said = {**about, "files": files, "cautions": list(quality.cautions) if quality else []}
        durable.write_file(part / "manifest.json", json.dumps(said, indent=1, ensure_ascii=False).encode())
        durable.publish_folder(part, target)
    return rows


def _fields(paths: views.Paths, quality: Quality | None) -> str:
    """What each column is, and how good."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("table", "column", "title", "kind", "years", "rating", "reason"))
    ratings = quality.ratings if quality else {}
    known: dict[tuple[str, str, str], list[str]] = {}
    titles: dict[tuple[str, str], str] = {}
    for year in paths:
        schema = years.load(year).schema
        for entity in kept_entities(schema):
            own = {f.name: f.title for f in entity.fields}
            for name, kind in columns(entity):
                known.setdefault((entity.name, name, kind), []).append(year)
                titles.setdefault((entity.name, name), own.get(name) or _MEANING.get(name, "Derived on acceptance"))
    for (of, name, kind), of_years in known.items():
        rating = ratings.get(f"{of}.{name}")
        writer.writerow(
            (table_name(of), name, titles[of, name], kind, " ".join(of_years), rating.rating if rating else "",
             rating.reason if rating else "")
        )  # fmt: skip
    return text.getvalue()
