"""The data sets of a release: what is counted, by what, and where.

A new data set is one entry here. Every combination of the breakdowns is published, with all totals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class DataSet:
    """``measures`` are the indicators, ``by`` the breakdowns (names of ``openilr.measure.dimensions``), ``levels`` the
    places beside the country: Regional and Local authority district (of the learner's home), or Provider alone.
    ``settings`` of the measures by name, other than the defaults. ``numbers`` are those of the measures' numbers that
    are published, by default all. ``for_each`` adds the population of each place, and each count for so many people.
    ``years_before`` the release's year are the learners whom it follows."""

    name: str
    title: str
    summary: str
    measures: tuple[str, ...]
    by: tuple[str, ...]
    levels: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    for_each: int = 0
    years_before: int = 0

    @property
    def population(self) -> str:
        """Whom it counts, where a setting makes that another population than the usual one."""
        return ", ".join(f"{name} {value}" for name, value in sorted(self.settings.items()))


HOME = ("Regional", "Local authority district")
APPRENTICESHIPS = ("starts", "achievements")
FE_SKILLS = ("participation", "learner-achievements")
#: Not all outcomes: of the full list some are what others leave of the matched learners, which undoes hiding.
OUTCOMES = (
    "number_of_learners", "number_of_matched_learners", "sustained_positive", "sustained_employment",
    "sustained_learning", "progression", "spd_percent", "emp_percent", "learn_percent",
    "progression_sustained_prior_percent",
)  # fmt: skip

DATA_SETS = (
    DataSet(
        "apprenticeships_region_district", "Apprenticeships by region and district",
        "Apprenticeship starts and achievements by the learner's home region and local authority district, level, age "
        "and sex.",
        APPRENTICESHIPS, ("level", "age", "sex"), HOME,
    ),
    DataSet(
        "apprenticeships_characteristics", "Apprenticeships by learner characteristics",
        "Apprenticeship starts and achievements by ethnic group, learning difficulty or disability, sex, age and "
        "level.",
        APPRENTICESHIPS, ("ethnicity", "lldd", "sex", "age", "level"),
    ),
    DataSet(
        "apprenticeships_subject", "Apprenticeships by subject",
        "Apprenticeship starts and achievements by sector subject area, level, age and home region.",
        APPRENTICESHIPS, ("ssa1", "level", "age"), ("Regional",),
    ),
    DataSet(
        "apprenticeships_provider", "Apprenticeships by provider",
        "Apprenticeship starts and achievements of each provider, by level and age.",
        APPRENTICESHIPS, ("level", "age"), ("Provider",),
    ),
    DataSet(
        "fe_skills_region_district", "Further education and skills by region and district",
        "Adult learners in further education and skills, and those who achieved, by the learner's home region and "
        "local authority district, level, age and sex.",
        FE_SKILLS, ("level", "age_adult", "sex"), HOME,
    ),
    DataSet(
        "fe_skills_characteristics", "Further education and skills by learner characteristics",
        "Adult learners in further education and skills, and those who achieved, by ethnic group, learning difficulty "
        "or disability, sex, age and provision.",
        FE_SKILLS, ("ethnicity", "lldd", "sex", "age_adult", "provision"),
    ),
    DataSet(
        "fe_skills_subject", "Enrolments by subject",
        "Adult enrolments in further education and skills by sector subject area, level, age and home region.",
        ("enrolments",), ("ssa1", "level", "age_adult"), ("Regional",),
    ),
    DataSet(
        "achievement_rates_apprenticeships", "Achievement rates of apprenticeships",
        "Leavers, completers and achievers of apprenticeships by hybrid end year, with retention, pass and achievement "
        "rates, by level, age and home region.",
        ("qar",), ("level", "age", "sex"), ("Regional",), {"programme": "apprenticeships"},
    ),
    DataSet(
        "achievement_rates_education", "Achievement rates of education and training",
        "Leavers, completers and achievers of education and training by hybrid end year, with retention, pass and "
        "achievement rates, by level, age and home region.",
        ("qar",), ("level", "age", "sex"), ("Regional",), {"programme": "education-and-training"},
    ),
    DataSet(
        "fe_skills_rates", "Further education and skills per 100,000 people",
        "Adult learners in further education and skills, and those who achieved, for each 100,000 people of the "
        "learner's home region and local authority district.",
        FE_SKILLS, (), HOME, for_each=100_000,
    ),
    DataSet(
        "outcomes", "Outcomes of further education and skills",
        "What learners who achieved in the year before did from October to March: work, learning, and learning at a "
        "higher level, by type of provision, level, age, sex and home region.",
        ("outcomes",), ("provision", "level", "age", "sex"), ("Regional",), numbers=OUTCOMES, years_before=1,
    ),
    DataSet(
        "earnings", "Earnings after further education and skills",
        "Annualised pay of learners who achieved two years before, in the first full tax year after, by what they "
        "achieved, sex and home region.",
        ("earnings",), ("qualification", "sex"), ("Regional",), years_before=2,
    ),
)  # fmt: skip


def choose(names: tuple[str, ...] = ()) -> tuple[DataSet, ...]:
    """The data sets of these names, or all. KeyError with the first name that is not there."""
    known = {each.name: each for each in DATA_SETS}
    return tuple(known[name] for name in names) if names else DATA_SETS
