"""Primary suppression and rounding of a computed measure, total rows included."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from openilr.disclose.rules import DisclosureError, Rules, load_rules
from openilr.measure import Measure, Result

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ALL_CHECKS", "CheckedTable", "DisclosureError", "check"]

#: What a table must have gone through to be called protected.
ALL_CHECKS = ("primary", "rounding", "secondary", "audit")
#: Marks that may stand for a value (source: explore education statistics file standard).
SUPPRESSED, LOW, NOT_APPLICABLE, NOT_AVAILABLE = "c", "low", "z", "x"


@dataclass(frozen=True)
class CheckedTable:
    """A measure's table after the checks named in ``checks``.

    ``table`` has the breakdown's columns as in the result and ``value`` as text: a rounded count or a mark (c hidden,
    low not zero but rounds to it, z not applicable, x not available). ``record`` says what was done, in numbers.
    """

    measure: Measure
    year: str
    return_name: str
    by: tuple[str, ...]
    table: pl.DataFrame
    checks: tuple[str, ...]
    record: dict[str, Any]
    notes: tuple[str, ...] = field(default=())

    @property
    def missing(self) -> tuple[str, ...]:
        """Checks that this table has not had."""
        return tuple(name for name in ALL_CHECKS if name not in self.checks)

    @property
    def is_protected(self) -> bool:
        """True only where every check was made. A hidden count may otherwise follow from the shown ones."""
        return not self.missing


def check(result: Result, rules: Rules | None = None) -> CheckedTable:
    """Hide counts of fewer learners than the threshold, and round the others; nothing else.

    A column ``mark`` in the result's frame may hold z or x for rows that have no count; a null count without a mark
    becomes x. DisclosureError for any kind of measure other than a count, and for a frame that lacks the learners
    behind each value: what is not understood is not shown.
    """
    import polars as pl

    rules = rules or load_rules()
    frame = _refuse_unknown(result)
    value, learners = pl.col("value"), pl.col("learners")
    # Halves go up, as in the published statistics; Python and Polars would round 5 to the even side.
    rounded = (2 * value + rules.round_to) // (2 * rules.round_to) * rules.round_to
    hidden = (learners > 0) & (learners < rules.threshold)
    low = (value > 0) & (rounded == 0) & rules.low
    shown = (
        pl.when(pl.col("mark").is_not_null())
        .then("mark")
        .when(value.is_null())
        .then(pl.lit(NOT_AVAILABLE))
        .when(hidden)
        .then(pl.lit(SUPPRESSED))
        .when(low)
        .then(pl.lit(LOW))
        .otherwise(rounded.cast(pl.String))
    )
    table = frame.select(*result.by, value=shown)
    record = {
        "measure": result.measure.name,
        "year": result.year,
        "return": result.return_name,
        "convention": {name: getattr(rules, name) for name in ("name", "threshold", "round_to", "low", "source")},
        "cells": frame.height,
        **{name: int((table["value"] == mark).sum()) for name, mark in (("suppressed", "c"), ("low", "low"))},
        "checks": ["primary", "rounding"],
        "not_done": [name for name in ALL_CHECKS if name not in ("primary", "rounding")],
    }
    return CheckedTable(
        result.measure, result.year, result.return_name, result.by, table, ("primary", "rounding"), record, result.notes
    )


def _refuse_unknown(result: Result) -> pl.DataFrame:
    """The result's frame with a ``mark`` column, once all of it is understood."""
    import polars as pl

    if result.measure.kind != "count":
        raise DisclosureError(
            f"{result.measure.name} is a {result.measure.kind}: only counts can be checked yet, so it is not shown."
        )
    frame = result.frame
    expected = {*result.by, "value", "learners"}
    if set(frame.columns) - {"mark"} != expected:
        raise DisclosureError(f"The table must have the columns {', '.join(sorted(expected))} and no others but mark.")
    if "mark" not in frame.columns:
        frame = frame.with_columns(mark=pl.lit(None, pl.String))
    if not frame["mark"].drop_nulls().is_in([NOT_APPLICABLE, NOT_AVAILABLE]).all():
        raise DisclosureError("A mark may be z (not applicable) or x (not available).")
    counts = frame.filter(pl.col("mark").is_null() & pl.col("value").is_not_null())
    whole = all(dtype.is_integer() for dtype in frame.select("value", "learners").dtypes)
    wrong = counts.filter((pl.col("value") < 0) | (pl.col("learners") < 0) | pl.col("learners").is_null())
    if not whole or wrong.height:
        raise DisclosureError("Every count must be a whole number from 0, with the number of learners behind it.")
    if counts.filter((pl.col("value") > 0) & (pl.col("learners") <= 0)).height:
        raise DisclosureError("A count that is not zero must have learners behind it.")
    if frame.select(result.by).is_duplicated().any() if result.by else frame.height > 1:
        raise DisclosureError("The table has two rows for one cell.")
    return frame
