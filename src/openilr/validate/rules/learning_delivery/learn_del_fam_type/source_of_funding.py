"""SOF: the source of funding of an aim."""

from openilr.derive.codes import has_fam, has_fam_other_than
from openilr.derive.dd35 import dd35
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.learn_del_fam_type.exclusions import devolved_authority_funds
from openilr.validate.rules.learning_delivery.learn_del_fam_type.shapes import forbidden_on, needed_on

needed_on("LearnDelFAMType_01", (25, 82, 35, 36, 37, 81, 10, 11, 38), "a source of funding (SOF)", "SOF", until="2526")
needed_on(
    "LearnDelFAMType_01", (25, 82, 35, 36, 37, 81, 10, 11, 38, 39), "a source of funding (SOF)", "SOF", since="2627"
)

forbidden_on("LearnDelFAMType_08", (99,), "funding by the agency (SOF 105 or 107)", "SOF", "105", "107")

forbidden_on(
    "LearnDelFamType_134", (35, 10), "a source of funding of an authority that was devolved in 2025 (SOF 121 to 123)",
    "SOF", "121", "122", "123",
)  # fmt: skip


@rule(
    "LearnDelFAMType_07",
    LearningDelivery,
    summary="The source of funding of 16 to 19 aims (FundModel 25 or 82) must be SOF 105 or 107.",
    message="FundModel is {FundModel}, but the source of funding is neither SOF 105 nor SOF 107.",
    fix="Record SOF 107, or SOF 105 for adult budgets, or correct FundModel.",
    cases="""
        FundModel | FAM           | fires | why
        25        | SOF108        | yes   | community learning funds
        82        | SOF110        | yes   | a devolved authority
        25        | SOF105        | no    | adult
        25        | SOF107        | no    | 16 to 19
        82        | SOF107        | no    | 16 to 19
        25        | SOF110 SOF107 | no    | one of two is 16 to 19; that there are two is another rule's question
        25        | LDM118        | no    | no source of funding: LearnDelFAMType_01
        35        | SOF108        | no    | no 16 to 19 funding model
    """,
)
def source_is_neither_adult_nor_16_to_19(aim):
    return aim.FundModel.is_in(25, 82) & has_fam(aim, "SOF") & ~has_fam(aim, "SOF", "105", "107")


#: Funding models that the adult source of funding pays for.
ADULT_MODELS = {"2526": (35, 38, 36, 81, 10, 11), "2627": (35, 38, 36, 81, 11, 39)}


@rule(
    "LearnDelFAMType_09",
    LearningDelivery,
    summary="Apprenticeships, adult, tailored and community learning must have SOF 105 or a devolved authority.",
    message="FundModel is {FundModel}, but the source of funding is neither SOF 105 nor a devolved authority.",
    fix="Record SOF 105 or the devolved authority that funds the aim, or correct FundModel.",
    unless=[devolved_authority_funds],
    cases="""
        FundModel | FAM           | years | fires | why
        35        | SOF107        |       | yes   | adult skills from 16 to 19 funds
        38        | SOF107        |       | yes   | adult skills fund
        36        | SOF107        |       | yes   | apprenticeship
        81        | SOF107        |       | yes   | other adult
        11        | SOF107        |       | yes   | tailored learning
        10        | SOF107        | 2526  | yes   | community learning
        10        | SOF107        | 2627  | no    | community learning left the rule
        39        | SOF107        | 2627  | yes   | short courses
        39        | SOF107        | 2526  | no    | short courses begin in 2026-27
        35        | SOF1          |       | yes   | Office for Students
        35        | SOF105        |       | no    | adult
        35        | SOF110        |       | no    | a devolved authority
        35        | SOF123        |       | no    | the last devolved authority of 2025-26
        35        | SOF124        | 2526  | yes   | no authority yet
        35        | SOF130        | 2627  | no    | the last devolved authority of 2026-27
        35        | SOF107 SOF105 |       | no    | one of two is adult
        35        | LDM118        |       | no    | no source of funding: LearnDelFAMType_01
        25        | SOF107        |       | no    | 16 to 19
        37        | SOF1          |       | no    | skills bootcamps: LearnDelFAMType_112
        99        | SOF1          |       | no    | non-funded
    """,
)
def source_is_not_adult(aim):
    models = ADULT_MODELS[aim.teaching_year.name]
    return aim.FundModel.is_in(models) & has_fam(aim, "SOF") & ~has_fam(aim, "SOF", "105")


