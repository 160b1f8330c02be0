"""The store's face: make one, send files in, see who returned what, and read the national views."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.spec import AcademicYear
from openilr.store import database, durable, enrich
from openilr.store.acceptance import Acceptance
from openilr.store.catalogue import Catalogue, Snapshot, Submission
from openilr.store.errors import StoreError, VaultError
from openilr.store.intake import Intake, NotChecked, ReportLike, Sent
from openilr.store.references import keep_reference, unseal
from openilr.store.staging import Batch
from openilr.store.vault import Key, Vault, make_key, read_key

if TYPE_CHECKING:
    import polars as pl

    from openilr.store.differences import Difference
    from openilr.store.quality import Quality
    from openilr.store.views import Paths

RETURNS = tuple(f"R{number:02d}" for number in range(1, 15))
_FOLDERS = (("tables", 0o755), ("vault", 0o700), ("reference", 0o755), ("snapshots", 0o755))
_LOCK = "writer.lock"


@dataclass(frozen=True)
class _Edition:
    """Reference data that the store holds, as loaded."""

    number: int
    reference: Any
    lookups: enrich.Lookups


class Store:
    """A folder of accepted returns. Any number of readers and one writer at a time may have it open.

    StoreError where the folder is not a store, or one of a newer release.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        catalogue = Catalogue(self.path)
        self._settings = catalogue.settings
        self._last: _Edition | None = None
        catalogue.close()

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"

    @property
    def id(self) -> str:
        """Tells this store from every other."""
        return self._settings["id"]

    @staticmethod
    def init(path: str | os.PathLike[str]) -> Store:
        """Make a store in a new or empty folder, and its vault key outside it. StoreError where one is there."""
        folder = Path(path)
        if database.is_store(folder):
            raise StoreError(f"{folder} is a store already.")
        # What a killed earlier attempt left behind is ours and may be used again.
        ours = {name for name, _ in _FOLDERS} | {_LOCK, *database.FILES}
        if folder.exists() and (not folder.is_dir() or any(entry.name not in ours for entry in folder.iterdir())):
            raise StoreError(f"{folder} is not an empty folder; nothing was changed.")
        folder.mkdir(parents=True, exist_ok=True)
        with _plain_errors("The store could not be made"), durable.Lock(folder / _LOCK):
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
        _refuse_unclear(return_name, submitted_by)
        sent = Path(file)
        if not sent.is_file():
            raise StoreError(f"There is no file {sent.name} to take in.")
        with _plain_errors(), self._writing() as catalogue:
            size, sha256 = durable.file_sha256(sent)
            edition = self._edition_of(catalogue, reference)
            intake = Intake(self.path, self._key, catalogue, self._lookups(edition, reference))
            about = Sent(sent.name, size, sha256, submitted_by.strip(), _now())
            return intake.take(about, tables, report, return_name, edition)

    def ingest(
        self, batches: Iterable[Batch], *, return_name: str, submitted_by: str, reference: Any = None
    ) -> Acceptance:
        """Take one provider's return in without checking it: for synthetic data, and for data checked elsewhere.

        ``batches`` are tables as ``openilr.collect`` gives them, of one year and provider. Everybody in them is
        accepted, and every field is kept as by :meth:`submit`; there is no file and no report. The catalogue tells
        such a return apart: its ``origin`` is "ingested", not "submitted", and nothing that it shows was validated.
        """
        _refuse_unclear(return_name, submitted_by)
        with _plain_errors(), self._writing() as catalogue:
            edition = self._edition_of(catalogue, reference)
            intake = Intake(self.path, self._key, catalogue, self._lookups(edition, reference))
            about = Sent("", 0, "", submitted_by.strip(), _now(), "ingested")
            return intake.take(about, batches, NotChecked(), return_name, edition)

    # Looking

    def returns(self, year: str | None = None, return_name: str | None = None) -> pl.DataFrame:
        """Every file that was sent, in the order year, return, provider, version.

        Columns: year, return, ukprn, version, status (accepted, refused), current, learners, aims,
        learners_accepted, learners_refused, aims_accepted, submitted_by, submitted_at (UTC), file, sha256, reason,
        submission, origin (submitted, or ingested: taken in without a check).
        """
        import polars as pl

        counts = ("learners", "aims", "learners_accepted", "learners_refused", "aims_accepted")
        types: dict[str, Any] = {
            "year": pl.String, "return": pl.String, "ukprn": pl.Int32, "version": pl.Int32, "status": pl.String,
            "current": pl.Boolean, **dict.fromkeys(counts, pl.Int64), "submitted_by": pl.String,
            "submitted_at": pl.String, "file": pl.String, "sha256": pl.String, "reason": pl.String,
            "submission": pl.String, "origin": pl.String,
        }  # fmt: skip
        rows = [
            (s.year, s.return_name, s.ukprn, s.version, s.status, s.current, *(s.counts.get(c) for c in counts),
             s.submitted_by, s.submitted_at, s.file, s.sha256, s.reason, s.id, s.origin)
            for s in self.submissions(year=year, return_name=return_name)
        ]  # fmt: skip
        return pl.DataFrame(rows, schema=types, orient="row").with_columns(
            pl.col("submitted_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%z", time_zone="UTC")
        )

    def standing(self, year: str, return_name: str | None = None, *, now: datetime | None = None) -> pl.DataFrame:
        """Who has returned, who is late and who is missing (``openilr.store.timetable``), at ``now``."""
        from openilr.store import timetable

        days = timetable.closing_days(year, self.reference())
        of_years = [s for name in (AcademicYear(year).previous.name, year) for s in self.submissions(year=name)]
        return timetable.standing(of_years, year, return_name, days, now or datetime.now(UTC))

    def submissions(self, **which: Any) -> list[Submission]:
        """What the catalogue says of the files that were sent, narrowed as ``Catalogue.submissions`` has it."""
        with self._reading() as catalogue:
            return catalogue.submissions(**which)

    def received(self, file: str | None = None) -> list[str]:
        """Names of accepted files: what the rules about repeated and older files ask for. With the name of a file, only
        those of the same provider and year, by their names."""
        with self._reading() as catalogue:
            return catalogue.received(file)

    def rule_counts(self, submission: str) -> pl.DataFrame:
        """How often each rule fired on one submission: rule, severity, learners, findings. No values of learners."""
        import polars as pl

        with self._reading() as catalogue:
            rows = catalogue.rule_counts(submission)
        types = {"rule": pl.String, "severity": pl.String, "learners": pl.Int64, "findings": pl.Int64}
        return pl.DataFrame(rows, schema=types, orient="row")

    def latest_return(self, year: str) -> str:
        """The last return of the year that any provider has an accepted file for; StoreError where there is none."""
        names = [s.return_name for s in self.submissions(year=year, current=True)]
        if not names:
            raise StoreError(f"The store holds no accepted return for {year}.")
        return max(names)

    def connect(
        self,
        year: str | None = None,
        return_name: str | None = None,
        *,
        snapshot: str | Sequence[str] | None = None,
        engine: str = "duckdb",
    ) -> Any:
        """An Ibis connection with the national views (``openilr.store.views``).

        Over the current files of all providers, years and returns, narrowed to a year and a return where given; or
        over a ``snapshot`` (or several), which never changes. ``engine`` is duckdb, or spark for more than one machine
        (``openilr.store.spark``). StoreError where nothing was returned for them, there is no such snapshot, or the
        engine can not run.
        """
        from openilr.store import spark, views

        engines: dict[str, Callable[[Paths], Any]] = {"duckdb": views.connect, "spark": spark.connect}
        if engine not in engines:
            raise StoreError(f"There is no engine {engine!r}: write {' or '.join(engines)}.")
        if snapshot is not None:
            ids = (snapshot,) if isinstance(snapshot, str) else snapshot
            return engines[engine](views.of_snapshots(self.path, [self.snapshot(id) for id in ids]))
        found = self.submissions(year=year, return_name=return_name, current=True, with_files=True)
        if not found and (year or return_name):
            asked = " ".join(part for part in (year, return_name) if part)
            raise StoreError(f"The store holds no accepted return for {asked}.")
        return engines[engine](views.of_submissions(self.path, found))

    # Snapshots

    def freeze(self, year: str, return_name: str, *, frozen_by: str, note: str = "") -> str:
        """Fix all providers' current files of a return as a snapshot that never changes; its id, ``2526-R14-1``.

        Freezing again makes the next number, also where nothing was sent in between. StoreError where the store holds
        no accepted file for it.
        """
        from openilr.store import snapshots

        with _plain_errors("The snapshot could not be made"), self._writing() as catalogue:
            return snapshots.freeze(self.path, catalogue, year, return_name, frozen_by, note, _now())

    def snapshots(self) -> pl.DataFrame:
        """All snapshots, oldest first: snapshot, year, return, number, frozen_by, frozen_at (UTC), note, providers,
        learners, aims."""
        import polars as pl

        with self._reading() as catalogue:
            found = catalogue.snapshots()
        types: dict[str, Any] = {
            "snapshot": pl.String, "year": pl.String, "return": pl.String, "number": pl.Int32, "frozen_by": pl.String,
            "frozen_at": pl.String, "note": pl.String, "providers": pl.Int64, "learners": pl.Int64, "aims": pl.Int64,
        }  # fmt: skip
        rows = [
            (s.id, s.year, s.return_name, s.number, s.frozen_by, s.frozen_at, s.note, len(s.submissions),
             s.counts["learners"], s.counts["aims"])
            for s in found
        ]  # fmt: skip
        return pl.DataFrame(rows, schema=types, orient="row").with_columns(
            pl.col("frozen_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%z", time_zone="UTC")
        )

    def snapshot(self, id: str) -> Snapshot:
        """One snapshot with its files and the submissions that it was made of; StoreError where there is none."""
        with self._reading() as catalogue:
            found = {s.id: s for s in catalogue.snapshots()}
        if id not in found:
            there = f"There are: {', '.join(found)}." if found else "There is none yet: see `ilr store freeze --help`."
            raise StoreError(f"The store has no snapshot {id}. {there}")
        return found[id]

    def learner_key(self, ukprn: int, learn_ref_number: str) -> str:
        """The key under which a provider's learner stands in all tables. VaultError without the vault's key."""
        return self._key.learner_key(ukprn, learn_ref_number)

    def vault(self) -> Vault:
        """The identifiers, for linking. VaultError without the key."""
        return Vault(self.path, self._key)

    def verify(self) -> list[str]:
        """Read every file and compare it with the catalogue; one sentence for each that is missing or changed."""
        problems = []
        with self._reading() as catalogue:
            holders: list[Submission | Snapshot] = [*catalogue.submissions(with_files=True), *catalogue.snapshots()]
            editions = catalogue.reference_editions()
        held = [(f.path, f.bytes, f.sha256) for f in chain.from_iterable(holder.files for holder in holders)]
        held += [
            (f"reference/{number:04d}/{name}", about["bytes"], about["sha256"])
            for number, _, files in editions
            for name, about in files.items()
        ]
        for name, size, sha256 in held:
            path = self.path / name
            if not path.is_file():
                problems.append(f"{name} is missing.")
            elif durable.file_sha256(path) != (size, sha256):
                problems.append(f"{name} is not as it was written.")
        return problems

    def diff(self, before: str, now: str, *, ukprn: int | None = None, detail: bool = False) -> Difference:
        """What changed from one state to another (``openilr.store.differences``).

        Each is a snapshot (``2526-R04-1``), a version of one provider's file (``2526-R04-10001234-001``), or a return
        as it stands (``2526-R04``), all of one year. ``ukprn`` narrows to a provider; ``detail`` lists every learner
        and aim. StoreError where one is not there.
        """
        from openilr.store import differences, states

        a, b, ukprn = states.pair(self, before, now, ukprn)
        return differences.compare(a, b, ukprn, detail=detail)

    def quality(
        self,
        year: str | None = None,
        return_name: str | None = None,
        *,
        snapshot: str | None = None,
        ukprn: int | None = None,
    ) -> Quality:
        """How good each field is (``openilr.store.quality``): of a snapshot, or a return as it stands.

        By default the last return of the last year. Values are compared with those of the return before it in the same
        year. Fields in the vault are counted where its key is at hand: how many are filled, and no more. What was
        measured of the whole of it is kept until a file comes or goes, and is that of a snapshot of the same files too.
        StoreError where there is nothing.
        """
        from openilr.store.quality import measuring

        return measuring.of(self, year, return_name, snapshot, ukprn)

    def known_quality(self) -> Quality | None:
        """How good each field is as far as it was measured before: of the last return, or else of the newest snapshot.

        It measures nothing. None where nothing was measured; StoreError where nothing was returned.
        """
        from openilr.store.quality import measuring

        return measuring.newest(self)

    def footnotes(
        self,
        fields: Iterable[str],
        year: str | None = None,
        return_name: str | None = None,
        *,
        snapshot: str | None = None,
        measure: bool = False,
        published: bool = False,
    ) -> list[str]:
        """The sentences that go with numbers or rows made of these fields (``openilr.store.quality.notes``).

        ``fields`` are dotted names, or columns of the national views. Ratings are those that were measured already
        (``quality``) unless ``measure`` is asked for, which takes minutes for a national return; where there are none,
        a sentence says so. ``published`` leaves shares out that would give small counts away.
        """
        from openilr.store.quality import measuring, notes

        ask = measuring.of if measure else measuring.known
        year, return_name, _ = measuring.meant(self, year, return_name, snapshot)
        quality = ask(self, year, return_name, snapshot)
        if quality:
            return quality.footnotes(fields, published=published)
        return notes.not_measured(snapshot or f"{year}-{return_name}")

    def with_references(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of a difference with LearnRefNumber in place of the learner's key: personal data, for the sender.

        As they are without the vault's key.
        """
        from openilr.store import states

        return states.with_references(self, rows)

    def crosscheck(self, source: str, year: str | None = None, return_name: str | None = None) -> pl.DataFrame:
        """A return beside another source that was added as reference data (``openilr.store.crosscheck``).

        ``apprenticeship-service`` (needs the vault's key, and names people) or ``qualifications``. StoreError where the
        source was not added.
        """
        from openilr.store import crosscheck

        return crosscheck.of(self, source, year, return_name)

    def export(
        self,
        target: str | os.PathLike[str],
        *,
        year: str | None = None,
        return_name: str | None = None,
        snapshot: str | None = None,
        form: str = "parquet",
        ratings: bool = True,
    ) -> dict[str, int]:
        """Write the national tables into a new folder, as Parquet or CSV; the rows of each file.

        They hold no identifiers, and are personal data all the same: every row is about one person. Beside them stand
        ``fields.csv`` with what each column is and how good (``ratings``, of one return), and ``manifest.json``.
        """
        from openilr.store import exports

        with _plain_errors("The export could not be written"):
            return exports.of(self, Path(target), form, year, return_name, snapshot, ratings=ratings)

    def journeys(
        self, output: str | os.PathLike[str] | None = None, *, spine: pl.DataFrame | None = None
    ) -> tuple[pl.DataFrame, dict[str, int]]:
        """Episodes of learning joined over years, providers, restarts and transfers (``openilr.store.journeys``).

        The rows, and counts of what there is. With ``output`` the rows go to that Parquet file and the frame is empty:
        a national store has tens of millions. ``spine`` (learner_key, person_id) from linking joins more people.
        """
        from openilr.store import journeys

        with _plain_errors("The journeys were not written"):
            return journeys.of(self, Path(output) if output is not None else None, spine)

    # Deriving again

    @staticmethod
    def upgrade(path: str | os.PathLike[str]) -> int:
        """Bring a store of an earlier release up to this one; how many submissions got new derived columns.

        Nothing is lost on the way: new tables are written beside the old, and the catalogue changes in one step.
        Needs the vault key, for areas are derived from postcodes.
        """
        catalogue = Catalogue(Path(path), any_format=True)
        store = Store.__new__(Store)
        store.path, store._settings, store._last = Path(path), catalogue.settings, None
        catalogue.close()
        return store.derive_again()

    def derive_again(self, year: str | None = None) -> int:
        """Derive areas, levels and subjects again with the current reference data, as after a new edition of LARS.

        Current files only, of one year where given; the number of submissions. Snapshots stay as they are. Everything
        that comes from the return itself is copied as it is.
        """
        from openilr.store import deriving

        for name, mode in _FOLDERS:
            (self.path / name).mkdir(mode=mode, exist_ok=True)
        with _plain_errors("The tables could not be derived again"), self._writing(any_format=True) as catalogue:
            edition = self._edition_of(catalogue, None)
            lookups = self._lookups(edition, None)
            return deriving.derive_again(self.path, catalogue, self._key, lookups, edition, year)

    # Reference data

    def add_reference(self, path: str | os.PathLike[str]) -> list[str]:
        """Keep a copy of a reference file, or of all in a folder that are known by name, as published; their names.

        Each call makes a new edition with all earlier files, in which a file takes the place of one of the same table
        (or of the same name, where a table comes in parts). Submissions record the edition that they were accepted
        with. A file of people's numbers is encrypted with the vault's key (VaultError without it).
        """
        with _plain_errors(), self._writing() as catalogue:
            return keep_reference(self.path, catalogue, Path(path), lambda: self._key, _now())

    def reference(self, edition: int | None = None) -> Any:
        """The current edition, or an earlier one, as ``openilr.reference.Reference``; None where none was added.

        Files of people's numbers are not in it where the vault's key is not at hand.
        """
        number = edition or self.reference_edition()
        return self._edition(number).reference if number else None

    def reference_files(self) -> list[str]:
        """The names of the files of the current edition."""
        with self._reading() as catalogue:
            editions = catalogue.reference_editions()
        return list(editions[-1][2]) if editions else []

    def reference_edition(self) -> int | None:
        """The number of the current edition of the reference data, or None where none was added."""
        with self._reading() as catalogue:
            return self._edition_of(catalogue, None)

    # For stages that keep their own files in the store's folder

    def reading(self) -> AbstractContextManager[Catalogue]:
        """The catalogue, open for reading."""
        return self._reading()

    def writing(self) -> AbstractContextManager[Catalogue]:
        """The catalogue, with the writer's lock held. StoreBusy where another process holds it."""
        return self._writing()

    # Inside

    @cached_property
    def _key(self) -> Key:
        return read_key(self._settings["id"], self._settings["key"])

    def _edition(self, edition: int) -> _Edition:
        """One edition of the reference data; the last one asked for is kept."""
        if self._last is None or self._last.number != edition:
            from openilr import reference

            key = None
            with suppress(VaultError):
                key = self._key
            opener = None if key is None else partial(unseal, key=key)
            loaded = reference.load(self.path / "reference" / f"{edition:04d}", unseal=opener)
            self._last = _Edition(edition, loaded, enrich.Lookups(loaded))
        return self._last

    def _lookups(self, edition: int | None, reference: Any) -> enrich.Lookups:
        return self._edition(edition).lookups if edition is not None else enrich.Lookups(reference)

    def _edition_of(self, catalogue: Catalogue, reference: Any) -> int | None:
        """The number of the edition to derive from; None for reference data that are not the store's."""
        editions = catalogue.reference_editions()
        if reference is not None:
            return self._last.number if self._last is not None and self._last.reference is reference else None
        return editions[-1][0] if editions else None

    @contextmanager
    def _reading(self, *, any_format: bool = False) -> Iterator[Catalogue]:
        catalogue = Catalogue(self.path, any_format=any_format)
        try:
            yield catalogue
        finally:
            catalogue.close()

    @contextmanager
    def _writing(self, *, any_format: bool = False) -> Iterator[Catalogue]:
        """The catalogue, with the writer's lock held and leftovers of a killed or failed writer removed."""
        with durable.Lock(self.path / _LOCK) as lock, self._reading(any_format=any_format) as catalogue:
            catalogue.lock()
            if lock.leftovers:
                self._remove_leftovers(catalogue.known())
                lock.tidied()
            yield catalogue
            lock.leftovers = any_format  # tables that were derived again leave their forerunners

    def _remove_leftovers(self, known: set[str]) -> None:
        whole = {path.rsplit("/", 1)[0] for path in known}
        for folder, _ in _FOLDERS:
            for entry in (self.path / folder).iterdir():
                name = f"{folder}/{entry.name}"
                if name not in whole:
                    durable.remove(entry)
                elif f"{name}/" not in known:
                    for file in entry.iterdir():
                        if f"{name}/{file.name}" not in known:
                            durable.remove(file)


def _refuse_unclear(return_name: str, submitted_by: str) -> None:
    if return_name not in RETURNS:
        raise StoreError(f"{return_name!r} is not a return: write R01 to R14.")
    if not submitted_by.strip():
        raise StoreError("Say who sends the file: submitted_by may not be empty.")


@contextmanager
def _plain_errors(what: str = "The file could not be taken in") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{what} ({error.strerror or error}); nothing was changed.") from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
