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
    from openilr.web.queue import huey, sessions

    huey.immediate = sessions.immediate = True
    return folder


@pytest.fixture(scope="session")
def published(served, tmp_path_factory):
    """A data set with three versions, and one more, for pages to show: (library, data set)."""
    from openilr.publish.datasets import Library
    from tests.publish.pairs import PLACES, REGIONS, rows, write

    folder, library = tmp_path_factory.mktemp("published"), Library(served)
    years = ("202122", "202223", "202324")
    choices = {"years": years, "places": (*PLACES, *REGIONS), "levels": ("Intermediate", "Advanced", "Higher", "Total")}
    about = {"title": "Apprenticeship starts", "publication": "Apprenticeships", "summary": "Starts by level and age."}
    library.add(*write(folder / "1", **choices), **about)
    choices["years"] = (*years, "202425")
    library.add(*write(folder / "2", **choices), **about, notes="Adds 2024/25.")
    made = rows(**choices)
    made[3] = (*made[3][:11], "7770", made[3][12])
    d, _, _ = library.add(*write(folder / "3", made=made), **about, notes="One number corrected.")
    library.add(*write(folder / "4", seed=9), title="Learner achievements", publication="Further education")
    return library, d


@pytest.fixture(scope="session")
def returned(served, tmp_path_factory):
    """Accepted returns of two providers, with findings."""
    from datetime import date

    from openilr.collect import examine
    from openilr.store import Store
    from openilr.synth import write_return
    from openilr.validate.engine import validate

    folder, store = tmp_path_factory.mktemp("returned"), Store(served)
    paths = []
    for ukprn in (UKPRN, OTHER_UKPRN):
        path = write_return(folder, 12, ukprn=ukprn, prepared=date(2026, 6, 30), faults=0.2).path
        report = validate(path, as_of=date(2026, 7, 1))
        with examine(path).stream() as stream:
            done = store.submit(stream, report, file=path, return_name="R12", submitted_by="test")
        assert done.accepted, done.reason
        paths.append(path)
    return paths


@pytest.fixture(scope="session")
def frozen(served, tmp_path_factory):
    """The served store with a frozen return of 60 learners, 40 of them apprentices."""
    from openilr.store import Store
    from tests.access.conftest import submit

    store = Store(served)
    submit(store, tmp_path_factory.mktemp("sent"), ukprn=88888888)
    store.freeze("2526", "R14", frozen_by="steward")
    return store


#: What stands for each part of an address; projects and outputs have the same names for other things.
_PARTS = {"year": "2526", "return_name": "R12", "kind": "csv", "name": "starts", "slug": "apprenticeships"}
_PARTS |= {"number": "1.1.1", "step": "suspend", "run": "r001", "output": "age", "file": "age.csv"}


@pytest.fixture(scope="session")
def parts(served, published, returned, people):
    """Values for the parts of addresses, so that there is something behind each of them."""
    from openilr.web.provider.models import Upload
    from openilr.web.public.models import Request
    from openilr.web.tables.models import SharedTable

    token = "f" * 24
    Upload.objects.create(
        token=token, by="provider", ukprn=UKPRN, file="a.xml", size=1, return_name="R12", send=False, status="failed"
    )
    Request.objects.create(token=token, name="Jo", email="jo@example.org", wanted="Starts", purpose="A study")
    d = published[1]
    table = {"rows": [], "heads": [], "row_titles": [], "symbols": []}
    SharedTable.objects.create(
        token=token, title="A table", data_set=d.id, version="1.1.1", address="", table=table, cells={},
        sha256=SharedTable.hash_of(table),
    )  # fmt: skip
    return {**_PARTS, "id": d.id, "token": token}


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
    people.add("other-steward", ["steward"], password=PASSWORD)
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
