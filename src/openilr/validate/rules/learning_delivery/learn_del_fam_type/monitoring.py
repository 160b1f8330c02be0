"""LDM: learning delivery monitoring codes, but for those of Free Courses for Jobs and apprenticeship units."""

from openilr.derive.codes import (
    age_on_31_august,
    ever_in_lars_category,
    has_fam,
    has_fam_other_than,
    is_in_lars,
    lars,
)
from openilr.spec.names import LearningDelivery, LearningDeliveryFAM
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.learn_del_fam_type.shapes import needed_on, only_on

only_on("LearnDelFAMType_107", (25, 82), "a code of learners under 16 or of 16 to 19 pilots (LDM 320, 321 or 381)", "LDM",
        "320", "321", "381")  # fmt: skip
only_on("LearnDelFAMType_113", (81,), "LDM 384, T Levels for adults,", "LDM", "384")
only_on("LearnDelFAMType_127", (38,), "LDM 395, Project S of the adult skills fund,", "LDM", "395")
only_on("LearnDelFAMType_128", (81,), "LDM 396, Project S of the Skills Bootcamps,", "LDM", "396")

needed_on("LearnDelFAMType_131", (11,), "a code that says how tailored learning is funded (LDM 399, 400 or 401)", "LDM",
          "399", "400", "401", starts="2025-08-01")  # fmt: skip


@rule(
    "LearnDelFAMType_15",
    LearningDelivery,
    summary="A proxy learning aim (LDM 118) must be replaced before the aim ends.",
    message="LDM 118, a proxy learning aim, is recorded on an aim that ended on {LearnActEndDate}.",
    why="A proxy stands for an aim that LARS does not have yet.",
    fix="Record the real LearnAimRef and remove LDM 118.",
    cases="""
        LearnActEndDate | FAM    | fires | why
        2025-12-19      | LDM118 | yes   | ended
                        | LDM118 | no    | still learning
        2025-12-19      | LDM356 | no    | another code
    """,
)
def proxy_on_an_ended_aim(aim):
    return has_fam(aim, "LDM", "118") & aim.LearnActEndDate.known


def _eleventh_return_closed(aim):
    """The last day of R11 where the year's timetable has it, else the last day of the year."""
    r11 = aim.pack.returns.get("R11")
    return (r11 and r11.closes) or aim.teaching_year.end


@rule(
    "LearnDelFAMType_16",
    LearningDelivery,
    summary="The year's last returns (R12 to R14) must hold no proxy learning aims (LDM 118).",
    message="LDM 118, a proxy learning aim, is recorded in a file of {FilePreparationDate}, after return R11.",
    fix="Record the real LearnAimRef and remove LDM 118.",
    cases="""
        FilePreparationDate | FAM    | years | fires | why
        2026-07-31          | LDM118 | 2526  | no    | the last day of the year
        2026-08-01          | LDM118 | 2526  | yes   | the day after the year
        2026-09-14          | LDM118 | 2526  | yes   | R13
        2026-08-01          | LDM356 | 2526  | no    | another code
        2027-07-06          | LDM118 | 2627  | no    | R11 closes
        2027-07-07          | LDM118 | 2627  | yes   | R12
        2027-10-01          | LDM118 | 2627  | yes   | R14
        2027-07-07          | LDM356 | 2627  | no    | another code
    """,
)
def proxy_in_a_last_return(aim):
    return has_fam(aim, "LDM", "118") & (aim.FilePreparationDate > _eleventh_return_closed(aim))


@rule(
    "LearnDelFAMType_31",
    LearningDelivery,
    summary="An aim has at most six monitoring codes (LDM).",
    message="The aim has {codes} LDM records; six are the most.",
    fix="Remove the codes that do not apply.",
    show={"codes": lambda aim: _records(aim, "LDM")},
    cases="""
        FAM                                                     | fires | why
        LDM118 LDM320 LDM321 LDM331 LDM356 LDM361               | no    | six
        LDM118 LDM320 LDM321 LDM331 LDM356 LDM361 LDM362        | yes   | seven
        LDM118 LDM320 LDM321 LDM331 LDM356 LDM361 DAM001 SOF105 | no    | six, and other types
    """,
)
def more_than_six_monitoring_codes(aim):
    return _records(aim, "LDM") > 6


