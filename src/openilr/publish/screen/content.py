"""Time, filters, duplicates and symbols."""

from __future__ import annotations

import re

from openilr.publish import standard
from openilr.publish.screen.model import Pair, listed, stage

_TOTAL_WORDS = ("total", "all")


@stage("Precheck time", "precheck_time_period_num")
def time_periods_are_numbers(pair: Pair) -> str:
    return listed((t for t in pair.items("time_period") if not re.fullmatch(r"\d+", t)), "time_period")


@stage("Precheck time", "precheck_time_id_valid")
def time_identifiers_are_valid(pair: Pair) -> str:
    known = frozenset().union(*standard.TIME_KINDS.values())
    return listed((i for i in pair.items("time_identifier") if i not in known), "Unknown time_identifier")


@stage("Precheck time", "precheck_time_id_mix")
def time_identifiers_are_not_mixed(pair: Pair) -> str:
    return "Different kinds of period stand in one file." if len(pair.time_kinds) > 1 else ""


@stage("Precheck filters", "precheck_filter_not_singular")
def filters_have_more_than_one_item(pair: Pair) -> str:
    return listed((f for f in pair.filters if pair.data[f].n_unique() < 2), "Filters with one item")


@stage("Precheck geography", "precheck_geog_level")
def levels_are_valid(pair: Pair) -> str:
    return listed((v for v in pair.items("geographic_level") if v not in standard.LEVELS), "Unknown geographic_level")


@stage("Precheck geography", "precheck_geog_level_present")
def columns_of_the_levels_are_there(pair: Pair) -> str:
    missing = sorted({c for level in pair.levels for c in standard.LEVELS[level]} - set(pair.data_columns))
    return listed(missing, "Columns of the levels used are missing")


@stage("Time", "check_time_period")
def time_periods_have_the_right_digits(pair: Pair) -> str:
    [kind] = pair.time_kinds
    digits = 6 if kind in standard.SIX_DIGITS else 4
    return listed((t for t in pair.items("time_period") if len(t) != digits), f"{kind} needs {digits} digits")


@stage("Time", "check_time_period_six")
def two_years_follow_each_other(pair: Pair) -> str:
    six = [t for t in pair.items("time_period") if len(t) == 6]
    return listed((t for t in six if (int(t[:4]) + 1) % 100 != int(t[4:])), "The years do not follow each other")


@stage("Filters", "check_filter_defaults", "warn")
def filters_have_a_default_item(pair: Pair) -> str:
    rows = pair.of_type("Filter")
    wanted = [(r["col_name"], r.get("filter_default") or "Total") for r in rows]
    wanted += [(g, "Total") for g in pair.groups]
    return listed((c for c, item in wanted if item not in pair.items(c)), "Neither Total nor its default item is in")


@stage("Filters", "check_filter_group_level")
def groups_have_no_more_items_than_their_filter(pair: Pair) -> str:
    rows = [r for r in pair.of_type("Filter") if r["filter_grouping_column"]]
    size = {c: pair.data[c].n_unique() for r in rows for c in (r["col_name"], r["filter_grouping_column"])}
    return listed(
        (r["filter_grouping_column"] for r in rows if size[r["filter_grouping_column"]] > size[r["col_name"]]),
        "Groups with more items than their filter, so perhaps the wrong way round",
    )


@stage("Filters", "check_filter_item_limit")
def filters_have_not_too_many_items(pair: Pair) -> str:
    return listed((f for f in pair.filters if pair.data[f].n_unique() > standard.MOST_ITEMS), "Too many items in")


@stage("Filters", "check_filter_whitespace")
def filters_have_no_stray_white_space(pair: Pair) -> str:
    items = ((f, item) for f in (*pair.filters, *pair.groups) for item in pair.items(f))
    return listed((f for f, item in items if item != item.strip()), "White space around items of")


@stage("Filters", "check_filter_ob_total")
def places_are_not_called_total(pair: Pair) -> str:
    columns = [c for c in (*pair.geography, "time_period", "time_identifier") if c not in pair.filters]
    found = [c for c in columns if any(v.strip().lower() in _TOTAL_WORDS for v in pair.items(c))]
    return listed(found, "Total or All, where a cell should be blank, in")


@stage("Filters", "check_filter_blanks")
def filters_have_no_blanks(pair: Pair) -> str:
    return listed((f for f in (*pair.filters, *pair.groups) if "" in pair.items(f)), "Blanks in")


@stage("General", "check_general_dupes")
def rows_are_unique(pair: Pair) -> str:
    keys = [c for c in pair.data_columns if c not in pair.indicators]
    found = int(pair.data.select(keys).is_duplicated().sum())
    return f"{found} rows share their time, place and filters with another row." if found else ""


def _columns_with(pair: Pair, words: tuple[str, ...]) -> list[str]:
    return [c for c in pair.data_columns if pair.data[c].is_in(list(words)).any()]


@stage("General", "check_general_null")
def no_words_for_nothing(pair: Pair) -> str:
    return listed(_columns_with(pair, standard.NOTHING_FAIL), f"One of {', '.join(standard.NOTHING_FAIL)} in")


@stage("Indicators", "check_ind_blanks")
def indicators_have_no_blanks(pair: Pair) -> str:
    return listed((i for i in pair.indicators if "" in pair.items(i)), "Blanks in")


@stage("Indicators", "check_ind_obsolete_symbols")
def indicators_have_no_old_symbols(pair: Pair) -> str:
    old = [i for i in pair.indicators if pair.data[i].is_in(list(standard.OLD_SYMBOLS)).any()]
    return listed(old, f"One of {', '.join(standard.OLD_SYMBOLS)} in")


@stage("Indicators", "check_ind_invalid_entry")
def indicators_have_no_signs_for_nothing(pair: Pair) -> str:
    return listed(_columns_with(pair, standard.NOTHING_SIGNS), f"One of {', '.join(standard.NOTHING_SIGNS)} in")


@stage("Indicators", "", "warn")
def indicators_are_numbers_or_symbols(pair: Pair) -> str:
    texts = {row["col_name"] for row in pair.of_type("Indicator") if row["indicator_unit"] == "numberstring"}
    found = []
    for name in (i for i in pair.indicators if i not in texts):
        odd = [v for v in pair.items(name) if not _is_number(v) and v not in standard.SYMBOLS]
        found += [f"{v!r} ({name})" for v in odd]
    return listed(found, "Neither a number nor one of the symbols")


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text))
