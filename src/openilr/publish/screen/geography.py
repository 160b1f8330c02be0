"""Places: codes and names that go together, and columns filled in for the right rows."""

from __future__ import annotations

from collections import defaultdict

from openilr.publish import standard
from openilr.publish.places import NAMES_FOR_Z, NOT_AVAILABLE
from openilr.publish.screen.model import LOOK_UPS, Pair, listed, stage

#: Levels whose codes are not on any list, so that each name must have one code and each code one name.
_OTHERS = (
    "RSC region", "Opportunity area", "Ward", "MAT", "Sponsor", "School", "Provider", "Institution", "Planning area",
    "Police force area", "Mayoral combined authority",
)  # fmt: skip
#: Levels that the table tool does not show: always, and where they stand beside others.
_NEVER_SHOWN, _SHOWN_ALONE = ("Institution", "Planning area"), ("School", "Provider")
#: Levels whose rows may name a place of the level: those below it.
_NAMED_BELOW = {
    "Regional": None,
    "Local authority": {
        "Local authority district", "Ward", "Parliamentary constituency", "School", "Provider", "Institution",
        "Planning area", "MAT", "Sponsor", "Opportunity area", "RSC region",
    },
    "Local authority district": {"Ward", "School", "Provider", "Institution", "Planning area",
                                 "Parliamentary constituency"},
}  # fmt: skip


def _pairs(level: str, pair: Pair) -> str:
    """Combinations of code and name that no list has."""
    columns = standard.LEVELS[level]
    if not set(columns) <= set(pair.data_columns) or not pair.lists.has(level):
        return ""
    found = []
    for row in pair.data.select(columns).unique().sort(columns).rows():
        code, *names = row
        if not any(row):
            continue
        fine = pair.lists.knows(level, row)
        if code == "z":
            fine = names[-1] in NAMES_FOR_Z or fine
        elif code == "x":
            fine = names[-1] == NOT_AVAILABLE
        if not fine:
            found.append(" ".join(row))
    return listed(found, f"Codes and names of level {level} that do not go together")


def _combinations(name: str, ees: str, level: str) -> None:
    def condition(pair: Pair) -> str:
        return _pairs(level, pair)

    condition.__name__ = name
    stage(LOOK_UPS, ees)(condition)


for _name, _ees, _level in (
    ("countries_have_their_codes", "check_geog_country_combos", "National"),
    ("regions_have_their_codes", "check_geog_region_combos", "Regional"),
    ("local_authorities_have_their_codes", "check_geog_la_combos", "Local authority"),
    ("districts_have_their_codes", "check_geog_lad_combos", "Local authority district"),
    ("constituencies_have_their_codes", "check_geog_pcon_combos", "Parliamentary constituency"),
    ("enterprise_partnerships_have_their_codes", "check_geog_lep_combos", "Local enterprise partnership"),
    ("skills_plan_areas_have_their_codes", "check_geog_lsip_combos", "Local skills improvement plan area"),
    ("devolved_areas_have_their_codes", "check_geog_eda_combos", "English devolved area"),
    ("police_areas_have_their_codes", "check_geog_pfa_combos", "Police force area"),
    ("wards_have_their_codes", "check_geog_ward_combos", "Ward"),
):
    _combinations(_name, _ees, _level)


@stage("Geography", "check_geog_level_completed")
def columns_of_the_levels_are_filled_in(pair: Pair) -> str:
    import polars as pl

    found = []
    for level in pair.levels:
        rows = pair.data.filter(pl.col("geographic_level") == level)
        found += [f"{c} ({level})" for c in standard.LEVELS[level] if "" in rows[c]]
    return listed(found, "Blanks in")


@stage("Geography")
def the_country_is_filled_in(pair: Pair) -> str:
    return listed((c for c in standard.LEVELS["National"] if "" in pair.items(c)), "Blanks in")


@stage("Geography", "check_geog_region_col_present")
def region_columns_come_together(pair: Pair) -> str:
    return _together(pair, "Regional")


@stage("Geography", "check_geog_la_col_present")
def local_authority_columns_come_together(pair: Pair) -> str:
    return _together(pair, "Local authority")


def _together(pair: Pair, level: str) -> str:
    columns = standard.LEVELS[level]
    here = set(columns) & set(pair.data_columns)
    return listed((c for c in columns if here and c not in here), f"{', '.join(sorted(here))} needs also")


@stage("Geography", "check_geog_region_for_la", "warn")
def local_authorities_have_a_region(pair: Pair) -> str:
    return _with_region(pair, "Local authority")


