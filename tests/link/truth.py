"""How good links are, where the truth is known."""

from __future__ import annotations

import polars as pl

IDENTIFIERS = ("id", "uln", "given_names", "family_name", "date_of_birth", "sex", "postcode", "nino")


def true_pairs(a: pl.DataFrame, b: pl.DataFrame) -> pl.DataFrame:
    both = a.select("person", id_a="id").join(b.select("person", id_b="id"), on="person")
    return both.select("id_a", "id_b")


def scores(found: pl.DataFrame, truth: pl.DataFrame) -> tuple[float, float, float]:
    """Precision, recall and F1 of pairs."""
    right = found.join(truth, on=["id_a", "id_b"]).height
    precision, recall = right / max(found.height, 1), right / max(truth.height, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def without(people: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """A file as it is given to the linker: no truth, and none of some columns."""
    return people.select(name for name in IDENTIFIERS if name not in columns)
