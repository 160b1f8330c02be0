"""What changed between the descriptions of two versions, and which number the new one gets.

Major: something a stored query may rely on has gone, or has another id. Minor: something was added or renamed, or the
rows are others. Patch: the same rows with corrected values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from openilr.publish.datasets import codes
from openilr.publish.datasets.model import Filter, Indicator, Location, Meta, TimePeriod

State = dict[str, Any] | None


def filter_view(f: Filter) -> dict[str, Any]:
    return {"id": f.id, "column": f.column, "label": f.label, "hint": f.hint}


def indicator_view(i: Indicator) -> dict[str, Any]:
    view: dict[str, Any] = {"id": i.id, "column": i.column, "label": i.label, "unit": i.unit}
    return view if i.decimals is None else {**view, "decimalPlaces": i.decimals}


def level_view(level: str) -> dict[str, str]:
    return {"code": level, "label": codes.LEVELS[level].label}


def place_view(place: Location) -> dict[str, str]:
    return {"id": place.id, "label": place.label, **place.codes}


def time_view(time: TimePeriod) -> dict[str, str]:
    return {"code": time.code, "period": time.period, "label": time.label}


def compare(old: Meta, new: Meta) -> dict[str, dict[str, list[Any]]]:
    """``{"majorChanges": {...}, "minorChanges": {...}}`` in the API's form; kinds without changes are left out."""
    sets: dict[str, dict[str, list[Any]]] = {"majorChanges": {}, "minorChanges": {}}

    def note(kind: str, found: Iterable[dict[str, State]], within: dict[str, Any] | None = None) -> None:
        """``within`` is what the options belong to, for the kinds that are listed by filter or level."""
        for size, changes in _sorted_out(found).items():
            if within is None:
                sets[size].setdefault(kind, []).extend(changes)
            else:
                sets[size].setdefault(kind, []).append({**within, "options": changes})

    olds, news = {f.column: f for f in old.filters}, {f.column: f for f in new.filters}
    note("filters", _changes(_views(olds, filter_view), _views(news, filter_view)))
    for column, f in news.items():
        if column in olds:
            before = {o.id: {"id": o.id, "label": o.label} for o in olds[column].options}
            after = {o.id: {"id": o.id, "label": o.label} for o in f.options}
            note("filterOptions", _changes(before, after), {"filter": filter_view(f)})
    note("geographicLevels", _changes({x: level_view(x) for x in old.levels}, {x: level_view(x) for x in new.levels}))
    note(
        "indicators",
        _changes(
            {i.column: indicator_view(i) for i in old.indicators}, {i.column: indicator_view(i) for i in new.indicators}
        ),
    )
    groups = [{x: {"level": level_view(x)} for x in meta.places_by_level} for meta in (old, new)]
    note("locationGroups", _changes(*groups))
    for level, places in new.places_by_level.items():
        if level in old.places_by_level:
            before = {p.id: place_view(p) for p in old.places_by_level[level].options}
            after = {p.id: place_view(p) for p in places.options}
            note("locationOptions", _changes(before, after), {"level": level_view(level)})
    note("timePeriods", _changes({t.key: time_view(t) for t in old.times}, {t.key: time_view(t) for t in new.times}))
    return sets


def _views(things: Mapping[str, Filter], view: Any) -> dict[str, Any]:
    return {key: view(thing) for key, thing in things.items()}


def _changes(before: Mapping[str, dict[str, Any]], after: Mapping[str, dict[str, Any]]) -> list[dict[str, State]]:
    """Additions have no previous state, deletions no current one, changes have both."""
    gone: list[dict[str, State]] = [{"previousState": state} for key, state in before.items() if key not in after]
    added: list[dict[str, State]] = [{"currentState": state} for key, state in after.items() if key not in before]
    changed: list[dict[str, State]] = [
        {"currentState": state, "previousState": before[key]}
        for key, state in after.items()
        if key in before and before[key] != state
    ]
    return [*gone, *added, *changed]


def _sorted_out(found: Iterable[dict[str, State]]) -> dict[str, list[dict[str, State]]]:
    sizes: dict[str, list[dict[str, State]]] = {}
    for change in found:
        now, then = change.get("currentState"), change.get("previousState")
        lost = now is None or (then is not None and then.get("id") != now.get("id"))
        sizes.setdefault("majorChanges" if lost else "minorChanges", []).append(change)
    return sizes


def next_number(before: str, changes: Mapping[str, Mapping[str, Any]], rows_differ: bool) -> tuple[str, str]:
    """Number and kind of the version after ``before``, such as ``("1.1.0", "Minor")``."""
    major, minor, patch = (int(part) for part in before.split("."))
    if changes["majorChanges"]:
        return f"{major + 1}.0.0", "Major"
    if changes["minorChanges"] or rows_differ:
        return f"{major}.{minor + 1}.0", "Minor"
    return f"{major}.{minor}.{patch + 1}", "Patch"
