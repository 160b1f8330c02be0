"""Killed at any step, a full disk, two writers: the store opens, what it held is whole, and sending again works."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from openilr.store import Store, StoreBusy, StoreError, durable, views
from tests import leaks
from tests.faults import dying
from tests.store.making import batches, report, sent_file

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
ROOT = Path(__file__).parents[2]
CAMPUSES = "CampusIdentifier,MasterUKPRN\n00000001,10000001\n"
FOLDERS = ("tables", "vault", "reference", "snapshots")


@pytest.fixture
def old(store: Store) -> Store:
    """A store with one accepted file and one edition of reference data."""
    store.submit(
        batches(dying.learners(5, "A"), 5), report(), file=sent_file(store.path.parent, b"first"), return_name="R14",
        submitted_by="tests",
    )  # fmt: skip
    (store.path.parent / "Population.csv").write_text("AreaCode,Year,Age,Population\nE06000001,2026,19,7\n")
    store.add_reference(store.path.parent / "Population.csv")
    return store


def copies(old: Store, count: int) -> list[Path]:
    """Copies of the store, each in its own folder, with new reference files beside it."""
    made = []
    for number in range(count):
        folder = old.path.parent / f"run{number}"
        (folder / "new").mkdir(parents=True)
        (folder / "new" / "CampusIdentifiers.csv").write_text(CAMPUSES)
        (folder / "new" / "LearnerRegister.csv").write_text("ULN\n9000000008\n")  # people: kept encrypted
        made.append(shutil.copytree(old.path, folder / "store"))
    return made


def run(job: str, runs: list[dict]) -> list[str]:
    plan = json.dumps({"job": job, "runs": [{**r, "store": str(r["store"])} for r in runs]})
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.dying"], input=plan, capture_output=True, text=True, cwd=ROOT, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def steps(job: str, store: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the steps that an undisturbed run takes."""
    names: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(durable, "step", names.append)
        dying.JOBS[job](store)
    return names


def state(store: Path) -> dict:
    """All that a reader can see of a store."""
    opened = Store(store)
    assert opened.verify() == []
    return {
        "returns": opened.returns().drop("submitted_at", "sha256").to_dicts(),
        "names": [opened.vault().identifiers(s, "Learner")["LearnRefNumber"].to_list()
                  for s in opened.returns().filter(current=True)["submission"]],
        "snapshots": opened.snapshots().drop("frozen_at").to_dicts(),
        "editions": [sorted(files) for _, _, files in _editions(opened)],
        **rows(opened),
    }  # fmt: skip


def rows(store: Store) -> dict:
    """Learners and aims of the current files, as the national views read them."""
    files = views.of_submissions(store.path, store.submissions(current=True, with_files=True))["2526"]
    return {name: pl.read_parquet(files[name]).sort(pl.all()).to_dicts() for name in ("Learner", "LearningDelivery")}


def _editions(store: Store) -> list:
    with store._reading() as catalogue:
        return catalogue.reference_editions()


def identifiers(folder: Path) -> list[str]:
    """Files that show a name, number, address or postcode of the learners, half written ones too."""
    one = dying.learners(1, "B")[0]
    names = ("FamilyName", "GivenNames", "NINumber", "AddLine1", "Email", "TelNo", "Postcode", "PostcodePrior", "ULN")
    return list(leaks.leaks(leaks.needles([*(one[name] for name in names), "9000000008"]), folder, broken=True))


def leftovers(store: Path) -> set[str]:
    opened = Store(store)
    with opened.reading() as catalogue:
        known = {path.split("/")[1] for path in catalogue.known()}
    return {entry.name for folder in FOLDERS for entry in (store / folder).iterdir()} - known


def check(store: Path, before: dict, after: dict, job: str, *, again: bool = True) -> bool:
    """Old or new, never between, and nobody seen in what was left; then the same works (``again``). True where it is
    the new."""
    assert identifiers(store) == []
    seen = state(store)
    assert seen in (before, after)
    if not again:
        return seen == after
    dying.JOBS[job](store)
    assert leftovers(store) == set()
    opened = Store(store)
    assert opened.verify() == [] and rows(opened) == {name: after[name] for name in rows(opened)}
    assert sorted(_editions(opened)[-1][2]) == after["editions"][-1]
    return seen == after


