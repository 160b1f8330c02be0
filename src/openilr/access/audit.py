"""The audit log: every decision, access, run, output and deletion, in a chain that nobody edits unnoticed.

``STORE/access/audit.jsonl`` has one event a line: ``seq`` from 1, ``at`` (UTC), ``actor``, ``action``, ``facts``,
``prev`` (the hash of the event before), ``hash`` (SHA-256 of the event with its ``prev``) and ``sig`` (Ed25519 of the
hash). A changed, dropped, moved or added line breaks the chain or a signature. The place that the log has reached is
also kept beside the keys, outside the store, so that events cut off at the end, or an older copy of the store put in
its place, are seen as well.

No personal data: an actor is a handle, and facts are ids, numbers, hashes and single words. Free text (reasons,
questions, names) lies in ``STORE/access/texts`` under its hash, and only the hash is here.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from openilr.access.errors import AccessError, AuditError
from openilr.access.keys import Keys
from openilr.store import Store, StoreBusy
from openilr.store.durable import Lock, sync_folder

START = "0" * 64  #: what stands for the hash before the first event
_ACTION = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+")
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_FACT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/=+,@ -]{0,299}|")
#: Values that would point to a person: an e-mail address, a ULN, a National Insurance number, a full postcode.
_PERSONAL = re.compile(
    r"[^@ ]+@[^@ ]+\.[^@ ]+|(?<![0-9A-Za-z])\d{10}(?![0-9A-Za-z])"
    r"|\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
)
_WAIT = 30.0  #: seconds that a writer waits for another one


@dataclass(frozen=True)
class Event:
    """One line of the log. ``facts`` are plain values."""

    seq: int
    at: datetime
    actor: str
    action: str
    facts: dict[str, Any]
    hash: str

    @property
    def project(self) -> str | None:
        return self.facts.get("project")


class Log:
    """The log of one store (a path or a ``Store``)."""

    def __init__(self, store: Any) -> None:
        self.store = store if isinstance(store, Store) else Store(store)
        self.keys = Keys(self.store)
        self.path = self.store.path / "access" / "audit.jsonl"
        self._public_path = self.path.with_name("audit.pub")

    def append(self, actor: str, action: str, **facts: Any) -> Event:
        """Write one event, on disk when this returns. AccessError for facts that may not be in the log."""
        with self._held():
            return self._append(actor, action, facts)

    @contextmanager
    def writing(self) -> Iterator[list[Event]]:
        """Hold the log while something is decided by what it says; the checked events so far. For ``add`` below."""
        with self._held():
            yield self.events()

    def add(self, actor: str, action: str, **facts: Any) -> Event:
        """Write one event while ``writing``."""
        return self._append(actor, action, facts)

    def now(self) -> datetime:
        """The time, which never runs back behind the last event: setting the clock back opens nothing again."""
        last = self._last()
        clock = datetime.now(UTC)
        return max(clock, datetime.fromisoformat(last["at"])) if last else clock

    def events(self, project: str | None = None) -> list[Event]:
        """All events, or those of a project, oldest first. AuditError if any of the log is not as it was written."""
        found = self._read(every_signature=False)
        return found if project is None else [event for event in found if event.project == project]

    def verify(self, public_key: str | None = None) -> list[str]:
        """Check every event with its signature; one sentence for what is wrong, empty where all is well.

        ``public_key`` (64 hexadecimal digits) is one that an auditor kept; by default the one in the store.
        """
        try:
            self._read(every_signature=True, public_key=public_key)
        except AccessError as problem:
            return [str(problem)]
        return []

    def public_key(self) -> str:
        """The key that the signatures are checked with, as 64 hexadecimal digits. Keep a copy away from the store."""
        if self._public_path.is_file():
            return self._public_path.read_text("ascii").strip()
        return self.keys.signing.public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> str:
        """An Ed25519 signature by the log's key, as hexadecimal digits, for certificates."""
        return self.keys.signing.sign(data).hex()

    def check_signature(self, data: bytes, signature: str) -> bool:
        return _signed(self.public_key(), data, signature)

    # Inside

    @contextmanager
    def _held(self) -> Iterator[None]:
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        with _patient(Lock(self.path.with_name("audit.lock"))):
            yield

    def _append(self, actor: str, action: str, facts: dict[str, Any]) -> Event:
        if not _ACTION.fullmatch(action):
            raise AccessError(f"{action!r} is not an action: write small words with dots, such as project.apply.")
        plain = {name: _checked(name, value) for name, value in sorted(facts.items()) if value is not None}
        last = self._mend()
        at = max(datetime.now(UTC), datetime.fromisoformat(last["at"])) if last else datetime.now(UTC)
        seq, who = (last["seq"] + 1 if last else 1), self.handle(actor)
        body = {
            "seq": seq, "at": at.isoformat(timespec="milliseconds"), "actor": who, "action": action, "facts": plain,
            "prev": last["hash"] if last else START,
        }  # fmt: skip
        digest = _hash(body)
        line = json.dumps({**body, "hash": digest, "sig": self.sign(bytes.fromhex(digest))}, ensure_ascii=False)
        if not self._public_path.is_file():
            self._public_path.write_text(self.public_key() + "\n", "ascii")
        with self.path.open("ab") as file:
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if last is None:
            sync_folder(self.path.parent)
        self._keep_head(seq, digest)
        return Event(seq, at, who, action, plain, digest)

    def handle(self, actor: str) -> str:
        """The actor as the log names it. What is no handle, such as an e-mail address, becomes a keyed short code."""
        if _HANDLE.fullmatch(actor) and not _PERSONAL.search(actor):
            return actor
        seed = self.keys.signing.private_bytes_raw()
        return "u-" + hmac.digest(seed, b"actor " + actor.encode(), "sha256").hex()[:16]

    def _last(self) -> dict[str, Any] | None:
        """The last whole event; only the end of the file is read."""
        if not self.path.is_file():
            return None
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - (1 << 16)))
            lines = file.read().split(b"\n")[:-1]
        try:
            return json.loads(lines[-1]) if lines else None
        except ValueError:
            raise _changed("its last line is no event") from None

    def _mend(self) -> dict[str, Any] | None:
        """The last event, after removing what a writer that was killed left of a line that never counted."""
        last = self._last()
        if self.path.is_file():
            with self.path.open("r+b") as file:
                content = file.seek(0, os.SEEK_END)
                file.seek(max(0, content - (1 << 16)))
                tail = file.read()
                torn = len(tail) - (tail.rfind(b"\n") + 1)
                if torn:
                    file.truncate(content - torn)
        seq, digest = self._head()
        if seq and (last is None or last["seq"] < seq or (last["seq"] == seq and last["hash"] != digest)):
            raise _changed("it ends before the place that it had reached")
        return last

    def _read(self, *, every_signature: bool, public_key: str | None = None) -> list[Event]:
        key = (public_key or self.public_key()).strip().lower()
        known = self.keys.get("signing")
        if known is not None and key != self.keys.signing.public_key().public_bytes_raw().hex():
            raise _changed("its public key is not the one of the signing key")
        head_seq, head_hash = self._head()
        place = (str(self.path.absolute()), key)
        before = None if every_signature else self._still_there(_CHECKED.get(place))
        events, prev = (list(before.events), before.events[-1].hash) if before else ([], START)
        line, signature, size = b"", "", before.size if before else 0
        for line in self._lines(size):
            number = len(events) + 1
            event, signature = _event(number, line, prev)
            if every_signature and not _signed(key, bytes.fromhex(event.hash), signature):
                raise _changed(f"event {number} was not signed by this store")
            events.append(event)
            prev, size = event.hash, size + len(line)
        # Each event stands on the one before, so the last signature vouches for all.
        if signature and not _signed(key, bytes.fromhex(prev), signature):
            raise _changed("its last event was not signed by this store")
        if len(events) < head_seq:
            raise _changed(f"it ends at event {len(events)}, but had reached {head_seq}")
        if head_seq and events[head_seq - 1].hash != head_hash:
            raise _changed(f"event {head_seq} is not the one that was written there")
        if line:
            _CHECKED[place] = _Checked(tuple(events), size, line, self.path.stat().st_ino)
        return events

    def _still_there(self, before: _Checked | None) -> _Checked | None:
        """What this process has read and checked already, if the file goes on from there."""
        if before is None or not self.path.is_file():
            return None
        with self.path.open("rb") as file:
            about = os.fstat(file.fileno())
            file.seek(before.size - len(before.line))
            same = file.read(len(before.line)) == before.line
        return before if same and about.st_ino == before.inode else None

    def _lines(self, start: int = 0) -> Iterator[bytes]:
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            file.seek(start)
            for line in file:
                if not line.endswith(b"\n"):
                    return  # being written, or left by a writer that was killed: it never counted
                yield line

    def _head(self) -> tuple[int, str]:
        try:
            seq, digest = (self.keys.folder / "audit.head").read_text("ascii").split()
            return int(seq), digest
        except FileNotFoundError:
            return 0, START
        except ValueError:
            raise _changed("the note of the place it had reached is damaged") from None

    def _keep_head(self, seq: int, digest: str) -> None:
        part = self.keys.folder / "audit.head.part"
        with part.open("w", encoding="ascii") as file:
            file.write(f"{seq} {digest}\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.keys.folder / "audit.head")


@dataclass(frozen=True)
class _Checked:
    """What a process has read of a log, to its last line: a long log is read once, and then from there.

    Lines that are edited later change nothing of what was read; ``verify`` always reads all of them.
    """

    events: tuple[Event, ...]
    size: int
    line: bytes
    inode: int


_CHECKED: dict[tuple[str, str], _Checked] = {}


def append(store: Any, actor: str, action: str, **facts: Any) -> Event:
    """Write one event into the log of a store (a path or a ``Store``).

    ``actor`` is a person's handle, ``action`` small words with dots (``session.run``), ``facts`` plain values without
    personal data: ids, numbers, hashes, dates. AccessError where they are not, AuditError for a log that was changed.
    """
    return Log(store).append(actor, action, **facts)


def events(store: Any, project: str | None = None) -> list[Event]:
    """The checked events of a store, or of one project, oldest first."""
    return Log(store).events(project)


def verify(store: Any, public_key: str | None = None) -> list[str]:
    """Check the whole log; one sentence for what is wrong, empty where all is well."""
    return Log(store).verify(public_key)


def _checked(name: str, value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_checked(name, each) for each in value]
    text = str(value)
    if not _FACT.fullmatch(text) or _PERSONAL.search(text):
        raise AccessError(
            f"The fact {name} may not go into the audit log: it takes ids, numbers, dates and single words, "
            "no free text and no personal data."
        )
    return text


def _event(number: int, line: bytes, prev: str) -> tuple[Event, str]:
    """The event of a line and its signature; AuditError where it does not follow on the one before."""
    try:
        read = json.loads(line)
        signature, digest = read.pop("sig"), read.pop("hash")
        right = read["seq"] == number and read["prev"] == prev and _hash(read) == digest
        event = Event(number, datetime.fromisoformat(read["at"]), read["actor"], read["action"], read["facts"], digest)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _changed(f"line {number} is no event") from None
    if not right:
        raise _changed(f"event {number} was edited, or one before it is missing")
    return event, signature


def _hash(body: dict[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _signed(public_key: str, data: bytes, signature: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _changed(what: str) -> AuditError:
    return AuditError(
        f"The audit log is not as it was written: {what}. Nothing of access runs until this is cleared up: see "
        "`ilr project verify`."
    )


@contextmanager
def _patient(lock: Lock) -> Iterator[None]:
    """The lock, waiting for another writer."""
    until = time.monotonic() + _WAIT
    while True:
        try:
            lock.__enter__()
            break
        except StoreBusy:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
    try:
        yield
    finally:
        lock.__exit__(None, None, None)
