"""A programme aim, the component aims that belong to it, and programmes or core aims beside each other.

Aims of one programme have the same ProgType and StdCode. Where one of these is blank it must be blank on the others.
"""

from typing import Any

from openilr.derive.codes import ENGLISH_AND_MATHS
from openilr.derive.dd36 import dd36
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule

PROGRAMME = ("ProgType", "StdCode")


def is_programme_aim(aim: Record) -> Expr:
    return aim.AimType == 1


def is_component_aim(aim: Record) -> Expr:
    return aim.AimType == 3


def is_non_funded(aim: Record) -> Expr:
    return aim.FundModel == 99


def is_latest_programme_aim(aim: Record) -> Expr:
    """Whether no programme aim of the same programme started later."""
    later = aim.any(
        LearningDelivery, lambda o: is_programme_aim(o) & (o.LearnStartDate > aim.LearnStartDate), same=PROGRAMME
    )
    return is_programme_aim(aim) & ~later


def is_english_or_maths(aim: Record) -> Expr:
    """Whether LARS calls the aim English or maths on any date, as these rules do not ask for one."""
    types = [int(code) for code in ENGLISH_AND_MATHS]
    return aim.any("lars_annual_value", lambda v: v.BasicSkillsType.is_in(types), same=["LearnAimRef"])


def last_end_of_components(aim: Record) -> Expr:
    return aim.last(
        LearningDelivery,
        lambda o: o.LearnActEndDate,
        lambda o: is_component_aim(o) & ~is_english_or_maths(o),
        same=PROGRAMME,
    )


def end_of_latest_programme_aim(aim: Record) -> Expr:
    return aim.latest(
        LearningDelivery, lambda o: o.LearnActEndDate, lambda o: o.LearnStartDate, is_programme_aim, same=PROGRAMME
    )


@rule(
    "R_30",
    LearningDelivery,
    summary="A component aim must have a programme aim with the same ProgType and StdCode.",
    message="There is no programme aim with ProgType {ProgType} and StdCode {StdCode} for this component aim.",
    why="Funding and achievement of a programme are worked out on its programme aim.",
    fix="Add the programme aim, correct ProgType or StdCode, or record AimType 4 if the aim belongs to no programme.",
    cases="""
        AimType | ProgType | StdCode | Other                            | fires | why
        3       | 25       | 7       |                                  | yes   | no other aim
        3       | 25       | 7       | AimType=1 ProgType=25 StdCode=7  | no    | the programme aim
        3       | 25       | 7       | AimType=1 ProgType=25 StdCode=8  | yes   | another standard
        3       | 25       | 7       | AimType=1 ProgType=32 StdCode=7  | yes   | another programme type
        3       | 25       | 7       | AimType=1 ProgType=25            | yes   | the programme aim has no standard
        3       | 25       | 7       | AimType=3 ProgType=25 StdCode=7  | yes   | only another component aim
        3       | 31       |         | AimType=1 ProgType=31            | no    | neither has a standard
        4       | 25       | 7       |                                  | no    | not a component aim
    """,
)
def component_has_programme_aim(aim):
    return is_component_aim(aim) & aim.none(LearningDelivery, is_programme_aim, same=PROGRAMME)


@rule(
    "R_31",
    LearningDelivery,
    summary="An open programme aim must have a component or core aim with the same ProgType and StdCode.",
    message="This programme aim (ProgType {ProgType}, StdCode {StdCode}) is open, but no aim of the programme is recorded.",
    why="A programme is made of its component aims; one that was left for another programme may stand alone, closed.",
    fix="Add the component aims, correct their ProgType or StdCode, or close the programme aim.",
    cases="""
        AimType | ProgType | StdCode | LearnActEndDate | Other                           | fires | why
        1       | 25       | 7       |                 |                                 | yes   | alone
        1       | 25       | 7       | 2026-01-31      |                                 | no    | closed
        1       | 25       | 7       |                 | AimType=3 ProgType=25 StdCode=7 | no    | its component aim
        1       | 31       |         |                 | AimType=5 ProgType=31           | no    | a T Level's core aim
        1       | 25       | 7       |                 | AimType=3 ProgType=25 StdCode=8 | yes   | another standard
        1       | 25       | 7       |                 | AimType=4 ProgType=25 StdCode=7 | yes   | not part of a programme
        1       | 25       | 7       |                 | AimType=1 ProgType=25 StdCode=7 | yes   | only another programme aim
        3       | 25       | 7       |                 |                                 | no    | not a programme aim
    """,
)
def open_programme_has_components(aim):
    components = aim.none(LearningDelivery, lambda o: o.AimType.is_in(3, 5), same=PROGRAMME)
    return is_programme_aim(aim) & aim.LearnActEndDate.missing & components


