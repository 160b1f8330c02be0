"""Runs a write to a store in processes that die: at the n-th step, after some time, or when the disk is full.

Started as a script with a plan (JSON on standard input): {"job", "runs": [{"store", "step"|"seconds"|"bytes"}]}.
Each run is a fork, made before any library has started threads, so that hundreds of deaths take seconds.
Prints a JSON list: how each run ended ("killed", "ok", or "error: ...").
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import polars  # noqa: F401 - imported once, before the forks
import pyarrow.parquet  # noqa: F401

from openilr.store import Store, StoreError, durable
from tests.store.making import aim, batches, fam, learner, report, sent_file

MANY = 90


def learners(count: int, mark: str) -> list[dict]:
    return [
        learner(f"{mark}{n}", aim(1, LearningDeliveryFAM=[fam("SOF", "105")]), aim(2, AimType=3), PlanLearnHours=n)
        for n in range(count)
    ]


def submit(store: Path) -> None:
    found = report(("ULN_04", "error", "B3"), ("Sex_01", "warning", "B4"))
    Store(store).submit(
        batches(learners(MANY, "B"), 30), found, file=sent_file(store.parent, b"second"), return_name="R14",
        submitted_by="tests",
    )  # fmt: skip


def init(store: Path) -> None:
    Store.init(store)


def add_reference(store: Path) -> None:
    Store(store).add_reference(store.parent / "new")


def freeze(store: Path) -> None:
    Store(store).freeze("2526", "R14", frozen_by="tests")


def derive(store: Path) -> None:
    Store(store).derive_again()


def export(store: Path) -> None:
    Store(store).export(store.parent / "exported", year="2526", return_name="R14", ratings=False)


JOBS = {
    "submit": submit, "init": init, "add_reference": add_reference, "freeze": freeze, "derive": derive,
    "export": export,
}  # fmt: skip


def die_at(step: int) -> None:
    count = iter(range(10**9))

    def hook(_name: str) -> None:
        if next(count) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    durable.step = hook


def child(job: str, run: dict, result: int) -> None:
    try:
        if "step" in run:
            die_at(run["step"])
        if "bytes" in run:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (run["bytes"], run["bytes"]))
        JOBS[job](Path(run["store"]))
        os.write(result, b"ok")
    except StoreError as error:
        os.write(result, f"error: {error}".encode())
    except BaseException as error:
        os.write(result, f"unexpected {type(error).__name__}: {error}".encode())
    finally:
        os._exit(0)


def main() -> None:
    plan, ends = json.load(sys.stdin), []
    for run in plan["runs"]:
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            child(plan["job"], run, writing)
        os.close(writing)
        if "seconds" in run:
            time.sleep(run["seconds"])
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        said = os.read(reading, 10_000).decode()
        os.close(reading)
        ends.append("killed" if os.WIFSIGNALED(status) else said)
    json.dump(ends, sys.stdout)


if __name__ == "__main__":
    main()
