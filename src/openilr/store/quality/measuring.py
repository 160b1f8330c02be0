"""Measures the quality of one state of a store, and keeps it for the next time.

What was measured stands in ``quality/<state>.json`` beside what it rests on: the files on both sides and the code
lists. It is measured again where one of them is another by now; a return as it stands and a snapshot of the same files
share it.
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

_LAYOUT = 3


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
            _keep(store.path, found, _rests_on(store, year, return_name, members))
    return found


def known(store: Store, year: str | None, return_name: str | None, snapshot: str | None) -> Quality | None:
    """What was measured of a state before, or of another of the same files; None where it was not, or no longer holds.

    A snapshot stays with the return before it that it was compared with when it was measured.
    """
    year, return_name, members = meant(store, year, return_name, snapshot)
    live = f"{year}-{return_name}"
    state = snapshot or live
    rests = _rests_on(store, year, return_name, members)
    for name in dict.fromkeys([state, *sorted(_kept(store.path, live), reverse=True)]):
        wanted = {what: of for what, of in rests.items() if not (name == snapshot and what == "before")}
        try:
            said = json.loads((store.path / "quality" / f"{name}.json").read_text("utf-8"))
            if said["layout"] == _LAYOUT and wanted.items() <= said["rests_on"].items():
                return replace(Quality.from_dict(said["quality"]), state=state)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return None


def newest(store: Store) -> Quality | None:
    """Of the last return or, where its quality was not measured, of the newest snapshot whose quality was."""
    found = known(store, None, None, None)
    if found:
        return found
    frozen = store.snapshots().sort("year", "return", "number", descending=True)["snapshot"]
    return next(filter(None, (known(store, None, None, id) for id in frozen)), None)


def _kept(folder: Path, live: str) -> set[str]:
    """A return and its snapshots of which something was measured."""
    return {path.stem for path in (folder / "quality").glob(f"{live}*.json")}


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


def _rests_on(store: Store, year: str, return_name: str, members: list[Submission]) -> dict[str, str]:
    """Hashes of what a measurement rests on: the files, those of the return before, and code lists of the user's own.

    Nothing is measured of what is derived from reference data, so that deriving again changes no rating.
    """
    before = (_before(store, year, return_name) or "").rpartition("-")[2]
    earlier = store.submissions(year=year, return_name=before, current=True) if before else []
    rests: dict[str, Any] = {
        "files": sorted(s.id for s in members), "before": sorted(s.id for s in earlier),
        "lists": {name: repr(found) for name, found in _lists(store).items()},
    }  # fmt: skip
    return {what: hashlib.sha256(json.dumps(of).encode()).hexdigest() for what, of in rests.items()}


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


def _keep(folder: Path, quality: Quality, rests_on: dict[str, str]) -> None:
    """Write it beside its place and rename it. It can be measured again, so the catalogue does not list it."""
    place = folder / "quality"
    place.mkdir(exist_ok=True)
    part = place / f"{quality.state}.json{durable.PART}"
    part.unlink(missing_ok=True)
    said = {"layout": _LAYOUT, "rests_on": rests_on, "quality": quality.to_dict()}
    try:
        durable.write_file(part, json.dumps(said).encode())
        part.replace(place / f"{quality.state}.json")
    finally:
        part.unlink(missing_ok=True)
