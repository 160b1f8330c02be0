"""Identifiers lie in the vault, encrypted, and nowhere else."""

from __future__ import annotations

import logging
import shutil
import zipfile
from datetime import date

import polars as pl
import pytest

from openilr import years
from openilr.spec import Field, Type
from openilr.store import Store, StoreError, VaultError
from openilr.store.privacy import IDENTIFIERS, goes_to_vault
from openilr.store.tables import kept_entities, table_name
from openilr.store.vault import read_pieces
from tests import leaks
from tests.store.making import aim, fam, learner, report, sent_file, tables

#: Values that no byte of the store may show, each planted in one field.
PLANTED = {
    "LearnRefNumber": "REFQUOKKA1", "PrevLearnRefNumber": "REFNUMBAT1", "ULN": 4815162342,
    "FamilyName": "Wobbegong", "GivenNames": "Thylacina", "DateOfBirth": date(1987, 6, 5), "NINumber": "QQ987654C",
    "PostcodePrior": "QX99 1QQ", "Postcode": "QX99 2QQ", "AddLine1": "7 Bandicoot Mews", "AddLine2": "Potoroo",
    "AddLine3": "Bilbyshire", "AddLine4": "Dunnartland", "TelNo": "07700900987", "Email": "w@echidna.invalid",
}  # fmt: skip
PLANTED_AIM = {"DelLocPostCode": "QX99 3QQ", "LSDPostcode": "QX99 4QQ", "SWSupAimId": "feedface-dead-4bee-8fed-quoll"}
PLANTED_BELOW = ("NOTEKOWARI", "NOTEBETTONG", "1234567890123SSN", "9876501234", "QX99 5QQ")


def planted_learner(**values):
    fams = [fam("SOF", "105")]
    he = [{"SSN": "1234567890123SSN", "HEPostCode": "QX99 5QQ", "TYPEYR": 1, "MODESTUD": 1, "YEARSTU": 1}]
    notes = [{"ProvSpecDelMonOccur": "A", "ProvSpecDelMon": "NOTEKOWARI"}]
    given = aim(LearningDeliveryFAM=fams, LearningDeliveryHE=he, ProviderSpecDeliveryMonitoring=notes, **PLANTED_AIM)
    return learner(
        "x", given, LearnerHE=[{"UCASPERID": "9876501234"}],
        ProviderSpecLearnerMonitoring=[{"ProvSpecLearnMonOccur": "A", "ProvSpecLearnMon": "NOTEBETTONG"}],
        **{**{k: v for k, v in PLANTED.items() if k != "LearnRefNumber"}, **values},
    ) | {"LearnRefNumber": values.get("LearnRefNumber", PLANTED["LearnRefNumber"])}  # fmt: skip


def secrets() -> frozenset[str]:
    texts = [*PLANTED.values(), *PLANTED_AIM.values(), *PLANTED_BELOW, "19870605", "REFDRONGO2", "Cassowary"]
    return leaks.needles(texts)


def submitted(store: Store) -> str:
    refused = planted_learner(LearnRefNumber="REFDRONGO2", FamilyName="Cassowary")
    found = report(("ULN_04", "error", "REFDRONGO2"), ("Sex_01", "warning", "REFQUOKKA1"))
    found.findings = found.findings.with_columns(fields=pl.lit('{"Learner.ULN": "4815162342"}'))
    result = store.submit(
        [tables([planted_learner(), refused])], found, file=sent_file(store.path.parent), return_name="R14",
        submitted_by="data manager",
    )  # fmt: skip
    return result.submission


def test_no_byte_of_the_store_shows_an_identifier(store, caplog):
    caplog.set_level(logging.DEBUG)
    submitted(store)
    store.connect().table("learner").to_polars()
    assert len([path for path in store.path.rglob("*") if path.is_file()]) > 8
    assert not leaks.leaks(secrets(), store.path, said={"log": caplog.text})
    number = (4815162342).to_bytes(8, "little"), (4815162342).to_bytes(8, "big")
    assert not [p for p in store.path.rglob("*") if p.is_file() and any(n in p.read_bytes() for n in number)]


