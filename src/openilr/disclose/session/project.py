"""A session for a project of governed access: who may, on which data, and what the audit log says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from openilr.access import AccessError, Project, open_extract, people
from openilr.access.audit import Log
from openilr.access.extract import secret_name
from openilr.access.people import refusal
from openilr.access.project import application, project
from openilr.access.pseudonyms import Pseudonyms
from openilr.disclose.outputs.desk import Desk, Item
from openilr.disclose.outputs.policy import Policy, load_policy
from openilr.disclose.session.console import Console
from openilr.disclose.session.run import Session, Setting, run_console, run_session
from openilr.disclose.session.sandbox import Limits

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "change", "console_for_project", "console_on_twin", "convention", "decide", "look", "open_desk", "release",
    "run_for_project", "run_on_twin",
]  # fmt: skip


def run_for_project(
    store: Any, project_id: str, script: Path, *, by: str, limits: Limits | None = None, policy: Policy | None = None
) -> tuple[Session, list[Item]]:
    """Run a script or notebook on the project's latest extract and put what comes back on the desk.

    Refused, with the reason in the log, where ``by`` may not see the project's data now.
    """
    setting, snapshots = _setting(store, project_id, by)
    session = run_session(script, setting, limits=limits)
    return session, _kept(store, project_id, session, setting, snapshots, by, policy)


def console_for_project(
    store: Any, project_id: str, console: Console, *, by: str, limits: Limits | None = None,
    policy: Policy | None = None,
) -> tuple[Session, list[Item]]:  # fmt: skip
    """A live session on the project's latest extract: cell after cell, what they print on the screen alone.

    Refused where the convention has no consoles, and where ``by`` may not see the project's data now. Its beginning
    and its end are in the log; all its cells are kept as the run's analysis.
    """
    log = Log(store)
    if not (policy or convention(log.store)).console:
        with log.writing():
            sentence = "This store's convention has no consoles (console = false): send a whole script or notebook."
            raise refusal(log, by, "session.console", "no-consoles", sentence, project=project_id)
    setting, snapshots = _setting(store, project_id, by)
    log.append(by, "session.console", project=project_id, extract=setting.about["extract"])
    session = run_console(console, setting, limits=limits)
    more = {"cells": len(console.cells), "characters_shown": console.shown}
    return session, _kept(store, project_id, session, setting, snapshots, by, policy, **more)


def _setting(store: Any, project_id: str, by: str) -> tuple[Setting, tuple[str, ...]]:
    """What the code may see, and the snapshots that it is from."""
    kept = [e for e in project(store, project_id).extracts if not e.destroyed]
    if not kept:
        raise AccessError(f"The project {project_id} has no extract. Make one with `ilr project extract {project_id}`.")
    record = kept[-1]
    tables = open_extract(store, record.id, by=by)
    frames = {name: tables.table(name) for name in tables.names}
    about = {"project": project_id, "title": tables.manifest["title"], "person": "person_id", "extract": record.id}
    return Setting(frames, about), tuple(record.snapshots)


def _kept(
    store: Any, project_id: str, session: Session, setting: Setting, snapshots: tuple[str, ...], by: str,
    policy: Policy | None, **more: int,
) -> list[Item]:  # fmt: skip
    """Put what came back on the desk, and say in the log how the session went."""
    desk = open_desk(store, project_id, policy=policy)
    items = desk.add(
        session.returned.outputs, by=by, snapshots=snapshots, script=session.script,
        words=session.words(), left=session.returned.left, people=_everybody(dict(setting.tables)),
    )  # fmt: skip
    verdicts = [str(i.verdict["status"]) for i in items]
    ended = session.ended.reason or ("well" if session.ended.well else "error")
    Log(store).append(
        by, "session.run", project=project_id, extract=setting.about["extract"], script=session.sha256,
        run=items[0].run.name if items else None, ended=ended,
        seconds=round(session.ended.seconds, 1), outputs=len(items), not_taken=len(session.returned.left),
        passed=verdicts.count("pass"), to_review=verdicts.count("review"), failed=verdicts.count("fail"), **more,
    )  # fmt: skip
    return items


def run_on_twin(folder: Path, script: Path, *, limits: Limits | None = None, show: IO[bytes] | None = None) -> Session:
    """Run on a project's synthetic twin (a folder of Parquet files). All that the code prints is shown; nothing is
    kept, and no one needs to be allowed: there is nobody in it."""
    return run_session(script, _twin(folder), limits=limits, show=show)


def console_on_twin(folder: Path, console: Console, *, limits: Limits | None = None) -> Session:
    """The same, live."""
    return run_console(console, _twin(folder), limits=limits)


def _twin(folder: Path) -> Setting:
    import polars as pl

    frames = {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
    if not frames:
        raise AccessError(f"There is no twin in {folder}: it holds no Parquet file.")
    return Setting(frames, {"project": "twin", "person": "person_id"}, twin=True)


def open_desk(store: Any, project_id: str, *, policy: Policy | None = None) -> Desk:
    """The desk of a project. Its rows open as long as the project's secret is there: until it is closed."""
    log = Log(store)
    found = project(store, project_id)
    secret = log.keys.get(secret_name(project_id))
    if secret is None:
        raise AccessError(f"The project {project_id} has no secret (any more): nothing of its outputs opens.")
    pseudonyms = Pseudonyms(secret, project_id)
    linked = next((e.link_run for e in reversed(found.extracts) if e.link_run), None)
    return Desk(
        log.store.path, project_id, _derived(secret, project_id), policy=policy or convention(log.store),
        keys=_ledger_keys(pseudonyms, log.store, linked),
    )  # fmt: skip


