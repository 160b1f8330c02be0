"""One learner over returns, years and providers."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from openilr.store import Store, StoreError
from openilr.store.journeys import tell
from tests.store.making import aim, fam, learner, tables

A, B = 10000001, 10000002
NONE = 9999999999


def ingest(store: Store, year: str, *learners: dict, ukprn: int = A, return_name: str = "R14") -> None:
    taken = store.ingest([tables(list(learners), ukprn=ukprn, year=year)], return_name=return_name, submitted_by="x")
    assert taken.accepted


def one(store: Store) -> pl.DataFrame:
    rows, _ = store.journeys()
    assert rows["person"].n_unique() == 1
    return rows.sort("LearnStartDate", "last_year")


def test_an_aim_that_goes_on_over_years_is_one_episode(store):
    start = date(2024, 9, 2)
    ingest(store, "2425", learner("L1", aim(LearnStartDate=start)), return_name="R04")
    ingest(store, "2425", learner("L1", aim(LearnStartDate=start)))
    ingest(store, "2526", learner("L1", aim(LearnStartDate=start)))
    ended = aim(LearnStartDate=start, CompStatus=2, Outcome=1, LearnActEndDate=date(2026, 9, 1))
    ingest(store, "2627", learner("L1", ended))
    [row] = one(store).to_dicts()
    assert (row["first_year"], row["last_year"], row["years"], row["lost"]) == ("2425", "2627", 3, False)
    assert (row["CompStatus"], row["Outcome"], row["LearnActEndDate"]) == (2, 1, date(2026, 9, 1))


def test_an_aim_that_is_not_returned_again_is_lost_only_if_the_provider_returned(store):
    ingest(store, "2526", learner("L1", aim()))
    assert one(store)["lost"].to_list() == [False]
    ingest(store, "2627", learner("L2", aim(LearnStartDate=date(2026, 9, 1)), ULN=learner("L1")["ULN"]))
    assert one(store)["lost"].to_list() == [True, False]


def test_a_restart_follows_what_was_broken_off(store):
    broken = aim(CompStatus=6, LearnActEndDate=date(2026, 1, 5))
    ingest(store, "2526", learner("L1", broken))
    again = aim(LearnStartDate=date(2026, 9, 7), OrigLearnStartDate=date(2025, 9, 1),
                LearningDeliveryFAM=[fam("RES", "1")])  # fmt: skip
    ingest(store, "2627", learner("L1", {**broken, "AimSeqNumber": 1}, {**again, "AimSeqNumber": 2}))
    first, second = one(store).to_dicts()
    assert (first["how"], second["how"], second["step"]) == ("first", "restart", 2)
    assert first["journey"] == second["journey"]


def test_two_providers_and_a_changed_uln_are_one_story(store):
    # At A without a ULN, then with one; A's learner leaves for B, who knows the ULN as well.
    ingest(store, "2425", learner("L1", aim(LearnStartDate=date(2024, 9, 2)), ULN=NONE))
    left = aim(
        LearnStartDate=date(2024, 9, 2), CompStatus=3, Outcome=3, WithdrawReason=2, LearnActEndDate=date(2025, 10, 3)
    )
    ingest(store, "2526", learner("L1", left, ULN=4815162342))
    taken_on = aim(LearnStartDate=date(2025, 11, 3), CompStatus=1)
    ingest(store, "2526", learner("Z9", taken_on, ULN=4815162342), ukprn=B)
    rows = one(store)
    assert rows.select("ukprn", "how", "step", "years").rows() == [(A, "first", 1, 2), (B, "transfer_elsewhere", 2, 1)]
    _, counts = store.journeys()
    assert (counts["ulns_joined"], counts["people_with_several_providers"], counts["transfers"]) == (1, 1, 1)
    assert tell(rows) == (
        "Journey 1\n"
        "  2024-09-02 at 10000001: began standard 105, ended 2025-10-03 (Withdrawn; No achievement). "
        "Returned in 2425 to 2526.\n"
        "  2025-11-03 at 10000002: moved here to standard 105 (Continuing or intending to continue). "
        "Returned in 2526.\n"
    )


@pytest.mark.parametrize(
    ("reason", "days", "ukprn", "how"),
    [(2, 90, B, "transfer_elsewhere"), (2, 91, B, "first"), (40, 1, A, "transfer_within"), (40, 1, B, "first"),
     (2, 1, A, "first"), (98, 1, B, "first"), (47, 0, B, "transfer_elsewhere")],
)  # fmt: skip
def test_what_counts_as_a_transfer(store, reason, days, ukprn, how):
    end = date(2025, 12, 1)
    left = aim(1, CompStatus=3, Outcome=3, WithdrawReason=reason, LearnActEndDate=end)
    new = aim(2, LearnStartDate=date.fromordinal(end.toordinal() + days), StdCode=7)
    if ukprn == A:
        ingest(store, "2526", learner("L1", left, new))
    else:
        ingest(store, "2526", learner("L1", left))
        ingest(store, "2526", learner("L1", new), ukprn=B)
    assert one(store)["how"].to_list() == ["first", how]


def test_a_chain_of_three_counts_its_steps(store):
    aims = [
        aim(n, LearnStartDate=date(2025, 9 + n, 1), CompStatus=3, WithdrawReason=40, StdCode=100 + n,
            LearnActEndDate=date(2025, 9 + n, 28))
        for n in range(4)
    ]  # fmt: skip
    ingest(store, "2526", learner("L1", *aims))
    rows = one(store)
    assert rows["step"].to_list() == [1, 2, 3, 4] and rows["journey"].n_unique() == 1


def test_a_reference_that_went_to_somebody_else_is_not_joined(store):
    ingest(store, "2425", learner("L1", aim(), ULN=1000000001, Sex="F"))
    ingest(store, "2526", learner("L1", aim(), ULN=1000000002, Sex="M"))
    ingest(store, "2425", learner("L2", aim(), ULN=1000000003, DateOfBirth=date(2000, 1, 1)))
    ingest(store, "2526", learner("L2", aim(), ULN=1000000004, DateOfBirth=date(1970, 1, 1)))
    rows, counts = store.journeys()
    assert counts["references_used_again"] >= 1 and counts["ulns_joined"] == 0
    assert rows["person"].n_unique() == counts["people"]


def test_who_says_where_they_were_before_is_the_same_person(store, monkeypatch, tmp_path):
    ingest(store, "2425", learner("L1", aim(LearnStartDate=date(2024, 9, 2)), ULN=NONE))
    moved = {"PrevUKPRN": A, "PrevLearnRefNumber": "L1"}
    ingest(store, "2526", learner("Z9", aim(), ULN=NONE, **moved), learner("Z8", aim(), ULN=NONE, Sex="M", **moved),
           ukprn=B)  # fmt: skip
    rows, counts = store.journeys()
    assert (counts["people"], counts["ulns_joined"], counts["references_used_again"]) == (2, 1, 1)
    people = rows.group_by("person").agg(n=pl.col("ukprn").n_unique()).sort("n")
    assert people["n"].to_list() == [1, 2]
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "nowhere"))
    assert Store(store.path).journeys()[1]["people"] == 3, "without the vault's key nobody knows"


def test_two_aims_of_one_day_stay_two(store):
    ingest(store, "2526", learner("L1", aim(1), aim(2)))
    assert one(store).height == 2


def test_linking_may_say_who_is_one_person(store):
    ingest(store, "2526", learner("L1", aim(), ULN=NONE))
    ingest(store, "2526", learner("X1", aim(), ULN=NONE), ukprn=B)
    rows, counts = store.journeys()
    assert counts["people"] == 2
    spine = rows.select("learner_key").with_columns(person_id=pl.lit("P1"))
    assert store.journeys(spine=spine)[1]["people"] == 1


def test_years_with_other_fields_stand_together(store):
    old = {"LearnStartDate": date(2018, 9, 3), "FworkCode": 403, "PwayCode": 1, "ProgType": 3, "StdCode": None}
    ingest(store, "1819", learner("L1", aim(**old)))
    ingest(store, "2526", learner("L1", aim()))
    assert one(store)["first_year"].to_list() == ["1819", "2526"]


def test_rows_may_go_to_a_file(store, tmp_path):
    ingest(store, "2526", learner("L1", aim()))
    rows, counts = store.journeys(tmp_path / "j.parquet")
    assert rows.is_empty() and pl.read_parquet(tmp_path / "j.parquet").height == counts["episodes"] == 1
    assert [p.name for p in tmp_path.glob("j.*")] == ["j.parquet"]


def test_in_parts_the_answer_is_that_of_the_whole(store, monkeypatch):
    ended = {"CompStatus": 3, "LearnActEndDate": date(2026, 1, 5), "WithdrawReason": 40}
    for number in range(6):
        moved = aim(2, LearnStartDate=date(2026, 1, 12), LearnAimRef="603")
        ingest(store, "2526", learner(f"L{number}", aim(**ended), moved), ukprn=A + number)
    told = ["person", "step", "how", "LearnAimRef", "LearnStartDate", "first_year"]
    whole, counts = store.journeys()
    monkeypatch.setattr("openilr.store.journeys.AT_ONCE", 3)
    parts, same = store.journeys()
    assert same == counts and counts["transfers"] == 6
    assert parts.select(told).sort(told).equals(whole.select(told).sort(told))
    assert parts["journey"].n_unique() == counts["journeys"], "a journey's number is its own in all parts"


def test_an_empty_store(store):
    with pytest.raises(StoreError, match="no accepted return"):
        store.journeys()
