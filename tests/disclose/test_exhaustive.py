"""Checks against known answers: an attack that tries every world decides what a release gives away."""

from __future__ import annotations

import numpy as np
import pytest

from openilr.disclose.ledger import Ledger
from openilr.disclose.outputs import Context, check
from openilr.disclose.outputs.check import published
from tests.disclose import generated
from tests.disclose.generated import Asked, Sector, Told, gives_away, tell

SEQUENCES, MODELS = 55, 100


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    return generated.small_policy(tmp_path_factory.mktemp("policy"))


def test_no_sequence_of_releases_gives_a_small_group_away(policy):
    """Each table is asked for; what passes is released, what fails is released in a safer version where one is
    proposed. Nothing that is out may give anybody away, and little may be refused that gives nobody away."""
    asked_for = safe = refused = safer = tried = 0
    for seed in range(SEQUENCES):
        rng = np.random.default_rng(seed)
        sector = Sector.make(rng)
        if sector.people.height < 6:
            continue
        ledger, told = Ledger(), Told()
        for number in range(int(rng.integers(1, 4))):
            asked = Asked.make(rng, sector)
            output = asked.output(sector, f"t{number}")
            if output is None:
                continue
            asked_for += 1
            as_asked = Told(list(told.cells), list(told.hidden), list(told.shown_small))
            tell(sector, asked, output, as_asked)
            # Where there are too many worlds to try, nothing is said of the table.
            harmless = not as_asked.shown_small and gives_away(sector, as_asked) == []
            harmless = harmless and not generated.full_rows(sector, asked)
            context = Context(f"t{number}", policy)
            verdict = check(output, context, ledger)
            safe += harmless
            refused += harmless and verdict.status != "pass"
            if verdict.status == "fail" and verdict.safer:
                output = output.with_changes(verdict.safer[sorted(verdict.safer)[seed % len(verdict.safer)]])
                verdict = check(output, context, ledger)
                assert verdict.status != "fail", "what is proposed passes"
                safer += 1
            if verdict.status == "fail":
                continue
            assert verdict.status == "pass"
            ledger.add(published(output, context))
            tell(sector, asked, output, told)
            away = gives_away(sector, told)
            tried += away is not None
            assert not told.shown_small and not away, f"seed {seed}, table {number}: {asked}"
    print(f"asked {asked_for}, tried {tried}, safer {safer}, harmless {safe}, of them refused {refused}")
    assert asked_for >= 100 and tried >= 70 and safer >= 30, "the cases are many, and of all kinds"
    assert safe >= 20 and refused <= 0.05 * safe, f"{refused} of {safe} harmless tables were refused"


def test_no_regression_gives_a_small_group_away(policy):
    unsafe = safe = refused = 0
    for seed in range(MODELS):
        names, x, y = generated.model_case(np.random.default_rng(seed))
        bad = generated.model_gives_away(x, generated.THRESHOLD)
        verdict = check(generated.model_output(names, x, y), Context("m", policy), Ledger())
        if bad:
            unsafe += 1
            assert verdict.status == "fail", f"seed {seed}: {names}, {x.tolist()}"
        else:
            safe += 1
            refused += verdict.status != "pass"
    print(f"unsafe {unsafe}, harmless {safe}, of them refused {refused}")
    assert unsafe >= 20 and safe >= 20
    assert refused <= 0.2 * safe, f"{refused} of {safe} harmless models were refused"


def test_the_exhaustive_attack_sees_a_plain_subtraction():
    # The truth above would be empty if it saw nothing.
    counts = np.array([[4, 1], [5, 5]])
    rows = [(np.array([[1, 1], [0, 0]], bool), 5, 5), (np.array([[1, 0], [0, 0]], bool), 4, 4)]
    from tests.disclose.exhaustive import exposed

    assert [g for g, _ in exposed((2, 2), counts, [*rows, (np.ones((2, 2), bool), 15, 15)], 3)] == [(0, 1)]
