"""One store and one Django for all web tests of a process: settings are read once."""

from __future__ import annotations

import os

import pytest

#: Hashing a password slowly is right for a service, and takes a second for each sign-in of a test.
FAST_HASHER = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PASSWORD = "plum-kettle-orbit-9"  # noqa: S105 - of made-up people
UKPRN, OTHER_UKPRN = 10000001, 10000002


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """The folder of the store that the service runs over."""
    pytest.importorskip("django")
    from openilr.store import Store
    from openilr.web import service

    folder = tmp_path_factory.mktemp("served") / "store"
    os.environ["XDG_CONFIG_HOME"] = str(folder.parent / "home")
    Store.init(folder)
    service.start(folder, hosts=("testserver",))
    from django.conf import settings

    settings.PASSWORD_HASHERS = FAST_HASHER
    return folder


@pytest.fixture(scope="session")
def live(served):
    """The address of the service, running as it does for real."""
    from django.core.wsgi import get_wsgi_application

    from tests.web.live import serving

    with serving(get_wsgi_application()) as address:
        yield address


@pytest.fixture(scope="session")
def people(served):
    """User name by role; everybody has the same password."""
    from openilr.web.accounts import people
    from openilr.web.roles import Role

    for role in Role:
        people.add(role.value, [role.value], password=PASSWORD, ukprn=UKPRN if role == Role.PROVIDER else None)
    people.add("other-provider", ["provider"], password=PASSWORD, ukprn=OTHER_UKPRN)
    return {role.value: role.value for role in Role}


@pytest.fixture
def visitor(served):
    """A browser without script, not signed in. Forms are checked as in a real one."""
    from django.test import Client

    return Client(enforce_csrf_checks=False, raise_request_exception=False)


@pytest.fixture
def signed_in(people):
    """``signed_in("steward")``: a browser of that person."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    def make(name):
        browser = Client(raise_request_exception=False)
        browser.force_login(get_user_model().objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
        return browser

    return make
