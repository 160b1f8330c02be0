"""Progression: who goes on to a higher level after an achievement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure import fe_and_skills as fe
from openilr.measure.aims import is_apprenticeship
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Choice, Indicator, Measure
from openilr.measure.engines import keep, open_views
from openilr.measure.learner_achievements import MEASURE as ACHIEVEMENTS
from openilr.measure.learner_achievements import judge as achieved

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

WITHIN = Choice(
    "within_days",
    ("365", "183", "730"),
    "The outcome statistics look from October to March after the year; within the record alone, any day can be taken.",
    "Shorter spans find fewer who go on.",
)


def judge(connection: BaseBackend, asked: Asked) -> Candidates:
    """The achieved aims, each with whether the person began at a higher level afterwards, at any provider."""
    aims = Candidates(connection.table("learning_delivery"), trail=asked.trail, of=(asked.year, asked.return_name))
    return achieved(connection, asked, aims).change(lambda a: _with_next(connection, a, asked))


def _level(aims: ir.Table) -> ir.Value:
    """Levels as numbers: entry 0, level 1 to 2 as 1, "H" as 4; null where no level is known."""
    import ibis

    level = ibis.ifelse(is_apprenticeship(aims), aims.programme_level, aims.aim_level.upper())
    numbers = {"E": 0, "1": 1, "1.5": 1, "2": 2, "3": 3, "4": 4, "H": 4, "5": 5, "6": 6, "7": 7, "8": 8}
    return ibis.cases(*((level == name, value) for name, value in numbers.items()), else_=ibis.null("int8"))


def _with_next(connection: BaseBackend, aims: ir.Table, asked: Asked) -> ir.Table:
    import ibis

    span = ibis.interval(days=int(asked.options["within_days"]))
    aims = aims.mutate(level_number=_level(aims))
    every = connection.table("learning_delivery")
    later = every.select("person_key", began="LearnStartDate", next_level=_level(every))
    later = later.filter(later.next_level.notnull(), later.began >= asked.period.start)
    place = ["year", "return", "ukprn", "row"]
    narrow = aims.select(
        *place, "person_key", "achieved_on", "level_number", until=(aims.achieved_on + span).cast("date")
    )
    narrow = keep(connection, narrow.filter(narrow.achieved_on.notnull()), "achieved_aims")
    # Ranges of dates, not their difference: engines can join by them.
    same_person = narrow.person_key == later.person_key
    in_time = [later.began >= narrow.achieved_on, later.began <= narrow.until]
    met = narrow.semi_join(later, [same_person, later.next_level > narrow.level_number, *in_time])
    having = keep(connection, met.select(*place).mutate(went_on=ibis.literal(True)), "went_on")
    joined = aims.left_join(having, place).select(aims, having.went_on)
    return joined.mutate(went_on=joined.went_on.fill_null(False))


MEASURE = Measure(
    name="progression",
    title="Progression to a higher level after an achievement",
    definition=(
        "Of the people who achieved in the period, the share who began an aim or apprenticeship at a higher level "
        "than one they achieved, with any provider, within a year of the achievement. It sees further education only, "
        "and only as far as the store holds later returns; sustained destinations need linked data (outcomes)."
    ),
    formula="persons with a later start at a higher level within 365 days of the achievement / persons who achieved",
    source="Own definition, after the progression measure of Further Education Outcomes, Department for Education",
    unit="%",
    indicator="progression_rate",
    count="people",
    kind="rate",
    judge=judge,
    counted="It was achieved on {achieved_on}; went on to a higher level: {went_on}.",
    example="Level 2 achieved in June and level 3 begun in September is progression; another level 2 is not.",
    clauses=ACHIEVEMENTS.clauses,
    dimensions=fe.DIMENSIONS,
    options=fe.OPTIONS,
    choices=(WITHIN,),
    connect=lambda asked, engine: open_views(asked.store, engine),
    indicators=(
        Indicator("achievers", "Learners who achieved", kind="people", of=lambda rows: rows.person_key.nunique()),
        Indicator(
            "progressed", "Learners who went on", kind="people",
            of=lambda rows: rows.person_key.nunique(where=rows.went_on),
        ),
        Indicator("progression_rate", "Progression rate", "%", "rate", rate=("progressed", "achievers"), decimals=1),
    ),
)  # fmt: skip
