"""DD05: the check digit of the employer identifier on an employment status record.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.employer_check import employer_check_digit
from openilr.derive.expressions import Expr, Record


def dd05(status: Record) -> Expr:
    """The digit that EmpId must end in, as text, or "X"."""
    return employer_check_digit(status.EmpId)
