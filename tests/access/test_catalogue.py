"""The catalogue grades every field there is, and its ladders go from fine to coarse."""

from __future__ import annotations

import csv
from importlib.resources import files

import duckdb
import pytest

from openilr import years
from openilr.access import AccessError, catalogue
from openilr.link.sources import declared
from openilr.store.privacy import goes_to_vault
from openilr.store.tables import DUCKDB, columns, kept_entities, table_name


def rows(file):
    return {(r["table"], r["field"]) for r in csv.DictReader((files(catalogue) / file).read_text("utf-8").splitlines())}


def national():
    """Every column and every withheld field of the national views, over all years."""
    found = set()
    for year in years.available():
        for entity in kept_entities(years.load(year).schema):
            found |= {(table_name(entity.name), name) for name, _ in columns(entity)}
            found |= {(table_name(entity.name), f.name) for f in entity.fields}
    return found


def test_every_field_of_the_national_views_is_graded_and_no_other():
    given = rows("ilr.csv")
    everywhere = {name for table, name in given if table == "*"}
    assert {each for each in national() if each not in given and each[1] not in everywhere} == set()
    assert {each for each in given if each[0] != "*"} - national() == set()


def test_every_answer_of_a_linked_source_has_its_ladder_and_no_other():
    there = {
        (table.name, column.name)
        for source in declared().values()
        for table in source.tables
        for column in table.columns
        if column.is_answer
    }
    assert rows("linked.csv") == there


def test_what_is_in_the_vault_is_never_given():
    for year in years.available():
        for entity in kept_entities(years.load(year).schema):
            for field in entity.fields:
                found = catalogue.field(f"{table_name(entity.name)}.{field.name}")
                assert (found.grade == "direct") == goes_to_vault(field), found.path


def test_identifiers_and_keys_of_linked_sources_are_never_given():
    for source in declared().values():
        for table in source.tables:
            for column in table.columns:
                found = catalogue.field(f"{table.name}.{column.name}")
                if not column.is_answer or column.identifiability == 1:
                    assert found.grade == "direct", found.path
                elif column.is_key:
                    assert found.grade == "key", found.path


def test_grades_risks_and_ladders_are_known():
    for found in catalogue.fields().values():
        assert found.grade in catalogue.GRADES and found.title
        assert len(found.risk) == 2 and found.risk[0] in "12345" and found.risk[1] in "ABCDE", found.path
        assert bool(found.rungs) == (found.grade in ("sensitive", "instrumental")), found.path
        if found.known:
            assert found.grade in ("sensitive", "instrumental"), found.path


def test_an_unknown_field_or_detail_is_told_with_a_suggestion():
    with pytest.raises(AccessError, match=r"There is no field learner.Sexx. Did you mean learner.Sex\?"):
        catalogue.field("learner.Sexx")
    with pytest.raises(AccessError, match="there is day, month, quarter, year"):
        catalogue.field("learning_delivery.LearnStartDate").rung("week")


def test_the_sql_of_every_step_runs_on_its_table():
    """Each step is valid SQL over an empty table of the field's columns, and gives the kind that it says."""
    kinds = {"text": "VARCHAR", "int": ("INTEGER", "BIGINT")}
    session = duckdb.connect()
    made = set()
    for year in years.available():
        for entity in kept_entities(years.load(year).schema):
            named = [f'"{name}" {DUCKDB[kind]}' for name, kind in columns(entity)]
            if table_name(entity.name) not in made:
                session.execute(f"CREATE TABLE {table_name(entity.name)} ({', '.join(named)})")
                made.add(table_name(entity.name))
    tried = 0
    for found in catalogue.fields().values():
        if found.source or found.name not in [r[0] for r in session.execute(f"DESCRIBE {found.table}").fetchall()]:
            continue
        for rung in found.rungs:
            sql = rung.sql.format(x=f'"{found.name}"')
            query = f"DESCRIBE SELECT {sql} AS v FROM {found.table}"  # noqa: S608 - of the catalogue
            kind = session.execute(query).fetchall()[0][1]
            assert rung.kind in (None, "pseudonym") or kind in kinds[rung.kind], (found.path, rung.name, kind)
            tried += 1
    assert tried > 200


@pytest.mark.parametrize(
    ("ladder", "value", "expected"),
    [
        ("date", "DATE '2025-08-01'", ["2025-08-01", "2025-08", "2025-Q3", "2526"]),
        ("date", "DATE '2026-07-31'", ["2026-07-31", "2026-07", "2026-Q3", "2526"]),
        ("date", "DATE '2025-07-31'", ["2025-07-31", "2025-07", "2025-Q3", "2425"]),
        ("age", "15", ["15", "Under 16", "Under 19"]), ("age", "18", ["18", "16-18", "Under 19"]),
        ("age", "19", ["19", "19-24", "19-24"]), ("age", "61", ["61", "Over 60", "25 and over"]),
        ("age", "NULL::INT", ["None", "None", "None"]),
        ("ethnicity", "33", ["33", "White"]), ("ethnicity", "43", ["43", "Asian"]),
        ("ethnicity", "47", ["47", "Other"]), ("ethnicity", "99", ["99", "Not known"]),
        ("lldd", "9", ["9", "Mental health"]), ("lldd", "14", ["14", "Learning"]), ("lldd", "97", ["97", "Other"]),
        ("decile", "1", ["1", "1"]), ("decile", "2", ["2", "1"]), ("decile", "10", ["10", "5"]),
        ("money", "1549", ["1549", "1500", "2000"]), ("birth_year", "2004", ["2004", "2000"]),
        ("birth_month", "3", ["3", "1"]), ("birth_month", "12", ["12", "4"]),
    ],
)  # fmt: skip
def test_what_the_steps_make_of_a_value(ladder, value, expected):
    session = duckdb.connect()
    steps = [rung.sql.format(x="v") for rung in catalogue.ladders()[ladder]]
    query = f"SELECT {', '.join(steps)} FROM (SELECT {value} AS v)"  # noqa: S608 - of the catalogue
    row = session.execute(query).fetchall()[0]
    assert [str(each) for each in row] == expected
