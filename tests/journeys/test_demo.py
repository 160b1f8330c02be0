"""The demonstration: the whole life of the record, run as a user runs it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import polars as pl

from openilr import read
from openilr.cli.demonstration.steps import STEPS

ILR = Path(sys.executable).with_name("ilr")


def _demo(out: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ILR, "demo", out], capture_output=True, text=True, cwd=out.parent)


def test_it_tells_its_steps_in_order_and_every_command(demonstration: tuple[Path, str]):
    _, text = demonstration
    places = [text.index(f"{number}. {step.title}\n") for number, step in enumerate(STEPS, start=1)]
    assert places == sorted(places)
    for step in STEPS:
        for command in step.commands:
            assert f"$ {command.line}\n" in text


def test_every_planted_fault_is_found_and_nobody_else_is_blamed(demonstration: tuple[Path, str]):
    _, text = demonstration
    total = next(line for line in text.splitlines() if line.strip().startswith("all rules")).split()
    planted, found, wrong = int(total[2]), int(total[3]), int(total[6])
    assert planted == found > 10 and wrong == 0


def test_what_it_names_to_look_at_is_there(demonstration: tuple[Path, str]):
    out, _ = demonstration
    named = [out / name for step in STEPS for name, _ in step.made]
    assert len(named) >= 8
    for path in named:
        assert path.exists() and (path.is_file() or any(path.iterdir())), path


def test_nothing_that_left_holds_a_learner(demonstration: tuple[Path, str]):
    out, _ = demonstration
    places = ("store/releases", "store/datasets", "released")
    left = [path for place in places for path in (out / place).rglob("*") if path.suffix == ".csv"]
    assert len(left) >= 4
    text = "".join(path.read_text("utf-8") for path in left)
    identifiers = pl.concat(
        read(path).frames["Learner"].select(pl.col("ULN").cast(pl.String), "NINumber", "Postcode", "LearnRefNumber")
        for path in sorted((out / "sector" / "2526-R14").glob("*.xml"))
    )
    for column in identifiers:
        assert not [value for value in column.drop_nulls() if value in text], column.name


def test_a_small_group_was_refused_before_its_safer_version_was_released(demonstration: tuple[Path, str]):
    _, text = demonstration
    refused = text.index("Refused")
    assert refused < text.index("Passes all checks", refused) < text.index("released. Files and receipt")


def test_without_a_sandbox_its_step_is_left_out_and_says_why(tmp_path: Path, monkeypatch, capsys):
    from openilr.cli.demonstration import demo

    monkeypatch.setattr(demo, "STEPS", tuple(step for step in STEPS if step.sandbox))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert demo.run(tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert "Left out here. A session runs in a sandbox by bubblewrap, which is not here" in said
    assert "$ ilr" not in said and "released" not in said.partition("Where to look")[2]


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path):
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("words")
    refused = _demo(other)
    assert refused.returncode == 2
    assert "holds other things" in refused.stderr and "Traceback" not in refused.stderr
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]


def test_it_may_be_run_again_where_it_was(tmp_path: Path):
    # Run in the folder of an earlier demonstration, it begins by clearing what that one made, and nothing else.
    out = tmp_path / "again"
    (out / "store").mkdir(parents=True)
    (out / "store" / "old").write_text("left over")
    (out / ".made-by-ilr-demo").write_text("")
    from openilr.cli.demonstration import demo

    demo._prepare(out)
    assert not (out / "store").exists()
    assert (out / "analysis.py").is_file() and (out / "keys").stat().st_mode & 0o777 == 0o700


def test_the_commands_of_the_guide_are_those_of_the_demonstration():
    guide = Path(__file__).resolve().parents[2] / "docs" / "guide" / "life-of-a-record.md"
    shown = set(re.findall(r"^ilr .+$", guide.read_text("utf-8"), re.MULTILINE))
    # A project is numbered by the year in which it is applied for.
    run = {re.sub(r"P-\d{4}-", "P-2026-", command.line) for step in STEPS for command in step.commands}
    assert len(shown) >= 10
    assert shown <= run, shown - run
