"""Write entities as XML, in the order of the year's schema; what the schema does not have is left out."""

from __future__ import annotations

from collections.abc import Callable
from xml.sax.saxutils import escape

from openilr.spec import Entity, Field
from openilr.synth.programmes import Record

Writer = Callable[[Record], str]


def writer(entity: Entity, depth: int = 1) -> Writer:
    """A function from a record to the text of one entity. A value of None is not written."""
    indent = "\t" * depth
    opening, closing = f"{indent}<{entity.name}>\n", f"{indent}</{entity.name}>\n"
    parts: list[tuple[str, str, str, Writer | None]] = []
    for child in entity.children:
        if isinstance(child, Field):
            parts.append((child.name, f"{indent}\t<{child.name}>", f"</{child.name}>\n", None))
        else:
            parts.append((child.name, "", "", writer(child, depth + 1)))

    def write(record: Record) -> str:
        lines = [opening]
        for name, before, after, below in parts:
            value = record.get(name)
            if value is None:
                continue
            if below is not None:
                lines += map(below, value)
            else:
                lines.append(f"{before}{escape(value) if type(value) is str else value}{after}")
        lines.append(closing)
        return "".join(lines)

    return write
