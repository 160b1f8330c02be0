"""The cases beside a rule: a small table in text, one line a case, run by the tests and printed in the docs.

Columns name fields of the rule's record or of those it stands in, in the file's own spelling; a blank cell is a value
that was not returned. ``fires`` says yes or no; ``why`` says why. Records beside or below have short forms:

==================  ==================================================================================
``FAM``             delivery FAM records of the aim: ``LDM034 SOF105 ACT1@2025-08-01..2026-07-31``
``LearnerFAM``      learner FAM records: ``HNS1 EDF2``
``Emp``             employment records: ``10@2025-08-01 SEI1 EmpId=999999999; 11@2026-01-01 BSI4``
``ESM``             monitoring records of an employment record: ``BSI1 SEI1``
``AFin``            financial records: ``TNP1=5000@2025-08-01 PMR1=200@2025-09-01``
``HRS``             HRSRecord records: ``XYZ1=500``
``LLDD``            ``4 5*`` (the star marks the primary one)
``Prior``           prior attainment: ``3@2020-07-31``
``Other``           records beside this one: ``AimType=1 ProgType=25 FAM=LDM034,SOF105; AimType=3``
an entity's name    records of that entity below or beside: ``WorkPlaceMode=1 WorkPlaceHours=40``
                    and inside a cell, those below: ``AimType=4 LearningDeliveryHE=MODESTUD=1``
a reference table   its rows: ``NotionalNVQLevelv2=3 EffectiveFrom=2015-08-01``; the aim's own LearnAimRef,
                    StdCode and UKPRN are filled in where the row does not give them
``code_lists``      codes that stand in place of a published list: ``field=LLDDCat code=4 valid_to=2015-07-31``
==================  ==================================================================================

A value with a space in it stands in double quotes. A column ``years`` limits a case to some years.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from openilr.derive.frames import Frames
from openilr.spec import Code, CodeList, Type
from openilr.validate.rule import Rule
from openilr.validate.ruleset import BuiltRule, RuleSet, build_rule, reference_kinds
from openilr.years import Year

__all__ = ["Case", "fires", "parse"]

_DTYPES: dict[Type, pl.DataType] = {
    Type.INT: pl.Int32(), Type.LONG: pl.Int64(), Type.DECIMAL: pl.Float64(), Type.DATE: pl.Date(),
    Type.DATETIME: pl.Datetime("us"), Type.STRING: pl.String(), Type.RESTRICTED: pl.String(),
}  # fmt: skip
_SHORT = {
    "FAM": "LearningDeliveryFAM", "LearnerFAM": "LearnerFAM", "Emp": "LearnerEmploymentStatus",
    "ESM": "EmploymentStatusMonitoring", "AFin": "AppFinRecord", "HRS": "HRSRecord",
    "LLDD": "LLDDandHealthProblem", "Prior": "PriorAttain",
}  # fmt: skip
_CODED = {
    "LearningDeliveryFAM": ("LearnDelFAMType", "LearnDelFAMCode", "LearnDelFAMDateFrom", "LearnDelFAMDateTo"),
    "LearnerFAM": ("LearnFAMType", "LearnFAMCode", "", ""),
    "EmploymentStatusMonitoring": ("ESMType", "ESMCode", "", ""),
    "AppFinRecord": ("AFinType", "AFinCode", "AFinDate", ""),
    "HRSRecord": ("HRSType", "HRSCode", "", ""),
}
_AMOUNT = {"AppFinRecord": "AFinAmount", "HRSRecord": "HRSAmount"}
_FILLED = {"LearnAimRef": "LearnAimRef", "StandardCode": "StdCode", "UKPRN": "UKPRN"}


class BadCase(ValueError):
    """A case that can not be read; the text says where."""


@dataclass
class Case:
    """One line of a rule's cases."""

    rule: Rule
    cells: dict[str, str]
    fires: bool
    why: str
    years: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return f"{self.rule.id}: {self.why}"


def parse(rule: Rule) -> Iterator[Case]:
    """The cases of a rule. BadCase names the rule and the line."""
    lines = [line.strip() for line in rule.cases.splitlines() if line.strip() and not set(line.strip()) <= set("-+| ")]
    if not lines:
        return
    header = [h.strip() for h in lines[0].split("|")]
    for line in lines[1:]:
        cells = [c.strip() for c in line.split("|")]
        if len(cells) != len(header):
            raise BadCase(f"{rule.id}: {len(header)} columns, but {len(cells)} cells in: {line}")
        row = dict(zip(header, cells, strict=True))
        verdict = row.pop("fires", "")
        if verdict not in ("yes", "no"):
            raise BadCase(f"{rule.id}: fires must be yes or no in: {line}")
        yield Case(rule, row, verdict == "yes", row.pop("why", ""), tuple(row.pop("years", "").split()))


