"""ULN: the unique learner number."""

from datetime import date

from openilr.derive.codes import has_fam
from openilr.derive.dd01 import dd01
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import Learner, LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learner.aims import is_in_custody

TEMPORARY = 9999999999
FUNDED = (25, 35, 36, 37, 38, 81, 82)
NO_NUMBER = "ULN is 9999999999, the temporary number"
LOOK_UP = "Look the learner up in the Learning Records Service, or register them there, and record their own ULN."
WHY_OWN = "Under the temporary number nobody can join this learner's records from year to year or show them what they achieved."


def january_1(record: Record) -> date:
    """1 January of the teaching year."""
    return date(record.teaching_year.end.year, 1, 1)


def has_temporary_number(record: Record) -> Expr:
    return record.ULN == TEMPORARY


def prepared_from_january(record: Record) -> Expr:
    """Whether the file was prepared on or after 1 January of the teaching year."""
    return record.FilePreparationDate >= january_1(record)


def days_since_start(aim: Record) -> Expr:
    """Days from the aim's start to the day on which the file was prepared."""
    return aim.FilePreparationDate - aim.LearnStartDate


def lasts_5_days(aim: Record) -> Expr:
    """Whether the aim lasts five days or more, as planned or in fact."""
    return (aim.LearnPlanEndDate - aim.LearnStartDate >= 5) | (aim.LearnActEndDate - aim.LearnStartDate >= 5)


def is_funded(aim: Record, *funding_models: int) -> Expr:
    """Whether the aim has one of these funding models, or is financed by a loan (ADL 1)."""
    models = (*FUNDED, 39) if aim.teaching_year.name >= "2627" else FUNDED
    return aim.FundModel.is_in(models, funding_models) | ((aim.FundModel == 99) & has_fam(aim, "ADL", "1"))


def is_office_for_students_funded(aim: Record) -> Expr:
    return has_fam(aim, "SOF", "1")


def is_on_levy_contract(aim: Record) -> Expr:
    """ACT 1: an apprenticeship through a contract with the employer."""
    return has_fam(aim, "ACT", "1")


def learner_is_on_levy_contract(learner: Record) -> Expr:
    return learner.any(LearningDelivery, is_on_levy_contract)


@rule(
    "ULN_02",
    LearningDelivery,
    summary="Learners on non-funded, Tailored or (until 2025-26) community learning should have a ULN of their own.",
    message=NO_NUMBER + ", on an aim with FundModel {FundModel}.",
    why=WHY_OWN,
    fix=LOOK_UP,
    unless=(is_office_for_students_funded,),
    cases="""
        ULN        | FundModel | FAM    | years | fires | why
        9999999999 | 99        |        |       | yes   | non-funded
        9999999999 | 11        |        |       | yes   | Tailored Learning
        9999999999 | 10        |        | 2526  | yes   | community learning
        9999999999 | 10        |        | 2627  | no    | left the rule in 2026-27
        9999999999 | 35        |        |       | no    | another funding model
        9999999999 |           |        |       | no    | funding model blank
        9999999999 | 99        | SOF1   |       | no    | funded by the Office for Students
        9999999999 | 99        | SOF105 |       | yes   | another source of funding
        1000000043 | 99        |        |       | no    | a number of their own
                   | 99        |        |       | no    | blank
    """,
)
def other_learning_with_temporary_number(aim):
    models = (10, 11, 99) if aim.teaching_year.name <= "2526" else (11, 99)
    return aim.FundModel.is_in(models) & has_temporary_number(aim)


