"""DD04: the start of the programme that an aim belongs to.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery


def dd04(aim: Record) -> Expr:
    """Earliest LearnStartDate of the learner's programme aims with the aim's ProgType; missing without a ProgType."""
    start = aim.first(LearningDelivery, lambda o: o.LearnStartDate, lambda o: o.AimType == 1, same=["ProgType"])
    return start.only_if(aim.ProgType.known)
