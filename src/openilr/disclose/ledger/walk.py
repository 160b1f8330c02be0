"""Whole populations that agree with every table at once, each made from the last by two people who change places.

What a few tables leave open another one may close. So where all tables are too many for one program, a group counts as
not exposed only when such a population has nobody in it, or enough people. Two people change places in some of the
axes; tables of these axes alone, or of none of them, then stay as they are, and the others must still agree.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from openilr.disclose.ledger.program import Program
from openilr.disclose.ledger.published import ALL, PatternTable, Published

if TYPE_CHECKING:
    from openilr.disclose.ledger.axes import Rule, Space
    from openilr.disclose.ledger.search import Search

__all__ = ["Walk"]

#: So many people are tried as partners at a time.
_PARTNERS = 4_000
#: So many partners are tried for a change of places of four.
_NEAREST = 40
#: So many people of a group, or beside it, are tried for a step before the group is left as it is.
_FIRST = 4
#: So many atoms around a group are moved about at a time, so often, each for so many seconds.
_AROUND, _BOXES, _A_BOX = 300, 4, 0.5
#: Fewer people than these have nowhere to go.
_FEW = 4
#: After so many groups it is looked at what else the population proves.
_EVERY = 25


class Walk:
    """The true population to begin with; ``prove`` closes the groups of the searches that a population proves."""

    def __init__(
        self, space: Space, searches: Sequence[tuple[frozenset[int], list[int], Search]], until: float
    ) -> None:
        self.codes = space.codes.T.copy()  # people by axes
        self.names = [axis.words for axis in space.axes]
        self.sums = [_Sums(space, number, self.codes) for number in range(len(space.tables))]
        self.rules = [_Possible(rule, space) for rule in space.rules()]
        self.present = space.present()
        self.views = [_View(space, *each, self.codes) for each in searches]
        self.until = until
        self.dice = np.random.default_rng(0)
        #: For each axis those that exact numbers tie it to.
        self.tied: list[set[int]] = [set() for _ in space.axes]
        for sums in self.sums:
            for exact in sums.exact:
                for axis in exact:
                    self.tied[axis] |= exact - {axis}

    def prove(self) -> None:
        """Close groups until none is left, or the time is up."""
        done = 0
        for view in self.views:
            for number in view.search.order():
                if not view.search.open[number]:
                    continue
                if time.thread_time() > self.until:
                    return
                self._toward(view, number)
                view.settle()
                done += 1
                if done % _EVERY == 0:
                    for other in self.views:
                        other.settle()

    def _toward(self, view: _View, number: int) -> None:
        """Step until the group is empty or large, the nearer one first; then by more people at once."""
        threshold = view.search.threshold
        ways = (True, False) if 2 * view.size(number) > threshold else (False, True)
        for step in (self._two, self._four, self._box):
            for fill in ways:
                while time.thread_time() < self.until:
                    size = view.size(number)
                    if size == 0 or size >= threshold:
                        return
                    if not step(view, number, fill):
                        break

    def _two(self, view: _View, number: int, fill: bool) -> bool:
        """One change of places of two people that makes the group larger, or smaller."""
        inside = view.inside(number)
        named, own = view.named(number)
        for axis in map(int, self.dice.permutation(named)):
            for moved in self._together(axis):
                for first in self._first(view, inside, axis, own[axis], fill):
                    others = self._partners(view, inside, first, moved, axis, own[axis], fill)
                    if self._change(view, inside, first, others, moved, fill):
                        return True
                    if time.thread_time() > self.until:
                        return False
        return False

    def _first(self, view: _View, inside: np.ndarray, axis: int, value: int, fill: bool) -> Iterator[int]:
        """A few of the group's people; or of those who would be in it with this category."""
        if not fill:
            found = np.flatnonzero(inside[view.at])
        else:
            found = self._some(np.flatnonzero(~inside[view.at] & (self.codes[:, axis] >= 0)), 5 * _PARTNERS)
            rows = self.codes[found]
            rows[:, axis] = value
            found = found[inside[view.where(rows)]]
        yield from (int(p) for p in self._some(found, _FIRST))

    def _partners(
        self, view: _View, inside: np.ndarray, first: int, moved: tuple[int, ...], axis: int, value: int, fill: bool
    ) -> np.ndarray:
        """Whom somebody may change places with, as far as exact numbers go."""
        column = self.codes[:, axis]
        good = (column == value) & ~inside[view.at] if fill else column != value
        for other in set().union(*(self.tied[a] for a in moved)) - set(moved):
            good &= self.codes[:, other] == self.codes[first, other]
        return self._some(np.flatnonzero(good), _PARTNERS)

    def _change(
        self, view: _View, inside: np.ndarray, first: int, others: np.ndarray, moved: tuple[int, ...], fill: bool
    ) -> bool:
        """Let somebody change places with one of these, if all tables still agree."""
        on = list(moved)
        one, old = self.codes[first], self.codes[others]
        there, new = np.repeat(one[None], len(others), 0), old.copy()
        there[:, on], new[:, on] = old[:, on], one[on]
        now, then = view.where(there), view.where(new)
        more = inside[now].astype(int) + inside[then] - int(inside[view.at[first]]) - inside[view.at[others]]
        good = np.flatnonzero((now >= 0) & (then >= 0) & ((more > 0) if fill else (more < 0)))
        good = good[self._possible(moved, there[good]) & self._possible(moved, new[good])]
        for sums in self.sums:
            if not len(good):
                return False
            if sums.touched(moved):
                good = good[sums.fits(one, old[good], there[good], new[good])]
        if not len(good):
            return False
        pick = int(self.dice.choice(good))
        self._replace([first, int(others[pick])], np.stack([there[pick], new[pick]]))
        return True

    def _four(self, view: _View, number: int, fill: bool) -> bool:
        """Two change places in one axis; two others, who differ alike in what the first two differ in and, as far as
        exact numbers go, in nothing else, change back. So numbers that count the axis with one other axis stay."""
        inside = view.inside(number)
        named, own = view.named(number)
        marks = self.dice.integers(1 << 62, size=(len(self.tied), max(map(len, self.names)) + 1))
        each = np.stack([marks[a][self.codes[:, a]] for a in range(len(self.tied))], axis=1)
        for axis in map(int, self.dice.permutation(named)):
            column = self.codes[:, axis]
            for moved in self._together(axis):
                on = list(moved)
                tied = sorted(set().union(*(self.tied[a] for a in moved)) - set(moved))
                every = each[:, tied].sum(1)
                for first in self._first(view, inside, axis, own[axis], fill):
                    one = self.codes[first]
                    others = (column == own[axis]) & ~inside[view.at] if fill else (column != own[axis]) & (column >= 0)
                    others = self._some(np.flatnonzero(others), _PARTNERS)
                    apart = (self.codes[others][:, tied] != one[tied]).sum(1)
                    for second in others[np.argsort(apart, kind="stable")[:_NEAREST]]:
                        if time.thread_time() > self.until:
                            return False
                        two = self.codes[second]
                        differ = [a for a in tied if one[a] != two[a]]
                        third, fourth = self._like(on, two, differ, one), self._like(on, one, differ, two)
                        keys = [every[p] - each[p][:, differ].sum(1) for p in (third, fourth)]
                        _, i, j = np.intersect1d(*keys, return_indices=True)
                        for c, d in list(zip(third[i], fourth[j], strict=True))[:_FIRST]:
                            people = [first, int(second), int(c), int(d)]
                            if len(set(people)) == 4 and self._turn(view, inside, people, moved, fill):
                                return True
        return False

    def _like(self, on: list[int], one: np.ndarray, rest: list[int], other: np.ndarray) -> np.ndarray:
        """Who has one's categories on these axes, and the other's on the rest."""
        good = np.ones(len(self.codes), bool)
        for axes, like in ((on, one), (rest, other)):
            for a in axes:
                good &= self.codes[:, a] == like[a]
        return np.flatnonzero(good)

    def _turn(self, view: _View, inside: np.ndarray, people: list[int], moved: tuple[int, ...], fill: bool) -> bool:
        after = self.codes[people]
        for a in moved:
            after[:, a] = after[[1, 0, 3, 2], a]
        now = view.where(after)
        more = int(inside[now].sum()) - int(inside[view.at[people]].sum())
        if (now < 0).any() or (more <= 0 if fill else more >= 0) or not self._possible(moved, after).all():
            return False
        if not all(sums.stays(self.codes[people], after) for sums in self.sums if sums.touched(moved)):
            return False
        self._replace(people, after)
        return True

    def _possible(self, moved: tuple[int, ...], rows: np.ndarray) -> np.ndarray:
        """Which of these rows no definition rules out, as far as these axes matter."""
        good = np.ones(len(rows), bool)
        for rule in self.rules:
            if rule.touched(moved):
                good &= rule.allows(rows)
        for which, populations in self.present:
            if {which, *populations}.intersection(moved):
                good &= (rows[:, populations] == 1).any(1) == (rows[:, which] >= 0)
        return good

    def _replace(self, people: list[int], after: np.ndarray) -> None:
        for sums in self.sums:
            sums.change(self.codes[people], after)
        self.codes[people] = after
        for view in self.views:
            view.moved(people, self.codes)

    def _box(self, view: _View, number: int, fill: bool) -> bool:
        """Anybody among the atoms around the group may go to another one of these, by a program of whole numbers."""
        import scipy.sparse as sp

        inside = view.inside(number)
        for _ in range(_BOXES):
            atoms, at = self._around(view, number)
            people = np.bincount(at[at >= 0], minlength=len(atoms))
            if people.sum() < _FEW:
                continue
            cost = inside[view.where(atoms)].astype(float) * (1 if fill else -1)
            sums = [part for each in self.sums for part in each.parts(atoms)]
            cells, low, high = [], [], []
            for cell, least, most, count in sums:
                mine = np.bincount(cell, weights=people, minlength=len(count))
                for key in np.unique(cell[cell < len(count) - 1]):
                    cells.append(cell == key)
                    low.append(least[key] - count[key] + mine[key])
                    high.append(most[key] - count[key] + mine[key])
            if not cells:
                return False
            matrix = sp.csr_matrix(np.array(cells, float))
            program = Program(matrix, np.array(low), np.array(high), np.full(len(atoms), np.inf))
            size = view.size(number)
            goal = (view.search.threshold - size if fill else size) + cost @ people
            found = program.improve(cost, people.astype(float), goal, min(_A_BOX, self.until - time.thread_time()))
            if cost @ found > cost @ people + 0.5:
                self._move(atoms, at, people, found.astype(int))
                return True
        return False

    def _around(self, view: _View, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Atoms of all axes, made of the categories of one of the group's people and some others; and for each person
        which of them, or -1."""
        named, own = view.named(number)
        mine = np.flatnonzero(view.inside(number)[view.at])
        like = self.codes[self.dice.choice(mine)] if len(mine) else self.codes[self.dice.integers(len(self.codes))]
        kept = [[int(own.get(a, like[a]))] for a in range(len(like))]
        order = list(self.dice.permutation(len(kept)))
        order.sort(key=lambda a: a not in named)  # the group's own axes first
        size = 1.0
        while order:
            a = order.pop(0)
            others = self.codes[:, a][~np.isin(self.codes[:, a], kept[a])]
            if not len(others):
                continue
            size *= (len(kept[a]) + 1) / len(kept[a])
            if size > _AROUND:
                break
            kept[a].append(int(self.dice.choice(others)))
            order.append(a)
        atoms = np.array(list(itertools.product(*kept)))
        good = np.ones(len(atoms), bool)
        for rule in self.rules:
            good &= rule.allows(atoms)
        for which, populations in self.present:
            good &= (atoms[:, populations] == 1).any(1) == (atoms[:, which] >= 0)
        sizes = [len(values) for values in kept]
        back = np.full(int(np.prod(sizes)), -1)
        back[good] = np.arange(int(good.sum()))
        at = np.zeros(len(self.codes), int)
        there = np.ones(len(self.codes), bool)
        for a, values in enumerate(kept):
            hits = self.codes[:, a][:, None] == values
            there &= hits.any(1)
            at = at * sizes[a] + hits.argmax(1)
        return atoms[good], np.where(there, back[at], -1)

    def _move(self, atoms: np.ndarray, at: np.ndarray, people: np.ndarray, wanted: np.ndarray) -> None:
        """Bring people of the atoms that have too many to those that have too few; how many there are in all may change
        where no number tells it."""
        gone = [p for a in np.flatnonzero(people > wanted) for p in np.flatnonzero(at == a)[: people[a] - wanted[a]]]
        come = np.repeat(atoms, np.maximum(wanted - people, 0), 0)
        for sums in self.sums:
            sums.change(self.codes[gone], come)
        self.codes = np.vstack([np.delete(self.codes, gone, 0), come])
        for view in self.views:
            view.replaced(gone, come)

    def _some(self, found: np.ndarray, count: int) -> np.ndarray:
        return self.dice.permutation(found) if len(found) <= count else self.dice.choice(found, count, replace=False)

    def _together(self, axis: int) -> list[tuple[int, ...]]:
        """The axis alone; and with all that go with it: what it settles or is settled by, and what populations leave
        without a category."""
        found = {axis}
        while True:
            more = {a for rule in self.rules if (pair := rule.pair) and found & set(pair) for a in pair}
            more |= {which for which, populations in self.present if found.intersection(populations)}
            if more <= found:
                break
            found |= more
        return [(axis,)] if len(found) == 1 else [(axis,), tuple(sorted(found))]


class _View:
    """The groups of one search, and which of its atoms each person is in."""

    def __init__(
        self, space: Space, axes: frozenset[int], numbers: list[int], search: Search, codes: np.ndarray
    ) -> None:
        self.space, self.numbers, self.search, self.axes = space, numbers, search, sorted(axes)
        self.sizes = [len(space.axes[a].words) + 1 for a in self.axes]
        flat = np.ravel_multi_index(list(search.atoms.codes.T + 1), self.sizes)
        self.order = np.argsort(flat)
        self.flat = flat[self.order]
        self.at = self.where(codes)
        self.people = np.bincount(self.at, minlength=len(flat) + 1)

    def where(self, rows: np.ndarray) -> np.ndarray:
        """The atom of each row of codes; one more than the last for who is not counted; -1 if there is no such atom."""
        codes, counted = self.space.known(rows[:, self.axes].T, self.numbers, frozenset(self.axes))
        flat = np.ravel_multi_index(list(codes + 1), self.sizes)
        place = np.minimum(np.searchsorted(self.flat, flat), len(self.flat) - 1)
        return np.where(counted, np.where(self.flat[place] == flat, self.order[place], -1), len(self.flat))

    def inside(self, number: int) -> np.ndarray:
        """For each atom, then for who is not counted and for what is no atom, whether it is of the group."""
        found = np.zeros(len(self.flat) + 2, bool)
        found[self.search.targets[number].mask] = True
        return found

    def named(self, number: int) -> tuple[list[int], dict[int, int]]:
        """The axes of which all of the group have one category, and that."""
        codes = self.search.atoms.codes[self.search.targets[number].mask]
        same = np.flatnonzero((codes == codes[0]).all(0) & (codes[0] >= 0))
        return [self.axes[j] for j in same], {self.axes[j]: int(codes[0, j]) for j in same}

    def size(self, number: int) -> int:
        return int(self.people[self.search.targets[number].mask].sum())

    def moved(self, persons: list[int], codes: np.ndarray) -> None:
        before, after = self.at[persons], self.where(codes[persons])
        np.subtract.at(self.people, before[before >= 0], 1)
        np.add.at(self.people, after[after >= 0], 1)
        self.at[persons] = after

    def replaced(self, gone: list[int], come: np.ndarray) -> None:
        after = self.where(come)
        before = self.at[gone]
        np.subtract.at(self.people, before[before >= 0], 1)
        np.add.at(self.people, after[after >= 0], 1)
        self.at = np.append(np.delete(self.at, gone), after)

    def settle(self) -> None:
        if (self.at >= 0).all():
            self.search.close(self.search.groups @ self.people[:-1])


class _Sums:
    """What one table tells of a population: its cells, level by level, and what each must lie between."""

    def __init__(self, space: Space, number: int, codes: np.ndarray) -> None:
        table = space.tables[number]
        self.axes = space.axes_of(number)
        self.population = space.population[number]
        self.dims: list[tuple[int, np.ndarray]] = []
        for j, (axis, into) in enumerate(space.place[number]):
            back = np.full(len(space.axes[axis].words) + 1, -1)
            back[into] = np.arange(len(table.categories[j]))
            self.dims.append((axis, back))
        self.patterns = isinstance(table, PatternTable)
        self.levels = list(_levels(table))
        if self.patterns:  # as many people of each pattern as there are: then every cell stays
            inside = space.codes[:, space.codes[self.dims[0][0]] >= 0].T
            level: dict[str, Any] = {"kept": [0], "sizes": [len(table.categories[0])]}
            level["low"] = np.zeros(level["sizes"][0] + 1)
            level["low"] = level["high"] = np.bincount(self._keys(level, inside), minlength=len(level["low"]))
            self.levels = [level]
        #: Axes that are counted together, all numbers exact.
        self.exact = [
            {self.dims[j][0] for j in level["kept"]} | ({self.population} if self.population is not None else set())
            for level in self.levels
            if (level["low"][:-1] == level["high"][:-1]).all()
        ]
        for level in self.levels:
            level["count"] = np.bincount(self._keys(level, codes), minlength=len(level["low"]))

    def touched(self, moved: tuple[int, ...]) -> bool:
        """Whether these axes change what the table counts: not where it has all of them, or none."""
        return not self.axes.isdisjoint(moved) and not self.axes.issubset(moved)

    def _keys(self, level: dict[str, Any], rows: np.ndarray) -> np.ndarray:
        """The cell of each person at a level; the last place is for those whom the table does not count."""
        own = [back[rows[:, axis]] for axis, back in self.dims]
        there = np.all([o >= 0 for o in own], axis=0)
        if self.population is not None:
            there &= rows[:, self.population] == 1
        flat = np.zeros(len(rows), int)
        for j in level["kept"]:
            flat = flat * level["sizes"][j] + own[j]
        return np.where(there, flat, len(level["low"]) - 1)

    def fits(self, one: np.ndarray, old: np.ndarray, there: np.ndarray, new: np.ndarray) -> np.ndarray:
        """Which of these changes of places leave all cells as they may be."""
        good = np.ones(len(old), bool)
        for level in self.levels:
            keys = [
                np.broadcast_to(self._keys(level, one[None]), len(old)), self._keys(level, old),
                self._keys(level, there), self._keys(level, new),
            ]  # fmt: skip
            for key in keys:
                count = level["count"][key] + sum(
                    sign * (key == other) for sign, other in zip((-1, -1, 1, 1), keys, strict=True)
                )
                good &= (count >= level["low"][key]) & (count <= level["high"][key])
        return good

    def stays(self, before: np.ndarray, after: np.ndarray) -> bool:
        """Whether all cells are as they may be when these people go from one to the other."""
        for level in self.levels:
            old, new = self._keys(level, before), self._keys(level, after)
            keys = np.unique(np.append(old, new))
            count = level["count"][keys] - (old == keys[:, None]).sum(1) + (new == keys[:, None]).sum(1)
            if (count < level["low"][keys]).any() or (count > level["high"][keys]).any():
                return False
        return True

    def parts(self, atoms: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
        """For each level: the cell of each atom, and of each cell the least, the most, and the people now."""
        for level in self.levels:
            yield self._keys(level, atoms), level["low"], level["high"], level["count"]

    def change(self, before: np.ndarray, after: np.ndarray) -> None:
        for level in self.levels:
            np.subtract.at(level["count"], self._keys(level, before), 1)
            np.add.at(level["count"], self._keys(level, after), 1)


def _levels(table: Published) -> Iterator[dict[str, Any]]:
    """For each set of dimensions that cells are kept by: what each may hold, with a place for who is not counted."""
    sizes = [len(words) for words in table.categories]
    for keep in itertools.product([True, False], repeat=len(sizes)):
        rows = np.flatnonzero(((table.codes != ALL) == np.array(keep)).all(1))
        if not len(rows):
            continue
        kept = [j for j, k in enumerate(keep) if k]
        cells = int(np.prod([sizes[j] for j in kept]))
        at = np.zeros(len(rows), int)
        for j in kept:
            at = at * sizes[j] + table.codes[rows, j]
        low, high = np.full(cells + 1, -np.inf), np.full(cells + 1, np.inf)
        low[at], high[at] = table.low[rows], table.high[rows]
        yield {"kept": kept, "sizes": sizes, "low": low, "high": high}


class _Possible:
    """A rule of what goes together, as a table to look up."""

    def __init__(self, rule: Rule, space: Space) -> None:
        self.by, self.on = rule
        self.all = (*self.by, self.on)
        self.pair = self.all if len(self.by) == 1 else None
        self.sizes = [len(space.axes[a].words) for a in self.all]
        self.seen = np.zeros(self.sizes, bool)
        codes = space.codes[list(self.all)]
        self.seen[tuple(codes[:, (codes >= 0).all(0)])] = True
        self.known: np.ndarray = np.asarray(self.seen.any(-1))

    def touched(self, moved: tuple[int, ...]) -> bool:
        return not set(self.all).isdisjoint(moved) and not set(self.all).issubset(moved)

    def allows(self, rows: np.ndarray) -> np.ndarray:
        codes = rows[:, self.all].T
        there = np.all(codes >= 0, axis=0)
        at = tuple(np.maximum(codes, 0))
        return np.logical_or.reduce([~there, ~self.known[at[:-1]], self.seen[at]])
