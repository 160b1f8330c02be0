"""Every reference table that OpenILR reads, by its short name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from openilr.reference.declared import context, lars, organisations, places, population, registers
from openilr.reference.tables import Table

__all__ = ["TABLES"]

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            *lars.TABLES,
            *places.TABLES,
            *population.TABLES,
            *organisations.TABLES,
            *registers.TABLES,
            *context.TABLES,
        )
    }
)
