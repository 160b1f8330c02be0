"""Qualification achievement rates over the returns of several years, clause by clause and day by day."""

from __future__ import annotations

import re
from datetime import date, timedelta

from openilr import measure
from openilr.store import Store
from tests.measure.test_measures import course
from tests.store.making import aim, fam, learner, report, sent_file, tables

YEARS = {"1819": 2018, "2021": 2020, "2425": 2024, "2526": 2025, "2627": 2026}


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


def app(number=1, start=date(2024, 9, 5), planned=date(2025, 9, 5), end=None, **values):
    """An apprenticeship on a standard; ended means withdrawn unless more is said."""
    status = {"CompStatus": 3, "Outcome": 3, "LearnActEndDate": end, "WithdrawReason": 3} if end else {}
    return aim(number, LearnStartDate=start, LearnPlanEndDate=planned, **{**status, **values})


def achieved(end, on=None, **values):
    return {"end": end, "CompStatus": 2, "Outcome": 1, "AchDate": on or end, "WithdrawReason": None, **values}


def test_an_achiever_and_a_leaver(store):
    sent(store, "2526", learner("A", app(**achieved(date(2025, 9, 1)))), learner("B", app(end=date(2026, 1, 1))))
    assert rates(store, "2526") == (2, 1, 1)
    [row] = measure.compute(store, "qar", "2526", by=["ukprn"]).rows()
    assert row == {
        "measure": "qar", "year": "2526", "by": {"ukprn": "99999999"}, "leavers": 2, "completers": 1, "achievers": 1,
        "retention_rate": 50.0, "pass_rate": 100.0, "achievement_rate": 50.0,
    }  # fmt: skip
    assert why(store, "2526") == {("A", 1): "counted", ("B", 1): "counted"}


# The hybrid end year


def test_the_hybrid_end_year(store):
    year = {
        # planned 6 September 2021, achieved 29 June 2021 is the worked case of the rules; here five years later
        "early": (app(start=date(2024, 8, 1), planned=date(2026, 9, 6), **achieved(date(2026, 6, 29))), "2026-27"),
        "last day": (app(planned=date(2026, 7, 31), end=date(2026, 7, 31)), "2025-26"),
        "planned a day later": (app(planned=date(2026, 8, 1), end=date(2026, 7, 31)), "2026-27"),
        "left late": (app(planned=date(2025, 7, 31), end=date(2025, 8, 1)), "2025-26"),
        "achieved late": (app(planned=date(2025, 7, 31), **achieved(date(2025, 7, 1), date(2025, 8, 1))), "2025-26"),
        "assessed in time": (app(planned=date(2026, 7, 1), **achieved(date(2026, 7, 1), date(2026, 7, 31))), "2025-26"),
        "assessed late": (app(planned=date(2026, 7, 1), **achieved(date(2026, 7, 1), date(2026, 8, 1))), "2026-27"),
        "other funding": (
            app(planned=date(2025, 7, 31), FundModel=81, **achieved(date(2025, 9, 1), date(2026, 8, 1))), "2025-26",
        ),
        "goes on": (app(planned=date(2026, 7, 1)), None),
    }  # fmt: skip
    sent(store, "2526", *(learner(ref, made) for ref, (made, _) in year.items()))
    found = {}
    for row in measure.trail(store, "qar", "2526"):
        in_words = re.search(r"counts in (\d{4}-\d\d)", row["reason"])
        found[row["learn_ref_number"]] = in_words[1] if in_words else None
    assert found == {ref: expected for ref, (_, expected) in year.items()}
    assert rates(store, "2526") == (5, 3, 3)


def test_an_early_finisher_counts_in_the_planned_year(store):
    early = app(start=date(2024, 8, 1), planned=date(2026, 9, 6), **achieved(date(2026, 6, 29)))
    sent(store, "2526", learner("A", early))
    sent(store, "2627", learner("B", app(start=date(2026, 9, 1), planned=date(2028, 9, 1))))
    assert rates(store, "2526") == (0, 0, 0)
    assert rates(store, "2627") == (1, 1, 1), "it is in no return of 2026-27, and counts there"
    assert why(store, "2526") == {("A", 1): "other_year"}
    [row] = measure.trail(store, "qar", "2526")
    assert "counts in 2026-27" in row["reason"]


def test_an_end_that_is_reported_a_year_late_counts_where_it_is_first_reported(store):
    sent(store, "2526", learner("A", app(planned=date(2026, 6, 1))))
    late = learner("A", app(planned=date(2026, 6, 1), end=date(2026, 7, 1)))
    sent(store, "2627", late, return_name="R05")
    assert (rates(store, "2526"), rates(store, "2627")) == ((0, 0, 0), (1, 0, 0))


