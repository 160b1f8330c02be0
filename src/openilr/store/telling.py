"""A difference in words, for the people who sent the returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.spec import Type
from openilr.spec.words import count
from openilr.store.timetable import described_to

if TYPE_CHECKING:
    from openilr.store.differences import Difference

_FIELDS = 8  #: fields that a story names for each of learners and aims
_PAIRS = 3  #: changes of code that it names for each field
_WHAT = {"learners": "Learner", "aims": "LearningDelivery"}


def tell(difference: Difference) -> str:
    """The story of one difference: a few plain sentences, one subject to a line."""
    n = difference.totals()
    lines = [f"From {difference.before} to {difference.now}{_whose(difference, n)}:"]
    for word, entity in _WHAT.items():
        late = f" ({_late(difference, n['aims_late'])})" if word == "aims" and n["aims_late"] else ""
        lines.append(
            f"  {count(n[f'{word}_now'], word[:-1])}, {n[f'{word}_before']:,} before: {n[f'{word}_added']:,} new{late}"
            f", {n[f'{word}_gone']:,} no longer there, {n[f'{word}_changed']:,} changed."
        )
        lines += [f"    {sentence}" for sentence in _fields(difference, entity)]
    for row in difference.others.to_dicts():
        title = years.load(difference.year).schema.entities[row["entity"]].title
        lines.append(
            f"  {title}: {row['added']:,} new and {row['gone']:,} gone, "
            f"of {count(row['learners'], 'learner')} who stayed."
        )
    if not any(n[f"{word}_{what}"] for word in _WHAT for what in ("added", "gone", "changed")):
        lines.append("  No learner and no aim is another than before.")
    return "\n".join(lines) + "\n"


def _whose(difference: Difference, n: dict[str, int]) -> str:
    if difference.ukprn is not None:
        return f", provider {difference.ukprn}"
    words = f", {count(difference.providers.height, 'provider')}"
    came, went = n["providers_added"], n["providers_gone"]
    return words + (f" ({came:,} of them new, {went:,} no longer there)" if came or went else "")


def _late(difference: Difference, number: int) -> str:
    return_name = difference.before.split("-")[1]
    day = described_to(difference.year, return_name)
    return f"{number:,} of them late: begun by {day.day} {day:%B %Y}, which {return_name} describes"


def _fields(difference: Difference, entity: str) -> list[str]:
    fields = {f.name: f for f in years.load(difference.year).schema.entities[entity].fields}
    changed = difference.fields.filter(difference.fields["entity"] == entity)
    sentences = []
    for row in changed.head(_FIELDS).to_dicts():
        name, title = row["field"], fields[row["field"]].title
        named = name if name == title else f"{title} ({name})"
        words = _pairs(difference, entity, row) or _directions(row, fields[name].type)
        sentences.append(f"{named} changed for {row['changed']:,}{f': {words}' if words else ''}.")
    left = changed.height - _FIELDS
    return [*sentences, *([f"{count(left, 'more field')} changed."] if left > 0 else [])]


def _pairs(difference: Difference, entity: str, row: dict[str, Any]) -> str:
    """From which code to which; of what has no codes, only where that is short and tells all."""
    field = row["field"]
    values = difference.values
    pairs = values.filter((values["entity"] == entity) & (values["field"] == field)).head(_PAIRS)
    left = row["changed"] - pairs["rows"].sum()
    if left and field not in years.load(difference.year).code_lists:
        return ""
    words = [
        f"{rows:,} from {_label(difference.year, field, before)} to {_label(difference.year, field, now)}"
        for before, now, rows in pairs.select("before", "now", "rows").iter_rows()
    ]
    return "; ".join([*words, *([f"{left:,} in other ways"] if words and left else [])])


def _directions(row: dict[str, Any], kind: Type) -> str:
    up, down = ("to a later day", "to an earlier day") if kind is Type.DATE else ("to a larger number", "to a smaller")
    left = row["changed"] - row["filled"] - row["emptied"] - row["up"]
    said = (
        (row["filled"], "filled in"), (row["emptied"], "now blank"), (row["up"], up),
        (left, "to another value" if kind.is_text else down),
    )  # fmt: skip
    return "; ".join(f"{number:,} {words}" for number, words in said if number)


def _label(year: str, field: str, code: str | None) -> str:
    if code is None:
        return "blank"
    known = years.load(year).code_lists
    label = known[field].label(code) if field in known else None
    return f"{code} ({label})" if label and label != code else code
