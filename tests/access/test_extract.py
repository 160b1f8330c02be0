"""What is in an extract, that it is the same every time, and linked sources in it."""

from __future__ import annotations

import polars as pl
import pytest

from openilr.access import AccessError, extract, open_extract, project
from openilr.access.pseudonyms import Pseudonyms
from openilr.link import sources
from tests.access.conftest import application, submit


def approved(store, text):
    id = project.apply(store, text, by="r-jones").id
    project.approve(store, id, by="anna", reason="fine")
    return id


def opened(store, id, **how):
    return open_extract(store, extract.make(store, id, by="anna", **how).id, by="r-jones")


def test_only_approved_rows_and_fields_are_in_it(store):
    tables = opened(store, approved(store, application()))
    assert set(tables.names) == {"learner", "learning_delivery", "learning_delivery_fam"}
    ids = {"person_id", "learner_id", "record_id", "parent_id", "year"}
    assert set(tables.table("learner").columns) - ids == {"Sex", "age_aug31"}
    assert set(tables.table("learning_delivery").columns) - ids == {"LearnStartDate", "CompStatus"}
    # Two of three learners are on FundModel 36, by their first aim only.
    real = store.connect("2526").table("learning_delivery").to_polars().filter(pl.col("FundModel") == 36)
    assert tables.table("learning_delivery").height == real.height == 67
    assert sorted(tables.table("learning_delivery")["LearnStartDate"].unique()) == sorted(
        real["LearnStartDate"].dt.strftime("%Y-%m").unique()
    )
    assert set(tables.table("learner")["age_aug31"]) <= {"16-18", "19-24", "25-30", "31-40", "41-50"}


def test_records_join_to_the_ones_above(store):
    tables = opened(store, approved(store, application()))
    learner, aims, fams = (tables.table(n) for n in ("learner", "learning_delivery", "learning_delivery_fam"))
    joined = fams.join(aims, left_on="parent_id", right_on="record_id").join(
        learner, left_on="parent_id_right", right_on="record_id", suffix="_learner"
    )
    assert joined.height == fams.height == 134
    assert (joined["person_id"] == joined["person_id_learner"]).all()


def test_people_are_joined_over_providers(store):
    """Ten ULNs are at both providers: one person each, two learners."""
    learner = opened(store, approved(store, application())).table("learner")
    assert learner.height == 67 and learner["person_id"].n_unique() == 60 and learner["learner_id"].n_unique() == 67


def test_the_same_approval_gives_the_same_content(store):
    id = approved(store, application())
    one, two = (extract.make(store, id, by="anna").manifest for _ in range(2))
    assert one["content"] == two["content"]
    assert {n: t["sha256"] for n, t in one["tables"].items()} == {n: t["sha256"] for n, t in two["tables"].items()}
    assert (
        one["key"] != two["key"] and one["tables"]["learner"]["file_sha256"] != two["tables"]["learner"]["file_sha256"]
    )


def test_many_people_are_written_in_parts_with_the_same_content(store, monkeypatch):
    id = approved(store, application())
    whole = opened(store, id)
    monkeypatch.setattr(extract, "PEOPLE_AT_ONCE", 5)
    parts = opened(store, id)
    for name in whole.names:
        assert whole.table(name).equals(parts.table(name))


def test_providers_and_employers_are_pseudonyms_that_join_within_the_project(store, tmp_path):
    extra = "".join(f'[[field]]\nname = "{n}"\nserves = ["q1"]\n' for n in ("learner.ukprn", "learning_delivery.ukprn"))
    tables = opened(store, approved(store, application(extra=extra)))
    learner = tables.table("learner")
    assert learner["ukprn"].n_unique() == 2 and all(len(each) == 32 for each in learner["ukprn"])
    aims = tables.table("learning_delivery").join(learner, left_on="parent_id", right_on="record_id")
    assert (aims["ukprn"] == aims["ukprn_right"]).all()


def test_the_manifest_tells_where_it_came_from_and_on_which_terms(store):
    tables = opened(store, approved(store, application()))
    manifest = tables.manifest
    assert manifest["snapshots"] == ["2526-R14-1"] and manifest["terms"]["people"] == ["r-jones"]
    assert manifest["terms"]["ends"] == "2080-07-31"
    assert manifest["quality"]["snapshots"][0]["learners_accepted"] == 100
    assert "is not the effect" in manifest["quality"]["notes"][-1]
    assert any(note.startswith("Learner.") and "2526-R14-1" in note for note in manifest["quality"]["notes"])
    assert manifest["tables"]["learner"]["columns"]["age_aug31"] == {"type": "String", "detail": "band", "empty": 0.0}


