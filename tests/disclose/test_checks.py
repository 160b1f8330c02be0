"""Each rule of the convention on an output that breaks it, and on one beside it that does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from openilr.disclose.ledger import Ledger
from openilr.disclose.outputs import Context, Output, check
from openilr.disclose.outputs.files import make_files
from openilr.disclose.outputs.policy import load_policy

SAID = {"unit": "learners", "population": "all"}


def table(statistic="count", dims=("a",), content=None, changes=None, **columns):
    rows = pl.DataFrame({"person": range(len(next(iter(columns.values()))))} | columns)
    whole = {"statistic": statistic, "margins": "all", "dimensions": [{"name": d, "label": d} for d in dims]}
    return Output("t", "table", "t", whole | (content or {}), SAID, changes=changes or {}, rows=rows)


def rules(output, **context):
    verdict = check(output, Context(**context), Ledger())
    return verdict.status, {f.rule for f in verdict.findings if f.status == "fail"}, verdict


def figure_of(output, drawing):
    return replace(
        output, kind="figure", content={"drawing": drawing, "source": {"kind": "table", "content": output.content}}
    )


TWO = ["x"] * 20 + ["y"] * 20
PAY = [20_000.0 + 37 * i for i in range(40)]
RISING = [1.0 + i / 90 for i in range(18)]


@pytest.mark.parametrize(
    ("rule", "broken", "kept"),
    [
        ("threshold", {"d0": ["x"] * 9 + ["y"] * 31}, {"d0": ["x"] * 10 + ["y"] * 30}),
        ("classes", {"dims": ("a", "b"), "d0": TWO, "d1": ["u"] * 20 + ["u"] * 10 + ["v"] * 10},
         {"dims": ("a", "b"), "d0": TWO, "d1": (["u"] * 10 + ["v"] * 10) * 2}),
        ("dominance", {"statistic": "sum", "d0": TWO, "value": [*PAY[:19], 900_000.0, *PAY[20:]]},
         {"statistic": "sum", "d0": TWO, "value": PAY}),
        # The second largest learns the largest to within p%: little is left besides the two.
        ("dominance", {"statistic": "mean", "d0": TWO, "value": [*RISING, 300.0, 320.0, *PAY[20:]]},
         {"statistic": "mean", "d0": TWO, "value": PAY}),
        ("endpoints", {"statistic": "maximum", "d0": TWO, "value": PAY},
         {"statistic": "mean", "d0": TWO, "value": PAY}),
        ("endpoints", {"statistic": "minimum", "d0": TWO, "value": PAY}, {"statistic": "sd", "d0": TWO, "value": PAY}),
        ("quantiles", {"statistic": "median", "d0": TWO, "value": PAY},
         {"statistic": "median", "content": {"round_values": 100}, "d0": TWO, "value": PAY}),
        ("quantiles",
         {"statistic": "quantile", "content": {"quantile": 0.9, "round_values": 100}, "d0": TWO, "value": PAY},
         {"statistic": "quantile", "content": {"quantile": 0.75, "round_values": 100}, "d0": TWO, "value": PAY}),
        ("units", {"statistic": "mean", "d0": TWO, "value": PAY, "employer": ["e1", "e2"] * 10 + list("abcde") * 4},
         {"statistic": "mean", "d0": TWO, "value": PAY, "employer": list("abcde") * 8}),
        # Mean and count of 0 and 1 are a count of the ones.
        ("derived", {"statistic": "mean", "d0": TWO, "value": [1.0] * 3 + [0.0] * 17 + [0.0, 1.0] * 10},
         {"statistic": "mean", "d0": TWO, "value": [0.0, 1.0] * 20}),
        ("labels", {"d0": ["x\u200b"] * 20 + ["y"] * 20}, {"d0": TWO}),
        ("labels", {"d0": [f"{i // 2}" for i in range(60)]}, {"d0": [f"{i % 3}" for i in range(60)]}),
    ],
)  # fmt: skip
def test_a_table_that_breaks_a_rule_fails_by_it_and_its_neighbour_passes(rule, broken, kept):
    status, found, verdict = rules(table(**broken))
    assert status == "fail" and rule in found
    assert all(f.source for f in verdict.findings if f.rule == rule), "each rule names its source"
    assert rules(table(**kept))[0] == "pass"


def test_what_is_not_known_goes_to_a_person():
    fine = table(d0=TWO)
    for odd in (
        replace(fine, kind="embedding"), replace(fine, content=fine.content | {"statistic": "kurtosis"}),
        replace(fine, content=fine.content | {"extra": 1}), replace(fine, rows=None), replace(fine, context={}),
        figure_of(fine, "sankey"),
        replace(fine, kind="figure", content={"drawing": "bar", "source": {"kind": "picture", "content": {}}}),
    ):  # fmt: skip
        assert rules(odd)[0] == "review", odd


def test_a_figure_is_checked_as_the_table_behind_it():
    bad = table(d0=["x"] * 9 + ["y"] * 31)
    figure = replace(
        bad, kind="figure", content={"drawing": "bar", "source": {"kind": "table", "content": bad.content}}
    )
    assert rules(figure)[:2] == ("fail", {"threshold", "secondary"} & rules(figure)[1] | {"threshold"})
    good = replace(figure, rows=table(d0=TWO).rows)
    assert rules(good)[0] == "pass"
    files = make_files(good, load_policy())
    drawn = next(content for name, content in files.items() if not name.endswith((".csv", ".json")))
    assert b"person" not in drawn and any(name.endswith(".csv") for name in files), "drawn again, beside its numbers"


def test_shares_follow_from_the_counts_that_are_shown():
    """Rounded counts and exact shares would give the counts away; so shares are those of the rounded counts."""
    share = table("share", d0=["x"] * 13 + ["y"] * 31, changes={"round": 10})
    csv = make_files(share, load_policy())["t.csv"].decode()
    shown = {line.split(",")[0].strip('"'): line.split(",")[1:] for line in csv.splitlines()[1:]}
    assert [float(v.strip('"')) for v in shown["x"]] == [10, 25.0] and "29.5" not in csv


def test_counts_that_the_run_says_have_to_be_those_of_its_rows():
    told = replace(table(d0=TWO), context=SAID | {"persons": 41})
    assert rules(told)[1] == {"context"}
    assert rules(table(d0=TWO), people=pl.Series(range(39)))[1] == {"context"}, "an invented person is seen"


@pytest.mark.parametrize(
    ("what", "time", "event", "bad"),
    [
        ("steps of enough", [1.0] * 12 + [2.0] * 12 + [3.0] * 16, [1] * 24 + [0] * 16, False),
        ("a step of few events", [1.0] * 4 + [2.0] * 12 + [3.0] * 24, [1] * 16 + [0] * 24, True),
        ("few at risk at the end", [1.0] * 32 + [3.0] * 8, [1] * 32 + [0] * 8, True),
        ("few lost to view", [1.0] * 15 + [2.0] * 25, [1] * 12 + [0] * 3 + [0] * 25, True),
    ],
)
def test_survival_curves_are_tables_of_steps(what, time, event, bad):
    rows = pl.DataFrame({"person": range(40), "time": time, "event": event, "d0": ["all"] * 40})
    content = {"time": "Years", "group": "Group", "steps": [1.0, 2.0, 3.0]}
    output = Output("s", "survival", "s", content, SAID, rows=rows)
    status, found, verdict = rules(output)
    assert (status == "fail") is bad and (not bad or "survival" in found), what
    if bad and verdict.safer:
        assert rules(output.with_changes(verdict.safer["merge"]))[0] != "fail"


def model(columns, y, estimator="ols", **more):
    names, x = list(columns), np.column_stack(list(columns.values())).astype(float)
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    rows = pl.DataFrame({"person": range(len(y)), "y": y, **{f"x:{n}": x[:, j] for j, n in enumerate(names)}, **more})
    terms = [{"term": n, "estimate": float(b)} for n, b in zip(names, beta, strict=True)]
    return Output("m", "model", "m", {"estimator": estimator, "outcome": "y", "terms": terms}, SAID, rows=rows)


def test_regressions_that_are_tables_in_disguise_are_refused():
    rng = np.random.default_rng(1)
    one, y, noise = np.ones(60), rng.normal(10, 2, 60), rng.normal(size=60)
    half = np.arange(60) % 2
    assert rules(model({"Intercept": one, "x": noise, "half": half}, y))[0] == "pass"
    # A dummy of one person has leverage one: constant and coefficient are that person's outcome.
    alone = model({"Intercept": one, "one": np.arange(60) == 7}, y)
    assert "leverage one" in rules(alone)[2].words()
    nested = {"Intercept": one, "a": np.arange(60) < 30, "b": np.arange(60) < 27}
    assert "a without b leaves 3 people" in rules(model(nested, y))[2].words()
    saturated = {f"cell {i}": np.arange(60) // 6 == i for i in range(10)}
    assert "table in disguise" in rules(model(saturated, y))[2].words()
    short = {"Intercept": one[:18]} | {f"x{i}": rng.normal(size=18) for i in range(9)}
    assert "degrees of freedom" in rules(model(short, y[:18]))[2].words()
    assert "Everybody has the same outcome" in rules(model({"Intercept": one, "x": noise}, one))[2].words()


def test_coefficients_that_the_rows_do_not_give_are_refused():
    """Else a coefficient could carry anything out."""
    rng = np.random.default_rng(2)
    good = model({"Intercept": np.ones(60), "x": rng.normal(size=60)}, rng.normal(10, 2, 60))
    terms = [dict(t) for t in good.content["terms"]]
    terms[1]["estimate"] = 20_017.0
    assert rules(replace(good, content=good.content | {"terms": terms}))[1] == {"agreement"}


def test_each_safer_version_passes_and_says_what_it_did():
    small = table(dims=("a", "b"), d0=["x"] * 30 + ["y"] * 30 + ["z"] * 8, d1=["u", "v"] * 34)
    _, _, verdict = rules(small)
    assert set(verdict.safer) == {"suppress", "round", "merge"}
    for way, change in verdict.safer.items():
        assert rules(small.with_changes(change))[0] == "pass", way
    merged = make_files(small.with_changes(verdict.safer["merge"]), load_policy())["t.csv"].decode()
    assert "\nx or z," in merged and "\nz," not in merged
    assert ",c" in make_files(small.with_changes(verdict.safer["suppress"]), load_policy())["t.csv"].decode()
