"""The report as text, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openilr.link.report.content import Report


def percent(share: float | None, places: int = 1) -> str:
    return "-" if share is None else f"{100 * share:.{places}f}%"


def with_interval(share: dict[str, Any]) -> str:
    """Such as ``97.1% (96.0 to 97.9)``."""
    if share["share"] is None:
        return "-"
    return f"{percent(share['share'])} ({100 * share['low']:.1f} to {100 * share['high']:.1f})"


def text(report: Report) -> str:
    said = report.to_dict()
    lines = [f"Link run {report.run}, made {said['made']['made_at']}", ""]
    spine = said["spine"]
    lines += [
        f"Spine: {spine['learner_records']:,} learner records are {spine['people']:,} people; "
        f"{spine['ambiguous']:,} flagged as ambiguous.",
        "",
    ]
    for name, each in said["registers"].items():
        lines += _register(name, each)
    if report.warnings:
        lines += ["Groups that link worse:", *(f"  {warning}" for warning in report.warnings), ""]
    else:
        lines += ["No group links worse than the others beyond chance.", ""]
    return "\n".join(lines)


def _register(name: str, said: dict[str, Any]) -> list[str]:
    methods = ", ".join(f"{count:,} {method}" for method, count in said["methods"].items())
    estimated = said["estimated"]
    lines = [
        name,
        f"  linked           {said['links']:,} of {said['records']:,} people: {with_interval(said['match_rate'])}",
        f"  of learners      {with_interval(said['learners_linked'])}",
        f"  made by          {methods or '-'}; {said['ambiguous']:,} ambiguous",
        f"  estimated        precision {percent(estimated['precision'], 2)}, recall {percent(estimated['recall'], 2)}",
    ]
    if "known" in said:
        known = said["known"]
        lines.append(
            f"  known truth      precision {with_interval(known['precision'])}, recall {with_interval(known['recall'])}"
        )
        for kind in ("missed", "false"):
            for cause in said["causes"][kind][:3]:
                lines.append(f"  {kind:<16} {cause['pairs']:,}: {cause_words(cause)}")
    for row in said["review"]:
        lines.append(
            f"  judged by people {row['band']}: {row['judged']:,}, one person {with_interval(row['one_person'])}"
        )
    return [*lines, ""]


def cause_words(cause: dict[str, Any]) -> str:
    parts = []
    if cause["different"]:
        parts.append(f"{', '.join(cause['different'])} differ")
    if cause["missing"]:
        parts.append(f"{', '.join(cause['missing'])} missing")
    return "; ".join(parts) or "nothing differs"
