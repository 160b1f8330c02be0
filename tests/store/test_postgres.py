"""The catalogue in PostgreSQL: the same store, and what happens when the server is not there."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from openilr.store import Store, StoreBusy, StoreError, durable
from tests.faults import dying
from tests.faults.test_store_faults import run, steps
from tests.store.making import aim, learner, report, sent_file, tables
from tests.store.postgres import binaries, server

pytestmark = pytest.mark.skipif(binaries() is None, reason="needs the programs of a PostgreSQL server")


@pytest.fixture(scope="module")
def url():
    with server(binaries()) as url:
        yield url


@pytest.fixture
def kept(tmp_path, monkeypatch, url) -> Store:
    monkeypatch.setenv("OPENILR_DATABASE_URL", url)
    return Store.init(tmp_path / "store")


def submit(store: Store, *refs: str, found=None):
    given = [tables([learner(ref, aim()) for ref in refs])]
    return store.submit(given, found or report(), file=sent_file(store.path.parent), return_name="R14",
                        submitted_by="x")  # fmt: skip


def facts(store: Store) -> dict:
    return {
        "returns": store.returns().drop("submitted_at").to_dicts(),
        "snapshots": store.snapshots().drop("frozen_at").to_dicts(),
        "learners": store.connect().table("learner").to_polars().drop("learner_key", "person_key").to_dicts(),
        "problems": store.verify(),
    }


def life(store: Store) -> dict:
    submit(store, "L1", "L2", found=report(("X", "error", "L2"), ("Y", "warning", "L1")))
    submit(store, "L3")
    submit(store, "L4", found=report(("Z", "error", None, 1)))
    (store.path.parent / "ULNs.csv").write_text("ULN\n9000000008\n")
    store.add_reference(store.path.parent / "ULNs.csv")
    store.freeze("2526", "R14", frozen_by="x")
    store.derive_again()
    return facts(store)


def test_a_store_lives_the_same_life_in_both_databases(kept, tmp_path, monkeypatch):
    assert not (kept.path / "catalogue.sqlite").exists()
    in_postgres = life(kept)
    monkeypatch.delenv("OPENILR_DATABASE_URL")
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "other.key"))
    assert in_postgres == life(Store.init(tmp_path / "beside"))
    assert in_postgres["problems"] == [] and len(in_postgres["returns"]) == 3


def test_two_stores_in_one_database_know_nothing_of_each_other(kept, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "other.key"))
    other = Store.init(tmp_path / "other")
    submit(other, "L1")
    assert kept.returns().is_empty() and other.returns().height == 1


def test_a_store_keeps_the_database_that_it_was_made_with(kept, tmp_path, monkeypatch, url):
    monkeypatch.delenv("OPENILR_DATABASE_URL")
    with pytest.raises(StoreError, match=r"is in PostgreSQL\. Say where with OPENILR_DATABASE_URL"):
        Store(kept.path)
    monkeypatch.setenv("OPENILR_DATABASE_URL", "mysql://somewhere/else")
    with pytest.raises(StoreError, match="must name a PostgreSQL database"):
        Store(kept.path)
    monkeypatch.setenv("OPENILR_DATABASE_URL", f"postgresql://nobody@/postgres?host={tmp_path}")
    with pytest.raises(StoreError, match="cannot be reached"):
        Store(kept.path)
    monkeypatch.delenv("OPENILR_DATABASE_URL")
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "other.key"))
    in_file = Store.init(tmp_path / "other")
    monkeypatch.setenv("OPENILR_DATABASE_URL", url)
    assert submit(Store(in_file.path), "L1").accepted, "SQLite stores go on where the variable is set"


def test_a_writer_on_another_computer_is_seen(kept):
    with kept._reading() as elsewhere:
        elsewhere.lock()
        with pytest.raises(StoreBusy, match="another computer"):
            submit(kept, "L1")
    assert submit(kept, "L1").accepted


def test_a_connection_that_breaks_leaves_the_old_state(kept, monkeypatch):
    submit(kept, "L1")
    before = facts(kept)

    def cut(name: str) -> None:
        if name == "commit":
            with psycopg.connect(os.environ["OPENILR_DATABASE_URL"], autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                    "AND backend_type = 'client backend'"
                )

    with monkeypatch.context() as patch:
        patch.setattr(durable, "step", cut)
        with pytest.raises(StoreError, match="not known whether the last step was kept"):
            submit(kept, "L2")
    assert facts(kept) == before
    assert submit(kept, "L2").accepted
    assert sorted(p.name for p in (kept.path / "tables").iterdir()) == [f"2526-R14-99999999-00{n}" for n in (1, 2)]


@pytest.mark.parametrize("job", ["submit", "freeze"])
def test_killed_around_the_commit_the_store_is_the_old_or_the_new(job, tmp_path, monkeypatch, url):
    monkeypatch.setenv("OPENILR_DATABASE_URL", url)
    monkeypatch.delenv("OPENILR_VAULT_KEY_FILE", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "keys"))

    def fresh(name: str) -> Path:
        (tmp_path / name).mkdir()
        submit(Store.init(tmp_path / name / "store"), "L1")
        return tmp_path / name / "store"

    def seen(store: Store) -> tuple[object, ...]:
        return store.returns()["status"].to_list(), store.snapshots()["snapshot"].to_list(), store.verify()

    whole = fresh("whole")
    before, names = seen(Store(whole)), steps(job, whole, monkeypatch)
    after, commit = seen(Store(whole)), names.index("commit")
    at = [commit - 1, commit, names.index("committed")]
    stores = [fresh(f"killed-{step}") for step in at]
    assert run(job, [{"store": s, "step": n} for s, n in zip(stores, at, strict=True)]) == ["killed"] * len(at)
    assert [seen(Store(store)) for store in stores] == [before, before, after]
    for store in stores:
        dying.JOBS[job](store)
        assert Store(store).verify() == [] and not list(store.rglob("*.part"))
