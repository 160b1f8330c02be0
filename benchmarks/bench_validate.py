"""Speed and memory of ``ilr validate``, beside xmllint on the same files in the same run.

    make bench

Each row is a whole process, from start to written report. The commands of one size take turns, so a busy moment of the
machine meets all of them. Prints a table and writes docs/benchmarks/validate.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

from generate import schema_of
from openilr.synth import write_reference, write_return
from openilr.validate import rule_list

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks" / "validate.md"
ILR = Path(sys.executable).with_name("ilr")

#: Learners in the file, and how often each command runs on it.
SIZES = {1_000: 7, 20_000: 5, 200_000: 2}
#: The name of an empty file that says the reference files beside it were all written.
COMPLETE = "complete"
GOAL_COLD_SECONDS = 1.0
GOAL_TIMES_XMLLINT = 2.5
GOAL_PEAK_MB = 2_000
GOAL_FLAT = 1.3


@dataclass
class Measured:
    """One command on one file: seconds by the clock and of processor time per run, and the largest peak memory."""

    learners: int
    command: str
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak_mb: float = 0.0

    @property
    def best(self) -> float:
        return min(self.wall)

    @property
    def least(self) -> float:
        return min(self.processor)

    @property
    def row(self) -> str:
        median = statistics.median(self.wall)
        return (
            f"| {self.learners:,} | {self.command} | {self.best:.2f} | {median:.2f} | {self.least:.2f} "
            f"| {self.peak_mb:,.0f} |"
        )


def run(measured: Measured, command: list[str | Path], accept: tuple[int, ...]) -> None:
    """Run once. ``os.wait4`` gives the resources of this process alone."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    measured.wall.append(time.perf_counter() - started)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accept:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{complaint[-2000:]}")
    measured.processor.append(used.ru_utime + used.ru_stime)
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes on macOS, kilobytes elsewhere
    measured.peak_mb = max(measured.peak_mb, used.ru_maxrss / unit)


def measure(folder: Path, learners: int, runs: int, reference: Path) -> list[Measured]:
    written = write_return(folder / str(learners), learners)
    report = folder / "report.json"
    commands: dict[str, list[str | Path]] = {
        "xmllint": ["xmllint", "--noout", "--stream", "--schema", schema_of("2526", folder), written.path],
    }
    validate = [ILR, "validate", written.path, "--quiet", "--format", "json", "--output", report]
    commands["ilr validate"] = validate
    commands["ilr validate, full reference data"] = [*validate, "--reference", reference]
    # Reference files are read once and kept in a cache; what is measured is every time after that.
    subprocess.run(commands["ilr validate, full reference data"], capture_output=True)
    results = {name: Measured(learners, name) for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            # Findings are no failure of the run: ilr ends with 1 when it found errors.
            run(results[name], command, (0,) if name == "xmllint" else (0, 1))
    return list(results.values())


@dataclass
class Outcome:
    """One figure beside its goal: by the clock, and the same by processor time, which a busy machine moves less."""

    what: str
    form: str
    goal: float
    clock: float
    processor: float | None = None

    @property
    def row(self) -> str:
        processor = "" if self.processor is None else self.form.format(self.processor)
        met = "yes" if self.clock <= self.goal else "no"
        return f"| {self.what} | {self.form.format(self.clock)} | {processor} | {self.form.format(self.goal)} | {met} |"


def outcomes(results: list[Measured]) -> list[Outcome]:
    by = {(m.learners, m.command): m for m in results}
    found: list[Outcome] = []
    for name in dict.fromkeys(m.command for m in results if m.command != "xmllint"):
        said = name.removeprefix("ilr validate").removeprefix(", ") or "no reference data"
        small, middle, large = (by.get((size, name)) for size in SIZES)
        if small:
            what = f"cold start to report, 1,000 learners ({said})"
            found.append(Outcome(what, "{:.2f} s", GOAL_COLD_SECONDS, small.best, small.least))
        if middle:
            lint = by[middle.learners, "xmllint"]
            what = f"20,000 learners against xmllint ({said})"
            ratio = middle.best / lint.best, middle.least / lint.least
            found.append(Outcome(what, "{:.2f} times", GOAL_TIMES_XMLLINT, *ratio))
        if large:
            what = f"peak memory, 200,000 learners ({said})"
            found.append(Outcome(what, "{:,.0f} MB", GOAL_PEAK_MB, large.peak_mb))
        if large and middle:
            times = large.learners / middle.learners
            what = f"time per learner, 200,000 against 20,000 ({said})"
            ratio = large.best / middle.best / times, large.least / middle.least / times
            found.append(Outcome(what, "{:.2f} times", GOAL_FLAT, *ratio))
    return found


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    xmllint = subprocess.run(["xmllint", "--version"], capture_output=True, text=True).stderr.split("\n")[0]
    libxml = xmllint.rsplit(" ", 1)[-1]
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GB of memory, {platform.system()}, "
        f"Python {platform.python_version()}, Polars {version('polars')}, libxml {libxml}. {date.today():%d %B %Y}."
    )


def rules_checked() -> int:
    return sum(said.status == "implemented" for said in rule_list("2526"))


def page(results: list[Measured]) -> str:
    lines = [
        "# Checking returns",
        "",
        "`make bench` writes this page. It checks synthetic returns of three sizes with `ilr validate` and with",
        "`xmllint --noout --stream --schema`, a program that checks the schema and nothing else. Each run is a whole",
        "process, from start to written report; the commands take turns on the same file.",
        "",
        f"Measured on: {machine()}",
        f"{rules_checked()} rules of 2025-26 are checked.",
        "",
        "| What | By the clock | By processor time | Goal, at most | Met |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [outcome.row for outcome in outcomes(results)]
    lines += [
        "",
        "Times are the best of the runs. The full reference data has the size of the real tables: 120,000 aims with",
        "840,000 validity rows, 1.8 million postcodes and 400,000 employers. Its files were read once before, and come",
        "from the cache.",
        "",
        "| Learners | Command | Best (s) | Median (s) | Processor (s) | Peak memory (MB) |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [m.row for m in results]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure ilr validate beside xmllint.")
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "benchmarks")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="learners in each file")
    parser.add_argument("--runs", type=int, help="runs of each command (default: 7, 5 and 2 by size)")
    parser.add_argument("--no-page", action="store_true", help="print only; leave docs/benchmarks/validate.md as it is")
    choice = parser.parse_args()
    choice.folder.mkdir(parents=True, exist_ok=True)
    reference = choice.folder / "reference-full"
    if not (reference / COMPLETE).exists():
        print("Writing full-size reference data ...", file=sys.stderr)
        write_reference(reference, full=True)
        (reference / COMPLETE).touch()
    results: list[Measured] = []
    for learners in map(int, choice.sizes.split(",")):
        print(f"Measuring {learners:,} learners ...", file=sys.stderr)
        results += measure(choice.folder, learners, choice.runs or SIZES.get(learners, 3), reference)
    text = page(results)
    print(text)
    if not choice.no_page:
        PAGE.write_text(text, "utf-8")
        print(f"Wrote {PAGE.relative_to(HERE.parent)}", file=sys.stderr)


if __name__ == "__main__":
    main()
