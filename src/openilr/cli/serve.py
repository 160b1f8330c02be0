"""``ilr serve`` and ``ilr users``: the service over a store, and who may sign in to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from openilr.cli.groups import help_where_nothing_is_asked
from openilr.cli.output import Output
from openilr.cli.run import FINE, CannotRun, plain, say
from openilr.cli.store import StoreFolder, opened


def command(
    store: StoreFolder,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> int:
    """Serve a store: statistics and their API for everybody, and pages for those who sign in.

    Runs until it is stopped (Ctrl+C). Outside one machine, put it behind a server that speaks HTTPS, and set
    OPENILR_HTTPS=1 and OPENILR_HOSTS.

    Example: ilr serve --store sector --port 8000

    Exit codes: 0 stopped; 2 there is no such store, or the address can not be used.
    """
    import signal

    opened(store)
    with _service():
        from openilr.web import service
    from openilr.web.accounts.people import demo_sign_ins

    def ready(address: str) -> None:
        if quiet:
            return
        with Output(None) as out:
            out.write(f"Serving {store} at {address}\n")
            if host in ("0.0.0.0", "::") and "OPENILR_HOSTS" not in os.environ:  # noqa: S104
                out.write("Only loopback names are answered. Set OPENILR_HOSTS to the names that people use.\n")
            for one in demo_sign_ins(store / "web"):
                out.write(f"  {one['role']:<11} {one['name']:<13} {one['password']}\n")

    # A plain kill ends it as Ctrl+C does, with the background process too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(FINE))
    try:
        with plain(ValueError):
            service.serve(store, host=host, port=port, ready=ready)
    except KeyboardInterrupt:
        return FINE
    except OSError as problem:
        raise CannotRun(f"The address {host} port {port} can not be used: {problem.strerror or problem}.") from None
    return FINE


@contextmanager
def _service() -> Iterator[None]:
    """The parts that serving needs are an extra of the package; say so where they are missing."""
    try:
        import django  # noqa: F401
        import waitress  # noqa: F401
    except ModuleNotFoundError:
        raise CannotRun("Serving needs more packages. Install them with: pip install 'openilr[web]'.") from None
    yield


users_app = typer.Typer(
    help="Say who may sign in to the service.\n\n"
    "Example: ilr users add anna --role steward --store sector\n\n"
    "Exit codes: 0 fine; 2 could not run.",
    invoke_without_command=True,
    callback=help_where_nothing_is_asked,
)


def _started(store: Path) -> None:
    opened(store)
    with _service(), plain(ValueError):
        from openilr.web.service import start

        start(store)


@users_app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="User name.")],
    store: StoreFolder,
    role: Annotated[
        list[str], typer.Option(help="provider, steward, researcher, checker, auditor or public; may be given again.")
    ],
    ukprn: Annotated[int | None, typer.Option(metavar="UKPRN", help="The provider of a provider's person.")] = None,
) -> int:
    """Add a person, or give one that is there these roles and a new password.

    The password is read from the environment variable OPENILR_PASSWORD; without it one is made up and printed.

    Example: ilr users add anna --role steward --store sector

    Exit codes: 0 added; 2 the name, role or password can not be used.
    """
    _started(store)
    from openilr.web.accounts import people

    given = os.environ.get("OPENILR_PASSWORD")
    with plain(people.PeopleError):
        password = people.add(name, role, password=given, ukprn=ukprn)
    with Output(None) as out:
        out.write(f"{name} may sign in as {', '.join(role)}." + ("\n" if given else f" Password: {password}\n"))
    return FINE


@users_app.command("list")
def list_(store: StoreFolder) -> int:
    """List everybody who may sign in.

    Example: ilr users list --store sector

    Exit codes: 0 listed; 2 there is no such store.
    """
    _started(store)
    import polars as pl

    from openilr.cli.tables import table
    from openilr.web.accounts import people

    everyone = people.everyone()
    with Output(None) as out:
        out.write(table(pl.DataFrame(everyone)) if everyone else "Nobody yet.\n")
    return FINE


@users_app.command("reset")
def reset(name: Annotated[str, typer.Argument(metavar="NAME", help="User name.")], store: StoreFolder) -> int:
    """Take the second step away from a person who lost the phone, and give a new password.

    Example: ilr users reset anna --store sector

    Exit codes: 0 done; 2 there is no such person.
    """
    _started(store)
    from openilr.web.accounts import people

    with plain(people.PeopleError):
        password = people.reset(name)
    with Output(None) as out:
        out.write(f"{name} signs in with the password {password}\n")
    return FINE


@users_app.command("demo")
def demo(
    store: StoreFolder,
    ukprn: Annotated[
        int | None,
        typer.Option(metavar="UKPRN", help="Provider of the data manager; by default the first that returned."),
    ] = None,
) -> int:
    """Make one person of each role, for a store of made-up data. `ilr serve` prints their passwords.

    Example: ilr users demo --store sector

    Exit codes: 0 made; 2 there is no such store.
    """
    held = opened(store)
    _started(store)
    from openilr.web.accounts import people

    returned = held.returns()["ukprn"].drop_nulls()
    made = people.make_demo(store / "web", ukprn or (int(returned[0]) if len(returned) else None))
    say("The passwords of these people are printed by ilr serve: use them with made-up data only.")
    with Output(None) as out:
        out.write("".join(f"{one['role']:<11} {one['name']:<13} {one['password']}\n" for one in made))
    return FINE
