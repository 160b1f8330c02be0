"""A table as a file. Spreadsheets say first what they hold; numbers are numbers, and symbols are explained."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openilr.web.tables.derived import number
from openilr.web.tables.grid import Grid

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Sheet:
    """A table with what a reader of the file must know. ``notes`` are (what, text)."""

    title: str
    notes: tuple[tuple[str, str], ...]
    grid: Grid


def write(kind: str, sheet: Sheet) -> bytes:
    return {"csv": _csv, "json": _json, "ods": _ods, "parquet": _parquet, "xlsx": _xlsx}[kind](sheet)


def _lines(grid: Grid) -> tuple[list[str], list[list[str]]]:
    heads = [*grid.row_titles, *grid.column_labels]
    return heads, [[*labels, *values] for labels, values in zip(grid.labels, grid.values, strict=True)]


def _cell(text: str) -> Any:
    """A number where it is one, so that a spreadsheet can count with it."""
    found = number(text)
    return text if found is None else float(found)


def _safe(text: str) -> str:
    """A label that a spreadsheet would run as a formula is quoted."""
    return "'" + text if text[:1] in ("=", "+", "@", "\t", "\r") or (text[:1] == "-" and number(text) is None) else text


def _csv(sheet: Sheet) -> bytes:
    import csv

    out = io.StringIO()
    heads, lines = _lines(sheet.grid)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_safe(head) for head in heads])
    for line in lines:
        writer.writerow([_safe(v if number(v) is None else v.replace(",", "")) for v in line])
    return out.getvalue().encode("utf-8-sig")


def _json(sheet: Sheet) -> bytes:
    heads, lines = _lines(sheet.grid)
    about = {"title": sheet.title, **dict(sheet.notes)}
    body = {"about": about, "columns": heads, "rows": [[_cell(v) for v in line] for line in lines]}
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def _parquet(sheet: Sheet) -> bytes:
    import polars as pl

    heads, lines = _lines(sheet.grid)
    names = [head if heads.index(head) == n else f"{head} {n}" for n, head in enumerate(heads)]
    frame = pl.DataFrame(lines, schema=dict.fromkeys(names, pl.String), orient="row")
    labels = len(sheet.grid.row_titles)
    without = [pl.col(name).str.replace_all(",", "") for name in names[labels:]]
    out = io.BytesIO()
    frame.with_columns(without).write_parquet(out)
    return out.getvalue()


def _cover(sheet: Sheet) -> list[list[str]]:
    return [[sheet.title], ["This file holds a cover sheet and one table."], *([f"{a}: {b}"] for a, b in sheet.notes)]


def _xlsx(sheet: Sheet) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": sheet.title, "created": datetime(2000, 1, 1)})  # the same table, the same file
    bold, wrap = book.add_format({"bold": True, "font_size": 14}), book.add_format({"text_wrap": True})
    head = book.add_format({"bold": True, "text_wrap": True})
    cover = book.add_worksheet("Cover")
    cover.set_column(0, 0, 100)
    for n, [text] in enumerate(_cover(sheet)):
        cover.write_string(n, 0, text, wrap if n else bold)
    page = book.add_worksheet("Table")
    page.write_string(0, 0, sheet.title, bold)
    heads, lines = _lines(sheet.grid)
    labels = len(sheet.grid.row_titles)
    names = _distinct(heads)
    page.set_column(0, max(labels - 1, 0), 30)
    page.set_column(labels, max(len(heads) - 1, labels), 16)
    for r, line in enumerate(lines, start=2):
        for c, text in enumerate(line):
            value = _cell(text) if c >= labels else text
            if isinstance(value, float):
                page.write_number(r, c, value)
            else:
                page.write_string(r, c, value)
    if lines and heads:
        # A marked table: screen readers say its headings.
        columns = [{"header": name, "header_format": head} for name in names]
        options = {"columns": columns, "name": "table", "style": None, "autofilter": False}
        page.add_table(1, 0, len(lines) + 1, len(heads) - 1, options)
    book.close()
    return out.getvalue()


def _distinct(heads: Sequence[str]) -> list[str]:
    return [head if heads.index(head) == n else f"{head} ({n})" for n, head in enumerate(heads)]


def _ods(sheet: Sheet) -> bytes:
    from odswriter import writer

    out = io.BytesIO()
    heads, lines = _lines(sheet.grid)
    labels = len(sheet.grid.row_titles)
    with writer(out) as book:
        cover = book.new_sheet("Cover")
        for row in _cover(sheet):
            cover.writerow(row)
        page = book.new_sheet("Table")
        page.writerow([sheet.title])
        page.writerow(heads)
        for line in lines:
            page.writerow([v if n < labels else _cell(v) for n, v in enumerate(line)])
    return out.getvalue()
