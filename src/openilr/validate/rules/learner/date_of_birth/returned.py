"""DateOfBirth: when it must be returned, and which days it can be."""

from openilr.derive.codes import has_fam
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import Learner, LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learner.aims import is_in_custody, is_loan

MISSING = "DateOfBirth is missing, and the aim has FundModel {FundModel}."
WHY = "Most funding depends on the learner's age."
FIX = "Record the learner's date of birth."


def has_loan(aim: Record) -> Expr:
    return has_fam(aim, "ADL")


def age_at_start_of_year(learner: Record) -> Expr:
    """Whole years on 1 August, when the teaching year starts."""
    return learner.DateOfBirth.years_until(learner.teaching_year.start)


@rule(
    "DateOfBirth_01",
    LearningDelivery,
    summary="Funded learning needs the learner's date of birth.",
    message=MISSING,
    why=WHY,
    fix=FIX,
    unless=(is_in_custody,),
    cases="""
        DateOfBirth | FundModel | FAM    | years | fires | why
                    | 25        |        |       | yes   | 16 to 19
                    | 82        |        |       | yes   | other 16 to 19
                    | 35        |        |       | yes   | adult skills
                    | 36        |        |       | yes   | apprenticeship
                    | 37        |        |       | yes   | Skills Bootcamp
                    | 38        |        |       | yes   | adult skills fund
                    | 81        |        |       | yes   | other adult
                    | 39        |        | 2627  | yes   | Growth and Skills
                    | 39        |        | 2526  | no    | no such model before
                    | 99        |        |       | no    | non-funded: DateOfBirth_02 asks
                    | 11        |        |       | no    | Tailored Learning: DateOfBirth_02 asks
                    |           |        |       | no    | funding model blank
                    | 38        | LDM034 |       | no    | offender in custody
                    | 38        | LDM035 |       | yes   | another LDM code
        2000-01-01  | 38        |        |       | no    | returned
    """,
)
def missing_on_funded_aim(aim):
    models = (25, 35, 36, 37, 38, 39, 81, 82) if aim.teaching_year.name >= "2627" else (25, 35, 36, 37, 38, 81, 82)
    return aim.FundModel.is_in(models) & aim.DateOfBirth.missing


@rule(
    "DateOfBirth_02",
    LearningDelivery,
    summary="Non-funded, Tailored and (until 2025-26) community learning should come with a date of birth, too.",
    message=MISSING,
    why="Ages are part of the picture of who learns where.",
    fix=FIX,
    unless=(has_loan,),
    cases="""
        DateOfBirth | FundModel | FAM    | years | fires | why
                    | 99        |        |       | yes   | non-funded
                    | 11        |        |       | yes   | Tailored Learning
                    | 10        |        | 2526  | yes   | community learning
                    | 10        |        | 2627  | no    | left the rule in 2026-27
                    | 38        |        |       | no    | funded: DateOfBirth_01 asks
                    | 99        | ADL1   |       | no    | loan: DateOfBirth_23 asks
                    | 99        | SOF108 |       | yes   | another FAM
        2000-01-01  | 99        |        |       | no    | returned
    """,
)
def missing_on_other_learning(aim):
    models = (10, 11, 99) if aim.teaching_year.name <= "2526" else (11, 99)
    return aim.FundModel.is_in(models) & aim.DateOfBirth.missing


@rule(
    "DateOfBirth_23",
    LearningDelivery,
    summary="A loan needs the learner's date of birth.",
    message="DateOfBirth is missing on an aim that a loan pays for (FundModel 99 with ADL).",
    why="Loans are for learners from 19 years.",
    fix=FIX,
    unless=(is_in_custody,),
    cases="""
        DateOfBirth | FundModel | FAM         | fires | why
                    | 99        | ADL1        | yes   | loan
                    | 99        |             | no    | no loan: DateOfBirth_02 asks
                    | 38        | ADL1        | no    | another funding model
                    | 99        | ADL1 LDM034 | no    | offender in custody
                    | 99        | ADL1 LDM035 | yes   | another LDM code
        2000-01-01  | 99        | ADL1        | no    | returned
    """,
)
def missing_on_loan(aim):
    return is_loan(aim) & aim.DateOfBirth.missing


@rule(
    "DateOfBirth_24",
    Learner,
    summary="A learner with a ULN of their own needs a date of birth.",
    message="DateOfBirth is missing, but ULN {ULN} is the learner's own.",
    why="The Learner Register has it: number and date of birth together show that the right learner is meant.",
    fix=FIX,
    cases="""
        ULN        | DateOfBirth | fires | why
        1000000043 |             | yes   | a number of their own
        9999999999 |             | no    | temporary number
                   |             | no    | no number
        1000000043 | 2000-01-01  | no    | returned
    """,
)
def missing_beside_a_number(learner):
    return learner.ULN.known & (learner.ULN != 9999999999) & learner.DateOfBirth.missing


@rule(
    "DateOfBirth_04",
    Learner,
    summary="A learner is younger than 115 years.",
    message="The learner would be {age} years old when the teaching year starts.",
    show={"age": age_at_start_of_year},
    fix="Correct the year in DateOfBirth.",
    cases="""
        DateOfBirth | years | fires | why
        1910-08-01  | 2526  | yes   | 115 on the first day of the year
        1910-08-02  | 2526  | no    | 114 that day
        1911-08-01  | 2627  | yes   | 115 on the first day of the year
        1911-08-02  | 2627  | no    | 114 that day
        1890-01-01  |       | yes   | much older
        2000-01-01  |       | no    | adult
                    |       | no    | blank
    """,
)
def too_old(learner):
    return age_at_start_of_year(learner) >= 115


@rule(
    "DateOfBirth_27",
    Learner,
    summary="A learner was born before the teaching year began.",
    message="DateOfBirth {DateOfBirth} lies in or after the teaching year.",
    fix="Correct the year in DateOfBirth: often the day of enrolment stands there.",
    cases="""
        DateOfBirth | years | fires | why
        2025-08-01  | 2526  | yes   | first day of the year
        2025-07-31  | 2526  | no    | the day before
        2026-08-01  | 2627  | yes   | first day of the year
        2026-07-31  | 2627  | no    | the day before
        2030-01-01  |       | yes   | in the future
                    |       | no    | blank
    """,
)
def born_in_teaching_year(learner):
    return learner.DateOfBirth >= learner.teaching_year.start