@pytest.mark.parametrize("job", ["submit", "add_reference", "freeze"])
def test_killed_at_every_step(job, old, monkeypatch):
    before = state(old.path)
    whole, *others = copies(old, 1)
    names = steps(job, whole, monkeypatch)
    after = state(whole)
    assert after != before and {"commit", "committed"} <= set(names) and len(names) > 10
    others = copies_from(old, len(names))
    ends = run(job, [{"store": store, "step": number} for number, store in enumerate(others)])
    assert ends == ["killed"] * len(names)
    # Sending again is tried around the commit, and after every third death: what is left differs little between them.
    commit = names.index("commit")
    reached = [
        check(store, before, after, job, again=number % 3 == 0 or number >= commit - 2)
        for number, store in enumerate(others)
    ]
    assert reached == [False] * names.index("committed") + [True] * (len(names) - names.index("committed"))


def copies_from(old: Store, count: int) -> list[Path]:
    shutil.rmtree(old.path.parent / "run0", ignore_errors=True)
    return copies(old, count)


def test_killed_at_any_time(old, monkeypatch):
    before = state(old.path)
    [whole] = copies(old, 1)
    steps("submit", whole, monkeypatch)
    after = state(whole)
    stores = copies_from(old, 10)
    ends = run("submit", [{"store": s, "seconds": 0.02 * n} for n, s in enumerate(stores)])
    assert "killed" in ends
    for store in stores:
        check(store, before, after, "submit")


def test_killed_while_tables_are_derived_again(old, monkeypatch):
    before = state(old.path)
    [whole] = copies(old, 1)
    names = steps("derive", whole, monkeypatch)
    assert {"commit", "committed"} <= set(names) and state(whole) == before, (
        "without new reference data nothing changes"
    )
    stores = copies_from(old, len(names))
    assert run("derive", [{"store": s, "step": n} for n, s in enumerate(stores)]) == ["killed"] * len(names)
    for number, store in enumerate(stores):
        assert state(store) == before
        if number % 3 == 0 or number >= names.index("commit") - 2:
            dying.submit(store)
            assert leftovers(store) == set() and Store(store).verify() == []


def test_killed_while_tables_are_exported(old, monkeypatch):
    [whole] = copies(old, 1)
    names = steps("export", whole, monkeypatch)
    files = sorted(p.name for p in (whole.parent / "exported").iterdir())
    at = range(0, len(names), 4)  # the steps of one table are those of every other
    stores = copies_from(old, len(at))
    assert run("export", [{"store": s, "step": n} for n, s in zip(at, stores, strict=True)]) == ["killed"] * len(at)
    for store in stores:
        target = store.parent / "exported"
        if not target.exists():
            dying.export(store)
        assert sorted(p.name for p in target.iterdir()) == files
        assert sorted(p.name for p in store.parent.iterdir() if p.name.startswith("exported")) == ["exported"]


def test_a_full_disk_stops_a_freeze_and_an_export(old):
    before = state(old.path)
    jobs = [(job, limit) for job in ("freeze", "export") for limit in (10, 2_000)]
    for (job, limit), store in zip(jobs, copies(old, len(jobs)), strict=True):
        [end] = run(job, [{"store": store, "bytes": limit}])
        assert end.startswith("error: ") and "othing was changed" in end, (job, limit, end)
        assert (
            state(store) == before
            and not list(store.parent.rglob("*.part"))
            and not (store.parent / "exported").exists()
        )


def test_killed_while_a_store_is_made(tmp_path, monkeypatch):
    names = steps("init", tmp_path / "whole", monkeypatch)
    stores = [tmp_path / f"s{number}" for number in range(len(names))]
    assert run("init", [{"store": s, "step": n} for n, s in enumerate(stores)]) == ["killed"] * len(names)
    for store in stores:
        with pytest.raises(StoreError, match="is not a store"):
            Store(store)
        assert Store.init(store).returns().is_empty()


