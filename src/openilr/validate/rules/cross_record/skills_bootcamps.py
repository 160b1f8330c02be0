"""Skills Bootcamps (ProgType 32): the programme aim, its subject and event aims, and its event indicators.

Aims of one Skills Bootcamp have the same ConRefNumber. Until July 2025 what happened to the learner afterwards was recorded
as event aims, since then as event indicators (LearnDelFAMType EVI) on the programme aim.
"""

from openilr.derive.codes import ever_in_lars_category, in_lars_category
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery, LearningDeliveryFAM
from openilr.validate.rule import rule

#: The LARS category of Skills Bootcamp subject aims.
SUBJECT = 62
#: Event aims. The first three alone stand in for an achievement date (R_138).
OUTCOME_EVENTS = ("Z0059747", "Z0059748", "Z0059749")
EVENTS = (*OUTCOME_EVENTS, "Z0060439", "Z0009541", "Z0060440", "Z0060441", "Z0060442", "Z0060443")
CONTRACT = ("ConRefNumber",)
PROGRAMME = ("FundModel", "ProgType", "ConRefNumber")
#: Event indicators take the place of event aims for programmes that begin on this day or later.
INDICATORS_BEGIN = "2025-08-01"


def is_bootcamp_programme(aim: Record) -> Expr:
    return (aim.ProgType == 32) & (aim.AimType == 1)


def is_bootcamp_component(aim: Record) -> Expr:
    return (aim.ProgType == 32) & (aim.AimType == 3)


def start_of_contract(record: Record) -> Expr:
    """Earliest start of the learner's Skills Bootcamp programme aims with the same contract reference number."""
    return record.first(
        LearningDelivery, lambda o: o.LearnStartDate, is_bootcamp_programme, same=CONTRACT, within="Learner"
    )


def last_end_of_components(aim: Record) -> Expr:
    return aim.last(LearningDelivery, lambda o: o.LearnActEndDate, is_bootcamp_component, same=PROGRAMME)


def end_of_latest_programme(aim: Record) -> Expr:
    """LearnActEndDate of the latest programme aim with the same FundModel, ProgType and ConRefNumber."""
    return aim.latest(
        LearningDelivery, lambda o: o.LearnActEndDate, lambda o: o.LearnStartDate, is_bootcamp_programme, same=PROGRAMME
    )


@rule(
    "R_135",
    LearningDelivery,
    summary="A Skills Bootcamp component aim must have a programme aim with the same FundModel and ConRefNumber.",
    message="No Skills Bootcamp programme aim has FundModel {FundModel} and ConRefNumber {ConRefNumber}.",
    fix="Add the programme aim, or correct FundModel or ConRefNumber.",
    cases="""
        AimType | ProgType | FundModel | ConRefNumber | Other                                              | fires | why
        3       | 32       | 37        | A            | AimType=1 ProgType=32 FundModel=37 ConRefNumber=A  | no    | all match
        3       | 32       | 37        | A            |                                                    | yes   | no programme aim
        3       | 32       | 37        | A            | AimType=1 ProgType=32 FundModel=37 ConRefNumber=B  | yes   | another contract
        3       | 32       | 37        | A            | AimType=1 ProgType=32 FundModel=37                 | yes   | no contract on the programme aim
        3       | 32       | 37        | A            | AimType=1 ProgType=32 FundModel=38 ConRefNumber=A  | yes   | another funding model
        3       | 32       | 37        | A            | AimType=1 ProgType=25 FundModel=37 ConRefNumber=A  | yes   | another programme type
        3       | 32       | 37        | A            | AimType=3 ProgType=32 FundModel=37 ConRefNumber=A  | yes   | no programme aim
        4       | 32       | 37        | A            |                                                    | no    | no component aim
        3       | 25       | 37        | A            |                                                    | no    | no Skills Bootcamp
    """,
)
def component_has_programme_aim(aim):
    return is_bootcamp_component(aim) & aim.none(LearningDelivery, is_bootcamp_programme, same=PROGRAMME)


