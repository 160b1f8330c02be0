"""Parquet and CSVW: the same rows for programs, and what each column is for programs that read the CSV."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.publish import standard
from openilr.publish.files.workbook import SYMBOLS

if TYPE_CHECKING:
    import polars as pl


def write_parquet(data: pl.DataFrame, indicators: list[str], path: Path) -> None:
    """Each indicator as numbers, null where a symbol stands, and the symbols in ``<indicator>_symbol``."""
    import polars as pl

    columns = []
    for name in data.columns:
        if name in indicators:
            whole = not data[name].str.contains(".", literal=True).any()
            number = pl.col(name).cast(pl.Int64 if whole else pl.Float64, strict=False)
            symbol = pl.when(number.is_null()).then(pl.col(name)).alias(f"{name}_symbol")
            columns += [number.alias(name), symbol]
        else:
            columns.append(pl.col(name).cast(pl.Categorical))
    data.select(columns).write_parquet(path, compression="zstd")


def csvw(
    file: str, title: str, summary: str, data: pl.DataFrame, meta: pl.DataFrame, footnotes: Sequence[str] = ()
) -> str:
    """Metadata of a CSV file (W3C, Metadata Vocabulary for Tabular Data). ``footnotes`` say how good the data are."""
    about = {row["col_name"]: row for row in meta.iter_rows(named=True)}
    columns: list[dict[str, Any]] = []
    for name in data.columns:
        row = about.get(name)
        titled = row["label"] if row else name.replace("_", " ").capitalize()
        column: dict[str, Any] = {"name": name, "titles": [name], "dc:title": titled}
        if row and row["col_type"] == "Indicator":
            whole = not data[name].str.contains(".", literal=True).any()
            column |= {"datatype": "integer" if whole else "decimal", "null": list(SYMBOLS)}
            if row["indicator_unit"]:
                column["dc:description"] = f"Unit: {row['indicator_unit']}"
        else:
            column |= {"datatype": "string", "required": name in standard.REQUIRED_DATA}
        columns.append(column)
    described = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": file,
        "dc:title": title,
        "dc:description": summary,
        "dc:language": "en",
        "dialect": {"encoding": "utf-8", "header": True},
        "notes": [
            *({"symbol": symbol, "meaning": words} for symbol, words in SYMBOLS.items()),
            *({"quality": text} for text in footnotes),
        ],
        "tableSchema": {"columns": columns},
    }
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"