R_56_WORDS: dict[str, Any] = {
    "summary": "A funded component aim must not belong to an open programme that is not funded (FundModel 99).",
    "message": "This component aim is on FundModel {FundModel}, but its open programme aim is non-funded (99).",
    "fix": "Record FundModel 99 on the component aim too, or correct the programme aim.",
}
R_56_CASES = """
        AimType | FundModel | ProgType | StdCode | Other                                        | fires | why
        3       | 36        | 25       | 7       | AimType=1 FundModel=99 ProgType=25 StdCode=7 | yes   | the open programme is not funded
        3       | 36        | 25       | 7       | AimType=1 FundModel=36 ProgType=25 StdCode=7 | no    | both are funded
        3       | 99        | 25       | 7       | AimType=1 FundModel=99 ProgType=25 StdCode=7 | no    | neither is funded
        4       | 36        | 25       | 7       | AimType=1 FundModel=99 ProgType=25 StdCode=7 | no    | not a component aim
        3       | 36        | 25       | 7       | AimType=3 FundModel=99 ProgType=25 StdCode=7 | no    | no programme aim
        3       | 36        | 25       | 7       | AimType=1 FundModel=99 ProgType=25 StdCode=8 | no    | another standard
        3       | 36        | 25       | 7       | AimType=1 FundModel=99 ProgType=24 StdCode=7 | no    | another programme type
        3       | 36        | 25       | 7       | AimType=1 FundModel=99 ProgType=25 StdCode=7 LearnActEndDate=2025-10-01 | no | the programme is closed
        3       | 25        | 24       |         | AimType=1 FundModel=99 ProgType=24           | yes   | without a standard
"""


def is_open_and_non_funded_programme(aim: Record) -> Expr:
    return is_programme_aim(aim) & is_non_funded(aim) & aim.LearnActEndDate.missing


@rule("R_56", LearningDelivery, **R_56_WORDS, cases=R_56_CASES, until="2526")
def funded_component_of_non_funded_programme(aim):
    programme = aim.any(LearningDelivery, is_open_and_non_funded_programme, same=PROGRAMME)
    return is_component_aim(aim) & (aim.FundModel != 99) & programme


@rule("R_56", LearningDelivery, **R_56_WORDS, since="2627", cases="""
        AimType | FundModel | ProgType | StdCode | LearnActEndDate | Other | fires | why
        3 | 36 | 25 | 7 | 2026-08-31 | AimType=1 FundModel=99 ProgType=25 StdCode=7 LearnStartDate=2026-09-01 | no  | ended the day before the programme began
        3 | 36 | 25 | 7 | 2026-09-01 | AimType=1 FundModel=99 ProgType=25 StdCode=7 LearnStartDate=2026-09-01 | yes | ended on its first day
        3 | 36 | 25 | 7 |            | AimType=1 FundModel=99 ProgType=25 StdCode=7 LearnStartDate=2026-09-01 | yes | still open
        3 | 36 | 25 | 7 |            | AimType=1 FundModel=36 ProgType=25 StdCode=7 LearnStartDate=2026-09-01 | no  | both are funded
        3 | 99 | 25 | 7 |            | AimType=1 FundModel=99 ProgType=25 StdCode=7 LearnStartDate=2026-09-01 | no  | neither is funded
        4 | 36 | 25 | 7 |            | AimType=1 FundModel=99 ProgType=25 StdCode=7 LearnStartDate=2026-09-01 | no  | not a component aim
        3 | 36 | 25 | 7 |            | AimType=1 FundModel=99 ProgType=25 StdCode=8 LearnStartDate=2026-09-01 | no  | another standard
        3 | 36 | 25 | 7 |            | AimType=3 FundModel=99 ProgType=25 StdCode=7 LearnStartDate=2026-09-01 | no  | no programme aim
        3 | 36 | 25 | 7 |            | AimType=1 FundModel=99 ProgType=25 StdCode=7 LearnStartDate=2026-09-01 LearnActEndDate=2026-10-01 | no | the programme is closed
""")  # fmt: skip
def funded_component_that_met_a_non_funded_programme(aim):
    programme = aim.any(
        LearningDelivery,
        lambda o: is_open_and_non_funded_programme(o) & ~(aim.LearnActEndDate < o.LearnStartDate),
        same=PROGRAMME,
    )
    return is_component_aim(aim) & (aim.FundModel != 99) & programme


