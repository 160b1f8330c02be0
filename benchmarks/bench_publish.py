"""A national release, end to end: every data set counted on a snapshot, protected as one, written in every form.

    python benchmarks/bench_publish.py [--learners N] [--work FOLDER]

The store is made up and taken in unchecked, as in bench_store.py; that is not part of what is measured. Prints what it
finds, and writes docs/benchmarks/publish.md.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from bench_store import Maker, _reference
from openilr.publish.places import Lists
from openilr.publish.release import DATA_SETS
from openilr.publish.release.build import build
from openilr.store import Store
from openilr.store.views import memory

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks" / "publish.md"
YEAR, RETURN = "2526", "R14"


def spread(path: Path) -> None:
    """Give the made-up postcodes homes in all districts of England, so that there is a country to publish."""
    districts = sorted(r[0] for r in Lists.read().places["Local authority district"] if r[0] < "E10")
    rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    for number, row in enumerate(rows):
        if row["rgn26cd"]:
            place = min(number * 7919 % len(districts), number * 104_729 % len(districts))  # some are small
            row["lad26cd"], row["rgn26cd"] = districts[place], f"E1200000{1 + place * 9 // len(districts)}"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def populate(reference: Path) -> None:
    """A population of every district, of the regions that they are in, and of the country."""
    [postcodes] = reference.glob("NSPL*.csv")
    places = {(r["lad26cd"], r["rgn26cd"]) for r in csv.DictReader(postcodes.open(encoding="utf-8", newline=""))}
    people: dict[str, int] = {}
    for number, (district, region) in enumerate(sorted(p for p in places if all(p))):
        for area in (district, region, "E92000001"):
            people[area] = people.get(area, 0) + 40_000 + 7_919 * number % 300_000
    with (reference / "population.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["AreaCode", "Year", "Age", "Population"])
        writer.writerows([area, 2025, 30, count] for area, count in sorted(people.items()))


def made(folder: Path, learners: int) -> Store:
    providers = max(12, 1_200 * learners // 2_000_000)
    store = Store.init(folder / "store")
    reference = _reference(folder / "reference")
    [postcodes] = reference.glob("NSPL*.csv")
    spread(postcodes)
    populate(reference)
    store.add_reference(reference)
    maker = Maker()
    for place in range(providers):
        tables = maker.tables(YEAR, 10_000_001 + place, place, learners // providers, later=True)
        store.ingest([tables], return_name=RETURN, submitted_by="benchmark")
    store.freeze(YEAR, RETURN, frozen_by="benchmark")
    return store


class Watch:
    """Processor seconds by what the build says that it is at."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self._at, self._since = "starting", time.process_time()

    def __call__(self, words: str) -> None:
        now = time.process_time()
        self.parts[self._at] = self.parts.get(self._at, 0.0) + now - self._since
        step = words.split(" ")[0]
        self._at, self._since = step if step in ("counting", "writing") else "protecting", now


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=200_000)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--only-make", action="store_true", help="Make the store and end.")
    asked = parser.parse_args()
    folder = asked.work or Path(tempfile.mkdtemp(prefix="openilr-bench-"))
    os.environ["OPENILR_VAULT_KEY_FILE"] = str(folder / "vault.key")
    if asked.only_make:
        made(folder, asked.learners)
        return
    if not (folder / "store").exists():  # in a process of its own, whose memory is not the release's
        again = [sys.executable, __file__, "--only-make", "--learners", str(asked.learners), "--work", str(folder)]
        subprocess.run(again, check=True)
    store = Store(folder / "store")
    shutil.rmtree(folder / "store" / "releases", ignore_errors=True)  # a first release, not a version of the last run's
    watch = Watch()
    wall, processor = time.perf_counter(), time.process_time()
    release = build(store, YEAR, RETURN, DATA_SETS, "rounding", base=10, lenient=True, by="benchmark", say=watch)
    watch("done")
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    counts = sum(each.protected.cells for each in release.built)
    lines = [
        "# A release, end to end", "",
        f"{asked.learners:,} made-up learners of one year: every data set of `ilr publish build` counted on a frozen "
        "snapshot, rounded as one table to multiples of 10, screened, and written as CSV, Parquet, XLSX, ODS, CSVW and "
        "ZIP. One process; seconds are of processor time, since the machine was doing other work.", "",
        "| step | seconds |", "|---|---|", *(f"| {step} | {seconds:.1f} |" for step, seconds in watch.parts.items()),
        f"| **all** | **{processor:.1f}** ({wall:.0f} by the clock) |", "",
        f"{len(release.built)} of {len(DATA_SETS)} data sets with {counts:,} counts; every total adds up, and each "
        "was checked by the "
        "checker's own reading of the sums. "
        "Peak memory of the process, without the making of the store, "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB; its engine might take {memory()}. "
        f"ZIP {release.archive.stat().st_size / 1e6:.1f} MB.", "",
        "| data set | counts | moved on average |", "|---|---|---|",
        *(f"| {b.data_set.title} | {b.protected.cells:,} | {b.protected.moved / max(b.protected.cells, 1):.2f} |"
          for b in release.built), "",
        *(f"- Not part of it: {name}. {why}" for name, why in release.left_out.items()), "",
        f"Python {platform.python_version()}, duckdb {version('duckdb')}, highspy {version('highspy')}.",
    ]  # fmt: skip
    PAGE.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
