"""Signed cubes: moves of people round a table that leave every sum as it was.

In each dimension take nodes with signs that every sum sends to zero: a path from an item up to its total, or the
difference of two such paths; or the cell's node alone, where no moved cell stands in a sum of that dimension. The
product over the dimensions, times a number of people, added to a table gives another table of whole numbers with the
same sums wherever the moved cells are hidden.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from openilr.disclose.tables.model import Dimension, Table

#: The price of a cell that may not move.
NEVER = 1e12
#: Largest number of cells looked at for one search; larger choices are thinned out at random.
_CAP = 1_000_000
_KEEP = 24


@dataclass(frozen=True)
class Cube:
    """``cells`` move by so many people, up or down."""

    cells: np.ndarray
    moves: np.ndarray
    price: float


class Cubes:
    """Searches the cheapest cube that lifts a cell to the threshold."""

    def __init__(self, table: Table, threshold: int) -> None:
        self.table, self.threshold = table, threshold
        self._vectors = [_vectors(dimension) for dimension in table.dimensions]
        self._summed = _summed(table)
        self._random = np.random.default_rng(0)

    def cheapest(self, cell: int, values: np.ndarray, floor: np.ndarray, price: np.ndarray) -> Cube | None:
        """``price`` of each cell, and one NEVER more at the end for cells that are not there."""
        people = int(self.threshold - values[cell])
        down = np.append(np.where(values - people < floor, NEVER, 0.0), 0.0)
        at = self.table.at[cell]
        strides = self.table.strides
        choices, alone = [], []
        for d, node in enumerate(at):
            if self._summed[cell, d]:
                choices.append(list(self._vectors[d][node].values()))
            else:
                choices.append([(np.array([[node]], np.int64), np.ones((1, 1), np.int8))])
                alone.append(d)
        price = np.where(np.append(self._summed[:, alone].any(axis=1), False), NEVER, price)
        best: Cube | None = None
        for combination in itertools.product(*choices):
            nodes, signs = self._thinned(list(combination))
            dimensions = len(nodes)
            keys: np.ndarray = np.zeros(1, dtype=np.int64)
            sign: np.ndarray = np.ones(1, dtype=np.int8)
            for d in range(dimensions):
                shape = [1] * (2 * dimensions)
                shape[d], shape[dimensions + d] = nodes[d].shape
                keys = keys + (nodes[d] * strides[d]).reshape(shape)
                sign = sign * signs[d].reshape(shape)
            cells = self.table.find(keys)
            paid = price[cells] + np.where(sign < 0, down[cells], 0.0)
            total = paid.sum(axis=tuple(range(dimensions, 2 * dimensions)))
            least = int(total.argmin())
            if total.flat[least] < (best.price if best else NEVER):
                where: Any = (*np.unravel_index(least, total.shape), *[slice(None)] * dimensions)
                sign = np.broadcast_to(sign, cells.shape)
                best = Cube(cells[where].ravel(), people * sign[where].ravel().astype(float), float(total.flat[least]))
        return best

    def _thinned(self, vectors: list[tuple[np.ndarray, np.ndarray]]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        size = int(np.prod([float(nodes.size) for nodes, _ in vectors]))
        out = []
        for nodes, signs in sorted(vectors, key=lambda v: -len(v[0])) if size > _CAP else vectors:
            if size > _CAP and len(nodes) > _KEEP:
                wanted = max(_KEEP, int(len(nodes) * _CAP / size))
                keep = self._random.choice(len(nodes), min(wanted, len(nodes)), replace=False)
                size = int(size * len(keep) / len(nodes))
                out.append((id(nodes), nodes[keep], signs[keep]))
            else:
                out.append((id(nodes), nodes, signs))
        order = [next(i for i, each in enumerate(out) if each[0] == id(nodes)) for nodes, _ in vectors]
        return [out[i][1] for i in order], [out[i][2] for i in order]


def _summed(table: Table) -> np.ndarray:
    """Cells x dimensions: whether a cell stands in any sum of the dimension."""
    found = np.zeros((len(table), len(table.dimensions)), bool)
    for number, dimension in enumerate(table.dimensions):
        for each in dimension.sums:
            wholes = np.flatnonzero(table.at[:, number] == each.whole)
            parts = table.parts_of(wholes, number, each)
            there = parts >= 0
            found[wholes[there.any(axis=1)], number] = True
            found[parts[there], number] = True
    return found


def _vectors(dimension: Dimension) -> list[dict[int, tuple[np.ndarray, np.ndarray]]]:
    """For every node, by length: nodes (k x length) and signs of the vectors that lift it and break no sum."""
    found: list[dict[int, list[tuple[list[int], list[int]]]]] = [{} for _ in dimension.nodes]
    pairs = _forest(dimension) if dimension.is_forest else _siblings(dimension)
    for node, nodes, signs in pairs:
        found[node].setdefault(len(nodes), []).append((nodes, signs))
    return [
        {
            length: (np.array([n for n, _ in vectors], np.int64), np.array([s for _, s in vectors], np.int8))
            for length, vectors in by_length.items()
        }
        for by_length in found
    ]


def _forest(dimension: Dimension) -> Iterator[tuple[int, list[int], list[int]]]:
    parent = {part: each.whole for each in dimension.sums for part in each.parts}
    wholes = {each.whole for each in dimension.sums}
    paths = []
    for leaf in range(len(dimension.nodes)):
        if leaf not in wholes:
            path = [leaf]
            while path[-1] in parent:
                path.append(parent[path[-1]])
            paths.append(path)
    for path in paths:
        inside = set(path)
        for node in path:
            yield node, path, [1] * len(path)
        for other in paths:
            if other is path or other[-1] != path[-1]:
                continue
            up = [n for n in path if n not in set(other)]
            down = [n for n in other if n not in inside]
            for node in up:
                yield node, up + down, [1] * len(up) + [-1] * len(down)


def _siblings(dimension: Dimension) -> Iterator[tuple[int, list[int], list[int]]]:
    """Where hierarchies share nodes: only pairs that stand in exactly the same sums."""
    stands: dict[int, list[int]] = {node: [] for node in range(len(dimension.nodes))}
    for number, each in enumerate(dimension.sums):
        for part in each.parts:
            stands[part].append(number)
    wholes = {each.whole for each in dimension.sums}
    alike: dict[tuple[int, ...], list[int]] = {}
    for node, numbers in stands.items():
        if node not in wholes:
            alike.setdefault(tuple(numbers), []).append(node)
    for shared, nodes in alike.items():
        for node in nodes:
            if not shared:
                yield node, [node], [1]
                continue
            for other in nodes:
                if other != node:
                    yield node, [node, other], [1, -1]
