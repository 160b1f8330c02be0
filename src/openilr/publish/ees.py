"""Writes a checked table as an EES pair: ``<name>.csv`` with the numbers and ``<name>.meta.csv`` about its columns.

Source of the form: explore education statistics file standard, Department for Education.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from openilr.spec import AcademicYear

if TYPE_CHECKING:
    from openilr.disclose import CheckedTable

#: How each return's period is called. Others have no identifier of their own in the standard.
TIME_IDENTIFIERS = {"R14": "Academic year", "R04": "Academic year Q1"}
META_COLUMNS = (
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")
_ENGLAND = ("National", "E92000001", "England")


class PublishError(Exception):
    """The table cannot be written as asked; the message says why."""


def write(
    checked: CheckedTable, folder: str | os.PathLike[str], name: str, *, draft: bool = False
) -> tuple[Path, Path]:
    """Write the pair, and ``<name>.record.json`` with the disclosure checks that were made; data and meta paths.

    A table that has not had every disclosure check is written only with ``draft=True``. PublishError for that, for a
    name the standard does not allow, for a return without a time identifier, and for a breakdown by provider, which
    needs names that are not read yet.
    """
    if not checked.is_protected and not draft:
        raise PublishError(
            f"The table has not had these disclosure checks: {', '.join(checked.missing)}. It may be written as a "
            "draft, not for release."
        )
    if not _NAME.fullmatch(name):
        raise PublishError(f"{name!r} is not a file name of the standard: up to 50 letters, digits, - and _.")
    if checked.return_name not in TIME_IDENTIFIERS:
        raise PublishError(f"Statistics from {checked.return_name} have no time identifier: use R04 or R14.")
    if "ukprn" in checked.by:
        raise PublishError("A breakdown by provider cannot be written yet: it needs the providers' names.")
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    data, meta = out / f"{name}.csv", out / f"{name}.meta.csv"
    _write_csv(data, _data_rows(checked))
    _write_csv(meta, _meta_rows(checked))
    record = {**checked.record, "protected": checked.is_protected, "notes": list(checked.notes)}
    (out / f"{name}.record.json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    return data, meta


def _data_rows(checked: CheckedTable) -> Iterable[Sequence[str]]:
    dimensions = [checked.measure.dimension(name) for name in checked.by]
    time = ("time_period", "time_identifier")
    place = ("geographic_level", "country_code", "country_name")
    yield (*time, *place, *(d.column for d in dimensions), checked.measure.indicator)
    year = AcademicYear(checked.year)
    fixed = (f"{year.start.year}{checked.year[2:]}", TIME_IDENTIFIERS[checked.return_name], *_ENGLAND)
    for *codes, value in checked.table.iter_rows():
        yield (*fixed, *(d.label(code) for d, code in zip(dimensions, codes, strict=True)), value)


def _meta_rows(checked: CheckedTable) -> Iterable[Sequence[str]]:
    yield META_COLUMNS
    for name in checked.by:
        dimension = checked.measure.dimension(name)
        yield (dimension.column, "Filter", dimension.title, "", "", "", "", "")
    yield (checked.measure.indicator, "Indicator", _capital(checked.measure.title), "", "", "0", "", "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
