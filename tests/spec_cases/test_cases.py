"""Every rule's cases, in every year that it is live in; each rule fires at least once and stays silent once."""

import pytest

from openilr import years
from openilr.validate import cases, rule

WITH_RULES = [y for y in map(years.load, years.available()) if y.has_rules]
VERSIONS = rule.all_rules()


def live_years(version):
    return [
        y
        for y in WITH_RULES
        if version.is_live(y.name) and version.id in y.rules and y.rules[version.id].status != "Deleted"
    ]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: f"{v.id}-{v.since or ''}{v.until or ''}")
def test_cases(version):
    wrong, seen = [], set()
    for year in live_years(version):
        for case in cases.parse(version):
            if not case.years or year.name in case.years:
                seen.add(case.fires)
                if cases.fires(case, year) != case.fires:
                    meant = "fire" if case.fires else "stay silent"
                    wrong.append(f"{year.name}: should {meant}: {case.why} {case.cells}")
    assert not wrong, "\n".join([version.id, *wrong])
    assert seen == {True, False}, f"{version.id} needs a case that fires and one that stays silent"


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: f"{v.id}-{v.since or ''}{v.until or ''}")
def test_version_is_live_in_some_year(version):
    assert live_years(version), f"{version.id} (since {version.since}, until {version.until}) is live in no year"


@pytest.mark.parametrize("year", WITH_RULES, ids=lambda y: y.name)
def test_no_rule_has_two_versions_in_a_year(year):
    assert set(rule.rules_of(year)) <= set(year.rules)
