"""The rules that `ilr rules` lists are those that are officially published and not Deleted."""

import csv

import pytest

from openilr.validate import rule_list


@pytest.mark.parametrize(
    ("year", "file", "status"),
    [("2526", "2526/validation-rules.csv", "Status"), ("2627", "2627/rule-names.csv", "Status")],
)
def test_the_list_is_the_official_one(official, year, file, status):
    with (official / file).open(encoding="utf-8-sig", newline="") as f:
        rows = list(csv.DictReader(f))
    live = {r["Name"] for r in rows if r[status] != "Deleted" and not r["Category"].startswith("Derived")}
    assert {r.rule for r in rule_list(year)} == live
