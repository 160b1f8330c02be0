"""A counted data set as an EES pair of raw counts, for protection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.measure.declare import NOT_KNOWN, Dimension
from openilr.measure.dimensions import REGIONS
from openilr.publish import standard
from openilr.publish.csvtext import csv_bytes
from openilr.publish.places import Lists
from openilr.publish.release.counting import POPULATION, TOTAL, Counted, Ratio
from openilr.publish.verify import ratio
from openilr.spec import AcademicYear

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store

ENGLAND = ("E92000001", "England")
ELSEWHERE = ("z", "Outside of England and unknown")
#: How each return's period is called; statistics come from these returns only.
TIME_IDENTIFIERS = {
    "R04": "Academic year Q1", "R06": "Academic year Q2", "R10": "Academic year Q3", "R14": "Academic year",
}  # fmt: skip
#: What is not known is called in all statistics.
UNKNOWN = "Unknown"


class ReleaseError(Exception):
    """The release can not be built as asked; the message says why."""


#: Names of places by level and code.
Names = dict[str, dict[str, str]]
_DISTRICT = "Local authority district"


def write_raw(counted: Counted, folder: Path, names: Names) -> tuple[Path, Path]:
    """Write data and meta file into a private folder; their paths."""
    year, return_name, stem = counted.year, counted.return_name, counted.data_set.name
    if return_name not in TIME_IDENTIFIERS:
        raise ReleaseError(f"Statistics are published from {', '.join(TIME_IDENTIFIERS)}, not from {return_name}.")
    data, meta = folder / f"{stem}.csv", folder / f"{stem}.meta.csv"
    places = _Places(counted, names)
    dimensions = [d for d in counted.dimensions if counted.frame[d.name].n_unique() > 1]
    indicators = [name for name, *_ in _indicators(counted)]
    time = (f"{AcademicYear(year).start.year}{year[2:]}", TIME_IDENTIFIERS[return_name])
    header = ["time_period", "time_identifier", "geographic_level", *standard.LEVELS["National"], *places.columns]
    header += [*(d.column for d in dimensions), *indicators]
    rows = []
    for row in counted.frame.iter_rows(named=True):
        numbers = [str(row[i]) for i in counted.indicators]
        numbers += [_or(row[POPULATION], "x") for _ in range(counted.has_population)]
        numbers += [_ratio(row, ratio) for ratio in counted.ratios.values()]
        numbers += [_or(row[i], "z") for i in counted.quantiles]
        rows.append(
            [
                *time,
                row["geographic_level"],
                *ENGLAND,
                *places.of(row),
                *(_label(d, row[d.name]) for d in dimensions),
                *numbers,
            ]
        )
    data.write_bytes(csv_bytes(header, rows))
    meta.write_bytes(csv_bytes(standard.REQUIRED_META, list(_about(counted, dimensions))))
    return data, meta


def _label(dimension: Dimension, code: str) -> str:
    return {TOTAL: TOTAL, NOT_KNOWN: UNKNOWN}.get(code) or dimension.label(code)


def _or(number: int | None, symbol: str) -> str:
    return symbol if number is None else str(number)


def _ratio(row: dict[str, Any], of: Ratio) -> str:
    below = row[of.by]
    return ratio(row[of.of], below, of.scale, of.places) if below else "x" if below is None else "z"


def _about(counted: Counted, dimensions: list[Dimension]) -> Any:
    for dimension in dimensions:
        yield (dimension.column, "Filter", dimension.title, "", "", "", "", "")
    for name, title, unit, places in _indicators(counted):
        yield (name, "Indicator", title[:1].upper() + title[1:], "", unit, str(places), "", "")


def _indicators(counted: Counted) -> Iterator[tuple[str, str, str, int]]:
    """The columns of numbers in their order: name, title, unit and decimal places."""
    yield from ((name, title, "", 0) for name, title in counted.indicators.items())
    if counted.has_population:
        yield (POPULATION, "Population", "", 0)
    yield from ((name, each.title, each.unit, each.places) for name, each in counted.ratios.items())
    yield from ((name, each.title, "£", 0) for name, each in counted.quantiles.items())


class _Places:
    """The columns of places that a data set has, and how each row fills them in."""

    def __init__(self, counted: Counted, names: Names) -> None:
        self.levels, self.names = counted.data_set.levels, names
        self.columns = [c for level in self.levels for c in standard.LEVELS[level]]

    def of(self, row: dict[str, Any]) -> list[str]:
        filled: dict[str, tuple[str, str]] = {}
        if row["geographic_level"] != "National":
            filled[row["geographic_level"]] = self._named(row["geographic_level"], row["place_code"])
        if row["geographic_level"] == _DISTRICT and "Regional" in self.levels:
            filled["Regional"] = self._named("Regional", row["place_region"])
        return [v for level in self.levels for v in filled.get(level, ("", ""))]

    def _named(self, level: str, code: str) -> tuple[str, str]:
        return ELSEWHERE if code == NOT_KNOWN else (code, _name(self.names, level, code))


def _name(names: Names, level: str, code: str) -> str:
    return names[level].get(code, f"{level} {code}")


def place_names(store: Store) -> Names:
    """What regions, districts and providers are called: as in our lists, or else in the store's reference data."""
    listed = {r[0]: r[-1] for r in sorted(Lists.read().places[_DISTRICT])}
    return {
        "Regional": dict(REGIONS),
        _DISTRICT: _names(store, ("combined_authorities",), "LAD", "LADName") | listed,
        "Provider": _names(store, ("providers", "organisations"), "UKPRN", "Name"),
    }


def _names(store: Store, tables: tuple[str, ...], code: str, name: str) -> dict[str, str]:
    reference = store.reference()
    found: dict[str, str] = {}
    for table in tables:
        if reference is not None and table in reference:
            frame: pl.DataFrame = reference[table]
            if {code, name} <= set(frame.columns):
                rows = frame.select(code, name).drop_nulls().rows()
                found |= {str(key): " ".join(words.split()) for key, words in rows}
    return found


def write_unlisted(every: list[Counted], names: Names, folder: Path) -> int:
    """Write the districts that are in the data and in no list of ours, for whoever screens the release; how many."""
    codes = {
        code
        for counted in every
        for level, code in counted.frame.select("geographic_level", "place_code").unique().iter_rows()
        if level == _DISTRICT and code != NOT_KNOWN
    }
    listed = {r[0] for r in Lists.read().places[_DISTRICT]}
    rows = [(code, _name(names, _DISTRICT, code)) for code in sorted(codes - listed)]
    folder.mkdir()
    if rows:
        (folder / "districts.csv").write_bytes(csv_bytes(standard.LEVELS[_DISTRICT], rows))
    return len(rows)
