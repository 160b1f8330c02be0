"""Reading a message element by element: rows for what fits the year's structure, findings for what does not.

This reader knows every way in which a message can be wrong. :mod:`openilr.collect.scan` is its fast sibling, which
reads learners that are put together as they should be, and declines all others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from xml.parsers import expat

import polars as pl

from openilr.collect.findings import SHOWN, SchemaFinding, shown
from openilr.collect.layout import KEYS, Layout
from openilr.collect.values import WHITE
from openilr.spec import Entity, Field, Type

#: A character that no XML document can hold, so that a name splits in one way only.
SEPARATOR = "\x01"
#: Longest text of one element that is kept, in characters.
TEXT_LIMIT = 1 << 16
#: Deepest nesting; the message itself has six levels.
DEPTH_LIMIT = 64
#: Longest single tag, comment or instruction, in bytes.
TOKEN_LIMIT = 1 << 20
#: How many findings about structure are worth having before the file is given up.
FINDING_LIMIT = 200_000
#: Most rows that a part of the header may have.
HEADER_LIMIT = 10_000

#: expat keeps Python's lock while it reads, so it is given little at a time where another thread has work to do.
_SLICE = 1 << 18
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XS = "http://www.w3.org/2001/XMLSchema"
_FREE_ATTRIBUTES = {_XSI + SEPARATOR + "schemaLocation", _XSI + SEPARATOR + "noNamespaceSchemaLocation"}
_DECLARED = {Type.DATE: "date", Type.DATETIME: "dateTime"}

#: What expat's commonest complaints mean (names from ``xml.parsers.expat.errors``).
_COMPLAINTS = {
    expat.errors.XML_ERROR_NO_ELEMENTS: "the file ends before the message does, or holds no XML at all",
    expat.errors.XML_ERROR_UNCLOSED_TOKEN: "a tag or comment is not closed",
    expat.errors.XML_ERROR_TAG_MISMATCH: "an end tag does not match the element that is open",
    expat.errors.XML_ERROR_INVALID_TOKEN: "there are characters that XML does not allow, or bytes that are not UTF-8",
    expat.errors.XML_ERROR_PARTIAL_CHAR: "the file ends in the middle of a character",
    expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "an attribute is given twice",
    expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "something follows the end of the message",
    expat.errors.XML_ERROR_UNDEFINED_ENTITY: "an entity reference (&name;) is used that XML does not define",
    expat.errors.XML_ERROR_BAD_CHAR_REF: "a character reference (&#number;) names a character that XML does not allow",
    expat.errors.XML_ERROR_UNBOUND_PREFIX: "a namespace prefix is used without being declared",
    expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION: "a CDATA section is not closed",
}


class Refused(Exception):
    """The file cannot be read further. Carries the finding that says why."""

    def __init__(self, kind: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.line = kind, message, line


@dataclass
class Raw:
    """Rows as read, all text. ``frames`` have the columns of :data:`KEYS`, then the fields.

    ``chunk`` are the bytes that the rows were read from, where they are at hand; the first is byte ``start`` of the
    file, in line ``line``. ``learner`` is the ordinal in the file of the first learner.
    """

    frames: dict[str, pl.DataFrame]
    learner: int = 0
    chunk: bytes = b""
    start: int = 0
    line: int = 1
    findings: list[SchemaFinding] = field(default_factory=list)


@dataclass(slots=True)
class _Child:
    index: int
    field: Field | None
    entity: Entity | None
    column: int
    children: dict[str, _Child]


@dataclass(slots=True)
class _Open:
    """An element that is open: what may stand in it, where we are in it, and its row."""

    child: _Child
    row: list[Any]
    number: int
    last: int = -1
    has_text: bool = False


class Reader:
    """Feeds bytes to expat and collects rows. ``choose`` says which layout reads a message of a given namespace."""

    def __init__(self, choose: Callable[[str], Layout], batch: int) -> None:
        self._choose, self._batch = choose, batch
        self.namespace: str | None = None
        self.layout: Layout | None = None
        self.learners = 0
        self.ready: list[Raw] = []
        self.ended = self._is_message = False
        self._chunk, self._start, self._line, self._fed = b"", 0, 1, 0
        self._stack: list[_Open] = []
        self._kids: dict[str, _Child] = {}
        self._leaf: _Child | None = None
        self._text: list[str] = []
        self._size = 0
        self._skip = 0
        self._in_cdata = False
        self._prefixes: dict[str | None, list[str]] = {}
        self._seen_namespaces: set[str] = set()
        self._findings: list[SchemaFinding] = []
        self._unresolved: list[tuple[SchemaFinding, list[Any] | None, list[Any] | None]] = []
        self._found = 0
        self._first_learner = 0
        self._records = 0
        self.rows: dict[str, list[list[Any]]] = {}
        self._parser = self._new_parser()

    # Feeding

    def feed(self, chunk: bytes, final: bool = False) -> None:
        """Read these bytes. Raises :class:`Refused`; what was complete before that is in ``ready``."""
        self._begin(chunk)
        try:
            self._parser.Parse(chunk, final)
            self._fed += len(chunk)
            if self._fed - self._parser.CurrentByteIndex > TOKEN_LIMIT:
                raise Refused("SIZE", "A tag or comment is longer than a million bytes. Reading stopped there.")
        except (expat.ExpatError, Refused) as error:
            self.abandon()
            raise self._refusal(error) from None
        if final:
            self.ended = True
        if final or self.at_boundary:
            self.flush()

    def abandon(self) -> None:
        """Nothing follows, although the message has not ended."""
        self._drop_incomplete()
        self.flush()

    def feed_checked(self, chunk: bytes) -> None:
        """Let expat check bytes that :mod:`openilr.collect.scan` has read, without looking at the elements.

        ``Refused`` then carries, in ``args[1]``, how many of the bytes were good.
        """
        parser = self._parser
        self._begin(chunk)
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
        try:
            view = memoryview(chunk)
            for at in range(0, len(chunk), _SLICE):
                parser.Parse(view[at : at + _SLICE], False)
            self._fed += len(chunk)
        except (expat.ExpatError, Refused) as error:
            refusal = self._refusal(error)
            refusal.args = (refusal.message, max(0, parser.ErrorByteIndex - self._fed))
            raise refusal from None
        self._connect(parser)
        # The scan saw whole learners, so the last thing that was read in the message is a learner.
        self._stack[-1].last = self._kids[self._name("Learner")].index

    @property
    def at_boundary(self) -> bool:
        """Whether the reader stands between two records: in Message itself, with no token half read."""
        return (
            len(self._stack) == 1
            and not self._skip
            and not self._in_cdata
            and self._parser.CurrentByteIndex == self._fed
        )

    @property
    def plain_namespace(self) -> bool:
        """Whether unprefixed names are in the namespace that the layout expects."""
        default = self._prefixes.get(None)
        return bool(default and self.layout and default[-1] == self.namespace == self.layout.schema.namespace)

    @property
    def is_message(self) -> bool:
        """Whether the root element was Message, in whatever namespace."""
        return self._is_message

    @property
    def may_hold_learners(self) -> bool:
        """Whether a learner may stand here: nothing that must follow the learners has been seen yet."""
        return self._stack[-1].last <= self._kids[self._name("Learner")].index

    @property
    def position(self) -> int:
        """How many bytes were fed."""
        return self._fed

    @property
    def line(self) -> int:
        return self._parser.CurrentLineNumber

    def missing_records(self) -> list[SchemaFinding]:
        """What Message must hold at least one of, and does not."""
        if self.layout is None or not self.is_message or self.learners:
            return []
        if not self.layout.entities["Learner"].min_occurs:
            return []
        line = self.rows["Message"][0][KEYS.index("line")]
        return [
            SchemaFinding(
                line, None, None, "Learner", None, "EO", None, "Message must hold at least one Learner, and has none."
            )
        ]

    def _begin(self, chunk: bytes) -> None:
        self._chunk, self._start = chunk, self._fed
        self._line = self._parser.CurrentLineNumber

    def _refusal(self, error: expat.ExpatError | Refused) -> Refused:
        if isinstance(error, Refused):
            error.line = error.line or self._parser.CurrentLineNumber
            return error
        complaint = expat.ErrorString(error.code)
        words = _COMPLAINTS.get(complaint, complaint)
        return Refused("XML", f"The file is not well-formed XML from line {error.lineno} on: {words}.", error.lineno)

    def _new_parser(self) -> Any:
        parser = expat.ParserCreate("UTF-8", namespace_separator=SEPARATOR)
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartNamespaceDeclHandler = self._namespace_start
        parser.EndNamespaceDeclHandler = self._namespace_end
        parser.StartCdataSectionHandler = self._cdata_start
        parser.EndCdataSectionHandler = self._cdata_end
        self._connect(parser)
        return parser

    def _connect(self, parser: Any) -> None:
        parser.StartElementHandler = self._start_element
        parser.EndElementHandler = self._end_element
        parser.CharacterDataHandler = self._characters

    # Handlers

    def _doctype(self, *_: Any) -> None:
        raise Refused(
            "DOCTYPE", "The file has a DOCTYPE, which an ILR file does not need and which is not safe to read."
        )

    def _namespace_start(self, prefix: str | None, uri: str | None) -> None:
        self._prefixes.setdefault(prefix, []).append(uri or "")

    def _namespace_end(self, prefix: str | None) -> None:
        self._prefixes[prefix].pop()

    def _cdata_start(self) -> None:
        self._in_cdata = True

    def _cdata_end(self) -> None:
        self._in_cdata = False

    def _start_element(self, name: str, attributes: dict[str, str]) -> None:
        if self._skip:
            self._skip += 1
            if self._skip > DEPTH_LIMIT:
                raise Refused("SIZE", "Elements are nested too deeply for an ILR file. Reading stopped there.")
            return
        if self._leaf is not None:
            self._leaf_has_child(name)
            return
        if not self._stack:
            self._root(name, attributes)
            return
        child = self._kids.get(name) or self._stranger(name)
        if child is None:
            self._skip = 1
            return
        parent = self._stack[-1]
        if child.index > parent.last:
            parent.last = child.index
        elif child.field is not None or child.index < parent.last:
            self._misplaced(child, parent)
        if attributes:
            self._attributes(attributes, child)
        if child.field is not None:
            self._leaf, self._text, self._size = child, [], 0
        else:
            self._open(child)

    def _open(self, child: _Child) -> None:
        assert child.entity is not None and self.layout is not None  # noqa: S101 - for the type checker
        name, parser = child.entity.name, self._parser
        rows = self.rows[name]
        record = self.layout.record_of[name]
        if record is None and len(rows) >= HEADER_LIMIT:
            raise Refused("SIZE", f"There are more than {HEADER_LIMIT} {name} groups. Reading stopped there.")
        parent = self._stack[-1].number if self._stack and name != record else 0
        number = len(rows)
        of = None if record is None else len(self.rows[record]) - (name != record)
        row = [parent, of, parser.CurrentLineNumber, parser.CurrentByteIndex, *[None] * len(child.entity.fields)]
        rows.append(row)
        self._stack.append(_Open(child, row, number))
        self._kids = child.children
        if name == "Learner":
            self.learners += 1

    def _characters(self, data: str) -> None:
        if self._leaf is not None:
            if not self._skip:
                self._size += len(data)
                if self._size <= TEXT_LIMIT:
                    self._text.append(data)
        elif not self._skip and self._stack and data.strip(WHITE) and not self._stack[-1].has_text:
            inside = self._stack[-1]
            inside.has_text = True
            name = inside.child.entity.name if inside.child.entity else None
            self._report(
                "TEXT", f"There is text between the elements of {name}: {shown(data.strip(WHITE))}.", name, None, data
            )

    def _end_element(self, _: str) -> None:
        if self._skip:
            self._skip -= 1
            return
        leaf = self._leaf
        if leaf is not None:
            self._leaf = None
            row = self._stack[-1].row
            if self._size > TEXT_LIMIT:
                self._too_long(leaf)
            elif row[leaf.column] is None:
                row[leaf.column] = "".join(self._text)
            return
        self._stack.pop()
        if self._stack:
            self._kids = self._stack[-1].child.children
        if len(self._stack) == 1:
            self._records += 1
            if self._records >= self._batch:
                self.flush()

    # What is wrong

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        self.namespace, local = _split(name)
        self.layout = self._choose(self.namespace)
        expected = self.layout.schema.namespace
        self.rows = {entity: [] for entity in self.layout.entities}
        child = _children_of(self.layout, self.namespace)
        self._seen_namespaces.add(self.namespace)
        if local != self.layout.schema.root.name:
            self._report(
                "UNKNOWN",
                f"The file is not an ILR message: it starts with {shown(local)} and not with Message.",
                None,
                None,
                local,
            )
            self._stack.append(_Open(_Child(0, None, None, 0, {}), [], 0, has_text=True))
            self._kids = {}
            return
        self._is_message = True
        if self.namespace != expected:
            was = f"has the namespace {shown(self.namespace)}" if self.namespace else "has no namespace"
            self._report(
                "NAMESPACE",
                f'The message {was}, and "{expected}" was expected ({self.layout.year.academic_year.label}).',
                self.layout.schema.root.name, None, self.namespace,
            )  # fmt: skip
        if attributes:
            self._attributes(attributes, child)
        self._open(child)

    def _stranger(self, name: str) -> _Child | None:
        """An element that may not stand here. It is read all the same where only its namespace is wrong."""
        inside = self._stack[-1].child.entity
        if inside is None:  # below a root that is no message everything is strange, and was reported once
            return None
        namespace, local = _split(name)
        known = self._kids.get(self._name(local))
        if namespace != self.namespace:
            if namespace not in self._seen_namespaces:
                self._seen_namespaces.add(namespace)
                where = f"in the namespace {shown(namespace)}" if namespace else "in no namespace"
                self._report(
                    "NAMESPACE",
                    f'{shown(local)[1:-1]}, and perhaps others, is {where}, not in "{self.namespace}" as Message is.',
                    inside.name, local, namespace,
                )  # fmt: skip
            if known is not None:
                return known
        self._report(
            "UNKNOWN",
            f"{shown(local)[1:-1]} is no part of {inside.name}{self._elsewhere(local)}.",
            inside.name,
            local,
            None,
        )
        return None

    def _elsewhere(self, local: str) -> str:
        assert self.layout is not None  # noqa: S101 - for the type checker
        year = self.layout.year.academic_year.label
        entities = self.layout.entities
        homes = [e.name for e in entities.values() if any(f.name == local for f in e.fields)]
        homes += [entities[local].parent or ""] if local in entities and entities[local].parent else []
        return f" in {year}: it belongs in {' or '.join(homes)}" if homes else f" in {year}"

    def _misplaced(self, child: _Child, parent: _Open) -> None:
        inside = parent.child.entity
        assert inside is not None  # noqa: S101 - for the type checker
        if child.field is not None and (parent.row[child.column] is not None or child.index == parent.last):
            self._report(
                "EO",
                f"{child.field.name} occurs more than once in {inside.name}; only the first is read.",
                inside.name,
                child.field.name,
                None,
            )
            return
        name = child.field.name if child.field else child.entity.name if child.entity else ""
        after = inside.children[parent.last].name
        self._report(
            "ORDER", f"{name} must stand before {after} in {inside.name}, and follows it.", inside.name, name, None
        )

    def _leaf_has_child(self, name: str) -> None:
        leaf = self._leaf
        assert leaf is not None and leaf.field is not None  # noqa: S101 - for the type checker
        self._skip = 1
        local = shown(_split(name)[1])[1:-1]
        self._report(
            "UNKNOWN",
            f"{leaf.field.name} must hold a plain value, and has an element {local} inside.",
            leaf.field.entity,
            leaf.field.name,
            None,
        )

    def _too_long(self, leaf: _Child) -> None:
        assert leaf.field is not None  # noqa: S101 - for the type checker
        self._report(
            "SIZE", f"{leaf.field.name} has {self._size} characters, more than are read ({TEXT_LIMIT}).",
            leaf.field.entity, leaf.field.name, "".join(self._text)[:SHOWN],
        )  # fmt: skip

    def _attributes(self, attributes: dict[str, str], child: _Child) -> None:
        entity = child.field.entity if child.field else child.entity.name if child.entity else None
        name = child.field.name if child.field else entity
        for attribute, value in attributes.items():
            if attribute in _FREE_ATTRIBUTES or (
                attribute == _XSI + SEPARATOR + "type" and self._names_type(value, child)
            ):
                continue
            local = _split(attribute)[1]
            self._report(
                "ATTRIBUTE", f"{name} has an attribute {shown(local)[1:-1]}, and may have none.",
                entity, child.field.name if child.field else None, value,
            )  # fmt: skip

    def _names_type(self, value: str, child: _Child) -> bool:
        """Whether an xsi:type only repeats the type that the element has anyway."""
        prefix, _, local = value.rpartition(":")
        declared = _DECLARED.get(child.field.type) if child.field else None
        bound = self._prefixes.get(prefix or None)
        return declared == local and bool(bound) and bound[-1] == _XS  # type: ignore[index]

    def _report(self, kind: str, message: str, entity: str | None, name: str | None, value: str | None) -> None:
        self._found += 1
        if self._found > FINDING_LIMIT:
            raise Refused(
                "SIZE", f"There are more than {FINDING_LIMIT} things wrong with the structure. Reading stopped there."
            )
        line = self._parser.CurrentLineNumber
        value = value[:SHOWN] if value is not None else None
        finding = SchemaFinding(line, None, None, entity, name, kind, value, message)
        within = {o.child.entity.name: o.row for o in self._stack if o.child.entity}
        learner = within.get("Learner") or within.get("LearnerDestinationandProgression")
        if "Learner" in within:
            finding.learner = self.learners - 1
        self._findings.append(finding)
        if learner is not None:
            self._unresolved.append((finding, learner, within.get("LearningDelivery")))

    # Handing over

    def _name(self, local: str) -> str:
        return f"{self.namespace}{SEPARATOR}{local}" if self.namespace else local

    def _drop_incomplete(self) -> None:
        """Forget the record that was being read when reading failed."""
        if len(self._stack) < 2 or self.layout is None:
            return
        entity = self._stack[1].child.entity
        record = self.layout.record_of[entity.name] if entity else None
        if record is None:
            return
        number = len(self.rows[record]) - 1
        for name, of in self.layout.record_of.items():
            if of != record:
                continue
            rows = self.rows[name]
            while rows and rows[-1][1] == number:
                rows.pop()
                self.learners -= name == "Learner"

    def flush(self) -> None:
        """Put what was read since the last time into ``ready``."""
        if self.layout is None:
            if self._findings:
                self.ready.append(Raw({}, findings=self._take_findings()))
            return
        body = {name: self.rows[name] for name in self.layout.body}
        if not self._findings and not any(body.values()):
            return
        findings = self._take_findings()
        frames = {name: frame_of(self.layout, name, rows) for name, rows in body.items()}
        self.ready.append(Raw(frames, self._first_learner, self._chunk, self._start, self._line, findings))
        for name in body:
            self.rows[name] = []
        self._first_learner, self._records = self.learners, 0

    def count_scanned(self, learners: int) -> None:
        """Take note of learners that the fast scan read."""
        self.learners += learners
        self._first_learner = self.learners

    def header(self) -> dict[str, pl.DataFrame]:
        """The rows of the header so far."""
        if self.layout is None:
            return {}
        return {name: frame_of(self.layout, name, self.rows[name]) for name in self.layout.header}

    def _take_findings(self) -> list[SchemaFinding]:
        for finding, learner, aim in self._unresolved:
            finding.learn_ref_number = learner[len(KEYS) :][0] if learner and len(learner) > len(KEYS) else None
            if aim is not None and self.layout:
                names = [f.name for f in self.layout.entities["LearningDelivery"].fields]
                number = self.layout.checks["LearningDelivery.AimSeqNumber"].read(
                    aim[len(KEYS) + names.index("AimSeqNumber")] or ""
                )
                finding.aim_seq_number = number if isinstance(number, int) else None
        self._unresolved = []
        taken, self._findings = self._findings, []
        return taken


def frame_of(layout: Layout, name: str, rows: list[list[Any]]) -> pl.DataFrame:
    """Rows of one entity as a frame: the keys, then every field as text."""
    if not rows:
        return layout.empty_raw(name)
    entity = layout.entities[name]
    names = [*KEYS, *(f.name for f in entity.fields)]
    types = [pl.UInt32, pl.UInt32, pl.UInt32, pl.Int64, *[pl.String] * len(entity.fields)]
    columns = zip(*rows, strict=True)
    return pl.DataFrame([pl.Series(n, c, t) for n, t, c in zip(names, types, columns, strict=True)])


def _split(name: str) -> tuple[str, str]:
    namespace, _, local = name.rpartition(SEPARATOR)
    return namespace, local


@lru_cache(16)
def _children_of(layout: Layout, namespace: str) -> _Child:
    prefix = f"{namespace}{SEPARATOR}" if namespace else ""

    def build(entity: Entity, index: int) -> _Child:
        children, column = {}, len(KEYS)
        for place, below in enumerate(entity.children):
            if isinstance(below, Field):
                children[prefix + below.name] = _Child(place, below, None, column, {})
                column += 1
            else:
                children[prefix + below.name] = build(below, place)
        return _Child(index, None, entity, 0, children)

    return build(layout.schema.root, 0)
