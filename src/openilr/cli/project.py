"""``ilr project``: governed access, from an application to the certificate that its data is gone."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openilr.cli.groups import help_where_nothing_is_asked
from openilr.cli.output import Output, Progress
from openilr.cli.run import FINE, FOUND, CannotRun, say
from openilr.cli.store import Format, StoreFolder, opened

if TYPE_CHECKING:
    from openilr.access.application import Application
    from openilr.access.project import Project
    from openilr.store import Store

app = typer.Typer(
    help="Give researchers the least data that answers their question, and take it back at the end.\n\n"
    "The way of a project: `template` prints an application to fill in; `apply` hands it in and prints the project's "
    "id, such as P-2026-001; `check` shows what it would contain and what less would do; `twin` makes synthetic data "
    "to write code against at once; a steward says `approve`, `clarify` or `refuse`; `extract` makes the sealed "
    "extract, such as P-2026-001-E1; `refresh` makes it again from newer data; `suspend` stops everything at once; "
    "`close` destroys the keys; `verify` proves it. People are kept with `ilr project people`; the first is a "
    "steward.\n\n"
    "Example: ilr project people add anna --role steward --store sector\n\n"
    "Example: ilr project apply application.toml --by r-jones --store sector\n\n"
    "Example: ilr project approve P-2026-001 --by anna --reason 'Serves the public; least data.' --store sector\n\n"
    "Example: ilr project extract P-2026-001 --by anna --store sector\n\n"
    "Exit codes: 0 fine; 1 refused, or something is not as it should be; 2 could not run.",
    invoke_without_command=True,
    callback=help_where_nothing_is_asked,
)

ProjectId = Annotated[str, typer.Argument(metavar="PROJECT", help="Id of the project, such as P-2026-001.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="PERSON", help="Who does it, by handle; by default the user's name.")
]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with the decision, not in the audit log.")]
AsOf = Annotated[str | None, typer.Option(metavar="DATE", help="What is taken for today; only a day to come counts.")]
Snapshot = Annotated[
    list[str] | None,
    typer.Option(metavar="SNAPSHOT", help="Frozen return to use, one for each year; by default the latest of each."),
]
LinkRun = Annotated[
    str | None, typer.Option(metavar="RUN", help="Link run to join people by; linked sources need one.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress line.")]


class Form(StrEnum):
    text = "text"
    json = "json"


AsForm = Annotated[Form, typer.Option("--format", help="Form of what is printed.")]


@contextmanager
def governed() -> Iterator[None]:
    """A refusal is exit 1 with its reason, everything else that access says is exit 2."""
    from openilr.access import AccessError, Refused
    from openilr.store import StoreError

    try:
        yield
    except Refused as problem:
        say(str(problem))
        raise typer.Exit(FOUND) from None
    except (AccessError, StoreError) as problem:
        raise CannotRun(str(problem)) from problem


def person(by: str | None) -> str:
    return (by or getpass.getuser()).lower()


def moment(as_of: str | None) -> datetime | None:
    """The end of the day that is taken for today."""
    if as_of is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(as_of), datetime.max.time(), UTC)
    except ValueError:
        raise CannotRun(f"--as-of must be a date such as 2027-06-30, not {as_of!r}.") from None


def write(format: Form, facts: Any, words: str) -> int:
    with Output(None) as out:
        out.write(json.dumps(facts, default=str, ensure_ascii=False) + "\n" if format is Form.json else words)
    return FINE


# Applying


@app.command("template")
def template() -> int:
    """Print an application to fill in, with a line on each part.

    Example: ilr project template > application.toml

    Exit codes: 0 printed.
    """
    from openilr.access.application import TEMPLATE

    with Output(None) as out:
        out.write(TEMPLATE)
    return FINE


@app.command("fields")
def fields(
    search: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Only fields whose table, name or title has these words.")
    ] = None,
    format: Annotated[Format, typer.Option(help="Form of the list.")] = Format.text,
) -> int:
    """List the fields of the national views and linked sources: grade, risk, and the details they can be given in.

    Fields graded direct identify people by themselves and are never given; those graded key are given as pseudonyms
    with every table. Others are sensitive or instrumental. Details go from the finest to the coarsest.

    Example: ilr project fields --search ethnicity

    Exit codes: 0 listed; 2 there is no such field.
    """
    import polars as pl

    from openilr.access import catalogue

    words = (search or "").lower().split()
    found = [
        {"field": f.path, "title": f.title, "grade": f.grade, "risk": f.risk, "known": f.known,
         "details": " > ".join(rung.name for rung in f.rungs), "source": f.source or ""}
        for f in catalogue.fields().values()
        if all(word in f"{f.path} {f.title} {f.source or ''}".lower() for word in words)
    ]  # fmt: skip
    if not found:
        raise CannotRun(f"No field has {search!r} in its name or title.")
    return _rows(format, pl.DataFrame(found))


@app.command("apply")
def apply(
    file: Annotated[Path, typer.Argument(metavar="APPLICATION", help="The application, a TOML file: see template.")],
    store: StoreFolder,
    by: By = None,
    project: Annotated[
        str | None, typer.Option(metavar="PROJECT", help="Hand in a new version for this project instead.")
    ] = None,
    format: AsForm = Form.text,
) -> int:
    """Hand in an application; prints the project's id. It then waits for a steward's decision.

    An application that asks for what is never given (names, dates of birth, ULNs, postcodes ...), for a field that
    serves none of its questions, or for a field that does not exist is refused at once, with every reason.

    Example: ilr project apply application.toml --by r-jones --store sector

    Exit codes: 0 handed in; 1 refused; 2 the file can not be read.
    """
    from openilr.access import project as projects

    held, text = opened(store), _text(file)
    with governed():
        made = projects.apply(held, text, by=person(by), project_id=project)
    words = (
        f"{made.id}\nVersion {made.version} waits for a decision. See: ilr project check {made.id} --store {store}\n"
    )
    return write(format, _facts(made), words)


@app.command("check")
def check(
    what: Annotated[str, typer.Argument(metavar="PROJECT|FILE", help="A project's id, or an application's file.")],
    store: StoreFolder,
    snapshot: Snapshot = None,
    link_run: LinkRun = None,
    proposal: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the application with the counter-proposal in it here.")
    ] = None,
    format: AsForm = Form.text,
    quiet: Quiet = False,
) -> int:
    """Show what an application would contain: rows, how easily people could be singled out, and what less would do.

    For every field: its grade and risk, the questions it serves, the detail asked for, the detail that would do, and
    how many people would be unique if it alone were coarser.

    Example: ilr project check P-2026-001 --store sector

    Example: ilr project check application.toml --proposal coarser.toml --store sector

    Exit codes: 0 looked at; 1 it can not be decided as it is; 2 could not run.
    """
    from openilr.access import minimise
    from openilr.access.report import check_text

    held = opened(store)
    progress = Progress(quiet)
    with governed():
        asked = _application(held, what)
        said = minimise.check(held, asked, snapshots=snapshot or (), link_run=link_run, progress=progress)
    progress.clear()
    if proposal is not None:
        with Output(proposal) as out:
            out.write(minimise.coarser(asked.text, said.proposal))
    write(format, said.to_dict(), check_text(said))
    return FOUND if said.refusals else FINE


@app.command("twin")
def twin(
    what: Annotated[str, typer.Argument(metavar="PROJECT|FILE", help="A project's id, or an application's file.")],
    store: StoreFolder,
    output: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write into: new or empty.")],
    people: Annotated[int, typer.Option(min=1, metavar="N", help="How many people to make up.")] = 1000,
    link_run: LinkRun = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Another number gives other data.")] = 1,
    format: AsForm = Form.text,
) -> int:
    """Make a synthetic twin of the extract: same tables and columns, usual values, none of the people.

    Needs no approval. Values come from rounded shares of each column alone; Parquet files and manifest.json.

    Example: ilr project twin P-2026-001 --output twin --store sector

    Exit codes: 0 made; 1 the application can not be decided as it is; 2 could not run.
    """
    from openilr.access import twin as twins

    held = opened(store)
    with governed():
        manifest = twins.make(held, _application(held, what), output, people=people, link_run=link_run, seed=seed)
    rows = ", ".join(f"{table['rows']:,} of {name}" for name, table in manifest["tables"].items())
    return write(format, manifest, f"Made a twin in {output}: {rows}. No record is of a person.\n")


@app.command("answer")
def answer(
    project: ProjectId,
    text: Annotated[str, typer.Option(metavar="TEXT", help="The answer.")],
    store: StoreFolder,
    by: By = None,
    format: AsForm = Form.text,
) -> int:
    """Answer a steward's question; the application waits for its decision again.

    Example: ilr project answer P-2026-001 --text 'Only months are needed.' --by r-jones --store sector

    Exit codes: 0 answered; 1 refused; 2 nothing was asked, or could not run.
    """
    from openilr.access import project as projects

    with governed():
        return _done(format, projects.answer(opened(store), project, by=person(by), text=text))


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
    return _done(format, made)


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
        return _done(format, projects.clarify(opened(store), project, by=person(by), question=question))


@app.command("refuse")
def refuse(project: ProjectId, reason: Reason, store: StoreFolder, by: By = None, format: AsForm = Form.text) -> int:
    """Turn an application down. A new project closes with it; one that was approved before goes on as it was.

    Example: ilr project refuse P-2026-001 --by anna --reason 'No public benefit.' --store sector

    Exit codes: 0 turned down; 1 refused; 2 could not run.
    """
    from openilr.access import project as projects

    with governed():
        return _done(format, projects.refuse(opened(store), project, by=person(by), reason=reason))


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


@app.command("suspend")
def suspend(project: ProjectId, reason: Reason, store: StoreFolder, by: By = None, format: AsForm = Form.text) -> int:
    """Stop a project at once: nothing of it opens until a steward lets it go on.

    Example: ilr project suspend P-2026-001 --by anna --reason 'A laptop was lost.' --store sector

    Exit codes: 0 suspended; 1 refused; 2 could not run.
    """
    from openilr.access import project as projects

    with governed():
        return _done(format, projects.suspend(opened(store), project, by=person(by), reason=reason))


@app.command("resume")
def resume(project: ProjectId, reason: Reason, store: StoreFolder, by: By = None, format: AsForm = Form.text) -> int:
    """Let a suspended project go on. Nobody resumes their own.

    Example: ilr project resume P-2026-001 --by anna --reason 'The laptop was found sealed.' --store sector

    Exit codes: 0 goes on; 1 refused; 2 could not run.
    """
    from openilr.access import project as projects

    with governed():
        return _done(format, projects.resume(opened(store), project, by=person(by), reason=reason))


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
    gone = "".join(f"  {e['extract']}: key {e['key']}, {len(e['files'])} files\n" for e in certificate["extracts"])
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
    return _rows(format, frame)


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
    as_of: AsOf = None,
    format: Annotated[Format, typer.Option(help="Form of the list.")] = Format.text,
) -> int:
    """List what ends soon, or has ended and is not closed yet: access, accreditation, training.

    Example: ilr project remind --within 60 --store sector

    Exit codes: 0 nothing is due; 1 something is; 2 could not run.
    """
    import polars as pl

    from openilr.access import ending

    with governed():
        rows = ending.due(opened(store), within=within, now=moment(as_of))
    if not rows and format is Format.text:
        return write(Form.text, None, f"Nothing ends within {within} days.\n")
    schema: dict[str, Any] = {"project": pl.String, "what": pl.String, "person": pl.String, "ends": pl.Date}
    _rows(format, pl.DataFrame(rows, schema={**schema, "days": pl.Int64}))
    return FOUND if rows else FINE


# People


people_app = typer.Typer(
    help="People: what they do here, and how long their accreditation and training last.\n\n"
    "Example: ilr project people add anna --role steward --store sector\n\n"
    "Exit codes: 0 fine; 1 refused; 2 could not run.",
    invoke_without_command=True,
    callback=help_where_nothing_is_asked,
)
app.add_typer(people_app, name="people")

PersonId = Annotated[str, typer.Argument(metavar="PERSON", help="Handle: small letters, digits, dots and dashes.")]
Day = Annotated[str | None, typer.Option(metavar="DATE", help="Last day on which it holds.")]


@people_app.command("add")
def add_person(
    who: PersonId,
    role: Annotated[
        list[str], typer.Option(metavar="ROLE", help="steward, researcher, checker or auditor; may be given again.")
    ],
    store: StoreFolder,
    by: By = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="Name; kept outside the audit log.")] = "",
    organisation: Annotated[str, typer.Option(metavar="NAME", help="Organisation; kept outside the log.")] = "",
    accreditation: Annotated[str, typer.Option(metavar="NUMBER", help="Number of the accreditation.")] = "",
    accreditation_until: Day = None,
    training_until: Day = None,
) -> int:
    """Register a person, or renew what is known of one. By a steward, and never by the person themselves.

    The first person of a store is a steward, whom anybody who holds the store's keys may register.

    Example: ilr project people add r-jones --role researcher --accreditation AR-1 --accreditation-until 2028-03-31
    --training-until 2027-12-31 --by anna --store sector

    Exit codes: 0 registered; 1 refused; 2 could not run.
    """
    from openilr.access import people

    with governed():
        made = people.add(
            opened(store), who, by=person(by), roles=role, name=name, organisation=organisation,
            accreditation=accreditation, accreditation_until=_day(accreditation_until),
            training_until=_day(training_until),
        )  # fmt: skip
    return write(Form.text, None, f"{made.id} is registered as {', '.join(made.roles)}.\n")


@people_app.command("withdraw")
def withdraw(who: PersonId, reason: Reason, store: StoreFolder, by: By = None) -> int:
    """Take a person out of the register: from now on they see and decide nothing.

    Example: ilr project people withdraw r-jones --reason 'Left the university.' --by anna --store sector

    Exit codes: 0 withdrawn; 1 refused; 2 there is no such person.
    """
    from openilr.access import people

    with governed():
        people.withdraw(opened(store), who, by=person(by), reason=reason)
    return write(Form.text, None, f"{who} is not registered any more.\n")


@people_app.command("list")
def list_people(
    store: StoreFolder, format: Annotated[Format, typer.Option(help="Form of the list.")] = Format.text
) -> int:
    """List everybody who is registered.

    Example: ilr project people list --store sector

    Exit codes: 0 listed; 2 could not run.
    """
    import polars as pl

    from openilr.access import people
    from openilr.access.audit import Log

    held = opened(store)
    with governed():
        found = people.register(Log(held).events()).values()
    rows = [
        {"person": p.id, "roles": ", ".join(p.roles), **people.details(held, p),
         "accreditation_until": p.accreditation_until, "training_until": p.training_until, "vouched_by": p.vouched_by}
        for p in found
    ]  # fmt: skip
    return _rows(format, pl.DataFrame(rows) if rows else pl.DataFrame(schema={"person": pl.String}))


# Inside


def _application(held: Store, what: str) -> Application:
    """The application of a file, or the latest of a project."""
    from openilr.access import project as projects
    from openilr.access.application import parse

    path = Path(what)
    if path.suffix == ".toml" or path.is_file():
        return parse(_text(path))
    return projects.application(held, projects.project(held, what))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise CannotRun(f"There is no file {path}. `ilr project template` prints an application to fill in.") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise CannotRun(f"{path} can not be read ({type(problem).__name__}).") from None


def _facts(made: Project) -> dict[str, Any]:
    return {
        "project": made.id, "state": made.state, "version": made.version, "application": made.application,
        "approved_version": made.approved_version, "people": list(made.people), "ends": made.ends,
    }  # fmt: skip


def _done(format: Form, made: Project) -> int:
    ends = f", until {made.ends}" if made.ends else ""
    return write(format, _facts(made), f"{made.id} is {made.state}{ends}.\n")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CannotRun(f"{text!r} is not a date such as 2027-12-31.") from None


def _rows(format: Format, frame: Any) -> int:
    with Output(None) as out:
        if format is Format.csv:
            from openilr.validate.reports.csv import without_formulas

            out.write(without_formulas(frame).write_csv())
        elif format is Format.json:
            out.write(json.dumps(frame.to_dicts(), default=str, ensure_ascii=False) + "\n")
        else:
            from openilr.cli.tables import table

            out.write(table(frame))
    return FINE
