"""Releases attacked together; and some that were spoilt, so that the attack must find something."""

from __future__ import annotations

import json
import shutil

import pytest

from openilr.publish.attack import attack_releases
from openilr.publish.release import DataSet
from openilr.publish.release.build import build
from openilr.publish.verify import Refused
from tests.publish.making import META, PLACES, change, place, read, write
from tests.publish.sector import SMALL, files_of, given, send


def test_a_rounded_release_tells_no_count(rounded):
    found = attack_releases([rounded.folder])
    assert found.counts > 50 and found.programs > 0
    assert (found.exposed, found.told) == ([], [])


def test_numbers_rounded_for_themselves_tell_more(rounded, tmp_path):
    # Had one count been rounded to another side, the sums would narrow its neighbours down.
    spoilt = shutil.copytree(rounded.folder, tmp_path / "release")
    data, _ = files_of(rounded, "starts_all")
    rows = read(data)
    [n] = [n for n, r in enumerate(rows) if {r["apprenticeship_level"], r["age_group"], r["sex"]} == {"Total"}]
    change(spoilt / "data" / data.name, n, "start_count", str(int(rows[n]["start_count"]) + 60))
    with pytest.raises(Refused, match="contradict each other"):
        attack_releases([spoilt])


def test_signs_of_what_rounds_to_zero_narrow_each_other(tmp_path):
    """Six items are low, so 1 each at least, and their total is low, so 9 at most: none is more than 4."""
    words = {True: "low", False: "0"}
    for signed, text in words.items():
        release = tmp_path / text
        (release / "data").mkdir(parents=True)
        about = {"name": "t", "overlapping": []}
        facts = {"snapshots": ["s"], "base": 10, "low": signed, "data_sets": [about]}
        (release / "release.json").write_text(json.dumps(facts), "utf-8")
        items = ["Total", *"abcdef"]
        write(
            release / "data" / "t.csv",
            [[*PLACES, "level", "n"], *(["202425", "Academic year", *place(), i, text] for i in items)],
        )
        head = META.split(",")
        write(release / "data" / "t.meta.csv", [head, ["level", "Filter", "L"], ["n", "Indicator", "N"]])
        found = attack_releases([release])
        assert {(e.row, e.least, e.most) for e in found.exposed} == (
            {(0, 6, 9), *((n, 1, 4) for n in range(1, 7))} if signed else set()
        )


@pytest.fixture
def hidden(unpublished):
    return build(unpublished, "2526", "R14", SMALL, "suppression", threshold=10, by="tests")


def test_a_release_with_hidden_counts_tells_no_small_one(hidden, tmp_path):
    found = attack_releases([hidden.folder])
    assert found.counts > 10 and found.exposed == [], found.exposed
    # Shown again, the counts that were hidden for the others' sake give them away.
    spoilt = shutil.copytree(hidden.folder, tmp_path / "release")
    data = spoilt / "data" / "starts_all.csv"
    proof = read(hidden.folder / "data" / "certificates" / "starts_all.csv")
    large = {int(r["row"]) - 1: r["count"] for r in proof if r["table"] == "0" and int(r["count"]) >= 10}
    assert large
    for row, count in large.items():
        change(data, row, "start_count", count)
    found = attack_releases([spoilt])
    assert found.exposed and {e.file for e in found.exposed} <= {"starts_all.csv", "starts_provider.csv"}


def test_versions_and_answers_to_requests_are_attacked_together(hidden, unpublished):
    send(unpublished, 10000001, given(10000001, 93, 1)[:90])
    snapshot = unpublished.freeze("2526", "R14", frozen_by="tests")
    second = build(unpublished, "2526", "R14", SMALL, "suppression", hold_back=True, by="tests")
    asked = DataSet("asked", "Starts", "As somebody asked for it.", ("starts",), ("sex", "lldd"))
    answer = build(unpublished, "2526", "R14", (asked,), "suppression", hold_back=True, by="tests")
    assert second.snapshots == answer.snapshots == (snapshot,)
    for people in (None, 3):
        found = attack_releases([hidden.folder, second.folder, answer.folder], people=people)
        assert found.counts > 20 and found.exposed == [], found.exposed
    # A second version that hides other partners than the first: one who knows that few changed subtracts.
    data, _ = files_of(second, "starts_all")
    old = read(files_of(hidden, "starts_all")[0])
    new = read(data)
    assert [r["start_count"] for r in old] != [r["start_count"] for r in new]


def test_what_does_not_follow_from_shown_counts_is_said(rounded, tmp_path):
    spoilt = shutil.copytree(rounded.folder, tmp_path / "release")
    data, meta = (spoilt / "data" / f"learners_all{end}" for end in (".csv", ".meta.csv"))
    header, *lines = data.read_text("utf-8").splitlines()
    data.write_text("\n".join([f"{header},share", *(f"{line},12.3" for line in lines)]) + "\n", "utf-8")
    meta.write_text(meta.read_text("utf-8") + "share,Indicator,Share,,%,1,,\n", "utf-8")
    assert attack_releases([spoilt]).told == ["learners_all.csv: share does not follow from the shown counts"]


def test_a_folder_that_is_no_release_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"it has no release\.json"):
        attack_releases([tmp_path])
