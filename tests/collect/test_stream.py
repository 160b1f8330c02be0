"""Tables and findings of messages: batches, lines, every finding, years."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl
import pytest

from openilr import years
from openilr.collect import Tables, Unreadable
from openilr.collect import read as read_file
from openilr.collect.stream import Stream
from tests.collect.conftest import read_bytes
from tests.collect.messages import document, message

YEARS = ("1819", "2021", "2526", "2627")


def many(year: str = "2526", learners: int = 7) -> str:
    return document(message(year, full=True, learners=learners))


def line_of(text: str, needle: str, nth: int = 1) -> int:
    at = -1
    for _ in range(nth):
        at = text.index(needle, at + 1)
    return text.count("\n", 0, at) + 1


def replace_nth(text: str, old: str, new: str, nth: int) -> str:
    parts = text.split(old)
    assert len(parts) > nth
    return old.join(parts[:nth]) + new + old.join(parts[nth:])


@pytest.mark.parametrize("year", YEARS)
def test_every_field_of_the_year_is_read_into_its_table(year, read):
    result = read(many(year, 1))
    schema = years.load(year).schema
    (tables,) = result.parts if len(result.parts) == 1 else [Tables.join(result.parts)]
    assert result.findings == []
    assert list(tables.frames) == list(schema.entities)
    for field in schema.fields.values():
        assert tables[field.entity][field.name].null_count() == 0, field.path
        assert tables[field.entity].height == 1
    assert tables["Learner"].columns[:4] == ["row", "parent", "learner", "line"]
    assert tables["Header"].columns[:3] == ["row", "parent", "line"]


def test_types_of_the_columns(read):
    tables = read(many()).parts[0]
    assert tables["Learner"].schema["ULN"] == pl.Int64
    assert tables["Learner"].schema["Ethnicity"] == pl.Int32
    assert tables["Learner"].schema["DateOfBirth"] == pl.Date
    assert tables["Learner"].schema["LearnRefNumber"] == pl.String
    assert tables["LearningDeliveryHE"].schema["STULOAD"] == pl.Float64
    assert tables["Source"].schema["DateTime"] == pl.Datetime("us")
    keys = [tables["LearningDelivery"].schema[k] for k in ("row", "parent", "learner", "line")]
    assert keys == [pl.UInt32] * 4


def test_types_do_not_depend_on_what_occurs(read):
    full, small = read(many()).parts[0], read(document(message("2526", full=False))).parts[0]
    assert {n: f.schema for n, f in full.frames.items()} == {n: f.schema for n, f in small.frames.items()}


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("batch", [1, 2, 3, 7, 100])
def test_batches_together_equal_the_whole(year, batch, read):
    text = many(year)
    whole, parts = read(text), read(text, batch=batch)
    assert max(part["Learner"].height for part in parts.parts) <= batch
    one, other = Tables.join(whole.parts), Tables.join(parts.parts)
    for name in one.frames:
        assert one[name].equals(other[name]), name
    assert parts.stream.counts == whole.stream.counts == {"learners": 7, "aims": 7}


def test_ids_start_again_in_each_batch_and_the_header_is_repeated(read):
    for part in read(many(), batch=3).parts:
        assert part["Learner"]["row"].to_list() == list(range(part["Learner"].height))
        assert part["LearningDelivery"]["learner"].to_list() == list(range(part["Learner"].height))
        assert part["Source"]["UKPRN"].to_list() == [10000000]


def test_both_ways_of_reading_give_the_same_tables():
    text = many().replace("Sample", "A&amp;B &#65;&#x42; &lt;").replace("<NINumber>FFF</NINumber>", "<NINumber/>")
    for variant in (text, text.replace("\n", "\r\n"), text.replace("\n", "").replace("\t", "")):
        slow, fast = read_bytes(variant, None), read_bytes(variant, 0)
        for name in slow.parts[0].frames:
            assert slow.parts[0][name].equals(fast.parts[0][name]), name
        assert slow.findings == fast.findings
        assert "A&B AB <" in slow.parts[0]["Learner"]["FamilyName"][0]


def test_line_ends_inside_a_value_are_read_as_xml_reads_them(read):
    text = many(learners=1).replace("<AddLine1>1 The Street", "<AddLine1>1\r\nThe\rStreet&#13;")
    assert read(text).parts[0]["Learner"]["AddLine1"].to_list() == ["1\nThe\nStreet\r"]


def test_lines_are_those_of_the_start_tags(read):
    text = many()
    tables = read(text).parts[0]
    for entity in ("Learner", "LearningDelivery", "AppFinRecord", "Source"):
        expected = [line_of(text, f"<{entity}>", n + 1) for n in range(tables[entity].height)]
        assert tables[entity]["line"].to_list() == expected


def test_parents_and_learners(read):
    root = message("2526", full=True, learners=3)
    second = [c for c in root.children if c.name == "Learner"][1]
    second.children.append(second.find("LearningDelivery").copy())
    tables = read(document(root)).parts[0]
    assert tables["LearningDelivery"]["parent"].to_list() == [0, 1, 1, 2]
    assert tables["LearningDeliveryFAM"]["parent"].to_list() == [0, 1, 2, 3]
    assert tables["LearningDeliveryFAM"]["learner"].to_list() == [0, 1, 1, 2]
    assert tables["EmploymentStatusMonitoring"]["parent"].to_list() == [0, 1, 2]


def test_a_finding_says_where_it_stands(read):
    text = replace_nth(many(), "<AimSeqNumber>1<", "<AimSeqNumber>5<", 3)
    text = replace_nth(text, "<AFinAmount>1</", "<AFinAmount>much</", 3)
    (finding,) = read(text).findings
    assert (finding.kind, finding.entity, finding.field) == ("TYPE", "AppFinRecord", "AFinAmount")
    assert (finding.learn_ref_number, finding.aim_seq_number, finding.learner) == ("Learner 3", 5, 2)
    assert finding.line == line_of(text, "much")
    assert finding.value == "much"
    assert finding.message == 'AFinAmount must be a whole number, and is "much".'
    assert finding.schema


@pytest.mark.parametrize("batch", [1, 2, 5000])
def test_the_line_is_that_of_the_element_in_every_batch(read, batch):
    text = replace_nth(many(), "<Ethnicity>1<", "<Ethnicity>x<", 6)
    (finding,) = read(text, batch=batch).findings
    assert finding.line == line_of(text, "<Ethnicity>x")
    assert (finding.learner, finding.learn_ref_number) == (5, "Learner 6")


def test_the_line_is_not_that_of_a_remark_which_looks_like_the_element():
    text = many(learners=1).replace("<Ethnicity>1<", "<!-- <Ethnicity>0</Ethnicity> -->\n<Ethnicity\n>x<", 1)
    (finding,) = read_bytes(text).findings
    assert finding.line == line_of(text, "<Ethnicity\n>x")


def test_the_line_of_a_finding_in_the_header(read):
    text = many().replace("<SerialNo>01<", "<SerialNo>A1<", 1)
    (finding,) = read(text).findings
    assert (finding.kind, finding.entity, finding.line) == ("AP", "Source", line_of(text, "<SerialNo>A1"))
    assert (finding.learner, finding.learn_ref_number) == (None, None)


def test_all_findings_are_given_not_only_the_first(read):
    text = many()
    changes = [
        ("<Ethnicity>1<", "<Ethnicity>x<"),
        ("<Sex>F<", "<Sex>FF<"),
        ("<Postcode>FFF</Postcode>", ""),
        ("<PlanLearnHours>1<", "<PlanLearnHours>10000<"),
        ("<ULN>1000000000<", "<ULN>1<"),
        ("<TelNo>", "<Fax>1</Fax><TelNo>"),
    ]
    for nth, (old, new) in enumerate(changes, 1):
        text = replace_nth(text, old, new, nth)
    result = read(text)
    found = [(f.kind, f.field, f.learner) for f in result.findings if f.schema]
    assert found == [("TYPE", "Ethnicity", 0), ("AL", "Sex", 1), ("MA", "Postcode", 2), ("AR", "PlanLearnHours", 3),
                     ("AR", "ULN", 4), ("UNKNOWN", "Fax", 5)]  # fmt: skip
    assert [f.line for f in result.findings] == sorted(f.line for f in result.findings)


def test_a_broken_learner_does_not_hide_the_others(read):
    text = replace_nth(
        many(), "<Ethnicity>1</Ethnicity>", "<Ethnicity><b>1</b></Ethnicity><Sex>M</Sex><Foo><Learner/></Foo>", 2
    )
    result = read(text)
    assert result.learners == ["Learner 1", *(f"Learner {n}" for n in range(2, 8))]
    assert {f.learner for f in result.findings} == {1}
    assert result.stream.complete


def test_a_value_breaks_each_kind_once(read):
    text = many(learners=1).replace("<ALSCost>1<", "<ALSCost>1234567<")
    assert [(f.kind, f.schema) for f in read(text).findings] == [("AR", True), ("AL", False)]
    assert read(text).parts[0]["Learner"]["ALSCost"].to_list() == [1234567]


def test_a_definition_that_the_schema_does_not_hold_is_marked(read):
    text = many(learners=1).replace("<Accom>1<", "<Accom>-1<")
    (finding,) = read(text).findings
    assert (finding.kind, finding.field, finding.schema) == ("AL", "Accom", False)


def test_a_blank_mandatory_field_counts_as_missing_but_not_for_the_schema(read):
    text = many(learners=1).replace("<LearnRefNumber>Learner 1<", "<LearnRefNumber> <")
    assert [(f.kind, f.schema) for f in read(text).findings] == [("MA", False)]


def test_numbers_and_dates_are_trimmed(read):
    text = (
        many(learners=1)
        .replace("<Ethnicity>1<", "<Ethnicity>\n 31\t<")
        .replace("<ULN>1000000000<", "<ULN>+01000000001<")
    )
    tables = read(text).parts[0]
    assert read(text).findings == []
    assert tables["Learner"].select("Ethnicity", "ULN").row(0) == (31, 1000000001)


def test_an_unreadable_value_is_null_and_reported(read):
    text = many(learners=1).replace("<DateOfBirth>2009-02-27<", "<DateOfBirth>2009-02-29<")
    result = read(text)
    assert result.parts[0]["Learner"]["DateOfBirth"].to_list() == [None]
    assert result.kinds == ["TYPE"]


def test_time_zones_are_left_out_of_the_value(read):
    text = many(learners=1).replace("<DateOfBirth>2009-02-27<", "<DateOfBirth>2009-02-27+01:00<")
    result = read(text)
    assert result.findings == []
    assert result.parts[0]["Learner"]["DateOfBirth"].to_list() == [dt.date(2009, 2, 27)]


def test_too_many_groups_and_too_few(read):
    root = message("2526", full=True)
    learner = root.find("Learner")
    he = learner.find("LearnerHE")
    learner.children.insert(learner.children.index(he), he.copy())
    learner.children.remove(learner.find("LearningDelivery"))
    result = read(document(root))
    assert [(f.kind, f.entity, f.field, f.value) for f in result.findings] == [
        ("EO", "LearningDelivery", None, None), ("EO", "LearnerHE", None, "2")]  # fmt: skip
    assert result.findings[1].message == "LearnerHE may occur at most once in Learner, and occurs twice."


def test_a_message_without_learners(read):
    text = re.sub(r"\s*<Learner>.*</Learner>", "", many(learners=1), flags=re.DOTALL)
    result = read(text)
    assert [(f.kind, f.entity) for f in result.findings] == [("EO", "Learner")]
    assert [part["Learner"].height for part in result.parts] == [0]
    assert result.parts[0]["Source"].height == 1
    allowed = re.sub(r"\s*<Learner>.*</Learner>", "", many("1819", 1), flags=re.DOTALL)
    assert read(allowed).findings == []


def test_destinations_of_older_years(read):
    text = many("1819").replace("<OutCode>1<", "<OutCode>x<")
    result = read(text)
    tables = Tables.join(result.parts)
    assert tables["DPOutcome"].height == tables["LearnerDestinationandProgression"].height == 1
    assert [(f.entity, f.field, f.learn_ref_number, f.learner) for f in result.findings] == [
        ("DPOutcome", "OutCode", "Learner 1", None)
    ]


def test_the_header_as_a_dictionary(read):
    stream = read(many("2627")).stream
    assert stream.header["Year"] == "2627"
    assert stream.header["UKPRN"] == stream.header["LearningProvider.UKPRN"] == 10000000
    assert stream.header["FilePreparationDate"] == dt.date(2009, 2, 27)
    assert stream.namespace == "ILR/2026-27"
    assert stream.year == years.load("2627")


def test_the_namespace_of_another_year_reads_as_that_year(read):
    text = many("2526").replace("ESFA/ILR/2025-26", "ILR/2026-27")
    result = read(text)
    assert result.stream.year == years.load("2627")
    assert "NAMESPACE" not in result.kinds  # it is a 2026-27 message now, with the wrong year and fields in it
    assert {"ENUM", "UNKNOWN"} <= set(result.kinds)


@pytest.mark.parametrize(("namespace", "words"), [("ESFA/ILR/2023-24", "has the namespace"), ("", "has no namespace")])
def test_an_unknown_namespace_is_reported_once_and_learners_are_read(read, namespace, words):
    text = many("2526").replace("ESFA/ILR/2025-26", namespace)
    result = read(text)
    assert result.kinds == ["NAMESPACE"]
    assert words in result.findings[0].message
    assert '"ESFA/ILR/2025-26" was expected (2025-26)' in result.findings[0].message
    assert result.stream.year is None
    assert result.stream.read_as == years.load("2526")
    assert len(result.learners) == 7


def test_the_file_name_tells_the_year_where_the_message_does_not(read):
    text = many("2021").replace("ESFA/ILR/2020-21", "x").replace("<Year>2021</Year>", "")
    assert read(text, name="ILR-10000000-2021-20210630-090000-01.xml").stream.read_as == years.load("2021")


def test_a_prefix_is_as_good_as_none(read):
    text = many()
    prefixed = re.sub(r"<(/?)([A-Z])", r"<\1i:\2", text).replace("xmlns=", "xmlns:i=")
    plain, other = read(text), read(prefixed, batch=3)
    assert other.findings == []
    assert Tables.join(other.parts)["Learner"].equals(plain.parts[0]["Learner"])


def test_elements_of_another_namespace_are_reported_and_read(read):
    text = many(learners=1).replace("<Ethnicity>", '<Ethnicity xmlns="">')
    result = read(text)
    assert result.kinds == ["NAMESPACE"]
    assert result.parts[0]["Learner"]["Ethnicity"].to_list() == [1]


def test_an_element_out_of_place_is_told_where_it_belongs(read):
    text = many(learners=1).replace("<Ethnicity>1</Ethnicity>", "").replace("<Sex>", "<AimType>1</AimType><Sex>")
    text = text.replace("</Sex>", "</Sex><Ethnicity>1</Ethnicity>")
    messages = [f.message for f in read(text).findings]
    assert messages == [
        "AimType is no part of Learner in 2025-26: it belongs in LearningDelivery.",
        "Ethnicity must stand before Sex in Learner, and follows it.",
    ]


def test_a_stream_is_read_once(tmp_path):
    result = read_bytes(many())
    with pytest.raises(RuntimeError, match="read once"):
        list(result.stream)


def test_no_batch_of_nothing():
    with pytest.raises(ValueError, match="at least one"):
        Stream(lambda: None, "x.xml", 0, None, None)  # type: ignore[arg-type, return-value]


def test_a_whole_file_at_once(tmp_path):
    path = tmp_path / "ILR.xml"
    path.write_text(many(), encoding="utf-8")
    assert read_file(path)["Learner"].height == 7
    path.write_text("no XML", encoding="utf-8")
    with pytest.raises(Unreadable, match="not well-formed"):
        read_file(path)


def test_tables_are_shown_by_their_counts_and_nothing_of_anybody(tmp_path):
    path = tmp_path / "return.xml"
    path.write_text(many(), encoding="utf-8")
    tables = read_file(path)
    assert next(iter(tables)) == "Message" and {"Learner", "LearningDelivery"} <= set(tables)
    reference = tables["Learner"]["LearnRefNumber"][0]
    for shown in (repr(tables), tables._repr_html_()):
        assert "2025-26" in shown and "Learner" in shown and reference not in shown
    assert "Learner: 7" in repr(tables) and "<td>Learner</td><td>7</td>" in tables._repr_html_()


def test_stopping_early_leaves_nothing_open():
    closed = []

    class Source:
        def __init__(self) -> None:
            self.rest = many().encode()

        def read(self, size: int) -> bytes:
            data, self.rest = self.rest[:size], self.rest[size:]
            return data

    from contextlib import contextmanager

    @contextmanager
    def source():
        try:
            yield Source()
        finally:
            closed.append(True)

    with Stream(source, "x.xml", 1, None, 0) as stream:
        next(iter(stream))
    assert closed == [True]
