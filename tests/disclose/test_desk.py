"""From a session to a release, at the command line as researchers and checkers do it; and what each may not do."""

from __future__ import annotations

import hashlib
import json
import shutil

import pytest

from openilr.access import audit, people
from openilr.cli.run import run as ilr
from tests.access.conftest import application, kept, key_file, store

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not here")
__all__ = ["kept", "key_file", "store"]

ANALYSIS = """
from openilr import research as r
e = r.open_extract()
learners = e.sample("learner", unit="learners", population="apprentices in 2025-26")
r.output(r.table(learners, "Sex"), "sex", "Apprentices by sex")
r.output(r.table(learners, ["Sex", "age_aug31"]), "age", "Apprentices by sex and age")
r.output("Nothing to see.", "words", "In words")
"""


@pytest.fixture
def run(store, capsys):
    def go(*arguments, code=0):
        got = ilr(["project", *map(str, arguments), "--format", "json", "--store", str(store.path)])
        out, err = capsys.readouterr()
        assert got == code, (out, err)
        return json.loads(out) if out else err

    return go


@pytest.fixture
def project(run, store, tmp_path):
    people.add(store, "carla", by="anna", roles=["checker"])
    people.add(store, "chris", by="anna", roles=["checker"])
    file = tmp_path / "application.toml"
    file.write_text(application(), "utf-8")
    id = run("apply", file, "--by", "r-jones")["project"]
    run("approve", id, "--reason", "Least data.", "--by", "anna")
    run("extract", id, "--by", "anna")
    (tmp_path / "analysis.py").write_text(ANALYSIS, "utf-8")
    return id


def test_run_check_make_safer_and_release(run, store, project, tmp_path):
    ran = run("run", project, tmp_path / "analysis.py", "--by", "r-jones")
    verdicts = {o["output"]: o["verdict"] for o in ran["outputs"]}
    assert verdicts == {"r001/age": "fail", "r001/sex": "pass", "r001/words": "review"}

    # The researcher sees which rules were broken, but no number and no category; the checker sees all.
    mine = {o["output"]: o for o in run("outputs", project, "--by", "r-jones", code=1)}
    assert "too few people" in mine["r001/age"]["words"] and "findings" not in mine["r001/age"]
    seen = run("outputs", project, "age", "--by", "carla", code=1)[0]
    assert any(f["rule"] == "threshold" and f["cells"] for f in seen["findings"])
    assert seen["context"]["population"] == "apprentices in 2025-26" and seen["context"]["persons"] == 60

    # What fails is not released; its safer version is.
    assert "can not be released" in run("release", project, "age", "--reason", "fine", "--by", "carla", code=1)
    way = mine["r001/age"]["safer"][0]
    changed = run("outputs", project, "age", "--apply", way, "--by", "r-jones")[0]
    assert (changed["version"], changed["verdict"]) == (2, "pass")
    done = run("release", project, "age", "--reason", "Safe version.", "--by", "carla", "--output", tmp_path / "out")
    assert done["files"] == ["age.csv", "age.json", "receipt.json"]
    receipt = json.loads((tmp_path / "out" / "receipt.json").read_text("utf-8"))
    for name, digest in receipt["files"].items():
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == digest
    assert receipt["decisions"][0]["reason"] == "Safe version." and len(receipt["signature"]) == 128
    assert (store.path / "ledger" / "000001" / "about.json").is_file()

    # A text goes out when a person has read it.
    assert run("release", project, "words", "--reason", "Read.", "--by", "carla")["state"] == "released"
    assert run("release", project, "sex", "--refuse", "--reason", "Not needed.", "--by", "carla")["state"] == "refused"
    actions = [e.action for e in audit.events(store, project)]
    assert actions.count("output.release") == 2 and "session.run" in actions and audit.verify(store) == []


def test_what_a_kill_left_half_done_is_in_nobodys_way(run, store, project, tmp_path):
    """A run and a release that were cut off leave a folder aside; the next try is whole."""
    folder = store.path / "outputs" / project
    (folder / "r001.part" / "sex").mkdir(parents=True)
    run("run", project, tmp_path / "analysis.py", "--by", "r-jones")
    (folder / "released" / "0001.part").mkdir(parents=True)
    (folder / "released" / "0001.part" / "sex.csv").write_text("half")
    done = run("release", project, "sex", "--reason", "ok", "--by", "carla")
    assert done["state"] == "released" and not list(folder.rglob("*.part"))


def test_who_may_not_decide(run, store, project, tmp_path):
    run("run", project, tmp_path / "analysis.py", "--by", "r-jones")
    assert "not a checker" in run("release", project, "sex", "--reason", "x", "--by", "anna", code=1)
    assert "neither of the project" in run("outputs", project, "--by", "zoe", code=1)
    assert "carla is not a researcher" in run("run", project, tmp_path / "analysis.py", "--by", "carla", code=1)
    people.add(store, "r-jones", by="anna", roles=["researcher", "checker"])
    assert "nobody releases their own" in run("release", project, "sex", "--reason", "x", "--by", "r-jones", code=1)
    refused = [e.action for e in audit.events(store, project) if e.action.endswith("refused")]
    assert "output.decide.refused" in refused and "output.look.refused" in refused


