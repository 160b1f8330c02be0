"""``ilr reference``: keep reference data in a store, and see what is there."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Annotated, Any

import typer

from openilr.cli.groups import help_where_nothing_is_asked
from openilr.cli.output import Output
from openilr.cli.run import FINE, FOUND, CannotRun, plain, say
from openilr.cli.store import Format, StoreFolder, opened

app = typer.Typer(
    help="Reference data of a store: LARS, postcodes, organisations and other lists.\n\n"
    "Example: ilr reference add lars/ --store sector\n\n"
    "Exit codes: 0 fine; 1 a file can not be used; 2 could not run.",
    invoke_without_command=True,
    callback=help_where_nothing_is_asked,
)


@app.command("add")
def add(
    path: Annotated[Path, typer.Argument(metavar="DIR|FILE", help="A file as published, or a folder of them.")],
    store: StoreFolder,
) -> int:
    """Keep a copy of reference files in the store, after reading them to their end.

    Folders in the folder, and zips, are looked through. What is not used is said. A new file takes the place of the
    earlier one of its table.

    Example: ilr reference add lars/ --store sector

    Exit codes: 0 added; 1 a file can not be used, and nothing was added; 2 could not run.
    """
    from openilr.reference import BadReference, load
    from openilr.store import StoreError

    held = opened(store)
    if not path.exists():
        raise CannotRun(f"There is no file or folder {path}.")
    try:
        found = load(path)
        problems = found.check()
    except BadReference as problem:
        problems = [problem]
    for each in problems:
        say(str(each))
    if problems:
        return FOUND
    for name, reason in found.ignored:
        say(f"{name} is not used: {reason}")
    if not found.names:
        raise CannotRun(f"No file in {path} has the name of a reference file that OpenILR reads.")
    with plain(StoreError, BadReference):
        before = held.reference_files()
        added = held.add_reference(path)
        gone = sorted(set(before) - set(held.reference_files()))
    with Output(None) as out:
        instead = f" In place of {', '.join(gone)}." if gone else ""
        out.write(f"Added {', '.join(added)}.{instead}\n")
    return FINE


@app.command("list")
def listed(
    store: Annotated[Path | None, typer.Option(metavar="STORE", help="The folder of a store.")] = None,
    reference: Annotated[Path | None, typer.Option(metavar="DIR", help="A folder of reference files instead.")] = None,
    year: Annotated[str | None, typer.Option(metavar="YYYY", help="Rules of this year; by default the latest.")] = None,
    format: Annotated[Format, typer.Option(help="Form of the list; json names every rule.")] = Format.text,
) -> int:
    """List reference tables: file, rows, edition, date, source, licence, and how many rules each turns on.

    Example: ilr reference list --store sector

    Example: ilr reference list --reference lars/ --year 2526 --format json

    Exit codes: 0 listed; 2 there is no such store or folder.
    """
    from openilr.cli.schema import known_year
    from openilr.reference import BadReference, load
    from openilr.store import StoreError

    if (store is None) == (reference is None):
        raise CannotRun("Say which reference data to list: --store STORE or --reference DIR.")
    of_year = known_year(year).name if year else None
    with plain(StoreError, BadReference):
        found = opened(store).reference() if store else load(reference) if reference else None
        for problem in found.check() if found is not None else ():
            say(str(problem))
        rows = [] if found is None else found.describe().to_dicts()
    for row in rows:
        row["rules"] = _rules_needing(row["table"], of_year)
    with Output(None) as out:
        if format is Format.json:
            out.write(json.dumps(rows, default=str, ensure_ascii=False) + "\n")
            return FINE
        import polars as pl

        from openilr.cli.tables import table

        if not rows and format is Format.text:
            out.write("There is no reference data.\n")
            return FINE
        names = ["table", "file", "rows", "edition", "dated"]
        wanted = [*names, "licence", "source", "title"] if format is Format.csv else names
        shown = pl.DataFrame(
            [{**{name: row[name] for name in wanted}, "rules": len(row["rules"])} for row in rows],
            schema=[*wanted, "rules"] if not rows else None,
            infer_schema_length=None,
        )
        out.write(shown.write_csv() if format is Format.csv else f"{table(shown)}\n{_terms(rows)}")
    return FINE


@app.command("labour")
def labour(
    store: Annotated[Path | None, typer.Option(metavar="STORE", help="The folder of a store.")] = None,
    reference: Annotated[Path | None, typer.Option(metavar="DIR", help="A folder of reference files instead.")] = None,
    area: Annotated[str | None, typer.Option(metavar="AREA", help="ONS code of an area, or its name.")] = None,
    subject: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Only subjects, occupations or variables with these words.")
    ] = None,
    format: Annotated[Format, typer.Option(help="Form of the figures.")] = Format.text,
) -> int:
    """Show the labour market of an area or a subject, each figure as what it is: survey estimate, record or projection.

    The files are those of Nomis, the Unit for Future Skills, and Skills Imperative 2035 or Working Futures.

    Example: ilr reference labour --store sector --area "North West" --subject engineering

    Exit codes: 0 shown; 2 there are no such figures.
    """
    from openilr.reference import BadReference, Reference, load
    from openilr.reference.labour import READ_AS, figures, tell
    from openilr.store import StoreError

    if (store is None) == (reference is None):
        raise CannotRun("Say where the figures are: --store STORE or --reference DIR.")
    if area is None and subject is None:
        raise CannotRun("Say of what: --area, --subject or both.")
    with plain(StoreError, BadReference, LookupError):
        found = opened(store).reference() if store else load(reference) if reference else None
        rows = figures(found or Reference.empty(), area, subject)
    if rows.is_empty():
        raise CannotRun(f"None of the figures has the words {subject}.")
    with Output(None) as out:
        if format is Format.text:
            out.write(tell(rows))
            return FINE
        rows = rows.with_columns(read_as=rows["kind"].replace_strict(READ_AS))
        out.write(rows.write_csv() if format is Format.csv else json.dumps(rows.to_dicts(), ensure_ascii=False) + "\n")
    return FINE


def _terms(rows: list[dict[str, Any]]) -> str:
    """From whom the tables are and under which licence, those of one source together."""
    tables: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        tables.setdefault((row["source"], row["licence"]), []).append(row["table"])
    return "".join(
        textwrap.fill(f"{source}: {', '.join(names)}. Licence: {licence}.", 100, subsequent_indent="  ") + "\n"
        for (source, licence), names in tables.items()
    )


def _rules_needing(name: str, year: str | None) -> list[str]:
    from openilr import years
    from openilr.validate.explanations import rule_list

    latest = [each for each in years.available() if years.load(each).has_rules][-1]
    return [each.rule for each in rule_list(year or latest) if name in each.needs]
