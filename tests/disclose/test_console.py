"""A live session: cell after cell behind the same wall, seen on a screen; only typed outputs come back."""

from __future__ import annotations

import _thread
import shutil
import signal

import pytest

from openilr.access import audit
from openilr.access.people import Refused
from openilr.cli.run import run as ilr
from openilr.disclose.outputs import load_policy
from openilr.disclose.session import Console, Limits, Setting, run_console
from openilr.disclose.session.console import CELL_CHARACTERS, plain
from openilr.disclose.session.project import console_for_project
from tests.access.conftest import kept, key_file, store
from tests.disclose.test_desk import project, run
from tests.disclose.test_sandbox import ROWS

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not here")
__all__ = ["kept", "key_file", "project", "run", "store"]


def live(cells, **limits):
    """The session, and what was seen after each cell."""
    waiting, seen = iter(cells), []

    def ask():
        seen.append("")
        return next(waiting, None)

    def tell(text):
        seen[-1] += text

    console = Console(ask, tell)
    settings = {"seconds": 60, **limits}
    session = run_console(console, Setting({"learner": ROWS}, {"person": "person_id"}), limits=Limits(**settings))
    return session, [text for text in seen if text], console


def test_cells_are_answered_one_by_one_and_outputs_come_back_at_the_end():
    session, seen, console = live([
        "from openilr import research as r\ns = r.open_extract().sample('learner', unit='learners', population='all')",
        "s.people",
        "1 / 0",
        "import socket; socket.create_connection(('127.0.0.1', 80), 2)",
        "print(chr(27) + ']52;c;cm93cw==' + chr(7) + 'x' + chr(0x202e), end='')",
        "'y' * 100_000",
        "input()",
        "r.output(r.table(s), 'all', 'All learners')\nopen('/outputs/rows.csv', 'w').write('p1') and None",
    ])  # fmt: skip
    assert session.ended.well and [o.id for o in session.returned.outputs] == ["all"]
    assert session.returned.left[0][0] == "rows.csv"
    assert seen[0] == "40\n" and "ZeroDivisionError" in seen[1] and "cell 3" in seen[1]
    assert "Operation not permitted" in seen[2] or "PermissionError" in seen[2]
    assert seen[3] == "]52;c;cm93cw==x", "nothing that a terminal would act on"
    assert len(seen[4]) < CELL_CHARACTERS + 100 and "not shown" in seen[4]
    assert "EOFError" in seen[5], "code can not read what is typed"
    assert "s.people" in session.script and console.shown > CELL_CHARACTERS


@pytest.fixture
def interruptible():
    """Ctrl-C reaches this process, as at a terminal; started in the background it may be told to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_cell_that_goes_on_is_stopped_by_hand_or_by_the_limit(interruptible):
    waiting, seen = iter(["print('go' * 100)\nwhile True: pass", "6 * 7", None]), []

    def tell(text):
        seen.append(text)
        if len(seen) == 1:
            _thread.interrupt_main()

    console = Console(lambda: next(waiting), tell)
    session = run_console(console, Setting({"learner": ROWS}), limits=Limits(seconds=60))
    assert session.ended.well and "KeyboardInterrupt" in "".join(seen) and "42\n" in "".join(seen)

    session, _, _ = live(["while True: pass", "1"], seconds=2)
    assert session.ended.reason == "time"


def test_a_store_has_consoles_only_where_its_convention_says_so(run, store, project, tmp_path):
    cells = iter(["from openilr import research as r", "r.output('Nothing.', 'words', 'In words')", None])
    console = Console(lambda: next(cells), lambda _: None)
    with pytest.raises(Refused, match="no consoles"):
        console_for_project(store, project, console, by="r-jones")
    text = tmp_path / "policy.toml"
    from importlib.resources import files

    said = files("openilr.disclose.outputs").joinpath("policy.toml").read_text("utf-8")
    text.write_text(said.replace("console = false", "console = true"), "utf-8")
    policy = load_policy(path=text)
    session, items = console_for_project(store, project, console, by="r-jones", policy=policy)
    assert session.ended.well and [i.name for i in items] == ["r001/words"]
    kept_as = store.path / "outputs" / project / "r001" / "analysis.py"
    assert "# %% cell 2\nr.output" in kept_as.read_text("utf-8")
    told = [(e.action, e.facts.get("cells")) for e in audit.events(store, project) if e.action.startswith("session")]
    assert told == [("session.console.refused", None), ("session.console", None), ("session.run", 2)]


def test_a_console_needs_a_terminal(store, capsys):
    assert ilr(["project", "console", "P-2026-001", "--by", "r-jones", "--store", str(store.path)]) == 2
    assert "terminal" in capsys.readouterr().err


def test_on_a_twin_from_the_command_line(store, tmp_path, monkeypatch, capsys):
    ROWS.write_parquet(tmp_path / "learner.parquet")
    typed = iter(["from openilr import research as r", "for i in range(2):", "    print(i + 7)", "", "exit"])
    monkeypatch.setattr("builtins.input", lambda _: next(typed))
    assert ilr(["project", "console", "P-2026-001", "--twin", str(tmp_path), "--store", str(store.path)]) == 0
    assert "7\n8\n" in capsys.readouterr().out


def test_what_does_not_print_is_left_out():
    assert plain("a\x1b[2Jb\tc\n\u202ed\x9b") == "a[2Jb\tc\nd"
