"""Two providers with small counts, sent, frozen and published once."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from openilr.publish.release import DataSet
from openilr.publish.release.build import build
from openilr.store import Store
from tests.store.making import aim, learner, report, sent_file, tables

BY = ("level", "age", "sex")
SMALL = (
    DataSet("starts_all", "Starts", "Starts by level, age and sex.", ("starts",), BY),
    DataSet("starts_provider", "Starts by provider", "Starts of providers.", ("starts",), ("level",), ("Provider",)),
    DataSet("learners_all", "Learners", "Learners by level and sex.", ("participation",), ("level", "sex")),
)


def files_of(release, name):
    return release.folder / "data" / f"{name}.csv", release.folder / "data" / f"{name}.meta.csv"


def given(ukprn: int, count: int, seed: int):
    births = [date(2007, 1, 1), date(2002, 1, 1), date(1990, 1, 1)]
    return [
        learner(
            f"L{n}", aim(ProgType=(2, 3, 3)[(n * seed) % 3], StdCode=None, FundModel=35),
            *([aim(2, ProgType=2, StdCode=None, FundModel=35)] if n == 1 else []),
            ULN=1_000_000_000 + ukprn % 100 * 1_000 + n, Sex="FM"[n % 5 == 0], DateOfBirth=births[n * n % 7 % 3],
        )
        for n in range(count)
    ]  # fmt: skip


def send(store, ukprn, learners, return_name="R14", year="2526"):
    file = sent_file(store.path.parent, f"{ukprn}{return_name}{len(learners)}{learners}".encode())
    store.submit(
        [tables(learners, ukprn=ukprn, year=year)], report(year=year), file=file, return_name=return_name,
        submitted_by="tests",
    )  # fmt: skip


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        path = str(tmp_path_factory.mktemp("key") / "key")
        patch.setenv("OPENILR_VAULT_KEY_FILE", path)
        yield path


@pytest.fixture(scope="module")
def sector(tmp_path_factory, key):
    store = Store.init(tmp_path_factory.mktemp("sector") / "store")
    for ukprn, count, seed in ((10000001, 93, 1), (10000002, 17, 2)):
        send(store, ukprn, given(ukprn, count, seed))
    return store


@pytest.fixture
def copied(sector, rounded, key, tmp_path, monkeypatch):
    """The store with its first release, to go on from."""
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", key)
    shutil.copytree(sector.path, tmp_path / "copied")
    return Store(tmp_path / "copied")


@pytest.fixture
def unpublished(copied):
    """The store without a release."""
    shutil.rmtree(copied.path / "releases")
    return copied


@pytest.fixture(scope="module")
def rounded(sector):
    return build(sector, "2526", "R14", SMALL, "rounding", base=5, by="tests")
