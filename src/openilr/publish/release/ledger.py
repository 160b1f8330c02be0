"""The ledger of releases: what was published of every cell, so that a cell has one value wherever it stands.

A cell is what a reader takes it for: an indicator, a period, a place by its code, and the items it is narrowed to.
Data sets that share a cell (a region in one, the region and its districts in another) and later versions of a data set
find it here. The ledger keeps raw counts beside published values, so it stays inside the store.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openilr.disclose.tables.model import Table, TableError
from openilr.publish.protect import NOTHING, Published, Subject

COUNTRY = "National"

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = ("key", "raw", "shown", "snapshot", "method")


@dataclass
class Ledger:
    """``folder`` holds one Parquet file for each release; entries of the release being built are added in memory."""

    folder: Path
    snapshot: str
    method: str
    known: dict[str, tuple[int, int, str, str]] = field(default_factory=dict, repr=False)
    fresh: dict[str, tuple[int, int, str, str]] = field(default_factory=dict, repr=False)
    #: The least raw count of each cell in any release.
    least: dict[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        import polars as pl

        for path in sorted(self.folder.glob("*.parquet"), key=lambda p: p.stat().st_mtime_ns):
            for key, *entry in pl.read_parquet(path, columns=list(_COLUMNS)).iter_rows():
                self.known[key] = tuple(entry)
                self.least[key] = min(entry[0], self.least.get(key, entry[0]))

    def _keys(self, subject: Subject, table: Table) -> list[str]:
        """A cell's name, the same in every data set; short, because there are many."""
        parts = []
        for dimension in table.dimensions:
            labels: list[tuple[str, ...]] = [tuple(map(str, n)) for n in dimension.nodes]  # type: ignore[call-overload]
            if dimension.name == "place":
                parts.append(["" if n[0] == COUNTRY else "/".join(_place(n)) for n in labels])
            else:
                total = [all(v.strip().casefold() == "total" for v in n) for n in labels]
                nodes = zip(labels, total, strict=True)
                parts.append(["" if t else f"{dimension.name}={'/'.join(n)}" for n, t in nodes])
        head = "|".join((subject.population, subject.indicator, *subject.time))
        out = []
        for nodes_of in table.at.tolist():
            words = sorted(parts[d][n] for d, n in enumerate(nodes_of))
            cell = "|".join([head, *(w for w in words if w)])
            out.append(hashlib.blake2b(cell.encode(), digest_size=12).hexdigest())
        return out

    def before(self, subject: Subject, table: Table) -> Published:
        """What was published of each cell. TableError where it was protected in another way: two ways together tell
        more than either."""
        shown = np.full(len(table), NOTHING, dtype=np.int64)
        same = np.zeros(len(table), bool)
        raw, least = np.full(len(table), -1, dtype=np.int64), np.full(len(table), -1, dtype=np.int64)
        for cell, key in enumerate(self._keys(subject, table)):
            entry = self.fresh.get(key) or self.known.get(key)
            if entry is None:
                continue
            raw[cell], shown[cell], snapshot, method = entry
            least[cell] = self.least.get(key, raw[cell])
            same[cell] = snapshot == self.snapshot and raw[cell] == table.values[cell]
            if method != self.method:
                raise TableError(
                    f"{table.label(cell)} was published by {method} before. By {self.method} as well, the two would "
                    f"tell more than either: use {method} again."
                )
        return Published(shown, same, raw, least)

    def note(self, subject: Subject, table: Table, shown: np.ndarray) -> None:
        """Remember what is published of each cell, and the count that it is from."""
        for key, raw, value, latent in zip(
            self._keys(subject, table), table.values.tolist(), shown.tolist(), table.latent.tolist(), strict=True
        ):
            if not latent:
                self.fresh[key] = (raw, value, self.snapshot, self.method)

    def frame(self) -> pl.DataFrame:
        """The entries of this release."""
        import polars as pl

        types = {"raw": pl.Int64, "shown": pl.Int64}
        rows = [(key, *entry) for key, entry in self.fresh.items()]
        return pl.DataFrame(rows, schema={c: types.get(c, pl.String) for c in _COLUMNS}, orient="row")


def _place(node: tuple[str, ...]) -> tuple[str, ...]:
    """A code is one place at whatever level it stands; what has no code is told by level and name."""
    return node if node[1] in ("z", "x", "") else node[1:]
