"""``ilr link``: bring the records of one person together."""

from __future__ import annotations

import getpass
import json
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from openilr.cli import link_sources
from openilr.cli.groups import help_where_nothing_is_asked
from openilr.cli.measure import Engine
from openilr.cli.output import Output, Progress, form_of
from openilr.cli.run import FINE, FOUND, CannotRun, plain, say
from openilr.cli.store import Format, StoreFolder, opened
from openilr.spec.words import count

app = typer.Typer(
    help="Bring the records of one person together, and say how sure that is.\n\n"
    "Example: ilr link pairs college.csv school.csv --output pairs.csv\n\n"
    "Exit codes: 0 fine; 1 ran, and something needs a look; 2 could not run.",
    invoke_without_command=True,
    callback=help_where_nothing_is_asked,
)


@app.command("pairs")
def pairs(
    a: Annotated[Path, typer.Argument(metavar="A", help="A file of people, CSV or Parquet.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another one.")],
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the pairs to this file (.csv or .parquet).")
    ] = None,
    many: Annotated[bool, typer.Option("--many", help="Every likely pair, instead of one to one.")] = False,
    threshold: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="The least probability of a pair that is written.")
    ] = 0.5,
    engine: Annotated[Engine, typer.Option(help="What does the comparing.")] = Engine.duckdb,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> int:
    """Link any two files of people: id, uln, given_names, family_name, date_of_birth, sex, postcode, nino.

    All columns but id may be missing or empty; dates may be ISO or dd/mm/yyyy. The pairs are written as
    id_a,id_b,probability,method, where method is uln, nino, exact, rule or probabilistic.

    Example: ilr link pairs college.csv school.csv --output pairs.csv

    Exit codes: 0 linked, also where nobody is in both; 2 a file can not be read, or there is nothing to compare.
    """
    from openilr.link import LinkError, read_people
    from openilr.link import pairs as link

    if output is not None and output.suffix not in (".csv", ".parquet"):
        raise CannotRun(f"The output {output.name} must end in .csv or .parquet.")
    out = Output(output)
    progress = Progress(quiet)
    with plain(LinkError):
        progress("Reading")
        (people_a, notes), (people_b, more) = read_people(a), read_people(b)
        progress.clear()
        for note in [] if quiet else [*notes, *more]:
            say(note)
        found, _ = link(people_a, people_b, many=many, least=threshold, watch=progress, engine=engine.value)
    progress.clear()
    with out:
        if output is not None and output.suffix == ".parquet":
            import io

            data = io.BytesIO()
            found.write_parquet(data)
            out.write(data.getvalue())
        else:
            out.write(found.write_csv())
    if not quiet:
        say(f"{count(found.height, 'pair')} of {people_a.height:,} and {count(people_b.height, 'person', 'people')}.")
    return FINE


@app.command("key")
def key(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, for the two sides that encode.")],
) -> int:
    """Make the secret with which two sides encode their people. Who links must not have it.

    Example: ilr link key shared.key

    Exit codes: 0 made; 2 the file is there already or can not be written.
    """
    from openilr.link import LinkError
    from openilr.link.keyed import make_key

    with plain(LinkError):
        make_key(output)
    return FINE


@app.command("encode")
def encode(
    people: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A file of people, as for ilr link pairs.")
    ] = None,
    key: Annotated[Path, typer.Option(metavar="KEY", help="The shared secret, from ilr link key.")] = ...,  # type: ignore[assignment]
    output: Annotated[Path, typer.Option(metavar="FILE.parquet", help="Where to write the encodings.")] = ...,  # type: ignore[assignment]
    store: Annotated[Path | None, typer.Option(metavar="STORE", help="Encode the learners of a store instead.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary.")] = False,
) -> int:
    """Encode a file of people with a shared secret, so that it can be linked by somebody who may not see who they are.

    Give the encoded files of both sides to ilr link pairs. Encodings hide values, not how often they occur; ids stay as
    they are.

    Example: ilr link encode college.csv --key shared.key --output college.parquet

    Exit codes: 0 encoded; 2 a file can not be read or written.
    """
    import io

    from openilr.link import LinkError, gather, keyed, read_people
    from openilr.store import StoreError

    if (people is None) == (store is None):
        raise CannotRun("Say whom to encode: a FILE or --store STORE.")
    if output.suffix != ".parquet":
        raise CannotRun(f"The output {output.name} must end in .parquet.")
    out = Output(output)
    with plain(LinkError, StoreError):
        secret = keyed.read_key(key)
        if people is not None:
            plainly, notes = read_people(people)
        else:
            # One row a learner: the latest way in which each is written down.
            plainly, notes = gather.learners(opened(store)).unique("key", keep="last", maintain_order=True), []  # type: ignore[arg-type]
            plainly = plainly.drop("reference", "earlier_reference").rename({"key": "id"})
        encoded = keyed.encode(plainly, secret)
    data = io.BytesIO()
    encoded.write_parquet(data)
    with out:
        out.write(data.getvalue())
    if not quiet:
        for note in notes:
            say(note)
        say(f"{encoded.height:,} people encoded in {output.name}.")
    return FINE


