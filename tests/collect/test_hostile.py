"""Files that are broken, or built to do harm: told plainly, in constant memory, with what was good before."""

from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from openilr.collect import structure
from openilr.collect.scan import Scanner
from tests.collect.conftest import read_bytes
from tests.collect.messages import document, message

ALL = [f"Learner {n}" for n in range(1, 8)]
ALL[0] = "Learner 1"


@pytest.fixture(scope="module")
def text() -> str:
    return document(message("2526", full=True, learners=7))


class Pieces:
    """Gives out pieces as they are asked for, so that a large file need not exist."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int) -> bytes:
        while not self._rest:
            try:
                self._rest = next(self._pieces)
            except StopIteration:
                return b""
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def with_padding(text: str, after: str, padding: bytes, megabytes: int) -> Pieces:
    at = text.index(after) + len(after)

    def pieces() -> Iterator[bytes]:
        yield text[:at].encode()
        piece = padding * ((1 << 20) // len(padding))
        for _ in range(megabytes):
            yield piece
        yield text[at:].encode()

    return Pieces(pieces())


LAUGHS = (
    '<!DOCTYPE Message [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    "doctype",
    [LAUGHS, '<!DOCTYPE Message SYSTEM "file:///etc/passwd">', '<!DOCTYPE Message [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
     "<!DOCTYPE Message>"],
    ids=["billion laughs", "external subset", "external entity", "empty"],
)  # fmt: skip
def test_a_doctype_is_refused(read, text, doctype):
    hostile = text.replace("<Message", doctype + "<Message", 1).replace("Sample", "&j;&x;")
    result = read(hostile)
    assert result.kinds == ["DOCTYPE"]
    assert not result.stream.complete
    assert result.parts == []


def test_a_truncated_file_gives_the_learners_before(read, text):
    cut = text[: text.index("Learner 5") + 30]
    result = read(cut)
    assert result.learners == ALL[:4]
    assert not result.stream.complete
    assert result.kinds == ["XML"]
    assert result.findings[0].line == cut.count("\n") + 1
    assert (
        "the file ends before the message does" in result.findings[0].message
        or "not closed" in result.findings[0].message
    )


@pytest.mark.parametrize("batch", [1, 3, 5000])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("Learner 5", "Learner\0 5", id="NUL"),
        pytest.param("Learner 5", "Learner\x01 5", id="control character"),
        pytest.param("Learner 5", "Learner &x; 5", id="unknown entity"),
        pytest.param("Learner 5", "Learner &#0; 5", id="reference to NUL"),
        pytest.param("Learner 5", "Learner & 5", id="bare ampersand"),
        pytest.param("Learner 5</LearnRefNumber>", "Learner 5</ULN>", id="crossed tags"),
        pytest.param("Learner 5", "\udcff\udcfe5", id="not UTF-8"),
    ],
)
def test_what_is_not_xml_stops_the_reading_there(read, text, old, new, batch):
    broken = text.replace(old, new, 1).encode("utf-8", "surrogateescape")
    result = read(broken, batch=batch)
    assert result.learners == ALL[:4]
    assert result.stream.counts == {"learners": 4, "aims": 4}
    assert not result.stream.complete
    assert result.kinds == ["XML"]
    assert result.findings[0].line == text.count("\n", 0, text.index("Learner 5")) + 1


def test_findings_before_the_break_are_kept(read, text):
    broken = text.replace("<Ethnicity>1<", "<Ethnicity>x<", 1).replace("Learner 5", "Learner & 5", 1)
    assert read(broken).kinds == ["TYPE", "XML"]


@pytest.mark.parametrize(
    "data",
    [b"", b" ", b"{}", b"%PDF-1.7", b"\x00" * 100, b"\xff\xfe", b"a,b\n1,2\n", b"<", b"<Message", b"\x89PNG\r\n\x1a\n"],
)
def test_what_is_no_xml_at_all(read, data):
    result = read(data)
    assert result.parts == []
    assert result.kinds == ["XML"]
    assert not result.stream.complete
    assert result.stream.namespace is None


def test_another_document_is_no_message(read):
    result = read("<html><body><Learner/></body></html>")
    assert result.parts == []
    assert [f.kind for f in result.findings if f.schema] == ["UNKNOWN"]
    assert "not an ILR message" in result.findings[0].message


def test_a_lot_of_white_space_takes_no_memory(text):
    for place in ("<FamilyName>", "</Learner>", "<Header>", "<ULN>"):
        tracemalloc.start()
        result = read_bytes(with_padding(text, place, b" \n\t ", 192))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 96 << 20, place
        assert result.stream.complete
        assert len(result.learners) == 7
        assert ("SIZE" in result.kinds) == (place in ("<FamilyName>", "<ULN>"))


def test_a_value_that_is_too_long_is_told_with_its_size(read, text):
    result = read(text.replace("Sample", "x" * 70_000, 1))
    (finding,) = result.findings
    assert (finding.kind, finding.field, finding.learner) == ("SIZE", "FamilyName", 0)
    assert "70008" in finding.message
    assert len(finding.value) <= 200
    assert result.parts[0]["Learner"]["FamilyName"][0] is None
    assert len(result.learners) == 7


@pytest.mark.parametrize(("opening", "name"), [("<!-- ", "comment"), ("<?x ", "instruction"), ("<a b='", "attribute")])
def test_an_endless_tag_or_comment_is_refused(text, opening, name):
    endless = text.replace("</Learner>", "</Learner>" + opening, 1)
    began = time.process_time()
    tracemalloc.start()
    result = read_bytes(with_padding(endless, opening, b"x", 200))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.kinds == ["SIZE"]
    assert result.learners == ALL[:1]
    assert peak < 64 << 20
    assert time.process_time() - began < 20


def test_deep_nesting_is_refused(read, text):
    result = read(text.replace("<Sex>", "<a>" * 100_000, 1))
    assert "SIZE" in result.kinds
    assert not result.stream.complete


def test_more_findings_than_anyone_reads_end_the_reading(read, text, monkeypatch):
    monkeypatch.setattr(structure, "FINDING_LIMIT", 50)
    result = read(text.replace("<Sex>", "<a/>" * 200 + "<Sex>"))
    assert result.kinds.count("UNKNOWN") == 50
    assert result.kinds[-1] == "SIZE"
    assert not result.stream.complete


def test_header_groups_without_end_are_refused(read, text, monkeypatch):
    monkeypatch.setattr(structure, "HEADER_LIMIT", 20)
    one = text[text.index("<SourceFile>") : text.index("</SourceFile>") + len("</SourceFile>")]
    result = read(text.replace(one, one * 30))
    assert "SIZE" in result.kinds


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?note ", "?>"), ("<Other>", "</Other>"), ("<Header>", "</Header>")],
)
@pytest.mark.parametrize("batch", [1, 2, 5000])
def test_learners_that_are_not_there_are_not_read(text, opening, closing, batch):
    """Learners in a remark, or inside another element, look like learners to whoever looks at bytes only."""
    at = text.index("<Learner>")
    end = text.index("</Learner>", text.index("Learner 3")) + len("</Learner>")
    hidden = text[:at] + opening + text[at:end] + closing + text[end:]
    for place in (hidden, text[:end] + opening + text[end : text.rindex("</Message>")] + closing + "</Message>"):
        slow, fast = read_bytes(place, None, batch=batch), read_bytes(place, 0, batch=batch)
        assert slow.learners == fast.learners
        assert slow.findings == fast.findings
        assert slow.stream.counts == fast.stream.counts
    assert read_bytes(hidden, 0, batch=batch).learners == ALL[3:]


def test_text_that_looks_like_markup_is_read_as_text(text):
    for value in ("a > b", "a &gt; b", "]]", '"', "a\\b", "#", "'"):
        changed = text.replace("Sample-O'Néill", value)
        slow, fast = read_bytes(changed, None), read_bytes(changed, 0)
        assert slow.parts[0]["Learner"].equals(fast.parts[0]["Learner"]), value
        assert slow.findings == fast.findings
        assert slow.parts[0]["Learner"]["FamilyName"][0] == value.replace("&gt;", ">")


def test_the_scan_reads_what_is_plain_and_declines_the_rest(text, monkeypatch):
    taken = []
    original = Scanner.scan
    monkeypatch.setattr(Scanner, "scan", lambda self, chunk: taken.append(original(self, chunk)) or taken[-1])
    read_bytes(text, 0)
    assert [scan is not None for scan in taken] == [True, False]  # the learners, then what closes the message
    taken.clear()
    read_bytes(text.replace("<Sex>", "<!-- x --><Sex>"), 0)
    assert not any(taken)


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252", "utf-8-sig", "us-ascii"]
)
def test_other_encodings(read, text, encoding):
    if encoding == "us-ascii":
        text = text.replace("é", "&#233;")
    declared = {"utf-8-sig": "UTF-8"}.get(encoding, encoding.upper().removesuffix("-LE").removesuffix("-BE"))
    data = (
        text.replace('encoding="UTF-8"', f'encoding="{declared}"')
        .replace("Ethnicity>1<", "Ethnicity>x<", 1)
        .encode(encoding)
    )
    result = read(data, batch=3)
    assert [name for part in result.parts for name in part["Learner"]["FamilyName"]] == ["Sample-O'Néill"] * 7
    assert result.kinds == ["TYPE"]
    assert result.findings[0].line == text.count("\n", 0, text.index("<Ethnicity>")) + 1


@pytest.mark.parametrize(
    ("declared", "encoding", "words"),
    [
        ("UTF-16", "utf-8", "is in UTF-16, and it is not"),
        ("UTF-8", "utf-16", "is in UTF-8, and it is in UTF-16"),
        ("UTF-8", "iso-8859-1", "not UTF-8"),
        ("US-ASCII", "utf-8", "says that it is in ASCII"),
        ("EBCDIC-CP-US", "utf-8", "not read here"),
        ("utf-7", "utf-8", "not read here"),
        ("zlib", "utf-8", "not read here"),
        ("iso-8859-99", "utf-8", "not known"),
        ("UTF-32", "utf-32", "UTF-32"),
    ],
)
def test_a_wrong_encoding_is_told(read, text, declared, encoding, words):
    result = read(text.replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding))
    assert result.kinds == ["XML"]
    assert words in result.findings[0].message
    assert not result.stream.complete
    assert result.findings[0].line >= 1


def test_half_a_character_at_the_end_of_utf_16(read, text):
    data = text.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    result = read(data[: len(data) // 2 * 2 - 3])
    assert result.kinds == ["XML"]
    assert result.learners == ALL


def test_reading_leaves_no_thread_behind(text):
    before = threading.active_count()
    read_bytes(text, 0, batch=1)
    assert threading.active_count() == before
