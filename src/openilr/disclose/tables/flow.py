"""The cheapest change of a table that lifts one cell and leaves every sum as it was, one linear programme after
another, each started from where the last ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from openilr.disclose.tables.solver import EPS, Model, solved

if TYPE_CHECKING:
    import scipy.sparse as sp


class Flow:
    """Changes y of the cells: ``matrix @ y = 0``, ``-down <= y <= up``, least ``cost @ |y|``."""

    def __init__(self, matrix: sp.csr_matrix, up: np.ndarray, down: np.ndarray, cost: np.ndarray) -> None:
        import scipy.sparse as sp

        rows = matrix.tocsr()
        rows = rows[np.diff(rows.indptr) > 0]
        self.size = rows.shape[1]
        self._up, self._down = up.astype(float), down.astype(float)
        self._shut = np.zeros(self.size, bool)
        zero = np.zeros(rows.shape[0])
        self._model = Model(
            sp.hstack([rows, -rows]).tocsc(), zero, np.zeros(2 * self.size), np.concatenate([self._up, self._down]),
            np.concatenate([cost, cost]).astype(float),
        )  # fmt: skip
        self._solver = self._model.highs(presolve="off")
        self.steps = 0

    def price(self, cell: int, cost: float) -> None:
        self._solver.changeColCost(cell, cost)
        self._solver.changeColCost(self.size + cell, cost)

    def shut(self, cell: int) -> None:
        """This cell may not change."""
        self._shut[cell] = True
        self._bounds(cell)

    def open(self, cell: int) -> None:
        self._shut[cell] = False
        self._bounds(cell)

    def _bounds(self, cell: int) -> None:
        up, down = (0.0, 0.0) if self._shut[cell] else (self._up[cell], self._down[cell])
        self._solver.changeColBounds(cell, 0.0, float(up))
        self._solver.changeColBounds(self.size + cell, 0.0, float(down))

    def lift_together(self, cells: np.ndarray, worth: np.ndarray, people: np.ndarray) -> np.ndarray:
        """One change that lifts many of ``cells``, each by up to ``people``: as many as there can be, weighted by what
        each is ``worth``; what it costs comes second. Starts anew: prices and shut cells do not count."""
        import scipy.sparse as sp

        model = self._model
        reward = 100.0 * model.cost.max() / people.min()
        more = Model(
            sp.hstack([model.matrix, model.matrix[:, cells]]).tocsc(), model.right,
            np.zeros(2 * self.size + len(cells)), np.concatenate([model.high, people]),
            np.concatenate([model.cost, model.cost[cells] - reward * worth]),
        )  # fmt: skip
        more.high[self.size + cells] = 0.0
        x = solved(more.highs())
        if x is None:
            return np.zeros(self.size)
        change = x[: self.size] - x[self.size : 2 * self.size]
        change[cells] += x[2 * self.size :]
        change[np.abs(change) < EPS] = 0.0
        return change

    def lift(self, cell: int, people: float) -> np.ndarray | None:
        """The cheapest change with ``cell`` up by ``people`` at least; None where there is none."""
        import highspy

        self._solver.changeColBounds(cell, float(people), float(max(people, self._up[cell])))
        self._solver.changeColBounds(self.size + cell, 0.0, 0.0)
        x = solved(self._solver)
        optimal = self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        self.steps += int(self._solver.getInfo().simplex_iteration_count)
        self._bounds(cell)
        if x is None or not optimal:
            return None
        change = x[: self.size] - x[self.size :]
        change[np.abs(change) < EPS] = 0.0
        return change
