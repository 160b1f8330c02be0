"""Protecting tables: controlled rounding and suppression with certificates, beside tau-Argus on the same tables.

    python benchmarks/bench_protect.py [--argus PYTHON] [--limit SECONDS] [--only NAME]

``--argus`` is a Python that has pytauargus; without it that part is left out. Tables are made up, with many small
counts. Prints what it finds, keeps it in a JSON file beside the page, and writes docs/benchmarks/protect.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from openilr.disclose.tables.model import Dimension, Table
from openilr.disclose.tables.rounding import round_table
from openilr.disclose.tables.solver import Model, solved
from openilr.disclose.tables.suppression import suppress

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks" / "protect.md"
BASE, THRESHOLD = 5, 10


def tree(prefix: str, sizes: list[int]) -> Dimension:
    parents: dict[str, str | None] = {"Total": None}
    for group, size in enumerate(sizes):
        parents[f"{prefix}{group:02d}"] = "Total"
        parents |= {f"{prefix}{group:02d}{item:02d}": f"{prefix}{group:02d}" for item in range(size)}
    return Dimension.tree(prefix, parents)


def flat(prefix: str, size: int) -> Dimension:
    return Dimension.flat(prefix, [f"{prefix}{i:03d}" for i in range(size)])


REGIONS, SUBJECTS = tree("r", [17] * 8 + [16]), tree("s", [4] * 5 + [3] * 10)
TABLES: dict[str, tuple[Dimension, ...]] = {
    "30 x 10": (flat("p", 30), flat("s", 10)),
    "30 x 10 x 5": (flat("p", 30), flat("s", 10), flat("a", 5)),
    "region > area by subject > subject": (REGIONS, SUBJECTS),
    "100 x 20 x 5": (flat("p", 100), flat("s", 20), flat("a", 5)),
    "region > area by subject > subject by age": (REGIONS, SUBJECTS, flat("a", 5)),
}


def made(dimensions: tuple[Dimension, ...], mean: float = 60, seed: int = 5) -> Table:
    """Skewed counts of learners: between a quarter and a half of the inner cells are small."""
    random = np.random.default_rng(seed)
    shape = tuple(len(d.nodes) - len(d.sums) for d in dimensions)
    rate = np.ones(shape)
    for axis, size in enumerate(shape):
        weight = random.permutation(1.0 / np.arange(1, size + 1) ** 0.9)
        rate = rate * weight.reshape([-1 if i == axis else 1 for i in range(len(shape))])
    rate *= random.lognormal(0, 0.6, shape)
    return Table.of(dimensions, random.poisson(rate * mean * np.prod(shape) / rate.sum()))


def timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    wall, processor = time.perf_counter(), time.process_time()
    done = work()
    return done, {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}


def rounding(table: Table) -> dict[str, Any]:
    done, seconds = timed(lambda: round_table(table, BASE))
    near = (2 * table.values + BASE) // (2 * BASE) * BASE
    return seconds | {
        "moved": done.moved / len(table), "alone": float(np.abs(near - table.values).mean()),
        "broken_alone": int((np.abs(table.relations @ near) > 0.5).sum()), "sums": table.relations.shape[0],
        "broken": int((np.abs(table.relations @ done.values) > 0.5).sum()), "pieces": done.pieces,
        "above_least": done.moved / done.least - 1 if done.least else None,
        "largest": int(np.abs(done.values - table.values).max()),
        "zeros_kept": bool((done.values[table.values == 0] == 0).all()),
    }  # fmt: skip


def suppression(table: Table) -> dict[str, Any]:
    done, seconds = timed(lambda: suppress(table, THRESHOLD))
    secondary = done.hidden & ~done.primary
    return seconds | {
        "primary": int(done.primary.sum()), "secondary": int(secondary.sum()), "after_cubes": done.after_cubes,
        "people": int(table.values[secondary].sum()), "tables": 1 + len(done.certificates.changes),
        "exposed": exposed(table, done.hidden),
    }  # fmt: skip


def exposed(table: Table, hidden: np.ndarray) -> int:
    """Small counts that a reader shows to be small, by one linear programme each, knowing hidden counts are at least
    1. Written here for the purpose: what protects is not asked."""
    import highspy

    cells = np.flatnonzero(hidden)
    matrix = table.relations[:, cells].tocsc()
    right = -(table.relations @ np.where(hidden, 0, table.values).astype(float))
    ceiling = float(table.values.max()) * 10
    solver = Model(matrix, right, np.ones(len(cells)), np.full(len(cells), ceiling), np.zeros(len(cells))).highs()
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    values = table.values[cells]
    small = np.flatnonzero((values > 0) & (values < THRESHOLD))
    reached = np.zeros(len(cells), bool)
    found = 0
    for i in small.tolist():
        if reached[i]:
            continue
        solver.changeColCost(i, 1.0)
        x = solved(solver)
        solver.changeColCost(i, 0.0)
        if x is None:
            raise SystemExit("The attack found no table at all.")
        reached |= x >= THRESHOLD - 1e-6
        found += not reached[i]
    return found


def argus(table: Table, python: str, method: str, limit: float) -> dict[str, Any]:
    """tau-Argus on the same table: seconds, extra hidden cells, and what the attack shows of its result."""
    dimensions = []
    for dimension in table.dimensions:
        wholes = {each.whole: each.parts for each in dimension.sums}
        lines: list[str] = []

        def below(
            node: int, depth: int, dimension: Dimension = dimension, wholes: dict = wholes, lines: list = lines
        ) -> None:
            for part in wholes.get(node, ()):
                lines.append("@" * depth + str(dimension.nodes[part]))
                below(part, depth + 1)

        below(0, 0)
        dimensions.append(lines if len(wholes) > 1 else [])
    inner = np.ones(len(table), bool)
    for axis, dimension in enumerate(table.dimensions):
        inner &= ~np.isin(table.at[:, axis], [each.whole for each in dimension.sums])
    leaves = [
        [*(str(d.nodes[n]) for d, n in zip(table.dimensions, table.at[c], strict=True)), int(table.values[c])]
        for c in np.flatnonzero(inner & (table.values > 0))
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "table.json").write_text(json.dumps({"dimensions": dimensions, "leaves": leaves}), "utf-8")
        command = [python, str(HERE / "argus_table.py"), str(folder / "table.json"), method, str(folder / "out.json")]
        try:
            subprocess.run(command, timeout=limit, check=True, capture_output=True, cwd=folder)
        except subprocess.TimeoutExpired:
            return {"none_in": limit}
        except subprocess.CalledProcessError as failed:
            return {"failed": failed.stderr.decode()[-200:]}
        found = json.loads((folder / "out.json").read_text("utf-8"))
    at = [{str(node): i for i, node in enumerate(d.nodes)} for d in table.dimensions]
    hidden = np.zeros(len(table), bool)
    for items in (*found["primary"], *found["secondary"]):
        place = np.array([at[axis][item] for axis, item in enumerate(items)])
        hidden[table.find((place @ table.strides)[None])[0]] = True
    secondary = hidden & ~((table.values > 0) & (table.values < THRESHOLD))
    return {
        "wall": found["wall"], "processor": found["processor"], "primary": len(found["primary"]),
        "secondary": len(found["secondary"]), "people": int(table.values[secondary].sum()),
        "exposed": exposed(table, hidden),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--argus", help="A Python with pytauargus.")
    parser.add_argument("--limit", type=float, default=300, help="Seconds for one run of tau-Argus.")
    parser.add_argument("--only", action="append", help="Only this table; the others are taken from the last run.")
    asked = parser.parse_args()
    kept = PAGE.with_suffix(".json")
    results: dict[str, Any] = json.loads(kept.read_text("utf-8")) if kept.is_file() else {}
    for name, dimensions in TABLES.items():
        if asked.only and name not in asked.only:
            continue
        table = made(dimensions)
        small = int(((table.values > 0) & (table.values < THRESHOLD)).sum())
        row: dict[str, Any] = {"cells": len(table), "small": small, "sums": table.relations.shape[0]}
        row["rounding"] = rounding(table)
        print(name, row, flush=True)
        if len(table) < 20_000:
            row["suppression"] = suppression(table)
            print(name, row["suppression"], flush=True)
            for method in ("OPT(1,5)", "MOD(1,5,1,1,1)") if asked.argus else ():
                row[method.partition("(")[0]] = argus(table, asked.argus, method, asked.limit)
                print(name, method, row[method.partition("(")[0]], flush=True)
        results[name] = row
        kept.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    PAGE.write_text(page(results), "utf-8")
    print(f"Peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB. Written: {PAGE}")


def page(results: dict[str, Any]) -> str:
    lines = [
        "# Protecting tables", "",
        "Made-up tables with many small counts, one process on one core. Seconds are of processor time; the machine "
        "was doing other work, so seconds by the clock say little. "
        f"Python {platform.python_version()}, highspy {version('highspy')}, numpy {version('numpy')}.", "",
        f"## Rounding to multiples of {BASE}", "",
        "`broken alone` are the sums that no longer hold when each count is rounded by itself; `moved` is the mean "
        "movement of a cell, and `above least` how much that is above what no rounding can go below.", "",
        "| table | cells | sums | seconds | broken sums | broken alone | moved (alone) | above least | largest move |",
        "|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, row in results.items():
        r = row["rounding"]
        above = "in pieces" if r["above_least"] is None else f"{100 * r['above_least']:.2f}%"
        lines.append(
            f"| {name} | {row['cells']:,} | {row['sums']:,} | {r['processor']:.1f} | {r['broken']} | "
            f"{r['broken_alone']:,} | {r['moved']:.2f} ({r['alone']:.2f}) | {above} | {r['largest']} |"
        )
    lines += [
        "", f"## Hiding counts of 1 to {THRESHOLD - 1}", "",
        "`extra` are cells hidden besides the small ones, and `people` those in them. `shown small` are small counts "
        "that a reader who knows every sum, and that a hidden count is at least 1, shows to be below the threshold, "
        "by one linear programme each. tau-Argus was given the frequency rule 10 with 30%, which is a weaker promise: "
        "it protects a range around each count, not the threshold. Its runs had a limit by the clock, on a machine "
        "with other work.", "",
        "| table | small | method | seconds | extra | people | shown small | tables that prove it |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, row in results.items():
        for method, label in (("suppression", "OpenILR"), ("OPT", "tau-Argus, optimal"), ("MOD", "tau-Argus, modular")):
            r = row.get(method)
            if r is None:
                continue
            if "none_in" in r:
                lines.append(
                    f"| {name} | {row['small']:,} | {label} | none in {r['none_in']:.0f} by the clock | | | | |"
                )
            elif "failed" in r:
                lines.append(f"| {name} | {row['small']:,} | {label} | failed | | | | |")
            else:
                lines.append(
                    f"| {name} | {row['small']:,} | {label} | {r['processor']:.1f} | {r['secondary']:,} | "
                    f"{r['people']:,} | {r['exposed']} | {r.get('tables', '')} |"
                )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
