"""Linked sources in a store: answers outside the vault under our own key, identifiers sealed, the catalogue last.

``sources/<source>/<edition>/<table>.parquet`` has ``record_key`` and the answers, sorted by the key; ``<table>.vault``
beside it has ``record_key`` and the identifiers, sealed as all of the vault is. ``record_key`` is 32 hexadecimal
digits, one for each number of a register; who does not have the vault's key can not tell which.

Each call of :func:`add` makes a new edition of a source. Tables that were not given again stay as they are.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.link.sources import declare
from openilr.link.sources.declare import ROLES, Source, SourceError, Table
from openilr.link.sources.reading import read
from openilr.store import StoreError, durable

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store

FOLDER = "sources"
_DESCRIPTION = "source.toml"


@dataclass(frozen=True)
class Added:
    """One table that was taken in. ``people`` are different keys; ``unused`` are columns that were not kept."""

    source: str
    edition: int
    table: str
    files: tuple[str, ...]
    rows: int
    people: int
    unused: tuple[str, ...]


@dataclass(frozen=True)
class Edition:
    """The current state of one source in a store. ``tables`` maps names to facts: rows, people, bytes, sha256, sent."""

    source: Source
    number: int
    added_at: str
    folder: Path
    tables: dict[str, dict[str, Any]]


def find(path: Path, sources: Iterable[Source]) -> dict[tuple[str, str], list[Path]]:
    """(source, table) to the files of a folder, or the one file, that belong to it, by name.

    A file is called like its table, whatever its case, with any ending after ``_``, ``-`` or a space:
    ``npd_ks4_2324.csv``. The longest name that fits is taken.
    """
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix.lower() in (".csv", ".parquet"))
    names = {table.name: (source.name, table.name) for source in sources for table in source.tables}
    found: dict[tuple[str, str], list[Path]] = {}
    for file in files:
        stem = file.stem.casefold().replace(".", "_")
        fits = [name for name in names if stem == name or (stem.startswith(name) and stem[len(name)] in "_- ")]
        if fits:
            found.setdefault(names[max(fits, key=len)], []).append(file)
    return found


def add(store: Store, path: Path, *, description: Path | None = None, source: str | None = None) -> list[Added]:
    """Take the files of one or more sources into a store.

    ``path`` is a file or a folder; files are known by their names (:func:`find`). ``description`` declares a survey;
    then a file is its one table, however it is called. A folder may hold descriptions (TOML) of its own. ``source``
    takes only that source. A source is read and checked whole before it is written: SourceError or Refused leave it as
    it was.
    """
    if not path.exists():
        raise SourceError(f"There is no file or folder {path}.")
    own = _described([description] if description else sorted(path.rglob("*.toml")) if path.is_dir() else [])
    known = {made.name: made for made, _ in own.values()} | ({} if description else declare.declared())
    if source is not None:
        if source not in known:
            raise SourceError(f"There is no source {source}: choose from {', '.join(known)}.")
        known = {source: known[source]}
    found = find(path, known.values())
    if not found and description is not None and path.is_file():
        made = known[next(iter(known))]
        found = {(made.name, made.tables[0].name): [path]}
    if not found:
        tables = ", ".join(table.name for each in known.values() for table in each.tables)
        raise SourceError(f"No file in {path} is named like a table of a source: {tables}.")
    added: list[Added] = []
    for name in sorted({source for source, _ in found}):
        files = {table: paths for (each, table), paths in sorted(found.items()) if each == name}
        added += _add(store, known[name], files, own[name][1] if name in own else None)
    return added


def _described(paths: list[Path]) -> dict[str, tuple[Source, Path]]:
    """The sources that users' files describe, by name."""
    found: dict[str, tuple[Source, Path]] = {}
    for path in paths:
        made = declare.read(path)
        if made.name in declare.declared():
            raise SourceError(f"{path.name}: {made.name} is the name of a source that OpenILR has.")
        found[made.name] = made, path
    return found


def _add(store: Store, source: Source, files: dict[str, list[Path]], description: Path | None) -> list[Added]:
    frames = {name: read(source.table(name), paths) for name, paths in files.items()}
    with store.writing() as catalogue:
        _remove_leftovers(store, catalogue)
        before = catalogue.sources().get(source.name)
        number = before[0] + 1 if before else 1
        facts: dict[str, dict[str, Any]] = dict(before[2]) if before else {}
        final = store.path / FOLDER / source.name / f"{number:04d}"
        final.parent.mkdir(parents=True, exist_ok=True)
        with durable.staging((final, 0o755)) as (part,):
            for name in facts.keys() - frames.keys():
                for file in (f"{name}.parquet", f"{name}.vault"):
                    _carry_over(store.path / FOLDER / source.name / f"{number - 1:04d}" / file, part / file)
            for name, table in frames.items():
                facts[name] = _write(store, source.table(name), table.frame, part)
                facts[name]["sent"] = [path.name for path in files[name]]
            if description is not None:
                durable.write_file(part / _DESCRIPTION, description.read_bytes())
            durable.publish_folder(part, final)
            catalogue.add_source(source.name, number, datetime.now(UTC).isoformat(timespec="seconds"), facts)
    return [
        Added(source.name, number, name, tuple(path.name for path in files[name]), facts[name]["rows"],
              facts[name]["people"], table.unused)
        for name, table in frames.items()
    ]  # fmt: skip


