"""Where people live and learn: invented postcodes in nine regions, with areas, coordinates and deprivation.

A postcode is a whole number below ``POSTCODES``. Region codes are those of the Office for National Statistics, for they
are open; everything below a region is invented.
"""

from __future__ import annotations

from random import Random

from openilr.synth.numbers import postcode as written

REGIONS = tuple(f"E1200000{i}" for i in range(1, 10))
DISTRICTS, AREAS, UNITS = 20, 10, 10  #: districts in a region, small areas in a district, postcodes in a small area
PER_REGION = DISTRICTS * AREAS * UNITS
POSTCODES = PER_REGION * len(REGIONS)
QUINTILES = 5
_SMALL_AREAS = 33_755  # in England, by the deprivation indices of 2025

#: Which districts (from, to) of a region a devolved authority funds adult skills in, by source of funding code.
_DEVOLVED = {
    "E12000001": ((0, 6, "114"), (6, 20, "117")),
    "E12000002": ((0, 9, "110"), (9, 14, "111")),
    "E12000003": ((0, 6, "118"), (6, 14, "119")),
    "E12000005": ((0, 10, "112"),),
    "E12000006": ((0, 3, "115"),),
    "E12000007": ((0, 20, "116"),),
    "E12000009": ((0, 5, "113"),),
}
_CENTRES = ((430, 560), (360, 410), (440, 430), (460, 330), (400, 290), (570, 250), (530, 180), (490, 140), (320, 110))


def place(region: int, random: Random, quintile: int | None = None) -> int:
    """A postcode in a region (0 to 8), in a small area of a deprivation quintile (1 is the most deprived) if given."""
    area = random.randrange(DISTRICTS * AREAS)
    if quintile is not None:
        area = area - area % QUINTILES + quintile - 1
    return (region * DISTRICTS * AREAS + area) * UNITS + random.randrange(UNITS)


def postcode(i: int) -> str:
    return written(i)


def region(i: int) -> str:
    return REGIONS[i // PER_REGION]


def district(i: int) -> str:
    return f"E069{i // PER_REGION:02d}{i // (AREAS * UNITS) % DISTRICTS:03d}"


def constituency(i: int) -> str:
    """An invented parliamentary constituency: half a district."""
    return f"E149{i // (AREAS * UNITS // 2):05d}"


def combined_authority(i: int) -> str | None:
    """The invented code of the devolved authority of the postcode's district, where it has one."""
    code = funder(i)
    return None if code == "105" else f"E479{int(code):05d}"


def small_area(i: int) -> str:
    return f"E019{i // UNITS:05d}"


def middle_area(i: int) -> str:
    return f"E029{i // UNITS // 5:05d}"


def quintile(i: int) -> int:
    """1 for the most deprived fifth of small areas."""
    return i // UNITS % QUINTILES + 1


def rank(i: int) -> int:
    """The rank of the postcode's small area, 1 for the most deprived of England."""
    place_in_quintile, areas = i // UNITS // QUINTILES, POSTCODES // UNITS // QUINTILES
    fifth = _SMALL_AREAS / QUINTILES
    return int((quintile(i) - 1) * fifth + (place_in_quintile * 37 % areas + 0.5) / areas * fifth) + 1


def funder(i: int) -> str:
    """The source of funding (SOF) of adult skills for people living there: 105, or a devolved authority."""
    number = i // (AREAS * UNITS) % DISTRICTS
    for first, end, code in _DEVOLVED.get(region(i), ()):
        if first <= number < end:
            return code
    return "105"


def grid(i: int) -> tuple[int, int]:
    """Easting and northing in metres."""
    east, north = _CENTRES[i // PER_REGION]
    number, area, unit = i // (AREAS * UNITS) % DISTRICTS, i // UNITS % AREAS, i % UNITS
    return (
        (east + (number % 5 - 2) * 14) * 1000 + (area % 4) * 2900 + unit * 97,
        (north + (number // 5 - 2) * 14) * 1000 + (area // 4) * 3100 + unit * 131,
    )
