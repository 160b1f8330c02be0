"""``ilr publish``: screen, protect and publish data sets in the explore education statistics (EES) standard."""

from __future__ import annotations

import getpass
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from openilr.cli import datasets
from openilr.cli.groups import help_where_nothing_is_asked
from openilr.cli.output import Output, Progress, Quiet, form_of
from openilr.cli.run import FINE, FOUND, CannotRun, plain, say
from openilr.cli.schema import known_year
from openilr.cli.store import StoreFolder, opened
from openilr.spec.words import count

app = typer.Typer(
    help="Screen, protect and publish data sets in the explore education statistics (EES) standard.\n\n"
    "Example: ilr publish check starts.csv starts.meta.csv\n\n"
    "Exit codes: 0 fine; 1 a check failed or the data set was refused; 2 could not run.",
    invoke_without_command=True,
    callback=help_where_nothing_is_asked,
)
app.command("add")(datasets.add)
app.command("list")(datasets.list_)

DataFile = Annotated[Path, typer.Argument(metavar="DATA.csv", help="The data file of the pair.")]
MetaFile = Annotated[Path, typer.Argument(metavar="META.csv", help="Its meta file, DATA.meta.csv.")]


#: What the data sets of our own releases are published under.
PUBLICATION = "Further education and skills"


class Format(StrEnum):
    text = "text"
    json = "json"


class Method(StrEnum):
    rounding = "rounding"
    suppression = "suppression"


def _named(text: str | None) -> list[str]:
    return [each.strip() for each in (text or "").split(",") if each.strip()]


@app.command("check")
def check(
    data: DataFile,
    meta: MetaFile,
    certificates: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Verify the hidden cells against the certificates in this folder."),
    ] = None,
    lists: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of fuller lists of places, or a data dictionary, as CSV.")
    ] = None,
    attack: Annotated[
        bool, typer.Option("--attack", help="Try to show hidden counts to be small, by linear programming.")
    ] = False,
    threshold: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=2, help="With --certificates or --attack: what small is below; else 10 or theirs."
        ),
    ] = None,
    overlapping: Annotated[
        str | None, typer.Option(metavar="A,B", help="With --attack: filters whose items share learners.")
    ] = None,
    quiet: Quiet = False,
    format: Annotated[
        Format | None, typer.Option(help="Form of the result; by default what the ending of --output says, else text.")
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the result to this file.")] = None,
) -> int:
    """Screen a data set by the checks that explore education statistics refuses files for.

    With --certificates, verify instead, by additions alone, that no hidden count can be shown to be small. With
    --attack, try to show it, for hidden counts (c) of any data set, whoever hid them.

    Example: ilr publish check starts.csv starts.meta.csv --certificates certificates

    Exit codes: 0 no check failed (there may be warnings); 1 a check failed, or the certificates do not hold; 2 a file
    is not there.
    """
    from openilr import publish
    from openilr.publish import verify

    form = form_of(Format, format, output)
    if certificates is not None and not certificates.is_dir():
        raise CannotRun(f"There is no folder {certificates}.")
    result: dict[str, Any] = {}
    with plain(FileNotFoundError):
        if certificates is None and not attack:
            result = publish.check(data, meta, lists).to_json()
        else:
            for path in (data, meta):
                if not path.is_file():
                    raise CannotRun(f"There is no file {path}.")
            try:
                if certificates is not None:
                    result = {"verified": True, **vars(verify.verify(data, meta, certificates, threshold))}
                if attack:
                    result |= _attacked(data, meta, threshold or 10, _named(overlapping), Progress(quiet))
            except verify.Refused as problem:
                result = {"verified": False, "message": str(problem)}
    fine = result.get("passed") or (result.get("verified", attack) and not result.get("exposed"))
    code = FINE if fine else FOUND
    with Output(output) as out:
        out.write(json.dumps(result, ensure_ascii=False) + "\n" if form is Format.json else _in_words(result))
    return code


