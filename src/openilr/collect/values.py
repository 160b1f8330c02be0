"""One value against one field: what it reads as, and which definitions it breaks.

This is the exact and slow definition. :mod:`openilr.collect.columns` screens whole columns and asks here only about
the values that may be wrong.

Reading follows XML Schema 1.0, part 2, as libxml2 applies it. Where the two differ (white space around dates, which
the recommendation allows) the verdict is libxml2's, and the value is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from openilr.collect.findings import shown
from openilr.spec import Field, Type
from openilr.spec.model import RESTRICTED_STRING
from openilr.spec.words import count
from openilr.years import FieldDefinition

#: White space as XML knows it.
WHITE = " \t\r\n"

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_ZONE = r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
_DAY = r"(?P<year>-?(?:[1-9][0-9]{4,}|[0-9]{4}))-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_DATE = re.compile(_DAY + _ZONE)
_DATETIME = re.compile(
    _DAY + r"T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?P<part>\.[0-9]+)?" + _ZONE
)
_NUMBER_SIZE = {Type.INT: 2**31, Type.LONG: 2**63}

#: The forms that the schemas ask for, in words.
_WORDS = {
    "[A-Za-z0-9 ]{1,12}": "1 to 12 letters, digits or spaces",
    "[A-Za-z0-9]{1,6}": "1 to 6 letters or digits",
    "[A-Za-z0-9]{1,7}": "1 to 7 letters or digits",
    "[A-Za-z0-9]{1,8}": "1 to 8 letters or digits",
    "[0-9]{1,2}": "1 or 2 digits",
    "[0-9]{10}": "10 digits",
    "[0-9]{1,18}": "1 to 18 digits",
    ".+@.+": "something before an @ and something after it",
    r"[^0-9\r\n\t|\"]{1,100}".replace(
        '\\"', '"'
    ): "1 to 100 characters, without digits, tabs, line breaks, | or double quotes",
    r"[A-Za-z0-9 ~!@&'\\()*+,\-./:;]{1,50}": r"1 to 50 letters, digits, spaces or any of ~!@&'\()*+,-./:;",
    "[a-zA-Z]{2}[0-9]{2}|[0-9]{9}": "two letters and two digits, or nine digits",
}


class Break(NamedTuple):
    """One definition that a value breaks. ``schema`` is False where the official XML schema does not mind."""

    kind: str
    schema: bool
    message: str


def as_regex(pattern: str) -> str:
    """An XML Schema pattern as a regular expression that Python and Rust read alike (unanchored).

    In XML Schema the dot leaves out carriage return as well as line feed. Everything else in the patterns
    of the ILR means the same in all three.
    """
    return re.sub(r"(\\.|\[(?:\\.|[^\]\\])*\])|\.", lambda m: m[1] or r"[^\n\r]", pattern, flags=re.DOTALL)


@dataclass(frozen=True)
class Limits:
    """What the published field definitions (``FD_`` rules) of a field demand, beside the schema."""

    length: int | None = None
    mandatory: bool = False
    low: Decimal | None = None
    high: Decimal | None = None

    @staticmethod
    def of(rows: Iterable[FieldDefinition]) -> Limits:
        length, mandatory, low, high = None, False, None, None
        for row in rows:
            if row.kind == "AL":
                length = int(row.limit)
            elif row.kind == "MA":
                mandatory = True
            elif row.kind == "AR":
                low, high = (Decimal(bound) if bound else None for bound in row.limit.split(".."))
        return Limits(length, mandatory, low, high)


class FieldCheck:
    """Everything that one year demands of the value of one field."""

    def __init__(self, field: Field, definitions: Iterable[FieldDefinition] = ()) -> None:
        self.field = field
        self.limits = Limits.of(definitions)

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        return re.compile(as_regex(self.field.pattern)) if self.field.pattern else None

    def read(self, text: str) -> int | Decimal | date | datetime | str | None:
        """The value, or None where the text is none of the field's type."""
        kind = self.field.type
        if kind.is_text:
            return text
        text = text.strip(WHITE)
        if kind is Type.DATE:
            return read_date(text)[1]
        if kind is Type.DATETIME:
            return read_datetime(text)[1]
        if kind is Type.DECIMAL:
            return Decimal(text) if _DECIMAL.fullmatch(text) else None
        size = _NUMBER_SIZE[kind]
        value = _integer(text)
        return value if value is not None and -size <= value < size else None

    def breaks(self, text: str) -> list[Break]:
        """Every definition that the text breaks, the schema's first; at most one of a kind."""
        kind = self.field.type
        found = self._text(text) if kind.is_text else self._number(text) if kind.is_number else self._day(text)
        result: dict[str, Break] = {}
        for one in sorted(found, key=lambda b: not b.schema):
            result.setdefault(one.kind, one)
        return list(result.values())

    def _blank(self, text: str) -> Iterator[Break]:
        if not text.strip(WHITE) and (self.limits.mandatory or self.field.required):
            yield Break("MA", False, f"{self.field.name} is mandatory, and was left blank.")

    def _day(self, text: str) -> Iterator[Break]:
        name = self.field.name
        form, what = (
            ("yyyy-mm-dd", "date") if self.field.type is Type.DATE else ("yyyy-mm-ddThh:mm:ss", "date and time")
        )
        trimmed = text.strip(WHITE)
        good, value = read_date(trimmed) if self.field.type is Type.DATE else read_datetime(trimmed)
        if not trimmed:
            yield Break("TYPE", True, f"{name} is empty: give a {what} ({form}) or leave the element out.")
            yield from self._blank(text)
        elif not good:
            yield Break("TYPE", True, f"{name} must be a {what} ({form}), and is {shown(text)}.")
        elif trimmed != text:
            yield Break(
                "TYPE", True, f"{name} must be a {what} ({form}) without spaces around it, and is {shown(text)}."
            )
        elif value is None:
            yield Break("TYPE", False, f"{name} must be a {what} between the years 1 and 9999, and is {shown(text)}.")

    def _number(self, text: str) -> Iterator[Break]:
        field, name = self.field, self.field.name
        trimmed = text.strip(WHITE)
        whole = field.type is not Type.DECIMAL
        what = "whole number" if whole else "number"
        if not trimmed:
            yield Break("TYPE", True, f"{name} is empty: give a {what} or leave the element out.")
            yield from self._blank(text)
            return
        value = _integer(trimmed) if whole else Decimal(trimmed) if _DECIMAL.fullmatch(trimmed) else None
        if value is None:
            yield Break("TYPE", True, f"{name} must be a {what}, and is {shown(text)}.")
            return
        if whole and not -_NUMBER_SIZE[field.type] <= value < _NUMBER_SIZE[field.type]:
            yield Break("TYPE", True, f"{name} is a larger number than can be read: {shown(text)}.")
        yield from self._digits(trimmed)
        yield from self._range(value, field.min_value, field.max_value, True, text)
        yield from self._range(value, self.limits.low, self.limits.high, False, text)

    def _digits(self, trimmed: str) -> Iterator[Break]:
        field, name = self.field, self.field.name
        whole, _, part = trimmed.lstrip("+-").partition(".")
        digits, decimals = len(whole.lstrip("0")), len(part.rstrip("0"))
        if field.total_digits is not None and digits + decimals > field.total_digits:
            yield Break(
                "AL", True, f"{name} may have at most {count(field.total_digits, 'digit')}, and is {shown(trimmed)}."
            )
        if field.fraction_digits is not None and decimals > field.fraction_digits:
            allowed = count(field.fraction_digits, "decimal place")
            yield Break("AL", True, f"{name} may have at most {allowed}, and is {shown(trimmed)}.")
        length = len(canonical(trimmed))
        if self.limits.length is not None and length > self.limits.length:
            yield Break(
                "AL",
                False,
                f"{name} may have at most {count(self.limits.length, 'character')}, and is {shown(trimmed)}.",
            )

    def _text(self, text: str) -> Iterator[Break]:
        field, name = self.field, self.field.name
        if field.enumeration is not None and text != field.enumeration:
            yield Break("ENUM", True, f"{name} must be {shown(field.enumeration)}, and is {shown(text)}.")
        least = field.length if field.length is not None else field.min_length
        most = field.length if field.length is not None else field.max_length
        size = len(text)
        if (least is not None and size < least) or (most is not None and size > most):
            yield Break("AL", True, self._wrong_length(least or 0, most, text))
        if self.limits.length is not None and not 1 <= size <= self.limits.length:
            yield Break("AL", False, self._wrong_length(1, self.limits.length, text))
        if field.type is Type.RESTRICTED and (strange := sorted(set(_NOT_ALLOWED.findall(text)))):
            which = " ".join(shown(c) for c in strange[:5])
            yield Break("AP", True, f"{name} holds characters that are not allowed ({which}): {shown(text)}.")
        elif self.pattern is not None and not self.pattern.fullmatch(text):
            form = _WORDS.get(field.pattern or "", f"the pattern {field.pattern}")
            yield Break("AP", True, f"{name} must be {form}, and is {shown(text)}.")
        if _INTEGER.fullmatch(text):  # a range on a text is about the number that its digits spell
            yield from self._range(Decimal(text), self.limits.low, self.limits.high, False, text)
        yield from self._blank(text)

    def _range(
        self, value: Decimal | int, low: Decimal | None, high: Decimal | None, schema: bool, text: str
    ) -> Iterator[Break]:
        if (low is not None and value < low) or (high is not None and value > high):
            yield Break("AR", schema, f"{self.field.name} must be {_between(low, high)}, and is {shown(text)}.")

    def _wrong_length(self, least: int, most: int | None, text: str) -> str:
        if not text:
            return f"{self.field.name} is empty: give a value or leave the element out."
        if most is None:
            return f"{self.field.name} must have at least {count(least, 'character')}, and is {shown(text)}."
        if least == most:
            return f"{self.field.name} must be {count(most, 'character')} long, and is {shown(text)} ({len(text)})."
        return f"{self.field.name} may have at most {count(most, 'character')}, and has {len(text)}: {shown(text)}."


