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
    "Learner": (("person_key", "text"), ("age_aug31", "int")),
    "LearningDelivery": (
        ("person_key", "text"),
        ("age_aug31", "int"),
        ("age_start", "int"),
        ("aim_level", "text"),
        ("programme_level", "text"),
    ),
    "LearnerDestinationandProgression": (("person_key", "text"),),
}
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
    """Appends batches to one entity's Parquet file. The file is made when the first row comes."""

    def __init__(self, folder: Path, entity: Entity) -> None:
        self._path = folder / f"{table_name(entity.name)}.parquet"
        self._entity = entity
        self._sink: durable.Sink | None = None
        self.rows = 0

    def add(self, frame: pl.DataFrame) -> None:
        import pyarrow.parquet as pq

        if frame.is_empty():
            return
        if self._sink is None:
            self._schema = arrow_schema(self._entity)
            self._sink = durable.Sink(self._path)
            self._writer = pq.ParquetWriter(self._sink, self._schema, compression="zstd")
        table = frame.select(self._schema.names).to_arrow().cast(self._schema)
        self._writer.write_table(table)
        self.rows += frame.height

    def finish(self, submission: str) -> StoredFile | None:
        if self._sink is None:
            return None
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
