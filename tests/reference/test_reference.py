"""Reference data made in code, as rules' cases make it, and what a reference says of itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from openilr.reference import TABLES, BadReference, Reference, load, postcode
from openilr.reference.reference import edition_in


def test_rows_made_in_code_are_read_as_from_a_file() -> None:
    reference = Reference.from_frames(
        {
            "lars_validity": [
                {"LearnAimRef": "60000001", "ValidityCategory": "ANY", "StartDate": "2015-08-01"},
                {"LearnAimRef": "60000002", "StartDate": date(2016, 8, 1), "EndDate": " "},
            ],
            "organisations": pl.DataFrame({"UKPRN": [10000001], "LegalOrgType": ["USDC"]}),
            "employers": [],
        }
    )
    assert reference.names == {"lars_validity", "organisations", "employers"}
    assert reference["lars_validity"].rows() == [
        ("60000001", "ANY", date(2015, 8, 1), None, None),
        ("60000002", None, date(2016, 8, 1), None, None),
    ]
    for name in reference.names:
        assert dict(reference[name].schema) == TABLES[name].schema
    assert reference["employers"].is_empty()
    assert reference["organisations"]["UKPRN"].dtype == pl.Int32
    assert reference.lookup("organisations", "UKPRN", pl.Series([10000001, 5]))["LegalOrgType"].to_list() == ["USDC"]
    assert reference.check() == []


def test_numbers_and_booleans_in_rows() -> None:
    reference = Reference.from_frames(
        {
            "lars_annual_value": [
                {"LearnAimRef": "6", "BasicSkillsType": 1},
                {"LearnAimRef": "7", "BasicSkillsType": "20"},
            ],
            "office_for_students": [{"UKPRN": 10000001, "HEFundingFieldsRequired": False}],
        }
    )
    assert reference["lars_annual_value"]["BasicSkillsType"].to_list() == [1, 20]
    assert reference["office_for_students"]["HEFundingFieldsRequired"].to_list() == [False]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"LearnAimRef": "6", "Start": "2015-08-01"}], "no column Start"),
        ([{"LearnAimRef": "6", "StartDate": "soon"}], "'soon' is not a date"),
        (pl.DataFrame({"StartDate": [[1]]}), "lars_validity"),
    ],
)
def test_what_the_declaration_does_not_know_is_refused(rows: object, said: str) -> None:
    with pytest.raises(BadReference, match=said):
        Reference.from_frames({"lars_validity": rows})  # type: ignore[dict-item]


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(KeyError, match="no reference table 'larz'"):
        Reference.from_frames({"larz": []})


def test_nothing_given() -> None:
    nothing = Reference.empty()
    assert nothing.names == set()
    assert nothing.about == []
    assert nothing.describe().is_empty()
    assert "lars" not in nothing
    assert repr(nothing) == "Reference(empty)"


def test_what_a_reference_says_of_itself(given: Callable[..., Path]) -> None:
    folder = given(
        {
            "NSPL_AUG_2026_UK.csv": "pcds,doterm\nAA1 1AA,\n",
            "edubasealldata20261001.csv": "URN,EstablishmentName\n1,One\n",
            "A/employers-1.csv": "ERN\n1\n",
            "A/employers-2.csv": "ERN\n2\n",
        }
    )
    reference = load(folder)
    reference["employers"]
    told = {row["table"]: row for row in reference.describe().iter_rows(named=True)}
    assert told["postcodes"]["dated"] == date(2026, 8, 1)
    assert told["schools"]["dated"] == date(2026, 10, 1)
    assert (told["employers"]["file"], told["employers"]["rows"]) == ("A/employers-1.csv and 1 more", 2)
    assert told["schools"]["title"] == TABLES["schools"].title
    assert repr(reference) == "Reference(employers, postcodes, schools)"


def test_the_year_of_official_rules_is_that_of_their_file_or_folder(given: Callable[..., Path]) -> None:
    header = "Name,Severity,ErrorMessage,Exclusions\n"
    folder = given(
        {
            "2526/validation-rules.csv": header + "ULN_04,Error,Wrong,\n",
            "ILR validation rules 2026 to 2027.csv": header + 'ULN_04,Error,"Quite, wrong",None\n',
            "2627/rule-names.csv": "Name,Status\nULN_04,Active\n",
        }
    )
    rules = load(folder)["official_rules"].select("Year", "Name", "ErrorMessage", "Exclusions")
    assert sorted(rules.rows()) == [("2526", "ULN_04", "Wrong", None), ("2627", "ULN_04", "Quite, wrong", "None")]
    assert [name for name, _ in load(folder).ignored] == ["2627/rule-names.csv"]


@pytest.mark.parametrize(
    ("written", "read"),
    [("zz99 9zz", "ZZ99 9ZZ"), ("AA11AA", "AA1 1AA"), ("W1A  1AA", "W1A 1AA"), ("1AA", "1AA"), (None, None)],
)
def test_a_postcode_has_one_space(written: str | None, read: str | None) -> None:
    frame = pl.DataFrame({"p": [written]}, schema={"p": pl.String})
    assert frame.select(postcode(pl.col("p"))).item() == read


@pytest.mark.parametrize(
    ("file", "edition"),
    [
        ("File_7_IoD2025_All_Ranks.csv", "IoD2025"), ("published_012_LearningDelivery_V012.csv", "V012"),
        ("NSPL_AUG_2026_UK.csv", "AUG 2026"), ("edubasealldata20261001.csv", "2026-10-01"),
        ("apar-2026-10-01-10-00-00.csv", "2026-10-01"), ("rules_2526.csv", "2526"), ("Employers.csv", None),
        ("NSPL_AUG_2026_UK.csv and 3 more", "AUG 2026"),
    ],
)  # fmt: skip
def test_the_edition_in_a_files_name(file: str, edition: str | None) -> None:
    assert edition_in(file) == edition
