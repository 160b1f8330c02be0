"""DD36: the day on which a programme aim effectively ended.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from datetime import date

from openilr.derive.expressions import Expr, Record, if_

#: Stands for "not ended" in the published definition.
OPEN_ENDED = date(2099, 12, 31)


def dd36(aim: Record) -> Expr:
    """AchDate on a standard or a Skills Bootcamp where it is known; else LearnActEndDate, but not for ProgType 32 ...

    For programme aims: ProgType other than 25 takes LearnActEndDate; ProgType 25 takes AchDate and, without it,
    LearnActEndDate; ProgType 32 takes AchDate where LearnActEndDate is blank. Without either, 31 December 2099.
    Missing for aims that are no programme aim.
    """
    not_standard = if_(aim.LearnActEndDate.known, aim.LearnActEndDate, aim.AchDate.only_if(aim.ProgType == 32))
    standard = aim.AchDate.or_(aim.LearnActEndDate)
    return if_(aim.ProgType == 25, standard, not_standard).or_(OPEN_ENDED).only_if(aim.AimType == 1)