def test_nothing_that_is_made_of_a_store_shows_an_identifier(store, tmp_path):
    first = submitted(store)
    store.derive_again()
    id = store.freeze("2526", "R14", frozen_by="data manager")
    second = submitted(store)
    store.quality(snapshot=id)
    out = tmp_path / "out"
    out.mkdir()
    for form in ("csv", "parquet"):
        store.export(out / form, snapshot=id, form=form)
    store.journeys(out / "journeys.parquet")
    found = store.diff(first, second, detail=True)
    (out / "diff.json").write_text(str(found.to_dict()) + str(found.rows.to_dicts()))
    (out / "quality.json").write_text(store.quality().to_json() + store.quality().to_html() + store.quality().to_text())
    assert not leaks.leaks(secrets(), store.path, out)
    kinds = {path.suffix for folder in (store.path, out) for path in folder.rglob("*") if path.is_file()}
    assert {".parquet", ".csv", ".json", ".vault", ".sqlite"} <= kinds


def test_a_register_of_people_is_kept_encrypted(store, tmp_path, monkeypatch):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "ULNs.csv").write_text("ULN\n" + "".join(f"{n}\n" for n in range(4815162342, 4815362342)))
    (folder / "ApprenticeshipServiceRecords.csv").write_text("UKPRN,ULN,StandardCode\n10000001,4815162342,105\n")
    (folder / "Learners of ours.csv").write_text("Featherstonehaugh,4815162342\n")
    (folder / "Population.csv").write_text("AreaCode,Year,Age,Population\nE06000001,2026,19,7\n")
    added = store.add_reference(folder)
    assert added == ["ApprenticeshipServiceRecords.csv", "Population.csv", "ULNs.csv"], "only what is known by name"
    assert store.reference()["learner_register"].height == 200_000
    assert store.reference()["apprenticeship_records"]["ULN"].to_list() == [4815162342]
    assert not leaks.leaks({"4815162342"}, store.path)
    (folder / "ULNs.csv").write_text("ULN\n1000000001\n")
    store.add_reference(folder / "ULNs.csv")
    assert Store(store.path).reference()["learner_register"]["ULN"].to_list() == [1000000001]
    assert {"ApprenticeshipServiceRecords.csv", "ULNs.csv"} < {about.file for about in store.reference().about}
    assert store.verify() == []
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.write(folder / "ULNs.csv", "ULNs.csv")
    with pytest.raises(StoreError, match=r"packed\.zip has a file of people's numbers in it\. Unpack it"):
        store.add_reference(tmp_path / "packed.zip")
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "nowhere"))
    locked = Store(store.path)
    assert locked.reference().names == {"population"}
    assert [name for name, _ in locked.reference().ignored] == [
        "ApprenticeshipServiceRecords.csv.vault",
        "ULNs.csv.vault",
    ]
    with pytest.raises(VaultError):
        locked.add_reference(folder / "ULNs.csv")


def test_linking_gets_the_identifiers_back(store):
    submission = submitted(store)
    people = store.vault().identifiers(submission, "Learner").to_dicts()
    assert len(people) == 1, "a refused learner's data are not kept"
    assert {name: people[0][name] for name in PLANTED} == PLANTED
    [place] = store.vault().identifiers(submission, "LearningDelivery").to_dicts()
    assert {name: place[name] for name in PLANTED_AIM} == PLANTED_AIM
    [row] = store.connect().table("learner").to_polars().to_dicts()
    assert (row["learner_key"], row["row"]) == (people[0]["learner_key"], people[0]["row"])


def test_without_the_key_analysis_works_and_the_vault_does_not_open(store, key_file):
    submission = submitted(store)
    key_file.rename(key_file.with_suffix(".away"))
    again = Store(store.path)
    assert again.connect().table("learner").count().to_polars() == 1
    with pytest.raises(VaultError, match="key is not at"):
        again.vault()
    with pytest.raises(VaultError):
        submitted(again)
    assert again.returns()["submission"].to_list() == [submission]


def test_the_key_of_another_store_does_not_fit(store, key_file, tmp_path):
    submitted(store)
    key_file.unlink()
    Store.init(tmp_path / "second")
    with pytest.raises(VaultError, match="another store"):
        Store(store.path).vault()


@pytest.mark.parametrize(
    ("text", "mode", "says"), [("hello", 0o600, "not a vault key"), (None, 0o644, "read by everyone")]
)
def test_a_key_file_that_will_not_do(store, key_file, text, mode, says):
    if text:
        key_file.write_text(text)
    key_file.chmod(mode)
    with pytest.raises(VaultError, match=says):
        Store(store.path).vault()


