"""Earnings: pay of learners who achieved, one, three and five years after."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from openilr.link import life
from openilr.measure import fe_and_skills as fe
from openilr.measure.achievers import CLAUSES, KS4, NOT_YET, OPTIONS, SOURCE, achievers, linked_views
from openilr.measure.afterwards import window
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Choice, Clause, Dimension, Indicator, Measure
from openilr.measure.outcomes import with_destination

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends import BaseBackend

NOT_FULL = Clause(
    "not_full_level", "out_of_scope",
    "What was achieved is neither a full level 2 or 3, nor an apprenticeship, nor at level 4 or above.", SOURCE,
)  # fmt: skip
OTHER_QUALIFICATION = Clause(
    "other_qualification", "out_of_scope", "It is not of the qualifications that were asked for.", SOURCE
)
NOT_MATCHED = Clause("not_matched", "excluded", "The learner is not linked to records of HMRC and DWP.", SOURCE)
NOT_IN_WORK = Clause("not_in_work", "excluded", "Employment was not sustained in the window.", SOURCE)
IN_HE = Clause("in_higher_education", "excluded", "The learner was in higher education in the window.", SOURCE)
NO_PAY = Clause(
    "no_pay_record", "excluded", "There is no pay record, or no day of employment, in the tax year.", SOURCE
)
TAX_YEAR = Choice(
    "tax_year",
    ("first-full", "of-window"),
    "Pay is annual by tax year, learning by academic year. The first tax year that begins after the academic year is "
    "all of it after; the one that the window lies in begins three months before the academic year ends.",
    "With of-window, pay is a year earlier and includes months of learning.",
)
_FULL, _LEVEL_2, _LEVEL_3, _LEVEL_4 = "all", "full-level-2", "full-level-3", "level-4-or-above"
QUALIFICATION = Dimension(
    "qualification", "What was achieved", "qualification", lambda rows: rows.qualification,
    ((_LEVEL_2, "Full level 2"), (_LEVEL_3, "Full level 3"), (_LEVEL_4, "Level 4 or above")),
)  # fmt: skip


def judge(connection: BaseBackend, asked: Asked) -> Candidates:
    """Achievers of a full level 2 or 3, or of level 4 and above, with sustained employment, pay, and no HE."""
    later = int(asked.options["after"])
    people = achievers(connection, asked)
    people.change(_with_qualification)
    people.leave_out(NOT_FULL, lambda a: a.qualification.isnull())
    if asked.options["qualification"] != _FULL:
        people.leave_out(OTHER_QUALIFICATION, lambda a: a.qualification != asked.options["qualification"])
    people.change(lambda a: with_destination(connection, a, asked.year, later))
    people.leave_out(NOT_MATCHED, lambda a: ~a.matched)
    people.leave_out(NOT_IN_WORK, lambda a: ~a.in_work)
    people.leave_out(IN_HE, lambda a: a.learning_type == "he")
    people.change(lambda a: _with_pay(connection, a, tax_year_of(asked)))
    return people.leave_out(NO_PAY, lambda a: a.annualised.isnull())


def tax_year_of(asked: Asked) -> int:
    """The calendar year in which the tax year begins that pay is taken from."""
    first, _ = window(asked.year, int(asked.options["after"]))
    return first.year + (asked.options["tax_year"] == "first-full")


def _with_qualification(aims: ir.Table) -> ir.Table:
    import ibis

    level = aims.achieved_level
    return aims.mutate(
        qualification=ibis.cases(
            (level >= 4, _LEVEL_4), (aims.is_full & (level == 3), _LEVEL_3), (aims.is_full & (level == 2), _LEVEL_2),
            else_=ibis.null("string"),
        )
    )  # fmt: skip


def annualised_pay(connection: BaseBackend, begins: int) -> ir.Table:
    """person_id and ``annualised``: pay of the tax year over the days employed in it, times 365, in pounds.

    Days are those of employment spells, each day once. Who has pay but no day, or a day but no pay, is left out.
    """
    import ibis

    first, last = date(begins, 4, 6), date(begins + 1, 4, 5)
    spell = life.employment(connection, last)
    spell = life.merged(spell.filter(spell.end >= first), "person_id")
    inside = ibis.least(spell.end, last).delta(ibis.greatest(spell.start, first), unit="day") + 1
    days = spell.mutate(inside=inside).group_by("person_id").agg(days=ibis._.inside.sum())
    there = life.tables_of(connection)
    tables = [connection.table(name) for name in ("hmrc_earnings", "leo_earnings") if name in there]
    if not tables:
        return days.select("person_id", annualised=ibis.null("float64")).limit(0)
    parts = [table.select("person_id", "TaxYear", "Earnings") for table in tables]
    pay = parts[0] if len(parts) == 1 else parts[0].union(parts[1])
    name = begins * 100 + (begins + 1) % 100
    pay = pay.filter(pay.TaxYear == name, pay.person_id.notnull(), pay.Earnings > 0)
    pay = pay.group_by("person_id").agg(pay=pay.Earnings.sum())
    both = pay.inner_join(days, "person_id")
    return both.select("person_id", annualised=both.pay / both.days * 365)


def _with_pay(connection: BaseBackend, aims: ir.Table, begins: int) -> ir.Table:
    pay = annualised_pay(connection, begins)
    return aims.left_join(pay, "person_id").select(aims, pay.annualised)


def _quartile(name: str, title: str, share: float, kind: str) -> Indicator:
    return Indicator(name, title, "£", kind=kind, of=lambda rows: rows.annualised.quantile(share).round(0))


def notes(frame: pl.DataFrame, asked: Asked) -> tuple[str, ...]:
    begins = tax_year_of(asked)
    said = [f"Pay of the tax year {begins}-{(begins + 1) % 100:02d}, not adjusted for prices or for who learns what."]
    if not frame["earners"].sum():
        said.append("No learner has a pay record for it.")
    return tuple(said)


MEASURE = Measure(
    name="earnings",
    title="Earnings after further education and skills",
    definition=(
        "Quartiles of annualised pay under PAYE in a tax year after the achievement, of learners who achieved a full "
        "level 2 or 3, an apprenticeship, or level 4 and above, had sustained employment from October to March of the "
        "year observed, a pay record, and were not in higher education. Annualised pay is pay divided by days employed "
        "in the tax year, times 365."
    ),
    formula="quartiles over learners of pay in the tax year / days employed in it * 365",
    source=SOURCE,
    unit="pounds",
    indicator="median_annualised_earnings",
    count="people",
    judge=judge,
    counted="Achieved on {achieved_on}; in work and paid in the tax year.",
    example="12,000 pounds for 200 days of employment are 21,900 pounds a year.",
    clauses=(*CLAUSES, NOT_FULL, OTHER_QUALIFICATION, NOT_MATCHED, NOT_IN_WORK, IN_HE, NO_PAY),
    dimensions=(QUALIFICATION, *fe.DIMENSIONS, KS4),
    options={
        **OPTIONS,
        "after": ("1", "3", "5"),
        "qualification": (_FULL, _LEVEL_2, _LEVEL_3, _LEVEL_4),
    },
    choices=(TAX_YEAR,),
    indicators=(
        Indicator("earners", "Learners with pay", "learners", kind="people", of=lambda rows: rows.count()),
        _quartile("lower_quartile", "Lower quartile of annualised pay", 0.25, "quantile"),
        _quartile("median", "Median annualised pay", 0.5, "median"),
        _quartile("upper_quartile", "Upper quartile of annualised pay", 0.75, "quantile"),
    ),
    not_yet=(
        *NOT_YET,
        "Pay from self-employment is not part of it, as in the published figures.",
        "Where a spell's first day is a default date, days employed may be too many.",
    ),
    kind="median",
    shown="median",
    connect=linked_views,
    notes=notes,
)
