"""``ilr store`` and ``ilr reference``: the store's own face is tested with the store; here, codes and sentences."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from openilr.cli.output import Output
from openilr.cli.run import run


@pytest.fixture
def sector(tmp_path, monkeypatch, capsysbinary):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    store = tmp_path / "sector"
    assert run(["store", "init", "--store", str(store)]) == 0
    capsysbinary.readouterr()
    return str(store)


def test_submit_tells_what_was_found_and_what_became_of_it(sector, returns, capsysbinary):
    submit = ["store", "submit", *map(str, returns), "--return", "R12", "--store", sector, "--as-of", "2026-07-01"]
    assert run([*submit, "--format", "json", "--by", "A. Tester"]) == 1
    first, second = json.loads(capsysbinary.readouterr().out)
    for taken in (first, second):
        counts = taken["submission"]["counts"]
        assert taken["submission"]["accepted"] and taken["submission"]["return"] == "R12"
        assert counts["learners_accepted"] + counts["learners_refused"] == taken["counts"]["learners"]
    wrong = {v["learn_ref_number"] for v in first["violations"] if v["severity"] == "error"}
    assert first["submission"]["counts"]["learners_refused"] == len(wrong) > 0
    assert second["submission"]["counts"]["learners_refused"] == 0

    again = returns[0].with_name(returns[0].name.replace("-090000-", "-100000-"))
    again.write_bytes(returns[0].read_bytes())
    assert run(["store", "submit", str(again), *submit[4:]]) == 1
    text = capsysbinary.readouterr().out.decode()
    assert f"Accepted as 2526-R12-10000001-002: {30 - len(wrong)} of 30 learners" in text
    assert "takes the place of 2526-R12-10000001-001" in " ".join(text.split())

    assert run(["store", "returns", "--store", sector, "--format", "csv"]) == 0
    listed = list(csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode())))
    assert [(r["ukprn"], r["version"], r["current"], r["submitted_by"] == "A. Tester") for r in listed] == [
        ("10000001", "1", "false", True),
        ("10000001", "2", "true", False),
        ("10000002", "1", "true", True),
    ]
    assert run(["store", "verify", "--store", sector]) == 0


def test_a_file_sent_twice_or_after_a_newer_one_is_refused_and_the_earlier_stays(sector, returns, capsysbinary):
    where = ["--return", "R12", "--store", sector, "--as-of", "2026-07-01", "--format", "json"]
    older = returns[1].with_name(returns[1].name.replace("-090000-", "-080000-"))
    older.write_bytes(returns[1].read_bytes())
    assert run(["store", "submit", str(returns[1]), *where]) == 0
    capsysbinary.readouterr()
    for file, rules in ((returns[1], {"Filename_2", "Filename_8"}), (older, {"Filename_8"})):
        assert run(["store", "submit", str(file), *where]) == 1
        taken = json.loads(capsysbinary.readouterr().out)
        assert {v["rule"] for v in taken["violations"] if v["rule"].startswith("Filename")} == rules
        assert not taken["submission"]["accepted"]
        assert not {"Filename_2", "Filename_8"} & {n["rule"] for n in taken["not_run"]}
    assert run(["store", "returns", "--store", sector, "--format", "json"]) == 0
    assert [r["current"] for r in json.loads(capsysbinary.readouterr().out)] == [True, False, False]


def test_another_writer_is_waited_for_and_not_for_ever(sector, returns, monkeypatch, capsysbinary):
    from openilr.cli import store_submit
    from openilr.store.durable import Lock

    submit = ["store", "submit", str(returns[1]), "--return", "R12", "--store", sector, "--as-of", "2026-07-01"]
    other = Lock(Path(sector) / "writer.lock").__enter__()
    monkeypatch.setattr(store_submit, "PATIENCE", -1)
    assert run(submit) == 2
    assert b"Another process is writing to the store" in capsysbinary.readouterr().err
    monkeypatch.setattr(store_submit, "PATIENCE", 60)
    monkeypatch.setattr(store_submit.time, "sleep", lambda _: other.__exit__(None, None, None))
    assert run(submit) == 0
    assert "Accepted as 2526-R12-10000002-001" in told(capsysbinary)


def test_a_clean_return_is_0_and_junk_is_2_and_taken_in_by_nobody(sector, returns, tmp_path, capsysbinary):
    (tmp_path / "junk.xml").write_text("junk")
    where = ["--return", "R12", "--store", sector, "--as-of", "2026-07-01"]
    assert run(["store", "submit", str(returns[1]), *where]) == 0
    assert run(["store", "submit", str(tmp_path / "junk.xml"), *where]) == 2
    assert b"neither XML nor zip" in capsysbinary.readouterr().err
    assert run(["store", "returns", "--store", sector, "--format", "json"]) == 0
    assert len(json.loads(capsysbinary.readouterr().out)) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["store", "init", "--store", "{sector}"], "is a store already"),
        (["store", "returns", "--store", "nowhere"], "nowhere is not a store"),
        (["store", "submit", "{file}", "--return", "R15", "--store", "{sector}"], "write R01 to R14"),
        (["store", "submit", "{file}", "--return", "R01"], "Missing option '--store'"),
        (["store", "submit", "nowhere.xml", "--return", "R01", "--store", "{sector}"], "There is no file or folder"),
        (["reference", "add", "nowhere", "--store", "{sector}"], "There is no file or folder nowhere."),
        (["reference", "list", "--store", "nowhere"], "nowhere is not a store"),
    ],
)
def test_what_cannot_run_is_2(sector, returns, capsysbinary, arguments, words):
    assert run([part.format(sector=sector, file=returns[0]) for part in arguments]) == 2
    err = capsysbinary.readouterr().err.decode()
    assert words in err and err.startswith("ilr: ") and err.count("\n") == 1


def test_reference_files_are_kept_listed_and_used(sector, tmp_path, capsysbinary):
    files = tmp_path / "files"
    files.mkdir()
    (files / "LARS_LearningDelivery.csv").write_text(
        "LearnAimRef,LearnAimRefType,NotionalNVQLevelv2\n60300002,0006,2\n"
    )
    assert run(["reference", "add", str(files / "LARS_LearningDelivery.csv"), "--store", sector]) == 0
    assert b"Added LARS_LearningDelivery.csv." in capsysbinary.readouterr().out
    assert run(["reference", "list", "--store", sector, "--format", "json"]) == 0
    listed = json.loads(capsysbinary.readouterr().out)
    assert [row["file"] for row in listed] == ["LARS_LearningDelivery.csv"] and listed[0]["rows"] == 1
    newer = files / "newer" / "LARS_LearningDelivery_V012.csv"
    newer.parent.mkdir()
    (files / "LARS_LearningDelivery.csv").rename(newer)
    (files / "newer" / "notes.md").write_text("x")
    assert run(["reference", "add", str(newer.parent), "--store", sector]) == 0
    said = capsysbinary.readouterr()
    assert said.out == b"Added LARS_LearningDelivery_V012.csv. In place of LARS_LearningDelivery.csv.\n"
    assert said.err == b"ilr: notes.md is not used: not a CSV file\n"
    assert run(["reference", "list", "--store", sector]) == 0
    text = told(capsysbinary)
    assert "LARS_LearningDelivery_V012.csv" in text and "V012" in text
    assert "LARS downloads (Submit Learner Data, learning aims): lars. Licence: Open Government Licence v3.0." in text


def test_a_reference_file_that_can_not_be_used_is_1_and_not_added(sector, tmp_path, capsysbinary):
    bad = tmp_path / "LARS_LearningDelivery.csv"
    bad.write_text("Nothing,Useful\n1,2\n")
    assert run(["reference", "add", str(bad), "--store", sector]) == 1
    assert b"LARS_LearningDelivery.csv" in capsysbinary.readouterr().err
    assert run(["reference", "list", "--store", sector]) == 0
    assert b"There is no reference data." in capsysbinary.readouterr().out
    (tmp_path / "notes.txt").write_text("x")
    assert run(["reference", "add", str(tmp_path / "notes.txt"), "--store", sector]) == 2


@pytest.fixture(scope="module")
def made_once(returns, tmp_path_factory):
    """A folder with the same providers in R04 and R06, one learner more faulty in the second, and the key beside it."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        store = str(folder / "sector")
        assert run(["store", "init", "--store", store]) == 0
        for name, file in (("R04", returns[1]), ("R06", returns[0])):
            run(["store", "submit", str(file), "--return", name, "--store", store, "--as-of", "2026-07-01"])
    return folder


