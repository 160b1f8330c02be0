"""Protects an EES pair of raw counts: rounded so that everything still adds up, or with small counts hidden and proof.

The pair keeps its names, rows and order. Rates are worked out again from the protected counts, and refused where it is
not clear what they are rates of. What comes out is checked by code of its own before it is written.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from openilr.disclose.tables.model import Say, TableError, silent
from openilr.disclose.tables.rounding import round_table
from openilr.disclose.tables.suppression import suppress
from openilr.publish import verify
from openilr.publish.cells import Cells, CellsError, Counts
from openilr.publish.derived import Rate, find_rate

METHODS = ("rounding", "suppression")
HIDDEN = "c"
_PART = ".part"


class ProtectError(Exception):
    """The data set was refused; the message says what is wrong with it and what to do."""


@dataclass
class Protected:
    """What was done, in numbers, for each indicator of counts: cells, and moved or hidden ones."""

    data: Path
    meta: Path
    method: str
    cells: int = 0
    small: int = 0
    hidden: int = 0
    moved: int = 0
    tables: int = 0
    rates: dict[str, str] = field(default_factory=dict)
    optimal: bool = True


def protect(
    data: Path, meta: Path, output: Path, method: str, *, base: int = 5, threshold: int = 10,
    overlapping: Sequence[str] = (), keep: Sequence[str] = (), say: Say = silent,
) -> Protected:  # fmt: skip
    """Write the protected pair into ``output`` under the same names, and ``certificates/`` for suppression.

    ``overlapping`` are filters whose items share learners, ``keep`` indicators that are not about learners (such as a
    population) and stay as they are. FileNotFoundError, CellsError or ProtectError where it can not be done; nothing
    is written then.
    """
    cells = Cells(data, meta, overlapping)
    if output.resolve() == data.resolve().parent or output.resolve() == meta.resolve().parent:
        raise ProtectError(f"{output} holds the raw counts: write the protected pair into another folder.")
    done = Protected(output / data.name, output / meta.name, method)
    counted, rates = _kinds(cells, keep)
    columns: dict[str, list[str]] = {}
    tables: list[tuple[str, int, int, int]] = []
    for name in counted:
        values = cells.data[name].to_list()
        number = 0
        for counts in cells.tables(name):
            done.cells += int((~counts.table.latent).sum())
            told = partial(_told, say, f"{name} {counts.time[0]}")
            try:
                if method == "rounding":
                    _rounded(counts, base, values, done, told)
                else:
                    number = _suppressed(counts, threshold, values, tables, number, done, told)
            except TableError as problem:
                raise ProtectError(f"{data.name}, {name}, {counts.time[0]}: {problem}") from None
        columns[name] = values
    for name, rate in rates.items():
        columns[name] = rate.of_shown(cells, columns, name)
        done.rates[name] = rate.words
    _write(cells, columns, tables, done, threshold, {name: rate.facts() for name, rate in rates.items()})
    return done


def _told(say: Say, before: str, words: str) -> None:
    say(f"{before}: {words}")


def _kinds(cells: Cells, keep: Sequence[str]) -> tuple[list[str], dict[str, Rate]]:
    """The indicators of counts, and the rates with what they are made of."""
    names = [row["col_name"] for row in cells.indicators]
    for name in keep:
        if name not in names:
            raise CellsError(f"There is no indicator {name} in {cells.meta_path.name}: choose from {', '.join(names)}.")
    counted: list[dict[str, str]] = []
    others: list[dict[str, str]] = []
    for row in cells.indicators:
        name, unit = row["col_name"], (row.get("indicator_unit") or "").strip()
        if name in keep:
            continue
        (others if unit or cells.has_fractions(name) else counted).append(row)
    counts = {row["col_name"]: cells.numbers(row["col_name"]) for row in counted}
    if not counts:
        raise ProtectError(f"{cells.data_path.name} has no counts to protect.")
    known = {**counts, **{name: cells.numbers(name) for name in keep}}
    rates = {}
    for row in others:
        rate = find_rate(cells, row["col_name"], (row.get("indicator_unit") or "").strip(), known)
        if rate is None:
            raise ProtectError(
                f"{cells.data_path.name}, {row['col_name']}: it is no count, and no rate of the counts in this file, "
                "so it can not be worked out again from protected counts. Leave it out, or add what it is made of."
            )
        rates[row["col_name"]] = rate
    return list(counts), rates


def _rounded(counts: Counts, base: int, values: list[str], done: Protected, say: Say) -> None:
    rounded = round_table(counts.table, base, say=say)
    for row, cell in counts.cell_of.tolist():
        values[row] = str(rounded.values[cell])
    done.moved += rounded.moved
    done.optimal &= rounded.is_optimal


def _suppressed(
    counts: Counts, threshold: int, values: list[str], tables: list[tuple[str, int, int, int]], number: int,
    done: Protected, say: Say,
) -> int:  # fmt: skip
    found = suppress(counts.table, threshold, say=say)
    for row, cell in counts.cell_of.tolist():
        if found.hidden[cell]:
            values[row] = HIDDEN
    rows: dict[int, list[int]] = {}
    for row, cell in counts.cell_of.tolist():
        rows.setdefault(cell, []).append(row)
    for offset, table in enumerate((found.certificates.base, *found.certificates.changes)):
        which = 0 if offset == 0 else number + offset
        for cell, count in table.items():
            tables += [(counts.indicator, which, row + 1, count) for row in rows.get(cell, ())]
    done.small += int(found.primary.sum())
    done.hidden += int(found.hidden.sum())
    return number + len(found.certificates.changes)


def _write(
    cells: Cells, columns: dict[str, list[str]], tables: list[tuple[str, int, int, int]], done: Protected,
    threshold: int, rates: dict[str, dict],
) -> None:  # fmt: skip
    import polars as pl

    frame = cells.data.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in columns.items())
    folder = done.data.parent
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{done.data.stem}{_PART}"
    shutil.rmtree(part, ignore_errors=True)
    proofs = part / "certificates"
    proofs.mkdir(parents=True)
    try:
        (part / done.data.name).write_bytes(csv_bytes(frame.columns, frame.rows()))
        shutil.copyfile(cells.meta_path, part / done.meta.name)
        counted = [name for name in columns if name not in rates]
        stem = done.data.name.removesuffix(".csv")
        if done.method == "suppression":
            (proofs / f"{stem}.csv").write_bytes(csv_bytes(("indicator", "table", "row", "count"), sorted(tables)))
            files = {"data": part / done.data.name, "meta": part / done.meta.name, "tables": proofs / f"{stem}.csv"}
            manifest = {
                "form": verify.FORM,
                **{name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()},
                "threshold": threshold,
                "indicators": counted,
                "overlapping": list(cells.overlapping),
                "derived": rates,
            }
            (proofs / f"{stem}.json").write_text(verify.written(manifest), "utf-8")
            done.tables = verify.verify(part / done.data.name, part / done.meta.name, proofs).tables
        else:
            verify.adds_up(part / done.data.name, part / done.meta.name, counted, cells.overlapping)
        _move(part, folder, stem, done.method == "suppression")
    except verify.Refused as problem:
        raise ProtectError(f"What came out did not pass its own check, so nothing was written. {problem}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _move(part: Path, folder: Path, stem: str, proven: bool) -> None:
    for suffix in (".json", ".csv"):
        old, new = folder / "certificates" / f"{stem}{suffix}", part / "certificates" / f"{stem}{suffix}"
        if proven:
            old.parent.mkdir(exist_ok=True)
            new.replace(old)
        else:
            old.unlink(missing_ok=True)
    for path in part.iterdir():
        if path.is_file():
            path.replace(folder / path.name)


def csv_bytes(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """CSV as EES wants it: UTF-8, a comma, a line feed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
