"""Measures the quality of one state of a store; that of a snapshot, which never changes, is kept for the next time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.spec import Entity
from openilr.store import differences, durable, views
from openilr.store.quality import Quality
from openilr.store.quality.profile import Counts, profile, with_identifiers
from openilr.store.tables import kept_entities, vault_fields

if TYPE_CHECKING:
    import polars as pl

    from openilr.store.vault import Vault

_LAYOUT = 1


def measure(
    state: tuple[str, views.Paths],
    before: tuple[str, views.Paths] | None,
    year: str,
    return_name: str,
    ukprn: int | None,
    vault: tuple[Vault, tuple[str, ...]] | None,
) -> Quality:
    """``before`` is the return before it, if there is one; ``vault`` comes with the submissions to look at."""
    schema = years.load(year).schema
    with views.duckdb_session() as session:
        where = "" if ukprn is None else f" WHERE ukprn = {int(ukprn)}"
        for name, query in views.queries(state[1]).items():
            session.execute(f"CREATE VIEW {name} AS SELECT * FROM ({query}){where}")  # noqa: S608 - our own names
        counts = profile(session, year)
        providers = views.row(session, "SELECT count(DISTINCT ukprn) FROM learner")[0]
    if before is not None:
        moved: dict[tuple[str, str], Any] = differences.transitions(before, state, ukprn)
        counts = [replace(one, **moved.get((one.entity, one.field), {})) for one in counts]
    if vault is not None:
        counts = _in_order(counts + with_identifiers(_frames(*vault, kept_entities(schema))), schema.fields)
    return Quality(
        state[0], year, return_name, before[0] if before else None, providers, tuple(counts), vault is not None
    )


def _frames(
    vault: Vault, submissions: tuple[str, ...], entities: tuple[Entity, ...]
) -> Iterator[tuple[Entity, pl.DataFrame]]:
    wanted = [entity for entity in entities if vault_fields(entity)]
    for submission in submissions:
        frames = vault.all_identifiers(submission)
        for entity in wanted:
            if entity.name in frames:
                yield entity, frames[entity.name]


def _in_order(counts: list[Counts], fields: Iterable[str]) -> list[Counts]:
    place = {name: number for number, name in enumerate(fields)}
    return sorted(counts, key=lambda one: place[f"{one.entity}.{one.field}"])


def kept(folder: Path, snapshot: str) -> Quality | None:
    """What was measured of a snapshot before; None where it was not, or is unreadable."""
    try:
        said = json.loads((folder / "quality" / f"{snapshot}.json").read_text("utf-8"))
        return Quality.from_dict(said["quality"]) if said["layout"] == _LAYOUT else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(folder: Path, quality: Quality) -> None:
    """Write it beside its place and rename it. It can be measured again, so the catalogue does not list it."""
    place = folder / "quality"
    place.mkdir(exist_ok=True)
    part = place / f"{quality.state}.json{durable.PART}"
    part.unlink(missing_ok=True)
    durable.write_file(part, json.dumps({"layout": _LAYOUT, "quality": quality.to_dict()}).encode())
    part.replace(place / f"{quality.state}.json")
