"""Every address, found in the addresses themselves: who may see it, and what it makes of bad input.

A new page is walked without being named here. Only values for the parts of its address may have to be added.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.web.conftest import PASSWORD

ROLES = ("provider", "steward", "researcher", "checker", "auditor", "public")
#: SQL, script, path, template and signs without a width in one; then huge, malformed and out of range.
HOSTILE = (
    "' OR 1=1 -- <script>alert(1)</script> \"><img src=x onerror=alert(1)> {{7*7}} ../../etc/passwd", "x" * 5000,
    "a\x00%00\u202e", "-" + "9" * 400,
)  # fmt: skip


def _pages():
    """(pattern, view) of every page. Those of the API stand a second time below another address."""
    from django.urls import get_resolver

    for include in get_resolver().url_patterns:
        for page in getattr(include, "url_patterns", []):
            if not str(page.pattern).startswith("statistics/"):
                yield str(page.pattern), page.callback


def _filled(pattern, parts):
    return "/" + re.sub(r"<\w+:(\w+)>", lambda m: quote(parts.get(m[1], "x"), safe=""), pattern)


@pytest.fixture(scope="module")
def project(frozen, people):
    from openilr.access import project
    from tests.access.conftest import application

    return project.apply(frozen, application().replace("r-jones", "researcher"), by="researcher").id


@pytest.fixture(scope="module")
def addresses(parts, project):
    """(address, roles or None) of every page."""

    def of(pattern):
        return {**parts, "id": project} if pattern.startswith(("projects/", "outputs/")) else parts

    return [(_filled(pattern, of(pattern)), getattr(view, "roles", None)) for pattern, view in _pages()]


@pytest.fixture(scope="module")
def as_each(addresses):
    """(browser, address) of every page as one who may see it, and what it answers when it is looked at."""
    browsers = {role: _browser(role) for role in ("", *ROLES)}
    opened = [(browsers[str(roles[0]) if roles else ""], address) for address, roles in addresses]
    return [(browser, address, browser.get(address)) for browser, address in opened if "/sign-out/" not in address]


def _browser(role):
    from django.contrib.auth import get_user_model
    from django.test import Client

    browser = Client(raise_request_exception=False)
    if role:
        browser.force_login(get_user_model().objects.get(username=role), "django.contrib.auth.backends.ModelBackend")
    return browser


def test_each_page_is_seen_by_its_roles_and_nobody_else(addresses, as_each, visitor):
    guarded = [(address, roles) for address, roles in addresses if roles]
    assert len(guarded) > 40
    browsers = {role: _browser(role) for role in ROLES}
    seen = {address: answer.status_code for _, address, answer in as_each}
    for address, roles in guarded:
        answer = _ask(visitor, address)
        assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next="), address
        for role, browser in browsers.items():
            # Somebody with the role may still not be a person of this project, which its own tests hold.
            if role not in roles:
                assert _ask(browser, address).status_code == 403, (address, role)
            elif role == roles[0]:
                assert seen[address] not in (302, 500), (address, role)
            else:
                assert browser.get(address).status_code not in (302, 500), (address, role)


def _ask(browser, address):
    """Look at a page; what may only be sent is sent."""
    answer = browser.get(address)
    return browser.post(address) if answer.status_code == 405 else answer


def test_pages_behind_a_sign_in_are_not_stored(addresses, as_each):
    roles = dict(addresses)
    for _, address, answer in as_each:
        if roles[address]:
            kept = answer.headers.get("Cache-Control") != "no-store"
            assert answer.status_code in (403, 404, 405) or not kept, (address, answer.status_code)


def test_every_page_answers_with_the_headers_that_keep_it_safe(addresses, as_each):
    roles = dict(addresses)
    for _, address, answer in as_each:
        assert roles[address] or "/v1/" in address or answer.status_code in (200, 302, 400, 404, 405), address
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        assert answer.headers["Referrer-Policy"] == "same-origin", address


#: Pages without a sign-in, by name. A new one is written here by somebody who means it to be open.
OPEN = {
    "accounts": {"code", "sign-in", "sign-out"},
    "public": {
        "accessibility", "api", "ask", "catalogue", "changes", "data-set", "feed", "feed-of", "glossary", "help",
        "home", "measure", "methodology", "privacy", "protected", "publication", "quality", "request", "security-txt",
    },
    "tables": {"choose", "data-sets", "download", "share", "shared", "table"},
}  # fmt: skip


def test_only_known_pages_are_open_to_everybody(people):
    """A page behind a sign-in that lost its decorator would show up here, and so does every new open page."""
    from django.urls import get_resolver

    found = {}
    for include in get_resolver().url_patterns:
        for page in include.url_patterns:
            if not getattr(page.callback, "roles", None):
                found.setdefault(include.namespace, set()).add(page.name)
    found.pop("api")  # All of it is what is published.
    assert found == OPEN


def test_somebody_of_the_same_role_who_has_no_part_in_it_sees_nothing(parts, project, people):
    """Every page of one provider's upload, or of one project, as another provider's person or another researcher."""
    from openilr.web.accounts import people as register

    register.add("other-researcher", ["researcher"], password=PASSWORD)
    tried = 0
    for area, role, of in (("provider", "provider", parts), ("projects", "researcher", {**parts, "id": project}),
                           ("outputs", "researcher", {**parts, "id": project})):  # fmt: skip
        browser = _browser(f"other-{role}")
        for pattern, view in _pages():
            if pattern.startswith(f"{area}/") and re.search(r":(token|id)>", pattern) and role in view.roles:
                address = _filled(pattern, of)
                for answer in (browser.get(address), browser.post(address)):
                    assert answer.status_code in (403, 404, 405), (address, answer.status_code)
                tried += 1
    assert tried > 12


def test_axe_looks_at_every_page(as_each, parts, project):
    """Whatever somebody can open is among the pages of the tests in a browser."""
    pytest.importorskip("playwright.sync_api")
    from django.urls import resolve

    from tests.web import test_browser, test_outputs_browser, test_projects_browser

    given = (test_browser.pages(parts), test_projects_browser.pages(project), test_outputs_browser.pages(project))
    looked_at = {resolve(x.partition("?")[0]).view_name for one in given for listed in one.values() for x in listed}
    # The findings of an upload are looked at where one is made; the second step's form comes after a password.
    looked_at |= {"provider:upload", "accounts:code"}
    for _, address, answer in as_each:
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            assert resolve(address).view_name in looked_at, address


# Hostile input


class _Forms(HTMLParser):
    """The forms of a page: method, action and the names of what they ask."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.found.append((given.get("method", "get"), given.get("action") or "", {}))
        elif tag in ("input", "select", "textarea", "button") and given.get("name") and self.found:
            self.found[-1][2][given["name"]] = given.get("type", tag)


