"""What a check says: findings, each with the cells concerned and its source, and the verdict over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ADVICE", "Finding", "Verdict", "advice", "named"]

#: From harmless to worst. ``review``: a person must look, because the checker can not tell.
STATUSES = ("note", "review", "fail")


@dataclass(frozen=True)
class Finding:
    """One thing found. ``cells`` are keys such as ``{"Sex": "F", "Level": "3"}``, none where it is about all."""

    rule: str
    status: str
    words: str
    cells: tuple[Mapping[str, str], ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"A finding can not be {self.status!r}.")

    def to_dict(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "status": self.status,
            "words": self.words,
            "cells": [dict(cell) for cell in self.cells],
            "source": self.source,
        }


@dataclass(frozen=True)
class Verdict:
    """``pass``, ``review`` or ``fail``, why, and the safer versions that one command applies.

    ``safer`` maps the way (``suppress``, ``round``, ``merge``) to the change of the output that makes it pass.
    """

    findings: tuple[Finding, ...] = ()
    safer: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def status(self) -> str:
        worst = max((STATUSES.index(f.status) for f in self.findings), default=0)
        return ("pass", "review", "fail")[worst]

    def words(self) -> str:
        """The verdict as a sentence or a few."""
        told = [f.words for f in self.findings if f.status != "note"]
        start = {"pass": "Passes all checks.", "review": "A person must decide.", "fail": "Refused."}[self.status]
        return " ".join([start, *told])

    def to_dict(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "words": self.words(),
            "findings": [f.to_dict() for f in self.findings],
            "safer": {way: dict(change) for way, change in self.safer.items()},
            "seconds": round(self.seconds, 3),
        }


#: What a researcher is told before a release: the rule and what helps, but neither cells nor numbers, which are what
#: the check is about.
ADVICE = {
    "threshold": "some cells have too few people: merge categories, or take a safer version",
    "units": "some amounts come from too few employers or providers: use wider groups",
    "classes": "in some group everybody, or nobody, has one value: merge categories, or take a safer version",
    "endpoints": "minima and maxima are single people's values: show a rounded percentile",
    "quantiles": "percentiles must be rounded, with people enough on both sides",
    "derived": "a mean of a yes/no value tells a small count: use wider groups",
    "dominance": "one or two make up too much of a total: use wider groups",
    "labels": "labels must be short plain names of groups",
    "regression": "a coefficient stands on too few people: merge categories or leave the column out",
    "agreement": "the coefficients are not those of the model on its rows",
    "survival": "some steps of a curve have too few people: use wider steps",
    "secondary": "small groups can be worked out from the totals: take a safer version",
    "differencing": "together with earlier releases small groups can be worked out: take a safer version",
    "context": "unit, population and counts must be said, and true of the rows",
    "words": "some words were made by the analysis and do not stand in it; a person reads them",
    "size": "the table has very many cells; a person decides",
    "text": "texts are read by a person",
    "kind": "the checker does not know this kind of output; a person decides",
    "form": "the output could not be read as what it says it is; a person decides",
    "attack": "small groups for which the attack found neither a way nor a proof; a person decides",
}  # fmt: skip


def advice(verdict: Mapping[str, Any]) -> str:
    """A kept verdict (as a dict) in words for the researcher."""
    told = dict.fromkeys(ADVICE[f["rule"]] for f in verdict["findings"] if f["status"] != "note")
    start = {"pass": "Passes all checks.", "review": "A person must decide:", "fail": "Refused:"}[verdict["status"]]
    ways = list(verdict["safer"])
    more = f" Safer versions: {', '.join(ways)}." if ways else ""
    return start + (f" {'; '.join(told)}." if told else "") + more


def named(cells: Iterable[Mapping[str, str]], most: int = 3) -> str:
    """Cells in words: the first few, and how many more."""
    cells = list(cells)
    told = "; ".join(", ".join(f"{k} {v}" for k, v in cell.items()) or "the total" for cell in cells[:most])
    return told + (f" and {len(cells) - most} more" if len(cells) > most else "")
