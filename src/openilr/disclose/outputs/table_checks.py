"""Checks of one table by itself: counts, classes, endpoints, quantiles, amounts, labels."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from openilr.disclose.outputs.cells import Cells, dimensions
from openilr.disclose.outputs.findings import Finding, named
from openilr.disclose.outputs.kinds import TOTAL, Output
from openilr.disclose.outputs.policy import Policy
from openilr.spec.words import count

if TYPE_CHECKING:
    import polars as pl

__all__ = ["check_labels", "check_table", "plain_text"]

#: More cells than a reader takes in.
_MANY_CELLS = 2_000
_AMOUNTS = ("sum", "mean", "sd", "ratio")


def check_table(output: Output, cells: Cells, policy: Policy) -> Iterator[Finding]:
    """Findings on the cells that are shown. Hidden ones are left to the attack."""
    import polars as pl

    shown = cells.frame.filter(~pl.col("hidden"))
    yield from check_labels(output, cells, policy)
    if shown.height > _MANY_CELLS:
        words = f"The table has {shown.height:,} cells: so many numbers may carry something else. A person must look."
        yield Finding("size", "review", words, (), policy.source("labels"))
    yield from _threshold(cells, shown, policy)
    yield from _units(cells, shown, policy)
    if cells.statistic in ("count", "share"):
        yield from _classes(cells, policy)
    if cells.statistic in ("minimum", "maximum"):
        yield Finding(
            "endpoints", policy["endpoints"]["status"],
            f"A {cells.statistic} is the value of one person. Show a high or low percentile instead, rounded.",
            cells.named(shown.head(20)), policy.source("endpoints"),
        )  # fmt: skip
    if cells.statistic in ("median", "quantile"):
        yield from _quantiles(output, cells, shown, policy)
    if "distinct" in shown.columns:
        yield from _amounts(cells, shown, policy)


def _threshold(cells: Cells, shown: pl.DataFrame, policy: Policy) -> Iterator[Finding]:
    import polars as pl

    least = policy.threshold
    small = shown.filter((pl.col("n") > 0) & (pl.col("n") < least))
    if cells.base > 1 and cells.statistic in ("count", "share"):
        # A rounded count stands for a range; the attack decides whether that is wide enough.
        small = small.filter(pl.lit(cells.base < least))
    if small.height:
        where = cells.named(small)
        yield Finding(
            "threshold", "fail",
            f"{count(small.height, 'cell')} of fewer than {least} people: {named(where)}.",
            where, policy.source("threshold"),
        )  # fmt: skip


def _units(cells: Cells, shown: pl.DataFrame, policy: Policy) -> Iterator[Finding]:
    """Few employers or providers behind an amount of money tell about these, unless the table is by them."""
    import polars as pl

    if cells.statistic in ("count", "share"):
        return
    for unit in ("employers", "providers"):
        if unit not in shown.columns:
            continue
        least = int(policy["threshold"][unit])
        finest = shown.filter(pl.all_horizontal(pl.col(k) != TOTAL for k in cells.keys)) if cells.keys else shown
        if cells.keys and finest.height and (finest[unit] <= 1).all():
            continue  # one each: the table is by provider, and says so
        few = shown.filter((pl.col("n") > 0) & (pl.col(unit) < least))
        if few.height:
            where = cells.named(few)
            yield Finding(
                "units", "fail",
                f"{count(few.height, 'cell comes', 'cells come')} from fewer than {least} {unit}: {named(where)}.",
                where, policy.source("threshold"),
            )  # fmt: skip


def _classes(cells: Cells, policy: Policy) -> Iterator[Finding]:
    """A row whose people are all in one category tells that about each of them."""
    import polars as pl

    frame = cells.frame
    zeros = frame.filter(~pl.col("hidden") & (pl.col("n") == 0))
    if zeros.height:
        yield Finding(
            "classes", policy["classes"]["zeros"],
            f"{zeros.height} cell{'s are' if zeros.height > 1 else ' is'} empty: nobody of the group is there.",
            cells.named(zeros.head(50)), policy.source("classes"),
        )  # fmt: skip
    full: list[dict[str, str]] = []
    for key in cells.keys:
        others = [k for k in cells.keys if k != key]
        line = frame.filter(pl.col(key) != TOTAL)
        if line[key].n_unique() < 2:
            continue
        shown = (pl.col("n") > 0) & ~pl.col("hidden")
        sums = [
            pl.col("hidden").sum().alias("hidden_cells"), shown.sum().alias("somebody"),
            pl.col("n").filter(shown).first().alias("people"), pl.col(key).filter(shown).first().alias("where"),
        ]  # fmt: skip
        lines = line.group_by(others).agg(sums) if others else line.select(sums)
        for row in lines.filter((pl.col("hidden_cells") == 0) & (pl.col("somebody") == 1)).iter_rows(named=True):
            values = {k: row[k] for k in others} | {key: row["where"]}
            full.append(cells.key({k: values[k] for k in cells.keys}))
    if full:
        yield Finding(
            "classes", policy["classes"]["full"],
            f"In {len(full)} row{'s' if len(full) > 1 else ''} everybody is in one category: {named(full)}.",
            tuple(full), policy.source("classes"),
        )  # fmt: skip


def _quantiles(output: Output, cells: Cells, shown: pl.DataFrame, policy: Policy) -> Iterator[Finding]:
    import polars as pl

    at = float(output.content.get("quantile", 0.5))
    least = int(policy["quantiles"]["each_side"])
    few = shown.filter((pl.col("n") > 0) & (pl.col("n") * min(at, 1 - at) < least))
    source = policy.source("quantiles")
    if few.height:
        where = cells.named(few)
        yield Finding(
            "quantiles", "fail",
            f"{count(few.height, 'cell has', 'cells have')} fewer than {least} people beyond the percentile: "
            f"{named(where)}.", where, source,
        )  # fmt: skip
    base = policy["quantiles"]["round_to"]
    if base and (not cells.round_values or cells.round_values % base):
        yield Finding("quantiles", "fail", f"A percentile is a person's own value: round to {base}.", (), source)


def _amounts(cells: Cells, shown: pl.DataFrame, policy: Policy) -> Iterator[Finding]:
    import polars as pl

    people = shown.filter(pl.col("n") > 0)
    # Two values only: a mean is a share, and a share with its count is two counts.
    two = people.filter(pl.col("distinct") == 2) if cells.statistic != "quantile" else people.clear()
    least = policy.threshold
    low = two.filter((pl.col("ones") < least) | (pl.col("rows") - pl.col("ones") < least))
    if low.height and cells.statistic in ("mean", "sum", "ratio", "sd"):
        where = cells.named(low)
        yield Finding(
            "derived", "fail",
            f"The value is one of two in {count(low.height, 'cell')}, and fewer than {least} people have one of them; "
            f"mean and count together tell how many: {named(where)}.", where, policy.source("threshold"),
        )  # fmt: skip
    same = people.filter(pl.col("distinct") == 1)
    if same.height:
        where = cells.named(same)
        yield Finding(
            "classes", policy["classes"]["full"],
            f"In {count(same.height, 'cell')} everybody has the same value: {named(where)}.", where,
            policy.source("classes"),
        )  # fmt: skip
    if cells.statistic in _AMOUNTS:
        yield from _dominance(cells, people.filter(pl.col("distinct") > 2), policy)


def _dominance(cells: Cells, people: pl.DataFrame, policy: Policy) -> Iterator[Finding]:
    import polars as pl

    settings = policy["dominance"]
    for unit in ("person", "employer"):
        if f"{unit}_1" not in people.columns:
            continue
        first, two, total = pl.col(f"{unit}_1"), pl.col(f"{unit}_2"), pl.col("total")
        too_much = pl.lit(False)
        for n, k in settings["nk"]:
            too_much |= (first if n == 1 else two) > total * k / 100
        rest = total - two
        too_much |= rest < first * settings["p_percent"] / 100
        found = people.filter((total > 0) & too_much)
        if found.height:
            where = cells.named(found)
            yield Finding(
                "dominance", "fail",
                f"One or two {unit}s make up too much of the total in {count(found.height, 'cell')}: {named(where)}.",
                where, policy.source("dominance"),
            )  # fmt: skip


def check_labels(output: Output, cells: Cells, policy: Policy) -> Iterator[Finding]:
    """Labels are short plain text. A dimension with about as many categories as people is a list of people."""
    import polars as pl

    most = int(policy["labels"]["characters"])
    names = [label for _, label in dimensions(output.content)]
    every: list[Any] = [*names, output.title]
    for key in cells.keys:
        every += cells.frame[key].unique().to_list()
    wrong = [text for text in every if (len(text) > most and text != output.title) or not plain_text(text)]
    if wrong:
        yield Finding(
            "labels", "fail", f"{count(len(wrong), 'label is', 'labels are')} too long, of more than {most} characters,"
            " or with some that do not print.", (), policy.source("labels"),
        )  # fmt: skip
    for key, label in zip(cells.keys, names, strict=True):
        each = cells.members.group_by(key).agg(n=pl.col("person").n_unique())
        alone = each.filter(pl.col("n") < policy.threshold).height
        if each.height > 20 and alone > each.height / 2:
            yield Finding(
                "labels", "fail", f"Most of the {each.height} categories of {label} have fewer than {policy.threshold} "
                "people: this is a list of records, not a table.", (), policy.source("labels"),
            )  # fmt: skip


def plain_text(text: str) -> bool:
    """No control, format, private or unassigned characters, which could carry something that nobody sees."""
    return all(unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn", "Cs") or c in "\n\t" for c in text)
