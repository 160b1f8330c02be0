"""Time, memory and size of a store of many learners over five years.

    python benchmarks/bench_store.py --learners 2000000

Returns are made as tables, without XML, and go in through ``Store.ingest``: the same writing, deriving and encrypting
as for a file that was sent and checked. Each step runs in a process of its own, so that its peak memory is its own.
Prints a table and writes docs/benchmarks/store.md. Two million learners a year need 20 GB of disk and an hour.

    python benchmarks/bench_store.py --learners 2000000 --folder big --minutes 15

stops before the first step that begins after 15 minutes; the same command goes on from there. A folder that was named
is kept: big/store is a store like any other, with its key in big/vault.key.

    python benchmarks/bench_store.py --xml --learners 100000

measures ``ilr store submit`` instead, on files as ``ilr synth`` writes them, and writes its own section of the page.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from openilr import years
from openilr.spec import Type
from openilr.store import Store
from openilr.synth import write_reference
from openilr.synth.catalogue import POSTCODES_IN_USE, aim, standard
from openilr.synth.numbers import postcode

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks" / "store.md"
YEARS = ("1819", "2021", "2425", "2526", "2627")
CHANGED = "2526"  #: the year with a second return, for the difference
AIMS_EACH = 2.5
PROVIDERS = 1_200  #: for two million learners; fewer learners have as many fewer, and at least twelve
_TYPES = {
    Type.STRING: pl.String, Type.RESTRICTED: pl.String, Type.INT: pl.Int32, Type.LONG: pl.Int64,
    Type.DECIMAL: pl.Float64, Type.DATE: pl.Date, Type.DATETIME: pl.Datetime("us"),
}  # fmt: skip


@dataclass
class Tables:
    year: Any
    frames: dict[str, pl.DataFrame]


@dataclass
class Step:
    name: str
    seconds: float
    processor: float
    peak_mb: float
    said: str = ""


class Maker:
    """Frames of one provider's return. The same learners come back in every year; a third of them is new."""

    def __init__(self) -> None:
        self._postcodes = np.array([postcode(i) for i in range(POSTCODES_IN_USE)], dtype=object)
        self._aims = np.array([aim(i).reference for i in range(1_500)], dtype=object)
        self._standards = np.array([standard(i).code for i in range(40)])

    def tables(self, name: str, ukprn: int, place: int, learners: int, *, later: bool) -> Tables:
        """``later`` is the return in which more aims have ended than in the one before."""
        pack = years.load(name)
        random = np.random.default_rng(int(name) * 100_000 + place)
        first = pack.academic_year.start.year
        person = place * learners + np.arange(learners) + (first - 2018) * learners // 3
        rows: dict[str, dict[str, Any]] = {n: {} for n in pack.schema.entities}
        rows["LearningProvider"] = {"UKPRN": [ukprn]}
        rows["Learner"] = {
            "LearnRefNumber": np.char.mod("L%09d", person).astype(object), "ULN": 1_000_000_000 + person,
            "FamilyName": np.char.mod("Family%d", person % 40_000).astype(object),
            "GivenNames": np.char.mod("Given%d", person % 9_000).astype(object),
            "DateOfBirth": _days(date(first - 45, 1, 1), person * 7919 % (28 * 365)),
            "Ethnicity": 31 + person % 17, "Sex": np.where(person % 2, "F", "M").astype(object),
            "LLDDHealthProb": 1 + person % 2, "NINumber": np.char.mod("QQ%06dC", person % 10**6).astype(object),
            "PostcodePrior": self._postcodes[person * 31 % POSTCODES_IN_USE],
            "Postcode": self._postcodes[person * 37 % POSTCODES_IN_USE],
            "AddLine1": np.char.mod("%d Made Up Street", person % 300).astype(object),
            "TelNo": np.char.mod("07700%06d", person % 10**6).astype(object),
            "Email": np.char.mod("learner%d@example.invalid", person).astype(object),
            "PlanLearnHours": random.integers(20, 700, learners),
        }  # fmt: skip
        each = np.where(np.arange(learners) % 2, 3, 2)  # two and a half aims a learner
        owner = np.repeat(np.arange(learners), each)
        number = np.concatenate([np.arange(1, n + 1) for n in each])
        count = len(owner)
        programme = (number == 1) & (owner % 4 == 0)
        ended = random.random(count) < (0.6 if later else 0.4)
        start = random.integers(0, 250, count)
        rows["LearningDelivery"] = {
            "parent": owner,
            "LearnAimRef": np.where(programme, "ZPROG001", self._aims[random.integers(0, 1_500, count)]),
            "AimType": np.where(programme, 1, 4), "AimSeqNumber": number,
            "LearnStartDate": _days(date(first, 8, 1), start),
            "LearnPlanEndDate": _days(date(first, 8, 1), start + 300), "FundModel": np.where(programme, 36, 38),
            "ProgType": _or_null(25, programme), "StdCode": _or_null(self._standards[owner % 40], programme),
            "DelLocPostCode": self._postcodes[random.integers(0, 200, count) * 97 % POSTCODES_IN_USE],
            "CompStatus": np.where(ended, 2, 1), "LearnActEndDate": _days(date(first, 8, 1), start + 40, ended),
            "Outcome": _or_null(1, ended),
            "SWSupAimId": np.char.mod("%012d-0000-4000-8000-000000000000", np.arange(count)).astype(object),
        }  # fmt: skip
        of = np.repeat(np.arange(count), 2)
        kind = np.tile(np.array(["SOF", "FFI"], dtype=object), count)
        rows["LearningDeliveryFAM"] = {
            "parent": of, "LearnDelFAMType": kind, "LearnDelFAMCode": np.where(kind == "SOF", "105", "1"),
        }  # fmt: skip
        rows["LearnerEmploymentStatus"] = {
            "parent": np.arange(learners), "EmpStat": 10 + person % 3,
            "DateEmpStatApp": _days(date(first - 1, 8, 1), person % 300),
        }  # fmt: skip
        return Tables(pack, {n: _frame(entity, rows[n]) for n, entity in pack.schema.entities.items()})


