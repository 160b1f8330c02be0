"""Who is who between two files, or within one: sure steps first, then a model, then the few that are left.

1. **Sure**: an equal ULN or NI number, and the rest agrees; or everything agrees, and nobody else fits.
2. **Model**: pairs that a narrow rule brings up, weighed by Splink. The best pair of two people who are each other's
   best is linked where its probability, rivals counted, is high enough; then the next best, until nothing moves.
3. **Rest**: those still without a link, compared much more widely, as they are few by now.
"""

# ruff: noqa: S608 - queries are put together from our own column names; no value goes into their text
from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openilr.link import scoring, training
from openilr.link.blocking import NARROW, WIDE, usable
from openilr.link.engine import get, open_database, put
from openilr.link.errors import LinkError
from openilr.link.identifiers import PREPARED
from openilr.link.model import TWIN_WEIGHT, Model, possible

if TYPE_CHECKING:
    import polars as pl
    from duckdb import DuckDBPyConnection

#: Pairs below this weight are not kept as candidates: odds of one to a thousand.
_LEAST = -10.0
#: A link whose runner-up is nearer than this is flagged as ambiguous: odds of eight to one between the two.
CLOSE = 3.0
#: The most pairs that a step may bring up: at least the first number, more for more people.
_MOST_PAIRS, _PAIRS_PER_PERSON = 5_000_000, 30
LINKS = ("row_l", "row_r", "probability", "weight", "runner_up_weight", "ambiguous", "method")


@dataclass
class Matched:
    """Links with columns :data:`LINKS`, the model that weighed them, and what was done (counts only)."""

    links: pl.DataFrame
    model: Model | None
    steps: dict[str, Any]


def match(
    left: pl.DataFrame, right: pl.DataFrame, *, many: bool = False, least: float = 0.5, model: Model | None = None,
    watch: Callable[[str], object] = str,
) -> Matched:  # fmt: skip
    """Link the people of two frames of :func:`openilr.link.identifiers.prepare`.

    One to one, or with ``many`` every pair of at least the probability ``least``. ``model`` is an earlier one to use
    instead of training. Raises LinkError where the two hold nothing in common that could be compared.
    """
    import polars as pl

    empty = pl.DataFrame(
        schema=dict(zip(LINKS, (pl.Int64, pl.Int64, *(pl.Float64,) * 3, pl.Boolean, pl.String), strict=True))
    )
    if left.is_empty() or right.is_empty():
        return Matched(empty, None, {})
    held = (_filled(left), _filled(right))
    comparisons = possible(held[0] & held[1])
    if not comparisons:
        raise LinkError("The two files have no column in common with values in both, so there is nothing to compare.")
    database = open_database()
    put(database, "people_l", left)
    put(database, "people_r", right)
    tables, sizes = ("people_l", "people_r"), (left.height, right.height)
    most = max(_MOST_PAIRS, _PAIRS_PER_PERSON * sum(sizes))
    columns = [c for c in PREPARED if c != "row"]
    rules, _ = usable(NARROW, held, database, tables, most)
    wide, _ = usable(WIDE, held, database, tables, most)
    if not rules or sizes[0] * sizes[1] <= 250_000:
        rules = [*rules, *wide]
    if not rules:
        raise LinkError("Too few columns are filled to tell people apart; add a date of birth, a name or a number.")
    if model is None:
        watch("Learning how records of one person differ")
        counted = training.chance(database, comparisons, tables, columns)
        brought_up = sum(rule.pairs(database, *tables) for rule in rules)
        model = training.train(database, counted, rules, columns, tables, sizes, brought_up, within=False)
    scoring.frequencies(database, model, tables)
    if many:
        watch("Weighing pairs")
        pairs = scoring.score(database, model, rules, tables, _LEAST)
        return Matched(_every(pairs, least, _sure(database, held, unique=False)), model, {"rules": len(rules)})
    watch("Linking people who agree in every respect")
    sure = _weighed(database, model, _sure(database, held, unique=True), columns)
    found = [sure]
    steps: dict[str, Any] = {"sure": sure.height}
    for name, of_step in (("model", NARROW), ("rest", WIDE)):
        done = pl.concat(found)
        left_over = _left_over(database, done)
        if 0 in left_over:
            break
        brought, out = usable(of_step, held, database, ("rest_l", "rest_r"), most)
        if not brought:
            continue
        watch(f"Weighing pairs of {left_over[0]:,} and {left_over[1]:,} people")
        pairs = scoring.score(database, model, brought, ("rest_l", "rest_r"), _LEAST)
        now = _one_to_one(pairs, model, left_over, least)
        steps[name] = {
            "people": list(left_over),
            "pairs": pairs.height,
            "links": now.height,
            "rules left out": len(out),
        }
        found.append(now.with_columns(method=pl.lit("probabilistic")))
    return Matched(pl.concat(found).select(LINKS).sort("row_l"), model, steps)


