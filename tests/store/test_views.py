"""How much of the machine the engine may take, and where it spills."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from openilr.store import StoreError
from openilr.store.views import duckdb_session, row


def setting(connection, name: str) -> str:
    return connection.raw_sql(f"SELECT current_setting('{name}')").fetchall()[0][0]


def test_memory_is_a_setting(store, monkeypatch):
    half = setting(store.connect(), "memory_limit")
    monkeypatch.setenv("OPENILR_MEMORY", "123MiB")
    assert (setting(store.connect(), "memory_limit"), half != "123.0 MiB") == ("123.0 MiB", True)
    with duckdb_session() as session:
        assert row(session, "SELECT current_setting('memory_limit')") == ("123.0 MiB",)
    for wrong in ("lots", "0GB", "-1", "6"):
        monkeypatch.setenv("OPENILR_MEMORY", wrong)
        with pytest.raises(StoreError, match="OPENILR_MEMORY is a size"):
            store.connect()


def test_it_spills_to_a_private_folder_that_goes_with_the_connection(store, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    connection = store.connect()
    folder = Path(setting(connection, "temp_directory"))
    assert folder.parent == tmp_path and folder.stat().st_mode & 0o777 == 0o700
    del connection
    gc.collect()
    assert not folder.exists()
