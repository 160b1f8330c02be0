"""FFI 1: who may be fully funded. One rule for each period of starts, age group and level of aim.

A learner whom either published list of exclusions leaves out (the CSV or the workbook of 2025-26) is left out here;
the divergences of the year say where the two differ.
"""

from __future__ import annotations

from openilr.derive.codes import age_at_start, ever_in_lars_category, has_fam, is_restart, lars
from openilr.spec.names import LearningDelivery, PriorAttain
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.learn_del_fam_type import exclusions as ex
from openilr.validate.rules.learning_delivery.learn_del_fam_type.full_funding_shape import full_funding

#: Prior attainment of level 2 or above, other or unknown.
LEVEL_2_OR_ABOVE = (4, 6, 7, 8, 9, 10, 97, 98)


def had_level_2(aim):
    """Whether the learner has prior attainment of level 2 or above."""
    return aim.any(PriorAttain, lambda p: p.PriorLevel.is_in(LEVEL_2_OR_ABOVE), within="Learner")


def had_level_2_at_start(aim):
    """Whether the latest prior attainment of the learner on the aim's start was level 2 or above."""
    level = aim.latest(
        PriorAttain,
        lambda p: p.PriorLevel,
        by=lambda p: p.DateLevelApp,
        where=lambda p: p.DateLevelApp <= aim.LearnStartDate,
        within="Learner",
    )
    return level.is_in(LEVEL_2_OR_ABOVE)


_OFFENDERS = (ex.in_custody, ex.on_temporary_licence)
_FROM_2017 = (
    ex.is_apprenticeship, ex.is_traineeship_outside_flexible_element, *_OFFENDERS, ex.unemployed_with_benefits,
    is_restart, ex.english_or_maths, ex.steel_redundancy_training, ex.on_low_wages, ex.fully_funded_by_authority,
)  # fmt: skip
_FROM_2020 = (
    ex.is_apprenticeship, ex.is_traineeship_outside_flexible_element, *_OFFENDERS,
    ex.unemployed_with_benefits_since_2020, is_restart, ex.english_or_maths, ex.on_low_wages,
    ex.fully_funded_by_authority, ex.essential_digital_skill,
)  # fmt: skip
_FROM_2024 = (ex.earns_below_threshold, is_restart, ex.english_or_maths)
_DIGITAL = (ex.essential_digital_skill, ex.digital_functional_skill)

_UP_TO_2 = ("E", "1", "2")
_LEVEL_BEFORE = {"Prior": "4@2010-07-31"}
_ANY_LEVEL_2 = [
    *(({"Prior": f"{level}@2010-07-31"}, True, "each of the levels") for level in (6, 7, 8, 9, 10, 97, 98)),
    ({"Prior": "3@2010-07-31"}, False, "below level 2"),
    ({"Prior": ""}, False, "no prior attainment"),
    ({"Prior": "4@2010-07-31 3@2011-07-31"}, True, "level 2, and a lower level after it"),
]
_LATEST_LEVEL_2 = [
    *_ANY_LEVEL_2[:-1],
    ({"Prior": "4@2010-07-31 3@2011-07-31"}, False, "the latest is below level 2"),
    ({"Prior": "3@2010-07-31 4@2011-07-31"}, True, "the latest is level 2"),
    ({"Prior": "4@2017-08-01"}, True, "level 2 on the start"),
    ({"Prior": "4@2017-08-02"}, False, "level 2 after the start only"),
]

