"""The end of a project: keys destroyed, files deleted, a certificate that can be checked later, and reminders before.

Every extract was only ever written sealed under a key of its own, which lay outside the store. Destroying the key makes
every copy of the files unreadable, whoever holds it and wherever it is: that is what the certificate says, and what
``verify`` can show for a copy of the store kept as a backup. It cannot speak for a copy of the key itself that somebody
took while it existed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openilr.access import people, texts
from openilr.access.audit import Event, Log
from openilr.access.errors import AccessError
from openilr.access.extract import destroy, secret_name
from openilr.access.keys import fingerprint
from openilr.access.people import SERVICE, refusal
from openilr.access.project import Project, fold, of, projects
from openilr.store import durable

_MAGIC = b"OPENILR-VAULT-1\n"  # what every sealed file begins with
_LARGEST_KEY = 4096
MARKS = (60, 30, 7, 0)  #: days before an end at which people are reminded; 0 once it is past
_REMINDER = ("project", "what", "person", "ends", "mark")


def close(
    store: Any, id: str, *, by: str, reason: str, roles: Iterable[str] | None = None
) -> tuple[Project, dict[str, Any]]:
    """End a project for good: the keys of its extracts and its pseudonyms are destroyed, its files deleted.

    By a steward or somebody of the project. The project and its signed certificate, which is also kept in
    ``STORE/access/certificates/<project>.json``; it names every file by its SHA-256. Closing again finishes what a
    closing that was cut off began.
    """
    log = Log(store)
    if not reason.strip():
        raise AccessError("Say why: the reason may not be empty.")
    with durable.Lock(_locked(log)), log.writing() as events:
        found = of(fold(events), id)
        known = people.register(events)
        steward = "steward" in roles if roles is not None else people.is_steward(known, by)
        if not steward and by not in (found.applicant, *found.people):
            raise refusal(
                log,
                by,
                "project.close",
                "not-of-the-project",
                f"{by} is no steward, nor of the project {id}.",
                project=id,
            )
        path = certificate_path(log, id)
        if found.state == "closed" and path.is_file():
            raise AccessError(f"The project {id} is closed already; `ilr project verify {id}` checks its certificate.")
        gone = []
        for record in found.extracts:
            files = _files_of(events, record.id) if record.destroyed else destroy(log, by, id, record)
            gone.append({"extract": record.id, "key": record.key, "manifest": record.manifest, "files": files})
        secret = log.keys.get(secret_name(id))
        log.keys.destroy(secret_name(id))
        if found.state != "closed":
            log.add(
                by, "project.close", project=id, reason=texts.put(log.store, reason),
                pseudonyms=fingerprint(secret) if secret else None,
            )  # fmt: skip
        last = log.events()[-1]
        certificate = {
            "certificate": "deletion", "project": id, "store": log.store.id, "closed_by": by,
            "closed_at": last.at.isoformat(timespec="seconds"), "extracts": gone,
            "pseudonym_key": fingerprint(secret) if secret else None, "log": {"seq": last.seq, "hash": last.hash},
            "public_key": log.public_key(),
            "says": [
                "The keys named here were destroyed, and the files deleted from the store.",
                "Each file was only ever written sealed under its extract's key. No copy of it can be read any more, "
                "backups of the store included, unless somebody copied the key while it existed.",
                "Pseudonyms of the project can not be turned back into people any more, nor made anew.",
            ],
        }  # fmt: skip
        signed = {**certificate, "signature": log.sign(_signed_text(certificate))}
        _write(path, json.dumps(signed, indent=1, ensure_ascii=False).encode())
        log.add(by, "project.certificate", project=id, certificate=hashlib.sha256(path.read_bytes()).hexdigest())
    return projects(store)[id], signed


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what, whether it is as it should be, and the sentence to say."""

    what: str
    fine: bool
    sentence: str


