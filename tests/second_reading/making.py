"""Learners that are awkward on purpose: their values are those that rules look for, and the days beside them."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import polars as pl

from openilr.collect.columns import DTYPES
from openilr.collect.tables import Tables
from openilr.derive.expressions import Expr
from openilr.reference import Reference, schema_of
from openilr.spec import Type
from openilr.validate.ruleset import BuiltRule
from openilr.years import Year

#: How many records of an entity stand in one parent: the choices are drawn from.
COUNTS = {
    "LearningDelivery": (1, 1, 2, 3, 4), "LearningDeliveryFAM": (0, 1, 2, 3, 4),
    "LearnerEmploymentStatus": (0, 1, 1, 2, 3),
    "EmploymentStatusMonitoring": (0, 1, 2), "AppFinRecord": (0, 0, 1, 2, 3), "LearnerFAM": (0, 0, 1, 2),
    "PriorAttain": (0, 1, 1, 2), "HRSRecord": (0, 0, 1, 2),
}  # fmt: skip
#: Text and numbers that make records meet: few of them, so that equal ones are common.
POOLS: dict[str, list[Any]] = {
    "ConRefNumber": [None, "CON-1", "CON-2"], "StdCode": [None, 1, 2],
    "LearnAimRef": ["ZPROG001", "50000001", "50000002", "50000003"],
    "ULN": [1000000043, 9999999999, 1000000051], "AimSeqNumber": [1, 2, 3],
}  # fmt: skip


class Maker:
    """Makes tables and reference rows for some rules, by a seed."""

    def __init__(self, year: Year, rules: list[BuiltRule], seed: int) -> None:
        self.year, self.random = year, random.Random(seed)  # noqa: S311
        self.pools = _literals(rules)

    def tables(self, learners: int) -> Tables:
        schema = self.year.schema
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in schema.entities}
        header = {"FilePreparationDate": self.year.academic_year.start + timedelta(120)}
        for name in ("Message", "Header", "CollectionDetails", "Source", "LearningProvider"):
            rows[name].append({"parent": 0} | (header if name == "CollectionDetails" else {}))
        rows["LearningProvider"][0]["UKPRN"] = 10000001
        for _ in range(learners):
            self._add("Learner", 0, rows, len(rows["Learner"]))
        return Tables(self.year, {name: self._frame(name, found) for name, found in rows.items()})

    def _add(self, entity: str, parent: int, rows: dict[str, list[dict[str, Any]]], learner: int) -> None:
        declared = self.year.schema.entities[entity]
        record = {"parent": parent, "learner": learner}
        number = len(rows[entity])
        rows[entity].append(record)
        for field in declared.fields:
            record[field.name] = self._value(field.path, field.name, field.type, field.required)
        if entity == "Learner":
            record["LearnRefNumber"] = f"L{learner}"
        for child in declared.entities:
            for _ in range(self.random.choice(COUNTS.get(child.name, (0, 0, 0, 1)))):
                self._add(child.name, number, rows, learner)

    def _value(self, path: str, name: str, type_: Type, required: bool) -> Any:
        if not required and self.random.random() < 0.3:
            return None
        if name == "DateOfBirth":
            return date(
                self.random.randrange(1988, 2012), self.random.choice([7, 8, 8, 9]), self.random.choice([1, 15, 30])
            )
        pool = POOLS.get(name) or self.pools.get(path)
        if pool and self.random.random() < 0.95:
            return self.random.choice(pool)
        if type_ == Type.DATE:
            return date(2012, 8, 1) + timedelta(self.random.randrange(5600))
        return self.random.choice([1, 2, 3]) if type_.is_number else "A" if type_.is_text else None

    def _frame(self, entity: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
        declared = self.year.schema.entities[entity]
        columns = {
            "row": pl.Series(range(len(rows)), dtype=pl.UInt32),
            "parent": pl.Series([r["parent"] for r in rows], dtype=pl.UInt32),
            "learner": pl.Series([r.get("learner", 0) for r in rows], dtype=pl.UInt32),
            "line": pl.Series([1] * len(rows), dtype=pl.UInt32),
        }
        for field in declared.fields:
            columns[field.name] = pl.Series([r.get(field.name) for r in rows], dtype=DTYPES[field.type], strict=False)
        return pl.DataFrame(columns)

    def reference(self, tables: list[str]) -> tuple[Reference, dict[str, list[dict[str, Any]]]]:
        """Reference rows for these tables, as the engine takes them and as plain rows."""
        made = {table: [self._reference_row(table) for _ in range(12)] for table in tables}
        for table, rows in made.items():
            keys = {"lars": "LearnAimRef", "organisations": "UKPRN", "lars_standard": "StandardCode"}
            if table in keys:  # one row a key, as in the published files
                made[table] = list({r[keys[table]]: r for r in rows}.values())
        frames = {
            t: pl.DataFrame(rows, schema=schema_of(t)) if rows else pl.DataFrame(schema=schema_of(t))
            for t, rows in made.items()
        }
        return Reference.from_frames(frames), made

    def _reference_row(self, table: str) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for column, dtype in schema_of(table).items():
            pool = self.pools.get(f"{table}.{column}") or POOLS.get({"StandardCode": "StdCode"}.get(column, column))
            if column in ("UKPRN", "DeliveryUKPRN"):
                row[column] = 10000001
            elif dtype == pl.Date:
                row[column] = (
                    None if self.random.random() < 0.25 else date(2014, 8, 1) + timedelta(self.random.randrange(4600))
                )
            elif pool:
                row[column] = self.random.choice([p for p in pool if p is not None])
            else:
                row[column] = (
                    self.random.choice([1, 2, 3]) if dtype.is_numeric() else "A" if dtype == pl.String else None
                )
        return row


def _literals(rules: list[BuiltRule]) -> dict[str, list[Any]]:
    """For each field and reference column, what it is compared with in these rules; dates with the days beside them."""
    pools: dict[str, set[Any]] = defaultdict(set)
    for built in rules:
        for node in built.expr.walk():
            if node.op in ("eq", "lt", "le", "gt", "ge", "in", "starts_with") and isinstance(node.args[0], Expr):
                left, right = node.args
                name = _name(left)
                values = (
                    right
                    if node.op == "in"
                    else [right.args[0]]
                    if isinstance(right, Expr) and right.op == "lit"
                    else []
                )
                values = [f"{right}001"] if node.op == "starts_with" else values
                for value in values if name else ():
                    beside = [value - timedelta(1), value, value + timedelta(1)] if isinstance(value, date) else [value]
                    pools[name].update(beside)
    return {name: sorted(values, key=str) for name, values in pools.items()}


def _name(expr: Expr) -> str:
    if expr.op == "field":
        return f"{expr.args[1]}.{expr.args[2]}"
    return f"{expr.args[0].table}.{expr.args[1]}" if expr.op == "ref" else ""
