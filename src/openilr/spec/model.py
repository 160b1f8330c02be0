"""Entities and fields of an ILR message, as one academic year declares them.

Source of the facts: the XML schema that the Department for Education publishes for each
year (2018-19, 2020-21, 2025-26, 2026-27), Crown copyright, Open Government Licence v3.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property

#: The characters that the schema allows in any text field that is not a name (its ``RestrictedString``).
RESTRICTED_STRING = r"[A-Za-z0-9 ~!@#$%&'\(\)\*\+,\-\./:;<=>\?\[\\\]_\{\}\^£€]*"


class Type(StrEnum):
    """What a field's text must read as. The names are those of ``fields.csv``."""

    STRING = "string"  #: xs:string, white space kept
    RESTRICTED = "restricted"  #: the schema's RestrictedString
    INT = "int"  #: xs:int, 32 bits
    LONG = "long"  #: xs:long, 64 bits
    DECIMAL = "decimal"
    DATE = "date"
    DATETIME = "datetime"

    @property
    def is_text(self) -> bool:
        return self in (Type.STRING, Type.RESTRICTED)

    @property
    def is_number(self) -> bool:
        return self in (Type.INT, Type.LONG, Type.DECIMAL)


@dataclass(frozen=True, slots=True)
class Field:
    """One leaf element of the message, with the facets that the year's schema gives it.

    ``title`` and ``codes`` (the name of its code list) do not change by year.
    ``identifier`` is True where the value by itself points to a person.
    """

    entity: str
    name: str
    type: Type
    required: bool
    length: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    total_digits: int | None = None
    fraction_digits: int | None = None
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    pattern: str | None = None
    enumeration: str | None = None
    title: str = ""
    identifier: bool = False
    definition: str = ""  #: one sentence, ours, on what the field holds

    @property
    def path(self) -> str:
        """The official dotted name, such as ``LearningDelivery.FundModel``."""
        return f"{self.entity}.{self.name}"


@dataclass(frozen=True, slots=True)
class Entity:
    """One element that holds others. ``children`` keeps the order that the schema demands."""

    name: str
    parent: str | None
    min_occurs: int
    max_occurs: int | None  #: None is unbounded
    children: tuple[Field | Entity, ...] = field(default=(), repr=False)
    title: str = ""
    definition: str = ""  #: one sentence, ours, on what the entity is

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(c for c in self.children if isinstance(c, Field))

    @property
    def entities(self) -> tuple[Entity, ...]:
        return tuple(c for c in self.children if isinstance(c, Entity))

    def walk(self) -> Iterator[Entity]:
        """This entity and all below it, parents first, in document order."""
        yield self
        for child in self.entities:
            yield from child.walk()


@dataclass(frozen=True)
class Schema:
    """The message of one academic year: its namespace and the tree below ``Message``."""

    year: str  #: "2526"
    namespace: str
    root: Entity

    @cached_property
    def entities(self) -> dict[str, Entity]:
        return {entity.name: entity for entity in self.root.walk()}

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field by its dotted name."""
        return {field.path: field for entity in self.root.walk() for field in entity.fields}

    @cached_property
    def ancestors(self) -> dict[str, tuple[str, ...]]:
        """Names of the entities above each entity, nearest first."""
        result: dict[str, tuple[str, ...]] = {}
        for entity in self.root.walk():
            result[entity.name] = (entity.parent, *result[entity.parent]) if entity.parent else ()
        return result

    def is_within(self, entity: str, other: str) -> bool:
        return entity == other or other in self.ancestors[entity]

    def field(self, path: str) -> Field:
        """The field with this dotted name; KeyError with a suggestion where there is none."""
        try:
            return self.fields[path]
        except KeyError:
            near = get_close_matches(path, self.fields, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise KeyError(f"The {self.year} schema has no field {path}.{hint}") from None
