"""Figures and survival curves. A figure leaves as the numbers behind it and is drawn again outside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from openilr.research.errors import ResearchError
from openilr.research.record import Result
from openilr.research.sample import Sample
from openilr.research.tables import table

__all__ = ["figure", "histogram", "survival"]

_FITS = {"table": ("bar", "line"), "model": ("coefficients",), "survival": ("steps",)}


def figure(result: Result, drawing: str = "") -> Result:
    """A figure of a result: ``bar`` or ``line`` of a table (the first dimension along the axis, the second as series),
    ``coefficients`` of a model, ``steps`` of a survival curve."""
    fits = _FITS.get(result.kind, ())
    drawing = drawing or (fits[0] if fits else "")
    if drawing not in fits:
        raise ResearchError(f"A {result.kind} can be drawn as: {', '.join(fits) or 'nothing'}.")
    content = {"drawing": drawing, "source": {"kind": result.kind, "content": dict(result.content)}}
    return replace(result, kind="figure", content=content)


def histogram(sample: Sample, column: str, edges: list[float]) -> Result:
    """A histogram as the counts of its bands, which are checked like any table."""
    from openilr.research.tables import bands

    banded = sample.with_columns(bands(column, edges).alias(f"{column} (bands)"))
    return figure(table(banded, f"{column} (bands)"), "bar")


def survival(sample: Sample, time: str, event: str, group: str | None = None, *, steps: list[float]) -> Result:
    """Kaplan-Meier curves by group, at ``steps`` (times). event: 1 it happened, 0 last seen then."""
    sample.need(time, event, *([group] if group else []))
    frame = sample.frame.drop_nulls([time, event])
    groups: Any = pl.col(group).cast(pl.String).fill_null("Not known") if group else pl.lit("All")
    rows = frame.select(
        person=pl.col(sample.person), time=pl.col(time).cast(pl.Float64), event=pl.col(event).cast(pl.Int64), d0=groups
    )
    if rows["person"].is_duplicated().any():
        raise ResearchError("A survival curve takes one row a person.")
    content = {
        "time": sample.extract.label(time),
        "group": sample.extract.label(group or "group"),
        "steps": list(map(float, steps)),
    }
    from openilr.disclose.outputs.kinds import Output
    from openilr.disclose.outputs.survival import count_steps

    look = count_steps(Output("look", "survival", "", content, rows=rows))
    return Result("survival", content, rows, sample.context(rows), look, f"survival({time}, {event})")
