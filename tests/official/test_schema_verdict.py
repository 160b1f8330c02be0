"""One verdict from three judges: the published schema, our own schema, and what ``collect`` finds.

Every message is a valid one with one thing changed (some twice). Whether the change makes it invalid is for the
published schema to say; the other two must say the same.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from openilr import years
from openilr.collect.stream import Stream
from openilr.spec import Entity, Field
from openilr.spec.xsd import write_xsd
from tests.collect.candidates import boundaries, candidates
from tests.collect.messages import Node, document, focused, message

etree = pytest.importorskip("lxml.etree")

YEARS = ("1819", "2021", "2526", "2627")
LEAST = 2000
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"


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
    for what, text in random.Random(7).sample(messages, 120):  # noqa: S311
        assert read(text.encode(), 0).findings == read(text.encode()).findings, what


@pytest.mark.parametrize("scan_from", [None, 0], ids=["element by element", "scan"])
@pytest.mark.parametrize(
    ("year", "learners", "found"),
    [("1819", 18, [(127, "ALSCost", "AR")]), ("2526", 19, []), ("2627", 16, [(1259, "LearnRefNumber", "AP")])],
)
def test_the_published_samples(year, learners, found, scan_from, official):
    (sample,) = (official / year).glob("ILR-*.xml")
    stream = read(sample.read_bytes(), scan_from)
    assert stream.counts["learners"] == learners
    assert stream.complete
    assert [(f.line, f.field, f.kind) for f in stream.findings if f.schema] == found


def changed_messages(year: str) -> Iterator[tuple[str, str]]:
    """Name and text of each message; the same ones each time."""
    rnd = random.Random(f"verdict {year}")  # noqa: S311
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
    chosen = list(dict.fromkeys([*boundaries(field), *rnd.sample(candidates(field), 6)]))
    for value in chosen:

        def put(_: Node, node: Node, value: str = value) -> None:
            node.text = value

        yield f"{field.path} = {value!r}", change(base, field.name, put, field.entity)
    good = next(n.text for p, n in base.walk() if p is not None and p.name == field.entity and n.name == field.name)
    first, rest = good[:1], good[1:]
    inside = rnd.choice(
        [
            f"<![CDATA[{good}]]>",
            f"{first}<!-- a remark -->{rest}",
            f"{first}<?note x?>{rest}",
            f"{good}<b/>",
            f"&#{ord(first)};{rest}",
            f"{first}<![CDATA[{rest}]]>",
            f"{good}<!-- <{field.name}>7</{field.name}> -->",
            f"&unknown;{good}",
            f"&#32;{good}",
        ]
    )

    def write(_: Node, node: Node) -> None:
        node.raw = f"<{field.name}>{inside}</{field.name}>"

    yield f"{field.path} written as {inside}", change(base, field.name, write, field.entity)


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
        {"xmlns:xsi": XSI, "xsi:noNamespaceSchemaLocation": "a"}, {"xmlns:xsi": XSI, "xsi:other": "a"},
        {"xmlns:q": "urn:q"}, {"xmlns:q": "urn:q", "q:a": "1"},
        {"xmlns:xsi": XSI, "xmlns:xs": XS, "xsi:type": "xs:date"},
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
    fields = list(years.load(year).schema.fields.values())
    nodes = [(p.name, n.name) for p, n in base.walk() if p is not None and isinstance(n.what, Field)]
    while True:  # two things changed at once
        root = base.copy()
        for parent, name in rnd.sample(nodes, 2):
            node = next(n for p, n in root.walk() if p is not None and (p.name, n.name) == (parent, name))
            node.text = rnd.choice(candidates(rnd.choice(fields)))
        yield "two values", document(root)
        if rnd.random() < 0.02:
            return