def _records(aim, type):
    return aim.count(LearningDeliveryFAM, lambda f: f.LearnDelFAMType == type)


def on_an_apprenticeship_standard(aim):
    return aim.ProgType == 25


@rule(
    "LearnDelFAMType_39",
    LearningDelivery,
    summary="Aims of FundModel 81 or 82 that started from 1 August 2013 need a monitoring code (LDM).",
    message="FundModel is {FundModel}, but no LDM is recorded.",
    why="The code says which programme the funding is for.",
    fix="Record the LDM of the programme, or correct FundModel.",
    unless=[on_an_apprenticeship_standard],
    cases="""
        LearnStartDate | FundModel | ProgType | FAM    | fires | why
        2013-08-01     | 81        |          | SOF105 | yes   | the first day
        2013-07-31     | 81        |          | SOF105 | no    | the day before
        2025-09-01     | 82        |          | SOF107 | yes   | other 16 to 19
        2025-09-01     | 82        | 31       | SOF107 | yes   | another programme
        2025-09-01     | 81        |          | LDM118 | no    | recorded
        2025-09-01     | 81        | 25       | SOF105 | no    | apprenticeship standard
        2025-09-01     | 35        |          | SOF105 | no    | another funding model
    """,
)
def other_funding_without_monitoring_code(aim):
    started = aim.LearnStartDate >= "2013-08-01"
    return started & aim.FundModel.is_in(81, 82) & ~has_fam(aim, "LDM")


#: Funding models of the adult education budget that was procured in 2017. Community learning left the rule in 2026-27.
PROCURED_IN_2017 = {"2526": (35, 10), "2627": (35,)}


@rule(
    "LearnDelFAMType_69",
    LearningDelivery,
    summary="LDM 357, procured adult education budget, is for adult skills aims that started from 1 November 2017.",
    message="LDM 357 is recorded on FundModel {FundModel} and a start on {LearnStartDate}.",
    fix="Remove LDM 357, or correct FundModel or LearnStartDate.",
    cases="""
        LearnStartDate | FundModel | FAM    | years | fires | why
        2017-11-01     | 35        | LDM357 |       | no    | the first day
        2017-10-31     | 35        | LDM357 |       | yes   | the day before
        2017-11-01     | 10        | LDM357 | 2526  | no    | community learning
        2017-10-31     | 10        | LDM357 | 2526  | yes   | community learning, the day before
        2017-11-01     | 10        | LDM357 | 2627  | yes   | community learning left the rule
        2017-11-01     | 38        | LDM357 |       | yes   | another funding model
        2017-10-31     | 38        | LDM118 |       | no    | another code
    """,
)
def procured_budget_of_2017_elsewhere(aim):
    elsewhere = ~aim.FundModel.is_in(PROCURED_IN_2017[aim.teaching_year.name])
    return has_fam(aim, "LDM", "357") & (elsewhere | (aim.LearnStartDate < "2017-11-01"))


