"""All commands of ``ilr`` in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openilr.cli import (
    link,
    measure,
    project,
    project_people,
    project_steward,
    publish,
    reference,
    rules,
    schema,
    serve,
    session,
    store,
    store_ask,
    store_submit,
    synth,
    validate,
)
from openilr.cli.groups import help_where_nothing_is_asked

app = typer.Typer(
    name="ilr",
    help="Read, check and keep Individualised Learner Record returns, and say what they say.\n\n"
    "Try: ilr validate RETURN.xml\n\n"
    "Exit codes: 0 fine; 1 ran, and found errors or refused; 2 could not run.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"OpenILR {version('openilr')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def ilr(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback has done the work
        bool, typer.Option("--version", help="Say which version this is.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    help_where_nothing_is_asked(context)


def demo(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder to write into: new, empty, or of an earlier demonstration.")
    ] = Path("demo-output"),
) -> int:
    """Follow made-up returns from the file to published numbers, and say what to open.

    Example: ilr demo demo-output

    Exit codes: 0 done (the errors that it finds were planted); 2 the folder can not be used.
    """
    from openilr.cli.demonstration.demo import run

    return run(out)


app.command("validate")(validate.command)
app.command("rules")(rules.command)
app.command("schema")(schema.command)
app.command("measure")(measure.command)
app.command("synth")(synth.command)
app.add_typer(link.app, name="link")
app.add_typer(store.app, name="store")
store.app.command("submit")(store_submit.submit)
for asked in (store_ask.diff, store_ask.quality, store_ask.journeys, store_ask.crosscheck, store_ask.export):
    store.app.command(asked.__name__)(asked)
app.add_typer(reference.app, name="reference")
app.add_typer(publish.app, name="publish")
project.app.add_typer(project_steward.app)
project.app.add_typer(project_people.app, name="people")
project.app.command("run")(session.run)
project.app.command("console")(session.console)
project.app.command("outputs")(session.outputs)
project.app.command("release")(session.release)
app.add_typer(project.app, name="project")
app.command("serve")(serve.command)
app.add_typer(serve.users_app, name="users")
app.command("demo")(demo)
