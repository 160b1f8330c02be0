"""Year packs: what each academic year says, as dated data with its source.

A pack is a folder named by the year (``2526``). Every pack has ``year.toml`` and ``fields.csv``; a whole pack
also has ``rules.csv``, ``field_definitions.csv`` and ``parameters.toml``. Packs hold facts; no code.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from openilr.spec import AcademicYear, Code, CodeList, Entity, Field, Schema, Type

__all__ = ["Change", "FieldDefinition", "RuleFacts", "Year", "available", "by_namespace", "load"]

#: The category under which the official list publishes derived data items; they are no rules of their own.
DERIVED_DATA = "Derived Data for validation"

_ROOT = files(__package__)


@dataclass(frozen=True)
class FieldDefinition:
    """One ``FD_`` rule: which field, which of the five kinds, and its limit.

    ``kind`` is AL (longest length), MA (mandatory), AP (pattern), AR (range) or EO (occurrences).
    ``limit`` is a number of characters for AL, "min..max" for AR, the most occurrences (or "1..", at least one) for EO,
    and empty for MA and AP, whose pattern is the field's own. ``field`` is empty for EO, which is about an entity.
    """

    rule: str
    entity: str
    field: str
    kind: str
    limit: str


@dataclass(frozen=True)
class RuleFacts:
    """What is officially published about one rule in one year. The words we show are ours (``openilr.validate``)."""

    rule: str
    category: str
    severity: str  #: "error" or "warning"; empty for derived data items, which are never reported
    status: str  #: Active, New, Changed or Deleted
    in_fis: bool  #: False where only the live submission service runs it
    note: str = ""  #: slips and contradictions of the official list, and what we follow
    rows: int = 1  #: how often the official list has this id
    previous_name: str = ""  #: the id that the same rule had in the year before, where it was renamed

    @property
    def is_live(self) -> bool:
        return self.status != "Deleted"

    @property
    def is_derived(self) -> bool:
        return self.category == DERIVED_DATA


@dataclass(frozen=True)
class Change:
    """How one rule of the year stands to the year before (``kind``: new, changed or differs), in our words.

    ``differs`` marks a rule that the official list calls rolled over although its text or severity is another.
    """

    rule: str
    kind: str
    what: str


@dataclass(frozen=True)
class Year:
    """One academic year's pack."""

    name: str

    @property
    def academic_year(self) -> AcademicYear:
        return AcademicYear(self.name)

    @cached_property
    def _settings(self) -> dict[str, Any]:
        return tomllib.loads((_ROOT / self.name / "year.toml").read_text("utf-8"))

    @property
    def namespace(self) -> str:
        return self._settings["namespace"]

    @property
    def source(self) -> str:
        """The official document that the pack's facts were read from, with its version."""
        return self._settings["source"]

    @property
    def has_rules(self) -> bool:
        return (_ROOT / self.name / "rules.csv").is_file()

    @cached_property
    def schema(self) -> Schema:
        """The message structure of the year (source: that year's official XML schema)."""
        return Schema(self.name, self.namespace, _tree(list(_rows(_ROOT / self.name / "fields.csv"))))

    @cached_property
    def rules(self) -> dict[str, RuleFacts]:
        """Every published rule of the year by its official id, deleted ones included, in published order."""
        if not self.has_rules:
            return {}
        return {
            row["rule"]: RuleFacts(
                row["rule"],
                row["category"],
                row["severity"],
                row["status"],
                row["in_fis"] == "Y",
                row["note"],
                int(row["rows"]),
                row["previous_name"],
            )
            for row in _rows(_ROOT / self.name / "rules.csv")
        }

    @cached_property
    def changes(self) -> dict[str, Change]:
        """Rules that are new or other than the year before, by id; empty where the pack does not compare."""
        path = _ROOT / self.name / "changes.csv"
        return {r["rule"]: Change(r["rule"], r["change"], r["what"]) for r in _rows(path)} if path.is_file() else {}

    @cached_property
    def field_definitions(self) -> tuple[FieldDefinition, ...]:
        path = _ROOT / self.name / "field_definitions.csv"
        if not path.is_file():
            return ()
        return tuple(FieldDefinition(r["rule"], r["entity"], r["field"], r["kind"], r["limit"]) for r in _rows(path))

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Funding streams, cut-off dates and amounts of the year, each with its source beside it in the file."""
        path = _ROOT / self.name / "parameters.toml"
        return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}

    @cached_property
    def code_lists(self) -> dict[str, CodeList]:
        """Code lists by field name. They carry their own validity dates, so one set serves all years."""
        lists = tomllib.loads((_ROOT / "lookups" / "lists.toml").read_text("utf-8"))
        codes: dict[str, list[Code]] = {}
        for row in _rows(_ROOT / "lookups" / "codes.csv"):
            codes.setdefault(row["field"], []).append(
                Code(
                    row["code"],
                    row["label"],
                    row["type"],
                    _day(row["valid_from"]),
                    _day(row["valid_to"]),
                    row["source"],
                )
            )
        return {
            name: CodeList.of(name, codes.get(name, ()), about["complete"], about["provenance"])
            for name, about in lists.items()
        }


@cache
def load(name: str) -> Year:
    """The pack of a year written in four digits, such as ``2526``. ValueError names the years that there are."""
    if name not in available():
        raise ValueError(f"There is no pack for the year {name!r}. Known years: {', '.join(available())}.")
    return Year(name)


@cache
def available() -> tuple[str, ...]:
    return tuple(sorted(p.name for p in _ROOT.iterdir() if p.name.isdigit()))


def by_namespace(namespace: str) -> Year | None:
    """The year whose schema has this namespace."""
    return next((year for year in map(load, available()) if year.namespace == namespace), None)


def _rows(path: Traversable) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(path.read_text("utf-8").splitlines())


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _tree(rows: list[dict[str, str]]) -> Entity:
    meaning = {(r["entity"], r["field"]): r for r in _rows(files("openilr.spec") / "dictionary.csv")}
    children: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        children.setdefault(row["parent"], []).append(row)

    def number(text: str) -> int | None:
        return int(text) if text else None

    def bound(text: str) -> Decimal | None:
        return Decimal(text) if text else None

    def build(row: dict[str, str]) -> Entity | Field:
        about = meaning.get((row["parent"], row["element"])) or meaning.get(("", row["element"])) or {}
        title = about.get("title", "")
        if row["kind"] == "field":
            return Field(
                row["parent"], row["element"], Type(row["type"]), row["min_occurs"] == "1",
                number(row["length"]), number(row["min_length"]), number(row["max_length"]),
                number(row["total_digits"]), number(row["fraction_digits"]),
                bound(row["min_value"]), bound(row["max_value"]),
                row["pattern"] or None, row["enumeration"] or None,
                title, about.get("identifier") == "yes",
            )  # fmt: skip
        limit = None if row["max_occurs"] == "unbounded" else int(row["max_occurs"])
        below = tuple(build(child) for child in children[row["element"]])
        return Entity(row["element"], row["parent"] or None, int(row["min_occurs"]), limit, below, title)

    root = build(rows[0])
    assert isinstance(root, Entity)  # noqa: S101 - the first row of fields.csv is Message
    return root
