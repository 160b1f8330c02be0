"""What a synthetic sector should look like: published figures, and assumptions that say so, as margins to draw from.

The data is ``targets.csv``: group, characteristic, category, value (a count or a share; only the proportions matter)
and source. Facts of the Department for Education's statistics: Crown copyright, Open Government Licence v3.0.
"""

from __future__ import annotations

import csv
from bisect import bisect
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random


@dataclass(frozen=True)
class Margin:
    """How one characteristic is spread over its categories in one group of learners."""

    group: str
    characteristic: str
    values: dict[str, float]
    sources: dict[str, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "_names", list(self.values))
        object.__setattr__(self, "_sums", list(accumulate(self.values.values())))

    def pick(self, random: Random) -> str:
        """A category, drawn in proportion to its value."""
        sums: list[float] = self._sums  # type: ignore[attr-defined]
        return self._names[bisect(sums, random.random() * sums[-1])]  # type: ignore[attr-defined]

    def share(self, category: str) -> float:
        """The share of a category, from 0 to 1."""
        return self.values[category] / sum(self.values.values())


@cache
def margins() -> dict[tuple[str, str], Margin]:
    """Every margin, by group and characteristic."""
    read: dict[tuple[str, str], tuple[dict[str, float], dict[str, str]]] = {}
    with (Path(__file__).parent / "targets.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values, sources = read.setdefault((row["group"], row["characteristic"]), ({}, {}))
            values[row["category"]] = float(row["value"])
            sources[row["category"]] = row["source"]
    return {key: Margin(*key, *found) for key, found in read.items()}


def margin(group: str, characteristic: str) -> Margin:
    """One margin; KeyError where there is none."""
    return margins()[group, characteristic]
