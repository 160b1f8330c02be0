"""The Python client against our own service, and against one that is busy, broken or wrong."""

from __future__ import annotations

import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from openilr import client as module
from openilr.client import DFE, ApiError, Client
from openilr.publish.datasets import Library
from tests.publish.pairs import rows, write


@pytest.fixture(scope="module")
def data_set(served, live, tmp_path_factory):
    folder = tmp_path_factory.mktemp("client")
    library = Library(served)
    library.add(*write(folder / "1"), title="Client starts", publication="Client publication")
    d, _, _ = library.add(*write(folder / "2", seed=2), title="Client starts", notes="Corrected")
    return Client(f"{live}/statistics/v1").data_set(d.id)


def test_what_is_there_is_found(data_set):
    client = data_set._client
    assert "Client publication" in [p.title for p in client.publications("client publicaton")]
    assert data_set.id in [d.id for d in client.data_sets()]
    assert (data_set.title, data_set.status) == ("Client starts", "Published")
    assert [(v.number, v.kind) for v in data_set.versions()] == [("1.0.1", "Patch"), ("1.0", "Major")]
    assert data_set.changes("1.0.1") == {
        "versionNumber": "1.0.1",
        "notes": "Corrected",
        "majorChanges": {},
        "minorChanges": {},
    }


def test_rows_come_in_words(data_set):
    frame = data_set.query(
        filters={"age_group": ["Under 19"], "apprenticeship_level": ["Total"]}, places=["E12000002"], levels=["REG"],
        times=["2024/25"], indicators=["start_count"],
    )  # fmt: skip
    [expected] = [
        r
        for r in rows(seed=2)
        if r[0] == "202425" and r[2] == "Regional" and r[5] == "E12000002" and r[9:11] == ("Total", "Under 19")
    ]
    assert frame.to_dicts() == [
        {
            "time_period": "2024/25", "geographic_level": "Regional", "nat_name": "England", "nat_code": "E92000001",
            "reg_name": "North West", "reg_code": "E12000002", "age_group": "Under 19", "apprenticeship_level": "Total",
            "start_count": expected[11],
        }
    ]  # fmt: skip


def test_every_page_is_fetched(data_set, monkeypatch):
    whole = data_set.query()
    monkeypatch.setattr(module, "_MOST_ROWS", 7)
    assert data_set.query().equals(whole) and whole.height == 120


def test_the_file_and_an_older_version(data_set):
    assert data_set.csv().height == 120
    old = data_set._client.data_set(data_set.id, "1.0")
    assert not old.query().equals(data_set.query()) and old.csv()["start_count"].to_list() == [r[11] for r in rows()]


def test_wrong_names_are_said_with_those_that_there_are(data_set):
    with pytest.raises(ValueError, match=r"age_group has no 'Old'. It has: 19 to 24"):
        data_set.query(filters={"age_group": ["Old"]})
    with pytest.raises(ValueError, match="indicators has no 'x'"):
        data_set.query(indicators=["x"])


def test_what_the_api_refuses_is_an_error_with_its_codes(data_set):
    with pytest.raises(ApiError) as problem:
        data_set.query({"filters": {"in": []}})
    assert problem.value.status == 400 and problem.value.errors[0]["code"] == "NotEmpty"
    with pytest.raises(ApiError) as problem:
        data_set._client.data_set("nonsense")
    assert problem.value.status == 404


EES = Path(os.environ.get("OPENILR_OFFICIAL") or Path(__file__).parents[2] / "../shared/ilr").parent / "ees"


@pytest.mark.skipif(not EES.is_dir(), reason="the description of explore education statistics is not there")
def test_it_asks_for_nothing_that_ees_does_not_describe(data_set, monkeypatch):
    """Paths, methods, queries and bodies of all that the client can ask, beside EES's description."""
    described = json.loads((EES / "openapi-v1.json").read_text("utf-8"))
    asked = []
    real = Client.ask

    def ask(self, path, query=None, body=None):
        asked.append((path, query or {}, body))
        return real(self, path, query, body)

    monkeypatch.setattr(Client, "ask", ask)
    client = data_set._client
    [home] = client.publications("client publication")
    assert [d.id for d in client.data_sets(home)] == [data_set.id]
    again = client.data_set(data_set.id, "1.*")
    again.versions(), again.changes("1.0.1"), again.csv()
    words = {"filters": {"age_group": ["Under 19"]}, "levels": ["REG"], "places": ["E12000002"], "times": ["2024/25"]}
    again.query({"timePeriods": {"gte": {"period": "2023", "code": "AY"}}}, indicators=["start_count"], **words)
    used = set()
    for path, query, body in asked:
        for template, operations in described["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), f"/v1/{path}"):
                operation = operations["post" if body else "get"]
                assert set(query) <= {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
                used.add(template)
                break
        else:
            raise AssertionError(f"EES has no {path}")
        if body:
            schemas = described["components"]["schemas"]
            assert set(json.loads(body)) <= set(schemas["DataSetQueryRequest"]["properties"])
    assert len(used) == 8
    limits = {"publications": 40, "data-sets": 20, "versions": 20}
    for path, query, _ in asked:
        assert query.get("pageSize", 1) <= limits.get(path.rpartition("/")[2], 40)


def test_the_example_of_the_guide_does_what_it_says(data_set, live, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (Path(__file__).parents[2] / "docs" / "guide" / "serve.md").read_text("utf-8")
    [code] = re.findall(r"```python\n(from openilr\.client.*?)```", text, re.DOTALL)
    named = {"http://127.0.0.1:8000": live, "Further education and skills": "Client publication"}
    for old, new in named.items():
        assert old in code
        code = code.replace(old, new)
    found = {}
    exec(compile(code, "serve.md", "exec"), found)  # noqa: S102 - our own page
    starts = found["starts"]
    assert (tmp_path / "starts.csv").is_file()
    assert starts.height > 0 and set(starts["geographic_level"]) == {"Regional"}
    assert set(starts["age_group"]) == {"Under 19", "Total"} and set(starts["time_period"]) == {"2024/25"}


def test_levels_may_be_codes_or_words_and_no_others(data_set):
    one, other = (data_set.query(levels=[level]) for level in ("REG", "Regional"))
    assert one.equals(other) and one.height > 0
    with pytest.raises(ValueError, match=r"levels has no 'Region'. It has: .*REG"):
        data_set.query(levels=["Region"])


class _Busy(BaseHTTPRequestHandler):
    """Says that it is busy as often as ``refusals`` says, then answers."""

    refusals = 2
    status = 503

    def do_GET(self):
        kind = type(self)
        if kind.refusals > 0:
            kind.refusals -= 1
            self.send_response(kind.status)
            self.send_header("Retry-After", "0")
            self.end_headers()
            return
        body = json.dumps({"paging": {"totalPages": 1}, "results": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(status):
    handler = type("Handler", (_Busy,), {"refusals": 2, "status": status})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        base = f"http://127.0.0.1:{server.server_port}/v1"
        assert Client(base).publications() == []
        handler.refusals = 9
        with pytest.raises(ApiError) as problem:
            Client(base, tries=2).publications()
        assert problem.value.status == status
    finally:
        server.shutdown()
        server.server_close()


def test_nobody_there(monkeypatch):
    monkeypatch.setattr(module.time, "sleep", lambda _: None)
    with pytest.raises(ApiError, match="can not be reached"):
        Client("http://127.0.0.1:9/v1", tries=2).publications()


def test_the_default_is_the_departments_service_and_only_web_addresses_are_taken():
    assert Client().base == DFE
    with pytest.raises(ValueError, match="http"):
        Client("file:///etc/passwd")
