"""Participation and starts on small returns, with the boundary days of their definitions."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
import pytest

from openilr import measure
from openilr.measure import MeasureError
from openilr.measure.period import Period
from openilr.store import Store, StoreError
from tests.store.making import aim, fam, learner, report, sent_file, tables


@dataclass
class Lars:
    """Reference data as ``openilr.reference`` gives them."""

    frames: dict[str, pl.DataFrame]

    @property
    def names(self) -> set[str]:
        return set(self.frames)

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.frames[name]


LARS = Lars(
    {
        "lars": pl.DataFrame(
            {
                "LearnAimRef": ["ZPROG001", "60300001", "60300002", "60300003", "60300004", "60300005"],
                "NotionalNVQLevelv2": ["X", "E", "2", "H", "1.5", "3"],
            }
        ),
        "lars_standard": pl.DataFrame({"StandardCode": [105, 106, 107], "NotionalEndLevel": ["2", "3", "6"]}),
    }
)


def course(**values):
    """An adult education aim that is not part of a programme."""
    base = {"LearnAimRef": "60300002", "AimType": 4, "FundModel": 38, "ProgType": None, "StdCode": None}
    return aim(**{**base, **values})


def counted(store: Store, name: str, learners: list[dict], return_name: str = "R14", by=(), lars=None, **options):
    """The measure's value, or {codes: value}, after a provider sent these learners."""
    store.submit([tables(learners)], report(), file=sent_file(store.path.parent), return_name=return_name,
                 submitted_by="tests", reference=lars)  # fmt: skip
    result = measure.compute(store, name, "2526", return_name=return_name, by=by, **options)
    if not by:
        return result.rows()[0]["value"]
    return {tuple(row["by"].values()) if len(by) > 1 else row["by"][by[0]]: row["value"] for row in result.rows()}


# Starts


@pytest.mark.parametrize(
    ("values", "fams", "starts", "why"),
    [
        ({}, (), 1, "an apprenticeship that began in the year"),
        ({"LearnStartDate": date(2025, 8, 1)}, (), 1, "first day of the year"),
        ({"LearnStartDate": date(2025, 7, 31)}, (), 0, "the day before"),
        ({"LearnStartDate": date(2026, 7, 31)}, (), 1, "last day of the year"),
        ({"LearnStartDate": date(2026, 8, 1)}, (), 0, "the day after"),
        ({"AimType": 3}, (), 0, "a component is not a programme"),
        ({"ProgType": 31, "FundModel": 25}, (), 0, "a T Level is not an apprenticeship"),
        ({"ProgType": 34, "FundModel": 39}, (), 0, "an apprenticeship unit is not an apprenticeship"),
        ({"ProgType": None}, (), 0, "no programme"),
        ({"ProgType": 20, "FundModel": 35}, (), 1, "a higher framework"),
        ({"FundModel": 81}, (), 1, "a standard on other adult funding"),
        ({"FundModel": 99}, (), 0, "not funded"),
        ({}, (fam("RES", "1"),), 0, "a restart"),
        ({}, (fam("SOF", "105"), fam("SOF", "110")), 1, "other FAMs, more than one"),
    ],
)
def test_which_programmes_are_starts(store, values, fams, starts, why):
    given = [learner("L1", aim(LearningDeliveryFAM=list(fams), **values))]
    assert counted(store, "starts", given) == starts, why


@pytest.mark.parametrize(
    ("planned", "lasted", "starts"),
    [(168, 41, 0), (168, 42, 1), (167, 13, 0), (167, 14, 1), (14, 13, 0), (14, 14, 1), (13, 0, 1), (400, 0, 0)],
)
def test_the_qualifying_period(store, planned, lasted, starts):
    start = date(2025, 9, 1)
    values = {
        "LearnPlanEndDate": start + timedelta(days=planned),
        "LearnActEndDate": start + timedelta(days=lasted),
        "CompStatus": 3,
        "Outcome": 3,
    }
    assert counted(store, "starts", [learner("L1", aim(**values))]) == starts


def test_days_of_the_qualifying_period_may_count_first_and_last(store):
    values = {"LearnActEndDate": date(2025, 9, 1) + timedelta(days=41), "CompStatus": 3, "Outcome": 3}
    assert counted(store, "starts", [learner("L1", aim(**values))]) == 0
    assert measure.compute(store, "starts", "2526", days="inclusive").rows()[0]["value"] == 1


def test_an_early_achievement_is_a_start(store):
    values = {"LearnActEndDate": date(2025, 9, 5), "CompStatus": 2, "Outcome": 1}
    assert counted(store, "starts", [learner("L1", aim(**values))]) == 1


def test_starts_count_programmes_and_know_the_people(store):
    given = [learner("L1", aim(1), aim(2, StdCode=106)), learner("L2", aim(1))]
    assert counted(store, "starts", given) == 3
    assert measure.compute(store, "starts", "2526").frame["learners"].to_list() == [2]


