"""Check one file against its year: schema, field definitions, file-level rules and every rule that can be judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl

from openilr import years
from openilr.collect import Return, SchemaFinding, Tables, examine
from openilr.derive.frames import Frames, Remembered
from openilr.reference import Reference
from openilr.validate.file_level import FILE_RULES, SERVICE_ONLY, FileFacts
from openilr.validate.report import FINDINGS, Report
from openilr.validate.rule import rules_of
from openilr.validate.ruleset import RuleSet, rule_set
from openilr.years import Year

__all__ = ["NO_RULES", "validate"]

#: Learners in one batch: enough for columns to pay off, few enough for memory to stay flat.
BATCH = 10_000
#: The rule name that says of a year that its rules are not in OpenILR.
NO_RULES = "*"

Progress = Callable[[int], None]


def validate(
    path: str | Path,
    *,
    reference: Reference | str | Path | None = None,
    as_of: date | datetime | None = None,
    year: str | None = None,
    rules: Collection[str] | None = None,
    received: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a file (XML or zip) and say all that is wrong with it.

    ``reference`` is a folder of reference files or what :func:`openilr.reference.load` made of it. ``as_of`` is "now"
    for rules that look at the clock (a day means its end). ``year`` is the collection year that the file must be
    for; without it, the year that the file says. ``rules`` narrows the check to these ids. ``received`` names the
    files that a store has taken in before, for the two rules that ask for them. ``progress`` is told the
    number of learners read so far. Raises :class:`openilr.collect.Unreadable` where there is no such file, and
    ValueError for an unknown year or rule id.
    """
    if isinstance(reference, (str, Path)):
        from openilr.reference import load

        reference = load(reference)
    check = _Check(examine(path), reference or Reference.empty(), _moment(as_of), year, rules, received,
                   progress)  # fmt: skip
    return check.run()


def _moment(as_of: date | datetime | None) -> datetime:
    if as_of is None:
        return datetime.now()
    return as_of if isinstance(as_of, datetime) else datetime.combine(as_of, time.max)


def _ahead(stream: Iterable[Tables]) -> Iterator[Tables]:
    """Each batch while the next one is being read: reading and checking use different processors.

    Reading begins at once, not when the first batch is asked for.
    """
    reader, batches = ThreadPoolExecutor(1), iter(stream)
    first = reader.submit(next, batches, None)

    def given() -> Iterator[Tables]:
        coming = first
        with reader:
            while (tables := coming.result()) is not None:
                coming = reader.submit(next, batches, None)
                yield tables

    return given()


