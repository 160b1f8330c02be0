"""The spine: the records of one learner over years and providers brought together under one person.

The learner key joins what one provider returned under one reference. Between keys: the same ULN or NI number with names
that agree, a provider's own note of an earlier reference, everything equal, and then the model, for changed or missing
numbers. What would bring together two people with different ULNs is left apart and flagged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from openilr.link.identifiers import prepare
from openilr.link.match import Bench, match_within
from openilr.link.model import Model

if TYPE_CHECKING:
    import polars as pl

#: Two records of the spine are one person from this probability on: joining two people is worse than missing a link.
LEAST = 0.95


@dataclass
class Spine:
    """``people``: key, person_id, method, weight, ambiguous; ``model`` of the probabilistic step; what was done."""

    people: pl.DataFrame
    model: Model | None
    steps: dict[str, Any] = field(default_factory=dict)


class Groups:
    """Numbers that belong together (union and find)."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def of(self, number: int) -> int:
        while self._above[number] != number:
            self._above[number] = self._above[self._above[number]]
            number = self._above[number]
        return number

    def join(self, one: int, other: int) -> bool:
        """Whether that joined two groups."""
        one, other = sorted((self.of(one), self.of(other)))
        self._above[other] = one
        return one != other


def build(
    people: pl.DataFrame, *, before: Mapping[str, str] | None = None, model: Model | None = None,
    watch: Callable[[str], object] = str, engine: str = "duckdb",
) -> Spine:  # fmt: skip
    """The spine of the learners of :func:`openilr.link.gather.learners`.

    ``before`` is an earlier spine, key to person: whoever is the same person keeps the person's id.
    """
    import polars as pl

    keys = people["key"].unique().sort()
    if keys.is_empty():
        empty = {"key": pl.String, "person_id": pl.String, "method": pl.String, "weight": pl.Float64,
                 "ambiguous": pl.Boolean}  # fmt: skip
        return Spine(pl.DataFrame(schema=empty), model)
    number = people["key"].rank("dense").cast(pl.Int64) - 1
    prepared = prepare(people.with_columns(who=number, id=pl.col("key")))
    watch(f"Bringing together {len(keys):,} learner records")
    groups = Groups(len(keys))
    made: dict[int, tuple[str, float | None]] = dict.fromkeys(range(len(keys)), ("single", None))
    for one, other, method in _certain(people.with_columns(who=number), prepared, engine):
        if groups.join(one, other):
            for each in (one, other):
                made[each] = (method, None) if made[each][0] == "single" else made[each]
    steps: dict[str, Any] = {"learner records": len(keys)}
    steps["after the sure steps"] = len({groups.of(each) for each in range(len(keys))})
    grouped = prepared.with_columns(who=pl.Series([groups.of(each) for each in prepared["who"].to_list()]))
    found = match_within(grouped, least=0.5, model=model, watch=watch, engine=engine)
    ambiguous = _join_likely(groups, grouped, found.links, made)
    steps["people"] = len({groups.of(each) for each in range(len(keys))})
    persons = _ids([groups.of(each) for each in range(len(keys))], keys.to_list(), before or {})
    flagged = {groups.of(each) for each in ambiguous}
    return Spine(
        pl.DataFrame(
            {
                "key": keys,
                "person_id": persons,
                "method": [made[each][0] for each in range(len(keys))],
                "weight": pl.Series([made[each][1] for each in range(len(keys))], dtype=pl.Float64),
                "ambiguous": [groups.of(each) in flagged for each in range(len(keys))],
            }
        ),
        found.model,
        steps,
    )


def _certain(people: pl.DataFrame, prepared: pl.DataFrame, engine: str) -> Iterable[tuple[int, int, str]]:
    """Pairs of the sure steps, and of a provider's own note of the reference that a learner had before."""
    import polars as pl

    if prepared["who"].n_unique() > 1:
        bench = Bench(prepared, prepared, within=True, engine=engine)
        for one, other, method in bench.sure(unique=False).iter_rows():
            yield one, other, method
    now = people.filter(pl.col("reference").is_not_null()).select("reference", "who", "date_of_birth", "family_name")
    then = people.filter(pl.col("earlier_reference").is_not_null())
    noted = then.join(now, left_on="earlier_reference", right_on="reference", suffix="_then").filter(
        pl.col("who") != pl.col("who_then"),
        (pl.col("date_of_birth") == pl.col("date_of_birth_then"))
        | (pl.col("family_name").str.to_lowercase() == pl.col("family_name_then").str.to_lowercase()),
    )
    for one, other in noted.select("who", "who_then").unique().sort("who", "who_then").iter_rows():
        yield one, other, "reference"


def _join_likely(
    groups: Groups, people: pl.DataFrame, links: pl.DataFrame, made: dict[int, tuple[str, float | None]]
) -> set[int]:
    """Join what the model links, surest first; who was left apart though likely, or joined against a rival."""
    numbers, names = _values(people, "uln"), _values(people, "given1")
    bearers = set(numbers)  # records with a ULN of their own, not one that came to their group with another
    ambiguous: set[int] = set()
    order = links.sort("weight", "who_l", "who_r", descending=[True, False, False])
    for one, other, probability, weight in order.select("who_l", "who_r", "probability", "weight").iter_rows():
        first, second = groups.of(one), groups.of(other)
        if first == second:
            continue
        mine, theirs = numbers.get(first, set()), numbers.get(second, set())
        # With two different ULNs, only a changed number of one person will do: the same forename, and no third record
        # between them that has no number itself.
        apart = bool(mine and theirs and not mine & theirs) and not (
            one in bearers and other in bearers and names.get(one, set()) & names.get(other, set())
        )
        if probability < LEAST or apart:
            ambiguous |= {one, other}
            continue
        groups.join(first, second)
        numbers[groups.of(first)] = mine | theirs
        for each in (one, other):
            if made[each][0] == "single":
                made[each] = ("probabilistic", weight)
    return ambiguous


def _values(people: pl.DataFrame, column: str) -> dict[int, set[str]]:
    import polars as pl

    found: dict[int, set[str]] = {}
    for who, value in people.filter(pl.col(column).is_not_null()).select("who", column).unique().iter_rows():
        found.setdefault(who, set()).add(value)
    return found


def _ids(groups: list[int], keys: list[str], before: Mapping[str, str]) -> list[str]:
    """The id of the person of each key. A group keeps the id that most of its keys had; new ones come from a key."""
    members: dict[int, list[str]] = {}
    for group, key in zip(groups, keys, strict=True):
        members.setdefault(group, []).append(key)
    claims: dict[str, list[tuple[int, str, int]]] = {}
    for group, mine in members.items():
        had: dict[str, int] = {}
        for key in mine:
            if key in before:
                had[before[key]] = had.get(before[key], 0) + 1
        for person, count in had.items():
            claims.setdefault(person, []).append((-count, min(mine), group))
    ids: dict[int, str] = {}
    for person, claimed in sorted(claims.items(), key=lambda item: min(item[1])):
        for _, _, group in sorted(claimed):
            if group not in ids:
                ids[group] = person
                break
    taken = set(before.values())
    for group, mine in members.items():
        if group in ids:
            continue
        attempt = 0
        while (person := _fresh(min(mine), attempt)) in taken:
            attempt += 1
        ids[group] = person
        taken.add(person)
    return [ids[group] for group in groups]


def _fresh(key: str, attempt: int) -> str:
    """An id out of a learner key, which is itself made with the vault's secret."""
    return sha256(f"person {attempt} {key}".encode()).hexdigest()[:32]
