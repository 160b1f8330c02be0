"""What scripts rely on: exit codes, one plain sentence on the error stream, and clean output."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

HEAVY = ("rich", "jinja2", "duckdb", "ibis", "xlsxwriter", "cryptography", "pandas", "pyarrow")


def sentence(text):
    """The one line that a failed command says; it is no traceback."""
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    assert lines[0].startswith("ilr: ") and lines[0].endswith((".", "?"))
    return lines[0].removeprefix("ilr: ")


def test_no_errors_is_0_and_says_nothing_else(ilr, returns):
    code, out, err = ilr("validate", returns[0], "--rules", "FD_AimSeqNumber_AR", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["violations"] == []


def test_errors_are_1(ilr, returns):
    code, out, err = ilr("validate", returns[0], "--format", "json", "--as-of", "2026-07-01")
    assert (code, err) == (1, "")
    report = json.loads(out)
    assert set(report) == {"file", "year", "readable", "counts", "violations", "not_run"}
    assert report["counts"]["errors"] == sum(v["severity"] == "error" for v in report["violations"]) > 0
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["validate", "nowhere.xml"], "There is no file or folder nowhere.xml."),
        (["validate"], "Missing argument 'PATH...'. See ilr validate --help."),
        (["validate", "x", "--fromat", "json"], "--format"),
        (["validate", "x", "--format", "doc"], "'jsonl'"),
        (["validate", "x", "--jobs", "0"], "Invalid value for '--jobs'"),
        (["validate", "x", "--as-of", "30/06/2026"], "--as-of must be a date such as 2026-06-30, not '30/06/2026'."),
        (["validate", "x", "--year", "2030"], "Known years: 1819, 2021, 2425, 2526, 2627."),
        (["validate", "x", "--rules", "ULN_4"], "There is no rule ULN_4. Did you mean ULN_04?"),
        (["validate", "x", "--rules", ","], "--rules needs at least one rule id"),
        (["validate", "x", "--reference", "nowhere"], "There is no reference folder nowhere."),
        (["validat"], "Did you mean 'validate'?"),
        (["rules", "ULN_4"], "There is no rule ULN_4 in 2025-26. Did you mean ULN_04?"),
        (["rules", "--year", "1819"], "OpenILR has no rules for 2018-19"),
        (["schema", "9999"], "Known years: 1819, 2021, 2425, 2526, 2627."),
        (["schema"], "Missing argument 'YEAR'. See ilr schema --help."),
    ],
)
def test_what_cannot_run_is_2_with_one_sentence_and_a_suggestion(ilr, arguments, words):
    code, out, err = ilr(*arguments)
    assert (code, out) == (2, "")
    assert words in sentence(err)


def test_an_empty_folder_is_2(ilr, tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    code, _, err = ilr("validate", tmp_path)
    assert code == 2 and "There is no XML or zip file in the folder" in sentence(err)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xml", b"hello", "a.xml is neither XML nor zip"),
        ("a.xml", b"", "a.xml is empty"),
        ("a.xml", b"<html/>", "a.xml is XML, but not an ILR return"),
    ],
)
def test_what_is_no_return_at_all_is_2_and_reported_as_unreadable(ilr, tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    code, out, err = ilr("validate", tmp_path / name, "--format", "json")
    assert code == 2 and words in sentence(err)
    assert json.loads(out)["readable"] is False


def test_junk_in_a_zip_is_no_return_either(ilr, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as book:
        book.writestr("a.xml", "hello")
    code, _, err = ilr("validate", tmp_path / "a.zip", "--format", "json")
    assert code == 2 and "neither XML" in sentence(err)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", b"not a zip"),
        ("a.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><Message xmlns="x">&a;</Message>'),
        ("a.xml", b"<Message xmlns='ESFA/ILR/2025-26'><Header>"),
    ],
)
def test_a_damaged_or_refused_file_is_a_finding(ilr, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    code, out, err = ilr("validate", tmp_path / name, "--format", "json")
    assert (code, err) == (1, "")
    report = json.loads(out)
    assert report["readable"] is False and report["counts"]["errors"] > 0


def test_one_bad_path_does_not_stop_the_others(ilr, returns, tmp_path):
    (tmp_path / "junk.xml").write_text("junk")
    code, out, err = ilr("validate", "nowhere.xml", tmp_path, returns[0], "--format", "jsonl")
    assert code == 2
    assert [json.loads(line)["file"] for line in out.splitlines()] == ["junk.xml", returns[0].name]
    assert len(err.splitlines()) == 2 and "nowhere.xml" in err and "junk.xml" in err


def test_a_folder_is_searched_all_through_and_order_is_that_of_names(ilr, returns, tmp_path):
    (tmp_path / "b" / "c").mkdir(parents=True)
    shutil.copy(returns[1], tmp_path / "a.XML")
    shutil.copy(returns[1], tmp_path / "b" / "c" / "x.xml")
    with zipfile.ZipFile(tmp_path / "b" / "y.zip", "w") as book:
        book.write(returns[1], "y.xml")
    (tmp_path / "b" / "read me.txt").write_text("x")
    code, out, _ = ilr("validate", tmp_path, "--format", "json")
    reports = json.loads(out)
    assert [r["file"] for r in reports] == ["a.XML", "x.xml", "y.zip"]
    assert code == 1, "the names are wrong, at least"
    assert len({json.dumps(r["counts"]) for r in reports}) == 1


def test_side_by_side_gives_what_one_by_one_gives(ilr, returns, tmp_path):
    paths = []
    for number in range(5):
        path = tmp_path / f"{number}.xml"
        shutil.copy(returns[number % 2], path)
        paths.append(path)
    settings = ("--format", "jsonl", "--as-of", "2026-07-01")
    one = ilr("validate", *paths, *settings, "--jobs", "1")
    two = ilr("validate", *paths, *settings, "--jobs", "2")
    assert one == two and one[0] == 1
    alone = ilr("validate", paths[3], "--format", "json", "--as-of", "2026-07-01")
    assert one[1].splitlines()[3] == alone[1].strip()


def test_the_screen_gets_no_colour_and_no_progress_when_it_is_not_one(ilr, returns):
    code, out, err = ilr("validate", *returns, "--as-of", "2026-07-01")
    assert code == 1 and err == ""
    assert "\x1b" not in out + err and "\r" not in out + err
    assert "2 files checked; 1 with errors." in out


def test_a_reader_that_goes_away_is_no_error(returns):
    command = [sys.executable, "-m", "openilr", "validate", *map(str, returns * 40), "--format", "jsonl", "--jobs", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


def test_output_appears_whole_or_not_at_all(ilr, returns, tmp_path):
    target = tmp_path / "report.html"
    code, out, _ = ilr("validate", returns[0], "--output", target)
    assert (code, out) == (1, "") and target.read_text("utf-8").startswith("<!DOCTYPE html>"), (
        "the ending says the form"
    )
    before = target.read_bytes()
    assert ilr("validate", returns[0], "--output", target, "--rules", "nonsense")[0] == 2
    assert target.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    code, _, err = ilr("validate", returns[0], "--output", tmp_path / "no" / "r.csv")
    assert code == 2 and "There is no folder" in sentence(err)
    code, _, err = ilr("validate", returns[0], "--output", tmp_path)
    assert code == 2 and "is a folder" in sentence(err)


@pytest.mark.parametrize(("form", "start"), [("csv", b"file,year,rule"), ("xlsx", b"PK"), ("html", b"<!DOCTYPE html>")])
def test_every_form_goes_to_a_pipe_for_one_and_for_several_files(returns, form, start):
    for paths in (returns[:1], returns):
        command = [sys.executable, "-m", "openilr", "validate", *map(str, paths), "--format", form]
        done = subprocess.run(command, capture_output=True)
        assert done.returncode == 1 and done.stdout.startswith(start) and done.stderr == b""


def test_the_same_run_twice_gives_the_same_bytes(returns):
    script = (
        "import sys\nfrom openilr.cli.run import run\n"
        "for form in ('text', 'json', 'jsonl', 'csv', 'html'):\n"
        f"    run(['validate', *{[str(path) for path in returns]!r}, '--as-of', '2026-07-01', '--format', form])\n"
    )
    once, again = (
        subprocess.run([sys.executable, "-c", script], capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed})
        for seed in "12"
    )
    assert once.stdout == again.stdout and once.stderr == again.stderr and len(once.stdout) > 10_000


def test_comparing_with_a_report_and_with_the_older_file_says_the_same(ilr, returns, tmp_path):
    name = returns[0].name
    old, new = tmp_path / "old" / name, tmp_path / "new" / name
    old.parent.mkdir()
    new.parent.mkdir()
    shutil.copy(returns[0], old)
    text = returns[0].read_text("utf-8")
    new.write_text(re.sub(r"\s*<Ethnicity>\d+</Ethnicity>", "", text, count=1), "utf-8")
    settings = ("--as-of", "2026-07-01")
    ilr("validate", old, *settings, "--format", "json", "--output", tmp_path / "old.json")
    found = [ilr("validate", new, *settings, "--format", "json", "--compare", o) for o in (tmp_path / "old.json", old)]
    assert found[0] == found[1]
    compare = json.loads(found[0][1])["compare"]
    assert compare["counts"]["new"] == len(compare["new"]) > 0 and compare["counts"]["fixed"] == 0
    assert {v["rule"] for v in compare["new"]} >= {"Schema"}
    out = ilr("validate", new, *settings, "--compare", old)[1]
    assert f"Since {name}: 0 fixed, {len(compare['new'])} new" in out


def test_nothing_to_compare_with_is_2(ilr, returns, tmp_path):
    bad = tmp_path / "x.json"
    bad.write_text('{"a": 1}')
    for old, words in ((bad, "not a report of ilr validate"), (tmp_path / "none", "Nothing to compare with")):
        code, out, err = ilr("validate", returns[0], "--compare", old)
        assert (code, out) == (2, "") and words in sentence(err)


def test_a_fault_of_our_own_names_the_place_but_no_value(returns):
    script = (
        "import openilr.validate.engine as e, sys\n"
        "def broken(*a, **k): raise KeyError('Secret Name')\n"
        "e.validate = broken\n"
        "from openilr.cli.run import run\n"
        f"sys.exit(run(['validate', {str(returns[0])!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 2
    assert "KeyError at openilr/cli/checking.py:" in sentence(done.stderr)
    assert "Secret" not in done.stderr + done.stdout


def test_validate_loads_nothing_that_it_does_not_need(returns):
    script = (
        "import sys\nfrom openilr.cli.run import run\n"
        f"code = run(['validate', {str(returns[0])!r}, '--format', 'json'])\n"
        f"print(sorted(set(sys.modules) & set({HEAVY!r})), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"


def test_help_of_every_command_has_an_example_and_the_exit_codes(ilr):
    from typer.main import get_command
    from typer.testing import CliRunner

    from openilr.cli.app import app

    assert ilr("--help")[0] == ilr()[0] == 0
    found = {name: getattr(command, "commands", {}) for name, command in get_command(app).commands.items()}
    assert {"validate", "rules", "schema", "serve"} <= set(found)
    for words in [(name, *below) for name, held in found.items() for below in [(n,) for n in held] or [()]]:
        said = CliRunner().invoke(app, [*words, "--help"], prog_name="ilr")
        assert said.exit_code == 0 and "Example: ilr " in said.output and "Exit codes: " in said.output, words


def test_version_and_module(ilr):
    code, out, _ = ilr("--version")
    assert code == 0 and re.fullmatch(r"OpenILR \d+\.\d+\S*\n", out)
