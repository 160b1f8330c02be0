"""Tables: counts, shares, sums, means and rounded percentiles by groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import polars as pl

from openilr.research.errors import ResearchError
from openilr.research.record import Result
from openilr.research.sample import Sample

__all__ = ["bands", "table"]

NOT_KNOWN = "Not known"
_UNITS = ("employer", "provider")


def table(
    sample: Sample,
    by: Sequence[str] | str = (),
    statistic: str = "count",
    of: str | None = None,
    *,
    within: Sequence[str] | str = (),
    over: str | None = None,
    quantile: float | None = None,
    margins: bool = True,
    rows: bool = False,
    round_to: int | None = None,
    labels: Mapping[str, str] | None = None,
    employer: str | None = None,
    provider: str | None = None,
) -> Result:
    """A table of a statistic by groups, with totals.

    statistic: count, share (percent ``within`` the groups of some columns), sum, mean, sd, ratio (``of`` / ``over``),
    median, quantile. of: the column of amounts. rows: count rows (aims, say) and not people. employer, provider: the
    columns that name where amounts come from; needed for pay and other amounts, so that a few firms do not show.
    round_to: round the statistic; medians and percentiles must be, as they are somebody's own value.
    labels: names of columns for the reader.

    Categories are taken as text; an empty one is "Not known". Amounts that are empty leave their rows out.
    """
    columns = [by] if isinstance(by, str) else list(by)
    inside = [within] if isinstance(within, str) else list(within)
    sample.need(*columns, *(c for c in (of, over, employer, provider) if c))
    if (of is None) != (statistic in ("count", "share")):
        raise ResearchError(f"A {statistic} {'needs' if of is None else 'takes no'} column of amounts (of=...).")
    frame = sample.frame
    for column in (of, over):
        if column:
            frame = frame.filter(pl.col(column).is_not_null() & pl.col(column).cast(pl.Float64).is_finite())
    names = labels or {}
    picked: dict[str, Any] = {"person": pl.col(sample.person)}
    for i, column in enumerate(columns):
        picked[f"d{i}"] = pl.col(column).cast(pl.String).fill_null(NOT_KNOWN)
    if of:
        picked["value"] = pl.col(of).cast(pl.Float64)
    if over:
        picked["base"] = pl.col(over).cast(pl.Float64)
    for unit, column in zip(_UNITS, (employer, provider), strict=True):
        if column:
            picked[unit] = pl.col(column).cast(pl.String).fill_null(NOT_KNOWN)
    evidence = frame.select(**picked)
    content: dict[str, Any] = {
        "statistic": statistic,
        "dimensions": [{"name": c, "label": names.get(c) or sample.extract.label(c)} for c in columns],
        "margins": "all" if margins else "none",
    }
    if of:
        content["of"] = {"name": of, "label": names.get(of) or sample.extract.label(of)}
    if inside:
        content["within"] = inside
    if quantile is not None:
        content["quantile"] = quantile
    if round_to:
        content["round_values"] = round_to
    if rows:
        content["by"] = "rows"
    return Result(
        "table", content, evidence, sample.context(evidence), _look(content, evidence), f"table({', '.join(columns)})"
    )


def _look(content: Mapping[str, Any], evidence: pl.DataFrame) -> pl.DataFrame:
    """The table as it would be released if nothing had to be changed."""
    from openilr.disclose.outputs.cells import count_cells
    from openilr.disclose.outputs.kinds import BadOutput, Output

    try:
        return count_cells(Output("look", "table", "", content, rows=evidence)).shown()
    except BadOutput as problem:
        raise ResearchError(str(problem)) from None


def bands(column: str, edges: Sequence[float], labels: Sequence[str] | None = None) -> pl.Expr:
    """A column of numbers in bands: ``edges`` are the first values of each next band.

    >>> frame.with_columns(age_band=bands("age", [19, 25]))          # doctest: +SKIP
    """
    whole = all(float(e).is_integer() for e in edges)

    def word(value: float) -> str:
        return f"{value:,.0f}" if whole else f"{value:g}"

    words = list(labels or [])
    if not words:
        gap = 1 if whole else 0
        words = [f"under {word(edges[0])}"]
        words += [f"{word(a)} to {word(b - gap)}" for a, b in pairwise(edges)]
        words += [f"{word(edges[-1])} and over"]
    if len(words) != len(edges) + 1:
        raise ResearchError("There is one label more than there are edges.")
    return pl.col(column).cut(list(edges), labels=words, left_closed=True).cast(pl.String)
