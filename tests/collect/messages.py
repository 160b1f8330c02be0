"""Synthetic messages of a year, made from its schema: as full as can be, or as small as can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from openilr import years
from openilr.spec import Entity, Field, Type

_TEXTS = {
    "[A-Za-z0-9 ]{1,12}": "Learner 1",
    "[A-Za-z0-9]{1,6}": "ABC123",
    "[A-Za-z0-9]{1,7}": "ABC1234",
    "[A-Za-z0-9]{1,8}": "CAMP0001",
    "[0-9]{1,2}": "01",
    "[0-9]{10}": "1234567890",
    "[0-9]{1,18}": "01234567890",
    ".+@.+": "someone@example.org",
    '[^0-9\\r\\n\\t|"]{1,100}': "Sample-O'Néill",
    r"[A-Za-z0-9 ~!@&'\\()*+,\-./:;]{1,50}": "1 The Street",
    "[a-zA-Z]{2}[0-9]{2}|[0-9]{9}": "AB12",
}


@dataclass
class Node:
    """One element. ``raw`` takes the place of everything else, as text of the document."""

    name: str
    what: Entity | Field | None = None
    text: str = ""
    children: list[Node] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    raw: str | None = None

    def walk(self) -> Iterator[tuple[Node | None, Node]]:
        """Every node with its parent."""
        yield None, self
        yield from self._below()

    def _below(self) -> Iterator[tuple[Node | None, Node]]:
        for child in self.children:
            yield self, child
            yield from child._below()

    def find(self, name: str) -> Node:
        return next(node for _, node in self.walk() if node.name == name)

    def copy(self) -> Node:
        return Node(self.name, self.what, self.text, [c.copy() for c in self.children], dict(self.attributes), self.raw)

    def xml(self, indent: int = 0) -> str:
        pad = "\n" + "\t" * indent
        if self.raw is not None:
            return pad + self.raw
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in self.attributes.items())
        if self.children or isinstance(self.what, Entity):
            inside = escape(self.text) + "".join(child.xml(indent + 1) for child in self.children) + pad
        else:
            inside = escape(self.text, {"\r": "&#13;"})
        return f"{pad}<{self.name}{attributes}>{inside}</{self.name}>"


def message(year: str, full: bool, learners: int = 1) -> Node:
    """A valid message: with every field and group of the year once, or with only what is mandatory."""
    schema = years.load(year).schema
    root = _entity(schema.root, full)
    root.attributes["xmlns"] = schema.namespace
    learner = root.find("Learner") if any(c.name == "Learner" for c in root.children) else None
    if learner is None:  # a year whose message may do without learners
        learner = _entity(schema.entities["Learner"], full)
        root.children.append(learner)
    at = root.children.index(learner)
    for number in range(2, learners + 1):
        another = learner.copy()
        another.find("LearnRefNumber").text = f"Learner {number}"
        root.children.insert(at + number - 1, another)
    return root


def focused(year: str, entity: str) -> Node:
    """A small valid message that has one group with every field in it."""
    schema = years.load(year).schema
    chain = {entity, *schema.ancestors[entity]}
    root = _entity(schema.root, False, chain, entity)
    root.attributes["xmlns"] = schema.namespace
    return root


def document(root: Node, declaration: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return declaration + root.xml()


def value_of(field: Field) -> str:
    """A value that the field may have."""
    if field.enumeration is not None:
        return field.enumeration
    if field.pattern is not None:
        return _TEXTS[field.pattern]
    if field.type is Type.DATE:
        return "2009-02-27"
    if field.type is Type.DATETIME:
        return "2025-01-08T09:14:05"
    if field.type.is_number:
        return str(field.min_value if field.min_value else 1)
    return "F" * (field.length or min(field.max_length or 3, 3))


def _entity(entity: Entity, full: bool, chain: set[str] | None = None, focus: str = "") -> Node:
    node = Node(entity.name, entity)
    for child in entity.children:
        if isinstance(child, Field):
            if full or child.required or entity.name == focus:
                node.children.append(Node(child.name, child, value_of(child)))
        elif full or child.min_occurs or (chain and child.name in chain):
            node.children.append(_entity(child, full, chain, focus))
    return node
