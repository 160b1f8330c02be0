"""An application: what a project wants to know, and the least data that answers it. A TOML file, reviewed like code.

``TEMPLATE`` shows every part with a line on each. An application is read strictly: an unknown key, a missing part or
a value of the wrong kind is an AccessError that names it. Whether what it asks for may be given is another question,
which ``openilr.access.admissible`` and ``minimise`` answer.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from openilr.access.errors import AccessError
from openilr.spec import AcademicYear

HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")

TEMPLATE = """\
# An application for data. Change every line that is not a comment; `ilr project check` says what it would contain.
title = "Do apprentices who travel far complete less often?"
public_benefit = "Shows providers and authorities where travel support would keep apprentices in learning."
legal_basis = "Digital Economy Act 2017, part 5 chapter 5"
ethics = "Self-assessment of 12 January 2026, low risk; reference 2026-014."
outputs = "One report with tables and two models; no records leave."
end_date = 2027-07-31            # access and extracts end with this day

[[question]]                     # every field must serve one of these
id = "q1"
text = "How does completion vary with distance to the place of learning?"

[[researcher]]                   # everyone who will see the data; who approves vouches for what is said here
id = "r-jones"                   # a handle: small letters, digits, dots and dashes
name = "R Jones"
organisation = "University of Somewhere"
accreditation = "AR-12345"
accreditation_until = 2028-03-31
training_until = 2027-12-31

[data]
years = ["2526"]                 # academic years
return = "R14"

[[data.where]]                   # who is in it: all of these together. Use in = [...], or from and to
field = "learning_delivery.FundModel"
in = [36]

[[field]]
name = "learning_delivery.CompStatus"
serves = ["q1"]

[[field]]
name = "learning_delivery.LearnStartDate"
detail = "month"                 # how fine: `ilr project fields --search LearnStartDate` lists the steps
serves = ["q1"]

[[field]]
name = "learning_delivery.distance_band"
serves = ["q1"]

# [[source]]                     # a linked source, if any; its fields are then written as <source>.<field>
# name = "hmrc_employment"
# justification = "Completion is followed into employment for q1."
"""


@dataclass(frozen=True)
class Question:
    id: str
    text: str


@dataclass(frozen=True)
class Researcher:
    """A named person, with what the application says of their accreditation."""

    id: str
    name: str
    organisation: str
    accreditation: str
    accreditation_until: date
    training_until: date


@dataclass(frozen=True)
class Condition:
    """Who is in the data: values of one field, or a range of it."""

    field: str
    values: tuple[Any, ...] = ()
    low: Any = None
    high: Any = None

    def __str__(self) -> str:
        if self.values:
            return f"{self.field} is {', '.join(map(str, self.values))}"
        if self.low is not None and self.high is not None:
            return f"{self.field} is {self.low} to {self.high}"
        return f"{self.field} is {self.low} or more" if self.low is not None else f"{self.field} is {self.high} or less"


@dataclass(frozen=True)
class Wanted:
    """A field that is asked for, in which detail (None: the finest there is), and the questions that it serves."""

    name: str
    serves: tuple[str, ...]
    detail: str | None = None


@dataclass(frozen=True)
class Source:
    name: str
    justification: str


@dataclass(frozen=True)
class Application:
    title: str
    public_benefit: str
    legal_basis: str
    ethics: str
    outputs: str
    end_date: date
    questions: tuple[Question, ...]
    researchers: tuple[Researcher, ...]
    years: tuple[str, ...]
    return_name: str
    where: tuple[Condition, ...]
    fields: tuple[Wanted, ...]
    sources: tuple[Source, ...] = ()
    text: str = field(default="", repr=False, compare=False)  #: the file as it was written

    @property
    def people(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.researchers)

    @property
    def data(self) -> str:
        """SHA-256 over what data is asked for: who, which fields in which detail, years, sources. Not why or until."""
        fields = sorted((each.name, each.detail or "") for each in self.fields)
        sources = sorted(source.name for source in self.sources)
        what = (self.years, self.return_name, sorted(map(repr, self.where)), fields, sources)
        return hashlib.sha256(repr(what).encode()).hexdigest()


def parse(text: str) -> Application:
    """Read an application. AccessError with all that is wrong with its form, one after the other."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise AccessError(f"The application is not TOML: {problem}.") from None
    reading = _Reading()
    top = reading.table(
        raw, "the application", (*_TEXTS, "end_date", "question", "researcher", "data", "field", "source")
    )
    data = reading.table(top.get("data", {}), "[data]", ("years", "return", "where"))
    words = {name: reading.text(top, name, "the application") for name in _TEXTS}
    application = Application(
        **words,
        end_date=reading.day(top, "end_date", "the application"),
        questions=tuple(_questions(reading, top)),
        researchers=tuple(_researchers(reading, top)),
        years=tuple(reading.words(data, "years", "[data]")),
        return_name=reading.text(data, "return", "[data]", default="R14"),
        where=tuple(_conditions(reading, data)),
        fields=tuple(_fields(reading, top)),
        sources=tuple(_sources(reading, top)),
        text=text,
    )
    _whole(reading, application)
    if reading.problems:
        raise AccessError("The application cannot be read: " + " ".join(reading.problems))
    return application


def written(raw: dict[str, Any]) -> str:
    """The TOML text of an application given as ``tomllib`` would read it; what is empty is left out."""
    lines = [f"{name} = {_value(raw[name])}\n" for name in (*_TEXTS, "end_date") if raw.get(name)]
    data = raw.get("data", {})
    blocks = [
        *(("[[question]]", row) for row in raw.get("question", ())),
        *(("[[researcher]]", row) for row in raw.get("researcher", ())),
        ("[data]", {name: value for name, value in data.items() if name != "where"}),
        *(("[[data.where]]", row) for row in data.get("where", ())),
        *(("[[source]]", row) for row in raw.get("source", ())),
        *(("[[field]]", row) for row in raw.get("field", ())),
    ]
    for head, row in blocks:
        values = "".join(f"{name} = {_value(value)}\n" for name, value in row.items() if value not in ("", None, []))
        lines.append(f"\n{head}\n{values}")
    return "".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower() if isinstance(value, bool) else str(value)


