"""The short ways that checking takes (guards, shared parts, indexes) change no finding."""

import pytest

from openilr import years
from openilr.derive.frames import Compiler, Frames
from openilr.validate.report import FINDINGS
from openilr.validate.rule import rules_of
from openilr.validate.ruleset import RuleSet, build_rule
from tests.second_reading.making import Maker


@pytest.mark.parametrize("name", ["2526", "2627"])
def test_findings_are_those_of_each_rule_by_itself(name):
    year = years.load(name)
    built = [build_rule(r, year) for r in rules_of(year).values()]
    maker = Maker(year, built, seed=5)
    tables = maker.tables(300)
    needs = sorted({need for b in built for need in b.needs})
    reference, _ = maker.reference(needs, needs)
    rules = RuleSet(year, built, reference.names)
    frames = Frames(tables, rules.compiler, reference)
    found = {}
    for whole_file in (False, True):
        frame = rules.findings(frames, whole_file=whole_file)
        assert frame.columns == ["order", *FINDINGS]
        found |= dict(frame.group_by("rule").len().iter_rows())
    alone = {}
    for b in built:
        compiler = Compiler()
        hits = Frames(tables, compiler, reference).select(b.rule.entity, [b.compiled(compiler)])[b.rule.id].sum()
        if hits:
            alone[b.rule.id] = hits
    assert found == alone
    assert len(found) > 200
