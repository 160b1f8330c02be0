"""Builds a release: counts data sets on a frozen snapshot, protects them as one, and writes all their files.

A release is a folder of the store, ``releases/<id>``, and one ZIP of it: data and meta files in the EES standard,
certificates, workbooks, Parquet, CSVW metadata, and guidance whose words come from the code that computes each measure.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.disclose.tables.model import Say, silent
from openilr.measure import MeasureError, get
from openilr.measure.achievers import linked_views
from openilr.publish.cells import Cells
from openilr.publish.files import columns, ods, xlsx
from openilr.publish.protect import Protected, ProtectError, protect_together
from openilr.publish.release.counting import POPULATION, Counted, count
from openilr.publish.release.declared import DataSet
from openilr.publish.release.frozen import freeze
from openilr.publish.release.guidance import guidance, protection, workbook
from openilr.publish.release.ledger import Ledger
from openilr.publish.release.pair import ReleaseError, place_names, write_raw, write_unlisted
from openilr.publish.screen import Screening, check
from openilr.store import StoreError, durable, scratch

if TYPE_CHECKING:
    from openilr.store import Store

FOLDER = "releases"
#: Of a release: the places that it names and that are in no list of ours, as ``ilr publish check --lists`` takes them.
PLACES = "places"
#: Rows up to which a data set is written as workbooks too; more do not open well anywhere.
MOST_ROWS_OF_A_WORKBOOK = 200_000


@dataclass
class Built:
    """One data set of the release."""

    data_set: DataSet
    counted: Counted
    protected: Protected
    screening: Screening

    @property
    def notes(self) -> tuple[str, ...]:
        """What readers should know: what was held back, and how good the fields behind the numbers are."""
        return (*([self.protected.held_words] if self.protected.held_back else []), *self.counted.notes)


@dataclass
class Release:
    """``folder`` holds everything, ``archive`` is the ZIP of it."""

    id: str
    #: All that was read, that of the return first.
    snapshots: tuple[str, ...]
    folder: Path
    archive: Path
    built: list[Built] = field(default_factory=list)
    #: The link run that linked measures were read from.
    link_run: str | None = None
    #: Data sets that could not be counted, and why.
    left_out: dict[str, str] = field(default_factory=dict)
    unlisted: int = 0
    is_hidden: bool = False
    #: How small numbers are protected, in words.
    protection: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def build(
    store: Store, year: str, return_name: str, data_sets: tuple[DataSet, ...], method: str, *, base: int = 10,
    threshold: int = 10, snapshots: tuple[str, ...] = (), lenient: bool = False, hold_back: bool = False,
    low: bool = False, by: str = "", say: Say = silent,
) -> Release:  # fmt: skip
    """Build and keep a release from frozen snapshots (``openilr.publish.release.frozen``), by default the last ones.

    With ``lenient``, data sets that the store has no data for are left out, and the release says so. With
    ``hold_back``, hidden tables whose correction would tell small counts are corrected as far as can be, and the
    release says how far. With ``low``, a count that is not zero and rounds to it says so. ReleaseError, ProtectError,
    MeasureError, StoreError: nothing is kept then.
    """
    several = any(get(name).connect for each in data_sets for name in each.measures)
    frozen = freeze(store, year, return_name, snapshots, several, by or "publish")
    read = frozen.snapshots
    home = store.path / FOLDER
    home.mkdir(exist_ok=True)
    id = f"{year}-{return_name}-{1 + len(list(home.glob(f'{year}-{return_name}-*/release.json')))}"
    ledger = Ledger(home / "ledger", read[0], method if method == "suppression" else f"rounding to {base}")
    final = home / id
    durable.remove(final.with_name(final.name + durable.PART))
    with durable.staging((final, 0o755)) as (part,):
        release = Release(
            id, read, final, final / f"{id}.zip", link_run=_link_run(store, data_sets),
            is_hidden=method == "suppression", protection=protection(method, base, threshold, low),
        )  # fmt: skip
        names = place_names(store)
        counted = []
        for number, data_set in enumerate(data_sets, start=1):
            say(f"counting {data_set.name} ({number} of {len(data_sets)})")
            try:
                counted.append(count(frozen, year, return_name, data_set))
            except (MeasureError, StoreError) as problem:
                last = number == len(data_sets)
                if not lenient or (last and not counted):
                    raise
                release.left_out[data_set.name] = str(problem)
        with scratch.folder() as private:  # raw counts: for this user's eyes only
            margin = base if method == "rounding" else 0  # what is shown may be so much above what there is
            pairs = [
                Cells(
                    *write_raw(each, private, names), each.overlapping, population=each.data_set.population,
                    keep=[POPULATION] * each.has_population,
                    rates={name: (r.of, r.by, r.scale) for name, r in each.ratios.items()},
                    quantiles={name: (q.of, q.least + margin) for name, q in each.quantiles.items()},
                )
                for each in counted
            ]  # fmt: skip
            done = protect_together(
                pairs, part / "data", method, base=base, threshold=threshold, low=low and method == "rounding",
                hold_back=hold_back, memory=ledger, say=say,
            )  # fmt: skip
        release.unlisted = write_unlisted(counted, names, part / PLACES)
        for each, protected in zip(counted, done, strict=True):
            say(f"writing {each.data_set.name}")
            built = Built(each.data_set, each, protected, _screened(protected, part / PLACES))
            release.built.append(built)
            _files(built, part, release.protection)
        release.facts = _facts(release, method, base, threshold, low)
        text = guidance(release, year, return_name)
        (part / "guidance.txt").write_text(text, "utf-8")
        (part / "release.json").write_text(json.dumps(release.facts, indent=1) + "\n", "utf-8")
        _zip(part, part / f"{id}.zip")
        _keep(home, ledger, id)
        durable.publish_folder(part, final)
    for built in release.built:
        built.protected.data, built.protected.meta = (
            final / "data" / path.name for path in (built.protected.data, built.protected.meta)
        )
    return release


def usual(store: Store) -> tuple[str, int, bool]:
    """The method and the base by which the store's releases were protected so far, and whether they say low; else
    rounding to 10."""
    found = [json.loads(path.read_text("utf-8")) for path in sorted((store.path / FOLDER).glob("*/release.json"))]
    last: dict[str, Any] = found[-1] if found else {"method": "rounding", "low": False}
    return last["method"], last.get("base", 10), last.get("low", True)


def _link_run(store: Store, data_sets: tuple[DataSet, ...]) -> str | None:
    from openilr import link

    linked = any(get(name).connect is linked_views for each in data_sets for name in each.measures)
    runs = link.runs(store) if linked else []
    return runs[-1].id if runs else None


def _screened(done: Protected, places: Path) -> Screening:
    screening = check(done.data, done.meta, places)
    if not screening.fit_to_serve:
        first = screening.failures[0]
        raise ReleaseError(f"{done.data.name} does not pass its screening: {first.name}. {first.message}")
    return screening


def _files(built: Built, part: Path, protection: str) -> None:
    import polars as pl

    data = pl.read_csv(built.protected.data, infer_schema=False).fill_null("")
    meta = pl.read_csv(built.protected.meta, infer_schema=False).fill_null("")
    stem, title = built.data_set.name, built.data_set.title
    indicators = meta.filter(pl.col("col_type") == "Indicator")["col_name"].to_list()
    for folder in ("tables", "parquet"):
        (part / folder).mkdir(exist_ok=True)
    columns.write_parquet(data, indicators, part / "parquet" / f"{stem}.parquet")
    text = columns.csvw(built.protected.data.name, title, built.data_set.summary, data, meta, built.notes)
    (part / "data" / f"{stem}.csv-metadata.json").write_text(text, "utf-8")
    if data.height <= MOST_ROWS_OF_A_WORKBOOK:
        book = workbook(built, data, meta, protection)
        xlsx.write(book, part / "tables" / f"{stem}.xlsx")
        ods.write(book, part / "tables" / f"{stem}.ods")


def _facts(release: Release, method: str, base: int, threshold: int, low: bool) -> dict[str, Any]:
    return {
        "id": release.id,
        "snapshots": list(release.snapshots),
        "method": method,
        **({"base": base, "low": low} if method == "rounding" else {"threshold": threshold}),
        "data_sets": [
            {
                "name": b.data_set.name, "title": b.data_set.title, "year": b.counted.year,
                "population": b.data_set.population, "cells": b.protected.cells,
                "hidden": b.protected.hidden, "held_back": b.protected.held_back,
                "overlapping": list(b.counted.overlapping), "notes": list(b.notes),
                "screening": {"failed": len(b.screening.failures), "warnings": len(b.screening.warnings)},
            }
            for b in release.built
        ],
        "left_out": release.left_out,
        "places_not_listed": release.unlisted,
        "link_run": release.link_run,
    }  # fmt: skip


def _zip(part: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in part.rglob("*") if p.is_file() and p != target):
            archive.write(path, path.relative_to(part).as_posix())


def _keep(home: Path, ledger: Ledger, id: str) -> None:
    folder = home / "ledger"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{id}.parquet"
    with tempfile.NamedTemporaryFile(dir=folder, suffix=durable.PART, delete=False) as file:
        ledger.frame().write_parquet(file)
    Path(file.name).replace(target)


__all__ = ["Built", "ProtectError", "Release", "ReleaseError", "build"]
