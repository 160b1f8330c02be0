"""The service's own tables in PostgreSQL, where the store's catalogue is too."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from openilr.web.database import database
from tests.store.postgres import binaries, server

pytest.importorskip("django")
SCRIPT = """
import sys
from pathlib import Path
from openilr.store import Store
from openilr.web.service import start
store = Path(sys.argv[1])
Store.init(store)
start(store, hosts=("testserver",))
from django.db import connection
from django.test import Client
from openilr.web.accounts import people
people.add("anna", ["steward"], password="plum-kettle-orbit-9")
browser = Client()
given = {"username": "anna", "password": "plum-kettle-orbit-9"}
assert browser.post("/sign-in/", given)["Location"] == "/account/"
asked = {"wanted": "Numbers", "purpose": "A study", "name": "Jo", "email": "jo@example.org"}
assert "Numbers" in browser.get(browser.post("/requests/new/", asked)["Location"]).text
assert browser.get("/steward/requests/").status_code == 200
print(connection.vendor, people.everyone()[0]["name"])
"""


@pytest.mark.skipif(not binaries(), reason="no PostgreSQL on this machine")
def test_people_sessions_and_requests_are_kept_in_postgresql(tmp_path):
    with server(binaries()) as address:
        env = {**os.environ, "OPENILR_DATABASE_URL": address, "XDG_CONFIG_HOME": str(tmp_path / "home")}
        for name in ("OPENILR_HOSTS", "OPENILR_STORE"):
            env.pop(name, None)
        done = subprocess.run([sys.executable, "-c", SCRIPT, tmp_path / "s"], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "postgresql anna\n"), done.stderr


def test_the_address_of_a_database_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENILR_DATABASE_URL", "postgresql://ann:p%40ss@db.example:5433/ilr?sslmode=require")
    found = database(tmp_path / "x")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("ann", "p@ss", "db.example", "5433")
    assert found["OPTIONS"] == {"sslmode": "require"}
    monkeypatch.setenv("OPENILR_DATABASE_URL", "mysql://x")
    with pytest.raises(ValueError, match="must look like"):
        database(tmp_path / "x")
    monkeypatch.delenv("OPENILR_DATABASE_URL")
    assert database(tmp_path / "x")["ENGINE"].endswith("sqlite3")
