"""Questions about the validity table of LARS: from when to when an aim may be started and funded, by category."""

from __future__ import annotations

from collections.abc import Callable

from openilr.derive.expressions import Expr, Record, if_, text

__all__ = ["dates_of", "has_validity", "is_valid_on", "latest_end"]


def has_validity(aim: Record, categories: tuple[str, ...], where: Callable[[Record], Expr] | None = None) -> Expr:
    """Whether LARS has a validity record of the aim in one of these categories (that is as ``where`` asks).

    Categories are compared without regard to case, as LARS and the rules write some of them differently.
    """
    if where is None:
        return aim.any("lars_validity", lambda v: _is_of(v, categories), same={"LearnAimRef": aim.LearnAimRef})
    return aim.any(
        "lars_validity", lambda v: _is_of(v, categories) & where(v), same={"LearnAimRef": aim.LearnAimRef}
    )  # fmt: skip


def is_valid_on(aim: Record, day: Expr, categories: tuple[str, ...], last: str = "EndDate") -> Expr:
    """Whether a validity record of these categories holds this day: from StartDate to ``last``, blank being open."""
    return has_validity(
        aim, categories, lambda v: (v.StartDate <= day) & (v.field(last).missing | (day <= v.field(last)))
    )


def latest_end(aim: Record, categories: tuple[str, ...]) -> Expr:
    """EndDate of the validity record with the latest StartDate; missing where that one is open or there is none."""
    return aim.latest(
        "lars_validity", lambda v: v.EndDate, by=lambda v: v.StartDate, where=lambda v: _is_of(v, categories),
        same={"LearnAimRef": aim.LearnAimRef},
    )  # fmt: skip


def dates_of(aim: Record, categories: tuple[str, ...], last: str = "EndDate") -> Expr:
    """For messages: "from ... to ...", the first and the last day that LARS gives the aim in these categories."""

    def day(which: Callable[..., Expr], column: str) -> Expr:
        return which(
            "lars_validity", lambda v: v.field(column), lambda v: _is_of(v, categories),
            same={"LearnAimRef": aim.LearnAimRef},
        ).as_text()  # fmt: skip

    is_open = has_validity(aim, categories, lambda v: v.field(last).missing)
    dates = text("from ") + day(aim.first, "StartDate") + if_(is_open, " on", text(" to ") + day(aim.last, last))
    return dates.or_("on no date")


def _is_of(v: Record, categories: tuple[str, ...]) -> Expr:
    return v.ValidityCategory.upper.is_in(categories)
