"""Controlled rounding: every cell goes to a multiple of the base next to it, and every sum still adds up.

A cell that is a multiple already stays where it is, so zero stays zero. What moves least in all is found as a linear
programme whose solution is nearly always whole; branching settles what is not. A table too large for that is rounded
from the top down, each part with what is above it held. Cells published before can be held in the same way.

Source of the method: controlled rounding by linear programming (Cox; Salazar-González), in our own form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from openilr.disclose.tables.model import Dimension, Say, Table, TableError, silent
from openilr.disclose.tables.solver import Model, least, whole

#: Cells that may move up to which a table is rounded in one piece.
PIECE = 9_000
_TRIES = 4
#: What moving a cell that is a multiple of the base already costs, in bases: only where nothing else adds up.
_DEAR = 20.0


@dataclass(frozen=True)
class Rounded:
    """``values`` in the order of the table's cells. ``moved`` is the sum of all movements, ``least`` what no rounding
    can go below (of the linear programme; 0 where the table was rounded in pieces), ``pieces`` how many there were,
    ``beyond`` how many multiples of the base had to move by one base all the same."""

    values: np.ndarray
    moved: int
    least: float
    pieces: int
    beyond: int

    @property
    def is_optimal(self) -> bool:
        """Proven: nothing that adds up moves less."""
        return self.pieces == 1 and self.moved <= self.least + 0.5


def round_table(
    table: Table, base: int, held: np.ndarray | None = None, *, prefer: np.ndarray | None = None,
    ceiling: np.ndarray | None = None, wide: bool = False, say: Say = silent,
) -> Rounded:  # fmt: skip
    """Round a table whose sums are right. ``held`` has a value for each cell published before, -1 elsewhere.

    ``prefer`` has values too, which are kept wherever everything still adds up. Where no rounding to neighbours fits
    what is held, ``wide`` lets other counts move by up to twice the base. ``ceiling`` is what a cell should not be
    rounded above, -1 for none: the rounded number of those whom it is a part of.

    TableError where the raw counts do not add up, and where no rounding agrees with what is held.
    """
    if base < 2:
        raise TableError("The base must be at least 2.")
    broken = table.broken()
    if broken:
        raise TableError(f"The counts do not add up: {'; '.join(broken)}.")
    held = np.full(len(table), -1, dtype=np.int64) if held is None else held.astype(np.int64)
    work = _Work(table, base, held, prefer, ceiling, wide, say)
    work.round(np.arange(len(table)), np.random.default_rng(5))
    values = work.held
    if (values < 0).any() or np.abs(table.relations @ values).max(initial=0) > 0.5:
        raise TableError("The rounding was not finished.")
    moved = np.abs(values - table.values)
    free = held < 0
    beyond = int(((table.values % base == 0) & (moved > 0) & free).sum())
    return Rounded(values, int(moved.sum()), work.least if work.pieces == 1 else 0.0, work.pieces, beyond)


class _Work:
    def __init__(
        self, table: Table, base: int, held: np.ndarray, prefer: np.ndarray | None, ceiling: np.ndarray | None,
        wide: bool, say: Say,
    ) -> None:  # fmt: skip
        self.tiers = ("neighbours", "steps", "wide") if wide else ("neighbours", "steps")
        self.table, self.base, self.held, self.say = table, base, held.copy(), say
        self.ceilings = [None] if ceiling is None else [ceiling, None]
        self.prefer = prefer if prefer is not None else np.full(len(table), -1, dtype=np.int64)
        self.least, self.pieces = 0.0, 0

    def round(self, cells: np.ndarray, random: np.random.Generator) -> None:
        """Settle these cells, holding what is settled."""
        open_ = cells[self.held[cells] < 0]
        loose = int((self.table.values[open_] % self.base > 0).sum())
        parts = list(_parts(self.table, cells)) if loose > PIECE else []
        if not parts:
            self._piece(cells, random)
            return
        before = self.held.copy()
        for attempt in range(_TRIES):
            try:
                for number, part in enumerate(parts):
                    self.say(f"part {number + 1} of {len(parts)}")
                    self.round(part, random)
                return
            except TableError:
                if attempt == _TRIES - 1:
                    raise
                self.held[:] = before

    def _piece(self, cells: np.ndarray, random: np.random.Generator) -> None:
        if not (self.held[cells] < 0).any():
            return
        part = self.table.part(cells)
        held = self.held[cells]
        for tier, ceiling in product(self.tiers, self.ceilings):
            most = None if ceiling is None else ceiling[cells]
            solution = _solve(part, self.base, held, self.prefer[cells], most, tier, random)
            if solution is not None:
                self.held[cells], bound = solution
                self.pieces += 1
                self.least += bound
                return
        raise TableError(
            "No rounding keeps the values published before and adds up."
            if (held >= 0).any()
            else f"No rounding to multiples of {self.base} next to every count adds up."
        )


def _solve(
    table: Table,
    base: int,
    held: np.ndarray,
    prefer: np.ndarray,
    ceiling: np.ndarray | None,
    tier: str,
    random: np.random.Generator,
) -> tuple[np.ndarray, float] | None:
    """One piece: values and the least movement possible. Of the ``tier``: only to neighbours; multiples of the base by
    a step as well; or any count by one step more."""
    below, rest = np.divmod(table.values, base)
    share = rest / base
    loose = rest > 0
    low, high = np.zeros(len(table)), loose.astype(float)
    cost, offset = np.where(loose, base * (1 - 2 * share), 0.0), float(rest.sum())
    for step, sign in ((0, 1.0), (1, -1.0)):  # the other neighbour than the preferred one is dear
        cost[loose & (prefer == base * (below + step))] = sign * _DEAR * base
    if ceiling is not None:
        high[loose & (ceiling >= 0) & (base * (below + 1) > ceiling)] = 0.0
    fixed = held >= 0
    low[fixed] = high[fixed] = held[fixed] // base - below[fixed]
    matrix = table.relations.tocsc()
    right = -(matrix @ below.astype(float))
    model = Model(matrix, right, low, high, cost, offset)
    moving = (table.values > 0) & ~fixed & (tier == "wide" or ~loose)
    if tier != "neighbours":
        model = _with_steps(model, moving, below > 0, base)
    start = least(model)
    if start is None:
        return None
    bound = float(model.cost @ start) + offset
    found = whole(model, start, gap=0.01, seconds=60, random=random)
    if found is None:
        return None
    steps = found[: len(table)].copy()
    if tier != "neighbours":
        up, down = found[len(table) :].reshape(2, -1)
        steps[moving] += up - down
    return (base * (below + np.round(steps))).astype(np.int64), bound


def _with_steps(model: Model, which: np.ndarray, may_fall: np.ndarray, base: int) -> Model:
    """The model with a step up and a step down for each of these cells, both dear."""
    import scipy.sparse as sp

    more = model.matrix[:, np.flatnonzero(which)]
    count = more.shape[1]
    return Model(
        sp.hstack([model.matrix, more, -more]).tocsc(), model.right,
        np.concatenate([model.low, np.zeros(2 * count)]),
        np.concatenate([model.high, np.ones(count), may_fall[which].astype(float)]),
        np.concatenate([model.cost, np.full(2 * count, _DEAR * base)]), model.offset,
    )  # fmt: skip


def _parts(table: Table, cells: np.ndarray) -> Iterator[np.ndarray]:
    """Pieces to settle one after another: the top of a hierarchy, then what is below each of its nodes.

    Nothing where no dimension has more than one layer among the cells.
    """
    at = table.at[cells]
    best: tuple[int, list[np.ndarray]] | None = None
    for number, dimension in enumerate(table.dimensions):
        groups = _layers(dimension, set(np.unique(at[:, number]).tolist()))
        if len(groups) < 2:
            continue
        chosen = [np.isin(at[:, number], list(group)) for group in groups]
        largest = max(int(each.sum()) for each in chosen)
        if largest < 0.9 * len(cells) and (best is None or largest < best[0]):
            best = largest, [cells[each] for each in chosen]
    if best:
        yield from best[1]


def _layers(dimension: Dimension, here: set[int]) -> list[set[int]]:
    """The nodes among ``here`` as a top layer and one group for each node of it that has something below."""
    sums = [each for each in dimension.sums if each.whole in here and here & set(each.parts)]
    parts = {part for each in sums for part in each.parts}
    roots = here - parts
    top = roots | {part for each in sums if each.whole in roots for part in each.parts if part in here}
    if top >= here:
        return [here]
    below: dict[int, set[int]] = {}
    for each in sums:
        below.setdefault(each.whole, set()).update(part for part in each.parts if part in here)
    groups: list[set[int]] = [top]
    for node in sorted(top - roots):
        group, waiting = {node}, [node]
        while waiting:
            for part in below.get(waiting.pop(), ()):
                if part not in group:
                    group.add(part)
                    waiting.append(part)
        if len(group) > 1:
            groups.append(group)
    seen: set[int] = set()
    for group in groups[1:]:
        if seen & group:
            return [here]
        seen |= group
    return groups
