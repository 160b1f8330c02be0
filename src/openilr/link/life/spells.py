"""Spells: from which day to which day somebody was at school, in learning, in work or on a benefit, by which source.

All expressions are Ibis, over a connection that has the national views, ``spine`` (learner_key, person_id),
``link_keys`` (record_key, person_id) and the tables of linked sources. A table that is not there adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

#: The states, in the order in which tables show them.
STATES = (
    "school", "fe", "apprenticeship", "he", "employment", "self_employment", "out_of_work_benefit", "in_work_benefit",
)  # fmt: skip
LEARNING = ("school", "fe", "apprenticeship", "he")
#: ProgType: frameworks at levels 2 to 7, and standards (source: ILR specification).
_APPRENTICESHIPS = (2, 3, 20, 21, 22, 23, 25)
#: XLEV601 of HESA's student record to a level: postgraduate, first degree, other undergraduate.
_HE_LEVELS = {1: 7, 2: 7, 3: 7, 4: 6, 5: 5}


def spells(connection: BaseBackend, until: date) -> ir.Table:
    """person_id, state, start, end (both days counted) and level (of learning, 0 to 8, null elsewhere).

    Spells of one state may overlap, as sources do; :func:`merged` brings them together. What goes on ends on
    ``until``; an aim goes on to the end of the last year in which it was returned.
    """
    return _together([_aims(connection), *_of_sources(connection, _SOURCES, until)], until)


def employment(connection: BaseBackend, until: date) -> ir.Table:
    """The spells of paid employment alone; for them no aim needs to be read."""
    found = _of_sources(connection, [name for name, how in _SOURCES.items() if how is _employment], until)
    return _together(found or [_aims(connection).limit(0)], until)


def _of_sources(connection: BaseBackend, tables: Iterable[str], until: date) -> list[ir.Table]:
    there = tables_of(connection)
    return [_SOURCES[name](_with_person(connection, name), until) for name in tables if name in there]


def _together(parts: list[ir.Table], until: date) -> ir.Table:
    everything = reduce(lambda a, b: a.union(b), [part.select(*_COLUMNS) for part in parts])
    return everything.filter(everything.start <= everything.end, everything.start <= until)


_COLUMNS = ("person_id", "state", "start", "end", "level")


def tables_of(connection: BaseBackend) -> set[str]:
    """The names of the tables and views that a connection has. (Ibis 12 can not list those of DuckDB 2.)"""
    if connection.name != "duckdb":
        return set(connection.list_tables())
    rows = connection.raw_sql("SELECT table_name FROM information_schema.tables").fetchall()
    return {name for (name,) in rows}


def known_until(connection: BaseBackend) -> date:
    """The last day that any spell of work or a benefit begins or ends on, to which what goes on is known."""
    there = tables_of(connection)
    found: list[date] = []
    for table in ("hmrc_employment", "leo_employment", "dwp_benefits", "leo_benefits"):
        if table in there:
            spell = connection.table(table)
            last = spell.aggregate(a=spell.StartDate.max(), b=spell.EndDate.max()).to_polars().row(0)
            found += [day for day in last if day is not None]
    return max(found, default=date.today())


def merged(spell: ir.Table, *by: str) -> ir.Table:
    """Spells that overlap or touch brought together, by these columns: the columns, start and end."""
    import ibis

    before = ibis.window(group_by=list(by), order_by=["start", "end"], rows=(None, -1))
    so_far = ibis.window(group_by=list(by), order_by=["start", "end"], rows=(None, 0))
    found = spell.select(*by, "start", "end")
    found = found.mutate(latest=found.end.max().over(before))
    begins = found.latest.isnull() | (found.start > found.latest + ibis.interval(days=1))
    found = found.mutate(begins=begins.cast("int64"))
    found = found.mutate(island=found.begins.sum().over(so_far))
    return found.group_by(*by, "island").agg(start=found.start.min(), end=found.end.max()).drop("island")


def _with_person(connection: BaseBackend, table: str) -> ir.Table:
    """A source's table with the person of each record; records that are not linked are left out."""
    rows = connection.table(table)
    if "person_id" in rows.columns:
        return rows.filter(rows.person_id.notnull())
    keys = connection.table("link_keys").select("record_key", "person_id").distinct()
    return rows.inner_join(keys, "record_key")


