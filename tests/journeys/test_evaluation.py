"""The tutorials on a synthetic sector, and one evaluation from the analysis to the released table and its receipt."""

from __future__ import annotations

import json
import os
import runpy
import shutil
from pathlib import Path

import polars as pl
import pytest

from openilr.cli.run import run as ilr
from openilr.disclose.outputs import Context, check
from openilr.disclose.outputs.desk import Desk, DeskError
from openilr.disclose.session import Setting, run_session
from openilr.disclose.session.project import run_on_twin

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not here")
TUTORIALS = Path(__file__).parents[2] / "docs" / "tutorials"
#: What the synthetic sector plants (synth/linked/effects.csv): the log pay of people who were coached.
PLANTED = 0.12


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sector")
    sector = folder / "sector"
    made = ["synth", str(sector), "--learners", "4000", "--years", "2425,2526", "--linked", "--seed", "5", "--quiet"]
    assert ilr(made) == 0
    runpy.run_path(str(TUTORIALS / "practice_data.py"))["make"](sector, folder / "practice")
    return folder / "practice"


# did_it_work.py is run by the journey below, with the same demands.
@pytest.mark.parametrize("name", ["who_takes_part", "choices_after_16", "what_they_return"])
def test_each_tutorial_runs_in_the_sandbox_and_passes_its_checks(practice, name):
    session = run_on_twin(practice, TUTORIALS / f"{name}.py")
    assert session.ended.well, session.ended.log.decode()[-2000:]
    passes_with_words_of_caution(session.returned.outputs)


def passes_with_words_of_caution(outputs):
    assert len(outputs) >= 3 and all(o.notes and o.context["population"] for o in outputs)
    assert {o.kind for o in outputs} >= {"figure"}
    for output in outputs:
        verdict = check(output, Context())
        assert verdict.status == "pass", f"{output.id}: {verdict.words()}"


def test_the_planted_intervention_is_found_and_a_refused_table_goes_out_in_its_safe_version(practice, tmp_path):
    script = tmp_path / "evaluation.py"
    script.write_text((TUTORIALS / "did_it_work.py").read_text("utf-8") + MORE, "utf-8")
    frames = {p.stem: pl.read_parquet(p) for p in practice.glob("*.parquet")}
    session = run_session(script, Setting(frames, {"project": "P-1", "person": "person_id"}))
    assert session.ended.well, session.words()
    passes_with_words_of_caution([o for o in session.returned.outputs if o.id != "sessions"])
    desk = Desk(tmp_path / "store", "P-1", os.urandom(32))
    desk.add(
        session.returned.outputs, by="r-jones", snapshots=("2526-R14-1",), script=session.script, words=session.words()
    )

    # The effect lies within its interval; the comparison without adjustment does not show it.
    effect = next(t for t in desk.item("effect").output.content["terms"] if t["term"] == "treated_after")
    plain = next(t for t in desk.item("plain").output.content["terms"] if t["term"] == "coached")
    assert effect["low"] < PLANTED < effect["high"] and effect["low"] > 0
    assert plain["estimate"] < effect["estimate"]

    # No cell is small but one, hidden by hand; the totals give it away, and the checker shows how.
    refused = desk.item("sessions")
    assert refused.verdict["status"] == "fail"
    rules = {f["rule"] for f in refused.verdict["findings"] if f["status"] == "fail"}
    assert "threshold" in rules
    hidden = desk.rows(refused).with_changes({"hide": [dict_cell(c) for f in refused.verdict["findings"]
                                                       if f["rule"] == "threshold" for c in f["cells"]]})  # fmt: skip
    verdict = check(hidden, Context())
    secondary = next(f for f in verdict.findings if f.rule == "secondary")
    assert verdict.status == "fail" and " - " in secondary.words

    # The safe version is made by one step, agreed to and released with a receipt.
    with pytest.raises(DeskError, match="can not be released"):
        desk.decide("sessions", by="carla", agree=True, reason="looks fine")
    way = sorted(refused.verdict["safer"])[0]
    changed = desk.change("sessions", way, by="r-jones")
    assert changed.verdict["status"] == "pass"
    desk.decide("sessions", by="carla", agree=True, reason="Safe version.")
    folder = desk.release("sessions", by="carla")
    receipt = json.loads((folder / "receipt.json").read_text("utf-8"))
    assert receipt["verdict"]["status"] == "pass" and set(receipt["files"]) == {"sessions.csv", "sessions.json"}
    assert desk.item("sessions").state == "released" and len(desk.ledger(changed.run)) == 1


def dict_cell(cell):
    return [cell.get(label, "Total") for label in ("Coached", "Pay band")]


MORE = """
last = panel.where("in 2030", r.col("year") == 2030)
last = last.with_columns(
    r.bands("pay", [15000, 30000, 60000, 90000]).alias("Pay band"),
    Coached=r.col("coached").cast(str).replace({"0": "no", "1": "yes"}),
)
r.output(r.table(last, ["Coached", "Pay band"]), "sessions", "People by coaching and pay band, 2030", caution)
"""
