"""What is derived when a learner is accepted, while the identifiers are still at hand.

Every column of ``openilr.store.tables.DERIVED`` apart from ``person_key``. Null means not known: no date of birth, a
postcode that is in no list, or no such reference data in the store when the file was accepted.

Learner: ``age_aug31``, whole years on 31 August of the academic year. ``home_region`` (English region, or the country
outside England), ``home_lad``, ``home_lsoa``, ``home_mca``, ``home_pcon``: ONS codes of where ``Postcode`` lies.
``imd_decile``: 1 is the most deprived tenth of England's small areas, by the indices that ``imd_edition`` names.

Aim: ``age_aug31``; ``age_start``, whole years on LearnStartDate. ``aim_level``: LARS NotionalNVQLevelv2.
``programme_level``: the apprenticeship's level, "2" to "7", from LARS Standard NotionalEndLevel for standards and from
ProgType for frameworks. ``ssa1``, ``ssa2``: sector subject area as LARS writes it, of the standard or framework for a
programme aim (AimType 1) and of the learning aim for others. ``learn_aim_ref_type``, ``awarding_body``,
``guided_hours``: LARS LearnAimRefType, AwardOrgCode, GuidedLearningHours. ``basic_skills_type``,
``full_level2_percent``, ``full_level3_percent``: LARS AnnualValue in force on LearnStartDate. ``delivery_...``: areas
of DelLocPostCode. ``distance_band``: home to delivery in kilometres, as the crow flies (``places.BANDS``).
``provider_type``: the legal type of the provider, as the organisation data write it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from openilr.store.places import Places, band

if TYPE_CHECKING:
    import polars as pl

    from openilr.spec import AcademicYear

#: Framework programme types and their level (source: ILR specification, ProgType).
FRAMEWORK_LEVELS = {3: "2", 2: "3", 20: "4", 21: "5", 22: "6", 23: "7"}
STANDARD = 25


class Lookups:
    """What acceptance asks of one edition of the reference data. A table is read when the first file needs it."""

    def __init__(self, reference: Any) -> None:
        """``reference`` is an ``openilr.reference.Reference``, or None."""
        self._reference = reference
        self._places: dict[str, Places] = {}

    def places(self, year: AcademicYear) -> Places:
        if year.name not in self._places:
            self._places[year.name] = Places(self._reference, year.end)
        return self._places[year.name]

    @cached_property
    def aims(self) -> pl.DataFrame:
        """LearnAimRef (upper case) with what LARS says of the aim itself."""
        import polars as pl

        return self._table("lars").select(
            _ref=_upper("LearnAimRef"), aim_level="NotionalNVQLevelv2", learn_aim_ref_type="LearnAimRefType",
            awarding_body="AwardOrgCode", guided_hours=_known("GuidedLearningHours"),
            aim_ssa1=_area("SectorSubjectAreaTier1"), aim_ssa2=_area("SectorSubjectAreaTier2"),
        ).filter(pl.col("_ref").is_not_null()).unique("_ref", keep="last")  # fmt: skip

    @cached_property
    def values(self) -> pl.DataFrame:
        """LearnAimRef and EffectiveFrom with the annual values, in the order that a search by date needs."""
        return (
            self._table("lars_annual_value")
            .select(
                _ref=_upper("LearnAimRef"), _from="EffectiveFrom", _to="EffectiveTo",
                basic_skills_type=_known("BasicSkillsType"), full_level2_percent=_known("FullLevel2Percent"),
                full_level3_percent=_known("FullLevel3Percent"),
            )
            .drop_nulls(["_ref", "_from"])
            .sort("_from")
        )  # fmt: skip

    @cached_property
    def standards(self) -> pl.DataFrame:
        """StdCode with level and subject of the latest version."""
        return (
            self._table("lars_standard")
            .select(
                StdCode="StandardCode", _standard_level="NotionalEndLevel", _version="Version",
                _standard_ssa1=_area("SectorSubjectAreaTier1"), _standard_ssa2=_area("SectorSubjectAreaTier2"),
            )
            .sort("_version", nulls_last=False)
            .unique("StdCode", keep="last")
            .drop("_version")
        )  # fmt: skip

    @cached_property
    def frameworks(self) -> pl.DataFrame:
        return self._table("lars_framework").select(
            "FworkCode", "ProgType", "PwayCode", _framework_ssa1=_area("SectorSubjectAreaTier1"),
            _framework_ssa2=_area("SectorSubjectAreaTier2"),
        ).unique(["FworkCode", "ProgType", "PwayCode"], keep="last")  # fmt: skip

    def provider_type(self, ukprn: int) -> str | None:
        """Legal type of a provider, from the organisation data, or else its type among schools and colleges."""
        for table, column in (("organisations", "LegalOrgType"), ("schools", "TypeOfEstablishmentName")):
            frame = self._table(table).filter(UKPRN=ukprn).drop_nulls(column)
            if frame.height:
                return str(frame[column][0])
        return None

    def _table(self, name: str) -> pl.DataFrame:
        import polars as pl

        from openilr.reference import schema_of

        empty = pl.DataFrame(schema=schema_of(name))
        if self._reference is None or name not in self._reference.names:
            return empty
        return pl.concat([empty, self._reference[name]], how="diagonal_relaxed")


def whole_years(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Completed years, as ``openilr.spec.whole_years`` counts them; null where a date is missing or end is first."""
    import polars as pl

    def in_year(day: pl.Expr) -> pl.Expr:
        return day.dt.month().cast(pl.Int32) * 100 + day.dt.day()

    years = end.dt.year() - start.dt.year() - (in_year(end) < in_year(start)).cast(pl.Int32)
    return pl.when(end >= start).then(years)


