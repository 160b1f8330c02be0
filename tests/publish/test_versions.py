"""Corrections: what versions of a release tell together, attacked by code that shares nothing with what protects."""

from __future__ import annotations

import itertools
import shutil

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from openilr.publish.release.build import ProtectError, build
from openilr.store import Store
from tests.publish.making import read
from tests.publish.sector import BY, SMALL, files_of, given, send

COLUMNS = ("apprenticeship_level", "age_group", "sex")


def numbers(release):
    return {tuple(r[c] for c in COLUMNS): r["start_count"] for r in read(files_of(release, "starts_all")[0])}


def truth(store, snapshot):
    """The counts behind the numbers."""
    from openilr import measure

    counted = measure.compute(store, "starts", "2526", by=BY, totals=True, snapshot=snapshot)
    name = {d: counted.measure.dimension(d).label for d in BY}
    rows = counted.frame.iter_rows(named=True)
    return {tuple(r[d] if r[d] == "Total" else name[d](r[d]) for d in BY): r["value"] for r in rows}


def correct(store, learners):
    """The first provider sends its return again; the second snapshot."""
    send(store, 10000001, learners)
    return store.freeze("2526", "R14", frozen_by="tests")


def few_changes():
    """Three learners of 93: one is of another sex, one on another level, one was not there at all."""
    learners = given(10000001, 93, 1)
    learners[0]["Sex"] = "F"
    learners[7]["LearningDelivery"][0]["ProgType"] = 2 if learners[7]["LearningDelivery"][0]["ProgType"] == 3 else 3
    return learners[:41] + learners[42:]


def bounds(text, base, threshold, kept):
    """What a number says by itself, as the guidance explains it; signs of zero that were ``kept`` say less."""
    if text in ("0", "low"):
        return (0, base - 1) if kept and base else (0, 0) if text == "0" else (1, base - 1)
    if text == "c":
        return 1, 10_000
    return (int(text), int(text)) if threshold else (max(1, int(text) - base + 1), int(text) + base - 1)


def attacked(first, second, wanted, *, base=0, threshold=0, changed=None, kept=True):
    """For each wanted cell of both versions the least and the most that it can be, by linear programming over the
    leaves of both tables; ``changed`` is how many learners the attacker knows to have been corrected at most."""
    items = [sorted({key[i] for key in first | second} - {"Total"}) for i in range(3)]
    leaves = list(itertools.product(*items))
    cells = sorted(first.keys() | second.keys())
    inside = sp.csr_matrix(
        [[all(c in ("Total", v) for c, v in zip(cell, leaf, strict=True)) for leaf in leaves] for cell in cells],
        dtype=float,
    )
    n, none = len(leaves), sp.csr_matrix((len(cells), len(leaves)))
    both = sp.bmat([[inside, none, none, none], [none, inside, none, none]])
    said = [bounds(first.get(c, "0"), base, threshold, False) for c in cells]
    said += [bounds(second.get(c, "0"), base, threshold, kept) for c in cells]
    low, high = np.array(said, float).T
    above, most = sp.vstack([both, -both]), np.concatenate([high, -low])
    if changed is not None:
        above = sp.vstack([above, sp.csr_matrix(np.concatenate([np.zeros(2 * n), np.ones(2 * n)])[None])])
        most = np.append(most, 2 * changed)
    each = [(0, None)] * (2 * n) + [(0, changed)] * (2 * n)
    eye = sp.identity(n)
    moves = sp.hstack([-eye, eye, -eye, eye])  # the second is the first, and those who came, less those who went
    found = {}
    for cell in wanted:
        for version in (0, 1):
            goal = both[version * len(cells) + cells.index(cell)].toarray()[0]
            ends = []
            for sign in (1, -1):
                done = linprog(sign * goal, above.tocsc(), most, moves.tocsc(), np.zeros(n), each, method="highs")
                assert done.status == 0, done.message
                ends.append(sign * done.fun)
            found[cell, version] = (int(np.ceil(ends[0] - 1e-6)), int(np.floor(ends[1] + 1e-6)))
    return found


@pytest.fixture(scope="module")
def corrected(sector, rounded, tmp_path_factory):
    """Raw counts and numbers of a first version to multiples of 10, and of its correction."""
    store = Store(shutil.copytree(sector.path, tmp_path_factory.mktemp("corrected") / "store"))
    shutil.rmtree(store.path / "releases")
    one = build(store, "2526", "R14", SMALL, "rounding", base=10, low=True, by="tests")
    before = truth(store, one.snapshots[0])
    snapshot = correct(store, few_changes())
    two = build(store, "2526", "R14", SMALL, "rounding", base=10, low=True, by="tests")
    assert two.snapshots == (snapshot,)
    return (before, numbers(one)), (truth(store, snapshot), numbers(two))


def small(*counts):
    return sorted({cell for each in counts for cell, count in each.items() if 0 < count < 10})


