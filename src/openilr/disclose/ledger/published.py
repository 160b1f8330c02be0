"""What one output has told: its cells with their numbers, and who is in which cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ALL", "PatternTable", "Published"]

ALL = -1  # a cell's code of a dimension that it totals over


@dataclass(frozen=True)
class Published:
    """``codes``: a row a cell, a column a dimension (-1: all); ``low`` and ``high`` are what the number tells.

    A number shown as it is has both equal; one rounded to b lies within b / 2; a hidden one is at least 1 where empty
    cells are shown, and has no upper end. ``members``: ``person`` and a code for each dimension, ``c0`` ...
    """

    name: str
    labels: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    members: pl.DataFrame
    codes: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray
    hidden: np.ndarray
    shown: tuple[str, ...]

    @property
    def is_patterns(self) -> bool:
        """True where people are in several cells at once."""
        return False

    def cell(self, row: int) -> dict[str, str]:
        """The cell's categories in words, by label; totals left out."""
        return {
            label: self.categories[i][code]
            for i, (label, code) in enumerate(zip(self.labels, self.codes[row], strict=True))
            if code != ALL
        }


@dataclass(frozen=True)
class PatternTable(Published):
    """A table whose people are in several cells at once."""

    sets: np.ndarray
    keyed: tuple[Mapping[str, Any], ...]

    @property
    def is_patterns(self) -> bool:
        return True

    def cell(self, row: int) -> dict[str, str]:
        return dict(self.keyed[row])
