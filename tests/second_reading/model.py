"""Learners as plain objects, for reading rules one record at a time: slow, obvious, and nothing shared with the engine.

A :class:`Row` gives ``None`` for a field that was not returned. ``row.up`` is the record that it stands in,
``row.learner`` its learner, ``row.all("LearningDeliveryFAM")`` the records of that entity in it. A reading goes
from a row and the :class:`Facts` to True (the rule fires) or False.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from openilr.collect.tables import Tables

READINGS: dict[str, tuple[str, Callable[[Row, Facts], bool]]] = {}


class Row:
    """One record."""

    def __init__(
        self, entity: str, number: int, values: dict[str, Any], up: Row | None, header: dict[str, Any]
    ) -> None:
        self.entity, self.number, self.values, self.up, self.header = entity, number, values, up, header
        self.children: dict[str, list[Row]] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.values.get(name)

    @property
    def learner(self) -> Row:
        return self if self.entity == "Learner" else self.up.learner  # type: ignore[union-attr]

    @property
    def aim(self) -> Row:
        return self if self.entity == "LearningDelivery" else self.up.aim  # type: ignore[union-attr]

    def all(self, entity: str) -> list[Row]:
        return self.children.get(entity, [])

    @property
    def aims(self) -> list[Row]:
        """All aims of the learner."""
        return self.learner.all("LearningDelivery")

    def fams(self, type: str, *codes: str) -> list[Row]:
        """The aim's delivery FAM records of a type (with one of these codes)."""
        found = [f for f in self.aim.all("LearningDeliveryFAM") if f.LearnDelFAMType == type]
        return [f for f in found if f.LearnDelFAMCode in codes] if codes else found

    def status_on(self, day: date | None) -> Row | None:
        """The employment status that applies on a day: the latest one from that day or before."""
        past = [
            e
            for e in self.learner.all("LearnerEmploymentStatus")
            if e.DateEmpStatApp and day and e.DateEmpStatApp <= day
        ]
        return max(past, key=lambda e: (e.DateEmpStatApp, e.number)) if past else None


class Facts:
    """What is not in the records: the teaching year, the reference tables."""

    def __init__(self, tables: Tables, reference: dict[str, list[dict[str, Any]]]) -> None:
        year = tables.year.academic_year
        self.year, self.starts, self.ends, self.august_31 = year.name, year.start, year.end, year.august_31
        self.reference = reference
        self.learners: list[Row] = []  #: all learners of the file

    def rows(self, table: str, **key: Any) -> list[dict[str, Any]]:
        """Rows of a reference table with these values. A missing value matches nothing."""
        return [
            row
            for row in self.reference.get(table, ())
            if all(v is not None and row.get(k) == v for k, v in key.items())
        ]


def reading(rule: str, entity: str) -> Callable[[Callable[[Row, Facts], bool]], Callable[[Row, Facts], bool]]:
    """Mark a function as the row-by-row reading of a rule."""

    def made(function: Callable[[Row, Facts], bool]) -> Callable[[Row, Facts], bool]:
        assert rule not in READINGS, rule
        READINGS[rule] = (entity, function)
        return function

    return made


def age(birth: date | None, day: date | None) -> int | None:
    """Whole years, or None where a date is missing."""
    if birth is None or day is None:
        return None
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def rows_of(tables: Tables) -> dict[str, list[Row]]:
    """All records as rows, by entity, in document order."""
    header = {
        "FilePreparationDate": tables.frames["CollectionDetails"]["FilePreparationDate"].to_list()[0],
        "UKPRN": tables.frames["LearningProvider"]["UKPRN"].to_list()[0],
    }
    result: dict[str, list[Row]] = {}
    for entity in _below_learner(tables):
        rows = []
        for number, values in enumerate(tables.frames[entity.name].iter_rows(named=True)):
            up = result[entity.parent][values["parent"]] if entity.name != "Learner" else None
            row = Row(entity.name, number, values, up, header)
            if up is not None:
                up.children.setdefault(entity.name, []).append(row)
            rows.append(row)
        result[entity.name] = rows
    return result


def _below_learner(tables: Tables) -> Iterator[Any]:
    yield from tables.year.schema.entities["Learner"].walk()
