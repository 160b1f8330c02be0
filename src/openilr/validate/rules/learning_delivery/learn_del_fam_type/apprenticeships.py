"""ACT, EEF and LSF: contract types, entitlements and learning support, most of them of apprenticeships."""

from openilr.derive.codes import has_fam, is_english_or_maths, is_in_lars, is_restart, lars
from openilr.derive.dd07 import dd07
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.learn_del_fam_type.shapes import forbidden_on

forbidden_on("LearnDelFAMType_50", (25, 82, 10, 99), "learning support funding (LSF)", "LSF", until="2526")
forbidden_on("LearnDelFAMType_50", (25, 82, 99), "learning support funding (LSF)", "LSF", since="2627")

#: LARS common component of British Sign Language, which counts as English in apprenticeships.
SIGN_LANGUAGE = 20


def english_or_maths_component(aim):
    subject = is_english_or_maths(aim) | (lars(aim, "FrameworkCommonComponent") == SIGN_LANGUAGE)
    return (aim.AimType == 3) & subject


def on_a_funded_apprenticeship(aim):
    return aim.FundModel.is_in(35, 36, 81) & dd07(aim)


@rule(
    "LearnDelFAMType_14",
    LearningDelivery,
    summary="Only aims of funded apprenticeships have an entitlement to enhanced apprenticeship funding (EEF).",
    message="EEF is recorded on FundModel {FundModel}, ProgType {ProgType}: no funded apprenticeship.",
    fix="Remove EEF, or correct FundModel or ProgType.",
    unless=[on_a_funded_apprenticeship],
    cases="""
        FundModel | ProgType | FAM    | fires | why
        36        | 25       | EEF2   | no    | funded apprenticeship
        35        | 25       | EEF2   | no    | funded apprenticeship
        81        | 25       | EEF4   | no    | funded apprenticeship
        99        | 25       | EEF2   | yes   | the apprenticeship is not funded
        36        |          | EEF2   | yes   | no programme
        35        | 24       | EEF2   | yes   | another programme
        99        |          | SOF105 | no    | not recorded
    """,
)
def enhanced_funding_outside_apprenticeships(aim):
    return has_fam(aim, "EEF")


def on_an_apprenticeship_programme_or_its_english_and_maths(aim):
    return (aim.FundModel == 36) & ((aim.AimType == 1) | english_or_maths_component(aim))


@rule(
    "LearnDelFAMType_63",
    LearningDelivery,
    summary="Only apprenticeship programme aims and their English and maths have a contract type (ACT).",
    message="ACT is recorded on an aim of FundModel {FundModel} and AimType {AimType} that takes no contract type.",
    fix="Remove ACT, or correct FundModel, AimType or LearnAimRef.",
    unless=[on_an_apprenticeship_programme_or_its_english_and_maths],
    cases="""
        FundModel | AimType | LearnStartDate | FAM    | lars | lars_annual_value | fires | why
        36 | 1 | 2025-09-01 | ACT1   |                             |                                                | no  | programme aim
        36 | 3 | 2025-09-01 | ACT1   | FrameworkCommonComponent=1  | BasicSkillsType=1 EffectiveFrom=2020-08-01     | no  | English or maths
        36 | 3 | 2025-09-01 | ACT1   | FrameworkCommonComponent=20 |                                                | no  | sign language
        36 | 3 | 2025-09-01 | ACT1   | FrameworkCommonComponent=1  |                                                | yes | another component
        36 | 3 | 2025-09-01 | ACT1   | FrameworkCommonComponent=1  | BasicSkillsType=43 EffectiveFrom=2020-08-01    | yes | digital skills
        36 | 3 | 2025-09-01 | ACT1   | FrameworkCommonComponent=1  | BasicSkillsType=1 EffectiveFrom=2025-09-02     | yes | maths from the day after the start
        36 | 3 | 2025-09-01 | ACT1   | FrameworkCommonComponent=1  | BasicSkillsType=1 EffectiveFrom=2020-08-01 EffectiveTo=2025-08-31 | yes | maths until the day before the start
        36 | 3 | 2025-09-01 | ACT1   | FrameworkCommonComponent=1  | BasicSkillsType=35 EffectiveFrom=2025-09-01 EffectiveTo=2025-09-01 | no | English for that one day
        36 | 4 | 2025-09-01 | ACT1   |                             | BasicSkillsType=1 EffectiveFrom=2020-08-01     | yes | no component of a programme
        99 | 1 | 2025-09-01 | ACT1   |                             |                                                | yes | no apprenticeship funding
        99 | 3 | 2025-09-01 | ACT1   |                             | BasicSkillsType=1 EffectiveFrom=2020-08-01     | yes | no apprenticeship funding
        99 | 1 | 2025-09-01 | SOF105 |                             |                                                | no  | no contract type
    """,
)
def contract_type_outside_apprenticeships(aim):
    return has_fam(aim, "ACT")


