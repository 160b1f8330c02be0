"""One output as a checker sees it: its table with the cells concerned marked, a text, a picture drawn again."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from openilr.disclose.outputs import BadOutput, Output, Policy
from openilr.disclose.outputs.files import as_frame, make_files
from openilr.disclose.outputs.kinds import TOTAL

if TYPE_CHECKING:
    import polars as pl

#: A page shows at most so many rows of a table: those with a cell concerned first.
MOST_ROWS = 400
#: Categories of the last dimension stand beside each other if they are no more than this.
MOST_ACROSS = 12


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, and the numbers of the findings that name it."""

    text: str
    marks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Shown:
    """``heads`` (how many columns at the left are headings), ``columns``, ``rows``, and ``across``, what the other
    columns are by; or a ``text``; a ``picture`` as a data address; ``problem`` where the output can not be read."""

    heads: int = 0
    columns: tuple[str, ...] = ()
    rows: list[list[Cell]] = field(default_factory=list)
    across: str = ""
    left_out: int = 0
    text: str = ""
    picture: str = ""
    problem: str = ""


def shown(output: Output, findings: list[Mapping[str, Any]], policy: Policy) -> Shown:
    """The output, with its rows for evidence, as its reader would get it, and beside each cell the findings on it."""
    try:
        if output.kind == "text":
            return Shown(text=str(output.content.get("text", "")))
        frame = as_frame(output, policy)
        picture = _picture(output, policy)
    except BadOutput as problem:
        return Shown(problem=str(problem))
    marks = _marks(findings)
    if output.inner.kind == "table":
        labels = [d["label"] for d in output.inner.content["dimensions"]]
    else:
        labels = frame.columns[: 2 if output.inner.kind == "survival" else 1]
    rows = [_row(row, frame.columns, labels, marks) for row in frame.iter_rows(named=True)]
    rows.sort(key=lambda row: row[0].text == TOTAL)
    columns, across = frame.columns, ""
    if output.inner.kind == "table" and len(labels) > 1 and frame[labels[-1]].n_unique() <= MOST_ACROSS:
        across = labels[-1]
        columns, rows = _across(frame, labels, rows)
        labels, values = labels[:-1], frame.columns[len(labels) :]
        across += f" ({' | '.join(values)})" if len(values) > 1 else ""
    if len(rows) > MOST_ROWS:
        rows.sort(key=lambda row: not any(cell.marks for cell in row))
    left_out = max(len(rows) - MOST_ROWS, 0)
    return Shown(len(labels), tuple(columns), rows[:MOST_ROWS], across, left_out, picture=picture)


def _picture(output: Output, policy: Policy) -> str:
    if output.kind != "figure":
        return ""
    drawn = make_files(output, policy).get(f"{output.id}.png")
    return f"data:image/png;base64,{base64.b64encode(drawn).decode()}" if drawn else ""


def _marks(findings: list[Mapping[str, Any]]) -> dict[frozenset[tuple[str, str]], tuple[int, ...]]:
    """For each cell that is named, the findings that name it, counted from 1."""
    found: dict[frozenset[tuple[str, str]], tuple[int, ...]] = {}
    for number, finding in enumerate(findings, start=1):
        for cell in finding["cells"]:
            key = frozenset(cell.items())
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), number)))
    return found


def _row(row: Mapping[str, Any], columns: list[str], labels: list[str], marks: Mapping[Any, Any]) -> list[Cell]:
    named = {(label, str(row[label])) for label in labels if row[label] != TOTAL}
    on = marks.get(frozenset(named), ())
    return [Cell("" if row[c] is None else str(row[c]), () if c in labels else on) for c in columns]


def _across(frame: pl.DataFrame, labels: list[str], rows: list[list[Cell]]) -> tuple[list[str], list[list[Cell]]]:
    """The last dimension's categories beside each other; several values of a cell with a bar between them."""
    at = len(labels)
    heads = sorted(frame[labels[-1]].unique(maintain_order=True).to_list(), key=lambda head: head == TOTAL)
    lines: dict[tuple[str, ...], dict[str, Cell]] = {}
    for row in rows:
        text = " | ".join(cell.text for cell in row[at:])
        lines.setdefault(tuple(c.text for c in row[: at - 1]), {})[row[at - 1].text] = Cell(text, row[at].marks)
    made = [[*map(Cell, key), *(line.get(head, Cell("")) for head in heads)] for key, line in lines.items()]
    return [*labels[:-1], *heads], made
