"""Linked sources: what each holds, reading it with a check of every value, and keeping it in a store.

>>> from openilr.link import sources
>>> sources.add(store, Path("linked/npd"))                           # doctest: +SKIP
>>> sources.described_answers(store)     # what users' surveys ask   # doctest: +SKIP
>>> sources.identifiers(store, "npd")    # for linking only          # doctest: +SKIP
"""

from openilr.link.sources.declare import ROLES, Column, Source, SourceError, Table, declared
from openilr.link.sources.keeping import (
    Added,
    Answer,
    Edition,
    add,
    describe,
    described_answers,
    editions,
    identifiers,
    paths,
    registers,
)
from openilr.link.sources.reading import Refused

__all__ = [
    "ROLES", "Added", "Answer", "Column", "Edition", "Refused", "Source", "SourceError", "Table", "add", "declared",
    "describe", "described_answers", "editions", "identifiers", "paths", "registers",
]  # fmt: skip
