"""How well do the cases hold the rules? Change conditions mechanically and see whether a case notices.

    python benchmarks/mutate_rules.py [--sample 100] [--seed 1] [--year 2526] [RULE ...]

Each change touches one operator, date, number, code, connective or exclusion of one rule. A change that no case notices
is listed: either a case is missing, or the changed rule means the same.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace

from openilr import years
from openilr.derive.expressions import Expr, Quantity
from openilr.validate import cases
from openilr.validate.rule import rules_of
from openilr.validate.ruleset import BuiltRule, build_rule

SWAPPED = {"lt": "le", "le": "lt", "gt": "ge", "ge": "gt"}
HOW = {"min": "max", "max": "min", "latest": "earliest", "earliest": "latest"}


def changed(e: Expr) -> Iterator[tuple[str, Expr]]:
    """Every expression that differs from ``e`` in one place, with words for the place."""
    if e.op in SWAPPED:
        yield f"{e.op} -> {SWAPPED[e.op]}", Expr(SWAPPED[e.op], e.args, e.kind)
    if e.op == "eq":
        yield "== -> !=", ~e
    if e.op in ("and", "or"):
        other = "or" if e.op == "and" else "and"
        yield f"{e.op} -> {other}", Expr(other, e.args, e.kind)
    if e.op == "not":
        yield "not dropped", e.args[0]
    if e.op == "in":
        for value in {e.args[1][0], e.args[1][-1]} if len(e.args[1]) > 1 else ():
            rest = tuple(v for v in e.args[1] if v != value)
            yield f"{value!r} left out of the list", Expr("in", (e.args[0], rest), e.kind)
    if e.op == "lit":
        yield from _literals(e)
    for position, arg in enumerate(e.args):
        if isinstance(arg, Expr):
            for words, new in changed(arg):
                yield words, Expr(e.op, (*e.args[:position], new, *e.args[position + 1 :]), e.kind)
        elif isinstance(arg, Quantity):
            for words, question in _questions(arg):
                yield words, Expr(e.op, (question,), e.kind)


def _literals(e: Expr) -> Iterator[tuple[str, Expr]]:
    value = e.args[0]
    if isinstance(value, dt.date):
        for days in (-1, 1):
            yield f"{value} {days:+d} day", Expr("lit", (value + dt.timedelta(days),), e.kind)
    elif isinstance(value, str):
        yield f"{value!r} -> another code", Expr("lit", (value + "~",), e.kind)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield f"{value} + 1", Expr("lit", (value + 1,), e.kind)


def _questions(q: Quantity) -> Iterator[tuple[str, Quantity]]:
    def copy(**new: object) -> Quantity:
        names = ("how", "scope", "table", "yours", "within", "same", "where", "value", "by", "other")
        return Quantity(*(new.get(n, getattr(q, n)) for n in names))  # type: ignore[arg-type]

    if q.how in HOW:
        yield f"{q.how} -> {HOW[q.how]}", copy(how=HOW[q.how])
    for part in ("where", "value", "by"):
        if getattr(q, part) is not None:
            for words, new in changed(getattr(q, part)):
                yield words, copy(**{part: new})


def survivors(built: BuiltRule, year: years.Year) -> tuple[int, list[str]]:
    """How many changes were tried, and those that no case noticed."""
    mine = [c for c in cases.parse(built.rule) if not c.years or year.name in c.years]
    tried, alive = 0, []
    for words, expr in changed(built.expr):
        tried += 1
        mutant = replace(built, expr=expr)
        if all(_same(case, mutant, year) for case in mine):
            alive.append(words)
    return tried, alive


def _same(case: cases.Case, mutant: BuiltRule, year: years.Year) -> bool:
    try:
        return cases.verdict(case, mutant, year) == case.fires
    except Exception:  # a change that can not even run is noticed
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rules", nargs="*")
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--year", default="2526")
    args = parser.parse_args()
    year = years.load(args.year)
    live = rules_of(year)
    chosen = args.rules or sorted(random.Random(args.seed).sample(sorted(live), min(args.sample, len(live))))
    tried = noticed = 0
    for id in chosen:
        n, alive = survivors(build_rule(live[id], year), year)
        tried, noticed = tried + n, noticed + n - len(alive)
        print(f"{id}: {n - len(alive)} of {n}" + (f"; not noticed: {'; '.join(alive)}" if alive else ""), flush=True)
    print(f"{len(chosen)} rules, {tried} changes, {noticed} noticed: {100 * noticed / max(tried, 1):.1f}%")


if __name__ == "__main__":
    main()
