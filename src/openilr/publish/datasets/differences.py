"""Cell by cell: what a version says otherwise than the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openilr.publish.datasets import codes
from openilr.publish.datasets.model import Meta
from openilr.publish.datasets.reading import Source, _name, _quoted

_TIME_AND_LEVEL = ("time_period", "time_identifier", "geographic_level")


def write(old: Source, new: Source, before: Meta, after: Meta, target: Path) -> dict[str, Any]:
    """Write every changed cell as Parquet, and give the counts.

    Columns: those that identify a row, indicator, before, after. The counts are ``changed`` cells, ``added`` and
    ``removed`` rows, by period too; ``compared`` is False, and nothing is written, where the filters are not the same,
    because rows can then not be told to be the same.
    """
    filters = [f.column for f in after.filters]
    if sorted(filters) != sorted(f.column for f in before.filters):
        return {"compared": False}
    keys = [*_TIME_AND_LEVEL, *_place_columns(old, new, after), *filters]
    shared = [i.column for i in after.indicators if i.column in {other.column for other in before.indicators}]
    connection = new.connection
    connection.execute(f"CREATE OR REPLACE VIEW older AS {old.select}")
    using = ", ".join(_name(key) for key in keys)
    cells = " UNION ALL ".join(
        f"SELECT {using}, {_quoted(i)} AS indicator, o.{_name(i)} AS before, n.{_name(i)} AS after "  # noqa: S608
        f"FROM older o JOIN given n USING ({using}) WHERE o.{_name(i)} IS DISTINCT FROM n.{_name(i)}"
        for i in shared
    )
    connection.execute(f"COPY ({cells}) TO {_quoted(str(target))} (FORMAT parquet, COMPRESSION zstd)")
    counts: dict[str, Any] = {"compared": True, "periods": {}}
    for name, query in (
        ("changed", f"SELECT time_period, count(*) FROM read_parquet({_quoted(str(target))}) GROUP BY 1"),  # noqa: S608
        ("added", f"SELECT time_period, count(*) FROM given ANTI JOIN older USING ({using}) GROUP BY 1"),  # noqa: S608
        ("removed", f"SELECT time_period, count(*) FROM older ANTI JOIN given USING ({using}) GROUP BY 1"),  # noqa: S608
    ):
        found = dict(connection.execute(query).fetchall())
        counts[name] = sum(found.values())
        for period, count in found.items():
            counts["periods"].setdefault(period, {})[name] = count
    return counts


def _place_columns(old: Source, new: Source, meta: Meta) -> Sequence[str]:
    found = []
    for places in meta.places:
        level = codes.LEVELS[places.level]
        columns = new.level_columns(level) or ()
        identifying = columns[:-1] or columns  # codes, or the name of a level that has none
        found += [column for column in identifying if column in old.columns]
    return found


def read(path: Path, limit: int = 1000) -> list[dict[str, str]]:
    """The first changed cells that ``write`` kept."""
    import polars as pl

    return pl.scan_parquet(path).head(limit).collect().to_dicts()
