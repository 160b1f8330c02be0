"""Pages of outputs: from an analysis to what its researchers take away, and who sees what on the way."""

from __future__ import annotations

import io
import json
import shutil
import zipfile

import pytest

from tests.access.conftest import application
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not here")
ROLES = ("provider", "steward", "researcher", "checker", "auditor", "public")
LISTED = ("steward", "researcher", "checker", "auditor")
UNSEEN = "Apprentices by sex and age, never before told"
ANALYSIS = f"""
from openilr import research as r
e = r.open_extract()
learners = e.sample("learner", unit="learners", population="apprentices in 2025-26")
r.output(r.table(learners, "Sex"), "sex", "Apprentices by sex")
r.output(r.table(learners, ["Sex", "age_aug31"]), "age", "{UNSEEN}", notes="A note to the reader.")
r.output("Nothing <b>to see</b>.", "words", "In words")
"""


@pytest.fixture(scope="module")
def held(people, frozen):
    """The store, with people who have two roles or are of no project."""
    from openilr.web.accounts import people as accounts

    accounts.add("other-researcher", ["researcher"], password=PASSWORD)
    accounts.add("second-checker", ["checker"], password=PASSWORD)
    accounts.add("reads-and-checks", ["researcher", "checker"], password=PASSWORD)
    return frozen


