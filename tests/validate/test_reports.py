"""Every printed form of a report: complete, safe with hostile values, the same every time."""

from __future__ import annotations

import csv as stdlib_csv
import io
import json
import re
import zipfile
from datetime import datetime
from html.parser import HTMLParser
from importlib import import_module
from types import SimpleNamespace
from xml.etree import ElementTree

import polars as pl
import pytest

from openilr.validate.compare import OldReport, compare_reports
from openilr.validate.report import FINDINGS, Report, no_findings
from openilr.validate.reports import content, csv, html, text, xlsx
from openilr.validate.reports import json as json_form

HOSTILE = "=<script>alert('x')</script>&\"\u2028"


@pytest.fixture(autouse=True)
def words(monkeypatch):
    known = {
        "ULN_04": SimpleNamespace(
            summary="A ULN must end in its check digit.", why="It joins learning up.", fix="Look it up.",
            fields=["Learner.ULN"], needs=[],
        )
    }  # fmt: skip

    def explain(rule, year):
        return known[rule]

    monkeypatch.setattr(import_module("openilr.validate.explanations"), "explain", explain)


def report(*rows, file="ILR-99999999-2526-20260630-090000-01.xml", **changes):
    frame = pl.DataFrame([dict(zip(FINDINGS, row, strict=True)) for row in rows], schema=FINDINGS)
    found = frame["severity"].to_list()
    counts = {"learners": 19, "aims": 35, "errors": found.count("error"), "warnings": found.count("warning")}
    values = {
        "file": file, "year": "2526", "readable": True, "counts": counts, "findings": frame, "not_run": [],
        "reference": [], "as_of": datetime(2026, 6, 30, 9),
    }  # fmt: skip
    return Report(**(values | changes))


def uln(number, value="1234567890", learner=None):
    fields = json.dumps({"Learner.ULN": value})
    return ("ULN_04", "error", learner or f"L{number:04}", None, number, fields, "Wrong check digit.")


AIM = ("R07", "warning", "L0001", 2, 50, '{"LearningDelivery.AimSeqNumber":2}', "Twice.")
FILE = ("Filename_8", "error", None, None, None, "{}", "In the future.")


def test_json_has_the_promised_shape_on_one_line():
    made = report(uln(1), FILE, not_run=[{"rule": "LearnAimRef_01", "needs": ["lars"]}])
    line = made.to_json()
    assert "\n" not in line
    assert json.loads(line) == {
        "file": "ILR-99999999-2526-20260630-090000-01.xml",
        "year": "2526",
        "readable": True,
        "counts": {"learners": 19, "aims": 35, "errors": 2, "warnings": 0},
        "violations": [
            {"rule": "ULN_04", "severity": "error", "learn_ref_number": "L0001", "aim_seq_number": None, "line": 1,
             "fields": {"Learner.ULN": "1234567890"}, "message": "Wrong check digit."},
            {"rule": "Filename_8", "severity": "error", "learn_ref_number": None, "aim_seq_number": None, "line": None,
             "fields": {}, "message": "In the future."},
        ],
        "not_run": [{"rule": "LearnAimRef_01", "needs": ["lars"]}],
    }  # fmt: skip
    assert list(json.loads(line)["violations"][0]) == list(FINDINGS)
    assert made.to_dict() == json.loads(line)


def test_json_keeps_any_value_exactly():
    nasty = 'a"b\\c\td\x01é\u2028</script>'
    row = ("ULN_04", "error", nasty, 1, 3, json.dumps({"Learner.ULN": nasty}), nasty)
    found = report(row).to_dict()["violations"][0]
    assert (found["learn_ref_number"], found["fields"]["Learner.ULN"], found["message"]) == (nasty, nasty, nasty)


def test_json_of_several_files_is_a_list_also_when_read_by_line():
    both = [report(uln(1)), report(file="b.xml")]
    assert [item["file"] for item in json.loads(json_form.render(both, as_list=True))] == [both[0].file, "b.xml"]
    assert json.loads(json_form.render(both[:1], as_list=False))["file"] == both[0].file
    assert json_form.render_line(both[0]).count("\n") == 1


def test_summary_counts_learners_once_and_leaves_the_file_out():
    made = report(uln(1), uln(2, learner="L0001"), AIM, FILE)
    assert made.summary().rows() == [
        ("ULN_04", "error", 1, 2),
        ("R07", "warning", 1, 1),
        ("Filename_8", "error", 0, 1),
    ]
    assert (made.learners_with_errors, made.learners_with_warnings_only) == (1, 0)
    assert made.has_errors and not report(AIM).has_errors


def test_text_says_what_why_and_what_to_do_within_80_columns():
    rows = [uln(n) for n in range(1, 9)]
    printed = text.render(report(*rows, AIM, not_run=[{"rule": "LearnAimRef_01", "needs": ["lars"]}]))
    assert max(map(len, printed.splitlines())) <= 80
    assert "\x1b" not in printed
    for words in (
        "Found 8 errors and 1 warning. 8 of 19 learners have at least one error.",
        "A ULN must end in its check digit.", "It joins learning up.", "Look it up.", "L0005",
        "and 3 more (use --format csv for all)", "1 rule was not run",
    ):  # fmt: skip
        assert words in printed
    assert "L0006" not in printed
    assert all(line == line.rstrip() for line in printed.splitlines())


