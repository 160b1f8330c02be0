"""DD38: adult skills learner unemployed with benefits at the start, later definition.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.codes import has_monitoring, status_at_start
from openilr.derive.expressions import Expr, Record


def dd38(aim: Record) -> Expr:
    """As DD28, with BSI 1 for any status and BSI 4, 5 or 6 for the unemployed and those with few hours."""
    benefit = status_at_start(aim, lambda e: e.EmpStat.is_in(10, 11, 12, 98) & has_monitoring(e, "BSI", 1))
    unemployed = status_at_start(aim, lambda e: e.EmpStat.is_in(11, 12) & has_monitoring(e, "BSI", 4, 5, 6))
    few_hours = status_at_start(
        aim, lambda e: (e.EmpStat == 10) & has_monitoring(e, "EII", 2, 5, 6) & has_monitoring(e, "BSI", 4, 5, 6)
    )
    return (aim.FundModel == 35) & (benefit | unemployed | few_hours)
