"""Who and what an application's conditions select, as DuckDB relations over frozen files: for checks, twins, extracts.

``Population.table(name)`` is the SQL of one table of the national views or of a linked source, with only the records
that the application may have and a column ``person``: the person's key, or with a link run the person of its spine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.access import catalogue
from openilr.access.application import Application, Condition
from openilr.access.errors import AccessError
from openilr.link import sources
from openilr.store import Store
from openilr.store.tables import kept_entities, table_name
from openilr.store.views import Paths, duckdb_session, listed, of_snapshot, of_submissions, queries

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LEARNER, AIM = "learner", "learning_delivery"
_CHOSEN, _AIMS = "_chosen", "_chosen_aims"


@dataclass(frozen=True)
class Basis:
    """The data that something was made from: snapshots, or the current files of years that have none (``live``)."""

    snapshots: tuple[str, ...]
    live: tuple[str, ...]
    link_run: str | None
    paths: Paths


def basis(
    store: Store,
    asked: Application,
    *,
    snapshots: Iterable[str] = (),
    link_run: str | None = None,
    frozen: bool = False,
) -> Basis:
    """The data for an application's years: the snapshots named, else the latest of each year and the return asked for.

    A year without a snapshot is read from the current files, or is an AccessError with ``frozen``.
    """
    named = tuple(snapshots)
    rows = store.snapshots().to_dicts()
    known = {row["snapshot"]: row for row in rows}
    for id in named:
        if id not in known:
            raise AccessError(f"The store has no snapshot {id}; see `ilr store snapshots`.")
        if known[id]["year"] not in asked.years:
            raise AccessError(f"The snapshot {id} is not of a year that was asked for ({', '.join(asked.years)}).")
    chosen = {known[id]["year"]: id for id in named}
    if len(chosen) < len(named):
        raise AccessError("Two of the snapshots are of one year; name one for each year.")
    for row in rows:
        if row["year"] in asked.years and row["return"] == asked.return_name and not named:
            chosen[row["year"]] = row["snapshot"]
    paths: Paths = {}
    live = []
    for year in asked.years:
        if year in chosen:
            paths |= of_snapshot(store.path, store.snapshot(chosen[year]))
            continue
        if frozen:
            raise AccessError(
                f"There is no snapshot of {year} {asked.return_name}. Freeze the return first: "
                f"ilr store freeze {year} {asked.return_name} --store {store.path.name}"
            )
        with store.reading() as held:
            found = held.submissions(year=year, return_name=asked.return_name, current=True, with_files=True)
        if not found:
            raise AccessError(f"The store holds nothing of {year} {asked.return_name}, which the application asks for.")
        paths |= of_submissions(store.path, found)
        live.append(year)
    ids = tuple(chosen[year] for year in asked.years if year in chosen)
    return Basis(ids, tuple(live), link_run, paths)


def footnotes(store: Store, asked: Application, basis: Basis, *, measure: bool = False) -> list[str]:
    """How good the fields that were asked for are in each snapshot or return of the basis, and a caution about causes.

    Without shares that would give small counts away, as an applicant has no right to them yet."""
    names = [wanted.name for wanted in asked.fields]
    states: list[tuple[str | None, str | None]] = [(None, id) for id in basis.snapshots]
    states += [(year, None) for year in basis.live]
    said = [
        store.footnotes(names, year, asked.return_name, snapshot=id, measure=measure, published=True)
        for year, id in states
    ]
    return [*(note for notes in said for note in notes[:-1]), *(said[0][-1:] if said else [])]


class Population:
    """An open session over a basis; use ``opened``."""

    def __init__(self, store: Store, asked: Application, basis: Basis, session: DuckDBPyConnection) -> None:
        self.store, self.asked, self.basis, self.session = store, asked, basis, session
        self._fields = catalogue.fields(store)
        for name, query in queries(basis.paths).items():
            session.execute(f"CREATE VIEW {name} AS {query}")
        self._linked = self._link()
        self._choose()

    def field(self, path: str) -> catalogue.Field:
        """A field of the catalogue or of the store's own surveys."""
        return catalogue.field(path, self._fields)

    @cached_property
    def people(self) -> int:
        return self._count(f"SELECT count(DISTINCT person) FROM {_CHOSEN}")  # noqa: S608 - names of ours

    def share_with(self, table: str) -> float:
        """The share of the people who have a record in a table."""
        found = self._count(f"SELECT count(DISTINCT person) FROM ({self.table(table)})")  # noqa: S608 - SQL of ours
        return round(found / max(self.people, 1), 4)

    def rows(self, table: str) -> int:
        return self._count(f"SELECT count(*) FROM ({self.table(table)})")  # noqa: S608 - SQL of ours

    def holds(self, table: str) -> bool:
        """Whether there are records of a table to look at: linked sources need a link run."""
        return table in parents() or self._linked

    def table(self, name: str) -> str:
        """The SQL of the records of one table that were selected."""
        if name == LEARNER:
            return f"SELECT t.*, c.person FROM {LEARNER} t JOIN {_CHOSEN} c USING (year, ukprn, row)"  # noqa: S608
        if name == AIM and self._has_aims:
            return f"SELECT t.*, c.person FROM {AIM} t JOIN {_AIMS} c USING (year, ukprn, row)"  # noqa: S608
        if name in parents():
            above = parents()[name]
            if above is None:
                # A destination stands beside the learner, not under one: it joins by the person's own key.
                return (
                    f"SELECT t.*, c.person FROM {name} t JOIN (SELECT DISTINCT person_key, person FROM {_CHOSEN}) c "  # noqa: S608
                    "USING (person_key)"
                )
            owners = _CHOSEN if above == LEARNER else f"({self.table(above)})"
            return (
                f"SELECT t.*, p.person FROM {name} t JOIN {owners} p "  # noqa: S608 - names of ours
                "ON t.year = p.year AND t.ukprn = p.ukprn AND t.parent = p.row"
            )
        return self._source_table(name)

    def _source_table(self, name: str) -> str:
        """Records of a linked source whose person was selected, by the keys of the link run."""
        if not self._linked:
            raise AccessError(f"{name} is of a linked source: name a link run with --link-run.")
        path = sources.paths(self.store).get(name)
        if path is None:
            raise AccessError(f"The store holds no {name}; add the source with `ilr link add`.")
        return (
            f"SELECT t.*, k.person FROM read_parquet({listed([path])}) t JOIN (SELECT DISTINCT record_key, "  # noqa: S608
            f"person_id AS person FROM link_keys WHERE person_id IN (SELECT person FROM {_CHOSEN})) k "
            "USING (record_key)"
        )

    def _choose(self) -> None:
        """The learners' rows that meet all conditions, and the aims' where there are conditions on aims."""
        mine = " AND ".join(self._sql(c) for c in self.asked.where if c.field.startswith(f"{LEARNER}.")) or "true"
        aims = " AND ".join(self._sql(c) for c in self.asked.where if c.field.startswith(f"{AIM}."))
        person, join = ("s.person_id", "LEFT JOIN spine s USING (learner_key)") if self._linked else ("person_key", "")
        self._has_aims = bool(aims)
        self.session.execute(
            f"CREATE TEMP TABLE {_CHOSEN} AS SELECT year, ukprn, row, t.person_key, "  # noqa: S608 - names of ours,
            f"coalesce({person}, t.person_key) AS person FROM {LEARNER} t {join} WHERE {mine}"  # values are quoted
        )
        if aims:
            self.session.execute(
                f"CREATE TEMP TABLE {_AIMS} AS SELECT t.year, t.ukprn, t.row, t.parent, c.person "  # noqa: S608
                f"FROM {AIM} t JOIN {_CHOSEN} c ON t.year = c.year AND t.ukprn = c.ukprn AND t.parent = c.row "
                f"WHERE {aims}"
            )
            self.session.execute(
                f"DELETE FROM {_CHOSEN} c WHERE NOT EXISTS (SELECT 1 FROM {_AIMS} a WHERE a.year = c.year "  # noqa: S608
                "AND a.ukprn = c.ukprn AND a.parent = c.row)"
            )
        if not self._count(f"SELECT count(*) FROM {_CHOSEN}"):  # noqa: S608
            raise AccessError("No learner meets the application's conditions.")

    def _sql(self, condition: Condition) -> str:
        field = self.field(condition.field)
        column = f't."{field.name}"'
        described = self.session.execute(f"DESCRIBE SELECT {column} FROM {field.table} t").fetchall()  # noqa: S608
        kind = described[0][1]
        bounds = ((">=", condition.low), ("<=", condition.high))
        for value in (*condition.values, *(bound for _, bound in bounds if bound is not None)):
            if self.session.execute(f"SELECT TRY_CAST({_literal(value)} AS {kind})").fetchall()[0][0] is None:
                raise AccessError(f"The condition on {condition.field} compares it with a value of another kind.")
        if condition.values:
            return f"({column} IN ({', '.join(map(_literal, condition.values))}))"
        return " AND ".join(f"({column} {sign} {_literal(bound)})" for sign, bound in bounds if bound is not None)

    def _link(self) -> bool:
        """Bring in the spine and the keys of the link run, if one is named."""
        run = self.basis.link_run
        if run is None:
            return False
        folder = self.store.path / "links" / run
        if folder.parent != self.store.path / "links" or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", run):
            raise AccessError(f"{run!r} is not the id of a link run; see `ilr link --help`.")
        for view, file in (("spine", "spine.parquet"), ("link_keys", "keys.parquet")):
            if not (folder / file).is_file():
                raise AccessError(f"The store has no link run {run}; see `ilr link --help`.")
            self.session.execute(f"CREATE VIEW {view} AS SELECT * FROM read_parquet({listed([folder / file])})")  # noqa: S608
        return True

    def _count(self, query: str) -> int:
        return int(self.session.execute(query).fetchall()[0][0])


@contextmanager
def opened(store: Store, asked: Application, basis: Basis) -> Iterator[Population]:
    """The population of an application over a basis."""
    with duckdb_session() as session:
        yield Population(store, asked, basis, session)


@cache
def parents() -> dict[str, str | None]:
    """The table above each table of the national views; None for the roots."""
    found: dict[str, str | None] = {}
    for year in years.available():
        schema = years.load(year).schema
        kept = {entity.name for entity in kept_entities(schema)}
        for entity in kept_entities(schema):
            found[table_name(entity.name)] = table_name(entity.parent) if entity.parent in kept else None
    return found


def _literal(value: Any) -> str:
    """A value of an application, in SQL."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
