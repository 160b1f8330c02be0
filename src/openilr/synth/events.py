"""What happens in the careers of a synthetic sector, and which records tell it, counted in its returns."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from openilr.spec import AcademicYear
from openilr.synth.kinds import TRANSFER

_AIM = "SWSupAimId"


@dataclass(frozen=True)
class Event:
    """How often something is there: ``count`` of ``unit`` (people, aims, programmes or records)."""

    name: str
    count: int
    unit: str


def careers(learners: pl.DataFrame, aims: pl.DataFrame) -> list[Event]:
    """Events of careers, from the learners and aims of all returns, each with ``ref``, ``ukprn``, ``year``, ``file``.

    An aim is one however many returns hold it, and is judged by the last of them.
    """
    first_days = {name: AcademicYear(name).start for name in aims["year"].unique()}
    aims = aims.with_columns(began=pl.col("year").replace_strict(first_days, return_dtype=pl.Date))
    by_aim = aims.sort("year", "file")
    last = by_aim.unique(_AIM, keep="last", maintain_order=True)
    main = last.filter(pl.col("AimType").is_in([1, 4, 5]))
    apprenticeship = last.filter((pl.col("FundModel") == 36) & (pl.col("AimType") == 1))
    left = main.filter((pl.col("CompStatus") == 3) & (pl.col("WithdrawReason") != TRANSFER))
    ended = pl.col("LearnActEndDate").is_not_null()
    waits = (pl.col("CompStatus") == 1) & (pl.col("Outcome") == 8)
    # Told late: the first return that has the end is of a year that begins after it, and one before had not.
    told = by_aim.filter(ended).unique(_AIM, keep="first", maintain_order=True)
    late = told.filter(pl.col("LearnActEndDate") < pl.col("began"))
    programmes = main.unique(["ref", "ukprn", "LearnStartDate"])
    begins = programmes.filter(~pl.col("again")).group_by("ref").agg(pl.col("LearnStartDate").n_unique())
    counts = {
        ("starts within the years", "programmes"): programmes.filter(
            ~pl.col("again") & (pl.col("LearnStartDate") >= aims["began"].min())
        ).height,
        ("continuing from one year to the next", "aims"): _several(aims, _AIM, "year"),
        ("achievements", "aims"): main.filter(pl.col("Outcome") == 1).height,
        ("completed, not achieved", "aims"): main.filter((pl.col("CompStatus") == 2) & (pl.col("Outcome") == 3)).height,
        (f"withdrawals, {left['WithdrawReason'].n_unique()} reasons", "aims"): left.height,
        ("transfers to another programme", "aims"): main.filter(pl.col("WithdrawReason") == TRANSFER).height,
        ("breaks in learning", "aims"): main.filter(pl.col("CompStatus") == 6).height,
        ("restarts", "aims"): main.filter("again").height,
        ("end-point assessments", "programmes"): apprenticeship.filter(pl.col("AchDate").is_not_null()).height,
        ("awaiting their assessment when a return was made", "programmes"): aims.filter(
            waits & (pl.col("AimType") == 1)
        )[_AIM].n_unique(),
        ("ends reported only in the next year", "aims"): late.height,
        ("people who begin another programme", "people"): begins.filter(pl.col("LearnStartDate") > 1).height,
        ("changes of provider", "people"): _several(learners, "ref", "ukprn"),
        ("moves of home between returns", "people"): _several(learners, "ref", "Postcode"),
    }  # fmt: skip
    return [Event(name, count, unit) for (name, unit), count in counts.items()]


def _several(frame: pl.DataFrame, of: str, what: str) -> int:
    return frame.group_by(of).agg(pl.col(what).n_unique()).filter(pl.col(what) > 1).height
