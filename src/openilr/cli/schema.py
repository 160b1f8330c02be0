"""``ilr schema``: our own XML schema of a year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from openilr.cli.run import CannotRun

if TYPE_CHECKING:
    from openilr.years import Year


def command(
    year: Annotated[str, typer.Argument(metavar="YEAR", help="Collection year in four digits, such as 2526.")],
) -> int:
    """Print the XML schema (XSD) of a collection year.

    Example: ilr schema 2526 > ilr-2526.xsd

    Exit codes: 0 printed; 2 there is no such year.
    """
    from openilr.cli.output import Output
    from openilr.spec.xsd import write_xsd

    with Output(None) as output:
        output.write(write_xsd(known_year(year).schema))
    return 0


def known_year(name: str) -> Year:
    """The year's pack; CannotRun lists the years where there is none."""
    from openilr import years

    try:
        return years.load(name)
    except ValueError as problem:
        raise CannotRun(str(problem)) from None
