"""What changed between two states of the returns: snapshots, versions of one provider's file, or returns as they are.

Learners are matched by ``learner_key`` within a provider. Aims are matched by learner, LearnAimRef, LearnStartDate,
ProgType and StdCode; what is left over then by learner, LearnAimRef and AimSeqNumber, so that a corrected start date is
a change and not one aim gone and another added. All other records are compared as they stand below their learner.

Names, addresses, numbers and postcodes lie in the vault, so a change of those is not seen here.
"""

# ruff: noqa: S608 - statements are put together from names of our own schema, and numbers

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.spec import Entity
from openilr.store import views
from openilr.store.tables import kept_entities, plain_fields, table_name

if TYPE_CHECKING:
    import polars as pl
    from duckdb import DuckDBPyConnection

_TABLES = {"Learner": "one_learner", "LearningDelivery": "one_aim"}
_COUNTED = {"Learner": "learners", "LearningDelivery": "aims"}
#: Fields for which it is shown from which value to which they went: those that changed most.
_SHOWN = 15
_PAIRS = 5
_SAME_AIM = ("LearnAimRef", "LearnStartDate", "ProgType", "StdCode")


@dataclass(frozen=True)
class Difference:
    """From ``before`` to ``now``. All frames may be empty; none holds an identifier.

    ``providers``: ukprn, and for learners and aims ..._before, ..._now, ..._added, ..._gone, ..._changed.
    ``fields``: entity, field, changed (learners or aims with another value), providers.
    ``values``: entity, field, before, now, rows: the commonest changes of coded fields that changed most.
    ``others``: entity, added, gone, learners: records below learners and aims, such as LearningDeliveryFAM.
    ``rows``: ukprn, entity, learner_key, LearnAimRef, AimSeqNumber, change (added, gone, changed), fields.
    """

    before: str
    now: str
    year: str
    ukprn: int | None
    providers: pl.DataFrame
    fields: pl.DataFrame
    values: pl.DataFrame
    others: pl.DataFrame
    rows: pl.DataFrame

    def totals(self) -> dict[str, int]:
        """The sums of ``providers``, and how many providers came and went."""
        sums = {n: int(self.providers[n].sum()) for n in self.providers.columns if n != "ukprn"}
        came = self.providers.filter((self.providers["learners_before"] == 0) & (self.providers["learners_now"] > 0))
        went = self.providers.filter((self.providers["learners_now"] == 0) & (self.providers["learners_before"] > 0))
        return {**sums, "providers_added": came.height, "providers_gone": went.height}

    def to_dict(self) -> dict[str, Any]:
        """For JSON: all but ``rows``."""
        about = {"before": self.before, "now": self.now, "year": self.year, "ukprn": self.ukprn}
        frames = {n: getattr(self, n).to_dicts() for n in ("providers", "fields", "values", "others")}
        return {**about, "totals": self.totals(), **frames}


def compare(
    before: tuple[str, views.Paths], now: tuple[str, views.Paths], ukprn: int | None, *, detail: bool
) -> Difference:
    """Both sides are of one year. ``detail`` fills ``rows``, which may be long."""
    with _matched(before, now, ukprn) as (session, year, entities):
        fields = _fields(session)
        return Difference(
            before[0], now[0], year, ukprn, _providers(session), fields, _values(session, fields, entities),
            _others(session, [e for n, e in entities.items() if n not in _COUNTED]), _rows(session, detail),
        )  # fmt: skip


def transitions(
    before: tuple[str, views.Paths], now: tuple[str, views.Paths], ukprn: int | None
) -> dict[tuple[str, str], dict[str, int]]:
    """By entity and field, of learners and aims that are on both sides: ``compared`` (a value was there before),
    ``filled_later``, ``changed``, ``removed``."""
    found = {}
    with _matched(before, now, ukprn) as (session, _, entities):
        for entity, table in _TABLES.items():
            names = [field.name for field in plain_fields(entities[entity])]
            parts = [
                f'count(a."{n}"), count(b."{n}") FILTER (a."{n}" IS NULL), count(*) FILTER (a."{n}" <> b."{n}"), '
                f'count(a."{n}") FILTER (b."{n}" IS NULL)'
                for n in names
            ]
            key = "ukprn, learner_key" + (", _pair" if entity == "LearningDelivery" else "")
            query = f"SELECT {', '.join(parts)} FROM a_{table} a JOIN b_{table} b USING ({key})"
            numbers = views.row(session, query)
            words = ("compared", "filled_later", "changed", "removed")
            for place, name in enumerate(names):
                found[entity, name] = dict(zip(words, numbers[4 * place :], strict=False))
    return found


