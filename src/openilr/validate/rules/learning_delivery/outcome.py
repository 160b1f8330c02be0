"""Outcome, OutGrade and WithdrawReason: what an aim came to."""

from openilr.derive.codes import has_fam, lars
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.comp_status import is_bootcamp, is_programme_of_standard
from openilr.validate.shapes import lookup

#: Grades that are no achievement.
FAILED = ("FL", "U", "N", "X", "Y")
#: LARS types of GCSE, A level, AS and A2 qualifications, as the published rule lists them.
GENERAL = ("0001", "0002", "0003", "1413", "1422", "1430", "1433", "1434", "1435", "1453", "2999")


def is_funded_standard(aim):
    return (aim.FundModel == 36) & (aim.ProgType == 25)


lookup("Outcome_01", LearningDelivery, "Outcome", known="1 2 3 8", unknown="9")


@rule(
    "Outcome_04",
    LearningDelivery,
    summary="An aim with an achievement date is achieved.",
    message="AchDate is {AchDate}, but Outcome is {Outcome}.",
    fix="Record Outcome 1, or remove AchDate.",
    unless=(is_funded_standard,),
    cases="""
        AchDate    | Outcome | FundModel | ProgType | fires | why
        2026-01-31 | 3       | 35        |          | yes   | not achieved
        2026-01-31 |         | 37        | 32       | yes   | no outcome
        2026-01-31 | 1       | 35        |          | no    | achieved
                   | 3       | 35        |          | no    | no achievement date
        2026-01-31 | 8       | 36        | 25       | no    | apprenticeship standard
        2026-01-31 | 8       | 99        | 25       | yes   | not funded
        2026-01-31 | 8       | 36        |          | yes   | no standard
    """,
)
def dated_but_not_achieved(aim):
    return aim.AchDate.known & (aim.Outcome != 1)


@rule(
    "Outcome_05",
    LearningDelivery,
    summary="An achieved aim has an actual end date.",
    message="Outcome is 1, achieved, but LearnActEndDate is blank.",
    fix="Record LearnActEndDate, or remove Outcome.",
    unless=(is_bootcamp,),
    cases="""
        Outcome | LearnActEndDate | FundModel | ProgType | fires | why
        1       |                 | 35        |          | yes   | no end date
        1       | 2026-01-31      | 35        |          | no    | ended
        3       |                 | 35        |          | no    | not achieved
        1       |                 | 37        | 32       | no    | Skills Bootcamp
        1       |                 | 37        |          | yes   | no bootcamp programme
    """,
)
def achieved_but_open(aim):
    return (aim.Outcome == 1) & aim.LearnActEndDate.missing


@rule(
    "Outcome_09",
    LearningDelivery,
    summary="Only a completed aim can await its outcome.",
    message="Outcome is 8, not yet known, but CompStatus is {CompStatus}.",
    fix="Record CompStatus 2, or correct Outcome.",
    unless=(is_programme_of_standard, is_bootcamp),
    cases="""
        Outcome | CompStatus | AimType | FundModel | ProgType | fires | why
        8       | 1          | 4       | 35        |          | yes   | continuing
        8       | 3          | 4       | 35        |          | yes   | withdrawn
        8       | 2          | 4       | 35        |          | no    | completed
        3       | 3          | 4       | 35        |          | no    | outcome known
        8       | 1          | 1       | 36        | 25       | no    | a standard's programme aim
        8       | 1          | 1       | 99        | 25       | no    | the same, not funded
        8       | 1          | 3       | 36        | 25       | yes   | its component aim
        8       | 1          | 1       | 37        | 32       | no    | Skills Bootcamp
        8       | 1          | 1       | 37        |          | yes   | no bootcamp programme
        8       | 1          | 1       | 36        | 34       | yes   | no standard
        8       | 1          | 1       | 35        | 32       | yes   | another funding model
    """,
)
def awaited_but_not_completed(aim):
    return (aim.Outcome == 8) & (aim.CompStatus != 2)


@rule(
    "Outcome_10",
    LearningDelivery,
    summary="An aim without achievement is not continuing.",
    message="Outcome is 3, no achievement, but CompStatus is 1, continuing.",
    fix="Correct CompStatus, or remove Outcome.",
    cases="""
        Outcome | CompStatus | fires | why
        3       | 1          | yes   | continuing
        3       | 2          | no    | completed
        3       | 3          | no    | withdrawn
        1       | 1          | no    | CompStatus_05's question
    """,
)
def failed_but_continuing(aim):
    return (aim.Outcome == 3) & (aim.CompStatus == 1)


