"""Every measure gives the same answer on Spark as on DuckDB, over a synthetic sector."""

from __future__ import annotations

from functools import cache

import pytest

import tests.spark  # noqa: F401 - before the first session
from openilr import measure
from openilr.store import spark
from tests.measure.test_breakdowns import NAMES

pytestmark = pytest.mark.skipif(spark.missing() is not None, reason=f"needs {spark.missing()} for Spark")

QUESTIONS = [
    ("participation", ["level", "sex"]), ("starts", ["age", "standard"]), ("achievements", ["detailed_level"]),
    ("enrolments", ["provision", "ssa1"]), ("learner-achievements", ["ethnicity"]), ("full-level-2", ["age_adult"]),
    ("full-level-3", ["sex"]), ("essential-skills", ["skill"]),
    ("rates", ["home_region"]), ("travel", ["distance"]), ("deprivation", ["deprivation", "lldd"]),
    ("progression", ["prior_attainment"]), ("qar", ["provision", "level"]),
]  # fmt: skip


@pytest.fixture
def sector(sector):
    """The sector with one connection for each thing to read: Spark takes longer to name the files than to read them."""
    sector.connect = cache(sector.connect)
    return sector


def test_every_measure_is_asked_but_those_that_say_they_run_on_duckdb_alone():
    assert sorted(name for name, _ in QUESTIONS) == NAMES


@pytest.mark.parametrize(("name", "by"), QUESTIONS)
def test_spark_and_duckdb_agree(sector, name, by):
    here = measure.compute(sector, name, "2526", by=by)
    there = measure.compute(sector, name, "2526", by=by, engine="spark")
    assert here.frame.height > 0 or name == "full-level-2"
    assert here.frame.equals(there.frame)


def test_the_trail_on_spark(sector):
    ukprn = sector.returns()["ukprn"][0]
    here = list(measure.trail(sector, "qar", "2526", ukprn=ukprn))
    assert here == list(measure.trail(sector, "qar", "2526", ukprn=ukprn, engine="spark"))
