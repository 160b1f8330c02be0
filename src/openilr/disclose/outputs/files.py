"""The files of a release, made from an output's content. Nothing that a session wrote is among them."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from openilr.disclose.outputs.cells import HIDDEN, count_cells
from openilr.disclose.outputs.kinds import TOTAL, BadOutput, Output
from openilr.disclose.outputs.model_checks import read_terms
from openilr.disclose.outputs.policy import Policy
from openilr.disclose.outputs.survival import count_steps
from openilr.spec.words import count

if TYPE_CHECKING:
    import polars as pl

__all__ = ["as_frame", "make_files"]


def as_frame(output: Output, policy: Policy) -> pl.DataFrame:
    """What a reader gets of a table, model or survival curve, as a frame of text. BadOutput for other kinds."""
    import polars as pl

    inner, digits = output.inner, int(policy["figures"]["significant"])
    if inner.kind == "table":
        return count_cells(inner).shown(digits)
    if inner.kind == "model":
        names = ("term", "estimate", "std_error", "statistic", "p_value", "low", "high")
        rows = [[_short(term.get(name), digits) for name in names] for term in read_terms(inner)]
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    if inner.kind == "survival":
        group, time = str(inner.content["group"]), str(inner.content["time"])
        steps = count_steps(inner).select(
            pl.col("group").alias(group), pl.col("until").map_elements(lambda t: f"{t:g}", pl.String).alias(time),
            pl.col("at_risk").cast(pl.String).alias("At risk"), pl.col("events").cast(pl.String).alias("Events"),
            pl.col("survival").map_elements(lambda s: f"{s:.3f}", pl.String).alias("Survival"),
        )  # fmt: skip
        return steps
    raise BadOutput(f"A {inner.kind[:40]} has no table.")


def make_files(output: Output, policy: Policy) -> dict[str, bytes]:
    """Name to content: the data as CSV, a figure drawn from it as PNG, a text as text, and what is said about it.

    Without matplotlib a figure is its data alone, and the description says so.
    """
    files: dict[str, bytes] = {}
    about = describe(output, policy)
    if output.kind == "text":
        files[f"{output.id}.txt"] = (output.content["text"].strip() + "\n").encode()
    else:
        frame = as_frame(output, policy)
        files[f"{output.id}.csv"] = frame.write_csv().encode()
        if output.kind == "figure":
            picture = _draw(output, frame)
            if picture is None:
                about["picture"] = "Not drawn: this computer has no matplotlib. The figure's data is in the CSV file."
            else:
                files[f"{output.id}.png"] = picture
    files[f"{output.id}.json"] = (json.dumps(about, ensure_ascii=False, indent=2) + "\n").encode()
    return files


def describe(output: Output, policy: Policy) -> dict[str, Any]:
    """What is said about a released output. Counts before and after filters stay with the checkers."""
    inner = output.inner
    about: dict[str, Any] = {
        "title": output.title, "kind": output.kind, "notes": output.notes,
        "unit": str(output.context.get("unit", "")), "population": str(output.context.get("population", "")),
        "filters": [str(f.get("words", "")) for f in output.context.get("filters", []) if isinstance(f, dict)],
        "convention": policy.title, "least_people": policy.threshold, "changes": _changes(output),
    }  # fmt: skip
    if inner.kind == "table":
        about["symbols"] = {HIDDEN: "hidden, so that nobody can be told apart", "z": "does not apply"}
    if inner.kind == "model":
        digits = int(policy["figures"]["significant"])
        about["people"] = inner.rows["person"].n_unique() if inner.rows is not None else None
        about["model"] = {k: inner.content.get(k) for k in ("estimator", "outcome", "formula", "errors", "effects")}
        about["fit"] = {k: _short(v, digits) for k, v in inner.content.get("fit", {}).items()}
    return about


def _changes(output: Output) -> list[str]:
    said = []
    changes = output.changes
    if changes.get("hide"):
        said.append(f"{count(len(changes['hide']), 'cell is', 'cells are')} hidden.")
    if changes.get("round", 1) > 1:
        said.append(f"Counts are rounded to {changes['round']}.")
    if changes.get("round_values"):
        said.append(f"Values are rounded to {changes['round_values']}.")
    for name, merge in changes.get("merge", {}).items():
        said.append(f"Categories of {name} are put together: {', '.join(sorted(set(merge.values())))}.")
    if changes.get("steps"):
        said.append("Steps of the curve are put together.")
    return said


def _short(value: Any, digits: int) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{value:.{digits}g}"


def _number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        return float("nan")


def _draw(output: Output, frame: pl.DataFrame) -> bytes | None:
    """The figure, from the same text that the CSV holds, so that it can not tell more."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return None
    picture = Figure(figsize=(7.5, 4.5), layout="constrained")
    axes = picture.add_subplot()
    drawing = output.content["drawing"]
    if drawing == "coefficients":
        terms = frame.filter(frame["term"] != "Intercept")
        at = [_number(v) for v in terms["estimate"]]
        low, high = [_number(v) for v in terms["low"]], [_number(v) for v in terms["high"]]
        places = list(range(len(at)))
        gaps = [[a - b for a, b in zip(at, low, strict=True)], [b - a for a, b in zip(at, high, strict=True)]]
        axes.errorbar(places, at, yerr=gaps, fmt="o", color="#1d70b8", capsize=3)
        axes.axhline(0, color="#505a5f", linewidth=0.8)
        axes.set_xticks(places, terms["term"].to_list(), rotation=30, ha="right")
        axes.set_ylabel("Estimate, 95% interval")
    elif drawing == "steps":
        group, time = frame.columns[:2]
        for name, part in frame.group_by(group, maintain_order=True):
            axes.step(
                [0, *map(_number, part[time])], [1, *map(_number, part["Survival"])], where="post", label=str(name[0])
            )
        axes.set(xlabel=time, ylabel="Survival", ylim=(0, 1))
        axes.legend(title=group, frameon=False)
    else:
        _draw_table(axes, frame, drawing)
    axes.set_title(output.title, loc="left", wrap=True)
    axes.spines[["top", "right"]].set_visible(False)
    file = io.BytesIO()
    picture.savefig(file, format="png", dpi=150, metadata={"Software": None})
    return file.getvalue()