def test_it_needs_a_frozen_return(store, tmp_path):
    submit(store, tmp_path, 10, ukprn=77777777)
    id = approved(store, application().replace('return = "R14"', 'return = "R10"'))
    with pytest.raises(AccessError, match="ilr store freeze 2526 R10"):
        extract.make(store, id, by="anna")
    with pytest.raises(AccessError, match="no snapshot 2526-R14-9"):
        extract.make(store, id, by="anna", snapshots=["2526-R14-9"])


LINKED = """
[[source]]
name = "hmrc_employment"
justification = "Pay after learning."
[[field]]
name = "hmrc_earnings.TaxYear"
serves = ["q1"]
[[field]]
name = "hmrc_earnings.Earnings"
detail = "thousand"
serves = ["q1"]
[[field]]
name = "hmrc_earnings.main_enterprise"
serves = ["q1"]
"""


def link(store, table):
    """A link run that joins the people of a table to learners."""
    learner = store.connect("2526").table("learner").to_polars()
    run = store.path / "links" / "run-1"
    run.mkdir(parents=True)
    learner.select("learner_key", pl.col("person_key").alias("person_id")).unique().write_parquet(run / "spine.parquet")
    keys = pl.read_parquet(sources.paths(store)[table])["record_key"].unique().sort()
    persons = learner["person_key"].unique().sort().head(len(keys))
    pl.DataFrame({"source": "any", "record_key": keys, "person_id": persons}).write_parquet(run / "keys.parquet")
    return "run-1"


@pytest.fixture
def linked(store, tmp_path):
    """Pay of 30 people, and a link run that joins them to learners."""
    pay = [f"E{n},202324,{n * 1000 + 499},,ENT{n % 3}" for n in range(30)]
    file = tmp_path / "hmrc_earnings.csv"
    file.write_text("EduKey,TaxYear,Earnings,Num_Employments,main_enterprise\n" + "\n".join(pay) + "\n", "utf-8")
    sources.add(store, file)
    return link(store, "hmrc_earnings")


def test_linked_records_of_the_chosen_people_and_no_others(store, linked):
    id = approved(store, application(extra=LINKED))
    with pytest.raises(AccessError, match="name a link run"):
        extract.make(store, id, by="anna")
    with pytest.raises(AccessError, match="no link run run-9"):
        extract.make(store, id, by="anna", link_run="run-9")
    for elsewhere in ("../links/run-1", "..", "/links/run-1", "run-1/../run-1", ""):
        with pytest.raises(AccessError, match="link run"):
            extract.make(store, id, by="anna", link_run=elsewhere)
    tables = opened(store, id, link_run=linked)
    pay, learner = tables.table("hmrc_earnings"), tables.table("learner")
    assert set(pay.columns) == {"person_id", "TaxYear", "Earnings", "main_enterprise"}
    assert 0 < pay.height < 30 and set(pay["person_id"]) <= set(learner["person_id"])
    assert (pay["Earnings"] % 1000 == 0).all() and not {"ENT0", "ENT1", "ENT2"} & set(pay["main_enterprise"])
    share = tables.manifest["quality"]["people_with_a_linked_record"]["hmrc_earnings"]
    assert share == round(pay["person_id"].n_unique() / learner["person_id"].n_unique(), 4)
    assert tables.manifest["link_run"] == linked and "link run run-1" in tables.manifest["quality"]["people_joined_by"]


SURVEY = """
name = "happiness"
key = "Respondent"

[identifiers]
date_of_birth = "DOB"

[answers]
Happy = [1, 2, 3]
Answered = "date"
Hours = "decimal"
Remarks = "text"
"""
GRADED = """
name = "graded"
register = "happiness"

[tables.graded]
columns = '''
name | type | use | values | grade | title
Respondent | text* | key | | |
Level | text | answer | low high | 5E | Level of the course
Mood | text | answer | | 4C | Mood in a word
Postcode_kept | text | answer | | 1A | Home
'''
"""


@pytest.fixture
def surveyed(store, tmp_path):
    folder = tmp_path / "survey"
    folder.mkdir()
    answers = [f"R{n},1990-01-{1 + n % 28},{1 + n % 3},2025-{1 + n % 9:02d}-05,{n}.5,said {n}" for n in range(30)]
    (folder / "happiness.csv").write_text("Respondent,DOB,Happy,Answered,Hours,Remarks\n" + "\n".join(answers) + "\n")
    (folder / "happiness.toml").write_text(SURVEY, "utf-8")
    (folder / "graded.csv").write_text("Respondent,Level,Mood,Postcode_kept\nR1,low,fine,AB1 2CD\n", "utf-8")
    (folder / "graded.toml").write_text(GRADED, "utf-8")
    sources.add(store, folder)
    return link(store, "happiness")


