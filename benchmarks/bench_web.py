"""The service under load, the query engine on five million rows, cold start, and an upload to findings on the screen.

    make bench

Makes a data set of 5.4 million made-up rows, adds it to a store, and asks it at random: in this process, as plain
DuckDB without anything of ours, and over HTTP. Then people (threads with a connection each) ask pages and the API on
the loopback address. The page that it writes is docs/benchmarks/web.md.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks" / "web.md"
META = """col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,filter_grouping_column
ssa_tier_1,Filter,Subject,,,,,
age_group,Filter,Age,,,,,
sex,Filter,Sex,,,,,
qualification_level,Filter,Level,,,,,
start_count,Indicator,Starts,,,0,,
achievement_count,Indicator,Achievements,,,0,,
"""
#: Subjects, ages, sexes and levels, each with its total; years; places: England, its regions, 309 districts.
SIZES = {"s": 16, "a": 5, "x": 3, "v": 7}
YEARS, PLACES = 10, 319


def make_pair(folder: Path) -> tuple[Path, Path, int]:
    import duckdb

    data, meta = folder / "national.csv", folder / "national.meta.csv"
    ranges = ", ".join(f"range({n}) {k}_({k})" for k, n in SIZES.items())
    item = "CASE WHEN {0} = 0 THEN 'Total' ELSE '{1} ' || {0} END AS {2}".format
    duckdb.sql(f"""COPY (
        SELECT (2015 + p)::VARCHAR || lpad(((16 + p) % 100)::VARCHAR, 2, '0') AS time_period,
            'Academic year' AS time_identifier,
            CASE WHEN l = 0 THEN 'National' WHEN l < 10 THEN 'Regional' ELSE 'Local authority district' END
                AS geographic_level,
            'E92000001' AS country_code, 'England' AS country_name,
            CASE WHEN l = 0 THEN '' WHEN l < 10 THEN 'E1200000' || l ELSE 'E1200000' || (l % 9 + 1) END AS region_code,
            CASE WHEN l = 0 THEN '' WHEN l < 10 THEN 'Region ' || l ELSE 'Region ' || (l % 9 + 1) END AS region_name,
            CASE WHEN l < 10 THEN '' ELSE 'E07' || lpad(l::VARCHAR, 6, '0') END AS lad_code,
            CASE WHEN l < 10 THEN '' ELSE 'District ' || l END AS lad_name,
            {item("s", "Subject", "ssa_tier_1")}, {item("a", "Age", "age_group")}, {item("x", "Sex", "sex")},
            {item("v", "Level", "qualification_level")},
            (hash(p, l, s, a, x, v) % 1000 * 10)::VARCHAR AS start_count,
            (hash(v, x, a, s, l, p) % 1000 * 10)::VARCHAR AS achievement_count
        FROM range({YEARS}) p_(p), range({PLACES}) l_(l), {ranges}
    ) TO '{data}' (HEADER)""")  # noqa: S608 - names and numbers of this file
    meta.write_text(META, "utf-8")
    rows = YEARS * PLACES
    for n in SIZES.values():
        rows *= n
    return data, meta, rows


def add(store: Path, data: Path, meta: Path) -> dict[str, float]:
    """``Library.add`` in a process of its own, without the screening, which is another stage's time."""
    script = (
        "import resource, sys, time\n"
        "from openilr.publish.datasets import library\n"
        "library.check = lambda *a: type('S', (), {'fit_to_serve': True})()\n"
        "began = time.perf_counter()\n"
        "library.Library(sys.argv[1]).add(sys.argv[2], sys.argv[3], title='National')\n"
        "usage = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)"
    )
    run = subprocess.run([sys.executable, "-c", script, store, data, meta], capture_output=True, text=True, check=True)
    wall, processor, memory = map(float, run.stdout.split())
    return {"wall": wall, "processor": processor, "memory": memory}


# The query engine


def queries(meta: object, count: int) -> list[dict]:
    """Made-up questions as people ask them: a few options of some filters, some places, some years."""
    draw = random.Random(1)
    made = []
    for _ in range(count):
        facets: dict = {"filters": {}}
        options = []
        for f in draw.sample(list(meta.filters), draw.randint(1, 4)):
            options.append({"filters": {"in": [o.id for o in draw.sample(list(f.options), draw.randint(1, 2))]}})
        level = draw.choice(["NAT", "REG", "LAD", "LAD"])
        places = meta.places_by_level[level].options
        facets = {
            "geographicLevels": {"eq": level},
            "locations": {"in": [{"level": level, "id": p.id} for p in draw.sample(list(places), min(3, len(places)))]},
        }
        times = draw.sample(list(meta.times), draw.randint(1, 4))
        facets["timePeriods"] = {"in": [{"period": t.period, "code": t.code} for t in times]}
        if draw.random() < 0.3:
            del facets["locations"]
        made.append({"and": [facets, *options]})
    return made