@contextmanager
def _matched(
    before: tuple[str, views.Paths], now: tuple[str, views.Paths], ukprn: int | None
) -> Iterator[tuple[DuckDBPyConnection, str, dict[str, Entity]]]:
    """A session with learners and aims of both sides in pairs; the year, and its entities by name."""
    year = next(iter(now[1]))
    entities = {entity.name: entity for entity in kept_entities(years.load(year).schema)}
    with views.duckdb_session() as session:
        for side, (_, paths) in (("a", before), ("b", now)):
            where = "" if ukprn is None else f" WHERE ukprn = {int(ukprn)}"
            for name, query in views.queries(paths).items():
                session.execute(f"CREATE VIEW {side}_{name} AS SELECT * FROM ({query}){where}")
        _match_learners(session, entities["Learner"])
        _match_aims(session, entities["LearningDelivery"])
        yield session, year, entities


def _match_learners(session: DuckDBPyConnection, entity: Entity) -> None:
    for side in "ab":
        session.execute(
            f"CREATE TABLE {side}_one_learner AS "
            f"SELECT DISTINCT ON (ukprn, learner_key) * FROM {side}_learner ORDER BY ukprn, learner_key, row"
        )
    _pair(session, "Learner", entity, "a_one_learner", "b_one_learner", "USING (ukprn, learner_key)")


def _match_aims(session: DuckDBPyConnection, entity: Entity) -> None:
    same = ("ukprn", "learner_key", *(name for name in _SAME_AIM if any(f.name == name for f in entity.fields)))
    second = ("ukprn", "learner_key", "LearnAimRef", "AimSeqNumber")
    for side in "ab":
        session.execute(
            f"CREATE TABLE {side}_aim AS SELECT *, "
            f"row_number() OVER (PARTITION BY {_list(same)} ORDER BY AimSeqNumber, row) AS _n, "
            f"row_number() OVER (PARTITION BY {_list(second)} ORDER BY row) AS _m FROM {side}_learning_delivery"
        )
    on = " AND ".join(f'a."{n}" IS NOT DISTINCT FROM b."{n}"' for n in (*same, "_n"))
    session.execute(
        f"CREATE TABLE pairs AS SELECT a.ukprn, a.row AS a_row, b.row AS b_row FROM a_aim a JOIN b_aim b ON {on}"
    )
    on = " AND ".join(f'a."{n}" = b."{n}"' for n in (*second, "_m"))
    left = (
        f"(SELECT * FROM {side}_aim x WHERE NOT EXISTS "
        f"(SELECT 1 FROM pairs p WHERE p.ukprn = x.ukprn AND p.{side}_row = x.row)) {side}"
        for side in "ab"
    )
    session.execute(f"INSERT INTO pairs SELECT a.ukprn, a.row, b.row FROM {' JOIN '.join(left)} ON {on}")
    # The pair's number stands for the aim on both sides; what has no pair keeps a number of its own.
    session.execute("CREATE TABLE numbered AS SELECT *, row_number() OVER () AS pair FROM pairs")
    for side, odd in (("a", 0), ("b", 1)):
        session.execute(
            f"CREATE TABLE {side}_one_aim AS SELECT x.*, coalesce(p.pair, -2 * row_number() OVER () - {odd}) AS _pair "
            f"FROM {side}_aim x LEFT JOIN numbered p ON p.ukprn = x.ukprn AND p.{side}_row = x.row"
        )
    _pair(session, "LearningDelivery", entity, "a_one_aim", "b_one_aim", "USING (ukprn, learner_key, _pair)")


def _pair(session: DuckDBPyConnection, name: str, entity: Entity, a: str, b: str, on: str) -> None:
    """A table ``pair_<name>``: both sides' place, what became of the row, and which fields have another value."""
    names = [f.name for f in plain_fields(entity)]
    changed = ", ".join(f'CASE WHEN a."{n}" IS DISTINCT FROM b."{n}" THEN \'{n}\' END' for n in names)
    aim = "coalesce(b.LearnAimRef, a.LearnAimRef)" if name == "LearningDelivery" else "NULL"
    number = "coalesce(b.AimSeqNumber, a.AimSeqNumber)" if name == "LearningDelivery" else "NULL"
    session.execute(
        f"CREATE TABLE pair_{name} AS SELECT ukprn, learner_key, {aim} AS LearnAimRef, {number} AS AimSeqNumber, "
        f"CASE WHEN a.row IS NULL THEN 'added' WHEN b.row IS NULL THEN 'gone' END AS became, a.row AS a_row, "
        f"b.row AS b_row, CASE WHEN a.row IS NULL OR b.row IS NULL THEN [] "
        f"ELSE list_filter([{changed}], lambda x: x IS NOT NULL) END AS fields FROM {a} a FULL JOIN {b} b {on}"
    )


