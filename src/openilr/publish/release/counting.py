"""Counts a data set on a frozen snapshot: every level of places, every combination of breakdowns, every total."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from openilr.measure.breakdowns import with_codes
from openilr.measure.declare import NOT_KNOWN, Dimension, Measure
from openilr.measure.run import ask, connect, fetch
from openilr.publish.release.declared import DataSet

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl

    from openilr.store import Store

TOTAL = "Total"
#: Codes of English regions and of districts of all kinds (source: ONS). Homes elsewhere are not told apart.
_REGION, _DISTRICT = ("E12",), ("E06", "E07", "E08", "E09")
#: The breakdown that gives the places of each level.
PLACES = {"Regional": "home_region", "Local authority district": "home_lad", "Provider": "ukprn"}


@dataclass(frozen=True)
class Counted:
    """``frame`` has ``geographic_level``, ``place_region``, ``place_code``, a column of codes for each breakdown
    ("Total" where all) and one column of counts for each indicator. ``overlapping`` are the breakdowns whose items
    share learners, ``indicators`` the columns of counts with their titles, ``rates`` those of rates with what they are
    made of.
    """

    data_set: DataSet
    frame: pl.DataFrame
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    indicators: dict[str, str]
    rates: dict[str, tuple[str, str, str, int]]
    overlapping: tuple[str, ...]
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class AtSnapshot:
    """A store as a snapshot has it: measures that ask for the year and return read the frozen files. Measures over
    several years (achievement rates) ask for everything, and get what the store holds."""

    store: Store
    snapshot: str

    def connect(self, *which: Any, **how: Any) -> Any:
        return self.store.connect(snapshot=self.snapshot) if which else self.store.connect(**how)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def count(store: Store, snapshot: str, year: str, return_name: str, data_set: DataSet) -> Counted:
    """All numbers of a data set. MeasureError and StoreError as ``openilr.measure.compute``."""
    frozen: Any = AtSnapshot(store, snapshot)
    parts: list[pl.DataFrame] = []
    measures, indicators, rates = [], {}, {}
    overlapping: list[str] = []
    dimensions: tuple[Dimension, ...] = ()
    for name in data_set.measures:
        settings = {k: v for k, v in data_set.settings.items() if k in _settings(name)}
        measure, asked = ask(frozen, name, year, return_name, settings)
        dimensions = tuple(measure.dimension(d) for d in data_set.by)
        for number in measure.numbers:
            column = measure.indicator if number.name == "value" else number.name
            if number.rate:
                rates[column] = (*number.rate, number.title, number.decimals)
            else:
                indicators[column] = number.title
        people = [d.name for d in dimensions if measure.count == "people" and not _of_person(d)]
        overlapping += [d.column for d in dimensions if d.name in people and d.column not in overlapping]
        parts.append(_numbers(measure, asked, data_set, dimensions))
        measures.append(measure)
    return Counted(
        data_set, _joined(parts, dimensions, list(indicators)), dimensions, tuple(measures), indicators, rates,
        tuple(overlapping),
    )  # fmt: skip


def _settings(name: str) -> dict[str, tuple[str, ...]]:
    from openilr.measure import get

    return get(name).settings


def _of_person(dimension: Dimension) -> bool:
    """Whether a learner can be given one item: what is known of the person, not of the aim."""
    return dimension.of_learner or dimension.of_prior or dimension.name.startswith("age")


def _numbers(measure: Measure, asked: Any, data_set: DataSet, dimensions: tuple[Dimension, ...]) -> pl.DataFrame:
    connection: Any = connect(measure, asked)
    places = [_of_england(measure.dimension(PLACES[level])) for level in data_set.levels]
    wanted = [*dimensions, *places]
    rows = with_codes(connection, measure.judge(connection, asked).rows, wanted)
    rows = _one_place(rows, [d.name for d in places])
    if measure.count == "people":
        rows = _one_item_a_person(rows, [d for d in wanted if _of_person(d)])
    rows = connection.create_table("counted_rows", rows, temp=True)
    frames = []
    for level in ("National", *data_set.levels):
        for size in range(len(dimensions) + 1):
            for chosen in combinations(dimensions, size):
                frames.append(_group(measure, rows, level, chosen, dimensions, data_set.levels))
    import polars as pl

    return pl.concat(frames)


def _of_england(dimension: Dimension) -> Dimension:
    import ibis

    kept = {"home_region": _REGION, "home_lad": _DISTRICT}.get(dimension.name)
    if kept is None:
        return dimension

    def of(rows: ir.Table) -> ir.Value:
        code = dimension.of(rows).cast("string")
        return ibis.ifelse(code.left(3).isin(kept).fill_null(False), code, ibis.null("string"))

    return replace(dimension, of=of)


def _one_place(rows: ir.Table, names: list[str]) -> ir.Table:
    """Where a district is asked for and not known, neither is the region: the parts of each region stay whole."""
    import ibis

    if not {"home_region", "home_lad"} <= set(names):
        return rows
    known = (rows.by_home_lad != NOT_KNOWN) & (rows.by_home_region != NOT_KNOWN)
    missing = ibis.literal(NOT_KNOWN)
    return rows.mutate(
        by_home_lad=ibis.ifelse(known, rows.by_home_lad, missing),
        by_home_region=ibis.ifelse(known, rows.by_home_region, missing),
    )


def _one_item_a_person(rows: ir.Table, dimensions: list[Dimension]) -> ir.Table:
    """What is known of a learner with several records is taken from one of them, so that nobody is in two items."""
    if not dimensions:
        return rows
    record = rows.ukprn.cast("string") + "/" + rows.learner_key.cast("string")
    chosen = rows.mutate(record=record)
    persons = chosen.group_by("person_key").agg(
        **{f"one_{d.name}": chosen[f"by_{d.name}"].argmin(chosen.record) for d in dimensions}
    )
    joined = chosen.left_join(persons, "person_key")
    kept = [c for c in rows.columns if c not in {f"by_{d.name}" for d in dimensions}]
    return joined.select(*kept, **{f"by_{d.name}": joined[f"one_{d.name}"] for d in dimensions})


def _group(
    measure: Measure, rows: ir.Table, level: str, chosen: tuple[Dimension, ...], dimensions: tuple[Dimension, ...],
    levels: tuple[str, ...],
) -> pl.DataFrame:  # fmt: skip
    import polars as pl

    place = PLACES.get(level)
    names = [f"by_{d.name}" for d in chosen]
    if place:
        names.append(f"by_{place}")
    if level == "Local authority district" and "Regional" in levels:
        names.append("by_home_region")
    columns = {
        (measure.indicator if i.name == "value" else i.name): i.of(rows) for i in measure.numbers if i.of is not None
    }
    frame = fetch(rows.group_by(names).agg(**columns) if names else rows.aggregate(**columns))
    chosen_names = {d.name for d in chosen}
    return frame.select(
        pl.lit(level).alias("geographic_level"),
        (pl.col("by_home_region") if "by_home_region" in names else pl.lit("")).alias("place_region"),
        (pl.col(f"by_{place}") if place else pl.lit("")).alias("place_code"),
        *(
            (pl.col(f"by_{d.name}") if d.name in chosen_names else pl.lit(TOTAL)).alias(d.name) for d in dimensions
        ),
        *(pl.col(c).cast(pl.Int64) for c in columns),
    )  # fmt: skip


def _joined(parts: list[pl.DataFrame], dimensions: tuple[Dimension, ...], indicators: list[str]) -> pl.DataFrame:
    """One row for every place and combination of items that occur, zero where nobody is."""
    import polars as pl

    keys = ["geographic_level", "place_region", "place_code", *(d.name for d in dimensions)]
    rank = {level: number for number, level in enumerate(("National", *PLACES))}
    places = pl.concat([p.select(keys[:3]) for p in parts]).unique()
    places = places.sort(pl.col("geographic_level").replace_strict(rank, return_dtype=pl.Int8), *keys[1:3])
    items = list(product(*(_items(parts, d) for d in dimensions)))
    grid = pl.DataFrame(items, schema=dict.fromkeys(keys[3:], pl.String), orient="row")
    frame = places.join(grid, how="cross") if dimensions else places
    for part in parts:
        frame = frame.join(part, on=keys, how="left", maintain_order="left")
    return frame.select(*keys, pl.col(indicators).fill_null(0))


def _items(parts: list[pl.DataFrame], dimension: Dimension) -> Iterator[str]:
    seen = {v for part in parts for v in part[dimension.name].unique()}
    known = [code for code, _ in dimension.items]
    yield from (code for code in (TOTAL, *known) if code in seen or code == TOTAL)
    yield from sorted(seen - {*known, TOTAL, NOT_KNOWN})
    if NOT_KNOWN in seen:
        yield NOT_KNOWN
