"""``ilr measure``: count what the store holds, by a written definition."""

from __future__ import annotations

import json
import textwrap
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openilr.cli.output import Output, form_of
from openilr.cli.run import FINE, CannotRun, plain, say
from openilr.cli.schema import known_year
from openilr.cli.store import StoreFolder, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openilr.measure import Result
    from openilr.store import Store


class Format(StrEnum):
    text = "text"
    csv = "csv"
    json = "json"
    html = "html"
    svg = "svg"


class Engine(StrEnum):
    duckdb = "duckdb"
    spark = "spark"


def command(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Such as participation, starts or qar; a wrong name lists all.")
    ],
    store: StoreFolder = None,  # type: ignore[assignment]
    year: Annotated[str, typer.Option(metavar="YYYY", help="Collection year, such as 2526.")] = "",
    by: Annotated[
        str | None, typer.Option(metavar="A,B", help="Break down by these, such as level,age; a wrong name lists all.")
    ] = None,
    return_name: Annotated[
        str | None, typer.Option("--return", metavar="R14", help="Which return; by default the last that was sent.")
    ] = None,
    provision: Annotated[str | None, typer.Option(help="Only this kind of provision, such as apprenticeships.")] = None,
    programme: Annotated[
        str | None, typer.Option(help="For qar: apprenticeships, education-and-training or all.")
    ] = None,
    ages: Annotated[str | None, typer.Option(help="Only these ages, such as 19+ or all.")] = None,
    choose: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any other setting of the measure; a wrong name lists all."),
    ] = None,
    provider: Annotated[int | None, typer.Option(metavar="UKPRN", help="Only this provider.")] = None,
    trail: Annotated[
        bool, typer.Option("--trail", help="For each aim, why it counts or does not. Needs the key of the vault.")
    ] = False,
    forecast: Annotated[
        bool,
        typer.Option("--forecast", help="With qar and --provider: best, expected and worst case, and aims at risk."),
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print the definition, its clauses and its choices, and count nothing.")
    ] = False,
    learner: Annotated[str | None, typer.Option(metavar="REF", help="With --trail: only this LearnRefNumber.")] = None,
    aim: Annotated[int | None, typer.Option(metavar="N", help="With --trail: only this AimSeqNumber.")] = None,
    snapshot: Annotated[
        str | None, typer.Option(metavar="ID", help="As it was frozen by then, such as 2526-R14-1; `ilr store freeze`.")
    ] = None,
    engine: Annotated[Engine, typer.Option(help="What does the counting.")] = Engine.duckdb,
    format: Annotated[
        Format | None, typer.Option(help="Form of the numbers; by default what the ending of --output says, else text.")
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the numbers to this file.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes on the error stream.")] = False,
) -> int:
    """Compute a measure over all providers' current returns. The numbers are not protected: do not publish them.

    Example: ilr measure starts --store sector --year 2526 --by level,age

    Exit codes: 0 computed; 2 there is no such measure, breakdown, year or store.
    """
    from openilr.measure import MeasureError, compute
    from openilr.measure import trail as trail_of
    from openilr.store import StoreError

    if explain:
        return _explain(name, output)
    if store is None or not year:
        raise CannotRun("Say which store and which year: --store FOLDER --year 2526.")
    form = form_of(Format, format, output)
    known_year(year)
    wanted = [each.strip() for each in by.split(",") if each.strip()] if by else []
    options = {
        key: value for key, value in (("provision", provision), ("programme", programme), ("ages", ages)) if value
    }
    options |= _settings(choose or [])
    held = opened(store)
    asked: dict[str, Any] = {
        "return_name": return_name, "ukprn": provider, "engine": engine.value, "snapshot": snapshot, **options,
    }  # fmt: skip
    if trail:
        if form in (Format.html, Format.svg):
            raise CannotRun("A trail is text, csv or json.")
        with plain(MeasureError, StoreError):
            rows = trail_of(held, name, year, learn_ref_number=learner, aim_seq_number=aim, **asked)
            with Output(output) as out:
                _write_trail(rows, form, out)
        return FINE
    if forecast:
        if name != "qar" or provider is None or wanted:
            raise CannotRun("--forecast goes with qar and --provider, and without --by.")
        return _forecast(held, year, asked, form, output)
    if learner is not None or aim is not None:
        raise CannotRun("--learner and --aim go with --trail.")
    with plain(MeasureError, StoreError):
        result = compute(held, name, year, by=wanted, **asked)
        footnotes = held.footnotes(result.fields, year, result.return_name, snapshot=asked.get("snapshot"))
    written = _written(result, form, footnotes)
    with Output(output) as out:
        out.write(written)
    for note in () if quiet else result.notes:
        say(note)
    return FINE


