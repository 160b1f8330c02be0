"""Our own XML schema of a year, written from the field table.

It accepts and refuses the same messages as the schema that the Department for Education publishes
(``tests/official/test_schema_verdict.py`` compares them), and says what each element means.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from openilr.spec.model import RESTRICTED_STRING, Entity, Field, Schema, Type

_BUILT_IN = {
    Type.STRING: "xs:string",
    Type.RESTRICTED: "RestrictedString",
    Type.INT: "xs:int",
    Type.LONG: "xs:long",
    Type.DECIMAL: "xs:decimal",
    Type.DATE: "xs:date",
    Type.DATETIME: "xs:dateTime",
}


def write_xsd(schema: Schema) -> str:
    """The year's schema as the text of an XSD 1.0 document, encoded as UTF-8 when it is saved."""
    return "\n".join(_document(schema)) + "\n"


def _document(schema: Schema) -> Iterator[str]:
    namespace = quoteattr(schema.namespace)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f"<!-- OpenILR: structure of the Individualised Learner Record, academic year {schema.year}."
    yield "     Facts: ILR schema of the Department for Education, Crown copyright, Open Government Licence v3.0. -->"
    yield (
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns={namespace} targetNamespace={namespace} '
        'elementFormDefault="qualified" attributeFormDefault="unqualified">'
    )
    yield '  <xs:simpleType name="RestrictedString">'
    yield '    <xs:restriction base="xs:string">'
    yield f"      <xs:pattern value={quoteattr(RESTRICTED_STRING)}/>"
    yield "    </xs:restriction>"
    yield "  </xs:simpleType>"
    yield from _entity(schema.root, "  ", is_root=True)
    yield "</xs:schema>"


def _entity(entity: Entity, indent: str, is_root: bool = False) -> Iterator[str]:
    occurs = "" if is_root else _occurs(entity.min_occurs, entity.max_occurs)
    yield f'{indent}<xs:element name="{entity.name}"{occurs}>'
    yield from _title(entity.title, indent + "  ")
    yield f"{indent}  <xs:complexType>"
    yield f"{indent}    <xs:sequence>"
    for child in entity.children:
        below = indent + "      "
        yield from _field(child, below) if isinstance(child, Field) else _entity(child, below)
    yield f"{indent}    </xs:sequence>"
    yield f"{indent}  </xs:complexType>"
    yield f"{indent}</xs:element>"


def _field(field: Field, indent: str) -> Iterator[str]:
    facets = list(_facets(field))
    occurs = _occurs(int(field.required), 1)
    built_in = "" if facets else f' type="{_BUILT_IN[field.type]}"'
    if built_in and not field.title:
        yield f'{indent}<xs:element name="{field.name}"{built_in}{occurs}/>'
        return
    yield f'{indent}<xs:element name="{field.name}"{built_in}{occurs}>'
    yield from _title(field.title, indent + "  ")
    if facets:
        yield f"{indent}  <xs:simpleType>"
        yield f'{indent}    <xs:restriction base="{_BUILT_IN[field.type]}">'
        for name, value in facets:
            yield f"{indent}      <xs:{name} value={quoteattr(value)}/>"
        yield f"{indent}    </xs:restriction>"
        yield f"{indent}  </xs:simpleType>"
    yield f"{indent}</xs:element>"


def _facets(field: Field) -> Iterator[tuple[str, str]]:
    named = {
        "length": field.length,
        "minLength": field.min_length,
        "maxLength": field.max_length,
        "totalDigits": field.total_digits,
        "fractionDigits": field.fraction_digits,
        "minInclusive": field.min_value,
        "maxInclusive": field.max_value,
        "pattern": field.pattern,
        "enumeration": field.enumeration,
    }
    for name, value in named.items():
        if value is not None:
            yield name, str(value)


def _occurs(least: int, most: int | None) -> str:
    low = "" if least == 1 else f' minOccurs="{least}"'
    high = "" if most == 1 else f' maxOccurs="{"unbounded" if most is None else most}"'
    return low + high


def _title(title: str, indent: str) -> Iterator[str]:
    if title:
        yield f"{indent}<xs:annotation><xs:documentation>{escape(title)}</xs:documentation></xs:annotation>"
