"""One file on its way into the store: what is accepted, what is refused, and the files that are kept of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from openilr.store import durable, enrich, memory
from openilr.store.acceptance import Acceptance, Refusals
from openilr.store.catalogue import Catalogue, StoredFile, Submission
from openilr.store.staging import Batch, Staging
from openilr.store.vault import Key, VaultWriter

if TYPE_CHECKING:
    import polars as pl


class ReportLike(Protocol):
    """What is needed of ``openilr.validate.Report``."""

    @property
    def year(self) -> str | None: ...

    @property
    def readable(self) -> bool: ...

    @property
    def findings(self) -> pl.DataFrame: ...

    def to_json(self) -> str: ...


class NotChecked:
    """The report on data that nobody checked: no findings, and it says that no rule was run."""

    year: str | None = None
    readable = True

    @property
    def findings(self) -> pl.DataFrame:
        import polars as pl

        return pl.DataFrame(
            schema={
                "rule": pl.String, "severity": pl.String, "learn_ref_number": pl.String, "aim_seq_number": pl.Int32,
                "line": pl.UInt32,
            }
        )  # fmt: skip

    def to_json(self) -> str:
        return json.dumps({"violations": [], "not_run": [{"rule": "*", "needs": []}]})


@dataclass(frozen=True)
class Sent:
    """Where a file comes from: its name, size and hash (empty where there was no file), who sent it, and when."""

    name: str
    bytes: int
    sha256: str
    by: str
    at: str
    origin: str = "submitted"


class Intake:
    """Takes files into one store. The caller holds the writer's lock."""

    def __init__(self, folder: Path, key: Key, catalogue: Catalogue, lookups: enrich.Lookups) -> None:
        self._folder, self._key, self._catalogue, self._lookups = folder, key, catalogue, lookups

    def take(
        self, sent: Sent, tables: Iterable[Batch], report: ReportLike, return_name: str, edition: int | None
    ) -> Acceptance:
        """Accept the learners without errors, in place of the provider's earlier file; or record the refusal."""
        batches = iter(tables) if report.readable else iter(())
        first = next(batches, None)
        year, ukprn = _sender(first, report)
        version = self._catalogue.next_version(year, return_name, ukprn)
        draft = Submission(
            id=f"{year or 'unknown'}-{return_name}-{ukprn or 'unknown'}-{version:03d}",
            year=year, return_name=return_name, ukprn=ukprn, version=version, status="refused", file=sent.name,
            sha256=sent.sha256, bytes=sent.bytes, submitted_by=sent.by, submitted_at=sent.at, reason=None, counts={},
            reference=edition, origin=sent.origin,
        )  # fmt: skip
        refusals = Refusals(report.findings)
        tables_final, vault_final = self._folder / "tables" / draft.id, self._folder / "vault" / draft.id
        with durable.staging((tables_final, 0o755), (vault_final, 0o700)) as (tables_part, vault_part):
            new, files = self._stage(draft, first, batches, report, refusals, (tables_part, vault_part))
            recalled = memory.recall(self._folder, self._key, self._catalogue, new, tables_part)
            files.append(self._write_report(draft.id, vault_part, report, refusals))
            durable.publish_folder(vault_part, vault_final)
            if new.status == "accepted":
                durable.publish_folder(tables_part, tables_final)
            else:
                durable.remove(tables_part)
            new = replace(new, files=tuple(files), current=new.status == "accepted")
            replaced = self._catalogue.add(new, _rule_counts(report.findings))
        return Acceptance(
            new.id, new.year, new.return_name, new.ukprn, new.version, new.file, new.sha256, new.current, new.reason,
            new.counts, refusals.refused, replaced, recalled,
        )  # fmt: skip

    def _stage(
        self,
        draft: Submission,
        first: Batch | None,
        batches: Iterator[Batch],
        report: ReportLike,
        refusals: Refusals,
        parts: tuple[Path, Path],
    ) -> tuple[Submission, list[StoredFile]]:
        """Write the tables of the accepted learners, or find the reason to refuse the file."""
        from openilr import years

        reason = _refused_at_once(draft, report, first)
        if reason or first is None or draft.year is None or draft.ukprn is None:
            return replace(draft, reason=reason, counts=dict(getattr(report, "counts", {}))), []
        staging = Staging(
            draft.id, years.load(draft.year), draft.return_name, draft.ukprn,
            folders=parts, key=self._key, refusals=refusals, lookups=self._lookups,
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
