"""16 to 19 study programmes and T Levels: core aims, their programme aims, and what goes with them."""

from openilr.derive.codes import has_fam, lars
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import Learner, LearningDelivery
from openilr.validate.rule import rule

#: Programme types: 30 T Level Foundation Year, 31 T Level.
FOUNDATION_YEAR, T_LEVEL = 30, 31


def is_from_adult_budget(aim: Record) -> Expr:
    """Whether the source of funding is 105, the adult budget, so that the aim is no study programme."""
    return has_fam(aim, "SOF", "105")


def is_adult_t_level_pilot(aim: Record) -> Expr:
    return has_fam(aim, "LDM", "384")


def is_occupational_specialism(aim: Record) -> Expr:
    return aim.LearnAimRef.upper.starts_with("ZTLOS")


def is_technical_qualification(aim: Record) -> Expr:
    """Whether LARS calls the aim a T Level technical qualification."""
    return lars(aim, "LearnAimRefType") == "1468"


@rule(
    "R_63",
    LearningDelivery,
    summary="A learner with 16 to 19 funding (FundModel 25) must have a core aim.",
    message="This aim is on FundModel 25, but none of the learner's aims is a core aim (AimType 5).",
    why="The study programme is funded by way of its core aim.",
    fix="Record AimType 5 on the learner's main aim.",
    unless=(is_from_adult_budget,),
    cases="""
        AimType | FundModel | FAM    | Other                  | fires | why
        4       | 25        | SOF107 | AimType=4 FundModel=25 | yes   | two aims, neither is the core aim
        4       | 25        | SOF107 | AimType=5 FundModel=25 | no    | the other aim is
        5       | 25        | SOF107 |                        | no    | this is it
        4       | 35        |        |                        | no    | not 16 to 19 funded
        4       | 25        | SOF105 |                        | no    | another source of funding
        4       | 25        |        |                        | yes   | no source of funding recorded
    """,
)
def study_programme_has_core_aim(aim):
    return (aim.FundModel == 25) & aim.none(LearningDelivery, lambda o: o.AimType == 5)


@rule(
    "R_125",
    LearningDelivery,
    summary="A component or core aim of a T Level (or its foundation year) must have a programme aim with the same "
    "FundModel and ProgType.",
    message="There is no programme aim with FundModel {FundModel} and ProgType {ProgType} for this aim.",
    fix="Add the programme aim, or correct FundModel or ProgType.",
    cases="""
        AimType | ProgType | FundModel | Other                              | fires | why
        5       | 31       | 25        |                                    | yes   | alone
        3       | 30       | 25        |                                    | yes   | a foundation year's component aim
        5       | 31       | 25        | AimType=1 ProgType=31 FundModel=25 | no    | the programme aim
        5       | 31       | 25        | AimType=1 ProgType=30 FundModel=25 | yes   | another programme type
        5       | 31       | 25        | AimType=1 ProgType=31 FundModel=99 | yes   | another funding model
        5       | 31       | 25        | AimType=3 ProgType=31 FundModel=25 | yes   | no programme aim
        4       | 31       | 25        |                                    | no    | part of no programme
        5       | 25       | 25        |                                    | no    | no T Level
        5       |          | 25        |                                    | no    | blank is no T Level
    """,
)
def part_of_t_level_has_programme_aim(aim):
    programme = aim.none(LearningDelivery, lambda o: o.AimType == 1, same=["FundModel", "ProgType"])
    return aim.AimType.is_in(3, 5) & aim.ProgType.is_in(FOUNDATION_YEAR, T_LEVEL) & programme


@rule(
    "R_126",
    LearningDelivery,
    summary="The programme aim of a T Level (or its foundation year) must have a component or core aim with the same "
    "FundModel and ProgType.",
    message="There is no component or core aim with FundModel {FundModel} and ProgType {ProgType} for this programme.",
    fix="Add the core aim, or correct FundModel or ProgType.",
    cases="""
        AimType | ProgType | FundModel | Other                              | fires | why
        1       | 31       | 25        |                                    | yes   | alone
        1       | 30       | 25        |                                    | yes   | a foundation year
        1       | 31       | 25        | AimType=5 ProgType=31 FundModel=25 | no    | the core aim
        1       | 31       | 25        | AimType=3 ProgType=31 FundModel=25 | no    | a component aim
        1       | 31       | 25        | AimType=4 ProgType=31 FundModel=25 | yes   | an aim outside the programme
        1       | 31       | 25        | AimType=5 ProgType=30 FundModel=25 | yes   | another programme type
        1       | 31       | 25        | AimType=5 ProgType=31 FundModel=99 | yes   | another funding model
        1       | 25       | 36        |                                    | no    | no T Level
        3       | 31       | 25        |                                    | no    | no programme aim
    """,
)
def t_level_programme_has_parts(aim):
    parts = aim.none(LearningDelivery, lambda o: o.AimType.is_in(3, 5), same=["FundModel", "ProgType"])
    return (aim.AimType == 1) & aim.ProgType.is_in(FOUNDATION_YEAR, T_LEVEL) & parts


