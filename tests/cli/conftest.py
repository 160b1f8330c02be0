from __future__ import annotations

import os
import subprocess
import sys
from datetime import date

import pytest

from openilr.synth import write_return


@pytest.fixture(scope="session")
def returns(tmp_path_factory):
    """A folder with a return that has faults (UKPRN given second) and one of another provider."""
    folder = tmp_path_factory.mktemp("returns")
    one = write_return(folder, 30, ukprn=10000001, prepared=date(2026, 6, 30), faults=0.4)
    two = write_return(folder, 3, ukprn=10000002, prepared=date(2026, 6, 30))
    return [one.path, two.path]


@pytest.fixture
def ilr():
    """Run the command in a process of its own: (exit code, standard output, error stream)."""

    def run(*arguments, **environment):
        env = {k: v for k, v in os.environ.items() if k != "OPENILR_DEBUG"} | {"PYTHONUTF8": "1"} | environment
        done = subprocess.run(
            [sys.executable, "-m", "openilr", *map(str, arguments)], capture_output=True, timeout=120, env=env
        )
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8")

    return run
