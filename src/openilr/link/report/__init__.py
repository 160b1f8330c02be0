"""How sure the links of a run are: the report that goes with linked data, and the page on which people judge pairs.

The report follows the three steps of the GUILD guidance (Gilbert and others 2018: information about data provision,
about linkage, and about analysis). It is made after linking, by somebody who may see attributes, from keys alone; only
:mod:`~openilr.link.report.causes` and :mod:`~openilr.link.report.review` open the vault, and they give counts or show
pairs on the screen.
"""

from openilr.link.report.content import Report, build
from openilr.link.report.page import html
from openilr.link.report.words import text

__all__ = ["Report", "build", "html", "text"]
