"""A project from application to end. What state it is in is what the audit log says of it, and nothing else.

States: ``applied`` (waits for a decision), ``clarifying`` (waits for the applicant's answer), ``approved`` (may be
extracted), ``active`` (has an extract), ``suspended`` (nothing opens), ``closed`` (for good; also when refused). There
is no row to edit into another state: whoever wants a project approved has to write a signed event into the chain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from openilr.access import people, texts
from openilr.access.application import Application, parse
from openilr.access.audit import Event, Log
from openilr.access.errors import AccessError, Refused
from openilr.access.people import Person, refusal

STATES = ("applied", "clarifying", "approved", "active", "suspended", "closed")


@dataclass(frozen=True)
class Decision:
    """Who did what with a project, when, and why (``reason`` is the hash of the text)."""

    at: datetime
    actor: str
    action: str
    version: int | None
    reason: str | None


@dataclass(frozen=True)
class ExtractRecord:
    """What the log says of one extract."""

    id: str
    version: int  #: version of the application that it was made under
    made_at: datetime
    snapshots: tuple[str, ...]
    link_run: str | None
    manifest: str  #: hash of its manifest
    key: str  #: fingerprint of its key
    content: str  #: hash over its tables, the same for the same approval, snapshots and link run
    data: str  #: hash of what was approved to be in it (``Application.data``)
    destroyed: bool = False


@dataclass(frozen=True)
class Project:
    id: str
    state: str
    version: int  #: of the application, counted from 1
    application: str  #: hash of its text
    applicant: str
    applied_at: datetime
    pending: bool = True  #: whether the latest version waits for a decision
    approved_version: int | None = None
    approved_application: str | None = None
    people: tuple[str, ...] = ()  #: the researchers of the approved application
    ends: date | None = None  #: last day of access
    before_suspension: str | None = None
    decisions: tuple[Decision, ...] = field(default=(), repr=False)
    extracts: tuple[ExtractRecord, ...] = ()


def projects(store: Any) -> dict[str, Project]:
    """Every project by id, in the order of their first application."""
    return fold(Log(store).events())


def project(store: Any, id: str) -> Project:
    """One project; AccessError where there is none of this id."""
    return of(projects(store), id)


def of(found: dict[str, Project], id: str) -> Project:
    if id not in found:
        there = f"There are: {', '.join(found)}." if found else "There is none yet: see `ilr project apply --help`."
        raise AccessError(f"There is no project {id}. {there}")
    return found[id]


def application(store: Any, project: Project, *, approved: bool = False) -> Application:
    """The project's latest application, or the one that was approved; checked against the log."""
    digest = project.approved_application if approved else project.application
    if digest is None:
        raise AccessError(f"The project {project.id} was not approved.")
    return parse(texts.get(Log(store).store, digest))


# Decisions


def apply(store: Any, text: str, *, by: str, project_id: str | None = None) -> Project:
    """Hand in an application; the project, in state ``applied``. With ``project_id``: a new version for that project.

    AccessError where it cannot be read or a new version is not possible any more, Refused where it asks for what is
    never given or serves no question (``openilr.access.admissible.refusals``). An approval given to an earlier version
    stays what it was: the new one needs its own.
    """
    from openilr.access.admissible import refusals

    asked = parse(text)
    people.handle(by)
    log = Log(store)
    with log.writing() as events:
        found = fold(events)
        before = of(found, project_id) if project_id else None
        problems = [*refusals(asked, log.store), *_dates(asked, log.now().date())]
        if problems:
            raise refusal(log, by, "project.apply", "not-admissible", " ".join(problems), project=project_id)
        if before is not None and before.state == "closed":
            raise AccessError(f"The project {before.id} is closed. Hand the application in as a new project.")
        if before is not None and by not in {before.applicant, *before.people, *application(store, before).people}:
            raise refusal(
                log, by, "project.apply", "not-of-the-project", f"{by} is not of the project {before.id}.",
                project=before.id,
            )  # fmt: skip
        id = before.id if before else _next_id(found, log.now())
        log.add(
            by, "project.apply", project=id, version=before.version + 1 if before else 1,
            application=texts.put(log.store, text), ends=asked.end_date, people=list(asked.people),
        )  # fmt: skip
    return project(store, id)


def clarify(store: Any, id: str, *, by: str, question: str, roles: Iterable[str] | None = None) -> Project:
    """Ask the applicant something before deciding. A steward's step."""
    return _decide(store, id, "project.clarify", by, question, ("applied",), roles)


def answer(store: Any, id: str, *, by: str, text: str) -> Project:
    """The applicant's answer to a question; the application waits for its decision again."""
    log = Log(store)
    with log.writing() as events:
        found = of(fold(events), id)
        _in_state(found, "project.answer", ("clarifying",))
        if by not in (found.applicant, *application(store, found).people):
            raise refusal(
                log, by, "project.answer", "not-of-the-project", f"{by} is not of the project {id}.", project=id
            )
        log.add(by, "project.answer", project=id, reason=texts.put(log.store, text))
    return project(store, id)


