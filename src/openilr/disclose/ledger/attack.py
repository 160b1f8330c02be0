"""What an intruder can work out from everything published about the same people.

The intruder sees every published number, knows how the tables are defined, and knows that a hidden count is at least 1.
Each number is a sum over atoms (``axes.py``); the least and greatest possible size of a group follow from linear
programming (HiGHS). A group of fewer people than the threshold is *exposed* when they can show that somebody is in it
and that fewer than the threshold are.

That a group is not exposed is believed only on proof: a whole table of whole numbers that agrees with everything
published, in which the group is empty or has enough people. What could not be proven in time is told as undecided.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from openilr.disclose.ledger.axes import MOST_ATOMS, Atoms, Space
from openilr.disclose.ledger.published import ALL, PatternTable, Published

__all__ = ["Attack", "Exposure", "attack"]

_SMALL = 1e-6
#: At most so many groups are looked for among the combinations of all tables' dimensions.
_MOST_AXES = 7
#: A proof is told with so many numbers; the rest are counted.
_MOST_TERMS = 8


@dataclass(frozen=True)
class Term:
    """A published number that a proof uses: which release, which cell, what was shown, and how often (1, -1, ...)."""

    release: str
    cell: dict[str, str]
    shown: str
    times: float


@dataclass(frozen=True)
class Exposure:
    """A small group whose size follows: between ``low`` and ``high`` people. ``terms`` is the arithmetic that shows it.

    ``table``: the place in the list of the table whose hidden cell it is; -1 for a group that no table shows.
    """

    group: dict[str, str]
    low: int
    high: int
    table: int
    row: int
    terms: tuple[Term, ...]

    def words(self) -> str:
        """The group, what is known, and the subtraction."""
        size = f"exactly {self.low}" if self.low == self.high else f"between {self.low} and {self.high}"
        group = ", ".join(f"{k} {v}" for k, v in self.group.items()) or "all"
        return f"{group}: {size} people, from {self.subtraction()}"

    def subtraction(self) -> str:
        """The published numbers that add up to the group, each with its cell and release."""
        told = ""
        for term in self.terms[:_MOST_TERMS]:
            cell = ", ".join(f"{k} {v}" for k, v in term.cell.items()) or "total"
            sign = "-" if term.times < 0 else "+" if told else ""
            often = "" if abs(abs(term.times) - 1) < 1e-4 else f"{abs(term.times):g} times "
            told += f" {sign} {often}{term.shown} ({cell}; {term.release})"
        more = len(self.terms) - _MOST_TERMS
        return " ".join(told.split()) + (f" and {more} more numbers" if more > 0 else "")


@dataclass
class Attack:
    """What came of it. ``undecided``: groups for which neither a proof nor an exposure was found in time."""

    exposed: list[Exposure] = field(default_factory=list)
    undecided: list[dict[str, str]] = field(default_factory=list)
    groups: int = 0
    atoms: int = 0
    spread: bool = True
    seconds: float = 0.0


def attack(tables: Sequence[Published], threshold: int, *, seconds: float = 20.0, first_only: bool = False) -> Attack:
    """Attack the last of ``tables`` with the help of all others: hidden cells of every table, and groups that the
    tables' dimensions make together.

    All are taken in one program where their dimensions allow it. Where these make too many groups, the last table is
    taken with one other after another, together with what all others tell about the same dimensions.

    seconds: time to spend; first_only: stop at the first exposure (enough for a yes or no).
    """
    start = time.monotonic()
    space = Space(tables)
    result = Attack()
    for axes in _gatherings(space):
        numbers, parts = [], []
        for number in range(len(tables)):
            part = space.within(number, axes)
            if part is not None:
                numbers.append(number)
                parts.append(part)
        atoms = space.atoms(numbers, axes)
        targets = _targets(parts, atoms, threshold)
        result.groups += len(targets)
        result.atoms = max(result.atoms, len(atoms.codes))
        result.spread &= atoms.spread
        if targets:
            found = len(result.exposed)
            _Search(parts, atoms, targets, threshold, start + seconds).run(result, first_only)
            result.exposed[found:] = [
                replace(e, table=numbers[e.table] if e.table >= 0 else -1) for e in result.exposed[found:]
            ]
        if first_only and result.exposed:
            break
    result.exposed.sort(key=lambda e: (len(e.terms), e.low))
    result.seconds = time.monotonic() - start
    return result


def _gatherings(space: Space) -> list[frozenset[int]]:
    """Sets of axes to look at together: all, or the last table's with those of as many others as can be spread out."""
    everything = frozenset(range(len(space.axes)))
    if space.size(everything) <= MOST_ATOMS:
        return [everything]
    mine = space.axes_of(len(space.tables) - 1)
    wanted = {mine | space.axes_of(i) for i in range(len(space.tables) - 1)} | {mine}
    wanted = {w for w in wanted if not any(w < other for other in wanted)}
    gathered: list[frozenset[int]] = []
    for axes in sorted(wanted, key=lambda w: (space.size(w), sorted(w))):
        for i, known in enumerate(gathered):
            if space.size(known | axes) <= MOST_ATOMS // 4:
                gathered[i] = known | axes
                break
        else:
            gathered.append(axes)
    return gathered