@rule(
    "LearnDelFAMType_83",
    LearningDeliveryFAM,
    summary="A short term funding code (LDM) is for the providers and dates of its initiative.",
    message="LDM {LearnDelFAMCode} is recorded on a start on {LearnStartDate}; the initiative is not open to "
    "UKPRN {UKPRN} on that day.",
    fix="Remove the code, or correct LearnStartDate.",
    cases="""
        LearnDelFAMType | LearnDelFAMCode | LearnStartDate | short_term_funding | fires | why
        LDM | 370 | 2025-09-01 | LDMCode=370 EffectiveFrom=2025-09-01 EffectiveTo=2025-12-31 | no  | the first day
        LDM | 370 | 2025-12-31 | LDMCode=370 EffectiveFrom=2025-09-01 EffectiveTo=2025-12-31 | no  | the last day
        LDM | 370 | 2025-08-31 | LDMCode=370 EffectiveFrom=2025-09-01 EffectiveTo=2025-12-31 | yes | the day before
        LDM | 370 | 2026-01-01 | LDMCode=370 EffectiveFrom=2025-09-01 EffectiveTo=2025-12-31 | yes | the day after
        LDM | 370 | 2026-01-01 | LDMCode=370 EffectiveFrom=2025-09-01                        | no  | open ended
        LDM | 370 | 2025-08-31 | LDMCode=370 EffectiveFrom=2025-09-01                        | yes | open ended, the day before
        LDM | 370 | 2025-09-01 | UKPRN=10000002 LDMCode=370 EffectiveFrom=2025-09-01         | yes | another provider's
        LDM | 370 | 2025-09-01 | UKPRN=10000002 LDMCode=370 EffectiveFrom=2025-09-01; LDMCode=370 EffectiveFrom=2025-09-01 | no | ours too
        LDM | 371 | 2025-09-01 | UKPRN=10000002 LDMCode=370 EffectiveFrom=2025-09-01         | no  | no such initiative
        DAM | 370 | 2025-09-01 | UKPRN=10000002 LDMCode=370 EffectiveFrom=2025-09-01         | no  | another type
    """,
)
def initiative_is_not_open(fam):
    known = fam.any("short_term_funding", same={"LDMCode": fam.LearnDelFAMCode})
    is_open = fam.any(
        "short_term_funding",
        lambda i: (
            (i.EffectiveFrom <= fam.LearnStartDate) & (i.EffectiveTo.missing | (fam.LearnStartDate <= i.EffectiveTo))
        ),
        same={"UKPRN": fam.UKPRN, "LDMCode": fam.LearnDelFAMCode},
    )
    return (fam.LearnDelFAMType == "LDM") & known & ~is_open


@rule(
    "LearnDelFAMType_105",
    LearningDelivery,
    summary="LDM 379, the budget procured in 2021, is for FundModel 35 or 10 with SOF 105 and without a programme.",
    message="LDM 379 is recorded on FundModel {FundModel} and ProgType {ProgType}: it needs FundModel 35 or 10, SOF 105 "
    "and no programme.",
    fix="Remove LDM 379, or correct FundModel, the source of funding or ProgType.",
    cases="""
        FundModel | ProgType | FAM           | fires | why
        35        |          | LDM379 SOF105 | no    | as it must be
        10        |          | LDM379 SOF105 | no    | community learning
        38        |          | LDM379 SOF105 | yes   | another funding model
        35        |          | LDM379 SOF110 | yes   | another source of funding
        35        |          | LDM379        | no    | no source of funding: LearnDelFAMType_01
        35        | 24       | LDM379 SOF105 | yes   | a programme
        38        | 24       | LDM388 SOF110 | no    | another code
        35        | 24       | SOF105        | no    | no code
    """,
)
def budget_of_2021_elsewhere(aim):
    elsewhere = ~aim.FundModel.is_in(35, 10) | has_fam_other_than(aim, "SOF", "105") | aim.ProgType.known
    return has_fam(aim, "LDM", "379") & elsewhere


@rule(
    "LearnDelFAMType_106",
    LearningDelivery,
    summary="Directly funded and home educated learners under 16 (LDM 320, 321) must be at least 14 on 31 August.",
    message="LDM 320 or 321 is recorded for a learner who is {age} on 31 August of the year.",
    fix="Check DateOfBirth, or remove the code.",
    show={"age": age_on_31_august},
    cases="""
        FAM    | DateOfBirth | years | fires | why
        LDM320 | 2011-08-31  | 2526  | no    | 14 on the day
        LDM320 | 2011-09-01  | 2526  | yes   | 14 the day after
        LDM321 | 2011-09-01  | 2526  | yes   | home educated
        LDM320 | 2012-08-31  | 2627  | no    | 14 on the day
        LDM321 | 2012-09-01  | 2627  | yes   | 14 the day after
        LDM320 | 1990-01-01  |       | no    | older
        LDM320 |             |       | no    | no date of birth
        LDM381 | 2020-01-01  |       | no    | another code
    """,
)
def younger_than_14(aim):
    return has_fam(aim, "LDM", "320", "321") & (age_on_31_august(aim) < 14)


