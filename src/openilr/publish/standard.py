"""Names and lists of the EES file standard. Source: explore education statistics guidance, Department for Education."""

from __future__ import annotations

REQUIRED_DATA = ("time_period", "time_identifier", "geographic_level", "country_code", "country_name")
REQUIRED_META = (
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
)  # fmt: skip
OPTIONAL_META = ("filter_default", "parent_filter")

#: Columns that rows of each level must fill in.
LEVELS: dict[str, tuple[str, ...]] = {
    "National": ("country_code", "country_name"),
    "Regional": ("region_code", "region_name"),
    "Local authority": ("new_la_code", "old_la_code", "la_name"),
    "Local authority district": ("lad_code", "lad_name"),
    "Ward": ("ward_code", "ward_name"),
    "Parliamentary constituency": ("pcon_code", "pcon_name"),
    "Local enterprise partnership": ("local_enterprise_partnership_code", "local_enterprise_partnership_name"),
    "Local skills improvement plan area": ("lsip_code", "lsip_name"),
    "English devolved area": ("english_devolved_area_code", "english_devolved_area_name"),
    "Mayoral combined authority": ("mayoral_combined_authority_code", "mayoral_combined_authority_name"),
    "Opportunity area": ("opportunity_area_code", "opportunity_area_name"),
    "Planning area": ("planning_area_code", "planning_area_name"),
    "Police force area": ("pfa_code", "pfa_name"),
    "RSC region": ("rsc_region_lead_name",),
    "Sponsor": ("sponsor_id", "sponsor_name"),
    "MAT": ("trust_id", "trust_name"),
    "Provider": ("provider_ukprn", "provider_name"),
    "Institution": ("institution_id", "institution_name"),
    "School": ("school_urn", "school_laestab", "school_name"),
}  # fmt: skip
GEOGRAPHY = frozenset(column for columns in LEVELS.values() for column in columns)

_QUARTERS = tuple(f" Q{quarter}" for quarter in range(1, 5))
#: Kinds of period, each with its identifiers; kinds may not be mixed in a file.
TIME_KINDS: dict[str, frozenset[str]] = {
    **{
        kind: frozenset(f"{kind}{quarter}" for quarter in ("", *_QUARTERS))
        for kind in ("Academic year", "Calendar year", "Financial year", "Tax year")
    },
    "Reporting year": frozenset(("Reporting year",)),
    "Part": frozenset(("Part 1 (April to September)", "Part 2 (October to March)")),
    "Term": frozenset(("Autumn term", "Spring term", "Summer term", "Autumn and spring term")),
    "Week": frozenset(f"Week {week}" for week in range(1, 53)),
    "Month": frozenset(
        ("January", "February", "March", "April", "May", "June",
         "July", "August", "September", "October", "November", "December")
    ),
}  # fmt: skip
#: Kinds whose periods span two calendar years, written in six digits such as 202526. The others have four.
SIX_DIGITS = frozenset(("Academic year", "Financial year", "Tax year", "Part", "Term"))

UNITS = frozenset(("", "%", "pp", "£", "£m", "numberstring"))
#: Words for nothing that the standard does not take.
NOTHING_FAIL = ("NULL", "Null", "null", "NA", "na")
NOTHING_SIGNS = ("N/A", "n/a", ".", "..", "-")
#: What may stand for a number: not applicable, not available, hidden, rounds to nothing, low reliability.
SYMBOLS = ("z", "x", "c", "low", "k", "u")
OLD_SYMBOLS = ("~", ":")
MOST_ITEMS = 25_000
