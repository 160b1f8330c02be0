"""Evaluate questions over whole tables: expressions in, columns out.

Each entity keeps its columns by name; what is asked for and not there yet is worked out once and kept: a field of an
ancestor is brought down, and a :class:`~openilr.derive.expressions.Quantity` is aggregated or joined. Records are
numbered densely in document order, so going from child to parent and back needs no join.

Column names: ``Learner.ULN`` is a field, ``@Learner`` the row of the Learner that a record stands in, ``#7`` the answer
to the seventh different question that the compiler has met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import groupby
from typing import Any, Protocol

import numpy as np
import polars as pl

from openilr.derive.expressions import Expr, Quantity, Record

__all__ = ["Compiled", "Compiler", "Frames", "ReferenceTables", "Remembered", "conjuncts"]

_HEADER = ("CollectionDetails", "LearningProvider")


class ReferenceTables(Protocol):
    """What the evaluation needs of :class:`openilr.reference.Reference`."""

    def lookup(self, table: str, column: str, keys: pl.Series, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows of a reference table whose ``column`` is among ``keys``, with these columns."""
        ...


class Remembered:
    """Reference tables that look each key up once: batches of one return ask for the same aims again and again.

    What is given holds the rows of all keys asked so far, so it may be more than was asked for.
    """

    def __init__(self, reference: ReferenceTables) -> None:
        self._reference = reference
        self._known: dict[tuple[str, ...], tuple[set[Any], pl.DataFrame]] = {}

    def lookup(self, table: str, column: str, keys: pl.Series, columns: Sequence[str] | None = None) -> pl.DataFrame:
        place = (table, column, *(columns or ()))
        seen, rows = self._known.get(place, (set(), None))
        new = set(keys.to_list()) - seen
        if new or rows is None:
            found = self._reference.lookup(table, column, pl.Series(list(new), dtype=keys.dtype), columns)
            rows = found if rows is None else pl.concat([rows, found])
            self._known[place] = (seen | new, rows)
        return rows


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
    """A quantity, ready to be worked out on the table ``owner``.

    Its parts are expressions on one side: the asking record ("me") or the other ("you"). They are worked out for
    many questions at once, because one query with a hundred columns costs little more than a query with one.
    """

    name: str
    quantity: Quantity
    owner: str
    mine: dict[str, pl.Expr] = field(default_factory=dict)  #: keep?, k0, k1 ... on the asking record
    yours: dict[str, pl.Expr] = field(default_factory=dict)  #: keep?, k0, k1 ..., value, by on the other record
    both: list[pl.Expr] = field(default_factory=list)  #: conditions on the pair; the other's columns: "other:..."
    codes: tuple[str, str | None, tuple[str | None, ...]] | None = None
    depth: int = 0  #: how many questions lie inside each other

    @property
    def keys(self) -> list[str]:
        return [label for label in self.mine if label != "keep?"]

    @property
    def is_joined(self) -> bool:
        return bool(self.mine or self.both or self.quantity.other)

    @property
    def asks(self) -> set[str]:
        """Names of the questions that this one looks at."""
        parts = [*self.mine.values(), *self.yours.values(), *self.both]
        names = {n.removeprefix("other:") for e in parts for n in e.meta.root_names()}
        return {n for n in names if n.startswith("#")}


def conjuncts(expr: Expr | None) -> Iterator[Expr]:
    """The conditions that must all hold, where an expression joins them by "and"."""
    if expr is None:
        return
    if expr.op == "and":
        yield from conjuncts(expr.args[0])
        yield from conjuncts(expr.args[1])
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
        self.reference_columns: dict[str, set[str]] = {}  #: what is asked of each reference table

    def compile(self, expr: Expr, scopes: Mapping[int, str]) -> pl.Expr:
        """The Polars expression. ``scopes`` gives, for the id of each record asked about, a prefix of its columns."""
        op, args = expr.op, expr.args
        if op == "lit":
            return pl.lit(args[0])
        if op in ("field", "ref"):
            record, *path = args
            if op == "ref":
                self.reference_columns.setdefault(record.table, set()).add(path[0])
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
            name = f"#{len(self.names)}"
            self.names[key] = name
            self.questions[name] = self._prepare(name, q)
        return self.names[key]

    def needed(self, exprs: Iterable[pl.Expr]) -> list[Compiled]:
        """All questions that these expressions ask, those inside other questions first."""
        waiting = [n for e in exprs for n in e.meta.root_names() if n.startswith("#")]
        found: dict[str, Compiled] = {}
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = self.questions[name]
                waiting.extend(found[name].asks)
        return sorted(found.values(), key=lambda c: c.depth)

    def _prepare(self, name: str, q: Quantity) -> Compiled:
        me, you = id(q.scope.base), id(q.yours)
        direct = any(me in _bases(part) for part in q.parts() if part is not None)
        simple = not direct and not q.same and not q.other
        owner = q.within if simple and q.within else q.scope.base.table if direct else q.scope.table
        done = Compiled(name, q, owner)
        keep: dict[str, list[pl.Expr]] = {"mine": [], "yours": []}
        for position, (mine, theirs) in enumerate(q.same):
            self._key(done, f"k{position}", mine, theirs, me, you)
        for condition in conjuncts(q.where):
            asked = set(_bases(condition))
            if not asked <= {me, you}:
                raise ValueError(f"{q.table_name}: a question inside a question can look at its own two records only.")
            if not (me in asked and you in asked):
                side, base = ("mine", me) if me in asked else ("yours", you)
                keep[side].append(self.compile(condition, {base: ""}))
            elif pair := _equal_sides(condition, me, you):
                label = f"k{len(done.keys)}"
                self._key(done, label, *pair, me, you)
                keep["mine"].append(done.mine[label].is_not_null())
            else:
                done.both.append(self.compile(condition, {me: "", you: "other:"}))
        for label in ("value", "by"):
            part = getattr(q, label)
            if part is not None:
                if me in _bases(part):
                    raise ValueError(f"{q.table_name}: value= and by= can look at the other record only.")
                done.yours[label] = self.compile(part, {you: ""})
        for side, conditions in keep.items():
            if conditions:
                getattr(done, side)["keep?"] = reduce(lambda a, b: a & b, conditions)
        if simple and q.how == "any" and q.within:
            done.codes = _codes(q)
        done.depth = 1 + max((self.questions[n].depth for n in done.asks), default=0)
        return done

    def _key(self, done: Compiled, label: str, mine: Expr, theirs: Expr, me: int, you: int) -> None:
        done.mine[label] = self.compile(mine, {me: ""})
        done.yours[label] = self.compile(theirs, {you: ""})