@dataclass(frozen=True)
class _Target:
    mask: np.ndarray
    words: dict[str, str]
    table: int
    row: int


def _cell_masks(table: Published, own: np.ndarray) -> list[np.ndarray]:
    """For each cell of the table, the atoms in it (their numbers)."""
    if isinstance(table, PatternTable):
        code = own[:, 0]
        return [np.flatnonzero((code >= 0) & table.sets[row][np.maximum(code, 0)]) for row in range(len(table.n))]
    masks: list[np.ndarray] = [np.zeros(0, int)] * len(table.codes)
    inside = np.flatnonzero((own >= 0).all(1))
    kinds: dict[tuple[bool, ...], list[int]] = {}
    for row, codes in enumerate(table.codes):
        kinds.setdefault(tuple(codes != ALL), []).append(row)
    for keep, rows in kinds.items():
        on = [j for j, kept in enumerate(keep) if kept]
        if not on:
            for row in rows:
                masks[row] = inside
            continue
        sizes = [len(table.categories[j]) for j in on]
        flat = np.ravel_multi_index([own[inside, j] for j in on], sizes)
        order = np.argsort(flat, kind="stable")
        starts = np.searchsorted(flat[order], np.arange(int(np.prod(sizes)) + 1))
        for row in rows:
            at = int(np.ravel_multi_index([table.codes[row, j] for j in on], sizes))
            masks[row] = inside[order[starts[at] : starts[at + 1]]]
    return masks


def _targets(tables: Sequence[Published], atoms: Atoms, threshold: int) -> list[_Target]:
    seen: dict[bytes, None] = {}
    found: list[_Target] = []

    def add(mask: np.ndarray, words: dict[str, str], table: int, row: int) -> None:
        key = np.sort(mask).tobytes()
        if 0 < atoms.people[mask].sum() < threshold and key not in seen:
            seen[key] = None
            found.append(_Target(mask, words, table, row))

    for number, (table, own) in enumerate(zip(tables, atoms.of_table, strict=True)):
        masks = _cell_masks(table, own)
        for row in np.flatnonzero(table.n < threshold):
            add(masks[row], table.cell(int(row)), number, int(row))
    count = len(atoms.axes)
    if atoms.spread and count <= _MOST_AXES:
        subsets = [s for size in range(1, count + 1) for s in itertools.combinations(range(count), size)]
    else:
        subsets = [s for size in (1, 2, 3) for s in itertools.combinations(range(count), size)] + [tuple(range(count))]
    for subset in subsets:
        codes = atoms.codes[:, list(subset)]
        flat = np.ravel_multi_index(list(codes.T + 1), list(codes.max(0) + 2))
        order = np.argsort(flat, kind="stable")
        starts = np.unique(flat[order], return_index=True)[1]
        sizes = np.add.reduceat(atoms.people[order], starts)
        ends = np.append(starts[1:], len(flat))
        for at in np.flatnonzero((sizes > 0) & (sizes < threshold)):
            mask = order[starts[at] : ends[at]]
            values = atoms.codes[mask[0], list(subset)]
            if (values < 0).all():
                continue
            words = {atoms.axes[a].label: atoms.axes[a].words[v] for a, v in zip(subset, values, strict=True) if v >= 0}
            add(mask, words, -1, -1)
    return found


