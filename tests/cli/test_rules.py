"""``ilr rules`` and ``ilr schema``."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from openilr import years
from openilr.cli.run import run

KEYS = ["rule", "year", "category", "severity", "status", "reason", "fields", "needs", "summary", "since", "until"]


@pytest.mark.parametrize("year", ["2526", "2627"])
def test_json_lists_every_live_rule_once_with_the_promised_keys(capsysbinary, year):
    assert run(["rules", "--year", year, "--format", "json"]) == 0
    found = json.loads(capsysbinary.readouterr().out)
    assert all(list(each) == KEYS for each in found)
    live = [
        name
        for name, facts in years.load(year).rules.items()
        if facts.status != "Deleted" and not facts.category.startswith("Derived")
    ]
    assert [each["rule"] for each in found] == live
    assert {each["status"] for each in found} <= {"implemented", "not_yet", "service_only"}
    assert all(each["reason"] for each in found if each["status"] != "implemented")
    assert all(isinstance(each["fields"], list) and isinstance(each["needs"], list) for each in found)


def test_text_ends_with_the_coverage(capsysbinary):
    assert run(["rules"]) == 0
    out = capsysbinary.readouterr().out.decode()
    listed = json_of(capsysbinary, "rules", "--format", "json")
    number = sum(each["status"] == "implemented" for each in listed)
    assert f"{len(listed)} rules: {number} implemented, " in out
    assert "ULN_04" in out


def json_of(capsysbinary, *arguments):
    assert run(list(arguments)) == 0
    return json.loads(capsysbinary.readouterr().out)


def test_one_rule_is_explained_whatever_the_case_of_its_id(capsysbinary):
    assert run(["rules", "uln_04"]) == 0
    out = capsysbinary.readouterr().out.decode()
    for label in ("ULN_04", "What it asks", "Why it matters", "What to do", "Learner.ULN", "Cases"):
        assert label in out
    one = json_of(capsysbinary, "rules", "ULN_04", "--format", "json")
    assert [each["rule"] for each in one] == ["ULN_04"] and one[0]["fix"]


@pytest.mark.parametrize("year", ["1819", "2021", "2526", "2627"])
def test_schema_is_printed_whole(capsysbinary, year):
    assert run(["schema", year]) == 0
    tree = ElementTree.fromstring(capsysbinary.readouterr().out)  # noqa: S314 - our own text
    assert tree.get("targetNamespace") == years.load(year).namespace
