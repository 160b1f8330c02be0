"""Identifiers made comparable: one frame of people with the columns that linking compares.

What comes in is text as somebody typed it; what goes out is plain spelling, real dates and known numbers, or null where
nothing usable was written. Nothing here decides who is who.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from openilr.link import names

if TYPE_CHECKING:
    import polars as pl

#: The columns of a person file; ``id`` is the only one that has to be there.
COLUMNS = ("id", "uln", "given_names", "family_name", "date_of_birth", "sex", "postcode", "nino", "address")

#: Dates of birth that systems write for "unknown".
_NO_BIRTHDAY = ("1900-01-01", "1899-12-30", "1899-12-31", "1901-01-01", "1970-01-01", "9999-12-31")
_DATE_FORMATS = (
    "%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y", "%d %B %Y", "%d-%b-%Y",
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y.%m.%d",
)  # fmt: skip
_FEMALE, _MALE = ("f", "female", "2", "woman", "girl"), ("m", "male", "1", "man", "boy")


def prepare(people: pl.DataFrame) -> pl.DataFrame:
    """People as linking compares them, in the order given, with ``row`` counting from 0.

    ``people`` has text columns of :data:`COLUMNS` (missing ones count as empty). Rows with one
    number in ``who`` are one person, who is written down in several ways; without it each row is a person. Out: row,
    who, uln, nino, given (all given
    names), given1 (the first), given3 (three letters of its fullest form), given_key, given_sound, nicknames (groups
    of :mod:`openilr.link.names`), near_forms (those one letter away, too), family, family_forms, family_sound, parts
    (of a family name with several), dob (ISO text), dob_turned (day and month changed over, where that is a date),
    born (year), sex (F, M), postcode, district,
    address, house (its first two words), address_words.
    """
    import polars as pl

    text = {name: people[name].cast(pl.String) for name in COLUMNS if name in people.columns}
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, people.height)
    given_words = names.distinct(text.get("given_names", empty), names.plain, pl.String)
    family_words = names.distinct(text.get("family_name", empty), names.plain, pl.String)
    groups = names.nickname_groups()
    first = given_words.str.split(" ").list.get(0, null_on_oob=True)
    long_enough = pl.element().filter(pl.element().str.len_chars() > 2)
    key = names.distinct(first, names.fullest, pl.String)
    frame = pl.DataFrame(
        {
            "row": pl.Series(range(people.height), dtype=pl.Int64),
            "who": people["who"] if "who" in people.columns else pl.Series(range(people.height), dtype=pl.Int64),
            "uln_text": text.get("uln", empty),
            "nino_text": text.get("nino", empty),
            "given": given_words,
            "given1": first,
            "given_key": key,
            "nicknames": names.distinct(first, groups.get, pl.List(pl.Int32)),
            "near_forms": names.near_forms(first),
            "family_forms": names.distinct(family_words, groups.get, pl.List(pl.Int32)),
            "family_words": family_words,
            "dob": _dates(text.get("date_of_birth", empty)),
            "sex_text": text.get("sex", empty),
            "postcode_text": text.get("postcode", empty),
            "address": text.get("address", empty),
        }
    )
    return (
        frame.with_columns(
            uln=_number(pl.col("uln_text")),
            nino=pl.col("nino_text").str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
            .str.extract(r"^([A-Z]{2}\d{6})[A-D]?$"),
            given3=pl.col("given_key").str.slice(0, 3),
            given_sound=_sounds(frame["given1"]),
            family=pl.col("family_words").str.replace_all(" ", ""),
            parts=pl.when(pl.col("family_words").str.contains(" "))
            .then(pl.col("family_words").str.split(" ").list.eval(long_enough)),
            dob=pl.when(~pl.col("dob").is_in(_NO_BIRTHDAY)).then("dob"),
            address=_address(pl.col("address")),
            sex=_sex(pl.col("sex_text").str.strip_chars().str.to_lowercase()),
            postcode=_postcode(pl.col("postcode_text")),
        )
        .with_columns(
            family_sound=_sounds_of(frame["family_words"]),
            dob_turned=pl.when(pl.col("dob").str.slice(8, 2).cast(pl.Int32) <= 12).then(
                pl.col("dob").str.slice(0, 5) + pl.col("dob").str.slice(8, 2) + "-" + pl.col("dob").str.slice(5, 2)
            ),
            house=pl.col("address").str.extract(r"^(\S+ \S+)"),
            address_words=pl.col("address").str.split(" ").list.unique(),
            born=pl.col("dob").str.slice(0, 4).cast(pl.Int32),
            district=pl.when(pl.col("postcode").str.len_chars() >= 5)
            .then(pl.col("postcode").str.replace(r"...$", ""))
            .otherwise("postcode"),
        )
        .select(PREPARED)
    )  # fmt: skip


PREPARED = (
    "row", "who", "uln", "nino", "given", "given1", "given3", "given_key", "given_sound", "nicknames", "near_forms",
    "family", "family_forms", "family_sound", "parts", "dob", "dob_turned", "born", "sex", "postcode", "district",
    "address", "house", "address_words",
)  # fmt: skip


def unread_dates(column: pl.Series) -> pl.Series:
    """Places (row numbers from 0) where something was written as a date of birth that is not a date."""
    import polars as pl

    text = column.cast(pl.String)
    bad = (text.str.strip_chars().fill_null("") != "") & _dates(text).is_null()
    return bad.arg_true()


def _number(text: pl.Expr) -> pl.Expr:
    """A ULN, or another number of six to twelve digits that one person has; null where there is none.

    All nines stand for "none yet" in the ILR (source: ILR specification, field ULN). ``1234567890.0`` of a spreadsheet
    is read, and the check digit is not asked for.
    """
    import polars as pl

    digits = text.str.strip_chars().str.replace(r"\.0+$", "").str.replace_all(r"[ -]", "")
    no_number = digits.str.contains("^(0+|1+|9+)$")
    return pl.when(digits.str.contains(r"^\d{6,12}$") & ~no_number).then(digits)


def _dates(text: pl.Series) -> pl.Series:
    """ISO text of whatever is a date; the formats are tried in turn, each on what is left."""
    import polars as pl

    words = pl.DataFrame({"word": text}).drop_nulls().unique()
    clean = pl.col("word").str.strip_chars()
    read = pl.coalesce([clean.str.to_date(form, strict=False, exact=True) for form in _date_formats()])
    plausible = pl.when(read.dt.year().is_between(1850, 2150)).then(read.dt.to_string("%Y-%m-%d"))
    table = words.with_columns(value=plausible)
    return pl.DataFrame({"word": text}).join(table, on="word", how="left", maintain_order="left")["value"]


@cache
def _date_formats() -> tuple[str, ...]:
    return _DATE_FORMATS


def _sex(text: pl.Expr) -> pl.Expr:
    import polars as pl

    return pl.when(text.is_in(_FEMALE)).then(pl.lit("F")).when(text.is_in(_MALE)).then(pl.lit("M"))


def _postcode(text: pl.Expr) -> pl.Expr:
    """Capitals and digits. ZZ99 stands for an unknown address in the ILR and in health records."""
    import polars as pl

    plain = text.str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    return pl.when((plain.str.len_chars() >= 2) & ~plain.str.starts_with("ZZ99")).then(plain)


def _address(text: pl.Expr) -> pl.Expr:
    """Words and numbers in small letters, single spaces between."""
    import polars as pl

    plain = text.str.to_lowercase().str.replace_all(r"['.]", "").str.replace_all(r"[^a-z0-9]+", " ").str.strip_chars()
    return pl.when(plain.str.len_chars() > 2).then(plain)


def _sounds(words: pl.Series) -> pl.Series:
    import polars as pl

    table = pl.DataFrame({"word": words.drop_nulls().unique()}).with_columns(value=names.sound(pl.col("word")))
    return pl.DataFrame({"word": words}).join(table, on="word", how="left", maintain_order="left")["value"]


def _sounds_of(words: pl.Series) -> pl.Series:
    return _sounds(words.str.replace_all(" ", ""))
