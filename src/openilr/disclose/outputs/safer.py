"""Safer versions of an output: hide, round, or merge categories. Each is proposed only if it then passes.

A proposal is a change of the output (``Output.changes``), small enough to read: which cells to hide, the base to round
to, which categories to put together, which steps to keep.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from openilr.disclose.ledger import Ledger
from openilr.disclose.outputs.cells import Cells, count_cells
from openilr.disclose.outputs.kinds import TOTAL, BadOutput, Output
from openilr.disclose.outputs.survival import wider_steps

if TYPE_CHECKING:
    from openilr.disclose.outputs.check import Context

__all__ = ["WAYS", "propose"]

WAYS = ("suppress", "round", "merge")
_TRIES = 60
#: Times the seconds of one check: so long may the search for safer versions take, all ways together.
_PATIENCE = 3


def propose(output: Output, context: Context, ledger: Ledger) -> dict[str, Mapping[str, Any]]:
    """For each way that leads to a version without a failed check, the change that does."""
    inner = output.inner
    try:
        if inner.kind == "survival":
            steps = wider_steps(inner, context.policy)
            change = {**output.changes, "steps": steps}
            return {"merge": change} if steps and _status(output, change, context, ledger) != "fail" else {}
        if inner.kind != "table":
            return {}
        found: dict[str, Mapping[str, Any]] = {}
        until = time.thread_time() + _PATIENCE * context.seconds
        for way, make in (("suppress", _suppress), ("round", _round), ("merge", _merge)):
            made = make(output, context, ledger, until)
            if made is not None:
                found[way] = made
        return found
    except BadOutput:
        return {}


def _status(output: Output, changes: Mapping[str, Any], context: Context, ledger: Ledger) -> str:
    from openilr.disclose.outputs.check import find

    findings, _ = find(output.with_changes(changes), context, ledger)
    return "fail" if any(f.status == "fail" for f in findings) else "pass"


def _base(output: Output, context: Context) -> dict[str, Any]:
    """Changes that cost nothing: values of percentiles rounded."""
    changes = dict(output.changes)
    if output.inner.content.get("statistic") in ("median", "quantile"):
        changes["round_values"] = context.policy["quantiles"]["round_to"]
    return changes


def _suppress(output: Output, context: Context, ledger: Ledger, until: float) -> dict[str, Any] | None:
    """Hide what fails by itself; then, as long as something follows from the rest, the least cell of its proof."""
    from openilr.disclose.outputs.check import find, published

    changes = _base(output, context)
    hide = {tuple(cell) for cell in changes.get("hide", [])}
    for _ in range(_TRIES):
        changes["hide"] = sorted(map(list, hide))
        if time.thread_time() > until:
            return None
        tried = output.with_changes(changes)
        findings, attacks = find(tried, context, ledger)
        failed = [f for f in findings if f.status == "fail"]
        if not failed:
            return changes if hide else None
        cells = count_cells(tried.inner)
        before = len(hide)
        for finding in failed:
            if finding.rule in ("threshold", "units", "quantiles", "derived", "dominance"):
                hide |= {_cell(cells, named) for named in finding.cells}
            elif finding.rule == "classes":
                hide |= _whole_class(cells, finding.cells)
        if len(hide) == before:
            release = published(tried, context)
            for tried_attack in attacks:
                for exposure in tried_attack.exposed:
                    hide |= _weakest(cells, exposure, release.name if release else "", hide)
        if len(hide) == before:
            return None
        if len(hide) >= cells.frame.height:
            return None
    return None


def _cell(cells: Cells, named: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(named.get(label, TOTAL) for label in cells.labels)


def _whole_class(cells: Cells, found: Iterable[Mapping[str, str]]) -> set[tuple[str, ...]]:
    """The full cell, and one empty one of its row, so that nobody can tell which is full."""
    import polars as pl

    hide = set()
    for named in found:
        cell = _cell(cells, named)
        hide.add(cell)
        for i, key in enumerate(cells.keys):
            if cell[i] == TOTAL:
                continue
            same = [pl.col(k) == cell[j] for j, k in enumerate(cells.keys) if j != i]
            empty = cells.frame.filter(pl.col(key) != TOTAL, pl.col("n") == 0, *same)
            if empty.height:
                hide.add(tuple(empty.sort(cells.keys).select(cells.keys).row(0)))
                break
    return hide


def _weakest(cells: Cells, exposure: Any, name: str, hide: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Of this table's shown cells that the proof uses, the one of the fewest people; totals of all come last."""
    import polars as pl

    best: tuple[tuple[int, int], tuple[str, ...]] | None = None
    for term in exposure.used:
        if term.release != name:
            continue
        cell = _cell(cells, term.cell)
        if cell in hide:
            continue
        match = cells.frame.filter(*(pl.col(k) == v for k, v in zip(cells.keys, cell, strict=True)))
        if not match.height or match["n"][0] == 0:
            continue
        rank = (sum(v == TOTAL for v in cell), int(match["n"][0]))
        if best is None or rank < best[0]:
            best = (rank, cell)
    return {best[1]} if best else set()


