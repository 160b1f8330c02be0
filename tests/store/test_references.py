"""Reference files in a store: folders in folders, newer editions in place of older, nothing left out in silence."""

from __future__ import annotations

import os
import zipfile
from datetime import date
from pathlib import Path

import pytest

from openilr.store import Store, StoreError

CAMPUSES = "CampusIdentifier,MasterUKPRN\n00000001,{}\n"
SCHOOLS = "URN,EstablishmentName\n{},Made-up School\n"
CONTRACTS = "DeliveryUKPRN,FundingStreamPeriodCode\n{},ADULT\n"


def given(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path = path.with_name(f"{path.name}.csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_folders_in_the_folder_are_taken_with_what_they_say(store: Store, tmp_path):
    folder = given(tmp_path / "new", CampID=CAMPUSES.format(10000001), gias__Schools=SCHOOLS.format(1),
                   a__b__notes="x")  # fmt: skip
    assert sorted(store.add_reference(folder)) == ["CampID.csv", "gias/Schools.csv"]
    reference = store.reference()
    assert {row["table"]: row["file"] for row in reference.describe().to_dicts()} == {
        "campus_identifiers": "CampID.csv", "schools": "gias/Schools.csv",
    }  # fmt: skip
    assert store.verify() == [] and sorted(store.reference_files()) == ["CampID.csv", "gias/Schools.csv"]
    (store.path / "reference" / "0001" / "gias" / "Schools.csv").unlink()
    assert store.verify() == ["reference/0001/gias/Schools.csv is missing."]


def test_a_newer_edition_takes_the_place_of_the_older(store: Store, tmp_path):
    store.add_reference(given(tmp_path / "a", x__edubasealldata20260801=SCHOOLS.format(1)))
    store.add_reference(given(tmp_path / "b", edubasealldata20261101=SCHOOLS.format(2)))
    assert store.reference_files() == ["edubasealldata20261101.csv"]
    assert store.reference()["schools"]["URN"].to_list() == [2]
    assert Store(store.path).reference(1)["schools"]["URN"].to_list() == [1], "an earlier edition stays as it was"


def test_parts_of_a_table_stand_beside_each_other(store: Store, tmp_path):
    store.add_reference(given(tmp_path / "a", FCT_2526=CONTRACTS.format(10000001)))
    store.add_reference(given(tmp_path / "b", FCT_2627=CONTRACTS.format(10000002)))
    assert store.reference()["contract_allocations"]["DeliveryUKPRN"].to_list() == [10000001, 10000002]
    store.add_reference(given(tmp_path / "c", FCT_2627=CONTRACTS.format(10000003)))
    assert store.reference()["contract_allocations"]["DeliveryUKPRN"].to_list() == [10000001, 10000003]


def test_a_zip_goes_whole_or_not_at_all(store: Store, tmp_path):
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        archive.writestr("CampID.csv", CAMPUSES.format(10000001))
        archive.writestr("Schools.csv", SCHOOLS.format(1))
    store.add_reference(tmp_path / "both.zip")
    with pytest.raises(
        StoreError, match=r"both\.zip.* is of schools and of campus_identifiers\. .* nothing was changed"
    ):
        store.add_reference(given(tmp_path / "one", Schools=SCHOOLS.format(2)))
    assert store.reference_files() == ["both.zip"]
    store.add_reference(given(tmp_path / "two", Schools=SCHOOLS.format(2), CampID=CAMPUSES.format(10000002)))
    assert sorted(store.reference_files()) == ["CampID.csv", "Schools.csv"]


def test_the_date_of_a_file_is_not_the_day_it_was_added(store: Store, tmp_path):
    folder = given(tmp_path / "new", CampID=CAMPUSES.format(10000001))
    os.utime(folder / "CampID.csv", (1_700_000_000, 1_700_000_000))
    store.add_reference(folder)
    assert store.reference().describe()["dated"].to_list() == [date(2023, 11, 14)]
