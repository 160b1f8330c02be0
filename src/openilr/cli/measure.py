"""``ilr measure``: count what the store holds, by a written definition."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from openilr.cli.output import Output
from openilr.cli.run import FINE, plain, say
from openilr.cli.schema import known_year
from openilr.cli.store import StoreFolder, opened


class Format(StrEnum):
    text = "text"
    csv = "csv"
    json = "json"


def command(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Such as participation or starts; a wrong name lists all.")
    ],
    store: StoreFolder,
    year: Annotated[str, typer.Option(metavar="YYYY", help="Collection year, such as 2526.")],
    by: Annotated[str | None, typer.Option(metavar="A,B", help="Break down by these, such as level,age.")] = None,
    return_name: Annotated[
        str | None, typer.Option("--return", metavar="R14", help="Which return; by default the last that was sent.")
    ] = None,
    provision: Annotated[str | None, typer.Option(help="Only this kind of provision, such as apprenticeships.")] = None,
    ages: Annotated[str | None, typer.Option(help="Only these ages, such as 19+ or all.")] = None,
    format: Annotated[Format, typer.Option(help="Form of the numbers.")] = Format.text,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the numbers to this file.")] = None,
) -> int:
    """Compute a measure over all providers' current returns. The numbers are not protected: do not publish them.

    Example: ilr measure starts --store sector --year 2526 --by level,age

    Exit codes: 0 computed; 2 there is no such measure, breakdown, year or store.
    """
    from openilr.measure import MeasureError, compute
    from openilr.store import StoreError

    known_year(year)
    wanted = [each.strip() for each in by.split(",") if each.strip()] if by else []
    options: dict[str, Any] = {key: value for key, value in (("provision", provision), ("ages", ages)) if value}
    with plain(MeasureError, StoreError):
        result = compute(opened(store), name, year, return_name=return_name, by=wanted, **options)
    with Output(output) as out:
        if format is Format.json:
            out.write(json.dumps(result.rows(), ensure_ascii=False) + "\n")
        elif format is Format.csv:
            out.write(result.frame.write_csv())
        else:
            from openilr.cli.tables import table

            out.write(f"{result.measure.title}, {known_year(year).academic_year.label} {result.return_name}\n\n")
            out.write(table(result.frame))
    for note in result.notes:
        say(note)
    return FINE