def test_r04_of_the_next_year_catches_an_end_that_the_final_return_missed(store):
    sent(store, "2526", learner("A", app(planned=date(2026, 6, 1))), learner("B", app(planned=date(2026, 6, 1))))
    a = learner("A", app(planned=date(2026, 6, 1), end=date(2026, 7, 1)))
    b = learner("B", app(planned=date(2026, 6, 1), end=date(2026, 8, 1)))
    new = learner("C", app(planned=date(2026, 6, 1), end=date(2026, 7, 1)))
    sent(store, "2627", a, b, new, return_name="R04")
    assert rates(store, "2526") == (1, 0, 0), "A ended within the year; B after it; C was never returned in it"
    assert rates(store, "2627") == (2, 0, 0)
    sent(store, "2627", a, b, new, return_name="R14")
    assert rates(store, "2627") == (2, 0, 0), "an aim counts once, whatever was sent after"
    assert rates(store, "2526", late_returns="none") == (0, 0, 0)
    assert rates(store, "2627", late_returns="none") == (3, 0, 0)


# Cross-year matching


def test_one_aim_over_the_years_counts_once_and_its_latest_return_wins(store):
    sent(store, "2425", learner("A", app()))
    sent(store, "2526", learner("A", app(3, **achieved(date(2025, 9, 1)))))
    sent(store, "2627", learner("A", app(3, **achieved(date(2025, 9, 1)))))
    assert [rates(store, year) for year in ("2425", "2526", "2627")] == [(0, 0, 0), (1, 1, 1), (0, 0, 0)]


def test_another_programme_or_start_is_another_aim(store):
    short = app(planned=date(2025, 7, 1))
    done = app(**achieved(date(2025, 9, 1)))
    sent(store, "2425", learner("A", short), learner("B", short))
    sent(
        store,
        "2526",
        learner("A", {**done, "StdCode": 106}),
        learner("B", {**done, "LearnStartDate": date(2024, 9, 6)}),
    )
    assert rates(store, "2526") == (4, 2, 2), "the first of each is overdue, the second achieved"


def test_a_learner_without_a_uln_is_known_by_the_providers_reference(store):
    sent(store, "2425", learner("A", app(), ULN=9999999999))
    sent(store, "2526", learner("A", app(**achieved(date(2025, 9, 1))), ULN=1234567890))
    assert (rates(store, "2425"), rates(store, "2526")) == ((0, 0, 0), (1, 1, 1))
    assert why(store, "2526") == {("A", 1): "counted"}


def test_like_aims_of_one_learner_are_told_apart_by_their_dates(store):
    def english(number, planned, **values):
        return course(number=number, LearnStartDate=date(2024, 9, 1), LearnPlanEndDate=planned, **values)

    one, two = date(2025, 10, 1), date(2025, 12, 1)
    sent(store, "2425", learner("A", english(1, one), english(2, two)))
    passed = {"CompStatus": 2, "Outcome": 1}
    sent(store, "2526", learner(
        "A", english(5, two, LearnActEndDate=date(2025, 11, 1), **passed),
        english(6, one, LearnActEndDate=date(2025, 10, 1), CompStatus=3, Outcome=3),
    ))  # fmt: skip
    assert rates(store, "2526") == (2, 1, 1)
    assert len(list(measure.trail(store, "qar", "2526"))) == 2


# Aims that are never heard of again, and breaks


def test_an_overdue_continuing_aim_is_a_withdrawal_where_it_is_missing(store):
    overdue = learner("A", app(planned=date(2025, 7, 1)))
    sent(store, "2425", overdue)
    assert rates(store, "2425") == (0, 0, 0)
    sent(store, "2526", learner("B", app()))
    assert (rates(store, "2425"), rates(store, "2526")) == ((0, 0, 0), (1, 0, 0))
    assert rates(store, "2526", overdue_year="last-returned") == (0, 0, 0)
    sent(store, "2526", learner("B", app()), overdue)
    assert rates(store, "2526") == (0, 0, 0), "it is still returned, so it goes on"


def test_an_aim_that_vanishes_before_its_planned_end_is_left_out_unless_asked_for(store):
    sent(store, "2425", learner("A", app(planned=date(2025, 9, 5))))
    sent(store, "2526", learner("B", app()))
    assert rates(store, "2526") == (0, 0, 0)
    assert rates(store, "2526", vanished="withdrawn") == (1, 0, 0)


def test_nothing_is_overdue_at_a_provider_that_has_not_returned_yet(store):
    sent(store, "2425", learner("A", app(planned=date(2025, 7, 1))))
    sent(store, "2526", learner("B", app()), ukprn=10000002)
    assert rates(store, "2526") == (0, 0, 0)