@rule(
    "R_58",
    LearningDelivery,
    summary="A learner must have one core aim at a time.",
    message="This core aim starts on {LearnStartDate}, on or before the last day of another core aim.",
    why="The core aim says which study programme is funded; there is one at a time.",
    fix="Record the actual end date of the earlier core aim, or AimType 4 on the aim that is not the core aim.",
    cases="""
        AimType | LearnStartDate | Other | fires | why
        5 | 2025-10-01 | AimType=5 LearnStartDate=2025-09-01                            | yes | the earlier one is open
        5 | 2025-10-01 | AimType=5 LearnStartDate=2025-09-01 LearnActEndDate=2025-10-01 | yes | both on one day
        5 | 2025-10-01 | AimType=5 LearnStartDate=2025-09-01 LearnActEndDate=2025-09-30 | no  | one after the other
        5 | 2025-10-01 | AimType=5 LearnStartDate=2025-10-02                            | no  | this is the earlier one
        5 | 2025-10-01 | AimType=4 LearnStartDate=2025-09-01                            | no  | the other is no core aim
        4 | 2025-10-01 | AimType=5 LearnStartDate=2025-09-01                            | no  | this is no core aim
        5 | 2025-10-01 |                                                                | no  | the only one
    """,
)
def core_aims_overlap(aim):
    def began_before_and_had_not_ended(o):
        before = (o.LearnStartDate < aim.LearnStartDate) | (
            (o.LearnStartDate == aim.LearnStartDate) & (o.row < aim.row)
        )
        return (o.AimType == 5) & before & (o.LearnActEndDate.missing | (o.LearnActEndDate >= aim.LearnStartDate))

    return (aim.AimType == 5) & aim.any(LearningDelivery, began_before_and_had_not_ended)


@rule(
    "R_66",
    LearningDelivery,
    summary="A funded component aim must have a programme aim with the same FundModel, ProgType and StdCode.",
    message="No programme aim has FundModel {FundModel}, ProgType {ProgType} and StdCode {StdCode} as this aim does.",
    fix="Record the FundModel of the programme aim on its component aims, or correct the programme aim.",
    unless=(is_non_funded,),
    cases="""
        AimType | FundModel | ProgType | StdCode | Other                                        | fires | why
        3       | 36        | 25       | 7       | AimType=1 FundModel=36 ProgType=25 StdCode=7 | no    | all match
        3       | 36        | 25       | 7       | AimType=1 FundModel=35 ProgType=25 StdCode=7 | yes   | another funding model
        3       | 36        | 25       | 7       | AimType=1 FundModel=36 ProgType=25 StdCode=8 | yes   | another standard
        3       | 36        | 25       | 7       | AimType=1 FundModel=36 ProgType=32 StdCode=7 | yes   | another programme type
        3       | 36        | 25       | 7       | AimType=3 FundModel=36 ProgType=25 StdCode=7 | yes   | no programme aim
        3       | 99        | 25       | 7       |                                              | no    | not funded
        4       | 36        | 25       | 7       |                                              | no    | not a component aim
        3       | 25        | 31       |         | AimType=1 FundModel=25 ProgType=31           | no    | neither has a standard
    """,
)
def funded_component_has_programme_aim(aim):
    return is_component_aim(aim) & aim.none(LearningDelivery, is_programme_aim, same=["FundModel", *PROGRAMME])


