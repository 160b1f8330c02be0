"""The cells of a table, counted from its evidence, and the table as it may be shown.

Evidence of a table: ``person``, a text column ``d0``, ``d1`` ... for each dimension, and where the statistic needs
them ``value`` and ``base``; ``employer`` and ``provider`` where the amounts come from these.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openilr.disclose.outputs.kinds import STATISTICS, TOTAL, BadOutput, Output

if TYPE_CHECKING:
    import polars as pl

__all__ = ["HIDDEN", "Cells", "count_cells"]

#: Stands for a hidden value (source: explore education statistics file standard).
HIDDEN = "c"
_MOST_CELLS = 200_000
_MOST_DIMENSIONS = 6


@dataclass(frozen=True)
class Cells:
    """All cells that a table shows. ``frame`` has one row a cell.

    Columns: ``d0`` ... (a category or ``Total``), ``n`` (distinct persons), ``rows``, ``value`` (the statistic, before
    any rounding), ``hidden``, and what the checks ask of amounts: ``ones``, ``binary``, ``total``, ``first``,
    ``second`` (the two largest persons' amounts), ``low``, ``high``, ``employers``, ``providers``.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    statistic: str
    frame: pl.DataFrame
    base: int
    members: pl.DataFrame
    round_values: int = 0

    @property
    def keys(self) -> list[str]:
        return [f"d{i}" for i in range(len(self.names))]

    def key(self, row: Mapping[str, Any]) -> dict[str, str]:
        """The cell in words: its categories by the dimension's label, totals left out."""
        return {label: str(row[f"d{i}"]) for i, label in enumerate(self.labels) if row[f"d{i}"] != TOTAL}

    def named(self, rows: pl.DataFrame) -> tuple[dict[str, str], ...]:
        return tuple(self.key(row) for row in rows.iter_rows(named=True))

    def shown(self, significant: int = 4) -> pl.DataFrame:
        """The table for its reader: the dimensions by label, ``persons``, and the statistic; all text.

        Shares are worked out from the counts that are shown, so that they tell no more than these.
        """
        import polars as pl

        counts = pl.col("n") if self.statistic != "count" else pl.col("value")
        rounded = ((2 * counts + self.base) // (2 * self.base) * self.base) if self.base > 1 else counts
        frame = self.frame.with_columns(shown_n=rounded.cast(pl.Int64))
        columns: dict[str, Any] = {label: pl.col(f"d{i}") for i, label in enumerate(self.labels)}
        hide = pl.col("hidden")
        columns["Count" if self.statistic in ("count", "share") else "Persons"] = (
            pl.when(hide).then(pl.lit(HIDDEN)).otherwise(pl.col("shown_n").cast(pl.String))
        )
        if self.statistic == "share":
            frame = frame.join(
                frame.select(*self.keys, under="shown_n", under_hidden="hidden"),
                left_on=[f"of{i}" for i in range(len(self.names))], right_on=self.keys, how="left",
            )  # fmt: skip
            share = (100 * pl.col("shown_n") / pl.col("under")).round(1)
            columns["Percent"] = (
                pl.when(hide | pl.col("under_hidden").fill_null(True)).then(pl.lit(HIDDEN))
                .when(pl.col("under") == 0).then(pl.lit("z")).otherwise(share.cast(pl.String))
            )  # fmt: skip
        elif self.statistic != "count":
            value = pl.col("value").round_sig_figs(significant)
            if self.round_values:
                value = (pl.col("value") / self.round_values).round() * self.round_values
            value = value.cast(pl.String)
            value = pl.when(pl.col("value").is_null() | pl.col("value").is_nan()).then(pl.lit("z")).otherwise(value)
            columns[self.statistic.capitalize()] = pl.when(hide).then(pl.lit(HIDDEN)).otherwise(value)
        return frame.select(**columns)


def dimensions(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, label) of each dimension of a table's content. BadOutput where they are not what they should be."""
    dims = content.get("dimensions")
    good = isinstance(dims, list) and all(
        isinstance(d, dict) and d.keys() == {"name", "label"} and all(isinstance(v, str) and v for v in d.values())
        for d in dims
    )
    if not good or not isinstance(dims, list):
        raise BadOutput("A table's content needs its dimensions, each with a name and a label.")
    if len(dims) > _MOST_DIMENSIONS or len({d["label"] for d in dims}) < len(dims):
        raise BadOutput(f"A table has at most {_MOST_DIMENSIONS} dimensions, each under a label of its own.")
    return [(d["name"], d["label"]) for d in dims]


def count_cells(output: Output) -> Cells:
    """All cells of a table output, after its changes (merged categories, hidden cells). BadOutput for other forms.

    Several checks ask: an output keeps its cells.
    """
    kept: dict[str, Any] = vars(output)
    if "_cells" not in kept:
        kept["_cells"] = _count(output)
    cells: Cells = kept["_cells"]
    return cells


def _count(output: Output) -> Cells:
    import polars as pl

    content, rows = output.content, output.rows
    allowed = {"statistic", "dimensions", "of", "within", "quantile", "margins", "by", "round_values"}
    if content.keys() - allowed:
        raise BadOutput(f"A table's content has unknown keys: {', '.join(sorted(content.keys() - allowed))}.")
    names = dimensions(content)
    keys = [f"d{i}" for i in range(len(names))]
    statistic = str(content.get("statistic"))
    if statistic not in STATISTICS:
        raise BadOutput(f"The statistic {statistic[:40]!r} is not known.")
    if rows is None:
        raise BadOutput("A table needs its evidence: the rows that it was made of.")
    needed = ["person", *keys, *([] if statistic in ("count", "share") else ["value"])]
    needed += ["base"] if statistic == "ratio" else []
    if missing := [column for column in needed if column not in rows.columns]:
        raise BadOutput(f"The evidence of the table lacks {', '.join(missing)}.")
    blank = rows.select("person", *keys).null_count().sum_horizontal().sum()
    if blank or any(rows[key].dtype != pl.String for key in keys):
        raise BadOutput("The evidence of a table names a person and a category in every row.")
    if any((rows[key] == TOTAL).any() for key in keys):
        raise BadOutput(f"A category may not be called {TOTAL}.")
    rows = _merged(rows, names, output.changes.get("merge", {}))
    frame = pl.concat([_level(rows, keys, keep, content) for keep in _margins(content, names)], how="vertical_relaxed")
    if statistic in ("count", "share"):
        frame = _with_zeros(frame, rows, keys, _margins(content, names))
    if frame.height > _MOST_CELLS:
        raise BadOutput(f"The table has {frame.height:,} cells; {_MOST_CELLS:,} are allowed.")
    frame = frame.sort(keys) if keys else frame
    frame = _hidden(frame, keys, output.changes.get("hide", []))
    if statistic == "share":
        within = content.get("within", [])
        if not isinstance(within, list) or set(within) - {name for name, _ in names}:
            raise BadOutput("A share is taken within some of the table's dimensions, or within nothing.")
        frame = frame.with_columns(
            **{f"of{i}": pl.col(f"d{i}") if name in within else pl.lit(TOTAL) for i, (name, _) in enumerate(names)}
        )
    base = output.changes.get("round", 1)
    if not isinstance(base, int) or isinstance(base, bool) or not 1 <= base <= 1000:
        raise BadOutput("Counts are rounded to a whole number from 1 to 1,000.")
    return Cells(
        tuple(n for n, _ in names), tuple(label for _, label in names), statistic, frame, base,
        rows.select("person", *keys), _round_values({**content, **output.changes}),
    )  # fmt: skip


def _round_values(changes: Mapping[str, Any]) -> int:
    base = changes.get("round_values", 0)
    if not isinstance(base, int) or isinstance(base, bool) or base < 0:
        raise BadOutput("Values are rounded to a whole number.")
    return base


def _margins(content: Mapping[str, Any], names: list[tuple[str, str]]) -> list[tuple[bool, ...]]:
    """Which dimensions each level of the table keeps: all of them, and the totals that are asked for."""
    asked = content.get("margins", "all")
    every = list(itertools.product([True, False], repeat=len(names)))
    if asked == "all" or content.get("statistic") == "share":
        return every
    if asked == "none":
        return every[:1]
    raise BadOutput("A table's margins are all or none.")


def _level(rows: pl.DataFrame, keys: list[str], keep: tuple[bool, ...], content: Mapping[str, Any]) -> pl.DataFrame:
    """One level: cells over the kept dimensions, ``Total`` for the others."""
    import polars as pl

    on = [key for key, kept in zip(keys, keep, strict=True) if kept]
    statistic = content["statistic"]
    sums = {"n": pl.col("person").n_unique(), "rows": pl.len()}
    by_rows = content.get("by") == "rows"
    if statistic in ("count", "share"):
        sums["value"] = (pl.len() if by_rows else pl.col("person").n_unique()).cast(pl.Float64)
        amounts = None
    else:
        v = pl.col("value").cast(pl.Float64)
        ways = {
            "sum": v.sum(), "mean": v.mean(), "sd": v.std(), "median": v.median(), "minimum": v.min(),
            "maximum": v.max(), "quantile": v.quantile(_quantile(content)),
            "ratio": v.sum() / pl.col("base").sum() if statistic == "ratio" else v.sum(),
        }  # fmt: skip
        sums["value"] = ways[statistic].cast(pl.Float64)
        sums |= {
            "ones": (v == v.max()).sum(), "distinct": v.n_unique(), "low": v.min(), "high": v.max(),
            "total": v.abs().sum(),
        }  # fmt: skip
        amounts = "value"
    for unit in ("employer", "provider"):
        if unit in rows.columns:
            sums[f"{unit}s"] = pl.col(unit).n_unique()
    whole = rows.group_by(on).agg(**sums) if on else rows.select(**sums)
    if amounts:
        for unit in ("person", *(u for u in ("employer",) if u in rows.columns)):
            each = rows.group_by([*on, unit]).agg(amount=pl.col("value").cast(pl.Float64).abs().sum())
            top = {f"{unit}_1": pl.col("amount").max(), f"{unit}_2": pl.col("amount").top_k(2).sum()}
            best = each.group_by(on).agg(**top) if on else each.select(**top)
            whole = whole.join(best, on=on, how="left") if on else pl.concat([whole, best], how="horizontal")
    return whole.select(*[pl.col(k) if k in on else pl.lit(TOTAL).alias(k) for k in keys], pl.exclude(keys))


def _quantile(content: Mapping[str, Any]) -> float:
    at = content.get("quantile", 0.5)
    if not isinstance(at, int | float) or not 0 < at < 1:
        raise BadOutput("A quantile lies between 0 and 1.")
    return float(at)


def _with_zeros(
    frame: pl.DataFrame, rows: pl.DataFrame, keys: list[str], margins: list[tuple[bool, ...]]
) -> pl.DataFrame:
    """A count table shows its empty cells too."""
    import polars as pl

    levels = []
    for keep in margins:
        cross = pl.DataFrame({"_": [0]})
        for key, kept in zip(keys, keep, strict=True):
            values = (rows[key].unique().sort() if kept else pl.Series([TOTAL])).alias(key)
            if cross.height * len(values) > _MOST_CELLS:
                raise BadOutput(f"The table has more than {_MOST_CELLS:,} cells.")
            cross = cross.join(values.to_frame(), how="cross")
        levels.append(cross.drop("_"))
    if not keys:
        return frame
    counted = [c for c in frame.columns if c not in keys]
    return pl.concat(levels).join(frame, on=keys, how="left").with_columns(pl.col(counted).fill_null(0))


def _merged(rows: pl.DataFrame, names: list[tuple[str, str]], merge: object) -> pl.DataFrame:
    if not isinstance(merge, Mapping) or merge.keys() - {name for name, _ in names}:
        raise BadOutput("Categories are merged within the table's dimensions.")
    for i, (name, _) in enumerate(names):
        if name in merge:
            rows = rows.with_columns(rows[f"d{i}"].replace(dict(merge[name])))
    return rows


def _hidden(frame: pl.DataFrame, keys: list[str], hide: object) -> pl.DataFrame:
    import polars as pl

    if not isinstance(hide, list) or not all(isinstance(cell, list) and len(cell) == len(keys) for cell in hide):
        raise BadOutput("A hidden cell is given by one category or Total for each dimension.")
    if not hide:
        return frame.with_columns(hidden=pl.lit(False))
    if not keys:
        return frame.with_columns(hidden=pl.lit(True))
    wanted = pl.DataFrame(hide, schema=dict.fromkeys(keys, pl.String), orient="row").unique()
    marked = frame.join(wanted.with_columns(hidden=pl.lit(True)), on=keys, how="left")
    return marked.with_columns(pl.col("hidden").fill_null(False))
