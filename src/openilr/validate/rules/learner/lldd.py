"""LLDDHealthProb, LLDDCat and PrimaryLLDD: learning difficulties, disabilities and health problems."""

from openilr.derive.dd06 import dd06
from openilr.derive.expressions import Expr, Record, any_of
from openilr.spec.names import Learner, LLDDandHealthProblem
from openilr.validate.rule import rule
from openilr.validate.rules.learner.aims import all_aims, all_aims_are_community_learning
from openilr.validate.shapes import lookup, never

SAYS_YES = "LLDDHealthProb is 1, but there is no LLDD and health problem record."
WHY = "What a learner needs, and how groups of learners fare, is seen from the categories."
ADD_CATEGORY = "Add the categories that apply, or correct LLDDHealthProb to 2."


def has_category(learner: Record) -> Expr:
    return learner.any(LLDDandHealthProblem)


def is_25_or_over_at_start(learner: Record) -> Expr:
    """25 or older when the first aim started."""
    return learner.DateOfBirth.years_until(dd06(learner)) >= 25


def has_ended(problem: Record, day: Expr) -> Expr:
    """Whether ``day`` is after the last valid day of the category, as far as a source states one."""
    ended = [
        (problem.LLDDCat == int(c.code)) & (day > c.valid_to)
        for c in problem.pack.code_list("LLDDCat").codes
        if c.valid_to is not None
    ]
    return any_of(*ended) if ended else never(problem)


lookup("LLDDHealthProb_01", Learner, "LLDDHealthProb", known="1 2 9", unknown="3")
lookup(
    "LLDDCat_01",
    LLDDandHealthProblem,
    "LLDDCat",
    known="4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 93 94 95 96 97 98 99",
    unknown="92",
)
lookup("PrimaryLLDD_02", LLDDandHealthProblem, "PrimaryLLDD", known="1", unknown="2")


@rule(
    "LLDDHealthProb_04",
    Learner,
    summary="Who has no difficulty, disability or health problem has no category of one.",
    message="LLDDHealthProb is 2, but there is an LLDD and health problem record.",
    fix="Remove the record, or correct LLDDHealthProb to 1.",
    cases="""
        LLDDHealthProb | LLDD | fires | why
        2              | 4*   | yes   | no problem, but a category
        2              | 99   | yes   | whatever the category
        2              |      | no    | neither
        1              | 4*   | no    | a problem and its category
        9              | 98*  | no    | not known
    """,
)
def category_without_problem(learner):
    return (learner.LLDDHealthProb == 2) & has_category(learner)


def needs_no_category(learner: Record) -> Expr:
    """Whether all aims are non-funded; until 2025-26 also community learning."""
    models = (10, 99) if learner.teaching_year.name <= "2526" else (99,)
    return all_aims(learner, lambda aim: aim.FundModel.is_in(models))


@rule(
    "LLDDHealthProb_06",
    Learner,
    summary="Who has a difficulty, disability or health problem, is under 25 and on funded learning needs its category.",
    message=SAYS_YES,
    why=WHY,
    fix=ADD_CATEGORY,
    unless=(needs_no_category, is_25_or_over_at_start),
    cases="""
        LLDDHealthProb | LLDD | DateOfBirth | LearningDelivery                                       | years | fires | why
        1              |      | 2000-09-02  | FundModel=38 LearnStartDate=2025-09-01                 |       | yes   | 24 at the start
        1              |      | 2000-09-01  | FundModel=38 LearnStartDate=2025-09-01                 |       | no    | 25 at the start
        1              |      | 2000-09-02  | FundModel=38 LearnStartDate=2025-09-02; FundModel=38 LearnStartDate=2025-09-01 | | yes | 24 when the first aim started
        1              |      |             | FundModel=38 LearnStartDate=2025-09-01                 |       | yes   | age not known
        1              | 4    | 2007-01-01  | FundModel=25 LearnStartDate=2025-09-01                 |       | no    | returned
        2              |      | 2007-01-01  | FundModel=25 LearnStartDate=2025-09-01                 |       | no    | no problem
        9              |      | 2007-01-01  | FundModel=25 LearnStartDate=2025-09-01                 |       | no    | not known
        1              |      | 2007-01-01  | FundModel=10 LearnStartDate=2025-09-01                 | 2526  | no    | community learning
        1              |      | 2007-01-01  | FundModel=10 LearnStartDate=2025-09-01                 | 2627  | yes   | no longer named in 2026-27
        1              |      | 2007-01-01  | FundModel=99 LearnStartDate=2025-09-01                 |       | no    | non-funded
        1              |      | 2007-01-01  | FundModel=11 LearnStartDate=2025-09-01                 |       | yes   | Tailored Learning
        1              |      | 2007-01-01  | FundModel=99 LearnStartDate=2025-09-01; FundModel=38   |       | yes   | one aim is funded
        1              |      | 2007-01-01  | FundModel=10 LearnStartDate=2025-09-01; FundModel=99   | 2526  | no    | none of the aims is
        1              |      | 2007-01-01  |                                                        |       | yes   | no aims
    """,
)
def problem_without_category(learner):
    return (learner.LLDDHealthProb == 1) & ~has_category(learner)