BREAK = {"CompStatus": 6, "Outcome": 3, "WithdrawReason": None}


def restart(start=date(2026, 3, 1), **values):
    return app(2, start=start, planned=date(2026, 12, 1), LearningDeliveryFAM=[fam("RES", "1")], **values)


def test_a_planned_break_is_excluded_in_the_year_it_begins(store):
    sent(store, "2526", learner("A", app(end=date(2026, 1, 10), **BREAK)))
    assert rates(store, "2526") == (0, 0, 0)
    assert why(store, "2526") == {("A", 1): "planned_break"}


def test_a_restart_lets_a_break_be_a_break(store):
    broken = app(end=date(2026, 1, 10), **BREAK)
    sent(store, "2526", learner("A", broken, restart()), learner("B", broken, restart(StdCode=106)))
    sent(store, "2627", learner("A", restart(**achieved(date(2026, 11, 1)))), learner("B", restart(StdCode=106)))
    assert rates(store, "2627") == (2, 1, 1), "A's restart achieved; B restarted another standard, so B's break failed"
    assert why(store, "2526")["A", 1] == "planned_break"


def test_a_break_without_restart_becomes_a_withdrawal_in_the_following_year(store):
    broken = app(end=date(2025, 1, 10), **BREAK)
    sent(store, "2425", *(learner(ref, broken) for ref in "ABC"))
    sent(store, "2526", learner("B", broken), learner("C", restart(date(2025, 9, 1))))
    assert rates(store, "2425") == (0, 0, 0)
    assert rates(store, "2526") == (1, 0, 0), "A is gone; B's break is still returned; C came back"
    assert rates(store, "2526", breaks="two-years") == (0, 0, 0)


def test_before_2024_25_a_break_had_two_years(store):
    sent(
        store,
        "1819",
        learner("A", app(start=date(2017, 9, 5), planned=date(2018, 9, 5), end=date(2018, 9, 1), **BREAK)),
    )
    sent(store, "2021", learner("B", app(start=date(2020, 9, 1), planned=date(2022, 1, 1))))
    assert rates(store, "2021") == (1, 0, 0)
    assert rates(store, "2021", breaks="following-year") == (0, 0, 0), "then it counted a year earlier"


# Exclusions


def test_the_qualifying_period(store):
    restarted = {"LearningDeliveryFAM": [fam("RES", "1")]}
    done = {"CompStatus": 2, "Outcome": 1, "AchDate": date(2025, 10, 6)}
    cases = [
        (300, 31, {}, 0), (300, 41, {}, 0), (300, 42, {}, 1), (168, 41, {}, 0), (168, 42, {}, 1), (167, 41, {}, 1),
        (167, 13, {}, 0), (167, 14, {}, 1), (14, 13, {}, 0), (14, 14, {}, 1), (13, 0, {}, 1),
        (300, 31, restarted, 1), (300, 31, done, 1), (300, 31, {"CompStatus": 2}, 1),
    ]  # fmt: skip
    start = date(2025, 9, 5)

    def case(planned, lasted, values):
        return app(start=start, planned=start + timedelta(planned), end=start + timedelta(lasted), **values)

    sent(store, "2526", *(learner(f"A{n}", case(*about)) for n, (*about, _) in enumerate(cases)))
    found = why(store, "2526")
    assert {n: found[f"A{n}", 1] for n in range(len(cases))} == {
        n: "counted" if counts else "within_qualifying_period" for n, (*_, counts) in enumerate(cases)
    }


def test_the_worked_case_of_the_qualifying_period(store):
    planned = {"start": date(2024, 9, 5), "planned": date(2025, 9, 5)}
    sent(
        store,
        "2425",
        learner("A", app(end=date(2024, 10, 6), **planned)),
        learner("B", app(end=date(2024, 10, 17), **planned)),
    )
    sent(store, "2526", learner("Z", app(start=date(2025, 9, 1), planned=date(2027, 9, 1))))
    assert rates(store, "2526") == (1, 0, 0), "A left after 31 days and is in no rate; B is a leaver of 2025-26"


def test_a_transfer_with_the_provider_needs_a_new_aim_within_120_days(store):
    end = date(2025, 10, 20)

    def moved(ref, gap):
        new = app(2, start=end + timedelta(days=gap), planned=date(2026, 12, 31), StdCode=106)
        return learner(ref, app(planned=date(2026, 7, 1), end=end, WithdrawReason=40), new)

    sent(store, "2526", moved("A", 0), moved("B", 120), moved("C", 121), moved("D", -1))
    found = why(store, "2526")
    assert [found[ref, 1] for ref in "ABCD"] == ["transfer_same_provider"] * 2 + ["counted"] * 2


