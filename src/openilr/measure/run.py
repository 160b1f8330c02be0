"""Computes a measure over the national views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, cast

from openilr.measure import reads
from openilr.measure.breakdowns import with_codes
from openilr.measure.declare import NOT_KNOWN, Asked, Dimension, Measure, MeasureError, Result
from openilr.measure.engines import fetch, keep, open_views
from openilr.measure.frozen import Frozen
from openilr.measure.period import Period
from openilr.measure.registry import get
from openilr.store.quality.notes import sources

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends import BaseBackend

    from openilr.store import Store

TOTAL = "Total"
_NO_LEVELS = (
    "No level is known for any of these aims: levels come from LARS, and the store had none when the files were "
    "accepted. Add LARS and send the files in again."
)
_NOTHING_KNOWN = (
    "Nothing is known of {} for any of these records: the store had no reference data for it when the files were "
    "accepted."
)
_FROM_REFERENCE = ("home_", "delivery_", "ssa", "deprivation", "distance", "provider_type")


def compute(
    store: Store,
    name: str,
    year: str,
    *,
    return_name: str | None = None,
    by: Iterable[str] = (),
    ukprn: int | None = None,
    totals: bool = False,
    snapshot: str | None = None,
    engine: str = "duckdb",
    **options: str,
) -> Result:
    """A measure over all providers' current files of a return; by default the last that any provider sent.

    ``snapshot`` asks for what had been frozen when that snapshot was made (``openilr.measure.frozen``).
    ``ukprn`` asks for one provider alone. ``totals`` adds a row for every coarser breakdown, with "Total" for what it
    leaves out, and zeros for combinations of known items that nobody is in: the whole table, as published. ``engine``
    is ``duckdb`` or ``spark``. Raises MeasureError for an unknown measure, breakdown or option, StoreError where
    nothing was returned.
    """
    measure, asked = ask(store, name, year, return_name, options, snapshot=snapshot)
    names = tuple(dict.fromkeys(by)) or measure.default_by
    wanted = [measure.dimension(dimension) for dimension in names]
    asked = replace(asked, ukprn=ukprn)
    connection = connect(measure, asked, engine)
    rows = measure.judge(connection, asked).rows
    if ukprn is not None:
        rows = of_provider(rows, ukprn)
    rows = with_codes(connection, rows, wanted)
    fields = sources(reads.columns(connection, rows.aggregate(**_values(measure, rows))))
    if totals:
        rows = keep(connection, rows, "counted_rows")
    groups = _subsets(wanted) if totals else [tuple(wanted)]
    frame = _concat([_count(measure, rows, group, wanted) for group in groups])
    if totals:
        frame = _complete(frame, wanted, measure)
    frame = _sorted(_with_rates(frame, measure), wanted)
    if measure.finish:
        frame = measure.finish(frame, asked, names)
    notes = _notes(frame, wanted, measure, asked)
    return Result(measure, year, asked.return_name, names, asked.options, frame, notes, tuple(fields))


def ask(
    store: Store, name: str, year: str, return_name: str | None, options: Mapping[str, str], *, trail: bool = False,
    snapshot: str | None = None,
) -> tuple[Measure, Asked]:  # fmt: skip
    """The measure of this name, and all that it will be told. MeasureError for what it does not know."""
    measure = get(name)
    settings = _settings(measure, options)
    if snapshot is not None:
        store = cast("Store", Frozen(store, snapshot))
    return_name = return_name or store.latest_return(year)
    return measure, Asked(store, year, return_name, Period.of(year, return_name), settings, trail)


def connect(measure: Measure, asked: Asked, engine: str = "duckdb") -> BaseBackend:
    """The views that the measure reads. StoreError where nothing was returned for the year and return."""
    if measure.connect:
        return measure.connect(asked, engine)
    return open_views(asked.store, engine, asked.year, asked.return_name)


def of_provider(rows: ir.Table, ukprn: int) -> ir.Table:
    """Rows of one provider, those that it took over in a merger among them."""
    return rows.filter((rows.provider if "provider" in rows.columns else rows.ukprn) == ukprn)


def _settings(measure: Measure, options: Mapping[str, str]) -> dict[str, str]:
    known = measure.settings
    settings = {name: values[0] for name, values in known.items()}
    for name, value in options.items():
        if name not in known:
            there = f" It has: {', '.join(known)}." if known else ""
            raise MeasureError(f"{measure.name} has no option {name}.{there}")
        if value not in known[name]:
            raise MeasureError(f"{name} may be {', '.join(known[name])}, not {value!r}.")
        settings[name] = value
    return settings


def _subsets(wanted: list[Dimension]) -> list[tuple[Dimension, ...]]:
    return [group for size in range(len(wanted) + 1) for group in combinations(wanted, size)]


def _values(measure: Measure, rows: ir.Table) -> dict[str, ir.Value]:
    numbers = {i.name: i.of(rows) for i in measure.numbers if i.of is not None}
    return numbers | {"learners": rows.person_key.nunique()}


def _count(measure: Measure, rows: ir.Table, group: tuple[Dimension, ...], wanted: list[Dimension]) -> pl.DataFrame:
    import polars as pl

    values = _values(measure, rows)
    names = [f"by_{d.name}" for d in group]
    frame = fetch(rows.group_by(names).agg(**values) if group else rows.aggregate(**values))
    columns = [
        pl.col(f"by_{d.name}").cast(pl.String).alias(d.name) if d in group else pl.lit(TOTAL, pl.String).alias(d.name)
        for d in wanted
    ]
    whole = {i.name for i in measure.numbers if i.of is not None and i.decimals == 0} | {"learners"}
    numbers = [pl.col(name).cast(pl.Int64) if name in whole else pl.col(name).cast(pl.Float64) for name in values]
    return frame.select(*columns, *numbers)


def _with_rates(frame: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Rates from unrounded counts; null where nobody is in the denominator."""
    import polars as pl

    for indicator in measure.numbers:
        if indicator.rate:
            upper, lower = (pl.col(name) for name in indicator.rate)
            value = pl.when(lower > 0).then(half_up(100 * upper / lower, indicator.decimals))
            frame = frame.with_columns(value.alias(indicator.name))
    return frame.select(*(c for c in frame.columns if c != "learners"), "learners")


