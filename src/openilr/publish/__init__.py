"""Publishing: data files in the explore education statistics (EES) standard, and the screening they must pass.

>>> data, meta = write(checked, "out", "apprenticeship_starts", draft=True)     # doctest: +SKIP
>>> check(data, meta).passed                                                   # doctest: +SKIP
"""

from openilr.publish.ees import PublishError, write
from openilr.publish.screen import Check, Screening, check

__all__ = ["Check", "PublishError", "Screening", "check", "write"]
