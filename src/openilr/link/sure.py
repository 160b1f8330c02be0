"""The deterministic steps: who is who beyond reasonable doubt, without a model."""

# ruff: noqa: S608 - queries are put together from our own column names; no value goes into their text
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openilr.link import training
from openilr.link.model import Comparison, Model

if TYPE_CHECKING:
    import polars as pl

    from openilr.link.engine import Database

_GIVEN_AGREES = (
    "(l.given1 = r.given1 or l.given_key = r.given_key or list_has_any(l.nicknames, r.nicknames) "
    "or jaro_winkler_similarity(l.given1, r.given1) >= 0.92)"
)
_FAMILY_AGREES = "(l.family = r.family or jaro_winkler_similarity(l.family, r.family) >= 0.92)"
#: With an equal number, the forename and one more must agree: a twin's number may have been written down by mistake.
_SAME_NUMBER = (
    f"(({_GIVEN_AGREES} and (l.dob = r.dob or {_FAMILY_AGREES})) "
    f"or ((l.given1 is null or r.given1 is null) and (l.dob = r.dob or l.dob is null or r.dob is null) "
    f"and ({_FAMILY_AGREES} or l.family is null or r.family is null)))"
)
_NO_OTHER_SIGN = "coalesce(l.sex = r.sex, true) and coalesce(l.uln = r.uln, true) and coalesce(l.nino = r.nino, true)"
_ONE_HOME = "l.dob = r.dob and l.postcode = r.postcode"


@dataclass(frozen=True)
class Step:
    """One way of being sure: the columns that must be there, who comes into question, and what more must agree.

    ``alone`` steps hold only where nobody else comes into question, and so not for twins.
    """

    method: str
    needs: tuple[str, ...]
    meet: str
    agree: str
    alone: bool = False


#: The steps in their order.
STEPS = (
    Step("uln", ("uln",), "l.uln = r.uln", _SAME_NUMBER),
    Step("nino", ("nino",), "l.nino = r.nino", _SAME_NUMBER),
    Step("exact", ("given1", "family", "dob", "postcode"),
         f"l.given = r.given and l.family = r.family and {_ONE_HOME}", _NO_OTHER_SIGN),
    Step("rule", ("given1", "family", "dob", "postcode"),
         _ONE_HOME, f"{_GIVEN_AGREES} and {_FAMILY_AGREES} and {_NO_OTHER_SIGN}", alone=True),
)  # fmt: skip


def sure(
    database: Database, held: tuple[set[str], set[str]], tables: tuple[str, str], *, unique: bool,
    within: bool = False,
) -> pl.DataFrame:  # fmt: skip
    """Pairs of the deterministic steps: who_l, who_r, method. With ``unique``, only where nobody else fits either."""
    import polars as pl

    found = pl.DataFrame(schema={"who_l": pl.Int64, "who_r": pl.Int64, "method": pl.String})
    once = " and l.who < r.who" if within else ""
    for step in STEPS:
        if (step.alone and not unique) or not all(columns.issuperset(step.needs) for columns in held):
            continue
        pairs = database.get(
            f"select l.who as who_l, r.who as who_r, bool_or({step.agree}) as agree "
            f"from {tables[0]} l join {tables[1]} r on {step.meet}{once} group by l.who, r.who"
        ).sort("who_l", "who_r")
        if not step.alone:
            pairs = pairs.filter("agree")
        if unique:
            pairs = pairs.filter(pl.len().over("who_l") == 1, pl.len().over("who_r") == 1)
            pairs = pairs.join(found, on="who_l", how="anti").join(found, on="who_r", how="anti")
        else:
            pairs = pairs.join(found, on=["who_l", "who_r"], how="anti")
        named = pairs.filter("agree").select("who_l", "who_r", method=pl.lit(step.method))
        found = pl.concat([found, named])
    return found


def compared(
    database: Database, comparisons: Sequence[Comparison], pairs: pl.DataFrame, tables: tuple[str, str],
    columns: Sequence[str],
) -> pl.DataFrame:  # fmt: skip
    """The sure pairs with the level that each comparison reaches (c0, c1 ...): a row for each two rows of a pair."""
    database.put("sure", pairs)
    levels = ", ".join(f"{training.level_sql(c)} as c{place}" for place, c in enumerate(comparisons))
    source = f"sure p join {tables[0]} l on l.who = p.who_l join {tables[1]} r on r.who = p.who_r"
    names = [name for name in columns if name not in ("row", "who")]
    both = training.side_by_side(names, source, also=("p.who_l", "p.who_r", "p.method"))
    return database.get(f"select who_l, who_r, method, {levels} from ({both})")


def weighed(pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Compared pairs with the weight and probability that the model gives them, so that all links can be compared."""
    import numpy as np
    import polars as pl

    weight = np.full(pairs.height, np.log2(model.prior / (1 - model.prior)))
    for place, comparison in enumerate(model.comparisons):
        table = np.log2([level.m / level.u for level in comparison.levels] + [1.0])
        weight += table[pairs[f"c{place}"].fill_null(len(comparison.levels)).to_numpy()]
    best = pairs.with_columns(weight=pl.Series(weight)).group_by("who_l", "who_r", "method").agg(pl.col("weight").max())
    return best.with_columns(probability=1 / (1 + 2.0 ** -pl.col("weight")))
