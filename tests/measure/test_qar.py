"""Achievement rates: what the cases of real files (``test_qar_cases``) do not say."""

from __future__ import annotations

from datetime import date, timedelta

from openilr import measure
from openilr.store import Store
from tests.measure.cases import BREAK, achieved, app
from tests.measure.test_measures import course
from tests.store.making import learner, report, sent_file, tables


def sent(store: Store, year: str, *learners, return_name="R14", ukprn=99999999):
    store.submit(
        [tables(list(learners), year=year, ukprn=ukprn)], report(year=year), file=sent_file(store.path.parent),
        return_name=return_name, submitted_by="tests",
    )  # fmt: skip


def rates(store: Store, year: str, **asked):
    """(leavers, completers, achievers)."""
    [row] = measure.compute(store, "qar", year, **asked).rows()
    return row["leavers"], row["completers"], row["achievers"]


def why(store: Store, year: str, **asked):
    """{(reference, aim): clause, or counted}."""
    rows = measure.trail(store, "qar", year, **asked)
    return {(r["learn_ref_number"], r["aim_seq_number"]): r["clause"] or r["status"] for r in rows}


def test_an_achiever_and_a_leaver(store):
    sent(store, "2526", learner("A", app(**achieved(date(2025, 9, 1)))), learner("B", app(end=date(2026, 1, 1))))
    assert rates(store, "2526") == (2, 1, 1)
    [row] = measure.compute(store, "qar", "2526", by=["ukprn"]).rows()
    assert row == {
        "measure": "qar", "year": "2526", "by": {"ukprn": "99999999"}, "leavers": 2, "completers": 1, "achievers": 1,
        "retention_rate": 50.0, "pass_rate": 100.0, "achievement_rate": 50.0,
    }  # fmt: skip
    assert why(store, "2526") == {("A", 1): "counted", ("B", 1): "counted"}


# Aims that are never heard of again, and breaks


def test_nothing_is_overdue_at_a_provider_that_has_not_returned_yet(store):
    sent(store, "2425", learner("A", app(planned=date(2025, 7, 1))))
    sent(store, "2526", learner("B", app()), ukprn=10000002)
    assert rates(store, "2526") == (0, 0, 0)


def test_before_2024_25_a_break_had_two_years(store):
    sent(
        store,
        "1819",
        learner("A", app(start=date(2017, 9, 5), planned=date(2018, 9, 5), end=date(2018, 9, 1), **BREAK)),
    )
    sent(store, "2021", learner("B", app(start=date(2020, 9, 1), planned=date(2022, 1, 1))))
    assert rates(store, "2021") == (1, 0, 0)
    assert rates(store, "2021", breaks="following-year") == (0, 0, 0), "then it counted a year earlier"


def test_merged_providers_return_one_aim(store):
    sent(store, "2425", learner("A", app(planned=date(2025, 7, 1)), ULN=1234567890), ukprn=10000001)
    done = app(planned=date(2025, 7, 1), **achieved(date(2025, 9, 1)))
    sent(store, "2526", learner("A9", done, ULN=1234567890, PMUKPRN=10000001), ukprn=10000002)
    assert rates(store, "2526") == (1, 1, 1)
    assert rates(store, "2526", ukprn=10000002) == (1, 1, 1)
    assert rates(store, "2526", ukprn=10000001) == (0, 0, 0)


# What has a rate


def passed(**values):
    base = {"LearnStartDate": date(2025, 9, 1), "LearnPlanEndDate": date(2026, 6, 1), "CompStatus": 2, "Outcome": 1}
    return course(**{**base, "LearnActEndDate": date(2026, 6, 1), **values})


def test_programmes_are_told_apart(store):
    sent(store, "2526", learner("A", app(**achieved(date(2026, 1, 1))), passed(number=2)))
    assert rates(store, "2526", programme="all") == (2, 2, 2)
    assert rates(store, "2526", programme="apprenticeships") == (1, 1, 1)
    assert rates(store, "2526", programme="education-and-training") == (1, 1, 1)
    assert rates(store, "2526") == rates(store, "2526", programme="all")


def test_timely_rates(store):
    end = date(2026, 6, 1)
    late = [
        {"LearnActEndDate": end + timedelta(days=90)}, {"LearnActEndDate": end + timedelta(days=91)},
        {"LearnActEndDate": None, "CompStatus": 1, "Outcome": None}, {"LearnPlanEndDate": date(2026, 8, 1)},
    ]  # fmt: skip
    sent(store, "2526", *(learner(f"A{n}", passed(**values)) for n, values in enumerate(late)))
    assert rates(store, "2526", basis="timely") == (3, 1, 1)


def test_rates_round_halves_up_and_are_blank_over_nothing(store):
    learners = [learner(f"A{n}", passed()) for n in range(7)] + [
        learner(f"B{n}", passed(Outcome=3)) for n in range(9)
    ]  # 7 of 16 are 43.75 percent
    sent(store, "2526", *learners)
    [row] = measure.compute(store, "qar", "2526").rows()
    assert (row["achievement_rate"], row["retention_rate"]) == (43.8, 100.0)
    [row] = measure.compute(store, "qar", "2526", programme="apprenticeships").rows()
    assert (row["leavers"], row["achievement_rate"], row["pass_rate"]) == (0, None, None)


def test_rates_by_what_is_known_of_learner_and_aim(store):
    sent(store, "2526", learner("A", app(**achieved(date(2026, 1, 1))), Sex="F"), learner("B", passed(), Sex="M"))
    rows = measure.compute(store, "qar", "2526", by=["provision", "sex"]).rows()
    assert [(r["by"], r["leavers"]) for r in rows] == [
        ({"provision": "apprenticeships", "sex": "F"}, 1), ({"provision": "education-and-training", "sex": "M"}, 1),
    ]  # fmt: skip
    names = [dimension.name for dimension in measure.get("qar").dimensions]
    for some in (names[:12], names[12:24], names[24:]):
        assert sum(r["leavers"] for r in measure.compute(store, "qar", "2526", by=some).rows()) == 2
