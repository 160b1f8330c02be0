"""Small messages for tests of derived values: learners as nested dictionaries, and questions answered about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from openilr import years
from openilr.collect.layout import DTYPES
from openilr.collect.tables import Tables
from openilr.derive.expressions import Expr, Record, Ref
from openilr.derive.frames import Compiler, Frames
from openilr.reference import TABLES, Reference, schema_of
from openilr.years import Year

_KINDS = {pl.String: "text", pl.Date: "date", pl.Float64: "decimal", pl.Boolean: "bool"}
REFERENCES = {
    name: Ref(name, {column: _KINDS.get(dtype.base_type(), "int") for column, dtype in schema_of(name).items()})
    for name in TABLES
}


def day(text: str) -> date:
    return date.fromisoformat(text)


def tables(year: Year, *learners: dict[str, Any], **header: Any) -> Tables:
    """A message with these learners. A list in a dictionary holds records of the entity that its key names."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in year.schema.entities}

    def add(entity: str, parent: int, learner: int, values: dict[str, Any]) -> None:
        row = len(rows[entity])
        inside = learner if entity != "Learner" else row
        below = {k: v for k, v in values.items() if isinstance(v, list)}
        rows[entity].append(
            {"row": row, "parent": parent, "learner": inside, "line": 1}
            | {k: v for k, v in values.items() if k not in below}
        )
        for child, records in below.items():
            for record in records:
                add(child, row, inside, record)

    for entity in ("Message", "Header", "CollectionDetails", "LearningProvider"):
        add(entity, 0, 0, header if entity in ("CollectionDetails",) else {})
    for learner in learners:
        add("Learner", 0, 0, learner)
    frames = {}
    for name, entity in year.schema.entities.items():
        schema: dict[str, Any] = dict.fromkeys(("row", "parent", "learner", "line"), pl.UInt32)
        schema |= {f.name: DTYPES[f.type] for f in entity.fields}
        for record in rows[name]:
            assert set(record) <= set(schema), f"{name} has no {set(record) - set(schema)}"
        frames[name] = pl.DataFrame([{c: r.get(c) for c in schema} for r in rows[name]], schema=schema)
    return Tables(year, frames)


class Asked:
    """Questions about one message: ``asked("Learner", lambda learner: learner.ULN > 1)`` gives a list of answers."""

    def __init__(self, *learners: dict[str, Any], year: str = "2526", reference: dict[str, Any] | None = None) -> None:
        self.year = years.load(year)
        given = Reference.from_frames(reference or {})
        self.compiler = Compiler()
        self.frames = Frames(tables(self.year, *learners), self.compiler, given)

    def record(self, entity: str) -> Record:
        return Record(self.year, entity, references=REFERENCES)

    def __call__(self, entity: str, question: Callable[[Record], Expr]) -> list[Any]:
        record = self.record(entity)
        compiled = self.compiler.compile(question(record), {id(record): ""})
        return self.frames.select(entity, [compiled.alias("answer")])["answer"].to_list()
