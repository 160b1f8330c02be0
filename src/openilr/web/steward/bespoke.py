"""A table for one request: a measure with all its totals, moved to multiples of 5 so that everything still adds up."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

from openilr import measure
from openilr.store import Store, StoreError

BASE = 5
_FIXED = ("time_period", "time_identifier", "geographic_level", "country_code", "country_name")
_ENGLAND = ("2000", "Calendar year", "National", "E92000001", "England")  # a table of one request has one of each
_META = (
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
)  # fmt: skip


class NoTable(Exception):
    """There is no such table; the message says why."""


def table(held: Store, name: str, year: str, by: str) -> dict[str, Any]:
    """Title, columns, rows and notes, ready to keep with the request. NoTable where it can not be made or protected."""
    wanted = [part.strip() for part in by.split(",") if part.strip()]
    try:
        result = measure.compute(held, name, year, by=wanted, totals=True)
    except (measure.MeasureError, StoreError) as problem:
        raise NoTable(str(problem)) from None
    if result.measure.kind != "count" or not result.by:
        raise NoTable("Only counts with at least one breakdown can be protected here.")
    dimensions = [result.measure.dimension(d) for d in result.by]
    rows = [(*(d.label(row[d.name]) for d in dimensions), row["value"]) for row in result.frame.iter_rows(named=True)]
    names = [f"d{n}" for n in range(len(dimensions))]
    values = _protected(names, rows, [n for n, d in enumerate(names) if not _adds_up(rows, names.index(d))])
    shown = [{**dict(zip(names, row[:-1], strict=True)), "value": v} for row, v in zip(rows, values, strict=True)]
    return {
        "title": f"{result.measure.title}, {year} {result.return_name}",
        "columns": [*((n, d.title, "") for n, d in zip(names, dimensions, strict=True)), ("value", "Number", "number")],
        "rows": shown,
        "notes": [*result.notes, f"Counts are multiples of {BASE}, and totals are the sums of what is shown."],
    }


def _adds_up(rows: list[tuple[Any, ...]], at: int) -> bool:
    """Whether the items of a breakdown share no learners: then they sum to their total everywhere."""
    sums: dict[tuple[Any, ...], int] = {}
    for *items, value in rows:
        sign = -1 if items[at] == "Total" else 1
        key = (*items[:at], *items[at + 1 :])
        sums[key] = sums.get(key, 0) + sign * value
    return not any(sums.values())


def _protected(names: list[str], rows: list[tuple[Any, ...]], overlapping: list[int]) -> list[str]:
    """The counts after controlled rounding, checked by code of its own before they are given back."""
    from openilr.publish.cells import CellsError
    from openilr.publish.protect import ProtectError, protect

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, meta = folder / "raw" / "asked.csv", folder / "raw" / "asked.meta.csv"
        data.parent.mkdir(mode=0o700)
        _write(data, [(*_FIXED, *names, "value"), *((*_ENGLAND, *row) for row in rows)])
        about = [(n, "Filter", n, "", "", "", "", "") for n in names]
        _write(meta, [_META, *about, ("value", "Indicator", "Number", "", "", "0", "", "")])
        try:
            shared = [names[n] for n in overlapping]
            protect(data, meta, folder / "done", "rounding", base=BASE, overlapping=shared)
        except (ProtectError, CellsError) as problem:
            raise NoTable(f"The table can not be protected. {problem}") from None
        with (folder / "done" / "asked.csv").open(encoding="utf-8", newline="") as file:
            return [row["value"] for row in csv.DictReader(file)]


def _write(path: Path, rows: list[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
