"""DD36: the day on which a programme aim effectively ended.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from datetime import date

from openilr.derive.expressions import Expr, Record, if_

#: Stands for "not ended" in the published definition.
OPEN_ENDED = date(2099, 12, 31)


def dd36(aim: Record) -> Expr:
    """The effective end of a programme aim; missing for other aims.

    ProgType 25: AchDate and, without it, LearnActEndDate. Other programmes: LearnActEndDate and, for ProgType 32
    without one, AchDate. Without any of these: 31 December 2099.
    """
    not_standard = if_(aim.LearnActEndDate.known, aim.LearnActEndDate, aim.AchDate.only_if(aim.ProgType == 32))
    standard = aim.AchDate.or_(aim.LearnActEndDate)
    return if_(aim.ProgType == 25, standard, not_standard).or_(OPEN_ENDED).only_if(aim.AimType == 1)
