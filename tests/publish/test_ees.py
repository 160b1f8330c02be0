"""The EES pair that we write, and the screening of pairs, ours and broken ones."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date

import pytest

from openilr import measure
from openilr.disclose import ALL_CHECKS, check
from openilr.publish import PublishError, write
from openilr.publish import check as screen_pair
from tests.store.making import aim, learner, report, sent_file, tables


@pytest.fixture
def checked(store):
    """Starts by level, sex and age of 60 invented learners, after the disclosure checks that there are."""
    births = [date(2007, 1, 1), date(2002, 1, 1), date(1990, 1, 1)]
    given = [
        learner(f"L{n}", aim(ProgType=(3, 2)[n % 2], StdCode=None, FundModel=35), Sex="FM"[n % 3 == 0],
                DateOfBirth=births[n % 5 % 3])
        for n in range(60)
    ]  # fmt: skip
    store.submit([tables(given)], report(), file=sent_file(store.path.parent), return_name="R14", submitted_by="tests")
    return check(measure.compute(store, "starts", "2526", by=["level", "sex", "age"], totals=True))


def read(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_from_learners_to_a_pair_that_passes_its_screening(checked, tmp_path):
    data, meta = write(checked, tmp_path, "apprenticeship_starts", draft=True)
    screening = screen_pair(data, meta)
    assert screening.failures == [] and screening.warnings == [] and screening.stages_not_run == ()
    rows = read(data)
    total = {"apprenticeship_level": "Total", "sex": "Total", "age_group": "Total"}
    [whole] = [row for row in rows if total.items() <= row.items()]
    assert whole == {
        "time_period": "202526", "time_identifier": "Academic year", "geographic_level": "National",
        "country_code": "E92000001", "country_name": "England", **total, "start_count": "60",
    }  # fmt: skip
    assert {row["sex"] for row in rows} == {"Female", "Male", "Total"}
    assert {row["age_group"] for row in rows} == {"Under 19", "19 to 24", "25 plus", "Total"}
    assert "c" in {row["start_count"] for row in rows}
    assert len(rows) == 4 * 3 * 4


def test_the_meta_file(checked, tmp_path):
    _, meta = write(checked, tmp_path, "apprenticeship_starts", draft=True)
    assert [(row["col_name"], row["col_type"], row["indicator_dp"]) for row in read(meta)] == [
        ("apprenticeship_level", "Filter", ""), ("sex", "Filter", ""), ("age_group", "Filter", ""),
        ("start_count", "Indicator", "0"),
    ]  # fmt: skip


def test_a_table_without_every_disclosure_check_is_a_draft(checked, tmp_path):
    with pytest.raises(PublishError, match="secondary, audit"):
        write(checked, tmp_path, "starts")
    assert list(tmp_path.glob("starts*")) == []
    write(checked, tmp_path, "starts", draft=True)
    record = json.loads((tmp_path / "starts.record.json").read_text())
    assert record["protected"] is False and record["not_done"] == ["secondary", "audit"]
    write(replace(checked, checks=ALL_CHECKS), tmp_path, "starts")


@pytest.mark.parametrize("name", ["two words", "dot.ted", "../up", "", "a" * 51, "café"])
def test_names_that_the_standard_does_not_allow(checked, tmp_path, name):
    with pytest.raises(PublishError, match="not a file name"):
        write(checked, tmp_path, name, draft=True)


def test_what_cannot_be_written_yet(checked, tmp_path):
    with pytest.raises(PublishError, match="R06 have no time identifier"):
        write(replace(checked, return_name="R06"), tmp_path, "x", draft=True)
    data, _ = write(replace(checked, return_name="R04"), tmp_path, "x", draft=True)
    assert {row["time_identifier"] for row in read(data)} == {"Academic year Q1"}
    with pytest.raises(PublishError, match="providers' names"):
        write(replace(checked, by=("ukprn",)), tmp_path, "y", draft=True)


def test_every_label_of_every_measure_can_be_written():
    for name in measure.names():
        declared = measure.get(name)
        columns = [d.column for d in declared.dimensions]
        assert len(set(columns)) == len(columns)
        assert all(column.replace("_", "").isalnum() and column == column.lower() for column in columns)
        assert all(label for d in declared.dimensions for _, label in d.items)
