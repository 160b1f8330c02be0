"""CompStatus: whether the learner goes on, has completed, has withdrawn or is on a break."""

from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.shapes import lookup

EVENT_AIMS = ("Z0059747", "Z0059748", "Z0059749")


def is_standard(aim):
    return aim.FundModel.is_in(36, 99) & (aim.ProgType == 25)


def is_programme_of_standard(aim):
    return (aim.AimType == 1) & is_standard(aim)


def is_bootcamp(aim):
    return (aim.FundModel == 37) & (aim.ProgType == 32)


lookup("CompStatus_01", LearningDelivery, "CompStatus", known="1 2 3 6", unknown="4")


@rule(
    "CompStatus_02",
    LearningDelivery,
    summary="An aim with an actual end date can not be continuing.",
    message="LearnActEndDate is {LearnActEndDate}, but CompStatus is 1, continuing.",
    fix="Record how the aim ended in CompStatus, or remove LearnActEndDate.",
    unless=(is_programme_of_standard,),
    cases="""
        LearnActEndDate | CompStatus | AimType | FundModel | ProgType | fires | why
        2026-01-31      | 1          | 4       | 35        |          | yes   | ended and continuing
        2026-01-31      | 2          | 4       | 35        |          | no    | completed
                        | 1          | 4       | 35        |          | no    | open
        2026-01-31      | 1          | 1       | 36        | 25       | no    | a standard's programme aim
        2026-01-31      | 1          | 1       | 99        | 25       | no    | the same, not funded
        2026-01-31      | 1          | 3       | 36        | 25       | yes   | its component aim
        2026-01-31      | 1          | 1       | 35        | 25       | yes   | another funding model
        2026-01-31      | 1          | 1       | 36        | 34       | yes   | another programme type
    """,
)
def ended_but_continuing(aim):
    return aim.LearnActEndDate.known & (aim.CompStatus == 1)


@rule(
    "CompStatus_03",
    LearningDelivery,
    summary="An aim without an actual end date must be continuing.",
    message="LearnActEndDate is blank, but CompStatus is {CompStatus}.",
    fix="Record LearnActEndDate, or CompStatus 1.",
    cases="""
        LearnActEndDate | CompStatus | fires | why
                        | 2          | yes   | completed without a date
                        | 3          | yes   | withdrawn without a date
                        | 6          | yes   | a break without a date
                        | 1          | no    | continuing
        2026-01-31      | 2          | no    | completed with a date
    """,
)
def open_but_not_continuing(aim):
    return aim.LearnActEndDate.missing & (aim.CompStatus != 1)


@rule(
    "CompStatus_04",
    LearningDelivery,
    summary="An aim without an outcome must be continuing.",
    message="Outcome is blank, but CompStatus is {CompStatus}.",
    fix="Record Outcome, or CompStatus 1.",
    cases="""
        Outcome | CompStatus | fires | why
                | 2          | yes   | completed without an outcome
                | 6          | yes   | a break without an outcome
                | 1          | no    | continuing
        3       | 3          | no    | withdrawn with an outcome
    """,
)
def no_outcome_but_not_continuing(aim):
    return aim.Outcome.missing & (aim.CompStatus != 1)


@rule(
    "CompStatus_05",
    LearningDelivery,
    summary="A continuing aim has no outcome.",
    message="CompStatus is 1, continuing, but Outcome is {Outcome}.",
    fix="Remove Outcome, or correct CompStatus.",
    unless=(is_standard, is_bootcamp),
    cases="""
        CompStatus | Outcome | FundModel | ProgType | fires | why
        1          | 1       | 35        |          | yes   | continuing and achieved
        1          | 8       | 25        |          | yes   | continuing and not yet known
        1          |         | 35        |          | no    | no outcome
        2          | 1       | 35        |          | no    | completed
        1          | 1       | 36        | 25       | no    | apprenticeship standard
        1          | 1       | 99        | 25       | no    | the same, not funded
        1          | 1       | 37        | 32       | no    | Skills Bootcamp
        1          | 1       | 37        |          | yes   | no bootcamp programme
        1          | 1       | 81        | 25       | yes   | another funding model
    """,
)
def continuing_with_outcome(aim):
    return (aim.CompStatus == 1) & aim.Outcome.known


@rule(
    "CompStatus_06",
    LearningDelivery,
    summary="A learner who withdrew or took a break has not achieved, and awaits no outcome.",
    message="CompStatus is {CompStatus}, but Outcome is {Outcome}.",
    fix="Correct Outcome or CompStatus.",
    unless=(is_bootcamp,),
    cases="""
        CompStatus | Outcome | FundModel | ProgType | fires | why
        3          | 1       | 35        |          | yes   | withdrawn and achieved
        3          | 8       | 35        |          | yes   | withdrawn, outcome to come
        6          | 1       | 36        | 25       | yes   | a break and achieved
        3          | 3       | 35        |          | no    | not achieved
        3          | 2       | 35        |          | no    | partly achieved
        2          | 1       | 35        |          | no    | completed
        3          | 1       | 37        | 32       | no    | Skills Bootcamp
        3          | 1       | 35        | 32       | yes   | another funding model
    """,
)
def withdrawn_and_achieved(aim):
    return aim.CompStatus.is_in(3, 6) & aim.Outcome.is_in(1, 8)


