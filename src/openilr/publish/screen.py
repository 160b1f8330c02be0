"""Screens an EES pair before it is uploaded, by the checks that such files are refused for.

Source of what is checked: explore education statistics guidance and screening rules, Department for Education. Stages
run in order, and a failure in one ends the screening after it, because later checks would only repeat it.

Not checked yet: codes and names of places against official lists, harmonised names and items, rows that fill in a
lower level than their own, and the limits of the API. ``Screening.not_checked`` repeats this.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.publish import standard

if TYPE_CHECKING:
    import polars as pl

NOT_CHECKED = (
    "codes and names of places against the official lists",
    "harmonised variable names and items, ethnicity among them",
    "columns of a level filled in on rows of another level",
    "the length limits and the data dictionary of the API",
)


@dataclass(frozen=True)
class Check:
    """One check. ``severity`` is "fail" or "warn"; ``message`` says what is wrong and is empty where it passed."""

    stage: str
    name: str
    severity: str
    message: str = ""

    @property
    def passed(self) -> bool:
        return not self.message


@dataclass(frozen=True)
class Screening:
    """What screening a pair gave. ``passed`` is True where every stage ran and no check failed; warnings may remain."""

    checks: tuple[Check, ...]
    stages_not_run: tuple[str, ...]
    not_checked: tuple[str, ...] = field(default=NOT_CHECKED, repr=False)

    @property
    def failures(self) -> list[Check]:
        return [c for c in self.checks if c.severity == "fail" and not c.passed]

    @property
    def warnings(self) -> list[Check]:
        return [c for c in self.checks if c.severity == "warn" and not c.passed]

    @property
    def passed(self) -> bool:
        return not self.failures

    def to_json(self) -> dict[str, Any]:
        """Everything, as plain lists and numbers."""
        return {
            "passed": self.passed,
            "counts": {"checks": len(self.checks), "fail": len(self.failures), "warn": len(self.warnings)},
            "checks": [
                {"stage": c.stage, "check": c.name, "severity": c.severity, "passed": c.passed, "message": c.message}
                for c in self.checks
            ],
            "stages_not_run": list(self.stages_not_run),
            "not_checked": list(self.not_checked),
        }


@dataclass(frozen=True)
class Pair:
    """Both files as text. Only the stages after ``Reading`` may ask for ``data`` and ``meta``."""

    data_path: Path
    meta_path: Path

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
    def time_kinds(self) -> set[str | None]:
        identifiers = self.data["time_identifier"].unique().to_list()
        return {next((k for k, names in standard.TIME_KINDS.items() if i in names), None) for i in identifiers}


Condition = Callable[[Pair], str]
_STAGES: dict[str, list[tuple[str, str, Condition]]] = {}


def check(data: str | os.PathLike[str], meta: str | os.PathLike[str]) -> Screening:
    """Screen a data file and its meta file. FileNotFoundError where one is not there."""
    pair = Pair(Path(data), Path(meta))
    for path in (pair.data_path, pair.meta_path):
        if not path.is_file():
            raise FileNotFoundError(f"There is no file {path}.")
    checks: list[Check] = []
    stages = list(_STAGES)
    for number, stage in enumerate(stages, start=1):
        here = [Check(stage, name, severity, condition(pair)) for name, severity, condition in _STAGES[stage]]
        checks.extend(here)
        if any(c.severity == "fail" and not c.passed for c in here):
            return Screening(tuple(checks), tuple(stages[number:]))
    return Screening(tuple(checks), ())


def _stage(stage: str, severity: str = "fail") -> Callable[[Condition], Condition]:
    """Registers a check; its name is the function's, its condition returns what is wrong or nothing."""

    def register(condition: Condition) -> Condition:
        _STAGES.setdefault(stage, []).append((condition.__name__, severity, condition))
        return condition

    return register


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def _read(path: Path) -> pl.DataFrame:
    import polars as pl

    return pl.read_csv(path, infer_schema=False).fill_null("")