class _Check:
    """One run over one file. Learners are read, checked and forgotten batch by batch."""

    def __init__(
        self, file: Return, reference: Reference, as_of: datetime, expected: str | None,
        only: Collection[str] | None, received: Collection[str] | None, progress: Progress | None,
    ) -> None:  # fmt: skip
        self.received = None if received is None else tuple(received)
        self.file, self.reference, self.as_of, self.only, self.progress = file, reference, as_of, only, progress
        self.looked_up = Remembered(reference)
        self.expected = years.load(expected) if expected else None
        self.year: Year | None = self.expected
        self.read_as: Year | None = None
        self.found: list[pl.DataFrame] = []
        self.rules: RuleSet | None = None
        self.whole_file: list[dict[str, pl.DataFrame]] = []

    def run(self) -> Report:
        facts: dict[str, Any] = {"name": self.file.name, "as_of": self.as_of, "received": self.received}
        counts = {"learners": 0, "aims": 0}
        schema: list[SchemaFinding] = []
        readable = False
        if not any(p in self.file.problems for p in ("ZIP_CORRUPT", "ZIP_EMPTY", "Protected_ZIP_file", "ZIP_UNSAFE")):
            with self.file.stream(batch=BATCH, year=self.expected) as stream:
                given = False
                batches = _ahead(stream)
                self._get_ready()
                for tables in batches:
                    given = True
                    self.read_as = tables.year
                    self._prepare(tables.year)
                    self._batch(tables, stream.findings)
                    if self.progress:
                        self.progress(stream.counts["learners"])
                counts, schema, readable = stream.counts, list(stream.findings), stream.complete and given
                self.year = self.year or stream.year
                facts |= {"namespace": stream.namespace, "header": stream.header, "learners": counts["learners"],
                          "complete": stream.complete}  # fmt: skip
        # Some faults of a zip show only while it is read.
        facts["problems"] = tuple(self.file.problems)
        self._prepare(self.year)
        self._about_whole_file()
        year = self.year
        self._about_the_file(FileFacts(**facts, expected=year, organisations=self._organisations()))
        self.found.append(_schema_findings(schema, year, self.only))
        findings = pl.concat(self.found).sort("order", "line", maintain_order=True).select(FINDINGS.names())
        severities = findings["severity"]
        counts |= {"errors": int((severities == "error").sum()), "warnings": int((severities == "warning").sum())}
        return Report(self.file.name, year.name if year else None, readable, counts, findings, self._not_run(),
                      list(self.reference.about), self.as_of, self._official_words())  # fmt: skip

    def _get_ready(self) -> None:
        """Build the rules of the year in the file's name while the file is being read: mostly it is the right one."""
        name = FileFacts(self.file.name).parts.get("year", "")
        year = self.expected or (years.load(name) if name in years.available() else None)
        if year is not None and year.has_rules and self.only is None:
            self._rules_of(year).get_ready()

    def _rules_of(self, year: Year) -> RuleSet:
        only = None if self.only is None else frozenset(self.only)
        return rule_set(
            year.with_code_lists(self.reference.code_lists), frozenset(self.reference.names), only, self._lacking()
        )

    def _prepare(self, year: Year | None) -> None:
        self.year = self.year or year
        if self.rules is None and self.year is not None:
            if self.only is not None:
                _check_ids(self.only, self.year)
            self.rules = self._rules_of(self.year)

    def _lacking(self) -> frozenset[tuple[str, str]]:
        """Columns that the reference files could have and do not."""
        return frozenset((t, column) for t in self.reference.names for column in self.reference.lacking(t))

    def _official_words(self) -> dict[str, str]:
        """The department's own wording by rule, where the user gave its rules file."""
        given = self.reference.get("official_rules")
        if given is None:
            return {}
        return {
            row["Name"]: "\n\n".join(t for t in (row["DetailedDescription"], row["Exclusions"]) if t)
            for row in given.iter_rows(named=True)
        }

    def _batch(self, tables: Tables, schema: Iterable[SchemaFinding]) -> None:
        if self.rules is None or tables.year.name != self.rules.year.name:
            return
        rows = tables.frames["Learner"].height
        first = self._learners_so_far
        self._learners_so_far = first + rows
        unreadable = {
            (f.learner - first, f"{f.entity}.{f.field}")
            for f in schema
            if f.kind == "TYPE" and f.learner is not None and first <= f.learner < first + rows
        }
        frames = Frames(tables, self.rules.compiler, self.looked_up)
        self.found.append(self.rules.findings(frames, unreadable=unreadable))
        self._keep_for_whole_file(tables)

    _learners_so_far = 0

    def _keep_for_whole_file(self, tables: Tables) -> None:
        """Learners are compared with each other at the end: keep of each batch only what that needs."""
        columns = self.rules.whole_file_columns() if self.rules else set()
        if columns:
            own = [
                c.partition(".")[2] for c in sorted(columns | {"Learner.LearnRefNumber"}) if c.startswith("Learner.")
            ]
            learners = tables.frames["Learner"].select("row", "parent", "learner", "line", *own)
            self.whole_file.append(tables.frames | {"Learner": learners})

    def _about_whole_file(self) -> None:
        if not self.whole_file or self.rules is None:
            return
        learners = pl.concat([f["Learner"] for f in self.whole_file])
        rows = pl.Series("row", range(learners.height), dtype=pl.UInt32)
        learners = learners.with_columns(rows, rows.alias("learner"))
        above = {n: self.whole_file[0][n] for n in ("Message", "CollectionDetails", "LearningProvider")}
        frames = Frames(Tables(self.rules.year, above | {"Learner": learners}), self.rules.compiler, self.looked_up)
        self.found.append(self.rules.findings(frames, whole_file=True))

    def _organisations(self) -> frozenset[int] | None:
        if "organisations" not in self.reference.names:
            return None
        return frozenset(self.reference["organisations"]["UKPRN"].drop_nulls().to_list())

    def _about_the_file(self, facts: FileFacts) -> None:
        year = self.year or _year_in_name(facts)
        order = {id: i for i, id in enumerate(year.rules)}
        rows = []
        for id in order:
            file_rule = FILE_RULES.get(id)
            if file_rule and (self.only is None or id in self.only):
                finding = file_rule.check(facts)
                if finding:
                    severity, fields = year.rules[id].severity, json.dumps(dict(finding.fields))
                    rows.append((order[id], id, severity, None, None, None, fields, finding.message))
        if "ZIP_UNSAFE" in facts.problems:
            rows.append((0, "Schema", "error", None, None, None, "{}", f"{facts.name} was refused: its contents would "
                         "unpack outside it or to far more than a return can hold."))  # fmt: skip
        self.found.append(_frame(rows))

    def _not_run(self) -> list[dict[str, Any]]:
        year = self.year
        if year is None:
            return [_nothing_run("The file could not be read, so no rule about its records was run.")]
        if not year.has_rules or self.rules is None:
            label = year.academic_year.label
            words = f"OpenILR has no rules for {label}: only the schema was checked. {year.provisional}"
            return [_nothing_run(words.strip())]
        if self.read_as is not None and self.read_as.name != year.name:
            return [_nothing_run(f"This is a file of {self.read_as.academic_year.label}: the rules of "
                                 f"{year.academic_year.label} about its records can not be asked of it.")]  # fmt: skip
        missing: dict[str, dict[str, Any]] = {n["rule"]: n for n in self.rules.not_run}
        for id, file_rule in FILE_RULES.items():
            needs = sorted(
                set(file_rule.needs) - set(self.reference.names) - ({"store"} if self.received is not None else set())
            )
            if needs and id in year.rules:
                reason = {"reason": SERVICE_ONLY[id]} if id in SERVICE_ONLY else {}
                missing[id] = {"rule": id, "needs": needs} | reason
        known = set(rules_of(year)) | set(FILE_RULES) | {d.rule for d in year.field_definitions}
        for id, facts in year.rules.items():
            if id in SERVICE_ONLY and id not in FILE_RULES:
                missing[id] = {"rule": id, "needs": [], "reason": SERVICE_ONLY[id]}
            elif id not in known and facts.status != "Deleted" and not facts.category.startswith("Derived"):
                missing[id] = {"rule": id, "needs": [], "reason": "This rule is not in OpenILR yet."}
        return [missing[id] for id in year.rules if id in missing and (self.only is None or id in self.only)]


