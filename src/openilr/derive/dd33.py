"""DD33: the start of an open, apprenticeship funded programme.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.dd32 import dd32
from openilr.derive.expressions import Expr, Record


def dd33(aim: Record) -> Expr:
    """LearnStartDate where DD32 is Y; else missing."""
    return aim.LearnStartDate.only_if(dd32(aim))
