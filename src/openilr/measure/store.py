"""The store of the public face: it measures as well as holds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from openilr import store

if TYPE_CHECKING:
    import polars as pl


class Store(store.Store):
    """A store with ``measure``; ``openilr.Store`` is this one."""

    @staticmethod
    def init(path: str | os.PathLike[str]) -> Store:
        """As ``openilr.store.Store.init``."""
        store.Store.init(path)
        return Store(path)

    def measure(self, name: str, year: str, **asked: Any) -> pl.DataFrame:
        """The numbers of a measure: a row for each item of the breakdown. What may be asked is what
        ``openilr.measure.compute`` takes, whose errors it raises."""
        from openilr.measure import compute

        return compute(self, name, year, **asked).frame
