"""Code lists: the published ones that come with the package, and a user's own in the same columns."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from openilr.spec import Code, CodeList

__all__ = ["CodeListError", "load_code_lists", "published"]

_LOOKUPS = files("openilr.years") / "lookups"
_NEEDED = ("field", "code")
#: The columns of codes.csv, in order.
_COLUMNS = (
    "field",
    "type",
    "code",
    "label",
    "valid_from",
    "valid_to",
    "first_year",
    "last_year",
    "year_first_seen",
    "source",
)


class CodeListError(ValueError):
    """A user's file of code lists cannot be read. The message names the file, the line and the column."""


class _Lists(Mapping[str, CodeList]):
    """The lists of one year. Codes of a field are only made when somebody asks for them."""

    def __init__(self, year: str) -> None:
        self._year = year
        self._made: dict[str, CodeList] = {}

    def __getitem__(self, field: str) -> CodeList:
        if field not in self._made:
            about = _about()[field]
            rows = _rows_by_field().get(about.get("same_as", field), [])
            codes = [
                code for row in rows if (code := _code(dict(zip(_COLUMNS, row, strict=True)))).belongs_to(self._year)
            ]
            self._made[field] = CodeList.of(
                field, codes, about["complete"], about["provenance"], about.get("partial", ())
            )
        return self._made[field]

    def __iter__(self) -> Iterator[str]:
        return iter(_about())

    def __len__(self) -> int:
        return len(_about())

    def __or__(self, other: Mapping[str, CodeList]) -> Mapping[str, CodeList]:
        if not other:
            return self
        result = _Lists(self._year)
        result._made = {**self._made, **other}
        return result


@cache
def published(year: str) -> _Lists:
    """The lists that come with the package, with the codes that belong to this year ("2526")."""
    return _Lists(year)


def load_code_lists(path: str | Path) -> dict[str, CodeList]:
    """Code lists from a user's CSV file, each to replace the published one of its field.

    Columns: ``field`` and ``code``, and where known ``type``, ``label``, ``valid_from``, ``valid_to`` (ISO dates),
    ``first_year``, ``last_year`` ("2526") and ``source``. A list that a user gives counts as complete.
    CodeListError names file, line and column of whatever cannot be read.
    """
    path = Path(path)
    codes: dict[str, dict[tuple[str, str, str], Code]] = {}
    for line, row in _checked_rows(path):
        code = _checked_code(path, line, row)
        known = codes.setdefault(row["field"], {})
        key = (code.type, code.code, str(code.valid_from or ""))
        if key in known:
            raise CodeListError(f"{path.name}, line {line}, column code: {row['field']} {code.code} is there twice.")
        known[key] = code
    if not codes:
        raise CodeListError(f"{path.name} holds no codes.")
    return {
        field: CodeList.of(field, found.values(), True, f"The user's file {path.name}")
        for field, found in codes.items()
    }


def _checked_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CodeListError(f"{path.name} cannot be read: it must be a CSV file in UTF-8 ({error}).") from error
    reader = csv.DictReader(text.splitlines())
    columns = [name.strip().lower() for name in reader.fieldnames or ()]
    for needed in _NEEDED:
        if needed not in columns:
            raise CodeListError(f"{path.name}, line 1: the column {needed} is missing.")
    for unknown in columns:
        if unknown not in _COLUMNS:
            raise CodeListError(f"{path.name}, line 1: there is no column {unknown}. Columns: {', '.join(_COLUMNS)}.")
    reader.fieldnames = columns
    for row in reader:
        if None in row or None in row.values():
            raise CodeListError(f"{path.name}, line {reader.line_num}: {len(columns)} columns were expected.")
        yield reader.line_num, {name: value.strip() for name, value in row.items()}


def _checked_code(path: Path, line: int, row: dict[str, str]) -> Code:
    where = f"{path.name}, line {line}"
    if row["field"] not in _about():
        raise CodeListError(f"{where}, column field: {row['field'] or 'nothing'} is no coded field.")
    if not row["code"]:
        raise CodeListError(f"{where}, column code: the code is missing.")
    for column in ("valid_from", "valid_to"):
        try:
            _day(row.get(column, ""))
        except ValueError:
            raise CodeListError(f"{where}, column {column}: {row[column]!r} is no date like 2025-08-01.") from None
    for column in ("first_year", "last_year"):
        year = row.get(column, "")
        if year and not (len(year) == 4 and year.isdigit()):
            raise CodeListError(f"{where}, column {column}: {year!r} is no academic year like 2526.")
    return _code(row)


def _code(row: dict[str, str]) -> Code:
    return Code(
        row["code"],
        row.get("label", ""),
        row.get("type", ""),
        _day(row.get("valid_from", "")),
        _day(row.get("valid_to", "")),
        row.get("source", ""),
        row.get("first_year", ""),
        row.get("last_year", ""),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def _about() -> dict[str, dict]:
    return tomllib.loads((_LOOKUPS / "lists.toml").read_text("utf-8"))


@cache
def _rows_by_field() -> dict[str, list[list[str]]]:
    """The rows of codes.csv, unread, in the order of _COLUMNS."""
    result: dict[str, list[list[str]]] = {}
    for row in csv.reader((_LOOKUPS / "codes.csv").read_text("utf-8").splitlines()[1:]):
        result.setdefault(row[0], []).append(row)
    return result