@rule(
    "Outcome_11",
    LearningDelivery,
    summary="An aim with an outcome has an actual end date.",
    message="Outcome is {Outcome}, but LearnActEndDate is blank.",
    fix="Record LearnActEndDate, or remove Outcome.",
    unless=(is_bootcamp,),
    cases="""
        Outcome | LearnActEndDate | FundModel | ProgType | fires | why
        8       |                 | 36        | 25       | yes   | no end date
        3       |                 | 35        |          | yes   | no end date
        1       | 2026-01-31      | 35        |          | no    | ended
                |                 | 35        |          | no    | no outcome
        1       |                 | 37        | 32       | no    | Skills Bootcamp
        1       |                 | 38        | 32       | yes   | another funding model
    """,
)
def outcome_but_open(aim):
    return aim.Outcome.known & aim.LearnActEndDate.missing


@rule(
    "Outcome_12",
    LearningDelivery,
    summary="An aim that has ended has an outcome.",
    message="LearnActEndDate is {LearnActEndDate}, but Outcome is blank.",
    fix="Record Outcome (8 where it is not yet known).",
    cases="""
        LearnActEndDate | Outcome | fires | why
        2026-01-31      |         | yes   | no outcome
        2026-01-31      | 8       | no    | outcome to come
                        |         | no    | open
    """,
)
def ended_without_outcome(aim):
    return aim.LearnActEndDate.known & aim.Outcome.missing


@rule(
    "Outcome_13",
    LearningDelivery,
    summary="An achieved apprenticeship unit has the onboarding milestone (LDM 404).",
    message="Outcome is 1, achieved, but the programme aim has no LDM 404.",
    fix="Add LDM 404 to the programme aim, or correct Outcome.",
    cases="""
        AimType | ProgType | Outcome | FAM    | fires | why
        1       | 34       | 1       |        | yes   | no milestone
        1       | 34       | 1       | LDM403 | yes   | another LDM code
        1       | 34       | 1       | LDM404 | no    | returned
        1       | 34       | 3       |        | no    | not achieved
        3       | 34       | 1       |        | no    | a component aim
        1       | 25       | 1       |        | no    | another programme type
    """,
)
def achieved_unit_without_milestone(aim):
    return (aim.AimType == 1) & (aim.ProgType == 34) & (aim.Outcome == 1) & ~has_fam(aim, "LDM", "404")


lookup("OutGrade_01", LearningDelivery, "OutGrade", known="PA", unknown="QQQQ")


@rule(
    "OutGrade_04",
    LearningDelivery,
    summary="An aim whose outcome is not known has no grade.",
    message="OutGrade is {OutGrade}, but Outcome is {Outcome}.",
    fix="Remove OutGrade, or record the outcome.",
    cases="""
        Outcome | OutGrade | fires | why
        8       | PA       | yes   | outcome to come
                | PA       | yes   | outcome blank
        1       | PA       | no    | achieved
        8       |          | no    | no grade
    """,
)
def grade_without_outcome(aim):
    return ((aim.Outcome == 8) | aim.Outcome.missing) & aim.OutGrade.known


@rule(
    "OutGrade_05",
    LearningDelivery,
    summary="A failing grade is no achievement.",
    message="OutGrade is {OutGrade}, a failing grade, but Outcome is 1, achieved.",
    fix="Correct OutGrade or Outcome.",
    cases="""
        OutGrade | Outcome | fires | why
        FL       | 1       | yes   | failed
        U        | 1       | yes   | unclassified
        N        | 1       | yes   | near pass
        X        | 1       | yes   | no result
        Y        | 1       | yes   | no result
        PA       | 1       | no    | passed
        FL       | 3       | no    | not achieved
    """,
)
def failing_grade_achieved(aim):
    return aim.OutGrade.is_in(FAILED) & (aim.Outcome == 1)


@rule(
    "OutGrade_06",
    LearningDelivery,
    summary="Without achievement only a failing grade can be recorded.",
    message="Outcome is 3, no achievement, but OutGrade is {OutGrade}.",
    fix="Correct OutGrade or Outcome.",
    cases="""
        Outcome | OutGrade | fires | why
        3       | PA       | yes   | passed
        3       | FL       | no    | failed
        3       | U        | no    | unclassified
        3       | N        | no    | near pass
        3       | X        | no    | no result
        3       | Y        | no    | no result
        3       |          | no    | no grade
        1       | PA       | no    | achieved
    """,
)
def passing_grade_not_achieved(aim):
    return (aim.Outcome == 3) & aim.OutGrade.known & ~aim.OutGrade.is_in(FAILED)


