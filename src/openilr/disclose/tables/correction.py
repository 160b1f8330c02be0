"""The part of a correction that can be published: each count between what it was and what it should be, adding up.

A table that was published with hidden cells can not always be published again as corrected. A count that was shown and
is small now can be neither shown nor, next to its old value, hidden; a hidden count that is 0 now would tell what it
was. Those counts keep their former value, and no more of the others than it takes for the sums to hold. Where all is
held back the new table is the old one, which told nothing; so there is always a table that can be published.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from openilr.disclose.tables.model import Say, Table, TableError, silent
from openilr.disclose.tables.solver import Model, least, whole
from openilr.disclose.tables.suppression import Exposed, Suppressed, suppress


@dataclass(frozen=True)
class Before:
    """What was published of each cell of a table. ``raw`` is the count that the last version was made from, -1 where
    nothing was published; ``least`` the least in any version; ``hidden`` and ``shown`` say how it was published."""

    raw: np.ndarray
    least: np.ndarray
    hidden: np.ndarray
    shown: np.ndarray


def correct(
    table: Table, threshold: int, before: Before, *, hold_back: bool = False, say: Say = silent
) -> tuple[Table, Suppressed]:
    """The table to publish and what to hide of it, so that it and what was published before tell no small count.

    With ``hold_back``, counts whose correction would tell keep their former value. Exposed without it, or where counts
    that were never published can not be protected.
    """
    held = np.zeros(len(table), bool)
    fits = table
    if hold_back:
        fits, held = _between(table, threshold, before, held)
    while True:
        try:
            gone = np.flatnonzero(before.hidden & (fits.values == 0))
            if len(gone):
                words = f"{table.label(int(gone[0]))} was hidden before and is 0 now, which would tell what it was."
                raise Exposed(words, gone.tolist())
            low = np.minimum(before.least, fits.values)
            return fits, suppress(fits, threshold, also=before.hidden, shown=before.shown, least=low, say=say)
        except Exposed as problem:
            fresh = _around(table, before, held, problem.cells)
            if not fresh.any():
                raise
            if not hold_back:
                raise Exposed(f"{problem} Held back (--hold-back), it keeps its former value.", problem.cells) from None
            held |= fresh
            say(f"{int(held.sum())} counts held back")
            fits, held = _between(table, threshold, before, held)


def _around(table: Table, before: Before, held: np.ndarray, cells: list[int]) -> np.ndarray:
    """Counts to hold back next: these cells, or else what stands in a sum with them, step by step."""
    can = (before.raw >= 0) & (before.raw != table.values) & ~held
    near = np.zeros(len(table), bool)
    near[cells] = True
    sums = abs(table.relations)
    while not (near & can).any():
        wider = near | (sums.T @ (sums @ near.astype(float)) > 0)
        if (wider == near).all():
            break
        near = wider
    return near & can


def _between(table: Table, threshold: int, before: Before, held: np.ndarray) -> tuple[Table, np.ndarray]:
    """The table nearest to the corrected one in which held counts are as they were and the others between what they
    were and what they are; more are held where what lies between would be small and shown, or hidden and nothing."""
    while True:
        low, high = _bounds(table, threshold, before, held)
        values = _nearest(table, low, high)
        small = before.shown & (values > 0) & (values < threshold) & (before.raw >= threshold)
        small |= before.shown & (before.raw == 0) & (values > 0) & (values < threshold)
        if not small.any():
            return replace(table, values=values), held
        held = held | small


def _bounds(table: Table, threshold: int, before: Before, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    now, was = table.values, before.raw
    known = was >= 0
    low, high = np.where(known, np.minimum(now, was), 0), np.where(known, np.maximum(now, was), np.iinfo(np.int32).max)
    low = np.where(before.hidden, np.maximum(low, 1), low)
    low = np.where(before.shown & (was >= threshold) & (now > 0), np.maximum(low, threshold), low)
    high = np.where(before.shown & (was == 0) & (now < threshold), 0, high)
    return np.where(held, was, low), np.where(held, was, high)


def _nearest(table: Table, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Whole counts within the bounds that add up, as near to the table's as there are."""
    import scipy.sparse as sp

    now = table.values
    if (np.clip(now, low, high) == now).all():
        return now
    most = float(np.abs(now - np.clip(now, low, high)).sum()) + 1.0
    up_high, down_high = np.minimum(np.maximum(high - now, 0), most), np.minimum(np.maximum(now - low, 0), most)
    up, down = np.flatnonzero(up_high > 0), np.flatnonzero(down_high > 0)
    matrix = table.relations
    cost = np.where(table.latent, 0.01, 1.0)
    model = Model(
        sp.hstack([matrix[:, up], -matrix[:, down]]).tocsc(), np.zeros(matrix.shape[0]),
        np.concatenate([np.maximum(low - now, 0)[up], np.maximum(now - high, 0)[down]]).astype(float),
        np.concatenate([up_high[up], down_high[down]]).astype(float), np.concatenate([cost[up], cost[down]]),
    )  # fmt: skip
    start = least(model)
    moved = None if start is None else whole(model, start, gap=0.05, seconds=60, random=np.random.default_rng(11))
    if moved is None:
        raise TableError("No table between what was published and its correction adds up: publish it rounded.")
    values = now.astype(np.int64).copy()
    values[up] += np.round(moved[: len(up)]).astype(np.int64)
    values[down] -= np.round(moved[len(up) :]).astype(np.int64)
    return values


__all__ = ["Before", "correct"]
