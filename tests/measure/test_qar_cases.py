"""Every boundary case of achievement rates, in real ILR files that go into a store, and out of ``ilr measure``."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import date, datetime
from typing import Any

import pytest

from openilr import measure, years
from openilr.cli.run import run
from openilr.store import Store
from openilr.synth.returns import _element, file_name, header
from tests.measure import second_reading as slow
from tests.measure.cases import CASES, RESULTS, app, said_in
from tests.measure.whole import reference, whole
from tests.store.making import learner

UKPRN = 99999999
#: In the order in which they were sent in; the second name is the return, or another provider's last.
RETURNS = ("1819 R14", "2021 R14", "2425 R14", "2425 90000002", "2526 R14", "2526 90000001", "2627 R04", "2627 R14")
#: The learner whom every file of the provider has.
ALWAYS = ("always", [app(start=date(2024, 8, 1), planned=date(2028, 7, 1))], {})


def _write(folder, year: str, learners, ukprn: int, made: datetime) -> str:
    """A return as a provider would send it."""
    schema = years.load(year).schema
    path = folder / file_name(year, ukprn, made)
    records = (("Header", header(year, ukprn, made)), ("LearningProvider", {"UKPRN": ukprn}),
               *(("Learner", each) for each in learners))  # fmt: skip
    body = "".join("".join(_element(schema.entities[name], record, 1)) for name, record in records)
    folder.mkdir()
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<Message xmlns="{schema.namespace}">\n{body}</Message>\n')
    return path


def _learners(name: str) -> list[dict[str, Any]]:
    """Whole learners of a return, each with the same number in every one."""
    said = [(ref, *found) for ref in CASES if (found := said_in(name, ref))]
    numbers = {ref: place for place, ref in enumerate(("always", *CASES), start=1)}
    year = 2000 + int(name[:2])
    always = [ALWAYS] if name.split()[1].startswith("R") else []
    return [whole(learner(ref, *aims, **fields), numbers[ref], year) for ref, aims, fields in (*always, *said)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A store that took the cases in by ``ilr store submit``: every rule was run, and nobody was refused."""
    folder = tmp_path_factory.mktemp("cases")
    reference(folder / "reference")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENILR_VAULT_KEY_FILE", str(folder / "key"))
        Store.init(folder / "store").add_reference(folder / "reference")
        for name in RETURNS:
            year, which = name.split()
            ukprn, return_name = (UKPRN, which) if which.startswith("R") else (int(which), "R14")
            begins = 2000 + int(year[:2])
            made = datetime(begins, 11, 1) if return_name == "R04" else datetime(begins + 1, 9, 1)
            path = _write(folder / name, year, _learners(name), ukprn, made)
            sent = ["store", "submit", str(path), "--store", str(folder / "store"), "--return", return_name, "--quiet",
                    "--jobs", "1", "--as-of", f"{made:%Y-%m-%d}", "--format", "json", "--output",
                    str(folder / "report.json")]  # fmt: skip
            code = run(sent)
            told = json.loads((folder / "report.json").read_text())
            assert code == 0, [v for v in told["violations"] if v["severity"] == "error"]
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
            if row["clause"] == "component_of_apprenticeship":
                continue  # every apprenticeship has one
            result = re.search(r"; (.*)\.$", row["reason"])
            found[row["learn_ref_number"]].append(row["clause"] or words[result[1]])
        if choices.get("basis") == "timely":
            return {ref: " ".join(sorted(what)) for ref, what in found.items()}
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


@pytest.mark.parametrize("year", ["1819", "2021", "2425", "2526", "2627"])
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
        ("2526", "breaks", "two-years", {"gone": "planned_break", "toolate": "planned_break"}),
        ("2526", "custody_moves", "counted", {"reason28": "left"}),
        ("2526", "strategy_transfers", "counted", {"reason41": "left"}),
    ],
)  # fmt: skip
def test_what_a_definition_leaves_open_is_a_setting(trail, year, choice, value, changed):
    usual = {ref: says[year] for ref, (_, says) in CASES.items() if year in says}
    found = trail(year, **{choice: value})
    assert {ref: found.get(ref) for ref in usual | found if found.get(ref) != usual.get(ref)} == changed


def test_timely_rates_ask_for_the_end_within_90_days(trail):
    found = trail("2526", basis="timely")
    assert {ref: found[ref] for ref in ("timely90", "timely91", "course", "caught")} == {
        "timely90": "achieved", "timely91": "late", "course": "achieved", "caught": "standard",
    }  # fmt: skip
    assert trail("2021", basis="timely")["framework"] == "achieved", "frameworks have timely rates, standards have none"


def test_other_counts_of_the_same_files(folder, monkeypatch):
    """The days at the edge of a year and of the qualifying period, in files, read by the shipped measures and again."""
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(folder / "key"))
    store = Store(folder / "store")
    aims = [a for a in slow.records(store) if (a["year"], a["return"]) == ("2526", "R14")]
    for name, reading in (("participation", slow.participation), ("starts", slow.starts),
                          ("achievements", slow.achievements)):  # fmt: skip
        [row] = measure.compute(store, name, "2526", return_name="R14").rows()
        assert row["value"] == reading(aims, *slow.YEAR["2526"]) > 3


def test_every_clause_decides_a_case():
    """The table of what the rules leave out, and where it is tried: no clause without a case of a real file."""
    decided = {clause for _, says in CASES.values() for what in says.values()
               for clause in what.replace("broken off", "").split()}  # fmt: skip
    of_settings = {"planned_other_year", "standard", "other_programme"}  # timely, and one kind of programme alone
    everywhere = {"component_of_apprenticeship"}
    names = {clause.name for clause in measure.get("qar").clauses}
    assert names - decided == of_settings | everywhere
    assert decided - set(RESULTS) <= names
