"""What a measure is, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends.duckdb import Backend

    from openilr.measure.period import Period

NOT_KNOWN = "not known"


class MeasureError(Exception):
    """A measure cannot be computed as asked; the message says what there is."""


@dataclass(frozen=True)
class Dimension:
    """A way to break a measure down.

    ``items`` are the codes with their labels, in order; empty where the items are whatever the data hold. ``of``
    gives the code of each row as text, null for not known. ``column`` is the column's name in published files.
    ``of_learner`` says that it reads the learner's own fields beside those of the aim.
    """

    name: str
    title: str
    column: str
    of: Callable[[ir.Table], ir.Value] = field(repr=False)
    items: tuple[tuple[str, str], ...] = ()
    of_learner: bool = False

    def label(self, code: str) -> str:
        return dict(self.items).get(code, "Not known" if code == NOT_KNOWN else code)


@dataclass(frozen=True)
class Measure:
    """One published measure, defined in our words.

    ``rows`` gives the aims that count, one row each; ``count`` is "people" (distinct persons among them) or "aims".
    ``kind`` tells disclosure control what the value is. ``not_yet`` lists clauses of the official definition that
    this release leaves out. ``options`` are the settings that ``rows`` takes, with what each may be, default first.
    """

    name: str
    title: str
    definition: str
    formula: str
    source: str
    unit: str
    indicator: str
    count: str
    rows: Callable[[Backend, Period, Mapping[str, str]], ir.Table] = field(repr=False)
    dimensions: tuple[Dimension, ...] = ()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_yet: tuple[str, ...] = ()
    kind: str = "count"

    def dimension(self, name: str) -> Dimension:
        found = {d.name: d for d in self.dimensions}
        if name not in found:
            raise MeasureError(f"{self.name} cannot be broken down by {name}: choose from {', '.join(found)}.")
        return found[name]


@dataclass(frozen=True)
class Result:
    """A computed measure.

    ``frame`` has one text column for each of ``by`` (codes; "Total" where ``compute`` was asked for totals),
    ``value`` in the measure's unit, and ``learners``, the distinct persons behind the value. ``notes`` are sentences
    that a reader of the numbers must know.
    """

    measure: Measure
    year: str
    return_name: str
    by: tuple[str, ...]
    options: Mapping[str, str]
    frame: pl.DataFrame
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """``{"measure", "year", "by": {dimension: code}, "value"}``, one for each row."""
        return [
            {
                "measure": self.measure.name,
                "year": self.year,
                "by": {name: row[name] for name in self.by},
                "value": row["value"],
            }
            for row in self.frame.iter_rows(named=True)
        ]
