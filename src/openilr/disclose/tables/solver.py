"""The one place that talks to HiGHS: whole-number solutions of ``A x = b`` within bounds, at least cost."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import scipy.sparse as sp

EPS = 1e-6


@dataclass
class Model:
    """``A x = right``, ``low <= x <= high``, least ``cost @ x`` (plus ``offset``, so that a gap means something)."""

    matrix: sp.csc_matrix
    right: np.ndarray
    low: np.ndarray
    high: np.ndarray
    cost: np.ndarray
    offset: float = 0.0

    def highs(self, **options: Any) -> Any:
        """HiGHS with the model loaded; one thread and no output."""
        import highspy

        matrix = self.matrix
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.cost, self.low, self.high
        lp.offset_ = self.offset
        lp.row_lower_, lp.row_upper_ = self.right, self.right
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        solver = _quiet()
        for name, value in {"output_flag": False, "threads": 1, "random_seed": 1, **options}.items():
            solver.setOptionValue(name, value)
        solver.passModel(lp)
        return solver


def _quiet() -> Any:
    """A solver that prints nothing: the usual one greets on standard output when it turns its callbacks on."""
    import highspy

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:
            pass

    return Quiet()


def solved(solver: Any) -> np.ndarray | None:
    """Run, and the solution; None where there is none, or none was found in time."""
    import highspy

    solver.run()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.asarray(solver.getSolution().col_value)


def least(model: Model) -> np.ndarray | None:
    """The linear programme's solution, whole or not."""
    import highspy

    solver = model.highs()
    x = solved(solver)
    return x if x is not None and solver.getModelStatus() == highspy.HighsModelStatus.kOptimal else None


def whole(
    model: Model, start: np.ndarray, *, gap: float, seconds: float, random: np.random.Generator,
) -> np.ndarray | None:  # fmt: skip
    """A whole-number solution near ``start``: what is whole stays, the rest and its neighbours are settled by
    branching; where they can not be, more is freed. None where there is none, or none in time."""
    rows = model.matrix.tocsr()
    grow = np.abs(start - np.round(start)) > EPS
    if not grow.any():
        return np.round(start)
    began = time.perf_counter()
    kept = np.round(start)
    while True:
        part = _restricted(model, grow, kept, rows)
        left = seconds - (time.perf_counter() - began)
        if left <= 0:
            return None
        free = np.flatnonzero(grow & (model.high > model.low))
        found = _branch(part, gap, min(left, seconds / 2) if len(free) < len(grow) else left)
        if found is not None:
            x = kept.copy()
            x[grow] = np.round(found)
            return x
        if grow.all():
            return None
        touched = np.flatnonzero(np.asarray(abs(rows[:, grow]).sum(axis=1)).ravel() > 0)
        near = np.unique(rows[touched].indices)
        fresh = near[~grow[near]]
        if not len(fresh) or grow.sum() > 0.6 * len(grow):
            grow[:] = True
            continue
        grow[fresh[random.random(len(fresh)) < 0.25]] = True
        if len(fresh) < 20:
            grow[fresh] = True


def _restricted(model: Model, grow: np.ndarray, kept: np.ndarray, rows: sp.csr_matrix) -> Model:
    """The model over the cells that may still move, the others held."""
    right = model.right - rows[:, ~grow] @ kept[~grow]
    matrix = rows[:, grow]
    used = np.diff(matrix.indptr) > 0
    offset = model.offset + float(model.cost[~grow] @ kept[~grow])
    return Model(matrix[used].tocsc(), right[used], model.low[grow], model.high[grow], model.cost[grow], offset)


def _branch(model: Model, gap: float, seconds: float) -> np.ndarray | None:
    import highspy

    solver = model.highs(time_limit=float(seconds), mip_rel_gap=gap)
    for column in np.flatnonzero(model.high > model.low):
        solver.changeColIntegrality(int(column), highspy.HighsVarType.kInteger)
    return solved(solver)
