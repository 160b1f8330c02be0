"""What is derived on acceptance from reference data, and derived again when they change."""

from __future__ import annotations

import sqlite3
from datetime import date

import polars as pl
import pytest

from openilr.reference import Reference, load
from openilr.store import Store, StoreError, VaultError, durable
from openilr.store.catalogue import FORMAT
from openilr.store.places import Places, band
from tests.store.making import aim, fam, learner, report, sent_file, tables

POSTCODES = (
    "pcds,dointr,doterm,east1m,north1m,gridind,lad26cd,ctry26cd,rgn26cd,pcon24cd,lsoa21cd,lsoa11cd,imd25ind\n"
    "ZZ1 1ZX,198001,,400000,300000,1,E08000025,E92000001,E12000005,E14001096,E01000001,E01900001,3376\n"
    "ZZ1 1ZV,198001,,403000,304000,1,E06000002,E92000001,E12000001,E14001368,E01000002,E01000002,33755\n"
    "ZZ1 1ZU,198001,,,,9,W06000015,W92000004,W99999999,W07000041,W01000001,W01000001,1\n"
)
LARS = {
    "LARS_LearningDelivery.csv": (
        "LearnAimRef,LearnAimRefType,NotionalNVQLevelv2,AwardOrgCode,SectorSubjectAreaTier1,SectorSubjectAreaTier2,"
        "GuidedLearningHours\n"
        "ZPROG001,9999,X,,-2,-2,-2\n60300002,6,2,NCFE,15.00,15.40,120\n"
    ),
    "LARS_AnnualValue.csv": (
        "LearnAimRef,EffectiveFrom,EffectiveTo,BasicSkillsType,FullLevel2Percent,FullLevel3Percent\n"
        "60300002,2020-08-01,2025-07-31,11,50,-2\n60300002,2025-08-01,,12,100,0\n"
    ),
    "LARS_Standard.csv": (
        "StandardCode,Version,NotionalEndLevel,SectorSubjectAreaTier1,SectorSubjectAreaTier2\n"
        "105,1.0,2,6,6.1\n105,1.1,3,6,6.2\n"
    ),
    "Organisations.csv": "UKPRN,Name,LegalOrgType\n99999999,Made Up College,General FE college\n",
}


def given(folder, **files: str):
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


@pytest.fixture
def reference(tmp_path):
    folder = tmp_path / "reference"
    folder.mkdir()
    for name, text in {**LARS, "NSPL_AUG_2026_UK.csv": POSTCODES}.items():
        (folder / name).write_text(text)
    return folder


def submit(store, *learners, **about):
    file = sent_file(store.path.parent)
    return store.submit([tables(list(learners), **about)], report(year=about.get("year", "2526")), file=file,
                        return_name="R14", submitted_by="x")  # fmt: skip


def only(store, view: str, **where) -> list[dict]:
    return store.connect(**where).table(view).to_polars().sort("row").to_dicts()


def test_homes_deliveries_and_the_way_between(store, reference):
    store.add_reference(reference)
    submit(
        store,
        learner("L1", aim(), Postcode="zz11zx"),
        learner("L2", aim(DelLocPostCode="ZZ99 9ZZ"), Postcode="ZZ1 1ZU"),
        learner("L3", aim(DelLocPostCode="ZZ1 1ZX"), Postcode="QQ1 1QQ"),
    )
    first, welsh, nowhere = only(store, "learner")
    home = {name: value for name, value in first.items() if name.startswith(("home_", "imd_"))}
    assert home == {
        "home_region": "E12000005", "home_lad": "E08000025", "home_lsoa": "E01000001", "home_mca": None,
        "home_pcon": "E14001096", "imd_decile": 2, "imd_edition": "IoD2025",
    }  # fmt: skip
    assert (welsh["home_region"], welsh["home_lad"], welsh["imd_decile"], welsh["imd_edition"]) == (
        "W92000004", "W06000015", None, None,
    )  # fmt: skip
    assert {nowhere[name] for name in home} == {None}
    aims = only(store, "learning_delivery")
    assert [a["distance_band"] for a in aims] == ["5 to 10", None, None]
    assert [a["delivery_region"] for a in aims] == ["E12000001", None, "E12000005"]
    assert {a["provider_type"] for a in aims} == {"General FE college"}


