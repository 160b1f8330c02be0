"""PlanLearnHours and PlanEEPHours: the hours planned for the learner's year."""

from openilr.derive.dd07 import dd07
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import Learner, LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learner.aims import all_aims, is_16_to_19_funded, is_t_level

HOURS = "PlanLearnHours and PlanEEPHours together are {hours}"
WHY = "16 to 19 funding is paid in bands of planned hours."


def planned_hours(learner: Record) -> Expr:
    """All planned hours of the learner; a blank counts as none."""
    return learner.PlanLearnHours.or_(0) + learner.PlanEEPHours.or_(0)


def is_other_16_to_19(aim: Record) -> Expr:
    return aim.FundModel == 82


def all_aims_are_closed(learner: Record) -> Expr:
    return all_aims(learner, lambda aim: aim.LearnActEndDate.known)


def has_aim_with_bands_of_hours(learner: Record) -> Expr:
    """Whether an aim is neither other 16 to 19 provision nor part of a T Level."""
    return learner.any(LearningDelivery, lambda aim: ~is_other_16_to_19(aim) & ~is_t_level(aim))


@rule(
    "PlanLearnHours_01",
    Learner,
    summary="Planned learning hours must be returned while learning goes on; not for apprenticeships, FundModel 82, T Levels.",
    message="PlanLearnHours is missing.",
    why="Funding and measures of size are worked out from the planned hours.",
    fix="Record the planned learning hours of the whole year.",
    unless=(all_aims_are_closed,),
    cases="""
        PlanLearnHours | LearningDelivery                                                    | fires | why
                       | FundModel=25                                                        | yes   | 16 to 19 funded
                       | FundModel=38                                                        | yes   | adult skills fund
                       | FundModel=99                                                        | yes   | non-funded
        100            | FundModel=25                                                        | no    | returned
        0              | FundModel=25                                                        | no    | nought is returned
                       | FundModel=36 ProgType=25                                            | no    | apprenticeship
                       | FundModel=36 ProgType=25; FundModel=38                              | yes   | an aim beside the apprenticeship
                       | FundModel=82                                                        | no    | other 16 to 19 provision
                       | FundModel=25 ProgType=31                                            | no    | T Level
                       | FundModel=25 ProgType=30                                            | yes   | T Level foundation year
                       | FundModel=99 ProgType=31                                            | yes   | no 16 to 19 funding
                       | FundModel=25 LearnActEndDate=2025-10-01                             | no    | closed
                       | FundModel=25 LearnActEndDate=2025-10-01; FundModel=25               | yes   | one aim still open
                       | FundModel=25 LearnActEndDate=2025-10-01; FundModel=36 ProgType=25   | yes   | not all closed
                       |                                                                     | no    | no aims
    """,
)
def learning_hours_missing(learner):
    needs_hours = learner.any(LearningDelivery, lambda aim: ~dd07(aim) & ~is_other_16_to_19(aim) & ~is_t_level(aim))
    return learner.PlanLearnHours.missing & needs_hours


@rule(
    "PlanLearnHours_02",
    Learner,
    summary="Planned learning hours should be more than nought; not for apprenticeships, T Levels, FundModel 11 and 82.",
    message="PlanLearnHours is 0.",
    why="Learning without planned hours earns nothing where funding depends on them.",
    fix="Record the hours that are planned, or leave the field out where it does not apply.",
    cases="""
        PlanLearnHours | LearningDelivery                       | years | fires | why
        0              | FundModel=25                           |       | yes   | 16 to 19
        0              | FundModel=35                           |       | yes   | adult skills
        0              | FundModel=37                           |       | yes   | Skills Bootcamp
        0              | FundModel=38                           |       | yes   | adult skills fund
        0              | FundModel=81                           |       | yes   | other adult
        0              | FundModel=99                           |       | yes   | non-funded
        0              | FundModel=10                           | 2526  | yes   | community learning
        0              | FundModel=10                           | 2627  | no    | left the rule in 2026-27
        0              | FundModel=39                           | 2627  | yes   | Growth and Skills
        0              | FundModel=39                           | 2526  | no    | no such model before
        0              | FundModel=11                           |       | no    | Tailored Learning
        0              | FundModel=36                           |       | no    | apprenticeship
        0              | FundModel=82                           |       | no    | other 16 to 19
        0              | FundModel=25 ProgType=31               |       | no    | T Level
        0              | FundModel=99 ProgType=31               |       | yes   | no 16 to 19 funding
        0              | FundModel=25 ProgType=31; FundModel=25 |       | yes   | another aim beside the T Level
        1              | FundModel=25                           |       | no    | one hour
                       | FundModel=25                           |       | no    | not returned
    """,
)
def no_learning_hours(learner):
    added = 39 if learner.teaching_year.name >= "2627" else 10
    models = (25, 35, 37, 38, 81, 99, added)
    in_scope = learner.any(LearningDelivery, lambda aim: aim.FundModel.is_in(models) & ~is_t_level(aim))
    return in_scope & (learner.PlanLearnHours == 0)


