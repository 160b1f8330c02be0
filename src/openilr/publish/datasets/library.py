"""The data sets of a store: published files with all their versions, which never change.

``STORE/datasets/index.json`` says what counts. A version is a folder ``<data set>/v1.2.0`` with ``data.csv.gz`` and
``data.meta.csv`` as they were given, ``data.parquet`` (:func:`reading.write_numbers`), ``meta.json``, ``changes.json``
and ``differences.parquet``. It is written aside and renamed before the index names it, so that a crash at any moment
leaves the old state whole.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from openilr.publish.datasets import changes, differences, reading
from openilr.publish.datasets.model import Meta
from openilr.publish.screen import Screening, check
from openilr.store import durable

#: Ids follow from names, so that the same data set has the same address in every store.
_NAMESPACE = uuid.UUID("6d2a1a0e-6f0c-5d0f-9d3c-0f6f3a7c2b11")
_INDEX = "index.json"
#: Sums of larger files are not checked when they are added: it would take minutes.
_MOST_ROWS_ADDED_UP = 200_000
PUBLIC = ("Published", "Deprecated", "Withdrawn")


class DataSetError(Exception):
    """A data set cannot be added, found or changed as asked; the message says why."""


class Refused(DataSetError):
    """The pair does not pass the screening, which is ``screening``."""

    def __init__(self, screening: Screening) -> None:
        first = screening.failures[0]
        super().__init__(f"The files do not pass the screening: {first.name.replace('_', ' ')}. {first.message}")
        self.screening = screening


@dataclass(frozen=True)
class Publication:
    id: str
    title: str
    slug: str
    summary: str


@dataclass(frozen=True)
class Version:
    """One version. ``status`` is Draft until it is published; ``publish_at`` is when an approved draft comes out."""

    number: str
    kind: str
    status: str
    added: str
    added_by: str
    rows: int
    file: str
    release: str
    notes: str
    sha256: str
    times: tuple[str, str]
    levels: tuple[str, ...]
    filters: tuple[str, ...]
    indicators: tuple[str, ...]
    differences: dict[str, Any] = field(default_factory=dict)
    published: str | None = None
    withdrawn: str | None = None
    approved_by: str | None = None
    publish_at: str | None = None

    @property
    def public(self) -> str:
        """``2.0``, and ``2.0.1`` only for a patch."""
        return self.number.removesuffix(".0") if self.number.endswith(".0") else self.number

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.number.split("."))


@dataclass(frozen=True)
class DataSet:
    id: str
    name: str
    title: str
    summary: str
    publication: str
    versions: tuple[Version, ...]

    @property
    def latest(self) -> Version | None:
        """The newest published version."""
        live = [version for version in self.versions if version.status == "Published"]
        return max(live, key=lambda version: version.order) if live else None

    @property
    def status(self) -> str:
        return "Published" if self.latest else "Withdrawn"

    def public_versions(self) -> list[Version]:
        """Newest first."""
        return sorted((v for v in self.versions if v.status in PUBLIC), key=lambda v: v.order, reverse=True)

    def find(self, wanted: str | None) -> Version | None:
        """``2``, ``2.1``, ``2.1.3``, ``v2.1``, ``*``, ``2.*`` or ``2.1.*``; None where there is no such version.

        A wildcard is the newest published version that fits; what is not public is found by its whole number only.
        """
        if wanted in (None, "", "*"):
            return self.latest
        parts = _VERSION.fullmatch(str(wanted))
        if parts is None:
            return None
        given = parts[1].split(".")
        if given[-1] == "*":
            fits = [
                v
                for v in self.versions
                if v.status == "Published" and v.number.split(".")[: len(given) - 1] == given[:-1]
            ]
            return max(fits, key=lambda v: v.order) if fits else None
        number = ".".join((*given, "0", "0"))
        number = ".".join(str(int(part)) for part in number.split(".")[:3])
        return next((v for v in self.versions if v.number == number), None)


_VERSION = re.compile(r"v?([0-9]{1,6}(?:\.[0-9]{1,6})?(?:\.(?:[0-9]{1,6}|\*))?)")


class Library:
    """The data sets of one store. Reading needs no lock; one writer at a time."""

    def __init__(self, store: str | os.PathLike[str]) -> None:
        self.folder = Path(store) / "datasets"

    # Looking

    def publications(self) -> list[Publication]:
        """Those with a published data set, by title."""
        index = self._index()
        shown = {d.publication for d in index.data_sets if d.latest}
        return sorted((p for p in index.publications if p.id in shown), key=lambda p: p.title.lower())

    def publication(self, id: str) -> Publication | None:
        return next((p for p in self.publications() if p.id == id), None)

    def data_sets(self, publication: str | None = None, *, drafts: bool = False) -> list[DataSet]:
        """Those with something published (with ``drafts`` all), the newest first, then by title and id."""
        found = [
            d for d in self._index().data_sets
            if (publication is None or d.publication == publication) and (drafts or d.public_versions())
        ]  # fmt: skip
        found.sort(key=lambda d: (d.title, d.id))
        found.sort(key=lambda d: (d.latest and d.latest.published) or "", reverse=True)
        return found

    def data_set(self, id: str) -> DataSet | None:
        return self._index().by_id.get(id)

    def path(self, data_set: DataSet, version: Version) -> Path:
        return self.folder / data_set.id / f"v{version.number}"

    def meta(self, data_set: DataSet, version: Version) -> Meta:
        return _meta(self.path(data_set, version) / "meta.json")

    def protection(self, data_set: DataSet, version: Version) -> dict[str, Any] | None:
        """What was checked of how the files protect: the certificates that came with them (``method`` suppression), or
        that all counts are rounded and add up (``method`` rounding); None where neither can be seen in them."""
        path = self.path(data_set, version) / "protection.json"
        return json.loads(path.read_text("utf-8")) if path.is_file() else None

    def changes(self, data_set: DataSet, version: Version) -> dict[str, Any]:
        return json.loads((self.path(data_set, version) / "changes.json").read_text("utf-8"))

    def changed_cells(self, data_set: DataSet, version: Version, limit: int = 1000) -> list[dict[str, str]]:
        """Cells that the version before gave another value; empty for a first version."""
        path = self.path(data_set, version) / "differences.parquet"
        return differences.read(path, limit) if path.is_file() else []

    # Writing

    def add(
        self,
        data: str | os.PathLike[str],
        meta: str | os.PathLike[str],
        *,
        title: str | None = None,
        publication: str | None = None,
        summary: str | None = None,
        release: str | None = None,
        notes: str = "",
        by: str = "",
        draft: bool = False,
    ) -> tuple[DataSet, Version, bool]:
        """Keep a pair as a new data set, or as the next version of the one with its title, or else its file name.

        The data set, the version, and whether it is new: the same files again change nothing. Raises Refused where the
        screening fails, DataSetError, StoreBusy, FileNotFoundError.
        """
        data, meta = Path(data), Path(meta)
        screening = check(data, meta)
        if not screening.fit_to_serve:
            raise Refused(screening)
        name = data.name.removesuffix(".csv")
        with self._writing() as index:
            known = _same(index, title, name)
            title = title or (known.title if known else _titled(name))
            before = max(known.versions, key=lambda v: v.order) if known else None
            size_and_hash = _hash_of(data, meta)
            if known and before and before.sha256 == size_and_hash:
                return known, before, False
            id = known.id if known else str(uuid.uuid5(_NAMESPACE, f"data set {slug(title)}"))
            home = _publication(index, publication, known, title)
            source = reading.Source(data, meta)
            old = self.meta(known, before) if known and before else None
            made = reading.describe(source, old)
            sets = changes.compare(old, made) if old else {"majorChanges": {}, "minorChanges": {}}
            part = self.folder / id / "new.part"
            durable.remove(part)
            part.parent.mkdir(exist_ok=True)
            durable.make_folder(part)
            try:
                counts = self._write(part, source, made, data, meta, known, before, old)
                if before is None:
                    number, kind = "1.0.0", "Major"
                else:
                    other_rows = not counts.get("compared") or counts["added"] or counts["removed"]
                    number, kind = changes.next_number(before.number, sets, bool(other_rows))
                durable.write_file(part / "changes.json", _json(sets))
                durable.publish_folder(part, part.with_name(f"v{number}"))
            except BaseException:
                durable.remove(part)
                raise
            version = Version(
                number=number, kind=kind, status="Draft" if draft else "Published", added=_now(), added_by=by,
                rows=made.rows, file=str(uuid.uuid5(_NAMESPACE, f"file {id} {number}")),
                release=release or made.times[-1].label, notes=notes, sha256=size_and_hash,
                times=(made.times[0].label, made.times[-1].label),
                levels=tuple(changes.level_view(level)["label"] for level in made.levels),
                filters=tuple(f.label for f in made.filters), indicators=tuple(i.label for i in made.indicators),
                differences=counts, published=None if draft else _now(),
            )  # fmt: skip
            versions = (*(known.versions if known else ()), version)
            summary = summary if summary is not None else known.summary if known else ""
            data_set = DataSet(id, name, title, summary, home.id, versions)
            self._commit(index.with_publication(home).with_data_set(data_set))
            return data_set, version, True

    def _write(
        self, part: Path, source: reading.Source, made: Meta, data: Path, meta: Path, known: DataSet | None,
        before: Version | None, old: Meta | None,
    ) -> dict[str, Any]:  # fmt: skip
        """Everything but the changes into a folder, flushed to the disk; counts of the differences."""
        durable.step("write data.parquet")
        reading.write_numbers(source, made, part / "data.parquet")
        _compress(data, part / "data.csv.gz")
        _keep_protection(source, data, meta, made.rows, part)
        durable.write_file(part / "data.meta.csv", meta.read_bytes())
        durable.write_file(part / "meta.json", _json(made.to_dict()))
        counts: dict[str, Any] = {}
        if known and before and old:
            earlier = self.path(known, before)
            counts = differences.write(
                reading.Source(earlier / "data.csv.gz", earlier / "data.meta.csv"), source, old, made,
                part / "differences.parquet",
            )  # fmt: skip
        for name in ("data.parquet", "differences.parquet"):
            if (part / name).exists():
                with (part / name).open("rb") as file:
                    os.fsync(file.fileno())
        return counts

    def change(self, id: str, number: str, how: Callable[[Version], Version]) -> Version:
        """Put ``how(version)`` in the place of a version, to approve or withdraw it. DataSetError if unknown."""
        with self._writing() as index:
            data_set = index.by_id.get(id)
            version = next((v for v in data_set.versions if v.number == number), None) if data_set else None
            if data_set is None or version is None:
                raise DataSetError(f"There is no version {number} of a data set {id}.")
            changed = how(version)
            versions = tuple(changed if v is version else v for v in data_set.versions)
            self._commit(index.with_data_set(replace(data_set, versions=versions)))
            return changed

    def publish_due(self, now: str | None = None) -> list[tuple[DataSet, Version]]:
        """Publish the approved drafts whose moment has come; those that were."""
        now = now or _now()
        due = [
            (d, v) for d in self._index().data_sets for v in d.versions
            if v.status == "Draft" and v.approved_by and v.publish_at and v.publish_at <= now
        ]  # fmt: skip
        return [(d, self.change(d.id, v.number, published)) for d, v in due]

    # Inside

    def _index(self) -> Index:
        path = self.folder / _INDEX
        try:
            about = path.stat()
        except FileNotFoundError:
            return Index()
        return _read_index(path, about.st_mtime_ns, about.st_size, about.st_ino)

    @contextmanager
    def _writing(self) -> Iterator[Index]:
        self.folder.mkdir(exist_ok=True)
        with durable.Lock(self.folder / "writer.lock"):
            index = self._index()
            named = {d.id: {f"v{v.number}" for v in d.versions} for d in index.data_sets}
            for folder in (entry for entry in self.folder.iterdir() if entry.is_dir()):
                if folder.name not in named:
                    durable.remove(folder)
                    continue
                for entry in folder.iterdir():
                    if entry.name not in named[folder.name]:
                        durable.remove(entry)
            yield index

    def _commit(self, index: Index) -> None:
        part = self.folder / (_INDEX + durable.PART)
        part.unlink(missing_ok=True)
        durable.write_file(part, _json(index.to_dict()))
        durable.step("rename index")
        part.replace(self.folder / _INDEX)
        durable.sync_folder(self.folder)


@dataclass(frozen=True)
class Index:
    publications: tuple[Publication, ...] = ()
    data_sets: tuple[DataSet, ...] = ()

    @property
    def by_id(self) -> dict[str, DataSet]:
        return {data_set.id: data_set for data_set in self.data_sets}

    def with_publication(self, one: Publication) -> Index:
        return replace(self, publications=(*(p for p in self.publications if p.id != one.id), one))

    def with_data_set(self, one: DataSet) -> Index:
        return replace(self, data_sets=(*(d for d in self.data_sets if d.id != one.id), one))

    def to_dict(self) -> dict[str, Any]:
        return {"format": 1, **asdict(self)}

    @staticmethod
    def from_dict(d: dict[str, Any]) -> Index:
        def version(v: dict[str, Any]) -> Version:
            listed = {name: tuple(v[name]) for name in ("times", "levels", "filters", "indicators")}
            return Version(**{**v, **listed})

        return Index(
            tuple(Publication(**p) for p in d["publications"]),
            tuple(DataSet(**{**s, "versions": tuple(version(v) for v in s["versions"])}) for s in d["data_sets"]),
        )


def published(version: Version) -> Version:
    return replace(version, status="Published", published=_now(), publish_at=None)


def withdrawn(version: Version) -> Version:
    return replace(version, status="Withdrawn", withdrawn=_now())


def slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "untitled"


def _same(index: Index, title: str | None, name: str) -> DataSet | None:
    """The data set that a pair is a new version of."""
    if title:
        return next((d for d in index.data_sets if slug(d.title) == slug(title)), None)
    named = [d for d in index.data_sets if d.name == name]
    if len(named) > 1:
        raise DataSetError(f"Several data sets came from a file called {name}: say which with its title.")
    return named[0] if named else next((d for d in index.data_sets if slug(d.title) == slug(name)), None)


def _publication(index: Index, wanted: str | None, known: DataSet | None, title: str) -> Publication:
    if wanted is None and known:
        return next(p for p in index.publications if p.id == known.publication)
    name = wanted or title
    id = str(uuid.uuid5(_NAMESPACE, f"publication {slug(name)}"))
    return next((p for p in index.publications if p.id == id), Publication(id, name, slug(name), ""))


def _titled(name: str) -> str:
    words = re.sub(r"[_-]+", " ", name).strip()
    return words[:1].upper() + words[1:]


@lru_cache(maxsize=256)
def _meta(path: Path) -> Meta:
    # Files of a version never change, so what was read once stays true.
    return Meta.from_dict(json.loads(path.read_text("utf-8")))


@lru_cache(maxsize=4)
def _read_index(path: Path, *state: int) -> Index:  # noqa: ARG001 - a changed file is another entry of the cache
    return Index.from_dict(json.loads(path.read_text("utf-8")))


def _hash_of(data: Path, meta: Path) -> str:
    return f"{durable.file_sha256(data)[1]}-{durable.file_sha256(meta)[1]}"


def _keep_protection(source: reading.Source, data: Path, meta: Path, rows: int, part: Path) -> None:
    """Check how the pair protects, and keep that with it. DataSetError where certificates beside it do not hold."""
    from openilr.publish import verify

    folder, stem = data.parent / "certificates", data.name.removesuffix(".csv")
    if not (folder / f"{stem}.json").is_file():
        said = _rounded(source, data, meta) if rows <= _MOST_ROWS_ADDED_UP else None
    else:
        try:
            said = {"method": "suppression", **asdict(verify.verify(data, meta, folder))}
        except verify.Refused as problem:
            raise DataSetError(f"The certificates beside {data.name} do not hold. {problem}") from None
        durable.make_folder(part / "certificates")
        for kind in ("json", "csv"):
            durable.write_file(part / "certificates" / f"{stem}.{kind}", (folder / f"{stem}.{kind}").read_bytes())
    if said:
        durable.write_file(part / "protection.json", _json(said))


def _rounded(source: reading.Source, data: Path, meta: Path) -> dict[str, Any] | None:
    """The base that every count is a multiple of, and how many sums were seen to hold; None where that is not so."""
    from openilr.publish import verify

    steps = source.common_step()
    if not steps or not (base := next((b for b in (10, 5) if all(s % b == 0 for s in steps.values())), 0)):
        return None
    try:
        return {
            "method": "rounding", "base": base, "sums": verify.adds_up(data, meta, steps), "indicators": list(steps),
        }  # fmt: skip
    except verify.Refused:
        return None


def _compress(source: Path, target: Path) -> None:
    sink = durable.Sink(target)
    try:
        with source.open("rb") as given, gzip.GzipFile("", "wb", 6, sink, mtime=0) as packed:
            shutil.copyfileobj(given, packed, 1 << 20)
        sink.finish()
    finally:
        sink.close()


def _json(what: Any) -> bytes:
    return (json.dumps(what, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
