"""Academic years and ages, on the days where they turn."""

from datetime import date

import pytest

from openilr.spec import AcademicYear, whole_years


@pytest.mark.parametrize(("born", "day", "age", "why"), [
    (date(2006, 8, 31), date(2025, 8, 31), 19, "on the birthday"),
    (date(2006, 9, 1), date(2025, 8, 31), 18, "the day before it"),
    (date(2006, 8, 30), date(2025, 8, 31), 19, "the day after it"),
    (date(2004, 2, 29), date(2025, 2, 28), 20, "29 February: not yet on 28 February of another year"),
    (date(2004, 2, 29), date(2025, 3, 1), 21, "29 February: on 1 March of another year"),
    (date(2004, 2, 29), date(2024, 2, 28), 19, "29 February: not yet on 28 February of a leap year"),
    (date(2004, 2, 29), date(2024, 2, 29), 20, "29 February: on the day in a leap year"),
    (date(2004, 2, 28), date(2025, 2, 28), 21, "28 February: on the day"),
    (date(2025, 8, 1), date(2025, 8, 1), 0, "on the day of birth"),
    (date(2025, 8, 2), date(2025, 8, 1), -1, "born after the day"),
])  # fmt: skip
def test_whole_years(born, day, age, why):
    assert whole_years(born, day) == age, why


def test_a_year_runs_from_august_to_july():
    year = AcademicYear("2526")
    assert (year.start, year.end) == (date(2025, 8, 1), date(2026, 7, 31))
    assert year.august_31 == date(2025, 8, 31)
    assert (year.previous.name, year.next.name, year.label) == ("2425", "2627", "2025-26")


@pytest.mark.parametrize(("day", "name"), [
    (date(2025, 7, 31), "2425"), (date(2025, 8, 1), "2526"), (date(2026, 1, 1), "2526"), (date(2026, 7, 31), "2526"),
    (date(2026, 8, 1), "2627"),
])  # fmt: skip
def test_the_year_of_a_day(day, name):
    assert AcademicYear.of(day).name == name


def test_years_sort_and_cross_a_century_of_digits():
    assert AcademicYear("2526") < AcademicYear("2627")
    assert AcademicYear("0910").next.name == "1011"
    assert AcademicYear.starting(2099).name == "9900"


@pytest.mark.parametrize("name", ["2525", "2527", "25", "202526", "25-26", "abcd", ""])
def test_what_is_no_year_is_refused(name):
    with pytest.raises(ValueError, match="four digits"):
        AcademicYear(name)
