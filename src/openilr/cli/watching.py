"""Check a file again whenever it changes, and say what changed since the last check."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from openilr.cli.checking import Checked, Settings, check
from openilr.cli.output import Progress
from openilr.cli.run import FINE, say
from openilr.spec.words import count

__all__ = ["watch"]

INTERVAL = 1.0  #: seconds between two looks at the file


def watch(
    path: Path,
    settings: Settings,
    show: Callable[[Checked], int],
    progress: Progress,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Check, show, wait for a change, and so on until Ctrl-C. The exit code is that of the last check."""
    from openilr.validate.compare import compare_reports, old_report

    code = FINE
    before = None
    clock_runs = not (isinstance(settings.as_of, date) and not isinstance(settings.as_of, datetime))
    try:
        while True:
            state = _state(path)
            now = replace(settings, as_of=datetime.now()) if clock_runs and before else settings
            checked = check(path, now, lambda done: progress(f"{count(done, 'learner')} checked"))
            if checked.report is not None:
                if before is not None:
                    checked.report.compare = compare_reports(checked.report, before, settings.rules)
                before = old_report(checked.report)
            code = show(checked)
            say(f"Waiting for {path.name} to change; Ctrl-C ends.")
            _wait_for_change(path, state, pause)
    except KeyboardInterrupt:
        return code


def _wait_for_change(path: Path, state: tuple[int, int] | None, pause: Callable[[float], None]) -> None:
    """Return once the file differs from ``state`` and has stopped growing."""
    last = state
    while True:
        pause(INTERVAL)
        now = _state(path)
        if now is not None and now != state and now == last:
            return
        last = now


def _state(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size
