"""What several tables have in common: the axes that their dimensions are, and the atoms between them.

Whether two dimensions are the same is read from the people, not from names: if two tables put the people that both
count into the same groups, it is one axis, whatever each calls it. A table's own population is an axis too (in it or
not), unless everybody is in it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl

    from openilr.disclose.ledger.published import Published

__all__ = ["Atoms", "Axis", "Rule", "Space"]

#: (axes, axis): where all have a category, the first ones say what the last may be.
Rule = tuple[tuple[int, ...], int]

OUTSIDE = ALL = -1
#: A rule is looked for among so many people first.
_GLANCE = 1_000
#: More atoms than these are not spread out; only those with people in them are then used, which makes the intruder
#: know more than a real one would.
MOST_ATOMS = 60_000


@dataclass
class Axis:
    """One way to divide all people: ``codes`` holds each person's category, ``words`` what the categories are."""

    label: str
    codes: np.ndarray
    words: list[str]
    is_population: bool = False

    def unite(self, other: Axis) -> np.ndarray | None:
        """Take ``other`` in, if both divide the people that they share alike; its codes as codes of this one."""
        both = (self.codes >= 0) & (other.codes >= 0)
        if not both.any():
            return None
        pairs = _distinct(np.stack([self.codes[both], other.codes[both]]))[0]
        if len(set(pairs[0])) != pairs.shape[1] or len(set(pairs[1])) != pairs.shape[1]:
            return None
        into = np.full(len(other.words), OUTSIDE)
        into[pairs[1]] = pairs[0]
        for code in np.flatnonzero(into < 0):
            # A category that the two do not share: the same words mean the same, if nothing speaks against it.
            known = self.words.index(other.words[code]) if other.words[code] in self.words else None
            if known is not None and known not in into:
                into[code] = known
                continue
            into[code] = len(self.words)
            self.words.append(other.words[code])
        self.codes = np.where(self.codes >= 0, self.codes, np.where(other.codes >= 0, into[other.codes], OUTSIDE))
        return into


@dataclass
class Atoms:
    """The finest groups: one row of ``codes`` (atoms by axes) each; ``people`` is how many are in it now."""

    axes: list[Axis]
    codes: np.ndarray
    people: np.ndarray
    spread: bool
    #: For each table: the places of its dimensions among ``axes``.
    dims: list[tuple[int, ...]]
    #: For each table: the category of each atom in each of its dimensions; -1 outside.
    of_table: list[np.ndarray] = field(default_factory=list)


