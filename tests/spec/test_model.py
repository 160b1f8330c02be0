"""The schema as a noun: paths, ancestors, and a wrong name that fails with a suggestion."""

import pytest

from openilr import years
from openilr.spec import Entity, Field


@pytest.fixture
def schema():
    return years.load("2627").schema


def test_fields_are_found_by_their_dotted_name(schema):
    field = schema.field("LearningDelivery.FundModel")
    assert (field.entity, field.name, field.path) == ("LearningDelivery", "FundModel", "LearningDelivery.FundModel")


def test_a_wrong_name_gets_a_suggestion(schema):
    with pytest.raises(KeyError, match=r"2627 schema has no field LearningDelivery\.FundModle.*FundModel"):
        schema.field("LearningDelivery.FundModle")


def test_ancestors_go_from_near_to_far(schema):
    assert schema.ancestors["HRSRecord"] == ("LearningDelivery", "Learner", "Message")
    assert schema.ancestors["Message"] == ()
    assert schema.is_within("HRSRecord", "Learner")
    assert schema.is_within("Learner", "Learner")
    assert not schema.is_within("Learner", "LearningDelivery")


def test_children_keep_the_order_of_the_document(schema):
    children = [child.name for child in schema.entities["Learner"].children]
    assert children.index("ULN") < children.index("FamilyName") < children.index("PriorAttain")
    assert children[-1] == "LearningDelivery"
    assert {type(child) for child in schema.entities["Learner"].children} == {Field, Entity}


def test_prior_attainment_was_a_field_and_became_an_entity():
    assert years.load("2021").schema.field("Learner.PriorAttain").definition.startswith("The highest level")
    assert years.load("2526").schema.entities["PriorAttain"].definition.startswith("A level")
