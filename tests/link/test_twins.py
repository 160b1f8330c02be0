"""How many pairs of twins one file may hold."""

from __future__ import annotations

import polars as pl
import pytest

from openilr.link import training
from openilr.link.engine import open_database
from openilr.link.model import TWINS_PER_PERSON

_PEOPLE = 200


@pytest.mark.parametrize(
    ("families", "years", "homes", "expected"),
    [
        (0, 40, ["postcode", "house"], 0),
        (2, 40, ["postcode", "house"], 2),
        (2, 40, ["postcode"], 2),
        (50, 40, ["postcode", "house"], _PEOPLE * TWINS_PER_PERSON),
        (0, 10, ["postcode", "house"], _PEOPLE * TWINS_PER_PERSON),
        (0, 40, [], _PEOPLE * TWINS_PER_PERSON),
    ],
    ids=["nobody shares a home", "two families", "no houses", "many families", "few years", "no homes"],
)
def test_no_more_twins_than_families(families: int, years: int, homes: list[str], expected: float):
    # The first people go two by two, of one name at one home; everybody else has a name and a home alone.
    group = [n // 2 if n < 2 * families else n + _PEOPLE for n in range(_PEOPLE)]
    frame = pl.DataFrame({
        "who": range(_PEOPLE),
        "given1": ["ada" if n % 2 else "ben" for n in range(_PEOPLE)],
        "family": [f"family{n}" for n in group],
        "postcode": [f"home{n}" for n in group],
        "house": [str(n) for n in group],
        "born": [1960 + (n * 3) % years for n in range(_PEOPLE)],
    })  # fmt: skip
    database = open_database()
    database.put("people", frame)
    assert training._twins_born(database, "people", homes) == pytest.approx(expected)
