"""Codes and names of places that data sets may have, with those of earlier years.

One CSV for each level, with the columns of the standard. Source: Office for National Statistics names and codes (Open
Government Licence), with the older local authority numbers of the Department for Education.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from openilr.publish import standard

NOT_AVAILABLE = "Not available"
#: What a place with the code z may be called.
NAMES_FOR_Z = (
    "Not applicable", "Unknown", "Outside of England", "Outside of the United Kingdom",
    "Outside of England and unknown", "Outside of the United Kingdom and unknown",
    "England, Wales and Northern Ireland", "Outside of an English Devolved Area and unknown",
    "British Forces Post Office overseas establishments",
)  # fmt: skip


@dataclass(frozen=True)
class Lists:
    """What is known of places by level, and the items of each column of a data dictionary."""

    places: dict[str, frozenset[tuple[str, ...]]] = field(default_factory=dict, repr=False)
    dictionary: dict[str, set[str]] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, folder: Path | None = None) -> Lists:
        """The lists that come with the package, and those of CSV files in a folder, known by their columns: the
        columns of a level, or ``col_name`` and ``filter_item`` for a data dictionary."""
        lists = cls(_shipped())
        if folder is None:
            return lists
        if not folder.is_dir():
            raise FileNotFoundError(f"There is no folder {folder}.")
        places = dict(lists.places)
        dictionary: dict[str, set[str]] = {}
        for path in sorted(folder.glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
            columns = set(rows[0]) if rows else set()
            for level, wanted in standard.LEVELS.items():
                if set(wanted) <= columns:
                    fresh = frozenset(tuple(" ".join(row[c].split()) for c in wanted) for row in rows)
                    places[level] = places.get(level, frozenset()) | fresh
            if {"col_name", "filter_item"} <= columns:
                for row in rows:
                    dictionary.setdefault(row["col_name"], set()).update({row["filter_item"]} - {""})
        return cls(places, dictionary)

    def has(self, level: str) -> bool:
        return level in self.places

    def knows(self, level: str, values: tuple[str, ...]) -> bool:
        return values in self.places.get(level, frozenset())


@cache
def _shipped() -> dict[str, frozenset[tuple[str, ...]]]:
    found = {}
    for resource in files(__package__).iterdir():
        if resource.name.endswith(".csv"):
            header, *rows = csv.reader(resource.read_text("utf-8").splitlines())
            level = next(level for level, columns in standard.LEVELS.items() if list(columns) == header)
            found[level] = frozenset(tuple(row) for row in rows)
    return found
