"""The packs against the official lists that they were read from. Skipped where those files are not at hand."""

import csv
import re
from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
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


FUNDING_STREAM = re.compile(r"\b(?:[A-Z0-9]+-)*[A-Z]+[A-Z0-9-]*\d{4}\b|\b16-18NLAP2018\b")


def streams_of(text: str) -> set[str]:
    """Codes that follow "FundingStreamPeriodCode" in a rule's text."""
    _, _, after = text.partition("FundingStreamPeriodCode")
    return set(FUNDING_STREAM.findall(after.partition("LearningDelivery")[0]))


@pytest.mark.parametrize("year", WHOLE)
def test_funding_streams_are_those_that_the_rules_name(year):
    texts = {row["Name"]: row["DetailedDescription"] for row in read("2526/validation-rules.csv")}
    if year == "2627":
        texts |= {row["Name"]: row["DetailedDescription"] for row in read("2627/validation-rules-changes.csv")}
    live = {rule for rule, facts in years.load(year).rules.items() if facts.is_live}
    named = {rule: streams_of(text) for rule, text in texts.items() if rule in live and streams_of(text)}
    ours = {rule: set(codes) for rule, codes in years.load(year).parameters["funding_streams"].items()}
    assert ours == named


@pytest.mark.parametrize("year", WHOLE)
def test_lists_of_derived_data_are_those_published(year):
    parameters = years.load(year).parameters
    column = "DetailedDescription2627" if year == "2627" else "DetailedDescription2526"
    texts = {row["Name"]: row[column] or row["DetailedDescription2627"] for row in read("derived-data.csv")}
    assert set(re.findall(r"\b[A-Z]{4}\b", texts["DD27"])) - {"UKPRN"} == set(
        parameters["organisation_types"]["grant_funded"]
    )
    maths = re.search(r"BasicSkillsType = ([\d, ]+)", texts["DD40"])
    assert set(re.findall(r"\d+", maths[1])) == set(parameters["basic_skills_types"]["english_and_maths"])
    devolved = set(re.findall(r"\b1[123]\d\b", texts["DD35"]))
    # The workbook of 2025-26, the later document, has three more than the CSV (divergences.toml, DD35).
    more = {"121", "122", "123"} if year == "2526" else set()
    assert set(parameters["source_of_funding"]["devolved"]) == devolved | more


def test_codes_are_those_collected_and_those_that_rules_add():
    renamed = {"PriorAttain (2020-21)": "PriorAttain"}
    collected = {
        (renamed.get(row["field"], row["field"]), row["type"].removeprefix("LearnAimRefType "), row["code"])
        for row in read("code-lists.csv")
    }
    with (Path(years.__file__).parent / "lookups" / "codes.csv").open(encoding="utf-8", newline="") as f:
        ours = {(row["field"], row["type"], row["code"]) for row in csv.DictReader(f)}
    assert collected <= ours
    from_rules = {("LearnDelFAMCode", "SOF", str(code)) for code in range(124, 131)}
    assert ours - collected == from_rules | {("HRSCode", "HRS", "6"), ("LearnFAMCode", "MMH", "1")}


def test_dates_of_codes_are_those_collected():
    dates = {
        (row["field"], row["type"].removeprefix("LearnAimRefType "), row["code"]): (row["valid_from"], row["valid_to"])
        for row in read("code-lists.csv")
    }
    for field in ("LLDDCat", "LearnDelFAMCode", "LearnFAMCode", "ESMCode", "MSTUFEE", "QUALENT3", "FundModel"):
        for code in years.load("2526").code_list(field).codes:
            published = dates.get((field, code.type, code.code), ("", ""))
            assert (str(code.valid_from or ""), str(code.valid_to or "")) == published


def test_return_dates_are_those_collected():
    for row in read("collection-timetable.csv"):
        name = row["year"][2:4] + row["year"][5:7]
        if name in years.available():
            closes = years.load(name).returns[row["return"]].closes
            assert str(closes or "") == row["closes"]


def test_titles_and_identifiers_are_those_of_the_field_dictionary():
    schema = years.load("2627").schema
    for row in read("field-dictionary.csv"):
        if row["kind"] == "field":
            field = schema.field(f"{row['entity']}.{row['field']}")
            assert (field.title, field.identifier) == (row["title"], row["personal_identifier"] == "yes")


@pytest.mark.parametrize("year", WHOLE)
def test_the_import_tool_makes_the_pack_s_rules(year):
    path = Path(__file__).parents[2] / "tools" / "import_rules.py"
    tool = module_from_spec(spec_from_file_location("import_rules", path))
    tool.__loader__.exec_module(tool)
    pack = Path(years.__file__).parent / year / "rules.csv"
    ours = tool.read(pack)
    assert tool.convert(read(LISTS[year]), {row["rule"]: row for row in ours}) == ours
