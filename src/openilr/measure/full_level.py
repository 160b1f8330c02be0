"""Full level 2 and full level 3: what both measures share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure import fe_and_skills as fe
from openilr.measure.candidates import CLAUSE, Candidates
from openilr.measure.declare import Asked, Clause, Measure

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends import BaseBackend

#: Percent of a full level that make one.
FULL = 100


def full_level(level: int) -> Measure:
    """The measure of one level: people whose aims together make up the full level."""
    column = f"full_level{level}_percent"
    no_part = Clause(
        "no_part_of_level", "out_of_scope", f"LARS gives the aim no part of a full level {level}.", fe.SOURCE
    )
    not_full = Clause(
        "level_not_full", "out_of_scope",
        f"The learner's aims make up {{together}} percent of a full level {level}; 100 are needed.", fe.SOURCE,
    )  # fmt: skip

    def judge(connection: BaseBackend, asked: Asked) -> Candidates:
        aims = fe.active_aims(connection, asked)
        aims.leave_out(no_part, lambda a: a[column].fill_null(0) <= 0)
        aims.change(lambda a: _with_sum(a, column))
        return aims.leave_out(not_full, lambda a: a.together < FULL)

    return Measure(
        name=f"full-level-{level}",
        title=f"Learners on a full level {level}",
        definition=(
            f"People in funded learning in the period whose aims together make up a full level {level}, by the share "
            "that LARS gives each aim on its start date. Each person counts once; the same people are in level "
            f"{level} of participation too. Aged 19 or over on 31 August, unless all ages are asked for."
        ),
        formula=f"distinct persons with sum over their funded aims of FullLevel{level}Percent >= 100",
        source=fe.SOURCE,
        unit="learners",
        indicator=f"full_level_{level}_participation_count",
        count="people",
        judge=judge,
        counted=f"The learner's aims make up {{together}} percent of a full level {level}.",
        example=f"Two aims of 50 percent each make a full level {level}; one of them alone does not.",
        clauses=(*fe.CLAUSES, no_part, not_full),
        dimensions=fe.DIMENSIONS,
        options=fe.OPTIONS,
        notes=_notes,
    )


def _with_sum(aims: ir.Table, column: str) -> ir.Table:
    """``together``: the sum over the person's aims that no clause has left out; a window reads the aims once."""
    import ibis

    kept = aims[CLAUSE].isnull() if CLAUSE in aims.columns else None
    return aims.mutate(together=aims[column].sum(where=kept).over(ibis.window(group_by=aims.person_key)))


def _notes(frame: pl.DataFrame, asked: Asked) -> tuple[str, ...]:  # noqa: ARG001
    if frame["learners"].sum() == 0:
        return ("Nobody was found: full levels come from LARS, which the store may not have had when files came in.",)
    return ()
