"""The known effects: what a person's life depends on and how much, as data that is written beside the truth."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "effects.csv"
LEVELS = range(8)


@cache
def _all() -> dict[tuple[str, str, str], float]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return {(row["outcome"], row["factor"], row["category"]): float(row["value"]) for row in csv.DictReader(file)}


def effect(outcome: str, factor: str, category: str = "") -> float:
    """One effect; KeyError where there is none."""
    return _all()[outcome, factor, category]


def by_category(outcome: str, factor: str, categories: list[str]) -> list[float]:
    """The effects of several categories, 0 for those that are not named."""
    return [_all().get((outcome, factor, category), 0.0) for category in categories]