def _write(store: Store, table: Table, frame: pl.DataFrame, folder: Path) -> dict[str, Any]:
    import polars as pl

    vault = store.vault()

    def coded(column: str, register: str) -> pl.Expr:
        numbers = frame[column].drop_nulls().unique()
        ours = dict(zip(numbers, vault.record_keys(register, numbers.to_list()), strict=True))
        return pl.col(column).replace_strict(ours, return_dtype=pl.String)

    frame = frame.with_columns(
        coded("key", table.register).alias("record_key"),
        *(coded(column.name, f"{table.register} {column.name}") for column in table.columns if column.is_coded),
    )
    answers = frame.select("record_key", *(column.name for column in table.answers)).sort("record_key")
    sink = durable.Sink(folder / f"{table.name}.parquet")
    try:
        answers.write_parquet(sink, compression="zstd")  # type: ignore[arg-type]
        sink.finish()
    finally:
        sink.close()
    roles = [role for role, _ in table.identifiers]
    if roles:
        named = {f"id:{role}": role for role in roles}
        who = frame.select("record_key", *named).rename(named).unique().sort("record_key")
        vault.seal(folder / f"{table.name}.vault", _bound(table), {"identifiers": who})
    return {"rows": frame.height, "people": frame["record_key"].n_unique(), "bytes": sink.size, "sha256": sink.sha256}


def _bound(table: Table) -> str:
    return f"source {table.register} {table.name}"


def _carry_over(old: Path, new: Path) -> None:
    if not old.exists():
        return
    with suppress(OSError):
        durable.step(f"link {new.name}")
        os.link(old, new)
        return
    shutil.copyfile(old, new)


def _remove_leftovers(store: Store, catalogue: Any) -> None:
    """What a killed writer left: editions that the catalogue does not name. Earlier editions stay."""
    known = catalogue.sources()
    for folder in (store.path / FOLDER).glob("*/*"):
        current = known.get(folder.parent.name)
        if folder.name.endswith(durable.PART) or current is None or int(folder.name) > current[0]:
            durable.remove(folder)


def editions(store: Store) -> dict[str, Edition]:
    """The current edition of each source in a store, by the source's name."""
    with store.reading() as catalogue:
        rows = catalogue.sources()
    found = {}
    for name, (number, added_at, tables) in rows.items():
        folder = store.path / FOLDER / name / f"{number:04d}"
        own = folder / _DESCRIPTION
        source = declare.read(own) if own.exists() else declare.declared()[name]
        found[name] = Edition(source, number, added_at, folder, tables)
    return found


@dataclass(frozen=True)
class Answer:
    """One answer of a source that a user described. ``type`` is one of :data:`openilr.link.sources.declare.TYPES`,
    ``codes`` what it may be (None where anything of the type), ``identifiability`` (1 most to 5 least) and
    ``sensitivity`` (A most to E least) what the description says of them, None where it says nothing."""

    source: str
    table: str
    name: str
    title: str
    type: str
    codes: tuple[str, ...] | None
    identifiability: int | None
    sensitivity: str | None


def described_answers(store: Store) -> tuple[Answer, ...]:
    """The answers of every survey or other source in the store that came with a description of its own.

    In the order of source, table and description; those of the sources that OpenILR knows are in :func:`declared`.
    """
    return tuple(
        Answer(edition.source.name, table.name, column.name, column.title, column.type,
               None if column.codes is None else tuple(column.codes), column.identifiability, column.sensitivity)
        for name, edition in sorted(editions(store).items()) if name not in declare.declared()
        for table in edition.source.tables if table.name in edition.tables for column in table.answers
    )  # fmt: skip


def paths(store: Store) -> dict[str, Path]:
    """The Parquet file of each table of all sources, by the table's name. Each has ``record_key`` and answers."""
    found = {}
    for edition in editions(store).values():
        for table, facts in edition.tables.items():
            path = edition.folder / f"{table}.parquet"
            if not path.is_file() or path.stat().st_size != facts["bytes"]:
                raise StoreError(
                    f"{path.name} of the source {edition.source.name} is missing or not as it was written."
                )
            found[table] = path
    return found


def registers(store: Store) -> dict[str, list[str]]:
    """The registers that a store has identifiers for, each with the tables that they are in."""
    found: dict[str, list[str]] = {}
    for edition in editions(store).values():
        for table in edition.source.tables:
            if table.name in edition.tables and table.identifiers:
                found.setdefault(table.register, []).append(table.name)
    return found


def identifiers(store: Store, register: str) -> pl.DataFrame:
    """Who the people of a register are, for linking only: ``record_key`` and a text column for each of ``ROLES``.

    One row for each different way in which a source wrote somebody down, so a person has several rows where names or
    addresses differ. SourceError where the store has no identifiers of the register.
    """
    import polars as pl

    frames = []
    vault = store.vault()
    for edition in editions(store).values():
        for table in edition.source.tables:
            if table.register == register and table.identifiers and table.name in edition.tables:
                opened = vault.open(edition.folder / f"{table.name}.vault", _bound(table))
                frames.append(opened["identifiers"])
    if not frames:
        raise SourceError(f"The store has no identifiers of the register {register}.")
    empty = pl.DataFrame(schema={"record_key": pl.String, **dict.fromkeys(ROLES, pl.String)})
    return pl.concat([empty, *frames], how="diagonal").unique().sort("record_key", *ROLES)


def describe(store: Store) -> str:
    """The sources of a store as JSON text, for reports: source, edition, tables with rows and people."""
    rows = [
        {"source": name, "title": edition.source.title, "register": edition.source.register, "edition": edition.number,
         "added_at": edition.added_at, "tables": {t: {k: f[k] for k in ("rows", "people", "sent")}
                                                  for t, f in edition.tables.items()}}
        for name, edition in editions(store).items()
    ]  # fmt: skip
    return json.dumps(rows, ensure_ascii=False)
