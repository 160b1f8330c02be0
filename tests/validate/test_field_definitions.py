"""Each FD_ rule fires on a message that breaks its definition, and stays silent on one that keeps it."""

import pytest

from openilr import years
from openilr.validate import validate
from tests.collect.messages import document, focused

YEARS = [y for y in map(years.load, years.available()) if y.has_rules]
CASES = [(y.name, d) for y in YEARS for d in y.field_definitions]


def broken(root, definition, schema):
    """The message with one definition broken."""
    holder = root.find(definition.entity)
    if definition.kind == "EO":
        parent = root.find(schema.entities[definition.entity].parent)
        if definition.limit == "1..":
            parent.children = [c for c in parent.children if c.name != definition.entity]
        else:
            place = parent.children.index(holder)
            parent.children[place:place] = [holder] * int(definition.limit)
        return root
    node = holder.find(definition.field)
    if definition.kind == "MA":
        holder.children.remove(node)
    elif definition.kind == "AL":
        digits = schema.fields[f"{definition.entity}.{definition.field}"].type.is_number
        node.text = ("9" if digits else "A") * (int(definition.limit) + 1)
    elif definition.kind == "AP":
        node.text = "|" if definition.field != "Email" else "nobody"
    elif definition.kind == "AR":
        low, _, high = definition.limit.partition("..")
        node.text = str(int(float(high)) + 1) if high else str(int(float(low)) - 1)
    return root


def reported(tmp_path, year, root, rule):
    path = tmp_path / f"ILR-10000001-{year}-20261101-090000-01.xml"
    path.write_text(document(root), encoding="utf-8")
    found = validate(path, year=year, rules=[rule]).findings
    return set(found["rule"].to_list())


@pytest.mark.parametrize(("year", "definition"), CASES, ids=lambda v: v if isinstance(v, str) else v.rule)
def test_fires_when_broken_and_not_before(tmp_path, year, definition):
    schema = years.load(year).schema
    assert definition.rule not in reported(tmp_path, year, focused(year, definition.entity), definition.rule)
    wrong = broken(focused(year, definition.entity), definition, schema)
    assert definition.rule in reported(tmp_path, year, wrong, definition.rule)
