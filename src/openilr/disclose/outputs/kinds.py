"""The kinds of output that a session may give back, each read from plain content and checked for its form.

An output is an envelope in JSON (what it is, where it comes from, its content) and, beside it, evidence in Arrow: the
rows that it was made of. Evidence never leaves; what leaves is made again from content and evidence by this package.
So nothing that a researcher's code wrote is passed on as a file.

Envelope: ``id``, ``kind``, ``title``, ``notes``, ``context`` and ``content``; see the reader of each kind below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.disclose.errors import DisclosureError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DRAWINGS", "KINDS", "STATISTICS", "TOTAL", "BadOutput", "Output", "read_output"]

#: What a cell of a table may hold. Anything else is shown to a person and never passes by itself.
STATISTICS = ("count", "share", "sum", "mean", "sd", "ratio", "median", "quantile", "minimum", "maximum")
ESTIMATORS = (
    "ols", "logit", "probit", "poisson", "fixed effects", "instrumental variables", "difference in differences",
    "event study", "matching", "weighting", "cox",
)  # fmt: skip
DRAWINGS = ("bar", "line", "coefficients", "steps")
KINDS = ("table", "model", "survival", "figure", "text")
#: Stands for "all categories of this dimension".
TOTAL = "Total"

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_JSON_BYTES, _EVIDENCE_BYTES = 2_000_000, 2_000_000_000
_DEPTH = 8


class BadOutput(DisclosureError):
    """What came back is not an output: a file of another form, a key too many, a value of another type."""


@dataclass(frozen=True)
class Output:
    """One output. ``rows`` is the evidence (a Polars frame), ``None`` where there is none, as for a text.

    ``context``: unit, population, filters (words, counts before and after), persons, source, and what the session adds
    about the run. ``changes``: what was done to make it safe (``hide``, ``round``, ``merge``, ``steps``).
    """

    id: str
    kind: str
    title: str
    content: Mapping[str, Any]
    context: Mapping[str, Any] = field(default_factory=dict)
    notes: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    rows: pl.DataFrame | None = None

    def with_changes(self, changes: Mapping[str, Any]) -> Output:
        """The same output, made safer as ``changes`` say; they replace earlier ones."""
        return replace(self, changes=dict(changes))

    @property
    def inner(self) -> Output:
        """What is checked: for a figure the table or model behind it."""
        if self.kind != "figure" or not isinstance(self.content.get("source"), Mapping):
            return self
        source = self.content["source"]
        return replace(self, kind=str(source.get("kind")), content=source.get("content", {}))

    def envelope(self) -> dict[str, Any]:
        """Everything but the evidence, ready for JSON."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "notes": self.notes,
            "context": dict(self.context),
            "content": dict(self.content),
            "changes": dict(self.changes),
        }


def read_output(path: Path) -> Output:
    """An output from its ``.json`` file and the ``.arrow`` file of the same name beside it, where there is one.

    BadOutput for anything that is not exactly that. Files are opened without following links.
    """

    try:
        envelope = json.loads(_bytes(path, _JSON_BYTES), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadOutput(f"{path.name} is no JSON of an output.") from None
    if not isinstance(envelope, dict) or not _shallow(envelope):
        raise BadOutput(f"{path.name} is no output.")
    known = {"id", "kind", "title", "notes", "context", "content", "changes"}
    if envelope.keys() - known or {"id", "kind", "title", "content"} - envelope.keys():
        raise BadOutput(f"{path.name} has missing or unknown keys: {', '.join(sorted(envelope.keys() ^ known))}.")
    texts = [envelope[key] for key in ("id", "kind", "title")] + [envelope.get("notes", "")]
    parts = [envelope.get(key, {}) for key in ("context", "content", "changes")]
    if not all(isinstance(t, str) for t in texts) or not all(isinstance(p, dict) for p in parts):
        raise BadOutput(f"{path.name} has a value of another type than its key asks for.")
    if not _ID.fullmatch(envelope["id"]):
        raise BadOutput(f"{path.name}: the id may have small letters, digits and hyphens, at most 61.")
    if len(envelope["title"]) > 300 or len(envelope.get("notes", "")) > 4000:
        raise BadOutput(f"{path.name}: a title has at most 300 characters and notes at most 4,000.")
    evidence = path.with_suffix(".arrow")
    rows: pl.DataFrame | None = None
    if evidence.is_symlink() or evidence.exists():
        rows = _frame(_bytes(evidence, _EVIDENCE_BYTES), evidence.name)
    return Output(rows=rows, **{**envelope, "title": " ".join(envelope["title"].split())})


def _bytes(path: Path, most: int) -> bytes:
    import os
    import stat

    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        raise BadOutput(f"{path.name} is no plain file: links are not followed.") from None
    about = os.fstat(handle)
    # A second name of a file elsewhere would bring that file in.
    plain = stat.S_ISREG(about.st_mode) and about.st_nlink == 1
    if not plain or about.st_size > most:
        os.close(handle)
        raise BadOutput(f"{path.name} has more than {most:,} bytes." if plain else f"{path.name} is no plain file.")
    with os.fdopen(handle, "rb") as file:
        return file.read()


def _frame(data: bytes, name: str) -> pl.DataFrame:
    """Arrow IPC as a frame, by Arrow's own reader with all of its checks. No extension types, which may run code."""
    import polars as pl
    import pyarrow as pa

    try:
        with pa.ipc.open_file(pa.BufferReader(data)) as reader:
            table = reader.read_all()
        table.validate(full=True)
        plain = all(
            pa.types.is_string(t) or pa.types.is_large_string(t) or pa.types.is_integer(t) or pa.types.is_floating(t)
            or pa.types.is_boolean(t) or pa.types.is_string_view(t)
            for t in table.schema.types
        )  # fmt: skip
        if not plain:
            raise BadOutput(f"{name} holds columns that are neither text nor numbers.")
        frame = pl.from_arrow(table)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, OSError, pl.exceptions.PolarsError):
        raise BadOutput(f"{name} is no Arrow file that can be read.") from None
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - for the type checker
    return frame


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _shallow(value: object, depth: int = 0) -> bool:
    if isinstance(value, dict):
        return depth < _DEPTH and all(_shallow(v, depth + 1) for v in value.values())
    if isinstance(value, list):
        return depth < _DEPTH and all(_shallow(v, depth + 1) for v in value)
    return True
