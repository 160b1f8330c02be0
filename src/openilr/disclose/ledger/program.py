"""One linear program (HiGHS) over atoms: how many people may be where, given the sums that are known."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import scipy.sparse as sp

__all__ = ["Program"]

_PRIMAL = 4
#: A better world is looked for in so many branches.
_NODES = 20
#: Less processor time than this is not worth a start.
_LEAST = 0.01
#: Stands for no limit to the people of an atom.
_MANY = 1e7


class Program:
    """Numbers of people, none below 0 or above ``upper``; their sums, ``matrix @ people``, from ``low`` to ``high``."""

    def __init__(self, matrix: sp.csr_matrix, low: np.ndarray, high: np.ndarray, upper: np.ndarray) -> None:
        import highspy

        class Quiet(highspy.Highs):
            def enableCallbacks(self) -> None:
                pass

        columns = matrix.tocsc()
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns.shape[1], columns.shape[0]
        lp.col_cost_ = np.zeros(lp.num_col_)
        lp.col_lower_, lp.col_upper_ = np.zeros(lp.num_col_), np.minimum(upper, _MANY)
        lp.row_lower_, lp.row_upper_ = low, np.where(np.isinf(high), highspy.kHighsInf, high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = columns.indptr, columns.indices, columns.data
        self._highspy, self._size = highspy, int(lp.num_col_)
        self._solver: Any = Quiet()
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        self._solver.setOptionValue("random_seed", 1)
        # Another group only changes what is asked for, so the last world stays a place to start from.
        self._solver.setOptionValue("simplex_strategy", _PRIMAL)
        self._solver.passModel(lp)

    def solve(self, cost: np.ndarray, seconds: float, *, maximise: bool) -> tuple[float, np.ndarray, np.ndarray] | None:
        """The most or least of ``cost``, a world that has it, and what each sum is worth to it; None out of time."""
        if not self._run(cost, seconds, maximise=maximise):
            return None
        h, status = self._highspy, self._solver.getModelStatus()
        if status != h.HighsModelStatus.kOptimal:
            raise RuntimeError(f"The attack met a program without an answer: {status}.")
        solution = self._solver.getSolution()
        world = np.array(solution.col_value)
        return float(cost @ world), world, np.array(solution.row_dual)

    def whole(self, cost: np.ndarray, seconds: float) -> np.ndarray | str:
        """A world of whole numbers, with much of ``cost`` where that is easy; else ``no`` or ``unknown``."""
        self._whole_numbers()
        self._solver.setOptionValue("mip_max_improving_sols", 1)
        ended = self._run(cost, seconds, maximise=True)
        h, status = self._highspy, self._solver.getModelStatus()
        if status == h.HighsModelStatus.kInfeasible:
            return "no"
        found = self._solver.getInfo().primal_solution_status == 2  # feasible
        if found and (ended or status == h.HighsModelStatus.kSolutionLimit):
            return np.array(self._solver.getSolution().col_value)
        return "unknown"

    def improve(self, cost: np.ndarray, world: np.ndarray, goal: float, seconds: float) -> np.ndarray:
        """From a whole world that agrees, one with more of ``cost``, up to ``goal``; the same where none is found."""
        if self._run(cost, seconds, maximise=True):
            best = np.array(self._solver.getSolution().col_value)
            if np.abs(best - np.round(best)).max() < 1e-6:
                return np.round(best)
        self._whole_numbers()
        start = self._highspy.HighsSolution()
        start.col_value = world.tolist()
        self._solver.setSolution(start)
        if np.isfinite(goal):
            self._solver.setOptionValue("objective_target", goal - 0.5)
        self._solver.setOptionValue("mip_max_nodes", _NODES)
        self._run(cost, seconds, maximise=True)
        if self._solver.getInfo().primal_solution_status != 2:  # feasible
            return world
        return np.round(np.array(self._solver.getSolution().col_value))

    def _whole_numbers(self) -> None:
        every = np.arange(self._size, dtype=np.int32)
        self._solver.changeColsIntegrality(self._size, every, np.full(self._size, 1, dtype=np.uint8))

    def _run(self, cost: np.ndarray, seconds: float, *, maximise: bool) -> bool:
        """False where its processor time ran out. The solver counts time as it passes: it is sent on until then."""
        h, solver, until = self._highspy, self._solver, time.thread_time() + seconds
        solver.changeColsCost(self._size, np.arange(self._size, dtype=np.int32), cost)
        solver.changeObjectiveSense(h.ObjSense.kMaximize if maximise else h.ObjSense.kMinimize)
        while (left := until - time.thread_time()) > _LEAST:
            solver.setOptionValue("time_limit", solver.getRunTime() + left)
            solver.run()
            if solver.getModelStatus() != h.HighsModelStatus.kTimeLimit:
                return True
        return False
