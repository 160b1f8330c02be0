"""Spells and months from linked records, against days counted one by one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

import polars as pl

from openilr.link import life
from tests.link.life.making import aim, views

D = date


def by_month(frame: pl.DataFrame, person: str) -> dict[date, dict[str, int]]:
    rows = frame.filter(pl.col("person_id") == person).sort("month").iter_rows(named=True)
    return {row["month"]: {k: v for k, v in row.items() if v and k not in ("person_id", "month")} for row in rows}


def test_days_of_a_month_by_state(tmp_path: Path):
    connection = views(
        tmp_path, ["ann"], [aim("ann", D(2025, 9, 10), D(2025, 10, 5))],
        hmrc_employment=[{"person_id": "ann", "StartDate": D(2025, 10, 1), "EndDate": None}],
    )  # fmt: skip
    found = by_month(life.months(connection, D(2025, 8, 15), D(2025, 10, 2)).to_polars(), "ann")
    assert found == {
        D(2025, 8, 1): {"days": 31, "days_none": 31},
        D(2025, 9, 1): {"days": 30, "days_fe": 21, "days_none": 9},
        D(2025, 10, 1): {"days": 31, "days_fe": 5, "days_employment": 31},
    }


def test_a_day_counts_once_however_many_spells_cover_it(tmp_path: Path):
    spells = [(D(2025, 1, 1), D(2025, 1, 20)), (D(2025, 1, 10), D(2025, 1, 15)), (D(2025, 1, 21), D(2025, 1, 25))]
    connection = views(
        tmp_path, ["ann"], [],
        hmrc_employment=[{"person_id": "ann", "StartDate": a, "EndDate": b} for a, b in spells],
    )  # fmt: skip
    found = by_month(life.months(connection, D(2025, 1, 1), D(2025, 1, 31)).to_polars(), "ann")
    assert found == {D(2025, 1, 1): {"days": 31, "days_employment": 25, "days_none": 6}}


def test_the_last_return_says_how_an_aim_went_on(tmp_path: Path):
    aims = [
        aim("ann", D(2025, 9, 1), None, year="2526"), aim("ann", D(2025, 9, 1), D(2026, 9, 15), year="2627"),
        aim("bob", D(2025, 9, 1), None, year="2526", ProgType=25, programme_level="3"),
    ]  # fmt: skip
    connection = views(tmp_path, ["ann", "bob"], aims)
    spells = life.spells(connection, D(2030, 1, 1)).to_polars().sort("person_id")
    assert spells.rows() == [
        ("ann", "fe", D(2025, 9, 1), D(2026, 9, 15), 2),
        ("bob", "apprenticeship", D(2025, 9, 1), D(2026, 7, 31), 3),
    ]


def test_every_source_gives_its_state(tmp_path: Path):
    connection = views(
        tmp_path, ["ann"], [],
        npd_census=[{"person_id": "ann", "AcademicYear": "2019/2020", "EntryDate": D(2015, 9, 3)}],
        plams=[{"person_id": "ann", "pl_ACADYR": "2021/2022", "pl_LearningStartDate": D(2020, 9, 5),
                "pl_LearningPlannedEndDate": D(2022, 6, 20), "pl_Qual_Lev_Ref": 3}],
        hesa=[{"person_id": "ann", "HE_ACADYR": "2022/2023", "HE_COMDATE": D(2022, 9, 20), "HE_XLEV601": 4}],
        hmrc_self_assessment=[{"person_id": "ann", "TaxYear": 202324, "Self_Employed": 1},
                              {"person_id": "ann", "TaxYear": 202425, "EARNINGS_SELF_EMPLOYMENT": 0}],
        dwp_benefits=[{"person_id": "ann", "StartDate": D(2025, 1, 1), "EndDate": D(2025, 2, 1),
                       "Out_of_work_benefit": 1},
                      {"person_id": "ann", "StartDate": D(2025, 3, 1), "EndDate": None, "Out_of_work_benefit": 0}],
    )  # fmt: skip
    spells = life.spells(connection, D(2025, 4, 30)).to_polars().sort("start").drop("person_id")
    assert spells.rows() == [
        ("school", D(2015, 9, 3), D(2020, 8, 31), None),
        ("school", D(2020, 9, 5), D(2022, 6, 20), 3),
        ("he", D(2022, 9, 20), D(2023, 7, 31), 6),
        ("self_employment", D(2023, 4, 6), D(2024, 4, 5), None),
        ("out_of_work_benefit", D(2025, 1, 1), D(2025, 2, 1), None),
        ("in_work_benefit", D(2025, 3, 1), D(2025, 4, 30), None),
    ]


def test_months_agree_with_days_counted_one_by_one(tmp_path: Path):
    random = Random(7)  # noqa: S311
    people = [f"p{i}" for i in range(12)]
    first, last = D(2024, 1, 1), D(2025, 12, 31)

    def spell() -> tuple[date, date]:
        start = first + timedelta(days=random.randrange(-60, 760))
        return start, start + timedelta(days=random.randrange(0, 150))

    work = [(random.choice(people), *spell()) for _ in range(40)]
    benefit = [(random.choice(people), *spell()) for _ in range(40)]
    learning = [(random.choice(people), *spell()) for _ in range(40)]
    connection = views(
        tmp_path, people,
        [aim(who, a, b, LearnAimRef=f"A{i}", AimSeqNumber=i) for i, (who, a, b) in enumerate(learning)],
        hmrc_employment=[{"person_id": who, "StartDate": a, "EndDate": b} for who, a, b in work],
        dwp_benefits=[{"person_id": who, "StartDate": a, "EndDate": b, "Out_of_work_benefit": 1}
                      for who, a, b in benefit],
    )  # fmt: skip
    found = life.months(connection, first, last).to_polars()
    assert found.height == 12 * 24
    sources = {"days_fe": learning, "days_employment": work, "days_out_of_work_benefit": benefit}
    for row in found.iter_rows(named=True):
        days = [row["month"] + timedelta(days=i) for i in range(row["days"])]
        covered = {
            name: {day for who, a, b in spells for day in days if who == row["person_id"] and a <= day <= b}
            for name, spells in sources.items()
        }
        for name, on in covered.items():
            assert row[name] == len(on), (row, name)
        assert row["days_none"] == row["days"] - len(set().union(*covered.values()))


def test_months_are_written_as_parquet(tmp_path: Path):
    connection = views(tmp_path / "views", ["ann", "bob"], [aim("ann", D(2025, 9, 1), D(2025, 9, 30))])
    rows = life.write_months(connection, D(2025, 9, 1), D(2025, 10, 31), tmp_path / "months.parquet")
    assert rows == 4
    assert pl.read_parquet(tmp_path / "months.parquet")["person_id"].to_list() == ["ann", "ann", "bob", "bob"]
