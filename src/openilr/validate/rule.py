"""What a rule is, and how rules are found.

A rule is one function in ``openilr/validate/rules``, with its words and its cases beside it::

    @rule("AimType_05", LearningDelivery,
          summary="Only 16 to 19 funding has core aims.",
          message="AimType is 5, a core aim, on FundModel {FundModel}.",
          fix="Record another AimType, or correct FundModel if the aim is 16 to 19 funded.",
          cases=\"\"\"
              AimType | FundModel | fires | why
              5       | 36        | yes   | core aim on an apprenticeship
              5       | 25        | no    | 16 to 19 funded
              5       |           | yes   | blank is not 16 to 19 funding
          \"\"\")
    def core_aim_needs_16_to_19_funding(aim):
        return (aim.AimType == 5) & ~aim.FundModel.is_in(25, 82)

The function gets a :class:`~openilr.derive.expressions.Record` and returns the condition under which the rule *fires*.
Rules are found by reading the folder; fields and reference data are read from the expression.
"""

from __future__ import annotations

import importlib
import pkgutil
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from openilr.derive.expressions import Expr, Quantity, Record, Ref
from openilr.years import Year

__all__ = ["Asks", "Predicate", "Rule", "all_rules", "asks", "register", "rule", "rules_of"]

Predicate = Callable[[Record], Expr]


@dataclass(frozen=True, eq=False)
class Rule:
    """One version of one rule. ``since`` and ``until`` name the first and last year it is right for ("2526")."""

    id: str
    entity: str  #: a finding is about one record of this entity
    condition: Predicate
    summary: str  #: what the rule demands, in one sentence
    message: str  #: what is wrong here; ``{FundModel}`` is replaced by the value
    fix: str  #: what to do about it
    why: str = ""  #: why it matters, where the summary does not say it
    unless: tuple[Predicate, ...] = ()  #: the published exclusions, each settled by itself
    show: Mapping[str, Predicate] = field(default_factory=dict)  #: more values for the message, by name
    cases: str = ""
    since: str | None = None
    until: str | None = None
    module: str = ""

    def is_live(self, year: str) -> bool:
        return (self.since or "0000") <= year <= (self.until or "9999")

    def fires(self, record: Record) -> Expr:
        """The whole condition: what is wrong, and none of the exclusions."""
        result = self.condition(record)
        for exclusion in self.unless:
            result = result & ~exclusion(record)
        return result

    def placeholders(self) -> list[str]:
        return [name for _, name, _, _ in string.Formatter().parse(self.message) if name]


_RULES: list[Rule] = []


def register(new: Rule) -> Rule:
    """Add a rule to those that are known. For rules that are rows on a shared shape; others use :func:`rule`."""
    _RULES.append(new)
    return new


def rule(
    id: str, entity: str, *, summary: str, message: str, fix: str, why: str = "", cases: str = "",
    unless: Iterable[Predicate] = (), show: Mapping[str, Predicate] | None = None,
    since: str | None = None, until: str | None = None,
) -> Callable[[Predicate], Predicate]:  # fmt: skip
    """Make a rule of the function below. See the module's words and ``CONTRIBUTING.md``, "How to add a rule"."""

    def made(condition: Predicate) -> Predicate:
        register(Rule(id, entity, condition, summary, message, fix, why, tuple(unless), show or {}, cases, since,
                      until, condition.__module__))  # fmt: skip
        return condition

    return made


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every version of every rule, read from the folder ``rules``."""
    package = importlib.import_module("openilr.validate.rules")
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(found.name)
    return tuple(_RULES)


@cache
def rules_of(year: Year) -> dict[str, Rule]:
    """The versions that are live in a year, in the order in which the year's rules are published."""
    live: dict[str, Rule] = {}
    for each in all_rules():
        published = year.rules.get(each.id)
        if each.is_live(year.name) and published is not None and published.status != "Deleted":
            if each.id in live:
                raise ValueError(
                    f"{each.id} has two live versions in {year.name}: {live[each.id].module}, {each.module}."
                )
            live[each.id] = each
    return {id: live[id] for id in year.rules if id in live}


@dataclass(frozen=True)
class Asks:
    """What an expression looks at: fields and reference tables, each in the order in which it does."""

    fields: tuple[str, ...]
    tables: tuple[str, ...]
    columns: frozenset[tuple[str, str]]  #: (reference table, column)
    whole_file: bool  #: True where one learner is compared with the others of the file


def asks(expr: Expr) -> Asks:
    """One walk over an expression, the questions inside it included."""
    fields: dict[str, None] = {}
    tables: dict[str, None] = {}
    columns: set[tuple[str, str]] = set()
    whole_file = False
    waiting = [expr]
    while waiting:
        e = waiting.pop()
        if e.op == "field":
            fields[f"{e.args[1]}.{e.args[2]}"] = None
            continue
        if e.op == "ref":
            columns.add((e.args[0].table, e.args[1]))
            continue
        below: list[Expr] = []
        for arg in e.args:
            if isinstance(arg, Expr):
                below.append(arg)
            elif isinstance(arg, Quantity):
                below.extend(arg.parts())
                whole_file = whole_file or arg.within == "Message"
                if isinstance(arg.table, Ref):
                    tables[arg.table.name] = None
        waiting.extend(reversed(below))
    return Asks(tuple(fields), tuple(tables), frozenset(columns), whole_file)
