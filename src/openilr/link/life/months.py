"""Days in each state, month by month: the table that analysts of linked records build first.

One row for each person and month, with ``days_school``, ``days_fe``, ``days_apprenticeship``, ``days_he``,
``days_employment``, ``days_self_employment``, ``days_out_of_work_benefit``, ``days_in_work_benefit``, ``days_none`` and
``days`` (of the month). A day counts once in a state, however many spells cover it, and in every state that it has, so
the states of a month may add up to more than its days. A day without any state is in ``days_none``.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from openilr.link.life.spells import STATES, merged, spells

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend


def months(connection: BaseBackend, first: date, last: date) -> ir.Table:
    """The months from the one of ``first`` to the one of ``last``, of every person who is a learner."""
    import ibis

    first, last = first.replace(day=1), _last_day(last)
    spell = spells(connection, last)
    spell = spell.filter(spell.end >= first)
    spell = spell.mutate(start=ibis.greatest(spell.start, first), end=ibis.least(spell.end, last))
    by_state = _by_month(merged(spell, "person_id", "state"))
    counted = by_state.group_by("person_id", "month").agg(
        **{f"days_{state}": by_state.in_month.sum(where=by_state.state == state) for state in STATES}
    )
    at_all = _by_month(merged(spell, "person_id"))
    at_all = at_all.group_by("person_id", "month").agg(known=at_all.in_month.sum())
    grid = connection.table("spine").select("person_id").distinct()
    grid = grid.mutate(month=ibis.range(_place(first), _place(last) + 1).unnest())
    found = grid.left_join(counted, ["person_id", "month"]).drop("person_id_right", "month_right")
    found = found.left_join(at_all, ["person_id", "month"]).drop("person_id_right", "month_right")
    begins, days = _days_of(found.month)
    return found.select(
        "person_id", month=begins, **{f"days_{s}": found[f"days_{s}"].fill_null(0).cast("int8") for s in STATES},
        days_none=(days - found.known.fill_null(0)).cast("int8"), days=days.cast("int8"),
    )  # fmt: skip


def write_months(connection: BaseBackend, first: date, last: date, path: Path) -> int:
    """Write the months to a Parquet file, sorted by person and month; the number of rows."""
    found = months(connection, first, last)
    found.order_by("person_id", "month").to_parquet(str(path))
    return int(connection.read_parquet(str(path)).count().to_pyarrow().as_py())


def _by_month(spell: ir.Table) -> ir.Table:
    """Each spell cut into its months, with the days in each."""
    import ibis

    cut = spell.mutate(month=ibis.range(_place_of(spell.start), _place_of(spell.end) + 1).unnest())
    begins, days = _days_of(cut.month)
    ends = (begins + days.as_interval("D") - ibis.interval(days=1)).cast("date")
    inside = ibis.least(cut.end, ends).delta(ibis.greatest(cut.start, begins), unit="day") + 1
    return cut.mutate(in_month=inside)


def _place(day: date) -> int:
    return day.year * 12 + day.month - 1


def _place_of(day: ir.DateValue) -> ir.IntegerValue:
    return (day.year() * 12 + day.month() - 1).cast("int64")


def _days_of(month: ir.IntegerValue) -> tuple[ir.DateValue, ir.IntegerValue]:
    """The first day of a month, and how many days it has."""
    import ibis

    def first(place: ir.IntegerValue) -> ir.DateValue:
        return ibis.date((place // 12).cast("int32"), (place % 12 + 1).cast("int32"), 1)

    begins = first(month)
    return begins, first(month + 1).delta(begins, unit="day")


def _last_day(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
