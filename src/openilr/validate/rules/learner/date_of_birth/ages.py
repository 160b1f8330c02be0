"""DateOfBirth: how old a learner may be for which funding."""

from openilr.derive.codes import age_at_start, age_on_31_august, has_fam, has_fam_other_than, has_learner_fam
from openilr.derive.dd07 import dd07
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import Learner, LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learner.aims import has_16_to_19_funded_aim, is_in_custody, is_loan

IN_AUGUST = "The learner is {age} on 31 August of the teaching year"
AT_START = "The learner is {age} on {LearnStartDate}, when the aim starts"
CHECK_AGE = "Check DateOfBirth; if it is right, correct FundModel."
WHY_ADULT = "Adult funding starts at 19; younger learners have funding of their own."


def is_16_to_19_or_other(aim: Record) -> Expr:
    return aim.FundModel.is_in(25, 82)


def is_adult_skills(aim: Record) -> Expr:
    """FundModel 35 outside apprenticeships."""
    return (aim.FundModel == 35) & ~dd07(aim)


def age_on_31_july(record: Record) -> Expr:
    """Whole years on 31 July, the last day of the teaching year."""
    return record.DateOfBirth.years_until(record.teaching_year.end)


@rule(
    "DateOfBirth_05",
    LearningDelivery,
    summary="Community and non-funded learners should be at least 4 years old when the aim starts.",
    message=AT_START + ".",
    show={"age": age_at_start},
    fix="Check DateOfBirth: the year is probably wrong.",
    cases="""
        DateOfBirth | LearnStartDate | FundModel | fires | why
        2021-09-02  | 2025-09-01     | 10        | yes   | 3, the day before the birthday
        2021-09-01  | 2025-09-01     | 10        | no    | 4 that day
        2021-09-02  | 2025-09-01     | 99        | yes   | non-funded
        2026-01-01  | 2025-09-01     | 99        | yes   | born after the start
        2021-09-02  | 2025-09-01     | 11        | no    | another funding model
                    | 2025-09-01     | 10        | no    | blank
    """,
)
def younger_than_4(aim):
    return aim.FundModel.is_in(10, 99) & (age_at_start(aim) < 4)


@rule(
    "DateOfBirth_06",
    LearningDelivery,
    summary="16 to 19 funded learners should be at least 13 on 31 August.",
    message=IN_AUGUST + ", and the aim has FundModel {FundModel}.",
    show={"age": age_on_31_august},
    fix=CHECK_AGE,
    cases="""
        DateOfBirth | FundModel | years | fires | why
        2012-09-01  | 25        | 2526  | yes   | 12 that day
        2012-08-31  | 25        | 2526  | no    | 13 that day
        2013-09-01  | 25        | 2627  | yes   | 12 that day
        2013-08-31  | 25        | 2627  | no    | 13 that day
        2015-01-01  | 82        |       | yes   | other 16 to 19
        2015-01-01  | 38        |       | no    | another funding model
                    | 25        |       | no    | blank
    """,
)
def younger_than_13(aim):
    return is_16_to_19_or_other(aim) & (age_on_31_august(aim) < 13)


@rule(
    "DateOfBirth_07",
    LearningDelivery,
    summary="16 to 19 funding (SOF 107) ends at 25 years on 31 August.",
    message=IN_AUGUST + ", but the aim has SOF 107.",
    show={"age": age_on_31_august},
    why="Not even learners with a plan are funded as 16 to 19 from that age.",
    fix="Check DateOfBirth; if it is right, correct FundModel and SOF.",
    cases="""
        DateOfBirth | FundModel | FAM    | years | fires | why
        2000-08-31  | 25        | SOF107 | 2526  | yes   | 25 that day
        2000-09-01  | 25        | SOF107 | 2526  | no    | 24 that day
        2001-08-31  | 25        | SOF107 | 2627  | yes   | 25 that day
        2001-09-01  | 25        | SOF107 | 2627  | no    | 24 that day
        1990-01-01  | 82        | SOF107 |       | yes   | other 16 to 19
        1990-01-01  | 38        | SOF107 |       | no    | another funding model
        1990-01-01  | 25        | SOF105 |       | no    | another source of funding
        1990-01-01  | 25        |        |       | no    | no source of funding
                    | 25        | SOF107 |       | no    | blank
    """,
)
def too_old_for_16_to_19_funding(aim):
    return is_16_to_19_or_other(aim) & (age_on_31_august(aim) >= 25) & has_fam(aim, "SOF", "107")


