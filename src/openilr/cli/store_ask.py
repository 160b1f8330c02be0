"""``ilr store diff``, ``quality``, ``journeys``, ``crosscheck`` and ``export``: what the store says of its returns."""

from __future__ import annotations

import json
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openilr.cli.output import Output, form_of
from openilr.cli.run import FINE, FOUND, CannotRun, plain
from openilr.cli.store import Format, StoreFolder, in_form, opened
from openilr.spec.words import count

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store


class QualityFormat(StrEnum):
    text = "text"
    json = "json"
    html = "html"


class TableFormat(StrEnum):
    parquet = "parquet"
    csv = "csv"


def diff(
    states: Annotated[
        list[str],
        typer.Argument(
            metavar="A B...", help="Two or more, oldest first: snapshots (2526-R04-1), versions of a file, or returns."
        ),
    ],
    store: StoreFolder,
    provider: Annotated[int | None, typer.Option(metavar="UKPRN", help="Only this provider.")] = None,
    detail: Annotated[
        bool, typer.Option("--detail", help="List each learner and aim. With the vault key by LearnRefNumber.")
    ] = False,
    format: Annotated[
        Format | None, typer.Option(help="By default what --output ends in, else text; csv is the list of --detail.")
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file.")] = None,
) -> int:
    """Say what changed between snapshots, versions of a file, or returns: added, gone and changed, field by field.

    Example: ilr store diff 2526-R04-1 2526-R06-1 2526-R10-1 --provider 10001234 --store sector

    Exit codes: 0 nothing changed; 1 something changed; 2 there is no such snapshot, file or return.
    """
    from openilr.store import StoreError
    from openilr.store.telling import tell

    form = form_of(Format, format, output)
    if len(states) < 2:
        raise CannotRun("Name at least two states to compare, the older first.")
    held = opened(store)
    wants_rows = detail or form is Format.csv
    with plain(StoreError):
        found = [held.diff(before, now, ukprn=provider, detail=wants_rows) for before, now in pairwise(states)]
        rows = [held.with_references(each.rows) for each in found] if wants_rows else []
    with Output(output) as out:
        if form is Format.csv:
            import polars as pl

            from openilr.validate.reports.csv import without_formulas

            told = [r.insert_column(0, pl.lit(d.now).alias("now")) for d, r in zip(found, rows, strict=True)]
            out.write(without_formulas(pl.concat(told)).write_csv())
        elif form is Format.json:
            said = [each.to_dict() for each in found]
            for one, listed in zip(said, rows, strict=False):
                one["rows"] = listed.to_dicts()
            out.write(json.dumps(said if len(said) > 1 else said[0], default=str, ensure_ascii=False) + "\n")
        else:
            from openilr.cli.tables import table

            for place, each in enumerate(found):
                out.write(tell(each) + (f"\n{table(rows[place])}\n" if detail else ""))
    changed = any(n for each in found for word, n in each.totals().items() if not word.endswith(("_before", "_now")))
    return FOUND if changed or any(each.others.height for each in found) else FINE


def quality(
    store: StoreFolder,
    year: Annotated[str | None, typer.Option(metavar="YYYY", help="Collection year; by default the last.")] = None,
    return_name: Annotated[
        str | None, typer.Option("--return", metavar="R14", help="Return; by default the last of the year.")
    ] = None,
    snapshot: Annotated[str | None, typer.Option(metavar="ID", help="A snapshot instead, such as 2526-R14-1.")] = None,
    provider: Annotated[int | None, typer.Option(metavar="UKPRN", help="Only this provider.")] = None,
    format: Annotated[
        QualityFormat | None, typer.Option(help="By default what --output ends in, else text; html has pictures.")
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file.")] = None,
) -> int:
    """Say how good each field is: filled, valid, consistent, changed since the return before; a rating and its reason.

    Example: ilr store quality --store sector --year 2526 --return R14 --format html --output quality.html

    Exit codes: 0 measured; 2 there is no such store, return or snapshot.
    """
    from openilr.store import StoreError

    form = form_of(QualityFormat, format, output)
    held = opened(store)
    with plain(StoreError):
        found = held.quality(year, return_name, snapshot=snapshot, ukprn=provider)
    with Output(output) as out:
        if form is QualityFormat.json:
            out.write(found.to_json() + "\n")
        else:
            out.write(found.to_html() if form is QualityFormat.html else found.to_text())
    return FINE


def journeys(
    store: StoreFolder,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every episode to this Parquet file.")
    ] = None,
    links: Annotated[
        str | None, typer.Option(metavar="RUN", help="Who is one person, by this run of `ilr link run`.")
    ] = None,
    provider: Annotated[int | None, typer.Option(metavar="UKPRN", help="With --learner: whose learner.")] = None,
    learner: Annotated[
        str | None, typer.Option(metavar="REF", help="Tell one learner's story, by LearnRefNumber.")
    ] = None,
) -> int:
    """Join aims over years and providers: what went on, was restarted or transferred, and what got lost.

    Example: ilr store journeys --store sector --output journeys.parquet

    Example: ilr store journeys --store sector --provider 10001234 --learner L000123

    Exit codes: 0 joined; 2 there is no such store or learner.
    """
    from openilr.store import StoreError
    from openilr.store.journeys import numbers, tell

    if (learner is None) != (provider is None):
        raise CannotRun("A learner is known by both: --provider UKPRN and --learner REF.")
    held = opened(store)
    with plain(StoreError):
        spine = _spine(held, links) if links else None
        rows, n = held.journeys(output if learner is None else None, spine=spine)
        if learner is not None and provider is not None:
            key = held.learner_key(provider, learner)
            found = rows.filter(rows["person"].is_in(rows.filter(learner_key=key)["person"].implode()))
            if found.is_empty():
                raise CannotRun(f"The store has no such learner of {provider}.")
            ulns = numbers(held, found["learner_key"].unique().to_list())
    with Output(None) as out:
        if learner is not None:
            out.write(tell(found, ulns))
            return FINE
        out.write(
            f"{count(n['people'], 'person', 'people')} with {count(n['journeys'], 'journey')} of "
            f"{count(n['episodes'], 'episode')}.\n"
            f"  {count(n['over_several_years'], 'episode was', 'episodes were')} returned in several years; "
            f"{count(n['restarts'], 'is a restart', 'are restarts')}, {count(n['transfers'], 'transfer')}.\n"
            f"  {count(n['people_with_several_providers'], 'person learns', 'people learn')} with several providers.\n"
            f"  {count(n['lost'], 'episode went on and is', 'episodes went on and are')} missing from the provider's "
            "later year.\n"
            f"  {count(n['ulns_joined'], 'changed or missing ULN was', 'changed or missing ULNs were')} joined; "
            f"{count(n['references_used_again'], 'reference', 'references')} given to another person "
            f"{'was' if n['references_used_again'] == 1 else 'were'} not.\n"
        )
    return FINE


def _spine(held: Store, run: str) -> pl.DataFrame:
    """Who is one person, as a run of linking has left it in the store."""
    import polars as pl

    path = held.path / "links" / run / "spine.parquet"
    if not path.is_file():
        there = sorted(each.parent.name for each in path.parent.parent.glob("*/spine.parquet"))
        raise CannotRun(f"The store has no links of a run {run}. There are: {', '.join(there) or 'none'}.")
    return pl.read_parquet(path, columns=["learner_key", "person_id"])


def crosscheck(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="apprenticeship-service or qualifications.")],
    store: StoreFolder,
    year: Annotated[str | None, typer.Option(metavar="YYYY", help="Collection year; by default the last.")] = None,
    return_name: Annotated[
        str | None, typer.Option("--return", metavar="R14", help="Return; by default the last of the year.")
    ] = None,
    format: Annotated[
        Format | None, typer.Option(help="Form of the list; by default what the ending of --output says, else text.")
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file.")] = None,
) -> int:
    """Put a return beside another source: what is missing on either side, and which prices and dates differ.

    The comparison with the apprenticeship service names learners by ULN: keep it as personal data.

    Example: ilr store crosscheck apprenticeship-service --store sector --year 2526

    Exit codes: 0 nothing differs; 1 something differs; 2 the source was not added, or there is no such return.
    """
    from openilr.store import StoreError

    form = form_of(Format, format, output)
    held = opened(store)
    with plain(StoreError):
        found = held.crosscheck(source, year, return_name)
    if "known" in found.columns:
        found = found.filter(~found["known"] | (found["after_end"] > 0))
    with Output(output) as out:
        out.write(in_form(found, form, found.columns) if found.height else "Nothing differs.\n")
    return FOUND if found.height else FINE


def export(
    target: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder.")],
    store: StoreFolder,
    year: Annotated[str | None, typer.Option(metavar="YYYY", help="Only this collection year.")] = None,
    return_name: Annotated[str | None, typer.Option("--return", metavar="R14", help="Only this return.")] = None,
    snapshot: Annotated[str | None, typer.Option(metavar="ID", help="A snapshot instead, such as 2526-R14-1.")] = None,
    format: Annotated[TableFormat, typer.Option(help="Form of the tables.")] = TableFormat.parquet,
) -> int:
    """Write the national tables into a folder, without identifiers, with a description of each column beside them.

    Every row is still about one person: keep the folder as personal data.

    Example: ilr store export national --snapshot 2526-R14-1 --store sector

    Exit codes: 0 written; 2 there is no such return or snapshot, or the folder can not be written.
    """
    from openilr.store import StoreError

    held = opened(store)
    with plain(StoreError):
        rows = held.export(target, year=year, return_name=return_name, snapshot=snapshot, form=format.value)
    with Output(None) as out:
        out.write(f"Wrote {count(len(rows), 'table')} with {count(sum(rows.values()), 'row')} into {target}.\n")
    return FINE