def test_what_lars_says_on_the_day_the_aim_begins(store, reference):
    store.add_reference(reference)
    day = {"LearnAimRef": "60300002", "AimType": 3, "ProgType": None, "StdCode": None}
    submit(
        store,
        learner("L1", aim(1), aim(2, LearnStartDate=date(2025, 7, 31), **day),
                aim(3, LearnStartDate=date(2025, 8, 1), **day), aim(4, LearnStartDate=date(2019, 8, 1), **day)),
    )  # fmt: skip
    programme, before, after, early = only(store, "learning_delivery")
    assert (programme["programme_level"], programme["ssa1"], programme["ssa2"]) == ("3", "6", "6.2")
    assert (programme["guided_hours"], programme["learn_aim_ref_type"]) == (None, "9999")
    assert (before["aim_level"], before["ssa1"], before["ssa2"]) == ("2", "15", "15.4")
    assert (before["learn_aim_ref_type"], before["awarding_body"], before["guided_hours"]) == ("0006", "NCFE", 120)
    values = [(a["basic_skills_type"], a["full_level2_percent"], a["full_level3_percent"]) for a in (before, after)]
    assert values == [(11, 50.0, None), (12, 100.0, 0.0)]
    assert early["basic_skills_type"] is None, "nothing was in force then"


def test_frameworks_have_their_subject_too(store, tmp_path):
    (tmp_path / "LARS_Framework.csv").write_text(
        "FworkCode,ProgType,PwayCode,SectorSubjectAreaTier1,SectorSubjectAreaTier2\n403,3,1,4,4.2\n"
    )
    store.add_reference(tmp_path / "LARS_Framework.csv")
    old = aim(ProgType=3, StdCode=None, FworkCode=403, PwayCode=1, LearnStartDate=date(2018, 9, 1))
    submit(store, learner("L1", old), year="1819")
    [row] = only(store, "learning_delivery")
    assert (row["programme_level"], row["ssa1"], row["ssa2"]) == ("2", "4", "4.2")


@pytest.mark.parametrize(
    ("files", "edition", "decile"),
    [
        ({"File_7_IoD2025.csv": "LSOA code (2021),Index of Multiple Deprivation (IMD) Decile\nE01000001,7\n"},
         "IoD2025", 7),
        ({"File_7_IoD2019.csv": "LSOA code (2011),Index of Multiple Deprivation (IMD) Decile\nE01900001,9\n"},
         "IoD2019", 9),
    ],
)  # fmt: skip
def test_deprivation_by_the_small_areas_of_its_edition(reference, files, edition, decile):
    for name, text in files.items():
        (reference / name).write_text(text)
    places = Places(load(reference, cache=False), date(2026, 7, 31))
    assert places.edition == edition
    assert places.of(pl.Series(["ZZ1 1ZX"]))["imd_decile"].to_list() == [decile]


def test_deciles_of_ranks_at_their_edges():
    ranks = {"A1 1AA": 1, "A1 1AB": 3375, "A1 1AC": 3376, "A1 1AD": 33755}
    rows = [{"pcds": p, "ctry": "E92000001", "imd": rank} for p, rank in ranks.items()]
    places = Places(Reference.from_frames({"postcodes": rows}), date(2026, 7, 31))
    places.__dict__["edition"] = "IoD2025"
    assert places.of(pl.Series(list(ranks)))["imd_decile"].to_list() == [1, 1, 2, 10]


def test_combined_authorities_by_district_or_else_by_who_funds_adults_there(reference):
    asf = (
        "Postcode,SourceOfFunding,EffectiveFrom,EffectiveTo\nZZ1 1ZX,110,2019-08-01,2026-07-30\n"
        "ZZ1 1ZX,112,2026-07-31,\nZZ1 1ZV,105,2019-08-01,\n"
    )
    (reference / "CompleteASFPostcodeDataset.csv").write_text(asf)
    asked = pl.Series(["ZZ1 1ZX", "ZZ1 1ZV"])
    assert Places(load(reference, cache=False), date(2026, 7, 31)).of(asked)["mca"].to_list() == ["E47000007", None]
    assert Places(load(reference, cache=False), date(2026, 7, 30)).of(asked)["mca"].to_list() == ["E47000001", None]
    (reference / "LAD25_CAUTH25_EN_LU.csv").write_text(
        "LAD25CD,LAD25NM,CAUTH25CD,CAUTH25NM\nE06000002,Made up,E47000006,Tees Valley\n"
    )
    assert Places(load(reference, cache=False), date(2026, 7, 31)).of(asked)["mca"].to_list() == [None, "E47000006"]


