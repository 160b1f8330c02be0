"""Reads the files of one table, checks every value against the declaration, and parts identifiers from answers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from openilr.link.sources.declare import Column, SourceError, Table

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

_BATCH = 500_000
#: How many problems are named; the rest is counted.
NAMED = 20
#: The term and year that names of the School Census end in, with ``_anon`` after it where it is a pseudonym.
_TERM = re.compile(r"_(AUT|SPR|SUM)\d\d(?=$|_anon$)", re.IGNORECASE)
_DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y%m%d")


class Refused(SourceError):
    """Files that are not as declared. ``problems`` has a sentence each, with file, row and column, and no values."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(problems[0] if len(problems) == 1 else f"{problems[0]} And {len(problems) - 1:,} more.")


@dataclass(frozen=True)
class Read:
    """One table as read: ``frame`` has the key as text (``key``), the answers in their types, and one text column for
    each identifier, named ``id:<role>``. ``unused`` are columns of the files that are not declared."""

    frame: pl.DataFrame
    unused: tuple[str, ...]


def read(table: Table, files: list[Path]) -> Read:
    """All files of one table, one after another. Refused where a value or a column is not as declared."""
    import polars as pl

    problems = _Problems()
    frames: list[pl.DataFrame] = []
    unused: dict[str, None] = {}
    for path in files:
        named, extra = _columns(table, path)
        unused |= dict.fromkeys(extra)
        first = 1 if _is_parquet(path) else 2
        for batch in _batches(path, list(named.values())):
            text = pl.DataFrame(pl.from_arrow(batch)).rename({spelt: name for name, spelt in named.items()})
            frames.append(_checked(table, text, path.name, first, problems))
            first += text.height
    if problems.found:
        raise Refused(problems.sentences())
    frame = pl.concat(frames, how="vertical") if frames else _checked(table, pl.DataFrame(), "", 1, problems)
    return Read(frame, tuple(unused))


class _Problems:
    """What is wrong, by file and column: the first rows are named, the others counted."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str, str], tuple[list[int], int]] = {}

    def add(self, file: str, column: str, what: str, bad: pl.Series, first: int) -> None:
        if not bad.any():
            return
        rows, count = self.found.get((file, column, what), ([], 0))
        places = bad.arg_true()
        rows += [first + place for place in places[: max(0, 3 - len(rows))]]
        self.found[file, column, what] = rows, count + len(places)

    def sentences(self) -> list[str]:
        said = []
        for (file, column, what), (rows, count) in self.found.items():
            named = f"row {rows[0]}" if count == 1 else f"rows {', '.join(map(str, rows))}"
            more = f" and {count - len(rows):,} more" if count > len(rows) else ""
            said.append(f"{file}, {named}{more}, column {column}: {what}.")
        return said[:NAMED] + ([f"{len(said) - NAMED} more kinds of problem."] if len(said) > NAMED else [])


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def header(path: Path) -> list[str]:
    """The names of a file's columns. SourceError where the file can not be read at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if _is_parquet(path):
            return list(pq.read_schema(path).names)
        with path.open(encoding="utf-8-sig", newline="") as file:
            line = file.readline(1 << 20)
    except UnicodeDecodeError:
        raise SourceError(_not_utf8(path)) from None
    except (OSError, pa.ArrowException):
        raise SourceError(_cut_off(path.name)) from None
    if not line.strip() or "\0" in line:
        said = "has no line with the names of its columns. Give it" if path.stat().st_size else "is empty; it needs"
        raise SourceError(f"{path.name} {said} a first line with the names that `ilr link sources` lists.")
    return next(csv.reader([line], delimiter=_delimiter(line)))


def _delimiter(line: str) -> str:
    return max(",;\t|", key=line.count)


def _plain(name: str) -> str:
    return _TERM.sub("", name.strip()).casefold()


def _columns(table: Table, path: Path) -> tuple[dict[str, str], list[str]]:
    """Declared name to the name in the file, and what is not declared. SourceError for a missing or double column."""
    spelt: dict[str, str] = {}
    names = header(path)
    for name in names:
        if _plain(name) in spelt:
            raise SourceError(f"{path.name} has the column {name} twice.")
        spelt[_plain(name)] = name
    wanted = {column.name.casefold(): column for column in table.columns}
    missing = [column.name for folded, column in wanted.items() if column.needed and folded not in spelt]
    if missing:
        raise SourceError(
            f"{path.name} has no column {', '.join(missing)}, which {table.name} needs. Its first line must have the "
            "names that `ilr link sources` lists."
        )
    found = {column.name: spelt[folded] for folded, column in wanted.items() if folded in spelt}
    return found, [name for name in names if _plain(name) not in wanted]


def _batches(path: Path, names: list[str]) -> Iterator[pa.RecordBatch]:
    """The named columns as text, in file order."""
    import duckdb

    columns = ", ".join('"{}"'.format(name.replace('"', '""')) for name in names)
    with duckdb.connect() as session:
        # Identifiers are not spilled to a disk: rows come in batches, which need little memory.
        session.execute("SET temp_directory = ''; SET preserve_insertion_order = true")
        if _is_parquet(path):
            source = "read_parquet($path)"
            columns = ", ".join(f"CAST({each} AS VARCHAR) AS {each}" for each in columns.split(", "))
            options: dict[str, object] = {"path": str(path)}
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                options = {"path": str(path), "delimiter": _delimiter(file.readline(1 << 20))}
            source = (
                "read_csv($path, delim = $delimiter, header = true, all_varchar = true, quote = '\"', escape = '\"', "
                "auto_detect = false, columns = " + _text_columns(header(path)) + ", strict_mode = true)"
            )
        try:
            found = session.sql(f"SELECT {columns} FROM {source}", params=options)  # noqa: S608 - names quoted
            yield from found.to_arrow_reader(_BATCH)
        except duckdb.Error as problem:
            raise SourceError(_trouble(path, str(problem))) from None


