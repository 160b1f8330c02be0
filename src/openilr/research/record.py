"""Results, and how they leave a session: as plain content with, beside it, the rows that they were made of."""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from openilr.research.errors import ResearchError
from openilr.spec.words import count

__all__ = ["Result", "output"]


@dataclass(frozen=True)
class Result:
    """A table, model, survival curve or figure. ``frame`` is for looking at; ``content`` and ``rows`` leave."""

    kind: str
    content: Mapping[str, Any]
    rows: pl.DataFrame
    context: Mapping[str, Any]
    frame: pl.DataFrame
    call: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        with pl.Config(tbl_rows=60, tbl_cols=12, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
            of = f"{count(self.context['persons'], 'person', 'people')}, {count(self.context['rows'], 'row')}"
            return f"{self.kind}: {of}\n{self.frame}"


_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


def output(result: Result | str, id: str, title: str, notes: str = "") -> None:
    """Ask for a result, or a text, to be released. It is checked outside; nothing else of the session gets out.

    id: small letters, digits and hyphens, one for each output. title and notes: for the reader, in plain words; notes
    are the place for words of caution.
    """
    if not _ID.fullmatch(id):
        raise ResearchError(f"{id!r} can not be an id: use small letters, digits and hyphens.")
    folder = Path(os.environ.get("OPENILR_OUTPUTS", "outputs"))
    folder.mkdir(exist_ok=True)
    if (folder / f"{id}.json").exists():
        raise ResearchError(f"There is an output {id!r} already in this run.")
    envelope: dict[str, Any] = {"id": id, "title": title, "notes": notes}
    if isinstance(result, str):
        envelope |= {"kind": "text", "content": {"text": result}, "context": {}}
    elif isinstance(result, Result):
        context = {**result.context, "call": result.call, "line": _line()}
        envelope |= {"kind": result.kind, "content": result.content, "context": context}
        result.rows.rechunk().write_ipc(folder / f"{id}.arrow", compat_level=pl.CompatLevel.oldest())
    else:
        raise ResearchError(
            "An output is a result of openilr.research, or a text. Other things do not leave a session."
        )
    (folder / f"{id}.json").write_text(json.dumps(envelope, ensure_ascii=False, allow_nan=False), "utf-8")


def _line() -> int | None:
    """The line of the analysis that asked."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") != "__main__":
        frame = frame.f_back  # type: ignore[assignment]
    return frame.f_lineno if frame is not None else None


def number(value: object) -> float | None:
    """A finite float, or None."""
    got = float(value)  # type: ignore[arg-type]
    return got if math.isfinite(got) else None
