"""Values to try on a field: on both sides of each of its limits, and odd ones of every kind."""

from __future__ import annotations

from decimal import Decimal

from openilr.spec import Field, Type

ANY_TEXT = [
    "", " ", "x", "X1", "31", "é", "£", "€", "a\nb", "a\tb", "a\rb", "\u00a0", "a|b", 'a"b', "^", "`", "a@b", "@",
    "a@\n", "@b",
    "A" * 4, "A" * 9, "A" * 12, "A" * 13, "A" * 20, "A" * 21, "A" * 50, "A" * 51, "A" * 100, "A" * 101, "😀" * 50,
    "😀" * 100,
    "123456789", "1234567890", "AB12", "ab12", "AB123", "12345678901234567890", "]]>", "<>&'", "{}[]\\", "\u0085",
    "\u2028", " 31 ",
]  # fmt: skip
ANY_NUMBER = [
    "", "0", "1", "9", "10", "98", "99", "100", "999", "1000", "9999", "10000", "99999", "100000", "999999", "1000000",
    "-1", "-9",
    "-0", "+0", "+1", "+5", "--5", "+-5", "005", "0" * 40 + "1", " 1 ", "\t1\n", "\r1", "1 1", "\u00a01", "1.", "1.0",
    ".1", "0.1", "0.10",
    "0.05", "100.0", "100.1", "300.0", "300.1", "300.00", "-0.1", "1e1", "1E1", "0x1", "NaN", "INF", "inf", "1_0", "１",
    "٣", "x", "+",
    "-", ".", "2147483647", "2147483648", "-2147483648", "-2147483649", "9999999999", "10000000000",
    "9223372036854775807",
    "9223372036854775808", "1" * 30, "10000000", "9999999", "99999999", "100000000", "999999999", "1000000000",
    "1,000", "1.10000",
]  # fmt: skip
ANY_DAY = [
    "", "2009-02-28", "2009-02-29", "2008-02-29", "1900-02-29", "2000-02-29", "2009-2-1", "2009-04-31", "2009-13-01",
    "2009-00-10",
    "2009-01-00", "2009-01-32", "2009-02-27Z", "2009-02-27z", "2009-02-27+05:00", "2009-02-27-14:00",
    "2009-02-27+14:01", "2009-02-27+1:00",
    "0000-01-01", "0001-01-01", "-0001-01-01", "10000-01-01", "010000-01-01", "9223372036854775807-01-01",
    "9223372036854775808-01-01",
    "+2009-01-01", " 2009-02-27", "2009-02-27 ", "\n2009-02-27\n", "2009-02-27T00:00:00", "27/02/2009", "20090227",
    "2009-02", "x",
    "-0004-02-29", "-0003-02-29", "2009-02-27+00:00", "2009-02-27-00:00", "２００９-02-27", "2009–02–27",
]  # fmt: skip
ANY_MOMENT = [
    "", "2025-01-08T00:00:00", "2025-01-08T24:00:00", "2025-01-08T24:00:01", "2025-01-08T24:00:00.0",
    "2025-01-08T23:59:59.999999999",
    "2025-01-08T09:14:60", "2025-01-08T09:60:00", "2025-01-08T25:00:00", "2025-01-08T09:14", "2025-01-08 09:14:05",
    "2025-01-08t09:14:05",
    "2025-01-08T09:14:05Z", "2025-01-08T09:14:05.5+01:00", "2025-01-08T09:14:05.", " 2025-01-08T09:14:05",
    "2025-01-08T09:14:05 ",
    "2025-02-29T09:14:05", "2025-01-08", "10000-01-08T09:14:05", "0000-01-08T09:14:05", "2025-01-08T09:14:05+14:01",
    "9999-12-31T24:00:00",
]  # fmt: skip


def candidates(field: Field) -> list[str]:
    """Odd values for a field of this type."""
    if field.type.is_number:
        return ANY_NUMBER
    return {Type.DATE: ANY_DAY, Type.DATETIME: ANY_MOMENT}.get(field.type, ANY_TEXT)


def boundaries(field: Field) -> list[str]:
    """Values on both sides of each limit of the field."""
    found = []
    for size in (field.length, field.min_length, field.max_length):
        if size is not None:
            found += ["A" * max(size - 1, 0), "A" * size, "A" * (size + 1)]
    step = Decimal("0.1") if field.fraction_digits else Decimal(1)
    for bound in (field.min_value, field.max_value):
        if bound is not None:
            found += [str(bound - step), str(bound), f" {bound}\n", str(bound + step)]
    if field.total_digits is not None:
        found += ["9" * field.total_digits, "1" + "0" * field.total_digits, "-" + "9" * field.total_digits]
    if field.enumeration is not None:
        found += [field.enumeration.lower(), f" {field.enumeration}", field.enumeration + "1"]
    return found
