"""Read one published file: find its columns, take them as text, type them, and say exactly where a value is wrong."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import polars as pl

from openilr.reference.errors import BadReference
from openilr.reference.files import Found, Source
from openilr.reference.tables import Column, Table
from openilr.reference.values import EXPECTED, clean, typed

__all__ = ["conform", "headers", "read"]

_SEPARATORS = ",|\t;"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
#: A zip member up to this size is read in memory, a larger one from a private temporary file.
_IN_MEMORY = 64 << 20
_CHUNK = 1 << 20


def read(found: Found) -> pl.DataFrame:
    """All files of a table as one typed frame: declared columns only, in declared order, sorted by the table's key.

    Rows that are wholly empty, and repeats of a row, are left out. :class:`BadReference` names file, line and column of
    a value that is not of its kind, of an empty key, and of a key that comes twice with different values.
    """
    frames = [_typed(found.table, _text(found.table, source), source) for source in found.sources]
    frame = frames[0] if len(frames) == 1 else _once(found.table, pl.concat(frames), found.sources)
    return frame.sort(found.table.order, maintain_order=True, nulls_last=True)


def headers(table: Table, source: Source) -> dict[str, str]:
    """The file's own name of each column that it has, by our name.

    BadReference when the file lacks a column that the table must have, or has no header.
    """
    with source.open() as stream:
        head = stream.readline(1 << 16)
    if head.startswith(_UTF_16):
        with _content(table, source) as content, content.decoded("utf-16").open() as stream:
            head = stream.readline()
    header = _header(head, source.name)[0]
    return {name: header[place].strip() for name, place in _places(table, header, source.name).items()}


def conform(table: Table, rows: pl.DataFrame | Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Rows made in code as a frame of the table: texts are read as from a file, columns not given are missing."""
    given = rows if isinstance(rows, pl.DataFrame) else _of_rows(table, rows)
    unknown = sorted(set(given.columns) - set(table.schema))
    if unknown:
        raise BadReference(table.name, f"there is no column {unknown[0]}; there are {', '.join(table.schema)}.")
    columns: list[pl.Expr] = []
    for column in table.columns:
        if column.name not in given.columns:
            columns.append(pl.lit(None, column.dtype).alias(column.name))
        elif given.schema[column.name] == pl.String:
            columns.append(typed(column.name, column.kind).alias(column.name))
        else:
            columns.append(pl.col(column.name).cast(column.dtype))
    text = given.with_columns(clean(n).alias(n) for n, t in given.schema.items() if t == pl.String)
    try:
        frame = text.select(columns) if columns else pl.DataFrame()
    except pl.exceptions.PolarsError as error:
        raise BadReference(table.name, str(error).split("\n")[0]) from None
    for column in table.columns:
        if column.name in text.columns and text.schema[column.name] == pl.String:
            _refuse_unread(table, column, text, frame, None)
    return frame


