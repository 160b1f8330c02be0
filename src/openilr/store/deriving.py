"""Derive again what comes from reference data, for submissions that are there already.

The identifiers that it takes (dates of birth, postcodes) come from the vault and go nowhere. New tables are written
beside the old ones, the catalogue changes to them in one step, and the old ones are removed by the next writer.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.store import durable, enrich, views
from openilr.store.catalogue import Catalogue, StoredFile, Submission
from openilr.store.tables import DERIVED, PLACE, ROWS, TableWriter, plain_fields
from openilr.store.vault import Key, Vault

if TYPE_CHECKING:
    import polars as pl

_ENTITIES = ("Learner", "LearningDelivery")


def derive_again(
    folder: Path, catalogue: Catalogue, key: Key, lookups: enrich.Lookups, edition: int | None, year: str | None
) -> int:
    """The caller holds the writer's lock."""
    found = catalogue.submissions(year=year, current=True, with_files=True)
    vault, files = Vault(folder, key), {}
    with ExitStack() as stack:
        for submission in found:
            final = folder / "tables" / _next_name(submission)
            (part,) = stack.enter_context(durable.staging((final, 0o755)))
            files[submission.id] = (_derive(folder, part, final.name, submission, vault, lookups), edition)
            durable.publish_folder(part, final)
        catalogue.replace_files(files)
    return len(found)


def _next_name(submission: Submission) -> str:
    """``2526-R14-10001234-001`` is followed by ``2526-R14-10001234-001.2``, and that by ``.3``."""
    taken = {f.path.split("/")[1] for f in submission.files if f.kind == "table"}
    numbers = [int(found[1]) for name in taken if (found := re.fullmatch(r".*\.(\d+)", name))]
    return f"{submission.id}.{max(numbers, default=1) + 1}"


def _derive(
    folder: Path, part: Path, name: str, submission: Submission, vault: Vault, lookups: enrich.Lookups
) -> list[StoredFile]:
    pack = years.load(submission.year or "")
    # Read whole: a damaged file would otherwise be written anew, and pass as whole from then on.
    by_year = views.of_submissions(folder, [submission], read_whole=True)
    tables = {entity: path for of_year in by_year.values() for entity, [path] in of_year.items()}
    written: list[StoredFile] = []
    learners: pl.DataFrame | None = None
    for entity in (pack.schema.entities[each] for each in _ENTITIES if each in tables):
        frame = _with_identifiers(tables[entity.name], entity, vault, submission.id)
        if entity.name == "Learner":
            frame = learners = enrich.learner(frame, pack.academic_year, lookups)
        elif learners is not None:
            ukprn = submission.ukprn or 0
            frame = enrich.learning_delivery(frame, learners, pack.academic_year, ukprn, lookups)
        writer = TableWriter(part, entity)
        try:
            writer.add(frame)
            stored = writer.finish(name)
        finally:
            writer.abandon()
        if stored:
            written.append(stored)
    return written


def _with_identifiers(path: Path, entity: Any, vault: Vault, submission: str) -> pl.DataFrame:
    """The table without what was derived, beside the identifiers that deriving takes."""
    import polars as pl

    derived = {name for name, _ in DERIVED[entity.name]} - {"person_key"}
    plain = {name for name, _ in (*PLACE, *ROWS)} | {f.name for f in plain_fields(entity)} | {"person_key"}
    frame = pl.read_parquet(path)
    frame = frame.select(name for name in frame.columns if name in plain - derived)
    wanted = ("row", "DateOfBirth", "Postcode", "DelLocPostCode")
    identifiers = vault.identifiers(submission, entity.name)
    identifiers = identifiers.select(name for name in wanted if name in identifiers.columns)
    return frame.join(identifiers, on="row", how="left", maintain_order="left")
