"""Turn a year's official XML schema into the pack's ``fields.csv``.

    python tools/import_schema.py path/to/schema.xsd 2728

One of the steps of adding a year (CONTRIBUTING, "How to add a year"): facts carry over, nothing else.
"""

from __future__ import annotations

import csv
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

XS = "{http://www.w3.org/2001/XMLSchema}"
TYPES = {
    "xs:string": "string",
    "RestrictedString": "restricted",
    "xs:int": "int",
    "xs:long": "long",
    "xs:decimal": "decimal",
    "xs:date": "date",
    "xs:dateTime": "datetime",
}
FACETS = {
    "length": "length",
    "minLength": "min_length",
    "maxLength": "max_length",
    "totalDigits": "total_digits",
    "fractionDigits": "fraction_digits",
    "minInclusive": "min_value",
    "maxInclusive": "max_value",
    "pattern": "pattern",
    "enumeration": "enumeration",
}
COLUMNS = ["parent", "element", "kind", "type", "min_occurs", "max_occurs", *FACETS.values()]


def rows(element: ET.Element, parent: str) -> list[dict[str, str]]:
    name = element.get("name", "")
    row = {
        "parent": parent,
        "element": name,
        "min_occurs": element.get("minOccurs", "1"),
        "max_occurs": element.get("maxOccurs", "1"),
    }
    sequence = element.find(f"{XS}complexType/{XS}sequence")
    if sequence is not None:
        below = [r for child in sequence for r in rows(child, name)]
        return [row | {"kind": "entity"}, *below]
    restriction = element.find(f"{XS}simpleType/{XS}restriction")
    row |= {"kind": "field", "type": TYPES[element.get("type") or restriction.get("base")]}  # type: ignore[union-attr]
    for facet in restriction if restriction is not None else ():
        row[FACETS[facet.tag.removeprefix(XS)]] = facet.get("value", "").strip()
    return [row]


def main(schema: str, year: str) -> None:
    root = ET.parse(schema).getroot()  # noqa: S314
    out = Path(__file__).parents[1] / "src/openilr/years" / year / "fields.csv"
    out.parent.mkdir(exist_ok=True)
    with out.open("w", newline="", encoding="utf-8") as f:
        writer = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(root.find(f"{XS}element"), ""))  # type: ignore[arg-type]
    print(f"{out.name}: namespace {root.get('targetNamespace')}")


if __name__ == "__main__":
    main(*sys.argv[1:])
