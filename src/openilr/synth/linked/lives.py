"""What people do, month by month: school, further and higher education, work, self-employment and benefits.

The chance of work in a month, and pay, depend on what somebody has achieved by then, on prior attainment and on the
rest of ``effects.csv``, and on nothing else. Work goes on from month to month and is drawn anew now and then, so the
share of people in work settles at the chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openilr.synth import geography
from openilr.synth.linked.effects import LEVELS, by_category, effect
from openilr.synth.linked.people import ADULT, FULL_TIME, Batch, Span, month_of

if TYPE_CHECKING:
    from numpy.random import Generator


#: Part-time pay of students, and pay of apprentices, as shares of full pay (assumed).
_STUDENT_PAY, _APPRENTICE_PAY = 0.35, 0.8
#: The share of people whose work is their own business, whenever they work (assumed).
SELF_EMPLOYED = 0.08
_SIXTH_FORM = 0.45
#: Regions in which the intervention was offered, the ages at the start, and the months until it has an effect.
OFFERED = (0, 1, 2, 3, 4)
OFFERED_AGES = (19, 30)
TAKES = 6


@dataclass
class Lives:
    """Arrays of people by months of the span (``bool`` unless said), and facts about each person.

    ``z`` is prior attainment in standard deviations; ``level`` the highest level achieved by each month; ``rate`` the
    annual rate of pay in pounds. ``sixth`` and ``university`` are months of the first day there, or a month never
    reached; ``graduates`` whether university ends with a degree, ``leaves`` its last month.
    """

    z: Any
    level: Any
    school: Any
    full_time: Any
    apprentice: Any
    learning: Any
    university: Any
    enters: Any
    leaves: Any
    graduates: Any
    sixth: Any
    employed: Any
    self_employed: Any
    on_benefit: Any
    in_work_benefit: Any
    rate: Any
    eligible: Any
    treated: Any
    offered: Any
    chance: Any


def live(random: Generator, batch: Batch, span: Span) -> Lives:
    """The lives of the people of a batch."""
    import numpy as np

    who, made = batch.who, batch.programmes
    months = np.arange(span.months)
    size = batch.size
    begins, ends, learnt = (month_of(made[name], span) for name in ("start", "end", "learnt"))
    z = _prior_attainment(random, batch)
    left = leaving_school(who["born"])
    leaves_school = month_of(np.array([f"{year}-09" for year in left], dtype="datetime64[M]"), span)
    # School, and a sixth form for some who come to further education later or never.
    first = begins.min(axis=1)
    sixth = np.where(
        (who["prior"] >= 3) & (first > leaves_school + 23) & (random.random(size) < _SIXTH_FORM), leaves_school, 10**6
    )
    school = (months < leaves_school[:, None]) | _within(sixth + 1, sixth + 23, months)
    running = {kind: np.zeros((size, span.months), dtype=bool) for kind in ("full time", "apprentice", "other")}
    for place in range(made["kind"].shape[1]):
        kind = made["kind"][:, place]
        here = _within(begins[:, place], learnt[:, place], months)
        running["full time"] |= here & np.isin(kind, FULL_TIME)[:, None]
        running["apprentice"] |= here & (kind == "apprenticeship")[:, None]
        running["other"] |= here & (~np.isin(kind, (*FULL_TIME, "apprenticeship")))[:, None]
    enters, leaves, graduates = _university(random, batch, span, z, sixth)
    university = _within(enters, leaves, months)
    level = _levels(batch, ends, months)
    level = np.maximum(level, np.where((months > leaves[:, None]) & graduates[:, None], 6, 0)).astype(np.int8)
    eligible, treated, offered = _intervention(random, batch, z, begins)
    helped = treated[:, None] & (months >= (offered + TAKES)[:, None])
    study = running["full time"] | university | school
    chance = _chance(batch, z, level, ends, months, study, helped)
    grown = (months - (16 * 12 + month_of(who["born"], span))[:, None]) >= 0
    chance = np.where(running["apprentice"], 0.995, np.where(grown & (months >= leaves_school[:, None]), chance, 0.0))
    works = _persisting(random, chance, np.where(eligible, offered + TAKES, -1))
    own_boss = (random.random(size) < SELF_EMPLOYED)[:, None] & ~running["apprentice"] & ~study
    rate = _pay(random, batch, span, z, level, ends, months, helped)
    rate = np.where(study, rate * _STUDENT_PAY, np.where(running["apprentice"], rate * _APPRENTICE_PAY, rate))
    adult = months >= (18 * 12 + month_of(who["born"], span))[:, None]
    idle = adult & ~works & ~study & ~running["apprentice"]
    on_benefit = _persisting(random, _benefit(batch, level), np.full(size, -1)) & idle
    low = (random.random(size) < 0.25)[:, None] & works & ~own_boss & (rate < 17_000) & adult & ~study
    return Lives(
        z, level, school, running["full time"], running["apprentice"], running["other"], university, enters, leaves,
        graduates, sixth, works & ~own_boss, works & own_boss, on_benefit, low, rate, eligible, treated, offered,
        chance,
    )  # fmt: skip


def _within(first: Any, last: Any, months: Any) -> Any:
    return (months >= first[:, None]) & (months <= last[:, None])


def _prior_attainment(random: Generator, batch: Batch) -> Any:
    """Higher for who had more before and for who achieves: so a comparison that leaves it out goes wrong."""
    achieved = batch.programmes["achieved"].any(axis=1)
    mean = -0.45 + 0.22 * batch.who["prior"] + 0.2 * (achieved - 0.6)
    return mean + random.normal(0, 0.85, batch.size)


def leaving_school(born: Any) -> Any:
    """The calendar year in which somebody leaves year 11: that of the 16th birthday, or the next from September on."""
    year = born.astype("datetime64[Y]").astype(int) + 1970
    return year + 16 + ((born.astype("datetime64[M]").astype(int) % 12) >= 8)


def _university(random: Generator, batch: Batch, span: Span, z: Any, sixth: Any) -> tuple[Any, Any, Any]:
    """Months of entry and leaving (10**6 for never), and whether with a degree: three years from a September."""
    import numpy as np

    made = batch.programmes
    last = np.argmax(np.where(made["kind"] != "", made["end"], np.datetime64("1900-01-01")), axis=1)
    at = np.arange(batch.size), last
    ended, born = made["end"][at], batch.who["born"]
    years_old = (ended - born).astype("timedelta64[D]").astype(int) / 365.25
    after_fe = made["achieved"][at] & (made["level"][at] == 3) & (years_old < 25) & (made["kind"][at] != "")
    first = month_of(made["start"], span).min(axis=1)
    after_school = (sixth < 10**6) & (first > sixth + 24 + 36)
    by_prior = effect("higher_education", "prior_attainment", "per standard deviation")
    goes = random.random(batch.size) < np.clip(effect("higher_education", "constant") + by_prior * z, 0.02, 0.95)
    after = np.where(after_fe, month_of(ended, span), np.where(after_school, sixth + 23, 10**6))
    start_month = span.start.month - 1
    september = after + (8 - (after + start_month)) % 12
    enters = np.where(goes & (after_fe | after_school), september, 10**6)
    drops = random.random(batch.size) < effect("higher_education", "leaves without a qualification")
    leaves = np.where(drops, enters + random.integers(5, 20, batch.size), enters + 33)
    return enters, np.where(enters < 10**6, leaves, 10**6), ~drops & (enters < 10**6)


def _levels(batch: Batch, ends: Any, months: Any) -> Any:
    import numpy as np

    level = np.repeat(batch.who["prior"][:, None], len(months), axis=1)
    for place in range(ends.shape[1]):
        done = batch.programmes["achieved"][:, place][:, None] & (months > ends[:, place][:, None])
        level = np.maximum(level, np.where(done, batch.programmes["level"][:, place][:, None], 0))
    return level.astype(np.int8)


def _intervention(random: Generator, batch: Batch, z: Any, begins: Any) -> tuple[Any, Any, Any]:
    """Eligible: a first adult programme at the ages and in the regions. Takes part: more often who did worse.

    Half a year after the offer all who were eligible look for work anew, and the coached find it more often.
    """
    import numpy as np

    made, who = batch.programmes, batch.who
    age = (made["start"][:, 0] - who["born"]).astype("timedelta64[D]").astype(int) // 365.25
    region = who["first_home"] // geography.PER_REGION
    eligible = (
        np.isin(made["kind"][:, 0], ADULT) & np.isin(region, OFFERED)
        & (age >= OFFERED_AGES[0]) & (age <= OFFERED_AGES[1])
    )  # fmt: skip
    chance = effect("intervention", "take-up", "constant") + z * effect(
        "intervention", "take-up", "per standard deviation of prior attainment"
    )
    treated = eligible & (random.random(batch.size) < np.clip(chance, 0.05, 0.95))
    return eligible, treated, np.where(eligible, begins[:, 0] + 2, 10**6)


def _done(batch: Batch, ends: Any, months: Any, kind: str | None = None) -> Any:
    """Whether a programme (of a kind) was achieved before each month."""
    import numpy as np

    found = np.zeros((batch.size, len(months)), dtype=bool)
    for place in range(ends.shape[1]):
        counts = batch.programmes["achieved"][:, place]
        if kind is not None:
            counts = counts & (batch.programmes["kind"][:, place] == kind)
        found |= counts[:, None] & (months > ends[:, place][:, None])
    return found


def _chance(batch: Batch, z: Any, level: Any, ends: Any, months: Any, study: Any, helped: Any) -> Any:
    import numpy as np

    who = batch.who
    by_level = np.array(by_category("employment", "level", [str(each) for each in LEVELS]))
    poor = np.array([geography.quintile(int(home)) == 1 for home in who["home"]])
    fixed = (
        effect("employment", "constant") + effect("employment", "prior_attainment", "per standard deviation") * z
        + effect("employment", "deprivation", "most deprived fifth") * poor
        + effect("employment", "lldd", "difficulty or disability") * who["lldd"]
    )  # fmt: skip
    chance = fixed[:, None] + by_level[level]
    chance += effect("employment", "completion", "achieved a programme") * _done(batch, ends, months)
    chance += effect("employment", "apprenticeship", "achieved an apprenticeship") * _done(
        batch, ends, months, "apprenticeship"
    )
    chance += effect("employment", "intervention", "treated") * helped
    chance += effect("employment", "in full-time study") * study
    return np.clip(chance, 0.02, 0.985)


def _persisting(random: Generator, chance: Any, turning: Any) -> Any:
    """True with the chance of each month, going on from one month to the next unless drawn anew.

    ``turning`` is a month in which each person's state is drawn anew at any rate: from it on the chance is that of the
    month, and an effect which begins then is there whole.
    """
    import numpy as np

    size, months = chance.shape
    anew = effect("employment", "change", "share of months in which the state is drawn anew")
    state = np.empty((size, months), dtype=bool)
    now = random.random(size) < chance[:, 0]
    for month in range(months):
        # Whoever can not, or must, does at once; others when drawn.
        draws = (random.random(size) < anew) | (chance[:, month] <= 0) | (chance[:, month] > 0.99) | (turning == month)
        now = np.where(draws, random.random(size) < chance[:, month], now)
        state[:, month] = now
    return state


def _pay(
    random: Generator, batch: Batch, span: Span, z: Any, level: Any, ends: Any, months: Any, helped: Any
) -> Any:  # fmt: skip
    """The annual rate of pay: the same over the months of a tax year, but for what somebody achieves."""
    import numpy as np

    who, made = batch.who, batch.programmes
    by_level = np.array(by_category("log_pay", "level", [str(each) for each in LEVELS]))
    by_subject = np.array(by_category("log_pay", "subject", [str(each) for each in range(16)]))
    person = random.normal(0, effect("log_pay", "person", "standard deviation"), batch.size)
    fixed = (
        effect("log_pay", "constant") + person + effect("log_pay", "prior_attainment", "per standard deviation") * z
        + effect("log_pay", "sex", "F") * (who["sex"] == "F")
        + effect("log_pay", "region", "E12000007") * lives_in_london(batch)
        + np.where(made["kind"][:, 0] != "", by_subject[made["subject"][:, 0]], 0.0)
    )  # fmt: skip
    tax_year = (months + span.start.month - 1 - 3) // 12
    luck = random.normal(0, effect("log_pay", "year", "standard deviation"), (batch.size, tax_year.max() + 2))
    experience = np.clip((months - month_of(who["born"], span)[:, None]) / 12 - 16, 0, 20)
    found = fixed[:, None] + by_level[level] + luck[:, tax_year + 1]
    found += effect("log_pay", "experience", "per year to 20") * experience
    found += effect("log_pay", "completion", "achieved a programme") * _done(batch, ends, months)
    found += effect("log_pay", "intervention", "treated") * helped
    return np.exp(found)


def lives_in_london(batch: Batch) -> Any:
    """Of each person, whether their home is in London."""
    return batch.who["home"] // geography.PER_REGION == geography.REGIONS.index("E12000007")


def _benefit(batch: Batch, level: Any) -> Any:
    import numpy as np

    poor = np.array([geography.quintile(int(home)) == 1 for home in batch.who["home"]])
    chance = effect("benefit", "constant") + effect("benefit", "deprivation", "most deprived fifth") * poor[:, None]
    return np.clip(chance + effect("benefit", "level", "3 or higher") * (level >= 3), 0.02, 0.95)