def test_a_transfer_to_nothing_or_to_another_provider_is_a_withdrawal(store):
    end = date(2025, 10, 20)
    sent(store, "2526", learner("A", app(end=end, WithdrawReason=40), ULN=1234567890))
    elsewhere = app(start=end, planned=date(2027, 7, 31))
    sent(store, "2526", learner("X", elsewhere, ULN=1234567890), ukprn=10000002)
    assert rates(store, "2526") == (1, 0, 0)


def test_reasons_for_withdrawal(store):
    clauses = {7: "transfer_by_intervention", 41: "transfer_by_intervention", 47: "provider_merger", 28: "custody"}
    clauses |= dict.fromkeys((2, 3, 29, 40, 97, 98), "counted")
    sent(store, "2526", *(learner(f"A{n}", app(end=date(2026, 1, 1), WithdrawReason=n)) for n in clauses))
    assert why(store, "2526") == {(f"A{n}", 1): clause for n, clause in clauses.items()}
    assert rates(store, "2526")[0] == 6


def test_what_a_definition_leaves_open_can_be_set(store):
    sent(store, "2526", learner("A", app(end=date(2026, 1, 1), WithdrawReason=41)),
         learner("B", app(end=date(2026, 1, 1), WithdrawReason=28)))  # fmt: skip
    assert rates(store, "2526") == (0, 0, 0)
    assert rates(store, "2526", strategy_transfers="counted") == (1, 0, 0)
    assert rates(store, "2526", custody_moves="counted") == (1, 0, 0)


def test_awaiting_the_assessment_is_no_outcome_yet(store):
    waiting = app(planned=date(2026, 3, 1), end=date(2026, 3, 1), CompStatus=1, Outcome=8, WithdrawReason=None)
    sent(store, "2526", learner("A", waiting))
    assert rates(store, "2526") == (0, 0, 0)
    assert why(store, "2526") == {("A", 1): "awaiting_assessment"}
    done = app(planned=date(2026, 3, 1), **achieved(date(2026, 3, 1), date(2026, 9, 20)))
    sent(store, "2627", learner("A", done))
    assert (rates(store, "2526"), rates(store, "2627")) == ((0, 0, 0), (1, 1, 1))


def test_an_unemployed_learner_who_left_for_a_job(store):
    def left(ref, emp_stat, on, **values):
        status = [{"EmpStat": emp_stat, "DateEmpStatApp": on}]
        gone = course(LearnStartDate=date(2020, 9, 1), LearnPlanEndDate=date(2021, 6, 1), FundModel=35,
                      LearnActEndDate=date(2021, 1, 1), CompStatus=3, Outcome=3, **values)  # fmt: skip
        return learner(ref, gone, LearnerEmploymentStatus=status)

    sent(
        store, "2021", left("A", 11, date(2020, 9, 1), EmpOutcome=1), left("B", 10, date(2020, 9, 1), EmpOutcome=1),
        left("C", 11, date(2020, 9, 1)), left("D", 12, date(2020, 9, 2), EmpOutcome=2),
    )  # fmt: skip
    assert why(store, "2021") == {
        ("A", 1): "left_for_job", ("B", 1): "counted", ("C", 1): "counted", ("D", 1): "counted",
    }  # fmt: skip


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


def test_what_has_a_rate(store):
    cases = [
        ({}, "counted"),
        ({"FundModel": 25, "AimType": 5}, "counted"),
        ({"FundModel": 81}, "counted"),
        ({"FundModel": 99}, "not_funded_provision"),
        ({"FundModel": 99, "LearningDeliveryFAM": [fam("ADL", "1")]}, "counted"),
        ({"FundModel": 37, "ProgType": 32}, "not_funded_provision"),
        ({"FundModel": 11}, "tailored_learning"),
        ({"FundModel": 70}, "european_social_fund"),
        ({"LearnAimRef": "ZWRKX001", "FundModel": 25}, "no_qualification"),
        ({"AimType": 1, "ProgType": 31, "FundModel": 25}, "programme_of_education"),
        ({"AimType": 3, "ProgType": 25, "FundModel": 36}, "component_of_apprenticeship"),
        ({"LearningDeliveryHE": [{"MODESTUD": 1}]}, "higher_education"),
        ({"Outcome": 2}, "counted"),
    ]
    sent(store, "2526", *(learner(f"A{n:02}", passed(**values)) for n, (values, _) in enumerate(cases)))
    assert list(why(store, "2526").values()) == [clause for _, clause in cases]
    assert rates(store, "2526") == (5, 5, 4)


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


def test_there_are_no_timely_rates_of_standards(store):
    sent(store, "2526", learner("A", app(**achieved(date(2025, 9, 1)))))
    assert rates(store, "2526", basis="timely") == (0, 0, 0)


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
