"""A fresh store for a test, with its vault key in the test's own folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from openilr.store import Store


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys" / "vault.key"
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(path))
    monkeypatch.delenv("OPENILR_DATABASE_URL", raising=False)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.init(tmp_path / "store")
