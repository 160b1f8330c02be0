"""A year's rules, ready to run: expressions built and compiled once, then used on every batch."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from typing import Any

import polars as pl

from openilr.derive.expressions import Expr, Record, Ref
from openilr.derive.frames import Compiled, Compiler, Frames, conjuncts
from openilr.spec import Schema
from openilr.validate.report import FINDINGS
from openilr.validate.rule import Rule, asks, rules_of
from openilr.years import Year

__all__ = ["BuiltRule", "RuleSet", "build_rule", "reference_kinds", "rule_set"]

#: Columns whose absence says something: without an end date a row is open-ended.
OPEN_ENDED = {
    "EffectiveTo",
    "EndDate",
    "LastNewStartDate",
    "LastDateStarts",
    "StopNewStartsFromDate",
    "valid_to",
    "doterm",
}
#: How many values of related records a finding shows for one field.
MOST_VALUES = 12


@cache
def reference_kinds() -> Mapping[str, Ref]:
    """The reference tables that rules can ask, with the kind of each column."""
    from openilr.reference import TABLES, schema_of

    kinds = {pl.String: "text", pl.Date: "date", pl.Float64: "decimal", pl.Boolean: "bool"}
    return {
        name: Ref(name, {column: kinds.get(dtype.base_type(), "int") for column, dtype in schema_of(name).items()})
        for name in TABLES
    }


@dataclass(frozen=True, eq=False)
class BuiltRule:
    """A rule whose expression was built for one year."""

    rule: Rule
    record: Record
    expr: Expr
    fields: tuple[str, ...]
    needs: tuple[str, ...]
    columns: frozenset[tuple[str, str]]  #: what it asks of reference tables
    whole_file: bool

    def compiled(self, compiler: Compiler) -> pl.Expr:
        return compiler.compile(self.expr, {id(self.record): ""}).alias(self.rule.id)

    @cached_property
    def shown(self) -> dict[str, Expr]:
        """What the message's placeholders stand for."""
        return {
            name: self.rule.show[name](self.record) if name in self.rule.show else self.record.field(name)
            for name in self.rule.placeholders()
        }


@dataclass(frozen=True)
class Ready:
    """A rule as Polars. ``guard`` is a part of the condition that costs little; without it the rule can not fire."""

    condition: pl.Expr
    guard: pl.Expr | None
    questions: list[Compiled]


def build_rule(rule: Rule, year: Year) -> BuiltRule:
    """Build the expression of a rule; a mistake in it is reported with the rule's id and module."""
    record = Record(year, rule.entity, references=reference_kinds())
    try:
        expr = rule.fires(record)
        if expr.kind != "bool":
            raise TypeError("the function must return a condition")
    except (AttributeError, TypeError, ValueError) as error:
        raise type(error)(f"{rule.id} ({rule.module}), year {year.name}: {error}") from error
    seen = asks(expr)
    return BuiltRule(rule, record, expr, seen.fields, seen.tables, seen.columns, seen.whole_file)


