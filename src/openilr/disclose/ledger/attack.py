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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from openilr.disclose.ledger.axes import Atoms, Space
from openilr.disclose.ledger.published import Published
from openilr.disclose.ledger.search import Exposure, Search, Target, cell_masks
from openilr.disclose.ledger.walk import Walk

__all__ = ["Attack", "Exposure", "attack"]

#: All combinations of so many axes are looked at, where all tables are taken together or there are few atoms.
_MOST_AXES, _FEW = 10, 1_000
#: So many atoms are taken in one program; of more, each earlier release is taken in turn.
_ALL_AT_ONCE = 6_000
#: And so many where groups that are left are looked at again, beside several tables at once.
_WIDE = 6_000


@dataclass
class Attack:
    """What came of it. ``undecided``: groups for which neither a proof nor an exposure was found in time, or that were
    not looked at to the end because others were found exposed.

    ``everything``: whether all tables were taken in one program, with all groups that their dimensions make together.
    """

    exposed: list[Exposure] = field(default_factory=list)
    undecided: list[dict[str, str]] = field(default_factory=list)
    groups: int = 0
    atoms: int = 0
    spread: bool = True
    everything: bool = True
    seconds: float = 0.0


def attack(tables: Sequence[Published], threshold: int, *, seconds: float = 20.0) -> Attack:
    """Attack the last of ``tables`` with the help of all others: hidden cells of every table, and groups that the
    tables' dimensions make together.

    All are taken in one program where their dimensions allow it. Where these make too many groups, the last table is
    taken with one other after another, together with what all others tell about the same dimensions: that may show a
    group to be exposed. That it is not is then shown by a population that agrees with all tables at once (``walk.py``).

    seconds: processor time to spend, so that other work on the machine decides nothing.
    """
    start = time.monotonic()
    space = Space(tables)
    gatherings = _gatherings(space)
    result = Attack(everything=len(gatherings) == 1 and space.size(gatherings[0]) <= _ALL_AT_ONCE)
    until = time.thread_time() + seconds
    searches: list[tuple[frozenset[int], list[int], Search]] = []
    looked = _Looked()
    last = len(tables) - 1
    for axes in gatherings:
        numbers, parts, atoms, masks = _gathered(space, axes)
        mine: list[int] = []
        for at, number in enumerate(numbers):
            if number == last or (number not in looked.tables and space.axes_of(number) <= axes):
                mine.append(at)
                looked.tables.add(number)
        targets = _targets(parts, masks, atoms, threshold, result.everything, mine, numbers, sorted(axes), looked)
        result.groups += len(targets)
        result.atoms = max(result.atoms, len(atoms.codes))
        result.spread &= atoms.spread
        if targets:
            whole = all(space.axes_of(number) <= axes for number in range(len(tables)))
            search = Search(parts, masks, atoms, targets, threshold, until, whole)
            searches.append((axes, numbers, search))
    _look(space, searches, result, until, tables[last].name)
    for _, _, search in searches:
        result.undecided += [search.targets[number].words for number in np.flatnonzero(search.open)]
    result.exposed.sort(key=lambda e: (len(e.used), e.low))
    result.seconds = time.monotonic() - start
    return result


def _look(
    space: Space, searches: list[tuple[frozenset[int], list[int], Search]], result: Attack, until: float, new: str
) -> None:
    """Quick ways first; none is tried when one before it has shown that the new table gives somebody away."""

    def every(step: Callable[[Search, Attack], None]) -> bool:
        for _, numbers, search in searches:
            found = len(result.exposed)
            step(search, result)
            result.exposed[found:] = [
                replace(e, table=numbers[e.table] if e.table >= 0 else -1) for e in result.exposed[found:]
            ]
        # What earlier tables give away by themselves says nothing about the new one.
        return any(term.release == new for e in result.exposed for term in e.used)

    if every(Search.subtract) or every(Search.parts):
        return
    if not result.everything:
        Walk(space, searches, (time.thread_time() + until) / 2).prove()
        _look_wider(space, searches, result, until)
    for _, _, search in searches:
        search.prove()
    every(Search.hard)


def _look_wider(
    space: Space, searches: list[tuple[frozenset[int], list[int], Search]], result: Attack, until: float
) -> None:
    """Groups of single categories that are left, beside as many axes at once as one program takes well: several tables
    together may give away what the new one and each other one alone do not."""
    left: dict[tuple[int, ...], list[tuple[Search, int, np.ndarray]]] = {}
    for axes, _, search in searches:
        codes = search.atoms.codes
        for number in np.flatnonzero(search.open).tolist():
            mask = search.targets[number].mask
            named = np.flatnonzero((codes[mask] == codes[mask[0]]).all(0) & (codes[mask[0]] >= 0))
            if (codes[:, named] == codes[mask[0], named]).all(1).sum() == len(mask):
                place = tuple(sorted(axes)[j] for j in named)
                left.setdefault(place, []).append((search, number, codes[mask[0], named]))
    others = sorted(range(len(space.axes)), key=lambda a: len(space.axes[a].words))
    for place, groups in sorted(left.items()):
        wider = frozenset(place)
        for axis in others:
            if space.size(wider | {axis}) <= _WIDE:
                wider |= {axis}
        if all(space.within(number, wider) is None for number in range(len(space.tables))):
            continue  # no table tells anything of so few axes
        _, parts, atoms, masks = _gathered(space, wider)
        at = [sorted(wider).index(axis) for axis in place]
        targets = [
            Target(np.flatnonzero((atoms.codes[:, at] == own).all(1)), search.targets[number].words, -1, -1)
            for search, number, own in groups
        ]
        wide = Search(parts, masks, atoms, targets, groups[0][0].threshold, until, whole=False)
        for step in (Search.subtract, Search.hard):
            step(wide, result)
        for (search, number, _), still in zip(groups, wide.open, strict=True):
            search.open[number] &= still


