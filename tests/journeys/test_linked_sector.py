"""A synthetic sector from returns and linked sources to linked measures: what was planted is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from openilr import link, measure
from openilr.link import sources
from openilr.publish.derived import RELIABLE
from openilr.publish.release import choose
from openilr.publish.release.build import build
from openilr.store import Store
from openilr.synth.linked import Rates
from openilr.synth.linked.compare import compare
from openilr.synth.stocking import fill
from tests.measure.test_breakdowns import LINKED, adds_up_or_is_refused, coded

YEAR = "2526"


@pytest.fixture(scope="module")
def sector(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Store]:
    folder = tmp_path_factory.mktemp("sector")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENILR_VAULT_KEY_FILE", str(folder / "vault.key"))
        store = Store.init(folder / "store")
        fill(store, folder / "made", 1500, year_names=("2526", "2627"), seed=8, linked=Rates())
        sources.add(store, folder / "made" / "linked")
        link.run(store)
        yield folder / "made", store


def test_every_source_is_taken_in_and_linked(sector: tuple[Path, Store]):
    _, store = sector
    held = sources.editions(store)
    assert set(held) == set(sources.declared()) - {"leo"} | {"coaching", "learner_survey"}
    keys = link.get(store).table("keys")
    assert set(keys["source"]) == {"npd", "hesa", "dwp", "coaching", "learner_survey"}


def test_what_was_planted_is_found(sector: tuple[Path, Store]):
    folder, store = sector
    rows = [row for row in compare(folder, store, YEAR) if row.count >= 50]
    outcomes = [row for row in rows if row.number.endswith("percent")]
    assert len(outcomes) == 6
    for row in outcomes:
        assert row.distance < 3, row


def test_destinations_add_up_and_the_trail_says_each(sector: tuple[Path, Store]):
    _, store = sector
    found = measure.compute(store, "outcomes", YEAR).frame.row(0, named=True)
    parts = ("sustained_positive", "not_sustained", "benefit_only", "no_destination")
    assert sum(found[part] for part in parts) == found["number_of_matched_learners"]
    counted = [row for row in measure.trail(store, "outcomes", YEAR) if row["status"] == "counted"]
    assert len(counted) == found["number_of_learners"]
    assert all(row["reason"].startswith("Destination: ") for row in counted)
    clauses = {row["clause"] for row in measure.trail(store, "earnings", YEAR)}
    assert {"not_achieved", "not_full_level", "not_in_work", None} <= clauses


def test_quartiles_are_in_order_and_of_the_learners_with_pay(sector: tuple[Path, Store]):
    _, store = sector
    for after in ("1", "3", "5"):
        row = measure.compute(store, "earnings", YEAR, after=after).frame.row(0, named=True)
        assert row["earners"] > 20
        assert 5_000 < row["lower_quartile"] < row["median"] < row["upper_quartile"] < 90_000


def test_linked_measures_are_published_from_snapshots_and_what_was_protected(sector: tuple[Path, Store]):
    _, store = sector
    outcomes, earnings = choose(("outcomes", "earnings"))
    outcomes = replace(outcomes, by=("provision", "sex"))
    earnings = replace(earnings, by=("qualification",), years_before=1)
    release = build(store, "2627", "R14", (outcomes, earnings), "rounding", by="tests")
    assert set(release.snapshots) == {"2627-R14-1", "2526-R14-1"} and release.link_run == link.get(store).id
    followed, paid = (pl.read_csv(b.protected.data, infer_schema=False) for b in release.built)
    assert set(followed["time_period"]) == set(paid["time_period"]) == {"202526"}
    shown = 0
    for row in followed.iter_rows(named=True):
        matched, found, percent = (row[c] for c in ("number_of_matched_learners", "sustained_positive", "spd_percent"))
        if percent == "u":
            assert int(matched) < RELIABLE * release.facts["base"]
        elif percent not in ("x", "z", "low"):
            assert abs(float(percent) - 100 * int(found) / int(matched)) <= 0.05
            shown += 1
    assert shown > 5
    columns = [("median", 30), ("lower_quartile", 50), ("upper_quartile", 50)]
    symbols = set()
    for row in paid.iter_rows(named=True):
        earners = 0 if row["earners"] == "low" else int(row["earners"])
        for column, least in columns:
            symbols.add(row[column] if row[column].isalpha() else "number")
            if row[column].isdecimal():
                assert earners >= least and int(row[column]) % 100 == 0
            else:
                assert row[column] == "z" or earners < least
    assert {"number", "u"} <= symbols


@pytest.mark.parametrize("name", LINKED)
def test_every_breakdown_of_linked_measures_adds_up(sector: tuple[Path, Store], name: str):
    _, store = sector
    adds_up_or_is_refused(name, coded(store, name))
    whole = measure.compute(store, name, YEAR, return_name="R14").frame
    number = whole.columns[0]
    found = measure.compute(store, name, YEAR, return_name="R14", by=["level", "sex", "provider"]).frame
    assert found.height > 10 and found[number].sum() == whole[number].item()


def test_prior_attainment_is_that_of_the_file(sector: tuple[Path, Store]):
    folder, store = sector
    row = measure.compute(store, "prior-attainment", YEAR, ages="all").frame.row(0, named=True)
    assert 0 < row["with_key_stage_4"] < row["number_of_learners"]
    att8 = pl.read_csv(folder / "linked" / "npd_ks4" / "npd_ks4.csv")["KS4_ATT8"]
    assert att8.min() <= row["lower_quartile"] < row["median"] < row["upper_quartile"] <= att8.max()


def test_without_a_link_run_the_measure_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "key"))
    store = Store.init(tmp_path / "store")
    with pytest.raises(measure.MeasureError, match="ilr link run"):
        measure.compute(store, "outcomes", YEAR, return_name="R14")
