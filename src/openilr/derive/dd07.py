"""DD07: is the aim part of an apprenticeship?

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.expressions import Expr, Record


def dd07(aim: Record) -> Expr:
    """True (Y) where ProgType is 25, an apprenticeship standard. Frameworks left the definition in 2025-26."""
    return aim.ProgType == 25