def verify(
    store: Any, id: str | None = None, *, public_key: str | None = None, backup: Path | None = None
) -> list[Finding]:
    """Check the log, and what it says of one project or of all against what is on disk.

    ``public_key``: the one an auditor kept. ``backup``: a folder to look through for copies of extracts, and for keys
    that should be gone; what a copy can still be read with is told.
    """
    log = Log(store)
    problems = log.verify(public_key)
    if problems:
        return [Finding("log", False, problem) for problem in problems]
    events = log.events()
    findings = [Finding("log", True, f"The audit log is whole: {len(events)} events, every signature right.")]
    found = projects(store)
    chosen = [of(found, id)] if id else list(found.values())
    for project in chosen:
        findings += _texts(log, project)
        findings += _extracts(log, project)
        if project.state == "closed" and (project.approved_version or certificate_path(log, project.id).is_file()):
            findings += _certificate(log, project)
    if backup is not None:
        findings += _backup(chosen, backup)
    return findings


def _texts(log: Log, project: Project) -> Iterator[Finding]:
    digests = {project.application, project.approved_application, *(d.reason for d in project.decisions)} - {None}
    for digest in digests:
        try:
            texts.get(log.store, digest or "")
        except AccessError as problem:
            yield Finding("text", False, f"{project.id}: {problem}")
            return
    yield Finding("text", True, f"{project.id}: application and reasons are as they were written.")


def _extracts(log: Log, project: Project) -> Iterator[Finding]:
    for record in project.extracts:
        folder = log.store.path / "extracts" / record.id
        key = log.keys.get(f"extract/{record.id}")
        if record.destroyed:
            left = [what for what, there in (("its key", key is not None), ("files", folder.exists())) if there]
            if left:
                yield Finding("extract", False, f"{record.id} was destroyed, but {' and '.join(left)} are there.")
            else:
                yield Finding("extract", True, f"{record.id} is gone: no file, no key {record.key}.")
            continue
        try:
            manifest = (folder / "manifest.json").read_bytes()
            whole = hashlib.sha256(manifest).hexdigest() == record.manifest
            for table in json.loads(manifest)["tables"].values() if whole else ():
                whole = whole and durable.file_sha256(folder / table["file"])[1] == table["file_sha256"]
        except OSError:
            whole = False
        if not whole:
            yield Finding("extract", False, f"{record.id} is not as it was made: files are missing or changed.")
        elif key is None or fingerprint(key) != record.key:
            yield Finding("extract", False, f"The key of {record.id} is missing or another one; it does not open.")
        else:
            yield Finding("extract", True, f"{record.id} is as it was made, and its key is there.")


def _certificate(log: Log, project: Project) -> Iterator[Finding]:
    path = certificate_path(log, project.id)
    try:
        signed = json.loads(path.read_bytes())
        certificate = {name: value for name, value in signed.items() if name != "signature"}
        right = log.check_signature(_signed_text(certificate), signed["signature"])
    except (OSError, ValueError, KeyError):
        yield Finding("certificate", False, f"{project.id} has no readable certificate of its deletion.")
        return
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    logged = [e.facts["certificate"] for e in log.events(project.id) if e.action == "project.certificate"]
    if not right or digest not in logged:
        yield Finding("certificate", False, f"The certificate of {project.id} was changed after it was signed.")
        return
    left = [e["extract"] for e in certificate["extracts"] if log.keys.get(f"extract/{e['extract']}") is not None]
    if log.keys.get(secret_name(project.id)) is not None:
        left.append("its pseudonyms")
    if left:
        yield Finding("certificate", False, f"{project.id}: keys that should be gone are there: {', '.join(left)}.")
        return
    keys = [each["key"] for each in certificate["extracts"]]
    yield Finding(
        "certificate", True,
        f"The certificate of {project.id} is signed by this store; the keys it names ({', '.join(keys) or 'none'}) are "
        "gone.",
    )  # fmt: skip


