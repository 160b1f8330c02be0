"""DD37: adult skills learner unemployed on other state benefits (with BSI 6) at the start.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.codes import has_fam_other_than, has_monitoring, status_at_start
from openilr.derive.expressions import Expr, Record


def dd37(aim: Record) -> Expr:
    """True (Y) for FundModel 35 where the status at the start is 11 or 12 with BSI 6, or with BSI 4 and an LDM
    that is not 318."""
    on_benefit = status_at_start(aim, lambda e: e.EmpStat.is_in(11, 12) & has_monitoring(e, "BSI", 6))
    credit = status_at_start(aim, lambda e: e.EmpStat.is_in(11, 12) & has_monitoring(e, "BSI", 4))
    return (aim.FundModel == 35) & (on_benefit | (credit & has_fam_other_than(aim, "LDM", "318")))
