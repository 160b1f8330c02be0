"""The labour market of an area or of a subject, each figure told as what it is.

A survey estimate comes with its interval. Figures of matched tax records cover employees only. A model's projection is
a direction under assumptions, not a number of jobs. None of them is about the learners of a return.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from openilr.reference.declared import TABLES
from openilr.reference.reference import Reference

#: By kind of figure: how to read it.
READ_AS = {
    "survey estimate": "An estimate from a sample, with its 95% interval: differences within it say nothing.",
    "estimate": "An estimate whose source gives no interval here: small differences mean nothing.",
    "matched records": "From education records matched with tax records: employees only, without hours worked, and "
    "not what a course earned them.",
    "projection": "A model's projection, under assumptions that may not hold: read it as a direction, with caution.",
}
SCHEMA = {
    "area": pl.String, "what": pl.String, "when": pl.String, "measure": pl.String, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "kind": pl.String, "missing": pl.String, "source": pl.String,
}  # fmt: skip
#: Of the measures of the Annual Population Survey, those to which the interval does not belong.
_WITHOUT_INTERVAL = ("numerator", "denominator")


def figures(reference: Reference, area: str | None = None, subject: str | None = None) -> pl.DataFrame:
    """What the reference data say, one row a figure: the columns of ``SCHEMA``.

    ``area`` is an ONS code or a name as the files write it, ``subject`` words that the subject, occupation, industry or
    variable has. ``low`` and ``high`` are the survey's interval, ``missing`` why a value is not there. LookupError
    where no such file is there, or none has the area.
    """
    readers = {"labour_market": _estimates, "career_pathways": _pathways, "forecasts": _forecasts}
    there = [name for name in readers if name in reference.names]
    if not there:
        raise LookupError(f"There are no figures of the labour market: add {', '.join(readers)} (see the guide).")
    parts = [
        pl.DataFrame(readers[name](reference[name]), SCHEMA | {"code": pl.String}).with_columns(
            source=pl.lit(TABLES[name].source)
        )
        for name in there
    ]
    rows = pl.concat(parts)
    named = dict(rows.filter(pl.col("area") != pl.col("code")).select("code", "area").unique().iter_rows())
    rows = rows.with_columns(pl.col("area").replace(named))
    if area is not None:
        found = rows.filter(
            (pl.col("area").str.to_lowercase() == area.strip().lower()) | (pl.col("code") == area.strip().upper())
        )
        asked = named.get(area.strip().upper())  # a name serves where a file has no codes
        found = rows.filter(pl.col("area") == asked) if asked else found
        if found.is_empty():
            some = ", ".join(rows["area"].unique().sort().to_list()[:12])
            raise LookupError(f"None of the figures is of the area {area}. There are figures of {some}.")
        rows = found
    for word in (subject or "").casefold().split():
        rows = rows.filter(pl.col("what").str.to_lowercase().str.contains(word, literal=True))
    return rows.select(*SCHEMA)


def tell(rows: pl.DataFrame) -> str:
    """The figures in words, by kind, each kind with how to read it and where it comes from."""
    lines: list[str] = []
    for (kind,), part in rows.group_by(["kind"], maintain_order=True):
        sources = "; ".join(part["source"].unique(maintain_order=True).drop_nulls())
        lines += [f"{str(kind).capitalize()}. {READ_AS[str(kind)]}", f"Source: {sources}." if sources else "", ""]
        lines += [f"  {_sentence(row)}" for row in part.iter_rows(named=True)]
        lines.append("")
    return "\n".join(lines)


def _sentence(row: dict[str, Any]) -> str:
    about = f"{row['area']}, {row['when']}: {row['what']}" + (f" ({row['measure']})" if row["measure"] else "")
    if row["value"] is None:
        return f"{about}: not given ({row['missing']})."
    between = f", between {row['low']:,.1f} and {row['high']:,.1f}" if row["low"] is not None else ""
    value = f"{row['value']:,.1f}".removesuffix(".0") if abs(row["value"]) >= 1 else f"{row['value']:.3g}"
    return f"{about}: {value}{between}."


def _estimates(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Observations of Nomis. The confidence interval stands in a row of its own, beside the value that it is of."""
    key = ["GeographyCode", "VariableName", "Date"]
    is_interval = pl.col("Measure").str.to_lowercase().str.contains("confidence")
    near = frame.filter(is_interval).select(*key, near="Value").unique(key, maintain_order=True)
    rows = frame.filter(~is_interval).join(near, on=key, how="left", maintain_order="left")
    for row in rows.iter_rows(named=True):
        value, close = row["Value"], row["near"]
        if row["Measure"].casefold() in _WITHOUT_INTERVAL:
            close = None
        yield {
            "area": row.get("GeographyName") or row["GeographyCode"], "code": row["GeographyCode"],
            "what": row["VariableName"], "when": row["Date"], "measure": row["Measure"], "value": value,
            "low": None if None in (value, close) else value - close,
            "high": None if None in (value, close) else value + close,
            "kind": "estimate" if close is None else "survey estimate",
            "missing": None if value is not None else _sign(row.get("Status")),
        }  # fmt: skip


def _pathways(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Subjects that employees of an industry studied, and their earnings (Unit for Future Skills)."""
    words = {"Employees": "employees", "Proportion": "share", "MedianEarnings": "median earnings in pounds"}
    for row in frame.iter_rows(named=True):
        industry = " / ".join(filter(None, (row["Sector"], row.get("Subsector"))))
        what = f"{row['Subject']}, {row['Level']}, in {industry}"
        for column, measure in words.items():
            if row.get(column) is not None:
                value = _number(row[column])
                yield {
                    "area": row["Region"], "code": None, "what": what, "when": row.get("Year") or "2018-19",
                    "measure": measure, "value": value, "low": None, "high": None, "kind": "matched records",
                    "missing": None if value is not None else _sign(row[column]),
                }  # fmt: skip


def _forecasts(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for row in frame.sort("Area", "Kind", "Item", "Year").iter_rows(named=True):
        yield {
            "area": row["Area"], "code": row["Area"], "what": f"{row['Item']} ({row['Kind']})",
            "when": str(row["Year"]), "measure": None, "value": row["Value"], "low": None, "high": None,
            "kind": "projection",
            "missing": None if row["Value"] is not None else "blank",
        }  # fmt: skip


def _sign(status: str | None) -> str:
    return f"marked {status} by its publisher" if status else "the sample is too small"


def _number(text: str) -> float | None:
    """A published number; None for the signs that stand in place of one (c, u, low, z)."""
    try:
        return float(text.replace(",", "").removesuffix("%"))
    except ValueError:
        return None
