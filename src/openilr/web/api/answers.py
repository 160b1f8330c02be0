"""The shapes of the API's answers, from publications, data sets, versions and rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openilr.publish.datasets import DataSet, Library, Meta, Publication, Version, changes, codes
from openilr.publish.datasets.query import Plan, columns, place_of

Json = dict[str, Any]


def paged(page: int, size: int, total: int) -> Json:
    # An empty list has one page: that is what the service that this follows says.
    return {
        "page": page,
        "pageSize": size,
        "totalResults": total,
        "totalPages": (total - 1) // size + 1 if total else 1,
    }


def page_of(things: Sequence[Any], page: int, size: int) -> Sequence[Any]:
    return things[(page - 1) * size : page * size]


def publication(p: Publication, library: Library) -> Json:
    dates = [d.latest.published for d in library.data_sets(p.id) if d.latest and d.latest.published]
    return {"id": p.id, "title": p.title, "slug": p.slug, "summary": p.summary, "lastPublished": max(dates, default="")}


def data_set(d: DataSet) -> Json:
    made: Json = {"id": d.id, "title": d.title, "summary": d.summary, "status": d.status}
    latest = d.latest
    if latest:
        made["latestVersion"] = {
            "version": latest.public, "published": latest.published, "totalResults": latest.rows,
            "file": {"id": latest.file}, **_about(latest),
        }  # fmt: skip
    return made


def _about(v: Version) -> Json:
    return {
        "timePeriods": {"start": v.times[0], "end": v.times[1]}, "geographicLevels": list(v.levels),
        "filters": list(v.filters), "indicators": list(v.indicators),
    }  # fmt: skip


def version(v: Version) -> Json:
    from openilr.publish.datasets.library import slug

    made: Json = {
        "version": v.public, "type": v.kind, "status": v.status, "published": v.published, "withdrawn": v.withdrawn,
        "notes": v.notes, "totalResults": v.rows, "file": {"id": v.file},
        "release": {"title": v.release, "slug": slug(v.release)}, **_about(v),
    }  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


def meta(m: Meta, types: Sequence[str]) -> Json:
    made: Json = {"filters": [], "indicators": [], "geographicLevels": [], "locations": [], "timePeriods": []}
    if "Filters" in types:
        made["filters"] = [
            {**changes.filter_view(f), "options": [{"id": o.id, "label": o.label} for o in f.options]}
            for f in m.filters
        ]
    if "Indicators" in types:
        made["indicators"] = [changes.indicator_view(i) for i in m.indicators]
    if "Locations" in types:
        made["geographicLevels"] = [changes.level_view(level) for level in m.levels]
        made["locations"] = [
            {
                "level": changes.level_view(places.level),
                "options": [changes.place_view(p) for p in sorted(places.options, key=lambda p: p.label)],
            }
            for places in m.places
        ]
    if "TimePeriods" in types:
        times = sorted(m.times, key=lambda t: (codes.CODE_ORDER[t.code], t.period))
        made["timePeriods"] = [changes.time_view(t) for t in times]
    return made


def changes_of(v: Version, sets: Json, history: Sequence[tuple[Version, Json]] | None) -> Json:
    made = {"versionNumber": v.public, "notes": v.notes, **sets}
    if history is not None:
        made["patchHistory"] = [{"versionNumber": x.public, "notes": x.notes, **s} for x, s in history]
    return made


def rows(m: Meta, p: Plan, found: Sequence[tuple[Any, ...]], *, debug: bool, labels: bool) -> list[Json]:
    """Result rows: ids, or with ``debug`` ids with labels, and with ``labels`` a readable copy beside them."""
    names = columns(m, p)
    at = {name: place for place, name in enumerate(names)}
    times = [{"code": t.code, "period": t.period} for t in m.times]
    places = [
        (level, at[f"place_{level}"], ["", *(_place_id(x, debug) for x in group.options)])
        for level, group in m.places_by_level.items()
    ]
    filters = [
        (f"{f.id} :: {f.column}" if debug else f.id, at[f"filter_{n}"],
         ["", *(f"{o.id} :: {o.label}" if debug else o.id for o in f.options)])
        for n, f in enumerate(m.filters, start=1)
    ]  # fmt: skip
    first = len(names) - len(p.indicators)
    indicators = [(f"{i.id} :: {i.column}" if debug else i.id, first + n) for n, i in enumerate(p.indicators)]
    made = []
    for row in found:
        one: Json = {
            "timePeriod": times[row[0] - 1],
            "geographicLevel": m.levels[row[1] - 1],
            "locations": {level: ids[row[n]] for level, n, ids in places if row[n]},
            "filters": {name: ids[row[n]] for name, n, ids in filters if row[n]},
            "values": {name: row[n] or "" for name, n in indicators},
        }
        if labels:
            one["labels"] = _labels(m, p, row, at, first)
        made.append(one)
    return made


def _place_id(place: Any, debug: bool) -> str:
    if not debug:
        return str(place.id)
    known = ", ".join(f"{name} = {value}" for name, value in place.codes.items())
    return f"{place.id} :: {place.label}" + (f" ({known})" if known else "")


def _labels(m: Meta, p: Plan, row: tuple[Any, ...], at: dict[str, int], first: int) -> Json:
    found = {level: place_of(m, level, row[at[f"place_{level}"]]) for level in m.places_by_level}
    return {
        "timePeriod": m.times[row[0] - 1].label,
        "geographicLevel": codes.LEVELS[m.levels[row[1] - 1]].label,
        "locations": {level: {"label": x.label, **x.codes} for level, x in found.items() if x},
        "filters": {
            f.column: f.options[row[at[f"filter_{n}"]] - 1].label
            for n, f in enumerate(m.filters, start=1) if row[at[f"filter_{n}"]]
        },
        "values": {i.column: row[first + n] or "" for n, i in enumerate(p.indicators)},
    }  # fmt: skip
