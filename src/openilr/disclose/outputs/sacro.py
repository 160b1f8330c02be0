"""Outputs and verdicts in the shape of SACRO's ``results.json``, for shops whose viewer reads that.

Shape as written by acro 1.0.2 and read by sacroviewer: ``version``, ``tool``, ``results`` by uid, and a folder
``checksums`` with the SHA-256 of each file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from openilr.disclose.outputs.cells import count_cells
from openilr.disclose.outputs.files import make_files
from openilr.disclose.outputs.kinds import TOTAL, Output
from openilr.disclose.outputs.policy import Policy

__all__ = ["write_sacro"]

_VERSION = "1.0.2"
_TYPES = {"table": "table", "model": "regression", "survival": "survival", "figure": "custom", "text": "custom"}


def write_sacro(
    folder: Path, outputs: Iterable[tuple[Output, Mapping[str, Any], str]], policy: Policy, openilr_version: str
) -> Path:
    """Write outputs (each with its verdict as a dict and its time) into a new folder; the path of ``results.json``."""
    folder.mkdir(parents=True)
    (folder / "checksums").mkdir()
    results: dict[str, Any] = {}
    for output, verdict, at in outputs:
        made = make_files(output, policy)
        names = sorted(made)
        for name in names:
            _write(folder, name, made[name])
        inner = output.inner
        cells: dict[str, list[Mapping[str, str]]] = {}
        for finding in verdict["findings"]:
            if finding["cells"]:
                cells.setdefault(finding["rule"], []).extend(finding["cells"])
        places = _places(output, cells)
        results[output.id] = {
            "uid": output.id,
            "status": verdict["status"],
            "type": _TYPES.get(output.kind, "custom"),
            "properties": {"method": inner.content.get("statistic") or inner.content.get("estimator") or inner.kind},
            "files": [
                {"name": name, "sdc": {"summary": {rule: len(c) for rule, c in cells.items()}, "cells": places}
                 if name.endswith(".csv") and cells else {}}
                for name in names
            ],
            "outcome": {},
            "command": str(output.context.get("call", "")),
            "summary": verdict["words"],
            "timestamp": at,
            "comments": [text for text in (output.title, output.notes, _said(output)) if text],
            "exception": "",
            "fair": {},
        }  # fmt: skip
    whole = {
        "version": _VERSION,
        "tool": {"@type": "SoftwareApplication", "name": "OpenILR", "version": openilr_version},
        "results": results,
    }
    _write(folder, "results.json", json.dumps(whole, ensure_ascii=False, indent=4).encode())
    config = {"safe_threshold": policy.threshold, "convention": policy.title}
    _write(folder, "config.json", json.dumps(config, indent=4).encode())
    return folder / "results.json"


def _places(output: Output, cells: Mapping[str, list[Mapping[str, str]]]) -> dict[str, list[list[int]]]:
    """Row and column of the cells in the CSV file, as ACRO counts them: rows below the heading, columns after the
    first. None of a group that no cell shows."""
    if output.inner.kind != "table":
        return {rule: [] for rule in cells}
    table = count_cells(output.inner)
    column = len(table.labels) - 1  # of the count, which stands behind the categories
    at = {tuple(row): i for i, row in enumerate(table.frame.select(table.keys).rows())}
    named = {rule: [tuple(c.get(label, TOTAL) for label in table.labels) for c in own] for rule, own in cells.items()}
    return {rule: [[at[cell], column] for cell in dict.fromkeys(own) if cell in at] for rule, own in named.items()}


def _said(output: Output) -> str:
    parts = [f"{word}: {output.context[word]}" for word in ("unit", "population") if output.context.get(word)]
    return "; ".join(parts)


def _write(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    (folder / "checksums" / f"{name}.txt").write_text(hashlib.sha256(content).hexdigest(), "ascii")
