"""A made-up nation for the measures: Parquet of the store's shape, written by DuckDB in a few minutes at any size.

Careers run over years. A third of the aims of a file began in its year; the others began in one of the two years before
and had not ended by then. Every fiftieth aim breaks off, and every other of those restarts; some learners have no ULN
in one year and have it in another; one in ten is at a second provider as well. What schools, universities, HMRC and DWP know of them is linked.
"""
# ruff: noqa: E501, S608 - the queries are constants of this file, and read better unbroken

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
import ibis
import polars as pl

from openilr import years
from openilr.store import Store
from openilr.store.tables import DUCKDB, columns, kept_entities, table_name

LAST = 2026
PROVIDERS = 1000
_REGIONS = tuple(f"E1200000{n}" for n in range(1, 10))
POPULATION = pl.DataFrame({"AreaCode": [*_REGIONS], "Year": 2025, "Age": 30, "Population": 6_000_000})


class Held:
    """A store that is there already, such as the one that ``bench_store.py --folder`` keeps: R14 of 2025-26.

    It lends a population where the store has none.
    """

    def __init__(self, folder: Path, memory: str) -> None:
        os.environ["OPENILR_MEMORY"] = memory
        self._store = Store(folder)

    def __getattr__(self, name: str) -> Any:
        if name == "_store":
            raise AttributeError(name)
        return getattr(self._store, name)

    def __reduce__(self) -> tuple[Any, ...]:
        return Held, (self._store.path, os.environ["OPENILR_MEMORY"])

    @property
    def told(self) -> str:
        many = self._store.returns()["year"].n_unique()
        return f"A store of {many} years, taken in as `benchmarks/bench_store.py` does,"

    def latest_return(self, year: str) -> str:  # noqa: ARG002
        return "R14"

    def reference(self) -> dict[str, pl.DataFrame]:
        return {"population": POPULATION}

    def by_hand(self, sql: str, year: str | None) -> list[tuple[Any, ...]]:
        """The answer to a question in SQL over the store's own views."""
        con = self._store.connect(*((year, "R14") if year else ())).con
        held = self._store.returns().filter("current", pl.col("status") == "accepted")
        con.execute("SET enable_progress_bar = false")
        con.register("returns", held.select("year", "return", "ukprn").to_arrow())
        con.execute("CREATE TEMP TABLE files AS SELECT * FROM returns")
        con.register("population", POPULATION.to_arrow())
        return con.execute(sql).fetchall()

    def size(self, year: str) -> tuple[int, int]:
        """Learners and aims of a year."""
        counts = [self.by_hand(f"SELECT count(*) FROM {view}", year) for view in ("learner", "learning_delivery")]
        return counts[0][0][0], counts[1][0][0]


