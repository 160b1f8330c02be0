"""DateOfBirth: adults from 24 years on aims of level 3 and above, which adult skills funding leaves to loans."""

from openilr.derive.codes import age_at_start, ever_in_lars_category, has_fam, is_restart, lars
from openilr.derive.dd07 import dd07
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learner.aims import is_in_custody

MESSAGE = "The learner is {age} on {LearnStartDate}, and the aim is of level {level}, but FundModel is {FundModel}."
WHY = "From 24 years, level 3 and above is paid by the learner or a loan, a few offers apart."
FIX = "Check DateOfBirth; if it is right, correct FundModel, or record what excuses the aim."
#: LARS learning aim types of A levels, as the published rules list them.
A_LEVELS = ("0002", "1413", "1430", "1431", "1453")


def level(aim: Record) -> Expr:
    """LARS NotionalNVQLevelv2 of the aim."""
    return lars(aim, "NotionalNVQLevelv2")


def is_level_3_or_above(aim: Record) -> Expr:
    return level(aim).is_in("3", "4", "5", "6", "7", "8", "H")


def from_24_on_level_3(aim: Record, first: str, last: str) -> Expr:
    """Whether an aim of level 3 or above started between these days, by a learner of 24 or older."""
    return aim.LearnStartDate.between(first, last) & (age_at_start(aim) >= 24) & is_level_3_or_above(aim)


def is_trade_union_aim(aim: Record) -> Expr:
    return ever_in_lars_category(aim, 19)


def is_at_specialist_designated_college(aim: Record) -> Expr:
    types = aim.pack.parameters["organisation_types"]["specialist_designated"]
    return aim.lookup("organisations", "LegalOrgType", UKPRN=aim.UKPRN).is_in(types)


def is_steel_redundancy_training(aim: Record) -> Expr:
    return has_fam(aim, "LDM", "347")


def is_a_level(aim: Record) -> Expr:
    return lars(aim, "LearnAimRefType").is_in(A_LEVELS)


def is_excluded_in_devolved_area(aim: Record) -> Expr:
    """DAM 023: full funding in a devolved area."""
    return has_fam(aim, "DAM", "023")


def is_free_courses_for_jobs(aim: Record) -> Expr:
    return has_fam(aim, "LDM", "378")


def is_project_s(aim: Record) -> Expr:
    return has_fam(aim, "LDM", "395")


_EARLY = """
    DateOfBirth | LearnStartDate | FundModel | ProgType | lars                 | lars_category  | organisations     | FAM    | fires | why
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=3 |                |                   |        | yes   | first day
    1980-01-01  | {before}       | 35        |          | NotionalNVQLevelv2=3 |                |                   |        | no    | the day before
    1980-01-01  | {last}         | 35        |          | NotionalNVQLevelv2=3 |                |                   |        | yes   | last day
    1980-01-01  | {after}        | 35        |          | NotionalNVQLevelv2=3 |                |                   |        | no    | the day after
    {is24}      | {first}        | 35        |          | NotionalNVQLevelv2=3 |                |                   |        | yes   | 24 that day
    {is23}      | {first}        | 35        |          | NotionalNVQLevelv2=3 |                |                   |        | no    | 23, the day before the birthday
                | {first}        | 35        |          | NotionalNVQLevelv2=3 |                |                   |        | no    | age not known
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=2 |                |                   |        | no    | level 2
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=E |                |                   |        | no    | entry level
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=4 |                |                   |        | yes   | level 4
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=5 |                |                   |        | yes   | level 5
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=6 |                |                   |        | yes   | level 6
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=7 |                |                   |        | yes   | level 7
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=8 |                |                   |        | yes   | level 8
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=H |                |                   |        | yes   | higher level
    1980-01-01  | {first}        | 35        |          |                      |                |                   |        | no    | not in LARS
    1980-01-01  | {first}        | 38        |          | NotionalNVQLevelv2=3 |                |                   |        | no    | another funding model
    1980-01-01  | {first}        | 35        | 25       | NotionalNVQLevelv2=3 |                |                   |        | no    | apprenticeship
    1980-01-01  | {first}        | 35        | 24       | NotionalNVQLevelv2=3 |                |                   |        | yes   | another programme
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=3 |                |                   | LDM034 | no    | offender in custody
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=3 |                |                   | RES1   | no    | restart
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=3 | CategoryRef=19 |                   |        | no    | trade union aim
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=3 | CategoryRef=20 |                   |        | yes   | another category
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=3 |                | LegalOrgType=USDC |        | no    | specialist designated college
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=3 |                | LegalOrgType=UGFE |        | yes   | another college
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=3 |                |                   | LDM347 | no    | steel redundancy training
    1980-01-01  | {first}        | 35        |          | NotionalNVQLevelv2=3 |                |                   | LDM346 | yes   | another LDM code
"""
_EARLY_UNLESS = (
    dd07, is_in_custody, is_restart, is_trade_union_aim, is_at_specialist_designated_college,
    is_steel_redundancy_training,
)  # fmt: skip


@rule(
    "DateOfBirth_32",
    LearningDelivery,
    summary="Aims of level 3 and above that started in 2015-16 are not adult skills funded from 24 years.",
    message=MESSAGE,
    show={"age": age_at_start, "level": level},
    why=WHY,
    fix=FIX,
    unless=_EARLY_UNLESS,
    cases=_EARLY.format(first="2015-08-01", before="2015-07-31", last="2016-07-31", after="2016-08-01",
                        is24="1991-08-01", is23="1991-08-02"),
)  # fmt: skip
def adult_skills_on_level_3_in_2015_16(aim):
    return (aim.FundModel == 35) & from_24_on_level_3(aim, "2015-08-01", "2016-07-31")


