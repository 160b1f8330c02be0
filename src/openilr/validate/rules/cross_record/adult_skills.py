"""Adult skills aims beside other aims: English and maths of apprentices, and construction cards (CSCS)."""

from typing import Any

from openilr.derive.codes import ever_in_lars_category, has_fam, lars
from openilr.derive.dd31 import dd31
from openilr.derive.dd32 import dd32
from openilr.derive.dd40 import dd40
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule

#: The LARS category of aims that lead to a Construction Skills Certification Scheme card.
CSCS_CARD = 76
#: Sector subject area tier 2 of building and construction.
BUILDING_AND_CONSTRUCTION = 5.2


def is_on_open_apprenticeship(aim: Record) -> Expr:
    """Whether the aim starts on or after the first day of an open programme on funding model 36."""
    return aim.any(LearningDelivery, lambda o: dd32(o) & (o.LearnStartDate <= aim.LearnStartDate))


WORDS: dict[str, Any] = {
    "message": "This English or maths aim starts on {LearnStartDate}, during an open apprenticeship.",
    "why": "The apprenticeship pays for an apprentice's English and maths.",
    "fix": "Record the aim as part of the apprenticeship (FundModel 36), or close the programme aim if it has ended.",
}


@rule(
    "R_114",
    LearningDelivery,
    summary="No English or maths aim on FundModel 35 (until July 2024) starts during an open apprenticeship.",
    **WORDS,
    cases="""
        FundModel | LearnStartDate | LearnAimRef | Other | lars_annual_value | fires | why
        35 | 2024-07-31 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2024-07-31 | BasicSkillsType=1 EffectiveFrom=2020-08-01  | yes | on the first day of the programme
        35 | 2024-07-31 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2024-08-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01  | no  | the day before it
        35 | 2024-08-01 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2024-07-31 | BasicSkillsType=1 EffectiveFrom=2020-08-01  | no  | started after the rule
        38 | 2024-07-31 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2024-07-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01  | no  | another funding model
        35 | 2024-07-31 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2024-07-01 | BasicSkillsType=36 EffectiveFrom=2020-08-01 | no  | neither English nor maths
        35 | 2024-07-31 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2024-07-01 LearnActEndDate=2026-01-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01 | no | the programme is closed
        35 | 2024-07-31 | 60000001 | AimType=1 FundModel=99 LearnStartDate=2024-07-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01  | no  | a programme of other funding
        35 | 2024-07-31 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2024-07-31 | BasicSkillsType=1 EffectiveFrom=2024-07-31 EffectiveTo=2024-07-31 | yes | English or maths on that very day
        35 | 2024-07-31 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2024-07-31 | BasicSkillsType=1 EffectiveFrom=2024-08-01 | no  | English or maths from the day after the start
        35 | 2024-07-31 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2024-07-31 | BasicSkillsType=1 EffectiveFrom=2020-08-01 EffectiveTo=2024-07-30 | no  | English or maths until the day before
        35 | 2024-07-31 | 60000001 | AimType=3 FundModel=36 LearnStartDate=2024-07-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01  | no  | no programme aim
    """,
)
def english_or_maths_during_apprenticeship_until_2024(aim):
    return (aim.LearnStartDate <= "2024-07-31") & dd31(aim) & is_on_open_apprenticeship(aim)


@rule(
    "R_146",
    LearningDelivery,
    summary="No English or maths aim of the adult skills fund (FundModel 38) starts during an open apprenticeship.",
    **WORDS,
    cases="""
        FundModel | LearnStartDate | LearnAimRef | Other | lars_annual_value | fires | why
        38 | 2025-09-01 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2025-09-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01  | yes | on the first day of the programme
        38 | 2025-09-01 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2025-09-02 | BasicSkillsType=1 EffectiveFrom=2020-08-01  | no  | the day before it
        35 | 2025-09-01 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2025-09-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01  | no  | another funding model
        38 | 2025-09-01 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2025-09-01 | BasicSkillsType=36 EffectiveFrom=2020-08-01 | no  | neither English nor maths
        38 | 2025-09-01 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2025-09-01 LearnActEndDate=2026-01-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01 | no | the programme is closed
        38 | 2025-09-01 | 60000001 | AimType=1 FundModel=37 LearnStartDate=2025-09-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01  | no  | a programme of other funding
        38 | 2025-09-01 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2025-09-01 | BasicSkillsType=1 EffectiveFrom=2025-09-01 EffectiveTo=2025-09-01 | yes | English or maths on that very day
        38 | 2025-09-01 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2025-09-01 | BasicSkillsType=1 EffectiveFrom=2025-09-02 | no  | English or maths from the day after the start
        38 | 2025-09-01 | 60000001 | AimType=1 FundModel=36 LearnStartDate=2025-09-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01 EffectiveTo=2025-08-31 | no  | English or maths until the day before
        38 | 2025-09-01 | 60000001 | AimType=3 FundModel=36 LearnStartDate=2025-09-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01  | no  | no programme aim
    """,
)
def english_or_maths_during_apprenticeship(aim):
    return dd40(aim) & is_on_open_apprenticeship(aim)