@rule(
    "R_89",
    LearningDelivery,
    summary="The latest programme aim must not end before its component aims, English and maths apart.",
    message="The programme aim ended on {LearnActEndDate}, before its last component aim ({last}).",
    show={"last": last_end_of_components},
    fix="Record on the programme aim the day on which the last part of the programme ended.",
    cases="""
        AimType | ProgType | StdCode | LearnStartDate | LearnActEndDate | Other | lars_annual_value | fires | why
        1 | 25 | 7 | 2025-08-01 | 2026-01-31 | AimType=3 ProgType=25 StdCode=7 LearnAimRef=60000001 LearnActEndDate=2026-02-01 | | yes | a day after the programme aim
        1 | 25 | 7 | 2025-08-01 | 2026-01-31 | AimType=3 ProgType=25 StdCode=7 LearnAimRef=60000001 LearnActEndDate=2026-01-31 | | no  | the same day
        1 | 25 | 7 | 2025-08-01 |            | AimType=3 ProgType=25 StdCode=7 LearnAimRef=60000001 LearnActEndDate=2026-02-01 | | no  | the programme aim is open
        1 | 25 | 7 | 2025-08-01 | 2026-01-31 | AimType=3 ProgType=25 StdCode=7 LearnAimRef=60000001 | | no  | open component aims are another rule's
        1 | 25 | 7 | 2025-08-01 | 2026-01-31 | AimType=3 ProgType=25 StdCode=8 LearnAimRef=60000001 LearnActEndDate=2026-02-01 | | no  | another standard
        1 | 25 | 7 | 2025-08-01 | 2026-01-31 | AimType=4 ProgType=25 StdCode=7 LearnAimRef=60000001 LearnActEndDate=2026-02-01 | | no  | no component aim
        4 | 25 | 7 | 2025-08-01 | 2026-01-31 | AimType=3 ProgType=25 StdCode=7 LearnAimRef=60000001 LearnActEndDate=2026-02-01 | | no  | no programme aim
        1 | 25 | 7 | 2025-08-01 | 2026-01-31 | AimType=3 ProgType=25 StdCode=7 LearnAimRef=60000001 LearnActEndDate=2026-02-01 | LearnAimRef=60000001 BasicSkillsType=1 | no | English or maths
        1 | 25 | 7 | 2025-08-01 | 2026-01-31 | AimType=3 ProgType=25 StdCode=7 LearnAimRef=60000001 LearnActEndDate=2026-02-01 | LearnAimRef=60000001 BasicSkillsType=36 | yes | other basic skills
        1 | 25 | 7 | 2025-08-01 | 2026-01-31 | AimType=3 ProgType=25 StdCode=7 LearnAimRef=60000001 LearnActEndDate=2026-02-01; AimType=1 ProgType=25 StdCode=7 LearnStartDate=2026-02-01 | | no | the programme was resumed
        1 | 25 | 7 | 2025-08-01 | 2026-01-31 | AimType=3 ProgType=25 StdCode=7 LearnAimRef=60000001 LearnActEndDate=2026-02-01; AimType=1 ProgType=25 StdCode=7 LearnStartDate=2024-08-01 LearnActEndDate=2024-12-01 | | yes | this is the later of two
    """,
)  # fmt: skip
def programme_ends_before_a_component(aim):
    return is_latest_programme_aim(aim) & (aim.LearnActEndDate < last_end_of_components(aim))


@rule(
    "R_90",
    LearningDelivery,
    summary="A component aim must be closed once its latest programme aim is, English and maths apart.",
    message="This component aim has no LearnActEndDate, although its programme aim ended on {programme_end}.",
    show={"programme_end": end_of_latest_programme_aim},
    fix="Record the actual end date of the component aim, or remove that of the programme aim if it goes on.",
    unless=(is_english_or_maths,),
    cases="""
        AimType | ProgType | StdCode | LearnActEndDate | Other | lars_annual_value | fires | why
        3 | 25 | 7 |            | AimType=1 ProgType=25 StdCode=7 LearnStartDate=2025-08-01 LearnActEndDate=2026-01-31 | | yes | open in a closed programme
        3 | 25 | 7 | 2026-01-31 | AimType=1 ProgType=25 StdCode=7 LearnStartDate=2025-08-01 LearnActEndDate=2026-01-31 | | no  | closed too
        3 | 25 | 7 |            | AimType=1 ProgType=25 StdCode=7 LearnStartDate=2025-08-01 | | no  | the programme is open
        3 | 25 | 7 |            | AimType=1 ProgType=25 StdCode=8 LearnStartDate=2025-08-01 LearnActEndDate=2026-01-31 | | no  | another standard
        3 | 25 | 7 |            | AimType=3 ProgType=25 StdCode=7 LearnStartDate=2025-08-01 LearnActEndDate=2026-01-31 | | no  | no programme aim
        4 | 25 | 7 |            | AimType=1 ProgType=25 StdCode=7 LearnStartDate=2025-08-01 LearnActEndDate=2026-01-31 | | no  | no component aim
        3 | 25 | 7 |            | AimType=1 ProgType=25 StdCode=7 LearnStartDate=2025-08-01 LearnActEndDate=2026-01-31 | BasicSkillsType=35 | no | English or maths
        3 | 25 | 7 |            | AimType=1 ProgType=25 StdCode=7 LearnStartDate=2025-08-01 LearnActEndDate=2026-01-31; AimType=1 ProgType=25 StdCode=7 LearnStartDate=2026-03-01 | | no | resumed after a break
        3 | 25 | 7 |            | AimType=1 ProgType=25 StdCode=7 LearnStartDate=2026-03-01 LearnActEndDate=2026-04-30; AimType=1 ProgType=25 StdCode=7 LearnStartDate=2025-08-01 | | yes | the later of two is closed
    """,
)  # fmt: skip
def component_is_open_in_closed_programme(aim):
    return is_component_aim(aim) & aim.LearnActEndDate.missing & end_of_latest_programme_aim(aim).known


