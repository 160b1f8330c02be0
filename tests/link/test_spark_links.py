"""Linking on Spark finds what linking on DuckDB finds."""

from __future__ import annotations

import polars as pl
import pytest

from openilr.link import LinkError, engine, pairs, training
from openilr.link.identifiers import prepare
from openilr.link.keyed import decode, encode
from openilr.link.match import Bench
from openilr.link.model import COMPARISONS, ENCODED
from openilr.link.sure import compared
from openilr.store import spark
from openilr.synth.person_files import COLLEGE, ELSEWHERE, harder, write_pair
from tests.link.truth import without

pytestmark = pytest.mark.skipif(spark.missing() is not None, reason=f"needs {spark.missing()} for Spark")


@pytest.mark.parametrize("encoded", [False, True], ids=["plain", "encoded"])
def test_every_comparison_reaches_the_same_level(encoded: bool):
    """Pairs of one person and of neighbours in the file, at every level but a few."""
    a, b = (
        without(each, "nino").with_columns(
            address=pl.col("postcode") + " " + pl.col("family_name") + " Road",
            nino="AB" + pl.col("uln").str.slice(4) + "C",
        )
        for each in write_pair(700, seed=31, first=harder(COLLEGE, 4), second=harder(ELSEWHERE, 4))
    )
    ready = (lambda people: decode(encode(people, b"k" * 32))) if encoded else prepare
    comparisons = ENCODED if encoded else COMPARISONS
    together = pl.concat([a, b])
    order = together.with_columns(pl.col("family_name", "date_of_birth", "given_names").fill_null("")).select(
        by=pl.arg_sort_by("family_name", "date_of_birth")
    )["by"]
    people = ready(together[order].with_columns(id=pl.int_range(pl.len()).cast(pl.String)))
    levels = ", ".join(f"{training.level_sql(c)} as {c.name}" for c in comparisons)
    columns = [name for name in people.columns if name not in ("row", "who")]
    source = "people l join people r on r.row > l.row and r.row <= l.row + 2"
    both = training.side_by_side(columns, source, also=("l.row as one", "r.row as other"))
    found = []
    for name in engine.ENGINES:
        database = engine.open_database(name)
        database.put("people", people)
        found.append(database.get(f"select one, other, {levels} from ({both})").sort("one", "other"))  # noqa: S608
    here, there = (frame.cast({pl.Int32: pl.Int64}) for frame in found)
    assert here.height == there.height > 2_000
    for comparison in comparisons:
        seen = here[comparison.name].n_unique()
        assert seen >= min(3, len(comparison.levels)), comparison.name
        # The two count the likeness of letters alike but for rounding.
        differ = (here[comparison.name].fill_null(-1) != there[comparison.name].fill_null(-1)).sum()
        assert differ <= 0.002 * here.height, (comparison.name, differ)


def test_the_same_sure_pairs_the_same_model_and_the_same_weights():
    columns = ("id", "uln", "family_name", "date_of_birth")
    a, b = (prepare(people.select(columns)) for people in write_pair(60, seed=32))
    benches = [Bench(a, b, engine=name) for name in engine.ENGINES]
    settled = [compared(x.database, x.comparisons, x.sure(unique=True), x.tables, x.columns) for x in benches]
    here, there = (each.sort(each.columns).cast({pl.Int32: pl.Int64}) for each in settled)
    assert here.equals(there) and here.height > 20
    scored = []
    for bench in benches:
        bench.learn(here)
        scored.append(bench.score(bench.rules(bench.tables), bench.tables))
    numbers = [[x.prior, x.twins, *(n for c in x.comparisons for v in c.levels for n in (v.m, v.u))]
               for x in (bench.model for bench in benches)]  # fmt: skip
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-6)
    here, there = scored
    assert here.height > 40 and here.drop("weight").equals(there.drop("weight"))
    assert here["weight"].to_list() == pytest.approx(there["weight"].to_list(), abs=1e-6)


def test_without_java_it_is_said(monkeypatch: pytest.MonkeyPatch):
    a, b = write_pair(20, seed=1)
    with pytest.raises(LinkError, match="no engine 'hadoop'"):
        pairs(without(a), without(b), engine="hadoop")
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(LinkError, match="needs Java"):
        pairs(without(a), without(b), engine="spark")
