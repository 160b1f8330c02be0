"""Releases: measures on a frozen snapshot turned into protected data sets with all their files.

>>> from openilr.publish.release.build import build                          # doctest: +SKIP
>>> build(store, "2526", "R14", DATA_SETS, "rounding").archive              # doctest: +SKIP
"""

from openilr.publish.release.declared import DATA_SETS, DataSet, choose

__all__ = ["DATA_SETS", "DataSet", "choose"]
