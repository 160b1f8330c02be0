"""Synthetic returns that are meant to be valid are, by every rule that there is; and planted faults are found."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from openilr.synth import write_reference, write_return
from openilr.synth.faults import FAULTS
from openilr.validate import rule_list, validate

PREPARED = {"2526": date(2026, 6, 30), "2627": date(2027, 6, 30)}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    write_reference(folder)
    return folder


@pytest.mark.parametrize("year", PREPARED)
def test_a_valid_return_has_no_errors(tmp_path: Path, reference: Path, year: str):
    written = write_return(tmp_path, 1500, year=year, prepared=PREPARED[year])
    report = validate(written.path, reference=reference, as_of=PREPARED[year] + timedelta(days=1))
    assert report.counts["learners"] == 1500
    errors = report.findings.filter(report.findings["severity"] == "error")
    shown = errors.group_by("rule", maintain_order=True).first().select("rule", "message").rows()
    assert not shown, f"Either the rule or openilr.synth is wrong: {shown}"


def test_each_planted_fault_is_found_by_its_rule(tmp_path: Path, reference: Path):
    written = write_return(tmp_path, 1500, faults=0.3)
    report = validate(written.path, reference=reference, as_of=date(2026, 7, 1))
    found = set(zip(report.findings["learn_ref_number"], report.findings["rule"], strict=True))
    assert len(written.planted) > 300
    assert not [planted for planted in written.planted if planted not in found]
    assert {rule for _, rule in written.planted} == set(FAULTS) & {
        said.rule for said in rule_list("2526") if said.status == "implemented"
    }


def test_learners_without_a_fault_are_not_blamed(tmp_path: Path, reference: Path):
    written = write_return(tmp_path, 600, faults=0.3)
    report = validate(written.path, reference=reference, as_of=date(2026, 7, 1))
    blamed = set(report.findings.filter(report.findings["severity"] == "error")["learn_ref_number"].drop_nulls())
    assert blamed == {learner for learner, _ in written.planted}
