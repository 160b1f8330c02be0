"""Rates in a data set: what each is made of, and its value from protected counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from openilr.publish.verify import ratio

if TYPE_CHECKING:
    from openilr.publish.cells import Cells

#: A rate of rounded counts is shown where it is of so many bases at least.
RELIABLE = 5
#: What a rate may be per, by unit: percent, or for each so many.
_SCALES = {"%": (100,), "": (1, 100, 1_000, 10_000, 100_000, 1_000_000)}


@dataclass(frozen=True)
class Rate:
    """``scale`` x ``of`` / ``by``, with ``places`` decimal places; ``rows`` is the row that ``by`` is taken from for
    each row, where it is another (a share of a total). Of fewer than ``least`` it would say little, and is ``u``."""

    of: str
    by: str
    scale: int
    places: int
    words: str
    rows: np.ndarray | None = field(default=None, repr=False)
    least: int = 0

    def of_shown(self, cells: Cells, columns: dict[str, list[str]], name: str) -> list[str]:
        """The rate of each row from what is shown: ``c`` where a count behind it is, ``u`` where those it is a rate of
        are few, ``x`` where there is none."""
        before = cells.data[name].to_list()
        above = columns.get(self.of) or cells.data[self.of].to_list()
        below = columns.get(self.by) or cells.data[self.by].to_list()
        out = []
        for row, old in enumerate(before):
            one, other = above[row], below[int(self.rows[row]) if self.rows is not None else row]
            if old in ("z", "x"):
                out.append(old)
            elif "c" in (one, other):
                out.append("c")
            elif other.isdecimal() and 0 < int(other) < self.least:
                out.append("u")
            elif one == "low" and other != "low":
                out.append("low")
            elif one.isdecimal() and other.isdecimal() and int(other):
                out.append(ratio(int(one), int(other), self.scale, self.places))
            else:
                out.append("x")
        return out

    def facts(self) -> dict[str, Any]:
        rows = self.rows.tolist() if self.rows is not None else []
        return {"of": self.of, "by": self.by, "scale": self.scale, "places": self.places, "rows": rows}


@dataclass(frozen=True)
class Quantile:
    """A quantile of pay of those whom ``of`` counts, to the nearest £100; ``u`` where fewer than ``least`` of them are
    shown, ``z`` where there is nobody."""

    of: str
    least: int
    words: str = "to the nearest 100"

    def of_shown(self, cells: Cells, columns: dict[str, list[str]], name: str) -> list[str]:
        return [
            old if old in ("z", "x") else _to_hundreds(old) if n.isdecimal() and int(n) >= self.least else "u"
            for old, n in zip(cells.data[name].to_list(), columns[self.of], strict=True)
        ]


def _to_hundreds(number: str) -> str:
    return str((int(number) + 50) // 100 * 100)


def find_rate(cells: Cells, column: str, unit: str, counts: dict[str, np.ndarray]) -> Rate | None:
    """The rate that gives every number of the column to its last decimal place; None where there is none."""
    texts = cells.data[column].to_list()
    numbers = np.array([float(t) if _is_number(t) else np.nan for t in texts])
    if any(not _is_number(t) and t not in ("z", "x") for t in texts) or unit not in _SCALES:
        return None
    places = max((len(t.partition(".")[2]) for t in texts if _is_number(t)), default=0)

    def fits(above: np.ndarray, below: np.ndarray, scale: int) -> bool:
        known = ~np.isnan(numbers)
        if (above[known] < 0).any() or (below[known] <= 0).any():
            return False
        return bool((np.abs(scale * above[known] / below[known] - numbers[known]) <= 0.5 * 10.0**-places + 1e-9).all())

    tried = [(of, by, scale) for scale in _SCALES[unit] for of in counts for by in counts if of != by]
    for of, by, scale in [cells.rates[column]] if column in cells.rates else tried:
        if fits(counts[of], counts[by], scale):
            return Rate(of, by, scale, places, f"{scale} x {of} / {by}")
    for of, above in counts.items():
        for words, rows in _totals(cells):
            if fits(above, np.where(rows >= 0, above[rows], -1), 100):
                return Rate(of, of, 100, places, f"share of {of} in {words}", rows)
    return None


def _is_number(text: str) -> bool:
    try:
        return text.strip() == text and np.isfinite(float(text))
    except ValueError:
        return False


def _totals(cells: Cells) -> list[tuple[str, np.ndarray]]:
    """For each breakdown: the row of every row's total in it, -1 where there is none; and that over all of them."""
    families = cells.families
    at = np.stack([f.of_row for f in families], axis=1)
    times = cells.data.select("time_period", "time_identifier").rows()
    keys = {(times[row], *nodes): row for row, nodes in reversed(list(enumerate(at.tolist())))}
    found, roots = [], {}
    for position, family in enumerate(families):
        wholes = {each.whole for each in family.ways[0]} - {p for each in family.ways[0] for p in each.parts}
        if len(wholes) == 1:
            [roots[position]] = wholes
    groups = [({p: r}, f"the total of {families[p].name}") for p, r in roots.items()]
    groups += [({p: r for p, r in roots.items() if p}, "the place's total"), (roots, "the grand total")]
    for moved, words in groups:
        rows = np.array(
            [
                keys.get((times[row], *(moved.get(p, n) for p, n in enumerate(nodes))), -1)
                for row, nodes in enumerate(at.tolist())
            ]
        )
        found.append((words, rows))
    return found
