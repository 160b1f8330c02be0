"""Learners that are awkward on purpose: their values are those that rules look for, and the days beside them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from openilr.collect.columns import DTYPES
from openilr.collect.tables import Tables
from openilr.derive.expressions import Expr, Quantity
from openilr.reference import TABLES, Reference, schema_of
from openilr.spec import Field, Type
from openilr.validate.ruleset import BuiltRule
from openilr.years import Year

#: How many records of an entity stand in one parent: the choices are drawn from. Entities that a rule does not name
#: are rarer, though never absent: a rule that forgets one is to be found out.
COUNTS = {
    "LearningDelivery": (1, 1, 2, 2, 3, 4), "LearningDeliveryFAM": (0, 1, 1, 2, 2, 3, 3, 4, 5, 9),
    "LearnerEmploymentStatus": (0, 1, 1, 2, 3), "EmploymentStatusMonitoring": (0, 1, 1, 2, 2, 3),
    "AppFinRecord": (0, 0, 1, 2, 3, 6), "LearnerFAM": (0, 0, 1, 2), "PriorAttain": (0, 1, 1, 2),
    "HRSRecord": (0, 0, 1, 2), "LLDDandHealthProblem": (0, 0, 1, 2), "LearningDeliveryWorkPlacement": (0, 0, 1, 2),
    "ProviderSpecLearnerMonitoring": (0, 0, 1, 2), "ProviderSpecDeliveryMonitoring": (0, 0, 1, 2),
}  # fmt: skip
#: Text and numbers that make records meet: few of them, so that equal ones are common.
POOLS: dict[str, list[Any]] = {
    "ConRefNumber": [None, "CON-1", "CON-2"], "StdCode": [None, 1, 2],
    "LearnAimRef": ["ZPROG001", "50000001", "50000002", "50000003", "60000009"],
    "ULN": [1000000043, 9999999999, 1000000051], "AimSeqNumber": [1, 2, 3],
}  # fmt: skip
#: Values of fields that a rule does not name: those that would matter if it did.
USUAL: dict[str, list[Any]] = {
    "FundModel": [10, 11, 25, 35, 36, 37, 38, 39, 81, 82, 99], "ProgType": [25, 30, 31, 32, 34],
    "AimType": [1, 3, 4, 5], "CompStatus": [1, 2, 3, 6], "Outcome": [1, 2, 3, 8], "EmpStat": [10, 11, 12, 98],
    "LearnDelFAMType": ["RES", "LDM", "SOF", "ACT", "FFI"], "LearnDelFAMCode": ["1", "034", "023", "105", "110", "378"],
    "ESMType": ["BSI", "EII", "OET"], "LearnFAMType": ["EHC", "HNS"],
}  # fmt: skip
#: Columns of reference tables that are compared with a field of another name.
SAME_AS = {"StandardCode": "StdCode", "LDMCode": "LearnDelFAMCode", "ILRContractRefNumber": "ConRefNumber"}
UNKNOWN_AIM = "60000009"
#: How far days of one learner lie apart: none, one, and what rules count in (days, weeks, months, years).
APART = (-400, -31, -1, 0, 0, 0, 1, 4, 5, 7, 14, 60, 61, 112, 113, 182, 200, 241, 242, 364, 365, 366, 729, 731, 3652)


class Maker:
    """Makes tables and reference rows for some rules, by a seed.

    Half of the learners lean towards what the rules ask for (``wanted``), or few findings would get past the
    exclusions; the others take any value that stands in a rule, or beside one.
    """

    def __init__(self, year: Year, rules: list[BuiltRule], seed: int) -> None:
        self.year, self.random = year, random.Random(seed)  # noqa: S311
        everything = [node for built in rules for node in built.expr.walk()]
        wanted = [node for built in rules for node in _wanted(built.expr)]
        self.pools, self.wanted = _literals(everything), _literals(wanted)
        self.profiles = {True: _profiles(wanted), False: _profiles(everything)}
        self.asked = {path for built in rules for path in built.fields}
        literal = {v for pool in self.pools.values() for v in pool if isinstance(v, date)}
        days = year.academic_year
        self.anchors = sorted(literal | {days.start, days.start - timedelta(1), days.end, days.august_31})
        self.ages = sorted({age for node in everything for age in _ages(node)})
        self.days: list[date] = []
        self.mood: dict[str, list[Any]] = {}
        self.leaning = False
        self.empty: dict[str, pl.DataFrame] = {}
        self.shape = {
            name: ([(f, f.path, f.name) for f in declared.fields], [e.name for e in declared.entities])
            for name, declared in year.schema.entities.items()
        }
        self.counts = {entity: self._counts(entity) for entity in self.shape}

    def _counts(self, entity: str) -> tuple[int, ...]:
        if self._asks_about(entity) or entity in ("LearningDelivery", "LearningDeliveryFAM"):
            return COUNTS.get(entity, (0, 0, 0, 1))
        return (0, 0, 0, 1) if entity in COUNTS else (0,) * 9 + (1,)

    def _asks_about(self, entity: str) -> bool:
        return any(path.startswith(f"{entity}.") for path in self.asked)

    def tables(self, learners: int) -> Tables:
        schema, start = self.year.schema, self.year.academic_year.start
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in schema.entities}
        prepared = self._pick([120, 152, 153, 160, 300, 365, 420, 700])
        header = {"FilePreparationDate": start + timedelta(prepared)}
        self.anchors = sorted({*self.anchors, *header.values()})
        for name in ("Message", "Header", "CollectionDetails", "Source", "LearningProvider"):
            rows[name].append({"parent": 0} | (header if name == "CollectionDetails" else {}))
        rows["LearningProvider"][0]["UKPRN"] = 10000001
        for _ in range(learners):
            self._add("Learner", 0, rows, len(rows["Learner"]))
        return Tables(self.year, {name: self._frame(name, found) for name, found in rows.items()})

    def _add(self, entity: str, parent: int, rows: dict[str, list[dict[str, Any]]], learner: int) -> None:
        fields, children = self.shape[entity]
        record: dict[str, Any] = {"parent": parent, "learner": learner}
        number = len(rows[entity])
        rows[entity].append(record)
        if entity == "Learner":
            self._turn()
        for field, path, name in fields:
            if path in self.asked or name == "DateOfBirth":
                record[name] = self._value(field, path, name)
            elif field.required or self.random.random() < 0.4:
                usual = USUAL.get(name) or POOLS.get(name) or _any_value(field)
                record[name] = self._pick(usual) if usual else self._day([])
        profiles = self.profiles[self.leaning].get(entity)
        if profiles and self.random.random() < 0.6:
            record.update({name: self._pick(values) for name, values in self._pick(profiles).items()})
        if entity == "Learner":
            record["LearnRefNumber"] = f"L{learner if self.random.random() < 0.95 else learner // 2}"
        for child in children:
            for _ in range(self._pick(self.counts[child])):
                self._add(child, number, rows, learner)

    def _turn(self) -> None:
        """Whether the next learner leans, and around which days."""
        self.leaning = self.random.random() < 0.5
        starts = [v for v in self.wanted.get("LearningDelivery.LearnStartDate", []) if isinstance(v, date)]
        first = self._pick(starts) if self.leaning and starts else self._any_day()
        self.days, self.mood = [first, self._any_day()], {}

    def _pick(self, pool: Sequence[Any]) -> Any:
        return pool[int(self.random.random() * len(pool))]  # several times as quick as choice()

    def _any_day(self) -> date:
        if self.random.random() < 0.6:
            return self._pick(self.anchors)
        return date(2012, 8, 1) + timedelta(int(self.random.random() * 5600))

    def _value(self, field: Field, path: str, name: str) -> Any:
        pool = self.wanted.get(path) if self.leaning else None
        if not field.required and path in self.asked and self.random.random() < (0.1 if pool else 0.3):
            return None
        if name == "DateOfBirth":
            return self._birth()
        pool = pool if pool and self.random.random() < 0.85 else self.pools.get(path, [])
        if field.type == Type.DATE:
            return self._day([v for v in pool if isinstance(v, date)])
        if pool and pool is self.wanted.get(path):
            return self._pick(pool)
        if path not in self.mood:
            self.mood[path] = self._few(field, pool)
        return self._pick(self.mood[path])

    def _few(self, field: Field, pool: list[Any]) -> list[Any]:
        """Some of the values that matter; a learner has few different ones."""
        pool = [*POOLS.get(field.name, []), *pool]
        if pool and self.random.random() < 0.9:
            return self.random.choices(pool, k=self._pick([1, 1, 2, 3, 6]))
        return _any_value(field)

    def _birth(self) -> date:
        """Near a birthday on a day that matters, for a learner of 13 to 26; now and then of any age."""
        day = self._pick([*self.days, *self.days, self.year.academic_year.august_31])
        years = self._pick([0, 0, 4, 30, 60, 114, 115, *range(13, 27), *range(13, 27)])
        if self.ages and self.random.random() < 0.6:
            years = self._pick(self.ages)
        if (day.month, day.day) == (2, 29):
            day -= timedelta(1)
        return day.replace(year=day.year - years) + timedelta(self._pick([-100, -1, 0, 0, 1, 100]))

    def _day(self, pool: list[date]) -> date:
        chance = self.random.random()
        if pool and chance < (0.5 if self.leaning else 0.3):
            return self._pick(pool)
        if chance < 0.9:
            return self._pick(self.days) + timedelta(self._pick(APART))
        return self._any_day()

    def _frame(self, entity: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
        declared = self.year.schema.entities[entity]
        if not rows and entity in self.empty:
            return self.empty[entity]
        columns = {
            "row": pl.Series(range(len(rows)), dtype=pl.UInt32),
            "parent": pl.Series([r["parent"] for r in rows], dtype=pl.UInt32),
            "learner": pl.Series([r.get("learner", 0) for r in rows], dtype=pl.UInt32),
            "line": pl.Series([1] * len(rows), dtype=pl.UInt32),
        }
        for field in declared.fields:
            columns[field.name] = pl.Series([r.get(field.name) for r in rows], dtype=DTYPES[field.type], strict=False)
        frame = pl.DataFrame(columns)
        if not rows:
            self.empty[entity] = frame
        return frame

    def reference(self, tables: list[str], needs: Collection[str]) -> tuple[Reference, dict[str, list[dict[str, Any]]]]:
        """Reference rows: of the tables in need as the engine takes them, and of all as plain rows."""
        made = {}
        for table in tables:
            self.leaning = self.random.random() < 0.7
            rows = [self._reference_row(table) for _ in range(self._pick([0, 2, 4, 8, 14]))]
            keys = [c.name for c in TABLES[table].columns if c.key]  # one row a key, as in the published files
            made[table] = list({tuple(r[k] for k in keys) if keys else n: r for n, r in enumerate(rows)}.values())
        frames = {t: pl.DataFrame(rows, schema=schema_of(t)) for t, rows in made.items() if t in needs}
        return Reference.from_frames(frames), made

    def _reference_row(self, table: str) -> dict[str, Any]:
        return {column: self._reference_value(table, column, dtype) for column, dtype in schema_of(table).items()}

    def _reference_value(self, table: str, column: str, dtype: Any) -> Any:
        if column in ("UKPRN", "DeliveryUKPRN"):
            return self._pick([10000001, 10000001, 10000002])
        if dtype == pl.Date:
            missing = 0.3 if column.endswith(("To", "End", "EndDate", "Starts")) else 0.05
            return None if self.random.random() < missing else self._any_day()
        name = SAME_AS.get(column, column)
        asked = (self.wanted if self.leaning else self.pools).get(f"{table}.{column}", [])
        pool = [*asked, *POOLS.get(name, [])]
        if not pool:
            pool = [v for path, values in self.pools.items() if path.endswith(f".{name}") for v in values]
        wanted = str if dtype == pl.String else (int, float)
        pool = [v for v in pool if isinstance(v, wanted) and v != UNKNOWN_AIM]
        if pool and (self.random.random() < 0.65 or column == "LearnAimRef"):
            return self._pick(pool)
        if dtype == pl.Boolean:
            return self.random.random() < 0.5
        return self._pick([3, 7, 900]) if dtype.is_numeric() else self._pick(["A", "A", "B"])


def _any_value(field: Field) -> list[Any]:
    """Values for a field of which nothing is known; none for dates."""
    if field.type == Type.DATE:
        return []
    return [1, 2, 3, 400] if field.type.is_number else ["A", "A", "B"]


def _wanted(expr: Expr) -> Iterator[Expr]:
    """The parts of a rule that must be so for it to fire: all but what stands behind a "not"."""
    if expr.op == "not":
        return
    yield expr
    for arg in expr.args:
        if isinstance(arg, Expr):
            yield from _wanted(arg)
        elif isinstance(arg, Quantity):
            for part in arg.parts():
                yield from _wanted(part)


def _ages(node: Expr) -> list[int]:
    """The whole years that a comparison of an age asks for, and those beside them."""
    sides = [arg for arg in node.args if isinstance(arg, Expr)] if node.op in ("lt", "le", "gt", "ge", "eq") else []
    if not any(part.op == "years_until" for side in sides for part in side.walk()):
        return []
    found = [v for side in sides for v in _constants(side) if isinstance(v, int)]
    return [max(0, value + beside) for value in found for beside in (-1, 0, 1, 3)]


def _profiles(nodes: list[Expr]) -> dict[str, list[dict[str, list[Any]]]]:
    """By entity, the values that one record has together in a question about such records (a type and its codes)."""
    found: dict[str, list[dict[str, list[Any]]]] = defaultdict(list)
    for node in nodes:
        for quantity in (a for a in node.args if isinstance(a, Quantity)):
            own = _literals([n for part in quantity.parts() for n in part.walk()])
            entity = quantity.table_name
            profile = {
                path.partition(".")[2]: values
                for path, values in own.items()
                if path.startswith(f"{entity}.") and not any(isinstance(v, date) for v in values)
            }
            if profile and profile not in found[entity]:
                found[entity].append(profile)
    return found


def _literals(nodes: list[Expr]) -> dict[str, list[Any]]:
    """For each field and reference column, what it is compared with, and what lies beside that."""
    pools: dict[str, set[Any]] = defaultdict(set)
    for node in nodes:
        if node.op in ("eq", "lt", "le", "gt", "ge", "in", "starts_with") and isinstance(node.args[0], Expr):
            left, right = node.args
            values = right if node.op == "in" else _constants(right)
            if node.op == "starts_with":
                values = [f"{right}001"]
            for name, kind in _names(left):
                fitting = [v for v in values if isinstance(v, _PYTHON[kind]) and not isinstance(v, bool)]
                pools[name].update(b for v in fitting for b in _beside(v, node.op))
    return {name: sorted(values, key=str) for name, values in pools.items() if values}


_PYTHON: dict[str, Any] = {
    "text": str,
    "int": int,
    "decimal": (int, float),
    "date": date,
    "datetime": date,
    "bool": bool,
}


def _beside(value: Any, op: str) -> list[Any]:
    if isinstance(value, date):
        # A day centuries ahead stands for "open-ended"; no record holds it.
        return [value - timedelta(1), value, value + timedelta(1)] if value.year < 2090 else []
    if op in ("lt", "le", "gt", "ge") and isinstance(value, int):
        return [value - 1, value, value + 1]
    return [value]


def _constants(right: Any) -> list[Any]:
    """The constant that a side of a comparison is; nothing where it holds a field."""
    if not isinstance(right, Expr) or _names(right):
        return []
    return [node.args[0] for node in right.walk() if node.op == "lit"]


def _names(expr: Expr) -> list[tuple[str, str]]:
    """The fields and reference columns whose values a side of a comparison is made of, each with its kind."""
    if expr.op == "field":
        return [(f"{expr.args[1]}.{expr.args[2]}", expr.kind)]
    if expr.op == "ref":
        return [(f"{expr.args[0].table}.{expr.args[1]}", expr.kind)]
    inner = [a.value if isinstance(a, Quantity) else a for a in expr.args]
    return [name for part in inner if isinstance(part, Expr) for name in _names(part)]
