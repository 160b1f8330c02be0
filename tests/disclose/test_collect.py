"""Which words of an output were made by the analysis, perhaps of data: these a person reads."""

from __future__ import annotations

import polars as pl
import pytest

from openilr.disclose.outputs import Output
from openilr.disclose.session.collect import _Words

SCRIPT = """
from openilr import research as r
s = r.open_extract().sample("learner", unit="learners", population="all")
s = s.with_columns(band=r.bands("age", [19, 25]))
r.output(r.table(s, "band"), "by-age", "By age")
"""
TABLES = {"learner": pl.DataFrame({"person_id": range(12), "area": ["North"] * 10 + ["Hidden Road", "E1"]})}


def made(*labels, title="By age", script=SCRIPT):
    rows = pl.DataFrame({"person": range(len(labels)), "d0": list(labels)})
    content = {"statistic": "count", "dimensions": [{"name": "band", "label": "band"}]}
    context = {"unit": "learners", "population": "all"}
    return _Words(script, TABLES).made(Output("by-age", "table", title, content, context, rows=rows))


def test_words_of_the_script_of_ladders_and_of_many_people_are_no_ones_own():
    assert made("under 19", "19 to 24", "25 and over", "16-18", "Over 60", "Under 16", "North", "E1") == []


@pytest.mark.parametrize("label", ["17 to 93", "19 to 93", "under 4071", "20031224 and over", "Hidden Road", "16-17"])
def test_a_band_of_other_edges_and_a_value_of_few_are(label):
    assert made(label) == ["1 category"]


def test_ids_stand_in_calls_and_titles_in_the_script():
    assert made("North", title="Seventeen and three") == ["title"]
    assert _Words(SCRIPT, {}).ids == {"by-age"}
    assert _Words("x = 'a'\nr.output(t, x, 'b')", {}).ids == set()
