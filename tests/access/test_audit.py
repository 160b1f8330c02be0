"""The audit log: what may go into it, and that nobody edits it unnoticed."""

from __future__ import annotations

import json
import shutil
import threading

import pytest

from openilr.access import AccessError, AuditError, audit, people, project
from openilr.access.audit import Log
from tests.access.conftest import application


@pytest.fixture
def log(store):
    for number in range(5):
        audit.append(store, "auditor", "web.report.view", project=f"P-2026-00{number}", page=number)
    return Log(store)


def test_events_come_back_in_order_with_their_facts(store, log):
    found = audit.events(store)
    assert [event.seq for event in found] == list(range(1, 7))
    assert found[-1].actor == "auditor" and found[-1].facts == {"page": 4, "project": "P-2026-004"}
    assert audit.verify(store) == [] and audit.verify(store.path) == []


@pytest.mark.parametrize(
    "value",
    ["rhiannon@example.org", "1234567890", "QQ 12 34 56 C", "QQ123456C", "SW1A 1AA", "no (free) text;", "x" * 400],
)
def test_personal_data_and_free_text_are_kept_out(store, value):
    before = len(audit.events(store))
    with pytest.raises(AccessError, match="audit log"):
        audit.append(store, "anna", "project.note", why=value)
    assert len(audit.events(store)) == before


def test_an_actor_that_is_no_handle_becomes_a_code_that_stays_the_same(store):
    first, second = (audit.append(store, "Rhiannon@Example.org", "web.sign.in").actor for _ in range(2))
    assert first == second and first.startswith("u-") and "rhiannon" not in first


def test_names_and_reasons_are_not_in_the_log(store):
    people.add(store, "carla", by="anna", roles=["checker"], name="Carla Quillfeather", organisation="Council")
    made = project.apply(store, application(), by="r-jones")
    project.approve(store, made.id, by="anna", reason="Rhiannon Jones convinced the panel.")
    text = Log(store).path.read_text("utf-8")
    for secret in ("Quillfeather", "Council", "convinced", "Rhiannon", "Somewhere"):
        assert secret not in text


def edit(line: str) -> str:
    event = json.loads(line)
    event["facts"]["page"] = 99
    return json.dumps(event)


def forged(line: str) -> str:
    """An edited event with a hash that fits again, but no signature of the store."""
    event = json.loads(line)
    event["facts"]["page"] = 99
    body = {k: v for k, v in event.items() if k not in ("hash", "sig")}
    return json.dumps({**body, "hash": audit._hash(body), "sig": event["sig"]})


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (lambda lines: [*lines[:2], edit(lines[2]), *lines[3:]], "event 3 was edited"),
        (lambda lines: [*lines[:2], *lines[3:]], "event 3 was edited, or one before it is missing"),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], "event 3 was edited"),
        (lambda lines: lines[:-1], "ends at event 5, but had reached 6"),
        (lambda lines: [*lines[:-1], forged(lines[-1])], "not"),
        (lambda lines: [*lines, lines[-1]], "event 7 was edited"),
        (lambda lines: lines[:0], "ends at event 0"),
        (lambda lines: [*lines[:2], "{}", *lines[3:]], "line 3 is no event"),
    ],
)
def test_every_way_of_editing_is_found(store, log, tamper, words):
    lines = log.path.read_text("utf-8").splitlines()
    log.path.write_text("".join(f"{line}\n" for line in tamper(lines)), "utf-8")
    said = audit.verify(store)
    assert len(said) == 1 and words in said[0]
    with pytest.raises(AuditError):
        project.projects(store)
    with pytest.raises(AuditError):
        project.apply(store, application(), by="r-jones")


def test_a_whole_new_chain_by_somebody_without_the_key_is_found(store, log, tmp_path, monkeypatch):
    """Who can write the store but not read its keys makes a log of their own: its signatures are not the store's."""
    kept = log.public_key()
    monkeypatch.setenv("OPENILR_ACCESS_KEYS", str(tmp_path / "mine"))
    log.path.unlink()
    (store.path / "access" / "audit.pub").unlink()
    audit.append(store, "mallory", "project.approve", project="P-2026-001")
    monkeypatch.delenv("OPENILR_ACCESS_KEYS")
    assert "public key" in audit.verify(store)[0]
    assert audit.verify(store, kept) and "event 1" in audit.verify(store, kept)[0]


def test_an_older_copy_of_the_log_is_found(store, log, tmp_path):
    """Putting back a backup would undo a suspension; the place that the log had reached is kept outside the store."""
    shutil.copy(log.path, tmp_path / "old")
    audit.append(store, "anna", "project.note")
    shutil.copy(tmp_path / "old", log.path)
    assert "had reached 7" in audit.verify(store)[0]
    with pytest.raises(AuditError):
        audit.append(store, "anna", "project.note")


def test_a_line_that_was_never_finished_does_not_count(store, log):
    with log.path.open("ab") as file:
        file.write(b'{"seq": 7, "at"')
    assert len(audit.events(store)) == 6
    audit.append(store, "anna", "project.note")
    assert audit.verify(store) == [] and len(audit.events(store)) == 7


def test_writers_take_turns(store, log):
    def write(number):
        for each in range(10):
            audit.append(store, f"w{number}", "web.page.view", page=each)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert audit.verify(store) == [] and len(audit.events(store)) == 46


def test_keys_are_outside_the_store_and_private(store, log, monkeypatch):
    assert not log.keys.folder.is_relative_to(store.path)
    assert (log.keys.folder / "signing.key").stat().st_mode & 0o077 == 0
    (log.keys.folder / "signing.key").chmod(0o644)
    with pytest.raises(AccessError, match="chmod 600"):
        audit.append(store, "anna", "project.note")
    monkeypatch.setenv("OPENILR_ACCESS_KEYS", str(store.path / "keys"))
    with pytest.raises(AccessError, match="may not lie inside the store"):
        audit.events(store)
