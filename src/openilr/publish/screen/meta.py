"""The meta file: what each column is."""

from __future__ import annotations

import re

from openilr.publish import standard
from openilr.publish.screen.model import Pair, listed, repeated, stage

_PLACE = re.compile(
    r"^(region|la|lad|local_?authority|country|ward|pcon|constituency|lsip|lep|english_devolved_area|eda|mca|"
    r"opportunity_area|planning_area|police_force|rsc|geograph)\w*$|(^|_)(la|lad|urn|ukprn|laestab)(_|$)"
)


@stage("Precheck meta", "precheck_meta_col_type")
def types_are_filter_or_indicator(pair: Pair) -> str:
    return listed(sorted(set(pair.meta["col_type"]) - {"Filter", "Indicator"}), "col_type may not be")


@stage("Precheck meta")
def at_least_one_indicator(pair: Pair) -> str:
    return "" if pair.indicators else "The meta file has no Indicator."


@stage("Precheck meta", "precheck_meta_ob_unit")
def time_and_place_are_not_filters(pair: Pair) -> str:
    names = [*pair.meta["col_name"], *pair.groups]
    taken = ({*standard.REQUIRED_DATA, *standard.GEOGRAPHY}) - _as_filter(pair)
    return listed((c for c in names if c in taken), "Time and place do not belong in the meta file")


def _as_filter(pair: Pair) -> set[str]:
    """A file of schools or providers alone may have their name as its one filter."""
    allowed = {"school_name", "provider_name"} & {*pair.filters, *pair.groups}
    return allowed if len(pair.filters) == 1 else set()


@stage("Precheck meta", "precheck_meta_col_name")
def column_names_are_filled_in(pair: Pair) -> str:
    return "A row of the meta file has no col_name." if "" in pair.meta["col_name"] else ""


def _names(pair: Pair) -> list[str]:
    return pair.meta["col_name"].to_list() if "col_name" in pair.meta_columns else []


@stage("Precheck columns", "precheck_col_name_duplicate")
def column_names_are_unique(pair: Pair) -> str:
    return listed(repeated(_names(pair)), "In two rows of the meta file")


@stage("Precheck columns", "precheck_col_name_spaces")
def column_names_have_no_spaces(pair: Pair) -> str:
    return listed((c for c in _names(pair) if " " in c), "col_name with spaces")


@stage("Meta", "check_meta_label")
def labels_are_filled_in(pair: Pair) -> str:
    return listed((r["col_name"] for r in pair.meta.iter_rows(named=True) if not r["label"].strip()), "No label")


@stage("Meta", "check_meta_duplicate_label")
def labels_are_unique(pair: Pair) -> str:
    return listed(repeated(pair.meta["label"].to_list()), "Labels used twice")


def _filled(pair: Pair, col_type: str, *columns: str) -> str:
    rows = pair.of_type(col_type)
    found = [f"{row['col_name']} ({column})" for row in rows for column in columns if row.get(column)]
    return listed(found, f"Must be blank for a {col_type}")


@stage("Meta", "check_meta_filter_hint")
def indicators_have_no_hint(pair: Pair) -> str:
    return _filled(pair, "Indicator", "filter_hint")


@stage("Meta", "check_meta_fil_grp")
def indicators_have_no_filter_group(pair: Pair) -> str:
    return _filled(pair, "Indicator", "filter_grouping_column")


@stage("Meta")
def indicators_have_no_default_or_parent(pair: Pair) -> str:
    return _filled(pair, "Indicator", *standard.OPTIONAL_META)


@stage("Meta", "check_meta_geog_catch")
def filters_are_not_places(pair: Pair) -> str:
    names = [c for c in (*pair.filters, *pair.groups) if c not in _as_filter(pair)]
    return listed((c for c in names if _PLACE.search(c.lower())), "Filters that look like places")


@stage("Meta", "check_meta_indicator_grouping")
def filters_have_no_indicator_grouping(pair: Pair) -> str:
    return _filled(pair, "Filter", "indicator_grouping")


@stage("Meta", "check_meta_ind_unit")
def filters_have_no_unit(pair: Pair) -> str:
    return _filled(pair, "Filter", "indicator_unit")


@stage("Meta", "check_meta_indicator_dp")
def filters_have_no_decimal_places(pair: Pair) -> str:
    return _filled(pair, "Filter", "indicator_dp")


@stage("Meta", "check_meta_fil_grp_dupe")
def groups_are_unique(pair: Pair) -> str:
    return listed(repeated(pair.groups), "Grouping columns used twice")


@stage("Meta", "check_meta_fil_grp_is_fil", "warn")
def groups_are_not_filters(pair: Pair) -> str:
    return listed((g for g in pair.groups if g in pair.filters), "Both a filter and a grouping column")


@stage("Meta", "check_meta_fil_grp_match")
def groups_are_in_the_data(pair: Pair) -> str:
    return listed((g for g in pair.groups if g not in pair.data_columns), "Grouping columns not in the data file")


def _stripped(values: list[str]) -> list[str]:
    """Values that differ from another in spaces and signs only."""
    plain = [re.sub(r"[^0-9A-Za-z]", "", value) for value in values]
    return [value for value, text in zip(values, plain, strict=True) if plain.count(text) > 1]


@stage("Meta", "check_meta_fil_grp_stripped")
def groups_differ_in_letters(pair: Pair) -> str:
    here = [g for g in pair.groups if g in pair.data_columns]
    return listed((v for g in here for v in _stripped(pair.items(g))), "Groups that differ in spaces or signs only")


@stage("Meta", "check_meta_indicator_group_stripped")
def indicator_groups_differ_in_letters(pair: Pair) -> str:
    values = sorted({row["indicator_grouping"] for row in pair.of_type("Indicator")} - {""})
    return listed(_stripped(values), "Indicator groups that differ in spaces or signs only")


@stage("Meta", "check_meta_ind_dp_set", "warn")
def decimal_places_are_set(pair: Pair) -> str:
    return listed((r["col_name"] for r in pair.of_type("Indicator") if not r["indicator_dp"]), "No indicator_dp")


@stage("Meta", "check_meta_ind_dp_values")
def decimal_places_are_whole_numbers(pair: Pair) -> str:
    rows = pair.of_type("Indicator")
    return listed((r["col_name"] for r in rows if not re.fullmatch(r"\d*", r["indicator_dp"])), "indicator_dp of")


@stage("Meta", "check_meta_ind_unit_validation")
def units_are_valid(pair: Pair) -> str:
    units = {row["indicator_unit"] for row in pair.of_type("Indicator")}
    return listed(sorted(units - standard.UNITS), "Unknown indicator_unit")


@stage("Meta")
def default_items_are_in_the_data(pair: Pair) -> str:
    rows = [r for r in pair.of_type("Filter") if r.get("filter_default")]
    return listed((r["col_name"] for r in rows if r["filter_default"] not in pair.items(r["col_name"])), "Not an item")


@stage("Meta")
def parents_are_filters(pair: Pair) -> str:
    parents = [r["parent_filter"] for r in pair.of_type("Filter") if r.get("parent_filter")]
    return listed((p for p in parents if p not in pair.filters), "parent_filter that is no filter")
