"""What a link run changed against the one before: record by record, in keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

#: ``new``: not there before. ``gone``: not there any more. ``moved``: linked to another person than before.
#: ``linked`` and ``unlinked``: was there without a link, or is now.
KINDS = ("new", "gone", "moved", "linked", "unlinked")


def changes(before: dict[str, pl.DataFrame] | None, spine: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """source ("spine" for learners), key, kind, person_before, person_now; nothing for what stayed as it was.

    ``before`` has the tables spine and keys of the earlier run; None for the first run, which changed nothing.
    """
    import polars as pl

    schema = dict.fromkeys(("source", "key", "kind", "person_before", "person_now"), pl.String)
    if before is None:
        return pl.DataFrame(schema=schema)
    learners = _compared(
        before["spine"].select("learner_key", "person_id"), spine.select("learner_key", "person_id"), ["learner_key"]
    ).select(pl.lit("spine").alias("source"), pl.col("learner_key").alias("key"), "person_before", "person_now")
    people = ("source", "record_key", "person_id")
    links = _compared(before["keys"].select(people), keys.select(people), ["source", "record_key"]).select(
        "source", pl.col("record_key").alias("key"), "person_before", "person_now"
    )
    was, now = pl.col("person_before").is_null(), pl.col("person_now").is_null()
    of_learners = learners.with_columns(kind=pl.when(was).then(pl.lit("new")).when(now).then(pl.lit("gone"))
                                        .otherwise(pl.lit("moved")))  # fmt: skip
    of_links = links.with_columns(kind=pl.when(was).then(pl.lit("linked")).when(now).then(pl.lit("unlinked"))
                                  .otherwise(pl.lit("moved")))  # fmt: skip
    return pl.concat([frame.select(schema.keys()) for frame in (of_learners, of_links)]).sort(list(schema))


def _compared(old: pl.DataFrame, new: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """Where the person of a key differs, or is there on one side only."""
    import polars as pl

    both = old.rename({"person_id": "person_before"}).join(
        new.rename({"person_id": "person_now"}), on=on, how="full", coalesce=True
    )
    return both.filter(~pl.col("person_before").eq_missing(pl.col("person_now")))
