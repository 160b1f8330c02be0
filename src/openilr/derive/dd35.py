"""DD35: is the aim funded by a devolved authority?

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.codes import has_fam
from openilr.derive.expressions import Expr, Record

#: Last source of funding (SOF) code of the devolved authorities, which begin at 110. The 2025-26 CSV ends at 120, its
#: later workbook at 123; the later one is followed.
_LAST = {"2526": 123, "2627": 130}


def dd35(aim: Record) -> Expr:
    """True (Y) where the aim has a SOF code of a devolved authority: 110 to 123 in 2025-26, 110 to 130 in 2026-27."""
    last = _LAST.get(aim.teaching_year.name, max(_LAST.values()))
    return has_fam(aim, "SOF", *(str(code) for code in range(110, last + 1)))
