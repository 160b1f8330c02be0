"""What changed between two states of the returns, counted and told."""

from __future__ import annotations

from datetime import date

import pytest

from openilr.store import Store, StoreError
from openilr.store.telling import tell
from tests.store.making import aim, fam, learner, report, sent_file, tables

PROVIDER = 10000001


def submit(store: Store, *learners: dict, ukprn: int = PROVIDER, return_name: str = "R04") -> str:
    return store.submit([tables(list(learners), ukprn=ukprn)], report(), file=sent_file(store.path.parent),
                        return_name=return_name, submitted_by="x").submission  # fmt: skip


def test_nothing_changed(store):
    first = submit(store, learner("L1", aim()), learner("L2", aim(), aim(2)))
    second = submit(store, learner("L1", aim()), learner("L2", aim(), aim(2)))
    same = store.diff(first, second, detail=True)
    assert same.providers.row(0) == (PROVIDER, 2, 2, 0, 0, 0, 3, 3, 0, 0, 0, 0)
    assert same.fields.is_empty() and same.values.is_empty() and same.others.is_empty() and same.rows.is_empty()


def test_learners_and_aims_added_gone_and_changed(store):
    submit(store, learner("stays", aim()), learner("goes", aim(), aim(2)), learner("changes", aim(), aim(2), Sex="F"))
    submit(
        store,
        learner("stays", aim()), learner("comes", aim()),
        learner("changes", aim(CompStatus=3, Outcome=3, LearnActEndDate=date(2026, 1, 9)), aim(3, LearnAimRef="603"),
                Sex="M"),
        return_name="R06",
    )  # fmt: skip
    found = store.diff("2526-R04", "2526-R06", detail=True)
    assert found.providers.row(0, named=True) == {
        "ukprn": PROVIDER, "learners_before": 3, "learners_now": 3, "learners_added": 1, "learners_gone": 1,
        "learners_changed": 1, "aims_before": 5, "aims_now": 4, "aims_added": 2, "aims_gone": 3, "aims_changed": 1,
        "aims_late": 2,
    }  # fmt: skip
    assert {(e, f): n for e, f, n, *_ in found.fields.iter_rows()} == {
        ("Learner", "Sex"): 1, ("LearningDelivery", "CompStatus"): 1, ("LearningDelivery", "Outcome"): 1,
        ("LearningDelivery", "LearnActEndDate"): 1,
    }  # fmt: skip
    assert ("LearningDelivery", "CompStatus", "1", "3", 1) in found.values.rows()
    assert ("Learner", "Sex", "F", "M", 1) in found.values.rows()
    changes = {(r["entity"], r["LearnAimRef"], r["AimSeqNumber"], r["change"]) for r in found.rows.to_dicts()}
    assert ("LearningDelivery", "603", 3, "added") in changes and ("LearningDelivery", "ZPROG001", 2, "gone") in changes
    assert found.rows.filter(change="changed", entity="LearningDelivery")["fields"].to_list() == [
        "CompStatus,LearnActEndDate,Outcome"
    ]
    assert found.totals()["aims_gone"] == 3


def test_a_corrected_start_date_is_a_change_and_renumbering_is_not_a_new_aim(store):
    first = submit(store, learner("L1", aim(1), aim(2, LearnAimRef="603")))
    moved = submit(store, learner("L1", aim(1, LearnStartDate=date(2025, 9, 8)), aim(2, LearnAimRef="603")))
    renumbered = submit(store, learner("L1", aim(2), aim(1, LearnAimRef="603")))
    one = store.diff(first, moved)
    assert one.totals()["aims_changed"] == 1 and one.totals()["aims_added"] == 0
    assert one.fields.select("field", "filled", "emptied", "up").rows() == [("LearnStartDate", 0, 0, 1)]
    other = store.diff(first, renumbered)
    assert other.totals()["aims_added"] == 0
    assert other.fields.rows() == [("LearningDelivery", "AimSeqNumber", 2, 1, 0, 0, 1)]


def test_what_began_by_the_day_that_the_return_before_describes_is_late(store):
    submit(store, learner("L1", aim()))
    new = [aim(2, LearnStartDate=date(2025, 11, 1)), aim(3, LearnStartDate=date(2025, 11, 2))]
    submit(store, learner("L1", aim(), *new), return_name="R06")
    found = store.diff("2526-R04", "2526-R06")
    assert (found.totals()["aims_added"], found.totals()["aims_late"]) == (2, 1)


