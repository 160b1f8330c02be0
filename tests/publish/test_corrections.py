"""Corrected tables with hidden counts: what all versions together tell, attacked by code that shares nothing with what
protects. The attacker knows every shown number of every version, every sum, that a hidden count is at least 1, and how
many people at most came or went between one version and the next.
"""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from openilr.disclose.tables.correction import Before, correct
from openilr.disclose.tables.model import Dimension, Table
from openilr.disclose.tables.suppression import Exposed, suppress

THRESHOLD = 10
DIMENSIONS = (
    Dimension.tree("area", {"Total": None, "N": "Total", "S": "Total", "n1": "N", "n2": "N", "s1": "S", "s2": "S"}),
    Dimension.flat("level", ["2", "3", "4"]), Dimension.flat("sex", ["F", "M"]),
)  # fmt: skip


def leaves_of(table):
    wholes = [{each.whole for each in d.sums} for d in table.dimensions]
    return np.array([all(n not in w for n, w in zip(at, wholes, strict=True)) for at in table.at.tolist()])


def corrected(random, leaves, people):
    """So many people come, go or move, wherever anybody is."""
    leaves = leaves.copy()
    for _ in range(people):
        where = tuple(random.integers(n) for n in leaves.shape)
        step = random.choice([-1, 1]) if leaves[where] else 1
        leaves[where] += step
    return leaves


def attacked(versions, cells):
    """The most that each of ``cells`` can be, by version; ``versions`` are tables and what is hidden of each."""
    tables = [table for table, _ in versions]
    n, count = len(tables[0]), len(versions)
    leaf = np.flatnonzero(leaves_of(tables[0]))
    relations = sp.block_diag([t.relations for t in tables])
    low = np.concatenate([np.where(h, 1, t.values) for t, h in versions])
    high = np.concatenate([np.where(h, 10_000, t.values) for t, h in versions])
    each = sp.identity(n).tocsr()[leaf]
    steps, most = [], []
    for v in range(1, count):
        steps.append(sp.hstack([each * ((k == v) - (k == v - 1)) for k in range(count)]))
        most.append(np.abs(tables[v].values - tables[v - 1].values)[leaf].sum())
    moves = len(leaf) * len(steps)
    equal = sp.vstack([
        sp.hstack([relations, sp.csr_matrix((relations.shape[0], 2 * moves))]),
        sp.hstack([sp.vstack(steps), -sp.identity(moves), sp.identity(moves)]),
    ])  # fmt: skip
    one = np.kron(np.eye(len(steps)), np.ones(len(leaf)))
    limit = np.hstack([np.zeros((len(steps), n * count)), one, one])
    bounds = [*zip(low, high, strict=True), *[(0, None)] * (2 * moves)]
    found = {}
    for cell, v in cells:
        goal = np.zeros(n * count + 2 * moves)
        goal[v * n + cell] = -1
        done = linprog(goal, limit, most, equal.tocsc(), np.zeros(equal.shape[0]), bounds, method="highs")
        assert done.status == 0, done.message
        found[cell, v] = -done.fun
    return found


def before_of(versions, raws):
    """What the ledger knows of these versions."""
    hidden, shown = versions[-1][1], ~versions[-1][1]
    return Before(raws[-1], np.min(raws, axis=0), hidden, shown)


@pytest.mark.parametrize("seed", range(4))
def test_versions_together_tell_no_small_count(seed):
    random = np.random.default_rng(seed)
    leaves = random.poisson(random.lognormal(2.3, 1.0, (4, 3, 2)))
    first = Table.of(DIMENSIONS, leaves)
    versions = [(first, suppress(first, THRESHOLD).hidden)]
    raws, held = [first.values], 0
    for people in (2, 9):
        leaves = corrected(random, leaves, people)
        truth = Table.of(DIMENSIONS, leaves)
        table, found = correct(truth, THRESHOLD, before_of(versions, raws), hold_back=True)
        assert not table.broken()
        low, high = np.minimum(truth.values, raws[-1]), np.maximum(truth.values, raws[-1])
        assert (table.values >= low).all() and (table.values <= high).all()
        held += int((table.values != truth.values).sum())
        versions.append((table, found.hidden))
        raws.append(table.values)
    small = [(int(c), v) for v, (t, _) in enumerate(versions) for c in np.flatnonzero((t.values > 0) & (t.values < 10))]
    assert small and all(versions[v][1][c] for c, v in small)
    most = attacked(versions, small[:: max(1, len(small) // 12)])
    assert all(value >= THRESHOLD - 1e-6 for value in most.values()), most


def test_no_number_leaves_what_lies_between_its_former_and_its_corrected_value():
    dimensions = (Dimension.flat("area", ["a", "b", "c", "d"]),)
    first = Table.of(dimensions, np.array([4, 12, 30, 40]))
    hidden = suppress(first, THRESHOLD).hidden
    assert hidden.tolist() == [False, True, True, False, False]
    seen = Before(first.values, first.values, hidden, ~hidden)
    gone = Table.of(dimensions, np.array([0, 12, 30, 45]))
    with pytest.raises(Exposed, match=r"was hidden before and is 0 now.*--hold-back"):
        correct(gone, THRESHOLD, seen)
    table, found = correct(gone, THRESHOLD, seen, hold_back=True)
    assert table.values.tolist() == [87, 1, 12, 30, 44] and found.hidden.tolist() == hidden.tolist()
    fell = Table.of(dimensions, np.array([4, 12, 30, 3]))
    with pytest.raises(Exposed, match="is a small count now, and was shown before"):
        correct(fell, THRESHOLD, seen)
    table, _ = correct(fell, THRESHOLD, seen, hold_back=True)
    assert table.values.tolist() == [56, 4, 12, 30, 10]


def test_the_attack_finds_what_a_careless_correction_tells():
    # One learner fewer, and the small count hidden with another partner than before: the two versions subtract.
    dimensions = (Dimension.flat("area", ["a", "b", "c"]),)
    first, second = (Table.of(dimensions, np.array([4, 12, other])) for other in (30, 29))
    one, other = np.array([False, True, True, False]), np.array([False, True, False, True])
    assert attacked([(first, one), (second, other)], [(1, 0)])[1, 0] < THRESHOLD