def _filled(people: pl.DataFrame) -> set[str]:
    return {name for name in PREPARED if people[name].null_count() < people.height}


_GIVEN_AGREES = (
    "(l.given1 = r.given1 or l.given_key = r.given_key or list_has_any(l.nicknames, r.nicknames) "
    "or jaro_winkler_similarity(l.given1, r.given1) >= 0.92)"
)
_FAMILY_AGREES = "(l.family = r.family or jaro_winkler_similarity(l.family, r.family) >= 0.92)"
_SAME_NUMBER = (
    f"(({_GIVEN_AGREES} and (l.dob = r.dob or {_FAMILY_AGREES})) "
    f"or ((l.given1 is null or r.given1 is null) and (l.dob = r.dob or l.dob is null or r.dob is null) "
    f"and ({_FAMILY_AGREES} or l.family is null or r.family is null)))"
)
#: The deterministic steps in their order: method, what must agree.
_SURE = (
    ("uln", ("uln",), f"l.uln = r.uln and {_SAME_NUMBER}"),
    ("nino", ("nino",), f"l.nino = r.nino and {_SAME_NUMBER}"),
    ("exact", ("given1", "family", "dob", "postcode"),
     "l.given = r.given and l.family = r.family and l.dob = r.dob and l.postcode = r.postcode "
     "and coalesce(l.sex = r.sex, true) and coalesce(l.uln = r.uln, true) and coalesce(l.nino = r.nino, true)"),
)  # fmt: skip


def _sure(database: DuckDBPyConnection, held: tuple[set[str], ...], *, unique: bool) -> pl.DataFrame:
    """Pairs of the deterministic steps: row_l, row_r, method. With ``unique``, only where nobody else fits either."""
    import polars as pl

    found = pl.DataFrame(schema={"row_l": pl.Int64, "row_r": pl.Int64, "method": pl.String})
    one = "qualify count(*) over (partition by l.row) = 1 and count(*) over (partition by r.row) = 1" if unique else ""
    for method, needs, agree in _SURE:
        if not (held[0].issuperset(needs) and held[1].issuperset(needs)):
            continue
        query = f"select l.row row_l, r.row row_r from people_l l join people_r r on {agree} {one}"
        pairs = get(database, query).with_columns(method=pl.lit(method))
        if unique:
            pairs = pairs.join(found, on="row_l", how="anti").join(found, on="row_r", how="anti")
        else:
            pairs = pairs.join(found, on=["row_l", "row_r"], how="anti")
        found = pl.concat([found, pairs])
    return found


