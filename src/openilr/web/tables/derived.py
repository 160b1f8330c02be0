"""Columns worked out from published numbers, and from nothing else.

A number that is not shown (``c``, ``low``, ``x``, ``z``) can not be worked with: what follows from it is ``x``, not
available. Everything is rounded to one decimal, halves away from zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

NOT_AVAILABLE = "x"


@dataclass(frozen=True)
class Derived:
    """``of`` gives the value from this number, that of the period before, of the first period and of the total."""

    title: str
    unit: str
    explained: str
    of: Callable[[Decimal, Decimal | None, Decimal | None, Decimal | None], Decimal | None]


def _change(now: Decimal, before: Decimal | None, first: Decimal | None, total: Decimal | None) -> Decimal | None:  # noqa: ARG001
    return None if before is None else now - before


def _percent_change(
    now: Decimal, before: Decimal | None, first: Decimal | None, total: Decimal | None  # noqa: ARG001
) -> Decimal | None:  # fmt: skip
    return None if not before else (now - before) / before * 100


def _index(now: Decimal, before: Decimal | None, first: Decimal | None, total: Decimal | None) -> Decimal | None:  # noqa: ARG001
    return None if not first else now / first * 100


def _share(now: Decimal, before: Decimal | None, first: Decimal | None, total: Decimal | None) -> Decimal | None:  # noqa: ARG001
    return None if not total else now / total * 100


DERIVED: dict[str, Derived] = {
    "change": Derived(
        "change on the period before", "", "The number less that of the period before in the table.", _change
    ),
    "percent_change": Derived(
        "% change on the period before",
        "%",
        "The change as a percentage of the number of the period before.",
        _percent_change,
    ),
    "index": Derived(
        "index (first period = 100)", "", "The number as a percentage of that of the first period.", _index
    ),
    "share": Derived(
        "% of total", "%", "The number as a percentage of the Total of every category, same place and period.", _share
    ),
}


def number(text: str | None) -> Decimal | None:
    """A published value as a number, or None for a symbol or nothing."""
    try:
        found = Decimal((text or "").replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def work_out(name: str, now: str | None, before: str | None, first: str | None, total: str | None) -> str:
    """The derived value as text."""
    value = number(now)
    if value is None:
        return "" if now is None else NOT_AVAILABLE
    found = DERIVED[name].of(value, number(before), number(first), number(total))
    return NOT_AVAILABLE if found is None else str(found.quantize(Decimal("0.1"), ROUND_HALF_UP))
