"""A snapshot never changes, whatever is sent in later."""

from __future__ import annotations

import polars as pl
import pytest

from openilr.store import Store, StoreError
from tests.store.making import aim, fam, learner, report, sent_file, tables

VIEWS = ("learner", "learning_delivery", "learning_delivery_fam", "learner_fam")


def submit(store: Store, *learners: dict, ukprn: int = 10000001, return_name: str = "R14") -> str:
    return store.submit([tables(list(learners), ukprn=ukprn)], report(), file=sent_file(store.path.parent),
                        return_name=return_name, submitted_by="x").submission  # fmt: skip


def everything(connection) -> dict[str, list[dict]]:
    return {name: connection.table(name).to_polars().sort(pl.all()).to_dicts() for name in VIEWS}


@pytest.fixture
def filled(store):
    submit(store, learner("L1", aim(LearningDeliveryFAM=[fam("SOF", "105")])), ukprn=10000002)
    submit(store, learner("L1", aim()), learner("L2", aim(), aim(2)))
    return store


def test_a_snapshot_shows_what_the_return_showed(filled):
    assert filled.freeze("2526", "R14", frozen_by="a statistician", note="for the June release") == "2526-R14-1"
    assert everything(filled.connect(snapshot="2526-R14-1")) == everything(filled.connect("2526", "R14"))
    [listed] = filled.snapshots().to_dicts()
    assert {k: v for k, v in listed.items() if k != "frozen_at"} == {
        "snapshot": "2526-R14-1", "year": "2526", "return": "R14", "number": 1, "frozen_by": "a statistician",
        "note": "for the June release", "providers": 2, "learners": 3, "aims": 4,
    }  # fmt: skip
    assert filled.verify() == []


def test_a_later_correction_makes_a_new_snapshot_and_leaves_the_old(filled):
    first = filled.freeze("2526", "R14", frozen_by="x")
    before = everything(filled.connect(snapshot=first))
    submit(filled, learner("L1", aim()))
    submit(filled, learner("L7", aim()), ukprn=10000003)
    second = filled.freeze("2526", "R14", frozen_by="x")
    assert second == "2526-R14-2"
    assert everything(filled.connect(snapshot=first)) == before
    assert filled.snapshots()["learners"].to_list() == [3, 3]
    assert len(filled.snapshot(first).submissions) == 2 and len(filled.snapshot(second).submissions) == 3
    assert filled.freeze("2526", "R14", frozen_by="x") == "2526-R14-3"


def test_rows_stand_in_the_order_of_providers(filled):
    id = filled.freeze("2526", "R14", frozen_by="x")
    learners = pl.read_parquet(filled.path / "snapshots" / id / "learner.parquet")
    assert learners["ukprn"].to_list() == [10000001, 10000001, 10000002]


def test_what_can_not_be_frozen_or_opened(filled):
    with pytest.raises(StoreError, match="nothing to freeze"):
        filled.freeze("2526", "R04", frozen_by="x")
    with pytest.raises(StoreError, match=r"no snapshot 2526-R14-9\. There is none yet"):
        filled.connect(snapshot="2526-R14-9")
    filled.freeze("2526", "R14", frozen_by="x")
    with pytest.raises(StoreError, match="There are: 2526-R14-1"):
        filled.connect(snapshot="2526-R14-9")
    with pytest.raises(StoreError, match="Say who"):
        filled.freeze("2526", "R14", frozen_by=" ")


def test_a_damaged_file_is_named(filled):
    id = filled.freeze("2526", "R14", frozen_by="x")
    path = filled.path / "snapshots" / id / "learner.parquet"
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(StoreError, match=r"learner\.parquet is missing or not as it was written"):
        filled.connect(snapshot=id)
    assert filled.verify() == [f"snapshots/{id}/learner.parquet is not as it was written."]


def test_a_table_that_is_damaged_inside_stops_the_freeze(filled):
    path = next(filled.path.glob("tables/2526-R14-10000002-001/learning_delivery.parquet"))
    content = bytearray(path.read_bytes())
    content[:] = b"\0" * len(content)
    path.write_bytes(content)
    with pytest.raises(
        StoreError, match=r"learning_delivery\.parquet is missing or not as it was written\. Restore it"
    ):
        filled.freeze("2526", "R14", frozen_by="x")
    assert filled.snapshots().is_empty() and not list((filled.path / "snapshots").iterdir())
