"""Whether what a program wrote shows who somebody is: one search, through every byte and whatever is packed in it.

Needles are looked for in any case, in the text of files as in what Parquet, Arrow, SQLite, zip, gzip and zstd files
hold unpacked. Short names count where they stand by themselves, for Ella stands in umbrella; long ones, numbers,
postcodes and whatever holds a digit count anywhere, glued to other text or without their spaces.
"""

from __future__ import annotations

import gzip
import io
import re
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from openilr.link import sources
from openilr.link.sources import declare

_DEEPEST = 4  # archives in archives
#: Fewer letters stand by chance in millions of sealed or compressed bytes.
_LEAST_IN_BYTES = 7


def needles(values: Iterable[object], *, innocent: Collection[object] = (), shortest: int = 4) -> frozenset[str]:
    """What to look for: the values as text, with and without spaces. Those that are innocent, too, tell nobody apart.

    Texts of fewer characters than ``shortest`` stand in anything and are left out.
    """
    texts = {str(value).strip().lower() for value in values if value is not None}
    texts |= {"".join(text.split()) for text in texts}
    fair = {str(value).strip().lower() for value in innocent}
    return frozenset(text for text in texts - fair if len(text) >= shortest)


def leaks(
    wanted: Collection[str], *folders: Path, said: Mapping[str, str] | None = None, broken: bool = False
) -> dict[str, set[str]]:
    """Which needles are where: in files under the folders or in their names, or in the texts ``said``.

    A file that does not unpack is an error, unless some may be ``broken``: then its bytes are all there is to search.
    """
    everything: list[tuple[str, bytes]] = [(name, text.encode()) for name, text in (said or {}).items()]
    for folder in folders:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            everything.append((str(path), str(path.relative_to(folder)).encode()))
            everything += ((str(path), piece) for piece in unpacked(path.read_bytes(), broken))
    return _found(wanted, everything)


def _found(wanted: Collection[str], everything: list[tuple[str, bytes]]) -> dict[str, set[str]]:
    # Latin-1 gives each byte one character, so that any bytes are text; needles are written as their UTF-8 bytes.
    spelt = {needle.encode().decode("latin-1").lower(): needle for needle in wanted}
    patterns = list(spelt)
    texts = [data.decode("latin-1").lower() for _, data in everything]
    places = pl.Series(texts, dtype=pl.String).str.extract_many(patterns, overlapping=True)
    found: dict[str, set[str]] = {}
    for (name, data), text, hits in zip(everything, texts, places.to_list(), strict=True):
        least = 1 if not hits or _is_text(data) else _LEAST_IN_BYTES
        real = {spelt[hit] for hit in set(hits or ()) if len(hit) >= least and _counts(hit, text)}
        if real:
            found.setdefault(name, set()).update(real)
    return found


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _counts(hit: str, text: str) -> bool:
    return (
        any(c.isdigit() for c in hit)
        or len(hit) >= 8
        or re.search(rf"(?<![0-9a-z]){re.escape(hit)}(?![0-9a-z])", text) is not None
    )


def unpacked(data: bytes, broken: bool = False, deep: int = 0) -> Iterator[bytes]:
    """The bytes themselves, and those of whatever they pack."""
    yield data
    if deep == _DEEPEST:
        return
    try:
        for piece in _within(data):
            yield from unpacked(piece, broken, deep + 1)
    except Exception:
        if not broken:
            raise


def _within(data: bytes) -> Iterator[bytes]:
    if data[:4] == b"PAR1":
        yield pl.read_parquet(io.BytesIO(data)).write_json().encode()
        for name, value in (pq.read_schema(io.BytesIO(data)).metadata or {}).items():
            yield name + b" " + value
    elif data[:6] == b"ARROW1":
        yield pl.read_ipc(io.BytesIO(data)).write_json().encode()
    elif data[:15] == b"SQLite format 3":
        database = sqlite3.connect(":memory:")
        database.deserialize(data)
        yield "\n".join(database.iterdump()).encode()
    elif data[:4] == b"PK\3\4":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    elif data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    elif data[:4] == b"\x28\xb5\x2f\xfd":
        yield pa.input_stream(io.BytesIO(data), compression="zstd").read()
    elif data[:5] == b"%PDF-":
        yield from (zlib.decompress(each) for each in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL))


#: What says who somebody is, in a return.
_OF_LEARNERS = frozenset((
    "FamilyName", "GivenNames", "ULN", "NINumber", "Postcode", "PostcodePrior", "LearnRefNumber", "PrevLearnRefNumber",
    "TelNo", "Email", "AddLine1", "AddLine2", "AddLine3", "AddLine4", "DateOfBirth", "DelLocPostCode", "LSDPostcode",
))  # fmt: skip


def of_sector(folder: Path) -> frozenset[str]:
    """Needles of everybody in the returns and linked sources of a synthetic sector, dates of birth included.

    What is also an answer or a date of something else tells nobody apart, and is left out.
    """
    who: set[str] = set()
    other: set[str] = set()
    for path in folder.rglob("*.xml"):
        for _, node in ET.iterparse(path):  # noqa: S314 - a file that we made
            if node.text and node.text.strip():
                (who if node.tag.rsplit("}", 1)[-1] in _OF_LEARNERS else other).add(node.text.strip())
    own = [declare.read(path) for path in (folder / "linked").rglob("*.toml")]
    tables = {table.name: table for source in (*own, *sources.declared().values()) for table in source.tables}
    for path in (folder / "linked").rglob("*.csv"):
        people = pl.read_csv(path, infer_schema=False)
        for column in tables[path.stem].columns:
            tells = column.is_key or column.is_coded or (bool(column.roles) and not column.is_answer)
            if column.name in people.columns:
                (who if tells else other).update(people[column.name].drop_nulls())
    return needles(who, innocent=other)