@stage("Geography", "check_geog_region_for_lad", "warn")
def districts_have_a_region(pair: Pair) -> str:
    return _with_region(pair, "Local authority district")


def _with_region(pair: Pair, level: str) -> str:
    import polars as pl

    rows = pair.data.filter(pl.col("geographic_level") == level)
    columns = standard.LEVELS["Regional"]
    if not rows.height or (set(columns) <= set(rows.columns) and not any("" in rows[c] for c in columns)):
        return ""
    return f"Rows of level {level} should name their region."


@stage("Geography", "check_geog_overcompleted_cols")
def higher_levels_do_not_name_lower_places(pair: Pair) -> str:
    import polars as pl

    found = []
    for level, columns in standard.LEVELS.items():
        below = _NAMED_BELOW.get(level, set())
        allowed = {level, *(standard.LEVELS.keys() - {"National"} if below is None else below)}
        rows = pair.data.filter(~pl.col("geographic_level").is_in(list(allowed)))
        if level == "National":
            continue
        if level in ("School", "Provider", "MAT", "Sponsor", "Ward", "Institution", "Planning area"):
            rows = pair.data.filter(~pl.col("geographic_level").is_in([level, *_SHOWN_ALONE, "Institution", "Ward"]))
        elif below is not None and level not in _NAMED_BELOW:
            rows = rows.filter(pl.col("geographic_level").is_in(["National", "Regional"]))
        found += [c for c in columns if c in rows.columns and (rows[c] != "").any()]
    return listed(found, "Filled in on rows of a level above")


@stage("Geography", "check_geog_ignored_rows")
def levels_are_shown(pair: Pair) -> str:
    levels = set(pair.levels)
    if levels and levels <= set(_NEVER_SHOWN):
        return "The table tool shows none of these rows: publish the file without its meta file."
    if set(_SHOWN_ALONE) <= levels:
        return "Schools and providers may not stand in one file."
    return ""


@stage("Geography", "", "warn")
def no_rows_are_left_out_of_the_table_tool(pair: Pair) -> str:
    levels = set(pair.levels)
    left = levels & {*_NEVER_SHOWN, *(_SHOWN_ALONE if len(levels) > 1 else ())}
    return listed(sorted(left), "The table tool does not show rows of these levels beside others")


def _of_others(pair: Pair, one: int, other: int) -> dict[str, set[str]]:
    """For levels without a list: values of one column with those that stand beside it in the other."""
    beside: dict[str, set[str]] = defaultdict(set)
    for level in _OTHERS:
        columns = standard.LEVELS[level]
        if len(columns) > 1 and level in pair.levels and {columns[0], columns[-1]} <= set(pair.data_columns):
            ends = (columns[0], columns[-1])
            for row in pair.data.select(ends).unique().rows():
                if row[0] not in ("", "z", "x"):
                    beside[f"{level} {row[one]}"].add(row[other])
    return beside


@stage("Geography", "check_geog_other_dupes")
def other_places_have_one_code(pair: Pair) -> str:
    found = _of_others(pair, 1, 0)
    return listed(sorted(name for name, codes in found.items() if len(codes) > 1), "Names with several codes")


@stage("Geography", "check_geog_other_code_dupes")
def other_codes_have_one_name(pair: Pair) -> str:
    found = _of_others(pair, 0, 1)
    return listed(sorted(code for code, names in found.items() if len(names) > 1), "Codes with several names")


def _not_available(pair: Pair) -> list[tuple[str, str, str]]:
    """Level, code and name wherever one of them says that the place is not available or not applicable."""
    found = []
    for level, columns in standard.LEVELS.items():
        if len(columns) > 1 and {columns[0], columns[-1]} <= set(pair.data_columns):
            for code, name in pair.data.select(columns[0], columns[-1]).unique().sort(columns[0]).rows():
                found.append((level, code, name))
    return found


@stage("Geography", "check_geog_na")
def places_that_are_not_available_say_so(pair: Pair) -> str:
    return listed(
        (f"{level} {name}" for level, code, name in _not_available(pair)
         if code == "x" and name != NOT_AVAILABLE and not pair.lists.has(level)),
        f"With code x the name must be {NOT_AVAILABLE!r}",
    )  # fmt: skip


@stage("Geography", "check_geog_na_code")
def names_for_not_available_have_code_x(pair: Pair) -> str:
    words = {NOT_AVAILABLE.lower(), "unavailable"}
    return listed(
        (f"{level} {code}" for level, code, name in _not_available(pair) if name.lower() in words and code != "x"),
        f"A place called {NOT_AVAILABLE!r} must have code x",
    )
