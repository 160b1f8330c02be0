"""The service in a real browser: no page with a violation that axe finds; journeys by keyboard and without script."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from tests.web.conftest import PASSWORD, UKPRN
from tests.web.keyboard import Keyboard
from tests.web.live import faults

pytest.importorskip("playwright.sync_api")
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not _CHROMIUM, reason="no chromium on this machine")
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=_CHROMIUM, args=_QUIET)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, live, people):
    """``opened(role, script=True, width=1200, keyboard=False)``: a page, signed in as somebody if asked."""
    contexts = []

    def make(role=None, *, script=True, width=1200, keyboard=False):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script, base_url=live
        )
        context.set_default_timeout(90_000)
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("console", lambda m: page.problems.append(m.text) if m.type == "error" and "40" not in m.text else None)
        page.on("pageerror", lambda e: page.problems.append(str(e)))
        page = Keyboard(page) if keyboard else page
        if role:
            page.goto("/sign-in/")
            page.fill("#username", role)
            page.fill("#password", PASSWORD)
            page.click("main button")
        return page

    yield make
    for context in contexts:
        context.close()


def pages(parts):
    """Addresses that axe looks at, by role; ``test_walk`` holds that none is missing."""
    id, token = parts["id"], parts["token"]
    table = f"/data-tables/{id}/table/?time=2023/2024|AY&time=2024/2025|AY&level=REG&indicator=O7CLF"
    return {
        None: [
            "/", "/?q=aprenticeship", "/find-statistics/apprenticeships/", "/data-catalogue/", f"/data-catalogue/{id}/",
            f"/data-catalogue/{id}/changes/1.1.1/", "/data-tables/", f"/data-tables/{id}/",
            f"{table}&derived=share&chart=line", f"{table}&chart=bar", f"{table}&chart=map",
            f"/data-tables/{id}/table/?x=1", f"/data-tables/permalink/{token}/", "/methodology/",
            "/methodology/starts/",
            "/glossary/", "/data-quality/", "/how-numbers-are-protected/", "/requests/new/", f"/requests/{token}/",
            "/help/", "/accessibility/", "/privacy/", "/api/", "/sign-in/",
        ],
        "provider": [
            "/account/", "/account/second-step/", "/provider/", "/provider/send/", "/provider/numbers/?by=age",
            "/provider/forecast/",
        ],
        "steward": [
            "/steward/", "/steward/returns/2526/R12/", "/steward/quality/", "/steward/publishing/",
            f"/steward/publishing/{id}/1.1.1/", "/steward/requests/", f"/steward/requests/{token}/", table,
            f"/data-tables/{id}/",
        ],
    }  # fmt: skip


@pytest.mark.parametrize("role", [None, "provider", "steward"])
def test_axe_finds_nothing_and_nothing_runs_over_the_edge_of_a_phone(opened, parts, role):
    page = opened(role)
    assert faults(page, [*pages(parts)[role], "/nowhere/"]) == []


def test_a_table_is_made_by_keyboard_only(opened, published):
    page = opened(keyboard=True)
    page.goto(f"/data-tables/{published[1].id}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to main content"
    page.keyboard.press("Enter")
    page.check("#level-REG")
    page.click("main button:has-text('Show the table')")
    page.wait_for_url("**/table/**")
    assert "London" in page.inner_text("table")


def test_how_large_a_table_will_be_is_said_before(opened, published):
    page = opened()
    page.goto(f"/data-tables/{published[1].id}/")
    assert page.inner_text("[data-count]") == "This asks for up to 4 numbers."
    page.check("#level-REG")
    assert page.inner_text("[data-count]") == "This asks for up to 40 numbers."


def test_everything_public_works_without_script(opened, published):
    page = opened(script=False)
    page.goto("/")
    page.fill("#q", "aprenticeship")
    page.click("main button")
    page.click("main h2 a")
    page.click("text=Create your own table from")
    page.click("details:has-text('Regional') >> visible=true") if not page.is_visible("#level-REG") else None
    page.check("#level-REG")
    page.click("text=Show the table")
    assert "London" in page.inner_text("table")
    page.click("text=Bars")
    assert page.locator("svg[role=img]").count() == 1
    page.click("text=Share as it is now")
    assert "Frozen on" in page.inner_text("main")
    page.goto("/requests/new/")
    page.click("text=Send")
    assert "There is a problem" in page.inner_text("main")


#: Each journey by keyboard alone, and without script.
WAYS = pytest.mark.parametrize("way", [{"keyboard": True}, {"script": False}], ids=["keyboard", "no script"])


@WAYS
def test_a_provider_checks_a_file_and_reads_what_to_do(opened, tmp_path, returned, way):
    from openilr.synth import write_return

    path = write_return(tmp_path, 15, ukprn=UKPRN, prepared=date(2026, 6, 29), faults=0.8).path
    page = opened("provider", **way)
    page.goto("/provider/send/")
    page.set_input_files("input[type=file]", path)
    page.click("main form button:has-text('Upload')")
    page.wait_for_selector("text=What to do:")
    assert (page.problems if "script" in way else faults(page, [page.url])) == []


@WAYS
def test_stewards_publish_with_two_people_and_withdraw(opened, published, tmp_path, way):
    from tests.publish.pairs import write

    title = f"Published by {'script' not in way}"
    steward, other = opened("steward", **way), opened("other-steward", **way)
    data, meta = write(tmp_path, name="drafted", seed=5)
    steward.goto("/steward/")
    steward.click('main a:has-text("Publishing")')
    steward.set_input_files("#data", data)
    steward.set_input_files("#meta", meta)
    steward.fill("#title", title)
    steward.click('main button:has-text("Add as a draft")')
    steward.click(f'a:has-text("{title}")')
    steward.check("#decision")
    steward.click('main button:has-text("Save the decision")')
    assert "Another person" in steward.inner_text(".govuk-error-summary")
    other.goto(steward.url)
    other.check("#decision")
    other.click('main button:has-text("Save the decision")')
    other.goto("/data-catalogue/")
    other.click(f'a:has-text("{title}")')
    assert "Version" in other.inner_text("main")
    steward.goto("/steward/publishing/")
    steward.click(f'a:has-text("{title}")')
    steward.check("#decision-2")
    steward.click('main button:has-text("Save the decision")')
    assert title not in opened().goto("/data-catalogue/").text()
    assert steward.problems == [] and other.problems == []


def test_signing_in_by_keyboard_leads_back_to_the_page_that_was_asked_for(opened, people):
    page = opened()
    page.goto("/steward/quality/")
    page.focus("#username")
    page.keyboard.type("steward")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/steward/quality/")
    page.click("text=Sign out")
    assert "You are signed out." in page.inner_text("main")


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory):
    """The address of a clerical review of two pairs, the review, and the run that it judges."""
    import threading

    from openilr.link.report.review import Review, serve
    from openilr.link.run import Run

    run = Run("L0001", tmp_path_factory.mktemp("store") / "links" / "L0001", {})
    run.folder.mkdir(parents=True)
    pairs = [{"source": "npd", "record_key": f"r{n}", "person_id": f"p{n}", "band": "over 99%"} for n in (0, 1)]
    one = {"given_names": "SIÂN", "family_name": "Okonkwo-Featherstonehaugh", "date_of_birth": "04/03/2007", "sex": "2"}
    other = {"given_names": "Sian", "family_name": "Featherstone", "date_of_birth": "2007-03-04", "postcode": "ZZ1 1AA"}
    review = Review(None, run, pairs, "a test", {f"r{n}": [one] for n in (0, 1)}, {f"p{n}": [other] for n in (0, 1)})
    told, ready = [], threading.Event()
    threading.Thread(
        target=serve, args=(review, 0, lambda address: (told.append(address), ready.set())), daemon=True
    ).start()
    assert ready.wait(10)
    return told[0], review, run


@pytest.mark.parametrize("script", [True, False])
def test_pairs_are_judged_by_keyboard_only(chromium, reviewed, script):
    from openilr.link.report.review import judged

    address, _, run = reviewed
    context = chromium.new_context(viewport={"width": 375, "height": 900}, java_script_enabled=script)
    page = context.new_page()
    page.goto(address)
    assert "1 of 2" in page.inner_text("h1")
    said = dict(cell.inner_text().split("\n") for cell in page.locator("tbody th").all())
    assert said["Given names"] == said["Date of birth"] == "agrees"
    assert (said["Family name"], said["Postcode"]) == ("differs", "missing")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**place=1")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**place=2")
    assert {line["record_key"]: line["verdict"] for line in judged(run)} == {"r0": "same", "r1": "different"}
    page.click("text=Back to the last pair")
    assert "You said: Two people" in page.inner_text("main")
    context.close()


def test_axe_finds_nothing_on_the_review_page_and_it_fits_a_phone(chromium, reviewed):
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(viewport={"width": 375, "height": 900}, bypass_csp=True)
    page = context.new_page()
    for place in (0, 1, 2):
        page.goto(f"{reviewed[0]}?place={place}")
        assert Axe().run(page).response["violations"] == []
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    context.close()
