"""Every pack loads, is whole in what it claims to have, and says nothing about rules or fields that are not there."""

import subprocess
import sys
from datetime import date

import pytest

from openilr import years

ALL = years.available()
WHOLE = [name for name in ALL if years.load(name).has_rules]


def test_the_years_there_are():
    assert ALL == ("1819", "2021", "2425", "2526", "2627")
    assert WHOLE == ["2526", "2627"]


def test_an_unknown_year_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'2324'.*1819, 2021, 2425, 2526, 2627"):
        years.load("2324")


@pytest.mark.parametrize("name", ALL)
def test_a_pack_knows_its_year_its_namespace_and_its_source(name):
    pack = years.load(name)
    assert pack.academic_year.name == name
    assert pack.schema.fields["CollectionDetails.Year"].enumeration == name
    assert years.by_namespace(pack.namespace) is pack
    assert "Open Government Licence" in pack.source


@pytest.mark.parametrize("name", ALL)
def test_every_entity_and_field_has_a_title_and_a_sentence(name):
    schema = years.load(name).schema
    for noun in (*schema.entities.values(), *schema.fields.values()):
        assert noun.title
        assert noun.definition.endswith(".")


@pytest.mark.parametrize("name", ALL)
def test_direct_identifiers_are_marked(name):
    schema = years.load(name).schema
    marked = {path for path, field in schema.fields.items() if field.identifier}
    assert {
        "Learner.ULN",
        "Learner.FamilyName",
        "Learner.GivenNames",
        "Learner.DateOfBirth",
        "Learner.NINumber",
    } < marked
    assert {"Learner.Postcode", "Learner.PostcodePrior", "Learner.AddLine1", "Learner.TelNo", "Learner.Email"} < marked
    assert not marked & {"LearningProvider.UKPRN", "LearningDelivery.LearnAimRef", "Learner.Ethnicity", "Learner.Sex"}


@pytest.mark.parametrize("name", WHOLE)
def test_facts_about_rules_are_of_the_known_kinds(name):
    for rule, facts in years.load(name).rules.items():
        assert facts.rule == rule
        assert facts.status in ("Active", "New", "Changed", "Deleted")
        assert facts.severity == "" if facts.is_derived else facts.severity in ("error", "warning")
        assert facts.rows >= 1


@pytest.mark.parametrize("name", WHOLE)
def test_an_id_that_is_published_twice_says_so(name):
    twice = {rule: facts.note for rule, facts in years.load(name).rules.items() if facts.rows > 1}
    assert all("twice" in note for note in twice.values())
    assert set(twice) == ({"FD_FINAMOUNT_MA"} if name == "2526" else set())


@pytest.mark.parametrize("name", WHOLE)
def test_divergences_and_changes_are_about_rules_of_the_year(name):
    pack = years.load(name)
    live = {rule for rule, facts in pack.rules.items() if facts.is_live}
    assert set(pack.divergences) <= live
    assert set(pack.changes) <= live
    assert {change.kind for change in pack.changes.values()} <= {"new", "changed", "differs"}
    for divergence in pack.divergences.values():
        assert divergence.published and divergence.ours and divergence.reason


@pytest.mark.parametrize("name", WHOLE)
def test_parameters_by_rule_are_about_rules_of_the_year(name):
    pack = years.load(name)
    live = {rule for rule, facts in pack.rules.items() if facts.is_live}
    streams = pack.parameters["funding_streams"]
    assert set(streams) <= live
    assert all(streams.values())


def test_streams_of_a_year_carry_its_name_unless_the_list_keeps_the_old_one():
    streams = years.load("2627").parameters["funding_streams"]
    old = {rule for rule, codes in streams.items() if any("2526" in code for code in codes)}
    assert old == {"UKPRN_09", "UKPRN_11"}


def test_a_renamed_rule_points_to_a_rule_of_the_year_before():
    before = years.load("2526").rules
    renamed = {f.rule: f.previous_name for f in years.load("2627").rules.values() if f.previous_name}
    assert set(renamed.values()) <= set(before)
    assert renamed["DateOfBirth_60"] == "DateofBirth_60"


def test_return_dates_are_known_or_left_blank_never_guessed():
    known = years.load("2627").returns
    assert list(known) == [f"R{n:02d}" for n in range(1, 15)]
    assert known["R14"].closes == date(2027, 10, 21)
    assert known["R01"].covers_to == date(2026, 8, 31)
    assert [period.closes for period in known.values()] == sorted(period.closes for period in known.values())
    assert all(period.closes is None for period in years.load("2526").returns.values())
    assert years.load("1819").returns == {}


def test_loading_the_packs_reads_no_file_of_rules_or_codes():
    """Start-up is part of the speed of a check: what nobody asks for is not read."""
    script = """
import builtins, io, pathlib, sys
opened = []
real = io.open
def spy(file, *args, **kwargs):
    opened.append(str(file))
    return real(file, *args, **kwargs)
io.open = builtins.open = spy
from openilr import years
years.load("2526").schema
names = {pathlib.Path(name).name for name in opened}
assert "fields.csv" in names, names
sys.exit(bool(names & {"rules.csv", "codes.csv", "parameters.toml", "timetable.csv"}))
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