@rule(
    "DateOfBirth_49",
    LearningDelivery,
    summary="Aims of level 3 and above that started in 2016-17 are not adult skills funded from 24 years.",
    message=MESSAGE,
    show={"age": age_at_start, "level": level},
    why=WHY,
    fix=FIX,
    unless=_EARLY_UNLESS,
    cases=_EARLY.format(first="2016-08-01", before="2016-07-31", last="2017-07-31", after="2017-08-01",
                        is24="1992-08-01", is23="1992-08-02"),
)  # fmt: skip
def adult_skills_on_level_3_in_2016_17(aim):
    return (aim.FundModel == 35) & from_24_on_level_3(aim, "2016-08-01", "2017-07-31")


@rule(
    "DateOfBirth_55",
    LearningDelivery,
    summary="Aims of level 3 and above that started from August 2017 to July 2024 are not adult skills funded from 24.",
    message=MESSAGE,
    show={"age": age_at_start, "level": level},
    why=WHY,
    fix=FIX,
    unless=(dd07, is_in_custody, is_restart, is_a_level, is_excluded_in_devolved_area, is_free_courses_for_jobs),
    cases="""
        DateOfBirth | LearnStartDate | FundModel | ProgType | lars                                      | FAM    | fires | why
        1980-01-01  | 2017-08-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | yes   | first day
        1980-01-01  | 2017-07-31     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | no    | the day before
        1980-01-01  | 2024-07-31     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | yes   | last day
        1980-01-01  | 2024-08-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | no    | the day after
        1996-09-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | yes   | 24 that day
        1996-09-02  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | no    | 23, the day before the birthday
                    | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | no    | age not known
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=2 LearnAimRefType=1468 |        | no    | level 2
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=H LearnAimRefType=1468 |        | yes   | higher level
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=4 LearnAimRefType=1468 |        | yes   | level 4
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=5 LearnAimRefType=1468 |        | yes   | level 5
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=6 LearnAimRefType=1468 |        | yes   | level 6
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=7 LearnAimRefType=1468 |        | yes   | level 7
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=8 LearnAimRefType=1468 |        | yes   | level 8
        1980-01-01  | 2020-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | no    | another funding model
        1980-01-01  | 2020-09-01     | 35        | 25       | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | no    | apprenticeship
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | LDM034 | no    | offender in custody
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | RES1   | no    | restart
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=0002 |        | no    | A level
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1413 |        | no    | A level
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1430 |        | no    | A level
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1431 |        | no    | A level
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1453 |        | no    | A level
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | DAM023 | no    | full funding in a devolved area
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | DAM001 | yes   | another DAM code
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | LDM023 | yes   | the code on another type
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | LDM378 | no    | Free Courses for Jobs
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | LDM347 | yes   | steel redundancy training is not named
        1980-01-01  | 2020-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | LDM395 | yes   | nor is Project S
    """,
)
def adult_skills_on_level_3_until_2024(aim):
    return (aim.FundModel == 35) & from_24_on_level_3(aim, "2017-08-01", "2024-07-31")


@rule(
    "DateOfBirth_56",
    LearningDelivery,
    summary="Aims of level 3 and above that start from August 2024 are not funded by the adult skills fund from 24 years.",
    message=MESSAGE,
    show={"age": age_at_start, "level": level},
    why=WHY,
    fix=FIX,
    unless=(is_restart, is_a_level, is_excluded_in_devolved_area, is_free_courses_for_jobs, is_project_s),
    cases="""
        DateOfBirth | LearnStartDate | FundModel | ProgType | lars                                      | FAM    | fires | why
        1980-01-01  | 2024-08-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | yes   | first day
        1980-01-01  | 2024-07-31     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | no    | the day before
        2001-09-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | yes   | 24 that day
        2001-09-02  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | no    | 23, the day before the birthday
                    | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | no    | age not known
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=2 LearnAimRefType=1468 |        | no    | level 2
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=H LearnAimRefType=1468 |        | yes   | higher level
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=4 LearnAimRefType=1468 |        | yes   | level 4
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=5 LearnAimRefType=1468 |        | yes   | level 5
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=6 LearnAimRefType=1468 |        | yes   | level 6
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=7 LearnAimRefType=1468 |        | yes   | level 7
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=8 LearnAimRefType=1468 |        | yes   | level 8
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3                      |        | yes   | type not known
        1980-01-01  | 2025-09-01     | 35        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | no    | another funding model
        1980-01-01  | 2025-09-01     | 38        | 25       | NotionalNVQLevelv2=3 LearnAimRefType=1468 |        | yes   | apprenticeships are not named
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | LDM034 | yes   | nor are offenders in custody
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | RES1   | no    | restart
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=0002 |        | no    | A level
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1413 |        | no    | A level
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1430 |        | no    | A level
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1431 |        | no    | A level
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1453 |        | no    | A level
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | DAM023 | no    | full funding in a devolved area
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | DAM001 | yes   | another DAM code
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | LDM378 | no    | Free Courses for Jobs
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | LDM395 | no    | Project S
        1980-01-01  | 2025-09-01     | 38        |          | NotionalNVQLevelv2=3 LearnAimRefType=1468 | LDM347 | yes   | another LDM code
    """,
)
def adult_skills_fund_on_level_3(aim):
    at_24 = (aim.LearnStartDate >= "2024-08-01") & (age_at_start(aim) >= 24)
    return (aim.FundModel == 38) & at_24 & is_level_3_or_above(aim)
