"""Researcher code that tries to get out, or to bring rows out. Each is stopped; nothing of it comes back."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import polars as pl
import pytest

from openilr.disclose.session import Limits, NoSandbox, ScriptError, Setting, run_session
from openilr.disclose.session.script import as_script

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not here")

ROWS = pl.DataFrame({"person_id": [f"p{i}" for i in range(40)], "pay": [20_000 + i for i in range(40)]})
PAY = "20017"  # somebody's pay


@pytest.fixture
def run(tmp_path: Path):
    def go(code: str, **limits):
        script = tmp_path / "analysis.py"
        script.write_text(code, "utf-8")
        settings = {"seconds": 60, **limits}
        return run_session(script, Setting({"learner": ROWS}, {"person": "person_id"}), limits=Limits(**settings))

    return go


def nothing_out(session) -> bool:
    """What the researcher is told holds no value of the data."""
    told = session.words() + str(session.returned.error)
    return PAY not in told and not session.returned.outputs


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        ("network", "import socket; socket.create_connection(('127.0.0.1', 80), 2)"),
        ("name server", "import socket; socket.getaddrinfo('example.org', 80)"),
        ("a virtual machine's host", "import socket; socket.socket(40, socket.SOCK_STREAM)"),
        ("the extract", "open('/extract/learner.parquet', 'ab').write(b'x')"),
        ("its own script", "open('/session/analysis.py', 'w')"),
        ("outside", "open('/usr/x', 'w')"),
        ("mount", "import ctypes; assert ctypes.CDLL(None, use_errno=True).mount(b'x', b'/mnt', b'tmpfs', 0, 0) == 0"),
        ("namespace", "import ctypes; assert ctypes.CDLL(None).unshare(0x10000000) == 0"),
        ("root again", "import os; os.setuid(0)"),
        ("trace", "import ctypes; assert ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0"),
        ("kill", "import os; os.kill(1, 9) or 1/0"),
    ],
)
def test_ways_out_are_shut(run, attempt, code):
    session = run(code)
    assert not session.ended.well and nothing_out(session), attempt
    assert session.returned.error.get("line", 1) == 1


def test_no_other_file_and_no_other_process_is_there(run, tmp_path):
    vault = tmp_path / "vault.key"
    vault.write_text("secret")
    seen = run(f"""
import os
from openilr import research as r
homes = [p for p in ('/home', '/work', '/root', '/var', '/mnt', '/srv') if os.path.isdir(p)]
files = [f for h in homes for d, _, fs in os.walk(h) for f in fs if 'site-packages' not in d and 'python' not in d]
assert not os.path.exists({str(vault)!r}) and not os.path.exists({str(tmp_path)!r})
assert not [p for p in os.listdir('/proc') if p.isdigit() and int(p) > 3], os.listdir('/proc')
assert 'OPENILR_DATABASE_URL' not in os.environ and os.environ['HOME'] == '/tmp'
assert not any(f.endswith(('.key', 'audit.jsonl', '.sealed')) for f in files)
""")
    assert seen.ended.well, seen.words()


@pytest.mark.parametrize(
    ("bound", "code", "limits"),
    [
        ("time", "while True: pass", {"seconds": 2}),
        ("memory", "x = []\nwhile True: x.append(bytearray(50_000_000))", {"memory": 400 << 20}),
        ("outputs", "for i in range(10**6): open(f'/outputs/{i}', 'w')", {"files": 200}),
    ],
)
def test_what_is_used_up_ends_the_session(run, bound, code, limits):
    session = run(code, **limits)
    assert session.ended.reason == bound and session.ended.seconds < 30 and nothing_out(session)


def test_a_fork_bomb_goes_nowhere(run):
    session = run("import os\nwhile True: os.fork()", processes=40, seconds=15)
    assert not session.ended.well and session.ended.seconds < 30


def test_scratch_is_bounded(run):
    session = run("f = open('/tmp/x', 'wb')\nwhile True: f.write(bytes(10**7))", scratch=50 << 20)
    assert session.returned.error == {"kind": "OSError", "line": 2}


@pytest.mark.parametrize(
    "code",
    [
        "open('/outputs/figure.png', 'wb').write(open('/extract/learner.parquet', 'rb').read())",
        "import pickle; pickle.dump(open('/extract/learner.parquet', 'rb').read(), open('/outputs/model.pkl', 'wb'))",
        "import os; os.symlink('/extract/learner.parquet', '/outputs/table.json')",
        "import os; os.symlink('/etc/passwd', '/outputs/table.json')",
        "import os; os.link('/extract/learner.parquet', '/outputs/table.json')",
        "import os; os.mkfifo('/outputs/table.json')",
        "import os; os.mkdir('/outputs/table.json')",
        "open('/outputs/table.json', 'w').write('[' * 100000)",
        'open(\'/outputs/table.json\', \'w\').write(\'{"id": "table", "kind": "table", "rows": [1, 2]}\')',
    ],
)
def test_no_file_of_a_session_is_passed_on(run, code):
    session = run(code)
    assert not session.returned.outputs and nothing_out(session)


def test_evidence_that_is_a_link_or_no_arrow_is_refused(run):
    session = run("""
