"""What a linked source is: its tables, columns and codes, and which columns say who somebody is.

A source is a TOML file in ``declared/``, or one that a user writes for a survey. Each table has a block of columns, one
a line, with bars between:

``type``: text, whole, decimal, date or taxyear (202324 is 6 April 2023 to 5 April 2024), with
a star where a value is needed.
``use``: ``key`` is the source's own number of the person, and is replaced by ours; ``answer`` is kept for analysis;
``coded`` is another number that could lead to somebody, kept for analysis as a code of ours that is the same in all
tables of the register; any of :data:`ROLES` is an identifier, which goes to the vault. ``sex answer`` is both.
``values``: codes, separated by spaces, or ``low..high``; ``10=F`` gives a code of sex its meaning.
``grade``: how far the value identifies (1 most, 5 least) and how sensitive it is (A most, E least), as the Department
for Education grades the fields of its extracts.

People are counted once in a ``register``: all sources with the register ``dwp`` have the same EduKey for one person, so
a person who is linked in one of them is linked in all.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from openilr import years
from openilr.link.errors import LinkError
from openilr.store.tables import kept_entities, table_name

#: Uses of a column that make it an identifier. ``since`` dates an address.
ROLES = (
    "uln", "upn", "nino", "given_names", "family_name", "date_of_birth", "sex", "postcode", "since",
)  # fmt: skip
TYPES = ("text", "whole", "decimal", "date", "taxyear")
_NAME = re.compile(r"[a-z][a-z0-9_]{1,60}")
_GRADE = re.compile(r"([1-5][A-E])?")
_HEADER = ("name", "type", "use", "values", "grade", "title")


class SourceError(LinkError):
    """A source can not be read or kept. The message names file, column and row; it holds no value of a record."""


@dataclass(frozen=True)
class Column:
    """One column of a table, as declared. ``codes`` maps each allowed code to its meaning ("" where none is given).
    What ``is_coded`` is an answer, too.
    """

    name: str
    type: str = "text"
    needed: bool = False
    is_key: bool = False
    is_answer: bool = True
    is_coded: bool = False
    roles: tuple[str, ...] = ()
    codes: Mapping[str, str] | None = None
    low: float | None = None
    high: float | None = None
    identifiability: int | None = None
    sensitivity: str | None = None
    title: str = ""


@dataclass(frozen=True)
class Table:
    """One table of a source. ``name`` is also the name of its files and of its view."""

    name: str
    title: str
    register: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> Column:
        return next(column for column in self.columns if column.is_key)

    @property
    def answers(self) -> tuple[Column, ...]:
        """What is kept for analysis, in the order declared."""
        return tuple(column for column in self.columns if column.is_answer)

    @property
    def identifiers(self) -> tuple[tuple[str, Column], ...]:
        """(role, column) of what goes to the vault."""
        return tuple((role, column) for column in self.columns for role in column.roles)


@dataclass(frozen=True)
class Source:
    """Where records come from. ``layout`` says what its field names follow."""

    name: str
    title: str
    owner: str
    register: str
    layout: str
    tables: tuple[Table, ...]

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)


@cache
def declared() -> dict[str, Source]:
    """The sources that OpenILR knows, by name."""
    folder = Path(__file__).parent / "declared"
    return {path.stem: read(path, name=path.stem) for path in sorted(folder.glob("*.toml"))}


def read(path: Path, name: str | None = None) -> Source:
    """The source that a TOML file declares; SourceError says what is wrong with it."""
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise SourceError(f"{path.name} is not a description of a source: {problem}.") from None
    name = name or said.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise SourceError(f"{path.name}: give the source a name of small letters, digits and _, such as my_survey.")
    register = said.get("register", name)
    if "tables" not in said:
        said = said | {"tables": {name: _short(path, said)}}
    tables = tuple(_table(path, each, table, table.get("register", register)) for each, table in said["tables"].items())
    if not tables:
        raise SourceError(f"{path.name} has no table.")
    return Source(name, said.get("title", name), said.get("owner", ""), register, said.get("layout", ""), tables)


def _short(path: Path, said: Mapping[str, Any]) -> dict[str, Any]:
    """The short form for a survey of one table: ``key``, [identifiers] role = column, [answers] column = type.

    An answer may also be {type or values, title, grade}.
    """
    unknown = set(said) - {"name", "title", "owner", "layout", "register", "key", "identifiers", "answers"}
    if unknown or "key" not in said or not isinstance(said.get("answers"), dict):
        raise SourceError(
            f'{path.name}: a survey has name, key (a column), [identifiers] such as date_of_birth = "DOB", and '
            f'[answers] such as happy = "whole"{"; not " + ", ".join(sorted(unknown)) if unknown else ""}.'
        )
    columns = [Column(str(said["key"]), needed=True, is_key=True, is_answer=False)]
    for role, column in said.get("identifiers", {}).items():
        if role not in ROLES:
            raise SourceError(f"{path.name}: {role} is no identifier; choose from {', '.join(ROLES)}.")
        kind = "date" if role in ("date_of_birth", "since") else "text"
        columns.append(Column(str(column), kind, is_answer=False, roles=(role,), identifiability=1, sensitivity="A"))
    columns += (_answer(path, column, kind) for column, kind in said["answers"].items())
    return {"title": said.get("title", ""), "columns": columns}


def _answer(path: Path, name: str, said: Any) -> Column:
    """One answer of a survey: a type, a list of codes, or a table that says more."""
    if isinstance(said, list):
        said = {"values": said}
    elif isinstance(said, str):
        said = {"type": said}
    if not isinstance(said, dict) or set(said) - {"type", "values", "title", "grade"}:
        raise SourceError(f"{path.name}: {name} is a type, a list of codes, or has type, values, title and grade only.")
    kind, values, grade = said.get("type", "text"), said.get("values"), said.get("grade", "")
    if kind not in TYPES or not (values is None or isinstance(values, list)):
        raise SourceError(f"{path.name}: {name} is {', '.join(TYPES)} or a list of codes, not {kind!r}.")
    if values is not None and (kind not in ("text", "whole") or (kind == "whole" and {*map(type, values)} != {int})):
        raise SourceError(f"{path.name}: the codes of {name} are text or whole numbers.")
    if not isinstance(grade, str) or not _GRADE.fullmatch(grade):
        raise SourceError(f"{path.name}: the grade of {name} is a digit 1 to 5 and a letter A to E, not {grade!r}.")
    codes = None if values is None else {str(code): "" for code in values}
    return Column(name, kind, codes=codes, title=str(said.get("title", "")), **_graded(grade))


def _graded(grade: str) -> dict[str, Any]:
    return {"identifiability": int(grade[0]), "sensitivity": grade[1]} if grade else {}


def _table(path: Path, name: str, said: Mapping[str, Any], register: str) -> Table:
    if not _NAME.fullmatch(name) or name in _taken():
        raise SourceError(f"{path.name}: a table can not be called {name}; choose another name.")
    lines = said.get("columns", "")
    columns = tuple(lines) if isinstance(lines, list) else tuple(_columns(path, name, lines))
    names = [column.name.casefold() for column in columns]
    if len(set(names)) < len(names) or sum(column.is_key for column in columns) != 1:
        raise SourceError(f"{path.name}: each column of {name} needs a name of its own, and one of them is the key.")
    return Table(name, said.get("title", ""), register, columns)


@cache
def _taken() -> frozenset[str]:
    """Names of the national views and of what linking makes, which no table of a source may have."""
    views = {table_name(entity.name) for year in years.available() for entity in kept_entities(years.load(year).schema)}
    return frozenset({*views, "spine", "link_keys", "months"})


def _columns(path: Path, table: str, lines: str) -> list[Column]:
    rows = [[cell.strip() for cell in line.split("|")] for line in lines.splitlines() if line.strip()]
    if not rows or tuple(rows[0]) != _HEADER:
        raise SourceError(f"{path.name}: the columns of {table} begin with a line {' | '.join(_HEADER)}.")
    found = []
    for row in rows[1:]:
        if len(row) != len(_HEADER):
            raise SourceError(f"{path.name}: {table}.{row[0]} has {len(row)} parts instead of {len(_HEADER)}.")
        found.append(_column(path, table, *row))
    return found


def _column(path: Path, table: str, name: str, kind: str, use: str, values: str, grade: str, title: str) -> Column:
    uses = use.split()
    roles = tuple(each for each in uses if each in ROLES)
    type = kind.rstrip("*")
    if type not in TYPES or not uses or set(uses) - {"key", "answer", "coded", *ROLES} or not _GRADE.fullmatch(grade):
        raise SourceError(f"{path.name}: {table}.{name} has a type, use or grade that is not known.")
    low = high = None
    codes: dict[str, str] | None = None
    limits = re.fullmatch(r"(-?[\d.]+?)?\.\.(-?[\d.]+)?", values)
    if limits:
        low, high = (float(each) if each else None for each in limits.groups())
    elif values:
        codes = {code: meaning for code, _, meaning in (each.partition("=") for each in values.split())}
    return Column(
        name, type, kind.endswith("*") or "key" in uses, "key" in uses, bool({"answer", "coded"} & {*uses}),
        "coded" in uses, roles, codes, low, high, title=title, **_graded(grade),
    )  # fmt: skip
