"""Why true links were missed and false ones made: what the identifiers of the two sides have in common. Counts only.

This opens the vault, as linking does; nothing but the counts leaves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openilr.link import gather
from openilr.link.identifiers import prepare
from openilr.link.run import get

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store

#: The identifiers that a cause is told by, in words.
_TOLD = {
    "uln": "ULN", "nino": "NI number", "given_key": "forename", "family": "family name", "dob": "date of birth",
    "postcode": "postcode",
}  # fmt: skip


def causes(store: Store, register: str, missed: pl.DataFrame, false: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """``missed`` and ``false``: what differs, what is missing, and how many pairs are like that, most frequent first.

    Both are frames of record_key and person_id; the likest of several ways in which the two are written down counts.
    """
    if missed.is_empty() and false.is_empty():
        return {"missed": [], "false": []}
    people = gather.register(store, register)
    spine = get(store).table("spine").select("learner_key", "person_id")
    learners = gather.learners(store).join(spine, left_on="key", right_on="learner_key")
    return {"missed": _counted(missed, people, learners), "false": _counted(false, people, learners)}


def _counted(pairs: pl.DataFrame, people: pl.DataFrame, learners: pl.DataFrame) -> list[dict[str, Any]]:
    import polars as pl

    if pairs.is_empty():
        return []
    some = people.join(pairs.select("record_key").unique(), left_on="key", right_on="record_key", how="semi")
    others = learners.join(pairs.select("person_id").unique(), on="person_id", how="semi")
    left = prepare(some).select(*_TOLD).with_columns(record_key=some["key"])
    right = prepare(others).select(*_TOLD).with_columns(person_id=others["person_id"])
    both = pairs.join(left, on="record_key").join(right, on="person_id", suffix="_theirs")
    told = []
    for column in _TOLD:
        one, other = pl.col(column), pl.col(f"{column}_theirs")
        told.append(
            pl.when(one.is_null() | other.is_null())
            .then(1)
            .when(one == other)
            .then(0)
            .otherwise(2)
            .alias(f"is_{column}")
        )
    ways = both.select("record_key", "person_id", *told)
    names = [f"is_{column}" for column in _TOLD]
    likest = ways.sort(pl.sum_horizontal(names)).unique(["record_key", "person_id"], keep="first", maintain_order=True)
    counted = likest.group_by(names).len().sort("len", *names, descending=[True, *[False] * len(names)])
    return [
        {
            "different": [_TOLD[name[3:]] for name in names if row[name] == 2],
            "missing": [_TOLD[name[3:]] for name in names if row[name] == 1],
            "pairs": row["len"],
        }
        for row in counted.head(12).iter_rows(named=True)
    ]
