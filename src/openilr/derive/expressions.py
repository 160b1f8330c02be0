"""The language that rules and derived data are written in: questions about one record, as plain Python.

A rule gets a :class:`Record` and answers with an :class:`Expr`: ``(aim.AimType == 5) & (aim.FundModel != 25)``.
Nothing is computed while the expression is built; :mod:`openilr.derive.frames` evaluates it over whole tables.

**Two answers only.** A comparison with a missing value is False, and ``!=`` is exactly "not ``==``", so ``~`` never
meets an unknown: a blank ProgType *is* "not 25". Say ``aim.ProgType.known`` where a rule asks for a returned value.

A misspelt field, or a comparison of a number field with text, fails when the expression is built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeAlias

from openilr.spec import AcademicYear, Type
from openilr.years import Year

__all__ = ["Expr", "Quantity", "Record", "Ref", "Value", "all_of", "any_of", "if_", "largest", "smallest", "text"]

Scalar: TypeAlias = str | int | float | bool | date | datetime | Decimal
#: What an expression stands for: "int", "text", "date", "datetime", "decimal", "bool", or "set" for many values.
Kind: TypeAlias = str

_KINDS: dict[Type, Kind] = {
    Type.STRING: "text", Type.RESTRICTED: "text", Type.INT: "int", Type.LONG: "int",
    Type.DECIMAL: "decimal", Type.DATE: "date", Type.DATETIME: "datetime",
}  # fmt: skip
_NUMBERS = {"int", "decimal"}


class Expr:
    """A value, or a yes-or-no answer, about one record. Combine with ``&``, ``|``, ``~`` and comparisons."""

    __slots__ = ("args", "kind", "op")
    __hash__ = None  # type: ignore[assignment]  # because == builds an expression

    def __init__(self, op: str, args: tuple[Any, ...], kind: Kind) -> None:
        self.op, self.args, self.kind = op, args, kind

    def __bool__(self) -> bool:
        raise TypeError("Use & | ~ between conditions, with brackets around each: Python's and/or/not can not be used.")

    # yes and no -----------------------------------------------------------------------------------------
    def __and__(self, other: Expr) -> Expr:
        return Expr("and", (_bool(self), _bool(other)), "bool")

    def __or__(self, other: Expr) -> Expr:
        return Expr("or", (_bool(self), _bool(other)), "bool")

    def __invert__(self) -> Expr:
        return Expr("not", (_bool(self),), "bool")

    # comparisons: False where a side is missing ---------------------------------------------------------
    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return self._compare("eq", other)

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return ~self._compare("eq", other)

    def __lt__(self, other: Value) -> Expr:
        return self._compare("lt", other)

    def __le__(self, other: Value) -> Expr:
        return self._compare("le", other)

    def __gt__(self, other: Value) -> Expr:
        return self._compare("gt", other)

    def __ge__(self, other: Value) -> Expr:
        return self._compare("ge", other)

    def is_in(self, *values: Scalar | Iterable[Scalar]) -> Expr:
        """True where the value is one of these. False where it is missing."""
        flat: list[Scalar] = []
        for value in values:
            if isinstance(value, (list, tuple, set, frozenset, range)):
                flat.extend(value)
            else:
                flat.append(value)  # type: ignore[arg-type]
        return Expr("in", (self, tuple(_literal(v, self).args[0] for v in flat)), "bool")

    def between(self, low: Value, high: Value) -> Expr:
        """True from ``low`` to ``high``, both included."""
        return (self >= low) & (self <= high)

    @property
    def known(self) -> Expr:
        """True where the value was returned."""
        return Expr("known", (self,), "bool")

    @property
    def missing(self) -> Expr:
        return ~self.known

    # numbers and dates ----------------------------------------------------------------------------------
    def _arith(self, op: str, other: Value, kind: Kind | None = None) -> Expr:
        right = other if isinstance(other, Expr) else _plain(other)
        return Expr(op, (self, right), kind or ("decimal" if "decimal" in (self.kind, right.kind) else self.kind))

    def __add__(self, other: Value) -> Expr:
        """Numbers add. A date plus a whole number is that many days later."""
        return self._arith("add", other)

    def __sub__(self, other: Value) -> Expr:
        """Numbers subtract. A date less a date is days; a date less a whole number is that many days earlier."""
        right = _literal(other, self) if isinstance(other, (str, date)) else other
        dates = self.kind == "date" and isinstance(right, Expr) and right.kind == "date"
        return self._arith("sub", right, "int" if dates else None)

    def __mul__(self, other: Value) -> Expr:
        return self._arith("mul", other)

    def __truediv__(self, other: Value) -> Expr:
        return self._arith("div", other, "decimal")

    def __floordiv__(self, other: Value) -> Expr:
        return self._arith("floordiv", other)

    def __mod__(self, other: Value) -> Expr:
        return self._arith("mod", other)

    def or_(self, value: Value) -> Expr:
        """This value, or ``value`` where it is missing."""
        return Expr("or_", (self, _literal(value, self)), self.kind)

    def only_if(self, condition: Expr) -> Expr:
        """This value where the condition holds, else missing."""
        return Expr("only_if", (_bool(condition), self), self.kind)

    def plus_years(self, years: int) -> Expr:
        """The same day ``years`` later (29 February becomes 28 February)."""
        return Expr("plus_months", (self, 12 * years), self.kind)

    def plus_months(self, months: int) -> Expr:
        return Expr("plus_months", (self, months), self.kind)

    def years_until(self, end: Value) -> Expr:
        """Whole years from this date to ``end``: an age, where this is a date of birth."""
        return Expr("years_until", (self, _literal(end, self)), "int")

    @property
    def year(self) -> Expr:
        return Expr("year", (self,), "int")

    @property
    def month(self) -> Expr:
        return Expr("month", (self,), "int")

    # text -----------------------------------------------------------------------------------------------
    def matches(self, pattern: str) -> Expr:
        """True where the whole text matches this regular expression. False where it is missing."""
        return Expr("matches", (self.as_text(), f"^(?:{pattern})$"), "bool")

    def starts_with(self, prefix: str) -> Expr:
        return Expr("starts_with", (self.as_text(), prefix), "bool")

    @property
    def length(self) -> Expr:
        """Number of characters of the text, or of digits of the number."""
        return Expr("length", (self.as_text(),), "int")

    def chars(self, start: int, end: int | None = None) -> Expr:
        """Characters from position ``start`` to ``end``, counted from 1, both included."""
        return Expr("chars", (self.as_text(), start - 1, (end or start) - start + 1), "text")

    def digit(self, position: int) -> Expr:
        """The digit at this position, counted from 1, as a number. Missing where it is no digit."""
        return Expr("number", (self.chars(position),), "int")

    @property
    def upper(self) -> Expr:
        return Expr("upper", (self,), "text")

    @property
    def trimmed(self) -> Expr:
        return Expr("trimmed", (self,), "text")

    def part(self, pattern: str) -> Expr:
        """What the first group of this regular expression finds, where the whole text matches; else missing."""
        return Expr("part", (self.as_text(), f"^(?:{pattern})$"), "text")

    def as_text(self) -> Expr:
        return self if self.kind == "text" else Expr("text", (self,), "text")

    def as_number(self) -> Expr:
        """The text as a whole number. Missing where it is none."""
        return Expr("number", (self,), "int") if self.kind == "text" else self

    # sets: what values() gives -----------------------------------------------------------------------------
    def overlaps(self, other: Expr) -> Expr:
        """True where the two sets have a value in common. False where either is empty."""
        return Expr("overlaps", (_set(self), _set(other)), "bool")

    def same_values(self, other: Expr) -> Expr:
        """True where the two sets hold the same values; two empty sets do."""
        return Expr("same_values", (_set(self), _set(other)), "bool")

    # the tree -------------------------------------------------------------------------------------------
    def _compare(self, op: str, other: object) -> Expr:
        return Expr(op, (self, _literal(other, self)), "bool")

    def walk(self) -> Iterator[Expr]:
        """This expression and every part of it, those inside ``any``, ``count`` ... included."""
        yield self
        for arg in self.args:
            if isinstance(arg, (Expr, Quantity)):
                yield from arg.walk()

    def key(self, scopes: Mapping[int, str]) -> str:
        """The same text for the same question, whoever asks it. ``scopes`` names the records by their id."""
        parts = []
        for arg in self.args:
            if isinstance(arg, (Expr, Quantity)):
                parts.append(arg.key(scopes))
            elif isinstance(arg, Record):
                parts.append(f"{scopes.get(id(arg.base), '?')}:{arg.table}")
            else:
                parts.append(repr(arg))
        return f"{self.op}({','.join(parts)})"

    def __repr__(self) -> str:
        return self.key({})


Value: TypeAlias = Expr | Scalar


def _bool(value: Expr) -> Expr:
    if not isinstance(value, Expr) or value.kind != "bool":
        raise TypeError(
            f"Expected a condition, got {value!r}. Put brackets around each comparison: (a == 1) & (b == 2)."
        )
    return value


def _set(value: Expr) -> Expr:
    if not isinstance(value, Expr) or value.kind != "set":
        raise TypeError(f"Expected the values of many records, from values(...), got {value!r}.")
    return value


def _plain(value: object) -> Expr:
    kinds: list[tuple[type, Kind]] = [(bool, "bool"), (int, "int"), (float, "decimal"), (Decimal, "decimal"),
                                      (datetime, "datetime"), (date, "date"), (str, "text")]  # fmt: skip
    for type_, kind in kinds:
        if isinstance(value, type_):
            return Expr("lit", (value,), kind)
    raise TypeError(f"{value!r} can not stand in a rule.")


def _literal(value: object, beside: Expr) -> Expr:
    """``value`` as the same kind of thing as ``beside``: "2024-08-01" beside a date is that day."""
    if isinstance(value, Expr):
        result = value
    elif isinstance(value, str) and beside.kind in ("date", "datetime"):
        result = _plain(date.fromisoformat(value))
    else:
        result = _plain(value)
    same = beside.kind == result.kind or {beside.kind, result.kind} <= _NUMBERS or {beside.kind, result.kind} <= {
        "date", "datetime"}  # fmt: skip
    if not same:
        raise TypeError(f"{beside!r} is {beside.kind}, but {value!r} is {result.kind}.")
    return result


def all_of(*conditions: Expr) -> Expr:
    result = conditions[0]
    for condition in conditions[1:]:
        result = result & condition
    return result


def any_of(*conditions: Expr) -> Expr:
    result = conditions[0]
    for condition in conditions[1:]:
        result = result | condition
    return result


def if_(condition: Expr, then: Value, otherwise: Value) -> Expr:
    """``then`` where the condition holds, else ``otherwise``. For values; conditions read better with & and |."""
    first = then if isinstance(then, Expr) else _plain(then)
    return Expr("if", (_bool(condition), first, _literal(otherwise, first)), first.kind)


def text(value: str) -> Expr:
    """The same text for every record, for messages."""
    return _plain(value)


def smallest(*values: Value) -> Expr:
    """The least (earliest) of these that is known."""
    return _horizontal("smallest", values)


def largest(*values: Value) -> Expr:
    """The greatest (latest) of these that is known."""
    return _horizontal("largest", values)


def _horizontal(op: str, values: Sequence[Value]) -> Expr:
    first = next(v for v in values if isinstance(v, Expr))
    return Expr(op, tuple(_literal(v, first) for v in values), first.kind)


class Ref:
    """A reference table, by its short name (``openilr.reference``), with the kinds of its columns."""

    __slots__ = ("columns", "name")

    def __init__(self, name: str, columns: Mapping[str, Kind]) -> None:
        self.name, self.columns = name, columns


class Quantity:
    """What many records say about one: whether there is any, how many, the earliest, the sum ...

    ``within`` is the entity that both sides share, or "" where ``table`` is a reference table.
    """

    __slots__ = ("by", "how", "other", "same", "scope", "table", "value", "where", "within", "yours")

    def __init__(
        self, how: str, scope: Record, table: str | Ref, yours: Record, within: str,
        same: tuple[tuple[Expr, Expr], ...], where: Expr | None, value: Expr | None, by: Expr | None, other: bool,
    ) -> None:  # fmt: skip
        self.how, self.scope, self.table, self.yours, self.within = how, scope, table, yours, within
        self.same, self.where, self.value, self.by, self.other = same, where, value, by, other

    @property
    def table_name(self) -> str:
        return self.table.name if isinstance(self.table, Ref) else self.table

    def parts(self) -> Iterator[Expr]:
        for mine, theirs in self.same:
            yield mine
            yield theirs
        yield from (e for e in (self.where, self.value, self.by) if e is not None)

    def walk(self) -> Iterator[Expr]:
        for part in self.parts():
            yield from part.walk()

    def key(self, scopes: Mapping[int, str]) -> str:
        inner = dict(scopes)
        inner.setdefault(id(self.scope.base), f"r{len(inner)}")
        me = inner[id(self.scope.base)]
        inner[id(self.yours)] = f"r{len(inner)}"
        same = ",".join(f"{a.key(inner)}={b.key(inner)}" for a, b in self.same)
        rest = ";".join("" if e is None else e.key(inner) for e in (self.where, self.value, self.by))
        return f"{self.how}[{me}:{self.scope.table}>{self.table_name}|{self.within}|{same}|{rest}|{self.other}]"


class Record:
    """One record of an entity (or row of a reference table) that a rule asks about.

    Attributes are fields: of the record itself, of those it stands in (an aim knows its learner's
    DateOfBirth), of the file's header (FilePreparationDate) and of the provider (UKPRN).
    """

    def __init__(
        self, pack: Year, table: str | Ref, base: Record | None = None, references: Mapping[str, Ref] | None = None
    ) -> None:
        """``pack`` is the year whose schema and parameters apply; ``references`` the reference tables there are."""
        self.pack, self.schema, self._ref = pack, pack.schema, table if isinstance(table, Ref) else None
        self.table = table.name if isinstance(table, Ref) else table
        self.base = base or self
        self.references = references if references is not None else {}

    @property
    def teaching_year(self) -> AcademicYear:
        """The year of the collection: 1 August to 31 July."""
        return self.pack.academic_year

    def __getattr__(self, name: str) -> Expr:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.field(name)

    def field(self, name: str) -> Expr:
        if self._ref:
            if name not in self._ref.columns:
                raise AttributeError(_unknown(name, f"The reference table {self.table}", self._ref.columns))
            return Expr("ref", (self, name), self._ref.columns[name])
        for entity in (self.table, *self.schema.ancestors[self.table], "CollectionDetails", "LearningProvider"):
            path = f"{entity}.{name}"
            if path in self.schema.fields:
                return Expr("field", (self, entity, name), _KINDS[self.schema.fields[path].type])
        every = {p.split(".")[1] for p in self.schema.fields}
        raise AttributeError(_unknown(name, f"A {self.table} record of {self.schema.year}", every))

    @property
    def row(self) -> Expr:
        """The record's place in the file, among those of its entity."""
        return Expr("row", (self, self.table), "int")

    def up(self, entity: str) -> Record:
        """The record of this entity that this one stands in: ``aim.up("Learner").count(...)``."""
        if entity not in self.schema.ancestors[self.table]:
            raise ValueError(f"{self.table} does not stand in {entity}.")
        return Record(self.pack, entity, self.base, self.references)

    # questions about other records -----------------------------------------------------------------------
    def any(self, table: str, where: Where = None, *, same: Same = (), within: str = "", other: bool = False) -> Expr:
        """True where there is such a record.

        ``table`` is an entity or a reference table. Entities are looked for where they belong to this record, else
        beside it: below the nearest entity that holds both (``within`` names a wider one). ``where`` gets the other
        record. ``same`` names fields that must be equal on both (missing equals missing); for a reference
        table it maps the table's columns to this record's values (missing equals nothing).
        ``other=True`` leaves this very record out.
        """
        return self._ask("any", "bool", table, where, None, None, same, within, other)

    def none(self, table: str, where: Where = None, *, same: Same = (), within: str = "", other: bool = False) -> Expr:
        return ~self.any(table, where, same=same, within=within, other=other)

    def count(self, table: str, where: Where = None, *, same: Same = (), within: str = "", other: bool = False) -> Expr:
        """How many such records there are; 0 where there is none."""
        return self._ask("count", "int", table, where, None, None, same, within, other)

    def distinct(self, table: str, value: Of, where: Where = None, *, same: Same = (), within: str = "") -> Expr:
        """How many different known values the records hold."""
        return self._ask("distinct", "int", table, where, value, None, same, within, False)

    def first(self, table: str, value: Of, where: Where = None, *, same: Same = (), within: str = "",
              other: bool = False) -> Expr:  # fmt: skip
        """The least (earliest) known value among the records; missing where there is none."""
        return self._ask("min", None, table, where, value, None, same, within, other)

    def last(self, table: str, value: Of, where: Where = None, *, same: Same = (), within: str = "",
             other: bool = False) -> Expr:  # fmt: skip
        """The greatest (latest) known value among the records; missing where there is none."""
        return self._ask("max", None, table, where, value, None, same, within, other)

    def total(self, table: str, value: Of, where: Where = None, *, same: Same = (), within: str = "") -> Expr:
        """The sum over the records; 0 where there is none."""
        return self._ask("sum", None, table, where, value, None, same, within, False)

    def values(self, table: str, value: Of, where: Where = None, *, same: Same = (), within: str = "",
               other: bool = False) -> Expr:  # fmt: skip
        """The different known values on the records, as a set: for ``overlaps`` and ``same_values``."""
        return self._ask("set", "set", table, where, value, None, same, within, other)

    def latest(self, table: str, value: Of, by: Of, where: Where = None, *, same: Same = (), within: str = "",
               other: bool = False) -> Expr:  # fmt: skip
        """The value on the record whose ``by`` is greatest; of equals, the last in the file."""
        return self._ask("latest", None, table, where, value, by, same, within, other)

    def earliest(self, table: str, value: Of, by: Of, where: Where = None, *, same: Same = (), within: str = "",
                 other: bool = False) -> Expr:  # fmt: skip
        """The value on the record whose ``by`` is least; of equals, the first in the file."""
        return self._ask("earliest", None, table, where, value, by, same, within, other)

    def lookup(self, table: str, column: str, **same: Value) -> Expr:
        """The value in a reference table at this key; missing where the key is not there (or there more than once:
        then the first)."""
        return self._ask("earliest", None, table, None, lambda r: r.field(column), None, same, "", False)

    def _ask(
        self, how: str, kind: Kind | None, table: str, where: Where, value: Of | None, by: Of | None, same: Same,
        within: str, other: bool,
    ) -> Expr:  # fmt: skip
        ref = self.references.get(table)
        if ref is None and table not in self.schema.entities:
            near = get_close_matches(table, [*self.schema.entities, *self.references], n=1)
            raise ValueError(
                f"There is no entity or reference table {table!r}." + (f" Did you mean {near[0]}?" if near else "")
            )
        yours = Record(self.pack, ref or table, None, self.references)
        if ref:
            pairs = dict(same) if isinstance(same, Mapping) else {name: self.field(name) for name in same}
            keys = tuple((_literal(mine, yours.field(name)), yours.field(name)) for name, mine in pairs.items())
            if not keys:
                raise ValueError(f"Say which columns of {table} are looked up: same={{column: value}}.")
        else:
            if isinstance(same, Mapping):
                raise ValueError("For an entity, same= is a list of field names; say other matches in where=.")
            keys = tuple((self.field(name), yours.field(name)) for name in same)
            within = within or self._common(table)
        amount = value(yours) if value else None
        quantity = Quantity(how, self, ref or table, yours, within, keys, where(yours) if where else None, amount,
                            by(yours) if by else None, other)  # fmt: skip
        return Expr("quantity", (quantity,), kind or amount.kind)  # type: ignore[union-attr]

    def _common(self, table: str) -> str:
        """The nearest entity that holds both this record and those of ``table``; this one itself where it does."""
        mine = (self.table, *self.schema.ancestors[self.table])
        return next(entity for entity in mine if entity in self.schema.ancestors[table])


Where: TypeAlias = Callable[[Record], Expr] | None
Of: TypeAlias = Callable[[Record], Expr]
Same: TypeAlias = Sequence[str] | Mapping[str, Value]


def _unknown(name: str, what: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"{what} has no field {name}." + (f" Did you mean {near[0]}?" if near else "")
