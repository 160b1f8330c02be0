"""Code lists: about fields that exist, with the codes of the year, replaceable by a user's own."""

from datetime import date

import pytest

from openilr import years
from openilr.spec import Code, CodeList
from openilr.years import CodeListError, load_code_lists

ALL = years.available()
CONFIRMED = {
    "Ethnicity", "Sex", "LLDDHealthProb", "LLDDCat", "PriorLevel", "AimType", "FundModel", "ProgType", "CompStatus",
    "Outcome", "WithdrawReason", "EmpStat",
}  # fmt: skip


def schema_fields():
    return {field.name: field for name in ALL for field in years.load(name).schema.fields.values()}


def test_every_list_is_about_a_field_of_some_year():
    assert set(years.load("2526").code_lists) <= set(schema_fields())


def test_every_list_has_codes_in_some_year_and_says_where_from():
    for field in years.load("2526").code_lists:
        lists = [years.load(name).code_list(field) for name in ALL]
        assert any(one.codes for one in lists), field
        assert all(one.provenance for one in lists)


def test_every_row_of_codes_belongs_to_a_list():
    from openilr.years.codelists import _about, _rows_by_field

    used = {about.get("same_as", field) for field, about in _about().items()}
    assert set(_rows_by_field()) == used


@pytest.mark.parametrize("name", ALL)
def test_codes_can_stand_in_their_fields(name):
    schema = years.load(name).schema
    for field in {f.name: f for f in schema.fields.values()}.values():
        if field.name not in years.load(name).code_lists:
            continue
        for code in years.load(name).code_list(field.name).codes:
            if field.type.is_number:
                assert code.code.isdigit()
            else:
                assert len(code.code) <= (field.max_length or field.length)


@pytest.mark.parametrize("name", ALL)
def test_no_code_is_twice_in_its_list_and_validity_runs_forward(name):
    for field in years.load(name).code_lists:
        codes = years.load(name).code_list(field).codes
        assert len({(c.type, c.code) for c in codes}) == len(codes)
        assert all(c.valid_from is None or c.valid_to is None or c.valid_from <= c.valid_to for c in codes)
        assert all(c.source for c in codes)


def test_only_confirmed_lists_claim_to_be_complete():
    assert {field for field, one in years.load("2627").code_lists.items() if one.complete} == CONFIRMED


def test_a_list_has_the_codes_of_its_year():
    assert "39" not in years.load("2526").code_list("FundModel").values()
    assert "39" in years.load("2627").code_list("FundModel").values()
    assert "10" in years.load("2526").code_list("FundModel").values()
    assert "10" not in years.load("2627").code_list("FundModel").values()
    assert years.load("2526").code_list("ProgType").values() == ["25", "30", "31", "32", "33"]
    assert years.load("2627").code_list("ProgType").values() == ["25", "30", "31", "32", "33", "34"]
    assert years.load("2021").code_list("PriorAttain").label("2") == "Full level 2"
    assert years.load("2526").code_list("PriorAttain").codes == ()


def test_codes_hang_on_their_type():
    fams = years.load("2526").code_list("LearnDelFAMCode")
    assert fams.values("FFI") == ["1", "2"]
    assert fams.label("105", "SOF") == "Funding agency, adult"
    assert fams.label("105") is None
    assert "LDM" in fams.partial and "SOF" not in fams.partial
    asperger = next(c for c in years.load("2526").code_list("LLDDCat").codes if c.code == "15")
    assert asperger.valid_to == date(2025, 7, 31)


def test_fields_that_share_a_list():
    pack = years.load("2526")
    assert pack.code_list("PERMADDCOUNTRY").codes == pack.code_list("DOMICILE").codes


def test_a_field_without_a_list_gets_a_suggestion():
    with pytest.raises(KeyError, match="Did you mean FundModel"):
        years.load("2526").code_list("FundModle")


def test_belonging_to_a_year():
    code = Code("1", "", first_year="2425", last_year="2526")
    assert [code.belongs_to(year) for year in ("2324", "2425", "2526", "2627")] == [False, True, True, False]
    assert Code("1", "").belongs_to("1819")


def write(tmp_path, text):
    path = tmp_path / "codes.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_user_s_list_takes_the_place_of_ours(tmp_path):
    path = write(tmp_path, "field,type,code,label,valid_from,valid_to\nLearnDelFAMCode,LDM,999,Ours,2025-08-01,\n")
    pack = years.load("2526").with_code_lists(load_code_lists(path))
    given = pack.code_list("LearnDelFAMCode")
    assert given.values("LDM") == ["999"]
    assert given.codes[0].valid_from == date(2025, 8, 1)
    assert given.complete and given.provenance == "The user's file codes.csv"
    assert pack.code_list("FundModel") == years.load("2526").code_list("FundModel")
    assert years.load("2526").code_list("LearnDelFAMCode").values("FFI") == ["1", "2"], "the pack itself is as before"
    assert pack != years.load("2526")


def test_a_second_file_keeps_the_lists_of_the_first(tmp_path):
    first = years.load("2526").with_code_lists({"Sex": CodeList.of("Sex", [Code("X", "")], True, "one")})
    second = first.with_code_lists({"Accom": CodeList.of("Accom", [Code("7", "")], True, "two")})
    assert second.code_list("Sex").values() == ["X"]
    assert second.code_list("Accom").values() == ["7"]


@pytest.mark.parametrize(("text", "said"), [
    ("field,label\nSex,Male\n", "line 1: the column code is missing"),
    ("field,code,colour\nSex,M,red\n", "line 1: there is no column colour"),
    ("field,code\nHeight,1\n", "line 2, column field: Height is no coded field"),
    ("field,code\nSex,M\nSex,\n", "line 3, column code: the code is missing"),
    ("field,code,valid_to\nSex,M,31/07/2025\n", "line 2, column valid_to: '31/07/2025' is no date"),
    ("field,code,first_year\nSex,M,2025\nSex,F,25-26\n", "line 3, column first_year: '25-26' is no academic year"),
    ("field,code\nSex,M\nSex,M\n", "line 3, column code: Sex M is there twice"),
    ("field,code,label\nSex,M\n", "line 2: 3 columns were expected"),
    ("field,code\nSex,M,Male\n", "line 2: 2 columns were expected"),
    ("field,code\n", "holds no codes"),
])  # fmt: skip
def test_a_wrong_file_is_refused_with_its_line_and_column(tmp_path, text, said):
    with pytest.raises(CodeListError, match=r"codes\.csv") as refused:
        load_code_lists(write(tmp_path, text))
    assert said in str(refused.value)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path):
    with pytest.raises(CodeListError, match=r"none\.csv cannot be read"):
        load_code_lists(tmp_path / "none.csv")
    path = tmp_path / "codes.csv"
    path.write_bytes("field,code\nSex,M\n".encode("utf-16"))
    with pytest.raises(CodeListError, match="UTF-8"):
        load_code_lists(path)


def test_the_file_of_codes_has_the_columns_that_a_user_may_give():
    from importlib.resources import files

    from openilr.years.codelists import _COLUMNS

    first = (files("openilr.years") / "lookups" / "codes.csv").read_text("utf-8").splitlines()[0]
    assert tuple(first.split(",")) == _COLUMNS
