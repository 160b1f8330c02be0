"""The attack on a new table beside all past ones: in parts as at once, and what happens when time is up."""

from __future__ import annotations

import importlib
from dataclasses import replace

import numpy as np
import polars as pl

from openilr.disclose.ledger import Ledger, attack
from openilr.disclose.outputs import Context, Output, check
from openilr.disclose.outputs.check import published
from tests.disclose import exhaustive
from tests.disclose.generated import THRESHOLD, Asked, Sector

#: Of the first hundred those that say something: some need all tables, the others give nobody away.
SEEDS = (30, 54, 58, 63, 67, 70, 85, 90, 95)
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
        assert whole.exposed or not (whole.undecided or parts.undecided)
        assert bool(parts.exposed) == bool(whole.exposed), f"seed {seed}"
        found += bool(whole.exposed)
    assert 10 <= found <= 35, "some give somebody away, some do not"


def test_what_moving_people_about_proves_linear_programs_agree_with(monkeypatch):
    search = importlib.import_module("openilr.disclose.ledger.search")
    for seed in range(20):
        tables = sequence(seed)
        quick = attack(tables, THRESHOLD)
        with monkeypatch.context() as patch:
            patch.setattr(search.Search, "subtract", lambda *_: None)
            patch.setattr(search.Search, "parts", lambda *_: None)
            patch.setattr(search.Search, "prove", lambda *_: None)
            slow = attack(tables, THRESHOLD)
        assert bool(quick.exposed) == bool(slow.exposed), f"seed {seed}"


def chain(rng):
    """Four yes/no variables; a, and a by b, b by c, c by d rounded to 3. Nearly all who have one have the next: at most
    one at each step, which no single table tells, but all of them together may tell how many have a and not d."""
    held = np.zeros((2,) * 4, int)
    for last in range(1, 5):  # those with the first ``last`` variables only
        held[(1,) * last + (0,) * (4 - last)] = 1 if last < 4 and rng.random() < 0.8 else 0
    held[1, 1, 1, 1] = rng.integers(3, 8)
    held[0, 0, 0, 0] = rng.integers(4, 9)
    held[tuple(rng.integers(2, size=4))] += rng.random() < 0.4
    rows = [index for index in np.ndindex(*held.shape) for _ in range(int(held[index]))]
    people = pl.DataFrame({n: [str(r[i]) for r in rows] for i, n in enumerate("abcd")}).with_row_index("person")
    told, tables = [], []
    for names in ("ab", "bc", "cd", "a"):
        shown = people.select("person", **{f"d{i}": n for i, n in enumerate(names)})
        content = {"statistic": "count", "dimensions": [{"name": n, "label": n} for n in names], "margins": "none"}
        output = Output(names, "table", names, content, {"unit": "people", "population": "all"}, rows=shown)
        tables.append(published(output.with_changes({"round": 3} if len(names) > 1 else {}), Context(names)))
        for codes, low, high in zip(tables[-1].codes, tables[-1].low, tables[-1].high, strict=True):
            index = [slice(None)] * 4
            for name, code in zip(names, codes, strict=True):
                if code >= 0:
                    index["abcd".index(name)] = int(tables[-1].categories[names.index(name)][code])
            mask = np.zeros(held.shape, bool)
            mask[tuple(index)] = True
            told.append((mask, int(low), int(high)))
    return held, told, tables


def test_what_only_many_tables_of_many_variables_give_away_never_passes(monkeypatch):
    """With many variables tables are attacked in turn. A group that only all of them together give away is found when
    what is left is looked at beside several at once; where even that is too much, it is left undecided."""
    refused = passed = 0
    monkeypatch.setattr(module, "_ALL_AT_ONCE", 0)
    for seed in SEEDS:
        held, told, tables = chain(np.random.default_rng(seed))
        away = exhaustive.exposed(held.shape, held, told, 4, most=13)
        assert away is not None
        found = attack(tables, 4)
        assert not found.everything
        if away:
            refused += bool(found.exposed)
            with monkeypatch.context() as patch:
                patch.setattr(module, "_WIDE", 0)
                narrow = attack(tables, 4)
            assert narrow.undecided and not narrow.exposed, f"seed {seed}"
        else:
            passed += not (found.exposed or found.undecided)
    assert refused == 4 and passed == 5


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
    told = [e.words() for e in found.exposed if {t.release for t in e.used} == {"all learners", "without four"}]
    assert any("exactly 4 people, from 12 (a 0; all learners) - 8 (a 0; without four)" in words for words in told)
    assert found.groups == len(found.exposed) + len(found.undecided), "what was not looked at any more is not safe"


def test_a_cell_that_a_table_does_not_list_is_empty():
    kinds = [("0", "0")] * 12 + [("1", "0")] * 15 + [("1", "1")] * 14
    people = pl.DataFrame(kinds, schema=["d0", "d1"], orient="row").with_row_index("person")
    dims = [{"name": n, "label": n} for n in "ab"]
    content = {"statistic": "mean", "of": "pay", "dimensions": dims, "margins": "all"}
    rows = people.with_columns(value=pl.col("person") + 100.5)
    told = published(Output("m", "table", "m", content, rows=rows), Context("m"))
    at = [told.cell(i) for i in range(len(told.n))].index({"a": "0", "b": "1"})
    assert told.n[at] == told.high[at] == 0 and len(told.shown) == len(told.codes) == 9


def test_where_no_table_tells_of_so_few_axes_nothing_is_looked_at_wider(monkeypatch):
    monkeypatch.setattr(module, "_ALL_AT_ONCE", 0)
    monkeypatch.setattr(module, "_WIDE", 0)
    held = np.array([[[3, 1], [1, 3]], [[1, 1], [1, 4]]])
    kinds = [tuple(map(str, index)) for index in np.ndindex(2, 2, 2) for _ in range(held[index])]
    people = pl.DataFrame(kinds, schema=["a", "b", "c"], orient="row").with_row_index("person")
    asked = [("ab", {}, 3), ("ac", {}, 1), ("ac", {"b": "0"}, 3), ("c", {"a": "0"}, 1)]
    tables = []
    for number, (dims, only, base) in enumerate(asked):
        part = Sector(held, people.filter(**only) if only else people)
        output = Asked(list(dims)).output(part, f"t{number}").with_changes({"round": base})
        margins = "all" if dims == "ab" else "none"
        tables.append(published(replace(output, content=output.content | {"margins": margins}), Context(f"t{number}")))
    found = attack(tables, THRESHOLD)
    assert found.groups and not found.everything