@rule(
    "R_136",
    LearningDelivery,
    summary="A Skills Bootcamp programme aim must have a component aim with the same FundModel and ConRefNumber.",
    message="No Skills Bootcamp component aim has FundModel {FundModel} and ConRefNumber {ConRefNumber}.",
    fix="Add the component aims, or correct FundModel or ConRefNumber.",
    cases="""
        AimType | ProgType | FundModel | ConRefNumber | Other                                              | fires | why
        1       | 32       | 37        | A            | AimType=3 ProgType=32 FundModel=37 ConRefNumber=A  | no    | all match
        1       | 32       | 37        | A            |                                                    | yes   | alone
        1       | 32       | 37        | A            | AimType=3 ProgType=32 FundModel=37 ConRefNumber=B  | yes   | another contract
        1       | 32       | 37        | A            | AimType=3 ProgType=32 FundModel=38 ConRefNumber=A  | yes   | another funding model
        1       | 32       | 37        | A            | AimType=3 ProgType=25 FundModel=37 ConRefNumber=A  | yes   | another programme type
        1       | 32       | 37        | A            | AimType=4 ProgType=32 FundModel=37 ConRefNumber=A  | yes   | no component aim
        3       | 32       | 37        | A            |                                                    | no    | no programme aim
        1       | 25       | 37        | A            |                                                    | no    | no Skills Bootcamp
    """,
)
def programme_has_component_aim(aim):
    return is_bootcamp_programme(aim) & aim.none(LearningDelivery, is_bootcamp_component, same=PROGRAMME)


def ended_over_six_months_before_the_file(aim: Record) -> Expr:
    """Whether the file was prepared later than six months after the completed programme's actual end."""
    return (aim.CompStatus == 2) & (aim.FilePreparationDate > aim.LearnActEndDate.plus_months(6))


@rule(
    "R_138",
    LearningDelivery,
    summary="A completed Skills Bootcamp that began before August 2025 needs an AchDate on its latest programme aim or "
    "an event aim.",
    message="The programme is completed, but there is neither an AchDate nor an event aim.",
    why="A Skills Bootcamp is achieved by what becomes of the learner within six months of its end.",
    fix="Record AchDate on the programme aim once it is achieved, or add the event aim.",
    unless=(ended_over_six_months_before_the_file,),
    cases="""
        AimType | ProgType | CompStatus | LearnStartDate | AchDate | LearnActEndDate | FilePreparationDate | ConRefNumber | Other | fires | why
        1 | 32 | 2 | 2025-07-31 |            | 2025-10-01 | 2025-11-01 | A | | yes | neither
        1 | 32 | 2 | 2025-08-01 |            | 2025-10-01 | 2025-11-01 | A | | no  | began since August 2025
        1 | 32 | 2 | 2025-07-31 | 2025-10-20 | 2025-10-01 | 2025-11-01 | A | | no  | achieved
        1 | 32 | 2 | 2025-07-31 |            | 2025-10-01 | 2025-11-01 | A | LearnAimRef=Z0059747 | no  | an event
        1 | 32 | 2 | 2025-07-31 |            | 2025-10-01 | 2025-11-01 | A | LearnAimRef=Z0059748 | no  | another event
        1 | 32 | 2 | 2025-07-31 |            | 2025-10-01 | 2025-11-01 | A | LearnAimRef=Z0059749 | no  | another event
        1 | 32 | 2 | 2025-07-31 |            | 2025-10-01 | 2025-11-01 | A | LearnAimRef=Z0060439 | yes | an event that does not count here
        1 | 32 | 1 | 2025-07-31 |            |            | 2025-11-01 | A | | no  | not completed
        3 | 32 | 2 | 2025-07-31 |            | 2025-10-01 | 2025-11-01 | A | | no  | no programme aim
        1 | 25 | 2 | 2025-07-31 |            | 2025-10-01 | 2025-11-01 | A | | no  | no Skills Bootcamp
        1 | 32 | 2 | 2025-06-01 |            | 2025-08-15 | 2026-02-15 | A | | yes | six months later
        1 | 32 | 2 | 2025-06-01 |            | 2025-08-15 | 2026-02-16 | A | | no  | six months and a day
        1 | 32 | 2 | 2025-06-01 |            |            | 2026-02-16 | A | | yes | the end is not known
        1 | 32 | 2 | 2025-06-01 |            | 2025-10-01 | 2025-11-01 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-01 AchDate=2025-10-20 | no  | achieved on the later programme aim
        1 | 32 | 2 | 2025-06-01 |            | 2025-10-01 | 2025-11-01 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-05-01 AchDate=2025-10-20 | yes | only on an earlier one
        1 | 32 | 2 | 2025-06-01 |            | 2025-10-01 | 2025-11-01 | A | AimType=1 ProgType=32 ConRefNumber=B LearnStartDate=2025-07-01 AchDate=2025-10-20 | yes | achieved on another contract
        1 | 32 | 2 | 2025-06-01 |            | 2025-10-01 | 2025-11-01 | A | AimType=3 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-01 AchDate=2025-10-20 | yes | only on a later component aim
        1 | 32 | 2 | 2025-06-01 |            | 2025-10-01 | 2025-11-01 | A | AimType=1 ProgType=25 ConRefNumber=A LearnStartDate=2025-07-01 AchDate=2025-10-20 | yes | only on a later programme of another type
    """,
)  # fmt: skip
def completed_without_achievement_or_event(aim):
    achieved = aim.latest(
        LearningDelivery,
        lambda o: o.AchDate,
        lambda o: o.LearnStartDate,
        is_bootcamp_programme,
        same=CONTRACT,
    )
    event = aim.none(LearningDelivery, lambda o: o.LearnAimRef.is_in(OUTCOME_EVENTS))
    is_completed = is_bootcamp_programme(aim) & (aim.CompStatus == 2) & (aim.LearnStartDate < INDICATORS_BEGIN)
    return is_completed & achieved.missing & event


