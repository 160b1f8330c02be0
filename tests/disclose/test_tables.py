"""Controlled rounding and suppression of tables whose sums are all published."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from openilr.disclose.tables import rounding
from openilr.disclose.tables.flow import Flow
from openilr.disclose.tables.model import Dimension, Sum, Table, TableError
from openilr.disclose.tables.rounding import round_table
from openilr.disclose.tables.suppression import suppress


def skewed(*shape: int, seed: int = 1, mean: float = 1.6) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.lognormal(mean, 1.2, shape).astype(int) * (rng.random(shape) > 0.15)


def flat(*sizes: int, seed: int = 1) -> Table:
    dimensions = [Dimension.flat(f"d{n}", [f"{n}{i}" for i in range(size)]) for n, size in enumerate(sizes)]
    return Table.of(dimensions, skewed(*sizes, seed=seed))


def two_layers(groups: int, items: int, columns: int, seed: int = 1) -> Table:
    parents: dict[str, str | None] = {"Total": None}
    for g in range(groups):
        parents[f"g{g}"] = "Total"
        parents |= {f"g{g}i{i}": f"g{g}" for i in range(items)}
    leaves = skewed(groups * items, columns, 4, seed=seed)
    age = Dimension.flat("age", "abcd")
    return Table.of([Dimension.tree("area", parents), Dimension.flat("subject", map(str, range(columns))), age], leaves)


def adds_up(table: Table, values: np.ndarray) -> bool:
    return not (table.relations @ values).any()


@pytest.mark.parametrize("base", [5, 10])
@pytest.mark.parametrize("table", [flat(6), flat(7, 5), flat(5, 4, 3), two_layers(3, 4, 5)], ids=lambda t: str(t.shape))
def test_every_cell_goes_to_a_neighbour_and_everything_adds_up(table, base):
    done = round_table(table, base)
    assert adds_up(table, done.values) and (done.values % base == 0).all()
    assert (np.abs(done.values - table.values) < base).all() and (done.values[table.values == 0] == 0).all()
    assert done.moved == np.abs(done.values - table.values).sum() >= done.least - 1e-6


def test_least_movement_is_that_of_all_roundings_tried_one_by_one():
    for seed in range(12):
        table = flat(2, 3, seed=seed)
        low, rest = np.divmod(table.values, 5)
        free = np.flatnonzero(rest)
        best = None
        for up in itertools.product((0, 1), repeat=len(free)):
            tried = low.copy()
            tried[free] += up
            if adds_up(table, tried):
                moved = np.abs(5 * tried - table.values).sum()
                best = moved if best is None else min(best, moved)
        assert round_table(table, 5).moved == best


def test_values_published_before_are_held():
    table = two_layers(3, 3, 4)
    first = round_table(table, 5)
    held = np.full(len(table), -1)
    held[:40] = first.values[:40]
    again = round_table(table, 5, held)
    assert (again.values[:40] == held[:40]).all() and adds_up(table, again.values)
    odd = np.where(np.arange(len(table)) < 2, 1000, -1)
    with pytest.raises(TableError, match="published before"):
        round_table(flat(6), 5, odd[: len(flat(6))])


def test_a_large_table_is_rounded_in_pieces_that_fit(monkeypatch):
    table = two_layers(6, 5, 8)
    whole = round_table(table, 5)
    monkeypatch.setattr(rounding, "PIECE", 300)
    parts = round_table(table, 5)
    assert parts.pieces > 3 and whole.pieces == 1
    assert adds_up(table, parts.values) and (np.abs(parts.values - table.values) < 5).all()
    assert whole.moved <= parts.moved <= 1.15 * whole.moved


def test_two_hierarchies_over_one_total():
    # A country is the sum of its regions and of its providers, and both have to fit.
    nodes = ("England", "r1", "r2", "p1", "p2", "p3")
    place = Dimension("place", nodes, (Sum(0, (1, 2)), Sum(0, (3, 4, 5))))
    for seed in range(6):
        providers = skewed(3, 3, seed=seed)
        regions = np.random.default_rng(seed).binomial(providers.sum(axis=0), 0.4)
        cells = np.stack([providers.sum(axis=0), regions, providers.sum(axis=0) - regions, *providers])
        full = np.column_stack([cells.sum(axis=1), cells])
        at = np.stack([i.ravel() for i in np.indices(full.shape)], axis=1)
        table = Table((place, Dimension.flat("sex", "abc")), at, full.ravel())
        assert adds_up(table, round_table(table, 5).values)
        assert not suppress(table, 10).certificates.without


def test_what_does_not_add_up_is_refused():
    table = flat(3, 3)
    spoilt = Table(table.dimensions, table.at, table.values + (np.arange(len(table)) == 0))
    for protect in (round_table, suppress):
        with pytest.raises(TableError, match=r"do not add up: d0 Total, d1 Total is \d+, but its parts add up to"):
            protect(spoilt, 5)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("make", [lambda s: flat(8, 6, seed=s), lambda s: flat(6, 5, 3, seed=s),
                                  lambda s: two_layers(3, 3, 4, seed=s)])  # fmt: skip
def test_every_hidden_cell_has_a_table_in_which_it_is_not_small(make, seed):
    table = make(seed)
    done = suppress(table, 10)
    small = (table.values > 0) & (table.values < 10)
    assert (done.primary == small).all() and (done.hidden >= small).all() and not done.hidden[table.values == 0].any()
    reached = np.zeros(len(table), bool)
    shown = np.where(done.hidden, 0, table.values)
    for changes in ({}, *done.certificates.changes):
        other = shown.copy()
        for cell, count in (done.certificates.base | changes).items():
            assert done.hidden[cell] and count >= 1
            other[cell] = count
        assert adds_up(table, other)
        reached |= other >= 10
    assert reached[done.hidden].all()
    assert done.hidden.sum() - small.sum() <= done.after_cubes


def test_many_small_cells_are_lifted_by_one_change_that_leaves_every_sum():
    table = flat(8, 6, 3)
    values = table.values.astype(float)
    small = np.flatnonzero((values > 0) & (values < 10))
    flow = Flow(table.relations, np.full(len(table), 60.0), np.maximum(values - 1, 0), np.ones(len(table)))
    change = flow.lift_together(small, np.ones(len(small)), 10 - values[small])
    assert not (table.relations @ change).round(6).any() and (values + change >= np.minimum(values, 1) - 1e-6).all()
    assert (values[small] + change[small] >= 10 - 1e-6).sum() > len(small) / 3
    # Where nothing else may move there is nothing to lift.
    alone = Flow(table.relations[:, small[:1]], np.full(1, 60.0), np.zeros(1), np.ones(1))
    assert not alone.lift_together(np.array([0]), np.ones(1), np.ones(1)).any()


def test_hiding_less_leaves_less_hidden():
    table = flat(8, 6, 3)
    few, many = suppress(table, 10), suppress(table, 10, steps=0)
    assert few.hidden.sum() < many.hidden.sum()


def test_a_table_that_can_not_hide_anything_is_refused():
    # All but the small count was published before: it follows by subtraction whatever is hidden now.
    table = Table.of([Dimension.flat("d", "ab")], np.array([2, 40]))
    with pytest.raises(TableError, match="d a is a small count, and hiding every other count"):
        suppress(table, 10, shown=table.values >= 10)
    with pytest.raises(TableError, match="d a is a small count now, and was shown before"):
        suppress(table, 10, shown=table.values == 2)