@pytest.fixture
def two_returns(made_once, tmp_path, monkeypatch, capsysbinary):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(made_once))
    shutil.copytree(made_once / "sector", tmp_path / "sector")
    capsysbinary.readouterr()
    return str(tmp_path / "sector")


def told(capsysbinary) -> str:
    return " ".join(capsysbinary.readouterr().out.decode().split())


def test_freeze_snapshots_and_diff(two_returns, capsysbinary):
    for name in ("R04", "R06"):
        assert run(["store", "freeze", "2526", name, "--store", two_returns, "--by", "A. Tester"]) == 0
    assert "Frozen as 2526-R06-1: 1 provider," in told(capsysbinary)
    assert run(["store", "snapshots", "--store", two_returns, "--format", "json"]) == 0
    assert [s["snapshot"] for s in json.loads(capsysbinary.readouterr().out)] == ["2526-R04-1", "2526-R06-1"]
    assert run(["store", "diff", "2526-R04-1", "2526-R06-1", "--store", two_returns]) == 1
    assert "2 providers (1 of them new, 1 no longer there)" in told(capsysbinary)
    assert run(["store", "diff", "2526-R04-1", "2526-R04", "--store", two_returns, "--format", "json"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["totals"]["learners_changed"] == 0
    assert run(["store", "diff", "2526-R04-1", "2526-R06-1", "--store", two_returns, "--format", "csv"]) == 1
    rows = list(csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode())))
    assert rows[0]["LearnRefNumber"] and {r["change"] for r in rows} == {"added", "gone"}
    assert run(["store", "diff", "2526-R04-1", "--store", two_returns]) == 2
    assert run(["store", "freeze", "2526", "R14", "--store", two_returns]) == 2
    assert "nothing to freeze" in capsysbinary.readouterr().err.decode()


