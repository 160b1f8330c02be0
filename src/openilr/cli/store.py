"""``ilr store``: make a store, see who has returned, freeze, and keep it in order."""

from __future__ import annotations

import getpass
import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openilr.cli.groups import help_where_nothing_is_asked
from openilr.cli.output import Output
from openilr.cli.run import FINE, FOUND, CannotRun, plain
from openilr.spec.words import count

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store

app = typer.Typer(
    help="Take returns in, and see what the store holds.\n\n"
    "Example: ilr store submit RETURN.xml --return R14 --store sector\n\n"
    "Exit codes: 0 fine; 1 something was refused; 2 could not run.",
    invoke_without_command=True,
    callback=help_where_nothing_is_asked,
)

StoreFolder = Annotated[Path, typer.Option("--store", metavar="STORE", help="The folder of the store.")]


class Format(StrEnum):
    text = "text"
    csv = "csv"
    json = "json"


def opened(folder: Path) -> Store:
    """The store in a folder; CannotRun where there is none."""
    from openilr.store import Store, StoreError

    with plain(StoreError):
        return Store(folder)


@app.command("init")
def init(store: StoreFolder) -> int:
    """Make a new store, and the key of its vault (outside it: keep that as you keep a key).

    Example: ilr store init --store sector

    Exit codes: 0 made; 2 the folder is not empty, or can not be written.
    """
    from openilr.store import Store, StoreError

    with plain(StoreError, OSError):
        Store.init(store)
    with Output(None) as out:
        out.write(f"Made a store in {store}.\n")
    return FINE


@app.command("returns")
def returns(
    store: StoreFolder,
    year: Annotated[str | None, typer.Option(metavar="YYYY", help="Only this collection year.")] = None,
    return_name: Annotated[str | None, typer.Option("--return", metavar="R14", help="Only this return.")] = None,
    providers: Annotated[
        bool, typer.Option("--providers", help="By provider against the timetable: on time, late, missing.")
    ] = False,
    format: Annotated[Format, typer.Option(help="Form of the list.")] = Format.text,
) -> int:
    """List every file that was sent in, refused ones too, and which one counts; then who is late or missing.

    Example: ilr store returns --store sector --year 2526

    Example: ilr store returns --store sector --year 2526 --return R06 --providers

    Exit codes: 0 listed; 2 there is no such store.
    """
    from openilr.store import StoreError, timetable

    held = opened(store)
    with plain(StoreError, ValueError):
        found = held.returns(year, return_name)
        of_years = [year] if year else sorted(set(found["year"].drop_nulls()))
        standings = [held.standing(each, return_name) for each in of_years]
    numbers = ("learners_accepted", "learners_refused")
    shown = ["year", "return", "ukprn", "version", "status", "current", *numbers, "submitted_at"]
    if providers:
        import polars as pl

        if not standings:
            raise CannotRun("Nothing was sent in yet; say which --year to look at.")
        found = pl.concat(standings)
        shown = [name for name in found.columns if name != "submission"]
    with Output(None) as out:
        out.write(in_form(found, format, shown))
        if format is Format.text:
            for each, standing in zip(of_years, standings, strict=True):
                out.write(f"\n{each}\n{timetable.told(standing)}")
    return FINE


def in_form(found: pl.DataFrame, format: Format, shown: list[str]) -> str:
    """A list in the form that was asked for; the text form shows some of its columns."""
    if format is Format.csv:
        from openilr.validate.reports.csv import without_formulas

        return without_formulas(found).write_csv()
    if format is Format.json:
        return json.dumps(found.to_dicts(), default=str, ensure_ascii=False) + "\n"
    from openilr.cli.tables import table

    return table(found.select(shown))


@app.command("freeze")
def freeze(
    year: Annotated[str, typer.Argument(metavar="YEAR", help="Collection year, such as 2526.")],
    return_name: Annotated[str, typer.Argument(metavar="RETURN", help="Such as R14.")],
    store: StoreFolder,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who freezes it; by default the user's name.")] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why, for those who read the list.")] = "",
) -> int:
    """Fix a return of all providers as a snapshot that never changes. Later corrections make a new one.

    The statistics are made from R04, R06, R10 and R14.

    Example: ilr store freeze 2526 R14 --store sector

    Exit codes: 0 frozen; 2 nothing was returned for it, or the store can not be written.
    """
    from openilr.store import StoreError

    held = opened(store)
    with plain(StoreError):
        id = held.freeze(year, return_name, frozen_by=by or getpass.getuser(), note=note)
        made = held.snapshots().filter(snapshot=id).row(0, named=True)
    with Output(None) as out:
        out.write(
            f"Frozen as {id}: {count(made['providers'], 'provider')}, {count(made['learners'], 'learner')}, "
            f"{count(made['aims'], 'aim')}.\n"
        )
    return FINE


@app.command("snapshots")
def snapshots(
    store: StoreFolder,
    format: Annotated[Format, typer.Option(help="Form of the list.")] = Format.text,
) -> int:
    """List the snapshots of the store, oldest first.

    Example: ilr store snapshots --store sector

    Exit codes: 0 listed; 2 there is no such store.
    """
    from openilr.store import StoreError

    held = opened(store)
    with plain(StoreError):
        found = held.snapshots()
    with Output(None) as out:
        out.write(in_form(found, format, list(found.columns)))
    return FINE


@app.command("upgrade")
def upgrade(store: StoreFolder) -> int:
    """Bring a store of an earlier release up to this one. Needs the vault key; what is there is kept.

    Example: ilr store upgrade --store sector

    Exit codes: 0 done; 2 it can not be done, and the store is as it was.
    """
    from openilr.store import Store, StoreError

    with plain(StoreError):
        number = Store.upgrade(store)
    with Output(None) as out:
        out.write(f"The store is of this release now; {count(number, 'return was', 'returns were')} derived again.\n")
    return FINE


@app.command("derive")
def derive(
    store: StoreFolder,
    year: Annotated[str | None, typer.Option(metavar="YYYY", help="Only this collection year.")] = None,
) -> int:
    """Derive areas, levels and subjects again, after reference data were added. Snapshots stay as they are.

    Example: ilr store derive --store sector

    Exit codes: 0 done; 2 it can not be done, and the store is as it was.
    """
    from openilr.store import StoreError

    held = opened(store)
    with plain(StoreError):
        number = held.derive_again(year)
    with Output(None) as out:
        out.write(f"{count(number, 'return was', 'returns were')} derived again.\n")
    return FINE


@app.command("verify")
def verify(store: StoreFolder) -> int:
    """Read every file of the store and compare it with the catalogue.

    Example: ilr store verify --store sector

    Exit codes: 0 all is as it was written; 1 something is missing or changed; 2 there is no such store.
    """
    from openilr.store import StoreError

    held = opened(store)
    with plain(StoreError):
        problems = held.verify()
    with Output(None) as out:
        out.write("".join(f"{problem}\n" for problem in problems) or "Every file is as it was written.\n")
    return FOUND if problems else FINE