@rule(
    "DateOfBirth_12",
    LearningDelivery,
    summary="Personal and neighbourhood community learning (ASL 1 and 2) is for learners from 19 years.",
    message=AT_START + ", but it has ASL 1 or 2.",
    show={"age": age_at_start},
    fix="Check DateOfBirth; if it is right, correct ASL.",
    cases="""
        DateOfBirth | LearnStartDate | FundModel | FAM  | fires | why
        2006-09-02  | 2025-09-01     | 10        | ASL1 | yes   | 18, the day before the birthday
        2006-09-01  | 2025-09-01     | 10        | ASL1 | no    | 19 that day
        2006-09-02  | 2025-09-01     | 10        | ASL2 | yes   | neighbourhood learning
        2006-09-02  | 2025-09-01     | 10        | ASL3 | no    | family learning
        2006-09-02  | 2025-09-01     | 10        |      | no    | no ASL
        2006-09-02  | 2025-09-01     | 10        | ADL1 | no    | the code on another type
        2006-09-02  | 2025-09-01     | 99        | ASL1 | no    | another funding model
                    | 2025-09-01     | 10        | ASL1 | no    | blank
    """,
)
def under_19_on_adult_community_learning(aim):
    return (age_at_start(aim) < 19) & (aim.FundModel == 10) & has_fam(aim, "ASL", "1", "2")


@rule(
    "DateOfBirth_13",
    LearningDelivery,
    summary="Students funded by the Office for Students should be at least 16 by 31 July of the year.",
    message="The learner is {age} on 31 July, when the teaching year ends, on an aim with SOF 1.",
    show={"age": age_on_31_july},
    fix="Check DateOfBirth and SOF.",
    cases="""
        DateOfBirth | FundModel | FAM    | years | fires | why
        2010-08-01  | 99        | SOF1   | 2526  | yes   | 15 on 31 July 2026
        2010-07-31  | 99        | SOF1   | 2526  | no    | 16 that day
        2011-08-01  | 99        | SOF1   | 2627  | yes   | 15 on 31 July 2027
        2011-07-31  | 99        | SOF1   | 2627  | no    | 16 that day
        2012-01-01  | 99        | SOF105 |       | no    | another source of funding
        2012-01-01  | 38        | SOF1   |       | no    | another funding model
                    | 99        | SOF1   |       | no    | blank
    """,
)
def student_younger_than_16(aim):
    return (aim.FundModel == 99) & has_fam(aim, "SOF", "1") & (age_on_31_july(aim) < 16)


@rule(
    "DateOfBirth_14",
    LearningDelivery,
    summary="Offenders in custody should be at least 18 when the aim starts.",
    message=AT_START + ", but it has LDM 034, offender in custody.",
    show={"age": age_at_start},
    fix="Check DateOfBirth, FundModel and LDM.",
    cases="""
        DateOfBirth | LearnStartDate | FundModel | FAM    | fires | why
        2007-09-02  | 2025-09-01     | 35        | LDM034 | yes   | 17, the day before the birthday
        2007-09-01  | 2025-09-01     | 35        | LDM034 | no    | 18 that day
        2007-09-02  | 2025-09-01     | 81        | LDM034 | yes   | other adult
        2007-09-02  | 2025-09-01     | 38        | LDM034 | no    | another funding model
        2007-09-02  | 2025-09-01     | 35        | LDM035 | no    | another LDM code
                    | 2025-09-01     | 35        | LDM034 | no    | blank
    """,
)
def offender_younger_than_18(aim):
    return aim.FundModel.is_in(35, 81) & is_in_custody(aim) & (age_at_start(aim) < 18)


