"""A year of one provider as it happens: four published returns with corrections between, told by the difference; and
a learner who goes to another provider and comes back under another ULN, told by the journey."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from openilr.store import Store
from openilr.store.journeys import numbers
from openilr.store.journeys import tell as tell_journeys
from openilr.store.telling import tell
from tests.store.making import aim, fam, learner, report, sent_file, tables

A, B = 10000001, 10000002
LEFT = {"CompStatus": 3, "Outcome": 3, "WithdrawReason": 2, "LearnActEndDate": date(2026, 1, 12)}
DONE = {"CompStatus": 2, "Outcome": 1, "LearnActEndDate": date(2026, 6, 30)}


def send(store: Store, return_name: str, *learners: dict, ukprn: int = A, refused: str | None = None) -> str:
    """Send a file in; ``refused`` has an error. Its name in the store."""
    found = report(("R_101", "error", refused)) if refused else report()
    taken = store.submit([tables(list(learners), ukprn=ukprn)], found, file=sent_file(store.path.parent),
                         return_name=return_name, submitted_by="data manager")  # fmt: skip
    assert taken.accepted
    return taken.submission


def frozen(store: Store, return_name: str) -> str:
    return store.freeze("2526", return_name, frozen_by="steward")


def test_a_year_of_returns_and_corrections(store):
    ann, ben, cara, dev = (learner(name, aim(LearnAimRef=f"6030000{n}", ProgType=None, StdCode=None))
                           for n, name in enumerate(("ann", "ben", "cara", "dev")))  # fmt: skip

    def now(who: dict, **values: object) -> dict:
        return {**who, "LearningDelivery": [{**who["LearningDelivery"][0], **values}, *who["LearningDelivery"][1:]]}

    send(store, "R04", ann, ben, cara, dev)
    send(store, "R04", learner("zoe", aim()), ukprn=B)
    states = [frozen(store, "R04")]

    # R06: ben has withdrawn, and eve, who began in September, is returned for the first time.
    late = learner("eve", aim(LearnStartDate=date(2025, 9, 15)), aim(2, LearnStartDate=date(2026, 1, 5)))
    send(store, "R06", ann, now(ben, **LEFT), cara, dev, late)
    states.append(frozen(store, "R06"))

    # R10: dev was nobody's learner and is dropped; cara's start was wrong; ann has an error and is put right.
    moved = now(cara, LearnStartDate=date(2025, 9, 8))
    more = {"LearningDeliveryFAM": [fam("SOF", "105")]}
    refused = send(store, "R10", now(ann, **more), now(ben, **LEFT), moved, late, refused="ann")
    mended = send(store, "R10", now(ann, **more), now(ben, **LEFT), moved, late)
    states.append(frozen(store, "R10"))

    # R14, and a correction after it was frozen: what was achieved was not.
    last = [now(ben, **LEFT), now(moved, **DONE), now(late, **DONE)]
    send(store, "R14", now(ann, **DONE, **more), *last)
    states.append(frozen(store, "R14"))
    send(store, "R14", now(ann, **{**DONE, "Outcome": 3}, **more), *last)
    states.append(frozen(store, "R14"))

    assert states == ["2526-R04-1", "2526-R06-1", "2526-R10-1", "2526-R14-1", "2526-R14-2"]
    story = [tell(store.diff(before, after, ukprn=A)) for before, after in pairwise(states)]
    assert story == [
        "From 2526-R04-1 to 2526-R06-1, provider 10000001:\n"
        "  5 learners, 4 before: 1 new, 0 no longer there, 0 changed.\n"
        "  6 aims, 4 before: 2 new (1 of them late: begun by 1 November 2025, which R04 describes), "
        "0 no longer there, 1 changed.\n"
        "    Completion status (CompStatus) changed for 1: 1 from 1 (Continuing or intending to continue) to "
        "3 (Withdrawn).\n"
        "    Learning actual end date (LearnActEndDate) changed for 1: 1 filled in.\n"
        "    Outcome changed for 1: 1 from blank to 3 (No achievement).\n"
        "    Withdrawal reason (WithdrawReason) changed for 1: 1 from blank to 2 (Transferred to another provider).\n",
        "From 2526-R06-1 to 2526-R10-1, provider 10000001:\n"
        "  4 learners, 5 before: 0 new, 1 no longer there, 0 changed.\n"
        "  5 aims, 6 before: 0 new, 1 no longer there, 1 changed.\n"
        "    Learning start date (LearnStartDate) changed for 1: 1 to a later day.\n"
        "  Learning delivery funding and monitoring (FAM): 1 new and 0 gone, of 1 learner who stayed.\n",
        "From 2526-R10-1 to 2526-R14-1, provider 10000001:\n"
        "  4 learners, 4 before: 0 new, 0 no longer there, 0 changed.\n"
        "  5 aims, 5 before: 0 new, 0 no longer there, 3 changed.\n"
        "    Completion status (CompStatus) changed for 3: 3 from 1 (Continuing or intending to continue) to "
        "2 (Completed the learning activities).\n"
        "    Learning actual end date (LearnActEndDate) changed for 3: 3 filled in.\n"
        "    Outcome changed for 3: 3 from blank to 1 (Achieved).\n",
        "From 2526-R14-1 to 2526-R14-2, provider 10000001:\n"
        "  4 learners, 4 before: 0 new, 0 no longer there, 0 changed.\n"
        "  5 aims, 5 before: 0 new, 0 no longer there, 1 changed.\n"
        "    Outcome changed for 1: 1 from 1 (Achieved) to 3 (No achievement).\n",
    ]
    between = store.diff(refused, mended, detail=True)
    assert store.with_references(between.rows).select("LearnRefNumber", "change").unique().rows() == [("ann", "added")]
    standing = store.standing("2526").select("return", "ukprn", "status", "versions", "learners", "aims").rows()
    assert standing == [
        ("R04", A, "returned", 1, 4, 4), ("R04", B, "returned", 1, 1, 1), ("R06", A, "returned", 1, 5, 6),
        ("R06", B, "due", 0, None, None), ("R10", A, "returned", 2, 4, 5), ("R10", B, "due", 0, None, None),
        ("R14", A, "returned", 2, 4, 5), ("R14", B, "due", 0, None, None),
    ]  # fmt: skip
    assert store.verify() == []

    # ben goes on with B in spring. A's next file has the ULN that he should have had all along, which B knows.
    send(store, "R14", now(ann, **DONE, **more), {**now(ben, **LEFT), "ULN": 4815162342}, *last[1:])
    started = {"LearnStartDate": date(2026, 2, 2), "CompStatus": 1}
    there = {**now(ben, **started), "LearnRefNumber": "Z9", "ULN": 4815162342}
    send(store, "R14", learner("zoe", aim(**DONE)), there, ukprn=B)
    episodes, counts = store.journeys()
    assert (counts["people"], counts["people_with_several_providers"], counts["transfers"]) == (5, 1, 1)
    ben_is = episodes.filter(learner_key=store.learner_key(B, "Z9"))["person"][0]
    his = episodes.filter(person=ben_is)
    assert tell_journeys(his, numbers(store, his["learner_key"].unique().to_list())) == (
        "One person, returned under 2 ULNs: it changed, or came late.\n"
        "Journey 1\n"
        "  2025-09-01 at 10000001: began 60300001, ended 2026-01-12 (Withdrawn; No achievement). Returned in 2526.\n"
        "  2026-02-02 at 10000002: moved here to 60300001 (Continuing or intending to continue). Returned in 2526.\n"
    )
