"""What screening is made of: a pair as text, checks by stage, and the result."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.publish import standard
from openilr.publish.places import Lists

if TYPE_CHECKING:
    import polars as pl


#: The stage whose checks compare with lists of places.
LOOK_UPS = "Places"


@dataclass(frozen=True)
class Check:
    """One check. ``severity`` is "fail" or "warn"; ``message`` says what is wrong and is empty where it passed.
    ``ees`` is what the Department's own screener calls it, empty where it has none."""

    stage: str
    name: str
    severity: str
    message: str = ""
    ees: str = ""

    @property
    def passed(self) -> bool:
        return not self.message


@dataclass(frozen=True)
class Screening:
    """What screening a pair gave. ``passed`` is True where every stage ran and no check failed; warnings may remain.
    ``api_suitable`` is True where nothing of the API stage was found either."""

    checks: tuple[Check, ...]
    stages_not_run: tuple[str, ...]
    not_checked: tuple[str, ...] = field(default=(), repr=False)

    @property
    def failures(self) -> list[Check]:
        return [c for c in self.checks if c.severity == "fail" and not c.passed]

    @property
    def warnings(self) -> list[Check]:
        return [c for c in self.checks if c.severity == "warn" and not c.passed]

    @property
    def passed(self) -> bool:
        return not self.failures

    @property
    def fit_to_serve(self) -> bool:
        """Whether nothing failed but look-ups of places: lists age, and places change."""
        return all(c.stage == LOOK_UPS for c in self.failures)

    @property
    def api_suitable(self) -> bool:
        return self.passed and all(c.passed for c in self.checks if c.stage == "API")

    def to_json(self) -> dict[str, Any]:
        """Everything, as plain lists and numbers."""
        return {
            "passed": self.passed,
            "api_suitable": self.api_suitable,
            "counts": {"checks": len(self.checks), "fail": len(self.failures), "warn": len(self.warnings)},
            "checks": [
                {
                    "stage": c.stage, "check": c.name, "ees": c.ees, "severity": c.severity, "passed": c.passed,
                    "message": c.message,
                }
                for c in self.checks
            ],
            "stages_not_run": list(self.stages_not_run),
            "not_checked": list(self.not_checked),
        }  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Both files as text. Only the stages after ``Reading`` may ask for ``data`` and ``meta``."""

    data_path: Path
    meta_path: Path
    lists: Lists = field(default_factory=Lists.read)

    @cached_property
    def data_columns(self) -> list[str]:
        return _header(self.data_path)

    @cached_property
    def meta_columns(self) -> list[str]:
        return _header(self.meta_path)

    @cached_property
    def data(self) -> pl.DataFrame:
        return _read(self.data_path)

    @cached_property
    def meta(self) -> pl.DataFrame:
        return _read(self.meta_path)

    def of_type(self, col_type: str) -> list[dict[str, str]]:
        return [row for row in self.meta.iter_rows(named=True) if row["col_type"] == col_type]

    @cached_property
    def filters(self) -> list[str]:
        return [row["col_name"] for row in self.of_type("Filter")]

    @cached_property
    def indicators(self) -> list[str]:
        return [row["col_name"] for row in self.of_type("Indicator")]

    @cached_property
    def groups(self) -> list[str]:
        return [row["filter_grouping_column"] for row in self.of_type("Filter") if row["filter_grouping_column"]]

    @cached_property
    def levels(self) -> list[str]:
        """The levels of the standard that the file has, the country first."""
        here = set(self.data["geographic_level"])
        return [level for level in standard.LEVELS if level in here]

    @cached_property
    def geography(self) -> list[str]:
        """The columns of places that the file has."""
        return [c for c in self.data_columns if c in standard.GEOGRAPHY]

    @cached_property
    def time_kinds(self) -> set[str | None]:
        identifiers = self.data["time_identifier"].unique().to_list()
        return {next((k for k, names in standard.TIME_KINDS.items() if i in names), None) for i in identifiers}

    def items(self, column: str) -> list[str]:
        """The different values of a column of the data, in order."""
        return sorted(self.data[column].unique().to_list())


Condition = Callable[[Pair], str]
#: By stage, in the order in which they run: name, the Department's name, severity, condition.
STAGES: dict[str, list[tuple[str, str, str, Condition]]] = {}


def stage(name: str, ees: str = "", severity: str = "fail") -> Callable[[Condition], Condition]:
    """Registers a check; its name is the function's, its condition returns what is wrong or nothing."""

    def register(condition: Condition) -> Condition:
        STAGES.setdefault(name, []).append((condition.__name__, ees, severity, condition))
        return condition

    return register


def listed(values: Iterable[object], before: str) -> str:
    """``before`` with the first few values, or nothing where there are none."""
    found = [str(value) for value in values]
    return f"{before}: {', '.join(found[:5])}{' ...' if len(found) > 5 else ''}." if found else ""


def repeated(values: Sequence[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def _read(path: Path) -> pl.DataFrame:
    import polars as pl

    return pl.read_csv(path, infer_schema=False).fill_null("")
