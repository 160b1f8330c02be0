"""PriorAttain: what a learner had achieved before, and since when."""

from openilr.derive.expressions import Expr, Record
from openilr.spec.names import Learner, LearningDelivery, PriorAttain
from openilr.validate.rule import rule
from openilr.validate.rules.learner.aims import all_aims
from openilr.validate.shapes import lookup


def needs_no_prior_attainment(learner: Record) -> Expr:
    """Whether all aims are 16 to 19, Tailored or non-funded; until 2025-26 also community learning."""
    models = (10, 11, 25, 82, 99) if learner.teaching_year.name <= "2526" else (11, 25, 82, 99)
    return all_aims(learner, lambda aim: aim.FundModel.is_in(models))


@rule(
    "PriorAttain_01",
    Learner,
    summary="Adult learners and apprentices need a prior attainment level.",
    message="There is no prior attainment record with a PriorLevel.",
    why="Entitlement to full funding depends on what the learner has achieved before.",
    fix="Add a prior attainment record with the level and the date from which it applies.",
    unless=(needs_no_prior_attainment,),
    cases="""
        Prior        | LearningDelivery           | years | fires | why
                     | FundModel=38               |       | yes   | adult skills fund
                     | FundModel=36               |       | yes   | apprenticeship
                     | FundModel=37               |       | yes   | Skills Bootcamp
                     | FundModel=35               |       | yes   | adult skills
                     | FundModel=81               |       | yes   | other adult
        @2025-08-01  | FundModel=38               |       | yes   | a record without a level
        3@2025-08-01 | FundModel=38               |       | no    | returned
                     | FundModel=25               |       | no    | 16 to 19
                     | FundModel=82               |       | no    | other 16 to 19
                     | FundModel=11               |       | no    | Tailored Learning
                     | FundModel=99               |       | no    | non-funded
                     | FundModel=10               | 2526  | no    | community learning
                     | FundModel=10               | 2627  | yes   | no longer named in 2026-27
                     | FundModel=25; FundModel=99 |       | no    | all aims are excused
                     | FundModel=25; FundModel=38 |       | yes   | one aim is not
                     |                            |       | yes   | no aims
    """,
)
def no_prior_attainment(learner):
    return learner.none(PriorAttain, lambda record: record.PriorLevel.known)


lookup("PriorAttain_03", PriorAttain, "PriorLevel", known="1 2 3 4 5 6 7 8 9 10 97 98 99", unknown="11")


@rule(
    "PriorAttain_04",
    LearningDelivery,
    summary="Who has attained level 4 or above is not on an apprenticeship framework funded as adult skills.",
    message="ProgType is {ProgType} on FundModel 35, but a PriorLevel of the learner is level 4 or above.",
    why="These frameworks were funded for learners below that level.",
    fix="Check PriorLevel, FundModel and ProgType.",
    cases="""
        FundModel | ProgType | Prior                     | fires | why
        35        | 2        | 7@2015-08-01              | yes   | level 4, advanced
        35        | 3        | 8@2015-08-01              | yes   | level 5, intermediate
        35        | 20       | 9@2015-08-01              | yes   | level 6, higher level 4
        35        | 2        | 10@2015-08-01             | yes   | level 7
        35        | 2        | 3@2014-08-01 7@2015-08-01 | yes   | one of the levels
        35        | 2        | 6@2015-08-01              | no    | level 3
        35        | 2        | 97@2015-08-01             | no    | level not known
        35        | 2        |                           | no    | nothing returned
        35        | 25       | 7@2015-08-01              | no    | a standard
        35        | 21       | 7@2015-08-01              | no    | higher level 5
        35        |          | 7@2015-08-01              | no    | no programme
        81        | 2        | 7@2015-08-01              | no    | another funding model
    """,
)
def framework_at_or_below_attained_level(aim):
    attained = aim.any(PriorAttain, lambda record: record.PriorLevel.is_in(7, 8, 9, 10), within="Learner")
    return (aim.FundModel == 35) & aim.ProgType.is_in(2, 3, 20) & attained


@rule(
    "PriorAttain_09",
    PriorAttain,
    summary="A prior attainment level cannot apply from a day after the file was prepared.",
    message="DateLevelApp {DateLevelApp} is after the file was prepared, on {FilePreparationDate}.",
    fix="Correct the date from which the level applies.",
    cases="""
        PriorLevel | DateLevelApp | FilePreparationDate | fires | why
        3          | 2025-10-15   | 2025-10-14          | yes   | the day after
        3          | 2025-10-14   | 2025-10-14          | no    | that day
        3          | 2025-08-01   | 2025-10-14          | no    | before
        3          |              | 2025-10-14          | no    | blank
    """,
)
def applies_after_preparation(record):
    return record.DateLevelApp > record.FilePreparationDate


@rule(
    "PriorAttain_10",
    PriorAttain,
    summary="A learner has one prior attainment record for one date.",
    message="Another prior attainment record applies from {DateLevelApp}, too.",
    why="The latest record says what the learner has attained: two of one date leave that open.",
    fix="Keep the record with the highest level of that date.",
    cases="""
        PriorLevel | DateLevelApp | Prior                     | fires | why
        3          | 2025-08-01   | 3@2025-08-01              | yes   | same date and level
        3          | 2025-08-01   | 5@2025-08-01              | yes   | same date
        3          | 2025-08-01   | 3@2025-08-02              | no    | same level, another date
        3          | 2025-08-01   | 5@2025-08-02 7@2025-09-01 | no    | other dates
        3          | 2025-08-01   |                           | no    | the only one
        3          |              | 5                         | no    | two blank dates: the schema asks for them
    """,
)
def date_repeated(record):
    return record.DateLevelApp.known & record.any(PriorAttain, same=["DateLevelApp"], other=True)
