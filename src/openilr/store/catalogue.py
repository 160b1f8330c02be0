"""The catalogue: which submissions, files and reference data a store holds. What it does not name does not exist.

It holds no value of a learner's record: counts, rule ids, file names and hashes only.
Where it is kept, a SQLite file or PostgreSQL, is the business of ``openilr.store.database``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openilr.store import database
from openilr.store.database import Database, Row
from openilr.store.errors import StoreError

#: The layout that this release writes. A store with a higher number was made by a newer release.
FORMAT = 2

_TABLES = """
CREATE TABLE store (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE submission (
    id TEXT PRIMARY KEY,
    year TEXT, return_name TEXT NOT NULL, ukprn INTEGER, version INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('accepted', 'refused')),
    current INTEGER NOT NULL CHECK (current IN (0, 1)),
    file TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
    submitted_by TEXT NOT NULL, submitted_at TEXT NOT NULL,
    reason TEXT, counts TEXT NOT NULL, reference INTEGER,
    origin TEXT NOT NULL DEFAULT 'submitted' CHECK (origin IN ('submitted', 'ingested'))
);
CREATE INDEX versions ON submission (year, return_name, ukprn);
CREATE UNIQUE INDEX one_current_file ON submission (year, return_name, ukprn) WHERE current = 1;
CREATE TABLE file (
    submission TEXT NOT NULL REFERENCES submission (id), path TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('table', 'identifiers', 'report')),
    entity TEXT, rows INTEGER, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL
);
CREATE INDEX files_of ON file (submission);
CREATE TABLE rule_count (
    submission TEXT NOT NULL REFERENCES submission (id), rule TEXT NOT NULL, severity TEXT NOT NULL,
    learners INTEGER NOT NULL, findings INTEGER NOT NULL, PRIMARY KEY (submission, rule, severity)
);
CREATE TABLE reference (edition INTEGER PRIMARY KEY, added_at TEXT NOT NULL, files TEXT NOT NULL);
"""
_SECOND = """
CREATE TABLE snapshot (
    id TEXT PRIMARY KEY, year TEXT NOT NULL, return_name TEXT NOT NULL, number INTEGER NOT NULL,
    frozen_by TEXT NOT NULL, frozen_at TEXT NOT NULL, note TEXT NOT NULL, counts TEXT NOT NULL,
    UNIQUE (year, return_name, number)
);
CREATE TABLE snapshot_submission (
    snapshot TEXT NOT NULL REFERENCES snapshot (id), submission TEXT NOT NULL REFERENCES submission (id),
    PRIMARY KEY (snapshot, submission)
);
CREATE TABLE snapshot_file (
    snapshot TEXT NOT NULL REFERENCES snapshot (id), path TEXT NOT NULL PRIMARY KEY, entity TEXT NOT NULL,
    rows INTEGER NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL
);
CREATE TABLE source_edition (
    source TEXT NOT NULL, edition INTEGER NOT NULL, added_at TEXT NOT NULL, tables TEXT NOT NULL,
    PRIMARY KEY (source, edition)
);
"""
#: The submissions of one provider for one return; either may be unknown, where a file could not be read.
_SAME = "year IS NOT DISTINCT FROM ? AND return_name = ? AND ukprn IS NOT DISTINCT FROM ?"
#: What each format added to the one before, for stores of an earlier release.
_UPGRADES = {
    2: "ALTER TABLE submission ADD COLUMN origin TEXT NOT NULL DEFAULT 'submitted';"
    "CREATE INDEX versions ON submission (year, return_name, ukprn);"
    "CREATE INDEX files_of ON file (submission);" + _SECOND,
}


@dataclass(frozen=True)
class StoredFile:
    """One file of a submission. ``path`` is relative to the store; ``entity`` and ``rows`` are for tables only."""

    path: str
    kind: str
    bytes: int
    sha256: str
    entity: str | None = None
    rows: int | None = None


@dataclass(frozen=True)
class Submission:
    """One file that was sent, with what became of it."""

    id: str
    year: str | None
    return_name: str
    ukprn: int | None
    version: int
    status: str
    file: str
    sha256: str
    bytes: int
    submitted_by: str
    submitted_at: str
    reason: str | None
    counts: dict[str, int]
    reference: int | None
    current: bool = False
    origin: str = "submitted"  #: "ingested" where nothing was checked: synthetic or trusted data taken in whole
    files: tuple[StoredFile, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Snapshot:
    """What all providers' current files of one return were at one moment; its files never change."""

    id: str
    year: str
    return_name: str
    number: int
    frozen_by: str
    frozen_at: str
    note: str
    counts: dict[str, int]
    submissions: tuple[str, ...] = field(default=(), repr=False)
    files: tuple[StoredFile, ...] = field(default=(), repr=False)