def _nothing_run(reason: str) -> dict[str, Any]:
    return {"rule": NO_RULES, "needs": [], "reason": reason}


def _year_in_name(facts: FileFacts) -> Year:
    """The year that the name of an unreadable file gives, whose rules it is reported by; else the latest."""
    named = facts.parts.get("year", "")
    return years.load(named if named in years.available() else years.available()[-1])


def _check_ids(ids: Collection[str], year: Year) -> None:
    from difflib import get_close_matches

    for id in sorted(ids):
        if id != "Schema" and id not in year.rules:
            near = get_close_matches(id, year.rules, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ValueError(f"There is no rule {id} in {year.academic_year.label}.{hint}")


def _frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"order": pl.UInt32, **FINDINGS}, orient="row")


def _schema_findings(found: Iterable[SchemaFinding], year: Year | None, only: Collection[str] | None) -> pl.DataFrame:
    """Each broken definition as Schema, where the schema says so, and under its FD_ rule, where there is one."""
    definitions: dict[tuple[str, str, str], list[str]] = {}
    order: dict[str, int] = {}
    if year is not None:
        order = {id: i for i, id in enumerate(year.rules)}
        for d in year.field_definitions:
            definitions.setdefault((d.entity, d.field, d.kind), []).append(d.rule)
    rows, seen = [], set()
    for f in found:
        fields = json.dumps({f"{f.entity}.{f.field}": f.value} if f.entity and f.field else {}, ensure_ascii=False)
        ids = [] if f.kind == "EO" and f.field else definitions.get((f.entity or "", f.field or "", f.kind), [])
        # One value that breaks several definitions is one break of the schema.
        place = (f.line, f.entity, f.field, f.learner) if f.field else (f.line, f.message)
        if f.schema and place not in seen:
            seen.add(place)
            ids = ["Schema", *ids]
        rows += [
            (order.get(id, 0), id, "error", f.learn_ref_number, f.aim_seq_number, f.line, fields, f.message)
            for id in ids
            if only is None or id in only
        ]
    return _frame(rows)
