"""Write a synthetic return: learners one after another, straight to the file, in the order of the year's schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any
from xml.sax.saxutils import escape

from openilr import years
from openilr.spec import AcademicYear, Entity, Field
from openilr.synth import catalogue
from openilr.synth import faults as planting
from openilr.synth.learners import Record, Setting, learner


@dataclass
class Written:
    """What a synthetic return holds. ``planted`` has a row for each fault: learner reference number and rule id."""

    path: Path
    learners: int = 0
    aims: int = 0
    planted: list[tuple[str, str]] = field(default_factory=list)


def file_name(year: str, ukprn: int, made: datetime, serial: str = "01") -> str:
    """The name that the file-name rules ask for."""
    return f"ILR-{ukprn}-{year}-{made:%Y%m%d-%H%M%S}-{serial}.xml"


def write_return(
    folder: Path,
    count: int,
    *,
    year: str = "2526",
    ukprn: int = catalogue.UKPRNS[0],
    prepared: date | None = None,
    seed: int = 1,
    faults: float = 0.0,
    first: int = 0,
) -> Written:
    """Write one return of ``count`` learners into ``folder``, the same for the same arguments.

    ``prepared`` is the day the file says it was made (default: 30 June of the academic year). ``faults`` is the share
    of learners, from 0 to 1, with one planted fault, of a kind that a rule is there to find. ``first`` is the number
    of the first learner: returns that share no numbers share no ULN.
    """
    if count < 1:
        raise ValueError(f"A return holds at least one learner, so {count} cannot be written.")
    academic = AcademicYear(year)
    made = datetime.combine(prepared or academic.end.replace(month=6, day=30), time(9, 0))
    rules = planting.known(year) if faults else []
    random = Random(f"{seed} {year} {ukprn}")  # noqa: S311 - made-up learners, not secrets
    setting = Setting(academic, made.date(), delivery=ukprn * 7 % 10_000)
    result = Written(Path(folder) / file_name(year, ukprn, made))
    result.path.parent.mkdir(parents=True, exist_ok=True)
    with result.path.open("w", encoding="utf-8", newline="\n") as out:
        schema = years.load(year).schema
        out.write(f'<?xml version="1.0" encoding="utf-8"?>\n<Message xmlns="{schema.namespace}">\n')
        for name, record in (("Header", header(year, ukprn, made)), ("LearningProvider", {"UKPRN": ukprn})):
            out.write("".join(_element(schema.entities[name], record, 1)))
        entity = schema.entities["Learner"]
        for record in _learners(setting, range(first, first + count), random, faults, rules, result):
            out.write("".join(_element(entity, record, 1)))
        out.write("</Message>\n")
    return result


def _learners(
    setting: Setting, numbers: range, random: Random, faults: float, rules: list[str], result: Written
) -> Iterator[Record]:
    for number in numbers:
        record = learner(setting, number, random)
        if faults and random.random() < faults:
            rule = planting.plant(record, rules, random)
            if rule:
                result.planted.append((record["LearnRefNumber"], rule))
        result.learners += 1
        result.aims += len(record["LearningDelivery"])
        yield record


def header(year: str, ukprn: int, made: datetime) -> Record:
    """The header record of a return, from collection details to source."""
    details = {"Collection": "ILR", "Year": year, "FilePreparationDate": made.date()}
    source = {
        "ProtectiveMarking": "OFFICIAL-SENSITIVE-Personal",
        "UKPRN": ukprn,
        "SoftwareSupplier": "OpenILR",
        "SoftwarePackage": "Synthetic",
        "Release": "1",
        "SerialNo": "01",
        "DateTime": made.isoformat(),
    }
    return {"CollectionDetails": [details], "Source": [source]}


def _element(entity: Entity, record: Record, depth: int) -> list[str]:
    """The lines of one entity. A name that the year's schema does not have is left out, and so is a None."""
    indent = "\t" * depth
    lines = [f"{indent}<{entity.name}>\n"]
    for child in entity.children:
        value = record.get(child.name)
        if value is None:
            continue
        if isinstance(child, Field):
            lines.append(f"{indent}\t<{child.name}>{_text(value)}</{child.name}>\n")
        else:
            for below in value:
                lines += _element(child, below, depth + 1)
    lines.append(f"{indent}</{entity.name}>\n")
    return lines


def _text(value: Any) -> str:
    return escape(value) if isinstance(value, str) else str(value)
