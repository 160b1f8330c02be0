"""Truth by trying everything: all worlds of whole numbers that agree with what was published, one by one.

Slow and obvious, and nothing here is shared with the code under test.
"""

from __future__ import annotations

import itertools

import numpy as np


def worlds(shape, told, most):
    """All fillings of a small cross of variables that agree with ``told``: (mask over the cross, low, high).

    None where there are too many to try.
    """
    size = int(np.prod(shape))
    found = np.zeros((1, 0), np.int8)
    limits = [(mask.ravel().astype(bool), low, min(high, 10**6)) for mask, low, high in told]
    for atom in range(size):
        if len(found) * (most + 1) > 3_000_000:
            return None
        found = np.hstack(
            [np.repeat(found, most + 1, 0), np.tile(np.arange(most + 1, dtype=np.int8), len(found))[:, None]]
        )
        for mask, low, high in limits:
            if mask[atom]:
                sums = found[:, mask[: atom + 1]].sum(1, dtype=np.int16)
                left = most * int(mask[atom + 1 :].sum())
                found = found[(sums <= high) & (sums + left >= low)]
    return found


def groups(shape):
    """Every conjunction of categories: a mask over the cross."""
    for pick in itertools.product(*[[None, *range(n)] for n in shape]):
        mask = np.ones(shape, bool)
        for axis, value in enumerate(pick):
            if value is not None:
                keep = np.zeros(shape[axis], bool)
                keep[value] = True
                mask &= keep.reshape([-1 if a == axis else 1 for a in range(len(shape))])
        yield pick, mask


def exposed(shape, counts, told, threshold, most=None, also=()):
    """The small groups that every possible world shows to have somebody, and fewer than the threshold.

    None where there are too many worlds to try.
    """
    most = most or int(counts.max()) + threshold
    every = worlds(shape, told, most)
    if every is None:
        return None
    assert len(every), "the truth itself agrees with what was told"
    found = []
    for pick, mask in [*groups(shape), *also]:
        true = counts[mask].sum()
        if 0 < true < threshold:
            sizes = every[:, mask.ravel()].sum(1, dtype=np.int32)
            if sizes.min() >= 1 and sizes.max() < threshold:
                found.append((pick, int(true)))
    return found
