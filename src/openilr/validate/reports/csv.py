"""All findings as one flat table, for spreadsheets and scripts.

A text cell that a spreadsheet would take for a formula (it starts with ``=``, ``+``, ``-``, ``@``, a tab or a line
break) gets an apostrophe in front, because values come from files that others wrote. The json forms keep values as
they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from openilr.validate.report import Report
from openilr.validate.reports.content import values

__all__ = ["COLUMNS", "flat", "render", "without_formulas"]

#: The columns, in order. ``fields`` is written as ``Learner.ULN=1234567890; Learner.Sex=F``.
COLUMNS = ("file", "year", "rule", "severity", "learn_ref_number", "aim_seq_number", "line", "fields", "message")

_FORMULA = r"^\s*[=+\-@\t\r\n]"


def render(reports: Sequence[Report]) -> str:
    """CSV with a header, comma separated, one row a finding, files in the order given."""
    frames = [flat(report) for report in reports]
    return without_formulas(pl.concat(frames)).write_csv() if frames else ",".join(COLUMNS) + "\n"


def without_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with an apostrophe before every text that a spreadsheet would take for a formula."""
    text = pl.col(pl.String)
    return frame.with_columns(pl.when(text.str.contains(_FORMULA)).then(pl.lit("'") + text).otherwise(text).name.keep())


def flat(report: Report) -> pl.DataFrame:
    """The findings of one report with the columns of :data:`COLUMNS`; nothing is made safe yet."""
    texts = report.findings["fields"].unique().to_list()
    listed = [_listed(text) for text in texts]
    return report.findings.with_columns(
        pl.lit(report.file).alias("file"),
        pl.lit(report.year, dtype=pl.String).alias("year"),
        pl.col("fields").replace_strict(texts, listed, return_dtype=pl.String),
    ).select(COLUMNS)


def _listed(fields: str | None) -> str:
    return "; ".join(f"{path}={value}" for path, value in values(fields).items())