@rule(
    "ULN_03",
    Learner,
    summary="Learners should have a ULN of their own, also in returns before 1 January.",
    message=NO_NUMBER + ".",
    why="From 1 January the temporary number is an error for funded learners.",
    fix=LOOK_UP,
    unless=(learner_is_on_levy_contract,),
    cases="""
        ULN        | FilePreparationDate | LearningDelivery             | years | fires | why
        9999999999 | 2025-12-31          | FundModel=38                 | 2526  | yes   | last day
        9999999999 | 2026-01-01          | FundModel=38                 | 2526  | no    | 1 January
        9999999999 | 2026-12-31          | FundModel=38                 | 2627  | yes   | last day
        9999999999 | 2027-01-01          | FundModel=38                 | 2627  | no    | 1 January
        9999999999 | 2025-09-01          | FundModel=99                 |       | yes   | all learning is meant
        9999999999 | 2025-09-01          | FundModel=36 FAM=ACT1        |       | no    | employer contract
        9999999999 | 2025-09-01          | FundModel=36; FAM=ACT1       |       | no    | employer contract on another aim
        9999999999 | 2025-09-01          | FundModel=36 FAM=ACT2        |       | yes   | another contract type
        9999999999 | 2025-09-01          |                              |       | yes   | no aims: all learning is meant
        1000000043 | 2025-09-01          | FundModel=38                 |       | no    | a number of their own
    """,
)
def temporary_number_before_january(learner):
    return has_temporary_number(learner) & (learner.FilePreparationDate < january_1(learner))


@rule(
    "ULN_04",
    Learner,
    summary="A ULN must have ten digits, the last of which is the right check digit.",
    message="ULN {ULN} fails the check of its digits: at least one is mistyped.",
    why="A mistyped number would join this learner's record to somebody else's.",
    fix="Look the learner up in the Learning Records Service and copy the ULN from there.",
    cases="""
        ULN        | fires | why
        1000000043 | no    | weighted sum 10+8=18, remainder 7, check digit 3
        1000000044 | yes   | wrong last digit
        1000000053 | yes   | the digit before it mistyped
        1000000034 | yes   | two digits swapped
        9999999999 | no    | the temporary number has no check digit
        9999999997 | yes   | nearly the temporary number
        9999999998 | no    | weighted sum 486, remainder 2, check digit 8
        1000000000 | no    | remainder 10, check digit 0
        1000000009 | yes   | remainder 10, wrong check digit
        1600000000 | yes   | weighted sum 64, remainder 9, check digit 1
        1600000001 | no    | the same with its check digit
        1000000060 | yes   | weighted sum 22, remainder 0: no check digit can be right
        100000004  | yes   | nine digits
                   | no    | blank: the schema asks for it
    """,
)
def wrong_check_digit(learner):
    temporary = learner.ULN == TEMPORARY
    return learner.ULN.known & ~temporary & (dd01(learner) != learner.ULN.as_text().chars(10))


@rule(
    "ULN_05",
    Learner,
    summary="A ULN must be one that the Learner Register knows.",
    message="ULN {ULN} is not in the Learner Register.",
    why="A number that nobody holds is a typing slip, however right its check digit.",
    fix="Look the learner up in the Learning Records Service and copy the ULN from there.",
    cases="""
        ULN        | learner_register | fires | why
        1000000043 | ULN=1000000043   | no    | registered
        1000000043 | ULN=1000000051   | yes   | not registered
        9999999999 | ULN=1000000051   | no    | the temporary number is never registered
                   | ULN=1000000051   | no    | blank
    """,
)
def number_not_registered(learner):
    registered = learner.any("learner_register", same={"ULN": learner.ULN})
    return learner.ULN.known & (learner.ULN != TEMPORARY) & ~registered


