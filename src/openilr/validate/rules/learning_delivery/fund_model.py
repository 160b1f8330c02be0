"""FundModel: the funding model of an aim."""

from openilr.derive.codes import has_fam, is_restart
from openilr.derive.dd07 import dd07
from openilr.derive.dd35 import dd35
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.shapes import lookup

CORRECT = "Correct FundModel, or the fields that contradict it."


def is_non_funded_apprenticeship(aim):
    return dd07(aim) & (aim.FundModel == 99)


def is_sporting_or_similar(aim):
    return has_fam(aim, "LDM", "353", "355")


lookup("FundModel_01", LearningDelivery, "FundModel", known="11 25 35 36 37 38 81 82 99", unknown="77")


@rule(
    "FundModel_03",
    LearningDelivery,
    summary="An aim paid for by an Advanced Learner Loan is non-funded (99).",
    message="The aim has ADL, an Advanced Learner Loan, but FundModel is {FundModel}.",
    fix="Record FundModel 99, or remove ADL.",
    cases="""
        FundModel | FAM  | fires | why
        35        | ADL1 | yes   | adult skills with a loan
        99        | ADL1 | no    | non-funded
        35        |      | no    | no loan
                  | ADL1 | yes   | funding model blank
    """,
)
def loan_on_funded_aim(aim):
    return has_fam(aim, "ADL") & (aim.FundModel != 99)


@rule(
    "FundModel_04",
    LearningDelivery,
    summary="An apprenticeship is not 16 to 19 funded.",
    message="The aim is part of an apprenticeship, but FundModel is {FundModel}.",
    fix=CORRECT,
    cases="""
        ProgType | FundModel | fires | why
        25       | 25        | yes   | 16 to 19
        25       | 82        | yes   | other 16 to 19
        25       | 36        | no    | apprenticeship funding
        31       | 25        | no    | no apprenticeship
    """,
)
def apprenticeship_16_to_19_funded(aim):
    return dd07(aim) & aim.FundModel.is_in(25, 82)


@rule(
    "FundModel_05",
    LearningDelivery,
    summary="Apprenticeship funding (36) began on 1 May 2017.",
    message="FundModel is 36, but the aim started on {LearnStartDate}, before 1 May 2017.",
    fix=CORRECT,
    cases="""
        FundModel | LearnStartDate | fires | why
        36        | 2017-04-30     | yes   | the day before
        36        | 2017-05-01     | no    | the first day
        81        | 2017-04-30     | no    | another funding model
    """,
)
def apprenticeship_funding_too_early(aim):
    return (aim.FundModel == 36) & (aim.LearnStartDate < "2017-05-01")


@rule(
    "FundModel_06",
    LearningDelivery,
    summary="Apprenticeship funding (36) is for apprenticeships.",
    message="FundModel is 36, but ProgType is {ProgType}.",
    fix=CORRECT,
    cases="""
        FundModel | ProgType | fires | why
        36        | 25       | no    | an apprenticeship
        36        | 24       | yes   | another programme type
        36        |          | yes   | no programme type
        35        |          | no    | another funding model
    """,
)
def apprenticeship_funding_elsewhere(aim):
    return (aim.FundModel == 36) & ~dd07(aim)


@rule(
    "FundModel_07",
    LearningDelivery,
    summary="A funded apprenticeship that started from May 2017 has FundModel 36.",
    message="The apprenticeship started on {LearnStartDate}, but FundModel is {FundModel}.",
    fix=CORRECT,
    unless=(is_non_funded_apprenticeship, is_restart, is_sporting_or_similar),
    cases="""
        ProgType | AimType | LearnStartDate | FundModel | FAM    | fires | why
        25       | 1       | 2017-05-01     | 81        |        | yes   | the first day
        25       | 1       | 2017-04-30     | 81        |        | no    | the day before
        25       | 1       | 2025-09-01     | 36        |        | no    | apprenticeship funding
        25       | 1       | 2025-09-01     |           |        | yes   | funding model blank
        25       | 3       | 2025-09-01     | 81        |        | no    | a component aim
        24       | 1       | 2025-09-01     | 81        |        | no    | no apprenticeship
        25       | 1       | 2025-09-01     | 99        |        | no    | not funded
        25       | 1       | 2025-09-01     | 81        | RES1   | no    | restart
        25       | 1       | 2025-09-01     | 81        | LDM353 | no    | excused
        25       | 1       | 2025-09-01     | 81        | LDM355 | no    | excused
        25       | 1       | 2025-09-01     | 81        | LDM354 | yes   | another LDM code
    """,
)
def apprenticeship_on_other_funding(aim):
    return dd07(aim) & (aim.AimType == 1) & (aim.LearnStartDate >= "2017-05-01") & (aim.FundModel != 36)


