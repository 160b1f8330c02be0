"""What one validation found: the report that every printed form is made from."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from openilr.validate.compare import Comparison

__all__ = ["FINDINGS", "Report", "no_findings", "violations_json"]

#: Columns of a findings frame, in this order. ``fields`` is the text of a JSON object from dotted field names to
#: the values that were read; ``line`` is the line of the start tag in the XML, counted from 1.
FINDINGS = pl.Schema(
    {
        "rule": pl.String,
        "severity": pl.String,
        "learn_ref_number": pl.String,
        "aim_seq_number": pl.Int32,
        "line": pl.UInt32,
        "fields": pl.String,
        "message": pl.String,
    }
)


def no_findings() -> pl.DataFrame:
    """A findings frame without rows."""
    return pl.DataFrame(schema=FINDINGS)


@dataclass
class Report:
    """All that was found in one file, in the order rule list, then document order.

    ``file`` is the name as given, without folders. ``year`` is the collection year that was checked against
    (four digits), None where none could be told. ``readable`` is False where no ILR message could be read.
    ``counts`` holds learners, aims, errors and warnings. ``not_run`` holds one ``{"rule", "needs"}`` for each rule
    that was not judged, with a ``reason`` where something other than reference data was missing. ``reference`` lists
    (table, file, rows, dated) of the reference data used. ``as_of`` is what rules took for "now".
    ``official`` is the department's own wording by rule, where the user gave its rules file.
    """

    file: str
    year: str | None
    readable: bool
    counts: dict[str, int]
    findings: pl.DataFrame
    not_run: list[dict[str, Any]]
    reference: list[tuple[Any, ...]]
    as_of: datetime
    official: dict[str, str] = field(default_factory=dict)
    compare: Comparison | None = None

    @property
    def has_errors(self) -> bool:
        """True where at least one finding is an error. Warnings alone do not count."""
        return self.counts.get("errors", 0) > 0

    @property
    def learners_with_errors(self) -> int:
        """Distinct learner references with at least one error."""
        return self._learners("error")

    @property
    def learners_with_warnings_only(self) -> int:
        """Distinct learner references with a warning and no error."""
        return self.findings["learn_ref_number"].drop_nulls().n_unique() - self.learners_with_errors

    def _learners(self, severity: str) -> int:
        return self.findings.filter(pl.col("severity") == severity)["learn_ref_number"].drop_nulls().n_unique()

    def summary(self) -> pl.DataFrame:
        """One row for each rule that found something: rule, severity, learners, findings, in rule-list order."""
        return self.findings.group_by("rule", "severity", maintain_order=True).agg(
            pl.col("learn_ref_number").drop_nulls().n_unique().cast(pl.Int64).alias("learners"),
            pl.len().cast(pl.Int64).alias("findings"),
        )

    def by_learner(self) -> pl.DataFrame:
        """One row for each learner with findings: learn_ref_number, errors, warnings, rules; most errors first.

        ``rules`` names the learner's rules, joined by a comma and a space.
        """
        severity = pl.col("severity")
        return (
            self.findings.filter(pl.col("learn_ref_number").is_not_null())
            .group_by("learn_ref_number", maintain_order=True)
            .agg(
                (severity == "error").sum().cast(pl.Int64).alias("errors"),
                (severity == "warning").sum().cast(pl.Int64).alias("warnings"),
                pl.col("rule").unique(maintain_order=True).str.join(", ").alias("rules"),
            )
            .sort("errors", "warnings", descending=True, maintain_order=True)
        )

    def to_dict(self) -> dict[str, Any]:
        """The report as plain Python values; the same content as :meth:`to_json`."""
        return json.loads(self.to_json())

    def to_json(self) -> str:
        """The report as one line of JSON, without a line break at the end."""
        head = {
            "file": self.file,
            "year": self.year,
            "readable": self.readable,
            "counts": {name: self.counts.get(name, 0) for name in ("learners", "aims", "errors", "warnings")},
        }
        parts = [
            _compact(head)[:-1],
            f'"violations":{violations_json(self.findings)}',
            f'"not_run":{_compact([_not_run(item) for item in self.not_run])}',
        ]
        if self.compare is not None:
            parts.append(f'"compare":{self.compare.to_json()}')
        return ",".join(parts) + "}"

    def to_html(self) -> str:
        """One page that stands alone: no other file and no network is needed to read it."""
        from openilr.validate.reports.html import render

        return render([self])

    def _repr_html_(self) -> str:
        """A short table for a notebook; :meth:`to_html` is the whole report."""
        from openilr.validate.reports.html import render_brief

        return render_brief(self)


def violations_json(findings: pl.DataFrame) -> str:
    """The rows of a findings frame as a JSON array on one line.

    The text is put together column by column, because a large return can have hundreds of thousands of findings;
    ``fields`` is JSON already and goes in as it is.
    """
    if findings.is_empty():
        return "[]"
    head = pl.struct("rule", "severity", "learn_ref_number", "aim_seq_number", "line").struct.json_encode()
    tail = pl.struct("message").struct.json_encode()
    row = pl.concat_str(
        head.str.strip_suffix("}"),
        pl.lit(',"fields":'),
        pl.col("fields").fill_null("{}"),
        pl.lit(","),
        tail.str.strip_prefix("{"),
    )
    return f"[{findings.select(row.str.join(',')).item()}]"


def _not_run(item: dict[str, Any]) -> dict[str, Any]:
    return {"rule": item["rule"], "needs": list(item.get("needs", ()))} | (
        {"reason": item["reason"]} if item.get("reason") else {}
    )


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
