"""The schema of a year, arranged for reading: which tables there are, and what may stand where."""

from __future__ import annotations

from functools import cache, cached_property

import polars as pl

from openilr.collect.values import FieldCheck
from openilr.spec import Entity, Schema, Type
from openilr.years import Year

#: The key columns that stand before the fields in a table that was just read. ``record`` is the row of the learner
#: (or of the destination record) that the row belongs to, ``offset`` the place of its start tag in bytes.
KEYS = ("parent", "record", "line", "offset")

#: How a field of each type is kept.
DTYPES: dict[Type, pl.DataType] = {
    Type.STRING: pl.String(),
    Type.RESTRICTED: pl.String(),
    Type.INT: pl.Int32(),
    Type.LONG: pl.Int64(),
    Type.DECIMAL: pl.Float64(),
    Type.DATE: pl.Date(),
    Type.DATETIME: pl.Datetime("us"),
}


class Layout:
    """One year's tables. ``records`` are the groups that repeat under Message: a file is read record by record."""

    def __init__(self, year: Year) -> None:
        self.year = year
        self.schema: Schema = year.schema
        self.entities: dict[str, Entity] = self.schema.entities
        self.records = tuple(e.name for e in self.schema.root.entities if e.max_occurs is None)
        self.record_of = {
            name: next((r for r in self.records if self.schema.is_within(name, r)), None) for name in self.entities
        }
        self.header = tuple(name for name, record in self.record_of.items() if record is None)
        self.body = tuple(name for name, record in self.record_of.items() if record is not None)
        self.checks = {
            field.path: FieldCheck(
                field, (d for d in year.field_definitions if (d.entity, d.field) == (field.entity, field.name))
            )
            for field in self.schema.fields.values()
        }

    def empty_raw(self, entity: str) -> pl.DataFrame:
        """No rows of this entity, as text."""
        return self._empty_raw[entity]

    def empty(self, entity: str) -> pl.DataFrame:
        """No rows of this entity, typed: the columns that its table always has."""
        return self._empty[entity]

    @cached_property
    def _empty_raw(self) -> dict[str, pl.DataFrame]:
        keys = {"parent": pl.UInt32, "record": pl.UInt32, "line": pl.UInt32, "offset": pl.Int64}
        return {
            name: pl.DataFrame(schema={**keys, **{f.name: pl.String for f in entity.fields}})
            for name, entity in self.entities.items()
        }

    @cached_property
    def _empty(self) -> dict[str, pl.DataFrame]:
        result = {}
        for name, entity in self.entities.items():
            keys = ["row", "parent", *(["learner"] if self.record_of[name] == "Learner" else []), "line"]
            fields = {f.name: DTYPES[f.type] for f in entity.fields}
            result[name] = pl.DataFrame(schema={**dict.fromkeys(keys, pl.UInt32()), **fields})
        return result

    def most(self, entity: str) -> list[tuple[int, bool]]:
        """How often an entity may occur in its parent, and whether it is the schema that says so."""
        return self._most[entity]

    @cached_property
    def _most(self) -> dict[str, list[tuple[int, bool]]]:
        result: dict[str, list[tuple[int, bool]]] = {}
        for name, entity in self.entities.items():
            result[name] = [] if entity.max_occurs is None else [(entity.max_occurs, True)]
        for row in self.year.field_definitions:
            if row.kind != "EO":
                continue
            # "1.." asks for at least one, which the schema's own least number holds.
            schema = self.entities[row.entity].max_occurs
            if row.limit.isdigit() and (schema is None or int(row.limit) < schema):
                result[row.entity].append((int(row.limit), False))
        return result


@cache
def layout_of(year: Year) -> Layout:
    return Layout(year)
