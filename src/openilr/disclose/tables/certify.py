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
from openilr.disclose.tables.solver import EPS, Model, least, whole

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
    say("an alternative table")
    base = _base(matrix, right, low, float(shown.max(initial=0) + 1) * 10 + 100, threshold, random)
    if base is None:
        return Certificates({}, (), cells[wanted].tolist())
    covered = base >= threshold
    flow: Flow | None = None
    changes, without = [], []
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
        change = np.round(change)
        covered |= base + change >= threshold
        moved = np.flatnonzero(change)
        changes.append({int(cells[j]): int(base[j] + change[j]) for j in moved})
    return Certificates(dict(zip(cells.tolist(), base.astype(int).tolist(), strict=True)), tuple(changes), without)


def _base(
    matrix: sp.csr_matrix, right: np.ndarray, low: np.ndarray, most: float, threshold: int, random: np.random.Generator
) -> np.ndarray | None:
    """A whole table that agrees with what is shown and has as many cells at the threshold as it can."""
    import scipy.sparse as sp

    count = matrix.shape[1]
    step = np.where(low > 0, threshold - low, 0.0)  # the part of a count that is worth something
    model = Model(
        sp.hstack([matrix, matrix]).tocsc(), right - matrix @ low, np.zeros(2 * count),
        np.concatenate([step, np.full(count, most)]), np.concatenate([-np.ones(count), np.zeros(count)]),
        float(count * threshold),
    )  # fmt: skip
    start = least(model)
    if start is None:
        return None
    found = whole(model, start, gap=0.05, seconds=_SECONDS, random=random)
    return None if found is None else low + found[:count] + found[count:]


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
