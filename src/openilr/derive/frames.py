"""Evaluate questions over whole tables: expressions in, columns out.

Each entity keeps its columns by name; what is asked for and not there yet is worked out once and kept: a field of an
ancestor is brought down, and a :class:`~openilr.derive.expressions.Quantity` is aggregated or joined. Records are
numbered densely in document order, so going from child to parent and back needs no join.

Column names: ``Learner.ULN`` is a field, ``@Learner`` the row of the Learner that a record stands in, ``#7`` the answer
to the seventh different question that the compiler has met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Protocol

import numpy as np
import polars as pl

from openilr.derive.expressions import Expr, Quantity, Record

__all__ = ["Compiled", "Compiler", "Frames", "ReferenceTables"]

_HEADER = ("CollectionDetails", "LearningProvider")


class ReferenceTables(Protocol):
    """What the evaluation needs of :class:`openilr.reference.Reference`."""

    def lookup(self, table: str, column: str, keys: pl.Series) -> pl.DataFrame:
        """The rows of a reference table whose ``column`` is among ``keys``."""
        ...


# Expressions to Polars ------------------------------------------------------------------------------------


def _years_until(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    before = (end.dt.month().cast(pl.Int32) * 100 + end.dt.day()) < (
        start.dt.month().cast(pl.Int32) * 100 + start.dt.day()
    )
    return end.dt.year() - start.dt.year() - before.cast(pl.Int32)


def _days(value: pl.Expr) -> pl.Expr:
    return pl.duration(days=value)


_OPERATIONS: dict[str, Callable[..., pl.Expr]] = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "not": lambda a: ~a,
    "known": lambda a: a.is_not_null(),
    "or_": lambda a, b: a.fill_null(b),
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a.cast(pl.Float64) / b,
    "floordiv": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
    "plus_months": lambda a, n: a.dt.offset_by(f"{n}mo"),
    "years_until": _years_until,
    "year": lambda a: a.dt.year(),
    "month": lambda a: a.dt.month().cast(pl.Int32),
    "matches": lambda a, pattern: a.str.contains(pattern).fill_null(False),
    "starts_with": lambda a, prefix: a.str.starts_with(prefix).fill_null(False),
    "length": lambda a: a.str.len_chars().cast(pl.Int64),
    "chars": lambda a, start, length: a.str.slice(start, length),
    "number": lambda a: a.str.to_integer(strict=False),
    "text": lambda a: a.cast(pl.String),
    "upper": lambda a: a.str.to_uppercase(),
    "trimmed": lambda a: a.str.strip_chars(),
    "part": lambda a, pattern: a.str.extract(pattern, 1),
    "if": lambda c, a, b: pl.when(c).then(a).otherwise(b),
    "only_if": lambda c, a: pl.when(c).then(a),
    "smallest": lambda *v: pl.min_horizontal(*v),
    "overlaps": lambda a, b: (a.list.set_intersection(b).list.len() > 0).fill_null(False),
    "same_values": lambda a, b: a.eq_missing(b),
    "largest": lambda *v: pl.max_horizontal(*v),
}
_COMPARISONS: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "eq": lambda a, b: a == b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}


def _add(sign: int, expr: Expr, a: pl.Expr, b: pl.Expr) -> pl.Expr:
    left, right = (arg.kind for arg in expr.args)
    if left == "date" and right == "date":
        return (a - b).dt.total_days()
    if left == "date":
        return a + _days(b) if sign > 0 else a - _days(b)
    return a + b if sign > 0 else a - b


# What a question needs -------------------------------------------------------------------------------------


@dataclass
class Compiled:
    """A quantity, ready to be worked out on the table ``owner``."""

    quantity: Quantity
    owner: str
    mine: list[pl.Expr] = field(default_factory=list)  #: conditions on the asking record alone
    yours: list[pl.Expr] = field(default_factory=list)  #: conditions on the other record alone
    both: list[pl.Expr] = field(
        default_factory=list
    )  #: conditions on the pair; the other's columns start with "other:"
    my_keys: list[pl.Expr] = field(default_factory=list)
    your_keys: list[pl.Expr] = field(default_factory=list)
    value: pl.Expr | None = None
    by: pl.Expr | None = None
    codes: tuple[str, str | None, tuple[str | None, ...]] | None = None

    @property
    def is_joined(self) -> bool:
        return bool(self.my_keys or self.both or self.mine or self.quantity.other)


def _conjuncts(expr: Expr | None) -> Iterator[Expr]:
    if expr is None:
        return
    if expr.op == "and":
        yield from _conjuncts(expr.args[0])
        yield from _conjuncts(expr.args[1])
    else:
        yield expr


def _bases(expr: Expr) -> dict[int, Record]:
    """The records that an expression asks about, by id. Records inside a question are its own affair."""
    found: dict[int, Record] = {}
    for arg in expr.args:
        if isinstance(arg, Expr):
            found |= _bases(arg)
        elif isinstance(arg, Record):
            found[id(arg.base)] = arg.base
        elif isinstance(arg, Quantity):
            found[id(arg.scope.base)] = arg.scope.base
            for part in arg.parts():
                found |= {k: v for k, v in _bases(part).items() if k != id(arg.yours)}
    return found


class Compiler:
    """Turns expressions into Polars and gives each different question a column name. One serves many batches."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.questions: dict[str, Compiled] = {}

    def compile(self, expr: Expr, scopes: Mapping[int, str]) -> pl.Expr:
        """The Polars expression. ``scopes`` gives, for the id of each record asked about, a prefix of its columns."""
        op, args = expr.op, expr.args
        if op == "lit":
            return pl.lit(args[0])
        if op in ("field", "ref"):
            record, *path = args
            return pl.col(scopes[id(record.base)] + ".".join(path))
        if op == "row":
            return pl.col(scopes[id(args[0].base)] + "@" + args[1])
        if op == "quantity":
            return pl.col(scopes[id(args[0].scope.base)] + self.question(args[0]))
        if op == "in":
            left = self.compile(args[0], scopes)
            values = list(args[1])
            if len(values) == 1:
                return left.eq_missing(pl.lit(values[0]))
            return left.is_in(values).fill_null(False)
        parts = [self.compile(a, scopes) if isinstance(a, Expr) else a for a in args]
        if op in _COMPARISONS:
            if op == "eq" and args[1].op == "lit":
                return parts[0].eq_missing(parts[1])
            return _COMPARISONS[op](*parts).fill_null(False)
        if op in ("add", "sub"):
            return _add(1 if op == "add" else -1, expr, *parts)
        return _OPERATIONS[op](*parts)

    def question(self, q: Quantity) -> str:
        """The column name of a quantity; registers it when it is new."""
        key = q.key({})
        if key not in self.names:
            self.names[key] = name = f"#{len(self.names)}"
            self.questions[name] = self._prepare(q)
        return self.names[key]

    def _prepare(self, q: Quantity) -> Compiled:
        me, you = id(q.scope.base), id(q.yours)
        direct = any(me in _bases(part) for part in q.parts() if part is not None)
        simple = not direct and not q.same and not q.other
        owner = q.within if simple and q.within else q.scope.base.table if direct else q.scope.table
        done = Compiled(q, owner)
        for condition in _conjuncts(q.where):
            asked = set(_bases(condition))
            if not asked <= {me, you}:
                raise ValueError(f"{q.table_name}: a question inside a question can look at its own two records only.")
            if me in asked and you in asked:
                done.both.append(self.compile(condition, {me: "", you: "other:"}))
            elif me in asked:
                done.mine.append(self.compile(condition, {me: ""}))
            else:
                done.yours.append(self.compile(condition, {you: ""}))
        for mine, theirs in q.same:
            done.my_keys.append(self.compile(mine, {me: ""}))
            done.your_keys.append(self.compile(theirs, {you: ""}))
        for name in ("value", "by"):
            part = getattr(q, name)
            if part is not None:
                if me in _bases(part):
                    raise ValueError(f"{q.table_name}: value= and by= can look at the other record only.")
                setattr(done, name, self.compile(part, {you: ""}))
        if simple and q.how == "any" and q.within:
            done.codes = _codes(q)
        return done