class RuleSet:
    """Rules of one year that can run with the reference tables at hand."""

    def __init__(
        self,
        year: Year,
        built: Collection[BuiltRule],
        available: Collection[str],
        lacking: Collection[tuple[str, str]] = (),
    ) -> None:
        """``available`` names the reference tables at hand; ``lacking`` the columns that they have not."""
        self.year = year
        self.compiler = Compiler()
        self.order = {id: position for position, id in enumerate(year.rules)}
        self.runnable: list[BuiltRule] = []
        self.not_run: list[dict[str, Any]] = []
        for b in built:
            missing = sorted(set(b.needs) - set(available))
            without = sorted((t, c) for t, c in b.columns & set(lacking) if c not in OPEN_ENDED)
            if missing:
                self.not_run.append({"rule": b.rule.id, "needs": missing})
            elif without:
                said = ", ".join(f"{table} without the column {column}" for table, column in without)
                needs = sorted({table for table, _ in without})
                self.not_run.append({"rule": b.rule.id, "needs": needs, "reason": f"The file given is {said}."})
            else:
                self.runnable.append(b)
        self._by_entity: dict[tuple[str, bool], list[BuiltRule]] = {}
        for b in self.runnable:
            self._by_entity.setdefault((b.rule.entity, b.whole_file), []).append(b)
        self._ready: dict[str, Ready] = {}

    def whole_file_columns(self) -> set[str]:
        """Fields of Learner that the rules about the whole file look at."""
        return {f for b in self.runnable if b.whole_file for f in (*b.fields, *fields_shown(b))}

    def findings(
        self, frames: Frames, *, whole_file: bool = False, unreadable: Collection[tuple[int, str]] = ()
    ) -> pl.DataFrame:
        """What the rules find in one batch, in the shape of :data:`FINDINGS` with ``order`` before it.

        ``unreadable`` holds (learner row, dotted field) where a value could not be read: rules that look at
        that field can not be judged for that learner and stay silent, as the schema finding already stands.
        """
        found: list[pl.DataFrame] = []
        alive = self._that_may_fire(frames, whole_file)
        needed = {c.name: c for rules in alive.values() for b in rules for c in self._ready[b.rule.id].questions}
        frames.warm(sorted(needed.values(), key=lambda c: c.depth))
        for entity, rules in alive.items():
            hits = frames.select(entity, [self._ready[b.rule.id].condition for b in rules])
            fired = hits.select(pl.all().any()).row(0)
            for b, any_fired in zip(rules, fired, strict=True):
                if any_fired:
                    rows = self._judged(frames, b, hits[b.rule.id].arg_true(), unreadable)
                    if len(rows):
                        found.append(self._describe(frames, b, rows))
        return pl.concat(found) if found else empty_findings(order=True)

    def _that_may_fire(self, frames: Frames, whole_file: bool) -> dict[str, list[BuiltRule]]:
        """The rules whose cheap conditions hold for some record, by entity.

        Most returns have no T Level, or no bootcamp, or no higher education: what the rules about those ask of other
        records then need not be worked out.
        """
        alive: dict[str, list[BuiltRule]] = {}
        for (entity, about_file), rules in self._by_entity.items():
            if about_file != whole_file or not frames.heights.get(entity):
                continue
            guards = {b.rule.id: g for b in rules if (g := self._prepared(b).guard) is not None}
            held = frames.select(entity, [g.any().alias(id) for id, g in guards.items()]).row(0) if guards else ()
            silent = {id for id, some in zip(guards, held, strict=True) if not some}
            left = [b for b in rules if b.rule.id not in silent]
            if left:
                alive[entity] = left
        return alive

    def get_ready(self) -> None:
        """Compile every rule now, rather than when the first batch needs it."""
        for rules in self._by_entity.values():
            for b in rules:
                self._prepared(b)

    def _prepared(self, b: BuiltRule) -> Ready:
        """The rule as Polars, compiled when the first batch needs it."""
        if b.rule.id not in self._ready:
            parts = [self.compiler.compile(part, {id(b.record): ""}) for part in conjuncts(b.expr)]
            asked = [self.compiler.needed([part]) for part in parts]
            cheap = [p for p, some in zip(parts, asked, strict=True) if all(c.codes is not None for c in some)]
            questions = list({c.name: c for some in asked for c in some}.values())
            guard = _and(cheap) if cheap and len(cheap) < len(parts) else None
            self._ready[b.rule.id] = Ready(_and(parts).alias(b.rule.id), guard, questions)
        return self._ready[b.rule.id]

    def _judged(
        self, frames: Frames, b: BuiltRule, rows: pl.Series, unreadable: Collection[tuple[int, str]]
    ) -> pl.Series:
        doubtful = {learner for learner, field in unreadable if field in b.fields}
        if not doubtful:
            return rows
        learners = frames.column(b.rule.entity, "@Learner").gather(rows)
        return rows.filter(~learners.is_in(list(doubtful)))

    def _describe(self, frames: Frames, b: BuiltRule, rows: pl.Series) -> pl.DataFrame:
        entity, scope = b.rule.entity, {id(b.record): ""}
        shown = [self.compiler.compile(e, scope).alias(f"shown:{n}") for n, e in b.shown.items()]
        schema, columns = self.year.schema, []
        for path in b.fields:
            if schema.is_within(entity, path.partition(".")[0]) or path.startswith(
                ("CollectionDetails", "LearningProvider")
            ):
                columns.append(pl.col(path))
        about = [pl.col("Learner.LearnRefNumber").alias("learn_ref_number"), pl.col("line")]
        if schema.is_within(entity, "LearningDelivery"):
            about.append(pl.col("LearningDelivery.AimSeqNumber").alias("aim_seq_number"))
        own = frames.at(entity, rows, [*about, *columns, *shown])
        related = [f for f in b.fields if f not in own.columns]
        values = [own[c.meta.output_name()] for c in columns] + self._related(frames, entity, rows, related)
        if "aim_seq_number" not in own.columns:
            own = own.with_columns(pl.lit(None, pl.Int32).alias("aim_seq_number"))
        by_name = {v.name: v for v in values}
        text = pl.DataFrame([by_name[f].cast(pl.String) for f in b.fields])
        fields = (
            text.select(pl.struct(pl.all()).struct.json_encode().alias("fields"))["fields"]
            if b.fields
            else pl.Series("fields", ["{}"] * len(rows))
        )
        own = own.with_columns(fields)
        return own.select(
            pl.lit(self.order[b.rule.id], pl.UInt32).alias("order"),
            pl.lit(b.rule.id).alias("rule"),
            pl.lit(self.year.rules[b.rule.id].severity).alias("severity"),
            "learn_ref_number",
            pl.col("aim_seq_number").cast(pl.Int32),
            "line",
            "fields",
            _message(b.rule.message).alias("message"),
        )

    def _related(self, frames: Frames, entity: str, rows: pl.Series, fields: list[str]) -> list[pl.Series]:
        """Values on the records beside or below these, joined by commas."""
        result = []
        for path in fields:
            other = path.partition(".")[0]
            within = nearest_common(self.year.schema, entity, other)
            if within == "Message":
                result.append(pl.Series(path, [None] * len(rows), dtype=pl.String))
                continue
            wanted = pl.DataFrame({"link": frames.column(entity, f"@{within}").gather(rows)})
            theirs = pl.DataFrame(
                {"link": frames.column(other, f"@{within}"), path: frames.column(other, path).cast(pl.String)}
            )
            joined = (
                theirs.join(wanted, on="link", how="semi")
                .group_by("link", maintain_order=True)
                .agg(pl.col(path).drop_nulls().head(MOST_VALUES).str.join(", "))
            )
            series = wanted.join(joined, on="link", how="left", maintain_order="left")[path]
            result.append(series.replace("", None))
        return result


