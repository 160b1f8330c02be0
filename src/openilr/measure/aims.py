"""Conditions on aims that several measures share, as Ibis expressions on the national views."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

#: ProgType: frameworks at levels 2 to 7, and standards (source: ILR specification).
APPRENTICESHIPS = (2, 3, 20, 21, 22, 23, 25)
#: FundModel of a funded apprenticeship: adult skills (frameworks), apprenticeships from May 2017, other adult
#: (standards before May 2017).
APPRENTICESHIP_FUNDING = (35, 36, 81)
#: Community learning (to 2023-24) and tailored learning.
TAILORED_FUNDING = (10, 11)
#: Community and tailored learning, adult skills (to 2023-24), Adult Skills Fund, other adult.
ADULT_FUNDING = (*TAILORED_FUNDING, 35, 38, 81)


def is_apprenticeship(aims: ir.Table) -> ir.BooleanValue:
    """A funded aim within an apprenticeship, programme or component. False, never null."""
    return aims.ProgType.isin(APPRENTICESHIPS).fill_null(False) & aims.FundModel.isin(APPRENTICESHIP_FUNDING).fill_null(
        False
    )


def is_tailored_learning(aims: ir.Table) -> ir.BooleanValue:
    return aims.FundModel.isin(TAILORED_FUNDING).fill_null(False)


def is_active(aims: ir.Table, start: object, end: object) -> ir.BooleanValue:
    """In learning on at least one day of the period."""
    return (aims.LearnStartDate <= end) & (aims.LearnActEndDate.isnull() | (aims.LearnActEndDate >= start))


def days(first: ir.DateValue, last: ir.DateValue) -> ir.IntegerValue:
    """Days from the first to the last, both counted, as days in learning are counted for funding."""
    return last.delta(first, unit="day") + 1


def with_fam_flag(connection: Backend, aims: ir.Table, fam_type: str, name: str) -> ir.Table:
    """The aims with a Boolean column that says whether they have a delivery FAM of this type."""
    import ibis

    fams = connection.table("learning_delivery_fam")
    having = (
        fams.filter(fams.LearnDelFAMType == fam_type)
        .select("year", "return", "ukprn", "parent")
        .distinct()
        .mutate(**{name: ibis.literal(True)})
    )
    same = [aims.year == having.year, aims["return"] == having["return"], aims.ukprn == having.ukprn]
    joined = aims.left_join(having, [*same, aims.row == having.parent]).select(aims, having[name])
    return joined.mutate(**{name: joined[name].fill_null(False)})
