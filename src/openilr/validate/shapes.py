"""Shapes that many rules share: a rule of such a shape is one row."""

from __future__ import annotations

from openilr.derive.expressions import Expr, Record, any_of, text
from openilr.validate.rule import Predicate, Rule, register

__all__ = ["code_is_expired", "code_is_listed", "coded_pair_is_listed", "list_used", "lookup", "never"]


def code_is_listed(record: Record, field: str) -> Expr:
    """Whether the field's value is in the year's code list (or the fuller one that the user gave)."""
    value = record.field(field)
    codes = record.pack.code_list(field).values()
    return value.is_in([int(c) for c in codes]) if value.kind == "int" else value.is_in(codes)


def never(record: Record) -> Expr:
    """A condition that holds for no record."""
    return record.row < 0


def coded_pair_is_listed(record: Record, type_field: str, code_field: str) -> Expr:
    """Whether the code is listed for its type, in the year's list of ``code_field`` (or the user's fuller one)."""
    value, types = record.field(code_field), dict[str, list[str]]()
    for c in record.pack.code_list(code_field).codes:
        types.setdefault(c.type, []).append(c.code)
    listed = [
        (record.field(type_field) == type_) & value.is_in([int(c) for c in codes] if value.kind == "int" else codes)
        for type_, codes in types.items()
    ]
    return any_of(*listed) if listed else never(record)


def code_is_expired(record: Record, type_field: str, code_field: str, day: Expr) -> Expr:
    """Whether ``day`` is after the last valid day of the code for its type, as far as a source states one."""
    value = record.field(code_field)
    codes = [c for c in record.pack.code_list(code_field).codes if c.valid_to is not None]
    found = [
        (record.field(type_field) == c.type)
        & (value == (int(c.code) if value.kind == "int" else c.code))
        & (day > c.valid_to)
        for c in codes
        if c.valid_to is not None
    ]
    return any_of(*found) if found else never(record)


def list_used(field: str) -> Predicate:
    """For messages: which list of codes a value was looked up in, and whether it is known to be whole."""

    def words(record: Record) -> Expr:
        codes = record.pack.code_list(field)
        whole = "" if codes.complete else "; it may lack codes: give a fuller list among the reference files"
        return text(f"({codes.provenance}{whole})")

    return words


def lookup(
    id: str, entity: str, field: str, *, known: str, unknown: str,
    unless: tuple[Predicate, ...] = (), since: str | None = None, until: str | None = None,
) -> Rule:  # fmt: skip
    """A rule that a coded value must be in the field's code list.

    For the cases, ``known`` holds codes of the list, with blanks between them, and ``unknown`` one that is not in it.
    """
    import sys

    listed = "\n".join(f"{code} | no | a listed code" for code in known.split())
    return register(
        Rule(
            id, entity, lambda r: r.field(field).known & ~code_is_listed(r, field),
            summary=f"{field} must be a code from its published list.",
            message=f"{field} is {{{field}}}, which is not in the list of codes {{list}}.",
            show={"list": list_used(field)},
            fix=f"Look {field} up in the year's ILR specification and record a code that is listed there.",
            unless=unless, since=since, until=until, module=sys._getframe(1).f_globals["__name__"],
            cases=f"""
                {field} | fires | why
                {listed}
                {unknown} | yes | no such code
                  | no | blank: whether it must be returned is another rule's question
            """,
        )
    )  # fmt: skip
