"""Measures on a made-up nation, against the same questions written by hand in DuckDB SQL, in the same run.

    python benchmarks/bench_measure.py [--learners 2000000] [--years 5] [--memory 6GB] [--folder DIR] [NAME...]
    python benchmarks/bench_measure.py --store big/store [--memory 6GB] [NAME...]

Writes docs/benchmarks/measure.md. ``--store`` asks a store that is there (``bench_store.py --folder big`` makes one). Every question is asked in a process of its own, so that its memory is its own; each
way twice, of which the faster counts. The answers have to be equal. ``--folder`` keeps the nation for the next run.
"""
# ruff: noqa: E501, I001 - the queries are constants of this file, and read better unbroken

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
from measure_by_hand import BY_HAND, LINKED, OVER_YEARS
from measure_nation import Held, Nation

from openilr import link, measure
from openilr.store import StoreError

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks" / "measure.md"
GOAL = 1.5
#: The query by hand does not tell apart two like aims of one file, of which a store made at random has a few.
LIKE_AIMS = 1e-5


def _by_hand(nation: Nation | Held, name: str) -> list[tuple[Any, ...]]:
    return nation.by_hand(BY_HAND[name], None if name in OVER_YEARS else "2526")


def _measured(nation: Nation | Held, name: str) -> list[tuple[Any, ...]]:
    """The numbers in the order of the query by hand: breakdown, what is counted, people behind it."""
    if name in LINKED:
        link.connect = lambda store: store.connect()
        link.sources.paths = lambda store: {}  # noqa: ARG005
    result = measure.compute(nation, name, "2526")  # type: ignore[arg-type]
    numbers = [i.name for i in result.measure.numbers if i.rate is None]
    kept = [*result.by, *numbers, *(["learners"] if result.measure.count == "aims" else [])]
    return sorted(result.frame.select(kept).rows(), key=str)


def _ask(way: Any, nation: Nation | Held, name: str, answer: Any) -> None:
    best = None
    for _ in range(2):
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            found = way(nation, name)
        except (StoreError, duckdb.OutOfMemoryException):
            answer.put(None)
            return
        spent = (time.perf_counter() - wall, time.process_time() - cpu)
        best = min(best, spent, key=lambda s: s[1]) if best else spent
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    answer.put((*best, memory, sorted(found, key=str)))  # type: ignore[misc]


def _alone(way: Any, nation: Nation | Held, name: str) -> tuple[float, float, float, Any] | None:
    """Wall and processor seconds, peak memory in GB, and the answer; None where the memory was not enough."""
    context = multiprocessing.get_context("spawn")
    answer: Any = context.Queue()
    process = context.Process(target=_ask, args=(way, nation, name, answer))
    process.start()
    found = answer.get()
    process.join()
    return found  # type: ignore[no-any-return]


def _equal(theirs: list[tuple[Any, ...]], ours: list[tuple[Any, ...]], share: float) -> bool:
    """Whether the answers are the same; with ``share``, whether counts differ by no more than it."""
    if not share:
        return [tuple(map(str, row)) for row in theirs] == [tuple(map(str, row)) for row in ours]
    both = [pair for one, other in zip(theirs, ours, strict=True) for pair in zip(one, other, strict=True)]
    return all(abs(one - other) <= share * one for one, other in both)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--learners", type=int, default=2_000_000)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--memory", default="6GB")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--store", type=Path)
    asked = parser.parse_args()
    every = [name for name in BY_HAND if not (asked.store and name in LINKED)]
    asked.names = asked.names or every
    with tempfile.TemporaryDirectory(prefix="bench-measure-") as scratch:
        folder = asked.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        nation: Nation | Held
        if asked.store:
            nation = Held(asked.store, asked.memory)
        else:
            nation = Nation(folder, asked.learners, asked.years, asked.memory)
        learners, aims = nation.size("2526")
        print(f"{learners:,} learners, {aims:,} aims in 2025-26", flush=True)
        lines = []
        for name in asked.names:
            by_hand, measured = _alone(_by_hand, nation, name), _alone(_measured, nation, name)
            if by_hand is None or measured is None:
                cells = [" | ".join(f"{n:.1f}" for n in each[:3]) if each else "not enough memory | | "
                         for each in (measured, by_hand)]  # fmt: skip
                lines.append(f"| {name} | {' | '.join(cells)} | |")
                print(lines[-1], flush=True)
                continue
            (wall_1, cpu_1, memory_1, theirs), (wall_2, cpu_2, memory_2, ours) = by_hand, measured
            if not _equal(theirs, ours, LIKE_AIMS if asked.store and name == "qar" else 0):
                raise SystemExit(f"{name}: by hand {theirs}, the measure {ours}.")
            ratio = cpu_2 / cpu_1
            print(f"{name} {ours[:3]} {wall_2:.1f}s {cpu_2:.1f} cpu {memory_2:.1f} GB; by hand {wall_1:.1f}s {cpu_1:.1f} cpu "
                  f"{memory_1:.1f} GB; {ratio:.2f}", flush=True)  # fmt: skip
            lines.append(
                f"| {name} | {wall_2:.1f} | {cpu_2:.1f} | {memory_2:.1f} | {wall_1:.1f} | {cpu_1:.1f} | {memory_1:.1f} "
                f"| {ratio:.2f}{'' if ratio <= GOAL else ' (over the goal)'} |"
            )
    if asked.names == every:
        _write(asked, nation.told, learners, aims, lines)


HEAD = (
    "# Measures\n\n"
    "Every measure against the same question written by hand in DuckDB SQL (`benchmarks/measure_by_hand.py`: each says the "
    "whole definition), in the same run. Achievement rates, progression, outcomes and earnings read all years, the others one. Each is asked in "
    "a process of its own; the faster of two counts; DuckDB spills to disk beyond the memory that it is given. The goal is a "
    f"ratio of at most {GOAL} at two million learners. With fewer, the tenth of a second that Ibis takes to write a query shows "
    "in the quickest.\n"
)


def _write(asked: argparse.Namespace, told: str, learners: int, aims: int, lines: list[str]) -> None:
    """The part of the page for this kind of run; the other stays as it is."""
    title = "## In a store" if asked.store else "## In a made-up nation"
    equal = "The answers have to be equal."
    if asked.store:
        equal = (
            f"The answers have to be equal, for achievement rates but for one part in {1 / LIKE_AIMS:,.0f}. Aims of this "
            "store have no full level, no essential skill and no distance, so that those questions end early here; the made-up "
            "nation has them, and linked sources for outcomes, earnings and prior attainment."
        )
    part = (
        f"{title}\n\n{told} with {learners:,} learners and {aims:,} aims in 2025-26. {equal} DuckDB may use {asked.memory}. "
        f"`python benchmarks/bench_measure.py{' --store FOLDER' if asked.store else ''}` makes this part.\n\n"
        "| Measure | seconds | processor seconds | peak GB | by hand: seconds | processor seconds | peak GB | ratio "
        "(processor) |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n" + "\n".join(lines) + "\n"
    )
    old = PAGE.read_text("utf-8").split("\n## ")[1:] if PAGE.exists() else []
    others = [f"## {each}" for each in old if f"## {each}".split("\n")[0] != title]
    PAGE.write_text("\n".join([HEAD, *sorted([part, *others], reverse=True)]).rstrip() + "\n", "utf-8")


if __name__ == "__main__":
    main()
