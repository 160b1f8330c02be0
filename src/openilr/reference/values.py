"""From text to typed values: one expression a kind of value, and what a wrong value is told.

Nothing in a reference file is guessed at: a value is empty, or it is of its kind, or it is an error.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from openilr.reference.tables import KINDS

__all__ = ["EXPECTED", "clean", "postcode", "typed"]

#: What a value of each kind looks like, in the words of an error.
EXPECTED: Mapping[str, str] = {
    "int": "a whole number",
    "long": "a whole number",
    "decimal": "a number",
    "date": "a date such as 2026-08-31, 31/08/2026 or 31-Aug-26",
    "month": "a month such as 202608",
    "bool": "yes or no (1 or 0, Y or N, true or false)",
}

_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d-%b-%Y", "%Y%m%d", "%Y/%m/%d", "%d %B %Y", "%d %b %Y")
_SHORT_DATES = ("%d-%b-%y", "%d/%m/%y", "%d %b %y")
_TIME = r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$"
_TRUE, _FALSE = ("1", "y", "yes", "true"), ("0", "n", "no", "false")


def clean(column: str) -> pl.Expr:
    """Text without space around it; empty, and the NULL of a database export, is missing."""
    text = pl.col(column).str.strip_chars()
    return pl.when((text != "") & (text != "NULL")).then(text)


def postcode(text: pl.Expr) -> pl.Expr:
    """A postcode in upper case with one space before its last three characters, as ``AB1 2CD``."""
    bare = text.str.to_uppercase().str.replace_all(r"\s+", "")
    return pl.when(bare.str.len_chars() > 3).then(bare.str.head(-3) + " " + bare.str.tail(3)).otherwise(bare)


def typed(column: str, kind: str) -> pl.Expr:
    """The values of a cleaned text column as their kind; what can not be read is missing."""
    text = pl.col(column)
    if kind == "text":
        return text
    if kind.startswith("code"):
        return (
            pl.when(text.str.contains(r"^\d+$")).then(text.str.zfill(int(kind[4:]))).otherwise(text.str.to_uppercase())
        )
    if kind == "postcode":
        return postcode(text)
    if kind == "month":
        return (text + "01").str.to_date("%Y%m%d", strict=False)
    if kind == "date":
        return _date(text)
    if kind == "bool":
        lower = text.str.to_lowercase()
        return pl.when(lower.is_in(_TRUE)).then(True).when(lower.is_in(_FALSE)).then(False)
    # A spreadsheet writes 7 as 7.0 when another row of the column is empty.
    number = text if kind == "decimal" else text.str.replace(r"\.0+$", "")
    return number.cast(KINDS[kind], strict=False)


def _date(text: pl.Expr) -> pl.Expr:
    day = text.str.replace(_TIME, "")
    # "%Y" would take 26 for the year 26, so what ends in two digits after a sign is read apart.
    short = day.str.contains(r"[-/ ]\d\d$") & ~day.str.contains(r"^\d{4}")
    return (
        pl.when(short)
        .then(pl.coalesce(day.str.to_date(form, strict=False) for form in _SHORT_DATES))
        .otherwise(pl.coalesce(day.str.to_date(form, strict=False) for form in _DATES))
    )
