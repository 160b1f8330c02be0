"""The words of a release, from the code that computes and protects its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from openilr.publish.derived import RELIABLE
from openilr.publish.files.workbook import SYMBOLS, Table, Workbook
from openilr.spec import AcademicYear
from openilr.spec.words import count

if TYPE_CHECKING:
    import polars as pl

    from openilr.publish.release.build import Built, Release


def protection(method: str, base: int, threshold: int, low: bool) -> str:
    """How small numbers are protected, in a paragraph."""
    if method == "rounding":
        zero = (
            "A count that is not zero and rounds to zero is shown as low."
            if low
            else f"A count of 0 may be any number up to {base - 1}."
        )
        return (
            f"Counts are rounded to multiples of {base}, each to one next to it, so that all totals still add up. "
            f"{zero} Percentages are worked out from rounded counts; those of fewer than {RELIABLE * base} people or "
            "aims, which rounding alone can move by many points, are not shown (u)."
        )
    return (
        f"Counts of fewer than {threshold}, and others that would give them away, are hidden as c. For every hidden "
        f"count the release holds another possible table with {threshold} or more there that agrees with all shown, so "
        "no hidden count can be shown to be small. Percentages are worked out from shown counts."
    )


def _paragraphs(built: Built) -> Iterator[tuple[str, str]]:
    for measure in built.counted.measures:
        yield measure.title, measure.definition
        yield f"{measure.title}: formula", measure.formula
        yield f"{measure.title}: source", measure.source
        for number, text in enumerate(measure.not_yet, start=1):
            yield f"{measure.title}: limit {number}", text
    for column in built.counted.overlapping:
        yield column, "One learner may be in several of its items, so they do not add up to the total."
    if built.protected.held_back:
        yield "Held back", built.protected.held_words
    for number, text in enumerate(built.counted.notes, start=1):
        yield f"Data quality, note {number}", text


def guidance(release: Release, year: str, return_name: str) -> str:
    """The data guidance that goes with the files, as plain text."""
    lines = [
        f"Release {release.id}", "",
        f"Academic year {AcademicYear(year).label}, from return {return_name} of the Individualised Learner Record "
        f"(snapshots {', '.join(release.snapshots)}).", "",
        "What is in it", "",
        "tables/   the data sets as workbooks to read, XLSX and ODS: one worksheet for each level of places",
        "data/     the same numbers as CSV, each with a .meta.csv that says what its columns are, in the standard of",
        "          explore education statistics, and .csv-metadata.json for programs (CSVW)",
        *(["          certificates/ proves that no hidden count can be shown to be small"] * release.is_hidden),
        "parquet/  the same numbers for programs; symbols stand in columns of their own",
        "release.json says all of this for programs.", "",
        "In the CSV and Parquet files a time_period of 202526 is the academic year 2025/26. A row is counted for the",
        "country unless geographic_level says otherwise, and Total stands for all items of a breakdown.", "",
        "How numbers are protected", "",
        release.protection, "", "Symbols", "", *(f"{k}: {v}" for k, v in SYMBOLS.items()),
    ]  # fmt: skip
    if release.unlisted:
        lines += ["", f"{release.unlisted} districts are in no list of the package; places/districts.csv has them."]
    for built in release.built:
        lines += ["", built.data_set.title, "=" * len(built.data_set.title), "", built.data_set.summary, ""]
        lines += [f"File: data/{built.protected.data.name} ({count(built.protected.cells, 'count')})", ""]
        lines += [f"{name}: {text}" for name, text in _paragraphs(built)]
        lines += ["", "Columns"]
        lines += [f"  {d.column}: {d.title}" for d in built.counted.dimensions]
        lines += [f"  {name}: {title}" for name, title in built.counted.indicators.items()]
        lines += [f"  {name}: {ratio.title}" for name, ratio in built.counted.ratios.items()]
        for name, quantile in built.counted.quantiles.items():
            lines.append(f"  {name}: {quantile.title}, to £100; u for fewer than {quantile.least} people")
    if release.left_out:
        lines += ["", "Not part of this release", "", *(f"{name}: {why}" for name, why in release.left_out.items())]
    return "\n".join(lines) + "\n"


def workbook(built: Built, data: pl.DataFrame, meta: pl.DataFrame, protection: str) -> Workbook:
    """The data set as sheets: one table a level of places, without the columns that its rows leave blank."""
    import polars as pl

    data = data.with_columns(
        time_period=pl.Series(map(_period, data["time_period"], data["time_identifier"]), dtype=pl.String)
    )
    places = {r["col_name"]: int(r["indicator_dp"] or 0) for r in meta.iter_rows(named=True) if r["indicator_dp"]}
    label = {row["col_name"]: row["label"] for row in meta.iter_rows(named=True)}
    indicators = set(meta.filter(pl.col("col_type") == "Indicator")["col_name"])
    tables = []
    for level in data["geographic_level"].unique(maintain_order=True):
        rows = data.filter(pl.col("geographic_level") == level)
        kept = [c for c in rows.columns if c not in ("geographic_level", "time_identifier") and (rows[c] != "").any()]
        named = [label.get(c, c.replace("_", " ").capitalize()) for c in kept]
        numbers = {i: places.get(c, 0) for i, c in enumerate(kept) if c in indicators}
        tables.append(Table(level[:31], f"{built.data_set.title}: {level}", named, rows.select(kept).rows(), numbers))
    cover = [
        built.data_set.summary,
        f"The same numbers as {built.protected.data.name}, one worksheet a level of places.",
    ]
    notes = [("Protection", protection), *_paragraphs(built)]
    return Workbook(built.data_set.title, cover, notes, tables)


def _period(period: str, identifier: str) -> str:
    """A period as people write it: 2025/26, or 2025/26 Q1."""
    year = f"{period[:4]}/{period[4:]}" if len(period) == 6 else period
    return year if identifier == "Academic year" else f"{year} {identifier.removeprefix('Academic year ')}"