@rule(
    "R_129",
    LearningDelivery,
    summary="A T Level technical qualification must have a programme aim with the same ProgType.",
    message="{LearnAimRef} is a technical qualification, but there is no programme aim with ProgType {ProgType}.",
    fix="Add the T Level's programme aim, or correct ProgType.",
    unless=(is_adult_t_level_pilot,),
    cases="""
        AimType | ProgType | LearnAimRef | lars                 | Other                 | FAM    | fires | why
        5       | 31       | 60000001    | LearnAimRefType=1468 |                       |        | yes   | no programme aim
        5       | 31       | 60000001    | LearnAimRefType=1468 | AimType=1 ProgType=31 |        | no    | its programme aim
        5       | 31       | 60000001    | LearnAimRefType=1468 | AimType=1 ProgType=30 |        | yes   | another programme type
        5       | 31       | 60000001    | LearnAimRefType=1468 | AimType=3 ProgType=31 |        | yes   | no programme aim
        5       | 31       | 60000001    | LearnAimRefType=0003 |                       |        | no    | another kind of aim
        3       | 31       | 60000001    | LearnAimRefType=1468 |                       |        | no    | no core aim
        5       |          | 60000001    | LearnAimRefType=1468 |                       | LDM384 | no    | the pilot for adults
        5       |          | 60000001    | LearnAimRefType=1468 |                       | LDM385 | yes   | another monitoring code
    """,
)
def technical_qualification_has_programme_aim(aim):
    programme = aim.none(LearningDelivery, lambda o: o.AimType == 1, same=["ProgType"])
    return (aim.AimType == 5) & is_technical_qualification(aim) & programme


@rule(
    "R_130",
    Learner,
    summary="Planned hours are not returned on a learner all of whose aims are T Level aims.",
    message="All aims are T Level aims, but PlanLearnHours is {PlanLearnHours} and PlanEEPHours is {PlanEEPHours}.",
    why="The planned hours of a T Level are recorded on its programme aim.",
    fix="Remove PlanLearnHours and PlanEEPHours.",
    cases="""
        PlanLearnHours | PlanEEPHours | LearningDelivery                                           | fires | why
        600            |              | FundModel=25 ProgType=31                                   | yes   | planned learning hours
                       | 40           | FundModel=25 ProgType=31                                   | yes   | other planned hours
        0              |              | FundModel=25 ProgType=31                                   | yes   | zero is returned too
                       |              | FundModel=25 ProgType=31                                   | no    | none returned
        600            | 40           | FundModel=25 ProgType=31; FundModel=25                     | no    | an aim beside the T Level
        600            | 40           | FundModel=25 ProgType=30                                   | no    | a foundation year
        600            | 40           | FundModel=99 ProgType=31                                   | no    | not 16 to 19 funded
        600            | 40           | FundModel=25 ProgType=31; FundModel=25 ProgType=31         | yes   | several T Level aims
        600            | 40           |                                                            | no    | no aims at all
    """,
)
def hours_of_t_level_learner_are_not_returned(learner):
    def is_t_level_aim(aim):
        return (aim.FundModel == 25) & (aim.ProgType == T_LEVEL)

    only_t_level = learner.any(LearningDelivery) & learner.none(LearningDelivery, lambda aim: ~is_t_level_aim(aim))
    return only_t_level & (learner.PlanLearnHours.known | learner.PlanEEPHours.known)


@rule(
    "R_137",
    LearningDelivery,
    summary="A T Level learner must have an occupational specialism (LearnAimRef ZTLOS and three more characters).",
    message="This is a T Level aim, but the learner has no occupational specialism aim (ZTLOS...).",
    fix="Add the occupational specialism that the learner takes or plans to take.",
    cases="""
        ProgType | LearnAimRef | Other                            | fires | why
        31       | 60000001    |                                  | yes   | no specialism
        31       | 60000001    | ProgType=31 LearnAimRef=ZTLOS001 | no    | the specialism
        31       | ZTLOS001    |                                  | no    | this is the specialism
        31       | 60000001    | ProgType=31 LearnAimRef=ZPROG001 | yes   | only the programme aim beside it
        30       | 60000001    |                                  | no    | a foundation year has none
                 | 60000001    |                                  | no    | no T Level
    """,
)
def t_level_has_occupational_specialism(aim):
    return (aim.ProgType == T_LEVEL) & aim.none(LearningDelivery, is_occupational_specialism)


