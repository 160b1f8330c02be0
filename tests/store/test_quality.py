"""The quality of the data: what is counted, how it is rated, and the words that go with it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from html import escape
from html.parser import HTMLParser

import pytest

from openilr.store import Store, StoreError
from openilr.store.quality import CAUTIONS, Counts, Quality, rate
from openilr.store.quality.notes import DERIVED_FROM, not_measured, sources
from openilr.store.tables import DERIVED
from tests.store.making import aim, fam, learner, tables

ENDED = {"CompStatus": 2, "LearnActEndDate": date(2026, 5, 1), "Outcome": 1}


def ingest(store: Store, *learners: dict, ukprn: int = 10000001, return_name: str = "R14", year: str = "2526"):
    given = [tables(list(learners), ukprn=ukprn, year=year)]
    return store.ingest(given, return_name=return_name, submitted_by="x")


def counts(quality: Quality, field: str) -> Counts:
    return next(one for one in quality.counts if f"{one.entity}.{one.field}" == field)


def many(number: int, **values) -> list[dict]:
    return [learner(f"L{n}", aim(), **values) for n in range(number)]


def test_filled_not_known_and_invalid(store):
    ingest(store, *many(6), learner("A", Ethnicity=99), learner("B", Ethnicity=None), learner("C", Ethnicity=12),
           learner("D", Sex="Q", ULN=9999999999))  # fmt: skip
    quality = store.quality()
    ethnicity = counts(quality, "Learner.Ethnicity")
    assert (ethnicity.rows, ethnicity.applicable, ethnicity.filled) == (10, 10, 9)
    assert (ethnicity.not_known, ethnicity.invalid, ethnicity.list_complete) == (1, 1, True)
    assert ethnicity.unknown_codes == ({"code": "12", "rows": 1, "providers": 1},)
    assert counts(quality, "Learner.Sex").invalid == 1
    uln = counts(quality, "Learner.ULN")
    assert (uln.rows, uln.filled, uln.not_known) == (10, 10, 1)


def test_codes_have_the_meaning_of_their_type(store):
    fams = [fam("SOF", "105"), fam("SOF", "1"), fam("FFI", "105"), fam("XYZ", "1")]
    ingest(store, learner("L1", aim(LearningDeliveryFAM=fams)))
    codes = counts(store.quality(), "LearningDeliveryFAM.LearnDelFAMCode")
    assert {c["code"] for c in codes.unknown_codes} == {"FFI 105", "XYZ 1"}
    assert codes.invalid == 0, "the list is not whole, so nothing is called invalid"


def test_blanks_count_where_the_field_applies(store):
    aims = [aim(1), aim(2, **ENDED), aim(3, CompStatus=3, LearnActEndDate=date(2026, 1, 1), Outcome=None)]
    ingest(store, learner("L1", *aims))
    outcome = counts(store.quality(), "LearningDelivery.Outcome")
    assert (outcome.rows, outcome.applicable, outcome.filled, outcome.required) == (3, 2, 1, True)
    reason = counts(store.quality(), "LearningDelivery.WithdrawReason")
    assert (reason.applicable, reason.filled) == (1, 0)


def test_contradictions(store):
    ingest(
        store,
        learner("L1", aim(1, LearnPlanEndDate=date(2025, 1, 1)), aim(2, Outcome=1), aim(3, Outcome=8),
                aim(4, CompStatus=3, Outcome=1, LearnActEndDate=date(2025, 1, 1), WithdrawReason=98)),
    )  # fmt: skip
    quality = store.quality()
    told = {c["check"]: c["rows"] for one in quality.counts for c in one.inconsistent}
    assert told == {
        "planned end before the start": 1, "end before the start": 1, "achieved though withdrawn (CompStatus 3)": 1,
        "an outcome though the aim goes on (CompStatus 1)": 1,
    }  # fmt: skip


def test_what_became_of_values_since_the_return_before(store):
    ingest(store, learner("L1", aim(1), aim(2), Ethnicity=31), learner("L2", aim(), Ethnicity=99), return_name="R04")
    ingest(store, learner("L1", aim(1, **ENDED), aim(2), Ethnicity=32), learner("L2", aim(), Ethnicity=None),
           learner("L3", aim(), Ethnicity=31), return_name="R06")  # fmt: skip
    quality = store.quality("2526", "R06")
    assert quality.compared_with == "2526-R04"
    ethnicity = counts(quality, "Learner.Ethnicity")
    assert (ethnicity.compared, ethnicity.filled_later, ethnicity.changed, ethnicity.removed) == (2, 0, 1, 1)
    ended = counts(quality, "LearningDelivery.LearnActEndDate")
    assert (ended.compared, ended.filled_later, ended.changed) == (0, 1, 0)
    assert store.quality("2526", "R04").compared_with is None


def test_providers_that_stand_out(store):
    for ukprn in range(10000001, 10000011):
        odd = ukprn == 10000004
        ingest(store, *many(40, Ethnicity=99 if odd else 31), ukprn=ukprn)
    ethnicity = counts(store.quality(), "Learner.Ethnicity")
    assert ethnicity.outliers == ({"ukprn": 10000004, "what": "not known", "share": 1.0, "typical": 0.0},)
    assert len(ethnicity.providers) == 10
    alone = store.quality(ukprn=10000004)
    assert (alone.providers, counts(alone, "Learner.Ethnicity").rows) == (1, 40)
    assert counts(alone, "Learner.ULN").rows == 40


def made(field="LearnStartDate", entity="LearningDelivery", required=True, **values) -> Counts:
    base = {"rows": 1000, "applicable": 1000, "filled": 1000, "not_known": 0, "invalid": 0, "list_complete": None}
    return Counts(entity, field, required, **{**base, **values})


@pytest.mark.parametrize(
    ("counts", "rating", "reason"),
    [
        (made(), "good", "It is filled in 100% where it applies"),
        (made(filled=981), "good", ""),
        (made(filled=980), "fair", "2% of rows that need it are blank."),
        (made(filled=801), "fair", ""),
        (made(filled=800), "poor", "20% of rows that need it"),
        (made(filled=100, required=False), "good", "it is optional"),
        (made(filled=0), "poor", "blank everywhere"),
        (made(filled=0, required=False), "not rated", "Nobody filled it"),
        (made(applicable=29, filled=29), "not rated", "29 rows only"),
        (made(not_known=49), "good", ""),
        (made(not_known=50), "fair", '5% of values say "not known"'),
        (made(invalid=1), "fair", "0.1% of values are no valid code"),
        (made(invalid=20), "poor", ""),
        (made(inconsistent=({"check": "end before the start", "rows": 1},)), "fair", "end before the start"),
        (made(compared=1000, changed=40, removed=10), "fair", "5% of values were changed or taken out"),
        (made(field="CompStatus", compared=1000, changed=500), "good", ""),
        (made(field="Ethnicity", entity="Learner"), "fair", "nobody can check it"),
        (made(field="OutCode", entity="DPOutcome"), "fair", "after the learner has left"),
    ],
)  # fmt: skip
def test_ratings_and_their_reasons(counts, rating, reason):
    found = rate(counts)
    assert found.rating == rating and reason in found.reason


def test_what_is_published_gives_no_small_count_away(store):
    ingest(store, *many(39), learner("A", aim(), LLDDHealthProb=7), learner("B", aim(), LLDDHealthProb=None))
    rating = store.quality().rating("Learner.LLDDHealthProb")
    assert "2.4% of rows that need it are blank. 2.5% of values" in rating.reason
    assert rating.published.startswith("At least 2% of rows that need it are blank. At least 2% of values are no valid")
    assert "29" not in rate(made(applicable=29, filled=29)).published
    told = store.footnotes(["LLDDHealthProb"], published=True)
    assert "At least 2%" in told[0] and "2.4" not in told[0]


def test_ratings_travel(store):
    ingest(store, *many(40, Ethnicity=99))
    quality = store.quality()
    assert quality.rating("Learner.Ethnicity").rating == "poor"
    notes = quality.footnotes(["LearningDelivery.LearnStartDate", "Learner.Ethnicity", "Learner.Ethnicity", "no.such"])
    assert len(notes) == 2 and notes[0].startswith("Learner.Ethnicity is rated poor in 2526-R14.")
    assert notes[1] == CAUTIONS[1] and "is not the effect" in notes[1]
    with pytest.raises(StoreError, match=r"Did you mean Learner\.Ethnicity"):
        quality.rating("Learner.Etnicity")
    assert Quality.from_dict(json.loads(quality.to_json())) == quality
    assert quality.frame().filter(field="Ethnicity")["rating"].to_list() == ["poor"]


def test_a_snapshot_is_measured_once(store, monkeypatch):
    ingest(store, *many(3))
    id = store.freeze("2526", "R14", frozen_by="x")
    first = store.quality(snapshot=id)
    monkeypatch.setattr("openilr.store.quality.measuring.measure", lambda *_: pytest.fail("measured again"))
    assert store.quality(snapshot=id) == first
    assert replace(store.quality(), state=id) == first, "the return as it stands has the same files"
    assert store.known_quality().state == "2526-R14"
    store.derive_again()
    assert store.quality().state == "2526-R14", "what is derived is not rated"
    again = store.freeze("2526", "R14", frozen_by="x")
    assert store.quality(snapshot=again).state == again
    ingest(store, *many(3), ukprn=10000002)
    assert store.known_quality().state == again, "the return is another now, and was not measured"
    assert store.verify() == []


def test_a_snapshot_stays_with_what_it_was_compared_with(store, monkeypatch):
    ingest(store, *many(3), return_name="R04")
    ingest(store, *many(3))
    id = store.freeze("2526", "R14", frozen_by="x")
    assert store.known_quality() is None
    first = store.quality(snapshot=id)
    ingest(store, *many(2), return_name="R06")
    monkeypatch.setattr("openilr.store.quality.measuring.measure", lambda *_: pytest.fail("measured again"))
    assert store.quality(snapshot=id) == first and first.compared_with == "2526-R04"
    assert store.footnotes(["Sex"], "2526", "R14") == not_measured("2526-R14"), "R14 is compared with R06 now"


def test_a_return_is_measured_again_once_another_file_came(store):
    ingest(store, *many(40))
    assert store.quality().providers == 1
    assert store.footnotes(["Sex"], "2526")[0].startswith("Learner.Sex is rated fair in 2526-R14.")
    ingest(store, *many(40), ukprn=10000002)
    assert store.footnotes(["Sex"], "2526") == not_measured("2526-R14"), "what was measured no longer holds"
    assert store.footnotes(["Sex"], "2526", measure=True)[0].startswith("Learner.Sex")
    assert store.quality().providers == 2


def test_notes_follow_a_derived_column_to_its_fields():
    assert sources(["Sex", "learner.home_lad", "Learner.Postcode", "ssa1"]) == [
        "Learner.Sex", "Learner.Postcode", "LearningDelivery.LearnAimRef", "LearningDelivery.StdCode",
    ]  # fmt: skip
    assert sources(["hmrc_employment.Pay", "learning_delivery.Sex", "nothing"]) == []
    derived = {name for columns in DERIVED.values() for name, _ in columns}
    assert set(DERIVED_FROM) == derived - {"provider_type"}, "the provider's type comes from no field of the ILR"


def test_a_users_own_code_list_takes_the_place_of_the_published_one(store, tmp_path):
    ingest(store, *many(40, Ethnicity=31), learner("X", aim(), Ethnicity=12))
    assert counts(store.quality(), "Learner.Ethnicity").invalid == 1
    (tmp_path / "code-lists.csv").write_text("field,code,label\nEthnicity,12,A new one\nEthnicity,31,English\n")
    store.add_reference(tmp_path / "code-lists.csv")
    assert counts(store.quality(), "Learner.Ethnicity").invalid == 0, "and what was measured before is let go"


def test_without_the_vaults_key_the_vault_is_not_looked_at(store, monkeypatch, tmp_path):
    ingest(store, *many(3))
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "nowhere"))
    quality = Store(store.path).quality()
    assert not quality.identifiers and "Learner.ULN" not in quality.ratings
    assert "were not looked at" in quality.to_text() and "were not looked at" in quality.to_html()


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.pictures: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag == "svg":
            self.pictures.append(dict(attrs)["aria-label"])
        if tag not in ("meta", "br", "rect", "circle"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("rect", "circle"):
            assert self.open.pop() == tag


def test_the_page_stands_by_itself(store):
    ingest(store, *many(40, Ethnicity=99))
    html = store.quality().to_html()
    page = Page()
    page.feed(html)
    assert not page.open
    assert any(p.startswith("Ethnicity: 100.0% says not known") for p in page.pictures)
    assert "<script" not in html and "http" not in html and "src=" not in html
    assert all(escape(caution) in html for caution in CAUTIONS)


@pytest.mark.parametrize("year", ["1819", "2021", "2627"])
def test_years_with_other_fields(store, year):
    ingest(store, *(learner(f"L{n}", aim()) for n in range(3)), year=year)
    assert store.quality(year).year == year


def test_nothing_to_measure(store):
    with pytest.raises(StoreError, match="no accepted return"):
        store.quality("2526")
