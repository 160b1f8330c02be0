"""Prior attainment: what learners had achieved at the end of key stage 4, from the National Pupil Database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure import fe_and_skills as fe
from openilr.measure.achievers import KS4, linked_views, with_key_stage_4, with_person
from openilr.measure.candidates import CLAUSE, Candidates
from openilr.measure.declare import Asked, Clause, Indicator, Measure

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends import BaseBackend

SOURCE = (
    "Key stage 4 performance, technical guide, Department for Education; participation by FE and skills methodology"
)
ANOTHER_AIM = Clause(
    "another_aim", "excluded", "The learner counts once, by another aim that was in learning in the period.", SOURCE
)


def judge(connection: BaseBackend, asked: Asked) -> Candidates:
    """One aim of each learner in funded learning in the period, with key stage 4 where it is linked."""
    import ibis

    aims = Candidates(_of_return(connection, asked), trail=asked.trail)
    aims.leave_out(fe.NO_START, lambda a: a.LearnStartDate.isnull())
    aims.leave_out(fe.NOT_ACTIVE, lambda a: ~fe.is_active(a, asked.period.start, asked.period.end))
    fe.of_provision(connection, asked, aims)
    aims.change(lambda a: with_person(connection, a))

    def first(rows: ir.Table) -> ir.Table:
        left_out = rows[CLAUSE].notnull() if CLAUSE in rows.columns else ibis.literal(False)
        order = [left_out, rows.LearnStartDate, rows.ukprn, rows.row]
        window = ibis.window(group_by=rows.person_id.coalesce(rows.person_key), order_by=order)
        return rows.mutate(place=ibis.row_number().over(window))

    aims.change(first)
    aims.leave_out(ANOTHER_AIM, lambda a: a.place > 0)
    return aims.change(lambda a: with_key_stage_4(connection, a))  # of one aim each, after the others are gone


def _of_return(connection: BaseBackend, asked: Asked) -> ir.Table:
    aims = connection.table("learning_delivery")
    return aims.filter(aims.year == asked.year, aims["return"] == asked.return_name)


def notes(frame: pl.DataFrame, asked: Asked) -> tuple[str, ...]:  # noqa: ARG001
    if frame["learners"].sum() and not frame["with_key_stage_4"].sum():
        return ("No learner is linked to key stage 4; it is kept for people who left school in 2016 or later.",)
    return ()


MEASURE = Measure(
    name="prior-attainment",
    title="Prior attainment of learners",
    definition=(
        "Learners in funded further education and skills in the period, how many of them are linked to a record of "
        "key stage 4, and what they had achieved there: Attainment 8, and English and mathematics at grade 4 or better."
    ),
    formula="learners; those with key stage 4; quartiles of Attainment 8; 100 * both at grade 4 / with key stage 4",
    source=SOURCE,
    unit="learners",
    indicator="learners",
    count="people",
    judge=judge,
    counted="In learning in the period.",
    example=(
        "Of ten learners, six are linked to key stage 4 and three of those have grade 4 or better in English and in "
        "mathematics: 50 percent. The other four are in no share and no quartile."
    ),
    clauses=(*fe.CLAUSES, ANOTHER_AIM),
    dimensions=(*fe.DIMENSIONS, KS4),
    options=fe.OPTIONS,
    indicators=(
        Indicator("number_of_learners", "Learners", "learners", kind="people", of=lambda rows: rows.count()),
        Indicator("with_key_stage_4", "Learners linked to key stage 4", "learners", kind="people",
                  of=lambda rows: rows.attainment8.count()),
        Indicator("with_english_and_maths", "With English and mathematics at grade 4", "learners", kind="people",
                  of=lambda rows: (rows.english_and_maths == 1).sum().fill_null(0)),
        Indicator("lower_quartile", "Lower quartile of Attainment 8", "points", kind="quantile", decimals=1,
                  of=lambda rows: rows.attainment8.quantile(0.25).round(1)),
        Indicator("median", "Median of Attainment 8", "points", kind="median", decimals=1,
                  of=lambda rows: rows.attainment8.quantile(0.5).round(1)),
        Indicator("upper_quartile", "Upper quartile of Attainment 8", "points", kind="quantile", decimals=1,
                  of=lambda rows: rows.attainment8.quantile(0.75).round(1)),
        Indicator("english_and_maths_percent", "With English and mathematics at grade 4, percent", "%",
                  kind="rate", rate=("with_english_and_maths", "with_key_stage_4"), decimals=1),
    ),
    not_yet=("Attainment before 2016, when Attainment 8 did not exist.",),
    connect=linked_views,
    notes=notes,
)  # fmt: skip