def _of_rows(table: Table, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    data: dict[str, pl.Series] = {}
    for name in names:
        values = [row.get(name) for row in rows]
        as_text = any(isinstance(value, str) for value in values)
        dtype = pl.String() if as_text or name not in table.schema else table.schema[name]
        data[name] = pl.Series(name, [str(v) if as_text and v is not None else v for v in values], dtype, strict=False)
    return pl.DataFrame(data) if data else pl.DataFrame(schema=table.schema)


# One file ------------------------------------------------------------------------------------------------


def _text(table: Table, source: Source) -> pl.DataFrame:
    """The declared columns that the file has, as text. The file may be UTF-8, UTF-16 or Windows-1252."""
    with _content(table, source) as content:
        with content.open() as stream:
            head = stream.readline()
        if head.startswith(_UTF_16):
            return _scan(table, source, content.decoded("utf-16"))
        try:
            return _scan(table, source, content)
        except UnicodeDecodeError:
            return _scan(table, source, content.decoded("cp1252"))


class _Content:
    """The bytes of a file, on disk or in memory."""

    def __init__(self, place: Path | bytes) -> None:
        self.place = place

    def open(self) -> IO[bytes]:
        return self.place.open("rb") if isinstance(self.place, Path) else io.BytesIO(self.place)

    def decoded(self, encoding: str) -> _Content:
        with self.open() as stream:
            # The five bytes that Windows-1252 leaves undefined must not stop the reading of a file.
            return _Content(stream.read().decode(encoding, errors="replace").encode("utf-8"))


@contextmanager
def _content(table: Table, source: Source) -> Iterator[_Content]:
    if not source.member and not source.unseal:
        yield _Content(source.path)
    elif table.personal or source.size <= _IN_MEMORY:
        yield _Content(source.read())
    else:
        with tempfile.TemporaryDirectory(prefix="openilr-") as folder:
            unpacked = Path(folder) / "member.csv"
            with source.open() as stream, unpacked.open("wb") as out:
                while chunk := stream.read(_CHUNK):
                    out.write(chunk)
            yield _Content(unpacked)


def _header(head: bytes, name: str) -> tuple[list[str], str]:
    try:
        line = head.decode("utf-8-sig")
    except UnicodeDecodeError:
        line = head.decode("cp1252", errors="replace")
    separator = max(_SEPARATORS, key=line.count)
    header = next(csv.reader([line], delimiter=separator), [])
    if not any(cell.strip() for cell in header):
        raise BadReference(name, "there is no header; the first line must name the columns.", line=1)
    return header, separator


def _places(table: Table, header: list[str], name: str) -> dict[str, int]:
    """Where each column of the table stands in the file. BadReference names a required column that is not there."""
    places: dict[str, int] = {}
    for column in table.columns:
        place = column.find(header)
        if place is not None:
            places[column.name] = place
        elif column.required:
            seen = ", ".join(h.strip() for h in header[:12]) + (" ..." if len(header) > 12 else "")
            raise BadReference(
                name, f"{table.name} needs this column; the file has: {seen}", line=1, column=column.name
            )
    return places


def _scan(table: Table, source: Source, content: _Content) -> pl.DataFrame:
    with content.open() as stream:
        header, separator = _header(stream.readline(), source.name)
    places = _places(table, header, source.name)
    names = [str(i) for i in range(len(header))]
    try:
        scanned = pl.scan_csv(
            content.place, separator=separator, has_header=False, skip_lines=1, glob=False, encoding="utf8",
            schema=dict.fromkeys(names, pl.String()), raise_if_empty=False,
        )  # fmt: skip
        return scanned.select(clean(str(place)).alias(name) for name, place in places.items()).collect(
            engine="streaming"
        )
    except pl.exceptions.NoDataError:
        return pl.DataFrame(schema=dict.fromkeys(places, pl.String()))
    except (pl.exceptions.PolarsError, OSError) as error:
        if "utf-8" in str(error).lower() or "utf8" in str(error).lower():
            raise UnicodeDecodeError("utf-8", b"", 0, 1, "not UTF-8") from None
        raise _not_a_table(source, content, separator, len(header), error) from None


def _not_a_table(source: Source, content: _Content, separator: str, width: int, error: Exception) -> BadReference:
    for line, row in _rows(content, separator):
        if len(row) > width:
            return BadReference(source.name, f"there are {len(row)} values; the header has {width}.", line=line)
    return BadReference(source.name, f"it can not be read as a table ({str(error).splitlines()[0]}).")


def _rows(content: _Content, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Rows below the header with the line that each starts on."""
    with content.open() as stream, io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="") as text:
        reader = csv.reader(text, delimiter=separator)
        next(reader, None)
        before = reader.line_num
        for row in reader:
            yield before + 1, row
            before = reader.line_num


# Typing and checking -------------------------------------------------------------------------------------


def _typed(table: Table, text: pl.DataFrame, source: Source) -> pl.DataFrame:
    text = text.filter(~pl.all_horizontal(pl.all().is_null()))
    if table.year and table.year not in text.columns:
        text = text.with_columns(pl.lit(source.year, pl.String()).alias(table.year))
    columns = [_column(column, text) for column in table.columns]
    frame = pl.DataFrame(columns)
    for column in table.columns:
        if column.name in text.columns:
            _refuse_unread(table, column, text, frame, source)
        if (
            column.key
            and column.required
            and column.kind != "date"
            and column.name in text.columns
            and frame[column.name].null_count()
        ):
            _refuse_empty(table, column, text, source)
    return _once(table, frame, (source,))


def _column(column: Column, text: pl.DataFrame) -> pl.Series:
    if column.name not in text.columns:
        return pl.Series(column.name, [None], column.dtype).new_from_index(0, text.height)
    values = text[column.name]
    if column.kind in ("date", "month"):
        # A long column has few different dates: each is read once.
        different = values.unique().to_frame()
        read_once = different.with_columns(typed(column.name, column.kind).alias("typed"))
        return (
            text.select(column.name)
            .join(read_once, on=column.name, how="left", nulls_equal=True, maintain_order="left")["typed"]
            .alias(column.name)
        )
    return text.select(typed(column.name, column.kind).alias(column.name)).to_series()


def _refuse_unread(
    table: Table, column: Column, text: pl.DataFrame, frame: pl.DataFrame, source: Source | None
) -> None:
    if frame[column.name].null_count() == text[column.name].null_count():
        return
    wrong = text[column.name].filter(frame[column.name].is_null() & text[column.name].is_not_null())[0]
    shown = "a value" if table.personal else repr(wrong)
    line = _line(table, source, {column.name: wrong}) if source else None
    where = source.name if source else table.name
    raise BadReference(where, f"{shown} is not {EXPECTED[column.kind]}.", line=line, column=column.name)


def _refuse_empty(table: Table, column: Column, text: pl.DataFrame, source: Source) -> None:
    row = text.filter(pl.col(column.name).is_null()).row(0, named=True)
    line = _line(table, source, row)
    raise BadReference(source.name, "it is empty; every row needs it.", line=line, column=column.name)


def _once(table: Table, frame: pl.DataFrame, sources: Sequence[Source]) -> pl.DataFrame:
    """The frame without rows that repeat another. A key that comes twice with different values is an error."""
    keys = table.keys
    if not keys or frame.select(keys).n_unique() == frame.height:
        return frame
    frame = frame.unique(maintain_order=True)
    repeated = frame.select(keys).is_duplicated()
    if not repeated.any():
        return frame
    row = frame.filter(repeated).row(0, named=True)
    key = "a key" if table.personal else " ".join(f"{k}={row[k]}" for k in keys if row[k] is not None)
    source = sources[-1]
    line = _second_line(table, source, {k: row[k] for k in keys})
    among = "" if len(sources) == 1 else f" among {len(sources)} files of {table.name}"
    problem = f"{key} comes twice{among}, with different values; each must come once."
    raise BadReference(source.name, problem, line=line, column=", ".join(keys))


def _line(table: Table, source: Source, values: Mapping[str, str | None]) -> int | None:
    """The line of the first row with these texts: looked for only when there is something to complain of."""
    for line, row in _rows_of(table, source):
        if all(row[name] == value for name, value in values.items() if name in row):
            return line
    return None


def _second_line(table: Table, source: Source, key: Mapping[str, object]) -> int | None:
    kinds = {column.name: column for column in table.columns}
    lines, texts = [], []
    for line, row in _rows_of(table, source):
        lines.append(line)
        texts.append([row.get(name) for name in key])
    text = pl.DataFrame(texts, schema=dict.fromkeys(key, pl.String()), orient="row")
    same = text.select(pl.all_horizontal(typed(n, kinds[n].kind).eq_missing(pl.lit(v)) for n, v in key.items()))
    places = same.to_series().arg_true()
    return lines[places[min(1, len(places) - 1)]] if len(places) else None


def _rows_of(table: Table, source: Source) -> Iterator[tuple[int, dict[str, str | None]]]:
    with _content(table, source) as content:
        with content.open() as stream:
            header, separator = _header(stream.readline(), source.name)
        places = _places(table, header, source.name)
        for line, row in _rows(content, separator):
            cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
            yield line, {name: cell if cell not in ("", "NULL") else None for name, cell in cells.items()}