def learner(frame: pl.DataFrame, year: AcademicYear, lookups: Lookups) -> pl.DataFrame:
    """The learner frame with age, areas and deprivation; ``east`` and ``north`` of the home are for the aims only."""
    import polars as pl

    places = lookups.places(year)
    home = places.of(frame["Postcode"], "home_").rename({"home_imd_decile": "imd_decile"})
    decile = pl.col("imd_decile")
    return frame.hstack(home).with_columns(
        age_aug31=whole_years(pl.col("DateOfBirth"), pl.lit(year.august_31)),
        imd_edition=pl.when(decile.is_not_null()).then(pl.lit(places.edition, pl.String)),
    )


def learning_delivery(
    aims: pl.DataFrame, learners: pl.DataFrame, year: AcademicYear, ukprn: int, lookups: Lookups
) -> pl.DataFrame:
    """The aim frame with all that is derived. ``aims.parent`` is ``learners.row``; learners come from ``learner``."""
    import polars as pl

    of_learner = learners.select(
        parent="row", _birth="DateOfBirth", age_aug31="age_aug31", _east="east", _north="north"
    )
    places = lookups.places(year).of(aims["DelLocPostCode"], "delivery_").drop("delivery_lsoa", "delivery_imd_decile")
    aims = aims.hstack(places).join(of_learner, on="parent", how="left", maintain_order="left")
    aims = _with_lars(aims, lookups)
    metres = ((pl.col("east") - pl.col("_east")) ** 2 + (pl.col("north") - pl.col("_north")) ** 2).sqrt()
    is_programme, is_standard = pl.col("AimType") == 1, pl.col("ProgType") == STANDARD
    framework_level = pl.col("ProgType").replace_strict(FRAMEWORK_LEVELS, default=None, return_dtype=pl.String)

    def subject(tier: str) -> pl.Expr:
        of_programme = pl.when(is_standard).then(f"_standard_{tier}").otherwise(f"_framework_{tier}")
        return pl.when(is_programme).then(pl.coalesce(of_programme, f"aim_{tier}")).otherwise(f"aim_{tier}")

    return aims.with_columns(
        age_start=whole_years(pl.col("_birth"), pl.col("LearnStartDate")),
        programme_level=pl.when(is_standard).then("_standard_level").otherwise(framework_level),
        ssa1=subject("ssa1"),
        ssa2=subject("ssa2"),
        distance_band=band(metres / 1000),
        provider_type=pl.lit(lookups.provider_type(ukprn), pl.String),
    )


def _with_lars(aims: pl.DataFrame, lookups: Lookups) -> pl.DataFrame:
    import polars as pl

    aims = aims.with_columns(_ref=_upper("LearnAimRef")).join(
        lookups.aims, on="_ref", how="left", maintain_order="left"
    )
    in_order = aims.select("_ref", _day="LearnStartDate").with_row_index("_place").sort("_day")
    dated = in_order.join_asof(
        lookups.values, left_on="_day", right_on="_from", by="_ref", strategy="backward", check_sortedness=False
    ).sort("_place")
    in_force = pl.col("_to").is_null() | (pl.col("_to") >= pl.col("_day"))
    names = ("basic_skills_type", "full_level2_percent", "full_level3_percent")
    aims = aims.hstack(dated.select(pl.when(in_force).then(name).alias(name) for name in names))
    aims = aims.join(lookups.standards, on="StdCode", how="left", maintain_order="left")
    frameworks = ["FworkCode", "ProgType", "PwayCode"]
    if set(frameworks) <= set(aims.columns):
        return aims.join(lookups.frameworks, on=frameworks, how="left", maintain_order="left")
    nothing = pl.lit(None, pl.String)  # later years have no frameworks
    return aims.with_columns(_framework_ssa1=nothing, _framework_ssa2=nothing)


def _upper(column: str) -> pl.Expr:
    import polars as pl

    return pl.col(column).str.strip_chars().str.to_uppercase()


def _known(column: str) -> pl.Expr:
    """LARS writes -1 and -2 where a number is unknown or does not apply."""
    import polars as pl

    return pl.when(pl.col(column) >= 0).then(column)


def _area(column: str) -> pl.Expr:
    """A sector subject area, a number in LARS, as text: "1", "15.4"."""
    import polars as pl

    text = pl.col(column).round(1).cast(pl.String).str.replace(r"\.0$", "")
    return pl.when(pl.col(column) >= 0).then(text)
