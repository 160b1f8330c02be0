"""``ilr publish add`` and ``ilr publish list``: data sets to serve."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer

from openilr.cli.output import Output
from openilr.cli.run import FINE, FOUND, CannotRun, plain, say
from openilr.cli.store import Format, StoreFolder, opened
from openilr.spec.words import count


def add(
    data: Annotated[Path, typer.Argument(metavar="DATA.csv", help="Data file of the EES standard.")],
    meta: Annotated[Path, typer.Argument(metavar="META.csv", help="Its meta file.")],
    store: StoreFolder,
    title: Annotated[
        str | None, typer.Option(metavar="T", help="Title; the file name if none. The same title: its next version.")
    ] = None,
    publication: Annotated[str | None, typer.Option(metavar="P", help="Publication; the title if none.")] = None,
    summary: Annotated[str | None, typer.Option(help="What the numbers are, in a sentence or two.")] = None,
    release: Annotated[str | None, typer.Option(help="Name of the release; the last period if none.")] = None,
    notes: Annotated[str, typer.Option(help="What readers of this version must know.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Wait for a steward's approval in the service.")] = False,
    format: Annotated[Format, typer.Option(help="Form of what is said.")] = Format.text,
) -> int:
    """Serve a pair of files of the EES standard, made here or elsewhere: on the pages and in the API.

    The pair is screened first. Files under the title of a data set that is there become its next version, with a list
    of what changed. A store is made where the folder is not there or is empty.

    Example: ilr publish add starts.csv starts.meta.csv --store sector --title "Apprenticeship starts"

    Exit codes: 0 added, or there already; 1 refused by the screening; 2 could not run.
    """
    from openilr.publish.datasets import DataSetError, Library, Refused
    from openilr.store import Store, StoreError

    for path in (data, meta):
        if not path.is_file():
            raise CannotRun(f"There is no file {path}.")
    with plain(StoreError, OSError):
        if not store.exists() or (store.is_dir() and not any(store.iterdir())):
            Store.init(store)
    opened(store)
    try:
        with plain(StoreError, OSError):
            kept, version, new = Library(store).add(
                data, meta, title=title, publication=publication, summary=summary, release=release, notes=notes,
                by=getpass.getuser(), draft=draft,
            )  # fmt: skip
    except Refused as refused:
        for check in refused.screening.failures:
            say(f"{check.stage}, {check.name.replace('_', ' ')}: {check.message}")
        return FOUND
    except DataSetError as problem:
        raise CannotRun(str(problem)) from None
    with Output(None) as out:
        if format is Format.json:
            said = {"id": kept.id, "title": kept.title, "version": version.public, "status": version.status, "new": new}
            out.write(json.dumps(said, ensure_ascii=False) + "\n")
        elif new:
            out.write(f"{kept.title}: version {version.public} of data set {kept.id} ({count(version.rows, 'row')}).\n")
        else:
            out.write(f"{kept.title}: these files are version {version.public} of data set {kept.id} already.\n")
    return FINE


def list_(store: StoreFolder, format: Annotated[Format, typer.Option(help="Form of the list.")] = Format.text) -> int:
    """List the data sets that the store serves, with the latest version of each.

    Example: ilr publish list --store sector

    Exit codes: 0 listed; 2 there is no such store.
    """
    import polars as pl

    from openilr.publish.datasets import Library

    opened(store)
    rows = [
        {
            "title": d.title, "id": d.id, "version": v.public, "status": v.status, "rows": v.rows, "release": v.release,
            "added": v.added[:16],
        }
        for d in Library(store).data_sets(drafts=True)
        for v in [max(d.versions, key=lambda v: v.order)]
    ]  # fmt: skip
    names = ("title", "id", "version", "status", "rows", "release", "added")
    frame = pl.DataFrame(rows, schema={name: pl.Int64 if name == "rows" else pl.String for name in names})
    with Output(None) as out:
        if format is Format.json:
            out.write(json.dumps(frame.to_dicts(), ensure_ascii=False) + "\n")
        elif format is Format.csv:
            out.write(frame.write_csv())
        else:
            from openilr.cli.tables import table

            out.write(table(frame))
    return FINE
