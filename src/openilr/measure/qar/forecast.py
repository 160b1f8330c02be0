"""The running year of one provider: where the achievement rate may end, and which aims decide it.

Every aim that will count in the year unless something changes is sorted: decided (it left and counts), or open. Open
are aims whose planned end is in the year or has passed, and those that await their assessment. Best is: all open aims
are achieved. Worst is: none. Expected is: open aims are achieved as often as the provider's (for few, all providers')
decided aims of the years before, within programme and level.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked
from openilr.measure.engines import fetch
from openilr.measure.qar import MEASURE, aims, exclude
from openilr.measure.qar.files import years_number
from openilr.measure.qar.histories import PLACE
from openilr.measure.run import ask, connect, half_up

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends import BaseBackend

    from openilr.store import Store

#: Aims that must have been decided before a group's own history is taken for its expected rate.
ENOUGH = 20
#: Days before a planned end from which an aim with no end is shown as due.
DUE_DAYS = 60

#: What is asked of each of the provider's aims.
_READ = (
    *PLACE, "learner_key", "AimSeqNumber", "is_app", "level", "hybrid", "planned", "last_year", "ended", "is_awaiting",
    "is_break", "has_restart", "is_achiever", "LearnPlanEndDate",
)  # fmt: skip

RISKS = {
    "overdue": "Its planned end has passed and no end is reported.",
    "due": f"Its planned end is within {DUE_DAYS} days of the end of the return's period, and no end is reported.",
    "no_planned_end": "It has no planned end, so its year is not known.",
    "awaiting_assessment": "Learning has ended and the end-point assessment is awaited.",
    "break_without_restart": "It is on a break without a restart; without one it becomes a withdrawal in this year.",
}


#: How to read the cases.
CASES = (
    "Now is of the aims that have left. The others add those that are still open: their planned end is in the year or "
    "has passed, or their assessment is awaited, or they are on a break. Worst is that none of them is achieved, best "
    "that all are; expected is that they are achieved as often as those that left before, of this provider or, where "
    "these are few, of all. Aims that begin later and end in the year are not known yet."
)


@dataclass(frozen=True)
class Forecast:
    """``rates``: a row each for now, worst, expected and best (case, leavers, achievers, achievement_rate).
    ``at_risk``: a row for each open aim that asks for something to be done, the most urgent first. ``changes``: what
    moves the rate, a row each (change, effect in percentage points)."""

    ukprn: int
    year: str
    return_name: str
    programme: str
    rates: pl.DataFrame
    at_risk: pl.DataFrame
    changes: pl.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, for JSON."""
        return {
            "measure": "qar", "ukprn": self.ukprn, "year": self.year, "return": self.return_name,
            "programme": self.programme,
            "rates": {row.pop("case"): row for row in self.rates.to_dicts()},
            "at_risk": [
                {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
                for row in self.at_risk.to_dicts()
            ],
            "changes": self.changes.to_dicts(),
        }  # fmt: skip


def forecast(
    store: Store,
    ukprn: int,
    year: str,
    *,
    return_name: str | None = None,
    snapshot: str | None = None,
    engine: str = "duckdb",
    **options: str,
) -> Forecast:
    """Best, expected and worst achievement rate of a provider's running year.

    Names learners by the provider's own reference, so it needs the store's key: VaultError without it. MeasureError and
    StoreError as ``openilr.measure.compute``.
    """
    from openilr.measure.trail import with_reference

    measure, everyone = ask(store, MEASURE.name, year, return_name, options, snapshot=snapshot)
    asked = replace(everyone, ukprn=ukprn)
    vault = store.vault()
    connection = connect(measure, asked, engine)
    now = years_number(year)
    rows = _aims(connection, asked)
    own = fetch(rows.select(*_READ)).with_columns(state=_state(now))
    decided, undecided = own.filter(state="decided"), own.filter(state="open")
    chances = _chances(undecided, _history(rows, now), lambda: _history(_aims(connection, everyone), now))
    undecided = undecided.join(chances, on=["is_app", "level"], how="left")
    return Forecast(
        ukprn, year, asked.return_name, asked.options["programme"],
        _rates(decided, undecided), _at_risk(asked.store, vault, undecided, asked, with_reference),
        _changes(decided, undecided),
    )  # fmt: skip


def _aims(connection: BaseBackend, asked: Asked) -> ir.Table:
    """Every aim that no exclusion takes out: its years, its result, its level."""
    import ibis

    files = aims.read_files(connection, asked)
    found = aims.records(connection, asked, files)
    rows = Candidates(aims.aims(connection, asked, found, files), trail=False)
    exclude(connection, asked, rows)
    return rows.rows.mutate(
        level=ibis.ifelse(rows.rows.is_app, rows.rows.programme_level, rows.rows.aim_level).fill_null("not known")
    )


def _state(now: int) -> pl.Expr:
    """``decided`` for leavers of the year, ``open`` for aims that will be, null for all others."""
    import polars as pl

    returned = pl.col("last_year") == now
    due = pl.col("planned").is_null() | (pl.col("planned") <= now)
    waiting = pl.col("is_awaiting") & returned & (pl.col("hybrid") <= now)
    on_break = pl.col("is_break") & ~pl.col("has_restart") & returned & (pl.col("hybrid") <= now)
    goes_on = pl.col("hybrid").is_null() & ~pl.col("ended") & returned & due
    settled = (pl.col("hybrid") == now) & ~pl.col("is_awaiting") & ~pl.col("is_break")
    return pl.when(settled).then(pl.lit("decided")).when(waiting | goes_on | on_break).then(pl.lit("open"))


def _history(rows: ir.Table, now: int) -> pl.DataFrame:
    """is_app, level, left, achieved: of the aims that left in the years before, and in this."""
    past = rows.filter(rows.hybrid.notnull(), rows.hybrid <= now, ~rows.is_awaiting, ~rows.is_break)
    return fetch(past.group_by("is_app", "level").agg(left=past.count(), achieved=past.is_achiever.sum()))


def _chances(open_aims: pl.DataFrame, own: pl.DataFrame, everyone: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """is_app, level, chance: how often aims that left were achieved: the provider's where there are enough, else
    everyone's of that programme and level, else everyone's of that programme. Everyone is asked only then."""
    import polars as pl

    groups = open_aims.select("is_app", "level").unique()

    def with_rates(frame: pl.DataFrame, *keys: str, name: str) -> pl.DataFrame:
        summed = frame.group_by(*keys).agg(pl.col("left", "achieved").sum())
        rate = pl.when(pl.col("left") >= ENOUGH).then(pl.col("achieved") / pl.col("left"))
        return groups.join(summed.select(*keys, rate.alias(name)), on=list(keys), how="left")

    groups = with_rates(own, "is_app", "level", name="own")
    if groups["own"].null_count():
        every = everyone()
        groups = with_rates(every, "is_app", "level", name="all")
        groups = with_rates(every, "is_app", name="kind")
    else:
        groups = groups.with_columns(all=None, kind=None)
    # With no history at all, an open aim is as likely to be achieved as not.
    return groups.select("is_app", "level", chance=pl.coalesce("own", "all", "kind", pl.lit(0.5)))


def _rates(decided: pl.DataFrame, undecided: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    left, won = decided.height, int(decided["is_achiever"].sum())
    # A break may end in a restart, and an awaited assessment after the year: in the best case both are achieved in it.
    more = undecided.height
    likely = float(undecided["chance"].sum()) if more else 0.0
    cases = [
        ("now", left, won), ("worst", left + more, won), ("expected", left + more, won + likely),
        ("best", left + more, won + more),
    ]  # fmt: skip
    frame = pl.DataFrame(cases, schema={"case": pl.String, "leavers": pl.Int64, "achievers": pl.Float64}, orient="row")
    rate = pl.when(pl.col("leavers") > 0).then(half_up(100 * pl.col("achievers") / pl.col("leavers"), 1))
    return frame.with_columns(half_up(pl.col("achievers"), 1), achievement_rate=rate)


def _at_risk(store: Store, vault: Any, undecided: pl.DataFrame, asked: Asked, names: Any) -> pl.DataFrame:
    import polars as pl

    day = asked.period.end
    planned = pl.col("LearnPlanEndDate")
    risk = (
        pl.when("is_break").then(pl.lit("break_without_restart"))
        .when("is_awaiting").then(pl.lit("awaiting_assessment"))
        .when(planned.is_null()).then(pl.lit("no_planned_end"))
        .when(planned < day).then(pl.lit("overdue"))
        .when((planned - pl.lit(day)).dt.total_days() <= DUE_DAYS).then(pl.lit("due"))
    )  # fmt: skip
    found = undecided.with_columns(risk=risk).filter(pl.col("risk").is_not_null())
    found = names(store, vault, found)
    order = {name: place for place, name in enumerate(RISKS)}
    return (
        found.with_columns(
            days_overdue=pl.when(planned < day).then((pl.lit(day) - planned).dt.total_days()),
            reason=pl.col("risk").replace_strict(RISKS, return_dtype=pl.String),
            place=pl.col("risk").replace_strict(order, return_dtype=pl.Int32),
        )
        .sort("place", "days_overdue", "learn_ref_number", descending=[False, True, False], nulls_last=True)
        .select("learn_ref_number", aim_seq_number="AimSeqNumber", risk="risk", reason="reason",
                planned_end="LearnPlanEndDate", days_overdue="days_overdue")
    )  # fmt: skip


def _changes(decided: pl.DataFrame, undecided: pl.DataFrame) -> pl.DataFrame:
    """What one more of each would do to the expected rate, and what all the overdue would."""
    import polars as pl

    left = decided.height + undecided.height
    rows: list[tuple[str, float]] = []
    if left:
        one = 100 / left
        waiting = undecided.filter("is_awaiting").height
        rows.append(("One open aim is achieved rather than not", one))
        rows.append(("One open aim is withdrawn rather than achieved", -one))
        if waiting:
            rows.append((f"{_all(waiting, 'awaited assessment')} passed rather than not", one * waiting))
        going_on = undecided.filter(~pl.col("ended")).height
        if going_on:
            rows.append((f"{_all(going_on, 'aim', ' without an end')} achieved rather than not", one * going_on))
        breaks = undecided.filter("is_break").height
        if breaks:
            rows.append((f"{_all(breaks, 'broken aim')} restarted, and out of the year's rate rather than failed in it",
                         _without(decided, undecided, breaks)))  # fmt: skip
    frame = pl.DataFrame(rows, schema={"change": pl.String, "percentage_points": pl.Float64}, orient="row")
    return frame.with_columns(pl.col("percentage_points").round(2))


def _all(many: int, what: str, more: str = "") -> str:
    return f"The one {what}{more} is" if many == 1 else f"All {many} {what}s{more} are"


def _without(decided: pl.DataFrame, undecided: pl.DataFrame, breaks: int) -> float:
    """Percentage points that the expected rate gains when so many failing aims leave it."""
    left = decided.height + undecided.height
    kept = undecided.filter(~undecided["is_break"])
    won = float(decided["is_achiever"].sum()) + float(kept["chance"].sum())
    return 100 * (won / (left - breaks) - won / left) if left > breaks else 0.0
