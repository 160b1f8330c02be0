"""A project in a real browser: an application is written, reviewed and approved; no page has what axe objects to."""

from __future__ import annotations

import pytest

from tests.access.conftest import application
from tests.web.live import faults
from tests.web.test_browser import WAYS, chromium, opened, pytestmark

__all__ = ["chromium", "opened", "pytestmark"]


def part(page, name):
    page.click(f'.govuk-task-list a:has-text("{name}")')


@WAYS
def test_application_review_and_approval(opened, frozen, way):
    page = opened("researcher", **way)
    page.goto("/projects/")
    page.click('a:has-text("Apply for data")')
    part(page, "What the project is for")
    page.fill("#title", f"Who completes? ({'script' not in way})")
    page.click('main button:has-text("Save")')
    assert page.inner_text(".govuk-error-summary").count("Enter") >= 2, "what is missing is told"
    for name, words in (
        ("public_benefit", "Better support."), ("legal_basis", "Digital Economy Act 2017"), ("ethics", "Low risk."),
        ("outputs", "One report."), ("end_date", "2080-07-31"),
    ):  # fmt: skip
        page.fill(f"#{name}", words)
    page.click('main button:has-text("Save")')
    part(page, "Research questions")
    page.fill("#question_1", "How does completion vary with age?")
    page.click('main button:has-text("Save")')
    part(page, "Researchers")
    assert page.input_value("#id_1") == "researcher"
    for name, words in (
        ("name", "R Esearcher"), ("organisation", "Somewhere"), ("accreditation", "AR-2"),
        ("accreditation_until", "2090-01-01"), ("training_until", "2090-01-01"),
    ):  # fmt: skip
        page.fill(f"#{name}_1", words)
    page.click('main button:has-text("Save")')
    part(page, "Years")
    page.check("#years-2526")
    page.select_option("#field_1", "learning_delivery.FundModel")
    page.fill("#values_1", "36")
    page.click('main button:has-text("Save")')
    part(page, "Fields")
    for words, name, detail in (
        ("age aug31", "learner.age_aug31", "year"), ("completion status", "learning_delivery.CompStatus", "exact"),
    ):  # fmt: skip
        page.fill("#q", words)
        page.click('main button:has-text("Search")')
        page.click(f'a:text-is("{name}")')
        page.check(f"#detail-{detail}")
        page.check("#serves-q1")
        page.click('main button:has-text("Ask for this field")')
    page.click('main button:has-text("Done with fields")')
    page.click('main button:has-text("Hand in the application")')
    assert "was handed in as" in page.inner_text("main")
    address = page.url

    steward = opened("steward", **way)
    steward.goto(address)
    steward.click('a:has-text("Review")')
    text = steward.inner_text("main")
    assert "As asked" in text and "Less, that would do" in text and "of people are unique" in text
    steward.fill("#reason", "Serves the public; the data are needed.")
    steward.click('main button:has-text("Approve")')
    assert "approved" in steward.inner_text("main .govuk-tag >> nth=0").lower()

    page.reload()
    text = page.inner_text("main")
    assert "approved" in text.lower() and "Serves the public; the data are needed." in text
    assert page.problems == [] and steward.problems == []


def pages(id):
    """Addresses that axe looks at, by role, with a project that was just applied for."""
    parts = ("", "file/", "about/", "questions/", "people/", "data/", "fields/?q=sex", "fields/learner.Sex/")
    decisions = ("review", "suspend", "clarify", "close")
    return {
        "researcher": [f"/projects/apply/{part}" for part in parts],
        "steward": [f"/projects/{id}/", *(f"/projects/{id}/{step}/" for step in decisions), "/projects/people/",
                    "/projects/"],
        "auditor": ["/projects/audit/?verify=1", "/projects/ending/", f"/projects/{id}/"],
    }  # fmt: skip


@pytest.mark.parametrize("role", ["researcher", "steward", "auditor"])
def test_axe_finds_nothing_and_nothing_runs_over_the_edge_of_a_phone(opened, frozen, role):
    from openilr.access import project

    id = project.apply(frozen, application().replace("r-jones", "researcher"), by="researcher").id
    assert faults(opened(role), pages(id)[role]) == []