@rule(
    "OutGrade_07",
    LearningDelivery,
    summary="The grade of an achieved GCSE or A level must be a grade of that qualification.",
    message="OutGrade is {OutGrade}, which {LearnAimRef} does not award.",
    fix="Copy the grade from the results slip, or correct LearnAimRef.",
    cases="""
        LearnActEndDate | Outcome | OutGrade | lars                 | gcse_grades                       | fires | why
        2014-08-01      | 1       | 99       | LearnAimRefType=0003 | LearnAimRefType=0003 OutGrade=A*  | yes   | no such grade, first day
        2014-07-31      | 1       | 99       | LearnAimRefType=0003 | LearnAimRefType=0003 OutGrade=A*  | no    | the day before
        2025-08-01      | 1       | A*       | LearnAimRefType=0003 | LearnAimRefType=0003 OutGrade=A*  | no    | a grade of the qualification
        2025-08-01      | 1       | A*       | LearnAimRefType=0003 | LearnAimRefType=0002 OutGrade=A*  | yes   | a grade of another one
        2025-08-01      | 1       | 99       | LearnAimRefType=0001 | LearnAimRefType=0001 OutGrade=A   | yes   | A2
        2025-08-01      | 1       | 99       | LearnAimRefType=2999 | LearnAimRefType=2999 OutGrade=A   | yes   | the last type of the list
        2025-08-01      | 3       | 99       | LearnAimRefType=0003 | LearnAimRefType=0003 OutGrade=A*  | no    | not achieved
        2025-08-01      | 1       |          | LearnAimRefType=0003 | LearnAimRefType=0003 OutGrade=A*  | no    | no grade
        2025-08-01      | 1       | 99       | LearnAimRefType=1468 | LearnAimRefType=0003 OutGrade=A*  | no    | another kind of qualification
        2025-08-01      | 1       | 99       |                      | LearnAimRefType=0003 OutGrade=A*  | no    | not in LARS
    """,
)
def grade_of_another_qualification(aim):
    kind = lars(aim, "LearnAimRefType")
    awarded = aim.any("gcse_grades", same={"LearnAimRefType": kind, "OutGrade": aim.OutGrade})
    ended = aim.LearnActEndDate >= "2014-08-01"
    return ended & (aim.Outcome == 1) & kind.is_in(GENERAL) & aim.OutGrade.known & ~awarded


lookup(
    "WithdrawReason_02",
    LearningDelivery,
    "WithdrawReason",
    known="2 3 7 29 40 41 42 43 44 45 46 47 48 97 98",
    unknown="1",
)


@rule(
    "WithdrawReason_03",
    LearningDelivery,
    summary="A withdrawn aim has a withdrawal reason.",
    message="CompStatus is 3, withdrawn, but WithdrawReason is blank.",
    fix="Record why the learner left.",
    cases="""
        CompStatus | WithdrawReason | fires | why
        3          |                | yes   | no reason
        3          | 2              | no    | returned
        1          |                | no    | continuing
    """,
)
def withdrawn_without_reason(aim):
    return (aim.CompStatus == 3) & aim.WithdrawReason.missing


@rule(
    "WithdrawReason_04",
    LearningDelivery,
    summary="Only a withdrawn aim has a withdrawal reason.",
    message="WithdrawReason is {WithdrawReason}, but CompStatus is {CompStatus}.",
    fix="Remove WithdrawReason, or record CompStatus 3.",
    cases="""
        CompStatus | WithdrawReason | fires | why
        1          | 2              | yes   | continuing
        2          | 2              | yes   | completed
        6          | 2              | yes   | a break
        3          | 2              | no    | withdrawn
        1          |                | no    | no reason
    """,
)
def reason_without_withdrawal(aim):
    return aim.CompStatus.is_in(1, 2, 6) & aim.WithdrawReason.known


@rule(
    "WithdrawReason_05",
    LearningDelivery,
    summary="Withdrawal reason 28 is for offenders' learning (LDM 034) only.",
    message="WithdrawReason is 28, but the aim has no LDM 034.",
    fix="Record another reason, or add LDM 034.",
    cases="""
        WithdrawReason | FAM    | fires | why
        28             |        | yes   | no LDM 034
        28             | LDM035 | yes   | another LDM code
        28             | LDM034 | no    | offenders' learning
        2              |        | no    | another reason
    """,
)
def custody_reason_elsewhere(aim):
    return (aim.WithdrawReason == 28) & ~has_fam(aim, "LDM", "034")


@rule(
    "WithdrawReason_06",
    LearningDelivery,
    summary="Withdrawal reason 48 is for industry placements (ZWRKX002) only.",
    message="WithdrawReason is 48, industry placement, but LearnAimRef is {LearnAimRef}.",
    fix="Record another reason, or correct LearnAimRef.",
    cases="""
        WithdrawReason | LearnAimRef | fires | why
        48             | 60012345    | yes   | another aim
        48             | ZWRKX001    | yes   | work experience
        48             | ZWRKX002    | no    | industry placement
        2              | 60012345    | no    | another reason
    """,
)
def placement_reason_elsewhere(aim):
    return (aim.WithdrawReason == 48) & (aim.LearnAimRef != "ZWRKX002")
