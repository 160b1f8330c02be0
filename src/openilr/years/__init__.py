"""Year packs: what each academic year says, as dated data with its source.

A pack is a folder named by the year (``2526``). Every pack has ``year.toml`` and ``fields.csv``; a whole pack
also has ``rules.csv``, ``field_definitions.csv`` and ``parameters.toml``. Packs hold facts; no code.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from openilr.spec import AcademicYear, CodeList, Entity, Field, Schema, Type
from openilr.years import codelists
from openilr.years.codelists import CodeListError, load_code_lists

__all__ = [
    "Change",
    "CodeListError",
    "Divergence",
    "FieldDefinition",
    "ReturnPeriod",
    "RuleFacts",
    "Year",
    "available",
    "by_namespace",
    "load",
    "load_code_lists",
]

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
class Divergence:
    """One place where what we check is knowingly not what the published text says."""

    rule: str
    published: str
    ours: str
    reason: str


@dataclass(frozen=True)
class ReturnPeriod:
    """One return of a year. ``closes`` is None where no source that was read gives the date."""

    name: str  #: "R01" to "R14"
    closes: date | None  #: last day on which the return was or is taken, at 18:00
    covers_to: date | None  #: the day up to which learning must be in it, where a source says so
    note: str


@dataclass(frozen=True)
class Year:
    """One academic year's pack."""

    name: str
    lists_given: tuple[CodeList, ...] = field(default=(), repr=False)  #: a user's code lists, in place of ours

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
    def provisional(self) -> str:
        """What in the pack was taken over from another year and not compared with this one's; mostly empty."""
        return self._settings.get("provisional", "")

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
    def code_lists(self) -> Mapping[str, CodeList]:
        """Code lists of the year by field name: what its coded fields may hold, or the fuller lists of a user."""
        return codelists.published(self.name) | {one.field: one for one in self.lists_given}

    def code_list(self, field: str) -> CodeList:
        """The code list of a field, such as ``FundModel``; KeyError with a suggestion where it has none."""
        try:
            return self.code_lists[field]
        except KeyError:
            near = get_close_matches(field, self.code_lists, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise KeyError(f"There is no list of codes for {field}.{hint}") from None

    def with_code_lists(self, lists: Mapping[str, CodeList]) -> Year:
        """This year with a user's own lists (``load_code_lists``) in place of the published ones of those fields."""
        kept = {one.field: one for one in self.lists_given} | dict(lists)
        return replace(self, lists_given=tuple(kept.values()))

    @cached_property
    def returns(self) -> dict[str, ReturnPeriod]:
        """The year's return periods by name (R01 to R14)."""
        return {
            r["return"]: ReturnPeriod(r["return"], _day(r["closes"]), _day(r["covers_to"]), r["note"])
            for r in _rows(_ROOT / "timetable.csv")
            if r["year"] == self.name
        }

    @cached_property
    def divergences(self) -> dict[str, Divergence]:
        """Where the published list contradicts itself or what we know, by rule: what it says, what we do, and why."""
        path = _ROOT / self.name / "divergences.toml"
        found = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
        return {rule: Divergence(rule, d["published"], d["ours"], d["reason"]) for rule, d in found.items()}


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
        is_field = row["kind"] == "field"
        about = meaning.get((row["parent"] if is_field else "", row["element"])) or {}
        title, definition = about.get("title", ""), about.get("definition", "")
        if is_field:
            return Field(
                row["parent"], row["element"], Type(row["type"]), row["min_occurs"] == "1",
                number(row["length"]), number(row["min_length"]), number(row["max_length"]),
                number(row["total_digits"]), number(row["fraction_digits"]),
                bound(row["min_value"]), bound(row["max_value"]),
                row["pattern"] or None, row["enumeration"] or None,
                title, about.get("identifier") == "yes", definition,
            )  # fmt: skip
        limit = None if row["max_occurs"] == "unbounded" else int(row["max_occurs"])
        below = tuple(build(child) for child in children[row["element"]])
        return Entity(row["element"], row["parent"] or None, int(row["min_occurs"]), limit, below, title, definition)

    root = build(rows[0])
    assert isinstance(root, Entity)  # noqa: S101 - the first row of fields.csv is Message
    return root