@rule(
    "R_139",
    LearningDelivery,
    summary="A completed Skills Bootcamp must have a closed subject aim on the same contract.",
    message="The programme is completed, but no subject aim of contract {ConRefNumber} has an actual end date.",
    fix="Record LearnActEndDate on the subject aim, or correct CompStatus of the programme aim.",
    cases="""
        AimType | ProgType | CompStatus | ConRefNumber | Other | lars_category | fires | why
        1 | 32 | 2 | A | AimType=3 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 LearnActEndDate=2025-10-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2020-08-01 | no  | closed
        1 | 32 | 2 | A | AimType=3 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01                            | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2020-08-01 | yes | open
        1 | 32 | 2 | A | AimType=3 ConRefNumber=B LearnAimRef=60000001 LearnStartDate=2025-09-01 LearnActEndDate=2025-10-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2020-08-01 | yes | closed on another contract
        1 | 32 | 2 | A | AimType=4 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 LearnActEndDate=2025-10-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2020-08-01 | yes | no component aim
        1 | 32 | 2 | A | AimType=3 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 LearnActEndDate=2025-10-01 | LearnAimRef=60000001 CategoryRef=61 EffectiveFrom=2020-08-01 | yes | no subject aim
        1 | 32 | 2 | A | AimType=3 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 LearnActEndDate=2025-10-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2025-09-02 | yes | in the category a day after the start
        1 | 32 | 2 | A | AimType=3 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 LearnActEndDate=2025-10-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2020-08-01 EffectiveTo=2025-08-31 | yes | until the day before
        1 | 32 | 2 | A | AimType=3 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 LearnActEndDate=2025-10-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2025-09-01 EffectiveTo=2025-09-01 | no | on the very day
        1 | 32 | 1 | A |  | | no  | not completed
        3 | 32 | 2 | A |  | | no  | no programme aim
        1 | 25 | 2 | A |  | | no  | no Skills Bootcamp
    """,
)  # fmt: skip
def completed_without_closed_subject(aim):
    closed = aim.any(
        LearningDelivery,
        lambda o: (o.AimType == 3) & o.LearnActEndDate.known & in_lars_category(o, SUBJECT),
        same=CONTRACT,
    )
    return is_bootcamp_programme(aim) & (aim.CompStatus == 2) & ~closed