def _listed(values: object, before: str) -> str:
    """``before`` with the first few values, or nothing where there are none."""
    found = [str(value) for value in values]  # type: ignore[attr-defined]
    return f"{before}: {', '.join(found[:5])}{' ...' if len(found) > 5 else ''}." if found else ""


def _repeated(values: list[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})


# Filenames


@_stage("Filenames")
def names_without_spaces(pair: Pair) -> str:
    return _listed((p.name for p in (pair.data_path, pair.meta_path) if " " in p.name), "File names with spaces")


@_stage("Filenames")
def names_without_special_characters(pair: Pair) -> str:
    names = (pair.data_path.name, pair.meta_path.name)
    return _listed(
        (n for n in names if not re.fullmatch(r"[A-Za-z0-9 _-]+(\.meta)?\.csv", n)), "Not letters, digits, - _"
    )


@_stage("Filenames")
def names_match(pair: Pair) -> str:
    expected = pair.data_path.name.removesuffix(".csv") + ".meta.csv"
    return "" if pair.meta_path.name == expected else f"The meta file must be called {expected}."


# Reading


@_stage("Reading")
def files_are_utf8_csv(pair: Pair) -> str:
    import polars as pl

    for path, columns, read in (
        (pair.data_path, lambda: pair.data_columns, lambda: pair.data),
        (pair.meta_path, lambda: pair.meta_columns, lambda: pair.meta),
    ):
        try:
            repeated = _repeated(columns())
            if repeated:
                return f"{path.name} has two columns called {repeated[0]}."
            if read().is_empty():
                return f"{path.name} has no rows."
        except (UnicodeDecodeError, csv.Error, pl.exceptions.PolarsError):
            return f"{path.name} cannot be read as CSV in UTF-8 with the same number of values in each row."
    return ""


# Precheck columns


@_stage("Precheck columns")
def required_meta_columns(pair: Pair) -> str:
    return _listed((c for c in standard.REQUIRED_META if c not in pair.meta_columns), "The meta file lacks")


@_stage("Precheck columns")
def no_other_meta_columns(pair: Pair) -> str:
    allowed = {*standard.REQUIRED_META, *standard.OPTIONAL_META}
    return _listed((c for c in pair.meta_columns if c not in allowed), "The meta file may not have")


@_stage("Precheck columns")
def required_data_columns(pair: Pair) -> str:
    return _listed((c for c in standard.REQUIRED_DATA if c not in pair.data_columns), "The data file lacks")


@_stage("Precheck columns")
def enough_data_columns(pair: Pair) -> str:
    needed = pair.meta.height + len(standard.REQUIRED_DATA)
    found = len(pair.data_columns)
    return "" if found >= needed else f"The data file has {found} columns; the meta file makes it at least {needed}."


# Precheck cross-file


@_stage("Precheck cross-file")
def meta_columns_are_in_the_data(pair: Pair) -> str:
    return _listed((c for c in pair.meta["col_name"] if c and c not in pair.data_columns), "Not in the data file")


@_stage("Precheck cross-file", "warn")
def data_columns_are_in_the_meta(pair: Pair) -> str:
    known = {*pair.meta["col_name"], *pair.groups, *standard.REQUIRED_DATA, *standard.GEOGRAPHY}
    return _listed((c for c in pair.data_columns if c not in known), "In no row of the meta file")


# Columns


@_stage("Columns")
def no_spaces_in_columns(pair: Pair) -> str:
    return _listed((c for c in pair.data_columns if " " in c), "Column names with spaces")


@_stage("Columns", "warn")
def columns_in_snake_case(pair: Pair) -> str:
    return _listed((c for c in pair.data_columns if re.search(r"[^a-z0-9_]", c)), "Not in snake_case")


@_stage("Columns", "warn")
def columns_start_with_a_letter(pair: Pair) -> str:
    return _listed((c for c in pair.data_columns if not re.match(r"[A-Za-z]", c)), "Not beginning with a letter")


@_stage("Columns", "warn")
def no_column_called_characteristic(pair: Pair) -> str:
    return "Name what it is." if "characteristic" in pair.data_columns else ""


# Precheck meta


