"""Measures of a snapshot give the same numbers whatever is sent in afterwards."""

from __future__ import annotations

from datetime import date
from itertools import count

import pytest

import openilr
from openilr import measure
from openilr.measure import MeasureError
from openilr.store import StoreError
from tests.measure.cases import achieved, app
from tests.measure.test_qar import rates, sent
from tests.store.making import learner


def test_a_snapshot_gives_the_same_numbers_whatever_is_sent_afterwards(store, monkeypatch):
    clock = (f"2026-11-01T10:00:{second:02}+00:00" for second in count())
    monkeypatch.setattr("openilr.store.store._now", lambda: next(clock))
    done = app(**achieved(date(2025, 9, 1)))
    sent(store, "2425", learner("A", app()))
    first = store.freeze("2425", "R14", frozen_by="t")
    sent(store, "2526", learner("A", done))
    then = store.freeze("2526", "R14", frozen_by="t")
    sent(store, "2425", learner("A", app(planned=date(2025, 7, 1), StdCode=106)))
    later = store.freeze("2425", "R14", frozen_by="t")
    sent(store, "2526", learner("A", done, {**app(2), "LearnStartDate": date(2025, 9, 1)}))

    def starts(**of):
        return measure.compute(store, "starts", "2526", **of).rows()[0]["value"]

    assert (starts(), starts(snapshot=then), starts(snapshot=later)) == (1, 0, 0)
    assert (rates(store, "2526"), rates(store, "2526", snapshot=then)) == ((2, 1, 1), (1, 1, 1))
    assert rates(store, "2526", snapshot=later) == (2, 1, 1), "the overdue aim of 2024-25 had been frozen by then"
    assert measure.compute(store, "qar", "2526", snapshot=then).notes == (f"Read as frozen in {first}, {then}.",)
    assert openilr.Store(store.path).measure("starts", "2526", snapshot=then)["value"].to_list() == [0]
    assert len(list(measure.trail(store, "qar", "2526", snapshot=then))) == 1
    assert measure.forecast(store, 99999999, "2526", snapshot=then).rates.height == 4
    with pytest.raises(StoreError, match="No return of 2526 had been frozen when 2425-R14-1 was made"):
        starts(snapshot=first)
    with pytest.raises(StoreError, match="R04 of 2526 had not been frozen"):
        starts(snapshot=then, return_name="R04")
    with pytest.raises(StoreError, match="no snapshot 2526-R14-9"):
        starts(snapshot="2526-R14-9")
    with pytest.raises(MeasureError, match="not a snapshot"):
        measure.compute(store, "outcomes", "2526", snapshot=then)
