"""What output checks cost and how right they are: fifty past tables and a new one; known answers, beside ACRO.

    python benchmarks/bench_disclose.py [--cases 300] [--acro PYTHON]

PYTHON is the interpreter of an environment with acro 1.0.2; benchmarks/acro_answers.py says how to make one. Writes
docs/benchmarks/disclose.md. Processor seconds stand beside wall time, as other work may share the machine.
"""
# ruff: noqa: E501 - a page is written here, and its sentences read better unbroken

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.disclose import generated  # noqa: E402
from tests.disclose.generated import THRESHOLD, Asked, Sector, Told, gives_away, tell  # noqa: E402

from openilr.disclose.ledger import Ledger  # noqa: E402 - the tests' generator and truth are used here too
from openilr.disclose.outputs import Context, Output, Policy, check  # noqa: E402
from openilr.disclose.outputs.check import published  # noqa: E402

PAGE = ROOT / "docs" / "benchmarks" / "disclose.md"
PAST, PEOPLE = 50, 60_000
SIZES = {"provider": 50, "level": 6, "age": 5, "sex": 2, "lldd": 2, "region": 9, "ethnicity": 6, "subject": 15}


def people(rng: np.random.Generator) -> pl.DataFrame:
    made: dict[str, Any] = {"person": np.arange(PEOPLE)}
    for name, size in SIZES.items():
        weight = 1 / np.arange(1, size + 1) ** 0.8
        made[name] = rng.choice(size, PEOPLE, p=weight / weight.sum()).astype(str)
    return pl.DataFrame(made)


def table(frame: pl.DataFrame, dims: list[str], name: str) -> Output:
    rows = frame.select("person", **{f"d{i}": str(d) for i, d in enumerate(dims)})
    content = {"statistic": "count", "dimensions": [{"name": str(d), "label": str(d)} for d in dims], "margins": "all"}
    return Output(name, "table", name, content, {"unit": "learners", "population": "all"}, rows=rows)


def safe(asked: Output) -> Output:
    """As it is where no cell is small, else with counts rounded to ten."""
    told = published(asked, Context())
    assert told is not None
    return asked.with_changes({"round": 10}) if ((told.n > 0) & (told.n < 10)).any() else asked


def past_tables(frame: pl.DataFrame, rng: np.random.Generator) -> tuple[Ledger, int, float]:
    """Fifty tables of two variables, every fifth of one sex only, each released only if nothing is exposed or left
    undecided beside those before it; how many were refused, and processor seconds."""
    ledger, refused, cpu = Ledger(), 0, time.process_time()
    while len(ledger) < PAST:
        number = len(ledger) + refused
        dims = sorted(rng.choice(list(SIZES), 2, replace=False))
        part = frame if number % 5 else frame.filter(pl.col("sex") == str(number % 2))
        release = published(safe(table(part, dims, f"table {number}")), Context(f"table {number}"))
        assert release is not None
        found = ledger.attack(release, 10)
        if found.exposed or found.undecided:
            refused += 1
        else:
            ledger.add(release)
    return ledger, refused, time.process_time() - cpu


