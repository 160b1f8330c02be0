"""The repository keeps its promises: exact versions, commands that exist, nothing that belongs to one machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

#: Written in parts, so that this file does not hold what it looks for.
REGISTRY = re.compile(
    r"https?://(files|registry|deb|security|index)[.]|https?://[^ \"]*/"
    + r"simple([/\"]|$)|index"
    + r"-url|uv\.lo"
    + r"ck"
)
SECRET = re.compile(r"BEGIN [A-Z ]*PRIVATE " + r"KEY|\b(AKIA|ghp_|github_pat_|xox[bp]-|sk-)[A-Za-z0-9_-]{16,}")
MACHINE = re.compile(r"(?<![\w.])/(work|root|home/\w+|Users/\w+)/[\w.]")


@cache
def _tracked() -> list[Path]:
    """The files that the repository holds; every text file below it where this is not a git checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    names = listed.stdout.split("\0") if listed.returncode == 0 else []
    files = [ROOT / name for name in names if name]
    if not files:
        hidden = {".venv", ".git", "build", "dist", "demo-output", "_build"}
        files = [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.parts)]
    return [path for path in files if path.is_file()]


def _lines() -> list[tuple[Path, int, str]]:
    found = []
    for path in _tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [(path, number, line) for number, line in enumerate(text.splitlines(), start=1)]
    return found


def _where(pattern: re.Pattern[str]) -> list[str]:
    return [f"{path.relative_to(ROOT)}:{number}" for path, number, line in _lines() if pattern.search(line)]


def test_there_are_files_to_look_at():
    names = {path.relative_to(ROOT).as_posix() for path in _tracked()}
    assert {"pyproject.toml", "src/openilr/__init__.py", "tests/test_repository.py"} <= names


def test_no_registry_is_named():
    assert REGISTRY.search("--index" + "-url https://x/")
    assert not _where(REGISTRY)


def test_no_path_of_one_machine_is_written():
    assert MACHINE.search("see /" + "home/anna/data") and not MACHINE.search("src/" + "work/x")
    assert not _where(MACHINE)


def test_no_secret_is_kept():
    assert SECRET.search("-----BEGIN RSA PRIVATE " + "KEY-----") and SECRET.search("AKIA" + "Z" * 16)
    assert not _where(SECRET)
    assert not [path for path in _tracked() if path.suffix in {".key", ".pem", ".p12"} or path.name.startswith(".env")]


def test_no_tracked_file_is_large():
    large = [path.relative_to(ROOT).as_posix() for path in _tracked() if path.stat().st_size > 2**20]
    assert not large, "generate large files instead"


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    wrong = [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)]
    assert not wrong, "constraints.txt holds name==version lines and nothing else"
    return {_normal(line.partition("==")[0]): line.partition("==")[2] for line in lines}


def _normal(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[ \[<>=!~;]", requirement)[0]).lower()


def test_every_direct_dependency_has_an_exact_version():
    pins = _pins()
    wanted = [*PROJECT["dependencies"], *(name for names in EXTRAS.values() for name in names)]
    assert len(wanted) > 10
    assert not [name for name in wanted if _normal(name) not in pins]


def test_versions_are_pinned_once():
    lines = (ROOT / "constraints.txt").read_text("utf-8").split()
    assert len(_pins()) == len(lines)


def test_what_is_installed_is_what_is_pinned():
    from importlib.metadata import version

    for requirement in PROJECT["dependencies"]:
        name = _normal(requirement)
        assert version(name) == _pins()[name], f"{name}: run make test again, or update constraints.txt"


@cache
def _targets() -> set[str]:
    text = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z]+):", text, re.MULTILINE))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_make_commands_of_a_page_exist(page: str):
    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"\bmake ([a-z]+)`|^\s*(?:\$ )?make ([a-z]+)", text, re.MULTILINE))
    commands = {one or other for one, other in named}
    assert commands, f"{page} names no make command"
    assert commands <= _targets()


def test_the_readme_shows_the_two_commands():
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make demo" in text and "make test" in text


def test_every_phony_target_is_defined_and_set_up():
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony and set(phony[1].split()) <= _targets()
    for name in ("demo", "test", "lint", "bench", "docs"):
        assert re.search(rf"^{name}: \$\(VENV\)/installed", text, re.MULTILINE), f"make {name} must set itself up"


def test_programs_that_are_missing_are_said_in_a_sentence(tmp_path: Path):
    # A machine without apt-get, whose /bin/sh may be any: make goes on, and what needs the program says so later.
    for name in ("make", "id"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    command = [tmp_path / "make", "system", "SYSTEM=nosuchcommand=nosuchpackage nosuchother=another"]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("Not installed here: nosuchpackage another. ") and done.stderr.count("\n") == 1


def test_continuous_integration_runs_the_commands_of_the_readme():
    script = ROOT / ".ci" / "run"
    text = script.read_text("utf-8")
    assert script.stat().st_mode & 0o111
    assert re.findall(r"^make ([a-z]+)$", text, re.MULTILINE)
    assert set(re.findall(r"^make ([a-z]+)$", text, re.MULTILINE)) <= _targets()
    assert "make test" in text and "set -euo pipefail" in text


def test_the_changelog_has_a_place_for_what_comes_next():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"^## \[?Unreleased", text, re.MULTILINE)
