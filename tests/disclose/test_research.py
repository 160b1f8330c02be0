"""Each analysis of openilr.research in the sandbox, on made-up people whose truth is known, through the checks."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

from openilr.disclose.ledger import Ledger
from openilr.disclose.outputs import Context, check
from openilr.disclose.session import Setting, run_session

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not here")

PEOPLE, YEARS = 1200, 4
ANALYSIS = """
from openilr import research as r
e = r.open_extract()
assert e.label("Sex") == "Sex" and e.codes("Sex")["F"] == "Female"
s = e.sample(e.labelled(e["learner"], "Sex"), unit="learners", population="all").where("with a mark", r.col("x") > -9)
p = e.sample("panel", unit="learners and years", population="all")
r.output(r.table(s, "Sex"), "table", "By sex")
r.output(r.histogram(s, "x", [-1, 0, 1]), "histogram", "Marks")
r.output(r.ols(s, "y ~ x + d"), "ols", "OLS")
r.output(r.logit(s, "yes ~ x"), "logit", "Logit")
r.output(r.probit(s, "maybe ~ x"), "probit", "Probit")
r.output(r.poisson(s, "n ~ x"), "poisson", "Poisson")
r.output(r.fixed_effects(s, "y ~ x + d", "provider"), "fixed", "Fixed effects")
r.output(r.match(s, "d", "x", exact=["Sex"]).effect("y"), "match", "Matched")
r.output(r.weight(s, "d", "y", "x"), "weight", "Weighted")
r.output(r.instrumental(s, "iv_y ~ 1", "iv_d", "z"), "instrument", "Instrument")
r.output(r.cox(s, "time ~ x", "event"), "cox", "Cox")
r.output(r.survival(s, "time", "event", "Sex", steps=[1, 2, 3]), "survival", "Survival")
did = r.difference_in_differences(p, "pay", "treated", "after", unit="person_id", time="year")
r.output(did, "did", "Difference in differences")
study = r.event_study(p, "pay", "since", unit="person_id", time="year", first=-2, last=1)
r.output(r.figure(study), "event", "Event study")
"""

#: Output, its term, and what was planted.
PLANTED = [
    ("ols", "d", 1.0), ("ols", "x", 2.0), ("logit", "x", 0.8), ("probit", "x", 0.5), ("poisson", "x", 0.3),
    ("fixed", "d", 1.0), ("match", "d", 1.0), ("weight", "d", 1.0), ("instrument", "iv_d", 1.5), ("cox", "x", 0.6),
    ("did", "treated_after", 0.7), ("event", "since 0", 0.7), ("event", "since +1", 0.7), ("event", "since -2", 0.0),
]  # fmt: skip


def made_up():
    rng = np.random.default_rng(11)
    x, z, hidden, noise = rng.normal(size=(4, PEOPLE))
    d = (rng.random(PEOPLE) < 1 / (1 + np.exp(1.0 - 0.8 * x))).astype(int)
    iv_d = 0.8 * z + hidden
    dead, seen = rng.exponential(np.exp(-0.6 * x)) * 2, rng.uniform(0.5, 6, PEOPLE)
    person = [f"p{i}" for i in range(PEOPLE)]
    learner = pl.DataFrame({
        "person_id": person, "Sex": rng.choice(["F", "M"], PEOPLE), "provider": rng.integers(0, 12, PEOPLE),
        "x": x, "d": d,
        "y": 2 * x + d + noise, "yes": (rng.random(PEOPLE) < 1 / (1 + np.exp(-0.8 * x))).astype(int),
        "maybe": (0.5 * x + rng.normal(size=PEOPLE) > 0).astype(int), "n": rng.poisson(np.exp(0.3 * x)),
        "z": z, "iv_d": iv_d, "iv_y": 1.5 * iv_d + 2 * hidden + noise,
        "time": np.minimum(dead, seen), "event": (dead <= seen).astype(int),
    })  # fmt: skip
    who, year = np.repeat(np.arange(PEOPLE), YEARS), np.tile(np.arange(YEARS), PEOPLE)
    treated, after = d[who], (year >= 2).astype(int)
    pay = x[who] + 0.2 * year + 0.7 * treated * after + rng.normal(0, 0.5, len(who))
    since = pl.Series(year - 2, dtype=pl.Int64)
    panel = pl.DataFrame(
        {"person_id": np.array(person)[who], "year": year, "treated": treated, "after": after, "pay": pay}
    )
    panel = panel.with_columns(since=pl.when(pl.col("treated") == 1).then(since))
    return {"learner": learner, "panel": panel}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    script = tmp_path_factory.mktemp("research") / "analysis.py"
    script.write_text(ANALYSIS, "utf-8")
    session = run_session(script, Setting(made_up(), {"person": "person_id"}, twin=True))
    assert session.ended.well, session.ended.log.decode()[-2000:]
    return {o.id: o for o in session.returned.outputs}


@pytest.mark.parametrize(("output", "name", "planted"), PLANTED, ids=lambda v: str(v))
def test_what_was_planted_lies_in_the_interval(outputs, output, name, planted):
    found = next(t for t in outputs[output].inner.content["terms"] if t["term"] == name)
    assert abs(found["estimate"] - planted) < 3.5 * found["std_error"] and found["std_error"] < 0.2


def test_each_passes_the_checks_with_the_context_of_its_run(outputs):
    assert len(outputs) == 14
    for output in outputs.values():
        verdict = check(output, Context(), Ledger())
        assert verdict.status == "pass", f"{output.id}: {verdict.words()}"
        said = output.context
        assert said["unit"] and said["population"] == "all" and said["persons"] > 500 and said["line"]
    step = outputs["ols"].context["filters"][0]
    assert step == {"words": "with a mark", "before": PEOPLE, "after": PEOPLE}


def test_errors_and_what_follows_from_them_are_worked_out_again(outputs):
    """Else their digits could carry anything out."""
    for output in (o for o in outputs.values() if o.inner.kind == "model"):
        for change in ({"std_error": 3.0}, {"p_value": 0.5}):
            terms = [dict(t) for t in output.inner.content["terms"]]
            last = terms[-1]
            last |= {key: last[key] * by for key, by in change.items()}
            if "std_error" in change:
                wide = 1.959964 * last["std_error"]
                last |= {"statistic": last["estimate"] / last["std_error"]}
                last |= {"low": last["estimate"] - wide, "high": last["estimate"] + wide}
                last["p_value"] = float(2 * norm.sf(abs(last["statistic"])))
            elif last["p_value"] < 1e-3:
                last["p_value"] = 0.5
            changed = replace(output.inner, content={**output.inner.content, "terms": terms})
            failed = {f.rule for f in check(changed, Context(), Ledger()).findings if f.status == "fail"}
            assert failed == {"agreement"}, (output.id, change)