def convention(store: Any, name: str = "default") -> Policy:
    """The rules that a store's outputs keep to: its owner's own, in ``STORE/outputs/policy.toml``, or the package's."""
    own = Log(store).store.path / "outputs" / "policy.toml"
    return load_policy(name, own if own.is_file() else None)


def look(
    store: Any, project_id: str, output: str | None, *, by: str, roles: Iterable[str] | None = None,
    policy: Policy | None = None,
) -> tuple[list[Item], bool]:  # fmt: skip
    """The project's outputs (or one, checked again now), and whether ``by`` may see all of them as a checker.

    Refused where ``by`` is neither of the project nor a checker.
    """
    log = Log(store)
    found = project(store, project_id)
    known = people.register(log.events())
    held = roles if roles is not None else (known[by].roles if by in known else ())
    of_project = _is_of(log, found, by)
    if not of_project and not {"checker", "steward", "auditor"} & set(held):
        with log.writing():
            sentence = f"{by} is neither of the project {project_id} nor a checker."
            raise refusal(log, by, "output.look", "not-a-checker", sentence, project=project_id)
    as_checker = not of_project and "checker" in held
    desk = open_desk(store, project_id, policy=policy)
    items = [desk.check(output)] if output else desk.items()
    if as_checker and output:
        log.append(by, "output.look", project=project_id, output=items[0].name)
    return items, as_checker


def change(
    store: Any, project_id: str, output: str, way: str, *, by: str, roles: Iterable[str] | None = None,
    policy: Policy | None = None,
) -> Item:  # fmt: skip
    """Make a safer version that the verdict proposes. A researcher of the project may, or a checker."""
    log = Log(store)
    if not _is_of(log, project(store, project_id), by):
        _must_be_checker(store, project_id, by, roles)
    item = open_desk(store, project_id, policy=policy).change(output, way, by=by)
    log.append(by, "output.change", project=project_id, output=item.name, way=way, version=item.version)
    return item


def export_sacro(
    store: Any, project_id: str, folder: Path, *, by: str, roles: Iterable[str] | None = None,
    policy: Policy | None = None,
) -> Path:  # fmt: skip
    """All outputs in the shape of SACRO's results.json, for a checker's own viewer; of each id the latest run's."""
    from openilr.disclose.outputs.sacro import write_sacro

    _must_be_checker(store, project_id, by, roles)
    if folder.exists():
        raise AccessError(f"{folder} is there already; name a new folder.")
    desk = open_desk(store, project_id, policy=policy)
    latest = {item.output.id: item for item in desk.items()}
    outputs = [(desk.rows(i), i.verdict, i.at) for i in latest.values()]
    path = write_sacro(folder, outputs, desk.policy, version("openilr"))
    Log(store).append(by, "output.export", project=project_id, outputs=len(outputs))
    return path


