"""Who is accepted: an error refuses the learner, an error on the file refuses it whole, a warning refuses nobody."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

#: What a learner is refused for who has no reference, so that nothing could be said of them later.
NO_REFERENCE = "LearnRefNumber missing"


@dataclass(frozen=True)
class Acceptance:
    """What became of one file.

    ``accepted`` is False where the whole file was refused; ``reason`` then says why, and the provider's earlier file
    stays the current one. ``counts`` has learners, aims, learners_accepted, learners_refused, aims_accepted.
    ``refused`` lists learners with their rules: personal data, for the sender's eyes. ``replaced`` is the submission
    that this one takes the place of. ``last_year`` says what became of the provider's continuing aims of the year
    before (``openilr.store.memory``).
    """

    submission: str
    year: str | None
    return_name: str
    ukprn: int | None
    version: int
    file: str
    sha256: str
    accepted: bool
    reason: str | None
    counts: dict[str, int]
    refused: list[dict[str, Any]] = field(default_factory=list, repr=False)
    replaced: str | None = None
    last_year: dict[str, Any] | None = field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; ``return_name`` is written as ``return``."""
        return {"return" if name == "return_name" else name: value for name, value in vars(self).items()}


class Refusals:
    """Reads the findings of a report, and sorts the learners of each batch as they come."""

    def __init__(self, findings: pl.DataFrame) -> None:
        import polars as pl

        # Closed by default: a severity that is not known to be harmless counts as an error.
        errors = findings.filter(pl.col("severity").fill_null("") != "warning")
        named = errors.filter(pl.col("learn_ref_number").is_not_null())
        self.rules: dict[str, list[str]] = {}
        for ref, rule in named.select("learn_ref_number", "rule").unique(maintain_order=True).iter_rows():
            self.rules.setdefault(ref, []).append(rule)
        nameless = errors.filter(pl.col("learn_ref_number").is_null()).select("rule", "line")
        self._nameless: list[tuple[str, int | None]] = list(nameless.iter_rows())
        self._learners: list[tuple[int, bool]] = []  # line, has a reference
        self._seen: set[str] = set()
        self._noted: set[str] = set()
        self.refused: list[dict[str, Any]] = []

    def accepted(self, frame: pl.DataFrame) -> pl.Series:
        """Which rows of a frame of learners are accepted; refused ones are noted."""
        import polars as pl

        keep = []
        for ref, line in frame.select("LearnRefNumber", "line").iter_rows():
            named = ref is not None and bool(ref.strip())
            rules = self.rules.get(ref) if named else [NO_REFERENCE]
            keep.append(rules is None)
            self._learners.append((line, named))
            if named:
                self._seen.add(ref)
            if rules is not None and ref not in self._noted:
                self.refused.append({"learn_ref_number": ref, "rules": rules})
                self._noted.update((ref,) if named else ())
        return pl.Series(keep, dtype=pl.Boolean)

    def file_reason(self) -> str | None:
        """Why the whole file is refused, once all batches were seen; None where it is not."""
        self._learners.sort()
        rules = list(dict.fromkeys(rule for rule, line in self._nameless if not self._in_nameless_learner(line)))
        if rules:
            return f"The file itself has errors: {', '.join(rules)}."
        if not self._seen >= self.rules.keys():
            return "The report names learners that are not in the file; it seems to belong to another file."
        return None

    def _in_nameless_learner(self, line: int | None) -> bool:
        # A finding without a reference may be about a learner who has none: it then lies between that learner's line
        # and the next one's.
        if line is None:
            return False
        place = bisect_right(self._learners, (line, True)) - 1
        return place >= 0 and not self._learners[place][1]