def _gathered(space: Space, axes: frozenset[int]) -> tuple[list[int], list[Published], Atoms, list[list[np.ndarray]]]:
    """Of the tables that tell something of these axes: their numbers, what they tell, all atoms, and those of each
    cell."""
    told = {number: part for number in range(len(space.tables)) if (part := space.within(number, axes)) is not None}
    atoms = space.atoms(list(told), axes)
    masks = [cell_masks(table, own) for table, own in zip(told.values(), atoms.of_table, strict=True)]
    return list(told), list(told.values()), atoms, masks


#: Two cells: of each the table's number, and its categories.
_Cell = tuple[int, tuple[tuple[str, str], ...]]
_Pair = tuple[_Cell, _Cell]


@dataclass
class _Looked:
    """What was looked at in an earlier gathering and is not looked at again."""

    tables: set[int] = field(default_factory=set)
    crossings: set[tuple[int, ...]] = field(default_factory=set)
    differences: set[_Pair] = field(default_factory=set)


def _gatherings(space: Space) -> list[frozenset[int]]:
    """Sets of axes to look at together: all where they are few; else the last table's with those of each other one."""
    everything = frozenset(range(len(space.axes)))
    if space.size(everything) <= _ALL_AT_ONCE:
        return [everything]
    mine = space.axes_of(len(space.tables) - 1)
    wanted = {mine | space.axes_of(i) for i in range(len(space.tables) - 1)} | {mine}
    wanted = {w for w in wanted if not any(w < other for other in wanted)}
    return sorted(wanted, key=lambda w: (space.size(w), sorted(w)))


def _crossings(
    atoms: Atoms, everything: bool, mine: list[int], axes: list[int], looked: _Looked
) -> list[tuple[int, ...]]:
    """Sets of axes whose combinations make groups: all sets; or the dimensions of each table and all pairs, with any
    populations."""
    count = len(atoms.axes)
    if (everything or len(atoms.codes) <= _FEW) and count <= _MOST_AXES:
        return [s for size in range(1, count + 1) for s in itertools.combinations(range(count), size)]
    populations = [i for i, axis in enumerate(atoms.axes) if axis.is_population]
    some = [s for size in range(len(populations) + 1) for s in itertools.combinations(populations, size)]
    own = {part for n in mine for part in _parts(atoms.dims[n])}
    pairs = set(itertools.combinations([i for i in range(count) if i not in populations], 2)) - own
    pairs = {pair for pair in pairs if tuple(axes[i] for i in pair) not in looked.crossings}
    looked.crossings |= {tuple(axes[i] for i in pair) for pair in pairs}
    made = {tuple(sorted({*part, *s})) for part in own for s in some if part or s} | pairs
    return sorted(made, key=lambda subset: (len(subset), subset))


def _parts(dims: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [s for size in range(len(dims) + 1) for s in itertools.combinations(dims, size)]


def _targets(
    tables: Sequence[Published],
    masks: list[list[np.ndarray]],
    atoms: Atoms,
    threshold: int,
    everything: bool,
    mine: list[int],
    numbers: list[int],
    axes: list[int],
    looked: _Looked,
) -> list[Target]:
    """Small groups: hidden or small cells, combinations of axes, and what one cell has more than another in it.

    mine: the tables whose cells and dimensions are looked at here; those of the others are in another gathering.
    numbers, axes: which of all tables and axes these are; looked: what needs no second look.
    """
    seen: dict[bytes, None] = {}
    found: list[Target] = []

    def add(mask: np.ndarray, words: dict[str, str], table: int, row: int) -> None:
        key = np.sort(mask).tobytes()
        if 0 < atoms.people[mask].sum() < threshold and key not in seen:
            seen[key] = None
            found.append(Target(mask, words, table, row))

    for number in mine:
        table = tables[number]
        for row in np.flatnonzero(table.n < threshold):
            add(masks[number][row], table.cell(int(row)), number, int(row))
    for subset in _crossings(atoms, everything, mine, axes, looked):
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
    for cells, mask, words in _differences(tables, masks, atoms, threshold, numbers):
        if cells not in looked.differences:
            looked.differences.add(cells)
            add(mask, words, -1, -1)
    return found


def _differences(
    tables: Sequence[Published], masks: list[list[np.ndarray]], atoms: Atoms, threshold: int, numbers: list[int]
) -> Iterator[tuple[_Pair, np.ndarray, dict[str, str]]]:
    """What is left of a cell without another one that lies in it, where that is a few people."""
    import scipy.sparse as sp

    cells = {m.tobytes(): (t, r, m) for t, own in enumerate(masks) for r, m in enumerate(own) if len(m)}
    places = list(cells.values())
    sizes = np.array([len(m) for _, _, m in places])
    people = np.array([atoms.people[m].sum() for _, _, m in places])
    each = np.concatenate([m for _, _, m in places])
    matrix = sp.csr_matrix((np.ones(len(each)), each, np.append(0, np.cumsum(sizes))))
    shared = (matrix @ matrix.T).tocoo()
    more = people[shared.row] - people[shared.col]
    within = (shared.data == sizes[shared.col]) & (more > 0) & (more < threshold)
    for one, other in zip(shared.row[within], shared.col[within], strict=True):
        (table, row, whole), (table_, row_, part) = places[one], places[other]
        more_, less = tables[table].cell(row), tables[table_].cell(row_)
        pair = (numbers[table], tuple(more_.items())), (numbers[table_], tuple(less.items()))
        yield pair, np.setdiff1d(whole, part), {**more_, **{f"without {k}": v for k, v in less.items()}}