def test_starts_by_level_and_age(store):
    given = [
        learner("L1", aim(StdCode=105), DateOfBirth=date(2006, 9, 1)),  # 19 on the day of the start
        learner("L2", aim(StdCode=106), DateOfBirth=date(2006, 9, 2)),  # 18
        learner("L3", aim(StdCode=107), DateOfBirth=date(2000, 9, 1)),  # 25
        learner("L4", aim(StdCode=107), DateOfBirth=date(2000, 9, 2)),  # 24
        learner("L5", aim(StdCode=999), DateOfBirth=None),
        learner("L6", aim(StdCode=None, ProgType=3, FundModel=35), DateOfBirth=date(2006, 9, 1)),
    ]
    assert counted(store, "starts", given, by=["level", "age"], lars=LARS) == {
        ("2", "19-24"): 2, ("3", "under 19"): 1, ("4+", "19-24"): 1, ("4+", "25+"): 1, ("not known", "not known"): 1,
    }  # fmt: skip
    detailed = measure.compute(store, "starts", "2526", by=["detailed_level"])
    assert [(r["by"]["detailed_level"], r["value"]) for r in detailed.rows()] == [
        ("2", 2), ("3", 1), ("6", 2), ("not known", 1),
    ]  # fmt: skip


def test_without_lars_levels_are_not_known_and_the_result_says_so(store):
    assert counted(store, "starts", [learner("L1", aim())], by=["level"]) == {"not known": 1}
    [note] = measure.compute(store, "starts", "2526", by=["level"]).notes
    assert "LARS" in note
    assert measure.compute(store, "starts", "2526", by=["age"]).notes == ()


def test_starts_by_what_the_learner_is(store):
    given = [
        learner("L1", aim(), Sex="F", LLDDHealthProb=1, Ethnicity=31),
        learner("L2", aim(1), aim(2), Sex="M", LLDDHealthProb=2, Ethnicity=47),
        learner("L3", aim(), Sex="?", LLDDHealthProb=9, Ethnicity=99),
    ]
    assert counted(store, "starts", given, by=["sex"]) == {"F": 1, "M": 2, "not known": 1}
    for name, expected in {
        "lldd": {"yes": 1, "no": 2, "not known": 1},
        "ethnicity": {"white": 1, "other": 2, "not known": 1},
        "standard": {"105": 4},
        "ukprn": {"99999999": 4},
    }.items():
        rows = measure.compute(store, "starts", "2526", by=[name]).rows()
        assert {r["by"][name]: r["value"] for r in rows} == expected


@pytest.mark.parametrize(
    ("return_name", "end"),
    [("R04", date(2025, 10, 31)), ("R06", date(2026, 1, 31)), ("R10", date(2026, 4, 30)), ("R14", date(2026, 7, 31))],
)
def test_a_return_covers_its_part_of_the_year(store, return_name, end):
    assert Period.of("2526", return_name) == Period(date(2025, 8, 1), end)
    given = [learner("L1", aim(LearnStartDate=end)), learner("L2", aim(LearnStartDate=end + timedelta(days=1)))]
    assert counted(store, "starts", given, return_name) == 1


def test_a_leap_year():
    assert Period.of("2324", "R07").end == date(2024, 2, 29)


# Participation


@pytest.mark.parametrize(
    ("values", "fams", "people", "why"),
    [
        ({}, (), 1, "Adult Skills Fund"),
        ({"FundModel": 11}, (), 1, "tailored learning"),
        ({"FundModel": 81}, (), 1, "other adult"),
        ({"FundModel": 99}, (), 0, "not funded"),
        ({"FundModel": 99}, (fam("ADL", "1"),), 1, "an advanced learner loan"),
        ({"FundModel": 25}, (), 0, "16 to 19 study programme"),
        ({"FundModel": 37}, (), 0, "skills bootcamp"),
        ({"FundModel": 36, "ProgType": 25, "AimType": 3}, (), 1, "a component of an apprenticeship"),
        ({"LearnStartDate": date(2026, 7, 31)}, (), 1, "began on the last day"),
        ({"LearnStartDate": date(2026, 8, 1)}, (), 0, "begins after the period"),
        ({"LearnStartDate": date(2024, 9, 1), "LearnActEndDate": date(2025, 8, 1)}, (), 1, "ended on the first day"),
        ({"LearnStartDate": date(2024, 9, 1), "LearnActEndDate": date(2025, 7, 31)}, (), 0, "ended the day before"),
        ({"LearnStartDate": None}, (), 0, "no start date"),
    ],
)
def test_who_participates(store, values, fams, people, why):
    given = [learner("L1", course(LearningDeliveryFAM=list(fams), **values))]
    assert counted(store, "participation", given) == people, why


