"""One model of what some tables tell, asked about each small group in turn.

First what a plain subtraction shows; then what a few people moved about rule out; and for the rest linear programs.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from openilr.disclose.ledger.axes import Atoms
from openilr.disclose.ledger.program import Program
from openilr.disclose.ledger.published import ALL, PatternTable, Published

if TYPE_CHECKING:
    from openilr.disclose.ledger.attack import Attack

__all__ = ["Exposure", "Search", "Target", "Term", "cell_masks"]

_SMALL = 1e-6
#: A proof is told with so many numbers; the rest are counted.
_MOST_TERMS = 8
#: A group of more categories than these is not taken apart.
_MOST_NAMED = 6
#: So many atoms around a group are moved about at a time, so many times, each for so many seconds.
_AROUND, _STEPS, _A_STEP = 300, 8, 0.3
#: After so many steps that settle next to nothing, groups are taken one by one.
_IDLE = 3
#: Seconds for one world of whole numbers over all atoms.
_A_WORLD = 5.0
#: More atoms than these are not asked for whole numbers all at once.
_MOST_WHOLE = 20_000


@dataclass(frozen=True)
class Term:
    """A published number that a proof uses: which release, which cell, what was shown, and how often (1, -1, ...)."""

    release: str
    cell: dict[str, str]
    shown: str
    times: float


@dataclass(frozen=True)
class Exposure:
    """A small group whose size follows: between ``low`` and ``high`` people. ``terms`` is the arithmetic that shows it;
    ``least``, that it has ``low`` at least, where that takes other numbers.

    ``table``: the place in the list of the table whose hidden cell it is; -1 for a group that no table shows.
    """

    group: dict[str, str]
    low: int
    high: int
    table: int
    row: int
    terms: tuple[Term, ...]
    least: tuple[Term, ...] = ()

    @property
    def used(self) -> tuple[Term, ...]:
        """All numbers that the proof uses."""
        return self.terms + self.least

    def words(self) -> str:
        """The group, what is known, and the subtraction."""
        size = f"exactly {self.low}" if self.low == self.high else f"between {self.low} and {self.high}"
        group = ", ".join(f"{k} {v}" for k, v in self.group.items()) or "all"
        return f"{group}: {size} people, from {self.subtraction()}"

    def subtraction(self) -> str:
        """The published numbers that add up to the group, each with its cell and release."""
        lower = f", and no fewer from {_sum(self.least)}" if self.least else ""
        return _sum(self.terms) + lower


def _sum(terms: Sequence[Term]) -> str:
    told = ""
    for term in terms[:_MOST_TERMS]:
        cell = ", ".join(f"{k} {v}" for k, v in term.cell.items()) or "total"
        sign = "-" if term.times < 0 else "+" if told else ""
        often = "" if abs(abs(term.times) - 1) < 1e-4 else f"{abs(term.times):g} times "
        told += f" {sign} {often}{term.shown} ({cell}; {term.release})"
    more = len(terms) - _MOST_TERMS
    return " ".join(told.split()) + (f" and {more} more numbers" if more > 0 else "")


@dataclass(frozen=True)
class Target:
    mask: np.ndarray
    words: dict[str, str]
    table: int
    row: int


def cell_masks(table: Published, own: np.ndarray) -> list[np.ndarray]:
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


class Search:
    """One model of everything published, asked about each target in turn."""

    def __init__(
        self,
        tables: Sequence[Published],
        masks: list[list[np.ndarray]],
        atoms: Atoms,
        targets: list[Target],
        threshold: int,
        until: float,
        whole: bool = True,
    ) -> None:
        import scipy.sparse as sp

        #: Whether these are all tables, with all that they tell, so that a world that agrees with them is a proof.
        self.whole = whole
        self.sp = sp
        self.tables, self.atoms, self.targets = tables, atoms, targets
        self.threshold, self.until = threshold, until
        #: Groups that are neither shown to be safe nor exposed; and those that at least these tables do not expose.
        self.open = np.ones(len(targets), bool)
        self.quiet = np.zeros(len(targets), bool)
        #: What a few numbers show each group to have at least and at most.
        self.least, self.most = np.zeros(len(targets)), np.full(len(targets), np.inf)
        indices: list[np.ndarray] = []
        low: list[float] = []
        high: list[float] = []
        self.place: list[tuple[int, int]] = []
        at: dict[bytes, int] = {}
        for number, (table, cells) in enumerate(zip(tables, masks, strict=True)):
            for row, mask in enumerate(cells):
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
        # A set of atoms is known by two sums of random numbers: whole numbers, so exact whatever the order.
        self._marks = np.random.default_rng(0).integers(1 << 36, size=(2, len(atoms.codes))).astype(float)
        self._marked = [(float(a), float(b)) for a, b in (self.matrix @ self._marks.T).tolist()]
        self._row = {mark: row for row, mark in enumerate(self._marked)}
        # What is shown to be empty holds nobody.
        empty = np.zeros(len(atoms.codes), bool)
        for i in np.flatnonzero(self.high < 1):
            empty[indices[i]] = True
        self.upper = np.where(empty, 0.0, np.inf)
        groups = [t.mask for t in targets]
        sizes = [len(m) for m in groups]
        self.groups = sp.csr_matrix(
            (np.ones(sum(sizes)), np.concatenate(groups), np.concatenate([[0], np.cumsum(sizes)])),
            shape=(len(groups), len(atoms.codes)),
        )

    @cached_property
    def _columns(self) -> Any:
        return self.matrix.tocsc()

    @cached_property
    def _often(self) -> list[np.ndarray]:
        """For each axis, how many people are in each category, -1 (outside) first."""
        return [np.bincount(codes + 1, weights=self.atoms.people) for codes in self.atoms.codes.T]

    @cached_property
    def program(self) -> Program:
        return Program(self.matrix, self.low, self.high, self.upper)

    def subtract(self, result: Attack) -> None:
        """The groups that are one published number less another one."""
        mine = (self.groups @ self._marks.T).tolist()
        sizes = np.diff(self.groups.indptr)
        product = (self.groups @ self.matrix.T).tocsr()
        product.sort_indices()
        inside = product.tocoo()
        whole = inside.data == sizes[inside.row]
        for number, row in zip(inside.row[whole].tolist(), inside.col[whole].tolist(), strict=True):
            if not self.open[number]:
                continue
            (one, two), (own, own_) = self._marked[row], mine[number]
            rest = (one - own, two - own_)
            part = self._row.get(rest)
            if part is None and rest != (0.0, 0.0):
                continue
            low = self.low[row] - (self.high[part] if part is not None else 0)
            high = self.high[row] - (self.low[part] if part is not None else 0)
            self.least[number], self.most[number] = max(self.least[number], low), min(self.most[number], high)
            if low > _SMALL and high < self.threshold - _SMALL:
                worth = np.zeros(len(self.low))
                worth[row] = 1
                if part is not None:
                    worth[part] = -1
                self.open[number] = False
                result.exposed.append(self._exposure(number, low, high, self._terms(worth)))

    def parts(self, result: Attack) -> None:
        """The groups that the cells of their own categories, and the totals of these, give away."""
        for number in self.order():
            if self._left() <= 0:
                return
            if (found := self._of_parts(number)) is not None:
                self.open[number] = False
                result.exposed.append(found)

    def prove(self) -> None:
        """Close the groups that a few people moved about show not to be exposed."""
        self._mix()
        for number in self.order():
            if self._left() <= 0:
                return
            if not self.quiet[number]:
                self._move(number)

    def hard(self, result: Attack) -> None:
        """Linear programs over everything for the rest; whole worlds of everything only if nothing is exposed."""
        left: list[tuple[int, float]] = []
        for number in self.order():
            if self.quiet[number]:
                continue
            found = self._ask(number)
            if isinstance(found, Exposure):
                result.exposed.append(found)
            elif found is not None:
                left.append((number, found))
        if result.exposed or not self.whole:
            return  # it is refused for that; what is left is looked at when that is mended
        for number, least in left:
            if self.open[number] and (found := self._proof(number, least)) is not None:
                self.open[number] = False
                result.exposed.append(found)

    def order(self) -> list[int]:
        """The groups that may still be exposed, those of most atoms first."""
        order = np.argsort([-len(t.mask) for t in self.targets], kind="stable")
        return [int(number) for number in order if self.open[number] and not self.quiet[number]]

    def close(self, sizes: np.ndarray) -> None:
        """Close the groups that these sizes, of a world that agrees with all tables, prove not to be exposed."""
        safe = (sizes >= self.threshold) | (sizes == 0)
        self.open &= ~safe
        self.quiet |= safe

    def _of_parts(self, number: int) -> Exposure | None:
        """The group, if the cells of its own categories give it away. All atoms are put together by which of the
        categories they have; only the numbers that are sums of these parts are used."""
        codes, mask = self.atoms.codes, self.targets[number].mask
        own = codes[mask[0]]
        named = np.flatnonzero((codes[mask] == own).all(0))
        part = ((codes[:, named] == own[named]) << np.arange(len(named))).sum(1)
        sizes = np.bincount(part, minlength=1 << len(named))
        if len(named) > _MOST_NAMED or sizes[part[mask[0]]] != len(mask):
            return None  # no group of single categories
        made = [np.bincount(part, weights=mark, minlength=len(sizes)) for mark in self._marks]
        rows, sets = [], []
        for kept in itertools.product((0, 1, None), repeat=len(named)):
            inside = np.ones(len(sizes), bool)
            for bit, value in enumerate(kept):
                if value is not None:
                    inside &= (np.arange(len(sizes)) >> bit & 1) == value
            row = self._row.get((float(made[0][inside].sum()), float(made[1][inside].sum())))
            if row is not None and row not in rows:
                rows.append(row)
                sets.append(inside & (sizes > 0))
        if not rows:
            return None
        upper = np.where(sizes > 0, np.inf, 0.0)
        program = Program(self.sp.csr_matrix(np.array(sets, float)), self.low[rows], self.high[rows], upper)
        cost = np.zeros(len(sizes))
        cost[part[mask[0]]] = 1
        most = program.solve(cost, self._left(), maximise=True)
        least = program.solve(cost, self._left(), maximise=False)
        if most is None or least is None:
            return None
        self.least[number], self.most[number] = max(self.least[number], least[0]), min(self.most[number], most[0])
        if most[0] >= self.threshold - _SMALL or least[0] <= _SMALL:
            return None
        duals = np.zeros(len(self.low))
        duals[rows] = most[2]
        lower = np.zeros(len(self.low))
        lower[rows] = least[2]
        return self._exposure(number, least[0], most[0], self._terms(duals), self._terms(lower))

    def _mix(self) -> None:
        """Worlds in which as many groups as possible are large, or empty: each settles many at once."""
        dice = np.random.default_rng(0)
        for sign in (1.0, -1.0):
            world = self.atoms.people.astype(float)
            idle = 0
            while idle < _IDLE and (order := self.order()) and self._left() > 0:
                before = self.quiet.sum()
                all_ = np.asarray(self.groups[order].sum(0)).ravel().clip(0, 1)
                world = self._step(order[int(dice.integers(len(order)))], world, sign * all_, np.inf, dice)
                self._settle(world)
                idle = 0 if self.quiet.sum() - before > 1 else idle + 1

    def _move(self, number: int) -> None:
        """Look for a whole world in which the group is empty or large: from the true one, step by step, each time in
        a few atoms around the group."""
        dice = np.random.default_rng(number)
        mine = self._cost(number)
        for sign in (1.0, -1.0):
            world = self.atoms.people.astype(float)
            goal = self.threshold if sign > 0 else 0.0
            for _ in range(_STEPS):
                world = self._step(number, world, sign * mine, goal, dice)
                if self._left() <= 0 or self._settle(world, number):
                    return

    def _step(
        self, number: int, world: np.ndarray, cost: np.ndarray, goal: float, dice: np.random.Generator
    ) -> np.ndarray:
        """The world with more of ``cost``, up to ``goal``, by moving people in a few atoms around the group."""
        columns = self._around(number, dice)
        matrix = self._columns[:, columns]
        rows = np.flatnonzero(np.bincount(matrix.indices, minlength=len(self.low)))
        matrix = matrix[rows]
        rest = (self.matrix @ world)[rows] - matrix @ world[columns]
        program = Program(matrix, self.low[rows] - rest, self.high[rows] - rest, self.upper[columns])
        outside = cost @ world - cost[columns] @ world[columns]
        found = program.improve(cost[columns], world[columns], goal - outside, min(_A_STEP, self._left()))
        world = world.copy()
        world[columns] = found
        return world

    def _around(self, number: int, dice: np.random.Generator) -> np.ndarray:
        """Atoms made of the group's own categories and some others of each axis, rather those of many people."""
        codes, mask = self.atoms.codes, self.targets[number].mask
        mine = codes[mask[self.atoms.people[mask] > 0]]
        kept = [np.unique(mine[:, a]).tolist() for a in range(codes.shape[1])]
        more = []
        for own, often in zip(kept, self._often, strict=True):
            others = [c for c in np.flatnonzero(often) - 1 if c not in own]
            chance = dice.random(len(others)) ** (1 / often[np.array(others, int) + 1])
            more.append([others[i] for i in np.argsort(chance)])
        size = float(np.prod([len(own) for own in kept]))
        growing = [a for a, others in enumerate(more) if others]
        while growing:
            a = int(dice.choice(growing))
            size *= (len(kept[a]) + 1) / len(kept[a])
            if size > _AROUND:
                break
            kept[a].append(more[a].pop())
            if not more[a]:
                growing.remove(a)
        return np.flatnonzero(np.all([np.isin(codes[:, a], own) for a, own in enumerate(kept)], axis=0))

    def _ask(self, number: int) -> Exposure | float | None:
        """Exposed; or the least size by linear programming, where it stays open; None if settled or out of time."""
        cost = self._cost(number)
        most = self.program.solve(cost, self._left(), maximise=True)
        if most is None or (most[0] >= self.threshold - _SMALL and (not self.whole or self._settle(most[1], number))):
            return None
        least = self.program.solve(cost, self._left(), maximise=False)
        if least is None or (least[0] <= _SMALL and (not self.whole or self._settle(least[1], number))):
            return None
        if most[0] < self.threshold - _SMALL and least[0] > _SMALL:
            self.open[number] = False
            return self._exposure(number, least[0], most[0], self._terms(most[2]), self._terms(least[2]))
        return least[0]

    def _proof(self, number: int, least: float) -> Exposure | None:
        """Whole worlds looked for: one that settles the group closes it, none at all exposes it."""
        if time.thread_time() > self.until:
            return None
        cost = self._cost(number)
        answers = [self._whole(number, empty=False)]
        if answers[0] != "yes" and least <= _SMALL:
            answers.append(self._whole(number, empty=True))
        if "yes" in answers or "unknown" in answers:
            return None
        most = self.program.solve(cost, self._left(), maximise=True)
        high = self.threshold - 1.0 if most is None else min(most[0], self.threshold - 1.0)
        return self._exposure(number, max(least, 1.0), high, self._terms(most[2]) if most is not None else ())

    def _exposure(
        self, number: int, low: float, high: float, terms: tuple[Term, ...], least: tuple[Term, ...] = ()
    ) -> Exposure:
        target = self.targets[number]
        known = {(t.release, str(t.cell)) for t in terms}
        if all((t.release, str(t.cell)) in known or t.cell == target.words for t in least) and terms:
            least = ()
        bounds = int(np.ceil(low - _SMALL)), int(np.floor(high + _SMALL))
        return Exposure(target.words, *bounds, target.table, target.row, terms or least, least if terms else ())

    def _cost(self, number: int) -> np.ndarray:
        cost = np.zeros(self.groups.shape[1])
        cost[self.targets[number].mask] = 1
        return cost

    def _settle(self, world: np.ndarray, number: int | None = None) -> bool:
        """Close the groups that this world proves not to be exposed; True if ``number`` is one of them."""
        whole = np.round(world)
        if np.abs(whole - world).max() > 1e-5:
            return False
        sums = self.matrix @ whole
        if (sums < self.low - 0.5).any() or (sums > self.high + 0.5).any():
            return False
        sizes = self.groups @ whole
        if self.whole:
            self.close(sizes)
        else:
            self.quiet |= (sizes >= self.threshold) | (sizes == 0)
        return number is not None and bool(self.quiet[number])

    def _whole(self, number: int, *, empty: bool) -> str:
        """Is there a world of whole numbers in which the group is empty, or else large enough: yes, no or unknown."""
        cost = self._cost(number)
        if len(cost) > _MOST_WHOLE:
            return "unknown"
        program = Program(
            self.sp.vstack([self.matrix, self.sp.csr_matrix(cost)]).tocsr(),
            np.append(self.low, 0 if empty else self.threshold),
            np.append(self.high, 0 if empty else np.inf), self.upper,
        )  # fmt: skip
        found = program.whole(np.zeros(len(cost)), max(0.1, min(_A_WORLD, self._left())))
        if isinstance(found, str):
            return found
        self._settle(found)
        return "yes"

    def _left(self) -> float:
        return self.until - time.thread_time()

    def _terms(self, duals: np.ndarray) -> tuple[Term, ...]:
        used = np.flatnonzero(np.abs(duals) > 1e-6)
        terms = []
        for i in used[np.argsort(-duals[used], kind="stable")]:
            number, row = self.place[i]
            table = self.tables[number]
            times = round(float(duals[i]), 4)
            terms.append(Term(table.name, table.cell(row), table.shown[row], times))
        return tuple(terms)