def _attacked(data: Path, meta: Path, threshold: int, overlapping: list[str], progress: Progress) -> dict[str, Any]:
    """What an attacker shows of the hidden counts, as plain lists."""
    from openilr.publish import verify
    from openilr.publish.attack import attack as run

    rows = verify.read(meta)
    counts = [r["col_name"] for r in rows if r["col_type"] == "Indicator" and not r["indicator_unit"]]
    found = run(data, meta, counts, threshold, overlapping=overlapping, say=progress)
    progress.clear()
    return {"below": threshold, "exposed": [_told(each) for each in found]}


def _told(each: Any) -> dict[str, Any]:
    return {"row": each.row + 1, "indicator": each.indicator, "least": each.least, "most": each.most}


def _proof_in_words(result: dict[str, Any]) -> str:
    if result.get("verified") is False:
        return f"FAIL  Certificates: {result['message']}\n"
    lines = []
    if result.get("verified"):
        lines.append(
            f"Certificates verified: {result['hidden']} hidden cells each reach {result['threshold']} in one of "
            f"{result['tables']} tables that agree with all shown cells and {result['sums']} sums."
        )
        if result["overlapping"]:
            lines.append(
                f"Items that share learners, so that they were not added up: {', '.join(result['overlapping'])}."
            )
    if "exposed" in result:
        for each in result["exposed"]:
            lines.append(
                f"FAIL  Row {each['row']}, {each['indicator']}: hidden, but between {each['least']} and {each['most']}."
            )
        lines.append(
            f"Attacked: {count(len(result['exposed']), 'hidden count')} can be shown to be below {result['below']}."
        )
    return "\n".join(lines) + "\n"


def _in_words(result: dict[str, Any]) -> str:
    if "checks" not in result:
        return _proof_in_words(result)
    lines = []
    for found in result["checks"]:
        if found["message"]:
            name = f"{found['check']} ({found['ees']})" if found["ees"] else found["check"]
            lines.append(f"{found['severity'].upper():<6}{found['stage']}: {name}: {found['message']}")
    counts = result["counts"]
    lines.append(f"{counts['checks']} checks made: {counts['fail']} failed, {counts['warn']} warnings.")
    if result["stages_not_run"]:
        lines.append(f"Not checked, because an earlier stage failed: {', '.join(result['stages_not_run'])}.")
    if result["not_checked"]:
        lines.append(f"Not checked: {'; '.join(result['not_checked'])}.")
    return "\n".join(lines) + "\n"


@app.command("protect")
def protect(
    data: DataFile,
    meta: MetaFile,
    method: Annotated[
        Method,
        typer.Option(help="rounding: everything to multiples of the base; suppression: small counts hidden as c."),
    ],
    output: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the protected pair.")],
    base: Annotated[int, typer.Option(metavar="N", min=2, help="Rounding: to multiples of this.")] = 5,
    threshold: Annotated[int, typer.Option(metavar="N", min=2, help="Suppression: hide 1 to this less 1.")] = 10,
    overlapping: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Filters whose items share learners, so that they do not add up to Total."),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Indicators that are not about learners, such as a population: left as is."),
    ] = None,
    format: Annotated[Format, typer.Option(help="Form of the summary.")] = Format.text,
    quiet: Quiet = False,
) -> int:
    """Protect a data set of raw counts: all its breakdowns and totals together.

    Rounding moves every count to a multiple of the base next to it so that every total still adds up. Suppression
    hides small counts and as many others as it takes, and writes certificates that none can be shown to be small.

    Example: ilr publish protect raw/starts.csv raw/starts.meta.csv --method rounding --base 5 --output protected

    Exit codes: 0 written; 1 the data set was refused (it does not add up, holds what is no count ...); 2 could not run.
    """
    from openilr.publish.cells import CellsError
    from openilr.publish.protect import ProtectError
    from openilr.publish.protect import protect as run

    progress = Progress(quiet)
    try:
        with plain(FileNotFoundError, OSError):
            done = run(
                data, meta, output, method.value, base=base, threshold=threshold, overlapping=_named(overlapping),
                keep=_named(keep), say=progress,
            )  # fmt: skip
    except (CellsError, ProtectError) as problem:
        progress.clear()
        say(str(problem))
        return FOUND
    progress.clear()
    facts = {k: str(v) if isinstance(v, Path) else v for k, v in vars(done).items()}
    with Output(None) as out:
        out.write(json.dumps(facts) + "\n" if format is Format.json else _done_in_words(done, base, threshold))
    return FINE


