"""Whole columns of text: given their types, with the few values that may be wrong picked out.

Screening may pick too many values and never too few. What is picked is judged by
:class:`openilr.collect.values.FieldCheck`, one distinct value at a time.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl

from openilr.collect.layout import DTYPES
from openilr.collect.values import FieldCheck, as_regex
from openilr.spec import Type
from openilr.spec.model import RESTRICTED_STRING

_STRANGE = RESTRICTED_STRING.removesuffix("*").replace("[", "[^", 1)
#: 1 January of the year 1, as days from 1970: no earlier day fits in Python's calendar, nor year 0 in XML Schema's.
_FIRST_DAY = (date(1, 1, 1) - date(1970, 1, 1)).days


def typed(raw: pl.Series, check: FieldCheck) -> tuple[pl.Series, pl.Series | None]:
    """The column in its type, and the rows (as indices) whose values may be wrong; None where all are fine."""
    kind = check.field.type
    dtype = DTYPES[kind]
    if raw.null_count() == len(raw):
        return raw.cast(dtype), None
    if kind.is_text:
        return raw, _rows(_odd_text(raw, check))
    if kind in (Type.INT, Type.LONG):
        column, odd = _whole_numbers(raw, check)
    elif kind is Type.DECIMAL:
        column, odd = _decimals(raw, check)
    elif kind is Type.DATE:
        column, odd = _dates(raw)
    else:
        column, odd = pl.Series(raw.name, [None], dtype).new_from_index(0, len(raw)), raw.is_not_null()
    rows = _rows(odd)
    if rows is None:
        return column.cast(dtype), None
    return _reread(column, raw, rows, check, dtype), rows


def _rows(odd: pl.Series | None) -> pl.Series | None:
    if odd is None:
        return None
    rows = odd.fill_null(False).arg_true()
    return rows if len(rows) else None


def _reread(column: pl.Series, raw: pl.Series, rows: pl.Series, check: FieldCheck, dtype: pl.DataType) -> pl.Series:
    """Put what the exact reading gives in the place of what the quick one gave."""
    texts = raw.gather(rows).to_list()
    values = {text: check.read(text) for text in set(texts)}
    exact = [float(v) if isinstance(v, Decimal) else v for v in (values[t] for t in texts)]
    return column.scatter(rows, None).cast(dtype, strict=False).scatter(rows, pl.Series(exact, dtype=dtype))


def _whole_numbers(raw: pl.Series, check: FieldCheck) -> tuple[pl.Series, pl.Series | None]:
    column = raw.cast(pl.Int64, strict=False)
    low, high = whole_bounds(check)
    if column.null_count() == raw.null_count() and column.min() >= low and column.max() <= high:  # type: ignore[operator]
        return column, None
    return column, (column.is_null() & raw.is_not_null()) | (column < low) | (column > high)


def whole_bounds(check: FieldCheck) -> tuple[int, int]:
    """The whole numbers that break nothing lie between these."""
    field, limits = check.field, check.limits
    size = 2**31 if field.type is Type.INT else 2**63
    lows, highs = [-size], [size - 1]
    lows += [int(v) for v in (field.min_value, limits.low) if v is not None]
    highs += [int(v) for v in (field.max_value, limits.high) if v is not None]
    if field.total_digits is not None:
        lows.append(1 - 10**field.total_digits)
        highs.append(10**field.total_digits - 1)
    if limits.length is not None:  # counted in characters, so a minus sign takes one
        lows.append(1 - 10 ** (limits.length - 1))
        highs.append(10**limits.length - 1)
    return max(lows), min(highs)


def _decimals(raw: pl.Series, check: FieldCheck) -> tuple[pl.Series, pl.Series]:
    field, limits = check.field, check.limits
    places = 1 if field.fraction_digits is None else max(field.fraction_digits, 0)
    fine = raw.str.contains(rf"^[0-9]{{1,6}}(\.[0-9]{{1,{places}}})?$" if places else r"^[0-9]{1,6}$")
    if limits.length is not None:
        fine &= raw.str.len_bytes() <= limits.length
    column = raw.cast(pl.Float64, strict=False)
    # Two numbers can lie so close to a bound that they are equal as floats, so the bound itself is looked at again.
    for low in (field.min_value, limits.low):
        fine &= column > float(low) if low is not None else True
    for high in (field.max_value, limits.high):
        fine &= column < float(high) if high is not None else True
    return column, ~fine | (column.is_null() & raw.is_not_null())


def _dates(raw: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    column = raw.str.to_date("%Y-%m-%d", strict=False)
    days = column.to_physical()
    shaped = raw.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    if column.null_count() == raw.null_count() and shaped.all() and days.min() >= _FIRST_DAY:  # type: ignore[operator]
        return column, None
    return column, ~shaped | (column.is_null() & raw.is_not_null()) | (days < _FIRST_DAY)


def _odd_text(raw: pl.Series, check: FieldCheck) -> pl.Series | None:
    field, limits = check.field, check.limits
    odd: list[pl.Series] = []
    if field.enumeration is not None:
        odd.append(raw != field.enumeration)
    least = max(v or 0 for v in (field.length, field.min_length, 1 if limits.length else 0))
    most = min((v for v in (field.length, field.max_length, limits.length) if v is not None), default=None)
    if least or most is not None:
        size = raw.str.len_chars()
        if size.min() < least or (most is not None and size.max() > most):  # type: ignore[operator]
            odd.append((size < least) | (size > most if most is not None else False))
    if field.type is Type.RESTRICTED:
        odd.append(raw.str.contains(_STRANGE))
    if field.pattern is not None:
        odd.append(~raw.str.contains(f"^(?:{as_regex(field.pattern)})$"))
    if limits.low is not None:
        odd.append(raw.cast(pl.Float64, strict=False) <= float(limits.low))
    if limits.high is not None:
        odd.append(raw.cast(pl.Float64, strict=False) >= float(limits.high))
    if limits.mandatory or field.required:
        odd.append(raw.str.contains(r"^[ \t\r\n]*$"))
    result = None
    for one in odd:
        if one.any():
            result = one if result is None else result | one
    return result