def _and(conditions: list[pl.Expr]) -> pl.Expr:
    return reduce(lambda one, other: one & other, conditions)


def nearest_common(schema: Schema, one: str, other: str) -> str:
    mine, theirs = (one, *schema.ancestors[one]), (other, *schema.ancestors[other])
    return next(entity for entity in mine if entity in theirs)


def fields_shown(b: BuiltRule) -> list[str]:
    return [f for e in b.shown.values() for f in asks(e).fields]


def _message(template: str) -> pl.Expr:
    """The template with each ``{name}`` replaced by the value, or by "(blank)"."""
    parts: list[pl.Expr] = []
    for text, name, _, _ in string.Formatter().parse(template):
        if text:
            parts.append(pl.lit(text))
        if name:
            parts.append(pl.col(f"shown:{name}").cast(pl.String).fill_null("(blank)"))
    return pl.concat_str(parts)


def empty_findings(*, order: bool = False) -> pl.DataFrame:
    return pl.DataFrame(schema={"order": pl.UInt32, **FINDINGS} if order else FINDINGS)


@cache
def rule_set(
    year: Year,
    available: frozenset[str],
    only: frozenset[str] | None = None,
    lacking: frozenset[tuple[str, str]] = frozenset(),
) -> RuleSet:
    """The rules of a year that can run with these reference tables; ``only`` narrows them to some ids."""
    chosen = [r for id, r in rules_of(year).items() if only is None or id in only]
    return RuleSet(year, [build_rule(r, year) for r in chosen], available, lacking)
