"""What each rule says, in our words: for the terminal, the html report and the documentation alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from openilr import years
from openilr.validate.file_level import FILE_RULES, SERVICE_ONLY
from openilr.validate.rule import Rule, rules_of
from openilr.validate.ruleset import build_rule
from openilr.years import FieldDefinition, RuleFacts, Year

__all__ = ["Explanation", "explain", "rule_list"]


@dataclass(frozen=True)
class Explanation:
    """One rule in one year. ``status`` is implemented, or, with a ``reason``, not_yet or service_only."""

    rule: str
    year: str
    category: str
    severity: str
    status: str
    reason: str | None
    fields: tuple[str, ...]
    needs: tuple[str, ...]
    summary: str
    why: str
    fix: str
    since: str | None
    until: str | None
    message: str = ""
    cases: str = ""
    module: str = ""


def explain(rule_id: str, year: str | Year) -> Explanation:
    """One rule's explanation. KeyError where the year has no such rule."""
    year = year if isinstance(year, Year) else years.load(year)
    return _explanations(year)[rule_id]


def rule_list(year: str | Year) -> list[Explanation]:
    """Every official rule of the year that is not Deleted, derived-data items apart, in published order."""
    return list(_explanations(year if isinstance(year, Year) else years.load(year)).values())


@cache
def _explanations(year: Year) -> dict[str, Explanation]:
    written = rules_of(year)
    definitions = {d.rule: d for d in year.field_definitions}
    result = {}
    for id, facts in year.rules.items():
        if facts.status == "Deleted" or facts.category.startswith("Derived"):
            continue
        if id in written:
            result[id] = _of_rule(written[id], facts, year)
        elif id in definitions:
            result[id] = _of_definition(definitions[id], facts, year)
        else:
            result[id] = _of_file(id, facts, year)
    return result


def _of_rule(rule: Rule, facts: RuleFacts, year: Year) -> Explanation:
    built = build_rule(rule, year)
    return Explanation(
        rule.id, year.name, facts.category, facts.severity, "implemented", None, built.fields, built.needs,
        rule.summary, rule.why, rule.fix, rule.since, rule.until, rule.message, rule.cases, rule.module,
    )  # fmt: skip


_DEFINITION_WORDS = {
    "AL": ("{field} must not be longer than {limit} characters.", "Shorten the value."),
    "MA": ("{field} must be returned on every {entity} record.", "Record a value."),
    "AP": ("{field} must have the form that its pattern allows.", "Remove the characters that are not allowed."),
    "AR": ("{field} must lie in its range ({limit}).", "Correct the value."),
    "EO": ("There may be at most {limit} {entity} records.", "Remove the records that are too many."),
}  # fmt: skip


def _of_definition(d: FieldDefinition, facts: RuleFacts, year: Year) -> Explanation:
    summary, fix = (
        t.format(field=d.field, limit=d.limit.replace("..", " to "), entity=d.entity) for t in _DEFINITION_WORDS[d.kind]
    )
    fields = (f"{d.entity}.{d.field}",) if d.field else ()
    why = "A value outside its definition can not be read into the national data."
    return Explanation(d.rule, year.name, facts.category, facts.severity, "implemented", None, fields, (), summary, why,
                       fix, None, None)  # fmt: skip


def _of_file(id: str, facts: RuleFacts, year: Year) -> Explanation:
    base = (id, year.name, facts.category, facts.severity)
    if id in SERVICE_ONLY:
        words = {
            "Inconsistent UKPRN": "The file must belong to the provider whose account uploads it.",
            "Filename_2": "The same file must not be sent twice.",
            "Filename_8": "A file must be newer than the one that the provider sent before.",
        }
        fix = "Send the file from the right account, or make a new export."
        return Explanation(*base, "service_only", SERVICE_ONLY[id], (), ("store",), words[id], "", fix, None, None)
    if id in FILE_RULES:
        found = FILE_RULES[id]
        return Explanation(
            *base, "implemented", None, found.fields, found.needs, found.summary, found.why, found.fix, None, None
        )
    return Explanation(
        *base, "not_yet", "It is not written yet.", (), (), "Not checked by OpenILR yet.", "", "", None, None
    )
