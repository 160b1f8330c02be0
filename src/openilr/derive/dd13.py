"""DD13: the latest end of the apprenticeship framework programme that an aim belongs to.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery

#: Programme types of apprenticeship frameworks, as 2020-21 listed them; no new learner starts on one.
FRAMEWORKS = (2, 3, 20, 21, 22, 23)


def dd13(aim: Record) -> Expr:
    """Latest LearnActEndDate of the learner's programme aims with the aim's ProgType; missing outside frameworks."""
    end = aim.last(LearningDelivery, lambda o: o.LearnActEndDate, lambda o: o.AimType == 1, same=["ProgType"])
    return end.only_if(aim.ProgType.is_in(FRAMEWORKS))
