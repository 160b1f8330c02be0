"""Extracts: the approved rows and fields of a frozen snapshot, under pseudonyms, sealed with a key of their own.

``STORE/extracts/<id>/`` holds ``manifest.json`` and one sealed file for each table, in the form of the vault's files
(AES-256-GCM, every piece bound to its extract, table and place). The key lies with the store's access keys, outside
the store, and nowhere else. The log has the hash of the manifest, and the manifest the hash of every table's content,
so what opens is what was made. The same approval, snapshots and link run give the same content.

In every table ``person_id`` joins people, ``learner_id`` a learner at one provider; ``record_id`` and ``parent_id``
join a table to the one below and above it. Rows stand in the order of the person's pseudonym, which says nothing.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.access import catalogue, people
from openilr.access.application import Application
from openilr.access.audit import Log
from openilr.access.errors import AccessError, AuditError
from openilr.access.keys import fingerprint
from openilr.access.people import refusal
from openilr.access.population import Basis, Population, basis, footnotes, opened, parents
from openilr.access.project import ExtractRecord, Project, application, barred, fold, of, projects, stopped
from openilr.access.pseudonyms import Pseudonyms
from openilr.store import VaultError, durable
from openilr.store.vault import Key, VaultWriter, read_pieces

if TYPE_CHECKING:
    import polars as pl

#: People whose records are sorted and sealed together; a piece of a table is about this many people's.
PEOPLE_AT_ONCE = 100_000
_MANIFEST = "manifest.json"
#: A field of the extract in the detail that was approved.
Column = tuple[catalogue.Field, catalogue.Rung]
_PROVIDER_FIELDS = {"ukprn", "PrevUKPRN", "PMUKPRN", "PartnerUKPRN"}
_EMPLOYER_FIELDS = {"EmpId", "WorkPlaceEmpId"}


class Extract:
    """One extract of a store, known to its log. ``open`` needs its key; ``open_extract`` asks whether one may."""

    def __init__(self, store: Any, id: str) -> None:
        self._log = Log(store)
        self.id = id
        self.project = of(fold(self._log.events()), _project_of(id))
        found = {record.id: record for record in self.project.extracts}
        if id not in found:
            raise AccessError(f"There is no extract {id}. There are: {', '.join(found) or 'none'}.")
        self.record: ExtractRecord = found[id]
        self.folder: Path = self._log.store.path / "extracts" / id

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What is in it and where it came from; AuditError if it is not what the log says was made."""
        try:
            text = (self.folder / _MANIFEST).read_bytes()
        except OSError:
            raise AccessError(f"The files of the extract {self.id} are not there.") from None
        if hashlib.sha256(text).hexdigest() != self.record.manifest:
            raise AuditError(f"The manifest of the extract {self.id} was changed after it was made.")
        return json.loads(text)

    def open(self, key: bytes) -> Tables:
        """Its tables, by the key. AccessError for a wrong key. This asks nobody: see ``open_extract``."""
        if fingerprint(key) != self.record.key:
            raise AccessError(f"This is not the key of the extract {self.id}.")
        return Tables(self, Key(key))


@dataclass(frozen=True)
class Tables:
    """The open tables of an extract."""

    extract: Extract
    _key: Key = field(repr=False)

    @property
    def manifest(self) -> dict[str, Any]:
        return self.extract.manifest

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.manifest["tables"])

    def table(self, name: str) -> pl.DataFrame:
        """One table. AccessError where there is none, AuditError where its content is not what was made."""
        import polars as pl

        if name not in self.names:
            raise AccessError(f"The extract {self.extract.id} has no table {name}; it has {', '.join(self.names)}.")
        digest = hashlib.sha256()
        frames = []
        path = self.extract.folder / f"{name}.sealed"
        try:
            for _, piece in read_pieces(path, self._key, f"{self.extract.id}/{name}"):
                digest.update(piece)
                frames.append(pl.read_parquet(io.BytesIO(piece)))
        except (VaultError, OSError):
            raise AccessError(f"{path.name} of the extract {self.extract.id} is missing, damaged or changed.") from None
        if digest.hexdigest() != self.manifest["tables"][name]["sha256"]:
            raise AuditError(f"The table {name} of the extract {self.extract.id} is not the one that was made.")
        return pl.concat(frames)

    def write(self, folder: Path) -> list[Path]:
        """Every table as a Parquet file in this folder, unsealed: only where nobody else reads, such as memory."""
        written = []
        for name in self.names:
            path = folder / f"{name}.parquet"
            self.table(name).write_parquet(path)
            written.append(path)
        return written


