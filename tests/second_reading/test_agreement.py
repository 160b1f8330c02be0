"""The shipped rules against a reading of the same text that goes record by record, on thousands of awkward learners."""

import importlib
import pkgutil

import pytest

import tests.second_reading as package
from openilr import years
from openilr.derive.frames import Compiler, Frames
from openilr.validate.rule import rules_of
from openilr.validate.ruleset import build_rule
from tests.second_reading.making import Maker
from tests.second_reading.model import READINGS, Facts, rows_of

for found in pkgutil.iter_modules(package.__path__):
    if found.name.startswith("readings_"):
        importlib.import_module(f"{package.__name__}.{found.name}")

#: Files per rule and year (each with its own day of preparation and reference rows), and learners in each. Rules that
#: seldom fire get more files, until a few records were found.
FILES, MOST_FILES, LEARNERS, FINDINGS = 3, 150, 70, 3
#: Reference tables that every reading is given, so that a rule that forgets to look into one is found out.
TABLES = {"lars", "lars_annual_value", "lars_category", "lars_validity", "lars_standard", "organisations"}


@pytest.mark.parametrize("name", ["2526", "2627"])
@pytest.mark.parametrize("rule", sorted(READINGS))
def test_two_readings_agree(rule, name):
    year = years.load(name)
    live = rules_of(year)
    if rule not in live:
        assert rule not in year.rules or year.rules[rule].status == "Deleted"
        return
    built = build_rule(live[rule], year)
    entity, read = READINGS[rule]
    assert entity == built.rule.entity
    maker, compiler = Maker(year, [built], seed=sum(map(ord, rule))), Compiler()
    fired = file = 0
    while file < FILES or (fired < FINDINGS and file < MOST_FILES):
        file += 1
        tables = maker.tables(LEARNERS)
        reference, plain = maker.reference(sorted({*TABLES, *built.needs}), built.needs)
        shipped = Frames(tables, compiler, reference).select(entity, [built.compiled(compiler)])[rule].to_list()
        facts, rows = Facts(tables, plain), rows_of(tables)
        facts.learners = rows["Learner"]
        slow = [bool(read(row, facts)) for row in rows[entity]]
        differ = [i for i, (a, b) in enumerate(zip(shipped, slow, strict=True)) if a != b]
        assert not differ, (
            f"{rule} {name}: in file {file}, {len(differ)} records of {len(slow)} differ, first {entity} {differ[0]}: "
            f"shipped {shipped[differ[0]]}; both fire on {sum(a and b for a, b in zip(shipped, slow, strict=True))}"
        )
        fired += sum(slow)
    assert fired, f"{rule} never fired on these learners, so nothing was compared"
