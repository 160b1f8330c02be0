"""Apprenticeship starts.

Implemented: funded apprenticeship programme aims, at all ages, that start within the period; not restarts (delivery FAM
RES); not programmes left before the qualifying period was over (42 days when planned for 168 days or more, 14 days
when planned for 14 to 167 days, one day below that), unless achieved.

Not yet: see ``MEASURE.not_yet``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from openilr.measure import dimensions as by
from openilr.measure.aims import days, is_apprenticeship, with_fam_flag
from openilr.measure.declare import Measure
from openilr.measure.period import Period

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

PROGRAMME_AIM = 1
ACHIEVED = 1


def rows(connection: Backend, period: Period, options: Mapping[str, str]) -> ir.Table:  # noqa: ARG001
    """The programme aims that count as a start in the period."""
    aims = connection.table("learning_delivery")
    aims = aims.filter(
        is_apprenticeship(aims),
        aims.AimType == PROGRAMME_AIM,
        aims.LearnStartDate.between(period.start, period.end),
        is_past_qualifying_period(aims),
    )
    aims = with_fam_flag(connection, aims, "RES", "is_restart")
    return aims.filter(~aims.is_restart)


def is_past_qualifying_period(aims: ir.Table) -> ir.BooleanValue:
    """True for programmes that go on, were achieved, or lasted long enough. A missing planned end counts as long."""
    import ibis

    planned = days(aims.LearnStartDate, aims.LearnPlanEndDate)
    needed = ibis.cases((planned < 14, 1), (planned < 168, 14), else_=42)
    lasted = days(aims.LearnStartDate, aims.LearnActEndDate) >= needed
    return aims.LearnActEndDate.isnull() | lasted | (aims.Outcome == ACHIEVED).fill_null(False)


MEASURE = Measure(
    name="starts",
    title="Apprenticeship starts",
    definition=(
        "Apprenticeship programmes that began in the period. Programmes are counted, not people: a new standard or "
        "level counts again, a restart after a break does not."
    ),
    formula="programme aims with period start <= start date <= period end, not restarted, past the qualifying period",
    source="Apprenticeships statistics methodology, Department for Education",
    unit="starts",
    indicator="start_count",
    count="aims",
    rows=rows,
    dimensions=(by.APPRENTICESHIP_LEVEL, by.DETAILED_LEVEL, by.AGE_START, by.SEX, by.LLDD, by.ETHNICITY,
                by.STANDARD, by.UKPRN),
    not_yet=(
        "A programme that is still going on is taken to pass its qualifying period.",
        "A start that two providers return for one person is counted twice.",
        "A return to the same programme after a long break counts only where it is not marked as a restart.",
        "Home and delivery areas, sector subject areas and funding type.",
    ),
)  # fmt: skip
