from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("OPENILR_CACHE", str(folder))
    return folder


@pytest.fixture
def given(tmp_path: Path) -> Callable[..., Path]:
    """Write files into one folder and give the folder: ``given(**{"Validity.csv": text})`` or bytes."""
    folder = tmp_path / "reference"

    def write(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return folder

    return write