def is_devolved_exclusion(aim: Record) -> Expr:
    """Whether a devolved authority takes the aim out of this check (DAM 023)."""
    return has_fam(aim, "DAM", "023")


@rule(
    "R_158",
    LearningDelivery,
    summary="A construction card (CSCS) on FundModel 38 goes with a building and construction aim of the fund that lasts "
    "when it starts.",
    message="No other FundModel 38 aim in building and construction lasts on {LearnStartDate}, when the card's aim starts.",
    fix="Add the construction aim, or correct its dates or those of the card's aim.",
    unless=(is_devolved_exclusion,),
    cases="""
        FundModel | LearnStartDate | LearnAimRef | FAM | Other | lars_category | lars | fires | why
        38 | 2026-10-01 | 60000001 |        | FundModel=38 LearnStartDate=2026-10-01 LearnAimRef=60000002 | CategoryRef=76 | LearnAimRef=60000002 SectorSubjectAreaTier2=5.2 | no  | starts with the construction aim
        38 | 2026-10-01 | 60000001 |        | FundModel=38 LearnStartDate=2026-10-02 LearnAimRef=60000002 | CategoryRef=76 | LearnAimRef=60000002 SectorSubjectAreaTier2=5.2 | yes | a day before it
        38 | 2026-10-01 | 60000001 |        | FundModel=38 LearnStartDate=2026-09-01 LearnActEndDate=2026-10-01 LearnAimRef=60000002 | CategoryRef=76 | LearnAimRef=60000002 SectorSubjectAreaTier2=5.2 | no | on its last day
        38 | 2026-10-01 | 60000001 |        | FundModel=38 LearnStartDate=2026-09-01 LearnActEndDate=2026-09-30 LearnAimRef=60000002 | CategoryRef=76 | LearnAimRef=60000002 SectorSubjectAreaTier2=5.2 | yes | a day after it
        38 | 2026-10-01 | 60000001 |        | FundModel=35 LearnStartDate=2026-10-01 LearnAimRef=60000002 | CategoryRef=76 | LearnAimRef=60000002 SectorSubjectAreaTier2=5.2 | yes | the other is of other funding
        38 | 2026-10-01 | 60000001 |        | FundModel=38 LearnStartDate=2026-10-01 LearnAimRef=60000002 | CategoryRef=76 | LearnAimRef=60000002 SectorSubjectAreaTier2=5.1 | yes | the other is of another subject
        38 | 2026-10-01 | 60000001 |        | FundModel=38 LearnStartDate=2026-10-01 LearnAimRef=60000002 | CategoryRef=76; CategoryRef=76 LearnAimRef=60000002 | LearnAimRef=60000002 SectorSubjectAreaTier2=5.2 | yes | the other is a card too
        38 | 2026-10-01 | 60000001 |        |                                                             | CategoryRef=76 | SectorSubjectAreaTier2=5.2 | yes | the card alone
        38 | 2026-10-01 | 60000001 | DAM023 |                                                             | CategoryRef=76 | SectorSubjectAreaTier2=5.2 | no  | excluded by a devolved authority
        38 | 2026-10-01 | 60000001 | DAM022 |                                                             | CategoryRef=76 | SectorSubjectAreaTier2=5.2 | yes | another code of devolved monitoring
        38 | 2026-10-01 | 60000001 |        | FundModel=38 LearnStartDate=2026-10-01 LearnAimRef=60000002 | CategoryRef=76; CategoryRef=75 LearnAimRef=60000002 | LearnAimRef=60000002 SectorSubjectAreaTier2=5.2 | no  | the construction aim is in another category
        38 | 2026-10-01 | 60000001 |        |                                                             | CategoryRef=75 | SectorSubjectAreaTier2=5.2 | no  | no card
        35 | 2026-10-01 | 60000001 |        |                                                             | CategoryRef=76 | SectorSubjectAreaTier2=5.2 | no  | other funding
    """,
)  # fmt: skip
def card_without_construction_aim(aim):
    def is_construction_aim(o):
        is_construction = lars(o, "SectorSubjectAreaTier2") == BUILDING_AND_CONSTRUCTION
        lasts = o.LearnActEndDate.missing | (aim.LearnStartDate <= o.LearnActEndDate)
        is_other = (o.FundModel == 38) & is_construction & ~ever_in_lars_category(o, CSCS_CARD)
        return is_other & (o.LearnStartDate <= aim.LearnStartDate) & lasts

    is_card = (aim.FundModel == 38) & ever_in_lars_category(aim, CSCS_CARD)
    return is_card & aim.none(LearningDelivery, is_construction_aim)