def test_the_key_is_for_its_owner_and_not_in_the_store(store, key_file, monkeypatch, tmp_path):
    assert key_file.stat().st_mode & 0o777 == 0o600
    secret = key_file.read_text().split()[1]
    assert all(secret.encode() not in p.read_bytes() for p in store.path.rglob("*") if p.is_file())
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "other" / "vault.key"))
    with pytest.raises(VaultError, match="may not lie inside"):
        Store.init(tmp_path / "other")


def test_the_key_goes_to_the_configuration_folder_by_default(tmp_path, monkeypatch):
    monkeypatch.delenv("OPENILR_VAULT_KEY_FILE")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    submitted(Store.init(tmp_path / "plain"))
    [key] = (tmp_path / "config" / "openilr" / "keys").iterdir()
    assert key.suffix == ".key"


@pytest.mark.parametrize("change", ["flip", "cut", "empty", "drop a piece"])
def test_a_changed_vault_file_does_not_open(store, change):
    submission = submitted(store)
    path = store.path / "vault" / submission / "identifiers.vault"
    data = path.read_bytes()
    first = 32 + 17 + int.from_bytes(data[32:36], "big")
    changed = {
        "flip": data[:60] + bytes([data[60] ^ 1]) + data[61:],
        "cut": data[:-3],
        "empty": b"",
        "drop a piece": data[:32] + data[first:],
    }[change]
    path.write_bytes(changed)
    with pytest.raises(VaultError, match="damaged"):
        store.vault().identifiers(submission, "Learner")


def test_a_vault_file_cut_between_pieces_does_not_pass_as_whole(store):
    submission = submitted(store)
    path = store.path / "vault" / submission / "identifiers.vault"
    data = path.read_bytes()
    path.write_bytes(data[: 32 + 17 + int.from_bytes(data[32:36], "big")])
    with pytest.raises(VaultError, match="damaged"):
        store.vault().identifiers(submission, "Learner")


def test_a_vault_file_of_another_submission_does_not_pass(store):
    one, two = submitted(store), submitted(store)
    source, target = (store.path / "vault" / s / "identifiers.vault" for s in (one, two))
    shutil.copyfile(source, target)
    with pytest.raises(VaultError, match="damaged"):
        list(read_pieces(target, store.vault()._key, f"{two}/identifiers"))
    with pytest.raises(StoreError, match="no identifiers of the submission nothing"):
        store.vault().identifiers("nothing", "Learner")


@pytest.mark.parametrize("year", years.available())
def test_every_field_is_sorted_on_purpose(year):
    withheld = {f.name for e in kept_entities(years.load(year).schema) for f in e.fields if goes_to_vault(f)}
    assert withheld <= IDENTIFIERS, "a field that nobody has looked at went to the vault: name it in privacy.py"
    marked = {f.name for f in years.load(year).schema.fields.values() if f.identifier}
    assert marked <= IDENTIFIERS


def test_a_field_that_nobody_knows_goes_to_the_vault():
    assert goes_to_vault(Field("Learner", "Nickname", Type.STRING, False))
    assert goes_to_vault(Field("Learner", "PassportNumber", Type.LONG, False))
    assert not goes_to_vault(Field("LearningDelivery", "FundModel", Type.INT, True))


def test_table_names():
    entities = {e.name for y in years.available() for e in kept_entities(years.load(y).schema)}
    names = {table_name(name) for name in entities}
    assert {"learner", "learning_delivery", "learning_delivery_fam", "learning_delivery_he", "lldd_and_health_problem",
            "learner_he_financial_support", "app_fin_record", "dp_outcome", "hrs_record", "prior_attain",
            "learner_destination_and_progression", "provider_spec_learner_monitoring"} <= names  # fmt: skip
    assert len(names) == len(entities)


def test_a_key_that_can_not_be_written_is_a_sentence_and_the_folder_can_be_used_again(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "file" / "vault.key"))
    with pytest.raises(StoreError, match=r"key can not be written to .*vault.key \(.*OPENILR_VAULT_KEY_FILE"):
        Store.init(tmp_path / "sector")
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "keys" / "vault.key"))
    assert Store.init(tmp_path / "sector").id