@_stage("Precheck meta")
def types_are_filter_or_indicator(pair: Pair) -> str:
    return _listed(sorted(set(pair.meta["col_type"]) - {"Filter", "Indicator"}), "col_type may not be")


@_stage("Precheck meta")
def at_least_one_indicator(pair: Pair) -> str:
    return "" if pair.indicators else "The meta file has no Indicator."


@_stage("Precheck meta")
def time_and_place_are_not_filters(pair: Pair) -> str:
    taken = {*standard.REQUIRED_DATA, *standard.GEOGRAPHY}
    return _listed((c for c in pair.meta["col_name"] if c in taken), "Time and place do not belong in the meta file")


@_stage("Precheck meta")
def column_names_are_filled_in(pair: Pair) -> str:
    return "A row of the meta file has no col_name." if "" in pair.meta["col_name"] else ""


# Meta


@_stage("Meta")
def labels_are_filled_in(pair: Pair) -> str:
    return _listed((r["col_name"] for r in pair.meta.iter_rows(named=True) if not r["label"].strip()), "No label")


@_stage("Meta")
def labels_are_unique(pair: Pair) -> str:
    return _listed(_repeated(pair.meta["label"].to_list()), "Labels used twice")


@_stage("Meta")
def column_names_are_unique(pair: Pair) -> str:
    return _listed(_repeated(pair.meta["col_name"].to_list()), "In two rows of the meta file")


def _filled(pair: Pair, col_type: str, *columns: str) -> str:
    rows = pair.of_type(col_type)
    found = [f"{row['col_name']} ({column})" for row in rows for column in columns if row.get(column)]
    return _listed(found, f"Must be blank for a {col_type}")


@_stage("Meta")
def indicators_have_no_filter_settings(pair: Pair) -> str:
    return _filled(pair, "Indicator", "filter_hint", "filter_grouping_column", *standard.OPTIONAL_META)


@_stage("Meta")
def filters_have_no_indicator_settings(pair: Pair) -> str:
    return _filled(pair, "Filter", "indicator_grouping", "indicator_unit", "indicator_dp")


@_stage("Meta")
def groups_are_unique(pair: Pair) -> str:
    return _listed(_repeated(pair.groups), "Grouping columns used twice")


@_stage("Meta")
def groups_are_not_filters(pair: Pair) -> str:
    return _listed((g for g in pair.groups if g in pair.filters), "Both a filter and a grouping column")


@_stage("Meta")
def groups_are_in_the_data(pair: Pair) -> str:
    return _listed((g for g in pair.groups if g not in pair.data_columns), "Grouping columns not in the data file")


@_stage("Meta", "warn")
def decimal_places_are_set(pair: Pair) -> str:
    return _listed((r["col_name"] for r in pair.of_type("Indicator") if not r["indicator_dp"]), "No indicator_dp")


@_stage("Meta")
def decimal_places_are_whole_numbers(pair: Pair) -> str:
    rows = pair.of_type("Indicator")
    return _listed((r["col_name"] for r in rows if not re.fullmatch(r"\d*", r["indicator_dp"])), "indicator_dp of")


@_stage("Meta")
def units_are_valid(pair: Pair) -> str:
    units = {row["indicator_unit"] for row in pair.of_type("Indicator")}
    return _listed(sorted(units - standard.UNITS), "Unknown indicator_unit")


# Precheck time


@_stage("Precheck time")
def time_periods_are_numbers(pair: Pair) -> str:
    return _listed((t for t in pair.data["time_period"].unique() if not re.fullmatch(r"\d+", t)), "time_period")


@_stage("Precheck time")
def time_identifiers_are_valid(pair: Pair) -> str:
    known = frozenset().union(*standard.TIME_KINDS.values())
    return _listed(sorted(set(pair.data["time_identifier"]) - known), "Unknown time_identifier")


@_stage("Precheck time")
def time_identifiers_are_not_mixed(pair: Pair) -> str:
    return "Different kinds of period stand in one file." if len(pair.time_kinds) > 1 else ""


# Precheck filters and geography


@_stage("Precheck filters")
def filters_have_more_than_one_item(pair: Pair) -> str:
    return _listed((f for f in pair.filters if pair.data[f].n_unique() < 2), "Filters with one item")


