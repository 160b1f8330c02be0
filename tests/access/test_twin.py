"""Synthetic twins: the schema of the extract, usual values, none of the people."""

from __future__ import annotations

import json

import polars as pl
import pytest

from openilr.access import AccessError, Refused, extract, open_extract, project, twin
from openilr.access.application import parse
from tests.access.conftest import application, learners
from tests.store.making import report, sent_file, tables


@pytest.fixture
def made(store, tmp_path):
    manifest = twin.make(store, parse(application()), tmp_path / "twin", people=300)
    return manifest, {path.stem: pl.read_parquet(path) for path in (tmp_path / "twin").glob("*.parquet")}


def test_tables_columns_and_types_are_those_of_the_extract(store, made):
    id = project.apply(store, application(), by="r-jones").id
    project.approve(store, id, by="anna", reason="fine")
    real = open_extract(store, extract.make(store, id, by="anna").id, by="r-jones")
    assert set(made[1]) == set(real.names)
    for name in real.names:
        assert made[1][name].schema == real.table(name).schema


def test_records_join_as_those_of_the_extract_do(made):
    frames = made[1]
    learner, aims, fams = (frames[n] for n in ("learner", "learning_delivery", "learning_delivery_fam"))
    assert learner["record_id"].is_unique().all() and aims["record_id"].is_unique().all()
    assert set(aims["parent_id"]) <= set(learner["record_id"]) and set(fams["parent_id"]) <= set(aims["record_id"])
    joined = aims.join(learner, left_on="parent_id", right_on="record_id")
    assert (joined["person_id"] == joined["person_id_right"]).all() and joined.height == aims.height
    assert learner["person_id"].n_unique() == 300


def test_it_has_the_margins_and_nobody(store, made):
    """Shares are near the real ones; no pseudonym, key or pair of a rare value is of anybody."""
    manifest, frames = made
    assert manifest["synthetic"] and manifest["drawn_from"] == "everybody in the return"
    assert json.loads(json.dumps(manifest)) == manifest
    share = (frames["learner"]["Sex"] == "F").mean()
    assert 0.35 < share < 0.65
    keys = set(store.connect("2526").table("learner").to_polars()["person_key"])
    assert not keys & set(frames["learner"]["person_id"])


def test_rare_values_are_left_out(store, tmp_path):
    """A code that one person has is in no twin."""
    rare = learners(30, 200)
    rare[0]["LearningDelivery"][0]["CompStatus"] = 6
    store.submit(
        iter([tables(rare, ukprn=77777777)]), report(), file=sent_file(tmp_path), return_name="R14", submitted_by="x"
    )
    store.freeze("2526", "R14", frozen_by="anna")
    assert 6 in set(store.connect("2526").table("learning_delivery").to_polars()["CompStatus"])
    twin.make(store, parse(application()), tmp_path / "twin", people=2000)
    assert set(pl.read_parquet(tmp_path / "twin" / "learning_delivery.parquet")["CompStatus"]) == {1, 2, 3}


def test_the_same_seed_gives_the_same_twin_and_another_another(store, tmp_path):
    def frame(name, seed):
        twin.make(store, parse(application()), tmp_path / name, people=50, seed=seed)
        return pl.read_parquet(tmp_path / name / "learning_delivery.parquet")

    assert frame("a", 1).equals(frame("b", 1)) and not frame("c", 2).equals(frame("d", 1))


def test_linked_sources_need_no_link_run(store, tmp_path):
    text = application(
        extra='[[source]]\nname = "hmrc_employment"\njustification = "x"\n[[field]]\nname = "hmrc_earnings.Earnings"\n'
        'serves = ["q1"]\n'
    )
    manifest = twin.make(store, parse(text), tmp_path / "twin", people=20)
    assert manifest["tables"]["hmrc_earnings"]["rows"] == 0
    assert list(manifest["tables"]["hmrc_earnings"]["columns"]) == ["person_id", "Earnings"]


def test_what_it_refuses(store, tmp_path):
    with pytest.raises(Refused, match="never given"):
        extra = '[[field]]\nname = "learner.ULN"\nserves = ["q1"]\n'
        twin.make(store, parse(application(extra=extra)), tmp_path / "twin")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(AccessError, match="not an empty folder"):
        twin.make(store, parse(application()), tmp_path / "full")
    with pytest.raises(AccessError, match="1 to 20,000"):
        twin.make(store, parse(application()), tmp_path / "twin", people=50_000)
