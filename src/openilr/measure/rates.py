"""Rates per 100,000 of the population of an area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure import dimensions
from openilr.measure import fe_and_skills as fe
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Choice, Indicator, Measure, MeasureError
from openilr.measure.learner_achievements import MEASURE as ACHIEVEMENTS
from openilr.measure.learner_achievements import judge as achieved
from openilr.measure.shares import PEOPLE

if TYPE_CHECKING:
    import polars as pl
    from ibis.backends import BaseBackend

POPULATION_AGES = Choice(
    "population",
    ("19+", "16-64", "all"),
    "Published rates do not say which ages each population covers. Learners aged 19 and over are set against people "
    "aged 19 and over.",
    "A wider population makes every rate lower by the same factor in areas of the same age mix.",
)
_AGES = {"19+": (19, 200), "16-64": (16, 64), "all": (0, 200)}
ENGLAND = "E92000001"
_HOMES = (dimensions.HOME_REGION, dimensions.HOME_LAD, dimensions.HOME_MCA, dimensions.HOME_PCON)
AREAS = tuple(area.name for area in _HOMES)
#: What people learn, and with whom: of all people of an area, so many do this.
_LEARNT = (
    *dimensions.ANY_PROVISION, dimensions.SSA1, dimensions.SSA2, dimensions.FUNDING, dimensions.UKPRN,
    dimensions.PROVIDER_TYPE,
)  # fmt: skip


def _why_not(name: str) -> str:
    if name.startswith("age"):
        return "the setting population says once for all rows which ages of an area's people a rate is of"
    if name.startswith(("delivery_", "distance")):
        return "the population of an area is those who live there, not those who come to learn"
    return "the estimates of population do not say how many people of an area are in each group"


def judge(connection: BaseBackend, asked: Asked) -> Candidates:
    return fe.active_aims(connection, asked) if asked.options["of"] == "participation" else achieved(connection, asked)


def finish(frame: pl.DataFrame, asked: Asked, by: tuple[str, ...]) -> pl.DataFrame:
    """``population`` of each area, and ``rate``; null where the population of an area is not given."""
    import polars as pl

    from openilr.measure.run import TOTAL, half_up

    areas = [name for name in by if name in AREAS]
    if len(areas) != 1:
        raise MeasureError(f"rates are of one kind of area at a time, alone or with more: {', '.join(AREAS)}.")
    people = population(asked)
    frame = frame.with_columns(area=pl.col(areas[0]).replace(TOTAL, ENGLAND)).join(people, on="area", how="left")
    rate = pl.when(pl.col("population") > 0).then(half_up(100_000 * pl.col("value") / pl.col("population"), 0))
    return frame.with_columns(rate=rate.cast(pl.Int64)).select(*by, "value", "population", "rate", "learners")


def population(asked: Asked) -> pl.DataFrame:
    """area, population: people of each area of the ages asked for. MeasureError where the store has no such file."""
    import polars as pl

    reference = asked.store.reference()
    found = reference.get("population") if reference is not None else None
    if found is None:
        raise MeasureError(
            "Rates need the population of each area: add a file population.csv (AreaCode, Year, Age, Population) with "
            "`ilr reference add`."
        )
    first, last = _AGES[asked.options["population"]]
    # The estimate of the middle of the calendar year in which the academic year begins, or the last before it.
    known = found.filter(pl.col("Year") <= asked.period.start.year)
    latest = known.filter(pl.col("Year") == known["Year"].max())
    within = latest.filter(pl.col("Age").is_null() | pl.col("Age").is_between(first, last))
    return within.group_by(area="AreaCode").agg(population=pl.col("Population").sum())


MEASURE = Measure(
    name="rates",
    title="Learners per 100,000 of the population",
    definition=(
        "People in funded learning in the period (or with an achievement), by where they live, for each 100,000 people "
        "of the area in the mid-year population estimate. By what they learn as well, it is still of all people of the "
        "area. Indicative: learners and population are counted by different means."
    ),
    formula="learners / mid-year population * 100,000",
    source=fe.SOURCE + "; mid-year population estimates, ONS",
    unit="learners per 100,000",
    indicator="participation_rate_per_100000_population",
    count="people",
    kind="rate",
    judge=judge,
    counted="It was in funded learning within the period.",
    example="1,000 learners in a district of 40,000 people are 2,500 for each 100,000.",
    clauses=tuple(dict.fromkeys((*fe.CLAUSES, *ACHIEVEMENTS.clauses))),
    dimensions=(*_HOMES, *_LEARNT),
    without={d.name: _why_not(d.name) for d in fe.DIMENSIONS if d not in (*_HOMES, *_LEARNT)},
    default_by=("home_region",),
    options={"of": ("participation", "achievements"), **fe.OPTIONS},
    choices=(POPULATION_AGES,),
    indicators=(
        PEOPLE,
        Indicator("population", "Population", kind="count"),
        Indicator("rate", "Learners per 100,000", kind="rate"),
    ),
    finish=finish,
)
