"""What somebody did in the six months from October to March of an academic year, from linked spells."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from openilr.link import life
from openilr.spec import AcademicYear

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

#: October to March, and how many of its months paid employment has to cover.
MONTHS, IN_WORK = 6, 5
_ALL = (1 << MONTHS) - 1
#: The register whose people are those of HMRC and DWP: who is in it is matched.
REGISTER = "dwp"


def window(year: str, later: int = 1) -> tuple[date, date]:
    """The first and last day of the window of the ``later``-th academic year after one."""
    ends = AcademicYear(year).end.year + later - 1
    return date(ends, 10, 1), date(ends + 1, 3, 31)


def matched(connection: BaseBackend) -> ir.Table:
    """The people who are linked to records of HMRC and DWP: person_id and matched (true)."""
    import ibis

    keys = connection.table("link_keys")
    people = keys.filter(keys.source == REGISTER).select("person_id").distinct()
    return people.mutate(matched=ibis.literal(True))


def activities(connection: BaseBackend, year: str, later: int = 1) -> ir.Table:
    """One row for each person with any spell in the window: ``in_work``, ``self_employed``, ``in_learning``,
    ``sustained`` (work or learning, or one and then the other), ``something``, ``benefit``, ``learning_type`` (the
    first of he, apprenticeship, fe, school that the person was in) and ``learning_level`` (the highest)."""
    import ibis

    first, last = window(year, later)
    spell = life.spells(connection, last)
    spell = spell.filter(spell.end >= first)
    starts, ends = ibis.greatest(spell.start, first), ibis.least(spell.end, last)
    place = (starts.year() - first.year) * 12 + starts.month() - first.month
    until = (ends.year() - first.year) * 12 + ends.month() - first.month
    spell = spell.mutate(month=ibis.range(place.cast("int64"), until.cast("int64") + 1).unnest())
    bit = ibis.cases(*((spell.month == i, 1 << i) for i in range(MONTHS)), else_=0).cast("int64")
    learning = spell.state.isin(life.LEARNING)
    spell = spell.mutate(bit=bit, learning=learning)
    person = spell.group_by("person_id").agg(
        works=spell.bit.bit_or(where=spell.state == "employment").fill_null(0),
        learns=spell.bit.bit_or(where=spell.learning).fill_null(0),
        self_employed=(spell.state == "self_employment").any(),
        benefit=(spell.state == "out_of_work_benefit").any(),
        **{f"in_{state}": (spell.state == state).any() for state in life.LEARNING},
        learning_level=spell.level.max(where=spell.learning),
    )
    count = sum(((person.works & (1 << i)) != 0).cast("int64") for i in range(MONTHS))
    person = person.mutate(
        in_work=(count >= IN_WORK) | person.self_employed, in_learning=person.learns == _ALL,
        something=(person.works > 0) | (person.learns > 0) | person.self_employed,
    )  # fmt: skip
    kinds = ("he", "apprenticeship", "fe", "school")
    return person.mutate(
        sustained=person.in_work | person.in_learning | _one_and_then_the_other(person),
        learning_type=ibis.cases(*((person[f"in_{kind}"], kind) for kind in kinds), else_=ibis.null("string")),
    ).drop(*(f"in_{kind}" for kind in kinds), "works", "learns")


def _one_and_then_the_other(person: ir.Table) -> ir.BooleanValue:
    """Each month has work or learning, with at most one switch between them."""
    import ibis

    found: ir.BooleanValue = ibis.literal(False)
    for months in range(1, MONTHS):
        early = (1 << months) - 1
        late = _ALL - early
        for a, b in ((person.works, person.learns), (person.learns, person.works)):
            found = found | (((a & early) == early) & ((b & late) == late))
    return found
