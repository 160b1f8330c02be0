"""From weighed pairs to links: who gets whom, how likely that is with rivals counted, and who came second."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from openilr.link.model import Model

if TYPE_CHECKING:
    import polars as pl

#: A link whose runner-up is nearer than this is flagged as ambiguous: odds of eight to one between the two.
CLOSE = 3.0
LINKS = ("who_l", "who_r", "probability", "weight", "runner_up_weight", "ambiguous", "method")


def no_links() -> pl.DataFrame:
    import polars as pl

    kinds = (pl.Int64, pl.Int64, pl.Float64, pl.Float64, pl.Float64, pl.Boolean, pl.String)
    return pl.DataFrame(schema=dict(zip(LINKS, kinds, strict=True)))


def one_to_one(
    pairs: pl.DataFrame, model: Model, sizes: tuple[int, int], least: float, settled: int = 0
) -> pl.DataFrame:
    """Links out of pairs (who_l, who_r, weight, twins): surest first, each person once, rivals counted.

    ``sizes`` are the people on either side, ``settled`` how many links took others away before. The odds of a pair are
    set against those of all pairs that would take one of the two away, so two equal candidates have a half each at the
    most. They start from how many people are in both files, which is worked out from the pairs themselves: where nearly
    everyone else has found somebody, a likeness says more. Links that were made before count there, for the model
    speaks of everybody: it knows already that records which differ are seldom of one person.
    """
    import polars as pl

    ratio = ((pl.col("weight").clip(-60, 60) - _start(model)) * math.log(2)).exp()
    open_pairs = pairs.with_columns(ratio=ratio)
    kept = [no_links().select("who_l", "who_r", "probability", "weight")]
    in_both = 0.5 * min(sizes)
    while not open_pairs.is_empty():
        taken = sum(frame.height for frame in kept)
        alone = (sizes[0] - taken, sizes[1] - taken)
        weighed = open_pairs
        for _ in range(20):
            in_both = min(max(in_both, 0.5), 0.98 * min(alone))
            start = (settled + taken + in_both) / ((alone[0] - in_both + 1) * (alone[1] - in_both + 1))
            weighed = _with_rivals(open_pairs, model, start)
            before, in_both = in_both, float(weighed["probability"].sum())
            if abs(in_both - before) < 0.01 * before:
                break
        now = _best_of_each(_in_twos(weighed)).filter(pl.col("probability") >= least)
        if now.is_empty():
            break
        kept.append(now.select(kept[0].columns))
        open_pairs = open_pairs.join(now, on="who_l", how="anti").join(now, on="who_r", how="anti")
    return with_runner_up(pl.concat(kept).with_columns(method=pl.lit("probabilistic")), pairs)


def _start(model: Model) -> float:
    """The weight of a pair of which nothing is known."""
    return math.log2(model.prior / (1 - model.prior))


def _best_of_each(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs of two people who are each other's likeliest."""
    import polars as pl

    order = pairs.sort("probability", "weight", "who_l", "who_r", descending=[True, True, False, False])
    first = order.with_columns(
        first_l=pl.int_range(pl.len()).over("who_l") == 0, first_r=pl.int_range(pl.len()).over("who_r") == 0
    )
    return first.filter("first_l", "first_r")


def _with_rivals(pairs: pl.DataFrame, model: Model, start: float) -> pl.DataFrame:
    """The pairs with their probability, where two people drawn from those at hand are one with the odds ``start``."""
    import polars as pl

    odds = pl.col("ratio") * start
    held = pl.when("twins").then(odds.clip(upper_bound=2.0**model.twins)).otherwise(odds)
    sums = pairs.with_columns(odds=held).with_columns(
        of_l=pl.col("odds").sum().over("who_l"), of_r=pl.col("odds").sum().over("who_r")
    )
    return sums.with_columns(probability=pl.col("odds") / (1 + pl.col("of_l") + pl.col("of_r") - pl.col("odds")))


def _in_twos(pairs: pl.DataFrame) -> pl.DataFrame:
    """The same with exact probabilities where two people on one side compete for two on the other, as twins do.

    There are seven ways to link two and two, and the odds of each are known; a person's likeliest partner alone may
    belong to the other.
    """
    import numpy as np
    import polars as pl
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    real = pairs.filter(pl.col("odds") > 2.0**-10)
    if real.is_empty():
        return pairs
    left, right = (real[side].rank("dense").cast(pl.Int64).to_numpy() - 1 for side in ("who_l", "who_r"))
    many = int(left.max()) + 1
    size = many + int(right.max()) + 1
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right + many)), shape=(size, size))
    group = connected_components(graph, directed=False)[1][left]
    real = real.select("who_l", "who_r", "odds").with_columns(group=pl.Series(group))
    twos = real.filter(
        (pl.col("who_l").n_unique().over("group") == 2) & (pl.col("who_r").n_unique().over("group") == 2)
    )
    across = twos.join(twos, on="group", suffix="_across").filter(
        pl.col("who_l") != pl.col("who_l_across"), pl.col("who_r") != pl.col("who_r_across")
    )
    twos = twos.join(across.select("who_l", "who_r", "odds_across"), on=["who_l", "who_r"], how="left").with_columns(
        pl.col("odds_across").fill_null(0.0)
    )
    both = pl.col("odds") * pl.col("odds_across")
    exact = (pl.col("odds") + both) / (1 + pl.col("odds").sum() + both.sum() / 2).over("group")
    exact_pairs = twos.select("who_l", "who_r", exact=exact)
    return (
        pairs.join(exact_pairs, on=["who_l", "who_r"], how="left")
        .with_columns(probability=pl.coalesce("exact", "probability"))
        .drop("exact")
    )


def with_runner_up(links: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The links with the weight of the best other pair that either of the two is in, and whether it comes close."""
    import polars as pl

    best = []
    for side, mate in (("who_l", "who_r"), ("who_r", "who_l")):
        others = pairs.join(links.select(side, taken=mate), on=side).filter(pl.col(mate) != pl.col("taken"))
        best.append(others.group_by(side).agg(pl.col("weight").max().alias(f"other_{side}")))
    return (
        links.drop("runner_up_weight", "ambiguous", strict=False)
        .join(best[0], on="who_l", how="left")
        .join(best[1], on="who_r", how="left")
        .with_columns(runner_up_weight=pl.max_horizontal("other_who_l", "other_who_r"))
        .with_columns(ambiguous=(pl.col("weight") - pl.col("runner_up_weight") < CLOSE).fill_null(False))
        .select(LINKS)
    )


def every(pairs: pl.DataFrame, model: Model, least: float, sure: pl.DataFrame) -> pl.DataFrame:
    """All pairs of at least a probability, each by itself; the sure ones among them say by which step."""
    import polars as pl

    weight = pl.when("twins").then(pl.col("weight").clip(upper_bound=model.twins)).otherwise("weight")
    kept = pairs.with_columns(probability=1 / (1 + 2.0**-weight)).filter(pl.col("probability") >= least)
    named = kept.join(sure, on=["who_l", "who_r"], how="left").with_columns(pl.col("method").fill_null("probabilistic"))
    return with_runner_up(named.select("who_l", "who_r", "probability", "weight", "method"), pairs)