def test_who_has_returned(two_returns, capsysbinary):
    assert run(["store", "returns", "--store", two_returns, "--year", "2526", "--providers", "--format", "json"]) == 0
    found = {(r["return"], r["ukprn"]): r["status"] for r in json.loads(capsysbinary.readouterr().out)}
    assert found == {("R04", 10000002): "returned", ("R06", 10000001): "returned", ("R06", 10000002): "due"}
    assert run(["store", "returns", "--store", two_returns]) == 0
    assert "R06 (no source gives its closing day): 1 of 2 providers have returned; still to come: 10000002." in told(
        capsysbinary
    )


def test_quality_export_and_journeys(two_returns, tmp_path, capsysbinary):
    assert run(["store", "quality", "--store", two_returns, "--format", "json"]) == 0
    quality = json.loads(capsysbinary.readouterr().out)
    assert (quality["state"], quality["compared_with"]) == ("2526-R06", "2526-R04")
    assert {"LearnAimRef", "ULN"} <= {field["field"] for field in quality["fields"]}
    page = tmp_path / "quality.html"
    assert run(["store", "quality", "--store", two_returns, "--format", "html", "--output", str(page)]) == 0
    assert page.read_text().startswith("<!doctype html>")
    out = tmp_path / "national"
    assert run(["store", "export", str(out), "--store", two_returns, "--year", "2526", "--format", "csv"]) == 0
    assert (out / "learner.csv").is_file() and (out / "manifest.json").is_file()
    assert run(["store", "export", str(out), "--store", two_returns]) == 2
    capsysbinary.readouterr()
    assert run(["store", "journeys", "--store", two_returns]) == 0
    assert "0 changed or missing ULNs were joined" in told(capsysbinary)
    rows = list(csv.DictReader((out / "learner.csv").open()))
    ukprn = rows[0]["ukprn"]
    assert run(["store", "journeys", "--store", two_returns, "--provider", ukprn, "--learner", "nobody"]) == 2
    assert "no such learner" in capsysbinary.readouterr().err.decode()


def test_upgrade_derive_and_crosscheck(two_returns, tmp_path, capsysbinary):
    assert run(["store", "derive", "--store", two_returns]) == 0
    assert "2 returns were derived again" in told(capsysbinary)
    assert run(["store", "upgrade", "--store", two_returns]) == 0
    assert run(["store", "crosscheck", "qualifications", "--store", two_returns]) == 2
    assert "ilr reference add" in capsysbinary.readouterr().err.decode()
    (tmp_path / "Qualifications.csv").write_text("Qualification Number\n603/1234/5\n")
    assert run(["reference", "add", str(tmp_path / "Qualifications.csv"), "--store", two_returns]) == 0
    assert run(["store", "crosscheck", "qualifications", "--store", two_returns]) == 1
    capsysbinary.readouterr()
    assert run(["reference", "list", "--store", two_returns, "--format", "json"]) == 0
    [listed] = json.loads(capsysbinary.readouterr().out)
    assert listed["source"].endswith("Ofqual") and listed["licence"] == "Open Government Licence v3.0"


