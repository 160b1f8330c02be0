"""What is derived when a learner is accepted, while the identifiers are still at hand.

``age_aug31``: whole years on 31 August of the academic year. ``age_start``: whole years on the aim's start date.
``aim_level``: LARS NotionalNVQLevelv2 of the aim. ``programme_level``: the apprenticeship's level, "2" to "7", from
LARS Standard NotionalEndLevel for standards and from ProgType for frameworks.

Null means not known: no date of birth, or no LARS in the store when the file was accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

#: Framework programme types and their level (source: ILR specification, ProgType).
FRAMEWORK_LEVELS = {3: "2", 2: "3", 20: "4", 21: "5", 22: "6", 23: "7"}
STANDARD = 25


@dataclass(frozen=True)
class Levels:
    """Levels by LearnAimRef and by StdCode, as far as reference data was given."""

    aims: dict[str, str] = field(default_factory=dict)
    standards: dict[int, str] = field(default_factory=dict)

    @staticmethod
    def of(reference: Any) -> Levels:
        """From a loaded ``openilr.reference.Reference``, or None."""
        import polars as pl

        if reference is None:
            return Levels()
        aims: dict[str, str] = {}
        standards: dict[int, str] = {}
        if "lars" in reference.names:
            frame = reference["lars"].select(
                pl.col("LearnAimRef").str.strip_chars().str.to_uppercase(),
                pl.col("NotionalNVQLevelv2").cast(pl.String).str.strip_chars(),
            )
            aims = dict(frame.drop_nulls().iter_rows())
        if "lars_standard" in reference.names:
            frame = reference["lars_standard"].select(
                pl.col("StandardCode").cast(pl.Int64), pl.col("NotionalEndLevel").cast(pl.String).str.strip_chars()
            )
            standards = dict(frame.drop_nulls().iter_rows())
        return Levels(aims, standards)


def whole_years(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Completed years, as ``openilr.spec.whole_years`` counts them; null where a date is missing or end is first."""
    import polars as pl

    def in_year(day: pl.Expr) -> pl.Expr:
        return day.dt.month().cast(pl.Int32) * 100 + day.dt.day()

    years = end.dt.year() - start.dt.year() - (in_year(end) < in_year(start)).cast(pl.Int32)
    return pl.when(end >= start).then(years)


def learner(frame: pl.DataFrame, august_31: date) -> pl.DataFrame:
    """The learner frame with ``age_aug31``."""
    import polars as pl

    return frame.with_columns(age_aug31=whole_years(pl.col("DateOfBirth"), pl.lit(august_31)))


def learning_delivery(aims: pl.DataFrame, learners: pl.DataFrame, levels: Levels) -> pl.DataFrame:
    """The aim frame with ages and levels. ``aims.parent`` is ``learners.row``; learners carry ``age_aug31``."""
    import polars as pl

    ages = learners.select(parent="row", _birth="DateOfBirth", age_aug31="age_aug31")
    aims = aims.join(ages, on="parent", how="left", maintain_order="left")
    standard = pl.col("StdCode").replace_strict(levels.standards, default=None, return_dtype=pl.String)
    framework = pl.col("ProgType").replace_strict(FRAMEWORK_LEVELS, default=None, return_dtype=pl.String)
    aim_ref = pl.col("LearnAimRef").str.strip_chars().str.to_uppercase()
    return aims.with_columns(
        age_start=whole_years(pl.col("_birth"), pl.col("LearnStartDate")),
        aim_level=aim_ref.replace_strict(levels.aims, default=None, return_dtype=pl.String),
        programme_level=pl.when(pl.col("ProgType") == STANDARD).then(standard).otherwise(framework),
    ).drop("_birth")