@rule(
    "DateOfBirth_20",
    LearningDelivery,
    summary="A 16 to 19 funded learner who is under 19 on 31 August has SOF 107.",
    message=IN_AUGUST + ", but the aim has another source of funding than SOF 107.",
    show={"age": age_on_31_august},
    fix="Check DateOfBirth; if it is right, correct SOF to 107.",
    cases="""
        DateOfBirth | FundModel | FAM           | years | fires | why
        2006-09-01  | 25        | SOF105        | 2526  | yes   | 18 that day
        2006-08-31  | 25        | SOF105        | 2526  | no    | 19 that day
        2007-09-01  | 25        | SOF105        | 2627  | yes   | 18 that day
        2007-08-31  | 25        | SOF105        | 2627  | no    | 19 that day
        2009-01-01  | 82        | SOF1          |       | yes   | other 16 to 19
        2009-01-01  | 25        | SOF107        |       | no    | as it must be
        2009-01-01  | 25        | SOF107 SOF105 |       | yes   | another one beside it
        2009-01-01  | 25        |               |       | no    | none: that is for LearnDelFAMType rules
        2009-01-01  | 25        | LDM105        |       | no    | not a source of funding
        2009-01-01  | 35        | SOF105        |       | no    | another funding model
                    | 25        | SOF105        |       | no    | blank
    """,
)
def under_19_with_other_source_of_funding(aim):
    return is_16_to_19_or_other(aim) & (age_on_31_august(aim) < 19) & has_fam_other_than(aim, "SOF", "107")


_ADULTS = """
    DateOfBirth | LearnStartDate | FundModel | ProgType | FAM    | years | fires | why
    2006-09-01  | {start}        | 38        |          |        | 2526  | yes   | 18 on 31 August 2025
    2006-08-31  | {start}        | 38        |          |        | 2526  | no    | 19 that day
    2007-09-01  | {start}        | 38        |          |        | 2627  | yes   | 18 on 31 August 2026
    2007-08-31  | {start}        | 38        |          |        | 2627  | no    | 19 that day
    2009-01-01  | {start}        | 35        |          |        |       | yes   | adult skills
    2009-01-01  | {start}        | 35        | 24       |        |       | yes   | a programme, but no apprenticeship
    2009-01-01  | {start}        | 35        | 25       |        |       | no    | apprenticeship
    2009-01-01  | {start}        | 37        |          |        |       | {bootcamp} | Skills Bootcamp
    2009-01-01  | {start}        | 36        |          |        |       | no    | another funding model
    2009-01-01  | {start}        | 25        |          |        |       | no    | 16 to 19
    2009-01-01  | {start}        | 38        |          | LDM034 |       | no    | offender in custody
    2009-01-01  | {start}        | 38        |          | LDM035 |       | yes   | another LDM code
                | {start}        | 38        |          |        |       | no    | blank
    2009-01-01  | 2026-07-31     | 38        |          |        | 2627  | {to_july} | last day of the old rule
    2009-01-01  | 2026-08-01     | 38        |          |        | 2627  | {from_august} | first day of the new rule
"""


@rule(
    "DateOfBirth_25",
    LearningDelivery,
    summary="Adult skills and Skills Bootcamp learners must be at least 19 on 31 August (starts until July 2026).",
    message=IN_AUGUST + ", and the aim has FundModel {FundModel}.",
    show={"age": age_on_31_august},
    why=WHY_ADULT,
    fix=CHECK_AGE,
    unless=(is_in_custody,),
    cases=_ADULTS.format(start="2025-09-01", bootcamp="yes", to_july="yes", from_august="no"),
)
def adult_under_19(aim):
    """From 2026-27 for starts until 31 July 2026 alone: DateOfBirth_62 and _63 are about later ones."""
    under_19 = (is_adult_skills(aim) | aim.FundModel.is_in(37, 38)) & (age_on_31_august(aim) < 19)
    return under_19 & (aim.LearnStartDate <= "2026-07-31") if aim.teaching_year.name >= "2627" else under_19


@rule(
    "DateOfBirth_62",
    LearningDelivery,
    summary="Adult skills learners who start from August 2026 must be at least 19 on 31 August.",
    message=IN_AUGUST + ", and the aim has FundModel {FundModel}.",
    show={"age": age_on_31_august},
    why=WHY_ADULT,
    fix=CHECK_AGE,
    unless=(is_in_custody,),
    cases=_ADULTS.format(start="2026-09-01", bootcamp="no", to_july="no", from_august="yes"),
)
def adult_under_19_from_august_2026(aim):
    in_scope = (aim.LearnStartDate >= "2026-08-01") & (is_adult_skills(aim) | (aim.FundModel == 38))
    return in_scope & (age_on_31_august(aim) < 19)