@rule(
    "FundModel_09",
    LearningDelivery,
    summary="A funded standard that started before May 2017 has FundModel 81.",
    message="The standard started on {LearnStartDate}, but FundModel is {FundModel}.",
    fix=CORRECT,
    unless=(is_non_funded_apprenticeship,),
    cases="""
        ProgType | AimType | LearnStartDate | FundModel | fires | why
        25       | 1       | 2017-04-30     | 36        | yes   | the day before
        25       | 1       | 2017-05-01     | 36        | no    | the first day of FundModel 36
        25       | 1       | 2016-09-01     | 81        | no    | other adult funding
        25       | 1       | 2016-09-01     | 99        | no    | not funded
        25       | 3       | 2016-09-01     | 36        | no    | a component aim
        24       | 1       | 2016-09-01     | 36        | no    | no standard
    """,
)
def early_standard_on_other_funding(aim):
    standard = (aim.ProgType == 25) & (aim.AimType == 1)
    return standard & (aim.LearnStartDate < "2017-05-01") & (aim.FundModel != 81)


@rule(
    "FundModel_10",
    LearningDelivery,
    summary="Until July 2024 a devolved authority funded adult skills (in 2025-26 also community learning) only.",
    message="The source of funding is a devolved authority, but FundModel is {FundModel}.",
    fix=CORRECT,
    cases="""
        LearnStartDate | FAM    | FundModel | years | fires | why
        2024-07-31     | SOF110 | 38        |       | yes   | last day
        2024-08-01     | SOF110 | 38        |       | no    | the day after
        2023-09-01     | SOF110 | 35        |       | no    | adult skills
        2023-09-01     | SOF110 | 10        | 2526  | no    | community learning
        2023-09-01     | SOF110 | 10        | 2627  | yes   | left the rule in 2026-27
        2023-09-01     | SOF105 | 38        |       | no    | no devolved authority
        2023-09-01     | SOF120 |           |       | yes   | funding model blank
        2023-09-01     | SOF123 | 38        |       | yes   | the last authority of 2025-26
    """,
)
def devolved_on_other_funding_to_2024(aim):
    allowed = (35, 10) if aim.teaching_year.name <= "2526" else (35,)
    return (aim.LearnStartDate <= "2024-07-31") & dd35(aim) & ~aim.FundModel.is_in(allowed)


@rule(
    "FundModel_11",
    LearningDelivery,
    summary="A T Level programme is 16 to 19 funded (25).",
    message="ProgType is 31, a T Level, but FundModel is {FundModel}.",
    fix=CORRECT,
    cases="""
        ProgType | FundModel | fires | why
        31       | 99        | yes   | non-funded
        31       | 82        | yes   | other 16 to 19
        31       | 25        | no    | 16 to 19
        30       | 99        | no    | no T Level
                 | 99        | no    | no programme type
    """,
)
def t_level_on_other_funding(aim):
    return (aim.ProgType == 31) & (aim.FundModel != 25)


@rule(
    "FundModel_14",
    LearningDelivery,
    summary="Actual off-the-job hours belong to apprenticeship funding (36).",
    message="OTJActHours is {OTJActHours}, but FundModel is {FundModel}.",
    fix="Remove OTJActHours, or correct FundModel.",
    cases="""
        OTJActHours | FundModel | fires | why
        100         | 35        | yes   | adult skills
        0           | 35        | yes   | zero is returned too
        100         | 36        | no    | apprenticeship funding
                    | 35        | no    | no hours
    """,
)
def hours_on_other_funding(aim):
    return aim.OTJActHours.known & (aim.FundModel != 36)


@rule(
    "FundModel_15",
    LearningDelivery,
    summary="Free Courses for Jobs (LDM 378) is adult skills or Adult Skills Fund funded.",
    message="The aim has LDM 378, but FundModel is {FundModel}.",
    fix="Remove LDM 378, or correct FundModel.",
    cases="""
        FundModel | FAM    | fires | why
        99        | LDM378 | yes   | non-funded
                  | LDM378 | yes   | funding model blank
        35        | LDM378 | no    | adult skills
        38        | LDM378 | no    | Adult Skills Fund
        99        | LDM377 | no    | another LDM code
    """,
)
def free_courses_on_other_funding(aim):
    return has_fam(aim, "LDM", "378") & ~aim.FundModel.is_in(35, 38)


@rule(
    "FundModel_16",
    LearningDelivery,
    summary="Bootcamp funding (37) is for Skills Bootcamps.",
    message="FundModel is 37, but ProgType is {ProgType}.",
    fix=CORRECT,
    cases="""
        FundModel | ProgType | fires | why
        37        | 32       | no    | a bootcamp
        37        | 25       | yes   | another programme type
        37        |          | yes   | no programme type
        38        | 25       | no    | another funding model
    """,
)
def bootcamp_funding_elsewhere(aim):
    return (aim.FundModel == 37) & (aim.ProgType != 32)


