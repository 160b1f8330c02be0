"""Outputs in a real browser: run, refused, made safe, released and taken away; no page has what axe objects to."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.access.conftest import application
from tests.web.live import faults
from tests.web.test_browser import WAYS, chromium, opened
from tests.web.test_browser import pytestmark as _chromium
from tests.web.test_outputs import ANALYSIS

__all__ = ["chromium", "opened"]
pytestmark = [_chromium, pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not here")]


@pytest.fixture(scope="module")
def active(frozen, people):
    """A project with an extract."""
    from openilr.access import extract, project

    id = project.apply(frozen, application().replace("r-jones", "researcher"), by="researcher").id
    project.approve(frozen, id, by="steward", reason="fine", roles=["steward"])
    extract.make(frozen, id, by="steward", roles=["steward"])
    return id


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    path = tmp_path_factory.mktemp("analysis") / "analysis.py"
    more = 'r.output(r.table(learners, ["Sex", "age_aug31"]), "left", "Left as it is")'
    path.write_text(ANALYSIS + more, "utf-8")
    return path


def send(page, id, path):
    page.goto("/outputs/")
    page.click(f'a:has-text("Analyses and outputs of {id}")')
    page.click('a:has-text("Run an analysis")')
    page.set_input_files("#file", path)
    page.click('main button:has-text("Run it")')
    page.wait_for_selector("text=The analysis ran to its end.")


@WAYS
def test_run_refused_made_safe_released_and_taken_away(opened, active, analysis, way):
    page = opened("researcher", **way)
    send(page, active, analysis)
    run = page.locator("tbody th a").first.inner_text().split()[1].partition("/")[0]
    page.click(f'a:has-text("{run}/age")')
    assert "too few people" in page.inner_text("main")

    checker = opened("checker", **way)
    checker.goto("/outputs/")
    checker.click(f'a:has-text("{run}/age")')
    assert checker.locator("mark").count() > 2 and "Findings" in checker.inner_text("main")
    assert checker.locator('button:text-is("Release")').count() == 0
    checker.click('a:has-text("Hide the cells concerned")')
    assert "c" in checker.locator("#safer td").all_inner_texts()
    checker.click('main button:has-text("Make this the next version")')
    assert "Version 2" in checker.inner_text("main")
    checker.click('main button:text-is("Release")')
    assert "Say why" in checker.inner_text(".govuk-error-summary")
    checker.fill("#reason", "Small cells are hidden.")
    checker.click('main button:text-is("Release")')
    checker.wait_for_url("**/released/*/")
    assert "is released" in checker.inner_text("main")

    page.goto(f"/outputs/{active}/")
    page.click('a:has-text("Apprentices by sex and age") >> nth=0')
    with page.expect_download() as taken:
        page.click('a:has-text("receipt.json")')
    receipt = json.loads(taken.value.path().read_text("utf-8"))
    assert receipt["decisions"][0]["reason"] == "Small cells are hidden."
    with page.expect_download() as taken:
        page.click('a:has-text("age.csv")')
    assert ",c\n" in taken.value.path().read_text("utf-8")
    assert page.problems == [] and checker.problems == []


def pages(id):
    """Addresses that axe looks at, by role, after the journey above."""
    of = f"/outputs/{id}/"
    return {
        "researcher": [of, f"{of}run/", f"{of}r001/age/", f"{of}r001/words/", f"{of}released/1/"],
        "checker": ["/outputs/", of, f"{of}r001/words/", f"{of}r002/left/?safer=suppress"],
    }


def test_axe_finds_nothing_and_nothing_runs_over_the_edge_of_a_phone(opened, active):
    found = []
    for role, addresses in pages(active).items():
        found += faults(opened(role), addresses)
    assert not found
