"""DD34: the end of an apprenticeship funded programme.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.expressions import Expr, Record


def dd34(aim: Record) -> Expr:
    """LearnActEndDate of a programme aim on FundModel 36; missing for others and while it is open."""
    return aim.LearnActEndDate.only_if((aim.AimType == 1) & (aim.FundModel == 36))