@pytest.fixture(scope="module")
def run(held, people):
    """A project whose analysis was run by its researcher on the page: its id."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from openilr.access import extract, project

    text = application().replace("r-jones", "researcher")
    id = project.apply(held, text, by="reads-and-checks").id
    project.approve(held, id, by="steward", reason="fine", roles=["steward"])
    extract.make(held, id, by="steward", roles=["steward"])
    browser = Client()
    browser.force_login(
        get_user_model().objects.get(username="researcher"), "django.contrib.auth.backends.ModelBackend"
    )
    send(browser, id, ANALYSIS)
    return id


def send(browser, id, text, name="analysis.py"):
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    file.name = name
    return browser.post(f"/outputs/{id}/run/", {"file": file})


def actions(held, id):
    from openilr.access import audit

    return [event.action for event in audit.events(held, id)]


def test_from_an_analysis_to_what_is_taken_away(held, run, signed_in):
    researcher, checker = signed_in("researcher"), signed_in("checker")
    page = researcher.get(f"/outputs/{run}/").text
    assert "The analysis ran to its end." in page and "r001/age" in page and UNSEEN not in page
    mine = researcher.get(f"/outputs/{run}/r001/age/").text
    assert "too few people" in mine and "Hide the cells concerned" in mine
    # The checker finds it in the queue, and sees it whole: cells concerned, findings, context, a safer version.
    queue = checker.get("/outputs/").text
    assert f"{run} r001/age" in queue.partition("Refused by the checks")[2].partition("Decided")[0]
    seen = checker.get(f"/outputs/{run}/r001/age/", {"safer": "suppress"}).text
    assert UNSEEN in seen and "A note to the reader." in seen and "apprentices in 2025-26" in seen
    assert seen.count('<mark class="ilr-concerned">') >= 2 and "concerned by finding" in seen
    assert "ONS Secure Research Service" in seen and "r.table(learners" in seen and 'id="safer"' in seen
    assert ">Release<" not in seen
    # What fails is not released, whatever is posted; its safer version is.
    decide = f"/outputs/{run}/r001/age/decide/"
    agree = {"decision": "agree", "reason": "Safe now.", "version": 1}
    answer = checker.post(decide, agree)
    assert answer.status_code == 409 and "can not be released" in answer.text
    assert checker.post(f"/outputs/{run}/r001/age/change/", {"way": "suppress"}).status_code == 302
    stale = checker.post(decide, agree)
    assert stale.status_code == 409 and "changed since it was looked at" in stale.text
    assert checker.post(decide, {**agree, "reason": " ", "version": 2}).status_code == 400
    answer = checker.post(decide, {**agree, "version": 2})
    assert answer["Location"] == f"/outputs/{run}/released/1/"
    # The researcher takes it away; the receipt names the files by hash.
    released = researcher.get(f"/outputs/{run}/released/1/").text
    assert UNSEEN in released and "Safe now." in released
    table = researcher.get(f"/outputs/{run}/released/1/age.csv/")
    assert "attachment" in table["Content-Disposition"] and b",c\n" in table.content
    receipt = json.loads(researcher.get(f"/outputs/{run}/released/1/receipt.json/").content)
    assert receipt["files"]["age.csv"] in released and receipt["released_by"] == "checker"
    assert researcher.get(f"/outputs/{run}/released/1/rows.bin/").status_code == 409
    assert "released version 2" in researcher.get(f"/outputs/{run}/r001/age/").text
    log = actions(held, run)
    for action in ("web.outputs.run", "session.run", "output.look", "output.change", "output.agree", "output.release",
                   "web.outputs.download"):  # fmt: skip
        assert action in log


#: Who may open a page; others are told that it is not theirs.
PAGES = {
    "/outputs/": LISTED, "/outputs/{id}/": LISTED, "/outputs/{id}/run/": ("researcher",),
    "/outputs/{id}/sacro/": ("checker",), "/outputs/{id}/r001/sex/": LISTED,
    "/outputs/{id}/released/{number}/": LISTED, "/outputs/{id}/released/{number}/words.txt/": ("researcher", "checker"),
}  # fmt: skip
POSTS = {
    "/outputs/{id}/run/": ("researcher",), "/outputs/{id}/r001/sex/change/": ("researcher", "checker"),
    "/outputs/{id}/r001/sex/decide/": ("checker",),
}  # fmt: skip


@pytest.fixture(scope="module")
def number(held, run):
    """The number of a release."""
    from openilr.disclose.session.project import decide, release

    decide(held, run, "words", by="second-checker", agree=True, reason="Read.", roles=["checker"])
    return int(release(held, run, "words", by="second-checker", roles=["checker"]).name)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_as_every_role(signed_in, visitor, run, number, role):
    browser = signed_in(role)
    for address, allowed in PAGES.items():
        answer = browser.get(address.format(id=run, number=number))
        assert answer.status_code == (200 if role in allowed else 403), address
        assert role not in allowed or answer["Cache-Control"] == "no-store"
        assert visitor.get(address.format(id=run, number=number))["Location"].startswith("/sign-in/")
    for address, allowed in POSTS.items():
        answer = browser.post(address.format(id=run), {})
        told = "This can not be done" in answer.text
        assert answer.status_code in (400, 409) or told if role in allowed else answer.status_code == 403 and not told


def test_all_addresses_are_in_these_tests():
    from django.urls import resolve

    from openilr.web.outputs.urls import urlpatterns

    tried = {resolve(each.format(id="x", number=1)).url_name for each in (*PAGES, *POSTS)}
    assert tried == {pattern.name for pattern in urlpatterns}


@pytest.mark.parametrize("who", ["researcher", "steward", "auditor", "reads-and-checks"])
def test_only_checkers_without_a_part_see_what_is_not_released(held, signed_in, run, who):
    """Not titles, notes, texts, findings nor code. ``reads-and-checks`` is a checker who applied for the project."""
    browser = signed_in(who)
    everything = "".join(browser.get(f"/outputs/{run}/{part}").text for part in ("", "r001/words/", "r001/sex/"))
    everything += browser.get("/outputs/").text + browser.get(f"/projects/{run}/").text
    for secret in ("Apprentices by sex<", "to see", "<mark", "apprentices in 2025-26", "r.table("):
        assert secret not in everything, secret
    assert browser.get(f"/outputs/{run}/sacro/").status_code == 403
    answer = browser.post(f"/outputs/{run}/r001/sex/decide/", {"decision": "agree", "reason": "Mine.", "version": 1})
    assert answer.status_code == 403
    if who == "reads-and-checks":
        assert "nobody releases their own" in answer.text and actions(held, run)[-1] == "output.decide.refused"


def test_another_project_is_not_told_of(signed_in, run, number):
    other = signed_in("other-researcher")
    assert run not in other.get("/outputs/").text
    for address in ("", "run/", "r001/sex/", f"released/{number}/", f"released/{number}/words.txt/"):
        assert other.get(f"/outputs/{run}/{address}").status_code == 403
        assert other.get(f"/outputs/P-2026-999/{address}").status_code == 403, "nor whether there is one"
    for address in ("run/", "r001/sex/change/"):
        assert other.post(f"/outputs/{run}/{address}", {"way": "round"}).status_code == 403


def test_a_form_from_elsewhere_changes_nothing(held, people, run):
    from django.contrib.auth import get_user_model
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(get_user_model().objects.get(username="checker"), "django.contrib.auth.backends.ModelBackend")
    said = {"decision": "agree", "reason": "x", "version": 1}
    assert browser.post(f"/outputs/{run}/r001/sex/decide/", said).status_code == 403
    assert browser.post(f"/outputs/{run}/r001/sex/change/", {"way": "round"}).status_code == 403


def test_two_checkers_where_the_owner_says_so(held, signed_in, run):
    from importlib.resources import files

    from openilr.disclose.session.project import open_desk

    own = held.path / "outputs" / "policy.toml"
    text = files("openilr.disclose.outputs").joinpath("policy.toml").read_text("utf-8")
    own.write_text(text.replace("checkers = 1 ", "checkers = 2 "), "utf-8")
    try:
        one, two = signed_in("checker"), signed_in("second-checker")
        address, said = f"/outputs/{run}/r001/sex/", {"decision": "agree", "reason": "Fine.", "version": 1}
        assert ">Agree to a release<" in one.get(address).text
        assert one.post(f"{address}decide/", said)["Location"] == "/outputs/"
        assert open_desk(held, run).item("sex").state == "agreed"
        page = one.get(address).text
        assert "a second checker decides" in page and ">Release<" not in page
        again = one.post(f"{address}decide/", said)
        assert again.status_code == 409 and "agreed already" in again.text
        assert ">Release<" in two.get(address).text and "checker agreed" in two.get(address).text
        assert "/released/" in two.post(f"{address}decide/", said)["Location"]
    finally:
        own.unlink()


def test_what_sacro_reads(signed_in, run):
    answer = signed_in("checker").get(f"/outputs/{run}/sacro/")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        read = json.loads(book.read(f"{run}-sacro/results.json"))
    assert read["version"] == "1.0.2" and set(read["results"]) == {"age", "sex", "words"}


def test_a_refusal_tells_the_researchers_why(held, signed_in, run):
    from openilr.disclose.outputs import Output
    from openilr.disclose.session.project import open_desk

    desk = open_desk(held, run)
    said = Output("more", "text", "More words", {"text": "Two <script>alert(1)</script> lines."})
    item = desk.add((said,), by="researcher", snapshots=("2526-R14-1",), script="more", words="ran")[0]
    checker = signed_in("checker")
    page = checker.get(f"/outputs/{run}/{item.name}/").text
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    checker.post(
        f"/outputs/{run}/{item.name}/decide/", {"decision": "refuse", "reason": "Say what it is of.", "version": 1}
    )
    page = signed_in("researcher").get(f"/outputs/{run}/{item.name}/").text
    assert "Say what it is of." in page and "More words" not in page


def test_analyses_that_are_none_and_that_stop_early(held, signed_in, run):
    browser = signed_in("researcher")
    for text, name, words in (
        ("", "a.py", "empty"),
        ("x", "a.txt", "Choose a Python"),
        (b"\xff\xfe", "a.py", "no text"),
    ):
        answer = send(browser, run, text, name)
        assert answer.status_code == 400 and words in answer.text
    assert send(browser, run, "{}", "a.ipynb").status_code == 302
    assert "is no notebook" in browser.get(f"/outputs/{run}/").text


def test_nothing_is_run_or_released_while_a_project_is_suspended(held, signed_in, run):
    from openilr.access import project

    project.suspend(held, run, by="steward", reason="Lost laptop.", roles=["steward"])
    try:
        researcher = signed_in("researcher")
        assert ">Run an analysis<" not in researcher.get(f"/outputs/{run}/").text
        send(researcher, run, ANALYSIS)
        assert "is suspended; nothing of it opens" in researcher.get(f"/outputs/{run}/").text
        answer = signed_in("checker").post(
            f"/outputs/{run}/r001/sex/decide/", {"decision": "agree", "reason": "x", "version": 1}
        )
        assert answer.status_code == 403 and "suspended" in answer.text
    finally:
        project.resume(held, run, by="steward", reason="Found.", roles=["steward"])


def test_after_the_end_only_what_was_released_is_there(held, signed_in, run, number):
    from openilr.access import ending

    ending.close(held, run, by="steward", reason="The report is out.", roles=["steward"])
    checker, researcher = signed_in("checker"), signed_in("researcher")
    assert checker.get(f"/outputs/{run}/r001/sex/").status_code == 409
    assert f"{run} r001" not in checker.get("/outputs/").text
    assert "The project is closed" in researcher.get(f"/outputs/{run}/").text
    assert researcher.get(f"/outputs/{run}/released/{number}/words.txt/").content == b"Nothing <b>to see</b>.\n"
