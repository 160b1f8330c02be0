"""What the tutorials tell to type: each line is a command with options that exist, and files that are there by then."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from openilr.cli.app import app
from openilr.cli.run import run

PAGES = Path(__file__).resolve().parents[2] / "docs" / "tutorials"
_DATES = re.compile(r"<LearnStartDate>(\S+?)<.*\s*(?:<OrigLearnStartDate>.*\s*)?<LearnPlanEndDate>(\S+?)<")
WITH_COMMANDS = ("data-manager", "steward", "researcher", "checker")


def _lines(page: str) -> list[list[str]]:
    """The lines of a tutorial that begin with ``ilr``, or copy a file, in their order."""
    text = (PAGES / f"{page}.md").read_text("utf-8")
    blocks = re.findall(r"^ *```\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [
        shlex.split(line) for block in blocks for line in block.splitlines() if re.match(r" *(ilr|cp|mkdir) ", line)
    ]


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_each_command_of_a_tutorial_is_one_that_there_is(page: str):
    commands = [line[1:] for line in _lines(page) if line[0] == "ilr"]
    assert len(commands) >= 3
    for line in commands:
        words = line[: line.index(">")] if ">" in line else list(line)
        command = typer.main.get_command(app)
        with command.make_context("ilr", [], resilient_parsing=True) as context:
            while hasattr(command, "commands"):
                name = words.pop(0)
                command = command.get_command(context, name)
                assert command is not None, (line, name)
            command.make_context(" ".join(line), list(words))


def test_what_a_data_manager_types_does_what_the_tutorial_says(demonstration, tmp_path, monkeypatch, capsysbinary):
    out, _ = demonstration
    monkeypatch.chdir(tmp_path)
    for name in ("sector", "store"):
        (tmp_path / name).symlink_to(out / name)
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(out / "keys" / "vault.key"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(out / "keys"))
    said = ""
    for line in _lines("data-manager"):
        if line[0] == "mkdir":
            Path(line[1]).mkdir()
        elif line[0] == "cp":
            copy = Path(line[2]) / Path(line[1]).name
            text = Path(line[1]).read_text("utf-8")
            # The one aim that is planned to end before it starts, as the reader is told to mend it.
            wrong = [dates for dates in _DATES.finditer(text) if dates[2] < dates[1]]
            assert len(wrong) == 1
            first, last = wrong[0].span(2)
            copy.write_text(text[:first] + "2026-07-31" + text[last:], "utf-8")
        elif "serve" not in line:
            assert run(line[1:]) in (0, 1), line
            said += capsysbinary.readouterr().out.decode()
    assert "Aims at risk" in said
    assert re.search(r"[1-9]\d* fixed, 0 new", said), said[:6000]
    assert Path("trail.csv").read_text("utf-8").startswith("ukprn,") and Path("check.html").stat().st_size > 1000