def _weighed(database: DuckDBPyConnection, model: Model, sure: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The sure pairs with the weight that the model gives them, so that it can be seen beside all others."""
    import numpy as np
    import polars as pl

    put(database, "sure", sure)
    levels = ", ".join(f"{training.level_sql(c)} as c{place}" for place, c in enumerate(model.comparisons))
    source = "sure p join people_l l on l.row = p.row_l join people_r r on r.row = p.row_r"
    both = training.side_by_side(columns, source).replace("select ", "select p.row_l, p.row_r, ", 1)
    found = get(database, f"select row_l, row_r, {levels} from ({both})")
    weight = np.full(found.height, np.log2(model.prior / (1 - model.prior)))
    for place, comparison in enumerate(model.comparisons):
        table = np.log2([level.m / level.u for level in comparison.levels] + [1.0])
        weight += table[found[f"c{place}"].fill_null(len(comparison.levels)).to_numpy()]
    return (
        found.select("row_l", "row_r")
        .with_columns(weight=pl.Series(weight))
        .join(sure, on=["row_l", "row_r"])
        .with_columns(
            probability=1 / (1 + 2.0 ** -pl.col("weight")),
            runner_up_weight=pl.lit(None, pl.Float64),
            ambiguous=pl.lit(False),
        )
        .select(LINKS)
    )


def _left_over(database: DuckDBPyConnection, done: pl.DataFrame) -> tuple[int, int]:
    """Tables ``rest_l`` and ``rest_r``: people without a link so far; how many they are."""
    put(database, "done", done)
    sizes = []
    for side in "lr":
        database.execute(
            f"create or replace table rest_{side} as select * from people_{side} "
            f"where row not in (select row_{side} from done)"
        )
        sizes.append(database.execute(f"select count(*) from rest_{side}").fetchall()[0][0])
    return sizes[0], sizes[1]


def _one_to_one(pairs: pl.DataFrame, model: Model, sizes: tuple[int, int], least: float) -> pl.DataFrame:
    """Links out of weighed pairs: best first, each person once, rivals counted.

    The odds of a pair are set against those of all pairs that would take one of the two away, so two equal candidates
    have a half each at the most. They start from how many of the people at hand are in both files, which is worked
    out from the pairs themselves: among people whom nobody else claims, a likeness says more.
    """
    import polars as pl

    ratio = ((pl.col("weight").clip(-60, 60) - math.log2(model.prior / (1 - model.prior))) * math.log(2)).exp()
    open_pairs = pairs.with_columns(ratio=ratio)
    kept: list[pl.DataFrame] = []
    in_both = 0.5 * min(sizes)
    while not open_pairs.is_empty():
        taken = sum(frame.height for frame in kept)
        alone = (sizes[0] - taken, sizes[1] - taken)
        weighed = open_pairs
        for _ in range(20):
            in_both = min(max(in_both, 0.5), 0.98 * min(alone))
            weighed = _with_rivals(open_pairs, in_both / ((alone[0] - in_both + 1) * (alone[1] - in_both + 1)))
            before, in_both = in_both, float(weighed["probability"].sum())
            if abs(in_both - before) < 0.01 * before:
                break
        now = weighed.filter(
            (pl.col("weight").rank("ordinal", descending=True).over("row_l") == 1)
            & (pl.col("weight").rank("ordinal", descending=True).over("row_r") == 1)
            & (pl.col("probability") >= least)
        )
        if now.is_empty():
            break
        kept.append(now.select("row_l", "row_r", "probability", "weight"))
        open_pairs = open_pairs.join(now, on="row_l", how="anti").join(now, on="row_r", how="anti")
    none = pairs.clear().select("row_l", "row_r", pl.col("weight").alias("probability"), "weight")
    return _with_runner_up(pl.concat([none, *kept]), pairs)


def _with_rivals(pairs: pl.DataFrame, start: float) -> pl.DataFrame:
    """The pairs with their probability, where two people drawn from those at hand are one with the odds ``start``."""
    import polars as pl

    odds = pl.col("ratio") * start
    held = pl.when("twins").then(odds.clip(upper_bound=2.0**TWIN_WEIGHT)).otherwise(odds)
    sums = pairs.with_columns(odds=held).with_columns(
        of_l=pl.col("odds").sum().over("row_l"), of_r=pl.col("odds").sum().over("row_r")
    )
    return sums.with_columns(probability=pl.col("odds") / (1 + pl.col("of_l") + pl.col("of_r") - pl.col("odds")))


def _with_runner_up(links: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    others = []
    for side in ("row_l", "row_r"):
        mine = pairs.join(links.select(side, chosen="weight", mate="row_r" if side == "row_l" else "row_l"), on=side)
        mate = "row_r" if side == "row_l" else "row_l"
        best = (
            mine.filter(pl.col(mate) != pl.col("mate"))
            .group_by(side)
            .agg(pl.col("weight").max().alias(f"other_{side}"))
        )
        others.append(best)
    return (
        links.join(others[0], on="row_l", how="left")
        .join(others[1], on="row_r", how="left")
        .with_columns(runner_up_weight=pl.max_horizontal("other_row_l", "other_row_r"))
        .with_columns(ambiguous=(pl.col("weight") - pl.col("runner_up_weight") < CLOSE).fill_null(False))
        .drop("other_row_l", "other_row_r")
        .with_columns(method=pl.lit("probabilistic"))
        .select(LINKS)
    )


def _every(pairs: pl.DataFrame, least: float, sure: pl.DataFrame) -> pl.DataFrame:
    """All pairs of at least a probability, each by itself; the sure ones among them say by which step."""
    import polars as pl

    weight = pl.when("twins").then(pl.col("weight").clip(upper_bound=TWIN_WEIGHT)).otherwise("weight")
    kept = pairs.with_columns(probability=1 / (1 + 2.0**-weight)).filter(pl.col("probability") >= least)
    return (
        _with_runner_up(kept.select("row_l", "row_r", "probability", "weight"), pairs)
        .drop("method")
        .join(sure, on=["row_l", "row_r"], how="left")
        .with_columns(pl.col("method").fill_null("probabilistic"))
        .select(LINKS)
    )