def _explain(name: str, output: Path | None) -> int:
    from openilr.measure import MeasureError, get
    from openilr.measure.explain import explain

    with plain(MeasureError), Output(output) as out:
        out.write(explain(get(name)))
    return FINE


def _forecast(held: Store, year: str, asked: dict[str, Any], format: Format, output: Path | None) -> int:
    """Where the year may end for one provider."""
    from openilr.measure import MeasureError
    from openilr.measure.qar.forecast import CASES, forecast
    from openilr.store import StoreError

    if format not in (Format.text, Format.json, Format.html):
        raise CannotRun("A forecast is text, json or html.")
    with plain(MeasureError, StoreError):
        made = forecast(held, asked.pop("ukprn"), year, **asked)
    if format is Format.json:
        written = json.dumps(made.to_dict(), ensure_ascii=False) + "\n"
    elif format is Format.html:
        from openilr.measure.charts.forecast import page

        written = page(made)
    else:
        from openilr.cli.tables import table

        parts = (("Cases", made.rates), ("Aims at risk", made.at_risk), ("What would change the rate", made.changes))
        label = known_year(year).academic_year.label
        heading = f"Achievement rate of {made.ukprn}, {label} {made.return_name} ({made.programme})"
        heading = f"{heading}\n\n{textwrap.fill(CASES, 100)}"
        written = f"{heading}\n" + "".join(f"\n{title}\n\n{table(frame)}" for title, frame in parts)
    with Output(output) as out:
        out.write(written)
    return FINE


def _settings(choose: list[str]) -> dict[str, str]:
    """``--set basis=timely`` as a setting."""
    settings = {}
    for text in choose:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise CannotRun(f"--set takes NAME=VALUE, not {text!r}.")
        settings[key.strip()] = value.strip()
    return settings


def _written(result: Result, format: Format, footnotes: list[str]) -> str:
    if format is Format.json:
        return json.dumps(result.rows(), ensure_ascii=False) + "\n"
    if format is Format.csv:
        return result.frame.write_csv()
    if format is Format.html:
        from openilr.measure.charts import page

        return page(result, footnotes)
    if format is Format.svg:
        from openilr.measure.charts import chart_of, svg

        chart = chart_of(result)
        if chart is None:
            raise CannotRun("There is nothing to draw: break the measure down by one or two things, one of them short.")
        return svg(chart)
    from openilr.cli.tables import table

    heading = f"{result.measure.title}, {known_year(result.year).academic_year.label} {result.return_name}"
    told = "".join(f"{textwrap.fill(note, 100)}\n" for note in footnotes)
    return f"{heading}\n\n{table(result.frame)}\n{told}"


def _write_trail(rows: Iterator[dict[str, Any]], format: Format, out: Output) -> None:
    """One row at a time: a trail of the whole sector is long."""
    if format is Format.json:
        before = "["
        for row in rows:
            out.write(before + json.dumps(row, ensure_ascii=False))
            before = ",\n "
        out.write("]\n" if before != "[" else "[]\n")
        return
    if format is Format.csv:
        import csv
        import io

        header = False
        for row in rows:
            text = io.StringIO()
            writer = csv.DictWriter(text, list(row), lineterminator="\n")
            if not header:
                writer.writeheader()
                header = True
            writer.writerow(row)
            out.write(text.getvalue())
        return
    for row in rows:
        clause = f" [{row['clause']}]" if row["clause"] else ""
        status = row["status"].replace("_", " ")
        out.write(
            f"{row['ukprn']} {row['learn_ref_number']} aim {row['aim_seq_number']}: {status}{clause}. {row['reason']}\n"
        )