@rule(
    "CompStatus_07",
    LearningDelivery,
    summary="An apprentice with an achievement date has completed.",
    message="AchDate is {AchDate}, but CompStatus is {CompStatus}.",
    fix="Record CompStatus 2, or remove AchDate.",
    cases="""
        AimType | FundModel | ProgType | LearnActEndDate | AchDate    | CompStatus | fires | why
        1       | 36        | 25       | 2019-08-01      | 2019-09-01 | 3          | yes   | first day
        1       | 36        | 25       | 2019-07-31      | 2019-09-01 | 3          | no    | the day before
        1       | 36        | 25       | 2025-09-01      | 2025-10-01 | 2          | no    | completed
        1       | 36        | 25       | 2025-09-01      |            | 3          | no    | no achievement date
        1       | 36        | 25       |                 | 2025-10-01 | 1          | no    | no end date
        3       | 36        | 25       | 2025-09-01      | 2025-10-01 | 3          | no    | a component aim
        1       | 99        | 25       | 2025-09-01      | 2025-10-01 | 3          | no    | not funded
        1       | 36        |          | 2025-09-01      | 2025-10-01 | 3          | no    | no standard
    """,
)
def achieved_apprentice_not_completed(aim):
    programme = (aim.AimType == 1) & (aim.FundModel == 36) & (aim.ProgType == 25)
    return programme & (aim.LearnActEndDate >= "2019-08-01") & aim.AchDate.known & (aim.CompStatus != 2)


@rule(
    "CompStatus_08",
    LearningDelivery,
    summary="A bootcamp learner with an achievement date has completed.",
    message="AchDate is {AchDate}, but CompStatus is {CompStatus}.",
    fix="Record CompStatus 2, or remove AchDate.",
    cases="""
        AimType | FundModel | ProgType | AchDate    | CompStatus | fires | why
        1       | 37        | 32       | 2025-10-01 | 1          | yes   | continuing
        1       | 37        | 32       | 2025-10-01 | 2          | no    | completed
        1       | 37        | 32       |            | 1          | no    | no achievement date
        3       | 37        | 32       | 2025-10-01 | 1          | no    | a component aim
        1       | 38        | 32       | 2025-10-01 | 1          | no    | another funding model
        1       | 37        |          | 2025-10-01 | 1          | no    | no bootcamp programme
    """,
)
def achieved_bootcamp_not_completed(aim):
    return (aim.AimType == 1) & is_bootcamp(aim) & aim.AchDate.known & (aim.CompStatus != 2)


@rule(
    "CompStatus_09",
    LearningDelivery,
    summary="A Skills Bootcamp event aim should be completed.",
    message="{LearnAimRef} is a Skills Bootcamp event aim, but CompStatus is {CompStatus}.",
    fix="Record CompStatus 2 on the event aim.",
    cases="""
        LearnAimRef | CompStatus | fires | why
        Z0059747    | 1          | yes   | continuing
        Z0059748    | 3          | yes   | withdrawn
        Z0059749    | 6          | yes   | a break
        Z0059747    | 2          | no    | completed
        Z0059746    | 1          | no    | another aim
    """,
)
def event_aim_not_completed(aim):
    return aim.LearnAimRef.is_in(EVENT_AIMS) & (aim.CompStatus != 2)


@rule(
    "CompStatus_10",
    LearningDelivery,
    summary="An apprentice who has achieved is not continuing.",
    message="Outcome is 1, achieved, but CompStatus is 1, continuing.",
    fix="Record CompStatus 2, or correct Outcome.",
    cases="""
        FundModel | ProgType | Outcome | CompStatus | fires | why
        36        | 25       | 1       | 1          | yes   | achieved and continuing
        36        | 25       | 1       | 2          | no    | completed
        36        | 25       | 8       | 1          | no    | outcome to come
        99        | 25       | 1       | 1          | no    | not funded
        36        | 34       | 1       | 1          | no    | no standard
    """,
)
def achieved_but_continuing(aim):
    return (aim.FundModel == 36) & (aim.ProgType == 25) & (aim.Outcome == 1) & (aim.CompStatus == 1)


@rule(
    "CompStatus_11",
    LearningDelivery,
    summary="An apprenticeship unit has no break in learning.",
    message="CompStatus is 6, a break in learning, on an apprenticeship unit.",
    fix="Record CompStatus 3 if the learner left, or 1 if the learner goes on.",
    cases="""
        ProgType | CompStatus | fires | why
        34       | 6          | yes   | a break
        34       | 3          | no    | withdrawn
        25       | 6          | no    | another programme type
    """,
)
def break_on_unit(aim):
    return (aim.ProgType == 34) & (aim.CompStatus == 6)