_LENIENCY = """
    ULN        | FilePreparationDate | FundModel | LearnStartDate | LearnPlanEndDate | LearnActEndDate | FAM         | years | fires | why
    9999999999 | 2027-01-01          | 38        | {at60}         | 2027-07-31       |                 |             |       | {in60} | 60 days
    9999999999 | 2027-01-01          | 38        | {at61}         | 2027-07-31       |                 |             |       | {in61} | 61 days
    9999999999 | 2026-12-31          | 38        | {start}        | 2027-07-31       |                 |             | 2627  | no    | before 1 January
    9999999999 | 2026-01-01          | 38        | {start26}      | 2026-07-31       |                 |             | 2526  | yes   | from 1 January
    9999999999 | 2025-12-31          | 38        | {start26}      | 2026-07-31       |                 |             | 2526  | no    | before 1 January
    9999999999 | 2027-01-01          | 25        | {start}        | 2027-07-31       |                 |             |       | yes   | 16 to 19
    9999999999 | 2027-01-01          | 82        | {start}        | 2027-07-31       |                 |             |       | yes   | other 16 to 19
    9999999999 | 2027-01-01          | 35        | {start}        | 2027-07-31       |                 |             |       | yes   | adult skills
    9999999999 | 2027-01-01          | 36        | {start}        | 2027-07-31       |                 |             |       | yes   | apprenticeship
    9999999999 | 2027-01-01          | 37        | {start}        | 2027-07-31       |                 |             |       | yes   | Skills Bootcamp
    9999999999 | 2027-01-01          | 81        | {start}        | 2027-07-31       |                 |             |       | yes   | other adult
    9999999999 | 2027-01-01          | 39        | {start}        | 2027-07-31       |                 |             | 2627  | yes   | Growth and Skills, from 2026-27
    9999999999 | 2027-01-01          | 39        | {start}        | 2027-07-31       |                 |             | 2526  | no    | no such model before
    9999999999 | 2027-01-01          | 70        | {start}        | 2027-07-31       |                 |             |       | {in70} | European Social Fund
    9999999999 | 2027-01-01          | 99        | {start}        | 2027-07-31       |                 | ADL1        |       | yes   | loan
    9999999999 | 2027-01-01          | 99        | {start}        | 2027-07-31       |                 | ADL2        |       | no    | another ADL code
    9999999999 | 2027-01-01          | 99        | {start}        | 2027-07-31       |                 |             |       | no    | non-funded
    9999999999 | 2027-01-01          | 11        | {start}        | 2027-07-31       |                 | ADL1        |       | no    | a loan belongs to non-funded aims
    9999999999 | 2027-01-01          | 11        | {start}        | 2027-07-31       |                 |             |       | no    | Tailored Learning
    9999999999 | 2027-01-01          | 38        | {start}        | {plus4}          |                 |             |       | no    | four days planned
    9999999999 | 2027-01-01          | 38        | {start}        | {plus5}          |                 |             |       | yes   | five days planned
    9999999999 | 2027-01-01          | 38        | {start}        | {plus4}          | {plus5}         |             |       | yes   | five days in fact
    9999999999 | 2027-01-01          | 38        | {start}        | {plus4}          | {plus4}         |             |       | no    | four days either way
    9999999999 | 2027-01-01          | 38        | {start}        | {plus5}          | {plus4}         |             |       | yes   | the plan alone is enough
    9999999999 | 2027-01-01          | 38        | {start}        | 2027-07-31       |                 | LDM034      |       | no    | offender in custody
    9999999999 | 2027-01-01          | 38        | {start}        | 2027-07-31       |                 | LDM035      |       | yes   | another LDM code
    9999999999 | 2027-01-01          | 36        | {start}        | 2027-07-31       |                 | ACT1        |       | no    | employer contract
    9999999999 | 2027-01-01          | 36        | {start}        | 2027-07-31       |                 | ACT2        |       | yes   | another contract type
    1000000043 | 2027-01-01          | 38        | {start}        | 2027-07-31       |                 |             |       | no    | a number of their own
"""
_RECENT = {
    "at60": "2026-11-02", "in60": "yes", "at61": "2026-11-01", "in61": "no", "start": "2026-12-01",
    "start26": "2025-12-01", "plus4": "2026-12-05", "plus5": "2026-12-06", "in70": "no",
}  # fmt: skip
_LONG_AGO = {
    "at60": "2026-11-02", "in60": "no", "at61": "2026-11-01", "in61": "yes", "start": "2026-08-10",
    "start26": "2025-08-10", "plus4": "2026-08-14", "plus5": "2026-08-15", "in70": "yes",
}  # fmt: skip


