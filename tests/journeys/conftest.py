"""The demonstration is run once, whichever worker needs it first: it takes a while."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ILR = Path(sys.executable).with_name("ilr")
_PATIENCE = 900


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that ``ilr demo`` wrote, and what it printed."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "demonstration"
    said = shared / "said"
    try:
        shared.mkdir()
    except FileExistsError:
        end = time.monotonic() + _PATIENCE
        while not said.exists():
            assert time.monotonic() < end, "the worker that runs the demonstration has not finished"
            time.sleep(0.5)
    else:
        run = subprocess.run([ILR, "demo"], capture_output=True, text=True, cwd=shared)
        part = said.with_suffix(".part")
        part.write_text(f"{run.returncode}\n{run.stderr}\n\0{run.stdout}", "utf-8")
        part.rename(said)
    head, _, printed = said.read_text("utf-8").partition("\0")
    assert head.strip() == "0", head + printed[-3000:]
    return shared / "demo-output", printed
