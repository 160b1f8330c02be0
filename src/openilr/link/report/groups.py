"""What learners are like, for comparing who was linked with who was not. Joined to links by key, after linking."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store

#: Names of the groups of people that a report tells apart, in its order.
GROUPINGS = ("sex", "ethnicity", "age", "region", "deprivation", "provision")
#: Ethnicity codes of the ILR in the five groups that statistics use (source: ILR specification, field Ethnicity).
_ETHNICITY = {
    "White": (31, 32, 33, 34), "Mixed": (35, 36, 37, 38), "Asian": (39, 40, 41, 42, 43), "Black": (44, 45, 46),
    "Other": (47, 98), "Not known": (99,),
}  # fmt: skip
#: Funding models as kinds of provision (source: ILR specification, field FundModel).
_PROVISION = {
    "Apprenticeships": (36,), "16 to 19": (25, 82), "Adult skills": (35, 37, 38), "Tailored learning": (10, 11),
    "Other": (70, 81, 99),
}  # fmt: skip
_REGIONS = {
    "E12000001": "North East", "E12000002": "North West", "E12000003": "Yorkshire and The Humber",
    "E12000004": "East Midlands", "E12000005": "West Midlands", "E12000006": "East of England", "E12000007": "London",
    "E12000008": "South East", "E12000009": "South West",
}  # fmt: skip


def learners(store: Store, spine: pl.DataFrame) -> pl.DataFrame:
    """One row a person of a spine: person_id and a text for each of GROUPINGS, from the person's latest record."""
    import polars as pl

    connection = store.connect()
    records = pl.DataFrame(
        connection.con.sql(
            'select learner_key, year, "return" as returned, Sex, Ethnicity, age_aug31, home_region, imd_decile '
            "from learner"
        ).to_arrow_table()
    )
    aims = pl.DataFrame(
        connection.con.sql(
            "select learner_key, arg_max(FundModel, LearnStartDate) as FundModel from learning_delivery group by all"
        ).to_arrow_table()
    )
    latest = (
        spine.select("learner_key", "person_id")
        .join(records, on="learner_key")
        .join(aims, on="learner_key", how="left")
        .sort("year", "returned", "learner_key")
        .group_by("person_id", maintain_order=True)
        .last()
    )
    age = pl.col("age_aug31")
    return latest.select(
        "person_id",
        sex=pl.col("Sex").replace_strict({"F": "Female", "M": "Male"}, default="Not known"),
        ethnicity=_coded("Ethnicity", _ETHNICITY),
        age=pl.when(age < 19).then(pl.lit("Under 19")).when(age < 25).then(pl.lit("19 to 24"))
        .when(age < 50).then(pl.lit("25 to 49")).when(age >= 50).then(pl.lit("50 and over"))
        .otherwise(pl.lit("Not known")),
        region=pl.col("home_region").replace_strict(_REGIONS, default="Not known or elsewhere"),
        deprivation=pl.when(pl.col("imd_decile").is_null()).then(pl.lit("Not known"))
        .otherwise(pl.format("Fifth {}", (pl.col("imd_decile") + 1) // 2)),
        provision=_coded("FundModel", _PROVISION),
    )  # fmt: skip


def _coded(column: str, groups: dict[str, tuple[int, ...]]) -> pl.Expr:
    import polars as pl

    names = {code: name for name, codes in groups.items() for code in codes}
    return pl.col(column).cast(pl.Int64).replace_strict(names, default="Not known", return_dtype=pl.String)
