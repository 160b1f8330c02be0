"""Linking without identifiers: both sides encode their people with a shared secret, and the linker sees encodings only.

Every value that is compared for equality becomes an HMAC-SHA256 under a key of its field; forenames and family names
become keyed Bloom filters as well, so that a letter more or less can be seen (Schnell, Bachteler and Reiher 2009). Who
links holds no key, and can say that two values are equal or names alike, but not what they are.

What it does not hide: how often a value occurs. Who knows how frequent names are can guess the most frequent ones, so
encodings are personal data still, and the linker is somebody whom both sides trust not to try.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.link.errors import LinkError
from openilr.link.identifiers import prepare

if TYPE_CHECKING:
    import polars as pl

#: Bits of a Bloom filter, and how many of them each pair of neighbouring letters sets.
BITS, EACH = 256, 6
_WORDS = BITS // 64
_KEY = re.compile(r"openilr-link-key-1 ([0-9a-f]{64})\s*")
#: Column of an encoded file that says which key it was made with (not the key).
MARK = "encoded_with"
#: The key of a field. Names share one, for forename and family name may have changed places.
_FIELDS = {
    "uln": "uln", "nino": "nino", "given": "all given names", "given1": "name", "given3": "beginning",
    "given_key": "full form", "given_sound": "sound", "family": "name", "family_sound": "sound", "dob": "date",
    "dob_turned": "date", "born": "year", "sex": "sex", "postcode": "postcode", "district": "district",
}  # fmt: skip
_LISTS = {"nicknames": "form", "near_forms": "form", "family_forms": "form", "parts": "name"}
_DATE_PARTS = {"dob_ym": (0, 4, 5, 7), "dob_yd": (0, 4, 8, 10), "dob_md": (5, 7, 8, 10)}


def make_key(path: Path) -> None:
    """Write a new secret to a new file that only its owner can read. LinkError where the file is there already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise LinkError(f"{path} is there already; a key is never written over.") from None
    except OSError as problem:
        raise LinkError(f"{path} can not be written: {problem.strerror}.") from None
    with os.fdopen(handle, "w") as file:
        file.write(f"openilr-link-key-1 {secrets.token_hex(32)}\n")


def read_key(path: Path) -> bytes:
    try:
        found = _KEY.fullmatch(path.read_text("ascii"))
    except (OSError, UnicodeDecodeError):
        found = None
    if not found:
        raise LinkError(f"{path} is not a linking key; make one with `ilr link key FILE`.")
    return bytes.fromhex(found[1])


def encode(people: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """Encodings of the people of a file: id as it is, what :func:`decode` needs, and the mark of the key."""
    import polars as pl

    if is_encoded(people):
        raise LinkError("These people are encoded already.")
    plain = prepare(people)
    columns: dict[str, pl.Series] = {"id": people["id"]}
    for name, field in _FIELDS.items():
        columns[name] = _each(plain[name].cast(pl.String), _hasher(key, field))
    for name, (a, b, c, d) in _DATE_PARTS.items():
        parts = plain["dob"].str.slice(a, b - a) + "|" + plain["dob"].str.slice(c, d - c)
        columns[name] = _each(parts, _hasher(key, name))
    for name, field in _LISTS.items():
        hashed = _hasher(key, field)
        lists = plain[name].to_list()
        columns[name] = pl.Series(
            [None if each is None else [hashed(str(one)) for one in each] for each in lists], dtype=pl.List(pl.String)
        )
    for name in ("given1", "family"):
        filters = _filters(plain[name], key)
        for word in range(_WORDS):
            columns[f"{name}_bits{word}"] = filters[word]
    mark = hmac.digest(key, b"openilr link mark", "sha256").hex()[:16]
    return pl.DataFrame(columns).with_columns(pl.lit(mark).alias(MARK))


def is_encoded(people: pl.DataFrame) -> bool:
    return MARK in people.columns


def same_key(a: pl.DataFrame, b: pl.DataFrame) -> None:
    """LinkError where two encoded files were made with different keys, or only one of them is encoded."""
    if is_encoded(a) != is_encoded(b):
        raise LinkError("One of the files is encoded and the other is not; encode both with the same key.")
    if is_encoded(a) and {*a[MARK].unique()} | {*b[MARK].unique()} != {*a[MARK].unique()} & {*b[MARK].unique()}:
        raise LinkError("The two files were encoded with different keys, so nothing in them is comparable.")


def decode(people: pl.DataFrame) -> pl.DataFrame:
    """An encoded file as linking takes it: as :func:`openilr.link.identifiers.prepare`, with encodings for values."""
    import polars as pl

    rows = pl.Series(range(people.height), dtype=pl.Int64)
    return people.drop("id", MARK).with_columns(row=rows, who=rows)


def _hasher(key: bytes, field: str) -> Callable[[str], str]:
    of_field = hmac.digest(key, f"openilr link {field}".encode(), "sha256")
    return lambda value: hmac.digest(of_field, value.encode(), "sha256").hex()[:32]


def _each(column: pl.Series, function: Callable[[str], str]) -> pl.Series:
    """A function of each distinct value."""
    import polars as pl

    values = column.drop_nulls().unique()
    table = pl.DataFrame({"value": values, "code": pl.Series([function(v) for v in values.to_list()], dtype=pl.String)})
    return pl.DataFrame({"value": column}).join(table, on="value", how="left", maintain_order="left")["code"]


def _filters(names: pl.Series, key: bytes) -> list[pl.Series]:
    """The Bloom filter of each name, in words of 64 bits."""
    import numpy as np
    import polars as pl

    of_field = hmac.digest(key, b"openilr link letters", "sha256")
    distinct = names.drop_nulls().unique().sort()
    places: dict[str, Any] = {}
    words = np.zeros((len(distinct), _WORDS), dtype=np.uint64)
    for row, name in enumerate(distinct.to_list()):
        padded = f" {name} "
        for pair in {padded[i : i + 2] for i in range(len(padded) - 1)}:
            if pair not in places:
                digest = hmac.digest(of_field, pair.encode(), "sha256")
                first, step = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big") | 1
                places[pair] = [(first + time * step) % BITS for time in range(EACH)]
            for place in places[pair]:
                words[row, place // 64] |= np.uint64(1 << place % 64)
    table = pl.DataFrame({"name": distinct, **{str(n): words[:, n].view(np.int64) for n in range(_WORDS)}})
    found = pl.DataFrame({"name": names}).join(table, on="name", how="left", maintain_order="left")
    return [found[str(n)] for n in range(_WORDS)]
