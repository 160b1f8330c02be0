"""DD32: an open, apprenticeship funded programme.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.expressions import Expr, Record


def dd32(aim: Record) -> Expr:
    """True (Y) for a programme aim on FundModel 36 without LearnActEndDate."""
    return (aim.AimType == 1) & (aim.FundModel == 36) & aim.LearnActEndDate.missing
