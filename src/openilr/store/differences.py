"""What changed between two states of the returns: snapshots, versions of one provider's file, or returns as they are.

Learners are matched by ``learner_key`` within a provider. Aims are matched by learner, LearnAimRef, LearnStartDate,
ProgType and StdCode; what is left over then by learner, LearnAimRef and AimSeqNumber, so that a corrected start date is
a change and not one aim gone and another added. All other records are compared as they stand below their learner.

Names, addresses, numbers and postcodes lie in the vault, so a change of those is not seen here.
"""

# ruff: noqa: S608 - statements are put together from names of our own schema, and numbers

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.spec import Entity
from openilr.store import timetable, views
from openilr.store.tables import kept_entities, plain_fields, table_name

if TYPE_CHECKING:
    from datetime import date

    import polars as pl
    from duckdb import DuckDBPyConnection

_TABLES = {"Learner": "one_learner", "LearningDelivery": "one_aim"}
_COUNTED = {"Learner": "learners", "LearningDelivery": "aims"}
#: Learners of both sides that are matched at once.
_AT_ONCE = 400_000
#: Fields for which it is shown from which value to which they went: those that changed most.
_SHOWN = 15
_PAIRS = 5
#: What became of a value, numbered from 1; 0 is anything else.
_HOW = ("filled", "emptied", "up")
_SAME_AIM = ("LearnAimRef", "LearnStartDate", "ProgType", "StdCode")


@dataclass(frozen=True)
class Difference:
    """From ``before`` to ``now``. All frames may be empty; none holds an identifier.

    ``providers``: ukprn, and for learners and aims ..._before, ..._now, ..._added, ..._gone, ..._changed; aims_late
    of the added ones began by the day that the return of ``before`` describes (``timetable.described_to``).
    ``fields``: entity, field, changed (learners or aims with another value), providers; of those changed ``filled``
    were blank, ``emptied`` are, ``up`` are a later date or a larger number.
    ``values``: entity, field, before, now, rows: the commonest changes of codes and counts that changed most.
    ``others``: entity, added, gone, learners: records below, such as LearningDeliveryFAM, of learners on both sides.
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
    import polars as pl

    found: dict[str, list[pl.DataFrame]] = {}
    year = next(iter(now[1]))
    described = timetable.described_to(year, before[0].split("-")[1])
    for session, entities in _matched(before, now, ukprn):
        fields = _fields(session)
        others = [e for name, e in entities.items() if name not in _COUNTED]
        part = {"providers": _providers(session, described), "fields": fields,
                "values": _values(session, fields, entities), "others": _others(session, others),
                "rows": _rows(session, detail)}  # fmt: skip
        for name, frame in part.items():
            found.setdefault(name, []).append(frame)
    whole = {name: pl.concat(frames) for name, frames in found.items()}
    fields = _summed(whole["fields"], "entity", "field").sort(
        "entity", "changed", "field", descending=[False, True, False]
    )
    return Difference(
        before[0], now[0], year, ukprn, whole["providers"], fields, _shown(whole["values"], fields),
        _summed(whole["others"], "entity").sort("entity"), whole["rows"],
    )  # fmt: skip


def transitions(
    before: tuple[str, views.Paths], now: tuple[str, views.Paths], ukprn: int | None
) -> dict[tuple[str, str], dict[str, int]]:
    """By entity and field, of learners and aims that are on both sides: ``compared`` (a value was there before),
    ``filled_later``, ``changed``, ``removed``."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for session, entities in _matched(before, now, ukprn):
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
                counts = dict(zip(words, numbers[4 * place :], strict=False))
                found.setdefault((entity, name), Counter(dict.fromkeys(words, 0))).update(counts)
    return {name: dict(counts) for name, counts in found.items()}