@rule(
    "R_124",
    LearningDelivery,
    summary="A learner's programme aims must not overlap.",
    message="This programme aim starts on {LearnStartDate}, while another programme aim of the learner still lasts.",
    why="A standard lasts until its achievement date where there is one, any other programme until its actual end date.",
    fix="Close the earlier programme at least a day before, or correct the dates.",
    cases="""
        AimType | LearnStartDate | Other | fires | why
        1 | 2025-10-01 | AimType=1 ProgType=31 LearnStartDate=2025-09-01                            | yes | the other has no end
        1 | 2025-10-01 | AimType=1 ProgType=31 LearnStartDate=2025-09-01 LearnActEndDate=2025-10-01 | yes | it ends on this day
        1 | 2025-10-01 | AimType=1 ProgType=31 LearnStartDate=2025-09-01 LearnActEndDate=2025-09-30 | no  | it ended the day before
        1 | 2025-10-01 | AimType=1 ProgType=31 LearnStartDate=2025-10-01 LearnActEndDate=2025-10-31 | yes | both start on this day
        1 | 2025-10-01 | AimType=1 ProgType=31 LearnStartDate=2025-10-02                            | no  | the other starts later
        1 | 2025-10-01 | AimType=1 ProgType=25 LearnStartDate=2025-01-01 LearnActEndDate=2025-09-30 AchDate=2025-10-01 | yes | a standard lasts until it is achieved
        1 | 2025-10-01 | AimType=1 ProgType=32 LearnStartDate=2025-01-01 LearnActEndDate=2025-09-30 AchDate=2025-10-01 | no  | a Skills Bootcamp ends with the learning
        3 | 2025-10-01 | AimType=1 ProgType=31 LearnStartDate=2025-09-01                            | no  | this is no programme aim
        1 | 2025-10-01 | AimType=3 ProgType=31 LearnStartDate=2025-09-01                            | no  | the other is no programme aim
    """,
)
def programme_aims_overlap(aim):
    lasting = aim.any(
        LearningDelivery,
        lambda o: is_programme_aim(o) & (o.LearnStartDate <= aim.LearnStartDate) & (aim.LearnStartDate <= dd36(o)),
        other=True,
    )
    return is_programme_aim(aim) & lasting


UNIT = ("FundModel", "ProgType", "LearnStartDate", "LearnPlanEndDate", "LearnActEndDate")