@app.command("attack")
def attack(
    releases: Annotated[
        list[Path], typer.Argument(metavar="RELEASE...", help="Folders of releases, in the order of publication.")
    ],
    threshold: Annotated[int, typer.Option(metavar="N", min=2, help="What small is below, for hidden counts.")] = 10,
    people: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="How many learners the attacker knows each correction to be about."),
    ] = None,
    format: Annotated[Format, typer.Option(help="Form of the result.")] = Format.text,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress line.")] = False,
) -> int:
    """Try to find out counts from everything that was published, taken together, by linear programming.

    All data sets of all releases given (versions and answers to requests among them) go into one program: their sums,
    rates, and what a reader knows of hidden and rounded counts. Told is a hidden count that can be shown to be below
    the threshold, a rounded one in a range narrower than half its base, and a rate that does not follow from what is
    shown.

    Example: ilr publish attack store/releases/2526-R14-1 store/releases/2526-R14-2

    Exit codes: 0 nothing is told; 1 something is; 2 could not run.
    """
    from openilr.publish import verify
    from openilr.publish.attack import attack_releases

    progress = Progress(quiet)
    try:
        found = attack_releases(releases, threshold, people=people, say=progress)
    except verify.Refused as problem:
        raise CannotRun(str(problem)) from None
    finally:
        progress.clear()
    facts: dict[str, Any] = {
        "counts": found.counts, "rates": found.rates, "programs": found.programs, "told": found.told,
        "exposed": [{"file": each.file, **_told(each)} for each in found.exposed],
    }  # fmt: skip
    lines = [f"FAIL  {words}." for words in found.told]
    for each in facts["exposed"]:
        lines.append(
            f"FAIL  {each['file']} row {each['row']}, {each['indicator']}: between {each['least']} and {each['most']}."
        )
    lines.append(
        f"Attacked {count(found.counts, 'count')} and {count(found.rates, 'rate')} with "
        f"{count(found.programs, 'linear program')}. Told: {count(len(found.exposed), 'count')} and "
        f"{count(len(found.told), 'rate')}."
    )
    with Output(None) as out:
        out.write(json.dumps(facts) + "\n" if format is Format.json else "\n".join(lines) + "\n")
    return FOUND if found.exposed or found.told else FINE