def test_only_adults_unless_asked(store):
    given = [
        learner("L1", course(), DateOfBirth=date(2006, 8, 31)),  # 19 on 31 August
        learner("L2", course(), DateOfBirth=date(2006, 9, 1)),  # 18
        learner("L3", course(), DateOfBirth=None),
    ]
    assert counted(store, "participation", given) == 1
    assert measure.compute(store, "participation", "2526", ages="all").rows()[0]["value"] == 3


def test_people_are_counted_once_over_providers_and_once_in_each_level(store):
    here = learner("L1", course(), course(number=2, LearnAimRef="60300001"), ULN=1234567890)
    there = learner("X9", course(), ULN=1234567890)
    store.submit([tables([there], ukprn=10000002)], report(), file=sent_file(store.path.parent), return_name="R14",
                 submitted_by="tests", reference=LARS)  # fmt: skip
    assert counted(store, "participation", [here], by=["level"], lars=LARS) == {"E": 1, "2": 1}
    assert measure.compute(store, "participation", "2526").rows() == [
        {"measure": "participation", "year": "2526", "by": {}, "value": 1}
    ]
    by_provider = measure.compute(store, "participation", "2526", by=["ukprn"]).rows()
    assert [(row["by"]["ukprn"], row["value"]) for row in by_provider] == [("10000002", 1), ("99999999", 1)]


def test_participation_by_provision_and_level(store):
    given = [
        learner("L1", course(), aim(2, StdCode=107)),
        learner("L2", course(FundModel=11, LearnAimRef="NOTINLAR")),
        learner("L3", course(LearnAimRef="60300004")),
        learner("L4", course(LearnAimRef="60300003")),
        learner("L5", course(LearnAimRef="ZPROG001")),
    ]
    assert counted(store, "participation", given, lars=LARS) == 5
    for provision, people in {"apprenticeships": 1, "education-and-training": 5, "tailored-learning": 1}.items():
        assert counted(store, "participation", given, lars=LARS, provision=provision) == people
    assert counted(store, "participation", given, by=["provision"]) == {
        "apprenticeships": 1, "education-and-training": 5,
    }  # fmt: skip
    assert counted(store, "participation", given, by=["level"], lars=LARS) == {
        "1-2": 1, "2": 1, "4+": 2, "no level": 1, "not known": 1,
    }  # fmt: skip


def test_the_whole_table_with_totals(store):
    given = [
        learner("L1", course(), course(number=2, LearnAimRef="60300001"), Sex="F"),
        learner("L2", course(), Sex="M"),
    ]
    counted(store, "participation", given, lars=LARS)
    frame = measure.compute(store, "participation", "2526", by=["level", "sex"], totals=True).frame
    cells = {(level, sex): value for level, sex, value, _ in frame.iter_rows()}
    assert len(cells) == frame.height == 8 * 3
    assert (cells["Total", "Total"], cells["Total", "F"], cells["2", "Total"], cells["2", "F"]) == (2, 1, 2, 1)
    assert (cells["E", "Total"], cells["E", "M"], cells["4+", "M"]) == (1, 0, 0)


def test_an_empty_answer_is_zero(store):
    assert counted(store, "starts", [learner("L1", course())]) == 0
    assert measure.compute(store, "starts", "2526", by=["level"]).rows() == []


def test_what_cannot_be_asked(store):
    with pytest.raises(StoreError, match="no accepted return for 2526"):
        measure.compute(store, "starts", "2526")
    counted(store, "starts", [learner("L1", aim())])
    for arguments, says in (
        (("stars", "2526"), "There is no measure 'stars': choose from achievements, "),
        (("starts", "2526", "shoe size"), "cannot be broken down by shoe size: choose from level"),
    ):
        name, year, *by = arguments
        with pytest.raises(MeasureError, match=says):
            measure.compute(store, name, year, by=by)
    with pytest.raises(MeasureError, match="has no option ages"):
        measure.compute(store, "starts", "2526", ages="all")
    with pytest.raises(MeasureError, match="ages may be 19\\+, all"):
        measure.compute(store, "participation", "2526", ages="20+")


@pytest.mark.parametrize("name", measure.names())
def test_every_measure_says_what_it_is(name):
    declared = measure.get(name)
    assert declared.name == name
    assert all((declared.title, declared.definition, declared.formula, declared.source, declared.unit))
    assert declared.example and declared.counted and declared.clauses, "a worked example, and reasons for the trail"
    assert declared.count in ("people", "aims")
    assert len({d.name for d in declared.dimensions}) == len(declared.dimensions)


@pytest.mark.parametrize("stage", ["store", "measure", "disclose", "publish"])
def test_importing_a_stage_stays_cheap(stage):
    heavy = {"polars", "pyarrow", "duckdb", "ibis", "cryptography"}
    code = f"import sys, openilr.{stage}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
