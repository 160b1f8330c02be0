"""Protects an EES pair of raw counts: rounded so that everything still adds up, or with small counts hidden and proof.

The pair keeps its names, rows and order. Rates are worked out again from the protected counts, and refused where it is
not clear what they are rates of. What comes out is checked by code of its own before it is written.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from openilr.disclose.tables.correction import Before, correct
from openilr.disclose.tables.model import Say, Table, TableError, silent, union
from openilr.disclose.tables.rounding import round_table
from openilr.disclose.tables.suppression import suppress
from openilr.publish import verify
from openilr.publish.cells import Cells, Counts
from openilr.publish.csvtext import csv_bytes
from openilr.publish.derived import RELIABLE, Quantile, Rate, find_rate
from openilr.spec.words import count

METHODS = ("rounding", "suppression")
HIDDEN, LOW = "c", "low"
#: What a memory says of a cell beside the number that was published: nothing was, it was hidden, it was shown as low.
NOTHING, WAS_HIDDEN, WAS_LOW = -2, -1, -3
_PART = ".part"


@dataclass(frozen=True)
class Subject:
    """What a table counts: an indicator of a population (the settings of its measure) in a period."""

    population: str
    indicator: str
    time: tuple[str, str]


@dataclass(frozen=True)
class Published:
    """What was published before of each cell: ``shown`` a number, ``WAS_HIDDEN``, ``WAS_LOW`` or ``NOTHING``; ``same``
    where it was from the same snapshot and count; ``raw`` the count then, ``least`` the least of all versions (-1)."""

    shown: np.ndarray
    same: np.ndarray
    raw: np.ndarray
    least: np.ndarray


class Memory(Protocol):
    """What was published before of the cells of a table (``openilr.publish.release.ledger``)."""

    def before(self, subject: Subject, table: Table) -> Published: ...

    def note(self, subject: Subject, table: Table, shown: np.ndarray) -> None: ...


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
    #: Counts that keep the value of the version before because their correction would tell, and the furthest of them.
    held_back: int = 0
    furthest: int = 0
    rates: dict[str, str] = field(default_factory=dict)
    optimal: bool = True

    @property
    def held_words(self) -> str:
        """What was held back, in words; empty where nothing was."""
        if not self.held_back:
            return ""
        return (
            f"{count(self.held_back, 'count is', 'counts are')} not quite as corrected: with the former value, or "
            "part of the way, because the whole correction would tell small counts. "
            f"The furthest is out by {self.furthest}. All totals add up."
        )


def protect(
    data: Path, meta: Path, output: Path, method: str, *, base: int = 5, threshold: int = 10,
    overlapping: Sequence[str] = (), keep: Sequence[str] = (), say: Say = silent,
) -> Protected:  # fmt: skip
    """Write the protected pair into ``output`` under the same names, and ``certificates/`` for suppression.

    ``overlapping`` are filters whose items share learners, ``keep`` indicators that are not about learners (such as a
    population) and stay as they are. FileNotFoundError, CellsError or ProtectError where it can not be done; nothing
    is written then.
    """
    if output.resolve() in (data.resolve().parent, meta.resolve().parent):
        raise ProtectError(f"{output} holds the raw counts: write the protected pair into another folder.")
    cells = Cells(data, meta, overlapping, keep=keep)
    [done] = protect_together([cells], output, method, base=base, threshold=threshold, say=say)
    return done


def protect_together(
    pairs: Sequence[Cells], output: Path, method: str, *, base: int = 5, threshold: int = 10,
    low: bool = False, hold_back: bool = False, memory: Memory | None = None, say: Say = silent,
) -> list[Protected]:  # fmt: skip
    """Protect several pairs as one: a cell that stands in two of them, or was published before as ``memory`` knows,
    has one value. With ``low``, a count that is not zero and rounds to zero is shown as ``low``. With ``hold_back``,
    hidden tables are corrected as far as can be (``openilr.disclose.tables.correction``)."""
    works = [_Work(cells, *_kinds(cells), Protected(output / cells.data_path.name, output / cells.meta_path.name,
                                                    method)) for cells in pairs]  # fmt: skip
    joint: dict[Subject, list[tuple[_Work, Counts]]] = {}
    for work in works:
        for name in work.counted:
            for counts in work.cells.tables(name, within=method == "suppression"):
                work.covered[name] = sorted({*work.covered.get(name, []), *counts.covered})
                joint.setdefault(Subject(work.cells.population, name, counts.time), []).append((work, counts))
    parts = _parts_of(works)
    rounded: dict[Subject, tuple[Table, np.ndarray]] = {}
    for subject in sorted(joint, key=lambda s: len(parts[s.indicator])):
        members = joint[subject]
        told = partial(_told, say, f"{subject.indicator} {subject.time[0]}")
        told(method)
        try:
            table, places = union([counts.table for _, counts in members])
            if method == "rounding":
                wholes = [
                    rounded[w]
                    for name in parts[subject.indicator]
                    if (w := replace(subject, indicator=name)) in rounded
                ]
                ceiling = _ceiling(table, wholes)
                values = _rounded(subject, table, places, members, base, ceiling, low, memory, told)
                rounded[subject] = (table, values)
            else:
                _suppressed(subject, table, places, members, threshold, hold_back, memory, told)
        except TableError as problem:
            file = members[0][0].cells.data_path.name
            raise ProtectError(f"{file}, {subject.indicator}, {subject.time[0]}: {problem}") from None
    for work in works:
        if method == "rounding":
            least = RELIABLE * base
            work.rates = {n: replace(r, least=least) if r.by in work.counted else r for n, r in work.rates.items()}
        for name, rate in (work.rates | work.quantiles).items():
            work.columns[name] = rate.of_shown(work.cells, work.columns, name)
            work.done.rates[name] = rate.words
        _write(work, threshold)
    return [work.done for work in works]


@dataclass
class _Work:
    """One pair on its way: ``columns`` are the protected texts, ``tables`` the rows of its certificates."""

    cells: Cells
    counted: list[str]
    rates: dict[str, Rate]
    quantiles: dict[str, Quantile]
    done: Protected
    columns: dict[str, list[str]] = field(default_factory=dict)
    tables: list[tuple[str, int, int, int]] = field(default_factory=list)
    covered: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.columns = {name: self.cells.data[name].to_list() for name in self.counted}


def _parts_of(works: list[_Work]) -> dict[str, set[str]]:
    """For each indicator those that it is a part of: a rate says so, and no count of the part is above the whole's."""
    parts: dict[str, set[str]] = {name: set() for work in works for name in work.counted}
    for work in works:
        for rate in work.rates.values():
            if rate.rows is None and rate.by in parts and rate.of in parts:
                above, below = work.cells.numbers(rate.of), work.cells.numbers(rate.by)
                if (above <= below)[(above >= 0) & (below >= 0)].all():
                    parts[rate.of].add(rate.by)
    return parts