@rule(
    "R_140",
    LearningDelivery,
    summary="A Skills Bootcamp component aim must be closed once its latest programme aim is.",
    message="This component aim has no LearnActEndDate, although the programme aim ended on {programme_end}.",
    show={"programme_end": end_of_latest_programme},
    fix="Record the actual end date of the component aim, or remove that of the programme aim if it goes on.",
    cases="""
        AimType | ProgType | FundModel | ConRefNumber | LearnActEndDate | Other | fires | why
        3 | 32 | 37 | A |            | AimType=1 ProgType=32 FundModel=37 ConRefNumber=A LearnStartDate=2025-08-01 LearnActEndDate=2025-10-01 | yes | open in a closed programme
        3 | 32 | 37 | A | 2025-10-01 | AimType=1 ProgType=32 FundModel=37 ConRefNumber=A LearnStartDate=2025-08-01 LearnActEndDate=2025-10-01 | no  | closed too
        3 | 32 | 37 | A |            | AimType=1 ProgType=32 FundModel=37 ConRefNumber=A LearnStartDate=2025-08-01 | no  | the programme is open
        3 | 32 | 37 | A |            | AimType=1 ProgType=32 FundModel=37 ConRefNumber=B LearnStartDate=2025-08-01 LearnActEndDate=2025-10-01 | no  | another contract
        3 | 32 | 37 | A |            | AimType=1 ProgType=32 FundModel=38 ConRefNumber=A LearnStartDate=2025-08-01 LearnActEndDate=2025-10-01 | no  | another funding model
        4 | 32 | 37 | A |            | AimType=1 ProgType=32 FundModel=37 ConRefNumber=A LearnStartDate=2025-08-01 LearnActEndDate=2025-10-01 | no  | no component aim
        3 | 32 | 37 | A |            | AimType=3 ProgType=32 FundModel=37 ConRefNumber=A LearnStartDate=2025-08-01 LearnActEndDate=2025-10-01 | no  | only another component aim is closed
        3 | 25 | 37 | A |            | AimType=1 ProgType=25 FundModel=37 ConRefNumber=A LearnStartDate=2025-08-01 LearnActEndDate=2025-10-01 | no  | no Skills Bootcamp
        3 | 32 | 37 | A |            | AimType=1 ProgType=32 FundModel=37 ConRefNumber=A LearnStartDate=2025-08-01 LearnActEndDate=2025-10-01; AimType=1 ProgType=32 FundModel=37 ConRefNumber=A LearnStartDate=2025-11-01 | no | resumed after a break
    """,
)  # fmt: skip
def component_is_open_in_closed_programme(aim):
    return is_bootcamp_component(aim) & aim.LearnActEndDate.missing & end_of_latest_programme(aim).known


@rule(
    "R_141",
    LearningDelivery,
    summary="An open Skills Bootcamp programme aim must have a subject aim on the same contract.",
    message="The programme is open, but no component aim of contract {ConRefNumber} is a subject aim.",
    fix="Add the subject aim, or correct its ConRefNumber or LearnAimRef.",
    cases="""
        AimType | ProgType | LearnActEndDate | ConRefNumber | Other | lars_category | fires | why
        1 | 32 |            | A | AimType=3 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2020-08-01 | no  | its subject aim
        1 | 32 |            | A |                                                                         |                                                              | yes | alone
        1 | 32 |            | A | AimType=3 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 | LearnAimRef=60000001 CategoryRef=61 EffectiveFrom=2020-08-01 | yes | no subject aim
        1 | 32 |            | A | AimType=3 ConRefNumber=B LearnAimRef=60000001 LearnStartDate=2025-09-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2020-08-01 | yes | on another contract
        1 | 32 |            | A | AimType=3 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2025-09-01 EffectiveTo=2025-09-01 | no  | in the category on that very day
        1 | 32 |            | A | AimType=3 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2025-09-02 | yes | in the category from the day after
        1 | 32 |            | A | AimType=3 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2020-08-01 EffectiveTo=2025-08-31 | yes | in the category until the day before
        1 | 32 |            | A | AimType=4 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2020-08-01 | yes | no component aim
        1 | 32 |            | A | AimType=3 ConRefNumber=A LearnAimRef=60000001 LearnStartDate=2025-09-01 | LearnAimRef=60000001 CategoryRef=62 EffectiveFrom=2025-09-02 | yes | in the category a day after the start
        1 | 32 | 2025-10-01 | A |                                                                         |                                                              | no  | closed
        3 | 32 |            | A |                                                                         |                                                              | no  | no programme aim
        1 | 25 |            | A |                                                                         |                                                              | no  | no Skills Bootcamp
    """,
)  # fmt: skip
def open_programme_without_subject(aim):
    subject = aim.none(LearningDelivery, lambda o: (o.AimType == 3) & in_lars_category(o, SUBJECT), same=CONTRACT)
    return is_bootcamp_programme(aim) & aim.LearnActEndDate.missing & subject


