"""One person's records at several providers and in several years become one person, and two people stay two."""

from __future__ import annotations

import polars as pl

from openilr.link.spine import build
from openilr.synth.person_files import COLLEGE, Errors, write_pair

_COLUMNS = ("uln", "given_names", "family_name", "date_of_birth", "sex", "postcode", "nino")


def _records(people: pl.DataFrame, prefix: str) -> pl.DataFrame:
    empty = pl.lit(None, pl.String)
    return people.select(
        pl.lit(prefix) + pl.col("id"), *_COLUMNS, "person", reference=empty, earlier_reference=empty
    ).rename({"literal": "key"})


def _learners(people: int, **errors: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records of two providers, and which person each key is of."""
    a, b = write_pair(people, seed=9, first=COLLEGE, second=Errors(**errors), in_both=0.5)
    records = pl.concat([_records(a, "1-"), _records(b, "2-")])
    return records.drop("person"), records.select("key", "person")


def _quality(built: pl.DataFrame, truth: pl.DataFrame) -> tuple[float, float]:
    both = built.join(truth, on="key")
    right, made, true = (
        int((size * (size - 1) // 2).sum())
        for size in (both.group_by(*by).len()["len"] for by in (("person_id", "person"), ("person_id",), ("person",)))
    )
    return right / made, right / true


def test_records_of_one_person_are_brought_together():
    records, truth = _learners(800, uln_missing=0.3, uln_wrong=0.02)
    built = build(records)
    precision, recall = _quality(built.people, truth)
    assert precision > 0.995 and recall > 0.96, (precision, recall)
    assert {"uln", "probabilistic", "single"} <= set(built.people["method"])
    assert built.people["key"].n_unique() == records["key"].n_unique()


def _one(key: str, **fields: str | None) -> dict[str, str | None]:
    someone = {
        "given_names": "Morwenna", "family_name": "Thornbourne", "date_of_birth": "2005-05-17", "sex": "F",
        "postcode": "QA1 1AA", "uln": None, "nino": None, "reference": None, "earlier_reference": None,
    }  # fmt: skip
    return {"key": key} | someone | fields


def _spine(*rows: dict[str, str | None]) -> dict[str, tuple[str, str, bool]]:
    others, _ = _learners(100)
    people = pl.concat([others, pl.DataFrame(list(rows), schema=others.schema)])
    found = build(people).people
    return {key: (person, method, flag) for key, person, method, _, flag in found.iter_rows()}


def test_a_changed_number_does_not_split_a_person_and_a_twin_is_not_joined():
    found = _spine(
        _one("old", uln="9000000101"),
        _one("new", uln="9000777108"),
        _one("twin", uln="9000000209", given_names="Bronwyn"),
    )
    assert found["old"][0] == found["new"][0] != found["twin"][0]
    assert found["new"][1] == "probabilistic"


def test_a_record_without_a_number_does_not_join_two_people_who_have_one():
    # Twins of nearly one name, and a third record that could be either of them.
    found = _spine(
        _one("one", uln="9000000101", given_names="Ella"),
        _one("other", uln="9000000209", given_names="Ellie"),
        _one("either", given_names="Elle"),
    )
    assert found["one"][0] != found["other"][0]


def test_a_providers_note_of_an_earlier_reference_is_followed():
    found = _spine(
        _one("before", reference="10000001|A1", family_name="Penhallow", postcode="QB1 1AA", given_names="M"),
        _one("after", reference="10000001|B7", earlier_reference="10000001|A1"),
        _one("elsewhere", reference="10000002|A1", given_names="Tamsin", date_of_birth="1999-01-12", family_name="Ede"),
    )
    assert found["before"][0] == found["after"][0] != found["elsewhere"][0]
    assert found["after"][1] == "reference"


def test_people_keep_their_ids_when_records_come_and_go():
    records, _ = _learners(150)
    first = build(records).people
    before = dict(first.select("key", "person_id").iter_rows())
    keys = records["key"].unique().sort()
    fewer = records.filter(~pl.col("key").is_in(keys.head(20).implode()))
    second = dict(build(fewer, before=before).people.select("key", "person_id").iter_rows())
    assert all(second[key] == before[key] for key in second)


def test_a_person_who_is_split_leaves_the_id_with_the_larger_part():
    joined = _spine(_one("a", uln="9000000101"), _one("b", uln="9000000101"), _one("c", uln="9000000101"))
    id = joined["a"][0]
    others, _ = _learners(100)
    another = {"given_names": "Rhys", "sex": "M", "family_name": "Okoro", "date_of_birth": "1990-01-09"}
    parted = [_one("a", uln="9000000101"), _one("b", uln="9000000101"), _one("c", postcode="QC9 9AA", **another)]
    before = {key: person for key, (person, *_) in joined.items()}
    now = build(pl.concat([others, pl.DataFrame(parted, schema=others.schema)]), before=before).people
    found = dict(now.select("key", "person_id").iter_rows())
    assert found["a"] == found["b"] == id != found["c"]
