"""EES pairs of made-up raw counts, with every breakdown and total."""

from __future__ import annotations

import csv
import itertools
import random
from collections import Counter
from pathlib import Path

META = "col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,filter_grouping_column"
PLACES = [
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name",
    "new_la_code", "old_la_code", "la_name",
]  # fmt: skip
AGES = {"Under 19": ["16", "17 to 18"], "19+": ["19 to 24", "25 plus"]}


def place(region: int | None = None, area: int | None = None) -> list[str]:
    """The place columns of a row: the country, a region, or a local authority in it."""
    level = "National" if region is None else "Regional" if area is None else "Local authority"
    of_region = ["", ""] if region is None else [f"E1200000{region + 1}", f"Region {region}"]
    of_area = (
        ["", "", ""] if area is None else [f"E060{region:02}{area:03}", f"{8}{region}{area}", f"Area {region}{area}"]
    )
    return [level, "E92000001", "England", *of_region, *of_area]


def write_pair(
    folder: Path, name: str = "starts", *, seed: int = 1, regions: int = 3, areas: int = 4,
    times: tuple[str, ...] = ("202324", "202425"), indicators: tuple[str, ...] = ("starts", "leavers"),
    rate: bool = False,
) -> tuple[Path, Path]:  # fmt: skip
    """Counts by region and area, sex, and age in two layers, over some years; paths of the data and the meta file."""
    rng = random.Random(seed)  # noqa: S311 - made-up counts
    leaves = {
        key: int(rng.lognormvariate(1.6, 1.3)) if rng.random() > 0.15 else 0
        for key in itertools.product(
            times, indicators, range(regions), range(areas), ("Female", "Male"),
            [(g, a) for g, items in AGES.items() for a in items],
        )
    }  # fmt: skip
    sums: Counter[tuple] = Counter()
    for (time, indicator, region, area, sex, (group, age)), count in leaves.items():
        for where in ((None, None), (region, None), (region, area)):
            for who in (sex, "Total"):
                for old in ((group, age), (group, "Total"), ("Total", "Total")):
                    sums[time, indicator, where, who, old] += count
    cells = sorted({(t, w, s, a) for t, _, w, s, a in sums}, key=str)
    rows = []
    for time, where, sex, age in cells:
        counts = [sums[time, i, where, sex, age] for i in indicators]
        rows.append([time, "Academic year", *place(*where), sex, *age, *counts])
        if rate:
            rows[-1].append(f"{100 * counts[0] / counts[1]:.1f}" if counts[1] else "z")
    folder.mkdir(exist_ok=True, parents=True)
    data, meta = folder / f"{name}.csv", folder / f"{name}.meta.csv"
    header = [*PLACES, "sex", "age_group", "age", *indicators, *(["rate"] if rate else [])]
    write(data, [header, *rows])
    about = [["sex", "Filter", "Sex", *[""] * 5], ["age", "Filter", "Age", "", "", "", "", "age_group"]]
    about += [[i, "Indicator", i.capitalize(), "", "", "0", "", ""] for i in indicators]
    about += [["rate", "Indicator", "Rate", "", "%", "1", "", ""]] if rate else []
    write(meta, [META.split(","), *about])
    return data, meta


def write(path: Path, rows: list[list]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def change(path: Path, row: int, column: str, value: str) -> None:
    """Write another value into one cell; rows count from 0."""
    rows = read(path)
    rows[row][column] = value
    write(path, [list(rows[0]), *([*each.values()] for each in rows)])