@pytest.mark.parametrize(
    ("job", "code", "each"),
    [("submit", errno.ENOSPC, 1), ("add_reference", errno.ENOSPC, 1), ("submit", errno.EIO, 4)],
)
def test_the_disk_fails_at_every_step(job, code, each, old, monkeypatch):
    before = state(old.path)
    [whole] = copies(old, 1)
    names = steps(job, whole, monkeypatch)
    after = state(whole)
    last = names.index("committed")
    for number, store in zip(range(0, last, each), copies_from(old, last), strict=False):
        count = iter(range(10**9))

        def fail(_name: str, number=number, count=count) -> None:
            if next(count) == number:
                raise OSError(code, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(durable, "step", fail)
            if names[number].startswith("link "):
                dying.JOBS[job](store)  # a file system without hard links: the file is copied instead
                assert state(store) == after
                continue
            with pytest.raises(StoreError, match=r"No space left on device.*nothing was changed"):
                dying.JOBS[job](store)
        assert not list(store.rglob("*.part")), "what was half written is gone at once"
        assert not check(store, before, after, job)


def test_a_disk_that_is_really_full(old, monkeypatch):
    # The system itself refuses to let any file grow beyond so many bytes.
    before = state(old.path)
    [whole] = copies(old, 1)
    steps("submit", whole, monkeypatch)
    after = state(whole)
    limits = [10, 30, 500, 2_000, 5_000, 20_000]
    stores = copies_from(old, len(limits))
    ends = run("submit", [{"store": s, "bytes": limit} for s, limit in zip(stores, limits, strict=True)])
    assert all(end.startswith("error: ") and end.endswith("nothing was changed.") for end in ends), ends
    for store in stores:
        assert not check(store, before, after, "submit")


def table(store: Store, name: str = "learning_delivery") -> Path:
    return next(store.path.glob(f"tables/*/{name}.parquet"))


def test_a_damaged_byte_is_never_frozen(old):
    dying.freeze(old.path)
    content = bytearray(table(old, "learner").read_bytes())
    content[len(content) // 3] ^= 1  # the size is the same, and it may still be read
    table(old, "learner").write_bytes(content)
    with pytest.raises(StoreError, match=r"learner\.parquet is missing or not as it was written\. Restore it"):
        dying.freeze(old.path)
    assert Store(old.path).verify() == [f"{table(old, 'learner').relative_to(old.path)} is not as it was written."]
    assert Store(old.path).snapshots().height == 1
    dying.submit(old.path)
    assert Store(old.path).freeze("2526", "R14", frozen_by="tests") == "2526-R14-2", "another file may be sent in"


@pytest.mark.parametrize("job", ["derive", "export"])
def test_a_damaged_byte_goes_into_nothing_that_lasts(job, old):
    path = table(old, "learner")
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"learner\.parquet is missing or not as it was written\. Restore it"):
        dying.JOBS[job](old.path)
    assert not (old.path.parent / "exported").exists() and not list(old.path.rglob("*.part"))
    assert Store(old.path).verify() == [f"{path.relative_to(old.path)} is not as it was written."]


def test_a_damaged_snapshot_is_read_by_nothing(old):
    dying.freeze(old.path)
    path = old.path / "snapshots" / "2526-R14-1" / "learner.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    for ask in (old.connect, old.quality):
        with pytest.raises(StoreError, match=r"not as it was written\. Restore it .* or freeze 2526 R14 again"):
            ask(snapshot="2526-R14-1")


@pytest.mark.parametrize("ask", ["journeys", "diff", "quality", "connect"])
def test_a_table_that_can_not_be_read_is_told_with_what_to_do(old, ask):
    path = table(old)
    path.write_bytes(b"PAR1" + b"?" * (path.stat().st_size - 8) + b"PAR1")
    store = Store(old.path)
    jobs = {
        "journeys": store.journeys, "diff": lambda: store.diff("2526-R14", "2526-R14"), "quality": store.quality,
        "connect": store.connect,
    }  # fmt: skip
    with pytest.raises(StoreError, match=r"could not be read .*`ilr store verify` says which file is damaged"):
        jobs[ask]()
    assert not list(old.path.rglob("*.part"))


def test_many_writers_at_once(old):
    script = "import sys; from pathlib import Path; from tests.faults import dying; dying.submit(Path(sys.argv[1]))"
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(old.path)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    errors = [process.communicate(timeout=120)[1] for process in running]
    won = sum(process.returncode == 0 for process in running)
    assert won >= 1
    assert all(StoreBusy.__name__ in error for error in errors if error)
    returns = Store(old.path).returns()
    assert returns.filter(current=True).height == 1
    assert returns["version"].to_list() == list(range(1, 2 + won))
    assert Store(old.path).verify() == []