def _ceiling(table: Table, wholes: list[tuple[Table, np.ndarray]]) -> np.ndarray | None:
    """What each cell may be rounded to at most, -1 for any: no more achieve than leave."""
    if not wholes:
        return None
    ceiling = np.full(len(table), np.iinfo(np.int64).max)
    for whole, values in wholes:
        if [d.nodes for d in whole.dimensions] == [d.nodes for d in table.dimensions]:
            found = whole.find(table.keys)
            ceiling = np.where(found >= 0, np.minimum(ceiling, values[found]), ceiling)
    return ceiling


def _told(say: Say, before: str, words: str) -> None:
    say(f"{before}: {words}")


def _kinds(cells: Cells) -> tuple[list[str], dict[str, Rate], dict[str, Quantile]]:
    """The indicators of counts, the rates with what they are made of, and the quantiles."""
    counted: list[dict[str, str]] = []
    others: list[dict[str, str]] = []
    for row in cells.indicators:
        name, unit = row["col_name"], (row.get("indicator_unit") or "").strip()
        if name in cells.keep or name in cells.quantiles:
            continue
        is_rate = name in cells.rates or unit or cells.has_fractions(name)
        (others if is_rate else counted).append(row)
    counts = {row["col_name"]: cells.numbers(row["col_name"]) for row in counted}
    if not counts:
        raise ProtectError(f"{cells.data_path.name} has no counts to protect.")
    known = {**counts, **{name: cells.numbers(name) for name in cells.keep}}
    rates = {}
    for row in others:
        rate = find_rate(cells, row["col_name"], (row.get("indicator_unit") or "").strip(), known)
        if rate is None:
            raise ProtectError(
                f"{cells.data_path.name}, {row['col_name']}: it is no count, and no rate of the counts in this file, "
                "so it can not be worked out again from protected counts. Leave it out, or add what it is made of."
            )
        rates[row["col_name"]] = rate
    return list(counts), rates, {name: Quantile(*of) for name, of in cells.quantiles.items()}