class Nation:
    """What measures ask of a store: the current files, the views, and reference data."""

    def __init__(self, folder: Path, learners: int, count: int, memory: str) -> None:
        self.years = [f"{y % 100:02}{(y + 1) % 100:02}" for y in range(LAST - count, LAST)]
        self._folder, self._memory = folder, memory
        if not (folder / "whole").exists():
            with duckdb.connect(config={"memory_limit": memory, "temp_directory": str(folder / "spill")}) as con:
                for place, year in enumerate(self.years):
                    _write(con, folder, year, LAST - count + place, learners)
            (folder / "whole").touch()
        if not (folder / "spine.parquet").exists():
            with duckdb.connect(config={"memory_limit": memory, "temp_directory": str(folder / "spill")}) as con:
                _link(con, folder)

    def returns(self, year: str | None = None) -> pl.DataFrame:
        rows = [
            (y, "R14", 10000000 + p, True, "accepted")
            for y in self.years
            if year in (None, y)
            for p in range(PROVIDERS)
        ]
        schema = {"year": pl.String, "return": pl.String, "ukprn": pl.Int32, "current": pl.Boolean, "status": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def latest_return(self, year: str) -> str:  # noqa: ARG002
        return "R14"

    def reference(self) -> dict[str, pl.DataFrame]:
        return {"population": POPULATION}

    def connect(self, year: str | None = None, return_name: str | None = None, *, engine: str = "duckdb") -> Any:  # noqa: ARG002
        connection = ibis.duckdb.connect(memory_limit=self._memory, temp_directory=str(self._folder / "spill"))
        connection.raw_sql("SET enable_progress_bar = false")
        for name, query in self.queries(year).items():
            connection.raw_sql(f"CREATE VIEW {name} AS {query}")
        return connection

    def by_hand(self, sql: str, year: str | None) -> list[tuple[Any, ...]]:
        """The answer to a question in SQL over the same views, with the list of returns as ``files``."""
        with duckdb.connect(
            config={"memory_limit": self._memory, "temp_directory": str(self._folder / "spill")}
        ) as con:
            con.execute("SET enable_progress_bar = false")
            for view, query in self.queries(year).items():
                con.execute(f"CREATE VIEW {view} AS {query}")
            con.register("returns", self.returns())
            con.execute("CREATE TABLE files AS SELECT * FROM returns")
            con.register("population", self.reference()["population"])
            return con.execute(sql).fetchall()

    @property
    def told(self) -> str:
        return f"A made-up nation of {len(self.years)} years"

    def queries(self, year: str | None = None) -> dict[str, str]:
        found = {name: f"SELECT * FROM '{self._folder}/{name}.parquet'" for name in LINKED}
        for entity in kept_entities(years.load("2526").schema):
            name = table_name(entity.name)
            if (self._folder / f"{name}-{self.years[-1]}.parquet").exists():
                found[name] = f"SELECT * FROM read_parquet('{self._folder}/{name}-{year or '*'}.parquet')"
            else:
                empty = ", ".join(f'CAST(NULL AS {DUCKDB[kind]}) AS "{column}"' for column, kind in columns(entity))
                found[name] = f"SELECT {empty} WHERE false"
        return found

    def size(self, year: str) -> tuple[int, int]:
        """Learners and aims of a year."""
        with duckdb.connect() as con:
            [(learners,)] = con.execute(f"SELECT count(*) FROM '{self._folder}/learner-{year}.parquet'").fetchall()
            [(aims,)] = con.execute(
                f"SELECT count(*) FROM '{self._folder}/learning_delivery-{year}.parquet'"
            ).fetchall()
        return learners, aims


_ONE_LEVEL = "['E','1','1','2','2','2','3','3','4','X'][1 + g % 10]"
_AIMS = """
CREATE OR REPLACE TABLE aims AS
WITH numbered AS (
    -- Of the pair 0 and 1 in every fifty, the second is the restart of the first.
    SELECT i, i - (i % 50 = 1)::INT AS c, c // 3 AS p FROM range({learners} * 7 // 2) t(i)),
drawn AS (
    SELECT *, {number} - ({number} + p) % 3 AS began, CAST(hash(c // 5, 1) % 1000003 AS BIGINT) AS h,
           CAST(hash(c, 2) % 10000019 AS BIGINT) AS g FROM numbered),
dated AS (
    SELECT *, g % 4 = 0 AS app, i % 50 IN (0, 25) AS broken, i % 50 = 1 AS restart,
           make_date(began, 8, 1) + CAST(g % 300 AS INT) AS first_start, CAST(200 + g % 500 AS INT) AS planned_days,
           CAST(150 + g % 550 AS INT) AS lasted FROM drawn),
careers AS (
    SELECT *, first_start + CASE WHEN restart THEN lasted // 2 + 60 ELSE 0 END AS start,
           first_start + planned_days + CASE WHEN restart THEN 60 ELSE 0 END AS planned,
           first_start + CASE WHEN broken THEN lasted // 2 WHEN restart THEN lasted + 60 WHEN h % 40 = 0 THEN 20
                              ELSE lasted END AS ends FROM dated)
SELECT *, CASE WHEN ends <= make_date({number} + 1, 7, 31) THEN ends END AS ended FROM careers
WHERE start <= make_date({number} + 1, 7, 31) AND ends >= make_date({number}, 8, 1)
"""


def _write(con: duckdb.DuckDBPyConnection, folder: Path, year: str, number: int, learners: int) -> None:
    schema = years.load("2526").schema
    con.execute(_AIMS.format(learners=learners, number=number))
    person = "p - (p % 10 = 9)::INT"
    who = {
        "year": f"'{year}'", "return": "'R14'", "ukprn": f"CAST(10000000 + p % {PROVIDERS} AS INT)",
        "learner_key": "md5('l' || p)",
        "person_key": f"CASE WHEN p % 50 = 7 AND ({number} + p // 50) % 3 = 0 THEN md5('l' || p) "
        f"ELSE md5('p' || ({person})) END",
    }  # fmt: skip
    waits = "(app AND h % 3 = 0 AND ended > make_date(" + str(number) + " + 1, 6, 1) AND NOT broken)"
    made = {
        **who, "age_aug31": "CAST(16 + h % 50 AS INT)", "age_start": "CAST(16 + h % 50 AS INT)",
        "aim_level": _ONE_LEVEL, "programme_level": "CASE WHEN app THEN ['2','3','6'][1 + g // 4 % 3] END",
        "basic_skills_type": "CASE WHEN g % 7 = 0 THEN [1, 2, 28, 43][1 + g // 7 % 4] ELSE -1 END",
        "full_level2_percent": "[0, 0, 50, 100][1 + g // 3 % 4]", "full_level3_percent": "[0, 0, 0, 100][1 + g // 5 % 4]",
        "distance_band": "['under 2','2 to 5','5 to 10','10 to 20','20 to 50','over 50',NULL][1 + h % 7]",
        "row": "CAST(i AS UINTEGER)", "parent": "CAST(p AS UINTEGER)",
        "LearnAimRef": "CASE WHEN g % 200 = 1 THEN 'ZWRKX001' ELSE CAST(60000000 + c % 5000 AS VARCHAR) END",
        "AimType": "CASE WHEN app THEN CASE WHEN g % 8 = 0 THEN 1 ELSE 3 END ELSE 4 END",
        "AimSeqNumber": "CAST(1 + i % 4 AS INT)", "LearnStartDate": "start", "LearnPlanEndDate": "planned",
        "FundModel": "CASE WHEN app THEN 36 WHEN g % 40 = 1 THEN 99 WHEN g % 20 = 3 THEN 11 ELSE 38 END",
        "ProgType": "CASE WHEN app THEN 25 END", "StdCode": "CASE WHEN app THEN CAST(1 + c % 600 AS INT) END",
        "LearnActEndDate": "ended",
        "CompStatus": f"CASE WHEN ended IS NULL OR {waits} THEN 1 WHEN broken THEN 6 WHEN h % 10 < 7 THEN 2 ELSE 3 END",
        "Outcome": f"CASE WHEN ended IS NULL THEN NULL WHEN {waits} THEN 8 WHEN NOT broken AND h % 10 < 7 AND h % 40 <> 0 "
        "THEN 1 ELSE 3 END",
        "WithdrawReason": "CASE WHEN ended IS NOT NULL AND NOT broken AND h % 10 >= 7 "
        "THEN [2, 3, 40, 41, 47, 7, 28, 97][1 + g % 8] END",
        "AchDate": f"CASE WHEN app AND NOT broken AND h % 10 < 7 AND NOT {waits} THEN ended + 10 END",
    }  # fmt: skip
    _copy(con, schema.entities["LearningDelivery"], made, f"{folder}/learning_delivery-{year}.parquet", "aims")
    kind = "CASE WHEN restart THEN 'RES' WHEN g % 80 = 1 THEN 'ADL' ELSE 'SOF' END"
    flags = {**who, "parent": made["row"], "LearnDelFAMType": kind, "LearnDelFAMCode": "'105'"}
    _copy(con, schema.entities["LearningDeliveryFAM"], flags, f"{folder}/learning_delivery_fam-{year}.parquet", "aims")
    con.execute("CREATE OR REPLACE TABLE few AS SELECT * FROM aims WHERE NOT app AND g % 100 = 7")
    he = {**who, "parent": made["row"], "MODESTUD": "1"}
    _copy(con, schema.entities["LearningDeliveryHE"], he, f"{folder}/learning_delivery_he-{year}.parquet", "few")
    people = {
        **who, "Sex": "CASE WHEN p % 2 = 0 THEN 'F' ELSE 'M' END", "Ethnicity": "31",
        "home_region": "CASE WHEN p % 31 > 0 THEN 'E1200000' || (1 + p % 9) END",
        "imd_decile": "CASE WHEN p % 31 > 0 THEN CAST(1 + p % 10 AS INT) END",
    }  # fmt: skip
    con.execute("CREATE OR REPLACE TABLE people AS SELECT DISTINCT p FROM aims ORDER BY p")
    _copy(con, schema.entities["Learner"], people, f"{folder}/learner-{year}.parquet", "people")
    con.execute("DROP TABLE aims")


#: Linked sources: nine people in ten are in the registers of HMRC and DWP, half have a key stage 4.
LINKED = {
    "spine": """SELECT learner_key, max(person_key) AS person_id FROM read_parquet('{folder}/learner-*.parquet')
        GROUP BY learner_key""",
    "link_keys": "SELECT 'dwp' AS source, 'r' || person_id AS record_key, person_id FROM who GROUP BY ALL",
    "hmrc_employment": """
        SELECT person_id, begins AS StartDate, CASE WHEN h % 3 > 0 THEN begins + CAST(30 + h % 700 AS INT) END AS EndDate
        FROM (SELECT *, DATE '2026-04-01' + CAST(h % 300 AS INT) AS begins FROM who WHERE h % 10 < 8)
        UNION ALL SELECT person_id, begins, begins + CAST(60 + h % 500 AS INT)
        FROM (SELECT *, DATE '2026-01-01' + CAST(h % 400 AS INT) AS begins FROM who WHERE h % 10 < 5)""",
    "hmrc_earnings": "SELECT person_id, 202728 AS TaxYear, 8000 + h % 30011 AS Earnings FROM who WHERE h % 10 < 8",
    "dwp_benefits": """SELECT person_id, DATE '2026-08-01' + CAST(h % 200 AS INT) AS StartDate, NULL::DATE AS EndDate,
        1 AS Out_of_work_benefit FROM who WHERE h % 10 IN (4, 9)""",
    "hesa": """SELECT person_id, '2026/2027' AS HE_ACADYR, DATE '2026-09-20' + CAST(h % 60 AS INT) AS HE_COMDATE,
        NULL::DATE AS HE_ENDDATE, 4 AS HE_XLEV601 FROM who WHERE h % 11 = 0""",
    "npd_ks4": """SELECT person_id, CAST(20 + h % 50 AS DOUBLE) AS KS4_ATT8, CAST(h % 3 > 0 AS INT) AS KS4_L2BASICS_94
        FROM who WHERE h % 2 = 0""",
}


def _link(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for name, query in LINKED.items():
        con.execute(f"COPY ({query.format(folder=folder)}) TO '{folder}/{name}.parquet' (FORMAT parquet)")
        if name == "spine":
            con.execute(f"""CREATE TABLE who AS SELECT person_id, CAST(hash(person_id) % 1000003 AS BIGINT) AS h
                FROM (SELECT DISTINCT person_id FROM '{folder}/spine.parquet') WHERE hash(person_id, 1) % 10 > 0""")


def _copy(con: duckdb.DuckDBPyConnection, entity: Any, made: dict[str, str], path: str, source: str) -> None:
    chosen = ", ".join(
        f'CAST({made.get(name, "NULL")} AS {DUCKDB[kind]}) AS "{name}"' for name, kind in columns(entity)
    )
    con.execute(f"COPY (SELECT {chosen} FROM {source}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