@app.command("run")
def run(
    store: StoreFolder,
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Link only this register of people, such as dwp; may be given again."),
    ] = None,
    threshold: Annotated[float, typer.Option(min=0.0, max=1.0, help="The least probability of a link.")] = 0.5,
    retrain: Annotated[
        bool, typer.Option("--retrain", help="Learn the models anew instead of using those of the last run.")
    ] = False,
    engine: Annotated[Engine, typer.Option(help="What does the comparing.")] = Engine.duckdb,
    format: Annotated[Format, typer.Option(help="Form of the summary.")] = Format.text,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> int:
    """Bring each learner's records together, and link every source in the store to them.

    What comes out is keys: who of a source is which learner, by which step and how sure. Names stay in the vault.

    Example: ilr link run --store sector

    Exit codes: 0 linked; 2 there is no such store, no vault key, or nothing to link.
    """
    from openilr.link import LinkError, get
    from openilr.link import run as link
    from openilr.store import StoreError

    held, progress = opened(store), Progress(quiet)
    with plain(LinkError, StoreError):
        id = link(
            held, registers=source or None, least=threshold, retrain=retrain, by=getpass.getuser(), watch=progress,
            engine=engine.value,
        )  # fmt: skip
        made = get(held, id)
    progress.clear()
    if quiet:
        return FINE
    with Output(None) as out:
        out.write(_summary(made.facts, format))
    return FINE


def _summary(facts: dict[str, Any], format: Format) -> str:
    if format is Format.json:
        return json.dumps(facts, ensure_ascii=False) + "\n"
    spine = facts["steps"]["spine"]
    rows = [("spine", spine.get("learner records", 0), spine.get("people", 0))]
    rows += [(name, done.get("people", ""), done.get("linked", "taken over"))
             for name, done in facts["steps"].items() if name != "spine"]  # fmt: skip
    import polars as pl

    from openilr.cli.tables import table

    frame = pl.DataFrame([[str(cell) for cell in row] for row in rows], schema=["register", "records", "people"],
                         orient="row")  # fmt: skip
    if format is Format.csv:
        return frame.write_csv()
    changed = ", ".join(f"{count:,} {kind}" for kind, count in facts["changes"].items())
    against = f"Changed since {facts['before']}: {changed or 'nothing'}." if facts["before"] else ""
    return f"Link run {facts['run']}\n\n{table(frame)}{against}\n"


class ReportFormat(StrEnum):
    text = "text"
    json = "json"
    html = "html"


RunId = Annotated[str | None, typer.Option("--run", metavar="L0001", help="The link run; by default the last.")]


@app.command("report")
def report(
    store: StoreFolder,
    run: RunId = None,
    truth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A CSV of who is who, where that is known, such as people.csv of ilr synth."),
    ] = None,
    format: Annotated[
        ReportFormat | None,
        typer.Option(help="By default what the ending of --output says, else text; html has charts."),
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report to this file.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> int:
    """Say how sure the links of a run are: match rates, precision and recall, by group, by threshold, and by cause.

    Example: ilr link report --store sector --format html --output links.html

    Exit codes: 0 reported; 1 reported, and a group of people links worse than the others; 2 could not run.
    """
    from openilr.link import LinkError
    from openilr.link.report import build, html, text
    from openilr.store import StoreError

    form = form_of(ReportFormat, format, output)
    held, progress, out = opened(store), Progress(quiet), Output(output)
    with plain(LinkError, StoreError):
        made = build(held, run, known=truth, watch=progress)
    progress.clear()
    with out:
        out.write({"text": text, "html": html, "json": lambda each: each.to_json()}[form](made))
    return FOUND if made.warnings else FINE


@app.command("review")
def review(
    store: StoreFolder,
    run: RunId = None,
    sample: Annotated[int, typer.Option(min=1, metavar="N", help="About how many pairs to judge.")] = 80,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; by default any free one.")] = 0,
) -> int:
    """Judge a sample of pairs on a page in your browser: one person, two, or not to be said.

    The page shows personal data. It is served on this computer only, and ends with Ctrl-C; verdicts are kept as keys
    and counted by `ilr link report`.

    Example: ilr link review --store sector --sample 80

    Exit codes: 0 ended; 2 there is no such store or run, or no vault key.
    """
    from openilr.link import LinkError
    from openilr.link.report.review import Review, serve
    from openilr.store import StoreError

    held = opened(store)
    with plain(LinkError, StoreError, OSError):
        judging = Review.of(held, run, sample, getpass.getuser())
        if not judging.pairs:
            say("Every pair of the sample was judged.")
            return FINE
        with suppress(KeyboardInterrupt):
            serve(
                judging,
                port,
                lambda address: say(f"{count(len(judging.pairs), 'pair')} to judge at {address} ; Ctrl-C ends."),
            )
    return FINE


app.command("add")(link_sources.add)
app.command("sources")(link_sources.sources)
app.command("months")(link_sources.months)