class Catalogue:
    """A connection to a store's catalogue. Readers and the one writer use the same class; the store holds the lock."""

    def __init__(self, folder: Path, *, any_format: bool = False) -> None:
        if not database.is_store(folder):
            raise StoreError(f"{folder} is not a store. Make one with `ilr store init --store {folder.name}`.")
        try:
            self._db: Database = database.connect(folder)
            self.settings = {row["name"]: row["value"] for row in self._db.rows("SELECT name, value FROM store")}
        except StoreError as error:
            raise StoreError(f"The catalogue of the store {folder} cannot be opened. {error}") from None
        self.format = int(self.settings["format"])
        if self.format < FORMAT and not any_format:
            self.close()
            raise StoreError(
                f"The store {folder} was made by an earlier release of OpenILR (format {self.format}; this release "
                f"uses {FORMAT}). Run `ilr store upgrade --store {folder.name}`: it keeps all that is there."
            )
        if self.format > FORMAT:
            self.close()
            raise StoreError(
                f"The store {folder} was made by a newer release of OpenILR (format {self.settings['format']}; this "
                f"release reads up to {FORMAT}). Use that release."
            )

    @staticmethod
    def create(folder: Path, settings: dict[str, str]) -> None:
        """Make a new, empty catalogue, so that a store is there whole or not at all."""
        about = {"format": str(FORMAT), **settings}
        database.create(folder, settings["id"], _statements(_TABLES + _SECOND), about)

    def close(self) -> None:
        self._db.close()

    def lock(self) -> None:
        self._db.lock()

    # Submissions

    def submissions(
        self,
        *,
        year: str | None = None,
        return_name: str | None = None,
        ukprn: int | None = None,
        current: bool | None = None,
        with_files: bool = False,
    ) -> list[Submission]:
        """Submissions in the order year, return, provider, version."""
        asked = {"year": year, "return_name": return_name, "ukprn": ukprn, "current": current}
        given = {column: int(v) if isinstance(v, bool) else v for column, v in asked.items() if v is not None}
        # The condition holds column names only; every value is bound.
        where = " AND ".join(["1 = 1", *(f"{column} = ?" for column in given)])
        values = list(given.values())
        query = f"SELECT * FROM submission WHERE {where} ORDER BY year, return_name, ukprn, version"  # noqa: S608
        rows = self._db.rows(query, values)
        files = self._files(where, values) if with_files else {}
        return [_submission(row, files.get(row["id"], ())) for row in rows]

    def received(self, file: str | None) -> list[str]:
        """Names of accepted files, all of them or those with the same provider and year in their name as this one."""
        same = "%" if file is None else "-".join(file.lower().split("-")[:3]) + "-%"
        query = "SELECT file FROM submission WHERE status = 'accepted' AND lower(file) LIKE ?"
        return [row["file"] for row in self._db.rows(query, (same,))]

    def submission(self, id: str) -> Submission:
        found = self._db.rows("SELECT * FROM submission WHERE id = ?", (id,))
        if not found:
            raise StoreError(
                f"The store has no snapshot, file or return {id}: see `ilr store snapshots` and `returns`."
            )
        return _submission(found[0], self._files("id = ?", [id]).get(id, ()))

    def next_version(self, year: str | None, return_name: str, ukprn: int | None) -> int:
        query = f"SELECT max(version) AS last FROM submission WHERE {_SAME}"  # noqa: S608
        return (self._db.rows(query, (year, return_name, ukprn))[0]["last"] or 0) + 1

    def add(self, new: Submission, rule_counts: list[tuple[str, str, int, int]]) -> str | None:
        """Record a submission with its files; the id of the one that it replaces as the provider's current file."""
        with self._db.transaction():
            key = (new.year, new.return_name, new.ukprn)
            old = None
            if new.current:
                found = self._db.rows(f"SELECT id FROM submission WHERE {_SAME} AND current = 1", key)  # noqa: S608
                old = found[0]["id"] if found else None
                self._db.run(f"UPDATE submission SET current = 0 WHERE {_SAME} AND current = 1", key)  # noqa: S608
            self._db.run(
                "INSERT INTO submission VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (new.id, *key, new.version, new.status, int(new.current), new.file, new.sha256, new.bytes,
                 new.submitted_by, new.submitted_at, new.reason, json.dumps(new.counts), new.reference, new.origin),
            )  # fmt: skip
            self._db.run_many(
                "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(new.id, f.path, f.kind, f.entity, f.rows, f.bytes, f.sha256) for f in new.files],
            )
            self._db.run_many(
                "INSERT INTO rule_count VALUES (?, ?, ?, ?, ?)", [(new.id, *count) for count in rule_counts]
            )
        return old

    def known(self) -> set[str]:
        """Files of submissions that count, and folders (with a slash at the end) of which all files do."""
        paths = {row["path"] for row in self._db.rows("SELECT path FROM file")}
        paths |= {f"reference/{edition:04d}/" for edition, _, _ in self.reference_editions()}
        if self.format >= 2:
            paths |= {f"snapshots/{row['id']}/" for row in self._db.rows("SELECT id FROM snapshot")}
        return paths

    def rule_counts(self, id: str) -> list[tuple[str, str, int, int]]:
        """(rule, severity, learners, findings) of one submission."""
        query = "SELECT rule, severity, learners, findings FROM rule_count WHERE submission = ? ORDER BY rule"
        return [tuple(row.values()) for row in self._db.rows(query, (id,))]

    def replace_files(self, files: Mapping[str, tuple[list[StoredFile], int | None]]) -> None:
        """Tables that were derived again: submission to its new table files and the reference edition used.

        The layout of the catalogue is brought up to this release in the same transaction.
        """
        with self._db.transaction():
            self._upgrade()
            for id, (tables, edition) in files.items():
                self._db.run_many(
                    "DELETE FROM file WHERE submission = ? AND kind = 'table' AND entity = ?",
                    [(id, f.entity) for f in tables],
                )
                self._db.run_many(
                    "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [(id, f.path, f.kind, f.entity, f.rows, f.bytes, f.sha256) for f in tables],
                )
                self._db.run("UPDATE submission SET reference = ? WHERE id = ?", (edition, id))

    def _upgrade(self) -> None:
        for number in range(self.format + 1, FORMAT + 1):
            for statement in _statements(_UPGRADES[number]):
                self._db.run(statement)
        self._db.run("UPDATE store SET value = ? WHERE name = 'format'", (str(FORMAT),))

    def _files(self, where: str, values: list[Any]) -> dict[str, tuple[StoredFile, ...]]:
        """Files of the submissions for which the condition holds, by submission."""
        files: dict[str, list[StoredFile]] = {}
        of_these = f"SELECT id FROM submission WHERE {where}"  # noqa: S608
        query = f"SELECT * FROM file WHERE submission IN ({of_these}) ORDER BY path"  # noqa: S608
        for row in self._db.rows(query, values):
            stored = StoredFile(row["path"], row["kind"], row["bytes"], row["sha256"], row["entity"], row["rows"])
            files.setdefault(row["submission"], []).append(stored)
        return {id: tuple(of_one) for id, of_one in files.items()}

    # Snapshots

    def snapshots(self) -> list[Snapshot]:
        """All snapshots with their files, oldest first."""
        files: dict[str, list[StoredFile]] = {}
        for row in self._db.rows("SELECT * FROM snapshot_file ORDER BY path"):
            stored = StoredFile(row["path"], "table", row["bytes"], row["sha256"], row["entity"], row["rows"])
            files.setdefault(row["snapshot"], []).append(stored)
        members: dict[str, list[str]] = {}
        for row in self._db.rows("SELECT * FROM snapshot_submission ORDER BY submission"):
            members.setdefault(row["snapshot"], []).append(row["submission"])
        rows = self._db.rows("SELECT * FROM snapshot ORDER BY frozen_at, year, return_name, number")
        return [
            Snapshot(
                row["id"], row["year"], row["return_name"], row["number"], row["frozen_by"], row["frozen_at"],
                row["note"], json.loads(row["counts"]), tuple(members.get(row["id"], ())),
                tuple(files.get(row["id"], ())),
            )
            for row in rows
        ]  # fmt: skip

    def add_snapshot(self, new: Snapshot) -> None:
        with self._db.transaction():
            self._db.run(
                "INSERT INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (new.id, new.year, new.return_name, new.number, new.frozen_by, new.frozen_at, new.note,
                 json.dumps(new.counts)),
            )  # fmt: skip
            self._db.run_many(
                "INSERT INTO snapshot_submission VALUES (?, ?)", [(new.id, each) for each in new.submissions]
            )
            self._db.run_many(
                "INSERT INTO snapshot_file VALUES (?, ?, ?, ?, ?, ?)",
                [(new.id, f.path, f.entity, f.rows, f.bytes, f.sha256) for f in new.files],
            )

    # Linked sources

    def sources(self) -> dict[str, tuple[int, str, dict[str, dict[str, Any]]]]:
        """Source to (current edition, added at, facts about each of its tables)."""
        query = "SELECT source, edition, added_at, tables FROM source_edition ORDER BY source, edition"
        rows = self._db.rows(query)
        return {row["source"]: (row["edition"], row["added_at"], json.loads(row["tables"])) for row in rows}

    def add_source(self, source: str, edition: int, added_at: str, tables: dict[str, dict[str, Any]]) -> None:
        with self._db.transaction():
            self._db.run(
                "INSERT INTO source_edition VALUES (?, ?, ?, ?)", (source, edition, added_at, json.dumps(tables))
            )

    # Reference data

    def reference_editions(self) -> list[tuple[int, str, dict[str, Any]]]:
        """(edition, added at, {file: {"bytes", "sha256"}}), oldest first."""
        rows = self._db.rows("SELECT edition, added_at, files FROM reference ORDER BY edition")
        return [(row["edition"], row["added_at"], json.loads(row["files"])) for row in rows]

    def add_reference(self, edition: int, added_at: str, files: dict[str, Any]) -> None:
        with self._db.transaction():
            self._db.run("INSERT INTO reference VALUES (?, ?, ?)", (edition, added_at, json.dumps(files)))


def _statements(script: str) -> list[str]:
    return [statement for statement in script.split(";") if statement.strip()]


def _submission(row: Row, files: tuple[StoredFile, ...]) -> Submission:
    values = dict(row)
    values["counts"] = json.loads(values["counts"])
    values["current"] = bool(values["current"])
    return Submission(**values, files=files)
