"""What a person chose: read from the address, written back to it, and turned into a query.

Everything is in the address, so every table has a link, the back button works, and no script is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from openilr.publish.datasets import DataSet, Meta, Version, codes
from openilr.publish.datasets.model import Filter, Indicator, Location, Option, TimePeriod
from openilr.publish.datasets.query import Query
from openilr.web.tables.derived import DERIVED

#: Dimensions of a table beside one for each filter, ``filter:<id>``.
TIME, PLACE, INDICATOR = "time", "place", "indicator"
CHARTS = ("line", "bar", "map")


@dataclass(frozen=True)
class Choice:
    """A table: what is in it, what is worked out from it, and what stands in rows and in columns."""

    data_set: DataSet
    version: Version
    meta: Meta = field(repr=False)
    times: tuple[TimePeriod, ...]
    places: tuple[tuple[str, Location], ...]
    options: tuple[tuple[Filter, tuple[Option, ...]], ...]
    indicators: tuple[Indicator, ...]
    derived: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    chart: str = ""
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def cells(self) -> int:
        """Cells of the table if every combination is there."""
        count = len(self.times) * len(self.places) * len(self.indicators)
        for _, options in self.options:
            count *= len(options)
        return count

    def to_query(self) -> Query:
        """The query of the public API that gives the numbers."""
        return Query(self.criteria(), [i.id for i in self.indicators], (("timePeriod", False),), path="")

    def criteria(self) -> dict[str, Any]:
        by_level: dict[str, list[dict[str, str]]] = {}
        for level, place in self.places:
            by_level.setdefault(level, []).append({"level": level, "id": place.id})
        where = [{"geographicLevels": {"eq": level}, "locations": {"in": found}} for level, found in by_level.items()]
        parts: list[dict[str, Any]] = [
            {"timePeriods": {"in": [{"period": t.period, "code": t.code} for t in self.times]}},
            where[0] if len(where) == 1 else {"or": where},
            *({"filters": {"in": [option.id for option in self._needed(f, options)]}} for f, options in self.options),
        ]
        return {"and": parts}

    def _needed(self, f: Filter, options: tuple[Option, ...]) -> list[Option]:
        """A share needs the total, also where the table does not show it."""
        whole = [f.default_option] if "share" in self.derived and f.default_option else []
        return list(dict.fromkeys([*options, *whole]))

    def address(self, **changed: Any) -> str:
        """The query string of this choice, or of it with something changed."""
        it = replace(self, **changed)
        pairs: list[tuple[str, str]] = [("version", it.version.public)]
        pairs += [("time", time.key) for time in it.times]
        levels = {level for level, _ in it.places}
        for level in sorted(levels):
            chosen = [place for at, place in it.places if at == level]
            everything = len(chosen) == len(it.meta.places_by_level[level].options) and len(chosen) > 1
            pairs += [("level", level)] if everything else [("place", f"{level}|{place.id}") for place in chosen]
        pairs += [("option", option.id) for _, options in it.options for option in options]
        pairs += [("indicator", indicator.id) for indicator in it.indicators]
        pairs += [("derived", name) for name in it.derived]
        pairs += [("rows", ",".join(it.rows)), ("columns", ",".join(it.columns))]
        return urlencode([*pairs, *([("chart", it.chart)] if it.chart else [])])

    @property
    def dimensions(self) -> dict[str, str]:
        """Dimension to its title, those with one item only too."""
        found = {PLACE: "Place", **{f"filter:{f.id}": f.label for f, _ in self.options}}
        return {**found, TIME: "Period", INDICATOR: "Measure"}


def start(data_set: DataSet, version: Version, meta: Meta) -> Choice:
    """What is ticked before anybody chose: all periods, the whole country, totals, the first measure."""
    level = next(iter(meta.levels_shown()))
    places = tuple((level, place) for place in meta.places_by_level[level].options[:1])
    options = tuple((f, (f.default_option,) if f.default_option else f.options[:1]) for f in meta.filters)
    counts = [i for i in meta.indicators if not i.unit] or list(meta.indicators)
    return laid_out(Choice(data_set, version, meta, meta.times, places, options, (counts[0],)))


def read(given: QueryDict, data_set: DataSet, version: Version, meta: Meta) -> Choice:
    """The choice of an address. What does not exist is left out; what is missing is named in ``problems``."""
    problems = []
    wanted = set(given.getlist("time"))
    times = tuple(time for time in meta.times if time.key in wanted)
    if not times:
        problems.append(("time", "Choose one period or more"))
    places = tuple(_places(given, meta))
    if not places:
        problems.append(("place", "Choose one place or more"))
    chosen = set(given.getlist("option"))
    options = []
    for f in meta.filters:
        found = tuple(option for option in in_order(f.options) if option.id in chosen)
        options.append((f, found or ((f.default_option,) if f.default_option else in_order(f.options))))
    indicators = tuple(i for i in meta.indicators if i.id in set(given.getlist("indicator")))
    if not indicators:
        problems.append(("indicator", "Choose one measure or more"))
    derived = tuple(name for name in DERIVED if name in given.getlist("derived"))
    chart = given.get("chart", "")
    choice = Choice(
        data_set,
        version,
        meta,
        times,
        places,
        tuple(options),
        indicators,
        derived,
        _names(given.get("rows", "")),
        _names(given.get("columns", "")),
        chart if chart in CHARTS else "",
        tuple(problems),
    )
    return laid_out(choice)


def _places(given: QueryDict, meta: Meta) -> Iterable[tuple[str, Location]]:
    levels, single = set(given.getlist("level")), set(given.getlist("place"))
    for level in meta.levels_shown():
        for place in sorted(meta.places_by_level[level].options, key=lambda place: place.label):
            if level in levels or f"{level}|{place.id}" in single:
                yield level, place


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",")[:40] if re.fullmatch(r"[a-z]+(:\w{1,10})?", name))


def laid_out(choice: Choice) -> Choice:
    """Every dimension stands once: as asked, and else periods and measures in columns, the others in rows."""
    known = choice.dimensions
    columns = [name for name in dict.fromkeys(choice.columns) if name in known]
    rows = [name for name in dict.fromkeys(choice.rows) if name in known and name not in columns]
    for name in known:
        if name not in rows and name not in columns:
            (columns if name in (TIME, INDICATOR) else rows).append(name)
    return replace(choice, rows=tuple(rows), columns=tuple(columns))


def in_order(options: Sequence[Option]) -> tuple[Option, ...]:
    """Options as a reader expects them: "Under 19" before "19 to 24", numbers by size, totals and unknowns last."""

    def key(option: Option) -> tuple[int, list[tuple[int, Any]]]:
        label = option.label.lower()
        last = (
            2
            if label.startswith(("total", "all "))
            else 1
            if re.match(r"(un|not )known|not appl|missing", label)
            else 0
        )
        first = [(0, -1.0)] if label.startswith(("under ", "below ", "less than ")) else []
        parts = re.findall(r"\d+(?:\.\d+)?|[^\d]+", re.sub(r"^(under|below|less than|aged?|level) +", "", label))
        return last, [*first, *((0, float(p)) if p[0].isdigit() else (1, p) for p in parts)]

    return tuple(sorted(options, key=key))


def title_of(choice: Choice) -> str:
    """One sentence that says what the table shows."""
    measures = _listed([i.label for i in choice.indicators], 3, "measures")
    by = [_within(f.label) for f, options in choice.options if len(options) > 1]
    by += ["place"] if len(choice.places) > 1 else []
    only = [options[0].label for _, options in choice.options if len(options) == 1 and options[0].label != "Total"]
    where = choice.places[0][1].label if len(choice.places) == 1 else ""
    first, last = choice.times[0].label, choice.times[-1].label
    when = first if len(choice.times) == 1 else f"{first} to {last}"
    words = measures + (f" by {_listed(by, 4, 'categories')}" if by else "")
    return ", ".join(part for part in (words, _listed(only, 4, "categories") if only else "", where, when) if part)


def _within(label: str) -> str:
    """A label as it stands within a sentence: names and abbreviations in it keep their capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _listed(words: Sequence[str], most: int, many: str) -> str:
    if len(words) > most:
        return f"{len(words)} {many}"
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def levels(meta: Meta) -> list[tuple[str, str, tuple[Location, ...]]]:
    """Levels that have rows: code, label, places by name."""
    return [
        (level, codes.LEVELS[level].label, tuple(sorted(meta.places_by_level[level].options, key=lambda p: p.label)))
        for level in meta.levels_shown()
        if level in meta.places_by_level
    ]