def is_latest_programme(aim: Record) -> Expr:
    later = aim.any(
        LearningDelivery,
        lambda o: is_bootcamp_programme(o) & (o.LearnStartDate > aim.LearnStartDate),
        same=PROGRAMME,
    )
    return is_bootcamp_programme(aim) & ~later


@rule(
    "R_143",
    LearningDelivery,
    summary="The latest programme aim of a Skills Bootcamp must not end before its component aims.",
    message="The programme aim ended on {LearnActEndDate}, before its last component aim ({last}).",
    show={"last": last_end_of_components},
    fix="Record on the programme aim the day on which the last part of the programme ended.",
    cases="""
        AimType | ProgType | FundModel | ConRefNumber | LearnStartDate | LearnActEndDate | Other | fires | why
        1 | 32 | 37 | A | 2025-08-01 | 2025-10-01 | AimType=3 ProgType=32 FundModel=37 ConRefNumber=A LearnActEndDate=2025-10-02 | yes | a day after the programme aim
        1 | 32 | 37 | A | 2025-08-01 | 2025-10-01 | AimType=3 ProgType=32 FundModel=37 ConRefNumber=A LearnActEndDate=2025-10-01 | no  | the same day
        1 | 32 | 37 | A | 2025-08-01 |            | AimType=3 ProgType=32 FundModel=37 ConRefNumber=A LearnActEndDate=2025-10-02 | no  | the programme aim is open
        1 | 32 | 37 | A | 2025-08-01 | 2025-10-01 | AimType=3 ProgType=32 FundModel=37 ConRefNumber=A                            | no  | an open component aim is another rule's
        1 | 32 | 37 | A | 2025-08-01 | 2025-10-01 | AimType=3 ProgType=32 FundModel=37 ConRefNumber=B LearnActEndDate=2025-10-02 | no  | another contract
        1 | 32 | 37 | A | 2025-08-01 | 2025-10-01 | AimType=3 ProgType=32 FundModel=38 ConRefNumber=A LearnActEndDate=2025-10-02 | no  | another funding model
        1 | 32 | 37 | A | 2025-08-01 | 2025-10-01 | AimType=4 ProgType=32 FundModel=37 ConRefNumber=A LearnActEndDate=2025-10-02 | no  | no component aim
        1 | 25 | 37 | A | 2025-08-01 | 2025-10-01 | AimType=3 ProgType=25 FundModel=37 ConRefNumber=A LearnActEndDate=2025-10-02 | no  | no Skills Bootcamp
        3 | 32 | 37 | A | 2025-08-01 | 2025-10-01 | AimType=3 ProgType=32 FundModel=37 ConRefNumber=A LearnActEndDate=2025-10-02 | no  | no programme aim
        1 | 32 | 37 | A | 2025-08-01 | 2025-10-01 | AimType=3 ProgType=32 FundModel=37 ConRefNumber=A LearnActEndDate=2025-12-02; AimType=1 ProgType=32 FundModel=37 ConRefNumber=B LearnStartDate=2025-11-01 | yes | a later programme of another contract
        1 | 32 | 37 | A | 2025-08-01 | 2025-10-01 | AimType=3 ProgType=32 FundModel=37 ConRefNumber=A LearnActEndDate=2025-12-02; AimType=1 ProgType=32 FundModel=38 ConRefNumber=A LearnStartDate=2025-11-01 | yes | a later programme of other funding
        1 | 32 | 37 | A | 2025-08-01 | 2025-10-01 | AimType=3 ProgType=32 FundModel=37 ConRefNumber=A LearnStartDate=2025-11-01 LearnActEndDate=2025-12-02 | yes | a component aim that started later
        1 | 32 | 37 | A | 2025-08-01 | 2025-10-01 | AimType=3 ProgType=32 FundModel=37 ConRefNumber=A LearnActEndDate=2025-12-02; AimType=1 ProgType=32 FundModel=37 ConRefNumber=A LearnStartDate=2025-11-01 | no | resumed after a break
    """,
)  # fmt: skip
def programme_ends_before_a_component(aim):
    return is_latest_programme(aim) & (aim.LearnActEndDate < last_end_of_components(aim))


