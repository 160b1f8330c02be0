"""Search that forgives typing: words are matched by their beginnings, and by likeness where none fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

#: A word counts as found where it is this much like one of the text (0 to 100).
_ALIKE = 78
#: What people type, and what the statistics call it.
_SYNONYMS = {
    "apprentices": "apprenticeships", "college": "provider", "colleges": "provider", "training": "provision",
    "gender": "sex", "race": "ethnicity", "disability": "difficulty", "sen": "difficulty", "lldd": "difficulty",
    "poverty": "deprivation", "imd": "deprivation", "wage": "earnings", "wages": "earnings", "pay": "earnings",
    "salary": "earnings", "jobs": "employment", "topic": "subject", "ssa": "subject", "council": "authority",
    "qar": "achievement", "region": "regional",
}  # fmt: skip


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def matching(query: str, things: Iterable[T], text: Callable[[T], str]) -> list[T]:
    """Things whose text has every word of the query, the best first; words may be misspelt, shortened or synonyms."""
    wanted = words_of(query)[:20]
    scored = []
    for thing in things:
        found = _score(wanted, words_of(text(thing)))
        if found:
            scored.append((found, thing))
    return [thing for _, thing in sorted(scored, key=lambda pair: -pair[0])]


def _score(wanted: Sequence[str], words: Sequence[str]) -> float:
    from rapidfuzz import fuzz, process

    total = 0.0
    for word in wanted:
        options = {word, _SYNONYMS.get(word, word)}
        if options & set(words):
            total += 100
        elif any(w.startswith(option) for option in options for w in words if len(option) > 1):
            total += 90
        else:
            best = process.extractOne(word, words, scorer=fuzz.ratio, score_cutoff=_ALIKE) if len(word) > 3 else None
            if best is None:
                return 0.0
            total += best[1] * 0.8
    return total / max(len(wanted), 1)
