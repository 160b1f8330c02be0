"""Small returns made by hand: frames as the collect stage gives them, and a report on them. All values are invented."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from openilr import years
from openilr.spec import Type

TYPES = {
    Type.STRING: pl.String, Type.RESTRICTED: pl.String, Type.INT: pl.Int32, Type.LONG: pl.Int64,
    Type.DECIMAL: pl.Float64, Type.DATE: pl.Date, Type.DATETIME: pl.Datetime("us"),
}  # fmt: skip
FINDINGS = {
    "rule": pl.String, "severity": pl.String, "learn_ref_number": pl.String, "aim_seq_number": pl.Int32,
    "line": pl.UInt32, "fields": pl.String, "message": pl.String,
}  # fmt: skip


@dataclass
class Tables:
    year: years.Year
    frames: dict[str, pl.DataFrame]


@dataclass
class Report:
    findings: pl.DataFrame
    year: str | None = "2526"
    readable: bool = True
    counts: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps({"findings": self.findings.to_dicts()}, default=str)


def report(*findings: tuple[Any, ...], **about: Any) -> Report:
    """``findings`` are (rule, severity, learn_ref_number[, line])."""
    rows = [(rule, sev, ref, None, *(line or [None]), "{}", "") for rule, sev, ref, *line in findings]
    return Report(pl.DataFrame(rows, schema=FINDINGS, orient="row"), **about)


def learner(ref: str | None, *aims: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A learner with aims. Lists under an entity's name are its records; other keys are fields."""
    number = zlib.crc32(str(ref).encode())
    base = {
        "LearnRefNumber": ref, "ULN": 1_000_000_000 + number, "FamilyName": "Featherstonehaugh",
        "GivenNames": "Zebedee", "DateOfBirth": date(2000, 1, 15), "Sex": "F", "Ethnicity": 31, "LLDDHealthProb": 2,
        "Postcode": "ZZ1 1ZX", "PostcodePrior": "ZZ1 1ZW", "Email": "zebedee@example.invalid", "NINumber": "QQ123456A",
        "AddLine1": "1 Quillfeather Row", "TelNo": "07700900123",
    }  # fmt: skip
    return {**base, "LearningDelivery": list(aims), **values}


def aim(number: int = 1, **values: Any) -> dict[str, Any]:
    base = {
        "LearnAimRef": "ZPROG001", "AimType": 1, "AimSeqNumber": number, "LearnStartDate": date(2025, 9, 1),
        "LearnPlanEndDate": date(2026, 12, 1), "FundModel": 36, "ProgType": 25, "StdCode": 105, "CompStatus": 1,
        "DelLocPostCode": "ZZ1 1ZV", "SWSupAimId": "c0ffee00-0000-4000-8000-00000000beef",
    }  # fmt: skip
    return {**base, **values}


def fam(type: str, code: str, **values: Any) -> dict[str, Any]:
    return {"LearnDelFAMType": type, "LearnDelFAMCode": code, **values}


def tables(
    learners: list[dict[str, Any]], *, ukprn: int | None = 99999999, year: str = "2526", line: int = 10
) -> Tables:
    """One batch with these learners. Each element takes one line; the first learner starts at ``line``."""
    pack = years.load(year)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in pack.schema.entities}
    rows["Message"].append({"row": 0, "parent": 0, "line": 1})
    rows["LearningProvider"].append({"row": 0, "parent": 0, "line": 2, "UKPRN": ukprn})
    lines = iter(range(line, 10**6))

    def add(entity: str, record: dict[str, Any], parent: int, of: int | None) -> None:
        row = len(rows[entity])
        mine = row if entity == "Learner" else of
        values = {name: value for name, value in record.items() if name not in pack.schema.entities}
        rows[entity].append({"row": row, "parent": parent, "learner": mine, "line": next(lines), **values})
        for child in pack.schema.entities[entity].entities:
            for below in record.get(child.name, ()):
                add(child.name, below, row, mine)

    for record in learners:
        add("LearnerDestinationandProgression" if "DPOutcome" in record else "Learner", record, 0, None)
    frames = {}
    for name, entity in pack.schema.entities.items():
        types: dict[str, Any] = {"row": pl.UInt32, "parent": pl.UInt32, "line": pl.UInt32}
        if pack.schema.is_within(name, "Learner"):
            types["learner"] = pl.UInt32
        types |= {f.name: TYPES[f.type] for f in entity.fields}
        for record in rows[name]:
            unknown = record.keys() - types.keys() - {"learner"}
            assert not unknown, f"{name} has no {unknown}"
        frames[name] = pl.DataFrame([{k: r.get(k) for k in types} for r in rows[name]], schema=types)
    return Tables(pack, frames)


def sent_file(folder: Path, content: bytes = b"<Message/>") -> Path:
    path = folder / "ILR-99999999-2526-20260801-090000-01.xml"
    path.write_bytes(content)
    return path


def batches(learners: list[dict[str, Any]], size: int, **about: Any) -> Iterator[Tables]:
    """The same learners, ``size`` to a batch, with lines that run on."""
    for start in range(0, len(learners), size):
        yield tables(learners[start : start + size], line=10 + start * 1000, **about)
