"""Whom linked measures follow: one record for each learner and provider who achieved in the year, by the best aim.

Source: Further education outcomes, methodology, Department for Education.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.link.life.spells import level_number, tables_of
from openilr.measure import fe_and_skills as fe
from openilr.measure.achievements import NOT_ACHIEVED, OUTSIDE, achieved_on
from openilr.measure.aims import ACHIEVED, is_adult_education, is_apprenticeship, with_fam_flag
from openilr.measure.candidates import CLAUSE, Candidates
from openilr.measure.declare import Asked, Clause, Dimension, MeasureError
from openilr.measure.learner_achievements import COMPONENT

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend
    from ibis.backends.duckdb import Backend

SOURCE = "Further education outcomes, methodology, Department for Education"
TOO_YOUNG = Clause(
    "not_adult_nor_apprentice", "out_of_scope",
    "The learner was {age_aug31} on 31 August; outside apprenticeships only those aged 19 and over count.", SOURCE,
)  # fmt: skip
NOT_BEST = Clause(
    "outranked", "excluded",
    "The learner achieved a higher or later aim with this provider in the year; one record counts for each learner.",
    SOURCE,
)  # fmt: skip
CLAUSES = (NOT_ACHIEVED, OUTSIDE, fe.NOT_FUNDED, TOO_YOUNG, fe.OTHER_PROVISION, COMPONENT, NOT_BEST)
OPTIONS = {
    "provision": ("fe-and-skills", "apprenticeships", "education-and-training", "tailored-learning"),
}
NOT_YET = (
    "Traineeships are not told apart.",
    "A full level 2 or 3 that is made up of several aims counts as full only where one of them is.",
)
KS4 = Dimension(
    "ks4", "English and mathematics at the end of key stage 4", "english_maths_ks4",
    lambda rows: _yes_or_no(rows.english_and_maths),
    (("yes", "Grade 4 or better in both"), ("no", "Not grade 4 in both")),
)  # fmt: skip


def _yes_or_no(value: ir.Value) -> ir.Value:
    import ibis

    return ibis.cases((value == 1, "yes"), (value == 0, "no"), else_=ibis.null("string"))


def linked_views(asked: Asked, engine: str) -> Backend:
    """The national views of all years with the last link run. MeasureError where nothing was linked yet."""
    from openilr import link
    from openilr.measure.frozen import Frozen

    if isinstance(asked.store, Frozen) and asked.store.exactly is None:
        raise MeasureError("Linked measures read the returns that were linked, not a snapshot.")
    if engine != "duckdb":
        raise MeasureError("Linked measures run on DuckDB only.")
    try:
        return link.connect(asked.store)
    except link.LinkError as problem:
        raise MeasureError(str(problem)) from None


def achievers(connection: BaseBackend, asked: Asked) -> Candidates:
    """The best achieved aim of each learner with each provider in the year, with ``person_id`` (null where the learner
    is not in the spine), ``achieved_on``, ``achieved_level`` (0 to 8) and ``is_full`` (a full level)."""
    aims = connection.table("learning_delivery")
    aims = Candidates(aims.filter(aims.year == asked.year, aims["return"] == asked.return_name), trail=asked.trail)
    aims.leave_out(NOT_ACHIEVED, lambda a: a.Outcome.isnull() | (a.Outcome != ACHIEVED))
    aims.change(lambda a: a.mutate(achieved_on=achieved_on(a)))
    start, end = asked.period.start, asked.period.end
    aims.leave_out(OUTSIDE, lambda a: a.achieved_on.isnull() | ~a.achieved_on.between(start, end))
    aims.change(lambda a: with_fam_flag(connection, a, asked, "ADL", "has_loan"))
    aims.leave_out(fe.NOT_FUNDED, lambda a: ~(is_apprenticeship(a) | is_adult_education(a)))
    aims.leave_out(TOO_YOUNG, lambda a: ~is_apprenticeship(a) & (a.age_aug31.isnull() | (a.age_aug31 < 19)))
    aims.leave_out(fe.OTHER_PROVISION, lambda a: ~fe.is_wanted(a, asked))
    aims.leave_out(COMPONENT, lambda a: is_apprenticeship(a) & (a.AimType == 3))
    aims.change(_with_rank)
    aims.leave_out(NOT_BEST, lambda a: a.place > 0)
    return aims.change(lambda a: with_key_stage_4(connection, with_person(connection, a)))


def _with_rank(aims: ir.Table) -> ir.Table:
    """Apprenticeships before other provision, higher levels first, of a level the full one first, then the later."""
    import ibis

    apprenticeship = is_apprenticeship(aims)
    level = level_number(ibis.ifelse(apprenticeship, aims.programme_level, aims.aim_level))
    full = apprenticeship | ((level == 2) & (aims.full_level2_percent >= 100)) | (
        (level == 3) & (aims.full_level3_percent >= 100)
    )  # fmt: skip
    aims = aims.mutate(achieved_level=level, is_full=full.fill_null(False), is_apprentice=apprenticeship)
    left_out = aims[CLAUSE].notnull() if CLAUSE in aims.columns else ibis.literal(False)
    order = ibis.window(
        group_by=[aims.ukprn, aims.learner_key],
        order_by=[left_out, aims.is_apprentice.desc(), aims.achieved_level.fill_null(-1).desc(), aims.is_full.desc(),
                  aims.achieved_on.desc(), aims.AimSeqNumber],
    )  # fmt: skip
    return aims.mutate(place=ibis.row_number().over(order))


def with_person(connection: BaseBackend, aims: ir.Table) -> ir.Table:
    """The aims with ``person_id`` of the spine."""
    spine = connection.table("spine").select("learner_key", "person_id")
    return aims.left_join(spine, "learner_key").select(aims, spine.person_id)


def with_key_stage_4(connection: BaseBackend, aims: ir.Table) -> ir.Table:
    """The aims of persons with what is known of key stage 4: ``attainment8``, ``english_and_maths``; null where not
    linked."""
    import ibis

    if "npd_ks4" not in tables_of(connection):
        return aims.mutate(attainment8=ibis.null("float64"), english_and_maths=ibis.null("int64"))
    ks4 = connection.table("npd_ks4")
    ks4 = ks4.filter(ks4.person_id.notnull()).group_by("person_id").agg(
        attainment8=ks4.KS4_ATT8.max(), english_and_maths=ks4.KS4_L2BASICS_94.max()
    )  # fmt: skip
    return aims.left_join(ks4, "person_id").select(aims, ks4.attainment8, ks4.english_and_maths)
