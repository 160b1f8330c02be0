"""What a table or model tells an intruder: its cells in numbers of people, for the ledger."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from openilr.disclose.ledger import ALL, PatternTable, Published
from openilr.disclose.outputs.cells import Cells
from openilr.disclose.outputs.kinds import TOTAL

if TYPE_CHECKING:
    import polars as pl

__all__ = ["published_cells", "published_population"]

#: Of a level of more cells than these, empty ones are not told.
_MOST_EMPTY = 1_000_000


def published_cells(name: str, cells: Cells) -> Published:
    """A table's cells as an intruder sees them, counted in people."""
    import polars as pl

    keys, frame = cells.keys, cells.frame
    members = cells.members
    several = members.unique().height > members["person"].n_unique()
    hidden = frame["hidden"].to_numpy()
    n = frame["n"].to_numpy().astype(float)
    low, high, shown = _bounds(n, hidden, cells.base)
    if several or not keys:
        return _patterns(name, cells, low, high, n, hidden, shown)
    categories, columns, coded = [], {}, []
    for key in keys:
        words = sorted(members[key].unique().to_list())
        code = {word: i for i, word in enumerate(words)} | {TOTAL: ALL}
        categories.append(tuple(words))
        columns[f"c{key[1:]}"] = pl.col(key).replace_strict(code, return_dtype=pl.Int32)
        coded.append(frame[key].replace_strict(code, return_dtype=pl.Int32).to_numpy())
    people = members.unique().select("person", **columns)
    codes = np.stack(coded, axis=1)
    empty = _not_listed(codes, [len(words) for words in categories])
    none = np.zeros(len(empty))
    return Published(
        name, cells.labels, tuple(categories), people, np.vstack([codes, empty]), np.append(low, none),
        np.append(high, none), np.append(n, none), np.append(hidden, none.astype(bool)), (*shown, *[""] * len(empty)),
    )  # fmt: skip


def _not_listed(codes: np.ndarray, sizes: list[int]) -> np.ndarray:
    """Cells that a table has a row or column for, but does not list: a reader sees that nobody is in them."""
    found = [np.zeros((0, len(sizes)), codes.dtype)]
    for keep in np.unique(codes != ALL, axis=0):
        on = np.flatnonzero(keep)
        own = [sizes[j] for j in on]
        if not len(on) or np.prod(own) > _MOST_EMPTY:
            continue
        listed = codes[((codes != ALL) == keep).all(1)][:, on]
        rest = np.setdiff1d(np.arange(np.prod(own)), np.ravel_multi_index(list(listed.T), own))
        more = np.full((len(rest), len(sizes)), ALL, codes.dtype)
        more[:, on] = np.stack(np.unravel_index(rest, own), axis=1)
        found.append(more)
    return np.vstack(found)


def published_population(name: str, persons: pl.Series) -> Published:
    """The number of people that a model was made of, as a table of one cell."""
    import polars as pl

    people = pl.DataFrame({"person": persons}).unique().with_columns(c0=pl.lit(0, pl.Int32))
    n = np.array([float(people.height)])
    return Published(
        name, ("people in the model",), (("all",),), people, np.array([[ALL]]), n, n, n, np.array([False]),
        (f"{people.height:,}",),
    )  # fmt: skip


def _bounds(n: np.ndarray, hidden: np.ndarray, base: int) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    rounded = np.floor((2 * n + base) / (2 * base)) * base if base > 1 else n
    below, above = (base // 2, (base - 1) // 2) if base > 1 else (0, 0)
    # Where an empty cell was hidden as well, a hidden cell may be empty.
    least = 0.0 if (hidden & (n == 0)).any() else 1.0
    low = np.where(hidden, least, np.maximum(rounded - below, 0))
    high = np.where(hidden, np.inf, rounded + above)
    words = tuple("c" if h else f"{int(v):,}" for h, v in zip(hidden, rounded, strict=True))
    return low, high, words


def _patterns(
    name: str,
    cells: Cells,
    low: np.ndarray,
    high: np.ndarray,
    n: np.ndarray,
    hidden: np.ndarray,
    shown: tuple[str, ...],
) -> Published:
    """People who are in several cells (by their aims, say): what each is in is one category of a single dimension.

    A cell is then a set of these categories. It is told as such: ``codes`` numbers the cells, ``sets`` what is in them.
    """
    import polars as pl

    keys, members = cells.keys, cells.members.unique()
    if not keys:
        return published_population(name, members["person"])
    rows = cells.frame.with_row_index("cell").select("cell", *keys)
    pieces = []
    for keep in itertools.product([True, False], repeat=len(keys)):
        level = members.with_columns(**{k: pl.lit(TOTAL) for k, kept in zip(keys, keep, strict=True) if not kept})
        pieces.append(level.join(rows, on=keys).select("person", "cell"))
    in_cells = pl.concat(pieces).unique().sort("person", "cell").group_by("person", maintain_order=True).agg("cell")
    patterns = in_cells.select("cell").unique(maintain_order=True).with_row_index("c0")
    people = in_cells.join(patterns, on="cell").select("person", pl.col("c0").cast(pl.Int32))
    sets = np.zeros((rows.height, patterns.height), bool)
    for code, inside in patterns.iter_rows():
        sets[inside, code] = True
    words = tuple(str(i) for i in range(patterns.height))
    keyed = [cells.key(row) for row in cells.frame.iter_rows(named=True)]
    return PatternTable(
        name, ("the cells that a person is in",), (words,), people, np.arange(rows.height)[:, None], low, high, n,
        hidden, shown, sets, tuple(keyed),
    )  # fmt: skip
