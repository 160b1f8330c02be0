"""Signing in and out: what works, what is refused, and what an answer carries."""

from __future__ import annotations

import os
import re
import time

import pytest

from tests.web.conftest import PASSWORD


def _sign_in(browser, name, password, **more):
    return browser.post("/sign-in/", {"username": name, "password": password, **more})


def test_signing_in_and_out(visitor, people):
    page = _sign_in(visitor, "steward", PASSWORD)
    assert (page.status_code, page["Location"]) == (302, "/account/")
    assert "Steward" in visitor.get("/account/").text
    assert visitor.post("/sign-out/").status_code == 302
    assert visitor.get("/account/").status_code == 302


@pytest.mark.parametrize("name", ["steward", "nobody", "' OR 1=1 --"])
def test_a_wrong_password_says_the_same_for_every_name(visitor, people, name):
    page = _sign_in(visitor, name, "wrong")
    assert page.status_code == 400
    assert "The user name or the password is not right" in page.text and "There is a problem" in page.text
    from axes.utils import reset

    reset()


def test_five_wrong_passwords_lock_the_name(visitor, people):
    from axes.utils import reset

    codes = [_sign_in(visitor, "auditor", "wrong").status_code for _ in range(6)]
    assert codes[:4] == [400] * 4 and codes[-1] == 429
    assert _sign_in(visitor, "auditor", PASSWORD).status_code == 429
    assert _sign_in(visitor, "steward", PASSWORD).status_code == 302, "others are not locked out"
    reset()
    assert _sign_in(visitor, "auditor", PASSWORD).status_code == 302


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(visitor, people, onward):
    assert _sign_in(visitor, "steward", PASSWORD, next=onward)["Location"] == "/account/"
    assert _sign_in(visitor, "steward", PASSWORD, next="/help/")["Location"] == "/help/"


def test_a_form_from_elsewhere_is_refused(people):
    from django.test import Client

    page = _sign_in(Client(enforce_csrf_checks=True), "steward", PASSWORD)
    assert page.status_code == 403 and "open for too long" in page.text


def test_the_second_step(visitor, people):
    from django.contrib.auth import get_user_model
    from django_otp.oath import totp
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from openilr.web.accounts import people as register

    register.add("careful", ["steward"], password=PASSWORD)
    _sign_in(visitor, "careful", PASSWORD)
    assert "Key: <code>" in visitor.get("/account/second-step/").text
    assert visitor.get("/account/second-step/picture.svg")["Content-Type"] == "image/svg+xml"
    device = TOTPDevice.objects.get(user=get_user_model().objects.get(username="careful"))
    assert visitor.post("/account/second-step/", {"code": "12"}).status_code == 400
    code = f"{totp(device.bin_key):06d}"
    assert visitor.post("/account/second-step/", {"code": code}).status_code == 302
    visitor.post("/sign-out/")

    assert _sign_in(visitor, "careful", PASSWORD)["Location"] == "/sign-in/code/"
    assert visitor.get("/account/").status_code == 302, "the password alone is not enough"
    assert visitor.post("/sign-in/code/", {"code": code}).status_code == 400, "a code is good once"
    device.refresh_from_db()
    device.throttle_reset()
    device.last_t = -1
    device.save()
    assert visitor.post("/sign-in/code/", {"code": f"{totp(device.bin_key):06d}"}).status_code == 302
    assert visitor.get("/account/").status_code == 200


def test_a_session_does_not_last_for_ever(signed_in):
    browser = signed_in("steward")
    assert browser.get("/account/").status_code == 200
    session = browser.session
    session["began"] = time.time() - 11 * 3600
    session.save()
    assert browser.get("/account/").status_code == 302


@pytest.mark.parametrize("address", ["/", "/nowhere/", "/sign-in/", "/account/", "/static/openilr.css"])
def test_every_answer_carries_the_security_headers(visitor, address):
    headers = visitor.get(address).headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin" and "Server" not in headers


def test_cookies_are_out_of_reach_of_scripts(visitor, people):
    cookies = _sign_in(visitor, "steward", PASSWORD).cookies
    assert cookies["sessionid"]["httponly"] and cookies["sessionid"]["samesite"] == "Lax"


def test_a_host_that_is_not_ours_is_refused(visitor):
    assert visitor.get("/", headers={"host": "evil.example"}).status_code == 400


def test_the_private_folder_is_private(served):
    private = served / "web"
    assert private.stat().st_mode & 0o077 == 0 or os.name == "nt"
    assert (private / "signing-key").stat().st_mode & 0o077 == 0 or os.name == "nt"
    assert len((private / "signing-key").read_text()) > 60


def test_a_person_needs_a_role_a_decent_password_and_a_provider_its_number(people):
    from openilr.web.accounts import people as register

    for words in ({"roles": ["king"]}, {"roles": []}, {"roles": ["provider"]}, {"roles": ["steward"], "ukprn": 1}):
        with pytest.raises(register.PeopleError):
            register.add("anna", **words)
    for password in ("short", "administrator"):
        with pytest.raises(register.PeopleError):
            register.add("anna", ["steward"], password=password)
    with pytest.raises(register.PeopleError):
        register.add("anna<script>", ["steward"])


def test_nobody_is_called_as_the_service_itself_is_in_the_log(served):
    from openilr.web.accounts import people

    with pytest.raises(people.PeopleError, match="audit log"):
        people.add("Service", ["steward"], password=PASSWORD)


def test_behind_a_server_in_front_wrong_passwords_are_counted_for_who_sent_them(monkeypatch):
    """And nobody who reaches the port some other way can say to be somebody else, or to have come by HTTPS."""
    from waitress.proxy_headers import proxy_headers_middleware

    from openilr.web.service import in_front

    def seen(peer):
        environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_PROTO": "https", "wsgi.url_scheme": "http"}
        environ["HTTP_X_FORWARDED_FOR"] = "192.0.2.1, 203.0.113.9"
        given = {}
        middleware = proxy_headers_middleware(lambda e, _: given.update(e), clear_untrusted=True, **in_front())
        middleware(environ, None)
        return given["REMOTE_ADDR"], given.get("HTTP_X_FORWARDED_PROTO")

    monkeypatch.setenv("OPENILR_HTTPS", "1")
    assert seen("127.0.0.1") == ("203.0.113.9", "https")
    assert seen("198.51.100.7") == ("198.51.100.7", None)
    monkeypatch.delenv("OPENILR_HTTPS")
    assert seen("127.0.0.1") == ("127.0.0.1", None)


def test_where_to_report_a_weakness_is_said_if_it_is_known(visitor):
    from django.test import override_settings

    assert visitor.get("/.well-known/security.txt").status_code == 404
    with override_settings(SECURITY_TXT="mailto:security@example.org"):
        answer = visitor.get("/.well-known/security.txt")
    assert answer["Content-Type"].startswith("text/plain")
    assert re.fullmatch(r"Contact: mailto:\S+\nExpires: \d{4}-\S+\+00:00\nPreferred-Languages: en\n", answer.text)
