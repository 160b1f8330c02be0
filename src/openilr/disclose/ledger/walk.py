"""Whole populations that agree with every table at once, each made from the last by two people who change places.

What a few tables leave open another one may close. So where all tables are too many for one program, a group counts as
not exposed only when such a population has nobody in it, or enough people. Two people change places in some of the
axes; tables of these axes alone, or of none of them, then stay as they are, and the others must still agree.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from openilr.disclose.ledger.program import Program
from openilr.disclose.ledger.published import ALL, PatternTable, Published

if TYPE_CHECKING:
    from openilr.disclose.ledger.axes import Rule, Space
    from openilr.disclose.ledger.search import Search

__all__ = ["Walk"]

#: So many people are looked at on either side of a change of places, and so many changes are weighed at a time.
_PARTNERS, _WEIGHED = 12_000, 300
#: Of so many people so many partners who are like them are tried for a change of places of four.
_FIRST, _NEAREST = 8, 12
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
        self.codes = np.asfortranarray(space.codes.T)  # people by axes
        self.dice = np.random.default_rng(0)
        longest = max(len(axis.words) for axis in space.axes) + 1
        #: A set of categories is known by the sum of their marks; the last is for none.
        self.marks = self.dice.integers(1 << 62, size=(len(space.axes), longest))
        self.counts = _counts(space, self.codes)
        self.rules = [rule for each in space.rules() if not (rule := _Possible(each, space)).seen.all()]
        self.present = space.present()
        self.views = [_View(space, *each, self.codes) for each in searches]
        self.until = until
        #: For each axis those that exact numbers tie it to.
        self.tied: list[set[int]] = [set() for _ in space.axes]
        for count in self.counts:
            if count.exact:
                for axis in count.own:
                    self.tied[axis] |= count.own - {axis}

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
        least, most = self._bounds(view, number)
        ways = [True] if most > threshold - 0.5 else []
        ways += [False] if least < 0.5 else []
        if 2 * view.size(number) < threshold:
            ways.reverse()
        for step in (self._two, self._four, self._box):
            for fill in ways:
                while time.thread_time() < self.until:
                    if not view.missing(number, fill):
                        return
                    if not step(view, number, fill):
                        break

    def _bounds(self, view: _View, number: int) -> tuple[float, float]:
        """What a few numbers, or one that is of just this group, show it to have at least and at most."""
        least, most = view.search.least[number], view.search.most[number]
        named = self._also(view.named(number)[0])
        here = np.flatnonzero(view.inside(number)[view.at])
        for count in self.counts:
            if len(here) and self._also(count.own) == named:
                key = count.keys(self.codes[here])
                if count.now[key[0]] == len(here) and (key == key[0]).all():
                    least, most = max(least, count.low[key[0]]), min(most, count.high[key[0]])
        return least, most

    def _also(self, axes: Collection[int]) -> set[int]:
        """The axes, and those that say the same as one of them."""
        return {b for rule in self.rules if rule.one_to_one and set(axes) & set(rule.all) for b in rule.all} | set(axes)

    def _two(self, view: _View, number: int, fill: bool) -> bool:
        """Two who are alike in all that exact numbers tie to an axis change places in it, so that the group becomes
        larger, or smaller; as often as there is need."""
        for axis, moved in self._moves(view, number):
            first, second = self._sides(view, number, axis, fill)
            pairs = self._join(first, second, self._ties(moved))
            if self._change(view, number, pairs, moved, fill):
                return True
        return False

    def _four(self, view: _View, number: int, fill: bool) -> bool:
        """Two change places in one axis; two others, who differ alike in what the first two differ in and, as far as
        exact numbers go, in nothing else, change back. So numbers that count the axis with one other axis stay."""
        for axis, moved in self._moves(view, number):
            first, second = self._sides(view, number, axis, fill)
            ties, kind = self._ties(moved), self._key(slice(None), moved)
            for one in self._some(first, _FIRST):
                apart = sum((self.codes[second, a] != self.codes[one, a]).astype(int) for a in ties)
                near = second[np.argsort(apart + self.dice.random(len(second)))[:_NEAREST]]
                for two in near[self._key(near, ties) != self._key([one], ties)]:
                    if time.thread_time() > self.until:
                        return False
                    differ = [a for a in ties if self.codes[one, a] != self.codes[two, a]]
                    like = [kind == kind[one], kind == kind[two]]
                    for a in differ:
                        like[0] &= self.codes[:, a] == self.codes[two, a]
                        like[1] &= self.codes[:, a] == self.codes[one, a]
                    rest = [a for a in ties if a not in differ]
                    back = self._join(np.flatnonzero(like[0]), np.flatnonzero(like[1]), rest)
                    back = back[~np.isin(back, [one, two]).any(1)]
                    fours = np.hstack([np.repeat([[one, two]], len(back), 0), back])
                    if self._change(view, number, fours, moved, fill):
                        return True
        return False

    def _moves(self, view: _View, number: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The axes that the group names, each with those to change places in together."""
        named, _ = view.named(number)
        for axis in map(int, self.dice.permutation(named)):
            for moved in self._together(axis):
                yield axis, moved

    def _sides(self, view: _View, number: int, axis: int, fill: bool) -> tuple[np.ndarray, np.ndarray]:
        """Who could leave the group by another category, and who has one; or who could come in, and who has that."""
        inside = view.inside(number)
        here = inside[view.at]
        named, own = view.named(number)
        column = self.codes[:, axis]
        if not fill:
            others = [self.codes[:, a] != own[a] for a in named if a != axis]
            good = (column != own[axis]) & (column >= 0) & (np.any(others, axis=0) if others else ~here)
            first, second = np.flatnonzero(here), np.flatnonzero(good)
        else:
            good = ~here & (column >= 0)
            for other in named:
                if other != axis:
                    good &= self.codes[:, other] == own[other]
            first = np.flatnonzero(good)
            rows = self.codes[first]
            rows[:, axis] = own[axis]
            first, second = first[inside[view.where(rows)]], np.flatnonzero((column == own[axis]) & ~here)
        return self._some(first, _PARTNERS), self._some(second, _PARTNERS)

    def _join(self, first: np.ndarray, second: np.ndarray, axes: Sequence[int]) -> np.ndarray:
        """Pairs of one of the first and one of the second who are alike in these axes; up to three for each, by lot."""
        one, two = self._key(first, axes), self._key(second, axes)
        order = np.argsort(two)
        begin, end = (np.searchsorted(two[order], one, side=side) for side in ("left", "right"))
        found = np.flatnonzero(end > begin)
        found = np.repeat(self._some(found, _WEIGHED), 3)
        at = begin[found] + (self.dice.random(len(found)) * (end - begin)[found]).astype(int)
        pairs = np.stack([first[found], second[order[at]]], axis=1)
        return pairs[pairs[:, 0] != pairs[:, 1]]

    def _change(self, view: _View, number: int, people: np.ndarray, moved: tuple[int, ...], fill: bool) -> bool:
        """Let those of a row change places, two by two, where all tables still agree; row after row, until the group is
        as wanted."""
        if not len(people):
            return False
        inside, turned = view.inside(number), [i ^ 1 for i in range(people.shape[1])]
        before = self.codes[people]
        after = before.copy()
        for a in moved:
            after[:, :, a] = before[:, turned, a]
        flat = after.reshape(-1, after.shape[2])
        there = view.where(flat).reshape(people.shape)
        more = inside[there].sum(1) - inside[view.at[people]].sum(1)
        good = (more > 0 if fill else more < 0) & (there >= 0).all(1)
        good[good] = self._possible(moved, after[good].reshape(-1, after.shape[2])).reshape(-1, people.shape[1]).all(1)
        people, after, before = people[good], after[good], before[good]
        touched = []
        for count in self.counts:
            if count.touched(moved):
                old, new = count.keys(before), count.keys(after)
                if (np.sort(old) != np.sort(new)).any():
                    touched.append((count, old, new))
        left, changed = np.arange(len(people)), False
        while len(left) and view.missing(number, fill):
            for count, old, new in touched:
                left = left[count.fits(old[left], new[left])]
            if not len(left):
                break
            pick = int(self.dice.choice(left))
            self._replace(people[pick], after[pick])
            changed = True
            left = left[~np.isin(people[left], people[pick]).any(1)]
        return changed

    def _ties(self, moved: tuple[int, ...]) -> list[int]:
        return sorted(set().union(*(self.tied[a] for a in moved)) - set(moved))

    def _key(self, people: np.ndarray | slice | list[int], axes: Sequence[int]) -> np.ndarray:
        """The same number for people who are alike in these axes."""
        key = np.zeros(len(self.codes[people]), np.int64)
        for a in axes:
            key += self.marks[a][self.codes[people, a]]
        return key

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

    def _replace(self, people: np.ndarray, after: np.ndarray) -> None:
        for count in self.counts:
            count.change(self.codes[people], after)
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
            cells, low, high = [], [], []
            for count in self.counts:
                cell, now = count.keys(atoms), count.now
                mine = np.bincount(cell, weights=people, minlength=len(now))
                for key in np.unique(cell[cell < len(now) - 1]):
                    cells.append(cell == key)
                    low.append(count.low[key] - now[key] + mine[key])
                    high.append(count.high[key] - now[key] + mine[key])
            if not cells:
                return False
            matrix = sp.csr_matrix(np.array(cells, float))
            program = Program(matrix, np.array(low), np.array(high), np.full(len(atoms), np.inf))
            goal = view.missing(number, fill) + cost @ people
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
        for count in self.counts:
            count.change(self.codes[gone], come)
        self.codes = np.asfortranarray(np.vstack([np.delete(self.codes, gone, 0), come]))
        for view in self.views:
            view.replaced(gone, come)

    def _some(self, found: np.ndarray, count: int) -> np.ndarray:
        return self.dice.permutation(found) if len(found) <= count else self.dice.choice(found, count, replace=False)

    def _together(self, axis: int) -> list[tuple[int, ...]]:
        """The axis alone, unless another one says the same; and with all that go with it: what it settles or is settled
        by, and what populations leave without a category."""
        found = {axis}
        while True:
            more = {a for rule in self.rules if (pair := rule.pair) and found & set(pair) for a in pair}
            more |= {which for which, populations in self.present if found.intersection(populations)}
            if more <= found:
                break
            found |= more
        same = any(axis in rule.all and rule.one_to_one for rule in self.rules)
        alone: list[tuple[int, ...]] = [] if same else [(axis,)]
        return alone if len(found) == 1 else [*alone, tuple(sorted(found))]


