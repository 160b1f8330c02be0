"""Who has returned, late or not, and who is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from openilr.store import Store
from openilr.store.catalogue import Submission
from openilr.store.timetable import closing_days, standing, told
from tests.store.making import aim, learner, report, sent_file, tables

CLOSES = {"R01": date(2026, 9, 4), "R04": date(2026, 12, 4)}


def sent(ukprn: int, return_name: str, at: str, *, year: str = "2627", status: str = "accepted", version: int = 1):
    counts = {"learners_accepted": 5, "aims_accepted": 9}
    return Submission(f"{year}-{return_name}-{ukprn}-{version:03d}", year, return_name, ukprn, version, status, "f", "",
                      0, "x", f"{at}+00:00", None, counts, None)  # fmt: skip


def statuses(submissions, return_name, now="2027-01-01T00:00:00+00:00", days=CLOSES):
    found = standing(submissions, "2627", return_name, days, datetime.fromisoformat(now))
    return dict(found.select("ukprn", "status").iter_rows())


def test_six_in_the_evening_by_the_clock_in_london():
    on_the_day = [sent(1, "R01", "2026-09-04T17:00:00"), sent(2, "R01", "2026-09-04T17:00:01"),
                  sent(3, "R04", "2026-12-04T18:00:00"), sent(4, "R04", "2026-12-04T18:00:01")]  # fmt: skip
    assert statuses(on_the_day[:2], "R01") == {1: "on time", 2: "late"}, "September is British Summer Time"
    assert statuses(on_the_day[2:], "R04") == {3: "on time", 4: "late"}


def test_the_first_accepted_file_says_when_and_the_last_what():
    files = [sent(1, "R01", "2026-09-01T09:00:00", status="refused"), sent(1, "R01", "2026-09-04T09:00:00", version=2),
             sent(1, "R01", "2026-09-20T09:00:00", version=3)]  # fmt: skip
    [row] = standing(files, "2627", "R01", CLOSES, datetime(2027, 1, 1, tzinfo=UTC)).to_dicts()
    assert (row["status"], row["versions"], row["submission"]) == ("on time", 3, "2627-R01-1-003")
    assert row["first_accepted"] == datetime(2026, 9, 4, 9, tzinfo=UTC)


def test_who_returned_before_is_expected_again():
    files = [
        sent(1, "R01", "2026-09-01T09:00:00"), sent(2, "R14", "2026-10-01T09:00:00", year="2526"),
        sent(3, "R10", "2026-06-01T09:00:00", year="2526"), sent(4, "R04", "2026-12-01T09:00:00", status="refused"),
    ]  # fmt: skip
    assert statuses(files, "R04") == {1: "missing", 2: "missing", 4: "refused"}
    assert statuses(files, "R04", now="2026-12-04T17:59:00+00:00") == {1: "due", 2: "due", 4: "refused"}
    assert statuses(files, "R04", days={}) == {1: "due", 2: "due", 4: "refused"}


def test_without_a_closing_day_nobody_is_late():
    assert statuses([sent(1, "R01", "2026-09-30T09:00:00")], "R01", days={}) == {1: "returned"}
    assert closing_days("2526")["R04"] is None


def test_in_words():
    files = [sent(1, "R01", "2026-09-01T09:00:00"), sent(2, "R01", "2026-09-05T09:00:00"),
             sent(3, "R14", "2026-10-01T09:00:00", year="2526")]  # fmt: skip
    found = standing(files, "2627", None, CLOSES, datetime(2027, 1, 1, tzinfo=UTC))
    assert told(found) == ("R01 (closes 2026-09-04): 2 of 3 providers have returned, 1 of them late; missing: 3.\n")


def test_a_timetable_of_the_users_own(store: Store, tmp_path):
    (tmp_path / "CollectionTimetable.csv").write_text("year,return,closes\n2526,R04,2025-12-04\n")
    store.submit([tables([learner("L1", aim())])], report(), file=sent_file(tmp_path), return_name="R04",
                 submitted_by="x")  # fmt: skip
    assert store.standing("2526")["status"].to_list() == ["returned"]
    store.add_reference(tmp_path / "CollectionTimetable.csv")
    assert store.standing("2526")["status"].to_list() == ["late"]
    later = store.standing("2526", "R06", now=datetime(2026, 1, 1, tzinfo=UTC))
    assert later["status"].to_list() == ["due"]


@pytest.mark.parametrize("year", ["2627", "2021"])
def test_published_closing_days_are_used(year):
    assert all(closing_days(year).values())
