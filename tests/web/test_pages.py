"""What pages say and do; who may see them and what they make of bad input is in ``test_walk``."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.web.conftest import OTHER_UKPRN, UKPRN


def test_search_forgives_typing(visitor, published):
    for words in ("apprenticeship", "aprenticeship strats", "starts age"):
        assert "Apprenticeships" in visitor.get("/", {"q": words}).text, words
    assert "0 results" in visitor.get("/", {"q": "zebra"}).text
    assert "Learner achievements" in visitor.get("/data-catalogue/", {"q": "acheivements"}).text


def test_a_release_shows_totals_change_chart_and_updates(visitor, published):
    page = visitor.get("/find-statistics/apprenticeships/").text
    assert "ilr-fact__value" in page and "<svg" in page and "<desc>" in page
    assert "One number corrected." in page and "2024/25" in page


def test_updates_come_as_a_feed(visitor, published):
    from lxml import etree

    atom = "{http://www.w3.org/2005/Atom}"
    for address, titles in (
        ("/find-statistics/feed.xml", {"Learner achievements, version 1.0", "Apprenticeship starts, version 1.1.1"}),
        ("/find-statistics/apprenticeships/feed.xml", {"Apprenticeship starts, version 1.1.1"}),
    ):
        answer = visitor.get(address)
        assert answer["Content-Type"].startswith("application/atom+xml")
        entries = etree.fromstring(answer.content).findall(f"{atom}entry")
        assert titles <= {entry.findtext(f"{atom}title") for entry in entries}
        days = [entry.findtext(f"{atom}updated") for entry in entries]
        assert days == sorted(days, reverse=True) and entries[0].find(f"{atom}link").get("href").endswith("/")
    assert visitor.get("/find-statistics/nothing/feed.xml").status_code == 404


def test_a_data_set_page_says_what_is_in_it_and_what_was_corrected(visitor, published):
    d = published[1]
    page = visitor.get(f"/data-catalogue/{d.id}/").text
    assert "London" not in page.split("First rows")[0] and "1 number corrected" in page and d.id in page
    changes = visitor.get(f"/data-catalogue/{d.id}/changes/1.1.1/").text
    assert "7,770" in changes or "7770" in changes
    assert visitor.get(f"/data-catalogue/{d.id}/?version=1.0").status_code == 200
    assert visitor.get(f"/data-catalogue/{d.id}/?version=9").status_code == 404


def test_methods_are_those_of_the_code(visitor):
    from openilr import measure

    for name in measure.names():
        page = visitor.get(f"/methodology/{name}/").text
        assert measure.get(name).definition.split(".")[0][:40].replace("'", "&#39;") in page
    assert "UKPRN" in visitor.get("/glossary/").text


def test_data_quality_counts_returns(visitor, returned):
    page = visitor.get("/data-quality/").text
    assert "R12" in page and "Learners accepted" in page


# A provider's own


def test_a_provider_sees_nothing_of_another(signed_in, returned, served):
    own, other = signed_in("provider"), signed_in("other-provider")
    page = own.get("/provider/").text
    assert returned[0].name in page and returned[1].name not in page
    from openilr.web.provider.models import Upload

    theirs = Upload.objects.create(
        by="x", ukprn=OTHER_UKPRN, file="b.xml", size=1, return_name="R12", send=False, status="failed"
    )
    for below in ("", "progress/", "report/"):
        assert own.get(f"/provider/uploads/{theirs.token}/{below}").status_code == 404
    assert other.get(f"/provider/uploads/{theirs.token}/").status_code == 200


def _upload(browser, path, send="check", name=None):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile(name or path.name, path.read_bytes(), "text/xml")
    return browser.post("/provider/send/", {"file": file, "return_name": "R12", "send": send})


@pytest.fixture(scope="module")
def newer(tmp_path_factory):
    from openilr.synth import write_return

    folder = tmp_path_factory.mktemp("newer")
    return [write_return(folder, 20, ukprn=u, prepared=date(2026, 7, 1), faults=0.6).path for u in (UKPRN, OTHER_UKPRN)]


def test_an_upload_is_checked_explained_compared_and_kept_private(signed_in, newer, served):
    browser = signed_in("provider")
    first = browser.get(_upload(browser, newer[0])["Location"])
    assert "not sent in" in first.text and "What to do:" in first.text
    second = _upload(browser, newer[0])["Location"]
    page = browser.get(second).text
    assert "Compared with" in page and "0 findings are fixed, 0 are new" in page
    learner = re.search(r'<td class="govuk-table__cell">([A-Z0-9]+)</td>', page)[1]
    assert learner in browser.get(second, {"learner": learner}).text
    assert "Nothing of that was found" in browser.get(second, {"learner": "NOBODY"}).text
    report = browser.get(f"{second}report/")
    assert report.headers["Content-Disposition"].startswith("attachment")
    assert learner.encode() in b"".join(report.streaming_content)
    folder = served / "web" / "uploads" / second.split("/")[-2]
    assert not list(folder.glob("*.xml")), "the file is gone"
    for path in folder.iterdir():
        assert learner.encode() not in path.read_bytes(), "findings are sealed"


def test_an_upload_can_be_sent_in(signed_in, newer, served, returned):
    from openilr.store import Store

    browser = signed_in("provider")
    page = browser.get(_upload(browser, newer[0], "send")["Location"]).text
    assert "It takes the place of your earlier file." in page
    [current] = [r for r in Store(served).returns().to_dicts() if r["current"] and r["ukprn"] == UKPRN]
    assert current["file"] == newer[0].name and current["submitted_by"] == "provider"


def test_what_a_killed_service_left_of_uploads_is_deleted_and_said(signed_in, newer, served):
    import os
    import time

    from openilr.web.provider import jobs
    from openilr.web.provider.models import Upload

    browser = signed_in("provider")
    address = _upload(browser, newer[0])["Location"]
    upload = Upload.objects.get(token=address.split("/")[-2])
    incoming = served / "web" / "incoming"
    assert not list(incoming.iterdir()) and incoming.stat().st_mode & 0o777 == 0o700
    Upload.objects.filter(token=upload.token).update(status="checking")
    left = upload.folder / upload.file
    for path in (left, incoming / "given-up.upload", incoming / "on-its-way.upload"):
        path.write_bytes(newer[0].read_bytes())
    os.utime(incoming / "given-up.upload", (time.time() - 7200,) * 2)
    jobs.tidy()
    assert not left.exists() and [path.name for path in incoming.iterdir()] == ["on-its-way.upload"]
    assert "Send it again." in browser.get(address).text
    (incoming / "on-its-way.upload").unlink()


def test_a_file_of_another_provider_is_refused_by_what_it_holds(signed_in, newer):
    browser = signed_in("provider")
    page = browser.get(_upload(browser, newer[1], "send", name=newer[0].name)["Location"]).text
    assert "of another provider" in page


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xml", b"", "The file is empty"), ("a.exe", b"x", "must be XML or zip"),
        ("a b.xml", b"x", "must be XML or zip"),
        ("..%2fa.xml", b"x", "must be XML or zip"), ("a.xml.html", b"x", "must be XML or zip"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_ours_is_refused(signed_in, name, content, words):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile(name, content)
    answer = signed_in("provider").post("/provider/send/", {"file": file, "return_name": "R12", "send": "check"})
    assert answer.status_code == 400 and words in answer.text


def test_junk_is_said_to_be_no_return(signed_in, tmp_path):
    for n, content in enumerate((b"junk", b"<html/>", b"PK\x03\x04junk", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')):
        path = tmp_path / f"{n}.xml"
        path.write_bytes(content)
        browser = signed_in("provider")
        page = browser.get(_upload(browser, path)["Location"]).text
        assert "no return that can be checked here" in page


def test_own_numbers_are_of_the_own_provider(signed_in, returned):
    from openilr import measure
    from openilr.store import Store
    from openilr.web.returns import store

    page = signed_in("provider").get("/provider/numbers/?measure=enrolments").text
    value = measure.compute(store(), "enrolments", "2526", return_name="R12", ukprn=UKPRN).frame["value"][0]
    both = measure.compute(store(), "enrolments", "2526", return_name="R12").frame["value"][0]
    assert f">{value:,}<" in page and value < both and isinstance(store(), Store)
    assert "Level" in signed_in("provider").get("/provider/numbers/?measure=enrolments&by=level").text


def test_a_forecast_is_the_measures_own_and_of_the_own_provider(signed_in, returned):
    from openilr import measure
    from openilr.web.returns import store

    made = measure.forecast(store(), UKPRN, "2526", return_name="R12")
    page = signed_in("provider").get("/provider/forecast/").text
    best = made.rates.filter(case="best")["achievement_rate"][0]
    assert made.at_risk.height and f">{best}<" in page and "data:image/svg+xml" in page
    assert all(f">{reference}<" in page for reference in made.at_risk["learn_ref_number"])


# Stewards


def test_freezing_and_what_is_frozen(signed_in, returned):
    browser = signed_in("steward")
    assert browser.post("/steward/freeze/", {"year": "2526", "return_name": "R12", "note": "first"}).status_code == 302
    assert "2526-R12-1" in browser.get("/steward/").text
    browser.post("/steward/freeze/", {"year": "1999", "return_name": "R99"})
    assert "A return is written R14" in browser.get("/steward/").text
    browser.post("/steward/freeze/", {"year": "2425", "return_name": "R01"})
    assert "there is nothing to freeze" in browser.get("/steward/").text


def test_publishing_needs_two_people_and_waits_for_its_moment(signed_in, visitor, people, tmp_path, published):
    from tests.publish.pairs import write

    one, two = signed_in("steward"), signed_in("other-steward")
    data, meta = write(tmp_path, name="drafted", seed=5)
    with data.open("rb") as d, meta.open("rb") as m:
        assert one.post("/steward/publishing/add/", {"data": d, "meta": m, "title": "Drafted"}).status_code == 302
    [draft] = [x for x in published[0].data_sets(drafts=True) if x.title == "Drafted"]
    address = f"/steward/publishing/{draft.id}/1.0.0/"
    assert visitor.get(f"/data-catalogue/{draft.id}/").status_code == 404
    refused = one.post(address, {"decision": "approve", "publish_at": ""})
    assert refused.status_code == 400 and "Another person" in refused.text
    assert two.post(address, {"decision": "approve", "publish_at": "tomorrow"}).status_code == 400
    assert two.post(address, {"decision": "approve", "publish_at": "2030-01-01 09:30"}).status_code == 302
    assert "Approved for 2030-01-01 09:30 UTC" in one.get("/steward/publishing/").text
    assert visitor.get(f"/data-catalogue/{draft.id}/").status_code == 404
    published[0].publish_due("2030-01-01T09:30:00+00:00")
    assert visitor.get(f"/data-catalogue/{draft.id}/").status_code == 200
    assert two.post(address, {"decision": "withdraw"}).status_code == 302
    assert "was withdrawn" in visitor.get(f"/data-catalogue/{draft.id}/?version=1.0").text


def test_files_that_fail_the_screening_are_not_taken(signed_in, tmp_path):
    from tests.publish.pairs import rows, write

    data, meta = write(tmp_path, [(*row[:-1], "") for row in rows()], name="broken")
    with data.open("rb") as d, meta.open("rb") as m:
        answer = signed_in("steward").post("/steward/publishing/add/", {"data": d, "meta": m, "title": "Broken"})
    assert answer.status_code == 400 and "The screening refused the files" in answer.text


def test_a_request_is_asked_and_answered_with_a_protected_table(signed_in, visitor, frozen, returned):
    asked = {"wanted": "Enrolments by level <b>now</b>", "purpose": "A study", "name": "Jo", "email": "jo@example.org"}
    assert visitor.post("/requests/new/", {**asked, "email": "jo"}).status_code == 400
    where = visitor.post("/requests/new/", asked)["Location"]
    page = visitor.get(where).text
    assert "Open" in page and "&lt;b&gt;now" in page and "jo@example.org" not in page
    browser = signed_in("steward")
    token = where.split("/")[-2]
    wrong = browser.post(
        f"/steward/requests/{token}/", {"decision": "answer", "answer": "x", "measure": "enrolments", "year": "1999"}
    )
    assert wrong.status_code == 400
    given = {"decision": "answer", "answer": "Here it is.", "measure": "enrolments", "year": "2526", "by": "level"}
    assert browser.post(f"/steward/requests/{token}/", given).status_code == 302
    page = visitor.get(where).text
    assert "Here it is." in page and "Counts are rounded to multiples of 10" in page
    numbers = re.findall(r"numeric\">(\d+|low)<", page)
    assert numbers and all(n == "low" or int(n) % 10 == 0 for n in numbers)
    # The numbers are those of a release, and stand in its ledger: a later one repeats them.
    [folder] = (frozen.path / "releases").glob("2526-R14-1")
    released = (folder / "data" / "asked.csv").read_text("utf-8").splitlines()[1:]
    assert [row.rpartition(",")[2] for row in released] == numbers


def test_quality_names_the_rules_that_fire(signed_in, returned):
    page = signed_in("steward").get("/steward/quality/").text
    assert "Rules that fire most" in page and str(UKPRN) in page


def test_what_people_do_is_in_the_audit_log(signed_in, returned, served):
    from openilr.access import audit

    signed_in("provider").get("/provider/numbers/")
    last = audit.events(served)[-1]
    assert (last.actor, last.action) == ("provider", "web.measures.view")
    assert audit.verify(served) == []
