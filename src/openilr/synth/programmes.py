"""What a learner does with one provider, as it truly was, and what a return says of it on a day.

A programme holds aims. An aim is a record of official field names for what is known at its start, and how it ended.
What is dated (prices, contract types, statuses) is in the record whole; a return shows what had happened by then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

Record = dict[str, Any]


@dataclass(slots=True)
class End:
    """How an aim ended. ``told`` is the day from which the provider's returns say so.

    ``achieved`` is the day of achievement of an apprenticeship or a bootcamp; until it comes, the outcome is awaited.
    """

    day: date
    status: int
    outcome: int
    told: date
    reason: int | None = None
    achieved: date | None = None
    extra: Record = field(default_factory=dict)
    waiting: bool = False  #: continues until it is assessed (the programme aim of an apprenticeship)


@dataclass(slots=True)
class Aim:
    record: Record
    end: End | None = None

    @property
    def start(self) -> date:
        return self.record["LearnStartDate"]

    @property
    def last(self) -> date:
        """The last day on which something happens to the aim."""
        return date.max if self.end is None else max(self.end.day, self.end.achieved or self.end.day)

    def is_live(self, first: date, told: date) -> bool:
        """Whether a year from ``first`` returns it: not over before, or not known to be by ``told``."""
        return self.last >= first or (self.end is not None and self.end.told > told)

    def seen(self, until: date, prepared: date) -> Record:
        """What a return says: events until a day, as far as known on the day that the file was prepared."""
        record = dict(self.record)
        record["CompStatus"] = 1
        end = self.end
        closed = None
        if end is not None and end.day <= until and end.told <= prepared:
            waits = end.achieved is not None and end.achieved > until
            record["LearnActEndDate"] = end.day
            # An apprentice who waits for the end-point assessment is still continuing (CompStatus_02, Outcome_09).
            record["CompStatus"] = 1 if waits and end.waiting else end.status
            record["Outcome"] = 8 if waits else end.outcome
            record["WithdrawReason"] = end.reason
            record["AchDate"] = None if waits else end.achieved
            record |= end.extra
            closed = None if waits and end.waiting else end.achieved or end.day
        record["LearningDeliveryFAM"] = _dated(record["LearningDeliveryFAM"], until, closed)
        if "AppFinRecord" in record:
            last = min(until, end.day) if end else until
            record["AppFinRecord"] = [price for price in record["AppFinRecord"] if price["AFinDate"] <= last]
        return record


def _dated(fams: list[Record], until: date, closed: date | None) -> list[Record]:
    """FAM records that apply by a day. The contract type of an apprenticeship ends with it (R_121, R_122)."""
    found = []
    for fam in fams:
        since = fam["LearnDelFAMDateFrom"]
        if since is not None and since > until:
            continue
        if closed is not None and fam["LearnDelFAMType"] == "ACT":
            fam = fam | {"LearnDelFAMDateTo": closed}
        found.append(fam)
    return found


@dataclass(slots=True)
class Programme:
    """Aims that belong together, at the provider with number ``provider``.

    ``learner`` is what it says of the learner. ``employment`` is the status that the
    learner has when it starts. ``together`` keeps ended aims in the return for as long as any of the programme goes on.
    """

    kind: str
    provider: int
    aims: list[Aim]
    learner: Record
    employment: list[Record] = field(default_factory=list)
    together: bool = False
    achieved: bool = False
    level: int = 0

    @property
    def start(self) -> date:
        return min(aim.start for aim in self.aims)

    @property
    def last(self) -> date:
        return max(aim.last for aim in self.aims)

    def aims_in(self, first: date, until: date, told: date) -> list[Aim]:
        """The aims that a return holds: begun by ``until``, not over before ``first`` as far as told by ``told``."""
        begun = [aim for aim in self.aims if aim.start <= until]
        live = [aim for aim in begun if aim.is_live(first, told)]
        return begun if live and self.together else live