def engine(store: Path, count: int) -> dict[str, list[float]]:
    """Milliseconds of each question: ours, and the same SQL given to DuckDB by hand."""
    import duckdb

    from openilr.publish.datasets import Library
    from openilr.publish.datasets.query import Query, Reader, _select, plan

    library, reader = Library(store), Reader()
    d = library.data_sets()[0]
    meta, numbers = library.meta(d, d.latest), library.path(d, d.latest) / "data.parquet"
    plain = duckdb.connect()
    times: dict[str, list[float]] = {"ours": [], "DuckDB alone": []}
    for criteria in queries(meta, count):
        began = time.perf_counter()
        p = plan(meta, Query(criteria))
        total = reader.count(numbers, p)
        rows = reader.rows(numbers, meta, p, limit=1000)
        times["ours"].append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        [(same,)] = plain.execute(f"SELECT count(*) FROM read_parquet('{numbers}') WHERE {p.where}").fetchall()  # noqa: S608
        found = plain.execute(_select(meta, p, 0, 1000), [str(numbers)]).fetchall()
        times["DuckDB alone"].append((time.perf_counter() - began) * 1000)
        assert (same, found) == (total, rows), "two ways, one answer"
    return times


# The service


@contextmanager
def serving(store: Path):
    """The service in a process of its own: its address, and how long it took to answer first."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "openilr", "serve", "--store", store, "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        address = re.search(r"http://\S+", process.stdout.readline())[0]
        _get(http.client.HTTPConnection(urlsplit(address).netloc), "/help/")
        yield address, time.perf_counter() - began, process
    finally:
        process.terminate()
        process.wait(20)


def _get(connection: http.client.HTTPConnection, path: str, body: str | None = None) -> int:
    connection.request("POST" if body else "GET", path, body, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def load(address: str, people: int, seconds: float, ask: Callable[[random.Random], tuple[str, str | None]]) -> dict:
    """Requests a second and milliseconds of each, with so many people asking at once without a pause."""
    times: list[float] = []
    ends = time.perf_counter() + seconds

    def person(number: int) -> None:
        draw, connection = random.Random(number), http.client.HTTPConnection(urlsplit(address).netloc)
        while time.perf_counter() < ends:
            path, body = ask(draw)
            began = time.perf_counter()
            assert _get(connection, path, body) == 200, path
            times.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=person, args=(n,)) for n in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    return {
        "requests a second": len(times) / seconds, "median": statistics.median(times),
        "95th": times[int(len(times) * 0.95)], "requests": len(times),
    }  # fmt: skip


def questions(store: Path) -> dict[str, Callable[[random.Random], tuple[str, str | None]]]:
    from openilr.publish.datasets import Library

    library = Library(store)
    d = library.data_sets()[0]
    meta = library.meta(d, d.latest)
    base = f"/statistics/v1/data-sets/{d.id}"
    bodies = [json.dumps({"criteria": c, "pageSize": 100}) for c in queries(meta, 300)]
    tables = []
    for c in queries(meta, 100):
        facets = c["and"][0]
        pairs = [("time", f"{t['period']}|{t['code']}") for t in facets["timePeriods"]["in"]]
        level = facets["geographicLevels"]["eq"]
        pairs += [("place", f"{level}|{p['id']}") for p in facets.get("locations", {}).get("in", [])] or [
            ("level", "REG")
        ]
        pairs += [("option", o) for part in c["and"][1:] for o in part["filters"]["in"]]
        tables.append(f"/data-tables/{d.id}/table/?{urlencode([*pairs, ('indicator', meta.indicators[0].id)])}")
    return {
        "Find statistics": lambda _: ("/", None),
        "A release with its chart": lambda _: ("/find-statistics/national/", None),
        "A table that somebody made": lambda draw: (draw.choice(tables), None),
        "API: what a data set is made of": lambda _: (f"{base}/meta", None),
        "API: a query, up to 100 rows": lambda draw: (f"{base}/query", draw.choice(bodies)),
        "API: a query, 1,000 rows": lambda draw: (
            f"{base}/query?page={draw.randint(1, 20)}&geographicLevels.eq=REG",
            None,
        ),
    }


def upload(address: str, store: Path, learners: int, folder: Path) -> dict[str, float]:
    """A return from the press of the button to its findings, as the browser of a data manager sees it."""
    import httpx

    from openilr.synth import write_return

    path = write_return(folder, learners, ukprn=10000001, faults=0.02).path
    env = {**os.environ, "OPENILR_PASSWORD": "plum-kettle-orbit-9"}
    command = [sys.executable, "-m", "openilr", "users", "add", "manager", "--role", "provider", "--ukprn", "10000001"]
    subprocess.run([*command, "--store", store], env=env, check=True, capture_output=True)
    with httpx.Client(base_url=address, follow_redirects=True, timeout=600) as browser:

        def token(page: httpx.Response) -> str:
            return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]

        given = {"username": "manager", "password": env["OPENILR_PASSWORD"]}
        browser.post("/sign-in/", data={**given, "csrfmiddlewaretoken": token(browser.get("/sign-in/"))})
        form = token(browser.get("/provider/send/"))
        began = time.perf_counter()
        with path.open("rb") as file:
            data = {"csrfmiddlewaretoken": form, "return_name": "R11", "send": "check"}
            page = browser.post("/provider/send/", data=data, files={"file": (path.name, file)})
        sent = time.perf_counter() - began
        while browser.get(f"{page.url.path}progress/").json()["running"]:
            time.sleep(0.2)
        assert "What to do:" in browser.get(page.url.path).text
        return {"megabytes": path.stat().st_size / 1e6, "sent": sent, "findings": time.perf_counter() - began}


# The page


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--learners", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CONFIG_HOME"] = str(folder / "home")
        from openilr.store import Store

        store = folder / "store"
        Store.init(store)
        data, meta, rows = make_pair(folder)
        size = data.stat().st_size / 1e6
        added = add(store, data, meta)
        data.unlink()
        held = sum(p.stat().st_size for p in (store / "datasets").rglob("*") if p.is_file()) / 1e6
        asked = engine(store, 200)
        loads = {}
        with serving(store) as (address, cold, process):
            for words, ask in questions(store).items():
                load(address, 2, 1, ask)
                before = _processor(process.pid)
                loads[words] = load(address, options.people, options.seconds, ask)
                loads[words]["processor"] = (_processor(process.pid) - before) / loads[words]["requests"] * 1000
            sent = upload(address, store, options.learners, folder)
        PAGE.write_text(page(options, rows, size, held, added, asked, cold, loads, sent), "utf-8")
        print(PAGE.read_text("utf-8"))


def _processor(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def page(options, rows, size, held, added, asked, cold, loads, sent) -> str:
    def row(*cells: object) -> str:
        return f"| {' | '.join(str(c) for c in cells)} |"

    ours, alone = (sorted(asked[name]) for name in ("ours", "DuckDB alone"))
    lines = [
        "# Service", "",
        "Written by `benchmarks/bench_web.py`. " + machine(),
        "", "## Query engine", "",
        f"{rows:,} rows ({size:,.0f} MB of CSV, {held:,.0f} MB kept with its compressed copy). {len(ours)} questions "
        "at random: one to four filters, up to three places, one to four periods. Each is counted and its first 1,000 "
        "rows are fetched. "
        "The same SQL by hand is DuckDB on the same file without anything of ours; the answers were the same.", "",
        row("", "median ms", "95th ms", "longest ms"), row("---", "---", "---", "---"),
        *(row(name, f"{statistics.median(t):.1f}", f"{t[int(len(t) * 0.95)]:.1f}", f"{t[-1]:.1f}")
          for name, t in (("ours", ours), ("DuckDB alone", alone))),
        "", f"Ours takes {statistics.median(ours) / statistics.median(alone):.2f} times as long at the median.", "",
        f"Adding the data set took {added['wall']:.0f} s ({added['processor']:.0f} s of processor time, "
        f"{added['memory']:,.0f} MB), screening left out.",
        "", "## Pages and API", "",
        f"{options.people} people ask without a pause for {options.seconds:.0f} seconds, over HTTP on the loopback "
        "address, of one "
        "service process, on the data set above. People and service share the machine.", "",
        row("", "requests a second", "median ms", "95th ms", "processor ms of the service, each"),
        row("---", "---", "---", "---", "---"),
        *(row(words, f"{x['requests a second']:.0f}", f"{x['median']:.0f}", f"{x['95th']:.0f}", f"{x['processor']:.1f}")
          for words, x in loads.items()),
        "", "## Start and upload", "",
        f"- From the command to the first page: {cold:.1f} s.",
        f"- A return of {options.learners:,} learners ({sent['megabytes']:.0f} MB): {sent['sent']:.1f} s to send, "
        f"{sent['findings']:.1f} s from the press of the button to the findings on the screen (no reference data).", "",
    ]  # fmt: skip
    return "\n".join(lines)


def machine() -> str:
    from importlib.metadata import version

    names = ", ".join(f"{n} {version(n)}" for n in ("duckdb", "django", "waitress"))
    load_now = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {names}. The machine was shared: its load was "
        f"{load_now:.1f} at the end, so times on the clock are too long rather than too short."
    )


if __name__ == "__main__":
    main()
