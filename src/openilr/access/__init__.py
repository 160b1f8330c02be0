"""Governed access: from a question to a minimised extract, and to its end.

A project hands in an application (``project.apply``), sees what it would contain (``minimise.check``) and gets a
synthetic twin at once (``twin.make``). A steward approves (``project.approve``). Extracts are made from frozen
snapshots (``extract.make``), opened by named people while everything holds (``extract.open_extract``), and end with
their keys (``ending.close``). Whatever is decided or opened is an event in the chain of ``audit``, and that chain is
the state.

>>> from openilr.access import extract, project
>>> project.apply(store, text, by="r-jones").id                      # doctest: +SKIP
'P-2026-001'
>>> extract.open_extract(store, "P-2026-001-E1", by="r-jones").table("learner")   # doctest: +SKIP
"""

from openilr.access.errors import AccessError, AuditError, Refused
from openilr.access.extract import Extract, Tables, open_extract
from openilr.access.project import Project

__all__ = ["AccessError", "AuditError", "Extract", "Project", "Refused", "Tables", "open_extract"]
