"""From counts to a plain rating, with its reason in words."""

from __future__ import annotations

from dataclasses import dataclass

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
    """How far a field can be relied on. ``reason`` is one or more plain sentences."""

    field: str  #: dotted name, such as ``LearningDelivery.Outcome``
    rating: str
    reason: str


def rate(counts: Counts) -> Rating:
    """The worst of what the counts say, and not better than the field's kind allows."""
    name = f"{counts.entity}.{counts.field}"
    kind = KIND_OF.get(counts.field, "provider")
    if counts.applicable < FEWEST_ROWS:
        few = f"It applies to {counts.applicable:,} rows only" if counts.applicable else "It applies to no row"
        return Rating(name, "not rated", f"{few}, too few to judge by.")
    if not counts.filled:
        words = "It should be filled and is blank everywhere." if counts.required else "Nobody filled it."
        return Rating(name, "poor" if counts.required else "not rated", words)
    said: list[tuple[str, str]] = []
    for what, share, words in _shares(counts):
        level = 0 if share < LIMITS[what][0] else 1 if share < LIMITS[what][1] else 2
        if level:
            said.append((RATINGS[level], words))
    best = CEILING.get(kind, "good")
    rating = max([best, *(level for level, _ in said)], key=RATINGS.index)
    reasons = [words for _, words in said] or [_nothing_wrong(counts)]
    return Rating(name, rating, " ".join([*reasons, KINDS[kind]]))


def _shares(counts: Counts) -> list[tuple[str, float, str]]:
    filled, applicable = counts.filled, counts.applicable
    shares = [
        ("not_known", counts.not_known / filled, f'{_percent(counts.not_known, filled)} of values say "not known".'),
        (
            "invalid",
            counts.invalid / filled,
            f"{_percent(counts.invalid, filled)} of values are no valid code or number.",
        ),
    ]
    if counts.required:
        blank = applicable - filled
        shares.insert(
            0, ("blank", blank / applicable, f"It is blank in {_percent(blank, applicable)} of rows that need it.")
        )
    for one in counts.inconsistent:
        words = f"{_percent(one['rows'], counts.rows)} contradict another field: {one['check']}."
        shares.append(("inconsistent", one["rows"] / counts.rows, words))
    if counts.compared and counts.field not in MOVES_ON:
        moved = counts.changed + counts.removed
        words = f"{_percent(moved, counts.compared)} of values were changed or taken out again since the return before."
        shares.append(("changed", moved / counts.compared, words))
    return shares


def _nothing_wrong(counts: Counts) -> str:
    share = _percent(counts.filled, counts.applicable)
    where = "where it applies" if counts.required else "of rows; it is optional"
    return f"It is filled in {share} {where}, and nothing contradicts it."


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole if whole else 0.0
    return "less than 0.1%" if 0 < share < 0.1 else f"{share:.1f}%".replace(".0%", "%")