@rule(
    "LearnDelFAMType_64",
    LearningDelivery,
    summary="Apprenticeship programme aims and their English and maths need a contract type (ACT).",
    message="FundModel is {FundModel} and AimType {AimType}, but no contract type (ACT) is recorded.",
    fix="Record ACT 1 or ACT 2 with the day from which it applies.",
    cases="""
        FundModel | AimType | LearnStartDate | FAM    | lars | lars_annual_value | fires | why
        36 | 1 | 2025-09-01 | SOF105 |                             |                                             | yes | programme aim
        36 | 1 | 2025-09-01 | ACT1   |                             |                                             | no  | programme aim with a contract type
        36 | 3 | 2025-09-01 | SOF105 | FrameworkCommonComponent=1  | BasicSkillsType=35 EffectiveFrom=2020-08-01 | yes | English or maths
        36 | 3 | 2025-09-01 | ACT1   | FrameworkCommonComponent=1  | BasicSkillsType=35 EffectiveFrom=2020-08-01 | no  | English or maths with a contract type
        36 | 3 | 2025-09-01 | SOF105 | FrameworkCommonComponent=20 |                                             | yes | sign language
        36 | 3 | 2025-09-01 | SOF105 | FrameworkCommonComponent=1  | BasicSkillsType=1 EffectiveFrom=2025-09-01 EffectiveTo=2025-09-01 | yes | maths for that one day
        36 | 3 | 2025-09-01 | SOF105 | FrameworkCommonComponent=1  | BasicSkillsType=1 EffectiveFrom=2025-09-02  | no  | maths from the day after the start
        36 | 4 | 2025-09-01 | SOF105 | FrameworkCommonComponent=1  | BasicSkillsType=35 EffectiveFrom=2020-08-01 | no  | no component of a programme
        36 | 3 | 2025-09-01 | SOF105 | FrameworkCommonComponent=1  |                                             | no  | another component
        99 | 1 | 2025-09-01 | SOF105 |                             |                                             | no  | no apprenticeship funding
        99 | 3 | 2025-09-01 | SOF105 |                             | BasicSkillsType=35 EffectiveFrom=2020-08-01 | no  | English or maths, no apprenticeship funding
    """,
)
def apprenticeship_without_contract_type(aim):
    return on_an_apprenticeship_programme_or_its_english_and_maths(aim) & ~has_fam(aim, "ACT")


@rule(
    "LearnDelFAMType_67",
    LearningDelivery,
    summary="In apprenticeships, learning support (LSF) belongs on the programme aim or on English and maths.",
    message="LSF is recorded on a component aim, LearnAimRef {LearnAimRef}, that is neither English nor maths.",
    why="Support for the rest of an apprenticeship is paid on the programme aim.",
    fix="Record LSF on the programme aim.",
    cases="""
        FundModel | AimType | LearnStartDate | FAM    | lars | lars_annual_value | fires | why
        36 | 3 | 2025-09-01 | LSF1   | FrameworkCommonComponent=1  |                                             | yes | another component
        36 | 3 | 2025-09-01 | LSF1   | LearnAimRefType=1           | BasicSkillsType=43 EffectiveFrom=2020-08-01 | yes | digital skills
        36 | 3 | 2025-09-01 | LSF1   | FrameworkCommonComponent=1  | BasicSkillsType=11 EffectiveFrom=2020-08-01 | no  | English or maths
        36 | 3 | 2025-09-01 | LSF1   | FrameworkCommonComponent=1  | BasicSkillsType=35 EffectiveFrom=2020-08-01 | no  | the last type of the list
        36 | 3 | 2025-09-01 | LSF1   | FrameworkCommonComponent=20 |                                             | no  | sign language
        36 | 3 | 2025-09-01 | LSF1   | FrameworkCommonComponent=1  | BasicSkillsType=1 EffectiveFrom=2025-09-01 EffectiveTo=2025-09-01 | no | maths for that one day
        36 | 3 | 2025-09-01 | LSF1   | FrameworkCommonComponent=1  | BasicSkillsType=35 EffectiveFrom=2020-08-01 EffectiveTo=2025-08-31 | yes | English until the day before the start
        36 | 1 | 2025-09-01 | LSF1   | FrameworkCommonComponent=1  |                                             | no  | programme aim
        36 | 3 | 2025-09-01 | SOF105 | FrameworkCommonComponent=1  |                                             | no  | no learning support
        35 | 3 | 2025-09-01 | LSF1   | FrameworkCommonComponent=1  |                                             | no  | no apprenticeship funding
        36 | 3 | 2025-09-01 | LSF1   |                             |                                             | no  | LARS does not know the aim: another rule's question
    """,
)
def learning_support_on_another_component(aim):
    another = is_in_lars(aim) & ~english_or_maths_component(aim)
    return (aim.FundModel == 36) & (aim.AimType == 3) & has_fam(aim, "LSF") & another


