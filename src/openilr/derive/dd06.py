"""DD06: the earliest start of any of the learner's aims.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery


def dd06(record: Record) -> Expr:
    """Earliest LearnStartDate of all aims of the learner."""
    return record.first(LearningDelivery, lambda o: o.LearnStartDate, within="Learner")
