"""``ilr store``: take returns in, and see what the store holds."""

from __future__ import annotations

import getpass
import json
import textwrap
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openilr.cli.checking import Settings, check, find_files, moment
from openilr.cli.groups import help_where_nothing_is_asked
from openilr.cli.output import Output, Progress
from openilr.cli.run import COULD_NOT_RUN, FINE, FOUND, CannotRun, plain, say

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Acceptance, Store
    from openilr.validate.report import Report

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


class QualityFormat(StrEnum):
    text = "text"
    json = "json"
    html = "html"


class TableFormat(StrEnum):
    parquet = "parquet"
    csv = "csv"


class ReportFormat(StrEnum):
    text = "text"
    json = "json"
    jsonl = "jsonl"


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


@app.command("submit")
def submit(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="XML or zip files, or folders of them.")],
    store: StoreFolder,
    return_name: Annotated[str, typer.Option("--return", metavar="R14", help="Which return they are for, R01 to R14.")],
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who sends them in; by default the user's name.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="What rules take for today, such as 2026-06-30.")
    ] = None,
    year: Annotated[
        str | None, typer.Option(metavar="YYYY", help="Collection year the files must be for, such as 2526.")
    ] = None,
    format: Annotated[ReportFormat, typer.Option(help="Form of the report.")] = ReportFormat.text,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report to this file.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress line.")] = False,
) -> int:
    """Check files, and accept the learners without errors in place of the provider's earlier file of that return.

    Reference data is what `ilr reference add` put into the store. The report is that of `ilr validate`, with what was
    accepted and refused.

    Example: ilr store submit returns/ --return R14 --store sector

    Exit codes: 0 everything was accepted; 1 a file or a learner was refused; 2 a file could not be taken in.
    """
    from openilr.cli.schema import known_year
    from openilr.reference import BadReference
    from openilr.store import StoreError

    held = opened(store)
    paths, problems = find_files(files)
    for problem in problems:
        say(problem)
    code = COULD_NOT_RUN if problems else FINE
    settings = Settings(None, moment(as_of), known_year(year).name if year else None)
    progress = Progress(quiet)
    done: list[tuple[Report, Acceptance]] = []
    with Output(output) as out, plain(StoreError, BadReference):
        reference = held.reference()
        for path in paths:
            taken = _submit_one(held, path, settings, reference, return_name, by or getpass.getuser(), progress)
            progress.clear()
            if isinstance(taken, str):
                say(taken)
                code = COULD_NOT_RUN
                continue
            report, acceptance = taken
            if report.has_errors or not acceptance.accepted:
                code = max(code, FOUND)
            if format is ReportFormat.json:
                done.append(taken)
            elif format is ReportFormat.jsonl:
                out.write(_json(report, acceptance) + "\n")
            else:
                out.write(_text(report, acceptance, out))
        if format is ReportFormat.json and paths:
            texts = [_json(*each) for each in done]
            out.write("[" + ",\n ".join(texts) + "]\n" if len(paths) > 1 or not texts else texts[0] + "\n")
    return code


def _submit_one(
    held: Store, path: Path, settings: Settings, reference: Any, return_name: str, by: str, progress: Progress
) -> tuple[Report, Acceptance] | str:
    """What was found and what became of it; a sentence where the file is no return."""
    from openilr.collect import examine

    before = _state(path)
    received = held.received(path.name)
    checked = check(path, settings, lambda n: progress(f"{path.name}: {n:,} learners checked"), reference, received)
    if checked.report is None or checked.problem:
        return checked.problem or f"{path.name} could not be checked."
    if _state(path) != before:
        return f"{path.name} changed while it was checked; nothing of it was taken in. Send it again."
    with examine(path).stream() as stream:
        acceptance = held.submit(
            stream, checked.report, file=path, return_name=return_name, submitted_by=by, reference=reference
        )
    return checked.report, acceptance


def _state(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_mtime_ns, about.st_size


def _json(report: Report, acceptance: Acceptance) -> str:
    said = json.dumps(acceptance.to_dict(), ensure_ascii=False, separators=(",", ":"))
    return f'{report.to_json()[:-1]},"submission":{said}}}'


def _text(report: Report, acceptance: Acceptance, out: Output) -> str:
    from openilr.validate.reports import text

    return f"{text.render(report, out.terminal)}{textwrap.fill(accepted_sentence(acceptance), 80)}\n\n"


def accepted_sentence(acceptance: Acceptance) -> str:
    """What was accepted and refused, in one or two sentences."""
    if not acceptance.accepted:
        return f"Refused: {acceptance.reason}"
    n = {name: f"{number:,}" for name, number in acceptance.counts.items()}
    words = (
        f"Accepted as {acceptance.submission}: {n['learners_accepted']} of {n['learners']} learners with "
        f"{n['aims_accepted']} of {n['aims']} aims; {n['learners_refused']} learners refused."
    )
    words += f" It takes the place of {acceptance.replaced}." if acceptance.replaced else ""
    last = acceptance.last_year
    if last and last["continuing"]:
        words += (
            f" Of {last['continuing']:,} aims that went on at the end of {last['compared_with']}, "
            f"{last['returned']:,} are in this file and {last['missing']:,} are not"
        )
        words += f" (learners {', '.join(last['learners_missing'][:10])}" if last["missing"] else ""
        more = len(last["learners_missing"]) - 10
        words += f" and {more:,} more)." if more > 0 else ")." if last["missing"] else "."
    return words


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
        out.write(_in_form(found, format, shown))
        if format is Format.text:
            for each, standing in zip(of_years, standings, strict=True):
                out.write(f"\n{each}\n{timetable.told(standing)}")
    return FINE


@app.command("diff")
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
    format: Annotated[Format, typer.Option(help="Form; csv is the list of --detail.")] = Format.text,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file.")] = None,
) -> int:
    """Say what changed between snapshots, versions of a file, or returns: added, gone and changed, field by field.

    Example: ilr store diff 2526-R04-1 2526-R06-1 2526-R10-1 --provider 10001234 --store sector

    Exit codes: 0 nothing changed; 1 something changed; 2 there is no such snapshot, file or return.
    """
    from openilr.store import StoreError
    from openilr.store.telling import tell

    if len(states) < 2:
        raise CannotRun("Name at least two states to compare, the older first.")
    held = opened(store)
    wants_rows = detail or format is Format.csv
    with plain(StoreError):
        found = [held.diff(before, now, ukprn=provider, detail=wants_rows) for before, now in pairwise(states)]
        rows = [held.with_references(each.rows) for each in found] if wants_rows else []
    with Output(output) as out:
        if format is Format.csv:
            import polars as pl

            from openilr.validate.reports.csv import without_formulas

            told = [r.insert_column(0, pl.lit(d.now).alias("now")) for d, r in zip(found, rows, strict=True)]
            out.write(without_formulas(pl.concat(told)).write_csv())
        elif format is Format.json:
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