def test_a_correction_moves_a_number_only_where_the_count_has_left_it(corrected):
    (before, first), (after, second) = corrected
    assert sum(before[c] != after.get(c, 0) for c in before) > 10
    for cell, text in second.items():
        old = 0 if first[cell] == "low" else int(first[cell])
        if abs(old - after.get(cell, 0)) < 10:
            assert text == first[cell], cell
    for cell, text in second.items():
        assert abs((0 if text == "low" else int(text)) - after.get(cell, 0)) < 10


def test_versions_together_tell_no_small_count(corrected):
    (before, first), (after, second) = corrected
    wanted = small(before, after)
    assert len(wanted) > 5
    for changed in (None, 3):  # knowing nothing of the correction, and knowing that it was three learners
        found = attacked(first, second, wanted, base=10, changed=changed)
        for (cell, version), (least, most) in found.items():
            assert least <= (before, after)[version].get(cell, 0) <= most
            assert most - least >= 4, (cell, version, least, most)


def leaf(learner):
    """Where the sector's learners are counted: level, age and sex."""
    level = {2: "Advanced Apprenticeship", 3: "Intermediate Apprenticeship"}
    age = {2007: "Under 19", 2002: "19 to 24", 1990: "25 plus"}
    kind, born = learner["LearningDelivery"][0]["ProgType"], learner["DateOfBirth"].year
    return level[kind], age[born], {"F": "Female", "M": "Male"}[learner["Sex"]]


def test_a_learner_who_comes_or_goes_does_not_change_zero_or_low(unpublished):
    store, everybody = unpublished, given(10000001, 93, 1)
    rare = leaf(everybody[0])
    others = [each for each in everybody if leaf(each) != rare]
    send(store, 10000002, [each for each in given(10000002, 17, 2) if leaf(each) != rare])
    correct(store, others)
    first = numbers(build(store, "2526", "R14", SMALL, "rounding", base=10, low=True, by="tests"))
    snapshot = correct(store, [everybody[0], *others])
    second = numbers(build(store, "2526", "R14", SMALL, "rounding", base=10, low=True, by="tests"))
    after = truth(store, snapshot)
    assert after[rare] == 1 and first[rare] == second[rare] == "0"
    assert attacked(first, second, [rare], base=10, changed=1)[rare, 1] != (1, 1)
    # Had the sign followed the count, one who knows that a single learner was corrected would know it all.
    natural = {c: "low" if text == "0" and after.get(c) else text for c, text in second.items()}
    assert attacked(first, natural, [rare], base=10, changed=1, kept=False)[rare, 1] == (1, 1)


def test_hidden_stays_hidden_and_versions_together_tell_no_small_count(unpublished):
    store = unpublished
    one = build(store, "2526", "R14", SMALL[:2], "suppression", threshold=10, by="tests")
    first = numbers(one)
    before = truth(store, one.snapshots[0])
    hidden = {c for c, text in first.items() if text == "c" and before[c] > 2}
    learners = given(10000001, 93, 1)
    gone = next(n for n, each in enumerate(learners) if n > 1 and leaf(each) in hidden)
    snapshot = correct(store, learners[:gone] + learners[gone + 1 :])
    second = numbers(build(store, "2526", "R14", SMALL[:2], "suppression", threshold=10, by="tests"))
    after = truth(store, snapshot)
    assert all(second[c] == "c" for c, text in first.items() if text == "c")
    found = attacked(first, second, small(before, after), threshold=10, changed=1)
    assert all(most >= 10 for _, most in found.values()), found


def test_a_correction_that_would_tell_is_refused(unpublished):
    one = build(unpublished, "2526", "R14", SMALL[:1], "suppression", threshold=10, by="tests")
    assert "c" in numbers(one).values()
    correct(unpublished, given(10000001, 20, 1))
    with pytest.raises(ProtectError, match=r"before.*--hold-back"):
        build(unpublished, "2526", "R14", SMALL[:1], "suppression", threshold=10, by="tests")
    first = numbers(one)
    two = build(unpublished, "2526", "R14", SMALL[:1], "suppression", hold_back=True, by="tests")
    second, [built] = numbers(two), two.built
    assert built.protected.held_back > 0 and built.notes[0] in (two.folder / "guidance.txt").read_text()
    assert {c for c, text in first.items() if text == "c"} <= {c for c, text in second.items() if text == "c"}
    wanted = sorted(c for c, text in second.items() if text == "c")
    change = sum(abs(int(first[c]) - int(second[c])) for c in first if {first[c], second[c]}.isdisjoint("c"))
    found = attacked(first, second, wanted, threshold=10, changed=change)
    assert all(most >= 10 for _, most in found.values()), found


def test_two_ways_of_protecting_the_same_numbers_are_refused(copied):
    with pytest.raises(ProtectError, match=r"published by rounding to 5 before.*use rounding to 5 again"):
        build(copied, "2526", "R14", SMALL, "rounding", base=10, low=True, by="tests")
    with pytest.raises(ProtectError, match="published by rounding to 5 before"):
        build(copied, "2526", "R14", SMALL[:1], "suppression", by="tests")
