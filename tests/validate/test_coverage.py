"""Published rules against those that OpenILR has, as sets and both ways."""

import pytest

from openilr import years
from openilr.validate import rule_list
from openilr.validate.file_level import FILE_RULES, SERVICE_ONLY
from openilr.validate.rule import all_rules, rules_of

WITH_RULES = [y for y in map(years.load, years.available()) if y.has_rules]


def published(year):
    return {id for id, r in year.rules.items() if r.status != "Deleted" and not r.category.startswith("Derived")}


@pytest.mark.parametrize("year", WITH_RULES, ids=lambda y: y.name)
def test_published_is_implemented_or_service_only(year):
    listed = {r.rule: r.status for r in rule_list(year)}
    assert set(listed) == published(year)
    assert {id for id, status in listed.items() if status == "not_yet"} == set()
    assert {id for id, status in listed.items() if status == "service_only"} == set(SERVICE_ONLY) & published(year)


@pytest.mark.parametrize("year", WITH_RULES, ids=lambda y: y.name)
def test_every_rule_has_exactly_one_home(year):
    homes = [set(rules_of(year)), {d.rule for d in year.field_definitions}, set(FILE_RULES) | set(SERVICE_ONLY)]
    for one in range(3):
        for other in range(one):
            assert not homes[one] & homes[other] & published(year)
    assert set().union(*homes) >= published(year)


def test_no_rule_is_written_for_nothing():
    everywhere = set().union(*(published(y) for y in WITH_RULES))
    assert {r.id for r in all_rules()} <= everywhere


@pytest.mark.parametrize("year", WITH_RULES, ids=lambda y: y.name)
def test_every_rule_explains_itself(year):
    for r in rule_list(year):
        assert r.summary.endswith((".", "?")), r.rule
        assert r.status == "service_only" or r.fix, r.rule
