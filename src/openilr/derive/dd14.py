"""DD14: the check digit of a work placement's employer identifier.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.employer_check import employer_check_digit
from openilr.derive.expressions import Expr, Record


def dd14(placement: Record) -> Expr:
    """The digit that WorkPlaceEmpId must end in, as text, or "X"."""
    return employer_check_digit(placement.WorkPlaceEmpId)