def decide(
    store: Any, project_id: str, output: str, *, by: str, agree: bool, reason: str, roles: Iterable[str] | None = None,
    version: int | None = None, policy: Policy | None = None,
) -> Item:  # fmt: skip
    """A checker's decision on an output; in the log either way. ``roles``: those that a sign-in vouches for;
    ``version``: the one that was looked at."""
    _must_be_checker(store, project_id, by, roles)
    desk = open_desk(store, project_id, policy=policy)
    item = desk.decide(output, by=by, agree=agree, reason=reason, version=version)
    Log(store).append(
        by, "output.agree" if agree else "output.refuse", project=project_id, output=item.name, version=item.version
    )
    return item


def release(
    store: Any, project_id: str, output: str, *, by: str, roles: Iterable[str] | None = None,
    policy: Policy | None = None,
) -> Path:  # fmt: skip
    """Release an output that enough checkers agreed to; the folder with its files and receipt."""
    _must_be_checker(store, project_id, by, roles)
    log = Log(store)
    desk = open_desk(store, project_id, policy=policy)
    folder = desk.release(output, by=by, sign=log.sign)
    item = desk.item(output)
    receipt = hashlib.sha256((folder / "receipt.json").read_bytes()).hexdigest()
    log.append(by, "output.release", project=project_id, output=item.name, release=int(folder.name), receipt=receipt)
    return folder


def _must_be_checker(store: Any, project_id: str, by: str, roles: Iterable[str] | None) -> Project:
    """A checker who has no part in the project."""
    log = Log(store)
    found = project(store, project_id)
    known = people.register(log.events())
    held = roles if roles is not None else (known[by].roles if by in known else ())
    with log.writing():
        if "checker" not in held:
            sentence = f"{by} is not a checker of this store; a steward registers one with --role checker."
            raise refusal(log, by, "output.decide", "not-a-checker", sentence, project=project_id)
        if _is_of(log, found, by):
            sentence = f"{by} is of the project {project_id}; nobody releases their own output."
            raise refusal(log, by, "output.decide", "own-project", sentence, project=project_id)
        if found.state == "suspended":
            sentence = f"The project {project_id} is suspended: nothing of it is changed or leaves."
            raise refusal(log, by, "output.decide", "suspended", sentence, project=project_id)
    return found


def _is_of(log: Log, found: Project, by: str) -> bool:
    """Whether somebody applied for the project, or is named in its approved application or the one that waits."""
    return by in (found.applicant, *found.people, *application(log.store, found).people)


def _everybody(frames: dict[str, pl.DataFrame]) -> pl.Series:
    import polars as pl

    return pl.concat([f["person_id"] for f in frames.values() if "person_id" in f.columns]).unique()


def _derived(secret: bytes, project_id: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, None, f"openilr outputs/{project_id}".encode()).derive(secret)


def _ledger_keys(pseudonyms: Pseudonyms, store: Any, link_run: str | None) -> Callable[[pl.Series], pl.Series]:
    """From a project's pseudonyms to keys that are the same for all projects: the person's key of the store; for
    people joined by a link run the first of their keys."""

    def keys(persons: pl.Series) -> pl.Series:
        import polars as pl

        own = pseudonyms.undo("person", persons)
        if link_run is None:
            return own
        spine = pl.read_parquet(store.path / "links" / link_run / "spine.parquet")
        learners = store.connect().table("learner").select("learner_key", "person_key").distinct().to_polars()
        first = spine.join(learners, on="learner_key").group_by("person_id").agg(key=pl.col("person_key").min())
        joined = own.to_frame("person_id").join(first, on="person_id", how="left", maintain_order="left")
        return joined.select(pl.coalesce("key", "person_id")).to_series()

    return keys