def _backup(chosen: Iterable[Project], backup: Path) -> Iterator[Finding]:
    """Copies of destroyed extracts in a folder, and keys that would open them."""
    if not backup.is_dir():
        raise AccessError(f"There is no folder {backup} to look through.")
    gone = {record.key: record.id for project in chosen for record in project.extracts if record.destroyed}
    copies: dict[str, int] = {}
    keys: dict[str, Path] = {}
    for folder, _, names in os.walk(backup):
        for name in names:
            path = Path(folder) / name
            if path.suffix == ".sealed" and path.parent.name in gone.values() and _is_sealed(path):
                copies[path.parent.name] = copies.get(path.parent.name, 0) + 1
            elif path.is_file() and path.stat().st_size <= _LARGEST_KEY and fingerprint(path.read_bytes()) in gone:
                keys[gone[fingerprint(path.read_bytes())]] = path
    for id in sorted(gone.values()):
        if id in keys:
            yield Finding("backup", False, f"The key of {id} is in the backup ({keys[id]}): destroy that copy too.")
        elif id in copies:
            yield Finding(
                "backup",
                True,
                f"The backup has {copies[id]} sealed files of {id}; with its key gone nobody opens them.",
            )
        else:
            yield Finding("backup", True, f"The backup has nothing of {id}.")


def due(store: Any, *, within: int = 30, now: datetime | None = None) -> list[dict[str, Any]]:
    """What ends within so many days, or has ended and is not closed yet; the most urgent first.

    Rows: project, what (access, or accreditation or training of a person), person, ends, days (negative: past).
    """
    log = Log(store)
    today = max(filter(None, (log.now(), now))).date()
    events = log.events()
    known = people.register(events)
    rows: list[dict[str, Any]] = []
    for project in fold(events).values():
        if project.state in ("closed", "applied", "clarifying") or project.ends is None:
            continue
        rows.append({"project": project.id, "what": "access", "person": None, "ends": project.ends})
        for person in (known[who] for who in project.people if who in known):
            dated = (("accreditation", person.accreditation_until), ("training", person.training_until))
            rows += [
                {"project": project.id, "what": what, "person": person.id, "ends": ends}
                for what, ends in dated
                if isinstance(ends, date)
            ]
    for row in rows:
        row["days"] = (row["ends"] - today).days
    return sorted((row for row in rows if row["days"] <= within), key=lambda row: (row["ends"], row["project"]))


def remind(store: Any, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """Write into the log what has come near, once for each of ``MARKS``; the rows of ``due`` that are new.

    It stands in the project's life and in the steward's report, so nobody can say that they were not told.
    """
    log = Log(store)
    rows = due(store, within=max(MARKS), now=now)
    new = []
    with log.writing() as events:
        told = {tuple(e.facts.get(n) for n in _REMINDER) for e in events if e.action == "project.remind"}
        for row in rows:
            mark = min(mark for mark in MARKS if row["days"] <= mark)
            facts = {**row, "ends": str(row["ends"]), "mark": mark}
            if tuple(facts[n] for n in _REMINDER) not in told:
                log.add(SERVICE, "project.remind", **{name: facts[name] for name in _REMINDER})
                new.append(row)
    return new


def close_overdue(store: Any, *, after: int, now: datetime | None = None) -> list[Project]:
    """Close the projects whose end is more than so many days past; the projects that were closed."""
    overdue = [row for row in due(store, within=-after - 1, now=now) if row["what"] == "access"]
    return [
        close(
            store, row["project"], by=SERVICE, roles=("steward",),
            reason=f"Ended on {row['ends']}; closed by the rule that projects are closed {after} days after their end.",
        )[0]
        for row in overdue
    ]  # fmt: skip


def certificate_path(log: Log, id: str) -> Path:
    return log.store.path / "access" / "certificates" / f"{id}.json"


def _files_of(events: Iterable[Event], extract: str) -> list[str]:
    """SHA-256 of the files of an extract that was destroyed earlier, from the log."""
    destroyed = (e for e in events if e.action == "extract.destroy" and e.facts["extract"] == extract)
    return next(event.facts["files"] for event in destroyed)


def _is_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def _signed_text(certificate: dict[str, Any]) -> bytes:
    return json.dumps(certificate, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(path.name + durable.PART)
    part.unlink(missing_ok=True)
    durable.write_file(part, data)
    part.replace(path)


def _locked(log: Log) -> Path:
    (log.store.path / "access").mkdir(mode=0o700, exist_ok=True)
    return log.store.path / "access" / "extract.lock"
