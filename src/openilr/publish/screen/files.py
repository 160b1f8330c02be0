"""File names, reading, and the columns of both files."""

from __future__ import annotations

import csv
import re

from openilr.publish import standard
from openilr.publish.screen.model import Pair, listed, repeated, stage

#: Parts of names that belong in a filter, not in the name of an indicator.
_ITEMS = (
    "male", "female", "asian", "chinese", "indian", "pakistani", "bangladeshi", "black", "african", "caribbean",
    "white", "roma", "irish", "english", "british", "scottish", "welsh", "arab",
)  # fmt: skip


@stage("Filenames", "check_filename_spaces")
def names_without_spaces(pair: Pair) -> str:
    return listed((p.name for p in (pair.data_path, pair.meta_path) if " " in p.name), "File names with spaces")


@stage("Filenames", "check_filename_special")
def names_without_special_characters(pair: Pair) -> str:
    names = (pair.data_path.name, pair.meta_path.name)
    return listed(
        (n for n in names if not re.fullmatch(r"[A-Za-z0-9 _-]+(\.meta)?\.csv", n)), "Not letters, digits, - _"
    )


@stage("Filenames", "check_filenames_match")
def names_match(pair: Pair) -> str:
    expected = pair.data_path.name.removesuffix(".csv") + ".meta.csv"
    return "" if pair.meta_path.name == expected else f"The meta file must be called {expected}."


@stage("Reading", "check_col_dupes")
def files_are_utf8_csv(pair: Pair) -> str:
    import polars as pl

    for path, columns, read in (
        (pair.data_path, lambda: pair.data_columns, lambda: pair.data),
        (pair.meta_path, lambda: pair.meta_columns, lambda: pair.meta),
    ):
        try:
            twice = repeated(columns())
            if twice:
                return f"{path.name} has two columns called {twice[0]!r}."
            if read().is_empty():
                return f"{path.name} has no rows."
        except (UnicodeDecodeError, csv.Error, pl.exceptions.PolarsError):
            return f"{path.name} cannot be read as CSV in UTF-8 with the same number of values in each row."
    return ""


@stage("Empty", "check_empty_cols")
def no_empty_columns(pair: Pair) -> str:
    found = [p.name for p, c in ((pair.data_path, pair.data_columns), (pair.meta_path, pair.meta_columns)) if "" in c]
    return listed(found, "A column without a name in")


@stage("Empty", "check_empty_rows")
def no_empty_rows(pair: Pair) -> str:
    import polars as pl

    frames = ((pair.data_path, pair.data), (pair.meta_path, pair.meta))
    found = [path.name for path, f in frames if f.select(pl.all_horizontal(pl.all() == "")).to_series().any()]
    return listed(found, "Rows without any value in")


@stage("Precheck columns", "precheck_col_req_meta")
def required_meta_columns(pair: Pair) -> str:
    return listed((c for c in standard.REQUIRED_META if c not in pair.meta_columns), "The meta file lacks")


@stage("Precheck columns", "precheck_col_invalid_meta")
def no_other_meta_columns(pair: Pair) -> str:
    allowed = {*standard.REQUIRED_META, *standard.OPTIONAL_META}
    return listed((c for c in pair.meta_columns if c not in allowed), "The meta file may not have")


@stage("Precheck columns", "precheck_col_req_data")
def required_data_columns(pair: Pair) -> str:
    return listed((c for c in standard.REQUIRED_DATA if c not in pair.data_columns), "The data file lacks")


@stage("Precheck columns", "precheck_col_to_rows")
def enough_data_columns(pair: Pair) -> str:
    needed = pair.meta.height + len(standard.REQUIRED_DATA)
    found = len(pair.data_columns)
    return "" if found >= needed else f"The data file has {found} columns; the meta file makes it at least {needed}."


@stage("Precheck cross-file", "precheck_cross_meta_to_data")
def meta_columns_are_in_the_data(pair: Pair) -> str:
    return listed((c for c in pair.meta["col_name"] if c and c not in pair.data_columns), "Not in the data file")


@stage("Precheck cross-file", "precheck_cross_data_to_meta", "warn")
def data_columns_are_in_the_meta(pair: Pair) -> str:
    known = {*pair.meta["col_name"], *pair.groups, *standard.REQUIRED_DATA, *standard.GEOGRAPHY}
    return listed((c for c in pair.data_columns if c not in known), "In no row of the meta file")


@stage("Columns", "check_col_names_spaces")
def no_spaces_in_columns(pair: Pair) -> str:
    return listed((c for c in pair.data_columns if " " in c), "Column names with spaces")


@stage("Columns", "check_col_snake_case", "warn")
def columns_in_snake_case(pair: Pair) -> str:
    return listed((c for c in pair.data_columns if re.search(r"[^a-z0-9_]", c)), "Not in snake_case")


@stage("Columns", "check_col_var_start", "warn")
def columns_start_with_a_letter(pair: Pair) -> str:
    return listed((c for c in pair.data_columns if not re.match(r"[A-Za-z]", c)), "Not beginning with a letter")


@stage("Columns", "check_col_ind_smushed")
def indicators_do_not_name_items(pair: Pair) -> str:
    rows = (row["col_name"] for row in pair.of_type("Indicator"))
    return listed((c for c in rows if any(item in c.lower() for item in _ITEMS)), "Make a filter of what is named in")


@stage("Columns", "check_col_var_characteristic", "warn")
def no_column_called_characteristic(pair: Pair) -> str:
    return "Name what it is." if "characteristic" in pair.data_columns else ""