def _providers(session: DuckDBPyConnection) -> pl.DataFrame:
    parts = []
    for entity, word in _COUNTED.items():
        parts.append(
            f"SELECT ukprn, count(a_row) AS {word}_before, count(b_row) AS {word}_now, "
            f"count(*) FILTER (became = 'added') AS {word}_added, count(*) FILTER (became = 'gone') AS {word}_gone, "
            f"count(*) FILTER (len(fields) > 0) AS {word}_changed FROM pair_{entity} GROUP BY ukprn"
        )
    query = f"SELECT * FROM ({parts[0]}) FULL JOIN ({parts[1]}) USING (ukprn) ORDER BY ukprn"
    return views.frame(session, query).fill_null(0)


def _fields(session: DuckDBPyConnection) -> pl.DataFrame:
    parts = [
        f"SELECT '{entity}' AS entity, field, count(*) AS changed, count(DISTINCT ukprn) AS providers "
        f"FROM (SELECT ukprn, unnest(fields) AS field FROM pair_{entity}) GROUP BY field"
        for entity in _COUNTED
    ]
    return views.frame(session, f"{' UNION ALL '.join(parts)} ORDER BY entity, changed DESC, field")


def _values(session: DuckDBPyConnection, fields: pl.DataFrame, entities: dict[str, Entity]) -> pl.DataFrame:
    import polars as pl

    schema: Any = {"entity": pl.String, "field": pl.String, "before": pl.String, "now": pl.String, "rows": pl.Int64}
    parts = [pl.DataFrame(schema=schema)]
    for entity, field in fields.sort("changed", descending=True).head(_SHOWN).select("entity", "field").iter_rows():
        kind = next(f.type for f in entities[entity].fields if f.name == field)
        if not (kind.is_text or kind == "int"):
            continue
        table = _TABLES[entity]
        query = (
            f"SELECT '{entity}' AS entity, '{field}' AS field, a.\"{field}\"::VARCHAR AS before, "
            f'b."{field}"::VARCHAR AS now, count(*) AS rows FROM pair_{entity} p '
            f"JOIN a_{table} a ON a.ukprn = p.ukprn AND a.row = p.a_row "
            f"JOIN b_{table} b ON b.ukprn = p.ukprn AND b.row = p.b_row "
            f"WHERE list_contains(p.fields, '{field}') GROUP BY ALL ORDER BY rows DESC, before, now LIMIT {_PAIRS}"
        )
        parts.append(views.frame(session, query).cast(schema))
    return pl.concat(parts)


def _others(session: DuckDBPyConnection, entities: list[Entity]) -> pl.DataFrame:
    parts = []
    for entity in entities:
        columns = _list(("ukprn", "learner_key", *(f.name for f in plain_fields(entity))))
        a, b = (f"SELECT {columns} FROM {side}_{table_name(entity.name)}" for side in "ab")
        parts.append(
            f"SELECT '{entity.name}' AS entity, count(*) FILTER (s = 1) AS added, count(*) FILTER (s = -1) AS gone, "
            f"count(DISTINCT (ukprn, learner_key)) AS learners FROM ("
            f"SELECT 1 AS s, * FROM ({b} EXCEPT ALL {a}) UNION ALL SELECT -1 AS s, * FROM ({a} EXCEPT ALL {b}))"
        )
    query = f"SELECT * FROM ({' UNION ALL '.join(parts)}) WHERE added + gone > 0 ORDER BY entity"
    return views.frame(session, query)


def _rows(session: DuckDBPyConnection, detail: bool) -> pl.DataFrame:
    parts = [
        f"SELECT ukprn, '{entity}' AS entity, learner_key, LearnAimRef::VARCHAR AS LearnAimRef, "
        f"AimSeqNumber::INTEGER AS AimSeqNumber, coalesce(became, 'changed') AS change, "
        f"array_to_string(fields, ',') AS fields FROM pair_{entity} WHERE became IS NOT NULL OR len(fields) > 0"
        for entity in _COUNTED
    ]
    query = f"{' UNION ALL '.join(parts)} ORDER BY ukprn, learner_key, entity, AimSeqNumber"
    return views.frame(session, query if detail else f"SELECT * FROM ({query}) LIMIT 0")


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)
