"""What is fixed, new and still open between two runs."""

from __future__ import annotations

import json

import polars as pl
import pytest

from openilr.validate.compare import OldReport, compare, partner, read_reports
from openilr.validate.report import FINDINGS, no_findings


def findings(*rows):
    names = list(FINDINGS)
    return pl.DataFrame([dict(zip(names, row, strict=True)) for row in rows], schema=FINDINGS)


ULN = ("ULN_04", "error", "L1", None, 10, '{"Learner.ULN":"1"}', "m")
AIM = ("R07", "error", "L1", 1, 12, '{"LearningDelivery.AimSeqNumber":"1"}', "m")
FILE = ("Filename_1", "error", None, None, None, "{}", "m")


def test_fixed_new_and_still_open_are_told_apart_and_lines_do_not_matter():
    moved = (*ULN[:4], 99, *ULN[5:])
    result = compare(findings(moved, FILE), OldReport("old.xml", findings(ULN, AIM)))
    assert result.still_open["rule"].to_list() == ["ULN_04"]
    assert result.still_open["line"].to_list() == [99], "the row shown is the one of now"
    assert result.new["rule"].to_list() == ["Filename_1"]
    assert result.fixed["rule"].to_list() == ["R07"]
    assert result.new.schema == FINDINGS


def test_another_wrong_value_is_one_fixed_and_one_new():
    other = (*ULN[:5], '{"Learner.ULN":"2"}', "m")
    result = compare(findings(other), OldReport("old.xml", findings(ULN)))
    assert result.counts == {"fixed": 1, "new": 1, "still_open": 0, "not_judged": 0}


def test_the_order_of_fields_in_the_text_does_not_matter():
    one = (*ULN[:5], '{"Learner.ULN":"1","Learner.Sex":"é"}', "m")
    two = (*ULN[:5], '{"Learner.Sex": "\\u00e9", "Learner.ULN": "1"}', "m")
    assert compare(findings(one), OldReport("old.xml", findings(two))).counts["still_open"] == 1


def test_repeated_findings_pair_off_one_by_one_also_without_a_learner():
    result = compare(findings(FILE, FILE, FILE), OldReport("old.xml", findings(FILE)))
    assert result.counts == {"fixed": 0, "new": 2, "still_open": 1, "not_judged": 0}


def test_a_rule_that_was_not_run_is_not_called_fixed():
    result = compare(no_findings(), OldReport("old.xml", findings(ULN, AIM)), not_run=frozenset({"ULN_04"}))
    assert result.fixed["rule"].to_list() == ["R07"]
    assert result.not_judged["rule"].to_list() == ["ULN_04"]


def test_rules_that_were_not_asked_for_are_not_called_fixed():
    result = compare(no_findings(), OldReport("old.xml", findings(ULN, AIM)), asked_for=frozenset({"R07"}))
    assert (result.fixed["rule"].to_list(), result.not_judged["rule"].to_list()) == (["R07"], ["ULN_04"])


def test_a_star_in_not_run_leaves_only_the_schema_judged():
    schema = ("Schema", *ULN[1:])
    result = compare(no_findings(), OldReport("old.xml", findings(schema, ULN)), not_run=frozenset({"*"}))
    assert (result.fixed["rule"].to_list(), result.not_judged["rule"].to_list()) == (["Schema"], ["ULN_04"])


def test_new_findings_of_rules_that_the_old_run_left_out_are_counted():
    result = compare(findings(ULN, AIM), OldReport("old.xml", no_findings(), frozenset({"R07"})))
    assert (result.counts["new"], result.newly_judged) == (2, 1)


def test_both_empty():
    result = compare(no_findings(), OldReport("old.xml", no_findings()))
    assert set(result.counts.values()) == {0}
    assert result.by_rule().height == 0
    assert json.loads(result.to_json())["fixed"] == []


def test_numbers_by_rule():
    result = compare(findings(ULN, FILE), OldReport("old.xml", findings(ULN, AIM)))
    assert result.by_rule().rows() == [("Filename_1", 0, 1, 0, 0), ("ULN_04", 0, 0, 1, 0), ("R07", 1, 0, 0, 0)]


def document(file, *rows):
    names = list(FINDINGS)
    violations = [dict(zip(names, row, strict=True)) | {"fields": json.loads(row[5])} for row in rows]
    return {"file": file, "violations": violations, "not_run": [{"rule": "X_01", "needs": ["lars"]}]}


@pytest.mark.parametrize("form", ["object", "list", "lines", "indented"])
def test_reports_are_read_back_from_every_json_form(tmp_path, form):
    one, two = document("a.xml", ULN), document("b.xml", AIM)
    text = {
        "object": json.dumps(one),
        "list": json.dumps([one, two]),
        "lines": json.dumps(one) + "\n" + json.dumps(two, ensure_ascii=False) + "\n",
        "indented": "\ufeff" + json.dumps(one, indent=2),
    }[form]
    path = tmp_path / "old.json"
    path.write_text(text, "utf-8")
    old = read_reports(path)
    assert [item.file for item in old] == (["a.xml", "b.xml"] if form in ("list", "lines") else ["a.xml"])
    assert old[0].not_run == {"X_01"}
    assert compare(findings(ULN), old[0]).counts["still_open"] == 1


def test_an_ilr_file_is_not_taken_for_a_report_and_other_json_is_refused_in_one_sentence(tmp_path):
    xml = tmp_path / "a.xml"
    xml.write_bytes(b"<Message/>")
    assert read_reports(xml) is None
    for text in (
        '{"a": 1}',
        "[1]",
        '{"file": ',
        '{"file":"a","violations":[{"rule":"A","aim_seq_number":"x","fields":{}}]}',
    ):
        other = tmp_path / "x.json"
        other.write_text(text)
        with pytest.raises(ValueError, match=r"^x\.json is JSON but not a report"):
            read_reports(other)


def test_the_old_report_of_a_file_is_found_by_name_then_by_provider_and_year():
    a = OldReport("ILR-10000001-2526-20260101-090000-01.xml", no_findings())
    b = OldReport("ILR-10000002-2526-20260101-090000-01.xml", no_findings())
    assert partner(b.file, [a, b], alone=False) is b
    assert partner("ILR-10000002-2526-20260630-110000-02.ZIP", [a, b], alone=False) is b
    assert partner("ILR-10000003-2526-20260630-110000-02.xml", [a, b], alone=True) is None
    assert partner("other.xml", [a], alone=True) is a
    assert partner("other.xml", [a], alone=False) is None
