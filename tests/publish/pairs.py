"""Small EES pairs of made-up numbers, with what tests want to change about them."""

from __future__ import annotations

import csv
import random
from pathlib import Path

PLACES = (
    ("National", "", "", "", ""),
    ("Regional", "E12000001", "North East", "", ""),
    ("Regional", "E12000002", "North West", "", ""),
    ("Local authority district", "E12000001", "North East", "E06000001", "Hartlepool"),
    ("Local authority district", "E12000002", "North West", "E08000003", "Manchester"),
)
#: The other regions of England.
REGIONS = tuple(
    ("Regional", f"E1200000{number}", name, "", "")
    for number, name in enumerate(
        (
            "Yorkshire and The Humber",
            "East Midlands",
            "West Midlands",
            "East of England",
            "London",
            "South East",
            "South West",
        ),
        start=3,
    )
)
COLUMNS = (
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name",
    "lad_code", "lad_name", "apprenticeship_level", "age_group", "start_count", "start_percent",
)  # fmt: skip
META = (
    ("col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
     "filter_grouping_column"),
    ("apprenticeship_level", "Filter", "Apprenticeship level", "", "", "", "Level of the apprenticeship", ""),
    ("age_group", "Filter", "Age group", "", "", "", "", ""),
    ("start_count", "Indicator", "Starts", "", "", "0", "", ""),
    ("start_percent", "Indicator", "Share of starts", "", "%", "1", "", ""),
)  # fmt: skip


def rows(years=("202324", "202425"), levels=("Intermediate", "Advanced", "Total"), places=PLACES, seed=1):
    """Rows as tuples of text, in the order of COLUMNS."""
    made = []
    for year in years:
        for level_of_place, *place in places:
            for level in levels:
                for age in ("Under 19", "19 to 24", "25 plus", "Total"):
                    # A value depends on what it is of, so a cell keeps it when others come and go.
                    draw = random.Random(f"{seed} {year} {place} {level} {age}")  # noqa: S311
                    count = draw.choice(["low", *(str(n * 10) for n in range(60))])
                    key = (year, "Academic year", level_of_place, "E92000001", "England", *place)
                    made.append((*key, level, age, count, f"{draw.random() * 100:.1f}"))
    return made


def write(folder, made=None, *, name="starts", meta=META, columns=COLUMNS, **choices):
    """Write a pair; the two paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / f"{name}.csv", folder / f"{name}.meta.csv"
    for path, lines in zip(paths, ((columns, *(made or rows(**choices))), meta), strict=True):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)
    return paths
