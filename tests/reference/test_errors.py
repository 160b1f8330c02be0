"""A file that can not be used is refused by name, line and column; what is not a reference file is only listed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from openilr.reference import BadReference, load

_VALIDITY = "LearnAimRef,ValidityCategory,StartDate,EndDate,LastNewStartDate\n"


def _refused(folder: Path, table: str) -> BadReference:
    with pytest.raises(BadReference) as refused:
        load(folder)[table]
    return refused.value


def test_a_missing_column_is_refused_on_loading(given: Callable[..., Path]) -> None:
    folder = given({"lars/Validity.csv": "LearnAimRef,StartDate,EndDate,LastNewStartDate\n"})
    with pytest.raises(BadReference) as refused:
        load(folder)
    bad = refused.value
    assert (bad.file, bad.line, bad.column) == ("lars/Validity.csv", 1, "ValidityCategory")
    assert "LearnAimRef, StartDate, EndDate, LastNewStartDate" in str(bad)


def test_a_file_without_a_header(given: Callable[..., Path]) -> None:
    with pytest.raises(BadReference, match="no header"):
        load(given({"Validity.csv": ""}))


@pytest.mark.parametrize(
    ("file", "text", "table", "line", "column", "said"),
    [
        ("Validity.csv", _VALIDITY + "6,A,2020-08-01,,\n6,B,2020-13-01,,\n", "lars_validity", 3, "StartDate",
         "'2020-13-01'"),
        ("Validity.csv", _VALIDITY + "6,A,08/31/2020,,\n", "lars_validity", 2, "StartDate", "31/08/2026"),
        ("AnnualValue.csv", "LearnAimRef,EffectiveFrom,BasicSkillsType\n6,2020-08-01,x1\n", "lars_annual_value", 2,
         "BasicSkillsType", "whole number"),
        ("Organisations.csv", "UKPRN,LegalOrgType\n10000001.5,USFC\n", "organisations", 2, "UKPRN", "whole number"),
        ("Organisations.csv", "UKPRN,LegalOrgType\n99999999999,USFC\n", "organisations", 2, "UKPRN", "whole number"),
        ("Organisations.csv", "UKPRN,LegalOrgType\n,USFC\n", "organisations", 2, "UKPRN", "empty"),
        ("OfSProviders.csv", "UKPRN,HEFundingFieldsRequired\n10000001,maybe\n", "office_for_students", 2,
         "HEFundingFieldsRequired", "yes or no"),
        ("NSPL.csv", "pcds,doterm\nZZ1 1ZZ,2020\n", "postcodes", 2, "doterm", "month"),
    ],
)  # fmt: skip
def test_a_wrong_value(
    file: str, text: str, table: str, line: int, column: str, said: str, given: Callable[..., Path]
) -> None:
    bad = _refused(given({file: text}), table)
    assert (bad.file, bad.line, bad.column) == (file, line, column)
    assert said in str(bad)
    assert str(bad).startswith(f"{file}, line {line}, column {column}: ")


def test_lines_are_counted_as_an_editor_counts_them(given: Callable[..., Path]) -> None:
    text = 'ERN,Name\r\n900000001,"of two\r\nlines"\r\n\r\n90000000x,B\r\n'
    assert _refused(given({"employers.csv": text}), "employers").line == 5


def test_a_key_that_comes_twice(given: Callable[..., Path]) -> None:
    text = _VALIDITY + "6,A,2020-08-01,,\n7,A,2020-08-01,,\n6,A,01/08/2020,2021-07-31,\n"
    bad = _refused(given({"Validity.csv": text}), "lars_validity")
    assert (bad.line, bad.column) == (4, "LearnAimRef, ValidityCategory, StartDate")
    assert "LearnAimRef=6 ValidityCategory=A StartDate=2020-08-01" in str(bad)


def test_a_row_with_too_many_values(given: Callable[..., Path]) -> None:
    bad = _refused(given({"employers.csv": "ERN,Name\n900000001,A\n900000002,B,C\n"}), "employers")
    assert bad.line == 3
    assert "3 values; the header has 2" in str(bad)


def test_learner_numbers_are_never_shown(given: Callable[..., Path]) -> None:
    bad = _refused(given({"ulns.csv": "ULN\n1234567890\n12345x6789\n"}), "learner_register")
    assert bad.line == 3
    assert "12345" not in str(bad)


def test_two_files_of_one_table(given: Callable[..., Path]) -> None:
    folder = given({"a/Validity.csv": _VALIDITY, "b/LARS_Validity.csv": _VALIDITY + "6,A,2020-08-01,,\n"})
    with pytest.raises(BadReference, match=r"b/LARS_Validity.csv: a/Validity.csv is also a file of lars_validity"):
        load(folder)
    (folder / "b/LARS_Validity.csv").write_text(_VALIDITY)
    assert load(folder).ignored == [("b/LARS_Validity.csv", "the same as a/Validity.csv")]


def test_the_same_file_in_a_zip_and_beside_it(given: Callable[..., Path]) -> None:
    folder = given({"Validity.csv": _VALIDITY})
    with zipfile.ZipFile(folder / "lars.zip", "w") as archive:
        archive.writestr("Validity.csv", _VALIDITY)
    assert load(folder).ignored == [("lars.zip/Validity.csv", "the same as Validity.csv")]


def test_the_more_wanted_of_two_kinds_of_file(given: Callable[..., Path]) -> None:
    folder = given(
        {
            "ONSPD_AUG_2026_UK.csv": "pcds,doterm\nAA1 1AA,\n",
            "multi_csv/ONSPD_AUG_2026_UK_AA.csv": "pcds,doterm\nAA1 1AA,\n",
            "NSPL_AUG_2026_UK.csv": "pcds,doterm\nBB1 1BB,\n",
        }
    )
    reference = load(folder)
    assert reference["postcodes"]["pcds"].to_list() == ["AA1 1AA"]
    assert [name for name, _ in reference.ignored] == ["NSPL_AUG_2026_UK.csv", "multi_csv/ONSPD_AUG_2026_UK_AA.csv"]


def test_parts_are_put_together(given: Callable[..., Path]) -> None:
    header = "Postcode,SourceOfFunding,EffectiveFrom,EffectiveTo\n"
    folder = given(
        {
            "Spreadsheet friendly A-K ASF postcode dataset.csv": header + "BB1 1BB,110,2019-08-01,\n",
            "Spreadsheet friendly L-R ASF postcode dataset.csv": header
            + "LL1 1LL,111,2019-08-01,\nBB1 1BB,110,2019-08-01,\n",
        }
    )
    assert load(folder)["devolved_postcodes"]["Postcode"].to_list() == ["BB1 1BB", "LL1 1LL"]
    clash = folder / "Spreadsheet friendly S-Z ASF postcode dataset.csv"
    clash.write_text(header + "LL1 1LL,111,2019-08-01,2024-07-31\n")
    assert "comes twice among 3 files" in str(_refused(folder, "devolved_postcodes"))


def test_what_is_not_known_is_listed_and_is_no_error(given: Callable[..., Path]) -> None:
    folder = given(
        {"notes.docx": b"\x00", "holiday.csv": "a,b\n1,2\n", ".hidden.csv": "x\n", "employers.csv": "ERN\n1\n"}
    )
    reference = load(folder)
    assert reference.names == {"employers"}
    assert [name for name, _ in reference.ignored] == ["holiday.csv", "notes.docx"]


def test_a_place_that_is_not_there_and_a_zip_that_is_none(given: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(BadReference, match="no such file or folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(BadReference, match=r"lars.zip: it is called a zip file"):
        load(given({"lars.zip": b"PK but not really"}))


def test_a_damaged_member_of_a_zip(tmp_path: Path) -> None:
    packed = tmp_path / "lars.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("Validity.csv", _VALIDITY + "6,A,2020-08-01,,\n")
    packed.write_bytes(packed.read_bytes().replace(b"2020-08-01", b"2020-08-02", 1))
    assert "can not be taken out of its zip" in str(_refused(tmp_path, "lars_validity"))


def test_check_reads_everything_and_gives_every_problem(given: Callable[..., Path]) -> None:
    folder = given(
        {"employers.csv": "ERN\n1\n", "Validity.csv": _VALIDITY + "6,A,soon,,\n", "ulns.csv": "ULN\nx\n"},
    )
    assert [bad.file for bad in load(folder).check()] == ["Validity.csv", "ulns.csv"]


def test_asking_for_what_was_not_given(given: Callable[..., Path]) -> None:
    reference = load(given({"employers.csv": "ERN\n1\n"}))
    assert reference.get("lars") is None
    with pytest.raises(KeyError, match="lars was not given"):
        reference["lars"]
    with pytest.raises(KeyError, match="no reference table 'larz'"):
        reference["larz"]
    with pytest.raises(KeyError, match="no column UKPRN; there are ERN"):
        reference.lookup("employers", "UKPRN", pl.Series([1]))
