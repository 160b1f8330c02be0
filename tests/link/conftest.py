"""One synthetic sector with linked sources in a store, made once for these tests, and its truth."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from openilr import link
from openilr.cli.run import run
from openilr.store import Store
from openilr.synth.linked import Rates
from openilr.synth.sector import write_sector


@dataclass(frozen=True)
class Sector:
    """``folder`` has returns, linked sources and truth; ``store`` holds them; ``key`` is the vault key's file.

    ``early`` is a link run from before the returns of the last year came, ``first`` the one after: made here, so that
    no test of the same worker comes between them.
    """

    folder: Path
    store: Store
    key: Path
    early: str
    first: str

    @property
    def truth(self) -> Path:
        return self.folder / "truth" / "people.csv"


def make_sector(root: Path, people: int, years: tuple[str, ...]) -> Sector:
    write_sector(root / "sector", people, year_names=years, provider_count=2, seed=4, linked=Rates())
    place = str(root / "store")
    assert run(["store", "init", "--store", place]) == 0
    assert run(["link", "add", str(root / "sector" / "linked"), "--store", place]) == 0
    early = ""
    for year in years:
        files = [str(path) for path in sorted((root / "sector" / f"{year}-R14").glob("*.xml"))]
        run(["store", "submit", *files, "--return", "R14", "--store", place, "--quiet"])
        early = early or link.run(Store(place), by="a test")
    return Sector(root / "sector", Store(place), root / "vault.key", early, link.run(Store(place), by="a test"))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sector]:
    root = tmp_path_factory.mktemp("linked-sector")
    before = os.environ.get("OPENILR_VAULT_KEY_FILE")
    os.environ["OPENILR_VAULT_KEY_FILE"] = str(root / "vault.key")
    yield make_sector(root, 200, ("2425", "2526"))
    if before is None:
        os.environ.pop("OPENILR_VAULT_KEY_FILE", None)
    else:
        os.environ["OPENILR_VAULT_KEY_FILE"] = before


@pytest.fixture
def sector(made: Sector, monkeypatch: pytest.MonkeyPatch) -> Sector:
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(made.key))
    monkeypatch.delenv("OPENILR_DATABASE_URL", raising=False)
    return made
