"""XLSX of a workbook, with real tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openilr.publish.files.workbook import Table, Workbook, introduction

_FIRST = 2  # the row of the header, below two lines and nothing else


def write(workbook: Workbook, path: Path) -> None:
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "constant_memory": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": workbook.title})
        heading = book.add_format({"bold": True, "font_size": 14})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        cover = book.add_worksheet("Cover")
        cover.set_column(0, 0, 100)
        cover.write_string(0, 0, workbook.title, heading)
        for number, line in enumerate(workbook.cover, start=1):
            cover.write_string(number, 0, line, wrapped)
        for position, table in enumerate([*workbook.front(), *workbook.tables]):
            _sheet(book, table, position, heading, wrapped)


def _sheet(book: Any, table: Table, position: int, heading: Any, wrapped: Any) -> None:
    sheet = book.add_worksheet(table.sheet)
    title, words = introduction(table)
    sheet.write_string(0, 0, title, heading)
    sheet.write_string(1, 0, words)
    for number, name in enumerate(table.columns):
        widest = max([len(name), *(len(str(row[number])) for row in table.rows[:2000])])
        sheet.set_column(number, number, min(100 if table.sheet == "Notes" else 60, widest + 2))
    last = _FIRST + max(len(table.rows), 1)
    columns = [{"header": name} for name in table.columns]
    sheet.add_table(_FIRST, 0, last, len(table.columns) - 1, {
        "name": f"table_{position}", "columns": columns, "autofilter": False, "style": "Table Style Light 1",
    })  # fmt: skip
    shown = {n: book.add_format({"num_format": f"#,##0.{'0' * n}".rstrip(".")}) for n in set(table.numbers.values())}
    plain = wrapped if table.sheet == "Notes" else None
    for number, cells in enumerate(table.cells(), start=_FIRST + 1):
        for column, value in enumerate(cells):
            if isinstance(value, float):
                sheet.write_number(number, column, value, shown[table.numbers[column]])
            else:
                sheet.write_string(number, column, value, plain)
    if table.sheet == "Contents":
        for number, row in enumerate(table.rows, start=_FIRST + 1):
            sheet.write_url(number, 0, f"internal:'{row[0]}'!A1", string=row[0])
    sheet.freeze_panes(_FIRST + 1, 0)
