"""Why a record counts or does not, in words, for those who hold the key."""

from __future__ import annotations

from datetime import date

import pytest

from openilr import measure
from openilr.store import Store, VaultError
from tests.measure.test_measures import course
from tests.store.making import aim, fam, learner, report, sent_file, tables


def given(store, learners):
    store.submit([tables(learners)], report(), file=sent_file(store.path.parent), return_name="R14", submitted_by="t")


def test_each_record_says_why(store):
    left = {"LearnActEndDate": date(2025, 10, 6), "CompStatus": 3, "Outcome": 3}
    given(store, [
        learner("A1", aim(1), aim(2, AimType=3)),
        learner("A2", aim(1, **left), aim(7, LearningDeliveryFAM=[fam("RES", "1")])),
        learner("A3", course()),
    ])  # fmt: skip
    rows = list(measure.trail(store, "starts", "2526"))
    assert [(r["learn_ref_number"], r["aim_seq_number"], r["status"], r["clause"]) for r in rows] == [
        ("A1", 1, "counted", None),
        ("A1", 2, "out_of_scope", "not_a_programme_aim"),
        ("A2", 1, "excluded", "within_qualifying_period"),
        ("A2", 7, "excluded", "restart"),
        ("A3", 1, "out_of_scope", "not_an_apprenticeship"),
    ]
    assert all(set(r) == {"ukprn", "learn_ref_number", "aim_seq_number", "status", "reason", "clause"} for r in rows)
    assert {r["ukprn"] for r in rows} == {99999999}
    assert rows[2]["reason"] == (
        "It lasted 35 days of 456 planned, from 1 September 2025 to 6 October 2025: its qualifying period is 42 days."
    )
    assert "{" not in "".join(r["reason"] for r in rows)


def test_only_the_learner_or_aim_asked_for(store):
    given(store, [learner("A1", aim(1), aim(2)), learner("A2", aim(1))])
    rows = measure.trail(store, "starts", "2526", learn_ref_number="A1", aim_seq_number=2)
    assert [(r["learn_ref_number"], r["aim_seq_number"]) for r in rows] == [("A1", 2)]
    assert not list(measure.trail(store, "starts", "2526", ukprn=10000001))


def test_no_trail_without_the_key(store, key_file):
    given(store, [learner("A1", aim(1))])
    key_file.rename(key_file.with_suffix(".away"))
    with pytest.raises(VaultError):
        list(measure.trail(Store(store.path), "starts", "2526"))


@pytest.mark.parametrize("name", ["participation", "enrolments", "achievements", "learner-achievements", "starts"])
def test_a_trail_counts_what_the_measure_counts(store, name):
    done = {"LearnActEndDate": date(2026, 3, 1), "CompStatus": 2, "Outcome": 1, "AchDate": date(2026, 4, 1)}
    given(store, [
        learner("A1", aim(1, **done), course(number=2)),
        learner("A2", aim(1), course(number=2, **{**done, "AchDate": None}), course(number=3, FundModel=99)),
        learner("A3", aim(1, AchDate=date(2026, 8, 1), LearnActEndDate=date(2026, 6, 1), CompStatus=2, Outcome=1)),
        learner("A4", course(LearnStartDate=date(2026, 8, 1))),
        learner("A5", course(FundModel=99, LearningDeliveryFAM=[fam("ADL", "1")]), DateOfBirth=date(2010, 1, 1)),
    ])  # fmt: skip
    rows = list(measure.trail(store, name, "2526"))
    counted = [row for row in rows if row["status"] == "counted"]
    people = measure.get(name).count == "people"
    seen = len({row["learn_ref_number"] for row in counted}) if people else len(counted)
    assert measure.compute(store, name, "2526").rows()[0]["value"] == seen
    assert len(rows) == 8
