"""Codes of places and times in the public API, and the columns of the file standard that each belongs to.

Source: explore education statistics, public API and file standard, Department for Education.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """A geographic level. ``codes`` maps each column that identifies a place to the property the API gives it."""

    code: str
    label: str
    codes: dict[str, str]
    name: str
    #: Other spellings of the columns that files use, by the usual one.
    also: dict[str, str] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.codes, self.name)


def _coded(code: str, label: str, column: str, name: str = "") -> Level:
    return Level(code, label, {column: "code"}, name or column.replace("_code", "_name"))


_LONG_LSIP = "local_skills_improvement_plan_area"
LEVELS: dict[str, Level] = {
    level.code: level
    for level in (
        _coded("EDA", "English devolved area", "english_devolved_area_code"),
        _coded("INST", "Institution", "institution_id", "institution_name"),
        Level("LA", "Local authority", {"new_la_code": "code", "old_la_code": "oldCode"}, "la_name"),
        _coded("LAD", "Local authority district", "lad_code"),
        _coded("LEP", "Local enterprise partnership", "local_enterprise_partnership_code"),
        Level(
            "LSIP", "Local skills improvement plan area", {"lsip_code": "code"}, "lsip_name",
            {"lsip_code": f"{_LONG_LSIP}_code", "lsip_name": f"{_LONG_LSIP}_name"},
        ),
        _coded("MAT", "MAT", "trust_id", "trust_name"),
        _coded("MCA", "Mayoral combined authority", "mayoral_combined_authority_code"),
        _coded("NAT", "National", "country_code"),
        _coded("OA", "Opportunity area", "opportunity_area_code"),
        _coded("PA", "Planning area", "planning_area_code"),
        _coded("PCON", "Parliamentary constituency", "pcon_code"),
        _coded("PFA", "Police force area", "pfa_code"),
        Level("PROV", "Provider", {"provider_ukprn": "ukprn"}, "provider_name"),
        _coded("REG", "Regional", "region_code"),
        Level("RSC", "RSC region", {}, "rsc_region_lead_name"),
        Level("SCH", "School", {"school_urn": "urn", "school_laestab": "laEstab"}, "school_name"),
        _coded("SPON", "Sponsor", "sponsor_id", "sponsor_name"),
        _coded("WARD", "Ward", "ward_code"),
    )
}  # fmt: skip
LEVEL_OF_LABEL = {level.label: level for level in LEVELS.values()}
#: The order in which a reader expects them: the whole first, then its parts.
SHOWN_ORDER = (
    "NAT", "REG", "MCA", "EDA", "LSIP", "LEP", "LA", "LAD", "PCON", "WARD", "OA", "PA", "PFA", "RSC", "SPON", "MAT",
    "PROV", "INST", "SCH",
)  # fmt: skip


@dataclass(frozen=True)
class Identifier:
    """A kind of period. ``years`` says how a year is written: "/" 2024/25, "-" 2024-25, "" 2024."""

    code: str
    label: str
    years: str = ""
    short: str = ""


def _with_quarters(code: str, label: str, years: str) -> list[Identifier]:
    return [
        Identifier(code, label, years),
        *(Identifier(f"{code}Q{q}", f"{label} Q{q}", years, f"Q{q}") for q in range(1, 5)),
    ]


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
#: In the order in which periods of one year are sorted.
_IDENTIFIERS = [
    Identifier("T1", "Autumn term", "/", "Autumn term"),
    Identifier("T2", "Spring term", "/", "Spring term"),
    Identifier("T1T2", "Autumn and spring term", "/", "Autumn and spring term"),
    Identifier("T3", "Summer term", "/", "Summer term"),
    *_with_quarters("AY", "Academic year", "/"),
    *_with_quarters("CY", "Calendar year", ""),
    Identifier("P1", "Part 1 (April to September)", "-", "Part 1 (Apr to Sep)"),
    Identifier("P2", "Part 2 (October to March)", "-", "Part 2 (Oct to Mar)"),
    *_with_quarters("FY", "Financial year", "-"),
    *_with_quarters("TY", "Tax year", "-"),
    Identifier("RY", "Reporting year"),
    *(Identifier(f"W{week}", f"Week {week}", "", f"Week {week}") for week in range(1, 53)),
    *(Identifier(f"M{number}", month, "", month) for number, month in enumerate(_MONTHS, start=1)),
]
IDENTIFIERS = {identifier.code: identifier for identifier in _IDENTIFIERS}
CODE_OF_LABEL = {identifier.label: identifier.code for identifier in _IDENTIFIERS}
CODE_ORDER = {code: place for place, code in enumerate(IDENTIFIERS)}
RANGE_CODES = frozenset(code for code, identifier in IDENTIFIERS.items() if identifier.years)


def period_of(time_period: str, code: str) -> str:
    """``2024/2025`` for 202425 of an academic year, ``2024`` for what lies in one calendar year."""
    return f"{time_period[:4]}/{int(time_period[:4]) + 1}" if code in RANGE_CODES else time_period


def period_label(period: str, code: str) -> str:
    """``2024/25 Q1`` and the like."""
    identifier = IDENTIFIERS[code]
    start = period[:4]
    year = f"{start}{identifier.years}{(int(start) + 1) % 100:02d}" if identifier.years else start
    return f"{year} {identifier.short}".strip()