full_funding(
    "LearnDelFAMType_57", 35, starts=(None, "2016-07-31"), ages=(24, None), levels=_UP_TO_2,
    unless=(ex.is_apprenticeship, *_OFFENDERS, ex.on_mandatory_benefits, ex.on_other_benefits, is_restart,
            ex.english_or_maths, ex.is_trade_union_aim, ex.at_a_specialist_designated_college,
            ex.steel_redundancy_training),
)  # fmt: skip
full_funding(
    "LearnDelFAMType_60", 35, starts=("2016-08-01", "2017-07-31"), ages=(24, None), levels=_UP_TO_2,
    unless=(ex.is_apprenticeship, ex.is_traineeship_outside_flexible_element, *_OFFENDERS, ex.on_mandatory_benefits,
            ex.unemployed_with_benefits, is_restart, ex.english_or_maths, ex.is_trade_union_aim,
            ex.at_a_specialist_designated_college, ex.steel_redundancy_training),
)  # fmt: skip
full_funding(
    "LearnDelFAMType_61", 35, starts=("2017-08-01", "2020-07-31"), ages=(19, 23), levels=("2",),
    about="outside the level 2 entitlement (LARS category 37)",
    unless=(ex.in_level_2_entitlement, ex.on_mandatory_benefits, *_FROM_2017),
)  # fmt: skip
full_funding(
    "LearnDelFAMType_65", 35, starts=("2017-08-01", "2020-07-31"), ages=(19, 23), levels=_UP_TO_2,
    about="with level 2 or above already", wanted=(had_level_2_at_start,), base=_LEVEL_BEFORE,
    unless=_FROM_2017, more=_LATEST_LEVEL_2,
)  # fmt: skip
full_funding(
    "LearnDelFAMType_66", 35, starts=("2017-08-01", "2020-07-31"), ages=(24, None), levels=_UP_TO_2,
    unless=_FROM_2017,
)  # fmt: skip
full_funding(
    "LearnDelFAMType_79", 35, starts=("2020-08-01", "2024-07-31"), ages=(19, 23), levels=("2",),
    about="outside the level 2 entitlement (LARS category 37)",
    unless=(ex.in_level_2_entitlement, ex.on_other_benefits, ex.steel_redundancy_training, *_FROM_2020),
)  # fmt: skip
full_funding(
    "LearnDelFAMType_80", 35, starts=("2020-08-01", "2024-07-31"), ages=(19, 23), levels=_UP_TO_2,
    about="with level 2 or above already", wanted=(had_level_2,), base=_LEVEL_BEFORE,
    unless=(ex.on_other_benefits, ex.steel_redundancy_training, ex.digital_functional_skill, *_FROM_2020),
    more=_ANY_LEVEL_2,
)  # fmt: skip
full_funding(
    "LearnDelFAMType_81", 35, starts=("2020-08-01", "2024-07-31"), ages=(24, None), levels=_UP_TO_2,
    unless=(ex.digital_functional_skill, *_FROM_2020),
)  # fmt: skip
full_funding(
    "LearnDelFAMType_122", 38, starts=("2024-08-01", None), ages=(19, 23), levels=("2",),
    about="outside the level 2 entitlement (LARS category 37)",
    unless=(ex.in_level_2_entitlement, *_FROM_2024, ex.fully_funded_by_authority),
)  # fmt: skip
full_funding(
    "LearnDelFAMType_123", 38, starts=("2024-08-01", None), ages=(19, 23), levels=_UP_TO_2,
    about="outside the level 2 entitlement (LARS category 37)",
    unless=(ex.in_level_2_entitlement, *_FROM_2024, *_DIGITAL, ex.devolved_authority_funds),
)  # fmt: skip
full_funding(
    "LearnDelFAMType_124", 38, starts=("2024-08-01", None), ages=(24, None), levels=_UP_TO_2,
    unless=(*_FROM_2024, *_DIGITAL, ex.fully_funded_by_authority),
)  # fmt: skip
full_funding(
    "LearnDelFAMType_130", 38, starts=("2024-08-01", None), ages=(19, 23), levels=(),
    about="inside the level 2 entitlement (LARS category 37), with level 2 or above already",
    wanted=(ex.in_level_2_entitlement, had_level_2),
    base=_LEVEL_BEFORE | {"lars_category": "CategoryRef=37 EffectiveFrom=2000-08-01"},
    unless=(*_FROM_2024, *_DIGITAL, ex.devolved_authority_funds),
    more=[
        *_ANY_LEVEL_2,
        ({"lars_category": "CategoryRef=38 EffectiveFrom=2000-08-01"}, False, "another category"),
        ({"lars_category": ""}, False, "no category"),
    ],
)  # fmt: skip


def has_free_courses_for_jobs(aim):
    return has_fam(aim, "LDM", "378")


@rule(
    "LearnDelFAMType_125",
    LearningDelivery,
    summary="The adult skills fund pays for level 3 entitlement aims of learners from 24 as Free Courses for Jobs only.",
    message="The learner was {age} at the start of LearnAimRef {LearnAimRef}, a level 3 entitlement aim (LARS category 38), "
    "and LDM 378 is not recorded.",
    fix="Record LDM 378 if the aim is one of Free Courses for Jobs; else correct FundModel.",
    show={"age": age_at_start},
    unless=[is_restart, ex.fully_funded_by_authority, ex.project_s],
    cases="""
        LearnStartDate | FundModel | DateOfBirth | FAM    | lars                 | lars_category                           | fires | why
        2024-08-01     | 38        | 2000-08-01  | FFI1   | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2021-04-01 | yes   | 24 on the first day
        2024-07-31     | 38        | 1990-08-01  | FFI1   | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2021-04-01 | no    | the day before
        2024-08-01     | 38        | 2000-08-02  | FFI1   | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2021-04-01 | no    | 24 the day after
        2024-08-01     | 38        |             | FFI1   | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2021-04-01 | no    | no date of birth
        2024-08-01     | 38        | 1990-08-01  | FFI2   | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2021-04-01 | yes   | co-funding is not for it either
        2024-08-01     | 35        | 1990-08-01  | FFI1   | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2021-04-01 | no    | another funding model
        2024-08-01     | 38        | 1990-08-01  | FFI1   | NotionalNVQLevelv2=2 | CategoryRef=38 EffectiveFrom=2021-04-01 | no    | another level
        2024-08-01     | 38        | 1990-08-01  | FFI1   | NotionalNVQLevelv2=3 | CategoryRef=37 EffectiveFrom=2021-04-01 | no    | another category
        2024-08-01     | 38        | 1990-08-01  | LDM378 | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2021-04-01 | no    | Free Courses for Jobs
        2024-08-01     | 38        | 1990-08-01  | LDM118 DAM001 | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2021-04-01 | yes | other codes
        2024-08-01     | 38        | 1990-08-01  | RES1   | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2021-04-01 | no    | restart
        2024-08-01     | 38        | 1990-08-01  | DAM023 | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2021-04-01 | no    | fully funded by an authority
        2024-08-01     | 38        | 1990-08-01  | LDM395 | NotionalNVQLevelv2=3 | CategoryRef=38 EffectiveFrom=2021-04-01 | no    | Project S
    """,
)
def level_3_entitlement_of_older_learners(aim):
    started = (aim.LearnStartDate > "2024-07-31") & (aim.FundModel == 38) & (age_at_start(aim) >= 24)
    entitlement = (lars(aim, "NotionalNVQLevelv2") == "3") & ever_in_lars_category(aim, 38)
    return started & entitlement & ~has_free_courses_for_jobs(aim)