@rule(
    "PlanLearnHours_03",
    Learner,
    summary="The planned hours of a 16 to 19 funded learner must add up to more than nought.",
    message=HOURS + ".",
    show={"hours": planned_hours},
    why=WHY,
    fix="Record the hours that are planned.",
    cases="""
        PlanLearnHours | PlanEEPHours | LearningDelivery                       | fires | why
        0              | 0            | FundModel=25                           | yes   | none at all
        0              |              | FundModel=25                           | yes   | a blank counts as none
        1              | 0            | FundModel=25                           | no    | one hour
        0              | 1            | FundModel=25                           | no    | one hour of the other kind
                       | 0            | FundModel=25                           | no    | not returned
        0              | 0            | FundModel=82                           | no    | other 16 to 19 provision
        0              | 0            | FundModel=38                           | no    | another funding model
        0              | 0            | FundModel=25 ProgType=31               | no    | T Level
        0              | 0            | FundModel=25 ProgType=31; FundModel=25 | yes   | another aim beside the T Level
    """,
)
def hours_add_up_to_nothing(learner):
    in_scope = learner.any(LearningDelivery, lambda aim: is_16_to_19_funded(aim) & ~is_t_level(aim))
    return learner.PlanLearnHours.known & in_scope & (planned_hours(learner) == 0)


@rule(
    "PlanLearnHours_04",
    Learner,
    summary="The planned hours of one year should not add up to more than 1,000, FundModel 82 and T Levels apart.",
    message=HOURS + ", more than 1,000.",
    show={"hours": planned_hours},
    why="More than a full-time year is rarely meant: often the hours of two years were added.",
    fix="Check that the hours are those of this year alone.",
    cases="""
        PlanLearnHours | PlanEEPHours | LearningDelivery                       | fires | why
        900            | 100          | FundModel=25                           | no    | 1,000
        901            | 100          | FundModel=25                           | yes   | 1,001
        1001           |              | FundModel=38                           | yes   | whatever the funding model
                       | 1001         | FundModel=25                           | yes   | a blank counts as none
                       |              | FundModel=25                           | no    | not returned
        1001           |              | FundModel=82                           | no    | other 16 to 19 provision
        1001           |              | FundModel=25 ProgType=31               | no    | T Level
        1001           |              | FundModel=99 ProgType=31               | yes   | no 16 to 19 funding
        1001           |              | FundModel=82; FundModel=38             | yes   | another aim beside it
    """,
)
def more_hours_than_a_year_has(learner):
    most = learner.pack.parameters["hours"]["most_planned_hours"]
    return has_aim_with_bands_of_hours(learner) & (planned_hours(learner) > most)


@rule(
    "PlanLearnHours_05",
    Learner,
    summary="The planned hours of one year must not add up to more than 4,000, FundModel 82 and T Levels apart.",
    message=HOURS + ", more than 4,000.",
    show={"hours": planned_hours},
    why="Nobody can learn for that many hours in a year.",
    fix="Correct the hours: they are those of this year alone.",
    cases="""
        PlanLearnHours | PlanEEPHours | LearningDelivery                       | fires | why
        3900           | 100          | FundModel=25                           | no    | 4,000
        3901           | 100          | FundModel=25                           | yes   | 4,001
        4001           |              | FundModel=38                           | yes   | whatever the funding model
                       | 4001         | FundModel=25                           | no    | learning hours not returned
        4001           |              | FundModel=82                           | no    | other 16 to 19 provision
        4001           |              | FundModel=25 ProgType=31               | no    | T Level
        4001           |              | FundModel=99 ProgType=31               | yes   | no 16 to 19 funding
        4001           |              | FundModel=82; FundModel=38             | yes   | another aim beside it
    """,
)
def more_hours_than_possible(learner):
    most = learner.pack.parameters["hours"]["most_planned_hours_at_all"]
    too_many = planned_hours(learner) > most
    return learner.PlanLearnHours.known & has_aim_with_bands_of_hours(learner) & too_many


@rule(
    "PlanEEPHours_01",
    Learner,
    summary="16 to 19 funded learners need planned employability, enrichment and pastoral hours while learning goes on.",
    message="PlanEEPHours is missing, and the learner has an aim with FundModel 25.",
    why=WHY,
    fix="Record the planned hours besides qualifications, or 0 where there are none.",
    unless=(all_aims_are_closed,),
    cases="""
        PlanEEPHours | LearningDelivery                                      | years | fires | why
                     | FundModel=25                                          |       | yes   | 16 to 19 funded
        0            | FundModel=25                                          |       | no    | nought is returned
                     | FundModel=82                                          |       | no    | other 16 to 19 provision
                     | FundModel=38                                          |       | no    | another funding model
                     | FundModel=25 ProgType=31                              |       | no    | T Level
                     | FundModel=25 ProgType=31; FundModel=25                |       | yes   | another aim beside the T Level
                     | FundModel=25 ProgType=30                              |       | yes   | T Level foundation year
                     | FundModel=25 ProgType=25                              | 2526  | no    | apprenticeship
                     | FundModel=25 ProgType=25                              | 2627  | yes   | no longer excused in 2026-27
                     | FundModel=25 LearnActEndDate=2025-10-01               |       | no    | closed
                     | FundModel=25 LearnActEndDate=2025-10-01; FundModel=25 |       | yes   | one aim still open
                     |                                                       |       | no    | no aims
    """,
)
def other_hours_missing(learner):
    return learner.PlanEEPHours.missing & learner.any(LearningDelivery, needs_other_hours)


def needs_other_hours(aim: Record) -> Expr:
    """Whether the aim asks for PlanEEPHours. Until 2025-26 apprenticeships were excused by name."""
    asks = is_16_to_19_funded(aim) & ~is_t_level(aim)
    return asks & ~dd07(aim) if aim.teaching_year.name <= "2526" else asks
