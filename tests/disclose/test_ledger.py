"""The attack on a new table beside all past ones: in parts as at once, and what happens when time is up."""

from __future__ import annotations

import importlib

import numpy as np
import polars as pl

from openilr.disclose.ledger import Ledger, attack
from openilr.disclose.outputs import Context, check
from openilr.disclose.outputs.check import published
from tests.disclose.generated import THRESHOLD, Asked, Sector

# The package's own name for it is the function.
module = importlib.import_module("openilr.disclose.ledger.attack")


def sequence(seed):
    """Two or three published tables of one small sector, some of them rounded."""
    rng = np.random.default_rng(seed)
    sector = Sector.make(rng)
    outputs = [Asked.make(rng, sector).output(sector, f"t{k}") for k in range(3)]
    rounded = [o.with_changes({"round": 3} if rng.random() < 0.4 else {}) for o in outputs if o is not None]
    return [published(o, Context(o.id)) for o in rounded]


def test_taken_in_turn_as_much_is_found_as_at_once(monkeypatch):
    found = 0
    for seed in range(40):
        tables = sequence(seed)
        whole = attack(tables, THRESHOLD)
        with monkeypatch.context() as patch:
            patch.setattr(module, "_ALL_AT_ONCE", 0)
            parts = attack(tables, THRESHOLD)
        assert whole.everything and not parts.everything
        assert not whole.undecided and not parts.undecided
        assert bool(parts.exposed) == bool(whole.exposed), f"seed {seed}"
        found += bool(whole.exposed)
    assert 10 <= found <= 35, "some give somebody away, some do not"


def test_what_moving_people_about_proves_linear_programs_agree_with(monkeypatch):
    search = importlib.import_module("openilr.disclose.ledger.search")
    for seed in range(20):
        tables = sequence(seed)
        quick = attack(tables, THRESHOLD)
        with monkeypatch.context() as patch:
            patch.setattr(search.Search, "easy", lambda *_: None)
            slow = attack(tables, THRESHOLD)
        assert bool(quick.exposed) == bool(slow.exposed), f"seed {seed}"


def test_when_time_is_up_a_person_must_look():
    kinds = [("0", "0")] * 20 + [("0", "1")] * 8 + [("1", "0")] * 25 + [("1", "1")] * 30
    people = pl.DataFrame(kinds, schema=["a", "b"], orient="row").with_row_index("person")
    sector = Sector(np.array([[20, 8], [25, 30]]), people)
    rounded = Asked(["a", "b"]).output(sector, "t").with_changes({"round": 10})
    assert check(rounded, Context(), Ledger()).status == "pass"
    verdict = check(rounded, Context(seconds=0.0), Ledger())
    assert verdict.status == "review" and "not decided" in verdict.words()


def test_the_subtraction_names_tables_and_cells():
    people = pl.DataFrame([("0",)] * 12 + [("1",)] * 15, schema=["a"], orient="row").with_row_index("person")
    every = published(Asked(["a"]).output(Sector(np.array([12, 15]), people), "t"), Context("all learners"))
    fewer = Sector(np.array([8, 15]), people.filter(pl.col("person") >= 4))
    without = published(Asked(["a"]).output(fewer, "t"), Context("without four"))
    found = attack([every, without], 10)
    told = [e.words() for e in found.exposed if {t.release for t in e.terms} == {"all learners", "without four"}]
    assert any("exactly 4 people, from 12 (a 0; all learners) - 8 (a 0; without four)" in words for words in told)