class Space:
    """The axes of all tables, found once; atoms of some of the tables are then made quickly."""

    def __init__(self, tables: Sequence[Published]) -> None:
        people = _everybody(tables)
        self.tables = list(tables)
        self.axes: list[Axis] = []
        self.place: list[list[tuple[int, np.ndarray]]] = []  # of each table's dimensions: axis, and own codes there
        self.population: list[int | None] = []
        for table in tables:
            own = _columns(table, people)
            here = own[0].codes >= 0
            self.place.append([_placed(self.axes, axis) for axis in own])
            self.population.append(None)
            if not here.all():
                axis = Axis(f"in {table.name}", here.astype(int), ["not counted", "counted"], is_population=True)
                self.population[-1] = _placed(self.axes, axis)[0]
        self.codes = np.stack([a.codes for a in self.axes])

    def axes_of(self, number: int) -> frozenset[int]:
        """The axes that a table uses, its population among them."""
        own = {axis for axis, _ in self.place[number]}
        population = self.population[number]
        return frozenset(own if population is None else own | {population})

    def size(self, axes: frozenset[int]) -> float:
        """How many atoms these axes make at most."""
        return float(np.prod([float(len(self.axes[a].words)) for a in axes]))

    def within(self, number: int, axes: frozenset[int]) -> Published | None:
        """What a table tells about these axes alone: its totals over all others. None where it tells nothing."""
        from dataclasses import replace

        table, population = self.tables[number], self.population[number]
        if self.axes_of(number) <= axes:
            return table
        kept = [j for j, (axis, _) in enumerate(self.place[number]) if axis in axes]
        if table.is_patterns or not kept or (population is not None and population not in axes):
            return None
        rows = (np.delete(table.codes, kept, axis=1) == ALL).all(1)
        if not rows.any():
            return None
        return replace(
            table,
            labels=tuple(table.labels[j] for j in kept),
            categories=tuple(table.categories[j] for j in kept),
            codes=table.codes[rows][:, kept],
            low=table.low[rows], high=table.high[rows], n=table.n[rows], hidden=table.hidden[rows],
            shown=tuple(word for word, kept_row in zip(table.shown, rows, strict=True) if kept_row),
        )  # fmt: skip

    def known(self, codes: np.ndarray, numbers: Sequence[int], axes: frozenset[int]) -> tuple[np.ndarray, np.ndarray]:
        """Of codes of people in these axes (a row an axis), what these tables tell of; and whom one of them counts.

        An axis counts as known only for people that one of these tables counts.
        """
        at = {axis: i for i, axis in enumerate(sorted(axes))}
        counted = np.zeros(codes.shape[1], bool)
        by: dict[int, np.ndarray] = {}
        for number in numbers:
            population = self.population[number]
            mine = np.ones(codes.shape[1], bool) if population is None else codes[at[population]] == 1
            counted |= mine
            for axis, _ in self.place[number]:
                if axis in at:
                    by[at[axis]] = by.get(at[axis], False) | mine
        codes = codes.copy()
        for place, mine in by.items():
            codes[place, ~mine] = OUTSIDE
        return codes, counted

    def present(self) -> list[tuple[int, list[int]]]:
        """Axes that only some people have a category of, each with the populations that do."""
        by: dict[int, list[int | None]] = {}
        for own, population in zip(self.place, self.population, strict=True):
            for axis, _ in own:
                by.setdefault(axis, []).append(population)
        return [(axis, sorted({p for p in all_ if p is not None})) for axis, all_ in by.items() if None not in all_]

    def rules(self) -> list[Rule]:
        """What a definition rules out, among all axes: see ``_spread``."""
        together = {
            frozenset(pair)
            for number in range(len(self.tables))
            for pair in itertools.combinations(sorted(self.axes_of(number)), 2)
        }
        return _rules(self.axes, self.codes, together)

    def atoms(self, numbers: Sequence[int], axes: frozenset[int], most: int = MOST_ATOMS) -> Atoms:
        """The atoms between these axes, for these tables (their dimensions within the axes)."""
        used = sorted(axes)
        at = {axis: i for i, axis in enumerate(used)}
        places = [[(at[a], into) for a, into in self.place[n] if a in at] for n in numbers]
        populations = [None if self.population[n] is None else at[self.population[n]] for n in numbers]  # type: ignore[index]
        used_by: dict[int, list[int | None]] = {}
        for own, population in zip(places, populations, strict=True):
            for axis, _ in own:
                used_by.setdefault(axis, []).append(population)
        codes, counted = self.known(self.codes[used], numbers, axes)
        populated, counts = _distinct(codes[:, counted])
        chosen = [self.axes[a] for a in used]
        together = {frozenset(pair) for own in places for pair in itertools.combinations([a for a, _ in own], 2)}
        spread, atoms = _spread(chosen, used_by, together, populated, most)
        of_table = []
        for own, population in zip(places, populations, strict=True):
            mine = np.empty((len(atoms), len(own)), int)
            for j, (number, into) in enumerate(own):
                back = np.full(len(chosen[number].words) + 1, OUTSIDE)
                back[into] = np.arange(len(into))
                mine[:, j] = back[atoms[:, number]]
            if population is not None:
                mine[atoms[:, population] != 1] = OUTSIDE
            of_table.append(mine)
        dims = [tuple(axis for axis, _ in own) for own in places]
        return Atoms(chosen, atoms, _people(atoms, populated, counts), spread, dims, of_table)


