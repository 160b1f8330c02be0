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


@pytest.fixture
def linked(store, tmp_path):
    """Pay of 30 people, and a link run that joins them to learners."""
    pay = [f"E{n},202324,{n * 1000 + 499},,ENT{n % 3}" for n in range(30)]
    file = tmp_path / "hmrc_earnings.csv"
    file.write_text("EduKey,TaxYear,Earnings,Num_Employments,main_enterprise\n" + "\n".join(pay) + "\n", "utf-8")
    sources.add(store, file)
    learner = store.connect("2526").table("learner").to_polars()
    run = store.path / "links" / "run-1"
    run.mkdir(parents=True)
    learner.select("learner_key", pl.col("person_key").alias("person_id")).unique().write_parquet(run / "spine.parquet")
    keys = pl.read_parquet(sources.paths(store)["hmrc_earnings"])["record_key"].unique().sort()
    persons = learner["person_key"].unique().sort().head(len(keys))
    pl.DataFrame({"source": "dwp", "record_key": keys, "person_id": persons}).write_parquet(run / "keys.parquet")
    return "run-1"


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
