"""DD18: the start of the apprenticeship standard that an aim belongs to.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery


def dd18(aim: Record) -> Expr:
    """Earliest LearnStartDate of the learner's programme aims on the same standard; missing outside ProgType 25."""
    start = aim.first(
        LearningDelivery, lambda o: o.LearnStartDate, lambda o: o.AimType == 1, same=["ProgType", "StdCode"]
    )
    return start.only_if(aim.ProgType == 25)
