"""A frame as plain text for the screen."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

__all__ = ["table"]


def table(frame: pl.DataFrame) -> str:
    """Columns side by side, numbers to the right. An empty frame is its header."""
    from openilr.validate.reports.content import clean

    right = {name for name, dtype in frame.schema.items() if dtype.is_numeric()}
    rows = [[clean(_cell(value)) for value in row] for row in frame.iter_rows()]
    heads = [name.replace("_", " ") for name in frame.columns]
    widths = [max([len(head), *(len(row[i]) for row in rows)]) for i, head in enumerate(heads)]
    lines = [heads, ["-" * width for width in widths], *rows]
    printed = (
        "  ".join(
            cell.rjust(width) if name in right else cell.ljust(width)
            for cell, width, name in zip(line, widths, frame.columns, strict=True)
        )
        for line in lines
    )
    return "".join(f"{line.rstrip()}\n" for line in printed)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)
