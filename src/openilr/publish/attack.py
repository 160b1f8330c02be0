"""An attack on a published data set: what its hidden counts can be, by linear programming.

The attacker sees the published files only, knows that a hidden count is at least 1, and knows every sum. Nothing of
the code that protects is used; the sums are read by ``openilr.publish.verify``. Works on any EES pair with ``c`` cells,
whoever hid them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from openilr.disclose.tables.model import Say, silent
from openilr.disclose.tables.solver import Model, solved
from openilr.publish import verify


@dataclass(frozen=True)
class Exposed:
    """A hidden cell that can be shown to be below the threshold: between ``least`` and ``most``."""

    row: int
    indicator: str
    least: int
    most: int


def attack(
    data: Path, meta: Path, indicators: Iterable[str], threshold: int, *, overlapping: Iterable[str] = (),
    rows: Iterable[int] | None = None, say: Say = silent,
) -> list[Exposed]:  # fmt: skip
    """Hidden cells that an attacker shows to be below the threshold. ``rows`` (from 0) narrows whom to attack."""
    import scipy.sparse as sp

    lines = verify.read(data)
    filters = [r for r in verify.read(meta) if r["col_type"] == "Filter"]
    found: list[Exposed] = []
    for name in indicators:
        shown = {n: int(line[name]) for n, line in enumerate(lines) if line[name].isdecimal()}
        hidden = [n for n, line in enumerate(lines) if line[name] == "c"]
        if not hidden:
            continue
        column = {n: i for i, n in enumerate(hidden)}
        cells = shown | dict.fromkeys(hidden, None)
        entries: list[tuple[int, int, float]] = []
        right: list[int] = []
        for whole, parts in verify.sums(lines, filters, set(overlapping), cells):
            unknown = [n for n in (whole, *parts) if n in column]
            if unknown:
                entries += [(len(right), column[n], -1.0 if n == whole else 1.0) for n in unknown]
                right.append((shown.get(whole, 0)) - sum(shown.get(n, 0) for n in parts))
        at = np.array(entries).reshape(-1, 3)
        matrix = sp.csc_matrix(
            (at[:, 2], (at[:, 0].astype(int), at[:, 1].astype(int))), shape=(len(right), len(hidden))
        )
        ceiling = float(max(shown.values(), default=0) + 1) * 100
        count = len(hidden)
        model = Model(matrix, np.array(right, float), np.ones(count), np.full(count, ceiling), np.zeros(count))
        wanted = [column[n] for n in hidden if rows is None or n in set(rows)]
        for i, least, most in _bounds(model, wanted, threshold, say):
            found.append(Exposed(hidden[i], name, least, most))
    return found


def _bounds(model: Model, wanted: list[int], threshold: int, say: Say) -> Iterable[tuple[int, int, int]]:
    """Columns that can not reach the threshold, with the least and most they can be."""
    import highspy

    solver = model.highs()
    reached = np.zeros(len(model.low), bool)
    for number, i in enumerate(wanted):
        if reached[i]:
            continue
        say(f"hidden cell {number + 1} of {len(wanted)}")
        bounds = []
        for sense in (highspy.ObjSense.kMaximize, highspy.ObjSense.kMinimize):
            solver.changeColCost(i, 1.0)
            solver.changeObjectiveSense(sense)
            x = solved(solver)
            solver.changeColCost(i, 0.0)
            if x is None:
                raise verify.Refused("The published numbers contradict each other.")
            bounds.append(float(x[i]))
            reached |= x >= threshold - 1e-6
            if reached[i]:
                break
        if not reached[i]:
            yield i, int(np.ceil(bounds[1] - 1e-6)), int(np.floor(bounds[0] + 1e-6))
