"""Every declared table is read from a small file in two styles, and published headers are known."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from openilr.reference import TABLES, Table, load
from openilr.reference.tables import squeezed

_FILES = {
    "lars": "LearningDelivery",
    "lars_category": "LearningDeliveryCategory",
    "lars_category_name": "Category",
    "gcse_grades": "GCSEGrades",
}

#: Per kind: what stands in a file (two rows), and what is read.
_VALUES: dict[str, tuple[tuple[str, str], tuple[Any, Any]]] = {
    "text": (("B one", "A two"), ("B one", "A two")),
    "code3": (("34", "105"), ("034", "105")),
    "code4": (("0003", "1422"), ("0003", "1422")),
    "postcode": (("zz1 1zz", "AA1  1AA"), ("ZZ1 1ZZ", "AA1 1AA")),
    "int": (("20", "7"), (20, 7)),
    "long": (("9999999999", "1000000000"), (9999999999, 1000000000)),
    "decimal": (("5.20", "1.1"), (5.2, 1.1)),
    "date": (("2026-08-31", "2025-08-01"), (date(2026, 8, 31), date(2025, 8, 1))),
    "month": (("202608", "198001"), (date(2026, 8, 1), date(1980, 1, 1))),
    "bool": (("1", "0"), (True, False)),
}
_OTHER_DATES = {"2026-08-31": "31/08/2026", "2025-08-01": "01-Aug-25"}


def _name(table: Table) -> str:
    plain = table.name.removeprefix("lars_").replace("_", "")
    return _FILES.get(table.name, plain)


def _csv(rows: list[list[str]], **how: Any) -> str:
    out = io.StringIO()
    csv.writer(out, **how).writerows(rows)
    return out.getvalue()


def _expected(table: Table) -> pl.DataFrame:
    data = {column.name: list(_VALUES[column.kind][1]) for column in table.columns}
    return pl.DataFrame(data, schema=table.schema).sort(table.order)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_file_with_plain_headers(table: Table, given: Callable[..., Path]) -> None:
    rows = [[c.name for c in table.columns], *([_VALUES[c.kind][0][i] for c in table.columns] for i in (0, 1))]
    reference = load(given({f"{_name(table)}.csv": _csv(rows)}))
    assert reference.names == {table.name}
    assert reference[table.name].equals(_expected(table))
    assert reference.lacking(table.name) == set()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_file_with_prefixes_other_dates_and_separators(table: Table, given: Callable[..., Path]) -> None:
    header = [
        f"LARS_{c.name.upper()}" if table.name.startswith("lars") else f" {c.name.lower()} " for c in table.columns
    ]
    body = []
    for i in (0, 1):
        cells = [_VALUES[c.kind][0][i] for c in table.columns]
        body.append([_OTHER_DATES.get(cell, cell) + " " for cell in cells])
    text = "\ufeff" + _csv([header, *body], delimiter="|", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    prefix = "LARS_" if table.name.startswith("lars") else ""
    reference = load(given({f"deep/er/{prefix}{_name(table).upper()}_v012.CSV": text}))
    assert reference[table.name].equals(_expected(table))


_HEADERS = {
    ("NSPL_AUG_2026_UK.csv", "postcodes"): (
        "pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty26cd,ced25cd,lad26cd,wd26cd,nhser24cd,"
        "ctry26cd,rgn26cd,pcon24cd,ttwa15cd,itl25cd,npark16cd,lsoa21cd,msoa21cd,wz11cd,sicbl26cd,bua24cd,ruc21ind,oac21ind,"
        "lat,long,lep21cd1,lep21cd2,pfa23cd,imd25ind,icb26cd",
        {"lsoa11"},
    ),
    ("ONSPD_NOV_2023_UK.csv", "postcodes"): (
        "pcd,pcd2,pcds,dointr,doterm,usertype,oseast1m,osnrth1m,osgrdind,oa21,cty,ced,laua,ward,nhser,ctry,rgn,pcon,ttwa,itl,"
        "park,lsoa21,msoa21,wz11,sicbl,bua22,ru11ind,oac11,lat,long,lep1,lep2,pfa,imd,icb",
        {"lsoa11", "ruc21"},
    ),
    ("apar-2026-10-01-10-00-00.csv", "providers"): (
        "Ukprn,Name,Application Type,Start Date,Status,Application Determined Date",
        {"Postcode"},
    ),
    ("roatp.csv", "providers"): (
        "Ukprn,Name,ProviderType,ParentCompanyGuarantee,NewOrganisationWithoutFinancialTrackRecord,StartDate,"
        "ProviderNotCurrentlyStartingNewApprentices,ApplicationDeterminedDate",
        {"Postcode"},
    ),
    ("edubasealldata20261001.csv", "schools"): (
        "URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (code),"
        "TypeOfEstablishment (name),EstablishmentStatus (code),EstablishmentStatus (name),OpenDate,CloseDate,"
        "PhaseOfEducation (code),StatutoryLowAge,StatutoryHighAge,OfficialSixthForm (code),Gender (code),UKPRN,"
        "FurtherEducationType (name),Postcode,GOR (code),DistrictAdministrative (code),Easting,Northing,LSOA (code),"
        "HeadLastName",
        set(),
    ),
    ("Org_Details.csv", "organisations"): ("UKPRN,Name,LegalOrgType,Status,LongTermResid,Postcode,HESAProvider", set()),
    ("CampusIdentifier.csv", "campus_identifiers"): (
        "MasterUKPRN,CampusIdentifier,OriginalUKPRN,EffectiveFrom,EffectiveTo",
        {"Name"},
    ),
    ("LARS_FrameworkCmnComp.csv", "lars_framework_common_component"): (
        "FworkCode,ProgType,PwayCode,CommonComponent,EffectiveFrom,EffectiveTo,MinLevel,Created_On",
        set(),
    ),
}


@pytest.mark.parametrize(("file", "table"), _HEADERS, ids=[f for f, _ in _HEADERS])
def test_published_headers(file: str, table: str, given: Callable[..., Path]) -> None:
    header, lacking = _HEADERS[file, table]
    reference = load(given({file: header + "\n"}))
    assert reference.lacking(table) == lacking
    assert reference[table].height == 0
    assert dict(reference[table].schema) == TABLES[table].schema


def test_the_indices_of_deprivation_by_their_long_headers(given: Callable[..., Path]) -> None:
    header = (
        "LSOA code (2021)",
        "LSOA name (2021)",
        "Local Authority District code (2024)",
        "Index of Multiple Deprivation (IMD) Score",
        "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)",
        "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)",
        "Income Decile (where 1 is most deprived 10% of LSOAs)",
        "Income Deprivation Affecting Children Index (IDACI) Decile (where 1 is most deprived 10% of LSOAs)",
        "Total population: mid 2022",
    )
    rows = [list(header), ["E01000001", "Place 001A", "E09000001", "12.5", "900", "3", "4", "5", "1600"]]
    frame = load(given({"File_7_IoD2025_All_Ranks.csv": _csv(rows)}))["deprivation"]
    wanted = ["LSOA", "IMDScore", "IMDRank", "IMDDecile", "IncomeDecile", "IDACIDecile", "Population", "IDAOPIDecile"]
    assert frame.select(wanted).row(0) == ("E01000001", 12.5, 900, 3, 4, 5, 1600, None)


def test_windows_1252_and_utf_16(given: Callable[..., Path]) -> None:
    text = "URN,EstablishmentName\n100,Collège – Sud\n"
    folder = given({"edubasealldata.csv": text.encode("cp1252")})
    assert load(folder)["schools"]["EstablishmentName"].to_list() == ["Collège – Sud"]
    (folder / "edubasealldata.csv").write_bytes(text.encode("utf-16"))
    assert load(folder)["schools"]["EstablishmentName"].to_list() == ["Collège – Sud"]


@pytest.mark.parametrize(
    "written",
    ["2026-08-31", "31/08/2026", "31-08-2026", "31-Aug-26", "31-AUG-2026", "20260831", "2026-08-31 00:00:00",
     "31/08/2026 00:00", "2026-08-31T00:00:00", "2026-08-31 00:00:00.000"],
)  # fmt: skip
def test_dates_as_they_are_written(written: str, given: Callable[..., Path]) -> None:
    header = "LearnAimRef,ValidityCategory,StartDate,EndDate,LastNewStartDate\n"
    frame = load(given({"Validity.csv": f"{header}60000001,ANY,{written},,NULL\n"}))["lars_validity"]
    assert frame.row(0) == ("60000001", "ANY", date(2026, 8, 31), None, None)


def test_empty_rows_short_rows_and_repeats_are_left_out(given: Callable[..., Path]) -> None:
    text = "ERN,Name\n900000002,B\n\n900000001\n,\n900000002,B\n"
    frame = load(given({"employers.csv": text}))["employers"]
    assert frame.select("ERN", "Name").rows() == [(900000001, None), (900000002, "B")]


def test_the_whole_lars_download_in_a_zip(tmp_path: Path) -> None:
    packed = tmp_path / "published_012_LearningDelivery_V012_CSV.Zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "CSV/LearningDelivery.csv", "LearnAimRef,LearnAimRefType,NotionalNVQLevelv2\n60000001,0003,2\n"
        )
        archive.writestr("CSV/Section96.csv", "LearnAimRef,EffectiveFrom\n60000001,2020-08-01\n")
        archive.writestr("CSV/EntrySubLevel.csv", "EntrySubLevel,EntrySubLevelDesc\n1,One\n")
        archive.writestr("readme.pdf", "not a table")
    for place in (tmp_path, packed, [packed]):
        reference = load(place)
        assert reference.names == {"lars", "lars_section96"}
        assert reference["lars"]["LearnAimRef"].to_list() == ["60000001"]
    assert dict(load(packed).ignored).keys() == {f"{packed.name}/CSV/EntrySubLevel.csv", f"{packed.name}/readme.pdf"}


def test_a_published_name_stays_known_with_any_edition() -> None:
    assert all(TABLES["lars"].rank(squeezed(f"LARS_LearningDelivery_V0{n}")) == 0 for n in range(9, 14))
