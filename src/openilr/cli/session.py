"""``ilr project run``, ``outputs`` and ``release``: analysis where the data is, and what may leave."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openilr.cli.output import Progress, Quiet
from openilr.cli.project import AsForm, By, Form, ProjectId, governed, person, write
from openilr.cli.run import FINE, FOUND, CannotRun
from openilr.cli.store import StoreFolder, opened

if TYPE_CHECKING:
    from openilr.disclose.outputs import Output, Policy
    from openilr.disclose.outputs.desk import Item

OutputName = Annotated[
    str, typer.Argument(metavar="OUTPUT", help="Name of the output, such as r001/who, or who for the latest.")
]
Convention = Annotated[
    str, typer.Option("--convention", metavar="NAME", help="Which convention of the store's rules for outputs.")
]


@contextmanager
def checked() -> Iterator[None]:
    """What disclose says is a plain sentence: refused (1) at the desk, could not run (2) elsewhere."""
    from openilr.cli.run import say
    from openilr.disclose.errors import DisclosureError
    from openilr.disclose.outputs.desk import DeskError

    with governed():
        try:
            yield
        except DeskError as problem:
            say(str(problem))
            raise typer.Exit(FOUND) from None
        except DisclosureError as problem:
            raise CannotRun(str(problem)) from None


def run(
    project: ProjectId,
    script: Annotated[Path, typer.Argument(metavar="ANALYSIS", help="A Python script (.py) or notebook (.ipynb).")],
    store: StoreFolder,
    by: By = None,
    twin: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Run on the synthetic twin in this folder; all is shown.")
    ] = None,
    seconds: Annotated[int, typer.Option(min=1, max=86_400, help="How long it may take.")] = 1800,
    memory: Annotated[int, typer.Option(min=1, max=1024, metavar="GIB", help="How much memory it may hold.")] = 6,
    convention: Convention = "default",
    format: AsForm = Form.text,
    quiet: Quiet = False,
) -> int:
    """Run an analysis on the project's extract, in a sandbox without network; only typed outputs come back.

    The analysis makes them with openilr.research: tables, models, survival curves, figures, texts. What it prints
    stays inside, as do errors but for their kind and line. Write it against the twin first, where all is shown.

    Example: ilr project run P-2026-001 analysis.py --by r-jones --store sector

    Example: ilr project run P-2026-001 analysis.py --twin twin --store sector

    Exit codes: 0 ran to its end; 1 refused, or the analysis stopped early; 2 could not run.
    """
    from openilr.disclose.session import Limits
    from openilr.disclose.session import project as session_of

    held = opened(store)
    if not script.is_file():
        raise CannotRun(f"There is no analysis {script}.")
    limits = Limits(seconds=float(seconds), memory=memory << 30)
    progress = Progress(quiet)
    with checked():
        policy = session_of.convention(held, convention)
        if twin is not None:
            session = session_of.run_on_twin(
                twin, script, limits=limits, show=getattr(sys.stderr, "buffer", io.BytesIO())
            )
            found = [_tried(o, policy) for o in session.returned.outputs]
        else:
            progress(f"{project}: running {script.name}")
            session, items = session_of.run_for_project(
                held, project, script, by=person(by), limits=limits, policy=policy
            )
            found = [_plain(item) for item in items]
    progress.clear()
    facts = {"words": session.words(), "seconds": round(session.ended.seconds, 1), "outputs": found}
    lines = [session.words(), *(_line(f) for f in found)]
    write(format, facts, "\n".join(lines) + "\n")
    return FINE if session.ended.well else FOUND


def console(
    project: ProjectId,
    store: StoreFolder,
    by: By = None,
    twin: Annotated[Path | None, typer.Option(metavar="DIR", help="On the synthetic twin in this folder.")] = None,
    seconds: Annotated[int, typer.Option(min=1, max=86_400, help="How long it may take.")] = 7200,
    memory: Annotated[int, typer.Option(min=1, max=1024, metavar="GIB", help="How much memory it may hold.")] = 6,
    convention: Convention = "default",
) -> int:
    """Work live on the project's extract, in the same sandbox: each cell runs when it is complete, Ctrl-D ends.

    What cells print is seen on this terminal and kept nowhere; only outputs of openilr.research come back, when it
    ends, and all cells are kept as the analysis. It needs a convention with console = true, for a room whose screens
    are watched, and a terminal: what is shown may not go to a file.

    Example: ilr project console P-2026-001 --by r-jones --store sector

    Example: ilr project console P-2026-001 --twin twin --store sector

    Exit codes: 0 ended well; 1 refused, or a limit was met; 2 could not run.
    """
    from openilr.disclose.session import Console, Limits
    from openilr.disclose.session import project as session_of

    held = opened(store)
    if twin is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CannotRun("A console needs a terminal: what it shows may not go to a file. Send a script by `run`.")
    limits = Limits(seconds=float(seconds), memory=memory << 30)

    def tell(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    talk = Console(_cell, tell)
    with checked():
        policy = session_of.convention(held, convention)
        if twin is not None:
            session = session_of.console_on_twin(twin, talk, limits=limits)
            found = [_tried(o, policy) for o in session.returned.outputs]
        else:
            who = person(by)
            session, items = session_of.console_for_project(held, project, talk, by=who, limits=limits, policy=policy)
            found = [_plain(item) for item in items]
    write(Form.text, {}, "\n".join(["", session.words(), *(_line(f) for f in found)]) + "\n")
    return FINE if session.ended.well else FOUND


def _cell() -> str | None:
    """The next complete piece of Python from the terminal; None at the end."""
    import codeop

    lines: list[str] = []
    while True:
        try:
            lines.append(input("... " if lines else ">>> "))
        except EOFError:
            return None
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            lines = []
            continue
        text = "\n".join(lines)
        if text.strip() in ("exit", "quit"):
            return None
        try:
            complete = codeop.compile_command(text, "<cell>", "single") is not None
        except (SyntaxError, ValueError, OverflowError):
            complete = True  # the room says what is wrong
        if complete and text.strip():
            return text
        if complete:
            lines = []


def outputs(
    project: ProjectId,
    store: StoreFolder,
    output: Annotated[str | None, typer.Argument(metavar="OUTPUT", help="Only this one, such as r001/who.")] = None,
    apply: Annotated[
        str | None, typer.Option(metavar="WAY", help="Make the safer version by suppress, round or merge.")
    ] = None,
    sacro: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write all in the shape of SACRO's results.json; for checkers.")
    ] = None,
    by: By = None,
    convention: Convention = "default",
    format: AsForm = Form.text,
) -> int:
    """List what the project's runs gave back, with verdicts; look at one; or make its safer version.

    A researcher sees the verdict, the rules that it broke and which safer versions there are. A checker who is not
    of the project also sees the output itself, the cells concerned and the arithmetic that shows a small group.

    Example: ilr project outputs P-2026-001 --store sector

    Example: ilr project outputs P-2026-001 who --apply suppress --by r-jones --store sector

    Exit codes: 0 all pass or wait for a person; 1 some are refused; 2 could not run.
    """
    from openilr.disclose.session.project import change, export_sacro, look
    from openilr.disclose.session.project import convention as rules

    held = opened(store)
    with checked():
        policy = rules(held, convention)
        if apply is not None:
            if output is None:
                raise CannotRun("Say which output: --apply goes with one.")
            change(held, project, output, apply, by=person(by), policy=policy)
        if sacro is not None:
            path = export_sacro(held, project, sacro, by=person(by), policy=policy)
            return write(format, {"results": str(path)}, f"Written: {path}\n")
        items, as_checker = look(held, project, output, by=person(by), policy=policy)
        found = [_whole(i) if as_checker else _plain(i) for i in items]
    words = "\n".join(_line(f) for f in found) + "\n" if found else "No run has given anything back yet.\n"
    write(format, found, words)
    return FOUND if any(i.verdict["status"] == "fail" and i.state != "released" for i in items) else FINE


def release(
    project: ProjectId,
    output: OutputName,
    store: StoreFolder,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it may leave, or may not; kept with the decision.")],
    refuse: Annotated[bool, typer.Option("--refuse", help="Decide against it.")] = False,
    by: By = None,
    to: Annotated[
        Path | None, typer.Option("--output", metavar="DIR", help="Copy the released files here as well.")
    ] = None,
    convention: Convention = "default",
    format: AsForm = Form.text,
) -> int:
    """A checker decides on an output. With enough agreement it is released: files, a receipt, a line in the ledger.

    The checker has that role and no part in the project. It is checked again first, with all that was released since.
    Where the convention asks for two checkers the first one's agreement is kept until a second person agrees.

    Example: ilr project release P-2026-001 who --by carla --reason 'Counts over ten, no differences.' --store sector

    Exit codes: 0 decided; 1 refused; 2 could not run.
    """
    from openilr.disclose.session.project import convention as rules
    from openilr.disclose.session.project import decide
    from openilr.disclose.session.project import release as let_go

    held = opened(store)
    with checked():
        policy = rules(held, convention)
        item = decide(held, project, output, by=person(by), agree=not refuse, reason=reason, policy=policy)
        folder = None
        if item.state == "agreed" and len(item.agreed) >= policy.checkers:
            folder = let_go(held, project, item.name, by=person(by), policy=policy)
    if folder is None:
        waiting = "It waits for a second checker." if item.state == "agreed" else ""
        return write(format, _plain(item), f"{item.name}: {item.state}. {waiting}".strip() + "\n")
    names = sorted(p.name for p in folder.iterdir())
    if to is not None:
        import shutil

        to.mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copyfile(folder / name, to / name)
    facts = {"output": item.name, "state": "released", "folder": str(to or folder), "files": names}
    return write(format, facts, f"{item.name}: released. Files and receipt are in {to or folder}.\n")


def _tried(output: Output, policy: Policy) -> dict[str, Any]:
    """An output of a run on a twin: its verdict with all that was found, as nobody is in it."""
    from openilr.disclose.outputs import Context, check

    verdict = check(output, Context(policy=policy))
    return {
        "output": output.id, "kind": output.kind, "state": "on the twin", "verdict": verdict.status,
        "words": verdict.words(), "safer": sorted(verdict.safer),
    }  # fmt: skip


def _plain(item: Item) -> dict[str, Any]:
    """An output as its researcher may see it before a release."""
    from openilr.disclose.outputs import advice

    return {
        "output": item.name, "kind": item.output.kind, "version": item.version, "state": item.state,
        "verdict": item.verdict["status"], "words": advice(item.verdict), "safer": sorted(item.verdict["safer"]),
    }  # fmt: skip


def _whole(item: Item) -> dict[str, Any]:
    """An output as a checker sees it."""
    facts = {**_plain(item), "title": item.output.title, "words": item.verdict["words"]}
    return {
        **facts, "findings": item.verdict["findings"], "context": dict(item.output.context),
        "changes": dict(item.output.changes), "decisions": [dict(d) for d in item.decisions],
    }  # fmt: skip


def _line(facts: dict[str, Any]) -> str:
    return f"  {facts['output']} ({facts['kind']}, {facts['state']}): {facts['words']}"