class _View:
    """The groups of one search, and which of its atoms each person is in."""

    def __init__(
        self, space: Space, axes: frozenset[int], numbers: list[int], search: Search, codes: np.ndarray
    ) -> None:
        self.space, self.numbers, self.search, self.axes = space, numbers, search, sorted(axes)
        self.steps = _steps([len(space.axes[a].words) + 1 for a in self.axes])
        by: dict[int, set[int]] = {}
        always = set()
        for n in numbers:
            population = space.population[n]
            for axis, _ in space.place[n]:
                if population is None:
                    always.add(axis)
                else:
                    by.setdefault(axis, set()).add(population)
        #: Who is counted: everybody, or who is in one of these; an axis is known only of whom one of its tables counts.
        self.populations = {p for n in numbers if (p := space.population[n]) is not None}
        self.everybody = any(space.population[n] is None for n in numbers)
        self.known = [(j, sorted(by[a])) for j, a in enumerate(self.axes) if a in by and a not in always]
        flat = (search.atoms.codes + 1) @ self.steps
        self.order = np.argsort(flat)
        self.flat = flat[self.order]
        self.at = self.where(codes)
        self.people = np.bincount(self.at, minlength=len(flat) + 1)

    def where(self, rows: np.ndarray) -> np.ndarray:
        """The atom of each row of codes; one more than the last for who is not counted; -1 if there is no such atom."""
        codes = rows[:, self.axes] + 1
        counted: np.ndarray | bool = self.everybody
        for axis in self.populations:
            mine = rows[:, axis] == 1
            counted = counted | mine
        for place, by in self.known:
            codes[~(rows[:, by] == 1).any(1), place] = 0
        flat = codes @ self.steps
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

    def missing(self, number: int, fill: bool) -> int:
        """How many must come in, or leave; none where the group is large enough or empty already."""
        size, threshold = self.size(number), self.search.threshold
        return 0 if size == 0 or size >= threshold else threshold - size if fill else size

    def moved(self, persons: np.ndarray, codes: np.ndarray) -> None:
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


