"""Tables of counts whose totals are published too: dimensions, cells, and every sum that a reader can check.

A cell is one node of each dimension. A dimension's sums say which nodes add up to which: a country to its regions and,
at the same time, to its providers. Tables that share cells are one table here, so they are protected together.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import scipy.sparse as sp

#: Largest grid for which the place of every cell is kept in one array (four bytes each).
_DENSE = 40_000_000


#: How long work tells what it is at.
Say = Callable[[str], None]


def silent(words: str) -> None:
    """For work that nobody watches."""


class TableError(Exception):
    """The table can not be protected as asked; the message says which cells, and what to do."""


@dataclass(frozen=True)
class Sum:
    """The nodes ``parts`` add up to the node ``whole``, in every combination of the other dimensions."""

    whole: int
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Dimension:
    """``nodes`` are labels, totals among them; ``sums`` relate them by their positions."""

    name: str
    nodes: tuple[Hashable, ...]
    sums: tuple[Sum, ...] = ()

    @classmethod
    def tree(cls, name: str, parents: dict[str, str | None]) -> Dimension:
        """A hierarchy from node to its parent; the one without a parent is the total."""
        at = {node: i for i, node in enumerate(parents)}
        parts: dict[int, list[int]] = {}
        for node, parent in parents.items():
            if parent is not None:
                parts.setdefault(at[parent], []).append(at[node])
        return cls(name, tuple(parents), tuple(Sum(whole, tuple(of)) for whole, of in parts.items()))

    @classmethod
    def flat(cls, name: str, items: Iterable[str]) -> Dimension:
        return cls.tree(name, {"Total": None, **dict.fromkeys(items, "Total")})

    @cached_property
    def depth(self) -> np.ndarray:
        """How many sums stand above each node at most."""
        depth = np.zeros(len(self.nodes), int)
        for _ in self.nodes:
            before = depth.copy()
            for each in self.sums:
                depth[list(each.parts)] = np.maximum(depth[list(each.parts)], depth[each.whole] + 1)
            if (depth == before).all():
                return depth
        raise TableError(f"In {self.name} a total is part of itself.")

    @cached_property
    def is_forest(self) -> bool:
        """Whether every node is part of one sum at most, and the whole of one at most."""
        parts = [part for each in self.sums for part in each.parts]
        wholes = [each.whole for each in self.sums]
        return len(set(parts)) == len(parts) and len(set(wholes)) == len(wholes)


@dataclass(frozen=True)
class Table:
    """Counts and what they add up to.

    ``at`` holds each cell's node in each dimension (cells x dimensions), ``values`` whole numbers from 0. Cells that
    are not there are zero. ``latent`` marks cells that are not published but stand between published ones, such as a
    region whose areas and country are shown: they are kept adding up too.
    """

    dimensions: tuple[Dimension, ...]
    at: np.ndarray
    values: np.ndarray
    latent: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))

    def __post_init__(self) -> None:
        if not len(self.latent):
            object.__setattr__(self, "latent", np.zeros(len(self.values), bool))
        if (self.values < 0).any():
            raise TableError("A count is negative.")

    @classmethod
    def of(cls, dimensions: Sequence[Dimension], leaves: np.ndarray) -> Table:
        """The whole table of an array with one axis for each dimension: counts at the nodes that are in no sum's
        whole, in the order of nodes. For tests and benchmarks."""
        values = np.asarray(leaves)
        for axis, dimension in enumerate(dimensions):
            wholes = {each.whole: each.parts for each in dimension.sums}
            down = [i for i in range(len(dimension.nodes)) if i not in wholes]
            full = np.zeros((len(dimension.nodes), *np.delete(values.shape, axis)), dtype=np.int64)
            full[down] = np.moveaxis(values, axis, 0)
            for whole in sorted(wholes, key=lambda i: -dimension.depth[i]):
                full[whole] = full[list(wholes[whole])].sum(axis=0)
            values = np.moveaxis(full, 0, axis)
        at = np.stack([i.ravel() for i in np.indices(values.shape)], axis=1).astype(np.int32)
        return cls(tuple(dimensions), at, values.ravel().astype(np.int64))

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(dimension.nodes) for dimension in self.dimensions)

    @cached_property
    def strides(self) -> np.ndarray:
        sizes = (*self.shape[1:], 1)
        return np.array([np.prod(sizes[i:], dtype=np.int64) for i in range(len(sizes))], dtype=np.int64)

    @cached_property
    def keys(self) -> np.ndarray:
        """The place of each cell in the grid of all combinations."""
        return self.at.astype(np.int64) @ self.strides

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray] | np.ndarray:
        size = int(np.prod([float(n) for n in self.shape]))
        if size <= _DENSE:
            grid = np.full(size, -1, dtype=np.int32)
            grid[self.keys] = np.arange(len(self), dtype=np.int32)
            return grid
        order = np.argsort(self.keys)
        return self.keys[order], order

    def find(self, keys: np.ndarray) -> np.ndarray:
        """The cells at these places of the grid, -1 where there is none."""
        places = self._places
        if isinstance(places, np.ndarray):
            return places[keys]
        ordered, order = places
        near = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
        return np.where(ordered[near] == keys, order[near], -1)

    @cached_property
    def relations(self) -> sp.csr_matrix:
        """Sparse matrix A with A @ values = 0: one row for each sum that has its whole and at least one part."""
        import scipy.sparse as sp

        rows, columns, signs, count = [], [], [], 0
        for number, dimension in enumerate(self.dimensions):
            for each in dimension.sums:
                wholes = np.flatnonzero(self.at[:, number] == each.whole)
                parts = self.parts_of(wholes, number, each)
                wholes, parts = wholes[(parts >= 0).any(axis=1)], parts[(parts >= 0).any(axis=1)]
                at = count + np.arange(len(wholes))
                there = parts >= 0
                rows += [at, np.broadcast_to(at[:, None], parts.shape)[there]]
                columns += [wholes, parts[there]]
                signs += [-np.ones(len(wholes)), np.ones(int(there.sum()))]
                count += len(wholes)
        if not count:
            return sp.csr_matrix((0, len(self)))
        entries = (np.concatenate(signs), (np.concatenate(rows), np.concatenate(columns)))
        return sp.csr_matrix(entries, shape=(count, len(self)))

    def parts_of(self, wholes: np.ndarray, number: int, each: Sum) -> np.ndarray:
        """Cells x parts: the cells that add up to each of ``wholes`` in dimension ``number``; -1 for none."""
        moves = (np.array(each.parts, dtype=np.int64) - each.whole) * self.strides[number]
        return self.find(self.keys[wholes][:, None] + moves)

    def label(self, cell: int) -> str:
        """A cell in words, such as ``Regional North East, sex Female``."""
        nodes = (d.nodes[i] for d, i in zip(self.dimensions, self.at[cell], strict=True))
        return ", ".join(f"{d.name} {_words(node)}" for d, node in zip(self.dimensions, nodes, strict=True))

    def broken(self) -> list[str]:
        """What does not add up, in words; a few of the first."""
        off = self.relations @ self.values
        found = []
        for row in np.flatnonzero(np.abs(off) > 0.5)[:3]:
            at = self.relations[row]
            whole = int(at.indices[at.data < 0][0])
            total = int(self.values[whole])
            found.append(f"{self.label(whole)} is {total}, but its parts add up to {total + round(off[row])}")
        return found

    def part(self, cells: np.ndarray) -> Table:
        """The table of some of the cells, in their order."""
        return Table(self.dimensions, self.at[cells], self.values[cells], self.latent[cells])


def union(tables: Sequence[Table]) -> tuple[Table, list[np.ndarray]]:
    """One table of all cells, and for each table where its cells are in it. A table that lacks a dimension stands at
    that dimension's total. TableError where two tables count one cell differently."""
    names = list(dict.fromkeys(d.name for table in tables for d in table.dimensions))
    dimensions = tuple(_merged([d for t in tables for d in t.dimensions if d.name == name]) for name in names)
    places, cells, values, latent = [], [], [], []
    for table in tables:
        at = np.empty((len(table), len(names)), dtype=np.int32)
        own = {d.name: i for i, d in enumerate(table.dimensions)}
        for number, dimension in enumerate(dimensions):
            where = {node: i for i, node in enumerate(dimension.nodes)}
            if dimension.name in own:
                column = own[dimension.name]
                to = np.array([where[node] for node in table.dimensions[column].nodes], dtype=np.int32)
                at[:, number] = to[table.at[:, column]]
            else:
                at[:, number] = _total(dimension)
        cells.append(at)
        values.append(table.values)
        latent.append(table.latent)
    every, first, place = np.unique(np.concatenate(cells), axis=0, return_index=True, return_inverse=True)
    place = place.reshape(-1)
    counts = np.concatenate(values)
    joint = Table(dimensions, every, counts[first], np.ones(len(every), bool))
    clash = np.flatnonzero(joint.values[place] != counts)
    if len(clash):
        raise TableError(f"Two tables have different counts of {joint.label(int(place[clash[0]]))}.")
    joint.latent[place[~np.concatenate(latent)]] = False
    ends = np.cumsum([len(table) for table in tables])
    places = np.split(place, ends[:-1])
    return joint, places


