"""The demonstration: the whole life of the record, run as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ILR = Path(sys.executable).with_name("ilr")


def _demo(out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ILR, "demo", out], capture_output=True, text=True, cwd=out.parent, env={**os.environ, **environment}
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out = tmp_path_factory.mktemp("demonstration") / "demo-output"
    run = _demo(out, OPENILR_OFFICIAL=str(out / "nowhere"))
    assert run.returncode == 0, run.stderr
    assert not run.stderr
    return out, run.stdout


def test_it_says_what_it_did_in_order(shown: tuple[Path, str]):
    _, text = shown
    steps = ["1. Made-up returns", "2. Checked", "3. Kept", "4. Counted", "5. Protected", "6. Where to look"]
    places = [text.index(step) for step in steps]
    assert places == sorted(places)


def test_every_planted_fault_is_found(shown: tuple[Path, str]):
    _, text = shown
    lines = [line.split() for line in text.splitlines() if "planted faults were found" in line]
    assert len(lines) == 3
    for line in lines:
        found, planted = int(line[0]), int(line[3])
        assert found == planted > 5


def test_what_it_names_to_open_is_there(shown: tuple[Path, str]):
    out, text = shown
    named = [
        Path(line.strip()) for line in text[text.index("6. Where to look") :].splitlines() if line.startswith(str(out))
    ]
    assert len(named) >= 3
    for path in named:
        assert path.exists(), path


def test_the_published_tables_hold_no_learner(shown: tuple[Path, str]):
    out, _ = shown
    import polars as pl

    from openilr import read

    published = "".join(path.read_text("utf-8") for path in sorted((out / "published").rglob("*.csv")))
    assert "time_period" in published
    learners = read(sorted((out / "returns").glob("*.xml"))[0]).frames["Learner"]
    identifiers = learners.select(pl.col("ULN").cast(pl.String), "NINumber", "Postcode", "LearnRefNumber")
    for column in identifiers:
        assert not [value for value in column.drop_nulls() if value in published], column.name


def test_the_command_that_it_suggests_works(shown: tuple[Path, str]):
    out, text = shown
    suggested = next(line for line in text.splitlines() if " validate " in line).split()
    assert Path(suggested[0]).name == "ilr"
    run = subprocess.run([ILR, *suggested[1:]], capture_output=True, text=True, cwd=out.parent)
    assert run.returncode == 1, run.stderr
    assert "Found" in run.stdout


def test_it_can_be_run_again_in_its_own_folder_only(shown: tuple[Path, str], tmp_path: Path):
    out, text = shown
    again = _demo(out, OPENILR_OFFICIAL=str(out / "nowhere"))
    assert again.returncode == 0
    assert again.stdout == text
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("words")
    refused = _demo(other)
    assert refused.returncode == 2
    assert "holds other things" in refused.stderr and "Traceback" not in refused.stderr
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]
