"""Temporary folders: private, and gone even where their maker was killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from openilr.store import scratch, views

_KILLED = """
import os
from openilr.store.scratch import Scratch
made = Scratch()
(made.path / "spilled").write_text("somebody")
os.kill(os.getpid(), 9)
"""
_SPILLED = """
import os
import sys
from openilr.cli import run as cli
from openilr.store import views
connection = views.connect({})
spill = connection.raw_sql("SELECT current_setting('temp_directory')").fetchall()[0][0]
connection.raw_sql("SET memory_limit = '60MB'; SET threads = 1")
connection.raw_sql("CREATE TABLE t AS SELECT range AS n, hash(range) AS h FROM range(6000000)")
print(spill, sum(os.path.getsize(os.path.join(spill, name)) for name in os.listdir(spill)))
sys.argv = ["ilr", "--version"]
cli.main()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def test_what_a_killed_process_left_goes_with_the_next_folder(place: Path):
    done = subprocess.run([sys.executable, "-c", _KILLED], check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = place.iterdir()
    assert left.stat().st_mode & 0o777 == 0o700 and (left / "spilled").exists()
    (place / "openilr-of-a-user").mkdir()
    with scratch.folder() as mine, scratch.folder() as second:
        assert {path.name for path in place.iterdir()} == {mine.name, second.name, "openilr-of-a-user"}
    assert [path.name for path in place.iterdir()] == ["openilr-of-a-user"]


def test_the_command_leaves_nothing_of_what_it_spilled(place: Path):
    done = subprocess.run([sys.executable, "-c", _SPILLED], check=True, capture_output=True, text=True)
    folder, size = done.stdout.splitlines()[0].rsplit(" ", 1)
    assert Path(folder).parent == place and int(size) > 1_000_000
    assert not list(place.iterdir())


def test_sessions_spill_to_such_a_folder(place: Path):
    with views.duckdb_session() as session:
        (spill,) = session.sql("SELECT current_setting('temp_directory')").fetchall()[0]
        assert Path(spill).stat().st_mode & 0o777 == 0o700 and Path(spill).parent == place
    assert not list(place.iterdir())
