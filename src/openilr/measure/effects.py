"""What a choice that a definition leaves open does to the number, as measured on a made-up sector.

``benchmarks/bench_choices.py`` writes ``effects.json``; here it is put into words.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from openilr.measure.declare import Choice, Indicator, Measure
from openilr.spec import AcademicYear

FILE = Path(__file__).with_name("effects.json")


@cache
def _measured() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


def sector() -> str:
    """What the numbers were measured on, in a sentence or two."""
    said = _measured()["sector"]
    reasons = " and ".join(f"one in {many} reason {reason}" for reason, many in said["reasons"].items())
    where = f"{said['people']:,} people at {said['providers']} providers, {AcademicYear(said['year']).label}"
    return (
        f"Measured on a made-up sector of {where}. In it one in {said['forgotten']} learners is in no return after "
        f"2024-25, the largest provider has merged, of withdrawals {reasons}, and one course in {said['pilot']} is a "
        "pilot: more than in a true sector, so that the choice can be seen. Another sector gives other numbers."
    )


def effect(measure: Measure, choice: Choice, value: str) -> str | None:
    """What the measure says with this value in place of the default, number by number; None where not measured.

    >>> effect(get("qar"), choice, "inclusive")    # doctest: +SKIP
    'Leavers 4,868 to 4,870; achievement rate 84.6% to 84.5%.'
    """
    numbers = _measured()["effects"].get(measure.name, {})
    before, after = numbers.get(""), numbers.get(f"{choice.name}={value}")
    if before is None or after is None:
        return None
    changes = [
        f"{i.title.lower()} {_shown(before[i.name], i)} to {_shown(after[i.name], i)}"
        for i in measure.numbers
        if before.get(i.name) != after.get(i.name)
    ]
    if not changes:
        return "No change."
    return "; ".join(changes).capitalize() + "."


def _shown(value: Any, indicator: Indicator) -> str:
    unit = "%" if indicator.unit == "%" else ""
    return "none" if value is None else f"{value:,.{indicator.decimals}f}{unit}"