@rule(
    "ULN_06",
    LearningDelivery,
    summary="From 1 January, a funded learner should have a ULN of their own, also in the first 60 days.",
    message=NO_NUMBER + ", on a funded aim that started {days} days before the file was prepared.",
    show={"days": days_since_start},
    why="More than 60 days after the start this becomes an error.",
    fix=LOOK_UP,
    unless=(is_in_custody, is_on_levy_contract),
    cases=_LENIENCY.format(**_RECENT),
)
def recent_funded_start_with_temporary_number(aim):
    in_scope = prepared_from_january(aim) & is_funded(aim) & lasts_5_days(aim)
    return in_scope & (days_since_start(aim) <= 60) & has_temporary_number(aim)


@rule(
    "ULN_07",
    LearningDelivery,
    summary="From 1 January, a funded learner must have a ULN of their own once 60 days have passed since the start.",
    message=NO_NUMBER + ", on a funded aim that started {days} days before the file was prepared.",
    show={"days": days_since_start},
    why=WHY_OWN,
    fix=LOOK_UP,
    unless=(is_in_custody, is_on_levy_contract),
    cases=_LENIENCY.format(**_LONG_AGO),
)
def earlier_funded_start_with_temporary_number(aim):
    in_scope = prepared_from_january(aim) & is_funded(aim, 70) & lasts_5_days(aim)
    return in_scope & (days_since_start(aim) > 60) & has_temporary_number(aim)


@rule(
    "ULN_09",
    Learner,
    summary="From 1 January, an offender in custody should have a ULN of their own.",
    message=NO_NUMBER + ", and the learner is in custody (LDM 034).",
    why=WHY_OWN,
    fix=LOOK_UP,
    cases="""
        ULN        | FilePreparationDate | LearningDelivery       | years | fires | why
        9999999999 | 2026-01-01          | FAM=LDM034             | 2526  | yes   | 1 January
        9999999999 | 2025-12-31          | FAM=LDM034             | 2526  | no    | the day before
        9999999999 | 2027-01-01          | FAM=LDM034             | 2627  | yes   | 1 January
        9999999999 | 2026-12-31          | FAM=LDM034             | 2627  | no    | the day before
        9999999999 | 2027-01-01          | AimType=4; FAM=LDM034  |       | yes   | on any of the aims
        9999999999 | 2027-01-01          | FAM=LDM035             |       | no    | another LDM code
        9999999999 | 2027-01-01          |                        |       | no    | no aims
        1000000043 | 2027-01-01          | FAM=LDM034             |       | no    | a number of their own
    """,
)
def in_custody_with_temporary_number(learner):
    return prepared_from_january(learner) & learner.any(LearningDelivery, is_in_custody) & has_temporary_number(learner)


_STUDENTS = """
    ULN        | FilePreparationDate | FundModel | LearnStartDate | LearnPlanEndDate | LearnActEndDate | FAM         | years | fires | why
    9999999999 | 2027-01-01          | 99        | 2026-11-02     | 2027-07-31       |                 | SOF1        |       | {in60} | 60 days
    9999999999 | 2027-01-01          | 99        | 2026-11-01     | 2027-07-31       |                 | SOF1        |       | {in61} | 61 days
    9999999999 | 2026-12-31          | 99        | {start}        | 2027-07-31       |                 | SOF1        | 2627  | no    | before 1 January
    9999999999 | 2026-01-01          | 99        | {start26}      | 2026-07-31       |                 | SOF1        | 2526  | yes   | from 1 January
    9999999999 | 2025-12-31          | 99        | {start26}      | 2026-07-31       |                 | SOF1        | 2526  | no    | before 1 January
    9999999999 | 2027-01-01          | 99        | {start}        | {plus4}          |                 | SOF1        |       | no    | four days planned
    9999999999 | 2027-01-01          | 99        | {start}        | {plus5}          |                 | SOF1        |       | yes   | five days planned
    9999999999 | 2027-01-01          | 99        | {start}        | {plus4}          | {plus5}         | SOF1        |       | yes   | five days in fact
    9999999999 | 2027-01-01          | 99        | {start}        | {plus4}          | {plus4}         | SOF1        |       | no    | four days either way
    9999999999 | 2027-01-01          | 99        | {start}        | 2027-07-31       |                 | SOF105      |       | no    | another source of funding
    9999999999 | 2027-01-01          | 38        | {start}        | 2027-07-31       |                 | SOF1        |       | no    | another funding model
    9999999999 | 2027-01-01          | 99        | {start}        | 2027-07-31       |                 | SOF1 LDM034 |       | no    | offender in custody
    9999999999 | 2027-01-01          | 99        | {start}        | 2027-07-31       |                 | SOF1 LDM035 |       | yes   | another LDM code
    9999999999 | 2027-01-01          | 99        | {start}        | 2027-07-31       |                 | ACT1        |       | no    | no source of funding
    1000000043 | 2027-01-01          | 99        | {start}        | 2027-07-31       |                 | SOF1        |       | no    | a number of their own
"""