def _rounded(
    subject: Subject, table: Table, places: list[np.ndarray], members: list[tuple[_Work, Counts]], base: int,
    ceiling: np.ndarray | None, low: bool, memory: Memory | None, say: Say,
) -> np.ndarray:  # fmt: skip
    held = prefer = None
    is_low = table.values > 0
    if memory:
        before = memory.before(subject, table)
        was = np.where(before.shown == WAS_LOW, 0, before.shown)
        held, prefer = np.where(before.same, was, -1), np.where(before.same, -1, was)
        # What rounds to zero keeps its sign through versions: else a correction would show one learner come or go.
        is_low = np.where(before.shown == NOTHING, is_low, before.shown != 0)
    rounded = round_table(table, base, held, prefer=prefer, ceiling=ceiling, wide=memory is not None, say=say)
    is_low &= low & (rounded.values == 0)
    if memory:
        memory.note(subject, table, np.where(is_low, WAS_LOW, rounded.values))
    for (work, counts), place in zip(members, places, strict=True):
        values, lost = rounded.values[place], is_low[place]
        for row, cell in counts.cell_of.tolist():
            work.columns[subject.indicator][row] = LOW if lost[cell] else str(values[cell])
        published = ~counts.table.latent
        work.done.cells += int(published.sum())
        work.done.moved += int(np.abs(values - counts.table.values)[published].sum())
        work.done.optimal &= rounded.is_optimal
    return rounded.values


def _suppressed(
    subject: Subject, raw: Table, places: list[np.ndarray], members: list[tuple[_Work, Counts]], threshold: int,
    hold_back: bool, memory: Memory | None, say: Say,
) -> None:  # fmt: skip
    name, table = subject.indicator, raw
    if memory:
        old = memory.before(subject, raw)
        before = Before(old.raw, old.least, old.shown == WAS_HIDDEN, old.shown >= 0)
        table, found = correct(raw, threshold, before, hold_back=hold_back, say=say)
        memory.note(subject, table, np.where(found.hidden, WAS_HIDDEN, table.values))
    else:
        found = suppress(raw, threshold, say=say)
    for (work, counts), place in zip(members, places, strict=True):
        hidden = found.hidden[place]
        rows: dict[int, list[int]] = {}
        for row, cell in counts.cell_of.tolist():
            rows.setdefault(int(place[cell]), []).append(row)
            work.columns[name][row] = HIDDEN if hidden[cell] else str(table.values[place[cell]])
        off = np.abs(table.values - raw.values)[place][~counts.table.latent]
        work.done.held_back += int((off > 0).sum())
        work.done.furthest = max(work.done.furthest, int(off.max(initial=0)))
        number = max((n for indicator, n, *_ in work.tables if indicator == name), default=0)
        for changed in (found.certificates.base, *found.certificates.changes):
            which = 0 if changed is found.certificates.base else number + 1
            lines = [(name, which, row + 1, count) for cell, count in changed.items() for row in rows.get(cell, ())]
            number = which if which and lines else number
            work.tables += lines
        work.done.cells += int((~counts.table.latent).sum())
        work.done.small += int(found.primary[place].sum())
        work.done.hidden += int(hidden.sum())


def _write(work: _Work, threshold: int) -> None:
    import polars as pl

    cells, columns, done = work.cells, work.columns, work.done
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
        stem = done.data.name.removesuffix(".csv")
        if done.method == "suppression":
            (proofs / f"{stem}.csv").write_bytes(csv_bytes(("indicator", "table", "row", "count"), sorted(work.tables)))
            files = {"data": part / done.data.name, "meta": part / done.meta.name, "tables": proofs / f"{stem}.csv"}
            manifest = {
                "form": verify.FORM,
                **{name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()},
                "threshold": threshold,
                "indicators": work.counted,
                "overlapping": list(cells.overlapping),
                "covered": work.covered,
                "derived": {name: rate.facts() for name, rate in work.rates.items()},
            }
            sealed = manifest | {"sha256": verify.seal(manifest)}
            (proofs / f"{stem}.json").write_text(json.dumps(sealed, indent=1) + "\n", "utf-8")
            done.tables = verify.verify(part / done.data.name, part / done.meta.name, proofs).tables
        else:
            verify.adds_up(part / done.data.name, part / done.meta.name, work.counted, cells.overlapping)
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
