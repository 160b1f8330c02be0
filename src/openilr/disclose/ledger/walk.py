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

#: So many people are tried as partners at a time; where none fits, so many.
_PARTNERS = (2_000, 20_000)
#: So many people of a group, or beside it, are tried for a step before the group is left as it is.
_FIRST = 4
#: So many atoms around a group are moved about at a time, so often, each for so many seconds.
_AROUND, _BOXES, _A_BOX = 300, 4, 0.5
#: After so many groups it is looked at what else the population proves.
_EVERY = 25


class Walk:
    """The true population to begin with; ``prove`` closes the groups of the searches that a population proves."""

    def __init__(
        self, space: Space, searches: Sequence[tuple[frozenset[int], list[int], Search]], until: float
    ) -> None:
        self.codes = space.codes.T.copy()  # people by axes
        self.sums = [_Sums(space, number, self.codes) for number in range(len(space.tables))]
        self.rules = [_Possible(rule, space) for rule in space.rules()]
        self.present = space.present()
        self.views = [_View(space, *each, self.codes) for each in searches]
        self.until = until
        self.dice = np.random.default_rng(0)

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
        for step in (self._step, self._box):
            for fill in ways:
                while time.thread_time() < self.until:
                    size = view.size(number)
                    if size == 0 or size >= threshold:
                        return
                    if not step(view, number, fill):
                        break

    def _step(self, view: _View, number: int, fill: bool) -> bool:
        """One change of places that makes the group larger, or smaller."""
        inside = view.inside(number)
        named, own = view.named(number)
        for axis in self.dice.permutation(named):
            value = own[axis]
            for moved in self._together(int(axis)):
                for count in _PARTNERS:
                    for first in self._first(view, inside, int(axis), value, fill, count):
                        if self._change(view, inside, first, moved, int(axis), value, fill, count):
                            return True
                        if time.thread_time() > self.until:
                            return False
        return False

    def _first(self, view: _View, inside: np.ndarray, axis: int, value: int, fill: bool, count: int) -> Iterator[int]:
        """A few of the group's people; or of those who would be in it with this category."""
        if not fill:
            found = np.flatnonzero(inside[view.at])
        else:
            found = self._some(np.flatnonzero(~inside[view.at] & (self.codes[:, axis] >= 0)), 2 * count)
            rows = self.codes[found]
            rows[:, axis] = value
            found = found[inside[view.where(rows)]]
        yield from (int(p) for p in self._some(found, _FIRST))

    def _change(
        self, view: _View, inside: np.ndarray, first: int, moved: tuple[int, ...], axis: int, value: int, fill: bool,
        count: int,
    ) -> bool:  # fmt: skip
        column = self.codes[:, axis]
        others = np.flatnonzero((column == value) & ~inside[view.at]) if fill else np.flatnonzero(column != value)
        others = self._some(others, count)
        on = list(moved)
        one, old = self.codes[first], self.codes[others]
        there, new = np.repeat(one[None], len(others), 0), old.copy()
        there[:, on], new[:, on] = old[:, on], one[on]
        now, then = view.where(there), view.where(new)
        more = inside[now].astype(int) + inside[then] - int(inside[view.at[first]]) - inside[view.at[others]]
        good = np.flatnonzero((now >= 0) & (then >= 0) & ((more > 0) if fill else (more < 0)))
        for rule in self.rules:
            if rule.touched(moved):
                good = good[rule.allows(there[good]) & rule.allows(new[good])]
        for which, populations in self.present:
            if {which, *populations}.intersection(moved):
                for rows in (there, new):
                    counted = (rows[good][:, populations] == 1).any(1)
                    good = good[counted == (rows[good, which] >= 0)]
        for sums in self.sums:
            if not len(good):
                return False
            if sums.touched(moved):
                good = good[sums.fits(one, old[good], there[good], new[good])]
        if not len(good):
            return False
        pick = int(self.dice.choice(good))
        other = int(others[pick])
        for sums in self.sums:
            if sums.touched(moved):
                sums.change(np.stack([one, old[pick]]), np.stack([there[pick], new[pick]]))
        self.codes[first], self.codes[other] = there[pick], new[pick]
        for each in self.views:
            each.moved([first, other], self.codes)
        return True

    def _box(self, view: _View, number: int, fill: bool) -> bool:
        """Anybody among the atoms around the group may go to another one of these, by a program of whole numbers."""
        import scipy.sparse as sp

        inside = view.inside(number)
        for _ in range(_BOXES):
            atoms, at = self._around(view, number)
            people = np.bincount(at[at >= 0], minlength=len(atoms))
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
            level = {"kept": [0], "sizes": [len(table.categories[0])]}
            level["low"] = np.zeros(level["sizes"][0] + 1)
            level["low"] = level["high"] = np.bincount(self._keys(level, inside), minlength=len(level["low"]))
            self.levels = [level]
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
        self.known = self.seen.any(-1)

    def touched(self, moved: tuple[int, ...]) -> bool:
        return not set(self.all).isdisjoint(moved) and not set(self.all).issubset(moved)

    def allows(self, rows: np.ndarray) -> np.ndarray:
        codes = rows[:, self.all].T
        there = (codes >= 0).all(0)
        codes = tuple(np.maximum(codes, 0))
        return np.asarray(~there | ~self.known[codes[:-1]] | self.seen[codes])
