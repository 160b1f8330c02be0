"""Survival curves: the steps counted from the evidence, and their checks.

Evidence: ``person``, ``time`` (a number from 0), ``event`` (1 the event, 0 last seen), ``d0`` the group. A curve times
those at risk is a count of people, so each shown step needs enough at risk and enough events, or none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from openilr.disclose.outputs.findings import Finding, named
from openilr.disclose.outputs.kinds import BadOutput, Output
from openilr.disclose.outputs.policy import Policy

if TYPE_CHECKING:
    import polars as pl

__all__ = ["check_survival", "count_steps", "wider_steps"]

_CONTENT = {"time", "group", "steps"}


def count_steps(output: Output) -> pl.DataFrame:
    """``group, until, at_risk, events, left, survival`` for each group and step: people at risk at its start, events
    and people last seen up to and with ``until``, and the Kaplan-Meier estimate there."""
    import polars as pl

    content, rows = output.content, output.rows
    if content.keys() != _CONTENT or not all(isinstance(content[k], str) for k in ("time", "group")):
        raise BadOutput("A survival curve's content is time, group (labels) and steps.")
    if rows is None or not {"person", "time", "event", "d0"} <= set(rows.columns):
        raise BadOutput("A survival curve needs its evidence: person, time, event and d0, the group.")
    rows = rows.select(
        "person", pl.col("time").cast(pl.Float64), pl.col("event").cast(pl.Int64), pl.col("d0").cast(pl.String)
    )
    if (
        rows.null_count().sum_horizontal().sum()
        or rows["person"].is_duplicated().any()
        or not rows["event"].is_in([0, 1]).all()
    ):
        raise BadOutput("A survival curve has one row a person, with a time, and 0 or 1 for the event.")
    steps = output.changes.get("steps", content["steps"])
    if (
        not isinstance(steps, list)
        or not steps
        or len(steps) > 1000
        or not all(isinstance(s, int | float) for s in steps)
    ):
        raise BadOutput("The steps of a survival curve are a list of times.")
    steps = sorted({float(s) for s in steps})
    last = float(rows["time"].max() or 0)  # type: ignore[arg-type]
    ends = pl.Series([*(s for s in steps if s < last), last])
    tables = []
    for (group,), part in rows.group_by("d0", maintain_order=True):
        times = part.group_by("time").agg(n=pl.len(), events=pl.col("event").sum()).sort("time")
        risk = (part.height - times["n"].cum_sum() + times["n"]).cast(pl.Float64)
        times = times.with_columns(risk=risk, factor=(1 - times["events"] / risk).cum_prod())
        start = -1.0  # a time of 0 belongs to the first step
        for end in ends:
            before = times.filter(pl.col("time") <= end)
            inside = before.filter(pl.col("time") > start)
            at_risk = part.filter(pl.col("time") > start).height
            tables.append({
                "group": group, "until": end, "at_risk": at_risk, "events": int(inside["events"].sum()),
                "left": int(inside["n"].sum()) - int(inside["events"].sum()),
                "survival": float(before["factor"][-1]) if before.height else 1.0,
            })  # fmt: skip
            start = float(end)
    return pl.DataFrame(tables).filter(pl.col("at_risk") > 0).sort("group", "until")


def check_survival(output: Output, policy: Policy) -> Iterator[Finding]:
    """At risk and events at each step, and people lost to view."""
    import polars as pl

    steps, settings, source = count_steps(output), policy["survival"], policy.source("survival")
    few = int(settings["events_per_step"])
    for words, wrong in (
        (f"have fewer than {settings['at_risk']} people at risk", pl.col("at_risk") < settings["at_risk"]),
        (f"have fewer than {few} events", (pl.col("events") > 0) & (pl.col("events") < few)),
        (f"have fewer than {few} people last seen", (pl.col("left") > 0) & (pl.col("left") < few)),
    ):
        found = steps.filter(wrong)
        if found.height:
            cells = tuple(
                {str(output.content["group"]): str(g), str(output.content["time"]): f"{t:g}"}
                for g, t in found.select("group", "until").iter_rows()
            )
            yield Finding("survival", "fail", f"{found.height} steps {words}: {named(cells)}.", cells, source)
    if steps.group_by("group").agg(pl.col("survival").min()).filter(pl.col("survival") <= 0).height:
        yield Finding("classes", "fail", "A curve reaches zero: everybody had the event.", (), policy.source("classes"))


def wider_steps(output: Output, policy: Policy) -> list[float] | None:
    """The finest steps, taken from those asked for, that pass; None where even one step does not."""
    steps = sorted({float(s) for s in output.changes.get("steps", output.content["steps"])})
    kept: list[float] = []
    for step in steps:
        tried = output.with_changes({**output.changes, "steps": [*kept, step]})
        table = count_steps(tried)
        until = table.filter(table["until"] <= step)
        least = int(policy["survival"]["events_per_step"])
        good = (
            (until["at_risk"] >= policy["survival"]["at_risk"]).all()
            and ((until["events"] == 0) | (until["events"] >= least)).all()
            and ((until["left"] == 0) | (until["left"] >= least)).all()
        )
        if good:
            kept.append(step)
    while kept:
        if not any(f.status == "fail" for f in check_survival(output.with_changes({"steps": kept}), policy)):
            return kept
        kept.pop()
    return None
