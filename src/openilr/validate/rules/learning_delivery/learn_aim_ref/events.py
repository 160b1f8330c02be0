"""Learning aims that are events: they start, are planned to end, and end on the same day."""

from __future__ import annotations

from openilr.derive.codes import ever_in_lars_category
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.learn_aim_ref.categories import is_below_lars_category

SAME = (
    "{LearnAimRef} starts on {LearnStartDate}, is planned to end on {LearnPlanEndDate} and ended on {LearnActEndDate}."
)
CORRECT = "Record the day of the event as LearnStartDate, LearnPlanEndDate and LearnActEndDate."
#: LARS category of the cards of the Construction Skills Certification Scheme, and of the categories below it.
CSCS_CARDS = 76


def dates_differ(aim: Record) -> Expr:
    """Whether start, planned end and actual end are not one day; a blank end is another day."""
    return (aim.LearnStartDate != aim.LearnPlanEndDate) | (aim.LearnStartDate != aim.LearnActEndDate)


def is_one_of(aim: Record, aims: str) -> Expr:
    """Whether the learning aim is in this list of the year's parameters."""
    return aim.LearnAimRef.is_in(aim.pack.parameters["learning_aims"][aims])


@rule(
    "LearnAimRef_126",
    LearningDelivery,
    summary="Event aims of Skills Bootcamps start and end, as planned and in fact, on the same day.",
    message=SAME,
    fix=CORRECT,
    cases="""
        LearnAimRef | LearnStartDate | LearnPlanEndDate | LearnActEndDate | fires | why
        Z0059747    | 2025-09-01     | 2025-09-01       | 2025-09-01      | no    | the same day
        Z0059747    | 2025-09-01     | 2025-09-02       | 2025-09-02      | yes   | both ends on another day
        Z0059748    | 2025-09-01     | 2025-09-02       | 2025-09-01      | yes   | the planned end on another day
        Z0059749    | 2025-09-01     | 2025-09-01       | 2025-09-02      | yes   | the actual end on another day
        Z0059749    | 2025-09-01     | 2025-09-01       |                 | yes   | no actual end
        Z0059750    | 2025-09-01     | 2025-09-02       | 2025-09-03      | no    | another aim
    """,
)
def bootcamp_event_on_several_days(aim):
    return is_one_of(aim, "bootcamp_events") & dates_differ(aim)


@rule(
    "LearnAimRef_154",
    LearningDelivery,
    summary="Event aims of heavy goods vehicle Skills Bootcamps, from August 2024 on, start and end, as planned and in fact, "
    "on the same day.",
    message=SAME,
    fix=CORRECT,
    cases="""
        LearnAimRef | ProgType | LearnStartDate | LearnPlanEndDate | LearnActEndDate | fires | why
        Z0060439    | 32       | 2024-08-01     | 2024-08-02       | 2024-08-02      | yes   | first day
        Z0060439    | 32       | 2024-07-31     | 2024-08-02       | 2024-08-02      | no    | the day before
        Z0009541    | 32       | 2025-09-01     | 2025-09-01       | 2025-09-01      | no    | the same day
        Z0009541    | 32       | 2025-09-01     | 2025-09-02       | 2025-09-01      | yes   | the planned end on another day
        Z0060440    | 32       | 2025-09-01     | 2025-09-01       | 2025-09-02      | yes   | the actual end on another day
        Z0060441    | 32       | 2025-09-01     | 2025-09-01       |                 | yes   | no actual end
        Z0060442    | 31       | 2025-09-01     | 2025-09-01       | 2025-09-02      | no    | another programme type
        Z0060443    |          | 2025-09-01     | 2025-09-01       | 2025-09-02      | no    | no programme type
        Z0060444    | 32       | 2025-09-01     | 2025-09-01       | 2025-09-02      | no    | another aim
    """,
)
def heavy_goods_vehicle_event_on_several_days(aim):
    in_scope = (aim.LearnStartDate >= "2024-08-01") & (aim.ProgType == 32)
    return in_scope & is_one_of(aim, "bootcamp_hgv_events") & dates_differ(aim)


@rule(
    "LearnAimRef_155",
    LearningDelivery,
    summary="Cards of the Construction Skills Certification Scheme start and end, as planned and in fact, on the same day.",
    message=SAME,
    fix=CORRECT,
    cases="""
        LearnStartDate | LearnPlanEndDate | LearnActEndDate | lars_category                           | lars_category_name                  | fires | why
        2026-09-01     | 2026-09-02       | 2026-09-02      | CategoryRef=77 EffectiveFrom=2026-08-01 | CategoryRef=77 ParentCategoryRef=76 | yes   | both ends on another day
        2026-09-01     | 2026-09-02       | 2026-09-01      | CategoryRef=77 EffectiveFrom=2026-08-01 | CategoryRef=77 ParentCategoryRef=76 | yes   | the planned end on another day
        2026-09-01     | 2026-09-01       | 2026-09-02      | CategoryRef=77 EffectiveFrom=2026-08-01 | CategoryRef=77 ParentCategoryRef=76 | yes   | the actual end on another day
        2026-09-01     | 2026-09-01       |                 | CategoryRef=77 EffectiveFrom=2026-08-01 | CategoryRef=77 ParentCategoryRef=76 | yes   | no actual end
        2026-09-01     | 2026-09-01       | 2026-09-01      | CategoryRef=77 EffectiveFrom=2026-08-01 | CategoryRef=77 ParentCategoryRef=76 | no    | the same day
        2026-09-01     | 2026-09-02       | 2026-09-02      | CategoryRef=77 EffectiveFrom=2026-08-01 | CategoryRef=77 ParentCategoryRef=75 | no    | below another category
        2026-09-01     | 2026-09-02       | 2026-09-02      | CategoryRef=76 EffectiveFrom=2026-08-01 | CategoryRef=77 ParentCategoryRef=76 | yes   | in the category itself
        2026-09-01     | 2026-09-01       | 2026-09-01      | CategoryRef=76 EffectiveFrom=2026-08-01 | CategoryRef=77 ParentCategoryRef=76 | no    | in the category itself, the same day
        2026-09-01     | 2026-09-02       | 2026-09-02      | CategoryRef=78 EffectiveFrom=2026-08-01 | CategoryRef=77 ParentCategoryRef=76 | no    | another category
        2026-09-01     | 2026-09-02       | 2026-09-02      |                                         | CategoryRef=77 ParentCategoryRef=76 | no    | in no category
    """,
)
def construction_card_on_several_days(aim):
    is_card = ever_in_lars_category(aim, CSCS_CARDS) | is_below_lars_category(aim, CSCS_CARDS)
    return is_card & dates_differ(aim)
