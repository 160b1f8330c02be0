"""Shapes that many rules share: a rule of such a shape is one row."""

from __future__ import annotations

from openilr.derive.expressions import Expr, Record
from openilr.validate.rule import Predicate, Rule, register

__all__ = ["code_is_listed", "lookup"]


def code_is_listed(record: Record, field: str) -> Expr:
    """Whether the field's value is in the year's code list (or the fuller one that the user gave)."""
    value = record.field(field)
    codes = record.pack.code_list(field).values()
    return value.is_in([int(c) for c in codes]) if value.kind == "int" else value.is_in(codes)


def lookup(
    id: str, entity: str, field: str, *, known: str, unknown: str,
    unless: tuple[Predicate, ...] = (), since: str | None = None, until: str | None = None,
) -> Rule:  # fmt: skip
    """A rule that a coded value must be in the field's code list.

    ``known`` is a code that is in the list and ``unknown`` one that is not, for the cases.
    """
    import sys

    return register(
        Rule(
            id, entity, lambda r: r.field(field).known & ~code_is_listed(r, field),
            summary=f"{field} must be a code from its published list.",
            message=f"{field} is {{{field}}}, which is not in the list of codes.",
            fix=f"Look {field} up in the year's ILR specification and record a code that is listed there.",
            unless=unless, since=since, until=until, module=sys._getframe(1).f_globals["__name__"],
            cases=f"""
                {field} | fires | why
                {known} | no | a listed code
                {unknown} | yes | no such code
                  | no | blank: whether it must be returned is another rule's question
            """,
        )
    )  # fmt: skip
