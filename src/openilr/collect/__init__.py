"""Taking a return in: the file or zip, its name, its structure; XML to columnar tables, with every schema finding.

>>> from openilr.collect import examine
>>> with examine(path).stream() as stream:          # doctest: +SKIP
...     for tables in stream:
...         tables["Learner"]
...     stream.findings
"""

from __future__ import annotations

from pathlib import Path

from openilr.collect.container import Return, Unreadable, examine
from openilr.collect.findings import SchemaFinding
from openilr.collect.stream import Stream
from openilr.collect.tables import Tables

__all__ = ["Return", "SchemaFinding", "Stream", "Tables", "Unreadable", "examine", "read"]


def read(path: str | Path) -> Tables:
    """A whole file as tables. What is wrong with it is left out: :func:`examine` tells.

    Raises:
        Unreadable: the path cannot be read, or there is no ILR message in the file.
    """
    found = examine(path)
    with found.stream() as stream:
        parts = list(stream)
    if not parts:
        reason = stream.findings[0].message if stream.findings else ", ".join(found.problems)
        raise Unreadable(f"{found.name} holds no ILR message that can be read: {reason}")
    return Tables.join(parts)
