"""Stores for these tests: a fresh one for each, and one of a synthetic sector for all."""

from pathlib import Path

import pytest

from openilr.collect import read
from openilr.store import Store
from openilr.synth import sector as synth
from tests.store.fixtures import key_file, store

__all__ = ["key_file", "store", "synthetic_store"]


@pytest.fixture(scope="session")
def synthetic_store(tmp_path_factory) -> Path:
    """The folder of a store with two years and two returns of each, and beside it ``key``."""
    folder = tmp_path_factory.mktemp("sector")
    synth.write_sector(
        folder / "sector", 1500, provider_count=10, year_names=("2425", "2526"), returns=("R04", "R14"), seed=7
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENILR_VAULT_KEY_FILE", str(folder / "key"))
        made = Store.init(folder / "store")
        made.add_reference(folder / "sector" / "reference")
        for path in sorted(folder.glob("sector/2*/*.xml")):
            made.ingest([read(path)], return_name=path.parent.name[-3:], submitted_by="tests")
    return folder


@pytest.fixture
def sector(synthetic_store, monkeypatch) -> Store:
    """The synthetic sector, open, with its key."""
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(synthetic_store / "key"))
    return Store(synthetic_store / "store")
