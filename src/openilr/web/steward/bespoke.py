"""A table for one request: a small release of its own, so that its numbers are those that stand everywhere else."""

from __future__ import annotations

import csv
from typing import Any

from openilr import measure
from openilr.store import Store, StoreError


class NoTable(Exception):
    """There is no such table; the message says why."""


def table(held: Store, name: str, year: str, by: str) -> dict[str, Any]:
    """Title, columns, rows and notes, ready to keep with the request. NoTable where it can not be made or protected."""
    from openilr.publish.cells import CellsError
    from openilr.publish.release import DataSet
    from openilr.publish.release.build import ProtectError, ReleaseError, build, usual

    wanted = tuple(dict.fromkeys(part.strip() for part in by.split(",") if part.strip()))
    try:
        asked = measure.get(name)
        dimensions = [asked.dimension(each) for each in wanted]
        if asked.kind != "count" or not dimensions:
            raise NoTable("Only counts with at least one breakdown can be protected here.")
        data_set = DataSet("asked", asked.title, f"{asked.title}, as somebody asked for it.", (name,), wanted)
        method, base, low = usual(held)
        return_name = held.latest_return(year)
        release = build(held, year, return_name, (data_set,), method, base=base, low=low, by="steward")
    except (measure.MeasureError, StoreError, ReleaseError, ProtectError, CellsError) as problem:
        raise NoTable(str(problem)) from None
    [built] = release.built
    with built.protected.data.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [d for d in dimensions if d.column in rows[0]]
    columns = [(d.column, d.title, "") for d in kept]
    columns += [(column, title, "number") for column, title in built.counted.indicators.items()]
    return {
        "title": f"{asked.title}, {year} {return_name}",
        "columns": columns,
        "rows": [{column: row[column] for column, *_ in columns} for row in rows],
        "notes": [release.protection, f"Release {release.id}."],
    }
