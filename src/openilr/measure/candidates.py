"""The records that a measure looks at, and the clause that leaves each one out.

A definition reads from top to bottom: candidates, then one ``leave_out`` for each clause. When numbers are asked for, a
clause is a filter; when the trail is asked for, nothing is dropped and the first clause that applies is written down.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from openilr.measure.declare import Clause

CLAUSE = "left_out_by"


class Candidates:
    """Rows of one entity, usually aims. ``rows`` must have ``person_key``, ``learner_key``, ``year``, ``return``,
    ``ukprn`` and ``row``."""

    def __init__(self, rows: ir.Table, *, trail: bool, of: tuple[str, str] | None = None) -> None:
        """``of`` narrows views over all years to one year and return."""
        import ibis

        self.trail = trail
        if of is not None:
            rows = rows.filter(rows.year == of[0], rows["return"] == of[1])
        self.rows = rows.mutate(**{CLAUSE: ibis.null("string")}) if trail else rows

    def leave_out(self, clause: Clause, when: Callable[[ir.Table], Any]) -> Candidates:
        """Rows for which the condition is true do not count; null is false."""
        import ibis

        condition = when(self.rows).fill_null(False)
        if self.trail:
            found = ibis.ifelse(condition, ibis.literal(clause.name), ibis.null("string"))
            self.rows = self.rows.mutate(**{CLAUSE: self.rows[CLAUSE].fill_null(found)})
        else:
            self.rows = self.rows.filter(~condition)
        return self

    def change(self, how: Callable[[ir.Table], ir.Table]) -> Candidates:
        """Add columns, or join; the number of rows must stay."""
        self.rows = how(self.rows)
        return self