def _days(first: date, after: Any, where: Any = None) -> pl.Series:
    days = pl.Series(np.asarray(after, dtype=np.int32)) + (first - date(1970, 1, 1)).days
    dates = days.cast(pl.Date)
    return dates if where is None else dates.zip_with(pl.Series(where), pl.Series([None], dtype=pl.Date))


def _or_null(values: Any, where: Any) -> pl.Series:
    wide = np.broadcast_to(values, where.shape)
    return pl.Series(wide).cast(pl.Int32).zip_with(pl.Series(where), pl.Series([None], dtype=pl.Int32))


def _frame(entity: Any, columns: dict[str, Any]) -> pl.DataFrame:
    height = len(next(iter(columns.values()))) if columns else 1 if entity.name in ("Message", "Header") else 0
    types = {f.name: _TYPES[f.type] for f in entity.fields}
    base = {"row": pl.int_range(height, eager=True, dtype=pl.UInt32), "parent": columns.get("parent"),
            "line": pl.int_range(height, eager=True, dtype=pl.UInt32)}  # fmt: skip
    data = {}
    for name, values in base.items():
        whole = pl.zeros(height, pl.UInt32, eager=True) if values is None else pl.Series(values)
        data[name] = whole.cast(pl.UInt32)
    for name, dtype in types.items():
        given = columns.get(name)
        if given is None:
            data[name] = pl.Series([None], dtype=dtype).new_from_index(0, height)
        else:
            data[name] = (given if isinstance(given, pl.Series) else pl.Series(given)).cast(dtype)
    return pl.DataFrame(data)


# Steps ----------------------------------------------------------------------------------------------------


