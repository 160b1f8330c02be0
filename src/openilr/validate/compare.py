"""What changed between two validations of the same return: fixed, new and still open.

Two findings are the same when rule, learner reference, aim sequence number and field values are the same. Lines are
left out, because they move with every export. Where the same finding occurs more than once (two learners without a
reference, say), occurrences are paired off one by one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from openilr.validate.report import FINDINGS, Report, violations_json

__all__ = ["Comparison", "OldReport", "compare", "compare_reports", "old_report", "partner", "read_reports"]

_KEY = ["rule", "learn_ref_number", "aim_seq_number", "_fields"]


@dataclass(frozen=True)
class OldReport:
    """An earlier result to compare with: its file name, its findings, and the ids of the rules it did not run."""

    file: str
    findings: pl.DataFrame
    not_run: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Comparison:
    """Findings frames: ``fixed`` and ``not_judged`` hold old findings, ``new`` and ``still_open`` those of now.

    ``not_judged`` are old findings of rules that were not run this time (no reference data, or not asked for):
    nobody can say that they are fixed. ``newly_judged`` counts the new findings of rules that the old run did not run.
    """

    old_file: str
    fixed: pl.DataFrame
    new: pl.DataFrame
    still_open: pl.DataFrame
    not_judged: pl.DataFrame
    newly_judged: int = 0

    @property
    def counts(self) -> dict[str, int]:
        return {
            "fixed": self.fixed.height,
            "new": self.new.height,
            "still_open": self.still_open.height,
            "not_judged": self.not_judged.height,
        }

    def by_rule(self) -> pl.DataFrame:
        """rule, fixed, new, still_open, not_judged: numbers of findings, one row a rule, most new ones first."""
        kinds = list(self._frames())
        rows = pl.concat(frame.select("rule", pl.lit(kind).alias("kind")) for kind, frame in self._frames().items())
        numbers = [(pl.col("kind") == kind).sum().cast(pl.Int64).alias(kind) for kind in kinds]
        table = rows.group_by("rule", maintain_order=True).agg(numbers)
        return table.sort("new", "still_open", "rule", descending=[True, True, False])

    def to_json(self) -> str:
        """One line: the old file's name, the counts, and the findings of each kind."""
        head = json.dumps({"file": self.old_file, "counts": self.counts}, ensure_ascii=False, separators=(",", ":"))
        lists = ",".join(f'"{kind}":{violations_json(frame)}' for kind, frame in self._frames().items())
        return f"{head[:-1]},{lists}}}"

    def _frames(self) -> dict[str, pl.DataFrame]:
        return {
            "fixed": self.fixed,
            "new": self.new,
            "still_open": self.still_open,
            "not_judged": self.not_judged,
        }


def compare(
    new: pl.DataFrame,
    old: OldReport,
    not_run: frozenset[str] = frozenset(),
    asked_for: frozenset[str] | None = None,
) -> Comparison:
    """Compare the findings of now with an earlier result.

    ``not_run`` are the rules that were not run now. ``asked_for`` are the only rules that were asked for now, where
    the user named some; a ``*`` in ``not_run`` stands for every rule but the schema.
    """
    judged = _judged(not_run, asked_for)
    new_keyed, old_keyed = _keyed(new), _keyed(old.findings)
    still_open = new_keyed.join(old_keyed, on=[*_KEY, "_nth"], how="semi", nulls_equal=True)
    added = new_keyed.join(old_keyed, on=[*_KEY, "_nth"], how="anti", nulls_equal=True)
    gone = old_keyed.join(new_keyed, on=[*_KEY, "_nth"], how="anti", nulls_equal=True)
    newly = added.filter(~_judged(old.not_run, None)).height
    return Comparison(
        old.file,
        fixed=_in_order(gone.filter(judged)),
        new=_in_order(added),
        still_open=_in_order(still_open),
        not_judged=_in_order(gone.filter(~judged)),
        newly_judged=newly,
    )


def compare_reports(report: Report, old: OldReport, asked_for: Sequence[str] | None = None) -> Comparison:
    """:func:`compare`, with what was not run taken from the report."""
    not_run = frozenset(item["rule"] for item in report.not_run)
    return compare(report.findings, old, not_run, frozenset(asked_for) if asked_for else None)


def old_report(report: Report) -> OldReport:
    """A report made just now from the older file, as the thing to compare with."""
    return OldReport(report.file, report.findings, frozenset(item["rule"] for item in report.not_run))


def read_reports(path: Path) -> list[OldReport] | None:
    """The reports in a ``json`` or ``jsonl`` file that ``ilr validate`` wrote; None where it is not JSON at all.

    ValueError, in one sentence, where the file starts like JSON but is not such a report.
    """
    with path.open("rb") as file:
        start = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] not in (b"{", b"["):
        return None
    text = path.read_text("utf-8-sig")
    try:
        items = _documents(text)
        return [_old(item) for item in items]
    except (KeyError, TypeError, AttributeError, ValueError, pl.exceptions.PolarsError):
        raise ValueError(
            f"{path.name} is JSON but not a report of ilr validate; "
            "give a file written with --format json or jsonl, or the older ILR file itself."
        ) from None


def partner(file: str, old: Sequence[OldReport], alone: bool) -> OldReport | None:
    """The old report that belongs to ``file``.

    First the same name; then the same provider and year (the first three parts of an official file name, such as
    ``ILR-10000001-2526``); and where one file is compared with one report (``alone``), that one whatever its name.
    """
    by_name = [item for item in old if item.file == file]
    by_provider = [item for item in old if _provider(item.file) and _provider(item.file) == _provider(file)]
    only = list(old) if alone and len(old) == 1 else []
    return next(iter([*by_name, *by_provider, *only]), None)


def _judged(not_run: frozenset[str], asked_for: frozenset[str] | None) -> pl.Expr:
    rule = pl.col("rule")
    judged = ~rule.is_in(sorted(not_run))
    if "*" in not_run:
        judged = judged & (rule == "Schema")
    if asked_for is not None:
        judged = judged & rule.is_in(sorted(asked_for))
    return judged


def _keyed(findings: pl.DataFrame) -> pl.DataFrame:
    texts = findings["fields"].unique().to_list()
    same_text = pl.col("fields").replace_strict(texts, [_canonical(text) for text in texts], return_dtype=pl.String)
    frame = findings.with_row_index("_position").with_columns(same_text.alias("_fields"))
    return frame.with_columns(pl.int_range(pl.len()).over(_KEY).alias("_nth"))


def _in_order(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort("_position").select(FINDINGS.names())


def _canonical(fields: str | None) -> str:
    return json.dumps(json.loads(fields or "{}"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _documents(text: str) -> list[Any]:
    if text.lstrip()[:1] == "[":
        items = json.loads(text)
        return items if isinstance(items, list) else [items]
    try:
        return [json.loads(text)]
    except ValueError:
        # One document a line. str.splitlines would also cut at U+2028, which JSON allows inside a text.
        return [json.loads(line) for line in text.split("\n") if line.strip()]


def _old(item: dict[str, Any]) -> OldReport:
    findings = pl.DataFrame([_row(row) for row in item["violations"]], schema=FINDINGS)
    return OldReport(item["file"], findings, frozenset(entry["rule"] for entry in item.get("not_run", ())))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    values = {name: row.get(name) for name in FINDINGS}
    return values | {"rule": row["rule"], "fields": json.dumps(row["fields"], ensure_ascii=False)}


def _provider(file: str) -> str | None:
    parts = Path(file).stem.upper().split("-")
    return "-".join(parts[:3]) if len(parts) >= 4 and parts[0] == "ILR" else None