@rule(
    "FundModel_17",
    LearningDelivery,
    summary="Adult skills funding (35) takes no new starts from August 2024.",
    message="FundModel is 35, but the aim started on {LearnStartDate}.",
    why="The Adult Skills Fund (38) and Tailored Learning (11) took over.",
    fix=CORRECT,
    unless=(is_restart,),
    cases="""
        FundModel | LearnStartDate | FAM  | fires | why
        35        | 2024-08-01     |      | yes   | first day
        35        | 2024-07-31     |      | no    | the day before
        38        | 2024-08-01     |      | no    | another funding model
        35        | 2024-08-01     | RES1 | no    | restart
    """,
)
def adult_skills_too_late(aim):
    return (aim.LearnStartDate >= "2024-08-01") & (aim.FundModel == 35)


@rule(
    "FundModel_18",
    LearningDelivery,
    summary="From August 2024 a devolved authority funds the Adult Skills Fund or Tailored Learning only.",
    message="The source of funding is a devolved authority, but FundModel is {FundModel}.",
    fix=CORRECT,
    unless=(is_restart,),
    cases="""
        LearnStartDate | FAM         | FundModel | fires | why
        2024-08-01     | SOF110      | 35        | yes   | first day
        2024-07-31     | SOF110      | 35        | no    | the day before
        2025-09-01     | SOF110      | 38        | no    | Adult Skills Fund
        2025-09-01     | SOF110      | 11        | no    | Tailored Learning
        2025-09-01     | SOF110      |           | yes   | funding model blank
        2025-09-01     | SOF123      | 35        | yes   | the last authority of 2025-26
        2025-09-01     | SOF105      | 35        | no    | no devolved authority
        2025-09-01     | SOF110 RES1 | 35        | no    | restart
    """,
)
def devolved_on_other_funding(aim):
    return (aim.LearnStartDate >= "2024-08-01") & dd35(aim) & ~aim.FundModel.is_in(38, 11)


@rule(
    "FundModel_19",
    LearningDelivery,
    summary="The Adult Skills Fund (38) began on 1 August 2024.",
    message="FundModel is 38, but the aim started on {LearnStartDate}, before 1 August 2024.",
    fix=CORRECT,
    cases="""
        FundModel | LearnStartDate | fires | why
        38        | 2024-07-31     | yes   | the day before
        38        | 2024-08-01     | no    | the first day
        35        | 2024-07-31     | no    | another funding model
    """,
)
def adult_skills_fund_too_early(aim):
    return (aim.FundModel == 38) & (aim.LearnStartDate < "2024-08-01")


@rule(
    "FundModel_20",
    LearningDelivery,
    summary="Tailored Learning (11) began on 1 August 2024.",
    message="FundModel is 11, but the aim started on {LearnStartDate}, before 1 August 2024.",
    fix=CORRECT,
    cases="""
        FundModel | LearnStartDate | fires | why
        11        | 2024-07-31     | yes   | the day before
        11        | 2024-08-01     | no    | the first day
        10        | 2024-07-31     | no    | another funding model
    """,
)
def tailored_learning_too_early(aim):
    return (aim.FundModel == 11) & (aim.LearnStartDate < "2024-08-01")


@rule(
    "FundModel_21",
    LearningDelivery,
    summary="The Adult Skills Fund (38) does not take over aims that first started before August 2024.",
    message="FundModel is 38, but the aim first started on {OrigLearnStartDate}, before 1 August 2024.",
    fix=CORRECT,
    cases="""
        FundModel | LearnStartDate | OrigLearnStartDate | fires | why
        38        | 2024-08-01     | 2024-07-31         | yes   | the day before
        38        | 2025-09-01     | 2024-08-01         | no    | the first day
        38        | 2025-09-01     |                    | no    | no original start
        38        | 2024-07-31     | 2024-01-01         | no    | FundModel_19's question
        35        | 2025-09-01     | 2024-07-31         | no    | another funding model
    """,
)
def adult_skills_fund_on_older_aim(aim):
    starts = (aim.LearnStartDate >= "2024-08-01") & (aim.OrigLearnStartDate < "2024-08-01")
    return (aim.FundModel == 38) & starts


@rule(
    "FundModel_22",
    LearningDelivery,
    summary="Growth and Skills funding (39) is for apprenticeship units.",
    message="FundModel is 39, but ProgType is {ProgType}.",
    fix=CORRECT,
    cases="""
        FundModel | ProgType | fires | why
        39        | 34       | no    | an apprenticeship unit
        39        | 25       | yes   | another programme type
        39        |          | yes   | no programme type
        36        | 25       | no    | another funding model
    """,
)
def growth_and_skills_elsewhere(aim):
    return (aim.FundModel == 39) & (aim.ProgType != 34)