def apart(name: str, work: Callable[[], str]) -> Step:
    """Run in a process of its own; what it says is passed back."""
    reading, writing = os.pipe()
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            os.write(writing, work().encode())
            os._exit(0)
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
            os._exit(1)
    os.close(writing)
    said = os.fdopen(reading).read()
    _, status, used = os.wait4(pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(f"{name} failed: {said[-2000:]}")
    step = Step(name, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3, said)
    print(f"{step.name:<45} {step.seconds:9.1f} s {step.processor:9.1f} s {step.peak_mb:8,.0f} MB  {said}", flush=True)
    return step


def ingest(folder: Path, name: str, return_name: str, learners: int, providers: int, *, later: bool) -> Step:
    """The seconds of the step are those of ``ingest`` alone, without the making of tables."""

    def work() -> str:
        store, maker, wall, processor = Store(folder), Maker(), 0.0, 0.0
        each = learners // providers
        for place in range(providers):
            tables = maker.tables(name, 10_000_001 + place, place, each, later=later)
            wall -= time.perf_counter()
            processor -= time.process_time()
            store.ingest([tables], return_name=return_name, submitted_by="benchmark")
            wall += time.perf_counter()
            processor += time.process_time()
        return f"{wall} {processor}"

    step = apart(f"take in {name} {return_name}", work)
    step.seconds, step.processor = map(float, step.said.split())
    step.said = f"{1e6 * step.processor / learners:.0f} µs of processor a learner"
    return step


def load(folder: Path) -> str:
    connection = Store(folder).connect()
    people = connection.table("learner").person_key.nunique().to_polars()
    return f"{people:,} people over all years"


def starts(folder: Path, year: str) -> str:
    connection = Store(folder).connect(year, "R14")
    aims = connection.table("learning_delivery")
    found = (
        aims.filter(aims.AimType == 1).group_by("programme_level", "ssa1").agg(starts=lambda t: t.count()).to_polars()
    )
    return f"{found['starts'].sum():,} programme aims in {found.height} groups"


def diff(folder: Path) -> str:
    totals = Store(folder).diff(f"{CHANGED}-R10-1", f"{CHANGED}-R14-1").totals()
    return f"{totals['aims_changed']:,} aims changed"


def quality(folder: Path, snapshot: str) -> str:
    found = Store(folder).quality(snapshot=snapshot)
    return f"{len(found.counts)} fields, {sum(r.rating == 'good' for r in found.ratings.values())} good"


def journeys(folder: Path, output: Path) -> str:
    _, counts = Store(folder).journeys(output)
    return f"{counts['episodes']:,} episodes of {counts['people']:,} people"


def verify(folder: Path) -> str:
    return f"{len(Store(folder).verify())} damaged"


def size(folder: Path, part: str) -> float:
    return sum(path.stat().st_size for path in (folder / part).rglob("*") if path.is_file()) / 1e9


def measure(folder: Path, learners: int, minutes: float) -> tuple[list[Step], dict[str, float]] | None:
    """What each step took, and sizes in GB; None where time was up. Steps that were done before are not done again."""
    providers = max(12, PROVIDERS * learners // 2_000_000)
    learners = learners // providers * providers
    os.environ["OPENILR_VAULT_KEY_FILE"] = str(folder / "vault.key")
    store, log = folder / "store", folder / "steps.json"
    if not log.exists():
        Store.init(store).add_reference(_reference(folder / "reference"))
    done = [Step(**said) for said in json.loads(log.read_text("utf-8"))] if log.exists() else []
    stop = time.monotonic() + 60 * minutes
    steps = _steps(folder, store, learners, providers)
    for step in steps[len(done) :]:
        if time.monotonic() > stop:
            print(f"{len(done)} of {len(steps)} steps are done; the same command goes on from here.")
            return None
        done.append(step())
        log.write_text(json.dumps([asdict(each) for each in done]), "utf-8")
    return done, {part: size(store, part) for part in ("tables", "vault", "snapshots")}


def _steps(folder: Path, store: Path, learners: int, providers: int) -> list[Callable[[], Step]]:
    returns = [(name, "R14", True) for name in YEARS]
    returns.insert(YEARS.index(CHANGED), (CHANGED, "R10", False))

    def freeze(name: str, return_name: str) -> str:
        return Store(store).freeze(name, return_name, frozen_by="benchmark")

    return [
        *(partial(ingest, store, n, r, learners, providers, later=later) for n, r, later in returns),
        *(partial(apart, f"freeze {n} {r}", partial(freeze, n, r)) for n, r, _ in returns),
        partial(apart, "load: people over five years", partial(load, store)),
        partial(apart, "programme starts of a year by level and subject", partial(starts, store, CHANGED)),
        partial(apart, "difference of two snapshots", partial(diff, store)),
        partial(apart, "quality of a snapshot, vault included", partial(quality, store, f"{CHANGED}-R14-1")),
        partial(apart, "journeys over five years", partial(journeys, store, folder / "journeys.parquet")),
        partial(apart, "verify: every file read again", partial(verify, store)),
    ]


# Returns as XML --------------------------------------------------------------------------------------------

XML_YEAR, XML_PROVIDERS, XML_FAULTS = "2526", 60, 0.05
XML_HEADING = "## Returns as XML"


#: The command in a process that says at its end what it used itself, without its children.
_OWN = (
    "import resource, sys; from pathlib import Path; from openilr.cli.run import run; code = run(sys.argv[2:]); "
    "used = resource.getrusage(resource.RUSAGE_SELF); "
    "Path(sys.argv[1]).write_text(str(used.ru_utime + used.ru_stime)); sys.exit(code)"
)


def submit_xml(folder: Path, people: int) -> tuple[dict[str, Any], list[tuple[Step, dict[str, Any]]]]:
    """What the files are, and for one and two jobs what it took to submit them and what became of the learners."""
    sector = folder / "sector"
    ilr = [sys.executable, "-m", "openilr"]
    if not sector.exists():
        subprocess.run([*ilr, "synth", str(sector), "--learners", str(people), "--providers", str(XML_PROVIDERS),
                        "--years", XML_YEAR, "--faults", str(XML_FAULTS), "--quiet"], check=True)  # fmt: skip
    files = sorted((sector / f"{XML_YEAR}-R14").glob("*.xml"))
    about = {"files": len(files), "mb": sum(file.stat().st_size for file in files) / 1e6}
    found = []
    for jobs in (1, 2):
        store = folder / f"submitted-{jobs}"
        shutil.rmtree(store, ignore_errors=True)
        os.environ["OPENILR_VAULT_KEY_FILE"] = str(folder / f"submitted-{jobs}.key")
        Store.init(store).add_reference(sector / "reference")
        own = folder / f"own-{jobs}"
        command = [sys.executable, "-c", _OWN, str(own), "store", "submit", *map(str, files), "--return", "R14",
                   "--store", str(store), "--as-of", "2026-10-20", "--jobs", str(jobs), "--format", "jsonl", "--quiet",
                   "--output", str(folder / f"report-{jobs}.jsonl")]  # fmt: skip
        found.append((_run(f"--jobs {jobs}", command), _sums(store) | {"own": float(own.read_text())}))
    return about, found


def _run(name: str, command: list[str]) -> Step:
    """The resources of a command with all its processes; the peak is that of the largest of them."""
    started = time.perf_counter()
    running = subprocess.Popen(command)
    _, status, used = os.wait4(running.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{name} failed.")
    step = Step(name, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3)
    print(f"{step.name:<45} {step.seconds:9.1f} s {step.processor:9.1f} s {step.peak_mb:8,.0f} MB", flush=True)
    return step


def _sums(store: Path) -> dict[str, int]:
    returns = Store(store).returns()
    names = ("learners", "aims", "learners_accepted", "learners_refused", "aims_accepted")
    return {name: int(returns[name].sum()) for name in names} | {"accepted": returns.filter(current=True).height}


def xml_section(about: dict[str, Any], found: list[tuple[Step, dict[str, Any]]]) -> str:
    n = found[0][1]
    (alone, _), (shared, of_shared) = found
    rows = "\n".join(
        f"| {s.name} | {s.seconds:,.1f} | {s.processor:,.1f} | {s.peak_mb:,.0f} "
        f"| {1e6 * s.processor / n['learners']:,.0f} "
        f"| {c['accepted']} | {c['learners_accepted']:,} | {c['learners_refused']:,} | {c['aims_accepted']:,} |"
        for s, c in found
    )
    return f"""{XML_HEADING}

`python benchmarks/bench_store.py --xml` writes this section. `ilr store submit` takes {about["files"]} files of
{XML_YEAR} from `ilr synth`, {about["mb"]:,.0f} MB with {n["learners"]:,} learner records and {n["aims"]:,} aims,
{100 * XML_FAULTS:g}% of the learners with a planted fault: it checks them against every rule with the sector's
reference data, writes the report, and takes in who has no error.

Measured on: {os.cpu_count()} processors, Python {platform.python_version()}, Polars {pl.__version__}.
{date.today():%d %B %Y}. The machine was shared.
Processor time is that of all processes, peak memory that of the largest.

| | Clock (s) | Processor (s) | Peak memory (MB) | µs of processor a learner | Files | Learners | Refused | Aims |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}

Files, learners and aims are those that were accepted, refused are learners.

Two jobs took {shared.seconds / alone.seconds:.2f} times the clock of one. Whole returns are handed to the processes
that check; one process takes them in, in their order, and used {of_shared["own"]:,.1f} of the
{shared.processor:,.1f} s. On {os.cpu_count()} processors three processes share what there is, so the clock can not be
under {max(shared.processor / (os.cpu_count() or 1), of_shared["own"]):,.1f} s; with more, not under what the one that
takes in needs.
"""


def keep_page(text: str) -> None:
    """Write one part of the page, and leave the other as it is."""
    old = PAGE.read_text("utf-8") if PAGE.exists() else ""
    main, _, xml = old.partition(XML_HEADING)
    if text.startswith(XML_HEADING):
        PAGE.write_text(f"{main.rstrip()}\n\n{text}", "utf-8")
    else:
        PAGE.write_text(text + (f"\n{XML_HEADING}{xml}" if xml else ""), "utf-8")


def _reference(folder: Path) -> Path:
    write_reference(folder)
    return folder


def page(steps: list[Step], sizes: dict[str, float], learners: int) -> str:
    taken = [s for s in steps if s.name.startswith("take in") and not s.name.endswith("R10")]
    first, last = taken[0].processor, taken[-1].processor
    rows = "\n".join(
        f"| {s.name} | {s.seconds:,.1f} | {s.processor:,.1f} | {s.peak_mb:,.0f} | {s.said} |" for s in steps
    )
    returns = len(YEARS) + 1
    kept = "\n".join(f"| {part} | {gb:.2f} | {1e9 * gb / (returns * learners):,.0f} |" for part, gb in sizes.items())
    where = f"{os.cpu_count()} processors, Python {platform.python_version()}"
    return f"""# The store

`python benchmarks/bench_store.py --learners {learners}` writes this page. It takes in {len(YEARS)} years of
{learners:,} made-up learners with {AIMS_EACH} aims each, and a second return of one year, as tables without XML:
checking is measured [by itself](validate.md). Reference data are there, so areas, levels and subjects are derived.

Measured on: {where}, Polars {pl.__version__}. {date.today():%d %B %Y}. The machine was shared, so processor time says
more than the clock. Each step is a process; peak memory is its own.

| Step | Clock (s) | Processor (s) | Peak memory (MB) | |
| --- | --- | --- | --- | --- |
{rows}

The last year cost {last / first:.2f} times the processor time of the first, per learner.

| Kept | GB | Bytes a learner and return |
| --- | --- | --- |
{kept}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=100_000, help="in each year")
    parser.add_argument("--folder", type=Path, help="where to work, and keep the store; by default a temporary folder")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no step after so many")
    parser.add_argument("--xml", action="store_true", help="measure ilr store submit on real files instead")
    parser.add_argument("--no-page", action="store_true", help="print only")
    choice = parser.parse_args()
    folder = choice.folder or Path(tempfile.mkdtemp(prefix="openilr-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    try:
        if choice.xml:
            text: str | None = xml_section(*submit_xml(folder, choice.learners))
        else:
            found = measure(folder, choice.learners, choice.minutes)
            text = page(*found, choice.learners) if found else None
    finally:
        if choice.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    if text is None:
        return
    print(text)
    if not choice.no_page:
        keep_page(text)


if __name__ == "__main__":
    main()