def test_two_checkers_where_the_convention_says_so(store, project, run, tmp_path):
    from importlib.resources import files

    from openilr.disclose.outputs import load_policy
    from openilr.disclose.outputs.desk import DeskError
    from openilr.disclose.session.project import decide, release

    text = files("openilr.disclose.outputs").joinpath("policy.toml").read_text("utf-8")
    (tmp_path / "two.toml").write_text(text.replace("checkers = 1 ", "checkers = 2 "), "utf-8")
    two = load_policy(path=tmp_path / "two.toml")
    run("run", project, tmp_path / "analysis.py", "--by", "r-jones")
    decide(store, project, "sex", by="carla", agree=True, reason="ok", policy=two)
    with pytest.raises(DeskError, match="needs 1 more"):
        release(store, project, "sex", by="carla", policy=two)
    with pytest.raises(DeskError, match="agreed already"):
        decide(store, project, "sex", by="carla", agree=True, reason="ok", policy=two)
    decide(store, project, "sex", by="chris", agree=True, reason="ok too", policy=two)
    assert (release(store, project, "sex", by="chris", policy=two) / "receipt.json").is_file()


def test_differencing_over_two_releases_is_refused(run, project, tmp_path):
    """Two harmless tables whose difference is a few people: the second is refused, naming the first."""
    script = tmp_path / "analysis.py"
    run("run", project, script, "--by", "r-jones")
    run("release", project, "sex", "--reason", "ok", "--by", "carla")
    script.write_text("""
from openilr import research as r
e = r.open_extract()
few = e["learner"]["person_id"].unique().sort().head(3)
some = e.sample("learner", unit="learners", population="all but a few")
some = some.where("not those", ~r.col("person_id").is_in(few.implode()))
r.output(r.table(some, "Sex"), "again", "Apprentices by sex, but a few")
""")
    run("run", project, script, "--by", "r-jones")
    seen = run("outputs", project, "again", "--by", "carla", code=1)[0]
    said = next(f for f in seen["findings"] if f["rule"] == "differencing")
    assert "Apprentices by sex (release 1)" in said["words"] and " - " in said["words"]
    assert "can not be released" in run("release", project, "again", "--reason", "ok", "--by", "carla", code=1)


def test_a_tried_way_out_is_in_the_audit_and_closing_a_project_shuts_its_rows(run, store, project, tmp_path):
    run("run", project, tmp_path / "analysis.py", "--by", "r-jones")
    (tmp_path / "out.py").write_text(
        "open('/outputs/rows.png', 'wb').write(open('/extract/learner.parquet', 'rb').read())\n"
        "import socket; socket.create_connection(('127.0.0.1', 80), 2)\n"
    )
    assert run("run", project, tmp_path / "out.py", "--by", "r-jones", code=1)["outputs"] == []
    event = [e for e in audit.events(store, project) if e.action == "session.run"][-1]
    assert (event.facts["ended"], event.facts["not_taken"], event.facts["outputs"]) == ("error", 1, 0)
    run("close", project, "--reason", "done", "--by", "anna")
    assert "no secret" in run("outputs", project, "--by", "carla", code=2)
    left = [path for path in (store.path / "outputs").rglob("*") if path.is_file() and path.name != "analysis.py"]
    assert any(path.name == "v1.sealed" for path in left)
    for path in left:
        content = path.read_bytes()
        assert b"ARROW" not in content and b"fewer than" not in content and b"16-18" not in content, path


def test_what_is_sealed_opens_in_its_own_place_only(run, store, project, tmp_path):
    """Rows of a harmless output in the place of another's would have this one checked as if it were harmless."""
    run("run", project, tmp_path / "analysis.py", "--by", "r-jones")
    folder = store.path / "outputs" / project / "r001"
    for name in ("rows.sealed", "v1.sealed"):
        before = (folder / "age" / name).read_bytes()
        shutil.copyfile(folder / "sex" / name, folder / "age" / name)
        assert "was changed, or is not of this project" in run("outputs", project, "age", "--by", "carla", code=1)
        (folder / "age" / name).write_bytes(before)
    assert run("outputs", project, "age", "--by", "carla", code=1)[0]["verdict"] == "fail"


def test_what_sacro_reads(run, project, tmp_path):
    run("run", project, tmp_path / "analysis.py", "--by", "r-jones")
    run("outputs", project, "--sacro", tmp_path / "sacro", "--by", "carla")
    read = json.loads((tmp_path / "sacro" / "results.json").read_text("utf-8"))
    assert read["version"] == "1.0.2" and set(read["results"]) == {"age", "sex", "words"}
    one = read["results"]["age"]
    sdc = one["files"][0]["sdc"]
    assert one["status"] == "fail" and sdc["summary"]["threshold"] == len(sdc["cells"]["threshold"]) > 0
    # Cells are places in the file, counted as ACRO does: without the heading, and without the first column.
    lines = [line.split(",") for line in (tmp_path / "sacro" / "age.csv").read_text("utf-8").splitlines()[1:]]
    assert all(0 < int(lines[row][column + 1]) < 10 for row, column in sdc["cells"]["threshold"])
    for name in (f["name"] for r in read["results"].values() for f in r["files"]):
        kept = (tmp_path / "sacro" / "checksums" / f"{name}.txt").read_text()
        assert hashlib.sha256((tmp_path / "sacro" / name).read_bytes()).hexdigest() == kept