def _round(output: Output, context: Context, ledger: Ledger, until: float) -> dict[str, Any] | None:
    """Round counts to the threshold (or twice that): a small group may then be nobody or enough people."""
    if output.inner.content.get("statistic") in ("median", "quantile"):
        changes = _base(output, context)
        return changes if _status(output, changes, context, ledger) != "fail" else None
    if output.inner.content.get("statistic") not in ("count", "share"):
        return None
    for times in (1, 2):
        changes = {**_base(output, context), "round": context.policy.threshold * times}
        if time.thread_time() < until and _status(output, changes, context, ledger) != "fail":
            return changes
    return None


def _merge(output: Output, context: Context, ledger: Ledger, until: float) -> dict[str, Any] | None:
    """Put the category with the most trouble together with a neighbour, until the table passes."""
    from openilr.disclose.outputs.check import find

    changes = _base(output, context)
    names = {d["label"]: d["name"] for d in output.inner.content["dimensions"]}
    for _ in range(20):
        if time.thread_time() > until:
            return None
        findings, _attacks = find(output.with_changes(changes), context, ledger)
        failed = [f for f in findings if f.status == "fail"]
        if not failed:
            return changes if changes.get("merge") else None
        cells = count_cells(output.with_changes(changes).inner)
        step = _next_merge(cells, failed)
        if step is None:
            return None
        label, old, new = step
        merge = {k: dict(v) for k, v in changes.get("merge", {}).items()}
        own = merge.setdefault(names[label], {})
        word = f"{old} or {new}" if old < new else f"{new} or {old}"
        originals = dict(own)
        for source, target in originals.items():
            if target in (old, new):
                own[source] = word
        for each in (old, new):
            if each not in originals.values():
                own[each] = word
        changes["merge"] = merge
    return None


def _next_merge(cells: Cells, failed: Iterable[Any]) -> tuple[str, str, str] | None:
    """(dimension's label, category, neighbour): the category that most failed cells name; its neighbour is the next
    smaller one of the same dimension."""
    import polars as pl

    trouble: dict[tuple[str, str], int] = {}
    for finding in failed:
        for cell in finding.cells:
            for label, value in cell.items():
                if label in cells.labels:
                    trouble[label, value] = trouble.get((label, value), 0) + 1
    for (label, value), _count in sorted(trouble.items(), key=lambda item: (-item[1], item[0])):
        i = cells.labels.index(label)
        each = (
            cells.members.group_by(f"d{i}").agg(n=pl.col("person").n_unique()).filter(pl.col(f"d{i}") != value)
            .sort("n", f"d{i}")
        )  # fmt: skip
        if each.height >= 2 and value in cells.frame[f"d{i}"].to_list():
            return label, value, str(each[f"d{i}"][0])
    return None
