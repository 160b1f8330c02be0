"""Computes a measure over the national views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations, product
from typing import TYPE_CHECKING

from openilr.measure.declare import NOT_KNOWN, Dimension, Measure, MeasureError, Result
from openilr.measure.period import Period
from openilr.measure.registry import get

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends.duckdb import Backend

    from openilr.store import Store

TOTAL = "Total"
_NO_LEVELS = (
    "No level is known for any of these aims: levels come from LARS, and the store had none when the files were "
    "accepted. Add LARS and send the files in again."
)


def compute(
    store: Store,
    name: str,
    year: str,
    *,
    return_name: str | None = None,
    by: Iterable[str] = (),
    totals: bool = False,
    **options: str,
) -> Result:
    """A measure over all providers' current files of a return; by default the last that any provider sent.

    ``totals`` adds a row for every coarser breakdown, with "Total" for what it leaves out, and zeros for
    combinations of known items that nobody is in: the whole table, as published. Raises MeasureError for an unknown
    measure, breakdown or option, StoreError where nothing was returned.
    """
    measure = get(name)
    wanted = [measure.dimension(dimension) for dimension in dict.fromkeys(by)]
    settings = _settings(measure, options)
    return_name = return_name or store.latest_return(year)
    period = Period.of(year, return_name)
    connection = store.connect(year, return_name)
    rows = _with_dimensions(connection, measure.rows(connection, period, settings), wanted)
    if totals:
        # Not rows.cache(): in Ibis 12 it cannot drop its table again on DuckDB 2.
        rows = connection.create_table("counted_rows", rows, temp=True)
    groups = _subsets(wanted) if totals else [tuple(wanted)]
    frame = _concat([_count(measure, rows, group, wanted) for group in groups])
    if totals:
        frame = _complete(frame, wanted)
    frame = _sorted(frame, wanted)
    names = tuple(dimension.name for dimension in wanted)
    return Result(measure, year, return_name, names, settings, frame, _notes(frame, wanted))


def _settings(measure: Measure, options: Mapping[str, str]) -> dict[str, str]:
    settings = {name: choices[0] for name, choices in measure.options.items()}
    for name, value in options.items():
        if name not in measure.options:
            raise MeasureError(f"{measure.name} has no option {name}.")
        if value not in measure.options[name]:
            raise MeasureError(f"{name} may be {', '.join(measure.options[name])}, not {value!r}.")
        settings[name] = value
    return settings


def _with_dimensions(connection: Backend, rows: ir.Table, wanted: list[Dimension]) -> ir.Table:
    """Only what is counted: the person, and the code of each breakdown."""
    if any(dimension.of_learner for dimension in wanted):
        learners = connection.table("learner").select("learner_key", "Sex", "LLDDHealthProb", "Ethnicity")
        rows = rows.left_join(learners, "learner_key")
    codes = {d.name: d.of(rows).fill_null(NOT_KNOWN) for d in wanted}
    # Some breakdowns are called like a column of the aims, so they get their names after all were computed.
    return rows.select(person_key=rows.person_key, **codes)


def _subsets(wanted: list[Dimension]) -> list[tuple[Dimension, ...]]:
    return [group for size in range(len(wanted) + 1) for group in combinations(wanted, size)]


def _count(measure: Measure, rows: ir.Table, group: tuple[Dimension, ...], wanted: list[Dimension]) -> pl.DataFrame:
    import polars as pl

    learners = rows.person_key.nunique()
    values = {"value": learners if measure.count == "people" else rows.count(), "learners": learners}
    counted = rows.group_by([d.name for d in group]).agg(**values) if group else rows.aggregate(**values)
    frame = counted.to_polars()
    columns = [pl.col(d.name).cast(pl.String) if d in group else pl.lit(TOTAL, pl.String).alias(d.name) for d in wanted]
    return frame.select(*columns, pl.col("value").cast(pl.Int64), pl.col("learners").cast(pl.Int64))


def _concat(frames: list[pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    return pl.concat(frames)


def _items(frame: pl.DataFrame, dimension: Dimension) -> list[str]:
    """Known items in their order, then what else the data hold, not known and the total last."""
    seen = set(frame[dimension.name])
    known = [code for code, _ in dimension.items]
    others = sorted(seen - {*known, NOT_KNOWN, TOTAL})
    return [*known, *others, *(code for code in (NOT_KNOWN, TOTAL) if code in seen)]


def _complete(frame: pl.DataFrame, wanted: list[Dimension]) -> pl.DataFrame:
    """Every combination of items, zero where nobody is."""
    import polars as pl

    if not wanted:
        return frame
    names = [d.name for d in wanted]
    cells = pl.DataFrame(
        list(product(*(_items(frame, d) for d in wanted))), schema=dict.fromkeys(names, pl.String), orient="row"
    )
    return cells.join(frame, on=names, how="left").with_columns(pl.col("value", "learners").fill_null(0))


def _sorted(frame: pl.DataFrame, wanted: list[Dimension]) -> pl.DataFrame:
    import polars as pl

    places = [{code: place for place, code in enumerate(_items(frame, d))} for d in wanted]
    keys = [
        pl.col(d.name).replace_strict(place, return_dtype=pl.Int32) for d, place in zip(wanted, places, strict=True)
    ]
    return frame.sort(keys) if keys else frame


def _notes(frame: pl.DataFrame, wanted: list[Dimension]) -> tuple[str, ...]:
    import polars as pl

    for dimension in wanted:
        if dimension.name in ("level", "detailed_level"):
            counted = frame.filter((pl.col(dimension.name) != TOTAL) & (pl.col("value") > 0))
            if counted.height and (counted[dimension.name] == NOT_KNOWN).all():
                return (_NO_LEVELS,)
    return ()
