"""Generated people, tables, release sequences and regressions, small enough for every world to be tried.

The threshold is 3 here, and everything else as small: the arithmetic is that of ten, and all worlds can be counted.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from openilr.disclose.outputs import Output, load_policy
from openilr.disclose.outputs.cells import count_cells
from tests.disclose import exhaustive

THRESHOLD = 3
SHAPES = [(2, 2, 2), (3, 2), (3, 3), (2, 3)]
NAMES = ("a", "b", "c")


def small_policy(folder: Path):
    """The default convention with a threshold of three."""
    from importlib.resources import files

    text = files("openilr.disclose.outputs").joinpath("policy.toml").read_text("utf-8")
    for old, new in (
        ("persons = 10 ", "persons = 3 "), ("residual_degrees_of_freedom = 10", "residual_degrees_of_freedom = 2"),
        ("persons_per_category = 10 ", "persons_per_category = 3 "),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    path = folder / "policy.toml"
    path.write_text(text, "utf-8")
    return load_policy(path=path)


@dataclass
class Sector:
    """People in a small cross of variables; ``counts`` is how many are in each combination."""

    counts: np.ndarray
    people: pl.DataFrame

    @classmethod
    def make(cls, rng: np.random.Generator) -> Sector:
        shape = SHAPES[rng.integers(len(SHAPES))]
        counts = rng.choice([0, 1, 2, 3, 4, 5], size=shape, p=[0.1, 0.15, 0.1, 0.2, 0.2, 0.25])
        rows = [index for index in np.ndindex(*shape) for _ in range(int(counts[index]))]
        frame = pl.DataFrame(
            {name: [str(r[i]) for r in rows] for i, name in enumerate(NAMES[: len(shape)])}
        ).with_row_index("person")
        return cls(counts, frame)

    @property
    def names(self) -> tuple[str, ...]:
        return NAMES[: self.counts.ndim]


@dataclass
class Asked:
    """A table that somebody asks for: dimensions, and a condition ``axis != value`` or none."""

    dims: list[str]
    without: tuple[int, int] | None = None

    @classmethod
    def make(cls, rng: np.random.Generator, sector: Sector) -> Asked:
        names = sector.names
        dims = [n for n in names if rng.random() < 0.6] or [names[rng.integers(len(names))]]
        without = None
        if rng.random() < 0.45:
            axis = int(rng.integers(len(names)))
            without = (axis, int(rng.integers(sector.counts.shape[axis])))
        return cls(dims, without)

    def output(self, sector: Sector, id: str) -> Output | None:
        people = sector.people
        if self.without:
            people = people.filter(pl.col(sector.names[self.without[0]]) != str(self.without[1]))
        if people.is_empty():
            return None
        rows = people.select("person", **{f"d{i}": d for i, d in enumerate(self.dims)})
        content = {"statistic": "count", "dimensions": [{"name": d, "label": d} for d in self.dims], "margins": "all"}
        return Output(id, "table", id, content, {"unit": "people", "population": "all"}, rows=rows)


@dataclass
class Told:
    """What a reader was told, for the exhaustive attack: (mask over the cross, least, most), and hidden cells."""

    cells: list = field(default_factory=list)
    hidden: list = field(default_factory=list)
    shown_small: list = field(default_factory=list)


def tell(sector: Sector, asked: Asked, output: Output, told: Told) -> None:
    """Add a released table, read from its printed form alone."""
    shape, names = sector.counts.shape, sector.names
    population = np.ones(shape, bool)
    if asked.without:
        index = [slice(None)] * len(shape)
        index[asked.without[0]] = asked.without[1]
        population[tuple(index)] = False
    table = count_cells(output).shown()
    base = output.changes.get("round", 1)
    merge = output.changes.get("merge", {})
    zero_hidden = False
    hidden_masks = []
    for row in table.iter_rows(named=True):
        mask = population.copy()
        for dim in asked.dims:
            axis = names.index(dim)
            if row[dim] != "Total":
                own = merge.get(dim, {})
                keep = np.array([own.get(str(v), str(v)) == row[dim] for v in range(shape[axis])])
                mask &= keep.reshape([-1 if a == axis else 1 for a in range(len(shape))])
        if row["Count"] == "c":
            hidden_masks.append((tuple(sorted(row.items())), mask))
            zero_hidden |= sector.counts[mask].sum() == 0
            continue
        value = int(row["Count"])
        if base > 1:
            told.cells.append((mask, max(value - base // 2, 0), value + (base - 1) // 2))
        else:
            told.cells.append((mask, value, value))
            if 0 < value < THRESHOLD:
                told.shown_small.append(row)
    for name, mask in hidden_masks:
        told.cells.append((mask, 0 if zero_hidden else 1, 10**6))
        told.hidden.append((name, mask))
    # A category that the table does not list is empty.
    for dim in asked.dims:
        axis = names.index(dim)
        own = merge.get(dim, {})
        for value in range(shape[axis]):
            if own.get(str(value), str(value)) not in table[dim].to_list():
                keep = np.arange(shape[axis]) == value
                told.cells.append(
                    (population & keep.reshape([-1 if a == axis else 1 for a in range(len(shape))]), 0, 0)
                )


def gives_away(sector: Sector, told: Told) -> list:
    """Small groups that every world shows, by trying all."""
    return exhaustive.exposed(sector.counts.shape, sector.counts, told.cells, THRESHOLD, most=7, also=told.hidden)


def full_rows(sector: Sector, asked: Asked) -> bool:
    """Whether some row of the asked table has all of its people in one category, by looking."""
    output = asked.output(sector, "x")
    rows = output.rows
    dims = [f"d{i}" for i in range(len(asked.dims))]
    for dim in dims:
        if rows[dim].n_unique() < 2:
            continue
        others = [d for d in dims if d != dim]
        for size in range(len(others) + 1):
            for on in itertools.combinations(others, size):
                groups = (
                    rows.group_by(list(on)).agg(pl.col(dim).n_unique()) if on else rows.select(pl.col(dim).n_unique())
                )
                if (groups[dim] == 1).any():
                    return True
    return False


def model_case(rng: np.random.Generator):
    """A small regression: names, columns, outcome. Columns are 0/1, now and then nested, now and then a number."""
    n = int(rng.integers(8, 15))
    columns = [np.ones(n)]
    names = ["Intercept"]
    for j in range(int(rng.integers(1, 4))):
        kind = rng.random()
        if kind < 0.2 and j:
            column = columns[-1] * (rng.random(n) < 0.6)
        elif kind < 0.35:
            column = rng.normal(size=n).round(2)
        else:
            column = (rng.random(n) < rng.choice([0.15, 0.4, 0.6, 0.85])).astype(float)
        columns.append(column)
        names.append(f"x{j}")
    x = np.column_stack(columns)
    rank = 0
    kept = []
    for j in range(x.shape[1]):
        if np.linalg.matrix_rank(x[:, [*kept, j]]) > rank:
            kept.append(j)
            rank += 1
    x = x[:, kept]
    return [names[j] for j in kept], x, rng.normal(10, 3, n)


def model_gives_away(x: np.ndarray, threshold: int) -> bool:
    """Whether some group of fewer people has an indicator that the columns make: every group is tried."""
    kinds = np.unique(x.round(9), axis=0, return_inverse=True)[1].ravel()
    groups = [kinds == k for k in range(kinds.max() + 1)]
    q, _ = np.linalg.qr(x)
    for size in range(1, threshold):
        for pick in itertools.combinations(groups, min(size, len(groups))):
            mask = np.any(pick, axis=0)
            if mask.sum() < threshold and abs(np.sum((q.T @ mask) ** 2) - mask.sum()) < 1e-8:
                return True
    return False


def model_output(names, x, y) -> Output:
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    rows = pl.DataFrame({"person": np.arange(len(y)), "y": y, **{f"x:{n}": x[:, j] for j, n in enumerate(names)}})
    terms = [{"term": n, "estimate": float(b)} for n, b in zip(names, beta, strict=True)]
    content = {"estimator": "ols", "outcome": "y", "terms": terms}
    return Output("m", "model", "m", content, {"unit": "people", "population": "all"}, rows=rows)
