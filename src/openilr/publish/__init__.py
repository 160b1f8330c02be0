"""Publishing: data files in the explore education statistics (EES) standard, and the screening they must pass.

>>> check("starts.csv", "starts.meta.csv").passed                              # doctest: +SKIP
"""

from openilr.publish.screen import Check, Screening, check

__all__ = ["Check", "Screening", "check"]