def test_text_has_no_control_characters_from_values():
    printed = text.render(report(uln(1, value="\x9b31m\x1b[2Jx\u202e"), ("X", "error", "[red]L\r", 1, 1, "{}", "m")))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", printed)
    assert "[red]L" in printed, "brackets are not taken for styling"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_colour_only_on_a_terminal_and_never_with_no_color(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in text.render(report(uln(1)), Terminal())
    assert "\x1b[" not in text.render(report(uln(1)), io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in text.render(report(uln(1)), Terminal())


def test_text_about_a_clean_an_unreadable_and_a_structure_only_file():
    assert "No errors and no warnings were found." in text.render(report())
    nothing = {"learners": 0, "aims": 0, "errors": 1, "warnings": 0}
    printed = text.render(report(readable=False, year=None, counts=nothing))
    assert "could not be read as an ILR return" in printed and "can not be accepted" in printed
    printed = text.render(report(uln(1), readable=False))
    assert "Only part of this file could be read: 19 learners." in printed and "can not be accepted" in printed
    printed = text.render(report(not_run=[{"rule": "*", "needs": [], "reason": "no rules for this year"}]))
    assert "Only the structure" in printed and "as far as it could be checked" in printed


def test_not_checked_is_grouped_by_need_with_the_most_rules_first():
    items = [{"rule": f"A_{n}", "needs": ["lars"]} for n in range(3)]
    items += [{"rule": "B", "needs": ["postcodes", "lars"]}, {"rule": "C", "needs": [], "reason": "because"}]
    groups = content.not_checked(report(not_run=items))
    assert [(group.need, group.reason, len(group.rules)) for group in groups] == [
        ("lars", "", 4),
        ("postcodes", "", 1),
        ("", "because", 1),
    ]


class Page(HTMLParser):
    """What a browser would see: open elements, cell texts, captions."""

    VOID = frozenset({"meta", "input", "br"})

    def __init__(self, page):
        super().__init__()
        self.stack, self.cells, self.tags, self.attributes, self.captions = [], [], [], [], 0
        self.feed(page)
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        self.captions += tag == "caption"
        if tag == "td":
            self.cells.append("")
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):  # noqa: ARG002
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        if "td" in self.stack:
            self.cells[-1] += data


def test_html_is_inert_whatever_a_value_holds():
    row = ("<b>ULN", "error", HOSTILE, 1, 3, json.dumps({"Learner.ULN": HOSTILE}), HOSTILE)
    made = report(
        row, file="<img src=x onerror=alert(1)>.xml", official={"<b>ULN": HOSTILE}, reference=[(HOSTILE, "f", 1, None)]
    )
    made.compare = compare_reports(made, OldReport("<script>.xml", no_findings()))
    page = Page(html.render([made, made], rows=0))
    assert page.tags.count("script") == 2, "the data and our own script"
    assert not {"img", "b", "link", "iframe"} & set(page.tags)
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] in ("src", "style")]
    assert HOSTILE.replace("\u2028", "\ufffd") in page.cells


def test_html_needs_no_network_and_allows_only_its_own_script():
    page = report(uln(1)).to_html()
    assert not re.search(r"https?://|url\(|@import", page)
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]{44}'", page)
    assert "default-src 'none'" in page


def test_html_without_javascript_shows_every_finding():
    page = Page(report(*[uln(n) for n in range(1, 400)], AIM, FILE).to_html())
    assert {f"L{n:04}" for n in range(1, 400)} <= set(page.cells)
    assert "(whole file)" in page.cells
    assert page.captions == page.tags.count("table")


def test_html_of_a_big_report_stays_small_and_says_what_it_left_out():
    rows = pl.DataFrame([dict(zip(FINDINGS, uln(1), strict=True))], schema=FINDINGS)
    numbers = pl.int_range(60_000, eager=True).cast(pl.String)
    many = pl.concat([rows] * 60_000).with_columns(learn_ref_number=numbers, fields='{"Learner.ULN":"' + numbers + '"}')
    made = report()
    made.findings, made.counts = many, {"learners": 60_000, "aims": 1, "errors": 60_000, "warnings": 0}
    page = html.render([made], stored=100_000)
    assert len(page.encode()) < 10_000_000
    stored = json.loads(re.search(r'<script id="more" type="application/json">(.*?)</script>', page, re.S)[1])
    drawn = page.count("<tr><td>")
    kept = len(stored["f1-r1"])
    assert drawn == 5000 and 0 < kept < 55_000
    assert f"{60_000 - drawn - kept:,} more are not in this page" in page
    assert f"{60_000 - drawn:,} more are not shown here" in page


