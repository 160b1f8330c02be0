"""A provider's own numbers: measures and a forecast, for that provider alone."""

from __future__ import annotations

import base64
from typing import Any

from openilr.store import Store, StoreError

#: What a forecast may be of, as the measure's own setting names it.
PROGRAMMES = {
    "all": "All programmes", "apprenticeships": "Apprenticeships", "education-and-training": "Education and training",
}  # fmt: skip


def numbers(held: Store, ukprn: int, name: str, year: str | None, by: str | None) -> dict[str, Any]:
    """A measure of the latest return of a year that this provider has a current file for, by one breakdown if asked.

    One at a time, for some take a second.
    """
    from openilr import measure

    years, chosen, return_name = _latest(held, ukprn, year)
    found = measure.get(name if name in measure.names() else "participation")
    return {
        "years": years, "year": chosen, "return_name": return_name, "by": by or "", "measure": found.name,
        "table": _table(held, found, chosen, return_name, ukprn, by) if chosen and return_name else None,
        "measures": sorted((n, measure.get(n).title) for n in measure.names()),
        "dimensions": sorted((d.name, d.title) for d in found.dimensions if d.name not in ("ukprn", "provider")),
    }  # fmt: skip


def _latest(held: Store, ukprn: int, year: str | None) -> tuple[list[str], str | None, str | None]:
    """The years of this provider's current files, the one that is meant (the newest, unless another was asked for),
    and its latest return."""
    import polars as pl

    mine = held.returns().filter((pl.col("ukprn") == ukprn) & pl.col("current"))
    years = sorted(set(mine["year"].drop_nulls()), reverse=True)
    if not years:
        return [], None, None
    chosen = year if year in years else years[0]
    return years, chosen, max(mine.filter(pl.col("year") == chosen)["return"])


def outlook(held: Store, ukprn: int, year: str | None, programme: str) -> dict[str, Any]:
    """Where the achievement rate of the provider's running year may end, and the aims that decide it."""
    from openilr import measure
    from openilr.measure.charts.forecast import in_words, picture

    years, chosen, return_name = _latest(held, ukprn, year)
    said: dict[str, Any] = {"years": years, "year": chosen, "return_name": return_name, "programme": programme}
    if chosen is None:
        return said
    try:
        made = measure.forecast(held, ukprn, chosen, return_name=return_name, programme=programme)
    except (measure.MeasureError, StoreError) as problem:
        return {**said, "problem": str(problem)}
    tables = [
        (caption, [(name, *_heading(name, {}, _kind(frame[name].dtype))) for name in frame.columns], frame)
        for caption, frame in (
            ("Where the year may end", made.rates), ("What would change the rate", made.changes),
            ("Aims at risk", in_words(made.at_risk)),
        )
    ]  # fmt: skip
    # As a picture of its own: the page's security policy takes no style that stands in a drawing.
    drawn = f"data:image/svg+xml;base64,{base64.b64encode(picture(made).encode()).decode()}"
    return {**said, "picture": drawn, "tables": [(*t[:2], t[2].to_dicts()) for t in tables]}


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


def _kind(dtype: Any) -> str:
    return "number" if dtype.is_numeric() else "day" if dtype.is_temporal() else ""


def _heading(column: str, labels: dict[str, Any], kind: str = "number") -> tuple[str, str]:
    """Heading and kind of a column of a result."""
    if column in labels:
        return labels[column].title, ""
    return ("Number" if column == "value" else column.replace("_", " ").capitalize()), kind
