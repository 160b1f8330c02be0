"""DD29: a traineeship aim outside the flexible element.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.expressions import Expr, Record


def dd29(aim: Record) -> Expr:
    """True (Y) for ProgType 24 where LARS puts the aim in category 2 or 4."""
    in_category = aim.any("lars_category", lambda c: c.CategoryRef.is_in(2, 4), same={"LearnAimRef": aim.LearnAimRef})
    return (aim.ProgType == 24) & in_category
