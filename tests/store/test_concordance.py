"""How fields of different years stand to each other, and that the guide says the same."""

from __future__ import annotations

from pathlib import Path

from openilr import years
from openilr.store.concordance import ACROSS, ALONE, fields, page
from openilr.store.tables import kept_entities

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "national-data.md"


def test_every_field_that_is_named_is_one():
    there = {f.path for y in years.available() for e in kept_entities(years.load(y).schema) for f in e.fields}
    entities = {path.split(".")[0] for path in there}
    for one in ACROSS:
        assert {one.earlier, one.later} <= there
    assert all(name in there or name in entities for name in ALONE)


def test_a_field_and_the_one_in_its_place_are_never_of_one_year_only():
    of = {path: set(names) for _, path, names in fields()}
    for one in ACROSS:
        assert min(of[one.earlier]) < min(of[one.later]), one


def test_the_guide_has_the_table():
    assert page() in GUIDE.read_text("utf-8"), "write openilr.store.concordance.page() into the guide"
