"""A return as columnar tables, and the check of values, missing fields and counts that makes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from openilr.collect.columns import typed
from openilr.collect.findings import SHOWN, SchemaFinding
from openilr.collect.layout import Layout, layout_of
from openilr.collect.structure import Raw
from openilr.collect.values import Break
from openilr.spec import Entity, Field
from openilr.years import Year


@dataclass(repr=False)
class Tables:
    """One frame for each entity of the year, also for those that do not occur.

    Every frame has ``row`` (0 to n-1, in document order), ``parent`` (row of the parent entity), ``learner`` (row in
    Learner; only for Learner and what is in it), ``line`` (line of the start tag), all UInt32, then one column for
    each field: Int32, Int64, Float64, Date, Datetime("us") or String. A missing element is null; so is a value that
    cannot be read. Rows count from 0 in each batch of a stream; the header is repeated in each batch.
    """

    year: Year
    frames: dict[str, pl.DataFrame]

    def __getitem__(self, entity: str) -> pl.DataFrame:
        return self.frames[entity]

    def __iter__(self) -> Iterator[str]:
        """The names of the entities."""
        return iter(self.frames)

    def __repr__(self) -> str:
        """How many rows each entity has, and nothing of what is in them."""
        counts = ", ".join(f"{name}: {frame.height:,}" for name, frame in self.frames.items())
        return f"Tables of {self.year.academic_year.label} ({counts})"

    def _repr_html_(self) -> str:
        """The same as a table, for a notebook."""
        rows = "".join(f"<tr><td>{name}</td><td>{frame.height:,}</td></tr>" for name, frame in self.frames.items())
        head = "<tr><th scope='col'>Entity</th><th scope='col'>Rows</th></tr>"
        return f"<table><caption>Tables of {self.year.academic_year.label}</caption>{head}{rows}</table>"

    @staticmethod
    def empty(year: Year) -> Tables:
        layout = layout_of(year)
        return Tables(year, {name: layout.empty(name) for name in layout.entities})

    @staticmethod
    def join(parts: Sequence[Tables]) -> Tables:
        """Batches of one file as one. The header is that of the last batch, which saw most of the file."""
        layout = layout_of(parts[0].year)
        frames = {name: parts[-1].frames[name] for name in layout.header}
        for name in layout.body:
            entity = layout.entities[name]
            shifted, rows, above, learners = [], 0, 0, 0
            for part in parts:
                frame = part.frames[name]
                keys = [(pl.col("row") + rows).cast(pl.UInt32)]
                if name not in layout.records:
                    keys.append((pl.col("parent") + above).cast(pl.UInt32))
                if "learner" in frame.columns:
                    keys.append((pl.col("learner") + learners).cast(pl.UInt32))
                shifted.append(frame.with_columns(keys))
                rows += frame.height
                above += part.frames[entity.parent or ""].height
                learners += part.frames["Learner"].height
            frames[name] = pl.concat(shifted)
        return Tables(parts[0].year, {name: frames[name] for name in layout.entities})


def type_and_check(raw: Raw, layout: Layout) -> tuple[dict[str, pl.DataFrame], list[SchemaFinding]]:
    """Typed frames of what was read, and all findings of that part of the file, in document order.

    Most of the work is done by Polars without Python's lock, so it may run beside the reading of the next part.
    """
    return _Check(raw, layout).run()


class _Check:
    def __init__(self, raw: Raw, layout: Layout) -> None:
        self._raw, self._layout = raw, layout
        self._findings = list(raw.findings)
        self._frames: dict[str, pl.DataFrame] = {}

    def run(self) -> tuple[dict[str, pl.DataFrame], list[SchemaFinding]]:
        wrong: list[tuple[Field, pl.Series]] = []
        for name, frame in self._raw.frames.items():
            entity = self._layout.entities[name]
            if not frame.height:
                self._frames[name] = self._layout.empty(name)
                continue
            columns = []
            for field in entity.fields:
                column, rows = typed(frame[field.name], self._layout.checks[field.path])
                columns.append(column)
                if rows is not None:
                    wrong.append((field, rows))
            self._frames[name] = self._with_keys(entity, frame, columns)
        for field, rows in wrong:
            self._values(field, rows)
        for name, frame in self._raw.frames.items():
            if frame.height:
                self._missing(self._layout.entities[name])
                self._counts(self._layout.entities[name])
        self._findings.sort(key=lambda f: f.line or 0)
        return self._frames, self._findings

    def _with_keys(self, entity: Entity, frame: pl.DataFrame, columns: list[pl.Series]) -> pl.DataFrame:
        keys = [pl.Series("row", np.arange(frame.height, dtype=np.uint32)), frame["parent"]]
        if self._layout.record_of[entity.name] == "Learner":
            keys.append(frame["record"].alias("learner"))
        return pl.DataFrame([*keys, frame["line"], *columns])

    def _values(self, field: Field, rows: pl.Series) -> None:
        check = self._layout.checks[field.path]
        raw = self._raw.frames[field.entity]
        texts = raw[field.name].gather(rows).to_list()
        known: dict[str, list[Break]] = {}
        for row, text in zip(rows.to_list(), texts, strict=True):
            breaks = known.get(text)
            if breaks is None:
                breaks = known[text] = check.breaks(text)
            if breaks:
                line = self._line_of(field, raw, row)
                for broken in breaks:
                    self._add(field.entity, row, line, field.name, broken.kind, text, broken.message, broken.schema)

    def _missing(self, entity: Entity) -> None:
        frame = self._raw.frames[entity.name]
        for field in entity.fields:
            if not field.required and not self._layout.checks[field.path].limits.mandatory:
                continue
            column = frame[field.name]
            if column.null_count():
                message = f"{field.name} is mandatory in {entity.name}, and is missing."
                for row in column.is_null().arg_true().to_list():
                    if not self._was_too_long(entity.name, row, field.name):
                        self._add(entity.name, row, None, field.name, "MA", None, message, field.required)
        for child in entity.entities:
            if child.min_occurs and child.name in self._raw.frames:
                has = np.zeros(frame.height, dtype=bool)
                has[self._raw.frames[child.name]["parent"].to_numpy()] = True
                for row in np.flatnonzero(~has).tolist():
                    message = f"{entity.name} must hold at least one {child.name}, and has none."
                    self._add(entity.name, row, None, None, "EO", None, message, entity_named=child.name)

    def _was_too_long(self, entity: str, row: int, field: str) -> bool:
        """A value that was left out because of its size has its own finding already."""
        line = self._raw.frames[entity]["line"][row]
        return any(
            f.kind == "SIZE" and f.entity == entity and f.field == field and (f.line or 0) >= line
            for f in self._findings
        )

    def _counts(self, entity: Entity) -> None:
        frame = self._raw.frames[entity.name]
        parents = frame["parent"].to_numpy()
        for most, schema in self._layout.most(entity.name):
            if len(parents) <= most:
                continue
            excess = np.flatnonzero(parents[most:] == parents[:-most]) + most
            _, first, more = np.unique(parents[excess], return_index=True, return_counts=True)
            for row, extra in zip(excess[first].tolist(), more.tolist(), strict=True):
                allowed, there = _times(most), _times(most + extra)
                message = f"{entity.name} may occur at most {allowed} in {entity.parent}, and occurs {there}."
                self._add(entity.name, row, None, None, "EO", str(most + extra), message, schema)

    def _add(
        self, entity: str, row: int, line: int | None, field: str | None, kind: str, value: str | None, message: str,
        schema: bool = True, entity_named: str | None = None,
    ) -> None:  # fmt: skip
        record, learner = self._layout.record_of[entity], None
        raw = self._raw.frames[entity]
        reference = None
        if record is not None:
            number = raw["record"][row]
            reference = self._raw.frames[record]["LearnRefNumber"][number]
            learner = self._raw.learner + number if record == "Learner" else None
        self._findings.append(
            SchemaFinding(
                line if line is not None else raw["line"][row],
                _cut(reference), self._aim(entity, row), entity_named or entity, field, kind, _cut(value), message,
                learner, schema,
            )
        )  # fmt: skip

    def _aim(self, entity: str, row: int) -> int | None:
        while entity != "LearningDelivery":
            above = self._layout.entities[entity].parent
            if above is None:
                return None
            row, entity = self._raw.frames[entity]["parent"][row], above
            if entity not in self._raw.frames:
                return None
        return self._frames[entity]["AimSeqNumber"][row]

    def _line_of(self, field: Field, raw: pl.DataFrame, row: int) -> int:
        """The line of the element itself; that of the group around it where the bytes are no longer at hand."""
        start = raw["offset"][row] - self._raw.start
        if not 0 <= start < len(self._raw.chunk):
            return raw["line"][row]
        for found in _tag(field.name).finditer(self._raw.chunk, start):
            if found[1] is not None:
                return self._raw.line + int(np.searchsorted(self._breaks, found.start()))
        return raw["line"][row]

    @cached_property
    def _breaks(self) -> np.ndarray:
        return np.flatnonzero(np.frombuffer(self._raw.chunk, np.uint8) == 10)


def _tag(name: str) -> re.Pattern[bytes]:
    """The element's start tag, passing over comments, CDATA and instructions, which may hold anything."""
    return re.compile(
        rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?:[^<>/\s:!?]+:)?(" + name.encode() + rb")(?=[\s/>])", re.DOTALL
    )


def header_of(frames: dict[str, pl.DataFrame], names: Iterable[str]) -> dict[str, object]:
    """The first row of these entities as one dictionary."""
    result: dict[str, object] = {}
    for name in names:
        if frames[name].height:
            result |= {k: v for k, v in frames[name].row(0, named=True).items() if k not in ("row", "parent", "line")}
    return result


def _cut(value: str | None) -> str | None:
    return value[:SHOWN] if isinstance(value, str) else value


def _times(n: int) -> str:
    return "once" if n == 1 else "twice" if n == 2 else f"{n} times"
