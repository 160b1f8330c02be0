"""National tables as files: whole or not at all, described, and without identifiers."""

from __future__ import annotations

import csv
import json

import polars as pl
import pytest

from openilr.store import StoreError
from openilr.store.privacy import IDENTIFIERS
from tests.store.making import aim, fam, learner, tables


@pytest.fixture
def filled(store):
    given = [learner("L1", aim(LearningDeliveryFAM=[fam("SOF", "105")])), learner("L2", aim())]
    store.ingest([tables(given)], return_name="R14", submitted_by="x")
    store.freeze("2526", "R14", frozen_by="x")
    return store


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_tables_and_what_they_are(filled, tmp_path, form):
    target = tmp_path / "out"
    rows = filled.export(target, snapshot="2526-R14-1", form=form)
    assert rows == {f"learner.{form}": 2, f"learning_delivery.{form}": 2, f"learning_delivery_fam.{form}": 1}
    read = pl.read_parquet if form == "parquet" else pl.read_csv
    learners = read(target / f"learner.{form}")
    assert learners.height == 2 and not IDENTIFIERS & set(learners.columns)
    manifest = json.loads((target / "manifest.json").read_text())
    assert manifest["state"] == "2526-R14-1" and manifest["personal_data"] and manifest["cautions"]
    assert set(manifest["files"]) == set(rows)
    with (target / "fields.csv").open(newline="") as file:
        described = {(r["table"], r["column"]): r for r in csv.DictReader(file)}
    for name in rows:
        table = name.split(".")[0]
        assert {(table, c) for c in read(target / name).columns} <= set(described)
    assert described["learner", "Ethnicity"]["rating"] == "not rated"
    assert described["learning_delivery", "LearnAimRef"]["title"]


def test_all_years_at_once(filled, tmp_path):
    filled.ingest([tables([learner("L1", aim(FworkCode=1))], year="1819")], return_name="R14", submitted_by="x")
    rows = filled.export(tmp_path / "out")
    assert rows["learner.parquet"] == 3
    assert filled.export(tmp_path / "one", year="2526")["learner.parquet"] == 2


def test_what_can_not_be_exported(filled, tmp_path):
    with pytest.raises(StoreError, match="no accepted return"):
        filled.export(tmp_path / "out", year="2627")
    with pytest.raises(StoreError, match="there already"):
        filled.export(tmp_path, year="2526")
    with pytest.raises(StoreError, match="no folder"):
        filled.export(tmp_path / "a" / "b", year="2526")
    with pytest.raises(StoreError, match="parquet or csv"):
        filled.export(tmp_path / "out", year="2526", form="xlsx")
    assert not (tmp_path / "out").exists()