def _merged(parts: list[Dimension]) -> Dimension:
    """One dimension of several of the same name: sums of one whole that share parts are one sum."""
    nodes = tuple(dict.fromkeys(node for d in parts for node in d.nodes))
    at = {node: i for i, node in enumerate(nodes)}
    sums: dict[int, list[set[int]]] = {}
    for dimension in parts:
        for each in dimension.sums:
            fresh = {at[dimension.nodes[p]] for p in each.parts}
            known = sums.setdefault(at[dimension.nodes[each.whole]], [])
            for old in [o for o in known if o & fresh]:
                fresh |= old
                known.remove(old)
            known.append(fresh)
    return Dimension(parts[0].name, nodes, tuple(Sum(w, tuple(sorted(p))) for w, of in sums.items() for p in of))


def _total(dimension: Dimension) -> int:
    """The node that everything is part of."""
    parts = {part for each in dimension.sums for part in each.parts}
    tops = [i for i in range(len(dimension.nodes)) if i not in parts]
    named = [i for i, node in enumerate(dimension.nodes) if _is_total(node)]
    if len(tops) != 1 and not named:
        raise TableError(f"{dimension.name} has no total, so tables without it can not be joined to those with it.")
    return named[0] if named else tops[0]


def _is_total(node: Hashable) -> bool:
    texts = node if isinstance(node, tuple) else (node,)
    return all(str(text).strip().casefold() == "total" for text in texts)


def _words(node: Hashable) -> str:
    return " / ".join(str(part) for part in node if part) if isinstance(node, tuple) else str(node)
