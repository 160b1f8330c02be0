"""A difference in words, for the people who sent the returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr import years

if TYPE_CHECKING:
    from openilr.store.differences import Difference

_FIELDS = 8  #: fields that a story names for each of learners and aims
_WHAT = {"learners": "Learner", "aims": "LearningDelivery"}


def tell(difference: Difference) -> str:
    """The story of one difference: a few plain sentences, one subject to a line."""
    n = difference.totals()
    lines = [f"From {difference.before} to {difference.now}{_whose(difference, n)}:"]
    for word, entity in _WHAT.items():
        lines.append(
            f"  {n[f'{word}_now']:,} {word}, {n[f'{word}_before']:,} before: {n[f'{word}_added']:,} new, "
            f"{n[f'{word}_gone']:,} no longer there, {n[f'{word}_changed']:,} changed."
        )
        lines += [f"    {sentence}" for sentence in _fields(difference, entity)]
    for row in difference.others.to_dicts():
        lines.append(
            f"  {row['entity']}: {row['added']:,} new and {row['gone']:,} gone, of {row['learners']:,} learners."
        )
    if not any(n[f"{word}_{what}"] for word in _WHAT for what in ("added", "gone", "changed")):
        lines.append("  No learner and no aim is another than before.")
    return "\n".join(lines) + "\n"


def _whose(difference: Difference, n: dict[str, int]) -> str:
    if difference.ukprn is not None:
        return f", provider {difference.ukprn}"
    words = f", {difference.providers.height:,} providers"
    came, went = n["providers_added"], n["providers_gone"]
    return words + (f" ({came:,} of them new, {went:,} no longer there)" if came or went else "")


def _fields(difference: Difference, entity: str) -> list[str]:
    changed = difference.fields.filter(difference.fields["entity"] == entity)
    sentences = []
    for field, number in changed.select("field", "changed").head(_FIELDS).iter_rows():
        pairs = difference.values.filter(
            (difference.values["entity"] == entity) & (difference.values["field"] == field)
        )
        words = [
            f"{rows:,} from {_label(difference.year, field, before)} to {_label(difference.year, field, now)}"
            for before, now, rows in pairs.head(3).select("before", "now", "rows").iter_rows()
        ]
        sentences.append(f"{field} changed for {number:,}{': ' + '; '.join(words) if words else ''}.")
    left = changed.height - _FIELDS
    return [*sentences, *([f"{left:,} more fields changed."] if left > 0 else [])]


def _label(year: str, field: str, code: str | None) -> str:
    if code is None:
        return "blank"
    known = years.load(year).code_lists
    label = known[field].label(code) if field in known else None
    return f"{code} ({label})" if label else code
