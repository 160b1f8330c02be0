"""The EES pair that we write, and the screening of pairs, ours and broken ones."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from openilr import measure
from openilr.disclose import ALL_CHECKS, check, load_rules
from openilr.publish import PublishError, screen, write
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


# Screening of broken pairs

DATA = {
    "time_period": ["202425", "202425"], "time_identifier": ["Academic year"] * 2,
    "geographic_level": ["National"] * 2, "country_code": ["E92000001"] * 2, "country_name": ["England"] * 2,
    "sex": ["Total", "Female"], "start_count": ["20", "10"],
}  # fmt: skip
META = {
    "col_name": ["sex", "start_count"], "col_type": ["Filter", "Indicator"], "label": ["Sex", "Starts"],
    "indicator_grouping": ["", ""], "indicator_unit": ["", ""], "indicator_dp": ["", "0"], "filter_hint": ["", ""],
    "filter_grouping_column": ["", ""],
}  # fmt: skip


def screened(folder, data=None, meta=None, names=("t.csv", "t.meta.csv")):
    paths = folder / names[0], folder / names[1]
    for path, base, change in zip(paths, (DATA, META), (data, meta), strict=True):
        columns = {**base, **(change or {})}
        pl.DataFrame({k: v for k, v in columns.items() if v is not None}).write_csv(path)
    return screen_pair(*paths)


def test_a_good_pair_passes_every_stage(tmp_path):
    screening = screened(tmp_path)
    assert screening.passed and not screening.warnings and not screening.stages_not_run
    assert {c.stage for c in screening.checks} == set(screen._STAGES)


BROKEN = [
    ("names_without_spaces", {"names": ("my t.csv", "my t.meta.csv")}),
    ("names_without_special_characters", {"names": ("t+t.csv", "t+t.meta.csv")}),
    ("names_match", {"names": ("t.csv", "u.meta.csv")}),
    ("required_meta_columns", {"meta": {"label": None}}),
    ("no_other_meta_columns", {"meta": {"colour": ["", ""]}}),
    ("required_data_columns", {"data": {"country_code": None, "extra": ["a", "b"]}}),
    ("enough_data_columns", {"data": {"sex": None}}),
    ("meta_columns_are_in_the_data", {"data": {"sex": None, "sexes": ["Total", "Female"]}}),
    ("data_columns_are_in_the_meta", {"data": {"note": ["a", "b"]}}),
    ("no_spaces_in_columns", {"data": {"a note": ["a", "b"]}}),
    ("columns_in_snake_case", {"data": {"Note": ["a", "b"]}}),
    ("columns_start_with_a_letter", {"data": {"_note": ["a", "b"]}}),
    ("no_column_called_characteristic", {"data": {"characteristic": ["a", "b"]}}),
    ("types_are_filter_or_indicator", {"meta": {"col_type": ["filter", "Indicator"]}}),
    ("at_least_one_indicator", {"meta": {"col_type": ["Filter", "Filter"]}}),
    ("time_and_place_are_not_filters", {"meta": {"col_name": ["country_name", "start_count"]}}),
    ("column_names_are_filled_in", {"meta": {"col_name": ["", "start_count"]}}),
    ("labels_are_filled_in", {"meta": {"label": [" ", "Starts"]}}),
    ("labels_are_unique", {"meta": {"label": ["Sex", "Sex"]}}),
    ("column_names_are_unique", {"meta": {"col_name": ["start_count", "start_count"]}}),
    ("indicators_have_no_filter_settings", {"meta": {"filter_hint": ["", "a hint"]}}),
    ("filters_have_no_indicator_settings", {"meta": {"indicator_unit": ["%", ""]}}),
    ("groups_are_not_filters", {"meta": {"filter_grouping_column": ["sex", ""]}}),
    ("groups_are_in_the_data", {"meta": {"filter_grouping_column": ["group", ""]}}),
    ("decimal_places_are_set", {"meta": {"indicator_dp": ["", ""]}}),
    ("decimal_places_are_whole_numbers", {"meta": {"indicator_dp": ["", "1.5"]}}),
    ("units_are_valid", {"meta": {"indicator_unit": ["", "percent"]}}),
    ("time_periods_are_numbers", {"data": {"time_period": ["2024/25", "202425"]}}),
    ("time_identifiers_are_valid", {"data": {"time_identifier": ["School year"] * 2}}),
    ("time_identifiers_are_not_mixed", {"data": {"time_identifier": ["Academic year", "Calendar year"]}}),
    ("filters_have_more_than_one_item", {"data": {"sex": ["Total", "Total"]}}),
    ("levels_are_valid", {"data": {"geographic_level": ["National", "Street"]}}),
    ("columns_of_the_levels_are_there", {"data": {"geographic_level": ["National", "Regional"]}}),
    ("time_periods_have_the_right_digits", {"data": {"time_period": ["2024", "2024"]}}),
    ("two_years_follow_each_other", {"data": {"time_period": ["202426", "202425"]}}),
    ("filters_have_no_blanks", {"data": {"sex": ["Total", ""]}}),
    ("filters_have_no_stray_white_space", {"data": {"sex": ["Total", "Female "]}}),
    ("filters_have_a_default_item", {"data": {"sex": ["Male", "Female"]}}),
    ("columns_of_the_levels_are_filled_in", {"data": {"country_name": ["England", ""]}}),
    ("rows_are_unique", {"data": {k: [*v, v[0]] for k, v in DATA.items()}}),
    ("no_words_for_nothing", {"data": {"start_count": ["20", "NA"]}}),
    ("no_signs_for_nothing", {"data": {"start_count": ["20", "n/a"]}}),
    ("indicators_have_no_blanks", {"data": {"start_count": ["20", ""]}}),
    ("indicators_have_no_old_symbols", {"data": {"start_count": ["20", "~"]}}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change"), BROKEN)
def test_a_broken_pair_is_named_by_its_check(tmp_path, name, change):
    screening = screened(tmp_path, **change)
    found = {c.name for c in (*screening.failures, *screening.warnings)}
    assert name in found
    severity = {check: sev for checks in screen._STAGES.values() for check, sev, _ in checks}[name]
    assert severity == "warn" or not screening.passed


def test_every_check_has_a_pair_that_breaks_it(tmp_path):
    # These three are broken in tests of their own.
    elsewhere = {"files_are_utf8_csv", "groups_are_unique", "filters_have_not_too_many_items"}
    names = {name for checks in screen._STAGES.values() for name, _, _ in checks}
    assert names == {name for name, _ in BROKEN} | elsewhere


@pytest.mark.parametrize("content", [b"a,b\n1\n2,3,4,5\n", b"a,a\n1,2\n", b"a,b\n", b"", b"a,b\n\xff\xfe,1\n"])
def test_files_that_are_not_csv(tmp_path, content):
    screened(tmp_path)
    (tmp_path / "t.csv").write_bytes(content)
    screening = screen_pair(tmp_path / "t.csv", tmp_path / "t.meta.csv")
    assert [c.name for c in screening.failures] == ["files_are_utf8_csv"]
    assert "Precheck columns" in screening.stages_not_run


def test_two_filters_in_one_group(tmp_path):
    data = {"age": ["Total", "19+"], "group": ["a", "b"]}
    meta = {k: [*v[:1], *v] for k, v in META.items()}
    meta |= {"col_name": ["sex", "age", "start_count"], "label": ["Sex", "Age", "Starts"]}
    meta |= {"filter_grouping_column": ["group", "group", ""]}
    assert "groups_are_unique" in {c.name for c in screened(tmp_path, data, meta).failures}


def test_too_many_items(tmp_path, monkeypatch):
    monkeypatch.setattr(screen.standard, "MOST_ITEMS", 1)
    assert [c.name for c in screened(tmp_path).failures] == ["filters_have_not_too_many_items"]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*gone\.csv"):
        screen_pair(tmp_path / "gone.csv", tmp_path / "gone.meta.csv")


def test_low_and_c_pass_screening(tmp_path):
    assert screened(tmp_path, {"start_count": ["low", "c"]}).passed
    assert load_rules("fe-statistics").low