@rule(
    "LearnDelFAMType_68",
    LearningDelivery,
    summary="LDM 356, an apprentice who is the provider's own employee, belongs on an apprenticeship programme aim.",
    message="LDM 356 is recorded on FundModel {FundModel} and AimType {AimType}, not on an apprenticeship programme aim.",
    fix="Record LDM 356 on the programme aim (AimType 1, FundModel 36) only.",
    cases="""
        FundModel | AimType | FAM    | fires | why
        36        | 1       | LDM356 | no    | programme aim
        36        | 3       | LDM356 | yes   | a component
        35        | 1       | LDM356 | yes   | another funding model
        35        | 4       | LDM356 | yes   | neither
        35        | 4       | LDM118 | no    | another code
    """,
)
def own_employee_elsewhere(aim):
    return has_fam(aim, "LDM", "356") & ((aim.FundModel != 36) | (aim.AimType != 1))


@rule(
    "LearnDelFAMType_70",
    LearningDelivery,
    summary="LDM 358, an extended non-levy allocation, is for starts from 1 January 2018.",
    message="LDM 358 is recorded on an aim that started on {LearnStartDate}, before 1 January 2018.",
    fix="Remove LDM 358, or correct LearnStartDate.",
    cases="""
        LearnStartDate | FAM    | fires | why
        2017-12-31     | LDM358 | yes   | the day before
        2018-01-01     | LDM358 | no    | the first day
        2018-01-02     | LDM358 | no    | later
        2017-12-31     | LDM357 | no    | another code
    """,
)
def extended_allocation_before_2018(aim):
    return has_fam(aim, "LDM", "358") & (aim.LearnStartDate < "2018-01-01")


@rule(
    "LearnDelFAMType_71",
    LearningDelivery,
    summary="LDM 358, an extended non-levy allocation, needs contract type ACT 2.",
    message="LDM 358 is recorded without contract type ACT 2.",
    fix="Record ACT 2 with its dates, or remove LDM 358.",
    cases="""
        FAM         | fires | why
        LDM358      | yes   | no contract type
        LDM358 ACT1 | yes   | another contract type
        LDM358 ACT2 | no    | contract with the agency
        LDM357      | no    | another code
    """,
)
def extended_allocation_without_agency_contract(aim):
    return has_fam(aim, "LDM", "358") & ~has_fam(aim, "ACT", "2")


@rule(
    "LearnDelFAMType_92",
    LearningDelivery,
    summary="Apprenticeships that started from 1 April 2021 do not have contract type ACT 2.",
    message="ACT 2 is recorded on a programme aim that started on {LearnStartDate}.",
    why="All employers have used the apprenticeship service since then.",
    fix="Record ACT 1, or correct LearnStartDate.",
    unless=[is_restart],
    cases="""
        LearnStartDate | AimType | FAM       | fires | why
        2021-03-31     | 1       | ACT2      | no    | the day before
        2021-04-01     | 1       | ACT2      | yes   | the first day
        2021-04-02     | 1       | ACT2      | yes   | later
        2021-04-01     | 3       | ACT2      | no    | a component
        2021-04-01     | 1       | ACT1      | no    | contract with the employer
        2021-04-01     | 1       | ACT1 ACT2 | yes   | one of two
        2021-04-01     | 1       | ACT2 RES1 | no    | restart
    """,
)
def agency_contract_after_its_end(aim):
    return (aim.LearnStartDate >= "2021-04-01") & (aim.AimType == 1) & has_fam(aim, "ACT", "2")
