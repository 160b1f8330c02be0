"""The reference pages say what the code says: every rule, field and command is there, and every link leads there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from openilr import measure, years
from openilr.validate import explain, rule_list

EXTENSION = Path(__file__).resolve().parent.parent.parent / "docs" / "_ext"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sys.path.insert(0, str(EXTENSION))
    import reference_pages

    folder = tmp_path_factory.mktemp("reference")
    (folder / "rules").mkdir()
    (folder / "rules" / "a-rule-that-was-removed.md").write_text("old")
    reference_pages.write(folder)
    return folder


def _headings(folder: Path) -> set[str]:
    return {re.search(r"^# (.+)$", page.read_text("utf-8"), re.MULTILINE)[1] for page in folder.glob("*.md")}


def test_every_rule_has_a_page_and_no_page_is_left_over(folder: Path):
    rules = {said.rule for name in years.available() if years.load(name).has_rules for said in rule_list(name)}
    ids = set()
    for page in (folder / "rules").glob("*.md"):
        ids |= set(re.findall(r"^\| \d{4}-\d{2} \| ([^|]+) \|", page.read_text("utf-8"), re.MULTILINE)) - {"0"}
    assert rules <= ids
    assert not (folder / "rules" / "a-rule-that-was-removed.md").exists()


def test_every_field_of_every_year_has_a_page(folder: Path):
    fields = {path for name in years.available() for path in years.load(name).schema.fields}
    assert _headings(folder / "fields") == fields | {"Fields"}


def test_every_measure_has_a_page(folder: Path):
    for name in measure.names():
        text = (folder / "measures" / f"{name}.md").read_text("utf-8")
        assert measure.get(name).definition in text
        assert f"[{name}]({name}.md)" in (folder / "measures" / "index.md").read_text("utf-8")


def test_a_rule_page_shows_the_words_and_the_cases(folder: Path):
    text = (folder / "rules" / "uln-04.md").read_text("utf-8")
    said = explain("ULN_04", "2526")
    for words in (said.summary, said.fix, said.why):
        assert words in text
    assert "[Learner.ULN](../fields/learner-uln.md)" in text
    assert "| fires |" in text


def test_a_field_page_shows_what_changed_between_years(folder: Path):
    text = (folder / "fields" / "learningdelivery-epaorgid.md").read_text("utf-8")
    assert "| Length | " in text
    lengths = re.search(r"\| Length \| (.+) \|", text)[1].split(" | ")
    assert lengths[-2:] == ["1 to 7", "1 to 8"]


def test_every_link_leads_to_a_page(folder: Path):
    checked = 0
    for page in folder.rglob("*.md"):
        for target in re.findall(r"\]\(([^)#]+\.md)", page.read_text("utf-8")):
            assert (page.parent / target).is_file(), f"{page.name} links to {target}"
            checked += 1
    assert checked > 1000


def test_every_command_is_listed(folder: Path):
    text = (folder / "commands.md").read_text("utf-8")
    for command in ("validate", "rules", "schema", "demo"):
        assert f"## ilr {command}\n" in text


def test_a_second_writing_changes_nothing(folder: Path):
    import reference_pages

    before = {page: page.stat().st_mtime_ns for page in folder.rglob("*.md")}
    reference_pages.write(folder)
    assert before == {page: page.stat().st_mtime_ns for page in folder.rglob("*.md")}
