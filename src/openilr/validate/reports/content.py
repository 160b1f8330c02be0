"""What every printed form says about a report, before it is text, a page or a sheet."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from openilr.spec.words import count
from openilr.validate.report import Report

if TYPE_CHECKING:
    from openilr.validate.compare import Comparison

#: Values with more fields than this are shown in one column, because a table would get too wide.
WIDEST = 6

#: Unicode categories of characters that print as nothing or change how others print.
_UNSAFE = ("Cc", "Cf", "Cs", "Zl", "Zp")


@dataclass(frozen=True)
class Words:
    """What we say about a rule. The same names as ``openilr.validate.Explanation``, which it stands in for."""

    summary: str
    why: str
    fix: str
    fields: tuple[str, ...] = ()


_SCHEMA = Words(
    "The file must follow the message structure of its collection year.",
    "What does not follow the structure cannot be read for certain, so the department's service refuses it, and other "
    "checks may not see the value at all.",
    "Find the line in the XML, or the learner in the system that wrote it, and correct the value, its place or its "
    "format. Where every learner is affected, the export itself needs correcting: ask its supplier.",
)
_UNKNOWN = Words("", "", "")


@dataclass(frozen=True)
class Section:
    """All findings of one rule with one severity, and what is to be said about them."""

    rule: str
    severity: str
    frame: pl.DataFrame
    year: str | None
    official: str = ""

    @property
    def findings(self) -> int:
        return self.frame.height

    @cached_property
    def learners(self) -> int:
        return self.frame["learn_ref_number"].drop_nulls().n_unique()

    @cached_property
    def words(self) -> Any:
        return explanation(self.rule, self.year)

    @cached_property
    def message(self) -> str | None:
        """The message, where all findings have the same."""
        return self.frame["message"][0] if self.frame["message"].n_unique() == 1 else None

    @cached_property
    def columns(self) -> list[str] | None:
        """The dotted fields that findings of this rule show; None where they differ too much for columns."""
        names: dict[str, None] = {}
        for text in self.frame["fields"].head(200).to_list():
            names |= dict.fromkeys(values(text))
        return list(names) if len(names) <= WIDEST and self.rule != "Schema" else None

    @property
    def reach(self) -> str:
        """How far it reaches, such as "2 learners, 3 findings"."""
        learners = f"{count(self.learners, 'learner')}, " if self.learners else ""
        return learners + count(self.findings, "finding")


def sections(report: Report) -> list[Section]:
    """One section for each rule and severity that found something: errors first, each in rule-list order."""
    parts = report.findings.partition_by("rule", "severity", maintain_order=True)
    made = [
        Section(p["rule"][0], p["severity"][0], p, report.year, report.official.get(p["rule"][0], "")) for p in parts
    ]
    return sorted(made, key=lambda section: section.severity != "error")


def explanation(rule: str, year: str | None) -> Any:
    """Our words about a rule; short words of last resort where the year has no such rule."""
    if rule == "Schema":
        return _SCHEMA
    from openilr.validate.explanations import explain

    try:
        return explain(rule, year) if year else _UNKNOWN
    except (KeyError, ValueError):
        return _UNKNOWN


def values(fields: str | None) -> dict[str, str]:
    """The values of one finding by dotted field name, as text that is safe to print."""
    found = json.loads(fields or "{}")
    return {clean(name): "(none)" if value is None else clean(value) for name, value in found.items()}


def clean(value: Any) -> str:
    """One line of text without control characters: a value in a file must not be able to steer a terminal.

    Direction marks go as well, since they can make a value look like another.
    """
    if value is None:
        return ""
    text = str(value)
    if text.isprintable():
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in _UNSAFE else c for c in text)


def field_title(path: str, year: str | None) -> str:
    """The title of a field in plain words, or its own name where we have none."""
    from openilr import years

    name = path.rpartition(".")[2]
    if year is None or year not in years.available():
        return name
    field = years.load(year).schema.fields.get(path)
    return field.title if field is not None and field.title else name


def headline(report: Report) -> str:
    """One sentence with what counts most."""
    errors, warnings = report.counts.get("errors", 0), report.counts.get("warnings", 0)
    if not report.readable:
        learners = report.counts.get("learners", 0)
        part = f"Only part of this file could be read: {count(learners, 'learner')}."
        return part if learners else "This file could not be read as an ILR return."
    if not errors and not warnings:
        return "No errors and no warnings were found."
    found = [count(n, word) for n, word in ((errors, "error"), (warnings, "warning")) if n]
    share = (
        f" {report.learners_with_errors:,} of {count(report.counts.get('learners', 0), 'learner')}" if errors else ""
    )
    have = "has" if report.learners_with_errors == 1 else "have"
    return f"Found {' and '.join(found)}." + (
        f"{share} {have} at least one error." if report.learners_with_errors else ""
    )


def verdict(report: Report) -> str:
    """What that means for the return, in words."""
    if not report.readable:
        checked = (
            "What could be read was checked." if report.counts.get("learners", 0) else "Nothing in it was checked."
        )
        return f"{checked} The file as it is can not be accepted: put right what is listed and check it again."
    whole_file = report.findings.filter((pl.col("severity") == "error") & pl.col("learn_ref_number").is_null()).height
    if whole_file:
        return "Some errors are on the file as a whole: put those right first, because they can stop the whole return."
    if report.has_errors:
        return "A learner with an error is not accepted. Learners without errors are not held up by it."
    partly = " as far as it could be checked" if report.not_run else ""
    if report.counts.get("warnings", 0):
        return (
            f"The return can be accepted{partly}. Look at the warnings: each marks something that is often a mistake."
        )
    return f"The return can be accepted{partly}."


def year_label(year: str | None) -> str:
    return f"20{year[:2]}-{year[2:]}" if year and len(year) == 4 else "not known"


def reference_line(item: Iterable[Any]) -> str:
    """One line about a reference table that was used: (table, file, rows, dated)."""
    table, file, rows, dated = [*item, None, None, None, None][:4]
    about = [clean(file), count(rows, "row") if isinstance(rows, int) else "", f"dated {dated}" if dated else ""]
    return f"{clean(table)} ({', '.join(part for part in about if part)})"


def changes(comparison: Comparison) -> str:
    """What changed since the older result, in one sentence without its full stop."""
    n = comparison.counts
    parts = [f"{n['fixed']:,} fixed", f"{n['new']:,} new", f"{n['still_open']:,} still open"]
    text = ", ".join(parts)
    if n["not_judged"]:
        text += f"; {n['not_judged']:,} not checked this time, so nobody can say whether they are fixed"
    if comparison.newly_judged:
        text += f"; {comparison.newly_judged:,} of the new ones come from rules that were not run before"
    return text


@dataclass(frozen=True)
class NotChecked:
    """Rules that were not run for one reason. ``need`` is a reference table, or "" where ``reason`` says why."""

    need: str
    reason: str
    rules: tuple[str, ...]

    @property
    def words(self) -> str:
        return f"needs {need_title(self.need)}" if self.need else self.reason or "no reason is known"


def not_checked(report: Report) -> list[NotChecked]:
    """Rules that were not run, by what was missing, the most rules first.

    A rule that needs two things is listed under both.
    """
    by_need: dict[tuple[str, str], list[str]] = {}
    for item in report.not_run:
        needs: Iterable[str] = item.get("needs") or ()
        keys = [(need, "") for need in needs] or [("", item.get("reason") or "")]
        for key in keys:
            by_need.setdefault(key, []).append(item["rule"])
    order = Counter({key: len(rules) for key, rules in by_need.items()})
    return [NotChecked(*key, tuple(by_need[key])) for key, _ in order.most_common()]


def not_checked_sentence(report: Report) -> str:
    """One sentence that opens the list of what was not checked."""
    if any(item["rule"] == "*" for item in report.not_run):
        return "Only the structure of the file was checked:"
    number = len({item["rule"] for item in report.not_run})
    return f"{count(number, 'rule')} {'was' if number == 1 else 'were'} not run:"


def need_title(need: str) -> str:
    """What a need is, in words: the title of the reference table and its short name."""
    from openilr.reference import TABLES

    if need == "store":
        return "what was sent before (ilr store submit knows it)"
    return f"{TABLES[need].title} ({need})" if need in TABLES else need


def own_version() -> str:
    """The version of OpenILR that made the report."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("openilr")
    except PackageNotFoundError:
        return "(not installed)"