def _summed(frame: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Parts of different providers added up: also numbers of providers and of learners, who are one provider's."""
    import polars as pl

    return frame.group_by(keys, maintain_order=True).agg(pl.exclude(keys).sum())


def _shown(values: pl.DataFrame, fields: pl.DataFrame) -> pl.DataFrame:
    """The commonest changes of value of the fields that changed most."""
    import polars as pl

    most = fields.sort("changed", descending=True, maintain_order=True).head(_SHOWN).select("entity", "field")
    summed = _summed(values, "entity", "field", "before", "now")
    ordered = summed.sort("rows", "before", "now", descending=[True, False, False], nulls_last=True)
    commonest = ordered.group_by("entity", "field", maintain_order=True).head(_PAIRS)
    return most.join(commonest, on=["entity", "field"], how="inner", maintain_order="left_right").with_columns(
        pl.col("rows").cast(pl.Int64)
    )


def _matched(
    before: tuple[str, views.Paths], now: tuple[str, views.Paths], ukprn: int | None
) -> Iterator[tuple[DuckDBPyConnection, dict[str, Entity]]]:
    """Sessions with learners and aims of both sides in pairs, each of so many providers that memory stays flat."""
    year = next(iter(now[1]))
    entities = {entity.name: entity for entity in kept_entities(years.load(year).schema)}
    sides = {"a": views.queries(before[1]), "b": views.queries(now[1])}
    for where in [f"ukprn = {int(ukprn)}"] if ukprn is not None else _parts([of["learner"] for of in sides.values()]):
        with views.duckdb_session() as session:
            for side, of_side in sides.items():
                for name, query in of_side.items():
                    session.execute(f"CREATE VIEW {side}_{name} AS SELECT * FROM ({query}) WHERE {where}")
            _match_learners(session, entities["Learner"])
            _match_aims(session, entities["LearningDelivery"])
            yield session, entities


def _parts(learners: list[str]) -> list[str]:
    """Conditions that cut the providers of both sides into parts of about ``_AT_ONCE`` learners."""
    with views.duckdb_session() as session:
        both = " UNION ALL ".join(f"SELECT ukprn FROM ({query})" for query in learners)
        counts = session.execute(f"SELECT ukprn, count(*) FROM ({both}) GROUP BY ukprn ORDER BY ukprn").fetchall()
    ends, waiting = [], 0
    for ukprn, rows in counts:
        waiting += rows
        if waiting >= _AT_ONCE:
            ends.append(ukprn)
            waiting = 0
    edges = [None, *ends[: -1 if ends and ends[-1] == counts[-1][0] else None], None]
    return [
        " AND ".join([*([f"ukprn > {low}"] if low else []), *([f"ukprn <= {high}"] if high else []), "true"])
        for low, high in pairwise(edges)
    ]


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
    fields = {f.name: f.type for f in plain_fields(entity)}
    changed = ", ".join(f'CASE WHEN a."{n}" IS DISTINCT FROM b."{n}" THEN \'{n}\' END' for n in fields)
    hows = ", ".join(f"CASE {_how(n, ordered=not kind.is_text)} END" for n, kind in fields.items())
    aim = "coalesce(b.LearnAimRef, a.LearnAimRef)" if name == "LearningDelivery" else "NULL"
    number = "coalesce(b.AimSeqNumber, a.AimSeqNumber)" if name == "LearningDelivery" else "NULL"
    began = "b.LearnStartDate" if name == "LearningDelivery" else "NULL::DATE"
    session.execute(
        f"CREATE TABLE pair_{name} AS SELECT ukprn, learner_key, {aim} AS LearnAimRef, {number} AS AimSeqNumber, "
        f"{began} AS began, CASE WHEN a.row IS NULL THEN 'added' WHEN b.row IS NULL THEN 'gone' END AS became, "
        f"a.row AS a_row, b.row AS b_row, {_kept(changed)} AS fields, {_kept(hows)}::UTINYINT[] AS hows "
        f"FROM {a} a FULL JOIN {b} b {on}"
    )


def _how(name: str, *, ordered: bool) -> str:
    a, b = f'a."{name}"', f'b."{name}"'
    up = f"WHEN {b} > {a} THEN 3" if ordered else ""
    return f"WHEN {a} IS NOT DISTINCT FROM {b} THEN NULL WHEN {a} IS NULL THEN 1 WHEN {b} IS NULL THEN 2 {up} ELSE 0"


def _kept(parts: str) -> str:
    return f"CASE WHEN a.row IS NULL OR b.row IS NULL THEN [] ELSE list_filter([{parts}], lambda x: x IS NOT NULL) END"


def _providers(session: DuckDBPyConnection, described: date) -> pl.DataFrame:
    parts = []
    for entity, word in _COUNTED.items():
        late = f", count(*) FILTER (became = 'added' AND began <= DATE '{described}') AS aims_late"
        parts.append(
            f"SELECT ukprn, count(a_row) AS {word}_before, count(b_row) AS {word}_now, "
            f"count(*) FILTER (became = 'added') AS {word}_added, count(*) FILTER (became = 'gone') AS {word}_gone, "
            f"count(*) FILTER (len(fields) > 0) AS {word}_changed{late if word == 'aims' else ''} "
            f"FROM pair_{entity} GROUP BY ukprn"
        )
    query = f"SELECT * FROM ({parts[0]}) FULL JOIN ({parts[1]}) USING (ukprn) ORDER BY ukprn"
    return views.frame(session, query).fill_null(0)


def _fields(session: DuckDBPyConnection) -> pl.DataFrame:
    counts = ", ".join(f"count(*) FILTER (how = {number}) AS {word}" for number, word in enumerate(_HOW, 1))
    parts = [
        f"SELECT '{entity}' AS entity, field, count(*) AS changed, count(DISTINCT ukprn) AS providers, {counts} "
        f"FROM (SELECT ukprn, unnest(fields) AS field, unnest(hows) AS how FROM pair_{entity}) GROUP BY field"
        for entity in _COUNTED
    ]
    return views.frame(session, f"{' UNION ALL '.join(parts)} ORDER BY entity, changed DESC, field")


def _values(session: DuckDBPyConnection, fields: pl.DataFrame, entities: dict[str, Entity]) -> pl.DataFrame:
    """From which value to which: entity, field, before, now, rows, of coded fields and counts."""
    import polars as pl

    schema: Any = {"entity": pl.String, "field": pl.String, "before": pl.String, "now": pl.String, "rows": pl.Int64}
    parts = [pl.DataFrame(schema=schema)]
    for entity, field in fields.select("entity", "field").iter_rows():
        kind = next(f.type for f in entities[entity].fields if f.name == field)
        if not (kind.is_text or kind == "int"):
            continue
        table = _TABLES[entity]
        query = (
            f"SELECT '{entity}' AS entity, '{field}' AS field, a.\"{field}\"::VARCHAR AS before, "
            f'b."{field}"::VARCHAR AS now, count(*) AS rows FROM pair_{entity} p '
            f"JOIN a_{table} a ON a.ukprn = p.ukprn AND a.row = p.a_row "
            f"JOIN b_{table} b ON b.ukprn = p.ukprn AND b.row = p.b_row "
            f"WHERE list_contains(p.fields, '{field}') GROUP BY ALL"
        )
        parts.append(views.frame(session, query).cast(schema))
    return pl.concat(parts)


def _others(session: DuckDBPyConnection, entities: list[Entity]) -> pl.DataFrame:
    parts = []
    for entity in entities:
        columns = _list(("ukprn", "learner_key", *(f.name for f in plain_fields(entity))))
        stayed = "(ukprn, learner_key) IN (SELECT (ukprn, learner_key) FROM pair_Learner WHERE became IS NULL)"
        a, b = (f"SELECT {columns} FROM {side}_{table_name(entity.name)} WHERE {stayed}" for side in "ab")
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
