"""Every ``FD_`` rule stands on a field of its year, and its limit is that of the schema or is explained here."""

import re

import pytest

from openilr import years

WHOLE = ("2526", "2627")

#: Limits that the schema of the field does not state in the same form: rule to (limit, why).
OTHER_THAN_THE_SCHEMA = {
    "FD_UCASPERID_AL": ("10", "the schema has a pattern of exactly ten digits"),
    "FD_UCASPERID_AR": ("1..9999999999", "the schema has a pattern only; the specification gives the range"),
    "FD_UCASSCHEMECODE_AL": ("9", "the schema has a pattern of four or nine characters"),
    "FD_STULOAD_AL": ("5", "five characters with the decimal point; the schema counts four digits"),
    "FD_PCOLAB_AL": ("5", "five characters with the decimal point; the schema counts four digits"),
    "FD_LearningDelivery_EO": ("1..", "the only definition about the fewest: a learner has at least one aim"),
}


def definitions(kind=None):
    return [
        pytest.param(year, d, id=f"{year}-{d.rule}")
        for year in WHOLE
        for d in years.load(year).field_definitions
        if kind is None or d.kind == kind
    ]


def longest(field):
    """The most characters that the schema gives a field, from whichever facet says it; None where none does."""
    if field.max_length or field.length:
        return field.max_length or field.length
    if field.fraction_digits is None and field.total_digits:
        return field.total_digits
    if field.max_value is not None and field.fraction_digits is None:
        return len(str(field.max_value))
    bounded = re.fullmatch(r"\[.*\]\{1,(\d+)\}", field.pattern or "")
    return int(bounded[1]) if bounded else None


@pytest.mark.parametrize("year", WHOLE)
def test_definitions_are_the_live_field_definition_rules_in_order(year):
    pack = years.load(year)
    live = [r for r, facts in pack.rules.items() if facts.category == "Field Definition" and facts.is_live]
    assert [d.rule for d in pack.field_definitions] == live


@pytest.mark.parametrize(("year", "definition"), definitions())
def test_a_definition_names_what_the_schema_has(year, definition):
    schema = years.load(year).schema
    entity = schema.entities[definition.entity]
    assert definition.rule.endswith(f"_{definition.kind}")
    if definition.kind == "EO":
        assert definition.field == ""
    else:
        assert definition.field in {field.name for field in entity.fields}


@pytest.mark.parametrize(("year", "definition"), definitions())
def test_limits_agree_with_the_schema_or_are_explained(year, definition):
    schema = years.load(year).schema
    if definition.rule in OTHER_THAN_THE_SCHEMA:
        assert definition.limit == OTHER_THAN_THE_SCHEMA[definition.rule][0]
        return
    if definition.kind == "EO":
        assert definition.limit == str(schema.entities[definition.entity].max_occurs)
        return
    field = schema.field(f"{definition.entity}.{definition.field}")
    expected = {
        "AL": lambda: str(longest(field)),
        "AR": lambda: f"{field.min_value}..{field.max_value}",
        "AP": lambda: "",
        "MA": lambda: "",
    }
    assert definition.limit == expected[definition.kind]()


@pytest.mark.parametrize(("year", "definition"), definitions("MA"))
def test_what_is_mandatory_is_required_by_the_schema(year, definition):
    assert years.load(year).schema.field(f"{definition.entity}.{definition.field}").required


@pytest.mark.parametrize("rule", OTHER_THAN_THE_SCHEMA)
def test_each_exception_is_one(rule):
    """An exception that agrees with the schema after all must leave the list."""
    for year in WHOLE:
        pack = years.load(year)
        definition = next(d for d in pack.field_definitions if d.rule == rule)
        if definition.kind == "EO":
            assert definition.limit != str(pack.schema.entities[definition.entity].max_occurs)
            continue
        field = pack.schema.field(f"{definition.entity}.{definition.field}")
        schema_says = str(longest(field)) if definition.kind == "AL" else f"{field.min_value}..{field.max_value}"
        assert definition.limit != schema_says
