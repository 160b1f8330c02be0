"""Learning aims that a funding model leaves out because of their LARS category."""

from __future__ import annotations

from openilr.derive.codes import ever_in_lars_category, has_fam, has_monitoring, status_at_start
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule

LICENCE_TO_PRACTISE = 20
SECURITY_LICENCE_TO_PRACTISE = 22
DEVOLVED_BOOTCAMPS = 67


def is_below_lars_category(aim: Record, parent: int) -> Expr:
    """Whether LARS has the aim in a category whose parent is this one, on whatever dates."""
    children = aim.values("lars_category_name", lambda n: n.CategoryRef, same={"ParentCategoryRef": parent})
    return aim.values("lars_category", lambda c: c.CategoryRef, same={"LearnAimRef": aim.LearnAimRef}).overlaps(
        children
    )


@rule(
    "LearnAimRef_56",
    LearningDelivery,
    summary="Adult skills (FundModel 35 or 81) does not fund security licences to practise, from August 2015 on, for learners "
    "in custody or on temporary licence.",
    message="{LearnAimRef} is a security licence to practise (LARS category 22), and the learner is in custody (LDM 034) "
    "or on temporary licence (LDM 328).",
    fix="Choose another learning aim, or correct the monitoring code or FundModel.",
    cases="""
        LearnStartDate | FundModel | FAM    | lars_category                           | fires | why
        2015-08-01     | 35        | LDM034 | CategoryRef=22 EffectiveFrom=2010-08-01 | yes   | first day, in custody
        2015-07-31     | 35        | LDM034 | CategoryRef=22 EffectiveFrom=2010-08-01 | no    | the day before
        2025-09-01     | 81        | LDM328 | CategoryRef=22 EffectiveFrom=2010-08-01 | yes   | other adult, on temporary licence
        2025-09-01     | 35        | LDM034 | CategoryRef=22 EffectiveFrom=2010-08-01 EffectiveTo=2012-07-31 | yes | on whatever dates
        2025-09-01     | 35        | LDM034 | CategoryRef=20 EffectiveFrom=2010-08-01 | no    | another category
        2025-09-01     | 35        | LDM034 |                                         | no    | in no category
        2025-09-01     | 35        | LDM035 | CategoryRef=22 EffectiveFrom=2010-08-01 | no    | another monitoring code
        2025-09-01     | 35        |        | CategoryRef=22 EffectiveFrom=2010-08-01 | no    | at liberty
        2025-09-01     | 36        | LDM034 | CategoryRef=22 EffectiveFrom=2010-08-01 | no    | another funding model
    """,
)
def security_licence_for_offender(aim):
    in_scope = (aim.LearnStartDate >= "2015-08-01") & aim.FundModel.is_in(35, 81)
    return in_scope & has_fam(aim, "LDM", "034", "328") & ever_in_lars_category(aim, SECURITY_LICENCE_TO_PRACTISE)


@rule(
    "LearnAimRef_81",
    LearningDelivery,
    summary="Adult skills (FundModel 35 or 81) does not fund licences to practise, from August 2016 on, for learners on other "
    "state benefits (BSI 3).",
    message="{LearnAimRef} is a licence to practise (LARS category 20 or below it), and the learner is on another state "
    "benefit (BSI 3) on {LearnStartDate}.",
    fix="Choose another learning aim, or correct the benefit status on the start date or FundModel.",
    cases="""
        LearnStartDate | FundModel | Emp                                    | lars_category                           | lars_category_name                  | fires | why
        2016-08-01     | 35        | 11@2016-07-01 BSI3                     | CategoryRef=20 EffectiveFrom=2010-08-01 |                                     | yes   | first day
        2016-07-31     | 35        | 11@2016-07-01 BSI3                     | CategoryRef=20 EffectiveFrom=2010-08-01 |                                     | no    | the day before
        2025-09-01     | 81        | 11@2025-09-01 BSI3                     | CategoryRef=22 EffectiveFrom=2010-08-01 | CategoryRef=22 ParentCategoryRef=20 | yes   | below the category; other adult
        2025-09-01     | 35        | 11@2025-08-01 BSI3                     | CategoryRef=37 EffectiveFrom=2010-08-01 | CategoryRef=22 ParentCategoryRef=20; CategoryRef=37 ParentCategoryRef=36 | no | below another category
        2025-09-01     | 35        | 11@2025-08-01 BSI3                     | CategoryRef=37 EffectiveFrom=2010-08-01; CategoryRef=23 EffectiveFrom=2010-08-01 | CategoryRef=22 ParentCategoryRef=20; CategoryRef=23 ParentCategoryRef=20 | yes | in two categories, one below
        2025-09-01     | 35        | 11@2025-08-01 BSI3                     |                                         | CategoryRef=22 ParentCategoryRef=20 | no    | in no category
        2025-09-01     | 35        | 11@2025-08-01 BSI3; 10@2025-09-01      | CategoryRef=20 EffectiveFrom=2010-08-01 |                                     | no    | no longer on the start date
        2025-09-01     | 35        | 11@2025-09-02 BSI3                     | CategoryRef=20 EffectiveFrom=2010-08-01 |                                     | no    | only from the day after
        2025-09-01     | 35        | 11@2025-08-01 BSI4                     | CategoryRef=20 EffectiveFrom=2010-08-01 |                                     | no    | another benefit
        2025-09-01     | 35        |                                        | CategoryRef=20 EffectiveFrom=2010-08-01 |                                     | no    | no employment status
        2025-09-01     | 38        | 11@2025-08-01 BSI3                     | CategoryRef=20 EffectiveFrom=2010-08-01 |                                     | no    | another funding model
    """,
)
def licence_to_practise_on_other_benefits(aim):
    in_scope = (aim.LearnStartDate >= "2016-08-01") & aim.FundModel.is_in(35, 81)
    licence = ever_in_lars_category(aim, LICENCE_TO_PRACTISE) | is_below_lars_category(aim, LICENCE_TO_PRACTISE)
    return in_scope & status_at_start(aim, lambda e: has_monitoring(e, "BSI", 3)) & licence


@rule(
    "LearnAimRef_153",
    LearningDelivery,
    summary="Adult skills does not fund aims of exceptional devolved Skills Bootcamps.",
    message="{LearnAimRef} is of an exceptional devolved Skills Bootcamp (LARS category 67), on FundModel 35.",
    fix="Remove the aim, or correct LearnAimRef or FundModel.",
    cases="""
        FundModel | lars_category                           | fires | why
        35        | CategoryRef=67 EffectiveFrom=2023-08-01 | yes   | in the category
        35        | CategoryRef=67 EffectiveFrom=2023-08-01 EffectiveTo=2024-07-31 | yes | on whatever dates
        35        | CategoryRef=66 EffectiveFrom=2023-08-01 | no    | another category
        35        |                                         | no    | in no category
        38        | CategoryRef=67 EffectiveFrom=2023-08-01 | no    | another funding model
                  | CategoryRef=67 EffectiveFrom=2023-08-01 | no    | funding model blank
    """,
)
def devolved_bootcamp_on_adult_skills(aim):
    return (aim.FundModel == 35) & ever_in_lars_category(aim, DEVOLVED_BOOTCAMPS)
