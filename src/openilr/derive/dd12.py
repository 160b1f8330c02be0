"""DD12: adult skills learner on JSA, ESA (WRAG) or Universal Credit at the start.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.codes import has_fam, has_monitoring, status_at_start
from openilr.derive.expressions import Expr, Record


def dd12(aim: Record) -> Expr:
    """True (Y) for FundModel 35 where the status at the start has BSI 1 or 2, or BSI 4 on an aim with LDM 318."""
    jsa_or_esa = status_at_start(aim, lambda e: has_monitoring(e, "BSI", 1, 2))
    mandated = status_at_start(aim, lambda e: has_monitoring(e, "BSI", 4)) & has_fam(aim, "LDM", "318")
    return (aim.FundModel == 35) & (jsa_or_esa | mandated)
