"""DD31: an adult skills funded English or maths aim.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.codes import is_english_or_maths
from openilr.derive.expressions import Expr, Record


def dd31(aim: Record) -> Expr:
    """True (Y) for FundModel 35 where LARS calls the aim English or maths on its start date."""
    return (aim.FundModel == 35) & is_english_or_maths(aim)