def _distinct(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct columns of ``codes``, and how often each occurs."""
    sizes = codes.max(1) + 2
    if np.prod(sizes.astype(float)) < 2**62:
        flat = np.ravel_multi_index(list(codes + 1), list(sizes))
        if np.prod(sizes) <= 4 * flat.size + 1000:
            counts = np.bincount(flat)
            keys = np.flatnonzero(counts)
            counts = counts[keys]
        else:
            keys, counts = np.unique(flat, return_counts=True)
        return np.stack(np.unravel_index(keys, list(sizes))) - 1, counts
    return np.unique(codes, axis=1, return_counts=True)


def _everybody(tables: Sequence[Published]) -> pl.DataFrame:
    import polars as pl

    return pl.concat([t.members.select("person") for t in tables]).unique().sort("person").with_row_index("at")


def _columns(table: Published, people: pl.DataFrame) -> list[Axis]:
    """A table's dimensions over all people. People who are in several cells make one axis of what they are in."""
    members = table.members.join(people, on="person")
    count = people.height
    at = members["at"].to_numpy()
    result = []
    for i, words in enumerate(table.categories):
        codes = np.full(count, OUTSIDE)
        codes[at] = members[f"c{i}"].to_numpy()
        result.append(Axis(table.labels[i], codes, list(words)))
    return result


def _placed(axes: list[Axis], axis: Axis) -> tuple[int, np.ndarray]:
    """The axis's place among ``axes``, united with one of them if they are the same; and its codes as codes there."""
    for number, known in enumerate(axes):
        if known.is_population != axis.is_population:
            continue
        if known.is_population:
            if (known.codes == axis.codes).all():
                return number, np.arange(2)
        elif (into := known.unite(axis)) is not None:
            return number, into
    axes.append(axis)
    return len(axes) - 1, np.arange(len(axis.words))


def _spread(
    axes: list[Axis],
    used_by: dict[int, list[int | None]],
    together: set[frozenset[int]],
    populated: np.ndarray,
    most: int,
) -> tuple[bool, np.ndarray]:
    """All combinations that could hold people, where they are not too many; else those that do.

    A combination that the definitions rule out (aged 16 and 19 or over) holds nobody, and an intruder knows it. It is
    found from the people: an axis that another one, or two or three together, always determine; and, for two axes that
    no table crosses, two categories that nobody has both of (16 to 18 in one banding, 20 and over in another).
    """
    values = [np.unique(row) for row in populated]
    # Populations come first, so that what is not counted anywhere is left out early.
    order = sorted(range(len(axes)), key=lambda i: (not axes[i].is_population, len(values[i])))
    rules = _rules(axes, populated, together)
    atoms = np.zeros((1, len(axes)), int)
    done: set[int] = set()
    for number in order:
        if len(atoms) * len(values[number]) > 20 * most:
            return False, populated.T
        atoms = np.repeat(atoms, len(values[number]), 0)
        atoms[:, number] = np.tile(values[number], len(atoms) // len(values[number]))
        done.add(number)
        if number in used_by:
            counted = np.any(
                [atoms[:, p] == 1 if p is not None else np.ones(len(atoms), bool) for p in used_by[number]], 0
            )
            atoms = atoms[counted == (atoms[:, number] >= 0)]
        for by, on in rules:
            if number in (*by, on) and done >= {*by, on}:
                atoms = _allowed(atoms, populated, by, on)
    return (True, atoms) if len(atoms) <= most else (False, populated.T)


def _rules(axes: list[Axis], populated: np.ndarray, together: set[frozenset[int]]) -> list[Rule]:
    rules = _determined(axes, populated)
    apart = [pair for pair in itertools.combinations(range(len(axes)), 2) if frozenset(pair) not in together]
    return rules + [((a,), b) for a, b in apart if ((a,), b) not in rules]


def _determined(axes: list[Axis], populated: np.ndarray) -> list[Rule]:
    """(axes, axis): where all have a category, the first ones settle the last, for all people."""
    found: list[Rule] = []
    for on, axis in enumerate(axes):
        others = [i for i in range(len(axes)) if i != on]
        for size in (1, 2, 3) if axis.is_population else (1, 2):
            for by in itertools.combinations(others, size):
                if any(set(known) <= set(by) and target == on for known, target in found):
                    continue
                # Most are seen not to hold in a few people.
                if _settles(populated[[*by, on], :_GLANCE]) is not False and _settles(populated[[*by, on]]):
                    found.append((by, on))
    return found


def _settles(both: np.ndarray) -> bool | None:
    """Whether all rows but the last settle the last one; None where nobody has a category in all."""
    both = both[:, (both >= 0).all(0)]
    if not both.size:
        return None
    pairs = _distinct(both)[0]
    return bool(_distinct(pairs[:-1])[0].shape[1] == pairs.shape[1])


def _allowed(atoms: np.ndarray, populated: np.ndarray, by: tuple[int, ...], on: int) -> np.ndarray:
    """Atoms without those where ``by`` is found among people, but never with this value of ``on``."""
    which = [*by, on]
    sizes = [int(max(populated[i].max(), atoms[:, i].max())) + 1 for i in which]
    seen = populated[which]
    seen = seen[:, (seen >= 0).all(0)]
    mine = atoms[:, which].T
    there = (mine >= 0).all(0)
    mine = np.maximum(mine, 0)
    pair, first = np.ravel_multi_index(list(mine), sizes), np.ravel_multi_index(list(mine[:-1]), sizes[:-1])
    known = np.isin(first, np.ravel_multi_index(list(seen[:-1]), sizes[:-1]))
    fits = np.isin(pair, np.ravel_multi_index(list(seen), sizes))
    return atoms[~there | ~known | fits]


def _people(atoms: np.ndarray, populated: np.ndarray, counts: np.ndarray) -> np.ndarray:
    where = {tuple(row): i for i, row in enumerate(atoms.tolist())}
    people = np.zeros(len(atoms), int)
    for row, count in zip(populated.T.tolist(), counts, strict=True):
        people[where[tuple(row)]] = count
    return people
