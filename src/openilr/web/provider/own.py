"""A provider's own numbers: every measure, for that provider alone."""

from __future__ import annotations

from typing import Any

from openilr.store import Store, StoreError


def numbers(held: Store, ukprn: int, year: str | None, by: str | None) -> dict[str, Any]:
    """Measures of the latest return of a year that this provider has a current file for, by one breakdown if asked."""
    import polars as pl

    from openilr import measure

    mine = held.returns().filter((pl.col("ukprn") == ukprn) & pl.col("current"))
    years = sorted(set(mine["year"].drop_nulls()), reverse=True)
    chosen = year if year in years else years[0] if years else None
    tables: list[dict[str, Any]] = []
    dimensions: dict[str, str] = {}
    return_name = None
    if chosen is not None:
        return_name = max(mine.filter(pl.col("year") == chosen)["return"])
        for name in measure.names():
            found = measure.get(name)
            dimensions |= {d.name: d.title for d in found.dimensions if d.name not in ("ukprn", "provider")}
            tables.append(_table(held, found, chosen, return_name, ukprn, by))
    return {
        "years": years, "year": chosen, "return_name": return_name, "tables": tables, "by": by or "",
        "dimensions": sorted(dimensions.items(), key=lambda pair: pair[1]),
    }  # fmt: skip


def _table(held: Store, m: Any, year: str, return_name: str, ukprn: int, by: str | None) -> dict[str, Any]:
    """One measure as a table; or why it has none."""
    from openilr import measure

    wanted = [d for d in m.dimensions if d.name == by]
    try:
        result = measure.compute(held, m.name, year, return_name=return_name, by=[d.name for d in wanted], ukprn=ukprn)
    except (measure.MeasureError, StoreError) as problem:
        return {"measure": m, "rows": [], "columns": [], "problem": str(problem), "notes": []}
    labels = {d.name: d for d in wanted}
    skipped = {"learners"} if "value" in result.frame.columns else set()
    names = [name for name in result.frame.columns if name not in skipped]
    rows = [
        {name: labels[name].label(value) if name in labels else value for name, value in row.items()}
        for row in result.frame.to_dicts()
    ]
    columns = [(name, *_heading(name, labels)) for name in names]
    note = "" if not by or wanted else "This measure has no such breakdown; its total:"
    return {"measure": m, "rows": rows, "columns": columns, "problem": note, "notes": list(result.notes)}


def _heading(column: str, labels: dict[str, Any]) -> tuple[str, str]:
    """Heading and kind of a column of a result."""
    if column in labels:
        return labels[column].title, ""
    return ("Number" if column == "value" else column.replace("_", " ").capitalize()), "number"