def half_up(value: pl.Expr, decimals: int) -> pl.Expr:
    """Rounded with halves up, as published rates are; Polars would round them to the even side."""
    scale = 10**decimals
    return ((value * scale + 0.5 + 1e-9).floor() / scale).round(decimals)


def _concat(frames: list[pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    return pl.concat(frames)


def _items(frame: pl.DataFrame, dimension: Dimension) -> list[str]:
    """Known items in their order, then what else the data hold, not known and the total last."""
    seen = set(frame[dimension.name])
    known = [code for code, _ in dimension.items]
    others = sorted(seen - {*known, NOT_KNOWN, TOTAL}, key=_by_number)
    return [*known, *others, *(code for code in (NOT_KNOWN, TOTAL) if code in seen)]


def _by_number(code: str) -> tuple[Any, ...]:
    """Codes that are numbers in the order of numbers, others after them."""
    try:
        return (0, float(code), code)
    except ValueError:
        return (1, 0.0, code)


def _complete(frame: pl.DataFrame, wanted: list[Dimension], measure: Measure) -> pl.DataFrame:
    """Every combination of items, zero where nobody is."""
    import polars as pl

    if not wanted:
        return frame
    names = [d.name for d in wanted]
    cells = pl.DataFrame(
        list(product(*(_items(frame, d) for d in wanted))), schema=dict.fromkeys(names, pl.String), orient="row"
    )
    counts = [i.name for i in measure.numbers if i.of is not None and i.kind in ("people", "count")]
    return cells.join(frame, on=names, how="left").with_columns(pl.col(*counts, "learners").fill_null(0))


def _sorted(frame: pl.DataFrame, wanted: list[Dimension]) -> pl.DataFrame:
    import polars as pl

    places = [{code: place for place, code in enumerate(_items(frame, d))} for d in wanted]
    keys = [
        pl.col(d.name).replace_strict(place, return_dtype=pl.Int32) for d, place in zip(wanted, places, strict=True)
    ]
    return frame.sort(keys) if keys else frame


def _notes(frame: pl.DataFrame, wanted: list[Dimension], measure: Measure, asked: Asked) -> tuple[str, ...]:
    import polars as pl

    notes = []
    if isinstance(asked.store, Frozen) and measure.connect:
        notes.append(f"Read as frozen in {', '.join(asked.store.snapshots)}.")
    for dimension in wanted:
        from_lars = dimension.name in ("level", "detailed_level")
        if not from_lars and not dimension.name.startswith(_FROM_REFERENCE):
            continue
        counted = frame.filter((pl.col(dimension.name) != TOTAL) & (pl.col("learners") > 0))
        if counted.height and (counted[dimension.name] == NOT_KNOWN).all():
            notes.append(_NO_LEVELS if from_lars else _NOTHING_KNOWN.format(dimension.title.lower()))
    if measure.notes:
        notes += measure.notes(frame, asked)
    return tuple(dict.fromkeys(notes))
