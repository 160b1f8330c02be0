"""Applications are read strictly, and what is never given is refused with every reason."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openilr.access import AccessError
from openilr.access.admissible import refusals
from openilr.access.application import TEMPLATE, parse, written
from tests.access.conftest import application


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("title =", "titel =", "the application has no part 'titel'. Did you mean title?"),
        ('ethics = "Self-assessment, low risk."', "", "ethics is missing"),
        ("end_date = 2080-07-31", 'end_date = "2080-07-31"', "end_date must be a date such as"),
        ("[[question]]", "[question]", "with two brackets"),
        ('id = "r-jones"', 'id = "R Jones"', "small letters, digits, dots and dashes"),
        ('years = ["2526"]', 'years = ["2025"]', "'2025' is not an academic year"),
        ('return = "R14"', 'return = "R15"', "'R15' is not a return"),
        ("in = [36]", "in = [36]\nfrom = 1", "either in"),
        ("in = [36]", "in = 36", "in takes a list"),
        ("in = [36]", "from = nan", "nan and inf are no values"),
        ('name = "learner.age_aug31"', 'name = "learner.Sex"', "two of [[field]] learner.Sex"),
        ('serves = ["q1"]', 'serves = "q1"', "serves must be a list"),
        ("title =", "title = 5\nx =", "title must be a text"),
    ],
)
def test_what_is_wrong_with_the_form_is_named(old, new, words):
    assert old in application()
    with pytest.raises(AccessError) as problem:
        parse(application().replace(old, new, 1))
    assert words in str(problem.value)


def test_everything_that_is_missing_is_told_at_once():
    with pytest.raises(AccessError) as problem:
        parse('title = "x"')
    for name in ("public_benefit", "legal_basis", "ethics", "outputs", "end_date", "[[question]]", "years"):
        assert name in str(problem.value)


FIELD = '[[field]]\nname = "{}"\nserves = [{}]\n'


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (FIELD.format("learner.ULN", '"q1"'), "learner.ULN identifies people by itself and is never given"),
        (FIELD.format("learner.DateOfBirth", '"q1"'), "learner.DateOfBirth identifies people"),
        (FIELD.format("learner.Postcode", '"q1"'), "learner.Postcode identifies people"),
        (FIELD.format("learner.person_key", '"q1"'), "comes with pseudonyms"),
        (FIELD.format("learner.Ethnicity", ""), "learner.Ethnicity serves no question, so it is not needed"),
        (FIELD.format("learner.Ethnicity", '"q7"'), "serves q7, which is no question"),
        (FIELD.format("learner.Shoe", '"q1"'), "There is no field learner.Shoe"),
        (FIELD.format("hmrc_earnings.Earnings", '"q1"'), "without a [[source]]"),
        ('[[source]]\nname = "hesa"\njustification = "x"\n', "hesa is named, but none of its fields"),
        ('[[question]]\nid = "q2"\ntext = "?"\n', "The question q2 is served by no field"),
        ('[[data.where]]\nfield = "learner.ULN"\nin = [1]\n', "can not say who is in the data"),
        ('[[data.where]]\nfield = "hesa.HE_XCLASS01"\nin = ["1"]\n', "use fields of learner"),
    ],
)
def test_what_may_not_be_asked_for(extra, words):
    assert refusals(parse(application())) == []
    said = refusals(parse(application(extra=extra)))
    assert len(said) == 1 and words in said[0]


def test_the_data_hash_covers_the_data_and_nothing_else():
    base = parse(application()).data
    for same in (("older", "younger"), ("2080-07-31", "2081-07-31"), ("R. Jones", "x"), ("One report.", "Two.")):
        assert parse(application().replace(*same)).data == base
    for other in (("[36]", "[35]"), ('"band"', '"year"'), ('"2526"', '"2425"'), ("learner.Sex", "learner.Ethnicity")):
        assert parse(application().replace(*other)).data != base


def test_an_application_can_be_written_as_it_was_read():
    for text in (TEMPLATE, application()):
        assert parse(written(tomllib.loads(text))) == parse(text)


@given(st.text(min_size=1).filter(lambda t: t.strip() and not any(0xD800 <= ord(c) < 0xE000 for c in t)))
def test_any_text_survives_being_written(text):
    assert tomllib.loads(written({"title": text}))["title"] == text
