"""The packs against the official lists that they were read from. Skipped where those files are not at hand."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from openilr import years

OFFICIAL = Path(__file__).parents[3] / "shared" / "ilr"
LISTS = {"2526": "2526/validation-rules.csv", "2627": "2627/rule-names.csv"}
WHOLE = sorted(LISTS)

pytestmark = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official files are not at hand")


def read(name: str) -> list[dict[str, str]]:
    with (OFFICIAL / name).open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


@pytest.mark.parametrize("year", WHOLE)
def test_every_published_row_is_in_the_pack_and_no_other(year):
    published = Counter(row["Name"] for row in read(LISTS[year]))
    ours = Counter({rule: facts.rows for rule, facts in years.load(year).rules.items()})
    assert ours == published


@pytest.mark.parametrize("year", WHOLE)
def test_published_order_is_kept(year):
    assert list(years.load(year).rules) == list(dict.fromkeys(row["Name"] for row in read(LISTS[year])))


@pytest.mark.parametrize("year", WHOLE)
def test_category_status_and_service_are_the_published_ones(year):
    rules = years.load(year).rules
    for row in read(LISTS[year]):
        facts = rules[row["Name"]]
        assert (facts.category, facts.status, facts.in_fis) == (row["Category"], row["Status"], row["RuleInFis"] == "Y")


@pytest.mark.parametrize("year", WHOLE)
def test_severity_is_the_published_one_or_the_note_says_why(year):
    rules = years.load(year).rules
    differ = {row["Name"] for row in read(LISTS[year]) if row["Severity"].lower() != rules[row["Name"]].severity}
    unexplained = {rule for rule in differ if not rules[rule].is_derived and "everity" not in rules[rule].note}
    assert not unexplained


@pytest.mark.parametrize(("year", "rows", "ids", "logic", "definitions", "derived", "file_level"), [
    ("2526", 840, 839, 597, 203, 23, 17),
    ("2627", 866, 866, 621, 205, 23, 17),
])  # fmt: skip
def test_counts_of_rules_that_are_not_deleted(year, rows, ids, logic, definitions, derived, file_level):
    live = [facts for facts in years.load(year).rules.values() if facts.is_live]
    by_category = Counter()
    for facts in live:
        by_category[facts.category] += facts.rows
    assert (sum(by_category.values()), len(live)) == (rows, ids)
    assert by_category.pop("Field Definition") == definitions
    assert by_category.pop("Derived Data for validation") == derived
    assert by_category.pop("File Level") == file_level
    assert sum(by_category.values()) == logic


def test_rules_that_the_next_year_lost_are_named_or_renamed():
    gone = {rule for rule in years.load("2526").rules if rule not in years.load("2627").rules}
    assert gone == {row["Name"] for row in read("2627/rules-removed.csv") if row["Category"]}
    renamed = {facts.previous_name for facts in years.load("2627").rules.values() if facts.previous_name}
    assert renamed == {row["Name"] for row in read("2627/rules-removed.csv") if row["Note"].startswith("Renamed")}


def test_the_eight_rules_that_the_workbook_deletes_are_noted():
    noted = {r for r, facts in years.load("2526").rules.items() if "deleted in the version 3 workbook" in facts.note}
    workbook = {
        row["rule_name"].lower()
        for row in read("2526/validation-rules-workbook.csv")
        if "delete" in row["status"].lower() or "deleted" in row["section"]
    }
    live = {rule for rule, facts in years.load("2526").rules.items() if facts.is_live}
    assert noted == {rule for rule in live if rule.lower() in workbook}
    assert len(noted) == 8


def test_changes_cover_what_is_new_changed_or_other_although_rolled_over():
    changes = years.load("2627").changes
    before = {rule.lower().replace(" ", "_") for rule in years.load("2526").rules}
    live = {rule: facts for rule, facts in years.load("2627").rules.items() if facts.is_live}
    new = {rule for rule in live if rule.lower().replace(" ", "_") not in before}
    changed = {row["Name"] for row in read("2627/validation-rules-changes.csv") if row["Status"] == "Changed"} - new
    differs = {
        row["Name"]
        for row in read("2627/rolled-over-differences.csv")
        if row["Kind"] == "substantive" or row["Field"] == "Severity"
    }
    assert {rule for rule, change in changes.items() if change.kind == "new"} == new
    assert {rule for rule, change in changes.items() if change.kind == "changed"} == changed
    assert {rule for rule, change in changes.items() if change.kind == "differs"} == differs
