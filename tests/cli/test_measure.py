"""``ilr measure``: what is counted is tested with the measures; here, the command over a store."""

from __future__ import annotations

import json

import pytest

from openilr.cli.run import run


@pytest.fixture(scope="module")
def sector(tmp_path_factory, returns):
    folder = tmp_path_factory.mktemp("measured")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "home"))
        store = str(folder / "sector")
        assert run(["store", "init", "--store", store]) == 0
        submit = ["store", "submit", *map(str, returns), "--return", "R12", "--store", store, "--as-of", "2026-07-01"]
        assert run(submit) == 1
        yield store


def test_a_breakdown_adds_up_to_the_whole_in_every_form(sector, capsysbinary):
    asked = ["measure", "starts", "--store", sector, "--year", "2526"]
    assert run([*asked, "--format", "json"]) == 0
    (whole,) = json.loads(capsysbinary.readouterr().out)
    assert whole == {"measure": "starts", "year": "2526", "by": {}, "value": whole["value"]} and whole["value"] > 0
    assert run([*asked, "--by", "sex", "--format", "json"]) == 0
    by_sex = json.loads(capsysbinary.readouterr().out)
    assert sum(row["value"] for row in by_sex) == whole["value"]
    assert run([*asked, "--format", "csv"]) == 0
    assert str(whole["value"]) in capsysbinary.readouterr().out.decode().splitlines()[1].split(",")
    assert run(asked) == 0
    assert "2025-26 R12" in capsysbinary.readouterr().out.decode()


def test_the_name_of_a_file_says_its_form(sector, tmp_path):
    asked = ["measure", "starts", "--store", sector, "--year", "2526", "--output"]
    for name, begins in (("a.csv", "value,"), ("a.json", "[{"), ("a.html", "<!"), ("a.txt", "Apprenticeship starts")):
        assert run([*asked, str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_text("utf-8").lower().startswith(begins.lower()), name
    assert run([*asked, str(tmp_path / "b.csv"), "--format", "json"]) == 0
    assert (tmp_path / "b.csv").read_text("utf-8").startswith("[")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["nonsense"], "There is no measure 'nonsense'"),
        (["starts", "--by", "shoe_size"], "cannot be broken down by shoe_size"),
        (["starts", "--year", "2030"], "Known years"),
        (["starts", "--return", "R14"], "no accepted return"),
        (["starts", "--snapshot", "2526-R12-1"], "no snapshot 2526-R12-1"),
        (["participation", "--provision", "cake"], "cake"),
    ],
)
def test_what_cannot_be_measured_is_2(sector, capsysbinary, change, words):
    assert run(["measure", change[0], "--store", sector, "--year", "2526", *change[1:]]) == 2
    err = capsysbinary.readouterr().err.decode()
    assert words in err and err.count("\n") == 1


def test_a_snapshot_is_measured_as_it_was_frozen(sector, capsysbinary):
    assert run(["store", "freeze", "2526", "R12", "--store", sector]) == 0
    asked = ["measure", "participation", "--store", sector, "--year", "2526", "--format", "json"]
    capsysbinary.readouterr()
    assert run(asked) == 0
    as_it_stands = capsysbinary.readouterr().out
    assert run([*asked, "--snapshot", "2526-R12-1"]) == 0
    assert capsysbinary.readouterr().out == as_it_stands


def test_how_good_the_fields_are_that_were_read_stands_below_the_numbers(sector, capsysbinary):
    asked = ["measure", "starts", "--store", sector, "--year", "2526", "--return", "R12", "--by", "ethnicity,home_lad"]
    assert run(asked) == 0
    told = capsysbinary.readouterr().out.decode()
    assert "was not measured for 2526-R12" in told and "is not the effect" in told
    assert run(["store", "quality", "--store", sector, "--year", "2526", "--return", "R12"]) == 0
    capsysbinary.readouterr()
    assert run(asked) == 0
    told = capsysbinary.readouterr().out.decode()
    assert "Learner.Ethnicity is not rated in " in told and "Learner.Sex" not in told, "what was read, and nothing else"
    assert run([*asked, "--format", "html"]) == 0
    page = capsysbinary.readouterr().out.decode()
    assert "<li>Learner.Ethnicity is not rated in " in page and "is not the effect" in page
    assert run([*asked, "--format", "csv"]) == 0
    assert "rated" not in capsysbinary.readouterr().out.decode()


def test_what_a_measure_reads_is_seen_from_its_expression(sector):
    from openilr.measure import compute
    from openilr.store import Store

    read = compute(Store(sector), "starts", "2526", by=["age", "home_region"]).fields
    assert {"LearningDelivery.LearnStartDate", "Learner.DateOfBirth", "Learner.Postcode"} <= set(read)
    assert "Learner.Sex" not in read and "LearningDelivery.OutGrade" not in read
    everything = compute(Store(sector), "qar", "2526").fields
    assert {"LearningDelivery.Outcome", "LearningDelivery.WithdrawReason"} <= set(everything), (
        "behind tables in between"
    )
