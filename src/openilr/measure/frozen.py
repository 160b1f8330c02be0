"""A store as it was frozen: what measures ask of a store, answered from snapshots, which never change.

A snapshot fixes one return of one year. Measures over several years need the others as well: of each year and return
the last snapshot that had been made by then. What was not frozen by then is not read. A release says which snapshots
it reads, every one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store


class Frozen:
    """Stands where a store does: ``compute``, ``trail`` and ``forecast`` take it in place of one."""

    def __init__(self, store: Store, snapshot: str, exactly: tuple[str, ...] | None = None) -> None:
        """``snapshot`` is its id, such as ``2526-R14-1``; StoreError where there is none. With ``exactly``, these are
        read and nothing else."""
        self._store, self._snapshot, self.exactly = store, store.snapshot(snapshot), exactly

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @cached_property
    def snapshots(self) -> tuple[str, ...]:
        """Those that are read: of each year and return the last one made until then, to the second."""
        if self.exactly is not None:
            return self.exactly
        made = self._store.snapshots()
        until = made.head(made["snapshot"].to_list().index(self._snapshot.id) + 1)
        last = until.group_by("year", "return", maintain_order=True).last()
        return tuple(last["snapshot"])

    def returns(self) -> pl.DataFrame:
        """The frozen submissions, in the columns of ``Store.returns``; each is current here."""
        import polars as pl

        there = {id for snapshot in self.snapshots for id in self._store.snapshot(snapshot).submissions}
        found = self._store.returns().with_columns(current=pl.lit(True))
        return found.filter(pl.col("submission").is_in(list(there)))

    def latest_return(self, year: str) -> str:
        """The return of the snapshot; of another year, the last that was frozen by then. StoreError where none was."""
        from openilr.store import StoreError

        if year == self._snapshot.year:
            return self._snapshot.return_name
        frozen = [self._store.snapshot(id) for id in self.snapshots]
        found = [each.return_name for each in frozen if each.year == year]
        if not found:
            raise StoreError(f"No return of {year} had been frozen when {self._snapshot.id} was made.")
        return max(found)

    def connect(self, year: str | None = None, return_name: str | None = None, *, engine: str = "duckdb") -> Any:
        """The national views as ``Store.connect`` gives them, over frozen files."""

        if year is None:
            return self._store.connect(snapshot=self.snapshots, engine=engine)
        return self._store.connect(snapshot=self._of(year, return_name), engine=engine)

    def footnotes(self, fields: Iterable[str], year: str, return_name: str, **how: Any) -> list[str]:
        """What ``Store.footnotes`` says of these fields in the snapshot of that year and return."""
        return self._store.footnotes(fields, snapshot=self._of(year, return_name), **how)

    def _of(self, year: str, return_name: str | None) -> str:
        from openilr.store import StoreError

        for id in self.snapshots:
            each = self._store.snapshot(id)
            if (each.year, each.return_name) == (year, return_name):
                return id
        raise StoreError(f"{return_name} of {year} had not been frozen when {self._snapshot.id} was made.")
