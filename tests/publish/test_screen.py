# ruff: noqa: ARG005 - changes take both files
"""Screening of pairs: a good one passes, and each of the broken ones is refused by the check that is named."""

from __future__ import annotations

import csv

import pytest

from openilr.publish import check as screen_pair
from openilr.publish import standard
from openilr.publish.places import Lists
from openilr.publish.screen import ORDER, STAGES

COUNTRY = {"country_code": "E92000001", "country_name": "England"}
NORTH_EAST = {"region_code": "E12000001", "region_name": "North East"}
HARTLEPOOL = {"new_la_code": "E06000001", "old_la_code": "805", "la_name": "Hartlepool"}
META = "col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,filter_grouping_column"


def good() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Rows of a data file (country, region, local authority; sex; age in groups) and of its meta file."""
    blank = dict.fromkeys((*NORTH_EAST, *HARTLEPOOL), "")
    data = []
    for level, place in (
        ("National", {}), ("Regional", NORTH_EAST), ("Local authority", {**NORTH_EAST, **HARTLEPOOL}),
    ):  # fmt: skip
        for sex in ("Total", "Female", "Male"):
            for group, age in (("Total", "Total"), ("19+", "Total"), ("19+", "19 to 24"), ("19+", "25 plus")):
                row = {"time_period": "202425", "time_identifier": "Academic year", "geographic_level": level}
                row |= {**COUNTRY, **blank, **place, "sex": sex, "age_youth_adult": group, "age_group": age}
                data.append({**row, "start_count": "20", "start_percent": "33.3"})
    meta = [
        dict.fromkeys(META.split(","), "") | row
        for row in (
            {"col_name": "sex", "col_type": "Filter", "label": "Sex"},
            {"col_name": "age_group", "col_type": "Filter", "label": "Age",
             "filter_grouping_column": "age_youth_adult"},
            {"col_name": "start_count", "col_type": "Indicator", "label": "Starts", "indicator_dp": "0"},
            {"col_name": "start_percent", "col_type": "Indicator", "label": "Share", "indicator_unit": "%",
             "indicator_dp": "1"},
        )
    ]  # fmt: skip
    return data, meta


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def screened(folder, change=lambda data, meta: None, names=("t.csv", "t.meta.csv"), lists=None):
    data, meta = good()
    change(data, meta)
    for name, rows in zip(names, (data, meta), strict=True):
        write(folder / name, rows)
    return screen_pair(folder / names[0], folder / names[1], lists)


def data_cell(column, value, row=0):
    """One cell of the data; ``row`` may be a function that picks rows."""

    def change(data, meta):
        for n, each in enumerate(data):
            if row == n or (callable(row) and row(each)):
                each[column] = value

    return change


def meta_cell(name, column, value):
    def change(data, meta):
        next(r for r in meta if r["col_name"] == name)[column] = value

    return change


def every(which, column, value):
    def change(data, meta):
        for row in (data, meta)[which]:
            row[column] = value

    return change


def without(which, column):
    def change(data, meta):
        for row in (data, meta)[which]:
            del row[column]

    return change


def renamed(old, new):
    """A column of the data and of the meta file under another name."""

    def change(data, meta):
        for n, row in enumerate(data):
            data[n] = {(new if k == old else k): v for k, v in row.items()}
        for row in meta:
            row.update({k: new for k in ("col_name", "filter_grouping_column") if row[k] == old})

    return change


def both(*changes):
    def change(data, meta):
        for each in changes:
            each(data, meta)

    return change


def at(level):
    return lambda row: row["geographic_level"] == level


def level(name, **columns):
    """The local authority rows become rows of another level."""

    def change(data, meta):
        for n, row in enumerate(data):
            here = row["geographic_level"] == "Local authority"
            blank = dict.fromkeys(HARTLEPOOL, "") if here else {}
            row.update(blank | ({"geographic_level": name} if here else {}))
            row.update({k: (v[n % len(v)] if isinstance(v, list) else v) if here else "" for k, v in columns.items()})

    return change


def doubled(data, meta):
    data.append(dict(data[0]))


def second_age(data, meta):
    for row in data:
        row["age"] = row["age_group"]
    meta.insert(2, meta[1] | {"col_name": "age", "label": "Age again"})


def of_every_la(data, meta):
    data[:] = [r for r in data if r["geographic_level"] == "Local authority"]


LONG = "a" * 130
BROKEN = [
    ("required_meta_columns", without(1, "label")),
    ("no_other_meta_columns", every(1, "colour", "")),
    ("required_data_columns", both(without(0, "country_code"), every(0, "spare", "a"))),
    ("enough_data_columns", lambda d, m: m.extend({**m[2], "col_name": f"i{n}", "label": f"I{n}"} for n in range(20))),
    ("meta_columns_are_in_the_data", meta_cell("sex", "col_name", "gender")),
    ("data_columns_are_in_the_meta", every(0, "note", "a")),
    ("no_empty_columns", every(0, "", "a")),
    ("no_empty_rows", lambda d, m: d.append(dict.fromkeys(d[0], ""))),
    ("no_spaces_in_columns", every(0, "a note", "a")),
    ("columns_in_snake_case", every(0, "Note", "a")),
    ("columns_start_with_a_letter", every(0, "_note", "a")),
    ("indicators_do_not_name_items", renamed("start_count", "female_start_count")),
    ("no_column_called_characteristic", renamed("sex", "characteristic")),
    ("types_are_filter_or_indicator", meta_cell("sex", "col_type", "filter")),
    ("at_least_one_indicator", lambda d, m: [r.update(col_type="Filter") for r in m]),
    ("time_and_place_are_not_filters", meta_cell("sex", "col_name", "region_name")),
    ("column_names_are_filled_in", meta_cell("sex", "col_name", "")),
    ("column_names_are_unique", meta_cell("start_percent", "col_name", "start_count")),
    ("column_names_have_no_spaces", meta_cell("sex", "col_name", "se x")),
    ("labels_are_filled_in", meta_cell("sex", "label", " ")),
    ("labels_are_unique", meta_cell("sex", "label", "Age")),
    ("indicators_have_no_hint", meta_cell("start_count", "filter_hint", "x")),
    ("indicators_have_no_filter_group", meta_cell("start_count", "filter_grouping_column", "sex")),
    ("indicators_have_no_default_or_parent",
     both(every(1, "filter_default", ""), meta_cell("start_count", "filter_default", "Total"))),
    ("filters_are_not_places", renamed("sex", "region_of_home")),
    ("filters_have_no_indicator_grouping", meta_cell("sex", "indicator_grouping", "g")),
    ("filters_have_no_unit", meta_cell("sex", "indicator_unit", "%")),
    ("filters_have_no_decimal_places", meta_cell("sex", "indicator_dp", "0")),
    ("groups_are_unique", second_age),
    ("groups_are_not_filters", meta_cell("age_group", "filter_grouping_column", "sex")),
    ("groups_are_in_the_data", meta_cell("age_group", "filter_grouping_column", "age")),
    ("groups_differ_in_letters", data_cell("age_youth_adult", "19 +", 2)),
    ("indicator_groups_differ_in_letters",
     both(meta_cell("start_count", "indicator_grouping", "A b"),
          meta_cell("start_percent", "indicator_grouping", "Ab"))),
    ("decimal_places_are_set", meta_cell("start_count", "indicator_dp", "")),
    ("decimal_places_are_whole_numbers", meta_cell("start_count", "indicator_dp", "1.5")),
    ("units_are_valid", meta_cell("start_count", "indicator_unit", "percent")),
    ("default_items_are_in_the_data",
     both(every(1, "filter_default", ""), meta_cell("sex", "filter_default", "Everybody"))),
    ("parents_are_filters", both(every(1, "parent_filter", ""), meta_cell("sex", "parent_filter", "nothing"))),
    ("time_periods_are_numbers", data_cell("time_period", "2024/25")),
    ("time_identifiers_are_valid", every(0, "time_identifier", "School year")),
    ("time_identifiers_are_not_mixed", data_cell("time_identifier", "Calendar year")),
    ("filters_have_more_than_one_item", every(0, "sex", "Total")),
    ("levels_are_valid", data_cell("geographic_level", "Street")),
    ("columns_of_the_levels_are_there", without(0, "old_la_code")),
    ("time_periods_have_the_right_digits", every(0, "time_period", "2024")),
    ("two_years_follow_each_other", every(0, "time_period", "202426")),
    ("filters_have_a_default_item", lambda d, m: [r.update(sex="All") for r in d if r["sex"] == "Total"]),
    ("groups_have_no_more_items_than_their_filter",
     both(meta_cell("age_group", "filter_grouping_column", "sex"), lambda d, m: [r.update(age_group="Total") for r in d
          if r["age_group"] == "25 plus"])),
    ("filters_have_no_stray_white_space", data_cell("sex", "Female ", lambda r: r["sex"] == "Female")),
    ("places_are_not_called_total", data_cell("region_name", "Total", at("National"))),
    ("filters_have_no_blanks", data_cell("sex", "")),
    ("countries_have_their_codes", every(0, "country_name", "Angleterre")),
    ("regions_have_their_codes", data_cell("region_name", "North West", at("Regional"))),
    ("local_authorities_have_their_codes", data_cell("old_la_code", "806", at("Local authority"))),
    ("districts_have_their_codes", level("Local authority district", lad_code="E07000008", lad_name="Oxford")),
    ("constituencies_have_their_codes", level("Parliamentary constituency", pcon_code="E14000530", pcon_name="Bath")),
    ("enterprise_partnerships_have_their_codes", level(
        "Local enterprise partnership", local_enterprise_partnership_code="E37000001",
        local_enterprise_partnership_name="Oxfordshire")),
    ("skills_plan_areas_have_their_codes",
     level("Local skills improvement plan area", lsip_code="E69000051", lsip_name="Kent")),
    ("devolved_areas_have_their_codes", level(
        "English devolved area", english_devolved_area_code="E47000001", english_devolved_area_name="Tees Valley")),
    ("police_areas_have_their_codes", level("Police force area", pfa_code="E23000001", pfa_name="Cumbria")),
    ("columns_of_the_levels_are_filled_in", data_cell("region_code", "", at("Regional"))),
    ("the_country_is_filled_in", data_cell("country_name", "", at("Regional"))),
    ("region_columns_come_together", both(lambda d, m: d.__setitem__(slice(None), d[:12]), without(0, "region_name"))),
    ("local_authority_columns_come_together",
     both(lambda d, m: d.__setitem__(slice(None), d[:12]), without(0, "la_name"))),
    ("local_authorities_have_a_region",
     both(data_cell("region_code", "", at("Local authority")), data_cell("region_name", "", at("Local authority")))),
    ("districts_have_a_region", both(level("Local authority district", lad_code="E07000008", lad_name="Cambridge"),
                                     data_cell("region_name", "", at("Local authority district")))),
    ("higher_levels_do_not_name_lower_places", data_cell("region_name", "North East", at("National"))),
    ("levels_are_shown", lambda d, m: [
        r.update(geographic_level="Institution", institution_id="1", institution_name="a") for r in d]),
    ("no_rows_are_left_out_of_the_table_tool", level("Provider", provider_ukprn="10000001", provider_name="A")),
    ("other_places_have_one_code", level("Sponsor", sponsor_id=["1", "2"], sponsor_name="A")),
    ("other_codes_have_one_name", level("Sponsor", sponsor_id="1", sponsor_name=["A", "B"])),
    ("places_that_are_not_available_say_so", level("Sponsor", sponsor_id="x", sponsor_name="Who knows")),
    ("names_for_not_available_have_code_x", level("Sponsor", sponsor_id="7", sponsor_name="Not available")),
    ("rows_are_unique", doubled),
    ("no_words_for_nothing", data_cell("start_count", "NA")),
    ("indicators_have_no_blanks", data_cell("start_count", "")),
    ("indicators_have_no_old_symbols", data_cell("start_count", "~")),
    ("indicators_have_no_signs_for_nothing", data_cell("start_count", "n/a")),
    ("indicators_are_numbers_or_symbols", data_cell("start_count", "many")),
    ("columns_have_their_shared_names", renamed("sex", "ethnic_group")),
    ("ethnic_groups_are_those_of_the_standard", renamed("sex", "ethnicity_major")),
    ("ethnicity_has_its_group", both(renamed("age_youth_adult", "characteristic_group"), data_cell(
        "characteristic_group", "Ethnic origin", 2))),
    ("characteristics_of_ethnicity_are_those_of_the_standard",
     both(renamed("age_youth_adult", "characteristic_group"), renamed("age_group", "characteristic"),
          data_cell("characteristic_group", "Ethnicity Major", 2))),
    ("column_names_are_short_enough", renamed("sex", "s" + "e" * 60)),
    ("labels_are_short_enough", meta_cell("sex", "label", LONG)),
    ("place_codes_are_short_enough", level("Sponsor", sponsor_id="1" * 31, sponsor_name="A")),
    ("place_names_are_short_enough", level("Sponsor", sponsor_id="1", sponsor_name=LONG)),
    ("items_are_short_enough", data_cell("sex", LONG, lambda r: r["sex"] == "Female")),
    ("filters_have_no_commas", data_cell("sex", "Women, girls", lambda r: r["sex"] == "Female")),
]  # fmt: skip
#: Broken in tests of their own.
ELSEWHERE = {
    "names_without_spaces", "names_without_special_characters", "names_match", "files_are_utf8_csv",
    "filters_have_not_too_many_items", "wards_have_their_codes", "columns_are_in_the_data_dictionary",
    "items_are_in_the_data_dictionary",
}  # fmt: skip


def test_a_good_pair_passes_every_stage(tmp_path):
    screening = screened(tmp_path)
    assert [c for c in screening.checks if not c.passed] == [] and screening.stages_not_run == ()
    assert screening.passed and screening.api_suitable
    assert [c.stage for c in screening.checks] == sorted((c.stage for c in screening.checks), key=ORDER.index)
    assert {c.stage for c in screening.checks} == set(STAGES) == set(ORDER)
    assert screening.not_checked == ("names and items against the data dictionary of the API, which was not given",)


@pytest.mark.parametrize(("name", "change"), BROKEN, ids=[name for name, _ in BROKEN])
def test_a_broken_pair_is_named_by_its_check(tmp_path, name, change):
    screening = screened(tmp_path, change)
    found = {c.name: c for c in (*screening.failures, *screening.warnings)}
    assert name in found, [c.name for c in found.values()]
    assert found[name].severity == "warn" or not screening.passed


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("names_without_spaces", ("my t.csv", "my t.meta.csv")),
        ("names_without_special_characters", ("t+t.csv", "t+t.meta.csv")),
        ("names_match", ("t.csv", "u.meta.csv")),
    ],
)
def test_file_names(tmp_path, name, names):
    screening = screened(tmp_path, names=names)
    assert name in {c.name for c in screening.failures} and "Reading" in screening.stages_not_run


def test_every_check_has_a_pair_that_breaks_it_and_its_own_name():
    names = [name for checks in STAGES.values() for name, *_ in checks]
    assert len(names) == len(set(names)) and len(names) >= 75
    assert set(names) == {name for name, _ in BROKEN} | ELSEWHERE


@pytest.mark.parametrize("content", [b"a,b\n1\n2,3,4,5\n", b"a,a\n1,2\n", b"a,b\n", b"", b"a,b\n\xff\xfe,1\n"])
def test_files_that_are_not_csv(tmp_path, content):
    screened(tmp_path)
    (tmp_path / "t.csv").write_bytes(content)
    screening = screen_pair(tmp_path / "t.csv", tmp_path / "t.meta.csv")
    assert [c.name for c in screening.failures] == ["files_are_utf8_csv"]
    assert "Precheck columns" in screening.stages_not_run


@pytest.mark.parametrize("which", [0, 1])
def test_any_column_may_be_missing_or_empty(tmp_path, which):
    for column in list(good()[which][0]):
        for change in (without(which, column), every(which, column, ""), every(which, column, "?")):
            screening = screened(tmp_path, change)
            assert screening.checks and all(c.severity in ("fail", "warn") for c in screening.checks)


def test_too_many_items(tmp_path, monkeypatch):
    monkeypatch.setattr(standard, "MOST_ITEMS", 2)
    assert [c.name for c in screened(tmp_path).failures] == ["filters_have_not_too_many_items"]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*gone\.csv"):
        screen_pair(tmp_path / "gone.csv", tmp_path / "gone.meta.csv")
    with pytest.raises(FileNotFoundError, match=r"no folder .*lists"):
        screened(tmp_path, lists=tmp_path / "lists")


def test_symbols_of_the_standard_pass(tmp_path):
    for symbol in standard.SYMBOLS:
        assert screened(tmp_path, data_cell("start_count", symbol)).passed


def test_places_that_are_not_known_have_their_words(tmp_path):
    for name, fine in (("Outside of England and unknown", True), ("Somewhere", False)):
        change = both(data_cell("region_code", "z", at("Regional")), data_cell("region_name", name, at("Regional")))
        assert screened(tmp_path, change).passed == fine
    for name, fine in (("Not available", True), ("Unknown", False)):
        change = both(data_cell("region_code", "x", at("Regional")), data_cell("region_name", name, at("Regional")))
        assert screened(tmp_path, change).passed == fine


def test_lists_of_the_user(tmp_path):
    lists = tmp_path / "lists"
    lists.mkdir()
    change = level("Ward", ward_code="E05000001", ward_name="Made up")
    assert any("Ward" in words for words in screened(tmp_path, change).not_checked)
    write(lists / "wards.csv", [{"ward_code": "E05000001", "ward_name": "Another"}])
    assert [c.name for c in screened(tmp_path, change, lists=lists).failures] == ["wards_have_their_codes"]
    write(lists / "wards.csv", [{"ward_code": "E05000001", "ward_name": "Made up"}])
    assert screened(tmp_path, change, lists=lists).passed
    names = ("sex", "age_youth_adult", "age_group", "start_count")
    write(lists / "dictionary.csv", [{"col_name": n, "filter_item": "Total" if n == "sex" else ""} for n in names])
    screening = screened(tmp_path, lists=lists)
    assert screening.passed and not screening.api_suitable and screening.not_checked == ()
    assert {c.name for c in screening.warnings} == {
        "columns_are_in_the_data_dictionary", "items_are_in_the_data_dictionary",
    }  # fmt: skip


def test_places_come_with_the_package():
    lists = Lists.read()
    assert lists.knows("Local authority", ("E06000001", "805", "Hartlepool"))
    assert lists.knows("Regional", ("E12000007", "London")) and not lists.knows("Regional", ("E12000007", "Leeds"))