class _Count:
    """Numbers of people by some axes, of one population or of all: what all tables together say that they may be."""

    def __init__(self, axes: tuple[int, ...], population: int | None, sizes: list[int]) -> None:
        self.axes, self.population = list(axes), population
        self.own = frozenset(axes) | (frozenset() if population is None else {population})
        self.steps = _steps(sizes)
        cells = int(np.prod(sizes))
        # The last place is for those who are not counted.
        self.low, self.high = np.full(cells + 1, -np.inf), np.full(cells + 1, np.inf)
        self.now = np.zeros(cells + 1, int)

    @property
    def exact(self) -> bool:
        return bool((self.low[:-1] == self.high[:-1]).all())

    def tell(self, codes: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """What a table tells of cells, given by codes of the axes; a cell that it does not show holds nobody."""
        at = codes @ self.steps
        least, most = np.zeros(len(self.low)), np.zeros(len(self.low))
        least[-1], most[-1] = -np.inf, np.inf
        least[at], most[at] = low, high
        self.low, self.high = np.maximum(self.low, least), np.minimum(self.high, most)

    def keys(self, rows: np.ndarray) -> np.ndarray:
        """The cell of each of these rows of codes (in their last dimension)."""
        keys = rows[..., self.axes] @ self.steps
        return keys if self.population is None else np.where(rows[..., self.population] == 1, keys, len(self.low) - 1)

    def touched(self, moved: tuple[int, ...]) -> bool:
        """Whether these axes change what is counted: not where it has all of them, or none."""
        return not self.own.isdisjoint(moved) and not self.own.issubset(moved)

    def fits(self, old: np.ndarray, new: np.ndarray) -> np.ndarray:
        """Which changes (a row each) from some cells to others leave all of these as they may be."""
        good = np.ones(len(old), bool)
        for key in (*old.T, *new.T):
            count = self.now[key] + (new == key[:, None]).sum(1) - (old == key[:, None]).sum(1)
            good &= (count >= self.low[key]) & (count <= self.high[key])
        return good

    def change(self, before: np.ndarray, after: np.ndarray) -> None:
        np.subtract.at(self.now, self.keys(before), 1)
        np.add.at(self.now, self.keys(after), 1)


def _steps(sizes: Sequence[int]) -> np.ndarray:
    """How far apart neighbours of each axis are in one flat array."""
    return np.append(np.cumprod(sizes[:0:-1])[::-1], 1).astype(int)[: len(sizes)]


def _counts(space: Space, codes: np.ndarray) -> list[_Count]:
    """What all tables tell, each set of axes and population once."""
    found: dict[tuple[tuple[int, ...], int | None], _Count] = {}
    for number, table in enumerate(space.tables):
        population, places = space.population[number], space.place[number]
        for kept, rows in _levels(table):
            own = [places[j][0] for j in kept]
            order = np.argsort(own)
            axes = tuple(own[i] for i in order)
            sizes = [len(space.axes[a].words) for a in axes]
            count = found.setdefault((axes, population), _Count(axes, population, sizes))
            if isinstance(table, PatternTable):  # as many people of each pattern as there are: then every cell stays
                true = np.bincount(count.keys(codes), minlength=len(count.low))[:-1]
                count.tell(np.arange(len(true))[:, None], true, true)
                continue
            at = np.zeros((len(rows), len(kept)), int)
            for place, i in enumerate(order):
                at[:, place] = places[kept[i]][1][table.codes[rows, kept[i]]]
            count.tell(at, table.low[rows], table.high[rows])
    for count in found.values():
        count.now = np.bincount(count.keys(codes), minlength=len(count.low))
    return list(found.values())


def _levels(table: Published) -> Iterator[tuple[list[int], np.ndarray]]:
    """Each set of dimensions that cells are kept by, with these cells."""
    if isinstance(table, PatternTable):
        yield [0], np.arange(len(table.n))
        return
    for keep in itertools.product([True, False], repeat=len(table.categories)):
        rows = np.flatnonzero(((table.codes != ALL) == np.array(keep)).all(1))
        if len(rows):
            yield [j for j, k in enumerate(keep) if k], rows


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
        self.one_to_one = self.pair is not None and all(bool((self.seen.sum(i) <= 1).all()) for i in (0, 1))
        self.known: np.ndarray = np.asarray(self.seen.any(-1))

    def touched(self, moved: tuple[int, ...]) -> bool:
        return not set(self.all).isdisjoint(moved) and not set(self.all).issubset(moved)

    def allows(self, rows: np.ndarray) -> np.ndarray:
        codes = rows[:, self.all].T
        there = np.all(codes >= 0, axis=0)
        at = tuple(np.maximum(codes, 0))
        return np.logical_or.reduce([~there, ~self.known[at[:-1]], self.seen[at]])