def test_answers_of_a_survey_of_ones_own_are_graded_for_the_worst_unless_it_says_more(store, surveyed):
    from openilr.access import catalogue

    found = catalogue.fields(store)
    graded = {
        p: (f.grade, f.known, [r.name for r in f.rungs])
        for p, f in found.items()
        if f.source in ("happiness", "graded")
    }
    assert graded == {
        "happiness.Respondent": ("direct", True, []), "happiness.DOB": ("direct", True, []),
        "happiness.Remarks": ("direct", True, []), "happiness.Happy": ("sensitive", True, ["exact"]),
        "happiness.Answered": ("sensitive", True, ["day", "month", "quarter", "year"]),
        "happiness.Hours": ("sensitive", True, ["exact"]), "graded.Respondent": ("direct", True, []),
        "graded.Level": ("instrumental", False, ["exact"]), "graded.Mood": ("sensitive", False, ["exact"]),
        "graded.Postcode_kept": ("direct", True, []),
    }  # fmt: skip
    assert "happiness.Happy" not in catalogue.fields(), "another store does not know of it"


def test_answers_of_a_survey_of_ones_own_go_all_the_way(store, surveyed, tmp_path):
    from openilr.access import Refused, minimise, twin
    from openilr.access.application import parse

    why = '[[source]]\nname = "happiness"\njustification = "Who is happy."\n'
    wanted = "".join(
        f'[[field]]\nname = "happiness.{name}"\nserves = ["q1"]\n' for name in ("Happy", "Answered", "Hours")
    )
    with pytest.raises(Refused, match=r"happiness\.Remarks identifies people"):
        project.apply(store, application(extra=why + wanted.replace("Hours", "Remarks")), by="r-jones")
    with pytest.raises(Refused, match=r"without a \[\[source\]\] that says why"):
        project.apply(store, application(extra=wanted), by="r-jones")
    text = application(extra=why + wanted)
    said = minimise.check(store, parse(text), link_run=surveyed)
    assert said.rows["happiness"] > 10 and said.asked.unique > 0.1
    assert {step.name for step in said.proposal} & {"happiness.Hours", "happiness.Answered"}
    twin.make(store, parse(text), tmp_path / "twin", link_run=surveyed)
    assert {"Happy", "Answered", "Hours"} <= set(pl.read_parquet(tmp_path / "twin" / "happiness.parquet").columns)
    tables = opened(store, approved(store, text), link_run=surveyed)
    assert set(tables.table("happiness")["person_id"]) <= set(tables.table("learner")["person_id"])
    assert set(map(str, tables.table("happiness")["Happy"])) == {"1", "2", "3"}


def test_pseudonyms_are_a_permutation_and_null_stays_null():
    one = Pseudonyms(b"1" * 32, "P-1")
    keys = pl.Series([f"{n:032x}" for n in range(5000)] + [None, "f" * 32])
    made = one.keys("person", keys)
    assert made.null_count() == 1 and made[5000] is None and made.n_unique() == 5002
    assert made[-1] == one.keys("person", keys.tail(1))[0]
    texts = pl.Series(["a", "b", None, "a", "x" * 40, "x" * 41, "a\0", "", "1"])
    named = one.texts("provider", texts)
    assert named[0] == named[3] and named[2] is None and named.drop_nulls().n_unique() == 7
    numbers = one.pairs("record/learner", pl.Series([1, 1, 2]), pl.Series([1, 2, 1]))
    assert numbers.n_unique() == 3
    for other in (Pseudonyms(b"2" * 32, "P-1"), Pseudonyms(b"1" * 32, "P-2")):
        assert not set(other.keys("person", keys).drop_nulls()) & set(made.drop_nulls())
    assert not set(one.keys("learner", keys).drop_nulls()) & set(made.drop_nulls())


def test_a_pseudonym_leads_back_with_the_key_only():
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    one = Pseudonyms(b"1" * 32, "P-1")
    made = one.keys("person", pl.Series(["ab" * 16]))[0]
    decryptor = Cipher(algorithms.AES(one._key("person")), modes.ECB()).decryptor()  # noqa: S305
    assert decryptor.update(bytes.fromhex(made)).hex() == "ab" * 16
