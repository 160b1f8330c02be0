"""An invented mid-year estimate of the population of the synthetic areas, by single year of age."""

from __future__ import annotations

from collections.abc import Iterator

from openilr.spec import AcademicYear
from openilr.synth import geography

HEADER = "AreaCode,AreaName,Year,Age,Population"
#: People for each learner, about as many as in England (57.7 million, and 3 million in a year of the targets); and at
#: least, so that no area is empty.
_FOR_EACH_LEARNER, _LEAST = 19, 500_000
#: How many of 100 people live in each region (assumed).
_REGIONS = (4.7, 13.1, 9.6, 8.6, 10.5, 11.2, 15.5, 16.4, 10.4)
_OLDEST = 90  #: and older
_FEWER_FROM = 60
_HALF = geography.AREAS * geography.UNITS // 2

Row = tuple[object, ...]


def rows(learners: int, year_names: tuple[str, ...]) -> Iterator[Row]:
    """Area, name, year, age and people, for England, regions, combined authorities, districts and constituencies.

    People are shared out over ages of constituencies, and all other areas are sums of these. Each year has half a
    percent more than the one before.
    """
    for number, name in enumerate(sorted(year_names)):
        year = AcademicYear(name).start.year
        people: dict[tuple[str, str], list[int]] = {}
        for half, counts in _shared(max(_LEAST, learners * _FOR_EACH_LEARNER) * (1 + 0.005 * number)):
            for area in _areas(half):
                before = people.get(area, [0] * len(counts))
                people[area] = [one + more for one, more in zip(before, counts, strict=True)]
        for (code, title), counts in sorted(people.items()):
            yield from ((code, title, year, age, count) for age, count in enumerate(counts))


def _shared(total: float) -> Iterator[tuple[int, list[int]]]:
    """Each constituency (as a postcode in it) and its people of each age; the parts of people are carried over."""
    ages = [1 - max(age - _FEWER_FROM, 0) / (_OLDEST - _FEWER_FROM) * 0.8 for age in range(_OLDEST + 1)]
    halves = range(0, geography.POSTCODES, _HALF)
    sizes = [_REGIONS[half // geography.PER_REGION] * (60 + half // _HALF * 37 % 80) for half in halves]
    each = total / sum(sizes) / sum(ages)
    rest = 0.5
    for half, size in zip(halves, sizes, strict=True):
        counts = []
        for share in ages:
            rest += each * size * share
            counts.append(int(rest))
            rest -= counts[-1]
        yield half, counts


def _areas(i: int) -> Iterator[tuple[str, str]]:
    """Codes and names of the areas that a postcode is in."""
    yield "E92000001", "Synthetic England"
    yield geography.region(i), f"Synthetic region {geography.region(i)[-1]}"
    yield geography.district(i), f"Synthetic district {geography.district(i)[4:]}"
    yield geography.constituency(i), f"Synthetic constituency {geography.constituency(i)[4:]}"
    if code := geography.combined_authority(i):
        yield code, f"Synthetic combined authority {code[4:]}"