@_stage("Precheck geography")
def levels_are_valid(pair: Pair) -> str:
    return _listed(sorted(set(pair.data["geographic_level"]) - standard.LEVELS.keys()), "Unknown geographic_level")


@_stage("Precheck geography")
def columns_of_the_levels_are_there(pair: Pair) -> str:
    levels = set(pair.data["geographic_level"]) & standard.LEVELS.keys()
    missing = sorted({c for level in levels for c in standard.LEVELS[level]} - set(pair.data_columns))
    return _listed(missing, "Columns of the levels used are missing")


# Time


@_stage("Time")
def time_periods_have_the_right_digits(pair: Pair) -> str:
    [kind] = pair.time_kinds
    digits = 6 if kind in standard.SIX_DIGITS else 4
    found = [t for t in pair.data["time_period"].unique() if len(t) != digits]
    return _listed(found, f"{kind} needs {digits} digits")


@_stage("Time")
def two_years_follow_each_other(pair: Pair) -> str:
    six = [t for t in pair.data["time_period"].unique() if len(t) == 6]
    return _listed((t for t in six if (int(t[:4]) + 1) % 100 != int(t[4:])), "The years do not follow each other")


# Filters


@_stage("Filters")
def filters_have_no_blanks(pair: Pair) -> str:
    return _listed((f for f in (*pair.filters, *pair.groups) if "" in pair.data[f]), "Blanks in")


@_stage("Filters")
def filters_have_no_stray_white_space(pair: Pair) -> str:
    items = ((f, item) for f in pair.filters for item in pair.data[f].unique())
    return _listed((f for f, item in items if item != item.strip()), "White space around items of")


@_stage("Filters")
def filters_have_not_too_many_items(pair: Pair) -> str:
    return _listed((f for f in pair.filters if pair.data[f].n_unique() > standard.MOST_ITEMS), "Too many items in")


@_stage("Filters", "warn")
def filters_have_a_default_item(pair: Pair) -> str:
    rows = pair.of_type("Filter")
    return _listed(
        (r["col_name"] for r in rows if (r.get("filter_default") or "Total") not in pair.data[r["col_name"]]),
        "Neither Total nor its default item is in",
    )


# Geography


@_stage("Geography")
def columns_of_the_levels_are_filled_in(pair: Pair) -> str:
    import polars as pl

    found = []
    for level, columns in standard.LEVELS.items():
        rows = pair.data.filter(pl.col("geographic_level") == level)
        found += [f"{c} ({level})" for c in columns if rows.height and "" in rows[c]]
    return _listed(found, "Blanks in")


# General


@_stage("General")
def rows_are_unique(pair: Pair) -> str:
    keys = [c for c in pair.data_columns if c not in pair.indicators]
    repeated = int(pair.data.select(keys).is_duplicated().sum())
    return f"{repeated} rows share their time, place and filters with another row." if repeated else ""


def _columns_with(pair: Pair, words: tuple[str, ...]) -> list[str]:
    return [c for c in pair.data_columns if pair.data[c].is_in(list(words)).any()]


@_stage("General")
def no_words_for_nothing(pair: Pair) -> str:
    return _listed(_columns_with(pair, standard.NOTHING_FAIL), f"One of {', '.join(standard.NOTHING_FAIL)} in")


@_stage("General", "warn")
def no_signs_for_nothing(pair: Pair) -> str:
    return _listed(_columns_with(pair, standard.NOTHING_WARN), f"One of {', '.join(standard.NOTHING_WARN)} in")


# Indicators


@_stage("Indicators")
def indicators_have_no_blanks(pair: Pair) -> str:
    return _listed((i for i in pair.indicators if "" in pair.data[i]), "Blanks in")


@_stage("Indicators")
def indicators_have_no_old_symbols(pair: Pair) -> str:
    old = [i for i in pair.indicators if pair.data[i].is_in(list(standard.OLD_SYMBOLS)).any()]
    return _listed(old, f"One of {', '.join(standard.OLD_SYMBOLS)} in")
