"""Shares with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.959964


@dataclass(frozen=True)
class Share:
    """``hits`` of ``of``, with Wilson's 95% interval (Wilson 1927); all None where ``of`` is 0."""

    hits: float
    of: float

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.of:
            return None
        share, squared = self.hits / self.of, _Z * _Z
        centre = (share + squared / (2 * self.of)) / (1 + squared / self.of)
        half = _Z * math.sqrt(share * (1 - share) / self.of + squared / (4 * self.of**2)) / (1 + squared / self.of)
        # At shares of 0 and 1 the interval ends there; rounding may not put the share outside it.
        return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))

    def to_dict(self) -> dict[str, float | None]:
        low, high = self.interval or (None, None)
        return {"hits": self.hits, "of": self.of, "share": self.value, "low": low, "high": high}
