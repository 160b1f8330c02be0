"""Scores of pairs, by Splink with the numbers of a model."""

# ruff: noqa: S608 - queries are put together from our own column names; no value goes into their text
from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from openilr.link.blocking import Rule
from openilr.link.model import Comparison, Model
from openilr.link.training import PRIOR_PAIRS, family_sql, side_by_side

if TYPE_CHECKING:
    import polars as pl

    from openilr.link.engine import Database


def settings(
    model: Model, rules: Sequence[Rule], *, within: bool, sql: Callable[[str], str] = str
) -> dict[str, Any]:  # fmt: skip
    """The model as Splink settings. ``sql`` puts conditions, which are DuckDB's, into those of another engine."""
    return {
        "link_type": "dedupe_only" if within else "link_only",
        "unique_id_column_name": "row",
        "probability_two_random_records_match": model.prior,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule.sql} for rule in rules],
        "comparisons": [_comparison(comparison, sql) for comparison in model.comparisons],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "additional_columns_to_retain": [],
    }


def _comparison(comparison: Comparison, sql: Callable[[str], str]) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": sql(comparison.silent), "label_for_charts": "nothing to compare", "is_null_level": True}
    ]
    for level in comparison.levels:
        written: dict[str, Any] = {
            "sql_condition": sql(level.sql) if level.sql else "ELSE",
            "label_for_charts": level.name,
            "m_probability": level.m,
            "u_probability": level.u,
        }
        if level.frequency:
            # The level's own u counts: Splink would look for an equal one by simplifying every condition, for seconds.
            written |= {
                "tf_adjustment_column": level.frequency, "tf_adjustment_weight": 1.0,
                "disable_tf_exact_match_detection": True,
            }  # fmt: skip
        levels.append(written)
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def frequencies(database: Database, model: Model, tables: Sequence[str]) -> None:
    """Tables ``frequency_<column>``: how often another person of the files has a value.

    The one who has it does not count: in a file of thirty, a birthday that one person has is not shared by one in
    thirty.
    """
    for level in (level for comparison in model.comparisons for level in comparison.levels):
        column = level.frequency
        if not column:
            continue
        counted = " union all ".join(
            f"select {column}, count(distinct who) - 1 as others, sum(count(distinct who)) over () - 1 as people "
            f"from {table} where {column} is not null group by {column}"
            for table in tables
        )
        database.make(
            f"frequency_{column}",
            f"select {column}, "
            f"(sum(others) + {PRIOR_PAIRS * min(level.u, 0.01)}) / (sum(people) + {PRIOR_PAIRS}) as tf_{column} "
            f"from ({counted}) group by {column}",
        )


def score(
    database: Database,
    model: Model,
    rules: Sequence[Rule],
    tables: tuple[str, str],
    columns: Sequence[str],
    least: float,
) -> pl.DataFrame:
    """Pairs of at least this weight, the base 2 logarithm of the odds: who_l, who_r, weight, twins.

    Of several ways in which two people are written down, the likest pair counts. ``twins`` marks pairs
    that could be two of one family: see :func:`openilr.link.training.family_sql`. The same table twice stands for pairs
    within it.
    """
    import polars as pl

    within = tables[0] == tables[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from splink import Linker

        logging.getLogger("splink").setLevel(logging.ERROR)
        api = database.api()
        names = tables[:1] if within else tables
        frames = [api.register(table, dataset_display_name=f"side_{i}") for i, table in enumerate(names)]
        linker = Linker(
            frames[0] if within else frames, settings(model, rules, within=within, sql=database.sql), log_level=None,
            validate_settings=False,
        )  # fmt: skip
        held = {level.frequency for c in model.comparisons for level in c.levels if level.frequency}
        for column in sorted(held):
            table = api.register(f"frequency_{column}", dataset_display_name=f"of_{column}")
            linker.table_management.register_term_frequency_lookup(table, column)
        scored = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
        found = database.get(_of_people(model, scored.physical_name, tables, columns))
        linker.table_management.delete_tables_created_by_splink_from_db()
    return found.cast({"who_l": pl.Int64, "who_r": pl.Int64, "weight": pl.Float64}).sort("who_l", "who_r")


def _of_people(model: Model, scored: str, tables: tuple[str, str], columns: Sequence[str]) -> str:
    """A query for pairs of people instead of rows, which says whether the two could be of one family (``twins``)."""
    given = next((comparison for comparison in model.comparisons if comparison.name == "given"), None)
    source = f"{scored} p join {tables[0]} l on l.row = p.row_l join {tables[1]} r on r.row = p.row_r"
    apart = " where l.who <> r.who" if tables[0] == tables[1] else ""
    if given is None or not {"dob", "family"} <= {comparison.name for comparison in model.comparisons}:
        pairs = f"select l.who as who_l, r.who as who_r, match_weight, false as twins from {source} {apart}"
    else:
        both = side_by_side([c for c in columns if c not in ("row", "who")], source + apart,
                            also=("l.who as who_l", "r.who as who_r", "match_weight"))  # fmt: skip
        pairs = f"select who_l, who_r, match_weight, {family_sql(model)} as twins from ({both})"
    if tables[0] == tables[1]:
        pairs = (
            f"select least(who_l, who_r) as who_l, greatest(who_l, who_r) as who_r, match_weight, twins from ({pairs})"
        )
    return (
        "select who_l, who_r, max(match_weight) as weight, bool_and(twins) as twins "
        f"from ({pairs}) group by who_l, who_r"
    )
