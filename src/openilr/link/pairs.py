"""Two person files, and who is in both: what ``ilr link pairs`` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from openilr.link import keyed
from openilr.link.engine import enough_memory
from openilr.link.identifiers import prepare
from openilr.link.match import Matched, match
from openilr.link.model import Model

if TYPE_CHECKING:
    import polars as pl

#: What a pair was made by, in the order of the steps.
METHODS = ("uln", "nino", "exact", "rule", "probabilistic")


def pairs(
    a: pl.DataFrame, b: pl.DataFrame, *, many: bool = False, least: float = 0.5, model: Model | None = None,
    watch: Callable[[str], object] = str, engine: str = "duckdb",
) -> tuple[pl.DataFrame, Matched]:  # fmt: skip
    """Link two frames of people: text columns of :data:`openilr.link.identifiers.COLUMNS`, ``id`` distinct, or encoded.

    The pairs, in the order of ``a``: id_a, id_b, probability (0 to 1, rivals counted), method (one of
    :data:`METHODS`). One to one; with ``many`` every pair of at least the probability ``least``. Beside them what the
    linker knows of each link and of itself. ``engine`` is duckdb, or spark for more than one machine holds.
    """
    import polars as pl

    keyed.same_key(a, b)
    ready = keyed.decode if keyed.is_encoded(a) else prepare
    with enough_memory():
        matched = match(ready(a), ready(b), many=many, least=least, model=model, watch=watch, engine=engine)
    found = matched.links.select(
        id_a=a["id"].gather(matched.links["who_l"]),
        id_b=b["id"].gather(matched.links["who_r"]),
        probability=pl.col("probability").round(6),
        method="method",
    )
    return found, matched
