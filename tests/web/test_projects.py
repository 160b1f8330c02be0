"""Pages of governed access: the way of an application, and who may do what on each page."""

from __future__ import annotations

import io
import json
import time
import zipfile

import pytest

from tests.access.conftest import application
from tests.web.conftest import PASSWORD

LISTED = ("steward", "researcher", "checker", "auditor")
ROLES = ("provider", "steward", "researcher", "checker", "auditor", "public")


@pytest.fixture(scope="module")
def held(people, frozen):
    """The store, with a second steward and a second researcher."""
    from openilr.web.accounts import people as accounts

    accounts.add("both", ["steward", "researcher"], password=PASSWORD)
    accounts.add("other-researcher", ["researcher"], password=PASSWORD)
    return frozen


@pytest.fixture
def applied(held):
    """A project that waits for a decision."""
    from openilr.access import project

    return project.apply(held, application().replace("r-jones", "researcher"), by="researcher").id


@pytest.fixture
def approved(held, applied):
    from openilr.access import project

    project.approve(held, applied, by="steward", reason="fine", roles=["steward"])
    return applied


def actions(held, project=None):
    from openilr.access import audit

    return [event.action for event in audit.events(held, project)]


#: Who may open a page (200), and with which answer others are turned away (403, or to sign in).
PAGES = {
    "/projects/": LISTED, "/projects/{id}/": LISTED, "/projects/{id}/review/": ("steward",),
    "/projects/{id}/twin/": ("steward", "researcher"), "/projects/people/": ("steward",),
    "/projects/ending/": ("steward", "auditor"), "/projects/audit/": ("steward", "auditor"),
    "/projects/{id}/suspend/": ("steward",), "/projects/{id}/close/": ("steward",),
    **{f"/projects/apply/{part}": ("researcher",) for part in
       ("", "file/", "about/", "questions/", "people/", "data/", "fields/", "fields/learner.Sex/")},
}  # fmt: skip
#: Posts, and the roles that the page lets through (200, 302, 400, 403 with a reason of access, 409).
POSTS = {
    "/projects/{id}/approve/": ("steward",), "/projects/{id}/clarify/": ("steward",),
    "/projects/{id}/refuse/": ("steward",), "/projects/{id}/suspend/": ("steward",),
    "/projects/{id}/resume/": ("steward",), "/projects/{id}/close/": ("steward",),
    "/projects/{id}/extract/": ("steward",), "/projects/{id}/answer/": ("researcher",),
    "/projects/{id}/change/": ("researcher",), "/projects/apply/hand-in/": ("researcher",),
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", PAGES)
def test_every_page_as_every_role(signed_in, applied, address, role):
    answer = signed_in(role).get(address.format(id=applied))
    assert answer.status_code == (200 if role in PAGES[address] else 403)
    if answer.status_code == 200:
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", POSTS)
def test_every_form_as_every_role(signed_in, applied, address, role):
    answer = signed_in(role).post(address.format(id=applied), {})
    if role in POSTS[address]:
        assert answer.status_code in (302, 400, 409) or "This can not be done" in answer.text
    else:
        assert answer.status_code == 403 and "This can not be done" not in answer.text


@pytest.mark.parametrize("address", [*PAGES, *POSTS, "/projects/{id}/certificate/"])
def test_who_is_not_signed_in_is_asked_to(visitor, applied, address):
    answer = visitor.get(address.format(id=applied))
    if answer.status_code == 405:
        answer = visitor.post(address.format(id=applied))
    assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/")


def test_all_addresses_are_in_these_tests():
    from openilr.web.projects.urls import urlpatterns

    tried = {each.strip("/").split("/")[-1] for each in (*PAGES, *POSTS)}
    for pattern in urlpatterns:
        last = str(pattern.pattern).strip("/").split("/")[-1]
        assert last.startswith("<") or last in tried | {"certificate"}, last


@pytest.mark.parametrize("address", ["/projects/{id}/", "/projects/{id}/twin/"])
def test_a_researcher_sees_no_other_project(signed_in, applied, address):
    other = signed_in("other-researcher")
    assert other.get(address.format(id=applied)).status_code == 403
    assert other.get(address.format(id="P-2026-999")).status_code == 403, "nor whether there is one"
    assert applied not in other.get("/projects/").text
    assert other.post(f"/projects/{applied}/answer/", {"reason": "x"}).status_code == 403
    assert other.post(f"/projects/{applied}/change/").status_code == 403


def test_a_form_from_elsewhere_and_an_old_session_change_nothing(held, people, signed_in, applied):
    from django.contrib.auth import get_user_model
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(get_user_model().objects.get(username="steward"), "django.contrib.auth.backends.ModelBackend")
    for address in POSTS:
        assert browser.post(address.format(id=applied), {"reason": "x"}).status_code == 403
    old = signed_in("steward")
    old.get("/projects/")
    session = old.session
    session["began"] = time.time() - 11 * 3600
    session.save()
    assert old.post(f"/projects/{applied}/approve/", {"reason": "x"}).status_code == 302
    assert "project.approve" not in actions(held, applied)


def test_views_of_sensitive_pages_are_in_the_audit_log(held, signed_in, applied):
    signed_in("auditor").get(f"/projects/{applied}/")
    signed_in("steward").get(f"/projects/{applied}/review/")
    signed_in("researcher").get(f"/projects/{applied}/twin/")
    assert actions(held, applied)[-3:] == ["web.projects.view", "web.projects.review", "web.projects.twin"]
    signed_in("auditor").get("/projects/audit/")
    signed_in("steward").get("/projects/people/")
    assert actions(held)[-2:] == ["web.audit.view", "web.projects.people"]


def test_nobody_decides_on_their_own_project(held, signed_in):
    from openilr.access import project

    id = project.apply(held, application().replace("r-jones", "both"), by="researcher").id
    page = signed_in("both").get(f"/projects/{id}/review/").text
    assert "Somebody else decides on it" in page and ">Approve<" not in page
    answer = signed_in("both").post(f"/projects/{id}/approve/", {"reason": "I trust myself."})
    assert answer.status_code == 403 and "nobody approves their own" in answer.text
    assert project.project(held, id).state == "applied"
    assert actions(held, id)[-1] == "project.approve.refused"


def test_an_approval_of_a_page_that_has_changed_since_is_refused(held, signed_in, applied):
    from openilr.access import project

    read = project.project(held, applied).application
    project.apply(
        held, application(ends="2079-01-01").replace("r-jones", "researcher"), by="researcher", project_id=applied
    )
    signed_in("steward").get(f"/projects/{applied}/review/")
    answer = signed_in("steward").post(f"/projects/{applied}/approve/", {"reason": "ok", "application": read})
    assert answer.status_code == 403 and "changed since it was read" in answer.text


def test_review_shows_what_is_asked_beside_what_would_do(signed_in, applied):
    page = signed_in("steward").get(f"/projects/{applied}/review/").text
    assert "60 people" not in page and "40 people" in page
    for words in ("As asked", "Less, that would do", "learner.age_aug31", "of people are unique", "2526-R14-1"):
        assert words in page


def test_what_can_not_be_decided_is_told_and_not_approved(held, signed_in):
    from openilr.access import project

    text = application().replace("[36]", "[81]").replace("r-jones", "researcher")
    id = project.apply(held, text, by="researcher").id
    page = signed_in("steward").get(f"/projects/{id}/review/").text
    assert "No learner meets the application" in page and ">Approve<" not in page
    answer = signed_in("steward").post(f"/projects/{id}/approve/", {"reason": "fine"})
    assert answer.status_code == 409 and project.project(held, id).state == "applied"


def test_a_decision_needs_a_reason(held, signed_in, applied):
    answer = signed_in("steward").post(f"/projects/{applied}/approve/", {"reason": " "})
    assert answer.status_code == 400 and "Say why" in answer.text
    assert "project.approve" not in actions(held, applied)


def test_clarifying_and_answering(held, signed_in, applied):
    from openilr.access import project

    signed_in("steward").post(f"/projects/{applied}/clarify/", {"reason": "Why the month?"})
    page = signed_in("researcher").get(f"/projects/{applied}/").text
    assert "Why the month?" in page and "Your answer" in page
    signed_in("researcher").post(f"/projects/{applied}/answer/", {"reason": "Starts matter."})
    assert project.project(held, applied).state == "applied"


def test_extract_suspension_and_the_end(held, signed_in, approved):
    from openilr.access import project

    steward = signed_in("steward")
    steward.post(f"/projects/{approved}/extract/", {"replace": "1"})
    assert f"{approved}-E1" in steward.get(f"/projects/{approved}/").text
    steward.post(f"/projects/{approved}/suspend/", {"reason": "Lost laptop."})
    assert project.project(held, approved).state == "suspended"
    steward.post(f"/projects/{approved}/extract/")
    assert actions(held, approved)[-1] == "extract.make.refused"
    steward.post(f"/projects/{approved}/resume/", {"reason": "Found."})
    assert steward.get(f"/projects/{approved}/certificate/").status_code == 404
    steward.post(f"/projects/{approved}/close/", {"reason": "Done."})
    answer = signed_in("auditor").get(f"/projects/{approved}/certificate/")
    certificate = json.loads(b"".join(answer.streaming_content))
    assert certificate["project"] == approved and certificate["extracts"][0]["extract"] == f"{approved}-E1"
    assert signed_in("checker").get(f"/projects/{approved}/certificate/").status_code == 403
    page = signed_in("auditor").get("/projects/audit/", {"verify": "1", "project": approved}).text
    assert "The audit log is whole" in page and "wrong" not in page.partition("Verified")[2].partition("events")[0]


def test_what_ends_is_told_to_those_concerned_and_closed_where_the_owner_says_so(held, signed_in, monkeypatch):
    from datetime import UTC, date, datetime, timedelta

    from django.conf import settings

    from openilr.access import ending, project
    from openilr.web.projects import jobs

    soon = date.today() + timedelta(days=5)
    id = project.apply(held, application(ends=str(soon)).replace("r-jones", "researcher"), by="researcher").id
    project.approve(held, id, by="steward", reason="fine", roles=["steward"])
    jobs.every_day.call_local()
    assert actions(held, id)[-1] == "project.remind"
    for who, told in (("steward", True), ("researcher", True), ("other-researcher", False)):
        assert (f"{id}</a>: access ends on" in signed_in(who).get("/projects/").text) is told
    close_overdue = ending.close_overdue
    later = datetime.now(UTC) + timedelta(days=20)
    monkeypatch.setattr(ending, "close_overdue", lambda store, after: close_overdue(store, after=after, now=later))
    jobs.every_day.call_local()
    assert project.project(held, id).state == "approved", "nothing is closed where nobody said so"
    monkeypatch.setattr(settings, "CLOSE_AFTER", "10")
    jobs.every_day.call_local()
    assert project.project(held, id).state == "closed"


def test_the_twin_is_a_zip_of_tables(signed_in, applied):
    answer = signed_in("researcher").get(f"/projects/{applied}/twin/")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        names = {name.rpartition("/")[2] for name in book.namelist()}
    assert names == {"learner.parquet", "learning_delivery.parquet", "learning_delivery_fam.parquet", "manifest.json"}


def write(browser):
    """Fill in an application page by page."""
    about = {"title": "Pages", "public_benefit": "Much.", "legal_basis": "DEA", "ethics": "Fine.", "outputs": "Tables"}
    assert browser.post("/projects/apply/about/", about).status_code == 400, "the end date is missing"
    assert browser.post("/projects/apply/about/", about | {"end_date": "2080-07-31"}).status_code == 302
    assert browser.post("/projects/apply/questions/", {}).status_code == 400
    browser.post("/projects/apply/questions/", {"question_1": "Who completes?", "question_3": 'A "quoted" one?'})
    me = {"id_1": "researcher", "name_1": "R Esearcher", "organisation_1": "Somewhere", "accreditation_1": "AR-2"}
    assert browser.post("/projects/apply/people/", me).status_code == 400, "dates are missing"
    browser.post(
        "/projects/apply/people/", me | {"accreditation_until_1": "2090-01-01", "training_until_1": "2090-01-01"}
    )
    data = {"years": ["2526"], "return_name": "R14", "field_1": "learning_delivery.FundModel", "values_1": "36"}
    assert browser.post("/projects/apply/data/", data | {"values_1": ""}).status_code == 400
    browser.post("/projects/apply/data/", data | {"field_2": "learner.age_aug31", "values_2": "16 to 99"})
    assert "learner.Sex" in browser.get("/projects/apply/fields/", {"q": "sex"}).text
    assert "never given" in browser.get("/projects/apply/fields/", {"q": "family name"}).text
    sex = "/projects/apply/fields/learner.Sex/"
    assert browser.post(sex, {"detail": "exact"}).status_code == 400, "it must serve a question"
    browser.post(sex, {"detail": "exact", "serves": ["q1", "q3"]})
    browser.post("/projects/apply/fields/learner.age_aug31/", {"detail": "band", "serves": ["q1"]})
    browser.post("/projects/apply/fields/learner.imd_decile/", {"detail": "quintile", "serves": ["q1"]})
    browser.post("/projects/apply/fields/", {"remove": "learner.imd_decile"})
    assert browser.get("/projects/apply/fields/learner.ULN/").status_code == 409


def test_an_application_page_by_page(held, signed_in):
    from openilr.access import project

    browser = signed_in("researcher")
    write(browser)
    page = browser.get("/projects/apply/").text
    assert "Hand in the application" in page and "imd_decile" not in page
    answer = browser.post("/projects/apply/hand-in/")
    id = answer["Location"].strip("/").split("/")[-1]
    asked = project.application(held, project.project(held, id))
    assert [f.name for f in asked.fields] == ["learner.Sex", "learner.age_aug31"]
    assert [str(c) for c in asked.where] == ["learning_delivery.FundModel is 36", "learner.age_aug31 is 16 to 99"]
    assert [q.text for q in asked.questions] == ["Who completes?", 'A "quoted" one?']
    # A new version, with the counter-proposal put in.
    assert browser.post(f"/projects/{id}/change/", {"coarser": "1"}).status_code == 302
    assert f"New version for {id}" in browser.get("/projects/apply/").text
    browser.post("/projects/apply/hand-in/")
    assert project.project(held, id).version == 2


def test_an_application_as_a_file(held, signed_in):
    browser = signed_in("researcher")
    assert browser.post("/projects/apply/file/", {"file": io.BytesIO(b"title = ")}).status_code == 400
    text = application(extra='[[field]]\nname = "learner.ULN"\nserves = ["q1"]\n')
    browser.post("/projects/apply/file/", {"file": io.BytesIO(text.encode())})
    page = browser.get("/projects/apply/").text
    assert "learner.ULN identifies people by itself" in page and "Hand in the application" not in page
    answer = browser.post("/projects/apply/hand-in/")
    assert answer.status_code == 403 and "never given" in answer.text
    browser.post("/projects/apply/file/", {"file": io.BytesIO(application().encode())})
    assert "Hand in the application" in browser.get("/projects/apply/").text


def test_people_are_registered_by_stewards(held, signed_in):
    steward = signed_in("steward")
    new = {"person": "m-ali", "roles": ["checker"], "name": "M Ali"}
    assert steward.post("/projects/people/", new).status_code == 302
    assert "M Ali" in steward.get("/projects/people/").text
    own = steward.post("/projects/people/", {"person": "steward", "roles": ["steward"]})
    assert own.status_code == 403 and "vouches for themselves" in own.text
    assert steward.post("/projects/people/", {"person": "No Handle", "roles": ["king"]}).status_code == 400


def test_nothing_that_was_written_becomes_markup(held, signed_in):
    from openilr.access import project

    text = (
        application()
        .replace("Do older apprentices complete?", "<script>alert(1)</script>")
        .replace("r-jones", "researcher")
    )
    id = project.apply(held, text, by="researcher").id
    for address in ("/projects/", f"/projects/{id}/", f"/projects/{id}/review/"):
        page = signed_in("steward").get(address).text
        assert "<script>alert" not in page and "&lt;script&gt;" in page
