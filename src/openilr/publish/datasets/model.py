"""What a version of a data set is made of, with the public ids that queries use.

Ids are Sqids of a running number in the data set, kept from version to version. Numbers run separately for filters,
their options, indicators and places, as in the service whose API this is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from typing import Any

from openilr.publish.datasets import codes

_ALPHABET = "UjIo1rQXDHTmNsy6p4SlAtO0uqhfCiexFMVc5nG3v2Bbz8dKgWJRa79PZYwkEL"
KINDS = ("filter", "option", "indicator", "location")


@cache
def _sqids() -> Any:
    from sqids import Sqids

    return Sqids(alphabet=_ALPHABET, min_length=5)


def public_id(number: int) -> str:
    """``dP0Zw`` for 1, ``O7CLF`` for 2 and so on."""
    return str(_sqids().encode([number]))


@dataclass(frozen=True)
class Option:
    id: str
    label: str
    group: str = ""


@dataclass(frozen=True)
class Filter:
    id: str
    column: str
    label: str
    hint: str
    options: tuple[Option, ...]
    default: str = ""
    grouping: str = ""
    parent: str = ""

    @cached_property
    def number_of(self) -> Mapping[str, int]:
        """Number in the data, from 1, of each option id; 0 is a blank."""
        return {option.id: number for number, option in enumerate(self.options, start=1)}

    @property
    def default_option(self) -> Option | None:
        wanted = self.default or "Total"
        return next((option for option in self.options if option.label == wanted), None)


@dataclass(frozen=True)
class Indicator:
    id: str
    column: str
    label: str
    unit: str
    decimals: int | None
    grouping: str = ""


@dataclass(frozen=True)
class Location:
    """A place. ``codes`` are its identifying properties as the API names them: code, oldCode, ukprn, urn, laEstab."""

    id: str
    label: str
    codes: Mapping[str, str]

    @property
    def code(self) -> str:
        return next(iter(self.codes.values()), "")


@dataclass(frozen=True)
class Places:
    level: str
    options: tuple[Location, ...]

    @cached_property
    def number_of(self) -> Mapping[str, int]:
        return {place.id: number for number, place in enumerate(self.options, start=1)}


@dataclass(frozen=True)
class TimePeriod:
    period: str
    code: str

    @property
    def label(self) -> str:
        return codes.period_label(self.period, self.code)

    @property
    def key(self) -> str:
        return f"{self.period}|{self.code}"


@dataclass(frozen=True)
class Meta:
    """Everything about a version but its numbers. Lists are in the order of the public API."""

    filters: tuple[Filter, ...]
    indicators: tuple[Indicator, ...]
    levels: tuple[str, ...]
    places: tuple[Places, ...]
    times: tuple[TimePeriod, ...]
    rows: int
    #: The next free number of each kind, so that an id of something that has gone is never given again.
    next: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 1))

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(d: Mapping[str, Any]) -> Meta:
        return Meta(
            tuple(Filter(**{**f, "options": tuple(Option(**o) for o in f["options"])}) for f in d["filters"]),
            tuple(Indicator(**i) for i in d["indicators"]),
            tuple(d["levels"]),
            tuple(Places(p["level"], tuple(Location(**o) for o in p["options"])) for p in d["places"]),
            tuple(TimePeriod(**t) for t in d["times"]),
            d["rows"],
            d["next"],
        )

    @cached_property
    def filter_of_option(self) -> Mapping[str, tuple[Filter, int]]:
        """Option id to its filter and its number in the data."""
        return {id: (f, number) for f in self.filters for id, number in f.number_of.items()}

    @cached_property
    def indicator_by_id(self) -> Mapping[str, Indicator]:
        return {indicator.id: indicator for indicator in self.indicators}

    @cached_property
    def places_by_level(self) -> Mapping[str, Places]:
        return {places.level: places for places in self.places}

    @cached_property
    def _number_of_code(self) -> Mapping[tuple[str, str, str], int]:
        found: dict[tuple[str, str, str], int] = {}
        for places in self.places:
            for number, place in enumerate(places.options, start=1):
                for name, value in (("id", place.id), *place.codes.items()):
                    # Where a code stands for two places, the first is meant.
                    found.setdefault((places.level, name, value), number)
        return found

    def place_number(self, level: str, by: str, value: str) -> int | None:
        """Number in the data of the place of a level with this id, code, oldCode, ukprn, urn or laEstab."""
        return self._number_of_code.get((level, by, value))

    @cached_property
    def time_number(self) -> Mapping[TimePeriod, int]:
        return {time: number for number, time in enumerate(self.times, start=1)}

    def levels_shown(self) -> Iterator[str]:
        return (level for level in codes.SHOWN_ORDER if level in self.levels)