def open_extract(store: Any, id: str, *, by: str, now: datetime | None = None) -> Tables:
    """Open an extract for a person. Refused, with the reason in the log, where they may not: see ``project.may_see``.

    It must be the latest approval's data, and its key must still be there. Every opening is in the log.
    """
    log = Log(store)
    with log.writing() as events:
        found = of(fold(events), _project_of(id))
        extract = Extract(log.store, id)
        moment = max(filter(None, (log.now(), now)))
        said = barred(found, people.register(events), by, moment.date())
        if said is None and extract.record.destroyed:
            said = "destroyed", f"The extract {id} was destroyed."
        approved = application(log.store, found, approved=True) if said is None else None
        if approved is not None and extract.record.data != approved.data:
            said = (
                "older-approval",
                f"The extract {id} was made under an approval that another has replaced; refresh it.",
            )
        key = log.keys.get(_key_name(id)) if said is None else None
        if said is None and key is None:
            said = "no-key", f"The key of the extract {id} is not there."
        if said or key is None:
            raise refusal(log, by, "extract.open", *(said or ("", "")), project=found.id, extract=id)
        log.add(by, "extract.open", project=found.id, extract=id)
    return extract.open(key)


def make(
    store: Any,
    project_id: str,
    *,
    by: str,
    snapshots: Iterable[str] = (),
    link_run: str | None = None,
    now: datetime | None = None,
    roles: Iterable[str] | None = None,
    replace: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Extract:
    """Make an extract of what was approved. By a steward, or a researcher of the project who may see its data.

    ``snapshots``: one for each year; by default the latest of the year and return that was approved. Refused where the
    project may not have data now. ``replace``: destroy the project's earlier extracts once this one is made. Nothing is
    left behind by an attempt that fails or is killed.
    """
    log = Log(store)
    with durable.Lock(_locked(log)):
        _remove_leftovers(log)
        with log.writing() as events:
            found = of(fold(events), project_id)
            _may_make(log, found, people.register(events), by, now, roles)
            asked = application(log.store, found, approved=True)
        known = catalogue.fields(log.store)
        sources_wanted = {catalogue.field(w.name, known).source for w in asked.fields} - {None}
        if sources_wanted and link_run is None:
            raise AccessError(f"{found.id} has linked data ({', '.join(sorted(filter(None, sources_wanted)))}): name a "
                              "link run with --link-run.")  # fmt: skip
        chosen = basis(log.store, asked, snapshots=snapshots, link_run=link_run, frozen=True)
        id = f"{found.id}-E{len(found.extracts) + 1}"
        secret = log.keys.need(secret_name(found.id))
        key = log.keys.make(_key_name(id))
        try:
            with durable.staging((log.store.path / "extracts" / id, 0o700)) as (part,):
                manifest = _write(log, id, found, asked, chosen, Pseudonyms(secret, found.id), Key(key), part, progress)
                manifest["key"] = fingerprint(key)
                _, digest = durable.write_file(part / _MANIFEST, _json(manifest))
                durable.publish_folder(part, log.store.path / "extracts" / id)
            with log.writing() as events:
                _may_make(log, of(fold(events), project_id), people.register(events), by, now, roles)
                log.add(
                    by, "extract.make", project=found.id, extract=id, version=found.approved_version,
                    snapshots=list(chosen.snapshots), link_run=link_run, manifest=digest, key=fingerprint(key),
                    content=manifest["content"], data=asked.data,
                    rows=sum(table["rows"] for table in manifest["tables"].values()),
                )  # fmt: skip
                for record in found.extracts if replace else ():
                    if not record.destroyed:
                        destroy(log, by, found.id, record)
        except BaseException:
            _remove_leftovers(log)
            raise
    return Extract(log.store, id)


def destroy(log: Log, by: str, project: str, record: ExtractRecord) -> list[str]:
    """Destroy an extract's key, then its files, while the log is being written; SHA-256 of each file."""
    folder = log.store.path / "extracts" / record.id
    files = [durable.file_sha256(path)[1] for path in (sorted(folder.iterdir()) if folder.is_dir() else ())]
    log.keys.destroy(_key_name(record.id))
    durable.remove(folder) if folder.exists() else None
    log.add(by, "extract.destroy", project=project, extract=record.id, key=record.key, files=files)
    return files


# Making


def _write(
    log: Log, id: str, found: Project, asked: Application, chosen: Basis, pseudonyms: Pseudonyms, key: Key,
    part: Path, progress: Callable[[str], None],
) -> dict[str, Any]:  # fmt: skip
    by_table: dict[str, list[Column]] = {}
    tables = {}
    with opened(log.store, asked, chosen) as population:
        for wanted in sorted(asked.fields, key=lambda each: each.name):
            asked_for = population.field(wanted.name)
            column = asked_for, asked_for.rungs[asked_for.rung(wanted.detail)]
            by_table.setdefault(asked_for.table, []).append(column)
        parts = _number_people(population, pseudonyms)
        for name in sorted(by_table):
            progress(f"{id}: {name}")
            tables[name] = _write_table(id, population, name, by_table, pseudonyms, key, part, parts)
        quality = _quality(log, chosen, population, [name for name in tables if name not in parents()])
        quality["notes"] = footnotes(log.store, asked, chosen, measure=True)
    content = hashlib.sha256(_json({name: table["sha256"] for name, table in tables.items()})).hexdigest()
    return {
        "extract": id, "project": found.id, "title": asked.title, "application": found.approved_application,
        "version": found.approved_version, "snapshots": list(chosen.snapshots), "link_run": chosen.link_run,
        "population": [str(condition) for condition in asked.where], "years": list(asked.years), "tables": tables,
        "content": content, "quality": quality,
        "terms": {
            "people": list(found.people), "ends": str(found.ends),
            "rules": [
                "Only the people named may see the data, and only in the controlled session.",
                "Nobody tries to find out who somebody is, or joins the data with others that were not approved.",
                "Only outputs that were checked leave the session.",
            ],
        },
    }  # fmt: skip


def _number_people(population: Population, pseudonyms: Pseudonyms) -> int:
    """Give everybody their pseudonym and a part of the work, in the order of pseudonyms; the number of parts."""
    people_keys = _frame(population, "SELECT DISTINCT person FROM _chosen")["person"]
    parts = 1
    while parts * PEOPLE_AT_ONCE < len(people_keys) and parts < 256:
        parts *= 2
    import polars as pl

    ids = pseudonyms.keys("person", people_keys)
    first = ids.str.slice(0, 2).str.to_integer(base=16).cast(pl.Int32)
    frame = pl.DataFrame({"person": people_keys, "person_id": ids, "part": first * parts // 256})
    population.session.register("_numbers", frame.to_arrow())
    population.session.execute("CREATE TEMP TABLE _people AS SELECT * FROM _numbers")
    population.session.unregister("_numbers")
    return parts


def _write_table(
    id: str, population: Population, name: str, by_table: dict[str, list[Column]], pseudonyms: Pseudonyms, key: Key,
    part: Path, parts: int,
) -> dict[str, Any]:  # fmt: skip
    """One table, sealed piece by piece; its facts for the manifest."""
    wanted = [each for each in by_table[name] if each[0].name != "year"]
    national = name in parents()
    has_below = national and any(parents().get(other) == name for other in by_table)
    has_above = national and parents()[name] in by_table
    named = [(f'"{found.name}"', rung) for found, rung in wanted]
    columns = [f"{rung.sql.format(x=name)} AS {name}" for name, rung in named]
    keys = ["learner_key"] if national else []
    if has_below or has_above:
        keys += ["CAST(ukprn AS BIGINT) * 10000 + CAST(year AS BIGINT) AS _file", "row AS _row", "parent AS _parent"]
    if national:
        columns.insert(0, "year")  # always there: the same person may be in several
    query = f"SELECT p.part, p.person_id, {', '.join([*keys, *columns])} FROM ({population.table(name)}) JOIN _people p USING (person)"  # noqa: S608, E501
    population.session.execute(f"CREATE TEMP TABLE _table AS {query}")
    digest, rows = hashlib.sha256(), 0
    empty: dict[str, int] = {}
    sink = durable.Sink(part / f"{name}.sealed")
    try:
        writer = VaultWriter(sink, key, f"{id}/{name}")
        for number in range(parts):
            frame = _frame(population, f"SELECT * EXCLUDE (part) FROM _table WHERE part = {number}")  # noqa: S608
            frame = _under_pseudonyms(frame, name, wanted, pseudonyms, below=has_below, above=has_above)
            piece = io.BytesIO()
            frame.write_parquet(piece, compression="zstd", statistics=False)
            digest.update(piece.getvalue())
            writer.add(name, piece.getvalue())
            rows += frame.height
            for column, nulls in frame.null_count().row(0, named=True).items():
                empty[column] = empty.get(column, 0) + nulls
        writer.finish()
        sink.finish()
    finally:
        sink.close()
        population.session.execute("DROP TABLE _table")
    details = {found.name: rung.name for found, rung in wanted}
    return {
        "rows": rows, "sha256": digest.hexdigest(), "file": f"{name}.sealed", "file_sha256": sink.sha256,
        "columns": {
            column: {"type": str(kind), "detail": details.get(column), "empty": round(empty[column] / max(rows, 1), 4)}
            for column, kind in frame.schema.items()
        },
    }  # fmt: skip


def _under_pseudonyms(
    frame: pl.DataFrame, table: str, wanted: list[Column], pseudonyms: Pseudonyms, *, below: bool, above: bool
) -> pl.DataFrame:
    """Pseudonyms in place of all internal numbers; rows in an order that says nothing and is always the same."""
    ids: list[str] = ["person_id"]
    if "learner_key" in frame.columns:
        ids.append("learner_id")
        frame = frame.with_columns(learner_id=pseudonyms.keys("learner", frame["learner_key"]))
    if below:
        ids.append("record_id")
        frame = frame.with_columns(record_id=pseudonyms.pairs(f"record/{table}", frame["_file"], frame["_row"]))
    if above:
        ids.append("parent_id")
        made = pseudonyms.pairs(f"record/{parents()[table]}", frame["_file"], frame["_parent"])
        frame = frame.with_columns(parent_id=made)
    for name in (found.name for found, rung in wanted if rung.kind == "pseudonym"):
        frame = frame.with_columns(pseudonyms.texts(_shared(name), frame[name]).alias(name))
    values = [c for c in frame.columns if c not in (*ids, "learner_key", "_file", "_row", "_parent")]
    return frame.select(*ids, *values).sort(*ids, *values, maintain_order=False)


def _shared(field: str) -> str:
    """The name under which the pseudonyms of a field are made: one for all fields that number the same things."""
    return "provider" if field in _PROVIDER_FIELDS else "employer" if field in _EMPLOYER_FIELDS else field


def _quality(log: Log, chosen: Basis, population: Population, linked: list[str]) -> dict[str, Any]:
    """What a user of the extract should know of the data: who returned, what was refused, how people were joined."""
    with log.store.reading() as held:
        found = {s.id: s for s in held.submissions()}
    notes = []
    for id in chosen.snapshots:
        snapshot = log.store.snapshot(id)
        files = [found[s] for s in snapshot.submissions if s in found]
        notes.append(
            {
                "snapshot": id, "providers": len(files),
                "learners_accepted": sum(f.counts.get("learners_accepted", 0) for f in files),
                "learners_refused": sum(f.counts.get("learners_refused", 0) for f in files),
                "not_checked": sum(f.origin == "ingested" for f in files),
            }
        )  # fmt: skip
    joined = f"the spine of the link run {chosen.link_run}" if chosen.link_run else "the learners' ULN"
    return {
        "people": population.people,
        "people_joined_by": joined,
        "snapshots": notes,
        "people_with_a_linked_record": {name: population.share_with(name) for name in linked},
    }


def _frame(population: Population, query: str) -> pl.DataFrame:
    import polars as pl

    read = pl.from_arrow(population.session.sql(query).to_arrow_table())
    assert isinstance(read, pl.DataFrame)  # noqa: S101 - a table gives a frame
    return read


# Inside


def _may_make(
    log: Log,
    found: Project,
    known: dict[str, people.Person],
    by: str,
    now: datetime | None,
    roles: Iterable[str] | None,
) -> None:
    today = max(filter(None, (log.now(), now))).date()
    steward = "steward" in roles if roles is not None else people.is_steward(known, by)
    if steward and by not in found.people:
        # A steward does not see the data, and makes them only for a project of which somebody may.
        each = [barred(found, known, who, today) for who in found.people]
        problem = stopped(found, today) or (None if None in each else each[0])
    else:
        problem = barred(found, known, by, today)
    if problem:
        raise refusal(log, by, "extract.make", problem[0], problem[1], project=found.id)


def _remove_leftovers(log: Log) -> None:
    """What an attempt left that did not come to its end: files and keys of extracts that the log does not name."""
    known = {record.id for found in projects(log.store).values() for record in found.extracts}
    for folder in (log.store.path / "extracts").iterdir():
        if folder.name not in known:
            durable.remove(folder)
    for path in (log.keys.folder / "extract").glob("*.key"):
        if path.stem not in known:
            log.keys.destroy(_key_name(path.stem))


def _locked(log: Log) -> Path:
    (log.store.path / "extracts").mkdir(mode=0o700, exist_ok=True)
    (log.store.path / "access").mkdir(mode=0o700, exist_ok=True)
    return log.store.path / "access" / "extract.lock"


def _project_of(extract: str) -> str:
    return extract.rpartition("-E")[0] or extract


def _key_name(extract: str) -> str:
    return f"extract/{extract}"


def secret_name(project: str) -> str:
    return f"project/{project}"


def _json(what: Any) -> bytes:
    return json.dumps(what, indent=1, sort_keys=True, ensure_ascii=False).encode()
