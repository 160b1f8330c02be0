"""Who is who: records of one person brought together, without a name ever leaving the vault.

>>> links, about = pairs(a, b)                                       # doctest: +SKIP
"""

from openilr.link.errors import LinkError
from openilr.link.pairs import METHODS, pairs
from openilr.link.people import read_people

__all__ = ["METHODS", "LinkError", "pairs", "read_people"]
