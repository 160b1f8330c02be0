"""The usual breakdowns. Codes are short and stable; labels are those of the published files.

Sources: age bands and levels, FE and skills and apprenticeship statistics methodology (Department for Education);
codes of Sex, LLDDHealthProb and Ethnicity, ILR specification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openilr.measure.declare import Dimension

if TYPE_CHECKING:
    import ibis.expr.types as ir

_AGES = (("under 19", "Under 19"), ("19-24", "19 to 24"), ("25+", "25 plus"))


def _case(*branches: tuple[Any, Any], otherwise: Any = None) -> ir.Value:
    import ibis

    nothing = ibis.null("string") if otherwise is None else otherwise
    return ibis.cases(*branches, else_=nothing)


def _age_band(age: ir.IntegerValue) -> ir.Value:
    return _case((age < 19, "under 19"), (age < 25, "19-24"), (age >= 25, "25+"))


def _programme_level(rows: ir.Table) -> ir.Value:
    level = rows.programme_level
    return _case((level.isin(("2", "3")), level), (level.isin(("4", "5", "6", "7", "8")), "4+"))


def _any_level(rows: ir.Table) -> ir.Value:
    from openilr.measure.aims import is_apprenticeship

    aim = rows.aim_level.upper()
    of_aim = _case(
        (aim.isin(("E", "1", "2", "3")), aim),
        (aim == "1.5", "1-2"),
        (aim.isin(("4", "5", "6", "7", "8", "H")), "4+"),
        (aim.notnull(), "no level"),
    )
    return _case((is_apprenticeship(rows), _programme_level(rows)), otherwise=of_aim)


def _ethnic_group(rows: ir.Table) -> ir.Value:
    code = rows.Ethnicity
    return _case(
        (code.between(31, 34), "white"),
        (code.between(35, 38), "mixed"),
        (code.between(39, 43), "asian"),
        (code.between(44, 46), "black"),
        (code.isin((47, 98)), "other"),
    )


def _lldd(rows: ir.Table) -> ir.Value:
    return _case((rows.LLDDHealthProb == 1, "yes"), (rows.LLDDHealthProb == 2, "no"))


def _sex(rows: ir.Table) -> ir.Value:
    return _case((rows.Sex.isin(("F", "M")), rows.Sex))


AGE_AUGUST = Dimension("age", "Age on 31 August", "age_group", lambda r: _age_band(r.age_aug31), _AGES)
AGE_START = Dimension("age", "Age at start", "age_group", lambda r: _age_band(r.age_start), _AGES)

APPRENTICESHIP_LEVEL = Dimension(
    "level",
    "Apprenticeship level",
    "apprenticeship_level",
    _programme_level,
    (("2", "Intermediate Apprenticeship"), ("3", "Advanced Apprenticeship"), ("4+", "Higher Apprenticeship")),
)
DETAILED_LEVEL = Dimension(
    "detailed_level",
    "Apprenticeship level in detail",
    "apprenticeship_level_detailed",
    lambda rows: rows.programme_level,
    tuple((str(level), f"Level {level}") for level in range(2, 8)),
)
LEVEL = Dimension(
    "level",
    "Level of learning",
    "qualification_level",
    _any_level,
    (
        ("E", "Entry level"),
        ("1", "Level 1"),
        ("1-2", "Level 1 to 2"),
        ("2", "Level 2"),
        ("3", "Level 3"),
        ("4+", "Level 4 and above"),
        ("no level", "No level assigned"),
    ),
)
SEX = Dimension("sex", "Sex", "sex", _sex, (("F", "Female"), ("M", "Male")), of_learner=True)
LLDD = Dimension(
    "lldd",
    "Learning difficulty, disability or health problem",
    "learning_difficulty_disability",
    _lldd,
    (("yes", "Yes"), ("no", "No")),
    of_learner=True,
)
ETHNICITY = Dimension(
    "ethnicity",
    "Ethnic group",
    "ethnicity_major",
    _ethnic_group,
    (
        ("asian", "Asian or Asian British"),
        ("black", "Black, African, Caribbean or Black British"),
        ("mixed", "Mixed or multiple ethnic groups"),
        ("white", "White"),
        ("other", "Other ethnic group"),
    ),
    of_learner=True,
)
UKPRN = Dimension("ukprn", "Provider", "provider_ukprn", lambda rows: rows.ukprn.cast("string"))
STANDARD = Dimension("standard", "Apprenticeship standard", "st_code", lambda rows: rows.StdCode.cast("string"))
