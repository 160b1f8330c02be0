"""Made-up numbers and codes that pass the published format and check-digit rules, one for each whole number ``i``.

None can be taken for a real one where that can be avoided: postcode areas begin with Q, V or X, National Insurance
numbers with ZZ, and learning aim references with 9, which are not issued. ULNs and employer ids have no such range.
"""

from __future__ import annotations

_AREA = "QVX"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_UNIT = "ABDEFGHJLNPQRSTUWXYZ"  # the letters that the second half of a postcode may hold
_CYCLE = 49_999_991  # ULNs repeat after this many

POSTCODES = len(_AREA) * len(_LETTERS) * 99 * 10 * len(_UNIT) ** 2


def _weighted(digits: str, first_weight: int) -> int:
    return sum(weight * int(digit) for weight, digit in zip(range(first_weight, 1, -1), digits, strict=False)) % 11


def uln(i: int) -> int:
    """A unique learner number whose tenth digit is the one that DD01 asks for."""
    base = 900_000_000 + 2 * (i * 7919 % _CYCLE)
    # A remainder of 0 has no check digit. The base is even, so one more changes only its last digit, of weight 2.
    if _weighted(str(base), 10) == 0:
        base += 1
    return base * 10 + 10 - _weighted(str(base), 10)


def employer_id(i: int) -> int:
    """An employer identifier whose ninth digit is the one that DD05 asks for."""
    base = 80_000_000 + 2 * i
    if _weighted(str(base), 9) == 1:  # its check digit would be 10
        base += 1
    return base * 10 + (11 - _weighted(str(base), 9)) % 11


def postcode(i: int) -> str:
    """A postcode of the right form. Neighbouring numbers share a sector."""
    sector, unit = divmod(i % POSTCODES, len(_UNIT) ** 2)
    district, sector = divmod(sector, 10)
    area, district = divmod(district, 99)
    first, second = divmod(unit, len(_UNIT))
    town = _AREA[area // len(_LETTERS)] + _LETTERS[area % len(_LETTERS)]
    return f"{town}{district + 1} {sector}{_UNIT[first]}{_UNIT[second]}"


def national_insurance(i: int) -> str:
    return f"ZZ{i % 1_000_000:06d}{'ABCD'[i % 4]}"
