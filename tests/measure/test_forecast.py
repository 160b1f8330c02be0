"""Where a provider's running year may end, and which aims decide it."""

from __future__ import annotations

from datetime import date

import pytest

from openilr.measure.charts.forecast import page
from openilr.measure.qar.forecast import RISKS, forecast
from tests.measure.cases import BREAK, achieved, app
from tests.measure.test_qar import sent
from tests.store.making import learner


@pytest.fixture
def running(store):
    """2025-26 at R10: the period ends on 30 April 2026."""
    waiting = {"CompStatus": 1, "Outcome": 8, "WithdrawReason": None}
    sent(
        store, "2526",
        learner("won", app(**achieved(date(2025, 9, 1)))),
        learner("lost", app(planned=date(2026, 7, 1), end=date(2026, 1, 1))),
        learner("overdue", app(planned=date(2026, 4, 1))),
        learner("very late", app(planned=date(2025, 7, 1))),
        learner("due", app(planned=date(2026, 6, 1))),
        learner("later this year", app(planned=date(2026, 7, 31))),
        learner("next year", app(planned=date(2026, 8, 1))),
        learner("waits", app(planned=date(2026, 3, 1), end=date(2026, 3, 1), **waiting)),
        learner("broken", app(planned=date(2026, 3, 1), end=date(2026, 1, 5), **BREAK)),
        learner("tried", app(planned=date(2026, 3, 1), start=date(2025, 9, 1), end=date(2025, 9, 9))),
        return_name="R10",
    )  # fmt: skip
    sent(store, "2526", learner("other", app(planned=date(2026, 4, 1))), return_name="R10", ukprn=10000002)
    return store


def test_best_expected_and_worst(running):
    made = forecast(running, 99999999, "2526")
    cases = {row.pop("case"): row for row in made.rates.to_dicts()}
    assert cases["now"] == {"leavers": 2, "achievers": 1.0, "achievement_rate": 50.0}
    assert cases["worst"] == {"leavers": 8, "achievers": 1.0, "achievement_rate": 12.5}
    assert cases["best"] == {"leavers": 8, "achievers": 7.0, "achievement_rate": 87.5}
    assert cases["expected"] == {"leavers": 8, "achievers": 4.0, "achievement_rate": 50.0}, "with no history, evens"


def test_aims_at_risk_say_why_the_most_urgent_first(running):
    made = forecast(running, 99999999, "2526")
    listed = made.at_risk.select("learn_ref_number", "risk", "days_overdue").rows()
    assert listed == [
        ("very late", "overdue", 303), ("overdue", "overdue", 29), ("due", "due", None),
        ("waits", "awaiting_assessment", 60), ("broken", "break_without_restart", 60),
    ]  # fmt: skip
    assert set(made.at_risk["reason"]) <= set(RISKS.values())


def test_what_would_change_the_rate(running):
    changes = dict(forecast(running, 99999999, "2526").changes.rows())
    assert changes["One open aim is achieved rather than not"] == 12.5
    assert changes["All 4 aims without an end are achieved rather than not"] == 50.0


def test_history_gives_the_expected_rate(running):
    sent(running, "2425", *(
        learner(f"P{n}", app(start=date(2023, 9, 1), planned=date(2025, 1, 1),
                             **(achieved(date(2025, 1, 1)) if n < 18 else {"end": date(2025, 1, 1)})))
        for n in range(20)
    ))  # fmt: skip
    [expected] = forecast(running, 99999999, "2526").rates.filter(case="expected").to_dicts()
    assert expected["achievers"] == round(1 + 6 * 19 / 22, 1), "19 of the 22 aims that left were achieved"


def test_a_forecast_as_plain_values_and_as_a_page(running):
    made = forecast(running, 99999999, "2526", programme="apprenticeships")
    plain = made.to_dict()
    assert plain["rates"]["best"]["achievement_rate"] == 87.5
    assert plain["at_risk"][0]["planned_end"] == "2025-07-01"
    html = page(made)
    assert "very late" in html and "<svg" in html and html.count("<table>") == 3