def _codes(q: Quantity) -> tuple[str, str | None, tuple[str | None, ...]] | None:
    """(type column, code column, wanted) where the question is only about text codes, so that an index answers it."""
    wanted: list[tuple[str, tuple[str, ...]]] = []
    for condition in _conjuncts(q.where):
        if condition.op not in ("eq", "in") or condition.args[0].op != "field" or condition.args[0].kind != "text":
            return None
        record, entity, name = condition.args[0].args
        right = condition.args[1]
        if record.table != q.table_name or entity != q.table_name or (condition.op == "eq" and right.op != "lit"):
            return None
        wanted.append((f"{entity}.{name}", right if condition.op == "in" else (right.args[0],)))
    if len(wanted) == 1:
        return wanted[0][0], None, wanted[0][1]
    if len(wanted) == 2 and len(wanted[0][1]) == 1:
        return wanted[0][0], wanted[1][0], (wanted[0][1][0], *wanted[1][1])
    return None


# Tables ---------------------------------------------------------------------------------------------------


class Frames:
    """The tables of one batch, growing the columns that questions need."""

    def __init__(self, tables: Any, compiler: Compiler, reference: ReferenceTables | None = None) -> None:
        """``tables`` is an :class:`openilr.collect.Tables`."""
        self.schema = tables.year.schema
        self.compiler = compiler
        self.reference = reference
        self._columns: dict[str, dict[str, pl.Series]] = {}
        self.heights = {name: frame.height for name, frame in tables.frames.items()}
        for entity, frame in tables.frames.items():
            columns: dict[str, pl.Series] = {}
            for series in frame:
                plain = series.name in ("row", "parent", "learner", "line")
                columns[series.name if plain else f"{entity}.{series.name}"] = series
            columns[f"@{entity}"] = columns["row"]
            self._columns[entity] = columns
        self._indexes: dict[tuple[str, str, str | None, str], dict[tuple[Any, ...], np.ndarray]] = {}
        self._subsets: dict[tuple[str, str, str, str], pl.DataFrame] = {}

    # columns --------------------------------------------------------------------------------------------
    def column(self, table: str, name: str) -> pl.Series:
        """A column by its name (see the module's words on names), worked out when it is first asked for."""
        columns = self._columns[table]
        if name not in columns:
            columns[name] = self._make(table, name)
        return columns[name]

    def _make(self, table: str, name: str) -> pl.Series:
        if name.startswith("@"):
            parent = self.schema.ancestors[table][0]
            return self._from_above(table, parent, name) if name != f"@{parent}" else self._columns[table]["parent"]
        if name.startswith("#"):
            compiled = self.compiler.questions[name]
            if compiled.owner == table:
                return self._answer(compiled)
            return self._from_above(table, compiled.owner, name)
        entity = name.partition(".")[0]
        if entity in _HEADER:
            values = self._columns[entity].get(name)
            only = values[0] if values is not None and len(values) else None
            dtype = values.dtype if values is not None else pl.Null
            return pl.Series([only], dtype=dtype).new_from_index(0, self.heights[table])
        return self._from_above(table, entity, name)

    def _from_above(self, table: str, ancestor: str, name: str) -> pl.Series:
        return self.column(ancestor, name).gather(self.column(table, f"@{ancestor}"))

    def select(self, table: str, exprs: Iterable[pl.Expr]) -> pl.DataFrame:
        """The columns that these expressions give on a table, one row a record (a lone literal is repeated)."""
        exprs = list(exprs)
        needed = sorted({name for e in exprs for name in e.meta.root_names()})
        frame = pl.DataFrame([self.column(table, name).alias(name) for name in needed] or [self._columns[table]["row"]])
        return frame.select(exprs) if needed else frame.with_columns(exprs).drop("row")

    def at(self, table: str, rows: pl.Series, exprs: Iterable[pl.Expr]) -> pl.DataFrame:
        """The same for some rows only, given by number."""
        exprs = list(exprs)
        needed = sorted({name for e in exprs for name in e.meta.root_names()} | {"line"})
        return pl.DataFrame([self.column(table, name).gather(rows).alias(name) for name in needed]).select(exprs)

    def rows_where(self, table: str, condition: pl.Expr) -> pl.Series:
        return self.select(table, [condition.alias("hit")])["hit"].arg_true()

    # answers --------------------------------------------------------------------------------------------
    def _answer(self, c: Compiled) -> pl.Series:
        if c.codes is not None:
            return self._has_code(c)
        if c.quantity.within and not c.is_joined:
            return self._aggregate_below(c)
        return self._join(c)

    def _has_code(self, c: Compiled) -> pl.Series:
        first, second, wanted = c.codes  # type: ignore[misc]
        table, owner = c.quantity.table_name, c.owner
        index = self._index(table, first, second, f"@{owner}")
        found = np.zeros(self.heights[owner], dtype=bool)
        keys = [(w,) for w in wanted] if second is None else [(wanted[0], w) for w in wanted[1:]]
        for key in keys:
            if key in index:
                found[index[key]] = True
        return pl.Series(found)

    def _index(self, table: str, first: str, second: str | None, link: str) -> dict[tuple[Any, ...], np.ndarray]:
        key = (table, first, second, link)
        if key not in self._indexes:
            names = [first] if second is None else [first, second]
            frame = pl.DataFrame([self.column(table, n).alias(n) for n in [*names, link]])
            groups = frame.group_by(names).agg(pl.col(link))
            self._indexes[key] = {tuple(row[:-1]): np.asarray(row[-1], dtype=np.int64) for row in groups.iter_rows()}
        return self._indexes[key]

    def _aggregate_below(self, c: Compiled) -> pl.Series:
        """One pass over the other table, grouped by the record that holds it: no pairs are formed."""
        table = c.quantity.table_name
        link = pl.col(f"@{c.owner}").alias("me")
        frame = self._filtered(table, c.yours, [link, *_value_columns(c)])
        return self._spread(c, frame)

    def _filtered(self, table: str, conditions: list[pl.Expr], columns: list[pl.Expr]) -> pl.DataFrame:
        if not conditions:
            return self.select(table, columns)
        keep = reduce(lambda a, b: a & b, conditions).alias("keep?")
        return _kept(self.select(table, [*columns, keep]))

    def _join(self, c: Compiled) -> pl.Series:
        q, owner = c.quantity, c.owner
        keys = [f"k{i}" for i in range(len(c.my_keys))]
        links = ["link"] if q.within else []
        mixed = {name for e in c.both for name in e.meta.root_names()}
        left_columns = [pl.col(f"@{owner}").alias("me")]
        left_columns += [pl.col(f"@{q.within}").alias("link")] if links else []
        left_columns += [e.alias(k) for k, e in zip(keys, c.my_keys, strict=True)]
        left_columns += [pl.col(n) for n in sorted(mixed) if not n.startswith("other:")]
        left = self._filtered(owner, c.mine, left_columns)
        right = self._right(c, keys, [n.removeprefix("other:") for n in sorted(mixed) if n.startswith("other:")])
        on = links + keys
        if not q.within:
            left = left.with_columns(pl.col(k).cast(right.schema[k]) for k in keys)
        equal = bool(q.within)
        if not c.both and not q.other:
            if q.how == "any":
                return self._spread(c, left.join(right, on=on, how="semi", nulls_equal=equal).select("me"))
            grouped = right.group_by(on, maintain_order=True).agg(_aggregate(c))
            return self._place(c, left.select("me", *on).join(grouped, on=on, how="inner", nulls_equal=equal))
        pairs = left.join(right, on=on, how="inner", nulls_equal=equal, maintain_order="left_right")
        conditions = [*c.both, pl.col("me") != pl.col("you")] if q.other else c.both
        keep = reduce(lambda a, b: a & b, conditions).alias("keep?")
        return self._spread(c, _kept(pairs.select("me", *(e.meta.output_name() for e in _value_columns(c)), keep)))

    def _right(self, c: Compiled, keys: list[str], needed: list[str]) -> pl.DataFrame:
        q = c.quantity
        columns = [e.alias(k) for k, e in zip(keys, c.your_keys, strict=True)]
        columns += [pl.col(n).alias(f"other:{n}") for n in needed] + _value_columns(c)
        if q.within:
            columns += [pl.col(f"@{q.within}").alias("link"), pl.col(f"@{q.table_name}").alias("you")]
            return self._filtered(q.table_name, c.yours, columns)
        frame = self._reference_rows(c)
        if c.yours:
            frame = frame.filter(reduce(lambda a, b: a & b, c.yours))
        return frame.select(columns)

    def _reference_rows(self, c: Compiled) -> pl.DataFrame:
        """The rows of the reference table that any record of the owner could ask for: other questions share them."""
        table, column = c.quantity.table_name, c.quantity.same[0][1].args[1]
        if self.reference is None:
            raise ValueError(f"The reference table {table} was not given.")
        key = (c.owner, table, column, str(c.my_keys[0]))
        if key not in self._subsets:
            wanted = self.select(c.owner, [c.my_keys[0].alias("key")])["key"]
            self._subsets[key] = self.reference.lookup(table, column, wanted.drop_nulls().unique())
        return self._subsets[key]

    def _spread(self, c: Compiled, frame: pl.DataFrame) -> pl.Series:
        """From rows named by ``me`` to one value for each record of the owner."""
        height, how = self.heights[c.owner], c.quantity.how
        if how == "any":
            found = np.zeros(height, dtype=bool)
            found[frame["me"].to_numpy()] = True
            return pl.Series(found)
        if how == "count":
            return pl.Series(np.bincount(frame["me"].to_numpy(), minlength=height).astype(np.int32))
        return self._place(c, frame.group_by("me", maintain_order=True).agg(_aggregate(c)))

    def _place(self, c: Compiled, values: pl.DataFrame) -> pl.Series:
        rows = pl.DataFrame({"me": self._columns[c.owner]["row"]})
        placed = rows.join(
            values.select(pl.col("me").cast(pl.UInt32), "answer"), on="me", how="left", maintain_order="left"
        )
        answer = placed["answer"]
        if c.quantity.how == "any":
            return answer.is_not_null()
        if c.quantity.how == "set":
            return pl.select(pl.coalesce(answer, pl.lit([], dtype=answer.dtype)).alias("answer"))["answer"]
        return answer.fill_null(0) if c.quantity.how in ("count", "sum", "distinct") else answer


def _kept(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows where "keep?" holds. Column by column: for small frames that costs a tenth of a query."""
    keep = frame["keep?"]
    return pl.DataFrame([series.filter(keep) for series in frame if series.name != "keep?"])


def _value_columns(c: Compiled) -> list[pl.Expr]:
    return [e.alias(n) for n, e in (("value", c.value), ("by", c.by)) if e is not None]


def _aggregate(c: Compiled) -> pl.Expr:
    value, by, how = pl.col("value"), pl.col("by"), c.quantity.how
    if how == "latest":
        answer = value.filter(by.is_not_null() & (by == by.max())).last()
    elif how == "earliest":
        answer = value.first() if c.by is None else value.filter(by.is_not_null() & (by == by.min())).first()
    else:
        answer = {
            "any": pl.len(),
            "count": pl.len().cast(pl.Int32),
            "distinct": value.drop_nulls().n_unique().cast(pl.Int32),
            "min": value.min(),
            "max": value.max(),
            "sum": value.sum(),
            "set": value.drop_nulls().unique().sort(),
        }[how]
    return answer.alias("answer")
