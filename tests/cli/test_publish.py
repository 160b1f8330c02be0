"""``ilr publish``: exit codes and sentences."""

from __future__ import annotations

import json

import pytest

from tests.cli.test_contract import sentence
from tests.publish.making import change, read, write_pair


@pytest.fixture
def pair(tmp_path):
    return write_pair(tmp_path / "raw", regions=2, areas=2, times=("202425",))


def test_protect_then_check(ilr, pair, tmp_path):
    for method in ("rounding", "suppression"):
        code, out, err = ilr("publish", "protect", *pair, "--method", method, "--output", tmp_path / method)
        assert (code, err) == (0, "") and "Written: " in out
    hidden = (tmp_path / "suppression" / "starts.csv", tmp_path / "suppression" / "starts.meta.csv")
    proofs = ("--certificates", tmp_path / "suppression" / "certificates")
    code, out, err = ilr("publish", "check", *hidden, *proofs)
    assert (code, err) == (0, "") and "Certificates verified: " in out
    code, out, _ = ilr("publish", "check", *hidden, *proofs, "--threshold", "20", "--format", "json")
    assert code == 1 and "threshold of 10, not 20" in json.loads(out)["message"]
    change(hidden[0], 3, "starts", "2")
    code, out, err = ilr("publish", "check", *hidden, *proofs)
    assert (code, err) == (1, "") and "FAIL  Certificates: " in out


def test_an_attack_on_what_others_hid(ilr, pair, tmp_path):
    code, out, err = ilr("publish", "check", *pair, "--attack")
    assert (code, err) == (0, "") and "Attacked: 0 hidden counts" in out
    rows = read(pair[0])
    small = next(n for n, r in enumerate(rows) if 0 < int(r["starts"]) < 10 and r["la_name"])
    change(pair[0], small, "starts", "c")  # alone, so it follows by subtraction
    code, out, err = ilr("publish", "check", *pair, "--attack", "--format", "json")
    count = int(rows[small]["starts"])
    assert code == 1 and json.loads(out)["exposed"] == [
        {"row": small + 1, "indicator": "starts", "least": count, "most": count}
    ]
    assert "1 hidden count can be shown to be below 10" in ilr("publish", "check", *pair, "--attack")[1]


def test_what_is_refused_is_1_with_one_sentence(ilr, pair, tmp_path):
    change(pair[0], 4, "starts", "-2")
    code, out, err = ilr("publish", "protect", *pair, "--method", "rounding", "--output", tmp_path / "out")
    assert (code, out) == (1, "") and "line 6, starts: -2 is negative" in sentence(err)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "a.csv", "a.meta.csv"], "There is no file a.csv."),
        (["check", "a.csv", "a.meta.csv", "--certificates", "nowhere"], "There is no folder nowhere."),
        (["protect", "a.csv", "a.meta.csv", "--method", "rounding", "--output", "o"], "There is no file a.csv."),
        (["protect", "a.csv", "a.meta.csv", "--method", "magic", "--output", "o"], "'rounding', 'suppression'"),
        (["protect", "a.csv", "a.meta.csv", "--method", "rounding"], "Missing option '--output'"),
    ],
)
def test_what_cannot_run_is_2(ilr, arguments, words):
    code, out, err = ilr("publish", *arguments)
    assert (code, out) == (2, "") and words in sentence(err)


def test_a_screening_failure_is_1_and_names_the_check(ilr, pair):
    change(pair[0], 0, "geographic_level", "Street")
    code, out, err = ilr("publish", "check", *pair, "--format", "json")
    assert (code, err) == (1, "")
    assert [c["check"] for c in json.loads(out)["checks"] if not c["passed"]] == ["levels_are_valid"]
