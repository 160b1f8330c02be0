"""Output checks: what may leave, and in which form.

Here now: primary suppression of small counts, and rounding. Not here yet: secondary suppression, and the audit that
shows that no hidden count can be worked out from what is shown. Until a table has had all checks, ``is_protected`` is
False and ``openilr.publish`` writes it as a draft only.

>>> checked = check(result)                              # doctest: +SKIP
>>> checked.table, checked.record, checked.missing       # doctest: +SKIP
"""

from openilr.disclose.checks import ALL_CHECKS, CheckedTable, DisclosureError, check
from openilr.disclose.rules import Rules, load_rules

__all__ = ["ALL_CHECKS", "CheckedTable", "DisclosureError", "Rules", "check", "load_rules"]
