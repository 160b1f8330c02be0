"""A small store with a frozen return, people, and an application, for the tests of access."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from openilr.access import people
from openilr.store import Store
from tests.store.fixtures import key_file
from tests.store.making import aim, fam, learner, report, sent_file, tables

__all__ = ["key_file"]

APPLICATION = """
title = "Do older apprentices complete?"
public_benefit = "Helps providers to plan support."
legal_basis = "Digital Economy Act 2017, part 5 chapter 5"
ethics = "Self-assessment, low risk."
outputs = "One report."
end_date = {ends}

[[question]]
id = "q1"
text = "How does completion vary with age and sex?"

[[researcher]]
id = "r-jones"
name = "Rhiannon Jones"
organisation = "University of Somewhere"
accreditation = "AR-1"
accreditation_until = {accreditation}
training_until = 2090-12-31

[data]
years = ["2526"]
return = "R14"

[[data.where]]
field = "learning_delivery.FundModel"
in = [36]

[[field]]
name = "learner.Sex"
serves = ["q1"]

[[field]]
name = "learner.age_aug31"
detail = "band"
serves = ["q1"]

[[field]]
name = "learning_delivery.LearnStartDate"
detail = "month"
serves = ["q1"]

[[field]]
name = "learning_delivery.CompStatus"
serves = ["q1"]

[[field]]
name = "learning_delivery_fam.LearnDelFAMType"
serves = ["q1"]
"""


def application(ends: str = "2080-07-31", accreditation: str = "2090-12-31", extra: str = "") -> str:
    return APPLICATION.format(ends=ends, accreditation=accreditation) + extra


def learners(count: int, first: int = 0) -> list[dict]:
    """Two of three on apprenticeships, the rest on adult skills. One person in two has a second aim."""
    made = []
    for number in range(first, first + count):
        aims = [aim(1, FundModel=36 if number % 3 else 35, CompStatus=1 + number % 3)]
        aims[0]["LearningDeliveryFAM"] = [fam("SOF", "107"), fam("ACT", "1")]
        if number % 2:
            aims.append(aim(2, FundModel=35, LearnStartDate=date(2025, 9 + number % 3, 2)))
        born = date(1980 + number % 28, 1 + number % 12, 15)
        who = {"ULN": 1_000_000_000 + number, "Sex": "FM"[number % 2], "DateOfBirth": born}
        made.append(learner(f"L{number}", *aims, **who, Ethnicity=(31, 31, 31, 39, 44)[number % 5]))
    return made


def submit(store: Store, folder: Path, count: int = 60, ukprn: int = 99999999, first: int = 0) -> None:
    batch = tables(learners(count, first), ukprn=ukprn)
    store.submit(iter([batch]), report(), file=sent_file(folder), return_name="R14", submitted_by="provider")


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two providers' returns for 2526 R14, frozen, with anna as a steward: ``store`` and, beside it, its ``keys``."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENILR_VAULT_KEY_FILE", str(folder / "keys" / "vault.key"))
        patch.delenv("OPENILR_DATABASE_URL", raising=False)
        made = Store.init(folder / "store")
        submit(made, folder)
        submit(made, folder, 40, ukprn=88888888, first=50)
        made.freeze("2526", "R14", frozen_by="anna")
        people.add(made, "anna", by="anna", roles=["steward"])
    return folder


@pytest.fixture
def store(kept: Path, key_file: Path, tmp_path: Path) -> Store:
    """A copy of it for one test."""
    for name in ("store", key_file.parent.name):
        shutil.copytree(kept / name, tmp_path / name)
    return Store(tmp_path / "store")