@rule(
    "LearnDelFAMType_115",
    LearningDelivery,
    summary="An aim is paid from the budget procured in 2021 (LDM 379) or in 2023 (LDM 388), not from both.",
    message="LDM 379 and LDM 388 are recorded on the same aim.",
    fix="Keep the code of the contract that pays for the aim.",
    cases="""
        FAM           | fires | why
        LDM379 LDM388 | yes   | both
        LDM379        | no    | 2021
        LDM388        | no    | 2023
        LDM118        | no    | neither
    """,
)
def two_procured_budgets(aim):
    return has_fam(aim, "LDM", "379") & has_fam(aim, "LDM", "388")


@rule(
    "LearnDelFAMType_116",
    LearningDelivery,
    summary="LDM 388, the budget procured in 2023, is for FundModel 35, 38, 11 or 10 with SOF 105 and without a programme.",
    message="LDM 388 is recorded on FundModel {FundModel} and ProgType {ProgType}: it needs FundModel 35, 38, 11 or 10, "
    "SOF 105 and no programme.",
    fix="Remove LDM 388, or correct FundModel, the source of funding or ProgType.",
    cases="""
        FundModel | ProgType | FAM           | fires | why
        35        |          | LDM388 SOF105 | no    | adult skills
        38        |          | LDM388 SOF105 | no    | adult skills fund
        11        |          | LDM388 SOF105 | no    | tailored learning
        10        |          | LDM388 SOF105 | no    | community learning
        81        |          | LDM388 SOF105 | yes   | another funding model
        38        |          | LDM388 SOF110 | yes   | another source of funding
        38        |          | LDM388        | no    | no source of funding: LearnDelFAMType_01
        38        | 24       | LDM388 SOF105 | yes   | a programme
        81        | 24       | LDM379 SOF110 | no    | another code
    """,
)
def budget_of_2023_elsewhere(aim):
    elsewhere = ~aim.FundModel.is_in(35, 38, 11, 10) | has_fam_other_than(aim, "SOF", "105") | aim.ProgType.known
    return has_fam(aim, "LDM", "388") & elsewhere


@rule(
    "LearnDelFAMType_117",
    LearningDelivery,
    summary="LDM 388, the budget procured in 2023, pays for regulated qualifications and aims of LARS category 65.",
    message="LDM 388 is recorded, but LearnAimRef {LearnAimRef} is neither a regulated qualification nor in category 65.",
    fix="Remove LDM 388, or correct LearnAimRef.",
    cases="""
        FAM    | lars                      | lars_category                                         | fires | why
        LDM388 | LearningDeliveryGenre=EOQ |                                                       | no    | regulated
        LDM388 | LearningDeliveryGenre=EOU |                                                       | no    | regulated unit
        LDM388 | LearningDeliveryGenre=EQQ |                                                       | no    | regulated
        LDM388 | LearningDeliveryGenre=NRC | CategoryRef=65 EffectiveFrom=2023-08-01               | no    | in the category
        LDM388 | LearningDeliveryGenre=NRC | CategoryRef=37 EffectiveFrom=2023-08-01               | yes   | in another category
        LDM388 | LearningDeliveryGenre=NRC |                                                       | yes   | neither
        LDM388 | LearnAimRefType=1         |                                                       | yes   | LARS gives no genre
        LDM388 |                           |                                                       | no    | LARS does not know the aim: another rule's question
        LDM379 | LearningDeliveryGenre=NRC |                                                       | no    | another code
    """,
)
def budget_of_2023_on_another_aim(aim):
    regulated = lars(aim, "LearningDeliveryGenre").is_in("EOQ", "EOU", "EQQ")
    return has_fam(aim, "LDM", "388") & is_in_lars(aim) & ~regulated & ~ever_in_lars_category(aim, 65)
