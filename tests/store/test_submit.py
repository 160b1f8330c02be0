"""What is accepted, what is refused, and what the store keeps of each file."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from openilr.store import Acceptance, Store, StoreBusy, StoreError
from openilr.store.durable import Lock
from tests.store.making import aim, batches, fam, learner, report, sent_file, tables


def submit(store: Store, given: list, found=None, folder: Path | None = None, **about) -> Acceptance:
    file = sent_file(folder or store.path.parent)
    about = {"return_name": "R14", "submitted_by": "data manager", **about}
    return store.submit(given, found or report(), file=file, **about)


def rows(store: Store, view: str) -> list[dict]:
    return store.connect().table(view).to_polars().sort("row").to_dicts()


def test_a_valid_learner_is_accepted_with_all_that_hangs_below(store):
    given = learner("L1", aim(1, LearningDeliveryFAM=[fam("SOF", "105"), fam("RES", "1")]), LearnerFAM=[])
    result = submit(store, [tables([given])])
    assert result.accepted and result.reason is None
    assert (result.year, result.return_name, result.ukprn, result.version) == ("2526", "R14", 99999999, 1)
    assert result.counts == {
        "learners": 1, "aims": 1, "learners_accepted": 1, "learners_refused": 0, "aims_accepted": 1,
    }  # fmt: skip
    [aim_row] = rows(store, "learning_delivery")
    fams = rows(store, "learning_delivery_fam")
    assert (aim_row["year"], aim_row["return"], aim_row["ukprn"]) == ("2526", "R14", 99999999)
    assert [(f["parent"], f["LearnDelFAMType"]) for f in fams] == [(0, "SOF"), (0, "RES")]
    assert {f["learner_key"] for f in fams} == {aim_row["learner_key"]} == {rows(store, "learner")[0]["learner_key"]}


def test_an_error_refuses_the_learner_and_a_warning_does_not(store):
    given = [learner("L1", aim()), learner("L2", aim()), learner("L3", aim(1), aim(2))]
    found = report(("ULN_04", "error", "L2"), ("ULN_05", "error", "L2"), ("Sex_01", "warning", "L3"))
    result = submit(store, [tables(given)], found)
    assert result.accepted
    assert result.refused == [{"learn_ref_number": "L2", "rules": ["ULN_04", "ULN_05"]}]
    assert [r["row"] for r in rows(store, "learner")] == [0, 2]
    assert [(r["row"], r["parent"]) for r in rows(store, "learning_delivery")] == [(0, 0), (2, 2), (3, 2)]


def test_a_severity_that_nobody_knows_counts_as_an_error(store):
    result = submit(store, [tables([learner("L1", aim()), learner("L2", aim())])], report(("X", "serious", "L1")))
    assert [r["learn_ref_number"] for r in result.refused] == ["L1"]


def test_every_learner_with_the_same_reference_is_refused(store):
    given = [learner("L1", aim()), learner("L1", aim()), learner("L2", aim())]
    result = submit(store, [tables(given)], report(("R06", "error", "L1")))
    assert result.counts["learners_refused"] == 2
    assert len(rows(store, "learner")) == 1


def test_an_error_on_the_file_refuses_it_whole(store):
    result = submit(store, [tables([learner("L1", aim())])], report(("Header_3", "error", None, 3)))
    assert not result.accepted and "Header_3" in result.reason
    assert rows(store, "learner") == []


def test_a_learner_without_a_reference_is_refused_and_the_others_are_not(store):
    # The learner without a reference begins at line 12; the next one at line 14.
    given = [learner("L1", aim()), learner(None, aim()), learner("L2", aim())]
    result = submit(store, [tables(given)], report(("Schema", "error", None, 13)))
    assert result.accepted
    assert result.counts["learners_accepted"] == 2
    assert result.refused == [{"learn_ref_number": None, "rules": ["LearnRefNumber missing"]}]


def test_a_nameless_finding_in_another_learner_is_on_the_file(store):
    given = [learner("L1", aim()), learner(None, aim()), learner("L2", aim())]
    assert not submit(store, [tables(given)], report(("Schema", "error", None, 14))).accepted


@pytest.mark.parametrize(
    ("given", "found", "reason"),
    [
        ([tables([learner("L1", aim())])], report(readable=False), "No whole ILR message"),
        ([], report(), "no learners"),
        ([tables([learner("L1", aim())], ukprn=None)], report(), "which provider"),
        ([tables([learner("L1", aim())])], report(year="2627"), "checked as 2627"),
        ([tables([learner("L1", aim())])], report(("R06", "error", "L1")), "No learner"),
        ([tables([learner("L1", aim())])], report(("R06", "error", "L9")), "another file"),
    ],
)  # fmt: skip
def test_a_refused_file_is_recorded_and_changes_nothing(store, given, found, reason):
    kept = submit(store, [tables([learner("L0", aim())])])
    result = submit(store, given, found)
    assert not result.accepted and reason in result.reason
    recorded = store.returns().filter(submission=result.submission).to_dicts()[0]
    assert (recorded["status"], recorded["current"], recorded["reason"]) == ("refused", False, result.reason)
    assert store.returns().filter(current=True)["submission"].to_list() == [kept.submission]
    assert len(rows(store, "learner")) == 1
    assert "findings" in store.vault().report(result.submission)


def test_a_new_file_takes_the_place_of_the_old_and_the_old_is_kept(store, tmp_path):
    first = submit(store, [tables([learner("L1", aim())])])
    reader = store.connect()
    second = submit(store, [tables([learner("L2", aim()), learner("L3", aim())])])
    assert (second.version, second.replaced) == (2, first.submission)
    assert len(rows(store, "learner")) == 2
    assert reader.table("learner").count().to_polars() == 1, "an open reader keeps what it saw"
    kept = store.vault().identifiers(first.submission, "Learner")
    assert kept["LearnRefNumber"].to_list() == ["L1"]
    assert store.verify() == []


def test_other_returns_providers_and_years_stand_beside_each_other(store):
    for ukprn, return_name in ((10000001, "R04"), (10000001, "R14"), (10000002, "R14")):
        submit(store, [tables([learner("L1", aim())], ukprn=ukprn)], return_name=return_name)
    old = learner("L1", aim(1, LearnStartDate=date(2018, 9, 1), FworkCode=1), DateOfBirth=date(2001, 1, 1))
    left = {"LearnRefNumber": "L1", "ULN": old["ULN"], "DPOutcome": [{"OutType": "EMP", "OutCode": 1}]}
    submit(store, [tables([old, left], year="1819")], report(year="1819"))
    assert len(rows(store, "learner")) == 4
    assert store.connect("2526", "R14").table("learner").count().to_polars() == 2
    assert store.latest_return("2526") == "R14"
    connection = store.connect()
    [outcome] = connection.table("dp_outcome").to_polars().to_dicts()
    assert (outcome["OutType"], outcome["year"]) == ("EMP", "1819")
    [destination] = connection.table("learner_destination_and_progression").to_polars().to_dicts()
    assert destination["person_key"] in {r["person_key"] for r in rows(store, "learner")}
    with pytest.raises(StoreError, match="no accepted return for 2627"):
        store.connect("2627")


def test_what_is_recorded_of_a_file(store, tmp_path):
    file = sent_file(tmp_path, b"<Message>as sent</Message>")
    found = report(("Sex_01", "warning", "L1"), ("Sex_01", "warning", "L2"), ("A", "error", "L2"))
    given = [tables([learner("L1", aim()), learner("L2", aim())])]
    result = store.submit(given, found, file=file, return_name="R06", submitted_by="Ms Data")
    recorded = store.returns("2526", "R06").to_dicts()[0]
    assert recorded["sha256"] == result.sha256 == hashlib.sha256(b"<Message>as sent</Message>").hexdigest()
    assert (recorded["file"], recorded["submitted_by"], recorded["version"]) == (file.name, "Ms Data", 1)
    assert (recorded["learners"], recorded["learners_accepted"], recorded["aims_accepted"]) == (2, 1, 1)
    assert store.rule_counts(result.submission).rows() == [("A", "error", 1, 1), ("Sex_01", "warning", 2, 2)]
    assert store.vault().report(result.submission) == found.to_json()
    assert '"L2"' in store.vault().refused(result.submission)
    assert result.to_dict()["return"] == "R06"


def test_rows_keep_their_place_over_batches(store):
    given = [
        learner(f"L{n}", *(aim(i, LearningDeliveryFAM=[fam("SOF", "105")]) for i in range(1, 4))) for n in range(7)
    ]
    submit(store, batches(given, 2), report(("X", "error", "L3")))
    whole = Store.init(store.path.parent / "whole")
    submit(whole, [tables(given)], report(("X", "error", "L3")))
    for view in ("learner", "learning_delivery", "learning_delivery_fam"):
        drop = ("line", "learner_key", "person_key")
        a, b = ([{k: v for k, v in r.items() if k not in drop} for r in rows(s, view)] for s in (store, whole))
        assert a == b and len(a) in (6, 18)
    aims = {r["row"]: r["learner_key"] for r in rows(store, "learning_delivery")}
    assert all(aims[f["parent"]] == f["learner_key"] for f in rows(store, "learning_delivery_fam"))


def test_keys_last_over_returns_and_follow_the_uln_over_providers(store):
    one = learner("L1", aim(), ULN=1111111111)
    submit(store, [tables([one], ukprn=10000001)], return_name="R04")
    submit(store, [tables([one], ukprn=10000001)], return_name="R06")
    temporary = [learner("T1", aim(), ULN=9999999999), learner("T2", aim(), ULN=9999999999)]
    submit(store, [tables([{**one, "LearnRefNumber": "X7"}, *temporary], ukprn=10000002)], return_name="R06")
    seen = store.connect().table("learner").to_polars()
    of_one = seen.filter(ukprn=10000001)
    assert of_one["learner_key"].n_unique() == 1
    assert seen["learner_key"].n_unique() == 4
    assert seen["person_key"].n_unique() == 3


def test_ages_are_derived_and_birthdays_are_not_kept(store):
    given = [
        learner("L1", aim(LearnStartDate=date(2025, 9, 2)), DateOfBirth=date(2006, 8, 31)),
        learner("L2", aim(LearnStartDate=date(2025, 9, 2)), DateOfBirth=date(2006, 9, 1)),
        learner("L3", aim(), DateOfBirth=None),
        learner("L4", aim(LearnStartDate=date(2025, 2, 28)), DateOfBirth=date(2004, 2, 29)),
    ]
    submit(store, [tables(given)])
    assert [r["age_aug31"] for r in rows(store, "learner")] == [19, 18, None, 21]
    assert [(r["age_aug31"], r["age_start"]) for r in rows(store, "learning_delivery")] == [
        (19, 19), (18, 19), (None, None), (21, 20),
    ]  # fmt: skip
    assert "DateOfBirth" not in rows(store, "learner")[0]


@pytest.mark.parametrize("return_name", ["R15", "R00", "r14", ""])
def test_a_return_that_does_not_exist(store, return_name):
    with pytest.raises(StoreError, match="R01 to R14"):
        submit(store, [tables([learner("L1", aim())])], return_name=return_name)


def test_a_file_that_is_not_there(store, tmp_path):
    with pytest.raises(StoreError, match=r"no file gone\.xml"):
        store.submit([], report(), file=tmp_path / "gone.xml", return_name="R14", submitted_by="x")


def test_nobody_may_submit_for_nobody(store):
    with pytest.raises(StoreError, match="submitted_by"):
        submit(store, [tables([learner("L1", aim())])], submitted_by=" ")


def test_two_writers_at_once(store):
    with Lock(store.path / "writer.lock"), pytest.raises(StoreBusy, match="Another process"):
        submit(store, [tables([learner("L1", aim())])])
    assert submit(store, [tables([learner("L1", aim())])]).accepted


def test_opening_what_is_not_a_store(tmp_path):
    with pytest.raises(StoreError, match="is not a store"):
        Store(tmp_path)
    (tmp_path / "catalogue.sqlite").write_bytes(b"not a database at all, but long enough to look at" * 10)
    with pytest.raises(StoreError, match="cannot be read"):
        Store(tmp_path)


def test_a_store_of_a_newer_release(store):
    with sqlite3.connect(store.path / "catalogue.sqlite") as database:
        database.execute("UPDATE store SET value = '99' WHERE name = 'format'")
    with pytest.raises(StoreError, match="newer release"):
        Store(store.path)


def test_init_keeps_its_hands_off_other_folders(store, tmp_path):
    with pytest.raises(StoreError, match="store already"):
        Store.init(store.path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match="not an empty folder"):
        Store.init(tmp_path / "other")
    assert [p.name for p in (tmp_path / "other").iterdir()] == ["thesis.txt"]


def test_a_missing_table_is_named(store):
    submit(store, [tables([learner("L1", aim())])])
    [path] = store.path.glob("tables/*/learner.parquet")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match=r"learner\.parquet is missing or not as it was written"):
        store.connect()
    assert store.verify() == [f"tables/{path.parent.name}/learner.parquet is not as it was written."]


def test_reference_data_is_kept_by_edition_and_gives_levels(store, tmp_path):
    def lars(level: str) -> Path:
        path = tmp_path / "lars" / "LARS_LearningDelivery.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"LearnAimRef,LearnAimRefType,NotionalNVQLevelv2\n60300002,0006,{level}\n")
        return path

    given = [tables([learner("L1", aim(LearnAimRef="60300002"))])]
    assert store.reference() is None
    submit(store, given)
    assert rows(store, "learning_delivery")[0]["aim_level"] is None
    assert store.add_reference(lars("2")) == ["LARS_LearningDelivery.csv"]
    assert "lars" in store.reference().names
    submit(store, given)
    assert rows(store, "learning_delivery")[0]["aim_level"] == "2"
    store.add_reference(lars("3").parent)
    submit(store, given)
    assert rows(store, "learning_delivery")[0]["aim_level"] == "3"
    kept = sorted(p.relative_to(store.path).as_posix() for p in store.path.glob("reference/*/*"))
    assert kept == [f"reference/000{n}/LARS_LearningDelivery.csv" for n in (1, 2)]
    with pytest.raises(StoreError, match=r"no such file or folder\. Nothing was changed"):
        store.add_reference(tmp_path / "nothing")
