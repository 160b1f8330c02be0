"""One project from application to certificate, at the command line as its people would do it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime

import polars as pl
import pytest

from openilr.access import Refused, audit, ending, extract, open_extract, project
from openilr.access.report import life
from openilr.cli.run import run as ilr
from tests.access.conftest import application, submit


@pytest.fixture
def run(store, capsys):
    """Run a command of ``ilr project`` on the store: what it printed as JSON, or else what it said."""

    def go(*arguments, code=0):
        got = ilr(["project", *map(str, arguments), "--format", "json", "--store", str(store.path)])
        out, err = capsys.readouterr()
        assert got == code, (out, err)
        return json.loads(out) if out else err

    return go


def test_from_application_to_certificate(run, store, tmp_path):
    file = tmp_path / "application.toml"
    file.write_text(application(), "utf-8")

    # Apply, see what it would contain, and take the counter-proposal.
    id = run("apply", file, "--by", "r-jones")["project"]
    said = run("check", id, "--proposal", tmp_path / "coarser.toml")
    assert said["people"] == 60 and said["asked"]["unique"] > said["proposed"]["unique"]
    again = run("apply", tmp_path / "coarser.toml", "--by", "r-jones", "--project", id)
    assert (again["project"], again["version"], again["state"]) == (id, 2, "applied")
    said = run("check", id)
    assert said["proposal"] == [] and "is not the effect" in said["notes"][-1]
    # How good a field is stands beside it as soon as somebody has measured the store: the list does not measure.
    assert not any(f.get("quality") for f in run("fields", "--search", "learner.ethnicity"))
    store.quality()
    [listed] = [f for f in run("fields", "--search", "learner.ethnicity") if f["field"] == "learner.Ethnicity"]
    assert listed["quality"] == "Ethnicity fair"

    # A twin at once.
    run("twin", id, "--output", tmp_path / "twin")
    twin = {path.stem: pl.read_parquet(path) for path in (tmp_path / "twin").glob("*.parquet")}

    # A steward asks, is answered, and approves.
    run("clarify", id, "--question", "Why months?", "--by", "anna")
    run("answer", id, "--text", "Starts differ by month.", "--by", "r-jones")
    assert run("approve", id, "--reason", "Least data.", "--by", "anna")["state"] == "approved"

    # The extract has what was approved, under pseudonyms.
    first = run("extract", id, "--by", "anna")
    tables = open_extract(store, first["extract"], by="r-jones")
    assert set(tables.names) == set(twin)
    for name in tables.names:
        assert tables.table(name).schema == twin[name].schema
    assert tables.table("learner").height == 67

    # Newer data, same pseudonyms; the earlier extract is gone.
    submit(store, tmp_path, 120)
    store.freeze("2526", "R14", frozen_by="anna")
    old = set(tables.table("learner")["person_id"])
    second = run("refresh", id, "--by", "anna")
    assert second["snapshots"] == ["2526-R14-2"]
    new = set(open_extract(store, second["extract"], by="r-jones").table("learner")["person_id"])
    assert old < new
    with pytest.raises(Refused, match="destroyed"):
        open_extract(store, first["extract"], by="r-jones")

    # The end: keys gone, files gone, a certificate that can be checked, also against a backup.
    shutil.copytree(store.path, tmp_path / "backup")
    certificate = run("close", id, "--reason", "The report is out.", "--by", "anna")
    assert [e["extract"] for e in certificate["extracts"]] == [first["extract"], second["extract"]]
    assert all(len(e["files"]) == 4 for e in certificate["extracts"])
    assert not any((store.path / "extracts").iterdir())
    checked = run("verify", id, "--backup", tmp_path / "backup")
    assert checked["fine"] and any("sealed files" in each["sentence"] for each in checked["findings"])
    with pytest.raises(Refused, match="closed"):
        open_extract(store, second["extract"], by="r-jones")

    life = run("report", id)
    assert life["state"] == "closed" and life["openings"] == 2 and life["refused"] == 2
    actions = [event["action"] for event in life["events"]]
    assert actions[0] == "project.apply" and actions[-3:] == [
        "project.close", "project.certificate", "extract.open.refused",
    ]  # fmt: skip
    assert audit.verify(store) == []


def test_what_a_command_says_when_it_is_refused_or_cannot_run(run, store, tmp_path):
    file = tmp_path / "a.toml"
    bad = application(extra='[[field]]\nname = "learner.ULN"\nserves = ["q1"]\n')
    file.write_text(bad, "utf-8")
    assert "learner.ULN identifies people by itself" in run("apply", file, code=1)
    assert "There is no file" in run("apply", tmp_path / "none.toml", code=2)
    file.write_text("title = ", "utf-8")
    assert "not TOML" in run("apply", file, code=2)
    file.write_text(application(), "utf-8")
    id = run("apply", file, "--by", "r-jones")["project"]
    assert "is applied; nothing of it opens" in run("extract", id, "--by", "anna", code=1)
    assert "There is no project P-1" in run("report", "P-1", code=2)
    assert "must be a date" in run("remind", "--as-of", "soon", code=2)
    assert "own" in run("approve", id, "--by", "r-jones", "--reason", "mine", code=1)
    assert "not a steward" in run("approve", id, "--by", "zoe", "--reason", "x", code=1)


def test_reminders(run, store, tmp_path):
    file = tmp_path / "a.toml"
    file.write_text(application(ends="2079-06-30", accreditation="2079-07-15"), "utf-8")
    id = run("apply", file, "--by", "r-jones")["project"]
    run("approve", id, "--by", "anna", "--reason", "fine")
    assert run("remind") == []
    rows = run("remind", "--as-of", "2079-06-20", code=1)
    assert [(row["what"], row["days"]) for row in rows] == [("access", 10), ("accreditation", 25)]
    assert run("remind", "--as-of", "2079-07-02", code=1)[0]["days"] == -2
    assert "leave --as-of out" in run("remind", "--close-after", "3", "--as-of", "2079-07-02", code=2)
    assert not [e for e in audit.events(store) if e.action == "project.remind"], "a day to come reminds nobody"


def test_people_are_reminded_once_and_what_is_overdue_closes_by_itself(store):
    made = project.apply(store, application(ends="2079-06-30", accreditation="2079-07-15"), by="r-jones")
    project.approve(store, made.id, by="anna", reason="fine")
    extract.make(store, made.id, by="anna")

    def on(month, day):
        return datetime(2079, month, day, 9, tzinfo=UTC)

    days = [(5, 1), (5, 2), (5, 17), (6, 10), (6, 25), (6, 26), (7, 1), (7, 2), (7, 20)]
    told = [[(row["what"], row["days"]) for row in ending.remind(store, now=on(*day))] for day in days]
    assert told == [
        [("access", 60)], [], [("accreditation", 59)], [("access", 20)], [("access", 5), ("accreditation", 20)], [],
        [("access", -1)], [], [("accreditation", -5)],
    ]  # fmt: skip
    assert ending.close_overdue(store, after=30, now=on(7, 30)) == []
    assert [closed.id for closed in ending.close_overdue(store, after=30, now=on(7, 31))] == [made.id]
    assert all(finding.fine for finding in ending.verify(store, made.id))
    words = [(e["actor"], e["words"]) for e in life(store, made.id)["events"]]
    assert ("service", "reminded that access ends on 2079-06-30") in words
    assert ("service", "closed the project and destroyed its keys") in words
    assert ending.remind(store, now=on(8, 20)) == []


def test_template_and_fields(capsys):
    from openilr.access.admissible import refusals
    from openilr.access.application import parse

    assert ilr(["project", "template"]) == 0
    assert refusals(parse(capsys.readouterr().out)) == []
    assert ilr(["project", "fields", "--search", "date of birth", "--format", "json"]) == 0
    assert {row["grade"] for row in json.loads(capsys.readouterr().out)} == {"direct"}
    assert ilr(["project", "fields", "--search", "zebra"]) == 2
