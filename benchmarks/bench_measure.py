"""Measures on a made-up nation, against the same questions written by hand in DuckDB SQL, in the same run.

    python benchmarks/bench_measure.py [--learners 2000000] [--years 5] [--memory 6GB] [--folder DIR] [NAME...]

Writes docs/benchmarks/measure.md. Every question is asked in a process of its own, so that its memory is its own; each
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

from measure_by_hand import BY_HAND, OVER_YEARS
from measure_nation import Nation

from openilr import measure

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks" / "measure.md"
GOAL = 1.5


def _by_hand(nation: Nation, name: str) -> list[tuple[Any, ...]]:
    return nation.by_hand(BY_HAND[name], None if name in OVER_YEARS else "2526")


def _measured(nation: Nation, name: str) -> list[tuple[Any, ...]]:
    """The numbers in the order of the query by hand: breakdown, what is counted, people behind it."""
    result = measure.compute(nation, name, "2526")  # type: ignore[arg-type]
    numbers = [i.name for i in result.measure.numbers if i.rate is None]
    kept = [*result.by, *numbers, *(["learners"] if result.measure.count == "aims" else [])]
    return sorted(result.frame.select(kept).rows(), key=str)


def _ask(way: Any, nation: Nation, name: str, answer: Any) -> None:
    best = None
    for _ in range(2):
        wall, cpu = time.perf_counter(), time.process_time()
        found = way(nation, name)
        spent = (time.perf_counter() - wall, time.process_time() - cpu)
        best = min(best, spent, key=lambda s: s[1]) if best else spent
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    answer.put((*best, memory, sorted(found, key=str)))  # type: ignore[misc]


def _alone(way: Any, nation: Nation, name: str) -> tuple[float, float, float, Any]:
    """Wall and processor seconds, peak memory in GB, and the answer."""
    context = multiprocessing.get_context("spawn")
    answer: Any = context.Queue()
    process = context.Process(target=_ask, args=(way, nation, name, answer))
    process.start()
    found = answer.get()
    process.join()
    return found  # type: ignore[no-any-return]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=list(BY_HAND), metavar="NAME")
    parser.add_argument("--learners", type=int, default=2_000_000)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--memory", default="6GB")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-measure-") as scratch:
        folder = asked.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        nation = Nation(folder, asked.learners, asked.years, asked.memory)
        learners, aims = nation.size("2526")
        print(f"{learners:,} learners, {aims:,} aims in 2025-26", flush=True)
        lines = []
        for name in asked.names:
            wall_1, cpu_1, memory_1, theirs = _alone(_by_hand, nation, name)
            wall_2, cpu_2, memory_2, ours = _alone(_measured, nation, name)
            if [tuple(map(str, row)) for row in theirs] != [tuple(map(str, row)) for row in ours]:
                raise SystemExit(f"{name}: by hand {theirs}, the measure {ours}.")
            ratio = cpu_2 / cpu_1
            print(f"{name} {ours[:3]} {wall_2:.1f}s {cpu_2:.1f} cpu {memory_2:.1f} GB; by hand {wall_1:.1f}s {cpu_1:.1f} cpu "
                  f"{memory_1:.1f} GB; {ratio:.2f}", flush=True)  # fmt: skip
            lines.append(
                f"| {name} | {wall_2:.1f} | {cpu_2:.1f} | {memory_2:.1f} | {wall_1:.1f} | {cpu_1:.1f} | {memory_1:.1f} "
                f"| {ratio:.2f}{'' if ratio <= GOAL else ' (over the goal)'} |"
            )
    if set(asked.names) == set(BY_HAND):
        _write(asked, learners, aims, lines)


def _write(asked: argparse.Namespace, learners: int, aims: int, lines: list[str]) -> None:
    PAGE.write_text(
        "# Measures\n\n"
        f"A made-up nation of {asked.years} years with {learners:,} learners and {aims:,} aims in the last, against the same "
        "questions written by hand in DuckDB SQL (`benchmarks/measure_by_hand.py`: each says the whole definition, and the "
        "answers have to be equal), in the same run. Achievement rates and progression read all years, the others one. Each is "
        f"asked in a process of its own; the faster of two counts; DuckDB may use {asked.memory} and spills to disk beyond. "
        f"The goal is a ratio of at most {GOAL}, at 2,000,000 learners. `python benchmarks/bench_measure.py` makes this page.\n\n"
        "| Measure | seconds | processor seconds | peak GB | by hand: seconds | processor seconds | peak GB | ratio "
        "(processor) |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n" + "\n".join(lines) + "\n",
        "utf-8",
    )  # fmt: skip


if __name__ == "__main__":
    main()
