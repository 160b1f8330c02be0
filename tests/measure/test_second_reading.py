"""The shipped measures agree with a slow reading, record by record, on generated sectors."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openilr import measure
from openilr.store import Store
from tests.measure import second_reading as slow
from tests.measure.cases import app
from tests.measure.test_qar import sent
from tests.store.making import fam, learner


def value(store, name, year):
    return measure.compute(store, name, year).rows()[0]["value"]


def rates(store, year):
    [row] = measure.compute(store, "qar", year).rows()
    return row["leavers"], row["completers"], row["achievers"]


@pytest.mark.parametrize("year", ["2425", "2526"])
def test_a_synthetic_sector_read_twice(sector, year):
    everything = list(slow.records(sector))
    aims = [a for a in everything if (a["year"], a["return"]) == (year, "R14")]
    for name, reading in (("participation", slow.participation), ("starts", slow.starts),
                          ("achievements", slow.achievements)):  # fmt: skip
        found = reading(aims, *slow.YEAR[year])
        assert found > 0 and value(sector, name, year) == found
    found = slow.rates(everything, 2000 + int(year[:2]))
    assert min(found) > 0 and rates(sector, year) == found


def test_rates_in_parts_of_the_providers_are_the_same(sector, monkeypatch):
    whole = measure.compute(sector, "qar", "2526", by=("provider",)).rows()
    monkeypatch.setattr("openilr.measure.qar.histories.AT_ONCE", 300)
    assert measure.compute(sector, "qar", "2526", by=("provider",)).rows() == whole


@st.composite
def histories(draw):
    """What two years' returns say of one apprenticeship, at and around the days that matter."""
    from datetime import date, timedelta

    start = draw(st.sampled_from([date(2024, 7, 31), date(2024, 8, 1), date(2024, 9, 5), date(2025, 9, 1)]))
    planned = draw(st.sampled_from([start + timedelta(d) for d in (13, 14, 167, 168, 365)] + [date(2025, 7, 31)]))
    end = start + timedelta(draw(st.sampled_from([0, 13, 14, 41, 42, 200, 330, 400])))
    kind = draw(st.sampled_from(["goes on", "achieved", "withdrawn", "break", "waits", "failed"]))
    reason = draw(st.sampled_from([2, 3, 7, 28, 40, 41, 47, 98]))
    assessed = draw(st.sampled_from([0, 60]))
    values = {
        "goes on": {},
        "achieved": {"end": end, "CompStatus": 2, "Outcome": 1, "AchDate": end + timedelta(assessed)},
        "withdrawn": {"end": end, "WithdrawReason": reason},
        "break": {"end": end, "CompStatus": 6, "WithdrawReason": None},
        "waits": {"end": end, "CompStatus": 1, "Outcome": 8, "WithdrawReason": None},
        "failed": {"end": end, "CompStatus": 2, "WithdrawReason": None},
    }[kind]  # fmt: skip
    flags = {"LearningDeliveryFAM": [fam("RES", "1")]} if draw(st.booleans()) else {}
    later = app(2, start=end + timedelta(draw(st.sampled_from([0, 120, 121]))), planned=date(2027, 1, 1),
                StdCode=draw(st.sampled_from([105, 106])), LearningDeliveryFAM=[fam("RES", "1")])  # fmt: skip
    also = [later] if draw(st.booleans()) else []
    return (
        app(start=start, planned=planned, **values, **flags),
        app(start=start, planned=planned),
        also,
        draw(st.sampled_from(["both", "first open", "first only", "second only"])),
    )


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(histories(), min_size=40, max_size=60))
def test_generated_sectors_read_twice(tmp_path_factory, made):
    store = Store.init(tmp_path_factory.mktemp("generated") / "store")
    first, second = [], []
    for n, (whole, unfinished, also, where) in enumerate(made):
        if where != "second only":
            first.append(learner(f"L{n}", unfinished if where == "first open" else whole, *also))
        if where != "first only":
            second.append(learner(f"L{n}", whole, *also))
    sent(store, "2425", *first, learner("Z", app()))
    sent(store, "2526", *second, learner("Z", app()))
    everything = list(slow.records(store))
    for year in slow.YEAR:
        assert rates(store, year) == slow.rates(everything, 2000 + int(year[:2]))
        aims = [a for a in everything if a["year"] == year]
        assert value(store, "participation", year) == slow.participation(aims, *slow.YEAR[year])
        assert value(store, "starts", year) == slow.starts(aims, *slow.YEAR[year])
        assert value(store, "achievements", year) == slow.achievements(aims, *slow.YEAR[year])
