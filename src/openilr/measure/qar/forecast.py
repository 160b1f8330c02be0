"""The running year of one provider: where the achievement rate may end, and which aims decide it.

Every aim that will count in the year unless something changes is sorted: decided (it left and counts), or open. Open
are aims whose planned end is in the year or has passed, and those that await their assessment. Best is: all open aims
are achieved. Worst is: none. Expected is: open aims are achieved as often as the provider's (for few, all providers')
decided aims of the years before, within programme and level.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked
from openilr.measure.engines import fetch, named
from openilr.measure.qar import MEASURE, aims, exclude
from openilr.measure.qar.files import in_play, years_number
from openilr.measure.qar.histories import PLACE
from openilr.measure.run import ask, connect, half_up

if TYPE_CHECKING:
    import polars as pl
    from ibis.backends import BaseBackend

    from openilr.store import Store

#: Aims that must have been decided before a group's own history is taken for its expected rate.
ENOUGH = 20
#: Days before a planned end from which an aim with no end is shown as due.
DUE_DAYS = 60

RISKS = {
    "overdue": "Its planned end has passed and no end is reported.",
    "due": f"Its planned end is within {DUE_DAYS} days of the end of the return's period, and no end is reported.",
    "no_planned_end": "It has no planned end, so its year is not known.",
    "awaiting_assessment": "Learning has ended and the end-point assessment is awaited.",
    "break_without_restart": "It is on a break without a restart; without one it becomes a withdrawal in this year.",
}


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

    measure, asked = ask(store, MEASURE.name, year, return_name, options, snapshot=snapshot)
    vault = store.vault()
    connection = connect(measure, asked, engine)
    everything = _aims(connection, asked)
    own = everything.filter(provider=ukprn)
    now = years_number(year)
    own = own.with_columns(state=_state(now))
    decided, undecided = own.filter(state="decided"), own.filter(state="open")
    chance = _chances(everything, ukprn, now)
    undecided = undecided.join(chance, on=["is_app", "level"], how="left")
    return Forecast(
        ukprn, year, asked.return_name, asked.options["programme"],
        _rates(decided, undecided), _at_risk(asked.store, vault, undecided, asked, with_reference),
        _changes(decided, undecided),
    )  # fmt: skip


def _aims(connection: BaseBackend, asked: Asked) -> pl.DataFrame:
    """Every aim that no exclusion takes out, in small: its years, its result, its level."""
    import ibis

    files = in_play(asked)
    found = aims.records(connection, asked, files)
    rows = Candidates(aims.aims(connection, asked, found, files), trail=False)
    rows.change(lambda a: named(connection, aims.with_records(connection, a), "qar_forecast"))
    exclude(connection, asked, rows)
    kept = rows.rows
    level = ibis.ifelse(kept.is_app, kept.programme_level, kept.aim_level).fill_null("not known")
    return fetch(
        kept.select(
            *PLACE, "learner_key", "AimSeqNumber", "provider", "is_app", "hybrid", "planned", "last_year",
            "provider_year", "ended", "is_awaiting", "is_break", "has_restart", "is_completer", "is_achiever",
            "LearnPlanEndDate", "LearnActEndDate", level=level,
        )
    )  # fmt: skip


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


def _chances(everything: pl.DataFrame, ukprn: int, now: int) -> pl.DataFrame:
    """is_app, level, chance: how often aims that left in the years before, and in this, were achieved: the provider's
    where there are enough, else everyone's of that programme and level, else everyone's of that programme."""
    import polars as pl

    past = everything.filter(
        pl.col("hybrid").is_not_null() & (pl.col("hybrid") <= now) & ~pl.col("is_awaiting") & ~pl.col("is_break")
    )
    rate = (pl.col("is_achiever").mean(), pl.len().alias("n"))

    def by(frame: pl.DataFrame, *keys: str, name: str) -> pl.DataFrame:
        grouped = frame.group_by(*keys).agg(*rate)
        return grouped.select(*keys, pl.when(pl.col("n") >= ENOUGH).then("is_achiever").alias(name))

    groups = everything.select("is_app", "level").unique()
    own = past.filter(provider=ukprn)
    for frame, keys, name in (
        (own, ("is_app", "level"), "own"), (past, ("is_app", "level"), "all"), (past, ("is_app",), "kind"),
    ):  # fmt: skip
        groups = groups.join(by(frame, *keys, name=name), on=list(keys), how="left")
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
            rows.append((f"All {waiting} awaited assessments are passed rather than not", one * waiting))
        going_on = undecided.filter(~pl.col("ended")).height
        if going_on:
            rows.append((f"All {going_on} aims without an end are achieved rather than not", one * going_on))
        breaks = undecided.filter("is_break").height
        if breaks:
            rows.append((f"All {breaks} broken aims restart and leave the year's rate, rather than fail in it",
                         _without(decided, undecided, breaks)))  # fmt: skip
    frame = pl.DataFrame(rows, schema={"change": pl.String, "percentage_points": pl.Float64}, orient="row")
    return frame.with_columns(pl.col("percentage_points").round(2))


def _without(decided: pl.DataFrame, undecided: pl.DataFrame, breaks: int) -> float:
    """Percentage points that the expected rate gains when so many failing aims leave it."""
    left = decided.height + undecided.height
    kept = undecided.filter(~undecided["is_break"])
    won = float(decided["is_achiever"].sum()) + float(kept["chance"].sum())
    return 100 * (won / (left - breaks) - won / left) if left > breaks else 0.0