def _equal_sides(condition: Expr, me: int, you: int) -> tuple[Expr, Expr] | None:
    """(mine, theirs) where a value of the one record must equal one of the other, so that it can be a key."""
    if condition.op != "eq":
        return None
    left, right = condition.args
    sides = set(_bases(left)), set(_bases(right))
    if sides == ({me}, {you}):
        return left, right
    return (right, left) if sides == ({you}, {me}) else None


def _codes(q: Quantity) -> tuple[str, str | None, tuple[str | None, ...]] | None:
    """(type column, code column, wanted) where the question is only about text codes, so that an index answers it."""
    wanted: list[tuple[str, tuple[str, ...]]] = []
    for condition in conjuncts(q.where):
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
        self._subsets: dict[tuple[str, ...], pl.DataFrame] = {}
        self._parts: dict[tuple[str, str, str], pl.Series] = {}

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
    def warm(self, questions: Iterable[Compiled]) -> None:
        """Work out the parts of many questions with few queries: one for each table and depth."""
        for _, level in groupby(questions, key=lambda c: c.depth):
            same_depth = [c for c in level if c.codes is None and self.heights.get(c.owner)]
            self._work_out((c, "mine", self._side(c, "mine")) for c in same_depth)
            theirs = [(c, "yours", self._side(c, "yours")) for c in same_depth]
            self._look_up([(c, table) for c, _, table in theirs if len(table) > 1])
            self._work_out(theirs)

    def _side(self, c: Compiled, side: str) -> tuple[str, ...]:
        """What identifies the table of one side of a question: an entity, or rows of a reference table."""
        if side == "mine":
            return (c.owner,)
        if c.quantity.within:
            return (c.quantity.table_name,)
        column = c.quantity.same[0][1].args[1]
        return (c.owner, c.quantity.table_name, column, str(c.mine["k0"]))

    def _work_out(self, sides: Iterable[tuple[Compiled, str, tuple[str, ...]]]) -> None:
        wanted: dict[tuple[str, ...], dict[str, tuple[tuple[str, str, str], pl.Expr]]] = {}
        for c, side, table in sides:
            for label, expr in getattr(c, side).items():
                key = (c.name, side, label)
                if key not in self._parts:
                    if len(table) > 1:
                        self._look_up([(c, table)])
                    wanted.setdefault(table, {})["|".join(key)] = (key, expr)
        for table, parts in wanted.items():
            exprs = [expr.alias(text) for text, (_, expr) in parts.items()]
            found = self.select(table[0], exprs) if len(table) == 1 else self._subsets[table].select(exprs)
            for text, (key, _) in parts.items():
                self._parts[key] = found[text]

    def _part(self, c: Compiled, side: str, label: str) -> pl.Series:
        key = (c.name, side, label)
        if key not in self._parts:
            self._work_out([(c, side, self._side(c, side))])
        return self._parts[key]

    def _answer(self, c: Compiled) -> pl.Series:
        if c.codes is not None:
            return self._has_code(c)
        if c.quantity.within and not c.is_joined:
            return self._spread(c, self._right(c, [], f"@{c.owner}", "me"))
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

    def _join(self, c: Compiled) -> pl.Series:
        q, on = c.quantity, [*(["link"] if c.quantity.within else []), *c.keys]
        mixed = sorted({name for e in c.both for name in e.meta.root_names()})
        right = self._right(
            c, [n.removeprefix("other:") for n in mixed if n.startswith("other:")], f"@{q.within}", "link"
        )
        left = self._left(c, [n for n in mixed if not n.startswith("other:")], right.schema)
        equal = bool(q.within)  # a blank equals a blank on two records of a file, but nothing in a reference table
        if not c.both and not q.other:
            if q.how == "any":
                return self._spread(c, left.join(right, on=on, how="semi", nulls_equal=equal))
            grouped = right.group_by(on, maintain_order=True).agg(_aggregate(c))
            return self._place(c, left.join(grouped, on=on, how="inner", nulls_equal=equal))
        pairs = left.join(right, on=on, how="inner", nulls_equal=equal, maintain_order="left_right")
        conditions = [*c.both, pl.col("me") != pl.col("you")] if q.other else c.both
        keep = pairs.select(reduce(lambda a, b: a & b, conditions).alias("keep?"))["keep?"]
        kept = [pairs[name].filter(keep) for name in ("me", "value", "by") if name in pairs.columns]
        return self._spread(c, pl.DataFrame(kept))

    def _left(self, c: Compiled, needed: list[str], types: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """The asking records: their number, the record that both sides share, keys, and what pairs are judged by."""
        columns = {"me": self.column(c.owner, f"@{c.owner}")}
        if c.quantity.within:
            columns["link"] = self.column(c.owner, f"@{c.quantity.within}")
        columns |= {k: self._part(c, "mine", k).cast(types[k]) for k in c.keys}
        columns |= {name: self.column(c.owner, name) for name in needed}
        return self._kept(c, "mine", columns)

    def _right(self, c: Compiled, needed: list[str], link: str, link_as: str) -> pl.DataFrame:
        """The other records: keys, values, what pairs are judged by, and the record that both sides share."""
        q, columns = c.quantity, dict[str, pl.Series]()
        table = self._side(c, "yours")
        rows = None if q.within else self._reference_rows(c, table)
        columns |= {label: self._part(c, "yours", label) for label in c.yours if label != "keep?"}
        columns |= {f"other:{n}": self.column(q.table_name, n) if rows is None else rows[n] for n in needed}
        if q.within:
            columns |= {link_as: self.column(q.table_name, link), "you": self.column(q.table_name, f"@{q.table_name}")}
        return self._kept(c, "yours", columns)

    def _kept(self, c: Compiled, side: str, columns: dict[str, pl.Series]) -> pl.DataFrame:
        """The rows that pass the side's conditions. Column by column: that costs a tenth of a query."""
        if "keep?" not in getattr(c, side):
            return pl.DataFrame([series.alias(name) for name, series in columns.items()])
        keep = self._part(c, side, "keep?")
        return pl.DataFrame([series.filter(keep).alias(name) for name, series in columns.items()])

    def _reference_rows(self, c: Compiled, table: tuple[str, ...]) -> pl.DataFrame:
        """The rows of the reference table that any record of the owner could ask for: other questions share them."""
        self._look_up([(c, table)])
        return self._subsets[table]

    def _look_up(self, asked: Iterable[tuple[Compiled, tuple[str, ...]]]) -> None:
        """Look up in one go what several records ask of one column: four postcodes of a learner cost one search."""
        together: dict[tuple[str, str], dict[tuple[str, ...], pl.Series]] = {}
        for c, table in asked:
            if self.reference is None:
                raise ValueError(f"The reference table {c.quantity.table_name} was not given.")
            known = self._subsets.get(table)
            if known is None or not self.compiler.reference_columns[table[1]] <= set(known.columns):
                together.setdefault((table[1], table[2]), {}).setdefault(table, self._part(c, "mine", "k0"))
        for (name, column), places in together.items():
            keys = [series.drop_nulls().unique() for series in places.values()]
            wanted = pl.concat([k.cast(keys[0].dtype).rename("key") for k in keys]).unique()
            columns = sorted(self.compiler.reference_columns[name])
            rows = self.reference.lookup(name, column, wanted, columns)  # type: ignore[union-attr]
            self._subsets |= dict.fromkeys(places, rows)

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
        me = values["me"].to_numpy()
        place = np.full(self.heights[c.owner], -1, dtype=np.int64)
        place[me] = np.arange(len(me))
        at = pl.Series(place)
        answer = values["answer"].gather(at.set(at < 0, None))
        if c.quantity.how == "any":
            return answer.is_not_null()
        if c.quantity.how == "set":
            return pl.select(pl.coalesce(answer, pl.lit([], dtype=answer.dtype)).alias("answer"))["answer"]
        return answer.fill_null(0) if c.quantity.how in ("count", "sum", "distinct") else answer


def _aggregate(c: Compiled) -> pl.Expr:
    value, by, how = pl.col("value"), pl.col("by"), c.quantity.how
    if how == "latest":
        answer = value.filter(by.is_not_null() & (by == by.max())).last()
    elif how == "earliest":
        answer = value.first() if "by" not in c.yours else value.filter(by.is_not_null() & (by == by.min())).first()
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
