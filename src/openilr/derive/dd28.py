"""DD28: adult skills learner unemployed with benefits at the start.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.codes import has_monitoring, status_at_start
from openilr.derive.expressions import Expr, Record


def dd28(aim: Record) -> Expr:
    """True (Y) for FundModel 35 where the status at the start is, with the benefit (BSI) and hours (EII) recorded,
    any status with BSI 1 or 2; 11 or 12 with BSI 3 or 4; or 10 with few hours (EII 2, 5, 6) and BSI 3 or 4."""
    benefit = status_at_start(aim, lambda e: e.EmpStat.is_in(10, 11, 12, 98) & has_monitoring(e, "BSI", 1, 2))
    unemployed = status_at_start(aim, lambda e: e.EmpStat.is_in(11, 12) & has_monitoring(e, "BSI", 3, 4))
    few_hours = status_at_start(
        aim, lambda e: (e.EmpStat == 10) & has_monitoring(e, "EII", 2, 5, 6) & has_monitoring(e, "BSI", 3, 4)
    )
    return (aim.FundModel == 35) & (benefit | unemployed | few_hours)