@rule(
    "R_144",
    LearningDelivery,
    summary="AchDate of a Skills Bootcamp (started since August 2023) must not be before its contract's first programme "
    "aim began.",
    message="AchDate {AchDate} is before the first programme aim of contract {ConRefNumber} began ({began}).",
    show={"began": start_of_contract},
    fix="Correct AchDate or LearnStartDate.",
    cases="""
        AimType | ProgType | LearnStartDate | AchDate | ConRefNumber | Other | fires | why
        1 | 32 | 2023-08-01 | 2023-07-31 | A |                                                                    | yes | a day before it began
        1 | 32 | 2023-08-01 | 2023-08-01 | A |                                                                    | no  | on its first day
        1 | 32 | 2023-07-31 | 2023-07-30 | A |                                                                    | no  | started before the rule
        1 | 32 | 2023-08-01 |            | A |                                                                    | no  | not achieved
        1 | 32 | 2023-09-01 | 2023-08-15 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2023-08-15     | no  | an earlier programme aim had begun
        1 | 32 | 2023-09-01 | 2023-08-14 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2023-08-15     | yes | a day before the earlier one
        1 | 32 | 2023-09-01 | 2023-08-15 | A | AimType=1 ProgType=32 ConRefNumber=B LearnStartDate=2023-08-15     | yes | the earlier one is on another contract
        1 | 32 | 2023-09-01 | 2023-08-15 | A | AimType=3 ProgType=32 ConRefNumber=A LearnStartDate=2023-08-15     | yes | the earlier one is no programme aim
        3 | 32 | 2023-09-01 | 2023-08-15 | A |                                                                    | no  | no programme aim
        1 | 25 | 2023-09-01 | 2023-08-15 | A |                                                                    | no  | no Skills Bootcamp
        3 | 32 | 2023-09-01 | 2023-08-15 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2023-09-01     | no  | a component aim of the programme
        1 | 25 | 2023-09-01 | 2023-08-15 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2023-09-01     | no  | another programme beside it
    """,
)
def achieved_before_it_began(aim):
    is_recent = is_bootcamp_programme(aim) & (aim.LearnStartDate >= "2023-08-01")
    return is_recent & (aim.AchDate < start_of_contract(aim))


def has_programme_begun_between(aim: Record, first: str, last: str) -> Expr:
    """Whether a programme aim of the same contract began from ``first`` to ``last``."""
    return aim.any(
        LearningDelivery, lambda o: is_bootcamp_programme(o) & o.LearnStartDate.between(first, last), same=CONTRACT
    )


@rule(
    "R_149",
    LearningDelivery,
    summary="A subject aim of a Skills Bootcamp (programmes since August 2024) must not start before the programme.",
    message="This subject aim starts on {LearnStartDate}, before the programme of contract {ConRefNumber} ({began}).",
    show={"began": start_of_contract},
    fix="Correct the start of the subject aim or of the programme aim.",
    cases="""
        LearnAimRef | LearnStartDate | ConRefNumber | Other | lars_category | fires | why
        60000001 | 2024-07-31 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-08-01 | CategoryRef=62 | yes | a day before the programme
        60000001 | 2024-08-01 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-08-01 | CategoryRef=62 | no  | on its first day
        60000001 | 2024-07-30 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-07-31 | CategoryRef=62 | no  | the programme began before the rule
        60000001 | 2024-07-31 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-08-01 | CategoryRef=61 | no  | no subject aim
        60000001 | 2024-07-31 | A | AimType=1 ProgType=32 ConRefNumber=B LearnStartDate=2024-08-01 | CategoryRef=62 | no  | another contract
        60000001 | 2024-07-31 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-08-01; AimType=1 ProgType=32 ConRefNumber=B LearnStartDate=2024-07-01 | CategoryRef=62 | yes | an earlier programme of another contract
        60000001 | 2024-07-31 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-08-01; AimType=3 ProgType=32 ConRefNumber=A LearnStartDate=2024-07-01 | CategoryRef=62 | yes | an earlier component aim
        60000001 | 2024-07-31 | A | AimType=1 ProgType=25 ConRefNumber=A LearnStartDate=2024-08-01 | CategoryRef=62 | no  | no Skills Bootcamp
        60000001 | 2024-07-31 | A | AimType=3 ProgType=32 ConRefNumber=A LearnStartDate=2024-08-01 | CategoryRef=62 | no  | no programme aim
        60000001 | 2024-07-31 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-08-01; AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-07-01 | CategoryRef=62 | no | an earlier programme aim of the contract had begun
    """,
)  # fmt: skip
def subject_starts_before_programme(aim):
    begun = has_programme_begun_between(aim, "2024-08-01", "9999-12-31")
    return ever_in_lars_category(aim, SUBJECT) & begun & (aim.LearnStartDate < start_of_contract(aim))