def _draw_table(axes: Any, frame: pl.DataFrame, drawing: str) -> None:
    """The last column by the first dimension, one series for each category of the second; totals left out."""
    import polars as pl

    values = [c for c in frame.columns if c in ("Count", "Persons", "Percent") or c == frame.columns[-1]][-1]
    dims = [c for c in frame.columns if c not in ("Count", "Persons", "Percent", values)]
    if not dims:
        raise BadOutput("A figure of a table needs a dimension to draw along.")
    inside = frame.filter(pl.all_horizontal(pl.col(d) != TOTAL for d in dims[:2]))
    for other in dims[2:]:
        inside = inside.filter(pl.col(other) == TOTAL)
    along = inside[dims[0]].unique(maintain_order=True).to_list()
    series = inside.group_by(dims[1], maintain_order=True) if len(dims) > 1 else [((values,), inside)]
    parts = list(series)
    width = 0.8 / len(parts)
    for number, (name, part) in enumerate(parts):
        told = dict(zip(part[dims[0]], map(_number, part[values]), strict=True))
        heights = [told.get(a, float("nan")) for a in along]
        if drawing == "bar":
            places = [i - 0.4 + width * (number + 0.5) for i in range(len(along))]
            axes.bar(places, heights, width, label=str(name[0]))
        else:
            axes.plot(range(len(along)), heights, marker="o", label=str(name[0]))
    axes.set_xticks(
        range(len(along)), along, rotation=30 if len(along) > 6 else 0, ha="right" if len(along) > 6 else "center"
    )
    axes.set(xlabel=dims[0], ylabel=values)
    if len(dims) > 1:
        axes.legend(title=dims[1], frameon=False)
