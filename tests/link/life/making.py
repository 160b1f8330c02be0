"""Linked views made by hand: the few columns that spells are read from, over Parquet files of a test."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import polars as pl

AIM = {
    "ukprn": pl.Int32, "learner_key": pl.String, "LearnAimRef": pl.String, "ProgType": pl.Int32, "StdCode": pl.Int32,
    "LearnStartDate": pl.Date, "LearnActEndDate": pl.Date, "AimSeqNumber": pl.Int32, "year": pl.String,
    "return": pl.String, "aim_level": pl.String, "programme_level": pl.String,
}  # fmt: skip
TABLES = {
    "npd_census": {"AcademicYear": pl.String, "CensusDate": pl.Date, "EntryDate": pl.Date, "LeavingDate": pl.Date},
    "plams": {
        "pl_ACADYR": pl.String, "pl_LearningStartDate": pl.Date, "pl_LearningPlannedEndDate": pl.Date,
        "pl_LearningActualEndDate": pl.Date, "pl_Qual_Lev_Ref": pl.Int64,
    },
    "hesa": {"HE_ACADYR": pl.String, "HE_COMDATE": pl.Date, "HE_ENDDATE": pl.Date, "HE_XLEV601": pl.Int64},
    "hmrc_employment": {"StartDate": pl.Date, "EndDate": pl.Date},
    "hmrc_earnings": {"TaxYear": pl.Int32, "Earnings": pl.Int64},
    "hmrc_self_assessment": {
        "TaxYear": pl.Int32, "Self_Employed": pl.Int64, "EARNINGS_SELF_EMPLOYMENT": pl.Int64,
    },
    "dwp_benefits": {"StartDate": pl.Date, "EndDate": pl.Date, "Out_of_work_benefit": pl.Int64},
}  # fmt: skip


def aim(learner: str, start: date, end: date | None, **fields: Any) -> dict[str, Any]:
    """An aim at level 2 of one learner; the learner's key is the person's name."""
    made = dict.fromkeys(AIM) | {
        "ukprn": 1, "learner_key": learner, "LearnAimRef": "A", "LearnStartDate": start, "LearnActEndDate": end,
        "AimSeqNumber": 1, "year": "2526", "return": "R14", "aim_level": "2",
    }  # fmt: skip
    return made | fields


def views(folder: Path, people: list[str], aims: list[dict[str, Any]], **rows: list[dict[str, Any]]) -> Any:
    """A connection in which every person has a learner key, and a record in the register dwp, of their own name."""
    connection = ibis.duckdb.connect()
    frames = {
        "learning_delivery": pl.DataFrame(aims, schema=AIM),
        "spine": pl.DataFrame({"learner_key": people, "person_id": people}),
        "link_keys": pl.DataFrame({"source": ["dwp"] * len(people), "record_key": people, "person_id": people}),
    } | {name: pl.DataFrame(made, schema={"person_id": pl.String, **TABLES[name]}) for name, made in rows.items()}
    folder.mkdir(exist_ok=True)
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
        connection.raw_sql(f"CREATE VIEW {name} AS SELECT * FROM '{folder / name}.parquet'")  # noqa: S608
    return connection
