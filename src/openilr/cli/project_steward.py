"""``ilr project``, the steward's part: decisions, extracts, what ends, and the look at what happened."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from openilr.cli.output import Progress, Quiet
from openilr.cli.project import (
    AsForm,
    AsOf,
    By,
    Form,
    LinkRun,
    ProjectId,
    Reason,
    Snapshot,
    done,
    governed,
    moment,
    person,
    write,
    write_rows,
)
from openilr.cli.run import FINE, FOUND, CannotRun, say
from openilr.cli.store import Format, StoreFolder, opened
from openilr.spec.words import count

app = typer.Typer()

# Deciding


@app.command("approve")
def approve(
    project: ProjectId,
    reason: Reason,
    store: StoreFolder,
    by: By = None,
    application: Annotated[
        str | None, typer.Option(metavar="HASH", help="Hash of the application you read; refused if it has changed.")
    ] = None,
    check: Annotated[bool, typer.Option(help="Look at what it would contain first, and keep that.")] = True,
    format: AsForm = Form.text,
) -> int:
    """Approve the application that waits. Nobody approves a project that they applied for or are named in.

    The approver is a steward (`ilr project people add`) and vouches for the researchers it names. The minimisation
    check is run and kept with the decision.

    Example: ilr project approve P-2026-001 --by anna --reason 'Serves the public; least data.' --store sector

    Exit codes: 0 approved; 1 refused; 2 nothing waits for a decision, or could not run.
    """
    from openilr.access import checks
    from openilr.access import project as projects
    from openilr.access.report import check_text

    held = opened(store)
    with governed():
        seen = None
        if check:
            waiting = projects.project(held, project)
            seen = check_text(checks.made(held, projects.application(held, waiting)))
        made = projects.approve(held, project, by=person(by), reason=reason, application_hash=application, check=seen)
    return done(format, made)


@app.command("clarify")
def clarify(
    project: ProjectId,
    question: Annotated[str, typer.Option(metavar="TEXT", help="What the applicant should answer.")],
    store: StoreFolder,
    by: By = None,
    format: AsForm = Form.text,
) -> int:
    """Ask the applicant something before deciding.

    Example: ilr project clarify P-2026-001 --question 'Why days, not months?' --by anna --store sector

    Exit codes: 0 asked; 1 refused; 2 could not run.
    """
    from openilr.access import project as projects

    with governed():
        return done(format, projects.clarify(opened(store), project, by=person(by), question=question))


#: Decisions that only need a reason: what each does, and an example of one.
_DECISIONS = {
    "refuse": ("Turn an application down. A new project closes with it; one approved before goes on as it was.",
               "No public benefit."),
    "suspend": ("Stop a project at once: nothing of it opens until a steward lets it go on.", "A laptop was lost."),
    "resume": ("Let a suspended project go on. Nobody resumes their own.", "The laptop was found sealed."),
}  # fmt: skip


def _decision(name: str, words: str, reason_for_example: str) -> None:
    """A command for one of them."""

    def command(
        project: ProjectId, reason: Reason, store: StoreFolder, by: By = None, format: AsForm = Form.text
    ) -> int:
        from openilr.access import project as projects

        with governed():
            return done(format, getattr(projects, name)(opened(store), project, by=person(by), reason=reason))

    example = f"Example: ilr project {name} P-2026-001 --by anna --reason {reason_for_example!r} --store sector"
    app.command(name, help=f"{words}\n\n{example}\n\nExit codes: 0 done; 1 refused; 2 could not run.")(command)


for _name, (_words, _reason) in _DECISIONS.items():
    _decision(_name, _words, _reason)


# Data


@app.command("extract")
def extract(
    project: ProjectId,
    store: StoreFolder,
    by: By = None,
    snapshot: Snapshot = None,
    link_run: LinkRun = None,
    as_of: AsOf = None,
    format: AsForm = Form.text,
    quiet: Quiet = False,
) -> int:
    """Make the sealed extract of an approved project from a frozen return; prints its id, such as P-2026-001-E1.

    It holds the approved rows and fields only, under pseudonyms of this project, sealed with a key of its own that
    lies outside the store. Researchers open it in a session: see `ilr project run`. Freeze a return first with
    `ilr store freeze`.

    Example: ilr project extract P-2026-001 --by anna --store sector

    Exit codes: 0 made; 1 refused; 2 there is no snapshot, or could not run.
    """
    return _extract(project, store, by, snapshot, link_run, as_of, format, quiet, replace=False)


@app.command("refresh")
def refresh(
    project: ProjectId,
    store: StoreFolder,
    by: By = None,
    snapshot: Snapshot = None,
    link_run: LinkRun = None,
    keep: Annotated[bool, typer.Option(help="Keep the earlier extracts too.")] = False,
    as_of: AsOf = None,
    format: AsForm = Form.text,
    quiet: Quiet = False,
) -> int:
    """Make the extract again from newer data, then destroy the earlier ones. Pseudonyms stay, so results join.

    Example: ilr project refresh P-2026-001 --by anna --store sector

    Exit codes: 0 made; 1 refused; 2 could not run.
    """
    return _extract(project, store, by, snapshot, link_run, as_of, format, quiet, replace=not keep)


def _extract(
    project: str, store: Path, by: str | None, snapshot: list[str] | None, link_run: str | None, as_of: str | None,
    format: Form, quiet: bool, *, replace: bool,
) -> int:  # fmt: skip
    from openilr.access import extract as extracts

    held = opened(store)
    progress = Progress(quiet)
    with governed():
        made = extracts.make(
            held, project, by=person(by), snapshots=snapshot or (), link_run=link_run, now=moment(as_of),
            replace=replace, progress=progress,
        )  # fmt: skip
    progress.clear()
    manifest = made.manifest
    rows = ", ".join(f"{table['rows']:,} of {name}" for name, table in manifest["tables"].items())
    words = f"{made.id}\n{rows}. From {', '.join(manifest['snapshots'])}. Content {manifest['content'][:16]}.\n"
    return write(format, manifest, words)


# Ending


@app.command("close")
def close(
    project: ProjectId,
    reason: Reason,
    store: StoreFolder,
    by: By = None,
    format: AsForm = Form.text,
) -> int:
    """End a project for good: destroy the keys of its extracts and pseudonyms, delete its files, sign a certificate.

    The certificate is kept in STORE/access/certificates/PROJECT.json and names every key and file, so that
    `ilr project verify` can check it later, also against a backup.

    Example: ilr project close P-2026-001 --by anna --reason 'The report is out.' --store sector

    Exit codes: 0 closed; 1 refused; 2 could not run.
    """
    from openilr.access import ending

    with governed():
        made, certificate = ending.close(opened(store), project, by=person(by), reason=reason)
    gone = "".join(
        f"  {e['extract']}: key {e['key']}, {count(len(e['files']), 'file')}\n" for e in certificate["extracts"]
    )
    words = f"{made.id} is closed. Destroyed:\n{gone or '  no extract was made' + chr(10)}"
    return write(format, certificate, f"{words}Check it with: ilr project verify {made.id} --store {store}\n")


@app.command("verify")
def verify(
    store: StoreFolder,
    project: Annotated[
        str | None, typer.Argument(metavar="[PROJECT]", help="Only this project; by default all of them.")
    ] = None,
    public_key: Annotated[
        str | None, typer.Option(metavar="HEX", help="The log's public key that an auditor kept.")
    ] = None,
    backup: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Look through this copy for extracts and keys that should be gone."),
    ] = None,
    format: AsForm = Form.text,
) -> int:
    """Check that nothing was tampered with: the audit log, applications, extracts, and certificates of deletion.

    Example: ilr project verify P-2026-001 --store sector

    Example: ilr project verify --backup last-night/ --store sector

    Exit codes: 0 all is as it should be; 1 something is not; 2 could not run.
    """
    from dataclasses import asdict

    from openilr.access import ending

    with governed():
        found = ending.verify(opened(store), project, public_key=public_key, backup=backup)
    fine = all(each.fine for each in found)
    words = "".join(f"{'fine ' if each.fine else 'WRONG'}  {each.sentence}\n" for each in found)
    write(format, {"fine": fine, "findings": [asdict(each) for each in found]}, words)
    return FINE if fine else FOUND


# Looking


@app.command("list")
def listed(store: StoreFolder, format: Annotated[Format, typer.Option(help="Form of the list.")] = Format.text) -> int:
    """List all projects with their state.

    Example: ilr project list --store sector

    Exit codes: 0 listed; 2 could not run.
    """
    import polars as pl

    from openilr.access import project as projects

    with governed():
        found = projects.projects(opened(store)).values()
    schema = dict.fromkeys(("project", "state", "applicant", "applied", "ends"), pl.String)
    rows = [(p.id, p.state, p.applicant, f"{p.applied_at:%Y-%m-%d}", str(p.ends or "")) for p in found]
    extracts = [sum(not e.destroyed for e in p.extracts) for p in found]
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.Series("extracts", extracts, pl.Int64))
    return write_rows(format, frame)


@app.command("report")
def report(project: ProjectId, store: StoreFolder, format: AsForm = Form.text) -> int:
    """The whole life of a project for its steward: decisions with reasons, people, extracts, openings, refusals.

    Example: ilr project report P-2026-001 --store sector

    Exit codes: 0 printed; 2 could not run.
    """
    from openilr.access.report import life, life_text

    with governed():
        said = life(opened(store), project)
    return write(format, said, life_text(said))


@app.command("remind")
def remind(
    store: StoreFolder,
    within: Annotated[int, typer.Option(min=0, metavar="DAYS", help="How far to look ahead.")] = 30,
    close_after: Annotated[
        int | None, typer.Option(min=0, metavar="DAYS", help="Close projects whose end is more than so many days past.")
    ] = None,
    as_of: AsOf = None,
    format: Annotated[Format, typer.Option(help="Form of the list.")] = Format.text,
) -> int:
    """List what ends soon, or has ended and is not closed yet: access, accreditation, training.

    What has come within 60, 30 or 7 days, or is past, is written into the project's audit log, once each. `ilr serve`
    does the same every day.

    Example: ilr project remind --within 60 --store sector

    Example: ilr project remind --close-after 90 --store sector

    Exit codes: 0 nothing is due; 1 something is; 2 could not run.
    """
    import polars as pl

    from openilr.access import ending

    if close_after is not None and as_of is not None:
        raise CannotRun("--close-after goes by today; leave --as-of out.")
    held = opened(store)
    with governed():
        if as_of is None:
            ending.remind(held)
        for gone in ending.close_overdue(held, after=close_after) if close_after is not None else ():
            say(f"{gone.id} is closed: see STORE/access/certificates/{gone.id}.json.")
        rows = ending.due(held, within=within, now=moment(as_of))
    if not rows and format is Format.text:
        return write(Form.text, None, f"Nothing ends within {within} days.\n")
    schema: dict[str, Any] = {"project": pl.String, "what": pl.String, "person": pl.String, "ends": pl.Date}
    write_rows(format, pl.DataFrame(rows, schema={**schema, "days": pl.Int64}))
    return FOUND if rows else FINE
