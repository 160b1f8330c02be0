"""A table for one request: a measure, checked and rounded by the disclosure rules before anybody sees it."""

from __future__ import annotations

from typing import Any

from openilr import disclose, measure
from openilr.store import Store, StoreError


class NoTable(Exception):
    """There is no such table; the message says why."""


def table(held: Store, name: str, year: str, by: str) -> dict[str, Any]:
    """Title, columns, rows and notes, ready to keep with the request. NoTable where it can not be made or shown."""
    wanted = [part.strip() for part in by.split(",") if part.strip()]
    try:
        result = measure.compute(held, name, year, by=wanted, totals=True)
        checked = disclose.check(result)
    except (measure.MeasureError, StoreError, disclose.DisclosureError) as problem:
        raise NoTable(str(problem)) from None
    dimensions = [checked.measure.dimension(d) for d in checked.by]
    rows = [
        {**{d.name: d.label(code) for d, code in zip(dimensions, codes, strict=True)}, "value": value}
        for *codes, value in checked.table.iter_rows()
    ]
    notes = [*checked.notes, f"Disclosure checks made: {', '.join(checked.checks)}."]
    if checked.missing:
        notes.append(f"Not made: {', '.join(checked.missing)}.")
    return {
        "title": f"{checked.measure.title}, {year} {checked.return_name}",
        "columns": [*((d.name, d.title, "") for d in dimensions), ("value", "Number", "number")],
        "rows": rows, "notes": notes, "missing": list(checked.missing),
    }  # fmt: skip
