"""Reference data: LARS, postcodes, organisations, contracts and registers, read from the files as published.

:func:`load` finds the files in a folder by their names and gives a :class:`Reference`: typed tables by short name. What
each table is, and which columns of which files it is read from, is declared in :mod:`openilr.reference.declared`.
"""

from openilr.reference.declared import TABLES
from openilr.reference.errors import BadReference
from openilr.reference.reference import About, Reference, load, schema_of
from openilr.reference.tables import Column, Table
from openilr.reference.values import postcode

__all__ = ["TABLES", "About", "BadReference", "Column", "Reference", "Table", "load", "postcode", "schema_of"]