def _text_columns(names: list[str]) -> str:
    quoted = ("'" + name.replace("'", "''") + "': 'VARCHAR'" for name in names)
    return "{" + ", ".join(quoted) + "}"


def _trouble(path: Path, said: str) -> str:
    """What DuckDB found wrong with a file, without the line that it quotes."""
    line = re.search(r"CSV Error on Line: (\d+)", said)
    where = f"{path.name}, row {line[1]}" if line else path.name
    if "Expected Number of Columns" in said:
        return f"{where}: more or fewer values than there are columns. Is a comma not quoted?"
    if "unicode" in said.lower():
        return _not_utf8(path)
    if "quote" in said.lower():
        return f"{where}: a quotation mark is not closed."
    return _cut_off(where)


def _cut_off(where: str) -> str:
    return f"{where} can not be read; it may be cut off. Copy it again, or ask for it again."


def _not_utf8(path: Path) -> str:
    """Where the first text stands that is not UTF-8."""
    place = ""
    with path.open("rb") as file:
        names = file.readline().decode("utf-8-sig", "replace").rstrip("\r\n")
        delimiter = _delimiter(names)
        file.seek(0)
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8-sig")
            except UnicodeDecodeError as problem:
                place = f", row {number}"
                before = line[: problem.start].decode("utf-8", "replace")
                columns = next(csv.reader([names], delimiter=delimiter), [])
                at = len(next(csv.reader([before + "?"], delimiter=delimiter), [])) - 1
                place += f", column {columns[at]}" if number > 1 and 0 <= at < len(columns) else ""
                break
    return f"{path.name}{place}: not UTF-8. Save the file as CSV UTF-8."


def _checked(table: Table, text: pl.DataFrame, file: str, first: int, problems: _Problems) -> pl.DataFrame:
    """One batch in the declared types; what does not fit is noted."""
    import polars as pl

    columns: dict[str, pl.Series] = {}
    for column in table.columns:
        raw = (
            text[column.name]
            if column.name in text.columns
            else pl.Series([None], dtype=pl.String).new_from_index(0, text.height)
        )
        raw = raw.str.strip_chars()
        raw = pl.select(pl.when(raw != "").then(raw)).to_series()
        if column.needed:
            problems.add(file, column.name, "is empty and may not be", raw.is_null(), first)
        value = typed(column, raw)
        problems.add(file, column.name, _SHAPES[column.type], raw.is_not_null() & value.is_null(), first)
        if column.codes is not None or column.low is not None or column.high is not None:
            what, allowed = _allowed(column, value)
            problems.add(file, column.name, what, value.is_not_null() & ~allowed, first)
        if column.is_key:
            columns["key"] = raw
        if column.is_answer:
            columns[column.name] = value
        for role in column.roles:
            columns[f"id:{role}"] = _identifier(column, role, value)
    return pl.DataFrame(columns)


_SHAPES = {
    "text": "is not text",
    "whole": "is not a whole number",
    "decimal": "is not a number",
    "date": "is not a date (write 2024-08-31 or 31/08/2024)",
    "taxyear": "is not a tax year (write 202324 for the year from 6 April 2023)",
}


def typed(column: Column, text: pl.Series) -> pl.Series:
    """The values in the column's type; null where the text is not one."""
    import polars as pl

    if column.type == "whole":
        digits = text.replace({"true": "1", "false": "0"}).str.replace(r"\.0+$", "")
        return digits.str.extract(r"^(-?\d{1,18})$").cast(pl.Int64)
    if column.type == "decimal":
        value = text.cast(pl.Float64, strict=False)
        return pl.select(pl.when(value.is_finite()).then(value)).to_series()
    if column.type == "date":
        value = pl.select(pl.coalesce([text.str.to_date(form, strict=False) for form in _DATE_FORMS])).to_series()
        return pl.select(pl.when(value.dt.year().is_between(1850, 2150)).then(value)).to_series()
    if column.type == "taxyear":
        value = text.str.extract(r"^((?:19|20)\d{4})$").cast(pl.Int32)
        return pl.select(pl.when((value // 100 + 1) % 100 == value % 100).then(value)).to_series()
    return text


def _allowed(column: Column, value: pl.Series) -> tuple[str, pl.Series]:
    import polars as pl

    if column.codes is not None:
        codes = list(column.codes)
        known = pl.Series([int(code) for code in codes] if column.type == "whole" else codes)
        few = len(codes) <= 12
        return f"is not {'one of ' + ', '.join(codes) if few else 'a code that is declared'}", value.is_in(
            known.implode()
        )
    low = pl.lit(column.low if column.low is not None else float("-inf"))
    high = pl.lit(column.high if column.high is not None else float("inf"))
    limits = f"{_number(column.low)}..{_number(column.high)}"
    return f"is not within {limits}", pl.select(value.cast(pl.Float64).is_between(low, high)).to_series()


def _number(limit: float | None) -> str:
    return "" if limit is None else f"{limit:g}"


def _identifier(column: Column, role: str, value: pl.Series) -> pl.Series:
    """Identifiers as text; a sex in its meaning."""
    import polars as pl

    text = value.cast(pl.String)
    if role == "sex" and column.codes is not None:
        meanings = {code: meaning or code for code, meaning in column.codes.items()}
        meanings = {code: sex for code, sex in meanings.items() if sex in ("F", "M")}
        return text.replace_strict(meanings, default=None, return_dtype=pl.String)
    return text
