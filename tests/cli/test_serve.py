"""``ilr publish add``, ``ilr users`` and ``ilr serve`` as processes: from two files to an answer of the API."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from tests.publish.pairs import rows, write

pytest.importorskip("django")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    for name in ("OPENILR_HOSTS", "OPENILR_STORE", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def _ask(address, body=None):
    request = urllib.request.Request(address, json.dumps(body).encode() if body else None)  # noqa: S310
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return json.loads(answer.read())


def test_from_two_files_to_an_answer(ilr, home):
    store = home / "sector"
    one, two = write(home / "1"), write(home / "2", years=("202324", "202425", "202526"))
    code, out, err = ilr("publish", "add", *one, "--store", store, "--title", "Starts")
    assert (code, err) == (0, "") and re.match(r"Starts: version 1\.0 of data set [0-9a-f-]{36} \(120 rows\)\.", out)
    code, out, _ = ilr("publish", "add", *two, "--store", store, "--title", "Starts", "--format", "json")
    said = json.loads(out)
    assert (code, said["version"], said["new"]) == (0, "1.1", True)
    assert ilr("publish", "add", *two, "--store", store)[1].endswith("already.\n")
    assert "Starts" in ilr("publish", "list", "--store", store)[1]
    code, out, _ = ilr("users", "add", "anna", "--role", "steward", "--store", store)
    assert code == 0 and re.search(r"Password: \S{12,}", out)
    assert ilr("users", "add", "anna", "--role", "king", "--store", store)[0] == 2

    command = [sys.executable, "-m", "openilr", "serve", "--store", str(store), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        address = re.search(r"http://\S+/", process.stdout.readline())[0]
        [publication] = _ask(f"{address}statistics/v1/publications")["results"]
        [data_set] = _ask(f"{address}v1/publications/{publication['id']}/data-sets")["results"]
        assert data_set["id"] == said["id"] and data_set["latestVersion"]["version"] == "1.1"
        meta = _ask(f"{address}v1/data-sets/{said['id']}/meta")
        assert [f["options"][0]["id"] for f in meta["filters"]] == ["dP0Zw", "IzBzg"]
        body = {"criteria": {"filters": {"eq": "dP0Zw"}}, "pageSize": 5}
        assert _ask(f"{address}v1/data-sets/{said['id']}/query", body)["paging"]["totalResults"] == 45
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stderr.read() == ""


def test_what_is_refused_says_which_check_failed(ilr, home):
    broken = write(home / "1", [(*row[:-1], "") for row in rows()])
    code, out, err = ilr("publish", "add", *broken, "--store", home / "sector")
    assert (code, out) == (1, "") and "Blanks" in err and "start_percent" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["publish", "add", "no.csv", "no.meta.csv", "--store", "s"], "There is no file no.csv."),
        (["serve", "--store", "nowhere"], "is not a store"),
        (["users", "list", "--store", "nowhere"], "is not a store"),
        (["serve", "--store", "nowhere", "--port", "70000"], "--port"),
    ],
)
def test_what_can_not_run_is_one_sentence(ilr, home, arguments, words):
    code, out, err = ilr(*arguments)
    assert (code, out) == (2, "") and words in err and len(err.splitlines()) == 1


def test_an_address_that_is_taken(ilr, home):
    import socket

    ilr("store", "init", "--store", home / "s")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = ilr("serve", "--store", home / "s", "--port", taken.getsockname()[1])
    assert code == 2 and "can not be used" in err
