"""How well a validator finds the faults of a synthetic sector: precision and recall, rule by rule.

What is scored is a report with one line for each file, as ``ilr validate --format jsonl`` writes it; the findings of
another validator in that form can be scored too. The truth is the sector's ``truth.csv``. Files are known by their
names, which are all different: a name has the provider, the year and the time at which the file was made.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from openilr.spec.words import count

#: File, learner, rule.
Finding = tuple[str, str, str]


@dataclass(frozen=True)
class RuleScore:
    """One rule: how many faults were planted for it, how many of them it found, and what else it blamed.

    ``beside`` counts findings on learners with another fault: one fault may rightly set off several rules. ``wrong``
    counts errors on learners with no fault at all.
    """

    rule: str
    planted: int
    found: int
    beside: int
    wrong: int

    @property
    def recall(self) -> float | None:
        return self.found / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Of the learners that the rule blames, the share that have a fault."""
        blamed = self.found + self.beside + self.wrong
        return (self.found + self.beside) / blamed if blamed else None


@dataclass(frozen=True)
class Score:
    rules: tuple[RuleScore, ...]
    files: int

    @property
    def total(self) -> RuleScore:
        """All rules together; ``planted`` and ``found`` count faults."""
        each = self.rules
        return RuleScore(
            "all rules", sum(r.planted for r in each), sum(r.found for r in each), sum(r.beside for r in each),
            sum(r.wrong for r in each),
        )  # fmt: skip

    def text(self) -> str:
        lines = [f"{'rule':<28}{'planted':>8}{'found':>8}{'recall':>9}{'beside':>8}{'wrong':>7}{'precision':>11}"]
        for r in (*self.rules, self.total):
            lines.append(
                f"{r.rule:<28}{r.planted:>8,}{r.found:>8,}{_percent(r.recall):>9}{r.beside:>8,}{r.wrong:>7,}"
                f"{_percent(r.precision):>11}"
            )
        return "\n".join([*lines, "", f"{count(self.files, 'file')}. Planted: faults, each for one rule. Beside: the "
                          "rule blames a learner whose fault was planted for another rule. Wrong: it blames a learner "
                          "without a fault."])  # fmt: skip


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def score(folder: Path, report: Path) -> Score:
    """Compare a report on the sector in ``folder`` with its truth.

    Only errors are counted, and only on learners: clean returns may have warnings. ValueError where the sector has no
    truth, the report is not of that form, or it leaves out files of the sector that have faults.
    """
    truth = _truth(folder / "truth.csv")
    found, files = _report(report)
    missing = sorted({file for file, _, _ in truth} - files)
    if missing:
        raise ValueError(f"{report.name} says nothing of {missing[0]} and {len(missing) - 1} other files with faults.")
    faulty = {(file, learner) for file, learner, _ in truth}
    planted = Counter(rule for _, _, rule in truth)
    hit = Counter(rule for _, _, rule in truth & found)
    beside: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for file, learner, rule in found - truth:
        (beside if (file, learner) in faulty else wrong)[rule] += 1
    rules = sorted(planted.keys() | beside.keys() | wrong.keys())
    return Score(tuple(RuleScore(r, planted[r], hit[r], beside[r], wrong[r]) for r in rules), len(files))


def _truth(path: Path) -> set[Finding]:
    if not path.is_file():
        raise ValueError(f"There is no {path}: the sector was written without --faults.")
    with path.open(encoding="utf-8", newline="") as file:
        return {(Path(row["file"]).name, row["learn_ref_number"], row["rule"]) for row in csv.DictReader(file)}


def _report(path: Path) -> tuple[set[Finding], set[str]]:
    found: set[Finding] = set()
    files: set[str] = set()
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                of_file = json.loads(line)
                name = Path(of_file["file"]).name
                files.add(name)
                found |= {
                    (name, v["learn_ref_number"], v["rule"])
                    for v in of_file["violations"]
                    if v["severity"] == "error" and v["learn_ref_number"] is not None
                }
            except (ValueError, KeyError, TypeError):
                raise ValueError(
                    f"{path.name}, line {number}, is not the report of one file: write it with ilr validate --format "
                    "jsonl."
                ) from None
    return found, files
