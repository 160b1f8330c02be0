"""LDM 403 and 404: apprenticeship units of the growth and skills offer. All of them begin in 2026-27."""

from openilr.derive.codes import age_at_start, ever_in_lars_category, has_fam, is_in_lars
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.learn_del_fam_type.shapes import only_on


def is_unit(aim):
    return has_fam(aim, "LDM", "403")


def is_unit_of_the_offer(aim):
    return (aim.FundModel == 39) & (aim.ProgType == 34)


def reached_the_milestone(aim):
    """30 per cent of the unit done, or onboarded."""
    return has_fam(aim, "LDM", "404")


only_on(
    "LearnDelFAMType_135", (99,), "LDM 403, an apprenticeship unit,", "LDM", "403",
    unless={is_unit_of_the_offer: "39 | 34 | a unit of the growth and skills offer"},
)  # fmt: skip


@rule(
    "LearnDelFAMType_136",
    LearningDelivery,
    summary="Learners of apprenticeship units (LDM 403) must be at least 19 at the start.",
    message="LDM 403, an apprenticeship unit, is recorded for a learner aged {age} at the start on {LearnStartDate}.",
    fix="Check DateOfBirth and LearnStartDate, or remove LDM 403.",
    show={"age": age_at_start},
    cases="""
        LearnStartDate | DateOfBirth | FAM    | fires | why
        2026-09-01     | 2007-09-01  | LDM403 | no    | 19 on the day
        2026-09-01     | 2007-09-02  | LDM403 | yes   | 19 the day after
        2026-09-01     | 1990-09-01  | LDM403 | no    | older
        2026-09-01     |             | LDM403 | no    | no date of birth
        2026-09-01     | 2007-09-02  | LDM404 | no    | another code
    """,
)
def unit_of_a_learner_under_19(aim):
    return is_unit(aim) & (age_at_start(aim) < 19)


@rule(
    "LearnDelFAMType_137",
    LearningDelivery,
    summary="Apprenticeship units (LDM 403) began on 1 April 2026.",
    message="LDM 403, an apprenticeship unit, is recorded on an aim that started on {LearnStartDate}.",
    fix="Remove LDM 403, or correct LearnStartDate.",
    cases="""
        LearnStartDate | FAM    | fires | why
        2026-03-31     | LDM403 | yes   | the day before
        2026-04-01     | LDM403 | no    | the first day
        2026-04-02     | LDM403 | no    | later
        2026-03-31     | LDM404 | no    | another code
    """,
)
def unit_before_there_were_units(aim):
    return is_unit(aim) & (aim.LearnStartDate < "2026-04-01")


@rule(
    "LearnDelFAMType_138",
    LearningDelivery,
    summary="The milestone of an apprenticeship unit (LDM 404) needs the unit's code (LDM 403).",
    message="LDM 404, the milestone of an apprenticeship unit, is recorded without LDM 403.",
    fix="Record LDM 403 as well, or remove LDM 404.",
    unless=[is_unit_of_the_offer],
    cases="""
        FundModel | ProgType | FAM           | fires | why
        99        |          | LDM404        | yes   | without the unit
        99        |          | LDM404 LDM403 | no    | both
        99        |          | LDM403        | no    | no milestone
        99        |          | LDM118        | no    | another code
        39        | 34       | LDM404        | no    | a unit of the growth and skills offer
        39        |          | LDM404        | yes   | the offer, but no unit
        99        | 34       | LDM404        | yes   | a unit, but not of the offer
    """,
)
def milestone_without_unit(aim):
    return reached_the_milestone(aim) & ~is_unit(aim)


@rule(
    "LearnDelFAMType_139",
    LearningDelivery,
    summary="An achieved apprenticeship unit (LDM 403) has reached its milestone (LDM 404).",
    message="LDM 403 is recorded on an achieved aim without LDM 404, the milestone on the way.",
    fix="Record LDM 404, or correct Outcome.",
    cases="""
        Outcome | FAM           | fires | why
        1       | LDM403        | yes   | achieved without the milestone
        1       | LDM403 LDM404 | no    | achieved with it
        2       | LDM403        | no    | partly achieved
        3       | LDM403        | no    | not achieved
                | LDM403        | no    | no outcome yet
        1       | LDM118        | no    | no unit
    """,
)
def achieved_without_milestone(aim):
    return is_unit(aim) & (aim.Outcome == 1) & ~reached_the_milestone(aim)


@rule(
    "LearnDelFAMType_140",
    LearningDelivery,
    summary="Apprenticeship units (LDM 403) must be aims of LARS category 91.",
    message="LDM 403 is recorded, but LARS does not have LearnAimRef {LearnAimRef} in category 91, apprenticeship units.",
    fix="Correct LearnAimRef, or remove LDM 403.",
    cases="""
        FAM    | lars              | lars_category                                                                  | fires | why
        LDM403 | LearnAimRefType=1 | CategoryRef=91 EffectiveFrom=2026-04-01                                         | no    | a unit
        LDM403 | LearnAimRefType=1 | CategoryRef=37 EffectiveFrom=2026-04-01                                         | yes   | another category
        LDM403 | LearnAimRefType=1 |                                                                                 | yes   | no category
        LDM403 | LearnAimRefType=1 | CategoryRef=37 EffectiveFrom=2026-04-01; CategoryRef=91 EffectiveFrom=2026-04-01 | no   | one of two
        LDM404 | LearnAimRefType=1 |                                                                                 | no    | another code
        LDM403 |                   |                                                                                 | no    | LARS does not know the aim: another rule's question
    """,
)
def unit_is_no_unit_in_lars(aim):
    return is_unit(aim) & is_in_lars(aim) & ~ever_in_lars_category(aim, 91)


@rule(
    "LearnDelFamType_141",
    LearningDelivery,
    summary="The milestone of an apprenticeship unit (LDM 404) needs programme type 34.",
    message="LDM 404, the milestone of an apprenticeship unit, is recorded on ProgType {ProgType}.",
    fix="Record ProgType 34, or LDM 403 where the unit is not of the growth and skills offer.",
    unless=[is_unit],
    cases="""
        ProgType | FAM           | fires | why
        25       | LDM404        | yes   | another programme
                 | LDM404        | yes   | no programme
        34       | LDM404        | no    | a unit of the growth and skills offer
        25       | LDM404 LDM403 | no    | a unit by its code
        25       | LDM118        | no    | no milestone
    """,
)
def milestone_on_another_programme(aim):
    return reached_the_milestone(aim) & (aim.ProgType != 34)


@rule(
    "LearnDelFamType_142",
    LearningDelivery,
    summary="The milestone of an apprenticeship unit (LDM 404) belongs on the programme aim.",
    message="LDM 404, the milestone of an apprenticeship unit, is recorded on an aim with AimType {AimType}.",
    fix="Record LDM 404 on the programme aim (AimType 1).",
    unless=[is_unit],
    cases="""
        AimType | FAM           | fires | why
        3       | LDM404        | yes   | a component
        4       | LDM404        | yes   | an aim outside a programme
        1       | LDM404        | no    | the programme aim
        4       | LDM404 LDM403 | no    | a unit by its code
        3       | LDM118        | no    | no milestone
    """,
)
def milestone_off_the_programme_aim(aim):
    return reached_the_milestone(aim) & (aim.AimType != 1)
