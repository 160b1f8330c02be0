"""Certificates for a suppressed table, made from what is published and from nothing else.

A certificate is another whole table of whole numbers that agrees with every shown cell and every sum. The hidden
counts themselves are not looked at: whoever reads a certificate learns nothing that the published table did not
already tell, so certificates may be published with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from openilr.disclose.tables.flow import Flow
from openilr.disclose.tables.model import Say, Table, silent
from openilr.disclose.tables.solver import EPS, Model, solved, whole

if TYPE_CHECKING:
    import scipy.sparse as sp

_SECONDS = 120.0


@dataclass(frozen=True)
class Certificates:
    """``base`` is one alternative table: the count of every hidden cell. ``changes`` are further ones, as what differs
    from the base. ``without`` are hidden cells that no table here lifts to the threshold."""

    base: dict[int, int]
    changes: tuple[dict[int, int], ...]
    without: list[int]


def certify(table: Table, hidden: np.ndarray, threshold: int, *, say: Say = silent) -> Certificates:
    """Alternatives in which every hidden cell reaches the threshold, one or another. Reads shown cells only."""
    unknown = hidden | table.latent
    cells = np.flatnonzero(unknown)
    if not len(cells):
        return Certificates({}, (), [])
    shown = np.where(unknown, 0, table.values)
    relations = table.relations
    right = -(relations @ shown.astype(float))
    matrix = relations[:, cells]
    used = np.diff(matrix.indptr) > 0
    matrix, right = matrix[used], right[used]
    low = np.where(table.latent[cells], 0.0, 1.0)
    wanted = np.flatnonzero(~table.latent[cells])
    random = np.random.default_rng(7)
    tables = _tables(matrix, right, low, float(shown.sum()) + threshold * len(cells), threshold, random, say)
    if not tables:
        return Certificates({}, (), cells[wanted].tolist())
    base = tables[0]
    covered = np.any([each >= threshold for each in tables], axis=0)
    flow: Flow | None = None
    without = []
    for number, i in enumerate(wanted.tolist()):
        if covered[i]:
            continue
        say(f"certificate {number + 1} of {len(wanted)}")
        if flow is None:
            flow = Flow(matrix, np.full(len(cells), 1e6), base - low, np.ones(len(cells)))
        change = flow.lift(i, threshold - base[i])
        if change is not None and np.abs(change - np.round(change)).max() > EPS:
            change = _whole_change(matrix, base, low, i, threshold, change, random)
        if change is None:
            without.append(int(cells[i]))
            continue
        tables.append(base + np.round(change))
        covered |= tables[-1] >= threshold
    changes = tuple({int(cells[j]): int(t[j]) for j in np.flatnonzero(t != base)} for t in tables[1:])
    return Certificates(dict(zip(cells.tolist(), base.astype(int).tolist(), strict=True)), changes, without)


def _tables(
    matrix: sp.csr_matrix, right: np.ndarray, low: np.ndarray, most: float, threshold: int,
    random: np.random.Generator, say: Say,
) -> list[np.ndarray]:  # fmt: skip
    """Whole tables that agree with what is shown, each with as many cells at the threshold as it can that no table
    before it has there; until a further one would add little."""
    import scipy.sparse as sp

    count = matrix.shape[1]
    step = np.where(low > 0, threshold - low, 0.0)  # the part of a count that is worth something
    model = Model(
        sp.hstack([matrix, matrix]).tocsc(), right - matrix @ low, np.zeros(2 * count),
        np.concatenate([step, np.full(count, most)]), np.zeros(2 * count), float(count * threshold),
    )  # fmt: skip
    solver = model.highs()
    tables: list[np.ndarray] = []
    left = low > 0
    while left.any():
        say(f"alternative table {len(tables) + 1}: {int(left.sum())} hidden cells to go")
        model.cost[:count] = -(left * (0.5 + random.random(count)))
        solver.changeColsCost(2 * count, np.arange(2 * count, dtype=np.int32), model.cost)
        start = solved(solver)
        found = None if start is None else whole(model, start, gap=0.05, seconds=_SECONDS, random=random)
        if found is None:
            break
        table = low + found[:count] + found[count:]
        fresh = left & (table >= threshold)
        if tables and fresh.sum() < 0.02 * left.sum() + 1:
            break
        tables.append(table)
        left &= table < threshold
    return tables


def _whole_change(
    matrix: sp.csr_matrix, base: np.ndarray, low: np.ndarray, cell: int, threshold: int, change: np.ndarray,
    random: np.random.Generator,
) -> np.ndarray | None:  # fmt: skip
    """The change in whole numbers: branching over the cells that it touches and their neighbours."""
    import scipy.sparse as sp

    count = len(base)
    up = np.full(count, 1e4)
    down = base - low
    lifted = np.zeros(count)
    lifted[cell] = threshold - base[cell]
    down[cell] = 0.0
    model = Model(
        sp.hstack([matrix, -matrix]).tocsc(), np.zeros(matrix.shape[0]), np.concatenate([lifted, np.zeros(count)]),
        np.concatenate([up, down]), np.ones(2 * count), 0.0,
    )  # fmt: skip
    start = np.concatenate([np.maximum(change, 0), np.maximum(-change, 0)])
    found = whole(model, start, gap=0.5, seconds=20.0, random=random)
    return None if found is None else found[:count] - found[count:]
