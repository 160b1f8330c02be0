"""The store's face: make one, send files in, see who returned what, and read the national views."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from openilr.store import durable, enrich
from openilr.store.acceptance import Acceptance, Refusals
from openilr.store.catalogue import FILE, Catalogue, StoredFile, Submission
from openilr.store.errors import StoreError
from openilr.store.staging import Batch, Staging
from openilr.store.vault import Key, Vault, VaultWriter, make_key, read_key

if TYPE_CHECKING:
    import polars as pl
    from ibis.backends.duckdb import Backend

RETURNS = tuple(f"R{number:02d}" for number in range(1, 15))
_FOLDERS = (("tables", 0o755), ("vault", 0o700), ("reference", 0o755))
_LOCK = "writer.lock"


class ReportLike(Protocol):
    """What is needed of ``openilr.validate.Report``."""

    @property
    def year(self) -> str | None: ...

    @property
    def readable(self) -> bool: ...

    @property
    def findings(self) -> pl.DataFrame: ...

    def to_json(self) -> str: ...


class Store:
    """A folder of accepted returns. Any number of readers and one writer at a time may have it open.

    StoreError where the folder is not a store, or one of a newer release.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        catalogue = Catalogue(self.path)
        self._settings = catalogue.settings
        self._last_levels: tuple[int, enrich.Levels] | None = None
        catalogue.close()

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"

    @staticmethod
    def init(path: str | os.PathLike[str]) -> Store:
        """Make a store in a new or empty folder, and its vault key outside it. StoreError where one is there."""
        folder = Path(path)
        if (folder / FILE).exists():
            raise StoreError(f"{folder} is a store already.")
        # What a killed earlier attempt left behind is ours and may be used again.
        ours = {name for name, _ in _FOLDERS} | {_LOCK, FILE + durable.PART, FILE + durable.PART + "-journal"}
        if folder.exists() and (not folder.is_dir() or any(entry.name not in ours for entry in folder.iterdir())):
            raise StoreError(f"{folder} is not an empty folder; nothing was changed.")
        folder.mkdir(parents=True, exist_ok=True)
        with durable.Lock(folder / _LOCK), _plain_errors():
            for name, mode in _FOLDERS:
                (folder / name).mkdir(mode=mode, exist_ok=True)
            store_id = str(uuid.uuid4())
            key = make_key(store_id, folder)
            settings = {"id": store_id, "created": _now(), "key": key.id}
            Catalogue.create(folder, settings)
        return Store(folder)

    # Sending in

    def submit(
        self,
        tables: Iterable[Batch],
        report: ReportLike,
        *,
        file: str | os.PathLike[str],
        return_name: str,
        submitted_by: str,
        reference: Any = None,
    ) -> Acceptance:
        """Accept the learners of one file that have no error, in place of the provider's earlier file.

        ``tables`` are the batches of the file (``openilr.collect``), ``report`` what validation said of the same
        file, ``file`` the file as it was sent, ``return_name`` R01 to R14. Every version is kept, with its SHA-256,
        its report and its sender; the latest accepted one of a year, return and provider is the current one. A file
        is refused whole where no message could be read, the file itself has an error, or no learner is left.

        ``reference`` gives levels on acceptance; by default it is what the store holds. Raises StoreError (nothing
        was changed), StoreBusy (another writer), VaultError (no key).
        """
        if return_name not in RETURNS:
            raise StoreError(f"{return_name!r} is not a return: write R01 to R14.")
        if not submitted_by.strip():
            raise StoreError("Say who sends the file: submitted_by may not be empty.")
        sent = Path(file)
        if not sent.is_file():
            raise StoreError(f"There is no file {sent.name} to take in.")
        with self._writing() as catalogue, _plain_errors():
            size, sha256 = durable.file_sha256(sent)
            editions = catalogue.reference_editions()
            batches = iter(tables) if report.readable else iter(())
            first = next(batches, None)
            year, ukprn = _sender(first, report)
            version = catalogue.next_version(year, return_name, ukprn)
            draft = Submission(
                id=f"{year or 'unknown'}-{return_name}-{ukprn or 'unknown'}-{version:03d}",
                year=year, return_name=return_name, ukprn=ukprn, version=version, status="refused",
                file=sent.name, sha256=sha256, bytes=size, submitted_by=submitted_by.strip(), submitted_at=_now(),
                reason=None, counts={}, reference=editions[-1][0] if editions and reference is None else None,
            )  # fmt: skip
            everything = chain([first], batches) if first is not None else iter(())
            return self._take_in(catalogue, draft, everything, report, reference)

    def _take_in(
        self, catalogue: Catalogue, draft: Submission, batches: Iterator[Batch], report: ReportLike, reference: Any
    ) -> Acceptance:
        refusals = Refusals(report.findings)
        tables, vault = self.path / "tables" / draft.id, self.path / "vault" / draft.id
        with durable.staging((tables, 0o755), (vault, 0o700)) as (tables_part, vault_part):
            new, files = self._stage(draft, batches, report, refusals, reference, (tables_part, vault_part))
            files.append(self._write_report(draft.id, vault_part, report, refusals))
            durable.publish_folder(vault_part, vault)
            if new.status == "accepted":
                durable.publish_folder(tables_part, tables)
            else:
                durable.remove(tables_part)
            new = replace(new, files=tuple(files), current=new.status == "accepted")
            replaced = catalogue.add(new, _rule_counts(report.findings))
        return Acceptance(
            new.id, new.year, new.return_name, new.ukprn, new.version, new.file, new.sha256, new.current, new.reason,
            new.counts, refusals.refused, replaced,
        )  # fmt: skip

    def _stage(
        self,
        draft: Submission,
        batches: Iterator[Batch],
        report: ReportLike,
        refusals: Refusals,
        reference: Any,
        parts: tuple[Path, Path],
    ) -> tuple[Submission, list[StoredFile]]:
        """Write the tables of the accepted learners, or find the reason to refuse the file."""
        from openilr import years

        first = next(batches, None)
        reason = _refused_at_once(draft, report, first)
        if reason or first is None or draft.year is None or draft.ukprn is None:
            return replace(draft, reason=reason, counts=dict(getattr(report, "counts", {}))), []
        levels = enrich.Levels.of(reference) if reference is not None else self._levels(draft.reference)
        staging = Staging(
            draft.id, years.load(draft.year), draft.return_name, draft.ukprn,
            folders=parts, key=self._key, refusals=refusals, levels=levels,
        )  # fmt: skip
        files: list[StoredFile] = []
        try:
            for batch in chain([first], batches):
                staging.add(batch)
            reason = refusals.file_reason()
            if reason is None and not staging.counts["learners_accepted"]:
                reason = "No learner could be accepted, so the provider's earlier file stays the current one."
            if reason is None:
                files = staging.finish()
        finally:
            staging.abandon()
        if reason:
            durable.remove(parts[1] / "identifiers.vault")
        status = "refused" if reason else "accepted"
        return replace(draft, status=status, reason=reason, counts=staging.counts), files

    def _write_report(self, id: str, vault_part: Path, report: ReportLike, refusals: Refusals) -> StoredFile:
        sink = durable.Sink(vault_part / "report.vault")
        try:
            writer = VaultWriter(sink, self._key, f"{id}/report")
            writer.add("report", report.to_json().encode())
            writer.add("refused", json.dumps(refusals.refused).encode())
            writer.finish()
            sink.finish()
        finally:
            sink.close()
        return StoredFile(f"vault/{id}/report.vault", "report", sink.size, sink.sha256)

    # Looking

    def returns(self, year: str | None = None, return_name: str | None = None) -> pl.DataFrame:
        """Every file that was sent, in the order year, return, provider, version.

        Columns: year, return, ukprn, version, status (accepted, refused), current, learners, aims,
        learners_accepted, learners_refused, aims_accepted, submitted_by, submitted_at (UTC), file, sha256, reason,
        submission.
        """
        import polars as pl

        counts = ("learners", "aims", "learners_accepted", "learners_refused", "aims_accepted")
        types: dict[str, Any] = {
            "year": pl.String, "return": pl.String, "ukprn": pl.Int32, "version": pl.Int32, "status": pl.String,
            "current": pl.Boolean, **dict.fromkeys(counts, pl.Int64), "submitted_by": pl.String,
            "submitted_at": pl.String, "file": pl.String, "sha256": pl.String, "reason": pl.String,
            "submission": pl.String,
        }  # fmt: skip
        rows = [
            (s.year, s.return_name, s.ukprn, s.version, s.status, s.current, *(s.counts.get(c) for c in counts),
             s.submitted_by, s.submitted_at, s.file, s.sha256, s.reason, s.id)
            for s in self._submissions(year=year, return_name=return_name)
        ]  # fmt: skip
        return pl.DataFrame(rows, schema=types, orient="row").with_columns(
            pl.col("submitted_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%z", time_zone="UTC")
        )

    def received(self) -> list[str]:
        """Names of the files that were accepted so far: what the rules about repeated and older files ask for."""
        return [s.file for s in self._submissions() if s.status == "accepted"]

    def rule_counts(self, submission: str) -> pl.DataFrame:
        """How often each rule fired on one submission: rule, severity, learners, findings. No values of learners."""
        import polars as pl

        with self._reading() as catalogue:
            rows = catalogue.rule_counts(submission)
        types = {"rule": pl.String, "severity": pl.String, "learners": pl.Int64, "findings": pl.Int64}
        return pl.DataFrame(rows, schema=types, orient="row")

    def latest_return(self, year: str) -> str:
        """The last return of the year that any provider has an accepted file for; StoreError where there is none."""
        names = [s.return_name for s in self._submissions(year=year, current=True)]
        if not names:
            raise StoreError(f"The store holds no accepted return for {year}.")
        return max(names)

    def connect(self, year: str | None = None, return_name: str | None = None) -> Backend:
        """An Ibis DuckDB connection with the national views over the current files (``openilr.store.views``).

        Narrowed to a year and a return where given; StoreError where nothing was returned for them.
        """
        from openilr.store import views

        found = self._submissions(year=year, return_name=return_name, current=True, with_files=True)
        if not found and (year or return_name):
            asked = " ".join(part for part in (year, return_name) if part)
            raise StoreError(f"The store holds no accepted return for {asked}.")
        return views.connect(self.path, found)

    def vault(self) -> Vault:
        """The identifiers, for linking. VaultError without the key."""
        return Vault(self.path, self._key)

    def verify(self) -> list[str]:
        """Read every file and compare it with the catalogue; one sentence for each that is missing or changed."""
        problems = []
        for submission in self._submissions(with_files=True):
            for file in submission.files:
                path = self.path / file.path
                if not path.is_file():
                    problems.append(f"{file.path} is missing.")
                elif durable.file_sha256(path) != (file.bytes, file.sha256):
                    problems.append(f"{file.path} is not as it was written.")
        return problems

    # Reference data

    def add_reference(self, path: str | os.PathLike[str]) -> list[str]:
        """Keep a copy of a reference file, or of all files in a folder, as published; the names that were added.

        Each call makes a new edition with all earlier files, in which a file takes the place of one of the same
        name. Submissions record the edition that they were accepted with.
        """
        source = Path(path)
        added = [source] if source.is_file() else sorted(p for p in source.glob("*") if p.is_file())
        if not added:
            raise StoreError(f"{source} is not a file, nor a folder with files in it.")
        with self._writing() as catalogue, _plain_errors():
            editions = catalogue.reference_editions()
            number, _, files = editions[-1] if editions else (0, "", {})
            final = self.path / "reference" / f"{number + 1:04d}"
            with durable.staging((final, 0o755)) as (part,):
                for name in files.keys() - {file.name for file in added}:
                    _link_or_copy(self.path / "reference" / f"{number:04d}" / name, part / name)
                for file in added:
                    size, sha256 = _copy(file, part / file.name)
                    files[file.name] = {"bytes": size, "sha256": sha256}
                durable.publish_folder(part, final)
                catalogue.add_reference(number + 1, _now(), files)
        return [file.name for file in added]

    def reference(self) -> Any:
        """The current edition as ``openilr.reference.Reference``, or None where none was added."""
        with self._reading() as catalogue:
            editions = catalogue.reference_editions()
        return self._load_reference(editions[-1][0]) if editions else None

    # Inside

    @cached_property
    def _key(self) -> Key:
        return read_key(self._settings["id"], self._settings["key"])

    def _levels(self, edition: int | None) -> enrich.Levels:
        """Levels of one edition of the reference data; the last one asked for is kept."""
        if edition is None:
            return enrich.Levels()
        if self._last_levels is None or self._last_levels[0] != edition:
            self._last_levels = (edition, enrich.Levels.of(self._load_reference(edition)))
        return self._last_levels[1]

    def _load_reference(self, edition: int) -> Any:
        from openilr import reference

        return reference.load(self.path / "reference" / f"{edition:04d}")

    @contextmanager
    def _reading(self) -> Iterator[Catalogue]:
        catalogue = Catalogue(self.path)
        try:
            yield catalogue
        finally:
            catalogue.close()

    @contextmanager
    def _writing(self) -> Iterator[Catalogue]:
        """The catalogue, with the writer's lock held and leftovers of a killed writer removed."""
        with durable.Lock(self.path / _LOCK), self._reading() as catalogue:
            known = {s.id for s in catalogue.submissions()}
            editions = {f"{edition:04d}" for edition, _, _ in catalogue.reference_editions()}
            for folder, names in (("tables", known), ("vault", known), ("reference", editions)):
                for entry in (self.path / folder).iterdir():
                    if entry.name not in names:
                        durable.remove(entry)
            yield catalogue

    def _submissions(self, **which: Any) -> list[Submission]:
        with self._reading() as catalogue:
            return catalogue.submissions(**which)


