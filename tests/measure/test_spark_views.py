"""The store's views on Spark give the same answers as on DuckDB, on the same files, to the same questions.

Here, and not with the store, so that one start of Spark serves these tests and those of the measures.
"""

from __future__ import annotations

from datetime import date

import ibis
import polars as pl
import pytest

import tests.spark  # noqa: F401 - before the first session
from openilr.store import StoreError, spark
from tests.store.making import aim, fam, learner, tables

pytestmark = pytest.mark.skipif(spark.missing() is not None, reason=f"needs {spark.missing()} for Spark")


@pytest.fixture(scope="module")
def sector(tmp_path_factory):
    """Two years of other schemas, three providers, every kind of value."""
    from openilr.store import Store

    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENILR_VAULT_KEY_FILE", str(folder / "key"))
        store = Store.init(folder / "store")
        for year in ("1819", "2526"):
            for ukprn in (10000001, 10000002, 10000003):
                people = [
                    learner(
                        f"L{n}", aim(1, CompStatus=1 + n % 3, LearnStartDate=date(2018 + n % 8, 1 + n % 12, 28),
                                     LearningDeliveryFAM=[fam("SOF", str(105 + n))] * (n % 3)),
                        *([aim(2, AimType=3, StdCode=None, ProgType=None)] if n % 2 else []),
                        Sex="MF"[n % 2], Ethnicity=31 + n, DateOfBirth=date(1980 + n, 1, 1) if n % 5 else None,
                    )
                    for n in range(12)
                ]  # fmt: skip
                store.ingest([tables(people, ukprn=ukprn, year=year)], return_name="R14", submitted_by="x")
        store.freeze("2526", "R14", frozen_by="x")
        yield store


@pytest.fixture(scope="module")
def engines(sector):
    return sector.connect(), sector.connect(engine="spark")


def rows_of(c):
    return c.table("learning_delivery").select("year", "ukprn", "LearnAimRef", "LearnStartDate", "StdCode", "FworkCode")


def by_group(c):
    aims, learners = c.table("learning_delivery"), c.table("learner")
    joined = aims.left_join(learners.select("year", "ukprn", "learner_key", "Sex", "Ethnicity"),
                            ["year", "ukprn", "learner_key"])  # fmt: skip
    age = ibis.cases((aims.age_start < 19, "under 19"), (aims.age_start < 25, "19-24"), else_="25+")
    return joined.group_by(age=age, sex=joined.Sex, year=joined.year).agg(
        aims=joined.count(), people=joined.person_key.nunique(), last=joined.LearnStartDate.max()
    )


def windowed(c):
    aims = c.table("learning_delivery")
    window = ibis.window(group_by=[aims.person_key], order_by=[aims.LearnStartDate, aims.year, aims.ukprn, aims.row])
    return aims.mutate(n=ibis.row_number().over(window)).group_by("n").agg(aims=lambda t: t.count())


def fams(c):
    aims, of = c.table("learning_delivery"), c.table("learning_delivery_fam")
    found = aims.join(of, [aims.year == of.year, aims.ukprn == of.ukprn, aims.row == of.parent])
    return found.group_by(found.LearnDelFAMCode).agg(n=found.count(), days=(found.LearnStartDate.year()).sum())


@pytest.mark.parametrize("question", [rows_of, by_group, windowed, fams], ids=lambda q: q.__name__)
def test_the_same_answer(engines, question):
    duckdb, on_spark = (question(c).to_polars() for c in engines)
    columns = sorted(duckdb.columns)
    wide = {pl.Int8: pl.Int64, pl.Int16: pl.Int64, pl.Int32: pl.Int64, pl.UInt32: pl.Int64}
    duckdb, on_spark = (
        f.select(pl.col(c).cast(wide.get(f.schema[c], f.schema[c])) for c in columns).sort(pl.all())
        for f in (duckdb, on_spark)
    )
    assert duckdb.height > 1 and duckdb.equals(on_spark)


def test_a_snapshot_on_spark(sector):
    on_spark = sector.connect(snapshot="2526-R14-1", engine="spark")
    assert on_spark.table("learner").count().to_pyarrow().as_py() == 36


def test_an_engine_that_is_not_there(sector, monkeypatch):
    with pytest.raises(StoreError, match="no engine 'hadoop': write duckdb or spark"):
        sector.connect(engine="hadoop")
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(StoreError, match="needs Java"):
        sector.connect(engine="spark")