def fires(case: Case, year: Year) -> bool:
    """Whether the rule, as shipped, fires on the case's own record in this year."""
    year = _with_code_lists(case, year)
    return verdict(case, build_rule(case.rule, year), year)


def _with_code_lists(case: Case, year: Year) -> Year:
    """The year with the code lists that the case gives, each in place of the published one."""
    given: dict[str, list[Code]] = {}
    for text in filter(str.strip, case.cells.get("code_lists", "").split(";")):
        row = dict(t.partition("=")[::2] for t in shlex.split(text))
        ends = date.fromisoformat(row["valid_to"]) if "valid_to" in row else None
        given.setdefault(row["field"], []).append(Code(row["code"], "", row.get("type", ""), None, ends))
    lists = {f: CodeList.of(f, codes, True, "The case") for f, codes in given.items()}
    return year.with_code_lists(lists) if lists else year


def verdict(case: Case, built: BuiltRule, year: Year) -> bool:
    from openilr.reference import Reference

    message = _Message(case, year)
    tables = message.tables()
    reference = Reference.from_frames({t: message.reference.get(t, []) for t in built.needs})
    rules = RuleSet(year, [built], built.needs)
    frames = Frames(tables, rules.compiler, reference)
    hits = frames.select(case.rule.entity, [built.compiled(rules.compiler)])
    return bool(hits[case.rule.id][message.subject])