def test_html_of_several_files_has_an_index_and_distinct_ids():
    page = html.render([report(uln(1)), report(AIM, file="b.xml")])
    ids = [value for tag, name, value in Page(page).attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for tag, name, value in Page(page).attributes if name == "href"}
    assert targets <= set(ids) and {"f1", "f2"} <= targets


def test_html_and_text_show_what_changed():
    made = report(uln(1), uln(2))
    made.compare = compare_reports(made, OldReport("old.xml", report(uln(2), uln(3)).findings))
    for printed in (made.to_html(), text.render(made)):
        assert "1 fixed, 1 new, 1 still open" in printed
    assert made.to_dict()["compare"]["counts"] == {"fixed": 1, "new": 1, "still_open": 1, "not_judged": 0}


def test_notebook_fragment_is_short_and_escaped():
    fragment = report(uln(1), file="<i>.xml")._repr_html_()
    assert "<i>" not in fragment and "ULN_04" in fragment and len(fragment) < 1000


def test_csv_is_flat_and_cannot_act_as_a_formula():
    rows = [uln(n, learner=start + "1+1") for n, start in enumerate(("=", "+", "-", "@", " =", "L"))]
    lines = list(stdlib_csv.DictReader(io.StringIO(csv.render([report(*rows), report(AIM, file="=b.xml")]))))
    learners = [line["learn_ref_number"] for line in lines]
    assert learners[:6] == ["'=1+1", "'+1+1", "'-1+1", "'@1+1", "' =1+1", "L1+1"]
    assert lines[6]["file"] == "'=b.xml"
    assert (lines[6]["aim_seq_number"], lines[6]["line"], lines[6]["fields"]) == (
        "2",
        "50",
        "LearningDelivery.AimSeqNumber=2",
    )
    assert tuple(lines[0]) == csv.COLUMNS


def test_csv_without_findings_has_its_header():
    assert csv.render([report()]).strip() == ",".join(csv.COLUMNS)
    assert csv.render([]).strip() == ",".join(csv.COLUMNS)


def sheets(data):
    """Sheet name to rows of cell texts."""

    def part(book, name):
        return ElementTree.fromstring(book.read(name))  # noqa: S314 - a file that we have just written

    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        names = [s.get("name") for s in part(book, "xl/workbook.xml").iterfind(".//m:sheet", space)]
        found = {}
        for number, name in enumerate(names, 1):
            tree = part(book, f"xl/worksheets/sheet{number}.xml")
            assert tree.find(".//m:f", space) is None, "a formula"
            assert tree.find(".//m:hyperlink", space) is None
            assert tree.find(".//m:pane", space) is not None and tree.find("m:autoFilter", space) is not None
            found[name] = [["".join(cell.itertext()) for cell in row] for row in tree.iterfind(".//m:row", space)]
    return found


def test_xlsx_has_its_sheets_and_nothing_acts_as_a_formula_or_a_link():
    rows = [
        uln(1, learner="=1+1"),
        uln(2, learner="http://x.example"),
        uln(3, learner="007"),
        uln(4, value="x" * 40_000),
    ]
    made = report(*rows, not_run=[{"rule": "LearnAimRef_01", "needs": ["lars"]}])
    found = sheets(xlsx.render([made, report(file="b.xml")]))
    assert list(found) == ["Summary", "Findings", "Learners", "Not checked", "About"]
    assert [row[4] for row in found["Findings"]] == ["Learner", "=1+1", "http://x.example", "007", "L0004"]
    assert found["Findings"][1][-1] == "Look it up."
    assert found["Not checked"][1][1:] == ["LearnAimRef_01", "lars"]
    assert {row[0] for row in found["Summary"][1:]} == {made.file, "b.xml"}


def test_xlsx_goes_on_in_another_sheet_when_one_is_full():
    found = sheets(xlsx.render([report(*[uln(n) for n in range(1, 8)])], most_rows=3))
    assert [len(found[name]) - 1 for name in ("Findings", "Findings 2", "Findings 3")] == [3, 3, 1]


@pytest.mark.parametrize(
    "render",
    [
        lambda r: text.render(r),
        lambda r: html.render([r]),
        lambda r: csv.render([r]),
        lambda r: xlsx.render([r]),
        lambda r: r.to_json(),
    ],
)
def test_the_same_report_gives_the_same_bytes(render):
    def make():
        return report(uln(1), uln(2), AIM, FILE, not_run=[{"rule": "A", "needs": ["b", "c"]}])

    assert render(make()) == render(make())


def test_learners_with_most_errors_come_first():
    found = report(uln(1), uln(2), AIM).by_learner()
    assert found.columns == ["learn_ref_number", "errors", "warnings", "rules"]
    assert found["errors"].to_list() == sorted(found["errors"].to_list(), reverse=True)
    assert found["errors"].sum() + found["warnings"].sum() == 3
    page = html.render([report(uln(1), uln(2), AIM)])
    assert "Learners with most findings" in page
