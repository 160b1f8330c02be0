"""A life as it is known from linked records: spells in each state, and days in each state month by month.

>>> from openilr import link
>>> from openilr.link import life
>>> life.months(link.connect(store), date(2024, 8, 1), date(2026, 7, 31))    # doctest: +SKIP
"""

from openilr.link.life.months import months, write_months
from openilr.link.life.spells import LEARNING, STATES, employment, known_until, merged, spells, tables_of

__all__ = ["LEARNING", "STATES", "employment", "known_until", "merged", "months", "spells", "tables_of", "write_months"]