@rule(
    "R_150",
    LearningDelivery,
    summary="An event aim of a Skills Bootcamp (programmes from August 2024 to July 2025) must not start before the "
    "programme.",
    message="This event aim starts on {LearnStartDate}, before the programme of contract {ConRefNumber} ({began}).",
    show={"began": start_of_contract},
    fix="Correct the start of the event aim or of the programme aim.",
    cases="""
        LearnAimRef | LearnStartDate | ConRefNumber | Other | fires | why
        Z0059747 | 2024-07-31 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-08-01 | yes | a day before the programme
        Z0060443 | 2025-07-30 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | yes | the last of the events
        Z0059748 | 2025-07-30 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | yes | an event
        Z0059749 | 2025-07-30 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | yes | an event
        Z0060439 | 2025-07-30 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | yes | an event
        Z0009541 | 2025-07-30 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | yes | an event
        Z0060440 | 2025-07-30 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | yes | an event
        Z0060441 | 2025-07-30 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | yes | an event
        Z0060442 | 2025-07-30 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | yes | an event
        Z0009541 | 2024-08-01 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-08-01 | no  | on its first day
        Z0059747 | 2025-07-31 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | no  | the programme began after the rule
        Z0059747 | 2024-07-30 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-07-31 | no  | the programme began before the rule
        60000001 | 2024-07-31 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-08-01 | no  | no event aim
        Z0059747 | 2024-07-31 | A | AimType=1 ProgType=32 ConRefNumber=B LearnStartDate=2024-08-01 | no  | another contract
        Z0059747 | 2024-07-31 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-08-01; AimType=1 ProgType=32 ConRefNumber=B LearnStartDate=2024-07-01 | yes | an earlier programme of another contract
        Z0059747 | 2024-07-31 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-08-01; AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2024-07-01 | no  | an earlier programme aim of the contract had begun
        Z0059747 | 2024-07-31 | A | AimType=1 ProgType=25 ConRefNumber=A LearnStartDate=2024-08-01 | no  | no Skills Bootcamp
    """,
)
def event_starts_before_programme(aim):
    begun = has_programme_begun_between(aim, "2024-08-01", "2025-07-31")
    return aim.LearnAimRef.is_in(EVENTS) & begun & (aim.LearnStartDate < start_of_contract(aim))


def is_event_indicator_of_bootcamp(fam: Record) -> Expr:
    return is_bootcamp_programme(fam) & (fam.LearnDelFAMType == "EVI")


@rule(
    "R_152",
    LearningDeliveryFAM,
    summary="Event indicators (EVI) are for Skills Bootcamps whose contract's first programme aim began since August 2025.",
    message="An event indicator is recorded, but the first programme aim of contract {ConRefNumber} began on {began}.",
    show={"began": start_of_contract},
    fix="Remove the event indicator; record an event aim instead.",
    cases="""
        AimType | ProgType | LearnStartDate | ConRefNumber | LearnDelFAMType | LearnDelFAMCode | LearningDelivery | fires | why
        1 | 32 | 2025-07-31 | A | EVI | 1 |                                                                | yes | began a day early
        1 | 32 | 2025-08-01 | A | EVI | 1 |                                                                | no  | began in August 2025
        1 | 32 | 2025-09-01 | A | EVI | 1 | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | yes | resumed: the first programme aim counts
        1 | 32 | 2025-09-01 | A | EVI | 1 | AimType=1 ProgType=32 ConRefNumber=B LearnStartDate=2025-07-31 | no  | an earlier contract
        1 | 32 | 2025-07-31 | A | LDM | 1 |                                                                | no  | no event indicator
        3 | 32 | 2025-07-31 | A | EVI | 1 |                                                                | no  | no programme aim
        1 | 25 | 2025-07-31 | A | EVI | 1 |                                                                | no  | no Skills Bootcamp
        3 | 32 | 2025-07-31 | A | EVI | 1 | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | no  | on a component aim of the programme
        1 | 32 | 2025-09-01 | A | EVI | 1 | AimType=3 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | no  | an earlier component aim
        1 | 32 | 2025-09-01 | A | EVI | 1 | AimType=1 ProgType=25 ConRefNumber=A LearnStartDate=2025-07-31 | no  | an earlier programme of another type
    """,
)
def indicator_on_earlier_programme(fam):
    return is_event_indicator_of_bootcamp(fam) & (start_of_contract(fam) < INDICATORS_BEGIN)


