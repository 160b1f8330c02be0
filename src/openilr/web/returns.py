"""What the returns of the store say over all providers: counts only, nothing of one provider or learner."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from openilr.store import Store


def store() -> Store:
    return Store(settings.STORE)


def coverage() -> list[dict[str, Any]]:
    """For each year and return, newest first: providers, learners accepted and refused, and the share refused."""
    import polars as pl

    current = store().returns().filter(pl.col("current"))
    found = (
        current.group_by("year", "return")
        .agg(
            pl.col("ukprn").n_unique().alias("providers"),
            pl.col("learners_accepted").sum(),
            pl.col("learners_refused").sum(),
            pl.col("submitted_at").max().alias("last"),
        )
        .sort("year", "return", descending=True)
    )
    rows = found.to_dicts()
    for row in rows:
        sent = row["learners_accepted"] + row["learners_refused"]
        row["refused_percent"] = 100 * row["learners_refused"] / sent if sent else 0.0
    return rows
