"""The checkers' desk of a project: what its runs gave back, the verdicts, the decisions, and the releases.

``<store>/outputs/<project>/<run>/`` has ``run.json``, ``analysis.py`` and a folder for each output with its versions
(``v1.sealed`` ...: content, verdict, findings), the rows that it was made of (``rows.sealed``) and its decisions
(``d1.json`` ...). A file is written once and never changed. ``<store>/outputs/<project>/released/<number>/`` has the
files of a release and its receipt. What is sealed opens only with a key outside the store, which goes when the project
is closed, and only in the place that it was made for.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.disclose.errors import DisclosureError
from openilr.disclose.ledger import Ledger
from openilr.disclose.outputs.check import Context, check, published, shown_numbers
from openilr.disclose.outputs.files import make_files
from openilr.disclose.outputs.findings import Verdict
from openilr.disclose.outputs.kinds import BadOutput, Output
from openilr.disclose.outputs.policy import Policy, load_policy

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Desk", "DeskError", "Item", "Release", "Run", "releases"]

_RUN = re.compile(r"r\d{3,}")


class DeskError(DisclosureError):
    """What was asked of the desk can not be done; the message says why."""


@dataclass(frozen=True)
class Run:
    """One session: who ran which code on which snapshots, how it ended, what was not taken."""

    name: str
    by: str
    at: str
    snapshots: tuple[str, ...]
    sha256: str
    words: str
    left: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Item:
    """One output on the desk. ``state``: waiting, agreed (one of two checkers), released or refused."""

    run: Run
    output: Output
    version: int
    verdict: Mapping[str, Any]
    decisions: tuple[Mapping[str, Any], ...]
    at: str

    @property
    def name(self) -> str:
        return f"{self.run.name}/{self.output.id}"

    @property
    def agreed(self) -> list[str]:
        """Who agreed to the release of this version."""
        return [d["by"] for d in self.decisions if d["decision"] == "agree" and d["version"] == self.version]

    @property
    def state(self) -> str:
        last = [d["decision"] for d in self.decisions if d["version"] == self.version]
        if any(d["decision"] == "released" for d in self.decisions):
            return "released"
        return {"agree": "agreed", "refuse": "refused"}.get(last[-1], "waiting") if last else "waiting"


@dataclass(frozen=True)
class Release:
    """What left: the receipt, and the files that it names by their hash. It opens without a key, and stays."""

    folder: Path
    receipt: Mapping[str, Any]

    @property
    def number(self) -> int:
        return int(self.receipt["release"])

    def file(self, name: str) -> bytes:
        """A file of the release or ``receipt.json``; DeskError where it has none of this name, or not as released."""
        digest = self.receipt["files"].get(name)
        if digest is None and name != "receipt.json":
            raise DeskError(f"Release {self.number} has no file {name[:80]!r}.")
        try:
            content = (self.folder / name).read_bytes()
        except OSError:
            raise DeskError(f"{name} of release {self.number} is not there.") from None
        if digest is not None and hashlib.sha256(content).hexdigest() != digest:
            raise DeskError(f"{name} of release {self.number} is not the file that was released.")
        return content


def releases(store: Path, project: str) -> list[Release]:
    """All releases of a project, oldest first."""
    folder = Path(store) / "outputs" / project / "released"
    places = sorted(p for p in folder.glob("[0-9]*") if p.name.isdigit()) if folder.is_dir() else []
    return [Release(place, json.loads((place / "receipt.json").read_text("utf-8"))) for place in places]


class Desk:
    """The desk of one project in a store's folder.

    key: 32 bytes that the rows of its outputs are encrypted with. keys: from the project's pseudonyms to the ledger's
    keys of people.
    """

    def __init__(
        self, store: Path, project: str, key: bytes, *, policy: Policy | None = None,
        keys: Callable[[pl.Series], pl.Series] | None = None,
    ) -> None:  # fmt: skip
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", project):
            raise DeskError(f"{project[:60]!r} is no name of a project.")
        self.store, self.project, self.policy = Path(store), project, policy or load_policy()
        self._key, self._keys = key, keys
        self.folder = self.store / "outputs" / project

    # What is there

    def runs(self) -> list[Run]:
        names = sorted(p.name for p in self.folder.glob("r*") if _RUN.fullmatch(p.name)) if self.folder.is_dir() else []
        return [self._run(name) for name in names]

    def items(self, run: str | None = None) -> list[Item]:
        """Every output, oldest run first."""
        return [
            self._item(each, place.name)
            for each in self.runs()
            if run in (None, each.name)
            for place in sorted((self.folder / each.name).iterdir())
            if place.is_dir()
        ]

    def item(self, name: str) -> Item:
        """An output by its name ``r001/who``, or by its id alone, then of the latest run that has it."""
        run, _, id = name.rpartition("/")
        found = [i for i in self.items(run or None) if i.output.id == id]
        if not found:
            there = ", ".join(i.name for i in self.items()) or "none yet"
            raise DeskError(f"The project {self.project} has no output {name[:80]!r}. There are: {there}.")
        return found[-1]

    def rows(self, item: Item) -> Output:
        """The output with the rows that it was made of."""
        sealed = self.folder / item.run.name / item.output.id / "rows.sealed"
        return replace(item.output, rows=_frame(self._open(sealed)) if sealed.is_file() else None)

    def ledger(self, run: Run) -> Ledger:
        return Ledger.open(self.store, run.snapshots)

    # What is done

    def add(
        self, outputs: tuple[Output, ...], *, by: str, snapshots: tuple[str, ...], script: str, words: str,
        left: tuple[tuple[str, str], ...] = (), people: pl.Series | None = None,
    ) -> list[Item]:  # fmt: skip
        """Put what a session gave back on the desk, each output with its verdict."""
        from openilr.store.durable import write_file

        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            number = max((int(r.name[1:]) for r in self.runs()), default=0) + 1
            run = Run(f"r{number:03d}", by, _now(), snapshots, hashlib.sha256(script.encode()).hexdigest(), words, left)
            final = self.folder / run.name
            part = final.with_name(final.name + ".part")
            shutil.rmtree(part, ignore_errors=True)  # of a run that was cut off
            part.mkdir(mode=0o700)
            ledger = self.ledger(run)
            numbers = frozenset().union(*(_numbers(o) for o in outputs)) if outputs else frozenset()
            for output in outputs:
                place = part / output.id
                place.mkdir()
                verdict = check(output, self._context(output, people, numbers), ledger)
                if output.rows is not None:
                    self._seal(place / "rows.sealed", _packed(output.rows))
                self._seal(place / "v1.sealed", _version(output, verdict))
            about = {"name": run.name, "by": by, "at": run.at, "snapshots": snapshots, "sha256": run.sha256,
                     "words": words, "left": left}  # fmt: skip
            write_file(part / "analysis.py", script.encode())
            write_file(part / "run.json", json.dumps(about, ensure_ascii=False).encode())
            part.rename(final)
        return self.items(run.name)

    def check(self, name: str) -> Item:
        """Check again, against the ledger as it is now. The verdict is returned, not kept."""
        item = self.item(name)
        verdict = self._verdict(item, item.output.changes)
        return replace(item, verdict=verdict.to_dict())

    def change(self, name: str, way: str, *, by: str) -> Item:
        """Apply a safer version that the verdict proposes; it becomes the output's next version."""

        with self._alone():
            item = self.item(name)
            if item.state == "released":
                raise DeskError(f"{item.name} is released; it can not be changed.")
            proposed = self._verdict(item, item.output.changes).to_dict()["safer"]
            if way not in proposed:
                ways = ", ".join(proposed) or "none"
                raise DeskError(f"There is no safer version of {item.name} by {way!r}. Proposed: {ways}.")
            changes = proposed[way]
            verdict = self._verdict(item, changes)
            place = self.folder / item.run.name / item.output.id
            changed = item.output.with_changes(changes)
            self._seal(place / f"v{item.version + 1}.sealed", _version(changed, verdict, by=by, way=way))
        return self.item(item.name)

    def decide(self, name: str, *, by: str, agree: bool, reason: str, version: int | None = None) -> Item:
        """A checker's decision. When enough checkers agree the output may be released with ``release``.

        version: the one that the checker has seen. DeskError without a reason, for an output that has changed since it
        was seen or fails its checks now, and for a second agreement by the same person.
        """
        from openilr.store.durable import write_file

        if not reason.strip():
            raise DeskError("A decision needs its reason.")
        with self._alone():
            item = self.item(name)
            if item.state in ("released", "refused"):
                raise DeskError(f"{item.name} is already {item.state}.")
            if by == item.run.by:
                raise DeskError(f"{by} ran this analysis; another person must decide.")
            if version not in (None, item.version):
                raise DeskError(f"{item.name} has changed since it was looked at; look at version {item.version}.")
            if agree:
                verdict = self._verdict(item, item.output.changes)
                if verdict.status == "fail":
                    raise DeskError(f"{item.name} can not be released: {verdict.words()}")
                if by in item.agreed:
                    if len(set(item.agreed)) >= self.policy.checkers:
                        return item  # the release was cut off after the last agreement
                    raise DeskError(f"{by} has agreed already; a second person must decide.")
            place = self.folder / item.run.name / item.output.id
            self._decision(place, item, by, "agree" if agree else "refuse", reason.strip(), write_file)
        return self.item(item.name)

    def release(self, name: str, *, by: str, sign: Callable[[bytes], str] | None = None) -> Path:
        """Release an output that enough checkers agreed to: ledger first, then the files with their receipt.

        The folder of the release. DeskError where agreements are missing or the output fails its checks now.
        """
        from openilr.store.durable import publish_folder, write_file

        with self._alone():
            item = self.item(name)
            agreed = item.agreed
            if item.state in ("released", "refused") or len(set(agreed)) < self.policy.checkers:
                need = self.policy.checkers - len(set(agreed))
                why = f"is {item.state}" if item.state in ("released", "refused") else f"needs {need} more to agree"
                raise DeskError(f"{item.name} {why}.")
            output = self.rows(item)
            ledger = self.ledger(item.run)
            verdict = self._verdict(item, output.changes)
            if verdict.status == "fail":
                raise DeskError(f"{item.name} can not be released: {verdict.words()}")
            released = self.folder / "released"
            released.mkdir(exist_ok=True)
            number = max((int(p.name) for p in released.glob("[0-9]*") if p.name.isdigit()), default=0) + 1
            final = released / f"{number:04d}"
            part = final.with_name(final.name + ".part")
            shutil.rmtree(part, ignore_errors=True)  # of a release that was cut off
            part.mkdir()
            entry = f"{self.project}, {output.title} (release {number})"
            files = make_files(output, self.policy)
            told = published(output, replace(self._context(output), name=entry))
            hashes = {name: write_file(part / name, content)[1] for name, content in sorted(files.items())}
            receipt: dict[str, Any] = {
                "release": number, "project": self.project, "output": item.name, "version": item.version,
                "title": output.title, "kind": output.kind, "files": hashes, "analysis_sha256": item.run.sha256,
                "run_by": item.run.by, "snapshots": item.run.snapshots, "convention": self.policy.title,
                "verdict": {k: verdict.to_dict()[k] for k in ("status", "words")},
                "decisions": [d for d in item.decisions if d["version"] == item.version],
                "ledger_entries_before": len(ledger), "released_by": by, "at": _now(),
            }  # fmt: skip
            body = json.dumps(receipt, ensure_ascii=False, sort_keys=True).encode()
            receipt["sha256"] = hashlib.sha256(body).hexdigest()
            if sign is not None:
                receipt["signature"] = sign(body)
            write_file(part / "receipt.json", json.dumps(receipt, ensure_ascii=False, indent=2).encode())
            if told is not None:
                ledger.add(told, project=self.project, output=item.name, title=output.title, at=receipt["at"])
            publish_folder(part, final)
            place = self.folder / item.run.name / output.id
            self._decision(place, item, by, "released", str(number), write_file)
        return final

    # Inside

    def _verdict(self, item: Item, changes: Mapping[str, Any]) -> Verdict:
        output = self.rows(item).with_changes(changes)
        numbers = frozenset().union(*(_numbers(self.rows(i)) for i in self.items(item.run.name)))
        return check(output, self._context(output, numbers=numbers), self.ledger(item.run))

    def _context(
        self, output: Output, people: pl.Series | None = None, numbers: frozenset[str] = frozenset()
    ) -> Context:
        return Context(f"{self.project}, {output.title}", self.policy, people, self._keys, numbers)

    def _run(self, name: str) -> Run:
        about = json.loads((self.folder / name / "run.json").read_text("utf-8"))
        left = tuple(tuple(each) for each in about["left"])
        return Run(**{**about, "left": left, "snapshots": tuple(about["snapshots"])})

    def _item(self, run: Run, id: str) -> Item:
        place = self.folder / run.name / id
        version = max(int(p.stem[1:]) for p in place.glob("v*.sealed"))
        kept = json.loads(self._open(place / f"v{version}.sealed"))
        decisions = sorted(place.glob("d*.json"), key=lambda p: int(p.stem[1:]))
        return Item(
            run, Output(**kept["output"]), version, kept["verdict"],
            tuple(json.loads(p.read_text("utf-8")) for p in decisions), kept["at"],
        )  # fmt: skip

    def _decision(
        self, place: Path, item: Item, by: str, decision: str, reason: str, write: Callable[..., Any]
    ) -> None:
        number = len(item.decisions) + 1
        said = {"at": _now(), "by": by, "decision": decision, "version": item.version, "reason": reason}
        write(place / f"d{number}.json", json.dumps(said, ensure_ascii=False).encode())

    def _alone(self) -> Any:
        from openilr.store.durable import Lock

        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # One desk at a time for the whole store: two projects must not release past each other's ledger.
        return Lock(self.folder.parent / ".lock")

    def _seal(self, path: Path, content: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        from openilr.store.durable import write_file

        nonce = os.urandom(12)
        write_file(path, nonce + AESGCM(self._key).encrypt(nonce, content, self._bound(path)))

    def _open(self, path: Path) -> bytes:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        sealed = path.read_bytes()
        try:
            return AESGCM(self._key).decrypt(sealed[:12], sealed[12:], self._bound(path))
        except InvalidTag:
            name = f"{path.parent.parent.name}/{path.parent.name}"
            raise DeskError(f"{path.name} of {name} was changed, or is not of this project.") from None

    def _bound(self, path: Path) -> bytes:
        """The project and the place that a sealed file belongs to, also while its run is being written."""
        run = path.parent.parent.name.removesuffix(".part")
        return f"{self.project}/{run}/{path.parent.name}/{path.name}".encode()


def _packed(rows: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    rows.write_ipc(file, compression="zstd")
    return file.getvalue()


def _frame(content: bytes) -> pl.DataFrame:
    import polars as pl

    return pl.read_ipc(io.BytesIO(content))


def _version(output: Output, verdict: Verdict, **more: str) -> bytes:
    kept = {"output": output.envelope(), "verdict": verdict.to_dict(), "at": _now(), **more}
    return json.dumps(kept, ensure_ascii=False).encode()


def _numbers(output: Output) -> frozenset[str]:
    try:
        return shown_numbers(output)
    except BadOutput:
        return frozenset()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