def approve(
    store: Any,
    id: str,
    *,
    by: str,
    reason: str,
    application_hash: str | None = None,
    check: str | None = None,
    roles: Iterable[str] | None = None,
) -> Project:
    """Approve the application that waits. ``by`` must be a steward who neither applied nor is a researcher of it.

    ``application_hash``: what the approver has read; Refused if another version has come in since. ``check``: the
    text of the minimisation report that the approver has seen, kept with the decision. ``roles``: those that a
    sign-in vouches for, in place of the register's.
    """
    log = Log(store)
    with log.writing() as events:
        found = of(fold(events), id)
        _in_state(found, "project.approve", ("applied", "approved", "active"))
        if not found.pending:
            raise AccessError(f"No application of {id} waits for a decision.")
        asked = application(store, found)
        if by == found.applicant or by in asked.people:
            said = f"{by} is of the project {id}; nobody approves their own."
            raise refusal(log, by, "project.approve", "own-project", said, project=id)
        known = people.register(events)
        _must_be_steward(log, known, by, roles, "project.approve", id)
        if application_hash and application_hash != found.application:
            raise refusal(
                log, by, "project.approve", "another-version",
                f"The application of {id} has changed since it was read; look at version {found.version}.", project=id,
            )  # fmt: skip
        today = log.now().date()
        if past := _dates(asked, today):
            raise refusal(log, by, "project.approve", "past-its-end", past[0], project=id)
        unfit = [why for who in people.with_claims(known, asked.researchers, by) if (why := who.barred(today))]
        if unfit:
            raise refusal(log, by, "project.approve", "accreditation", " ".join(unfit), project=id)
        people.vouch(log, by, asked.researchers, known)
        log.add(
            by, "project.approve", project=id, version=found.version, application=found.application,
            reason=texts.put(log.store, reason), check=texts.put(log.store, check) if check else None,
            ends=asked.end_date, people=list(asked.people),
        )  # fmt: skip
    return project(store, id)


def refuse(store: Any, id: str, *, by: str, reason: str, roles: Iterable[str] | None = None) -> Project:
    """Turn an application down. A new project closes; an approved one goes on as it was approved."""
    return _decide(store, id, "project.refuse", by, reason, ("applied", "clarifying", "approved", "active"), roles)


def suspend(store: Any, id: str, *, by: str, reason: str, roles: Iterable[str] | None = None) -> Project:
    """Stop a project at once: from now on nothing of it opens."""
    return _decide(store, id, "project.suspend", by, reason, ("approved", "active"), roles)


def resume(store: Any, id: str, *, by: str, reason: str, roles: Iterable[str] | None = None) -> Project:
    """Let a suspended project go on. Nobody resumes their own."""
    return _decide(store, id, "project.resume", by, reason, ("suspended",), roles)


def may_see(store: Any, id: str, who: str, *, now: datetime | None = None) -> Project:
    """The project, if ``who`` may see its data now; else Refused, with the reason in the log.

    The project must be active and not past its end, and the person one of its researchers, accredited and trained
    today. ``now`` can only be later than the clock, as when a test looks ahead.
    """
    log = Log(store)
    with log.writing() as events:
        found = of(fold(events), id)
        said = barred(found, people.register(events), who, max(filter(None, (log.now(), now))).date())
        if said:
            raise refusal(log, who, "project.access", said[0], said[1], project=id)
    return found


def barred(found: Project, known: dict[str, Person], who: str, today: date) -> tuple[str, str] | None:
    """Why this person may not see data of the project: a short code and a sentence; None where they may."""
    if said := stopped(found, today):
        return said
    if who not in found.people:
        return "not-of-the-project", f"{who} is not a researcher of the project {found.id}."
    if who not in known:
        return "not-registered", f"{who} is not in the register of people any more."
    unfit = known[who].barred(today)
    return ("accreditation", unfit) if unfit else None


def stopped(found: Project, today: date) -> tuple[str, str] | None:
    """Why nobody may see data of the project, in the same form; None where some may."""
    if found.state not in ("approved", "active"):
        return found.state, f"The project {found.id} is {found.state}; nothing of it opens."
    if found.ends is not None and found.ends < today:
        return "past-its-end", f"The project {found.id} ended on {found.ends}; nothing of it opens any more."
    return None


# What the log says


