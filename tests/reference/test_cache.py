"""The second reading of a file comes from the cache; a cache that is of no use costs time and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from openilr.reference import Reference, load, reference

_EMPLOYERS = "ERN,Name\n900000002,B\n900000001,A\n"


@pytest.fixture
def folder(given: Callable[..., Path]) -> Path:
    return given({"employers.csv": _EMPLOYERS})


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that were read as text, in order."""
    seen: list[str] = []
    honest = reference.read

    def counted(found):  # type: ignore[no-untyped-def]
        seen.append(found.table.name)
        return honest(found)

    monkeypatch.setattr(reference, "read", counted)
    return seen


def _entries(cache_folder: Path) -> list[Path]:
    return sorted(p for p in cache_folder.rglob("*") if p.is_file())


def _names(given: Reference) -> list[str]:
    return given["employers"]["Name"].to_list()


def test_a_table_is_read_when_asked_for_and_once(folder: Path, readings: list[str], cache_folder: Path) -> None:
    first = load(folder)
    assert readings == []
    assert [about.rows for about in first.about] == [None]
    assert _names(first) == _names(first) == ["A", "B"]
    assert [about.rows for about in first.about] == [2]
    second = load(folder)
    assert [about.rows for about in second.about] == [2]
    assert second["employers"].equals(first["employers"])
    assert readings == ["employers"]
    assert [p.name.split("-")[0] for p in _entries(cache_folder)] == ["employers"]


def test_a_changed_file_is_read_again_and_replaces_its_entry(
    folder: Path, readings: list[str], cache_folder: Path
) -> None:
    assert _names(load(folder)) == ["A", "B"]
    file = folder / "employers.csv"
    times = file.stat()
    file.write_text(_EMPLOYERS.replace("A", "C"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert _names(load(folder)) == ["C", "B"]
    assert readings == ["employers", "employers"]
    assert len(_entries(cache_folder)) == 1


def test_a_changed_declaration_is_read_again(
    folder: Path, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(folder)["employers"]
    monkeypatch.setattr("openilr.reference.tables.Table.fingerprint", "another")
    load(folder)["employers"]
    assert readings == ["employers", "employers"]


def _cut(entry: Path) -> None:
    entry.write_bytes(entry.read_bytes()[:50])


def _spoil_data(entry: Path) -> None:
    whole = bytearray(entry.read_bytes())
    whole[4:60] = b"\xff" * 56
    entry.write_bytes(whole)


def _other_table(entry: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(entry)


@pytest.mark.parametrize("spoil", [_cut, _spoil_data, _other_table])
def test_a_damaged_entry_is_made_again(
    spoil: Callable[[Path], None], folder: Path, readings: list[str], cache_folder: Path
) -> None:
    load(folder)["employers"]
    (entry,) = _entries(cache_folder)
    spoil(entry)
    assert load(folder).lookup("employers", "ERN", pl.Series([900000002]))["Name"].to_list() == ["B"]
    assert _names(load(folder)) == ["A", "B"]
    assert readings == ["employers", "employers"]


def test_an_entry_that_another_run_dropped(folder: Path, readings: list[str], cache_folder: Path) -> None:
    load(folder)["employers"]
    held = load(folder)
    (entry,) = _entries(cache_folder)
    entry.unlink()
    assert _names(held) == ["A", "B"]
    assert readings == ["employers", "employers"]


def test_without_a_cache_nothing_is_written(folder: Path, readings: list[str], cache_folder: Path) -> None:
    assert _names(load(folder, cache=False)) == _names(load(folder, cache=False)) == ["A", "B"]
    assert readings == ["employers", "employers"]
    assert not cache_folder.exists()


def test_a_folder_that_can_not_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    monkeypatch.setenv("OPENILR_CACHE", str(blocked))
    assert _names(load(folder)) == ["A", "B"]


def test_learner_numbers_are_not_cached(given: Callable[..., Path], cache_folder: Path) -> None:
    reference = load(given({"ulns.csv": "ULN\n1000000001\n"}))
    assert reference["learner_register"]["ULN"].to_list() == [1000000001]
    assert _entries(cache_folder) == []


def test_entries_are_private(folder: Path, cache_folder: Path) -> None:
    load(folder)["employers"]
    (entry,) = _entries(cache_folder)
    assert entry.stat().st_mode & 0o077 == 0
    assert entry.parent.stat().st_mode & 0o077 == 0


def test_a_lookup_is_a_filter(given: Callable[..., Path]) -> None:
    rows = "".join(f"{900_000_000 + i},E{i % 7}\n" for i in range(5_000, 0, -1))
    folder = given({"employers.csv": "ERN,Name\n" + rows})
    wanted = pl.Series([900_000_003, 900_004_999, 1, None, 900_000_003], dtype=pl.Int64)
    for _ in ("read", "cached"):
        reference = load(folder)
        found = reference.lookup("employers", "ERN", wanted)
        whole = reference["employers"]
        assert found.equals(whole.filter(pl.col("ERN").is_in([900_000_003, 900_004_999])))
        assert found.height == 2
        assert reference.lookup("employers", "ERN", wanted, ["Name"]).columns == ["Name"]
        assert reference.lookup("employers", "ERN", wanted.clear()).is_empty()
        assert (
            reference.scan("employers").filter(pl.col("Name") == "E3").collect().height == whole["Name"].eq("E3").sum()
        )


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from openilr.reference import cache

    monkeypatch.delenv("OPENILR_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder() == tmp_path / "openilr" / "reference"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.folder() == tmp_path / ".cache" / "openilr" / "reference"
