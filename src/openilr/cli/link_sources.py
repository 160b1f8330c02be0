"""``ilr link add``, ``sources`` and ``months``: what is linked to learners taken in, listed, and laid out by month."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from openilr.cli.output import Output
from openilr.cli.run import FINE, FOUND, CannotRun, plain, say
from openilr.cli.store import Format, StoreFolder, opened
from openilr.spec.words import count


def add(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A CSV or Parquet file named like its table, or a folder of them.")
    ],
    store: StoreFolder,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="Take only this source of what is there.")] = None,
    description: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="What a survey's columns are; see the guide.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing about columns that are not kept.")] = False,
) -> int:
    """Check and keep linked sources: NPD, PLAMS, HESA, HMRC, DWP, LEO, Graduate Outcomes, or a survey of your own.

    Answers are kept for analysis under a key of the store; names and numbers are sealed in the vault for linking.

    Example: ilr link add linked/ --store sector

    Example: ilr link add happiness.csv --description happiness.toml --store sector

    Exit codes: 0 kept; 1 a value is not as declared, and nothing was kept; 2 could not run.
    """
    from openilr.link.sources import Refused, SourceError
    from openilr.link.sources import add as keep
    from openilr.store import StoreError

    if description is not None and source is not None:
        raise CannotRun("Give --source or --description, not both.")
    held = opened(store)
    with plain(SourceError, StoreError):
        try:
            added = keep(held, path, description=description, source=source)
        except Refused as refused:
            for problem in refused.problems:
                say(problem)
            say("Nothing was kept.")
            return FOUND
    with Output(None) as out:
        for each in added:
            of = f"{count(each.rows, 'row')} of {count(each.people, 'person', 'people')}"
            out.write(f"{each.table}: {of}, edition {each.edition}.\n")
    for each in added:
        if each.unused and not quiet:
            say(f"{each.table}: not kept, for they are not declared: {', '.join(each.unused)}.")
    return FINE


def sources(
    store: Annotated[Path | None, typer.Option("--store", metavar="STORE", help="The folder of a store.")] = None,
    format: Annotated[Format, typer.Option(help="Form of the list.")] = Format.text,
) -> int:
    """List the linked sources that a store holds; without --store, every column that OpenILR knows.

    Example: ilr link sources --store sector

    Exit codes: 0 listed; 2 there is no such store.
    """
    import polars as pl

    from openilr.cli.tables import table
    from openilr.link.sources import declared, describe
    from openilr.store import StoreError

    if store is None:
        rows = [
            {"source": source.name, "table": each.name, "column": column.name, "type": column.type,
             "use": " ".join([*(["key"] * column.is_key), *column.roles,
                              *([("coded" if column.is_coded else "answer")] * column.is_answer)]),
             "identifiability": column.identifiability, "sensitivity": column.sensitivity, "title": column.title}
            for source in declared().values() for each in source.tables for column in each.columns
        ]  # fmt: skip
    else:
        with plain(StoreError):
            held = json.loads(describe(opened(store)))
        if format is Format.json:
            with Output(None) as out:
                out.write(json.dumps(held, ensure_ascii=False) + "\n")
            return FINE
        rows = [
            {"source": each["source"], "edition": each["edition"], "table": name, "rows": facts["rows"],
             "people": facts["people"], "register": each["register"], "added_at": each["added_at"]}
            for each in held for name, facts in each["tables"].items()
        ]  # fmt: skip
    with Output(None) as out:
        if format is Format.json:
            out.write(json.dumps(rows, ensure_ascii=False) + "\n")
        elif not rows:
            out.write("There are no linked sources.\n")
        else:
            frame = pl.DataFrame(rows, infer_schema_length=None)
            out.write(frame.write_csv() if format is Format.csv else table(frame))
    return FINE


def months(
    store: StoreFolder,
    output: Annotated[Path, typer.Option(metavar="FILE.parquet", help="Write the months to this Parquet file.")],
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="The first month.")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="The last month.")],
    run: Annotated[str | None, typer.Option(metavar="RUN", help="Links of this run; by default the last.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing.")] = False,
) -> int:
    """Write days in each state, month by month, for every learner: school, learning, work, benefits or none of them.

    Example: ilr link months --store sector --from 2024-08 --to 2027-07 --output months.parquet

    Exit codes: 0 written; 2 there is no such store, run or month.
    """
    from openilr.link import LinkError, connect
    from openilr.link.life import write_months
    from openilr.store import StoreError

    begins, ends = _month(first), _month(last)
    if ends < begins:
        raise CannotRun(f"--to {last} lies before --from {first}.")
    if not output.parent.is_dir():
        raise CannotRun(f"There is no folder {output.parent} to write {output.name} into.")
    with plain(LinkError, StoreError, OSError):
        rows = write_months(connect(opened(store), run), begins, ends, output)
    if not quiet:
        say(f"{count(rows, 'month')} in {output}.")
    return FINE


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise CannotRun(f"{text} is not a month: write 2024-08.") from None
