"""Attacks on governed access. Each is stopped, and the audit log says so."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime

import pytest

from openilr.access import (
    AccessError,
    AuditError,
    Refused,
    audit,
    ending,
    extract,
    open_extract,
    people,
    project,
)
from openilr.access.audit import Log
from openilr.access.keys import Keys
from tests.access.conftest import application

LATER = datetime(2080, 8, 1, 12, tzinfo=UTC)  # the application's end is 31 July 2080


def approved(store, text=None, by="r-jones"):
    made = project.apply(store, text or application(), by=by)
    return project.approve(store, made.id, by="anna", reason="fine").id


@pytest.fixture
def id(store):
    return approved(store)


@pytest.fixture
def made(store, id):
    return extract.make(store, id, by="anna")


def last(store):
    event = audit.events(store)[-1]
    return event.actor, event.action, event.facts.get("why")


def test_two_projects_extracts_have_nothing_to_join_by(store, made):
    """The same people, asked for twice: no pseudonym of one extract occurs in the other, in any column."""
    other = approved(store, application().replace('id = "r-jones"', 'id = "m-ali"'), by="m-ali")
    theirs = open_extract(store, extract.make(store, other, by="anna").id, by="m-ali")
    mine = open_extract(store, made.id, by="r-jones")

    def numbers(tables):
        found = set()
        for name in tables.names:
            frame = tables.table(name)
            for column in ("person_id", "learner_id", "record_id", "parent_id"):
                found |= set(frame[column]) if column in frame.columns else set()
        return found

    assert mine.table("learner").height == theirs.table("learner").height
    assert len(numbers(mine)) > 150 and not numbers(mine) & numbers(theirs)
    # Nor does the place of a row tell: the order follows the pseudonyms.
    ids = mine.table("learner")["person_id"]
    assert ids.is_sorted()
    people_keys = set(store.connect("2526").table("learner").to_polars()["person_key"])
    assert not numbers(mine) & people_keys


def test_after_its_end_nothing_opens_whatever_the_clock_says(store, id, made):
    with pytest.raises(Refused, match="ended on 2080-07-31"):
        open_extract(store, made.id, by="r-jones", now=LATER)
    assert last(store) == ("r-jones", "extract.open.refused", "past-its-end")
    with pytest.raises(Refused, match="ended on"):
        extract.make(store, id, by="anna", now=LATER)
    assert last(store) == ("anna", "extract.make.refused", "past-its-end")


def test_setting_the_clock_back_opens_nothing_again(store, made, monkeypatch):
    """Time never runs back behind the last event of the log."""

    class Clock(datetime):
        moment = LATER

        @classmethod
        def now(cls, tz=None):  # noqa: ARG003 - as datetime has it
            return cls.moment

    monkeypatch.setattr(audit, "datetime", Clock)
    audit.append(store, "anna", "web.page.view")
    Clock.moment = datetime(2079, 1, 1, tzinfo=UTC)
    with pytest.raises(Refused, match="ended on"):
        open_extract(store, made.id, by="r-jones")


def test_an_old_approval_does_not_carry_over_to_another_application(store, id, made):
    """More is asked for in a new version: the old approval gives the old data, and the new one nothing yet."""
    more = application(extra='[[field]]\nname = "learner.Ethnicity"\nserves = ["q1"]\n')
    project.apply(store, more, by="r-jones", project_id=id)
    again = extract.make(store, id, by="anna")
    assert "Ethnicity" not in open_extract(store, again.id, by="r-jones").table("learner").columns
    # An approval of what is not there any more is refused.
    read = project.project(store, id).application
    project.apply(store, more.replace("q1", "q9"), by="r-jones", project_id=id)
    with pytest.raises(Refused, match="changed since it was read"):
        project.approve(store, id, by="anna", reason="fine", application_hash=read)
    assert last(store) == ("anna", "project.approve.refused", "another-version")


def test_an_approval_copied_to_the_end_of_the_log_is_no_approval(store, id):
    project.suspend(store, id, by="anna", reason="A laptop was lost.")
    log = Log(store)
    lines = log.path.read_text("utf-8").splitlines()
    old = next(line for line in lines if '"project.approve"' in line)
    log.path.write_text("".join(f"{line}\n" for line in [*lines, old]), "utf-8")
    with pytest.raises(AuditError, match="was edited, or one before it is missing"):
        extract.make(store, id, by="anna")
    assert not ending.verify(store)[0].fine


def test_an_extract_of_a_replaced_approval_does_not_open(store, id, made):
    less = application().replace('[[field]]\nname = "learner.Sex"\nserves = ["q1"]\n', "")
    assert less != application()
    project.apply(store, less, by="r-jones", project_id=id)
    project.approve(store, id, by="anna", reason="Less is enough.")
    with pytest.raises(Refused, match="under an approval that another has replaced"):
        open_extract(store, made.id, by="r-jones")
    assert last(store) == ("r-jones", "extract.open.refused", "older-approval")
    # A longer time alone needs no new extract.
    fresh = extract.make(store, id, by="anna")
    project.apply(store, less.replace("2080-07-31", "2081-07-31"), by="r-jones", project_id=id)
    project.approve(store, id, by="anna", reason="A year more.")
    assert open_extract(store, fresh.id, by="r-jones", now=LATER).names


def test_nobody_approves_their_own_project(store):
    people.add(store, "bert", by="anna", roles=["steward"])
    mine = project.apply(store, application().replace('id = "r-jones"', 'id = "bert"'), by="zoe").id
    with pytest.raises(Refused, match="nobody approves their own"):
        project.approve(store, mine, by="bert", reason="I trust myself.")
    assert last(store) == ("bert", "project.approve.refused", "own-project")
    applied = project.apply(store, application(), by="bert").id
    with pytest.raises(Refused, match="nobody approves their own"):
        project.approve(store, applied, by="bert", reason="Handed in by me.")
    with pytest.raises(Refused, match="not a steward"):
        project.approve(store, mine, by="yves", reason="Why not.")
    assert last(store) == ("yves", "project.approve.refused", "not-a-steward")
    assert {p.state for p in project.projects(store).values()} == {"applied"}


def test_nobody_makes_themselves_a_steward_or_renews_their_own_accreditation(store):
    with pytest.raises(Refused, match="not a steward"):
        people.add(store, "mallory", by="mallory", roles=["steward"])
    with pytest.raises(Refused, match="vouches for themselves"):
        people.add(store, "anna", by="anna", roles=["steward", "researcher"])
    assert last(store) == ("anna", "person.register.refused", "own-record")


def test_an_expired_accreditation_opens_nothing(store):
    id = approved(store, application(accreditation="2079-03-31"))
    made = extract.make(store, id, by="anna")
    assert open_extract(store, made.id, by="r-jones").names
    late = datetime(2079, 4, 1, 1, tzinfo=UTC)
    with pytest.raises(Refused, match="accreditation of r-jones ended on 2079-03-31"):
        open_extract(store, made.id, by="r-jones", now=late)
    assert last(store) == ("r-jones", "extract.open.refused", "accreditation")
    # A later date written into a new application renews nothing: only a steward does.
    project.apply(store, application(), by="r-jones", project_id=id)
    project.approve(store, id, by="anna", reason="same data")
    with pytest.raises(Refused, match="accreditation of r-jones ended"):
        open_extract(store, made.id, by="r-jones", now=late)
    people.add(
        store, "r-jones", by="anna", roles=["researcher"],
        accreditation_until=datetime(2081, 1, 1).date(), training_until=datetime(2081, 1, 1).date(),
    )  # fmt: skip
    assert open_extract(store, made.id, by="r-jones", now=late).names


def test_an_expired_accreditation_is_not_approved(store):
    waiting = project.apply(store, application(accreditation="2020-01-01"), by="r-jones").id
    with pytest.raises(Refused, match="ended on 2020-01-01"):
        project.approve(store, waiting, by="anna", reason="fine")
    assert last(store) == ("anna", "project.approve.refused", "accreditation")


def test_another_projects_files_do_not_open(store, made):
    other = approved(store, application().replace('id = "r-jones"', 'id = "m-ali"'), by="m-ali")
    theirs = extract.make(store, other, by="anna")
    with pytest.raises(Refused, match="not a researcher of the project"):
        open_extract(store, theirs.id, by="r-jones")
    assert last(store) == ("r-jones", "extract.open.refused", "not-of-the-project")
    # Nor when the files of the other project are put in the place of one's own.
    shutil.copy(theirs.folder / "learner.sealed", made.folder / "learner.sealed")
    with pytest.raises(AccessError, match="missing, damaged or changed"):
        open_extract(store, made.id, by="r-jones").table("learner")
    assert any("not as it was made" in found.sentence for found in ending.verify(store))


def test_without_its_key_an_extract_does_not_open(store, id, made):
    key = Keys(store).get(f"extract/{made.id}")
    with pytest.raises(AccessError, match="not the key"):
        made.open(b"\0" * 32)
    assert made.open(key).table("learner").height == 67
    Keys(store).destroy(f"extract/{made.id}")
    with pytest.raises(Refused, match=r"key of the extract .* is not there"):
        open_extract(store, made.id, by="r-jones")
    assert last(store) == ("r-jones", "extract.open.refused", "no-key")
    for path in made.folder.glob("*.sealed"):
        content = path.read_bytes()
        assert content.startswith(b"OPENILR-VAULT-1\n") and b"PAR1" not in content and b"2025-09" not in content


def test_a_copy_of_the_store_without_the_keys_opens_nothing(store, made, tmp_path, monkeypatch):
    copy = tmp_path / "copy"
    shutil.copytree(store.path, copy)
    monkeypatch.setenv("OPENILR_ACCESS_KEYS", str(tmp_path / "other-keys"))
    with pytest.raises(AccessError):
        open_extract(copy, made.id, by="r-jones")


def test_changed_pieces_and_manifests_are_found(store, made):
    manifest = made.folder / "manifest.json"
    before = manifest.read_text("utf-8")
    manifest.write_text(before.replace('"rows": 67', '"rows": 68'), "utf-8")
    with pytest.raises(AuditError, match=r"manifest .* was changed"):
        open_extract(store, made.id, by="r-jones").table("learner")
    manifest.write_text(before, "utf-8")
    sealed = made.folder / "learner.sealed"
    content = bytearray(sealed.read_bytes())
    content[-5] ^= 1
    sealed.write_bytes(content)
    with pytest.raises(AccessError, match="missing, damaged or changed"):
        open_extract(store, made.id, by="r-jones").table("learner")
    sealed.write_bytes(content[:-40])
    with pytest.raises(AccessError, match="missing, damaged or changed"):
        open_extract(store, made.id, by="r-jones").table("learner")


def test_suspension_is_at_once_also_for_what_is_being_made(store, id, made, monkeypatch):
    project.suspend(store, id, by="anna", reason="A laptop was lost.")
    with pytest.raises(Refused, match="suspended"):
        open_extract(store, made.id, by="r-jones")
    project.resume(store, id, by="anna", reason="Found.")
    assert open_extract(store, made.id, by="r-jones").names
    quality = extract._quality

    def and_then(log, *rest):
        project.suspend(store, id, by="anna", reason="Again.")
        return quality(log, *rest)

    monkeypatch.setattr(extract, "_quality", and_then)
    with pytest.raises(Refused, match="suspended"):
        extract.make(store, id, by="anna")
    assert [path.name for path in (store.path / "extracts").iterdir()] == [made.id]
    assert len(list((Keys(store).folder / "extract").iterdir())) == 1


def test_withdrawing_a_person_stops_them(store, id, made):
    people.withdraw(store, "r-jones", by="anna", reason="Left.")
    with pytest.raises(Refused, match="not in the register"):
        open_extract(store, made.id, by="r-jones")


def test_a_store_put_back_from_a_backup_does_not_open_what_was_closed(store, id, made, tmp_path):
    shutil.copytree(store.path, tmp_path / "backup")
    ending.close(store, id, by="anna", reason="done")
    shutil.rmtree(store.path)
    shutil.copytree(tmp_path / "backup", store.path)
    with pytest.raises(AuditError, match="had reached"):
        open_extract(store, made.id, by="r-jones")
    assert not ending.verify(store)[0].fine
    # Even with the note of the log's place taken away too, the key is gone.
    (Keys(store).folder / "audit.head").unlink()
    with pytest.raises(Refused, match="key of the extract"):
        open_extract(store, made.id, by="r-jones")


def test_a_key_left_in_a_backup_is_found(store, id, made, tmp_path):
    shutil.copytree(store.path, tmp_path / "backup")
    shutil.copy(Keys(store).folder / "extract" / f"{made.id}.key", tmp_path / "backup" / "notes.bin")
    ending.close(store, id, by="anna", reason="done")
    found = ending.verify(store, id, backup=tmp_path / "backup")
    assert [each.sentence for each in found if not each.fine] == [
        f"The key of {made.id} is in the backup ({tmp_path / 'backup' / 'notes.bin'}): destroy that copy too."
    ]


def test_an_edited_certificate_is_found(store, id, made):
    ending.close(store, id, by="anna", reason="done")
    assert all(found.fine for found in ending.verify(store, id))
    path = store.path / "access" / "certificates" / f"{id}.json"
    certificate = json.loads(path.read_text("utf-8"))
    certificate["extracts"] = []
    path.write_text(json.dumps(certificate), "utf-8")
    assert [f.sentence for f in ending.verify(store, id) if not f.fine] == [
        f"The certificate of {id} was changed after it was signed."
    ]


def test_closing_that_was_cut_off_can_be_finished(store, id, made, monkeypatch):
    write = ending._write
    monkeypatch.setattr(ending, "_write", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        ending.close(store, id, by="anna", reason="done")
    assert Keys(store).get(f"extract/{made.id}") is None
    assert any(not found.fine for found in ending.verify(store, id))
    monkeypatch.setattr(ending, "_write", write)
    ending.close(store, id, by="anna", reason="done")
    assert all(found.fine for found in ending.verify(store, id))
    with pytest.raises(AccessError, match="closed already"):
        ending.close(store, id, by="anna", reason="done")


def test_what_a_killed_attempt_left_is_removed_by_the_next(store, id, made):
    """A kill may leave sealed files and a key that no event names: nobody can open them, and they go."""
    keys = Keys(store)
    keys.make(f"extract/{id}-E2")
    for name in (f"{id}-E2", f"{id}-E2.part"):
        shutil.copytree(made.folder, store.path / "extracts" / name)
    with pytest.raises(AccessError, match="There is no extract"):
        open_extract(store, f"{id}-E2", by="r-jones")
    again = extract.make(store, id, by="anna")
    assert again.id == f"{id}-E2" and open_extract(store, again.id, by="r-jones").names
    assert sorted(path.name for path in (store.path / "extracts").iterdir()) == [made.id, again.id]


def test_an_application_text_that_was_changed_is_found(store, id):
    digest = project.project(store, id).approved_application
    path = store.path / "access" / "texts" / digest
    path.write_text(path.read_text("utf-8").replace("[36]", "[36, 35]"), "utf-8")
    with pytest.raises(AuditError, match="was changed"):
        extract.make(store, id, by="anna")
    assert any("changed" in found.sentence for found in ending.verify(store) if not found.fine)


def test_an_extract_that_was_cut_off_leaves_no_file_and_no_key(store, id, monkeypatch):
    monkeypatch.setattr(extract, "_quality", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        extract.make(store, id, by="anna")
    assert not list((store.path / "extracts").iterdir())
    assert not list((Keys(store).folder / "extract").iterdir())
