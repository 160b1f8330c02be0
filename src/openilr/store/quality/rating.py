"""From counts to a plain rating, with its reason in words."""

from __future__ import annotations

from dataclasses import dataclass

from openilr.spec.words import count
from openilr.store.quality.facts import KIND_OF, KINDS, MOVES_ON
from openilr.store.quality.profile import Counts

#: From best to worst. "not rated": too few rows, or an optional field that nobody fills.
RATINGS = ("good", "fair", "poor", "not rated")
FEWEST_ROWS = 30
#: Share from which a rating is fair, and from which it is poor.
LIMITS = {
    "blank": (0.02, 0.20),
    "not_known": (0.05, 0.20),
    "invalid": (0.001, 0.02),
    "inconsistent": (0.001, 0.02),
    "changed": (0.05, 0.20),
}
#: The best that a field of this kind can be, however full it is.
CEILING = {"self-reported": "fair", "follow-up": "fair"}


@dataclass(frozen=True)
class Rating:
    """How far a field can be relied on. ``reason`` is one or more plain sentences; ``published`` says the same without
    a share that would give a small count away, for pages and files that anybody reads."""

    field: str  #: dotted name, such as ``LearningDelivery.Outcome``
    rating: str
    reason: str
    published: str


def rate(counts: Counts) -> Rating:
    """The worst of what the counts say, and not better than the field's kind allows."""
    name = f"{counts.entity}.{counts.field}"
    kind = KIND_OF.get(counts.field, "provider")
    if counts.applicable < FEWEST_ROWS:
        few = f"It applies to {count(counts.applicable, 'row')} only" if counts.applicable else "It applies to no row"
        words = "too few to judge by."
        return Rating(name, "not rated", f"{few}, {words}", f"It applies to {words}")
    if not counts.filled:
        words = "It should be filled and is blank everywhere." if counts.required else "Nobody filled it."
        return Rating(name, "poor" if counts.required else "not rated", words, words)
    said: list[tuple[str, str, str]] = []
    for what, part, whole, words in _shares(counts):
        level = 0 if part < LIMITS[what][0] * whole else 1 if part < LIMITS[what][1] * whole else 2
        if level:
            least = f"At least {100 * LIMITS[what][level - 1]:g}%"
            said.append((RATINGS[level], f"{_percent(part, whole)} {words}", f"{least} {words}"))
    rating = max([CEILING.get(kind, "good"), *(level for level, *_ in said)], key=RATINGS.index)
    reasons = [words for _, words, _ in said] or [_nothing_wrong(counts)]
    published = [words for *_, words in said]
    return Rating(name, rating, " ".join([*reasons, KINDS[kind]]), " ".join([*published, KINDS[kind]]))


def _shares(counts: Counts) -> list[tuple[str, int, int, str]]:
    """What is held against a field: the kind, so many of so many, and the words that follow the share."""
    shares = [
        ("not_known", counts.not_known, counts.filled, 'of values say "not known".'),
        ("invalid", counts.invalid, counts.filled, "of values are no valid code or number."),
    ]
    if counts.required:
        blank = counts.applicable - counts.filled
        shares.insert(0, ("blank", blank, counts.applicable, "of rows that need it are blank."))
    for one in counts.inconsistent:
        shares.append(("inconsistent", one["rows"], counts.rows, f"contradict another field: {one['check']}."))
    if counts.compared and counts.field not in MOVES_ON:
        words = "of values were changed or taken out again since the return before."
        shares.append(("changed", counts.changed + counts.removed, counts.compared, words))
    return shares


def _nothing_wrong(counts: Counts) -> str:
    share = _percent(counts.filled, counts.applicable)
    where = "where it applies" if counts.required else "of rows; it is optional"
    return f"It is filled in {share} {where}, and nothing contradicts it."


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole if whole else 0.0
    return "less than 0.1%" if 0 < share < 0.1 else f"{share:.1f}%".replace(".0%", "%")
