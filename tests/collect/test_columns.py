"""Screening whole columns gives what judging value by value gives."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest

from openilr import years
from openilr.collect.columns import typed
from openilr.collect.layout import DTYPES, layout_of
from openilr.collect.values import as_regex, canonical, read_date, read_datetime
from tests.collect.candidates import boundaries, candidates
from tests.collect.messages import value_of

FIELDS = [
    pytest.param(year, path, id=f"{year}-{path}")
    for year in ("1819", "2627")
    for path in years.load(year).schema.fields
]


@pytest.mark.parametrize(("year", "path"), FIELDS)
def test_a_column_gives_what_each_value_gives(year, path):
    check = layout_of(years.load(year)).checks[path]
    field = check.field
    values = [None, value_of(field), *boundaries(field), *candidates(field), None]
    column, rows = typed(pl.Series(field.name, values, pl.String), check)
    picked = set() if rows is None else set(rows.to_list())
    assert column.dtype == DTYPES[field.type]
    assert column.name == field.name
    for row, (text, value) in enumerate(zip(values, column.to_list(), strict=True)):
        exact = None if text is None else check.read(text)
        assert value == (float(exact) if isinstance(exact, Decimal) else exact), text
        if text is not None and check.breaks(text):
            assert row in picked, text


@pytest.mark.parametrize(("year", "path"), FIELDS)
def test_a_good_column_is_passed_without_a_second_look(year, path):
    check = layout_of(years.load(year)).checks[path]
    column, rows = typed(pl.Series(check.field.name, [value_of(check.field)] * 3 + [None], pl.String), check)
    # Date and time stands in the header only, where every value is looked at by itself.
    assert rows is None or path.endswith("DateTime") or check.field.fraction_digits is not None
    assert column.null_count() == 1
    assert check.breaks(value_of(check.field)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-29", (True, date(2024, 2, 29))),
        ("2023-02-29", (False, None)),
        ("2024-02-29Z", (True, date(2024, 2, 29))),
        ("10000-01-01", (True, None)),
        ("-0001-01-01", (True, None)),
        ("0000-01-01", (False, None)),
        ("2024-02-29+14:01", (False, None)),
        (" 2024-02-29", (False, None)),
    ],
)
def test_dates(text, expected):
    assert read_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-01-08T09:14:05", (True, datetime(2025, 1, 8, 9, 14, 5))),
        ("2025-01-08T09:14:05.1234567", (True, datetime(2025, 1, 8, 9, 14, 5, 123456))),
        ("2025-01-08T24:00:00", (True, datetime(2025, 1, 9))),
        ("9999-12-31T24:00:00", (True, None)),
        ("2025-01-08T24:00:01", (False, None)),
        ("2025-01-08T09:14:05Z", (True, datetime(2025, 1, 8, 9, 14, 5))),
    ],
)
def test_moments(text, expected):
    assert read_datetime(text) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [("+007", "7"), ("-007", "-7"), ("000", "0"), ("0.50", "0.50"), (".5", "0.5"), ("300.0", "300.0")],
)
def test_the_characters_of_a_number_that_count(number, expected):
    assert canonical(number) == expected


def test_the_dot_of_xml_schema_leaves_out_both_line_ends():
    assert as_regex(".+@.+") == r"[^\n\r]+@[^\n\r]+"
    assert as_regex(r"[.]\.") == r"[.]\."
