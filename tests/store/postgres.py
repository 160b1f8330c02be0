"""A PostgreSQL server of the tests' own, on a socket in a private folder, which goes when the tests do."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """Where the server's programs are; None without a server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def server(bin: Path) -> Iterator[str]:
    """The URL of an empty database. PostgreSQL refuses to run as root, so root starts it as its own user."""
    folder = Path(tempfile.mkdtemp(prefix="openilr-pg-"))
    user = "postgres" if hasattr(os, "getuid") and os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    name = user or getpass.getuser()

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, user=user, cwd=folder, env={"LC_ALL": "C.UTF-8"})

    data = str(folder / "data")
    try:
        run(str(bin / "initdb"), "-D", data, "-U", name, "--auth=trust", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run(str(bin / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql://{name}@/postgres?host={folder}"
        finally:
            run(str(bin / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
