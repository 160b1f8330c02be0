"""``ilr synth``: write a made-up sector to try things on, and compare it with what it was meant to look like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openilr.cli.output import Progress
from openilr.cli.run import CannotRun, plain
from openilr.spec.words import count

if TYPE_CHECKING:
    from openilr.synth.linked import Rates

#: Years that have rules. The final return of each is written where no other is asked for.
YEARS = "2526,2627"


def command(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write into: new or empty.")],
    learners: Annotated[int | None, typer.Option(metavar="N", min=1, help="How many people the sector has.")] = None,
    providers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="How many providers (default: one for 250 people)."),
    ] = None,
    years: Annotated[str, typer.Option(metavar="YYYY,YYYY", help="Collection years, in four digits.")] = YEARS,
    returns: Annotated[str, typer.Option(metavar="R14,R04", help="Which returns of each year.")] = "R14",
    seed: Annotated[int, typer.Option(metavar="N", help="Another number makes other people.")] = 1,
    faults: Annotated[
        float, typer.Option(metavar="SHARE", min=0, max=1, help="Share of learner records with one planted fault.")
    ] = 0.0,
    linked: Annotated[
        bool,
        typer.Option("--linked", help="Also write linked sources (schools, HESA, HMRC, DWP, surveys) and a truth."),
    ] = False,
    errors: Annotated[
        str | None,
        typer.Option(metavar="KIND=SHARE,...", help="How often linked sources err, such as typo=0.05,twin=0."),
    ] = None,
    report: Annotated[
        bool, typer.Option("--report", help="Print each target beside what came out, and write it to OUT/fidelity.")
    ] = False,
    into: Annotated[
        Path | None,
        typer.Option(metavar="STORE", help="Take the returns straight into this store (made if need be); no files."),
    ] = None,
    score: Annotated[
        Path | None,
        typer.Option(metavar="REPORT", help="Score a report (ilr validate --format jsonl) on OUT against its truth."),
    ] = None,
    whole_lars: Annotated[
        bool, typer.Option("--whole-lars", help="Give LARS its real size: about 120,000 learning aims.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> int:
    """Write a synthetic sector: returns of made-up learners over years, and the reference data that goes with them.

    With --report and without --learners, an OUT that was written before is compared with the targets; with --score, a
    validator's report on it with the faults that were planted.

    Example: ilr synth sector --learners 20000 --years 2526,2627 --faults 0.02

    Example: ilr synth sector --score report.jsonl

    With --linked, OUT/linked holds what other bodies know of the same people, and OUT/truth who is who and which
    effects were planted.

    Exit codes: 0 written; 2 the folder or the years can not be used.
    """
    if errors is not None and not linked:
        raise CannotRun("--errors says how often linked sources err: give --linked too.")
    if learners is None and not report and score is None:
        raise CannotRun("Say how many people the sector should have: ilr synth OUT --learners 1000.")
    if learners is not None:
        rates = _rates(errors) if linked else None
        settings: dict[str, Any] = {
            "provider_count": providers, "year_names": _names(years), "returns": _names(returns), "seed": seed,
            "faults": faults, "whole_lars": whole_lars, "linked": rates,
        }  # fmt: skip
        _write(out, learners, into, settings, quiet)
    if report:
        _report(out)
    if score is not None:
        _score(out, score)
    return 0


def _write(out: Path, learners: int, into: Path | None, settings: dict[str, Any], quiet: bool) -> None:
    from openilr.store import Store, StoreError
    from openilr.synth.sector import REFERENCE, write_sector
    from openilr.synth.stocking import fill

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CannotRun(f"{out} is not an empty folder; choose another one or empty it.")
    progress = Progress(quiet)
    settings["progress"] = lambda done: progress(f"{done:,} of {learners:,} people")
    with plain(ValueError, StoreError), _plain_files(out):
        if into is None:
            made = write_sector(out, learners, **settings)
        else:
            made = fill(Store(into) if into.exists() else Store.init(into), out, learners, **settings)
    progress.clear()
    typer.echo(
        f"{count(made.people, 'person', 'people')}, {count(made.records, 'learner record')} and "
        f"{count(made.aims, 'aim')} in {count(len(made.files), 'return')}. Nobody in them exists."
    )
    if made.linked is not None:
        rows = sum(count for name, count in made.linked.rows.items() if not name.startswith("truth"))
        typer.echo(
            f"{count(made.linked.people, 'person', 'people')} and {count(rows, 'row')} in linked sources; "
            f"the truth is in {out / 'truth'}."
        )
        typer.echo(f"Take them in: ilr link add {out / 'linked'} --store STORE")
    if made.faults:
        typer.echo(f"{count(made.faults, 'fault')} planted, listed in {out / 'truth.csv'}.")
    if into is not None:
        typer.echo(f"They are in the store, unchecked: ilr store returns --store {into}")
        return
    last = max(period.made.date() for period in made.periods)
    typer.echo(f"Check them: ilr validate {made.files[0]} --reference {out / REFERENCE} --as-of {last}")


def _rates(errors: str | None) -> Rates:
    from openilr.synth.linked import Rates

    with plain(ValueError):
        return Rates.of(errors)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().upper() for name in text.split(",") if name.strip())


class _plain_files:
    """A folder that can not be written to becomes one plain sentence."""

    def __init__(self, out: Path) -> None:
        self.out = out

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, OSError):
            raise CannotRun(f"{self.out} can not be written: {problem.strerror}.") from None


def _report(out: Path) -> None:
    from openilr.synth.fidelity import compare, write_plots

    with plain(ValueError):
        found = compare(out)
    typer.echo(found.text())
    for path in write_plots(found, out / "fidelity"):
        typer.echo(f"Plot: {path}")


def _score(out: Path, report: Path) -> None:
    from openilr.synth.scoring import score

    if not report.is_file():
        raise CannotRun(f"There is no file {report}.")
    with plain(ValueError):
        typer.echo(score(out, report).text())
