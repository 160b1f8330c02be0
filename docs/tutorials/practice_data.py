"""Make a folder of practice data from a synthetic sector, in the form of an extract with linked sources.

    ilr synth sector --learners 6000 --years 2425,2526 --linked
    python practice_data.py sector practice
    ilr project run PROJECT who_takes_part.py --twin practice --store STORE

Nobody in it exists, so the truth may be used: it says which records are the same person's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

import openilr


def make(sector: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    truth = pl.read_csv(sector / "truth" / "people.csv", infer_schema_length=None)
    who = truth.select(person_id=pl.format("p{}", "person"), ULN="uln", EduKey="edukey", pmr="pmr", number="number")
    levels = pl.read_csv(sector / "reference" / "LARS_LearningDelivery.csv", infer_schema_length=None).select(
        "LearnAimRef", aim_level=pl.col("NotionalNVQLevelv2").cast(pl.String), ssa1=pl.col("SectorSubjectAreaTier1")
    )
    learners, aims = [], []
    for path in sorted(sector.glob("*-R14/*.xml")):
        tables = openilr.read(path)
        year = path.name.split("-")[2]
        learner = tables.frames["Learner"].join(who, on="ULN", how="inner")
        start = pl.date(2000 + int(year[:2]), 8, 31)
        months = (start.dt.year() - pl.col("DateOfBirth").dt.year()) * 12 + (8 - pl.col("DateOfBirth").dt.month())
        learners.append(
            learner.select(
                "person_id",
                year=pl.lit(year),
                age_aug31=months // 12,
                Sex="Sex",
                Ethnicity="Ethnicity",
                LLDDHealthProb="LLDDHealthProb",
            )
        )
        aims.append(
            tables.frames["LearningDelivery"]
            .join(learner.select(learner="row", person_id="person_id"), on="learner")
            .join(levels, on="LearnAimRef", how="left")
            .select(
                "person_id",
                year=pl.lit(year),
                ukprn=pl.lit(path.name.split("-")[1]),
                LearnAimRef="LearnAimRef",
                AimType="AimType",
                FundModel="FundModel",
                ProgType="ProgType",
                LearnStartDate="LearnStartDate",
                CompStatus="CompStatus",
                Outcome="Outcome",
                aim_level="aim_level",
                ssa1="ssa1",
            )
        )
    pl.concat(learners).sort("person_id", "year").write_parquet(out / "learner.parquet")
    pl.concat(aims).sort("person_id", "year", "LearnAimRef").write_parquet(out / "learning_delivery.parquet")
    linked = sector / "linked"
    for source, table, key, own in (
        ("hmrc_employment", "hmrc_earnings", "EduKey", "EduKey"),
        ("npd_ks4", "npd_ks4", "KS4_PupilMatchingRefAnonymous", "pmr"),
        ("coaching", "coaching", "Participant", "number"),
    ):
        rows = pl.read_csv(linked / source / f"{table}.csv", infer_schema_length=None, try_parse_dates=True)
        keys = who.select("person_id", pl.col(own).alias(key)).drop_nulls()
        hidden = [
            c
            for c in rows.columns
            if c in {"ULN", "First name", "Last name", "Date of birth", "Postcode", key}
            or c in {"KS4_UPN", "KS4_SURNAME", "KS4_FORENAMES", "KS4_DOB", "KS4_POSTCODE"}
        ]
        joined = rows.join(keys, on=key, how="inner").drop(hidden)
        joined.select("person_id", pl.exclude("person_id")).write_parquet(out / f"{table}.parquet")


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