@rule(
    "LLDDHealthProb_07",
    Learner,
    summary="Who has a difficulty, disability or health problem needs its category for over ten hours of community learning.",
    message=SAYS_YES + " {PlanLearnHours} hours of community learning are planned.",
    why=WHY,
    fix=ADD_CATEGORY,
    unless=(is_25_or_over_at_start,),
    cases="""
        LLDDHealthProb | LLDD | PlanLearnHours | DateOfBirth | LearningDelivery                                            | fires | why
        1              |      | 11             | 2000-09-02  | FundModel=10 LearnStartDate=2025-09-01                      | yes   | eleven hours, 24 at the start
        1              |      | 11             | 2000-09-01  | FundModel=10 LearnStartDate=2025-09-01                      | no    | 25 at the start
        1              |      | 11             |             | FundModel=10 LearnStartDate=2025-09-01                      | yes   | age not known
        1              |      | 10             | 2000-09-02  | FundModel=10 LearnStartDate=2025-09-01                      | no    | ten hours
        1              |      |                | 2000-09-02  | FundModel=10 LearnStartDate=2025-09-01                      | no    | hours not known
        1              |      | 11             | 2000-09-02  | FundModel=99 FAM=SOF108 LearnStartDate=2025-09-01           | yes   | community learning as well
        1              |      | 11             | 2000-09-02  | FundModel=99 FAM=SOF105 LearnStartDate=2025-09-01           | no    | not community learning
        1              |      | 11             | 2000-09-02  | FundModel=38 FAM=SOF108 LearnStartDate=2025-09-01           | no    | another funding model
        1              |      | 11             | 2000-09-02  |                                                             | no    | no aims
        1              |      | 11             | 2000-09-02  | FundModel=10 LearnStartDate=2025-09-01; FundModel=38        | no    | not all aims are
        1              | 4    | 11             | 2000-09-02  | FundModel=10 LearnStartDate=2025-09-01                      | no    | returned
        2              |      | 11             | 2000-09-02  | FundModel=10 LearnStartDate=2025-09-01                      | no    | no problem
    """,
)
def problem_without_category_on_longer_community_learning(learner):
    longer = all_aims_are_community_learning(learner) & (learner.PlanLearnHours > 10)
    return (learner.LLDDHealthProb == 1) & longer & ~has_category(learner)


@rule(
    "LLDDCat_02",
    LLDDandHealthProblem,
    summary="A category must still have been valid when the learner's first aim started.",
    message="LLDDCat {LLDDCat} ended before the first aim started on {start}.",
    show={"start": dd06},
    fix="Record the category that replaced it.",
    cases="""
        LLDDCat | LearningDelivery                                     | years | fires | why
        15      | LearnStartDate=2025-07-31                            |       | no    | its last day
        15      | LearnStartDate=2025-08-01                            |       | yes   | the day after
        15      | LearnStartDate=2025-08-01; LearnStartDate=2025-07-31 |       | no    | the earliest aim counts
        1       | LearnStartDate=2015-07-31                            | 2526  | no    | its last day
        1       | LearnStartDate=2015-08-01                            | 2526  | yes   | the day after
        2       | LearnStartDate=2015-08-01                            | 2526  | yes   | ended on the same day
        2       | LearnStartDate=2015-07-31                            | 2526  | no    | its last day
        3       | LearnStartDate=2015-08-01                            | 2526  | yes   | ended on the same day
        3       | LearnStartDate=2015-07-31                            | 2526  | no    | its last day
        14      | LearnStartDate=2025-08-01                            |       | no    | still valid
        15      |                                                      |       | no    | no aims
                | LearnStartDate=2025-08-01                            |       | no    | blank
    """,
)
def category_ended_before_first_aim(problem):
    return has_ended(problem, dd06(problem))


@rule(
    "PrimaryLLDD_01",
    Learner,
    summary="From August 2015, one of a learner's categories is the primary one.",
    message="No category of the learner has PrimaryLLDD 1.",
    why="Groups of learners are formed by the primary category.",
    fix="Set PrimaryLLDD to 1 on the category that affects the learner most.",
    cases="""
        LLDD | LearningDelivery                                     | fires | why
        4 5  | LearnStartDate=2015-08-01                            | yes   | first day
        4 5  | LearnStartDate=2015-07-31                            | no    | the day before
        4 5  | LearnStartDate=2015-08-01; LearnStartDate=2015-07-31 | no    | the earliest aim counts
        4 5* | LearnStartDate=2025-08-01                            | no    | one is primary
        98   | LearnStartDate=2025-08-01                            | yes   | whatever the category
             | LearnStartDate=2025-08-01                            | no    | no categories
        4 5  |                                                      | no    | no aims
    """,
)
def no_primary_category(learner):
    no_primary = learner.none(LLDDandHealthProblem, lambda problem: problem.PrimaryLLDD == 1)
    return (dd06(learner) >= "2015-08-01") & has_category(learner) & no_primary


@rule(
    "PrimaryLLDD_03",
    LLDDandHealthProblem,
    summary="Only one category is the primary one.",
    message="LLDDCat {LLDDCat} is marked as primary, and so is another category.",
    fix="Leave PrimaryLLDD on the category that affects the learner most.",
    cases="""
        LLDDCat | PrimaryLLDD | LLDD | fires | why
        4       | 1           | 5*   | yes   | two are primary
        4       | 1           | 5    | no    | only this one
        4       |             | 5*   | no    | only the other
        4       | 1           |      | no    | the only category
    """,
)
def two_primary_categories(problem):
    another = problem.any(LLDDandHealthProblem, lambda other: other.PrimaryLLDD == 1, other=True)
    return (problem.PrimaryLLDD == 1) & another


@rule(
    "PrimaryLLDD_04",
    LLDDandHealthProblem,
    summary="A single category is the primary one.",
    message="LLDDCat {LLDDCat} is the only category, but PrimaryLLDD is missing.",
    fix="Set PrimaryLLDD to 1.",
    cases="""
        LLDDCat | PrimaryLLDD | LLDD | fires | why
        4       |             |      | yes   | single and not marked
        4       | 1           |      | no    | single and marked
        4       |             | 5    | no    | two: PrimaryLLDD_01 asks
    """,
)
def single_category_not_primary(problem):
    return problem.PrimaryLLDD.missing & problem.none(LLDDandHealthProblem, other=True)
