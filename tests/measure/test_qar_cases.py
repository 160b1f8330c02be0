"""Every boundary case of achievement rates, in real ILR files that go into a store, and out of ``ilr measure``."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import date, datetime

import pytest

from openilr import years
from openilr.cli.run import run
from openilr.collect import examine
from openilr.store import Store
from openilr.synth.returns import _element, file_name, header
from tests.measure.cases import CASES, RESULTS, app
from tests.store.making import learner, report

UKPRN = 99999999
RETURNS = ("2425 R14", "2526 R14", "2627 R04", "2627 R14")


def _return_of(name: str) -> str:
    return name if " " in name else f"{name} R14"


def _write(folder, year: str, learners) -> str:
    """A return as a provider would send it."""
    schema = years.load(year).schema
    made = datetime(2000 + int(year[2:]), 9, 1)
    path = folder / file_name(year, UKPRN, made)
    records = (("Header", header(year, UKPRN, made)), ("LearningProvider", {"UKPRN": UKPRN}),
               *(("Learner", each) for each in learners))  # fmt: skip
    body = "".join("".join(_element(schema.entities[name], record, 1)) for name, record in records)
    folder.mkdir()
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<Message xmlns="{schema.namespace}">\n{body}</Message>\n')
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENILR_VAULT_KEY_FILE", str(folder / "key"))
        store = Store.init(folder / "store")
        for name in RETURNS:
            year, return_name = name.split()
            learners = [learner("always", app(start=date(2024, 8, 1), planned=date(2028, 7, 1)))]
            for ref, (said, _) in CASES.items():
                aims = next((value for key, value in said.items() if _return_of(key) == name), None)
                if aims is not None:
                    learners.append(learner(ref, *(aims if isinstance(aims, list) else [aims])))
            path = _write(folder / name, year, learners)
            with examine(path).stream() as content:
                batches = list(content)
            assert not content.findings, content.findings[0].message
            store.submit(batches, report(year=year), file=path, return_name=return_name, submitted_by="tests")
        yield folder


@pytest.fixture
def trail(folder, monkeypatch, capsysbinary):
    """``ilr measure qar --trail``: what each learner's aims come to, by reference."""
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(folder / "key"))

    def ask(year: str, **choices: str) -> dict[str, str]:
        settings = [part for key, value in choices.items() for part in ("--set", f"{key}={value}")]
        asked = ["measure", "qar", "--store", str(folder / "store"), "--year", year, "--return", "R14", *settings]
        assert run([*asked, "--trail", "--format", "json"]) == 0
        words = {text: name for name, text in RESULTS.items()}
        found = defaultdict(list)
        for row in json.loads(capsysbinary.readouterr().out):
            result = re.search(r"; (.*)\.$", row["reason"])
            found[row["learn_ref_number"]].append(row["clause"] or words[result[1]])
        counted = {ref: " ".join(sorted(what)) for ref, what in found.items()}
        assert counted.pop("always") == "continuing"
        assert run([*asked, "--format", "json"]) == 0
        [row] = json.loads(capsysbinary.readouterr().out)
        results = [name for what in found.values() for name in what if name in RESULTS]
        assert row["leavers"] == len(results), "the number is what the trail says"
        assert row["achievers"] == results.count("achieved")
        assert row["completers"] == results.count("achieved") + results.count("completed")
        return counted

    return ask


@pytest.mark.parametrize("year", ["2425", "2526", "2627"])
def test_every_boundary_case(trail, year):
    expected = {ref: says[year] for ref, (_, says) in CASES.items() if year in says}
    assert trail(year) == expected


@pytest.mark.parametrize(
    ("year", "choice", "value", "changed"),
    [
        ("2526", "days", "inclusive",
         {"q300in41": "left", "q168in41": "left", "q14in13": "left", "q167in14": "within_qualifying_period",
          "q13in0": "within_qualifying_period"}),
        ("2526", "late_returns", "none", {"caught": "continuing", "endafter": "continuing"}),
        ("2526", "overdue_year", "last-returned", {"overdue": None, "otherstd": "achieved", "otherday": "achieved"}),
        ("2526", "vanished", "withdrawn", {"vanished": "overdue"}),
        ("2526", "breaks", "two-years", {"gone": "planned_break"}),
        ("2526", "custody_moves", "counted", {"reason28": "left"}),
        ("2526", "strategy_transfers", "counted", {"reason41": "left"}),
    ],
)  # fmt: skip
def test_what_a_definition_leaves_open_is_a_setting(trail, year, choice, value, changed):
    usual = {ref: says[year] for ref, (_, says) in CASES.items() if year in says}
    found = trail(year, **{choice: value})
    assert {ref: found.get(ref) for ref in usual | found if found.get(ref) != usual.get(ref)} == changed