@rule(
    "DateOfBirth_63",
    LearningDelivery,
    summary="Skills Bootcamp learners who start from August 2026 must be at least 19 when the programme starts.",
    message=AT_START + ".",
    show={"age": age_at_start},
    why=WHY_ADULT,
    fix=CHECK_AGE,
    cases="""
        DateOfBirth | LearnStartDate | FundModel | AimType | FAM    | fires | why
        2007-08-02  | 2026-08-01     | 37        | 1       |        | yes   | first day; 18, the day before the birthday
        2007-08-01  | 2026-08-01     | 37        | 1       |        | no    | 19 that day
        2008-01-01  | 2026-07-31     | 37        | 1       |        | no    | the day before the first
        2007-10-01  | 2026-10-01     | 37        | 1       |        | no    | 18 on 31 August, but 19 at the start
        2009-01-01  | 2026-09-01     | 37        | 3       |        | no    | a component aim
        2009-01-01  | 2026-09-01     | 38        | 1       |        | no    | another funding model
        2009-01-01  | 2026-09-01     | 37        | 1       | LDM034 | yes   | nobody is excused
                    | 2026-09-01     | 37        | 1       |        | no    | blank
    """,
)
def bootcamp_under_19(aim):
    in_scope = (aim.LearnStartDate >= "2026-08-01") & (aim.FundModel == 37) & (aim.AimType == 1)
    return in_scope & (age_at_start(aim) < 19)


@rule(
    "DateOfBirth_26",
    LearningDelivery,
    summary="Learners financed by a loan must be at least 19 when the aim starts.",
    message=AT_START + ", but a loan pays for it (FundModel 99 with ADL).",
    show={"age": age_at_start},
    why="Nobody under 19 can take the loan.",
    fix="Check DateOfBirth; if it is right, remove ADL.",
    cases="""
        DateOfBirth | LearnStartDate | FundModel | FAM  | fires | why
        2006-09-02  | 2025-09-01     | 99        | ADL1 | yes   | 18, the day before the birthday
        2006-09-01  | 2025-09-01     | 99        | ADL1 | no    | 19 that day
        2006-09-02  | 2025-09-01     | 99        |      | no    | no loan
        2006-09-02  | 2025-09-01     | 38        | ADL1 | no    | another funding model
                    | 2025-09-01     | 99        | ADL1 | no    | blank
    """,
)
def loan_under_19(aim):
    return is_loan(aim) & (age_at_start(aim) < 19)


_PLAN_CASES = """
    DateOfBirth | FundModel | LearnerFAM | ProgType | FAM           | years | fires | why
    2006-08-31  | 38        | EHC1       |          | SOF105        | 2526  | yes   | 19 on 31 August 2025
    2006-09-01  | 38        | EHC1       |          | SOF105        | 2526  | no    | 18 that day
    2000-09-01  | 38        | EHC1       |          | SOF105        | 2526  | yes   | 24 that day
    2000-08-31  | 38        | EHC1       |          | SOF105        | 2526  | no    | 25 that day
    2007-08-31  | 38        | EHC1       |          | SOF105        | 2627  | yes   | 19 on 31 August 2026
    2007-09-01  | 38        | EHC1       |          | SOF105        | 2627  | no    | 18 that day
    2001-09-01  | 38        | EHC1       |          | SOF105        | 2627  | yes   | 24 that day
    2001-08-31  | 38        | EHC1       |          | SOF105        | 2627  | no    | 25 that day
    2004-01-01  | 25        | EHC1       |          | SOF105        |       | yes   | 16 to 19
    2004-01-01  | 82        | EHC1       |          | SOF105        |       | yes   | other 16 to 19
    2004-01-01  | 35        | EHC1       |          | SOF105        |       | yes   | adult skills
    2004-01-01  | 81        | EHC1       |          | SOF105        |       | yes   | other adult
    2004-01-01  | 36        | EHC1       |          | SOF105        |       | no    | another funding model
    2004-01-01  | 25        | EHC1       |          | SOF107        |       | no    | as it must be
    2004-01-01  | 25        | EHC1       |          | SOF107 SOF105 |       | yes   | another one beside it
    2004-01-01  | 25        | EHC1       |          |               |       | no    | none: that is for LearnDelFAMType rules
    2004-01-01  | 25        | EHC1       |          | LDM105        |       | no    | not a source of funding
    2004-01-01  | 38        | SEN1       |          | SOF105        |       | no    | no plan
    2004-01-01  | 35        | EHC1       |          | SOF105 LDM034 | 2526  | no    | offender in custody
    2004-01-01  | 35        | EHC1       |          | SOF105 LDM034 | 2627  | yes   | no longer excused
    2004-01-01  | 35        | EHC1       |          | SOF105 LDM035 |       | yes   | another LDM code
    2004-01-01  | 81        | EHC1       | 25       | SOF105        | 2526  | no    | apprenticeship
    2004-01-01  | 81        | EHC1       | 25       | SOF105        | 2627  | yes   | no longer excused
                | 38        | EHC1       |          | SOF105        |       | no    | blank
"""