_NOT_ALLOWED = re.compile(RESTRICTED_STRING.removesuffix("*").replace("[", "[^", 1))


def canonical(number: str) -> str:
    """A number without plus sign and leading zeros, whose characters the length definitions count."""
    digits = number.lstrip("+-").lstrip("0")
    minus = "-" if number.startswith("-") and digits.strip("0.") else ""
    return minus + (digits if digits and digits[0] != "." else "0" + digits)


def read_date(text: str) -> tuple[bool, date | None]:
    """Whether XML Schema reads the text as a date, and the day. None where no calendar of ours holds it."""
    found = _DATE.fullmatch(text)
    if not found or not _is_day(found) or not _is_zone(found["zone"]):
        return False, None
    return True, _in_calendar(found)


def read_datetime(text: str) -> tuple[bool, datetime | None]:
    """As :func:`read_date`, for a date and time. A time zone is allowed and left out of the value."""
    found = _DATETIME.fullmatch(text)
    if not found or not _is_day(found) or not _is_zone(found["zone"]):
        return False, None
    hour, minute, part = int(found["hour"]), int(found["minute"]), found["part"] or ""
    second = float(found["second"] + part)
    midnight = hour == 24 and minute == 0 and second == 0
    if not midnight and (hour > 23 or minute > 59 or second >= 60):
        return False, None
    day = _in_calendar(found)
    if day is None or (midnight and day == date.max):
        return True, None
    micro = int((part[1:] + "000000")[:6])
    start = datetime(day.year, day.month, day.day)
    return True, start + timedelta(hours=hour, minutes=minute, seconds=int(found["second"]), microseconds=micro)


def _is_day(found: re.Match[str]) -> bool:
    if len(found["year"]) > 20:
        return False
    year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    if not (year != 0 and abs(year) < 2**63 and 1 <= month <= 12):
        return False
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    return 1 <= day <= (31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _is_zone(zone: str | None) -> bool:
    if zone in (None, "Z"):
        return True
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    return minutes <= 59 and hours * 60 + minutes <= 14 * 60


def _in_calendar(found: re.Match[str]) -> date | None:
    year = int(found["year"])
    return date(year, int(found["month"]), int(found["day"])) if 1 <= year <= 9999 else None


def _integer(trimmed: str) -> int | None:
    # Python refuses to convert thousands of digits; a number of that size is out of every range anyway.
    if not _INTEGER.fullmatch(trimmed):
        return None
    return int(canonical(trimmed)[:40])


def _between(low: Decimal | None, high: Decimal | None) -> str:
    if low is None or high is None:
        return f"at least {low}" if high is None else f"at most {high}"
    return f"between {low} and {high}"
