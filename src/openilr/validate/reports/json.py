"""The report as JSON: one line a file, one object, or a list."""

from __future__ import annotations

from collections.abc import Sequence

from openilr.validate.report import Report

__all__ = ["render", "render_line"]


def render(reports: Sequence[Report], *, as_list: bool) -> str:
    """One object for one report, or a list of them with one report on each line."""
    texts = [report.to_json() for report in reports]
    return "[" + ",\n ".join(texts) + "]\n" if as_list else texts[0] + "\n"


def render_line(report: Report) -> str:
    """One line of ``jsonl``, with its line break."""
    return report.to_json() + "\n"