def has_plan_and_other_source_of_funding(aim):
    agency_funded = aim.FundModel.is_in(25, 82, 35, 38, 81) & age_on_31_august(aim).between(19, 24)
    return agency_funded & has_learner_fam(aim, "EHC") & has_fam_other_than(aim, "SOF", "107")


for _unless, _since, _until in (((is_in_custody, dd07), None, "2526"), ((), "2627", None)):
    rule(
        "DateOfBirth_30", LearningDelivery,
        summary="A learner of 19 to 24 years with an education, health and care plan is 16 to 19 funded (SOF 107).",
        message=IN_AUGUST + " and has a plan (EHC), but the aim has another source of funding than SOF 107.",
        show={"age": age_on_31_august},
        why="Up to 24, learners with a plan are funded as younger ones are.",
        fix="Correct SOF to 107 and FundModel to 25; or remove EHC if there is no plan.",
        unless=_unless, since=_since, until=_until, cases=_PLAN_CASES,
    )(has_plan_and_other_source_of_funding)  # fmt: skip


@rule(
    "DateOfBirth_34",
    Learner,
    summary="A 16 to 19 funded high needs student of 19 to 24 years has an education, health and care plan.",
    message=IN_AUGUST + " and a 16 to 19 funded high needs student (HNS), but there is no EHC record.",
    show={"age": age_on_31_august},
    why="From 19 years, high needs funding is for learners with a plan.",
    fix="Add EHC 1 if there is a plan; else remove HNS or correct FundModel.",
    cases="""
        DateOfBirth | LearnerFAM | LearningDelivery           | years | fires | why
        2006-08-31  | HNS1       | FundModel=25               | 2526  | yes   | 19 on 31 August 2025
        2006-09-01  | HNS1       | FundModel=25               | 2526  | no    | 18 that day
        2000-09-01  | HNS1       | FundModel=25               | 2526  | yes   | 24 that day
        2000-08-31  | HNS1       | FundModel=25               | 2526  | no    | 25 that day
        2007-08-31  | HNS1       | FundModel=25               | 2627  | yes   | 19 on 31 August 2026
        2007-09-01  | HNS1       | FundModel=25               | 2627  | no    | 18 that day
        2001-08-31  | HNS1       | FundModel=25               | 2627  | no    | 25 that day
        2004-01-01  | HNS1       | FundModel=38; FundModel=25 |       | yes   | on one of the aims
        2004-01-01  | HNS1 EHC1  | FundModel=25               |       | no    | a plan
        2004-01-01  | HNS1 SEN1  | FundModel=25               |       | yes   | special needs without a plan
        2004-01-01  |            | FundModel=25               |       | no    | no high needs
        2004-01-01  | HNS1       | FundModel=38               |       | no    | another funding model
        2004-01-01  | HNS1       | FundModel=82               |       | no    | other 16 to 19
                    | HNS1       | FundModel=25               |       | no    | blank
    """,
)
def high_needs_without_plan(learner):
    high_needs = has_16_to_19_funded_aim(learner) & has_learner_fam(learner, "HNS")
    return age_on_31_august(learner).between(19, 24) & high_needs & ~has_learner_fam(learner, "EHC")


@rule(
    "DateOfBirth_61",
    LearningDelivery,
    summary="Learners on apprenticeship units must be at least 19 when the aim starts.",
    message=AT_START + ", but it is an apprenticeship unit (ProgType 34).",
    show={"age": age_at_start},
    why=WHY_ADULT,
    fix="Check DateOfBirth and ProgType.",
    cases="""
        DateOfBirth | LearnStartDate | ProgType | fires | why
        2007-09-02  | 2026-09-01     | 34       | yes   | 18, the day before the birthday
        2007-09-01  | 2026-09-01     | 34       | no    | 19 that day
        2007-09-02  | 2026-09-01     | 25       | no    | another programme
        2007-09-02  | 2026-09-01     |          | no    | no programme
                    | 2026-09-01     | 34       | no    | blank
    """,
)
def unit_under_19(aim):
    return (aim.ProgType == 34) & (age_at_start(aim) < 19)