class _Message:
    """A message with the case's records in it, and the reference rows that it names."""

    def __init__(self, case: Case, year: Year) -> None:
        self.case, self.year, self.schema = case, year, year.schema
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in self.schema.entities}
        self.reference: dict[str, list[dict[str, Any]]] = {}
        self.subject = 0
        for entity in ("Message", "Header", "CollectionDetails", "Source", "LearningProvider"):
            self._add(entity, 0, {})
        self.rows["CollectionDetails"][0]["FilePreparationDate"] = f"{year.academic_year.start.year}-11-01"
        self.rows["LearningProvider"][0]["UKPRN"] = "10000001"
        self._read(case.cells)

    def _fail(self, text: str) -> BadCase:
        return BadCase(f"{self.case}: {text}")

    def _add(self, entity: str, parent: int, values: dict[str, str]) -> int:
        known = {f.name for f in self.schema.entities[entity].fields}
        for name in values:
            if name not in known:
                raise self._fail(f"{entity} has no field {name}")
        if entity == "Learner":
            values = {"LearnRefNumber": f"L{len(self.rows['Learner']) + 1}", **values}
        if entity == "LearningDelivery":
            values = {"AimSeqNumber": str(1 + sum(r["parent"] == parent for r in self.rows[entity])), **values}
        self.rows[entity].append({"parent": parent, **values})
        return len(self.rows[entity]) - 1

    def _read(self, cells: dict[str, str]) -> None:
        entity, kinds = self.case.rule.entity, reference_kinds()
        own: dict[str, dict[str, str]] = {}
        line = [entity, *self.schema.ancestors[entity]]
        beside: dict[str, str] = {}
        for name, cell in cells.items():
            if name in _SHORT or name in self.schema.entities or name == "Other" or name in kinds:
                beside[name] = cell
            else:
                holder = next((e for e in [*line, "CollectionDetails", "LearningProvider", "Source"]
                               if f"{e}.{name}" in self.schema.fields), None)  # fmt: skip
                if holder is None:
                    raise self._fail(f"there is no field or table {name} in {self.year.name}")
                if cell:
                    own.setdefault(holder, {})[name] = cell.strip('"')
        for header in ("CollectionDetails", "LearningProvider", "Source"):
            if header not in line:
                self.rows[header][0] |= own.get(header, {})
        at: dict[str, int] = {"Message": 0}
        for name in reversed(line[:-1]):
            values = own.get(name, {})
            if name == "LearningDelivery" and "lars" in " ".join(beside):
                values = {"LearnAimRef": "50000001", **values}
            at[name] = self._add(name, at[self.schema.entities[name].parent or "Message"], values)
        self.subject = at[entity]
        for name, cell in beside.items():
            if cell and name not in kinds:
                self._beside(name, cell, at)
        for name, cell in beside.items():
            if name in kinds:
                self.reference[name] = [self._reference_row(name, text) for text in cell.split(";") if text.strip()]

    def _beside(self, name: str, cell: str, at: dict[str, int]) -> None:
        entity = self.case.rule.entity if name == "Other" else _SHORT.get(name, name)
        parent = at.get(self.schema.entities[entity].parent or "")
        if parent is None:
            raise self._fail(f"{entity} stands in no record of this case; write it inside its parent's cell")
        for text in (
            cell.split(";")
            if ";" in cell or entity not in (*_CODED, "PriorAttain", "LLDDandHealthProblem")
            else cell.split()
        ):
            if text.strip():
                self._record(entity, parent, text)

    def _record(self, entity: str, parent: int, text: str) -> None:
        values: dict[str, str] = {}
        below: list[tuple[str, str]] = []
        for token in shlex.split(text):
            name, equals, value = token.partition("=")
            if equals and name in {f.name for f in self.schema.entities[entity].fields}:
                values[name] = value
            elif equals and name in _SHORT:
                below += [(_SHORT[name], t) for t in value.split(",")]
            elif equals and name in self.schema.entities:
                below += [(name, t) for t in value.split(",")]
            else:
                self._token(entity, token, values, below)
        row = self._add(entity, parent, values)
        for child, token in below:
            if self.schema.entities[child].parent != entity:
                raise self._fail(f"{child} does not stand in {entity}")
            self._record(child, row, token)

    def _token(self, entity: str, token: str, values: dict[str, str], below: list[tuple[str, str]]) -> None:
        coded = re.fullmatch(r"([A-Za-z]{3})(\w*)(?:=(-?\w+))?(?:@([\d-]*)(?:\.\.([\d-]+))?)?", token)
        status = re.fullmatch(r"(\d*)(?:@([\d-]+))?(\*)?", token)
        if entity in _CODED and coded:
            columns = (*_CODED[entity][:2], _AMOUNT.get(entity, ""), *_CODED[entity][2:])
            values |= {c: v for c, v in zip(columns, coded.groups(), strict=True) if c and v}
        elif entity == "LearnerEmploymentStatus" and status:
            values |= {c: v for c, v in (("EmpStat", status[1]), ("DateEmpStatApp", status[2])) if v}
        elif entity == "LearnerEmploymentStatus" and coded:
            below.append(("EmploymentStatusMonitoring", token))
        elif entity == "PriorAttain" and status:
            values |= {c: v for c, v in (("PriorLevel", status[1]), ("DateLevelApp", status[2])) if v}
        elif entity == "LLDDandHealthProblem" and status:
            values |= {"LLDDCat": status[1]} | ({"PrimaryLLDD": "1"} if status[3] else {})
        else:
            raise self._fail(f"can not read {token!r} as {entity}")

    def _reference_row(self, table: str, text: str) -> dict[str, Any]:
        values = dict(t.partition("=")[::2] for t in shlex.split(text))
        columns = reference_kinds()[table].columns
        for name in values:
            if name not in columns:
                raise self._fail(f"reference table {table} has no column {name}")
        for column, name in _FILLED.items():
            if column in columns and column not in values:
                holder = "LearningProvider" if name == "UKPRN" else "LearningDelivery"
                found = next((r[name] for r in self.rows[holder] if name in r), None)
                if found is not None:
                    values[column] = found
        return values

    def tables(self) -> Any:
        from openilr.collect.tables import Tables

        frames: dict[str, pl.DataFrame] = {}
        learners: dict[str, list[int]] = {}
        moved: dict[str, dict[int, int]] = {"": {0: 0}}
        for entity in self.schema.root.walk():
            # Cells name records in any order; a file holds them parent by parent, so they are numbered again.
            parents = [moved[entity.parent or ""][r["parent"]] for r in self.rows[entity.name]]
            order = sorted(range(len(parents)), key=lambda i, p=parents: p[i])  # type: ignore[misc]
            moved[entity.name] = {old: new for new, old in enumerate(order)}
            rows = [self.rows[entity.name][i] for i in order]
            parents.sort()
            columns: dict[str, pl.Series] = {
                "row": pl.Series(range(len(rows)), dtype=pl.UInt32),
                "parent": pl.Series(parents, dtype=pl.UInt32),
            }
            if entity.name == "Learner":
                learners[entity.name] = list(range(len(rows)))
            elif entity.parent in learners:
                learners[entity.name] = [learners[entity.parent][p] for p in parents]
            if entity.name in learners:
                columns["learner"] = pl.Series(learners[entity.name], dtype=pl.UInt32)
            columns["line"] = pl.Series([1] * len(rows), dtype=pl.UInt32)
            for f in entity.fields:
                columns[f.name] = self._typed(f.path, f.type, [r.get(f.name) for r in rows])
            frames[entity.name] = pl.DataFrame(columns)
        self.subject = moved[self.case.rule.entity][self.subject]
        return Tables(self.year, frames)

    def _typed(self, path: str, type_: Type, values: list[str | None]) -> pl.Series:
        text = pl.Series(values, dtype=pl.String)
        try:
            return text.str.to_date("%Y-%m-%d") if type_ == Type.DATE else text.cast(_DTYPES[type_])
        except pl.exceptions.PolarsError:
            raise self._fail(f"a value of {path} can not be read: {values}") from None