class _Search:
    """One model of everything published, asked about each target in turn."""

    def __init__(
        self, tables: Sequence[Published], atoms: Atoms, targets: list[_Target], threshold: int, until: float
    ) -> None:
        import scipy.sparse as sp

        self.tables, self.atoms, self.targets = tables, atoms, targets
        self.threshold, self.until = threshold, until
        indices: list[np.ndarray] = []
        low: list[float] = []
        high: list[float] = []
        self.place: list[tuple[int, int]] = []
        at: dict[bytes, int] = {}
        for number, (table, own) in enumerate(zip(tables, atoms.of_table, strict=True)):
            for row, mask in enumerate(_cell_masks(table, own)):
                key = np.sort(mask).tobytes()
                if key in at:  # the same people, told twice: what both tell
                    same = at[key]
                    if table.low[row] > low[same] or table.high[row] < high[same]:
                        self.place[same] = (number, row)
                    low[same] = max(low[same], table.low[row])
                    high[same] = min(high[same], table.high[row])
                    continue
                if not len(mask) or (table.low[row] <= 0 and np.isinf(table.high[row])):
                    continue
                at[key] = len(indices)
                indices.append(mask)
                low.append(table.low[row])
                high.append(table.high[row])
                self.place.append((number, row))
        lengths = [len(i) for i in indices]
        self.matrix = sp.csr_matrix(
            (np.ones(sum(lengths)), np.concatenate(indices), np.concatenate([[0], np.cumsum(lengths)])),
            shape=(len(indices), len(atoms.codes)),
        )
        self.low, self.high = np.array(low, float), np.array(high, float)
        # What is shown to be empty holds nobody.
        empty = np.zeros(len(atoms.codes), bool)
        for i in np.flatnonzero(self.high < 1):
            empty[indices[i]] = True
        self.upper = np.where(empty, 0.0, np.inf)
        masks = [t.mask for t in targets]
        sizes = [len(m) for m in masks]
        self.groups = sp.csr_matrix(
            (np.ones(sum(sizes)), np.concatenate(masks), np.concatenate([[0], np.cumsum(sizes)])),
            shape=(len(masks), len(atoms.codes)),
        )
        self.solver = self._model()

    def _model(self) -> Any:
        import highspy

        columns = self.matrix.tocsc()
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns.shape[1], columns.shape[0]
        lp.col_cost_ = np.zeros(lp.num_col_)
        lp.col_lower_, lp.col_upper_ = np.zeros(lp.num_col_), np.where(np.isinf(self.upper), 1e7, self.upper)
        lp.row_lower_, lp.row_upper_ = self.low, np.where(np.isinf(self.high), highspy.kHighsInf, self.high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = columns.indptr, columns.indices, columns.data

        class Quiet(highspy.Highs):
            def enableCallbacks(self) -> None:
                pass

        solver: Any = Quiet()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("random_seed", 1)
        solver.passModel(lp)
        self.highspy = highspy
        return solver

    def run(self, result: Attack, first_only: bool) -> None:
        open_ = np.ones(len(self.targets), bool)
        # One world in which as many groups as possible are large settles many at once.
        _, world, _ = self._solve(np.asarray(self.groups.sum(0)).ravel().clip(0, 1), maximise=True)
        self._settle(open_, world)
        order = np.argsort([-len(t.mask) for t in self.targets], kind="stable")
        for number in order:
            if not open_[number]:
                continue
            target = self.targets[number]
            if time.monotonic() > self.until:
                result.undecided.append(target.words)
                continue
            open_[number] = False
            found = self._ask(number, open_)
            if isinstance(found, str):
                result.undecided.append(target.words)
            elif found is not None:
                result.exposed.append(found)
                if first_only:
                    return

    def _ask(self, number: int, open_: np.ndarray) -> Exposure | str | None:
        target = self.targets[number]
        cost = np.zeros(self.groups.shape[1])
        cost[target.mask] = 1
        high, world, duals = self._solve(cost, maximise=True)
        if high >= self.threshold - _SMALL:
            if self._settle(open_, world, number):
                return None
            whole = self._whole(cost, at_least=self.threshold)
            if whole == "yes":
                return None
            if whole == "unknown":
                return "undecided"
            high = self.threshold - 1.0
        low, world, other = self._solve(cost, maximise=False)
        if low <= _SMALL:
            if self._settle(open_, world, number):
                return None
            whole = self._whole(cost, at_most=0)
            if whole != "no":
                return None if whole == "yes" else "undecided"
            low = 1.0
        terms = self._terms(duals) or self._terms(other)
        least, most = int(np.ceil(low - _SMALL)), int(np.floor(high + _SMALL))
        return Exposure(target.words, least, most, target.table, target.row, terms)

    def _solve(self, cost: np.ndarray, *, maximise: bool) -> tuple[float, np.ndarray, np.ndarray]:
        h, solver = self.highspy, self.solver
        solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        solver.changeObjectiveSense(h.ObjSense.kMaximize if maximise else h.ObjSense.kMinimize)
        solver.run()
        if solver.getModelStatus() != h.HighsModelStatus.kOptimal:
            raise RuntimeError(f"The attack met a program without an answer: {solver.getModelStatus()}.")
        solution = solver.getSolution()
        world = np.array(solution.col_value)
        return float(cost @ world), world, np.array(solution.row_dual)

    def _settle(self, open_: np.ndarray, world: np.ndarray, number: int | None = None) -> bool:
        """Close the groups that this world proves not to be exposed; True if ``number`` is one of them."""
        whole = np.round(world)
        if np.abs(whole - world).max() > 1e-5:
            return False
        sums = self.matrix @ whole
        if (sums < self.low - 0.5).any() or (sums > self.high + 0.5).any():
            return False
        sizes = self.groups @ whole
        proven = (sizes >= self.threshold) | (sizes == 0)
        open_[proven] = False
        return number is not None and bool(proven[number])

    def _whole(self, cost: np.ndarray, *, at_least: float | None = None, at_most: float | None = None) -> str:
        """Is there a world of whole numbers in which the group has so many people: yes, no or unknown."""
        if len(cost) > 20_000:
            return "unknown"
        h, solver = self.highspy, self._model()
        solver.setOptionValue("time_limit", max(0.1, min(5.0, self.until - time.monotonic())))
        on = np.flatnonzero(cost).astype(np.int32)
        solver.changeColsIntegrality(
            len(cost), np.arange(len(cost), dtype=np.int32), np.full(len(cost), 1, dtype=np.uint8)
        )
        solver.addRow(
            -h.kHighsInf if at_least is None else at_least, h.kHighsInf if at_most is None else at_most, len(on), on,
            np.ones(len(on)),
        )  # fmt: skip
        solver.run()
        status = solver.getModelStatus()
        if status == h.HighsModelStatus.kOptimal:
            return "yes"
        return "no" if status == h.HighsModelStatus.kInfeasible else "unknown"

    def _terms(self, duals: np.ndarray) -> tuple[Term, ...]:
        used = np.flatnonzero(np.abs(duals) > 1e-6)
        terms = []
        for i in used[np.argsort(-duals[used], kind="stable")]:
            number, row = self.place[i]
            table = self.tables[number]
            times = round(float(duals[i]), 4)
            terms.append(Term(table.name, table.cell(row), table.shown[row], times))
        return tuple(terms)
