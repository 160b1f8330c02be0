"""States that can be named: a snapshot (``2526-R04-1``), a version of one provider's file (``2526-R04-10001234-001``),
or a return as it stands (``2526-R04``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.store import views
from openilr.store.errors import StoreError, VaultError

if TYPE_CHECKING:
    import polars as pl

    from openilr.store.store import Store

Named = tuple[str, views.Paths]


def paths(store: Store, name: str, *, read_whole: bool = False) -> tuple[views.Paths, int | None]:
    """The files of a state, and the provider where it is one provider's. StoreError where there is no such state, or a
    file of it is damaged (``views.of_submissions``)."""
    from openilr.store.store import RETURNS

    with store.reading() as catalogue:
        snapshots = {s.id: s for s in catalogue.snapshots()}
        if name in snapshots:
            return views.of_snapshot(store.path, snapshots[name]), None
        year, _, return_name = name.partition("-")
        if return_name in RETURNS:
            found = catalogue.submissions(year=year, return_name=return_name, current=True, with_files=True)
            if not found:
                raise StoreError(f"The store holds no accepted return for {year} {return_name}.")
            return views.of_submissions(store.path, found, read_whole=read_whole), None
        submission = catalogue.submission(name)
    if submission.status != "accepted":
        raise StoreError(f"{name} was refused, so nothing of it was kept to compare.")
    return views.of_submissions(store.path, [submission], read_whole=read_whole), submission.ukprn


def pair(store: Store, before: str, now: str, ukprn: int | None) -> tuple[Named, Named, int | None]:
    """Two states that can be compared, and the one provider that it is about, if any. StoreError where they can not."""
    sides = [(name, *paths(store, name)) for name in (before, now)]
    of_year = {year for _, of_state, _ in sides for year in of_state}
    if len(of_year) != 1:
        raise StoreError(f"{before} and {now} are of different years; only states of one year can be compared.")
    narrowed = {provider for *_, provider in sides if provider is not None}
    if len(narrowed | ({ukprn} if ukprn is not None else set())) > 1:
        raise StoreError(f"{before} and {now} are files of different providers.")
    (a, b) = ((name, of_state) for name, of_state, _ in sides)
    return a, b, ukprn if ukprn is not None else next(iter(narrowed), None)


def with_references(store: Store, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a difference with LearnRefNumber in place of the learner's key; as they are without the vault's key."""
    import polars as pl

    try:
        vault = store.vault()
    except VaultError:
        return rows
    wanted = set(rows["ukprn"])
    names = [pl.DataFrame(schema={"learner_key": pl.String, "LearnRefNumber": pl.String})]
    for submission in store.submissions():
        if submission.ukprn in wanted and submission.status == "accepted":
            of_one = vault.identifiers(submission.id, "Learner")
            names.append(of_one.select("learner_key", "LearnRefNumber"))
    found = pl.concat(names).unique("learner_key")
    joined = rows.join(found, on="learner_key", how="left", maintain_order="left")
    return joined.select("ukprn", "entity", "LearnRefNumber", *rows.columns[3:])