def is_students_aim_of_5_days(aim):
    students = (aim.FundModel == 99) & is_office_for_students_funded(aim)
    return prepared_from_january(aim) & students & lasts_5_days(aim)


@rule(
    "ULN_10",
    LearningDelivery,
    summary="From 1 January, a student funded by the Office for Students should have a ULN, also in the first 60 days.",
    message=NO_NUMBER + ", on an aim that started {days} days before the file was prepared.",
    show={"days": days_since_start},
    why="More than 60 days after the start this becomes an error.",
    fix=LOOK_UP,
    unless=(is_in_custody,),
    cases=_STUDENTS.format(**_RECENT),
)
def recent_student_with_temporary_number(aim):
    return is_students_aim_of_5_days(aim) & (days_since_start(aim) <= 60) & has_temporary_number(aim)


@rule(
    "ULN_11",
    LearningDelivery,
    summary="From 1 January, a student funded by the Office for Students must have a ULN once 60 days have passed.",
    message=NO_NUMBER + ", on an aim that started {days} days before the file was prepared.",
    show={"days": days_since_start},
    why=WHY_OWN,
    fix=LOOK_UP,
    unless=(is_in_custody,),
    cases=_STUDENTS.format(**_LONG_AGO),
)
def earlier_student_with_temporary_number(aim):
    return is_students_aim_of_5_days(aim) & (days_since_start(aim) > 60) & has_temporary_number(aim)


@rule(
    "ULN_12",
    Learner,
    summary="An apprentice on a contract with the employer must have a ULN of their own.",
    message=NO_NUMBER + ", but an aim has ACT 1, a contract with the employer.",
    why="The apprenticeship service knows its apprentices by their ULN: without it nothing is paid.",
    fix=LOOK_UP,
    cases="""
        ULN        | LearningDelivery    | fires | why
        9999999999 | FAM=ACT1            | yes   | employer contract
        9999999999 | AimType=3; FAM=ACT1 | yes   | on any of the aims
        9999999999 | FAM=ACT2            | no    | another contract type
        9999999999 |                     | no    | no aims
        1000000043 | FAM=ACT1            | no    | a number of their own
    """,
)
def levy_apprentice_with_temporary_number(learner):
    return learner_is_on_levy_contract(learner) & has_temporary_number(learner)


@rule(
    "ULN_13",
    Learner,
    summary="A learner on an apprenticeship unit must have a ULN of their own.",
    message=NO_NUMBER + ", but the learner is on an apprenticeship unit (ProgType 34).",
    why=WHY_OWN,
    fix=LOOK_UP,
    cases="""
        ULN        | LearningDelivery         | fires | why
        9999999999 | ProgType=34              | yes   | apprenticeship unit
        9999999999 | ProgType=25; ProgType=34 | yes   | on any of the aims
        9999999999 | ProgType=25              | no    | another programme
        9999999999 | AimType=4                | no    | no programme type
        1000000043 | ProgType=34              | no    | a number of their own
    """,
)
def unit_with_temporary_number(learner):
    return learner.any(LearningDelivery, lambda aim: aim.ProgType == 34) & has_temporary_number(learner)
