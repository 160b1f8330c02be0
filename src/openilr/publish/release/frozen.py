"""The store as it was frozen: whatever a release counts, it reads snapshots and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openilr.measure.qar.files import LAST_EARLY_RETURN

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store
    from openilr.store.catalogue import Snapshot


@dataclass(frozen=True)
class Frozen:
    """``snapshots`` in place of the store's current files; all else as in ``store``."""

    store: Store
    snapshots: tuple[Snapshot, ...]

    def connect(self, year: str | None = None, return_name: str | None = None, **_: Any) -> Any:
        """The national views over the snapshots of a year and return, or over all. StoreError where there is none."""
        from openilr.store import StoreError, views

        meant = [s for s in self.snapshots if year in (None, s.year) and return_name in (None, s.return_name)]
        if not meant:
            raise StoreError(f"No snapshot of {year} {return_name or ''} is read.".replace("  ", " "))
        paths: views.Paths = {}
        for one in meant:
            for name, files in views.of_snapshot(self.store.path, one)[one.year].items():
                paths.setdefault(one.year, {}).setdefault(name, []).extend(files)
        return views.connect(paths)

    def returns(self, year: str | None = None, return_name: str | None = None) -> pl.DataFrame:
        """The files that the snapshots were made of, each as current."""
        import polars as pl

        members = [id for one in self.snapshots for id in one.submissions]
        sent = self.store.returns(year, return_name)
        return sent.filter(pl.col("submission").is_in(members)).with_columns(current=pl.lit(True))

    def latest_return(self, year: str) -> str:
        from openilr.store import StoreError

        names = [s.return_name for s in self.snapshots if s.year == year]
        if not names:
            raise StoreError(f"The store holds no accepted return for {year}.")
        return max(names)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def freeze(
    store: Store, year: str, return_name: str, named: tuple[str, ...], several: bool, by: str
) -> tuple[Snapshot, ...]:
    """The snapshots that a release of this return reads, that of the return first.

    Where one measure reads ``several`` years, these are every provider's last return of each year, and its last up to
    R04, which shows what came late. Of each the last snapshot; one is made where there is none. ``named`` snapshots
    stand before the last; where more than one is named, nothing else is read. StoreError, also where the named ones are
    not of the return.
    """
    from openilr.store import StoreError

    chosen = {(s.year, s.return_name): s for s in (store.snapshot(id) for id in named)}
    own = (year, return_name)
    if named and own not in chosen:
        raise StoreError(f"{', '.join(named)}: no snapshot of {year} {return_name} is among them.")
    if len(named) < 2:
        for which in [own, *(sorted(_read(store, *own) - {own}) if several else ())]:
            if which not in chosen:
                chosen[which] = store.snapshot(_last(store, *which) or store.freeze(*which, frozen_by=by))
    return (chosen.pop(own), *(chosen[which] for which in sorted(chosen)))


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