def fifty_past_tables() -> list[str]:
    """Lines of a table: three new tables, each against the same fifty."""
    rng = np.random.default_rng(4)
    frame = people(rng)
    before, refused, cpu = past_tables(frame, rng)
    past, cells = before.releases, sum(len(release.n) for release in before.releases)
    lines = [
        f"{PAST} past tables of two variables each, {cells:,} cells, {PEOPLE:,} people, {len(SIZES)} variables; tables with",
        "small cells were rounded to ten, every fifth asked for was of one sex only. Each was attacked beside those before it, and",
        f"not released where that gave a group away or left one undecided: {refused} were not, in {cpu:,.0f} processor seconds for all.",
        "A new table is put beside all of them.", "",
        "| New table | small groups | exposed | not decided | seconds | processor seconds |",
        "| --- | --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    example = ""
    for words, part, dims in (
        ("region by level, all learners", frame, ["region", "level"]),
        ("region by subject, all learners", frame, ["region", "subject"]),
        ("provider by level, without those with LLDD", frame.filter(pl.col("lldd") != "1"), ["provider", "level"]),
    ):
        ledger = Ledger(past)
        if "without" in words:  # the same for all was released before
            whole = published(safe(table(frame, dims, "all learners")), Context("all learners"))
            assert whole is not None
            ledger.add(whole)
        release = published(safe(table(part, dims, "new")), Context("new"))
        if "without" in words:
            release = published(table(part, dims, "new"), Context("new"))
        assert release is not None
        wall, cpu = time.monotonic(), time.process_time()
        found = ledger.attack(release, 10)
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
        lines.append(
            f"| {words} | {found.groups:,} | {len(found.exposed):,} | {len(found.undecided):,} | {wall:.1f} | {cpu:.1f} |"
        )
        example = next((e.words() for e in found.exposed if len(e.used) == 2), example)
        print(lines[-1], file=sys.stderr)
    return [
        *lines, "", "One of those exposed:", "", f"> {example}", "",
        "The machine was shared by many programs; processor seconds are what counts. The goal was 30. A table that gives",
        "somebody away is refused for that, and what else it does is then left undecided; else what is not decided goes to a person.",
    ]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Outputs that are asked for one after the other, and whether they give somebody away, by trying every world."""

    kind: str
    outputs: list[Output]
    plain: dict[str, Any]
    unsafe: bool


def cases(count: int) -> list[Case]:
    """Single tables, sequences of two or three, and regressions; those with too many worlds to try are left out."""
    made: list[Case] = []
    seed = 1000
    while len(made) < count:
        seed += 1
        rng = np.random.default_rng(seed)
        if seed % 3 == 0:
            names, x, y = generated.model_case(rng)
            plain = {"kind": "regression", "names": names, "x": x.tolist(), "y": y.tolist()}
            away = generated.model_gives_away(x, THRESHOLD)
            made.append(Case("regression", [generated.model_output(names, x, y)], plain, away))
            continue
        sector, told, outputs, tables = Sector.make(rng), Told(), [], []
        unsafe = False
        for number in range(1 if seed % 3 == 1 else int(rng.integers(2, 4))):
            asked = Asked.make(rng, sector)
            output = asked.output(sector, f"t{number}")
            if output is None or output.rows is None:
                continue
            outputs.append(output)
            tables.append({"dims": asked.dims, "rows": output.rows.select(pl.exclude("person")).rows()})
            tell(sector, asked, output, told)
            unsafe |= generated.full_rows(sector, asked)
        found = gives_away(sector, told) if outputs and sector.people.height >= 6 else None
        if found is None:
            continue
        kind = "one table" if len(outputs) == 1 else "sequence of tables"
        made.append(Case(kind, outputs, {"kind": kind, "tables": tables}, bool(unsafe or told.shown_small or found)))
    return made


def ours(every: list[Case], policy: Policy) -> list[bool]:
    """True where all outputs of a case pass as they are, each put beside those before it."""
    passed = []
    for case in every:
        ledger, fine = Ledger(), True
        for number, output in enumerate(case.outputs):
            context = Context(f"t{number}", policy)
            fine = fine and check(output, context, ledger).status == "pass"
            if fine and (release := published(output, context)) is not None:
                ledger.add(release)
        passed.append(fine)
    return passed


def acro(python: str, every: list[Case], policy: Policy, *more: str) -> list[list[str]]:
    least = policy["regression"]["residual_degrees_of_freedom"]
    asked = {"threshold": policy.threshold, "degrees_of_freedom": least, "cases": [c.plain for c in every]}
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "cases.json")
        given.write_text(json.dumps(asked), "utf-8")
        command = [python, str(ROOT / "benchmarks" / "acro_answers.py"), str(given), *more]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def rows(name: str, every: list[Case], passed: list[bool]) -> list[str]:
    """A line for each kind: unsafe cases and of them passed, harmless cases and of them not passed."""
    lines = []
    for kind in ("one table", "sequence of tables", "regression"):
        mine = [(c.unsafe, p) for c, p in zip(every, passed, strict=True) if c.kind == kind]
        unsafe, fine = [p for u, p in mine if u], [p for u, p in mine if not u]
        share = f"{100 * (len(fine) - sum(fine)) / len(fine):.0f}%" if fine else ""
        lines.append(
            f"| {kind} | {name} | {len(unsafe)} | {sum(unsafe)} | {len(fine)} | {len(fine) - sum(fine)} ({share}) |"
        )
    return lines


def known_answers(count: int, python: str | None) -> list[str]:
    """Lines of a table: OpenILR and ACRO on the same cases, whose truth is known."""
    every = cases(count)
    wall, cpu = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        policy = generated.small_policy(Path(folder))
    told = rows("OpenILR: pass", every, ours(every, policy))
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    errors = ""
    if python:
        for more, words in (((), "ACRO: pass"), (("--no-zeros",), "ACRO, zeros allowed: pass")):
            answers = acro(python, every, policy, *more)
            told += rows(words, every, [set(a) == {"pass"} for a in answers])
            if not more:
                told += rows("ACRO: pass or review", every, [set(a) <= {"pass", "review"} for a in answers])
                stopped = sum(not a or a[0].startswith("error") for a in answers)
                errors = f"ACRO ended with an error, or with no answer, on {stopped} of the cases; these count as not passed."
    return [
        f"{len(every)} generated cases with a threshold of {THRESHOLD}, small enough for every possible world to be tried: that",
        "decides whether a case gives somebody away. A case passes when every output of it does, as asked for, each beside",
        "those before it. ACRO 1.0.2 got the same people, tables, columns and threshold, in one session a case, and its",
        "statuses are taken as they are: its advice to look for differences comes with a pass, and a person may heed it.",
        f"OpenILR took {wall:.0f} s ({cpu:.0f} processor seconds), safer versions included.", "",
        "| Cases | Who | giving somebody away | of them passed | harmless | of them not passed |",
        "| --- | --- | --- | --- | --- | --- |", *sorted(told, key=lambda line: line.split("|")[1]), "", errors,
        "A regression counts as giving somebody away where its columns make the indicator of a group under the threshold, so that the",
        "coefficients tell that group's mean outcome.",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--only", choices=["ledger", "answers"], help="Make one half of the page anew; the other stays."
    )
    parser.add_argument("--cases", type=int, default=240)
    parser.add_argument("--acro", help="Python of an environment with acro 1.0.2")
    asked = parser.parse_args()
    halves = {"ledger": "Fifty past tables and a new one", "answers": "Against known answers"}
    before = PAGE.read_text("utf-8").split("\n## ")[1:] if PAGE.is_file() else []
    kept = {part.split("\n")[0]: part.split("\n")[1:] for part in before}
    for half, title in halves.items():
        if asked.only in (None, half):
            made = fifty_past_tables() if half == "ledger" else known_answers(asked.cases, asked.acro)
            kept[title] = ["", *made, ""]
    lines = ["# Output checks", "", "`python benchmarks/bench_disclose.py --acro PYTHON` makes this page.", ""]
    for title in halves.values():
        lines += [f"## {title}", *kept.get(title, [])]
    PAGE.write_text("\n".join(lines).strip() + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