@app.command("build")
def build(
    store: StoreFolder,
    year: Annotated[str, typer.Option(metavar="YYYY", help="Collection year, such as 2526.")],
    return_name: Annotated[
        str | None, typer.Option("--return", metavar="R14", help="Which return; by default the last that was sent.")
    ] = None,
    method: Annotated[Method, typer.Option(help="How small numbers are protected.")] = Method.rounding,
    base: Annotated[int, typer.Option(metavar="N", min=2, help="Rounding: to multiples of this.")] = 10,
    threshold: Annotated[int, typer.Option(metavar="N", min=2, help="Suppression: hide 1 to this less 1.")] = 10,
    only: Annotated[
        str | None, typer.Option(metavar="A,B", help="Only these data sets; a wrong name lists all.")
    ] = None,
    snapshot: Annotated[
        str | None,
        typer.Option(
            metavar="ID,ID",
            help="From this snapshot, by default the last; or from these alone, as release.json lists them.",
        ),
    ] = None,
    hold_back: Annotated[
        bool,
        typer.Option(
            "--hold-back", help="Suppression: counts whose correction would tell small ones keep their former value."
        ),
    ] = False,
    low: Annotated[
        bool, typer.Option("--low", help="Rounding: show what is not zero and rounds to it as low. This tells more.")
    ] = False,
    serve: Annotated[
        bool, typer.Option("--serve", help="Add the data sets to those that are served, as drafts.")
    ] = False,
    format: Annotated[Format, typer.Option(help="Form of the summary.")] = Format.text,
    quiet: Quiet = False,
) -> int:
    """Turn measures into a release: data sets with all breakdowns and totals, protected as one, in every form.

    The numbers come from frozen snapshots of every year that they need; what was never frozen is frozen first.
    A number that was published before keeps its value. Data sets that the store has no data for (links, populations)
    are left out, unless asked for with --only. The release is a folder of the store, with one ZIP of all its files.

    Example: ilr publish build --store sector --year 2526 --return R14

    Exit codes: 0 built; 1 a data set could not be protected; 2 could not run.
    """
    from openilr.measure import MeasureError
    from openilr.publish.datasets import DataSetError, Library
    from openilr.publish.release import DATA_SETS, choose
    from openilr.publish.release.build import ProtectError, ReleaseError
    from openilr.publish.release.build import build as run
    from openilr.store import StoreError

    known_year(year)
    try:
        data_sets = choose(tuple(_named(only)))
    except KeyError as wrong:
        there = ", ".join(each.name for each in DATA_SETS)
        raise CannotRun(f"There is no data set {wrong.args[0]}: choose from {there}.") from None
    held = opened(store)
    progress = Progress(quiet)
    try:
        with plain(StoreError, MeasureError, ReleaseError, OSError):
            return_name = return_name or held.latest_return(year)
            release = run(
                held, year, return_name, data_sets, method.value, base=base, threshold=threshold,
                snapshots=tuple(_named(snapshot)), lenient=not only, hold_back=hold_back, low=low,
                by=getpass.getuser(), say=progress,
            )  # fmt: skip
            if serve:
                for each in release.built:
                    about, notes = each.data_set, (f"Release {release.id}.", *each.notes)
                    Library(store).add(
                        each.protected.data, each.protected.meta, title=about.title, summary=about.summary,
                        publication=PUBLICATION, by=getpass.getuser(), draft=True, notes="\n".join(notes),
                    )  # fmt: skip
    except (ProtectError, DataSetError) as problem:
        progress.clear()
        say(str(problem))
        return FOUND
    progress.clear()
    with Output(None) as out:
        out.write(_release_in_words(release) if format is Format.text else json.dumps(release.facts) + "\n")
    return FINE


def _release_in_words(release: Any) -> str:
    lines = [f"Release {release.id} from {', '.join(release.snapshots)}:"]
    for each in release.built:
        done = each.protected
        what = f"{done.hidden:,} hidden" if done.method == "suppression" else "every total adds up"
        lines.append(f"  {each.data_set.name}: {count(done.cells, 'count')}, {what}.")
        lines += [f"    {done.held_words}"] * (done.held_back > 0)
    lines += [f"  Left out: {name}. {why}" for name, why in release.left_out.items()]
    if release.unlisted:
        lines.append(
            f"{release.unlisted} districts are in no list of ours: screen with --lists {release.folder / 'places'}."
        )
    return "\n".join([*lines, f"Written: {release.archive}"]) + "\n"


def _done_in_words(done: Any, base: int, threshold: int) -> str:
    if done.method == "rounding":
        how = "no rounding that adds up moves less" if done.optimal else "near the least possible"
        lines = [
            f"{done.cells} counts rounded to multiples of {base}; every total still adds up.",
            f"Moved by {done.moved / max(done.cells, 1):.2f} each on average ({how}).",
        ]
    else:
        lines = [
            f"{done.hidden} of {done.cells} counts hidden as c: {done.small} below {threshold}, the others to protect "
            "them.",
            f"{done.tables} certificates written; check them with ilr publish check --certificates.",
        ]
    lines += [f"{name} worked out again: {words}." for name, words in done.rates.items()]
    return "\n".join([*lines, f"Written: {done.data}"]) + "\n"
