"""One verdict from three judges: the published schema, our own schema, and what ``collect`` finds.

Every message is a valid one with one thing changed (some twice). Whether the change makes it invalid is for the
published schema to say; the other two must say the same.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from openilr import years
from openilr.collect.stream import Stream
from openilr.spec import Entity, Field, Type
from openilr.spec.xsd import write_xsd
from tests.collect.messages import Node, document, focused, message

etree = pytest.importorskip("lxml.etree")

YEARS = ("1819", "2021", "2526", "2627")
LEAST = 2000
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"

ANY_TEXT = [
    "", " ", "x", "X1", "31", "é", "£", "€", "a\nb", "a\tb", "a\rb", "\u00a0", "a|b", 'a"b', "^", "`", "a@b", "@", "a@\n", "@b",
    "A" * 4, "A" * 9, "A" * 12, "A" * 13, "A" * 20, "A" * 21, "A" * 50, "A" * 51, "A" * 100, "A" * 101, "😀" * 50, "😀" * 100,
    "123456789", "1234567890", "AB12", "ab12", "AB123", "12345678901234567890", "]]>", "<>&'", "{}[]\\", "\u0085", "\u2028", " 31 ",
]  # fmt: skip
ANY_NUMBER = [
    "", "0", "1", "9", "10", "98", "99", "100", "999", "1000", "9999", "10000", "99999", "100000", "999999", "1000000", "-1", "-9",
    "-0", "+0", "+1", "+5", "--5", "+-5", "005", "0" * 40 + "1", " 1 ", "\t1\n", "\r1", "1 1", "\u00a01", "1.", "1.0", ".1", "0.1", "0.10",
    "0.05", "100.0", "100.1", "300.0", "300.1", "300.00", "-0.1", "1e1", "1E1", "0x1", "NaN", "INF", "inf", "1_0", "１", "٣", "x", "+",
    "-", ".", "2147483647", "2147483648", "-2147483648", "-2147483649", "9999999999", "10000000000", "9223372036854775807",
    "9223372036854775808", "1" * 30, "10000000", "9999999", "99999999", "100000000", "999999999", "1000000000", "1,000", "1.10000",
]  # fmt: skip
ANY_DAY = [
    "", "2009-02-28", "2009-02-29", "2008-02-29", "1900-02-29", "2000-02-29", "2009-2-1", "2009-04-31", "2009-13-01", "2009-00-10",
    "2009-01-00", "2009-01-32", "2009-02-27Z", "2009-02-27z", "2009-02-27+05:00", "2009-02-27-14:00", "2009-02-27+14:01", "2009-02-27+1:00",
    "0000-01-01", "0001-01-01", "-0001-01-01", "10000-01-01", "010000-01-01", "9223372036854775807-01-01", "9223372036854775808-01-01",
    "+2009-01-01", " 2009-02-27", "2009-02-27 ", "\n2009-02-27\n", "2009-02-27T00:00:00", "27/02/2009", "20090227", "2009-02", "x",
    "-0004-02-29", "-0003-02-29", "2009-02-27+00:00", "2009-02-27-00:00", "２００９-02-27", "2009–02–27",
]  # fmt: skip
ANY_MOMENT = [
    "", "2025-01-08T00:00:00", "2025-01-08T24:00:00", "2025-01-08T24:00:01", "2025-01-08T24:00:00.0", "2025-01-08T23:59:59.999999999",
    "2025-01-08T09:14:60", "2025-01-08T09:60:00", "2025-01-08T25:00:00", "2025-01-08T09:14", "2025-01-08 09:14:05", "2025-01-08t09:14:05",
    "2025-01-08T09:14:05Z", "2025-01-08T09:14:05.5+01:00", "2025-01-08T09:14:05.", " 2025-01-08T09:14:05", "2025-01-08T09:14:05 ",
    "2025-02-29T09:14:05", "2025-01-08", "10000-01-08T09:14:05", "0000-01-08T09:14:05", "2025-01-08T09:14:05+14:01", "9999-12-31T24:00:00",
]  # fmt: skip


class Judges:
    def __init__(self, year: str, official: Path) -> None:
        self.published = etree.XMLSchema(etree.parse(str(official / year / "schema.xsd")))
        self.ours = etree.XMLSchema(etree.fromstring(write_xsd(years.load(year).schema).encode()))
        self.parser = etree.XMLParser(resolve_entities=False, no_network=True)

    def verdicts(self, text: str) -> tuple[bool, bool, bool]:
        data = text.encode()
        found = any(finding.schema for finding in read(data).findings)
        try:
            tree = etree.fromstring(data, self.parser)
        except etree.XMLSyntaxError:
            return False, False, not found
        return self.published.validate(tree), self.ours.validate(tree), not found


def read(data: bytes, scan_from: int | None = None) -> Stream:
    @contextmanager
    def source() -> Iterator[io.BytesIO]:
        yield io.BytesIO(data)

    with Stream(source, "return.xml", 5000, None, scan_from) as stream:
        for _ in stream:
            pass
    return stream


@pytest.mark.parametrize("year", YEARS)
def test_unchanged_messages_are_valid(year, official):
    judges = Judges(year, official)
    for root in (message(year, full=True), message(year, full=False), message(year, full=True, learners=3)):
        assert judges.verdicts(document(root)) == (True, True, True)


@pytest.mark.parametrize("year", YEARS)
def test_verdicts_agree_on_changed_messages(year, official):
    judges = Judges(year, official)
    seen, valid, differ = set(), 0, []
    for what, text in changed_messages(year):
        if text in seen:
            continue
        seen.add(text)
        published, ours, found = judges.verdicts(text)
        valid += published
        if not published == ours == found:
            differ.append((what, published, ours, found))
    assert differ == []
    assert len(seen) >= LEAST
    # A test that only ever sees one verdict would prove nothing.
    assert min(valid, len(seen) - valid) > 300


@pytest.mark.parametrize("year", ["2526", "2627"])
def test_the_scan_finds_the_same(year):
    """Reading by scan and reading element by element give the same findings, on the same changed messages."""
    messages = list(changed_messages(year))
    for what, text in random.Random(7).sample(messages, 120):
        assert read(text.encode(), 0).findings == read(text.encode()).findings, what


def changed_messages(year: str) -> Iterator[tuple[str, str]]:
    """Name and text of each message; the same ones each time."""
    rnd = random.Random(f"verdict {year}")
    schema = years.load(year).schema
    for entity in schema.entities.values():
        base = focused(year, entity.name)
        for field in entity.fields:
            yield from values(base, field, rnd)
        yield from structure(base, entity, rnd)
        yield from attributes(base, entity, rnd)
    for mutate in (namespaces, occurrences, whole_documents):
        yield from mutate(year, rnd)


def change(base: Node, name: str, how: Callable[[Node, Node], None], parent: str) -> str:
    """The document with ``how(parent node, node)`` applied to a copy of the node."""
    root = base.copy()
    for above, node in root.walk():
        if above is not None and above.name == parent and node.name == name:
            how(above, node)
            return document(root)
    raise AssertionError(f"no {parent}.{name} in the message")


def values(base: Node, field: Field, rnd: random.Random) -> Iterator[tuple[str, str]]:
    if field.type.is_number:
        candidates = ANY_NUMBER
    elif field.type is Type.DATE:
        candidates = ANY_DAY
    elif field.type is Type.DATETIME:
        candidates = ANY_MOMENT
    else:
        candidates = ANY_TEXT
    chosen = list(dict.fromkeys([*boundaries(field), *rnd.sample(candidates, 6)]))
    for value in chosen:

        def put(_: Node, node: Node, value: str = value) -> None:
            node.text = value

        yield f"{field.path} = {value!r}", change(base, field.name, put, field.entity)
    good = next(n.text for p, n in base.walk() if p is not None and p.name == field.entity and n.name == field.name)
    first, rest = good[:1], good[1:]
    inside = rnd.choice(
        [f"<![CDATA[{good}]]>", f"{first}<!-- a remark -->{rest}", f"{first}<?note x?>{rest}", f"{good}<b/>", f"&#{ord(first)};{rest}",
         f"{first}<![CDATA[{rest}]]>", f"{good}<!-- <{field.name}>7</{field.name}> -->", f"&unknown;{good}", f"&#32;{good}"]
    )  # fmt: skip

    def write(_: Node, node: Node) -> None:
        node.raw = f"<{field.name}>{inside}</{field.name}>"

    yield f"{field.path} written as {inside}", change(base, field.name, write, field.entity)


def boundaries(field: Field) -> list[str]:
    """Values on both sides of each limit of the field."""
    found = []
    for size in (field.length, field.min_length, field.max_length):
        if size is not None:
            found += ["A" * max(size - 1, 0), "A" * size, "A" * (size + 1)]
    step = Decimal("0.1") if field.fraction_digits else Decimal(1)
    for bound in (field.min_value, field.max_value):
        if bound is not None:
            found += [str(bound - step), str(bound), f" {bound}\n", str(bound + step)]
    if field.total_digits is not None:
        found += ["9" * field.total_digits, "1" + "0" * field.total_digits, "-" + "9" * field.total_digits]
    if field.enumeration is not None:
        found += [field.enumeration.lower(), f" {field.enumeration}", field.enumeration + "1"]
    return found


def structure(base: Node, entity: Entity, rnd: random.Random) -> Iterator[tuple[str, str]]:
    present = next(node for _, node in base.walk() if node.name == entity.name).children

    def drop(above: Node, node: Node) -> None:
        above.children.remove(node)

    def double(above: Node, node: Node) -> None:
        above.children.insert(above.children.index(node), node.copy())

    def move(above: Node, node: Node) -> None:
        above.children.remove(node)
        above.children.insert(rnd.randrange(len(above.children) + 1), node)

    def last(above: Node, node: Node) -> None:
        above.children.remove(node)
        above.children.append(node)

    def empty(_: Node, node: Node) -> None:
        node.children, node.text = [], ""

    def rename(_: Node, node: Node) -> None:
        node.raw = f"<{node.name}X>1</{node.name}X>"

    def text_before(above: Node, node: Node) -> None:
        at = above.children.index(node)
        above.children.insert(
            at,
            Node(
                "", raw=rnd.choice(["x", "&#160;", "<![CDATA[ ]]>", "<![CDATA[x]]>", "<!-- x -->", "&#13;", "<?x y?>"])
            ),
        )

    def stranger(above: Node, node: Node) -> None:
        name = rnd.choice(["Foo", "Learner", "ULN", "Message", "UKPRN", "Year", node.name.lower()])
        above.children.insert(above.children.index(node), Node("", raw=f"<{name}>1</{name}>"))

    for child in present:
        for how in (drop, double, move, last, empty, rename, text_before, stranger):
            # Every change of every element would be many more messages than tell anything new.
            if rnd.random() < 0.4 or how is drop:
                yield f"{entity.name}: {how.__name__} {child.name}", change(base, child.name, how, entity.name)


def attributes(base: Node, entity: Entity, rnd: random.Random) -> Iterator[tuple[str, str]]:
    extra = [
        {"a": "1"}, {"xml:lang": "en"}, {"xml:space": "preserve"}, {"xmlns:xsi": XSI, "xsi:nil": "true"},
        {"xmlns:xsi": XSI, "xsi:nil": "false"}, {"xmlns:xsi": XSI, "xsi:schemaLocation": "a b"},
        {"xmlns:xsi": XSI, "xsi:noNamespaceSchemaLocation": "a"}, {"xmlns:xsi": XSI, "xsi:other": "a"}, {"xmlns:q": "urn:q"},
        {"xmlns:q": "urn:q", "q:a": "1"}, {"xmlns:xsi": XSI, "xmlns:xs": XS, "xsi:type": "xs:date"},
        {"xmlns:xsi": XSI, "xmlns:xs": XS, "xsi:type": "xs:dateTime"}, {"xmlns:xsi": XSI, "xsi:type": "date"},
        {"xmlns:xsi": XSI, "xmlns:xs": XS, "xsi:type": "xs:int"}, {"xmlns:xsi": XSI, "xsi:type": "RestrictedString"},
    ]  # fmt: skip
    present = next(node for _, node in base.walk() if node.name == entity.name)
    for child in present.children:
        chosen = rnd.choice(extra)

        def put(_: Node, node: Node, chosen: dict[str, str] = chosen) -> None:
            node.attributes |= chosen

        yield f"{child.name} with {chosen}", change(base, child.name, put, entity.name)


def namespaces(year: str, rnd: random.Random) -> Iterator[tuple[str, str]]:
    ours = years.load(year).namespace
    for full in (True, False):
        base = message(year, full)
        for namespace in ["", "ESFA/ILR/2024-25", ours + " ", ours.lower(), *(years.load(y).namespace for y in YEARS)]:
            root = base.copy()
            root.attributes["xmlns"] = namespace
            yield f"namespace {namespace!r}", document(root)
        for _, node in rnd.sample(list(base.walk())[1:], 8):
            for namespace in ("", "urn:other", ours):
                root = base.copy()
                twin = next(n for _, n in root.walk() if n.name == node.name)
                twin.attributes["xmlns"] = namespace
                yield f"{node.name} in namespace {namespace!r}", document(root)
        text = document(base)
        prefixed = text.replace("</", "</i:").replace("<", "<i:").replace("<i:/i:", "</i:").replace("<i:?", "<?")
        yield "a prefix throughout", prefixed.replace(" xmlns=", " xmlns:i=")
        yield "a prefix without a declaration", prefixed


def occurrences(year: str, rnd: random.Random) -> Iterator[tuple[str, str]]:
    for entity in years.load(year).schema.entities.values():
        most = entity.max_occurs or 3
        for number in (0, most, most + 1):
            root = focused(year, entity.name)
            above, node = next(((p, n) for p, n in root.walk() if n.name == entity.name), (None, root))
            if above is None:
                continue
            at = above.children.index(node)
            above.children[at : at + 1] = [node.copy() for _ in range(number)]
            yield f"{number} of {entity.name}", document(root)
            if number > 1 and len(above.children) > at + number:
                above.children.insert(at + number, above.children.pop(at))  # the last of them after what follows
                beyond = above.children.pop(at + number - 1)
                above.children.append(beyond)
                yield f"{number} of {entity.name}, apart", document(root)


def whole_documents(year: str, rnd: random.Random) -> Iterator[tuple[str, str]]:
    small = document(message(year, full=False))
    for what, text in {
        "cut short": small[: len(small) // 2],
        "no end": small.rstrip().removesuffix("</Message>"),
        "something behind": small + "<x/>",
        "a remark behind": small + "<!-- x -->",
        "text behind": small + "x",
        "no message": '<?xml version="1.0"?><Learner/>',
        "another root": small.replace("<Message", "<Messages").replace("</Message>", "</Messages>"),
        "only the root": f'<Message xmlns="{years.load(year).namespace}"/>',
        "a bare ampersand": small.replace("<Learner>", "<Learner>&", 1),
        "a control character": small.replace("<Learner>", "<Learner>\x01", 1),
        "crossed tags": small.replace("</Learner>", "</Learning>", 1),
    }.items():
        yield what, text
    for text, what in ((small, "small"), (document(message(year, full=True)), "full")):
        yield f"{what}, Windows line ends", text.replace("\n", "\r\n")
        yield f"{what}, old Mac line ends", text.replace("\n", "\r")
        yield f"{what}, on one line", text.replace("\n", "").replace("\t", "")
    base = message(year, full=True)
    nodes = [(p.name, n.name) for p, n in base.walk() if p is not None and isinstance(n.what, Field)]
    while True:  # two things changed at once
        root = base.copy()
        for parent, name in rnd.sample(nodes, 2):
            node = next(n for p, n in root.walk() if p is not None and (p.name, n.name) == (parent, name))
            node.text = rnd.choice(ANY_TEXT + ANY_NUMBER + ANY_DAY)
        yield "two values", document(root)
        if rnd.random() < 0.02:
            return
