"""Counts a data set on a frozen snapshot: every level of places, every combination of breakdowns, every total."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, cast

from openilr.measure import get, reads
from openilr.measure.breakdowns import with_codes
from openilr.measure.declare import NOT_KNOWN, Asked, Dimension, Measure, MeasureError
from openilr.measure.frozen import Frozen
from openilr.measure.run import ask, connect, fetch
from openilr.publish.release.declared import DataSet
from openilr.spec import AcademicYear

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl

    from openilr.store import Store

TOTAL = "Total"
PLACE = ("geographic_level", "place_region", "place_code")
POPULATION = "population"
#: Of how many people a quantile is taken at least, by kind: ten on either side.
LEAST = {"median": 20, "quantile": 40}
#: Codes of English regions and of districts of all kinds (source: ONS). Homes elsewhere are not told apart.
_REGION, _DISTRICT = ("E12",), ("E06", "E07", "E08", "E09")
#: Columns of numbers, and how each is taken from the counted rows.
Columns = Mapping[str, "Callable[[ir.Table], ir.Value]"]
#: The breakdown that gives the places of each level.
PLACES = {"Regional": "home_region", "Local authority district": "home_lad", "Provider": "ukprn"}


@dataclass(frozen=True)
class Ratio:
    """``scale`` x ``of`` / ``by``, two columns."""

    of: str
    by: str
    scale: int
    places: int
    unit: str
    title: str


@dataclass(frozen=True)
class Quantile:
    """A quantile of pay in pounds among those that the column ``of`` counts; shown where these are ``least`` or more,
    so that ten or more stand on either side of it."""

    of: str
    least: int
    title: str


@dataclass(frozen=True)
class Counted:
    """``frame`` has the columns ``PLACE``, a column of codes for each breakdown ("Total" where all), one of counts for
    each indicator, ``population`` where that is asked for, and quantiles, which may be null. ``indicators`` are the
    counts with their titles, ``overlapping`` the breakdowns whose items share learners. ``year`` and ``return_name``
    are those of the learners. ``notes`` say how good the fields behind the numbers are.
    """

    data_set: DataSet
    year: str
    return_name: str
    frame: pl.DataFrame
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    indicators: dict[str, str]
    ratios: dict[str, Ratio]
    quantiles: dict[str, Quantile]
    overlapping: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def has_population(self) -> bool:
        return POPULATION in self.frame.columns


def count(store: Frozen, year: str, return_name: str, data_set: DataSet) -> Counted:
    """All numbers of a data set. MeasureError and StoreError as ``openilr.measure.compute``, and where nobody is there
    to take a rate of."""
    for _ in range(data_set.years_before):
        year = AcademicYear(year).previous.name
        return_name = store.latest_return(year)
    measures: list[Measure] = []
    parts: list[pl.DataFrame] = []
    read: list[str] = []
    indicators: dict[str, str] = {}
    ratios: dict[str, Ratio] = {}
    quantiles: dict[str, Quantile] = {}
    dimensions: tuple[Dimension, ...] = ()
    for name in data_set.measures:
        settings = {k: v for k, v in data_set.settings.items() if k in get(name).settings}
        measure, asked = ask(cast("Store", store), name, year, return_name, settings)
        dimensions = tuple(measure.dimension(d) for d in data_set.by)
        numbers = {
            measure.indicator if n.name == "value" else n.name: n
            for n in measure.numbers
            if not data_set.numbers or n.name in data_set.numbers
        }
        counts = {column: n.title for column, n in numbers.items() if n.kind in ("people", "count")}
        indicators |= counts
        ratios |= {c: Ratio(*n.rate, 100, n.decimals, "%", n.title) for c, n in numbers.items() if n.rate}
        of = next(iter(counts))
        quantiles |= {c: Quantile(of, LEAST[n.kind], n.title) for c, n in numbers.items() if n.kind in LEAST}
        columns = {column: n.of for column, n in numbers.items() if n.of is not None}
        parts.append(_numbers(measure, asked, data_set, dimensions, columns, read))
        measures.append(measure)
    frame = _joined(parts, dimensions, [*indicators])
    if data_set.for_each:
        frame = _with_population(frame, asked)
        for name, title in indicators.items():
            column = f"{name.removesuffix('_count')}_rate_per_{data_set.for_each}_population"
            words = f"{title} per {data_set.for_each:,} people"
            ratios[column] = Ratio(name, POPULATION, data_set.for_each, 0, "", words)
    for ratio in ratios.values():
        if not frame[ratio.by].max():
            raise MeasureError(f"{data_set.title}: {ratio.by} is 0 everywhere, so there is nothing to publish.")
    shared = [d for d in dimensions if any(m.count == "people" for m in measures) and not _of_person(d)]
    overlapping = tuple(d.column for d in shared if not _adds_up(frame, d.name, [*indicators]))
    notes = store.footnotes(read, year, return_name, measure=True, published=True)
    return Counted(
        data_set, year, return_name, frame, dimensions, tuple(measures), indicators, ratios, quantiles, overlapping,
        tuple(notes),
    )  # fmt: skip


def _adds_up(frame: pl.DataFrame, breakdown: str, counts: list[str]) -> bool:
    """Whether the items of a breakdown add up to its total everywhere, so that a reader may take it that they do."""
    import polars as pl

    others = [name for name, kind in frame.schema.items() if kind == pl.String and name != breakdown]
    part, whole = (pl.col(counts).filter((pl.col(breakdown) == TOTAL) == total).sum() for total in (False, True))
    sums = frame.group_by(others).agg(part.name.suffix(" of parts"), whole)
    return bool(sums.select(pl.all_horizontal(pl.col(c) == pl.col(f"{c} of parts") for c in counts).all()).item())


def _with_population(frame: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """``population`` of each place, null where it is not known."""
    import polars as pl

    from openilr.measure import rates

    settings = {name: values[0] for name, values in rates.MEASURE.settings.items()}
    people = rates.population(replace(asked, options=settings)).select(at="area", population="population")
    national = pl.col("geographic_level") == "National"
    place = pl.when(national).then(pl.lit(rates.ENGLAND)).otherwise(pl.col("place_code"))
    return frame.with_columns(at=place).join(people, on="at", how="left", maintain_order="left").drop("at")


def _of_person(dimension: Dimension) -> bool:
    """Whether a learner can be given one item: what is known of the person, not of the aim."""
    return dimension.of_learner or dimension.of_prior or dimension.name.startswith("age")


def _numbers(
    measure: Measure, asked: Asked, data_set: DataSet, dimensions: tuple[Dimension, ...], columns: Columns,
    read: list[str],
) -> pl.DataFrame:  # fmt: skip
    """The numbers of one measure; ``read`` is told the columns that they come from."""
    connection: Any = connect(measure, asked)
    places = [_of_england(measure.dimension(PLACES[level])) for level in data_set.levels]
    wanted = [*dimensions, *places]
    rows = with_codes(connection, measure.judge(connection, asked).rows, wanted)
    rows = _one_place(rows, [d.name for d in places])
    if measure.count == "people":
        rows = _one_item_a_person(rows, [d for d in wanted if _of_person(d)])
    read += reads.columns(connection, rows.aggregate(**{column: of(rows) for column, of in columns.items()}))
    rows = connection.create_table("counted_rows", rows, temp=True)
    frames = []
    for level in ("National", *data_set.levels):
        for size in range(len(dimensions) + 1):
            for chosen in combinations(dimensions, size):
                frames.append(_group(rows, level, chosen, dimensions, data_set.levels, columns))
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
    rows: ir.Table, level: str, chosen: tuple[Dimension, ...], dimensions: tuple[Dimension, ...],
    levels: tuple[str, ...], columns: Columns,
) -> pl.DataFrame:  # fmt: skip
    import polars as pl

    place = PLACES.get(level)
    names = [f"by_{d.name}" for d in chosen]
    if place:
        names.append(f"by_{place}")
    if level == "Local authority district" and "Regional" in levels:
        names.append("by_home_region")
    values = {column: of(rows) for column, of in columns.items()}
    frame = fetch(rows.group_by(names).agg(**values) if names else rows.aggregate(**values))
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

    keys = [*PLACE, *(d.name for d in dimensions)]
    rank = {level: number for number, level in enumerate(("National", *PLACES))}
    places = pl.concat([p.select(keys[:3]) for p in parts]).unique()
    places = places.sort(pl.col("geographic_level").replace_strict(rank, return_dtype=pl.Int8), *keys[1:3])
    items = list(product(*(_items(parts, d) for d in dimensions)))
    grid = pl.DataFrame(items, schema=dict.fromkeys(keys[3:], pl.String), orient="row")
    frame = places.join(grid, how="cross") if dimensions else places
    for part in parts:
        frame = frame.join(part, on=keys, how="left", maintain_order="left")
    return frame.with_columns(pl.col(indicators).fill_null(0))


def _items(parts: list[pl.DataFrame], dimension: Dimension) -> Iterator[str]:
    seen = {v for part in parts for v in part[dimension.name].unique()}
    known = [code for code, _ in dimension.items]
    yield from (code for code in (TOTAL, *known) if code in seen or code == TOTAL)
    yield from sorted(seen - {*known, TOTAL, NOT_KNOWN})
    if NOT_KNOWN in seen:
        yield NOT_KNOWN
