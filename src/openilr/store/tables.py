"""Analysis tables: one Parquet file for each entity of a submission, official field names, no direct identifiers.

Beside its fields every table has ``year``, ``return`` and ``ukprn`` (so a file explains itself), ``learner_key``, and
``row``, ``parent`` and ``line``: the place in the sent file, counted over the whole file, with gaps where learners were
refused. ``parent`` is the ``row`` in the table of the entity above.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from openilr.spec import Entity, Field, Schema, Type
from openilr.store import durable
from openilr.store.catalogue import StoredFile
from openilr.store.privacy import goes_to_vault

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

#: Columns that the store adds: name, and kind of value (spelt for DuckDB in ``DUCKDB``, for Arrow in ``arrow_schema``).
PLACE = (("year", "text"), ("return", "text"), ("ukprn", "int"), ("learner_key", "text"))
ROWS = (("row", "row"), ("parent", "row"), ("line", "row"))
#: Derived on acceptance (``openilr.store.enrich``), by entity.
DERIVED = {
    "Learner": (
        ("person_key", "text"), ("age_aug31", "int"), ("home_region", "text"), ("home_lad", "text"),
        ("home_lsoa", "text"), ("home_mca", "text"), ("home_pcon", "text"), ("imd_decile", "int"),
        ("imd_edition", "text"),
    ),
    "LearningDelivery": (
        ("person_key", "text"), ("age_aug31", "int"), ("age_start", "int"), ("aim_level", "text"),
        ("programme_level", "text"), ("ssa1", "text"), ("ssa2", "text"), ("learn_aim_ref_type", "text"),
        ("awarding_body", "text"), ("guided_hours", "int"), ("basic_skills_type", "int"),
        ("full_level2_percent", "decimal"), ("full_level3_percent", "decimal"), ("delivery_region", "text"),
        ("delivery_lad", "text"), ("delivery_mca", "text"), ("delivery_pcon", "text"), ("distance_band", "text"),
        ("provider_type", "text"),
    ),
    "LearnerDestinationandProgression": (("person_key", "text"),),
}  # fmt: skip
_TYPES = {
    Type.STRING: "text",
    Type.RESTRICTED: "text",
    Type.INT: "int",
    Type.LONG: "long",
    Type.DECIMAL: "decimal",
    Type.DATE: "date",
    Type.DATETIME: "datetime",
}
DUCKDB = {
    "text": "VARCHAR", "int": "INTEGER", "long": "BIGINT", "decimal": "DOUBLE", "date": "DATE",
    "datetime": "TIMESTAMP", "row": "UINTEGER",
}  # fmt: skip


#: Rows that wait before they are written.
ROW_GROUP = 50_000


@cache
def table_name(entity: str) -> str:
    """The name of an entity's table: ``LearningDeliveryFAM`` is ``learning_delivery_fam``."""
    spaced = re.sub(r"(?<=[A-Za-z])and(?=[A-Z])", "_and_", entity)
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", spaced).replace("__", "_").lower()


def roots(schema: Schema) -> tuple[Entity, ...]:
    """The entities that stand for one learner: those directly under the message that carry a learner's reference."""
    return tuple(e for e in schema.root.entities if any(f.name == "LearnRefNumber" for f in e.fields))


def kept_entities(schema: Schema) -> tuple[Entity, ...]:
    """Entities with an analysis table, parents first. The header's facts are in the catalogue instead."""
    return tuple(entity for root in roots(schema) for entity in root.walk())


def plain_fields(entity: Entity) -> tuple[Field, ...]:
    return tuple(f for f in entity.fields if not goes_to_vault(f))


def vault_fields(entity: Entity) -> tuple[Field, ...]:
    return tuple(f for f in entity.fields if goes_to_vault(f))


def columns(entity: Entity) -> tuple[tuple[str, str], ...]:
    """(name, kind) of every column of an entity's analysis table."""
    fields = tuple((f.name, _TYPES[f.type]) for f in plain_fields(entity))
    return (*PLACE, *DERIVED.get(entity.name, ()), *ROWS, *fields)


def arrow_schema(entity: Entity) -> pa.Schema:
    import pyarrow as pa

    types = {
        "text": pa.string(), "int": pa.int32(), "long": pa.int64(), "decimal": pa.float64(), "date": pa.date32(),
        "datetime": pa.timestamp("us"), "row": pa.uint32(),
    }  # fmt: skip
    return pa.schema([(name, types[kind]) for name, kind in columns(entity)])


class TableWriter:
    """Appends batches to one entity's Parquet file. The file is made when the first row comes.

    Rows wait until there are enough of them for a row group: a file of many small ones is slow to read.
    """

    def __init__(self, folder: Path, entity: Entity) -> None:
        self._path = folder / f"{table_name(entity.name)}.parquet"
        self._entity = entity
        self._sink: durable.Sink | None = None
        self._waiting: list[pl.DataFrame] = []
        self._waiting_rows = 0
        self.rows = 0

    def add(self, frame: pl.DataFrame) -> None:
        import pyarrow.parquet as pq

        if frame.is_empty():
            return
        if self._sink is None:
            self._schema = arrow_schema(self._entity)
            self._sink = durable.Sink(self._path)
            self._writer = pq.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._waiting.append(frame.select(self._schema.names))
        self._waiting_rows += frame.height
        self.rows += frame.height
        if self._waiting_rows >= ROW_GROUP:
            self._put()

    def _put(self) -> None:
        import polars as pl

        if self._waiting:
            self._writer.write_table(pl.concat(self._waiting).to_arrow().cast(self._schema))
        self._waiting, self._waiting_rows = [], 0

    def finish(self, submission: str) -> StoredFile | None:
        if self._sink is None:
            return None
        self._put()
        self._writer.close()
        self._sink.finish()
        path = f"tables/{submission}/{self._path.name}"
        return StoredFile(path, "table", self._sink.size, self._sink.sha256, self._entity.name, self.rows)

    def abandon(self) -> None:
        """Let go of the file after a failure, without writing to it again."""
        if self._sink is not None and not self._sink.closed:
            # Otherwise the writer would try to end the file properly when it is collected.
            self._writer.is_open = False
            self._sink.close()
