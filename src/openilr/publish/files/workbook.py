"""A workbook as people with screen readers can use it: a cover, a list of contents, notes, then one table a sheet.

Layout: title in the first cell, then what the sheet holds, then one table with a header row and no blank or merged
cells, marked as a table. Source: guidance on releasing statistics in spreadsheets, Government Analysis Function.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from openilr.spec.words import count

SYMBOLS = {
    "c": "Hidden, because a small number of people could be found out.",
    "low": "Rounds to 0, but is not 0.",
    "z": "Not applicable.",
    "x": "Not available.",
    "u": "Too few people for a reliable figure.",
}


@dataclass(frozen=True)
class Table:
    """``rows`` of text; ``numbers`` are the positions of columns of numbers, with their decimal places. ``columns`` are
    what people read."""

    sheet: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Mapping[int, int] = field(default_factory=dict)

    def cells(self) -> Iterator[list[str | float]]:
        for row in self.rows:
            yield [_number(v) if i in self.numbers else v for i, v in enumerate(row)]


@dataclass(frozen=True)
class Workbook:
    title: str
    cover: Sequence[str]
    notes: Sequence[tuple[str, str]]
    tables: Sequence[Table]
    symbols: dict[str, str] = field(default_factory=lambda: dict(SYMBOLS))

    def front(self) -> list[Table]:
        """The sheets before the tables: cover, contents and notes. The cover is lines, with no table."""
        contents = [("Notes", "Notes and symbols"), *((t.sheet, t.title) for t in self.tables)]
        notes = [*((f"Symbol {k}", v) for k, v in self.symbols.items()), *self.notes]
        return [
            Table("Contents", f"{self.title}: contents", ("Worksheet", "What it holds"), contents),
            Table("Notes", f"{self.title}: notes", ("Note", "Text"), notes),
        ]


def introduction(table: Table) -> tuple[str, str]:
    """The two lines above a table."""
    symbols = " Some cells hold symbols, explained in the worksheet Notes." if table.numbers else ""
    return table.title, f"This worksheet contains one table of {count(len(table.rows), 'row')}.{symbols}"


def _number(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text
