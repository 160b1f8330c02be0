"""A measure in words: what it counts, by which formula, what each clause leaves out, and what each choice changes.

``ilr measure NAME --explain`` and the reference page of measures print the same text.
"""

from __future__ import annotations

import re

from openilr.measure.declare import Measure
from openilr.measure.effects import effect, sector

_STATUS = {"excluded": "Excluded", "out_of_scope": "Out of scope"}


def explain(measure: Measure, level: int = 1) -> str:
    """Markdown; headings begin at ``level``."""
    head, below = "#" * level, "#" * (level + 1)
    parts = [
        f"{head} {measure.title} (`{measure.name}`)", measure.definition,
        f"**Formula:** {measure.formula}." + (f" In {measure.unit}." if measure.unit != "%" else ""),
        f"**Source:** {measure.source}.",
    ]  # fmt: skip
    if measure.example:
        parts.append(f"**Example:** {measure.example}")
    if measure.indicators:
        parts += [f"{below} Numbers", _list(f"`{i.name}`: {_of(i.title, i.unit, i.rate)}" for i in measure.indicators)]
    if measure.options:
        rows = (f"`{name}`: {', '.join(values)}" for name, values in measure.options.items())
        parts += [f"{below} What can be narrowed", "The first is the default.", _list(rows)]
    if measure.choices:
        parts += [f"{below} What the definition leaves open", _choices(measure)]
    if measure.clauses:
        parts += [f"{below} Clauses", "In the order in which they are asked; the first that applies decides."]
        rows = (f"`{c.name}`. {_STATUS[c.status]}: {_blanks(c.reason)}" for c in measure.clauses)
        parts.append(_list([*rows, f"Counted otherwise: {_blanks(measure.counted)}"]))
    if measure.not_yet:
        parts += [f"{below} What it does not do", _list(measure.not_yet)]
    names = ", ".join(f"`{dimension.name}`" for dimension in measure.dimensions)
    parts += [f"{below} Breakdowns", f"{names}."]
    refused: dict[str, list[str]] = {}
    for name, why in measure.without.items():
        refused.setdefault(why, []).append(f"`{name}`")
    if refused:
        parts.append(_list(f"Not by {', '.join(those)}: {why}." for why, those in refused.items()))
    return "\n\n".join(parts) + "\n"


def _list(items: object) -> str:
    return "\n".join(f"- {item}" for item in items)  # type: ignore[attr-defined]


def _of(title: str, unit: str, rate: tuple[str, str] | None) -> str:
    how = f" = {rate[0]} / {rate[1]}" if rate else ""
    return f"{title}{how}{f' ({unit})' if unit else ''}"


def _choices(measure: Measure) -> str:
    """Each choice with why, and with what its other values make of the number."""
    found, measured = [], False
    for choice in measure.choices:
        lines = [
            f"`{choice.name}`: **{choice.values[0]}**, {', '.join(choice.values[1:])}. {choice.why} {choice.effect}"
        ]
        for value in choice.values[1:]:
            said = effect(measure, choice, value)
            if said is not None:
                measured = True
                lines.append(f"  - With `{value}`: {said}")
        found.append("\n".join(lines))
    return _list(found) + (f"\n\n{sector()}" if measured else "")


def _blanks(reason: str) -> str:
    """A reason with the names of its fields where the trail has their values."""
    return re.sub(r"{(\w+)}", r"\\[\1\\]", reason)