def test_values_that_were_filled_in_or_went_away(store):
    aims = [aim(n, LearnPlanEndDate=date(2026, 9, n)) for n in (1, 2, 3)]
    submit(store, learner("L1", *aims, PlanLearnHours=100))
    moved = [
        {**a, "LearnPlanEndDate": date(2026, 9, n), "OutGrade": "PA"} for a, n in zip(aims, (2, 1, 1), strict=True)
    ]
    submit(store, learner("L1", *moved), return_name="R06")
    found = store.diff("2526-R04", "2526-R06")
    assert {row[1]: row[2:] for row in found.fields.drop("providers").iter_rows()} == {
        "PlanLearnHours": (1, 0, 1, 0), "LearnPlanEndDate": (3, 0, 0, 1), "OutGrade": (3, 3, 0, 0),
    }  # fmt: skip
    told = tell(found)
    assert "Planned learning hours (PlanLearnHours) changed for 1: 1 from 100 to blank." in told
    assert "(LearnPlanEndDate) changed for 3: 1 to a later day; 2 to an earlier day." in told


def test_two_aims_of_one_kind_are_paired_once(store):
    first = submit(store, learner("L1", aim(1), aim(2)))
    second = submit(store, learner("L1", aim(1), aim(2), aim(3)))
    found = store.diff(first, second)
    assert (found.totals()["aims_added"], found.totals()["aims_gone"], found.totals()["aims_changed"]) == (1, 0, 0)


def test_records_below_are_counted(store):
    first = submit(store, learner("L1", aim(LearningDeliveryFAM=[fam("SOF", "105"), fam("FFI", "1")])))
    second = submit(
        store, learner("L1", aim(LearningDeliveryFAM=[fam("SOF", "105"), fam("FFI", "2"), fam("RES", "1")]))
    )
    assert store.diff(first, second).others.rows() == [("LearningDeliveryFAM", 2, 1, 1)]


def test_providers_that_came_and_went_and_one_of_them_alone(store):
    submit(store, learner("L1", aim()), ukprn=10000001)
    submit(store, learner("L1", aim()), ukprn=10000002)
    submit(store, learner("L1", aim()), ukprn=10000002, return_name="R06")
    submit(store, learner("L1", aim()), learner("L2", aim()), ukprn=10000003, return_name="R06")
    a, b = (store.freeze("2526", name, frozen_by="x") for name in ("R04", "R06"))
    totals = store.diff(a, b).totals()
    assert (totals["providers_added"], totals["providers_gone"], totals["learners_added"]) == (1, 1, 2)
    alone = store.diff(a, b, ukprn=10000002)
    assert alone.providers["ukprn"].to_list() == [10000002] and alone.totals()["learners_changed"] == 0


def test_what_can_not_be_compared(store):
    first = submit(store, learner("L1", aim()))
    with pytest.raises(StoreError, match="no snapshot, file or return 2526-R04-9"):
        store.diff(first, "2526-R04-9")
    with pytest.raises(StoreError, match="no accepted return for 2526 R14"):
        store.diff(first, "2526-R14")
    other = submit(store, learner("L1", aim()), ukprn=10000002)
    with pytest.raises(StoreError, match="different providers"):
        store.diff(first, other)
    refused = store.submit([tables([learner("L1", aim())], ukprn=PROVIDER)], report(("X", "error", None, 1)),
                           file=sent_file(store.path.parent), return_name="R04", submitted_by="x")  # fmt: skip
    with pytest.raises(StoreError, match="was refused"):
        store.diff(first, refused.submission)
    old = store.submit([tables([learner("L1", aim(FworkCode=1))], ukprn=PROVIDER, year="1819")], report(year="1819"),
                       file=sent_file(store.path.parent), return_name="R04", submitted_by="x")  # fmt: skip
    with pytest.raises(StoreError, match="different years"):
        store.diff(first, old.submission)


def test_in_parts_the_answer_is_that_of_the_whole(store, monkeypatch):
    for ukprn in (PROVIDER, PROVIDER + 1, PROVIDER + 2):
        last = [aim(Outcome=ukprn % 2, CompStatus=2, LearningDeliveryFAM=[fam("SOF", "105")]), aim(2)]
        submit(store, learner("L1", aim()), learner("L2", *last[1:]), ukprn=ukprn)
        submit(
            store,
            learner("L1", *last),
            learner("L3", aim(LearningDeliveryFAM=[fam("SOF", "105")])),  # new, so what hangs below is no change
            ukprn=ukprn,
            return_name="R06",
        )
    whole = store.diff("2526-R04", "2526-R06", detail=True)
    quality = store.quality("2526", "R06", ukprn=None)
    monkeypatch.setattr("openilr.store.differences._AT_ONCE", 1)
    parts = store.diff("2526-R04", "2526-R06", detail=True)
    for name in ("providers", "fields", "values", "others", "rows"):
        assert getattr(parts, name).equals(getattr(whole, name)), name
    assert whole.providers.height == 3 and whole.values.height > 1 and whole.others["learners"].sum() == 3
    monkeypatch.setattr("openilr.store.quality.measuring.known", lambda *_: None)
    assert store.quality("2526", "R06") == quality
