"""Protects one table with tau-Argus through pytauargus; run by ``bench_protect.py`` with a Python that has it.

    argus_table.py TABLE.json METHOD RESULT.json

pytauargus is licensed under EUPL-1.2 and is no part of OpenILR: it is the measure to compare with.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from pytauargus import protect


def main(table_path: str, method: str, result_path: str) -> None:
    table = json.loads(Path(table_path).read_text("utf-8"))
    folder = Path(tempfile.mkdtemp())
    rows: dict[str, list] = {f"d{i}": [] for i in range(len(table["dimensions"]))} | {"n": []}
    for *items, count in table["leaves"]:
        for i, item in enumerate(items):
            rows[f"d{i}"] += [item] * count
        rows["n"] += [1] * count
    hierarchies = {}
    for i, lines in enumerate(table["dimensions"]):
        if lines:
            path = folder / f"d{i}.hrc"
            path.write_text("\n".join(lines) + "\n", "utf-8")
            hierarchies[f"d{i}"] = str(path)
    names = [name for name in rows if name != "n"]
    began, processor = time.perf_counter(), time.process_time()
    done = protect(rows, names, response="n", safety_rules="FREQ(10,30)", suppress=method, workdir=str(folder),
                   hrc=hierarchies or None)  # fmt: skip
    result = {"wall": time.perf_counter() - began, "processor": time.process_time() - processor}
    status = {row["status"] for row in done.tables[0].rows}
    cells = [([row[name] or "Total" for name in names], row["status"]) for row in done.tables[0].rows]
    result |= {"primary": [c for c, s in cells if s == "U"], "secondary": [c for c, s in cells if s == "M"]}
    result["statuses"] = sorted(status)
    Path(result_path).write_text(json.dumps(result), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
