"""Linked measures: the definition at its edges, and a synthetic sector whose truth is known."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from openilr.measure.afterwards import activities, window
from openilr.measure.earnings import annualised_pay
from tests.link.life.making import aim, views

D = date
#: October to March after 2025-26.
OCTOBER, MARCH = D(2026, 10, 1), D(2027, 3, 31)


def work(*spells: tuple[date, date | None]) -> list[dict[str, Any]]:
    return [{"person_id": "ann", "StartDate": a, "EndDate": b} for a, b in spells]


def lived(folder: Path, learning: tuple[tuple[date, date], ...] = (), **rows: list[dict[str, Any]]) -> dict[str, Any]:
    aims = [aim("ann", a, b, LearnAimRef=f"A{i}", year="2627") for i, (a, b) in enumerate(learning)]
    found = activities(views(folder, ["ann"], aims, **rows), "2526").to_polars().to_dicts()
    return found[0] if found else {}


def test_the_window_is_october_to_march_of_the_year_after():
    assert window("2526") == (OCTOBER, MARCH)
    assert window("2526", 3) == (D(2028, 10, 1), D(2029, 3, 31))


@pytest.mark.parametrize(
    ("spells", "sustained"),
    [
        (((OCTOBER, None),), True),
        (((D(2026, 11, 30), D(2027, 3, 1)),), True),  # one day in November and one in March: five months
        (((D(2026, 11, 30), D(2027, 2, 28)),), False),  # four
        (((D(2026, 10, 1), D(2026, 10, 2)), (D(2026, 12, 1), D(2027, 3, 5))), True),
        (((D(2026, 4, 1), D(2026, 9, 30)), (D(2027, 4, 1), None)), False),  # before and after
    ],
)
def test_sustained_employment_is_work_in_five_of_the_six_months(tmp_path: Path, spells: Any, sustained: bool):
    assert lived(tmp_path, hmrc_employment=work(*spells)).get("in_work", False) is sustained


@pytest.mark.parametrize(("tax_year", "sustained"), [(202627, True), (202526, False), (202728, False)])
def test_self_employment_counts_by_the_return_for_the_tax_year_of_the_window(
    tmp_path: Path, tax_year: int, sustained: bool
):
    rows = [{"person_id": "ann", "TaxYear": tax_year, "Self_Employed": 1}]
    assert lived(tmp_path, hmrc_self_assessment=rows).get("in_work", False) is sustained


@pytest.mark.parametrize(
    ("learning", "sustained"),
    [
        (((D(2026, 9, 1), D(2027, 6, 30)),), True),
        (((D(2026, 9, 1), D(2026, 12, 20)), (D(2027, 1, 31), D(2027, 6, 30))), True),  # in each month
        (((D(2026, 9, 1), D(2026, 12, 20)), (D(2027, 2, 1), D(2027, 6, 30))), False),  # not in January
    ],
)
def test_sustained_learning_is_learning_in_each_month(tmp_path: Path, learning: Any, sustained: bool):
    found = lived(tmp_path, learning)
    assert found["in_learning"] is sustained
    assert found["learning_type"] == "fe"


@pytest.mark.parametrize(
    ("worked", "learnt", "sustained"),
    [
        ((OCTOBER, D(2026, 12, 31)), (D(2027, 1, 5), MARCH), True),  # one switch
        ((D(2027, 1, 5), MARCH), (OCTOBER, D(2026, 12, 31)), True),  # the other way
        ((OCTOBER, D(2027, 1, 31)), (D(2026, 12, 1), MARCH), True),  # both in December and January
        ((D(2026, 12, 1), D(2027, 1, 31)), (OCTOBER, MARCH), True),  # learning throughout
        ((OCTOBER, D(2026, 11, 30)), (D(2027, 1, 5), MARCH), False),  # nothing in December
    ],
)
def test_one_and_then_the_other_with_one_switch(
    tmp_path: Path, worked: tuple[date, date], learnt: tuple[date, date], sustained: bool
):
    assert lived(tmp_path, (learnt,), hmrc_employment=work(worked))["sustained"] is sustained


def test_two_switches_are_not_sustained(tmp_path: Path):
    found = lived(
        tmp_path, ((D(2026, 12, 1), D(2027, 1, 31)),),
        hmrc_employment=work((OCTOBER, D(2026, 11, 30)), (D(2027, 2, 1), MARCH)),
    )  # fmt: skip
    assert found["in_work"] is False
    assert found["sustained"] is False
    assert found["something"] is True


def test_a_benefit_alone_is_no_activity(tmp_path: Path):
    found = lived(
        tmp_path,
        dwp_benefits=[{"person_id": "ann", "StartDate": OCTOBER, "EndDate": None, "Out_of_work_benefit": 1}],
    )
    assert (found["benefit"], found["something"], found["sustained"]) == (True, False, False)


def test_pay_is_annualised_over_the_days_of_employment(tmp_path: Path):
    connection = views(
        tmp_path, ["ann"], [],
        hmrc_employment=work((D(2027, 1, 1), D(2027, 7, 14)), (D(2027, 7, 1), D(2027, 10, 22))),
        hmrc_earnings=[{"person_id": "ann", "TaxYear": 202728, "Earnings": 12_000},
                       {"person_id": "ann", "TaxYear": 202627, "Earnings": 999}],
    )  # fmt: skip
    # 6 April to 22 October 2027 are 200 days, each counted once.
    assert annualised_pay(connection, 2027).to_polars().rows() == [("ann", 21_900.0)]


def test_who_has_pay_and_no_day_has_no_annual_pay(tmp_path: Path):
    connection = views(
        tmp_path, ["ann"], [], hmrc_employment=work((D(2026, 1, 1), D(2026, 2, 1))),
        hmrc_earnings=[{"person_id": "ann", "TaxYear": 202728, "Earnings": 12_000}],
    )  # fmt: skip
    assert annualised_pay(connection, 2027).to_polars().is_empty()


def test_a_person_with_nothing_has_no_row(tmp_path: Path):
    assert activities(views(tmp_path, ["ann"], []), "2526").to_polars().is_empty()


@pytest.mark.parametrize(("level", "progress"), [("3", 3), ("E", 0), (None, None)])
def test_the_level_of_learning_afterwards_is_known(tmp_path: Path, level: str | None, progress: int | None):
    aims = [aim("ann", OCTOBER, MARCH, aim_level=level, year="2627")]
    found = activities(views(tmp_path, ["ann"], aims), "2526").to_polars()
    assert found["learning_level"].to_list() == [progress]


def test_every_linked_measure_says_what_it_counts():
    from openilr.measure import get

    for name in ("outcomes", "earnings", "prior-attainment"):
        measure = get(name)
        assert measure.definition and measure.source and measure.not_yet
        assert {clause.name for clause in measure.clauses}
        assert measure.connect is not None


def test_frames_of_the_shape_that_disclosure_control_asks_for():
    from openilr.measure import get

    kinds = {i.name: i.kind for i in get("earnings").numbers}
    assert kinds["median"] == "median"
    assert kinds["lower_quartile"] == "quantile"
    rates = [i for i in get("outcomes").numbers if i.rate]
    counts = {i.name for i in get("outcomes").numbers if i.of}
    assert rates and all(set(i.rate or ()) <= counts for i in rates)
