"""Which columns of the national views a computation reads, seen from its expression: for the notes that go with them.

A column that is only carried along is not read; one in a condition, a join, a group or a computed value is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

#: What stands behind tables that were worked out, or named, on the way.
_behind: WeakKeyDictionary[BaseBackend, set[str]] = WeakKeyDictionary()


def note(connection: BaseBackend, table: ir.Table) -> None:
    """Remember what an expression reads, before its answer takes its place."""
    _behind.setdefault(connection, set()).update(_columns(table))


def columns(connection: BaseBackend, table: ir.Table) -> list[str]:
    """Names of the columns that an expression reads, and all that was worked out for it before; in their order."""
    return sorted(_columns(table) | _behind.get(connection, set()))


def _columns(table: ir.Table) -> set[str]:
    import ibis.expr.operations as ops

    found: set[str] = set()
    for relation in table.op().find(ops.Relation):
        carried = relation.values.values() if isinstance(relation, ops.JoinChain) else ()
        if isinstance(relation, ops.Project):
            carried = [v for name, v in relation.values.items() if isinstance(v, ops.Field) and v.name == name]
        skipped = set(map(id, carried))
        for child in relation.__children__:
            if not isinstance(child, ops.Relation) and id(child) not in skipped:
                fields = child.find(ops.Field, filter=lambda node: not isinstance(node, ops.Relation))
                found.update(field.name for field in fields)
    return found
