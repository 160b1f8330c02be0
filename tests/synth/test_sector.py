"""A synthetic sector is clean by every rule, repeats itself, and its planted faults are found by their rules."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from datetime import date
from itertools import pairwise
from math import sqrt
from pathlib import Path
from random import Random

import polars as pl
import pytest

from openilr.cli.run import run
from openilr.collect import read
from openilr.store import Store
from openilr.synth import planted, scoring
from openilr.synth.decks import Again, Decks
from openilr.synth.events import careers
from openilr.synth.fidelity import compare
from openilr.synth.kinds import kinds
from openilr.synth.sector import Sector, write_sector
from openilr.synth.targets import margins
from openilr.validate import validate

#: After the last return of 2026-27 was made.
AS_OF = date(2027, 12, 1)


def _findings(sector: Sector) -> tuple[pl.DataFrame, set[str]]:
    """Findings of all returns, and what rules that did not run would have needed."""
    found, needs = [], set()
    for file in sector.files:
        report = validate(file, reference=sector.folder / "reference", as_of=AS_OF)
        found.append(report.findings.with_columns(file=pl.lit(f"{file.parent.name}/{file.name}")))
        needs |= {need for each in report.not_run for need in each["needs"]}
    return pl.concat(found), needs


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Sector:
    return write_sector(tmp_path_factory.mktemp("clean"), 1_500, provider_count=6, seed=7)


def test_a_sector_without_faults_breaks_no_rule_and_lacks_no_reference_data(clean: Sector):
    findings, needs = _findings(clean)
    errors = findings.filter(pl.col("severity") == "error")
    shown = errors.group_by("rule", maintain_order=True).first().select("rule", "message").rows()
    assert not shown, f"Either the rule or openilr.synth is wrong: {shown}"
    warnings = Counter(findings["rule"].to_list())
    # An apprentice whose assessment comes late has a contract beyond the planned end: that is life, and only a warning.
    assert set(warnings) <= {"LearnDelFAMDateTo_02"}
    assert needs == {"store"}  # what only the service that received earlier files can know


def test_every_kind_of_provision_is_there(clean: Sector):
    learning = pl.concat(
        [read(file).frames["LearningDelivery"].select("FundModel", "ProgType") for file in clean.files]
    )
    assert set(learning["FundModel"].unique()) == {11, 25, 36, 37, 38, 39, 99}
    assert {25, 31, 32, 34} <= set(learning["ProgType"].unique())
    assert {file.name.split("-")[2] for file in clean.files} == {"2526", "2627"}


def test_a_person_is_the_same_in_each_return(clean: Sector):
    fixed = ["ULN", "DateOfBirth", "Sex", "FamilyName", "GivenNames", "Ethnicity", "PostcodePrior"]
    people = pl.concat([read(file).frames["Learner"].select(fixed) for file in clean.files])
    returns = people.group_by("ULN").agg(pl.len(), pl.struct(fixed).n_unique().alias("versions"))
    assert returns["versions"].max() == 1
    assert returns.filter(pl.col("len") > 1).height > 200  # continuing learners
    assert returns.height == clean.people


def test_what_was_over_in_one_year_is_the_same_aim_still_if_the_next_tells_it(clean: Sector):
    aims = pl.concat(
        [read(file).frames["LearningDelivery"].with_columns(file=pl.lit(file.parent.name)) for file in clean.files],
        how="diagonal",
    )
    # The identifier of the provider's software stays with an aim: its start never changes, and no end is taken back.
    by_aim = aims.sort("file").group_by("SWSupAimId", maintain_order=True).agg("LearnStartDate", "LearnActEndDate")
    twice = by_aim.filter(pl.col("LearnStartDate").list.len() > 1)
    assert twice.height > 300
    assert twice["LearnStartDate"].list.n_unique().max() == 1
    firsts, lasts = twice["LearnActEndDate"].list.first(), twice["LearnActEndDate"].list.last()
    assert not (firsts.is_not_null() & lasts.is_null()).any()


def test_careers_have_breaks_restarts_withdrawals_and_late_reports(clean: Sector):
    frames = [read(file).frames for file in clean.files]
    aims = pl.concat([frame["LearningDelivery"] for frame in frames], how="diagonal")
    fams = pl.concat([frame["LearningDeliveryFAM"] for frame in frames])
    assert {1, 2, 3, 6} == set(aims["CompStatus"].unique())
    assert aims.filter(pl.col("OrigLearnStartDate").is_not_null()).height == fams.filter(
        pl.col("LearnDelFAMType") == "RES"
    ).height  # fmt: skip
    assert aims.filter(pl.col("OrigLearnStartDate").is_not_null()).height > 0
    assert aims.filter(pl.col("WithdrawReason").is_not_null())["WithdrawReason"].n_unique() > 4
    assert aims.filter((pl.col("CompStatus") == 1) & (pl.col("Outcome") == 8)).height > 0  # awaiting assessment
    late = [file for file in clean.files if "-2627-" in file.name]
    told = pl.concat([read(file).frames["LearningDelivery"] for file in late])
    assert told.filter(pl.col("LearnActEndDate") < date(2026, 8, 1)).height > 0


def _digest(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path):
    for name, seed in (("one", 3), ("two", 3), ("other", 4)):
        write_sector(tmp_path / name, 60, provider_count=5, seed=seed, faults=0.2)
    assert _digest(tmp_path / "one") == _digest(tmp_path / "two") != _digest(tmp_path / "other")


def test_each_planted_fault_is_found_by_its_rule_and_nothing_else_is(tmp_path: Path):
    sector = write_sector(tmp_path, 900, provider_count=6, seed=11, faults=0.7)
    with (tmp_path / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = list(csv.DictReader(file))
    assert len(truth) == sector.faults
    assert abs(sector.faults / sector.records - 0.7) < 0.06
    assert {row["rule"] for row in truth} == {fault.rule for fault in planted.FAULTS}
    assert len({row["fault"] for row in truth}) >= 25
    findings, _ = _findings(sector)
    found = set(findings.select("file", "learn_ref_number", "rule").rows())
    missed = [row for row in truth if (row["file"], row["learn_ref_number"], row["rule"]) not in found]
    assert not missed
    errors = findings.filter(pl.col("severity") == "error").drop_nulls("learn_ref_number")
    blamed = set(errors.select("file", "learn_ref_number").rows())
    assert blamed == {(row["file"], row["learn_ref_number"]) for row in truth}


def test_a_report_is_scored_against_the_truth_rule_by_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out, report = tmp_path / "sector", tmp_path / "report.jsonl"
    sector = write_sector(out, 150, provider_count=3, seed=2, faults=0.3, year_names=("2526",))
    folders = sorted({str(file.parent) for file in sector.files})
    last = max(period.made.date() for period in sector.periods)
    checked = ["validate", *folders, "--reference", str(out / "reference"), "--as-of", str(last)]
    assert run([*checked, "--format", "jsonl", "--output", str(report), "--quiet"]) == 1
    whole = scoring.score(out, report)
    assert whole.total.planted == sector.faults and whole.total.recall == whole.total.precision == 1
    # One finding taken away is one fault missed; one learner blamed for nothing is one wrong.
    lines = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    with (out / "truth.csv").open(encoding="utf-8", newline="") as file:
        fault = next(csv.DictReader(file))
    for line in lines:
        if line["file"] == Path(fault["file"]).name:
            line["violations"] = [v for v in line["violations"] if v["learn_ref_number"] != fault["learn_ref_number"]]
            line["violations"].append({"rule": "ULN_04", "severity": "error", "learn_ref_number": "NOBODY"})
    report.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    spoilt = scoring.score(out, report)
    assert spoilt.total.found == sector.faults - 1
    assert next(r for r in spoilt.rules if r.rule == "ULN_04").wrong == 1
    capsys.readouterr()
    assert run(["synth", str(out), "--score", str(report)]) == 0
    assert "ULN_04" in capsys.readouterr().out
    report.write_text("no report\n", "utf-8")
    assert run(["synth", str(out), "--score", str(report)]) == 2
    assert "line 1" in capsys.readouterr().err


def test_a_sector_goes_straight_into_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "key"))
    asked = ["--learners", "120", "--providers", "4", "--years", "2526", "--quiet"]
    assert run(["synth", str(tmp_path / "out"), *asked, "--into", str(tmp_path / "store")]) == 0
    assert not list((tmp_path / "out").rglob("ILR-*"))
    files = write_sector(tmp_path / "files", 120, provider_count=4, year_names=("2526",))
    held = Store(tmp_path / "store").returns()
    assert set(held["origin"]) == {"ingested"}
    assert (held["learners"].sum(), held["aims"].sum()) == (files.records, files.aims)
    # What is derived on acceptance came from the sector's own reference data.
    aims = Store(tmp_path / "store").connect("2526", "R14").table("learning_delivery").to_polars()
    assert aims["ssa1"].null_count() < aims.height


def test_an_earlier_return_knows_less(tmp_path: Path):
    sector = write_sector(tmp_path, 400, provider_count=5, year_names=("2627",), returns=("R04", "R14"))
    by_return = {name: [f for f in sector.files if f.parent.name == f"2627-{name}"] for name in ("R04", "R14")}
    early, final = (
        pl.concat([read(file).frames["LearningDelivery"] for file in by_return[name]]) for name in ("R04", "R14")
    )
    assert early["LearnStartDate"].max() <= date(2026, 11, 30)
    assert early.height < final.height
    assert early["LearnActEndDate"].drop_nulls().max() <= date(2026, 11, 30)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"learners": 10, "year_names": ("2021",)}, "No return of 2021"),
        ({"learners": 10, "returns": ("R15",)}, "no return R15"),
        ({"learners": 0}, "at least one learner"),
        ({"learners": 10, "faults": 1.5}, "share of faults"),
    ],
)
def test_what_can_not_be_written_is_refused(tmp_path: Path, arguments: dict, words: str):
    with pytest.raises(ValueError, match=words):
        write_sector(tmp_path, **arguments)


def test_a_deck_deals_what_was_planned_and_can_be_dealt_again():
    shares = {"a": 2, "b": 1, "c": 0.001}
    decks, random = Decks({"group": 8_000}), Random(5)  # noqa: S311
    for _ in range(500):
        decks.remove(("group", "x"), shares, "a")
    found = Counter(decks.deal(random, ("group", "x"), shares) for _ in range(8_500))
    assert found["a"] + 500 == pytest.approx(6_000, abs=2)
    assert 0 < found["c"] < 8
    dealt = decks.dealt()
    assert Counter(dealt) == found and not decks.dealt()
    # The first learners are a random sample all the same: a deck is not in order.
    runs = sum(one != other for one, other in pairwise(dealt[:900]))
    assert 300 < runs < 500
    again, fresh = Again(dealt), Random(5)  # noqa: S311
    assert [again.deal(fresh, ("group", "x"), shares) for _ in range(8_500)] == list(dealt)
    assert fresh.random() == random.random()


def test_events_of_careers_are_counted_once_each():
    def aim(id, year, ref="A", ukprn="1", **fields):
        return {"SWSupAimId": id, "year": year, "file": year, "ref": ref, "ukprn": ukprn, "AimType": 4, "FundModel": 38,
                "LearnStartDate": date(2025, 9, 1), "LearnActEndDate": None, "WithdrawReason": None, "CompStatus": 1,
                "Outcome": None, "AchDate": None, "again": False} | fields  # fmt: skip

    over = {"LearnActEndDate": date(2026, 7, 1), "CompStatus": 2, "Outcome": 1}
    apprentice = {"FundModel": 36, "AimType": 1, "ref": "C"}
    aims = pl.DataFrame([
        aim("1", "2526"), aim("1", "2627", **over),  # told a year later
        aim("2", "2627", ukprn="2", LearnStartDate=date(2026, 9, 1)),
        aim("3", "2526", "B", LearnActEndDate=date(2026, 1, 1), CompStatus=3, Outcome=3, WithdrawReason=40),
        aim("4", "2526", "B", LearnStartDate=date(2026, 2, 1), LearnActEndDate=date(2026, 3, 1), CompStatus=3,
            Outcome=3, WithdrawReason=2),
        aim("5", "2526", **apprentice | {"LearnActEndDate": date(2026, 5, 1), "Outcome": 8}),
        aim("5", "2627", **apprentice | {"LearnActEndDate": date(2026, 5, 1), "Outcome": 1, "CompStatus": 2,
                                         "AchDate": date(2026, 9, 1)}),
        aim("6", "2526", "D", LearnActEndDate=date(2025, 12, 1), CompStatus=6, Outcome=3),
        aim("7", "2526", "D", LearnStartDate=date(2026, 4, 1), again=True),
    ], infer_schema_length=None)  # fmt: skip
    learners = pl.DataFrame(
        {"ref": ["A", "A", "A", "B"], "ukprn": ["1", "1", "2", "1"], "Postcode": ["X", "Y", "Y", "Z"]}
    )
    assert {event.name: event.count for event in careers(learners, aims)} == {
        "starts within the years": 6, "continuing from one year to the next": 2, "achievements": 2,
        "completed, not achieved": 0, "withdrawals, 1 reasons": 1, "transfers to another programme": 1,
        "breaks in learning": 1, "restarts": 1, "end-point assessments": 1,
        "awaiting their assessment when a return was made": 1, "ends reported only in the next year": 1,
        "people who begin another programme": 2, "changes of provider": 1, "moves of home between returns": 1,
    }  # fmt: skip


def test_every_kind_has_a_target_and_every_target_a_source():
    assert set(kinds()) == set(margins()["sector", "kind"].values)
    for margin in margins().values():
        assert all(margin.sources.values())
        assert all(value >= 0 for value in margin.values.values())


def test_the_command_writes_and_compares_and_another_seed_has_the_same_margins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], clean: Sector
):
    out = tmp_path / "sector"
    assert run(["synth", str(out), "--learners", "1500", "--report", "--quiet"]) == 0
    said = capsys.readouterr().out
    assert "1,500 people" in said
    shares = [line for line in said.splitlines() if line.startswith("sector ")]
    assert len(shares) == len(kinds())
    score = int(said.split("sampling error: ")[1].split("%")[0])
    assert score >= 95
    events = [line.split() for line in said.split("What happens in careers:\n")[1].split("\n\n")[0].splitlines()]
    assert len(events) == 14 and not [event for event in events if event[0] == "0"]
    assert (out / "fidelity" / "apprenticeship.svg").read_text("utf-8").startswith("<svg")
    one, other = (
        {(r.group, r.characteristic, r.category): r for r in compare(folder).rows} for folder in (out, clean.folder)
    )
    both = one.keys() & other.keys()  # rates of what takes long are of nobody in some small sectors
    assert len(both) > 130
    # Counts of both seeds against what the targets say they should differ by, in standard errors.
    apart = [
        abs(a.found - b.found) / sqrt(a.target * (1 - a.target) * (1 / a.count + 1 / b.count))
        for a, b in ((one[key], other[key]) for key in both)
    ]
    assert max(apart) < 4.5 and sum(each < 2 for each in apart) >= 0.97 * len(apart)
    # Adults who achieve learn on: many more than the few who would by chance be in learning all winter.
    after = one["adult", "learning_after", "yes"]
    assert abs(after.found - after.target) < 4 * sqrt(after.target * (1 - after.target) / after.count)


def test_the_command_refuses_a_folder_in_use_and_a_year_before_the_adult_skills_fund(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "kept").write_text("mine", "utf-8")
    assert run(["synth", str(tmp_path), "--learners", "10"]) == 2
    assert "not an empty folder" in capsys.readouterr().err
    assert run(["synth", str(tmp_path / "new"), "--learners", "10", "--years", "2021"]) == 2
    assert "No return of 2021" in capsys.readouterr().err
    assert run(["synth", str(tmp_path / "new")]) == 2
    assert "--learners" in capsys.readouterr().err