def _in_form(found: pl.DataFrame, format: Format, shown: list[str]) -> str:
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
            f"Frozen as {id}: {made['providers']:,} providers, {made['learners']:,} learners, {made['aims']:,} aims.\n"
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
        out.write(_in_form(found, format, list(found.columns)))
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
        out.write(f"The store is of this release now; {number:,} returns were derived again.\n")
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
        out.write(f"{number:,} returns were derived again.\n")
    return FINE


@app.command("crosscheck")
def crosscheck(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="apprenticeship-service or qualifications.")],
    store: StoreFolder,
    year: Annotated[str | None, typer.Option(metavar="YYYY", help="Collection year; by default the last.")] = None,
    return_name: Annotated[
        str | None, typer.Option("--return", metavar="R14", help="Return; by default the last of the year.")
    ] = None,
    format: Annotated[Format, typer.Option(help="Form of the list.")] = Format.text,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file.")] = None,
) -> int:
    """Put a return beside another source: what is missing on either side, and which prices and dates differ.

    The comparison with the apprenticeship service names learners by ULN: keep it as personal data.

    Example: ilr store crosscheck apprenticeship-service --store sector --year 2526

    Exit codes: 0 nothing differs; 1 something differs; 2 the source was not added, or there is no such return.
    """
    from openilr.store import StoreError

    held = opened(store)
    with plain(StoreError):
        found = held.crosscheck(source, year, return_name)
    if "known" in found.columns:
        found = found.filter(~found["known"] | (found["after_end"] > 0))
    with Output(output) as out:
        out.write(_in_form(found, format, found.columns) if found.height else "Nothing differs.\n")
    return FOUND if found.height else FINE


@app.command("export")
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
        out.write(f"Wrote {len(rows)} tables with {sum(rows.values()):,} rows into {target}.\n")
    return FINE


@app.command("journeys")
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
    from openilr.store.journeys import tell

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
    with Output(None) as out:
        if learner is not None:
            out.write(tell(found))
            return FINE
        out.write(
            f"{n['people']:,} people with {n['journeys']:,} journeys of {n['episodes']:,} episodes.\n"
            f"  {n['over_several_years']:,} episodes were returned in several years; {n['restarts']:,} are restarts, "
            f"{n['transfers']:,} transfers.\n"
            f"  {n['people_with_several_providers']:,} people learn with several providers.\n"
            f"  {n['lost']:,} episodes went on and are missing from the provider's later year.\n"
            f"  {n['ulns_joined']:,} changed or missing ULNs were joined; {n['references_used_again']:,} references "
            f"that stand for another person were not.\n"
        )
    return FINE


def _spine(held: Store, run: str) -> pl.DataFrame:
    """Who is one person, as a run of linking has left it in the store."""
    import polars as pl

    path = held.path / "links" / run / "spine.parquet"
    if not path.is_file():
        raise CannotRun(f"The store has no links of a run {run}; `ilr link` lists them.")
    return pl.read_parquet(path, columns=["learner_key", "person_id"])


@app.command("quality")
def quality(
    store: StoreFolder,
    year: Annotated[str | None, typer.Option(metavar="YYYY", help="Collection year; by default the last.")] = None,
    return_name: Annotated[
        str | None, typer.Option("--return", metavar="R14", help="Return; by default the last of the year.")
    ] = None,
    snapshot: Annotated[str | None, typer.Option(metavar="ID", help="A snapshot instead, such as 2526-R14-1.")] = None,
    provider: Annotated[int | None, typer.Option(metavar="UKPRN", help="Only this provider.")] = None,
    format: Annotated[QualityFormat, typer.Option(help="html has pictures.")] = QualityFormat.text,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file.")] = None,
) -> int:
    """Say how good each field is: filled, valid, consistent, changed since the return before; a rating and its reason.

    Example: ilr store quality --store sector --year 2526 --return R14 --format html --output quality.html

    Exit codes: 0 measured; 2 there is no such store, return or snapshot.
    """
    from openilr.store import StoreError

    held = opened(store)
    with plain(StoreError):
        found = held.quality(year, return_name, snapshot=snapshot, ukprn=provider)
    with Output(output) as out:
        if format is QualityFormat.json:
            out.write(found.to_json() + "\n")
        else:
            out.write(found.to_html() if format is QualityFormat.html else found.to_text())
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
