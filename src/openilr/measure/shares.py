"""Shares of what is known: percentages by a characteristic leave "not known" out of the denominator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure.declare import NOT_KNOWN, Asked, Indicator

if TYPE_CHECKING:
    import polars as pl

PEOPLE = Indicator("value", "Learners", kind="people", of=lambda rows: rows.person_key.nunique())
SHARE = Indicator("share", "Share of those known", "%", "rate", decimals=1)


def with_share(frame: pl.DataFrame, asked: Asked, by: tuple[str, ...]) -> pl.DataFrame:  # noqa: ARG001
    """``share``: of the people in each item of the first breakdown, within the others; null for not known."""
    import polars as pl

    from openilr.measure.run import TOTAL, half_up

    known = ~pl.col(by[0]).is_in([NOT_KNOWN, TOTAL])
    people = pl.when(known).then(pl.col("value"))
    whole = people.sum().over(by[1:]) if len(by) > 1 else people.sum()
    share = pl.when(known & (whole > 0)).then(half_up(100 * people / whole, 1))
    return frame.with_columns(share=share).select(pl.exclude("learners"), "learners")