@rule(
    "R_159",
    LearningDelivery,
    summary="The component aim of an apprenticeship unit must have a programme aim with the same funding and dates.",
    message="No programme aim of an apprenticeship unit has FundModel {FundModel}, start {LearnStartDate}, planned end "
    "{LearnPlanEndDate} and actual end {LearnActEndDate} as this component aim does.",
    fix="Record the same FundModel, start, planned end and actual end on both aims of the unit.",
    cases="""
        AimType | ProgType | FundModel | LearnStartDate | LearnPlanEndDate | LearnActEndDate | Other | fires | why
        3 | 34 | 39 | 2026-09-01 | 2026-12-01 | | AimType=1 ProgType=34 FundModel=39 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | no  | all match
        3 | 34 | 39 | 2026-09-01 | 2026-12-01 | | | yes | no programme aim
        3 | 34 | 39 | 2026-09-01 | 2026-12-01 | | AimType=3 ProgType=34 FundModel=39 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | yes | only another component aim
        3 | 34 | 39 | 2026-09-01 | 2026-12-01 | | AimType=1 ProgType=34 FundModel=99 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | yes | another funding model
        3 | 34 | 39 | 2026-09-01 | 2026-12-01 | | AimType=1 ProgType=25 FundModel=39 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | yes | another programme type
        3 | 34 | 39 | 2026-09-01 | 2026-12-01 | | AimType=1 ProgType=34 FundModel=39 LearnStartDate=2026-09-02 LearnPlanEndDate=2026-12-01 | yes | another start
        3 | 34 | 39 | 2026-09-01 | 2026-12-01 | | AimType=1 ProgType=34 FundModel=39 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-02 | yes | another planned end
        3 | 34 | 39 | 2026-09-01 | 2026-12-01 | | AimType=1 ProgType=34 FundModel=39 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 LearnActEndDate=2026-12-01 | yes | only the programme has ended
        3 | 34 | 39 | 2026-09-01 | 2026-12-01 | 2026-12-01 | AimType=1 ProgType=34 FundModel=39 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 LearnActEndDate=2026-12-01 | no | ended on one day
        3 | 25 | 36 | 2026-09-01 | 2026-12-01 | | | no  | no apprenticeship unit
        4 | 34 | 39 | 2026-09-01 | 2026-12-01 | | | no  | no component aim
    """,
)  # fmt: skip
def component_of_unit_has_programme_aim(aim):
    return is_component_aim(aim) & (aim.ProgType == 34) & aim.none(LearningDelivery, is_programme_aim, same=UNIT)


@rule(
    "R_160",
    LearningDelivery,
    summary="The programme aim of an apprenticeship unit must have a component aim with the same funding and dates.",
    message="No component aim of an apprenticeship unit has FundModel {FundModel}, start {LearnStartDate}, planned end "
    "{LearnPlanEndDate} and actual end {LearnActEndDate} as this programme aim does.",
    fix="Record the same FundModel, start, planned end and actual end on both aims of the unit.",
    cases="""
        AimType | ProgType | FundModel | LearnStartDate | LearnPlanEndDate | LearnActEndDate | Other | fires | why
        1 | 34 | 39 | 2026-09-01 | 2026-12-01 | | AimType=3 ProgType=34 FundModel=39 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | no  | all match
        1 | 34 | 39 | 2026-09-01 | 2026-12-01 | | | yes | no component aim
        1 | 34 | 39 | 2026-09-01 | 2026-12-01 | | AimType=5 ProgType=34 FundModel=39 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | yes | a core aim is none
        1 | 34 | 39 | 2026-09-01 | 2026-12-01 | | AimType=3 ProgType=34 FundModel=99 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | yes | another funding model
        1 | 34 | 39 | 2026-09-01 | 2026-12-01 | | AimType=3 ProgType=34 FundModel=39 LearnStartDate=2026-09-02 LearnPlanEndDate=2026-12-01 | yes | another start
        1 | 34 | 39 | 2026-09-01 | 2026-12-01 | | AimType=3 ProgType=34 FundModel=39 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-02 | yes | another planned end
        1 | 34 | 39 | 2026-09-01 | 2026-12-01 | 2026-12-01 | AimType=3 ProgType=34 FundModel=39 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 | yes | only the programme has ended
        1 | 34 | 39 | 2026-09-01 | 2026-12-01 | 2026-12-01 | AimType=3 ProgType=34 FundModel=39 LearnStartDate=2026-09-01 LearnPlanEndDate=2026-12-01 LearnActEndDate=2026-12-01 | no | ended on one day
        1 | 25 | 36 | 2026-09-01 | 2026-12-01 | | | no  | no apprenticeship unit
        3 | 34 | 39 | 2026-09-01 | 2026-12-01 | | | no  | no programme aim
    """,
)  # fmt: skip
def programme_of_unit_has_component_aim(aim):
    return is_programme_aim(aim) & (aim.ProgType == 34) & aim.none(LearningDelivery, is_component_aim, same=UNIT)
