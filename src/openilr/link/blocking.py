"""Which pairs are looked at.

Nobody can compare everyone with everyone, so only those pairs are weighed that one of these rules brings up.

The narrow rules bring up few pairs in any file, and nearly all true ones. The wide ones bring up many: they are for the
few people who are left once the sure links are made.
"""

# ruff: noqa: S608 - queries are put together from our own column names; no value goes into their text
from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openilr.link.engine import Database


@dataclass(frozen=True)
class Rule:
    """Two people come up together where these columns agree. ``right`` where other columns are met on that side."""

    left: tuple[str, ...]
    right: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        return tuple(zip(self.left, self.right or self.left, strict=True))

    @property
    def sql(self) -> str:
        return " and ".join(f"l.{left} = r.{right}" for left, right in self.columns)


def brought_up(rules: Sequence[Rule], database: Database, tables: tuple[str, str]) -> list[int]:
    """How many pairs each rule brings up between two tables."""
    if not rules:
        return []
    counts = []
    for place, rule in enumerate(rules):
        left, right = (
            f"(select {', '.join(names)}, count(*) as n from {table} group by {', '.join(names)})"
            for names, table in ((rule.left, tables[0]), (rule.right or rule.left, tables[1]))
        )
        counts.append(
            f"select {place} as place, coalesce(sum(l.n::double * r.n), 0.0) as pairs "
            f"from {left} l join {right} r on {rule.sql}"
        )
    found = database.get(" union all ".join(counts)).sort("place")
    return [int(pairs) for pairs in found["pairs"]]


NARROW = (
    Rule(("uln",)),
    Rule(("nino",)),
    Rule(("dob", "family")),
    Rule(("dob", "given_key")),
    Rule(("postcode", "given_key")),
    Rule(("postcode", "family")),
    Rule(("dob", "district")),
    Rule(("address",)),
    Rule(("given_key", "family", "district")),
    Rule(("given_key", "family_sound", "born")),
    Rule(("given3", "family", "born")),
    Rule(("dob", "family_sound")),
    Rule(("dob", "given3")),
    Rule(("dob_turned", "family"), ("dob", "family")),
    Rule(("dob_turned", "given_key"), ("dob", "given_key")),
    Rule(("given1", "family"), ("family", "given1")),
)
WIDE = (
    Rule(("dob",)),
    Rule(("given_key", "family_sound")),
    Rule(("given_sound", "family")),
    Rule(("dob_turned",), ("dob",)),
    Rule(("postcode",)),
    Rule(("house",)),
    Rule(("given1", "born"), ("family", "born")),
    Rule(("family", "born"), ("given1", "born")),
    Rule(("family", "district")),
    Rule(("given3", "district", "born")),
)


def usable(
    rules: Collection[Rule], held: tuple[set[str], set[str]], database: Database, tables: tuple[str, str],
    most: int,
) -> tuple[list[Rule], list[tuple[Rule, int]]]:  # fmt: skip
    """The rules whose columns both sides hold and that together stay within ``most`` pairs, and those left out.

    A rule that includes all columns of another brings up nothing new and is not used.
    """
    fit = [r for r in rules if held[0].issuperset(r.left) and held[1].issuperset(r.right or r.left)]
    fit = (
        [r for r in fit if not any(set(o.columns) < set(r.columns) and o in fit for o in fit)] if len(fit) > 1 else fit
    )
    counted = sorted(zip(fit, brought_up(fit, database, tables), strict=True), key=lambda pair: pair[1])
    used, out, total = [], [], 0
    for rule, pairs in counted:
        if total + pairs > most:
            out.append((rule, pairs))
        else:
            used.append(rule)
            total += pairs
    return used, out