def _aims(connection: BaseBackend) -> ir.Table:
    """Aims of the returns, each as the last return that holds it says."""
    import ibis

    spine = connection.table("spine").select("learner_key", "person_id").distinct()
    aims = connection.table("learning_delivery")
    same = [aims.ukprn, aims.learner_key, aims.LearnAimRef, aims.ProgType, aims.StdCode, aims.LearnStartDate]
    latest = ibis.window(group_by=same, order_by=[aims.year.desc(), aims["return"].desc(), aims.AimSeqNumber])
    aims = aims.mutate(place=ibis.row_number().over(latest))
    aims = aims.filter(aims.place == 0, aims.LearnStartDate.notnull())
    ends = ibis.date(2000 + aims.year.substr(2, 2).cast("int32"), 7, 31)
    apprenticeship = aims.ProgType.isin(_APPRENTICESHIPS).fill_null(False)
    level = ibis.ifelse(apprenticeship, aims.programme_level, aims.aim_level)
    aims = aims.select(
        aims.learner_key, state=ibis.ifelse(apprenticeship, "apprenticeship", "fe"), start=aims.LearnStartDate,
        end=aims.LearnActEndDate.fill_null(ends), level=level_number(level),
    )  # fmt: skip
    return aims.inner_join(spine, "learner_key")


def level_number(level: ir.StringValue) -> ir.IntegerValue:
    """LARS's levels as numbers: entry level is 0; null where no level is assigned."""
    import ibis

    return ibis.ifelse(level.upper() == "E", ibis.literal("0"), level).substr(0, 1).try_cast("int32")


def _year_end(year: ir.StringValue, month: int, day: int) -> ir.DateValue:
    """A day of the calendar year in which an academic year such as 2023/2024 ends."""
    import ibis

    return ibis.date(year.right(4).cast("int32"), month, day)


def _census(rows: ir.Table, until: date) -> ir.Table:  # noqa: ARG001
    import ibis

    start = rows.EntryDate.fill_null(rows.CensusDate)
    ends = rows.LeavingDate.fill_null(_year_end(rows.AcademicYear, 8, 31))
    rows = rows.mutate(state=ibis.literal("school"), start=start, end=ends, level=ibis.null("int32"))
    return rows.filter(rows.start.notnull())


def _plams(rows: ir.Table, until: date) -> ir.Table:  # noqa: ARG001
    import ibis

    ends = rows.pl_LearningActualEndDate.fill_null(rows.pl_LearningPlannedEndDate)
    return rows.mutate(
        state=ibis.literal("school"), start=rows.pl_LearningStartDate, level=rows.pl_Qual_Lev_Ref.cast("int32"),
        end=ends.fill_null(_year_end(rows.pl_ACADYR, 7, 31)),
    )  # fmt: skip


def _hesa(rows: ir.Table, until: date) -> ir.Table:  # noqa: ARG001
    import ibis

    level = ibis.cases(*((rows.HE_XLEV601.isin((code,)), level) for code, level in _HE_LEVELS.items()))
    return rows.mutate(
        state=ibis.literal("he"), start=rows.HE_COMDATE, level=level.cast("int32"),
        end=rows.HE_ENDDATE.fill_null(_year_end(rows.HE_ACADYR, 7, 31)),
    )  # fmt: skip


def _employment(rows: ir.Table, until: date) -> ir.Table:
    import ibis

    rows = rows.filter(rows.StartDate.notnull())
    return rows.mutate(
        state=ibis.literal("employment"), start=rows.StartDate, end=rows.EndDate.fill_null(until),
        level=ibis.null("int32"),
    )  # fmt: skip


def is_self_employed(rows: ir.Table) -> ir.BooleanValue:
    """A self-assessment return that says so, or that has income from self-employment."""
    return ((rows.Self_Employed == 1) | (rows.EARNINGS_SELF_EMPLOYMENT > 0)).fill_null(False)


def _self_assessment(rows: ir.Table, until: date) -> ir.Table:  # noqa: ARG001
    """A whole tax year for each return: which days of it is not known."""
    import ibis

    rows = rows.filter(is_self_employed(rows))
    year = (rows.TaxYear // 100).cast("int32")
    return rows.mutate(
        state=ibis.literal("self_employment"), start=ibis.date(year, 4, 6), end=ibis.date(year + 1, 4, 5),
        level=ibis.null("int32"),
    )  # fmt: skip


def _benefits(rows: ir.Table, until: date) -> ir.Table:
    import ibis

    out = (rows.Out_of_work_benefit == 1).fill_null(False)
    return rows.mutate(
        state=ibis.ifelse(out, "out_of_work_benefit", "in_work_benefit"), start=rows.StartDate,
        end=rows.EndDate.fill_null(until), level=ibis.null("int32"),
    )  # fmt: skip


_SOURCES = {
    "npd_census": _census, "plams": _plams, "hesa": _hesa, "hmrc_employment": _employment,
    "leo_employment": _employment, "hmrc_self_assessment": _self_assessment, "leo_sa": _self_assessment,
    "dwp_benefits": _benefits, "leo_benefits": _benefits,
}  # fmt: skip