def test_bands_of_distance_at_their_edges():
    km = pl.DataFrame({"km": [0.0, 1.99, 2.0, 19.99, 20.0, 50.0, None]})
    assert km.select(band(pl.col("km")))["literal"].to_list() == [
        "under 2", "under 2", "2 to 5", "10 to 20", "20 to 50", "over 50", None,
    ]  # fmt: skip


def test_new_reference_data_change_what_was_derived_and_nothing_else(store, reference):
    submit(store, learner("L1", aim()), learner("L2", aim(LearningDeliveryFAM=[fam("SOF", "105")]), aim(2)))
    before = only(store, "learner"), only(store, "learning_delivery")
    store.add_reference(reference)
    frozen = store.freeze("2526", "R14", frozen_by="x")
    assert store.derive_again() == 1
    after = only(store, "learner"), only(store, "learning_delivery")
    assert [r["home_region"] for r in after[0]] == ["E12000005"] * 2
    for old, new in zip((row for t in before for row in t), (row for t in after for row in t), strict=True):
        assert {k: v for k, v in new.items() if old[k] is not None} == {k: v for k, v in old.items() if v is not None}
    assert only(store, "learner", snapshot=frozen)[0]["home_region"] is None
    assert store.verify() == []
    store.derive_again()
    submit(store, learner("L9", aim()), ukprn=10000001)
    assert sorted(p.name for p in (store.path / "tables").iterdir()) == [
        "2526-R14-10000001-001", "2526-R14-99999999-001", "2526-R14-99999999-001.3",
    ]  # fmt: skip
    kept = [p.relative_to(store.path / "tables").as_posix() for p in store.path.glob("tables/2526-R14-99999999*/*")]
    assert sorted(kept) == [
        "2526-R14-99999999-001.3/learner.parquet", "2526-R14-99999999-001.3/learning_delivery.parquet",
        "2526-R14-99999999-001/learning_delivery_fam.parquet",
    ]  # fmt: skip
    assert store.verify() == []


def as_format_1(store: Store) -> None:
    """Take everything away that the first release did not write."""
    with sqlite3.connect(store.path / "catalogue.sqlite") as database:
        database.executescript(
            "DROP INDEX versions; DROP INDEX files_of; DROP TABLE snapshot_file; "
            "DROP TABLE snapshot_submission; DROP TABLE snapshot; "
            "DROP TABLE source_edition; "
            "ALTER TABLE submission DROP COLUMN origin; UPDATE store SET value = '1' WHERE name = 'format'"
        )
        for path in store.path.glob("tables/*/learner.parquet"):
            pl.read_parquet(path).drop("home_region", "imd_decile").write_parquet(path)
            whole = (*durable.file_sha256(path), path.relative_to(store.path).as_posix())
            database.execute("UPDATE file SET bytes = ?, sha256 = ? WHERE path = ?", whole)
    (store.path / "snapshots").rmdir()


def test_a_store_of_the_first_release(store, reference, monkeypatch, tmp_path):
    store.add_reference(reference)
    submit(store, learner("L1", aim()))
    expected = only(store, "learner"), only(store, "learning_delivery")
    as_format_1(store)
    with pytest.raises(StoreError, match=r"earlier release.*ilr store upgrade"):
        Store(store.path)
    with monkeypatch.context() as patch:
        patch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "nowhere"))
        with pytest.raises(VaultError, match="key is not at"):
            Store.upgrade(store.path)
    assert Store.upgrade(store.path) == 1
    opened = Store(store.path)
    assert opened._settings["format"] == str(FORMAT)
    assert (only(opened, "learner"), only(opened, "learning_delivery")) == expected
    assert opened.freeze("2526", "R14", frozen_by="x") == "2526-R14-1"
    assert opened.verify() == []
