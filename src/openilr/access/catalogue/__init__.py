"""The catalogue of fields: what each one is, how it may be given, and how coarse it can be made.

``grade`` is ``direct`` (points to a person by itself: never given), ``key`` (an internal number: given only as a
pseudonym), ``sensitive`` or ``instrumental``. ``risk`` is a digit and a letter on the scale of the Department for
Education's data requests: how far the value identifies (1 most, 5 least), how sensitive it is (A most, E least).
``known`` marks what others may know of a person, so that it helps to single somebody out of an extract.

``ilr.csv`` grades the national views (``*`` stands for every table), ``linked.csv`` what linked sources add to their
own declarations. A field that is in neither cannot be asked for. Surveys that a store's owner declared are graded by
their descriptions, and taken for the worst where these say nothing (``_own``).
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from openilr import years
from openilr.access.errors import AccessError
from openilr.link.sources import Column, declared, editions
from openilr.store.tables import columns, kept_entities, table_name, vault_fields

_HERE = files(__package__)
GRADES = ("direct", "key", "sensitive", "instrumental")


@dataclass(frozen=True)
class Rung:
    """One step of a ladder. ``sql`` makes it out of the field, ``{x}``; ``kind`` is what comes out, None as it is."""

    name: str
    words: str
    sql: str = "{x}"
    kind: str | None = None


@dataclass(frozen=True)
class Field:
    """One field of a table that an application may name as ``<table>.<name>``."""

    table: str
    name: str
    grade: str
    risk: str
    known: bool
    rungs: tuple[Rung, ...]
    title: str
    source: str | None = None  #: the linked source; None for the national views

    @property
    def path(self) -> str:
        return f"{self.table}.{self.name}"

    def rung(self, name: str | None) -> int:
        """The place of a step on the ladder, 0 the finest (also for None). AccessError for one that is not there."""
        names = [rung.name for rung in self.rungs]
        if name is not None and name not in names:
            raise AccessError(f"{self.path} has no detail {name!r}; there is {', '.join(names)}.")
        return names.index(name) if name else 0


@cache
def ladders() -> dict[str, tuple[Rung, ...]]:
    raw = tomllib.loads((_HERE / "ladders.toml").read_text("utf-8"))
    return {
        ladder: tuple(Rung(name, **{k: v.strip() for k, v in step.items()}) for name, step in steps.items())
        for ladder, steps in raw.items()
    }


def known_words() -> set[str]:
    """Words that say nothing about people: the labels of all codes, what all fields are called, and the categories that
    steps of ladders make (``16-18``, ``Over 60``, ``Mental health``)."""
    made = " ".join(rung.sql for rungs in ladders().values() for rung in rungs)
    year = years.load(years.available()[-1])
    labels = {code.label for codes in year.code_lists.values() for code in codes.codes if not code.type}
    titles = {f.title for entity in year.schema.root.walk() for f in entity.fields if f.title}
    return {*re.findall(r"(?:THEN|ELSE)\s+'([^']*)'", made), *labels, *titles}


def fields(store: Any = None) -> Mapping[str, Field]:
    """Every field by its path, in the order of the tables; with a store, also those of its own surveys."""
    return {**_everywhere(), **{made.path: made for made in _own(store)}} if store is not None else _everywhere()


@cache
def _everywhere() -> dict[str, Field]:
    rows = _rows("ilr.csv")
    found = {}
    for table, name, title in national():
        row = rows.get((table, name)) or rows.get(("*", name))
        if row is not None:
            rungs = ladders()[row["ladder"]] if row["ladder"] else ()
            made = Field(table, name, row["grade"], row["risk"], row["known"] == "yes", rungs, title)
            found[made.path] = made
    for made in _linked():
        found[made.path] = made
    return found


def field(path: str, known: Mapping[str, Field] | None = None) -> Field:
    """The field of a path, of these or of all everywhere; AccessError, with a suggestion, where there is none."""
    found = _everywhere() if known is None else known
    if path not in found:
        near = get_close_matches(path, found, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise AccessError(f"There is no field {path}.{hint} See `ilr project fields`.")
    return found[path]


@cache
def national() -> tuple[tuple[str, str, str], ...]:
    """(table, field, title) of every column and every withheld field of the national views, over all years."""
    found: dict[tuple[str, str], str] = {}
    for year in years.available():
        for entity in kept_entities(years.load(year).schema):
            table, titles = table_name(entity.name), {f.name: f.title for f in entity.fields}
            for name in (*(name for name, _ in columns(entity)), *(f.name for f in vault_fields(entity))):
                found[table, name] = titles.get(name) or name.replace("_", " ")
    return tuple((table, name, title) for (table, name), title in found.items())


def _linked() -> Iterator[Field]:
    """Fields of the linked sources: how risky they are is in the source's declaration, how coarse in ``linked.csv``."""
    rows = _rows("linked.csv")
    for source in declared().values():
        for table in source.tables:
            for column in table.columns:
                row = rows.get((table.name, column.name), {"known": "", "ladder": ""})
                risk = f"{column.identifiability}{column.sensitivity}"
                if not column.is_answer or not row["ladder"] or column.identifiability == 1:
                    grade = "direct"
                elif row["ladder"] == "key":
                    grade = "key"
                else:
                    grade = _grade(risk)
                rungs = ladders().get(row["ladder"], ()) if grade != "direct" else ()
                yield Field(
                    table.name, column.name, grade, risk, row["known"] == "yes", rungs, column.title, source.name
                )


def _grade(risk: str) -> str:
    return "sensitive" if risk[1] <= "D" or risk[0] <= "3" else "instrumental"


def _own(store: Any) -> Iterator[Field]:
    """Answers of surveys that the store's owner declared.

    Without a grade an answer is taken for sensitive and for known to others. A text without codes may hold what
    somebody wrote about themselves, so it is never given unless its description grades it.
    """
    taken = {table.name for source in declared().values() for table in source.tables}
    for edition in editions(store).values():
        source = edition.source
        for table in source.tables if source.name not in declared() else ():
            if table.name in taken or table.name not in edition.tables:
                continue
            for column in table.columns:
                graded = column.identifiability is not None
                risk = f"{column.identifiability}{column.sensitivity}" if graded else "not graded"
                free = column.type == "text" and column.codes is None
                never = not column.is_answer or column.identifiability == 1 or (free and not graded)
                rungs = ladders()[_ladder(column)] if not never else ()
                yield Field(
                    table.name, column.name, "direct" if never else _grade(risk) if graded else "sensitive", risk,
                    not graded or risk[0] <= "3", rungs, column.title or column.name, source.name,
                )  # fmt: skip


def _ladder(column: Column) -> str:
    """How a survey's answer can be made coarser: dates can, and numbers that are no codes."""
    if column.type == "date":
        return "date"
    return "number" if column.type in ("whole", "decimal") and column.codes is None else "code"


def _rows(file: str) -> dict[tuple[str, str], dict[str, str]]:
    lines = (_HERE / file).read_text("utf-8").splitlines()
    return {(row["table"], row["field"]): row for row in csv.DictReader(lines)}
