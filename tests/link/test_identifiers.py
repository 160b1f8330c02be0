"""What people type becomes comparable, and what says nothing becomes nothing."""

from __future__ import annotations

import polars as pl
import pytest

from openilr.link.identifiers import prepare
from openilr.link.names import nickname_groups, plain, sound


def _one(column: str, value: str | None, out: str) -> object:
    return prepare(pl.DataFrame({"id": ["1"], column: pl.Series([value], dtype=pl.String)}))[out][0]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2004-03-09", "2004-03-09"), ("09/03/2004", "2004-03-09"), ("9/3/2004", "2004-03-09"),
        ("20040309", "2004-03-09"), (" 09-03-2004 ", "2004-03-09"), ("09.03.2004", "2004-03-09"),
        ("2004-03-09T00:00:00", "2004-03-09"), ("2004-03-09 00:00:00", "2004-03-09"), ("9 Mar 2004", "2004-03-09"),
        ("2004-02-30", None), ("31/02/2004", None), ("", None), ("unknown", None), (None, None),
        ("1900-01-01", None), ("0204-03-09", None), ("9999-12-31", None),
    ],
)  # fmt: skip
def test_dates(text: str | None, date: str | None):
    assert _one("date_of_birth", text, "dob") == date


def test_day_and_month_are_turned_only_where_that_is_a_date():
    assert _one("date_of_birth", "2004-03-09", "dob_turned") == "2004-09-03"
    assert _one("date_of_birth", "2004-03-19", "dob_turned") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("1234567890", "1234567890"), ("1234567890.0", "1234567890"), (" 123 456 7890", "1234567890"),
     ("9999999999", None), ("0000000000", None), ("12345", None), ("1234567", "1234567"), ("", None), ("abc", None)],
)  # fmt: skip
def test_learner_numbers(text: str, number: str | None):
    assert _one("uln", text, "uln") == number


@pytest.mark.parametrize(
    ("text", "number"), [("zz 12 34 56 c", "ZZ123456"), ("ZZ123456", "ZZ123456"), ("ZZ12345", None), ("n/a", None)]
)
def test_national_insurance_numbers(text: str, number: str | None):
    assert _one("nino", text, "nino") == number


@pytest.mark.parametrize(
    ("text", "code", "district"),
    [("qa1 1aa", "QA11AA", "QA1"), ("QA11 1AA", "QA111AA", "QA11"), ("QA1", "QA1", "QA1"), ("ZZ99 9ZZ", None, None)],
)
def test_postcodes(text: str, code: str | None, district: str | None):
    assert (_one("postcode", text, "postcode"), _one("postcode", text, "district")) == (code, district)


@pytest.mark.parametrize(("text", "sex"), [("F", "F"), ("male", "M"), ("2", "F"), ("1", "M"), ("9", None), ("", None)])
def test_sex(text: str, sex: str | None):
    assert _one("sex", text, "sex") == sex


@pytest.mark.parametrize(
    ("text", "letters"),
    [("Zoë-Anne", "zoe anne"), ("O’BRIEN", "obrien"), ("  van   der Berg", "van der berg"), ("Łukasz", "lukasz"),
     ("李 明", "李 明"), ("-", None), ("", None), ("Müller", "muller"), ("Mc.Donald", "mcdonald")],
)  # fmt: skip
def test_names_are_spelt_plainly(text: str, letters: str | None):
    assert plain(text) == letters


@pytest.mark.parametrize(
    ("one", "other"),
    [("smith", "smyth"), ("catherine", "kathryn"), ("stephen", "steven"), ("philip", "filip"), ("clarke", "clark"),
     ("mackay", "mckay"), ("thompson", "tomson")],
)  # fmt: skip
def test_names_that_sound_alike(one: str, other: str):
    first, second = pl.DataFrame({"name": [one, other]}).select(sound(pl.col("name")))["name"]
    assert first == second


def test_names_that_do_not_sound_alike():
    keys = pl.DataFrame({"name": ["smith", "jones", "khan", "cohen", "brown", "green", "reid", "wright"]}).select(
        sound(pl.col("name"))
    )["name"]
    assert keys.n_unique() >= 7


def test_short_forms_share_a_group_with_the_full_name_and_not_with_others():
    groups = nickname_groups()
    for short, full in (("bill", "william"), ("kate", "katherine"), ("mohamed", "muhammad"), ("chris", "christine")):
        assert set(groups[short]) & set(groups[full])
    for one, other in (("william", "thomas"), ("christine", "christopher"), ("mary", "john")):
        assert not set(groups[one]) & set(groups[other])
