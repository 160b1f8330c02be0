"""What the store remembers of a provider's last year when a new file comes in.

An aim that went on at the end of the year (CompStatus 1, or 6 for a planned break) has to be in the next year's
returns, continuing or with its end: a learner who is missing from them is a learner whose result will never be known.
No published rule asks this, so nobody is refused for it; it is told to the sender.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.spec import AcademicYear
from openilr.store.catalogue import Catalogue, Submission
from openilr.store.vault import Key, Vault

if TYPE_CHECKING:
    import polars as pl

#: CompStatus of what goes on: in learning; on a planned break.
GOES_ON = (1, 6)
_AIM = ["learner_key", "LearnAimRef", "LearnStartDate", "ProgType", "StdCode"]
_READ = [*_AIM, "CompStatus", "LearnPlanEndDate", "row"]


def recall(folder: Path, key: Key, catalogue: Catalogue, new: Submission, tables: Path) -> dict[str, Any] | None:
    """What became of the aims that went on in the provider's last return of the year before.

    ``{"compared_with", "continuing", "returned", "missing", "planned_end_changed", "learners_missing"}``:
    a submission, counts of aims, and the references of learners with a missing aim (personal data, for the sender).
    None where the file was refused, was not checked, or no earlier year is there to compare with.
    """
    if new.status != "accepted" or new.origin != "submitted" or new.year is None:
        return None
    last = _last_of(catalogue, AcademicYear(new.year).previous.name, new.ukprn)
    if last is None:
        return None
    import polars as pl

    before = _aims(_table(folder, last, "LearningDelivery")).filter(pl.col("CompStatus").is_in(GOES_ON))
    now = _aims(next(iter(tables.glob("learning_delivery.parquet")), None))
    # The same aim may stand twice, such as two spells that begin on one day: it counts as returned once it is there.
    found = before.join(now.unique(_AIM), on=_AIM, how="left", nulls_equal=True, suffix="_now")
    missing = found.filter(pl.col("row_now").is_null())
    moved = (pl.col("LearnPlanEndDate") != pl.col("LearnPlanEndDate_now")).fill_null(False)
    return {
        "compared_with": last.id,
        "continuing": before.height,
        "returned": before.height - missing.height,
        "missing": missing.height,
        "planned_end_changed": int(found.select(moved.sum()).item()),
        "learners_missing": sorted(_references(folder, key, last, missing["learner_key"])),
    }


def _last_of(catalogue: Catalogue, year: str, ukprn: int | None) -> Submission | None:
    found = catalogue.submissions(year=year, ukprn=ukprn, current=True, with_files=True)
    return max(found, key=lambda s: s.return_name, default=None)


def _table(folder: Path, submission: Submission, entity: str) -> Path | None:
    return next((folder / f.path for f in submission.files if f.entity == entity and f.kind == "table"), None)


def _aims(path: Path | None) -> pl.DataFrame:
    import polars as pl

    if path is None:
        types = {"learner_key": pl.String, "LearnAimRef": pl.String, "LearnStartDate": pl.Date, "row": pl.UInt32,
                 "LearnPlanEndDate": pl.Date}  # fmt: skip
        return pl.DataFrame(schema={name: types.get(name, pl.Int32) for name in _READ})
    return pl.read_parquet(path, columns=_READ)


def _references(folder: Path, key: Key, submission: Submission, learners: pl.Series) -> Iterator[str]:
    if not len(learners):
        return
    names = Vault(folder, key).identifiers(submission.id, "Learner").select("learner_key", "LearnRefNumber")
    yield from names.filter(names["learner_key"].is_in(learners.unique().implode()))["LearnRefNumber"]