def test_side_by_side_files_have_the_same_results_in_the_same_order(returns, tmp_path, monkeypatch, capsysbinary):
    junk = tmp_path / "ILR-10000003-2526-20260630-090000-01.xml"
    junk.write_text("<html></html>")
    again = tmp_path / returns[1].name  # a second time, which only the memory of this very run can tell
    again.write_bytes(returns[1].read_bytes())
    said = []
    for jobs in ("1", "2"):
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / f"home{jobs}"))
        store = str(tmp_path / f"store{jobs}")
        assert run(["store", "init", "--store", store]) == 0
        capsysbinary.readouterr()
        files = [*map(str, returns), str(junk), str(again)]
        assert run(["store", "submit", *files, "--return", "R12", "--store", store, "--as-of", "2026-07-01",
                    "--jobs", jobs, "--format", "jsonl", "--quiet"]) == 2  # fmt: skip
        out, err = capsysbinary.readouterr()
        assert run(["store", "returns", "--store", store, "--format", "csv"]) == 0
        listed = csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode()))
        said.append((out, err, [(r["ukprn"], r["version"], r["status"], r["reason"]) for r in listed]))
    assert said[0] == said[1]
    reports = [json.loads(line) for line in said[0][0].splitlines()]
    assert [r["submission"]["accepted"] for r in reports] == [True, True, False]
    assert "Filename_2" in {v["rule"] for v in reports[2]["violations"]}


@pytest.fixture
def moved(sector, tmp_path, capsysbinary):
    """A learner of a return, who is at a second provider with another reference and another ULN, and others."""
    from datetime import date

    from openilr.synth import write_return
    from openilr.synth.numbers import uln

    first = write_return(tmp_path, 8, ukprn=10000001, prepared=date(2026, 6, 30)).path
    text = first.read_text("utf-8")
    parts = text.split("<Learner>")
    one = parts[1].replace("<LearnRefNumber>L0000000<", "<LearnRefNumber>Z9<")
    one = re.sub(r"<ULN>\d+<", f"<ULN>{uln(4711)}<", one)
    second = first.with_name(first.name.replace("10000001", "10000002"))
    end = parts[-1].rpartition("</Learner>")[2]
    second.write_text(
        f"{parts[0]}<Learner>{one.rpartition('</Learner>')[0]}</Learner>{end}".replace("10000001", "10000002")
    )
    for path in (first, second):
        assert run(["store", "submit", str(path), "--return", "R12", "--store", sector, "--as-of", "2026-07-01"]) == 0
    capsysbinary.readouterr()
    return sector


def test_a_journey_over_two_providers_and_a_changed_uln_by_links(moved, capsysbinary):
    ask = ["store", "journeys", "--store", moved, "--provider", "10000002", "--learner", "Z9"]
    assert run(ask) == 0
    assert "10000001" not in told(capsysbinary), "by a ULN that changed nobody is found"
    assert run([*ask, "--links", "L0001"]) == 2
    assert "no links of a run L0001" in capsysbinary.readouterr().err.decode()
    assert run(["link", "run", "--store", moved, "--quiet"]) == 0
    capsysbinary.readouterr()
    assert run([*ask, "--links", "L0001"]) == 0
    story = told(capsysbinary)
    assert "at 10000001: began" in story and "at 10000002: began" in story
    assert run(["store", "journeys", "--store", moved, "--links", "L0001"]) == 0
    assert "1 person learns with several providers" in told(capsysbinary)


def test_what_a_killed_command_left_of_its_report_is_removed(tmp_path):
    dead, other = tmp_path / f".r.json.{10**9}.part", tmp_path / ".r.json.x.part"
    for path in (dead, other):
        path.write_text("L0000001")
    with Output(tmp_path / "r.json") as out:
        out.write("new")
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, "r.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_checking_processes_end_when_the_command_is_killed(tmp_path):
    script = tmp_path / "killed.py"
    script.write_text(
        "import multiprocessing, os, signal, time\n"
        "from openilr.cli.checking import _set_up\n"
        "def work(pipe):\n    _set_up(1)\n    pipe.send(os.getpid())\n    time.sleep(600)\n"
        "if __name__ == '__main__':\n"
        "    spawn = multiprocessing.get_context('spawn')\n    ours, theirs = spawn.Pipe()\n"
        "    spawn.Process(target=work, args=(theirs,)).start()\n    print(ours.recv(), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    # The output ends when the last process that holds it has ended, so this line is reached only then.
    assert done.returncode < 0 and done.stdout.strip().isdigit()
