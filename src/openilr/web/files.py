"""Tables as files: CSV, Arrow, Parquet, JSON, XLSX and ODS."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def arrow_bytes(form: str, table: pa.Table) -> tuple[bytes, str]:
    """An Arrow table as ``csv``, ``arrow`` (a stream) or ``parquet``; the bytes and their media type."""
    import polars as pl
    import pyarrow as pa
    import pyarrow.parquet

    if form == "arrow":
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return sink.getvalue().to_pybytes(), "application/vnd.apache.arrow.stream"
    if form == "parquet":
        sink = pa.BufferOutputStream()
        pyarrow.parquet.write_table(table, sink, compression="zstd")
        return sink.getvalue().to_pybytes(), "application/vnd.apache.parquet"
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table is never a series
    out = io.BytesIO()
    frame.with_columns(pl.all().cast(pl.String)).write_csv(out)
    return out.getvalue(), "text/csv; charset=utf-8"
