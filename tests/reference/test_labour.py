"""Figures of the labour market from the files as downloaded, each told as what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from openilr.reference import Reference, load
from openilr.reference.labour import figures, tell

NOMIS = """DATE_NAME,GEOGRAPHY_NAME,GEOGRAPHY_CODE,VARIABLE,VARIABLE_NAME,MEASURES,MEASURES_NAME,OBS_VALUE,OBS_STATUS
Jan 2025-Dec 2025,North West,E12000002,290,% with NVQ4+,20599,Variable,41.5,A
Jan 2025-Dec 2025,North West,E12000002,290,% with NVQ4+,21001,Numerator,1900000,A
Jan 2025-Dec 2025,North West,E12000002,290,% with NVQ4+,21003,Confidence,1.5,A
Jan 2025-Dec 2025,London,E12000007,290,% with NVQ4+,20599,Variable,,Q
2025,North West,E12000002,1,Jobs density,20100,Value,0.83,A
"""
PATHWAYS = """Region,Sector,Sub sector,Qualification level,Subject studied,Median earnings,Proportion,Volume employees
North West,IT,Software,Level 3,Digital technology,26100,4.5,1240
North West,IT,Software,Level 2,Digital technology,u,c,low
"""
FORECASTS = "Area,Breakdown,Occupation,Year,Jobs\nE12000002,occupation,Digital technicians,2035,1200\n"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder: Path = tmp_path_factory.mktemp("labour")
    for name, text in (("nomis_1.csv", NOMIS), ("CareerPathways_Subjects.csv", PATHWAYS), ("Forecasts.csv", FORECASTS)):
        (folder / name).write_text(text)
    return load(folder)


def test_an_estimate_has_its_interval_and_its_count_has_not(reference: Reference) -> None:
    rows = figures(reference, "E12000002", "nvq4")
    assert rows.select("measure", "value", "low", "high", "kind").rows() == [
        ("Variable", 41.5, 40.0, 43.0, "survey estimate"), ("Numerator", 1_900_000, None, None, "estimate"),
    ]  # fmt: skip
    assert "North West, Jan 2025-Dec 2025: % with NVQ4+ (Variable): 41.5, between 40.0 and 43.0." in tell(rows)


def test_an_area_by_its_name_or_its_code_is_the_same(reference: Reference) -> None:
    by_code, by_name = figures(reference, "e12000002"), figures(reference, "North West")
    assert set(by_code["kind"]) == {"survey estimate", "estimate", "matched records", "projection"}
    assert by_code.equals(by_name)


def test_what_is_not_given_says_why(reference: Reference) -> None:
    said = tell(figures(reference, subject="digital technology"))
    assert "median earnings in pounds): 26,100." in said and "not given (marked u by its publisher)" in said
    assert "employees only" in said and "Unit for Future Skills" in said
    assert figures(reference, "London")["missing"].to_list() == ["marked Q by its publisher"]


def test_a_projection_says_so(reference: Reference) -> None:
    said = tell(figures(reference, subject="technicians"))
    assert "read it as a direction, with caution" in said
    assert "North West, 2035: Digital technicians (occupation): 1,200." in said


def test_an_area_or_a_file_that_is_not_there(reference: Reference) -> None:
    with pytest.raises(LookupError, match=r"area Atlantis\. There are figures of London, North West\."):
        figures(reference, "Atlantis")
    with pytest.raises(LookupError, match="no figures of the labour market"):
        figures(Reference.empty(), "London")
