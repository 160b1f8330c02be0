"""``ilr project``: governed access, from an application to the certificate that its data is gone."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openilr.cli.groups import help_where_nothing_is_asked
from openilr.cli.output import Output, Progress, Quiet
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
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="STORE", help="List the answers of this store's own surveys as well, and how good each field is."
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="Form of the list.")] = Format.text,
) -> int:
    """List the fields of the national views and linked sources: grade, risk, and the details they can be given in.

    Fields graded direct identify people by themselves and are never given; those graded key are given as pseudonyms
    with every table. Others are sensitive or instrumental. Details go from the finest to the coarsest.

    Example: ilr project fields --search ethnicity --store sector

    Exit codes: 0 listed; 2 there is no such field.
    """
    import polars as pl

    from openilr.access import catalogue
    from openilr.store import StoreError
    from openilr.store.quality.notes import sources

    words = (search or "").lower().split()
    found = [
        {"field": f.path, "title": f.title, "grade": f.grade, "risk": f.risk, "known": f.known,
         "details": " > ".join(rung.name for rung in f.rungs), "source": f.source or ""}
        for f in catalogue.fields(opened(store) if store else None).values()
        if all(word in f"{f.path} {f.title} {f.source or ''}".lower() for word in words)
    ]  # fmt: skip
    if not found:
        raise CannotRun(f"No field has {search!r} in its name or title.")
    if store is not None:
        with suppress(StoreError):  # nothing was returned yet
            quality = opened(store).known_quality()
            ratings = quality.ratings if quality else {}
            say(
                f"Quality as in {quality.state}."
                if quality
                else "How good these fields are was not measured yet; `ilr store quality` does it."
            )
            for row in found:
                behind = [name for name in sources([str(row["field"])]) if name in ratings]
                row["quality"] = ", ".join(f"{name.partition('.')[2]} {ratings[name].rating}" for name in behind)
    return write_rows(format, pl.DataFrame(found))


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
    return write(format, facts(made), words)


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
        return done(format, projects.answer(opened(store), project, by=person(by), text=text))


# Shared with the commands of stewards


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


def facts(made: Project) -> dict[str, Any]:
    return {
        "project": made.id, "state": made.state, "version": made.version, "application": made.application,
        "approved_version": made.approved_version, "people": list(made.people), "ends": made.ends,
    }  # fmt: skip


def done(format: Form, made: Project) -> int:
    ends = f", until {made.ends}" if made.ends else ""
    return write(format, facts(made), f"{made.id} is {made.state}{ends}.\n")


def write_rows(format: Format, frame: Any) -> int:
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
