"""The minimisation check against a slow count by hand, and its counter-proposal."""

from __future__ import annotations

from collections import defaultdict

import pytest

from openilr.access import AccessError, minimise
from openilr.access.application import parse
from tests.access.conftest import application

EVERYBODY = application().replace("[36]", "[35, 36]")
ETHNICITY = '[[field]]\nname = "learner.Ethnicity"\nserves = ["q1"]\n'


def by_hand(store, asked):
    """(unique, in small groups, smallest group) by dictionaries: people by the values of learner and one aim."""
    learners = {(r["ukprn"], r["row"]): r for r in store.connect("2526").table("learner").to_polars().to_dicts()}
    groups = defaultdict(set)
    for aim in store.connect("2526").table("learning_delivery").to_polars().to_dicts():
        mine = learners[aim["ukprn"], aim["parent"]]
        values = tuple(mine[n.split(".")[1]] if n.startswith("learner.") else aim[n.split(".")[1]] for n in asked)
        groups[values].add(mine["person_key"])
    everyone = set().union(*groups.values())
    alone = set().union(*(g for g in groups.values() if len(g) == 1), set())
    small = set().union(*(g for g in groups.values() if len(g) < minimise.SMALL), set())
    return round(len(alone) / len(everyone), 4), round(len(small) / len(everyone), 4), min(map(len, groups.values()))


NAMES = ["learner.Sex", "learner.age_aug31", "learner.Ethnicity", "learning_delivery.LearnStartDate",
         "learning_delivery.CompStatus"]  # fmt: skip


@pytest.mark.parametrize("names", [NAMES, NAMES[:2], NAMES[2:], ["learner.Sex", "learning_delivery.CompStatus"]])
def test_the_risk_is_that_of_a_count_by_hand(store, names):
    fields = "".join(f'[[field]]\nname = "{name}"\nserves = ["q1"]\n' for name in names)
    text = EVERYBODY.partition("[[field]]")[0] + fields
    said = minimise.check(store, parse(text))
    if any(name.startswith("learning_delivery") for name in names):
        assert (said.asked.unique, said.asked.in_small_groups, said.asked.smallest) == by_hand(store, names)
    assert said.people == 90


def test_the_search_by_parts_finds_what_a_whole_one_does(store, monkeypatch):
    """With every group looked at, and with every second: the reported figures are exact in both, and shares are shares
    although most people have several records."""
    asked = parse(EVERYBODY + ETHNICITY)
    whole = minimise.check(store, asked)
    monkeypatch.setattr(minimise, "MANY", 10)
    monkeypatch.setattr(minimise, "ENOUGH", 40)
    parts = minimise.check(store, asked)
    assert parts.asked == whole.asked
    assert parts.proposed.unique < minimise.TARGET
    assert all(field.unique_if_coarser is None or field.unique_if_coarser <= 1 for field in parts.fields)


def test_people_are_not_counted_once_for_each_of_their_unique_records():
    """A part of the groups, looked at: everybody unique with every record, and one record in a hundred unique."""
    import numpy as np

    random = np.random.default_rng(5)
    table = object.__new__(minimise._Table)
    people, each, part = 40_000, 3, 16
    table._part, table._each = part, each
    for share in (1.0, 0.4, 0.01):
        alone = random.random((people, each)) < share
        seen = random.random((people, each)) < 1 / part
        guess = table._people_of(int((alone & seen).sum()), int(seen.sum()))
        assert abs(guess - alone.any(axis=1).sum()) < 0.12 * alone.any(axis=1).sum() + 1, share


def test_the_counter_proposal_reaches_the_target_and_no_step_is_for_nothing(store):
    text = application().replace('detail = "band"', 'detail = "year"').replace('detail = "month"', 'detail = "day"')
    asked = parse(text + ETHNICITY)
    said = minimise.check(store, asked)
    assert said.asked.unique > 0.3 and said.proposed.unique < minimise.TARGET
    again = minimise.check(store, parse(minimise.coarser(asked.text, said.proposal)))
    assert again.asked == said.proposed and again.proposal == ()
    for taken_back in said.proposal:
        others = [step for step in said.proposal if step is not taken_back]
        finer = minimise.check(store, parse(minimise.coarser(asked.text, others)))
        assert finer.asked.unique >= minimise.TARGET, taken_back


def test_how_much_each_field_adds(store):
    said = minimise.check(store, parse(application()))
    by_name = {field.name: field for field in said.fields}
    assert by_name["learner.age_aug31"].coarser == "broad" and by_name["learner.Sex"].coarser == minimise.LEFT_OUT
    assert by_name["learning_delivery_fam.LearnDelFAMType"].unique_if_coarser is None
    for field in said.fields:
        assert field.unique_if_coarser is None or field.unique_if_coarser <= said.asked.unique


def test_coarser_edits_the_text_and_keeps_the_rest():
    text = application().replace('name = "learner.Sex"', "name = 'learner.Sex' # as recorded")
    steps = [
        minimise.Step("learner.age_aug31", "band", "broad", ""),
        minimise.Step("learner.Sex", "exact", minimise.LEFT_OUT, ""),
    ]
    after = minimise.coarser(text, steps)
    assert "learner.Sex" not in after and 'name = "learner.age_aug31"\ndetail = "broad"\n' in after
    assert after.partition("[[field]]")[0] == text.partition("[[field]]")[0]
    assert [f.name for f in parse(after).fields] == [f.name for f in parse(text).fields if f.name != "learner.Sex"]


def test_what_can_not_be_decided_is_not_looked_at(store):
    said = minimise.check(store, parse(application(extra='[[field]]\nname = "learner.ULN"\nserves = ["q1"]\n')))
    assert len(said.refusals) == 1 and said.asked is None and said.people == 0


def test_years_that_the_store_does_not_hold_and_conditions_of_another_kind(store):
    with pytest.raises(AccessError, match="holds nothing of 2627 R14"):
        minimise.check(store, parse(application().replace('"2526"', '"2627"')))
    with pytest.raises(AccessError, match="No learner meets"):
        minimise.check(store, parse(application().replace("[36]", "[81]")))
    with pytest.raises(AccessError, match="value of another kind"):
        minimise.check(store, parse(application().replace("[36]", '["thirty-six"]')))


def test_a_condition_is_a_value_and_never_sql(store):
    text = application().replace("learning_delivery.FundModel", "learner.Sex").replace("[36]", "[\"F' OR '1'='1\"]")
    with pytest.raises(AccessError, match="No learner meets"):
        minimise.check(store, parse(text))


def test_current_files_are_looked_at_where_nothing_is_frozen(store, tmp_path):
    from openilr.store import Store
    from tests.access.conftest import submit

    other = Store.init(tmp_path / "other")
    submit(other, tmp_path)
    said = minimise.check(other, parse(application()))
    assert said.live == ("2526",) and said.snapshots == () and said.people == 40


def test_checks_of_frozen_data_are_kept_and_others_are_not(store, tmp_path):
    from openilr.access import checks
    from openilr.store import Store
    from tests.access.conftest import submit

    asked = parse(application())
    assert checks.known(store, asked) is None
    assert checks.known(store, asked) == checks.made(store, asked) if checks.made(store, asked) else False
    store.freeze("2526", "R14", frozen_by="anna")
    assert checks.known(store, asked) is None, "newer data need a new look"
    other = Store.init(tmp_path / "other")
    submit(other, tmp_path)
    checks.made(other, asked)
    assert checks.known(other, asked) is None