_TEXTS = ("title", "public_benefit", "legal_basis", "ethics", "outputs")


def _questions(reading: _Reading, top: dict[str, Any]) -> Iterator[Question]:
    for number, row in reading.rows(top, "question", ("id", "text")):
        where = f"[[question]] {number}"
        yield Question(reading.text(row, "id", where), reading.text(row, "text", where))


def _researchers(reading: _Reading, top: dict[str, Any]) -> Iterator[Researcher]:
    names = ("id", "name", "organisation", "accreditation", "accreditation_until", "training_until")
    for number, row in reading.rows(top, "researcher", names):
        where = f"[[researcher]] {number}"
        handle = reading.text(row, "id", where)
        if handle and not HANDLE.fullmatch(handle):
            reading.problem(f"{where}: id {handle!r} must be small letters, digits, dots and dashes, at most 40.")
        name, organisation, accreditation = (reading.text(row, part, where) for part in names[1:4])
        until, trained = (reading.day(row, part, where) for part in names[4:])
        yield Researcher(handle, name, organisation, accreditation, until, trained)


def _conditions(reading: _Reading, data: dict[str, Any]) -> Iterator[Condition]:
    for number, row in reading.rows(data, "where", ("field", "in", "from", "to")):
        where = f"[[data.where]] {number}"
        name = reading.text(row, "field", where)
        values = row.get("in", [])
        low, high = row.get("from"), row.get("to")
        plain = (int, float, str, date)
        if not isinstance(values, list) or not all(isinstance(v, plain) for v in (*values, *filter(None, (low, high)))):
            reading.problem(f"{where}: in takes a list of numbers, words or dates; from and to take one of them.")
            continue
        if any(isinstance(v, float) and not math.isfinite(v) for v in (*values, low, high)):
            reading.problem(f"{where}: nan and inf are no values to compare with.")
        if bool(values) == (low is not None or high is not None):
            reading.problem(f"{where}: give either in = [...], or from and to.")
        yield Condition(name, tuple(values), low, high)


def _fields(reading: _Reading, top: dict[str, Any]) -> Iterator[Wanted]:
    for number, row in reading.rows(top, "field", ("name", "serves", "detail")):
        where = f"[[field]] {number}"
        detail = reading.text(row, "detail", where) if "detail" in row else None
        yield Wanted(reading.text(row, "name", where), tuple(reading.words(row, "serves", where, empty=True)), detail)


def _sources(reading: _Reading, top: dict[str, Any]) -> Iterator[Source]:
    for number, row in reading.rows(top, "source", ("name", "justification"), needed=False):
        where = f"[[source]] {number}"
        yield Source(reading.text(row, "name", where), reading.text(row, "justification", where))


def _whole(reading: _Reading, application: Application) -> None:
    for what, names in (
        ("question", [q.id for q in application.questions]),
        ("researcher", [r.id for r in application.researchers]),
        ("field", [f.name for f in application.fields]),
        ("source", [s.name for s in application.sources]),
    ):
        for name in sorted({name for name in names if name and names.count(name) > 1}):
            reading.problem(f"There are two of [[{what}]] {name}.")
    for year in application.years:
        try:
            AcademicYear(year)
        except ValueError:
            reading.problem(f"[data]: {year!r} is not an academic year: write 2526 for 2025 to 2026.")
    if not re.fullmatch(r"R(0[1-9]|1[0-4])", application.return_name):
        reading.problem(f"[data]: {application.return_name!r} is not a return: write R01 to R14.")


class _Reading:
    """Takes values out of tables, and gathers what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def problem(self, sentence: str) -> None:
        self.problems.append(sentence)

    def table(self, raw: Any, where: str, known: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self.problem(f"{where} must be a table.")
            return {}
        for name in raw.keys() - set(known):
            near = get_close_matches(name, known, n=1)
            self.problem(f"{where} has no part {name!r}." + (f" Did you mean {near[0]}?" if near else ""))
        return raw

    def rows(
        self, table: dict[str, Any], name: str, known: tuple[str, ...], *, needed: bool = True
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        raw = table.get(name, [])
        if not isinstance(raw, list):
            self.problem(f"Write [[{name}]], with two brackets.")
            return
        if not raw and needed and name != "where":
            self.problem(f"There is no [[{name}]].")
        for number, row in enumerate(raw, start=1):
            yield number, self.table(row, f"[[{name}]] {number}", known)

    def text(self, table: dict[str, Any], name: str, where: str, default: str | None = None) -> str:
        value = table.get(name, default)
        if not isinstance(value, str) or not value.strip():
            self.problem(f"{where}: {name} is missing." if value is None else f"{where}: {name} must be a text.")
            return ""
        return value.strip()

    def words(self, table: dict[str, Any], name: str, where: str, *, empty: bool = False) -> list[str]:
        value = table.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.problem(f"{where}: {name} must be a list of texts.")
            return []
        if not value and not empty:
            self.problem(f"{where}: {name} is missing.")
        return value

    def day(self, table: dict[str, Any], name: str, where: str) -> date:
        value = table.get(name)
        if isinstance(value, datetime) or not isinstance(value, date):
            self.problem(f"{where}: {name} must be a date such as 2027-07-31, without quotes.")
            return date.min
        return value
