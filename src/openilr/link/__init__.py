"""Who is who: records of one person brought together, without a name ever leaving the vault.

>>> links, about = pairs(a, b)                                       # doctest: +SKIP
>>> run(store)                                                       # doctest: +SKIP
'L0001'
>>> connect(store).table("spine")                                    # doctest: +SKIP
"""

from openilr.link.errors import LinkError
from openilr.link.pairs import METHODS, pairs
from openilr.link.people import read_people
from openilr.link.run import Run, connect, get, run, runs

__all__ = ["METHODS", "LinkError", "Run", "connect", "get", "pairs", "read_people", "run", "runs"]
