"""``ilr project people``: who does what here, and how long their accreditation and training last."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from openilr.cli.groups import help_where_nothing_is_asked
from openilr.cli.project import By, Form, Reason, governed, person, write, write_rows
from openilr.cli.run import CannotRun
from openilr.cli.store import Format, StoreFolder, opened

app = typer.Typer(
    help="People: what they do here, and how long their accreditation and training last.\n\n"
    "Example: ilr project people add anna --role steward --store sector\n\n"
    "Exit codes: 0 fine; 1 refused; 2 could not run.",
    invoke_without_command=True,
    callback=help_where_nothing_is_asked,
)

PersonId = Annotated[str, typer.Argument(metavar="PERSON", help="Handle: small letters, digits, dots and dashes.")]
Day = Annotated[str | None, typer.Option(metavar="DATE", help="Last day on which it holds.")]


@app.command("add")
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


@app.command("withdraw")
def withdraw(who: PersonId, reason: Reason, store: StoreFolder, by: By = None) -> int:
    """Take a person out of the register: from now on they see and decide nothing.

    Example: ilr project people withdraw r-jones --reason 'Left the university.' --by anna --store sector

    Exit codes: 0 withdrawn; 1 refused; 2 there is no such person.
    """
    from openilr.access import people

    with governed():
        people.withdraw(opened(store), who, by=person(by), reason=reason)
    return write(Form.text, None, f"{who} is not registered any more.\n")


@app.command("list")
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
    return write_rows(format, pl.DataFrame(rows) if rows else pl.DataFrame(schema={"person": pl.String}))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CannotRun(f"{text!r} is not a date such as 2027-12-31.") from None
