"""One file on its way into the store: batches of tables in, finished files out, in constant memory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from openilr.spec import Entity, Schema
from openilr.store import durable, enrich
from openilr.store.acceptance import Refusals
from openilr.store.catalogue import StoredFile
from openilr.store.tables import TableWriter, kept_entities, roots, vault_fields
from openilr.store.vault import Key, VaultWriter

if TYPE_CHECKING:
    import polars as pl

    from openilr.years import Year


class Batch(Protocol):
    """What is needed of ``openilr.collect.Tables``: the year and one frame for each entity."""

    @property
    def year(self) -> Year: ...

    @property
    def frames(self) -> dict[str, pl.DataFrame]: ...


class Staging:
    """Writes the accepted learners of one file: tables to one folder, identifiers to another, encrypted."""

    def __init__(
        self,
        submission: str,
        year: Year,
        return_name: str,
        ukprn: int,
        *,
        folders: tuple[Path, Path],
        key: Key,
        refusals: Refusals,
        lookups: enrich.Lookups,
    ) -> None:
        self._submission, self._year, self._return, self._ukprn = submission, year, return_name, ukprn
        self._schema: Schema = year.schema
        self._key, self._refusals, self._lookups = key, refusals, lookups
        self._writers = {entity.name: TableWriter(folders[0], entity) for entity in kept_entities(year.schema)}
        self._vault_sink = durable.Sink(folders[1] / "identifiers.vault")
        self._vault = VaultWriter(self._vault_sink, key, f"{submission}/identifiers")
        self._before: Counter[str] = Counter()
        self.counts = dict.fromkeys(("learners", "aims", "learners_accepted", "learners_refused", "aims_accepted"), 0)

    def add(self, tables: Batch) -> None:
        """Sort the learners of a batch and write the accepted ones with all that hangs below them."""
        learners = tables.frames["Learner"]
        self.counts["learners"] += learners.height
        self.counts["aims"] += tables.frames["LearningDelivery"].height
        for root in roots(self._schema):
            keep = self._refusals.accepted(tables.frames[root.name])
            if root.name == "Learner":
                self.counts["learners_accepted"] += int(keep.sum())
                self.counts["learners_refused"] += learners.height - int(keep.sum())
            self._write(root, tables, self._with_keys(tables.frames[root.name].filter(keep)))
        self._before.update({name: frame.height for name, frame in tables.frames.items()})

    def finish(self) -> list[StoredFile]:
        """Close all files, flushed to the disk."""
        files = [stored for writer in self._writers.values() if (stored := writer.finish(self._submission))]
        self._vault.finish()
        self._vault_sink.finish()
        path = f"vault/{self._submission}/identifiers.vault"
        files.append(StoredFile(path, "identifiers", self._vault_sink.size, self._vault_sink.sha256))
        return files

    def abandon(self) -> None:
        """Let go of all files after a failure or a refusal; the caller removes them."""
        for writer in self._writers.values():
            writer.abandon()
        self._vault_sink.close()

    def _with_keys(self, learners: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        keys = [self._key.learner_key(self._ukprn, ref) for ref in learners["LearnRefNumber"]]
        people = [self._key.person_key(uln, own) for uln, own in zip(learners["ULN"], keys, strict=True)]
        return learners.with_columns(
            pl.Series("learner_key", keys, pl.String), pl.Series("person_key", people, pl.String)
        )

    def _write(self, root: Entity, tables: Batch, learners: pl.DataFrame) -> None:
        import polars as pl

        if root.name == "Learner":
            learners = enrich.learner(learners, self._year.academic_year, self._lookups)
        written = {root.name: learners}
        for entity in root.walk():
            if entity is not root:
                above = written[entity.parent or ""].select(pl.col("row").alias("parent"), "learner_key", "person_key")
                frame = tables.frames[entity.name]
                written[entity.name] = frame.join(above, on="parent", how="inner", maintain_order="left")
            if entity.name == "LearningDelivery":
                written[entity.name] = enrich.learning_delivery(
                    written[entity.name], learners, self._year.academic_year, self._ukprn, self._lookups
                )
                self.counts["aims_accepted"] += written[entity.name].height
            self._write_entity(entity, written[entity.name])

    def _write_entity(self, entity: Entity, frame: pl.DataFrame) -> None:
        import polars as pl

        if frame.is_empty():
            return
        # Row ids start at 0 in each batch; in the store they run over the whole file.
        frame = frame.with_columns(
            pl.col("row") + self._before[entity.name],
            pl.col("parent") + self._before[entity.parent or ""] * (entity.parent != "Message"),
            pl.lit(self._year.name).alias("year"),
            pl.lit(self._return).alias("return"),
            pl.lit(self._ukprn).alias("ukprn"),
        )
        self._writers[entity.name].add(frame)
        withheld = [field.name for field in vault_fields(entity)]
        if withheld:
            self._vault.add_frame(entity.name, frame.select("learner_key", "person_key", "row", *withheld))
