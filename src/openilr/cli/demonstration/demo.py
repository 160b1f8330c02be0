"""``ilr demo``: the whole life of the record on a made-up sector, told by the commands that anybody would type.

Each step in ``steps.py`` is a heading, a sentence or two, and command lines. They are run as they stand, in this
process, and what they print is shown: the demonstration cannot say anything that the commands do not do.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import shutil
import sys
from importlib.resources import files
from pathlib import Path

from openilr.cli.demonstration.steps import STEPS, Command, Step
from openilr.cli.run import FINE, CannotRun

__all__ = ["run"]

#: The files that the demonstration brings along: an application for data, and a researcher's analysis.
_BROUGHT = ("application.toml", "analysis.py")
#: Made by the demonstration and removed by the next one. A folder with other things in it is left alone.
_PARTS = (
    *_BROUGHT, "sector", "report.html", "report.jsonl", "received-2425.txt", "received-2526.txt", "quality.html",
    "links.html", "rates.html", "store", "keys", "twin", "released", "ready.sh",
)  # fmt: skip
_MARK = ".made-by-ilr-demo"
#: Where keys are looked for. They lie beside the store here, for they lock nothing but made-up people.
_KEYS = {"OPENILR_VAULT_KEY_FILE": "keys/vault.key", "XDG_CONFIG_HOME": "keys"}
_LINES = 18


def run(out: Path) -> int:
    """Run every step in ``out``: a new or empty folder, or the one of an earlier demonstration.

    The exit code is 0 although errors are found, because they were planted. CannotRun where a command did not do what
    it should: then the demonstration, or the command, is broken. A step that needs a sandbox is left out, and says so,
    where there is none.
    """
    from openilr.disclose.session.sandbox import why_none

    _prepare(out)
    no_sandbox = why_none()
    before = {name: os.environ.get(name) for name in _KEYS}
    os.environ |= {name: str((out / place).absolute()) for name, place in _KEYS.items()}
    try:
        with contextlib.chdir(out):
            for number, step in enumerate(STEPS, start=1):
                _say("", f"{number}. {step.title}", "=" * (len(step.title) + 3), "", step.words)
                if step.sandbox and no_sandbox:
                    _say("", f"Left out here. {no_sandbox}")
                    continue
                for command in step.commands:
                    _show(command)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    _where_to_look(out, [step for step in STEPS if not (step.sandbox and no_sandbox)])
    return FINE


def _prepare(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise CannotRun(f"{out} is a file; name a folder for the demonstration.")
    if out.exists() and any(out.iterdir()) and not (out / _MARK).exists():
        raise CannotRun(f"{out} holds other things. Name a new folder for the demonstration, or an empty one.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in _PARTS:
            part = out / name
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink(missing_ok=True)
        (out / _MARK).write_text("ilr demo may replace what it made here.\n", "utf-8")
        (out / "keys").mkdir(mode=0o700)
        (out / "ready.sh").write_text(_ready(out), "utf-8")
        for name in _BROUGHT:
            (out / name).write_text(files(__package__).joinpath(name).read_text("utf-8"), "utf-8")
    except OSError as problem:
        raise CannotRun(f"{out} can not be written: {problem.strerror}.") from None


def _ready(out: Path) -> str:
    """What a shell reads so that commands can be typed: where the keys of the demonstration are, and the program."""
    lines = [f"export {name}={shlex.quote(str((out / place).absolute()))}" for name, place in _KEYS.items()]
    bin = shlex.quote(str(Path(sys.executable).parent))
    return "# . ./ready.sh\n" + "\n".join([*lines, f'export PATH={bin}:"$PATH"']) + "\n"


def _show(command: Command) -> None:
    """One command line, what it printed (its beginning, where that is long), and a check of how it ended."""
    from openilr.cli.run import run as run_command

    _say("", f"$ {command.line}")
    printed, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complained):
        code = run_command(shlex.split(command.line)[1:])
    lines = printed.getvalue().strip("\n").splitlines()
    kept = lines[: command.lines or _LINES]
    _say(*(f"  {line}".rstrip() for line in kept))
    if len(lines) > len(kept):
        _say(f"  ... and {len(lines) - len(kept)} lines more")
    said = [line for line in complained.getvalue().splitlines() if line.strip()]
    _say(*(f"  {line}" for line in said[: command.lines or _LINES]))
    if code not in command.ends:
        raise CannotRun(f"The demonstration stopped: `{command.line}` ended with {code}.")


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)


def _where_to_look(out: Path, done: list[Step]) -> None:
    title = f"{len(STEPS) + 1}. Where to look"
    _say("", title, "=" * len(title), "")
    for step in done:
        for name, words in step.made:
            _say(f"{out / name}", f"    {words}")
    _say(
        "",
        "Every command above can be typed in that folder, in a shell that knows where its keys are:",
        f"    cd {shlex.quote(str(out))} && . ./ready.sh",
        "To see it all in a browser, with a sign-in for each role (Your returns, Stewardship, Projects, Outputs):",
        "    make serve    (or, in that shell: ilr serve --store store)",
    )
