"""The ILR beside the apprenticeship service and Ofqual's register."""

from __future__ import annotations

from datetime import date

import pytest

from openilr.store import StoreError
from openilr.store.crosscheck import learn_aim_ref
from tests.store.making import aim, learner, tables

UKPRN = 10000001


def price(code: int, amount: int, day: date = date(2025, 9, 1)) -> dict:
    return {"AFinType": "TNP", "AFinCode": code, "AFinDate": day, "AFinAmount": amount}


def ingest(store, *learners, ukprn=UKPRN):
    store.ingest([tables(list(learners), ukprn=ukprn)], return_name="R14", submitted_by="x")


def service(store, folder, *rows: str) -> None:
    header = "UKPRN,ULN,StandardCode,StartDate,PlannedEndDate,AgreedPrice"
    (folder / "ApprenticeshipServiceRecords.csv").write_text("\n".join([header, *rows]) + "\n")
    store.add_reference(folder / "ApprenticeshipServiceRecords.csv")


def differences(store) -> list[tuple]:
    return store.crosscheck("apprenticeship-service").select("ULN", "what", "ilr", "service").rows()


def test_the_same_on_both_sides(store, tmp_path):
    ingest(store, learner("L1", aim(AppFinRecord=[price(1, 9000), price(2, 1000)]), ULN=1111111111))
    service(store, tmp_path, f"{UKPRN},1111111111,105,2025-09-01,2026-12-01,10000")
    assert differences(store) == []


def test_missing_on_either_side_and_what_differs(store, tmp_path):
    ingest(
        store,
        learner("L1", aim(), ULN=1111111111),
        learner("L2", aim(AppFinRecord=[price(1, 9000), price(2, 1000), price(3, 8000, date(2026, 1, 1))]),
                ULN=2222222222),
        learner("L3", aim(LearnStartDate=date(2025, 10, 2)), ULN=3333333333),
    )  # fmt: skip
    service(
        store, tmp_path, f"{UKPRN},2222222222,105,2025-10-02,2026-12-01,10000",
        f"{UKPRN},3333333333,105,2025-09-01,2027-02-01,", f"{UKPRN},4444444444,105,2025-09-01,2026-12-01,10000",
        "10000002,5555555555,105,2025-09-01,2026-12-01,1",
    )  # fmt: skip
    assert differences(store) == [
        (1111111111, "missing in the service", None, None),
        (2222222222, "price", "9000", "10000"),
        (3333333333, "planned end", "2026-12-01", "2027-02-01"),
        (4444444444, "missing in the ILR", None, None),
    ], "31 days are no difference; providers that are on one side only are left out"


def test_a_restart_is_one_apprenticeship(store, tmp_path):
    first = aim(1, CompStatus=6, LearnActEndDate=date(2026, 1, 5))
    again = aim(2, LearnStartDate=date(2026, 4, 1), LearnPlanEndDate=date(2027, 3, 1))
    ingest(store, learner("L1", first, again, ULN=1111111111))
    service(store, tmp_path, f"{UKPRN},1111111111,105,2025-09-01,2027-03-01,")
    assert differences(store) == []


def test_qualifications_by_their_number(store, tmp_path):
    assert learn_aim_ref("603/1234/5") == "60312345" and learn_aim_ref("500/1234/X") == "5001234X"
    (tmp_path / "Qualifications.csv").write_text(
        "Qualification Number,Qualification Title,Owner Organisation Name,Qualification Status,Operational End Date\n"
        "603/1234/5,Made up diploma,Body,Available,2025-08-31\n"
    )
    store.add_reference(tmp_path / "Qualifications.csv")
    other = {"AimType": 3, "ProgType": None, "StdCode": None}
    ingest(store, learner("L1", aim(1, LearnAimRef="60312345", **other), aim(2, LearnAimRef="60399999", **other)))
    found = {r["LearnAimRef"]: r for r in store.crosscheck("qualifications").to_dicts()}
    assert (found["60312345"]["known"], found["60312345"]["after_end"], found["60312345"]["title"]) == (
        True, 1, "Made up diploma",
    )  # fmt: skip
    assert not found["60399999"]["known"]


def test_sources_that_are_not_there(store):
    ingest(store, learner("L1", aim()))
    with pytest.raises(StoreError, match="holds no apprenticeship_records"):
        store.crosscheck("apprenticeship-service")
    with pytest.raises(StoreError, match="no source 'ucas'"):
        store.crosscheck("ucas")