def pathways(aim: Record) -> Expr:
    """The framework and pathway codes that LARS gives the aim."""
    return aim.values(
        "lars_framework_aims", lambda f: f.FworkCode.as_text() + "/" + f.PwayCode.as_text(), same=["LearnAimRef"]
    )


@rule(
    "R_147",
    LearningDelivery,
    summary="The open occupational specialism and technical qualification of a T Level must share a pathway in LARS.",
    message="LARS has no framework and pathway that {LearnAimRef} shares with the learner's technical qualification.",
    fix="Check which T Level the learner takes and correct the aim that belongs to another one.",
    cases="""
        LearnAimRef | LearnActEndDate | Other                | lars | lars_framework_aims | fires | why
        ZTLOS001 |            | LearnAimRef=60000001 | LearnAimRef=60000001 LearnAimRefType=1468 | FworkCode=1 PwayCode=1; FworkCode=1 PwayCode=1 LearnAimRef=60000001 | no  | the same pathway
        ZTLOS001 |            | LearnAimRef=60000001 | LearnAimRef=60000001 LearnAimRefType=1468 | FworkCode=1 PwayCode=1; FworkCode=1 PwayCode=2 LearnAimRef=60000001 | yes | another pathway
        ZTLOS001 |            | LearnAimRef=60000001 | LearnAimRef=60000001 LearnAimRefType=1468 | FworkCode=1 PwayCode=1; FworkCode=2 PwayCode=1 LearnAimRef=60000001 | yes | another framework
        ZTLOS001 |            | LearnAimRef=60000001 | LearnAimRef=60000001 LearnAimRefType=1468 | FworkCode=1 PwayCode=1; FworkCode=1 PwayCode=2 LearnAimRef=60000001; FworkCode=1 PwayCode=1 LearnAimRef=60000001 | no | one of several pathways
        ZTLOS001 |            | LearnAimRef=60000001 | LearnAimRef=60000001 LearnAimRefType=1468 | FworkCode=1 PwayCode=1 LearnAimRef=60000001 | yes | the specialism is in no pathway
        ZTLOS001 |            | LearnAimRef=60000001 | LearnAimRef=60000001 LearnAimRefType=0003 | FworkCode=1 PwayCode=1; FworkCode=1 PwayCode=2 LearnAimRef=60000001 | no  | the other is no technical qualification
        ZTLOS001 | 2026-01-31 | LearnAimRef=60000001 | LearnAimRef=60000001 LearnAimRefType=1468 | FworkCode=1 PwayCode=1; FworkCode=1 PwayCode=2 LearnAimRef=60000001 | no  | the specialism is closed
        ZTLOS001 |            | LearnAimRef=60000001 LearnActEndDate=2026-01-31 | LearnAimRef=60000001 LearnAimRefType=1468 | FworkCode=1 PwayCode=1; FworkCode=1 PwayCode=2 LearnAimRef=60000001 | no | the qualification is closed
        ZTLOS001 |            | LearnAimRef=60000001; LearnAimRef=60000002 LearnActEndDate=2026-01-31 | LearnAimRef=60000001 LearnAimRefType=1468; LearnAimRef=60000002 LearnAimRefType=1468 | FworkCode=1 PwayCode=1; FworkCode=1 PwayCode=2 LearnAimRef=60000001; FworkCode=1 PwayCode=1 LearnAimRef=60000002 | yes | shared only with a closed qualification
        60000002 |            | LearnAimRef=60000001 | LearnAimRef=60000001 LearnAimRefType=1468 | FworkCode=1 PwayCode=1; FworkCode=1 PwayCode=2 LearnAimRef=60000001 | no  | no specialism
        ZTLOS001 |            |                      |                                           | FworkCode=1 PwayCode=1 | no  | no technical qualification
    """,
)  # fmt: skip
def specialism_matches_technical_qualification(aim):
    def is_open_technical_qualification(o):
        return is_technical_qualification(o) & o.LearnActEndDate.missing

    shared = aim.any(
        LearningDelivery, lambda o: is_open_technical_qualification(o) & pathways(aim).overlaps(pathways(o))
    )
    is_open_specialism = is_occupational_specialism(aim) & aim.LearnActEndDate.missing
    return is_open_specialism & aim.any(LearningDelivery, is_open_technical_qualification) & ~shared
