"""Checks that were made once: looking at millions of people again for every reader would help nobody.

A check of frozen data is kept as JSON in ``STORE/access/checks``, under the hash of the application, the snapshots and
the link run. It holds shares and counts of rows, no values. One of current files is never kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from openilr.access.application import Application
from openilr.access.errors import AccessError
from openilr.access.minimise import FieldReport, Report, Risk, Step, check
from openilr.access.population import basis
from openilr.store import Store, durable


def known(store: Store, asked: Application, link_run: str | None = None) -> Report | None:
    """The check of an application, if it was made of the data that are there now."""
    path, _ = _place(store, asked, link_run)
    with suppress(OSError, ValueError, TypeError, KeyError):
        said = json.loads(path.read_text("utf-8"))
        risks = {name: Risk(**said[name]) if said[name] else None for name in ("asked", "proposed")}
        fields = tuple(FieldReport(**{**each, "serves": tuple(each["serves"])}) for each in said["fields"])
        steps = tuple(Step(**each) for each in said["proposal"])
        lists = {name: tuple(said[name]) for name in ("refusals", "snapshots", "live", "not_checked", "notes")}
        return Report(**{**said, **lists, **risks, "fields": fields, "proposal": steps})
    return None


def made(
    store: Store, asked: Application, link_run: str | None = None, progress: Callable[[str], None] = lambda _: None
) -> Report:
    """The check of an application: the one that is known, or a new one."""
    report = known(store, asked, link_run)
    if report is not None:
        return report
    path, frozen = _place(store, asked, link_run)
    try:
        report = check(store, asked, link_run=link_run, progress=progress)
    except AccessError as problem:
        # Such as conditions that nobody meets: it can not be decided as it is, and whoever looks is told.
        report = Report(asked.data, (str(problem),))
    if frozen:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(path.name + durable.PART)
        part.write_text(json.dumps(report.to_dict()), "utf-8")
        part.replace(path)
    return report


def _place(store: Store, asked: Application, link_run: str | None) -> tuple[Path, bool]:
    chosen = basis(store, asked, link_run=link_run)
    what = json.dumps([asked.text, chosen.snapshots, link_run])
    return store.path / "access" / "checks" / f"{hashlib.sha256(what.encode()).hexdigest()}.json", not chosen.live
