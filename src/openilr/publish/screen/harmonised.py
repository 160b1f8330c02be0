"""Names and items that all data sets share, and what the API asks for besides."""

from __future__ import annotations

import re

from openilr.publish.screen.model import Pair, listed, stage

#: Words in a column's name, with the names that it may then have. Source: harmonised variables, Department for
#: Education.
_NAMES = {
    "sen_": ("sen_status", "sen_primary_need", "sen_secondary_need", "sen_provision"),
    "primary_need": ("sen_primary_need",),
    "secondary_need": ("sen_secondary_need",),
    "establishment_type": ("establishment_type", "establishment_type_group"),
    "provider_type": ("provider_type",),
    "school_type": ("establishment_type", "establishment_type_group"),
    "ethnic": ("ethnicity_major", "ethnicity_minor", "ethnicity_detailed", "minority_ethnic"),
}
_ETHNIC_GROUPS = ("Ethnicity Major", "Ethnicity Minor", "Ethnicity Detailed", "Minority Ethnic")
#: The five groups of the 2021 Census and their parts. Source: ethnicity harmonised standard, Government Statistical
#: Service.
_ETHNICITY = {
    "White": ("English/Welsh/Scottish/Northern Irish/British", "Irish", "Gypsy or Irish Traveller", "Roma",
              "Any other White background"),
    "Mixed/Multiple ethnic groups": ("White and Black Caribbean", "White and Black African", "White and Asian",
                                     "Any other Mixed/Multiple ethnic background"),
    "Asian/Asian British": ("Indian", "Pakistani", "Bangladeshi", "Chinese", "Any other Asian background"),
    "Black/African/Caribbean/Black British": ("African", "Caribbean",
                                              "Any other Black/African/Caribbean background"),
    "Other ethnic group": ("Arab", "Any other ethnic group"),
}  # fmt: skip
#: The same groups as the style guide of GOV.UK writes them.
_IN_WORDS = (
    "Asian or Asian British", "Black, African, Caribbean or Black British", "Mixed or multiple ethnic groups",
)  # fmt: skip
_COLUMN, _LABEL, _CODE, _ITEM = 50, 80, 30, 120


def _tight(text: str) -> str:
    return re.sub(r"\s*/\s*", "/", text.strip())


@stage("Harmonised", "check_harmonised")
def columns_have_their_shared_names(pair: Pair) -> str:
    names = {*pair.filters, *pair.groups}
    found = [n for n in sorted(names) if any(w in n.lower() and n not in allowed for w, allowed in _NAMES.items())]
    right = {n for allowed in _NAMES.values() for n in allowed}
    return listed((n for n in found if n not in right), "Filters that have a shared name of another kind")


@stage("Harmonised", "check_harmonised", "warn")
def ethnic_groups_are_those_of_the_standard(pair: Pair) -> str:
    known = {"Total", "Unknown", *_ETHNICITY, *_IN_WORDS}
    parts = {"Total", "Unknown", *(p for of in _ETHNICITY.values() for p in of)}
    found = []
    for column, allowed in (("ethnicity_major", known), ("ethnicity_minor", parts)):
        if column in pair.data_columns:
            found += [v for v in pair.items(column) if _tight(v) not in allowed]
    return listed(found, "Not in the harmonised standard for ethnicity")


@stage("Harmonised", "check_harmonised")
def ethnicity_has_its_group(pair: Pair) -> str:
    if "characteristic_group" not in pair.data_columns:
        return ""
    groups = [v for v in pair.items("characteristic_group") if "ethnic" in v.lower()]
    return listed((g for g in groups if not any(name in g for name in _ETHNIC_GROUPS)), "Not a group of ethnicity")


@stage("Harmonised", "check_harmonised", "warn")
def characteristics_of_ethnicity_are_those_of_the_standard(pair: Pair) -> str:
    import polars as pl

    if not {"characteristic_group", "characteristic"} <= set(pair.data_columns):
        return ""
    rows = pair.data.filter(pl.col("characteristic_group").str.to_lowercase().str.contains("ethnic"))
    known = {"Total", "Unknown", *_ETHNICITY, *(p for of in _ETHNICITY.values() for p in of)}
    return listed(sorted({v for v in rows["characteristic"] if _tight(v) not in known}), "Not in the standard")


@stage("API", "check_api_char_limit", "warn")
def column_names_are_short_enough(pair: Pair) -> str:
    return listed((c for c in pair.meta["col_name"] if len(c) > _COLUMN), f"Longer than {_COLUMN} characters")


@stage("API", "check_api_char_limit", "warn")
def labels_are_short_enough(pair: Pair) -> str:
    return listed((c for c in pair.meta["label"] if len(c) > _LABEL), f"Longer than {_LABEL} characters")


@stage("API", "check_api_char_limit", "warn")
def place_codes_are_short_enough(pair: Pair) -> str:
    columns = [c for c in pair.geography if not c.endswith("_name")]
    return listed((v for c in columns for v in pair.items(c) if len(v) > _CODE), f"Longer than {_CODE} characters")


@stage("API", "check_api_char_limit", "warn")
def place_names_are_short_enough(pair: Pair) -> str:
    columns = [c for c in pair.geography if c.endswith("_name")]
    return listed((v for c in columns for v in pair.items(c) if len(v) > _ITEM), f"Longer than {_ITEM} characters")


@stage("API", "check_api_char_limit", "warn")
def items_are_short_enough(pair: Pair) -> str:
    columns = (*pair.filters, *pair.groups)
    return listed((v for c in columns for v in pair.items(c) if len(v) > _ITEM), f"Longer than {_ITEM} characters")


@stage("API", "check_api_dict_col_names", "warn")
def columns_are_in_the_data_dictionary(pair: Pair) -> str:
    known = pair.lists.dictionary
    if not known:
        return ""
    names = [*pair.filters, *pair.groups, *pair.indicators]
    return listed((n for n in names if n not in known), "Not in the data dictionary")


@stage("API", "check_data_dictionary", "warn")
def items_are_in_the_data_dictionary(pair: Pair) -> str:
    found = []
    for column in (*pair.filters, *pair.groups):
        allowed = pair.lists.dictionary.get(column, set())
        found += [f"{v} ({column})" for v in pair.items(column) if allowed and v not in allowed]
    return listed(found, "Not in the data dictionary")


@stage("API", "", "warn")
def filters_have_no_commas(pair: Pair) -> str:
    columns = (*pair.filters, *pair.groups)
    found = [v for c in columns for v in pair.items(c) if "," in v]
    return listed(found, "The Power BI connector misreads items with a comma")
