"""The catalogue of fields: what each one is, how it may be given, and how coarse it can be made.

``grade`` is ``direct`` (points to a person by itself: never given), ``key`` (an internal number: given only as a
pseudonym), ``sensitive`` or ``instrumental``. ``risk`` is a digit and a letter on the scale of the Department for
Education's data requests: how far the value identifies (1 most, 5 least), how sensitive it is (A most, E least).
``known`` marks what others may know of a person, so that it helps to single somebody out of an extract.

``ilr.csv`` grades the national views (``*`` stands for every table), ``linked.csv`` what linked sources add to their
own declarations. A field that is in neither cannot be asked for.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from openilr import years
from openilr.access.errors import AccessError
from openilr.link.sources import declared
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


@cache
def fields() -> dict[str, Field]:
    """Every field by its path, in the order of the tables."""
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


def field(path: str) -> Field:
    """The field of a path; AccessError, with a suggestion, where the catalogue has none."""
    found = fields()
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
                    grade = "sensitive" if risk[1] <= "D" or risk[0] <= "3" else "instrumental"
                rungs = ladders().get(row["ladder"], ()) if grade != "direct" else ()
                yield Field(
                    table.name, column.name, grade, risk, row["known"] == "yes", rungs, column.title, source.name
                )


def _rows(file: str) -> dict[tuple[str, str], dict[str, str]]:
    lines = (_HERE / file).read_text("utf-8").splitlines()
    return {(row["table"], row["field"]): row for row in csv.DictReader(lines)}
