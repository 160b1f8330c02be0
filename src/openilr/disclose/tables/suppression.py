"""Cell suppression that leaves an alternative: what is hidden could be a table with no small cell where one was.

Promise: a reader who sees every shown cell, knows every sum, and knows that a hidden count is at least 1, can not show
for any hidden cell that it is below the threshold. Signed cubes find cells to hide in addition, fast and for certain;
linear programmes over those cells then hide as little of them as they can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openilr.disclose.tables.certify import Certificates, certify
from openilr.disclose.tables.cubes import NEVER, Cube, Cubes
from openilr.disclose.tables.flow import Flow
from openilr.disclose.tables.model import Say, Table, TableError, silent
from openilr.disclose.tables.solver import EPS

#: Simplex steps spent on hiding less; a fixed number, so that the same table is always protected the same way.
STEPS = 150_000


@dataclass(frozen=True)
class Suppressed:
    """``hidden`` and ``primary`` by cell. Latent cells are never published and count as neither."""

    hidden: np.ndarray
    primary: np.ndarray
    certificates: Certificates
    after_cubes: int
    steps: int


class Exposed(TableError):
    """The promise can not be kept for ``cells``."""

    def __init__(self, words: str, cells: list[int]) -> None:
        super().__init__(words)
        self.cells = cells


def suppress(
    table: Table, threshold: int, *, also: np.ndarray | None = None, shown: np.ndarray | None = None,
    least: np.ndarray | None = None, steps: int = STEPS, say: Say = silent,
) -> Suppressed:  # fmt: skip
    """Hide counts from 1 to threshold - 1, and what it takes besides.

    ``also`` are cells that must be hidden too (hidden before, or by another rule), ``shown`` cells that were published
    before and can not be hidden. ``least`` is the least that each cell of ``also`` was in any version: one and the same
    move of people then lifts a small count in all versions, so what changed between them tells nothing. TableError
    where the counts do not add up; Exposed where the promise can not be kept.
    """
    if threshold < 2:
        raise TableError("The threshold must be at least 2.")
    broken = table.broken()
    if broken:
        raise TableError(f"The counts do not add up: {'; '.join(broken)}.")
    search = _Search(table, threshold, also, shown, least, say)
    search.cubes()
    after = int((search.hidden & ~search.primary & ~table.latent).sum())
    used = search.trim(steps)
    while True:
        certificates = certify(table, search.hidden, threshold, say=search.say)
        if not certificates.without:
            return Suppressed(search.hidden & ~table.latent, search.primary, certificates, after, used)
        search.widen(certificates.without)


class _Search:
    def __init__(
        self, table: Table, threshold: int, also: np.ndarray | None, shown: np.ndarray | None,
        least: np.ndarray | None, say: Say,
    ) -> None:  # fmt: skip
        self.table, self.threshold, self.say = table, threshold, say
        values = table.values
        if also is not None and least is not None:
            values = np.where(also, np.minimum(values, least), values)
        self.values = values
        self.primary = (values > 0) & (values < threshold) & ~table.latent
        self.hidden = self.primary | table.latent
        if also is not None:
            self.hidden |= also & (values > 0)
        depth = sum(d.depth[table.at[:, i]] for i, d in enumerate(table.dimensions))
        # Totals are asked for most and take most people with them, so they are the last to be hidden.
        self.cost = (1 + np.log1p(values)) * (1 + 3.0 * (np.max(depth, initial=0) - depth))
        self.fixed = (values == 0) & ~table.latent
        if shown is not None:
            self.fixed |= shown
            exposed = np.flatnonzero(shown & self.primary)
            if len(exposed):
                words = f"{table.label(int(exposed[0]))} is a small count now, and was shown before."
                raise Exposed(words, exposed.tolist())
        self.floor = np.where(table.latent, 0, 1)
        self.found: dict[int, Cube] = {}
        self._cubes = Cubes(table, threshold)
        self._widened: set[int] = set()

    def cubes(self) -> None:
        """A cube for every small cell; those that have none are left to linear programmes over all cells."""
        price = np.append(np.where(self.hidden, 0.0, self.cost), NEVER)
        price[:-1][self.fixed] = NEVER
        order = np.flatnonzero(self.primary)
        stuck = []
        for number, cell in enumerate(order[np.argsort(self.values[order], kind="stable")].tolist()):
            if cell in self.found:
                continue
            if number % 100 == 0:
                self.say(f"small cell {number + 1} of {len(order)}")
            cube = self._cubes.cheapest(cell, self.values, self.floor, price)
            if cube is None:
                stuck.append(cell)
                continue
            self._hide(cube)
            price[cube.cells] = 0.0
        if stuck:
            self._lift_anyhow(stuck)

    def _hide(self, cube: Cube) -> None:
        """Hide the cells of a cube, and note which small cells it lifts to the threshold."""
        self.hidden[cube.cells] = True
        lifted = self.primary[cube.cells] & (self.values[cube.cells] + cube.moves >= self.threshold - EPS)
        for cell in cube.cells[lifted].tolist():
            self.found.setdefault(cell, cube)

    def _lift_anyhow(self, cells: list[int]) -> None:
        """Hide what linear programmes over every cell that may be hidden need to lift these: as many of them at once as
        can be, and those that are left one by one."""
        allowed = np.flatnonzero(~self.fixed)
        place = {int(cell): i for i, cell in enumerate(allowed)}
        random = np.random.default_rng(3)
        left = cells
        while left:
            self.say(f"{len(left)} small cells to lift together")
            wanted = np.array([place[cell] for cell in left])
            step = self.threshold - self.values[left].astype(float)
            change = self._flow(allowed).lift_together(wanted, step * (0.5 + random.random(len(left))), step)
            moved = np.flatnonzero(change)
            self._hide(Cube(allowed[moved], change[moved], 0.0))
            before, left = left, [cell for cell in left if cell not in self.found]
            if len(before) - len(left) < 0.02 * len(before) + 1:
                break
        flow = self._flow(allowed)
        for i in np.flatnonzero(self.hidden[allowed]):
            flow.price(int(i), 0.0)
        beyond = []
        for cell in left:
            if cell in self.found:
                continue
            move = flow.lift(place[cell], self.threshold - self.values[cell])
            if move is None:
                beyond.append(cell)
                continue
            moved = np.flatnonzero(move)
            self._hide(Cube(allowed[moved], move[moved], 0.0))
            for i in moved:
                flow.price(int(i), 0.0)
        if beyond:
            raise Exposed(
                f"{self.table.label(beyond[0])} is a small count, and hiding every other count of its sums that may be "
                "hidden would not protect it. Publish the table with fewer totals or larger groups, or round it.",
                beyond,
            )

    def _flow(self, cells: np.ndarray) -> Flow:
        values = self.values[cells].astype(float)
        up = np.maximum(3.0 * self.threshold, 0.5 * values + self.threshold)
        down = np.maximum(values - self.floor[cells], 0.0)
        return Flow(self.table.relations[:, cells], up, down, self.cost[cells])

    def trim(self, steps: int) -> int:
        """Hide as few as possible of the cells that the cubes hid; simplex steps used."""
        primary = self.primary
        allowed = np.flatnonzero(self.hidden)
        if not primary.any() or not len(allowed):
            return 0
        flow = self._flow(allowed)
        needed = (primary | self.table.latent)[allowed]
        for i in np.flatnonzero(needed):
            flow.price(int(i), 0.0)
        place = {int(cell): i for i, cell in enumerate(allowed)}
        small = np.flatnonzero(primary[allowed])
        values = self.values[allowed]
        moves: dict[int, np.ndarray] = {}
        keep = needed.copy()
        for number, i in enumerate(small[np.argsort(values[small], kind="stable")].tolist()):
            if i in moves:
                continue
            self.say(f"hiding less: cell {number + 1} of {len(small)}")
            move = flow.lift(i, self.threshold - values[i]) if flow.steps < steps else None
            if move is None:  # too dear or beyond reach: its cube is inside and does
                cube = self.found.get(int(allowed[i]))
                if cube is None:
                    return flow.steps
                move = np.zeros(len(allowed))
                np.add.at(move, [place[int(cell)] for cell in cube.cells], cube.moves)
            for j in np.flatnonzero((move != 0) & ~keep):
                keep[j] = True
                flow.price(int(j), 0.0)
            for j in small[values[small] + move[small] >= self.threshold - 1e-6].tolist():
                moves.setdefault(j, move)
        self._take_back(flow, allowed, needed, keep, moves, steps)
        self.hidden[allowed] = keep
        return flow.steps

    def _take_back(
        self, flow: Flow, allowed: np.ndarray, needed: np.ndarray, keep: np.ndarray,
        moves: dict[int, np.ndarray], steps: int,
    ) -> None:  # fmt: skip
        """Show hidden cells again, dearest first, where every small cell can do without them."""
        values = self.values[allowed]
        for i in np.flatnonzero(~keep):
            flow.shut(int(i))
        users: dict[int, set[int]] = {}
        for cell, move in moves.items():
            for j in np.flatnonzero(move).tolist():
                users.setdefault(j, set()).add(cell)
        extra = np.flatnonzero(keep & ~needed)
        order = extra[np.argsort(-(self.cost[allowed] * values)[extra], kind="stable")]
        for number, c in enumerate(order.tolist()):
            if flow.steps >= steps:
                return
            self.say(f"showing again: cell {number + 1} of {len(order)}")
            flow.shut(c)
            patch: dict[int, np.ndarray] = {}
            affected = sorted(users.get(c, ()))
            for cell in affected:
                if cell in patch:
                    continue
                other = flow.lift(cell, self.threshold - values[cell])
                if other is None:
                    break
                for j in affected:
                    if values[j] + other[j] >= self.threshold - 1e-6:
                        patch.setdefault(j, other)
            if len(patch) < len(affected):
                flow.open(c)
                continue
            keep[c] = False
            for cell, move in patch.items():
                for j in np.flatnonzero(moves[cell]).tolist():
                    users[j].discard(cell)
                moves[cell] = move
                for j in np.flatnonzero(move).tolist():
                    users.setdefault(j, set()).add(cell)

    def widen(self, cells: list[int]) -> None:
        """Hide the whole cube of cells for which no alternative of whole numbers was found."""
        fresh = [cell for cell in cells if cell in self.found and cell not in self._widened]
        if not fresh:
            raise Exposed(
                f"No alternative table of whole numbers was found for {self.table.label(cells[0])}. Round this table "
                "instead, or publish it with larger groups.",
                cells,
            )
        for cell in fresh:
            self._widened.add(cell)
            self.hidden[self.found[cell].cells] = True
