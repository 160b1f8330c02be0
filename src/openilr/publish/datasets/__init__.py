"""Data sets to serve: any screened EES pair, kept with all its versions, and what may be asked of them.

>>> library = Library("sector")                                              # doctest: +SKIP
>>> data_set, version, new = library.add("starts.csv", "starts.meta.csv")    # doctest: +SKIP
>>> library.data_sets()                                                      # doctest: +SKIP
"""

from openilr.publish.datasets.library import DataSet, DataSetError, Library, Publication, Refused, Version
from openilr.publish.datasets.model import Meta

__all__ = ["DataSet", "DataSetError", "Library", "Meta", "Publication", "Refused", "Version"]