@rule(
    "LearnDelFAMType_75",
    LearningDelivery,
    summary="Aims that a devolved authority funds must not carry national adult education monitoring codes.",
    message="A devolved authority funds this aim, but it has LDM 034, 357, 363, 379 or 388: a code of national funding.",
    why="The codes mark offenders in custody, procured national budgets and the national low wage trial.",
    fix="Remove the monitoring code, or correct the source of funding.",
    cases="""
        FAM           | fires | why
        SOF110 LDM034 | yes   | custody
        SOF110 LDM357 | yes   | procured budget of 2017
        SOF110 LDM363 | yes   | low wage
        SOF123 LDM379 | yes   | procured budget of 2021, last authority of 2025-26
        SOF110 LDM388 | yes   | procured budget of 2023
        SOF110 LDM118 | no    | another monitoring code
        SOF105 LDM034 | no    | national funding
        LDM034        | no    | no source of funding
    """,
)
def national_codes_on_devolved_funding(aim):
    return dd35(aim) & has_fam(aim, "LDM", "034", "357", "363", "379", "388")


@rule(
    "LearnDelFAMType_76",
    LearningDelivery,
    summary="Learning of offenders in custody (LDM 034) must have source of funding SOF 105.",
    message="LDM 034 (offenders in custody) is recorded with a source of funding other than SOF 105.",
    fix="Record SOF 105, or remove LDM 034 if the learner is not in custody.",
    cases="""
        FAM           | fires | why
        LDM034 SOF107 | yes   | 16 to 19
        LDM034 SOF110 | yes   | a devolved authority
        LDM034 SOF105 | no    | adult
        LDM034        | no    | no source of funding: LearnDelFAMType_01
        LDM118 SOF107 | no    | not in custody
    """,
)
def custody_is_not_adult_funded(aim):
    return has_fam(aim, "LDM", "034") & has_fam_other_than(aim, "SOF", "105")


@rule(
    "LearnDelFAMType_109",
    LearningDelivery,
    summary="Devolved authorities fund no apprenticeships, traineeships or T Levels.",
    message="ProgType is {ProgType}, but the source of funding is a devolved authority.",
    fix="Correct the source of funding or ProgType.",
    cases="ProgType | FAM | fires | why\n"
    + "\n".join(f"{programme} | SOF110 | yes | not funded by authorities" for programme in (2, 3, 20, 21, 22, 23, 24))
    + """
        25 | SOF110 | yes | apprenticeship standard
        30 | SOF110 | yes | T Level transition
        31 | SOF110 | yes | T Level
        32 | SOF110 | no  | skills bootcamp
           | SOF110 | no  | no programme
        25 | SOF105 | no  | national funding
    """,
)
def authority_funds_national_programme(aim):
    return dd35(aim) & aim.ProgType.is_in(2, 3, 20, 21, 22, 23, 25, 24, 30, 31)


@rule(
    "LearnDelFAMType_112",
    LearningDelivery,
    summary="Skills Bootcamps must have source of funding SOF 105.",
    message="ProgType is {ProgType}, a Skills Bootcamp, without SOF 105.",
    fix="Record SOF 105.",
    cases="""
        ProgType | FAM    | fires | why
        32       | SOF107 | yes   | 16 to 19
        32       | SOF110 | yes   | a devolved authority
        32       |        | yes   | no source of funding
        32       | SOF105 | no    | adult
        31       | SOF107 | no    | no bootcamp
                 | SOF107 | no    | no programme
    """,
)
def bootcamp_is_not_adult_funded(aim):
    return (aim.ProgType == 32) & ~has_fam(aim, "SOF", "105")


@rule(
    "LearnDelFAMType_118",
    LearningDelivery,
    summary="T Levels must have source of funding SOF 107.",
    message="ProgType is {ProgType}, a T Level, with a source of funding other than SOF 107.",
    fix="Record SOF 107, or correct ProgType.",
    cases="""
        ProgType | FAM    | fires | why
        31       | SOF105 | yes   | adult
        31       | SOF107 | no    | 16 to 19
        31       |        | no    | no source of funding: LearnDelFAMType_01
        30       | SOF105 | no    | transition programme
                 | SOF105 | no    | no programme
    """,
)
def t_level_is_not_16_to_19_funded(aim):
    return (aim.ProgType == 31) & has_fam_other_than(aim, "SOF", "107")