def _sender(first: Batch | None, report: ReportLike) -> tuple[str | None, int | None]:
    """Year and provider of a file, as far as it says them."""
    if first is None:
        return report.year, None
    providers = first.frames["LearningProvider"]["UKPRN"].drop_nulls()
    return first.year.name, providers[0] if len(providers) else None


def _refused_at_once(draft: Submission, report: ReportLike, first: Batch | None) -> str | None:
    if not report.readable:
        return "No whole ILR message could be read from the file."
    if first is None:
        return "The file holds no learners."
    if report.year is not None and report.year != draft.year:
        return f"The file is of the year {draft.year}, but was checked as {report.year}."
    if draft.ukprn is None:
        return "The file does not say which provider it is from (LearningProvider.UKPRN)."
    return None


def _rule_counts(findings: pl.DataFrame) -> list[tuple[str, str, int, int]]:
    import polars as pl

    grouped = findings.group_by("rule", "severity").agg(
        pl.col("learn_ref_number").drop_nulls().n_unique().alias("learners"), pl.len().alias("findings")
    )
    return list(grouped.iter_rows())


def _copy(source: Path, target: Path) -> tuple[int, str]:
    sink = durable.Sink(target)
    try:
        with source.open("rb") as file:
            while piece := file.read(1 << 20):
                sink.write(piece)
        sink.finish()
    finally:
        sink.close()
    return sink.size, sink.sha256


def _link_or_copy(source: Path, target: Path) -> None:
    # Files of an edition never change, so editions may share them; not every file system can.
    with suppress(OSError):
        durable.step(f"link {target.name}")
        os.link(source, target)
        return
    shutil.copyfile(source, target)


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"The file could not be taken in ({error.strerror or error}); nothing was changed.") from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
