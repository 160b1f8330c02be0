"""What was planted beside what the measures find in a store, through returns, link run and linked sources.

Differences come from sampling, from errors in the records, from missed and false links, and from what a measure can
not see. A row says how far apart the two are in standard errors of the found one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import log, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.spec import AcademicYear
from openilr.synth import geography
from openilr.synth.linked.effects import effect
from openilr.synth.linked.lives import OFFERED, OFFERED_AGES, SELF_EMPLOYED

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store

#: Kinds of provision that count as education and training for adults.
_EDUCATION = ("adult_skills", "tailored_learning", "loan")
_FUNDING = (11, 38)
#: Over how many tax years the days in employment are counted: more of them tell more of each person.
_YEARS_OF_WORK = 3


@dataclass(frozen=True)
class Row:
    """One number: what it is, for whom, planted, found, and the standard error of the found one."""

    number: str
    group: str
    planted: float
    found: float
    error: float
    count: int

    @property
    def distance(self) -> float:
        return abs(self.found - self.planted) / self.error if self.error else 0.0


def compare(folder: Path, store: Store, year: str) -> list[Row]:
    """Outcomes, earnings and the effect of the intervention of one year: planted and found.

    ``folder`` is what ``ilr synth --linked`` wrote; ``store`` holds its returns and linked sources, linked.
    """
    return [*_outcomes(folder, store, year), *_earnings(folder, store, year), *_intervention(store, year)]


def _truth(folder: Path, name: str) -> pl.DataFrame:
    import polars as pl

    frame = pl.read_csv(folder / "truth" / f"{name}.csv", try_parse_dates=True, schema_overrides={"year": pl.String,
                        "uln": pl.String, "husid": pl.String})  # fmt: skip
    return frame


def _achievers(folder: Path, year: str) -> pl.DataFrame:
    """The best achievement of each person and provider in a year, as the measures choose it."""
    import polars as pl

    august = AcademicYear(year).august_31
    born = _truth(folder, "people").select("person", "date_of_birth", "sex")
    made = _truth(folder, "destinations").filter(pl.col("year") == year).join(born, on="person")
    age = august.year - pl.col("date_of_birth").dt.year() - (pl.col("date_of_birth").dt.month() > 8).cast(pl.Int32)
    apprentice = pl.col("kind") == "apprenticeship"
    made = made.filter(apprentice | (pl.col("kind").is_in(_EDUCATION) & (age >= 19)))
    made = made.with_columns(provision=pl.when(apprentice).then(pl.lit("apprenticeships"))
                             .otherwise(pl.lit("education-and-training")))  # fmt: skip
    return made.sort(apprentice, "level", "achieved", descending=True).unique(["person", "provider"], keep="first")


_SHARES = (
    ("sustained_positive", "spd_percent", "Sustained positive destination, percent"),
    ("sustained_employment", "emp_percent", "Sustained employment, percent"),
    ("sustained_learning", "learn_percent", "Sustained learning, percent"),
)


def _outcomes(folder: Path, store: Store, year: str) -> list[Row]:
    import polars as pl

    from openilr import measure

    made = _achievers(folder, year)
    rows = []
    for provision in ("apprenticeships", "education-and-training"):
        found = measure.compute(store, "outcomes", year, provision=provision).frame.row(0, named=True)
        planted = made.filter(pl.col("provision") == provision)
        count = found["number_of_matched_learners"]
        for name, percent, title in _SHARES:
            share = float(planted.select(pl.col(name).mean()).item() or 0) * 100
            error = sqrt(max(share * (100 - share), 1) / max(count, 1))
            rows.append(Row(title, provision, share, found[percent] or 0.0, error, count))
    return rows


#: The quartiles of pay, and what the standard error of each is in that of a mean, for a normal spread of its logarithm.
_QUARTILES = (
    ("lower_quartile", 0.25, "Lower quartile of", 1.363),
    ("median", 0.5, "Median", 1.253),
    ("upper_quartile", 0.75, "Upper quartile of", 1.363),
)


def _earnings(folder: Path, store: Store, year: str) -> list[Row]:
    """Quartiles of annual pay of apprentices by level, one, three and five years after.

    As the measure does, it takes who was in sustained work in the window of that year, and leaves out who was in higher
    education in it: their pay is that of part-time work.
    """
    import polars as pl

    from openilr import measure

    made = _achievers(folder, year).filter(pl.col("provision") == "apprenticeships")
    # Levels are those of what was achieved: pay has a level of its own, of all that somebody has by then, degrees too.
    pay = _truth(folder, "pay").select("person", "tax_year", annual=pl.col("pay") / pl.col("days") * 365)
    rows = []
    for after in (1, 3, 5):
        ending = "" if after == 1 else f"_{after}"
        then = made.filter(pl.col(f"sustained_employment{ending}") == 1, pl.col(f"higher_education{ending}") == 0)
        begins = AcademicYear(year).end.year + after
        then = pay.filter(pl.col("tax_year") == begins * 100 + (begins + 1) % 100).join(then, on="person")
        result = measure.compute(store, "earnings", year, by=["level"], provision="apprenticeships", after=str(after))
        for row in result.frame.iter_rows(named=True):
            levels = range(4, 8) if row["level"] == "4+" else (int(row["level"]),) if row["level"].isdigit() else ()
            annual = then.filter(pl.col("level").is_in(list(levels)))["annual"]
            if annual.len() < 30 or row["median"] is None:
                continue
            spread = log(row["upper_quartile"] / row["lower_quartile"]) / 1.349 / sqrt(row["earners"])
            group = f"apprenticeships, level {row['level']}"
            for name, share, words, times in _QUARTILES:
                title = f"{words} annual pay, {after} year{'s' * (after > 1)} after, pounds"
                planted, found = float(annual.quantile(share, "linear") or 0), float(row[name])
                rows.append(Row(title, group, planted, found, times * spread * found, row["earners"]))
    return rows


def _intervention(store: Store, year: str) -> list[Row]:
    """The effect of coaching on pay and on days in work, as an analyst finds it: plain, and allowing for attainment.

    Days are those of employment spells, which work for oneself has none of: so much of the effect is not in them.
    """
    frame = _eligible(store, year)
    rows = []
    for column, planted, title in (
        ("log_pay", effect("log_pay", "intervention", "treated"), "Effect of coaching on pay, log points"),
        (
            "in_work", effect("employment", "intervention", "treated") * (1 - SELF_EMPLOYED),
            f"Effect of coaching on the share of days in employment, over {_YEARS_OF_WORK} tax years",
        ),
    ):  # fmt: skip
        known = frame.drop_nulls([column, "attainment8"])
        if known.height < 50:
            continue
        for how, controls in (("plain comparison", []), ("allowing for attainment, sex and age",
                              ["attainment8", "woman", "age"])):  # fmt: skip
            found, error = _regression(known, column, controls)
            rows.append(Row(title, f"eligible learners, {how}", planted, found, error, known.height))
    return rows


def _eligible(store: Store, year: str) -> pl.DataFrame:
    """Adults known to HMRC whose first programme made them eligible, with what became of them.

    Pay is that of the tax year that begins in the calendar year after the academic year; days in employment are of that
    one and the two after it.
    """
    import ibis

    from openilr import link
    from openilr.link import life
    from openilr.measure.earnings import annualised_pay

    connection = link.connect(store)
    aims, learners, spine = (connection.table(name) for name in ("learning_delivery", "learner", "spine"))
    place = ["year", "return", "ukprn", "learner_key"]
    person = aims.inner_join(learners.select(*place, "home_region", "Sex"), place).inner_join(spine, "learner_key")
    first = person.group_by("person_id").agg(
        started=person.LearnStartDate.min(), age=person.age_start.argmin(person.LearnStartDate),
        funding=person.FundModel.argmin(person.LearnStartDate), sex=person.Sex.min(),
        region=person.home_region.argmin(person.LearnStartDate),
    )  # fmt: skip
    regions = [geography.REGIONS[number] for number in OFFERED]
    first = first.filter(
        first.funding.isin(_FUNDING), first.region.isin(regions), first.age.between(*OFFERED_AGES),
        first.started <= AcademicYear(year).end,
    )  # fmt: skip
    begins = AcademicYear(year).end.year + 1
    april, march = date(begins, 4, 6), date(begins + _YEARS_OF_WORK, 4, 5)
    registered = connection.table("dwp_cis")
    first = first.semi_join(registered.filter(registered.person_id.notnull()), "person_id")
    coached = connection.table("coaching").filter(ibis._.person_id.notnull()).select("person_id").distinct()
    coached = coached.mutate(treated=ibis.literal(1))
    ks4 = connection.table("npd_ks4").group_by("person_id").agg(attainment8=ibis._.KS4_ATT8.max())
    pay = annualised_pay(connection, begins)
    spell = life.spells(connection, march)
    work = life.merged(spell.filter(spell.state == "employment", spell.end >= april), "person_id")
    inside = ibis.least(work.end, march).delta(ibis.greatest(work.start, april), unit="day") + 1
    days = work.mutate(inside=inside).group_by("person_id").agg(days=ibis._.inside.sum())
    whole = first
    for table in (coached, ks4, pay, days):
        names = [name for name in table.columns if name != "person_id"]
        whole = whole.left_join(table, "person_id").select(whole, *(table[name] for name in names))
    return whole.select(
        "person_id", "age", "attainment8", treated=whole.treated.fill_null(0),
        woman=(whole.sex == "F").cast("int64"), log_pay=whole.annualised.ln(),
        in_work=whole.days.fill_null(0) / ((march - april).days + 1),
    ).to_polars()  # fmt: skip


def _regression(frame: pl.DataFrame, outcome: str, controls: list[str]) -> tuple[float, float]:
    """The coefficient of ``treated`` by least squares, and its standard error."""
    import numpy as np

    columns: list[Any] = [np.ones(frame.height), frame["treated"].to_numpy()]
    x = np.column_stack([*columns, *(frame[name].to_numpy() for name in controls)]).astype(float)
    y = frame[outcome].to_numpy().astype(float)
    inverse = np.linalg.inv(x.T @ x)
    coefficients = inverse @ x.T @ y
    residual = y - x @ coefficients
    variance = residual @ residual / (len(y) - x.shape[1])
    return float(coefficients[1]), float(sqrt(variance * inverse[1, 1]))
