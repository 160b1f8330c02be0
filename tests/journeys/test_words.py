"""What the README and the guide show is what the program prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from openilr.validate import rule_list

ROOT = Path(__file__).resolve().parents[2]
ILR = Path(sys.executable).with_name("ilr")


def _plain(text: str) -> str:
    # Numbers follow the made-up learners, and line breaks follow the numbers; the words are what must not drift.
    return re.sub(r"-{3,}", "---", re.sub(r"\d[\d,]*", "#", " ".join(text.split())))


def _shown(page: str) -> list[list[str]]:
    """Each text block of a page, in the pieces between the ellipses that stand for what was left out."""
    text = (ROOT / page).read_text("utf-8")
    blocks = re.findall(r"^ *```text\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [[_plain(piece) for piece in re.split(r"^ *\.\.\.$", block, flags=re.MULTILINE)] for block in blocks]


def _missing(pieces: list[str], printed: str) -> str | None:
    """The first piece that is not printed after the pieces before it."""
    rest = _plain(printed)
    for piece in pieces:
        before, found, rest = rest.partition(piece)
        if not found:
            return f"{piece!r} is not in {before[:4000]!r}"
    return None


def test_the_report_in_the_readme_is_real(demonstration: tuple[Path, str]):
    out, _ = demonstration
    (block,) = _shown("README.md")
    path = sorted((out / "sector" / "2526-R14").glob("*.xml"))[0]
    command = [ILR, "validate", path, "--reference", out / "sector" / "reference", "--as-of", "2026-10-21"]
    printed = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "80"}).stdout
    assert len(block) == 3
    assert _missing(block, printed) is None


def test_the_steps_in_the_guide_are_real(demonstration: tuple[Path, str]):
    _, printed = demonstration
    blocks = _shown("docs/guide/life-of-a-record.md")
    assert len(blocks) == 4
    for block in blocks:
        assert _missing(block, printed) is None


def test_the_readme_claims_no_rule_that_is_not_there():
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert "every published rule of 2025-26 and 2026-27" in text
    for year in ("2526", "2627"):
        statuses = [said.status for said in rule_list(year)]
        assert statuses.count("not_yet") == 0
        assert statuses.count("service_only") == 3, "the README says that there are three"


def test_a_line_that_is_not_printed_is_noticed():
    assert _missing(["one", "two #"], "one\nthree\ntwo 22\n") is None
    assert "'one'" in (_missing(["two #", "one"], "one\ntwo 22\n") or "")
