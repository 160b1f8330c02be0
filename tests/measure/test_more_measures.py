"""Full levels, essential skills, progression, deprivation, travel and rates, on small returns with reference data."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from openilr import measure
from openilr.measure import MeasureError
from tests.measure.test_measures import Lars, course
from tests.store.making import aim, learner, report, sent_file, tables

AIMS = {  # reference: level, basic skills type, percent of full level 2, of full level 3
    "60300001": ("E", 1, 0.0, 0.0), "60300002": ("2", -1, 50.0, 0.0), "60300003": ("2", -2, 100.0, 0.0),
    "60300004": ("3", None, 0.0, 100.0), "60300005": ("1", 43, 0.0, 0.0), "Z0000001": ("1", 28, 0.0, 0.0),
}  # fmt: skip
REFERENCE = Lars({
    "lars": pl.DataFrame(
        {"LearnAimRef": list(AIMS), "NotionalNVQLevelv2": [level for level, *_ in AIMS.values()]}
    ),
    "lars_annual_value": pl.DataFrame(
        [(ref, date(2010, 8, 1), None, *values) for ref, (_, *values) in AIMS.items()],
        schema={
            "LearnAimRef": pl.String, "EffectiveFrom": pl.Date, "EffectiveTo": pl.Date, "BasicSkillsType": pl.Int32,
            "FullLevel2Percent": pl.Float64, "FullLevel3Percent": pl.Float64,
        }, orient="row",
    ),
})  # fmt: skip


def sent(store, *learners, year="2526", ukprn=99999999):
    store.submit(
        [tables(list(learners), year=year, ukprn=ukprn)], report(year=year), file=sent_file(store.path.parent),
        return_name="R14", submitted_by="t", reference=REFERENCE,
    )  # fmt: skip


def on(*references, **values):
    return [course(number=n, LearnAimRef=ref, **values) for n, ref in enumerate(references, start=1)]


def value(store, name, **asked):
    [row] = measure.compute(store, name, "2526", **asked).rows()
    return row["value"]


def test_aims_add_up_to_a_full_level(store):
    sent(store, learner("A", *on("60300002")), learner("B", *on("60300002", "60300002")),
         learner("C", *on("60300003")), learner("D", *on("60300004")))  # fmt: skip
    assert (value(store, "full-level-2"), value(store, "full-level-3")) == (2, 1)
    rows = measure.trail(store, "full-level-2", "2526")
    assert [(r["learn_ref_number"], r["status"], r["clause"]) for r in rows] == [
        ("A", "out_of_scope", "level_not_full"), ("B", "counted", None), ("B", "counted", None),
        ("C", "counted", None), ("D", "out_of_scope", "no_part_of_level"),
    ]  # fmt: skip


def test_nobody_on_a_full_level_is_explained(store):
    sent(store, learner("A", *on("60300001")))
    [note] = measure.compute(store, "full-level-2", "2526").notes
    assert "LARS" in note


def test_essential_skills(store):
    sent(store, learner("A", *on("60300001", "60300005")), learner("B", *on("Z0000001")),
         learner("C", *on("60300002")), learner("D", *on("60300003", "60300005")))  # fmt: skip
    assert value(store, "essential-skills") == 3
    assert value(store, "essential-skills", definition="earlier") == 2, "D learns digital skills only"
    rows = measure.compute(store, "essential-skills", "2526", by=["skill"]).rows()
    assert {r["by"]["skill"]: r["value"] for r in rows} == {
        "english and maths": 1, "esol and other": 1, "digital": 2,
    }  # fmt: skip
    rows = measure.compute(store, "essential-skills", "2526", by=["regulated"]).rows()
    assert {r["by"]["regulated"]: r["value"] for r in rows} == {"regulated": 2, "non-regulated": 1}


def test_progression_is_a_higher_level_within_a_year_at_any_provider(store):
    def done(*refs, end=date(2026, 6, 1)):
        return on(*refs, LearnActEndDate=end, CompStatus=2, Outcome=1)

    uln = {name: 1_000_000_100 + n for n, name in enumerate("ABCDE")}
    sent(store, *(learner(ref, *done("60300002"), ULN=uln[ref]) for ref in "ABCDE"))

    def start(ref, aim_ref, day):
        return learner(ref + "9", *on(aim_ref, LearnStartDate=day), ULN=uln[ref])

    sent(store, start("A", "60300004", date(2026, 9, 1)), start("B", "60300003", date(2026, 9, 1)),
         start("C", "60300004", date(2027, 6, 2)), start("D", "60300004", date(2027, 6, 1)),
         year="2627", ukprn=10000002)  # fmt: skip
    [row] = measure.compute(store, "progression", "2526").rows()
    assert (row["achievers"], row["progressed"], row["progression_rate"]) == (5, 2, 40.0)
    [row] = measure.compute(store, "progression", "2526", within_days="183").rows()
    assert row["progressed"] == 1
    assert measure.compute(store, "progression", "2627").rows()[0]["achievers"] == 0


PLACES = Lars({
    "postcodes": pl.DataFrame({
        "pcds": ["AB1 1AA", "AB1 1AB", "AB1 1AC"], "ctry": ["E92000001"] * 3,
        "rgn": ["E12000001", "E12000001", "E12000007"],
        "lad": ["E06000001", "E06000001", "E09000001"], "pcon": ["E14000001"] * 3, "lsoa21": ["E01000001"] * 3,
        "lsoa11": ["E01000001"] * 3, "imd": [1, 2, 3], "oseast1m": [400000, 403000, 430000],
        "osnrth1m": [300000, 304000, 300000], "gridind": [1, 1, 1],
    }),
})  # fmt: skip


def placed(store, *learners):
    store.submit([tables(list(learners))], report(), file=sent_file(store.path.parent), return_name="R14",
                 submitted_by="t", reference=LarsWithHeaders(PLACES.frames))  # fmt: skip


class LarsWithHeaders(Lars):
    def headers(self, table):  # noqa: ARG002
        return {"imd": "imd19ind"}

    def lookup(self, table, column, keys, columns=None):
        frame = self.frames[table].filter(pl.col(column).is_in(keys.implode()))
        return frame.select(columns) if columns else frame


def test_distance_and_deprivation_with_shares_of_the_known(store):
    placed(
        store, learner("A", course(DelLocPostCode="AB1 1AB"), Postcode="AB1 1AA"),
        learner("B", course(DelLocPostCode="AB1 1AC"), Postcode="AB1 1AA"),
        learner("C", course(DelLocPostCode="AB1 1AB"), Postcode="AB1 1AB"),
        learner("D", course(DelLocPostCode="ZZ99 9ZZ"), Postcode="AB1 1AA"),
        learner("E", course(DelLocPostCode="AB1 1AA"), Postcode="XX1 1XX"),
    )  # fmt: skip
    rows = measure.compute(store, "travel", "2526").rows()
    assert [(r["by"]["distance"], r["value"], r["share"]) for r in rows] == [
        ("under 2", 1, 33.3), ("5 to 10", 1, 33.3), ("20 to 50", 1, 33.3),
    ]  # fmt: skip
    rows = measure.compute(store, "deprivation", "2526").rows()
    assert [(r["by"]["deprivation"], r["value"], r["share"]) for r in rows] == [("1", 4, 100.0), ("not known", 1, None)]


def test_rates_per_100_000(store, tmp_path):
    placed(store, *(learner(f"A{n}", course(), Postcode="AB1 1AA") for n in range(3)),
           learner("B", course(), Postcode="AB1 1AC"))  # fmt: skip
    with pytest.raises(MeasureError, match=r"population.csv"):
        measure.compute(store, "rates", "2526")
    lines = ["AreaCode,Year,Age,Population"]
    lines += [f"E12000001,{year},{age},{number}" for year, age, number in (
        (2024, 19, 1), (2025, 18, 500), (2025, 19, 500), (2025, 70, 700), (2026, 19, 9),
    )]  # fmt: skip
    (tmp_path / "population.csv").write_text("\n".join(lines) + "\n")
    store.add_reference(tmp_path / "population.csv")
    rows = measure.compute(store, "rates", "2526").rows()
    assert [(r["by"]["home_region"], r["value"], r["population"], r["rate"]) for r in rows] == [
        ("E12000001", 3, 1200, 250), ("E12000007", 1, None, None),
    ]  # fmt: skip
    assert measure.compute(store, "rates", "2526", population="16-64").rows()[0]["rate"] == 300
    assert measure.compute(store, "rates", "2526", of="achievements").rows() == []
    rows = measure.compute(store, "rates", "2526", by=["provision", "home_region"]).rows()
    assert [(r["by"]["home_region"], r["value"], r["population"]) for r in rows] == [
        ("E12000001", 3, 1200), ("E12000007", 1, None),
    ]  # fmt: skip
    for areas in (["home_region", "home_lad"], ["level"]):
        with pytest.raises(MeasureError, match="one kind of area"):
            measure.compute(store, "rates", "2526", by=areas)


def test_every_setting_and_clause_is_explained():
    for name in measure.names():
        declared = measure.get(name)
        assert declared.definition and declared.formula and declared.source
        assert all(clause.reason and clause.source for clause in declared.clauses)
        assert len({clause.name for clause in declared.clauses}) == len(declared.clauses)
        assert all(choice.why and choice.effect and len(choice.values) > 1 for choice in declared.choices)
        assert {clause.status for clause in declared.clauses} <= {"excluded", "out_of_scope"}
        assert set(declared.default_by) <= {dimension.name for dimension in declared.dimensions}


def test_a_measure_explains_itself_with_the_numbers_of_its_choices(capsysbinary):
    from openilr.cli.run import run
    from openilr.measure.effects import effect

    qar = measure.get("qar")
    effects = {(c.name, v): effect(qar, c, v) for c in qar.choices for v in c.values[1:]}
    assert all(effects.values()), "each is measured; benchmarks/bench_choices.py does it"
    assert run(["measure", "qar", "--explain"]) == 0
    text = capsysbinary.readouterr().out.decode()
    assert all(said in text for said in effects.values())
    assert all(f"`{clause.name}`" in text for clause in qar.clauses) and qar.example in text
    assert run(["measure", "qar"]) == 2 and run(["measure", "nothing", "--explain"]) == 2


def test_a_component_is_no_achievement_of_its_own(store):
    done = {"LearnActEndDate": date(2026, 6, 1), "CompStatus": 2, "Outcome": 1}
    sent(store, learner("A", aim(1), aim(2, AimType=3, **done)), learner("B", *on("60300002", **done)))
    assert value(store, "learner-achievements") == 1
    assert value(store, "enrolments") == 2


def test_the_median_distance_is_estimated_within_its_band(store):
    def living(ref, many, where, sex):
        there = course(DelLocPostCode=where)
        return (learner(f"{ref}{n}", there, Postcode="AB1 1AA", Sex=sex) for n in range(many))

    placed(
        store, *living("A", 1, "AB1 1AA", "F"), *living("B", 3, "AB1 1AB", "F"), *living("C", 2, "AB1 1AA", "M"),
        *living("D", 2, "AB1 1AC", "M"), *living("E", 1, "AB1 1AC", "M"),
    )  # fmt: skip
    rows = measure.compute(store, "travel", "2526", by=["sex"]).rows()
    medians = {r["by"]["sex"]: r["median_km"] for r in rows}
    assert medians == {"F": 6.7, "M": 25.0}, "half of F is one of three into 5 to 10 km"
    whole = measure.compute(store, "travel", "2526", totals=True).frame
    assert whole.filter(distance="Total")["median_km"].to_list() == [7.5]
    assert whole.filter(distance="5 to 10")["median_km"].to_list() == [None]
