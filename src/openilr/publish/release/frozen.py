"""Which snapshots a release reads: whatever it counts, it reads these and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure.frozen import Frozen
from openilr.measure.qar.files import LAST_EARLY_RETURN

if TYPE_CHECKING:
    from openilr.store import Store


def freeze(store: Store, year: str, return_name: str, named: tuple[str, ...], several: bool, by: str) -> Frozen:
    """The store as a release of this return reads it; its ``snapshots`` have that of the return first.

    Where one measure reads ``several`` years, these are every provider's last return of each year, and its last up to
    R04, which shows what came late. Of each the last snapshot; one is made where there is none. ``named`` snapshots
    stand before the last; where more than one is named, nothing else is read. StoreError, also where the named ones are
    not of the return.
    """
    from openilr.store import StoreError

    chosen = {(s.year, s.return_name): s.id for s in (store.snapshot(id) for id in named)}
    own = (year, return_name)
    if named and own not in chosen:
        raise StoreError(f"{', '.join(named)}: no snapshot of {year} {return_name} is among them.")
    if len(named) < 2:
        for which in [own, *(sorted(_read(store, *own) - {own}) if several else ())]:
            if which not in chosen:
                chosen[which] = _last(store, *which) or store.freeze(*which, frozen_by=by)
    first = chosen.pop(own)
    return Frozen(store, first, exactly=(first, *(chosen[which] for which in sorted(chosen))))


def _last(store: Store, year: str, return_name: str) -> str | None:
    import polars as pl

    rows = store.snapshots().filter((pl.col("year") == year) & (pl.col("return") == return_name))
    return rows.sort("number")["snapshot"].to_list()[-1] if rows.height else None


def _read(store: Store, year: str, return_name: str) -> set[tuple[str, str]]:
    """Year and return of what measures over several years read."""
    import polars as pl

    held = store.returns().filter("current", pl.col("status") == "accepted")
    up_to = (pl.col("year") != year) | (pl.col("return") <= return_name)
    place = ("year", "ukprn")
    found: set[tuple[str, str]] = set()
    for part in (held.filter(up_to), held.filter(pl.col("return") <= LAST_EARLY_RETURN)):
        found.update(part.group_by(place).agg(pl.col("return").max()).select("year", "return").unique().iter_rows())
    return found