import os, json
for id, make in (('a', lambda p: os.symlink('/extract/learner.parquet', p)), ('b', lambda p: open(p, 'w').write('x'))):
    make(f'/outputs/{id}.arrow')
    json.dump({'id': id, 'kind': 'table', 'title': 't', 'content': {}}, open(f'/outputs/{id}.json', 'w'))
""")
    assert not session.returned.outputs and len(session.returned.left) == 2


def test_what_the_code_says_is_not_passed_on(run):
    for code in (f"raise ValueError('{PAY}')", f"print('{PAY}'); raise SystemExit('{PAY}')",
                 f"raise type('E{PAY}', (Exception,), {{}})()", f"open('/outputs/p{PAY}.png', 'w')"):  # fmt: skip
        session = run(code)
        told = session.words() + str(session.returned.error)
        assert PAY not in told
    assert session.words() == "The analysis ran to its end. 1 file that is no output stayed behind."


def test_an_id_made_of_data_does_not_come_back(run):
    session = run("""
from openilr import research as r
s = r.open_extract().sample("learner", unit="learners", population="all")
r.output(r.table(s), "pay-" + str(s.frame["pay"][17]), "All")
""")
    assert session.ended.well and nothing_out(session)


def test_the_program_stops_at_a_line_of_the_analysis(run):
    session = run("x = 1\n\ny = x / 0\n")
    assert session.returned.error == {"kind": "ZeroDivisionError", "line": 3}
    assert "line 3" in session.words()


def test_without_bubblewrap_nothing_runs(run, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(NoSandbox, match="bubblewrap"):
        run("x = 1")


def test_a_notebook_runs_behind_the_same_wall(tmp_path):
    import json

    cells = [
        {"cell_type": "markdown", "source": ["# Who"]},
        {"cell_type": "code", "source": ["from openilr import research as r\n", "e = r.open_extract()"]},
        {"cell_type": "code", "source": "s = e.sample('learner', unit='learners', population='all')\n"
                                        "r.output(r.table(s), 'all', 'All learners')"},
    ]  # fmt: skip
    book = tmp_path / "who.ipynb"
    book.write_text(json.dumps({"cells": cells}), "utf-8")
    session = run_session(book, Setting({"learner": ROWS}, {"person": "person_id"}))
    assert session.ended.well and [o.id for o in session.returned.outputs] == ["all"]
    cells[1]["source"] = "%pip install x"
    book.write_text(json.dumps({"cells": cells}), "utf-8")
    with pytest.raises(ScriptError, match=r"cell 1.*%pip"):
        as_script(book)


def test_nobody_to_watch_no_session(monkeypatch):
    """What stops the watch ends the room: it would go on without bounds else."""
    from openilr.disclose.session import sandbox

    seen = []

    def fail(pid, *_):
        seen.append(pid)
        raise OSError("no more files")

    monkeypatch.setattr(sandbox, "_beyond", fail)
    with tempfile.TemporaryDirectory() as name, pytest.raises(OSError, match="no more files"):
        script = Path(name, "analysis.py")
        script.write_text("import time\ntime.sleep(600)\n", "utf-8")
        run_session(script, Setting({"learner": ROWS}))
    assert not Path(f"/proc/{seen[0]}").exists()
