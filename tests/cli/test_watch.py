"""``--watch``: checked again when the file changes, and only then."""

from __future__ import annotations

import shutil

from openilr.cli.checking import Settings
from openilr.cli.output import Progress
from openilr.cli.run import run
from openilr.cli.watching import watch


def test_a_change_is_seen_once_it_is_complete_and_compared_with_the_last_check(returns, tmp_path, capsys):
    path = tmp_path / returns[0].name
    shutil.copy(returns[0], path)
    whole = path.read_bytes()
    shown, steps = [], []

    def pause(seconds):
        steps.append(len(shown))
        if len(steps) == 2:
            path.write_bytes(whole.replace(b"<Ethnicity>31<", b"<Ethnicity>x<")[: len(whole) // 2])
        if len(steps) == 3:
            path.write_bytes(whole.replace(b"<LearnRefNumber>L0000001<", b"<LearnRefNumber>L9999999<"))
        if len(steps) == 8:
            raise KeyboardInterrupt

    def show(checked):
        shown.append(checked.report)
        return 1 if checked.report.has_errors else 0

    assert watch(path, Settings(), show, Progress(quiet=True), pause) == 1
    assert len(shown) == 2, "neither before a change nor in the middle of writing"
    assert shown[0].compare is None
    counts = shown[1].compare.counts
    assert counts["new"] > 0 and counts["fixed"] > 0
    assert "Waiting for" in capsys.readouterr().err


def test_watch_is_for_one_file_and_forms_that_a_person_reads(returns, capsys):
    for arguments in (
        [*returns, "--watch"],
        [returns[0], "--watch", "--format", "csv"],
        [returns[0], "--watch", "--format", "html"],
    ):
        assert run(["validate", *map(str, arguments)]) == 2
        assert "--watch" in capsys.readouterr().err