@rule(
    "R_153",
    LearningDeliveryFAM,
    summary="An event indicator (EVI) of a Skills Bootcamp that began since 1 August 2025 must be dated that day or later.",
    message="The event indicator is dated {LearnDelFAMDateFrom}, before event indicators came into use.",
    fix="Record in LearnDelFAMDateFrom the day of the event.",
    cases="""
        AimType | ProgType | LearnStartDate | ConRefNumber | LearnDelFAMType | LearnDelFAMDateFrom | LearningDelivery | fires | why
        1 | 32 | 2025-08-01 | A | EVI | 2025-07-31 |                                                                | yes | a day early
        1 | 32 | 2025-08-01 | A | EVI | 2025-08-01 |                                                                | no  | from that day
        1 | 32 | 2025-08-01 | A | EVI |            |                                                                | no  | no date
        1 | 32 | 2025-07-31 | A | EVI | 2025-07-31 |                                                                | no  | an earlier programme has none at all
        1 | 32 | 2025-08-01 | A | EVI | 2025-07-31 | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | no  | the contract's first aim was earlier
        1 | 32 | 2025-08-01 | A | LDM | 2025-07-31 |                                                                | no  | no event indicator
        3 | 32 | 2025-08-01 | A | EVI | 2025-07-31 |                                                                | no  | no programme aim
        1 | 25 | 2025-08-01 | A | EVI | 2025-07-31 |                                                                | no  | no Skills Bootcamp
        3 | 32 | 2025-08-01 | A | EVI | 2025-07-31 | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | no  | on a component aim of the programme
        1 | 32 | 2025-08-01 | A | EVI | 2025-07-31 | AimType=3 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | yes | an earlier component aim
        1 | 32 | 2025-08-01 | A | EVI | 2025-07-31 | AimType=1 ProgType=32 ConRefNumber=B LearnStartDate=2025-07-31 | yes | an earlier contract
    """,
)
def indicator_is_dated_too_early(fam):
    is_new = is_event_indicator_of_bootcamp(fam) & (start_of_contract(fam) >= INDICATORS_BEGIN)
    return is_new & (fam.LearnDelFAMDateFrom < INDICATORS_BEGIN)


@rule(
    "R_154",
    LearningDelivery,
    summary="Event aims are not returned for a Skills Bootcamp whose contract's first programme aim began since August "
    "2025.",
    message="{LearnAimRef} is an event aim, but the programme of contract {ConRefNumber} began on {began}.",
    show={"began": start_of_contract},
    fix="Remove the event aim and record an event indicator (LearnDelFAMType EVI) on the programme aim.",
    cases="""
        AimType | LearnAimRef | ConRefNumber | Other | fires | why
        3 | Z0059747 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | yes | began in August 2025
        3 | Z0060442 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | yes | another event
        3 | Z0059748 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | yes | an event
        3 | Z0059749 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | yes | an event
        3 | Z0060439 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | yes | an event
        3 | Z0009541 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | yes | an event
        3 | Z0060440 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | yes | an event
        3 | Z0060441 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | yes | an event
        3 | Z0060443 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | yes | an event
        3 | Z0059747 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | no  | began a day earlier
        3 | Z0059747 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-09-01; AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-07-31 | no | resumed: the first programme aim counts
        3 | Z0059747 | A | AimType=1 ProgType=32 ConRefNumber=B LearnStartDate=2025-08-01 | no  | another contract
        3 | 60000001 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | no  | no event aim
        4 | Z0059747 | A | AimType=1 ProgType=32 ConRefNumber=A LearnStartDate=2025-08-01 | no  | no component aim
        3 | Z0059747 | A | AimType=1 ProgType=25 ConRefNumber=A LearnStartDate=2025-08-01 | no  | no Skills Bootcamp
        3 | Z0059747 | A |                                                                | no  | no programme at all
    """,
)
def event_aim_on_later_programme(aim):
    return (aim.AimType == 3) & aim.LearnAimRef.is_in(EVENTS) & (start_of_contract(aim) >= INDICATORS_BEGIN)
