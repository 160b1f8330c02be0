"""Data taken in without a check, and what the store remembers of the year before."""

from __future__ import annotations

from datetime import date

import pytest

from openilr.store import Store, StoreError
from tests.store.making import aim, batches, learner, report, sent_file, tables


def submit(store: Store, *learners: dict, year: str = "2627", return_name: str = "R01", ukprn: int = 99999999):
    given = [tables(list(learners), year=year, ukprn=ukprn)]
    return store.submit(given, report(year=year), file=sent_file(store.path.parent), return_name=return_name,
                        submitted_by="x")  # fmt: skip


def test_data_taken_in_without_a_check_is_told_apart(store):
    given = [learner(f"L{n}", aim()) for n in range(5)]
    taken = store.ingest(batches(given, 2), return_name="R14", submitted_by="synth")
    assert taken.accepted and taken.counts["learners_accepted"] == 5 and taken.last_year is None
    submit(store, learner("L1", aim()))
    assert store.returns()["origin"].to_list() == ["ingested", "submitted"]
    assert '"not_run": [{"rule": "*"' in store.vault().report(taken.submission)
    assert store.vault().identifiers(taken.submission, "Learner").height == 5
    assert store.verify() == []
    with pytest.raises(StoreError, match="R01 to R14"):
        store.ingest([], return_name="14", submitted_by="synth")
    assert not store.ingest([], return_name="R14", submitted_by="synth").accepted


def test_aims_that_went_on_are_looked_for_in_the_next_year(store):
    on, done = {"CompStatus": 1}, {"CompStatus": 2, "LearnActEndDate": date(2026, 7, 1)}
    submit(store, learner("early", aim(**on)), year="2526", return_name="R04")
    last = submit(
        store,
        learner("back", aim(**on)), learner("left", aim(**on), aim(2, **on)), learner("done", aim(**done)),
        learner("break", aim(CompStatus=6)), learner("late", aim(**on)),
        year="2526", return_name="R14",
    )  # fmt: skip
    submit(store, learner("other", aim(**on)), year="2526", return_name="R14", ukprn=10000001)
    new = submit(
        store, learner("back", aim(**on)), learner("break", aim(CompStatus=3)), learner("new", aim(**on)),
        learner("late", aim(LearnPlanEndDate=date(2027, 12, 1), **on)),
    )  # fmt: skip
    assert new.last_year == {
        "compared_with": last.submission, "continuing": 5, "returned": 3, "missing": 2, "planned_end_changed": 1,
        "learners_missing": ["left"],
    }  # fmt: skip


def test_without_an_earlier_year_nothing_is_remembered(store):
    assert submit(store, learner("L1", aim())).last_year is None


def test_names_of_files_that_were_received(store, tmp_path):
    for name in ("ILR-10000001-2526-20260801-090000-01.xml", "ILR-10000001-2627-20260801-090000-01.xml",
                 "ilr-10000002-2526-20260801-090000-01.xml"):  # fmt: skip
        (tmp_path / name).write_bytes(b"<Message/>")
        store.submit([tables([learner("L1", aim())])], report(), file=tmp_path / name, return_name="R14",
                     submitted_by="x")  # fmt: skip
    assert len(store.received()) == 3
    assert store.received("ILR-10000001-2526-20260901-090000-01.XML") == ["ILR-10000001-2526-20260801-090000-01.xml"]
    assert store.received("ILR-10000002-2526-20260901-090000-01.XML") == ["ilr-10000002-2526-20260801-090000-01.xml"]
    assert store.received("nonsense.xml") == []