def _unharmed(answer, asked):
    assert answer.status_code < 500, asked
    if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
        text = answer.text
        assert "<script>alert" not in text and "<img src=x" not in text and "root:x:0" not in text, asked


def test_hostile_values_in_every_form_and_parameter_harm_nothing(as_each):
    """Every field of every form gets every hostile text; fields of a form are tried together."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    tried = set()
    for browser, address, first in as_each:
        if first.status_code != 200 or not first.headers["Content-Type"].startswith("text/html"):
            continue
        for method, action, fields in _Forms(first.text).found:
            fields = {name: kind for name, kind in fields.items() if name != "csrfmiddlewaretoken"}
            where = action or address
            if (method, where, *fields) in tried or "/sign-out/" in where:
                continue
            tried.add((method, where, *fields))
            for text in HOSTILE:
                given = {
                    name: SimpleUploadedFile(text[:90] or "x", text.encode()) if kind == "file" else text
                    for name, kind in fields.items()
                }
                asked = (method, where, text[:40])
                _unharmed(browser.post(where, given) if method == "post" else browser.get(where, given), asked)
    assert len(tried) > 20


def _every_field():
    """The names of all that any form or template of the service asks for."""
    from django.forms import Form

    def below(kind):
        return [kind, *(each for sub in kind.__subclasses__() for each in below(sub))]

    web = Path(import_module("openilr.web").__file__).parent
    written = {n for page in web.rglob("*.html") for n in re.findall(r'name="(\w+)"', page.read_text("utf-8"))}
    return written | {name for form in below(Form) for name in form.base_fields}


def test_hostile_values_sent_to_what_only_takes_them_harm_nothing(as_each):
    """Whether or not a page shows its form just now: each gets every field that there is, with every hostile text."""
    names, tried = _every_field(), 0
    assert {"reason", "title", "return_name", "safer"} & names and len(names) > 40
    for browser, address, first in as_each:
        if first.status_code == 405 and "/v1/" not in address:
            tried += 1
            for text in HOSTILE:
                _unharmed(browser.post(address, dict.fromkeys(names, text)), (address, text[:40]))
    assert tried >= 10


def test_hostile_parts_of_every_address_harm_nothing(people):
    browsers = {role: _browser(role) for role in ("", *ROLES)}
    for pattern, view in _pages():
        names = re.findall(r"<\w+:(\w+)>", pattern)
        roles = getattr(view, "roles", None)
        browser = browsers[str(roles[0]) if roles else ""]
        for text in HOSTILE if names else ():
            address = _filled(pattern, dict.fromkeys(names, text[:300]))
            _unharmed(_ask(browser, address), address)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe\x00", "multipart/form-data; boundary=x"), (b"%ff=%fe&a=%00", "application/x-www-form-urlencoded"),
        (b"{", "text/\xe9"), (b"a=" + b"x" * (2 << 20), "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(21_000)), "application/x-www-form-urlencoded"),
    ],
)  # fmt: skip
def test_bodies_that_are_none_are_refused_by_every_page(as_each, body, kind):
    for browser, address, first in as_each:
        if first.status_code == 405 or b"<form" in getattr(first, "content", b"") or "/query" in address:
            assert browser.post(address, body, content_type=kind).status_code < 500, address


def test_parameters_that_no_form_has_harm_nothing(visitor, published):
    d = published[1]
    names = ("q", "level", "publication", "version", "time", "place", "option", "indicator", "derived", "rows")
    for text in HOSTILE:
        given = dict.fromkeys((*names, "columns", "chart"), text)
        for below in (f"data-catalogue/{d.id}/", *(f"data-tables/{d.id}/{x}" for x in ("", "table/", "download/csv/"))):
            answer = visitor.get(f"/{below}", given)
            assert answer.status_code in (200, 400, 404), below
            _unharmed(answer, (below, text))
            assert "49" not in re.findall(r"value=\"(\d+)\"", answer.text)
