"""Measures the quality of one state of a store, and keeps it for the next time.

What was measured stands in ``quality/<state>.json`` beside what it was measured of: the files on both sides and the
code lists. It is measured again where one of them is another by now.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.spec import CodeList, Entity
from openilr.store import differences, durable, states, views
from openilr.store.catalogue import Submission
from openilr.store.errors import VaultError
from openilr.store.quality import Quality
from openilr.store.quality.profile import Counts, profile, with_identifiers
from openilr.store.tables import kept_entities, vault_fields

if TYPE_CHECKING:
    import polars as pl

    from openilr.store.store import Store
    from openilr.store.vault import Vault

_LAYOUT = 2


def of(
    store: Store, year: str | None, return_name: str | None, snapshot: str | None, ukprn: int | None = None
) -> Quality:
    """The quality of a snapshot, or of a return as it stands; measured now where it was not before."""
    found = known(store, year, return_name, snapshot) if ukprn is None else None
    try:
        vault = store.vault()
    except VaultError:
        vault = None
    if found and (found.identifiers or vault is None):
        return found
    year, return_name, members = meant(store, year, return_name, snapshot)
    state, before = snapshot or f"{year}-{return_name}", _before(store, year, return_name)
    withheld = (vault, tuple(s.id for s in members if ukprn in (None, s.ukprn))) if vault else None
    found = measure(
        (state, states.paths(store, state)[0]), (before, states.paths(store, before)[0]) if before else None, year,
        return_name, ukprn, withheld, _lists(store),
    )  # fmt: skip
    if ukprn is None and os.access(store.path, os.W_OK):
        with suppress(OSError):
            _keep(store.path, found, _basis(store, state, year, return_name))
    return found


def known(store: Store, year: str | None, return_name: str | None, snapshot: str | None) -> Quality | None:
    """What was measured of a state before; None where it was not, or no longer holds."""
    year, return_name, _ = meant(store, year, return_name, snapshot)
    state = snapshot or f"{year}-{return_name}"
    try:
        said = json.loads((store.path / "quality" / f"{state}.json").read_text("utf-8"))
        fits = said["layout"] == _LAYOUT and said["basis"] == _basis(store, state, year, return_name)
        return Quality.from_dict(said["quality"]) if fits else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def meant(
    store: Store, year: str | None, return_name: str | None, snapshot: str | None
) -> tuple[str, str, list[Submission]]:
    """Year and return of what was asked for (by default the last), and the submissions in it."""
    if snapshot is not None:
        one = store.snapshot(snapshot)
        members = set(one.submissions)
        return one.year, one.return_name, [s for s in store.submissions(year=one.year) if s.id in members]
    accepted = store.submissions(current=True)
    year = year or max((s.year or "" for s in accepted), default="")
    return_name = return_name or store.latest_return(year)
    return year, return_name, [s for s in accepted if (s.year, s.return_name) == (year, return_name)]


def _before(store: Store, year: str, return_name: str) -> str | None:
    """The return before it in the same year, as it stands."""
    earlier = [s.return_name for s in store.submissions(year=year, current=True) if s.return_name < return_name]
    return f"{year}-{max(earlier)}" if earlier else None


def _basis(store: Store, state: str, year: str, return_name: str) -> str:
    """A hash of what a measurement rests on. A snapshot stays with what it was compared with when it was measured."""
    rests: list[Any] = [state, {name: repr(found) for name, found in _lists(store).items()}]
    if state == f"{year}-{return_name}":
        names = {return_name, (_before(store, year, return_name) or "").rpartition("-")[2]}
        current = store.submissions(year=year, current=True)
        rests += [(s.id, s.reference) for s in current if s.return_name in names]
    return hashlib.sha256(json.dumps(rests).encode()).hexdigest()


def _lists(store: Store) -> dict[str, CodeList]:
    """Code lists that were added to the store in place of the published ones."""
    reference = store.reference()
    return reference.code_lists if reference is not None else {}


def measure(
    state: tuple[str, views.Paths],
    before: tuple[str, views.Paths] | None,
    year: str,
    return_name: str,
    ukprn: int | None,
    vault: tuple[Vault, tuple[str, ...]] | None,
    lists: Mapping[str, CodeList],
) -> Quality:
    """``before`` is the return before it, if there is one; ``vault`` comes with the submissions to look at, ``lists``
    stand in place of the published code lists of those fields."""
    schema = years.load(year).schema
    with views.duckdb_session() as session:
        where = "" if ukprn is None else f" WHERE ukprn = {int(ukprn)}"
        for name, query in views.queries(state[1]).items():
            session.execute(f"CREATE VIEW {name} AS SELECT * FROM ({query}){where}")  # noqa: S608 - our own names
        counts = profile(session, years.load(year).with_code_lists(lists))
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


def _keep(folder: Path, quality: Quality, basis: str) -> None:
    """Write it beside its place and rename it. It can be measured again, so the catalogue does not list it."""
    place = folder / "quality"
    place.mkdir(exist_ok=True)
    part = place / f"{quality.state}.json{durable.PART}"
    part.unlink(missing_ok=True)
    durable.write_file(part, json.dumps({"layout": _LAYOUT, "basis": basis, "quality": quality.to_dict()}).encode())
    part.replace(place / f"{quality.state}.json")
