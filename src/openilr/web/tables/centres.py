"""Where areas lie, for a map without boundaries: the middle of their postcodes, by the store's postcode directory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from openilr.web.returns import store

if TYPE_CHECKING:
    from openilr.reference import Reference

#: The column of the directory that has the code of an area, by level.
_COLUMNS = {"LA": "lad", "LAD": "lad", "PCON": "pcon", "WARD": "ward"}


def centres(level: str) -> Mapping[str, tuple[float, float]]:
    """Easting and northing in metres by the area's code; empty for other levels and where no directory was added.

    The mean of the postcodes in use, which is nearer to where people live than the middle of the land.
    """
    edition = store().reference_edition()
    return _of_edition(edition, _COLUMNS[level]) if edition and level in _COLUMNS else {}


@lru_cache(maxsize=8)
def _of_edition(edition: int, column: str) -> Mapping[str, tuple[float, float]]:
    """An edition never changes."""
    return middles(store().reference(edition), column)


def middles(reference: Reference, column: str) -> dict[str, tuple[float, float]]:
    """The mean easting and northing of the postcodes in use, by what the directory has in ``column``."""
    import polars as pl

    from openilr.reference import BadReference

    if "postcodes" not in reference:
        return {}
    east, north = pl.col("oseast1m"), pl.col("osnrth1m")
    # Grid quality 9: no reference. Postcodes of Northern Ireland are on another grid.
    here = pl.col("doterm").is_null() & (pl.col("gridind").fill_null(1) != 9) & ~pl.col(column).str.starts_with("N")
    try:
        rows = reference.scan("postcodes").filter(here, east.is_not_null()).group_by(column)
        found = rows.agg(east.mean(), north.mean()).collect()
    except BadReference:
        return {}
    return {code: (e, n) for code, e, n in found.iter_rows()}
