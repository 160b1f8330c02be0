"""Conditions on aims that several measures share, as Ibis expressions on the national views."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from openilr.measure.declare import Asked, Choice
from openilr.measure.engines import keep

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

#: ProgType: frameworks at levels 2 to 7, and standards (source: ILR specification).
APPRENTICESHIPS = (2, 3, 20, 21, 22, 23, 25)
STANDARD = 25
#: FundModel of a funded apprenticeship: adult skills (frameworks), apprenticeships from May 2017, other adult
#: (standards before May 2017).
APPRENTICESHIP_FUNDING = (35, 36, 81)
#: Community learning (to 2023-24) and tailored learning.
COMMUNITY, TAILORED = 10, 11
TAILORED_FUNDING = (COMMUNITY, TAILORED)
#: Community and tailored learning, adult skills (to 2023-24), Adult Skills Fund, other adult.
ADULT_FUNDING = (*TAILORED_FUNDING, 35, 38, 81)
NOT_FUNDED = 99
#: Codes of AimType, CompStatus and Outcome.
PROGRAMME_AIM, COMPONENT_AIM = 1, 3
CONTINUING, COMPLETED, WITHDRAWN, BREAK = 1, 2, 3, 6
ACHIEVED, OUTCOME_UNKNOWN = 1, 8

#: How the days of the qualifying period are counted.
COUNT_OF_DAYS = Choice(
    "days",
    ("difference", "inclusive"),
    "The published example counts 5 September to 6 October as 31 days, the difference of the two dates. Funding counts "
    "the first and the last day, which makes 32.",
    "With inclusive, programmes left on the last day of the qualifying period count.",
)


def is_in(column: ir.Value, codes: Iterable[Any]) -> ir.BooleanValue:
    """False, never null, for what is blank."""
    return column.isin(tuple(codes)).fill_null(False)


def is_apprenticeship(aims: ir.Table) -> ir.BooleanValue:
    """A funded aim within an apprenticeship, programme or component. False, never null."""
    return is_in(aims.ProgType, APPRENTICESHIPS) & is_in(aims.FundModel, APPRENTICESHIP_FUNDING)


def is_tailored_learning(aims: ir.Table) -> ir.BooleanValue:
    return is_in(aims.FundModel, TAILORED_FUNDING)


def is_adult_education(aims: ir.Table) -> ir.BooleanValue:
    """Funded adult education and training, tailored learning in it; ``aims`` has ``has_loan`` (``with_fam_flag``).

    An apprenticeship ProgType on adult funding is an apprenticeship only; nothing is both.
    """
    with_a_loan = (aims.FundModel == NOT_FUNDED).fill_null(False) & aims.has_loan
    return (is_in(aims.FundModel, ADULT_FUNDING) | with_a_loan) & ~is_apprenticeship(aims)


def is_active(aims: ir.Table, start: object, end: object) -> ir.BooleanValue:
    """In learning on at least one day of the period. Null for an aim without a start."""
    return (aims.LearnStartDate <= end) & (aims.LearnActEndDate.isnull() | (aims.LearnActEndDate >= start))


def days(first: ir.DateValue, last: ir.DateValue, counted: str = "difference") -> ir.IntegerValue:
    """Days from one date to another; one more where both are counted (``inclusive``)."""
    return last.delta(first, unit="day") + (1 if counted == "inclusive" else 0)


def days_needed(planned: ir.IntegerValue) -> ir.Value:
    """The qualifying period: 42 days when planned for 168 or more, 14 when planned for 14 to 167, else attending once.
    A missing planned end counts as long."""
    import ibis

    return ibis.cases((planned < 14, 0), (planned < 168, 14), else_=42)


def is_within_qualifying_period(aims: ir.Table, counted: str) -> ir.BooleanValue:
    """Ended, without achievement, before the qualifying period was over."""
    lasted = days(aims.LearnStartDate, aims.LearnActEndDate, counted)
    needed = days_needed(days(aims.LearnStartDate, aims.LearnPlanEndDate, counted))
    achieved = (aims.Outcome == ACHIEVED).fill_null(False)
    return aims.LearnActEndDate.notnull() & ~achieved & (lasted.fill_null(0) < needed)


def with_days(aims: ir.Table, counted: str) -> ir.Table:
    """The aims with what their reasons say of the qualifying period: ``lasted``, ``planned_days`` and ``needed``."""
    planned = days(aims.LearnStartDate, aims.LearnPlanEndDate, counted)
    lasted = days(aims.LearnStartDate, aims.LearnActEndDate, counted)
    return aims.mutate(lasted=lasted, planned_days=planned, needed=days_needed(planned))


def text_or_null(table: ir.Table, name: str) -> ir.Value:
    """A column that not every year has, as text."""
    import ibis

    return table[name].cast("string") if name in table.columns else ibis.null("string")


def number_or_null(table: ir.Table, name: str) -> ir.Value:
    import ibis

    return table[name] if name in table.columns else ibis.null("int32")


def with_fam_flag(connection: BaseBackend, aims: ir.Table, asked: Asked, fam_type: str, name: str) -> ir.Table:
    """The aims, all of the return asked for, with a Boolean column: whether they have a delivery FAM of this type.

    The few that have one are kept as a table: only then do engines know that they are few, and join the many to them.
    """
    import ibis

    fams = connection.table("learning_delivery_fam")
    fams = fams.filter(fams.year == asked.year, fams["return"] == asked.return_name, fams.LearnDelFAMType == fam_type)
    having = fams.select("ukprn", "parent").distinct().mutate(**{name: ibis.literal(True)})
    having = keep(connection, having, name)
    joined = aims.left_join(having, [aims.ukprn == having.ukprn, aims.row == having.parent])
    joined = joined.select(aims, having[name])
    return joined.mutate(**{name: joined[name].fill_null(False)})


def with_fam_code(connection: BaseBackend, aims: ir.Table, fam_type: str, name: str) -> ir.Table:
    """The aims with a text column: the code of their FAM of this type, the highest where there are several."""
    fams = connection.table("learning_delivery_fam")
    fams = fams.filter(fams.LearnDelFAMType == fam_type)
    having = fams.group_by(["year", "return", "ukprn", "parent"]).agg(**{name: fams.LearnDelFAMCode.max()})
    same = [aims.year == having.year, aims["return"] == having["return"], aims.ukprn == having.ukprn]
    return aims.left_join(having, [*same, aims.row == having.parent]).select(aims, having[name])
