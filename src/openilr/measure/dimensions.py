"""The usual breakdowns. Codes are short and stable; labels are those of the published files.

Sources: age bands and levels, FE and skills and apprenticeship statistics methodology (Department for Education); age
bands of achievement rates, national achievement rate tables; codes of Sex, LLDDHealthProb, Ethnicity, PriorLevel and
FundModel, ILR specification; regions, ONS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from openilr.measure.declare import Dimension

if TYPE_CHECKING:
    import ibis.expr.types as ir

Bands = tuple[tuple[int, str, str], ...]

#: Age bands: first age, code, label. An age below the first band is in it.
AGES: Bands = ((0, "under 19", "Under 19"), (19, "19-24", "19 to 24"), (25, "25+", "25 plus"))
AGES_DETAILED: Bands = (
    (0, "under 16", "Under 16"), (16, "16-18", "16 to 18"), (19, "19-24", "19 to 24"), (25, "25-34", "25 to 34"),
    (35, "35-49", "35 to 49"), (50, "50-59", "50 to 59"), (60, "60+", "60 plus"),
)  # fmt: skip
AGES_ADULT: Bands = ((0, "under 19", "Under 19"), (19, "19-24", "19 to 24"), (25, "25-49", "25 to 49"),
                     (50, "50+", "50 plus"))  # fmt: skip
AGES_YOUTH: Bands = ((0, "under 19", "Under 19"), (19, "19+", "19 plus"))
AGES_QAR: Bands = ((0, "16-18", "16 to 18"), (19, "19-23", "19 to 23"), (24, "24+", "24 plus"))
_AGE_GROUPINGS = {
    "age": (AGES, "", "age_group"),
    "age_detailed": (AGES_DETAILED, ", in detail", "age_detailed"),
    "age_adult": (AGES_ADULT, ", adults in bands", "age_adult"),
    "age_youth_adult": (AGES_YOUTH, ", youth and adult", "age_youth_adult"),
    "age_qar": (AGES_QAR, ", as in achievement rates", "age_qar"),
}


def _case(*branches: tuple[Any, Any], otherwise: Any = None) -> ir.Value:
    import ibis

    nothing = ibis.null("string") if otherwise is None else otherwise
    return ibis.cases(*branches, else_=nothing)


#: Levels of aims one by one; LARS also has 1.5, H (higher) and X (none).
DETAILED_LEVELS = (("E", "Entry level"), *((str(level), f"Level {level}") for level in range(1, 9)))


def _band(age: ir.IntegerValue, bands: Bands) -> ir.Value:
    ends = [first for first, _, _ in bands[1:]]
    below = [(age < end, code) for end, (_, code, _) in zip(ends, bands, strict=False)]
    return _case(*below, (age >= bands[-1][0], bands[-1][1]))


def _banded(column: str, bands: Bands) -> Callable[[ir.Table], ir.Value]:
    return lambda rows: _band(rows[column], bands)


def _ages(column: str, when: str) -> tuple[Dimension, ...]:
    banded = tuple(
        Dimension(
            name, f"Age {when}{words}", published, _banded(column, bands),
            tuple((code, label) for _, code, label in bands),
        )
        for name, (bands, words, published) in _AGE_GROUPINGS.items()
    )  # fmt: skip
    single = Dimension("age_single", f"Age {when}, in years", "age_single", lambda rows: rows[column].cast("string"))
    return (*banded, single)


AGES_AUGUST = _ages("age_aug31", "on 31 August")
AGES_START = _ages("age_start", "at start")
AGE_AUGUST, AGE_START = AGES_AUGUST[0], AGES_START[0]


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


def _detailed_level(rows: ir.Table) -> ir.Value:
    from openilr.measure.aims import is_apprenticeship

    aim = rows.aim_level.upper()
    one = tuple(code for code, _ in DETAILED_LEVELS)
    of_aim = _case((aim.isin(one), aim), (aim == "1.5", "1-2"), (aim == "H", "higher"), (aim.notnull(), "no level"))
    return _case((is_apprenticeship(rows), rows.programme_level), otherwise=of_aim)


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


APPRENTICESHIP_LEVEL = Dimension(
    "level",
    "Apprenticeship level",
    "apprenticeship_level",
    _programme_level,
    (("2", "Intermediate Apprenticeship"), ("3", "Advanced Apprenticeship"), ("4+", "Higher Apprenticeship")),
)
APPRENTICESHIP_DETAILED_LEVEL = Dimension(
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
DETAILED_LEVEL = Dimension(
    "detailed_level",
    "Level of learning in detail",
    "qualification_level_detailed",
    _detailed_level,
    (*DETAILED_LEVELS, ("1-2", "Level 1 to 2"), ("higher", "Higher level, which one not said"),
     ("no level", "No level assigned")),
)  # fmt: skip
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
ETHNICITY_DETAILED = Dimension(
    "ethnicity_detailed",
    "Ethnic group in detail, as coded in the ILR",
    "ethnicity_detailed",
    lambda rows: _case((~rows.Ethnicity.isin((99,)), rows.Ethnicity.cast("string"))),
    of_learner=True,
)
PRIOR_ATTAINMENT = Dimension(
    "prior_attainment",
    "Prior attainment",
    "prior_attainment",
    lambda rows: rows.prior_level,
    (
        ("none", "No qualifications"),
        ("below 2", "Below level 2"),
        ("2", "Level 2"),
        ("full 2", "Full level 2"),
        ("3", "Level 3"),
        ("full 3", "Full level 3"),
        ("4+", "Level 4 and above"),
        ("other", "Other qualification, level not known"),
    ),
    of_prior=True,
)
#: Sector subject areas, tier 1 (source: LARS; names in our words where the register's are long).
SUBJECTS = (
    ("1", "Health, public services and care"), ("2", "Science and mathematics"),
    ("3", "Agriculture, horticulture and animal care"), ("4", "Engineering and manufacturing technologies"),
    ("5", "Construction, planning and the built environment"), ("6", "Digital technology"),
    ("7", "Retail and commercial enterprise"), ("8", "Leisure, travel and tourism"),
    ("9", "Arts, media and publishing"), ("10", "History, philosophy and theology"), ("11", "Social sciences"),
    ("12", "Languages, literature and culture"), ("13", "Education and training"),
    ("14", "Preparation for life and work"), ("15", "Business, administration and law"),
)  # fmt: skip
SSA1 = Dimension("ssa1", "Sector subject area", "ssa_tier_1", lambda rows: rows.ssa1, SUBJECTS)
SSA2 = Dimension("ssa2", "Sector subject area, tier 2", "ssa_tier_2", lambda rows: rows.ssa2)
#: Regions of England (source: ONS), and the countries that a home outside England may be in.
REGIONS = (
    ("E12000001", "North East"), ("E12000002", "North West"), ("E12000003", "Yorkshire and The Humber"),
    ("E12000004", "East Midlands"), ("E12000005", "West Midlands"), ("E12000006", "East of England"),
    ("E12000007", "London"), ("E12000008", "South East"), ("E12000009", "South West"), ("W92000004", "Wales"),
    ("S92000003", "Scotland"), ("N92000002", "Northern Ireland"),
)  # fmt: skip


def _place(name: str, title: str, column: str, items: tuple[tuple[str, str], ...] = ()) -> tuple[Dimension, ...]:
    home = Dimension(
        f"home_{name}", f"{title} of the learner's home", f"learner_home_{column}",
        lambda rows: rows[f"home_{name}"], items, of_learner=True,
    )  # fmt: skip
    delivery = Dimension(
        f"delivery_{name}", f"{title} of delivery", f"delivery_{column}", lambda rows: rows[f"delivery_{name}"], items
    )
    return home, delivery


HOME_REGION, DELIVERY_REGION = _place("region", "Region", "region", REGIONS)
HOME_LAD, DELIVERY_LAD = _place("lad", "Local authority district", "lad")
HOME_MCA, DELIVERY_MCA = _place("mca", "Combined authority", "mca")
HOME_PCON, DELIVERY_PCON = _place("pcon", "Parliamentary constituency", "pcon")
DEPRIVATION = Dimension(
    "deprivation",
    "Deprivation of the home's area, in fifths",
    "imd_quintile",
    lambda rows: ((rows.imd_decile + 1) // 2).cast("int64").cast("string"),
    (
        ("1", "Most deprived fifth"),
        ("2", "Second fifth"),
        ("3", "Third fifth"),
        ("4", "Fourth fifth"),
        ("5", "Least deprived fifth"),
    ),
    of_learner=True,
)
DEPRIVATION_DECILE = Dimension(
    "deprivation_decile",
    "Deprivation of the home's area, in tenths (1 is the most deprived)",
    "imd_decile",
    lambda rows: rows.imd_decile.cast("string"),
    tuple((str(tenth), str(tenth)) for tenth in range(1, 11)),
    of_learner=True,
)
DISTANCE = Dimension(
    "distance",
    "Distance from home to delivery, kilometres as the crow flies",
    "distance_band",
    lambda rows: rows.distance_band,
    tuple((band, band) for band in ("under 2", "2 to 5", "5 to 10", "10 to 20", "20 to 50", "over 50")),
)


#: The first year of tailored learning, within education and training. Community learning stood beside it before.
TAILORED_SINCE = "2425"


def _provision(rows: ir.Table) -> ir.Value:
    from openilr.measure.aims import COMMUNITY, is_apprenticeship

    community = (rows.FundModel == COMMUNITY).fill_null(False) & (rows.year < TAILORED_SINCE)
    kinds = ((is_apprenticeship(rows), "apprenticeships"), (community, "community learning"))
    return _case(*kinds, otherwise="education-and-training")


PROVISION = Dimension(
    "provision",
    "Type of provision",
    "provision_type",
    _provision,
    (("apprenticeships", "Apprenticeships"), ("education-and-training", "Education and training")),
)
FUNDING = Dimension(
    "funding",
    "Funding model",
    "funding_model",
    lambda rows: rows.FundModel.cast("string"),
    (
        ("10", "Community learning"), ("11", "Tailored learning"), ("25", "16 to 19"), ("35", "Adult skills"),
        ("36", "Apprenticeships from May 2017"), ("37", "Skills Bootcamps"), ("38", "Adult Skills Fund"),
        ("39", "Growth and skills offer"), ("70", "European Social Fund"), ("81", "Other adult"),
        ("82", "Other 16 to 19"), ("99", "Not funded, or by a loan"),
    ),
)  # fmt: skip
FUNDING_TYPE = Dimension(
    "funding_type",
    "Apprenticeship funding",
    "funding_type",
    lambda rows: _case((rows.ACT == "1", "levy"), (rows.ACT == "2", "other")),
    (("levy", "Supported by the apprenticeship service"), ("other", "Other")),
    fam="ACT",
)
UKPRN = Dimension("ukprn", "Provider", "provider_ukprn", lambda rows: rows.ukprn.cast("string"))
PROVIDER_TYPE = Dimension("provider_type", "Type of provider", "provider_type", lambda rows: rows.provider_type)
STANDARD = Dimension("standard", "Apprenticeship standard", "st_code", lambda rows: rows.StdCode.cast("string"))
STD_FWK = Dimension(
    "std_fwk",
    "Standard or framework",
    "std_fwk_flag",
    lambda rows: _case((rows.ProgType == 25, "standard"), (rows.ProgType.notnull(), "framework")),
    (("standard", "Standard"), ("framework", "Framework")),
)

LEARNER = (
    SEX, LLDD, ETHNICITY, ETHNICITY_DETAILED, PRIOR_ATTAINMENT, HOME_REGION, HOME_LAD, HOME_MCA, HOME_PCON,
    DEPRIVATION, DEPRIVATION_DECILE,
)  # fmt: skip
DELIVERY = (
    SSA1, SSA2, FUNDING, DELIVERY_REGION, DELIVERY_LAD, DELIVERY_MCA, DELIVERY_PCON, DISTANCE, UKPRN,
    PROVIDER_TYPE,
)  # fmt: skip
APPRENTICESHIP = (APPRENTICESHIP_LEVEL, APPRENTICESHIP_DETAILED_LEVEL, STANDARD, STD_FWK, FUNDING_TYPE)
#: Why measures of apprenticeships alone have no types of provision.
APPRENTICESHIPS_ONLY = {PROVISION.name: "all of it is apprenticeships"}
ANY_PROVISION = (LEVEL, DETAILED_LEVEL, PROVISION, STANDARD)