def fold(events: Iterable[Event]) -> dict[str, Project]:
    """Every project as the events make it."""
    found: dict[str, Project] = {}
    for event in events:
        id = event.project
        if id is None:
            continue
        if id not in found and event.action != "project.apply":
            continue  # a refused first application has no project
        old = found.get(id)
        step = _STEPS.get(event.action)
        if event.action == "project.apply":
            new = _applied(old, event)
        elif step is None or old is None:
            continue
        else:
            new = step(old, event)
        if event.action.startswith("project."):
            said = Decision(event.at, event.actor, event.action, event.facts.get("version"), event.facts.get("reason"))
            new = replace(new, decisions=(*new.decisions, said))
        found[id] = new
    return found


def _applied(old: Project | None, event: Event) -> Project:
    version, digest = event.facts["version"], event.facts["application"]
    if old is None:
        return Project(event.project or "", "applied", version, digest, event.actor, event.at)
    state = "applied" if old.approved_version is None else old.state
    return replace(old, version=version, application=digest, state=state, pending=True)


def _approved(old: Project, event: Event) -> Project:
    facts = event.facts
    return replace(
        old, state="active" if old.state == "active" else "approved", pending=False,
        approved_version=facts["version"], approved_application=facts["application"],
        people=tuple(facts["people"]), ends=date.fromisoformat(facts["ends"]),
    )  # fmt: skip


def _refused(old: Project, event: Event) -> Project:  # noqa: ARG001 - all steps are called alike
    return replace(old, pending=False, state="closed" if old.approved_version is None else old.state)


def _extracted(old: Project, event: Event) -> Project:
    facts = event.facts
    made = ExtractRecord(
        facts["extract"], facts["version"], event.at, tuple(facts["snapshots"]), facts.get("link_run"),
        facts["manifest"], facts["key"], facts["content"], facts["data"],
    )  # fmt: skip
    return replace(old, state="active", extracts=(*old.extracts, made))


def _destroyed(old: Project, event: Event) -> Project:
    gone = event.facts["extract"]
    return replace(old, extracts=tuple(replace(e, destroyed=e.destroyed or e.id == gone) for e in old.extracts))


_STEPS = {
    "project.clarify": lambda old, event: replace(old, state="clarifying"),  # noqa: ARG005
    "project.answer": lambda old, event: replace(old, state="applied"),  # noqa: ARG005
    "project.approve": _approved,
    "project.refuse": _refused,
    "project.suspend": lambda old, event: replace(old, state="suspended", before_suspension=old.state),  # noqa: ARG005
    "project.resume": lambda old, event: replace(old, state=old.before_suspension or "approved"),  # noqa: ARG005
    "project.close": lambda old, event: replace(old, state="closed"),  # noqa: ARG005
    "extract.make": _extracted,
    "extract.destroy": _destroyed,
}


# Inside


def _decide(
    store: Any, id: str, action: str, by: str, reason: str, states: tuple[str, ...],
    roles: Iterable[str] | None = None,
) -> Project:  # fmt: skip
    """A steward's decision with a reason, on a project in one of these states that is not the steward's own."""
    log = Log(store)
    if not reason.strip():
        raise AccessError("Say why: the reason may not be empty.")
    with log.writing() as events:
        found = of(fold(events), id)
        _must_be_steward(log, people.register(events), by, roles, action, id)
        _in_state(found, action, states)
        if action == "project.refuse" and not found.pending:
            raise AccessError(f"No application of {id} waits for a decision; suspend or close the project instead.")
        if action == "project.resume" and by in (found.applicant, *found.people):
            raise refusal(log, by, action, "own-project", f"{by} is of the project {id}.", project=id)
        log.add(by, action, project=id, reason=texts.put(log.store, reason))
    return project(store, id)


def _must_be_steward(
    log: Log, known: dict[str, Person], by: str, roles: Iterable[str] | None, action: str, id: str
) -> None:
    people.handle(by)
    if "steward" in roles if roles is not None else people.is_steward(known, by):
        return
    raise refusal(
        log, by, action, "not-a-steward",
        f"{by} is not a steward of this store. A steward is registered with `ilr project people add {by} "
        f"--role steward`.",
        project=id,
    )  # fmt: skip


def _in_state(found: Project, action: str, states: tuple[str, ...]) -> None:
    if found.state not in states:
        step = action.partition(".")[2]
        raise AccessError(
            f"The project {found.id} is {found.state}; {step} is a step for one that is {' or '.join(states)}."
        )


def _dates(asked: Application, today: date) -> list[str]:
    return [f"The application's end date, {asked.end_date}, is past."] if asked.end_date < today else []


def _next_id(found: dict[str, Project], now: datetime) -> str:
    start = f"P-{now.year}-"
    number = 1 + max((int(id.rpartition("-")[2]) for id in found if id.startswith(start)), default=0)
    return f"{start}{number:03d}"


__all__ = [
    "STATES", "Decision", "ExtractRecord", "Project", "Refused", "answer", "application", "apply", "approve", "barred",
    "clarify", "fold", "may_see", "project", "projects", "refuse", "resume", "suspend",
]  # fmt: skip
